//! Cycles are found exactly, however far they reach, at a price that does not grow with the flow. Contract:
//! edges.acyclic, edges.cycle-cost.

use crate::engine::world::flows::Graph;
use crate::engine::world::spy::Spy;
use crate::engine::world::{World, detail, test};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use tidegate::Code;
use tidegate::host::{Entropy, SeededEntropy};
use tidegate::model::flows::order::{Found, LOOKED_AT, Way, search};
use tidegate::store::driver::Embedded;

/// Edges that lead downwards in the order that is kept.
const OUT_OF_ORDER: &str = "SELECT count(*) FROM edge e JOIN specification u ON u.execution = e.upstream \
     JOIN specification d ON d.execution = e.downstream WHERE u.member_rank >= d.member_rank";
/// Members that share their place with another one.
const SHARED: &str = "SELECT count(*) - count(DISTINCT member_rank) FROM specification";
/// Members outside of the ends of the order.
const OUTSIDE: &str = "SELECT count(*) FROM specification s JOIN execution e ON e.id = s.execution \
     JOIN flow f ON f.id = e.flow WHERE s.member_rank <= f.first_rank OR s.member_rank >= f.last_rank";

fn assert_ordered(world: &World) {
    for sql in [OUT_OF_ORDER, SHARED, OUTSIDE] {
        assert_eq!(world.number(sql), 0, "{sql}");
    }
}

fn close(world: &mut World, graph: &Graph, upstream: &str, downstream: &str) {
    let (upstream, downstream) = (graph.id(upstream), graph.id(downstream));
    let error = world.refused(|world| world.stage(&graph.flow, &upstream, &downstream));
    assert_eq!(error.code(), Code::CycleDetected);
    assert_eq!(detail(&error, "upstreamExecutionId"), upstream);
    assert_eq!(detail(&error, "downstreamExecutionId"), downstream);
    assert_eq!(detail(&error, "flowId"), graph.flow);
}

#[test]
fn a_cycle_of_two_and_one_of_three_are_refused() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    close(&mut world, &graph, "b", "a");
    close(&mut world, &graph, "c", "a");
    close(&mut world, &graph, "c", "b");
    world.stage(&graph.flow, &graph.id("a"), &graph.id("c")).expect("a way in the same direction is no cycle");
    assert_ordered(&world);
}

/// Contract: edges.acyclic.
#[test]
fn staged_and_resolved_edges_close_a_cycle_as_applied_ones_do() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["b"]), ("d", &[])]);
    world.staged(&graph.flow, &graph.id("a"), &graph.id("b"));
    close(&mut world, &graph, "c", "a");
    world.finish("b");
    close(&mut world, &graph, "c", "a");
    close(&mut world, &graph, "c", "b");
}

/// Contract: edges.acyclic.
#[test]
fn a_diamond_is_no_cycle() {
    let mut world = World::new();
    let graph = world.graph(&[("d", &["b", "c"]), ("c", &["a"]), ("b", &["a"]), ("a", &[])]);
    assert_ordered(&world);
    close(&mut world, &graph, "d", "a");
}

/// Contract: edges.refused-order.
#[test]
fn a_refused_edge_leaves_the_order_as_it_was() {
    let mut world = World::new();
    let graph = world.graph(&[("c", &["b"]), ("b", &["a"]), ("a", &[])]);
    close(&mut world, &graph, "c", "a");
    let (a, c) = (graph.id("a"), graph.id("c"));
    world.stage(&graph.flow, &a, &c).unwrap();
    assert_ordered(&world);
}

/// Contract: edges.cycle-cost.
#[test]
fn a_chain_of_5000_staged_from_its_end_costs_the_same_for_each_edge() {
    const LINKS: usize = 5_000;
    let spy = Rc::new(Spy::over(Rc::new(Embedded::memory().unwrap())));
    let mut world = World::over(Rc::clone(&spy) as Rc<_>);
    let flow = world.flow();
    let ids: Vec<_> = (0..LINKS)
        .map(|_| {
            let id = world.submit("mail");
            world.add(&flow, &id).unwrap();
            id
        })
        .collect();
    let mut most = 0;
    // Both against the order in which they were added and from the last edge to the first.
    for link in ids.windows(2) {
        let before = spy.writes();
        world.stage(&flow, &link[1], &link[0]).unwrap();
        most = most.max(spy.writes() - before);
    }
    assert!(most <= 8, "{most} statements for one edge");
    assert_ordered(&world);
    let error = world.refused(|world| world.stage(&flow, &ids[0], &ids[LINKS - 1]));
    assert_eq!(error.code(), Code::CycleDetected, "far beyond a thousand members");
    world.stage(&flow, &ids[LINKS - 1], &ids[0]).unwrap();
}

