//! `append_frame`. Contract: streams.append, streams.ids, streams.closed, streams.stale-owner, streams.durable.

use crate::engine::world::streams::{frame, patch, said, whole};
use crate::engine::world::telling::once;
use crate::engine::world::turns::{delay, revoke};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use std::rc::Rc;
use tidegate::model::executions::policy::StreamPolicy;
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::model::streams::stream::{FrameKind, FrameMode};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;
use tidegate::ops::streams::append::{AppendFrameAnswer, AppendFrameArgs};
use tidegate::ops::streams::frames::{Frame, FrameEncoding, FrameSource};
use tidegate::store::driver::{Failing, Fault};
use tidegate::{Class, Code, Limits};

fn keeping(frames_max: Option<i64>, ttl_ms: Option<i64>) -> impl FnOnce(&mut CreateArgs) {
    let stream = StreamPolicy { durability_mode: None, retention_maxlen: frames_max, retention_ttl_ms: ttl_ms };
    move |create| create.policy.stream = Some(stream)
}

/// A refusal that leaves the tables alone.
fn refused(world: &mut World, args: AppendFrameArgs, code: Code) {
    world.unwritten(|world| refusal(world.call(args), code));
}

fn cut_off(world: &mut World, claim: &Claim, code: Code) {
    refused(world, frame(claim, b"late"), code);
    refused(world, patch(claim, "{}"), code);
}

/// Contract: streams.ids.
#[test]
fn ids_are_of_the_millisecond_and_count_from_0_in_it() {
    let mut world = World::new();
    let claim = world.running();
    let mut ids = Vec::new();
    for gap in [0, 0, 1, 0, 5] {
        world.pass(gap);
        ids.push(world.append(&claim, "x").stream_id);
    }
    let at = |ms: i64, seq: i64| format!("{}-{seq}", START + ms);
    assert_eq!(ids, [at(0, 0), at(0, 1), at(1, 0), at(1, 1), at(6, 0)]);
    assert_eq!(world.stream(&claim.execution_id).frames.into_iter().map(|frame| frame.id).collect::<Vec<_>>(), ids);
}

/// Contract: streams.append.
#[test]
fn an_answer_counts_appends_over_the_life_of_the_stream() {
    let mut world = World::new();
    let claim = world.running_with(keeping(Some(2), None));
    for count in 1..=5 {
        let expected = AppendFrameAnswer {
            stream_id: format!("{START}-{}", count - 1),
            frame_count: count,
            summary_version: None,
        };
        assert_eq!(world.append(&claim, "x"), expected);
    }
    assert_eq!(world.frames(), 2);
}

/// Contract: streams.verbatim.
#[test]
fn a_frame_is_read_as_it_was_given() {
    let mut world = World::new();
    let claim = world.running();
    let bytes = [0, 159, 146, 150];
    let args = AppendFrameArgs {
        kind: Some(FrameKind::Stderr),
        frame_type: "log line".to_owned(),
        seq: Some(9_007_199_254_740_991),
        correlation_id: Some("order-7".to_owned()),
        ..frame(&claim, &bytes)
    };
    world.pass(5);
    let answer = world.call(args).unwrap();
    let expected = Frame {
        id: answer.stream_id,
        kind: FrameKind::Stderr,
        frame_type: "log line".to_owned(),
        mode: FrameMode::Durable,
        encoding: FrameEncoding::Binary,
        source: FrameSource::Worker,
        correlation_id: Some("order-7".to_owned()),
        seq: Some(9_007_199_254_740_991),
        ts: START + 5,
        summary_version: None,
        ttl_ms: None,
        bytes: bytes.to_vec().into(),
    };
    assert_eq!(world.stream(&claim.execution_id).frames, [expected]);
}

