//! How many executions are in which state, by queue and namespace: changes are gathered in memory and written once per
//! batch, so that a hundred claims cost one row.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::flows::flow::{STATES, place};
use crate::model::ground::argument::INTEGER_MAX;
use crate::model::ground::vocabulary::PublicState;
use crate::store::Store;
use crate::store::driver::{Row, Value};
use rustc_hash::FxHashMap;

/// Numbers by queue and namespace, one for each state.
pub type Tallies = FxHashMap<(i64, i64), [i64; STATES]>;

macro_rules! states {
    () => {
        "waiting, delayed, rate_limited, waiting_children, active, suspended, completed, failed, cancelled, expired, \
         skipped"
    };
}

impl Store {
    /// An execution's state has changed; none is where it is not there.
    pub(in crate::store) fn tell(
        &mut self,
        execution: &Execution,
        before: Option<PublicState>,
        after: Option<PublicState>,
    ) -> Result<()> {
        if before == after {
            return Ok(());
        }
        let queue = self.route(execution.route)?.queue;
        let counts = self.tallies.entry((queue, execution.namespace)).or_default();
        for (state, change) in [(before, -1), (after, 1)] {
            if let Some(state) = state {
                counts[place(state)] += change;
            }
        }
        Ok(())
    }

    /// Writes the changes of a batch.
    pub(in crate::store) fn save_tallies(&mut self) -> Result<()> {
        for ((queue, namespace), counts) in std::mem::take(&mut self.tallies) {
            if counts.iter().any(|count| *count != 0) {
                self.save_tally(queue, namespace, counts)?;
            }
        }
        Ok(())
    }

    fn save_tally(&mut self, queue: i64, namespace: i64, counts: [i64; STATES]) -> Result<()> {
        const UPDATE: &str = "UPDATE tally SET waiting = waiting + ?3, delayed = delayed + ?4, \
             rate_limited = rate_limited + ?5, waiting_children = waiting_children + ?6, active = active + ?7, \
             suspended = suspended + ?8, completed = completed + ?9, failed = failed + ?10, \
             cancelled = cancelled + ?11, expired = expired + ?12, skipped = skipped + ?13 \
             WHERE route = ?1 AND namespace = ?2";
        const INSERT: &str = concat!(
            "INSERT INTO tally (route, namespace, ",
            states!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        );
        let mut params = [Value::Null; STATES + 2];
        params[0] = queue.into();
        params[1] = namespace.into();
        for (param, count) in params[2..].iter_mut().zip(counts) {
            *param = count.into();
        }
        if self.execute(UPDATE, &params)? == 0 {
            self.execute(INSERT, &params)?;
        }
        Ok(())
    }

    /// How many executions of a queue are in each state, what the running batch has changed included, and those left out
    /// that are past their retention; of one namespace or of all.
    pub fn counts(&self, queue: i64, namespace: Option<i64>, past: &Tallies) -> Result<[i64; STATES]> {
        const SQL: &str = concat!("SELECT ", states!(), " FROM tally WHERE route = ?1 AND namespace BETWEEN ?2 AND ?3");
        let (first, last) = namespace.map_or((0, INTEGER_MAX), |namespace| (namespace, namespace));
        let mut sum = [0; STATES];
        self.query(SQL, &[queue.into(), first.into(), last.into()], &mut |row| {
            for (place, count) in sum.iter_mut().enumerate() {
                *count += row.int(place)?;
            }
            Ok(())
        })?;
        for (tallies, sign) in [(&self.tallies, 1), (past, -1)] {
            let wanted = tallies.iter().filter(|(key, _)| key.0 == queue && (first..=last).contains(&key.1));
            wanted.for_each(|(_, counts)| add(&mut sum, counts, sign));
        }
        Ok(sum)
    }

    /// How many executions are past their retention at an instant, though no tick has deleted them yet.
    pub fn past_counts(&mut self, now: i64) -> Result<Tallies> {
        const OWN: &str = "SELECT k.queue, namespace, section FROM execution CROSS JOIN kind_route k ON k.id = route \
             WHERE ended_at IS NOT NULL AND retention_ms IS NOT NULL AND flow IS NULL AND ended_at + retention_ms <= ?1";
        const KEPT: &str = "SELECT k.queue, namespace, section FROM execution CROSS JOIN kind_route k ON k.id = route \
             WHERE ended_at IS NOT NULL AND retention_ms IS NULL AND flow IS NULL AND ended_at <= ?1";
        const FLOWS: &str = "SELECT k.queue, e.namespace, e.section FROM flow f CROSS JOIN execution e \
             INDEXED BY execution_flow ON e.flow = f.id CROSS JOIN kind_route k ON k.id = e.route \
             WHERE f.ended_at IS NOT NULL AND f.retention_ms IS NOT NULL \
             AND f.ended_at + f.retention_ms <= ?1";
        const KEPT_FLOWS: &str = "SELECT k.queue, e.namespace, e.section FROM flow f CROSS JOIN execution e \
             INDEXED BY execution_flow ON e.flow = f.id CROSS JOIN kind_route k ON k.id = e.route \
             WHERE f.ended_at IS NOT NULL AND f.retention_ms IS NULL \
             AND f.ended_at <= ?1";
        self.save_flows()?;
        let mut past = Tallies::default();
        let mut read = |row: &dyn Row| {
            let counts = past.entry((row.int(0)?, row.int(1)?)).or_default();
            counts[place(PublicState::of_number(row.int(2)?)?)] += 1;
            Ok(())
        };
        for (own, others) in [(OWN, KEPT), (FLOWS, KEPT_FLOWS)] {
            self.query(own, &[now.into()], &mut read)?;
            if let Some(kept_ms) = self.retention.executions_ms {
                self.query(others, &[(now - kept_ms).into()], &mut read)?;
            }
        }
        Ok(past)
    }
}

/// Adds numbers to others, or takes them away where the sign is −1.
pub fn add(sum: &mut [i64; STATES], counts: &[i64; STATES], sign: i64) {
    for (sum, count) in sum.iter_mut().zip(counts) {
        *sum += sign * count;
    }
}
