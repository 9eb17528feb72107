//! Prepared situations and what is done in them: every operation, alone and in batches, with and without work that is
//! due. Everything in them is named by the test, so that two runs differ in drawn ids only.

use crate::calls::op::{Call, Cancel, Claim, Create, Fail, Op, Revoke};
use crate::calls::retry::{Backoff, Retry};
use crate::ground::world::START;
use crate::situations::stage::{Act, Situation, Stage};
use serde_json::json;

pub fn id(name: &str) -> String {
    format!("{{fp:0}}:00000000-0000-4000-8000-0000000000{name:0>2}")
}

pub fn create(name: &str, set: impl FnOnce(&mut Create)) -> Call {
    let lane = "mail".to_owned();
    let mut one = Create { id: Some(id(name)), lane, kind: "send".to_owned(), ..Create::default() };
    set(&mut one);
    Op::Create(Box::new(one)).into()
}

/// Created as a member of a flow.
pub fn born(name: &str, flow: &str) -> Call {
    Op::Flow("create_execution", json!({ "executionId": id(name), "flowId": flow, "lane": "mail", "kind": "send" }))
        .into()
}

pub fn claim(lanes: &[&str], ttl_ms: i64) -> Call {
    claim_of(None, lanes, ttl_ms)
}

fn claim_of(kinds: Option<&[&str]>, lanes: &[&str], ttl_ms: i64) -> Call {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Op::Claim(Claim {
        lanes: texts(lanes),
        kinds: kinds.map(texts),
        worker: "worker".to_owned(),
        instance: Some("process".to_owned()),
        offered: ["gpu".to_owned()].into(),
        ttl_ms: Some(ttl_ms),
    })
    .into()
}

pub fn describe(name: &str) -> Call {
    Op::Describe { id: id(name) }.into()
}

pub fn cancel(name: &str) -> Call {
    Op::Cancel(Cancel { id: id(name), reason: "enough".to_owned(), ..Cancel::default() }).into()
}

/// Three kinds wait in one lane, two of each.
fn of_kinds(stage: &mut Stage) {
    for (number, kind) in ["send", "render", "scan", "send", "render", "scan"].into_iter().enumerate() {
        stage.grant(create(&number.to_string(), |one| kind.clone_into(&mut one.kind)));
    }
}

fn fail(stage: &Stage, class: &'static str) -> Call {
    let handle = stage.handles[0].clone();
    Op::Fail(Fail { handle, class, category: None, message: "no".to_owned(), detail: None, retry_at: None }).into()
}

pub fn complete(stage: &Stage, index: usize) -> Call {
    let handle = stage.handles[index].clone();
    Op::Complete { handle, result: Some(b"done".to_vec()), encoding: Some("text".to_owned()) }.into()
}

fn delay(stage: &Stage, until_at: i64) -> Call {
    Op::Delay { handle: stage.handles[0].clone(), until_at }.into()
}

fn abandon(stage: &Stage) -> Call {
    Op::Abandon { handle: stage.handles[0].clone(), reason: "no more".to_owned() }.into()
}

pub fn revoke(name: &str) -> Call {
    Op::Revoke(Revoke { id: id(name), reason: "maintenance".to_owned(), ..Revoke::default() }).into()
}

fn reorder(name: &str, priority: i64) -> Call {
    Op::Priority { id: id(name), priority }.into()
}

pub fn replay(name: &str) -> Call {
    Op::Replay { id: id(name) }.into()
}

fn wake(name: &str) -> Call {
    Op::Wake { id: id(name), reason: Some("now".to_owned()) }.into()
}

pub fn progress(stage: &Stage) -> Call {
    Op::Progress { handle: stage.handles[0].clone(), percent: Some(5), message: None }.into()
}

pub fn renewal(stage: &Stage) -> Call {
    Op::Renew { handle: stage.handles[0].clone(), ttl_ms: None }.into()
}

pub fn with_id(call: Call, id: &str) -> Call {
    Call { request_id: Some(id.to_owned()), ..call }
}

