//! Why time ends an execution: the cause that its event has, and the word that its ending has. Contract: states.expire.

use crate::model::ground::cause::Cause;

/// Why time ends an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Its deadline passed.
    Deadline,
    /// Its last attempt timed out.
    AttemptTimeout,
}

impl Expiry {
    /// The cause in the event log.
    pub const fn cause(self) -> Cause {
        match self {
            Self::Deadline => Cause::DeadlinePassed,
            Self::AttemptTimeout => Cause::AttemptTimedOut,
        }
    }

    /// The trigger, as a failure reason names it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deadline => "execution_deadline",
            Self::AttemptTimeout => "attempt_timeout",
        }
    }
}
