//! `search_executions`: what matches, newest first, in pages. Contract: executions.search, executions.search-once,
//! executions.search-bound.
//!
//! Invariant: an execution that does not change meanwhile comes exactly once, for any size of pages: rows stand in the
//! order of creation, and a cursor is a row. Absent on purpose: sorting; what stands in several indexes is merged.

use super::summary::{ExecutionPage, ExecutionSummary, one_way, summary};
use crate::error::Result;
use crate::model::executions::tag;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::merge::merged;
use crate::model::ground::span::{Span, cursor_after, parse_cursor};
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::Listed;
use std::collections::BTreeMap;

/// Executions that one search looks at, at most.
pub const LOOKED_AT_MAX: usize = 10_000;
/// Lists of routes that one search puts together, at most; where there are more it goes through all executions.
const SECTIONS_MAX: usize = 10_000;

/// The arguments of `search_executions`. What is left out matches all. A search looks at 10 000 executions at most: then
/// the page is short, even empty, and its `nextCursor` says where to go on.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct SearchExecutionsArgs {
    /// Only of this lane.
    pub lane: Option<String>,
    /// Only in one of these states; in any when empty.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub states: Vec<PublicState>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only with all of these tags; the first key in alphabetical order is the one that is searched by.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub tags: BTreeMap<String, String>,
    /// Only of this namespace.
    pub namespace: Option<String>,
    /// Only created then or later, in Unix ms.
    pub created_from: Option<i64>,
    /// Only created before, in Unix ms.
    pub created_before: Option<i64>,
    /// Whether the oldest comes first instead of the newest.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub oldest_first: bool,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// The `previousCursor` of a page: answers the one before it, in the same order. Not beside `cursor`.
    pub before: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
}

reads!(SearchExecutionsArgs {
    lane,
    states = default,
    kind,
    tags = default,
    namespace,
    created_from,
    created_before,
    oldest_first = default,
    cursor,
    before,
    limit,
});

/// Checked arguments.
pub struct Ready {
    span: Span,
    limit: usize,
    args: SearchExecutionsArgs,
}

impl Call for SearchExecutionsArgs {
    const OP: &'static str = "search_executions";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = ExecutionPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        if let Some(lane) = &self.lane {
            argument::lane("lane", lane)?;
        }
        argument::at_most("states", self.states.len(), PublicState::ALL.len(), "states")?;
        argument::opt_name("kind", self.kind.as_deref())?;
        tag::check(&self.tags)?;
        argument::opt_name("namespace", self.namespace.as_deref())?;
        argument::opt_instant("createdFrom", self.created_from)?;
        argument::opt_instant("createdBefore", self.created_before)?;
        one_way(self.cursor.as_deref(), self.before.as_deref())?;
        // The page before is searched for the other way round.
        let mut span = Span::all(self.oldest_first != self.before.is_some());
        for (field, cursor) in [("cursor", &self.cursor), ("before", &self.before)] {
            if let Some(cursor) = cursor {
                span = span.after(parse_cursor(field, cursor)?);
            }
        }
        let limit = usize::try_from(argument::page("limit", self.limit)?).unwrap_or(0);
        Ok(Ready { span, limit, args: self })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionPage> {
        let namespace = turn.namespace_filter(ready.args.namespace.as_deref())?;
        let Some(namespace) = namespace.filter(|_| ready.limit > 0) else { return Ok(ExecutionPage::EMPTY) };
        let sections = sections(&ready.args, turn)?;
        let search = Search { args: &ready.args, namespace, sections };
        let walk = search.walk(turn, created(ready, turn)?, ready.limit)?;
        // What lies where the walk came from.
        let came = ready.args.cursor.is_some() || ready.args.before.is_some();
        let back = walk.first.filter(|_| came).map(cursor_after);
        let (mut executions, onward) = (walk.executions, walk.onward.map(cursor_after));
        if ready.args.before.is_none() {
            return Ok(ExecutionPage { executions, next_cursor: onward, previous_cursor: back });
        }
        executions.reverse();
        Ok(ExecutionPage { executions, next_cursor: back, previous_cursor: onward })
    }
}

/// The rows that a search may look at: those after its cursor, created within its bounds.
fn created(ready: &Ready, turn: &Turn<'_>) -> Result<Span> {
    let mut span = ready.span;
    if let Some(at) = ready.args.created_from {
        span.from = span.from.max(turn.store.first_created_at(at)?);
    }
    if let Some(at) = ready.args.created_before {
        span.before = span.before.min(turn.store.first_created_at(at)?);
    }
    Ok(span)
}

