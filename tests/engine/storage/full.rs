//! A full storage: what was created can end, nothing is created (contract: storage.full, storage.full-ends,
//! storage.full-again).

use crate::engine::world::streams::frame;
use crate::engine::world::turns::tagging;
use crate::engine::world::{World, detail, failure, order, pull, refusal, test};
use std::cell::Cell;
use std::rc::Rc;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::store::driver::{Body, Driver, Embedded, Reader, Value};
use tidegate::{Code, Envelope, Error, Result};

/// A driver with room for so many commits; each that finds none fails as a full storage makes it fail.
struct Bounded {
    wrapped: Embedded,
    room: Cell<Option<u32>>,
    full: Cell<bool>,
    /// Payload bytes from which on a commit finds no room.
    large: Cell<Option<i64>>,
}

impl Bounded {
    /// Payload bytes stored, where somebody wants to know.
    fn payload_bytes(&self) -> Result<i64> {
        let mut bytes = 0;
        if self.large.get().is_none() {
            return Ok(bytes);
        }
        self.wrapped.query("SELECT coalesce(sum(length(bytes)), 0) FROM payload", &[], &mut |row| {
            bytes = row.int(0)?;
            Ok(())
        })?;
        Ok(bytes)
    }
}

impl Driver for Bounded {
    fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64> {
        self.wrapped.execute(sql, params)
    }

    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()> {
        self.wrapped.query(sql, params, reader)
    }

    fn script(&self, sql: &str) -> Result<()> {
        self.wrapped.script(sql)
    }

    fn transaction(&self, body: Body<'_>) -> Result<()> {
        self.wrapped.transaction(&mut || {
            let before = self.payload_bytes()?;
            body()?;
            if self.large.get().is_some_and(|large| self.payload_bytes().is_ok_and(|after| after - before >= large)) {
                self.full.set(true);
                return Err(Error::new(Code::StorageQuota, "no room for so much"));
            }
            match self.room.get() {
                Some(0) => {
                    self.full.set(true);
                    // What creates nothing finds the room that is kept for it.
                    self.room.set(None);
                    Err(Error::new(Code::StorageQuota, "no room for this commit"))
                }
                Some(commits) => {
                    self.room.set(Some(commits - 1));
                    Ok(())
                }
                None => Ok(()),
            }
        })
    }

    fn savepoint(&self, body: Body<'_>) -> Result<()> {
        self.wrapped.savepoint(body)
    }

    fn full(&self) -> bool {
        self.full.get()
    }

    fn reserve(&self, _fill: &'static str) -> Result<()> {
        if self.full.get() { Err(Error::new(Code::StorageQuota, "still no room")) } else { Ok(()) }
    }

    fn in_transaction(&self) -> bool {
        self.wrapped.in_transaction()
    }
}

fn bounded() -> (World, Rc<Bounded>) {
    let wrapped = Embedded::memory().unwrap();
    let driver = Rc::new(Bounded { wrapped, room: Cell::new(None), full: Cell::new(false), large: Cell::new(None) });
    (World::over(Rc::clone(&driver) as _), driver)
}

/// Contract: storage.full.
#[test]
fn nothing_is_created_while_the_storage_is_full() {
    let (mut world, storage) = bounded();
    storage.full.set(true);
    let error = refusal(world.create("mail", |_| {}), Code::StorageQuota);
    assert!(!error.retryable() && error.message().contains("full"), "{error}");
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
    assert_eq!(world.number("SELECT count(*) FROM lane"), 0);
}

#[test]
fn a_create_that_is_a_repetition_is_answered_on_a_full_storage() {
    let (mut world, storage) = bounded();
    let id = world.submit("mail");
    storage.full.set(true);
    let again = world.create("mail", |create| create.execution_id = Some(id.clone())).unwrap();
    assert_eq!(again.execution_id, id);
}

/// Contract: storage.full-ends.
#[test]
fn what_was_created_can_end_on_a_full_storage() {
    let (mut world, storage) = bounded();
    let [completed, failed, cancelled] = [(); 3].map(|()| world.submit("mail"));
    storage.full.set(true);
    let claim = world.claim("mail");
    world.progress(&claim, Some(50), None).unwrap();
    world.renew(&claim).unwrap();
    world.complete_with(&claim, b"done").unwrap();
    let claim = world.claim("mail");
    world.call(failure(&claim.handle, FailureClass::Permanent)).unwrap();
    world.cancel(&cancelled).unwrap();
    assert_eq!(world.state(&completed), PublicState::Completed);
    assert_eq!(world.state(&failed), PublicState::Failed);
    assert_eq!(world.state(&cancelled), PublicState::Cancelled);
    assert!(world.result(&completed).is_some());
}

/// Contract: storage.full-again.
#[test]
fn a_commit_that_finds_no_room_is_made_again_without_what_creates() {
    let (mut world, storage) = bounded();
    let claim = world.running();
    storage.room.set(Some(0));
    let complete = CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() };
    let batch: [Envelope; 4] = [order("mail").into(), complete.into(), order("mail").into(), pull("mail").into()];
    let mut answers = world.batch(batch.into()).answers.into_iter();
    refusal(answers.next().unwrap(), Code::StorageQuota);
    assert!(answers.next().unwrap().is_ok());
    refusal(answers.next().unwrap(), Code::StorageQuota);
    assert!(answers.next().unwrap().is_ok());
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
}

