//! `apply_dependency_to_child`; edges that come late stand in `late`. Contract: edges.apply, edges.apply-phase,
//! edges.apply-ended.

use crate::engine::world::flows::Graph;
use crate::engine::world::scheduler::{MINTED, Stand};
use crate::engine::world::telling::once;
use crate::engine::world::{START, Span, World, detail, refused_field, test};
use tidegate::Code;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptState, BlockingReason, EligibilityState, FailureClass, HandleKind, PublicState,
};
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::flows::edges::apply::{ApplyDependencyAnswer, ApplyDependencyArgs, ApplyOutcome};

/// The answer of an edge that was applied now.
fn applied(unsatisfied_count: i64, public_state: PublicState) -> ApplyDependencyAnswer {
    ApplyDependencyAnswer { outcome: ApplyOutcome::Applied, unsatisfied_count, public_state }
}

/// A flow of `up` and a child that stands where it is put, with a staged edge between them.
fn staged(world: &mut World, stand: Stand) -> (Graph, String, String) {
    let mut graph = world.graph(&[("up", &[])]);
    let child = world.stand(stand);
    world.add(&graph.flow, &child).unwrap();
    graph.knows("child", &child);
    let edge = world.staged(&graph.flow, &graph.id("up"), &child);
    (graph, child, edge)
}

/// Contract: edges.apply, edges.apply-answer.
#[test]
fn a_waiting_child_waits_for_its_upstream() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Waiting);
    world.pass(5);
    assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(1, PublicState::WaitingChildren));
    let found = world.describe(&child);
    assert_eq!(found.state.eligibility_state, EligibilityState::BlockedByDependencies);
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForChildren);
    assert_eq!(found.state.attempt_state, AttemptState::PendingFirstAttempt);
    assert_eq!((found.public_state, found.last_mutation_at), (PublicState::WaitingChildren, START + 5));
    assert_eq!(world.story(&child), [(Cause::Created, 0), (Cause::Blocked, 5)]);
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.number("SELECT waiting_children FROM flow"), 1);
    world.pass(5);
    world.finish("up");
    assert_eq!(world.story(&child)[2..], [(Cause::Unblocked, 10)]);
    assert_eq!(world.claim("mail").execution_id, child);
}

/// Contract: flows.revision, flows.last-mutation.
#[test]
fn it_changes_the_flow_and_not_its_revision() {
    let mut world = World::new();
    let (graph, _, edge) = staged(&mut world, Stand::Waiting);
    let events = world.flow_events().len();
    world.pass(5);
    world.apply(&graph.flow, &edge).unwrap();
    assert_eq!(world.number("SELECT changed_at FROM flow WHERE revision = 3 AND edge_count = 1"), START + 5);
    assert_eq!(world.flow_events().len(), events);
}

/// Contract: edges.apply.
#[test]
fn the_first_edge_makes_a_group_of_all_and_each_further_one_counts_in_it() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
    for (count, upstream) in [(1, "a"), (2, "b")] {
        let edge = world.staged(&graph.flow, &graph.id(upstream), &graph.id("c"));
        let expected = applied(count, PublicState::WaitingChildren);
        assert_eq!(world.apply(&graph.flow, &edge).unwrap(), expected);
    }
    assert_eq!(world.number("SELECT total FROM edge_group WHERE policy = 1 AND round = 1 AND state = 1"), 2);
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE state = 1 AND round = 1"), 2);
    world.finish("a");
    assert_eq!(world.state(&graph.id("c")), PublicState::WaitingChildren);
    world.finish("b");
    assert_eq!(world.state(&graph.id("c")), PublicState::Waiting);
}

