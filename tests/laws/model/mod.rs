//! A pure model of the engine: what every call must answer, what time does, what reads must show.

pub mod answer;
pub mod chronicle;
pub mod connection;
pub mod finding;
pub mod frames;
pub mod gate;
pub mod granted;
pub mod listing;
pub mod operator;
pub mod picture;
pub mod retention;
pub mod retry;
pub mod roster;
pub mod rules;
pub mod standing;
pub mod state;
pub mod stream;
pub mod taking;
pub mod time;
pub mod typed;
