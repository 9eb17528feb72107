//! The engine: batches of operations, each batch one transaction; ticks; the clock.
//!
//! Invariant: this file alone begins and commits. No answer leaves before its commit; an operation is kept whole or
//! leaves nothing; what is due at an operation's instant has been applied before it. A panic poisons the instance.
//! Absent on purpose: waiting; whoever has nothing to do yet is parked by the host. Contract: time.alone,
//! time.commit-size, time.after-commit, time.before-everything.

mod clock;
mod connection;
mod job;

use crate::error::{Code, Error, Result};
use crate::host::{Clock, Entropy, Mint, SystemClock, SystemEntropy};
use crate::model::executions::lease::Connection;
use crate::model::ground::argument::Limits;
use crate::ops::{Answer, Call, Operation, Turn, Wakes};
use crate::store::Store;
use crate::store::driver::{Driver, Embedded};
use crate::timers;
pub use clock::ClockReport;
pub use job::REQUEST_MS;
use job::{BatchJob, CallJob, GiveBack, Job, TickJob, guarded, unguarded};
use serde::Serialize;
use std::rc::Rc;

/// Operations in one commit at most.
pub const OPERATIONS_MAX: usize = 256;
/// Payload bytes in one commit at most; one operation alone may be larger.
pub const COMMIT_BYTES_MAX: usize = 8 << 20;

/// Bytes of answers at which a message ends: what was called after that is not made.
pub const ANSWER_BYTES_MAX: usize = 16 << 20;

/// What the host lends an engine.
pub struct Host {
    /// Wall-clock time.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub entropy: Box<dyn Entropy>,
}

impl Default for Host {
    fn default() -> Self {
        Self { clock: Box::new(SystemClock), entropy: Box::new(SystemEntropy::default()) }
    }
}

/// One call of a batch.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// What to do.
    pub operation: Operation,
    /// Makes a repetition within 10 minutes answer what the first call answered.
    pub request_id: Option<String>,
}

impl<T: Into<Operation>> From<T> for Envelope {
    fn from(operation: T) -> Self {
        Self { operation: operation.into(), request_id: None }
    }
}

/// The answers of a batch, after its commit.
#[derive(Debug)]
pub struct BatchAnswer {
    /// One for each envelope, in order; fewer where those reached the bound that was set, and then the rest was not made.
    pub answers: Vec<Result<Answer>>,
    /// The payload bytes of answers that are texts already, which have their places in here.
    pub payloads: Vec<Vec<u8>>,
    /// Whom the batch may have given something to do.
    pub wakes: Wakes,
    /// When time will act next, in Unix ms; the host sets its timer to it.
    pub next_due_at: Option<i64>,
    /// Engine time of the batch, in Unix ms.
    pub now: i64,
    /// By how much engine time went back since the last batch or tick, in ms, where it did.
    pub accepted_ms: Option<i64>,
}

/// What a tick did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TickAnswer {
    /// Due actions applied, at most 1 000.
    pub applied: u64,
    /// Whether more is due now.
    pub more: bool,
    /// Whom it may have given something to do.
    pub wakes: Wakes,
    /// When time will act next, in Unix ms.
    pub next_due_at: Option<i64>,
    /// Engine time of the tick, in Unix ms.
    pub now: i64,
    /// By how much engine time went back since the last batch or tick, in ms, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub accepted_ms: Option<i64>,
}

/// A durable workflow engine over one SQLite database.
pub struct Engine {
    store: Store,
    mint: Mint,
    clock: Box<dyn Clock>,
    /// Whether engine time goes back with it.
    follows: bool,
    limits: Limits,
    /// Through what the calls of the batch under way come; the engine's own between batches.
    connection: Connection,
    last_instant: i64,
    wakes: Wakes,
    /// By how much engine time went back, until a batch or a tick has told it.
    accepted_ms: Option<i64>,
    /// Where the answers of the message under way are written; they stay values where it is none.
    room: Option<Room>,
    /// Set while a call is under way; found set by the next call only after a panic.
    busy: bool,
    /// Set when a transaction was undone and what the store remembers could not be read again yet.
    stale: bool,
}

impl Engine {
    /// Opens an engine over a driver, creating or migrating its tables. Where the files let in one engine at a time, the
    /// leases of every other connection are given back. Contract: leases.gone, storage.open-gives-back.
    pub fn open(driver: Rc<dyn Driver>, host: Host, limits: Limits) -> Result<Self> {
        Self::open_as(None, driver, host, limits)
    }

    /// An engine in memory, with the host's clock and randomness.
    pub fn memory() -> Result<Self> {
        Self::open(Rc::new(Embedded::memory()?), Host::default(), Limits::default())
    }

