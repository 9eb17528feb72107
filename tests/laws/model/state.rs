//! A pure model of the engine, written from the contract: executions, what may be claimed, what is due.
//!
//! What the engine draws (ids, jitter) is taken over from its answers and events; all else is predicted. The
//! operations stand in `rules`, those of operators in `operator`, grants and their use in `granted`, typed calls in
//! `typed`, lanes and workers in `roster`, the lease gate in `gate`, retries in `retry`, due actions in `time`, what reads
//! answer in `picture`, `listing`, `finding` and `chronicle`, streams in `stream` and `frames`, retention in `retention`.

use crate::calls::kept::Kept;
use crate::calls::op::Create;
use crate::calls::protocol::Fence;
use crate::model::stream::Stream;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Why a runnable execution is claimed the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    First,
    Retry,
    Replay,
    /// The latest attempt goes on.
    Interrupted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Waiting {
        next: Next,
    },
    Delayed {
        next: Next,
        until_at: i64,
    },
    /// `by` is what it waits for.
    Blocked {
        next: Next,
        by: &'static str,
    },
    Held {
        expires_at: i64,
        timeout_at: Option<i64>,
    },
    Lapsed {
        expired_at: i64,
        backoff_until: Option<i64>,
    },
    Ended {
        outcome: &'static str,
    },
}

#[derive(Clone, Debug)]
pub struct Failure {
    pub class: &'static str,
    pub category: String,
    /// Unknown when time itself wrote it.
    pub message: Option<String>,
    pub detail: Option<String>,
}

/// Bytes and how they are encoded.
pub type Payload = (Option<Vec<u8>>, Option<String>);

#[derive(Clone, Debug)]
pub struct Attempt {
    pub kind: &'static str,
    pub fence: Fence,
    pub worker: String,
    pub instance: String,
    /// Through which opening of the engine its latest lease was taken.
    pub connection: usize,
    pub started_at: i64,
    pub renewed_at: i64,
    pub ended: Option<(&'static str, i64)>,
    /// While it waits to go on: what is left of its timeout.
    pub timeout_left_ms: Option<i64>,
    /// The call that ended its lease, and the instant in its answer.
    pub finished: Option<(&'static str, Option<i64>)>,
    pub failure: Option<Failure>,
    pub has_result: bool,
    pub result: Option<Payload>,
    /// Whether time ended it for good.
    pub expired: bool,
}

#[derive(Clone, Debug)]
pub struct Progress {
    pub attempt_index: i64,
    pub percent: Option<i64>,
    pub message: Option<String>,
    pub at: i64,
}

/// The right of a worker to claim or reclaim.
#[derive(Clone, Debug)]
pub struct Grant {
    pub kind: &'static str,
    pub key: String,
    pub worker: String,
    pub instance: String,
    /// The last instant at which it is good.
    pub expires_at: i64,
    /// Whether it reserves the execution still.
    pub live: bool,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub result: Option<Vec<u8>>,
    pub encoding: Option<String>,
    pub at: i64,
    pub took_ms: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Execution {
    pub row: usize,
    pub id: String,
    pub made: Create,
    pub priority: i64,
    pub phase: Phase,
    pub epoch: i64,
    pub attempts: Vec<Attempt>,
    pub retry_count: i64,
    pub reclaim_count: i64,
    pub replay_count: i64,
    /// Lapses in a row.
    pub lapses: i64,
    pub created_at: i64,
    pub deadline_at: Option<i64>,
    pub changed_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub progress: Option<Progress>,
    /// Why it was cancelled or expired, and by whom where the specification says so.
    pub ending: Option<(String, Option<String>)>,
    pub result: Option<Payload>,
    pub grant: Option<Grant>,
    pub steps: Vec<Step>,
    /// Why it is blocked, where somebody said.
    pub blocked_because: Option<String>,
    /// By attempt.
    pub streams: BTreeMap<i64, Stream>,
    /// The closure of the stream of its latest attempt, as it was told last.
    pub closure: Option<(i64, &'static str)>,
}

/// What time does; the order is the order within one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    Deadline,
    AttemptTimeout,
    LeaseExpiry,
    Delay,
    /// To a row of the registry.
    WorkerTtl,
}

/// When, what, to which row.
pub type DueKey = (i64, DueKind, usize);

#[derive(Clone, Debug)]
pub struct Request {
    pub op: &'static str,
    pub answer: Value,
    /// The row of the execution that it is about.
    pub of: Option<usize>,
    pub expires_at: i64,
}

#[derive(Clone, Debug)]
pub struct Dedup {
    pub execution: usize,
    pub expires_at: i64,
}

#[derive(Clone, Debug)]
pub struct Worker {
    pub row: usize,
    pub name: String,
    pub instance: String,
    pub namespace: String,
    pub lanes: BTreeSet<String>,
    pub offered: BTreeSet<String>,
    pub ttl_ms: i64,
    pub registered_at: i64,
    pub heard_at: i64,
    pub expires_at: i64,
}

/// An event of the log, of which execution, and how many attempts that had by then.
#[derive(Clone, Debug)]
pub struct Logged {
    pub row: Option<usize>,
    pub event: Value,
    pub attempts: usize,
    /// Whether a later one took its place while it was stored still.
    pub replaced: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    /// All there ever were, in the order in which they came up.
    pub executions: Vec<Execution>,
    pub by_id: BTreeMap<String, usize>,
    /// Those that have ended and are stored.
    pub ended: BTreeSet<usize>,
    /// Those that were deleted.
    pub gone: BTreeSet<usize>,
    pub retention: Kept,
    /// Whether engine time goes back with the host's clock, and by how much it did so far.
    pub follows: bool,
    pub accepted_ms: i64,
    /// All there ever were; so many of them are deleted.
    pub log: Vec<Logged>,
    pub trimmed: usize,
    /// Those that have not ended.
    pub open: BTreeSet<usize>,
    pub dedup: BTreeMap<(String, String), Dedup>,
    pub requests: BTreeMap<String, Request>,
    /// What each lane lets through.
    pub lanes: BTreeMap<String, &'static str>,
    /// Pairs of lane and required capabilities, in the order in which they came up.
    pub routes: Vec<(String, String, BTreeSet<String>)>,
    /// In the order in which they came up.
    pub namespaces: Vec<String>,
    /// The registry, by instance and the place of its namespace.
    pub workers: BTreeMap<(String, usize), Worker>,
    /// Engine time of the step under way, and of the last one that wrote.
    pub last_instant: i64,
    pub stored_instant: i64,
    /// The instance id of a worker that names none, once it is known.
    pub instance: Option<String>,
    /// How often the engine was opened again.
    pub connection: usize,
    /// Of the step under way: whether anything was written, where its events begin, whom it touched, whom it wakes.
    pub wrote: bool,
    pub step_from: usize,
    pub touched: BTreeSet<usize>,
    pub claimable: BTreeMap<(String, String, BTreeSet<String>), u64>,
    pub opened: BTreeSet<String>,
    pub finished: Vec<String>,
    pub stream_wakes: BTreeSet<String>,
    /// What happened that no answer and no event tells.
    pub seen: BTreeSet<&'static str>,
}

impl Step {
    /// As it is listed.
    pub fn line(&self) -> Value {
        let bytes = self.result.as_ref().map_or(0, Vec::len);
        let started_at = self.took_ms.map(|took_ms| (self.at - took_ms).max(0));
        json!({ "name": self.name, "startedAt": started_at, "resultBytes": bytes, "recordedAt": self.at })
    }

    /// As it is answered.
    pub fn json(&self) -> Value {
        let encoding = self.encoding.as_ref().filter(|_| self.result.is_some());
        let result = self.result.as_deref().map(crate::json::hex);
        json!({ "name": self.name, "result": result, "encoding": encoding, "recordedAt": self.at })
    }
}

pub fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).expect("a count")
}

impl Model {
    /// Reads the host's clock; engine time never goes back, unless it follows and there is anything to do.
    pub fn begin(&mut self, host_now: i64, wanted: bool) -> i64 {
        self.next_step();
        if wanted && self.follows && self.stored_instant - host_now > 1_000 {
            self.accept_clock(host_now);
        }
        self.last_instant = self.stored_instant.max(host_now);
        self.last_instant
    }

