//! Opening an engine: its limits, its tables, and what it finds again.

use crate::engine::world::{START, World, refusal, refused_field, test};
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::store::driver::{Driver, Embedded};
use tidegate::{Code, Engine, Host, Limits, Result};

fn open(driver: &Rc<dyn Driver>, payload_bytes_max: usize) -> Result<()> {
    let host = Host { clock: Box::new(ManualClock::at(0.0)), entropy: Box::new(SeededEntropy::new(1)) };
    Engine::open(Rc::clone(driver), host, Limits { payload_bytes_max, ..Limits::default() }).map(|_| ())
}

fn empty() -> Rc<dyn Driver> {
    Rc::new(Embedded::memory().unwrap())
}

/// Contract: limits.payload.
#[test]
fn payloads_may_be_limited_from_1_byte_to_16_mib() {
    for bytes in [1, 16 << 20] {
        assert!(open(&empty(), bytes).is_ok());
    }
    for bytes in [0, (16 << 20) + 1, usize::MAX] {
        refused_field(open(&empty(), bytes), Code::InvalidInput, "payloadBytesMax");
    }
}

/// Contract: time.commit-size.
#[test]
fn a_payload_of_16_mib_passes_when_it_is_allowed() {
    let mut world = World::with_limits(Limits { payload_bytes_max: 16 << 20, ..Limits::default() });
    let bytes = vec![7; 16 << 20];
    let id = world.submit_with("mail", |create| create.input = Some(bytes.clone().into()));
    let claim = world.claim("mail");
    assert_eq!(claim.input.as_ref().map(|input| input.as_slice().len()), Some(bytes.len()));
    world.complete_with(&claim, &bytes).unwrap();
    assert!(world.result(&id).unwrap().result.is_some_and(|result| result.as_slice() == bytes));
}

/// Contract: storage.newer.
#[test]
fn a_database_of_a_newer_version_is_refused_untouched() {
    let world = World::new();
    world.driver.execute("INSERT INTO migration (number, name) VALUES (9999, 'later')", &[]).unwrap();
    let tables = world.number("SELECT count(*) FROM sqlite_schema");
    let error = refusal(open(&world.driver, 1), Code::StorageNewerSchema);
    assert!(error.message().contains("9999"), "{error}");
    assert_eq!(world.number("SELECT count(*) FROM sqlite_schema"), tables);
}

/// Contract: storage.foreign.
#[test]
fn a_database_with_tables_of_something_else_is_refused_untouched() {
    let driver = empty();
    driver.execute("CREATE TABLE shop (item TEXT) STRICT", &[]).unwrap();
    refusal(open(&driver, 1), Code::StorageDamaged);
    let mut tables = Vec::new();
    driver
        .query("SELECT name FROM sqlite_schema", &[], &mut |row| {
            tables.push(row.text(0)?.to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(tables, ["shop"]);
}

/// Contract: storage.migrations.
#[test]
fn a_database_is_migrated_once() {
    let world = World::new();
    let applied = world.number("SELECT count(*) FROM migration");
    let world = world.reopened().reopened();
    assert_eq!(world.number("SELECT count(*) FROM migration"), applied);
}

/// Contract: storage.open.
#[test]
fn everything_is_found_again() {
    let mut world = World::new();
    let completed = world.completed().execution_id;
    let held = world.running();
    let delayed = world.submit_with("post", |create| create.delay_until = Some(START + 10));
    let before = [&completed, &held.execution_id, &delayed].map(|id| world.describe(id));
    let events = world.events();
    let mut world = world.reopened();
    let after = [&completed, &held.execution_id, &delayed].map(|id| world.describe(id));
    assert_eq!(before, after);
    assert_eq!(world.events(), events);
    assert!(world.complete(&held).is_ok(), "a handle outlives the engine that issued it");
    world.pass(10);
    assert_eq!(world.claim("post").execution_id, delayed);
}

/// Contract: storage.open-writes-nothing.
#[test]
fn opening_writes_nothing_when_the_tables_are_there() {
    let mut world = World::new();
    world.submit("mail");
    let spy = Rc::new(crate::engine::world::spy::Spy::over(Rc::clone(&world.driver)));
    let _world = world.reopened_through(Rc::clone(&spy) as _);
    assert_eq!((spy.writes(), spy.commits()), (0, 0));
}
