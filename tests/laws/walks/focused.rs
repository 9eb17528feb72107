//! The laws that need a script of their own: old handles, repeated requests, capabilities, many claimers.

use crate::calls::handle::Handle;
use crate::calls::op::{Call, Claim, Create, Fail, Op};
use crate::calls::retry::{Backoff, Retry};
use crate::ground::random::Random;
use crate::ground::seeds::{enough, seeds};
use crate::ground::world::{START, World};
use crate::model::rules::keeps;
use crate::rows::tables::{self, broken_rules, differences};
use crate::script::names::{LANES, TOKENS, offered};
use crate::walks::record::{Recorder, Turn, finish, recorded, without_file};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every call that a handle can be shown with.
fn calls_with(handle: &Handle) -> Vec<Call> {
    let handle = || handle.clone();
    let fail =
        |class| Fail { handle: handle(), class, category: None, message: "m".to_owned(), detail: None, retry_at: None };
    let ops = [
        Op::Renew { handle: handle(), ttl_ms: None },
        Op::Progress { handle: handle(), percent: Some(99), message: Some("late".to_owned()) },
        Op::Complete { handle: handle(), result: Some(vec![1]), encoding: None },
        Op::Fail(fail("transient")),
        Op::Fail(fail("permanent")),
        Op::Delay { handle: handle(), until_at: START },
        Op::Abandon { handle: handle(), reason: "late".to_owned() },
    ];
    ops.map(Call::from).into()
}

/// Contract: leases.gate-silent.
#[test]
fn law_03_a_handle_from_an_earlier_epoch_changes_nothing() {
    let mut shown = 0;
    for seed in seeds([31, 32]) {
        let mut recorder = Recorder::new(seed);
        let mut handles: Vec<Handle> = Vec::new();
        for index in 0..150 {
            let turn = recorder.turn(false);
            let claims = turn.answers.iter().filter_map(|answer| answer["ok"]["handle"].as_str());
            handles.extend(claims.filter_map(Handle::decode));
            let epoch = |handle: &Handle| recorder.model.find(&handle.execution).map_or(0, |one| one.epoch);
            let old: Vec<&Handle> =
                handles.iter().filter(|handle| handle.epoch < epoch(handle).unsigned_abs()).rev().take(2).collect();
            // Dumps are dear: every third turn.
            for call in old.into_iter().flat_map(calls_with).filter(|_| index % 3 == 0) {
                recorder.world.engine().tick().expect("a tick");
                let before = tables::dump(&*recorder.world.driver());
                let answer = recorder.world.call(&call);
                let lines = differences(&before, &tables::dump(&*recorder.world.driver()));
                assert!(lines.is_empty(), "seed {seed}, turn {index}: {call:?}: {answer:?}\n{}", lines.join("\n"));
                shown += 1;
            }
        }
    }
    assert!(enough(shown > 200), "only {shown} old handles were shown");
}

/// Runs a script; with `lost` chances in a hundred the reply of a call is lost and the call made again: at once, or, if
/// its answer was kept, also later.
fn with_lost_replies(seed: u64, script: &[Turn], lost: u64) -> tables::Dump {
    let mut world = World::memory(seed);
    let mut random = Random::new(seed ^ 0xabc);
    let mut again: Vec<(Call, Value)> = Vec::new();
    for turn in script {
        world.set_clock(turn.at);
        let mut calls = Vec::new();
        for (call, answer) in turn.calls.iter().zip(&turn.answers) {
            calls.push((call.clone(), answer.clone()));
            while random.percent(lost) {
                calls.push((call.clone(), answer.clone()));
            }
            let kept = answer.get("ok").is_some_and(|answer| !answer.is_null() && keeps(&call.op, answer));
            let kept = kept && !call.op.reads();
            if kept && random.percent(lost) {
                again.push((call.clone(), answer.clone()));
            }
        }
        while !again.is_empty() && random.percent(lost) {
            let later = random.below(again.len());
            let place = random.below(calls.len() + 1);
            // Not before its first call, which stands in this very batch when it is the newest.
            if place == calls.len() {
                calls.push(again.swap_remove(later));
            }
        }
        let (calls, answers): (Vec<Call>, Vec<Value>) = calls.into_iter().unzip();
        let (found, answers) = (without_file(&world.send(&calls).answers), without_file(&answers));
        for ((call, expected), found) in calls.iter().zip(&answers).zip(&found) {
            assert_eq!(found, expected, "seed {seed}, at {}: {call:?}", turn.at);
        }
    }
    finish(&mut world, script.last().map_or(START, |turn| turn.at) + 1)
}

