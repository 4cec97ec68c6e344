//! The share that is done as it is told while a study runs: it ends where everything is done, and falls back by little where the study finds that more
//! is to be done than was planned.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crossover::experiment::explain::explain;
use crossover::experiment::{
    Control, Observer, PRECISION, Progress, Simulation, capacity_with, compare_with,
};
use crossover::scenario::{Embedded, Scenario, load};

/// Events for each study.
const BUDGET: f64 = 4e6;

#[derive(Default)]
struct Shares(Mutex<Vec<f64>>);

impl Observer for Shares {
    fn progress(&self, progress: Progress) {
        self.0.lock().unwrap().push(progress.share);
    }
}

/// By how much the share falls back at most, and where it ends. Threads tell it out of order, so only one works.
fn told(work: impl FnOnce(&Control) + Send) -> (f64, f64) {
    let (stop, shares) = (AtomicBool::new(false), Shares::default());
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    one.install(|| work(&Control::new(&stop, &shares)));
    let shares = shares.0.into_inner().unwrap();
    let mut most = 0.0f64;
    let falls = shares.iter().map(|share| {
        most = most.max(*share);
        most - share
    });
    (falls.fold(0.0, f64::max), shares[shares.len() - 1])
}

fn quickstart(changes: &[&str]) -> Scenario {
    let mut changes: Vec<String> = changes.iter().map(|c| (*c).to_owned()).collect();
    changes.push("run.replications=4".to_owned());
    load(&Embedded, "quickstart", &changes).unwrap()
}

fn holds(name: &str, most: f64, least: f64, (fall, end): (f64, f64)) {
    println!("{name}: falls back by {fall:.3}, ends at {end:.3}");
    assert!(fall <= most, "{name} falls back by {fall}");
    assert!(end >= least, "{name} ends at {end}");
}

/// Two passes: at the measured ratios and at equal CPU. How many loads the second visits depends on the first.
#[test]
fn compare_has_one_bar_for_both_passes() {
    let scenario = quickstart(&["run.requests=1000"]);
    let bar = told(|control| {
        compare_with(&scenario, &Simulation(&scenario), BUDGET, control).unwrap();
    });
    holds("compare", 0.1, 0.99, bar);
}

/// Three passes, of which the third is no larger than planned.
#[test]
fn explain_has_one_bar_for_all_passes() {
    let scenario = quickstart(&["arrivals.rate=200/s"]);
    let bar = told(|control| {
        explain(&scenario, None, BUDGET, control).unwrap();
    });
    holds("explain", 0.01, 0.99, bar);
}

/// A search plans what such searches usually take, and may need more, or less.
#[test]
fn a_search_has_a_bar_of_its_usual_length() {
    let scenario = quickstart(&[]);
    let simulation = Simulation(&scenario);
    let bar = told(|control| {
        capacity_with(&scenario, &simulation, PRECISION, BUDGET, control).unwrap();
    });
    holds("capacity", 0.1, 0.9, bar);
}
