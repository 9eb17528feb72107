//! The documents that summary frames add up to.

use crate::error::Result;
use crate::store::Store;

/// The summary of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The document: a JSON object.
    pub document: String,
    /// How many patches were applied.
    pub version: i64,
    /// When the first was, in Unix ms.
    pub first_applied_at: i64,
    /// When the latest was, in Unix ms.
    pub last_updated_at: i64,
}

impl Store {
    /// The summary of a stream, once it has one.
    pub fn summary(&self, stream: i64) -> Result<Option<Summary>> {
        const SQL: &str = "SELECT document, version, first_applied_at, last_updated_at FROM summary WHERE stream = ?1";
        self.first(SQL, &[stream.into()], |row| {
            Ok(Summary {
                document: row.text(0)?.to_owned(),
                version: row.int(1)?,
                first_applied_at: row.int(2)?,
                last_updated_at: row.int(3)?,
            })
        })
    }

    /// Saves the summary of a stream, new or known.
    pub fn save_summary(&mut self, stream: i64, summary: &Summary) -> Result<()> {
        const SQL: &str = "INSERT INTO summary (stream, document, version, first_applied_at, last_updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (stream) DO UPDATE SET document = ?2, version = ?3, \
             last_updated_at = ?5";
        let params = [
            stream.into(),
            (&summary.document).into(),
            summary.version.into(),
            summary.first_applied_at.into(),
            summary.last_updated_at.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }
}
