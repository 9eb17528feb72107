//! Replaying members. Contract: edges.replay-waits, edges.replay-cascade, edges.replay-satisfied, flows.reopens.

use crate::engine::world::flows::Graph;
use crate::engine::world::turns::{delay, replay};
use crate::engine::world::watcher::plain_end;
use crate::engine::world::{START, World, refusal, test};
use tidegate::model::events::event::{EventDetail, EventStream, ReplayBranch};
use tidegate::model::flows::edge::EdgeGroupPolicy;
use tidegate::model::flows::flow::FlowEligibility;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptState, AttemptType, FailureClass, Outcome, PublicState};
use tidegate::model::streams::stream::ClosedReason;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::executions::replay::{ReplayExecutionAnswer, ReplayExecutionArgs};
use tidegate::ops::flows::describe::DescribeFlowArgs;
use tidegate::ops::flows::edges::eligibility::EvaluateFlowEligibilityArgs;
use tidegate::{Code, Result};

const WAITS: PublicState = PublicState::WaitingChildren;
const READY: PublicState = PublicState::Waiting;
const DONE: PublicState = PublicState::Completed;
const SKIPPED: PublicState = PublicState::Skipped;
const FAILED: PublicState = PublicState::Failed;
const CANCELLED: PublicState = PublicState::Cancelled;

fn replay_all(world: &mut World, id: &str) -> Result<ReplayExecutionAnswer> {
    world.call(ReplayExecutionArgs { execution_id: id.to_owned(), cascade: true })
}

/// A chain of three whose first member has failed.
fn fallen(world: &mut World) -> Graph {
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    world.spoil("a");
    assert_eq!(world.states(&graph), [FAILED, SKIPPED, SKIPPED]);
    graph
}

fn branches(world: &mut World) -> Vec<Option<EventDetail>> {
    let told = world.events_in(&[EventStream::Operator]);
    told.into_iter().filter(|event| event.cause == Cause::Replayed).map(|event| event.detail).collect()
}

/// A worker gives `b` up as `give_up` does; then `a` fails, and `b`, made to depend on it, is skipped. Answers `b`.
fn skipped_after(world: &mut World, give_up: impl Fn(&mut World, &Claim)) -> (String, Claim) {
    let flow = world.flow();
    let upstream = world.member(&flow, "a");
    let child = world.member(&flow, "b");
    let held = world.claim("b");
    give_up(world, &held);
    world.spoil("a");
    world.edge(&flow, &upstream, &child);
    assert_eq!(world.state(&child), SKIPPED);
    (child, held)
}

/// Contract: states.replay-skipped, edges.replay-waits, edges.replay-branch.
#[test]
fn a_skipped_member_that_is_replayed_waits_for_its_upstreams_again() {
    let mut world = World::new();
    let graph = fallen(&mut world);
    let answer = replay(&mut world, &graph.id("b")).unwrap();
    assert_eq!((answer.public_state, answer.replay_count), (WAITS, 1));
    let found = world.describe(&graph.id("b"));
    assert_eq!(found.state.attempt_state, AttemptState::PendingReplayAttempt);
    assert!(found.ending.is_none());
    let reset = EventDetail::Replayed { branch: ReplayBranch::SkippedFlowMember, groups_reset: 1 };
    assert_eq!(branches(&mut world), [Some(reset)]);
    assert_eq!(world.number("SELECT failed + skipped FROM edge_group ORDER BY execution LIMIT 1"), 0);
}

/// The counters of a member's group: satisfied, failed, skipped, running.
fn counters(world: &mut World, graph: &Graph, name: &str) -> [i64; 4] {
    let flow = world.call(DescribeFlowArgs { flow_id: graph.flow.clone() }).unwrap().unwrap();
    let group = flow.edge_groups.iter().find(|group| group.downstream_execution_id == graph.id(name)).unwrap();
    assert_eq!(group.total_deps, 3);
    [group.satisfied_count, group.failed_count, group.skipped_count, group.running_count]
}

