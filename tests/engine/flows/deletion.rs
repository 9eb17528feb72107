//! Deletion of flows: piece by piece, with all that belongs to their members. Contract: retention.goes-whole,
//! retention.begun, retention.free-id.

use super::retention::{DAY, executions, found, freeable, keeping, over, remains, ticked};
use crate::engine::world::{Span, World, failure, order, refusal, test};
use tidegate::model::flows::edge::EdgeGroupPolicy;
use tidegate::model::flows::flow::CancellationPolicy;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::executions::count::{CountExecutionsArgs, Counts};
use tidegate::ops::executions::create::CreateOutcome;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::ops::flows::cancel_header::CancelFlowHeaderArgs;
use tidegate::ops::flows::create::CreateFlowOutcome;
use tidegate::{Answer, Code, Envelope, Limits};

/// Contract: retention.begun.
#[test]
fn a_large_flow_goes_piece_by_piece_and_what_has_begun_to_go_stays_gone() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    let ids: Vec<String> = (0..300).map(|_| world.member(&flow, "mail")).collect();
    world.seal(&flow).unwrap();
    world.cancel_all(&flow);
    world.pass(1.hours());
    assert_eq!(freeable(&mut world), 300);
    assert!(world.tick().more);
    let left = executions(&world);
    assert!((1..300).contains(&left), "{left} are left after one tick");
    world.reopen_with(Limits::default());
    assert_eq!((found(&mut world), i64::from(world.find(&ids[299]).unwrap().is_some())), ([0; 3], 0));
    refusal(world.wait_flow(&flow, None), Code::NotFoundFlow);
    assert_eq!(freeable(&mut world), left);
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
    assert_eq!(freeable(&mut world), 0);
}

#[test]
fn the_frames_of_a_member_and_the_edges_of_another_go_piece_by_piece() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    let source = world.member(&flow, "a");
    for n in 0..1_100 {
        let id = world.member(&flow, "b");
        let edge = world.staged(&flow, &source, &id);
        if n % 2 == 0 {
            world.apply(&flow, &edge).unwrap();
        }
    }
    world.seal(&flow).unwrap();
    let claim = world.claim("a");
    for _ in 0..6 {
        world.batch((0..200).map(|_| Envelope::from(crate::engine::world::streams::frame(&claim, b"x"))).collect());
    }
    world.cancel_all(&flow);
    world.pass(1.hours());
    for (table, whole) in [("edge", 1_100), ("frame", 1_200)] {
        let count = |world: &World| world.number(format!("SELECT count(*) FROM {table}").leak());
        assert!(world.tick().more);
        if count(&world) == whole {
            assert!(world.tick().more);
        }
        let left = count(&world);
        assert!((1..whole).contains(&left), "{left} rows of {table} are left");
        assert_eq!(found(&mut world), [0; 3]);
    }
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
}

#[test]
fn a_member_that_a_satisfied_group_cancelled_goes_like_the_others() {
    let mut world = keeping(1.hours());
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let shape: [(&str, &[&str]); 3] = [("a", &[]), ("b", &[]), ("c", &["a", "b"])];
    let graph = world.graph_with(&shape, |name, _| (name == "c").then_some(any));
    world.seal(&graph.flow).unwrap();
    world.finish("b");
    world.finish("c");
    assert_eq!(world.states(&graph), [PublicState::Cancelled, PublicState::Completed, PublicState::Completed]);
    assert_eq!(world.number("SELECT excused FROM flow"), 1);
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
}

/// Contract: retention.shared-result.
#[test]
fn a_result_that_became_an_input_goes_once() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    let first = world.member(&flow, "a");
    let ids: Vec<String> = ["b", "c"]
        .map(|name| world.member_with(&flow, name, |create| create.input = Some(b"own".to_vec().into())))
        .into();
    for id in &ids {
        world.edge_with(&flow, &first, id, |stage| stage.replace_input = true);
    }
    world.seal(&flow).unwrap();
    world.finish_with("a", b"passed");
    for name in ["b", "c"] {
        let claim = world.claim(name);
        assert_eq!(claim.input.as_ref().map(tidegate::model::ground::payload::Bytes::as_slice), Some(&b"passed"[..]));
        world.complete_with(&claim, b"done").unwrap();
    }
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
}

/// Contract: flows.backlog-stored.
#[test]
fn the_backlog_of_a_cancellation_goes_with_its_flow() {
    let mut world = keeping(1.hours());
    let graph = world.graph(&[("a", &[]), ("b", &["a"])]);
    let header = CancelFlowHeaderArgs {
        flow_id: graph.flow.clone(),
        policy: CancellationPolicy::CancelAll,
        reason: String::new(),
        grace_ms: Some(1e12),
    };
    world.call(header).unwrap();
    world.finish("a");
    world.finish("b");
    assert_eq!(world.number("SELECT count(*) FROM cancel_backlog"), 2);
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
}

