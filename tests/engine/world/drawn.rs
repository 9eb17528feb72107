//! Flows drawn straight into the tables: what reads tell of a flow, whatever led to it.

use super::{START, World};
use std::rc::Rc;
use tidegate::host::SeededEntropy;
use tidegate::model::flows::edge::{DependencyKind, Edge, EdgeGroup, EdgeGroupPolicy, EdgeState};
use tidegate::model::flows::flow::{Flow, place};
use tidegate::model::ground::id::uuid_text;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::store::{FlowTexts, Store};
use tidegate::{Engine, Host, Limits};
use uuid::Uuid;

/// A UUID of the test.
pub fn uuid(number: u128) -> String {
    uuid_text(Uuid::from_u128(number))
}

impl World {
    fn drawing(&mut self, draw: impl FnOnce(&mut Store)) {
        let mut store = Store::open(Rc::clone(&self.driver)).unwrap();
        draw(&mut store);
        store.save_flows().unwrap();
        self.open_anew();
    }

    /// Opens the database again, so that nothing is remembered; what was minted is not minted once more.
    fn open_anew(&mut self) {
        let seed = self.number("SELECT count(*) + 100 FROM execution").unsigned_abs();
        let host = Host { clock: Box::new(self.clock.clone()), entropy: Box::new(SeededEntropy::new(seed)) };
        self.engine = Engine::open(Rc::clone(&self.driver), host, Limits::default()).unwrap();
    }

    /// A flow without members; answers its row.
    pub fn draw_flow(&mut self, id: u128, set: impl FnOnce(&mut Flow, &mut FlowTexts)) -> i64 {
        let row = self.number("SELECT count(*) + 1 FROM flow");
        self.drawing(|store| {
            let namespace = store.intern_namespace("default").unwrap();
            let mut flow = Flow::new(row, Uuid::from_u128(id), namespace, START);
            let mut kept = FlowTexts { kind: "flow".to_owned(), tags: None, cancel_reason: None };
            set(&mut flow, &mut kept);
            store.insert_flow(&flow, &kept).unwrap();
            if let Some(reason) = &kept.cancel_reason {
                store.save_cancel_reason(row, reason).unwrap();
            }
        });
        row
    }

    /// A flow of a namespace.
    pub fn draw_flow_in(&mut self, namespace: &str, id: u128) -> i64 {
        let mut row = 0;
        self.drawing(|store| row = store.intern_namespace(namespace).unwrap());
        self.draw_flow(id, |flow, _| flow.namespace = row)
    }

    /// A flow whose members are in these states, without any of them.
    pub fn draw_counts(&mut self, id: u128, counts: &[(PublicState, i64)]) -> i64 {
        self.draw_flow(id, |flow, _| counts.iter().for_each(|(state, count)| flow.counts[place(*state)] = *count))
    }

    /// Makes a waiting execution a member; answers its row.
    pub fn draw_member(&mut self, flow: i64, id: &str, name: Option<&str>) -> i64 {
        let row = self.row_of(id);
        for sql in [
            "UPDATE execution SET flow = ?1 WHERE id = ?2",
            "UPDATE flow SET waiting = waiting + 1, revision = \
             revision + 1 WHERE id = ?1 AND ?2 > 0",
        ] {
            self.driver.execute(sql, &[flow.into(), row.into()]).unwrap();
        }
        let sql = "UPDATE specification SET member_name = ?1 WHERE execution = ?2";
        self.driver.execute(sql, &[name.into(), row.into()]).unwrap();
        self.open_anew();
        row
    }

    /// New members that wait in `mail`: their ids and rows.
    pub fn draw_members(&mut self, flow: i64, count: usize) -> Vec<(String, i64)> {
        let ids: Vec<String> = (0..count).map(|_| self.submit("mail")).collect();
        ids.into_iter().map(|id| (id.clone(), self.draw_member(flow, &id, None))).collect()
    }

    /// An edge between two rows.
    pub fn draw_edge(&mut self, flow: i64, id: u128, [upstream, downstream]: [i64; 2], state: EdgeState) {
        self.draw_edge_with(flow, id, [upstream, downstream], |edge| edge.state = state);
    }

    pub fn draw_edge_with(&mut self, flow: i64, id: u128, ends: [i64; 2], set: impl FnOnce(&mut Edge)) {
        let [upstream, downstream] = ends;
        let mut edge = Edge {
            id: Uuid::from_u128(id),
            flow,
            upstream,
            downstream,
            kind: DependencyKind::SuccessOnly,
            state: EdgeState::Staged,
            round: 0,
            aside: false,
            replaces: false,
            edge_ref: None,
            result: None,
            created_at: START,
        };
        set(&mut edge);
        edge.round = i64::from(edge.state != EdgeState::Staged);
        self.drawing(|store| {
            store.insert_edge(&edge).unwrap();
            let flow = store.flow_mut(flow).unwrap();
            flow.edge_count += 1;
            flow.revision += 1;
        });
    }

    /// The group of a row.
    pub fn draw_group(&mut self, execution: i64, set: impl FnOnce(&mut EdgeGroup)) {
        let mut group = EdgeGroup::new(execution, EdgeGroupPolicy::AllOf, 1);
        set(&mut group);
        self.drawing(|store| store.save_group(group).unwrap());
    }

    /// The row of an execution.
    pub fn row_of(&self, id: &str) -> i64 {
        let stored = tidegate::model::ground::id::ExecutionId::parse("id", id).unwrap().stored();
        let mut row = 0;
        let sql = "SELECT id FROM execution WHERE public_id = ?1";
        self.driver
            .query(sql, &[(&stored).into()], &mut |found| {
                row = found.int(0)?;
                Ok(())
            })
            .unwrap();
        row
    }

    /// Changes stored rows behind the engine's back.
    pub fn damage(&mut self, sql: &'static str) {
        self.driver.script("PRAGMA ignore_check_constraints = ON").unwrap();
        assert!(self.driver.execute(sql, &[]).unwrap() > 0, "{sql}");
        self.open_anew();
    }
}

/// UUIDs of the test, in order.
pub fn uuids(numbers: &[u128]) -> Vec<String> {
    numbers.iter().map(|number| uuid(*number)).collect()
}
