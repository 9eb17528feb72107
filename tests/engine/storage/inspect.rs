//! `inspect_storage` and compaction. Contract: retention.inspect, retention.compact.

use crate::engine::world::{START, Span, World, test};
#[cfg(not(target_family = "wasm"))]
use std::rc::Rc;
use tidegate::model::ground::argument::Retention;
use tidegate::ops::storage::inspect::{Freeable, InspectStorageArgs, StorageFigures};
#[cfg(not(target_family = "wasm"))]
use tidegate::store::driver::{Durability, Embedded};
use tidegate::{Envelope, Limits};

fn figures(world: &mut World) -> StorageFigures {
    world.call(InspectStorageArgs {}).unwrap()
}

fn keeping(executions_ms: i64, events_ms: i64) -> World {
    let retention = Retention { executions_ms: Some(executions_ms), events_ms: Some(events_ms) };
    World::with_limits(Limits { retention, ..Limits::default() })
}

/// A completed execution with so many bytes of input.
fn large(world: &mut World, bytes: usize) {
    let claim = world.running_with(|create| create.input = Some(vec![7; bytes].into()));
    world.complete(&claim).unwrap();
}

#[test]
fn a_database_in_which_everything_counts_has_nothing_to_free() {
    let mut world = World::new();
    large(&mut world, 10);
    let found = figures(&mut world);
    assert_eq!(found.freeable, Freeable::default());
    assert!(found.database_bytes > 4_096, "{found:?}");
}

/// Contract: retention.inspect.
#[test]
fn what_ticks_would_delete_is_counted_by_sort() {
    let mut world = keeping(1.hours(), 2.hours());
    for _ in 0..3 {
        large(&mut world, 10);
    }
    let claim = world.running_with(|create| {
        create.idempotency_key = Some("once".to_owned());
        create.dedup_window_ms = Some(5);
        create.retention_ms = Some(1);
    });
    world.complete(&claim).unwrap();
    let order = crate::engine::world::order("mail");
    let envelope = Envelope { request_id: Some("r".to_owned()), ..order.into() };
    world.batch(vec![envelope]).answers.remove(0).unwrap();
    assert_eq!(figures(&mut world).freeable, Freeable::default());
    world.pass(5);
    assert_eq!(figures(&mut world).freeable, Freeable { executions: 1, idempotency_keys: 1, ..Freeable::default() });
    world.set_clock(START + 1.hours());
    let counted = Freeable { executions: 4, idempotency_keys: 1, requests: 1, events: 0 };
    assert_eq!(figures(&mut world).freeable, counted);
    world.set_clock(START + 2.hours());
    assert_eq!(figures(&mut world).freeable, Freeable { events: 13, ..counted });
    while world.tick().more {}
    assert_eq!(figures(&mut world).freeable, Freeable::default());
}

/// Contract: retention.inspect.
#[test]
fn looking_writes_nothing() {
    let mut world = keeping(1, 1);
    large(&mut world, 10);
    world.pass(1.hours());
    let before = world.number("SELECT total_changes()");
    figures(&mut world);
    assert_eq!(world.number("SELECT total_changes()"), before);
}

/// Contract: retention.compact.
#[test]
fn a_compaction_gives_back_what_was_deleted_a_part_at_a_time() {
    let mut world = keeping(1.hours(), 1.hours());
    large(&mut world, 1_000_000);
    world.submit("mail");
    let full = figures(&mut world);
    world.pass(1.hours());
    while world.tick().more {}
    let freed = figures(&mut world);
    assert!(freed.free_bytes > 900_000, "{freed:?}");
    assert_eq!(freed.database_bytes, full.database_bytes, "the room is there, and can be used again");
    let left = world.engine.compact(400_000).unwrap();
    assert!((1..freed.free_bytes).contains(&left), "{left} of {}", freed.free_bytes);
    while world.engine.compact(400_000).unwrap() > 0 {}
    let compacted = figures(&mut world);
    assert_eq!(compacted.free_bytes, 0);
    assert!(compacted.database_bytes < full.database_bytes - 900_000, "{compacted:?}");
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
}

/// Contract: retention.compact.
#[test]
fn a_compaction_with_nothing_to_give_changes_nothing() {
    let mut world = World::new();
    large(&mut world, 10);
    let before = figures(&mut world);
    assert_eq!(world.engine.compact(1 << 20).unwrap(), before.free_bytes.saturating_sub(1 << 20));
    assert!(figures(&mut world).database_bytes <= before.database_bytes);
}

/// A folder of its own for a database in a file, gone when the test is over.
#[cfg(not(target_family = "wasm"))]
struct Folder(std::path::PathBuf);

#[cfg(not(target_family = "wasm"))]
impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tidegate-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn driver(&self) -> Rc<Embedded> {
        Rc::new(Embedded::file(&self.0.join("a.db"), Durability::Relaxed).unwrap())
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.0.join("a.db")).unwrap()
    }
}

#[cfg(not(target_family = "wasm"))]
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Contract: storage.open-writes-nothing.
#[cfg(not(target_family = "wasm"))]
#[test]
fn opening_a_database_that_is_there_writes_nothing_to_its_file() {
    let folder = Folder::new("untouched");
    let mut world = World::over(folder.driver());
    large(&mut world, 10);
    drop(world);
    let before = folder.bytes();
    let mut world = World::over(folder.driver());
    assert_eq!(figures(&mut world).freeable, Freeable::default());
    drop(world);
    assert!(folder.bytes() == before, "not a byte of the file has changed");
}

/// Contract: retention.compact.
#[cfg(not(target_family = "wasm"))]
#[test]
fn a_compaction_makes_the_file_smaller() {
    let folder = Folder::new("compacted");
    let mut world = World::over(folder.driver());
    let retention = Retention { executions_ms: Some(0), events_ms: Some(0) };
    world.reopen_with(Limits { retention, ..Limits::default() });
    large(&mut world, 1_000_000);
    world.pass(1.mins());
    while world.tick().more {}
    assert!(world.engine.reserve().unwrap());
    let before = folder.bytes().len();
    while world.engine.compact(1 << 20).unwrap() > 0 {}
    assert!(folder.bytes().len() < before - 900_000, "{} of {before} bytes", folder.bytes().len());
}
