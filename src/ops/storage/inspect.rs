//! `inspect_storage`: how large the database is, and what ticks and a compaction would free now. Contract:
//! retention.inspect.

use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `inspect_storage`: none.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct InspectStorageArgs {}

reads!(InspectStorageArgs {});

/// What is past its retention or has expired, and what no tick has deleted yet; each is counted up to about 10 000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Freeable {
    /// Executions that are past their retention.
    pub executions: i64,
    /// Events that are past theirs.
    pub events: i64,
    /// Answers that were kept for a repeated request id.
    pub requests: i64,
    /// Idempotency keys whose window is over.
    pub idempotency_keys: i64,
}

/// The answer of `inspect_storage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StorageFigures {
    /// Bytes of the database, without its log.
    pub database_bytes: u64,
    /// Bytes in it that hold nothing: new rows go there, or a compaction gives them back.
    pub free_bytes: u64,
    /// What ticks delete next.
    pub freeable: Freeable,
}

impl Call for InspectStorageArgs {
    const OP: &'static str = "inspect_storage";
    const WRITES: bool = false;
    type Ready = ();
    type Answer = StorageFigures;

    fn check(self, _limits: &Limits) -> Result<()> {
        Ok(())
    }

    fn run((): &(), turn: &mut Turn<'_>) -> Result<StorageFigures> {
        let (database_bytes, free_bytes) = turn.store.bytes()?;
        let freeable = Freeable {
            executions: turn.store.count_past(turn.now)?,
            events: turn.store.count_events_before(turn.oldest_kept()?)?,
            requests: turn.store.count_expired_requests(turn.now)?,
            idempotency_keys: turn.store.count_expired_keys(turn.now)?,
        };
        Ok(StorageFigures { database_bytes, free_bytes, freeable })
    }
}
