//! `set_lane_state` and `list_lanes`. Contract: lanes.states, lanes.set-state, lanes.closed.

use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::{START, TTL, World, detail, order, refusal, refused_field, test, texts};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::executions::create::CreateOutcome;
use tidegate::ops::lanes::list::{LanePage, ListLanesArgs};
use tidegate::ops::lanes::set_state::{SetLaneStateAnswer, SetLaneStateArgs};
use tidegate::{Code, Operation, Wakes};

const STATES: [LaneState; 4] = [LaneState::Active, LaneState::Paused, LaneState::Draining, LaneState::Disabled];

fn list(world: &mut World, cursor: Option<&str>, limit: Option<i64>) -> LanePage {
    world.call(ListLanesArgs { cursor: cursor.map(str::to_owned), limit }).unwrap()
}

fn listed(world: &mut World) -> Vec<(String, LaneState)> {
    list(world, None, None).lanes.into_iter().map(|lane| (lane.lane, lane.state)).collect()
}

/// All pages of the list: names, and whether each page had a cursor.
fn pages(world: &mut World, limit: i64) -> (Vec<String>, Vec<bool>) {
    let (mut names, mut cursors, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = list(world, cursor.as_deref(), Some(limit));
        names.extend(page.lanes.into_iter().map(|lane| lane.lane));
        cursors.push(page.next_cursor.is_some());
        cursor = page.next_cursor;
        if cursor.is_none() {
            return (names, cursors);
        }
    }
}

fn wakes_of(world: &mut World, state: LaneState) -> Wakes {
    let set = Operation::from(SetLaneStateArgs { lane: "mail".to_owned(), state });
    world.batch(vec![set.into()]).wakes
}

/// Contract: lanes.default, lanes.set-state.
#[test]
fn a_lane_is_active_until_somebody_says_otherwise() {
    let mut world = World::new();
    world.submit("mail");
    assert_eq!(listed(&mut world), [("mail".to_owned(), LaneState::Active)]);
    let answer = world.set_lane("mail", LaneState::Paused);
    let (state, previous_state) = (LaneState::Paused, LaneState::Active);
    assert_eq!(answer, SetLaneStateAnswer { lane: "mail".to_owned(), state, previous_state });
    assert_eq!(listed(&mut world), [("mail".to_owned(), LaneState::Paused)]);
}

/// Contract: lanes.states.
#[test]
fn each_state_follows_on_each() {
    let mut world = World::new();
    for from in STATES {
        for to in STATES {
            world.set_lane("mail", from);
            let answer = world.set_lane("mail", to);
            assert_eq!((answer.previous_state, answer.state), (from, to));
            assert_eq!(listed(&mut world), [("mail".to_owned(), to)]);
        }
    }
}

/// Contract: lanes.states.
#[test]
fn paused_and_disabled_lanes_let_nothing_be_claimed() {
    for (state, claims) in STATES.into_iter().zip([true, false, true, false]) {
        let mut world = World::new();
        world.submit("mail");
        world.set_lane("mail", state);
        assert_eq!(world.claim_if_any("mail").is_some(), claims, "{state}");
    }
}

/// Contract: lanes.states, lanes.closed.
#[test]
fn draining_and_disabled_lanes_take_no_creates() {
    for (state, creates) in STATES.into_iter().zip([true, true, false, false]) {
        let mut world = World::new();
        world.set_lane("mail", state);
        let created = world.create("mail", |_| {});
        if creates {
            assert_eq!(created.unwrap().outcome, CreateOutcome::Created);
        } else {
            let error = refusal(created, Code::LaneClosed);
            assert_eq!((detail(&error, "lane"), detail(&error, "state")), ("mail", state.word()));
            assert!(!error.retryable());
            assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
        }
    }
}