/// Contract: edges.apply-answer.
#[test]
fn an_edge_that_is_applied_again_changes_nothing_whatever_became_of_it() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["b"])]);
    let edge = world.edge(&graph.flow, &graph.id("a"), &graph.id("c"));
    let again = |world: &mut World, unsatisfied_count, public_state| {
        let before = world.rows();
        let answer = world.unwritten(|world| world.apply(&graph.flow, &edge)).unwrap();
        let outcome = ApplyOutcome::AlreadyApplied;
        assert_eq!(answer, ApplyDependencyAnswer { outcome, unsatisfied_count, public_state });
        assert_eq!(world.rows(), before);
    };
    again(&mut world, 2, PublicState::WaitingChildren);
    world.finish("a");
    again(&mut world, 1, PublicState::WaitingChildren);
    world.finish("b");
    again(&mut world, 0, PublicState::Waiting);
    let claim = world.claim("c");
    again(&mut world, 0, PublicState::Active);
    world.complete(&claim).unwrap();
    again(&mut world, 0, PublicState::Completed);
}

/// Contract: edges.apply-unknown.
#[test]
fn what_is_not_there_is_refused_by_name() {
    let mut world = World::new();
    let (graph, _, edge) = staged(&mut world, Stand::Waiting);
    let error = world.refused(|world| world.apply(MINTED, &edge));
    assert_eq!((error.code(), detail(&error, "flowId")), (Code::NotFoundFlow, MINTED));
    let error = world.refused(|world| world.apply(&graph.flow, MINTED));
    assert_eq!((error.code(), detail(&error, "edgeId")), (Code::InvalidDependency, MINTED));
    assert_eq!((detail(&error, "field"), detail(&error, "flowId")), ("edgeId", &*graph.flow));
    let other = world.flow();
    let error = world.refused(|world| world.apply(&other, &edge));
    assert_eq!(error.code(), Code::InvalidDependency, "an edge of another flow");
    refused_field(world.apply("flow", &edge), Code::InvalidInput, "flowId");
    refused_field(world.apply(&graph.flow, "edge"), Code::InvalidInput, "edgeId");
}

/// Contract: edges.apply-phase.
#[test]
fn a_child_that_is_active_or_over_takes_no_dependencies() {
    for (stand, state) in [(Stand::Held, "active"), (Stand::Lapsed, "active"), (Stand::Completed, "completed")] {
        let mut world = World::new();
        let (graph, child, edge) = staged(&mut world, stand);
        let error = world.refused(|world| world.apply(&graph.flow, &edge));
        assert_eq!(error.code(), Code::WrongPhase, "{stand:?}");
        assert_eq!((detail(&error, "executionId"), detail(&error, "publicState")), (&*child, state));
        assert_eq!(world.number("SELECT state FROM edge"), 0, "{stand:?}");
    }
}

/// Contract: edges.apply-unknown.
#[test]
fn the_refusals_come_in_their_order() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Waiting);
    let second = world.staged(&graph.flow, &graph.id("up"), &child);
    world.apply(&graph.flow, &edge).unwrap();
    let over = world.flow();
    world.seal(&over).unwrap();
    assert_eq!(world.refused(|world| world.apply(MINTED, MINTED)).code(), Code::NotFoundFlow);
    assert_eq!(world.refused(|world| world.apply(&over, MINTED)).code(), Code::FlowAlreadyTerminal);
    world.cancel(&child).unwrap();
    assert_eq!(world.refused(|world| world.apply(&graph.flow, MINTED)).code(), Code::InvalidDependency);
    let answer = world.apply(&graph.flow, &edge).unwrap();
    assert_eq!(answer.outcome, ApplyOutcome::AlreadyApplied, "before the phase of the child counts");
    assert_eq!(world.refused(|world| world.apply(&graph.flow, &second)).code(), Code::WrongPhase);
    world.finish("up");
    world.seal(&graph.flow).unwrap();
    for one in [&edge, &second] {
        assert_eq!(world.refused(|world| world.apply(&graph.flow, one)).code(), Code::FlowAlreadyTerminal);
    }
}

/// Contract: edges.apply-phase.
#[test]
fn a_child_that_waits_for_another_attempt_waits_for_its_upstream_too() {
    let expected = [
        (Stand::Retrying, AttemptState::PendingRetryAttempt, HandleKind::Fresh),
        (Stand::Interrupted, AttemptState::AttemptInterrupted, HandleKind::Resumed),
    ];
    for (stand, attempt, kind) in expected {
        let mut world = World::new();
        let (graph, child, edge) = staged(&mut world, stand);
        assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(1, PublicState::WaitingChildren));
        assert_eq!(world.describe(&child).state.attempt_state, attempt, "{stand:?}");
        world.finish("up");
        assert_eq!(world.claim("mail").handle_kind, kind, "{stand:?}");
    }
}

