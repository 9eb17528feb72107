//! Rebasing every stored instant after the host's clock was put right.
//!
//! Invariant: what is due has been applied before, so every pending instant lies ahead and moves by the whole distance;
//! one of the past that would fall before 1970 stands at its beginning. Instants inside kept answers stay as answered,
//! and so do the ids of frames, which are names. This is the one operation that visits every row, on purpose.

use crate::error::Result;
use crate::store::Store;

impl Store {
    /// Moves every stored instant by `shift_ms`.
    pub fn shift_instants(&mut self, shift_ms: i64) -> Result<()> {
        // scan: every row, on purpose
        const EXECUTION: &str = "UPDATE execution SET created_at = max(created_at + ?1, 0), \
             deadline_at = max(deadline_at + ?1, 0), until_at = max(until_at + ?1, 0), \
             expires_at = max(expires_at + ?1, 0), timeout_at = max(timeout_at + ?1, 0), \
             due_at = max(due_at + ?1, 0), \
             granted_until = CASE granted_until WHEN 0 THEN 0 ELSE max(granted_until + ?1, 1) END, changed_at = max(changed_at + ?1, 0), \
             started_at = max(started_at + ?1, 0), ended_at = max(ended_at + ?1, 0), \
             attempt_started_at = max(attempt_started_at + ?1, 0), attempt_ended_at = max(attempt_ended_at + ?1, 0), \
             renewed_at = max(renewed_at + ?1, 0), verb_at = max(verb_at + ?1, 0)";
        // scan: every row, on purpose
        const ATTEMPT: &str = "UPDATE attempt SET attempt_started_at = max(attempt_started_at + ?1, 0), \
             attempt_ended_at = max(attempt_ended_at + ?1, 0), renewed_at = max(renewed_at + ?1, 0), \
             verb_at = max(verb_at + ?1, 0)";
        // scan: every row, on purpose
        const PROGRESS: &str = "UPDATE progress SET updated_at = max(updated_at + ?1, 0)";
        // scan: every row, on purpose
        const DEDUP: &str = "UPDATE dedup SET expires_at = max(expires_at + ?1, 0)";
        // scan: every row, on purpose
        const REQUEST: &str = "UPDATE request SET expires_at = max(expires_at + ?1, 0)";
        // scan: every row, on purpose
        const EVENT: &str = "UPDATE event SET at = max(at + ?1, 0)";
        // scan: every row, on purpose
        const GRANT: &str = "UPDATE execution_grant SET expires_at = max(expires_at + ?1, 1)";
        // scan: every row, on purpose
        const STEP: &str = "UPDATE step SET recorded_at = max(recorded_at + ?1, 0)";
        // scan: every row, on purpose
        const WORKER: &str = "UPDATE worker SET registered_at = max(registered_at + ?1, 0), \
             heartbeat_at = max(heartbeat_at + ?1, 0), expires_at = max(expires_at + ?1, 0)";
        // scan: every row, on purpose
        const STREAM: &str = "UPDATE stream SET lossy_at = max(lossy_at + ?1, 0), expires_at = max(expires_at + ?1, 0)";
        // scan: every row, on purpose
        const FRAME: &str = "UPDATE frame SET at = max(at + ?1, 0)";
        // scan: every row, on purpose
        const SUMMARY: &str = "UPDATE summary SET first_applied_at = max(first_applied_at + ?1, 0), \
             last_updated_at = max(last_updated_at + ?1, 0)";
        // scan: every row, on purpose
        const FLOW: &str = "UPDATE flow SET created_at = max(created_at + ?1, 0), changed_at = max(changed_at + ?1, 0), \
             cancelled_at = max(cancelled_at + ?1, 0), cancel_due_at = max(cancel_due_at + ?1, 0), \
             ended_at = max(ended_at + ?1, 0)";
        // scan: every row, on purpose
        const EDGE: &str = "UPDATE edge SET created_at = max(created_at + ?1, 0)";
        // scan: every row, on purpose
        const GROUP: &str = "UPDATE edge_group SET satisfied_at = max(satisfied_at + ?1, 0), \
             due_at = max(due_at + ?1, 0)";
        self.save_flows()?;
        for sql in [
            EXECUTION, ATTEMPT, PROGRESS, DEDUP, REQUEST, EVENT, GRANT, STEP, WORKER, STREAM, FRAME, SUMMARY, FLOW,
            EDGE, GROUP,
        ] {
            self.execute(sql, &[shift_ms.into()])?;
        }
        self.forget_rows();
        Ok(())
    }
}
