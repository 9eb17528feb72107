//! The table of operations: by name, with their arguments and answers.

use super::abandon::CancelArgs;
use super::arguments::read;
use super::call::Call;
use super::cancel::CancelExecutionArgs;
use super::claim::ClaimArgs;
use super::complete::CompleteArgs;
use super::create::CreateArgs;
use super::delay::DelayArgs;
use super::describe::DescribeExecutionArgs;
use super::events::ReadEventsArgs;
use super::fail::FailArgs;
use super::list::ListExecutionsArgs;
use super::priority::ChangePriorityArgs;
use super::progress::ProgressArgs;
use super::renew::RenewArgs;
use super::replay::ReplayExecutionArgs;
use super::result::GetExecutionResultArgs;
use super::revoke::RevokeLeaseArgs;
use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::argument::Limits;
use crate::model::payload::Bytes;
use serde::Serialize;

macro_rules! operations {
    ($($variant:ident($args:ty) $doc:literal;)*) => {
        /// An operation with its arguments.
        #[derive(Clone, Debug)]
        pub enum Operation { $(#[doc = $doc] $variant(Box<$args>)),* }

        /// An operation with checked arguments.
        pub enum Ready { $(#[doc = $doc] $variant(Box<<$args as Call>::Ready>)),* }

        /// The answer of an operation.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Answer {
            $(#[doc = $doc] $variant(Box<<$args as Call>::Answer>),)*
            /// What an earlier call with the same request id was answered, as JSON.
            Kept(Box<str>),
        }

        impl Operation {
            /// The names of all operations.
            pub const NAMES: &'static [&'static str] = &[$(<$args as Call>::OP),*];

            /// Reads an operation from its name and the JSON of its arguments.
            pub fn of_json(op: &str, args: &str) -> Result<Self> {
                match op {
                    $(<$args as Call>::OP => read::<$args>(args).map(|args| Self::$variant(Box::new(args))),)*
                    _ => Err(unknown(op)),
                }
            }

            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::OP),* }
            }

            /// The argument that holds its payload, where it has one.
            pub fn payload_field(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::PAYLOAD),* }
            }

            /// Visits the payload bytes among its arguments.
            pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
                match self { $(Self::$variant(args) => args.bytes(visit)),* }
            }

            /// Checks its arguments.
            pub fn check(self, limits: &Limits) -> Result<Ready> {
                match self { $(Self::$variant(args) => args.check(limits).map(|r| Ready::$variant(Box::new(r)))),* }
            }
        }

        impl Ready {
            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::OP),* }
            }

            /// Carries it out.
            pub fn run(&self, turn: &mut Turn<'_>) -> Result<Answer> {
                match self {
                    $(Self::$variant(ready) => <$args as Call>::run(ready, turn).map(|a| Answer::$variant(Box::new(a)))),*
                }
            }

            /// The answer that was kept for an earlier call, with its payload bytes read again.
            pub fn repeat(&self, kept: &str, turn: &mut Turn<'_>) -> Result<Answer> {
                match self {
                    $(Self::$variant(_) => {
                        let refilled = <$args as Call>::refilled(kept, turn)?;
                        Ok(refilled.map_or_else(|| Answer::Kept(kept.into()), |one| Answer::$variant(Box::new(one))))
                    }),*
                }
            }
        }

        impl Answer {
            /// Whether it is kept for a repeated request id.
            pub fn keeps(&self) -> bool {
                match self { $(Self::$variant(answer) => <$args as Call>::keeps(answer),)* Self::Kept(_) => false }
            }

            /// Visits its payload bytes.
            pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
                match self { $(Self::$variant(answer) => <$args as Call>::answer_bytes(answer, visit),)* Self::Kept(_) => {} }
            }

            /// The member that holds its payload, where it has one.
            pub fn payload_field(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::ANSWER_PAYLOAD,)* Self::Kept(_) => "" }
            }

            /// Its JSON; payload bytes must have been detached.
            pub fn write_json(&self, text: &mut Vec<u8>) -> Result<()> {
                match self {
                    $(Self::$variant(answer) => write(answer, text),)*
                    Self::Kept(kept) => { text.extend_from_slice(kept.as_bytes()); Ok(()) }
                }
            }
        }

        $(
            impl From<$args> for Operation {
                fn from(args: $args) -> Self {
                    Self::$variant(Box::new(args))
                }
            }
        )*
    };
}

operations! {
    CreateExecution(CreateArgs) "`create_execution`";
    Claim(ClaimArgs) "`claim`";
    Renew(RenewArgs) "`renew`";
    Progress(ProgressArgs) "`progress`";
    Complete(CompleteArgs) "`complete`";
    Fail(FailArgs) "`fail`";
    Delay(DelayArgs) "`delay`";
    Cancel(CancelArgs) "`cancel`";
    RevokeLease(RevokeLeaseArgs) "`revoke_lease`";
    ChangePriority(ChangePriorityArgs) "`change_priority`";
    ReplayExecution(ReplayExecutionArgs) "`replay_execution`";
    CancelExecution(CancelExecutionArgs) "`cancel_execution`";
    DescribeExecution(DescribeExecutionArgs) "`describe_execution`";
    GetExecutionResult(GetExecutionResultArgs) "`get_execution_result`";
    ListExecutions(ListExecutionsArgs) "`list_executions`";
    ReadEvents(ReadEventsArgs) "`read_events`";
}

#[cold]
fn unknown(op: &str) -> Error {
    let shown = format!("{:?}", op.chars().take(80).collect::<String>());
    Error::argument(Code::InvalidInput, "op", &format!("one of {}", Operation::NAMES.join(", ")), shown)
}

fn write<T: Serialize>(answer: &T, text: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(text, answer).map_err(|e| Error::new(Code::InvariantBroken, format!("an answer: {e}")))
}
