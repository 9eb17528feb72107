//! `add_execution_to_flow`. Contract: flows.add, flows.one-flow, flows.grows-until-over.

use crate::engine::world::scheduler::{MINTED, Stand, UNKNOWN};
use crate::engine::world::telling::once;
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use tidegate::model::events::event::EventDetail;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::executions::create::CreateOutcome;
use tidegate::ops::flows::add_member::{AddExecutionToFlowAnswer, AddExecutionToFlowArgs, AddOutcome};
use tidegate::{Answer, Code, Envelope, Operation};

fn added(flow: &str, id: &str, name: Option<&str>) -> AddExecutionToFlowArgs {
    AddExecutionToFlowArgs { flow_id: flow.to_owned(), execution_id: id.to_owned(), name: name.map(str::to_owned) }
}

fn revision(world: &World) -> i64 {
    world.number("SELECT revision FROM flow")
}

/// Contract: flows.add, flows.revision.
#[test]
fn a_member_counts_in_its_flow_and_its_revision() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.submit("mail");
    world.pass(5);
    let answer = world.add(&flow, &id).unwrap();
    let expected = AddExecutionToFlowAnswer { outcome: AddOutcome::Added, execution_id: id.clone(), node_count: 1 };
    assert_eq!((answer, revision(&world)), (expected, 1));
    assert_eq!(world.number("SELECT changed_at FROM flow WHERE waiting = 1"), START + 5);
    assert_eq!(world.number("SELECT count(*) FROM execution e JOIN flow f ON f.id = e.flow"), 1);
    let event = world.flow_events().pop().unwrap();
    assert_eq!((event.cause, event.at, event.execution_id), (Cause::FlowMemberAdded, START + 5, None));
    assert_eq!(event.detail, Some(EventDetail::Member { execution_id: id }));
    let other = world.submit("mail");
    assert_eq!((world.add(&flow, &other).unwrap().node_count, revision(&world)), (2, 2));
}

/// Contract: flows.add-name.
#[test]
fn the_flow_may_call_it_by_a_name_that_others_have_too() {
    let mut world = World::new();
    let flow = world.flow();
    for _ in 0..2 {
        let id = world.submit("mail");
        world.call(added(&flow, &id, Some("step"))).unwrap();
    }
    assert_eq!(world.number("SELECT count(*) FROM specification WHERE member_name = 'step'"), 2);
    for wrong in [String::new(), "n".repeat(257), "a\u{0}".to_owned()] {
        let id = world.submit("mail");
        refused_field(world.call(added(&flow, &id, Some(&wrong))), Code::InvalidInput, "name");
    }
}

/// Contract: flows.add-again.
#[test]
fn a_member_that_is_added_again_changes_nothing() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member(&flow, "mail");
    world.pass(5);
    let before = world.rows();
    let answer = world.unwritten(|world| world.call(added(&flow, &id, Some("other")))).unwrap();
    let expected = AddExecutionToFlowAnswer { outcome: AddOutcome::AlreadyMember, execution_id: id, node_count: 1 };
    assert_eq!((answer, world.rows()), (expected, before));
}

/// Contract: flows.one-flow.
#[test]
fn an_execution_is_a_member_of_one_flow_at_most() {
    let mut world = World::new();
    let (flow, other) = (world.flow(), world.flow());
    let id = world.member(&flow, "mail");
    let error = world.refused(|world| world.add(&other, &id));
    assert_eq!(error.code(), Code::ExecutionAlreadyInFlow);
    assert_eq!((detail(&error, "executionId"), detail(&error, "flowId")), (&*id, &*flow));
}

/// Contract: flows.add-order.
#[test]
fn what_is_not_there_is_not_found() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.submit("mail");
    let error = world.refused(|world| world.add(MINTED, &id));
    assert_eq!((error.code(), detail(&error, "flowId")), (Code::NotFoundFlow, MINTED));
    let error = world.refused(|world| world.add(&flow, UNKNOWN));
    assert_eq!((error.code(), detail(&error, "executionId")), (Code::NotFoundExecution, UNKNOWN));
    refused_field(world.add("flow", &id), Code::InvalidInput, "flowId");
    refused_field(world.add(&flow, "execution"), Code::InvalidInput, "executionId");
}

