//! `scan_eligible_executions`: what of a lane can be claimed, in the order of claims. Contract: protocol.scan.

use crate::error::Result;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::merge::merged;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `scan_eligible_executions`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ScanEligibleArgs {
    /// The lane.
    pub lane: String,
    /// 100 when left out; more than 1 000 is read as 1 000.
    pub limit: Option<i64>,
}

reads!(ScanEligibleArgs { lane, limit });

/// The answer of `scan_eligible_executions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EligibleExecutions {
    /// In the order of claims; none while the lane lets nothing be claimed.
    pub execution_ids: Vec<String>,
}

/// Checked arguments.
pub struct Ready {
    lane: String,
    limit: i64,
}

impl Call for ScanEligibleArgs {
    const OP: &'static str = "scan_eligible_executions";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = EligibleExecutions;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::lane("lane", &self.lane)?;
        Ok(Ready { limit: argument::page("limit", self.limit)?, lane: self.lane })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<EligibleExecutions> {
        let mut found = Vec::new();
        if turn.store.lane_state(&ready.lane)?.claims() {
            let limit = usize::try_from(ready.limit).unwrap_or(0);
            for queue in turn.store.lane_queues(&ready.lane)? {
                for (head, route) in turn.store.claimable_routes(queue)? {
                    // What would stand behind a full list is not even read.
                    if found.len() >= limit && found.last().is_none_or(|(last, _)| *last < head) {
                        break;
                    }
                    found = merged(found, turn.store.claimable_on(route, ready.limit)?, limit, |(key, _)| *key);
                }
            }
        }
        Ok(EligibleExecutions { execution_ids: found.into_iter().map(|(_, id)| id.text()).collect() })
    }
}
