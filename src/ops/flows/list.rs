//! `list_flows`: pages in the order of ids. Contract: flows.list, flows.status.

use crate::error::Result;
use crate::model::flows::flow::{FlowState, FlowStatus};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{opt_uuid, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
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
}

reads!(ListFlowsArgs { cursor, limit, namespace });

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
    /// Present only when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    after: Option<Uuid>,
    limit: i64,
    namespace: Option<String>,
}

impl Call for ListFlowsArgs {
    const OP: &'static str = "list_flows";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = FlowPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_name("namespace", self.namespace.as_deref())?;
        let limit = argument::page("limit", self.limit)?;
        let after = opt_uuid("cursor", self.cursor.as_deref())?;
        Ok(Ready { after, limit, namespace: self.namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<FlowPage> {
        let mut page = FlowPage { flows: Vec::new(), next_cursor: None };
        let Some(namespace) = turn.namespace_filter(ready.namespace.as_deref())? else { return Ok(page) };
        turn.store.save_flows()?;
        let found = turn.store.list_flows(ready.after, namespace, ready.limit + 1, turn.now)?;
        let (found, next_cursor) = argument::page_after(found, ready.limit, |(last, _)| Some(uuid_text(last.id)));
        page.next_cursor = next_cursor;
        for (flow, kind) in found {
            page.flows.push(FlowSummary {
                flow_id: uuid_text(flow.id),
                kind,
                namespace: turn.store.namespace_name(flow.namespace)?.to_string(),
                created_at: flow.created_at,
                public_flow_state: flow.state(),
                status: flow.state().status(),
                node_count: flow.node_count(),
            });
        }
        Ok(page)
    }
}
