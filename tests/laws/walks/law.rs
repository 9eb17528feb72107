//! The laws that hold after every step, each a named check over what the engine itself says (contract:
//! states.one-event, leases.one-event-order, leases.epoch, attempts.index). Laws that need a script of their own stand
//! in `focused` and `paging`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a law says when it is broken.
pub type Verdict = Result<(), String>;

/// Where the lease events of an execution stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lease {
    #[default]
    None,
    Live,
    Lapsed,
}

/// What the event log said of one execution so far.
#[derive(Clone, Debug, Default)]
struct Story {
    lease: Lease,
    /// Leases issued, cancelled and revoked.
    epoch: i64,
    /// Whether it ended and was not replayed since.
    over: bool,
    priority: Option<i64>,
    replays: i64,
    public_state: String,
}

/// What was seen of every execution so far.
#[derive(Debug, Default)]
pub struct History {
    snapshots: BTreeMap<String, Value>,
    stories: BTreeMap<String, Story>,
    /// Registered and neither swept nor marked dead since: instance and namespace.
    registered: BTreeSet<(String, String)>,
    last_at: i64,
}

fn broken(law: &str, what: impl std::fmt::Display) -> Verdict {
    Err(format!("{law}: {what}"))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn int(value: &Value, member: &str) -> i64 {
    value[member].as_i64().unwrap_or(-1)
}

fn is_terminal(state: &str) -> bool {
    ["completed", "failed", "cancelled", "expired", "skipped"].contains(&state)
}

impl History {
    /// Takes in the next events of the log.
    pub fn events(&mut self, events: &[Value]) -> Verdict {
        for event in events {
            if int(event, "at") < self.last_at {
                return broken("event times never go back along positions", event);
            }
            self.last_at = int(event, "at");
            if event["cause"] == "clock_accepted" {
                continue;
            }
            if event["executionId"].is_null() {
                law_16_only_the_registered_are_heard_of_and_leave(&mut self.registered, event)?;
                continue;
            }
            if event["cause"] == "created" {
                // One of this id that was past its retention is another one.
                self.stories.remove(text(event, "executionId"));
                self.snapshots.remove(text(event, "executionId"));
            }
            let story = self.stories.entry(text(event, "executionId").to_owned()).or_default();
            if let Some(state) = event["publicState"].as_str() {
                state.clone_into(&mut story.public_state);
            }
            law_04_one_completion_for_each_life(story, event)?;
            law_05_every_lease_ends_once_before_the_next_one(story, event)?;
            what_operators_did_is_told(story, event)?;
        }
        Ok(())
    }

    /// Takes in what the engine says of an execution now.
    pub fn snapshot(&mut self, now: &Value) -> Verdict {
        let id = text(now, "executionId").to_owned();
        let story = self.stories.get(&id).cloned().unwrap_or_default();
        law_01_public_state_equals_its_derivation(now)?;
        law_02_one_live_lease_and_an_epoch_that_rises_exactly(now, &story)?;
        law_06_attempts_are_counted_without_gaps(now)?;
        law_07_reclaims_stay_within_the_cap(now)?;
        only_the_latest_attempt_is_open(now)?;
        the_log_reconstructs_the_state(now, &story)?;
        if let Some(before) = self.snapshots.get(&id) {
            law_02_the_epoch_never_decreases(before, now)?;
            law_06_attempts_that_ended_stay_as_they_are(before, now)?;
            law_09_terminal_is_left_only_by_replay(before, now)?;
            law_10_stamps_never_change_or_go_back(before, now)?;
        }
        self.snapshots.insert(id, now.clone());
        Ok(())
    }

    /// Takes in all that `list_workers` answers now.
    pub fn workers(&self, list: &Value) -> Verdict {
        let name = |worker: &Value| (text(worker, "workerInstanceId").to_owned(), text(worker, "namespace").to_owned());
        let listed: BTreeSet<_> = list["workers"].as_array().into_iter().flatten().map(name).collect();
        if listed == self.registered {
            return Ok(());
        }
        broken("workers.is-who: listed are who registered and did not leave", format!("{:?}: {list}", self.registered))
    }

    /// Engine time went back to an instant: earlier stamps compare no more, and none stands after it.
    pub fn rebased(&mut self, host_now: i64) {
        self.last_at = self.last_at.min(host_now);
        for snapshot in self.snapshots.values_mut() {
            for member in ["createdAt", "startedAt", "lastMutationAt"] {
                snapshot[member] = Value::Null;
            }
        }
    }
}

fn law_01_public_state_equals_its_derivation(now: &Value) -> Verdict {
    let state = &now["state"];
    let derived = match (text(state, "lifecyclePhase"), text(state, "eligibilityState")) {
        ("runnable", "not_eligible_until_time") => "delayed",
        ("runnable", "blocked_by_dependencies") => "waiting_children",
        ("runnable", "blocked_by_budget" | "blocked_by_quota") => "rate_limited",
        ("submitted" | "runnable", _) => "waiting",
        ("active", _) => "active",
        ("suspended", _) => "suspended",
        ("terminal", _) => match text(state, "terminalOutcome") {
            "success" => "completed",
            "none" | "" => "failed",
            outcome => outcome,
        },
        (other, _) => return broken("states.public-state", format!("no phase is called {other}: {now}")),
    };
    if text(now, "publicState") == derived {
        Ok(())
    } else {
        broken("states.public-state", format!("derived {derived}: {now}"))
    }
}

fn law_02_one_live_lease_and_an_epoch_that_rises_exactly(now: &Value, story: &Story) -> Verdict {
    let attempts = now["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    let under_way = attempts.iter().filter(|attempt| attempt["lifecycle"] == "started").count();
    let leased = text(&now["state"], "ownershipState") == "leased";
    let lease = &now["currentLease"];
    let latest = attempts.last().map_or(-1, |attempt| int(attempt, "leaseEpoch"));
    if under_way > 1 || leased == lease.is_null() || (leased && int(lease, "leaseEpoch") != int(now, "leaseEpoch")) {
        return broken("leases.one-live", now);
    }
    if int(now, "leaseEpoch") != story.epoch || latest > story.epoch {
        return broken("leases.epoch: the epoch rises exactly", format!("{} rises in the log: {now}", story.epoch));
    }
    Ok(())
}

fn law_02_the_epoch_never_decreases(before: &Value, now: &Value) -> Verdict {
    if int(now, "leaseEpoch") >= int(before, "leaseEpoch") {
        return Ok(());
    }
    broken("leases.epoch: the epoch never decreases", format!("{before} then {now}"))
}

/// Registered, heard of while registered, gone by mark or sweep once.
fn law_16_only_the_registered_are_heard_of_and_leave(
    registered: &mut BTreeSet<(String, String)>,
    event: &Value,
) -> Verdict {
    let name = (text(event, "workerInstanceId").to_owned(), text(event, "namespace").to_owned());
    let sound = match text(event, "cause") {
        "worker_registered" => {
            registered.insert(name);
            true
        }
        "worker_heartbeat" => registered.contains(&name),
        "worker_marked_dead" | "worker_swept" => registered.remove(&name),
        _ => false,
    };
    let of_a_worker_alone = event["lease"].is_null() && event["publicState"].is_null() && !event["workerId"].is_null();
    if sound && of_a_worker_alone { Ok(()) } else { broken("workers.is-who", event) }
}

/// A replay opens a new life; nothing else happens to what is over.
fn law_04_one_completion_for_each_life(story: &mut Story, event: &Value) -> Verdict {
    let entered = event["publicState"].as_str().is_some_and(is_terminal);
    let completion = !event["completion"].is_null();
    let replayed = event["cause"] == "replayed";
    if entered != completion || story.over != replayed {
        return broken("events.view-completion", event);
    }
    story.over = completion;
    Ok(())
}

/// A lapsed lease that is given up is revoked after it has expired; else every lease ends once. Contract:
/// leases.one-event-order, states.over-cap.
fn law_05_every_lease_ends_once_before_the_next_one(story: &mut Story, event: &Value) -> Verdict {
    let given_up = event["cause"] == "failed";
    // Whatever leaves the phase of a lapsed lease without taking it over leaves none.
    let left = event["publicState"].as_str().is_some_and(|state| state != "active");
    let next = match (story.lease, text(event, "lease")) {
        (Lease::Lapsed, "") if left => Lease::None,
        (stays, "") => stays,
        (Lease::None, "acquired") | (Lease::Lapsed, "reclaimed") | (Lease::Live, "renewed") => Lease::Live,
        (Lease::Live, "revoked") => Lease::None,
        (Lease::Live, "expired") => Lease::Lapsed,
        (Lease::Lapsed, "revoked") if given_up => Lease::None,
        (lease, _) => return broken("leases.one-event-order", format!("{lease:?}, then {event}")),
    };
    story.lease = next;
    let issued = ["acquired", "reclaimed"].contains(&text(event, "lease"));
    let taken = ["cancelled", "lease_revoked"].contains(&text(event, "cause")) && text(event, "lease") == "revoked";
    // The event is of the lease that it ends or issues: an epoch that was issued, and the latest one.
    let of_lease = if issued { story.epoch + 1 } else { story.epoch };
    if !text(event, "lease").is_empty() && int(event, "leaseEpoch") != of_lease {
        return broken("leases.epoch: epochs strictly increase", format!("{} before {event}", story.epoch));
    }
    story.epoch += i64::from(issued || taken);
    Ok(())
}

/// What the operator stream says fits together, and belongs to no other event.
fn what_operators_did_is_told(story: &mut Story, event: &Value) -> Verdict {
    let detail = &event["detail"];
    let sound = match text(event, "cause") {
        "priority_changed" => {
            let follows = story.priority.is_none_or(|priority| priority == int(detail, "oldPriority"));
            story.priority = detail["newPriority"].as_i64();
            follows && story.priority.is_some() && event["publicState"].is_null() && story.public_state == "waiting"
        }
        "replayed" => {
            story.replays += 1;
            detail["branch"] == "normal" && story.public_state == "waiting"
        }
        "progress_reported" => detail["attemptIndex"].is_i64() && story.public_state == "active",
        "lease_revoked" | "blocked" | "woken" => {
            detail.is_null() || detail["reason"].as_str().is_some_and(|reason| !reason.is_empty())
        }
        _ => detail.is_null(),
    };
    if sound { Ok(()) } else { broken("what operators did is told", format!("{story:?}, then {event}")) }
}

/// It runs under a lease that lives or lapsed, or is suspended while it waits to go on; all others are over.
fn only_the_latest_attempt_is_open(now: &Value) -> Verdict {
    let attempts = now["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    let open = |attempt: &Value| ["started", "suspended"].contains(&text(attempt, "lifecycle"));
    let former = attempts.split_last().is_some_and(|(_, former)| former.iter().any(open));
    let latest = attempts.last().map_or("", |attempt| text(attempt, "lifecycle"));
    let fits = match (text(&now["state"], "attemptState"), text(&now["state"], "lifecyclePhase")) {
        ("running_attempt", _) | ("attempt_interrupted", "active") => latest == "started",
        ("attempt_interrupted", _) => latest == "suspended",
        _ => attempts.last().is_none_or(|attempt| !open(attempt)),
    };
    if fits && !former { Ok(()) } else { broken("only the latest attempt is open", now) }
}

fn law_06_attempts_that_ended_stay_as_they_are(before: &Value, now: &Value) -> Verdict {
    // Instants compare no more once they were moved.
    let timeless = |attempt: &Value| {
        let mut attempt = attempt.clone();
        attempt["startedAt"] = Value::Null;
        attempt["endedAt"] = Value::Null;
        attempt
    };
    let attempts = |snapshot: &Value| snapshot["attempts"].as_array().cloned().unwrap_or_default();
    let later = attempts(now);
    for (index, attempt) in attempts(before).iter().enumerate() {
        let same = later.get(index).map(timeless) == Some(timeless(attempt));
        let open = ["started", "suspended"].contains(&text(attempt, "lifecycle"));
        if !same && (!open || later.get(index).is_none_or(|one| one["attemptId"] != attempt["attemptId"])) {
            return broken("attempts.index: attempts stay", format!("{before} then {now}"));
        }
    }
    Ok(())
}

fn law_06_attempts_are_counted_without_gaps(now: &Value) -> Verdict {
    let attempts = now["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    let in_order = (0..).zip(attempts).all(|(index, attempt)| int(attempt, "attemptIndex") == index);
    let counted = i64::try_from(attempts.len()).is_ok_and(|count| count == int(now, "totalAttemptCount"));
    if in_order && counted { Ok(()) } else { broken("attempts.index", now) }
}

fn law_07_reclaims_stay_within_the_cap(now: &Value) -> Verdict {
    let cap = now["policy"]["maxReclaimCount"].as_i64().unwrap_or(100);
    if is_terminal(text(now, "publicState")) || int(now, "leaseReclaimCount") <= cap {
        return Ok(());
    }
    broken("retries.cap", now)
}

fn law_09_terminal_is_left_only_by_replay(before: &Value, now: &Value) -> Verdict {
    let (was, is) = (text(before, "publicState"), text(now, "publicState"));
    let replayed = int(now, "replayCount") > int(before, "replayCount");
    if !is_terminal(was) || was == is || replayed {
        Ok(())
    } else {
        broken("states.graph", format!("{before} then {now}"))
    }
}

fn law_10_stamps_never_change_or_go_back(before: &Value, now: &Value) -> Verdict {
    let kept = |member: &str| before[member].is_null() || before[member] == now[member];
    let moved_on = before["lastMutationAt"].is_null() || int(now, "lastMutationAt") >= int(before, "lastMutationAt");
    if kept("createdAt") && kept("startedAt") && moved_on {
        return Ok(());
    }
    broken("executions.stamps", format!("{before} then {now}"))
}

fn the_log_reconstructs_the_state(now: &Value, story: &Story) -> Verdict {
    let told = story.priority.is_none_or(|priority| priority == int(now, "priority"));
    if text(now, "publicState") == story.public_state && told && story.replays == int(now, "replayCount") {
        return Ok(());
    }
    broken("replaying the log reconstructs every state", format!("the log says {}: {now}", story.public_state))
}
