//! Claims by kind: which executions a claim takes that names kinds, in what order, and how parked claims are woken for
//! them. Contract: claims.by-kind, claims.kind-names, claims.explain-worker, claims.lifts-hundred.

use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::{World, refused_field, test, texts};
use tidegate::Code;
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::ClaimArgs;
use tidegate::ops::executions::count::CountExecutionsArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::ops::protocol::scan::ScanEligibleArgs;

fn submit(world: &mut World, kind: &str) -> String {
    world.submit_with("mail", |create| create.kind = kind.to_owned())
}

/// What a claim of some kinds gets, of all where none is named.
fn claim(world: &mut World, kinds: &[&str]) -> Option<String> {
    let set = |claim: &mut ClaimArgs| claim.kinds = (!kinds.is_empty()).then(|| texts(kinds));
    world.claim_with("mail", set).unwrap().map(|claim| claim.execution_id)
}

/// The first of the lane that can be claimed.
fn scan(world: &mut World, limit: i64) -> Vec<String> {
    world.call(ScanEligibleArgs { lane: "mail".to_owned(), limit: Some(limit) }).unwrap().execution_ids
}

/// Contract: claims.by-kind.
#[test]
fn a_claim_takes_only_the_kinds_that_it_names() {
    let mut world = World::new();
    let send = submit(&mut world, "send");
    let scan = submit(&mut world, "scan");
    let fax = submit(&mut world, "fax");
    assert_eq!(world.unwritten(|world| claim(world, &["print", "Send"])), None);
    assert_eq!(claim(&mut world, &["scan"]), Some(scan));
    assert_eq!(world.unwritten(|world| claim(world, &["scan"])), None);
    assert_eq!(claim(&mut world, &["scan", "fax", "print"]), Some(fax));
    assert_eq!(claim(&mut world, &[]), Some(send));
}

/// Contract: claims.by-kind.
#[test]
fn kinds_are_claimed_together_in_the_order_of_claims() {
    let mut world = World::new();
    let mut ids: Vec<(i64, String)> = Vec::new();
    for n in 0..60 {
        let priority = n * 7 % 5;
        let kind = ["send", "scan", "fax", "print"][usize::try_from(n * 11 % 4).unwrap()];
        let id = world.submit_with("mail", |create| {
            create.priority = Some(priority);
            create.kind = kind.to_owned();
        });
        if kind != "print" {
            ids.push((-priority, id));
        }
    }
    ids.sort_by_key(|(rank, _)| *rank);
    for (_, id) in ids {
        assert_eq!(claim(&mut world, &["fax", "send", "scan", "send"]), Some(id));
    }
    assert_eq!(claim(&mut world, &["fax", "send", "scan"]), None);
}

/// Contract: claims.by-kind.
#[test]
fn a_kind_that_comes_up_after_a_claim_is_found_by_the_next() {
    let mut world = World::new();
    assert_eq!(claim(&mut world, &["late"]), None);
    submit(&mut world, "send");
    assert_eq!(claim(&mut world, &["late"]), None);
    let late = submit(&mut world, "late");
    assert_eq!(claim(&mut world, &["late"]), Some(late));
}

/// Contract: claims.by-kind.
#[test]
fn what_comes_back_is_claimed_by_its_kind_also_by_the_next_connection() {
    let mut world = World::new();
    submit(&mut world, "send");
    let back = submit(&mut world, "scan");
    let held = world.claim_with("mail", |claim| claim.kinds = Some(texts(&["scan"]))).unwrap().unwrap();
    world.fail(&held, FailureClass::Transient).unwrap();
    let mut world = world.reopened();
    world.pass(60_000);
    assert_eq!(claim(&mut world, &["scan"]), Some(back));
}

/// Contract: claims.kind-names.
#[test]
fn a_claim_names_1_to_1000_sound_kinds_or_none() {
    let mut world = World::new();
    let id = submit(&mut world, &"k".repeat(256));
    let many: Vec<String> = (0..1_001).map(|n| format!("kind {n}")).collect();
    for kinds in [vec![], texts(&[""]), texts(&["a\nb"]), vec!["k".repeat(257)], many.clone()] {
        let refused = world.claim_with("mail", |claim| claim.kinds = Some(kinds.clone()));
        refused_field(refused, Code::InvalidInput, "kinds");
        refused_field(world.keep_with("mail", |args| args.kinds = Some(kinds.clone())), Code::InvalidInput, "kinds");
        refused_field(world.explain_with(&id, |args| args.kinds = Some(kinds)), Code::InvalidInput, "kinds");
    }
    let mut kinds = many[..999].to_vec();
    kinds.push("k".repeat(256));
    let found = world.claim_with("mail", |claim| claim.kinds = Some(kinds)).unwrap();
    assert_eq!(found.map(|claim| claim.execution_id), Some(id));
}

