//! Random calls about streams, tags, searches, histories, the log: what [`Script`] mixes into its own.

use crate::calls::handle::Handle;
use crate::calls::inquiry::{Inquiry, Search};
use crate::calls::op::{Call, Claim, Op, Watch};
use crate::calls::streaming::{Append, Loose, Mode, Streaming};
use crate::ground::random::Random;
use crate::model::chronicle::position;
use crate::model::finding::STATES;
use crate::model::state::{Execution, Model};
use crate::script::names::{KINDS, LANES, STREAMS, TAGS, TOKENS, tags};
use crate::script::source::Script;

const PATCHES: [&str; 10] = [
    r#"{"a":1}"#,
    r#"{"a":null}"#,
    r#"{"a":{"b":[1,null,"__ff_null__"],"c":{"d":null}}}"#,
    r#"{"a":{"b":null,"c":{"e":2}}}"#,
    r#"{"b":"__ff_null__"}"#,
    r#"{"b":{"__ff_null__":"__ff_null__","deep":{"er":{"still":"__ff_null__"}}}}"#,
    r#"{"b":["__ff_null__",{"x":"__ff_null__","y":null}]}"#,
    r#"{"c":"text","a":"over"}"#,
    "{}",
    r#"{"c":{"c":{"c":{}}},"b":null}"#,
];
const SIZES: [i64; 6] = [0, 1, 2, 7, 1_000, 5_000];

fn streamed(one: &Execution) -> bool {
    !one.streams.is_empty()
}

impl Script {
    /// A call of one who streams, or of one who looks.
    pub fn asking(&mut self, model: &Model, now: i64) -> Op {
        match self.random.below(42) {
            0..=15 => Op::Streaming(Streaming::Append(self.append(model))),
            16..=22 => Op::Streaming(self.page(model)),
            23..=25 => self.tag(model),
            26..=29 => Op::Inquiry(Inquiry::Search(Box::new(self.search(model, now)))),
            30 | 31 => {
                let random = &mut self.random;
                let lane = random.maybe(40, |random| (*random.pick(&LANES)).to_owned());
                Op::Inquiry(Inquiry::Count { lane, namespace: namespace(random) })
            }
            32 | 33 => self.history(model),
            34 | 35 => {
                let id = self.id_where(model, |one| one.over() || one.replay_count > 0);
                let after = self.random.percent(70).then(|| self.cursor(model));
                Op::Inquiry(Inquiry::Wait { id, after })
            }
            39 | 40 => {
                let id = self.id_where(model, |one| one.attempts.len() > 1);
                let random = &mut self.random;
                let cursor = random.maybe(50, |random| format!("x{}", random.below(5)));
                Op::Inquiry(Inquiry::Attempts { id, cursor, limit: random.maybe(80, |random| *random.pick(&SIZES)) })
            }
            36..=38 => Op::Events(self.watch(model)),
            _ => Op::Inquiry(Inquiry::Inspect),
        }
    }

    /// Frames of one who holds a lease, a few reads among them; a claim for long where nobody holds any.
    pub fn burst(&mut self, model: &Model) -> Vec<Call> {
        let Some(handle) = self.holder(model) else {
            let (lanes, offered) = (LANES.map(str::to_owned).to_vec(), TOKENS.map(str::to_owned).into());
            return vec![Op::Claim(Claim { ttl_ms: Some(90_000), lanes, offered, ..self.claim() }).into()];
        };
        let mut calls = Vec::new();
        for _ in 0..=self.random.below(9) {
            let one = if self.random.percent(80) { Streaming::Append(self.frame(&handle)) } else { self.page(model) };
            calls.push(Call::from(Op::Streaming(one)));
        }
        calls
    }

    fn append(&mut self, model: &Model) -> Append {
        let handle = self.handle(model);
        self.frame(&handle)
    }

    /// A frame shown with a handle.
    pub fn frame(&mut self, handle: &Handle) -> Append {
        let handle = handle.clone();
        let random = &mut self.random;
        let mode = match random.below(10) {
            0..=3 => Mode::Durable,
            4..=6 => Mode::Summary,
            _ => Mode::BestEffort(loose(random)),
        };
        let bytes = match mode {
            Mode::Summary => (*random.pick(&PATCHES)).as_bytes().to_vec(),
            Mode::Durable | Mode::BestEffort(_) => random.number().to_be_bytes()[..random.below(9)].to_vec(),
        };
        Append {
            kind: random.maybe(50, |random| *random.pick(&["stdout", "stderr", "event", "blob"])),
            frame_type: random.maybe(30, |random| (*random.pick(&["", "event", "line", "blob"])).to_owned()),
            seq: random.maybe(30, |random| random.within(0, 9)),
            correlation_id: random.maybe(20, |_| "together".to_owned()),
            ..Append::new(handle, mode, &bytes)
        }
    }

