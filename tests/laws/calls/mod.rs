//! Calls as the tests think of them, their JSON, and handles taken apart. Leads to `json` alone.

pub mod handle;
pub mod inquiry;
pub mod kept;
pub mod op;
pub mod protocol;
pub mod registry;
pub mod retry;
pub mod streaming;
