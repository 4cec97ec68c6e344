//! Every case, by itself: theory inside the interval.

use crossover::kernel::Span;
use crossover::stats::student_t;

use super::cases::{all, mechanisms, stations};
use super::{ERROR, books, demands};
use crate::support;

/// Runs these cases and asks for theory inside every interval, balanced books and kept bounds. All failures are told at once.
fn agree(names: impl Fn(&str) -> bool) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in all().iter().filter(|case| names(case.name)) {
        count += 1;
        let df = case.replications as usize - 1;
        let wider = student_t(1.0 - ERROR / 2.0, df) / student_t(0.975, df);
        let runs = case.run(1.0);
        wrong.extend(books::check(case, &runs));
        wrong.extend(demands::check(case, &runs));
        for row in case.rows(&runs) {
            let (label, unit) = (row.figure.label(), row.figure.unit());
            let half = row.half * wider;
            let line = format!(
                "{}: {label}: theory {:.6}, simulated {:.6} ± {:.6} ({:+.3} %, ± {:.3} %)",
                case.name,
                row.theory * unit,
                row.simulated * unit,
                half * unit,
                row.error(),
                half / row.theory * 100.0,
            );
            println!("{line}");
            // Rounding of what is exact: a server that is always busy.
            let exact = 1e-12 * row.theory;
            if (row.simulated - row.theory).abs() > half.max(exact) || half.is_nan() {
                wrong.push(line);
            }
        }
    }
    assert!(count > 0, "no such case");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mm1() {
    agree(|name| name.starts_with("M/M/1, ρ"));
}

#[test]
fn mg1() {
    agree(|name| {
        ["M/D/1", "M/E₂/1", "M/G/1"]
            .iter()
            .any(|kind| name.starts_with(kind))
    });
}

#[test]
fn erlang_c_however_it_is_said() {
    agree(|name| name.starts_with("M/M/16") || name.starts_with("M/M/4:"));
}

#[test]
fn loss() {
    agree(|name| name.starts_with("M/M/4/10") || name.starts_with("M/M/1/2"));
}

#[test]
fn processor_sharing() {
    agree(|name| name.starts_with("PS"));
}

#[test]
fn any_order_of_exponential_work() {
    agree(|name| {
        name.contains("cores,") || name.contains("threads, 4 cores") || name.contains("socket per")
    });
}

#[test]
fn servers_for_all() {
    agree(|name| name.contains('∞'));
}

#[test]
fn mechanisms() {
    let names: Vec<&str> = mechanisms::cases().iter().map(|case| case.name).collect();
    agree(|name| names.contains(&name));
}

#[test]
fn networks() {
    agree(|name| {
        ["tandem", "feedback", "machine", "12 users", "a loop"]
            .iter()
            .any(|kind| name.starts_with(kind))
    });
}

/// The same requests through threads, processes, an accept queue, an auxiliary pool and a pool of client connections: whoever
/// says "four at a time" says the same, to the nanosecond.
#[test]
fn four_at_a_time_is_the_same_however_it_is_said() {
    let sums: Vec<(&str, u128, u64)> = stations::cases()
        .iter()
        .filter(|case| case.name.starts_with("M/M/4:"))
        .map(|case| {
            let horizon = Span::from_secs(10);
            let outcome = &support::outcomes(&case.scenario(), case.load, horizon, 1, true)[0];
            let tallies = || outcome.segments.iter().map(|segment| &segment.endpoints[0]);
            (
                case.name,
                tallies().map(|tally| tally.sum_ns).sum(),
                tallies().map(|tally| tally.succeeded).sum(),
            )
        })
        .collect();
    // Work inside a call has dice of its own: a path further down.
    let (calls, own): (Vec<_>, Vec<_>) = sums
        .iter()
        .partition(|(name, ..)| name.contains("service") || name.contains("a pool"));
    assert_eq!((calls.len(), own.len()), (2, 5));
    for group in [calls, own] {
        for (name, sum, count) in &group {
            assert_eq!((*sum, *count), (group[0].1, group[0].2), "{name}");
        }
    }
}

/// What is left out of a compiled world changes nothing.
#[test]
fn elided_worlds_agree_with_full_ones() {
    for case in all() {
        let horizon = Span::from_secs_f64(case.seconds * 0.02);
        let [elided, full] = [true, false].map(|elide| {
            let outcome = &support::outcomes(&case.scenario(), case.load, horizon, 1, elide)[0];
            let tallies = || {
                outcome
                    .segments
                    .iter()
                    .flat_map(|segment| &segment.endpoints)
            };
            (
                tallies().map(|tally| tally.succeeded).sum::<u64>(),
                tallies().map(|tally| tally.sum_ns).sum::<u128>(),
                tallies().map(|tally| tally.sum_sq_ns2).sum::<u128>(),
            )
        });
        assert_eq!(elided, full, "{}", case.name);
    }
}
