//! How an execution comes to be, alone or as a member of a flow: what was given is checked, then its row, its event and
//! its specification are written.
//!
//! Invariant: nothing here refuses once it has begun to write. Contract: executions.create, executions.create-stamps,
//! executions.idempotency-key.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::{Execution, PRIORITY_MAX};
use crate::model::executions::policy::Policy;
use crate::model::executions::tag;
use crate::model::executions::transition;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits, NAMESPACE_DEFAULT};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, opt_uuid};
use crate::model::ground::payload::Bytes;
use crate::model::lanes::capability::Capabilities;
use crate::ops::ground::join::{grow, tell_joined};
use crate::ops::ground::transit::append;
use crate::ops::ground::turn::Turn;
use crate::store::{Dedup, Specification};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long an idempotency key counts when no window is set, in ms: a day.
pub const DEDUP_WINDOW_MS_DEFAULT: i64 = 86_400_000;

/// The arguments of `create_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CreateArgs {
    /// The id, which is the idempotency key of the create; minted when left out.
    pub execution_id: Option<String>,
    /// `default` when left out.
    pub namespace: Option<String>,
    /// The flow that it is a member of from the first, after all others; it must still take members.
    pub flow_id: Option<String>,
    /// The lane it waits in: 1 to 64 bytes of printable ASCII.
    pub lane: String,
    /// What kind of work it is: 1 to 256 bytes.
    pub kind: String,
    /// The input's bytes.
    pub input: Option<Bytes>,
    /// How the input is encoded; recorded, never interpreted.
    pub encoding: Option<String>,
    /// Clamped to 0 … 9000; higher goes first; 0 when left out.
    pub priority: Option<i64>,
    /// Who creates it; `default` when left out.
    pub creator: Option<String>,
    /// A live key of the namespace answers the execution that first used it.
    pub idempotency_key: Option<String>,
    /// At most 64, values of at most 1 024 bytes.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub tags: BTreeMap<String, String>,
    /// Not claimable before, in Unix ms.
    pub delay_until: Option<i64>,
    /// Expires at, in Unix ms.
    pub deadline_at: Option<i64>,
    /// How long after its end it is kept, in ms; as the engine keeps the others when left out.
    pub retention_ms: Option<i64>,
    /// How long one attempt may take, in ms.
    pub attempt_timeout_ms: Option<i64>,
    /// How long the idempotency key counts, in ms; a day when left out, not at all when 0 or less.
    pub dedup_window_ms: Option<i64>,
    /// What a worker must offer to claim it.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub required_capabilities: Vec<String>,
    /// What is frozen with it for its life; in the call its members stand beside the others.
    #[cfg_attr(feature = "types", ts(flatten))]
    pub policy: Policy,
}

reads!(CreateArgs {
    execution_id,
    namespace,
    flow_id,
    lane,
    kind,
    input,
    encoding,
    priority,
    creator,
    idempotency_key,
    tags = default,
    delay_until,
    deadline_at,
    retention_ms,
    attempt_timeout_ms,
    dedup_window_ms,
    required_capabilities = default,
} beside policy: Policy);

/// The checked arguments of a create.
pub struct Creation {
    /// The id, where the caller minted it.
    pub id: Option<ExecutionId>,
    /// The flow that it joins.
    pub flow: Option<Uuid>,
    required: Capabilities,
    policy: Option<String>,
    tags: Option<String>,
    /// The arguments themselves.
    pub args: CreateArgs,
}

/// What makes a new execution a member of a flow.
pub struct Membership<'a> {
    /// The flow's row.
    pub flow: i64,
    /// The row of the namespace, where the member has the flow's.
    pub namespace: Option<i64>,
    /// What the flow calls it.
    pub name: Option<&'a str>,
    /// Its place in the flow's topological order.
    pub rank: i64,
    /// Whether it waits for other members.
    pub depends: bool,
}

