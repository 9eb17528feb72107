//! Random calls of schedulers, of operators and of workers that join and leave: what [`Script`] mixes into its own.

use crate::calls::op::Op;
use crate::calls::protocol::Fence;
use crate::calls::protocol::{Grantee, Protocol, Shown, Taker, Told};
use crate::calls::registry::{Register, Registry};
use crate::ground::random::Random;
use crate::model::state::{Execution, Model, Next, Phase};
use crate::script::names::{CLASSES, LANES, NAMESPACES, kinds, offered};
use crate::script::source::Script;

const REASONS: [&str; 5] =
    ["waiting_for_budget", "waiting_for_quota", "waiting_for_capable_worker", "paused_by_operator", "paused_by_policy"];
const LANE_STATES: [&str; 7] = ["active", "active", "active", "active", "paused", "draining", "disabled"];

fn waits(one: &Execution) -> bool {
    matches!(one.phase, Phase::Waiting { .. })
}

fn goes_on(one: &Execution) -> bool {
    one.phase == Phase::Waiting { next: Next::Interrupted }
}

fn unclaimed(one: &Execution) -> bool {
    matches!(one.phase, Phase::Waiting { .. } | Phase::Blocked { .. })
}

fn lapsed(one: &Execution) -> bool {
    matches!(one.phase, Phase::Lapsed { .. })
}

fn active(one: &Execution) -> bool {
    matches!(one.phase, Phase::Held { .. } | Phase::Lapsed { .. })
}

impl Script {
    /// A call that is not a plain worker's.
    pub fn surroundings(&mut self, model: &Model, now: i64) -> Op {
        match self.random.below(50) {
            0..=9 => Op::Protocol(self.grant(model)),
            10..=21 => Op::Protocol(self.use_of_a_grant(model)),
            22..=24 => {
                let id = self.id_where(model, waits);
                Op::Protocol(Protocol::GrantAndClaim { id, ttl_ms: self.lease_ttl() })
            }
            25..=30 => Op::Protocol(self.block(model)),
            31 | 32 => {
                let (lane, state) = (self.lane(), *self.random.pick(&LANE_STATES));
                Op::Registry(Registry::SetLane { lane, state })
            }
            33..=38 => Op::Registry(self.worker(model)),
            39..=44 => Op::Protocol(self.typed(model)),
            45..=47 => self.step(model),
            48 => Op::WaitChildren { handle: self.handle(model) },
            _ => self.listing(model, now),
        }
    }

    fn lane(&mut self) -> String {
        (*self.random.pick(&LANES)).to_owned()
    }

    fn lease_ttl(&mut self) -> Option<i64> {
        self.random.maybe(85, |random| *random.pick(&[1, 2, 10, 100, 1_500, 20_000]))
    }

    fn some_worker(&mut self) -> String {
        format!("worker {}", self.random.below(4))
    }

    /// Named as long as the model does not know the instance of this opening.
    fn instance(&mut self, model: &Model) -> Option<String> {
        let named = if model.instance.is_some() { 60 } else { 100 };
        self.random.maybe(named, |random| format!("process {}", random.below(4)))
    }

    fn grant(&mut self, model: &Model) -> Protocol {
        let worker = self.some_worker();
        let instance = self.instance(model);
        let random = &mut self.random;
        let ttl_ms = random.maybe(80, |random| *random.pick(&[1, 2, 20, 300, 4_000, 60_000]));
        let grantee = Grantee { worker, instance, offered: offered(random), ttl_ms };
        match random.below(10) {
            0..=3 => {
                let lanes = (0..=random.below(2)).map(|_| (*random.pick(&LANES)).to_owned()).collect();
                Protocol::ClaimForWorker { lanes, kinds: kinds(random), grantee }
            }
            4 => Protocol::IssueClaimGrant { id: self.id_where(model, goes_on), grantee },
            5 | 6 => Protocol::IssueClaimGrant { id: self.id_where(model, |one| waits(one) || lapsed(one)), grantee },
            _ => Protocol::IssueReclaimGrant { id: self.id_where(model, lapsed), grantee },
        }
    }

