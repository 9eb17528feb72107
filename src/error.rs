//! Every refusal and failure of the engine: one [`Error`] with one [`Code`].
//!
//! Invariant: [`Code::ALL`] is the whole list; category, kind and class of a code come from that one table, and the
//! documentation is tested against it. Absent on purpose: no error wraps a foreign error type, so an error crosses
//! threads and languages as plain data. Contract: errors.shape, errors.codes.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::fmt;

/// What every fallible function of the crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller should do about an error (contract: errors.class).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Class {
    /// Repeating the same call will not help.
    Terminal,
    /// A race was lost; the same call may succeed later.
    Retryable,
    /// Nothing is wrong: what was asked for is already so, or not needed.
    Informational,
    /// The engine itself is broken.
    Bug,
}

impl Class {
    /// The class as written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Retryable => "retryable",
            Self::Informational => "informational",
            Self::Bug => "bug",
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $category:literal . $kind:literal, $class:ident, $doc:literal;)*) => {
        /// The stable name of an error: `category.kind`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $doc] $variant),* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as written on the wire: `category.kind`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => concat!($category, ".", $kind)),* }
            }

            /// The part of the code before the dot.
            pub const fn category(self) -> &'static str {
                match self { $(Code::$variant => $category),* }
            }

            /// The part of the code after the dot.
            pub const fn kind(self) -> &'static str {
                match self { $(Code::$variant => $kind),* }
            }

            /// What a caller should do about it.
            pub const fn class(self) -> Class {
                match self { $(Code::$variant => Class::$class),* }
            }

            /// One sentence: when it is answered.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $doc),* }
            }
        }
    };
}

