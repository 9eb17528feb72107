//! What hangs on the end of a member. Contract: edges.resolve, edges.skip, edges.cascade, flows.ends-once.

use crate::engine::world::calls::done;
use crate::engine::world::flows::Graph;
use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::turns::replay;
use crate::engine::world::{START, TTL, World, test};
use tidegate::model::executions::retry::RetryPolicy;
use tidegate::model::flows::edge::GroupState;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptLifecycle, FailureClass, Outcome, PublicState};
use tidegate::model::streams::stream::ClosedReason;
use tidegate::ops::attempts::abandon::CancelArgs;
use tidegate::ops::attempts::claim::Claim;

const WAITS: PublicState = PublicState::WaitingChildren;
const READY: PublicState = PublicState::Waiting;
const DONE: PublicState = PublicState::Completed;
const SKIPPED: PublicState = PublicState::Skipped;
const FAILED: PublicState = PublicState::Failed;

const DIAMOND: &[(&str, &[&str])] = &[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])];

fn chain(length: usize) -> Vec<(String, Vec<String>)> {
    (0..length).map(|n| (format!("m{n}"), (n > 0).then(|| format!("m{}", n - 1)).into_iter().collect())).collect()
}

fn abandon(world: &mut World, claim: &Claim) {
    world.call(CancelArgs { handle: claim.handle.clone(), reason: String::new() }).unwrap();
}

fn built(world: &mut World, members: &[(String, Vec<String>)]) -> Graph {
    let after: Vec<Vec<&str>> = members.iter().map(|(_, after)| after.iter().map(String::as_str).collect()).collect();
    let members: Vec<(&str, &[&str])> =
        members.iter().zip(&after).map(|((name, _), after)| (name.as_str(), after.as_slice())).collect();
    world.sealed_graph(&members)
}

/// What the group of the youngest member with one counts: applied, succeeded, failed, skipped.
pub fn counters(world: &World) -> [i64; 4] {
    const SQL: &str = "SELECT total, succeeded, failed, skipped FROM edge_group ORDER BY execution";
    let mut found = [0; 4];
    world
        .driver
        .query(SQL, &[], &mut |row| {
            found = [row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?];
            Ok(())
        })
        .unwrap();
    found
}

/// Contract: edges.resolve.
#[test]
fn a_downstream_waits_until_all_its_upstreams_have_succeeded() {
    let mut world = World::new();
    let graph = world.sealed_graph(DIAMOND);
    assert_eq!(world.states(&graph), [READY, WAITS, WAITS, WAITS]);
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY, READY, WAITS]);
    world.finish("b");
    assert_eq!(world.states(&graph), [DONE, DONE, READY, WAITS]);
    assert!(world.claim_if_any("d").is_none());
    world.finish("c");
    assert_eq!(world.states(&graph), [DONE, DONE, DONE, READY]);
    world.finish("d");
    assert_eq!(world.states(&graph), [DONE; 4]);
}

/// Contract: edges.let-go.
#[test]
fn the_kth_of_a_chain_can_be_claimed_only_after_the_one_before_it() {
    let mut world = World::new();
    let graph = built(&mut world, &chain(6));
    for place in 0..6 {
        for later in place + 1..6 {
            assert!(world.claim_if_any(&format!("m{later}")).is_none());
        }
        world.finish(&format!("m{place}"));
    }
    assert_eq!(world.states(&graph), [DONE; 6]);
}

/// Contract: flows.ends-once, edges.cascade-events.
#[test]
fn a_completion_tells_of_itself_first_and_then_of_what_it_lets_go() {
    let mut world = World::new();
    let graph = world.sealed_graph(DIAMOND);
    let claim = world.claim("a");
    let before = world.events().len();
    world.pass(5);
    world.complete(&claim).unwrap();
    let told: Vec<_> =
        world.events()[before..].iter().map(|e| (e.execution_id.clone().unwrap(), e.cause, e.at)).collect();
    let at = START + 5;
    let expected = [
        (graph.id("a"), Cause::Completed, at),
        (graph.id("b"), Cause::Unblocked, at),
        (graph.id("c"), Cause::Unblocked, at),
    ];
    assert_eq!(told, expected);
}

