//! Prepared situations of streams, tags, searches and retention; the others stand in
//! [`executions`](crate::situations::executions) and [`scheduled`](crate::situations::scheduled).

use crate::calls::inquiry::{Inquiry, Search};
use crate::calls::kept::Kept;
use crate::calls::op::{Call, Fail, Op, Watch};
use crate::calls::streaming::{Append, Loose, Mode, Streaming};
use crate::ground::world::START;
use crate::situations::executions::{
    again as retried, cancel, claim, complete, create, held, id, nothing, one, over, replay, with_id,
};
use crate::situations::scheduled::block;
use crate::situations::stage::{Act, Situation, Stage};

const LOOSE: Mode = Mode::BestEffort(Loose { ttl_ms: 100, floor: Some(1), ceiling: None, alpha: None });

fn append(stage: &Stage, mode: Mode, bytes: &str) -> Call {
    let handle = stage.handles.last().expect("a handle").clone();
    let correlation_id = Some("together".to_owned());
    let one = Append { correlation_id, seq: Some(7), ..Append::new(handle, mode, bytes.as_bytes()) };
    Op::Streaming(Streaming::Append(one)).into()
}

fn ask(inquiry: Inquiry) -> Call {
    Op::Inquiry(inquiry).into()
}

fn tag(name: &str, value: &str) -> Call {
    ask(Inquiry::SetTag { id: id(name), key: "a".to_owned(), value: value.to_owned() })
}

fn search(set: impl FnOnce(&mut Search)) -> Call {
    let mut search = Search::default();
    set(&mut search);
    ask(Inquiry::Search(Box::new(search)))
}

/// Every way to look for executions, in both orders.
fn searches() -> Vec<Call> {
    let tags = || [("a".to_owned(), "b".to_owned()), ("b".to_owned(), "c".to_owned())].into();
    let mut all = Vec::new();
    for oldest_first in [false, true] {
        all.push(search(|one| one.oldest_first = oldest_first));
        all.push(search(|one| (one.oldest_first, one.tags) = (oldest_first, tags())));
        all.push(search(|one| (one.oldest_first, one.lane) = (oldest_first, Some("mail".to_owned()))));
    }
    all.push(search(|one| one.states = vec!["waiting", "completed", "delayed"]));
    all.push(search(|one| (one.created_from, one.created_before) = (Some(START), Some(START + 50))));
    all
}

/// What is looked at once more however a situation went on.
pub fn again(name: &str) -> Vec<Call> {
    let (index, after, limit, kept_only) = (Some(0), None, None, false);
    let history = Inquiry::History { id: id(name), streams: vec!["execution"], cursor: None, limit: None };
    let tail = Streaming::Tail { id: id(name), index, after, limit, kept_only };
    let count = Inquiry::Count { lane: None, namespace: None };
    let tagged = search(|one| one.tags = [("a".to_owned(), "b".to_owned())].into());
    vec![Op::Streaming(tail).into(), ask(history), ask(count), tagged]
}

/// Every read of this slice about one execution, and those about all.
pub fn reads(name: &str) -> Vec<Call> {
    let id = || id(name);
    let (tail_of, from, to) = (|kept_only| (id(), kept_only), None, None);
    let tail = |(id, kept_only)| Streaming::Tail { id, index: Some(0), after: None, limit: None, kept_only };
    let streaming = [
        Streaming::Read { id: id(), index: None, from, to, limit: None },
        tail(tail_of(true)),
        tail(tail_of(false)),
        Streaming::Summary { id: id(), index: Some(0) },
    ];
    let events = Watch { id: Some(id()), tag: Some(("a".to_owned(), "b".to_owned())), ..Watch::default() };
    let inquiries = [
        Inquiry::GetTag { id: id(), key: "a".to_owned() },
        Inquiry::Count { lane: Some("mail".to_owned()), namespace: Some("default".to_owned()) },
        Inquiry::Count { lane: None, namespace: None },
        Inquiry::History { id: id(), streams: vec!["execution", "operator"], cursor: None, limit: None },
        Inquiry::Wait { id: id(), after: Some("start".to_owned()) },
        Inquiry::Inspect,
    ];
    let streaming = streaming.map(|read| Call::from(Op::Streaming(read)));
    let told = Call::from(Op::Events(Watch { after: "start".to_owned(), ..events }));
    streaming.into_iter().chain(inquiries.map(ask)).chain([told]).chain(searches()).collect()
}

