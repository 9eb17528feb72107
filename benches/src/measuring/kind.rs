//! Who competes: what laps are taken of, and what stands beside what in a line.

/// Who competes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The engine.
    Engine,
    /// The floor that writes the same rows.
    Rows,
    /// The least that could be called a queue.
    Bare,
}

/// All three.
pub const ALL: &[Kind] = &[Kind::Engine, Kind::Rows, Kind::Bare];
/// Where a bare queue has nothing to compare.
pub const WITHOUT_BARE: &[Kind] = &[Kind::Engine, Kind::Rows];
