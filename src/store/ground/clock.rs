//! Rebasing stored instants after the host's clock was put back, a bounded number of rows in a transaction.
//!
//! With the host's time `h` and engine time `e`, which stands `d` ahead: an instant up to `h` stays, one after it and up
//! to `e` becomes `h`, one after `e` moves back by `d`. In one term, which is what the statements say:
//! `max(min(t, h), t - d)`. Invariant: that keeps the order of any two instants, and whatever was over at `e` is over at
//! `h`; a grant is good at its last instant, so one that was over by then ends just before `h`. What was due at `e` has been
//! applied before. A row is visited once: how far it came is stored in the same transaction, until all is done. Ids of
//! frames are names and stay. Contract: time.accept, time.accept-bounded.

use crate::error::Result;
use crate::model::ground::argument::INTEGER_MAX;
use crate::store::Store;

/// Rows that one transaction moves, about.
const ROWS_MAX: u64 = 1_000;
/// Keys of a table that one statement goes through: a transaction moves as much too many at most.
const KEYS: i64 = 256;

/// A rebasing that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Rebase {
    /// The host's time.
    host_at: i64,
    /// By how much engine time stood ahead of it, in ms.
    by_ms: i64,
    /// The table at hand, by its place in [`STAGES`].
    stage: i64,
    /// Up to which key of it all is done.
    place: i64,
}

/// An instant that may lie ahead.
macro_rules! moved {
    ($at:literal) => {
        concat!($at, " = max(min(", $at, ", ?1), ", $at, " - ?2)")
    };
}

/// An instant that lies behind engine time always.
macro_rules! past {
    ($at:literal) => {
        concat!($at, " = min(", $at, ", ?1)")
    };
}

/// The keys at hand.
macro_rules! between {
    ($key:literal) => {
        concat!(" WHERE ", $key, " > ?3 AND ", $key, " <= ?4 AND ")
    };
}

/// When a call ended a lease; while no call has, the number of a connection stands there.
macro_rules! verb {
    () => {
        "verb_at = CASE WHEN verb IS NULL THEN verb_at ELSE max(min(verb_at, ?1), verb_at - ?2) END"
    };
}

