//! A replication's outcome in little space: histograms as the few buckets that hold something.
//!
//! An [`Outcome`] may be megabytes of mostly empty buckets; the warm-up is only known when all contestants of a load are
//! finished, so all sixteenths of all of them have to be kept until then. A brief costs what its requests cost.

use hdrhistogram::Histogram;

use crate::kernel::Span;
use crate::measure::{Band, Component, Failure, Outcome, SEGMENTS, Segment, Slot, Tally};
use crate::stats::Sample;

/// One endpoint in one part of the run; adds up in any grouping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Requests meant to be sent.
    pub offered: u64,
    /// Requests answered.
    pub succeeded: u64,
    /// Requests failed, by [`Failure`].
    pub failed: [u64; Failure::COUNT],
    /// Sum of the latencies of the answered, nanoseconds.
    pub sum_ns: u128,
    /// Sum of their squares.
    pub sum_sq_ns2: u128,
    /// Where their time went.
    pub account_ns: [u128; Component::COUNT],
    /// Their latencies: middle of a bucket, count.
    pub latency: Vec<(u64, u64)>,
}

impl Part {
    fn of(tally: &Tally) -> Self {
        Self {
            offered: tally.offered,
            succeeded: tally.succeeded,
            failed: tally.failed,
            sum_ns: tally.sum_ns,
            sum_sq_ns2: tally.sum_sq_ns2,
            account_ns: tally.account_ns.by_component().map(u128::from),
            latency: buckets(&tally.latency),
        }
    }

    /// Adds another part's counts. Latencies are appended, to be put in order by [`Part::sample`].
    pub fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.succeeded += other.succeeded;
        self.sum_ns += other.sum_ns;
        self.sum_sq_ns2 += other.sum_sq_ns2;
        self.latency.extend_from_slice(&other.latency);
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
        for (mine, theirs) in self.account_ns.iter_mut().zip(other.account_ns) {
            *mine += theirs;
        }
    }

    /// Requests that failed, for whatever reason.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Requests that came to an end.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.succeeded + self.failures()
    }

    /// The latencies as a sample without failures.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let mut sample = Sample::default();
        sample.extend(self.latency.iter().copied());
        sample
    }
}

/// The buckets of a histogram that hold something: the middle of each, and how many.
fn buckets(histogram: &Histogram<u64>) -> Vec<(u64, u64)> {
    histogram
        .iter_recorded()
        .map(|bucket| {
            let value = histogram.median_equivalent(bucket.value_iterated_to());
            (value, bucket.count_at_value())
        })
        .collect()
}

/// One sixteenth of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sixteenth {
    endpoints: Vec<Part>,
    busy_ns: Vec<u64>,
    loop_delay: Vec<(u64, u64)>,
    bands: Vec<Band>,
}

impl Sixteenth {
    fn of(segment: &Segment) -> Self {
        Self {
            endpoints: segment.endpoints.iter().map(Part::of).collect(),
            busy_ns: segment.busy_ns.clone(),
            loop_delay: buckets(&segment.loop_delay),
            bands: segment.bands.clone(),
        }
    }
}

/// What is kept of one replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// How long was simulated.
    pub horizon: Span,
    /// The coarse series.
    pub series: Vec<Slot>,
    /// Events handled.
    pub events: u64,
    /// Most bytes of memory in use by the app.
    pub memory_bytes: u64,
    sixteenths: Vec<Sixteenth>,
}

/// The part of a replication after the warm-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// By endpoint.
    pub endpoints: Vec<Part>,
    /// By resource: nanoseconds in use, over its units.
    pub busy_ns: Vec<u64>,
    /// Event-loop delays.
    pub loop_delay: Sample,
    /// By endpoint and band, where they were asked for.
    pub bands: Vec<Band>,
    /// How long it is, seconds.
    pub seconds: f64,
}

impl Brief {
    /// Keeps what is needed of an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        Self {
            horizon: outcome.horizon,
            series: outcome.series.clone(),
            events: outcome.events,
            memory_bytes: outcome.memory_bytes,
            sixteenths: outcome.segments.iter().map(Sixteenth::of).collect(),
        }
    }

    /// What is left when the first `cut` sixteenths are cut off.
    #[must_use]
    pub fn after(&self, cut: usize) -> Measured {
        let kept = &self.sixteenths[cut.min(self.sixteenths.len())..];
        let first = self.sixteenths.first();
        let mut endpoints = vec![Part::default(); first.map_or(0, |s| s.endpoints.len())];
        let mut busy_ns = vec![0; first.map_or(0, |s| s.busy_ns.len())];
        let mut loop_delay = Sample::default();
        let mut bands =
            first.map_or_else(Vec::new, |s| s.bands.iter().map(Band::emptied).collect());
        for sixteenth in kept {
            for (sum, part) in endpoints.iter_mut().zip(&sixteenth.endpoints) {
                sum.add(part);
            }
            for (sum, busy) in busy_ns.iter_mut().zip(&sixteenth.busy_ns) {
                *sum += busy;
            }
            loop_delay.extend(sixteenth.loop_delay.iter().copied());
            for (sum, band) in bands.iter_mut().zip(&sixteenth.bands) {
                sum.add(band);
            }
        }
        Measured {
            endpoints,
            busy_ns,
            loop_delay,
            bands,
            seconds: self.horizon.as_secs_f64() * kept.len() as f64 / SEGMENTS as f64,
        }
    }

    /// Offered and successful requests in each sixteenth of the second half.
    #[must_use]
    pub fn late_flow(&self) -> Vec<(f64, f64)> {
        let flow = |s: &Sixteenth| {
            let offered: u64 = s.endpoints.iter().map(|p| p.offered).sum();
            let succeeded: u64 = s.endpoints.iter().map(|p| p.succeeded).sum();
            (offered as f64, succeeded as f64)
        };
        self.sixteenths
            .iter()
            .skip(SEGMENTS / 2)
            .map(flow)
            .collect()
    }

    /// Mean number in system in `parts` equal parts of the run.
    #[must_use]
    pub fn in_system(&self, parts: usize) -> Vec<f64> {
        let width = self.horizon.as_nanos_f64() / parts as f64;
        self.series
            .chunks(self.series.len().div_ceil(parts).max(1))
            .map(|slots| slots.iter().map(|s| s.in_system_ns).sum::<u128>() as f64 / width)
            .collect()
    }
}