/// Contract: time.request-lost.
#[test]
fn law_15_a_call_made_again_after_a_lost_reply_leaves_the_same_state() {
    for seed in seeds([151, 152, 153]) {
        // Short enough that no kept answer expires on the way.
        let script: Vec<Turn> =
            recorded(seed, 200, true).into_iter().take_while(|turn| turn.at < START + 590_000).collect();
        assert!(enough(script.len() > 80), "seed {seed}: only {} turns", script.len());
        let once = with_lost_replies(seed, &script, 0);
        let lines = differences(&once, &with_lost_replies(seed, &script, 40));
        assert!(lines.is_empty(), "seed {seed}: once (left) and repeated (right)\n{}", lines.join("\n"));
    }
}

/// Executions with random requirements, and all that a worker with these capabilities gets to claim.
fn claimed_by(seed: u64, offered: &BTreeSet<String>) -> BTreeSet<String> {
    let mut random = Random::new(seed);
    let mut world = World::memory(seed);
    for _ in 0..25 {
        world.granted(Op::Create(Box::new(Create {
            id: Some(format!("{{fp:0}}:{}", random.uuid())),
            lane: (*random.pick(&LANES)).to_owned(),
            kind: "send".to_owned(),
            required: TOKENS.iter().filter(|_| random.percent(30)).map(|token| (*token).to_owned()).collect(),
            ..Create::default()
        })));
    }
    let mut claimed = BTreeSet::new();
    while let Some(id) = world.granted(Op::Claim(everywhere(offered)))["executionId"].as_str() {
        assert!(claimed.insert(id.to_owned()), "{id} is claimed twice");
    }
    claimed
}

fn everywhere(offered: &BTreeSet<String>) -> Claim {
    Claim {
        lanes: LANES.map(str::to_owned).to_vec(),
        worker: "w".to_owned(),
        offered: offered.clone(),
        ..Claim::default()
    }
}

/// Contract: claims.capabilities.
#[test]
fn law_17_more_capabilities_never_lose_a_match() {
    let mut random = Random::new(17);
    for seed in seeds(0..40) {
        let few = offered(&mut random);
        let mut more = few.clone();
        more.extend(offered(&mut random));
        more.extend(["never asked for".replace(' ', "_")]);
        let (with_few, with_more) = (claimed_by(seed, &few), claimed_by(seed, &more));
        assert!(with_few.is_subset(&with_more), "seed {seed}: {few:?} got {with_few:?}, {more:?} got {with_more:?}");
    }
}

/// Contract: claims.once.
#[test]
fn law_18_each_execution_goes_to_one_of_many_claimers() {
    let mut random = Random::new(18);
    for round in 0..60 {
        let mut world = World::memory(round);
        let (executions, claimers) = (random.below(40), random.below(60));
        let mut matching = 0;
        let able: BTreeSet<String> = [TOKENS[0].to_owned()].into();
        for _ in 0..executions {
            let required: BTreeSet<String> =
                random.pick(&[vec![], vec![TOKENS[0]], vec![TOKENS[1]]]).iter().map(ToString::to_string).collect();
            matching += usize::from(required.is_subset(&able));
            let lane = (*random.pick(&LANES)).to_owned();
            world.granted(Op::Create(Box::new(Create { lane, kind: "k".to_owned(), required, ..Create::default() })));
        }
        let calls: Vec<Call> =
            (0..claimers).map(|n| Op::Claim(Claim { worker: format!("w{n}"), ..everywhere(&able) }).into()).collect();
        let (first, second) = calls.split_at(random.below(claimers + 1));
        let answers = [world.send(first).answers, world.send(second).answers].concat();
        let claimed: Vec<&str> = answers.iter().filter_map(|answer| answer["ok"]["executionId"].as_str()).collect();
        let distinct: BTreeSet<&&str> = claimed.iter().collect();
        assert_eq!(distinct.len(), claimed.len(), "round {round}: an execution is claimed twice: {claimed:?}");
        assert_eq!(claimed.len(), matching.min(claimers), "round {round}: {matching} match, {claimers} claim");
    }
}

/// An execution whose first attempt failed and whose second one is held; its handle with another attempt index.
fn forged_handle(world: &mut World, index: u32) -> Handle {
    let backoff = Some(Backoff::Fixed { delay_ms: Some(0) });
    let retry = Some(Retry { max_retries: Some(5), backoff, categories: None });
    let create = Create { lane: LANES[0].to_owned(), kind: "send".to_owned(), retry, ..Create::default() };
    world.granted(Op::Create(Box::new(create)));
    let claim = |world: &mut World| {
        let claim = world.granted(Op::Claim(everywhere(&BTreeSet::new())));
        Handle::decode(claim["handle"].as_str().expect("a handle")).expect("a handle reads back")
    };
    let first = claim(world);
    world.granted(calls_with(&first).swap_remove(3));
    Handle { attempt_index: index, ..claim(world) }
}

