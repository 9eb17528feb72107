//! Median, least and most of some numbers, and ratios of two lists, lap by lap.

use serde::Serialize;

/// Median, least and most of some laps.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Half the laps are below.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    /// The spread of some numbers; nothing of none.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        Some(Self { median, min, max })
    }

    /// The spread of ratios, lap by lap.
    pub fn of_ratios(above: &[f64], below: &[f64]) -> Option<Self> {
        Self::of(&ratios(above, below))
    }
}

/// Lap by lap.
pub fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(above, below)| above / below).collect()
}
