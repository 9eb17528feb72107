//! The measuring itself: how long, how often, whose laps, and the line that is made of them. Nothing here knows what is
//! measured.

pub mod agreement;
pub mod kind;
pub mod lap;
pub mod line;
pub mod plan;
pub mod spread;
pub mod stopwatch;