    /// Makes one call, in a commit of its own.
    pub fn call<C: Call>(&mut self, args: C) -> Result<C::Answer> {
        let mut jobs = [CallJob::<C>::new(args.check(&self.limits)?)];
        self.wakes = Wakes::default();
        let now = self.begin(true)?;
        self.commit(now, &mut jobs);
        self.busy = false;
        let [job] = jobs;
        job.answer.unwrap_or_else(|| Err(Error::new(Code::InvariantBroken, "a call was left without an answer")))
    }

    /// Makes calls in order, each kept whole or leaving nothing, in commits of at most [`OPERATIONS_MAX`] operations
    /// or [`COMMIT_BYTES_MAX`]. A batch is not atomic as a whole.
    pub fn batch(&mut self, envelopes: Vec<Envelope>) -> BatchAnswer {
        self.batch_checked(envelopes.into_iter().map(Ok).collect(), None)
    }

    /// As [`Engine::batch`], with some calls refused already while they were read. With a bound the answers are written as
    /// texts, and no further call is made once they take so many bytes.
    pub fn batch_checked(&mut self, envelopes: Vec<Result<Envelope>>, bytes_max: Option<usize>) -> BatchAnswer {
        let limits = self.limits;
        let mut jobs: Vec<BatchJob> = envelopes.into_iter().map(|envelope| BatchJob::new(envelope, &limits)).collect();
        self.wakes = Wakes::default();
        let mut now = self.last_instant;
        match self.begin(jobs.iter().any(Job::wanted)) {
            Err(e) => jobs.iter_mut().for_each(|job| job.fail(&e)),
            Ok(started) => {
                now = started;
                self.room = bytes_max.map(|left| Room { left, payloads: Vec::new() });
                let mut rest = jobs.as_mut_slice();
                while !rest.is_empty() && !self.is_full() {
                    let (commit, later) = rest.split_at_mut(commit_len(rest));
                    self.commit(now, commit);
                    rest = later;
                }
                self.busy = false;
            }
        }
        let answers = jobs.into_iter().map_while(BatchJob::answer).collect();
        let payloads = self.room.take().map_or_else(Vec::new, |room| room.payloads);
        let (wakes, accepted_ms) = (std::mem::take(&mut self.wakes), self.accepted_ms.take());
        BatchAnswer { answers, payloads, wakes, next_due_at: self.next_due_at().unwrap_or(Some(now)), now, accepted_ms }
    }

    /// Applies what is due, at most 1 000 actions, and deletes a part of what has been hidden since it expired or since its
    /// retention was over.
    pub fn tick(&mut self) -> Result<TickAnswer> {
        self.do_tick(None)
    }

    fn do_tick(&mut self, give_back: Option<GiveBack>) -> Result<TickAnswer> {
        let now = self.begin(true)?;
        let mut jobs = [TickJob { give_back, ..TickJob::default() }];
        self.commit(now, &mut jobs);
        self.busy = false;
        let [job] = jobs;
        if let Some(e) = job.error {
            return Err(e);
        }
        // What was done is done: where this cannot be read, a next tick finds out.
        let next_due_at = self.next_due_at().unwrap_or(Some(now));
        Ok(TickAnswer {
            applied: job.applied,
            more: job.more || next_due_at.is_some_and(|at| at <= now),
            wakes: std::mem::take(&mut self.wakes),
            next_due_at,
            now,
            accepted_ms: self.accepted_ms.take(),
        })
    }

    /// When a tick has something to do next, in Unix ms; answered from indexes. What is past its retention waits for the
    /// next full minute, so that much of it goes at once.
    pub fn next_due_at(&mut self) -> Result<Option<i64>> {
        self.refresh()?;
        let due = self.store.first_due()?.map(|key| key.at);
        let past = [self.store.next_past()?, self.store.next_trim()?].into_iter().flatten().min();
        Ok(due.into_iter().chain(past.map(timers::next_purge_at)).min())
    }

    /// Looks for damage in one slice of the database, a table with its indexes; answers whether there is a next one.
    /// Damage is `storage.damaged`.
    pub fn check(&self, slice: usize) -> Result<bool> {
        self.store.check(slice)
    }

    /// Keeps room in a limited storage, in an idle moment: what was created can then end when the storage is full.
    /// Answers whether there is room; while there is none, creates are refused with `storage.quota`.
    pub fn reserve(&self) -> Result<bool> {
        self.store.reserve()
    }

    /// Gives pages that hold nothing back to the host, at most so many bytes; answers how many bytes are left to give.
    /// What a tick has not deleted yet is not among them.
    pub fn compact(&self, bytes_max: u64) -> Result<u64> {
        self.store.compact(bytes_max)
    }

