//! Payload bytes, verbatim, in a table of their own.

use crate::error::Result;
use crate::store::Store;

impl Store {
    /// Keeps the bytes of an input or a result; answers their row.
    pub fn insert_payload(&mut self, encoding: Option<&str>, bytes: &[u8]) -> Result<i64> {
        const SQL: &str = "INSERT INTO payload (id, encoding, bytes) VALUES (?1, ?2, ?3)";
        let row = self.mint_payload_row();
        self.execute(SQL, &[row.into(), encoding.into(), bytes.into()])?;
        Ok(row)
    }

    /// The bytes of a payload and their encoding.
    pub fn payload(&self, row: i64) -> Result<Option<(Vec<u8>, Option<String>)>> {
        const SQL: &str = "SELECT bytes, encoding FROM payload WHERE id = ?1";
        self.first(SQL, &[row.into()], |row| Ok((row.blob(0)?.to_vec(), row.opt_text(1)?.map(str::to_owned))))
    }
}
