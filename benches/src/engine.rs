//! The engine itself, called from Rust.

mod flow;
mod look;
mod stream;

use crate::floor::rows::Floor;
use crate::storage::database::Database;
use crate::storage::marks;
use crate::storage::sample::sample;
use crate::subject::Subject;
use crate::subject::clock::AheadClock;
use crate::subject::frames::Frames;
use crate::subject::reading::{Search, Wanted};
use crate::subject::shape::Shape;
use crate::subject::work::{ENCODING, INPUT, INSTANCE, OUTPUT, PAGE, TTL_MS, WORKER, Work, kind, lane, parts, shuffle};
use std::collections::VecDeque;
use tidegate::model::ground::id::ExecutionId;
use tidegate::ops::attempts::claim::{Claim, ClaimArgs, Worker};
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::attempts::renew::RenewArgs;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::executions::describe::DescribeExecutionArgs;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::{Answer, Code, Engine, Envelope, Error, Limits, Result};

/// The engine over a database of its own.
pub struct EngineSubject {
    database: Database,
    clock: AheadClock,
    engine: Option<Engine>,
    handles: VecDeque<String>,
    /// The lanes that are served.
    lanes: Vec<String>,
    /// The kinds that wait, and whether a claim names them.
    kinds: Vec<String>,
    named: bool,
    /// How many were created since the lanes or kinds were named.
    created: usize,
    /// The ids of executions to be read.
    picked: Vec<String>,
    /// How many patches were made.
    patches: u32,
    /// The newest frame that was read.
    seen: String,
    /// The flow that was submitted last.
    flow: String,
}

impl EngineSubject {
    /// A new engine over an empty database.
    pub fn over(database: Database, clock: AheadClock) -> Result<Self> {
        let mut subject = Self {
            database,
            clock,
            engine: None,
            handles: VecDeque::new(),
            lanes: vec![lane(0)],
            kinds: vec![kind(0)],
            named: false,
            created: 0,
            picked: Vec::new(),
            patches: 0,
            seen: String::new(),
            flow: String::new(),
        };
        subject.open()?;
        Ok(subject)
    }

    fn engine(&mut self) -> Result<&mut Engine> {
        self.engine.as_mut().ok_or_else(|| Error::new(Code::EngineClosed, "the engine was closed"))
    }

    fn batch(&mut self, envelopes: Vec<Envelope>) -> Result<Vec<Answer>> {
        self.engine()?.batch(envelopes).answers.into_iter().collect()
    }

    fn keep(&mut self, claim: Option<Claim>) -> Result<()> {
        let claim = claim.ok_or_else(|| Error::new(Code::InvariantBroken, "there was nothing to claim"))?;
        self.handles.push_back(claim.handle);
        Ok(())
    }

    fn create_args(&mut self, work: Work, index: u32) -> CreateArgs {
        let lane = if work.sets == 0 { &self.lanes[self.created % self.lanes.len()] } else { &self.lanes[0] };
        let kind = &self.kinds[self.created % self.kinds.len()];
        self.created += 1;
        CreateArgs {
            lane: lane.clone(),
            kind: kind.clone(),
            input: Some(INPUT.to_vec().into()),
            encoding: Some(ENCODING.to_owned()),
            priority: Some(work.priority),
            required_capabilities: work.required(index).into_iter().collect(),
            ..CreateArgs::default()
        }
    }

    fn claim_args(&self) -> ClaimArgs {
        ClaimArgs {
            lanes: self.lanes.clone(),
            kinds: self.named.then(|| self.kinds.clone()),
            worker: Worker { id: WORKER.to_owned(), instance_id: Some(INSTANCE.to_owned()) },
            lease_ttl_ms: Some(TTL_MS),
            ..ClaimArgs::default()
        }
    }

    fn next_handle(&mut self) -> Result<String> {
        self.handles.pop_front().ok_or_else(|| Error::new(Code::InvariantBroken, "nothing is claimed"))
    }
}

impl Subject for EngineSubject {
    fn create(&mut self, work: Work) -> Result<()> {
        let mut index = 0;
        for part in parts(work.count, work.batch) {
            if part == 1 {
                let args = self.create_args(work, index);
                self.engine()?.call(args)?;
            } else {
                let envelopes = (index..index + part).map(|index| self.create_args(work, index).into()).collect();
                self.batch(envelopes)?;
            }
            index += part;
        }
        Ok(())
    }

    fn claim(&mut self, count: u32, batch: u32) -> Result<()> {
        for part in parts(count, batch) {
            if part == 1 {
                let args = self.claim_args();
                let claim = self.engine()?.call(args)?;
                self.keep(claim)?;
                continue;
            }
            let envelopes = (0..part).map(|_| self.claim_args().into()).collect();
            for answer in self.batch(envelopes)? {
                let Answer::Claim(claim) = answer else {
                    return Err(Error::new(Code::InvariantBroken, "a claim was answered by something else"));
                };
                self.keep(*claim)?;
            }
        }
        Ok(())
    }