/// Contract: edges.apply-delayed.
#[test]
fn a_delayed_child_keeps_its_instant() {
    let mut world = World::new();
    let graph = world.graph(&[("up", &[])]);
    let child = world.member_with(&graph.flow, "mail", |create| create.delay_until = Some(START + 1.mins()));
    let edge = world.staged(&graph.flow, &graph.id("up"), &child);
    assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(1, PublicState::WaitingChildren));
    assert_eq!(world.causes(&child), [Cause::Created, Cause::Blocked]);
    world.finish("up");
    assert_eq!(world.state(&child), PublicState::Delayed);
    world.pass(1.mins());
    assert_eq!(world.claim("mail").execution_id, child);
}

/// Contract: edges.apply-delayed.
#[test]
fn the_delay_of_a_child_that_waits_for_its_upstream_passes_unheard() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Delayed);
    world.apply(&graph.flow, &edge).unwrap();
    world.pass(1.mins());
    assert_eq!(world.state(&child), PublicState::WaitingChildren);
    world.finish("up");
    assert_eq!(world.state(&child), PublicState::Waiting);
    assert!(!world.causes(&child).contains(&Cause::DelayOver));
}

/// Contract: edges.apply-blocked.
#[test]
fn a_child_that_is_blocked_by_something_else_stays_so() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Blocked);
    let causes = world.causes(&child);
    assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(1, PublicState::Waiting));
    assert_eq!(world.describe(&child).state.blocking_reason, BlockingReason::PausedByOperator);
    assert_eq!(world.causes(&child), causes);
    world.finish("up");
    assert_eq!(world.describe(&child).state.blocking_reason, BlockingReason::PausedByOperator);
    world.unblock(&child, "paused_by_operator").unwrap();
    assert_eq!(world.claim("mail").execution_id, child);
}

/// Contract: edges.apply.
#[test]
fn a_child_that_was_granted_is_so_no_longer() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Waiting);
    world.reserve(&child);
    world.apply(&graph.flow, &edge).unwrap();
    assert_eq!(world.grants(), 0);
    assert_eq!(world.redeem(&child).unwrap_err().code(), Code::ExecutionNotLeaseable);
}

/// Contract: edges.apply-ended.
#[test]
fn an_upstream_that_has_succeeded_counts_at_once() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Waiting);
    world.finish_with("up", b"goods");
    let events = world.events().len();
    assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(0, PublicState::Waiting));
    assert_eq!(world.events().len(), events, "the child was never blocked");
    let settled = "SELECT satisfied_at FROM edge_group WHERE state = 2 AND total = 1 AND succeeded = 1";
    assert_eq!(world.number(settled), START);
    assert_eq!(world.number("SELECT result IS NOT NULL FROM edge WHERE state = 2 AND round = 1"), 1);
    assert_eq!(world.claim("mail").execution_id, child);
}

/// Contract: edges.apply-ended.
#[test]
fn an_upstream_that_has_ended_otherwise_skips_the_child_at_once() {
    type End = fn(&mut World, &str);
    let ends: [(End, i64); 3] = [
        (|world, _| drop(world.spoil("up")), 3),
        (|world, id| drop(world.cancel(id).unwrap()), 4),
        (|world, _| world.pass(1.hours()), 5),
    ];
    for (end, state) in ends {
        let mut world = World::new();
        let flow = world.flow();
        let deadline = |create: &mut CreateArgs| create.deadline_at = Some(START + 1.hours());
        let up = world.member_with(&flow, "up", deadline);
        let child = world.member(&flow, "mail");
        let edge = world.staged(&flow, &up, &child);
        end(&mut world, &up);
        assert_eq!(world.apply(&flow, &edge).unwrap(), applied(0, PublicState::Skipped));
        let found = world.describe(&child);
        let ending = found.ending.unwrap();
        assert_eq!((&*ending.reason, &*ending.source), ("dependency_impossible", "engine"));
        assert_eq!(found.state.attempt_state, AttemptState::PendingFirstAttempt);
        assert_eq!(world.causes(&child), [Cause::Created, Cause::Skipped], "{state}");
        assert_eq!(world.number("SELECT state FROM edge"), state);
        assert_eq!(world.number("SELECT failed FROM edge_group WHERE state = 3"), 1);
    }
}

