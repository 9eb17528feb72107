//! Prepared situations of schedulers, of operators of lanes and of workers that join and leave; the others stand in
//! [`executions`](crate::situations::executions).

use crate::calls::op::{Call, Op};
use crate::calls::protocol::{Fence, Grantee, Protocol, Shown, Taker, Told};
use crate::calls::registry::{Register, Registry};
use crate::calls::retry::Retry;
use crate::ground::world::START;
use crate::situations::executions::{
    again, cancel, claim, complete, create, describe, held, id, interrupted, lapsed, much_is_due, nothing, one, over,
    replay, revoke, waiting, with_id,
};
use crate::situations::stage::{Act, Situation, Stage};

fn grantee(worker: &str, offered: &[&str]) -> Grantee {
    let offered = offered.iter().map(|token| (*token).to_owned()).collect();
    Grantee { worker: worker.to_owned(), instance: Some("process".to_owned()), offered, ttl_ms: Some(1_000) }
}

fn taker(worker: &str) -> Taker {
    let (worker, instance) = (worker.to_owned(), Some("process".to_owned()));
    Taker { worker, instance, ttl_ms: Some(700), lease_id: None, attempt_id: None }
}

pub fn grant(name: &str) -> Call {
    Op::Protocol(Protocol::IssueClaimGrant { id: id(name), grantee: grantee("worker", &["gpu"]) }).into()
}

fn reclaim_grant(name: &str) -> Call {
    Op::Protocol(Protocol::IssueReclaimGrant { id: id(name), grantee: grantee("worker", &["gpu"]) }).into()
}

pub fn grant_for(lanes: &[&str]) -> Call {
    let lanes = lanes.iter().map(|lane| (*lane).to_owned()).collect();
    Op::Protocol(Protocol::ClaimForWorker { lanes, kinds: None, grantee: grantee("worker", &["gpu"]) }).into()
}

pub fn use_of(name: &str) -> Call {
    Op::Protocol(Protocol::ClaimExecution { id: id(name), taker: taker("worker") }).into()
}

fn resumption(name: &str) -> Call {
    Op::Protocol(Protocol::ClaimResumed { id: id(name), taker: taker("worker") }).into()
}

fn resumption_by(stage: &Stage, name: &str) -> Call {
    let key = stage.grants.last().expect("a grant").clone();
    Op::Protocol(Protocol::ClaimFromGrant { id: id(name), key, taker: taker("worker") }).into()
}

fn reclaim(name: &str, reclaims_max: Option<i64>) -> Call {
    Op::Protocol(Protocol::Reclaim { id: id(name), taker: taker("worker"), reclaims_max }).into()
}

fn operators_claim(name: &str) -> Call {
    Op::Protocol(Protocol::GrantAndClaim { id: id(name), ttl_ms: Some(700) }).into()
}

pub fn scan() -> Call {
    Op::Protocol(Protocol::Scan { lane: "mail".to_owned(), limit: None }).into()
}

fn block_route(name: &str) -> Call {
    Op::Protocol(Protocol::BlockRoute { id: id(name), reason: "no worker".to_owned() }).into()
}

pub fn block(name: &str) -> Call {
    let (reason, detail) = ("waiting_for_budget", "used up".to_owned());
    Op::Protocol(Protocol::Block { id: id(name), reason, detail }).into()
}

fn unblock(name: &str) -> Call {
    Op::Protocol(Protocol::Unblock { id: id(name), reason: "waiting_for_budget" }).into()
}

fn shown(stage: &Stage) -> Shown {
    let handle = &stage.handles[0];
    let epoch = i64::try_from(handle.epoch).expect("an epoch");
    let fence = Fence { lease_id: handle.lease_id.clone(), epoch, attempt_id: handle.attempt_id.clone() };
    Shown { id: handle.execution.clone(), index: i64::from(handle.attempt_index), fence: Some(fence), source: None }
}

fn by_operator(stage: &Stage) -> Shown {
    Shown { fence: None, source: Some("operator_override".to_owned()), ..shown(stage) }
}

fn typed_renewal(stage: &Stage) -> Call {
    Op::Protocol(Protocol::RenewLease { shown: shown(stage), ttl_ms: 5_000 }).into()
}

fn typed_completion(shown: Shown) -> Call {
    let (result, encoding) = (Some(b"done".to_vec()), Some("text".to_owned()));
    Op::Protocol(Protocol::CompleteExecution { shown, result, encoding }).into()
}

