//! The floor of a sweep: one read of the expired leases for each commit, then their rows, one by one.

use super::Floor;
use crate::subject::work::{SWEPT_MAX, parts};
use tidegate::store::driver::{Driver, Value};
use tidegate::{Code, Error, Result};

/// An expired lease.
struct Expired {
    row: i64,
    at: i64,
    previous: i64,
    lease: Vec<u8>,
    worker: String,
    instance: String,
}

impl Floor {
    /// Lets so many leases lapse, for the first time each.
    pub(super) fn sweep_all(&mut self, count: u32) -> Result<()> {
        let db = self.database.driver()?;
        let now = self.now();
        for part in parts(count, SWEPT_MAX) {
            db.transaction(&mut || {
                let expired = expired(&*db, now, part)?;
                if expired.len() < part as usize {
                    return Err(Error::new(Code::InvariantBroken, "there was nothing to sweep"));
                }
                expired.iter().try_for_each(|lease| self.lapse_one(&*db, lease))?;
                self.save_counters(now)
            })?;
        }
        self.leases.clear();
        Ok(())
    }

    fn lapse_one(&mut self, db: &dyn Driver, expired: &Expired) -> Result<()> {
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state, lease, epoch, lease_id, worker, \
             instance, previous) VALUES (?1, ?2, ?3, 12, 2390003, 3, 1, ?4, ?5, ?6, ?7)";
        const UPDATE: &str = "UPDATE execution SET lapsed = 1, claim_rank = 9000 - priority, lapse_count = 1, \
             verb_at = NULL, changed_at = ?2, last_event = ?3 WHERE id = ?1";
        let position = self.next.position;
        self.next.position += 1;
        let event: [Value<'_>; 7] = [
            position.into(),
            expired.at.into(),
            expired.row.into(),
            expired.lease.as_slice().into(),
            (&expired.worker).into(),
            (&expired.instance).into(),
            expired.previous.into(),
        ];
        db.execute(EVENT, &event)?;
        db.execute(UPDATE, &[expired.row.into(), expired.at.into(), position.into()]).map(|_| ())
    }
}

fn expired(db: &dyn Driver, now: i64, limit: u32) -> Result<Vec<Expired>> {
    const SQL: &str = "SELECT id, expires_at, last_event, lease_id, worker, instance FROM execution \
         WHERE lapsed = 0 AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2";
    let mut found = Vec::with_capacity(limit as usize);
    db.query(SQL, &[now.into(), i64::from(limit).into()], &mut |row| {
        found.push(Expired {
            row: row.int(0)?,
            at: row.int(1)?,
            previous: row.int(2)?,
            lease: row.blob(3)?.to_vec(),
            worker: row.text(4)?.to_owned(),
            instance: row.text(5)?.to_owned(),
        });
        Ok(())
    })?;
    Ok(found)
}
