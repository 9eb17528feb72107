//! What takes an execution from one phase to another besides a claim and its end: revoking, replaying, giving up; and tags.

use super::World;
use tidegate::Result;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::delay::{DelayAnswer, DelayArgs};
use tidegate::ops::attempts::revoke::{RevokeLeaseAnswer, RevokeLeaseArgs};
use tidegate::ops::executions::replay::{ReplayExecutionAnswer, ReplayExecutionArgs};
use tidegate::ops::executions::set_tag::SetExecutionTagArgs;

/// Revokes the lease on an execution.
pub fn revoke(world: &mut World, id: &str, set: impl FnOnce(&mut RevokeLeaseArgs)) -> Result<RevokeLeaseAnswer> {
    let mut args = RevokeLeaseArgs { execution_id: id.to_owned(), ..RevokeLeaseArgs::default() };
    set(&mut args);
    world.call(args)
}

/// Replays an execution.
pub fn replay(world: &mut World, id: &str) -> Result<ReplayExecutionAnswer> {
    world.call(ReplayExecutionArgs { execution_id: id.to_owned(), ..Default::default() })
}

/// Gives a claim up until an instant.
pub fn delay(world: &mut World, claim: &Claim, until: i64) -> Result<DelayAnswer> {
    world.call(DelayArgs { handle: claim.handle.clone(), delay_until: until })
}

/// The arguments that set a tag.
pub fn tagging(id: &str, key: &str, value: &str) -> SetExecutionTagArgs {
    SetExecutionTagArgs { execution_id: id.to_owned(), key: key.to_owned(), value: value.to_owned() }
}

/// Keys that the grammar refuses, of executions and flows alike; one that is too long is not among them.
pub const REFUSED_KEYS: [&str; 17] = [
    "",
    "cairn.",
    "cairn..x",
    ".cairn",
    "Cairn.x",
    "1cairn.x",
    "ca-irn.x",
    "cairn.Foo",
    "cairn. x",
    " a",
    "a.\"b",
    "a.'b",
    "a.b-c",
    "a.b\\c",
    "_a.b",
    "é.b",
    "a.b\n",
];
