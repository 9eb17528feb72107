//! `count_executions`. Contract: executions.counts, executions.counts-cheap.

use super::search::varied;
use crate::engine::world::scheduler::Stand;
use crate::engine::world::telling::say_one;
use crate::engine::world::turns::tagging;
use crate::engine::world::{Span, TTL, World, order, pull, refused_field, test};
use serde_json::json;
use std::collections::BTreeMap;
use tidegate::model::ground::argument::{Limits, Retention};
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::Answer;
use tidegate::ops::executions::count::{CountExecutionsArgs, Counts, ExecutionCounts, LaneCounts};
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::{Code, Envelope};

fn counts(world: &mut World, lane: Option<&str>, namespace: Option<&str>) -> ExecutionCounts {
    let (lane, namespace) = (lane.map(str::to_owned), namespace.map(str::to_owned));
    world.call(CountExecutionsArgs { lane, namespace }).unwrap()
}

fn of(counts: &Counts, state: PublicState) -> i64 {
    counts.0[PublicState::ALL.iter().position(|one| *one == state).unwrap()]
}

/// What a count must answer, from the executions themselves.
fn recounted(world: &mut World, lane: Option<&str>, namespace: Option<&str>) -> ExecutionCounts {
    let (mut lanes, mut total): (BTreeMap<String, Counts>, _) = (BTreeMap::new(), Counts::default());
    let args = SearchExecutionsArgs { namespace: namespace.map(str::to_owned), ..SearchExecutionsArgs::default() };
    let mut cursor = None;
    loop {
        let page = world.call(SearchExecutionsArgs { cursor, ..args.clone() }).unwrap();
        for line in page.executions.into_iter().filter(|line| lane.is_none_or(|lane| lane == line.lane)) {
            let place = PublicState::ALL.iter().position(|one| *one == line.public_state).unwrap();
            lanes.entry(line.lane).or_default().0[place] += 1;
            total.0[place] += 1;
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            let lanes = lanes.into_iter().map(|(lane, counts)| LaneCounts { lane, counts }).collect();
            return ExecutionCounts { lanes, total };
        }
    }
}

fn right(world: &mut World) {
    for lane in [None, Some("mail"), Some("post"), Some("nowhere")] {
        for namespace in [None, Some("default"), Some("acme"), Some("nobody")] {
            let expected = recounted(world, lane, namespace);
            assert_eq!(counts(world, lane, namespace), expected, "{lane:?} {namespace:?}");
        }
    }
}

#[test]
fn an_empty_database_counts_nothing() {
    let answer = counts(&mut World::new(), None, None);
    assert_eq!(answer, ExecutionCounts { lanes: Vec::new(), total: Counts::default() });
}

/// Contract: executions.counts.
#[test]
fn counts_of_all_kinds_of_executions_are_those_of_a_recount_also_after_a_reopening() {
    let mut world = World::new();
    let all = varied(&mut world);
    right(&mut world);
    let answer = counts(&mut world, None, None);
    assert_eq!(answer.lanes.iter().map(|one| one.lane.as_str()).collect::<Vec<_>>(), ["fax", "mail", "post"]);
    assert_eq!(answer.total.0.iter().sum::<i64>(), i64::try_from(all.len()).unwrap());
    right(&mut world.reopened());
}

/// Contract: executions.counts.
#[test]
fn counts_stay_right_through_every_kind_of_change() {
    for stand in Stand::ALL {
        let mut world = World::new();
        world.submit("post");
        let id = world.stand(stand);
        right(&mut world);
        world.call(tagging(&id, "app.tier", "gold")).unwrap();
        right(&mut world);
        world.pass(TTL);
        right(&mut world);
        if world.cancel(&id).is_ok() {
            right(&mut world);
        }
        world.call(ReplayExecutionArgs { execution_id: id.clone(), ..Default::default() }).unwrap();
        right(&mut world);
        let claim = world.claim("mail");
        right(&mut world);
        world.fail(&claim, FailureClass::Transient).unwrap();
        right(&mut world);
        world.pass(1.hours());
        right(&mut world);
        let claim = world.claim("mail");
        world.interrupt(&claim);
        right(&mut world);
        world.block_for(&id, "waiting_for_quota").unwrap();
        right(&mut world);
        world.unblock(&id, "waiting_for_quota").unwrap();
        let claim = world.claim("mail");
        world.complete(&claim).unwrap();
        right(&mut world);
        assert_eq!(of(&counts(&mut world, Some("mail"), None).total, PublicState::Completed), 1, "{stand:?}");
    }
}