codes! {
    NotFoundExecution = "not_found"."execution", Terminal, "No execution has this id.";
    NotFoundFlow = "not_found"."flow", Terminal, "No flow has this id.";
    NotFoundAttempt = "not_found"."attempt", Terminal, "The execution has no attempt with this index.";
    InvalidInput = "validation"."invalid_input", Terminal, "An argument is missing, of the wrong type, unknown or out of range.";
    CapabilityMismatch = "validation"."capability_mismatch", Terminal, "The worker lacks capabilities that the execution requires.";
    InvalidCapabilities = "validation"."invalid_capabilities", Terminal, "A capability token or set breaks the rules.";
    InvalidBlockingReason = "validation"."invalid_blocking_reason", Terminal, "No scheduler blocks an execution for this reason.";
    InvalidPolicy = "validation"."invalid_policy_json", Terminal, "A member of the policy (retry, stream, suspension) breaks the rules.";
    InvalidDependency = "validation"."invalid_dependency", Terminal, "The flow has no edge with this id.";
    InvalidGraceMs = "validation"."invalid_grace_ms", Terminal, "The grace of a cancellation is no whole number of milliseconds.";
    PayloadTooLarge = "validation"."payload_too_large", Terminal, "A payload is over its limit.";
    RetentionLimitExceeded = "validation"."retention_limit_exceeded", Terminal, "A frame, or the summary that it would lead to, is over its limit.";
    Corruption = "validation"."corruption", Terminal, "A handle or a stored row cannot be decoded.";
    HandleFromOtherBackend = "validation"."handle_from_other_backend", Terminal, "The handle was minted by another backend.";
    StaleGraphRevision = "contention"."stale_graph_revision", Retryable, "The flow has another revision than the caller expects: read it again.";
    LeaseConflict = "contention"."lease_conflict", Retryable, "The handle's lease is not the current one.";
    ExecutionNotActive = "contention"."execution_not_active", Retryable, "The execution is not active; the details tell what became of it.";
    ExecutionNotEligible = "contention"."execution_not_eligible", Retryable, "The execution is not in the state that the call needs.";
    ExecutionNotLeaseable = "contention"."execution_not_leaseable", Retryable, "The execution cannot be claimed now.";
    UseClaimResumedExecution = "contention"."use_claim_resumed_execution", Retryable, "The execution has an interrupted attempt, which `claim_resumed_execution` continues.";
    NotAResumedExecution = "contention"."not_a_resumed_execution", Retryable, "The execution has no interrupted attempt to continue.";
    InvalidClaimGrant = "contention"."invalid_claim_grant", Retryable, "There is no such grant for this worker.";
    ClaimGrantExpired = "contention"."claim_grant_expired", Retryable, "The grant is over.";
    DependencyAlreadyExists = "conflict"."dependency_already_exists", Terminal, "The flow has an edge with this id.";
    CycleDetected = "conflict"."cycle_detected", Terminal, "The edge would close a cycle.";
    SelfReferencingEdge = "conflict"."self_referencing_edge", Terminal, "An execution cannot depend on itself.";
    ExecutionAlreadyInFlow = "conflict"."execution_already_in_flow", Terminal, "The execution is a member of another flow.";
    ExecutionNotInFlow = "state"."execution_not_in_flow", Terminal, "The execution is not a member of the flow.";
    FlowAlreadyTerminal = "state"."flow_already_terminal", Terminal, "The flow was cancelled, or is sealed and its last member has ended.";
    WrongPhase = "state"."wrong_phase", Terminal, "An execution that is active, suspended or over takes no dependencies.";
    StaleLease = "state"."stale_lease", Terminal, "The lease epoch given is not the current one.";
    LeaseExpired = "state"."lease_expired", Terminal, "The lease ran out before the call.";
    LeaseRevoked = "state"."lease_revoked", Terminal, "This lease was taken away.";
    GrantAlreadyExists = "state"."grant_already_exists", Informational, "A live grant reserves the execution.";
    LaneClosed = "state"."lane_closed", Terminal, "The lane is draining or disabled: it takes no new executions.";
    ExecutionNotTerminal = "state"."execution_not_terminal", Terminal, "Only an execution that has ended can be replayed.";
    MaxReplaysExhausted = "state"."max_replays_exhausted", Terminal, "The execution was replayed as often as its policy allows.";
    StreamClosed = "state"."stream_closed", Terminal, "The execution is not active, so the stream of its attempt takes no frames.";
    StaleOwnerCannotAppend = "state"."stale_owner_cannot_append", Terminal, "The handle's lease is not the current one, or ran out, or was revoked.";
    CursorTooOld = "state"."cursor_too_old", Terminal, "The log no longer holds what follows this cursor.";
    TimeoutCancelFlow = "timeout"."cancel_flow", Retryable, "The flow is cancelled, but some members had not ended when the time to wait for them was over.";
    StorageTaken = "storage"."taken", Retryable, "Another connection holds the database.";
    StorageUnavailable = "storage"."unavailable", Terminal, "The storage asked for does not exist here.";
    StorageQuota = "storage"."quota", Terminal, "The storage is full.";
    StorageDamaged = "storage"."damaged", Terminal, "The database file is damaged or is not a database.";
    StorageNewerSchema = "storage"."newer_schema", Terminal, "The database was written by a newer version.";
    StorageTooLarge = "storage"."too_large", Terminal, "A value does not fit into the memory that is left.";
    StorageIo = "storage"."io", Retryable, "Reading or writing the storage failed.";
    StorageUnknown = "storage"."unknown", Retryable, "A commit could neither be flushed nor undone: whether it was made shows when the database is opened again.";
    EngineClosed = "engine"."closed", Terminal, "The engine was closed.";
    EnginePoisoned = "engine"."poisoned", Bug, "The engine panicked earlier; open it again.";
    EngineVersion = "engine"."version", Terminal, "A part of the package, the wasm file or a worker's script, is of another build than the script that met it.";
    InvariantBroken = "bug"."invariant_broken", Bug, "A rule of the engine does not hold: please report it.";
}

/// A fact that goes with an error: a text, or a number that is one in JSON too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    text: String,
    /// The bits of the number, where it is one.
    number: Option<u64>,
}

impl Fact {
    /// The fact as a text, a number too.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        self.number.map(f64::from_bits)
    }
}

impl Serialize for Fact {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.number() {
            Some(number) if number.fract() == 0.0 && number.abs() < WHOLE_MAX => {
                serializer.serialize_i64(number as i64)
            }
            Some(number) => serializer.serialize_f64(number),
            None => serializer.serialize_str(&self.text),
        }
    }
}

/// Whole numbers below this are exact: 2^53.
pub(crate) const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// The typed facts that go with an error; each member is present only where it applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details(Vec<(&'static str, Fact)>);

