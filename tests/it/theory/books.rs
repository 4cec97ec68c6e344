//! What holds on every sample path, whatever the laws: conservation, the account of time, Little's law.

use std::fmt::Write as _;

use crossover::kernel::{Dist, Key, Path, Span};
use crossover::measure::Outcome;
use crossover::world::Plan;

use super::cases::{Case, Runs, all};
use crate::support;

/// Says what does not balance in these runs.
pub fn check(case: &Case, runs: &Runs) -> Vec<String> {
    let all = runs.outcomes.iter();
    all.filter_map(|outcome| unbalanced(&runs.plan, outcome))
        .map(|what| format!("{}: {what}", case.name))
        .collect()
}

fn unbalanced(plan: &Plan, outcome: &Outcome) -> Option<String> {
    let (mut offered, mut ended, mut sum_ns) = (0, 0, 0);
    for segment in &outcome.segments {
        for tally in &segment.endpoints {
            offered += tally.offered;
            ended += tally.succeeded + tally.failed.iter().sum::<u64>();
            sum_ns += tally.sum_ns;
            let account = u128::from(tally.account_ns.total());
            if account != tally.sum_ns {
                return Some(format!("account {account}, latencies {}", tally.sum_ns));
            }
            if tally.latency.len() != tally.succeeded {
                return Some(format!(
                    "{} of {} recorded",
                    tally.latency.len(),
                    tally.succeeded
                ));
            }
        }
        for (resource, busy) in plan.resources.iter().zip(&segment.busy_ns) {
            let most =
                outcome.horizon.0.div_ceil(16 * 64) * 64 * resource.units.unwrap_or(u64::MAX >> 40);
            if *busy > most {
                return Some(format!("{} in use {busy} of {most}", resource.name));
            }
        }
    }
    if offered != outcome.arrived || offered != ended + outcome.in_flight {
        return Some(format!(
            "{offered} offered, {ended} ended, {} inside",
            outcome.in_flight
        ));
    }
    let inside_ns = outcome
        .segments
        .iter()
        .map(|s| s.in_system_ns)
        .sum::<u128>();
    let slots_ns = outcome.series.iter().map(|s| s.in_system_ns).sum::<u128>();
    // Little's law on the sample path, to the nanosecond (Stidham 1974): each counts for as long as it was inside.
    let times_ns = sum_ns + outcome.failed_ns + outcome.unfinished_ns;
    if inside_ns != times_ns || inside_ns != slots_ns {
        return Some(format!(
            "∫N dt {inside_ns}, times inside {times_ns}, slots {slots_ns}"
        ));
    }
    None
}

/// Little's law to the nanosecond: a list of Poisson arrivals is replayed, and all of them have left at the end. Then
/// `∫ N dt = Σ latencies` on the sample path, with no end effects (Little 1961; Stidham 1974).
#[test]
fn littles_law_is_exact_when_all_have_left() {
    let mut wrong = String::new();
    let mut count = 0;
    for case in all() {
        let Some((arrivals, rest)) = case.text.split_once('\n') else {
            continue;
        };
        if !arrivals.contains("poisson") {
            continue;
        }
        let text = format!("arrivals = {{ process = \"replay\", file = \"times.txt\" }}\n{rest}");
        let (times, last) = poisson(case.load, 10_000, count);
        let scenario = support::scenario_with(&text, &[("times.txt", &times)]);
        let horizon = Span::from_secs_f64(2.0 * last + 10.0);
        let outcome = &support::outcomes(&scenario, case.load, horizon, 1, true)[0];
        let inside = outcome
            .segments
            .iter()
            .map(|s| s.in_system_ns)
            .sum::<u128>();
        let tallies = || outcome.segments.iter().flat_map(|s| &s.endpoints);
        let latencies = tallies().map(|t| t.sum_ns).sum::<u128>() + outcome.failed_ns;
        let ended = tallies().map(|t| t.succeeded + t.failed.iter().sum::<u64>());
        if inside != latencies || outcome.in_flight != 0 || ended.sum::<u64>() != 10_000 {
            let _ = writeln!(
                wrong,
                "{}: ∫N dt {inside}, latencies {latencies}, {} inside",
                case.name, outcome.in_flight
            );
        }
        count += 1;
    }
    assert!(count > 20);
    assert!(wrong.is_empty(), "{wrong}");
}

/// So many arrivals of a Poisson process, as the text of a file, and the time of the last, seconds.
fn poisson(rate: f64, arrivals: u64, stream: u64) -> (String, f64) {
    let (key, path) = (Key::root(20, stream), Path::ROOT.child("replayed"));
    let law = Dist::Exp { mean: 1e9 / rate };
    let (mut text, mut at) = (String::new(), 0.0);
    for n in 0..arrivals {
        at += law.sample(key.nth(n).word(path)).as_secs_f64();
        let _ = writeln!(text, "{at:.9}");
    }
    (text, at)
}
