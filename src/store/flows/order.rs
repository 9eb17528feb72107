//! The members of a flow in its topological order: their places in it, and who is beside them along the edges.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::flows::order::{Ends, LOOKED_AT, Way};
use crate::model::ground::frontier::Head;
use crate::model::ground::id::stored_uuid;
use crate::store::Store;
use crate::store::driver::Row;
use crate::store::executions::phase::Touched;
use crate::store::ground::front::Keys;
use uuid::Uuid;

impl Store {
    /// Makes an execution a member of a flow, which then keeps it. `execution` names the flow already.
    pub fn insert_member(&mut self, execution: &Execution, name: Option<&str>, rank: i64) -> Result<()> {
        const SQL: &str = "UPDATE specification SET member_name = ?2, member_rank = ?3 WHERE execution = ?1";
        self.save_execution(execution, Touched::Member, Keys::of(execution))?;
        self.execute(SQL, &[execution.row.into(), name.into(), rank.into()])?;
        if execution.ended_at.is_some() {
            self.first_past = Head::Unknown;
        }
        self.count_member(execution, None, Some(execution.public_state()))
    }

    /// The place of a member in the topological order of its flow.
    pub fn rank(&self, execution: i64) -> Result<i64> {
        const SQL: &str = "SELECT member_rank FROM specification WHERE execution = ?1 AND member_rank IS NOT NULL";
        self.first(SQL, &[execution.into()], |row| row.int(0))?
            .ok_or_else(|| Error::new(Code::Corruption, format!("execution row {execution} has no rank in its flow")))
    }

    /// Moves a member in the topological order of its flow.
    pub fn save_rank(&mut self, execution: i64, rank: i64) -> Result<()> {
        const SQL: &str = "UPDATE specification SET member_rank = ?2 WHERE execution = ?1";
        self.execute(SQL, &[execution.into(), rank.into()]).map(|_| ())
    }

    /// The members at the other ends of a member's edges, in the order of the edges' ids after one of them: so many as
    /// are looked at in one go.
    pub fn ends(&self, way: Way, execution: i64, after: Option<Uuid>) -> Result<Ends> {
        const FORWARD: &str =
            "SELECT downstream, public_id FROM edge WHERE upstream = ?1 AND public_id > ?2 ORDER BY public_id LIMIT ?3";
        const BACKWARD: &str = "SELECT upstream, public_id FROM edge INDEXED BY edge_downstream \
             WHERE downstream = ?1 AND public_id > ?2 ORDER BY public_id LIMIT ?3";
        let sql = match way {
            Way::Forward => FORWARD,
            Way::Backward => BACKWARD,
        };
        // Nothing is less than no bytes at all.
        let after: &[u8] = after.as_ref().map_or(&[], |id| id.as_bytes());
        let limit = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX);
        self.all(sql, &[execution.into(), after.into(), limit.into()], end)
    }
}

fn end(row: &dyn Row) -> Result<(i64, Uuid)> {
    Ok((row.int(0)?, stored_uuid(row.blob(1)?)?))
}
