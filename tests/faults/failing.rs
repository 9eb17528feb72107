//! A fault at statements of every situation, at all of them where the whole is asked for: each call is kept whole or leaves
//! nothing, the answer tells which, and the engine goes on as a fresh one would.

use crate::ground::world::START;
use crate::places::{Sample, kinds_of};
use crate::rows::tables::{Dump, broken_rules, differences, dump};
use crate::situations::clock;
use crate::situations::crowd::CASCADES;
use crate::situations::every::situations;
use crate::situations::executions::READ;
use crate::situations::stage::{Act, Situation, Stage, unsound};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::store::driver::{Driver, Embedded, Failing, Fault};
use tidegate::{Engine, Host, Limits};

const FAULTS: [Fault; 3] = [Fault::Once, Fault::FromThen, Fault::DropsTransaction];

/// A way in which a call may have gone: its answers, the database after it, and how things go on from there.
struct Course {
    answers: Vec<Value>,
    after: Dump,
    later: (Vec<Value>, Dump),
}

/// How things go without a fault, with a fresh engine afterwards.
fn course(situation: &Situation, acts: &[Act]) -> Course {
    let mut stage = Stage::prepared(situation, &|driver| driver);
    let mut answers = Vec::new();
    for act in acts {
        answers = stage.act(*act);
    }
    let after = stage.dump();
    let broken = broken_rules(&*stage.raw);
    assert!(broken.is_empty(), "{}: {broken:?}", situation.name);
    stage.world.reopen();
    let later = stage.go_on();
    Course { answers, after, later }
}

fn is_storage_error(answer: &Value) -> bool {
    answer["error"]["category"] == "storage"
}

/// Prints what differs and stops.
fn stop(context: &str, what: &str, left: &Dump, right: &Dump) -> ! {
    panic!("{context}: {what}\n{}", differences(left, right).join("\n"));
}

/// Contract: time.statement-fails, time.transaction-lost, storage.all-or-nothing.
#[test]
fn a_fault_at_any_statement_leaves_everything_or_nothing() {
    let mut sample = Sample::of_run();
    for situation in situations() {
        let whole = course(situation, &[situation.act]);
        let nothing = course(situation, &[]);
        let due = course(situation, &[Act::Calls(READ)]);
        let courses = [&whole, &due, &nothing];
        let kinds = kinds_of(situation);
        assert!(!kinds.is_empty(), "{}: no statement", situation.name);
        for (number, fault) in FAULTS.into_iter().enumerate() {
            for n in sample.places(number, &kinds) {
                let came = fails_at(situation, n, fault, &courses);
                assert!(came, "{}: nothing to fail at {n} of {}", situation.name, kinds.len());
            }
        }
        let more = fails_at(situation, kinds.len() as u64, Fault::Once, &courses);
        assert!(!more, "{}: more than {} statements", situation.name, kinds.len());
    }
    println!("{sample}");
}

/// Contract: edges.cascade, storage.all-or-nothing.
#[test]
fn a_fault_within_a_cascade_leaves_everything_or_nothing() {
    for situation in CASCADES {
        let whole = course(situation, &[situation.act]);
        let nothing = course(situation, &[]);
        for (place, fault) in FAULTS.into_iter().enumerate() {
            // Primes, so that every sort of statement is met before long.
            let mut n = place as u64;
            let mut step = 1;
            while fails_at(situation, n, fault, &[&whole, &nothing, &nothing]) {
                step = (step * 5 / 4 + 1).min(31);
                n += step;
            }
            assert!(n > 60, "{}: only {n} statements", situation.name);
        }
    }
}

/// Does it with a fault at the `n`-th statement; answers whether the fault came.
fn fails_at(situation: &Situation, n: u64, fault: Fault, [whole, due, nothing]: &[&Course; 3]) -> bool {
    let kept: RefCell<Option<Failing>> = RefCell::new(None);
    let mut stage = Stage::prepared(situation, &|driver| {
        let failing = Failing::over(driver);
        kept.replace(Some(failing.clone()));
        Rc::new(failing)
    });
    let failing = kept.take().expect("the driver");
    failing.fail_at(n, fault);
    let answers = stage.act(situation.act);
    let came = failing.heal();
    let context = format!("{}, {fault:?} at statement {n}, answers {answers:?}", situation.name);
    let failed = answers.iter().any(is_storage_error);
    let begun = stage.is_rebasing();
    assert!(failed || !begun, "{context}: a rebasing is left");
    stage.go_on_rebasing();
    let after = stage.dump();
    let course = if (!failed || begun) && after == whole.after {
        assert!(begun || answers == whole.answers, "{context}: other answers than without a fault");
        whole
    } else if failed && after == nothing.after {
        assert!(answers.iter().all(|one| is_storage_error(one) || whole.answers.contains(one)), "{context}");
        nothing
    } else if failed && after == due.after {
        due
    } else {
        stop(&context, "the database is neither as before nor as after", &whole.after, &after)
    };
    assert!(came || std::ptr::eq(*course, *whole), "{context}: no fault came");
    // The rows are those of a course that breaks no rule.
    let broken = unsound(&*stage.raw);
    assert!(broken.is_empty(), "{context}: {broken:?}");
    let later = stage.go_on();
    if later.1 != course.later.1 {
        stop(&context, "later the engine goes another way than a fresh one", &course.later.1, &later.1);
    }
    assert_eq!(later.0, course.later.0, "{context}: later the engine answers otherwise than a fresh one");
    came
}

