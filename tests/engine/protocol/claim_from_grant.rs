//! `claim_from_resume_grant`. Contract: protocol.resume-grant, protocol.resume-answers, states.resume.

use crate::engine::world::scheduler::{GRANT_TTL, MINTED, Stand, UNKNOWN, named, rescued, wanted};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptType, FailureClass, HandleKind, LeaseEvent, PublicState,
};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::protocol::claim_from_grant::ClaimFromResumeGrantArgs;
use tidegate::ops::protocol::grant::GrantAnswer;
use tidegate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;
use tidegate::ops::protocol::reclaim_grant::{IssueReclaimGrantAnswer, IssueReclaimGrantArgs};
use tidegate::{Code, Error};

/// A key that nobody was given.
fn invented(id: &str) -> GrantAnswer {
    GrantAnswer {
        execution_id: id.to_owned(),
        grant_key: MINTED.to_owned(),
        expires_at: START + GRANT_TTL,
        lane: "mail".to_owned(),
    }
}

/// A claim that must be refused, with nothing written.
fn refused(world: &mut World, grant: &GrantAnswer, code: Code) -> Error {
    refusal(world.unwritten(|world| world.show(grant)), code)
}

/// Contract: protocol.resume-grant.
#[test]
fn an_interrupted_attempt_goes_on_under_a_new_lease() {
    let mut world = World::new();
    let first = world.interrupted();
    let grant = world.reserve(&first.execution_id);
    world.pass(3);
    let claim = world.show(&grant).unwrap().unwrap();
    assert_eq!((claim.handle_kind, claim.attempt_type), (HandleKind::Resumed, AttemptType::Initial));
    assert_eq!((claim.attempt_index, claim.attempt_id), (0, first.attempt_id));
    assert_eq!((claim.lease_epoch, claim.lease_expires_at), (3, START + 3 + TTL));
    assert_eq!((world.state(&first.execution_id), world.grants()), (PublicState::Active, 0));
}

/// Contract: protocol.resume-grant, retries.cap-own-retries, states.resume.
#[test]
fn a_lapsed_attempt_goes_on_and_counts_as_no_reclaim() {
    let mut world = World::new();
    let first = world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    world.pass(TTL);
    let grant = world.grant_with(&first.execution_id, |args| args.worker = named("other")).unwrap();
    let claim = world.show_with(&grant, |args| args.worker = named("other")).unwrap().unwrap();
    assert_eq!((claim.handle_kind, claim.attempt_type), (HandleKind::Resumed, AttemptType::Initial));
    assert_eq!((claim.attempt_index, &claim.attempt_id), (0, &first.attempt_id));
    assert_eq!(claim.lease_epoch, 2);
    let found = world.describe(&first.execution_id);
    assert_eq!((found.total_attempt_count, found.lease_reclaim_count), (1, 0));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::Started);
    let lease = found.current_lease.unwrap();
    assert_eq!((lease.worker_id.as_str(), lease.worker_instance_id.as_str()), ("other", "other-1"));
    refusal(world.complete(&first), Code::LeaseConflict);
    assert!(world.renew(&claim).is_ok());
    world.complete(&claim).unwrap();
}

/// Contract: leases.one-event-order, events.lease-words.
#[test]
fn each_lease_is_told_to_have_ended_before_the_next_takes_it_over() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let grant = world.reserve(&id);
    let claim = world.show(&grant).unwrap().unwrap();
    let events = world.events_in(&[EventStream::Lease]);
    let leases: Vec<_> = events.iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired, LeaseEvent::Reclaimed]);
    assert_eq!((events[2].lease_id.as_ref(), events[2].lease_epoch), (Some(&claim.lease_id), Some(2)));
}

