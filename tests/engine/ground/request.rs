//! Request ids: a call made again within 10 minutes answers what it answered. Contract: time.request,
//! time.request-kept, time.request-other.

use crate::engine::world::telling::{Told, once};
use crate::engine::world::{Span, World, failure, order, pull, refusal, refused_field, test};
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::executions::describe::DescribeExecutionArgs;
use tidegate::{Answer, Code, Envelope};

fn executions(world: &World) -> i64 {
    world.number("SELECT count(*) FROM execution")
}

/// Contract: time.request.
#[test]
fn a_create_with_the_same_request_id_happens_once() {
    let mut world = World::new();
    let first = once(&mut world, "r1", order("mail")).unwrap();
    let again = once(&mut world, "r1", order("mail")).unwrap();
    assert_eq!(first, again);
    assert_eq!(executions(&world), 1);
}

/// Contract: time.request.
#[test]
fn a_claim_with_the_same_request_id_hands_back_the_same_handle_and_the_input_again() {
    let mut world = World::new();
    for input in [vec![0, 159, 146, 150], vec![7; 100_000]] {
        world.submit_with("mail", |create| create.input = Some(input.into()));
    }
    let first = once(&mut world, "r1", pull("mail")).unwrap();
    let again = once(&mut world, "r1", pull("mail")).unwrap();
    assert_eq!(first, again);
    let (text, payloads) = again.text();
    assert_eq!((text.matches("\"input\":").count(), payloads), (1, vec![vec![0, 159, 146, 150]]));
    let Answer::Claim(other) = once(&mut world, "r2", pull("mail")).unwrap().0 else { panic!("a claim's answer") };
    assert_eq!(other.unwrap().input, Some(vec![7; 100_000].into()));
}

#[test]
fn a_repeated_claim_of_an_execution_without_an_input_has_none() {
    let mut world = World::new();
    world.submit("mail");
    let first = once(&mut world, "r1", pull("mail")).unwrap();
    assert_eq!(once(&mut world, "r1", pull("mail")).unwrap(), first);
}

#[test]
fn two_calls_with_one_request_id_in_one_batch_happen_once() {
    let mut world = World::new();
    let envelope = Envelope { operation: order("mail").into(), request_id: Some("r1".to_owned()) };
    let answers = world.batch(vec![envelope.clone(), envelope]).answers;
    let [first, again] = [0, 1].map(|one: usize| Told(answers[one].clone().unwrap()));
    assert_eq!(first, again);
    assert_eq!(executions(&world), 1);
}

#[test]
fn every_operation_that_writes_answers_again_what_it_answered() {
    let mut world = World::new();
    let claim = world.running();
    let (handle, id) = (claim.handle, claim.execution_id);
    let complete = CompleteArgs { handle: handle.clone(), result: Some("done".into()), ..CompleteArgs::default() };
    let progress =
        tidegate::ops::attempts::progress::ProgressArgs { handle: handle.clone(), percent: Some(5), message: None };
    let renew = tidegate::ops::attempts::renew::RenewArgs { handle, lease_ttl_ms: None };
    let first = once(&mut world, "r1", renew.clone()).unwrap();
    world.pass(1.secs());
    assert_eq!(once(&mut world, "r1", renew).unwrap(), first, "not renewed again");
    let first = once(&mut world, "r2", progress.clone()).unwrap();
    assert_eq!(once(&mut world, "r2", progress).unwrap(), first);
    let first = once(&mut world, "r3", complete.clone()).unwrap();
    assert_eq!(once(&mut world, "r3", complete).unwrap(), first);
    let other = world.submit("mail");
    let cancel = tidegate::ops::executions::cancel::CancelExecutionArgs { execution_id: other, ..Default::default() };
    let first = once(&mut world, "r4", cancel.clone()).unwrap();
    assert_eq!(once(&mut world, "r4", cancel).unwrap(), first);
    assert_eq!(world.result(&id).unwrap().result, Some("done".into()));
}

