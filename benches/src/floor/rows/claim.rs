//! The floor of a claim: one search for the candidate, one read of its input, its event and its row.

use super::{Floor, Lease};
use crate::subject::work::{INSTANCE, TTL_MS, WORKER};
use tidegate::store::driver::Value;
use tidegate::{Code, Error, Result};

/// What a claim takes: its row, its latest event, its id, its route and its flow.
type Candidate = (i64, i64, [u8; 18], i64, Option<i64>);

impl Floor {
    /// Claims what is next, for the first time.
    pub(super) fn claim_one(&mut self, now: i64) -> Result<()> {
        const INPUT: &str = "SELECT s.kind, s.attempt_timeout_ms, s.tags, p.bytes, p.encoding FROM specification s \
             LEFT JOIN payload p ON p.id = s.input WHERE s.execution = ?1";
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state, lease, epoch, lease_id, worker, \
             instance, previous) VALUES (?1, ?2, ?3, 2, 2290002, 1, 1, ?4, ?5, ?6, ?7)";
        const UPDATE: &str = "UPDATE execution SET phase = 4, next = NULL, expires_at = ?2, claim_rank = NULL, \
             epoch = 1, attempt_count = 1, changed_at = ?3, started_at = ?3, \
             last_event = ?4, attempt_id = ?5, attempt_type = 1, attempt_started_at = ?3, lease_id = ?6, \
             worker = ?7, instance = ?8, lease_epoch = 1, renewed_at = ?3, \
             verb_at = 7927591403137060 WHERE id = ?1";
        let (row, previous, public_id, route, flow) = self.candidate()?;
        let mut input = None;
        self.database.db()?.query(INPUT, &[row.into()], &mut |found| {
            input = Some((found.text(0)?.to_owned(), found.blob(3)?.to_vec(), found.opt_text(4)?.map(str::to_owned)));
            Ok(())
        })?;
        if std::hint::black_box(input).is_none() {
            return Err(Error::new(Code::InvariantBroken, "there was nothing to claim"));
        }
        let (attempt, lease, position) = (self.uuid(), self.uuid(), self.next.position);
        self.next.position += 1;
        let event: [Value<'_>; 7] =
            [position.into(), now.into(), row.into(), (&lease).into(), WORKER.into(), INSTANCE.into(), previous.into()];
        self.database.db()?.execute(EVENT, &event)?;
        let update: [Value<'_>; 8] = [
            row.into(),
            (now + TTL_MS).into(),
            now.into(),
            position.into(),
            (&attempt).into(),
            (&lease).into(),
            WORKER.into(),
            INSTANCE.into(),
        ];
        self.database.db()?.execute(UPDATE, &update)?;
        let counts = self.counts.entry(self.queues[&route]).or_default();
        (counts.waiting, counts.active) = (counts.waiting - 1, counts.active + 1);
        self.leases.push_back(Lease { public_id, id: lease });
        flow.map_or(Ok(()), |flow| self.member_claimed(flow, row, now))
    }

    /// What is claimed next: its row, its latest event, its id, its route and its flow.
    fn candidate(&self) -> Result<Candidate> {
        const OF_ONE: &str = "SELECT id, public_id, last_event, route, flow FROM execution \
             WHERE route = ?1 AND claim_rank IS NOT NULL ORDER BY claim_rank, id LIMIT 1";
        const OF_ALL: &str = "SELECT e.id, e.public_id, e.last_event, e.route, e.flow FROM kind_route r JOIN execution e ON e.id = \
             (SELECT id FROM execution WHERE route = r.id AND claim_rank IS NOT NULL ORDER BY claim_rank, id LIMIT 1) \
             ORDER BY e.claim_rank, e.id LIMIT 1";
        let (sql, params): (_, &[Value<'_>]) = match self.lanes.as_slice() {
            [route] => (OF_ONE, &[(*route).into()]),
            _ => (OF_ALL, &[]),
        };
        let mut candidate = (0, 0, [0; 18], 0, None);
        self.database.db()?.query(sql, params, &mut |found| {
            (candidate.0, candidate.1, candidate.3) = (found.int(0)?, found.int(2)?, found.int(3)?);
            candidate.4 = found.opt_int(4)?;
            candidate.2.copy_from_slice(found.blob(1)?);
            Ok(())
        })?;
        Ok(candidate)
    }
}
