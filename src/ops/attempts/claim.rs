//! `claim`: a worker takes the first execution that it may take, from one ordered set of waiting executions and active
//! ones whose lease has lapsed. Contract: claims.candidates, claims.order, claims.capabilities,
//! claims.over-cap-goes-on.

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
use crate::model::lanes::lane::check_lanes;
use crate::ops::ground::blocked::unblock_route;
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::turn::Turn;
use crate::store::Work;

/// Longest that a host parks a claim, in ms: 10 minutes.
pub const WAIT_MS_MAX: i64 = 600_000;

/// The arguments of `claim`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ClaimArgs {
    /// The lanes to take from, at least one.
    pub lanes: Vec<String>,
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

reads!(ClaimArgs { lanes, worker, capabilities = default, lease_ttl_ms, max_wait_ms });

/// Checked arguments.
pub struct Ready {
    lanes: Vec<String>,
    offered: Capabilities,
    taker: Taker,
}

impl Call for ClaimArgs {
    const OP: &'static str = "claim";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = Option<Claim>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        check_lanes(&self.lanes)?;
        let taker = Taker::checked(self.worker, self.lease_ttl_ms)?;
        argument::opt_number("maxWaitMs", self.max_wait_ms, 0, WAIT_MS_MAX)?;
        let offered = Capabilities::offered(&self.capabilities)?;
        Ok(Ready { lanes: self.lanes, offered, taker })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<Claim>> {
        while let Some(row) = first_claimable(&ready.lanes, &ready.offered, turn)? {
            let (mut execution, work) = turn.store.claimed(row)?;
            if let Some(claim) = take(&ready.taker, turn, &mut execution, work)? {
                return Ok(Some(claim));
            }
        }
        Ok(None)
    }

    may_hand_back!();
}

/// The row of the first execution over all open lanes and all requirement sets that the worker covers: highest
/// priority, then the oldest. What waited for a capable worker waits no longer.
pub fn first_claimable(lanes: &[String], offered: &Capabilities, turn: &mut Turn<'_>) -> Result<Option<i64>> {
    let mut first = None;
    for lane in lanes {
        for route in turn.store.covered_routes(lane, offered)?.iter() {
            if turn.store.route_is_blocked(*route)? {
                unblock_route(turn, *route)?;
            }
            let head = turn.store.claim_head(*route)?;
            first = match (first, head) {
                (Some(first), Some(head)) => Some(std::cmp::min(first, head)),
                (first, head) => first.or(head),
            };
        }
    }
    Ok(first.map(|(_rank, row)| row))
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
