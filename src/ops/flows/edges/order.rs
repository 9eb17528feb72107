//! Whether an edge would close a cycle among the members of a flow, and what it moves in their order.

use crate::error::Result;
use crate::model::flows::order::{Found, by_rank, search};
use crate::ops::ground::turn::Turn;

/// What an edge between two members does to the order of all; `None` where it leads upwards already.
pub fn found(turn: &Turn<'_>, upstream: i64, downstream: i64) -> Result<Option<Found>> {
    if turn.store.rank(upstream)? < turn.store.rank(downstream)? {
        return Ok(None);
    }
    search(upstream, downstream, &mut |way, row, after| turn.store.ends(way, row, after)).map(Some)
}

/// Moves what an edge moves.
pub fn carry_out(turn: &mut Turn<'_>, flow: i64, found: Option<Found>) -> Result<()> {
    let (rows, behind) = match found {
        Some(Found::Behind(rows)) => (rows, true),
        Some(Found::Before(rows)) => (rows, false),
        Some(Found::Cycle) | None => return Ok(()),
    };
    let mut members = Vec::with_capacity(rows.len());
    for row in rows {
        members.push((turn.store.rank(row)?, row));
    }
    by_rank(&mut members);
    let many = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let flow = turn.store.flow_mut(flow)?;
    let first = if behind {
        flow.last_rank += many;
        flow.last_rank - many
    } else {
        flow.first_rank -= many;
        flow.first_rank + 1
    };
    for (rank, (_, row)) in (first..).zip(members) {
        turn.store.save_rank(row, rank)?;
    }
    Ok(())
}
