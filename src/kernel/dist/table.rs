//! Finite discrete laws by a guide table: one look-up and, on average, about one step.

use super::TWO_64;

/// Weights of consecutive whole numbers, turned into a table for their quantile function.
///
/// The guide (Chen and Asau 1974) says for each slice of the unit interval where the search for the value begins.
#[derive(Debug, PartialEq)]
pub struct GuideTable {
    /// `ends[i]`: the first word that lies above value i. The last one is not used.
    ends: Vec<u64>,
    guide: Vec<u32>,
    shift: u32,
}

impl GuideTable {
    /// The law of index i with probability proportional to `weights[i]`; there are 1 to 2³² − 1 weights, none
    /// negative, some positive.
    pub(super) fn new(weights: &[f64]) -> Self {
        let ends = ends(weights);
        let slices = weights.len().next_power_of_two().max(2);
        let shift = 64 - slices.trailing_zeros();
        let mut guide = Vec::with_capacity(slices);
        let mut value = 0;
        for slice in 0..slices as u64 {
            while value + 1 < ends.len() && ends[value] <= slice << shift {
                value += 1;
            }
            guide.push(value as u32);
        }
        Self { ends, guide, shift }
    }

    /// The index at the quantile `word / 2^64`.
    #[inline]
    pub(super) fn sample(&self, word: u64) -> u64 {
        let mut value = self.guide[(word >> self.shift) as usize] as usize;
        while value + 1 < self.ends.len() && self.ends[value] <= word {
            value += 1;
        }
        value as u64
    }

    /// The same by bisection, as a check.
    #[cfg(test)]
    pub(super) fn search(&self, word: u64) -> u64 {
        let last = self.ends.len() - 1;
        self.ends[..last].partition_point(|end| *end <= word) as u64
    }
}

/// Cumulative probabilities as words. Those above the median are summed from the top, so that a thin upper tail keeps
/// its probability.
fn ends(weights: &[f64]) -> Vec<u64> {
    let total: f64 = weights.iter().sum();
    let word = |sum: f64| (sum / total * TWO_64) as u64; // the cast saturates
    let mut ends = vec![0; weights.len()];
    let mut above = 0.0;
    for i in (0..weights.len()).rev() {
        ends[i] = !word(above);
        above += weights[i];
    }
    let mut below = 0.0;
    for (end, weight) in ends.iter_mut().zip(weights) {
        below += weight;
        if below > 0.5 * total {
            break;
        }
        *end = word(below);
    }
    let mut last = 0;
    for end in &mut ends {
        last = last.max(*end);
        *end = last;
    }
    ends
}