/// Contract: attempts.timeout-left, protocol.resume-grant.
#[test]
fn a_lapsed_attempt_has_what_was_left_of_its_time_when_the_lease_ran_out() {
    let mut world = World::new();
    let first = world.running_with(|create| create.attempt_timeout_ms = Some(TTL + 10_000));
    world.pass(TTL + 20_000);
    assert_eq!(world.state(&first.execution_id), PublicState::Active, "a lapsed attempt does not time out");
    let grant = world.reserve(&first.execution_id);
    let claim = world.show(&grant).unwrap().unwrap();
    assert_eq!(claim.attempt_timeout_at, Some(START + TTL + 20_000 + 10_000));
}

/// Contract: retries.lapses-in-a-row.
#[test]
fn a_lapse_after_a_resumption_is_the_second_in_a_row() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let grant = world.reserve(&id);
    world.show(&grant).unwrap().unwrap();
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(1_000);
    assert_eq!(world.claim("mail").handle_kind, HandleKind::Reclaimed);
}

/// Contract: protocol.resume-answers.
#[test]
fn each_state_has_its_answer_whatever_key_is_shown() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let code = match stand {
            Stand::Waiting | Stand::Blocked => Code::NotFoundAttempt,
            Stand::Retrying => Code::NotAResumedExecution,
            Stand::Interrupted | Stand::Lapsed => Code::InvalidClaimGrant,
            Stand::Delayed | Stand::Completed => Code::ExecutionNotLeaseable,
            Stand::Held => {
                let claim = world.unwritten(|world| world.show(&invented(&id))).unwrap();
                assert!(claim.is_none(), "a live lease: nothing");
                continue;
            }
        };
        let error = refused(&mut world, &invented(&id), code);
        assert_eq!(detail(&error, "executionId"), id, "{stand:?}");
    }
    refused(&mut World::new(), &invented(UNKNOWN), Code::NotFoundExecution);
}

#[test]
fn a_blocked_interrupted_attempt_is_not_leaseable() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    let grant = world.reserve(&id);
    world.block_route(&id).unwrap();
    refused(&mut world, &grant, Code::ExecutionNotLeaseable);
}

/// Contract: protocol.resume-answers.
#[test]
fn a_shut_lane_is_checked_after_the_state_and_before_the_grant() {
    for (stand, code) in [
        (Stand::Waiting, Code::NotFoundAttempt),
        (Stand::Retrying, Code::ExecutionNotLeaseable),
        (Stand::Interrupted, Code::ExecutionNotLeaseable),
        (Stand::Lapsed, Code::ExecutionNotLeaseable),
    ] {
        for state in [LaneState::Paused, LaneState::Disabled] {
            let mut world = World::new();
            let id = world.stand(stand);
            let grant = world.reserve(&id);
            world.set_lane("mail", state);
            refused(&mut world, &grant, code);
            refused(&mut world, &invented(&id), code);
            assert_eq!(world.grants(), 1, "the grant is intact");
        }
    }
    let mut world = World::new();
    let id = world.stand(Stand::Held);
    world.set_lane("mail", LaneState::Paused);
    assert!(world.show(&invented(&id)).unwrap().is_none());
}

/// Contract: protocol.resume-answers.
#[test]
fn the_grant_must_be_the_workers_own_the_one_shown_and_not_over() {
    for stand in [Stand::Interrupted, Stand::Lapsed] {
        let mut world = World::new();
        let id = world.stand(stand);
        let grant = world.reserve(&id);
        let other = |args: &mut ClaimFromResumeGrantArgs| args.worker = named("other");
        let error = refusal(world.unwritten(|world| world.show_with(&grant, other)), Code::InvalidClaimGrant);
        assert_eq!((detail(&error, "executionId"), detail(&error, "workerId")), (id.as_str(), "other"));
        refused(&mut world, &invented(&id), Code::InvalidClaimGrant);
        world.pass(GRANT_TTL + 1);
        refusal(world.unwritten(|world| world.show_with(&grant, other)), Code::InvalidClaimGrant);
        let error = refused(&mut world, &grant, Code::ClaimGrantExpired);
        assert_eq!(detail(&error, "expiresAt"), grant.expires_at.to_string());
        let next = world.reserve(&id);
        refused(&mut world, &grant, Code::InvalidClaimGrant);
        world.pass(GRANT_TTL);
        assert!(world.show_with(&next, |args| args.worker.instance_id = None).unwrap().is_some(), "{stand:?}");
    }
}

