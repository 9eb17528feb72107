//! `list_flows`: pages of the flows that match, in the order of ids. Contract: flows.list, flows.list-filter, flows.status.

use crate::error::Result;
use crate::model::executions::tag;
use crate::model::flows::flow::{FlowState, FlowStatus};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{opt_uuid, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::ListedFlow;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The arguments of `list_flows`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListFlowsArgs {
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
    /// Only this namespace.
    pub namespace: Option<String>,
    /// Only in one of these states; in any when empty.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub states: Vec<FlowState>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only with all of these tags.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub tags: BTreeMap<String, String>,
}

reads!(ListFlowsArgs { cursor, limit, namespace, states = default, kind, tags = default });

/// Flows that one page looks at, at most.
pub const FLOWS_LOOKED_AT_MAX: usize = 10_000;
/// Flows that one query brings where only some are wanted, at least.
const FLOWS_CHUNK: usize = 256;

/// One line of a listing of flows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FlowSummary {
    /// The flow.
    pub flow_id: String,
    /// What it is for.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// Its state in one word.
    pub public_flow_state: FlowState,
    /// Whether it goes on, or how it ended.
    pub status: FlowStatus,
    /// Its members.
    pub node_count: i64,
}

/// A page of flows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FlowPage {
    /// In the order of ids.
    pub flows: Vec<FlowSummary>,
    /// Present while there is more to look at. A page looks at 10 000 flows at most, so that it may be short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    after: Option<Uuid>,
    limit: usize,
    args: ListFlowsArgs,
}

impl Call for ListFlowsArgs {
    const OP: &'static str = "list_flows";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = FlowPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_name("namespace", self.namespace.as_deref())?;
        argument::opt_name("kind", self.kind.as_deref())?;
        tag::check(&self.tags)?;
        argument::at_most("states", self.states.len(), FlowState::ALL.len(), "states")?;
        let limit = usize::try_from(argument::page("limit", self.limit)?).unwrap_or(0);
        let after = opt_uuid("cursor", self.cursor.as_deref())?;
        Ok(Ready { after, limit, args: self })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<FlowPage> {
        let mut page = FlowPage { flows: Vec::new(), next_cursor: None };
        let Some(namespace) = turn.namespace_filter(ready.args.namespace.as_deref())? else { return Ok(page) };
        turn.store.save_flows()?;
        let chunk = if ready.args.wants_all() { ready.limit + 1 } else { FLOWS_CHUNK.max(ready.limit + 1) };
        let (mut after, mut looked_at) = (ready.after, 0);
        while looked_at < FLOWS_LOOKED_AT_MAX {
            let found = turn.store.list_flows(after, namespace, i64::try_from(chunk).unwrap_or(i64::MAX), turn.now)?;
            let is_last = found.len() < chunk;
            for one in found {
                if page.flows.len() == ready.limit {
                    page.next_cursor = after.filter(|_| ready.limit > 0).map(uuid_text);
                    return Ok(page);
                }
                (after, looked_at) = (Some(one.flow.id), looked_at + 1);
                if ready.args.wants(&one)? {
                    page.flows.push(line(turn, one)?);
                }
            }
            if is_last {
                return Ok(page);
            }
        }
        page.next_cursor = after.map(uuid_text);
        Ok(page)
    }
}

impl ListFlowsArgs {
    fn wants_all(&self) -> bool {
        self.states.is_empty() && self.kind.is_none() && self.tags.is_empty()
    }

    fn wants(&self, one: &ListedFlow) -> Result<bool> {
        if !self.states.is_empty() && !self.states.contains(&one.flow.state())
            || self.kind.as_ref().is_some_and(|kind| *kind != one.kind)
        {
            return Ok(false);
        }
        if self.tags.is_empty() {
            return Ok(true);
        }
        let tags = tag::stored_tags(one.tags.as_deref())?;
        Ok(self.tags.iter().all(|(key, value)| tags.get(key) == Some(value)))
    }
}

fn line(turn: &mut Turn<'_>, one: ListedFlow) -> Result<FlowSummary> {
    let flow = one.flow;
    Ok(FlowSummary {
        flow_id: uuid_text(flow.id),
        kind: one.kind,
        namespace: turn.store.namespace_name(flow.namespace)?.to_string(),
        created_at: flow.created_at,
        public_flow_state: flow.state(),
        status: flow.state().status(),
        node_count: flow.node_count(),
    })
}
