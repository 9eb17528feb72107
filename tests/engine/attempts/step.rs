//! `record_step`. Contract: attempts.step, attempts.step-first, attempts.step-survives.

use crate::engine::world::telling::once;
use crate::engine::world::turns::{delay, replay, revoke};
use crate::engine::world::{START, Span, TTL, World, detail, pull, refusal, refused_field, test, texts};
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::step::RecordStepArgs;
use tidegate::ops::executions::read_step::ReadStepArgs;
use tidegate::ops::ground::recorded::RecordedStep;
use tidegate::{Answer, Code, Limits};

fn step_of(claim: &Claim, name: &str) -> RecordStepArgs {
    RecordStepArgs { handle: claim.handle.clone(), name: name.to_owned(), ..RecordStepArgs::default() }
}

/// The names and bytes of a claim's steps, in order.
fn told(claim: &Claim) -> Vec<(&str, &[u8])> {
    let mut told = Vec::new();
    for step in &claim.steps {
        let RecordedStep { name, result: Some(result), .. } = step else { panic!("{step:?} without its result") };
        told.push((name.as_str(), result.as_slice()));
    }
    told
}

/// Contract: attempts.step.
#[test]
fn a_step_is_answered_as_it_was_recorded() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    let bytes = vec![0xff, 0, b'"', 0x80];
    let args = RecordStepArgs {
        result: Some(bytes.clone().into()),
        encoding: Some("raw".to_owned()),
        ..step_of(&claim, "pay")
    };
    let expected = RecordedStep {
        name: "pay".to_owned(),
        result: Some(bytes.into()),
        encoding: Some("raw".to_owned()),
        recorded_at: START + 5,
        omitted: false,
    };
    assert_eq!(world.call(args).unwrap(), expected);
}

/// Contract: attempts.step-first.
#[test]
fn the_first_that_records_a_name_wins() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.record(&claim, "pay", b"paid").unwrap();
    world.pass(5);
    assert_eq!(world.record(&claim, "pay", b"paid twice").unwrap(), first);
    assert_eq!(world.call(step_of(&claim, "pay")).unwrap(), first, "asked for without a result");
    assert_eq!(world.describe(&claim.execution_id).steps.len(), 1);
}

/// Contract: attempts.step.
#[test]
fn a_step_without_a_result_and_one_with_an_empty_result_are_two_things() {
    let mut world = World::new();
    let claim = world.running();
    assert_eq!(world.call(step_of(&claim, "none")).unwrap().result, None);
    assert_eq!(world.record(&claim, "empty", b"").unwrap().result, Some("".into()));
    assert_eq!(world.record(&claim, "none", b"late").unwrap().result, None);
    world.pass(TTL);
    let steps = world.claim("mail").steps;
    let facts: Vec<_> = steps.iter().map(|step| (step.name.as_str(), step.result.is_some(), step.omitted)).collect();
    assert_eq!(facts, [("none", false, false), ("empty", true, false)]);
}

/// Contract: attempts.step-name.
#[test]
fn names_are_compared_byte_by_byte_and_belong_to_one_execution() {
    let mut world = World::new();
    let claim = world.running();
    for name in ["pay", "Pay", "pay ", "päy"] {
        world.record(&claim, name, name.as_bytes()).unwrap();
    }
    assert_eq!(world.describe(&claim.execution_id).steps.len(), 4);
    let other = world.running();
    assert_eq!(world.record(&other, "pay", b"other").unwrap().result, Some("other".into()));
}

/// Contract: attempts.step-holder.
#[test]
fn only_the_holder_of_the_live_lease_records() {
    let mut world = World::new();
    let lapsed = world.lapsed();
    refusal(world.record(&lapsed, "pay", b""), Code::LeaseExpired);
    world.claim("mail");
    refusal(world.record(&lapsed, "pay", b""), Code::LeaseConflict);
    let revoked = world.running();
    revoke(&mut world, &revoked.execution_id, |_| {}).unwrap();
    refusal(world.record(&revoked, "pay", b""), Code::LeaseRevoked);
    let ended = world.running_in("post");
    world.record(&ended, "pay", b"").unwrap();
    world.complete(&ended).unwrap();
    refusal(world.record(&ended, "pay", b""), Code::ExecutionNotActive);
    assert_eq!(world.number("SELECT count(*) FROM step"), 1);
    refusal(World::new().record(&ended, "pay", b""), Code::NotFoundExecution);
}

