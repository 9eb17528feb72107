//! The story, told anew: it leaves a row in every table, breaks no rule, and can be written as the fixture of a release.

use crate::rows::tables::{broken_rules, dump};
use crate::teller::{END, START, Teller};
use crate::{flows, lives, look};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tidegate::store::driver::{Driver, Embedded};

/// The tables that are empty between transactions.
const NEVER_FILLED: [&str; 2] = ["rebase", "reserve"];
/// A fixture is kept for ever in the repository.
const BYTES_MAX: usize = 330_000;

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The database that a release left.
pub fn bytes(release: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{release}.sqlite"))).expect("the fixture")
}

/// The same as bytes in memory.
pub fn image(release: &str) -> Rc<dyn Driver> {
    let image = Embedded::image(bytes(release)).expect("an image");
    Rc::new(Embedded::memory_of(Some(&image)).expect("a copy in memory"))
}

/// Tells all of it to an engine over this database.
fn tell(driver: Rc<dyn Driver>) -> Vec<String> {
    let mut teller = Teller::over(driver, START, 6);
    lives::lanes_and_workers(&mut teller);
    lives::ended(&mut teller);
    lives::ready(&mut teller);
    lives::blocked(&mut teller);
    lives::active(&mut teller);
    flows::completed(&mut teller);
    flows::failed(&mut teller);
    flows::open(&mut teller);
    flows::cancelled(&mut teller);
    flows::being_cancelled(&mut teller);
    flows::with_children(&mut teller);
    flows::with_a_loser(&mut teller);
    teller.at(END - START);
    lives::granted(&mut teller);
    lives::requests(&mut teller);
    look::answers(&mut teller)
}

/// Writes what a release leaves behind; what one left is never written again.
fn write(name: &str, bytes: &[u8], answers: &[String]) {
    let database = folder().join(format!("{name}.sqlite"));
    assert!(!database.exists(), "{} is there: what a release wrote stays as it is", database.display());
    std::fs::write(database, bytes).expect("the database is written");
    std::fs::write(folder().join(format!("{name}.reads.jsonl")), answers.join("\n") + "\n")
        .expect("the reads are written");
}

#[test]
fn the_story_of_a_release_leaves_a_row_in_every_table() {
    let database = Rc::new(Embedded::memory().expect("a database in memory"));
    let answers = tell(Rc::clone(&database) as Rc<dyn Driver>);
    let empty: Vec<String> =
        dump(&*database).into_iter().filter(|(_, table)| table.rows.is_empty()).map(|(name, _)| name).collect();
    assert_eq!(empty, NEVER_FILLED, "tables without a row");
    let broken = broken_rules(&*database);
    assert!(broken.is_empty(), "{broken:?}");
    let bytes = Rc::into_inner(database).expect("nobody else has it").export().expect("an export");
    assert!(bytes.len() <= BYTES_MAX, "{} bytes", bytes.len());
    if let Ok(name) = std::env::var("TIDEGATE_RELEASE") {
        write(&name, &bytes, &answers);
    }
}
