//! An earlier study as a baseline: what is kept of it, and how a later one is run so that the two can be compared.
//!
//! A study's rows hold pooled figures with their intervals. Whether two of them differ is another question: the same requests made both, so that
//! most of what is uncertain in each they have in common. To answer it takes what each *replication* says, and that is what two
//! contestants of one study are compared by (`order`): quantiles as [`Located`](crate::stats::Located), totals as
//! [`Jackknifed`](crate::stats::Jackknifed). A baseline is this, figure by figure, in a file:
//!
//! ```text
//! study ──► Kept ──► Baseline ──► text ──► Baseline ──► plan of the next study ──► Kept ──► Changes
//!                                (a file)              loads, lengths, warm-up            (paired)
//! ```
//!
//! The next study may be of other models or of another scenario: nothing in a baseline says what it was of, but for a digest that people may look at.
//! What must agree for a paired comparison is how it was run. Where the scenario leaves that open (loads that follow from demands, lengths that follow from
//! loads, a warm-up to be found), a changed model would change it too, so it is taken from the baseline; see [`Baseline::follows`].
//!
//! Left out on purpose: capacities, searches and sweeps, which choose their own loads and lengths as they go; the account of time and utilisations,
//! which have no interval.

mod changes;
mod format;
#[cfg(test)]
mod tests;

pub use changes::{Changed, Changes, Lone, Unpaired, changes};
pub use format::{BaselineError, VERSION};

use super::study::{LoadUnit, Study};
use crate::kernel::Span;
use crate::measure::SEGMENTS;
use crate::scenario::{Figure, RunSettings};
use crate::stats::Comparable;

/// The figures that are kept, in the order in which they are told.
pub const KEPT: [Figure; 6] = [
    Figure::Throughput,
    Figure::Errors,
    Figure::Mean,
    Figure::P50,
    Figure::P95,
    Figure::P99Slo,
];

/// What is kept of one row of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The contestant's name.
    pub contestant: String,
    /// The endpoint's name, or `all`.
    pub endpoint: String,
    /// The load.
    pub load: f64,
    /// How long each replication lasted, warm-up included.
    pub horizon: Span,
    /// The warm-up that was cut.
    pub warmup: Span,
    /// Replications.
    pub replications: u32,
    /// Whether the system could not keep up.
    pub saturated: bool,
    /// The figures that can be told, of [`KEPT`] and in its order.
    pub figures: Vec<(Figure, Comparable)>,
}

impl Kept {
    /// A figure, if it can be told.
    #[must_use]
    pub fn figure(&self, figure: Figure) -> Option<&Comparable> {
        let found = self.figures.iter().find(|(name, _)| *name == figure);
        found.map(|(_, kept)| kept)
    }

    /// The sixteenths of the run that were cut.
    fn cut(&self) -> usize {
        let sixteenth = (self.horizon.0 / SEGMENTS as u64).max(1);
        (self.warmup.0 / sixteenth) as usize
    }
}

/// An earlier study, as far as later ones are compared with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// The name under which it was saved.
    pub name: String,
    /// The program's version that made it.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's digest, for people: nothing hangs on it.
    pub digest: String,
    /// Whether it was one load in depth (`run`), for which runs are longer than in a comparison.
    pub in_depth: bool,
    /// How it was run, the seed among it.
    pub run: RunSettings,
    /// What its loads count.
    pub load_unit: LoadUnit,
    /// Its rows, in their order.
    pub rows: Vec<Kept>,
}

impl Baseline {
    /// What is kept of a study that was run with these settings.
    #[must_use]
    pub fn of(study: &Study, name: &str, in_depth: bool, run: RunSettings) -> Self {
        Self {
            name: name.to_owned(),
            version: study.version.clone(),
            scenario: study.scenario.clone(),
            digest: study.digest.clone(),
            in_depth,
            run,
            load_unit: study.load_unit,
            rows: study.kept.clone(),
        }
    }

    /// Its loads, ascending, each once.
    #[must_use]
    pub fn loads(&self) -> Vec<f64> {
        let mut loads: Vec<f64> = self.rows.iter().map(|row| row.load).collect();
        loads.sort_by(f64::total_cmp);
        loads.dedup();
        loads
    }

    /// Whether a study with these settings is planned as this one was: all of `[run]` but the seed is as it was. Then a load that both
    /// visit gets the same length and as many replications, and at least the same warm-up.
    #[must_use]
    pub fn follows(&self, in_depth: bool, run: &RunSettings) -> bool {
        let seed = run.seed;
        self.in_depth == in_depth && RunSettings { seed, ..self.run } == *run
    }

    /// How a load was run, if it was visited.
    #[must_use]
    pub fn visit(&self, load: f64) -> Option<Visit> {
        let here: Vec<&Kept> = self.rows.iter().filter(|row| row.load == load).collect();
        let longest = here.iter().map(|row| row.horizon).max()?;
        // Who drowns has a warm-up of his own and gets no more replications than it takes to see that.
        let keeping_up = || here.iter().filter(|row| !row.saturated);
        Some(Visit {
            horizon: longest,
            cut: keeping_up().map(|row| row.cut()).max().unwrap_or(0),
            replications: here.iter().map(|row| row.replications).max()?,
        })
    }
}

/// How a load was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// How long each replication lasted.
    pub horizon: Span,
    /// Sixteenths that were cut of those that kept up.
    pub cut: usize,
    /// The most replications that anybody had.
    pub replications: u32,
}

/// What a study has to do with others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// Whether it keeps what later ones are compared with.
    pub keep: bool,
    /// What it is compared with.
    pub baseline: Option<&'a Baseline>,
}

impl Beside<'_> {
    /// Whether anything of the replications has to be kept.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.keep || self.baseline.is_some()
    }
}
