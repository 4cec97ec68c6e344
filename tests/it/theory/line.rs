//! The line of a map against exact theory.
//!
//! Each request is `io` on the wire and needs `s` of exponential work. One contestant has a single loop (M/M/1: mean
//! `s / (1 − λs)`), the other a thread for each request on two cores (exponential work, so in whatever order the mean is that of the M/M/2: `s / (1 − ρ²)` with ρ = λs / 2), and waits another `w`. Inside a mean of `L`, with `M = L − io`,
//!
//! ```text
//! λ₁ = 1/s − 1/M        λ₂ = 2/s · √(1 − s / (M − w))
//! ```
//!
//! which are equal where `(1 − s/M)² = 4 (1 − s/(M − w))`.

use std::sync::atomic::AtomicBool;

use crossover::experiment::{Control, Plane, SweptAxis, sweep};

use crate::support::scenario;

const LIMIT: f64 = 150.0;
const MORE: f64 = 50.0;

/// The work at which both carry the same, milliseconds.
fn equal(io: f64) -> f64 {
    let (m, n) = (LIMIT - io, LIMIT - io - MORE);
    let (a, b, c) = (1.0 / (m * m), 4.0 / n - 2.0 / m, -3.0);
    (-b + (b * b - 4.0 * a * c).sqrt()) / (2.0 * a)
}

fn text(cpu: &str, io: &str) -> String {
    let io: f64 = io.trim_end_matches("ms").parse().unwrap();
    let way = io / 2.0;
    format!(
        "[arrivals]\nprocess = \"poisson\"\nrate = \"sweep\"\n[run]\nrequests = 8000\nreplications = 8\n[slo]\nmean = \"{LIMIT}ms\"\n[clients]\nlatency = \"{way}ms\"\n[hosts.app]\ncores = 2\n\
         [endpoints.page]\nsteps = [ {{ cpu = \"exp({cpu})\" }} ]\n\
         [contestants.one]\nmodel = \"ideal\"\nexecutors.main = {{ carriers = 1, tasks = \"unlimited\" }}\n\
         [contestants.two]\nmodel = \"ideal\"\n\
         after = [ {{ name = \"more\", wait = \"{MORE}ms\" }} ]\n"
    )
}

/// By hand: at io = 50, M = 100: s²/10,000 + 0.06 s − 3 = 0, so s = 46.41.
#[test]
fn equal_by_hand() {
    assert!((equal(50.0) - 46.410).abs() < 1e-3);
}

/// The line's interval holds the exact place, or the line is within 1.5 % of it, in both rows.
#[test]
fn the_line_of_a_map_is_where_theory_has_it() {
    let values = |from: f64, step: f64, n: u32| -> Vec<String> {
        (0..n)
            .map(|i| format!("{}ms", from + step * f64::from(i)))
            .collect()
    };
    let axes = vec![
        SweptAxis::new("params.cpu".to_owned(), values(20.0, 2.0, 26)),
        SweptAxis::new("params.io".to_owned(), values(30.0, 40.0, 2)),
    ];
    let at = |at: &[usize]| {
        Some(scenario(&text(
            &axes[0].values[at[0]],
            &axes[1].values[at[1]],
        )))
    };
    let plane = Plane {
        axes: axes.clone(),
        scenario: &at,
    };
    let stop = AtomicBool::new(false);
    let study = sweep(
        &plane,
        crossover::experiment::BUDGET,
        &Control::new(&stop, &()),
    )
    .unwrap();
    let found = study.sweep.unwrap();
    let scale = found.axes[0].scale.as_ref().unwrap();
    let map = found.sheets[0].map.as_ref().unwrap();
    let simulated = map.nodes.iter().filter(|node| node.simulated).count();
    assert!(simulated < 46, "{simulated} of 52 points were simulated");
    for row in 0..2 {
        let theory = equal(30.0 + 40.0 * row as f64);
        let mut line = map
            .crossings
            .iter()
            .filter(|c| c.horizontal && c.other == row);
        let crossing = line
            .next()
            .unwrap_or_else(|| panic!("no line in row {row}"));
        assert_eq!((crossing.before, crossing.after), (1, 0));
        let [value, lo, hi] =
            [crossing.place.value, crossing.place.lo, crossing.place.hi].map(|p| scale.at(p));
        println!(
            "io {} ms: {value:.2} ({lo:.2} to {hi:.2}), theory {theory:.2}",
            30 + 40 * row
        );
        assert!(
            lo <= theory && theory <= hi || (value / theory - 1.0).abs() < 0.015,
            "row {row}: {value} ({lo} to {hi}), theory {theory}"
        );
        assert!(line.next().is_none(), "two lines in row {row}");
    }
}
