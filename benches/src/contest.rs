//! Subjects side by side: where they compete, the backlogs that they claim from in turn, and the check that they write
//! the same rows.

pub mod contestant;
pub mod ground;
pub mod same_rows;
