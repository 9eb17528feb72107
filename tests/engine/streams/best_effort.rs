//! Best-effort frames. Contract: streams.lossy-count, streams.lossy-rate, streams.lossy-over, streams.permanent.

use crate::engine::world::streams::{frame, lossy, said};
use crate::engine::world::{World, test};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::streams::append::AppendFrameArgs;

fn narrow(claim: &Claim, ttl_ms: i64, floor: i64, ceiling: i64) -> AppendFrameArgs {
    AppendFrameArgs { maxlen_floor: Some(floor), maxlen_ceiling: Some(ceiling), ..lossy(claim, b"x", ttl_ms) }
}

#[test]
fn a_best_effort_frame_tells_its_time_to_live() {
    let mut world = World::new();
    let claim = world.running();
    world.call(lossy(&claim, b"x", 500)).unwrap();
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!((frames[0].ttl_ms, frames[0].mode.word()), (Some(500), "best_effort"));
}

/// Contract: streams.lossy-count.
#[test]
fn slow_frames_are_kept_down_to_the_floor() {
    let mut world = World::new();
    let claim = world.running();
    world.lose_many(&claim, 200, 100, 300);
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!((frames.len(), said(&frames[..1])), (64, vec!["136".to_owned()]));
}

#[test]
fn a_hundred_rapid_frames_leave_64_to_100() {
    let mut world = World::new();
    let claim = world.running();
    world.lose_many(&claim, 100, 0, 50);
    assert!((64..=100).contains(&world.frames()), "{}", world.frames());
}

/// Contract: streams.lossy-rate.
#[test]
fn a_burst_lifts_what_is_kept_above_the_floor_and_an_idle_gap_lowers_it_again() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "permanent");
    world.lose_many(&claim, 600, 1, 200);
    let burst = world.frames();
    assert_eq!(burst, 1 + 400, "1 000 a second, for twice 200 ms");
    for _ in 0..40 {
        world.pass(500);
        world.call(lossy(&claim, b"x", 200)).unwrap();
    }
    assert_eq!(world.frames(), 1 + 64);
}

/// Contract: streams.lossy-count.
#[test]
fn what_is_kept_reaches_the_ceiling_and_never_exceeds_it() {
    let mut world = World::new();
    let claim = world.running();
    for _ in 0..200 {
        world.call(narrow(&claim, 1_000_000, 5, 100)).unwrap();
        assert!(world.frames() <= 100);
    }
    assert_eq!(world.frames(), 100);
    world.call(narrow(&claim, 1, 1, 1)).unwrap();
    assert_eq!(world.frames(), 1);
}

/// Contract: streams.lossy-count.
#[test]
fn an_append_trims_at_most_256_frames() {
    let mut world = World::new();
    let claim = world.running();
    for _ in 0..1_000 {
        world.call(lossy(&claim, b"x", 1_000_000)).unwrap();
    }
    assert_eq!(world.frames(), 1_000);
    for left in [745, 490, 235, 10, 10] {
        world.call(narrow(&claim, 1, 10, 10)).unwrap();
        assert_eq!(world.frames(), left);
    }
}

/// Contract: streams.lossy-rate.
#[test]
fn the_weight_of_the_newest_distance_is_the_callers() {
    let mut world = World::new();
    let claim = world.running();
    let weighed = |alpha| AppendFrameArgs { ema_alpha: Some(alpha), ..narrow(&claim, 100, 1, 1_000) };
    for _ in 0..2 {
        world.call(weighed(1.0)).unwrap();
        world.pass(1);
    }
    assert_eq!(world.number("SELECT lossy_rate FROM stream"), 1_000_000);
    world.pass(9);
    world.call(weighed(0.5)).unwrap();
    assert_eq!(world.number("SELECT lossy_rate FROM stream"), 550_000);
}

