//! The phase table in a form for readers: for each phase and operation what it becomes and what is recorded, kinds of a
//! phase put together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

const TABLE: &str = include_str!("../engine/ground/phase_table.txt");

/// One line of the phase table.
pub struct Line {
    pub phase: &'static str,
    pub operation: &'static str,
    pub state: &'static str,
    pub cause: &'static str,
    pub lease: &'static str,
    pub epoch: &'static str,
    pub attempt: &'static str,
}

pub fn lines() -> Vec<Line> {
    let line = |text: &'static str| {
        let cells: Vec<&str> = text.split('|').map(str::trim).collect();
        let [phase, operation, _, state, cause, lease, epoch, attempt] = cells.try_into().expect("eight cells");
        Line { phase, operation, state, cause, lease, epoch, attempt }
    };
    TABLE.lines().skip(1).filter(|text| !text.is_empty()).map(line).collect()
}

/// What the lines of one phase and one operation say, each thing once.
#[derive(Default)]
struct Said([Vec<&'static str>; 5]);

impl Said {
    fn add(&mut self, line: &Line) {
        let public = line.state.rsplit(' ').next().unwrap_or_default();
        let cells = [public, line.cause, line.lease, line.epoch, line.attempt];
        for (known, cell) in self.0.iter_mut().zip(cells) {
            if !known.contains(&cell) {
                known.push(cell);
            }
        }
    }
}

pub fn table() -> String {
    let mut order: Vec<(&str, &str)> = Vec::new();
    let mut said: BTreeMap<(&str, &str), Said> = BTreeMap::new();
    for line in lines() {
        let key = (line.phase.split(' ').next().unwrap_or_default(), line.operation);
        if !order.contains(&key) {
            order.push(key);
        }
        said.entry(key).or_default().add(&line);
    }
    let mut table = String::from("| Phase | Operation | Becomes | Cause | Lease | Epoch | Attempt |\n");
    table.push_str("|---|---|---|---|---|---|---|\n");
    for key in order {
        let cells = said[&key].0.each_ref().map(|cell| cell.join(" or ").replace('_', "\\_"));
        let operation = key.1.replace('_', "\\_");
        writeln!(table, "| {} | {operation} | {} |", key.0, cells.join(" | ")).expect("a string takes it");
    }
    table
}
