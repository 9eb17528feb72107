//! `list_executions`: pages in the order of ids. Contract: executions.list.

pub use super::summary::{ExecutionPage, ExecutionSummary};
use super::summary::{one_way, summary};
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
    /// The `previousCursor` of a page: answers the one before it, in the same order. Not beside `cursor`.
    pub before: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
    /// Only this namespace.
    pub namespace: Option<String>,
}

reads!(ListExecutionsArgs { cursor, before, limit, namespace });

/// Checked arguments.
pub struct Ready {
    place: Option<ExecutionId>,
    back: bool,
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
        one_way(self.cursor.as_deref(), self.before.as_deref())?;
        let after = self.cursor.as_deref().map(|cursor| ExecutionId::parse("cursor", cursor)).transpose()?;
        let before = self.before.as_deref().map(|before| ExecutionId::parse("before", before)).transpose()?;
        Ok(Ready { back: before.is_some(), place: after.or(before), limit, namespace: self.namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionPage> {
        let namespace = turn.namespace_filter(ready.namespace.as_deref())?;
        let Some(namespace) = namespace.filter(|_| ready.limit > 0) else { return Ok(ExecutionPage::EMPTY) };
        let place = (ready.place.as_ref(), ready.back);
        let found = turn.store.list_executions(place, namespace, ready.limit + 1, turn.now)?;
        let (mut found, onward) = argument::page_after(found, ready.limit, |last| Some(last.id.text()));
        // What lies where the walk came from.
        let back = found.first().filter(|_| ready.place.is_some()).map(|first| first.id.text());
        if ready.back {
            found.reverse();
        }
        let executions = found.into_iter().map(|listed| summary(turn, listed)).collect::<Result<_>>()?;
        let (next_cursor, previous_cursor) = if ready.back { (back, onward) } else { (onward, back) };
        Ok(ExecutionPage { executions, next_cursor, previous_cursor })
    }
}