/// The lists of routes in which everything stands that is asked for, where it is asked for by lane, kind or state.
fn sections(args: &SearchExecutionsArgs, turn: &mut Turn<'_>) -> Result<Option<Vec<(i64, i64)>>> {
    if !args.tags.is_empty() || (args.lane.is_none() && args.kind.is_none() && args.states.is_empty()) {
        return Ok(None);
    }
    let routes = turn.store.routes(args.lane.as_deref(), args.kind.as_deref(), SECTIONS_MAX + 1)?;
    let states = if args.states.is_empty() { PublicState::ALL } else { &args.states };
    let mut wanted: Vec<i64> = Vec::new();
    for section in states.iter().map(|state| state.section()) {
        if !wanted.contains(&section) {
            wanted.push(section);
        }
    }
    if routes.len() * wanted.len() > SECTIONS_MAX {
        return Ok(None);
    }
    Ok(Some(routes.iter().flat_map(|route| wanted.iter().map(|section| (*route, *section))).collect()))
}

/// What a walk came by.
struct Walk {
    /// What matches, in the order of the walk.
    executions: Vec<ExecutionSummary>,
    /// The row of the first of them.
    first: Option<i64>,
    /// The row after which it goes on, where there is or may be more.
    onward: Option<i64>,
}

/// A search under way.
struct Search<'a> {
    args: &'a SearchExecutionsArgs,
    namespace: Option<i64>,
    sections: Option<Vec<(i64, i64)>>,
}

impl Search<'_> {
    /// Looks at rows until the page is full and one more was found, there are no more, or it has looked at enough. A
    /// rare match is looked for in larger and larger steps.
    fn walk(&self, turn: &mut Turn<'_>, mut span: Span, limit: usize) -> Result<Walk> {
        let (mut executions, mut first) = (Vec::new(), None);
        let (mut looked_at, mut step, mut last, mut found) = (0, limit + 1, 0, 0);
        loop {
            let wanted = step.min(LOOKED_AT_MAX - looked_at);
            let rows = self.candidates(turn, span, wanted)?;
            for row in &rows {
                if let Some(listed) = self.matching(turn, *row)? {
                    if executions.len() == limit {
                        // Not after what is hidden behind it, which a tick may have deleted or not.
                        return Ok(Walk { executions, first, onward: Some(found) });
                    }
                    first = first.or(Some(*row));
                    executions.push(summary(turn, listed)?);
                    found = *row;
                }
                last = *row;
            }
            looked_at += rows.len();
            let over = rows.len() < wanted;
            if over || looked_at >= LOOKED_AT_MAX {
                return Ok(Walk { executions, first, onward: (!over).then_some(last) });
            }
            (span, step) = (span.after(last), step * 2);
        }
    }

    /// The next rows to look at, in order, fewer than wanted only when there are no more.
    fn candidates(&self, turn: &Turn<'_>, span: Span, wanted: usize) -> Result<Vec<i64>> {
        if let Some((key, value)) = self.args.tags.first_key_value() {
            return turn.store.tagged(key, value, &span, wanted);
        }
        let Some(sections) = &self.sections else { return turn.store.execution_rows(&span, wanted) };
        let (mut found, mut left) = (Vec::new(), span);
        for section in sections {
            let more = turn.store.in_section(*section, &left, wanted)?;
            if more.is_empty() {
                continue;
            }
            found = merged(found, more, wanted, |row| span.place(*row));
            // What would stand behind a full step is not even read.
            if let Some(last) = found.get(wanted - 1) {
                left = span.up_to(*last);
            }
        }
        Ok(found)
    }

    /// The execution of a row, where it matches.
    fn matching(&self, turn: &mut Turn<'_>, row: i64) -> Result<Option<Listed>> {
        for (key, value) in self.args.tags.iter().skip(1) {
            if !turn.store.has_tag(row, key, value)? {
                return Ok(None);
            }
        }
        let listed = turn.store.listed(row)?;
        let args = self.args;
        let matches = self.namespace.is_none_or(|namespace| namespace == listed.namespace)
            && (args.states.is_empty() || args.states.contains(&listed.state))
            && args.kind.as_ref().is_none_or(|kind| *kind == listed.kind)
            && turn
                .kept_until(listed.flow, (listed.ended_at, listed.retention_ms))?
                .is_none_or(|until| until > turn.now);
        let in_lane = match &args.lane {
            Some(lane) if matches => turn.store.route(listed.route)?.lane == *lane,
            Some(_) | None => true,
        };
        Ok((matches && in_lane).then_some(listed))
    }
}
