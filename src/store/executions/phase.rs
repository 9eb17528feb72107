//! The one function that writes a phase.
//!
//! Invariant: whatever statement it chooses, the row afterwards equals the execution. The narrow ones name only the
//! columns that their change can touch, so that SQLite checks and indexes no others.

use super::columns::PhaseColumns;
use super::execution::attempt_columns;
use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::grant::Granted;
use crate::model::ground::vocabulary::{Outcome, PublicState};
use crate::store::Store;
use crate::store::driver::Value;
use crate::store::ground::front::Keys;

/// Which columns a change can touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// Any of them.
    Any,
    /// A held execution ended.
    Ended,
    /// A live lease ran out.
    Lapsed,
    /// A lease was renewed.
    Renewed,
    /// What it waited for is there: it waits to be claimed.
    Unblocked,
    /// It is no longer kept; nothing else of it changed.
    Retention,
    /// It became a member of a flow; nothing else of it changed.
    Member,
    /// Its deadline was lifted; nothing else of it changed.
    Deadline,
}

impl Store {
    /// Saves an execution. `before` are its keys as they were loaded.
    pub fn save_execution(&mut self, execution: &Execution, touched: Touched, before: Keys) -> Result<()> {
        const ANY: &str = "UPDATE execution SET priority = ?2, phase = ?3, next = ?4, reason = ?5, outcome = ?6, \
             lapsed = ?7, until_at = ?8, expires_at = ?9, timeout_at = ?10, claim_rank = ?11, due_at = ?12, \
             due_kind = ?13, epoch = ?14, attempt_count = ?15, retry_count = ?16, reclaim_count = ?17, \
             replay_count = ?18, lapse_count = ?19, changed_at = ?20, started_at = ?21, ended_at = ?22, \
             last_event = ?23, attempt_id = ?24, attempt_type = ?25, attempt_outcome = ?26, attempt_started_at = ?27, \
             attempt_ended_at = ?28, timeout_left_ms = ?29, lease_id = ?30, worker = ?31, instance = ?32, \
             lease_epoch = ?33, renewed_at = ?34, verb = ?35, verb_at = ?36, result = ?37, granted_until = ?38 WHERE id = ?1";
        const ENDED: &str = "UPDATE execution SET phase = 6, section = ?14, outcome = ?2, expires_at = NULL, timeout_at = NULL, \
             due_at = NULL, due_kind = NULL, epoch = ?3, lapse_count = ?4, changed_at = ?5, ended_at = ?6, \
             last_event = ?7, attempt_outcome = ?8, attempt_ended_at = ?9, timeout_left_ms = ?10, verb = ?11, \
             verb_at = ?12, result = ?13 WHERE id = ?1";
        const LAPSED: &str = "UPDATE execution SET lapsed = 1, until_at = ?2, timeout_at = NULL, claim_rank = ?3, \
             due_at = ?4, due_kind = ?5, lapse_count = ?6, changed_at = ?7, last_event = ?8, timeout_left_ms = ?9, \
             verb_at = NULL WHERE id = ?1";
        const RENEWED: &str = "UPDATE execution SET expires_at = ?2, changed_at = ?3, last_event = ?4, \
             renewed_at = ?5 WHERE id = ?1";
        const UNBLOCKED: &str = "UPDATE execution SET phase = ?2, section = ?3, reason = ?4, until_at = ?5, \
             claim_rank = ?6, due_at = ?7, due_kind = ?8, changed_at = ?9, last_event = ?10 WHERE id = ?1";
        const MEMBER: &str = "UPDATE execution SET flow = ?2 WHERE id = ?1";
        const LIFTED: &str = "UPDATE execution SET deadline_at = NULL WHERE id = ?1";
        const KEPT: &str = "UPDATE execution SET retention_ms = ?2 WHERE id = ?1";
        const SECTION: &str = "UPDATE execution SET section = ?2 WHERE id = ?1";
        match touched {
            Touched::Any => self.execute(ANY, &any(execution))?,
            Touched::Ended => self.execute(ENDED, &ended(execution))?,
            Touched::Lapsed => self.execute(LAPSED, &lapsed(execution))?,
            Touched::Renewed => self.execute(RENEWED, &renewed(execution))?,
            Touched::Unblocked => self.execute(UNBLOCKED, &unblocked(execution))?,
            Touched::Member => self.execute(MEMBER, &[execution.row.into(), execution.flow.into()])?,
            Touched::Deadline => self.execute(LIFTED, &[execution.row.into()])?,
            Touched::Retention => self.execute(KEPT, &[execution.row.into(), execution.retention_ms.into()])?,
        };
        let after = Keys::of(execution);
        let [was_in, is_in] = [before, after].map(|keys| keys.state.map(PublicState::section));
        // Most changes leave a row in its list, and the statements of an end and of an unblocking move it themselves.
        if touched == Touched::Any && was_in != is_in {
            self.execute(SECTION, &[execution.row.into(), is_in.into()])?;
        }
        self.moved(execution, before, after)?;
        self.remember_live(execution);
        Ok(())
    }
}

