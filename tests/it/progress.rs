//! The share that is done as it is told while a study runs: it never falls back, is not far ahead of the events that are done, and ends
//! where everything is done, or, of a search, where what was foreseen is no longer needed.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crossover::experiment::explain::explain;
use crossover::experiment::{
    Control, Observer, PRECISION, Progress, Simulation, capacity_with, compare_with, tune_with,
};
use crossover::scenario::{Embedded, Scenario, load};

/// Events for each study; and for a search, which with few comes to no end.
const BUDGET: f64 = 4e6;
const MUCH: f64 = 90e6;

#[derive(Default)]
struct Told(Mutex<Vec<Progress>>);

impl Observer for Told {
    fn progress(&self, progress: Progress) {
        self.0.lock().unwrap().push(progress);
    }
}

/// What was told of a study.
struct Bar {
    /// By how much the share fell back at most.
    fall: f64,
    /// How far it was ahead at most of the share of all events that was done: a bar that is soon at its end and stays there.
    ahead: f64,
    /// Where it ended.
    end: f64,
}

/// Threads tell out of order, so only one works.
fn told(work: impl FnOnce(&Control) + Send) -> Bar {
    let (stop, told) = (AtomicBool::new(false), Told::default());
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    one.install(|| work(&Control::new(&stop, &told)));
    let told = told.0.into_inner().unwrap();
    let last = told[told.len() - 1];
    let fell = told.windows(2).map(|pair| pair[0].share - pair[1].share);
    let ahead = told
        .iter()
        .map(|now| now.share - now.events as f64 / last.events as f64);
    Bar {
        fall: fell.fold(0.0, f64::max),
        ahead: ahead.fold(0.0, f64::max),
        end: last.share,
    }
}

fn quickstart(changes: &[&str]) -> Scenario {
    let mut changes: Vec<String> = changes.iter().map(|c| (*c).to_owned()).collect();
    changes.push("run.replications=4".to_owned());
    load(&Embedded, "quickstart", &changes).unwrap()
}

fn holds(name: &str, ahead: f64, end: f64, bar: &Bar) {
    let (by, at) = (bar.ahead, bar.end);
    println!("{name}: ahead by {by:.3}, ends at {at:.3}");
    assert_eq!(bar.fall, 0.0, "{name} falls back");
    assert!(by <= ahead, "{name} is ahead by {by}");
    assert!(at >= end, "{name} ends at {at}");
}

/// Two passes: at the measured ratios and at equal CPU. How many loads the second visits depends on the first.
#[test]
fn compare_has_one_bar_for_both_passes() {
    let scenario = quickstart(&["run.requests=1000"]);
    let bar = told(|control| {
        compare_with(&scenario, &Simulation(&scenario), BUDGET, control).unwrap();
    });
    holds("compare", 0.2, 0.99, &bar);
}

/// Three passes, of which the third is no larger than planned.
#[test]
fn explain_has_one_bar_for_all_passes() {
    let scenario = quickstart(&["arrivals.rate=200/s"]);
    let bar = told(|control| {
        explain(&scenario, None, BUDGET, control).unwrap();
    });
    holds("explain", 0.2, 0.99, &bar);
}

/// A search plans what such searches usually take, and two studies of what they say is good after it. The spread of the first runs is not known before
/// them, nor whether a load is refused that was tried: that takes two studies more, of the three or four parts of all of which the search is one.
#[test]
fn a_search_has_a_bar_of_its_usual_length() {
    let scenario = quickstart(&["run.requests=2000"]);
    let simulation = Simulation(&scenario);
    let bar = told(|control| {
        capacity_with(&scenario, &simulation, PRECISION, MUCH, control).unwrap();
    });
    holds("capacity", 0.3, 0.8, &bar);
}

/// A race knows how many settings are still to be looked at, and that two searches come after them, which may turn out to be one or three.
#[test]
fn a_race_has_one_bar_for_heats_and_finals() {
    let read = |processes: u32| {
        let change = format!("contestants.django-gthread.processes={processes}");
        let mut one = quickstart(&[&change, "run.requests=2000"]);
        one.contestants.retain(|c| c.name == "django-gthread");
        one.contestants[0].name = processes.to_string();
        one
    };
    let mut all = read(1);
    for processes in 2..=8 {
        all.contestants.extend(read(processes).contestants);
    }
    all.expectations.clear();
    let simulation = Simulation(&all);
    let bar = told(|control| {
        tune_with(&all, &simulation, &[], PRECISION, MUCH, control).unwrap();
    });
    holds("tune", 0.3, 0.7, &bar);
}
