//! How long to simulate: events are spent where the load needs them, within a budget.
//!
//! A load asks for five things, in this order:
//! 1. the requests that the 99th percentile of `all` needs in each replication (10,000; in depth the 99.9th's 100,000 later);
//! 2. fifty relaxation times of every contestant that can keep up, the least from which anything is concluded;
//! 3. the requests that the objectives need ([`Need::objectives`]), more where they are about a rare endpoint;
//! 4. as many relaxation times as the interval of p99 needs to cover what it says ([`relaxations_for`]: 250);
//! 5. `(1 + c²) / 2` times the longest of these, where the work at the fullest resource varies more than the exponential law, with a squared
//!    coefficient of variation c² ([`Need::variability`]).
//!
//! The first is granted to all loads. The others are granted from the cheapest load to the dearest, while the budget lasts;
//! what cannot be granted becomes empty figures and a note of what would fill them.
//!
//! Beside this budget there is one for those that drown and whose clients have a time-out: so long that the time-outs show.

use crate::kernel::Span;
use crate::measure::{SEGMENTS, SLOTS};
use crate::scenario::{RunLength, RunSettings};
use crate::stats::{relaxations_for, requests_for};

use super::jobs::SCOUTS;

/// Events a comparison may simulate at the measured ratios: eight to ten seconds on two cores at the five million events a
/// second that one of them does.
pub const BUDGET: f64 = 90e6;
/// Events for the time-outs of those that drown, as a share of the budget, on top of it.
const DROWNING: f64 = 0.35;
/// Of 16 parts, those planned for the warm-up where the tool chooses the length. One is always cut; a queue needs no more,
/// but whatever else begins cold (caches, idle connections) may.
const WARMUP: f64 = 4.0;
/// The same where the user did: what he asked for should not be missed by much to either side.
const ASKED_WARMUP: f64 = 2.0;
/// A hair more than the rule asks, for the chance in the number of arrivals.
const MARGIN: f64 = 1.01;

/// What is known of a load before it is simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Requests per second of the slowest contestant.
    pub rate: f64,
    /// The share of them that the figure is of: all, or one endpoint's.
    pub share: f64,
    /// Relaxation time of each contestant, seconds; infinite for those that drown.
    pub relaxation: Vec<f64>,
    /// Events of each contestant per second of simulated time.
    pub events: Vec<f64>,
    /// How many times as long a run has to be as one whose service times are exponential, at least 1: `(1 + c²) / 2`, the factor by which
    /// the time that a queue remembers, and the variance of its averages, grow in heavy traffic (W. Whitt, "Planning queueing
    /// simulations", Management Science 35, 1989). A mean to which few long requests and those they block add the most is lopsided, and Student's
    /// interval of ten such means falls short: by 3 of 95 at a coefficient of 2 without this, by 1 with it.
    pub variability: f64,
    /// Requests of all endpoints in which a replication sees enough of what the objectives limit.
    pub objectives: f64,
    /// What a run needs to settle whatever its length, seconds.
    pub settling: f64,
    /// The whole run after which those that drown can be counted, seconds; zero where nobody has to wait for that.
    pub settled: f64,
}

impl Need {
    /// The longest relaxation time among those that keep up.
    fn slowest(&self) -> f64 {
        self.relaxation
            .iter()
            .copied()
            .filter(|tau| tau.is_finite())
            .fold(0.0, f64::max)
    }

    /// Events of all replications for each second of a replication.
    fn cost(&self, replications: u32) -> f64 {
        let runs = |tau: &f64| {
            f64::from(if tau.is_finite() {
                replications
            } else {
                replications.min(SCOUTS)
            })
        };
        self.relaxation
            .iter()
            .zip(&self.events)
            .map(|(tau, events)| runs(tau) * events)
            .sum()
    }
}

