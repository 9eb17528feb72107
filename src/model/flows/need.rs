//! How a member of a submitted flow says how many of its upstreams it needs. Contract: flows.submit-need.

use crate::error::Result;
use crate::model::ground::given::{Given, Path, Read, reads, spelled};

/// How a member of a submitted flow names what it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(untagged))]
pub enum Need {
    /// All of its upstreams.
    #[default]
    #[cfg_attr(feature = "types", ts(type = "\"all_of\""))]
    AllOf,
    /// One of them.
    #[cfg_attr(feature = "types", ts(type = "\"any_of\""))]
    AnyOf,
    /// So many of them.
    #[cfg_attr(feature = "types", ts(type = "{ quorum: number }"))]
    Quorum(i64),
}

spelled!(NeedWord { "all_of" => All, "any_of" => Any });

/// The words among the needs.
#[derive(Clone, Copy)]
enum NeedWord {
    All,
    Any,
}

struct QuorumNeed {
    quorum: i64,
}

reads!(QuorumNeed { quorum });

impl Read for Need {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if matches!(given, Given::Object(_)) {
            return QuorumNeed::read(given, at).map(|need| Self::Quorum(need.quorum));
        }
        Ok(match NeedWord::read(given, at)? {
            NeedWord::All => Self::AllOf,
            NeedWord::Any => Self::AnyOf,
        })
    }

    fn blank() -> Self {
        Self::AllOf
    }
}
