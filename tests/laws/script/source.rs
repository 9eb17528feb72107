//! Random calls: everything that may be asked for, in a state where it means something.

use crate::calls::handle::Handle;
use crate::calls::op::{Call, Cancel, Claim, Create, Fail, Op, Revoke, Watch};
use crate::calls::retry::{Backoff, Retry};
use crate::ground::random::Random;
use crate::model::state::{Execution, Model, Phase};
use crate::script::invalid::invalid;
use crate::script::names::{CLASSES, KINDS, LANES, NAMESPACES, TOKENS, kinds, offered, tags};

const SOURCES: [&str; 5] = ["operator_override", "lease_holder", "flow_cascade", "system_timeout", "mine"];
/// Executions under way above which fewer are created.
const UNDER_WAY_MAX: usize = 40;

/// A source of calls.
pub struct Script {
    pub random: Random,
    /// Handles of claims, oldest first.
    handles: Vec<Handle>,
    requests: u64,
    /// Leaves out draws of the engine, so that two runs draw alike.
    pub jitter: bool,
    /// In so many of a hundred creates it is said how long it is kept.
    pub kept: u64,
}

impl Script {
    pub fn new(random: Random) -> Self {
        Self { random, handles: Vec::new(), requests: 0, jitter: true, kept: 12 }
    }

    /// Remembers the handle of a claim.
    pub fn learn(&mut self, handle: Handle) {
        self.handles.push(handle);
        if self.handles.len() > 200 {
            self.handles.drain(..100);
        }
    }

    /// The next call.
    pub fn op(&mut self, model: &Model, now: i64) -> Op {
        let busy = model.open.len() > UNDER_WAY_MAX;
        match self.random.below(185) {
            0..=17 if !busy => Op::Create(Box::new(self.create(model, now))),
            0..=3 => Op::Create(Box::new(self.create(model, now))),
            4..=41 => Op::Claim(self.claim()),
            42..=46 => {
                let handle = self.handle(model);
                Op::Renew { handle, ttl_ms: self.random.maybe(25, |random| *random.pick(&[1, 30, 700, 20_000])) }
            }
            47..=51 => self.progress(model),
            52..=60 => self.complete(model),
            61..=69 => Op::Fail(self.fail(model, now)),
            70..=73 => Op::Cancel(self.cancel(model)),
            74..=77 => self.delay(model, now),
            78 | 79 => self.abandon(model),
            80..=82 => Op::Revoke(self.revoke(model)),
            83 | 84 => self.priority(model),
            85 => self.wake(model),
            86 => {
                Op::Replay { id: self.id_where(model, |one| one.over() && one.deadline_at.is_some() && !one.expired()) }
            }
            87 | 88 => Op::Replay { id: self.id_where(model, Execution::over) },
            89..=96 => self.read(model, now),
            97..=99 => invalid(&mut self.random),
            140.. => self.asking(model, now),
            _ => self.surroundings(model, now),
        }
    }

    /// A call, sometimes with a request id, which is sometimes an old one.
    pub fn call(&mut self, model: &Model, now: i64) -> Call {
        let op = self.op(model, now);
        let request_id = self.random.maybe(25, |random| random.below(8) as u64).map(|back| {
            if back >= 3 {
                self.requests += 1;
            }
            format!("request {}", self.requests.saturating_sub(back % 3))
        });
        Call { op, request_id }
    }

    fn instant(&mut self, now: i64, offsets: &[i64]) -> i64 {
        now + self.random.pick(offsets)
    }