/// Contract: protocol.claim-for-worker.
#[test]
fn a_scheduler_keeps_only_the_kinds_that_it_names() {
    let mut world = World::new();
    submit(&mut world, "send");
    let scan = submit(&mut world, "scan");
    world.keep_with("mail", |args| args.kinds = Some(texts(&["scan"]))).unwrap();
    assert_eq!(world.explain(&scan), ClaimReason::Granted);
}

/// Contract: claims.explain-worker.
#[test]
fn a_kind_that_the_worker_does_not_claim_says_so() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.required_capabilities = texts(&["gpu"]));
    let asked = |world: &mut World, lanes: &[&str], kinds: &[&str]| {
        let answer = world.explain_with(&id, |args| {
            args.lanes = Some(texts(lanes));
            args.kinds = Some(texts(kinds));
            args.capabilities = Some(Vec::new());
        });
        answer.unwrap()
    };
    let other = asked(&mut world, &["mail"], &["scan"]);
    assert_eq!(other.reason, ClaimReason::OtherKind);
    assert!(other.sentence.contains("send"), "{}", other.sentence);
    assert_eq!(asked(&mut world, &["post"], &["scan"]).reason, ClaimReason::OtherLane, "the lane comes first");
    assert_eq!(asked(&mut world, &["mail"], &["scan", "send"]).reason, ClaimReason::MissingCapability);
    assert_eq!(
        world.explain_with(UNKNOWN, |args| args.kinds = Some(texts(&["x"]))).unwrap().reason,
        ClaimReason::NotFound
    );
}

/// Contract: claims.lifts-route.
#[test]
fn only_the_claim_of_its_kind_lifts_the_block_of_a_route() {
    let mut world = World::new();
    let id = submit(&mut world, "scan");
    world.block_route(&id).unwrap();
    assert_eq!(world.unwritten(|world| claim(world, &["send"])), None);
    assert_eq!(world.explain(&id), ClaimReason::BlockedByRoute);
    assert_eq!(claim(&mut world, &["send", "scan"]), Some(id));
}

/// Contract: claims.lifts-hundred.
#[test]
fn one_claim_lifts_a_hundred_at_most_over_all_kinds_the_first_first() {
    let mut world = World::new();
    let ids: Vec<String> = (0..130)
        .map(|n| {
            let id = world.submit_with("mail", |create| {
                create.kind = format!("kind {}", n % 40);
                create.priority = Some(n);
            });
            world.block_route(&id).unwrap();
            id
        })
        .collect();
    assert_eq!(claim(&mut world, &[]), Some(ids[129].clone()));
    let blocked = "SELECT count(*) FROM execution WHERE phase = 3";
    assert_eq!((world.number(blocked), world.explain(&ids[30])), (30, ClaimReason::Claimable));
    assert_eq!(world.explain(&ids[29]), ClaimReason::BlockedByRoute);
}

/// Contract: claims.many-kinds.
#[test]
fn of_many_kinds_each_is_handed_out_once_in_the_order_of_claims() {
    const KINDS: usize = 500;
    let mut world = World::new();
    let create = |world: &mut World, round: usize| -> Vec<String> {
        (0..KINDS).map(|n| submit(world, &format!("kind {}", (n * 7 + round) % KINDS))).collect()
    };
    let mut ids = create(&mut world, 0);
    ids.extend(create(&mut world, 3));
    let mut world = world.reopened();
    ids.extend(create(&mut world, 5));
    assert_eq!(scan(&mut world, 1_000), ids[..1_000], "what can be claimed is listed in this order too");
    for id in &ids[..KINDS + 50] {
        assert_eq!(claim(&mut world, &[]).as_ref(), Some(id));
    }
    let rest = &ids[KINDS + 50..];
    assert_eq!(scan(&mut world, 70), rest[..70]);
    let counts = world.call(CountExecutionsArgs::default()).unwrap();
    assert_eq!((counts.lanes.len(), counts.total.0[0]), (1, i64::try_from(rest.len()).unwrap()));
    let args = SearchExecutionsArgs {
        lane: Some("mail".to_owned()),
        states: vec![PublicState::Waiting],
        oldest_first: true,
        limit: Some(1_000),
        ..SearchExecutionsArgs::default()
    };
    let found: Vec<String> = world.call(args).unwrap().executions.into_iter().map(|one| one.execution_id).collect();
    assert_eq!(found, rest);
}
