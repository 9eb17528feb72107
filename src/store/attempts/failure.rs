//! Why attempts failed.

use crate::error::Result;
use crate::model::ground::vocabulary::FailureClass;
use crate::store::Store;

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What its worker said of it.
    pub class: FailureClass,
    /// Free text that a policy may name.
    pub category: String,
    /// What happened.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
}

impl Store {
    /// Keeps why an attempt failed.
    pub fn insert_failure(&mut self, execution: i64, attempt_index: i64, failure: &Failure) -> Result<()> {
        const SQL: &str = "INSERT INTO failure (execution, attempt_index, class, category, message, detail) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let params = [
            execution.into(),
            attempt_index.into(),
            failure.class.number().into(),
            (&failure.category).into(),
            (&failure.message).into(),
            failure.detail.as_deref().into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// What the failure of an attempt says.
    pub fn failure_message(&self, execution: i64, attempt_index: i64) -> Result<Option<String>> {
        const SQL: &str = "SELECT message FROM failure WHERE execution = ?1 AND attempt_index = ?2";
        self.first(SQL, &[execution.into(), attempt_index.into()], |row| row.text(0).map(str::to_owned))
    }

    /// Why an attempt failed.
    pub fn failure(&self, execution: i64, attempt_index: i64) -> Result<Option<Failure>> {
        const SQL: &str = "SELECT class, category, message, detail FROM failure \
             WHERE execution = ?1 AND attempt_index = ?2";
        self.first(SQL, &[execution.into(), attempt_index.into()], |row| {
            Ok(Failure {
                class: FailureClass::of_number(row.int(0)?)?,
                category: row.text(1)?.to_owned(),
                message: row.text(2)?.to_owned(),
                detail: row.opt_text(3)?.map(str::to_owned),
            })
        })
    }
}
