//! What a claim tells of upstreams. Contract: edges.upstream, edges.upstream-bytes.

use crate::engine::world::graphs::{Graph, LANE, fed, node, some_of};
use crate::engine::world::telling::once;
use crate::engine::world::turns::delay;
use crate::engine::world::{START, Span, TTL, World, pull, test};
use tidegate::model::flows::edge::OnSatisfied;
use tidegate::model::flows::need::Need;
use tidegate::model::ground::vocabulary::{FailureClass, Outcome};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::ground::upstream::Upstream;
use tidegate::{Answer, Envelope};

/// The names, outcomes and bytes of what a claim tells.
fn told(claim: &Claim) -> Vec<(&str, Outcome, Option<&[u8]>)> {
    let fact = |one: &'_ Upstream| (one.outcome, one.omitted);
    assert!(claim.upstream.iter().all(|one| !fact(one).1), "{:?}", claim.upstream);
    let names = claim.upstream.iter();
    names
        .map(|one| {
            let result = one.result.as_ref().map(tidegate::model::ground::payload::Bytes::as_slice);
            (one.name.as_deref().unwrap_or_default(), one.outcome, result)
        })
        .collect()
}

/// Contract: edges.upstream.
#[test]
fn a_claim_names_its_flow_and_what_came_of_each_upstream() {
    let mut world = World::new();
    let mut last = node("c", &["a", "b"]);
    last.needs.after[1].edge_ref = Some("invoice".to_owned());
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), last]);
    let first = world.claim_member(&graph, "a");
    assert_eq!((first.flow_id.as_ref(), first.upstream.len()), (Some(&graph.id), 0));
    let second = world.claim_member(&graph, "b");
    let (result, encoding) = (Some(vec![0xff, 0].into()), Some("raw".to_owned()));
    world.call(CompleteArgs { handle: second.handle, result, encoding }).unwrap();
    world.complete(&first).unwrap();
    let claim = world.claim_member(&graph, "c");
    let one = |name: &str| Upstream {
        edge_id: String::new(),
        edge_ref: None,
        execution_id: graph.of(name).to_owned(),
        name: Some(name.to_owned()),
        outcome: Outcome::Success,
        reason: None,
        result: None,
        encoding: None,
        omitted: false,
    };
    let raw = Some("raw".to_owned());
    let expected = [
        one("a"),
        Upstream {
            edge_ref: Some("invoice".to_owned()),
            result: Some(vec![0xff, 0].into()),
            encoding: raw,
            ..one("b")
        },
    ];
    let ids: Vec<String> = claim.upstream.iter().map(|one| one.edge_id.clone()).collect();
    assert!(ids[0] < ids[1] && ids[0].len() == 36, "{ids:?}");
    let nameless = claim.upstream.iter().map(|one| Upstream { edge_id: String::new(), ..one.clone() });
    assert_eq!(nameless.collect::<Vec<_>>(), expected);
}

/// Contract: edges.upstream.
#[test]
fn an_execution_of_no_flow_has_neither() {
    let mut world = World::new();
    let claim = world.running();
    assert_eq!((claim.flow_id, claim.upstream), (None, Vec::new()));
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.flow_id, found.member_name), (None, None));
}

/// Members a, b and c, of which d needs one, and which run on.
fn any_of_three(world: &mut World) -> Graph {
    let any = some_of("d", &["a", "b", "c"], Need::AnyOf, Some(OnSatisfied::LetRun));
    world.submitted(vec![node("a", &[]), node("b", &[]), node("c", &[]), any])
}

#[test]
fn what_is_not_resolved_yet_comes_with_a_later_attempt() {
    let mut world = World::new();
    let graph = any_of_three(&mut world);
    world.spoil_node(&graph, "a");
    world.finish_node(&graph, "b");
    let third = world.claim_member(&graph, "c");
    let claim = world.claim_member(&graph, "d");
    assert_eq!(told(&claim), [("a", Outcome::Failed, None), ("b", Outcome::Success, Some(b"b".as_slice()))]);
    world.complete_with(&third, b"c").unwrap();
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(1.mins());
    let claim = world.claim_member(&graph, "d");
    assert_eq!(told(&claim)[2], ("c", Outcome::Success, Some(b"c".as_slice())));
}

#[test]
fn siblings_that_were_cancelled_are_told_as_cancelled() {
    let mut world = World::new();
    let any = some_of("c", &["a", "b"], Need::AnyOf, None);
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), any]);
    world.finish_node(&graph, "a");
    let claim = world.claim_member(&graph, "c");
    assert_eq!(told(&claim), [("a", Outcome::Success, Some(b"a".as_slice())), ("b", Outcome::Cancelled, None)]);
}

/// Contract: edges.upstream.
#[test]
fn every_way_to_the_next_lease_tells_them_again() {
    let mut world = World::new();
    let graph = world.wired(&[("a", &[]), ("b", &["a"])]);
    world.finish_node(&graph, "a");
    let first = world.claim_member(&graph, "b");
    assert_eq!(told(&first), [("a", Outcome::Success, Some(b"a".as_slice()))]);
    let same = |claim: &Claim| assert_eq!(claim.upstream, first.upstream);
    world.pass(TTL);
    let claim = world.claim_member(&graph, "b");
    same(&claim);
    delay(&mut world, &claim, START).unwrap();
    let claim = world.claim_member(&graph, "b");
    same(&claim);
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(1.mins());
    let mut world = world.reopened();
    same(&world.claim_member(&graph, "b"));
}