/// One is held that streamed in every mode and keeps two durable frames for a while.
fn streamed(stage: &mut Stage) {
    stage.grant(create("1", |one| {
        retried(one);
        one.stream = Some((Some(2), Some(50)));
        one.tags = [("a".to_owned(), "b".to_owned()), ("b".to_owned(), "c".to_owned())].into();
    }));
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(append(stage, Mode::Durable, "one"));
    stage.grant(append(stage, Mode::Summary, r#"{"a":1}"#));
    stage.grant(append(stage, LOOSE, "two"));
}

/// What was durable is over, though nobody has deleted it; another one streamed best-effort frames alone.
fn over_in_streams(stage: &mut Stage) {
    stage.grant(create("2", |one| "build".clone_into(&mut one.lane)));
    stage.grant(claim(&["build"], 5_000));
    stage.grant(append(stage, LOOSE, "gone"));
    streamed(stage);
    stage.pass(300);
}

/// One ended that has a row in every table of its own, as it failed once before.
fn ended(stage: &mut Stage) {
    stage.grant(create("1", |one| {
        retried(one);
        one.input = Some(b"input".to_vec());
        one.key = Some("key".to_owned());
        one.tags = [("a".to_owned(), "b".to_owned())].into();
        one.retention_ms = Some(10);
    }));
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(append(stage, Mode::Summary, r#"{"a":1}"#));
    let handle = stage.handles.last().expect("a handle").clone();
    let message = "no".to_owned();
    stage.grant(
        Op::Fail(Fail { handle, class: "transient", category: None, message, detail: None, retry_at: None }).into(),
    );
    stage.pass(1_000);
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(append(stage, Mode::Durable, "two"));
    let handle = stage.handles.last().expect("a handle").clone();
    stage.grant(Op::Progress { handle: handle.clone(), percent: Some(5), message: None }.into());
    stage.grant(
        Op::Step { handle, name: "one".to_owned(), result: Some(b"part".to_vec()), encoding: None, took_ms: None }
            .into(),
    );
    stage.grant(complete(stage, stage.handles.len() - 1));
}

/// As [`ended`], and past its retention, as is one that was cancelled; one that waits is not.
fn past(stage: &mut Stage) {
    stage.world.keep(Kept { executions_ms: Some(500), events_ms: None });
    ended(stage);
    stage.grant(create("2", |_| {}));
    stage.grant(cancel("2"));
    stage.grant(create("3", |one| one.tags = [("a".to_owned(), "b".to_owned())].into()));
    stage.pass(600);
}

/// Most of the log is past its retention, and so is the end of an execution; one is blocked for what an old event says.
fn old_events(stage: &mut Stage) {
    stage.world.keep(Kept { executions_ms: Some(500), events_ms: Some(1_000) });
    stage.grant(create("3", |_| {}));
    stage.grant(block("3"));
    stage.grant(create("4", |_| {}));
    stage.grant(block("4"));
    ended(stage);
    stage.pass(700);
    stage.grant(create("5", |_| {}));
    stage.pass(600);
}

/// As [`old_events`], and a tick has deleted it.
fn trimmed(stage: &mut Stage) {
    old_events(stage);
    stage.act(Act::Tick);
}

fn read_from(cursor: &str) -> Call {
    Watch::after(cursor, None, &[]).into()
}

/// One ended, was replayed, and ended again.
fn ended_twice(stage: &mut Stage) {
    over(stage);
    stage.grant(replay("1"));
    stage.grant(claim(&["mail"], 1_000));
    stage.grant(append(stage, Mode::Durable, "again"));
    stage.grant(complete(stage, stage.handles.len() - 1));
    stage.grant(replay("2"));
}

/// One failed for good.
fn failed(stage: &mut Stage) {
    held(stage);
    let (handle, message) = (stage.handles[0].clone(), "no".to_owned());
    stage.grant(
        Op::Fail(Fail { handle, class: "permanent", category: None, message, detail: None, retry_at: None }).into(),
    );
}

fn wait(name: &str, after: Option<&str>) -> Call {
    ask(Inquiry::Wait { id: id(name), after: after.map(str::to_owned) })
}

fn streaming_batch(stage: &Stage) -> Vec<Call> {
    vec![
        with_id(append(stage, Mode::Summary, r#"{"b":"__ff_null__"}"#), "s"),
        append(stage, LOOSE, "loose"),
        with_id(append(stage, Mode::Summary, r#"{"c":5}"#), "s"),
        tag("1", "new"),
        with_id(tag("1", "newer"), "t"),
        append(stage, Mode::Durable, "last"),
        crate::situations::executions::revoke("1"),
        append(stage, Mode::Durable, "refused"),
        search(|one| one.tags = [("a".to_owned(), "newer".to_owned())].into()),
        claim(&["mail"], 700),
    ]
}

fn unblock(name: &str) -> Call {
    Op::Protocol(crate::calls::protocol::Protocol::Unblock { id: id(name), reason: "waiting_for_budget" }).into()
}

pub const SITUATIONS: &[Situation] = &[
    Situation { name: "a first frame", prepare: held, act: Act::Calls(|stage| one(append(stage, Mode::Durable, "x"))) },
    Situation {
        name: "a frame too many",
        prepare: streamed,
        act: Act::Calls(|stage| one(append(stage, Mode::Durable, "x"))),
    },
    Situation {
        name: "a frame after others are over",
        prepare: over_in_streams,
        act: Act::Calls(|stage| one(append(stage, Mode::Durable, "x"))),
    },
    Situation {
        name: "a best-effort frame",
        prepare: streamed,
        act: Act::Calls(|stage| vec![append(stage, LOOSE, "x"), append(stage, LOOSE, "y")]),
    },
    Situation {
        name: "a summary frame",
        prepare: streamed,
        act: Act::Calls(|stage| one(append(stage, Mode::Summary, r#"{"a":null,"b":{"c":1}}"#))),
    },
    Situation {
        name: "a frame with a request id",
        prepare: streamed,
        act: Act::Calls(|stage| one(with_id(append(stage, Mode::Durable, "x"), "r"))),
    },
    Situation { name: "a tick that deletes frames", prepare: over_in_streams, act: Act::Tick },
    Situation { name: "a new tag", prepare: held, act: Act::Calls(|_| one(tag("1", "x"))) },
    Situation { name: "a tag changed", prepare: streamed, act: Act::Calls(|_| one(tag("1", "x"))) },
    Situation { name: "a tag it has", prepare: streamed, act: Act::Calls(|_| one(tag("1", "b"))) },
    Situation { name: "reads of a stream", prepare: streamed, act: Act::Calls(|_| reads("1")) },
    Situation { name: "reads of one past its retention", prepare: past, act: Act::Calls(|_| reads("1")) },
    Situation { name: "reads of old events", prepare: old_events, act: Act::Calls(|_| reads("3")) },
    Situation {
        name: "reads of two ends",
        prepare: ended_twice,
        act: Act::Calls(|_| [reads("1"), reads("2")].concat()),
    },
    Situation {
        name: "waits for one that failed",
        prepare: failed,
        act: Act::Calls(|_| vec![wait("1", None), replay("1"), wait("1", Some("start")), wait("2", None)]),
    },
    Situation { name: "a batch of one who streams", prepare: streamed, act: Act::Calls(streaming_batch) },
    Situation { name: "a tick that deletes executions", prepare: past, act: Act::Tick },
    Situation { name: "a tick that trims the log", prepare: old_events, act: Act::Tick },
    Situation {
        name: "an id used again",
        prepare: past,
        act: Act::Calls(|_| one(create("1", |one| one.key = Some("key".to_owned())))),
    },
    Situation { name: "a read of what was trimmed", prepare: trimmed, act: Act::Calls(|_| one(read_from("e1"))) },
    Situation { name: "an end of a block after a trim", prepare: trimmed, act: Act::Calls(|_| one(unblock("3"))) },
    Situation { name: "a tag of one past its retention", prepare: past, act: Act::Calls(|_| one(tag("1", "x"))) },
    Situation { name: "reads of nothing", prepare: nothing, act: Act::Calls(|_| reads("1")) },
];
