//! `read_stream`. Contract: streams.read, streams.bounds, streams.limit, streams.page-bytes.

use crate::engine::world::streams::{frame, lossy, said, whole};
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use tidegate::Code;
use tidegate::ops::streams::frames::FramePage;
use tidegate::ops::streams::read::ReadStreamArgs;

fn between(world: &mut World, id: &str, from: &str, to: &str) -> Vec<String> {
    let args = ReadStreamArgs { from: Some(from.to_owned()), to: Some(to.to_owned()), ..whole(id) };
    said(&world.call(args).unwrap().frames)
}

fn at(ms: i64, seq: i64) -> String {
    format!("{}-{seq}", START + ms)
}

/// Contract: streams.unwritten.
#[test]
fn a_stream_that_was_never_written_is_empty_and_open() {
    let mut world = World::new();
    let empty = |attempt_index| FramePage {
        attempt_index,
        frames: Vec::new(),
        more: false,
        closed_at: None,
        closed_reason: None,
        over: false,
    };
    let id = world.submit("mail");
    assert_eq!(world.stream(&id), empty(0));
    assert_eq!(world.stream_of(&id, 7), empty(7));
    world.claim("mail");
    assert_eq!(world.stream(&id), empty(0));
}

/// Contract: streams.read, streams.bounds.
#[test]
fn both_bounds_are_included() {
    let mut world = World::new();
    let claim = world.running();
    let id = &claim.execution_id;
    for gap in [0, 0, 1, 0, 1] {
        world.pass(gap);
        let n = world.frames();
        world.append(&claim, &n.to_string());
    }
    assert_eq!(between(&mut world, id, "start", "end"), ["0", "1", "2", "3", "4"]);
    assert_eq!(between(&mut world, id, "0-0", "end"), ["0", "1", "2", "3", "4"]);
    assert_eq!(between(&mut world, id, &at(0, 1), &at(1, 0)), ["1", "2"]);
    assert_eq!(between(&mut world, id, &at(1, 1), &at(1, 1)), ["3"]);
    assert_eq!(between(&mut world, id, &at(0, 2), &at(0, 9)), [""; 0]);
    assert_eq!(between(&mut world, id, &at(2, 0), &at(1, 0)), [""; 0]);
    assert_eq!(between(&mut world, id, "end", "end"), [""; 0]);
    assert_eq!(between(&mut world, id, "start", "start"), [""; 0]);
}

/// Contract: streams.bounds.
#[test]
fn a_millisecond_alone_is_its_first_frame_as_a_lower_bound_and_its_last_as_an_upper_one() {
    let mut world = World::new();
    let claim = world.running();
    let id = &claim.execution_id;
    for gap in [0, 1, 0, 1] {
        world.pass(gap);
        let n = world.frames();
        world.append(&claim, &n.to_string());
    }
    let ms = (START + 1).to_string();
    assert_eq!(between(&mut world, id, &ms, &ms), ["1", "2"]);
    assert_eq!(between(&mut world, id, &ms, "end"), ["1", "2", "3"]);
    assert_eq!(between(&mut world, id, "start", &ms), ["0", "1", "2"]);
    assert_eq!(between(&mut world, id, "0", "18446744073709551615"), ["0", "1", "2", "3"]);
}

#[test]
fn reading_goes_on_at_the_last_id_without_the_duplicate_or_one_past_it() {
    let mut world = World::new();
    let claim = world.running();
    world.append_many(&claim, 25, 1);
    let (mut seen, mut past) = (Vec::new(), Vec::new());
    let (mut from, mut next) = ("start".to_owned(), "start".to_owned());
    let paged = |from: &String| ReadStreamArgs {
        from: Some(from.clone()),
        limit: Some(7),
        ..ReadStreamArgs { execution_id: claim.execution_id.clone(), ..ReadStreamArgs::default() }
    };
    loop {
        let page = world.call(paged(&from)).unwrap();
        let fresh = page.frames.iter().filter(|frame| frame.id != from).cloned().collect::<Vec<_>>();
        seen.extend(said(&fresh));
        let other = world.call(paged(&next)).unwrap();
        past.extend(said(&other.frames));
        if let Some(last) = other.frames.last() {
            let (ms, seq) = last.id.split_once('-').unwrap();
            next = format!("{ms}-{}", seq.parse::<i64>().unwrap() + 1);
        }
        let Some(last) = page.frames.last().filter(|_| page.more) else { break };
        from.clone_from(&last.id);
    }
    let expected: Vec<String> = (0..25).map(|n| n.to_string()).collect();
    assert_eq!(seen, expected);
    assert_eq!(past, expected);
}

/// Contract: streams.read.
#[test]
fn frames_of_both_sorts_stand_in_the_order_of_their_ids() {
    let mut world = World::new();
    let claim = world.running();
    for n in 0..300_u32 {
        let bytes = n.to_string();
        let args = if n % 3 == 0 { lossy(&claim, bytes.as_bytes(), 600_000) } else { frame(&claim, bytes.as_bytes()) };
        world.call(args).unwrap();
        world.pass(i64::from(n % 2));
    }
    let expected: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    assert_eq!(said(&world.stream(&claim.execution_id).frames), expected);
}