fn typed_failure(shown: Shown, retry: Option<Retry>) -> Call {
    let failure = Told { class: "permanent", category: None, message: "no".to_owned(), detail: None };
    Op::Protocol(Protocol::FailExecution { shown, failure, retry }).into()
}

fn step(stage: &Stage, name: &str) -> Call {
    let (handle, name) = (stage.handles[0].clone(), name.to_owned());
    Op::Step { handle, name, result: Some(b"part".to_vec()), encoding: Some("text".to_owned()), took_ms: Some(5) }
        .into()
}

fn wait_children(stage: &Stage) -> Call {
    Op::WaitChildren { handle: stage.handles[0].clone() }.into()
}

fn lane(name: &str, state: &'static str) -> Call {
    Op::Registry(Registry::SetLane { lane: name.to_owned(), state }).into()
}

pub fn register(instance: &str, worker: &str, namespace: Option<&str>) -> Call {
    Op::Registry(Registry::Register(Register {
        worker: worker.to_owned(),
        instance: Some(instance.to_owned()),
        namespace: namespace.map(str::to_owned),
        lanes: vec!["mail".to_owned(), "build".to_owned()],
        offered: ["gpu".to_owned()].into(),
        ttl_ms: Some(500),
    }))
    .into()
}

pub fn heartbeat(instance: &str) -> Call {
    Op::Registry(Registry::Heartbeat { instance: Some(instance.to_owned()), namespace: None }).into()
}

fn mark_dead(instance: &str) -> Call {
    let (reason, namespace) = ("gone".to_owned(), None);
    Op::Registry(Registry::MarkDead { instance: instance.to_owned(), namespace, reason, release: true }).into()
}

/// Every listing, whole and in part.
pub fn listings() -> Vec<Call> {
    let (namespace, cursor) = (Some("team".to_owned()), Some("1/process".to_owned()));
    let explain = Registry::Explain { id: id("1"), lanes: None, kinds: None, offered: Some(["gpu".to_owned()].into()) };
    let leases = |namespace| Registry::Leases { as_of: Some(START + 9_000), cursor: None, limit: None, namespace };
    let all = [
        Registry::Lanes { cursor: None, limit: Some(1) },
        Registry::Workers { namespace: None, cursor, limit: None },
        Registry::Workers { namespace: namespace.clone(), cursor: None, limit: Some(1) },
        leases(None),
        leases(namespace),
        explain,
    ];
    all.into_iter().map(|read| Call::from(Op::Registry(read))).chain([scan()]).collect()
}

/// The first is kept for a worker; another one waits.
fn granted(stage: &mut Stage) {
    waiting(stage);
    stage.grant(create("2", |_| {}));
    stage.grant(grant("1"));
}

/// The grant is over, though nobody has applied it yet.
fn granted_once(stage: &mut Stage) {
    granted(stage);
    stage.pass(1_001);
}

fn interrupted_and_granted(stage: &mut Stage) {
    interrupted(stage);
    stage.grant(grant("1"));
}

fn lapsed_and_granted(stage: &mut Stage) {
    lapsed(stage);
    stage.grant(grant("1"));
}

fn to_be_reclaimed(stage: &mut Stage) {
    lapsed(stage);
    stage.grant(reclaim_grant("1"));
}

/// Two wait for a capable worker, one for a budget; one can be claimed.
fn blocked(stage: &mut Stage) {
    for name in ["1", "2"] {
        stage.grant(create(name, |one| one.required = ["gpu".to_owned()].into()));
        stage.grant(block_route(name));
    }
    stage.grant(create("3", |_| {}));
    stage.grant(block("3"));
    stage.grant(create("4", |_| {}));
}

/// Lanes in every state, something in each.
fn lanes(stage: &mut Stage) {
    waiting(stage);
    for (index, state) in ["paused", "draining", "disabled"].into_iter().enumerate() {
        stage.grant(create(&index.to_string().repeat(2), |one| state.clone_into(&mut one.lane)));
        stage.grant(lane(state, state));
    }
}

/// One worker holds a lease; another one is of another namespace.
fn joined(stage: &mut Stage) {
    held(stage);
    stage.grant(register("process", "worker", None));
    stage.grant(register("elsewhere", "other", Some("team")));
}