    pub fn create(&mut self, model: &Model, now: i64) -> Create {
        let delay_until = self.random.percent(30).then(|| self.instant(now, &[-5, 0, 1, 3, 20, 500, 5_000]));
        let deadline_at = self.random.percent(25).then(|| self.instant(now, &[-10, 0, 1, 30, 700, 20_000]));
        let retry = (self.random.percent(55) || !self.jitter).then(|| self.retry());
        let past = model.past();
        let random = &mut self.random;
        let id = match random.below(10) {
            0 if !past.is_empty() => Some(model.executions[*random.pick(&past)].id.clone()),
            0..=5 => None,
            6..=8 => Some(format!("{{fp:{}}}:{}", random.pick(&[0, 0, 7, 255, 65_535]), random.uuid())),
            _ => model.executions.get(random.below(model.executions.len().max(1))).map(|one| one.id.clone()),
        };
        let required = TOKENS.iter().filter(|_| random.percent(15)).map(|token| (*token).to_owned()).collect();
        Create {
            id,
            namespace: random.maybe(40, |random| (*random.pick(&NAMESPACES)).to_owned()),
            lane: (*random.pick(&LANES)).to_owned(),
            kind: (*random.pick(&KINDS)).to_owned(),
            input: random.maybe(50, |random| random.number().to_be_bytes()[..random.below(9)].to_vec()),
            encoding: random.maybe(30, |_| "application/json".to_owned()),
            priority: random.maybe(50, |random| *random.pick(&[0, 1, 5, 9_000, 10_000, -5])),
            creator: random.maybe(20, |_| "someone".to_owned()),
            key: random.maybe(15, |random| format!("key {}", random.below(6))),
            window_ms: random.maybe(50, |random| *random.pick(&[-1, 0, 1, 50, 2_000, 86_400_000])),
            tags: random.maybe(50, tags).unwrap_or_default(),
            delay_until,
            deadline_at,
            attempt_timeout_ms: random.maybe(30, |random| *random.pick(&[1, 10, 200, 5_000])),
            required,
            retry,
            reclaims_max: random.maybe(40, |random| *random.pick(&[0, 1, 2, 100])),
            replays_max: random.maybe(40, |random| *random.pick(&[0, 1, 2, 100])),
            retention_ms: random.maybe(self.kept, |random| *random.pick(&[0, 1, 300, 9_000, 100_000])),
            stream: random.maybe(40, |random| {
                let most = random.maybe(60, |random| *random.pick(&[1, 2, 5]));
                (most, random.maybe(60, |random| *random.pick(&[1, 30, 900, 60_000])))
            }),
        }
    }

    pub fn retry(&mut self) -> Retry {
        let jitter = self.jitter;
        let random = &mut self.random;
        let backoff = match random.below(5) {
            0 => None,
            1 | 2 => Some(Backoff::Fixed { delay_ms: random.maybe(80, |random| *random.pick(&[0, 1, 7, 300])) }),
            _ => Some(Backoff::Exponential {
                initial_ms: random.maybe(80, |random| *random.pick(&[0, 1, 9, 400])),
                max_ms: random.maybe(50, |random| *random.pick(&[0, 5, 1_000])),
                multiplier: random.maybe(60, |random| *random.pick(&[1.0, 1.5, 2.0, 10.0])),
                jitter: random.maybe(60, |random| random.percent(70)).map(|on| on && jitter),
            }),
        };
        Retry {
            max_retries: random.maybe(80, |random| random.within(0, 4)),
            backoff,
            categories: random.maybe(20, |random| {
                ["timeout", "network", "transient"]
                    .iter()
                    .filter(|_| random.percent(50))
                    .map(ToString::to_string)
                    .collect()
            }),
        }
    }

    pub fn claim(&mut self) -> Claim {
        let random = &mut self.random;
        let lanes = if random.percent(5) {
            vec!["empty".to_owned()]
        } else {
            (0..=random.below(3)).map(|_| (*random.pick(&LANES)).to_owned()).collect()
        };
        Claim {
            lanes,
            kinds: kinds(random),
            worker: format!("worker {}", random.below(4)),
            instance: random.maybe(60, |random| format!("process {}", random.below(4))),
            offered: offered(random),
            ttl_ms: random.maybe(85, |random| *random.pick(&[1, 2, 10, 100, 1_500, 20_000])),
        }
    }

