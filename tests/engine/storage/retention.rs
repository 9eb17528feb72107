//! Retention: what is past it is hidden at once and deleted by ticks, with everything that belongs to it. Contract:
//! retention.hidden, retention.own-wins, retention.goes-whole, retention.tick.

use crate::engine::world::{START, Span, World, order, refusal, refused_field, test};
use tidegate::model::ground::argument::Retention;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::executions::create::CreateOutcome;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::{Code, Envelope, Limits};

const DAY: i64 = 86_400_000;

/// A world that keeps what has ended for so long.
fn keeping(executions_ms: i64) -> World {
    let retention = Retention { executions_ms: Some(executions_ms), events_ms: None };
    World::with_limits(Limits { retention, ..Limits::default() })
}

/// Ticks until nothing is left to do; answers how many it took.
fn ticked(world: &mut World) -> usize {
    (1..10_000).find(|_| !world.tick().more).expect("an end")
}

fn listed(world: &mut World) -> Vec<String> {
    let page = world.call(ListExecutionsArgs::default()).unwrap();
    page.executions.into_iter().map(|execution| execution.execution_id).collect()
}

/// The sum of the counts by state.
fn counted(world: &World) -> i64 {
    world.number(
        "SELECT coalesce(sum(waiting + delayed + rate_limited + waiting_children + active + suspended + completed \
         + failed + cancelled + expired + skipped), 0) FROM tally",
    )
}

/// Contract: retention.for-ever.
#[test]
fn without_a_retention_everything_is_kept_for_ever() {
    let mut world = World::new();
    let claim = world.completed();
    world.pass(100 * 365 * DAY);
    assert_eq!(ticked(&mut world), 1);
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    assert_eq!(world.describe(&claim.execution_id).kept_until, None);
}

/// Contract: retention.for-ever.
#[test]
fn what_has_not_ended_is_kept_however_old_it_is() {
    let mut world = keeping(1.hours());
    let id = world.submit("mail");
    world.pass(10 * DAY);
    ticked(&mut world);
    assert_eq!(world.state(&id), PublicState::Waiting);
}

/// Contract: retention.kept-until, retention.hidden.
#[test]
fn it_is_hidden_from_the_instant_at_which_its_retention_is_over() {
    let mut world = keeping(1.hours());
    let id = world.completed().execution_id;
    assert_eq!(world.describe(&id).kept_until, Some(START + 1.hours()));
    world.pass(1.hours() - 1);
    assert!(world.find(&id).unwrap().is_some());
    assert_eq!(listed(&mut world), std::slice::from_ref(&id));
    world.pass(1);
    assert!(world.find(&id).unwrap().is_none());
    assert!(world.result(&id).is_none());
    assert!(listed(&mut world).is_empty());
    refusal(
        world.call(ReplayExecutionArgs { execution_id: id.clone(), ..Default::default() }),
        Code::NotFoundExecution,
    );
    refusal(world.cancel(&id), Code::NotFoundExecution);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1, "no tick has come yet");
}

/// Contract: retention.own-wins.
#[test]
fn a_retention_of_its_own_wins_over_the_engines_both_ways() {
    let mut world = keeping(1.hours());
    let [short, usual, long] = [Some(0), None, Some(DAY)].map(|retention_ms| {
        let claim = world.running_with(|create| create.retention_ms = retention_ms);
        world.complete(&claim).unwrap();
        claim.execution_id
    });
    assert!(world.find(&short).unwrap().is_none(), "kept for no time at all");
    assert_eq!(listed(&mut world), [usual.clone(), long.clone()]);
    assert_eq!(world.describe(&long).retention_ms, Some(DAY));
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(listed(&mut world), std::slice::from_ref(&long));
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
    world.pass(DAY - 1.hours());
    assert_eq!(ticked(&mut world), 1);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
    assert!(world.find(&usual).unwrap().is_none());
}

/// Contract: retention.own-wins.
#[test]
fn a_retention_of_its_own_needs_none_of_the_engine() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.retention_ms = Some(5));
    world.complete(&claim).unwrap();
    let other = world.completed().execution_id;
    world.pass(5);
    ticked(&mut world);
    assert_eq!(listed(&mut world), [other]);
}

