//! Batches: order, commits, refusals in the middle. Contract: time.batch-order, time.alone, time.commit-size.

use crate::engine::world::spy::Spy;
use crate::engine::world::{START, World, failure, order, pull, test};
use std::rc::Rc;
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::executions::cancel::CancelExecutionArgs;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::store::driver::Embedded;
use tidegate::{Answer, Code, Envelope, Operation};

/// A world whose commits are counted from now on.
fn counted() -> (World, Rc<Spy>) {
    let spy = Rc::new(Spy::over(Rc::new(Embedded::memory().unwrap())));
    let world = World::over(Rc::clone(&spy) as _);
    (world, spy)
}

fn orders(count: usize, bytes: usize) -> Vec<Envelope> {
    let make = || {
        let mut args = order("mail");
        args.input = (bytes > 0).then(|| vec![7; bytes].into());
        Envelope::from(args)
    };
    (0..count).map(|_| make()).collect()
}

/// How many commits a batch of orders takes.
fn commits(count: usize, bytes: usize) -> u64 {
    let (mut world, spy) = counted();
    let before = spy.commits();
    let answers = world.batch(orders(count, bytes)).answers;
    assert!(answers.len() == count && answers.iter().all(Result::is_ok));
    spy.commits() - before
}

#[test]
fn an_empty_batch_answers_nothing_and_writes_nothing() {
    let (mut world, spy) = counted();
    let before = spy.writes();
    let answer = world.batch(Vec::new());
    assert!(answer.answers.is_empty());
    assert_eq!((answer.now, spy.writes()), (START, before));
}

/// Contract: time.batch-order.
#[test]
fn a_batch_answers_in_the_order_of_its_calls() {
    let mut world = World::new();
    let operations: Vec<Operation> = vec![
        order("mail").into(),
        pull("mail").into(),
        pull("mail").into(),
        ListExecutionsArgs::default().into(),
        order("").into(),
    ];
    let answers = world.batch(operations.into_iter().map(Envelope::from).collect()).answers;
    let Ok(Answer::CreateExecution(created)) = &answers[0] else { panic!("{answers:?}") };
    let Ok(Answer::Claim(claim)) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!(claim.as_ref().as_ref().map(|claim| &claim.execution_id), Some(&created.execution_id));
    assert!(matches!(&answers[2], Ok(Answer::Claim(claim)) if claim.is_none()));
    assert!(matches!(&answers[3], Ok(Answer::ListExecutions(page)) if page.executions.len() == 1));
    assert!(answers[4].is_err());
}

/// Contract: time.commit-size.
#[test]
fn a_batch_of_256_operations_is_one_commit_and_257_are_two() {
    assert_eq!(commits(1, 0), 1);
    assert_eq!(commits(256, 0), 1);
    assert_eq!(commits(257, 0), 2);
    assert_eq!(commits(600, 0), 3);
}

/// Contract: time.commit-size.
#[test]
fn a_commit_holds_at_most_8_mib_of_payloads() {
    assert_eq!(commits(8, 1 << 20), 1);
    assert_eq!(commits(9, 1 << 20), 2);
    assert_eq!(commits(20, 1 << 20), 3);
}

/// Contract: time.alone.
#[test]
fn a_refused_operation_in_the_middle_leaves_the_others() {
    let mut world = World::new();
    let ended = world.completed().execution_id;
    let cancel = CancelExecutionArgs { execution_id: ended, ..CancelExecutionArgs::default() };
    let operations: Vec<Operation> = vec![order("mail").into(), cancel.into(), order("").into(), order("mail").into()];
    let answers = world.batch(operations.into_iter().map(Envelope::from).collect()).answers;
    let refused: Vec<_> = answers.iter().map(|answer| answer.as_ref().err().map(tidegate::Error::code)).collect();
    assert_eq!(refused, [None, Some(Code::InvalidInput), Some(Code::InvalidInput), None]);
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE phase = 1"), 2);
}

/// Contract: time.batch-order.
#[test]
fn operations_of_a_batch_see_what_came_before_them() {
    let mut world = World::new();
    let claim = world.running();
    let complete = CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() };
    let fail = failure(&claim.handle, FailureClass::Transient);
    let answers = world.batch(vec![fail.into(), complete.into()]).answers;
    assert!(answers[0].is_ok());
    assert_eq!(answers[1].as_ref().unwrap_err().code(), Code::ExecutionNotActive);
}

/// Contract: time.arguments-first.
#[test]
fn a_batch_of_refused_arguments_alone_writes_nothing() {
    let (mut world, spy) = counted();
    let before = spy.writes();
    let answers = world.batch(vec![order("").into(), pull("").into()]).answers;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(spy.writes(), before);
}

/// Contract: time.clock.
#[test]
fn the_clock_is_read_once_for_a_batch() {
    let mut world = World::new();
    world.batch(orders(300, 0));
    assert_eq!(world.number("SELECT count(DISTINCT created_at) FROM execution"), 1);
}

/// Contract: time.meta-once.
#[test]
fn the_meta_row_and_the_counts_of_a_route_are_written_once_for_each_commit() {
    let (mut world, spy) = counted();
    world.submit("mail");
    let mut writes = |count: usize| {
        let before = spy.writes();
        world.batch(orders(count, 0));
        spy.writes() - before
    };
    let (one, two) = (writes(1), writes(2));
    let each = two - one;
    assert_eq!(one - each, 2, "what does not grow with the operations is the meta row and the row of counts");
    assert_eq!(writes(10), 10 * each + 2);
}

/// Contract: time.after-commit.
#[test]
fn the_answer_of_a_batch_comes_after_its_commit() {
    let mut world = World::new();
    let answer = world.batch(orders(3, 0));
    assert_eq!(world.number("SELECT count(*) FROM execution"), 3);
    assert_eq!(answer.answers.len(), 3);
    assert!(!world.driver.in_transaction());
}
