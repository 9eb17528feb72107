//! `register_worker`, `heartbeat_worker` and the time to live of a registration. Contract: workers.register,
//! workers.heartbeat, workers.sweep.

use crate::engine::world::calls::worker;
use crate::engine::world::{START, Span, TTL, World, refusal, refused_field, test, texts};
use tidegate::Code;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::workers::heartbeat::{HeartbeatWorkerAnswer, HeartbeatWorkerArgs};
use tidegate::ops::workers::list::WorkerSummary;
use tidegate::ops::workers::register::{RegisterOutcome, RegisterWorkerArgs};

/// How long a registration counts that names no time, in ms.
const LIVENESS: i64 = 60_000;

const GONE: HeartbeatWorkerAnswer = HeartbeatWorkerAnswer::NotRegistered;

const fn there(until: i64) -> HeartbeatWorkerAnswer {
    HeartbeatWorkerAnswer::Refreshed { expires_at: until }
}

/// Contract: workers.register.
#[test]
fn a_worker_is_registered_with_all_that_it_says() {
    let mut world = World::new();
    let answer = world.register_with(|args| {
        args.worker = worker("mailer", "mailer-7");
        args.lanes = texts(&["post", "mail", "post"]);
        args.capabilities = texts(&["ssd", "gpu"]);
        args.liveness_ttl_ms = Some(5.secs());
        args.namespace = Some("acme".to_owned());
    });
    let answer = answer.unwrap();
    assert_eq!((answer.outcome, answer.expires_at), (RegisterOutcome::Registered, START + 5.secs()));
    assert_eq!(answer.worker_instance_id, "mailer-7");
    let expected = WorkerSummary {
        worker_id: "mailer".to_owned(),
        worker_instance_id: "mailer-7".to_owned(),
        namespace: "acme".to_owned(),
        lanes: texts(&["mail", "post"]),
        capabilities: texts(&["gpu", "ssd"]),
        last_heartbeat_at: START,
        liveness_ttl_ms: 5.secs(),
        expires_at: START + 5.secs(),
        registered_at: START,
    };
    assert_eq!(world.workers(), [expected]);
}

/// Contract: workers.register.
#[test]
fn a_worker_that_offers_nothing_is_listed_with_nothing() {
    let mut world = World::new();
    world.register("mailer-1");
    assert!(world.workers()[0].capabilities.is_empty());
}

/// Contract: workers.register.
#[test]
fn a_worker_that_names_no_namespace_is_registered_in_default() {
    let mut world = World::new();
    world.register("mailer-1");
    assert_eq!(world.workers()[0].namespace, "default");
}

/// Contract: workers.refresh.
#[test]
fn registering_again_refreshes_all_but_the_instant_of_the_first_time() {
    let mut world = World::new();
    world.register_with(|args| args.capabilities = texts(&["gpu"])).unwrap();
    world.pass(7);
    let answer = world.register_with(|args| {
        args.lanes = texts(&["fax"]);
        args.capabilities = texts(&["ssd"]);
        args.liveness_ttl_ms = Some(900);
    });
    assert_eq!(answer.unwrap().outcome, RegisterOutcome::Refreshed);
    let found = world.workers().remove(0);
    assert_eq!((found.lanes, found.capabilities), (texts(&["fax"]), texts(&["ssd"])));
    assert_eq!((found.registered_at, found.last_heartbeat_at), (START, START + 7));
    assert_eq!((found.liveness_ttl_ms, found.expires_at), (900, START + 907));
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 907));
}

/// Contract: workers.reassigned.
#[test]
fn an_instance_is_not_reassigned_to_another_worker_of_its_namespace() {
    let mut world = World::new();
    world.register("one");
    let before = world.workers();
    let error = refused_field(
        world.register_with(|args| args.worker = worker("printer", "one")),
        Code::InvalidInput,
        "worker.id",
    );
    assert!(error.message().contains("reassigned"), "{error}");
    assert_eq!((world.workers(), world.audit().len()), (before, 1));
    world.mark_dead("one");
    let answer = world.register_with(|args| args.worker = worker("printer", "one")).unwrap();
    assert_eq!(answer.outcome, RegisterOutcome::Registered);
}

/// Contract: workers.namespaces.
#[test]
fn namespaces_are_independent() {
    let mut world = World::new();
    world.register("one");
    let other = world.register_with(|args| {
        args.worker = worker("printer", "one");
        args.namespace = Some("acme".to_owned());
    });
    assert_eq!(other.unwrap().outcome, RegisterOutcome::Registered);
    world.mark_dead("one");
    let left: Vec<_> = world.workers().into_iter().map(|worker| (worker.namespace, worker.worker_id)).collect();
    assert_eq!(left, [("acme".to_owned(), "printer".to_owned())]);
    assert_eq!(world.heartbeat("one"), GONE);
    let heard = HeartbeatWorkerArgs { worker_instance_id: Some("one".to_owned()), namespace: Some("acme".to_owned()) };
    assert_eq!(world.call(heard).unwrap(), there(START + LIVENESS));
}

