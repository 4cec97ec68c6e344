//! What was found at the points that were simulated so far.

use std::collections::BTreeMap;

use super::lattice::Goodness;
use super::probe::Knee;
use crate::stats::Estimate;

/// What was found at a point.
pub struct Found {
    /// What the lattice compares.
    pub goodness: Goodness,
    /// What is shown of each contestant.
    pub figures: Vec<Option<Estimate>>,
}

/// What was found, by point.
pub type Points = BTreeMap<Vec<usize>, Found>;

/// The knee of each contestant, where it is known: at points of this sheet, and of the one before where this has none yet.
pub type Knees = BTreeMap<Vec<usize>, Vec<Option<Knee>>>;

/// Those at the point that is nearest to this one.
pub fn nearest<'a>(knees: &'a Knees, at: &[usize]) -> Option<&'a Vec<Option<Knee>>> {
    let distance =
        |other: &[usize]| -> usize { at.iter().zip(other).map(|(a, b)| a.abs_diff(*b)).sum() };
    let nearest = knees.iter().min_by_key(|(other, _)| distance(other));
    nearest.map(|(_, knees)| knees)
}
