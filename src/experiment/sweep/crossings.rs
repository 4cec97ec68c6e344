//! Where the winner changes along the rows and columns of a map, with the interval that the replications give.
//!
//! Between two neighbours with different winners the lead of one over the other is taken as straight, so it has a zero. The
//! same row without each replication has its zero elsewhere: the jackknife over these places gives the interval. A row
//! that has none without some replication counts with the end at which it would be.

use super::super::swept::{MapCrossing, winner};
use crate::stats::{Estimate, Jackknifed, Scale};

/// A row or column: the leads of all pairs at each of its points, absent where nobody is alive or nothing is known.
pub type Line<'a> = Vec<Option<&'a Vec<Jackknifed>>>;

/// The crossings along one row or column.
pub fn along(line: &Line, contestants: usize, horizontal: bool, other: usize) -> Vec<MapCrossing> {
    let who: Vec<Option<usize>> = line
        .iter()
        .map(|leads| {
            let leads: Vec<Estimate> = (*leads)?.iter().map(|l| Estimate::bare(l.full)).collect();
            Some(winner(&leads, contestants, true).winner)
        })
        .collect();
    let mut found = Vec::new();
    for i in 1..line.len() {
        let (Some(before), Some(after)) = (who[i - 1], who[i]) else {
            continue;
        };
        if before == after {
            continue;
        }
        let pair = Pair {
            line,
            contestants,
            ahead: before,
            behind: after,
        };
        let Some(full) = pair.zero(&|j| j.full, i) else {
            continue;
        };
        let replications = line[i].map_or(0, |leads| leads[0].without.len());
        let without = (0..replications)
            .map(|r| pair.nearest(&|j| j.without.get(r).copied().unwrap_or(j.full), full));
        let place = Jackknifed {
            full,
            without: without.collect(),
        }
        .interval(Scale::Linear);
        let last = (line.len() - 1) as f64;
        found.push(MapCrossing {
            horizontal,
            other,
            before,
            after,
            place: place.clamped(0.0, last),
        });
    }
    found
}

/// Two contestants along a line.
struct Pair<'a> {
    line: &'a Line<'a>,
    contestants: usize,
    ahead: usize,
    behind: usize,
}

/// One of the values in a jackknife.
type Read<'a> = &'a dyn Fn(&Jackknifed) -> f64;

impl Pair<'_> {
    /// The lead of the one who is ahead before the crossing.
    fn lead(&self, read: Read, at: usize) -> Option<f64> {
        let (low, high) = (self.ahead.min(self.behind), self.ahead.max(self.behind));
        let index = low * (2 * self.contestants - low - 1) / 2 + high - low - 1;
        let lead = read(self.line[at]?.get(index)?);
        Some(if self.ahead < self.behind {
            lead
        } else {
            -lead
        })
    }

    /// The zero between `i − 1` and `i`, if the lead changes its sign there.
    fn zero(&self, read: Read, i: usize) -> Option<f64> {
        let (a, b) = (self.lead(read, i - 1)?, self.lead(read, i)?);
        (a > 0.0 && b <= 0.0 || a >= 0.0 && b < 0.0).then(|| (i - 1) as f64 + a / (a - b))
    }

    /// The zero nearest to a place; without any, the end towards which it has gone.
    fn nearest(&self, read: Read, place: f64) -> f64 {
        let zeros = (1..self.line.len()).filter_map(|i| self.zero(read, i));
        let near = zeros.min_by(|a, b| (a - place).abs().total_cmp(&(b - place).abs()));
        near.unwrap_or_else(|| {
            let still_ahead = self
                .lead(read, place.round() as usize)
                .is_some_and(|l| l > 0.0);
            if still_ahead {
                (self.line.len() - 1) as f64
            } else {
                0.0
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(full: f64, without: [f64; 3]) -> Vec<Jackknifed> {
        vec![Jackknifed {
            full,
            without: without.to_vec(),
        }]
    }

    /// 0.3, 0.1, −0.3: zero at 1.25. Without replications: at 1.25, 1.0 and 1.5: pseudo-values 1.25, 1.75 and 0.75, whose mean
    /// has a standard error of 0.5 / √3 = 0.2887, times 4.3027.
    #[test]
    fn a_zero_with_its_interval() {
        let points = [
            leads(0.3, [0.3; 3]),
            leads(0.1, [0.1, 0.0, 0.3]),
            leads(-0.3, [-0.3; 3]),
        ];
        let line: Line = points.iter().map(Some).collect();
        let found = along(&line, 2, true, 7);
        assert_eq!(found.len(), 1);
        let crossing = &found[0];
        assert_eq!((crossing.before, crossing.after, crossing.other), (0, 1, 7));
        assert!((crossing.place.value - 1.25).abs() < 1e-12);
        assert!(
            (crossing.place.hi - 1.25 - 0.75).abs() < 1e-9,
            "{crossing:?}"
        ); // cut off at the end, 2
        assert!((1.25 - crossing.place.lo - 1.242).abs() < 1e-2);
    }

    #[test]
    fn a_replication_without_a_zero_counts_with_the_end() {
        let points = [leads(0.1, [0.1, 0.2, 0.1]), leads(-0.1, [-0.1, 0.1, -0.1])];
        let line: Line = points.iter().map(Some).collect();
        assert_eq!(along(&line, 2, true, 0)[0].place.hi, 1.0);
        let gap: Line = vec![Some(&points[0]), None];
        assert!(along(&gap, 2, true, 0).is_empty());
    }
}