/// Contract: streams.frame-type.
#[test]
fn a_frame_type_left_out_or_empty_is_the_word_of_the_kind() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "nothing said");
    for kind in FrameKind::ALL {
        world.call(AppendFrameArgs { kind: Some(*kind), ..frame(&claim, "päivää".as_bytes()) }).unwrap();
    }
    let named = AppendFrameArgs { kind: Some(FrameKind::Blob), frame_type: "blob".to_owned(), ..frame(&claim, b"") };
    world.call(named).unwrap();
    let frames = world.stream(&claim.execution_id).frames;
    let types: Vec<&str> = frames.iter().map(|frame| frame.frame_type.as_str()).collect();
    assert_eq!(types, ["event", "stdout", "stderr", "event", "blob", "blob"]);
    assert!(frames.iter().all(|frame| frame.encoding == FrameEncoding::Utf8));
    assert_eq!(world.number("SELECT count(frame_type) FROM frame"), 0);
}

/// Contract: streams.frame-size, limits.inclusive.
#[test]
fn frames_of_65536_bytes_are_taken_and_larger_ones_are_not() {
    let mut world = World::with_limits(Limits { payload_bytes_max: 10, ..Limits::default() });
    let claim = world.running();
    world.call(frame(&claim, &vec![7; 65_536])).unwrap();
    let error = world.unwritten(|world| {
        refused_field(world.call(frame(&claim, &vec![7; 65_537])), Code::RetentionLimitExceeded, "bytes")
    });
    assert_eq!((detail(&error, "limit"), detail(&error, "found")), ("65536", "65537"));
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!((frames.len(), frames[0].bytes.as_slice()), (1, &*vec![7; 65_536]));
    world.call(frame(&claim, b"")).unwrap();
}

/// Contract: streams.append-arguments.
#[test]
fn arguments_are_checked_before_anything_is_written() {
    let mut world = World::new();
    let claim = world.running();
    let bare = || frame(&claim, b"x");
    let best_effort = || AppendFrameArgs { mode: Some(FrameMode::BestEffort), ttl_ms: Some(5), ..bare() };
    for (field, args) in [
        ("frameType", AppendFrameArgs { frame_type: "t".repeat(257), ..bare() }),
        ("seq", AppendFrameArgs { seq: Some(-1), ..bare() }),
        ("seq", AppendFrameArgs { seq: Some(1 << 53), ..bare() }),
        ("correlationId", AppendFrameArgs { correlation_id: Some(String::new()), ..bare() }),
        ("correlationId", AppendFrameArgs { correlation_id: Some("a\nb".to_owned()), ..bare() }),
        ("ttlMs", AppendFrameArgs { ttl_ms: Some(5), ..bare() }),
        ("maxlenFloor", AppendFrameArgs { maxlen_floor: Some(5), ..bare() }),
        ("maxlenCeiling", AppendFrameArgs { maxlen_ceiling: Some(5), ..patch(&claim, "{}") }),
        ("emaAlpha", AppendFrameArgs { ema_alpha: Some(0.5), ..bare() }),
        ("ttlMs", AppendFrameArgs { ttl_ms: None, ..best_effort() }),
        ("ttlMs", AppendFrameArgs { ttl_ms: Some(0), ..best_effort() }),
        ("maxlenCeiling", AppendFrameArgs { maxlen_ceiling: Some(0), ..best_effort() }),
        ("maxlenCeiling", AppendFrameArgs { maxlen_ceiling: Some(1_000_001), ..best_effort() }),
        ("maxlenFloor", AppendFrameArgs { maxlen_floor: Some(0), ..best_effort() }),
        ("maxlenFloor", AppendFrameArgs { maxlen_floor: Some(10), maxlen_ceiling: Some(9), ..best_effort() }),
        ("emaAlpha", AppendFrameArgs { ema_alpha: Some(0.0), ..best_effort() }),
        ("emaAlpha", AppendFrameArgs { ema_alpha: Some(1.1), ..best_effort() }),
    ] {
        world.unwritten(|world| refused_field(world.call(args), Code::InvalidInput, field));
    }
    refused(&mut world, AppendFrameArgs { handle: "AA".to_owned(), ..bare() }, Code::Corruption);
    let small = AppendFrameArgs { maxlen_ceiling: Some(9), ..best_effort() };
    assert!(world.call(small).is_ok(), "the floor left out is no higher than the ceiling");
}

/// Contract: streams.closed.
#[test]
fn an_execution_that_does_not_exist_is_not_found() {
    let claim = World::new().running();
    cut_off(&mut World::new(), &claim, Code::NotFoundExecution);
}

