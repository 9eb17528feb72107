//! A grant is consumed at most once, however many show it and by whatever call; a refused combined grant-and-claim
//! leaves none. Contract: protocol.grant-void, protocol.operator-states.

use crate::calls::op::{Call, Cancel, Claim, Create, Op, Revoke};
use crate::calls::protocol::{Grantee, Protocol, Taker};
use crate::calls::registry::Registry;
use crate::ground::random::Random;
use crate::ground::world::{START, World};
use crate::rows::tables::{broken_rules, differences, dump, number};

/// How an execution got to where it is granted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Course {
    Waiting,
    Interrupted,
    Lapsed,
    /// To be reclaimed, not claimed.
    Reclaimable,
}

fn create(world: &mut World, set: impl FnOnce(&mut Create)) -> String {
    let mut create = Create { lane: "mail".to_owned(), kind: "k".to_owned(), ..Create::default() };
    set(&mut create);
    let answer = world.granted(Op::Create(Box::new(create)));
    answer["executionId"].as_str().expect("an id").to_owned()
}

fn claim(world: &mut World, ttl_ms: i64) {
    let (lanes, worker) = (vec!["mail".to_owned()], "w".to_owned());
    world.granted(Op::Claim(Claim { lanes, worker, ttl_ms: Some(ttl_ms), ..Claim::default() }));
}

/// An execution that went this course, and the key of its grant.
fn granted(world: &mut World, course: Course) -> (String, String) {
    let id = create(world, |_| {});
    match course {
        Course::Waiting => {}
        Course::Interrupted => {
            claim(world, 10_000);
            world.granted(Op::Revoke(Revoke { id: id.clone(), ..Revoke::default() }));
        }
        Course::Lapsed | Course::Reclaimable => {
            claim(world, 10);
            world.set_clock(START + 10);
        }
    }
    let grantee = Grantee { worker: "w".to_owned(), ..Grantee::default() };
    let issue = match course {
        Course::Reclaimable => Protocol::IssueReclaimGrant { id: id.clone(), grantee },
        Course::Waiting | Course::Interrupted | Course::Lapsed => Protocol::IssueClaimGrant { id: id.clone(), grantee },
    };
    let answer = world.granted(Op::Protocol(issue));
    (id, answer["grantKey"].as_str().expect("a key").to_owned())
}

/// Every call that uses a grant, by an instance of its worker.
fn uses(id: &str, key: &str, instance: usize) -> Vec<Call> {
    let id = || id.to_owned();
    let (worker, instance, ttl_ms) = ("w".to_owned(), Some(format!("process {instance}")), Some(1_000));
    let taker = Taker { worker, instance, ttl_ms, lease_id: None, attempt_id: None };
    let calls = [
        Protocol::ClaimExecution { id: id(), taker: taker.clone() },
        Protocol::ClaimResumed { id: id(), taker: taker.clone() },
        Protocol::ClaimFromGrant { id: id(), key: key.to_owned(), taker: taker.clone() },
        Protocol::Reclaim { id: id(), taker, reclaims_max: None },
    ];
    calls.map(|call| Call::from(Op::Protocol(call))).into()
}

/// Makes the calls in some order, in some batches; answers how many claimed.
fn claims(world: &mut World, mut calls: Vec<Call>, random: &mut Random) -> usize {
    let mut claims = 0;
    while !calls.is_empty() {
        let size = (1 + random.below(5)).min(calls.len());
        let batch: Vec<Call> = (0..size).map(|_| calls.swap_remove(random.below(calls.len()))).collect();
        claims += world.send(&batch).answers.iter().filter(|answer| answer["ok"]["handle"].is_string()).count();
    }
    claims
}

