//! The database as a whole: opening, retention, a full disk, damage, images.

pub mod corruption;
pub mod full;
pub mod image;
pub mod inspect;
pub mod open;
pub mod retention;
pub mod sqlite;