    /// Refuses a call after one that panicked, and ends what an earlier one left unfinished.
    fn sound(&mut self) -> Result<()> {
        if self.busy {
            return Err(Error::new(
                Code::EnginePoisoned,
                "an earlier call panicked; close this engine and open it again",
            ));
        }
        self.refresh()
    }

    /// Whether the answers of the message under way take all the bytes that they may.
    fn is_full(&self) -> bool {
        self.room.as_ref().is_some_and(|room| room.left == 0)
    }

    /// Reads again what the store remembers, when it could not be read right after a transaction was undone, and ends a
    /// rebasing that did not come to its end.
    fn refresh(&mut self) -> Result<()> {
        if self.stale {
            self.store.forget()?;
            self.stale = false;
        }
        self.rebase()
    }

    /// A transaction was undone.
    fn undone(&mut self) {
        self.stale = self.store.forget().is_err();
    }

    /// Runs jobs in one commit. First without savepoints: refusals come before an operation's first write, so none is
    /// needed. Only when a statement fails in mid-operation is all undone and done again with a savepoint around each.
    fn commit<J: Job>(&mut self, now: i64, jobs: &mut [J]) {
        if self.is_full() || !jobs.iter().any(Job::wanted) {
            return;
        }
        let full = |e: &Error| e.code() == Code::StorageQuota;
        let outcome = match self.transact(now, jobs, false) {
            Err(Undone::InOperation(_)) if !self.stale => self.transact(now, jobs, true),
            // What creates is refused this time, and the others may fit.
            Err(Undone::Whole(e)) if full(&e) && !self.stale => self.transact(now, jobs, true),
            outcome => outcome,
        };
        if let Err(Undone::Whole(e)) = &outcome
            && full(e)
            && jobs.len() > 1
        {
            // One that does not fit takes the others with it: each has to find its own room.
            return jobs.chunks_mut(1).for_each(|one| self.commit(now, one));
        }
        if let Err(Undone::Whole(e) | Undone::InOperation(e)) = outcome {
            for job in jobs {
                job.fail(&e);
            }
        }
    }

    fn transact<J: Job>(&mut self, now: i64, jobs: &mut [J], careful: bool) -> Result<(), Undone> {
        let db = self.store.driver();
        let mut wakes = Wakes::default();
        let (mut in_operation, mut wrote) = (false, false);
        let mut room = self.room.take();
        let before = room.as_ref().map(|room| (room.left, room.payloads.len()));
        let outcome = db.transaction(&mut || {
            let Self { store, mint, connection, limits, .. } = self;
            let mut turn = Turn::new(store, mint, connection, (now, limits), &mut wakes);
            let writes = turn.store.writes();
            for job in jobs.iter_mut().filter(|job| job.wanted()) {
                if J::AFTER_DUE {
                    timers::apply_due(&mut turn, u64::MAX)?;
                }
                let unharmed = if careful { guarded(&*db, job, &mut turn) } else { unguarded(job, &mut turn) };
                if let Err(e) = unharmed {
                    in_operation = db.in_transaction();
                    return Err(e);
                }
                let Some(room) = &mut room else { continue };
                room.left = room.left.saturating_sub(job.write(&mut room.payloads));
                if room.left == 0 {
                    break;
                }
            }
            wrote = turn.store.writes() > writes;
            if wrote { turn.store.save_meta(now) } else { Ok(()) }
        });
        if let (Err(_), Some(room), Some((left, payloads))) = (&outcome, &mut room, before) {
            room.left = left;
            room.payloads.truncate(payloads);
        }
        self.room = room;
        match outcome {
            Ok(()) => {
                if wrote {
                    self.last_instant = now;
                }
                self.wakes.add(wakes);
                Ok(())
            }
            Err(e) => {
                self.undone();
                jobs.iter_mut().for_each(Job::forget);
                Err(if in_operation { Undone::InOperation(e) } else { Undone::Whole(e) })
            }
        }
    }
}

/// Where answers are written.
struct Room {
    /// How many bytes they may still take.
    left: usize,
    /// Their payload bytes.
    payloads: Vec<Vec<u8>>,
}

/// A transaction that was undone: because a statement of one operation failed, or as a whole.
enum Undone {
    InOperation(Error),
    Whole(Error),
}

/// How many of the jobs go into the next commit.
fn commit_len(jobs: &[BatchJob]) -> usize {
    let mut bytes = 0;
    let fits = |job: &&BatchJob| {
        bytes += job.payload_bytes;
        bytes <= COMMIT_BYTES_MAX
    };
    jobs.iter().take(OPERATIONS_MAX).take_while(fits).count().max(1)
}
