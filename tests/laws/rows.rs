//! What stands in the tables, read past the engine: dumps to compare, and the rules that rows keep among each other.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use tidegate::store::driver::{Driver, Row, Value};

/// One table: the names of its columns and its rows, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Every table by name.
pub type Dump = BTreeMap<String, Table>;

thread_local! {
    static COLUMNS: RefCell<HashMap<String, Vec<String>>> = RefCell::default();
    /// Statement texts made at run time; drivers know statements by their address, so each is made once.
    static TEXTS: RefCell<HashMap<String, &'static str>> = RefCell::default();
}

/// The one copy of a statement's text.
pub fn text(sql: &str) -> &'static str {
    TEXTS.with_borrow_mut(|texts| {
        if !texts.contains_key(sql) {
            texts.insert(sql.to_owned(), sql.to_owned().leak());
        }
        texts[sql]
    })
}

/// Every row of a query, every column as text.
pub fn query(db: &dyn Driver, sql: &str) -> Vec<Vec<String>> {
    query_with(db, sql, &[])
}

pub fn query_with(db: &dyn Driver, sql: &str, params: &[Value<'_>]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let read = db.query(text(sql), params, &mut |row| {
        rows.push(cells(row));
        Ok(())
    });
    if let Err(e) = read {
        panic!("{sql}: {e}");
    }
    rows
}

/// The one number that a query answers.
pub fn number(db: &dyn Driver, sql: &str) -> i64 {
    query(db, sql)[0][0].parse().expect("a number")
}

fn cells(row: &dyn Row) -> Vec<String> {
    (0..).map_while(|column| row.value(column).ok()).map(|value| shown(&value)).collect()
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Blob(bytes) => format!("x{}", crate::op::hex(bytes)),
    }
}

/// Whatever the connection ever changed, undone or not.
pub fn total_changes(db: &dyn Driver) -> i64 {
    number(db, "SELECT total_changes()")
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

/// The columns of a table, which are the same in every database.
fn columns(db: &dyn Driver, table: &str) -> Vec<String> {
    COLUMNS.with_borrow_mut(|known| {
        if !known.contains_key(table) {
            let rows = query(db, &format!("SELECT name FROM pragma_table_info('{table}')"));
            known.insert(table.to_owned(), rows.into_iter().map(|row| unquoted(&row[0])).collect());
        }
        known[table].clone()
    })
}

/// The whole content of the database.
pub fn dump(db: &dyn Driver) -> Dump {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables = query(db, names).into_iter().map(|row| unquoted(&row[0]));
    tables
        .map(|name| {
            let columns = columns(db, &name);
            let mut rows = query(db, &format!("SELECT * FROM {name}"));
            rows.sort();
            (name, Table { columns, rows })
        })
        .collect()
}

/// Replaces what a rule says is random in a dump.
pub fn masked(mut dump: Dump, mask: impl Fn(&str, &str, &str) -> Option<String>) -> Dump {
    for (name, table) in &mut dump {
        for row in &mut table.rows {
            for (cell, column) in row.iter_mut().zip(&table.columns) {
                if let Some(shown) = mask(name, column, cell) {
                    *cell = shown;
                }
            }
        }
        table.rows.sort();
    }
    dump
}

/// Leaves out the rows of the tables that reads hide once they have expired.
pub fn without_expired(mut dump: Dump, now: i64) -> Dump {
    for name in ["request", "dedup"] {
        let table = dump.get_mut(name).expect("the table");
        let column = table.columns.iter().position(|column| column == "expires_at").expect("the column");
        table.rows.retain(|row| row[column].parse::<i64>().expect("an instant") > now);
    }
    dump
}

/// What differs between two dumps, a line each.
pub fn differences(left: &Dump, right: &Dump) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, table) in left {
        let other = right.get(name).cloned().unwrap_or_default();
        let only = |rows: &[Vec<String>], others: &[Vec<String>]| -> Vec<String> {
            rows.iter().filter(|row| !others.contains(row)).map(|row| row.join(" | ")).collect()
        };
        let (gone, new) = (only(&table.rows, &other.rows), only(&other.rows, &table.rows));
        if gone.is_empty() && new.is_empty() && table.rows.len() == other.rows.len() {
            continue;
        }
        lines.push(format!("{name} ({})", table.columns.join(" | ")));
        lines.extend(gone.into_iter().map(|row| format!("  left : {row}")));
        lines.extend(new.into_iter().map(|row| format!("  right: {row}")));
    }
    lines.extend(right.keys().filter(|name| !left.contains_key(*name)).map(|name| format!("{name}: right only")));
    lines
}

