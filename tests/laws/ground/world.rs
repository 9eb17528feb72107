//! An engine under test with everything the world lends it: a database in memory or in a file, a clock moved by hand,
//! randomness from a seed.

use crate::calls::kept::Kept;
use crate::calls::op::Call;
use crate::json::hex;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::model::ground::argument::Retention;
use tidegate::model::ground::given::of_stored;
use tidegate::model::ground::payload::Bytes;
use tidegate::ops::Call as Operation;
use tidegate::ops::attempts::abandon::CancelArgs;
use tidegate::ops::attempts::claim::ClaimArgs;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::attempts::delay::DelayArgs;
use tidegate::ops::attempts::fail::FailArgs;
use tidegate::ops::attempts::leases::ListExpiredLeasesArgs;
use tidegate::ops::attempts::progress::ProgressArgs;
use tidegate::ops::attempts::renew::RenewArgs;
use tidegate::ops::attempts::revoke::RevokeLeaseArgs;
use tidegate::ops::attempts::step::RecordStepArgs;
use tidegate::ops::events::history::ExecutionHistoryArgs;
use tidegate::ops::events::read::ReadEventsArgs;
use tidegate::ops::events::wait::WaitArgs;
use tidegate::ops::executions::attempts::ListAttemptsArgs;
use tidegate::ops::executions::cancel::CancelExecutionArgs;
use tidegate::ops::executions::count::CountExecutionsArgs;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::executions::describe::DescribeExecutionArgs;
use tidegate::ops::executions::explain::ExplainClaimArgs;
use tidegate::ops::executions::get_tag::GetExecutionTagArgs;
use tidegate::ops::executions::input::GetExecutionInputArgs;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::ops::executions::priority::ChangePriorityArgs;
use tidegate::ops::executions::read_step::ReadStepArgs;
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::ops::executions::result::GetExecutionResultArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::ops::executions::set_tag::SetExecutionTagArgs;
use tidegate::ops::executions::wake::WakeExecutionArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;
use tidegate::ops::lanes::list::ListLanesArgs;
use tidegate::ops::lanes::set_state::SetLaneStateArgs;
use tidegate::ops::protocol::block::{BlockExecutionArgs, BlockRouteArgs};
use tidegate::ops::protocol::claim_execution::ClaimExecutionArgs;
use tidegate::ops::protocol::claim_for_worker::ClaimForWorkerArgs;
use tidegate::ops::protocol::claim_from_grant::ClaimFromResumeGrantArgs;
use tidegate::ops::protocol::claim_resumed::ClaimResumedExecutionArgs;
use tidegate::ops::protocol::complete_execution::CompleteExecutionArgs;
use tidegate::ops::protocol::fail_execution::FailExecutionArgs;
use tidegate::ops::protocol::grant_and_claim::IssueGrantAndClaimArgs;
use tidegate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;
use tidegate::ops::protocol::reclaim::ReclaimExecutionArgs;
use tidegate::ops::protocol::reclaim_grant::IssueReclaimGrantArgs;
use tidegate::ops::protocol::renew_lease::RenewLeaseArgs;
use tidegate::ops::protocol::scan::ScanEligibleArgs;
use tidegate::ops::protocol::unblock::UnblockExecutionArgs;
use tidegate::ops::storage::inspect::InspectStorageArgs;
use tidegate::ops::streams::append::AppendFrameArgs;
use tidegate::ops::streams::read::ReadStreamArgs;
use tidegate::ops::streams::summary::ReadSummaryArgs;
use tidegate::ops::streams::tail::TailStreamArgs;
use tidegate::ops::workers::heartbeat::HeartbeatWorkerArgs;
use tidegate::ops::workers::list::ListWorkersArgs;
use tidegate::ops::workers::mark_dead::MarkWorkerDeadArgs;
use tidegate::ops::workers::register::RegisterWorkerArgs;
use tidegate::store::driver::{Driver, Durability, Embedded};
use tidegate::wire::{self, Message};
use tidegate::{Engine, Error, Host, Limits};

/// The instant at which every test starts, in Unix ms.
pub const START: i64 = 1_700_000_000_000;

