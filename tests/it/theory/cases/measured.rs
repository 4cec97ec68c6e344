//! The measured part of a replication, and sums of them.

use crossover::measure::{Outcome, SEGMENTS, SLOTS};
use hdrhistogram::Histogram;

/// What was counted after the warm-up; additive.
#[derive(Clone)]
pub struct Measured {
    /// How long was measured, nanoseconds.
    pub span_ns: u64,
    /// Requests answered.
    pub succeeded: u64,
    /// Requests failed.
    pub failed: u64,
    /// By resource.
    pub busy_ns: Vec<u64>,
    /// ∫ requests in the system dt.
    pub in_system_ns: u128,
    sum_ns: u128,
    sum_sq_ns2: u128,
    latency: Histogram<u64>,
    /// By endpoint: answered, and the sum of their latencies.
    endpoints: Vec<(u64, u128)>,
}

impl Measured {
    /// An outcome without its first `warmup` sixteenths.
    pub fn of(outcome: &Outcome, warmup: usize) -> Self {
        let segment = outcome.horizon.0.div_ceil(SLOTS as u64) * (SLOTS / SEGMENTS) as u64;
        let rest = &outcome.segments[warmup..];
        let first = &rest[0];
        let mut sum = Self {
            span_ns: outcome.horizon.0 - segment * warmup as u64,
            succeeded: 0,
            failed: 0,
            busy_ns: vec![0; first.busy_ns.len()],
            in_system_ns: 0,
            sum_ns: 0,
            sum_sq_ns2: 0,
            latency: Histogram::new(3).unwrap(),
            endpoints: vec![(0, 0); first.endpoints.len()],
        };
        for segment in rest {
            sum.in_system_ns += segment.in_system_ns;
            for (total, part) in sum.busy_ns.iter_mut().zip(&segment.busy_ns) {
                *total += part;
            }
            for (tally, of) in segment.endpoints.iter().zip(&mut sum.endpoints) {
                sum.succeeded += tally.succeeded;
                sum.failed += tally.failed.iter().sum::<u64>();
                sum.sum_ns += tally.sum_ns;
                sum.sum_sq_ns2 += tally.sum_sq_ns2;
                sum.latency.add(&tally.latency).unwrap();
                of.0 += tally.succeeded;
                of.1 += tally.sum_ns;
            }
        }
        sum
    }

    /// All of them together.
    pub fn sum(all: &[Self]) -> Self {
        let mut sum = all[0].clone();
        for one in &all[1..] {
            sum.latency.add(&one.latency).unwrap();
            sum.combine(one, |a, b| a + b, |a, b| a + b);
        }
        sum
    }

    /// The same without one of those it is the sum of.
    pub fn without(&self, one: &Self) -> Self {
        let mut rest = self.clone();
        rest.latency.subtract(&one.latency).unwrap();
        rest.combine(one, |a, b| a - b, |a, b| a - b);
        rest
    }

    fn combine(&mut self, with: &Self, f: fn(u64, u64) -> u64, g: fn(u128, u128) -> u128) {
        self.span_ns = f(self.span_ns, with.span_ns);
        self.succeeded = f(self.succeeded, with.succeeded);
        self.failed = f(self.failed, with.failed);
        self.in_system_ns = g(self.in_system_ns, with.in_system_ns);
        self.sum_ns = g(self.sum_ns, with.sum_ns);
        self.sum_sq_ns2 = g(self.sum_sq_ns2, with.sum_sq_ns2);
        for (a, b) in self.busy_ns.iter_mut().zip(&with.busy_ns) {
            *a = f(*a, *b);
        }
        for (a, b) in self.endpoints.iter_mut().zip(&with.endpoints) {
            *a = (f(a.0, b.0), g(a.1, b.1));
        }
    }

    /// Mean latency, seconds.
    pub fn mean(&self) -> f64 {
        self.sum_ns as f64 / self.succeeded as f64 / 1e9
    }

    /// Mean latency at an endpoint, seconds.
    pub fn mean_of(&self, endpoint: usize) -> f64 {
        let (succeeded, sum_ns) = self.endpoints[endpoint];
        sum_ns as f64 / succeeded as f64 / 1e9
    }

    /// Standard deviation of the latency, seconds.
    pub fn deviation(&self) -> f64 {
        let mean = self.sum_ns as f64 / self.succeeded as f64;
        let square = self.sum_sq_ns2 as f64 / self.succeeded as f64;
        (square - mean * mean).sqrt() / 1e9
    }

    /// A quantile of the latency, seconds: the middle of the histogram's bucket.
    pub fn quantile(&self, q: f64) -> f64 {
        let at = self.latency.value_at_quantile(q);
        self.latency.median_equivalent(at) as f64 / 1e9
    }
}
