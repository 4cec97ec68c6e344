//! Who wins at how many points of a map.

use crate::experiment::SweptMap;
use crate::report::table::sweep::matters;

/// Who wins at how many points of the grid.
pub struct Tally {
    /// By contestant: points that are sure and matter.
    pub wins: Vec<usize>,
    /// Points where somebody is alive and nobody surely wins by what matters.
    pub alike: usize,
    /// Points where nobody is alive.
    pub dead: usize,
    all: usize,
    /// The least and the greatest ratio where somebody wins.
    pub ratio: (f64, f64),
}

impl Tally {
    /// Over all points of the grid.
    pub fn of(map: &SweptMap) -> Self {
        let mut tally = Self {
            wins: vec![0; map.contestants],
            alike: 0,
            dead: 0,
            all: map.nodes.len(),
            ratio: (f64::INFINITY, 1.0),
        };
        for y in 0..map.height {
            for x in 0..map.width {
                let spot = map.spot(x as f64, y as f64);
                if !spot.alive {
                    tally.dead += 1;
                } else if !matters(&spot) {
                    tally.alike += 1;
                } else {
                    tally.wins[spot.winner] += 1;
                    tally.ratio = (
                        tally.ratio.0.min(spot.ratio()),
                        tally.ratio.1.max(spot.ratio()),
                    );
                }
            }
        }
        tally
    }

    /// Who wins anywhere, by index.
    pub fn winners(&self) -> Vec<usize> {
        (0..self.wins.len()).filter(|c| self.wins[*c] > 0).collect()
    }

    /// So many points as a share of all.
    pub fn share(&self, count: usize) -> f64 {
        count as f64 / self.all as f64
    }
}
