//! The figures of one endpoint of one contestant at one load, from its replications.

use super::baseline::KEPT;
use super::brief::Part;
use super::study::{Estimate, Row};
use crate::kernel::Span;
use crate::measure::{Component, Failure};
use crate::scenario::Figure;
use crate::stats::{
    Comparable, Jackknifed, Located, Pool, Sample, Scale, mean_interval, ratio_interval,
    ratio_jackknife, relaxations_for, requests_for, zero_count_upper,
};

/// Milliseconds in a nanosecond.
const MS: f64 = 1e-6;
/// Relaxation times a replication must have seen for any quantile.
const RELAXATIONS: f64 = 50.0;
/// Of the relaxation times found beforehand, what must have been left after the warm-up: the estimate is rounded, the
/// horizon planned with two sixteenths of warm-up.
const ROUNDING: f64 = 0.99;

/// What decides which figures there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Whether the system could not keep up: no latencies then.
    pub saturated: bool,
    /// Whether it was not yet at rest, so that its throughput and errors depend on how long was simulated.
    pub transient: bool,
    /// Estimated relaxation times in the measured part.
    pub relaxations: f64,
    /// Its length in seconds.
    pub seconds: f64,
    /// Whether requests are offered at a rate.
    pub open: bool,
    /// Whether the curve of percentiles is fine.
    pub in_depth: bool,
}

/// The replications of one endpoint (or all) of one contestant at one load.
pub struct Figures<'a> {
    parts: &'a [Part],
    quality: Quality,
    answered: Pool,
    /// With failures as infinite.
    ended: Pool,
}

impl<'a> Figures<'a> {
    /// Pools what the replications have.
    #[must_use]
    pub fn new(parts: &'a [Part], quality: Quality) -> Self {
        let samples: Vec<Sample> = parts.iter().map(Part::sample).collect();
        let failing = |(sample, part): (&Sample, &Part)| Sample {
            infinite: part.failures(),
            ..sample.clone()
        };
        let ended: Vec<Sample> = samples.iter().zip(parts).map(failing).collect();
        Self {
            parts,
            quality,
            answered: Pool::new(&samples),
            ended: Pool::new(&ended),
        }
    }

    fn replications(&self) -> f64 {
        self.parts.len() as f64
    }

    fn each(&self, count: impl Fn(&Part) -> u64) -> Vec<f64> {
        self.parts.iter().map(|part| count(part) as f64).collect()
    }

    fn per_second(&self, count: impl Fn(&Part) -> u64) -> Option<Estimate> {
        mean_interval(&self.each(count)).map(|e| {
            e.scaled(1.0 / self.quality.seconds)
                .clamped(0.0, f64::INFINITY)
        })
    }

    /// Whether a quantile of this many requests can be told.
    fn supports(&self, pool: &Pool, q: f64) -> bool {
        !self.quality.saturated
            && pool.len() as f64 >= self.replications() * requests_for(q) as f64
            && self.quality.relaxations >= RELAXATIONS * ROUNDING
    }

    /// A quantile of the latency of the answered in milliseconds, if the data supports it.
    fn quantile(&self, q: f64) -> Option<Estimate> {
        self.supports(&self.answered, q)
            .then(|| self.answered.interval(q))?
            .map(|e| e.scaled(MS))
    }

    /// The same with failures counted as infinite, which it may be.
    #[must_use]
    pub fn slo_interval(&self, q: f64) -> Option<Estimate> {
        self.supports(&self.ended, q)
            .then(|| self.ended.interval(q))?
            .map(|e| e.scaled(MS))
    }

    /// [`Self::slo_interval`] with what is needed for differences.
    #[must_use]
    pub fn slo_located(&self, q: f64) -> Option<Located> {
        self.supports(&self.ended, q)
            .then(|| self.ended.located(q))?
            .map(|located| located.scaled(MS))
    }

    /// What another run is compared with: those of [`KEPT`] that can be told, with what their replications say.
    #[must_use]
    pub fn kept(&self) -> Vec<(Figure, Comparable)> {
        let each = KEPT.iter();
        each.filter_map(|figure| Some((*figure, self.comparable(*figure)?)))
            .collect()
    }

    fn comparable(&self, figure: Figure) -> Option<Comparable> {
        let (told, steady) = (!self.quality.transient, !self.quality.saturated);
        let total = |told: bool, numerators: Vec<f64>, denominators: Vec<f64>| {
            let found = told.then(|| ratio_jackknife(&numerators, &denominators))?;
            found.map(Comparable::Total)
        };
        let quantile = |q: f64| {
            let found = self.supports(&self.answered, q);
            let located = found.then(|| self.answered.located(q))??.scaled(MS);
            Some(Comparable::Quantile(located))
        };
        let succeeded = || self.each(|p| p.succeeded);
        match figure {
            Figure::Throughput => {
                let seconds = vec![self.quality.seconds; self.parts.len()];
                total(told, succeeded(), seconds)
            }
            Figure::Errors => total(told, self.each(Part::failures), self.each(Part::ended)),
            Figure::Mean => total(steady, self.sums_ms(), succeeded()),
            Figure::P50 => quantile(0.5),
            Figure::P95 => quantile(0.95),
            Figure::P99Slo => self.slo_located(0.99).map(Comparable::Quantile),
            _ => None,
        }
    }

    /// The sum of the latencies of each replication, milliseconds.
    fn sums_ms(&self) -> Vec<f64> {
        let parts = self.parts.iter();
        parts.map(|p| p.sum_ns as f64 * MS).collect()
    }

