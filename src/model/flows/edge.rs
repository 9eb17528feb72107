//! Dependencies: an edge from an upstream to a downstream, and the group that a downstream's edges make.
//!
//! Invariant: an edge is resolved once, and a group that is satisfied or impossible stays so; only its counters rise.
//! Contract: edges.verdict, edges.counters, edges.settled-once.

use crate::error::{Code, Error, Result};
use crate::model::ground::given::{Given, Path, Read, spelled, tagged};
use crate::model::ground::vocabulary::{Outcome, vocabulary};
use crate::model::ground::word::unknown;
use serde::Serialize;
use uuid::Uuid;

/// Most upstreams that a quorum may ask for.
pub const QUORUM_MAX: i64 = (1 << 31) - 1;

/// Where an edge is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeState {
    /// Told of, without any effect.
    Staged,
    /// Its downstream depends on it.
    Applied,
    /// Its upstream ended in this way.
    Resolved(Outcome),
}

impl EdgeState {
    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Staged => 0,
            Self::Applied => 1,
            Self::Resolved(outcome) => outcome.number() + 1,
        }
    }

    /// The value of a stored number.
    pub fn of_number(number: i64) -> Result<Self> {
        Ok(match number {
            0 => Self::Staged,
            1 => Self::Applied,
            2..=6 => Self::Resolved(Outcome::of_number(number - 1)?),
            _ => return Err(unknown("EdgeState", number)),
        })
    }

    /// Its word.
    pub const fn word(self) -> EdgeWord {
        match self {
            Self::Staged => EdgeWord::Pending,
            Self::Applied => EdgeWord::Applied,
            Self::Resolved(Outcome::Success) => EdgeWord::Satisfied,
            Self::Resolved(Outcome::Failed | Outcome::Cancelled | Outcome::Expired | Outcome::Skipped) => {
                EdgeWord::Impossible
            }
        }
    }

    /// How its upstream ended, once it is resolved.
    pub const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Resolved(outcome) => Some(outcome),
            Self::Staged | Self::Applied => None,
        }
    }
}

vocabulary! {
    /// Where an edge is in its life.
    EdgeWord {
        /// Told of, without any effect.
        Pending = 1, "pending";
        /// Its downstream depends on it.
        Applied = 2, "applied";
        /// Its upstream succeeded.
        Satisfied = 3, "satisfied";
        /// Its upstream ended otherwise.
        Impossible = 4, "impossible";
    }
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Its id, one of its flow.
    pub id: Uuid,
    /// Its flow's row.
    pub flow: i64,
    /// The row of the execution that must succeed.
    pub upstream: i64,
    /// The row of the execution that depends on it.
    pub downstream: i64,
    /// Where it is in its life.
    pub state: EdgeState,
    /// Which group of its downstream counts it; 0 while it is staged.
    pub round: i64,
    /// Unresolved, and no more counted as running since its skipped downstream was replayed.
    pub aside: bool,
    /// Whether the upstream's result becomes the downstream's input.
    pub replaces: bool,
    /// What the downstream's worker is told of it.
    pub edge_ref: Option<String>,
    /// The payload of the upstream's result, once it is satisfied.
    pub result: Option<i64>,
    /// When it was staged, in Unix ms.
    pub created_at: i64,
}

vocabulary! {
    /// What becomes of the other upstreams once a group is settled.
    OnSatisfied {
        /// They are cancelled.
        CancelRemaining = 1, "cancel_remaining";
        /// They run on.
        LetRun = 2, "let_run";
    }
}

/// What a downstream needs of its upstreams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub enum EdgeGroupPolicy {
    /// All of them succeed.
    #[default]
    AllOf,
    /// One of them succeeds.
    AnyOf {
        /// `cancel_remaining` when left out.
        on_satisfied: Option<OnSatisfied>,
    },
    /// So many of them succeed.
    Quorum {
        /// How many: 1 or more.
        k: i64,
        /// `cancel_remaining` when left out.
        on_satisfied: Option<OnSatisfied>,
    },
}

tagged!(EdgeGroupPolicy by kind {
    "all_of" => AllOf {},
    "any_of" => AnyOf { on_satisfied },
    "quorum" => Quorum { k, on_satisfied },
});

impl EdgeGroupPolicy {
    /// Checks it.
    pub fn check(self, field: &str) -> Result<()> {
        match self {
            Self::Quorum { k, .. } if !(1..=QUORUM_MAX).contains(&k) => Err(Error::argument(
                Code::InvalidInput,
                &format!("{field}.k"),
                &format!("1 to {QUORUM_MAX} (quorum k must be >= 1)"),
                k,
            )),
            Self::AllOf | Self::AnyOf { .. } | Self::Quorum { .. } => Ok(()),
        }
    }

    /// The same policy, whatever was left out filled in.
    #[must_use]
    pub fn whole(self) -> Self {
        let filled = |on: Option<OnSatisfied>| Some(on.unwrap_or(OnSatisfied::CancelRemaining));
        match self {
            Self::AllOf => Self::AllOf,
            Self::AnyOf { on_satisfied } => Self::AnyOf { on_satisfied: filled(on_satisfied) },
            Self::Quorum { k, on_satisfied } => Self::Quorum { k, on_satisfied: filled(on_satisfied) },
        }
    }

    /// Its numbers in the database: the policy, k, and whether the others run on.
    pub fn numbers(self) -> [i64; 3] {
        let runs_on = |on: Option<OnSatisfied>| i64::from(on == Some(OnSatisfied::LetRun));
        match self {
            Self::AllOf => [1, 0, 0],
            Self::AnyOf { on_satisfied } => [2, 0, runs_on(on_satisfied)],
            Self::Quorum { k, on_satisfied } => [3, k, runs_on(on_satisfied)],
        }
    }

