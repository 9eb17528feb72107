//! Grants and blocks in the model: who gives them, what they keep, who uses them (contract: protocol.grant,
//! protocol.claim-execution, protocol.resume-grant, protocol.reclaim).

use crate::calls::op::Wish;
use crate::calls::protocol::{Grantee, Protocol, Taker};
use crate::model::answer::refused;
use crate::model::gate::not_active;
use crate::model::state::{Execution, Grant, Model, Next, Phase};
use serde_json::{Value, json};

fn not_eligible(one: &Execution) -> Value {
    let details = json!({ "executionId": one.id, "publicState": one.public_state() });
    json!({ "error": { "code": "contention.execution_not_eligible", "details": details } })
}

impl Model {
    pub fn protocol(&mut self, protocol: &Protocol, now: i64, found: &Value) -> Result<Value, Value> {
        match protocol {
            Protocol::ClaimForWorker { lanes, kinds, grantee } => {
                let wish = Wish { lanes, kinds: kinds.as_deref(), offered: &grantee.offered };
                self.lift(wish, now);
                let Some(row) = self.claim_order(wish).first().copied() else {
                    return Ok(json!({ "outcome": "no_work" }));
                };
                Ok(granted(self.give(row, grantee, "claim", now, found)))
            }
            Protocol::IssueClaimGrant { id, grantee } => self.issue_claim_grant(id, grantee, now, found),
            Protocol::IssueReclaimGrant { id, grantee } => self.issue_reclaim_grant(id, grantee, now, found),
            Protocol::ClaimExecution { id, taker } => self.claim_execution(id, taker, now, found),
            Protocol::ClaimResumed { id, taker } => self.claim_resumed(id, taker, now, found),
            Protocol::ClaimFromGrant { id, key, taker } => self.claim_from_grant(id, key, taker, now, found),
            Protocol::GrantAndClaim { id, ttl_ms } => {
                let taker = Taker { worker: "operator".to_owned(), ttl_ms: *ttl_ms, ..Taker::default() };
                let row = self.may_be_claimed(id)?;
                self.ungranted(row)?;
                Ok(self.take(row, &taker, false, now, &found["ok"]))
            }
            Protocol::Reclaim { id, taker, reclaims_max } => self.reclaim(id, taker, *reclaims_max, now, found),
            Protocol::Scan { lane, limit } => Ok(self.scan(lane, limit.unwrap_or(100).min(1_000))),
            Protocol::BlockRoute { id, reason } => self.block(id, "waiting_for_capable_worker", reason, now),
            Protocol::Block { id, reason, detail } => self.block(id, reason, detail, now),
            Protocol::Unblock { id, reason } => self.unblock(id, reason, now),
            Protocol::RenewLease { shown, ttl_ms } => self.renew_lease(shown, *ttl_ms, now),
            Protocol::CompleteExecution { shown, result, encoding } => {
                let pass = self.gate_typed(shown, "complete")?;
                let result = (result.clone(), encoding.clone());
                self.complete_let_in(&shown.id, pass, result, !shown.by_operator(), now)
            }
            Protocol::FailExecution { shown, failure, retry } => {
                let pass = self.gate_typed(shown, "fail")?;
                let failure = (failure, retry.as_ref());
                Ok(self.fail_let_in(
                    pass,
                    shown.index,
                    (failure.0, (failure.1, None)),
                    !shown.by_operator(),
                    (now, found),
                ))
            }
        }
    }

    /// The grant, in place of one that there was; the state is unchanged.
    fn give(&mut self, row: usize, grantee: &Grantee, kind: &'static str, now: i64, found: &Value) -> Value {
        let instance = self.instance_of(grantee.instance.as_ref(), None);
        let expires_at = now + grantee.ttl_ms.unwrap_or(5_000);
        let key = found["ok"]["grantKey"].as_str().unwrap_or("no key was minted").to_owned();
        let one = &mut self.executions[row];
        let answer = json!({ "executionId": one.id, "grantKey": key, "expiresAt": expires_at, "lane": one.made.lane });
        if one.grant.as_ref().is_some_and(|grant| !grant.live) {
            self.seen.insert("a grant in place of one that is over");
        }
        one.grant = Some(Grant { kind, key, worker: grantee.worker.clone(), instance, expires_at, live: true });
        self.touched.insert(row);
        self.wrote = true;
        answer
    }

    fn known(&self, id: &str) -> Result<usize, Value> {
        self.find(id).map(|one| one.row).ok_or_else(|| refused("not_found.execution"))
    }

