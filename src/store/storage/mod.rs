//! The database as a whole: what is past its retention, what could be freed, and its upkeep.

pub mod freeable;
pub mod retention;
pub mod upkeep;