    fn page(&mut self, model: &Model) -> Streaming {
        let id = self.id_where(model, streamed);
        let known = model.find(&id);
        let random = &mut self.random;
        let index = random.maybe(50, |random| known.map_or(0, Execution::pointer) + random.pick(&[0, 0, 0, -1, 1]));
        let index = index.filter(|index| *index >= 0);
        let frames = known.into_iter().flat_map(|one| one.streams.values()).flat_map(|stream| &stream.frames);
        let ids: Vec<(i64, i64)> = frames.map(|frame| frame.id).collect();
        let mut place = |ends: bool| {
            let (ms, seq) = if ids.is_empty() { (5, 0) } else { *random.pick(&ids) };
            match random.below(6) {
                0 if ends => "start".to_owned(),
                1 if ends => "end".to_owned(),
                2 => ms.to_string(),
                3 => "0-0".to_owned(),
                4 => format!("{ms}-{}", seq + 1),
                _ => format!("{ms}-{seq}"),
            }
        };
        let (from, to, after) = (place(true), place(true), place(false));
        let limit = random.maybe(70, |random| *random.pick(&[1, 2, 3, 50, 10_000]));
        match random.below(10) {
            0..=3 => {
                let (from, to) = (random.maybe(60, |_| from), random.maybe(40, |_| to));
                Streaming::Read { id, index, from, to, limit }
            }
            4..=7 => {
                let (after, kept_only) = (random.maybe(70, |_| after), random.percent(40));
                Streaming::Tail { id, index, after, limit, kept_only }
            }
            _ => Streaming::Summary { id, index },
        }
    }

    fn tag(&mut self, model: &Model) -> Op {
        let id = self.id(model);
        let random = &mut self.random;
        let (key, values) = random.pick(&TAGS);
        let key = (*key).to_owned();
        if random.percent(25) {
            return Op::Inquiry(Inquiry::GetTag { id, key });
        }
        Op::Inquiry(Inquiry::SetTag { id, key, value: (*random.pick(values)).to_owned() })
    }

    pub fn search(&mut self, model: &Model, now: i64) -> Search {
        let row = 1 + self.random.below(model.executions.len() + 2);
        let random = &mut self.random;
        let (place, back) = (random.maybe(60, |_| format!("x{row}")), random.percent(35));
        Search {
            lane: random.maybe(30, |random| (*random.pick(&LANES)).to_owned()),
            states: STATES.into_iter().filter(|_| random.percent(20)).collect(),
            kind: random.maybe(30, |random| (*random.pick(&KINDS)).to_owned()),
            tags: random.maybe(40, tags).unwrap_or_default(),
            namespace: namespace(random),
            created_from: random.maybe(20, |random| now + random.pick(&[-90_000, -3_000, -50, 0, 1])),
            created_before: random.maybe(20, |random| now + random.pick(&[-3_000, -50, 0, 1, 9_000])),
            oldest_first: random.percent(50),
            cursor: place.clone().filter(|_| !back),
            before: place.filter(|_| back),
            limit: random.maybe(80, |random| *random.pick(&SIZES)),
        }
    }

    fn history(&mut self, model: &Model) -> Op {
        let id = self.id(model);
        let row = model.find(&id).map(|one| one.row);
        let own: Vec<usize> = (0..model.log.len()).rev().take(300).filter(|at| model.log[*at].row == row).collect();
        let cursor = self.random.percent(50).then(|| self.cursor(model)).filter(|cursor| cursor.starts_with('e'));
        let random = &mut self.random;
        let cursor = match cursor {
            // A cursor of this very history, mostly.
            Some(_) if !own.is_empty() && random.percent(80) => Some(format!("e{}", random.pick(&own) + 1)),
            cursor => cursor.filter(|cursor| position(cursor) > 0),
        };
        let limit = random.maybe(80, |random| *random.pick(&SIZES));
        Op::Inquiry(Inquiry::History { id, streams: streams(random), cursor, limit })
    }

    fn watch(&mut self, model: &Model) -> Watch {
        let (after, id) = (self.cursor(model), self.id(model));
        let random = &mut self.random;
        let (key, values) = random.pick(&TAGS);
        Watch {
            after,
            limit: random.maybe(80, |random| *random.pick(&SIZES)),
            streams: streams(random),
            namespace: namespace(random),
            id: random.maybe(20, |_| id),
            tag: random.maybe(20, |random| ((*key).to_owned(), (*random.pick(values)).to_owned())),
        }
    }

    /// A place in the log, mostly near its end, now and then past it.
    fn cursor(&mut self, model: &Model) -> String {
        let len = model.log.len();
        let random = &mut self.random;
        match random.below(10) {
            0 => String::new(),
            1 | 2 => "start".to_owned(),
            3 => format!("e{}", len + random.below(3)),
            4 => format!("e{}", random.below(len + 1)),
            _ => format!("e{}", len.saturating_sub(random.below(80))),
        }
    }
}

fn loose(random: &mut Random) -> Loose {
    let ceiling = random.maybe(50, |random| *random.pick(&[1, 3, 6, 100]));
    let floor = random.maybe(70, |random| *random.pick(&[1, 1, 2, 4]));
    Loose {
        ttl_ms: *random.pick(&[1, 20, 400, 5_000, 100_000]),
        floor: floor.map(|floor| floor.min(ceiling.unwrap_or(floor))),
        ceiling,
        alpha: random.maybe(40, |random| *random.pick(&[1_000_000, 500_000, 10_000])),
    }
}

fn namespace(random: &mut Random) -> Option<String> {
    random.maybe(30, |random| (*random.pick(&["team", "default", "nobody"])).to_owned())
}

fn streams(random: &mut Random) -> Vec<&'static str> {
    STREAMS.into_iter().filter(|_| random.percent(35)).collect()
}
