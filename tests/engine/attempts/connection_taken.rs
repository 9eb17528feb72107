//! Through which connection a lease was taken, whatever call took it. Contract: leases.connection.

use crate::engine::world::scheduler::{Stand, mailer, reclaimed, redeemed, rescued, resumed, seized, shown};
use crate::engine::world::{TTL, World, pull, test};
use tidegate::host::{Mint, SeededEntropy};
use tidegate::model::executions::lease::Connection;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::protocol::claim_for_worker::ClaimForWorkerArgs;
use tidegate::{Envelope, Operation};

/// A connection that is not the engine's own.
fn other() -> Connection {
    Connection::minted(Mint::new(Box::new(SeededEntropy::new(99))).uuid(), None)
}

/// Takes an execution through the other connection.
fn through(world: &mut World, operation: impl Into<Operation>) {
    let envelopes = vec![Ok(Envelope::from(operation.into()))];
    let answer = world.engine.batch_through(other(), envelopes);
    answer.answers.into_iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
}

fn for_worker(world: &mut World, lane: &str) {
    through(world, ClaimForWorkerArgs { lanes: vec![lane.to_owned()], worker: mailer(), ..Default::default() });
}

/// Every way of taking a lease, each with what it takes.
const WAYS: [fn(&mut World) -> String; 9] = [
    |world| {
        let id = world.submit("mail");
        through(world, pull("mail"));
        id
    },
    |world| {
        let id = world.stand(Stand::Interrupted);
        through(world, pull("mail"));
        id
    },
    |world| {
        let id = world.stand(Stand::Lapsed);
        through(world, pull("mail"));
        id
    },
    |world| {
        let id = world.submit("mail");
        for_worker(world, "mail");
        through(world, redeemed(&id));
        id
    },
    |world| {
        let id = world.submit("mail");
        world.reserve(&id);
        through(world, redeemed(&id));
        id
    },
    |world| {
        let id = world.stand(Stand::Interrupted);
        world.reserve(&id);
        through(world, resumed(&id));
        id
    },
    |world| {
        let id = world.stand(Stand::Lapsed);
        let grant = world.reserve(&id);
        through(world, shown(&grant));
        id
    },
    |world| {
        let id = world.stand(Stand::Lapsed);
        through(world, rescued(&id));
        through(world, reclaimed(&id));
        id
    },
    |world| {
        let id = world.submit("mail");
        through(world, seized(&id));
        id
    },
];

/// Contract: leases.connection.
#[test]
fn a_lease_is_of_the_connection_of_the_call_that_took_it() {
    for (number, way) in WAYS.into_iter().enumerate() {
        let mut world = World::new();
        let id = way(&mut world);
        let own = world.engine.connection().clone();
        assert_eq!(world.engine.release(&own).unwrap().applied, 0, "way {number}");
        assert_eq!(world.state(&id), PublicState::Active, "way {number}");
        assert_eq!(world.engine.release(&other()).unwrap().applied, 1, "way {number}");
        assert_eq!(world.state(&id), PublicState::Waiting, "way {number}");
    }
}

/// Contract: leases.connection.
#[test]
fn a_call_of_the_engine_itself_is_of_its_own_connection() {
    let mut world = World::new();
    let claim = world.running();
    assert_eq!(world.engine.release(&other()).unwrap().applied, 0);
    assert!(world.renew(&claim).is_ok());
    let own = world.engine.connection().clone();
    assert_eq!(world.engine.release(&own).unwrap().applied, 1);
}

/// Contract: leases.connection.
#[test]
fn a_lease_that_is_taken_over_is_of_the_connection_that_took_it_over() {
    let mut world = World::new();
    let id = world.submit("mail");
    through(&mut world, pull("mail"));
    world.pass(TTL);
    world.claim("mail");
    assert_eq!(world.engine.release(&other()).unwrap().applied, 0);
    assert_eq!(world.state(&id), PublicState::Active);
}

/// Contract: leases.connection, workers.own-instance.
#[test]
fn the_instance_that_is_left_out_is_the_connection_of_the_call() {
    let mut world = World::new();
    let id = world.submit("mail");
    let mut claim = pull("mail");
    claim.worker.instance_id = None;
    through(&mut world, claim);
    let held = world.describe(&id).current_lease.expect("a lease");
    assert_eq!(held.worker_instance_id, *other().instance);
}