impl Details {
    /// The value of one member, a number as it is written.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// The members in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Fact)> {
        self.0.iter().map(|(n, v)| (*n, v))
    }
}

impl Serialize for Details {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Characters of what a caller wrote that an error repeats.
const SHOWN_MAX: usize = 200;

/// What a caller wrote, short enough to be repeated.
fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(SHOWN_MAX) {
        text.truncate(at);
        text.push('…');
    }
    text
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    code: Code,
    message: String,
    details: Details,
}

/// A refusal or failure: its code, a message that says what was found and what was needed, and typed details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Body>);

impl Error {
    /// An error with a message and no details.
    #[cold]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Body { code, message: message.into(), details: Details::default() }))
    }

    /// A refusal of one argument: which, what it may be, and what was found.
    #[cold]
    pub fn argument(code: Code, field: &str, limit: &str, found: impl fmt::Display) -> Self {
        let (field, found) = (cut(field.to_owned()), cut(found.to_string()));
        Self::new(code, format!("{field}: needs {limit}, found {found}"))
            .with("field", field)
            .with("limit", limit)
            .with("found", found)
    }

    /// A refusal of a number or of how much was given: `min` to `max` of a unit, which is empty for a plain number. Its
    /// details tell the bound that does not hold and what was found, as numbers.
    #[cold]
    pub fn measured(code: Code, field: &str, (min, max): (i64, i64), found: impl TryInto<i64>, unit: &str) -> Self {
        let (found, field) = (found.try_into().unwrap_or(i64::MAX), cut(field.to_owned()));
        let needs = match (unit, min) {
            ("", _) => format!("a whole number from {min} to {max}"),
            (_, 0) => format!("at most {max} {unit}"),
            _ => format!("{min} to {max} {unit}"),
        };
        let space = if unit.is_empty() { "" } else { " " };
        let told = Self::new(code, format!("{field}: needs {needs}, found {found}{space}{unit}"))
            .with("field", field)
            .with_number("limit", if found < min { min } else { max })
            .with_number("found", found);
        if unit.is_empty() { told } else { told.with("unit", unit) }
    }

    /// Adds one member to the details, as a text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.details.0.push((name, Fact { text: value.to_string(), number: None }));
        self
    }

    /// Adds one member to the details that is a number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
    pub fn with_number(mut self, name: &'static str, value: impl TryInto<i64>) -> Self {
        let value = value.try_into().unwrap_or(i64::MAX);
        self.0.details.0.push((name, Fact { text: value.to_string(), number: Some((value as f64).to_bits()) }));
        self
    }

    /// What was found is this number, where it need not be a whole one.
    #[must_use]
    pub fn found(mut self, number: f64) -> Self {
        for (name, fact) in &mut self.0.details.0 {
            if *name == "found" && number.is_finite() {
                fact.number = Some(number.to_bits());
            }
        }
        self
    }

    /// The same error under another code.
    #[must_use]
    pub fn coded(mut self, code: Code) -> Self {
        self.0.code = code;
        self
    }

    /// The same refusal of an argument that stands within another one, at this place.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        self.0.message = format!("{place}.{}", self.0.message);
        for (name, value) in &mut self.0.details.0 {
            if *name == "field" {
                value.text = format!("{place}.{}", value.text);
            }
        }
        self
    }

    /// The code of the error.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What was found and what was needed, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The typed facts.
    pub fn details(&self) -> &Details {
        &self.0.details
    }

    /// What a caller should do about it.
    pub fn class(&self) -> Class {
        self.0.code.class()
    }

    /// Whether the same call may succeed when it is simply made again later.
    pub fn retryable(&self) -> bool {
        self.class() == Class::Retryable
    }

    /// Whether the storage failed, rather than the engine refusing the call.
    pub fn is_storage(&self) -> bool {
        self.0.code.category() == "storage" || self.0.code == Code::InvariantBroken
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.message)
    }
}

impl std::error::Error for Error {}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("code", self.0.code.as_str())?;
        map.serialize_entry("category", self.0.code.category())?;
        map.serialize_entry("kind", self.0.code.kind())?;
        map.serialize_entry("message", &self.0.message)?;
        map.serialize_entry("details", &self.0.details)?;
        map.serialize_entry("retryable", &self.retryable())?;
        map.serialize_entry("class", &self.class())?;
        map.end()
    }
}