pub fn again(one: &mut Create) {
    let backoff = Some(Backoff::Fixed { delay_ms: Some(1_000) });
    one.retry = Some(Retry { max_retries: Some(2), backoff, categories: None });
}

fn rich(one: &mut Create) {
    one.input = Some(b"input".to_vec());
    one.encoding = Some("text".to_owned());
    one.key = Some("key".to_owned());
    one.tags = [("a".to_owned(), "b".to_owned())].into();
    one.required = ["gpu".to_owned()].into();
    one.delay_until = Some(START + 50);
    again(one);
}

pub fn nothing(_: &mut Stage) {}

/// One waits in `mail`.
pub fn waiting(stage: &mut Stage) {
    stage.grant(create("1", again));
}

/// One is held; another one waits behind it.
pub fn held(stage: &mut Stage) {
    waiting(stage);
    stage.grant(claim(&["mail"], 1_000));
    stage.grant(create("2", rich));
}

/// The one that is held has said how far it is.
fn reported(stage: &mut Stage) {
    held(stage);
    stage.grant(progress(stage));
    stage.pass(10);
}

/// So that a renewal moves the end of the lease.
fn held_for_a_while(stage: &mut Stage) {
    held(stage);
    stage.pass(300);
}

/// The one that was held has lapsed, though nobody has applied it yet.
pub fn lapsed(stage: &mut Stage) {
    held(stage);
    stage.pass(1_000);
}

/// The first may not be reclaimed; the second waits.
fn given_up(stage: &mut Stage) {
    stage.grant(create("1", |one| one.reclaims_max = Some(0)));
    stage.grant(claim(&["mail"], 10));
    stage.grant(create("2", |_| {}));
    stage.pass(10);
}

/// Much is due at once: a delay, a deadline, an attempt timeout, a lease, a kept answer, a key.
pub fn much_is_due(stage: &mut Stage) {
    stage.grant(create("1", |one| {
        again(one);
        one.attempt_timeout_ms = Some(40);
    }));
    stage.grant(with_id(claim(&["mail"], 1_000), "old"));
    stage.grant(create("2", rich));
    stage.grant(create("3", |one| one.deadline_at = Some(START + 60)));
    stage.grant(create("4", |one| {
        "build".clone_into(&mut one.lane);
        one.key = Some("short".to_owned());
        one.window_ms = Some(5);
    }));
    stage.grant(claim(&["build"], 70));
    stage.pass(700_000);
}

/// One is held for long; a delay and a deadline are due.
pub fn held_while_due(stage: &mut Stage) {
    waiting(stage);
    stage.grant(claim(&["mail"], 900_000));
    stage.grant(create("2", rich));
    stage.grant(create("3", |one| one.deadline_at = Some(START + 60)));
    stage.pass(100);
}

/// Engine time stands ahead of the host's clock.
fn ahead(stage: &mut Stage) {
    much_is_due(stage);
    stage.grant(create("5", |_| {}));
    stage.pass(-650_000);
}

/// The one that was held waits to go on, some of its timeout left; another one waits before it.
pub fn interrupted(stage: &mut Stage) {
    stage.grant(create("1", |one| one.attempt_timeout_ms = Some(5_000)));
    stage.grant(claim(&["mail"], 1_000));
    stage.pass(100);
    stage.grant(revoke("1"));
}

/// One ended and one was cancelled; two wait.
pub fn over(stage: &mut Stage) {
    stage.grant(create("1", again));
    stage.grant(claim(&["mail"], 1_000));
    stage.grant(complete(stage, 0));
    stage.grant(create("2", |_| {}));
    stage.grant(cancel("2"));
    stage.grant(create("3", |_| {}));
    stage.grant(create("4", |_| {}));
}

/// As [`over`]; and while nobody looked, one that waited expired.
fn over_while_due(stage: &mut Stage) {
    over(stage);
    stage.grant(create("6", |one| one.deadline_at = Some(START + 60)));
    stage.grant(create("8", rich));
    stage.pass(90);
}

