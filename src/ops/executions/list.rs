//! `list_executions`: pages in the order of ids. Contract: executions.list.

use super::summary::summary;
pub use super::summary::{ExecutionPage, ExecutionSummary};
use crate::error::Result;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;

/// The arguments of `list_executions`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListExecutionsArgs {
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
    /// Only this namespace.
    pub namespace: Option<String>,
}

reads!(ListExecutionsArgs { cursor, limit, namespace });

/// Checked arguments.
pub struct Ready {
    after: Option<ExecutionId>,
    limit: i64,
    namespace: Option<String>,
}

impl Call for ListExecutionsArgs {
    const OP: &'static str = "list_executions";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = ExecutionPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_name("namespace", self.namespace.as_deref())?;
        let limit = argument::page("limit", self.limit)?;
        let after = self.cursor.as_deref().map(|cursor| ExecutionId::parse("cursor", cursor)).transpose()?;
        Ok(Ready { after, limit, namespace: self.namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionPage> {
        let empty = ExecutionPage { executions: Vec::new(), next_cursor: None };
        let Some(namespace) = turn.namespace_filter(ready.namespace.as_deref())? else { return Ok(empty) };
        let found = turn.store.list_executions(ready.after.as_ref(), namespace, ready.limit + 1, turn.now)?;
        let (found, next_cursor) = argument::page_after(found, ready.limit, |last| Some(last.id.text()));
        let executions = found.into_iter().map(|listed| summary(turn, listed)).collect::<Result<_>>()?;
        Ok(ExecutionPage { executions, next_cursor })
    }
}
