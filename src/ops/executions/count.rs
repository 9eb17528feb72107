//! `count_executions`: how many executions are in which state, by lane, without looking at one of them. Contract:
//! executions.counts, executions.counts-cheap.
//!
//! Absent on purpose: a breakdown by namespace; who wants one asks for each namespace that it knows.

use crate::error::Result;
use crate::model::flows::flow::STATES;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::add;
use serde::{Serialize, Serializer};

/// The arguments of `count_executions`. What is left out counts all.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CountExecutionsArgs {
    /// Only of this lane.
    pub lane: Option<String>,
    /// Only of this namespace.
    pub namespace: Option<String>,
}

reads!(CountExecutionsArgs { lane, namespace });

/// How many are in each state, by the words of the states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub [i64; STATES]);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(PublicState::ALL.iter().map(|state| state.word()).zip(self.0))
    }
}

/// The executions of a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct LaneCounts {
    /// Its name.
    pub lane: String,
    /// How many are in each state.
    #[cfg_attr(feature = "types", ts(type = "Record<PublicState, number>"))]
    pub counts: Counts,
}

/// The answer of `count_executions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ExecutionCounts {
    /// By name; a lane without executions is left out.
    pub lanes: Vec<LaneCounts>,
    /// All of these lanes together.
    #[cfg_attr(feature = "types", ts(type = "Record<PublicState, number>"))]
    pub total: Counts,
}

impl Call for CountExecutionsArgs {
    const OP: &'static str = "count_executions";
    const WRITES: bool = false;
    type Ready = Self;
    type Answer = ExecutionCounts;

    fn check(self, _limits: &Limits) -> Result<Self> {
        if let Some(lane) = &self.lane {
            argument::lane("lane", lane)?;
        }
        argument::opt_name("namespace", self.namespace.as_deref())?;
        Ok(self)
    }

    /// One search for each queue, however many kinds there are.
    fn run(ready: &Self, turn: &mut Turn<'_>) -> Result<ExecutionCounts> {
        let mut answer = ExecutionCounts { lanes: Vec::new(), total: Counts::default() };
        let Some(namespace) = turn.namespace_filter(ready.namespace.as_deref())? else { return Ok(answer) };
        let past = turn.store.past_counts(turn.now)?;
        let lanes = match &ready.lane {
            Some(lane) => vec![lane.clone()],
            None => turn.store.list_lanes("", argument::INTEGER_MAX)?.into_iter().map(|(lane, _)| lane).collect(),
        };
        for lane in lanes {
            let mut counts = Counts::default();
            for queue in turn.store.lane_queues(&lane)? {
                add(&mut counts.0, &turn.store.counts(queue, namespace, &past)?, 1);
            }
            if counts != Counts::default() {
                add(&mut answer.total.0, &counts.0, 1);
                answer.lanes.push(LaneCounts { lane, counts });
            }
        }
        Ok(answer)
    }
}
