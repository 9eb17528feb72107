//! The world of a test: an engine in memory, a clock moved by hand, seeded chance, and the only calls to the API.

#[cfg(not(target_family = "wasm"))]
pub use core::prelude::v1::test;
#[cfg(target_family = "wasm")]
pub use wasm_bindgen_test::wasm_bindgen_test as test;

pub mod calls;
pub mod drawn;
pub mod exclusive;
pub mod flows;
pub mod graphs;
pub mod scheduler;
pub mod spy;
pub mod streams;
pub mod telling;
pub mod turns;
pub mod watcher;

use self::exclusive::Exclusive;
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::{Claim, ClaimArgs, Worker};
use tidegate::ops::attempts::complete::{CompleteAnswer, CompleteArgs};
use tidegate::ops::attempts::fail::{FailAnswer, FailArgs, FailReason};
use tidegate::ops::attempts::progress::{ProgressAnswer, ProgressArgs};
use tidegate::ops::attempts::renew::{RenewAnswer, RenewArgs};
use tidegate::ops::events::read::{EventPage, EventRecord, ReadEventsArgs};
use tidegate::ops::executions::cancel::{CancelExecutionAnswer, CancelExecutionArgs};
use tidegate::ops::executions::create::{CreateAnswer, CreateArgs};
use tidegate::ops::executions::describe::{DescribeExecutionArgs, ExecutionSnapshot};
use tidegate::ops::executions::result::{ExecutionResult, GetExecutionResultArgs};
use tidegate::store::driver::{Driver, Embedded};
use tidegate::wire::{self, Message};
use tidegate::{BatchAnswer, Call, Code, Engine, Envelope, Error, Host, Limits, Result, TickAnswer};

/// When every world begins, in Unix ms.
pub const START: i64 = 1_700_000_000_000;
/// A lease's time to live unless a test asks for another one: the engine's default, in ms.
pub const TTL: i64 = 30_000;

/// Durations that read as they are said: `31.secs()`.
pub trait Span {
    fn secs(self) -> i64;
    fn mins(self) -> i64;
    fn hours(self) -> i64;
}

impl Span for i64 {
    fn secs(self) -> i64 {
        self * 1_000
    }

    fn mins(self) -> i64 {
        self * 60_000
    }

    fn hours(self) -> i64 {
        self * 3_600_000
    }
}

pub struct World {
    pub engine: Engine,
    pub clock: ManualClock,
    pub driver: Rc<dyn Driver>,
}

impl World {
    pub fn new() -> Self {
        Self::over(Rc::new(Embedded::memory().unwrap()))
    }

    pub fn over(driver: Rc<dyn Driver>) -> Self {
        let clock = ManualClock::at(ms(START));
        let engine = Self::engine(&driver, &clock, Limits::default());
        Self { engine, clock, driver }
    }

    pub fn with_limits(limits: Limits) -> Self {
        let mut world = Self::new();
        world.engine = Self::engine(&world.driver, &world.clock, limits);
        world
    }

    fn engine(driver: &Rc<dyn Driver>, clock: &ManualClock, limits: Limits) -> Engine {
        let host = Host { clock: Box::new(clock.clone()), entropy: Box::new(SeededEntropy::new(7)) };
        Engine::open(Rc::clone(driver), host, limits).unwrap()
    }

    /// The same database, opened again through another driver.
    pub fn reopened_through(self, driver: Rc<dyn Driver>) -> Self {
        drop(self.engine);
        let host = Host { clock: Box::new(self.clock.clone()), entropy: Box::new(SeededEntropy::new(11)) };
        let engine = Engine::open(Rc::clone(&driver), host, Limits::default()).unwrap();
        Self { engine, clock: self.clock, driver }
    }

    /// Opens the same database again, with other limits.
    pub fn reopen_with(&mut self, limits: Limits) {
        self.engine = Self::engine(&self.driver, &self.clock, limits);
    }

    pub fn reopened(self) -> Self {
        let driver = Rc::clone(&self.driver);
        self.reopened_through(driver)
    }

    /// Closed, and opened again where that alone gives nothing back.
    pub fn closed_and_opened(self) -> Self {
        let Self { mut engine, clock, driver } = self;
        engine.close().unwrap();
        let host = Host { clock: Box::new(clock.clone()), entropy: Box::new(SeededEntropy::new(13)) };
        let engine = Engine::open(Rc::clone(&driver), host, Limits::default()).unwrap();
        Self { engine, clock, driver }
    }