#[test]
fn a_repeated_fail_answers_the_same_instant() {
    let mut world = World::new();
    let claim = world.running();
    let fail = failure(&claim.handle, FailureClass::Transient);
    let first = once(&mut world, "r1", fail.clone()).unwrap();
    world.pass(2.mins());
    world.claim("mail");
    assert_eq!(once(&mut world, "r1", fail).unwrap(), first);
    assert_eq!(world.describe(&claim.execution_id).retry_count, 1);
}

/// Contract: time.request-other.
#[test]
fn the_same_id_with_another_operation_is_refused() {
    let mut world = World::new();
    once(&mut world, "r1", order("mail")).unwrap();
    let error = refused_field(once(&mut world, "r1", pull("mail")), Code::InvalidInput, "requestId");
    assert!(error.message().contains("create_execution") && error.message().contains("claim"), "{error}");
    assert!(world.claim_if_any("mail").is_some(), "the refused claim took nothing");
}

/// Contract: time.request-kept.
#[test]
fn a_refusal_is_not_kept() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(30.secs());
    let complete = CompleteArgs { handle: claim.handle, ..CompleteArgs::default() };
    refusal(once(&mut world, "r1", complete), Code::LeaseExpired);
    assert!(once(&mut world, "r1", order("mail")).is_ok(), "the id is still free");
}

#[test]
fn a_refused_argument_is_not_kept() {
    let mut world = World::new();
    refusal(once(&mut world, "r1", order("")), Code::InvalidInput);
    assert!(once(&mut world, "r1", order("mail")).is_ok());
}

/// Contract: time.request-kept.
#[test]
fn a_claim_that_found_nothing_is_not_kept() {
    let mut world = World::new();
    assert_eq!(once(&mut world, "r1", pull("mail")).unwrap(), Told(Answer::Claim(Box::new(None))));
    world.submit("mail");
    let Answer::Claim(claim) = once(&mut world, "r1", pull("mail")).unwrap().0 else { panic!("a claim's answer") };
    assert!(claim.is_some());
}

/// Contract: time.request-forgotten.
#[test]
fn a_request_is_forgotten_after_10_minutes() {
    let mut world = World::new();
    once(&mut world, "r1", order("mail")).unwrap();
    world.pass(10.mins() - 1);
    once(&mut world, "r1", order("mail")).unwrap();
    assert_eq!(executions(&world), 1);
    world.pass(1);
    once(&mut world, "r1", order("mail")).unwrap();
    assert_eq!(executions(&world), 2);
}

/// Contract: time.request-forgotten.
#[test]
fn a_forgotten_request_id_may_be_used_for_another_operation() {
    let mut world = World::new();
    once(&mut world, "r1", order("mail")).unwrap();
    world.pass(10.mins());
    assert!(once(&mut world, "r1", pull("mail")).is_ok());
}

/// Contract: time.request.
#[test]
fn a_request_is_remembered_by_the_next_connection() {
    let mut world = World::new();
    let first = once(&mut world, "r1", order("mail")).unwrap();
    let mut world = world.reopened();
    assert_eq!(once(&mut world, "r1", order("mail")).unwrap(), first);
}

/// Contract: time.request-id.
#[test]
fn a_request_id_is_1_to_256_bytes_without_control_characters() {
    let mut world = World::new();
    for id in ["", "a\nb", &"r".repeat(257)] {
        refused_field(once(&mut world, id, order("mail")), Code::InvalidInput, "requestId");
    }
    assert!(once(&mut world, &"r".repeat(256), order("mail")).is_ok());
    assert_eq!(executions(&world), 1);
}

/// Contract: time.request-kept.
#[test]
fn a_read_with_a_request_id_reads_afresh_each_time() {
    let mut world = World::new();
    let id = world.submit("mail");
    let read = DescribeExecutionArgs { execution_id: id };
    let before = once(&mut world, "r1", read.clone()).unwrap();
    world.claim("mail");
    assert_ne!(once(&mut world, "r1", read).unwrap(), before);
}

/// Contract: time.tick-purges.
#[test]
fn a_tick_purges_requests_that_are_forgotten() {
    let mut world = World::new();
    once(&mut world, "r1", order("mail")).unwrap();
    world.pass(10.mins());
    world.tick();
    assert_eq!(world.number("SELECT count(*) FROM request"), 0);
}