/// Contract: executions.counts.
#[test]
fn a_lane_without_executions_is_left_out() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.retention_ms = Some(0));
    world.complete(&claim).unwrap();
    assert!(counts(&mut world, None, None).lanes.is_empty());
    assert!(counts(&mut world, Some("mail"), None).lanes.is_empty());
}

#[test]
fn executions_of_one_lane_on_several_routes_are_added_up() {
    let mut world = World::new();
    for token in ["", "gpu", "ssd"] {
        world.submit_with("mail", |create| {
            create.required_capabilities = (!token.is_empty()).then(|| token.to_owned()).into_iter().collect();
        });
    }
    let answer = counts(&mut world, Some("mail"), None);
    assert_eq!((answer.lanes.len(), of(&answer.lanes[0].counts, PublicState::Waiting)), (1, 3));
    assert_eq!(answer.total, answer.lanes[0].counts);
}

#[test]
fn a_count_in_the_middle_of_a_batch_sees_what_was_done_before_it() {
    let mut world = World::new();
    world.submit("mail");
    let count = |lane: &str| Envelope::from(CountExecutionsArgs { lane: Some(lane.to_owned()), namespace: None });
    let refused = tagging(crate::engine::world::scheduler::UNKNOWN, "a", "b");
    let batch: [Envelope; 9] = [
        count("mail"),
        order("mail").into(),
        order("post").into(),
        count("mail"),
        pull("mail").into(),
        refused.into(),
        count("mail"),
        count("post"),
        CountExecutionsArgs { lane: None, namespace: Some("default".to_owned()) }.into(),
    ];
    let answers = world.batch(batch.into()).answers;
    let seen: Vec<[i64; 2]> = answers
        .into_iter()
        .filter_map(|answer| match answer {
            Ok(Answer::CountExecutions(counts)) => {
                Some([PublicState::Waiting, PublicState::Active].map(|state| of(&counts.total, state)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(seen, [[1, 0], [2, 0], [1, 1], [1, 0], [2, 1]]);
    right(&mut world);
}

/// Contract: retention.counted.
#[test]
fn what_is_past_its_retention_is_not_counted_before_a_tick_deletes_it_and_not_after() {
    let retention = Retention { executions_ms: Some(50), ..Retention::default() };
    let mut world = World::with_limits(Limits { retention, ..Limits::default() });
    for (n, retention_ms) in [None, Some(10), Some(90), None].into_iter().enumerate() {
        let claim = world.running_with(|create| {
            create.retention_ms = retention_ms;
            create.namespace = (n % 2 == 0).then(|| "acme".to_owned());
        });
        if n < 2 { drop(world.complete(&claim).unwrap()) } else { drop(world.cancel(&claim.execution_id).unwrap()) }
    }
    world.submit("mail");
    for (pass, left) in [(0, 5), (9, 5), (1, 4), (39, 4), (1, 2), (39, 2), (1, 1)] {
        world.pass(pass);
        assert_eq!(counts(&mut world, None, None).total.0.iter().sum::<i64>(), left, "{pass}");
        right(&mut world);
    }
    world.tick();
    right(&mut world);
}

/// Contract: executions.counts-cheap.
#[test]
fn a_count_reads_no_execution_and_writes_nothing() {
    let mut world = World::new();
    varied(&mut world);
    world.unwritten(|world| counts(world, None, None));
}

#[test]
fn a_malformed_lane_or_namespace_is_refused() {
    let mut world = World::new();
    let lane = CountExecutionsArgs { lane: Some("é".to_owned()), namespace: None };
    refused_field(world.call(lane), Code::InvalidInput, "lane");
    let namespace = CountExecutionsArgs { lane: None, namespace: Some(String::new()) };
    refused_field(world.call(namespace), Code::InvalidInput, "namespace");
}

#[test]
fn counts_go_over_the_wire_by_the_words_of_the_states() {
    let mut world = World::new();
    world.submit("mail");
    let answer = say_one(&mut world, &json!({ "op": "count_executions", "args": {} }))["ok"].clone();
    let counts = json!({ "waiting": 1, "delayed": 0, "rate_limited": 0, "waiting_children": 0, "active": 0,
        "suspended": 0, "completed": 0, "failed": 0, "cancelled": 0, "expired": 0, "skipped": 0 });
    assert_eq!(answer, json!({ "lanes": [{ "lane": "mail", "counts": counts }], "total": counts }));
}