    /// Dropped, and opened again as files are that let in one engine at a time.
    pub fn reopened_alone(self) -> Self {
        let seed = self.number("SELECT next_position + 100 FROM meta").unsigned_abs();
        let host = Host { clock: Box::new(self.clock.clone()), entropy: Box::new(SeededEntropy::new(seed)) };
        let engine = Engine::open(Exclusive::over(&self.driver), host, Limits::default()).unwrap();
        Self { engine, ..self }
    }

    pub fn pass(&mut self, span_ms: i64) {
        self.clock.advance(ms(span_ms));
    }

    pub fn set_clock(&mut self, now_ms: i64) {
        self.clock.set(ms(now_ms));
    }

    pub fn call<C: Call>(&mut self, args: C) -> Result<C::Answer> {
        self.engine.call(args)
    }

    pub fn create(&mut self, lane: &str, set: impl FnOnce(&mut CreateArgs)) -> Result<CreateAnswer> {
        let mut args = order(lane);
        set(&mut args);
        self.call(args)
    }

    pub fn submit_with(&mut self, lane: &str, set: impl FnOnce(&mut CreateArgs)) -> String {
        self.create(lane, set).unwrap().execution_id
    }

    pub fn submit(&mut self, lane: &str) -> String {
        self.submit_with(lane, |_| {})
    }

    pub fn claim_with(&mut self, lane: &str, set: impl FnOnce(&mut ClaimArgs)) -> Result<Option<Claim>> {
        let mut args = pull(lane);
        set(&mut args);
        self.call(args)
    }

    pub fn claim_if_any(&mut self, lane: &str) -> Option<Claim> {
        self.claim_with(lane, |_| {}).unwrap()
    }

    pub fn claim(&mut self, lane: &str) -> Claim {
        self.claim_if_any(lane).expect("something to claim")
    }

    /// An execution that was just created and claimed.
    pub fn running(&mut self) -> Claim {
        self.running_with(|_| {})
    }

    pub fn running_with(&mut self, set: impl FnOnce(&mut CreateArgs)) -> Claim {
        let id = self.submit_with("mail", set);
        let claim = self.claim("mail");
        assert_eq!(claim.execution_id, id);
        claim
    }

    pub fn running_in(&mut self, lane: &str) -> Claim {
        self.submit(lane);
        self.claim(lane)
    }

    /// An execution whose lease has just run out.
    pub fn lapsed(&mut self) -> Claim {
        let claim = self.running();
        self.pass(TTL);
        claim
    }

    /// An execution that was completed.
    pub fn completed(&mut self) -> Claim {
        let claim = self.running();
        self.complete(&claim).unwrap();
        claim
    }

    pub fn completed_in(&mut self, lane: &str) -> Claim {
        let claim = self.running_in(lane);
        self.complete(&claim).unwrap();
        claim
    }

    pub fn renew(&mut self, claim: &Claim) -> Result<RenewAnswer> {
        self.call(RenewArgs { handle: claim.handle.clone(), lease_ttl_ms: None })
    }

    pub fn progress(&mut self, claim: &Claim, percent: Option<i64>, message: Option<&str>) -> Result<ProgressAnswer> {
        self.call(ProgressArgs { handle: claim.handle.clone(), percent, message: message.map(str::to_owned) })
    }