/// Contract: flows.over-refuses.
#[test]
fn a_flow_that_is_over_takes_no_members() {
    let mut world = World::new();
    let flow = world.flow();
    world.seal(&flow).unwrap();
    let id = world.submit("mail");
    let error = world.refused(|world| world.add(&flow, &id));
    assert_eq!(error.code(), Code::FlowAlreadyTerminal);
    assert_eq!((detail(&error, "flowId"), detail(&error, "publicFlowState")), (&*flow, "completed"));
}

/// Contract: flows.add-order.
#[test]
fn the_refusals_come_in_their_order() {
    let mut world = World::new();
    let (over, open) = (world.flow(), world.flow());
    let inside = world.member(&over, "mail");
    world.finish("mail");
    world.seal(&over).unwrap();
    let elsewhere = world.member(&open, "mail");
    let cases = [
        (MINTED, UNKNOWN, Code::NotFoundFlow),
        (MINTED, &*elsewhere, Code::NotFoundFlow),
        (&*over, UNKNOWN, Code::FlowAlreadyTerminal),
        (&*over, &*elsewhere, Code::FlowAlreadyTerminal),
        (&*over, &*inside, Code::FlowAlreadyTerminal),
        (&*open, UNKNOWN, Code::NotFoundExecution),
        (&*open, &*inside, Code::ExecutionAlreadyInFlow),
    ];
    for (flow, id, code) in cases {
        assert_eq!(world.refused(|world| world.add(flow, id)).code(), code);
    }
}

/// Contract: flows.add.
#[test]
fn an_execution_in_whatever_state_can_become_a_member() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let flow = world.flow();
        let id = world.stand(stand);
        let before = world.describe(&id);
        assert_eq!(world.add(&flow, &id).unwrap().outcome, AddOutcome::Added, "{stand:?}");
        assert_eq!(world.describe(&id).public_state, before.public_state, "{stand:?}");
        let column = [
            (PublicState::Waiting, "SELECT waiting FROM flow"),
            (PublicState::Delayed, "SELECT delayed FROM flow"),
            (PublicState::Active, "SELECT active FROM flow"),
            (PublicState::Completed, "SELECT completed FROM flow"),
        ];
        let (_, column) = column.into_iter().find(|(state, _)| *state == before.public_state).unwrap();
        assert_eq!(world.number(column), 1, "{stand:?}");
    }
}

/// Contract: flows.add.
#[test]
fn what_is_held_counts_as_it_goes_on() {
    let mut world = World::new();
    let flow = world.flow();
    let claim = world.running();
    world.add(&flow, &claim.execution_id).unwrap();
    world.renew(&claim).unwrap();
    world.complete(&claim).unwrap();
    assert_eq!(world.number("SELECT completed - active - waiting FROM flow"), 1);
}

/// Contract: flows.grows-until-over.
#[test]
fn a_sealed_flow_takes_members_until_its_last_one_has_ended() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    let late = world.member(&graph.flow, "b");
    world.finish("a");
    let later = world.submit("c");
    assert_eq!(world.add(&graph.flow, &later).unwrap().node_count, 3);
    world.cancel(&late).unwrap();
    world.finish("c");
    let last = world.submit("d");
    refusal(world.add(&graph.flow, &last), Code::FlowAlreadyTerminal);
}

/// Contract: flows.grows-until-over.
#[test]
fn an_unsealed_flow_takes_members_whatever_its_state() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.spoil("a");
    let id = world.submit("b");
    assert_eq!(world.add(&graph.flow, &id).unwrap().node_count, 2);
}

#[test]
fn adds_that_come_together_all_succeed_and_all_count() {
    let mut world = World::new();
    let flow = world.flow();
    let ids: Vec<_> = (0..100).map(|_| world.submit("mail")).collect();
    let twice = ids.iter().chain(&ids).map(|id| Envelope::from(Operation::from(added(&flow, id, None)))).collect();
    let answers = world.batch(twice).answers;
    for (place, answer) in (0..).zip(answers) {
        let Answer::AddExecutionToFlow(answer) = answer.unwrap() else { panic!("another answer") };
        let expected = if place < 100 { AddOutcome::Added } else { AddOutcome::AlreadyMember };
        assert_eq!((answer.outcome, answer.node_count), (expected, (place + 1).min(100)));
    }
    assert_eq!((revision(&world), world.number("SELECT count(DISTINCT member_rank) FROM specification")), (100, 100));
}

