//! The shapes of flows that are measured.

/// A flow's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// So many members, each behind the one before it.
    Chain(u32),
    /// One member, so many behind it, and one behind all of those.
    Fan(u32),
}

impl Shape {
    /// How many members it has.
    pub const fn members(self) -> u32 {
        match self {
            Self::Chain(members) => members,
            Self::Fan(width) => width + 2,
        }
    }

    /// How many edges.
    pub const fn edges(self) -> u32 {
        match self {
            Self::Chain(members) => members - 1,
            Self::Fan(width) => 2 * width,
        }
    }

    /// The members that the `index`-th one depends on, as the first of them and the one behind the last.
    pub const fn upstreams(self, index: u32) -> (u32, u32) {
        match self {
            Self::Chain(_) if index > 0 => (index - 1, index),
            Self::Fan(width) if index == width + 1 => (1, index),
            Self::Fan(_) if index > 0 => (0, 1),
            Self::Chain(_) | Self::Fan(_) => (0, 0),
        }
    }

    /// How many members can be claimed at a time, one after another.
    pub fn waves(self) -> Vec<u32> {
        match self {
            Self::Chain(members) => vec![1; members as usize],
            Self::Fan(width) => vec![1, width, 1],
        }
    }
}

/// What a member is called.
pub fn name(index: u32) -> String {
    format!("m{index}")
}