impl Creation {
    /// Checks what an execution is to be made of.
    pub fn checked(mut args: CreateArgs, limits: &Limits) -> Result<Self> {
        let id = args.execution_id.as_deref().map(|id| ExecutionId::parse("executionId", id)).transpose()?;
        argument::opt_name("namespace", args.namespace.as_deref())?;
        let flow = opt_uuid("flowId", args.flow_id.as_deref())?;
        argument::lane("lane", &args.lane)?;
        argument::name("kind", &args.kind)?;
        argument::opt_name("creator", args.creator.as_deref())?;
        argument::opt_name("encoding", args.encoding.as_deref())?;
        argument::opt_name("idempotencyKey", args.idempotency_key.as_deref())?;
        argument::opt_number("priority", args.priority, -INTEGER_MAX, INTEGER_MAX)?;
        argument::opt_instant("delayUntil", args.delay_until)?;
        argument::opt_instant("deadlineAt", args.deadline_at)?;
        argument::opt_number("retentionMs", args.retention_ms, 0, argument::INSTANT_MAX)?;
        argument::opt_number("attemptTimeoutMs", args.attempt_timeout_ms, 1, argument::INSTANT_MAX)?;
        argument::opt_number("dedupWindowMs", args.dedup_window_ms, -INTEGER_MAX, argument::INSTANT_MAX)?;
        match &args.input {
            Some(input) => limits.payload("input", input.as_slice())?,
            None => argument::beside("encoding", args.encoding.as_deref(), "input")?,
        }
        let required = Capabilities::required(&args.required_capabilities)?;
        tag::check(&args.tags)?;
        let policy = std::mem::take(&mut args.policy);
        policy.check()?;
        let tags = if args.tags.is_empty() { None } else { serde_json::to_string(&args.tags).ok() };
        Ok(Self { id, flow, required, policy: policy.stored()?, tags, args })
    }
}

impl CreateArgs {
    fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or(NAMESPACE_DEFAULT)
    }

    /// The idempotency key and how long it counts, when it counts at all.
    fn dedup(&self) -> Option<(&str, i64)> {
        let window_ms = self.dedup_window_ms.unwrap_or(DEDUP_WINDOW_MS_DEFAULT);
        self.idempotency_key.as_deref().filter(|_| window_ms > 0).map(|key| (key, window_ms))
    }
}

/// What a create finds under its idempotency key or its id.
pub enum Known {
    /// Nothing.
    Not,
    /// The execution of its id, which it repeats.
    As(ExecutionId),
    /// The execution that first used its key, whatever it is.
    Used(ExecutionId),
    /// One of its id that is past its retention, and that no tick has deleted yet: its id is free.
    Past(Box<Execution>),
}

/// Looks for what a create repeats.
pub fn known(ready: &Creation, turn: &mut Turn<'_>) -> Result<Known> {
    if let Some((key, _)) = ready.args.dedup()
        && let Some(namespace) = turn.store.find_namespace(ready.args.namespace())?
        && let Some(original) = turn.store.deduplicated(namespace, key, turn.now)?
        && turn.find(&original)?.is_some()
    {
        return Ok(Known::Used(original));
    }
    match ready.id {
        Some(id) if turn.store.knows_execution(&id)? => Ok(match turn.store.find_execution(&id)? {
            Some(execution) if turn.is_past(&execution)? => Known::Past(Box::new(execution)),
            Some(_) | None => Known::As(id),
        }),
        Some(_) | None => Ok(Known::Not),
    }
}

/// Refuses a create in a lane that is draining or disabled.
pub fn open_to_creates(turn: &mut Turn<'_>, lane: &str) -> Result<()> {
    let state = turn.store.lane_state(lane)?;
    if state.creates() {
        return Ok(());
    }
    let message = format!("lane {lane} is {state} and takes no new executions");
    Err(Error::new(Code::LaneClosed, message).with("lane", lane).with("state", state))
}

