//! The signature picture, timed: the map of `examples/crossover-map.toml` at 40 × 40.
//!
//! `cargo bench --bench map` prints how many of the 1,600 points were simulated, the events that took, and the seconds on all
//! cores, and what the map says.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crossover::experiment::{BUDGET, Control, Plane, SweptAxis, sweep};
use crossover::report::verdict;
use crossover::scenario::{Axis, Embedded, load};

fn axis(text: &str) -> SweptAxis {
    let axis = Axis::parse_into(text, Some(40)).unwrap_or_else(|wrong| panic!("{wrong}"));
    SweptAxis::new(axis.path, axis.values)
}

fn main() {
    let axes = vec![
        axis("params.cpu=4ms..50ms log"),
        axis("params.io=5ms..60ms log"),
    ];
    let scenario = |at: &[usize]| {
        let overrides: Vec<String> = axes
            .iter()
            .zip(at)
            .map(|(axis, i)| format!("{}={}", axis.path, axis.values[*i]))
            .collect();
        load(&Embedded, "crossover-map", &overrides).ok()
    };
    let plane = Plane {
        axes: axes.clone(),
        scenario: &scenario,
    };
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let study =
        sweep(&plane, BUDGET, &Control::new(&stop, &())).unwrap_or_else(|wrong| panic!("{wrong}"));
    let seconds = start.elapsed().as_secs_f64();
    let events: u64 = study
        .rows
        .iter()
        .filter(|row| row.endpoint == "all")
        .map(|row| row.events)
        .sum();
    let sheets = study.sweep.iter().flat_map(|sweep| &sweep.sheets);
    let points: Vec<usize> = sheets.map(|sheet| sheet.points.len()).collect();
    println!("points simulated of 1,600, at the measured ratios and at equal CPU: {points:?}");
    println!(
        "{:.0} million events in {seconds:.1} s",
        events as f64 * 1e-6
    );
    for sentence in verdict::verdict(&study) {
        println!("{sentence}");
    }
}
