//! The floor of a flow: its rows straight into the tables, and what an end does to what hangs on it. Counters of flows and
//! groups are remembered and written once a commit.

use super::Floor;
use super::remembered::FlowCounts;
use crate::subject::shape::{Shape, name};
use crate::subject::work::{INPUT, KIND};
use tidegate::Result;
use tidegate::store::driver::{Driver, Value};

impl Floor {
    /// Submits flows of a shape, each in a commit of its own.
    pub(super) fn submit_flows(&mut self, shape: Shape, count: u32) -> Result<()> {
        self.commit(count, 1, &mut |floor, now, _| floor.submit_one(shape, now))
    }

    fn submit_one(&mut self, shape: Shape, now: i64) -> Result<()> {
        const FLOW: &str = "INSERT INTO flow (id, public_id, namespace, kind, created_at, changed_at, revision, \
             edge_count, first_rank, last_rank, sealed, cancelled_count, end_count, waiting, delayed, rate_limited, \
             waiting_children, active, suspended, completed, failed, cancelled, expired, skipped, excused) \
             VALUES (?1, ?2, 1, 'flow', ?3, ?3, ?4, ?5, 0, ?6, 1, 0, 0, ?7, 0, 0, ?8, 0, 0, 0, 0, 0, 0, 0, 0)";
        let (members, edges) = (i64::from(shape.members()), i64::from(shape.edges()));
        let db = self.database.driver()?;
        let (row, id) = (self.next.flow, self.ordered_id(now));
        self.next.flow += 1;
        let depends = |index: u32| i64::from(shape.upstreams(index).1 > 0);
        let dependent: i64 = (0..shape.members()).map(depends).sum();
        let params: [Value<'_>; 8] = [
            row.into(),
            (&id).into(),
            now.into(),
            (members + edges).into(),
            edges.into(),
            (members + 1).into(),
            (members - dependent).into(),
            dependent.into(),
        ];
        db.execute(FLOW, &params)?;
        let detail = format!("{{\"nodeCount\":{members},\"edgeCount\":{edges}}}");
        self.tell_flow(&*db, now, 40, &id, Some(&detail))?;
        let first = self.next.execution;
        for index in 0..shape.members() {
            self.insert_member(&*db, shape, (row, first), now, index)?;
        }
        let (waiting, waiting_children) = (members - dependent, dependent);
        let counts = FlowCounts { waiting, waiting_children, changed_at: now, ..FlowCounts::default() };
        self.flows.submitted(row, id, counts);
        let tally = self.counts.entry(self.queues[&self.lanes[0]]).or_default();
        (tally.waiting, tally.waiting_children) = (tally.waiting + waiting, tally.waiting_children + waiting_children);
        Ok(())
    }

