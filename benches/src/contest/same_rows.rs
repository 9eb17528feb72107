//! The check that keeps the floor honest: after each step of a life, every column of every table is equal between the
//! engine and the floor, random ids aside.

use crate::engine::EngineSubject;
use crate::floor::rows::Floor;
use crate::storage::database::Database;
use crate::subject::Subject;
use crate::subject::clock::AheadClock;
use crate::subject::frames::{Frames, KEPT_MAX, LOSSY_TTL_MS, MEMBERS, Sort};
use crate::subject::shape::Shape;
use crate::subject::work::{TTL_MS, Work};
use std::collections::BTreeMap;
use tidegate::store::driver::{Driver, Value};
use tidegate::{Code, Error, Result};

/// Columns that hold random ids: equal when they are there on both sides.
const RANDOM: [&str; 4] = ["public_id", "attempt_id", "lease_id", "flow"];

/// The content of every table: rows as text, by table.
type Content = BTreeMap<String, Vec<String>>;

/// One step of a life.
type Step = fn(&mut dyn Subject) -> Result<()>;

/// Fails with the first difference.
pub fn check() -> Result<()> {
    live(&executions())?;
    live(&flows())
}

/// The life of executions that are in no flow.
fn executions() -> [(&'static str, Step); 15] {
    [
        ("create", |subject| subject.create(Work::plain(7, 3))),
        ("claim", |subject| subject.claim(5, 2)),
        ("renew", |subject| subject.renew(2, 2)),
        ("complete", |subject| subject.complete(4, 3)),
        ("claim and complete one by one", |subject| subject.drain(1, 1)),
        ("create in many lanes", |subject| {
            subject.serve(3)?;
            subject.create(Work::plain(8, 8))
        }),
        ("claim from many lanes", |subject| subject.claim(6, 6)),
        ("renew one by one in another order", |subject| {
            subject.shuffle();
            subject.renew(3, 1)
        }),
        ("append frames", |subject| subject.append(Frames::durable(15, 4))),
        ("append best-effort frames beside them", |subject| {
            subject.append(Frames { sort: Sort::Lossy, count: 2_000, batch: 500 })?;
            subject.pass(LOSSY_TTL_MS)?;
            subject.append(Frames { sort: Sort::Lossy, count: 20, batch: 1 })
        }),
        ("append patches", |subject| subject.append(Frames { sort: Sort::Summary, count: 7 * MEMBERS + 3, batch: 10 })),
        ("sweep expired leases", |subject| {
            subject.pass(TTL_MS + 1)?;
            subject.sweep(7)
        }),
        ("claim one again", |subject| {
            subject.serve(1)?;
            subject.create(Work { priority: 9_000, ..Work::plain(1, 1) })?;
            subject.claim(1, 1)
        }),
        ("append more best-effort frames than are kept", |subject| {
            subject.append(Frames { sort: Sort::Lossy, count: 2_500, batch: 250 })
        }),
        ("append past the limit", |subject| subject.append(Frames::durable(KEPT_MAX + 30, 250))),
    ]
}

/// The life of flows.
fn flows() -> [(&'static str, Step); 5] {
    [
        ("submit a chain", |subject| subject.submit(Shape::Chain(4), 1)),
        ("run a chain", |subject| (0..4).try_for_each(|_| subject.drain(1, 1))),
        ("run fans", |subject| {
            subject.submit(Shape::Fan(5), 2)?;
            subject.drain(2, 2)?;
            subject.claim(10, 10)?;
            subject.shuffle();
            subject.complete(7, 3)
        }),
        ("run fans to their ends", |subject| {
            subject.complete(3, 1)?;
            subject.drain(2, 1)
        }),
        ("cancel a flow", |subject| {
            subject.submit(Shape::Fan(6), 1)?;
            subject.cancel_flow()
        }),
    ]
}

/// Lets both live it, and compares them after each step.
fn live(steps: &[(&str, Step)]) -> Result<()> {
    let (mut engine_rows, mut floor_rows) = (Database::memory(), Database::memory());
    let mut engine = EngineSubject::over(engine_rows.lent()?, clock())?;
    let mut floor = Floor::over(floor_rows.lent()?, clock())?;
    for (step, act) in steps {
        for subject in [&mut engine as &mut dyn Subject, &mut floor] {
            // Each step has an instant of its own.
            subject.pass(5)?;
            act(subject)?;
        }
        compare(step, &content(&*engine_rows.driver()?)?, &content(&*floor_rows.driver()?)?)?;
    }
    Ok(())
}

fn compare(step: &str, engine: &Content, floor: &Content) -> Result<()> {
    for (table, rows) in engine {
        let other = floor.get(table).map_or(&[][..], Vec::as_slice);
        let first = (0..rows.len().max(other.len())).find(|index| rows.get(*index) != other.get(*index));
        if let Some(index) = first {
            let (engine, floor) = (rows.get(index), other.get(index));
            let said = format!("after {step}, {table} differs:\n  engine {engine:?}\n  floor  {floor:?}");
            return Err(Error::new(Code::InvariantBroken, said));
        }
    }
    Ok(())
}

fn content(db: &dyn Driver) -> Result<Content> {
    const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut content = Content::new();
    for table in texts(db, TABLES, 0)? {
        // A driver finds statements by their address, so these texts stay for ever; the check runs once.
        let columns = texts(db, format!("PRAGMA table_info({table})").leak(), 1)?;
        let columns_listed = columns.join(", ");
        let sql: &'static str = format!("SELECT {columns_listed} FROM {table} ORDER BY {columns_listed}").leak();
        let mut rows = Vec::new();
        db.query(sql, &[], &mut |row| {
            let mut line: Vec<String> = Vec::new();
            for (index, column) in columns.iter().enumerate() {
                let value = row.value(index)?;
                let shown = match (RANDOM.contains(&column.as_str()), value) {
                    (true, Value::Blob(bytes)) => format!("{} bytes", bytes.len()),
                    // While a lease is held: through which connection, a number that is drawn.
                    (_, Value::Int(_))
                        if column == "verb_at" && line.last().is_some_and(|verb| verb == "verb Null") =>
                    {
                        "a connection".to_owned()
                    }
                    (_, value) => format!("{value:?}"),
                };
                line.push(format!("{column} {shown}"));
            }
            rows.push(line.join(", "));
            Ok(())
        })?;
        content.insert(table, rows);
    }
    Ok(content)
}

fn texts(db: &dyn Driver, sql: &'static str, column: usize) -> Result<Vec<String>> {
    let mut found = Vec::new();
    db.query(sql, &[], &mut |row| {
        found.push(row.text(column)?.to_owned());
        Ok(())
    })?;
    Ok(found)
}

fn clock() -> AheadClock {
    AheadClock::standing(1_700_000_000_000.0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_floor_writes_exactly_the_rows_that_the_engine_writes() {
        super::check().unwrap();
    }
}
