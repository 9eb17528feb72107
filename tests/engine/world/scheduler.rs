//! The calls of a scheduler and of the workers that it serves, and the situations in which they meet an execution.

use super::calls::worker;
use super::{TTL, World};
use crate::engine::world::turns::revoke;
use std::collections::BTreeSet;
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::attempts::claim::{Claim, Worker};
use tidegate::ops::protocol::block::{BlockAnswer, BlockExecutionArgs, BlockRouteArgs};
use tidegate::ops::protocol::claim_execution::ClaimExecutionArgs;
use tidegate::ops::protocol::claim_for_worker::{ClaimForWorkerAnswer, ClaimForWorkerArgs};
use tidegate::ops::protocol::claim_from_grant::ClaimFromResumeGrantArgs;
use tidegate::ops::protocol::claim_resumed::ClaimResumedExecutionArgs;
use tidegate::ops::protocol::grant::GrantAnswer;
use tidegate::ops::protocol::grant_and_claim::IssueGrantAndClaimArgs;
use tidegate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;
use tidegate::ops::protocol::reclaim::{ReclaimExecutionAnswer, ReclaimExecutionArgs};
use tidegate::ops::protocol::reclaim_grant::{IssueReclaimGrantAnswer, IssueReclaimGrantArgs};
use tidegate::ops::protocol::scan::ScanEligibleArgs;
use tidegate::ops::protocol::unblock::UnblockExecutionArgs;
use tidegate::{Envelope, Operation, Result, Wakes};

/// An id that no execution has.
pub const UNKNOWN: &str = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
/// A UUID that a caller minted.
pub const MINTED: &str = "0198c0de-0000-7000-8000-00000000002a";
/// A grant's time to live unless a test asks for another one: the engine's default, in ms.
pub const GRANT_TTL: i64 = 5_000;

/// Where an execution stands when a call meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Waiting, never claimed.
    Waiting,
    /// Waiting, its first attempt having failed.
    Retrying,
    /// Waiting, its attempt interrupted.
    Interrupted,
    /// Delayed until a retry.
    Delayed,
    /// Blocked by an operator, never claimed.
    Blocked,
    /// Active under a live lease.
    Held,
    /// Active, its lease having run out.
    Lapsed,
    /// Ended.
    Completed,
}

impl Stand {
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Retrying,
        Self::Interrupted,
        Self::Delayed,
        Self::Blocked,
        Self::Held,
        Self::Lapsed,
        Self::Completed,
    ];
}

/// The worker of every test that names no other.
pub fn mailer() -> Worker {
    named("mailer")
}

/// A worker with an instance of its own.
pub fn named(id: &str) -> Worker {
    worker(id, &format!("{id}-1"))
}

pub fn wanted(id: &str) -> IssueClaimGrantArgs {
    IssueClaimGrantArgs { execution_id: id.to_owned(), worker: mailer(), ..IssueClaimGrantArgs::default() }
}

pub fn redeemed(id: &str) -> ClaimExecutionArgs {
    ClaimExecutionArgs { execution_id: id.to_owned(), worker: mailer(), ..ClaimExecutionArgs::default() }
}

pub fn resumed(id: &str) -> ClaimResumedExecutionArgs {
    ClaimResumedExecutionArgs { execution_id: id.to_owned(), worker: mailer(), ..ClaimResumedExecutionArgs::default() }
}

pub fn shown(grant: &GrantAnswer) -> ClaimFromResumeGrantArgs {
    let (execution_id, grant_key) = (grant.execution_id.clone(), grant.grant_key.clone());
    ClaimFromResumeGrantArgs { execution_id, grant_key, worker: mailer(), lease_ttl_ms: None }
}

pub fn seized(id: &str) -> IssueGrantAndClaimArgs {
    IssueGrantAndClaimArgs { execution_id: id.to_owned(), lease_ttl_ms: None }
}

pub fn rescued(id: &str) -> IssueReclaimGrantArgs {
    IssueReclaimGrantArgs { execution_id: id.to_owned(), worker: mailer(), ..IssueReclaimGrantArgs::default() }
}

