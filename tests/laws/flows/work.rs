//! What workers and operators do to members in the model (contract: leases.gate, leases.repeat, attempts.complete,
//! attempts.fail, attempts.delay, retries.replay, edges.children).

use super::model::{
    Answer, Attempt, CHILDREN, EdgeState, Group, GroupState, Handle, Member, Model, Next, Phase, Policy, payload,
    refused, text,
};
use super::shapes::policy_given;
use super::standing::outcome_of;
use serde_json::{Value, json};

/// Whom the lease gate lets in.
enum Pass {
    Held(usize),
    Lapsed(usize),
    Repeated(Value),
}

impl Model {
    fn gate(&self, args: &Value, verb: &str) -> Result<Pass, Value> {
        let shown = self.handles.iter().find(|one| one.text == text(args, "handle")).expect("a handle of this run");
        let one = &self.members[shown.row];
        let attempt = Some(&one.attempts[shown.index]).filter(|attempt| attempt.epoch == shown.epoch);
        let finished = attempt.and_then(|attempt| attempt.finished.as_ref());
        if let Some((_, answer)) = finished.filter(|(finished, _)| *finished == verb) {
            return Ok(Pass::Repeated(answer.clone()));
        }
        let current = attempt.is_some() && shown.index + 1 == one.attempts.len();
        match one.phase {
            Phase::Held { .. } | Phase::Lapsed { .. } if !current => Err(refused("contention.lease_conflict")),
            Phase::Held { .. } => Ok(Pass::Held(shown.row)),
            Phase::Lapsed { .. } => Ok(Pass::Lapsed(shown.row)),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {
                let revoked = current && finished.is_some_and(|(verb, _)| *verb == "revoke");
                Err(refused(if revoked { "state.lease_revoked" } else { "contention.execution_not_active" }))
            }
        }
    }

    fn finish(&mut self, row: usize, verb: &'static str, answer: Value) -> Value {
        self.members[row].attempts.last_mut().expect("an attempt").finished = Some((verb, answer.clone()));
        answer
    }

    /// The first of a lane, in the order of priority and creation; what lapsed too often ends on the way, and may let others
    /// go by that.
    pub fn claim(&mut self, args: &Value, found: &Value, now: i64) -> Value {
        let lane = args["lanes"][0].as_str().expect("a lane");
        while let Some(row) = self.first_claimable(lane) {
            let one = &self.members[row];
            if !one.active() || one.reclaim_count < one.reclaims_max {
                return self.take(row, args, found, now);
            }
            self.end_attempt(row, "interrupted_reclaimed");
            self.members[row].ending = Some(("reclaim_cap_exceeded".to_owned(), None));
            self.enter(row, now, Phase::Ended { outcome: "failed" }, "failed", Some("revoked"));
            self.meet("an end by the reclaim cap");
            self.cascade(now);
        }
        Value::Null
    }

    fn first_claimable(&self, lane: &str) -> Option<usize> {
        let free = |one: &&Member| {
            one.lane == lane && matches!(one.phase, Phase::Waiting { .. } | Phase::Lapsed { backoff_until: None })
        };
        self.members.iter().filter(free).map(|one| (-one.priority, one.row)).min().map(|(_, row)| row)
    }

    fn take(&mut self, row: usize, args: &Value, found: &Value, now: i64) -> Value {
        let one = &mut self.members[row];
        one.epoch += 1;
        one.started_at = one.started_at.or(Some(now));
        let epoch = one.epoch;
        let (cause, lease) = if one.active() {
            ("reclaimed", "reclaimed")
        } else if matches!(one.phase, Phase::Waiting { next: Next::Interrupted }) {
            ("resumed", "acquired")
        } else {
            ("claimed", "acquired")
        };
        if cause == "resumed" {
            let attempt = one.attempts.last_mut().expect("the interrupted attempt");
            (attempt.epoch, attempt.finished, attempt.connection) = (epoch, None, self.connection);
        } else {
            one.reclaim_count += i64::from(cause == "reclaimed");
            self.end_attempt(row, "interrupted_reclaimed");
            self.members[row].attempts.push(Attempt {
                epoch,
                connection: self.connection,
                ended: None,
                finished: None,
            });
        }
        let expires_at = now + args["leaseTtlMs"].as_i64().unwrap_or(30_000);
        self.enter(row, now, Phase::Held { expires_at }, cause, Some(lease));
        let index = self.members[row].attempts.len() - 1;
        let text = text(&found["ok"], "handle").to_owned();
        self.handles.push(Handle { text, row, index, epoch });
        self.claimed(row)
    }

