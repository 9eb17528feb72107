//! Grants.

pub mod grant;
