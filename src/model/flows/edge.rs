//! Dependencies: an edge from an upstream to a downstream, and the group that a downstream's edges make.
//!
//! Invariant: an edge is resolved once, and a group that is satisfied or impossible stays so; only its counters rise.
//! Contract: edges.verdict, edges.counters, edges.settled-once.

use crate::error::{Code, Error, Result};
use crate::model::ground::given::tagged;
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
    /// Its upstream was skipped since nothing that it was for had come to pass.
    NotNeeded,
}

impl EdgeState {
    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Staged => 0,
            Self::Applied => 1,
            Self::Resolved(outcome) => outcome.number() + 1,
            Self::NotNeeded => 7,
        }
    }

    /// The value of a stored number.
    pub fn of_number(number: i64) -> Result<Self> {
        Ok(match number {
            0 => Self::Staged,
            1 => Self::Applied,
            2..=6 => Self::Resolved(Outcome::of_number(number - 1)?),
            7 => Self::NotNeeded,
            _ => return Err(unknown("EdgeState", number)),
        })
    }

    /// Whether its upstream failed, expired or was cancelled.
    pub const fn is_loss(self) -> bool {
        matches!(self, Self::Resolved(Outcome::Failed | Outcome::Expired | Outcome::Cancelled))
    }

    /// How its upstream ended, once it is resolved.
    pub const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Resolved(outcome) => Some(outcome),
            Self::NotNeeded => Some(Outcome::Skipped),
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
        /// Its upstream ended as it asks for.
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
    /// The row of the execution that must end.
    pub upstream: i64,
    /// The row of the execution that depends on it.
    pub downstream: i64,
    /// Which ends it asks for.
    pub kind: DependencyKind,
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
    /// The payload of the upstream's result, once it is satisfied by success.
    pub result: Option<i64>,
    /// When it was staged, in Unix ms.
    pub created_at: i64,
}

impl Edge {
    /// Its upstream ended, with this result.
    pub fn resolve(&mut self, state: EdgeState, result: Option<i64>) {
        (self.state, self.aside) = (state, false);
        self.result = result.filter(|_| state == EdgeState::Resolved(Outcome::Success) && self.met() == Some(true));
    }

    /// Whether its upstream ended as it asks for; `None` until that has ended.
    pub const fn met(&self) -> Option<bool> {
        self.kind.is_met(self.state)
    }
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
    /// Those that are met.
    pub succeeded: i64,
    /// Those that are not, as their upstream failed, expired, was cancelled or succeeded.
    pub failed: i64,
    /// Those that are not, as their upstream was skipped.
    pub skipped: i64,
    /// Unresolved ones that a replay of the downstream alone left behind: nothing of them runs.
    pub aside: i64,
    /// Whether it is settled.
    pub state: GroupState,
    /// When it was satisfied, in Unix ms.
    pub satisfied_at: Option<i64>,
    /// When its downstream stops waiting for it, in Unix ms.
    pub due_at: Option<i64>,
    /// Whether its downstream stopped waiting for the round before.
    pub timed_out: bool,
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
            due_at: None,
            timed_out: false,
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
    pub fn count(&mut self, kind: DependencyKind, state: EdgeState, by: i64) {
        match (kind.is_met(state), state.outcome()) {
            (None, _) => {}
            (Some(true), _) => self.succeeded += by,
            (Some(false), Some(Outcome::Skipped)) => self.skipped += by,
            (Some(false), _) => self.failed += by,
        }
    }

    /// Whether the counters settle a pending group; answers its new state where they do.
    pub fn settle(&mut self, at: i64, grows: bool) -> Option<GroupState> {
        let settled = self.verdict(grows);
        if self.state != GroupState::Pending || settled == GroupState::Pending {
            return None;
        }
        self.state = settled;
        self.due_at = None;
        if settled == GroupState::Satisfied {
            self.satisfied_at = self.satisfied_at.or(Some(at));
        }
        Some(settled)
    }

    /// What the counters say. More than there are may be asked for: that waits as long as its flow grows, and is
    /// impossible afterwards once all are resolved. Contract: edges.grows.
    pub fn verdict(&self, grows: bool) -> GroupState {
        let needed = match self.policy {
            EdgeGroupPolicy::AllOf => self.total,
            EdgeGroupPolicy::AnyOf { .. } => 1,
            EdgeGroupPolicy::Quorum { k, .. } => k,
        };
        let lost = self.failed + self.skipped;
        if self.total == 0 || (grows && needed > self.total) {
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
        /// The upstream must end otherwise.
        FailureOnly = 2, "failure_only";
        /// The upstream must end.
        AnyEnd = 3, "any_end";
    }
}

vocabulary! {
    /// Which ends of its upstream an edge asks for.
    EdgeOn {
        /// Success.
        Success = 1, "success";
        /// Any other end: failed, expired, cancelled or skipped; not one that was skipped as it was not needed.
        Failure = 2, "failure";
        /// Any.
        End = 3, "end";
    }
}

impl DependencyKind {
    /// As a call says it: success where it says nothing.
    pub fn of(on: Option<EdgeOn>) -> Self {
        match on {
            None | Some(EdgeOn::Success) => Self::SuccessOnly,
            Some(EdgeOn::Failure) => Self::FailureOnly,
            Some(EdgeOn::End) => Self::AnyEnd,
        }
    }

    /// Whether an end meets it; `None` of what has not ended. Contract: edges.on.
    pub const fn is_met(self, state: EdgeState) -> Option<bool> {
        match (self, state) {
            (_, EdgeState::Staged | EdgeState::Applied) => None,
            (Self::AnyEnd, EdgeState::Resolved(_) | EdgeState::NotNeeded)
            | (Self::SuccessOnly, EdgeState::Resolved(Outcome::Success))
            | (
                Self::FailureOnly,
                EdgeState::Resolved(Outcome::Failed | Outcome::Cancelled | Outcome::Expired | Outcome::Skipped),
            ) => Some(true),
            (Self::SuccessOnly | Self::FailureOnly, EdgeState::Resolved(_) | EdgeState::NotNeeded) => Some(false),
        }
    }

    /// The word of an edge of this kind.
    pub const fn edge_word(self, state: EdgeState) -> EdgeWord {
        match (state, self.is_met(state)) {
            (EdgeState::Staged, _) => EdgeWord::Pending,
            (_, None) => EdgeWord::Applied,
            (_, Some(true)) => EdgeWord::Satisfied,
            (_, Some(false)) => EdgeWord::Impossible,
        }
    }
}