    /// Contract: states.complete.
    pub fn complete(&mut self, args: &Value, now: i64) -> Answer {
        let row = match self.gate(args, "complete")? {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(answer) => return Ok(answer),
        };
        let answer = json!({ "executionId": self.members[row].id, "publicState": "completed" });
        self.members[row].result = payload(args, "result");
        self.end_attempt(row, "ended_success");
        self.enter(row, now, Phase::Ended { outcome: "success" }, "completed", Some("revoked"));
        self.cascade(now);
        Ok(self.finish(row, "complete", answer))
    }

    /// A failure, also by a holder whose lease lapsed. Contract: states.retry, states.fail.
    pub fn fail(&mut self, args: &Value, now: i64) -> Answer {
        let row = match self.gate(args, "fail")? {
            Pass::Held(row) | Pass::Lapsed(row) => row,
            Pass::Repeated(answer) => return Ok(answer),
        };
        self.end_attempt(row, "ended_failure");
        let one = &mut self.members[row];
        let lease = one.held().then_some("revoked");
        let answer = if text(args, "class") == "transient" && one.retry_count < one.retries_max {
            one.retry_count += 1;
            let (until_at, next) = (now + one.retry_delay_ms, one.attempts.len());
            self.enter(row, now, Phase::Delayed { next: Next::Retry, until_at }, "retry_scheduled", lease);
            json!({ "outcome": "retry_scheduled", "delayUntil": until_at, "nextAttemptIndex": next })
        } else {
            self.enter(row, now, Phase::Ended { outcome: "failed" }, "failed", lease);
            self.cascade(now);
            json!({ "outcome": "terminal_failed" })
        };
        Ok(self.finish(row, "fail", answer))
    }

    /// Contract: states.delay.
    pub fn delay(&mut self, args: &Value, now: i64) -> Answer {
        let row = match self.gate(args, "delay")? {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(answer) => return Ok(answer),
        };
        let until_at = args["delayUntil"].as_i64().expect("an instant").max(now);
        self.enter(row, now, Phase::Delayed { next: Next::Interrupted, until_at }, "delayed", Some("revoked"));
        let answer = json!({ "executionId": self.members[row].id, "publicState": "delayed", "delayUntil": until_at });
        Ok(self.finish(row, "delay", answer))
    }

    /// With edges, a new round; with nothing to wait for, let go at once. Contract: states.wait-children,
    /// states.unblock.
    pub fn wait_children(&mut self, args: &Value, now: i64) -> Answer {
        let row = match self.gate(args, "wait_children")? {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(answer) => return Ok(answer),
        };
        let edges = args["edges"].as_array().cloned().unwrap_or_default();
        let mut new = Vec::new();
        if let Some(flow) = self.waits_in(row, &edges)? {
            for edge in edges {
                let up = self.member_of(flow, text(&edge, "upstreamExecutionId"))?;
                let id = text(&edge, "edgeId").to_owned();
                new.push((up, edge, id));
            }
            let former = &self.members[row].group;
            // What was set before the first edge is for the first edges.
            let set = if former.total == 0 { former.policy } else { Policy::default() };
            let policy = if args["policy"].is_null() { set } else { policy_given(&args["policy"]) };
            let round = former.round + 1;
            let due_at = args["timeoutMs"].as_i64().map(|timeout_ms| now + timeout_ms);
            self.members[row].group = Group { known: true, policy, round, due_at, ..Group::default() };
            self.new_round(flow, row, &new, now);
            self.meet("a round of children");
        }
        let (next, not_before_at) = (Next::Interrupted, None);
        let blocked = Phase::Blocked { next, by: CHILDREN, not_before_at };
        self.enter(row, now, blocked, "waiting_children", Some("revoked"));
        if new.is_empty() {
            self.members[row].group.timed_out = false;
            self.let_go(row, now);
        }
        let from = self.edges.len() - new.len();
        for edge in from..self.edges.len() {
            if self.members[self.edges[edge].up].over() && self.edges[edge].state == EdgeState::Applied {
                self.resolve(edge, now);
            }
        }
        // Whatever follows from that, the call is answered by what became of the wait itself.
        let one = &self.members[row];
        let answer = json!({ "executionId": one.id, "publicState": one.public_state() });
        self.cascade(now);
        Ok(self.finish(row, "wait_children", answer))
    }