/// Contract: protocol.second-call.
#[test]
fn a_second_identical_call_gets_nothing_and_after_the_lease_no_grant() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let grant = world.reserve(&id);
    let claim = world.show(&grant).unwrap().unwrap();
    assert!(world.unwritten(|world| world.show(&grant)).unwrap().is_none());
    world.interrupt(&claim);
    refused(&mut world, &grant, Code::InvalidClaimGrant);
    world.claim("mail");
    world.pass(TTL);
    refused(&mut world, &grant, Code::InvalidClaimGrant);
}

#[test]
fn what_its_former_holder_has_failed_is_not_resumed() {
    let mut world = World::new();
    let claim = world.lapsed();
    let grant = world.reserve(&claim.execution_id);
    world.fail(&claim, FailureClass::Permanent).unwrap();
    refused(&mut world, &grant, Code::ExecutionNotLeaseable);
}

/// Contract: protocol.grant-key.
#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let grant = world.reserve(&id);
    let mut bad = |field, set: fn(&mut ClaimFromResumeGrantArgs)| {
        refused_field(world.unwritten(|world| world.show_with(&grant, set)), Code::InvalidInput, field);
    };
    bad("executionId", |args| args.execution_id.clear());
    bad("grantKey", |args| args.grant_key.clear());
    bad("grantKey", |args| args.grant_key = "k".repeat(257));
    bad("worker.id", |args| args.worker.id = "a\u{7f}".to_owned());
    bad("worker.instanceId", |args| args.worker.instance_id = Some(String::new()));
    bad("leaseTtlMs", |args| args.lease_ttl_ms = Some(86_400_001));
}

/// Contract: protocol.grant-key, protocol.resume-grant.
#[test]
fn a_key_of_the_callers_own_is_any_text_and_is_compared_byte_by_byte() {
    let upper = MINTED.to_uppercase();
    let keys =
        ["k", "pg:mail:1", "15 bytes of text", "a16-byte-long-key", "schlüssel\u{1}", MINTED, &upper, &"k".repeat(256)];
    let lengths = (12..=18).map(|length| "x".repeat(length));
    for key in keys.map(str::to_owned).into_iter().chain(lengths) {
        let mut world = World::new();
        let id = world.lapsed().execution_id;
        let grant = world.call(IssueClaimGrantArgs { grant_key: Some(key.clone()), ..wanted(&id) }).unwrap();
        assert_eq!(grant.grant_key, key);
        world = world.reopened();
        let others = [format!("{key}x"), key.chars().skip(1).collect::<String>() + "y"];
        for other in others.into_iter().filter(|other| other.len() <= 256) {
            let args = |args: &mut ClaimFromResumeGrantArgs| args.grant_key = other;
            refusal(world.unwritten(|world| world.show_with(&grant, args)), Code::InvalidClaimGrant);
        }
        assert_eq!(world.show(&grant).unwrap().unwrap().execution_id, id, "{key:?}");
    }
}

/// Contract: protocol.grant-key.
#[test]
fn a_key_that_no_grant_may_have_is_refused_when_it_is_given() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    for key in [String::new(), "k".repeat(257)] {
        let args = IssueClaimGrantArgs { grant_key: Some(key.clone()), ..wanted(&id) };
        refused_field(world.unwritten(|world| world.call(args)), Code::InvalidInput, "grantKey");
        let args = IssueReclaimGrantArgs { grant_key: Some(key), ..rescued(&id) };
        refused_field(world.unwritten(|world| world.call(args)), Code::InvalidInput, "grantKey");
    }
    let args = IssueReclaimGrantArgs { grant_key: Some("rescue 7".to_owned()), ..rescued(&id) };
    let Ok(IssueReclaimGrantAnswer::Granted(grant)) = world.call(args) else { panic!("it has lapsed") };
    assert_eq!(grant.grant_key, "rescue 7");
}