/// Makes an execution that is a member of a flow from the first, and waits for nobody. Contract: flows.create-member.
pub fn make_member(ready: &Creation, turn: &mut Turn<'_>, flow: i64) -> Result<Execution> {
    let rank = grow(turn, flow)?;
    let membership = Membership { flow, namespace: None, name: None, rank, depends: false };
    let execution = make(ready, turn, Some(&membership))?;
    tell_joined(turn, flow, &execution.id)?;
    Ok(execution)
}

/// Makes an execution: claimable at once or delayed, or waiting for other members of its flow.
pub fn make(ready: &Creation, turn: &mut Turn<'_>, member: Option<&Membership<'_>>) -> Result<Execution> {
    turn.store.register_lane(&ready.args.lane)?;
    let mut execution = new_execution(ready, turn, member)?;
    let delay = ready.args.delay_until.filter(|until| *until > turn.now);
    let depends = member.is_some_and(|member| member.depends);
    let step = if depends { transition::create_dependent(delay) } else { transition::create(delay) };
    execution.phase = step.phase;
    append(turn, &mut execution, &step, turn.now)?;
    turn.store.insert_execution(&execution)?;
    specify(ready, turn, &execution, member)?;
    turn.wake_claims(&execution, false)?;
    Ok(execution)
}

fn new_execution(ready: &Creation, turn: &mut Turn<'_>, member: Option<&Membership<'_>>) -> Result<Execution> {
    let args = &ready.args;
    let id = ready.id.unwrap_or_else(|| ExecutionId::minted(turn.mint.ordered_uuid(turn.now)));
    let namespace = match member.and_then(|member| member.namespace) {
        Some(namespace) => namespace,
        None => turn.store.intern_namespace(args.namespace())?,
    };
    Ok(Execution {
        row: turn.store.mint_execution_row(),
        id,
        namespace,
        route: turn.store.intern_route(&args.lane, &args.kind, &ready.required)?,
        created_at: turn.now,
        deadline_at: args.deadline_at,
        retention_ms: args.retention_ms,
        flow: member.map(|member| member.flow),
        priority: args.priority.unwrap_or(0).clamp(0, PRIORITY_MAX),
        phase: transition::create(None).phase,
        epoch: 0,
        attempt_count: 0,
        retry_count: 0,
        reclaim_count: 0,
        replay_count: 0,
        lapse_count: 0,
        changed_at: turn.now,
        started_at: None,
        ended_at: None,
        granted: None,
        last_event: 0,
        attempt: None,
    })
}

/// Keeps what the execution was created with.
fn specify(
    ready: &Creation,
    turn: &mut Turn<'_>,
    execution: &Execution,
    member: Option<&Membership<'_>>,
) -> Result<()> {
    let args = &ready.args;
    let input = match &args.input {
        Some(bytes) => Some(turn.store.insert_payload(args.encoding.as_deref(), bytes.as_slice())?),
        None => None,
    };
    let specification = Specification {
        kind: args.kind.clone(),
        creator: args.creator.clone().unwrap_or_else(|| "default".to_owned()),
        idempotency_key: args.idempotency_key.clone(),
        input,
        attempt_timeout_ms: args.attempt_timeout_ms,
        policy: ready.policy.clone(),
        tags: ready.tags.clone(),
        member_name: member.and_then(|member| member.name).map(str::to_owned),
        member_rank: member.map(|member| member.rank),
    };
    turn.store.insert_specification(execution.row, &specification)?;
    for (key, value) in &args.tags {
        turn.store.insert_tag(execution.row, key, value)?;
    }
    if let Some((key, window_ms)) = args.dedup() {
        let expires_at = turn.now.saturating_add(window_ms);
        let dedup = Dedup { namespace: execution.namespace, key, execution: execution.row, expires_at };
        turn.store.save_dedup(dedup, turn.now)?;
    }
    Ok(())
}