/// The engine remembers nothing yet.
fn reopened(stage: &mut Stage) {
    much_is_due(stage);
    stage.world.reopen();
}

pub fn one(call: Call) -> Vec<Call> {
    vec![call]
}

fn busy_batch(stage: &Stage) -> Vec<Call> {
    vec![
        with_id(create("6", rich), "a"),
        create("6", rich),
        progress(stage),
        with_id(claim(&["mail", "build"], 700), "b"),
        with_id(fail(stage, "transient"), "c"),
        with_id(claim(&["mail", "build"], 900), "b"),
        describe("1"),
        cancel("3"),
        with_id(cancel("3"), "a"),
        complete(stage, 0),
        create("7", |one| "new".clone_into(&mut one.lane)),
    ]
}

/// Every call of an operator, and the holder's that give its lease up, each where it means something.
fn turning_batch(stage: &Stage) -> Vec<Call> {
    vec![
        with_id(delay(stage, START + 2_000), "d"),
        delay(stage, START + 9_000),
        abandon(stage),
        with_id(reorder("2", 7), "p"),
        reorder("2", 3),
        with_id(cancel("1"), "c"),
        with_id(replay("1"), "r"),
        replay("1"),
        claim(&["mail"], 700),
        with_id(revoke("1"), "v"),
        revoke("1"),
        reorder("1", 9),
        with_id(wake("1"), "w"),
        claim(&["mail"], 700),
        describe("1"),
    ]
}

fn operators_batch(_: &Stage) -> Vec<Call> {
    vec![replay("1"), reorder("1", 5), replay("2"), claim(&["mail"], 700), replay("6"), revoke("1"), cancel("3")]
}

/// A read of something that does not exist: what is due is applied, nothing else happens.
pub const READ: fn(&Stage) -> Vec<Call> = |_| one(describe("99"));