/// The answers of a batch.
#[derive(Debug)]
pub struct Reply {
    /// `{ "ok": … }` or `{ "error": … }` for each call; payload bytes stand in hex.
    pub answers: Vec<Value>,
    /// What goes with a batch; absent for a single call.
    pub batch: Option<Value>,
}

/// A folder of its own, deleted at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tidegate-laws-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder for a database");
        Self(path)
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("engine.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An engine and its host.
pub struct World {
    engine: Option<Engine>,
    driver: Option<Rc<dyn Driver>>,
    pub clock: ManualClock,
    folder: Option<Folder>,
    seed: u64,
    pub limits: Limits,
    /// By how much engine time went back, as batches told it.
    pub accepted_ms: i64,
}

impl World {
    /// Over a driver that the caller keeps.
    pub fn over(driver: Rc<dyn Driver>, seed: u64) -> Self {
        let clock = ManualClock::at(as_clock(START));
        let mut world = Self {
            engine: None,
            driver: Some(driver),
            clock,
            folder: None,
            seed,
            limits: Limits::default(),
            accepted_ms: 0,
        };
        world.reopen();
        world
    }

    pub fn memory(seed: u64) -> Self {
        Self::over(Rc::new(Embedded::memory().expect("a database in memory")), seed)
    }

    pub fn file(name: &str, seed: u64) -> Self {
        let folder = Some(Folder::new(name));
        let clock = ManualClock::at(as_clock(START));
        let limits = Limits::default();
        let mut world = Self { engine: None, driver: None, clock, folder, seed, limits, accepted_ms: 0 };
        world.reopen();
        world
    }

    /// Closes the engine and opens another one: over the same driver in memory, over the same file otherwise.
    pub fn reopen(&mut self) {
        self.engine = None;
        if let Some(folder) = &self.folder {
            self.driver = None;
            self.driver =
                Some(Rc::new(Embedded::file(&folder.database(), Durability::Relaxed).expect("a database in a file")));
        }
        self.seed += 1;
        let engine = Engine::open(self.driver(), self.host(), self.limits);
        self.engine = Some(engine.expect("the engine opens"));
    }

    /// Closes the engine; the next one is opened by [`World::reopen`].
    pub fn close(&mut self) -> tidegate::Result<()> {
        self.engine.take().expect("the engine is open").close()
    }

    /// Whether its files let in one engine at a time.
    pub fn is_alone(&self) -> bool {
        self.folder.is_some()
    }

    /// Opens it anew so that what is over is kept for so long.
    pub fn keep(&mut self, kept: Kept) {
        self.limits.retention = Retention { executions_ms: kept.executions_ms, events_ms: kept.events_ms };
        self.reopen();
    }

    /// What the host lends, with randomness of its own for each opening.
    pub fn host(&self) -> Host {
        Host { clock: Box::new(self.clock.clone()), entropy: Box::new(SeededEntropy::new(self.seed)) }
    }

    pub fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().expect("the engine is open")
    }

    pub fn driver(&self) -> Rc<dyn Driver> {
        Rc::clone(self.driver.as_ref().expect("the database is open"))
    }

    pub fn set_clock(&self, at: i64) {
        self.clock.set(as_clock(at));
    }

    /// Makes calls in one batch, as text.
    pub fn send(&mut self, calls: &[Call]) -> Reply {
        let mut payloads = Vec::new();
        let texts: Vec<Value> = calls
            .iter()
            .map(|call| {
                let mut text = json!({ "op": call.op.name(), "args": call.op.args(&mut payloads) });
                if let Some(id) = &call.request_id {
                    text["requestId"] = json!(id);
                }
                text
            })
            .collect();
        let message = Message { text: Value::Array(texts).to_string(), payloads };
        let answer = wire::batch(self.engine(), message).expect("the message is well formed");
        let mut batch: Value = serde_json::from_str(&answer.text).expect("an answer is JSON");
        self.accepted_ms += batch["acceptedMs"].as_i64().unwrap_or(0);
        let Value::Array(answers) = batch["answers"].take() else { panic!("no list of answers: {batch}") };
        let answers = answers.into_iter().map(|one| with_bytes(one, &answer.payloads)).collect();
        Reply { answers, batch: Some(batch) }
    }

    /// Makes one call, by itself and typed.
    pub fn call(&mut self, call: &Call) -> Reply {
        let mut payloads = Vec::new();
        let args = call.op.args(&mut payloads);
        let engine = self.engine();
        let answer = match call.op.name() {
            "create_execution" => single::<CreateArgs>(engine, &args, &payloads),
            "claim" => single::<ClaimArgs>(engine, &args, &payloads),
            "renew" => single::<RenewArgs>(engine, &args, &payloads),
            "progress" => single::<ProgressArgs>(engine, &args, &payloads),
            "complete" => single::<CompleteArgs>(engine, &args, &payloads),
            "fail" => single::<FailArgs>(engine, &args, &payloads),
            "delay" => single::<DelayArgs>(engine, &args, &payloads),
            "cancel" => single::<CancelArgs>(engine, &args, &payloads),
            "cancel_execution" => single::<CancelExecutionArgs>(engine, &args, &payloads),
            "revoke_lease" => single::<RevokeLeaseArgs>(engine, &args, &payloads),
            "change_priority" => single::<ChangePriorityArgs>(engine, &args, &payloads),
            "wake_execution" => single::<WakeExecutionArgs>(engine, &args, &payloads),
            "replay_execution" => single::<ReplayExecutionArgs>(engine, &args, &payloads),
            "describe_execution" => single::<DescribeExecutionArgs>(engine, &args, &payloads),
            "list_attempts" => single::<ListAttemptsArgs>(engine, &args, &payloads),
            "read_step" => single::<ReadStepArgs>(engine, &args, &payloads),
            "get_execution_result" => single::<GetExecutionResultArgs>(engine, &args, &payloads),
            "get_execution_input" => single::<GetExecutionInputArgs>(engine, &args, &payloads),
            "list_executions" => single::<ListExecutionsArgs>(engine, &args, &payloads),
            "read_events" => single::<ReadEventsArgs>(engine, &args, &payloads),
            "wait_children" => single::<WaitChildrenArgs>(engine, &args, &payloads),
            "record_step" => single::<RecordStepArgs>(engine, &args, &payloads),
            "set_lane_state" => single::<SetLaneStateArgs>(engine, &args, &payloads),
            "list_lanes" => single::<ListLanesArgs>(engine, &args, &payloads),
            "list_expired_leases" => single::<ListExpiredLeasesArgs>(engine, &args, &payloads),
            "explain_claim" => single::<ExplainClaimArgs>(engine, &args, &payloads),
            "register_worker" => single::<RegisterWorkerArgs>(engine, &args, &payloads),
            "heartbeat_worker" => single::<HeartbeatWorkerArgs>(engine, &args, &payloads),
            "mark_worker_dead" => single::<MarkWorkerDeadArgs>(engine, &args, &payloads),
            "list_workers" => single::<ListWorkersArgs>(engine, &args, &payloads),
            other => streaming(engine, other, &args, &payloads),
        };
        Reply { answers: vec![answer], batch: None }
    }

    /// The answer of one read or write, which must be granted.
    pub fn granted(&mut self, call: impl Into<Call>) -> Value {
        let call = call.into();
        let mut answer = self.call(&call).answers.remove(0);
        assert!(answer.get("ok").is_some(), "{call:?} is refused: {answer}");
        answer["ok"].take()
    }
}

