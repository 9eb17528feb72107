//! The floor *same rows*: statements by hand that write exactly the rows that the engine writes, column by column, with
//! the least reads that do the job, and nothing else: no checks, no typed phases, no answers, no wakes.
//!
//! Invariant: `same_rows::check` finds no difference to the engine, so a change of what the engine writes shows here
//! first. Counters are remembered and written once a commit, as the engine does.

mod claim;
mod count;
mod event;
mod flow;
mod look;
mod remembered;
mod search;
mod stream;
mod sweep;

use self::count::Counts;
use self::remembered::Flows;
use crate::storage::database::Database;
use crate::storage::marks;
use crate::storage::sample::sample;
use crate::subject::Subject;
use crate::subject::clock::AheadClock;
use crate::subject::frames::Frames;
use crate::subject::reading::{Search, Wanted};
use crate::subject::shape::Shape;
use crate::subject::work::{
    ENCODING, INPUT, INSTANCE, KIND, LANE, OUTPUT, PAGE, TTL_MS, WORKER, Work, lane, parts, shuffle,
};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::rc::Rc;
use tidegate::host::{Clock, Entropy, SeededEntropy};
use tidegate::model::ground::id::ExecutionId;
use tidegate::model::lanes::capability::Capabilities;
use tidegate::model::streams::frame::FrameId;
use tidegate::store::Store;
use tidegate::store::driver::Value;
use tidegate::{Code, Engine, Error, Host, Limits, Result};

/// A claimed execution, as its worker remembers it.
struct Lease {
    public_id: [u8; 18],
    id: [u8; 16],
}

/// The next free numbers.
#[derive(Default)]
struct Counters {
    execution: i64,
    flow: i64,
    payload: i64,
    position: i64,
}

/// The statements over one database.
pub struct Floor {
    database: Database,
    clock: AheadClock,
    entropy: SeededEntropy,
    next: Counters,
    /// The queue of each route.
    queues: FxHashMap<i64, i64>,
    /// Changes of the counts, by queue.
    counts: FxHashMap<i64, Counts>,
    flows: Flows,
    /// Ids that were made so far.
    ids: i64,
    /// The routes of what requires nothing: one for each lane that is served.
    lanes: Vec<i64>,
    /// The routes of the requirement sets.
    sets: Vec<i64>,
    /// How many were created since the lanes were named.
    created: usize,
    leases: VecDeque<Lease>,
    picked: Vec<ExecutionId>,
    /// How many patches were made.
    patches: u32,
    /// The newest frame that was read.
    seen: FrameId,
}

impl Floor {
    /// The floor over a database; the engine's tables are made if they are missing.
    pub fn over(mut database: Database, clock: AheadClock) -> Result<Self> {
        let db = database.driver()?;
        Engine::open(Rc::clone(&db), Host::default(), Limits::default())?;
        let mut floor = Self {
            database,
            clock,
            entropy: SeededEntropy::new(4_711),
            next: Counters::default(),
            queues: FxHashMap::default(),
            counts: FxHashMap::default(),
            flows: Flows::default(),
            ids: 0,
            lanes: Vec::new(),
            sets: Vec::new(),
            created: 0,
            leases: VecDeque::new(),
            picked: Vec::new(),
            patches: 0,
            seen: FrameId::FIRST,
        };
        floor.intern_lanes(1)?;
        floor.load_counters()?;
        Ok(floor)
    }

    fn load_counters(&mut self) -> Result<()> {
        const SQL: &str = "SELECT next_execution, next_payload, next_position, next_flow FROM meta WHERE id = 1";
        let next = &mut self.next;
        self.database.db()?.query(SQL, &[], &mut |row| {
            *next = Counters { execution: row.int(0)?, payload: row.int(1)?, position: row.int(2)?, flow: row.int(3)? };
            Ok(())
        })
    }

