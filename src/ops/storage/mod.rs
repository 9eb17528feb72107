//! The database as a whole: what retention deletes, and its figures.

pub mod inspect;
pub mod retention;