const EVENT: &str = concat!("UPDATE event SET ", past!("at"), between!("position"), "at > ?1");
const EXECUTION: &str = concat!(
    "UPDATE execution SET ",
    past!("created_at"),
    ", ",
    past!("changed_at"),
    ", ",
    past!("started_at"),
    ", ",
    past!("ended_at"),
    ", ",
    past!("attempt_started_at"),
    ", ",
    past!("attempt_ended_at"),
    ", ",
    past!("renewed_at"),
    ", ",
    verb!(),
    ", ",
    moved!("deadline_at"),
    ", ",
    moved!("until_at"),
    ", ",
    moved!("expires_at"),
    ", ",
    moved!("timeout_at"),
    ", ",
    moved!("due_at"),
    // 0 says that the grant is over.
    ", granted_until = max(min(granted_until, 1), granted_until - ?2)",
    between!("id"),
    "(changed_at > ?1 OR deadline_at > ?1 OR until_at > ?1 OR expires_at > ?1 OR timeout_at > ?1 OR due_at > ?1 \
     OR granted_until > ?1 OR verb_at > ?1)"
);
const ATTEMPT: &str = concat!(
    "UPDATE attempt SET ",
    past!("attempt_started_at"),
    ", ",
    past!("attempt_ended_at"),
    ", ",
    past!("renewed_at"),
    ", ",
    verb!(),
    between!("execution"),
    "(renewed_at > ?1 OR attempt_ended_at > ?1 OR verb_at > ?1)"
);
const PROGRESS: &str = concat!("UPDATE progress SET ", past!("updated_at"), between!("execution"), "updated_at > ?1");
const STEP: &str = concat!("UPDATE step SET ", past!("recorded_at"), between!("execution"), "recorded_at > ?1");
const GRANT: &str = concat!(
    "UPDATE execution_grant SET expires_at = max(min(expires_at, ?1 - 1), expires_at - ?2)",
    between!("execution"),
    "expires_at >= ?1"
);
const GROUP: &str = concat!(
    "UPDATE edge_group SET ",
    past!("satisfied_at"),
    ", ",
    moved!("due_at"),
    between!("execution"),
    "(satisfied_at > ?1 OR due_at > ?1)"
);
const EDGE: &str = concat!("UPDATE edge SET ", past!("created_at"), between!("upstream"), "created_at > ?1");
// The end of a stream is told from its latest frame, from which that of frames is told as well.
const STREAM: &str = concat!(
    "UPDATE stream SET ",
    past!("lossy_at"),
    ", expires_at = CASE lossy_only WHEN 1 THEN expires_at - lossy_at + min(lossy_at, ?1) \
     ELSE min(expires_at - ttl_ms, ?1) + ttl_ms END",
    between!("id"),
    "(lossy_at > ?1 OR expires_at > ?1)"
);
const FRAME: &str = concat!("UPDATE frame SET ", past!("at"), between!("stream"), "at > ?1");
const SUMMARY: &str = concat!(
    "UPDATE summary SET ",
    past!("first_applied_at"),
    ", ",
    past!("last_updated_at"),
    between!("stream"),
    "last_updated_at > ?1"
);
const FLOW: &str = concat!(
    "UPDATE flow SET ",
    past!("created_at"),
    ", ",
    past!("changed_at"),
    ", ",
    past!("cancelled_at"),
    ", ",
    past!("ended_at"),
    ", ",
    moved!("cancel_due_at"),
    between!("id"),
    "(changed_at > ?1 OR ended_at > ?1 OR cancel_due_at > ?1)"
);
const WORKER: &str = concat!(
    "UPDATE worker SET ",
    past!("registered_at"),
    ", ",
    past!("heartbeat_at"),
    ", ",
    moved!("expires_at"),
    between!("expires_at"),
    "expires_at > ?1"
);
const DEDUP: &str = concat!("UPDATE dedup SET ", moved!("expires_at"), between!("expires_at"), "expires_at > ?1");
const REQUEST: &str = concat!("UPDATE request SET ", moved!("expires_at"), between!("expires_at"), "expires_at > ?1");

/// Every table with instants, by what their keys count: positions, executions, payloads, flows, and instants, which move to
/// before the place that is done.
const STAGES: [&str; 15] = [
    EVENT, EXECUTION, ATTEMPT, PROGRESS, STEP, GRANT, GROUP, EDGE, STREAM, FRAME, SUMMARY, FLOW, WORKER, DEDUP, REQUEST,
];

/// The place of kept answers in [`STAGES`].
const ANSWERS: i64 = 14;

impl Store {
    /// Whether rows are left that a rebasing has to move.
    pub fn is_rebasing(&self) -> bool {
        self.rebase.is_some()
    }

    /// Begins to move stored instants to the host's time, from which engine time stands ahead by `by_ms`.
    pub fn begin_rebase(&mut self, host_at: i64, by_ms: i64) -> Result<()> {
        // Instants never go back along positions: what is to be moved of the log is its end.
        let place = self.first_event_since(host_at)? - 1;
        self.rebase = Some(Rebase { host_at, by_ms, stage: 0, place });
        Ok(())
    }

    /// Moves the next rows of a rebasing and notes how far it came; answers by how many ms it moves them.
    pub fn go_on_rebasing(&mut self) -> Result<i64> {
        const SAVE: &str = "INSERT INTO rebase (id, host_at, by_ms, stage, place) VALUES (1, ?1, ?2, ?3, ?4) \
             ON CONFLICT (id) DO UPDATE SET stage = ?3, place = ?4";
        const DONE: &str = "DELETE FROM rebase WHERE id = 1";
        let Some(mut rebase) = self.rebase else { return Ok(0) };
        self.save_flows()?;
        let mut left = ROWS_MAX;
        while let (Some(sql), 1..) = (STAGES.get(usize::try_from(rebase.stage).unwrap_or(STAGES.len())), left) {
            left = left.saturating_sub(self.move_rows(&mut rebase, sql)?);
        }
        self.forget_rows();
        if left > 0 {
            self.rebase = None;
            self.execute(DONE, &[])?;
        } else {
            self.rebase = Some(rebase);
            let Rebase { host_at, by_ms, stage, place } = rebase;
            self.execute(SAVE, &[host_at.into(), by_ms.into(), stage.into(), place.into()])?;
        }
        Ok(rebase.by_ms)
    }

