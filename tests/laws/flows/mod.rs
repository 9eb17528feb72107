//! The laws of flows: a pure model walks beside the engine over random graphs, and what must hold of every flow is
//! looked at in the engine's own answers and in its log (contract: flows.state, edges.cascade).
//!
//! A failure names the seed and the batch. `TIDEGATE_SEED` walks one seed.

mod cascade;
mod ending;
mod graph;
mod jumps;
mod laws;
mod members;
mod model;
mod picture;
mod replay;
mod scale;
mod script;
mod shapes;
mod standing;
mod time;
mod walk;
mod wire;
mod work;
