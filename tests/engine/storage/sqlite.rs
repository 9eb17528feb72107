//! What SQLite itself can do here. The one in WebAssembly is smaller than the native one: sqlite/sqlite3.c.

use crate::engine::world::{World, test};

/// Whether SQLite takes these statements.
fn takes(sql: &str) -> Result<(), String> {
    World::new().driver.script(sql).map_err(|e| e.to_string())
}

/// Contract: storage.sqlite.
#[test]
fn what_the_store_may_need_is_there() {
    for sql in [
        "CREATE TABLE t (a PRIMARY KEY); INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING a",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n GROUP BY i",
        "CREATE TABLE t (a); CREATE INDEX i ON t (a) WHERE a > 1; DROP TABLE t; PRAGMA integrity_check",
        "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END; INSERT INTO t VALUES (1)",
        "CREATE TABLE t (\"view\", \"filter\", \"window\"); SELECT \"filter\" FROM t WHERE \"view\" LIKE 'a%'",
    ] {
        assert_eq!(takes(sql), Ok(()), "{sql}");
    }
}

/// Contract: storage.sqlite.
#[cfg(target_family = "wasm")]
#[test]
fn what_was_left_out_is_an_error_of_syntax() {
    for (sql, word) in [
        ("ALTER TABLE meta RENAME TO other", "ALTER"),
        ("ANALYZE", "ANALYZE"),
        ("CREATE VIEW v AS SELECT 1", "VIEW"),
        ("CREATE VIRTUAL TABLE v USING fts5(a)", "VIRTUAL"),
        ("REINDEX", "REINDEX"),
        ("SELECT count(*) FILTER (WHERE id > 0) FROM meta", "("),
        ("SELECT count(*) OVER () FROM meta", "("),
        ("SELECT count(*) OVER w FROM meta WINDOW w AS ()", "w"),
        ("VACUUM", "VACUUM"),
    ] {
        let said = takes(sql).unwrap_err();
        assert!(said.contains(&format!("near \"{word}\": syntax error")), "{sql}: {said}");
    }
}