    /// Mean latency of the answered.
    #[must_use]
    pub fn mean(&self) -> Option<Estimate> {
        (!self.quality.saturated)
            .then(|| ratio_interval(&self.sums_ms(), &self.each(|p| p.succeeded)))?
            .map(|e| e.clamped(0.0, f64::INFINITY))
    }

    /// Standard deviation, `√(Σx²/n − (Σx/n)²)`, of all and without each replication.
    fn sd(&self) -> Option<Estimate> {
        if self.quality.saturated || self.answered.len() < 2 {
            return None;
        }
        let total = |skip: Option<usize>| {
            let kept = self
                .parts
                .iter()
                .enumerate()
                .filter(|(i, _)| Some(*i) != skip);
            let (n, sum, square) = kept.fold((0, 0, 0), |(n, sum, square), (_, p)| {
                (n + p.succeeded, sum + p.sum_ns, square + p.sum_sq_ns2)
            });
            let mean = sum as f64 / n as f64;
            (square as f64 / n as f64 - mean * mean).max(0.0).sqrt() * MS
        };
        let without = (0..self.parts.len()).map(|i| total(Some(i))).collect();
        let full = total(None);
        Some(Jackknifed { full, without }.interval(Scale::Log))
    }

    /// The fraction of the ended for which `count` counts. None of many still leaves room for a few.
    #[must_use]
    pub fn fraction(&self, count: impl Fn(&Part) -> u64) -> Option<Estimate> {
        let ended = self.each(Part::ended);
        let e = ratio_interval(&self.each(&count), &ended)?.clamped(0.0, 1.0);
        Some(if e.value == 0.0 && e.has_interval() {
            Estimate {
                hi: zero_count_upper(ended.iter().sum()),
                ..e
            }
        } else {
            e
        })
    }

    fn account(&self) -> Option<[f64; Component::COUNT]> {
        let answered: u64 = self.parts.iter().map(|p| p.succeeded).sum();
        if self.quality.saturated || answered == 0 {
            return None;
        }
        Some(std::array::from_fn(|c| {
            let ns: u128 = self.parts.iter().map(|p| p.account_ns[c]).sum();
            ns as f64 * MS / answered as f64
        }))
    }

    /// Latency at rising fractions, as far as there are a hundred requests beyond in each replication.
    fn spectrum(&self) -> Vec<(f64, f64)> {
        let fractions: Vec<f64> = fractions(self.quality.in_depth)
            .into_iter()
            .take_while(|q| self.supports(&self.answered, *q))
            .collect();
        let values = self.answered.curve(&fractions);
        fractions
            .into_iter()
            .zip(values.into_iter().map(|ns| ns * MS))
            .collect()
    }

    /// The row, not yet judged, and without what only `all` has.
    #[must_use]
    pub fn row(&self, contestant: &str, endpoint: &str, load: f64, warmup: Span) -> Row {
        let told = !self.quality.transient;
        let fraction = |count: &dyn Fn(&Part) -> u64| told.then(|| self.fraction(count)).flatten();
        Row {
            contestant: contestant.to_owned(),
            endpoint: endpoint.to_owned(),
            load,
            offered_rps: self
                .quality
                .open
                .then(|| self.per_second(|p| p.offered))
                .flatten(),
            throughput_rps: told.then(|| self.per_second(|p| p.succeeded)).flatten(),
            errors: fraction(&Part::failures),
            errors_by: std::array::from_fn::<_, { Failure::COUNT }, _>(|kind| {
                fraction(&|p| p.failed[kind])
            }),
            mean_ms: self.mean(),
            sd_ms: self.sd(),
            p50_ms: self.quantile(0.5),
            p90_ms: self.quantile(0.9),
            p95_ms: self.quantile(0.95),
            p99_ms: self.quantile(0.99),
            p999_ms: self.quantile(0.999),
            p99_slo_ms: self.slo_interval(0.99).filter(|e| e.value.is_finite()),
            saturated: self.quality.saturated,
            requests: self.parts.iter().map(Part::ended).sum(),
            warmup,
            replications: self.parts.len() as u32,
            account_ms: self.account(),
            util: Vec::new(),
            loop_delay_ms: None,
            memory_mb: 0.0,
            events: 0,
            spectrum: self.spectrum(),
            timeline: Vec::new(),
            within_slo: None,
            objectives: Vec::new(),
            swept: None,
        }
    }

    /// The quantiles left empty for want of data (not for saturation), the least first, with the requests per replication
    /// that there were.
    #[must_use]
    pub fn missing(&self) -> Vec<(f64, f64)> {
        if self.quality.saturated {
            return Vec::new();
        }
        [0.5, 0.9, 0.95, 0.99, 0.999]
            .into_iter()
            .filter(|q| !self.supports(&self.answered, *q))
            .map(|q| (q, self.answered.len() as f64 / self.replications()))
            .collect()
    }

    /// True if quantiles are empty because the run was short of relaxation times.
    #[must_use]
    pub fn hasty(&self) -> bool {
        !self.quality.saturated && self.quality.relaxations < relaxations_for(0.5) * ROUNDING
    }
}

/// The fractions of a curve of percentiles: even up to the 90th, then so that what is beyond shrinks by equal factors.
fn fractions(in_depth: bool) -> Vec<f64> {
    let (steps, per_decade) = if in_depth { (180, 40) } else { (18, 10) };
    let body = (0..steps).map(|i| 0.9 * f64::from(i) / f64::from(steps));
    let tail = (0..=5 * per_decade)
        .map(|i| 1.0 - 0.1 * libm::exp10(-f64::from(i) / f64::from(per_decade)));
    body.skip(1).chain(tail).collect()
}
