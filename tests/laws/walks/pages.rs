//! Pages of searches and histories over what random scripts left, resumed readers of the log, streams read in pieces,
//! documents folded again, and states told again from the log alone. Contract: executions.search-once, events.pages,
//! events.history.

use crate::calls::inquiry::{Inquiry, Search};
use crate::calls::kept::Kept;
use crate::calls::op::{Call, Op, Watch};
use crate::calls::streaming::Streaming;
use crate::ground::random::Random;
use crate::ground::seeds::{chosen, enough, seeds};
use crate::ground::world::World;
use crate::model::chronicle::{PROGRESS, position};
use crate::model::finding::STATES;
use crate::model::state::{Execution, Model};
use crate::model::stream::patched;
use crate::script::names::STREAMS;
use crate::script::names::{KINDS, LANES, NAMESPACES};
use crate::walks::record::Recorder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SIZES: [i64; 6] = [1, 2, 3, 7, 40, 1_000];

/// A script of so many turns, of which the model knows all.
fn after(seed: u64, turns: usize, kept: Kept) -> Recorder {
    let mut recorder = Recorder::keeping(seed, kept);
    for _ in 0..turns {
        recorder.turn(false);
    }
    // A call that applies what is due, so that the model and the engine stand at the same instant.
    recorder.make(vec![Call::from(Op::Inquiry(Inquiry::Inspect))]);
    recorder
}

fn list<'a>(page: &'a Value, member: &str) -> &'a [Value] {
    page[member].as_array().map_or(&[], Vec::as_slice)
}

/// A member of every item of all pages together; a page asks with the cursor of the one before.
fn all_pages(world: &mut World, size: i64, lists: [&str; 2], page: impl Fn(Option<String>) -> Op) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let answer = world.granted(page(cursor));
        let found = list(&answer, lists[0]);
        assert!(i64::try_from(found.len()).is_ok_and(|count| count <= size), "a page of {size}: {answer}");
        all.extend(found.iter().map(|item| item[lists[1]].as_str().expect("a text").to_owned()));
        cursor = answer["nextCursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return all;
        }
    }
}

/// Every combination of whether a filter is set, with values drawn.
fn filters(random: &mut Random, model: &Model) -> Vec<Search> {
    let mut all = Vec::new();
    for bits in 0..128_u32 {
        let given = |bit: u32| bits >> bit & 1 == 1;
        let any = &model.executions[random.below(model.executions.len())];
        let (from, before) = (any.created_at - random.within(0, 2), any.created_at + random.within(0, 90_000));
        all.push(Search {
            lane: given(0).then(|| (*random.pick(&LANES)).to_owned()),
            states: if given(1) { STATES.into_iter().filter(|_| random.percent(60)).collect() } else { Vec::new() },
            kind: given(2).then(|| (*random.pick(&KINDS)).to_owned()),
            tags: if given(3) { any.made.tags.clone() } else { BTreeMap::new() },
            namespace: given(4).then(|| (*random.pick(&NAMESPACES)).to_owned()),
            created_from: given(5).then_some(from),
            created_before: given(6).then_some(before),
            ..Search::default()
        });
    }
    all
}

#[test]
fn law_11_pages_of_a_search_with_any_filters_hold_each_match_once_in_order() {
    let mut found_by = BTreeSet::new();
    for (usual, kept) in [(70, Kept::default()), (90, Kept { executions_ms: Some(30_000), events_ms: None })] {
        let seed = chosen().unwrap_or(usual);
        let mut recorder = after(seed, 260, kept);
        let mut random = Random::new(seed);
        for (bits, filter) in filters(&mut random, &recorder.model).into_iter().enumerate() {
            for oldest_first in [false, true] {
                let search = Search { oldest_first, ..filter.clone() };
                let expected: Vec<String> = recorder.model.matching(&search).iter().map(|one| one.id.clone()).collect();
                let size = SIZES[bits % SIZES.len()];
                for size in [size, 1_000] {
                    let page = |cursor| {
                        let search = Search { cursor, limit: Some(size), ..search.clone() };
                        Op::Inquiry(Inquiry::Search(Box::new(search)))
                    };
                    let found = all_pages(&mut recorder.world, size, ["executions", "executionId"], page);
                    assert_eq!(found, expected, "seed {seed}, pages of {size}: {search:?}");
                }
                found_by.extend((!expected.is_empty()).then_some(bits));
            }
        }
    }
    assert!(enough(found_by.len() > 80), "only {} combinations found anything", found_by.len());
}