/// Nobody was heard of for too long, though nobody has applied it yet.
fn silent(stage: &mut Stage) {
    joined(stage);
    stage.pass(600);
}

fn with_steps(stage: &mut Stage) {
    held(stage);
    stage.grant(step(stage, "one"));
    stage.grant(step(stage, "two"));
}

fn ended_with_steps(stage: &mut Stage) {
    with_steps(stage);
    stage.grant(complete(stage, 0));
}

/// Engine time stands ahead of the host's clock; there is a row in every table.
fn ahead(stage: &mut Stage) {
    much_is_due(stage);
    stage.grant(create("5", |_| {}));
    stage.grant(claim(&["mail"], 20_000));
    let handle = stage.handles.last().expect("a handle").clone();
    stage.grant(Op::Step { handle, name: "one".to_owned(), result: None, encoding: None, took_ms: None }.into());
    stage.grant(create("6", |_| {}));
    stage.grant(grant("6"));
    stage.grant(register("process", "worker", None));
    stage.pass(-650_000);
}

/// Every call of a scheduler, each where it means something.
fn schedulers_batch(_: &Stage) -> Vec<Call> {
    vec![
        with_id(grant_for(&["mail"]), "g"),
        grant("2"),
        block_route("2"),
        with_id(use_of("1"), "u"),
        use_of("1"),
        with_id(use_of("1"), "u"),
        operators_claim("2"),
        describe("2"),
        claim(&["mail"], 700),
        mark_dead("process"),
        grant("1"),
        resumption("1"),
        lane("mail", "paused"),
        claim(&["mail"], 700),
        create("7", |one| one.priority = Some(3)),
        lane("mail", "active"),
        scan(),
        operators_claim("7"),
    ]
}

fn workers_batch(stage: &Stage) -> Vec<Call> {
    vec![
        with_id(step(stage, "two"), "s"),
        step(stage, "two"),
        typed_renewal(stage),
        register("process", "worker", None),
        register("process", "somebody else", None),
        heartbeat("elsewhere"),
        wait_children(stage),
        wait_children(stage),
        with_id(claim(&["mail"], 700), "c"),
        with_id(claim(&["mail"], 700), "c"),
        typed_completion(by_operator(stage)),
        replay("1"),
        describe("1"),
    ]
}