/// Contract: streams.closed.
#[test]
fn a_stream_is_closed_to_whoever_holds_no_active_execution() {
    let mut world = World::new();
    let ended = world.completed();
    cut_off(&mut world, &ended, Code::StreamClosed);
    let cancelled = world.running();
    world.cancel(&cancelled.execution_id).unwrap();
    cut_off(&mut world, &cancelled, Code::StreamClosed);
    let failed = world.running();
    world.fail(&failed, FailureClass::Transient).unwrap();
    cut_off(&mut world, &failed, Code::StreamClosed);
    let delayed = world.running_in("post");
    delay(&mut world, &delayed, START + TTL).unwrap();
    cut_off(&mut world, &delayed, Code::StreamClosed);
    let waiting = world.running_in("post");
    world.call(WaitChildrenArgs { handle: waiting.handle.clone(), ..WaitChildrenArgs::default() }).unwrap();
    cut_off(&mut world, &waiting, Code::StreamClosed);
    let expired = world.running_with(|create| create.deadline_at = Some(START + 5));
    world.pass(5);
    cut_off(&mut world, &expired, Code::StreamClosed);
    let error = refusal(world.call(frame(&ended, b"")), Code::StreamClosed);
    assert_eq!((detail(&error, "terminalOutcome"), detail(&error, "attemptId")), ("success", &*ended.attempt_id));
    assert_eq!(error.class(), Class::Terminal);
    assert_eq!(world.stream_rows(), 0);
}

/// Contract: streams.stale-owner.
#[test]
fn whoever_lost_its_lease_can_no_longer_append() {
    let mut world = World::new();
    let claim = world.lapsed();
    cut_off(&mut world, &claim, Code::StaleOwnerCannotAppend);
    world.claim("mail");
    cut_off(&mut world, &claim, Code::StaleOwnerCannotAppend);
    let revoked = world.running();
    revoke(&mut world, &revoked.execution_id, |_| {}).unwrap();
    cut_off(&mut world, &revoked, Code::StaleOwnerCannotAppend);
    let again = world.claim("mail");
    assert_eq!(again.attempt_id, revoked.attempt_id);
    cut_off(&mut world, &revoked, Code::StaleOwnerCannotAppend);
    world.append(&again, "the one that goes on");
}

/// Contract: streams.per-attempt.
#[test]
fn an_attempt_that_goes_on_goes_on_in_its_stream() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "before");
    delay(&mut world, &claim, START + 10).unwrap();
    world.pass(10);
    let again = world.claim("mail");
    assert_eq!(world.append(&again, "after").frame_count, 2);
    assert_eq!(said(&world.stream(&claim.execution_id).frames), ["before", "after"]);
}

/// Contract: streams.per-attempt.
#[test]
fn frames_of_different_attempts_never_mix() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "first");
    world.pass(TTL);
    let next = world.claim("mail");
    assert_eq!(world.append(&next, "second").frame_count, 1);
    let id = &claim.execution_id;
    assert_eq!(said(&world.stream_of(id, 0).frames), ["first"]);
    assert_eq!(said(&world.stream_of(id, 1).frames), ["second"]);
    let page = world.stream(id);
    assert_eq!((page.attempt_index, said(&page.frames)), (1, vec!["second".to_owned()]));
}

/// Contract: streams.durable.
#[test]
fn the_newest_10000_durable_and_summary_frames_are_kept() {
    let mut world = World::new();
    let claim = world.running();
    for n in 0..10_003 {
        let text = format!("{{\"n\":{n}}}");
        let args = if n % 2 == 0 { frame(&claim, text.as_bytes()) } else { patch(&claim, &text) };
        world.call(args).unwrap();
    }
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!((frames.len(), said(&frames[..1])), (10_000, vec!["{\"n\":3}".to_owned()]));
    assert_eq!(world.frames(), 10_000);
}

/// Contract: streams.durable.
#[test]
fn a_policy_says_how_many_durable_frames_are_kept_exactly() {
    let mut world = World::new();
    let claim = world.running_with(keeping(Some(50), None));
    world.append_many(&claim, 200, 0);
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!((frames.len(), said(&frames[..1])), (50, vec!["150".to_owned()]));
}

