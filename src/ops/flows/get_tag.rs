//! `get_flow_tag`: the value of one tag of a flow. Contract: flows.get-tag.

use crate::error::Result;
use crate::model::executions::tag::{self, stored_tags};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::required_uuid;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use uuid::Uuid;

/// The arguments of `get_flow_tag`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct GetFlowTagArgs {
    /// The flow.
    pub flow_id: String,
    /// The tag's key.
    pub key: String,
}

reads!(GetFlowTagArgs { flow_id, key });

/// Checked arguments.
pub struct Ready {
    id: Uuid,
    key: String,
}

impl Call for GetFlowTagArgs {
    const OP: &'static str = "get_flow_tag";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = Option<String>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = required_uuid("flowId", &self.flow_id)?;
        tag::check_key("key", &self.key)?;
        Ok(Ready { id, key: self.key })
    }

    /// Nothing for a tag that it has not, and nothing for an unknown flow.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<String>> {
        let Some(row) = turn.find_flow(ready.id)? else { return Ok(None) };
        Ok(stored_tags(turn.store.flow_texts(row)?.tags.as_deref())?.remove(&ready.key))
    }
}
