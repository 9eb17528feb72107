//! An upstream's result as its downstream's input. Contract: edges.replace-input, edges.replace-last,
//! edges.replace-some.

use crate::engine::world::graphs::{Graph, LANE, fed, node, some_of};
use crate::engine::world::turns::replay;
use crate::engine::world::{Span, TTL, World, test};
use tidegate::model::flows::edge::OnSatisfied;
use tidegate::model::flows::need::Need;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::flows::submit::MemberArgs;

fn payloads(world: &World) -> i64 {
    world.number("SELECT count(*) FROM payload")
}

/// The input of a member that is claimed next.
fn input(world: &mut World, graph: &Graph, name: &str) -> Option<Vec<u8>> {
    world.claim_member(graph, name).input.map(|input| input.as_slice().to_vec())
}

fn own(name: &str, after: &[&str]) -> MemberArgs {
    let mut member = node(name, after);
    member.create.input = Some("own".into());
    member
}

/// Contract: edges.replace-input.
#[test]
fn the_result_becomes_the_input_where_the_dependency_says_so() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"]), own("c", &["a"]), node("d", &["a"])]);
    world.finish_node(&graph, "a");
    assert_eq!(input(&mut world, &graph, "b"), Some(b"a".to_vec()));
    assert_eq!(input(&mut world, &graph, "c"), Some(b"own".to_vec()));
    assert_eq!(input(&mut world, &graph, "d"), None);
}

#[test]
fn an_edge_ref_alone_passes_nothing() {
    let mut world = World::new();
    let mut child = own("b", &["a"]);
    child.needs.after[0].edge_ref = Some("input".to_owned());
    let graph = world.submitted(vec![node("a", &[]), child]);
    world.finish_node(&graph, "a");
    assert_eq!(input(&mut world, &graph, "b"), Some(b"own".to_vec()));
}

/// Contract: edges.replace-none.
#[test]
fn an_upstream_without_a_result_passes_nothing_and_one_with_an_empty_result_passes_that() {
    for (result, expected) in [(None, b"own".to_vec()), (Some(""), Vec::new())] {
        let mut world = World::new();
        let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"])]);
        let claim = world.claim_member(&graph, "a");
        let result = result.map(Into::into);
        world.call(CompleteArgs { handle: claim.handle, result, encoding: None }).unwrap();
        assert_eq!(input(&mut world, &graph, "b"), Some(expected));
    }
}

#[test]
fn a_member_without_an_input_gets_one() {
    let mut world = World::new();
    let mut child = fed("b", &["a"]);
    child.create.input = None;
    let graph = world.submitted(vec![node("a", &[]), child]);
    world.finish_node(&graph, "a");
    assert_eq!(input(&mut world, &graph, "b"), Some(b"a".to_vec()));
}

#[test]
fn the_encoding_comes_along() {
    let mut world = World::new();
    let mut child = fed("b", &["a"]);
    child.create.encoding = Some("text".to_owned());
    let graph = world.submitted(vec![node("a", &[]), child]);
    let claim = world.claim_member(&graph, "a");
    let (result, encoding) = (Some(vec![0xff, 0].into()), Some("raw".to_owned()));
    world.call(CompleteArgs { handle: claim.handle, result, encoding }).unwrap();
    let claim = world.claim_member(&graph, "b");
    assert_eq!((claim.input, claim.encoding.as_deref()), (Some(vec![0xff, 0].into()), Some("raw")));
}

/// Contract: edges.replace-last.
#[test]
fn of_several_the_last_to_end_wins_whatever_their_order_in_the_call() {
    for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]] {
        let mut world = World::new();
        let graph = world.submitted(vec![node("a", &[]), node("b", &[]), node("c", &[]), fed("d", &["a", "b", "c"])]);
        let claims: Vec<Claim> = ["a", "b", "c"].map(|name| world.claim_member(&graph, name)).into();
        for name in order {
            let claim = claims.iter().find(|claim| graph.named(claim) == name).unwrap();
            world.complete_with(claim, name.as_bytes()).unwrap();
        }
        assert_eq!(input(&mut world, &graph, "d"), Some(order[2].as_bytes().to_vec()));
        for name in ["a", "b", "c"] {
            assert_eq!(world.result(graph.of(name)).unwrap().result, Some(name.into()), "each keeps its own");
        }
    }
}

/// Contract: edges.replace-last.
#[test]
fn one_that_passes_nothing_leaves_what_an_earlier_one_passed() {
    let mut world = World::new();
    let mut child = fed("c", &["a", "b"]);
    child.needs.after[1].replace_input = Some(false);
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), child]);
    world.finish_node(&graph, "a");
    world.finish_node(&graph, "b");
    assert_eq!(input(&mut world, &graph, "c"), Some(b"a".to_vec()));
}

/// A member that needs some of others, each of which passes its result and runs on.
fn fed_by_some(name: &str, after: &[&str], need: Need) -> MemberArgs {
    let mut member = fed(name, after);
    (member.needs.need, member.needs.on_satisfied) = (Some(need), Some(OnSatisfied::LetRun));
    member
}

/// Contract: edges.replace-some.
#[test]
fn where_some_are_enough_the_one_that_settles_it_passes_its_result_and_no_other() {
    for (need, expected) in [(Need::AnyOf, "a"), (Need::Quorum(2), "b")] {
        let mut world = World::new();
        let members = vec![node("a", &[]), node("b", &[]), node("c", &[]), fed_by_some("d", &["a", "b", "c"], need)];
        let graph = world.submitted(members);
        for name in ["a", "b", "c"] {
            world.finish_node(&graph, name);
        }
        assert_eq!(input(&mut world, &graph, "d"), Some(expected.as_bytes().to_vec()));
    }
}

