//! Who tells a story to an engine: calls as texts, a clock moved by hand, ids that follow from a seed.
//!
//! Only the wire is spoken here, whose words no later version takes back.

use crate::json::{attach, detached};
use serde_json::{Value, json};
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::store::driver::Driver;
use tidegate::wire::{self, Message};
use tidegate::{Engine, Host, Limits};

/// When every story begins, in Unix ms.
pub const START: i64 = 1_767_225_600_000;
/// When it has been told: nothing is due then that was not done.
pub const END: i64 = START + 400_000;

pub struct Teller {
    engine: Engine,
    pub clock: ManualClock,
}

/// The id of an execution of the story.
pub fn id(number: u32) -> String {
    format!("{{fp:0}}:00000000-0000-4000-8000-{number:012}")
}

/// The id of a flow of the story.
pub fn flow_id(number: u32) -> String {
    format!("00000000-0000-4000-9000-{number:012}")
}

/// The id of an edge of the story.
pub fn edge_id(number: u32) -> String {
    format!("00000000-0000-4000-a000-{number:012}")
}

#[expect(clippy::cast_precision_loss, reason = "instants are below 2^53")]
fn as_clock(at: i64) -> f64 {
    at as f64
}

impl Teller {
    pub fn over(driver: Rc<dyn Driver>, at: i64, seed: u64) -> Self {
        Self::opened(driver, at, seed).expect("the engine opens")
    }

    /// As [`Self::over`], where opening may fail.
    pub fn opened(driver: Rc<dyn Driver>, at: i64, seed: u64) -> tidegate::Result<Self> {
        let clock = ManualClock::at(as_clock(at));
        let host = Host { clock: Box::new(clock.clone()), entropy: Box::new(SeededEntropy::new(seed)) };
        Ok(Self { engine: Engine::open(driver, host, Limits::default())?, clock })
    }

    /// Lets time come to this many ms after the start, and act.
    pub fn at(&mut self, ms: i64) {
        self.clock.set(as_clock(START + ms));
        while self.engine.tick().expect("a tick").more {}
    }

    /// The whole answer of a call.
    pub fn say(&mut self, op: &str, args: &Value, request_id: Option<&str>) -> Value {
        let mut payloads = Vec::new();
        let mut call = json!({ "op": op, "args": detached(args, &mut payloads) });
        if let Some(request_id) = request_id {
            call["requestId"] = json!(request_id);
        }
        let message = Message { text: json!([call]).to_string(), payloads };
        let answer = wire::batch(&mut self.engine, message).expect("the message is well formed");
        let mut batch: Value = serde_json::from_str(&answer.text).expect("an answer is JSON");
        attach(&mut batch["answers"], &answer.payloads);
        batch["answers"][0].take()
    }

    /// The answer of a call that must be granted.
    pub fn ask(&mut self, op: &str, args: &Value) -> Value {
        let mut answer = self.say(op, args, None);
        assert!(answer.get("ok").is_some(), "{op} {args} is refused: {answer}");
        answer["ok"].take()
    }

    /// Creates an execution of this number; `more` are further arguments.
    pub fn create(&mut self, number: u32, lane: &str, more: &Value) {
        let args = json!({ "executionId": id(number), "lane": lane, "kind": "send" });
        self.ask("create_execution", &with(args, more));
    }

    /// Claims what comes first in a lane; answers its handle.
    pub fn claim(&mut self, lane: &str, ttl_ms: i64) -> Value {
        let worker = json!({ "id": "cashier", "instanceId": "till-1" });
        let args = json!({ "lanes": [lane], "worker": worker, "capabilities": ["eu", "gpu"], "leaseTtlMs": ttl_ms });
        let mut claim = self.ask("claim", &args);
        assert!(claim["handle"].is_string(), "nothing to claim in {lane}: {claim}");
        claim["handle"].take()
    }

    /// A call of who holds a lease.
    pub fn held(&mut self, op: &str, handle: &Value, more: &Value) -> Value {
        self.ask(op, &with(json!({ "handle": handle }), more))
    }

    /// A call about a flow.
    pub fn flow(&mut self, op: &str, number: u32, more: &Value) -> Value {
        self.ask(op, &with(json!({ "flowId": flow_id(number) }), more))
    }
}

/// Arguments and further ones.
pub fn with(mut args: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        args[name] = value.clone();
    }
    args
}