/// Contract: workers.own-instance.
#[test]
fn an_instance_that_is_left_out_is_that_of_the_connection() {
    let mut world = World::new();
    let answer = world.register_with(|args| args.worker.instance_id = None).unwrap();
    world.submit("mail");
    let claim = world.claim_with("mail", |claim| claim.worker.instance_id = None).unwrap().unwrap();
    let lease = world.describe(&claim.execution_id).current_lease.unwrap();
    assert_eq!(answer.worker_instance_id, lease.worker_instance_id);
    assert_eq!(world.call(HeartbeatWorkerArgs::default()).unwrap(), there(START + LIVENESS));
    let mut world = world.reopened();
    assert_eq!(world.call(HeartbeatWorkerArgs::default()).unwrap(), GONE);
}

/// Contract: workers.ttl, workers.heartbeat.
#[test]
fn a_heartbeat_counts_from_its_instant() {
    let mut world = World::new();
    world.register("one");
    world.pass(LIVENESS - 1);
    assert_eq!(world.heartbeat("one"), there(START + LIVENESS - 1 + LIVENESS));
    let found = world.workers().remove(0);
    assert_eq!((found.registered_at, found.last_heartbeat_at), (START, START + LIVENESS - 1));
    assert_eq!(found.expires_at, START + LIVENESS - 1 + LIVENESS);
    world.pass(LIVENESS - 1);
    assert_eq!(world.instances(), ["one"]);
}

/// Contract: workers.heartbeat.
#[test]
fn an_unknown_instance_is_not_registered() {
    let mut world = World::new();
    assert_eq!(world.heartbeat("one"), GONE);
    world.register_in("acme", "one");
    assert_eq!(world.heartbeat("one"), GONE);
    let elsewhere =
        HeartbeatWorkerArgs { worker_instance_id: Some("one".to_owned()), namespace: Some("zeta".to_owned()) };
    assert_eq!(world.call(elsewhere).unwrap(), GONE);
    assert_eq!(world.audit_causes(), [Cause::WorkerRegistered]);
}

/// Contract: workers.sweep.
#[test]
fn a_silent_worker_is_swept_at_its_instant_and_not_before() {
    let mut world = World::new();
    world.register("one");
    world.pass(LIVENESS - 1);
    assert_eq!(world.instances(), ["one"]);
    world.pass(1);
    assert_eq!(world.heartbeat("one"), GONE);
    assert!(world.workers().is_empty());
    let answer = world.register("one");
    assert_eq!(answer.outcome, RegisterOutcome::Registered);
    assert_eq!(world.workers()[0].registered_at, START + LIVENESS);
}

/// Contract: workers.sweep.
#[test]
fn a_sweep_carries_its_instant_however_late_it_is_applied() {
    let mut world = World::new();
    world.register("one");
    world.pass(5);
    world.register("two");
    world.pass(9.hours());
    world.submit("mail");
    let swept: Vec<_> = world.audit().split_off(2).into_iter().map(|e| (e.cause, e.at - START)).collect();
    assert_eq!(swept, [(Cause::WorkerSwept, LIVENESS), (Cause::WorkerSwept, LIVENESS + 5)]);
    let instants: Vec<_> = world.events().into_iter().map(|event| event.at).collect();
    assert_eq!(instants, [START + 5 + 9.hours()]);
}

/// Contract: workers.sweep-due.
#[test]
fn the_earliest_sweep_is_what_is_due_next() {
    let mut world = World::new();
    let due = |world: &mut World| world.engine.next_due_at().unwrap();
    assert_eq!(due(&mut world), None);
    world.register("one");
    world
        .register_with(|args| {
            args.worker = worker("mailer", "two");
            args.liveness_ttl_ms = Some(10);
        })
        .unwrap();
    assert_eq!(due(&mut world), Some(START + 10));
    world.mark_dead("two");
    assert_eq!(due(&mut world), Some(START + LIVENESS));
    world.pass(5);
    world.heartbeat("one");
    assert_eq!(due(&mut world), Some(START + 5 + LIVENESS));
    world.running();
    assert_eq!(due(&mut world), Some(START + 5 + TTL));
    let mut world = world.reopened();
    assert_eq!(due(&mut world), Some(START + 5 + TTL));
    world.mark_dead("one");
    world.pass(TTL);
    world.tick();
    assert_eq!(due(&mut world), None);
}

