//! Whatever the size of a page, all pages together hold each item once, in order. Contract: executions.list,
//! lanes.list, workers.list, leases.list-pages, protocol.scan-page.

use crate::calls::op::{Call, Claim, Create, Op, Watch};
use crate::calls::protocol::Protocol;
use crate::calls::registry::{Register, Registry};
use crate::ground::random::Random;
use crate::ground::seeds::{enough, seeds};
use crate::ground::world::World;
use crate::model::picture::differences;
use crate::script::names::LANES;
use crate::walks::record::Recorder;
use serde_json::Value;

const SIZES: [i64; 9] = [1, 2, 3, 5, 7, 10, 49, 50, 1_000];

fn ids(page: &Value) -> Vec<String> {
    let lines = page["executions"].as_array().expect("a page");
    lines.iter().filter_map(|line| line["executionId"].as_str()).map(str::to_owned).collect()
}

/// All pages of a listing together.
fn listed(world: &mut World, size: i64, namespace: Option<&str>) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let namespace = namespace.map(str::to_owned);
        let page = world.granted(Op::List { cursor, before: None, limit: Some(size), namespace });
        let found = ids(&page);
        let full = i64::try_from(found.len()) == Ok(size);
        all.extend(found);
        cursor = page["nextCursor"].as_str().map(str::to_owned);
        assert!(cursor.is_none() || full, "a page that is not full has a cursor: {page}");
        if cursor.is_none() {
            return all;
        }
    }
}

/// All pages of some streams together, each event as its cursor.
fn told(world: &mut World, size: i64, streams: &[&'static str]) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), "start".to_owned());
    loop {
        let page = world.granted(Watch::after(&after, Some(size), streams));
        let events = page["events"].as_array().expect("events");
        assert!(i64::try_from(events.len()).is_ok_and(|count| count <= size), "a page of {size}: {page}");
        all.extend(events.iter().map(|event| event["cursor"].as_str().expect("a cursor").to_owned()));
        page["cursor"].as_str().expect("a cursor").clone_into(&mut after);
        if page["atEnd"] == true {
            return all;
        }
    }
}

/// All pages of a listing of the registry together.
fn registered(world: &mut World, size: i64, page: impl Fn(Option<String>, Option<i64>) -> Registry) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let answer = world.granted(Op::Registry(page(cursor, Some(size))));
        let members = ["lanes", "workers", "entries"].into_iter().find_map(|member| answer[member].as_array());
        let found = members.expect("a page").clone();
        let full = i64::try_from(found.len()) == Ok(size);
        all.extend(found);
        cursor = answer["nextCursor"].as_str().map(str::to_owned);
        assert!(cursor.is_none() || full, "a page that is not full has a cursor: {answer}");
        if cursor.is_none() {
            return all;
        }
    }
}

/// Lanes, workers and leases, whole (all that the model lists) and by pages of any size.
/// Contract: lanes.list.
#[test]
fn law_11_pages_of_lanes_workers_and_leases_hold_each_item_once_in_order() {
    for seed in seeds([7, 77]) {
        let mut recorder = Recorder::new(seed);
        populate(&mut recorder);
        let (world, model, now) = (&mut recorder.world, &recorder.model, recorder.at);
        for namespace in [None, Some("team"), Some("default"), Some("nobody")] {
            let name = || namespace.map(str::to_owned);
            let expected = [
                model.list_lanes(None, None)["lanes"].clone(),
                model.list_workers(namespace, None, None)["workers"].clone(),
                model.list_leases(now + 90_000, None, None, namespace)["entries"].clone(),
            ];
            for size in SIZES {
                let lanes = registered(world, size, |cursor, limit| Registry::Lanes { cursor, limit });
                let workers =
                    registered(world, size, |cursor, limit| Registry::Workers { namespace: name(), cursor, limit });
                let held = registered(world, size, |cursor, limit| Registry::Leases {
                    as_of: Some(now + 90_000),
                    cursor,
                    limit,
                    namespace: name(),
                });
                for (expected, found) in expected.iter().zip([lanes, workers, held]) {
                    let (mut apart, found) = (Vec::new(), Value::Array(found));
                    differences(expected, &found, "", &mut apart);
                    assert!(apart.is_empty(), "seed {seed}, pages of {size}, {namespace:?}: {apart:?}");
                }
            }
        }
        assert!(enough(model.workers.len() > 5 && model.open.len() > 10), "seed {seed}: too little is listed");
    }
}