/// Contract: streams.durable-ttl.
#[test]
fn durable_frames_past_their_time_are_hidden_at_once_whatever_a_tick_did() {
    let mut world = World::new();
    let claim = world.running_with(keeping(None, Some(100)));
    world.append_many(&claim, 3, 10);
    let id = &claim.execution_id;
    world.pass(69);
    assert_eq!(said(&world.stream(id).frames), ["0", "1", "2"]);
    world.pass(1);
    assert_eq!(said(&world.stream(id).frames), ["1", "2"]);
    assert_eq!(world.frames(), 3);
    world.append(&claim, "new");
    assert_eq!(world.frames(), 3, "an append deletes a few of them");
    assert_eq!(said(&world.stream(id).frames), ["1", "2", "new"]);
    world.pass(100);
    assert!(world.stream(id).frames.is_empty());
    world.tick();
    assert_eq!(world.frames(), 0);
    assert_eq!(world.append(&claim, "again").frame_count, 5);
    assert_eq!(said(&world.stream(id).frames), ["again"]);
}

/// Contract: streams.purge.
#[test]
fn a_tick_deletes_at_most_1000_frames_and_says_that_there_are_more() {
    let mut world = World::new();
    let claim = world.running_with(keeping(None, Some(100)));
    world.append_many(&claim, 1_500, 0);
    world.patch(&claim, "{}");
    world.pass(100);
    assert!(world.tick().more);
    assert_eq!(world.frames(), 501);
    assert!(world.stream(&claim.execution_id).frames.is_empty());
    assert!(!world.tick().more);
    assert_eq!((world.frames(), world.stream_rows()), (0, 2), "the stream and its summary stay");
    world.unwritten(World::tick);
}

/// Contract: streams.append-wakes.
#[test]
fn an_append_wakes_those_who_read_the_stream_and_nobody_else() {
    let mut world = World::new();
    let claim = world.running();
    let wakes = world.woken(frame(&claim, b"x"));
    assert_eq!(wakes.streams.into_iter().collect::<Vec<_>>(), std::slice::from_ref(&claim.execution_id));
    assert!(!wakes.events && wakes.lanes.is_empty() && wakes.finished.is_empty());
    assert!(world.woken(whole(&claim.execution_id)).streams.is_empty());
}

/// Contract: streams.append-whole.
#[test]
fn the_same_request_appends_once() {
    let mut world = World::new();
    let claim = world.running();
    let first = once(&mut world, "r1", patch(&claim, "{\"a\":1}")).unwrap();
    assert_eq!(once(&mut world, "r1", patch(&claim, "{\"a\":1}")).unwrap(), first);
    assert_eq!((world.frames(), world.summary(&claim.execution_id).unwrap().version), (1, 1));
}

/// Contract: streams.append-whole.
#[test]
fn a_failing_statement_leaves_no_part_of_an_append() {
    for n in 0.. {
        let mut world = World::new();
        let claim = world.running_with(keeping(Some(1), Some(1)));
        world.patch(&claim, "{\"a\":1}");
        world.pass(2);
        let failing = Rc::new(Failing::over(Rc::clone(&world.driver)));
        let mut world = world.reopened_through(Rc::clone(&failing) as _);
        failing.fail_at(n, Fault::FromThen);
        let outcome = world.call(patch(&claim, "{\"b\":2}"));
        failing.heal();
        if outcome.is_ok() {
            assert!(n > 5, "only {n} statements");
            return;
        }
        let summary = world.summary(&claim.execution_id).unwrap();
        assert_eq!((summary.version, summary.document_json.as_str()), (1, "{\"a\":1}"), "at statement {n}");
        assert_eq!(world.frames(), 1, "at statement {n}");
        assert_eq!(world.patch(&claim, "{\"b\":2}").frame_count, 2, "at statement {n}");
    }
}

/// Contract: streams.ids, streams.clock.
#[test]
fn ids_rise_although_the_clock_was_put_back() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(1_000);
    world.append(&claim, "ahead");
    world.set_clock(START);
    world.engine.accept_clock().unwrap();
    assert_eq!(world.append(&claim, "behind").stream_id, format!("{}-1", START + 1_000));
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!(frames.iter().map(|frame| frame.ts - START).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(said(&frames), ["ahead", "behind"]);
}
