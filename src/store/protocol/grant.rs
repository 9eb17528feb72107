//! Grants.

use crate::error::Result;
use crate::model::executions::grant::Grant;
use crate::model::executions::grant::GrantKind;
use crate::model::ground::id::stored_uuid;
use crate::store::Store;

impl Store {
    /// The grant of an execution, good or over.
    pub fn grant(&self, execution: i64) -> Result<Option<Grant>> {
        const SQL: &str =
            "SELECT kind, grant_key, worker, instance, expires_at FROM execution_grant WHERE execution = ?1";
        self.first(SQL, &[execution.into()], |row| {
            Ok(Grant {
                kind: GrantKind::of_number(row.int(0)?)?,
                key: stored_uuid(row.blob(1)?)?,
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
        let params = [
            execution.into(),
            grant.kind.number().into(),
            grant.key.as_bytes().into(),
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
