//! One figure of one system: its truth, what the studies said, and how often their intervals hold it.

use std::ops::RangeInclusive;

use crossover::experiment::Estimate;
use crossover::scenario::Figure;

pub const HEAD: &str = "| case | figure | truth | bias | half width | coverage of the 95 % interval | studies |\n\
                        | --- | --- | ---: | ---: | ---: | ---: | ---: |";

/// A figure, its truth, and the coverage that is asked of it.
pub struct Cell {
    pub figure: Figure,
    truth: f64,
    wanted: RangeInclusive<f64>,
    /// What the studies said that promised something.
    pub seen: Vec<Estimate>,
}

impl Cell {
    pub fn new(figure: Figure, truth: f64) -> Self {
        let wanted = match figure {
            Figure::Mean | Figure::Throughput => 0.93..=0.97,
            _ => 0.92..=0.99,
        };
        Self {
            figure,
            truth,
            wanted,
            seen: Vec::new(),
        }
    }

    pub fn coverage(&self) -> f64 {
        let hits = self.seen.iter().filter(|e| e.contains(self.truth)).count();
        hits as f64 / self.seen.len() as f64
    }

    /// Whether the coverage may be what is wanted, at binomial limits of so many standard deviations.
    pub fn plausible(&self, limit: f64) -> bool {
        let slack = |p: f64| limit * (p * (1.0 - p) / self.seen.len() as f64).sqrt();
        let (low, high) = (*self.wanted.start(), *self.wanted.end());
        (low - slack(low)..=high + slack(high)).contains(&self.coverage())
    }

    pub fn line(&self, case: &str) -> String {
        let n = self.seen.len() as f64;
        let mean = self.seen.iter().map(|e| e.value).sum::<f64>() / n;
        let width = self.seen.iter().map(|e| e.hi - e.lo).sum::<f64>() / n;
        format!(
            "| {case} | {} | {:.3} | {:+.2} % | ±{:.1} % | {:.1} % | {n} |",
            self.figure.name(),
            self.truth,
            100.0 * (mean / self.truth - 1.0),
            50.0 * width / self.truth,
            100.0 * self.coverage(),
        )
    }
}