    /// Nobody may have a live grant.
    fn ungranted(&self, row: usize) -> Result<(), Value> {
        let one = &self.executions[row];
        let Some(grant) = one.grant.as_ref().filter(|grant| grant.live) else { return Ok(()) };
        let details = json!({ "executionId": one.id, "expiresAt": grant.expires_at });
        Err(json!({ "error": { "code": "state.grant_already_exists", "details": details } }))
    }

    fn covers(&self, row: usize, grantee: &Grantee) -> Result<(), Value> {
        let one = &self.executions[row];
        let missing: Vec<&str> = one.made.required.difference(&grantee.offered).map(String::as_str).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let details = json!({ "executionId": one.id, "detail": missing.join(",") });
        Err(json!({ "error": { "code": "validation.capability_mismatch", "details": details } }))
    }

    fn issue_claim_grant(&mut self, id: &str, to: &Grantee, now: i64, found: &Value) -> Result<Value, Value> {
        let row = self.known(id)?;
        let one = &self.executions[row];
        let fits = matches!(one.phase, Phase::Waiting { .. } | Phase::Lapsed { .. });
        if !fits || !self.lane_claims(&one.made.lane) {
            return Err(not_eligible(one));
        }
        self.ungranted(row)?;
        self.covers(row, to)?;
        Ok(self.give(row, to, "claim", now, found))
    }

    /// Whether an execution has lapsed in an open lane.
    fn reclaimable(&self, row: usize) -> bool {
        let one = &self.executions[row];
        matches!(one.phase, Phase::Lapsed { .. }) && self.lane_claims(&one.made.lane)
    }

    /// A worker's own grant to reclaim is refreshed.
    fn issue_reclaim_grant(&mut self, id: &str, to: &Grantee, now: i64, found: &Value) -> Result<Value, Value> {
        let row = self.known(id)?;
        if !self.reclaimable(row) {
            return Ok(json!({ "outcome": "not_reclaimable", "executionId": id }));
        }
        let one = &self.executions[row];
        if one.reclaim_count >= one.reclaims_max() {
            let count = one.reclaim_count;
            return Ok(json!({ "outcome": "reclaim_cap_exceeded", "executionId": id, "reclaimCount": count }));
        }
        let own = one.grant.as_ref().is_some_and(|grant| grant.kind == "reclaim" && grant.worker == to.worker);
        if !own {
            self.ungranted(row)?;
        }
        self.covers(row, to)?;
        Ok(granted(self.give(row, to, "reclaim", now, found)))
    }

