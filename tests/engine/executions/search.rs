//! `search_executions`: which executions match. Contract: executions.search, executions.search-states.

use crate::engine::world::telling::say_one;
use crate::engine::world::{START, World, refused_field, test, texts};
use serde_json::json;
use tidegate::Code;
use tidegate::model::ground::argument::{Limits, Retention};
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::executions::describe::ExecutionSnapshot;
use tidegate::ops::executions::list::{ExecutionPage, ListExecutionsArgs};
use tidegate::ops::executions::search::SearchExecutionsArgs;

impl World {
    pub fn search(&mut self, set: impl FnOnce(&mut SearchExecutionsArgs)) -> ExecutionPage {
        let mut args = SearchExecutionsArgs::default();
        set(&mut args);
        self.call(args).unwrap()
    }

    /// The ids that a search finds, in the order of its pages, and whether each page had a cursor.
    pub fn search_pages(&mut self, args: &SearchExecutionsArgs) -> (Vec<String>, Vec<bool>) {
        let (mut ids, mut cursors, mut args) = (Vec::new(), Vec::new(), args.clone());
        loop {
            let page = self.call(args.clone()).unwrap();
            ids.extend(page.executions.into_iter().map(|line| line.execution_id));
            cursors.push(page.next_cursor.is_some());
            if page.next_cursor.is_none() {
                return (ids, cursors);
            }
            args.cursor = page.next_cursor;
        }
    }

    pub fn searched(&mut self, args: &SearchExecutionsArgs) -> Vec<String> {
        self.search_pages(args).0
    }
}

/// Executions of all kinds, each differing from its neighbours: their descriptions, in the order of creation.
pub fn varied(world: &mut World) -> Vec<ExecutionSnapshot> {
    let ids: Vec<String> = (0..60).map(|n| one_of_many(world, n)).collect();
    world.pass(1);
    ids.iter().map(|id| world.describe(id)).collect()
}

fn one_of_many(world: &mut World, n: usize) -> String {
    let when = START + i64::try_from(n / 2).unwrap();
    world.set_clock(when);
    let id = world.submit_with(["mail", "post", "fax"][n % 3], |create| {
        create.kind = ["send", "print"][n / 3 % 2].to_owned();
        create.namespace = [None, Some("acme".to_owned()), Some("zeta".to_owned())][n / 2 % 3].clone();
        create.tags.insert("app.customer".to_owned(), (n % 4).to_string());
        if n % 5 < 2 {
            create.tags.insert("app.tier".to_owned(), ["gold", "silver"][n % 2].to_owned());
        }
        if n.is_multiple_of(7) {
            create.required_capabilities = texts(&["gpu"]);
        }
        create.delay_until = (n % 10 == 1).then_some(when + 9_000);
        create.deadline_at = (n % 10 == 6).then_some(when);
    });
    match n % 10 {
        2 => drop(world.seize(&id).unwrap()),
        3 => {
            let claim = world.seize(&id).unwrap();
            world.complete(&claim).unwrap();
        }
        4 => {
            let claim = world.seize(&id).unwrap();
            world.fail(&claim, FailureClass::Permanent).unwrap();
        }
        5 => drop(world.cancel(&id).unwrap()),
        7 => drop(world.block_for(&id, "waiting_for_budget").unwrap()),
        8 => drop(world.block_for(&id, "waiting_for_quota").unwrap()),
        9 => drop(world.block_for(&id, "paused_by_operator").unwrap()),
        _ => {}
    }
    id
}

type Set = fn(&mut SearchExecutionsArgs);
type Matches = fn(&ExecutionSnapshot) -> bool;

fn tag(args: &mut SearchExecutionsArgs, key: &str, value: &str) {
    args.tags.insert(key.to_owned(), value.to_owned());
}

fn has(one: &ExecutionSnapshot, key: &str, value: &str) -> bool {
    one.tags.get(key).is_some_and(|found| found == value)
}