    /// A handle: mostly of a live or lapsed lease, else an old or a forged one.
    pub fn handle(&mut self, model: &Model) -> Handle {
        let random = &mut self.random;
        if self.handles.is_empty() {
            return stranger(random);
        }
        let newest: Vec<&Handle> = self.handles.iter().rev().take(15).collect();
        let live: Vec<&&Handle> = newest
            .iter()
            .filter(|handle| model.find(&handle.execution).is_some_and(|one| shows_latest(handle, one)))
            .collect();
        match random.below(20) {
            0..=13 if !live.is_empty() => (**random.pick(&live)).clone(),
            0..=15 => (*random.pick(&newest)).clone(),
            16 | 17 => random.pick(&self.handles).clone(),
            18 => {
                let mut forged = (*random.pick(&newest)).clone();
                match random.below(6) {
                    0 => forged.epoch += 1,
                    1 => forged.epoch = forged.epoch.saturating_sub(1),
                    2 => forged.lease_id = random.uuid(),
                    3 => forged.attempt_id = random.uuid(),
                    4 => forged.attempt_index = *random.pick(&[0, forged.attempt_index + 1, u32::MAX]),
                    _ => std::mem::swap(&mut forged.lease_id, &mut forged.attempt_id),
                }
                forged
            }
            _ => stranger(random),
        }
    }

    /// The handle of a lease that lives still, of some picked at random.
    pub fn holder(&mut self, model: &Model) -> Option<Handle> {
        let holds = |handle: &&Handle| {
            let one = model.find(&handle.execution).filter(|one| shows_latest(handle, one));
            one.is_some_and(
                |one| matches!(one.phase, Phase::Held { expires_at, .. } if expires_at > model.last_instant),
            )
        };
        let live: Vec<&Handle> = self.handles.iter().rev().filter(holds).take(4).collect();
        if live.is_empty() { None } else { Some((*self.random.pick(&live)).clone()) }
    }

    fn progress(&mut self, model: &Model) -> Op {
        let handle = self.handle(model);
        let random = &mut self.random;
        let message = random.maybe(40, |random| format!("step {}", random.below(9)));
        Op::Progress { handle, percent: random.maybe(60, |random| random.within(0, 100)), message }
    }

    fn complete(&mut self, model: &Model) -> Op {
        let handle = self.handle(model);
        let random = &mut self.random;
        let result = random.maybe(60, |random| random.number().to_be_bytes()[..random.below(9)].to_vec());
        Op::Complete { handle, result, encoding: random.maybe(30, |_| "bytes".to_owned()) }
    }

    fn fail(&mut self, model: &Model, now: i64) -> Fail {
        let handle = self.handle(model);
        let retry_at = self.random.percent(20).then(|| self.instant(now, &[-50, 0, 1, 20, 900]));
        let random = &mut self.random;
        Fail {
            handle,
            class: random.pick::<&'static str>(&CLASSES),
            category: random.maybe(30, |random| (*random.pick(&["network", "disk"])).to_owned()),
            message: format!("because {}", random.below(9)),
            detail: random.maybe(30, |_| "more".to_owned()),
            retry_at,
        }
    }

    fn delay(&mut self, model: &Model, now: i64) -> Op {
        let again = self.random.percent(20).then(|| self.handles.iter().rev().take(15).cloned().collect::<Vec<_>>());
        let handle = match again.filter(|newest| !newest.is_empty()) {
            Some(newest) => self.random.pick(&newest).clone(),
            None => self.handle(model),
        };
        Op::Delay { handle, until_at: self.instant(now, &[-5_000, -1, 0, 1, 3, 20, 500, 5_000]) }
    }

    fn abandon(&mut self, model: &Model) -> Op {
        let handle = self.handle(model);
        let reason = self.random.maybe(70, |random| format!("reason {}", random.below(9))).unwrap_or_default();
        Op::Abandon { handle, reason }
    }

    fn revoke(&mut self, model: &Model) -> Revoke {
        let id = self.id_where(model, |one| matches!(one.phase, Phase::Held { .. }));
        let random = &mut self.random;
        let attempt = model.find(&id).and_then(|one| one.attempts.last());
        let instance = random.maybe(40, |random| random.pick(&["", "process 1", "nobody"]).to_string());
        Revoke {
            id,
            lease_id: random
                .maybe(10, Random::uuid)
                .or_else(|| attempt.filter(|_| random.percent(40)).map(|attempt| attempt.fence.lease_id.clone())),
            instance: instance
                .filter(|_| random.percent(50))
                .or_else(|| attempt.filter(|_| random.percent(30)).map(|attempt| attempt.instance.clone())),
            reason: random.maybe(50, |random| format!("reason {}", random.below(9))).unwrap_or_default(),
        }
    }