    /// Makes the routes of so many lanes.
    fn intern_lanes(&mut self, lanes: u32) -> Result<()> {
        let mut store = Store::open(self.database.driver()?)?;
        let (routes, queues) = (&mut self.lanes, &mut self.queues);
        self.database.db()?.transaction(&mut || {
            store.intern_namespace("default")?;
            routes.clear();
            for index in 0..lanes {
                let lane = lane(index);
                store.register_lane(&lane)?;
                let route = store.intern_route(&lane, KIND, &Capabilities::default())?;
                queues.insert(route, store.route(route)?.queue);
                routes.push(route);
            }
            Ok(())
        })
    }

    /// Makes the routes of so many requirement sets.
    fn intern_sets(&mut self, work: Work) -> Result<()> {
        let mut store = Store::open(self.database.driver()?)?;
        let (routes, queues) = (&mut self.sets, &mut self.queues);
        self.database.db()?.transaction(&mut || {
            for index in 0..work.sets {
                let required: Vec<String> = work.required(index).into_iter().collect();
                let route = store.intern_route(LANE, KIND, &Capabilities::required(&required)?)?;
                queues.insert(route, store.route(route)?.queue);
                routes.push(route);
            }
            Ok(())
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "an instant in ms")]
    fn now(&self) -> i64 {
        self.clock.now_ms() as i64
    }

    fn uuid(&mut self) -> [u8; 16] {
        let mut uuid = [0; 16];
        uuid[..8].copy_from_slice(&self.entropy.number().to_ne_bytes());
        uuid[8..].copy_from_slice(&self.entropy.number().to_ne_bytes());
        uuid
    }

    /// An id that sorts after every earlier one.
    fn public_id(&mut self, now: i64) -> [u8; 18] {
        let mut id = [0; 18];
        id[2..8].copy_from_slice(&now.to_be_bytes()[2..]);
        id[8..16].copy_from_slice(&self.next.execution.to_be_bytes());
        id[16..].copy_from_slice(&self.entropy.number().to_ne_bytes()[..2]);
        id
    }

    /// Runs `one` so many times in transactions of so many, each ended by the counters.
    fn commit(&mut self, count: u32, batch: u32, one: &mut dyn FnMut(&mut Self, i64, u32) -> Result<()>) -> Result<()> {
        let db = self.database.driver()?;
        let mut index = 0;
        for part in parts(count, batch) {
            let now = self.now();
            db.transaction(&mut || {
                for _ in 0..part {
                    one(self, now, index)?;
                    index += 1;
                }
                self.save_counters(now)
            })?;
        }
        Ok(())
    }

    fn save_counters(&mut self, now: i64) -> Result<()> {
        const SQL: &str = "UPDATE meta SET last_instant = ?1, next_execution = ?2, next_payload = ?3, \
             next_position = ?4, next_flow = ?5 WHERE id = 1";
        count::save(&mut self.counts, self.database.db()?)?;
        self.flows.save(self.database.db()?)?;
        let next = &self.next;
        let params = [now.into(), next.execution.into(), next.payload.into(), next.position.into(), next.flow.into()];
        self.database.db()?.execute(SQL, &params).map(|_| ())
    }

    fn insert_payload(&mut self, bytes: &[u8]) -> Result<i64> {
        const SQL: &str = "INSERT INTO payload (id, encoding, bytes) VALUES (?1, ?2, ?3)";
        let row = self.next.payload;
        self.next.payload += 1;
        self.database.db()?.execute(SQL, &[row.into(), ENCODING.into(), bytes.into()])?;
        Ok(row)
    }

    fn create_one(&mut self, work: Work, now: i64, index: u32) -> Result<()> {
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state) VALUES (?1, ?2, ?3, 1, 1111001)";
        const EXECUTION: &str = "INSERT INTO execution (id, public_id, namespace, route, created_at, priority, phase, \
             next, lapsed, claim_rank, epoch, attempt_count, retry_count, reclaim_count, replay_count, lapse_count, \
             changed_at, last_event, section) \
             VALUES (?1, ?2, 1, ?3, ?4, ?5, 1, 1, 0, 9000 - ?5, 0, 0, 0, 0, 0, 0, ?4, ?6, 1)";
        const SPECIFICATION: &str =
            "INSERT INTO specification (execution, kind, creator, input) VALUES (?1, ?2, 'default', ?3)";
        let public_id = self.public_id(now);
        let (row, position) = (self.next.execution, self.next.position);
        self.next.execution += 1;
        self.next.position += 1;
        let route = match work.sets {
            0 => self.lanes[self.created % self.lanes.len()],
            sets => self.sets[(index % sets) as usize],
        };
        self.created += 1;
        self.counts.entry(self.queues[&route]).or_default().waiting += 1;
        self.database.db()?.execute(EVENT, &[position.into(), now.into(), row.into()])?;
        let execution: [Value<'_>; 6] =
            [row.into(), (&public_id).into(), route.into(), now.into(), work.priority.into(), position.into()];
        self.database.db()?.execute(EXECUTION, &execution)?;
        let input = self.insert_payload(INPUT)?;
        self.database.db()?.execute(SPECIFICATION, &[row.into(), KIND.into(), input.into()]).map(|_| ())
    }

    fn complete_one(&mut self, now: i64) -> Result<()> {
        const UPDATE: &str = "UPDATE execution SET phase = 6, section = 7, outcome = 1, expires_at = NULL, changed_at = ?2, ended_at = ?2, last_event = ?3, attempt_outcome = 3, \
             attempt_ended_at = ?2, verb = 1, verb_at = NULL, result = ?4 WHERE id = ?1";
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, state, lease, epoch, lease_id, worker, \
             instance, previous) VALUES (?1, ?2, ?3, 6, 4190016, 5, 1, ?4, ?5, ?6, ?7)";
        let lease = self.leases.pop_front().ok_or_else(unclaimed)?;
        let (row, previous, route, flow) = self.held(&lease)?;
        let counts = self.counts.entry(self.queues[&route]).or_default();
        (counts.active, counts.completed) = (counts.active - 1, counts.completed + 1);
        let result = self.insert_payload(OUTPUT)?;
        let position = self.append_event(EVENT, now, row, &lease, previous)?;
        self.database.db()?.execute(UPDATE, &[row.into(), now.into(), position.into(), result.into()])?;
        flow.map_or(Ok(()), |flow| self.member_completed(flow, row, result, now))
    }