    pub fn complete(&mut self, claim: &Claim) -> Result<CompleteAnswer> {
        self.call(CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() })
    }

    pub fn complete_with(&mut self, claim: &Claim, result: &[u8]) -> Result<CompleteAnswer> {
        let result = Some(result.to_vec().into());
        self.call(CompleteArgs { handle: claim.handle.clone(), result, encoding: None })
    }

    pub fn fail(&mut self, claim: &Claim, class: FailureClass) -> Result<FailAnswer> {
        self.call(failure(&claim.handle, class))
    }

    pub fn fail_as(&mut self, claim: &Claim, class: FailureClass, category: &str) -> Result<FailAnswer> {
        self.call(FailArgs { category: Some(category.to_owned()), ..failure(&claim.handle, class) })
    }

    pub fn cancel(&mut self, id: &str) -> Result<CancelExecutionAnswer> {
        self.cancel_with(id, |_| {})
    }

    pub fn cancel_with(
        &mut self,
        id: &str,
        set: impl FnOnce(&mut CancelExecutionArgs),
    ) -> Result<CancelExecutionAnswer> {
        let mut args = CancelExecutionArgs { execution_id: id.to_owned(), ..CancelExecutionArgs::default() };
        set(&mut args);
        self.call(args)
    }

    pub fn find(&mut self, id: &str) -> Result<Option<ExecutionSnapshot>> {
        self.call(DescribeExecutionArgs { execution_id: id.to_owned() })
    }

    pub fn describe(&mut self, id: &str) -> ExecutionSnapshot {
        self.find(id).unwrap().expect("the execution exists")
    }

    pub fn state(&mut self, id: &str) -> PublicState {
        self.describe(id).public_state
    }

    pub fn result(&mut self, id: &str) -> Option<ExecutionResult> {
        self.call(GetExecutionResultArgs { execution_id: id.to_owned(), attempt_index: None }).unwrap()
    }

    pub fn read_events(&mut self, after: &str, limit: i64, streams: &[EventStream]) -> Result<EventPage> {
        let (after, limit, streams) = (after.to_owned(), Some(limit), streams.to_vec());
        self.call(ReadEventsArgs { after, limit, streams, ..ReadEventsArgs::default() })
    }

    /// Every event of some streams, from the oldest on.
    pub fn events_in(&mut self, streams: &[EventStream]) -> Vec<EventRecord> {
        let mut events = Vec::new();
        let mut after = "start".to_owned();
        loop {
            let page = self.read_events(&after, 1_000, streams).unwrap();
            events.extend(page.events);
            after = page.cursor;
            if page.at_end {
                return events;
            }
        }
    }

    /// Every row of the log.
    pub fn events(&mut self) -> Vec<EventRecord> {
        self.events_in(&[EventStream::Execution, EventStream::Lease, EventStream::Completion, EventStream::Operator])
    }

    /// What happened to an execution, each cause with its instant after [`START`].
    pub fn story(&mut self, id: &str) -> Vec<(Cause, i64)> {
        let own = self.events().into_iter().filter(|event| event.execution_id.as_deref() == Some(id));
        own.map(|event| (event.cause, event.at - START)).collect()
    }

    pub fn causes(&mut self, id: &str) -> Vec<Cause> {
        self.story(id).into_iter().map(|(cause, _)| cause).collect()
    }

    pub fn batch(&mut self, envelopes: Vec<Envelope>) -> BatchAnswer {
        self.engine.batch(envelopes)
    }

    pub fn tick(&mut self) -> TickAnswer {
        self.engine.tick().unwrap()
    }

    /// A batch as text, its answer parsed.
    pub fn say_with(&mut self, text: &str, payloads: &[&[u8]]) -> Result<(serde_json::Value, Vec<Vec<u8>>)> {
        let payloads = payloads.iter().map(|bytes| bytes.to_vec()).collect();
        let answer = wire::batch(&mut self.engine, Message { text: text.to_owned(), payloads })?;
        Ok((serde_json::from_str(&answer.text).unwrap(), answer.payloads))
    }

    pub fn say(&mut self, text: &str) -> serde_json::Value {
        self.say_with(text, &[]).unwrap().0
    }

    /// A number straight from the tables; NULL reads as −1.
    pub fn number(&self, sql: &'static str) -> i64 {
        let mut found = None;
        self.driver
            .query(sql, &[], &mut |row| {
                found = Some(row.opt_int(0)?.unwrap_or(-1));
                Ok(())
            })
            .unwrap();
        found.expect("one row")
    }
}

/// A plain execution for a lane.
pub fn order(lane: &str) -> CreateArgs {
    CreateArgs { lane: lane.to_owned(), kind: "send".to_owned(), ..CreateArgs::default() }
}

/// A plain claim from a lane.
pub fn pull(lane: &str) -> ClaimArgs {
    let worker = Worker { id: "mailer".to_owned(), instance_id: Some("mailer-1".to_owned()) };
    ClaimArgs { lanes: vec![lane.to_owned()], worker, ..ClaimArgs::default() }
}

/// A plain failure.
pub fn failure(handle: &str, class: FailureClass) -> FailArgs {
    let reason = FailReason { message: "no route to host".to_owned(), detail: None };
    FailArgs { handle: handle.to_owned(), reason, class, category: None, retry_at: None }
}

/// The refusal that a call must have met, its code checked.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T>, code: Code) -> Error {
    let error = outcome.expect_err("a refusal");
    assert_eq!(error.code(), code, "{error}");
    error
}

/// A refusal of one argument, its name checked.
pub fn refused_field<T: std::fmt::Debug>(outcome: Result<T>, code: Code, field: &str) -> Error {
    let error = refusal(outcome, code);
    assert_eq!(error.details().get("field"), Some(field), "{error}");
    error
}

/// A member of an error's details.
pub fn detail<'a>(error: &'a Error, name: &str) -> &'a str {
    error.details().get(name).unwrap_or_else(|| panic!("{error}: no detail {name}"))
}

/// A list of owned texts.
pub fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "instants of tests are far below 2^53")]
fn ms(instant: i64) -> f64 {
    instant as f64
}
