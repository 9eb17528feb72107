//! The row that a claim takes.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::store::Store;
use crate::store::executions::execution::{COLUMNS, columns, read};

/// What a claim hands back beside the execution itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Its kind.
    pub kind: String,
    /// How long an attempt may take, in ms.
    pub attempt_timeout_ms: Option<i64>,
    /// The rest of its policy, as stored.
    pub policy: Option<String>,
    /// Its tags, as a JSON object.
    pub tags: Option<String>,
    /// The input's bytes.
    pub input: Option<Vec<u8>>,
    /// The encoding their writer named.
    pub encoding: Option<String>,
}

impl Store {
    /// The execution of a row with all that a claim hands back.
    pub fn claimed(&self, row: i64) -> Result<(Execution, Work)> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            ", kind, attempt_timeout_ms, policy, tags, bytes, encoding FROM execution \
             JOIN specification ON execution = execution.id LEFT JOIN payload ON payload.id = input \
             WHERE execution.id = ?1"
        );
        self.first(SQL, &[row.into()], |row| {
            let work = Work {
                kind: row.text(COLUMNS)?.to_owned(),
                attempt_timeout_ms: row.opt_int(COLUMNS + 1)?,
                policy: row.opt_text(COLUMNS + 2)?.map(str::to_owned),
                tags: row.opt_text(COLUMNS + 3)?.map(str::to_owned),
                input: row.opt_blob(COLUMNS + 4)?.map(<[u8]>::to_vec),
                encoding: row.opt_text(COLUMNS + 5)?.map(str::to_owned),
            };
            Ok((read(row)?, work))
        })?
        .ok_or_else(|| Error::new(Code::Corruption, format!("execution row {row} is gone")))
    }
}