    /// The flow in which a worker may wait for these edges; none where it waits for none.
    fn waits_in(&self, row: usize, edges: &[Value]) -> Result<Option<usize>, Value> {
        if edges.is_empty() {
            return Ok(None);
        }
        let flow = self.members[row].flow.ok_or_else(|| refused("state.execution_not_in_flow"))?;
        let ups: Result<Vec<usize>, Value> =
            edges.iter().map(|edge| self.member_of(flow, text(edge, "upstreamExecutionId"))).collect();
        let ups = ups?;
        if self.is_over(flow) {
            return Err(refused("state.flow_already_terminal"));
        }
        if ups.contains(&row) {
            return Err(refused("conflict.self_referencing_edge"));
        }
        if ups.iter().any(|up| self.leads(row, *up)) {
            return Err(refused("conflict.cycle_detected"));
        }
        if edges.iter().any(|edge| self.edge_of(flow, text(edge, "edgeId")).is_some()) {
            return Err(refused("conflict.dependency_already_exists"));
        }
        Ok(Some(flow))
    }

    /// By an operator. Contract: states.cancel.
    pub fn cancel_execution(&mut self, args: &Value, now: i64) -> Answer {
        let row = self.find(text(args, "executionId"))?;
        match self.members[row].outcome() {
            Some("cancelled") => {}
            Some(_) => return Err(refused("validation.invalid_input")),
            None => {
                self.cancel_member(row, now, text(args, "reason"), "operator_override");
                self.cascade(now);
            }
        }
        Ok(json!({ "executionId": self.members[row].id, "publicState": "cancelled" }))
    }

    /// What depends on others goes on to do so, and waits for no instant any more. Contract: states.wake.
    pub fn wake(&mut self, args: &Value, now: i64) -> Answer {
        let row = self.find(text(args, "executionId"))?;
        let (outcome, phase) = match self.members[row].phase {
            Phase::Delayed { next, .. } => ("woken", Phase::Waiting { next }),
            Phase::Blocked { next, by: CHILDREN, not_before_at: Some(at) } if at > now => {
                self.meet("a wake of a member that depends on others");
                ("woken", Phase::Blocked { next, by: CHILDREN, not_before_at: None })
            }
            stays @ Phase::Waiting { .. } => ("already_satisfied", stays),
            Phase::Blocked { .. } | Phase::Held { .. } | Phase::Lapsed { .. } | Phase::Ended { .. } => {
                return Err(refused("contention.execution_not_eligible"));
            }
        };
        if outcome == "woken" {
            self.enter(row, now, phase, "woken", None);
        }
        let one = &self.members[row];
        Ok(json!({ "executionId": one.id, "outcome": outcome, "publicState": one.public_state() }))
    }

