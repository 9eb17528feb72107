//! `list_expired_leases`. Contract: leases.list-expired, leases.list-as-of, leases.list-pages.

use crate::engine::world::calls::shown;
use crate::engine::world::turns::{delay, revoke};
use crate::engine::world::{START, Span, TTL, World, refused_field, test};
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::leases::{LeaseEntry, LeasePage, ListExpiredLeasesArgs};
use tidegate::{Code, Result};

fn list(world: &mut World, set: impl FnOnce(&mut ListExpiredLeasesArgs)) -> Result<LeasePage> {
    let mut args = ListExpiredLeasesArgs::default();
    set(&mut args);
    world.call(args)
}

/// What a list up to an instant brings.
fn up_to(world: &mut World, as_of: i64) -> Vec<LeaseEntry> {
    list(world, |args| args.as_of = Some(as_of)).unwrap().entries
}

fn ids(entries: &[LeaseEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.execution_id.as_str()).collect()
}

/// All pages of a list up to an instant: their ids, and whether each page had a cursor.
fn pages(world: &mut World, as_of: i64, limit: i64, namespace: Option<&str>) -> (Vec<String>, Vec<bool>) {
    let (mut ids, mut cursors, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let (as_of, limit, namespace) = (Some(as_of), Some(limit), namespace.map(str::to_owned));
        let page = world.call(ListExpiredLeasesArgs { as_of, cursor, limit, namespace }).unwrap();
        ids.extend(page.entries.into_iter().map(|entry| entry.execution_id));
        cursors.push(page.next_cursor.is_some());
        cursor = page.next_cursor;
        if cursor.is_none() {
            return (ids, cursors);
        }
    }
}

/// An execution that was claimed for so many ms.
fn held(world: &mut World, ttl: i64) -> Claim {
    world.submit("mail");
    world.claim_with("mail", |claim| claim.lease_ttl_ms = Some(ttl)).unwrap().unwrap()
}

/// Contract: leases.list-expired.
#[test]
fn a_lapsed_lease_is_listed_with_all_that_is_known_of_it() {
    let mut world = World::new();
    let claim = world.lapsed();
    let expected = LeaseEntry {
        execution_id: claim.execution_id,
        lane: "mail".to_owned(),
        kind: "send".to_owned(),
        lease_id: claim.lease_id,
        lease_epoch: 1,
        worker_id: "mailer".to_owned(),
        worker_instance_id: "mailer-1".to_owned(),
        attempt_index: 0,
        expires_at: START + TTL,
        lapsed: true,
    };
    assert_eq!(list(&mut world, |_| {}).unwrap(), LeasePage { entries: vec![expected], next_cursor: None });
}

/// Contract: leases.list-expired.
#[test]
fn a_lease_is_listed_from_the_instant_of_its_expiry_on() {
    let mut world = World::new();
    world.running();
    world.pass(TTL - 1);
    assert!(list(&mut world, |_| {}).unwrap().entries.is_empty());
    world.pass(1);
    assert_eq!(list(&mut world, |_| {}).unwrap().entries.len(), 1);
}

/// Contract: leases.list-as-of.
#[test]
fn an_instant_of_the_past_leaves_out_what_ran_out_after_it() {
    let mut world = World::new();
    let [early, late] = [10, 20].map(|ttl| held(&mut world, ttl).execution_id);
    world.pass(1.hours());
    assert!(up_to(&mut world, START + 9).is_empty());
    assert_eq!(ids(&up_to(&mut world, START + 10)), [early.as_str()]);
    assert_eq!(ids(&up_to(&mut world, START + 20)), [early, late]);
}

/// Contract: leases.list-as-of.
#[test]
fn an_instant_of_the_future_brings_live_leases_too() {
    let mut world = World::new();
    let [lapsed, live, later] = [10, 50, 100].map(|ttl| held(&mut world, ttl).execution_id);
    world.pass(10);
    let entries = up_to(&mut world, START + 50);
    assert_eq!(ids(&entries), [lapsed.as_str(), live.as_str()]);
    assert_eq!(entries.iter().map(|entry| entry.lapsed).collect::<Vec<_>>(), [true, false]);
    assert_eq!(ids(&up_to(&mut world, START + 100)), [lapsed, live, later]);
}

#[test]
fn leases_come_by_expiry_and_then_by_id() {
    let mut world = World::new();
    let mut expected: Vec<_> = [30, 10, 20, 10, 30, 10].map(|ttl| held(&mut world, ttl)).into();
    expected.sort_by_key(|claim| (claim.lease_expires_at, claim.execution_id.clone()));
    let expected: Vec<_> = expected.iter().map(|claim| claim.execution_id.as_str()).collect();
    assert_eq!(ids(&up_to(&mut world, START + 30)), expected);
    world.pass(1.hours());
    assert_eq!(ids(&up_to(&mut world, START + 30)), expected);
}

/// Contract: leases.list-pages.
#[test]
fn all_pages_together_give_each_lease_once_under_equal_expiry_for_any_limit() {
    let mut world = World::new();
    for ttl in [20, 10, 20, 10, 10, 30, 20, 20, 10, 30, 30] {
        held(&mut world, ttl);
    }
    world.pass(20);
    let whole = pages(&mut world, START + 30, 1_000, None);
    assert_eq!((whole.0.len(), &whole.1), (11, &vec![false]));
    for limit in 1..=12 {
        let (found, cursors) = pages(&mut world, START + 30, limit, None);
        assert_eq!(found, whole.0, "limit {limit}");
        let count = usize::try_from((11 + limit - 1) / limit).unwrap();
        assert_eq!(cursors.len(), count, "the page that exhausts the list has no cursor");
    }
}