/// The simulated time of a replication at each load.
#[must_use]
pub fn horizons(run: &RunSettings, needs: &[Need], in_depth: bool, budget: f64) -> Vec<Span> {
    match run.length {
        RunLength::Auto => auto(run, needs, in_depth, budget),
        RunLength::Requests(n) => needs
            .iter()
            .map(|need| with_warmup(run, n as f64 / need.rate.max(1e-9), ASKED_WARMUP))
            .collect(),
        RunLength::Duration(span) => {
            vec![with_warmup(run, span.as_secs_f64(), ASKED_WARMUP); needs.len()]
        }
    }
}

/// The whole run in which `measured` seconds are left after the warm-up, which takes this many sixteenths where it has to be
/// found.
fn with_warmup(run: &RunSettings, measured: f64, sixteenths: f64) -> Span {
    let parts = SEGMENTS as f64;
    let seconds = match run.warmup {
        None => measured * parts / (parts - sixteenths),
        Some(warmup) if warmup.is_zero() => measured,
        // Rounding the cut up costs up to a sixteenth.
        Some(warmup) => (measured + warmup.as_secs_f64()) * parts / (parts - 1.0),
    };
    whole_slots(seconds)
}

/// Rounded up so that slots and sixteenths have the same whole number of nanoseconds.
#[must_use]
pub fn whole_slots(seconds: f64) -> Span {
    let slots = SLOTS as u64;
    let ns = Span::from_secs_f64(seconds).0.max(slots);
    Span(ns.div_ceil(slots).saturating_mul(slots))
}

fn auto(run: &RunSettings, needs: &[Need], in_depth: bool, budget: f64) -> Vec<Span> {
    let enough =
        |q: f64, need: &Need| MARGIN * requests_for(q) as f64 / (need.share * need.rate).max(1e-9);
    let mut measured: Vec<f64> = needs.iter().map(|need| enough(0.99, need)).collect();
    // What nothing can be concluded without goes before the time-outs of those that drown.
    let mut reserve = DROWNING * budget;
    let mut left = budget - spent(run, needs, &measured) + reserve;
    grant(run, needs, &mut measured, &mut left, |need| {
        MARGIN * relaxations_for(0.5) * need.slowest()
    });
    reserve = reserve.min(left);
    left -= reserve;
    grant(run, needs, &mut measured, &mut left, |need| {
        MARGIN * need.objectives / need.rate.max(1e-9)
    });
    grant(run, needs, &mut measured, &mut left, |need| {
        relaxations_for(0.99) * need.slowest()
    });
    grant(run, needs, &mut measured, &mut left, |need| {
        need.variability * enough(0.99, need).max(relaxations_for(0.99) * need.slowest())
    });
    if in_depth {
        grant(run, needs, &mut measured, &mut left, |need| {
            enough(0.999, need)
        });
    }
    let mut spans: Vec<Span> = measured
        .into_iter()
        .zip(needs)
        .map(|(seconds, need)| planned(run, need, seconds))
        .collect();
    time_out(run, needs, &mut spans, reserve);
    spans
}

/// Lengthens runs until the time-outs of those that drown show, the cheapest first, as long as there are events left.
fn time_out(run: &RunSettings, needs: &[Need], spans: &mut [Span], mut left: f64) {
    let mut wishes: Vec<(f64, usize)> = needs
        .iter()
        .zip(spans.iter())
        .enumerate()
        .map(|(i, (need, span))| {
            let more = need.settled - span.as_secs_f64();
            (more * need.cost(run.replications), i)
        })
        .filter(|(cost, _)| *cost > 0.0)
        .collect();
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (cost, index) in wishes {
        if cost <= left {
            left -= cost;
            spans[index] = whole_slots(needs[index].settled);
        }
    }
}

/// Events that runs with these measured parts cost.
fn spent(run: &RunSettings, needs: &[Need], measured: &[f64]) -> f64 {
    needs
        .iter()
        .zip(measured)
        .map(|(need, seconds)| cost(run, need, *seconds))
        .sum()
}

/// The run that the tool plans for so many measured seconds.
fn planned(run: &RunSettings, need: &Need, measured: f64) -> Span {
    let span = with_warmup(run, measured, WARMUP);
    match run.warmup {
        None => span.max(whole_slots(measured + need.settling)),
        Some(_) => span,
    }
}

