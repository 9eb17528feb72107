//! `progress`. Contract: attempts.progress, attempts.progress-quiet, attempts.progress-limits.

use crate::engine::world::{START, World, refused_field, test};
use tidegate::Code;
use tidegate::ops::executions::describe::ProgressSnapshot;

fn reported(world: &mut World, id: &str) -> ProgressSnapshot {
    world.describe(id).progress.expect("something was reported")
}

#[test]
fn nothing_is_reported_until_a_worker_does() {
    let mut world = World::new();
    let claim = world.running();
    assert_eq!(world.describe(&claim.execution_id).progress, None);
}

/// Contract: attempts.progress.
#[test]
fn progress_overwrites_only_what_is_given() {
    let mut world = World::new();
    let claim = world.running();
    let id = &claim.execution_id;
    world.progress(&claim, Some(10), None).unwrap();
    let found = reported(&mut world, id);
    assert_eq!((found.percent, found.message, found.attempt_index), (Some(10), None, 0));
    world.progress(&claim, None, Some("packing")).unwrap();
    let found = reported(&mut world, id);
    assert_eq!((found.percent, found.message.as_deref()), (Some(10), Some("packing")));
    world.progress(&claim, Some(0), Some("")).unwrap();
    let found = reported(&mut world, id);
    assert_eq!((found.percent, found.message.as_deref()), (Some(0), Some("")));
}

/// Contract: attempts.progress.
#[test]
fn a_member_that_was_never_set_stays_absent_rather_than_null() {
    let mut world = World::new();
    let claim = world.running();
    world.progress(&claim, Some(10), None).unwrap();
    let found = reported(&mut world, &claim.execution_id);
    let json = serde_json::to_value(found).unwrap();
    assert_eq!(json.get("percent"), Some(&10.into()));
    assert!(json.get("message").is_none());
}

/// Contract: attempts.progress-quiet.
#[test]
fn progress_with_neither_member_changes_nothing() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.describe(&claim.execution_id);
    world.pass(5);
    let answer = world.progress(&claim, None, None).unwrap();
    assert_eq!(answer.lease_expires_at, claim.lease_expires_at);
    assert_eq!(world.describe(&claim.execution_id), before);
}

/// Contract: attempts.progress, executions.stamps.
#[test]
fn progress_is_stamped_and_moves_the_last_mutation() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    world.progress(&claim, Some(10), None).unwrap();
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.last_mutation_at, START + 5);
    assert_eq!(found.progress.map(|progress| progress.updated_at), Some(START + 5));
}

/// Contract: attempts.progress-quiet.
#[test]
fn progress_does_not_renew_the_lease_and_is_no_event() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.events();
    world.pass(5);
    let answer = world.progress(&claim, Some(10), None).unwrap();
    assert_eq!(answer.lease_expires_at, claim.lease_expires_at);
    assert_eq!(world.events(), before);
}

#[test]
fn the_last_mutation_never_goes_back_after_progress() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    world.progress(&claim, Some(10), None).unwrap();
    world.pass(5);
    world.complete(&claim).unwrap();
    assert_eq!(world.describe(&claim.execution_id).last_mutation_at, START + 10);
}

/// Contract: attempts.progress-limits.
#[test]
fn a_percentage_is_a_whole_number_from_0_on() {
    let mut world = World::new();
    let claim = world.running();
    for percent in [0, 1, 99, 100] {
        assert!(world.progress(&claim, Some(percent), None).is_ok());
    }
    for percent in [-1, 256, 1 << 53, i64::MIN] {
        refused_field(world.progress(&claim, Some(percent), None), Code::InvalidInput, "percent");
    }
}

/// Contract: attempts.progress-limits.
#[test]
fn a_message_that_is_too_long_is_refused() {
    let mut world = World::new();
    let claim = world.running();
    assert!(world.progress(&claim, None, Some("halfway, ½ läuft")).is_ok());
    let outcome = world.progress(&claim, None, Some(&"m".repeat(1 << 20)));
    refused_field(outcome, Code::InvalidInput, "message");
}