/// Contract: storage.full-again.
#[test]
fn one_that_finds_no_room_takes_no_other_with_it() {
    let (mut world, storage) = bounded();
    let claims = [(); 3].map(|()| world.running());
    // No commit of more than one ending fits, and the second one does not fit alone.
    storage.large.set(Some(2));
    let end = |claim: &Claim, bytes: usize| {
        let result = Some(vec![7; bytes].into());
        Envelope::from(CompleteArgs { handle: claim.handle.clone(), result, ..CompleteArgs::default() })
    };
    let batch = vec![end(&claims[0], 1), end(&claims[1], 2), end(&claims[2], 1)];
    let answers = world.batch(batch).answers;
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    refusal(answers[1].clone(), Code::StorageQuota);
    let states = claims.map(|claim| world.state(&claim.execution_id));
    assert_eq!(states, [PublicState::Completed, PublicState::Active, PublicState::Completed]);
}

/// Contract: storage.reserve.
#[test]
fn creates_go_on_once_there_is_room() {
    let (mut world, storage) = bounded();
    storage.full.set(true);
    assert!(!world.engine.reserve().unwrap());
    refusal(world.create("mail", |_| {}), Code::StorageQuota);
    storage.full.set(false);
    assert!(world.engine.reserve().unwrap());
    world.submit("mail");
}

#[test]
fn other_failures_of_the_storage_are_no_matter_of_room() {
    let (mut world, _) = bounded();
    let error = refusal(world.create("", |_| {}), Code::InvalidInput);
    assert_eq!(detail(&error, "field"), "lane");
    assert!(world.engine.reserve().unwrap());
}

/// Bytes of the log beside a database in a file, after so many keeping of room.
#[cfg(not(target_family = "wasm"))]
fn log_bytes(reserved: u32) -> u64 {
    use tidegate::store::driver::Durability;
    let folder = std::env::temp_dir().join(format!("tidegate-full-{}-{reserved}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("a.db");
    let mut world = World::over(Rc::new(Embedded::file(&path, Durability::Relaxed).unwrap()));
    let id = world.submit("mail");
    for _ in 0..reserved {
        assert!(world.engine.reserve().unwrap());
    }
    assert_eq!(world.state(&id), PublicState::Waiting);
    assert_eq!(world.number("SELECT count(*) FROM reserve"), 0);
    let bytes = std::fs::metadata(folder.join("a.db-wal")).unwrap().len();
    world.submit("mail");
    drop(world);
    std::fs::remove_dir_all(&folder).unwrap();
    bytes
}

/// Contract: storage.reserve.
#[cfg(not(target_family = "wasm"))]
#[test]
fn the_log_keeps_the_room_that_was_made_in_it() {
    assert!(log_bytes(0) < 1 << 20);
    let made = log_bytes(1);
    assert!(made > 4_000_000, "{made}");
    assert_eq!(log_bytes(3), made);
}

/// Contract: storage.full.
#[test]
fn neither_steps_nor_workers_are_added_on_a_full_storage_and_those_that_are_there_are_answered() {
    let (mut world, storage) = bounded();
    let claim = world.running();
    world.record(&claim, "kept", b"1").unwrap();
    world.register("i");
    storage.full.set(true);
    refusal(world.record(&claim, "new", b"2"), Code::StorageQuota);
    refusal(world.register_with(|args| args.worker.instance_id = Some("j".to_owned())), Code::StorageQuota);
    assert_eq!(world.record(&claim, "kept", b"3").unwrap().result, Some(b"1".to_vec().into()));
    world.register("i");
    assert_eq!(world.instances(), ["i"]);
    world.complete(&claim).unwrap();
}

#[test]
fn a_tag_is_not_set_on_a_full_storage_unless_it_is_set_already() {
    let (mut world, storage) = bounded();
    let id = world.submit("mail");
    world.call(tagging(&id, "app.tier", "gold")).unwrap();
    storage.full.set(true);
    assert_eq!(world.call(tagging(&id, "app.tier", "gold")).unwrap().value, "gold");
    refusal(world.call(tagging(&id, "app.tier", "silver")), Code::StorageQuota);
    assert_eq!(world.describe(&id).tags["app.tier"], "gold");
}

#[test]
fn a_full_storage_takes_no_frames() {
    let (mut world, storage) = bounded();
    let claim = world.running();
    world.append(&claim, "kept");
    storage.full.set(true);
    world.unwritten(|world| refusal(world.call(frame(&claim, b"new")), Code::StorageQuota));
    assert_eq!(world.stream(&claim.execution_id).frames.len(), 1);
    world.complete(&claim).unwrap();
    refusal(world.call(frame(&claim, b"late")), Code::StreamClosed);
}

/// Contract: flows.add-order, storage.full, storage.full-ends.
#[test]
fn a_flow_does_not_grow_on_a_full_storage_and_what_is_staged_can_be_applied() {
    let (mut world, storage) = bounded();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    let (flow, a, b) = (graph.flow.clone(), graph.id("a"), graph.id("b"));
    let edge = world.staged(&flow, &a, &b);
    let other = world.submit("mail");
    let parent = world.member(&flow, "parent");
    let claim = world.claim("parent");
    storage.full.set(true);
    refusal(world.create_flow(|_| {}), Code::StorageQuota);
    assert!(world.create_flow(|args| args.flow_id = Some(flow.clone())).is_ok());
    refusal(world.add(&flow, &other), Code::StorageQuota);
    assert!(world.add(&flow, &a).is_ok());
    refusal(world.stage(&flow, &a, &b), Code::StorageQuota);
    refusal(world.wait_for(&claim, &[&a], None), Code::StorageQuota);
    assert_eq!(world.state(&parent), PublicState::Active);
    assert_eq!(world.apply(&flow, &edge).unwrap().unsatisfied_count, 1);
    assert_eq!(world.wait_for(&claim, &[], None).unwrap().public_state, PublicState::Waiting);
    world.finish("a");
    world.finish("b");
    world.finish("parent");
    world.seal(&flow).unwrap();
}
