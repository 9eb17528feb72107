//! `set_execution_tag`: an execution is found by a tag from now on. No event tells of it. Spec: lifecycle §19.

use super::call::Call;
use super::claimed::stored_tags;
use super::gate::load;
use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::argument::Limits;
use crate::model::given::reads;
use crate::model::id::ExecutionId;
use crate::model::tag::{self, TAGS_MAX};
use crate::store::{Keys, Touched};
use serde::Serialize;

/// The arguments of `set_execution_tag`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct SetExecutionTagArgs {
    /// The execution.
    pub execution_id: String,
    /// The tag's key, one flat name: words of `a` to `z`, digits and `_`, joined by dots, the first beginning with a
    /// letter; at most 256 bytes. An execution has at most 64.
    pub key: String,
    /// Its value: at most 1 024 bytes.
    pub value: String,
}

reads!(SetExecutionTagArgs { execution_id, key, value });

/// A tag of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ExecutionTag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    tag: ExecutionTag,
}

impl Call for SetExecutionTagArgs {
    const OP: &'static str = "set_execution_tag";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ExecutionTag;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        tag::check_key("key", &self.key)?;
        tag::check_value("value", &self.value)?;
        Ok(Ready { id, tag: ExecutionTag { key: self.key, value: self.value } })
    }

    /// A value that it has already is not written again.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionTag> {
        let Ready { id, tag } = ready;
        let mut execution = load(turn, id)?;
        let mut tags = stored_tags(turn.store.tags(execution.row)?.as_deref())?;
        if tags.get(&tag.key) == Some(&tag.value) {
            return Ok(tag.clone());
        }
        turn.store.refuse_when_full()?;
        let former = tags.insert(tag.key.clone(), tag.value.clone());
        if tags.len() > TAGS_MAX {
            return Err(too_many(ready));
        }
        let text = serde_json::to_string(&tags)
            .map_err(|e| Error::new(Code::InvariantBroken, format!("an execution's tags: {e}")))?;
        turn.store.save_tags(execution.row, &text)?;
        if let Some(former) = former {
            turn.store.delete_tag(execution.row, &tag.key, &former)?;
        }
        turn.store.insert_tag(execution.row, &tag.key, &tag.value)?;
        let before = Keys::of(&execution);
        execution.changed_at = turn.now;
        turn.store.save_execution(&execution, Touched::Any, before)?;
        Ok(tag.clone())
    }
}

#[cold]
fn too_many(ready: &Ready) -> Error {
    let limit = format!("at most {TAGS_MAX} tags of one execution");
    Error::argument(Code::InvalidInput, "key", &limit, format_args!("one more, {:?}", ready.tag.key))
        .with("executionId", ready.id)
}