    fn complete(&mut self, count: u32, batch: u32) -> Result<()> {
        for part in parts(count, batch) {
            if part == 1 {
                let args = complete_args(self.next_handle()?);
                self.engine()?.call(args)?;
                continue;
            }
            let envelopes: Result<Vec<Envelope>> =
                (0..part).map(|_| Ok(complete_args(self.next_handle()?).into())).collect();
            self.batch(envelopes?)?;
        }
        Ok(())
    }

    fn renew(&mut self, count: u32, batch: u32) -> Result<()> {
        for part in parts(count, batch) {
            if part == 1 {
                let handle = self.next_handle()?;
                self.engine()?.call(RenewArgs { handle: handle.clone(), lease_ttl_ms: None })?;
                self.handles.push_back(handle);
                continue;
            }
            let mut envelopes = Vec::with_capacity(part as usize);
            for _ in 0..part {
                let handle = self.next_handle()?;
                envelopes.push(RenewArgs { handle: handle.clone(), lease_ttl_ms: None }.into());
                self.handles.push_back(handle);
            }
            self.batch(envelopes)?;
        }
        Ok(())
    }

    /// By the floor, which writes the same rows sooner.
    fn fill(&mut self, finished: u32, waiting: Work) -> Result<()> {
        self.engine = None;
        let mut floor = Floor::over(self.database.lent()?, self.clock.clone())?;
        floor.serve(u32::try_from(self.lanes.len()).unwrap_or(1))?;
        floor.fill(finished, waiting)?;
        self.open()
    }

    fn submit(&mut self, shape: Shape, count: u32) -> Result<()> {
        self.submit_flows(shape, count)
    }

    fn cancel_flow(&mut self) -> Result<()> {
        self.cancel_last_flow()
    }

    fn sweep(&mut self, count: u32) -> Result<()> {
        let mut applied = 0;
        let mut more = true;
        while more {
            let answer = self.engine()?.tick()?;
            applied += answer.applied;
            more = answer.more;
        }
        self.handles.clear();
        if applied == u64::from(count) {
            return Ok(());
        }
        Err(Error::new(Code::InvariantBroken, format!("{applied} leases were swept where {count} had expired")))
    }

    fn pick(&mut self, count: u32) -> Result<()> {
        self.picked = sample(&self.database, count)?.iter().map(ExecutionId::text).collect();
        Ok(())
    }

    fn describe(&mut self) -> Result<()> {
        for execution_id in self.picked.clone() {
            let found = self.engine()?.call(DescribeExecutionArgs { execution_id })?;
            std::hint::black_box(found).ok_or_else(|| Error::new(Code::InvariantBroken, "an execution is gone"))?;
        }
        Ok(())
    }

    fn list(&mut self) -> Result<()> {
        for id in self.picked.clone() {
            let limit = Some(i64::from(PAGE));
            let page = self.engine()?.call(ListExecutionsArgs { cursor: Some(id), limit, ..Default::default() })?;
            if std::hint::black_box(page).next_cursor.is_none() {
                return Err(Error::new(Code::InvariantBroken, "a page is not full"));
            }
        }
        Ok(())
    }

    fn append(&mut self, frames: Frames) -> Result<()> {
        self.append_frames(frames)
    }

    fn tail(&mut self) -> Result<()> {
        self.tail_one()
    }

    fn frames(&mut self, page: u32) -> Result<u32> {
        self.read_frames(page)
    }

    fn newest_event(&mut self) -> Result<i64> {
        self.newest_position()
    }

    fn events(&mut self, wanted: Wanted, after: i64, page: u32) -> Result<(u32, i64)> {
        self.read_events(wanted, after, page)
    }

    fn search(&mut self, search: Search) -> Result<u32> {
        self.search_one(search)
    }

    fn mark(&mut self) -> Result<()> {
        self.engine = None;
        marks::mark(&self.database.driver()?)?;
        self.open()
    }

    fn serve_kinds(&mut self, kinds: u32, named: bool) -> Result<()> {
        (self.kinds, self.named, self.created) = ((0..kinds).map(kind).collect(), named, 0);
        Ok(())
    }

    fn serve(&mut self, lanes: u32) -> Result<()> {
        (self.lanes, self.created) = ((0..lanes).map(lane).collect(), 0);
        Ok(())
    }

    fn pass(&mut self, ms: i64) -> Result<()> {
        self.clock.pass(ms);
        Ok(())
    }

    fn shuffle(&mut self) {
        shuffle(&mut self.handles);
    }

    fn close(&mut self) {
        self.engine = None;
        self.handles.clear();
        self.database.close();
    }

    fn open(&mut self) -> Result<()> {
        self.engine = Some(Engine::open(self.database.driver()?, self.clock.host(), Limits::default())?);
        Ok(())
    }
}

fn complete_args(handle: String) -> CompleteArgs {
    CompleteArgs { handle, result: Some(OUTPUT.to_vec().into()), encoding: Some(ENCODING.to_owned()) }
}