/// Contract: edges.let-go.
#[test]
fn claims_in_the_lanes_of_what_was_let_go_are_woken() {
    let mut world = World::new();
    world.sealed_graph(DIAMOND);
    let claim = world.claim("a");
    let answer = world.batch(vec![done(&claim).into()]);
    assert_eq!(woken_lanes(&answer.wakes), ["b", "c"]);
}

/// Contract: states.skip, edges.skip.
#[test]
fn every_bad_end_of_an_upstream_skips_what_needs_all_of_them() {
    for end in ["fail", "cancel", "abandon", "deadline", "timeout", "reclaims"] {
        let mut world = World::new();
        let flow = world.flow();
        let upstream = world.member_with(&flow, "a", |create| match end {
            "deadline" => create.deadline_at = Some(START + 1_000),
            "timeout" => {
                create.attempt_timeout_ms = Some(1_000);
                create.policy.retry = Some(RetryPolicy { max_retries: Some(0), ..Default::default() });
            }
            "reclaims" => create.policy.max_reclaim_count = Some(0),
            _ => {}
        });
        let child = world.member(&flow, "b");
        let grandchild = world.member(&flow, "c");
        world.edge(&flow, &upstream, &child);
        world.edge(&flow, &child, &grandchild);
        match end {
            "cancel" => drop(world.cancel(&upstream).unwrap()),
            "deadline" => world.pass(1_000),
            _ => {
                let claim = world.claim("a");
                match end {
                    "fail" => drop(world.fail(&claim, FailureClass::Permanent).unwrap()),
                    "abandon" => abandon(&mut world, &claim),
                    "timeout" => world.pass(1_000),
                    _ => {
                        world.pass(TTL);
                        assert!(world.claim_if_any("a").is_none());
                    }
                }
            }
        }
        assert_eq!([world.state(&child), world.state(&grandchild)], [SKIPPED, SKIPPED], "{end}");
        let ending = world.describe(&child).ending.unwrap();
        assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("dependency_impossible", "engine"), "{end}");
        assert_eq!(world.describe(&child).state.terminal_outcome, Some(Outcome::Skipped));
        assert!(world.describe(&child).attempts.is_empty());
    }
}

/// Contract: edges.skip.
#[test]
fn a_failure_that_is_tried_again_resolves_nothing() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    let claim = world.claim("a");
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(world.states(&graph), [PublicState::Delayed, WAITS]);
    world.pass(60_000);
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY]);
}

/// Contract: edges.cascade-events.
#[test]
fn what_time_does_carries_its_own_instant_down_the_graph() {
    let mut world = World::new();
    let flow = world.flow();
    let upstream = world.member_with(&flow, "a", |create| create.deadline_at = Some(START + 1_000));
    let child = world.member(&flow, "b");
    world.edge(&flow, &upstream, &child);
    world.seal(&flow).unwrap();
    world.pass(90_000);
    assert_eq!(world.story(&child).last(), Some(&(Cause::Skipped, 1_000)));
    let ended = world.flow_events().pop().unwrap();
    assert_eq!((ended.cause, ended.at), (Cause::FlowCompleted, START + 1_000));
}

/// Contract: edges.cascade.
#[test]
fn a_skip_goes_down_any_number_of_layers() {
    let mut world = World::new();
    let graph = built(&mut world, &chain(300));
    world.spoil("m0");
    let states = world.states(&graph);
    assert_eq!(states[0], FAILED);
    assert!(states[1..].iter().all(|state| *state == SKIPPED));
    assert_eq!(world.flow_causes().last(), Some(&Cause::FlowCompleted));
}

/// Contract: edges.apply-delayed.
#[test]
fn a_downstream_that_was_put_off_waits_for_its_instant_too() {
    let mut world = World::new();
    let flow = world.flow();
    let upstream = world.member(&flow, "a");
    let child = world.member_with(&flow, "b", |create| create.delay_until = Some(START + 60_000));
    world.edge(&flow, &upstream, &child);
    assert_eq!(world.state(&child), WAITS);
    world.pass(1_000);
    world.finish("a");
    assert_eq!(world.state(&child), PublicState::Delayed);
    world.pass(59_000);
    assert_eq!(world.state(&child), READY);
}

