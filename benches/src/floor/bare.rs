//! The floor *bare*: the least that could be called a queue. One table, a claim is one `UPDATE … RETURNING`, a completion
//! one `UPDATE`; no leases, no events, no idempotence, no requirements.

use crate::storage::database::Database;
use crate::subject::Subject;
use crate::subject::work::{INPUT, Work, parts, shuffle};
use std::collections::VecDeque;
use tidegate::{Code, Error, Result};

/// The bare queue over one database.
pub struct Bare {
    database: Database,
    claimed: VecDeque<i64>,
}

impl Bare {
    /// The bare queue over an empty database.
    pub fn over(database: Database) -> Result<Self> {
        let mut bare = Self { database, claimed: VecDeque::new() };
        bare.open()?;
        Ok(bare)
    }

    fn commit(&mut self, count: u32, batch: u32, one: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let db = self.database.driver()?;
        for part in parts(count, batch) {
            db.transaction(&mut || (0..part).try_for_each(|_| one(self)))?;
        }
        Ok(())
    }

    fn claim_one(&mut self) -> Result<()> {
        const SQL: &str = "UPDATE jobs SET state = 1 WHERE id = \
             (SELECT id FROM jobs WHERE state = 0 ORDER BY priority, id LIMIT 1) RETURNING id, payload";
        let mut found = None;
        self.database.db()?.query(SQL, &[], &mut |row| {
            found = Some((row.int(0)?, row.blob(1)?.to_vec()));
            Ok(())
        })?;
        let (id, _) = std::hint::black_box(found).ok_or_else(nothing)?;
        self.claimed.push_back(id);
        Ok(())
    }

    fn complete_one(&mut self) -> Result<()> {
        const SQL: &str = "UPDATE jobs SET state = 2 WHERE id = ?1 AND state = 1";
        let id = self.claimed.pop_front().ok_or_else(nothing)?;
        match self.database.db()?.execute(SQL, &[id.into()])? {
            1 => Ok(()),
            _ => Err(nothing()),
        }
    }
}

impl Subject for Bare {
    fn create(&mut self, work: Work) -> Result<()> {
        const SQL: &str = "INSERT INTO jobs (state, priority, payload) VALUES (0, ?1, ?2)";
        self.commit(work.count, work.batch, &mut |bare| {
            bare.database.db()?.execute(SQL, &[(-work.priority).into(), INPUT.into()]).map(|_| ())
        })
    }

    fn claim(&mut self, count: u32, batch: u32) -> Result<()> {
        self.commit(count, batch, &mut Self::claim_one)
    }

    fn complete(&mut self, count: u32, batch: u32) -> Result<()> {
        self.commit(count, batch, &mut Self::complete_one)
    }

    fn shuffle(&mut self) {
        shuffle(&mut self.claimed);
    }

    fn close(&mut self) {
        self.claimed.clear();
        self.database.close();
    }

    /// As every queue does when it starts.
    fn open(&mut self) -> Result<()> {
        const SQL: &str = "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, \
             priority INTEGER NOT NULL, payload BLOB NOT NULL) STRICT; \
             CREATE INDEX IF NOT EXISTS jobs_waiting ON jobs (priority) WHERE state = 0";
        self.database.driver()?.script(SQL)
    }
}

#[cold]
fn nothing() -> Error {
    Error::new(Code::InvariantBroken, "there was nothing to claim or complete")
}
