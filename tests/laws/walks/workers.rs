//! `list_workers` answers exactly those who registered and were neither swept nor marked dead since; a heartbeat after
//! a sweep is answered `not_registered`. Contract: workers.is-who.

use crate::calls::op::Op;
use crate::calls::registry::{Register, Registry};
use crate::ground::random::Random;
use crate::ground::seeds::{enough, seeds};
use crate::ground::world::{START, World};
use crate::walks::law::History;
use crate::walks::record::drawn;
use serde_json::Value;
use std::collections::BTreeSet;

/// Instance and namespace.
type Name = (String, String);

/// A random call of the registry about a worker.
fn call(random: &mut Random, (instance, namespace): &Name) -> Registry {
    let (instance, namespace) = (instance.clone(), Some(namespace.clone()));
    match random.below(8) {
        0..=2 => Registry::Register(Register {
            worker: format!("worker of {instance}"),
            instance: Some(instance),
            namespace,
            lanes: vec!["mail".to_owned()],
            ttl_ms: Some(*random.pick(&[1, 5, 40, 700])),
            ..Register::default()
        }),
        3..=6 => Registry::Heartbeat { instance: Some(instance), namespace },
        _ => Registry::MarkDead { instance, namespace, reason: String::new(), release: random.percent(50) },
    }
}

/// Takes the events of the log since the last time into the set of those who are there.
fn follow(world: &mut World, cursor: &mut String, there: &mut BTreeSet<Name>, swept: &mut BTreeSet<Name>) {
    for event in drawn(world, cursor).events {
        let text = |member: &str| event[member].as_str().expect("a text").to_owned();
        let name = (text("workerInstanceId"), text("namespace"));
        match event["cause"].as_str() {
            Some("worker_registered") => {
                swept.remove(&name);
                there.insert(name);
            }
            Some("worker_swept") => {
                assert!(there.remove(&name), "{event}: swept without being there");
                swept.insert(name);
            }
            Some("worker_marked_dead") => assert!(there.remove(&name), "{event}: marked without being there"),
            _ => {}
        }
    }
}

/// Contract: workers.is-who.
#[test]
fn law_16_the_registry_is_who_registered_and_neither_fell_silent_nor_was_marked() {
    let mut beats_after_a_sweep = 0;
    for seed in seeds([16, 61]) {
        let (mut random, mut world) = (Random::new(seed), World::memory(seed));
        let (mut there, mut swept, mut cursor) = (BTreeSet::new(), BTreeSet::new(), "start".to_owned());
        let mut now = START;
        for turn in 0..400 {
            now += *random.pick(&[0, 0, 1, 4, 20, 300]);
            world.set_clock(now);
            follow(&mut world, &mut cursor, &mut there, &mut swept);
            let place = random.below(3);
            let name = (format!("process {}", random.below(4)), format!("namespace {place}"));
            let asked = call(&mut random, &name);
            let beats = !matches!(asked, Registry::Register(_));
            let answer = world.granted(Op::Registry(asked.clone()));
            let refused = answer["outcome"] == "not_registered";
            assert!(!beats || refused != there.contains(&name), "seed {seed}, turn {turn}: {asked:?}: {answer}");
            beats_after_a_sweep += usize::from(beats && refused && swept.contains(&name));
            follow(&mut world, &mut cursor, &mut there, &mut swept);
            let list = world.granted(Op::Registry(Registry::Workers { namespace: None, cursor: None, limit: None }));
            assert_eq!(names(&list), there, "seed {seed}, turn {turn}");
        }
    }
    assert!(enough(beats_after_a_sweep > 50), "only {beats_after_a_sweep} heartbeats after a sweep");
}

fn names(list: &Value) -> BTreeSet<Name> {
    let text = |worker: &Value, member: &str| worker[member].as_str().expect("a text").to_owned();
    let workers = list["workers"].as_array().expect("workers").iter();
    workers.map(|worker| (text(worker, "workerInstanceId"), text(worker, "namespace"))).collect()
}

/// The verdict over the log is no rubber stamp.
#[test]
fn law_16_notices_who_is_heard_of_without_being_there() {
    let event = |cause: &str| serde_json::json!({ "at": 5, "cause": cause, "workerId": "w", "workerInstanceId": "i", "namespace": "n" });
    for causes in [&["worker_heartbeat"][..], &["worker_registered", "worker_swept", "worker_marked_dead"]] {
        let events: Vec<Value> = causes.iter().map(|cause| event(cause)).collect();
        assert!(History::default().events(&events).is_err(), "{causes:?}");
    }
}
