//! Past saturation: whether what is counted has come to rest.
//!
//! An overloaded queue whose clients give up is full only after a while: at `ρ` times what the server can do, the wait grows
//! by `ρ − 1` seconds a second until it is the clients' time-out. Before that everybody who is answered is answered in time,
//! afterwards perhaps nobody is: throughput and errors of a run that ends in between are those of neither.

use std::sync::Arc;

use super::brief::Brief;
use crate::kernel::Span;
use crate::measure::{SEGMENTS, SLOTS};
use crate::stats::growth;

/// Time-outs that must have passed before anything is counted, and that must be counted.
const TIMEOUTS: f64 = 2.0;
/// The latest cut, in sixteenths: in a window that is a short part of the run, steady growth looks like none.
const LATEST: usize = SEGMENTS - SEGMENTS / 4;

/// The seconds of a whole run after which an open system overloaded by this factor can be counted. Infinite where it is not
/// overloaded.
#[must_use]
pub fn settled(timeout: Span, overload: f64) -> f64 {
    if overload <= 1.0 {
        return f64::INFINITY;
    }
    let timeout = timeout.as_secs_f64();
    let full = timeout * (1.0 + 1.0 / (overload - 1.0)).max(TIMEOUTS);
    let parts = SEGMENTS as f64;
    // Cuts lie on sixteenths.
    ((full + TIMEOUTS * timeout) * parts / (parts - 1.0)).max(full * parts / (LATEST - 1) as f64)
}

/// The first cut, not before `earliest`, from which on a saturated contestant is at rest: at least two time-outs have passed,
/// as many are left, the number in system no longer grows, and as many are answered late in the window as early. None if there is no such cut.
#[must_use]
pub fn rest(briefs: &[Arc<Brief>], timeout: Span, earliest: usize) -> Option<usize> {
    let horizon = briefs.first()?.horizon.as_secs_f64();
    let least = TIMEOUTS * timeout.as_secs_f64() * SEGMENTS as f64 / horizon;
    let first = earliest.max((least - 1e-9).ceil() as usize);
    let last = LATEST.min((SEGMENTS as f64 - least + 1e-9).max(0.0) as usize);
    (first..=last).find(|cut| !still_growing(briefs, *cut) && steady(briefs, *cut))
}

/// Whether the two halves after this cut answered about as many: within a tenth, and what chance makes of it.
fn steady(briefs: &[Arc<Brief>], cut: usize) -> bool {
    let after = |brief: &Brief| {
        let slots = &brief.series[cut * SLOTS / SEGMENTS..];
        let (early, late) = slots.split_at(slots.len() / 2);
        [early, late].map(|half| half.iter().map(|s| s.succeeded).sum::<u64>() as f64)
    };
    let (early, late) = briefs
        .iter()
        .map(|brief| after(brief))
        .fold((0.0, 0.0), |sum, [e, l]| (sum.0 + e, sum.1 + l));
    (early - late).abs() <= 0.1 * early.max(late) + 3.0 * f64::sqrt(early + late)
}

/// Whether the number in system grows after this cut.
fn still_growing(briefs: &[Arc<Brief>], cut: usize) -> bool {
    let after = |brief: &Brief| brief.in_system(SLOTS).split_off(cut * SLOTS / SEGMENTS);
    let mut series: Vec<Vec<f64>> = briefs.iter().map(|brief| after(brief)).collect();
    // A single run has no spread between runs: its trend is taken as it is.
    if let [single] = &series[..] {
        series.push(single.clone());
    }
    growth(&series)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Recorder, Slot};

    /// A run of this many seconds in which the number in system rises evenly to 1,000 until `full`.
    fn filling(seconds: u64, full: f64) -> Arc<Brief> {
        let width = seconds as f64 / SLOTS as f64;
        let slot = |i: usize| Slot {
            in_system_ns: (1e9 * width * 1000.0 * (i as f64 * width / full).min(1.0)) as u128,
            ..Slot::default()
        };
        let mut outcome = Recorder::new(Span::from_secs(seconds), 1, 1).finish(0, 0);
        outcome.series = (0..SLOTS).map(slot).collect();
        Arc::new(Brief::of(&outcome))
    }

    const TEN: Span = Span::from_secs(10);

    /// A time-out of 10 s and an overload of 1.25: full after 40 s, at rest 10 s later, counted for 20 s: 70 s, and a
    /// sixteenth for the rounding.
    #[test]
    fn the_longer_the_nearer_to_the_bound() {
        assert!((settled(TEN, 1.25) - 70.0 * 16.0 / 15.0).abs() < 7.0);
        assert!((settled(TEN, 10.0) - 40.0 * 16.0 / 15.0).abs() < 1e-9);
        assert!(settled(TEN, 1.01) > 1000.0);
        assert_eq!(settled(TEN, 1.0), f64::INFINITY);
    }

    #[test]
    fn a_run_shorter_than_the_time_outs_is_transient() {
        assert_eq!(rest(&[filling(10, 1.0)], TEN, 1), None);
        assert_eq!(rest(&[filling(39, 1.0)], TEN, 1), None);
        assert_eq!(rest(&[filling(64, 1.0)], TEN, 1), Some(5));
    }

    /// 80 s: two time-outs are 4 sixteenths. Full after 40 s: from the cut at 40 s, or a little before, nothing grows; full
    /// after 1,000 s it grows from every cut.
    #[test]
    fn what_still_fills_is_transient() {
        let briefs = [filling(80, 40.0), filling(80, 40.0)];
        assert!(matches!(rest(&briefs, TEN, 1), Some(7 | 8)));
        assert_eq!(rest(&[filling(80, 1000.0)], TEN, 1), None);
        assert_eq!(rest(&briefs, TEN, 13), None);
    }

    /// The number in system stands still from the start, but until 45 s of 80 s there are answers, and none afterwards: at rest
    /// from 9 sixteenths on.
    #[test]
    fn answers_that_cease_are_transient() {
        let mut brief = Arc::unwrap_or_clone(filling(80, 1.0));
        let until = SLOTS * 45 / 80;
        brief.series[..until]
            .iter_mut()
            .for_each(|s| s.succeeded = 100);
        assert_eq!(rest(&[Arc::new(brief)], TEN, 1), Some(9));
    }
}