#[test]
fn an_upstream_that_was_skipped_skips_the_child_and_all_that_hangs_on_it() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &["a"]), ("c", &[]), ("d", &["c"]), ("e", &["d"])]);
    world.spoil("a");
    assert_eq!(world.state(&graph.id("b")), PublicState::Skipped);
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(0, PublicState::Skipped));
    let skipped = PublicState::Skipped;
    assert_eq!(world.states(&graph), [PublicState::Failed, skipped, skipped, skipped, skipped]);
    assert_eq!(
        world.number(
            "SELECT skipped FROM edge_group g JOIN edge e ON e.downstream = g.execution \
         WHERE e.state = 6 LIMIT 1"
        ),
        1
    );
}

#[test]
fn the_last_member_that_is_skipped_so_ends_a_sealed_flow() {
    let mut world = World::new();
    let (graph, _, edge) = staged(&mut world, Stand::Waiting);
    world.seal(&graph.flow).unwrap();
    world.spoil("up");
    world.apply(&graph.flow, &edge).unwrap();
    assert_eq!(world.flow_causes().last(), Some(&Cause::FlowCompleted));
    assert_eq!(world.seal(&graph.flow).unwrap().public_flow_state.word(), "failed");
}

#[test]
fn an_interrupted_child_that_is_skipped_ends_its_attempt() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Interrupted);
    world.spoil("up");
    assert_eq!(world.apply(&graph.flow, &edge).unwrap().public_state, PublicState::Skipped);
    assert_eq!(world.describe(&child).attempts[0].lifecycle.word(), "ended_cancelled");
}

#[test]
fn a_result_that_is_there_already_becomes_the_input_where_the_edge_says_so() {
    for replaces in [true, false] {
        let mut world = World::new();
        let graph = world.graph(&[("up", &[])]);
        let child = world.member_with(&graph.flow, "mail", |create| create.input = Some(b"own".to_vec().into()));
        world.finish_with("up", b"goods");
        world.edge_with(&graph.flow, &graph.id("up"), &child, |args| args.replace_input = replaces);
        let expected: &[u8] = if replaces { b"goods" } else { b"own" };
        assert_eq!(world.claim("mail").input.unwrap().as_slice(), expected);
    }
}

#[test]
fn nothing_replaces_the_input_where_the_upstream_left_no_result_or_failed() {
    let mut world = World::new();
    let graph = world.graph(&[("up", &[])]);
    let child = world.member_with(&graph.flow, "mail", |create| create.input = Some(b"own".to_vec().into()));
    world.finish("up");
    world.edge_with(&graph.flow, &graph.id("up"), &child, |args| args.replace_input = true);
    assert_eq!(world.claim("mail").input.unwrap().as_slice(), b"own");
}

/// Contract: edges.apply-ended.
#[test]
fn an_upstream_that_waits_for_a_retry_has_not_ended() {
    let mut world = World::new();
    let (graph, child, edge) = staged(&mut world, Stand::Waiting);
    let claim = world.claim("up");
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(world.apply(&graph.flow, &edge).unwrap(), applied(1, PublicState::WaitingChildren));
    world.pass(1.secs());
    world.finish("up");
    assert_eq!(world.state(&child), PublicState::Waiting);
}

#[test]
fn a_repeated_request_gets_its_first_answer() {
    let mut world = World::new();
    let (graph, _, edge) = staged(&mut world, Stand::Waiting);
    let args = ApplyDependencyArgs { flow_id: graph.flow, edge_id: edge };
    let first = once(&mut world, "r1", args.clone()).unwrap();
    world.finish("up");
    assert_eq!(once(&mut world, "r1", args).unwrap(), first);
}