/// Contract: flows.submit-taken, retention.free-id.
#[test]
fn the_id_of_a_member_is_free_and_the_whole_flow_goes_with_its_new_use() {
    let mut world = keeping(1.hours());
    let graph = over(&mut world);
    world.pass(1.hours());
    let again = world.create("post", |create| create.execution_id = Some(graph.id("a"))).unwrap();
    assert_eq!(again.outcome, CreateOutcome::Created);
    assert_eq!((found(&mut world), executions(&world)), ([1; 3], 1));
    assert_eq!(world.number("SELECT (SELECT count(*) FROM flow) + (SELECT count(*) FROM edge)"), 0);
    assert_eq!(world.number("SELECT count(*) FROM edge_group"), 0);
    assert_eq!(world.describe(&graph.id("a")).attempts.len(), 0);
    ticked(&mut world);
    assert_eq!(world.state(&graph.id("a")), PublicState::Waiting);
}

/// Contract: flows.free-id.
#[test]
fn the_id_of_a_flow_is_free() {
    let mut world = keeping(1.hours());
    let graph = over(&mut world);
    world.pass(1.hours());
    let again = world.create_flow(|args| args.flow_id = Some(graph.flow.clone())).unwrap();
    assert_eq!((again.outcome, again.flow_id.as_str()), (CreateFlowOutcome::Created, graph.flow.as_str()));
    let id = world.member(&graph.flow, "c");
    assert_eq!(found(&mut world), [1; 3]);
    ticked(&mut world);
    assert_eq!((world.state(&id), executions(&world)), (PublicState::Waiting, 1));
    assert_eq!(world.number("SELECT count(*) FROM flow"), 1);
}

#[test]
fn without_any_retention_time_it_is_hidden_within_the_batch_that_ends_it() {
    let mut world = World::new();
    let flow = world.create_flow(|args| args.retention_ms = Some(0)).unwrap().flow_id;
    let ids = ["a", "b"].map(|name| world.member(&flow, name));
    world.edge(&flow, &ids[0], &ids[1]);
    world.seal(&flow).unwrap();
    world.finish("a");
    let claim = world.claim("b");
    let complete = CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() };
    let mut create = order("mail");
    create.execution_id = Some(ids[0].clone());
    let batch: Vec<Envelope> = vec![
        complete.into(),
        ListExecutionsArgs::default().into(),
        SearchExecutionsArgs::default().into(),
        CountExecutionsArgs::default().into(),
        create.into(),
        ListExecutionsArgs::default().into(),
    ];
    let mut answers = world.batch(batch).answers.into_iter().map(Result::unwrap);
    assert!(matches!(answers.next(), Some(Answer::Complete(_))));
    for _ in 0..2 {
        match answers.next() {
            Some(Answer::ListExecutions(page) | Answer::SearchExecutions(page)) => assert!(page.executions.is_empty()),
            other => panic!("{other:?}"),
        }
    }
    let Some(Answer::CountExecutions(counts)) = answers.next() else { panic!("counts") };
    assert_eq!(counts.total, Counts::default());
    assert!(matches!(answers.next(), Some(Answer::CreateExecution(_))));
    let Some(Answer::ListExecutions(page)) = answers.next() else { panic!("a page") };
    assert_eq!(page.executions.len(), 1);
    ticked(&mut world);
    assert_eq!(executions(&world), 1);
    assert_eq!(world.number("SELECT (SELECT count(*) FROM flow) + (SELECT count(*) FROM edge_group)"), 0);
}

/// Contract: retention.goes-whole.
#[test]
fn attempts_steps_and_failures_of_members_go_with_them() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    world.member_with(&flow, "a", |create| {
        create.idempotency_key = Some("once".to_owned());
        create.dedup_window_ms = Some(10 * DAY);
    });
    world.seal(&flow).unwrap();
    let claim = world.claim("a");
    world.record(&claim, "charge", b"paid").unwrap();
    world.progress(&claim, Some(5), Some("far")).unwrap();
    world.call(failure(&claim.handle, FailureClass::Transient)).unwrap();
    world.pass(1.mins());
    world.finish_with("a", b"out");
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
    let again = world.create("a", |create| create.idempotency_key = Some("once".to_owned())).unwrap();
    assert_eq!(again.outcome, CreateOutcome::Created);
}