    /// Mostly by the worker that holds the grant.
    fn use_of_a_grant(&mut self, model: &Model) -> Protocol {
        let id = self.id_where(model, |one| one.grant.is_some());
        let grant = model.find(&id).and_then(|one| one.grant.clone());
        let own = grant.as_ref().filter(|_| self.random.percent(90)).map(|grant| grant.worker.clone());
        let worker = own.unwrap_or_else(|| self.some_worker());
        let (instance, ttl_ms) = (self.instance(model), self.lease_ttl());
        let random = &mut self.random;
        let (lease_id, attempt_id) = (random.maybe(30, Random::uuid), random.maybe(30, Random::uuid));
        let taker = Taker { worker, instance, ttl_ms, lease_id, attempt_id };
        let unnamed = Taker { lease_id: None, attempt_id: None, ..taker.clone() };
        let reclaims_max = random.maybe(50, |random| *random.pick(&[0, 0, 1, 2, 500]));
        let reclaims = grant.as_ref().is_some_and(|grant| grant.kind == "reclaim");
        let goes_on = model.find(&id).is_some_and(goes_on);
        match random.below(10) {
            0..=5 if reclaims => Protocol::Reclaim { id, taker, reclaims_max },
            0..=2 if goes_on => Protocol::ClaimResumed { id, taker: Taker { attempt_id: None, ..taker } },
            0..=3 => Protocol::ClaimExecution { id, taker },
            4 | 5 => Protocol::ClaimResumed { id, taker: Taker { attempt_id: None, ..taker } },
            6 | 7 => {
                let key = grant.filter(|_| random.percent(90)).map(|grant| grant.key);
                Protocol::ClaimFromGrant { id, key: key.unwrap_or_else(|| random.uuid()), taker: unnamed }
            }
            _ => Protocol::Reclaim { id, taker, reclaims_max },
        }
    }

    fn block(&mut self, model: &Model) -> Protocol {
        let why = self.random.maybe(60, |random| format!("reason {}", random.below(9))).unwrap_or_default();
        match self.random.below(10) {
            0..=3 => Protocol::BlockRoute { id: self.id_where(model, waits), reason: why },
            4..=6 => {
                let reason = *self.random.pick(&REASONS);
                Protocol::Block { id: self.id_where(model, waits), reason, detail: why }
            }
            _ => {
                let id = self.id_where(model, |one| matches!(one.phase, Phase::Blocked { .. }));
                let by = model
                    .find(&id)
                    .and_then(|one| if let Phase::Blocked { by, .. } = one.phase { Some(by) } else { None });
                let by = by.filter(|by| REASONS.contains(by) && self.random.percent(85));
                Protocol::Unblock { id, reason: by.unwrap_or_else(|| *self.random.pick(&REASONS)) }
            }
        }
    }

    /// Joins, beats and leaves; an instance is mostly the one of its worker.
    fn worker(&mut self, model: &Model) -> Registry {
        let number = self.random.below(4);
        let instance = self.random.maybe(90, |_| format!("process {number}"));
        let random = &mut self.random;
        let namespace = random.maybe(40, |random| (*random.pick(&NAMESPACES)).to_owned());
        match random.below(10) {
            0..=3 => {
                let worker = if random.percent(90) { number } else { random.below(4) };
                let lanes = (0..=random.below(2)).map(|_| (*random.pick(&LANES)).to_owned()).collect();
                let ttl_ms = random.maybe(90, |random| *random.pick(&[1, 10, 300, 2_000, 50_000]));
                let worker = format!("worker {worker}");
                Registry::Register(Register { worker, instance, namespace, lanes, offered: offered(random), ttl_ms })
            }
            4..=6 => Registry::Heartbeat { instance, namespace },
            _ => {
                let instance = instance.or_else(|| model.instance.clone()).unwrap_or_else(|| "nobody".to_owned());
                let reason = random.maybe(60, |random| format!("reason {}", random.below(9))).unwrap_or_default();
                Registry::MarkDead { instance, namespace, reason, release: random.percent(60) }
            }
        }
    }