pub fn reclaimed(id: &str) -> ReclaimExecutionArgs {
    ReclaimExecutionArgs { execution_id: id.to_owned(), worker: mailer(), ..ReclaimExecutionArgs::default() }
}

pub fn blocked(id: &str, reason: &str) -> BlockExecutionArgs {
    BlockExecutionArgs { execution_id: id.to_owned(), reason: reason.to_owned(), detail: String::new() }
}

pub fn unblocked(id: &str, reason: &str) -> UnblockExecutionArgs {
    UnblockExecutionArgs { execution_id: id.to_owned(), expected_reason: reason.to_owned() }
}

/// The claim of a reclaim that must have succeeded.
pub fn claimed(answer: ReclaimExecutionAnswer) -> Claim {
    let ReclaimExecutionAnswer::Claimed(claim) = answer else { panic!("{answer:?}") };
    *claim
}

impl World {
    /// Puts an execution of the lane `mail` where a call is to meet it.
    pub fn stand(&mut self, stand: Stand) -> String {
        match stand {
            Stand::Waiting => self.submit("mail"),
            Stand::Retrying => {
                let id = self.failed();
                self.pass(1_000);
                id
            }
            Stand::Interrupted => self.interrupted().execution_id,
            Stand::Delayed => self.failed(),
            Stand::Blocked => {
                let id = self.submit("mail");
                self.block_for(&id, "paused_by_operator").unwrap();
                id
            }
            Stand::Held => self.running().execution_id,
            Stand::Lapsed => self.lapsed().execution_id,
            Stand::Completed => self.completed().execution_id,
        }
    }

    fn failed(&mut self) -> String {
        let claim = self.running();
        self.fail(&claim, FailureClass::Transient).unwrap();
        claim.execution_id
    }

    /// An execution that waits for its interrupted attempt to be continued: the claim that was interrupted.
    pub fn interrupted(&mut self) -> Claim {
        let claim = self.running();
        self.interrupt(&claim);
        claim
    }

    pub fn interrupt(&mut self, claim: &Claim) {
        revoke(self, &claim.execution_id, |_| {}).unwrap();
    }

    pub fn grant_with(&mut self, id: &str, set: impl FnOnce(&mut IssueClaimGrantArgs)) -> Result<GrantAnswer> {
        let mut args = wanted(id);
        set(&mut args);
        self.call(args)
    }

    /// Keeps an execution for `mailer`, the worker of these calls.
    pub fn reserve(&mut self, id: &str) -> GrantAnswer {
        self.grant_with(id, |_| {}).unwrap()
    }

    /// An execution that a grant keeps for the worker.
    pub fn granted(&mut self) -> GrantAnswer {
        let id = self.submit("mail");
        self.reserve(&id)
    }

    pub fn keep_with(&mut self, lane: &str, set: impl FnOnce(&mut ClaimForWorkerArgs)) -> Result<ClaimForWorkerAnswer> {
        let worker = mailer();
        let mut args = ClaimForWorkerArgs { lanes: vec![lane.to_owned()], worker, ..ClaimForWorkerArgs::default() };
        set(&mut args);
        self.call(args)
    }

    /// What `claim_for_worker` keeps for the worker.
    pub fn keep(&mut self, lane: &str) -> Option<GrantAnswer> {
        match self.keep_with(lane, |_| {}).unwrap() {
            ClaimForWorkerAnswer::NoWork => None,
            ClaimForWorkerAnswer::Granted(grant) => Some(grant),
        }
    }

    pub fn redeem_with(&mut self, id: &str, set: impl FnOnce(&mut ClaimExecutionArgs)) -> Result<Claim> {
        let mut args = redeemed(id);
        set(&mut args);
        self.call(args)
    }

    pub fn redeem(&mut self, id: &str) -> Result<Claim> {
        self.redeem_with(id, |_| {})
    }

