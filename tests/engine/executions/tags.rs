//! Tags. Contract: executions.tag-key, executions.tag-set, executions.tag-count.

use crate::engine::world::scheduler::{Stand, UNKNOWN};
use crate::engine::world::telling::say_one;
use crate::engine::world::turns::{REFUSED_KEYS, tagging};
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use serde_json::json;
use tidegate::ops::executions::get_tag::GetExecutionTagArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::ops::executions::set_tag::ExecutionTag;
use tidegate::{Code, Result};

fn set(world: &mut World, id: &str, key: &str, value: &str) -> Result<ExecutionTag> {
    world.call(tagging(id, key, value))
}

fn get(world: &mut World, id: &str, key: &str) -> Result<Option<String>> {
    world.call(GetExecutionTagArgs { execution_id: id.to_owned(), key: key.to_owned() })
}

/// How many executions are found by a tag.
fn found(world: &mut World, key: &str, value: &str) -> usize {
    let tags = [(key.to_owned(), value.to_owned())].into();
    world.call(SearchExecutionsArgs { tags, ..SearchExecutionsArgs::default() }).unwrap().executions.len()
}

/// Contract: executions.tag-key.
#[test]
fn a_key_of_lower_case_words_joined_by_dots_is_accepted() {
    let mut world = World::new();
    let id = world.submit("mail");
    let long = "k".repeat(256);
    for key in ["a.b", "a1_2.x", "app.sub.field", "cairn.1", "cairn._", "cairn", "a", "a_", &long] {
        let answer = set(&mut world, &id, key, "v").unwrap();
        assert_eq!((answer.key.as_str(), answer.value.as_str()), (key, "v"));
        assert_eq!(get(&mut world, &id, key).unwrap().as_deref(), Some("v"), "{key}");
        assert_eq!(found(&mut world, key, "v"), 1, "{key}");
    }
}

/// Contract: executions.tag-refused.
#[test]
fn any_other_key_is_refused_on_set_and_get_before_time_is_applied() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    let long = "k".repeat(257);
    for key in REFUSED_KEYS.into_iter().chain([long.as_str()]) {
        let error = refused_field(set(&mut world, &id, key, "v"), Code::InvalidInput, "key");
        assert!(detail(&error, "limit").contains("word"), "{error}");
        refused_field(get(&mut world, &id, key), Code::InvalidInput, "key");
        refused_field(get(&mut world, UNKNOWN, key), Code::InvalidInput, "key");
    }
    assert_eq!(world.number("SELECT count(*) FROM event"), 1, "the deadline was not applied");
}

/// Contract: executions.tag-value.
#[test]
fn a_value_is_any_text_up_to_its_limit() {
    let mut world = World::new();
    let id = world.submit("mail");
    let long = "v".repeat(1_024);
    for value in ["", "a b", "\"'\\", "a\u{0}b\n", "équipe 🦀", &long] {
        set(&mut world, &id, "app.note", value).unwrap();
        assert_eq!(get(&mut world, &id, "app.note").unwrap().as_deref(), Some(value));
        assert_eq!(world.describe(&id).tags["app.note"], value);
        assert_eq!(found(&mut world, "app.note", value), 1, "{value:?}");
    }
    let error = refused_field(set(&mut world, &id, "app.note", &"v".repeat(1_025)), Code::InvalidInput, "value");
    assert!(detail(&error, "limit").contains("1024") && detail(&error, "found") == "1025", "{error}");
    assert_eq!(get(&mut world, &id, "app.note").unwrap(), Some(long));
}

/// Contract: executions.tag-set.
#[test]
fn a_set_overwrites_and_several_keys_coexist() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| {
        create.tags.insert("app.tier".to_owned(), "gold".to_owned());
    });
    for (key, value) in [("app.city", "Ulm"), ("app.tier", "silver"), ("app.city", "Bern")] {
        set(&mut world, &id, key, value).unwrap();
    }
    let tags = [("app.city", "Bern"), ("app.tier", "silver")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(world.describe(&id).tags, tags.clone().into());
    assert_eq!(world.claim("mail").tags, tags.into());
    let counts = [("app.tier", "gold"), ("app.tier", "silver"), ("app.city", "Ulm"), ("app.city", "Bern")]
        .map(|(key, value)| found(&mut world, key, value));
    assert_eq!(counts, [0, 1, 0, 1]);
    assert_eq!(world.number("SELECT count(*) FROM tag"), 2);
}

/// Contract: executions.tag-key.
#[test]
fn a_dotted_key_is_one_flat_name() {
    let mut world = World::new();
    let id = world.submit("mail");
    set(&mut world, &id, "app.sub.field", "1").unwrap();
    for key in ["app", "app.sub", "sub.field", "app.sub.field.x"] {
        assert_eq!(get(&mut world, &id, key).unwrap(), None, "{key}");
    }
    set(&mut world, &id, "app.sub", "2").unwrap();
    assert_eq!(get(&mut world, &id, "app.sub.field").unwrap().as_deref(), Some("1"));
}