/// Workers of several namespaces, and leases that end at the same instants.
fn populate(recorder: &mut Recorder) {
    for _ in 0..120 {
        recorder.turn(false);
    }
    let mut calls = Vec::new();
    for number in 0..12 {
        let namespace = [None, Some("team".to_owned()), Some("elsewhere".to_owned())][number % 3].clone();
        let (lanes, worker) = (vec!["mail".to_owned()], "joined".to_owned());
        let instance = Some(format!("joined {}", number / 3));
        let register = Register { worker, instance, lanes, namespace: namespace.clone(), ..Register::default() };
        calls.push(Call::from(Op::Registry(Registry::Register(register))));
        let lane = format!("lane {}", number % 5);
        let create = Create { lane: lane.clone(), kind: "k".to_owned(), namespace, ..Create::default() };
        calls.push(Op::Create(Box::new(create)).into());
        let (worker, instance, ttl_ms) = ("joined".to_owned(), Some("joined 0".to_owned()), Some(40_000));
        calls.push(Op::Claim(Claim { lanes: vec![lane], worker, instance, ttl_ms, ..Claim::default() }).into());
    }
    recorder.make(calls);
}

/// Contract: protocol.scan-page.
#[test]
fn law_11_a_scan_of_any_size_is_the_beginning_of_the_whole() {
    let mut recorder = Recorder::new(7);
    populate(&mut recorder);
    for lane in LANES.repeat(3) {
        let create = Create { lane: lane.to_owned(), kind: "k".to_owned(), ..Create::default() };
        recorder.make(vec![Op::Create(Box::new(create)).into()]);
    }
    let mut found = 0;
    for lane in LANES {
        let scan = |limit| Op::Protocol(Protocol::Scan { lane: lane.to_owned(), limit: Some(limit) });
        let all = recorder.world.granted(scan(1_000))["executionIds"].clone();
        let all = all.as_array().expect("ids");
        found += all.len();
        for size in [&SIZES[..], &[0]].concat() {
            let part = recorder.world.granted(scan(size))["executionIds"].clone();
            let wanted = &all[..all.len().min(usize::try_from(size).expect("a size"))];
            assert_eq!(part.as_array().map(Vec::as_slice), Some(wanted), "{lane}, {size}");
        }
    }
    assert!(found > 3, "only {found} can be claimed");
}

#[test]
fn law_11_pages_together_hold_each_item_once_in_order() {
    for seed in seeds([7, 77]) {
        let mut recorder = Recorder::new(seed);
        while recorder.model.executions.len() < 50 {
            recorder.turn(false);
        }
        let world = &mut recorder.world;
        for namespace in [None, Some("team"), Some("default"), Some("nobody")] {
            let mut expected: Vec<&str> = recorder
                .model
                .executions
                .iter()
                .filter(|one| recorder.model.visible(one.row))
                .filter(|one| namespace.is_none_or(|name| one.made.namespace.as_deref().unwrap_or("default") == name))
                .map(|one| one.id.as_str())
                .collect();
            expected.sort_by_key(|id| crate::model::picture::order_of(id));
            for size in SIZES.into_iter().chain([i64::try_from(expected.len().max(1)).expect("a size")]) {
                assert_eq!(listed(world, size, namespace), expected, "seed {seed}, pages of {size}, {namespace:?}");
            }
        }
        for streams in [&[][..], &["lease"], &["completion"], &["execution", "lease"], &["operator"], &["worker"]] {
            let whole = told(world, 1_000, streams);
            for size in SIZES {
                assert_eq!(told(world, size, streams), whole, "seed {seed}, pages of {size} of {streams:?}");
            }
        }
    }
}

/// From any cursor on come exactly the later events, as far as reading goes. Contract: events.cursor.
/// Contract: events.pages.
#[test]
fn law_12_from_any_cursor_on_come_exactly_the_later_events() {
    let mut recorder = Recorder::new(777);
    while recorder.model.executions.len() < 40 {
        recorder.turn(false);
    }
    let world = &mut recorder.world;
    let whole = told(world, 1_000, &["execution", "lease"]);
    let mut random = Random::new(777);
    for _ in 0..60 {
        let place = random.below(whole.len());
        let op = Watch::after(&whole[place], Some(1_000), &["execution", "lease"]);
        let page = world.granted(op);
        let later = page["events"].as_array().expect("events").iter().filter_map(|event| event["cursor"].as_str());
        assert_eq!(later.collect::<Vec<_>>(), whole[place + 1..], "after {}", whole[place]);
    }
}
