//! How long people wait: until p99 is known within 5 %, and what a second thread saves.
//!
//! `cargo bench --bench waiting` prints the seconds of `crossover run quickstart --precision 5%` and of `crossover compare quickstart` with and without that, on one
//! thread and on two, by turns, the shortest of three; and what this machine gives two threads at most: two such studies at once, each on its own
//! thread, against one after the other.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crossover::experiment::{BUDGET, Control, Simulation, Study, compare_with, run_with};
use crossover::scenario::{Embedded, Scenario, load};

/// Times each is taken.
const TIMES: usize = 3;

fn quickstart(changes: &[&str]) -> Scenario {
    let changes: Vec<String> = changes.iter().map(|c| (*c).to_owned()).collect();
    load(&Embedded, "quickstart", &changes).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Seconds of a study on so many threads, and its events.
fn timed(threads: usize, study: &(dyn Fn(&Control) -> Study + Sync)) -> (f64, u64) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.unwrap_or_else(|wrong| panic!("{wrong}"));
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let study = pool.install(|| study(&Control::new(&stop, &())));
    let rows = study.rows.iter().filter(|row| row.endpoint == "all");
    (
        start.elapsed().as_secs_f64(),
        rows.map(|row| row.events).sum(),
    )
}

/// Two of a study at once, against one: 2 where the machine has two cores that do not hinder each other.
fn ceiling(alone: f64, study: &(dyn Fn(&Control) -> Study + Sync)) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| timed(1, study));
        }
    });
    2.0 * alone / start.elapsed().as_secs_f64()
}

fn shown(name: &str, study: &(dyn Fn(&Control) -> Study + Sync)) {
    let (mut one, mut two, mut most, mut events) = (f64::INFINITY, f64::INFINITY, 0.0f64, 0);
    for _ in 0..TIMES {
        let (seconds, seen) = timed(1, study);
        one = one.min(seconds);
        two = two.min(timed(2, study).0);
        most = most.max(ceiling(one, study));
        events = seen;
    }
    println!(
        "{name}: {:.1} million events, {one:.2} s on one thread, {two:.2} s on two: {:.2} times as fast (two studies at once: {most:.2})",
        events as f64 * 1e-6,
        one / two
    );
}

fn main() {
    let (plain, precise) = (quickstart(&[]), quickstart(&["run.precision=5%"]));
    shown("run quickstart --precision 5%", &|control| {
        run_with(&precise, &Simulation(&precise), BUDGET, control)
            .unwrap_or_else(|wrong| panic!("{wrong}"))
    });
    shown("compare quickstart", &|control| {
        compare_with(&plain, &Simulation(&plain), BUDGET, control)
            .unwrap_or_else(|wrong| panic!("{wrong}"))
    });
    shown("compare quickstart --precision 5%", &|control| {
        compare_with(&precise, &Simulation(&precise), BUDGET, control)
            .unwrap_or_else(|wrong| panic!("{wrong}"))
    });
}