/// What a dump cannot tell: whether every index says what its table says.
const SOUND: (&str, &str) =
    ("the file is sound", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'");

/// Rules among rows: each query answers what breaks its rule.
const RULES: &[(&str, &str)] = &[
    SOUND,
    ("references lead somewhere", "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check"),
    (
        "a payload has an owner",
        "SELECT id FROM payload WHERE id NOT IN (SELECT input FROM specification WHERE input IS NOT NULL UNION ALL \
         SELECT result FROM attempt WHERE result IS NOT NULL UNION ALL \
         SELECT result FROM step WHERE result IS NOT NULL UNION ALL \
         SELECT result FROM execution WHERE result IS NOT NULL)",
    ),
    (
        "an execution has one specification",
        "SELECT e.id FROM execution e LEFT JOIN specification s ON s.execution = e.id WHERE s.execution IS NULL",
    ),
    (
        "a specification has an execution",
        "SELECT s.execution FROM specification s LEFT JOIN execution e ON e.id = s.execution WHERE e.id IS NULL",
    ),
    (
        "an archived attempt comes before the latest one of its execution",
        "SELECT a.execution, a.attempt_index FROM attempt a LEFT JOIN execution e ON e.id = a.execution \
         WHERE e.id IS NULL OR a.attempt_index NOT BETWEEN 0 AND e.attempt_count - 2",
    ),
    (
        "every attempt but the latest is archived",
        "SELECT e.id FROM execution e WHERE max(e.attempt_count - 1, 0) <> \
         (SELECT count(*) FROM attempt a WHERE a.execution = e.id)",
    ),
    (
        "a failure has an attempt",
        "SELECT f.execution, f.attempt_index FROM failure f LEFT JOIN execution e ON e.id = f.execution \
         WHERE e.id IS NULL OR f.attempt_index NOT BETWEEN 0 AND e.attempt_count - 1",
    ),
    (
        "an ending has an execution that ended",
        "SELECT n.execution FROM ending n LEFT JOIN execution e ON e.id = n.execution \
         WHERE e.id IS NULL OR e.phase <> 6",
    ),
    (
        "what was cancelled or expired has an ending",
        "SELECT id FROM execution WHERE outcome IN (3, 4) AND id NOT IN (SELECT execution FROM ending)",
    ),
    (
        "only a replay, a priority, a revocation, a block, a mark have a detail",
        "SELECT d.position FROM event_detail d LEFT JOIN event v ON v.position = d.position \
         WHERE v.cause IS NULL OR v.cause NOT IN (13, 17, 22, 23, 32)",
    ),
    (
        "every replay and every change of priority has its detail",
        "SELECT v.position FROM event v LEFT JOIN event_detail d ON d.position = v.position \
         WHERE v.cause IN (22, 23) AND d.position IS NULL",
    ),
    (
        "a detail says what its cause has to say",
        "SELECT d.position, d.detail FROM event_detail d JOIN event v ON v.position = d.position \
         WHERE NOT CASE WHEN v.cause IN (13, 17, 32) THEN coalesce(d.detail ->> 'reason', '') <> '' \
         WHEN v.cause = 22 THEN d.detail ->> 'branch' = 'normal' AND d.detail ->> 'groupsReset' = 0 \
         ELSE d.detail ->> 'oldPriority' BETWEEN 0 AND 9000 AND d.detail ->> 'newPriority' BETWEEN 0 AND 9000 END",
    ),
    (
        "a renewal, a change of priority, what workers do are no changes of phase",
        "SELECT position FROM event WHERE (state IS NULL) <> (cause = 5 OR cause BETWEEN 23 AND 33) \
         OR (cause >= 23 AND lease IS NOT NULL)",
    ),
    (
        "replays are counted",
        "SELECT e.id FROM execution e WHERE e.replay_count <> \
         (SELECT count(*) FROM event v WHERE v.execution = e.id AND v.cause = 22)",
    ),
    ("a lease that a call has ended is not live", "SELECT id FROM execution WHERE phase = 4 AND verb IS NOT NULL"),
    (
        "what is left of a timeout waits with an attempt that is open",
        "SELECT id FROM execution WHERE timeout_left_ms IS NOT NULL AND (attempt_ended_at IS NOT NULL OR \
         (phase = 4 AND lapsed = 0) OR timeout_left_ms <= 0) \
         UNION ALL SELECT execution FROM attempt WHERE timeout_left_ms IS NOT NULL",
    ),
    ("a former attempt is over", "SELECT execution FROM attempt WHERE attempt_ended_at IS NULL"),
    (
        "progress has an attempt",
        "SELECT p.execution FROM progress p LEFT JOIN execution e ON e.id = p.execution \
         WHERE e.id IS NULL OR p.attempt_index NOT BETWEEN 0 AND e.attempt_count - 1",
    ),
    (
        "an idempotency key has an execution",
        "SELECT d.idempotency_key FROM dedup d LEFT JOIN execution e ON e.id = d.execution WHERE e.id IS NULL",
    ),
    (
        "an event has an execution, or a worker in a namespace",
        "SELECT v.position FROM event v LEFT JOIN execution e ON e.id = v.execution \
         LEFT JOIN namespace n ON n.id = v.namespace WHERE CASE WHEN v.cause BETWEEN 30 AND 33 \
         THEN v.execution IS NOT NULL OR n.id IS NULL OR v.worker IS NULL OR v.instance IS NULL \
         OR v.previous IS NOT NULL ELSE e.id IS NULL END",
    ),
    (
        "an execution has a route and a namespace",
        "SELECT e.id FROM execution e LEFT JOIN route r ON r.id = e.route LEFT JOIN namespace n ON n.id = e.namespace \
         WHERE r.id IS NULL OR n.id IS NULL",
    ),
    (
        "an execution knows its latest event",
        "SELECT e.id FROM execution e LEFT JOIN (SELECT execution, max(position) AS latest FROM event \
         GROUP BY execution) v ON v.execution = e.id WHERE e.last_event IS NOT v.latest",
    ),
    (
        "an event knows the one before it",
        "SELECT v.position FROM (SELECT position, previous, lag(position) OVER (PARTITION BY execution \
         ORDER BY position) AS before FROM event WHERE execution IS NOT NULL) v WHERE v.previous IS NOT v.before",
    ),
    (
        "counters are past what is used",
        "SELECT * FROM meta WHERE next_execution <= (SELECT coalesce(max(id), 0) FROM execution) \
         OR next_payload <= (SELECT coalesce(max(id), 0) FROM payload) \
         OR next_position <= (SELECT coalesce(max(position), 0) FROM event)",
    ),
    (
        "the claim rank says what phase and grant say",
        "SELECT id FROM execution WHERE claim_rank IS NOT CASE WHEN coalesce(granted_until, 0) = 0 \
         AND (phase = 1 OR (phase = 4 AND lapsed = 1 AND until_at IS NULL)) THEN 9000 - priority END",
    ),
    (
        "the due instant says what phase, grant and deadline say; the expiry of a live lease stands apart",
        "SELECT id, due_at FROM (SELECT id, due_at, phase, ifnull(max(deadline_at, changed_at), 9e18) AS deadline, \
         CASE WHEN granted_until > 0 THEN granted_until + 1 ELSE 9e18 END AS granted, ifnull(CASE WHEN phase IN (2, 5) \
         OR (phase = 4 AND lapsed = 1) THEN until_at WHEN phase = 4 THEN timeout_at END, 9e18) AS own \
         FROM execution) WHERE due_at IS NOT CASE WHEN phase = 6 THEN NULL \
         ELSE nullif(min(own, granted, deadline), 9e18) END",
    ),
    (
        "the due kind says what is due first",
        "SELECT id, due_kind FROM execution WHERE due_kind IS NOT CASE WHEN phase = 6 OR due_at IS NULL THEN NULL \
         WHEN due_at = max(deadline_at, changed_at) THEN 1 WHEN due_at = timeout_at THEN 2 WHEN phase = 5 THEN 3 \
         ELSE 5 END",
    ),
    (
        "an execution and its grant know each other",
        "SELECT e.id FROM execution e LEFT JOIN execution_grant g ON g.execution = e.id \
         WHERE (e.granted_until IS NULL) <> (g.execution IS NULL) \
         OR (e.granted_until > 0 AND e.granted_until <> g.expires_at) UNION ALL \
         SELECT execution FROM execution_grant WHERE execution NOT IN (SELECT id FROM execution)",
    ),
    (
        "only what has lapsed is granted to be reclaimed",
        "SELECT execution FROM execution_grant JOIN execution e ON e.id = execution \
         WHERE kind = 2 AND lapsed = 0",
    ),
    (
        "steps are numbered without gaps, and are of an execution that was claimed",
        "SELECT s.execution FROM step s LEFT JOIN execution e ON e.id = s.execution \
         WHERE coalesce(e.attempt_count, 0) = 0 GROUP BY s.execution UNION ALL \
         SELECT execution FROM step GROUP BY execution HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1",
    ),
    (
        "a worker counts as gone its time to live after its heartbeat, and has a namespace",
        "SELECT w.id FROM worker w LEFT JOIN namespace n ON n.id = w.namespace WHERE n.id IS NULL \
         OR expires_at <> heartbeat_at + ttl_ms OR registered_at > heartbeat_at",
    ),
];

/// Rules that some rows break, a line each.
pub fn broken_rules(db: &dyn Driver) -> Vec<String> {
    broken(db, RULES)
}

/// What is wrong with a file whose rows were compared with those of another one that breaks no rule.
pub fn unsound(db: &dyn Driver) -> Vec<String> {
    broken(db, &[SOUND])
}

fn broken(db: &dyn Driver, rules: &[(&str, &str)]) -> Vec<String> {
    let broken = rules.iter().map(|(rule, sql)| (rule, query(db, sql))).filter(|(_, rows)| !rows.is_empty());
    broken.map(|(rule, rows)| format!("{rule}: broken by {rows:?}")).collect()
}
