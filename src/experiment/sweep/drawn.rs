//! The map that comes of the points that were simulated: every node's leads, and the line along rows and columns.

use super::super::swept::{MapNode, SweptMap};
use super::crossings;
use super::lattice::Lattice;
use crate::stats::{Jackknifed, Scale};

/// The map as far as it is finished.
pub fn map_of(
    lattice: &Lattice,
    (width, height): (usize, usize),
    contestants: usize,
) -> Option<SweptMap> {
    let filled = lattice.filled();
    let filled: Vec<(Vec<Jackknifed>, bool)> = filled.into_iter().collect::<Option<_>>()?;
    let line = |indices: &dyn Fn(usize) -> usize, length: usize| -> crossings::Line {
        (0..length)
            .map(|i| &filled[indices(i)])
            .map(|(leads, alive)| alive.then_some(leads))
            .collect()
    };
    let mut found = Vec::new();
    for y in 0..height {
        let row = line(&|x| y * width + x, width);
        found.extend(crossings::along(&row, contestants, true, y));
    }
    for x in 0..if height > 1 { width } else { 0 } {
        let column = line(&|y| y * width + x, height);
        found.extend(crossings::along(&column, contestants, false, x));
    }
    let nodes = filled
        .iter()
        .enumerate()
        .map(|(i, (leads, alive))| MapNode {
            leads: leads.iter().map(|l| l.interval(Scale::Linear)).collect(),
            alive: *alive,
            simulated: lattice.simulated((i % width, i / width)),
        });
    Some(SweptMap {
        width,
        height,
        contestants,
        nodes: nodes.collect(),
        crossings: found,
    })
}