/// Contract: retention.goes-whole.
#[test]
fn it_goes_with_everything_that_belongs_to_it() {
    let mut world = keeping(1.hours());
    let before = rows(&world);
    let claim = world.running_with(|create| {
        create.input = Some(b"in".to_vec().into());
        create.idempotency_key = Some("once".to_owned());
        create.dedup_window_ms = Some(10 * DAY);
        create.tags = [("app.user".to_owned(), "7".to_owned()), ("step".to_owned(), "x".to_owned())].into();
    });
    world.record(&claim, "charge", b"paid").unwrap();
    world.record(&claim, "mark", b"").unwrap();
    world.progress(&claim, Some(5), Some("far")).unwrap();
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(1.mins());
    let again = world.claim("mail");
    world.complete_with(&again, b"out").unwrap();
    world.call(ReplayExecutionArgs { execution_id: claim.execution_id.clone(), ..Default::default() }).unwrap();
    let last = world.claim("mail");
    world.cancel(&last.execution_id).unwrap();
    world.pass(1.hours());
    ticked(&mut world);
    let after = rows(&world);
    for (table, count) in before {
        let left = after.iter().find(|(name, _)| *name == table).map_or(0, |(_, left)| *left);
        // Names, routes and the log stay; who the log is about is remembered.
        let stays =
            ["namespace", "lane", "requirement", "route", "kind_route", "tally", "event", "event_detail", "former"];
        assert!(left == count || stays.contains(&table.as_str()), "{table}: {count} before, {left} after");
    }
    assert_eq!(counted(&world), 0);
}

/// How many rows each table has.
fn rows(world: &World) -> Vec<(String, i64)> {
    let mut tables = Vec::new();
    let read = &mut |row: &dyn tidegate::store::driver::Row| {
        tables.push(row.text(0)?.to_owned());
        Ok(())
    };
    world.driver.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", &[], read).unwrap();
    let count = |table: String| {
        let sql: &'static str = format!("SELECT count(*) FROM {table}").leak();
        let count = world.number(sql);
        (table, count)
    };
    tables.into_iter().map(count).collect()
}

/// Contract: retention.events-stay.
#[test]
fn its_events_stay_in_the_log_and_say_who_they_are_about() {
    let mut world = keeping(1.hours());
    let claim = world.running_with(|create| create.namespace = Some("acme".to_owned()));
    world.complete(&claim).unwrap();
    world.pass(1.hours());
    ticked(&mut world);
    assert_eq!(world.causes(&claim.execution_id), [Cause::Created, Cause::Claimed, Cause::Completed]);
    assert!(world.events().iter().all(|event| event.namespace == "acme"));
}

/// Contract: retention.replay.
#[test]
fn a_replay_within_the_retention_starts_it_anew() {
    let mut world = keeping(1.hours());
    let id = world.completed().execution_id;
    world.pass(1.hours() - 1);
    world.call(ReplayExecutionArgs { execution_id: id.clone(), ..Default::default() }).unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.pass(DAY);
    ticked(&mut world);
    let claim = world.claim("mail");
    assert_eq!(claim.execution_id, id);
    world.complete(&claim).unwrap();
    assert_eq!(world.describe(&id).kept_until, Some(START + 1.hours() - 1 + DAY + 1.hours()));
}

/// Contract: retention.free-id.
#[test]
fn an_id_that_is_past_its_retention_is_free_before_any_tick() {
    let mut world = keeping(1.hours());
    let id = world.completed().execution_id;
    world.pass(1.hours());
    let again = world.create("post", |create| create.execution_id = Some(id.clone())).unwrap();
    assert_eq!(again.outcome, CreateOutcome::Created);
    assert_eq!(world.describe(&id).lane, "post");
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
    assert_eq!(world.describe(&id).attempts.len(), 0);
    assert_eq!(counted(&world), 1);
}

/// Contract: retention.free-id.
#[test]
fn a_refused_create_leaves_what_is_past_its_retention_where_it_is() {
    let mut world = keeping(1.hours());
    let id = world.completed().execution_id;
    world.submit("post");
    world.set_lane("post", tidegate::model::lanes::lane::LaneState::Disabled);
    world.pass(1.hours());
    let refused = world.create("post", |create| create.execution_id = Some(id));
    refusal(refused, Code::LaneClosed);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 2);
}

/// Contract: retention.idempotency.
#[test]
fn an_idempotency_key_does_not_answer_what_is_past_its_retention() {
    let mut world = keeping(1.hours());
    let claim = world.running_with(|create| create.idempotency_key = Some("once".to_owned()));
    world.complete(&claim).unwrap();
    world.pass(1.hours());
    let again = world.create("mail", |create| create.idempotency_key = Some("once".to_owned())).unwrap();
    assert_eq!(again.outcome, CreateOutcome::Created);
    assert_ne!(again.execution_id, claim.execution_id);
    ticked(&mut world);
    let third = world.create("mail", |create| create.idempotency_key = Some("once".to_owned())).unwrap();
    assert_eq!((third.outcome, third.execution_id), (CreateOutcome::Duplicate, again.execution_id));
}

/// Contract: retention.tick.
#[test]
fn a_tick_deletes_a_bounded_number_of_rows_and_says_that_more_is_left() {
    let mut world = keeping(1.hours());
    let orders: Vec<Envelope> = (0..400).map(|_| order("mail").into()).collect();
    world.batch(orders);
    for _ in 0..400 {
        let id = world.claim("mail").execution_id;
        world.cancel(&id).unwrap();
    }
    world.pass(1.hours());
    let first = world.tick();
    assert!(first.more);
    let left = world.number("SELECT count(*) FROM execution");
    assert!((1..400).contains(&left), "{left} are left after one tick");
    assert!(listed(&mut world).is_empty());
    ticked(&mut world);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
}

