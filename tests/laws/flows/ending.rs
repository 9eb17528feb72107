//! Ends of whole flows in the model: at once, or in two steps (contract: flows.cancel, flows.header, flows.grace).

use super::model::{Answer, Cancelled, Model, owned, refused, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED_MAX: usize = 1_000;

impl Model {
    fn ids(&self, rows: impl IntoIterator<Item = usize>) -> Vec<String> {
        rows.into_iter().take(LISTED_MAX).map(|row| self.members[row].id.clone()).collect()
    }

    /// Calls a flow off; nobody ends by that alone.
    fn call_off(&mut self, flow: usize, args: &Value, now: i64) {
        let (policy, reason) = (text(args, "policy").to_owned(), owned(args, "reason"));
        let cancelled = Cancelled { at: now, policy, reason, count: 0 };
        let detail = json!({
            "cancellationPolicy": cancelled.policy,
            "cancelReason": cancelled.reason.clone().unwrap_or_default(),
            "memberCount": self.flows[flow].members.len(),
        });
        self.flows[flow].cancelled = Some(cancelled);
        self.flow_event(flow, now, "flow_cancel_requested", &detail);
    }

    /// Cancels members of a flow in the order of their creation; only then what follows from it.
    pub fn cancel_members(&mut self, flow: usize, rows: &[usize], at: i64) {
        for row in rows {
            self.cancel_member(*row, at, "flow_cancelled", "cancel_flow");
        }
        if let Some(cancelled) = &mut self.flows[flow].cancelled {
            cancelled.count += rows.len();
        }
        self.touched_flows.insert(flow);
        self.judge_short(flow, at);
        self.cascade(at);
    }

    pub fn cancel_flow(&mut self, args: &Value, now: i64) -> Answer {
        let flow = self.find_flow(text(args, "flowId"))?;
        if self.flows[flow].cancelled.is_none() {
            if self.is_over(flow) {
                return Err(refused("state.flow_already_terminal"));
            }
            let policy = text(args, "policy");
            let taken = |row: &usize| match policy {
                "cancel_all" => !self.members[*row].over(),
                "cancel_pending" => self.members[*row].runnable(),
                _ => false,
            };
            let rows: Vec<usize> = self.flows[flow].members.iter().copied().filter(taken).collect();
            self.call_off(flow, args, now);
            self.cancel_members(flow, &rows, now);
            self.meet("a flow cancelled");
        }
        let ended_by_it = |row: &usize| {
            let ending = self.members[*row].ending.as_ref();
            ending
                .is_some_and(|(reason, source)| reason == "flow_cancelled" && source.as_deref() == Some("cancel_flow"))
        };
        let listed = self.ids(self.flows[flow].members.iter().copied().filter(ended_by_it));
        let stored = self.flows[flow].cancelled.as_ref().expect("cancelled");
        Ok(json!({
            "cancellationPolicy": stored.policy,
            "cancelReason": stored.reason,
            "memberCount": stored.count,
            "memberExecutionIds": listed,
        }))
    }

    pub fn cancel_header(&mut self, args: &Value, now: i64) -> Answer {
        let flow = self.find_flow(text(args, "flowId"))?;
        let members = self.flows[flow].members.clone();
        if self.is_over(flow) {
            let one = &self.flows[flow];
            let since = |row: &&usize| {
                let member = &self.members[**row];
                member.outcome() == Some("cancelled")
                    && one.cancelled.as_ref().is_none_or(|by| member.ended_at >= Some(by.at))
            };
            let listed: BTreeSet<usize> = match (&one.backlog, &one.cancelled) {
                (Some((_, rows)), _) => rows.clone(),
                (None, Some(_)) => one.members.iter().filter(since).copied().collect(),
                (None, None) => one.members.clone(),
            };
            let stored = one.cancelled.as_ref();
            return Ok(json!({
                "outcome": "already_terminal",
                "cancellationPolicy": stored.map(|one| &one.policy),
                "cancelReason": stored.and_then(|one| one.reason.as_ref()),
                "memberExecutionIds": self.ids(listed.iter().copied()),
            }));
        }
        let live: BTreeSet<usize> = members.iter().copied().filter(|row| !self.members[*row].over()).collect();
        let waits = text(args, "policy") == "cancel_all" && !live.is_empty();
        let listed = if waits { live } else { members };
        self.call_off(flow, args, now);
        if waits {
            let due_at = now + args["graceMs"].as_i64().unwrap_or(30_000);
            self.flows[flow].backlog = Some((due_at, listed.clone()));
            self.meet("a backlog");
        } else {
            self.judge_short(flow, now);
        }
        self.cascade(now);
        Ok(json!({
            "outcome": "cancelled",
            "cancellationPolicy": args["policy"],
            "cancelReason": args["reason"],
            "memberExecutionIds": self.ids(listed),
        }))
    }

    pub fn ack(&mut self, args: &Value) -> Value {
        let flow = self.flow_ids.get(text(args, "flowId")).copied();
        let row = self.by_id.get(text(args, "executionId")).copied();
        let (Some(flow), Some(row)) = (flow, row) else { return json!({ "removed": false }) };
        let Some((_, rows)) = &mut self.flows[flow].backlog else { return json!({ "removed": false }) };
        let removed = rows.remove(&row);
        if rows.is_empty() {
            self.flows[flow].backlog = None;
        }
        json!({ "removed": removed })
    }

    /// Who is left of a backlog when its time has come.
    pub fn finish_backlog(&mut self, flow: usize, at: i64) {
        let Some((_, rows)) = self.flows[flow].backlog.take() else { return };
        let left: Vec<usize> = rows.into_iter().filter(|row| !self.members[*row].over()).collect();
        if !left.is_empty() {
            self.meet("a backlog that was finished");
        }
        self.cancel_members(flow, &left, at);
    }
}
