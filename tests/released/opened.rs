//! What a release wrote, opened by this version: from a file and as bytes, read, gone on with, opened again.

use crate::fixture::{bytes, folder, image};
use crate::rows::tables::broken_rules;
use crate::teller::{END, START, Teller, flow_id, id};
use crate::{lives, look};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::rc::Rc;
use tidegate::store::driver::{Driver, Durability, Embedded, Failing, Fault};

/// Every release that left a database.
const RELEASES: [&str; 1] = ["0006-flow"];

/// A copy of a fixture in a folder of its own, deleted at the end.
struct Copy(PathBuf);

impl Copy {
    fn of(release: &str, test: &str) -> Self {
        let place = std::env::temp_dir().join(format!("tidegate-released-{}-{test}-{release}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).expect("a folder for a copy");
        std::fs::write(place.join("engine.db"), bytes(release)).expect("a copy");
        Self(place)
    }

    fn open(&self) -> Rc<dyn Driver> {
        Rc::new(Embedded::file(&self.0.join("engine.db"), Durability::Relaxed).expect("a database in a file"))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn sound(db: &dyn Driver) {
    let broken = broken_rules(db);
    assert!(broken.is_empty(), "{broken:?}");
}

/// Reads what was read when it was written. A member that an answer has since then is no difference.
fn reads_as_then(release: &str, teller: &mut Teller) {
    let recorded = std::fs::read_to_string(folder().join(format!("{release}.reads.jsonl"))).expect("the reads");
    for line in recorded.lines() {
        let read: Value = serde_json::from_str(line).expect("a line is JSON");
        let found = teller.ask(read["op"].as_str().expect("an operation"), &read["args"]);
        let mut lost = Vec::new();
        missing(&read["answer"], &found, "", &mut lost);
        assert!(lost.is_empty(), "{} {}:\n  {}\nnow: {found}", read["op"], read["args"], lost.join("\n  "));
    }
}

/// What of the left is not in the right.
fn missing(left: &Value, right: &Value, path: &str, lost: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                missing(value, right.get(name).unwrap_or(&Value::Null), &format!("{path}/{name}"), lost);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                missing(left, right, &format!("{path}/{index}"), lost);
            }
        }
        (left, right) if left == right => {}
        // A staged edge had a word of its own once.
        (left, right) if path.ends_with("/edgeState") && left == "staged" && right == "pending" => {}
        (left, right) => lost.push(format!("{path}: {left} then, {right} now")),
    }
}

/// The story's holders, by the expiry of their leases.
const HELD: [u32; 3] = [31, 41, 32];

/// The bytes of a release as a file is after an opening: who held a lease is gone, so that it was given back.
fn given_back(release: &str) -> Teller {
    let mut teller = Teller::over(image(release), END, 7);
    for number in HELD {
        let args = json!({ "executionId": id(number), "reason": "connection_gone" });
        assert_eq!(teller.ask("revoke_lease", &args)["outcome"], "revoked");
    }
    teller
}

/// What was held when the file was written goes on: the same attempt, with what it had recorded.
fn holders_go_on(teller: &mut Teller) {
    let kept = teller.say("claim", &lives::claim_again(), Some("claim"));
    let stale = teller.say("complete", &json!({ "handle": kept["ok"]["handle"] }), None);
    assert_eq!(stale["error"]["code"], "state.lease_revoked", "{stale}");
    let mut claim = lives::claim_again();
    claim["lanes"] = json!(["held"]);
    let again = teller.ask("claim", &claim);
    assert_eq!((&again["executionId"], &again["handleKind"]), (&json!(id(31)), &json!("resumed")), "{again}");
    assert_eq!((&again["attemptIndex"], &again["steps"][0]["name"]), (&json!(0), &json!("one")), "{again}");
    teller.held("complete", &again["handle"], &json!({}));
    let held = teller.claim("asked", 60_000);
    teller.held("complete", &held, &json!({ "result": "00" }));
}

/// A repeated call is answered as then; what was held ends; what waits is claimed; what is due in hours is done.
fn goes_on(teller: &mut Teller) {
    let again = teller.say("claim", &lives::claim_again(), Some("claim"));
    assert_eq!(again["ok"]["executionId"], id(41), "{again}");
    let handle = &again["ok"]["handle"];
    teller.held("complete", handle, &json!({ "result": "00" }));
    others_go_on(teller);
}

fn others_go_on(teller: &mut Teller) {
    let twice = json!({ "lane": "keyed", "kind": "send", "idempotencyKey": "order 2" });
    assert_eq!(teller.ask("create_execution", &twice)["executionId"], id(18));
    for _ in 0..2 {
        let held = teller.claim("mail", 60_000);
        teller.held("complete", &held, &json!({}));
    }
    let held = teller.claim("open", 60_000);
    for percent in [10, 20] {
        teller.held("progress", &held, &json!({ "percent": percent }));
    }
    let told = teller.ask("read_events", &json!({ "after": "start", "streams": ["progress"] }));
    assert_eq!(told["events"].as_array().map(Vec::len), Some(1), "{told}");
    teller.held("record_step", &held, &json!({ "name": "after the upgrade", "tookMs": 5 }));
    teller.held("complete", &held, &json!({ "result": "6f6b" }));
    let edges = teller.flow("list_edges", 3, &json!({}));
    for edge in edges["edges"].as_array().expect("edges") {
        assert_eq!(edge["dependencyKind"], "success_only", "{edge}");
    }
    let ends = json!({ "upstreamExecutionId": id(124), "downstreamExecutionId": id(128), "on": "end" });
    let staged = teller.flow("stage_dependency_edge", 3, &ends);
    let edge = teller.flow("describe_edge", 3, &json!({ "edgeId": staged["edgeId"] }));
    assert_eq!((&edge["dependencyKind"], &edge["edgeState"]), (&json!("any_end"), &json!("pending")));
    assert_eq!(teller.flow("describe_flow", 3, &json!({}))["tolerated"], 0);
    teller.flow("seal_flow", 3, &json!({}));
    teller.ask("replay_execution", &json!({ "executionId": id(111), "cascade": true }));
    teller.at(END - START + 10_000_000);
    let cancelled = teller.flow("describe_flow", 5, &json!({}));
    assert_eq!(cancelled["publicFlowState"], "cancelled", "{cancelled}");
    let delayed = teller.ask("describe_execution", &json!({ "executionId": id(15) }));
    assert_eq!(delayed["publicState"], "waiting", "{delayed}");
    teller.at(END - START + 200_000_000);
    let gone = teller.say("describe_flow", &json!({ "flowId": flow_id(1) }), None);
    assert_eq!(gone, json!({ "ok": null }), "its retention is over");
}

/// Contract: storage.open-gives-back.
#[test]
fn a_released_file_opens_reads_as_then_goes_on_and_opens_again() {
    for release in RELEASES {
        let copy = Copy::of(release, "file");
        let driver = copy.open();
        let mut teller = Teller::over(Rc::clone(&driver), END, 7);
        sound(&*driver);
        // As then, but for the leases: those of whoever is gone were given back.
        assert_eq!(look_at(&mut teller), look_at(&mut given_back(release)));
        holders_go_on(&mut teller);
        others_go_on(&mut teller);
        sound(&*driver);
        let before = look_at(&mut teller);
        drop((teller, driver));
        let driver = copy.open();
        let mut teller = Teller::over(Rc::clone(&driver), END + 200_000_000, 8);
        assert_eq!(look_at(&mut teller), before);
        sound(&*driver);
    }
}

#[test]
fn released_bytes_open_in_memory_read_as_then_and_go_on() {
    for release in RELEASES {
        let driver = image(release);
        let mut teller = Teller::over(Rc::clone(&driver), END, 7);
        sound(&*driver);
        reads_as_then(release, &mut teller);
        goes_on(&mut teller);
        sound(&*driver);
    }
}

/// Contract: storage.migrations.
#[test]
fn an_upgrade_that_is_cut_off_anywhere_is_made_by_the_next_opening() {
    for release in RELEASES {
        let whole = look_at(&mut Teller::over(image(release), END, 7));
        for fault in [Fault::FromThen, Fault::DropsTransaction] {
            let cut_off = |nth: u64| {
                let raw = image(release);
                let failing = Failing::over(Rc::clone(&raw));
                failing.fail_at(nth, fault);
                let opened = Teller::opened(Rc::new(failing.clone()), END, 7).is_ok();
                let came = failing.heal();
                assert!(came != opened, "statement {nth}: the fault came {came}, and it opened {opened}");
                sound_once_upgraded(&raw, &whole);
                came
            };
            let cuts = (0..10_000).take_while(|nth| cut_off(*nth)).count();
            assert!(cuts > 3, "{release}: only {cuts} statements");
        }
    }
}

fn sound_once_upgraded(raw: &Rc<dyn Driver>, whole: &[Value]) {
    let mut teller = Teller::over(Rc::clone(raw), END, 7);
    sound(&**raw);
    assert_eq!(look_at(&mut teller), whole);
}

/// What reads answer now, refusals of what is gone as well.
fn look_at(teller: &mut Teller) -> Vec<Value> {
    look::reads().into_iter().map(|(op, args)| teller.say(op, &args, None)).collect()
}
