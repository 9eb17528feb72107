//! What stands in the tables, read past the engine: dumps to compare, and the rules that rows keep among each other.

use crate::rows::constraint::RULES;
use crate::rows::linkage;
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
        Value::Blob(bytes) => format!("x{}", crate::json::hex(bytes)),
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

/// Rules that some rows break, a line each.
pub fn broken_rules(db: &dyn Driver) -> Vec<String> {
    let mut wrong = broken(db, RULES);
    wrong.extend(broken(db, linkage::RULES));
    wrong
}

/// Those of these rules that some rows break.
pub fn broken(db: &dyn Driver, rules: &[(&str, &str)]) -> Vec<String> {
    let broken = rules.iter().map(|(rule, sql)| (rule, query(db, sql))).filter(|(_, rows)| !rows.is_empty());
    broken.map(|(rule, rows)| format!("{rule}: broken by {rows:?}")).collect()
}
