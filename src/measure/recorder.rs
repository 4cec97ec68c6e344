//! What a running simulation writes into: tallies of the present sixteenth, the coarse series, resources in use.
//!
//! Memory does not depend on the number of requests: histograms, sums and [`SLOTS`] slots.

use hdrhistogram::Histogram;

use super::account::Account;
use super::outcome::{Failure, Outcome, SEGMENTS, SLOTS, Segment, Slot, Tally};
use crate::kernel::{Span, Time};

/// The recorder of one replication.
#[derive(Debug)]
pub struct Recorder {
    horizon: Span,
    segments: Vec<Segment>,
    /// The present sixteenth.
    current: Segment,
    series: Vec<Slot>,
    slot: usize,
    slot_width: Span,
    slot_end: Time,
    in_system: u64,
    since: Time,
    arrived: u64,
}

/// A histogram of nanoseconds to three digits that grows as needed.
fn histogram() -> Histogram<u64> {
    Histogram::new(3).unwrap_or_else(|_| unreachable!("three digits are valid"))
}

fn segment(endpoints: usize, resources: usize) -> Segment {
    let tally = Tally {
        offered: 0,
        succeeded: 0,
        failed: [0; Failure::COUNT],
        latency: histogram(),
        sum_ns: 0,
        sum_sq_ns2: 0,
        account_ns: Account::default(),
    };
    Segment {
        endpoints: vec![tally; endpoints],
        busy_ns: vec![0; resources],
        in_system_ns: 0,
        loop_delay: histogram(),
    }
}

impl Recorder {
    /// An empty recorder for a run of this length.
    #[must_use]
    pub fn new(horizon: Span, endpoints: usize, resources: usize) -> Self {
        let slot_width = Span(horizon.0.div_ceil(SLOTS as u64).max(1));
        Self {
            horizon,
            segments: Vec::with_capacity(SEGMENTS),
            current: segment(endpoints, resources),
            series: vec![Slot::default(); SLOTS],
            slot: 0,
            slot_width,
            slot_end: Time::ZERO + slot_width,
            in_system: 0,
            since: Time::ZERO,
            arrived: 0,
        }
    }

    /// When the present sixteenth ends: with its last slot.
    #[must_use]
    pub fn segment_end(&self) -> Time {
        let slots = (SLOTS / SEGMENTS * (self.segments.len() + 1)) as u64;
        (Time::ZERO + self.slot_width * slots).min(Time::ZERO + self.horizon)
    }

    /// Begins the next sixteenth. False if that was the last.
    pub fn next_segment(&mut self, now: Time) -> bool {
        self.account(now);
        if self.segments.len() + 1 == SEGMENTS {
            return false;
        }
        let next = segment(self.current.endpoints.len(), self.current.busy_ns.len());
        self.segments
            .push(std::mem::replace(&mut self.current, next));
        true
    }

    /// Accounts the requests in the system up to `now`, slot by slot.
    #[inline(always)]
    fn account(&mut self, now: Time) {
        while now >= self.slot_end && self.slot + 1 < SLOTS {
            self.next_slot();
        }
        self.series[self.slot].in_system_ns +=
            u128::from(now.0 - self.since.0) * u128::from(self.in_system);
        self.since = now;
    }

    fn next_slot(&mut self) {
        let part = u128::from(self.slot_end.0 - self.since.0) * u128::from(self.in_system);
        self.series[self.slot].in_system_ns += part;
        self.since = self.slot_end;
        self.slot += 1;
        self.slot_end += self.slot_width;
    }

    /// A request is meant to be sent.
    #[inline(always)]
    pub fn offered(&mut self, endpoint: usize, now: Time) {
        self.account(now);
        self.in_system += 1;
        self.arrived += 1;
        self.current.endpoints[endpoint].offered += 1;
    }

    /// A request is answered: its latency and account.
    #[inline(always)]
    pub fn succeeded(&mut self, endpoint: usize, now: Time, latency: Span, account: &Account) {
        self.account(now);
        self.in_system -= 1;
        let ns = u128::from(latency.0);
        let tally = &mut self.current.endpoints[endpoint];
        tally.succeeded += 1;
        if tally.latency.record(latency.0).is_err() {
            tally.latency.saturating_record(latency.0);
        }
        tally.sum_ns += ns;
        tally.sum_sq_ns2 += ns * ns;
        tally.account_ns.add(account);
        let slot = &mut self.series[self.slot];
        slot.succeeded += 1;
        slot.sum_ns += ns;
    }

    /// A request has failed.
    pub fn failed(&mut self, endpoint: usize, now: Time, why: Failure) {
        self.account(now);
        self.in_system -= 1;
        self.current.endpoints[endpoint].failed[why as usize] += 1;
        self.series[self.slot].failed += 1;
    }

    /// A resource was in use for `busy` nanoseconds.
    #[inline]
    pub fn busy(&mut self, resource: u32, busy: u64) {
        self.current.busy_ns[resource as usize] += busy;
    }

    /// The delay monitor of a loop fired `times` times after this interval.
    pub fn loop_tick(&mut self, interval: Span, times: u64) {
        let histogram = &mut self.current.loop_delay;
        if histogram.record_n(interval.0, times).is_err() {
            histogram.saturating_record_n(interval.0, times);
        }
    }

    /// The end of the run.
    #[must_use]
    pub fn finish(mut self, events: u64, memory_bytes: u64) -> Outcome {
        self.account(Time::ZERO + self.horizon);
        self.segments.resize(
            SEGMENTS - 1,
            segment(self.current.endpoints.len(), self.current.busy_ns.len()),
        );
        self.segments.push(self.current);
        for (segment, slots) in self
            .segments
            .iter_mut()
            .zip(self.series.chunks(SLOTS / SEGMENTS))
        {
            segment.in_system_ns = slots.iter().map(|slot| slot.in_system_ns).sum();
        }
        Outcome {
            horizon: self.horizon,
            segments: self.segments,
            series: self.series,
            events,
            arrived: self.arrived,
            in_flight: self.in_system,
            memory_bytes,
        }
    }
}