fn eligibility(world: &mut World, id: &str) -> FlowEligibility {
    world.call(EvaluateFlowEligibilityArgs { execution_id: id.to_owned() }).unwrap().status
}

/// Contract: edges.replay-counters, edges.eligibility.
#[test]
fn of_a_skipped_member_that_is_replayed_alone_only_what_is_satisfied_counts() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("good", &[]), ("bad", &[]), ("slow", &[]), ("last", &["good", "bad", "slow"])]);
    let last = graph.id("last");
    world.finish("good");
    let slow = world.claim("slow");
    world.spoil("bad");
    assert_eq!(counters(&mut world, &graph, "last"), [1, 1, 0, 1]);
    replay(&mut world, &last).unwrap();
    assert_eq!(counters(&mut world, &graph, "last"), [1, 0, 0, 0]);
    assert_eq!(eligibility(&mut world, &last), FlowEligibility::Impossible, "bad has failed and stays so");
    world.complete(&slow).unwrap();
    assert_eq!(counters(&mut world, &graph, "last"), [2, 0, 0, 0]);
    assert_eq!(world.state(&last), WAITS);
    replay(&mut world, &graph.id("bad")).unwrap();
    assert_eq!(counters(&mut world, &graph, "last"), [2, 0, 0, 1]);
    assert_eq!(eligibility(&mut world, &last), FlowEligibility::BlockedByDependencies);
    world.finish("bad");
    assert_eq!(counters(&mut world, &graph, "last"), [3, 0, 0, 0]);
    assert_eq!(world.state(&last), READY);
}

/// Contract: edges.replay-counters.
#[test]
fn what_was_left_behind_counts_as_it_ends_again() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &[]), ("c", &[]), ("last", &["a", "b", "c"])]);
    world.spoil("a");
    replay(&mut world, &graph.id("last")).unwrap();
    world.spoil("b");
    assert_eq!(counters(&mut world, &graph, "last"), [0, 1, 0, 0]);
    assert_eq!(world.state(&graph.id("last")), SKIPPED);
    replay_all(&mut world, &graph.id("b")).unwrap();
    assert_eq!(counters(&mut world, &graph, "last"), [0, 0, 0, 1]);
    assert_eq!(world.state(&graph.id("last")), WAITS);
}

/// Contract: edges.replay-alone.
#[test]
fn the_upstream_must_be_replayed_too_and_then_resolves_the_edge() {
    let mut world = World::new();
    let graph = fallen(&mut world);
    replay(&mut world, &graph.id("b")).unwrap();
    replay(&mut world, &graph.id("a")).unwrap();
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY, SKIPPED]);
    let claim = world.finish("b");
    assert_eq!((claim.attempt_type, claim.attempt_index), (AttemptType::Replay, 0), "it never had an attempt");
    assert_eq!(world.states(&graph), [DONE, DONE, SKIPPED], "what was skipped because of it stays so without cascade");
}

/// Contract: edges.replay-waits.
#[test]
fn an_upstream_that_has_succeeded_since_satisfies_the_edge_at_once() {
    let mut world = World::new();
    let graph = fallen(&mut world);
    replay(&mut world, &graph.id("a")).unwrap();
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, SKIPPED, SKIPPED]);
    let answer = replay(&mut world, &graph.id("b")).unwrap();
    assert_eq!(answer.public_state, READY);
    let story = world.causes(&graph.id("b"));
    assert_eq!(story[story.len() - 2..], [Cause::Replayed, Cause::Unblocked]);
}

/// Contract: edges.replay-satisfied.
#[test]
fn satisfied_edges_stay_satisfied() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])]);
    world.finish("a");
    world.spoil("b");
    replay(&mut world, &graph.id("c")).unwrap();
    assert_eq!(world.number("SELECT succeeded * 10 + failed FROM edge_group"), 10);
    replay(&mut world, &graph.id("b")).unwrap();
    world.finish("b");
    assert_eq!(world.states(&graph), [DONE, DONE, READY]);
}

