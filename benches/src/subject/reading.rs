//! What is read of a log or of a history, alike between subjects.

/// Of finished executions, one in so many is failed.
pub const FAILED_EVERY: i64 = 1_000;
/// One in so many stands in another lane.
pub const MOVED_EVERY: i64 = 100;
/// One in so many is of another kind.
pub const OTHER_EVERY: i64 = 50;
/// One in so many has the tag.
pub const TAGGED_EVERY: i64 = 10_000;
/// The name of the tag.
pub const TAG: &str = "customer";
/// Its value.
pub const TAG_VALUE: &str = "harbour master";
/// The other kind.
pub const OTHER_KIND: &str = "recall";
/// The row of the execution whose events are wanted.
pub const WATCHED: i64 = 500;

/// Which events are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// Those that end an execution.
    Completions,
    /// Those of one execution.
    OfOne,
    /// Those of executions with the tag.
    Tagged,
}

/// What is searched for, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Whatever there is.
    Newest,
    /// What failed.
    Failed,
    /// What stands in the lane that holds little.
    Lane,
    /// What has the tag.
    Tag,
    /// What is of the rare kind.
    Kind,
    /// Only how many are in which state.
    Counts,
}
