//! Idempotency keys of creates and their windows. Contract: executions.idempotency-key, executions.dedup-window,
//! executions.dedup-off.

use crate::engine::world::{START, Span, World, test};
use tidegate::Result;
use tidegate::ops::executions::create::{CreateAnswer, CreateArgs, CreateOutcome, Difference};

const DAY: i64 = 86_400_000;

fn keyed(world: &mut World, namespace: &str, key: &str, window_ms: Option<i64>) -> Result<CreateAnswer> {
    world.create("mail", |create| {
        create.namespace = Some(namespace.to_owned());
        create.idempotency_key = Some(key.to_owned());
        create.dedup_window_ms = window_ms;
    })
}

/// Contract: executions.idempotency-key.
#[test]
fn a_live_key_answers_the_original_execution() {
    let mut world = World::new();
    let first = keyed(&mut world, "acme", "order 1", None).unwrap();
    let again = world.create("post", |create| {
        create.execution_id = Some("{fp:3}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11".to_owned());
        create.namespace = Some("acme".to_owned());
        create.idempotency_key = Some("order 1".to_owned());
    });
    let again = again.unwrap();
    assert_eq!((again.outcome, again.differs), (CreateOutcome::Duplicate, vec![Difference::Lane]));
    assert_eq!(again.execution_id, first.execution_id);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
    assert_eq!(world.number("SELECT count(*) FROM lane WHERE name = 'post'"), 1);
}

/// Contract: executions.idempotency-key.
#[test]
fn a_key_is_scoped_to_its_namespace() {
    let mut world = World::new();
    for namespace in ["acme", "zeta"] {
        assert_eq!(keyed(&mut world, namespace, "order 1", None).unwrap().outcome, CreateOutcome::Created);
    }
}

/// Contract: executions.idempotency-key.
#[test]
fn another_key_is_another_execution() {
    let mut world = World::new();
    for key in ["order 1", "order 2", "Order 1"] {
        assert_eq!(keyed(&mut world, "acme", key, None).unwrap().outcome, CreateOutcome::Created);
    }
}

/// Contract: executions.dedup-window.
#[test]
fn a_window_that_is_not_set_lasts_a_day() {
    let mut world = World::new();
    keyed(&mut world, "acme", "order 1", None).unwrap();
    world.pass(DAY - 1);
    assert_eq!(keyed(&mut world, "acme", "order 1", None).unwrap().outcome, CreateOutcome::Duplicate);
    world.pass(1);
    assert_eq!(keyed(&mut world, "acme", "order 1", None).unwrap().outcome, CreateOutcome::Created);
}

/// Contract: executions.dedup-window.
#[test]
fn a_window_is_over_at_its_instant_and_a_new_one_begins() {
    let mut world = World::new();
    let first = keyed(&mut world, "acme", "order 1", Some(100)).unwrap();
    world.pass(99);
    let during = keyed(&mut world, "acme", "order 1", Some(100)).unwrap();
    assert_eq!((during.outcome, during.execution_id), (CreateOutcome::Duplicate, first.execution_id));
    world.pass(1);
    let second = keyed(&mut world, "acme", "order 1", Some(100)).unwrap();
    assert_eq!(second.outcome, CreateOutcome::Created);
    world.pass(99);
    let third = keyed(&mut world, "acme", "order 1", Some(100)).unwrap();
    assert_eq!((third.outcome, third.execution_id), (CreateOutcome::Duplicate, second.execution_id));
}

/// Contract: executions.dedup-window.
#[test]
fn a_duplicate_does_not_lengthen_the_window() {
    let mut world = World::new();
    keyed(&mut world, "acme", "order 1", Some(100)).unwrap();
    world.pass(99);
    keyed(&mut world, "acme", "order 1", Some(1_000)).unwrap();
    world.pass(1);
    assert_eq!(keyed(&mut world, "acme", "order 1", Some(100)).unwrap().outcome, CreateOutcome::Created);
}

/// Contract: executions.dedup-off.
#[test]
fn a_window_of_0_or_less_keeps_no_key() {
    let mut world = World::new();
    for window_ms in [0, -1] {
        for _ in 0..2 {
            let created = keyed(&mut world, "acme", "order 1", Some(window_ms)).unwrap();
            assert_eq!(created.outcome, CreateOutcome::Created);
        }
    }
    assert_eq!(world.number("SELECT count(*) FROM dedup"), 0);
}

