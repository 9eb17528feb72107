//! Tags of flows. Contract: flows.tags, flows.tag-limit, flows.get-tag.

use crate::engine::world::drawn::uuid;
use crate::engine::world::telling::say_one;
use crate::engine::world::turns::REFUSED_KEYS;
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::flows::flow::FlowState;
use tidegate::ops::executions::set_tag::ExecutionTag;
use tidegate::ops::flows::describe::DescribeFlowArgs;
use tidegate::ops::flows::get_tag::GetFlowTagArgs;
use tidegate::ops::flows::set_tag::SetFlowTagArgs;
use tidegate::{Code, Result};

fn set(world: &mut World, flow: u128, key: &str, value: &str) -> Result<ExecutionTag> {
    world.call(SetFlowTagArgs { flow_id: uuid(flow), key: key.to_owned(), value: value.to_owned() })
}

fn get(world: &mut World, flow: u128, key: &str) -> Result<Option<String>> {
    world.call(GetFlowTagArgs { flow_id: uuid(flow), key: key.to_owned() })
}

fn tags(world: &mut World, flow: u128) -> Vec<(String, String)> {
    world.call(DescribeFlowArgs { flow_id: uuid(flow) }).unwrap().unwrap().tags.into_iter().collect()
}

fn drawn() -> World {
    let mut world = World::new();
    world.draw_flow(1, |_, _| {});
    world
}

#[test]
fn a_key_of_lower_case_words_joined_by_dots_is_accepted() {
    let mut world = drawn();
    let long = "k".repeat(256);
    for key in
        ["cairn.session_id", "a.b", "a1_2.x", "app.sub.field", "x.y_z", "cairn.1", "cairn._", "cairn", "a", &long]
    {
        let answer = set(&mut world, 1, key, "v").unwrap();
        assert_eq!((answer.key.as_str(), answer.value.as_str()), (key, "v"));
        assert_eq!(get(&mut world, 1, key).unwrap().as_deref(), Some("v"), "{key}");
    }
}

/// Contract: flows.tag-limit.
#[test]
fn any_other_key_is_refused_on_set_and_get_before_the_flow_is_looked_for() {
    let mut world = drawn();
    let long = "k".repeat(257);
    for key in REFUSED_KEYS.into_iter().chain([long.as_str()]) {
        for flow in [1, 2] {
            refused_field(set(&mut world, flow, key, "v"), Code::InvalidInput, "key");
            refused_field(get(&mut world, flow, key), Code::InvalidInput, "key");
        }
    }
    assert!(tags(&mut world, 1).is_empty());
}

#[test]
fn a_value_is_any_text_up_to_its_limit() {
    let mut world = drawn();
    let long = "v".repeat(1_024);
    for value in ["", "a b", "\"'\\", "a\u{0}b\n", "équipe 🦀", &long] {
        set(&mut world, 1, "app.note", value).unwrap();
        assert_eq!(get(&mut world, 1, "app.note").unwrap().as_deref(), Some(value));
    }
    let error = refused_field(set(&mut world, 1, "app.note", &"v".repeat(1_025)), Code::InvalidInput, "value");
    assert!(detail(&error, "limit").contains("1024") && detail(&error, "found") == "1025", "{error}");
    assert_eq!(get(&mut world, 1, "app.note").unwrap(), Some(long));
}