/// Contract: executions.tag-get.
#[test]
fn an_unknown_execution_is_not_found_on_set_and_has_nothing_on_get() {
    let mut world = World::new();
    let error = refusal(set(&mut world, UNKNOWN, "app.tier", "gold"), Code::NotFoundExecution);
    assert_eq!(detail(&error, "executionId"), UNKNOWN);
    assert_eq!(get(&mut world, UNKNOWN, "app.tier").unwrap(), None);
    let id = world.submit("mail");
    assert_eq!(get(&mut world, &id, "app.tier").unwrap(), None);
    refused_field(set(&mut world, "x", "app.tier", "gold"), Code::InvalidInput, "executionId");
    refused_field(get(&mut world, "x", "app.tier"), Code::InvalidInput, "executionId");
}

#[test]
fn what_is_past_its_retention_has_no_tags() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.retention_ms = Some(10));
    let id = claim.execution_id.clone();
    set(&mut world, &id, "app.tier", "gold").unwrap();
    world.complete(&claim).unwrap();
    world.pass(9);
    assert_eq!(get(&mut world, &id, "app.tier").unwrap().as_deref(), Some("gold"));
    world.pass(1);
    assert_eq!((get(&mut world, &id, "app.tier").unwrap(), found(&mut world, "app.tier", "gold")), (None, 0));
    refusal(set(&mut world, &id, "app.tier", "silver"), Code::NotFoundExecution);
}

/// Contract: executions.tag-count.
#[test]
fn a_65th_key_is_refused_and_one_of_the_64_can_be_changed() {
    let mut world = World::new();
    let id = world.submit("mail");
    for n in 0..64 {
        set(&mut world, &id, &format!("k{n}"), "v").unwrap();
    }
    let error = refused_field(set(&mut world, &id, "one.more", "v"), Code::InvalidInput, "key");
    assert!(detail(&error, "limit").contains("64"), "{error}");
    assert_eq!(world.describe(&id).tags.len(), 64);
    set(&mut world, &id, "k63", "w").unwrap();
    assert_eq!(world.number("SELECT count(*) FROM tag"), 64);
}

/// Contract: executions.tag-set.
#[test]
fn a_set_moves_last_mutation_at_and_the_same_value_again_writes_nothing() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.pass(7);
    let first = set(&mut world, &id, "app.tier", "gold").unwrap();
    assert_eq!(world.describe(&id).last_mutation_at, START + 7);
    world.pass(7);
    let again = world.unwritten(|world| set(world, &id, "app.tier", "gold").unwrap());
    assert_eq!((again, world.describe(&id).last_mutation_at), (first, START + 7));
}

/// Contract: executions.tag-set.
#[test]
fn an_execution_can_be_tagged_wherever_it_stands_and_nothing_else_changes() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let (before, story) = (world.describe(&id), world.story(&id));
        world.pass(1);
        set(&mut world, &id, "app.tier", "gold").unwrap();
        let mut after = world.describe(&id);
        let now = world.engine.clock_report().unwrap().engine_now;
        assert_eq!(after.last_mutation_at, now, "{stand:?}");
        after.last_mutation_at = before.last_mutation_at;
        after.tags = before.tags.clone();
        assert_eq!(after, before, "{stand:?}");
        assert_eq!(world.story(&id), story, "{stand:?}: no event tells of a tag");
        let remembered = world.describe(&id);
        assert_eq!(world.reopened().describe(&id), remembered, "{stand:?}: what is remembered is what is stored");
    }
}

/// Contract: executions.tag-lease.
#[test]
fn the_holder_of_a_lease_goes_on_after_its_execution_was_tagged() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    set(&mut world, &claim.execution_id, "app.tier", "gold").unwrap();
    world.renew(&claim).unwrap();
    world.complete(&claim).unwrap();
    assert_eq!(world.describe(&claim.execution_id).tags["app.tier"], "gold");
}

/// Contract: executions.tag-create.
#[test]
fn the_tags_of_a_create_are_found_and_those_of_a_repeated_one_are_not() {
    let mut world = World::new();
    let tagged = |value: &str| [("app.tier".to_owned(), value.to_owned())].into();
    let id = world.submit_with("mail", |create| create.tags = tagged("gold"));
    world.submit_with("mail", |create| {
        create.execution_id = Some(id.clone());
        create.tags = tagged("silver");
    });
    assert_eq!(["gold", "silver"].map(|value| found(&mut world, "app.tier", value)), [1, 0]);
}

#[test]
fn tags_go_over_the_wire() {
    let mut world = World::new();
    let id = world.submit("mail");
    let args = json!({ "executionId": id, "key": "app.tier", "value": "gold" });
    let call = json!({ "op": "set_execution_tag", "args": args, "requestId": "r1" });
    for _ in 0..2 {
        assert_eq!(say_one(&mut world, &call)["ok"], json!({ "key": "app.tier", "value": "gold" }));
    }
    for (key, value) in [("app.tier", json!("gold")), ("app.city", json!(null))] {
        let call = json!({ "op": "get_execution_tag", "args": { "executionId": id, "key": key } });
        assert_eq!(say_one(&mut world, &call)["ok"], value);
    }
}
