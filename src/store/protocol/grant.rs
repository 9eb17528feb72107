//! Grants.
//!
//! A key is stored as the 16 bytes of a UUID where it is one as the engine writes it, else as its text and one or two
//! bytes that no text has, so that it never has 16.

use crate::error::{Code, Error, Result};
use crate::model::executions::grant::Grant;
use crate::model::executions::grant::GrantKind;
use crate::model::ground::id::{parse_uuid, stored_uuid, uuid_text};
use crate::store::Store;

impl Store {
    /// The grant of an execution, good or over.
    pub fn grant(&self, execution: i64) -> Result<Option<Grant>> {
        const SQL: &str =
            "SELECT kind, grant_key, worker, instance, expires_at FROM execution_grant WHERE execution = ?1";
        self.first(SQL, &[execution.into()], |row| {
            Ok(Grant {
                kind: GrantKind::of_number(row.int(0)?)?,
                key: key_of(row.blob(1)?)?.into(),
                worker: row.text(2)?.into(),
                instance: row.text(3)?.into(),
                expires_at: row.int(4)?,
            })
        })
    }

    /// Gives an execution a grant, in place of one it had.
    pub fn save_grant(&mut self, execution: i64, grant: &Grant) -> Result<()> {
        const SQL: &str = "INSERT INTO execution_grant (execution, kind, grant_key, worker, instance, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (execution) \
             DO UPDATE SET kind = ?2, grant_key = ?3, worker = ?4, instance = ?5, expires_at = ?6";
        let key = stored_key(&grant.key);
        let params = [
            execution.into(),
            grant.kind.number().into(),
            key.as_slice().into(),
            (&*grant.worker).into(),
            (&*grant.instance).into(),
            grant.expires_at.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// Takes the grant from an execution.
    pub fn delete_grant(&mut self, execution: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM execution_grant WHERE execution = ?1";
        self.execute(SQL, &[execution.into()]).map(|_| ())
    }
}

const AFTER_TEXT: u8 = 0xff;
const UUID_BYTES: usize = 16;

fn stored_key(key: &str) -> Vec<u8> {
    if let Some(uuid) = parse_uuid(key).filter(|uuid| uuid_text(*uuid) == key) {
        return uuid.as_bytes().to_vec();
    }
    let mut stored = key.as_bytes().to_vec();
    stored.push(AFTER_TEXT);
    if stored.len() == UUID_BYTES {
        stored.push(AFTER_TEXT);
    }
    stored
}

fn key_of(stored: &[u8]) -> Result<String> {
    if stored.len() == UUID_BYTES {
        return stored_uuid(stored).map(uuid_text);
    }
    let end = stored.iter().position(|byte| *byte == AFTER_TEXT).unwrap_or(stored.len());
    let text = str::from_utf8(&stored[..end]);
    text.map(str::to_owned).map_err(|e| Error::new(Code::Corruption, format!("a stored key of a grant: {e}")))
}
