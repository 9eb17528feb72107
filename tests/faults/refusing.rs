//! A statement that fails whenever it is run: the calls that need it fail alone, the others of their batch are kept.

use crate::rows::tables::{Dump, broken_rules, differences};
use crate::situations::every::situations;
use crate::situations::executions::READ;
use crate::situations::stage::{Act, Situation, Stage, unsound};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use tidegate::store::driver::{Act as Watched, Driver, Recording, Watching};
use tidegate::{Code, Error, Result};

/// A driver that refuses one statement for good.
#[derive(Clone)]
struct Refusing {
    wrapped: Rc<dyn Driver>,
    refused: Rc<Cell<Option<&'static str>>>,
}

impl Watching for Refusing {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Watched) -> Result<()> {
        match act {
            Watched::Execute(sql) | Watched::Query(sql) if self.refused.get() == Some(sql) => {
                Err(Error::new(Code::StorageIo, "this statement is refused"))
            }
            Watched::Execute(_)
            | Watched::Query(_)
            | Watched::Script
            | Watched::Savepoint
            | Watched::Commit
            | Watched::Reserve(_) => Ok(()),
        }
    }
}

/// The statements that a situation's own part runs.
fn statements(situation: &Situation) -> Vec<&'static str> {
    let kept: RefCell<Option<Recording>> = RefCell::new(None);
    let mut stage = Stage::prepared(situation, &|driver| {
        let recording = Recording::over(driver);
        kept.replace(Some(recording.clone()));
        Rc::new(recording)
    });
    stage.act(situation.act);
    kept.take().expect("the driver").statements()
}

/// A run with one statement refused: the answers, the database then and later.
fn impaired(situation: &Situation, sql: &'static str) -> (Vec<Value>, Dump, (Vec<Value>, Dump)) {
    let refused: Rc<Cell<Option<&'static str>>> = Rc::default();
    let shared = Rc::clone(&refused);
    let mut stage = Stage::prepared(situation, &|wrapped| Rc::new(Refusing { wrapped, refused: Rc::clone(&shared) }));
    refused.set(Some(sql));
    let answers = stage.act(situation.act);
    refused.set(None);
    stage.go_on_rebasing();
    let after = stage.dump();
    // The rows are those of a reference that breaks no rule.
    let broken = unsound(&*stage.raw);
    assert!(broken.is_empty(), "{}, without {sql}: {broken:?}", situation.name);
    (answers, after, stage.go_on())
}

/// The database after each run that may serve as a reference, and how it goes on later.
type References = Vec<(Dump, (Vec<Value>, Dump))>;

/// Runs in which only the calls are made that were kept: first as they are, then, where none was, without the work
/// that was due.
fn references(situation: &Situation, kept: &[bool]) -> References {
    let Act::Calls(calls) = situation.act else { panic!("{}: no calls", situation.name) };
    let run = |with_due: bool| {
        let mut stage = Stage::prepared(situation, &|driver| driver);
        let made: Vec<_> =
            calls(&stage).into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(call, _)| call).collect();
        stage.world.send(&made);
        if with_due {
            stage.act(Act::Calls(READ));
        }
        let after = stage.dump();
        let broken = broken_rules(&*stage.raw);
        assert!(broken.is_empty(), "{}: {broken:?}", situation.name);
        stage.world.reopen();
        (after, stage.go_on())
    };
    if kept.contains(&true) { vec![run(false)] } else { vec![run(false), run(true)] }
}

/// Contract: time.statement-fails.
#[test]
fn a_call_whose_statement_always_fails_fails_alone() {
    let mut alone = 0;
    for situation in situations().filter(|one| matches!(one.act, Act::Calls(_))) {
        let mut known: BTreeMap<Vec<bool>, References> = BTreeMap::new();
        for sql in statements(situation) {
            let (answers, after, later) = impaired(situation, sql);
            let kept: Vec<bool> = answers.iter().map(|one| one["error"]["category"] != "storage").collect();
            let references = known.entry(kept.clone()).or_insert_with(|| references(situation, &kept));
            let context = format!("{}, without {sql}: {answers:?}", situation.name);
            let Some(reference) = references.iter().find(|one| one.0 == after) else {
                panic!("{context}\n{}", differences(&references[0].0, &after).join("\n"));
            };
            alone += usize::from(kept.contains(&true) && kept.contains(&false));
            let lines = differences(&reference.1.1, &later.1);
            assert!(lines.is_empty(), "{context}: later\n{}", lines.join("\n"));
            assert_eq!(later.0, reference.1.0, "{context}: later");
        }
    }
    assert!(alone > 10, "only {alone} batches were kept in part");
}
