//! `get_execution_result`: the bytes exactly as they were given. Contract: executions.result, executions.result-none,
//! executions.result-attempt.

use crate::engine::world::turns::replay;
use crate::engine::world::{START, World, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::executions::result::{ExecutionResult, GetExecutionResultArgs};

const UNKNOWN: &str = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";

/// Contract: executions.result, values.bytes.
#[test]
fn a_result_is_read_back_verbatim_whatever_its_bytes() {
    let mut world = World::new();
    let every_byte: Vec<u8> = (0..=255).collect();
    for bytes in [every_byte, vec![0xff, 0xfe, 0], b"{\"a\": 1 }\r\n".to_vec(), vec![0; 1 << 20]] {
        let claim = world.running();
        world.complete_with(&claim, &bytes).unwrap();
        assert_eq!(world.result(&claim.execution_id).unwrap().result, Some(bytes.into()));
    }
}

/// Contract: executions.result, values.bytes.
#[test]
fn an_empty_result_is_not_the_same_as_none() {
    let mut world = World::new();
    let claim = world.running();
    world.complete_with(&claim, b"").unwrap();
    assert_eq!(world.result(&claim.execution_id).unwrap().result, Some(Vec::new().into()));
    let claim = world.completed();
    let found = world.result(&claim.execution_id).unwrap();
    assert_eq!((found.result, found.encoding, found.attempt_index), (None, None, 0));
}

/// Contract: executions.result-none.
#[test]
fn there_is_no_result_while_it_has_not_completed() {
    let mut world = World::new();
    let id = world.submit("mail");
    assert_eq!(world.result(&id), None);
    let claim = world.claim("mail");
    assert_eq!(world.result(&id), None);
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(world.result(&id), None);
}

/// Contract: executions.result-none.
#[test]
fn an_execution_that_ended_otherwise_has_no_result() {
    let mut world = World::new();
    let failed = world.running();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    let cancelled = world.submit("mail");
    world.cancel(&cancelled).unwrap();
    let expired = world.submit_with("mail", |create| create.deadline_at = Some(START));
    for id in [failed.execution_id, cancelled, expired] {
        assert_eq!(world.result(&id), None);
    }
}

/// Contract: executions.result-none.
#[test]
fn an_unknown_execution_has_no_result_and_a_malformed_id_is_refused() {
    let mut world = World::new();
    assert_eq!(world.result(UNKNOWN), None);
    let args = GetExecutionResultArgs { execution_id: "mine".to_owned(), attempt_index: None };
    refusal(world.call(args), Code::InvalidInput);
}

/// Contract: executions.result.
#[test]
fn a_result_says_which_attempt_it_is_of() {
    let mut world = World::new();
    world.lapsed();
    let claim = world.claim("mail");
    world.complete_with(&claim, b"done").unwrap();
    assert_eq!(world.result(&claim.execution_id).unwrap().attempt_index, 1);
}

#[test]
fn results_of_many_executions_are_never_mixed_up() {
    let mut world = World::new();
    let claims: Vec<_> = (0..50).map(|_| world.running()).collect();
    for claim in claims.iter().rev() {
        world.complete_with(claim, claim.execution_id.as_bytes()).unwrap();
    }
    for claim in claims {
        let found = world.result(&claim.execution_id).unwrap().result;
        assert_eq!(found, Some(claim.execution_id.as_str().into()));
    }
}

fn of_attempt(world: &mut World, id: &str, index: i64) -> Option<ExecutionResult> {
    world.call(GetExecutionResultArgs { execution_id: id.to_owned(), attempt_index: Some(index) }).unwrap()
}

/// Contract: executions.result-attempt, retries.replay-forgets.
#[test]
fn the_result_of_each_attempt_is_read_by_its_index_also_after_replays() {
    let mut world = World::new();
    let first = world.running();
    world.complete_with(&first, b"one").unwrap();
    let id = first.execution_id;
    assert_eq!(of_attempt(&mut world, &id, 0), world.result(&id));
    replay(&mut world, &id).unwrap();
    assert_eq!((world.result(&id), world.describe(&id).attempts[0].has_result), (None, true));
    assert_eq!(of_attempt(&mut world, &id, 0).unwrap().result, Some(b"one".to_vec().into()));
    let second = world.claim("mail");
    assert_eq!(of_attempt(&mut world, &id, 1), None, "it is under way");
    world.complete_with(&second, b"two").unwrap();
    replay(&mut world, &id).unwrap();
    let third = world.claim("mail");
    world.complete(&third).unwrap();
    let mut world = world.reopened();
    let read = [0, 1, 2].map(|index| of_attempt(&mut world, &id, index).unwrap());
    let expected = [Some(b"one".to_vec().into()), Some(b"two".to_vec().into()), None];
    assert_eq!(read.clone().map(|one| one.result), expected);
    assert_eq!(read.map(|one| one.attempt_index), [0, 1, 2]);
    assert_eq!(world.result(&id).unwrap().attempt_index, 2);
}

/// Contract: executions.result-attempt.
#[test]
fn an_attempt_that_did_not_complete_has_no_result() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(1_000);
    let again = world.claim("mail");
    world.complete_with(&again, b"two").unwrap();
    let id = claim.execution_id;
    for index in [0, 2, 9_007_199_254_740_991] {
        assert_eq!(of_attempt(&mut world, &id, index), None, "{index}");
    }
    assert_eq!(of_attempt(&mut world, UNKNOWN, 0), None);
    let args = GetExecutionResultArgs { execution_id: id, attempt_index: Some(-1) };
    refused_field(world.call(args), Code::InvalidInput, "attemptIndex");
}