/// Contract: flows.tags.
#[test]
fn a_set_overwrites_and_several_keys_stand_beside_each_other_sorted() {
    let mut world = drawn();
    for (key, value) in [("z", "1"), ("app.city", "Ulm"), ("app.tier", "gold"), ("app.city", "Bern")] {
        set(&mut world, 1, key, value).unwrap();
    }
    let expected = [("app.city", "Bern"), ("app.tier", "gold"), ("z", "1")];
    assert_eq!(tags(&mut world, 1), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn a_dotted_key_is_one_flat_name() {
    let mut world = drawn();
    set(&mut world, 1, "app.sub.field", "1").unwrap();
    for key in ["app", "app.sub", "sub.field", "app.sub.field.x"] {
        assert_eq!(get(&mut world, 1, key).unwrap(), None, "{key}");
    }
    set(&mut world, 1, "app.sub", "2").unwrap();
    assert_eq!(get(&mut world, 1, "app.sub.field").unwrap().as_deref(), Some("1"));
}

/// Contract: flows.get-tag.
#[test]
fn an_unknown_flow_is_not_found_on_set_and_has_nothing_on_get() {
    let mut world = drawn();
    let error = refusal(set(&mut world, 2, "app.tier", "gold"), Code::NotFoundFlow);
    assert_eq!(detail(&error, "flowId"), uuid(2));
    assert_eq!(get(&mut world, 2, "app.tier").unwrap(), None);
    assert_eq!(get(&mut world, 1, "app.tier").unwrap(), None);
    let (flow_id, key) = ("x".to_owned(), "a".to_owned());
    let args = SetFlowTagArgs { flow_id: flow_id.clone(), key: key.clone(), value: String::new() };
    refused_field(world.call(args), Code::InvalidInput, "flowId");
    refused_field(world.call(GetFlowTagArgs { flow_id, key }), Code::InvalidInput, "flowId");
}

#[test]
fn a_flow_past_its_retention_has_no_tags() {
    let mut world = World::new();
    world.draw_flow(1, |flow, texts| {
        (flow.sealed, flow.ended_at, flow.end_state) = (true, Some(START), Some(FlowState::Completed));
        (flow.retention_ms, texts.tags) = (Some(10), Some(r#"{"k":"v"}"#.to_owned()));
    });
    assert_eq!(get(&mut world, 1, "k").unwrap().as_deref(), Some("v"));
    set(&mut world, 1, "k", "w").unwrap();
    world.pass(10);
    assert_eq!(get(&mut world, 1, "k").unwrap(), None);
    refusal(set(&mut world, 1, "k", "v"), Code::NotFoundFlow);
}

/// Contract: flows.tag-limit.
#[test]
fn a_65th_key_is_refused_and_one_of_the_64_can_be_changed() {
    let mut world = drawn();
    for n in 0..64 {
        set(&mut world, 1, &format!("k{n}"), "v").unwrap();
    }
    let error = refused_field(set(&mut world, 1, "one.more", "v"), Code::InvalidInput, "key");
    assert!(detail(&error, "limit").contains("64") && detail(&error, "flowId") == uuid(1), "{error}");
    assert_eq!(tags(&mut world, 1).len(), 64);
    set(&mut world, 1, "k63", "w").unwrap();
    assert_eq!(get(&mut world, 1, "k63").unwrap().as_deref(), Some("w"));
}

/// Contract: flows.last-mutation, flows.tags.
#[test]
fn a_set_moves_last_mutation_at_alone_and_the_same_value_again_writes_nothing() {
    let mut world = drawn();
    let before = world.call(DescribeFlowArgs { flow_id: uuid(1) }).unwrap().unwrap();
    world.pass(7);
    let first = set(&mut world, 1, "app.tier", "gold").unwrap();
    let mut after = world.call(DescribeFlowArgs { flow_id: uuid(1) }).unwrap().unwrap();
    assert_eq!(after.last_mutation_at, START + 7);
    world.pass(7);
    let again = world.unwritten(|world| set(world, 1, "app.tier", "gold").unwrap());
    assert_eq!(again, first);
    assert_eq!(world.call(DescribeFlowArgs { flow_id: uuid(1) }).unwrap().unwrap(), after);
    (after.last_mutation_at, after.tags) = (START, before.tags.clone());
    assert_eq!(after, before);
    assert_eq!(world.number("SELECT count(*) FROM event"), 0, "no event tells of a tag");
}

#[test]
fn tags_of_a_flow_go_over_the_wire() {
    let mut world = drawn();
    let args = json!({ "flowId": uuid(1), "key": "app.tier", "value": "gold" });
    let call = json!({ "op": "set_flow_tag", "args": args, "requestId": "r1" });
    for _ in 0..2 {
        assert_eq!(say_one(&mut world, &call)["ok"], json!({ "key": "app.tier", "value": "gold" }));
    }
    for (key, value) in [("app.tier", json!("gold")), ("app.city", json!(null))] {
        let call = json!({ "op": "get_flow_tag", "args": { "flowId": uuid(1), "key": key } });
        assert_eq!(say_one(&mut world, &call)["ok"], value);
    }
}

#[test]
fn tags_that_cannot_be_read_are_refused() {
    let mut world = drawn();
    world.damage("UPDATE flow SET tags = '[]'");
    refusal(get(&mut world, 1, "k"), Code::Corruption);
    refusal(set(&mut world, 1, "k", "v"), Code::Corruption);
    refusal(world.call(DescribeFlowArgs { flow_id: uuid(1) }), Code::Corruption);
}
