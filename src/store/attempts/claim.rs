//! The claim order, and the row that a claim takes.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::ground::frontier::Head;
use crate::model::ground::id::ExecutionId;
use crate::store::executions::execution::{COLUMNS, columns, read};
use crate::store::{ClaimKey, Store};

/// Routes whose front is remembered at most; past it all are forgotten and searched again as needed.
const ROUTES_MAX: usize = 10_000;

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
    /// The first key in the claim order of a route.
    pub fn claim_head(&mut self, route: i64) -> Result<Option<ClaimKey>> {
        const SQL: &str = "SELECT claim_rank, id FROM execution WHERE route = ?1 AND claim_rank IS NOT NULL \
             ORDER BY claim_rank, id LIMIT ?2";
        if self.claimable.len() >= ROUTES_MAX && !self.claimable.contains_key(&route) {
            self.claimable.clear();
        }
        let front = self.claimable.entry(route).or_default();
        if front.head() == Head::Unknown {
            let mut keys = Vec::new();
            self.db.query(SQL, &[route.into(), i64::from(front.wanted()).into()], &mut |row| {
                keys.push((row.int(0)?, row.int(1)?));
                Ok(())
            })?;
            front.fill(keys);
        }
        Ok(front.head().key())
    }

    /// The first executions on a route that a plain claim may take, with their keys, in order.
    pub fn claimable_on(&self, route: i64, limit: i64) -> Result<Vec<(ClaimKey, ExecutionId)>> {
        const SQL: &str = "SELECT claim_rank, id, public_id FROM execution WHERE route = ?1 AND claim_rank IS NOT NULL \
             ORDER BY claim_rank, id LIMIT ?2";
        self.all(SQL, &[route.into(), limit.into()], |row| {
            Ok(((row.int(0)?, row.int(1)?), ExecutionId::of_stored(row.blob(2)?)?))
        })
    }

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
