//! The deletion of an execution's streams in bounded steps, for the retention that deletes executions.

use crate::engine::world::streams::lossy;
use crate::engine::world::{TTL, World, test};
use std::rc::Rc;
use tidegate::store::Store;

#[test]
fn the_streams_of_one_execution_are_deleted_in_bounded_steps() {
    let mut world = World::new();
    let other = world.running();
    world.append(&other, "stays");
    let claim = world.running();
    world.append_many(&claim, 5, 0);
    world.call(lossy(&claim, b"x", 500)).unwrap();
    world.patch(&claim, "{}");
    world.pass(TTL);
    let next = world.claim("mail");
    let next = if next.execution_id == claim.execution_id { next } else { world.claim("mail") };
    world.append_many(&next, 3, 0);
    let row = world.number("SELECT max(execution) FROM stream");
    let mut store = Store::open(Rc::clone(&world.driver)).unwrap();
    assert_eq!(store.delete_streams(row, 4).unwrap(), (4, false));
    assert_eq!(store.delete_streams(row, 4).unwrap(), (4, false), "the rest of the first and one of the second");
    assert_eq!(store.delete_streams(row, 4).unwrap(), (2, true));
    assert_eq!(store.delete_streams(row, 4).unwrap(), (0, true));
    assert_eq!(world.stream_rows(), 2, "a stream and a frame of the other");
    assert!(world.summary(&claim.execution_id).is_none() && world.stream(&claim.execution_id).frames.is_empty());
    assert_eq!(world.append(&next, "anew").frame_count, 1);
}