/// Makes one call about streams, or of who looks for executions.
fn streaming(engine: &mut Engine, op: &str, args: &Value, payloads: &[Vec<u8>]) -> Value {
    match op {
        "append_frame" => single::<AppendFrameArgs>(engine, args, payloads),
        "read_stream" => single::<ReadStreamArgs>(engine, args, payloads),
        "tail_stream" => single::<TailStreamArgs>(engine, args, payloads),
        "read_summary" => single::<ReadSummaryArgs>(engine, args, payloads),
        "set_execution_tag" => single::<SetExecutionTagArgs>(engine, args, payloads),
        "get_execution_tag" => single::<GetExecutionTagArgs>(engine, args, payloads),
        "search_executions" => single::<SearchExecutionsArgs>(engine, args, payloads),
        "count_executions" => single::<CountExecutionsArgs>(engine, args, payloads),
        "execution_history" => single::<ExecutionHistoryArgs>(engine, args, payloads),
        "wait" => single::<WaitArgs>(engine, args, payloads),
        "inspect_storage" => single::<InspectStorageArgs>(engine, args, payloads),
        other => protocol(engine, other, args, payloads),
    }
}

/// Makes one call of the part that only a separate scheduler needs.
fn protocol(engine: &mut Engine, op: &str, args: &Value, payloads: &[Vec<u8>]) -> Value {
    match op {
        "renew_lease" => single::<RenewLeaseArgs>(engine, args, payloads),
        "complete_execution" => single::<CompleteExecutionArgs>(engine, args, payloads),
        "fail_execution" => single::<FailExecutionArgs>(engine, args, payloads),
        "claim_for_worker" => single::<ClaimForWorkerArgs>(engine, args, payloads),
        "issue_claim_grant" => single::<IssueClaimGrantArgs>(engine, args, payloads),
        "claim_execution" => single::<ClaimExecutionArgs>(engine, args, payloads),
        "claim_resumed_execution" => single::<ClaimResumedExecutionArgs>(engine, args, payloads),
        "claim_from_resume_grant" => single::<ClaimFromResumeGrantArgs>(engine, args, payloads),
        "issue_grant_and_claim" => single::<IssueGrantAndClaimArgs>(engine, args, payloads),
        "issue_reclaim_grant" => single::<IssueReclaimGrantArgs>(engine, args, payloads),
        "reclaim_execution" => single::<ReclaimExecutionArgs>(engine, args, payloads),
        "scan_eligible_executions" => single::<ScanEligibleArgs>(engine, args, payloads),
        "block_route" => single::<BlockRouteArgs>(engine, args, payloads),
        "block_execution_for_admission" => single::<BlockExecutionArgs>(engine, args, payloads),
        "unblock_execution" => single::<UnblockExecutionArgs>(engine, args, payloads),
        other => panic!("no operation is called {other}"),
    }
}

