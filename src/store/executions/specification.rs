//! What an execution was created with.

use crate::error::{Code, Error, Result};
use crate::store::Store;

/// What an execution was created with; of that only its tags ever change, and its input when an upstream's result takes
/// its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Specification {
    /// Its kind.
    pub kind: String,
    /// Who created it.
    pub creator: String,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
    /// The payload that holds its input.
    pub input: Option<i64>,
    /// How long an attempt may take, in ms.
    pub attempt_timeout_ms: Option<i64>,
    /// The rest of its policy, as stored.
    pub policy: Option<String>,
    /// Its tags, as a JSON object.
    pub tags: Option<String>,
    /// What its flow calls it.
    pub member_name: Option<String>,
    /// Its place in its flow's topological order.
    pub member_rank: Option<i64>,
}

impl Store {
    /// Keeps what an execution was created with.
    pub fn insert_specification(&mut self, execution: i64, made: &Specification) -> Result<()> {
        const SQL: &str = "INSERT INTO specification (execution, kind, creator, idempotency_key, input, \
             attempt_timeout_ms, policy, tags, member_name, member_rank) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let params = [
            execution.into(),
            (&made.kind).into(),
            (&made.creator).into(),
            made.idempotency_key.as_deref().into(),
            made.input.into(),
            made.attempt_timeout_ms.into(),
            made.policy.as_deref().into(),
            made.tags.as_deref().into(),
            made.member_name.as_deref().into(),
            made.member_rank.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// What an execution was created with.
    pub fn specification(&self, execution: i64) -> Result<Specification> {
        const SQL: &str = "SELECT kind, creator, idempotency_key, input, attempt_timeout_ms, policy, tags, member_name, \
             member_rank FROM specification WHERE execution = ?1";
        self.first(SQL, &[execution.into()], |row| {
            Ok(Specification {
                kind: row.text(0)?.to_owned(),
                creator: row.text(1)?.to_owned(),
                idempotency_key: row.opt_text(2)?.map(str::to_owned),
                input: row.opt_int(3)?,
                attempt_timeout_ms: row.opt_int(4)?,
                policy: row.opt_text(5)?.map(str::to_owned),
                tags: row.opt_text(6)?.map(str::to_owned),
                member_name: row.opt_text(7)?.map(str::to_owned),
                member_rank: row.opt_int(8)?,
            })
        })?
        .ok_or_else(|| gone(execution))
    }

    /// Makes an upstream's result the input of an execution. Its own input goes; another upstream's result stays.
    pub fn replace_input(&mut self, execution: i64, payload: i64) -> Result<()> {
        const OWN: &str =
            "DELETE FROM payload WHERE id = (SELECT input FROM specification WHERE execution = ?1 AND passed = 0)";
        const SQL: &str = "UPDATE specification SET input = ?2, passed = 1 WHERE execution = ?1";
        self.execute(OWN, &[execution.into()])?;
        self.execute(SQL, &[execution.into(), payload.into()]).map(|_| ())
    }

    /// Whether an execution's input is an upstream's result.
    pub fn input_was_passed(&self, execution: i64) -> Result<bool> {
        const SQL: &str = "SELECT passed FROM specification WHERE execution = ?1";
        Ok(self.first(SQL, &[execution.into()], |row| row.int(0))? == Some(1))
    }

    /// The kind of an execution.
    pub fn kind(&self, execution: i64) -> Result<String> {
        const SQL: &str = "SELECT kind FROM specification WHERE execution = ?1";
        Ok(self.first(SQL, &[execution.into()], |row| Ok(row.text(0)?.to_owned()))?.unwrap_or_default())
    }

    /// The stored policy of an execution.
    pub fn policy(&self, execution: i64) -> Result<Option<String>> {
        const SQL: &str = "SELECT policy FROM specification WHERE execution = ?1";
        self.first(SQL, &[execution.into()], |row| Ok(row.opt_text(0)?.map(str::to_owned)))?
            .ok_or_else(|| gone(execution))
    }
}

#[cold]
fn gone(execution: i64) -> Error {
    Error::new(Code::Corruption, format!("the specification of execution row {execution} is gone"))
}