/// Contract: edges.replay-branch, edges.replay-cascade.
#[test]
fn with_cascade_everything_that_was_skipped_because_of_it_waits_again() {
    let mut world = World::new();
    let graph = fallen(&mut world);
    let answer = replay_all(&mut world, &graph.id("a")).unwrap();
    assert_eq!(answer.public_state, READY);
    assert_eq!(world.states(&graph), [READY, WAITS, WAITS]);
    let normal = EventDetail::Replayed { branch: ReplayBranch::Normal, groups_reset: 0 };
    let skipped = EventDetail::Replayed { branch: ReplayBranch::SkippedFlowMember, groups_reset: 1 };
    assert_eq!(branches(&mut world), [Some(normal), Some(skipped.clone()), Some(skipped)]);
    for name in ["a", "b", "c"] {
        world.finish(name);
    }
    assert_eq!(world.states(&graph), [DONE; 3]);
    assert_eq!(world.describe(&graph.id("b")).replay_count, 0, "only what was asked for counts as replayed");
}

/// Contract: edges.replay-cascade.
#[test]
fn what_is_skipped_because_of_another_upstream_stays_skipped() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &[]), ("c", &["a", "b"]), ("d", &["c"])]);
    world.spoil("a");
    world.spoil("b");
    replay_all(&mut world, &graph.id("a")).unwrap();
    assert_eq!(world.states(&graph), [READY, FAILED, SKIPPED, SKIPPED]);
    replay_all(&mut world, &graph.id("b")).unwrap();
    assert_eq!(world.states(&graph), [READY, READY, WAITS, WAITS]);
    world.finish("a");
    world.finish("b");
    assert_eq!(world.state(&graph.id("c")), READY);
}

#[test]
fn a_member_that_was_cancelled_while_it_waited_waits_again() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    world.cancel(&graph.id("b")).unwrap();
    assert_eq!(replay(&mut world, &graph.id("b")).unwrap().public_state, WAITS);
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY]);
}

/// Contract: edges.replay-waits, edges.replay-branch.
#[test]
fn a_member_whose_upstreams_have_satisfied_it_waits_for_a_worker() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    world.finish("a");
    world.spoil("b");
    assert_eq!(replay(&mut world, &graph.id("b")).unwrap().public_state, READY);
    let normal = EventDetail::Replayed { branch: ReplayBranch::Normal, groups_reset: 0 };
    assert_eq!(branches(&mut world), [Some(normal)]);
}

/// Contract: flows.reopens.
#[test]
fn a_replay_opens_the_flow_again_until_its_next_end() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.spoil("a");
    replay(&mut world, &graph.id("a")).unwrap();
    world.finish("a");
    let told = world.flow_causes();
    assert_eq!(told[told.len() - 3..], [Cause::FlowCompleted, Cause::FlowReopened, Cause::FlowCompleted]);
    assert_eq!(world.number("SELECT end_count FROM flow"), 2);
}

/// Contract: flows.excused.
#[test]
fn a_sibling_that_was_excused_counts_again_once_it_is_replayed() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])], |_, n| (n > 0).then_some(any));
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, CANCELLED, READY]);
    assert_eq!(world.number("SELECT excused FROM flow"), 1);
    replay(&mut world, &graph.id("b")).unwrap();
    assert_eq!(world.number("SELECT excused FROM flow"), 0);
    world.cancel(&graph.id("b")).unwrap();
    assert_eq!(world.number("SELECT cancelled * 10 + excused FROM flow"), 10, "a person's cancel excuses nothing");
}

