//! Summary frames and `read_summary`. Contract: streams.summary, streams.patch, streams.summary-size.

use crate::engine::world::streams::{frame, patch, said};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::executions::policy::StreamPolicy;
use tidegate::model::streams::stream::FrameMode;
use tidegate::ops::streams::summary::{ReadSummaryArgs, SummaryAnswer};
use tidegate::{Code, Limits};

/// Contract: streams.summary.
#[test]
fn there_is_no_summary_before_the_first_patch() {
    let mut world = World::new();
    let id = world.submit("mail");
    assert_eq!(world.summary(&id), None);
    let claim = world.claim("mail");
    world.append(&claim, "durable");
    assert_eq!(world.summary(&id), None);
}

/// Contract: streams.summary.
#[test]
fn a_summary_tells_its_version_and_when_it_was_applied() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    assert_eq!(world.patch(&claim, r#"{"b":1,"a":[1,2.5,"x"]}"#).summary_version, Some(1));
    world.pass(5);
    assert_eq!(world.patch(&claim, r#"{"b":2}"#).summary_version, Some(2));
    let expected = SummaryAnswer {
        document_json: r#"{"a":[1,2.5,"x"],"b":2}"#.to_owned(),
        version: 2,
        patch_kind: "json-merge-patch",
        last_updated_ms: START + 10,
        first_applied_ms: START + 5,
    };
    assert_eq!(world.summary(&claim.execution_id), Some(expected));
}

/// Contract: streams.patch.
#[test]
fn null_deletes_objects_merge_and_other_values_replace() {
    let mut world = World::new();
    let claim = world.running();
    for (one, after) in [
        (r#"{"a":"b"}"#, json!({ "a": "b" })),
        (r#"{"a":"c"}"#, json!({ "a": "c" })),
        (r#"{"b":{"c":1,"d":2}}"#, json!({ "a": "c", "b": { "c": 1, "d": 2 } })),
        (r#"{"b":{"c":null,"e":{"f":null}}}"#, json!({ "a": "c", "b": { "d": 2, "e": {} } })),
        (r#"{"a":null,"missing":null}"#, json!({ "b": { "d": 2, "e": {} } })),
        (r#"{"b":[null,{"x":null}]}"#, json!({ "b": [null, { "x": null }] })),
        (r#"{"b":{"y":1}}"#, json!({ "b": { "y": 1 } })),
        (r#"{"b":7}"#, json!({ "b": 7 })),
        ("{}", json!({ "b": 7 })),
        (r#"{"b":1,"b":8,"c":{"d":1},"c":{"e":null}}"#, json!({ "b": 8, "c": {} })),
        (r#"{"c":1,"c":null}"#, json!({ "b": 8 })),
        (r#"{"b":null}"#, json!({})),
    ] {
        world.patch(&claim, one);
        assert_eq!(world.document(&claim.execution_id), after, "after {one}");
    }
    assert_eq!(world.summary(&claim.execution_id).unwrap().version, 12);
}

/// Contract: streams.patch-null.
#[test]
fn the_text_that_stands_for_null_becomes_null_and_never_survives() {
    let mut world = World::new();
    let claim = world.running();
    world.patch(&claim, r#"{"a":"__ff_null__","b":{"c":["__ff_null__",{"d":"__ff_null__"}]},"e":"__ff_null__ "}"#);
    let expected = json!({ "a": null, "b": { "c": [null, { "d": null }] }, "e": "__ff_null__ " });
    assert_eq!(world.document(&claim.execution_id), expected);
    world.patch(&claim, r#"{"e":1}"#);
    assert_eq!(world.document(&claim.execution_id)["a"], json!(null), "a null that stands there stays");
    world.patch(&claim, r#"{"a":null}"#);
    assert_eq!(world.document(&claim.execution_id).get("a"), None);
}

/// Contract: streams.patch.
#[test]
fn summary_frames_stand_among_the_others() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "one");
    world.patch(&claim, r#"{"a":1}"#);
    world.append(&claim, "two");
    world.patch(&claim, r#"{"a":2}"#);
    let frames = world.stream(&claim.execution_id).frames;
    assert_eq!(said(&frames), ["one", r#"{"a":1}"#, "two", r#"{"a":2}"#]);
    assert_eq!(frames.iter().map(|frame| frame.summary_version).collect::<Vec<_>>(), [None, Some(1), None, Some(2)]);
    assert_eq!((frames[1].mode, frames[2].mode), (FrameMode::Summary, FrameMode::Durable));
    assert_eq!(world.append(&claim, "three").summary_version, None);
}

/// Contract: streams.patch-malformed.
#[test]
fn a_malformed_patch_is_refused_and_nothing_is_written() {
    let mut world = World::new();
    let claim = world.running();
    world.patch(&claim, r#"{"a":1}"#);
    let deep = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for text in ["", "{", "not json", "7", "null", "[]", "\"text\"", "{} {}", "{\"a\":1,}", &deep(17), &objects(17)] {
        let args = patch(&claim, text);
        world.unwritten(|world| refused_field(world.call(args), Code::InvalidInput, "bytes"));
    }
    let args = tidegate::ops::streams::append::AppendFrameArgs {
        mode: Some(FrameMode::Summary),
        ..frame(&claim, b"{\"a\":\"\xff\"}")
    };
    world.unwritten(|world| refused_field(world.call(args), Code::InvalidInput, "bytes"));
    world.patch(&claim, &deep(16));
    world.patch(&claim, &objects(16));
    assert_eq!(world.summary(&claim.execution_id).unwrap().version, 3);
}

/// Contract: streams.summary-size.
#[test]
fn the_document_is_limited_as_payloads_are() {
    let mut world = World::with_limits(Limits { payload_bytes_max: 20, ..Limits::default() });
    let claim = world.running();
    world.patch(&claim, r#"{"a":"1234567890"}"#);
    let args = patch(&claim, r#"{"b":1}"#);
    let error = world.unwritten(|world| refusal(world.call(args), Code::RetentionLimitExceeded));
    assert_eq!((detail(&error, "limit"), detail(&error, "found")), ("20", "24"));
    world.patch(&claim, r#"{"a":null,"b":1}"#);
    assert_eq!(world.document(&claim.execution_id), json!({ "b": 1 }));
}

/// Contract: streams.summary-outlives.
#[test]
fn the_document_outlives_its_frames() {
    let mut world = World::new();
    let stream = StreamPolicy { durability_mode: None, retention_maxlen: Some(1), retention_ttl_ms: Some(10) };
    let claim = world.running_with(|create| create.policy.stream = Some(stream));
    world.patch(&claim, r#"{"a":1}"#);
    world.patch(&claim, r#"{"b":2}"#);
    assert_eq!(world.frames(), 1);
    world.pass(10);
    world.tick();
    assert_eq!((world.frames(), world.document(&claim.execution_id)), (0, json!({ "a": 1, "b": 2 })));
    assert_eq!(world.patch(&claim, "{}").summary_version, Some(3));
}

/// Contract: streams.summary-outlives.
#[test]
fn each_attempt_has_a_document_of_its_own() {
    let mut world = World::new();
    let claim = world.running();
    world.patch(&claim, r#"{"a":1}"#);
    world.pass(TTL);
    let next = world.claim("mail");
    assert_eq!(world.summary(&claim.execution_id), None);
    world.patch(&next, r#"{"b":2}"#);
    assert_eq!(world.document(&claim.execution_id), json!({ "b": 2 }));
    let first = ReadSummaryArgs { execution_id: claim.execution_id, attempt_index: Some(0) };
    assert_eq!(world.call(first).unwrap().unwrap().document_json, r#"{"a":1}"#);
}

#[test]
fn an_unknown_execution_is_refused() {
    let args =
        ReadSummaryArgs { execution_id: crate::engine::world::scheduler::UNKNOWN.to_owned(), attempt_index: None };
    refusal(World::new().call(args.clone()), Code::NotFoundExecution);
    refused_field(
        World::new().call(ReadSummaryArgs { attempt_index: Some(-1), ..args }),
        Code::InvalidInput,
        "attemptIndex",
    );
}

#[test]
fn a_stored_document_that_cannot_be_read_is_corrupt() {
    let mut world = World::new();
    let claim = world.running();
    world.patch(&claim, "{}");
    world.driver.script("UPDATE summary SET document = '{'").unwrap();
    refusal(world.call(patch(&claim, "{}")), Code::Corruption);
}
