//! `create_flow`: a flow comes to be, without members. Contract: flows.create, flows.create-again, flows.free-id.

use crate::error::Result;
use crate::model::executions::tag;
use crate::model::flows::flow::Flow;
use crate::model::ground::argument::{self, Limits, NAMESPACE_DEFAULT};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::{opt_uuid, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::FlowTexts;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The kind of a flow that names none.
const KIND_DEFAULT: &str = "flow";

/// The arguments of `create_flow`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CreateFlowArgs {
    /// The id, a UUID, which is the idempotency key of the create; minted when left out.
    pub flow_id: Option<String>,
    /// What kind of flow it is: 1 to 256 bytes; `flow` when left out.
    pub kind: Option<String>,
    /// `default` when left out.
    pub namespace: Option<String>,
    /// At most 64, values of at most 1 024 bytes.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub tags: BTreeMap<String, String>,
    /// How long after its end it is kept with all its members, in ms; as the engine keeps the others when left out.
    pub retention_ms: Option<i64>,
}

reads!(CreateFlowArgs { flow_id, kind, namespace, tags = default, retention_ms });

/// What came of creating a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum CreateFlowOutcome {
    /// It was created.
    Created,
    /// The id was known; nothing changed.
    AlreadySatisfied,
}

/// The answer of `create_flow`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct CreateFlowAnswer {
    /// What came of it.
    pub outcome: CreateFlowOutcome,
    /// The flow.
    pub flow_id: String,
}

/// Checked arguments.
pub struct Ready {
    id: Option<Uuid>,
    namespace: String,
    texts: FlowTexts,
    retention_ms: Option<i64>,
}

impl CreateFlowArgs {
    /// Checks what a flow is created with.
    pub fn checked(self) -> Result<Ready> {
        let id = opt_uuid("flowId", self.flow_id.as_deref())?;
        argument::opt_name("kind", self.kind.as_deref())?;
        argument::opt_name("namespace", self.namespace.as_deref())?;
        tag::check(&self.tags)?;
        argument::opt_number("retentionMs", self.retention_ms, 0, argument::INSTANT_MAX)?;
        let kind = self.kind.unwrap_or_else(|| KIND_DEFAULT.to_owned());
        let namespace = self.namespace.unwrap_or_else(|| NAMESPACE_DEFAULT.to_owned());
        let tags = if self.tags.is_empty() { None } else { serde_json::to_string(&self.tags).ok() };
        let texts = FlowTexts { kind, tags, cancel_reason: None };
        Ok(Ready { id, namespace, texts, retention_ms: self.retention_ms })
    }
}

impl Ready {
    /// The row of the flow that has the id already.
    pub fn known(&self, turn: &mut Turn<'_>) -> Result<Option<i64>> {
        self.id.map_or(Ok(None), |id| turn.find_flow(id))
    }

    /// Creates the flow, which is not known, and tells nobody. The id of one that is past its retention is free: that
    /// one gets another, until a tick deletes it.
    pub fn create(&self, turn: &mut Turn<'_>) -> Result<Flow> {
        let id = self.id.unwrap_or_else(|| turn.mint.ordered_uuid(turn.now));
        if let Some(past) = turn.store.find_flow(id)? {
            let other = turn.mint.uuid();
            turn.store.rename_flow(past, other)?;
        }
        let namespace = turn.store.intern_namespace(&self.namespace)?;
        let mut flow = Flow::new(turn.store.mint_flow_row(), id, namespace, turn.now);
        flow.retention_ms = self.retention_ms;
        turn.store.insert_flow(&flow, &self.texts)?;
        Ok(flow)
    }
}

impl Call for CreateFlowArgs {
    const OP: &'static str = "create_flow";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = CreateFlowAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        self.checked()
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CreateFlowAnswer> {
        if let Some(known) = ready.known(turn)? {
            let flow_id = uuid_text(turn.store.flow(known)?.id);
            return Ok(CreateFlowAnswer { outcome: CreateFlowOutcome::AlreadySatisfied, flow_id });
        }
        turn.store.refuse_when_full()?;
        let flow = ready.create(turn)?;
        turn.tell_flow(turn.now, Cause::FlowCreated, &flow, None)?;
        Ok(CreateFlowAnswer { outcome: CreateFlowOutcome::Created, flow_id: uuid_text(flow.id) })
    }
}