    fn priority(&mut self, model: &Model) -> Op {
        let id = self.id_where(model, |one| matches!(one.phase, Phase::Waiting { .. }));
        Op::Priority { id, priority: *self.random.pick(&[0, 0, 1, 2, 5, 8_999, 9_000, 10_000, -5]) }
    }

    fn wake(&mut self, model: &Model) -> Op {
        let id = self.id_where(model, |one| matches!(one.phase, Phase::Delayed { .. }));
        Op::Wake { id, reason: self.random.maybe(50, |random| format!("reason {}", random.below(9))) }
    }

    fn cancel(&mut self, model: &Model) -> Cancel {
        let id = self.id(model);
        let random = &mut self.random;
        let fence = model.find(&id).and_then(|one| one.attempts.last()).map(|attempt| attempt.fence.clone());
        let epoch = fence.as_ref().map_or(1, |fence| fence.epoch);
        Cancel {
            id,
            reason: random.maybe(70, |random| format!("reason {}", random.below(9))).unwrap_or_default(),
            source: random.maybe(70, |random| (*random.pick(&SOURCES)).to_owned()),
            lease_epoch: random.maybe(60, |random| epoch + random.pick(&[0, 0, 0, 1])),
            lease_id: random.maybe(20, Random::uuid).or_else(|| fence.as_ref().map(|one| one.lease_id.clone())),
            attempt_id: random.maybe(10, Random::uuid),
        }
    }

    fn read(&mut self, model: &Model, now: i64) -> Op {
        if self.random.percent(40) {
            return self.listing(model, now);
        }
        let id = self.id(model);
        let random = &mut self.random;
        let place = random.below(10);
        match random.below(5) {
            0 => Op::Describe { id },
            1 if random.percent(30) => Op::Input { id },
            1 => Op::Result { id, index: random.maybe(60, |random| random.within(0, 3)) },
            4 => Op::ReadStep { id, name: format!("part {}", random.below(4)) },
            2 => Op::List {
                cursor: Some(id.clone()).filter(|_| place < 5),
                before: Some(id).filter(|_| place > 6),
                limit: random.maybe(80, |random| *random.pick(&[0, 1, 2, 7, 1_000, 5_000])),
                namespace: random.maybe(40, |random| (*random.pick(&["team", "default", "nobody"])).to_owned()),
            },
            _ => {
                let streams: &[&'static str] = if random.percent(50) { &["lease", "completion"] } else { &[] };
                let after = *random.pick::<&str>(&["", "start"]);
                Watch::after(after, random.maybe(80, |random| *random.pick(&[0, 1, 5])), streams)
            }
        }
    }

    /// Mostly the id of one of the latest executions for which something holds.
    pub fn id_where(&mut self, model: &Model, holds: impl Fn(&Execution) -> bool) -> String {
        let latest = model.executions.iter().rev().take(60);
        let fitting: Vec<&Execution> = latest.filter(|one| holds(one) && model.visible(one.row)).collect();
        if fitting.is_empty() || self.random.percent(15) {
            return self.id(model);
        }
        self.random.pick(&fitting).id.clone()
    }

    /// An execution id, now and then one that nobody has.
    pub fn id(&mut self, model: &Model) -> String {
        let random = &mut self.random;
        if model.executions.is_empty() || random.percent(5) {
            return format!("{{fp:0}}:{}", random.uuid());
        }
        let all = &model.executions;
        let recent = all.len().saturating_sub(30);
        let from = if random.percent(80) { recent } else { 0 };
        all[from + random.below(all.len() - from)].id.clone()
    }
}

fn shows_latest(handle: &Handle, one: &Execution) -> bool {
    let active = matches!(one.phase, Phase::Held { .. } | Phase::Lapsed { .. });
    active && one.attempts.last().is_some_and(|attempt| attempt.fence.lease_id == handle.lease_id)
}

/// A handle of an execution that nobody has.
fn stranger(random: &mut Random) -> Handle {
    Handle {
        kind: 1,
        backend: 3,
        execution: format!("{{fp:0}}:{}", random.uuid()),
        attempt_index: 0,
        attempt_id: random.uuid(),
        lease_id: random.uuid(),
        epoch: 1,
        ttl_ms: 1_000,
        lane: "mail".to_owned(),
        instance: "one".to_owned(),
    }
}
