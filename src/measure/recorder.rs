//! What a running simulation writes into: tallies of the present sixteenth, the coarse series, resources in use.
//!
//! Memory does not depend on the number of requests: histograms, sums and [`SLOTS`] slots.

use hdrhistogram::Histogram;

use super::account::Account;
use super::bands::{BANDS, Band, Bands};
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
    /// The sum of the times at which those in the system were meant to be sent.
    begun: u128,
    failed_ns: u128,
    /// The limits of the bands, if they are asked for.
    bands: Option<Bands>,
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
        bands: Vec::new(),
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
            begun: 0,
            failed_ns: 0,
            bands: None,
        }
    }

    /// Also sums accounts by band of latency, in a system of so many services.
    #[must_use]
    pub fn with_bands(mut self, bands: Bands, services: usize) -> Self {
        self.bands = Some(bands);
        self.current.bands = vec![Band::new(services); BANDS * self.current.endpoints.len()];
        self
    }

    /// The account of an answered request goes to its band; `inside` is what called services did for it.
    pub fn banded(
        &mut self,
        endpoint: usize,
        latency: Span,
        account: &Account,
        inside: &[Account],
    ) {
        let Some(bands) = self
            .bands
            .filter(|bands| bands.endpoint.is_none_or(|only| only == endpoint))
        else {
            return;
        };
        self.current.bands[BANDS * endpoint + bands.of(latency.0)].count(account, inside);
    }

    /// The next sixteenth, empty.
    fn fresh(&self) -> Segment {
        let mut next = segment(self.current.endpoints.len(), self.current.busy_ns.len());
        next.bands = self.current.bands.iter().map(Band::emptied).collect();
        next
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
        let next = self.fresh();
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

    /// A request is meant to be sent. Returns its number, from 1 in the order of coming.
    #[inline(always)]
    pub fn offered(&mut self, endpoint: usize, now: Time) -> u64 {
        self.account(now);
        self.in_system += 1;
        self.arrived += 1;
        self.begun += u128::from(now.0);
        self.current.endpoints[endpoint].offered += 1;
        self.arrived
    }

    /// A request is answered: its latency and account.
    #[inline(always)]
    pub fn succeeded(&mut self, endpoint: usize, now: Time, latency: Span, account: &Account) {
        self.account(now);
        self.in_system -= 1;
        self.begun -= u128::from(now.0 - latency.0);
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

    /// A request has failed, so long after it was meant to be sent.
    pub fn failed(&mut self, endpoint: usize, now: Time, latency: Span, why: Failure) {
        self.account(now);
        self.in_system -= 1;
        self.begun -= u128::from(now.0 - latency.0);
        self.failed_ns += u128::from(latency.0);
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
        self.segments.resize(SEGMENTS - 1, self.fresh());
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
            failed_ns: self.failed_ns,
            unfinished_ns: u128::from(self.horizon.0) * u128::from(self.in_system) - self.begun,
            memory_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Component;

    /// 1,024 slots of 10 ns, sixteenths of 640 ns.
    const HORIZON: Span = Span(10_240);

    fn run(recorder: &mut Recorder, until: u64) {
        while recorder.segment_end() <= Time(until) {
            let end = recorder.segment_end();
            if !recorder.next_segment(end) {
                return;
            }
        }
    }

    #[test]
    fn time_in_the_system_is_cut_at_slots_and_sixteenths() {
        let mut recorder = Recorder::new(HORIZON, 1, 0);
        recorder.offered(0, Time(5));
        recorder.offered(0, Time(12));
        run(&mut recorder, 700);
        let mut account = Account::default();
        *account.entry(Component::Timer) = 695;
        recorder.succeeded(0, Time(700), Span(695), &account);
        run(&mut recorder, 1000);
        recorder.failed(0, Time(1000), Span(988), Failure::Timeout);
        recorder.offered(0, Time(1000));
        run(&mut recorder, HORIZON.0);
        let outcome = recorder.finish(7, 0);

        let slots: Vec<_> = outcome
            .series
            .iter()
            .map(|slot| slot.in_system_ns)
            .collect();
        assert_eq!(slots[..3], [5, 10 + 8, 20]);
        assert_eq!(
            (slots[69], slots[70], slots[99], slots[100], slots[1023]),
            (20, 10, 10, 10, 10)
        );
        let first: u128 = slots[..64].iter().sum();
        assert_eq!(
            (outcome.segments[0].in_system_ns, outcome.segments.len()),
            (first, SEGMENTS)
        );
        let counts = |at: usize| {
            let tally = &outcome.segments[at].endpoints[0];
            (tally.offered, tally.succeeded, tally.failed)
        };
        assert_eq!(counts(0), (2, 0, [0; 4]));
        assert_eq!(counts(1), (1, 1, [0, 1, 0, 0]));
        let tally = &outcome.segments[1].endpoints[0];
        assert_eq!(
            (tally.sum_ns, tally.sum_sq_ns2, tally.account_ns),
            (695, 695 * 695, account)
        );
        assert_eq!(
            (outcome.arrived, outcome.in_flight, outcome.events),
            (3, 1, 7)
        );
        assert_eq!((outcome.failed_ns, outcome.unfinished_ns), (988, 9240));
        let all: u128 = slots.iter().sum();
        assert_eq!(all, 695 + 988 + 9240);
    }

    #[test]
    fn a_run_that_is_no_multiple_of_the_slots_keeps_sixteen_parts() {
        for horizon in [1, 63, 1023, 1025, 10_241] {
            let mut recorder = Recorder::new(Span(horizon), 1, 1);
            recorder.offered(0, Time::ZERO);
            run(&mut recorder, horizon);
            recorder.busy(0, 3);
            let outcome = recorder.finish(0, 0);
            let inside: u128 = outcome.segments.iter().map(|part| part.in_system_ns).sum();
            assert_eq!(
                (inside, outcome.segments.len()),
                (u128::from(horizon), SEGMENTS)
            );
            let busy: u64 = outcome.segments.iter().map(|part| part.busy_ns[0]).sum();
            assert_eq!(busy, 3);
        }
    }
}