/// Contract: lanes.closed.
#[test]
fn a_create_made_again_is_a_duplicate_in_a_closed_lane_too() {
    let mut world = World::new();
    let keyed = |create: &mut tidegate::ops::executions::create::CreateArgs| {
        create.idempotency_key = Some("order 1".to_owned());
    };
    let id = world.submit_with("mail", keyed);
    world.set_lane("mail", LaneState::Disabled);
    for answer in [
        world.create("mail", keyed).unwrap(),
        world.create("mail", |create| create.execution_id = Some(id.clone())).unwrap(),
    ] {
        assert_eq!((answer.outcome, &answer.execution_id), (CreateOutcome::Duplicate, &id));
    }
}

/// Contract: lanes.closed.
#[test]
fn a_refused_create_takes_no_key() {
    let mut world = World::new();
    let keyed = |create: &mut tidegate::ops::executions::create::CreateArgs| {
        create.idempotency_key = Some("order 1".to_owned());
    };
    world.set_lane("mail", LaneState::Draining);
    refusal(world.create("mail", keyed), Code::LaneClosed);
    world.set_lane("mail", LaneState::Active);
    assert_eq!(world.create("mail", keyed).unwrap().outcome, CreateOutcome::Created);
}

/// Contract: lanes.claims.
#[test]
fn a_claim_from_several_lanes_takes_from_the_open_ones() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.priority = Some(9));
    let other = world.submit("post");
    world.set_lane("mail", LaneState::Paused);
    let mut claim = || world.claim_with("", |claim| claim.lanes = texts(&["mail", "post"])).unwrap();
    assert_eq!(claim().unwrap().execution_id, other);
    assert!(claim().is_none());
}

/// Contract: lanes.holders-go-on.
#[test]
fn who_holds_a_lease_in_a_closed_lane_goes_on_and_ends_its_work() {
    let mut world = World::new();
    let claim = world.running();
    world.set_lane("mail", LaneState::Disabled);
    world.renew(&claim).unwrap();
    world.complete(&claim).unwrap();
}

/// Contract: lanes.time-goes-on.
#[test]
fn time_goes_on_in_a_closed_lane() {
    let mut world = World::new();
    let delayed = world.submit_with("mail", |create| create.delay_until = Some(START + 5));
    let lapsed = world.running();
    let doomed = world.submit_with("mail", |create| create.deadline_at = Some(START + 9));
    world.set_lane("mail", LaneState::Paused);
    world.pass(TTL);
    assert_eq!(world.state(&delayed), PublicState::Waiting);
    assert_eq!(world.state(&doomed), PublicState::Expired);
    assert_eq!(world.causes(&lapsed.execution_id).pop(), Some(Cause::LeaseExpired));
    assert!(world.claim_if_any("mail").is_none());
    world.set_lane("mail", LaneState::Active);
    assert_eq!(world.claim("mail").execution_id, delayed, "the oldest first");
    assert!(world.claim_if_any("mail").is_some());
}

/// Contract: lanes.untouched.
#[test]
fn the_executions_of_a_lane_are_not_written_to() {
    let mut world = World::new();
    let id = world.submit("mail");
    let (before, events) = (world.describe(&id), world.events());
    world.pass(5);
    world.set_lane("mail", LaneState::Disabled);
    assert_eq!((world.describe(&id), world.events()), (before, events));
}

/// Contract: lanes.wakes, events.wakes-lanes.
#[test]
fn claims_are_woken_when_the_lane_lets_them_through_again() {
    let mut world = World::new();
    for (from, to, woken) in [
        (LaneState::Paused, LaneState::Active, true),
        (LaneState::Disabled, LaneState::Active, true),
        (LaneState::Disabled, LaneState::Draining, true),
        (LaneState::Active, LaneState::Draining, false),
        (LaneState::Active, LaneState::Paused, false),
        (LaneState::Paused, LaneState::Disabled, false),
        (LaneState::Active, LaneState::Active, false),
        (LaneState::Paused, LaneState::Paused, false),
    ] {
        world.set_lane("mail", from);
        assert_eq!(woken_lanes(&wakes_of(&mut world, to)).contains(&"mail"), woken, "{from} to {to}");
    }
}