/// Contract: edges.replay-doomed.
#[test]
fn a_doomed_member_that_is_replayed_can_still_get_upstreams() {
    let mut world = World::new();
    let quorum = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a"])], |_, n| (n > 0).then_some(quorum));
    world.seal(&graph.flow).unwrap();
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY, SKIPPED]);
    assert_eq!(replay(&mut world, &graph.id("c")).unwrap().public_state, WAITS);
    world.edge(&graph.flow, &graph.id("b"), &graph.id("c"));
    world.finish("b");
    assert_eq!(world.states(&graph), [DONE, DONE, READY]);
}

#[test]
fn a_live_member_and_one_replayed_too_often_are_refused() {
    let mut world = World::new();
    let flow = world.flow();
    let upstream = world.member(&flow, "a");
    let child = world.member_with(&flow, "b", |create| create.policy.max_replay_count = Some(0));
    world.edge(&flow, &upstream, &child);
    refusal(replay(&mut world, &child), Code::ExecutionNotTerminal);
    world.spoil("a");
    let refused = world.refused(|world| replay(world, &child));
    assert_eq!(refused.code(), Code::MaxReplaysExhausted);
}

#[test]
fn a_member_of_a_cancelled_flow_runs_again_and_the_flow_stays_cancelled() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.spoil("a");
    replay(&mut world, &graph.id("a")).unwrap();
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE]);
}

/// Contract: edges.replay-parent.
#[test]
fn a_parent_that_was_skipped_while_it_waited_starts_anew_when_its_child_is_replayed() {
    let mut world = World::new();
    let flow = world.flow();
    let parent = world.member(&flow, "parent");
    let held = world.claim("parent");
    world.record(&held, "one", b"1").unwrap();
    let child = world.member(&flow, "child");
    world.wait_for(&held, &[&child], None).unwrap();
    world.spoil("child");
    replay_all(&mut world, &child).unwrap();
    assert_eq!(world.state(&parent), WAITS);
    world.finish("child");
    let claim = world.claim("parent");
    assert_eq!((claim.attempt_index, claim.attempt_type), (1, AttemptType::Replay));
    assert!(claim.steps.is_empty(), "a replay forgets the steps");
}

/// Contract: edges.replay-heard.
#[test]
fn whoever_waits_for_a_member_hears_that_it_was_skipped_though_it_came_back_since() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    let after = world.begin_wait(&graph.id("b"));
    world.spoil("a");
    replay_all(&mut world, &graph.id("a")).unwrap();
    assert_eq!(world.state(&graph.id("b")), WAITS);
    let end = world.end_since(&graph.id("b"), Some(&after));
    assert_eq!(end, plain_end(Outcome::Skipped, Some("dependency_impossible")));
}

/// Contract: edges.replay-heard.
#[test]
fn a_worker_that_was_told_to_go_on_is_told_so_again_though_its_execution_was_skipped_since() {
    let mut world = World::new();
    let waits = |world: &mut World, held: &Claim| {
        assert_eq!(world.wait_for(held, &[], None).unwrap().public_state, READY);
    };
    let (_, held) = skipped_after(&mut world, waits);
    waits(&mut world, &held);
}

/// Contract: edges.replay-heard.
#[test]
fn a_stream_that_a_skip_has_closed_says_so_also_after_a_replay() {
    let mut world = World::new();
    let (child, _) = skipped_after(&mut world, |world, held| {
        world.append(held, "so far");
        delay(world, held, START + 1_000).unwrap();
    });
    let closed = world.closed(&child);
    assert_eq!(closed.map(|(reason, _)| reason), Some(ClosedReason::DependencyImpossible));
    replay(&mut world, &child).unwrap();
    assert_eq!(world.closed(&child), closed);
}

/// Contract: streams.closed-stays.
#[test]
fn an_attempt_that_failed_before_a_skip_stays_one_that_failed() {
    let mut world = World::new();
    let (child, _) = skipped_after(&mut world, |world, held| {
        world.append(held, "so far");
        world.fail(held, FailureClass::Transient).unwrap();
    });
    assert_eq!(world.closed(&child).map(|(reason, _)| reason), Some(ClosedReason::AttemptFailure));
}