/// Contract: workers.sweep-due.
#[test]
fn a_tick_sweeps_and_counts_its_sweeps() {
    let mut world = World::new();
    for n in 0..3 {
        world.register(&format!("mailer-{n}"));
    }
    world.pass(LIVENESS);
    let tick = world.tick();
    assert_eq!((tick.applied, tick.more, tick.next_due_at), (3, false, None));
    assert!(tick.wakes.events && tick.wakes.lanes.is_empty());
    assert_eq!(world.number("SELECT count(*) FROM worker"), 0);
}

/// Contract: workers.sweep-due.
#[test]
fn a_tick_sweeps_at_most_1000() {
    let mut world = World::new();
    for n in 0..1_001 {
        world.register(&format!("mailer-{n}"));
    }
    world.pass(LIVENESS);
    let ticks = [world.tick(), world.tick()].map(|tick| (tick.applied, tick.more));
    assert_eq!(ticks, [(1_000, true), (1, false)]);
}

/// Contract: workers.sweep.
#[test]
fn in_one_instant_a_worker_is_swept_after_all_else() {
    let mut world = World::new();
    world.register_with(|args| args.liveness_ttl_ms = Some(10)).unwrap();
    world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    world.pass(10);
    world.tick();
    let streams =
        [tidegate::model::events::event::EventStream::Execution, tidegate::model::events::event::EventStream::Worker];
    let causes: Vec<_> = world.events_in(&streams).into_iter().map(|event| event.cause).collect();
    let expected = [Cause::WorkerRegistered, Cause::Created, Cause::DelayOver, Cause::WorkerSwept];
    assert_eq!(causes, expected);
}

/// Contract: workers.fences-nothing.
#[test]
fn an_unregistered_worker_may_claim() {
    let mut world = World::new();
    let claim = world.running();
    assert!(world.complete(&claim).is_ok());
}

/// Contract: workers.fences-nothing.
#[test]
fn a_worker_that_is_gone_keeps_its_leases() {
    let mut world = World::new();
    world.register_with(|args| args.liveness_ttl_ms = Some(10)).unwrap();
    let swept = world.running();
    world.pass(10);
    assert!(world.workers().is_empty());
    world.renew(&swept).unwrap();
    world.register("mailer-1");
    let dead = world.running();
    world.mark_dead("mailer-1");
    world.complete(&dead).unwrap();
    world.complete(&swept).unwrap();
    assert_eq!(world.state(&swept.execution_id), PublicState::Completed);
}

/// Contract: workers.kept.
#[test]
fn a_registration_holds_after_the_engine_is_opened_again() {
    let mut world = World::new();
    world.register_with(|args| args.capabilities = texts(&["gpu", "ssd"])).unwrap();
    let before = world.workers();
    let mut world = world.reopened();
    assert_eq!(world.workers(), before);
    world.pass(LIVENESS);
    assert_eq!(world.heartbeat("mailer-1"), GONE);
}

/// Contract: workers.ttl, workers.arguments.
#[test]
fn arguments_of_a_registration_are_checked() {
    let mut world = World::new();
    let long = "x".repeat(257);
    let mut refused = |set: &dyn Fn(&mut RegisterWorkerArgs), field: &str| {
        refused_field(world.register_with(|args| set(args)), Code::InvalidInput, field);
    };
    for name in ["", "a\nb", &long] {
        refused(&|args| name.clone_into(&mut args.worker.id), "worker.id");
        refused(&|args| args.worker.instance_id = Some(name.to_owned()), "worker.instanceId");
        refused(&|args| args.namespace = Some(name.to_owned()), "namespace");
        refused(&|args| args.lanes = texts(&["mail", name]), "lanes");
    }
    refused(&|args| args.lanes.clear(), "lanes");
    for ttl in [0, -1, 24.hours() + 1] {
        refused(&|args| args.liveness_ttl_ms = Some(ttl), "livenessTtlMs");
    }
    for token in ["", "a,b", "a b"] {
        refusal(world.register_with(|args| args.capabilities = texts(&[token])), Code::InvalidCapabilities);
    }
    assert!(world.workers().is_empty() && world.audit().is_empty());
}

/// Contract: workers.arguments.
#[test]
fn arguments_of_a_heartbeat_are_checked() {
    let mut world = World::new();
    for name in ["", "a\nb"] {
        let instance = HeartbeatWorkerArgs { worker_instance_id: Some(name.to_owned()), namespace: None };
        refused_field(world.call(instance), Code::InvalidInput, "workerInstanceId");
        let namespace = HeartbeatWorkerArgs { worker_instance_id: None, namespace: Some(name.to_owned()) };
        refused_field(world.call(namespace), Code::InvalidInput, "namespace");
    }
}
