//! Replays in the model: of one member, and of what was skipped because of it (contract: edges.replay-waits,
//! edges.replay-cascade).

use super::model::{Answer, CHILDREN, EdgeState, GroupState, Model, Need, Next, Phase, refused, text};
use super::standing::met;
use serde_json::{Value, json};
use std::collections::VecDeque;

impl Model {
    pub fn replay(&mut self, args: &Value, now: i64) -> Answer {
        let row = self.find(text(args, "executionId"))?;
        let one = &self.members[row];
        let Some(outcome) = one.outcome() else { return Err(refused("state.execution_not_terminal")) };
        if one.replay_count >= one.replays_max {
            return Err(refused("state.max_replays_exhausted"));
        }
        let grouped = one.group.total > 0 && one.group.state != GroupState::Satisfied;
        self.members[row].replay_count += 1;
        if grouped {
            self.reset_group(row, outcome == "skipped");
        }
        let lifted = self.members[row].ending.as_ref().is_some_and(|(reason, _)| reason == "execution_deadline");
        if lifted {
            self.members[row].deadline_at = None;
        }
        self.run_again(row, grouped, grouped && outcome == "skipped", now);
        // What asks for more upstreams than there are may still get some.
        if grouped && self.verdict(row) == GroupState::Satisfied {
            self.judge(row, None, now);
        }
        if args["cascade"] == true {
            self.reopen_below(row, now);
        }
        self.touch(row);
        self.cascade(now);
        let one = &self.members[row];
        let mut answer =
            json!({ "executionId": one.id, "publicState": one.public_state(), "replayCount": one.replay_count });
        if lifted {
            answer["deadlineLifted"] = json!(true);
        }
        Ok(answer)
    }

    /// Blocked by its dependencies while its group is not satisfied. Contract: states.replay.
    fn run_again(&mut self, row: usize, grouped: bool, skipped: bool, now: i64) {
        let one = &mut self.members[row];
        (one.ending, one.result, one.excused) = (None, None, false);
        one.group.timed_out = false;
        for edge in one.outbound.clone() {
            let down = self.edges[edge].down;
            if std::mem::take(&mut self.edges[edge].aside) {
                self.meet("an upstream that runs for one left behind");
                self.touch(down);
            }
        }
        let next = Next::Replay;
        let phase =
            if grouped { Phase::Blocked { next, by: CHILDREN, not_before_at: None } } else { Phase::Waiting { next } };
        self.enter(row, now, phase, "replayed", None);
        let branch = if skipped { "skipped_flow_member" } else { "normal" };
        self.tell(json!({ "branch": branch, "groupsReset": i64::from(grouped) }));
        self.meet(if skipped { "a skipped member replayed" } else { "a member replayed" });
    }

    /// Its impossible edges wait again, but for those whose upstream has succeeded since.
    fn reset_group(&mut self, row: usize, skipped: bool) {
        let round = self.members[row].group.round;
        let group = &mut self.members[row].group;
        (group.failed, group.skipped, group.state) = (0, 0, GroupState::Pending);
        for edge in self.members[row].inbound.clone() {
            let failed = matches!(self.edges[edge].state, EdgeState::Impossible(_));
            if self.edges[edge].round == round && (failed || (skipped && self.edges[edge].state == EdgeState::Applied))
            {
                (self.edges[edge].state, self.edges[edge].aside) = (EdgeState::Applied, true);
                self.touch(self.edges[edge].up);
            }
        }
        let again: Vec<usize> =
            self.members[row].inbound.iter().copied().filter(|edge| self.reset(*edge, round)).collect();
        for edge in self.sorted(again) {
            self.meet("an edge whose upstream succeeded later");
            self.take_met(row, edge);
        }
    }

    fn reset(&self, edge: usize, round: i64) -> bool {
        let edge = &self.edges[edge];
        let is_met = self.end_of(edge.up).is_some_and(|end| met(edge.on, end));
        edge.round == round && edge.state == EdgeState::Applied && is_met
    }

    fn take_met(&mut self, row: usize, edge: usize) {
        let met = self.verdict(row) == GroupState::Satisfied;
        self.resolve_edge(edge);
        self.members[row].group.succeeded += 1;
        let all = self.members[row].group.policy.need == Need::All;
        let settles = !met && self.verdict(row) == GroupState::Satisfied;
        let result = self.edges[edge].result.clone().filter(|_| self.edges[edge].replaces && (all || settles));
        if result.is_some() {
            self.members[row].input = result;
        }
    }

    /// What was impossible because of a member waits for it again, and so on below.
    fn reopen_below(&mut self, row: usize, now: i64) {
        let mut queue = VecDeque::from([row]);
        while let Some(row) = queue.pop_front() {
            for edge in self.sorted(self.members[row].outbound.clone()) {
                let (down, round, state) = (self.edges[edge].down, self.edges[edge].round, self.edges[edge].state);
                let group = &mut self.members[down].group;
                let EdgeState::Impossible(_) = state else { continue };
                if round != group.round {
                    continue;
                }
                group.count(state, -1);
                self.edges[edge].state = EdgeState::Applied;
                self.touch(down);
                let possible = self.verdict(down) != GroupState::Impossible;
                if self.members[down].group.state == GroupState::Impossible && possible {
                    self.members[down].group.state = GroupState::Pending;
                    if self.members[down].outcome() == Some("skipped") {
                        self.run_again(down, true, true, now);
                        self.meet("a member no longer skipped");
                        queue.push_back(down);
                    }
                }
            }
        }
    }
}
