//! Whether what `capacity` and `tune` say holds: in how many of many searches the interval holds the load that a closed form says is carried, and in how many
//! runs with other seeds the load that is said to be good keeps the objective.
//!
//! The M/M/1 with 10 ms of exponential work: 99 of 100 are within `L` where `exp(−(100 − λ) L) = 0.01`, at `λ = 100 − ln 100 / L`. The longer
//! the limit, the nearer that is to saturation, the longer a queue remembers, and the fewer independent things are seen in a run.

use std::sync::atomic::AtomicBool;

use crossover::experiment::{
    BUDGET, Carried, Control, Estimate, Fate, PRECISION, Row, Simulation, capacity_with, run,
    tune_with,
};
use crossover::scenario::{Embedded, Scenario, load};

use crate::asked_studies;
use crate::cases::{BETWEEN, FIRST_SEED, QUEUE, scenario};

/// Limits on p99 in seconds: ρ is 0.82 and 0.91 where they are just met.
const LIMITS: [f64; 2] = [0.25, 0.5];
/// Runs with other seeds, and of them the most that may miss the objective: of 40 more than 6 do in 0.3 % of cases where 5 % of all do.
const RERUNS: u64 = 40;
const MISSES: usize = 6;
/// The first of their seeds.
const OTHER_SEED: u64 = 30_261_128;

fn truth(limit: f64) -> f64 {
    100.0 - 100f64.ln() / limit
}

fn searched(scenario: &Scenario) -> Carried {
    let stop = AtomicBool::new(false);
    let control = Control::new(&stop, &());
    let study = capacity_with(scenario, &Simulation(scenario), PRECISION, BUDGET, &control);
    study.expect("it is not interrupted").carried.swap_remove(0)
}

fn queue(limit: f64, seed: u64, rate: &str) -> Scenario {
    let objective = format!("slo.p99={}ms", 1000.0 * limit);
    scenario(QUEUE, seed, &[&format!("arrivals.rate={rate}"), &objective])
}

/// Nine of ten within 100 ms, `exp(−(100 − λ) 0.1) = 0.1`, and runs of few requests, for the sake of time.
const QUICK: f64 = 100.0 - 10.0 * std::f64::consts::LN_10;

fn quick(seed: u64, rate: &str) -> Scenario {
    let rate = format!("arrivals.rate={rate}");
    scenario(QUEUE, seed, &[&rate, "slo.p90=100ms", "run.requests=2000"])
}

/// Of so many searches, how many hold the truth; and a line about them.
fn coverage(name: &str, truth: f64, searches: u64, at: impl Fn(u64) -> Scenario) -> (u64, String) {
    let (mut all, mut held): (Vec<Carried>, u64) = (Vec::new(), 0);
    for number in 0..searches {
        let carried = searched(&at(FIRST_SEED + number));
        held += u64::from(carried.load.is_some_and(|e| e.contains(truth)));
        all.push(carried);
        if (number + 1) % BETWEEN == 0 {
            eprintln!("{name}: {held} of {} searches hold {truth:.2}", number + 1);
        }
    }
    let loads: Vec<Estimate> = all.iter().filter_map(|carried| carried.load).collect();
    let n = searches as f64;
    let mean =
        |of: &dyn Fn(&Estimate) -> f64| loads.iter().map(of).sum::<f64>() / loads.len() as f64;
    let events: u64 = all.iter().map(|carried| carried.events).sum();
    let line = format!(
        "| M/M/1, {name} | {truth:.2} | {:+.2} % | ±{:.2} % | {:.1} % | {searches} | {:.1} M |",
        100.0 * (mean(&|e| e.value) / truth - 1.0),
        50.0 * mean(&|e| e.hi - e.lo) / truth,
        100.0 * held as f64 / n,
        events as f64 * 1e-6 / n,
    );
    (held, line)
}

const HEAD: &str = "| case | requests/s carried | bias | half width | coverage of the 95 % interval | searches | events of one |\n\
                    | --- | ---: | ---: | ---: | ---: | ---: | ---: |";

/// The least of so many searches that may hold the truth if 92 of 100 do: 3.29 binomial standard deviations fewer, which chance undercuts once in 1,000 to 2,000
/// times.
fn least(searches: u64) -> u64 {
    let n = searches as f64;
    (0.92 * n - 3.29 * (0.92 * 0.08 * n).sqrt()).ceil() as u64
}

const FEW: u64 = 60;

/// A few quick searches: fewer hold the truth in one of some thousand cases if 92 of 100 do.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "with assertions on it takes long: cargo test --release --test coverage"
)]
fn a_few_capacities_hold_the_truth() {
    let (held, line) = coverage("p90 within 0.1 s", QUICK, FEW, |seed| quick(seed, "sweep"));
    println!("{HEAD}\n{line}");
    assert!(held >= least(FEW), "{held} of {FEW}");
}