#[test]
fn a_repeated_request_gets_its_first_answer() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.submit("mail");
    let first = once(&mut world, "r1", added(&flow, &id, None)).unwrap();
    let other = world.submit("mail");
    world.add(&flow, &other).unwrap();
    assert_eq!(once(&mut world, "r1", added(&flow, &id, None)).unwrap(), first);
}

#[test]
fn a_member_is_kept_as_long_as_its_flow() {
    let mut world = World::new();
    let flow = world.flow();
    let claim = world.running_with(|create| create.retention_ms = Some(10));
    world.complete(&claim).unwrap();
    world.add(&flow, &claim.execution_id).unwrap();
    world.pass(1_000);
    world.tick();
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
    let gone = world.running_with(|create| create.retention_ms = Some(10));
    world.complete(&gone).unwrap();
    world.pass(10);
    refusal(world.add(&flow, &gone.execution_id), Code::NotFoundExecution);
}

/// Contract: flows.create-member, flows.add, flows.add-order.
#[test]
fn an_execution_created_with_a_flow_is_its_last_member_from_the_first() {
    let mut world = World::new();
    let flow = world.flow();
    let first = world.member(&flow, "a");
    world.pass(5);
    let id = world.submit_with("mail", |create| create.flow_id = Some(flow.to_uppercase()));
    let claim = world.claim("mail");
    assert_eq!((claim.execution_id.as_str(), claim.flow_id.as_ref()), (id.as_str(), Some(&flow)));
    assert_eq!(world.describe(&id).flow_id.as_ref(), Some(&flow));
    assert_eq!(revision(&world), 2);
    let event = world.flow_events().pop().unwrap();
    assert_eq!((event.cause, event.at), (Cause::FlowMemberAdded, START + 5));
    assert_eq!(event.detail, Some(EventDetail::Member { execution_id: id.clone() }));
    assert_eq!(world.add(&flow, &id).unwrap().outcome, AddOutcome::AlreadyMember);
    world.complete(&claim).unwrap();
    world.finish("a");
    world.seal(&flow).unwrap();
    assert_eq!(world.state(&first), PublicState::Completed);
}

/// Contract: flows.create-member.
#[test]
fn a_create_is_refused_by_a_flow_that_takes_no_members_and_makes_nothing() {
    let mut world = World::new();
    let flow = world.flow();
    world.seal(&flow).unwrap();
    let create = |world: &mut World, flow: &str| {
        world.unwritten(|world| world.create("mail", |create| create.flow_id = Some(flow.to_owned())))
    };
    refusal(create(&mut world, &flow), Code::FlowAlreadyTerminal);
    refusal(create(&mut world, MINTED), Code::NotFoundFlow);
    refused_field(create(&mut world, "mine"), Code::InvalidInput, "flowId");
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
}

/// Contract: flows.create-member, executions.same-id.
#[test]
fn a_duplicate_create_joins_no_flow() {
    let mut world = World::new();
    let (alone, flow) = (world.submit("mail"), world.flow());
    let again = world.create("mail", |create| {
        (create.execution_id, create.flow_id) = (Some(alone.clone()), Some(flow.clone()));
    });
    assert_eq!(again.unwrap().outcome, CreateOutcome::Duplicate);
    assert_eq!((world.describe(&alone).flow_id, revision(&world)), (None, 0));
    let member = world.submit_with("mail", |create| create.flow_id = Some(flow.clone()));
    let gone = world.create("mail", |create| {
        (create.execution_id, create.flow_id) = (Some(member.clone()), Some(MINTED.to_owned()));
    });
    assert_eq!(gone.unwrap().outcome, CreateOutcome::Duplicate, "what is known is told before its flow is looked for");
}
