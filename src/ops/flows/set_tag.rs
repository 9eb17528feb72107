//! `set_flow_tag`: a flow tells a value under a key from now on. No event tells of it. Contract: flows.tags,
//! flows.tag-limit.

use super::find::load_flow;
use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::{required_uuid, uuid_text};
use crate::ops::executions::set_tag::{ExecutionTag, changed};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use uuid::Uuid;

/// The arguments of `set_flow_tag`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct SetFlowTagArgs {
    /// The flow.
    pub flow_id: String,
    /// The tag's key, as of an execution's tag. A flow has at most 64.
    pub key: String,
    /// Its value: at most 1 024 bytes.
    pub value: String,
}

reads!(SetFlowTagArgs { flow_id, key, value });

/// Checked arguments.
pub struct Ready {
    id: Uuid,
    tag: ExecutionTag,
}

impl Call for SetFlowTagArgs {
    const OP: &'static str = "set_flow_tag";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ExecutionTag;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = required_uuid("flowId", &self.flow_id)?;
        Ok(Ready { id, tag: ExecutionTag::checked(self.key, self.value)? })
    }

    /// A value that it has already is not written again.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionTag> {
        let row = load_flow(turn, ready.id)?;
        let stored = turn.store.flow_texts(row)?.tags;
        let owner = uuid_text(ready.id);
        if let Some((tags, _)) = changed(turn, stored.as_deref(), &ready.tag, ("flowId", &owner))? {
            turn.store.save_flow_tags(row, &tags)?;
            turn.store.flow_mut(row)?.changed_at = turn.now;
        }
        Ok(ready.tag.clone())
    }
}