/// Contract: streams.limit, limits.page.
#[test]
fn a_limit_is_1_to_10000_and_nothing_is_capped() {
    let mut world = World::new();
    let claim = world.running();
    world.append_many(&claim, 101, 0);
    let limited = |limit| ReadStreamArgs { limit, ..whole(&claim.execution_id) };
    let page = world.call(limited(None)).unwrap();
    assert_eq!((page.frames.len(), page.more), (100, true));
    let page = world.call(limited(Some(101))).unwrap();
    assert_eq!((page.frames.len(), page.more), (101, false));
    let page = world.call(limited(Some(1))).unwrap();
    assert_eq!((said(&page.frames), page.more), (vec!["0".to_owned()], true));
    assert!(world.call(limited(Some(10_000))).is_ok());
    for limit in [0, -1] {
        let error = refused_field(world.call(limited(Some(limit))), Code::InvalidInput, "limit");
        assert_eq!(error.details().get("detail"), None);
    }
    let error = refused_field(world.call(limited(Some(10_001))), Code::InvalidInput, "limit");
    assert_eq!(detail(&error, "detail"), "count_limit_exceeds_hard_cap");
}

/// Contract: streams.cursors.
#[test]
fn cursors_that_are_none_are_told_apart() {
    let mut world = World::new();
    let id = world.submit("mail");
    for (kind, texts) in [
        ("bare_marker_cursor", &["-", "+"][..]),
        ("empty_cursor", &[""]),
        (
            "malformed_cursor",
            &[
                "-1",
                "1-",
                "1-2-3",
                "1.2",
                "Start",
                "END",
                " 1",
                "1 ",
                "0x1",
                "1-a",
                "+1",
                "１",
                "é",
                "$",
                "(1-0",
                "18446744073709551616",
                "1_000",
                "--",
            ],
        ),
    ] {
        for text in texts {
            let from = ReadStreamArgs { from: Some((*text).to_owned()), ..whole(&id) };
            let error = refused_field(world.call(from), Code::InvalidInput, "from");
            assert_eq!(detail(&error, "detail"), kind, "{text:?}");
            let to = ReadStreamArgs { to: Some((*text).to_owned()), ..whole(&id) };
            assert_eq!(detail(&refused_field(world.call(to), Code::InvalidInput, "to"), "detail"), kind, "{text:?}");
        }
    }
}

/// Contract: streams.page-bytes.
#[test]
fn a_page_ends_early_at_8_mib_and_is_never_empty_for_it() {
    let mut world = World::new();
    let claim = world.running();
    for n in 0..130_u8 {
        world.call(frame(&claim, &vec![n; 65_536])).unwrap();
    }
    let page = world.stream(&claim.execution_id);
    assert_eq!((page.frames.len(), page.more), (128, true));
    let last = page.frames.last().unwrap().id.clone();
    let rest = world.tail(&claim.execution_id, &last).unwrap();
    assert_eq!((rest.frames.len(), rest.more), (2, false));
    assert_eq!(rest.frames[1].bytes.as_slice(), vec![129; 65_536]);
}

/// Contract: streams.unwritten.
#[test]
fn an_execution_that_is_unknown_is_refused_and_an_attempt_has_an_index() {
    let mut world = World::new();
    let id = world.submit("mail");
    refusal(world.call(whole(crate::engine::world::scheduler::UNKNOWN)), Code::NotFoundExecution);
    refused_field(world.call(whole("mail")), Code::InvalidInput, "executionId");
    let args = ReadStreamArgs { attempt_index: Some(-1), ..whole(&id) };
    refused_field(world.call(args), Code::InvalidInput, "attemptIndex");
}

/// Contract: streams.unwritten.
#[test]
fn a_read_writes_nothing() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "x");
    world.unwritten(|world| world.stream(&claim.execution_id));
}

#[test]
fn bytes_cross_beside_the_text() {
    let mut world = World::new();
    let claim = world.running();
    world.call(frame(&claim, &[0, 159])).unwrap();
    world.append(&claim, "text");
    let said = format!(r#"[{{"op":"read_stream","args":{{"executionId":"{}"}}}}]"#, claim.execution_id);
    let (answer, payloads) = world.say_with(&said, &[]).unwrap();
    let frames = &answer["answers"][0]["ok"]["frames"];
    assert_eq!((&frames[0]["bytes"], &frames[1]["bytes"]), (&0.into(), &1.into()));
    assert_eq!((&frames[0]["encoding"], &frames[1]["encoding"]), (&"binary".into(), &"utf8".into()));
    assert_eq!(payloads, [vec![0, 159], b"text".to_vec()]);
}

/// Contract: streams.page-bytes.
#[test]
fn the_reads_of_a_commit_answer_16_mib_together_and_a_frame_each() {
    let mut world = World::new();
    let claim = world.running();
    let bytes = vec![7; 65_536];
    let envelopes = (0..130).map(|_| frame(&claim, &bytes).into()).collect();
    assert!(world.batch(envelopes).answers.iter().all(Result::is_ok));
    let pages: Vec<_> = (0..5).map(|_| whole(&claim.execution_id).into()).collect();
    let answers = world.batch(pages).answers;
    let lengths: Vec<(usize, bool)> = answers.iter().map(|answer| length(answer.as_ref().unwrap())).collect();
    assert_eq!(lengths, [(128, true), (128, true), (1, true), (1, true), (1, true)]);
    assert_eq!(world.stream(&claim.execution_id).frames.len(), 128);
}

fn length(answer: &tidegate::ops::Answer) -> (usize, bool) {
    let tidegate::ops::Answer::ReadStream(page) = answer else { panic!("{answer:?}") };
    (page.frames.len(), page.more)
}