    fn insert_member(
        &mut self,
        db: &dyn Driver,
        shape: Shape,
        (flow, first): (i64, i64),
        now: i64,
        index: u32,
    ) -> Result<()> {
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state) VALUES (?1, ?2, ?3, 1, ?4)";
        const EXECUTION: &str = "INSERT INTO execution (id, public_id, namespace, route, created_at, priority, phase, \
             next, reason, lapsed, claim_rank, epoch, attempt_count, retry_count, reclaim_count, replay_count, \
             lapse_count, changed_at, last_event, section, flow) \
             VALUES (?1, ?2, 1, ?3, ?4, 0, ?5, 1, ?6, 0, ?7, 0, 0, 0, 0, 0, 0, ?4, ?8, ?9, ?10)";
        const SPECIFICATION: &str = "INSERT INTO specification (execution, kind, creator, input, member_name, \
             member_rank) VALUES (?1, ?2, 'default', ?3, ?4, ?5)";
        const EDGE: &str = "INSERT INTO edge (upstream, public_id, flow, downstream, state, round, replaces, \
             created_at) VALUES (?1, ?2, ?3, ?4, 1, 1, 0, ?5)";
        const GROUP: &str = "INSERT INTO edge_group (execution, policy, k, let_run, round, total, succeeded, failed, \
             skipped, state) VALUES (?1, 1, 0, 0, 1, ?2, 0, 0, 0, 1)";
        let (from, before) = shape.upstreams(index);
        let waits = before > from;
        let public_id = self.public_id(now);
        let (row, position) = (self.next.execution, self.next.position);
        self.next.execution += 1;
        self.next.position += 1;
        let state = if waits { 1_133_001 } else { 1_111_001 };
        db.execute(EVENT, &[position.into(), now.into(), row.into(), i64::from(state).into()])?;
        let execution: [Value<'_>; 10] = [
            row.into(),
            (&public_id).into(),
            self.lanes[0].into(),
            now.into(),
            if waits { 3_i64 } else { 1 }.into(),
            waits.then_some(30_i64).into(),
            (!waits).then_some(9_000_i64).into(),
            position.into(),
            if waits { 4_i64 } else { 1 }.into(),
            flow.into(),
        ];
        db.execute(EXECUTION, &execution)?;
        let input = self.insert_payload(INPUT)?;
        let called = name(index);
        let rank = i64::from(index) + 1;
        db.execute(SPECIFICATION, &[row.into(), KIND.into(), input.into(), (&called).into(), rank.into()])?;
        for upstream in from..before {
            let id = self.ordered_id(now);
            let upstream = first + i64::from(upstream);
            db.execute(EDGE, &[upstream.into(), (&id).into(), flow.into(), row.into(), now.into()])?;
        }
        if waits {
            db.execute(GROUP, &[row.into(), i64::from(before - from).into()])?;
        }
        Ok(())
    }

    /// A member was claimed.
    pub(super) fn member_claimed(&mut self, flow: i64, row: i64, now: i64) -> Result<()> {
        const UPSTREAM: &str = "SELECT g.public_id, e.public_id, s.member_name, g.state, p.bytes, p.encoding FROM edge g \
             INDEXED BY edge_downstream JOIN execution e ON e.id = g.upstream \
             JOIN specification s ON s.execution = g.upstream LEFT JOIN payload p ON p.id = g.result \
             WHERE g.downstream = ?1 AND g.state > 1";
        self.database.db()?.query(UPSTREAM, &[row.into()], &mut |found| {
            (0..6).try_for_each(|column| {
                std::hint::black_box(found.value(column)?);
                Ok(())
            })
        })?;
        let counts = self.flows.flow(flow, now)?;
        (counts.waiting, counts.active) = (counts.waiting - 1, counts.active + 1);
        Ok(())
    }

    /// A member was completed: what hangs on it may be claimed, and the flow may be over.
    pub(super) fn member_completed(&mut self, flow: i64, row: i64, result: i64, now: i64) -> Result<()> {
        const EDGES: &str = "SELECT downstream FROM edge WHERE upstream = ?1 AND state = 1 ORDER BY public_id";
        const RESOLVE: &str = "UPDATE edge SET state = 2, result = ?2 WHERE upstream = ?1 AND state = 1";
        let db = self.database.driver()?;
        let mut downstreams = Vec::new();
        db.query(EDGES, &[row.into()], &mut |found| {
            downstreams.push(found.int(0)?);
            Ok(())
        })?;
        if !downstreams.is_empty() {
            db.execute(RESOLVE, &[row.into(), result.into()])?;
        }
        let counts = self.flows.flow(flow, now)?;
        (counts.active, counts.completed) = (counts.active - 1, counts.completed + 1);
        for downstream in downstreams {
            let group = self.flows.group(&*db, downstream)?;
            group.succeeded += 1;
            group.changed = true;
            if group.succeeded == group.total {
                group.satisfied_at = Some(now);
                self.unblock_one(&*db, flow, downstream, now)?;
            }
        }
        self.end_flow(&*db, flow, now)
    }

    fn unblock_one(&mut self, db: &dyn Driver, flow: i64, row: i64, now: i64) -> Result<()> {
        const CHILD: &str = "SELECT last_event, route FROM execution WHERE id = ?1";
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state, previous) \
             VALUES (?1, ?2, ?3, 18, 1111001, ?4)";
        const UPDATE: &str = "UPDATE execution SET phase = 1, section = 1, reason = NULL, claim_rank = 9000 - priority, \
             changed_at = ?2, last_event = ?3 WHERE id = ?1";
        let (mut previous, mut route) = (0, 0);
        db.query(CHILD, &[row.into()], &mut |found| {
            (previous, route) = (found.int(0)?, found.int(1)?);
            Ok(())
        })?;
        let position = self.next.position;
        self.next.position += 1;
        db.execute(EVENT, &[position.into(), now.into(), row.into(), previous.into()])?;
        db.execute(UPDATE, &[row.into(), now.into(), position.into()])?;
        let counts = self.flows.flow(flow, now)?;
        (counts.waiting, counts.waiting_children) = (counts.waiting + 1, counts.waiting_children - 1);
        let tally = self.counts.entry(self.queues[&route]).or_default();
        (tally.waiting, tally.waiting_children) = (tally.waiting + 1, tally.waiting_children - 1);
        Ok(())
    }

    /// Writes that a flow has ended with its last member.
    fn end_flow(&mut self, db: &dyn Driver, flow: i64, now: i64) -> Result<()> {
        const ENDED: &str = "UPDATE flow SET ended_at = ?2, end_count = 1, end_state = ?3 WHERE id = ?1";
        let counts = self.flows.flow(flow, now)?;
        if counts.waiting + counts.waiting_children + counts.active > 0 {
            return Ok(());
        }
        counts.done = true;
        let cancelled = counts.cancelled > 0;
        let state = if cancelled { 6_i64 } else { 4 };
        db.execute(ENDED, &[flow.into(), now.into(), state.into()])?;
        if cancelled {
            return Ok(());
        }
        let id = self.flows.id(flow)?;
        self.tell_flow(db, now, 45, &id, Some("{\"publicFlowState\":\"completed\"}"))
    }

    /// Cancels the flow that was submitted last, with all its members.
    pub(super) fn cancel_last_flow(&mut self) -> Result<()> {
        self.commit(1, 1, &mut |floor, now, _| floor.cancel_one(floor.next.flow - 1, now))
    }

    fn cancel_one(&mut self, flow: i64, now: i64) -> Result<()> {
        const FLOW: &str = "UPDATE flow SET cancelled_at = ?2, cancel_policy = 2, cancelled_count = ?3 WHERE id = ?1";
        const MEMBERS: &str =
            "SELECT id, last_event, phase, route FROM execution WHERE flow = ?1 AND phase < 6 ORDER BY id";
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state, previous) \
             VALUES (?1, ?2, ?3, 9, 4190036, ?4)";
        const UPDATE: &str = "UPDATE execution SET phase = 6, section = 9, next = NULL, reason = NULL, outcome = 3, \
             claim_rank = NULL, changed_at = ?2, ended_at = ?2, last_event = ?3 WHERE id = ?1";
        const ENDING: &str =
            "INSERT INTO ending (execution, reason, source) VALUES (?1, 'flow_cancelled', 'cancel_flow')";
        const EDGES: &str = "SELECT downstream FROM edge WHERE upstream = ?1 AND state = 1";
        const RESOLVE: &str = "UPDATE edge SET state = 4 WHERE upstream = ?1 AND state = 1";
        let db = self.database.driver()?;
        let mut members = Vec::new();
        db.query(MEMBERS, &[flow.into()], &mut |row| {
            members.push((row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?));
            Ok(())
        })?;
        let id = self.flows.id(flow)?;
        let detail = format!(
            "{{\"cancellationPolicy\":\"cancel_all\",\"cancelReason\":\"\",\"memberCount\":{}}}",
            members.len()
        );
        self.tell_flow(&*db, now, 44, &id, Some(&detail))?;
        let mut hanging = Vec::new();
        let mut count = 0_i64;
        for (row, previous, phase, route) in &members {
            count += 1;
            let position = self.next.position;
            self.next.position += 1;
            db.execute(EVENT, &[position.into(), now.into(), (*row).into(), (*previous).into()])?;
            db.execute(UPDATE, &[(*row).into(), now.into(), position.into()])?;
            db.execute(ENDING, &[(*row).into()])?;
            let from = hanging.len();
            db.query(EDGES, &[(*row).into()], &mut |found| {
                hanging.push(found.int(0)?);
                Ok(())
            })?;
            if hanging.len() > from {
                db.execute(RESOLVE, &[(*row).into()])?;
            }
            self.flows.flow(flow, now)?;
            let tally = self.counts.entry(self.queues[route]).or_default();
            let (of_flow, of_route) = if *phase == 3 {
                (&mut self.flows.counts_of(flow)?.waiting_children, &mut tally.waiting_children)
            } else {
                (&mut self.flows.counts_of(flow)?.waiting, &mut tally.waiting)
            };
            (*of_flow, *of_route) = (*of_flow - 1, *of_route - 1);
            tally.cancelled += 1;
            self.flows.counts_of(flow)?.cancelled += 1;
        }
        for downstream in hanging {
            let group = self.flows.group(&*db, downstream)?;
            (group.failed, group.changed) = (group.failed + 1, true);
        }
        db.execute(FLOW, &[flow.into(), now.into(), count.into()])?;
        self.end_flow(&*db, flow, now)
    }

    fn tell_flow(&mut self, db: &dyn Driver, at: i64, cause: i64, id: &[u8; 16], detail: Option<&str>) -> Result<()> {
        const EVENT: &str = "INSERT INTO event (position, at, namespace, cause, flow) VALUES (?1, ?2, 1, ?3, ?4)";
        const DETAIL: &str = "INSERT INTO event_detail (position, detail) VALUES (?1, ?2)";
        let position = self.next.position;
        self.next.position += 1;
        db.execute(EVENT, &[position.into(), at.into(), cause.into(), id.into()])?;
        match detail {
            Some(detail) => db.execute(DETAIL, &[position.into(), detail.into()]).map(|_| ()),
            None => Ok(()),
        }
    }

    /// An id that sorts after every earlier one.
    fn ordered_id(&mut self, now: i64) -> [u8; 16] {
        self.ids += 1;
        let mut id = [0; 16];
        id[..6].copy_from_slice(&now.to_be_bytes()[2..]);
        id[6..14].copy_from_slice(&self.ids.to_be_bytes());
        id
    }
}