fn single<C>(engine: &mut Engine, args: &Value, payloads: &[Vec<u8>]) -> Value
where
    C: Operation,
    C::Answer: Serialize,
{
    let mut args: C = match of_stored(&args.to_string(), C::OP) {
        Ok(args) => args,
        Err(e) => panic!("{args}: {e}"),
    };
    args.bytes(&mut |bytes| {
        if let Bytes::At(place) = bytes {
            *bytes = Bytes::Here(payloads[*place].clone());
        }
    });
    match engine.call(args) {
        Ok(mut answer) => {
            let mut payloads = Vec::new();
            C::answer_bytes(&mut answer, &mut |bytes| bytes.detach(&mut payloads));
            with_bytes(json!({ "ok": serde_json::to_value(&answer).expect("an answer has JSON") }), &payloads)
        }
        Err(e) => refusal(&e),
    }
}

/// A refusal as a batch writes it.
pub fn refusal(e: &Error) -> Value {
    json!({ "error": serde_json::to_value(e).expect("an error has JSON") })
}

/// Puts payload bytes, in hex, where their places stand.
fn with_bytes(mut answer: Value, payloads: &[Vec<u8>]) -> Value {
    let put = |object: &mut Value, member: &str| {
        if let Some(place) = object.get(member).and_then(Value::as_u64) {
            let place = usize::try_from(place).expect("a place");
            object[member] = json!(hex(&payloads[place]));
        }
    };
    if let Some(ok) = answer.get_mut("ok") {
        put(ok, "input");
        put(ok, "result");
        let steps = ok.get_mut("steps").and_then(Value::as_array_mut);
        steps.into_iter().flatten().for_each(|step| put(step, "result"));
        let frames = ok.get_mut("frames").and_then(Value::as_array_mut);
        frames.into_iter().flatten().for_each(|frame| put(frame, "bytes"));
    }
    answer
}

#[expect(clippy::cast_precision_loss, reason = "instants are below 2^53")]
fn as_clock(at: i64) -> f64 {
    at as f64
}
