//! What time does in the model, each at its own instant (contract: leases.lapse, executions.deadline,
//! time.own-instant), and the table of calls.

use super::model::{Group, Model, Next, Phase, refused, text};
use serde_json::{Value, json};

/// The order is the order within one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Deadline,
    Wait,
    Lease,
    Delay,
    Backlog,
}

impl Model {
    fn first_due(&self) -> Option<(i64, Due, usize)> {
        let live = self.members.iter().filter(|one| !one.over());
        let of_members = live.flat_map(|one| {
            let own = match one.phase {
                Phase::Delayed { until_at, .. } => Some((until_at, Due::Delay)),
                Phase::Held { expires_at } => Some((expires_at, Due::Lease)),
                Phase::Lapsed { backoff_until } => backoff_until.map(|at| (at, Due::Delay)),
                Phase::Waiting { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => None,
            };
            let deadline = one.deadline_at.map(|at| (at.max(one.changed_at), Due::Deadline));
            let wait = one.group.due_at.map(|at| (at, Due::Wait));
            own.into_iter().chain(deadline).chain(wait).map(|(at, kind)| (at, kind, one.row))
        });
        let backlogs = self.flows.iter().filter_map(|one| Some((one.backlog.as_ref()?.0, Due::Backlog, one.row)));
        of_members.chain(backlogs).min()
    }

    pub fn next_due_at(&self) -> Option<i64> {
        self.first_due().map(|due| due.0)
    }

    /// The engine was closed: what is held through the connection under way goes back, once nothing is due. Contract:
    /// leases.close, leases.gone.
    pub fn closed(&mut self, now: i64) {
        if self.held().is_empty() {
            return;
        }
        self.apply_due(now);
        for (_, row) in self.held() {
            let one = &mut self.members[row];
            one.epoch += 1;
            one.attempts.last_mut().expect("an attempt").finished = Some(("revoke", json!({})));
            self.enter(row, now, Phase::Waiting { next: Next::Interrupted }, "lease_revoked", Some("revoked"));
            self.tell(json!({ "reason": "connection_gone" }));
            self.meet("a lease given back");
        }
    }

    /// What the connection under way holds, by expiry, then by row.
    fn held(&self) -> Vec<(i64, usize)> {
        let held = self.members.iter().filter_map(|one| {
            let own = one.attempts.last().is_some_and(|attempt| attempt.connection == self.connection);
            match one.phase {
                Phase::Held { expires_at } if own => Some((expires_at, one.row)),
                Phase::Held { .. }
                | Phase::Waiting { .. }
                | Phase::Delayed { .. }
                | Phase::Blocked { .. }
                | Phase::Lapsed { .. }
                | Phase::Ended { .. } => None,
            }
        });
        let mut held: Vec<(i64, usize)> = held.collect();
        held.sort_unstable();
        held
    }

    /// Applies all that is due.
    pub fn apply_due(&mut self, now: i64) {
        while let Some((at, kind, row)) = self.first_due().filter(|due| due.0 <= now) {
            match kind {
                Due::Deadline => self.expire(row, at),
                Due::Wait => self.stop_waiting(row, at),
                Due::Lease => {
                    let backoff_until = lapse_backoff(self.members[row].lapses + 1).map(|ms| at + ms);
                    self.enter(row, at, Phase::Lapsed { backoff_until }, "lease_expired", Some("expired"));
                }
                Due::Delay => match self.members[row].phase {
                    Phase::Delayed { next, .. } => self.enter(row, at, Phase::Waiting { next }, "delay_over", None),
                    Phase::Lapsed { .. } => self.members[row].phase = Phase::Lapsed { backoff_until: None },
                    Phase::Waiting { .. } | Phase::Blocked { .. } | Phase::Held { .. } | Phase::Ended { .. } => {
                        panic!("a delay is due where there is none")
                    }
                },
                Due::Backlog => self.finish_backlog(row, at),
            }
        }
    }

    /// An empty round begins. Contract: edges.timeout.
    fn stop_waiting(&mut self, row: usize, at: i64) {
        let round = self.members[row].group.round + 1;
        let Phase::Blocked { next, .. } = self.members[row].phase else { panic!("who waits is blocked") };
        self.members[row].group = Group { known: true, round, timed_out: true, ..Group::default() };
        self.enter(row, at, Phase::Waiting { next }, "children_timed_out", None);
        self.meet("children that took too long");
        self.cascade(at);
    }

    /// Contract: states.expire.
    fn expire(&mut self, row: usize, at: i64) {
        let lease = self.members[row].held().then_some("expired");
        self.end_attempt(row, "ended_failure");
        self.members[row].ending = Some(("execution_deadline".to_owned(), None));
        self.enter(row, at, Phase::Ended { outcome: "expired" }, "deadline_passed", lease);
        self.meet("a deadline");
        self.cascade(at);
    }

    /// The answer that a call must get. `found` is what the engine answered: ids that it minted are taken from it.
    pub fn answer(&mut self, op: &str, args: &Value, found: &Value, now: i64) -> Value {
        if let Some(code) = refused_at_once(op, args) {
            return refused(code);
        }
        self.apply_due(now);
        let answer = match op {
            "create_execution" => self.create_execution(args, found, now),
            "create_flow" => Ok(self.create_flow(args, found, now)),
            "submit_flow" => Ok(self.submit_flow(args, found, now)),
            "add_execution_to_flow" => self.add_execution(args, now),
            "stage_dependency_edge" => self.stage_edge(args, found, now),
            "apply_dependency_to_child" => self.apply_edge(args, now),
            "set_edge_group_policy" => self.set_policy(args),
            "seal_flow" => self.seal(args, now),
            "cancel_flow" => self.cancel_flow(args, now),
            "cancel_flow_header" => self.cancel_header(args, now),
            "ack_cancel_member" => Ok(self.ack(args)),
            "claim" => Ok(self.claim(args, found, now)),
            "complete" => self.complete(args, now),
            "fail" => self.fail(args, now),
            "delay" => self.delay(args, now),
            "wait_children" => self.wait_children(args, now),
            "cancel_execution" => self.cancel_execution(args, now),
            "block_execution_for_admission" => self.block(args, now),
            "unblock_execution" => self.unblock(args, now),
            "wake_execution" => self.wake(args, now),
            "replay_execution" => self.replay(args, now),
            read => Ok(self.read(read, args)),
        };
        answer.map_or_else(|refusal| refusal, |answer| json!({ "ok": answer }))
    }

    fn read(&self, op: &str, args: &Value) -> Value {
        let execution = || self.by_id.get(text(args, "executionId")).copied();
        let flow = || self.flow_ids.get(text(args, "flowId")).copied();
        match op {
            "describe_execution" => execution().map_or(Value::Null, |row| self.snapshot(row)),
            "evaluate_flow_eligibility" => {
                json!({ "status": execution().map_or("not_found", |row| self.eligibility(row)) })
            }
            "resolve_execution_flow_id" => {
                json!(execution().and_then(|row| self.members[row].flow).map(|flow| &self.flows[flow].id))
            }
            "describe_flow" => flow().map_or(Value::Null, |flow| self.flow_snapshot(flow)),
            "flow_graph" => flow().map_or(Value::Null, |flow| self.graph(flow)),
            "wait_flow" => flow().map_or(Value::Null, |flow| self.awaited(flow)),
            "describe_edge" => {
                let edge = flow().and_then(|flow| self.edge_of(flow, text(args, "edgeId")));
                edge.map_or(Value::Null, |edge| self.edge_snapshot(edge))
            }
            "list_edges" => flow().map_or(json!({ "edges": [] }), |flow| self.edges_at(flow, args)),
            "list_flows" => self.flow_page(args),
            other => panic!("no operation is called {other}"),
        }
    }
}

impl Model {
    /// Engine time, which stands so far ahead of the host's clock, went back to it.
    pub fn rebase(&mut self, host_now: i64, ahead: i64) {
        let back = |at: &mut i64| *at = (*at).min(host_now).max(*at - ahead);
        for one in &mut self.members {
            match &mut one.phase {
                Phase::Delayed { until_at: at, .. }
                | Phase::Held { expires_at: at }
                | Phase::Lapsed { backoff_until: Some(at) }
                | Phase::Blocked { not_before_at: Some(at), .. } => back(at),
                Phase::Waiting { .. } | Phase::Lapsed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {}
            }
            let optional = [&mut one.deadline_at, &mut one.started_at, &mut one.ended_at, &mut one.group.due_at];
            optional.into_iter().flatten().for_each(back);
            [&mut one.created_at, &mut one.changed_at].into_iter().for_each(back);
            for (_, answer) in one.attempts.iter_mut().filter_map(|attempt| attempt.finished.as_mut()) {
                if let Some(mut until) = answer["delayUntil"].as_i64() {
                    back(&mut until);
                    answer["delayUntil"] = json!(until);
                }
            }
        }
        for flow in &mut self.flows {
            back(&mut flow.created_at);
            flow.ended_at.iter_mut().for_each(back);
            flow.cancelled.iter_mut().for_each(|by| back(&mut by.at));
            flow.backlog.iter_mut().for_each(|(at, _)| back(at));
        }
        self.edges.iter_mut().for_each(|edge| back(&mut edge.created_at));
        for event in &mut self.log {
            event["at"] = json!(event["at"].as_i64().expect("an instant").min(host_now));
        }
        self.log.push(json!({
            "at": host_now, "executionId": null, "flowId": null, "namespace": "default", "cause": "clock_accepted",
            "publicState": null, "detail": { "byMs": ahead },
        }));
        self.meet("a clock that came back");
    }
}

/// What is wrong with the arguments themselves, whatever stands in the engine: time is not even applied.
fn refused_at_once(op: &str, args: &Value) -> Option<&'static str> {
    match op {
        "stage_dependency_edge" if args["upstreamExecutionId"] == args["downstreamExecutionId"] => {
            Some("conflict.self_referencing_edge")
        }
        "stage_dependency_edge" if args["on"] == "end" && args["dependencyKind"] == "success_only" => {
            Some("validation.invalid_input")
        }
        "set_edge_group_policy" if args["policy"]["k"] == 0 => Some("validation.invalid_input"),
        "cancel_flow_header" if args["graceMs"] == -1 => Some("validation.invalid_grace_ms"),
        _ => None,
    }
}

/// None after the first lapse in a row, then 1 s doubling to 60 s.
fn lapse_backoff(lapses: i64) -> Option<i64> {
    let doubled = u32::try_from(lapses - 2).ok()?;
    Some((1_000_i64 << doubled.min(6)).min(60_000))
}