/// Members that end with so many results of 1 MiB, and one that needs them all; it can be claimed next.
fn heavy(world: &mut World, count: usize) -> Graph {
    let names: Vec<String> = (0..count).map(|n| format!("m{n}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut members: Vec<_> = all.iter().map(|name| node(name, &[])).collect();
    // Before the last of another one.
    for member in &mut members {
        member.create.priority = Some(1);
    }
    members.push(node("last", &all));
    let graph = world.submitted(members);
    for name in &names {
        let claim = world.claim_member(&graph, name);
        world.complete_with(&claim, &vec![7; 1 << 20]).unwrap();
    }
    graph
}

/// Contract: edges.upstream-bytes.
#[test]
fn results_beyond_16_mib_together_are_left_out_and_read_one_by_one() {
    let mut world = World::new();
    let graph = heavy(&mut world, 17);
    let claim = world.claim_member(&graph, "last");
    let (last, rest) = claim.upstream.split_last().unwrap();
    assert!(rest.iter().all(|one| !one.omitted && one.result.as_ref().is_some_and(|r| r.as_slice().len() == 1 << 20)));
    assert_eq!((last.omitted, last.result.as_ref(), last.outcome), (true, None, Outcome::Success));
    assert_eq!(world.result(&last.execution_id).unwrap().result, Some(vec![7; 1 << 20].into()));
}

/// Contract: edges.upstream-bytes.
#[test]
fn steps_and_upstreams_share_what_a_claim_hands_back() {
    let mut world = World::new();
    let graph = heavy(&mut world, 10);
    let claim = world.claim_member(&graph, "last");
    for n in 0..7 {
        world.record(&claim, &format!("{n}"), &vec![n; 1 << 20]).unwrap();
    }
    world.pass(TTL);
    let claim = world.claim_member(&graph, "last");
    assert!(claim.upstream.iter().all(|one| !one.omitted));
    assert_eq!(claim.steps.iter().filter(|step| step.omitted).count(), 1);
}

/// Contract: edges.upstream-bytes.
#[test]
fn the_claims_of_one_commit_share_it_as_well() {
    let mut world = World::new();
    heavy(&mut world, 9);
    heavy(&mut world, 9);
    let envelopes: Vec<Envelope> = vec![pull(LANE).into(), pull(LANE).into()];
    let omitted = world.batch(envelopes).answers.into_iter().map(|answer| match answer {
        Ok(Answer::Claim(claim)) => claim.unwrap().upstream.iter().filter(|one| one.omitted).count(),
        other => panic!("{other:?}"),
    });
    assert_eq!(omitted.collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn a_repeated_claim_tells_them_again_and_none_that_came_since() {
    let mut world = World::new();
    let graph = any_of_three(&mut world);
    world.finish_node(&graph, "a");
    let second = world.claim_member(&graph, "b");
    world.claim_member(&graph, "c");
    let first = once(&mut world, "r1", pull(LANE)).unwrap();
    world.complete_with(&second, b"late").unwrap();
    let again = once(&mut world, "r1", pull(LANE)).unwrap();
    assert_eq!(again, first);
    let (text, payloads) = again.text();
    assert_eq!((text.matches("\"upstream\":").count(), payloads), (1, vec![b"a".to_vec()]));
}

#[test]
fn a_repeated_claim_tells_upstreams_steps_and_the_input_again() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), fed("c", &["a", "b"])]);
    world.finish_node(&graph, "a");
    world.finish_node(&graph, "b");
    let claim = world.claim_member(&graph, "c");
    world.record(&claim, "pay", b"paid").unwrap();
    world.pass(TTL);
    let first = once(&mut world, "r1", pull(LANE)).unwrap();
    let again = once(&mut world, "r1", pull(LANE)).unwrap();
    assert_eq!(again, first);
    let expected: Vec<Vec<u8>> = ["b", "a", "b", "paid"].map(|text| text.as_bytes().to_vec()).into();
    let (text, mut payloads) = again.text();
    payloads.sort();
    let mut sorted = expected;
    sorted.sort();
    assert_eq!(payloads, sorted);
    for member in ["upstream", "steps", "input"] {
        assert_eq!(text.matches(&format!("\"{member}\":")).count(), 1, "{text}");
    }
}

#[test]
fn a_grant_hands_them_over_as_well() {
    let mut world = World::new();
    let graph = world.wired(&[("a", &[]), ("b", &["a"])]);
    world.finish_node(&graph, "a");
    let id = graph.of("b").to_owned();
    let claim = world
        .call(tidegate::ops::protocol::grant_and_claim::IssueGrantAndClaimArgs {
            execution_id: id,
            lease_ttl_ms: Some(TTL),
        })
        .unwrap();
    assert_eq!(told(&claim), [("a", Outcome::Success, Some(b"a".as_slice()))]);
    assert_eq!(claim.flow_id, Some(graph.id));
}