/// `STUDIES=60` in front of the command makes fewer searches.
#[test]
#[ignore = "takes many minutes: the whole study"]
fn capacities_hold_the_truth() {
    println!("{HEAD}");
    let searches = asked_studies().unwrap_or(200);
    for limit in LIMITS {
        let name = format!("p99 within {limit} s");
        let at = |seed| queue(limit, seed, "sweep");
        let (held, line) = coverage(&name, truth(limit), searches, at);
        println!("{line}");
        assert!(held >= least(searches), "{held} of {searches}");
    }
}

/// Whether a run keeps the objectives, by the figures themselves.
fn keeps(row: &Row) -> bool {
    let within = |seen: Option<Estimate>, limit| seen.is_some_and(|e: Estimate| e.value <= limit);
    !row.saturated
        && row
            .objectives
            .iter()
            .all(|held| within(held.seen, held.objective.limit))
}

/// How many of runs with other seeds, as `crossover run` makes them, miss the objectives.
fn misses(at: impl Fn(u64) -> Scenario) -> usize {
    let stop = AtomicBool::new(false);
    let missed = (OTHER_SEED..OTHER_SEED + RERUNS).filter(|seed| {
        let study = run(&at(*seed), &Control::new(&stop, &())).expect("it is not interrupted");
        !keeps(&study.rows[0])
    });
    missed.count()
}

/// What is good is within a few percent of what is carried, and nearly all runs with other seeds keep the objective there.
fn keeps_what_it_is_good_to(truth: f64, at: impl Fn(u64, &str) -> Scenario) {
    let carried = searched(&at(FIRST_SEED, "sweep"));
    let good = carried.good_to.expect("some load is good");
    let missed = misses(|seed| at(seed, &format!("{good}/s")));
    println!("good to {good:.2}: {missed} of {RERUNS} runs with other seeds miss it");
    assert!((0.88 * truth..truth).contains(&good), "{good} of {truth}");
    assert!(missed <= MISSES, "{missed} of {RERUNS}");
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "with assertions on it takes long: cargo test --release --test coverage"
)]
fn what_is_good_to_a_load_keeps_it() {
    keeps_what_it_is_good_to(QUICK, quick);
}

#[test]
#[ignore = "takes a minute: 40 long runs"]
fn what_is_good_to_a_load_keeps_it_in_long_runs() {
    let limit = LIMITS[0];
    keeps_what_it_is_good_to(truth(limit), |seed, rate| queue(limit, seed, rate));
}

/// The quickstart's django-gthread with these changes, alone.
fn gthread(seed: u64, changes: &[String]) -> Scenario {
    let seed = format!("run.seed={seed}");
    let changes = [changes, &[seed]].concat();
    let mut scenario = load(&Embedded, "quickstart", &changes).expect("it is embedded");
    scenario.contestants.retain(|c| c.name == "django-gthread");
    scenario.expectations.clear();
    scenario
}

fn gthread_keeps(name: &str, carried: &Carried, changes: &[String]) {
    let good = carried.good_to.expect("some load is good");
    let rate = [format!("arrivals.rate={good}/s")];
    let missed = misses(|seed| gthread(seed, &[changes, &rate].concat()));
    println!(
        "{name}: carries {:?}, good to {good:.1}, {:.1} M events; {missed} of {RERUNS} runs with other seeds miss it",
        carried.load,
        carried.events as f64 * 1e-6
    );
    assert!(missed <= MISSES, "{missed} of {RERUNS}");
}

/// Near saturation one replication in dozens may collapse for minutes, which a search by shorter runs does not see.
#[test]
#[ignore = "takes many minutes: 40 long runs"]
fn what_the_quickstart_is_good_to_keeps_it() {
    gthread_keeps("capacity", &searched(&gthread(1, &[])), &[]);
}

/// As `crossover tune` is asked in the README.
#[test]
#[ignore = "takes many minutes: 40 long runs"]
fn what_a_race_is_good_to_keeps_it() {
    let settings = |processes: &str, threads: &str| {
        let it = "contestants.django-gthread";
        vec![
            format!("{it}.processes={processes}"),
            format!("{it}.executors.main.carriers={threads}"),
        ]
    };
    let mut all = gthread(1, &[]);
    all.contestants.clear();
    for processes in 1..=8 {
        for threads in [1, 2, 4, 8, 16] {
            let one = gthread(1, &settings(&processes.to_string(), &threads.to_string()));
            let mut one = one.contestants.into_iter().next().expect("there is one");
            one.name = format!("{processes} {threads}");
            all.contestants.push(one);
        }
    }
    let stop = AtomicBool::new(false);
    let control = Control::new(&stop, &());
    let study = tune_with(&all, &Simulation(&all), &[], PRECISION, BUDGET, &control);
    let raced = study.expect("it is not interrupted").raced;
    let best = raced.into_iter().find(|raced| raced.fate == Fate::Best);
    let best = best.expect("there is a best");
    let carried = best.carried.expect("it was searched");
    let (processes, threads) = best.setting.split_once(' ').expect("two settings");
    gthread_keeps(&best.setting, &carried, &settings(processes, threads));
}