    fn typed(&mut self, model: &Model) -> Protocol {
        let shown = self.shown(model);
        let random = &mut self.random;
        let needs_a_fence = shown.fence.is_none();
        match random.below(10) {
            0..=3 if !needs_a_fence => {
                let shown = Shown { source: None, ..shown };
                Protocol::RenewLease { shown, ttl_ms: *random.pick(&[1, 20, 400, 30_000]) }
            }
            0..=6 => {
                let result = random.maybe(60, |random| random.number().to_be_bytes()[..random.below(9)].to_vec());
                Protocol::CompleteExecution { shown, result, encoding: random.maybe(30, |_| "bytes".to_owned()) }
            }
            _ => {
                let failure = Told {
                    class: random.pick::<&'static str>(&CLASSES),
                    category: random.maybe(30, |random| (*random.pick(&["network", "disk"])).to_owned()),
                    message: format!("because {}", random.below(9)),
                    detail: random.maybe(30, |_| "more".to_owned()),
                };
                let retry = self.random.percent(50).then(|| self.retry());
                Protocol::FailExecution { shown, failure, retry }
            }
        }
    }

    /// The fence of a latest or an older attempt, right, in part right or left out by an operator.
    fn shown(&mut self, model: &Model) -> Shown {
        let id = self.id_where(model, active);
        let attempts = model.find(&id).map_or(&[][..], |one| &one.attempts);
        let random = &mut self.random;
        let back = if random.percent(85) { 1 } else { 1 + random.below(3) };
        let index = attempts.len().saturating_sub(back);
        let mut fence = attempts.get(index).map_or_else(
            || Fence { lease_id: random.uuid(), epoch: 1, attempt_id: random.uuid() },
            |attempt| attempt.fence.clone(),
        );
        let mut index = i64::try_from(index).expect("an index");
        match random.below(20) {
            0 => fence.epoch += 1,
            1 => fence.lease_id = random.uuid(),
            2 => fence.attempt_id = random.uuid(),
            3 => index += 1,
            4 => index = 7,
            _ => {}
        }
        let source = random.maybe(40, |random| (*random.pick(&["operator_override", "lease_holder"])).to_owned());
        let by_operator = source.as_deref() == Some("operator_override");
        let fence = Some(fence).filter(|_| !by_operator || random.percent(30));
        Shown { id, index, fence, source }
    }

    fn step(&mut self, model: &Model) -> Op {
        let handle = self.handle(model);
        let random = &mut self.random;
        let result = random.maybe(70, |random| random.number().to_be_bytes()[..random.below(9)].to_vec());
        let encoding = random.maybe(30, |_| "bytes".to_owned());
        let took_ms = random.maybe(50, |random| *random.pick(&[0, 1, 40, 900, 90_000]));
        Op::Step { handle, name: format!("part {}", random.below(4)), result, encoding, took_ms }
    }

    pub fn listing(&mut self, model: &Model, now: i64) -> Op {
        let (id, lane) = (self.id(model), self.lane());
        let random = &mut self.random;
        let limit = random.maybe(80, |random| *random.pick(&[0, 1, 2, 7, 1_000, 5_000]));
        let namespace = random.maybe(40, |random| (*random.pick(&["team", "default", "nobody"])).to_owned());
        match random.below(8) {
            0 | 1 => Op::Protocol(Protocol::Scan { lane, limit }),
            2 => Op::Registry(Registry::Lanes { cursor: random.maybe(50, |_| lane), limit }),
            3 => Op::Registry(Registry::Leases {
                as_of: random.maybe(60, |random| now + random.pick(&[-2_000, -1, 0, 1, 5_000, 90_000])),
                cursor: random.maybe(40, |random| format!("{}/{id}", now + random.pick(&[-3_000, -5, 0, 5]))),
                limit,
                namespace,
            }),
            4 => {
                let cursor = random.maybe(40, |random| format!("1/process {}", random.below(4)));
                Op::Registry(Registry::Workers { namespace, cursor, limit })
            }
            _ => Op::Registry(Registry::Explain {
                id: if random.percent(30) { id } else { self.id_where(model, unclaimed) },
                lanes: self.random.maybe(50, |_| vec![lane]),
                kinds: kinds(&mut self.random),
                offered: self.random.maybe(50, offered),
            }),
        }
    }
}
