//! `get_execution_tag`: the value of one tag. Contract: executions.tag-get.

use crate::error::Result;
use crate::model::executions::tag::{self, stored_tags};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;

/// The arguments of `get_execution_tag`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct GetExecutionTagArgs {
    /// The execution.
    pub execution_id: String,
    /// The tag's key.
    pub key: String,
}

reads!(GetExecutionTagArgs { execution_id, key });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    key: String,
}

impl Call for GetExecutionTagArgs {
    const OP: &'static str = "get_execution_tag";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = Option<String>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        tag::check_key("key", &self.key)?;
        Ok(Ready { id, key: self.key })
    }

    /// Nothing for a tag that it has not, and nothing for an unknown execution.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<String>> {
        let Some(execution) = turn.find(&ready.id)? else { return Ok(None) };
        Ok(stored_tags(turn.store.tags(execution.row)?.as_deref())?.get(&ready.key).cloned())
    }
}