    /// Forgets what is remembered of the step before.
    pub fn next_step(&mut self) {
        self.wrote = false;
        self.step_from = self.log.len();
        self.stream_wakes.clear();
        self.touched.clear();
        self.claimable.clear();
        self.opened.clear();
        self.finished.clear();
    }

    /// Ends a step: what wrote stored its instant.
    pub fn end(&mut self) {
        if self.wrote {
            self.stored_instant = self.last_instant;
        }
    }

    pub fn reopened(&mut self) {
        self.instance = None;
        self.connection += 1;
    }

    /// The execution with this id, unless it is past its retention.
    pub fn find(&self, id: &str) -> Option<&Execution> {
        let row = self.by_id.get(id).filter(|row| self.visible(**row))?;
        Some(&self.executions[*row])
    }

    pub fn first_due(&self) -> Option<DueKey> {
        let swept = self.workers.values().map(|one| (one.expires_at, DueKind::WorkerTtl, one.row));
        self.open.iter().filter_map(|row| self.executions[*row].due()).chain(swept).min()
    }

    /// Moves an execution to another phase at an instant: the one event, the stamps, whom it wakes.
    pub fn enter(&mut self, row: usize, at: i64, phase: Phase, cause: &'static str, lease: Option<&'static str>) {
        let was_claimable = self.executions[row].claimable();
        let one = &mut self.executions[row];
        one.keep_what_is_left(at, phase);
        one.grant = None;
        one.blocked_because = None;
        one.phase = phase;
        one.changed_at = at;
        if one.over() {
            one.ended_at = Some(at);
            self.finished.push(one.id.clone());
            self.open.remove(&row);
            self.ended.insert(row);
        }
        match (phase, lease) {
            (Phase::Lapsed { .. }, _) => one.lapses += 1,
            (Phase::Held { .. }, _) => {}
            (Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. }, _) => {
                one.lapses = 0;
            }
        }
        self.close_or_open(row);
        self.record(row, at, cause, true, lease);
        self.woken(row, was_claimable);
    }

    /// Notes whether the stream of its latest attempt was closed or opened while it goes on.
    fn close_or_open(&mut self, row: usize) {
        let one = &mut self.executions[row];
        let closure = one.latest_closure();
        if std::mem::replace(&mut one.closure, closure) != closure && !one.over() {
            self.stream_wakes.insert(one.id.clone());
        }
    }

    /// Notes that an execution became claimable.
    pub fn woken(&mut self, row: usize, was_claimable: bool) {
        let one = &self.executions[row];
        if !was_claimable && one.claimable() {
            self.wake(row);
        }
    }

    /// One more can be taken, or let go by a claim.
    pub fn wake(&mut self, row: usize) {
        let made = &self.executions[row].made;
        let route = (made.lane.clone(), made.kind.clone(), made.required.clone());
        *self.claimable.entry(route).or_default() += 1;
    }

    /// Ends the latest attempt, unless it has ended already.
    pub fn end_attempt(&mut self, row: usize, lifecycle: &'static str, at: i64) {
        if let Some(attempt) = self.executions[row].attempts.last_mut() {
            attempt.ended = attempt.ended.or(Some((lifecycle, at)));
            attempt.timeout_left_ms = None;
        }
    }
}
