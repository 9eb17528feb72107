//! `create_flow`. Contract: flows.create, flows.create-again, flows.defaults.

use crate::engine::world::scheduler::MINTED;
use crate::engine::world::telling::once;
use crate::engine::world::{START, World, refused_field, test};
use tidegate::model::ground::cause::Cause;
use tidegate::ops::flows::create::{CreateFlowAnswer, CreateFlowArgs, CreateFlowOutcome};
use tidegate::{Code, Operation, Result};

fn create(world: &mut World, id: &str) -> Result<CreateFlowAnswer> {
    world.create_flow(|args| args.flow_id = Some(id.to_owned()))
}

fn flows(world: &World) -> i64 {
    world.number("SELECT count(*) FROM flow")
}

/// Contract: flows.create.
#[test]
fn a_flow_begins_empty_at_revision_0() {
    let mut world = World::new();
    let answer = create(&mut world, MINTED).unwrap();
    let expected = CreateFlowAnswer { outcome: CreateFlowOutcome::Created, flow_id: MINTED.to_owned() };
    assert_eq!(answer, expected);
    assert_eq!(world.number("SELECT revision + edge_count + sealed + waiting + end_count FROM flow"), 0);
    assert_eq!(world.number("SELECT created_at FROM flow WHERE changed_at = created_at"), START);
    assert_eq!(world.number("SELECT cancelled_at FROM flow"), -1);
    assert_eq!(world.number("SELECT ended_at FROM flow"), -1);
}

/// Contract: events.view-flow, events.detail.
#[test]
fn the_log_tells_of_it_without_an_execution() {
    let mut world = World::new();
    world.create_flow(|args| args.namespace = Some("team".to_owned())).unwrap();
    let events = world.flow_events();
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!((event.cause, event.at, &*event.namespace), (Cause::FlowCreated, START, "team"));
    assert_eq!((&event.execution_id, event.public_state, &event.detail), (&None, None, &None));
}

/// Contract: flows.minted-ids.
#[test]
fn ids_that_are_left_out_are_minted_in_the_order_of_time() {
    let mut world = World::new();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.flow());
        world.pass(1);
    }
    assert!(ids.is_sorted() && ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

/// Contract: flows.create-again.
#[test]
fn an_id_that_is_known_is_satisfied_already_whatever_else_is_asked_for() {
    let mut world = World::new();
    create(&mut world, MINTED).unwrap();
    world.pass(5);
    let again = CreateFlowArgs {
        flow_id: Some(MINTED.to_uppercase()),
        kind: Some("other".to_owned()),
        namespace: Some("other".to_owned()),
        tags: [("a".to_owned(), "b".to_owned())].into(),
        retention_ms: Some(5),
    };
    let before = world.rows();
    let answer = world.unwritten(|world| world.call(again)).unwrap();
    let expected = CreateFlowAnswer { outcome: CreateFlowOutcome::AlreadySatisfied, flow_id: MINTED.to_owned() };
    assert_eq!((answer, world.rows()), (expected, before));
}

/// Contract: flows.defaults.
#[test]
fn what_is_left_out_has_its_default_and_what_is_given_is_kept() {
    let mut world = World::new();
    world.flow();
    assert_eq!(
        world.number("SELECT count(*) FROM flow WHERE kind = 'flow' AND tags IS NULL AND retention_ms IS NULL"),
        1
    );
    let of_default = "SELECT count(*) FROM flow f JOIN namespace n ON n.id = f.namespace WHERE n.name = 'default'";
    assert_eq!(world.number(of_default), 1);
    world
        .create_flow(|args| {
            args.kind = Some("order".to_owned());
            args.namespace = Some("team".to_owned());
            args.tags = [("a.b".to_owned(), "c".to_owned())].into();
            args.retention_ms = Some(7);
        })
        .unwrap();
    let kept = "SELECT count(*) FROM flow f JOIN namespace n ON n.id = f.namespace WHERE n.name = 'team' \
         AND f.kind = 'order' AND f.tags = '{\"a.b\":\"c\"}' AND f.retention_ms = 7";
    assert_eq!(world.number(kept), 1);
}

/// Contract: flows.create-arguments.
#[test]
fn an_argument_out_of_range_is_refused_by_name() {
    type Set = fn(&mut CreateFlowArgs);
    let wrong: [(&str, Set); 8] = [
        ("flowId", |args| args.flow_id = Some("{fp:0}:0198c0de-0000-7000-8000-00000000002a".to_owned())),
        ("flowId", |args| args.flow_id = Some(String::new())),
        ("kind", |args| args.kind = Some(String::new())),
        ("kind", |args| args.kind = Some("k".repeat(257))),
        ("namespace", |args| args.namespace = Some("a\nb".to_owned())),
        ("tags", |args| args.tags = [("A".to_owned(), String::new())].into()),
        ("tags", |args| args.tags = (0..65).map(|n| (format!("k{n}"), String::new())).collect()),
        ("retentionMs", |args| args.retention_ms = Some(-1)),
    ];
    let mut world = World::new();
    for (field, set) in wrong {
        refused_field(world.unwritten(|world| world.create_flow(set)), Code::InvalidInput, field);
    }
    assert_eq!(flows(&world), 0);
}

#[test]
fn a_repeated_request_creates_one_flow() {
    let mut world = World::new();
    let first = once(&mut world, "r1", CreateFlowArgs::default()).unwrap();
    assert_eq!(once(&mut world, "r1", CreateFlowArgs::default()).unwrap(), first);
    assert_eq!(flows(&world), 1);
}

/// Contract: flows.create-again.
#[test]
fn of_two_creates_in_one_batch_the_first_one_wins() {
    let mut world = World::new();
    let args = CreateFlowArgs { flow_id: Some(MINTED.to_owned()), ..CreateFlowArgs::default() };
    let answers = world.batch(vec![Operation::from(args.clone()).into(), Operation::from(args).into()]).answers;
    let texts: Vec<_> = answers.into_iter().map(|answer| format!("{:?}", answer.unwrap())).collect();
    assert!(texts[0].contains("Created") && texts[1].contains("AlreadySatisfied"), "{texts:?}");
}

/// Contract: flows.free-id.
#[test]
fn the_id_of_a_flow_that_is_past_its_retention_is_free() {
    let mut world = World::new();
    world
        .create_flow(|args| {
            args.flow_id = Some(MINTED.to_owned());
            args.retention_ms = Some(10);
        })
        .unwrap();
    world.seal(MINTED).unwrap();
    world.pass(9);
    assert_eq!(create(&mut world, MINTED).unwrap().outcome, CreateFlowOutcome::AlreadySatisfied);
    world.pass(1);
    assert_eq!(create(&mut world, MINTED).unwrap().outcome, CreateFlowOutcome::Created);
    let id = world.submit("mail");
    assert_eq!(world.add(MINTED, &id).unwrap().node_count, 1, "the new one is not sealed");
}