/// Contract: attempts.step-survives, claims.steps.
#[test]
fn steps_survive_every_way_to_the_next_lease_in_their_order() {
    let mut world = World::new();
    let id = world.submit("mail");
    let mut expected: Vec<(String, Vec<u8>)> = Vec::new();
    let mut next = |world: &mut World| {
        let claim = world.claim("mail");
        let found: Vec<_> = told(&claim).into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect();
        assert_eq!(found, expected);
        // The names do not sort as they were recorded.
        let name = format!("step {}", 9 - claim.lease_epoch);
        world.record(&claim, &name, name.as_bytes()).unwrap();
        expected.push((name.clone(), name.into_bytes()));
        claim
    };
    let claim = next(&mut world);
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(1_000);
    next(&mut world);
    world.pass(TTL);
    let claim = next(&mut world);
    delay(&mut world, &claim, START).unwrap();
    next(&mut world);
    revoke(&mut world, &id, |_| {}).unwrap();
    let mut world = world.reopened();
    let last = next(&mut world);
    assert_eq!(last.steps.len(), 4);
    assert_eq!(world.record(&last, "step 8", b"again").unwrap().result, Some("step 8".into()));
}

/// Contract: attempts.step-survives, retries.replay-forgets.
#[test]
fn a_replay_forgets_the_steps_and_their_results() {
    let mut world = World::new();
    let claim = world.running();
    world.record(&claim, "pay", b"paid").unwrap();
    world.complete_with(&claim, b"done").unwrap();
    assert_eq!(world.describe(&claim.execution_id).steps.len(), 1, "kept while it is ended");
    let payloads = world.number("SELECT count(*) FROM payload");
    replay(&mut world, &claim.execution_id).unwrap();
    assert!(world.describe(&claim.execution_id).steps.is_empty());
    assert_eq!(world.number("SELECT count(*) FROM payload"), payloads - 1);
    let again = world.claim("mail");
    assert!(again.steps.is_empty());
    assert_eq!(world.record(&again, "pay", b"anew").unwrap().result, Some("anew".into()));
}

/// Contract: attempts.step-count.
#[test]
fn an_execution_records_1000_steps_at_most() {
    let mut world = World::new();
    let claim = world.running();
    for n in 0..1_000 {
        world.record(&claim, &format!("{n}"), b"").unwrap();
    }
    let error = refused_field(world.record(&claim, "one more", b""), Code::InvalidInput, "name");
    assert!(error.message().contains("1000"), "{error}");
    assert_eq!(detail(&error, "executionId"), claim.execution_id);
    assert!(world.record(&claim, "999", b"").is_ok(), "what stands there is answered still");
    assert_eq!(world.number("SELECT count(*) FROM step"), 1_000);
    let other = world.running();
    assert!(world.record(&other, "one more", b"").is_ok());
}

/// Contract: attempts.step-name.
#[test]
fn a_name_is_1_to_256_bytes_without_control_characters() {
    let mut world = World::new();
    let claim = world.running();
    for name in ["", "a\nb", &"n".repeat(257), &"ä".repeat(129)] {
        refused_field(world.record(&claim, name, b""), Code::InvalidInput, "name");
    }
    for name in texts(&["n", &"n".repeat(256), &"ä".repeat(128)]) {
        assert_eq!(world.record(&claim, &name, b"").unwrap().name, name);
    }
}

#[test]
fn a_result_is_a_payload() {
    let mut world = World::with_limits(Limits { payload_bytes_max: 5, ..Limits::default() });
    let claim = world.running();
    refused_field(world.record(&claim, "pay", b"123456"), Code::PayloadTooLarge, "result");
    assert!(world.record(&claim, "pay", b"12345").is_ok());
    let bare = RecordStepArgs { encoding: Some("raw".to_owned()), ..step_of(&claim, "other") };
    refused_field(world.call(bare), Code::InvalidInput, "encoding");
    refusal(world.call(RecordStepArgs { handle: "AA".to_owned(), ..step_of(&claim, "x") }), Code::Corruption);
}

/// Contract: attempts.step-repeated.
#[test]
fn a_repeated_request_answers_the_bytes_again() {
    let mut world = World::new();
    let claim = world.running();
    let args = RecordStepArgs { result: Some(vec![0, 159, 255].into()), ..step_of(&claim, "pay") };
    let first = once(&mut world, "r1", args.clone()).unwrap();
    world.pass(5);
    let again = once(&mut world, "r1", args).unwrap();
    assert_eq!(again, first);
    let (text, payloads) = again.text();
    assert_eq!((text.matches("\"result\":").count(), payloads), (1, vec![vec![0, 159, 255]]));
}

/// Contract: claims.repeated.
#[test]
fn a_repeated_claim_hands_its_steps_back_again() {
    let mut world = World::new();
    let claim = world.running();
    world.record(&claim, "pay", &[0, 159]).unwrap();
    world.call(step_of(&claim, "none")).unwrap();
    world.pass(TTL);
    let first = once(&mut world, "r1", crate::engine::world::pull("mail")).unwrap();
    assert_eq!(once(&mut world, "r1", crate::engine::world::pull("mail")).unwrap(), first);
    assert_eq!(first.text().1, [vec![0, 159]]);
}