/// Contract: edges.replace-some.
#[test]
fn where_the_one_that_settles_it_passes_nothing_the_input_stays() {
    let mut world = World::new();
    let mut child = fed_by_some("c", &["a", "b"], Need::Quorum(2));
    child.needs.after[1].replace_input = None;
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), child]);
    world.finish_node(&graph, "a");
    world.finish_node(&graph, "b");
    assert_eq!(input(&mut world, &graph, "c"), Some(b"own".to_vec()));
}

/// Contract: edges.replace-none.
#[test]
fn an_upstream_that_fails_passes_nothing() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), fed_by_some("c", &["a", "b"], Need::AnyOf)]);
    world.spoil_node(&graph, "a");
    world.finish_node(&graph, "b");
    assert_eq!(input(&mut world, &graph, "c"), Some(b"b".to_vec()));
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"])]);
    world.spoil_node(&graph, "a");
    assert_eq!(world.state(graph.of("b")), PublicState::Skipped);
    assert_eq!(world.number("SELECT count(*) FROM payload WHERE bytes = CAST('own' AS BLOB)"), 1);
}

/// Contract: edges.replace-ended.
#[test]
fn a_member_that_has_ended_keeps_its_own_input_also_for_a_replay() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"])]);
    world.cancel(graph.of("b")).unwrap();
    let claim = world.claim(LANE);
    world.complete_with(&claim, b"goods").unwrap();
    assert_eq!(world.state(graph.of("b")), PublicState::Cancelled);
    replay(&mut world, graph.of("b")).unwrap();
    let claim = world.claim(LANE);
    assert_eq!(claim.input.unwrap().as_slice(), b"own");
    assert_eq!(claim.upstream[0].result, Some("goods".into()), "it is told of it all the same");
}

/// Contract: edges.replace-ended.
#[test]
fn what_a_replay_finds_met_passes_its_result() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"])]);
    world.spoil_node(&graph, "a");
    replay(&mut world, graph.of("a")).unwrap();
    let claim = world.claim(LANE);
    world.complete_with(&claim, b"goods").unwrap();
    assert_eq!(world.state(graph.of("b")), PublicState::Skipped);
    replay(&mut world, graph.of("b")).unwrap();
    assert_eq!(input(&mut world, &graph, "b"), Some(b"goods".to_vec()));
}

/// Contract: edges.replace-input.
#[test]
fn what_was_the_input_before_is_gone_and_the_result_is_kept_once() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"]), fed("c", &["a"])]);
    assert_eq!(payloads(&world), 2);
    world.finish_node(&graph, "a");
    assert_eq!(payloads(&world), 1);
    assert_eq!(world.number("SELECT count(DISTINCT input) FROM specification WHERE input IS NOT NULL"), 1);
}

/// Contract: edges.replace-input.
#[test]
fn each_later_attempt_gets_the_same_input() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"])]);
    world.finish_node(&graph, "a");
    let first = world.claim_member(&graph, "b");
    world.fail(&first, FailureClass::Transient).unwrap();
    world.pass(1.mins());
    assert_eq!(input(&mut world, &graph, "b"), Some(b"a".to_vec()), "retried");
    world.pass(TTL);
    let third = world.claim_member(&graph, "b");
    assert_eq!(third.input, Some("a".into()), "taken over");
    world.complete(&third).unwrap();
    replay(&mut world, graph.of("b")).unwrap();
    assert_eq!(input(&mut world, &graph, "b"), Some(b"a".to_vec()), "replayed");
}

#[test]
fn a_result_passes_through_a_chain_of_members() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"]), fed("c", &["b"])]);
    world.finish_node(&graph, "a");
    let claim = world.claim_member(&graph, "b");
    let doubled = [claim.input.as_ref().unwrap().as_slice(), b"b"].concat();
    world.complete_with(&claim, &doubled).unwrap();
    assert_eq!(input(&mut world, &graph, "c"), Some(b"ab".to_vec()));
}

/// Contract: edges.replace-ended, edges.replay-satisfied.
#[test]
fn a_replay_of_the_upstream_changes_nothing_downstream() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), fed("b", &["a"])]);
    world.finish_node(&graph, "a");
    replay(&mut world, graph.of("a")).unwrap();
    let other = |claim: &Claim| graph.named(claim) == "a";
    let claims = [world.claim(LANE), world.claim(LANE)];
    let again = claims.iter().find(|claim| other(claim)).unwrap();
    world.complete_with(again, b"other").unwrap();
    let child = claims.iter().find(|claim| !other(claim)).unwrap();
    assert_eq!(child.input, Some("a".into()));
    world.fail(child, FailureClass::Transient).unwrap();
    world.pass(1.mins());
    let child = world.claim_member(&graph, "b");
    assert_eq!((child.input, child.upstream[0].result.clone()), (Some("a".into()), Some("a".into())));
}

#[test]
fn any_of_with_siblings_cancelled_passes_the_result_of_the_first() {
    let mut world = World::new();
    let mut child = some_of("c", &["a", "b"], Need::AnyOf, None);
    for after in &mut child.needs.after {
        after.replace_input = Some(true);
    }
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), child]);
    world.claim_member(&graph, "a");
    world.finish_node(&graph, "b");
    assert_eq!(input(&mut world, &graph, "c"), Some(b"b".to_vec()));
}