    pub fn resume_with(&mut self, id: &str, set: impl FnOnce(&mut ClaimResumedExecutionArgs)) -> Result<Claim> {
        let mut args = resumed(id);
        set(&mut args);
        self.call(args)
    }

    pub fn resume(&mut self, id: &str) -> Result<Claim> {
        self.resume_with(id, |_| {})
    }

    /// Shows the key of a grant to continue the attempt that it keeps.
    pub fn show_with(
        &mut self,
        grant: &GrantAnswer,
        set: impl FnOnce(&mut ClaimFromResumeGrantArgs),
    ) -> Result<Option<Claim>> {
        let mut args = shown(grant);
        set(&mut args);
        self.call(args)
    }

    pub fn show(&mut self, grant: &GrantAnswer) -> Result<Option<Claim>> {
        self.show_with(grant, |_| {})
    }

    /// Takes an execution as an operator.
    pub fn seize(&mut self, id: &str) -> Result<Claim> {
        self.call(seized(id))
    }

    pub fn rescue_with(
        &mut self,
        id: &str,
        set: impl FnOnce(&mut IssueReclaimGrantArgs),
    ) -> Result<IssueReclaimGrantAnswer> {
        let mut args = rescued(id);
        set(&mut args);
        self.call(args)
    }

    /// The grant to reclaim a lapsed execution.
    pub fn rescue(&mut self, id: &str) -> GrantAnswer {
        let answer = self.rescue_with(id, |_| {}).unwrap();
        let IssueReclaimGrantAnswer::Granted(grant) = answer else { panic!("{answer:?}") };
        grant
    }

    pub fn reclaim_with(
        &mut self,
        id: &str,
        set: impl FnOnce(&mut ReclaimExecutionArgs),
    ) -> Result<ReclaimExecutionAnswer> {
        let mut args = reclaimed(id);
        set(&mut args);
        self.call(args)
    }

    pub fn reclaim(&mut self, id: &str) -> ReclaimExecutionAnswer {
        self.reclaim_with(id, |_| {}).unwrap()
    }

    /// Lets the lease of an execution run out and takes it over with a grant.
    pub fn take_over(&mut self, id: &str) -> Claim {
        self.pass(TTL);
        self.rescue(id);
        claimed(self.reclaim(id))
    }

    pub fn scan(&mut self, lane: &str) -> Vec<String> {
        self.call(ScanEligibleArgs { lane: lane.to_owned(), limit: None }).unwrap().execution_ids
    }

    pub fn block_route(&mut self, id: &str) -> Result<BlockAnswer> {
        self.call(BlockRouteArgs { execution_id: id.to_owned(), reason: String::new() })
    }

    pub fn block_for(&mut self, id: &str, reason: &str) -> Result<BlockAnswer> {
        self.call(blocked(id, reason))
    }

    pub fn unblock(&mut self, id: &str, reason: &str) -> Result<BlockAnswer> {
        self.call(unblocked(id, reason))
    }

    /// Whom one call wakes.
    pub fn woken(&mut self, operation: impl Into<Operation>) -> Wakes {
        let answer = self.batch(vec![Envelope::from(operation.into())]);
        answer.answers.into_iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
        answer.wakes
    }

    /// How many grants are kept, good or over.
    pub fn grants(&self) -> i64 {
        self.number("SELECT count(*) FROM execution_grant")
    }

    /// Makes a call that must not write a single row; what is due is applied before.
    pub fn unwritten<T>(&mut self, call: impl FnOnce(&mut Self) -> T) -> T {
        const CHANGES: &str = "SELECT total_changes()";
        while self.tick().applied > 0 {}
        let before = self.number(CHANGES);
        let answer = call(self);
        assert_eq!(self.number(CHANGES), before, "the call has written");
        answer
    }
}

/// The lanes that a batch wakes claims of, in order.
pub fn woken_lanes(wakes: &Wakes) -> Vec<&str> {
    let found: BTreeSet<&str> = wakes.lanes.iter().map(|(route, _)| route.lane.as_str()).collect();
    found.into_iter().chain(wakes.opened.iter().map(String::as_str)).collect()
}