#[test]
fn law_08_a_grant_is_consumed_at_most_once() {
    let mut random = Random::new(8);
    for round in 0..40 {
        for course in [Course::Waiting, Course::Interrupted, Course::Lapsed, Course::Reclaimable] {
            let mut world = World::memory(round);
            let (id, key) = granted(&mut world, course);
            let all = || (0..3).flat_map(|instance| uses(&id, &key, instance)).collect::<Vec<_>>();
            let first = claims(&mut world, all(), &mut random);
            assert_eq!(first, 1, "round {round}, {course:?}: claims by one grant");
            assert_eq!(number(&*world.driver(), "SELECT count(*) FROM execution_grant"), 0, "{course:?}");
            // Not even when it waits again.
            world.granted(Op::Revoke(Revoke { id: id.clone(), ..Revoke::default() }));
            assert_eq!(
                claims(&mut world, all(), &mut random),
                0,
                "round {round}, {course:?}: a grant that was consumed"
            );
            let broken = broken_rules(&*world.driver());
            assert!(broken.is_empty(), "round {round}, {course:?}: {broken:?}");
        }
    }
}

#[test]
fn law_08_a_grant_is_good_at_its_very_last_instant_and_never_after() {
    for (course, late) in [
        (Course::Waiting, false),
        (Course::Waiting, true),
        (Course::Interrupted, false),
        (Course::Interrupted, true),
        (Course::Lapsed, false),
        (Course::Lapsed, true),
        (Course::Reclaimable, false),
        (Course::Reclaimable, true),
    ] {
        let mut world = World::memory(1);
        let (id, key) = granted(&mut world, course);
        let issued_at = if matches!(course, Course::Lapsed | Course::Reclaimable) { START + 10 } else { START };
        world.set_clock(issued_at + 5_000 + i64::from(late));
        let used = claims(&mut world, uses(&id, &key, 1), &mut Random::new(1));
        assert_eq!(used, usize::from(!late), "{course:?}, late {late}");
        claims(&mut world, vec![plain()], &mut Random::new(1));
        let state = world.granted(Op::Describe { id });
        assert_eq!(
            state["publicState"], "active",
            "{course:?}, late {late}: what is reserved no more is claimed: {state}"
        );
        assert_eq!(state["grant"], serde_json::Value::Null, "{course:?}, late {late}");
    }
}

/// A plain claim, which sees nothing that is reserved.
fn plain() -> Call {
    let (lanes, worker) = (vec!["mail".to_owned()], "other".to_owned());
    Op::Claim(Claim { lanes, worker, ..Claim::default() }).into()
}

/// Executions that the combined call must refuse.
fn refused(world: &mut World) -> Vec<String> {
    let lapsed = create(world, |_| {});
    claim(world, 10);
    world.set_clock(START + 10);
    let reserved = create(world, |_| {});
    let grantee = Grantee { worker: "w".to_owned(), ..Grantee::default() };
    world.granted(Op::Protocol(Protocol::IssueClaimGrant { id: reserved.clone(), grantee }));
    let held = create(world, |one| one.priority = Some(9));
    claim(world, 20_000);
    let delayed = create(world, |one| one.delay_until = Some(START + 9_000));
    let blocked = create(world, |_| {});
    world.granted(Op::Protocol(Protocol::BlockRoute { id: blocked.clone(), reason: String::new() }));
    let ended = create(world, |_| {});
    world.granted(Op::Cancel(Cancel { id: ended.clone(), ..Cancel::default() }));
    let closed = create(world, |one| "closed".clone_into(&mut one.lane));
    world.granted(Op::Registry(Registry::SetLane { lane: "closed".to_owned(), state: "disabled" }));
    let unknown = "{fp:0}:00000000-0000-4000-8000-00000000ffff".to_owned();
    vec![lapsed, reserved, held, delayed, blocked, ended, closed, unknown]
}

/// Contract: protocol.operator-states.
#[test]
fn law_08_a_refused_grant_and_claim_leaves_none() {
    let mut world = World::memory(1);
    for id in refused(&mut world) {
        let before = dump(&*world.driver());
        let answer = world.call(&Op::Protocol(Protocol::GrantAndClaim { id: id.clone(), ttl_ms: None }).into());
        assert!(answer.answers[0].get("error").is_some(), "{id}: {answer:?}");
        let lines = differences(&before, &dump(&*world.driver()));
        assert!(lines.is_empty(), "{id}: {answer:?}\n{}", lines.join("\n"));
    }
    assert_eq!(number(&*world.driver(), "SELECT count(*) FROM execution_grant"), 1, "the grant there was before");
}