    /// Runnable, owned by nobody, eligible, in an open lane.
    fn may_be_claimed(&self, id: &str) -> Result<usize, Value> {
        let row = self.known(id)?;
        let one = &self.executions[row];
        match one.phase {
            Phase::Waiting { .. } if self.lane_claims(&one.made.lane) => Ok(row),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } => {
                Err(refused("contention.execution_not_leaseable"))
            }
            Phase::Held { .. } | Phase::Lapsed { .. } => Err(refused("contention.lease_conflict")),
            Phase::Ended { .. } => Err(not_active(one)),
        }
    }

    /// The worker's own grant to claim, which is good at its very last instant.
    fn claim_grant(&self, row: usize, worker: &str, now: i64) -> Result<&Grant, Value> {
        let grant = self.executions[row].grant.as_ref();
        let Some(grant) = grant.filter(|grant| grant.kind == "claim" && grant.worker == worker) else {
            return Err(refused("contention.invalid_claim_grant"));
        };
        if grant.expires_at >= now { Ok(grant) } else { Err(refused("contention.claim_grant_expired")) }
    }

    fn claim_execution(&mut self, id: &str, taker: &Taker, now: i64, found: &Value) -> Result<Value, Value> {
        let row = self.may_be_claimed(id)?;
        if let Phase::Waiting { next: Next::Interrupted } = self.executions[row].phase {
            return Err(refused("contention.use_claim_resumed_execution"));
        }
        self.claim_grant(row, &taker.worker, now)?;
        Ok(self.take(row, taker, false, now, &found["ok"]))
    }

    /// An interrupted attempt may be continued.
    fn may_go_on(&self, row: usize) -> Result<(), Value> {
        let one = &self.executions[row];
        match one.phase {
            Phase::Waiting { next } if self.lane_claims(&one.made.lane) => {
                if next == Next::Interrupted {
                    Ok(())
                } else {
                    Err(refused("contention.not_a_resumed_execution"))
                }
            }
            Phase::Waiting { .. }
            | Phase::Delayed { .. }
            | Phase::Blocked { .. }
            | Phase::Held { .. }
            | Phase::Lapsed { .. }
            | Phase::Ended { .. } => Err(refused("contention.execution_not_leaseable")),
        }
    }

    fn claim_resumed(&mut self, id: &str, taker: &Taker, now: i64, found: &Value) -> Result<Value, Value> {
        let row = self.known(id)?;
        self.may_go_on(row)?;
        self.claim_grant(row, &taker.worker, now)?;
        Ok(self.take(row, taker, false, now, &found["ok"]))
    }

    /// A live lease answers nothing; a lapsed one is continued by the same attempt.
    fn claim_from_grant(
        &mut self,
        id: &str,
        key: &str,
        taker: &Taker,
        now: i64,
        found: &Value,
    ) -> Result<Value, Value> {
        let row = self.known(id)?;
        let one = &self.executions[row];
        if one.attempts.is_empty() {
            return Err(refused("not_found.attempt"));
        }
        let lapsed = match one.phase {
            Phase::Held { .. } => return Ok(Value::Null),
            Phase::Lapsed { .. } => true,
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => false,
        };
        if lapsed && !self.lane_claims(&one.made.lane) {
            return Err(refused("contention.execution_not_leaseable"));
        }
        if !lapsed {
            self.may_go_on(row)?;
        }
        if self.claim_grant(row, &taker.worker, now)?.key != key {
            return Err(refused("contention.invalid_claim_grant"));
        }
        Ok(self.take(row, taker, lapsed, now, &found["ok"]))
    }

    /// With a grant; or its end, where it was taken over too often. Contract: states.reclaim, states.over-cap.
    fn reclaim(
        &mut self,
        id: &str,
        taker: &Taker,
        reclaims_max: Option<i64>,
        now: i64,
        found: &Value,
    ) -> Result<Value, Value> {
        let row = self.known(id)?;
        if !self.reclaimable(row) {
            return Ok(json!({ "outcome": "not_reclaimable", "executionId": id }));
        }
        let one = &self.executions[row];
        let grant = one.grant.as_ref().filter(|grant| grant.kind == "reclaim" && grant.expires_at >= now);
        let Some(grant) = grant else { return Ok(json!({ "outcome": "grant_not_found", "executionId": id })) };
        if grant.worker != taker.worker {
            return Err(refused("validation.invalid_input"));
        }
        let count = one.reclaim_count;
        if count >= reclaims_max.unwrap_or_else(|| one.reclaims_max()) {
            self.give_up(row, now);
            return Ok(json!({ "outcome": "reclaim_cap_exceeded", "executionId": id, "reclaimCount": count }));
        }
        let mut answer = self.take(row, taker, false, now, &found["ok"]);
        answer["outcome"] = json!("claimed");
        Ok(answer)
    }

    /// Contract: states.block.
    fn block(&mut self, id: &str, by: &'static str, why: &str, now: i64) -> Result<Value, Value> {
        let row = self.known(id)?;
        let one = &self.executions[row];
        let next = match one.phase {
            Phase::Waiting { next } => next,
            Phase::Ended { .. } => return Err(not_active(one)),
            Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Held { .. } | Phase::Lapsed { .. } => {
                return Err(not_eligible(one));
            }
        };
        self.enter(row, now, Phase::Blocked { next, by }, "blocked", None);
        if by == "waiting_for_capable_worker" {
            self.wake(row);
        }
        if !why.is_empty() {
            self.tell(&json!({ "reason": why }));
            self.executions[row].blocked_because = Some(why.to_owned());
        }
        Ok(json!({ "executionId": id, "publicState": self.executions[row].public_state() }))
    }

    /// Contract: states.unblock.
    fn unblock(&mut self, id: &str, expected: &str, now: i64) -> Result<Value, Value> {
        let row = self.known(id)?;
        match self.executions[row].phase {
            Phase::Blocked { next, by } if by == expected => {
                self.enter(row, now, Phase::Waiting { next }, "unblocked", None);
                Ok(json!({ "executionId": id, "publicState": "waiting" }))
            }
            Phase::Waiting { .. }
            | Phase::Delayed { .. }
            | Phase::Blocked { .. }
            | Phase::Held { .. }
            | Phase::Lapsed { .. }
            | Phase::Ended { .. } => Err(not_eligible(&self.executions[row])),
        }
    }
}

/// A grant as those calls answer it that may answer otherwise.
fn granted(mut answer: Value) -> Value {
    answer["outcome"] = json!("granted");
    answer
}
