//! The pieces of work that a commit is made of: a typed call, a call of a batch, a tick.

use super::Envelope;
use crate::error::{Code, Error, Result};
use crate::model::ground::argument::{Limits, name};
use crate::ops::attempts::revoke::give_back;
use crate::ops::{Answer, Call, Ready, Turn};
use crate::store::Request;
use crate::store::driver::Driver;
use crate::timers;

/// How long the answer of a call with a request id is kept, in ms: 10 minutes.
pub const REQUEST_MS: i64 = 600_000;

/// One piece of work inside a commit.
pub trait Job {
    /// Whether what is due is applied before it.
    const AFTER_DUE: bool = true;

    /// Whether it is still to be done.
    fn wanted(&self) -> bool;

    /// Does it and keeps its answer. It may be done again after it was undone.
    fn run(&mut self, turn: &mut Turn<'_>) -> Result<()>;

    /// Keeps an error as its answer, unless it was refused before.
    fn fail(&mut self, e: &Error);

    /// Writes its answer as it crosses to a host, its payload bytes into a list; answers how many bytes both take.
    fn write(&mut self, payloads: &mut Vec<Vec<u8>>) -> usize {
        let _ = payloads;
        0
    }

    /// It was undone: what it answered is not so.
    fn forget(&mut self) {}
}

/// One typed call.
pub struct CallJob<C: Call> {
    ready: C::Ready,
    /// Its answer, once it has one.
    pub answer: Option<Result<C::Answer>>,
}

impl<C: Call> CallJob<C> {
    /// A call with checked arguments.
    pub fn new(ready: C::Ready) -> Self {
        Self { ready, answer: None }
    }
}

impl<C: Call> Job for CallJob<C> {
    fn wanted(&self) -> bool {
        true
    }

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<()> {
        self.answer = Some(Ok(C::run(&self.ready, turn)?));
        Ok(())
    }

    fn fail(&mut self, e: &Error) {
        self.answer = Some(Err(e.clone()));
    }
}

/// One call of a batch.
pub struct BatchJob {
    /// The checked call, or the refusal of its arguments.
    ready: Result<Ready>,
    request_id: Option<String>,
    /// Payload bytes among its arguments.
    pub payload_bytes: usize,
    answer: Option<Result<Answer>>,
}

impl BatchJob {
    /// Checks the arguments of a call.
    pub fn new(envelope: Result<Envelope>, limits: &Limits) -> Self {
        let mut payload_bytes = 0;
        let mut request_id = None;
        let ready = envelope.and_then(|mut envelope| {
            if let Some(id) = &envelope.request_id {
                name("requestId", id)?;
            }
            request_id = envelope.request_id;
            envelope.operation.bytes(&mut |bytes| payload_bytes += bytes.as_slice().len());
            envelope.operation.check(limits)
        });
        Self { ready, request_id, payload_bytes, answer: None }
    }

    /// Its answer; none where it was not made.
    pub fn answer(self) -> Option<Result<Answer>> {
        match self.ready {
            Err(e) => Some(Err(e)),
            Ok(_) => self.answer,
        }
    }
}

impl Job for BatchJob {
    fn wanted(&self) -> bool {
        self.ready.is_ok()
    }

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<()> {
        let Ok(ready) = &self.ready else { return Ok(()) };
        let answer = match &self.request_id {
            None => ready.run(turn)?,
            Some(id) => run_once(ready, id, turn)?,
        };
        self.answer = Some(Ok(answer));
        Ok(())
    }

    fn fail(&mut self, e: &Error) {
        self.answer = Some(Err(e.clone()));
    }

    fn write(&mut self, payloads: &mut Vec<Vec<u8>>) -> usize {
        let Some(Ok(answer)) = &mut self.answer else { return 0 };
        let mut bytes = 0;
        answer.bytes(&mut |payload| {
            bytes += payload.as_slice().len();
            payload.detach(payloads);
        });
        let written = answer.text();
        bytes += written.as_ref().map_or(0, String::len);
        self.answer = Some(written.map(Answer::written));
        bytes
    }

    fn forget(&mut self) {
        self.answer = None;
    }
}

/// Runs a call that carries a request id, or answers what it answered before.
fn run_once(ready: &Ready, id: &str, turn: &mut Turn<'_>) -> Result<Answer> {
    if let Some(kept) = turn.store.request(id, turn.now)? {
        if kept.op == ready.name() {
            return ready.repeat(&kept.answer, turn);
        }
        let limit = format!("an id of its own (this one was used for {})", kept.op);
        return Err(Error::argument(Code::InvalidInput, "requestId", &limit, ready.name()));
    }
    let answer = ready.run(turn)?;
    if answer.keeps() {
        let request = Request { op: ready.name().to_owned(), answer: answer.text()? };
        turn.store.save_request(id, &request, turn.now, turn.now + REQUEST_MS)?;
    }
    Ok(answer)
}

/// Whose leases are given back: those of one connection, or of all others.
#[derive(Clone, Copy, Debug)]
pub struct GiveBack {
    /// The connection.
    pub connection: i64,
    /// Whether all others are meant.
    pub others: bool,
}

/// A tick; or leases that are given back once nothing is due, as many as due actions in a tick: those that have run out
/// lapse. Contract: leases.gone.
#[derive(Default)]
pub struct TickJob {
    /// What is given back; nothing makes it a tick.
    pub give_back: Option<GiveBack>,
    /// Due actions applied, and leases given back.
    pub applied: u64,
    /// Whether there is more to delete.
    pub more: bool,
    /// What went wrong.
    pub error: Option<Error>,
}

impl Job for TickJob {
    const AFTER_DUE: bool = false;

    fn wanted(&self) -> bool {
        true
    }

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<()> {
        self.applied = timers::apply_due(turn, timers::ACTIONS_MAX)?;
        if let Some(GiveBack { connection, others }) = self.give_back {
            self.applied += give_back(turn, connection, others, timers::ACTIONS_MAX - self.applied)?;
            return Ok(());
        }
        // Those who wait for what has just ended ask for it before it can be deleted.
        let ended = !turn.wakes.finished.is_empty();
        self.more = timers::purge(turn, !ended)?;
        Ok(())
    }

    fn fail(&mut self, e: &Error) {
        self.error = Some(e.clone());
    }
}

/// Runs a job that has no savepoint: an error after a write, or of the storage, undoes the transaction.
pub fn unguarded<J: Job>(job: &mut J, turn: &mut Turn<'_>) -> Result<()> {
    let writes = turn.store.writes();
    match job.run(turn) {
        Ok(()) => Ok(()),
        Err(e) if e.is_storage() || turn.store.writes() > writes => Err(e),
        Err(e) => {
            job.fail(&e);
            Ok(())
        }
    }
}

/// Runs a job in a savepoint: an error undoes the job alone, as long as the transaction still exists.
pub fn guarded<J: Job>(db: &dyn Driver, job: &mut J, turn: &mut Turn<'_>) -> Result<()> {
    let mark = turn.store.mark()?;
    match db.savepoint(&mut || job.run(turn)) {
        Ok(()) => Ok(()),
        Err(e) if !db.in_transaction() => Err(e),
        Err(e) => {
            turn.store.rewind(mark);
            turn.ended.clear();
            turn.losers.clear();
            job.fail(&e);
            Ok(())
        }
    }
}