/// Contract: streams.lossy-apart.
#[test]
fn trimming_drops_best_effort_frames_only() {
    let mut world = World::new();
    let claim = world.running();
    world.append_many(&claim, 50, 0);
    world.patch(&claim, "{}");
    for _ in 0..50 {
        world.call(narrow(&claim, 1, 1, 1)).unwrap();
    }
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!((frames.len(), frames.iter().filter(|frame| frame.ttl_ms.is_none()).count()), (52, 51));
}

/// Contract: streams.lossy-over.
#[test]
fn a_stream_of_best_effort_frames_only_is_over_twice_their_time_after_the_last() {
    let mut world = World::new();
    let claim = world.running();
    world.lose_many(&claim, 3, 150, 100);
    let id = &claim.execution_id;
    world.pass(49);
    assert_eq!(world.stream(id).frames.len(), 3);
    world.pass(1);
    assert!(world.stream(id).frames.is_empty());
    assert_eq!(world.frames(), 3, "no tick came yet");
    world.tick();
    assert_eq!(world.frames(), 0);
}

/// Contract: streams.lossy-over.
#[test]
fn what_was_over_stays_so_whether_a_tick_came_or_not() {
    for ticks in [false, true] {
        let mut world = World::new();
        let claim = world.running();
        world.lose_many(&claim, 3, 0, 100);
        world.pass(200);
        if ticks {
            world.tick();
        }
        assert_eq!(world.call(lossy(&claim, b"anew", 100)).unwrap().frame_count, 4);
        assert_eq!(said(&world.stream(&claim.execution_id).frames), ["anew"]);
        world.append(&claim, "durable");
        world.pass(10_000);
        world.tick();
        assert_eq!(said(&world.stream(&claim.execution_id).frames), ["anew", "durable"]);
    }
}

/// Contract: streams.permanent.
#[test]
fn the_first_durable_frame_makes_a_stream_permanent_and_later_ones_do_not_change_that() {
    let mut world = World::new();
    let claim = world.running();
    world.call(lossy(&claim, b"before", 100)).unwrap();
    world.call(frame(&claim, b"durable")).unwrap();
    world.call(lossy(&claim, b"after", 100)).unwrap();
    world.pass(10_000);
    assert!(!world.tick().more);
    assert_eq!(said(&world.stream(&claim.execution_id).frames), ["before", "durable", "after"]);
}

/// Contract: streams.permanent.
#[test]
fn a_summary_frame_makes_a_stream_permanent_as_well() {
    let mut world = World::new();
    let claim = world.running();
    world.call(lossy(&claim, b"before", 100)).unwrap();
    world.patch(&claim, "{}");
    world.pass(10_000);
    world.tick();
    assert_eq!(world.stream(&claim.execution_id).frames.len(), 2);
}

/// Contract: streams.clock.
#[test]
fn a_clock_that_is_put_back_moves_the_end_of_best_effort_frames_with_it() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(1_000);
    world.call(lossy(&claim, b"x", 100)).unwrap();
    world.set_clock(crate::engine::world::START);
    world.engine.accept_clock().unwrap();
    world.pass(199);
    assert_eq!(world.stream(&claim.execution_id).frames.len(), 1);
    world.pass(1);
    assert!(world.stream(&claim.execution_id).frames.is_empty());
}

#[test]
fn what_is_over_goes_with_the_durable_frame_that_makes_its_stream_permanent() {
    let mut world = World::new();
    let claim = world.running();
    for _ in 0..60 {
        world.call(lossy(&claim, b"x", 10)).unwrap();
    }
    world.pass(1_000);
    world.append(&claim, "kept");
    assert_eq!(world.number("SELECT count(*) FROM frame"), 1);
    assert_eq!(world.number("SELECT lossy_count FROM stream"), 0);
    world.call(lossy(&claim, b"new", 10)).unwrap();
    assert_eq!(world.number("SELECT lossy_count FROM stream"), 1);
    assert_eq!(world.stream(&claim.execution_id).frames.len(), 2);
}
