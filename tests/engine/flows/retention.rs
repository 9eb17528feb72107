//! Retention of flows: members are kept as long as their flow, hidden with it at once and deleted with it by ticks.
//! Contract: retention.member, retention.flow, retention.hidden.

use crate::engine::world::flows::Graph;
use crate::engine::world::{START, Span, World, refusal, test};
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::argument::Retention;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::events::filter::TagFilter;
use tidegate::ops::events::read::ReadEventsArgs;
use tidegate::ops::events::wait::WaitArgs;
use tidegate::ops::executions::count::CountExecutionsArgs;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::ops::flows::wait::{FlowOutcome, WaitFlowAnswer};
use tidegate::ops::storage::inspect::InspectStorageArgs;
use tidegate::store::driver::Row;
use tidegate::{Code, Limits};

pub const DAY: i64 = 86_400_000;

/// A world that keeps what has ended for so long.
pub fn keeping(executions_ms: i64) -> World {
    let retention = Retention { executions_ms: Some(executions_ms), events_ms: None };
    World::with_limits(Limits { retention, ..Limits::default() })
}

/// Ticks until nothing is left to do; answers how many it took.
pub fn ticked(world: &mut World) -> usize {
    (1..10_000).find(|_| !world.tick().more).expect("an end")
}

pub fn executions(world: &World) -> i64 {
    world.number("SELECT count(*) FROM execution")
}

pub fn freeable(world: &mut World) -> i64 {
    world.call(InspectStorageArgs {}).unwrap().freeable.executions
}

/// How many executions the listings find: `list_executions`, `search_executions`, `count_executions`.
pub fn found(world: &mut World) -> [usize; 3] {
    let listed = world.call(ListExecutionsArgs::default()).unwrap().executions.len();
    let searched = world.call(SearchExecutionsArgs::default()).unwrap().executions.len();
    let counted: i64 = world.call(CountExecutionsArgs::default()).unwrap().total.0.iter().sum();
    [listed, searched, usize::try_from(counted).unwrap()]
}

/// How many events are about executions with a tag.
fn tagged(world: &mut World, key: &str, value: &str) -> usize {
    let tag = Some(TagFilter { key: key.to_owned(), value: value.to_owned() });
    world.call(ReadEventsArgs { after: "start".to_owned(), tag, ..ReadEventsArgs::default() }).unwrap().events.len()
}

/// A sealed flow of two members that have ended, the second after the first.
pub fn over(world: &mut World) -> Graph {
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    world.finish("a");
    world.finish("b");
    graph
}

/// Tables that hold anything of executions or flows.
pub fn remains(world: &World) -> Vec<String> {
    const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut tables = Vec::new();
    let read = &mut |row: &dyn Row| {
        tables.push(row.text(0)?.to_owned());
        Ok(())
    };
    world.driver.query(TABLES, &[], read).unwrap();
    // Names, routes and the log stay; who the log is about is remembered.
    let stays =
        "namespace lane requirement route kind_route tally event event_detail trimmed former meta migration reserve";
    tables.retain(|table| !stays.split(' ').any(|one| one == table));
    let count = |table: &String| world.number(format!("SELECT count(*) FROM {table}").leak());
    tables.retain(|table| count(table) > 0);
    tables
}

/// Contract: retention.member.
#[test]
fn a_member_that_has_ended_is_kept_as_long_as_its_flow_goes_on() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    let first = world.member_with(&flow, "a", |create| create.retention_ms = Some(1));
    world.member(&flow, "b");
    world.seal(&flow).unwrap();
    world.finish("a");
    assert_eq!(world.describe(&first).kept_until, None);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.pass(DAY);
    ticked(&mut world);
    assert_eq!(world.state(&first), PublicState::Completed);
    assert_eq!((found(&mut world), freeable(&mut world)), ([2; 3], 0));
    world.finish("b");
    assert_eq!(world.describe(&first).kept_until, Some(START + DAY + 1.hours()));
}

/// Contract: retention.hidden.
#[test]
fn all_of_it_is_hidden_from_the_instant_at_which_the_flow_is_past_its_retention() {
    let mut world = keeping(1.hours());
    let graph = over(&mut world);
    world.pass(1.hours() - 1);
    assert_eq!((found(&mut world), freeable(&mut world)), ([2; 3], 0));
    world.pass(1);
    assert_eq!((found(&mut world), freeable(&mut world)), ([0; 3], 2));
    for name in ["a", "b"] {
        let id = graph.id(name);
        assert!(world.find(&id).unwrap().is_none());
        assert!(world.result(&id).is_none());
        refusal(world.call(WaitArgs { execution_id: id.clone(), after: None }), Code::NotFoundExecution);
        refusal(world.cancel(&id), Code::NotFoundExecution);
    }
    refusal(world.wait_flow(&graph.flow, None), Code::NotFoundFlow);
    refusal(world.seal(&graph.flow), Code::NotFoundFlow);
    refusal(world.cancel_flow(&graph.flow, CancellationPolicy::CancelAll), Code::NotFoundFlow);
    assert_eq!(executions(&world), 2, "no tick has come");
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
    assert_eq!(world.causes(&graph.id("a")), [Cause::Created, Cause::Claimed, Cause::Completed], "the log stays");
    assert!(world.flow_causes().contains(&Cause::FlowCompleted));
}

#[test]
fn tags_of_its_members_find_no_event_any_more() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    world.member_with(&flow, "a", |create| create.tags = [("app.user".to_owned(), "7".to_owned())].into());
    world.seal(&flow).unwrap();
    world.finish("a");
    assert_eq!(tagged(&mut world, "app.user", "7"), 3);
    world.pass(1.hours());
    assert_eq!(tagged(&mut world, "app.user", "7"), 0);
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
}