    /// The policy of stored numbers.
    pub fn of_numbers([policy, k, let_run]: [i64; 3]) -> Result<Self> {
        let on_satisfied = Some(if let_run == 1 { OnSatisfied::LetRun } else { OnSatisfied::CancelRemaining });
        Ok(match policy {
            1 => Self::AllOf,
            2 => Self::AnyOf { on_satisfied },
            3 => Self::Quorum { k, on_satisfied },
            _ => return Err(unknown("EdgeGroupPolicy", policy)),
        })
    }

    /// Whether the other upstreams are cancelled once the group is settled.
    pub fn cancels(self) -> bool {
        match self {
            Self::AllOf => false,
            Self::AnyOf { on_satisfied } | Self::Quorum { on_satisfied, .. } => {
                on_satisfied != Some(OnSatisfied::LetRun)
            }
        }
    }
}

vocabulary! {
    /// Where a group is in its life.
    GroupState {
        /// Neither is certain.
        Pending = 1, "pending";
        /// Enough upstreams have succeeded.
        Satisfied = 2, "satisfied";
        /// Enough of them can succeed no longer.
        Impossible = 3, "impossible";
    }
}

/// The applied edges of one downstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeGroup {
    /// The downstream's row.
    pub execution: i64,
    /// What it needs.
    pub policy: EdgeGroupPolicy,
    /// Rises when the execution waits for further children.
    pub round: i64,
    /// Applied edges.
    pub total: i64,
    /// Those whose upstream succeeded.
    pub succeeded: i64,
    /// Those whose upstream failed, expired or was cancelled.
    pub failed: i64,
    /// Those whose upstream was skipped.
    pub skipped: i64,
    /// Unresolved ones that a replay of the downstream alone left behind: nothing of them runs.
    pub aside: i64,
    /// Whether it is settled.
    pub state: GroupState,
    /// When it was satisfied, in Unix ms.
    pub satisfied_at: Option<i64>,
}

impl EdgeGroup {
    /// A group without edges.
    pub const fn new(execution: i64, policy: EdgeGroupPolicy, round: i64) -> Self {
        Self {
            execution,
            policy,
            round,
            total: 0,
            succeeded: 0,
            failed: 0,
            skipped: 0,
            aside: 0,
            state: GroupState::Pending,
            satisfied_at: None,
        }
    }

    /// How many applied edges are unresolved.
    pub const fn unresolved(&self) -> i64 {
        self.total - self.succeeded - self.failed - self.skipped
    }

    /// How many of them count as running.
    pub const fn running(&self) -> i64 {
        self.unresolved() - self.aside
    }

    /// One more edge is applied: where all are needed, the group is pending again.
    pub fn apply(&mut self) {
        self.total += 1;
        if self.policy == EdgeGroupPolicy::AllOf && self.state == GroupState::Satisfied {
            self.state = GroupState::Pending;
        }
    }

    /// Counts an edge that was resolved; [`EdgeGroup::settle`] says what comes of it.
    pub fn count(&mut self, outcome: Outcome, by: i64) {
        match outcome {
            Outcome::Success => self.succeeded += by,
            Outcome::Failed | Outcome::Cancelled | Outcome::Expired => self.failed += by,
            Outcome::Skipped => self.skipped += by,
        }
    }

    /// Whether the counters settle a pending group; answers its new state where they do.
    pub fn settle(&mut self, at: i64) -> Option<GroupState> {
        let settled = self.verdict();
        if self.state != GroupState::Pending || settled == GroupState::Pending {
            return None;
        }
        self.state = settled;
        if settled == GroupState::Satisfied {
            self.satisfied_at = self.satisfied_at.or(Some(at));
        }
        Some(settled)
    }

    /// What the counters say. More than there are may be asked for: that is impossible once all are resolved.
    pub fn verdict(&self) -> GroupState {
        let needed = match self.policy {
            EdgeGroupPolicy::AllOf => self.total,
            EdgeGroupPolicy::AnyOf { .. } => 1,
            EdgeGroupPolicy::Quorum { k, .. } => k,
        };
        let lost = self.failed + self.skipped;
        if self.total == 0 {
            GroupState::Pending
        } else if self.succeeded >= needed {
            GroupState::Satisfied
        } else if self.unresolved() == 0 || (needed <= self.total && lost > self.total - needed) {
            GroupState::Impossible
        } else {
            GroupState::Pending
        }
    }
}

vocabulary! {
    /// What kind of dependency it is.
    DependencyKind {
        /// The upstream must succeed.
        SuccessOnly = 1, "success_only";
    }
}

/// How a member of a submitted flow names what it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(untagged))]
pub enum Need {
    /// All of its upstreams.
    #[default]
    #[cfg_attr(feature = "types", ts(type = "\"all_of\""))]
    AllOf,
    /// One of them.
    #[cfg_attr(feature = "types", ts(type = "\"any_of\""))]
    AnyOf,
    /// So many of them.
    #[cfg_attr(feature = "types", ts(type = "{ quorum: number }"))]
    Quorum(i64),
}

spelled!(NeedWord { "all_of" => All, "any_of" => Any });

/// The words among the needs.
#[derive(Clone, Copy)]
enum NeedWord {
    All,
    Any,
}

struct QuorumNeed {
    quorum: i64,
}

crate::model::ground::given::reads!(QuorumNeed { quorum });

impl Read for Need {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if matches!(given, Given::Object(_)) {
            return QuorumNeed::read(given, at).map(|need| Self::Quorum(need.quorum));
        }
        Ok(match NeedWord::read(given, at)? {
            NeedWord::All => Self::AllOf,
            NeedWord::Any => Self::AnyOf,
        })
    }

    fn blank() -> Self {
        Self::AllOf
    }
}