/// Contract: claims.sixteen-mib.
#[test]
fn results_beyond_16_mib_together_are_left_out_of_a_claim_and_read_one_by_one() {
    let mut world = World::new();
    let claim = world.running();
    for n in 0..17_u8 {
        world.record(&claim, &format!("{n}"), &vec![n; 1 << 20]).unwrap();
    }
    world.pass(TTL);
    let again = world.claim("mail");
    assert_eq!(again.steps.len(), 17);
    let (last, rest) = again.steps.split_last().unwrap();
    assert!(
        rest.iter().all(|step| !step.omitted && step.result.as_ref().is_some_and(|r| r.as_slice().len() == 1 << 20))
    );
    assert_eq!((last.name.as_str(), last.omitted, last.result.as_ref()), ("16", true, None));
    assert_eq!(world.record(&again, "16", b"").unwrap().result, Some(vec![16; 1 << 20].into()));
}

/// Contract: attempts.step-quiet, executions.stamps.
#[test]
fn a_step_writes_no_event_and_moves_the_last_mutation() {
    let mut world = World::new();
    let claim = world.running();
    let (before, events) = (world.describe(&claim.execution_id), world.events());
    world.pass(5);
    world.record(&claim, "pay", b"").unwrap();
    let after = world.describe(&claim.execution_id);
    assert_eq!(world.events(), events);
    assert_eq!((after.state, after.current_lease, after.lease_epoch), (before.state, before.current_lease, 1));
    assert_eq!(after.last_mutation_at, START + 5);
}

/// Contract: claims.sixteen-mib.
#[test]
fn the_claims_of_one_commit_hand_back_16_mib_of_results_together() {
    let mut world = World::new();
    let claims = [world.running(), world.running()];
    for claim in &claims {
        for index in 0..9 {
            world.record(claim, &format!("s{index}"), &vec![7; 1 << 20]).unwrap();
        }
        world.fail(claim, FailureClass::Transient).unwrap();
    }
    world.pass(1.mins());
    let answers = world.batch(vec![pull("mail").into(), pull("mail").into()]).answers;
    let omitted: Vec<usize> = answers
        .into_iter()
        .map(|answer| match answer {
            Ok(Answer::Claim(claim)) => claim.unwrap().steps.iter().filter(|step| step.omitted).count(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(omitted, [0, 2]);
}

/// Contract: attempts.step-start.
#[test]
fn a_step_tells_when_it_began_where_its_worker_says_how_long_it_took() {
    let mut world = World::new();
    world.pass(100);
    let claim = world.running();
    world.pass(1_000);
    let took = |name, took_ms| RecordStepArgs { took_ms, ..step_of(&claim, name) };
    for args in [took("short", Some(400)), took("longer than the attempt", Some(5_000)), took("untold", None)] {
        world.call(args).unwrap();
    }
    let began = |world: &mut World| -> Vec<Option<i64>> {
        world.describe(&claim.execution_id).steps.iter().map(|step| step.started_at).collect()
    };
    assert_eq!(began(&mut world), [Some(START + 700), Some(START + 100), None]);
    world.call(took("untold", Some(5))).unwrap();
    assert_eq!(began(&mut world)[2], None, "the first that records a name wins");
    refused_field(world.call(took("never", Some(-1))), Code::InvalidInput, "tookMs");
}

fn read(world: &mut World, id: &str, name: &str) -> Option<RecordedStep> {
    world.call(ReadStepArgs { execution_id: id.to_owned(), name: name.to_owned() }).unwrap()
}

/// Contract: attempts.read-step.
#[test]
fn a_step_is_read_by_its_name_without_a_claim_in_any_state() {
    let mut world = World::new();
    let claim = world.running();
    let id = claim.execution_id.clone();
    let kept = world.record(&claim, "pay", b"paid").unwrap();
    assert_eq!(read(&mut world, &id, "pay"), Some(kept.clone()));
    assert_eq!(read(&mut world, &id, "ship"), None);
    world.complete(&claim).unwrap();
    assert_eq!(read(&mut world, &id, "pay"), Some(kept));
    replay(&mut world, &id).unwrap();
    assert_eq!(read(&mut world, &id, "pay"), None, "a replay forgets");
    assert_eq!(read(&mut world, "{fp:0}:00000000-0000-4000-8000-0000000000ff", "pay"), None);
}

/// Contract: attempts.read-step.
#[test]
fn a_step_without_a_name_is_refused_by_it() {
    let mut world = World::new();
    let args = ReadStepArgs { execution_id: world.submit("mail"), name: String::new() };
    refused_field(world.call(args), Code::InvalidInput, "name");
}