#[test]
fn law_11_pages_of_a_history_hold_each_event_once_the_newest_first() {
    let mut recorder = after(74, 260, Kept { executions_ms: None, events_ms: Some(200_000) });
    let mut told = 0;
    let ids: Vec<(usize, String)> = shown(&recorder.model).map(|one| (one.row, one.id.clone())).collect();
    for (row, id) in ids {
        for streams in [&[][..], &["execution"], &["operator"], &STREAMS] {
            let of_it = if streams.is_empty() { &["lease", "operator"][..] } else { streams };
            let expected: Vec<String> = cursors(&recorder.model, |at| {
                let logged = &recorder.model.log[at];
                let told = logged.row == Some(row) && logged.event["cause"] != PROGRESS;
                told && crate::model::chronicle::in_one_of(&logged.event, of_it)
            });
            let expected: Vec<String> = expected.into_iter().rev().collect();
            told += expected.len();
            for size in [1, 3, 1_000] {
                let page = |cursor| {
                    let (id, streams) = (id.clone(), streams.to_vec());
                    Op::Inquiry(Inquiry::History { id, streams, cursor, limit: Some(size) })
                };
                let found = all_pages(&mut recorder.world, size, ["events", "cursor"], page);
                assert_eq!(found, expected, "{id}, pages of {size} of {streams:?}");
            }
        }
    }
    assert!(told > 300, "only {told} events were told");
}

fn shown(model: &Model) -> impl Iterator<Item = &Execution> {
    model.executions.iter().filter(|one| model.visible(one.row))
}

/// The cursors of kept events for which something holds.
fn cursors(model: &Model, holds: impl Fn(usize) -> bool) -> Vec<String> {
    (model.oldest_kept() - 1..model.log.len()).filter(|at| holds(*at)).map(|at| format!("e{}", at + 1)).collect()
}

/// All that a reader gets that starts after a cursor and resumes from cursors that it was given, of pages or of events.
fn resumed(world: &mut World, random: &mut Random, watch: &Watch) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), watch.after.clone());
    loop {
        let limit = Some(*random.pick(&[1, 2, 5, 100]));
        let page = world.granted(Op::Events(Watch { after: after.clone(), limit, ..watch.clone() }));
        let found: Vec<String> =
            list(&page, "events").iter().map(|event| event["cursor"].as_str().expect("a cursor").to_owned()).collect();
        let within = random.below(found.len().max(1));
        // Now and then the reader is lost in the middle of a page and resumes from the last event that it has seen.
        if !found.is_empty() && random.percent(30) {
            found[within].clone_into(&mut after);
            all.extend(found.into_iter().take(within + 1));
            continue;
        }
        all.extend(found);
        page["cursor"].as_str().expect("a cursor").clone_into(&mut after);
        if page["atEnd"] == true {
            return all;
        }
    }
}

#[test]
fn law_12_a_reader_that_resumes_gets_exactly_the_later_events_whatever_it_filters_by() {
    let mut got = 0;
    for (usual, kept) in [(74, Kept::default()), (75, Kept { executions_ms: Some(20_000), events_ms: Some(60_000) })] {
        let seed = chosen().unwrap_or(usual);
        let mut recorder = after(seed, 260, kept);
        let mut random = Random::new(seed);
        for round in 0..160_u32 {
            let (model, given) = (&recorder.model, |bit: u32| round >> bit & 1 == 1);
            let any = &model.executions[random.below(model.executions.len())];
            let tag = any.made.tags.iter().next().map(|(key, value)| (key.clone(), value.clone()));
            let from = random.within(0, 40).unsigned_abs();
            let oldest = model.oldest_kept() - 1;
            let place = oldest + usize::try_from(from).expect("a place") * (model.log.len() - oldest) / 41;
            let watch = Watch {
                after: if given(4) { "start".to_owned() } else { format!("e{place}") },
                streams: STREAMS.into_iter().filter(|_| given(3) && random.percent(50)).collect(),
                namespace: given(0).then(|| (*random.pick(&NAMESPACES)).to_owned()),
                id: given(1).then(|| any.id.clone()),
                tag: tag.filter(|_| given(2)),
                ..Watch::default()
            };
            let after = if given(4) { 0 } else { place };
            let expected = cursors(model, |at| at >= after && model.wanted(&model.log[at], &watch));
            let found = resumed(&mut recorder.world, &mut random, &watch);
            assert_eq!(found, expected, "seed {seed}: {watch:?}");
            got += found.len();
        }
        if kept.events_ms.is_some() {
            let too_old = Watch { after: "e0".to_owned(), ..Watch::default() };
            let answer = recorder.world.call(&Call::from(Op::Events(too_old))).answers.remove(0);
            assert_eq!(answer["error"]["code"], "state.cursor_too_old", "{answer}");
        }
    }
    assert!(enough(got > 3_000), "only {got} events were read");
}

