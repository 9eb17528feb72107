//! More calls of the [`World`]: fences as arguments, lanes, grants, blocks, steps and the registry of workers.

use super::{World, texts};
use tidegate::Result;
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::attempts::claim::{Claim, Worker};
use tidegate::ops::attempts::complete::{CompleteAnswer, CompleteArgs};
use tidegate::ops::attempts::fail::{FailAnswer, FailReason};
use tidegate::ops::attempts::renew::RenewAnswer;
use tidegate::ops::attempts::step::RecordStepArgs;
use tidegate::ops::events::read::EventRecord;
use tidegate::ops::executions::explain::{ClaimExplanation, ExplainClaimArgs};
use tidegate::ops::ground::recorded::RecordedStep;
use tidegate::ops::lanes::set_state::{SetLaneStateAnswer, SetLaneStateArgs};
use tidegate::ops::protocol::block::BlockExecutionArgs;
use tidegate::ops::protocol::complete_execution::CompleteExecutionArgs;
use tidegate::ops::protocol::fail_execution::FailExecutionArgs;
use tidegate::ops::protocol::fence::FenceArgs;
use tidegate::ops::protocol::grant::GrantAnswer;
use tidegate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;
use tidegate::ops::protocol::renew_lease::RenewLeaseArgs;
use tidegate::ops::workers::heartbeat::{HeartbeatWorkerAnswer, HeartbeatWorkerArgs};
use tidegate::ops::workers::list::{ListWorkersArgs, WorkerSummary};
use tidegate::ops::workers::mark_dead::{MarkWorkerDeadAnswer, MarkWorkerDeadArgs};
use tidegate::ops::workers::register::{RegisterWorkerAnswer, RegisterWorkerArgs};

/// What a typed call shows.
#[derive(Clone, Debug)]
pub struct Shown {
    pub execution_id: String,
    pub attempt_index: i64,
    pub fence: Option<FenceArgs>,
}

/// What the holder of a claim shows.
pub fn shown(claim: &Claim) -> Shown {
    let fence = FenceArgs {
        lease_id: claim.lease_id.clone(),
        lease_epoch: claim.lease_epoch,
        attempt_id: claim.attempt_id.clone(),
    };
    Shown { execution_id: claim.execution_id.clone(), attempt_index: claim.attempt_index, fence: Some(fence) }
}

/// What an operator shows of a claim: no fence.
pub fn unfenced(claim: &Claim) -> Shown {
    Shown { fence: None, ..shown(claim) }
}

/// The source that needs no fence.
pub const OPERATOR: &str = "operator_override";

/// The completion of a claim, for a batch.
pub fn done(claim: &Claim) -> CompleteArgs {
    CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() }
}

/// The worker of an instance.
pub fn worker(id: &str, instance: &str) -> Worker {
    Worker { id: id.to_owned(), instance_id: Some(instance.to_owned()) }
}

impl World {
    pub fn renew_lease(&mut self, shown: &Shown, lease_ttl_ms: i64) -> Result<RenewAnswer> {
        let Shown { execution_id, attempt_index, fence } = shown.clone();
        self.call(RenewLeaseArgs { execution_id, attempt_index, fence, lease_ttl_ms })
    }

    pub fn complete_execution(&mut self, shown: &Shown) -> Result<CompleteAnswer> {
        self.complete_execution_with(shown, |_| {})
    }

    pub fn complete_execution_with(
        &mut self,
        shown: &Shown,
        set: impl FnOnce(&mut CompleteExecutionArgs),
    ) -> Result<CompleteAnswer> {
        let Shown { execution_id, attempt_index, fence } = shown.clone();
        let mut args = CompleteExecutionArgs { execution_id, attempt_index, fence, ..CompleteExecutionArgs::default() };
        set(&mut args);
        self.call(args)
    }

    pub fn fail_execution(&mut self, shown: &Shown, class: FailureClass) -> Result<FailAnswer> {
        self.fail_execution_with(shown, class, |_| {})
    }

    pub fn fail_execution_with(
        &mut self,
        shown: &Shown,
        class: FailureClass,
        set: impl FnOnce(&mut FailExecutionArgs),
    ) -> Result<FailAnswer> {
        let Shown { execution_id, attempt_index, fence } = shown.clone();
        let reason = FailReason { message: "no route to host".to_owned(), detail: None };
        let (category, retry, source) = (None, None, None);
        let mut args = FailExecutionArgs { execution_id, attempt_index, fence, reason, class, category, retry, source };
        set(&mut args);
        self.call(args)
    }

