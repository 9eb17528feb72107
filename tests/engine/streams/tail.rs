//! `tail_stream`. Contract: streams.tail, streams.visibility.

use crate::engine::world::streams::{lossy, said, tailed};
use crate::engine::world::{START, World, detail, refused_field, test};
use tidegate::Code;
use tidegate::model::streams::stream::{ClosedReason, Visibility};
use tidegate::ops::streams::tail::TailStreamArgs;

/// Contract: streams.tail.
#[test]
fn a_tail_begins_strictly_after_its_cursor() {
    let mut world = World::new();
    let claim = world.running();
    let id = &claim.execution_id;
    world.append_many(&claim, 2, 0);
    world.append_many(&claim, 2, 1);
    let all = said(&world.tail(id, "0-0").unwrap().frames);
    assert_eq!(all, ["0", "1", "0", "1"]);
    assert_eq!(said(&world.call(tailed(id)).unwrap().frames), all, "left out is the beginning");
    assert_eq!(said(&world.tail(id, &format!("{START}-1")).unwrap().frames), ["0", "1"]);
    assert_eq!(said(&world.tail(id, &START.to_string()).unwrap().frames), ["1", "0", "1"], "the first of it");
    let page = world.tail(id, &format!("{}-0", START + 1)).unwrap();
    assert_eq!((page.frames.len(), page.more, page.closed_reason), (0, false, None));
}

/// Contract: streams.tail.
#[test]
fn a_tail_takes_concrete_cursors_only() {
    let mut world = World::new();
    let claim = world.running();
    for (cursor, kind) in [
        ("start", "not_concrete_cursor"),
        ("end", "not_concrete_cursor"),
        ("-", "bare_marker_cursor"),
        ("+", "bare_marker_cursor"),
        ("", "empty_cursor"),
        ("1-2-3", "malformed_cursor"),
    ] {
        let error = refused_field(world.tail(&claim.execution_id, cursor), Code::InvalidInput, "after");
        assert_eq!(detail(&error, "detail"), kind, "{cursor:?}");
    }
}

/// Contract: streams.visibility.
#[test]
fn a_tail_may_leave_best_effort_frames_out() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "durable");
    world.call(lossy(&claim, b"lossy", 1_000)).unwrap();
    world.patch(&claim, "{}");
    let shown = |visibility| TailStreamArgs { visibility, ..tailed(&claim.execution_id) };
    let durable = world.call(shown(Some(Visibility::ExcludeBestEffort))).unwrap();
    assert_eq!(said(&durable.frames), ["durable", "{}"]);
    for all in [None, Some(Visibility::All)] {
        assert_eq!(said(&world.call(shown(all)).unwrap().frames), ["durable", "lossy", "{}"]);
    }
}

/// Contract: streams.tail.
#[test]
fn a_tail_never_waits_and_its_time_is_checked() {
    let mut world = World::new();
    let claim = world.running();
    let waiting = |block_ms| TailStreamArgs { block_ms, ..tailed(&claim.execution_id) };
    for block_ms in [None, Some(0), Some(30_000)] {
        let page = world.unwritten(|world| world.call(waiting(block_ms))).unwrap();
        assert_eq!((page.frames.len(), page.closed_at), (0, None));
    }
    for block_ms in [-1, 30_001] {
        refused_field(world.call(waiting(Some(block_ms))), Code::InvalidInput, "blockMs");
    }
    for limit in [0, 10_001] {
        let args = TailStreamArgs { limit: Some(limit), ..tailed(&claim.execution_id) };
        refused_field(world.call(args), Code::InvalidInput, "limit");
    }
}

/// Contract: streams.over.
#[test]
fn a_tail_reports_the_closure_with_no_frames_left() {
    let mut world = World::new();
    let claim = world.running();
    let last = world.append(&claim, "x").stream_id;
    world.complete(&claim).unwrap();
    let page = world.tail(&claim.execution_id, &last).unwrap();
    assert!(page.frames.is_empty() && page.over);
    assert_eq!((page.closed_at, page.closed_reason), (Some(START), Some(ClosedReason::AttemptSuccess)));
}
