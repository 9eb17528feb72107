//! A database whose routes had no kinds gets them: rows are led to the route of their kind, claims find them by it, and an
//! upgrade that is cut off anywhere leaves the database as it was.

use crate::fixture::image;
use crate::rows::tables::{broken_rules, dump};
use crate::teller::{END, Teller};
use serde_json::{Value, json};
use std::rc::Rc;
use tidegate::host::{ManualClock, SeededEntropy};
use tidegate::store::driver::{Driver, Failing, Fault};
use tidegate::{Engine, Host, Limits};

const RELEASE: &str = "0006-flow";

/// The release's database with three kinds in every lane, as a version without kinds in its routes would have left it.
fn mixed() -> Rc<dyn Driver> {
    let driver = image(RELEASE);
    driver.script("UPDATE specification SET kind = 'kind ' || (execution % 3)").expect("kinds");
    driver
}

fn number(db: &dyn Driver, sql: &'static str) -> i64 {
    let mut found = -1;
    let read = &mut |row: &dyn tidegate::store::driver::Row| {
        found = row.int(0)?;
        Ok(())
    };
    db.query(sql, &[], read).expect("a number");
    found
}

fn open(driver: Rc<dyn Driver>) -> tidegate::Result<Engine> {
    let host = Host { clock: Box::new(ManualClock::at(0.0)), entropy: Box::new(SeededEntropy::new(1)) };
    Engine::open(driver, host, Limits::default())
}

/// What can be claimed of a lane, in order, each claimed by its kind.
fn claimed_by_kind(teller: &mut Teller, lane: &str) -> Vec<(Value, Value)> {
    let args = json!({ "lanes": [lane], "worker": { "id": "w" }, "capabilities": ["gpu", "eu"] });
    let mut claims = Vec::new();
    for kind in ["kind 2", "kind 0", "kind 1"] {
        let mut of_kind = args.clone();
        of_kind["kinds"] = json!([kind]);
        loop {
            let claim = teller.ask("claim", &of_kind);
            if claim.is_null() {
                break;
            }
            claims.push((claim["executionId"].clone(), claim["kind"].clone()));
            assert_eq!(claim["kind"], kind);
        }
    }
    assert!(teller.ask("claim", &args).is_null(), "nothing is left in {lane}");
    claims
}

/// Contract: storage.upgrade-kinds.
#[test]
fn rows_of_several_kinds_are_led_to_their_routes_and_claimed_by_kind() {
    let driver = mixed();
    let routes = number(&*driver, "SELECT count(DISTINCT route) FROM execution");
    let kinds = number(
        &*driver,
        "SELECT count(*) FROM (SELECT DISTINCT route, kind FROM execution, specification \
         WHERE execution = id)",
    );
    assert!(kinds > routes, "{kinds} kinds on {routes} routes");
    let mut teller = Teller::over(Rc::clone(&driver), END, 7);
    let broken = broken_rules(&*driver);
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!(number(&*driver, "SELECT count(*) FROM kind_route"), kinds);
    let claimed: usize = ["mail", "open", "blocked"].map(|lane| claimed_by_kind(&mut teller, lane).len()).iter().sum();
    assert!(claimed >= 4, "{claimed} were claimed");
    let broken = broken_rules(&*driver);
    assert!(broken.is_empty(), "{broken:?}");
}

/// Contract: storage.upgrade-kinds.
#[test]
fn the_rows_of_the_most_frequent_kind_of_a_lane_are_not_written() {
    let driver = image(RELEASE);
    let before = number(&*driver, "SELECT sum(id * route) FROM execution");
    driver.script("CREATE TEMP TABLE written (id INTEGER)").expect("a table aside");
    let counts = "CREATE TEMP TRIGGER counts AFTER UPDATE ON execution BEGIN INSERT INTO written VALUES (new.id); END";
    driver.script(counts).expect("a trigger");
    open(Rc::clone(&driver)).expect("the engine opens");
    assert_eq!(number(&*driver, "SELECT sum(id * route) FROM execution"), before);
    assert_eq!(number(&*driver, "SELECT count(*) FROM written"), 0, "rows were written");
}

/// Contract: storage.upgrade-kinds.
#[test]
fn an_upgrade_that_is_cut_off_leaves_the_database_as_it_was() {
    let before = dump(&*mixed());
    let whole = mixed();
    drop(open(Rc::clone(&whole)).expect("the engine opens"));
    for fault in [Fault::Once, Fault::FromThen, Fault::DropsTransaction] {
        for n in 0.. {
            let driver = mixed();
            let failing = Failing::over(Rc::clone(&driver));
            failing.fail_at(n, fault);
            let opened = open(Rc::new(failing.clone()));
            let came = failing.heal();
            if !came {
                assert!(n > 3 && opened.is_ok(), "only {n} statements");
                break;
            }
            if opened.is_err() && number(&*driver, "SELECT max(number) FROM migration") == 6 {
                assert!(dump(&*driver) == before, "{fault:?} at {n}: neither as before nor upgraded");
            }
            drop(opened);
            drop(open(Rc::clone(&driver)).expect("it opens afterwards"));
            assert!(dump(&*driver) == dump(&*whole), "{fault:?} at {n}: another database than without a fault");
        }
    }
}