/// Contract: executions.dedup-off.
#[test]
fn a_window_of_0_does_not_look_at_a_live_key() {
    let mut world = World::new();
    keyed(&mut world, "acme", "order 1", Some(1_000)).unwrap();
    assert_eq!(keyed(&mut world, "acme", "order 1", Some(0)).unwrap().outcome, CreateOutcome::Created);
}

/// Contract: executions.key-kept.
#[test]
fn a_key_is_kept_on_the_execution() {
    let mut world = World::new();
    let created = keyed(&mut world, "acme", "order 1", None).unwrap();
    assert_eq!(world.describe(&created.execution_id).idempotency_key.as_deref(), Some("order 1"));
}

/// Contract: executions.key-kept.
#[test]
fn a_live_key_outlives_its_execution_and_the_engine() {
    let mut world = World::new();
    let first = keyed(&mut world, "acme", "order 1", None).unwrap();
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    let mut world = world.reopened();
    let again = keyed(&mut world, "acme", "order 1", None).unwrap();
    assert_eq!((again.outcome, again.execution_id), (CreateOutcome::Duplicate, first.execution_id));
}

/// Contract: time.tick-purges.
#[test]
fn a_tick_purges_keys_whose_window_is_over() {
    let mut world = World::new();
    keyed(&mut world, "acme", "order 1", Some(10)).unwrap();
    keyed(&mut world, "acme", "order 2", Some(1.hours())).unwrap();
    world.pass(10);
    world.tick();
    assert_eq!(world.number("SELECT count(*) FROM dedup"), 1);
    assert_eq!(world.number("SELECT expires_at FROM dedup"), START + 1.hours());
}

/// Contract: executions.key-differs.
#[test]
fn a_key_used_again_for_something_else_says_what_differs() {
    use Difference::{Input, Kind, Lane};
    let mut world = World::new();
    let again = |world: &mut World, set: &dyn Fn(&mut CreateArgs)| {
        let answer = world.create("mail", |create| {
            create.idempotency_key = Some("order 1".to_owned());
            (create.input, create.encoding) = (Some(b"one".to_vec().into()), Some("raw".to_owned()));
            set(create);
        });
        answer.unwrap().differs
    };
    assert_eq!(again(&mut world, &|_| {}), []);
    let claim = world.claim("mail");
    for _ in 0..2 {
        assert_eq!(again(&mut world, &|_| {}), []);
        assert_eq!(again(&mut world, &|create| create.priority = Some(7)), [], "nothing else is compared");
        assert_eq!(again(&mut world, &|create| create.lane = "post".to_owned()), [Lane]);
        assert_eq!(again(&mut world, &|create| create.kind = "print".to_owned()), [Kind]);
        assert_eq!(again(&mut world, &|create| create.input = Some(b"two".to_vec().into())), [Input]);
        assert_eq!(again(&mut world, &|create| create.encoding = None), [Input]);
        assert_eq!(again(&mut world, &|create| (create.input, create.encoding) = (None, None)), [Input]);
        let all = again(&mut world, &|create| {
            (create.lane, create.kind) = ("post".to_owned(), "print".to_owned());
            create.input = Some(Vec::new().into());
        });
        assert_eq!(all, [Lane, Kind, Input]);
        let _ = world.complete(&claim);
    }
}

/// Contract: executions.key-differs, executions.same-id.
#[test]
fn an_id_used_again_says_nothing_of_differences() {
    let mut world = World::new();
    let id = world.submit("mail");
    let again = world.create("post", |create| create.execution_id = Some(id.clone())).unwrap();
    assert_eq!((again.outcome, again.differs.len()), (CreateOutcome::Duplicate, 0));
    assert!(
        serde_json::to_value(world.create("post", |create| create.execution_id = Some(id)).unwrap())
            .unwrap()
            .get("differs")
            .is_none()
    );
}

/// Contract: executions.key-differs, edges.replace-input.
#[test]
fn an_input_that_an_upstream_replaced_is_not_compared() {
    let mut world = World::new();
    let flow = world.flow();
    let up = world.member(&flow, "up");
    let down = world.member_with(&flow, "down", |create| {
        (create.idempotency_key, create.input) = (Some("key".to_owned()), Some(b"own".to_vec().into()));
    });
    world.edge_with(&flow, &up, &down, |stage| stage.replace_input = true);
    world.finish_with("up", b"new");
    let again = world.create("down", |create| create.idempotency_key = Some("key".to_owned())).unwrap();
    assert_eq!((again.execution_id, again.differs), (down, Vec::new()));
}
