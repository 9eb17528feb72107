//! `change_priority`. Contract: executions.change-priority, executions.priority-event.

use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::executions::priority::{ChangePriorityAnswer, ChangePriorityArgs};
use tidegate::{Code, Result};

fn change(world: &mut World, id: &str, priority: i64) -> Result<ChangePriorityAnswer> {
    world.call(ChangePriorityArgs { execution_id: id.to_owned(), new_priority: priority })
}

/// Contract: executions.change-priority.
#[test]
fn a_change_of_priority_reorders_the_lane_at_once() {
    let mut world = World::new();
    // The claim makes the engine remember the front of the lane.
    world.running();
    let ids: Vec<String> = (0..4).map(|_| world.submit("mail")).collect();
    change(&mut world, &ids[2], 5).unwrap();
    change(&mut world, &ids[3], 9).unwrap();
    change(&mut world, &ids[2], 0).unwrap();
    let order: Vec<String> = (0..4).map(|_| world.claim("mail").execution_id).collect();
    assert_eq!(order, [&ids[3], &ids[0], &ids[1], &ids[2]].map(Clone::clone));
}

/// Contract: executions.priority-event.
#[test]
fn one_operator_event_tells_both_priorities_and_the_state_stays() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.priority = Some(3));
    world.pass(7);
    assert_eq!(change(&mut world, &id, 8).unwrap(), ChangePriorityAnswer { execution_id: id.clone(), priority: 8 });
    let events = world.events_in(&[EventStream::Operator]);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.cause, event.at, event.public_state), (Cause::PriorityChanged, START + 7, None));
    assert_eq!(event.detail, Some(EventDetail::PriorityChanged { old_priority: 3, new_priority: 8 }));
    let found = world.describe(&id);
    assert_eq!((found.priority, found.public_state), (8, PublicState::Waiting));
    assert_eq!(found.last_mutation_at, START + 7);
}

/// Contract: executions.change-priority.
#[test]
fn a_priority_is_brought_into_its_range() {
    let mut world = World::new();
    let id = world.submit("mail");
    assert_eq!(change(&mut world, &id, 1_000_000).unwrap().priority, 9_000);
    assert_eq!(change(&mut world, &id, -5).unwrap().priority, 0);
}

/// Contract: executions.priority-waiting.
#[test]
fn only_what_waits_has_a_place_to_be_moved_from() {
    let mut world = World::new();
    let delayed = world.submit_with("other", |create| create.delay_until = Some(START + 100));
    let active = world.running().execution_id;
    let ended = world.completed().execution_id;
    let lapsed = world.lapsed().execution_id;
    world.set_clock(START + 99);
    for (id, state) in [(delayed, "delayed"), (active, "active"), (ended, "completed"), (lapsed, "active")] {
        let events = world.events().len();
        let error = refusal(change(&mut world, &id, 5), Code::ExecutionNotEligible);
        assert_eq!(detail(&error, "publicState"), state);
        assert_eq!(world.events().len(), events);
    }
}

/// Contract: executions.cancel-unknown.
#[test]
fn an_unknown_execution_and_bad_arguments_are_refused() {
    let mut world = World::new();
    let unknown = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
    refusal(change(&mut world, unknown, 5), Code::NotFoundExecution);
    refused_field(change(&mut world, "x", 5), Code::InvalidInput, "executionId");
    refused_field(change(&mut world, unknown, i64::MAX), Code::InvalidInput, "newPriority");
}
