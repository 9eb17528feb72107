//! Answers kept for repeated requests.

use crate::error::Result;
use crate::store::Store;

/// A call that carried a request id, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The operation's name.
    pub op: String,
    /// Its answer as JSON, payload bytes left out.
    pub answer: String,
}

impl Store {
    /// The call that carried this request id and is still remembered.
    pub fn request(&self, id: &str, now: i64) -> Result<Option<Request>> {
        const SQL: &str = "SELECT op, answer FROM request WHERE id = ?1 AND expires_at > ?2";
        self.first(SQL, &[id.into(), now.into()], |row| {
            Ok(Request { op: row.text(0)?.to_owned(), answer: row.text(1)?.to_owned() })
        })
    }

    /// Keeps the answer of a call; one whose time is over is replaced.
    /// Two that are over go for each that comes.
    pub fn save_request(&mut self, id: &str, request: &Request, now: i64, expires_at: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO request (id, op, answer, expires_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (id) DO UPDATE SET op = ?2, answer = ?3, expires_at = ?4";
        let params = [id.into(), (&request.op).into(), (&request.answer).into(), expires_at.into()];
        self.execute(SQL, &params)?;
        self.purge_requests(now, 2).map(|_| ())
    }

    /// Deletes answers whose time is over, at most so many; answers how many.
    pub fn purge_requests(&mut self, now: i64, rows_max: i64) -> Result<u64> {
        const SQL: &str = "DELETE FROM request WHERE id IN \
             (SELECT id FROM request WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
        const DUE: &str = "SELECT expires_at FROM request WHERE expires_at <= ?1 LIMIT 1";
        if self.first(DUE, &[now.into()], |_| Ok(()))?.is_none() {
            return Ok(0);
        }
        self.execute(SQL, &[now.into(), rows_max.into()])
    }
}
