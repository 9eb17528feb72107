//! The engine itself, called from Rust.

use crate::database::Database;
use crate::floor::Floor;
use crate::subject::{ENCODING, INPUT, INSTANCE, KIND, LANE, OUTPUT, Subject, TTL_MS, WORKER, Work, parts, shuffle};
use std::collections::VecDeque;
use tidegate::ops::claim::{Claim, ClaimArgs, Worker};
use tidegate::ops::complete::CompleteArgs;
use tidegate::ops::create::CreateArgs;
use tidegate::ops::renew::RenewArgs;
use tidegate::{Answer, Code, Engine, Envelope, Error, Host, Limits, Result};

/// The engine over a database of its own.
pub struct EngineSubject {
    database: Database,
    host: fn() -> Host,
    engine: Option<Engine>,
    handles: VecDeque<String>,
}

impl EngineSubject {
    /// A new engine over an empty database, with the clock and the randomness of `host`.
    pub fn over(database: Database, host: fn() -> Host) -> Result<Self> {
        let mut subject = Self { database, host, engine: None, handles: VecDeque::new() };
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

    fn next_handle(&mut self) -> Result<String> {
        self.handles.pop_front().ok_or_else(|| Error::new(Code::InvariantBroken, "nothing is claimed"))
    }
}

impl Subject for EngineSubject {
    fn create(&mut self, work: Work) -> Result<()> {
        let mut index = 0;
        for part in parts(work.count, work.batch) {
            if part == 1 {
                self.engine()?.call(create_args(work, index))?;
            } else {
                self.batch((index..index + part).map(|index| create_args(work, index).into()).collect())?;
            }
            index += part;
        }
        Ok(())
    }

    fn claim(&mut self, count: u32, batch: u32) -> Result<()> {
        for part in parts(count, batch) {
            if part == 1 {
                let claim = self.engine()?.call(claim_args())?;
                self.keep(claim)?;
                continue;
            }
            for answer in self.batch((0..part).map(|_| claim_args().into()).collect())? {
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
            let mut envelopes = Vec::with_capacity(part as usize);
            for _ in 0..part {
                let handle = self.next_handle()?;
                envelopes.push(RenewArgs { handle: handle.clone() }.into());
                self.handles.push_back(handle);
            }
            self.batch(envelopes)?;
        }
        Ok(())
    }

    /// By the floor, which writes the same rows sooner.
    fn fill(&mut self, finished: u32, waiting: Work) -> Result<()> {
        self.engine = None;
        Floor::over(self.database.lent()?, (self.host)().clock)?.fill(finished, waiting)?;
        self.open()
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
        self.engine = Some(Engine::open(self.database.driver()?, (self.host)(), Limits::default())?);
        Ok(())
    }
}

fn create_args(work: Work, index: u32) -> CreateArgs {
    CreateArgs {
        lane: LANE.to_owned(),
        kind: KIND.to_owned(),
        input: Some(INPUT.to_vec().into()),
        encoding: Some(ENCODING.to_owned()),
        priority: Some(work.priority),
        required_capabilities: work.required(index).into_iter().collect(),
        ..CreateArgs::default()
    }
}

fn claim_args() -> ClaimArgs {
    ClaimArgs {
        lanes: vec![LANE.to_owned()],
        worker: Worker { id: WORKER.to_owned(), instance_id: Some(INSTANCE.to_owned()) },
        lease_ttl_ms: Some(TTL_MS),
        ..ClaimArgs::default()
    }
}

fn complete_args(handle: String) -> CompleteArgs {
    CompleteArgs { handle, result: Some(OUTPUT.to_vec().into()), encoding: Some(ENCODING.to_owned()) }
}
