//! A fault at every statement of an opening that gives leases back, and of a close; and both cut off in the middle, between
//! two of their transactions.

use crate::ground::world::START;
use crate::rows::tables::{Dump, broken_rules, differences};
use crate::situations::executions::{claim, create, held_while_due};
use crate::situations::stage::{Act, Situation, Stage};
use std::cell::Cell;
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::store::driver::{Act as Watched, Driver, Failing, Fault, Watching};
use tidegate::{Code, Engine, Error, Host, Limits, Result};

const FAULTS: [Fault; 3] = [Fault::Once, Fault::FromThen, Fault::DropsTransaction];
/// More leases than two transactions give back.
const MANY: usize = 2_300;

/// A database that lets in one engine at a time, and after so many commits none at all.
struct Exclusive {
    wrapped: Rc<dyn Driver>,
    commits_left: Cell<usize>,
}

impl Watching for Exclusive {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Watched) -> Result<()> {
        if act == Watched::Commit {
            let Some(left) = self.commits_left.get().checked_sub(1) else {
                return Err(Error::new(Code::StorageIo, "it was cut off"));
            };
            self.commits_left.set(left);
        }
        Ok(())
    }

    fn exclusive(&self) -> bool {
        true
    }
}

fn alone(wrapped: &Rc<dyn Driver>, commits_left: usize) -> Rc<dyn Driver> {
    Rc::new(Exclusive { wrapped: Rc::clone(wrapped), commits_left: Cell::new(commits_left) })
}

fn open(own: Option<i64>, driver: Rc<dyn Driver>) -> Result<Engine> {
    #[expect(clippy::cast_precision_loss, reason = "instants are below 2^53")]
    let clock = Box::new(ManualClock::at((START + 200) as f64));
    let host = Host { clock, entropy: Box::new(SeededEntropy::new(77)) };
    Engine::open_as(own, driver, host, Limits::default())
}

/// Opens it as files are opened that let in one engine at a time.
fn opened(driver: &Rc<dyn Driver>) -> Result<()> {
    open(None, alone(driver, usize::MAX)).map(drop)
}

/// Closes an engine that had been opened again for the callers that hold the leases.
fn close(own: i64, driver: Rc<dyn Driver>) -> Result<()> {
    open(Some(own), driver)?.close()
}

/// One is held by an engine that is gone, and much is due; a few more are held.
fn prepared() -> Stage {
    let prepare = |stage: &mut Stage| {
        held_while_due(stage);
        for name in ["11", "12"] {
            stage.grant(create(name, |_| {}));
            stage.grant(claim(&["mail"], 900_000));
        }
    };
    Stage::prepared(&Situation { name: "three are held", prepare, act: Act::Tick }, &|driver| driver)
}

/// Opens it, closes it, or both; answers the engine that is open.
type Run<'a> = &'a dyn Fn(Rc<dyn Driver>) -> Result<Option<Engine>>;

/// An engine that could not give anything back says what a fresh one says.
fn goes_on(engine: &mut Engine, raw: &Rc<dyn Driver>, context: &str) {
    let next = open(None, Rc::clone(raw)).and_then(|mut fresh| fresh.next_due_at());
    assert_eq!(engine.next_due_at().ok(), next.ok(), "{context}");
}

/// What becomes of the same database where nothing goes wrong.
fn reference(run: Run<'_>) -> (Dump, Dump) {
    let stage = prepared();
    let before = stage.dump();
    run(Rc::clone(&stage.raw)).expect("no fault");
    let broken = broken_rules(&*stage.raw);
    assert!(broken.is_empty(), "{broken:?}");
    (before, stage.dump())
}

/// Runs it with a fault at every statement: it leaves everything or nothing, and running it again does all of it.
fn at_every_statement(run: Run<'_>) {
    let (before, after) = reference(run);
    assert!(before != after, "nothing was given back");
    for fault in FAULTS {
        for n in 0.. {
            let stage = prepared();
            let failing = Failing::over(Rc::clone(&stage.raw));
            failing.fail_at(n, fault);
            let mut first = run(Rc::new(failing.clone()));
            let came = failing.heal();
            let found = stage.dump();
            let context = format!("{fault:?} at statement {n}, opened: {}", first.is_ok());
            assert!(found == before || found == after, "{context}: {}", differences(&before, &found).join("\n"));
            match &mut first {
                Ok(Some(engine)) => goes_on(engine, &stage.raw, &context),
                Ok(None) => assert!(found == after, "{context}: it seemed to succeed"),
                Err(_) => {}
            }
            drop(first);
            run(Rc::clone(&stage.raw)).expect("no fault any more");
            let lines = differences(&after, &stage.dump());
            assert!(lines.is_empty(), "{context}: then\n{}", lines.join("\n"));
            if !came {
                assert!(n > 20, "only {n} statements");
                break;
            }
        }
    }
}

/// Contract: storage.open-gives-back, storage.all-or-nothing.
#[test]
fn a_fault_at_any_statement_of_giving_back_leaves_it_to_the_next_opening() {
    at_every_statement(&|driver| open(None, alone(&driver, usize::MAX)).map(Some));
}

/// Contract: leases.close, storage.all-or-nothing.
#[test]
fn a_fault_at_any_statement_of_a_close_leaves_everything_or_nothing() {
    let own = prepared().world.engine().connection().id;
    at_every_statement(&|driver| close(own, driver).map(|()| None));
}

/// An engine over a database in which many are held by one that is gone.
fn crowd() -> Stage {
    let prepare = |stage: &mut Stage| {
        for number in 0..MANY {
            let id = format!("{{fp:0}}:00000000-0000-4000-8000-{number:012}");
            stage.world.send(&[create("1", |one| one.id = Some(id)), claim(&["mail"], 900_000)]);
        }
    };
    Stage::prepared(&Situation { name: "many are held", prepare, act: Act::Tick }, &|driver| driver)
}

fn held(stage: &Stage) -> usize {
    let mut held = 0;
    let count = "SELECT count(*) FROM execution WHERE lapsed = 0 AND expires_at IS NOT NULL";
    let read = &mut |row: &dyn tidegate::store::driver::Row| {
        held = usize::try_from(row.int(0)?).expect("a count");
        Ok(())
    };
    stage.raw.query(count, &[], read).expect("a count");
    held
}

/// Contract: storage.open-gives-back, leases.gone.
#[test]
fn an_opening_that_is_cut_off_between_two_transactions_is_gone_on_with_by_the_next() {
    let whole = crowd();
    opened(&whole.raw).expect("the engine opens");
    assert_eq!(held(&whole), 0);
    let cut = crowd();
    for left in [1_300, 300] {
        assert!(open(None, alone(&cut.raw, 1)).is_ok(), "what is left runs out by itself");
        assert_eq!(held(&cut), left);
        let broken = broken_rules(&*cut.raw);
        assert!(broken.is_empty(), "{broken:?}");
    }
    opened(&cut.raw).expect("the engine opens");
    let lines = differences(&whole.dump(), &cut.dump());
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// Contract: leases.close.
#[test]
fn a_close_that_is_cut_off_is_gone_on_with_by_the_next_opening() {
    for commits in 0..3 {
        let mut cut = crowd();
        let own = cut.world.engine().connection().id;
        assert!(close(own, alone(&cut.raw, commits)).is_err(), "cut off after {commits}");
        assert_eq!(held(&cut), MANY - 1_000 * commits);
        opened(&cut.raw).expect("the engine opens");
        assert_eq!(held(&cut), 0);
    }
}
