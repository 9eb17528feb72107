//! Idempotency keys of creates.

use crate::error::Result;
use crate::model::ground::id::ExecutionId;
use crate::store::Store;

/// An idempotency key that was used, and until when it counts.
#[derive(Clone, Copy, Debug)]
pub struct Dedup<'a> {
    /// The namespace's row.
    pub namespace: i64,
    /// The key.
    pub key: &'a str,
    /// The execution's row.
    pub execution: i64,
    /// When the window is over, in Unix ms.
    pub expires_at: i64,
}

impl Store {
    /// The execution that used a key within its window.
    pub fn deduplicated(&self, namespace: i64, key: &str, now: i64) -> Result<Option<ExecutionId>> {
        const SQL: &str = "SELECT e.public_id FROM dedup d JOIN execution e ON e.id = d.execution \
             WHERE d.namespace = ?1 AND d.idempotency_key = ?2 AND d.expires_at > ?3";
        self.first(SQL, &[namespace.into(), key.into(), now.into()], |row| ExecutionId::of_stored(row.blob(0)?))
    }

    /// Keeps a key; one whose window is over is replaced. Two that are over go for each that comes.
    pub fn save_dedup(&mut self, dedup: Dedup<'_>, now: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO dedup (namespace, idempotency_key, execution, expires_at) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT (namespace, idempotency_key) \
             DO UPDATE SET execution = ?3, expires_at = ?4";
        let params = [dedup.namespace.into(), dedup.key.into(), dedup.execution.into(), dedup.expires_at.into()];
        self.execute(SQL, &params)?;
        self.purge_dedup(now, 2).map(|_| ())
    }

    /// Deletes keys whose window is over, at most so many; answers how many.
    pub fn purge_dedup(&mut self, now: i64, rows_max: i64) -> Result<u64> {
        const SQL: &str = "DELETE FROM dedup WHERE (namespace, idempotency_key) IN \
             (SELECT namespace, idempotency_key FROM dedup WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
        const DUE: &str = "SELECT expires_at FROM dedup WHERE expires_at <= ?1 LIMIT 1";
        if self.first(DUE, &[now.into()], |_| Ok(()))?.is_none() {
            return Ok(0);
        }
        self.execute(SQL, &[now.into(), rows_max.into()])
    }
}