/// Each way to narrow a search, what it is about being its first word, and what it lets through.
pub const FILTERS: [(&str, Set, Matches); 15] = [
    ("all", |_| {}, |_| true),
    ("lane", |args| args.lane = Some("mail".to_owned()), |one| one.lane == "mail"),
    ("lane, unknown", |args| args.lane = Some("nowhere".to_owned()), |_| false),
    ("state waiting", |args| args.states.push(PublicState::Waiting), |one| one.public_state == PublicState::Waiting),
    ("state active", |args| args.states.push(PublicState::Active), |one| one.public_state == PublicState::Active),
    ("state delayed", |args| args.states.push(PublicState::Delayed), |one| one.public_state == PublicState::Delayed),
    (
        "state, ended",
        |args| {
            use PublicState::{Cancelled, Completed, Expired, Failed, Skipped};
            args.states.extend([Completed, Failed, Cancelled, Expired, Skipped]);
        },
        |one| one.completed_at.is_some(),
    ),
    (
        "state, blocked",
        |args| args.states.extend([PublicState::RateLimited, PublicState::WaitingChildren]),
        |one| matches!(one.public_state, PublicState::RateLimited | PublicState::WaitingChildren),
    ),
    ("kind", |args| args.kind = Some("print".to_owned()), |one| one.kind == "print"),
    ("customer", |args| tag(args, "app.customer", "3"), |one| has(one, "app.customer", "3")),
    ("tier", |args| tag(args, "app.tier", "gold"), |one| has(one, "app.tier", "gold")),
    ("namespace", |args| args.namespace = Some("acme".to_owned()), |one| one.namespace == "acme"),
    ("namespace, unknown", |args| args.namespace = Some("Acme".to_owned()), |_| false),
    ("from", |args| args.created_from = Some(START + 9), |one| one.created_at >= START + 9),
    ("before", |args| args.created_before = Some(START + 21), |one| one.created_at < START + 21),
];

/// Contract: executions.search.
#[test]
fn each_filter_alone_and_with_each_other_lets_through_what_matches_all_in_both_orders() {
    let mut world = World::new();
    let all = varied(&mut world);
    let about = |name: &'static str| name.split([' ', ',']).next();
    for (name, set, matches) in FILTERS {
        for (other, also, matches_too) in FILTERS.into_iter().filter(|one| one.0 == name || about(one.0) != about(name))
        {
            let mut args = SearchExecutionsArgs::default();
            set(&mut args);
            if other != name {
                also(&mut args);
            }
            let right = all.iter().filter(|one| matches(one) && matches_too(one));
            let mut right: Vec<String> = right.map(|one| one.execution_id.clone()).collect();
            args.oldest_first = true;
            assert_eq!(world.searched(&args), right, "{name} and {other}, oldest first");
            right.reverse();
            args.oldest_first = false;
            assert_eq!(world.searched(&args), right, "{name} and {other}");
        }
    }
}

/// Contract: executions.search-states.
#[test]
fn every_state_that_is_there_is_found_by_itself() {
    let mut world = World::new();
    let all = varied(&mut world);
    for state in PublicState::ALL {
        let args = SearchExecutionsArgs { states: vec![*state], ..SearchExecutionsArgs::default() };
        let right = all.iter().rev().filter(|one| one.public_state == *state);
        let right: Vec<String> = right.map(|one| one.execution_id.clone()).collect();
        let absent = matches!(state, PublicState::WaitingChildren | PublicState::Suspended | PublicState::Skipped);
        assert_eq!(right.is_empty(), absent, "{state}: nothing leads there yet");
        assert_eq!(world.searched(&args), right, "{state}");
    }
}

/// Contract: executions.search-states.
#[test]
fn an_execution_is_found_in_its_new_state_after_each_change() {
    let mut world = World::new();
    let found = |world: &mut World| {
        let of = |state: &PublicState| world.search(|args| args.states = vec![*state]).executions.len();
        PublicState::ALL.iter().map(of).enumerate().filter(|(_, n)| *n > 0).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let number = |state: PublicState| vec![PublicState::ALL.iter().position(|one| *one == state).unwrap()];
    let id = world.submit("mail");
    assert_eq!(found(&mut world), number(PublicState::Waiting));
    let claim = world.claim("mail");
    assert_eq!(found(&mut world), number(PublicState::Active));
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(found(&mut world), number(PublicState::Delayed));
    world.pass(1_000);
    assert_eq!(found(&mut world), number(PublicState::Waiting));
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    assert_eq!(found(&mut world), number(PublicState::Completed));
    assert_eq!(world.state(&id), PublicState::Completed);
}

#[test]
fn a_search_applies_time_too() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    let page = world.search(|args| args.states = vec![PublicState::Expired]);
    assert_eq!(page.executions[0].completed_at, Some(START + 5));
}

