//! Execution ids and lane ids. Contract: executions.id-form, executions.id-refused, executions.lane-name.

use crate::engine::world::{World, detail, refusal, refused_field, test};
use std::collections::BTreeSet;
use tidegate::Code;
use tidegate::model::ground::id::ExecutionId;
use tidegate::ops::executions::create::CreateOutcome;
use tidegate::ops::executions::list::ListExecutionsArgs;
use uuid::Uuid;

const UUID: &str = "018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";

/// Contract: executions.id-form.
#[test]
fn an_id_reads_back_as_it_was_written() {
    for partition in ["0", "7", "255", "32768", "65535"] {
        let text = format!("{{fp:{partition}}}:{UUID}");
        assert_eq!(ExecutionId::parse("executionId", &text).unwrap().to_string(), text);
    }
}

/// Contract: executions.id-form.
#[test]
fn an_id_takes_a_uuid_of_any_version() {
    for uuid in [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "936da01f-9abd-4d9d-80c7-02af85c822a8",
    ] {
        assert!(ExecutionId::parse("executionId", &format!("{{fp:0}}:{uuid}")).is_ok(), "{uuid}");
    }
}

/// Contract: executions.id-form.
#[test]
fn an_id_is_written_in_lower_case() {
    let upper = format!("{{fp:3}}:{}", UUID.to_uppercase());
    assert_eq!(ExecutionId::parse("executionId", &upper).unwrap().to_string(), format!("{{fp:3}}:{UUID}"));
}

/// Contract: executions.id-refused.
#[test]
fn an_id_without_its_tag_is_refused() {
    for text in ["", UUID, "{fp:0}", "{fp:0:x", "fp:0}:x", "{b:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11"] {
        let error = refused_field(ExecutionId::parse("executionId", text), Code::InvalidInput, "executionId");
        assert!(detail(&error, "limit").contains("missing tag"), "{text}: {error}");
    }
}

/// Contract: executions.id-refused.
#[test]
fn an_id_with_a_bad_partition_is_refused() {
    for partition in ["", "x", "-1", "+1", " 1", "1.0", "65536", "99999999999999999999"] {
        let text = format!("{{fp:{partition}}}:{UUID}");
        let error = refused_field(ExecutionId::parse("executionId", &text), Code::InvalidInput, "executionId");
        assert!(detail(&error, "limit").contains("bad partition index"), "{text}: {error}");
    }
}

/// Contract: executions.id-refused.
#[test]
fn an_id_with_a_bad_uuid_is_refused() {
    let simple = UUID.replace('-', "");
    let braced = format!("{{{UUID}}}");
    let urn = format!("urn:uuid:{UUID}");
    for uuid in ["", "x", &UUID[..35], &simple, &braced, &urn, "018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c1g"] {
        let error = ExecutionId::parse("executionId", &format!("{{fp:0}}:{uuid}"));
        let error = refused_field(error, Code::InvalidInput, "executionId");
        assert!(detail(&error, "limit").contains("bad uuid"), "{uuid}: {error}");
    }
}

/// Contract: errors.shortened.
#[test]
fn a_long_bad_id_is_shown_shortened() {
    let error = refusal(ExecutionId::parse("executionId", &"x".repeat(1_000_000)), Code::InvalidInput);
    assert!(error.message().len() < 500, "{} bytes", error.message().len());
}

#[test]
fn an_id_of_the_caller_keeps_any_partition() {
    let mut world = World::new();
    for partition in [0, 1, 255, 40_000, 65_535] {
        let id = format!("{{fp:{partition}}}:{}", Uuid::from_u128(partition + 1));
        assert_eq!(world.submit_with("mail", |create| create.execution_id = Some(id.clone())), id);
        assert_eq!(world.claim("mail").execution_id, id);
        assert_eq!(world.describe(&id).execution_id, id);
    }
}

#[test]
fn the_same_uuid_in_two_partitions_is_two_executions() {
    let mut world = World::new();
    for partition in [0, 1] {
        let id = format!("{{fp:{partition}}}:{UUID}");
        let created = world.create("mail", |create| create.execution_id = Some(id)).unwrap();
        assert_eq!(created.outcome, CreateOutcome::Created);
    }
    assert_eq!(world.call(ListExecutionsArgs::default()).unwrap().executions.len(), 2);
}

/// Contract: executions.id-minted.
#[test]
fn an_id_that_is_left_out_is_minted_in_partition_0_and_new_each_time() {
    let mut world = World::new();
    let ids: BTreeSet<String> = (0..50).map(|_| world.submit("mail")).collect();
    assert_eq!(ids.len(), 50);
    for id in ids {
        assert!(id.starts_with("{fp:0}:"), "{id}");
        assert_eq!(ExecutionId::parse("executionId", &id).unwrap().to_string(), id);
    }
}

/// Contract: executions.lane-name.
#[test]
fn a_lane_is_1_to_64_bytes_of_printable_ascii() {
    let mut world = World::new();
    let longest = "l".repeat(64);
    for lane in ["m", "a lane with blanks ~!", longest.as_str()] {
        assert!(world.create(lane, |_| {}).is_ok(), "{lane}");
    }
    let too_long = "l".repeat(65);
    for lane in ["", too_long.as_str(), "ma\u{7f}il", "ma\nil", "mäil", "ma\u{0}il"] {
        let error = refused_field(world.create(lane, |_| {}), Code::InvalidInput, "lane");
        assert!(!detail(&error, "limit").is_empty() && !detail(&error, "found").is_empty());
    }
}

/// Contract: executions.lane-name.
#[test]
fn a_refused_lane_names_its_length_or_the_offset_of_its_first_offender() {
    let mut world = World::new();
    let error = refusal(world.create(&"l".repeat(70), |_| {}), Code::InvalidInput);
    assert!(detail(&error, "found").contains("70"), "{error}");
    let error = refusal(world.create("ab\tc\td", |_| {}), Code::InvalidInput);
    assert!(detail(&error, "found").contains("offset 2"), "{error}");
}
