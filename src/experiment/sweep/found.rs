//! What was found at the points that were simulated so far.

use std::collections::BTreeMap;

use super::lattice::Goodness;
use crate::stats::Estimate;

/// What was found at a point.
pub struct Found {
    /// What the lattice compares.
    pub goodness: Goodness,
    /// What is shown of each contestant.
    pub figures: Vec<Option<Estimate>>,
    /// The share of its bound that each carries, where it is known.
    pub shares: Vec<Option<f64>>,
}

/// What was found, by point.
pub type Points = BTreeMap<Vec<usize>, Found>;

/// The point that was found nearest to this one.
pub fn nearest<'a>(points: &'a Points, at: &[usize]) -> Option<&'a Found> {
    let distance =
        |other: &[usize]| -> usize { at.iter().zip(other).map(|(a, b)| a.abs_diff(*b)).sum() };
    let nearest = points.iter().min_by_key(|(other, _)| distance(other));
    nearest.map(|(_, found)| found)
}