/// Contract: retention.tick.
#[test]
fn those_whose_retention_was_over_first_go_first() {
    let mut world = keeping(2.hours());
    let claim = world.running_with(|create| create.retention_ms = Some(1.hours()));
    world.complete(&claim).unwrap();
    let usual = world.completed().execution_id;
    world.pass(1.hours() + 1);
    ticked(&mut world);
    assert_eq!(listed(&mut world), [usual]);
}

/// Contract: retention.full-minute.
#[test]
fn the_host_is_told_of_the_next_full_minute_after_a_retention_is_over() {
    let mut world = keeping(1.hours());
    world.pass(7);
    world.completed();
    let minute = (START + 7 + 1.hours() + 59_999) / 60_000 * 60_000;
    assert_eq!(world.engine.next_due_at().unwrap(), Some(minute));
    world.set_clock(minute);
    let answer = world.tick();
    assert_eq!((answer.more, answer.next_due_at), (false, None));
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
}

/// Contract: retention.next-open.
#[test]
fn a_shorter_retention_at_the_next_open_counts_for_what_ended_before() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    world.pass(DAY);
    let retention = Retention { executions_ms: Some(DAY), events_ms: None };
    world.reopen_with(Limits { retention, ..Limits::default() });
    assert!(world.find(&id).unwrap().is_none());
    ticked(&mut world);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
}

/// Contract: retention.range.
#[test]
fn a_retention_is_from_nothing_to_the_year_9999() {
    let mut world = World::new();
    for retention_ms in [-1, 253_402_300_800_000] {
        let refused = world.create("mail", |create| create.retention_ms = Some(retention_ms));
        refused_field(refused, Code::InvalidInput, "retentionMs");
    }
    let claim = world.running_with(|create| create.retention_ms = Some(253_402_300_799_999));
    world.complete(&claim).unwrap();
    world.pass(1_000 * DAY);
    ticked(&mut world);
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
    let retentions =
        [("retention.executionsMs", Some(-1), None), ("retention.eventsMs", None, Some(253_402_300_800_000))];
    for (field, executions_ms, events_ms) in retentions {
        let limits = Limits { retention: Retention { executions_ms, events_ms }, ..Limits::default() };
        refused_field(limits.check(), Code::InvalidInput, field);
    }
}

/// Contract: retention.begun.
#[test]
fn what_has_begun_to_go_stays_gone_whatever_is_kept_after_the_next_opening() {
    let mut world = keeping(1.hours());
    let claim = world.running();
    for _ in 0..6 {
        let append = || Envelope::from(crate::engine::world::streams::frame(&claim, b"x"));
        world.batch((0..200).map(|_| append()).collect());
    }
    world.complete(&claim).unwrap();
    world.pass(1.hours());
    assert!(world.tick().more, "more than one tick deletes");
    let left = world.number("SELECT count(*) FROM frame");
    assert!((1..1_200).contains(&left), "{left} are left after one tick");
    world.reopen_with(Limits::default());
    assert!(world.find(&claim.execution_id).unwrap().is_none());
    ticked(&mut world);
    assert_eq!(world.number("SELECT count(*) FROM frame"), 0);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
}

/// Contract: retention.tick.
#[test]
fn recorded_steps_count_among_the_rows_of_a_tick() {
    let mut world = keeping(1.hours());
    for _ in 0..3 {
        let claim = world.running();
        for n in 0..300 {
            world.record(&claim, &format!("step {n}"), b"done").unwrap();
        }
        world.complete(&claim).unwrap();
    }
    world.pass(1.hours());
    assert!(world.tick().more);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
    ticked(&mut world);
    assert_eq!(world.number("SELECT count(*) FROM step"), 0);
}

/// Contract: time.tick-spares, retention.waiters.
#[test]
fn who_waits_is_told_of_an_end_that_is_past_its_retention_already() {
    use tidegate::ops::events::wait::{WaitAnswer, WaitArgs};
    let mut world = keeping(1.hours());
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 1.mins()));
    let asked = |after: Option<String>| WaitArgs { execution_id: id.clone(), after };
    let WaitAnswer::Pending(pending) = world.call(asked(None)).unwrap() else { panic!("it has not ended") };
    world.pass(10.hours());
    let tick = world.tick();
    assert_eq!((tick.applied, tick.more), (1, true), "it ended, and goes with the next tick");
    let told = world.call(asked(Some(pending.after.clone()))).unwrap();
    let WaitAnswer::Ended(end) = told else { panic!("{told:?}") };
    assert_eq!(end.reason.as_deref(), Some("execution_deadline"));
    refusal(world.call(asked(None)), Code::NotFoundExecution);
    ticked(&mut world);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
    refusal(world.call(asked(Some(pending.after))), Code::NotFoundExecution);
}