#[test]
fn a_forged_attempt_index_leaves_no_row_without_an_owner() {
    for index in [0, 2, 7, u32::MAX] {
        for verb in 0..7 {
            let mut world = World::memory(1);
            let call = calls_with(&forged_handle(&mut world, index)).swap_remove(verb);
            let answer = world.call(&call).answers.remove(0);
            let broken = broken_rules(&*world.driver());
            assert!(broken.is_empty(), "attempt index {index}, {call:?}: {answer}: {broken:?}");
            assert_ne!(answer["error"]["category"], "bug", "attempt index {index}, {call:?}: {answer}");
        }
    }
}

/// An idempotency key counts until its window is over, a kept answer for ten minutes: over is when now reaches it.
/// Contract: time.request-forgotten.
#[test]
fn a_key_and_a_kept_answer_are_over_at_their_very_instant() {
    let create = |request_id: Option<&str>| Call {
        op: Op::Create(Box::new(Create {
            lane: LANES[0].to_owned(),
            kind: "k".to_owned(),
            key: request_id.is_none().then(|| "key".to_owned()),
            window_ms: Some(600_000),
            ..Create::default()
        })),
        request_id: request_id.map(str::to_owned),
    };
    for ticks in [false, true] {
        for id in [None, Some("request")] {
            let mut world = World::memory(1);
            let mut at = |ms: i64| {
                world.set_clock(START + ms);
                if ticks {
                    world.engine().tick().expect("a tick");
                }
                world.send(&[create(id)]).answers.remove(0)["ok"]["executionId"].take()
            };
            let first = at(0);
            assert_eq!(at(599_999), first, "{id:?}, ticks {ticks}: one ms before it is over");
            let second = at(600_000);
            assert_ne!(second, first, "{id:?}, ticks {ticks}: when it is over");
            assert_eq!(at(1_199_999), second, "{id:?}, ticks {ticks}: the second one counts anew");
        }
    }
}

/// More leases, lanes and namespaces than an engine remembers at a time.
/// Contract: storage.remembered.
#[test]
fn more_than_is_remembered_is_read_again() {
    let mut world = World::memory(1);
    let name = |n: usize| format!("{} {n}", LANES[0]);
    let create = |n: usize| {
        Call::from(Op::Create(Box::new(Create {
            lane: name(n),
            namespace: Some(name(n)),
            kind: "k".to_owned(),
            ..Create::default()
        })))
    };
    let claim = |n: usize| {
        let everywhere = everywhere(&BTreeSet::new());
        Call::from(Op::Claim(Claim { lanes: vec![name(n)], ttl_ms: Some(60_000), ..everywhere }))
    };
    let many: Vec<Call> = (0..10_100).map(create).collect();
    for part in many.chunks(5_000) {
        let answers = world.send(part).answers;
        assert!(answers.iter().all(|answer| answer["ok"]["outcome"] == "created"));
    }
    let claims = world.send(&(0..4_300).map(claim).collect::<Vec<_>>()).answers;
    let mut ends = Vec::new();
    for (n, claim) in claims.iter().enumerate() {
        assert_eq!([&claim["ok"]["lane"], &claim["ok"]["namespace"]], [&name(n), &name(n)], "{claim}");
        let handle = Handle::decode(claim["ok"]["handle"].as_str().expect("a handle")).expect("a handle reads back");
        ends.push(Call::from(Op::Complete { handle, result: None, encoding: None }));
    }
    let ended = world.send(&ends).answers;
    assert!(ended.iter().all(|answer| answer["ok"]["publicState"] == "completed"));
    let broken = broken_rules(&*world.driver());
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!(tables::number(&*world.driver(), "SELECT count(*) FROM execution WHERE phase = 6"), 4_300);
}

/// Contract: values.places.
#[test]
fn payload_bytes_named_by_two_calls_are_never_lost_silently() {
    use tidegate::wire::{Message, batch};
    let mut world = World::memory(1);
    let create = |id: u8| {
        format!(
            r#"{{"op":"create_execution","args":{{"executionId":"{{fp:0}}:00000000-0000-4000-8000-00000000000{id}","lane":"mail","kind":"send","input":0}}}}"#
        )
    };
    let text = format!("[{},{}]", create(1), create(2));
    let answer = batch(world.engine(), Message { text, payloads: vec![b"bytes".to_vec()] }).expect("an answer");
    let stored = tables::query(&*world.driver(), "SELECT bytes FROM payload");
    let whole = stored.iter().all(|row| row[0] == format!("x{}", crate::json::hex(b"bytes")));
    assert!(whole, "stored {stored:?}, answered {}", answer.text);
}
