//! A database as one file: exported, read again, looked over for damage.

use crate::engine::world::{World, refusal, test};
use std::rc::Rc;
use tidegate::store::driver::{Driver, Embedded};
use tidegate::store::ground::migrations;
use tidegate::{Code, Engine, Host, Limits, Result};

/// The file of a database with a thousand executions and a completed one.
fn exported() -> (Embedded, Vec<u8>) {
    let database = Rc::new(Embedded::memory().unwrap());
    let mut world = World::over(Rc::clone(&database) as Rc<dyn Driver>);
    world.completed();
    for _ in 0..1_000 {
        world.submit("mail");
    }
    drop(world);
    let database = Rc::into_inner(database).unwrap();
    let bytes = database.export().unwrap();
    (database, bytes)
}

fn read(bytes: Vec<u8>) -> Result<()> {
    Embedded::image(bytes).map(|_| ())
}

fn look_over(database: Embedded) -> Result<u32> {
    let engine = Engine::open(Rc::new(database), Host::default(), Limits::default())?;
    let mut slices = 0;
    while engine.check(slices as usize)? {
        slices += 1;
    }
    Ok(slices + 1)
}

/// Contract: storage.export.
#[test]
fn an_export_is_a_sqlite_file_without_a_log() {
    let (database, bytes) = exported();
    assert!(bytes.starts_with(b"SQLite format 3\0"));
    assert_eq!(bytes[18..20], [1, 1]);
    assert_eq!(bytes.len() as u64, database.bytes().unwrap().0);
}

/// Contract: storage.import.
#[test]
fn an_image_has_all_that_was_exported() {
    let (_, bytes) = exported();
    let image = Embedded::image(bytes.clone()).unwrap();
    assert!(!migrations::pending(&image).unwrap());
    let copy = Embedded::memory_of(Some(&image)).unwrap();
    assert_eq!(copy.export().unwrap(), bytes);
    let mut world = World::over(Rc::new(copy));
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1_001);
    assert!(world.claim_if_any("mail").is_some());
}

/// Contract: storage.import.
#[test]
fn an_image_may_say_that_a_log_belongs_to_it() {
    let (_, mut bytes) = exported();
    bytes[18..20].fill(2);
    assert!(Embedded::image(bytes).is_ok());
}

/// Contract: storage.import-refused.
#[test]
fn what_is_no_database_is_no_image() {
    let only_its_head = b"SQLite format 3\0".to_vec();
    for bytes in [Vec::new(), vec![0; 100], vec![b'S'; 8_192], only_its_head] {
        refusal(read(bytes), Code::StorageDamaged);
    }
}

/// Contract: storage.import-refused.
#[test]
fn an_image_that_was_cut_or_grew_is_refused() {
    let (_, bytes) = exported();
    for cut in [1, 10, 100, 1_000, 4_096, 8_192] {
        refusal(read(bytes[..bytes.len() - cut].to_vec()), Code::StorageDamaged);
    }
    for more in [1, 4_096] {
        refusal(read([bytes.clone(), vec![0; more]].concat()), Code::StorageDamaged);
    }
}

/// Contract: storage.import-refused.
#[test]
fn an_image_with_a_damaged_page_is_refused() {
    let (_, mut bytes) = exported();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xff);
    refusal(read(bytes), Code::StorageDamaged);
}

/// Contract: storage.check.
#[test]
fn every_table_is_looked_over_for_damage() {
    let (database, _) = exported();
    let mut tables = 0;
    let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
    database.query(count, &[], &mut |row| row.int(0).map(|found| tables = found)).unwrap();
    assert_eq!(i64::from(look_over(database).unwrap()), tables);
}