/// Places in what a situation does: a few before its first commit, and some more from then on.
fn around_its_commits(situation: &Situation) -> impl Iterator<Item = u64> {
    let kinds = kinds_of(situation);
    let first = kinds.iter().position(|kind| *kind == "a commit").expect("a commit");
    (0..first)
        .step_by(first / 5 + 1)
        .chain((first..kinds.len()).step_by(1 + (kinds.len() - first) / 12))
        .map(|n| n as u64)
}

/// Contract: time.accept-bounded, storage.open-again.
#[test]
fn a_rebasing_that_was_killed_goes_on_with_the_next_opening_and_ends_as_an_uninterrupted_one() {
    for situation in clock::CROWDS {
        let ends =
            [course(situation, &[situation.act]), course(situation, &[Act::Calls(READ)]), course(situation, &[])];
        let mut killed = 0;
        for n in around_its_commits(situation) {
            let kept: RefCell<Option<Failing>> = RefCell::new(None);
            let mut stage = Stage::prepared(situation, &|driver| {
                let failing = Failing::over(driver);
                kept.replace(Some(failing.clone()));
                Rc::new(failing)
            });
            let failing = kept.take().expect("the driver");
            failing.fail_at(n, Fault::FromThen);
            stage.act(situation.act);
            assert!(failing.heal(), "{}: nothing to kill at {n}", situation.name);
            let begun = stage.is_rebasing();
            killed += usize::from(begun);
            stage.world.reopen();
            stage.act(Act::NextDueAt);
            let after = stage.dump();
            let end = ends.iter().find(|end| end.after == after);
            let Some(end) = end else {
                stop(situation.name, &format!("killed at statement {n}"), &ends[0].after, &after)
            };
            assert!(!begun || stage.go_on() == end.later, "{}, killed at statement {n}: later", situation.name);
        }
        assert!(killed > 0, "{}: never killed in the middle", situation.name);
    }
}

/// Contract: time.accept-bounded, storage.all-or-nothing.
#[test]
fn a_fault_within_a_rebasing_leaves_a_part_with_which_the_next_call_goes_on() {
    for situation in clock::CROWDS {
        let [whole, due, nothing] =
            [&[situation.act][..], &[Act::Calls(READ)], &[]].map(|acts| course(situation, acts));
        for fault in FAULTS {
            for n in around_its_commits(situation) {
                let came = fails_at(situation, n, fault, &[&whole, &due, &nothing]);
                assert!(came, "{}: nothing to fail at {n}", situation.name);
            }
        }
    }
}

fn open(driver: Rc<dyn Driver>) -> tidegate::Result<Engine> {
    let clock = Box::new(ManualClock::at(1_700_000_000_000.0));
    let host = Host { clock, entropy: Box::new(SeededEntropy::new(START.unsigned_abs())) };
    Engine::open(driver, host, Limits::default())
}

/// What a release wrote, in memory.
fn released() -> Rc<dyn Driver> {
    let image = Embedded::image(include_bytes!("../fixtures/0006-flow.sqlite").to_vec()).expect("an image");
    Rc::new(Embedded::memory_of(Some(&image)).expect("a copy in memory"))
}

/// Contract: storage.open-again.
#[test]
fn a_fault_at_any_statement_of_an_upgrade_leaves_the_file_as_it_was_and_the_next_opening_succeeds() {
    let (former, sound) = (dump(&*released()), released());
    open(Rc::clone(&sound)).expect("the engine opens");
    for fault in FAULTS {
        for n in 0.. {
            let raw = released();
            let failing = Failing::over(Rc::clone(&raw));
            failing.fail_at(n, fault);
            let first = open(Rc::new(failing.clone()));
            let came = failing.heal();
            if first.is_err() {
                let lines = differences(&former, &dump(&*raw));
                let upgraded = differences(&dump(&*sound), &dump(&*raw)).is_empty();
                assert!(lines.is_empty() || upgraded, "{fault:?} at statement {n}:\n{}", lines.join("\n"));
            }
            drop(first);
            let again = open(Rc::new(failing));
            assert!(again.is_ok(), "{fault:?} at statement {n}: {:?}", again.err());
            let lines = differences(&dump(&*sound), &dump(&*raw));
            assert!(lines.is_empty(), "{fault:?} at statement {n}:\n{}", lines.join("\n"));
            if !came {
                break;
            }
        }
    }
}

/// Contract: storage.open-again.
#[test]
fn after_a_fault_at_any_statement_of_an_opening_the_next_one_succeeds() {
    let sound: Rc<dyn Driver> = Rc::new(Embedded::memory().expect("a database in memory"));
    open(Rc::clone(&sound)).expect("the engine opens");
    for fault in FAULTS {
        for n in 0.. {
            let raw: Rc<dyn Driver> = Rc::new(Embedded::memory().expect("a database in memory"));
            let failing = Failing::over(Rc::clone(&raw));
            failing.fail_at(n, fault);
            let first = open(Rc::new(failing.clone()));
            let came = failing.heal();
            assert!(first.is_err() || !came, "{fault:?} at statement {n}: the engine opens in spite of it");
            let tables = dump(&*raw);
            assert!(tables.is_empty() || tables.len() == dump(&*sound).len(), "{fault:?} at {n}: {tables:?}");
            let again = open(Rc::new(failing));
            assert!(again.is_ok(), "{fault:?} at statement {n}: {:?}", again.err());
            let lines = differences(&dump(&*sound), &dump(&*raw));
            assert!(lines.is_empty(), "{fault:?} at statement {n}:\n{}", lines.join("\n"));
            if !came {
                break;
            }
        }
    }
}
