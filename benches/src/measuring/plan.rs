//! How much is measured: everything, or so little that it only shows that it works.

use serde::Deserialize;

/// The sizes of a run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plan {
    /// Small numbers, for a smoke run.
    pub quick: bool,
    /// Only lines whose place and scenario contain this text.
    pub filter: String,
}

impl Plan {
    /// Laps that each subject runs, in turn with the others.
    pub const fn rounds(&self) -> usize {
        if self.quick { 3 } else { 9 }
    }

    /// Executions in a lap of creates or of claims and completions.
    pub const fn lap_count(&self) -> u32 {
        if self.quick { 200 } else { 10_000 }
    }

    /// Live leases that are renewed.
    pub const fn lease_count(&self) -> u32 {
        if self.quick { 200 } else { 1_000 }
    }

    /// Leases that expire and are swept.
    pub const fn expired_count(&self) -> u32 {
        if self.quick { 1_200 } else { 10_000 }
    }

    /// Numbers of lanes that a claim names; the first is what growth is measured against.
    pub const fn lane_counts(&self) -> [u32; 2] {
        if self.quick { [1, 20] } else { [1, 200] }
    }

    /// How many kinds wait in a lane and how many a claim names, 0 for none; the first is what growth is measured against.
    pub const fn kind_counts(&self) -> [(u32, u32); 6] {
        let (some, many) = if self.quick { (10, 100) } else { (100, 10_000) };
        [(1, 0), (1, 1), (some, 0), (many, 0), (many, 1), (many, some)]
    }

    /// What waits, spread over the lanes or kinds.
    pub const fn lane_backlog(&self) -> u32 {
        if self.quick { 300 } else { 10_000 }
    }

    /// Finished executions of a long history, and waiting ones beside it.
    pub const fn history(&self) -> (u32, u32) {
        if self.quick { (1_000, 300) } else { (1_000_000, 10_000) }
    }

    /// Backlogs; the first is what growth is measured against.
    pub const fn backlogs(&self, huge: bool) -> &'static [u32] {
        match (self.quick, huge) {
            (true, _) => &[300, 1_000],
            (false, false) => &[1_000, 10_000, 100_000],
            (false, true) => &[1_000, 10_000, 100_000, 1_000_000],
        }
    }

    /// Distinct requirement sets that the worker does not cover.
    pub const fn set_counts(&self) -> [u32; 2] {
        if self.quick { [1, 20] } else { [1, 1_000] }
    }

    /// Finished and waiting executions in a database that is opened.
    pub const fn stored(&self) -> (u32, u32) {
        if self.quick { (500, 100) } else { (100_000, 10_000) }
    }

    /// Durable frames that a stream keeps at most, of which a lap appends or reads as many.
    pub const fn frame_count(&self) -> u32 {
        if self.quick { 300 } else { 10_000 }
    }

    /// Frames of a lap that are appended one by one and read after each.
    pub const fn tailed_count(&self) -> u32 {
        if self.quick { 100 } else { 1_000 }
    }

    /// Finished executions behind a log of events, three for each.
    pub const fn logged(&self) -> u32 {
        if self.quick { 1_000 } else { 33_334 }
    }

    /// Events that each of several readers reads.
    pub const fn reader_rows(&self) -> i64 {
        if self.quick { 150 } else { 5_000 }
    }

    /// Widths of fans; the first is what growth is measured against, and divides the other one.
    pub const fn fan_widths(&self) -> [u32; 2] {
        if self.quick { [10, 100] } else { [100, 10_000] }
    }

    /// Whether a line is wanted.
    pub fn wants(&self, place: &str, scenario: &str) -> bool {
        format!("{place}: {scenario}").contains(&self.filter)
    }
}