/// A script in which holders stream more than they do anything else.
fn streaming(seed: u64, turns: usize) -> Recorder {
    let mut recorder = Recorder::new(seed);
    recorder.bursts = 75;
    for _ in 0..turns {
        recorder.turn(false);
    }
    recorder.make(vec![Call::from(Op::Inquiry(Inquiry::Inspect))]);
    recorder
}

/// The attempts that streamed.
fn streamed(model: &Model) -> Vec<(usize, String, i64)> {
    let all = shown(model).flat_map(|one| one.streams.keys().map(|index| (one.row, one.id.clone(), *index)));
    all.collect()
}

fn id_of(frame: &Value) -> (i64, i64) {
    let (ms, seq) = frame["id"].as_str().and_then(|id| id.split_once('-')).expect("an id");
    (ms.parse().expect("milliseconds"), seq.parse().expect("a number"))
}

#[test]
fn law_13_pages_of_a_stream_are_what_is_kept_and_a_tail_from_any_frame_is_what_follows() {
    let mut frames = 0;
    for seed in seeds([76, 77]) {
        let mut recorder = streaming(seed, 300);
        for (row, id, index) in streamed(&recorder.model) {
            let world = &mut recorder.world;
            let mut read = |from: Option<String>, limit| {
                let (id, index) = (id.clone(), Some(index));
                world.granted(Op::Streaming(Streaming::Read { id, index, from, to: None, limit: Some(limit) }))
            };
            let whole = list(&read(None, 10_000), "frames").to_vec();
            let stream = &recorder.model.executions[row].streams[&index];
            let kept: Vec<(i64, i64)> = stream.visible(recorder.model.last_instant).map(|frame| frame.id).collect();
            let ids: Vec<(i64, i64)> = whole.iter().map(id_of).collect();
            assert_eq!(ids, kept, "seed {seed}, {id}, attempt {index}");
            assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "ids strictly rise: {ids:?}");
            frames += ids.len();
            // By pages that overlap in the last frame seen, as readers of inclusive bounds resume.
            let (mut paged, mut from) = (Vec::new(), None);
            loop {
                let page = read(from.clone(), 2);
                let found = list(&page, "frames");
                paged.extend(found.iter().skip(usize::from(from.is_some())).cloned());
                from = found.last().map(|frame| frame["id"].as_str().expect("an id").to_owned());
                if page["more"] == false {
                    break;
                }
            }
            assert_eq!(paged, whole, "seed {seed}, {id}, attempt {index}: pages of two");
            for (place, frame) in whole.iter().enumerate() {
                for kept_only in [false, true] {
                    let after = frame["id"].as_str().map(str::to_owned);
                    let (id, index, limit) = (id.clone(), Some(index), Some(10_000));
                    let tail = world.granted(Op::Streaming(Streaming::Tail { id, index, after, limit, kept_only }));
                    let later = whole[place + 1..].iter().filter(|one| !kept_only || one["mode"] != "best_effort");
                    assert!(later.eq(list(&tail, "frames")), "seed {seed}, after {frame}: {tail}");
                }
            }
        }
    }
    assert!(enough(frames > 150), "only {frames} frames are kept");
}

/// Contract: streams.durable-ttl.
#[test]
fn a_frame_is_over_at_its_very_instant() {
    let (mut edges, mut over) = (0, 0);
    for seed in seeds(80..200) {
        let mut recorder = streaming(seed, 30);
        let model = &recorder.model;
        let of = |row: usize, index: i64| &model.executions[row].streams[&index];
        let mut all: Vec<(i64, (usize, String, i64))> = streamed(model)
            .into_iter()
            .flat_map(|one| of(one.0, one.2).edges().map(move |at| (at, one.clone())).collect::<Vec<_>>())
            .flat_map(|(at, one)| [(at - 1, one.clone()), (at, one)])
            .filter(|(at, _)| *at > recorder.at)
            .collect();
        all.sort();
        for (at, (row, id, index)) in all {
            recorder.world.set_clock(at);
            let read = Streaming::Read { id, index: Some(index), from: None, to: None, limit: Some(10_000) };
            let page = recorder.world.call(&Call::from(Op::Streaming(read.clone()))).answers.remove(0);
            // Its execution may be past its own retention by then.
            if page.get("ok").is_some() {
                let ids: Vec<(i64, i64)> = list(&page["ok"], "frames").iter().map(id_of).collect();
                let kept: Vec<(i64, i64)> = of(row, index).visible(at).map(|frame| frame.id).collect();
                assert_eq!(ids, kept, "seed {seed}, at {at}: {read:?}");
                edges += 1;
                over += usize::from(kept.len() < of(row, index).frames.len());
            }
        }
    }
    assert!(enough(edges > 60 && over > 20), "only {edges} instants, {over} with something over");
}

