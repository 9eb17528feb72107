//! `create_execution`: an execution comes to be, claimable at once or delayed. Contract: executions.create,
//! executions.same-id.

pub use super::creation::{CreateArgs, DEDUP_WINDOW_MS_DEFAULT};
use super::creation::{Creation, Known, known, make, make_member, open_to_creates};
use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::call::Call;
use crate::ops::ground::join::open_flow;
use crate::ops::ground::turn::Turn;
use crate::ops::storage::retention;
use serde::Serialize;

/// What came of a create.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum CreateOutcome {
    /// It was created.
    Created,
    /// The id or the idempotency key was known; nothing changed.
    Duplicate,
}

/// What a second use of an idempotency key may name otherwise than the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Difference {
    /// The lane.
    Lane,
    /// The kind.
    Kind,
    /// The input's bytes or their encoding.
    Input,
}

/// The answer of `create_execution`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct CreateAnswer {
    /// What came of it.
    pub outcome: CreateOutcome,
    /// The execution: for a duplicate the original one.
    pub execution_id: String,
    /// Its state, when it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_state: Option<PublicState>,
    /// What of the original one differs from what an idempotency key was used for again; left out where nothing does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub differs: Vec<Difference>,
}

impl Call for CreateArgs {
    const OP: &'static str = "create_execution";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "input";
    type Ready = Creation;
    type Answer = CreateAnswer;

    fn check(self, limits: &Limits) -> Result<Creation> {
        Creation::checked(self, limits)
    }

    fn run(ready: &Creation, turn: &mut Turn<'_>) -> Result<CreateAnswer> {
        let lane = &ready.args.lane;
        let past = match known(ready, turn)? {
            Known::Not => None,
            Known::Past(execution) => Some(execution),
            Known::As(original) => return duplicate(turn, lane, &original, Vec::new()),
            Known::Used(original) => {
                let differs = differences(ready, turn, &original)?;
                return duplicate(turn, lane, &original, differs);
            }
        };
        let flow = ready.flow.map(|flow| open_flow(turn, flow)).transpose()?;
        turn.store.refuse_when_full()?;
        open_to_creates(turn, lane)?;
        if let Some(past) = past {
            retention::delete(turn, &past, u64::MAX)?;
        }
        let execution = match flow {
            Some(flow) => make_member(ready, turn, flow)?,
            None => make(ready, turn, None)?,
        };
        Ok(CreateAnswer {
            outcome: CreateOutcome::Created,
            execution_id: execution.id.text(),
            public_state: Some(execution.public_state()),
            differs: Vec::new(),
        })
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.input.iter_mut().for_each(visit);
    }
}

fn duplicate(
    turn: &mut Turn<'_>,
    lane: &str,
    original: &ExecutionId,
    differs: Vec<Difference>,
) -> Result<CreateAnswer> {
    turn.store.register_lane(lane)?;
    let (outcome, execution_id) = (CreateOutcome::Duplicate, original.text());
    Ok(CreateAnswer { outcome, execution_id, public_state: None, differs })
}

/// In what a create differs from the execution that its idempotency key was first used for. An input that an upstream
/// has replaced since is not the one that was given, and is not compared. Contract: executions.key-differs.
fn differences(ready: &Creation, turn: &mut Turn<'_>, original: &ExecutionId) -> Result<Vec<Difference>> {
    let mut differs = Vec::new();
    let Some(execution) = turn.store.find_execution(original)? else { return Ok(differs) };
    let args = &ready.args;
    if turn.store.route(execution.route)?.lane != args.lane {
        differs.push(Difference::Lane);
    }
    let made = turn.store.specification(execution.row)?;
    if made.kind != args.kind {
        differs.push(Difference::Kind);
    }
    if !turn.store.input_was_passed(execution.row)? {
        let kept = made.input.map(|row| turn.store.payload(row)).transpose()?.flatten();
        let kept = kept.as_ref().map(|(bytes, encoding)| (&bytes[..], encoding.as_deref()));
        let given = args.input.as_ref().map(|bytes| (bytes.as_slice(), args.encoding.as_deref()));
        if kept != given {
            differs.push(Difference::Input);
        }
    }
    Ok(differs)
}