    /// Moves rows of one table; answers how many.
    fn move_rows(&mut self, rebase: &mut Rebase, sql: &'static str) -> Result<u64> {
        let Rebase { host_at, by_ms, stage, place } = *rebase;
        let (until, last) = match stage {
            0 => (place + KEYS, self.next_position()),
            1..=7 => (place + KEYS, self.meta.next_execution),
            8..=10 => (place + KEYS, self.meta.next_payload),
            11 => (place + KEYS, self.meta.next_flow),
            _ => (self.next_expiry(stage, place.max(host_at))?, INTEGER_MAX),
        };
        if stage == ANSWERS {
            self.move_answers(rebase, until)?;
        }
        (rebase.stage, rebase.place) = if until < last { (stage, until) } else { (stage + 1, 0) };
        self.execute(sql, &[host_at.into(), by_ms.into(), place.into(), until.into()])
    }

    /// The instant, after another one, up to which about [`KEYS`] rows of a table end; the last that there is where these are all.
    fn next_expiry(&self, stage: i64, after: i64) -> Result<i64> {
        const WORKERS: &str =
            "SELECT expires_at FROM worker WHERE expires_at > ?1 ORDER BY expires_at LIMIT 1 OFFSET ?2";
        const DEDUPS: &str = "SELECT expires_at FROM dedup WHERE expires_at > ?1 ORDER BY expires_at LIMIT 1 OFFSET ?2";
        const REQUESTS: &str =
            "SELECT expires_at FROM request WHERE expires_at > ?1 ORDER BY expires_at LIMIT 1 OFFSET ?2";
        let sql = match stage {
            12 => WORKERS,
            13 => DEDUPS,
            _ => REQUESTS,
        };
        Ok(self.first(sql, &[after.into(), (KEYS - 1).into()], |row| row.int(0))?.unwrap_or(INTEGER_MAX))
    }

    /// Moves the instants inside of kept answers.
    fn move_answers(&mut self, rebase: &Rebase, until: i64) -> Result<()> {
        const ANSWERS: &str = "SELECT id, answer FROM request WHERE expires_at > ?1 AND expires_at <= ?2";
        const ANSWER: &str = "UPDATE request SET answer = ?2 WHERE id = ?1";
        let params = [rebase.place.max(rebase.host_at).into(), until.into()];
        let kept = self.all(ANSWERS, &params, |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))?;
        for (id, answer) in kept {
            let moved = moved_text(&answer, &|at| at.min(rebase.host_at).max(at - rebase.by_ms));
            if moved != answer {
                self.execute(ANSWER, &[(&id).into(), (&moved).into()])?;
            }
        }
        Ok(())
    }

    pub(in crate::store) fn load_rebase(&self) -> Result<Option<Rebase>> {
        const SQL: &str = "SELECT host_at, by_ms, stage, place FROM rebase WHERE id = 1";
        self.first(SQL, &[], |row| {
            Ok(Rebase { host_at: row.int(0)?, by_ms: row.int(1)?, stage: row.int(2)?, place: row.int(3)? })
        })
    }
}

/// The JSON of an answer with its instants moved. Their members alone are called something `At` or `Until`; a quote
/// inside of a text has a backslash before it.
fn moved_text(json: &str, moved: &dyn Fn(i64) -> i64) -> String {
    let mut text = String::new();
    let mut done = 0;
    for (place, _) in json.match_indices(':') {
        let (name, value) = json.split_at(place + 1);
        let digits = value.bytes().take_while(u8::is_ascii_digit).count();
        if !name.ends_with("At\":") && !name.ends_with("Until\":") {
            continue;
        }
        if let Ok(at) = value[..digits].parse() {
            text += &name[done..];
            text += &moved(at).to_string();
            done = place + 1 + digits;
        }
    }
    text + &json[done..]
}