pub const SITUATIONS: &[Situation] = &[
    Situation { name: "a create", prepare: nothing, act: Act::Calls(|_| one(create("1", rich))) },
    Situation { name: "a create in a known lane", prepare: waiting, act: Act::Calls(|_| one(create("2", |_| {}))) },
    Situation {
        name: "a duplicate in a new lane",
        prepare: waiting,
        act: Act::Calls(|_| one(create("1", |one| "new".clone_into(&mut one.lane)))),
    },
    Situation { name: "a create while much is due", prepare: much_is_due, act: Act::Calls(|_| one(create("8", rich))) },
    Situation { name: "a claim", prepare: waiting, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a claim that finds nothing", prepare: waiting, act: Act::Calls(|_| one(claim(&["new"], 500))) },
    Situation {
        name: "a claim of some kinds",
        prepare: of_kinds,
        act: Act::Calls(|_| vec![claim_of(Some(&["render", "new"]), &["mail"], 500), claim(&["mail"], 500)]),
    },
    Situation { name: "a claim that reclaims", prepare: lapsed, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a claim that gives up", prepare: given_up, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation {
        name: "a claim with a request id",
        prepare: waiting,
        act: Act::Calls(|_| one(with_id(claim(&["mail"], 500), "r"))),
    },
    Situation { name: "a renewal", prepare: held_for_a_while, act: Act::Calls(|stage| one(renewal(stage))) },
    Situation { name: "progress", prepare: held, act: Act::Calls(|stage| one(progress(stage))) },
    Situation { name: "progress again", prepare: reported, act: Act::Calls(|stage| one(progress(stage))) },
    Situation { name: "a completion", prepare: held, act: Act::Calls(|stage| one(complete(stage, 0))) },
    Situation { name: "a refused completion", prepare: lapsed, act: Act::Calls(|stage| one(complete(stage, 0))) },
    Situation {
        name: "a failure that is retried",
        prepare: held,
        act: Act::Calls(|stage| one(fail(stage, "transient"))),
    },
    Situation { name: "a final failure", prepare: held, act: Act::Calls(|stage| one(fail(stage, "permanent"))) },
    Situation {
        name: "a failure after a lapse",
        prepare: lapsed,
        act: Act::Calls(|stage| one(fail(stage, "transient"))),
    },
    Situation {
        name: "a failure with a request id",
        prepare: held,
        act: Act::Calls(|stage| one(with_id(fail(stage, "transient"), "r"))),
    },
    Situation { name: "a cancel of a held one", prepare: held, act: Act::Calls(|_| one(cancel("1"))) },
    Situation { name: "a cancel of a waiting one", prepare: waiting, act: Act::Calls(|_| one(cancel("1"))) },
    Situation { name: "a delay", prepare: held, act: Act::Calls(|stage| one(delay(stage, START + 2_000))) },
    Situation { name: "a delay until the past", prepare: held, act: Act::Calls(|stage| one(delay(stage, START - 1))) },
    Situation { name: "a refused delay", prepare: lapsed, act: Act::Calls(|stage| one(delay(stage, START + 2_000))) },
    Situation { name: "a cancel by the holder", prepare: held, act: Act::Calls(|stage| one(abandon(stage))) },
    Situation { name: "a revocation", prepare: held, act: Act::Calls(|_| one(revoke("1"))) },
    Situation { name: "a revocation too late", prepare: lapsed, act: Act::Calls(|_| one(revoke("1"))) },
    Situation { name: "a claim that goes on", prepare: interrupted, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a change of priority", prepare: over, act: Act::Calls(|_| one(reorder("4", 9))) },
    Situation { name: "a change while much is due", prepare: much_is_due, act: Act::Calls(|_| one(reorder("2", 9))) },
    Situation { name: "a wake", prepare: held, act: Act::Calls(|_| one(wake("2"))) },
    Situation { name: "a wake that is refused", prepare: held, act: Act::Calls(|_| one(wake("1"))) },
    Situation { name: "a replay", prepare: over, act: Act::Calls(|_| one(replay("1"))) },
    Situation { name: "a replay of what was cancelled", prepare: over, act: Act::Calls(|_| one(replay("2"))) },
    Situation { name: "a replay past a deadline", prepare: over_while_due, act: Act::Calls(|_| one(replay("6"))) },
    Situation {
        name: "a replay with a request id",
        prepare: over,
        act: Act::Calls(|_| one(with_id(replay("1"), "r"))),
    },
    Situation { name: "a batch of turns", prepare: held, act: Act::Calls(turning_batch) },
    Situation { name: "a batch of turns while much is due", prepare: much_is_due, act: Act::Calls(turning_batch) },
    Situation { name: "a batch of operators", prepare: over_while_due, act: Act::Calls(operators_batch) },
    Situation { name: "a read while much is due", prepare: much_is_due, act: Act::Calls(|_| one(describe("1"))) },
    Situation {
        name: "a claim of an engine just opened",
        prepare: reopened,
        act: Act::Calls(|_| one(claim(&["mail"], 500))),
    },
    Situation { name: "a read", prepare: held, act: Act::Calls(|_| one(describe("1"))) },
    Situation { name: "a batch", prepare: held, act: Act::Calls(busy_batch) },
    Situation { name: "a batch of an engine just opened", prepare: reopened, act: Act::Calls(busy_batch) },
    Situation { name: "a batch while much is due", prepare: much_is_due, act: Act::Calls(busy_batch) },
    Situation { name: "a tick", prepare: much_is_due, act: Act::Tick },
    Situation { name: "a tick with nothing due", prepare: held, act: Act::Tick },
    Situation { name: "a clock put right", prepare: ahead, act: Act::AcceptClock },
    Situation { name: "leases given back", prepare: held, act: Act::GiveBack },
    Situation { name: "leases given back while much is due", prepare: held_while_due, act: Act::GiveBack },
    Situation { name: "nothing to give back", prepare: over, act: Act::GiveBack },
    Situation { name: "next_due_at", prepare: reopened, act: Act::NextDueAt },
];