    pub fn record(&mut self, claim: &Claim, name: &str, result: &[u8]) -> Result<RecordedStep> {
        let result = Some(result.to_vec().into());
        let (handle, name) = (claim.handle.clone(), name.to_owned());
        self.call(RecordStepArgs { handle, name, result, ..RecordStepArgs::default() })
    }

    pub fn explain_with(&mut self, id: &str, set: impl FnOnce(&mut ExplainClaimArgs)) -> Result<ClaimExplanation> {
        let mut args = ExplainClaimArgs { execution_id: id.to_owned(), ..ExplainClaimArgs::default() };
        set(&mut args);
        self.call(args)
    }

    pub fn explain(&mut self, id: &str) -> ClaimReason {
        self.explain_with(id, |_| {}).unwrap().reason
    }

    pub fn set_lane(&mut self, lane: &str, state: LaneState) -> SetLaneStateAnswer {
        self.call(SetLaneStateArgs { lane: lane.to_owned(), state }).unwrap()
    }

    /// Reserves an execution for a worker of its own.
    pub fn grant(&mut self, id: &str) -> GrantAnswer {
        let worker = worker("chosen", "chosen-1");
        self.call(IssueClaimGrantArgs { execution_id: id.to_owned(), worker, ..IssueClaimGrantArgs::default() })
            .unwrap()
    }

    pub fn block(&mut self, id: &str, reason: &str, detail: &str) {
        let (reason, detail) = (reason.to_owned(), detail.to_owned());
        self.call(BlockExecutionArgs { execution_id: id.to_owned(), reason, detail }).unwrap();
    }

    pub fn register_with(&mut self, set: impl FnOnce(&mut RegisterWorkerArgs)) -> Result<RegisterWorkerAnswer> {
        let (worker, lanes) = (worker("mailer", "mailer-1"), texts(&["mail"]));
        let mut args = RegisterWorkerArgs { worker, lanes, ..RegisterWorkerArgs::default() };
        set(&mut args);
        self.call(args)
    }

    /// Registers an instance of the worker that [`World::claim`] claims for.
    pub fn register(&mut self, instance: &str) -> RegisterWorkerAnswer {
        self.register_with(|args| args.worker = worker("mailer", instance)).unwrap()
    }

    pub fn register_in(&mut self, namespace: &str, instance: &str) -> RegisterWorkerAnswer {
        self.register_with(|args| {
            args.worker = worker("mailer", instance);
            args.namespace = Some(namespace.to_owned());
        })
        .unwrap()
    }

    pub fn heartbeat(&mut self, instance: &str) -> HeartbeatWorkerAnswer {
        let worker_instance_id = Some(instance.to_owned());
        self.call(HeartbeatWorkerArgs { worker_instance_id, namespace: None }).unwrap()
    }

    pub fn mark_dead_with(
        &mut self,
        instance: &str,
        set: impl FnOnce(&mut MarkWorkerDeadArgs),
    ) -> Result<MarkWorkerDeadAnswer> {
        let worker_instance_id = instance.to_owned();
        let mut args = MarkWorkerDeadArgs { worker_instance_id, ..MarkWorkerDeadArgs::default() };
        set(&mut args);
        self.call(args)
    }

    pub fn mark_dead(&mut self, instance: &str) -> MarkWorkerDeadAnswer {
        self.mark_dead_with(instance, |_| {}).unwrap()
    }

    /// Marks an instance dead and releases its leases.
    pub fn bury(&mut self, instance: &str) -> MarkWorkerDeadAnswer {
        self.mark_dead_with(instance, |args| args.release_leases = true).unwrap()
    }

    pub fn workers(&mut self) -> Vec<WorkerSummary> {
        self.call(ListWorkersArgs::default()).unwrap().workers
    }

    /// The instances that are registered, in the order of their list.
    pub fn instances(&mut self) -> Vec<String> {
        self.workers().into_iter().map(|worker| worker.worker_instance_id).collect()
    }

    /// What the log says of workers.
    pub fn audit(&mut self) -> Vec<EventRecord> {
        self.events_in(&[EventStream::Worker])
    }

    pub fn audit_causes(&mut self) -> Vec<Cause> {
        self.audit().into_iter().map(|event| event.cause).collect()
    }
}
