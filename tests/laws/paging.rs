//! Law 11: whatever the size of a page, all pages together hold each item once, in order.

use crate::op::Op;
use crate::random::Random;
use crate::record::Recorder;
use crate::world::World;
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
        let page = world.granted(Op::List { cursor, limit: Some(size), namespace });
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
        let page = world.granted(Op::Events { after: after.clone(), limit: Some(size), streams: streams.to_vec() });
        let events = page["events"].as_array().expect("events");
        assert!(i64::try_from(events.len()).is_ok_and(|count| count <= size), "a page of {size}: {page}");
        all.extend(events.iter().map(|event| event["cursor"].as_str().expect("a cursor").to_owned()));
        page["cursor"].as_str().expect("a cursor").clone_into(&mut after);
        if page["atEnd"] == true {
            return all;
        }
    }
}

#[test]
fn law_11_pages_together_hold_each_item_once_in_order() {
    for seed in [7, 77] {
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
                .filter(|one| namespace.is_none_or(|name| one.made.namespace.as_deref().unwrap_or("default") == name))
                .map(|one| one.id.as_str())
                .collect();
            expected.sort_by_key(|id| crate::picture::order_of(id));
            for size in SIZES.into_iter().chain([i64::try_from(expected.len().max(1)).expect("a size")]) {
                assert_eq!(listed(world, size, namespace), expected, "seed {seed}, pages of {size}, {namespace:?}");
            }
        }
        for streams in [&[][..], &["lease"], &["completion"], &["execution", "lease"], &["operator"]] {
            let whole = told(world, 1_000, streams);
            for size in SIZES {
                assert_eq!(told(world, size, streams), whole, "seed {seed}, pages of {size} of {streams:?}");
            }
        }
    }
}

/// Law 12, as far as reading goes: from any cursor on come exactly the later events.
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
        let op = Op::Events { after: whole[place].clone(), limit: Some(1_000), streams: vec!["execution", "lease"] };
        let page = world.granted(op);
        let later = page["events"].as_array().expect("events").iter().filter_map(|event| event["cursor"].as_str());
        assert_eq!(later.collect::<Vec<_>>(), whole[place + 1..], "after {}", whole[place]);
    }
}
