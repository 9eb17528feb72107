//! A stored row that no version of the engine writes is refused as corruption, never guessed. Contract: states.words,
//! states.state-number.

use crate::engine::world::{World, refusal, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::ops::executions::list::ListExecutionsArgs;

/// A world with one running and one waiting execution, its tables changed behind the engine's back.
fn damaged(sql: &'static str) -> (World, [String; 2]) {
    let mut world = World::new();
    let ids = [world.running().execution_id, world.submit("post")];
    world.driver.script("PRAGMA ignore_check_constraints = ON").unwrap();
    assert!(world.driver.execute(sql, &[]).unwrap() > 0, "{sql}");
    (world.reopened(), ids)
}

/// Contract: storage.corruption.
#[test]
fn a_waiting_row_with_an_unknown_number_is_refused() {
    for sql in [
        "UPDATE execution SET phase = 9 WHERE phase = 1",
        "UPDATE execution SET next = 9 WHERE phase = 1",
        "UPDATE execution SET next = NULL WHERE phase = 1",
        "UPDATE execution SET phase = 2, reason = 25, until_at = 9 WHERE phase = 1",
        "UPDATE execution SET phase = 2, reason = 20 WHERE phase = 1",
        "UPDATE execution SET phase = 3, reason = 20 WHERE phase = 1",
        "UPDATE execution SET phase = 6, outcome = 9 WHERE phase = 1",
        "UPDATE execution SET phase = 6 WHERE phase = 1",
    ] {
        let (mut world, [_, waiting]) = damaged(sql);
        refusal(world.find(&waiting), Code::Corruption);
    }
}

#[test]
fn a_running_row_with_an_unknown_number_is_refused() {
    for sql in [
        "UPDATE execution SET expires_at = NULL WHERE phase = 4",
        "UPDATE execution SET attempt_type = 9 WHERE phase = 4",
        "UPDATE execution SET attempt_id = zeroblob(3) WHERE phase = 4",
        "UPDATE execution SET lease_id = zeroblob(3) WHERE phase = 4",
        "UPDATE execution SET verb = 99 WHERE phase = 4",
        "UPDATE execution SET worker = NULL WHERE phase = 4",
    ] {
        let (mut world, [running, _]) = damaged(sql);
        refusal(world.find(&running), Code::Corruption);
    }
}

#[test]
fn a_policy_or_tags_that_cannot_be_read_are_refused() {
    for sql in [
        "UPDATE specification SET policy = '{' WHERE execution = 1",
        "UPDATE specification SET policy = '{\"nonsense\":1}' WHERE execution = 1",
        "UPDATE specification SET tags = '[]' WHERE execution = 1",
        "DELETE FROM specification WHERE execution = 1",
    ] {
        let (mut world, [running, _]) = damaged(sql);
        refusal(world.find(&running), Code::Corruption);
    }
}

/// Contract: storage.corruption.
#[test]
fn an_event_with_an_unknown_number_is_refused() {
    for sql in [
        "UPDATE event SET cause = 99",
        "UPDATE event SET state = 7",
        "UPDATE event SET lease = 9",
        "UPDATE event SET lease_id = zeroblob(3)",
    ] {
        let (mut world, _) = damaged(sql);
        refusal(world.read_events("start", 10, &[EventStream::Execution]), Code::Corruption);
    }
}

#[test]
fn an_id_of_a_wrong_length_is_refused() {
    let (mut world, _) = damaged("UPDATE execution SET public_id = zeroblob(3) WHERE phase = 1");
    refusal(world.call(ListExecutionsArgs::default()), Code::Corruption);
}

/// Contract: storage.corruption.
#[test]
fn a_damaged_row_does_not_harm_the_others() {
    let (mut world, [running, waiting]) = damaged("UPDATE execution SET attempt_type = 9 WHERE phase = 4");
    refusal(world.find(&running), Code::Corruption);
    assert!(world.find(&waiting).is_ok());
    assert_eq!(world.claim("post").execution_id, waiting);
}
