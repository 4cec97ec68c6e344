//! A map on a raster of its panel: who wins at each sample, and by how much. Regions, the line between them and the places of
//! names are all read off these samples, so that they agree.

use crate::experiment::SweptMap;
use crate::report::table::sweep::matters;

/// Who wins at a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// A contestant, by index; `None` where nobody is alive.
    pub winner: Option<usize>,
    /// Its lead over the next, 0 to 1.
    pub lead: f64,
    /// Whether it wins beyond doubt and by what matters.
    pub sure: bool,
}

/// Samples at equal distances on a panel, both edges included.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Samples side by side.
    pub columns: usize,
    /// Samples one below the other.
    pub rows: usize,
    samples: Vec<Sample>,
}

impl Field {
    /// So many samples, each where `place` says that it lies on the grid of the map.
    pub fn of(
        map: &SweptMap,
        (columns, rows): (usize, usize),
        place: impl Fn(usize, usize) -> (f64, f64),
    ) -> Self {
        let all = (0..rows).flat_map(|j| (0..columns).map(move |i| (i, j)));
        let samples = all.map(|(i, j)| {
            let (x, y) = place(i, j);
            let spot = map.spot(x, y);
            Sample {
                winner: spot.alive.then_some(spot.winner),
                lead: spot.lead.value.max(0.0),
                sure: matters(&spot),
            }
        });
        let mut field = Self {
            columns,
            rows,
            samples: samples.collect(),
        };
        field.sink_islands();
        field
    }

    /// The sample in a column and a row.
    pub fn at(&self, i: usize, j: usize) -> Sample {
        self.samples[j * self.columns + i]
    }

    /// An island in which nobody is sure to win anywhere is of chance: it becomes its neighbour's, with a lead of nothing. The smallest first,
    /// until none is left.
    fn sink_islands(&mut self) {
        loop {
            let islands = self.islands();
            let unsure = islands
                .iter()
                .filter(|island| !island.iter().any(|at| self.samples[*at].sure));
            let next = unsure
                .filter_map(|island| Some((island, self.neighbour(island)?)))
                .min_by_key(|(island, _)| island.len());
            let Some((island, neighbour)) = next else {
                return;
            };
            for at in island.clone() {
                self.samples[at].winner = Some(neighbour);
                self.samples[at].lead = 0.0;
            }
        }
    }

    /// Samples that hang together and have the same winner.
    fn islands(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.samples.len()];
        let mut islands = Vec::new();
        for start in 0..self.samples.len() {
            if seen[start] || self.samples[start].winner.is_none() {
                continue;
            }
            seen[start] = true;
            let mut island = vec![start];
            let mut next = 0;
            while let Some(&at) = island.get(next) {
                next += 1;
                for other in self.beside(at) {
                    if !seen[other] && self.samples[other].winner == self.samples[at].winner {
                        seen[other] = true;
                        island.push(other);
                    }
                }
            }
            islands.push(island);
        }
        islands
    }

    /// The other winner with most samples beside those of an island.
    fn neighbour(&self, island: &[usize]) -> Option<usize> {
        let mine = self.samples[*island.first()?].winner;
        let beside = island.iter().flat_map(|at| self.beside(*at));
        let others = beside.filter_map(|at| self.samples[at].winner);
        let mut counts: Vec<usize> = Vec::new();
        for other in others.filter(|other| Some(*other) != mine) {
            counts.resize(counts.len().max(other + 1), 0);
            counts[other] += 1;
        }
        let most = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        most.max_by_key(|(other, count)| (**count, std::cmp::Reverse(*other)))
            .map(|(other, _)| other)
    }

    /// The samples on all four sides.
    fn beside(&self, at: usize) -> impl Iterator<Item = usize> + use<> {
        let (i, j, columns, rows) = (
            at % self.columns,
            at / self.columns,
            self.columns,
            self.rows,
        );
        let sides = [
            (i > 0).then(|| at - 1),
            (i + 1 < columns).then(|| at + 1),
            (j > 0).then(|| at - columns),
            (j + 1 < rows).then(|| at + columns),
        ];
        sides.into_iter().flatten()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::experiment::{Estimate, MapNode};

    /// A map of two contestants: the first one's lead and half its interval at each node, row by row.
    pub fn map(width: usize, leads: &[(f64, f64)]) -> SweptMap {
        let node = |(lead, half): &(f64, f64)| MapNode {
            leads: vec![Estimate::around(*lead, *half)],
            alive: true,
            simulated: true,
        };
        SweptMap {
            width,
            height: leads.len() / width,
            contestants: 2,
            nodes: leads.iter().map(node).collect(),
            crossings: Vec::new(),
        }
    }

    /// A sample for each node.
    pub fn field(map: &SweptMap) -> Field {
        Field::of(map, (map.width, map.height), |i, j| (i as f64, j as f64))
    }

    /// Five by three. In the middle of the first one's land the second seems to win, within doubt: sunk. On the right it surely does at
    /// one node: that stays, with the doubtful node beside it.
    #[test]
    fn islands_of_chance_are_sunk_and_others_stay() {
        let (sure, doubt, wins) = ((0.2, 0.1), (-0.1, 0.2), (-0.2, 0.1));
        let leads = [
            sure, sure, sure, sure, sure, //
            sure, doubt, sure, doubt, wins, //
            sure, sure, sure, sure, sure,
        ];
        let field = field(&map(5, &leads));
        let middle: Vec<Option<usize>> = (0..5).map(|i| field.at(i, 1).winner).collect();
        assert_eq!(middle, [0, 0, 0, 1, 1].map(Some));
        assert_eq!(field.at(1, 1).lead, 0.0);
        assert!(!field.at(1, 1).sure && field.at(4, 1).sure);
    }

    /// Nobody surely wins anywhere: one land, and no line.
    #[test]
    fn where_all_is_chance_there_is_no_line() {
        let field = field(&map(3, &[(0.1, 0.2), (-0.1, 0.2), (0.1, 0.2)]));
        let winners = [0, 1, 2].map(|i| field.at(i, 0).winner);
        assert!(winners[0].is_some() && winners == [winners[0]; 3]);
    }
}