    fn renew_one(&mut self, now: i64) -> Result<()> {
        const UPDATE: &str = "UPDATE execution SET expires_at = ?2, changed_at = ?3, last_event = ?4, \
             renewed_at = ?3 WHERE id = ?1";
        const EVENT: &str = "INSERT INTO event (position, at, execution, cause, lease, epoch, lease_id, worker, \
             instance, previous) VALUES (?1, ?2, ?3, 5, 2, 1, ?4, ?5, ?6, ?7)";
        let lease = self.leases.pop_front().ok_or_else(unclaimed)?;
        let (row, previous, ..) = self.held(&lease)?;
        let position = self.append_event(EVENT, now, row, &lease, previous)?;
        self.database.db()?.execute(UPDATE, &[row.into(), (now + TTL_MS).into(), now.into(), position.into()])?;
        self.leases.push_back(lease);
        Ok(())
    }

    /// The row of a lease that is live, its latest event, its route and its flow.
    fn held(&self, lease: &Lease) -> Result<(i64, i64, i64, Option<i64>)> {
        const SQL: &str =
            "SELECT id, last_event, route, flow FROM execution WHERE public_id = ?1 AND lease_id = ?2 AND phase = 4";
        let mut found = None;
        self.database.db()?.query(SQL, &[(&lease.public_id).into(), (&lease.id).into()], &mut |row| {
            found = Some((row.int(0)?, row.int(1)?, row.int(2)?, row.opt_int(3)?));
            Ok(())
        })?;
        found.ok_or_else(unclaimed)
    }

