//! Recorded steps.

use crate::error::Result;
use crate::store::Store;
use crate::store::driver::Row;

/// A step without its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    /// Its name.
    pub name: String,
    /// How many bytes its result has.
    pub result_bytes: i64,
    /// When it was recorded, in Unix ms.
    pub recorded_at: i64,
    /// How long it took, in ms, where that was said.
    pub took_ms: Option<i64>,
}

/// What a step left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its result's bytes.
    pub result: Option<Vec<u8>>,
    /// The encoding their writer named.
    pub encoding: Option<String>,
    /// When it was recorded, in Unix ms.
    pub recorded_at: i64,
}

impl Store {
    /// One step of an execution.
    pub fn step(&self, execution: i64, name: &str) -> Result<Option<Step>> {
        const SQL: &str = "SELECT name, bytes, encoding, recorded_at FROM step LEFT JOIN payload ON payload.id = result \
             WHERE execution = ?1 AND name = ?2";
        self.first(SQL, &[execution.into(), name.into()], read)
    }

    /// The steps of an execution, in order, without their results.
    pub fn step_list(&self, execution: i64) -> Result<Vec<StepLine>> {
        const SQL: &str = "SELECT name, coalesce(length(bytes), 0), recorded_at, took_ms FROM step \
             LEFT JOIN payload ON payload.id = result WHERE execution = ?1 ORDER BY ordinal";
        self.all(SQL, &[execution.into()], |row| {
            Ok(StepLine {
                name: row.text(0)?.to_owned(),
                result_bytes: row.int(1)?,
                recorded_at: row.int(2)?,
                took_ms: row.opt_int(3)?,
            })
        })
    }

    /// How many steps an execution has recorded.
    pub fn step_count(&self, execution: i64) -> Result<i64> {
        const SQL: &str = "SELECT ordinal + 1 FROM step WHERE execution = ?1 ORDER BY ordinal DESC LIMIT 1";
        Ok(self.first(SQL, &[execution.into()], |row| row.int(0))?.unwrap_or(0))
    }

    /// Records a step.
    pub fn insert_step(
        &mut self,
        execution: i64,
        ordinal: i64,
        name: &str,
        result: Option<i64>,
        (at, took_ms): (i64, Option<i64>),
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO step (execution, ordinal, name, result, recorded_at, took_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let params = [execution.into(), ordinal.into(), name.into(), result.into(), at.into(), took_ms.into()];
        self.execute(SQL, &params).map(|_| ())
    }

    /// Forgets the steps of an execution, with their results; answers how many rows that were.
    pub fn delete_steps(&mut self, execution: i64) -> Result<u64> {
        const RESULTS: &str = "DELETE FROM payload WHERE id IN \
             (SELECT result FROM step WHERE execution = ?1 AND result IS NOT NULL)";
        const STEPS: &str = "DELETE FROM step WHERE execution = ?1";
        if self.step_count(execution)? == 0 {
            return Ok(0);
        }
        let results = self.execute(RESULTS, &[execution.into()])?;
        Ok(results + self.execute(STEPS, &[execution.into()])?)
    }
}

fn read(row: &dyn Row) -> Result<Step> {
    Ok(Step {
        name: row.text(0)?.to_owned(),
        result: row.opt_blob(1)?.map(<[u8]>::to_vec),
        encoding: row.opt_text(2)?.map(str::to_owned),
        recorded_at: row.int(3)?,
    })
}