fn any(execution: &Execution) -> [Value<'_>; 38] {
    let mut params = [Value::Null; 38];
    let phase = PhaseColumns::of(&execution.phase);
    let due = execution.due();
    params[..23].copy_from_slice(&[
        execution.row.into(),
        execution.priority.into(),
        phase.phase.into(),
        phase.next.into(),
        phase.reason.into(),
        phase.outcome.into(),
        phase.lapsed.into(),
        phase.until_at.into(),
        phase.expires_at.into(),
        phase.timeout_at.into(),
        execution.claim_rank().into(),
        due.map(|key| key.at).into(),
        due.map(|key| key.kind.number()).into(),
        execution.epoch.into(),
        execution.attempt_count.into(),
        execution.retry_count.into(),
        execution.reclaim_count.into(),
        execution.replay_count.into(),
        execution.lapse_count.into(),
        execution.changed_at.into(),
        execution.started_at.into(),
        execution.ended_at.into(),
        execution.last_event.into(),
    ]);
    if let Some(attempt) = &execution.attempt {
        params[23..37].copy_from_slice(&attempt_columns(attempt));
    }
    params[37] = execution.granted.map(Granted::number).into();
    params
}

fn ended(execution: &Execution) -> [Value<'_>; 14] {
    let attempt = execution.attempt.as_ref();
    let over = attempt.and_then(|attempt| attempt.ended);
    let finished = attempt.and_then(|attempt| attempt.finished);
    [
        execution.row.into(),
        execution.outcome().map(Outcome::number).into(),
        execution.epoch.into(),
        execution.lapse_count.into(),
        execution.changed_at.into(),
        execution.ended_at.into(),
        execution.last_event.into(),
        over.map(|(lifecycle, _)| lifecycle.number()).into(),
        over.map(|(_, at)| at).into(),
        attempt.and_then(|attempt| attempt.timeout_left_ms).into(),
        finished.map(|finished| finished.verb.number()).into(),
        finished.and_then(|finished| finished.at).into(),
        attempt.and_then(|attempt| attempt.result).into(),
        execution.public_state().section().into(),
    ]
}

fn lapsed(execution: &Execution) -> [Value<'_>; 9] {
    let due = execution.due();
    [
        execution.row.into(),
        PhaseColumns::of(&execution.phase).until_at.into(),
        execution.claim_rank().into(),
        due.map(|key| key.at).into(),
        due.map(|key| key.kind.number()).into(),
        execution.lapse_count.into(),
        execution.changed_at.into(),
        execution.last_event.into(),
        execution.attempt.as_ref().and_then(|attempt| attempt.timeout_left_ms).into(),
    ]
}

fn unblocked(execution: &Execution) -> [Value<'_>; 10] {
    let phase = PhaseColumns::of(&execution.phase);
    let due = execution.due();
    [
        execution.row.into(),
        phase.phase.into(),
        execution.public_state().section().into(),
        phase.reason.into(),
        phase.until_at.into(),
        execution.claim_rank().into(),
        due.map(|key| key.at).into(),
        due.map(|key| key.kind.number()).into(),
        execution.changed_at.into(),
        execution.last_event.into(),
    ]
}

fn renewed(execution: &Execution) -> [Value<'_>; 5] {
    [
        execution.row.into(),
        execution.held().map(|held| held.expires_at).into(),
        execution.changed_at.into(),
        execution.last_event.into(),
        execution.attempt.as_ref().map(|attempt| attempt.lease.renewed_at).into(),
    ]
}