fn cost(run: &RunSettings, need: &Need, measured: f64) -> f64 {
    planned(run, need, measured).as_secs_f64() * need.cost(run.replications)
}

/// Lengthens runs to what `wish` says, the cheapest first, as long as there are events left.
fn grant(
    run: &RunSettings,
    needs: &[Need],
    measured: &mut [f64],
    left: &mut f64,
    wish: impl Fn(&Need) -> f64,
) {
    let extra = |i: usize, measured: &[f64]| {
        cost(run, &needs[i], wish(&needs[i])) - cost(run, &needs[i], measured[i])
    };
    let mut order: Vec<usize> = (0..needs.len())
        .filter(|i| wish(&needs[*i]) > measured[*i])
        .collect();
    order.sort_by(|a, b| extra(*a, measured).total_cmp(&extra(*b, measured)));
    for index in order {
        let more = extra(index, measured);
        if more <= *left {
            *left -= more;
            measured[index] = wish(&needs[index]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(rate: f64, tau: f64) -> Need {
        Need {
            rate,
            share: 1.0,
            relaxation: vec![tau],
            events: vec![rate * 10.0],
            variability: 1.0,
            objectives: 0.0,
            settling: 0.0,
            settled: 0.0,
        }
    }

    fn seconds(spans: &[Span]) -> Vec<f64> {
        spans.iter().map(|s| s.as_secs_f64()).collect()
    }

    /// A light load: 10,000 requests at 100/s, 1 % more, and 16/12 for the warm-up: 134.67 s.
    #[test]
    fn light_load_needs_its_requests() {
        let run = RunSettings::default();
        let spans = horizons(&run, &[need(100.0, 0.01)], false, BUDGET);
        assert!((seconds(&spans)[0] - 134.6667).abs() < 1e-3);
        assert_eq!(spans[0].0 % SLOTS as u64, 0);
    }

    /// The figure of an endpoint that a twentieth of the requests ask for: twenty times as long.
    #[test]
    fn a_rare_endpoint_needs_its_own_requests() {
        let run = RunSettings::default();
        let rare = Need {
            share: 0.05,
            ..need(100.0, 0.01)
        };
        let spans = horizons(&run, &[rare], false, BUDGET);
        assert!((seconds(&spans)[0] - 20.0 * 134.6667).abs() < 1e-2);
    }

    /// A limit on the p99 of a twentieth of all needs 200,000 of all: 2,000 s at 100/s, 1 % more, and 16/12 for the warm-up.
    #[test]
    fn rare_endpoints_need_their_requests_while_the_budget_lasts() {
        let run = RunSettings::default();
        let rare = Need {
            objectives: 200_000.0,
            ..need(100.0, 0.01)
        };
        let rich = horizons(&run, std::slice::from_ref(&rare), false, BUDGET);
        assert!((seconds(&rich)[0] - 2693.333).abs() < 1e-2, "{rich:?}");
        let poor = horizons(&run, &[rare], false, 2e6);
        assert!((seconds(&poor)[0] - 134.6667).abs() < 1e-3);
    }

    /// A knee whose τ is 1 s: 250 s × 16/12. With a budget for only a fifth of that: 50 s is not more than the 101 s of
    /// its requests, so nothing is gained from what is left.
    #[test]
    fn knees_get_their_relaxation_times_while_the_budget_lasts() {
        let run = RunSettings::default();
        let rich = horizons(&run, &[need(100.0, 1.0)], false, BUDGET);
        assert!((seconds(&rich)[0] - 250.0 * 16.0 / 12.0).abs() < 1e-3);
        let poor = horizons(&run, &[need(100.0, 1.0)], false, 1.5e6);
        assert!((seconds(&poor)[0] - 134.6667).abs() < 1e-3);
    }

    /// The cheaper of two knees is served when there is not enough for both.
    #[test]
    fn the_cheapest_first() {
        let run = RunSettings::default();
        let needs = [need(100.0, 20.0), need(100.0, 4.0)];
        // 2 × 1.35e6 for the requests; 50 τ: 1,347 s and 269 s, of which 135 are there: 12.1e6 and 1.35e6 more events.
        let spans = seconds(&horizons(&run, &needs, false, 2.0 * 1.347e6 + 2e6));
        assert!((spans[0] - 134.6667).abs() < 1e-3 && (spans[1] - 269.333).abs() < 1e-2);
    }

    #[test]
    fn the_drowning_do_not_lengthen_anything() {
        let run = RunSettings::default();
        let spans = horizons(&run, &[need(1000.0, f64::INFINITY)], false, BUDGET);
        assert!((seconds(&spans)[0] - 13.46667).abs() < 1e-4);
    }

    /// Two that drown at 1,000/s, three times 10,000 events a second: 13.5 s for the requests. 80 s for the time-outs cost
    /// 2 million more, 200 s 5.6 million, and the budget has 2.1.
    #[test]
    fn time_outs_show_while_the_budget_lasts() {
        let run = RunSettings::default();
        let drowning = |settled| Need {
            settled,
            ..need(1000.0, f64::INFINITY)
        };
        let needs = [drowning(200.0), drowning(80.0)];
        let spans = seconds(&horizons(&run, &needs, false, 6e6));
        assert!((spans[0] - 13.46667).abs() < 1e-4 && (spans[1] - 80.0).abs() < 1e-4);
        let spans = seconds(&horizons(&run, &needs, false, 60e6));
        assert!((spans[0] - 200.0).abs() < 1e-4 && (spans[1] - 80.0).abs() < 1e-4);
    }

    /// 101 s to measure, 60 s to settle: more than a quarter of 134 s.
    #[test]
    fn closed_loops_need_time_to_settle() {
        let run = RunSettings::default();
        let slow = Need {
            settling: 60.0,
            ..need(100.0, 0.01)
        };
        assert!((seconds(&horizons(&run, &[slow], false, BUDGET))[0] - 161.0).abs() < 1e-3);
    }

    /// A coefficient of variation of 2: 2.5 times the 134.67 s of the requests, or of the 333 s of 250 τ; nothing of it where the budget
    /// does not reach.
    #[test]
    fn varied_work_takes_longer() {
        let run = RunSettings::default();
        let varied = |tau| Need {
            variability: 2.5,
            ..need(100.0, tau)
        };
        let planned = |tau, budget| seconds(&horizons(&run, &[varied(tau)], false, budget))[0];
        assert!((planned(0.01, BUDGET) - 2.5 * 134.6667).abs() < 1e-3);
        assert!((planned(1.0, BUDGET) - 2.5 * 333.3333).abs() < 1e-3);
        assert!((planned(0.01, 3e6) - 134.6667).abs() < 1e-3);
    }

    #[test]
    fn in_depth_reaches_for_the_thousandth() {
        let run = RunSettings::default();
        let spans = horizons(&run, &[need(1000.0, 0.001)], true, BUDGET);
        assert!((seconds(&spans)[0] - 134.6667).abs() < 1e-3);
    }

    /// What the user says is measured after the warm-up: 70 s with one to be found (80 s in all); 60 s after 15 s: 80 s,
    /// so that five sixteenths of 5 s can be cut... and one more if the warm-up is not on a boundary.
    #[test]
    fn explicit_lengths() {
        let mut run = RunSettings {
            length: RunLength::Duration(Span::from_secs(70)),
            ..RunSettings::default()
        };
        let needs = [need(10.0, 1.0)];
        assert!((seconds(&horizons(&run, &needs, false, BUDGET))[0] - 80.0).abs() < 1e-3);
        run.length = RunLength::Duration(Span::from_secs(60));
        run.warmup = Some(Span::from_secs(15));
        assert!((seconds(&horizons(&run, &needs, false, BUDGET))[0] - 80.0).abs() < 1e-3);
        run.warmup = Some(Span::ZERO);
        run.length = RunLength::Requests(600);
        assert!((seconds(&horizons(&run, &needs, false, BUDGET))[0] - 60.0).abs() < 1e-3);
    }
}
