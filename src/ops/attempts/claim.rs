//! `claim`: a worker takes the first execution that it may take, from one ordered set of waiting executions and active
//! ones whose lease has lapsed. Contract: claims.candidates, claims.by-kind, claims.order,
//! claims.capabilities, claims.over-cap-goes-on.

pub use super::claimed::{Claim, Worker};
use super::claimed::{may_hand_back, refill};
use super::take::{Taker, give_up, reclaims_max};
use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Active, Phase};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::payload::Bytes;
use crate::model::lanes::capability::Capabilities;
use crate::model::lanes::lane::{check_kinds, check_lanes};
use crate::ops::ground::blocked::{LET_GO_MAX, unblock};
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::turn::Turn;
use crate::store::{QueueHeads, Work, earlier};

/// Longest that a host parks a claim, in ms: 10 minutes.
pub const WAIT_MS_MAX: i64 = 600_000;

/// The arguments of `claim`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ClaimArgs {
    /// The lanes to take from, at least one.
    pub lanes: Vec<String>,
    /// The kinds to take, at most 1 000; all when left out.
    pub kinds: Option<Vec<String>>,
    /// Who claims.
    pub worker: Worker,
    /// What the worker offers.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub capabilities: Vec<String>,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
    /// How long the host may park the claim when there is nothing to take, at most 10 minutes. The engine itself
    /// never waits.
    pub max_wait_ms: Option<i64>,
}

reads!(ClaimArgs { lanes, kinds, worker, capabilities = default, lease_ttl_ms, max_wait_ms });

/// Checked arguments.
pub struct Ready {
    wish: Wish,
    taker: Taker,
}

impl Call for ClaimArgs {
    const OP: &'static str = "claim";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = Option<Claim>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let wish = Wish::checked(self.lanes, self.kinds, &self.capabilities)?;
        let taker = Taker::checked(self.worker, self.lease_ttl_ms)?;
        argument::opt_number("maxWaitMs", self.max_wait_ms, 0, WAIT_MS_MAX)?;
        Ok(Ready { wish, taker })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<Claim>> {
        while let Some(row) = ready.wish.first_claimable(turn)? {
            let (mut execution, work) = turn.store.claimed(row)?;
            if let Some(claim) = take(&ready.taker, turn, &mut execution, work)? {
                return Ok(Some(claim));
            }
        }
        Ok(None)
    }

    may_hand_back!();
}

/// What a claim may take: of which lanes and kinds, and for which capabilities.
pub struct Wish {
    lanes: Vec<String>,
    kinds: Option<Vec<String>>,
    offered: Capabilities,
}

impl Wish {
    /// Checks what a claim names.
    pub fn checked(lanes: Vec<String>, kinds: Option<Vec<String>>, capabilities: &[String]) -> Result<Self> {
        check_lanes(&lanes)?;
        check_kinds(kinds.as_deref())?;
        Ok(Self { lanes, kinds, offered: Capabilities::offered(capabilities)? })
    }

    /// The row of the first execution over all open lanes, all kinds that are named and all requirement sets that the
    /// worker covers: highest priority, then the oldest. What waited for a capable worker waits no longer.
    pub fn first_claimable(&self, turn: &mut Turn<'_>) -> Result<Option<i64>> {
        let [mut claimable, mut blocked] = self.heads(turn)?;
        for _ in 0..LET_GO_MAX {
            let Some((_rank, row)) = blocked else { break };
            unblock(turn, row)?;
            [claimable, blocked] = self.heads(turn)?;
        }
        Ok(claimable.map(|(_rank, row)| row))
    }

    /// The first of what can be claimed, and of what waits for a capable worker.
    fn heads(&self, turn: &mut Turn<'_>) -> Result<QueueHeads> {
        let mut first = [None, None];
        for lane in &self.lanes {
            for queue in turn.store.covered_queues(lane, &self.offered)?.iter() {
                let [claimable, blocked] = turn.store.queue_heads(*queue, self.kinds.as_deref())?;
                first = [earlier(first[0], claimable), earlier(first[1], blocked)];
            }
        }
        Ok(first)
    }
}

/// Takes an execution; nothing when its lease has lapsed too often, which ends it.
fn take(taker: &Taker, turn: &mut Turn<'_>, execution: &mut Execution, work: Work) -> Result<Option<Claim>> {
    let held = taker.held(turn, execution, &work, false);
    let step = match execution.phase {
        Phase::Waiting(waiting) => waiting.claim(held),
        Phase::Active(Active::Lapsed(lapsed)) => {
            if execution.reclaim_count >= reclaims_max(&work)? {
                give_up(turn, execution, lapsed)?;
                return Ok(None);
            }
            lapsed.reclaim(held)
        }
        Phase::Active(Active::Held(_))
        | Phase::Delayed(_)
        | Phase::Blocked(_)
        | Phase::Suspended(_)
        | Phase::Terminal(_) => {
            return Err(Error::new(
                Code::InvariantBroken,
                format!("execution {} stands in the claim index while it is {}", execution.id, execution.phase.name()),
            ));
        }
    };
    taker.take(turn, execution, step, work).map(Some)
}