/// How many looks a search takes through edges.
fn looks(edges: &[(i64, i64)], upstream: i64, downstream: i64) -> (Found, usize) {
    let looks = Cell::new(0);
    let found = search(upstream, downstream, &mut |way, row, after| {
        looks.set(looks.get() + 1);
        let ends = edges.iter().enumerate().filter_map(|(place, (from, to))| match way {
            Way::Forward if *from == row => Some((*to, place)),
            Way::Backward if *to == row => Some((*from, place)),
            Way::Forward | Way::Backward => None,
        });
        let ends = ends.map(|(end, place)| (end, uuid(place))).filter(|(_, id)| after.is_none_or(|after| *id > after));
        Ok(ends.take(LOOKED_AT).collect())
    });
    (found.unwrap(), looks.get())
}

fn uuid(place: usize) -> uuid::Uuid {
    uuid::Uuid::from_u128(place as u128 + 1)
}

/// Contract: edges.cycle-cost.
#[test]
fn a_search_takes_twice_the_smaller_of_its_two_sides() {
    let hub: Vec<_> = (0..10_000).map(|leaf| (1, 10 + leaf)).collect();
    // A hub that everything hangs on goes behind a member that depends on nothing, without a look at all its edges.
    let (found, taken) = looks(&hub, 2, 1);
    assert_eq!((found, taken), (Found::Before(vec![2]), 2));
    let (found, taken) = looks(&hub, 1, 2);
    assert_eq!((found, taken), (Found::Behind(vec![2]), 1));
    let chain: Vec<_> = (0..1_000).map(|link| (link, link + 1)).collect();
    let (found, taken) = looks(&chain, 5_000, 0);
    assert_eq!((found, taken), (Found::Before(vec![5_000]), 2));
    assert_eq!(looks(&chain, 1_000, 0).0, Found::Cycle);
}

#[test]
fn a_member_with_more_edges_than_one_look_takes_is_searched_to_its_last_edge() {
    let many = 2 * i64::try_from(LOOKED_AT).unwrap();
    let wide: Vec<_> = (0..many).map(|leaf| (1, 10 + leaf)).chain((0..many).map(|leaf| (5_000 + leaf, 2))).collect();
    let bridged: Vec<_> = wide.iter().copied().chain([(10 + many - 1, 5_000 + many - 1)]).collect();
    assert_eq!(looks(&bridged, 2, 1).0, Found::Cycle);
    let Found::Behind(moved) = looks(&wide, 2, 1).0 else { panic!("no way leads there") };
    assert_eq!(i64::try_from(moved.len()).unwrap(), many + 1);
}

/// Contract: edges.acyclic.
#[test]
fn whatever_is_staged_in_whatever_order_exactly_the_cycles_are_refused() {
    const MEMBERS: usize = 24;
    for seed in 0..6 {
        let mut entropy = SeededEntropy::new(seed);
        let mut pick = move || usize::try_from(entropy.number() % MEMBERS as u64).unwrap();
        let mut world = World::new();
        let flow = world.flow();
        let ids: Vec<_> = (0..MEMBERS).map(|_| world.member(&flow, "mail")).collect();
        let mut ways: BTreeSet<(usize, usize)> = BTreeSet::new();
        for _ in 0..400 {
            let (from, to) = (pick(), pick());
            if from == to {
                continue;
            }
            let staged = world.stage(&flow, &ids[from], &ids[to]);
            if ways.contains(&(to, from)) {
                assert_eq!(staged.unwrap_err().code(), Code::CycleDetected, "seed {seed}");
                continue;
            }
            staged.unwrap();
            let sources: Vec<_> = (0..MEMBERS).filter(|one| *one == from || ways.contains(&(*one, from))).collect();
            let sinks: Vec<_> = (0..MEMBERS).filter(|one| *one == to || ways.contains(&(to, *one))).collect();
            for source in sources {
                ways.extend(sinks.iter().map(|sink| (source, *sink)));
            }
        }
        assert_ordered(&world);
    }
}