/// Contract: executions.list-line.
#[test]
fn a_line_is_that_of_the_listing() {
    let mut world = World::new();
    varied(&mut world);
    let mut lines = world.search(|_| {}).executions;
    lines.sort_by(|one, other| one.execution_id.cmp(&other.execution_id));
    assert_eq!(lines, world.call(ListExecutionsArgs::default()).unwrap().executions);
}

/// Contract: retention.hidden.
#[test]
fn what_is_past_its_retention_is_neither_found_nor_listed() {
    let executions_ms = Some(50);
    let retention = Retention { executions_ms, ..Retention::default() };
    let mut world = World::with_limits(Limits { retention, ..Limits::default() });
    for retention_ms in [None, Some(10), Some(90)] {
        let claim = world.running_with(|create| {
            create.retention_ms = retention_ms;
            create.tags.insert("app.tier".to_owned(), "gold".to_owned());
        });
        world.complete(&claim).unwrap();
    }
    world.submit_with("mail", |create| {
        create.tags.insert("app.tier".to_owned(), "gold".to_owned());
    });
    let ways: [Set; 3] = [|_| {}, |args| args.lane = Some("mail".to_owned()), |args| tag(args, "app.tier", "gold")];
    for (pass, left) in [(9, 4), (1, 3), (39, 3), (1, 2), (39, 2), (1, 1)] {
        world.pass(pass);
        assert_eq!(ways.map(|way| world.search(way).executions.len()), [left; 3]);
        assert_eq!(world.call(ListExecutionsArgs::default()).unwrap().executions.len(), left);
    }
}

#[test]
fn a_malformed_argument_is_refused_by_name() {
    let mut world = World::new();
    let wrong: [(&str, Set); 14] = [
        ("lane", |args| args.lane = Some(String::new())),
        ("lane", |args| args.lane = Some("l".repeat(65))),
        ("states", |args| args.states = vec![PublicState::Waiting; 12]),
        ("kind", |args| args.kind = Some(String::new())),
        ("tags", |args| tag(args, "No", "v")),
        ("tags", |args| (0..65).for_each(|n| tag(args, &format!("k{n}"), "v"))),
        ("tags.a", |args| tag(args, "a", &"v".repeat(1_025))),
        ("namespace", |args| args.namespace = Some("a\nb".to_owned())),
        ("createdFrom", |args| args.created_from = Some(-1)),
        ("createdBefore", |args| args.created_before = Some(1 << 53)),
        ("cursor", |args| args.cursor = Some(String::new())),
        ("cursor", |args| args.cursor = Some("e1".to_owned())),
        ("cursor", |args| args.cursor = Some("x9007199254740991".to_owned())),
        ("limit", |args| args.limit = Some(-1)),
    ];
    for (field, set) in wrong {
        let mut args = SearchExecutionsArgs::default();
        set(&mut args);
        refused_field(world.call(args), Code::InvalidInput, field);
    }
}

#[test]
fn a_search_goes_over_the_wire() {
    let mut world = World::new();
    let ids = [world.submit("mail"), world.submit("mail")];
    let args =
        json!({ "lane": "mail", "states": ["waiting", "rate_limited"], "tags": {}, "createdFrom": START, "limit": 1 });
    let page = say_one(&mut world, &json!({ "op": "search_executions", "args": args }))["ok"].clone();
    let state = json!({ "lifecyclePhase": "runnable", "ownershipState": "unowned", "eligibilityState": "eligible_now",
        "blockingReason": "waiting_for_worker", "terminalOutcome": "none", "attemptState": "pending_first_attempt" });
    let line = json!({ "executionId": ids[1], "namespace": "default", "lane": "mail", "kind": "send", "priority": 0,
        "publicState": "waiting", "state": state, "tags": {}, "totalAttemptCount": 0, "createdAt": START });
    assert_eq!(page["executions"], json!([line]));
    let args = json!({ "cursor": page["nextCursor"], "oldestFirst": false });
    let page = say_one(&mut world, &json!({ "op": "search_executions", "args": args }))["ok"].clone();
    assert_eq!((&page["executions"][0]["executionId"], page.get("nextCursor")), (&json!(ids[0]), None));
}