#[test]
fn ids_of_several_partitions_are_listed_once_each_under_equal_expiry() {
    let mut world = World::new();
    for partition in [9, 65_535, 10, 0, 256] {
        let id = format!("{{fp:{partition}}}:{}", uuid::Uuid::from_u128(7));
        world.running_with(|create| create.execution_id = Some(id));
    }
    world.pass(TTL);
    let mut whole = pages(&mut world, START + TTL, 1_000, None).0;
    for limit in 1..=5 {
        assert_eq!(pages(&mut world, START + TTL, limit, None).0, whole);
    }
    whole.sort();
    whole.dedup();
    assert_eq!(whole.len(), 5);
}

/// Contract: leases.list-pages.
#[test]
fn a_page_goes_on_though_what_it_ended_with_is_gone() {
    let mut world = World::new();
    let claims = [10, 20, 30].map(|ttl| held(&mut world, ttl));
    world.pass(30);
    let page = list(&mut world, |args| args.limit = Some(2)).unwrap();
    for claim in &claims[..2] {
        world.fail(claim, FailureClass::Permanent).unwrap();
    }
    let rest = list(&mut world, |args| args.cursor = page.next_cursor).unwrap();
    assert_eq!(ids(&rest.entries), [claims[2].execution_id.as_str()]);
}

#[test]
fn a_namespace_filters_and_pages_alike() {
    let mut world = World::new();
    let mut own = Vec::new();
    for n in 0..12 {
        let namespace = if n % 3 == 0 { "acme" } else { "zeta" };
        let claim = world.running_with(|create| create.namespace = Some(namespace.to_owned()));
        if n % 3 == 0 {
            own.push(claim.execution_id);
        }
    }
    own.sort();
    world.pass(TTL);
    for limit in 1..=5 {
        assert_eq!(pages(&mut world, START + TTL, limit, Some("acme")).0, own);
    }
    assert_eq!(pages(&mut world, START + TTL, 5, None).0.len(), 12);
    assert!(pages(&mut world, START + TTL, 5, Some("Acme")).0.is_empty());
}

/// Contract: leases.list-expired.
#[test]
fn what_was_taken_over_is_gone_and_comes_back_with_its_new_lease() {
    let mut world = World::new();
    world.lapsed();
    let claim = world.claim("mail");
    assert!(list(&mut world, |_| {}).unwrap().entries.is_empty());
    world.pass(TTL);
    let entries = list(&mut world, |_| {}).unwrap().entries;
    let facts = |entry: &LeaseEntry| (entry.lease_id.clone(), entry.lease_epoch, entry.attempt_index);
    assert_eq!(entries.iter().map(facts).collect::<Vec<_>>(), [(claim.lease_id, 2, 1)]);
}

#[test]
fn a_lease_that_was_given_up_is_not_listed() {
    let mut world = World::new();
    let lapsed = [(); 3].map(|()| world.running());
    world.pass(TTL);
    world.fail(&lapsed[0], FailureClass::Permanent).unwrap();
    world.fail(&lapsed[1], FailureClass::Transient).unwrap();
    world.cancel(&lapsed[2].execution_id).unwrap();
    let live = [(); 3].map(|()| world.running());
    world.complete(&live[0]).unwrap();
    delay(&mut world, &live[1], START + 5.hours()).unwrap();
    revoke(&mut world, &live[2].execution_id, |_| {}).unwrap();
    assert!(up_to(&mut world, START + 24.hours()).is_empty());
}

/// Contract: leases.list-as-of.
#[test]
fn a_renewed_lease_stands_at_its_new_expiry() {
    let mut world = World::new();
    let claim = world.running();
    world.renew_lease(&shown(&claim), 2 * TTL).unwrap();
    assert!(up_to(&mut world, START + TTL).is_empty());
    assert_eq!(up_to(&mut world, START + 2 * TTL)[0].expires_at, START + 2 * TTL);
}

#[test]
fn a_repeated_lapse_is_listed_while_it_backs_off() {
    let mut world = World::new();
    world.lapsed();
    world.claim("mail");
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    let entries = list(&mut world, |_| {}).unwrap().entries;
    assert_eq!((entries.len(), entries[0].expires_at, entries[0].lapsed), (1, START + 2 * TTL, true));
}

#[test]
fn a_limit_of_0_is_an_empty_page_without_a_cursor() {
    let mut world = World::new();
    world.lapsed();
    let page = list(&mut world, |args| args.limit = Some(0)).unwrap();
    assert_eq!(page, LeasePage { entries: Vec::new(), next_cursor: None });
}

/// Contract: leases.list-pages.
#[test]
fn a_page_holds_1000_unless_it_is_asked_for_less() {
    let mut world = World::new();
    for _ in 0..1_001 {
        world.running();
    }
    world.pass(TTL);
    for limit in [None, Some(5_000)] {
        let page = list(&mut world, |args| args.limit = limit).unwrap();
        assert_eq!((page.entries.len(), page.next_cursor.is_some()), (1_000, true));
    }
}

#[test]
fn a_malformed_instant_cursor_namespace_or_limit_is_refused() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    for as_of in [-1, i64::MAX] {
        refused_field(list(&mut world, |args| args.as_of = Some(as_of)), Code::InvalidInput, "asOf");
    }
    for cursor in
        ["", "x", "5", "5/", "5/x", &id, &format!("-1/{id}"), &format!("x/{id}"), &format!("{}0/{id}", i64::MAX)]
    {
        refused_field(list(&mut world, |args| args.cursor = Some(cursor.to_owned())), Code::InvalidInput, "cursor");
    }
    refused_field(list(&mut world, |args| args.namespace = Some(String::new())), Code::InvalidInput, "namespace");
    refused_field(list(&mut world, |args| args.limit = Some(-1)), Code::InvalidInput, "limit");
}
