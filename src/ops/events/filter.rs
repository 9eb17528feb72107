//! Which events a reader wants: streams, a namespace, an execution, a flow, a tag. All that is given must hold.
//! Contract: events.filter, events.filter-tag, events.filter-flow.

use crate::error::Result;
use crate::model::events::event::EventStream;
use crate::model::executions::tag;
use crate::model::ground::argument;
use crate::model::ground::given::reads;
use crate::model::ground::id::{self, ExecutionId};
use crate::ops::ground::turn::Turn;
use crate::store::EventRow;
use uuid::Uuid;

/// A tag that an execution has now.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct TagFilter {
    /// Its key.
    pub key: String,
    /// Its value, exactly.
    pub value: String,
}

reads!(TagFilter { key, value });

/// What a reader wants.
pub struct EventFilter {
    streams: Vec<EventStream>,
    namespace: Option<String>,
    execution: Option<ExecutionId>,
    flow: Option<Uuid>,
    tag: Option<TagFilter>,
}

impl EventFilter {
    /// Checks a filter. What it names need not exist yet.
    pub fn checked(
        streams: Vec<EventStream>,
        namespace: Option<String>,
        execution_id: Option<&str>,
        flow_id: Option<&str>,
        tag: Option<TagFilter>,
    ) -> Result<Self> {
        argument::opt_name("namespace", namespace.as_deref())?;
        let execution = execution_id.map(|id| ExecutionId::parse("executionId", id)).transpose()?;
        let flow = id::opt_uuid("flowId", flow_id)?;
        if let Some(tag) = &tag {
            tag::check_key("tag.key", &tag.key)?;
            argument::text("tag.value", &tag.value, tag::VALUE_BYTES_MAX)?;
        }
        Ok(Self { streams, namespace, execution, flow, tag })
    }

    /// The row of the flow whose members are wanted.
    pub fn flow_row(&self, turn: &mut Turn<'_>) -> Result<Option<i64>> {
        self.flow.map_or(Ok(None), |id| turn.find_flow(id))
    }

    /// Whether an event is wanted, where `row` is that of the flow. One that is about no execution has no id and no tag
    /// to match.
    pub fn wants(&self, turn: &Turn<'_>, row: Option<i64>, event: &EventRow) -> Result<bool> {
        let held = in_one_of(&self.streams, event)
            && self.namespace.as_ref().is_none_or(|namespace| *namespace == event.namespace)
            && self.execution.is_none_or(|id| event.execution == Some(id))
            && self.flow.is_none_or(|id| event.flow == Some(id) || (row.is_some() && event.member_of == row));
        match (&self.tag, event.row) {
            (Some(tag), Some(row)) if held => turn.store.is_tagged(row, (&tag.key, &tag.value), turn.now),
            (Some(_), _) => Ok(false),
            (None, _) => Ok(held),
        }
    }
}

/// Whether an event belongs to one of some streams.
pub fn in_one_of(streams: &[EventStream], event: &EventRow) -> bool {
    streams.iter().any(|stream| stream.holds(event.cause, event.state.as_ref(), event.lease))
}