/// Contract: lanes.set-state.
#[test]
fn the_same_state_again_changes_nothing() {
    let mut world = World::new();
    world.set_lane("mail", LaneState::Paused);
    let answer = world.set_lane("mail", LaneState::Paused);
    assert_eq!((answer.previous_state, answer.state), (LaneState::Paused, LaneState::Paused));
    assert_eq!(listed(&mut world), [("mail".to_owned(), LaneState::Paused)]);
}

/// Contract: lanes.set-state.
#[test]
fn a_lane_that_nobody_has_named_yet_is_registered() {
    let mut world = World::new();
    let answer = world.set_lane("post", LaneState::Paused);
    assert_eq!(answer.previous_state, LaneState::Active);
    world.submit("post");
    assert!(world.claim_if_any("post").is_none());
    assert_eq!(listed(&mut world), [("post".to_owned(), LaneState::Paused)]);
}

/// Contract: lanes.kept.
#[test]
fn a_state_holds_after_the_engine_is_opened_again() {
    let mut world = World::new();
    world.submit("mail");
    world.set_lane("mail", LaneState::Disabled);
    let mut world = world.reopened();
    assert!(world.claim_if_any("mail").is_none());
    refusal(world.create("mail", |_| {}), Code::LaneClosed);
    assert_eq!(listed(&mut world), [("mail".to_owned(), LaneState::Disabled)]);
}

/// Contract: lanes.batch.
#[test]
fn inside_a_batch_a_state_counts_from_the_next_call_on() {
    let mut world = World::new();
    let close = SetLaneStateArgs { lane: "mail".to_owned(), state: LaneState::Draining };
    let open = SetLaneStateArgs { state: LaneState::Active, ..close.clone() };
    let calls: Vec<Operation> =
        vec![order("mail").into(), close.into(), order("mail").into(), open.into(), order("mail").into()];
    let answers = world.batch(calls.into_iter().map(Into::into).collect()).answers;
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, true, true]);
}

/// Contract: lanes.list.
#[test]
fn lanes_are_listed_by_name_once_each_for_any_limit() {
    let mut world = World::new();
    let mut names = texts(&["post", "mail", "a b", "Mail", "~", "!", "mail2"]);
    for name in &names {
        world.submit(name);
    }
    names.sort();
    for limit in 1..=8 {
        assert_eq!(pages(&mut world, limit).0, names, "limit {limit}");
    }
    assert_eq!(pages(&mut world, 7).1, [false], "the page that exhausts the list has no cursor");
    assert_eq!(pages(&mut world, 3).1, [true, true, false]);
    assert_eq!(list(&mut world, Some("mail1"), None).lanes[0].lane, "mail2", "a cursor needs no lane of its own");
}

/// Contract: lanes.list.
#[test]
fn a_limit_of_0_is_an_empty_page_without_a_cursor() {
    let mut world = World::new();
    world.submit("mail");
    assert_eq!(list(&mut world, None, Some(0)), LanePage { lanes: Vec::new(), next_cursor: None });
    assert_eq!(list(&mut World::new(), None, None), LanePage { lanes: Vec::new(), next_cursor: None });
}

/// Contract: lanes.arguments.
#[test]
fn arguments_are_checked() {
    let mut world = World::new();
    for lane in ["", "ä", "a\nb", &"l".repeat(65)] {
        let set = SetLaneStateArgs { lane: lane.to_owned(), state: LaneState::Paused };
        refused_field(world.call(set), Code::InvalidInput, "lane");
    }
    let cursor = Some("l".repeat(65));
    refused_field(world.call(ListLanesArgs { cursor, limit: None }), Code::InvalidInput, "cursor");
    refused_field(world.call(ListLanesArgs { cursor: None, limit: Some(-1) }), Code::InvalidInput, "limit");
    assert!(listed(&mut world).is_empty());
}
