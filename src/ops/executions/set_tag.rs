//! `set_execution_tag`: an execution is found by a tag from now on. No event tells of it. Contract: executions.tag-set,
//! executions.tag-count.

use crate::error::{Code, Error, Result};
use crate::model::executions::tag::stored_tags;
use crate::model::executions::tag::{self, TAGS_MAX};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use crate::store::{Keys, Touched};
use serde::Serialize;
use std::fmt::Display;

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

/// A tag of an execution or of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ExecutionTag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

impl ExecutionTag {
    /// A tag, checked.
    pub fn checked(key: String, value: String) -> Result<Self> {
        tag::check_key("key", &key)?;
        tag::check_value("value", &value)?;
        Ok(Self { key, value })
    }
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
        Ok(Ready { id, tag: ExecutionTag::checked(self.key, self.value)? })
    }

    /// A value that it has already is not written again.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionTag> {
        let Ready { id, tag } = ready;
        let mut execution = load(turn, id)?;
        let stored = turn.store.tags(execution.row)?;
        let Some((tags, former)) = changed(turn, stored.as_deref(), tag, ("executionId", id))? else {
            return Ok(tag.clone());
        };
        turn.store.save_tags(execution.row, &tags)?;
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

/// Stored tags with one more, or with another value of one, and the former value; none where it has that value already.
pub fn changed(
    turn: &Turn<'_>,
    stored: Option<&str>,
    tag: &ExecutionTag,
    owner: (&'static str, &dyn Display),
) -> Result<Option<(String, Option<String>)>> {
    let mut tags = stored_tags(stored)?;
    if tags.get(&tag.key) == Some(&tag.value) {
        return Ok(None);
    }
    turn.store.refuse_when_full()?;
    let former = tags.insert(tag.key.clone(), tag.value.clone());
    if tags.len() > TAGS_MAX {
        return Err(too_many(&tag.key, owner));
    }
    let text =
        serde_json::to_string(&tags).map_err(|e| Error::new(Code::InvariantBroken, format!("a set of tags: {e}")))?;
    Ok(Some((text, former)))
}

#[cold]
fn too_many(key: &str, (name, id): (&'static str, &dyn Display)) -> Error {
    let limit = format!("at most {TAGS_MAX} tags");
    Error::argument(Code::InvalidInput, "key", &limit, format_args!("one more, {key:?}")).with(name, id)
}
