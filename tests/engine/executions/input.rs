//! `get_execution_input`. Contract: executions.input-read.

use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::turns::replay;
use crate::engine::world::{World, refused_field, test};
use tidegate::Code;
use tidegate::ops::executions::input::{ExecutionInput, GetExecutionInputArgs};

fn input(world: &mut World, id: &str) -> Option<ExecutionInput> {
    world.call(GetExecutionInputArgs { execution_id: id.to_owned() }).unwrap()
}

/// Contract: executions.input-read, executions.input.
#[test]
fn an_input_is_read_verbatim_without_a_claim_and_in_every_phase() {
    let mut world = World::new();
    let every_byte: Vec<u8> = (0..=255).collect();
    let id = world.submit_with("mail", |create| {
        (create.input, create.encoding) = (Some(every_byte.clone().into()), Some("raw".to_owned()));
    });
    let given = Some(ExecutionInput { input: Some(every_byte.into()), encoding: Some("raw".to_owned()) });
    assert_eq!(input(&mut world, &id), given);
    assert_eq!(world.describe(&id).total_attempt_count, 0, "nobody claimed it");
    let claim = world.claim("mail");
    assert_eq!(input(&mut world, &id), given);
    world.complete(&claim).unwrap();
    assert_eq!(input(&mut world, &id), given);
    replay(&mut world, &id).unwrap();
    assert_eq!(input(&mut world.reopened(), &id), given);
}

/// Contract: executions.input-read.
#[test]
fn no_input_is_not_an_empty_one_and_neither_is_nothing_at_all() {
    let mut world = World::new();
    let without = world.submit("mail");
    let empty = world.submit_with("mail", |create| create.input = Some(Vec::new().into()));
    assert_eq!(input(&mut world, &without), Some(ExecutionInput { input: None, encoding: None }));
    assert_eq!(input(&mut world, &empty).unwrap().input, Some(Vec::new().into()));
    assert_eq!(input(&mut world, UNKNOWN), None);
    let args = GetExecutionInputArgs { execution_id: "mine".to_owned() };
    refused_field(world.call(args), Code::InvalidInput, "executionId");
}