    /// Contract: states.block.
    pub fn block(&mut self, args: &Value, now: i64) -> Answer {
        let row = self.find(text(args, "executionId"))?;
        let next = match self.members[row].phase {
            Phase::Waiting { next } => next,
            Phase::Ended { .. } => return Err(refused("contention.execution_not_active")),
            Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Held { .. } | Phase::Lapsed { .. } => {
                return Err(refused("contention.execution_not_eligible"));
            }
        };
        let by = BLOCKERS.into_iter().find(|by| *by == text(args, "reason")).expect("a reason");
        self.enter(row, now, Phase::Blocked { next, by, not_before_at: None }, "blocked", None);
        let one = &self.members[row];
        Ok(json!({ "executionId": one.id, "publicState": one.public_state() }))
    }

    /// While its group is pending it goes on to be blocked by its dependencies. Contract: states.unblock.
    pub fn unblock(&mut self, args: &Value, now: i64) -> Answer {
        let row = self.find(text(args, "executionId"))?;
        let Phase::Blocked { next, by, .. } = self.members[row].phase else {
            return Err(refused("contention.execution_not_eligible"));
        };
        if by != text(args, "expectedReason") {
            return Err(refused("contention.execution_not_eligible"));
        }
        let group = &self.members[row].group;
        if group.total > 0 && group.state == GroupState::Pending {
            let blocked = Phase::Blocked { next, by: CHILDREN, not_before_at: None };
            self.enter(row, now, blocked, "blocked", None);
            self.meet("an unblocked member that its dependencies block");
        } else {
            self.enter(row, now, Phase::Waiting { next }, "unblocked", None);
        }
        let one = &self.members[row];
        Ok(json!({ "executionId": one.id, "publicState": one.public_state() }))
    }

    /// What a claim hands back of the flow: the resolved edges of the round.
    pub fn upstream(&self, row: usize) -> Vec<Value> {
        let one = &self.members[row];
        let resolved = |edge: &usize| {
            let edge = &self.edges[*edge];
            edge.round == one.group.round && matches!(edge.state, EdgeState::Satisfied(_) | EdgeState::Impossible(_))
        };
        let edges = self.sorted(one.inbound.iter().copied().filter(resolved).collect());
        let told = edges.into_iter().map(|edge| {
            let edge = &self.edges[edge];
            let (EdgeState::Satisfied(end) | EdgeState::Impossible(end)) = edge.state else { panic!("it is resolved") };
            let (result, encoding) =
                edge.result.clone().map_or((None, None), |(bytes, encoding)| (Some(bytes), encoding));
            let up = &self.members[edge.up];
            json!({ "edgeId": edge.id, "edgeRef": edge.named, "executionId": up.id, "name": up.name,
                "outcome": outcome_of(end), "reason": self.reason(edge.up, end), "result": result, "encoding": encoding, "omitted": null })
        });
        told.collect()
    }

    /// Why a member ended so, unless it was replayed since.
    fn reason(&self, row: usize, end: &'static str) -> Option<&str> {
        let one = &self.members[row];
        if end == "success" || one.outcome() != Some(outcome_of(end)) {
            return None;
        }
        let told = one.ending.as_ref().map_or("no", |(reason, _)| reason);
        Some(told).filter(|told| !told.is_empty())
    }

    fn claimed(&self, row: usize) -> Value {
        let one = &self.members[row];
        let Phase::Held { expires_at } = one.phase else { panic!("what is claimed is held") };
        let upstream = self.upstream(row);
        let (input, encoding) = one.input.clone().map_or((None, None), |(bytes, encoding)| (Some(bytes), encoding));
        json!({
            "executionId": one.id,
            "attemptIndex": one.attempts.len() - 1,
            "leaseEpoch": one.epoch,
            "childrenTimedOut": one.group.timed_out.then_some(true),
            "leaseExpiresAt": expires_at,
            "input": input,
            "encoding": encoding,
            "flowId": one.flow.map(|flow| &self.flows[flow].id),
            "upstream": (!upstream.is_empty()).then_some(upstream),
        })
    }
}

pub const BLOCKERS: [&str; 3] = ["paused_by_operator", "waiting_for_budget", "waiting_for_quota"];

/// A worker's name, which none of the laws is about.
pub fn worker() -> Value {
    json!({ "id": "worker", "instanceId": "process" })
}