    fn append_event(&mut self, sql: &'static str, now: i64, row: i64, lease: &Lease, previous: i64) -> Result<i64> {
        let position = self.next.position;
        self.next.position += 1;
        let event: [Value<'_>; 7] = [
            position.into(),
            now.into(),
            row.into(),
            (&lease.id).into(),
            WORKER.into(),
            INSTANCE.into(),
            previous.into(),
        ];
        self.database.db()?.execute(sql, &event)?;
        Ok(position)
    }
}

#[cold]
fn unclaimed() -> Error {
    Error::new(Code::InvariantBroken, "nothing is claimed")
}

impl Subject for Floor {
    fn create(&mut self, work: Work) -> Result<()> {
        if work.sets as usize > self.sets.len() {
            self.intern_sets(work)?;
        }
        self.commit(work.count, work.batch, &mut |floor, now, index| floor.create_one(work, now, index))
    }

    fn claim(&mut self, count: u32, batch: u32) -> Result<()> {
        self.commit(count, batch, &mut |floor, now, _| floor.claim_one(now))
    }

    fn complete(&mut self, count: u32, batch: u32) -> Result<()> {
        self.commit(count, batch, &mut |floor, now, _| floor.complete_one(now))
    }

    fn renew(&mut self, count: u32, batch: u32) -> Result<()> {
        self.commit(count, batch, &mut |floor, now, _| floor.renew_one(now))
    }

    fn submit(&mut self, shape: Shape, count: u32) -> Result<()> {
        self.submit_flows(shape, count)
    }

    fn cancel_flow(&mut self) -> Result<()> {
        self.cancel_last_flow()
    }

    fn sweep(&mut self, count: u32) -> Result<()> {
        self.sweep_all(count)
    }

    fn pick(&mut self, count: u32) -> Result<()> {
        self.picked = sample(&self.database, count)?;
        Ok(())
    }

    fn describe(&mut self) -> Result<()> {
        self.picked.iter().try_for_each(|id| self.describe_one(id))
    }

    fn list(&mut self) -> Result<()> {
        self.picked.iter().try_for_each(|id| self.list_one(id, PAGE))
    }

    fn append(&mut self, frames: Frames) -> Result<()> {
        self.commit(frames.count, frames.batch, &mut |floor, now, _| floor.append_one(frames.sort, now))
    }

    fn tail(&mut self) -> Result<()> {
        self.tail_one()
    }

    fn frames(&mut self, page: u32) -> Result<u32> {
        self.read_frames(page)
    }

    fn newest_event(&mut self) -> Result<i64> {
        Ok(self.next.position - 1)
    }

    fn events(&mut self, wanted: Wanted, after: i64, page: u32) -> Result<(u32, i64)> {
        self.read_events(wanted, after, page)
    }

    fn search(&mut self, search: Search) -> Result<u32> {
        self.search_one(search)
    }

    fn mark(&mut self) -> Result<()> {
        marks::mark(&self.database.driver()?)
    }

    /// It knows one kind: what many of them cost is measured against that.
    fn serve_kinds(&mut self, _kinds: u32, _named: bool) -> Result<()> {
        Ok(())
    }

    fn serve(&mut self, lanes: u32) -> Result<()> {
        self.created = 0;
        self.intern_lanes(lanes)
    }

    fn pass(&mut self, ms: i64) -> Result<()> {
        self.clock.pass(ms);
        Ok(())
    }

    fn shuffle(&mut self) {
        shuffle(&mut self.leases);
    }

    fn close(&mut self) {
        self.leases.clear();
        self.database.close();
    }

    fn open(&mut self) -> Result<()> {
        self.database.driver()?;
        self.load_counters()
    }
}
