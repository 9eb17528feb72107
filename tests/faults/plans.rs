//! Every statement of the engine is an index search, or says beside itself why it is not; and every statement that the
//! store spells is in fact run.

use crate::calls::op::{Call, Op, Watch};
use crate::rows::tables;
use crate::situations::clock;
use crate::situations::every::situations;
use crate::situations::executions::{claim, create};
use crate::situations::stage::{Act, Situation, Stage};
use crate::source::{Statement, statements};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use tidegate::store::driver::{Driver, Recording};

/// Statements that a script runs, not a single one.
const RUN_AS_SCRIPT: &str = "CREATE TABLE IF NOT EXISTS migration";

/// What no situation does: reads of every kind, an attempt that follows others.
fn reads(stage: &Stage) -> Vec<Call> {
    let id = crate::situations::executions::id("1");
    let list = |namespace: Option<&str>, back: bool| Op::List {
        cursor: Some(id.clone()).filter(|_| !back),
        before: Some(id.clone()).filter(|_| back),
        limit: None,
        namespace: namespace.map(str::to_owned),
    };
    let events = |after: &str| Watch::after(after, None, &[]);
    let mut calls: Vec<Call> =
        vec![create("8", |one| one.namespace = Some("other".to_owned())), claim(&["mail"], 500), claim(&["mail"], 500)];
    let ops = [list(None, false), list(Some("other"), false), list(None, true), list(Some("other"), true)];
    calls.extend(ops.map(Call::from));
    calls.extend([events("start"), events("e1"), Op::Describe { id: id.clone() }].map(Call::from));
    calls.push(Op::Complete { handle: stage.handles[0].clone(), result: Some(vec![1]), encoding: None }.into());
    calls.push(Op::Result { id: id.clone(), index: None }.into());
    calls.push(Op::Result { id: id.clone(), index: Some(0) }.into());
    calls.push(Op::Input { id }.into());
    calls
}

/// Runs a situation over a driver that records; answers the statements and their plans.
fn plans_of(situation: &Situation, plans: &mut BTreeMap<&'static str, Vec<String>>) {
    let kept: RefCell<Option<Recording>> = RefCell::new(None);
    let mut stage = Stage::prepared(situation, &|driver| {
        let recording = Recording::over(driver);
        kept.replace(Some(recording.clone()));
        Rc::new(recording)
    });
    stage.act(situation.act);
    stage.act(Act::Calls(reads_after));
    stage.go_on();
    stage.world.reopen();
    stage.go_on();
    stage.world.engine().compact(u64::MAX).expect("room given back");
    stage.world.engine().check(0).expect("a table without damage");
    stage.world.engine().reserve().expect("room in memory");
    for sql in kept.take().expect("the driver").statements() {
        let explained = || explain(&*stage.raw, sql);
        plans.entry(sql).or_insert_with(explained);
    }
}

fn reads_after(stage: &Stage) -> Vec<Call> {
    if stage.handles.is_empty() { Vec::new() } else { reads(stage) }
}

fn explain(db: &dyn Driver, sql: &str) -> Vec<String> {
    tables::query(db, &format!("EXPLAIN QUERY PLAN {sql}")).into_iter().filter_map(|mut row| row.pop()).collect()
}

fn plans() -> BTreeMap<&'static str, Vec<String>> {
    let mut plans = BTreeMap::new();
    for situation in situations().chain(clock::CROWDS) {
        plans_of(situation, &mut plans);
    }
    plans
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The statement of the sources with this text.
fn spelled<'a>(sources: &'a [Statement], sql: &str) -> Option<&'a Statement> {
    sources.iter().find(|one| one_line(&one.sql) == one_line(sql))
}

/// Contract: storage.index-search.
#[test]
fn every_statement_is_an_index_search_or_says_why_not() {
    let sources = statements();
    let mut wrong = Vec::new();
    for (sql, plan) in plans() {
        let source = spelled(&sources, sql);
        let place = source.map_or("nowhere in the store", |one| one.place.as_str());
        let reason = source.and_then(|one| one.scan_reason.as_ref());
        for step in plan.iter().filter(|step| step.contains("SCAN") || step.contains("USE TEMP B-TREE")) {
            if reason.is_none() {
                wrong.push(format!("{place}: {step}\n    {sql}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not an index search, and no `// scan: reason` beside it:\n{}", wrong.join("\n"));
}

/// Contract: storage.index-search.
#[test]
fn every_statement_that_the_store_spells_is_run() {
    let sources = statements();
    assert!(sources.len() > 40, "only {} statements were found in the sources", sources.len());
    let run: BTreeSet<String> = plans().keys().map(|sql| one_line(sql)).collect();
    let asleep: Vec<String> = sources
        .iter()
        .filter(|one| !run.contains(&one_line(&one.sql)) && !one.sql.starts_with(RUN_AS_SCRIPT))
        .map(|one| format!("{}: {}", one.place, one.sql))
        .collect();
    assert!(asleep.is_empty(), "never run:\n{}", asleep.join("\n"));
    let unknown: Vec<&String> =
        run.iter().filter(|sql| !sources.iter().any(|one| one_line(&one.sql) == **sql)).collect();
    assert!(unknown.is_empty(), "run, but not found in the sources of the store:\n{unknown:#?}");
}
