//! What is due: the fronts of the due index, of the live leases, of the cancellations of flows, of waits for
//! children, and of the registry.

use crate::error::Result;
use crate::model::executions::due::{DueKey, DueKind};
use crate::model::ground::frontier::Head;
use crate::store::Store;

impl Store {
    /// The first due action, whenever it is.
    pub fn first_due(&mut self) -> Result<Option<DueKey>> {
        self.fill_due()?;
        self.fill_leases()?;
        let (flow, worker, wait) = (self.first_cancel_due()?, self.first_worker_due()?, self.first_wait_due()?);
        Ok([self.due.head().key(), self.leases.head().key(), flow, worker, wait].into_iter().flatten().min())
    }

    fn fill_due(&mut self) -> Result<()> {
        const SQL: &str = "SELECT due_at, due_kind, id FROM execution WHERE due_at IS NOT NULL \
             ORDER BY due_at, due_kind, id LIMIT ?1"; // scan: ordered by its partial index, and limited
        if self.due.head() == Head::Unknown {
            let keys = self.all(SQL, &[i64::from(self.due.wanted()).into()], |row| {
                Ok(DueKey { at: row.int(0)?, kind: DueKind::of_number(row.int(1)?)?, row: row.int(2)? })
            })?;
            self.due.fill(keys);
        }
        Ok(())
    }

    fn fill_leases(&mut self) -> Result<()> {
        const SQL: &str = "SELECT expires_at, id FROM execution WHERE lapsed = 0 AND expires_at IS NOT NULL \
             ORDER BY expires_at, id LIMIT ?1";
        if self.leases.head() == Head::Unknown {
            let keys = self.all(SQL, &[i64::from(self.leases.wanted()).into()], |row| {
                Ok(DueKey { at: row.int(0)?, kind: DueKind::LeaseExpiry, row: row.int(1)? })
            })?;
            self.leases.fill(keys);
        }
        Ok(())
    }
}