pub const SITUATIONS: &[Situation] = &[
    Situation { name: "a grant", prepare: waiting, act: Act::Calls(|_| one(grant("1"))) },
    Situation { name: "a grant where there is one", prepare: granted, act: Act::Calls(|_| one(grant("1"))) },
    Situation {
        name: "a grant in place of one that is over",
        prepare: granted_once,
        act: Act::Calls(|_| one(grant("1"))),
    },
    Situation { name: "a grant for a worker", prepare: blocked, act: Act::Calls(|_| one(grant_for(&["mail"]))) },
    Situation {
        name: "a grant for a worker with a request id",
        prepare: waiting,
        act: Act::Calls(|_| one(with_id(grant_for(&["mail"]), "g"))),
    },
    Situation { name: "a use of a grant", prepare: granted, act: Act::Calls(|_| one(use_of("1"))) },
    Situation {
        name: "a use of a grant with a request id",
        prepare: granted,
        act: Act::Calls(|_| one(with_id(use_of("1"), "u"))),
    },
    Situation { name: "a use of a grant too late", prepare: granted_once, act: Act::Calls(|_| one(use_of("1"))) },
    Situation { name: "a claim beside a grant", prepare: granted, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a cancel of a granted one", prepare: granted, act: Act::Calls(|_| one(cancel("1"))) },
    Situation { name: "a resumption", prepare: interrupted_and_granted, act: Act::Calls(|_| one(resumption("1"))) },
    Situation {
        name: "a resumption of what lapsed",
        prepare: lapsed_and_granted,
        act: Act::Calls(|stage| one(resumption_by(stage, "1"))),
    },
    Situation { name: "a reclaim grant", prepare: lapsed, act: Act::Calls(|_| one(reclaim_grant("1"))) },
    Situation {
        name: "a reclaim grant refreshed",
        prepare: to_be_reclaimed,
        act: Act::Calls(|_| one(reclaim_grant("1"))),
    },
    Situation { name: "a reclaim", prepare: to_be_reclaimed, act: Act::Calls(|_| one(reclaim("1", None))) },
    Situation {
        name: "a reclaim past its cap",
        prepare: to_be_reclaimed,
        act: Act::Calls(|_| one(reclaim("1", Some(0)))),
    },
    Situation { name: "an operator's claim", prepare: waiting, act: Act::Calls(|_| one(operators_claim("1"))) },
    Situation { name: "an operator's claim refused", prepare: granted, act: Act::Calls(|_| one(operators_claim("1"))) },
    Situation { name: "a block", prepare: granted, act: Act::Calls(|_| one(block("1"))) },
    Situation { name: "a block of a route", prepare: waiting, act: Act::Calls(|_| one(block_route("1"))) },
    Situation { name: "an end of a block", prepare: blocked, act: Act::Calls(|_| one(unblock("3"))) },
    Situation { name: "a claim that lifts blocks", prepare: blocked, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a new lane closed", prepare: nothing, act: Act::Calls(|_| one(lane("mail", "disabled"))) },
    Situation { name: "a lane opened", prepare: lanes, act: Act::Calls(|_| one(lane("paused", "active"))) },
    Situation {
        name: "a claim in lanes of every state",
        prepare: lanes,
        act: Act::Calls(|_| one(claim(&["disabled", "paused", "draining"], 500))),
    },
    Situation {
        name: "a create in a closed lane",
        prepare: lanes,
        act: Act::Calls(|_| one(create("7", |one| "draining".clone_into(&mut one.lane)))),
    },
    Situation { name: "a registration", prepare: held, act: Act::Calls(|_| one(register("process", "worker", None))) },
    Situation {
        name: "a registration again",
        prepare: joined,
        act: Act::Calls(|_| one(register("process", "worker", None))),
    },
    Situation { name: "a heartbeat", prepare: joined, act: Act::Calls(|_| one(heartbeat("process"))) },
    Situation { name: "a heartbeat too late", prepare: silent, act: Act::Calls(|_| one(heartbeat("process"))) },
    Situation { name: "a worker marked dead", prepare: joined, act: Act::Calls(|_| one(mark_dead("process"))) },
    Situation { name: "a sweep", prepare: silent, act: Act::Tick },
    Situation { name: "listings", prepare: joined, act: Act::Calls(|_| listings()) },
    Situation { name: "a typed renewal", prepare: held, act: Act::Calls(|stage| one(typed_renewal(stage))) },
    Situation {
        name: "a typed completion",
        prepare: held,
        act: Act::Calls(|stage| one(typed_completion(shown(stage)))),
    },
    Situation {
        name: "a typed failure that is retried",
        prepare: held,
        act: Act::Calls(|stage| one(typed_failure(shown(stage), None))),
    },
    Situation {
        name: "an operator's failure after a lapse",
        prepare: lapsed,
        act: Act::Calls(|stage| one(typed_failure(by_operator(stage), Some(Retry::default())))),
    },
    Situation { name: "a step", prepare: with_steps, act: Act::Calls(|stage| one(step(stage, "three"))) },
    Situation {
        name: "a step again with a request id",
        prepare: with_steps,
        act: Act::Calls(|stage| one(with_id(step(stage, "one"), "s"))),
    },
    Situation {
        name: "a wait for children",
        prepare: with_steps,
        act: Act::Calls(|stage| vec![wait_children(stage), claim(&["mail"], 500)]),
    },
    Situation { name: "a replay that clears steps", prepare: ended_with_steps, act: Act::Calls(|_| one(replay("1"))) },
    Situation {
        name: "a revocation with steps",
        prepare: with_steps,
        act: Act::Calls(|_| vec![revoke("1"), grant("1")]),
    },
    Situation { name: "a batch of a scheduler", prepare: granted, act: Act::Calls(schedulers_batch) },
    Situation {
        name: "a batch of a scheduler where much is due",
        prepare: granted_once,
        act: Act::Calls(schedulers_batch),
    },
    Situation { name: "a batch of a worker", prepare: with_steps, act: Act::Calls(workers_batch) },
    Situation { name: "a batch of a worker that is silent", prepare: silent, act: Act::Calls(workers_batch) },
    Situation { name: "a grant of one that ended", prepare: over, act: Act::Calls(|_| one(grant("1"))) },
    Situation {
        name: "a create that takes a grant over",
        prepare: granted_once,
        act: Act::Calls(|_| vec![create("8", again), claim(&["mail"], 500)]),
    },
    Situation { name: "a clock put right, a row in every table", prepare: ahead, act: Act::AcceptClock },
];