/// Contract: streams.patch.
#[test]
fn law_14_a_summary_is_the_fold_of_all_patches_and_no_stand_in_for_null_is_in_it() {
    let mut patches: BTreeMap<(String, u32), Vec<Value>> = BTreeMap::new();
    let mut recorder = Recorder::new(77);
    recorder.bursts = 75;
    for _ in 0..300 {
        let turn = recorder.turn(false);
        for (call, answer) in turn.calls.iter().zip(&turn.answers) {
            let Op::Streaming(Streaming::Append(made)) = &call.op else { continue };
            // A repeated call answers again, and applies nothing.
            if let Some(version) = answer["ok"]["summaryVersion"].as_u64() {
                let key = (made.handle.execution.clone(), made.handle.attempt_index);
                let known = patches.entry(key).or_default();
                if known.len() as u64 + 1 == version {
                    known.push(serde_json::from_slice(&made.bytes).expect("a patch"));
                }
            }
        }
    }
    let mut folded = 0;
    for ((id, index), patches) in patches {
        if recorder.model.find(&id).is_none() {
            continue;
        }
        let read = Streaming::Summary { id: id.clone(), index: Some(i64::from(index)) };
        let summary = recorder.world.granted(Op::Streaming(read));
        let text = summary["documentJson"].as_str().expect("a document");
        let expected =
            patches.iter().fold(Value::Object(serde_json::Map::new()), |one, patch| patched(Some(one), patch));
        let document: Value = serde_json::from_str(text).expect("a document is JSON");
        assert_eq!(document, expected, "{id}, attempt {index}: {patches:?}");
        assert_eq!(summary["version"].as_u64(), Some(patches.len() as u64), "{id}, attempt {index}");
        let stands_in = |value: &Value| value == "__ff_null__";
        let members = |value: &Value| !list(value, "b").iter().any(stands_in) && !stands_in(&value["b"]);
        assert!(members(&document) && !text.contains(":\"__ff_null__\""), "{text}");
        folded += patches.len();
    }
    assert!(folded > 60, "only {folded} patches were applied");
}

/// While the log is untrimmed it tells every public state, of what was deleted as well.
/// Contract: events.reconstructs.
#[test]
fn the_log_from_the_start_tells_every_state_also_after_executions_were_deleted() {
    let mut recorder = after(79, 300, Kept { executions_ms: Some(5_000), events_ms: None });
    for ticked in [false, true] {
        if ticked {
            while recorder.world.engine().tick().expect("a tick").more {}
        }
        let mut states: BTreeMap<String, String> = BTreeMap::new();
        let mut after = "start".to_owned();
        let kept = |at: &usize| !recorder.model.log[*at].replaced;
        let mut places: Vec<usize> = (0..recorder.model.log.len()).filter(kept).collect();
        places.reverse();
        loop {
            let page = recorder.world.granted(Watch::after(&after, Some(1_000), &STREAMS));
            for event in list(&page, "events") {
                let place = position(event["cursor"].as_str().expect("a cursor")) - 1;
                assert_eq!(Some(place), places.pop(), "a gap before {event}");
                if let (Some(id), Some(state)) = (event["executionId"].as_str(), event["publicState"].as_str()) {
                    states.insert(id.to_owned(), state.to_owned());
                }
            }
            page["cursor"].as_str().expect("a cursor").clone_into(&mut after);
            if page["atEnd"] == true {
                break;
            }
        }
        // The latest of an id is the one that its events tell of last.
        let model = &recorder.model;
        let expected: BTreeMap<String, String> =
            model.executions.iter().map(|one| (one.id.clone(), one.public_state().to_owned())).collect();
        let deleted = expected.keys().filter(|id| model.find(id).is_none()).count();
        assert!(deleted > 20, "only {deleted} of {} are past their retention", expected.len());
        assert_eq!(states, expected, "ticked: {ticked}");
        let rows = crate::rows::tables::number(&*recorder.world.driver(), "SELECT count(*) FROM execution");
        assert!(!ticked || usize::try_from(rows) == Ok(shown(model).count()), "{rows} rows are left");
    }
}