/// Contract: edges.skip.
#[test]
fn a_parent_whose_child_fails_is_skipped_with_its_attempt() {
    let mut world = World::new();
    let flow = world.flow();
    let parent = world.member(&flow, "parent");
    let held = world.claim("parent");
    world.append(&held, "so far");
    let child = world.member(&flow, "child");
    world.wait_for(&held, &[&child], None).unwrap();
    assert_eq!(world.state(&parent), WAITS);
    world.spoil("child");
    let found = world.describe(&parent);
    assert_eq!(found.public_state, SKIPPED);
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedSkipped);
    assert_eq!(world.closed(&parent), Some((ClosedReason::DependencyImpossible, START)));
}

#[test]
fn counters_of_a_flow_are_exact_after_every_step() {
    let mut world = World::new();
    let graph = world.sealed_graph(DIAMOND);
    let counted = |world: &World| {
        let sum = "SELECT waiting * 1000 + waiting_children * 100 + active * 10 + completed FROM flow";
        world.number(sum)
    };
    assert_eq!(counted(&world), 1_300);
    let claim = world.claim("a");
    assert_eq!(counted(&world), 310);
    world.complete(&claim).unwrap();
    assert_eq!(counted(&world), 2_101);
    for name in ["b", "c", "d"] {
        world.finish(name);
    }
    assert_eq!(counted(&world), 4);
    assert_eq!(world.states(&graph), [DONE; 4]);
    assert_eq!(world.number("SELECT ended_at FROM flow"), START);
}

/// Contract: flows.ends-once.
#[test]
fn a_sealed_flow_ends_once_and_an_open_one_never() {
    let mut world = World::new();
    let open = world.graph(&[("a", &[]), ("b", &["a"])]);
    world.finish("a");
    world.finish("b");
    assert!(!world.flow_causes().contains(&Cause::FlowCompleted));
    world.seal(&open.flow).unwrap();
    let causes = world.flow_causes();
    assert_eq!(causes.iter().filter(|cause| **cause == Cause::FlowCompleted).count(), 1);
}

/// Contract: flows.end-wakes.
#[test]
fn whoever_waits_for_the_flow_is_woken_by_its_end_alone() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    let first = world.claim("a");
    let answer = world.batch(vec![done(&first).into()]);
    assert_eq!(answer.wakes.finished, [graph.id("a")]);
    let second = world.claim("b");
    let answer = world.batch(vec![done(&second).into()]);
    assert_eq!(answer.wakes.finished, [graph.id("b"), graph.flow]);
}

/// Contract: edges.cascade-events.
#[test]
fn what_is_in_no_flow_tells_nothing_of_flows() {
    let mut world = World::new();
    world.completed();
    assert!(world.flow_events().is_empty());
    assert_eq!(world.number("SELECT count(*) FROM flow"), 0);
}

/// Contract: edges.resolve-once.
#[test]
fn an_edge_is_resolved_once_whatever_its_upstream_does_later() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    world.finish("a");
    replay(&mut world, &graph.id("a")).unwrap();
    world.spoil("a");
    assert_eq!(world.states(&graph), [FAILED, READY]);
    assert_eq!(counters(&world), [1, 1, 0, 0]);
    let state = world.number("SELECT state FROM edge_group");
    assert_eq!(state, GroupState::Satisfied.number());
}

/// Contract: edges.resolve, edges.commit-order.
#[test]
fn a_hundred_ends_in_one_commit_are_resolved_in_their_order() {
    let mut world = World::new();
    let flow = world.flow();
    let join = world.member(&flow, "join");
    let mut claims = Vec::new();
    for _ in 0..100 {
        let id = world.member(&flow, "part");
        world.edge(&flow, &id, &join);
        claims.push(world.claim("part"));
    }
    let answer = world.batch(claims.iter().map(|claim| done(claim).into()).collect());
    assert!(answer.answers.iter().all(Result::is_ok));
    assert_eq!(world.state(&join), READY);
    assert_eq!(world.number("SELECT succeeded FROM edge_group"), 100);
}

#[test]
fn a_clock_that_is_put_back_takes_flows_with_it() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.pass(10_000);
    world.finish("a");
    world.set_clock(START + 4_000);
    assert_eq!(world.engine.accept_clock().unwrap(), 6_000);
    assert_eq!(world.number("SELECT ended_at FROM flow"), START + 4_000);
    assert_eq!(world.states(&graph), [DONE]);
}