/// Contract: retention.flow.
#[test]
fn a_flow_has_a_retention_of_its_own_and_that_of_its_members_does_not_count() {
    let mut world = World::new();
    let kept = |world: &mut World, retention_ms: i64, name: &str| {
        let flow = world.create_flow(|args| args.retention_ms = Some(retention_ms)).unwrap().flow_id;
        let id = world.member_with(&flow, name, |create| create.retention_ms = Some(10 * DAY));
        world.seal(&flow).unwrap();
        world.finish(name);
        id
    };
    let short = kept(&mut world, 5, "a");
    let long = kept(&mut world, 20 * DAY, "b");
    let alone = world.completed_in("c").execution_id;
    world.pass(5);
    assert!(world.find(&short).unwrap().is_none());
    world.pass(15 * DAY);
    ticked(&mut world);
    assert_eq!(world.state(&long), PublicState::Completed);
    world.pass(5 * DAY);
    assert!(world.find(&long).unwrap().is_none());
    ticked(&mut world);
    assert_eq!(executions(&world), 1);
    assert_eq!(world.state(&alone), PublicState::Completed, "of no flow, and the engine keeps all");
}

/// Contract: retention.flow.
#[test]
fn an_unsealed_flow_is_kept_unless_it_was_cancelled() {
    let mut world = keeping(1.hours());
    let graph = world.graph(&[("a", &[])]);
    world.finish("a");
    world.pass(DAY);
    ticked(&mut world);
    assert_eq!(world.state(&graph.id("a")), PublicState::Completed);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.cancel_all(&graph.flow);
    world.pass(1.hours());
    assert!(world.find(&graph.id("a")).unwrap().is_none());
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
}

/// Contract: retention.flow.
#[test]
fn a_cancelled_flow_is_kept_until_its_last_member_has_ended() {
    let mut world = keeping(1.hours());
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    let claim = world.claim_with("a", |claim| claim.lease_ttl_ms = Some(10.hours())).unwrap().unwrap();
    world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap();
    world.pass(2.hours());
    ticked(&mut world);
    assert_eq!(world.states(&graph), [PublicState::Active, PublicState::Cancelled]);
    world.complete(&claim).unwrap();
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
}

/// Contract: retention.flow-replay.
#[test]
fn a_replay_keeps_all_of_it_and_the_retention_starts_anew_with_the_next_end() {
    let mut world = keeping(1.hours());
    let graph = over(&mut world);
    world.pass(1.hours() - 1);
    world.replayed(&graph.id("b"));
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.pass(DAY);
    ticked(&mut world);
    assert_eq!(found(&mut world), [2; 3]);
    world.finish("b");
    world.pass(1.hours() - 1);
    assert_eq!(found(&mut world), [2; 3]);
    world.pass(1);
    assert_eq!(found(&mut world), [0; 3]);
}

/// Contract: retention.full-minute.
#[test]
fn the_host_is_told_of_the_next_full_minute_after_the_flow_is_past_its_retention() {
    let mut world = keeping(1.hours());
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.finish("a");
    assert_eq!(world.engine.next_due_at().unwrap(), None, "a member's end is no end");
    world.pass(7);
    world.finish("b");
    let minute = |at: i64| Some((at + 59_999) / 60_000 * 60_000);
    assert_eq!(world.engine.next_due_at().unwrap(), minute(START + 7 + 1.hours()));
    world.pass(10.mins());
    let alone = world.completed_in("c").execution_id;
    assert_eq!(world.engine.next_due_at().unwrap(), minute(START + 7 + 1.hours()));
    world.set_clock(START + 65.mins());
    let answer = world.tick();
    assert_eq!((answer.more, answer.next_due_at), (false, minute(START + 7 + 70.mins())));
    assert!(world.find(&graph.id("a")).unwrap().is_none());
    assert_eq!(world.state(&alone), PublicState::Completed);
}

/// Contract: retention.member.
#[test]
fn an_execution_that_joins_a_flow_is_kept_with_it_from_then_on() {
    let mut world = keeping(1.hours());
    let id = world.completed().execution_id;
    assert!(world.engine.next_due_at().unwrap().is_some());
    let flow = world.flow();
    world.add(&flow, &id).unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.pass(DAY);
    ticked(&mut world);
    assert_eq!(world.describe(&id).kept_until, None);
    world.seal(&flow).unwrap();
    assert_eq!(world.describe(&id).kept_until, Some(START + DAY + 1.hours()));
}

/// Contract: flows.wait-past, retention.waiters.
#[test]
fn who_waits_is_told_of_an_end_that_is_past_its_retention_already() {
    let mut world = keeping(1.hours());
    let flow = world.flow();
    world.member_with(&flow, "a", |create| create.deadline_at = Some(START + 1.mins()));
    world.seal(&flow).unwrap();
    world.pass(10.hours());
    let tick = world.tick();
    assert_eq!((tick.applied, tick.more), (1, true), "it ended, and goes with the next tick");
    let expected = FlowOutcome { public_flow_state: FlowState::Failed, cancellation_policy: None, counts: None };
    assert_eq!(world.wait_flow(&flow, Some(0)).unwrap(), WaitFlowAnswer::Ended(expected));
    refusal(world.wait_flow(&flow, None), Code::NotFoundFlow);
    ticked(&mut world);
    assert_eq!(remains(&world), [""; 0]);
    refusal(world.wait_flow(&flow, Some(0)), Code::NotFoundFlow);
}
