//! Stored executions picked at random, to be read.

use crate::storage::database::Database;
use tidegate::host::{Entropy, SeededEntropy};
use tidegate::model::ground::id::ExecutionId;
use tidegate::{Code, Error, Result};

/// How many rows at the end are never picked: a page that begins at a pick is full.
const SPARED: u64 = 200;

/// The ids of so many executions, the same rows in each run.
pub fn sample(database: &Database, count: u32) -> Result<Vec<ExecutionId>> {
    const LAST: &str = "SELECT max(id) FROM execution";
    const ID: &str = "SELECT public_id FROM execution WHERE id = ?1";
    let db = database.db()?;
    let mut last = 0;
    db.query(LAST, &[], &mut |row| {
        last = row.opt_int(0)?.unwrap_or(0);
        Ok(())
    })?;
    let range = last.unsigned_abs().saturating_sub(SPARED).max(1);
    let mut entropy = SeededEntropy::new(range);
    let mut ids = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let row = 1 + (entropy.number() % range).cast_signed();
        db.query(ID, &[row.into()], &mut |found| {
            ids.push(ExecutionId::of_stored(found.blob(0)?)?);
            Ok(())
        })?;
    }
    if ids.len() < count as usize {
        return Err(Error::new(Code::InvariantBroken, "there was nothing to pick"));
    }
    Ok(ids)
}
