//! What a search says is carried, and what a race of settings says is best, against closed forms and against looking everywhere.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossover::experiment::{
    BUDGET, Control, Fate, Observer, PRECISION, Progress, Raced, Simulation, Study, capacity_with,
    tune_with,
};
use crossover::scenario::{Contestant, Embedded, Scenario, load};
use crossover::stats::theory::{MachineRepair, Mmc, Station, mva};

use super::grid::Grid;
use crate::support::scenario;

/// Half widths of a 95 % interval within which the truth must lie: of ten replications, 6.8 standard errors, which Student's t with nine
/// degrees of freedom exceeds in 8 of 100,000 cases.
const WIDE: f64 = 3.0;

/// A search for what each contestant carries.
pub fn searched(scenario: &Scenario) -> Study {
    let stop = AtomicBool::new(false);
    let control = Control::new(&stop, &());
    capacity_with(scenario, &Simulation(scenario), PRECISION, BUDGET, &control).unwrap()
}

/// The load at which a rising figure reaches its limit.
fn solve(limit: f64, most: f64, figure: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if figure(middle) < limit {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn holds(study: &Study, contestant: &str, truth: f64) {
    let carried = study.carried.iter().find(|c| c.contestant == contestant);
    let carried = carried.expect("it was searched");
    let load = carried.load.expect("it carries something");
    let half = 0.5 * (load.hi - load.lo);
    println!(
        "{contestant}: {truth:.2}, searched {:.2} ± {half:.2}",
        load.value
    );
    assert!(
        carried.precise && half <= PRECISION * load.value,
        "{carried:?}"
    );
    assert!(
        (load.value - truth).abs() <= WIDE * half,
        "{truth}: {carried:?}"
    );
}

/// One thread and eight, 99 of 100 within 250 ms.
pub const TEXTBOOK: &str = r#"
hosts.app.cores = 8
slo.p99 = "250ms"
endpoints.page.steps = [ { name = "work", cpu = "exp(10ms)" } ]
contestants.one = { executors.main = { carriers = 1, tasks = 1 } }
contestants.eight = { executors.main = { carriers = 8, tasks = 1 } }
"#;

/// Of each contestant of [`TEXTBOOK`] the bound and what it carries. M/M/1: `ln 100 / (100 − λ) s = 0.25 s`, so λ = 100 − 18.42 = 81.58. M/M/8 by its law
/// of the sojourn time.
pub fn textbook() -> [(&'static str, f64, f64); 2] {
    let p99 = |rate: f64| {
        Mmc {
            lambda: rate / 1000.0,
            mu: 0.1,
            servers: 8,
        }
        .sojourn_quantile(0.99)
    };
    [
        ("one", 100.0, 81.58),
        ("eight", 800.0, solve(250.0, 799.9, p99)),
    ]
}

/// And a grid of loads as precise takes at least five times the events: computed here, and run in `grid`.
#[test]
fn percentiles_of_textbook_queues() {
    let study = searched(&scenario(TEXTBOOK));
    for (name, bound, truth) in textbook() {
        holds(&study, name, truth);
        let dearness = Grid::beside(&study, name, bound).dearness();
        println!("{name}: a grid takes {dearness:.1} times the events");
        assert!(dearness >= 5.0, "{name}: {dearness}");
    }
}

/// A service of 1 ms and 99 of 100 within 0.4 s: `ln 100 / (1000 − λ) s = 0.4 s`, so λ = 988.49. Nobody is late by 0.4 s in a run of 40 s where less than 1 % more
/// is asked than can be done: the load lies in the interval that is told, which is no wider than asked.
#[test]
fn a_limit_far_beyond_what_a_run_shows() {
    let study = searched(&scenario(
        r#"
hosts.app.cores = 1
slo.p99 = "400ms"
endpoints.page.steps = [ { name = "work", cpu = "exp(1ms)" } ]
contestants.it = { executors.main = { carriers = 1, tasks = 1 } }
"#,
    ));
    let carried = &study.carried[0];
    let load = carried.load.unwrap();
    println!("{load:?} in {:.1} M events", carried.events as f64 * 1e-6);
    assert!(load.lo <= 988.49 && 988.49 <= load.hi, "{carried:?}");
    assert!(carried.precise && 0.5 * (load.hi - load.lo) <= PRECISION * load.value);
}

/// A core shared evenly, M/D/1-PS: the mean is `10 ms / (1 − ρ)`, 100 ms at 90 a second.
#[test]
fn the_mean_of_processor_sharing() {
    let study = searched(&scenario(
        r#"
hosts.app.cores = 1
slo.mean = "100ms"
endpoints.page.steps = [ { name = "work", cpu = "10ms" } ]
contestants.shared = {}
"#,
    ));
    holds(&study, "shared", 90.0);
}

/// The users, not whole, at which a figure that is known for whole numbers of them reaches its limit, on straight lines between.
fn users(limit: f64, figure: impl Fn(u32) -> f64) -> f64 {
    let above = (1..).find(|&n| figure(n) >= limit).unwrap_or(u32::MAX);
    let (low, high) = (figure(above - 1), figure(above));
    f64::from(above - 1) + (limit - low) / (high - low)
}

/// Users who think for two seconds and then need 10 ms of a core that all share evenly and 8 ms of a database with one thread, both exponential: a product
/// form, solved by exact mean value analysis. Of the core alone the bound is 2018 / 10 users.
#[test]
fn users_inside_a_mean_by_mean_value_analysis() {
    let study = searched(&scenario(
        r#"
arrivals = { process = "closed", users = "sweep", think = "exp(2s)" }
slo.mean = "100ms"
hosts.app.cores = 1
hosts.far.cores = 1
services.db = { model = "ideal", host = "far", executors.main = { carriers = 1, tasks = 1 } }
endpoints.page.steps = [ { name = "work", cpu = "exp(10ms)" }, { name = "ask", call = "db", work = "exp(8ms)" } ]
contestants.network = {}
"#,
    ));
    let stations = [Station::Queue(10.0), Station::Queue(8.0)];
    let exact = users(100.0, |n| mva(n, 2000.0, &stations).response);
    holds(&study, "network", exact);
}

/// Users who think for a second and one thread that needs 10 ms for each: who arrives sees the others as if he did not exist (Sevcik & Mitrani 1981),
/// and waits for all of them that are there. Nine of ten within 100 ms.
#[test]
fn users_inside_a_percentile_of_the_machine_repairman() {
    let study = searched(&scenario(
        r#"
arrivals = { process = "closed", users = "sweep", think = "exp(1s)" }
slo.p90 = "100ms"
hosts.app.cores = 1
endpoints.page.steps = [ { name = "work", cpu = "exp(10ms)" } ]
contestants.repairman = { executors.main = { carriers = 1, tasks = 1 } }
"#,
    ));
    let p90 = |n: u32| {
        let others = MachineRepair {
            users: n - 1,
            think: 1000.0,
            service: 10.0,
            servers: 1,
        };
        let seen = others.probabilities();
        // With k before one, an Erlang law of k + 1 phases: it is beyond t if fewer than k + 1 of a Poisson process have come.
        let beyond = |t: f64| {
            let (mut term, mut sum) = ((-t / 10.0).exp(), 0.0);
            let each = seen.iter().zip(1..).map(|(p, k)| {
                sum += term;
                term *= t / 10.0 / f64::from(k);
                p * sum
            });
            each.sum::<f64>()
        };
        solve(-0.1, 10_000.0, |t| -beyond(t))
    };
    // Alone: the exponential law's, 10 ln 10.
    assert!((p90(1) - 23.026).abs() < 1e-3);
    holds(&study, "repairman", users(100.0, p90));
}

/// Threads in 1 to 6 processes on 4 cores, each process with an interpreter's lock.
fn settings(objective: &str, host: &str) -> Scenario {
    let base = scenario(&format!(
        r#"
run.requests = 2000
hosts.app.cores = 4
{host}
{objective}
endpoints.page.steps = [ {{ name = "wait", wait = "exp(6ms)" }}, {{ name = "work", cpu = "exp(3ms)" }} ]
[contestants.it]
lock = {{ switch_interval = "5ms", order = "random", barging = true }}
executors.main = {{ carriers = 1, tasks = 1 }}
"#
    ));
    let mut all = base.clone();
    all.contestants.clear();
    for processes in 1..=6 {
        for threads in [1, 2, 4, 8] {
            let mut contestant: Contestant = base.contestants[0].clone();
            contestant.name = format!("{processes} × {threads}");
            let model = &mut contestant.system.services[0].model;
            model.processes = processes;
            model.executors[0].carriers = Some(threads);
            all.contestants.push(contestant);
        }
    }
    all
}

/// Counts the runs of a study.
#[derive(Default)]
struct Runs(AtomicU64);

impl Observer for Runs {
    fn progress(&self, progress: Progress) {
        self.0.store(progress.jobs_done, Ordering::Relaxed);
    }
}

/// What was said to be best, and what a race costs against looking everywhere, in runs and in events.
struct Against {
    race: Study,
    everywhere: Study,
}

impl Against {
    /// Looking everywhere is a search for the capacity of each setting, as closely as that of the answer: what a person would do who has
    /// `capacity` and not `tune`. (A grid of loads for each would cost five times as much again.)
    fn of(name: &str, scenario: &Scenario) -> Self {
        let stop = AtomicBool::new(false);
        let (ran, looked) = (Runs::default(), Runs::default());
        let control = Control::new(&stop, &ran);
        let simulator = Simulation(scenario);
        let race = tune_with(scenario, &simulator, &[], PRECISION, BUDGET, &control).unwrap();
        let control = Control::new(&stop, &looked);
        let everywhere = capacity_with(scenario, &simulator, PRECISION, BUDGET, &control).unwrap();
        let against = Self { race, everywhere };
        let [runs, all] = [ran, looked].map(|runs| runs.0.load(Ordering::Relaxed));
        println!(
            "{name}, {} settings: {all} runs, {:.1} M events everywhere; {runs} runs, {:.1} M events in the race: {:.1} and {:.1} times fewer",
            scenario.contestants.len(),
            against.events(true) * 1e-6,
            against.events(false) * 1e-6,
            all as f64 / runs as f64,
            against.events(true) / against.events(false),
        );
        against
    }

    fn events(&self, everywhere: bool) -> f64 {
        if everywhere {
            self.everywhere
                .carried
                .iter()
                .map(|c| c.events)
                .sum::<u64>() as f64
        } else {
            self.race.raced.iter().map(|r| r.events).sum::<u64>() as f64
        }
    }

    fn best(&self) -> &Raced {
        let mut raced = self.race.raced.iter();
        raced.find(|r| r.fate == Fate::Best).unwrap()
    }

    /// The race's best is one that looking everywhere does not find to carry less than the most by more than the tolerance: its interval
    /// reaches as far. And that takes at least five times the events.
    fn agrees(&self) {
        let carries = |name: &str| {
            let mut all = self.everywhere.carried.iter();
            all.find(|c| c.contestant == name).and_then(|c| c.load)
        };
        let most = self
            .everywhere
            .carried
            .iter()
            .filter_map(|c| Some(c.load?.lo));
        let most = most.fold(0.0, f64::max);
        let seen = carries(&self.best().setting).unwrap();
        println!(
            "{}: {seen:?}, at least {most:.1} somewhere",
            self.best().setting
        );
        assert!(seen.hi >= (1.0 - PRECISION) * most, "{:?}", self.best());
        assert!(self.events(true) >= 5.0 * self.events(false));
    }
}

/// Nine of ten within 60 ms: half of the settings are as good as the best.
#[test]
fn a_race_among_equals() {
    Against::of("flat", &settings("slo.p90 = \"60ms\"", "")).agrees();
}

/// Nine of ten within 30 ms, where each switch of a core costs something: few settings come near the best.
#[test]
fn a_race_with_a_peak() {
    let all = settings("slo.p90 = \"30ms\"", "hosts.app.switch_cost = \"0.2ms\"");
    Against::of("peaked", &all).agrees();
}

/// The product page with threads in processes, as `crossover tune` is asked in the README.
#[test]
#[ignore = "looks everywhere for a minute: cargo test --release --test it the_race_of_the_quickstart -- --ignored --nocapture"]
fn the_race_of_the_quickstart() {
    let read = |overrides: &[String]| load(&Embedded, "quickstart", overrides).unwrap();
    let mut all = read(&[]);
    all.contestants.clear();
    for processes in 1..=8 {
        for threads in [1, 2, 4, 8, 16] {
            let it = "contestants.django-gthread";
            let one = read(&[
                format!("{it}.processes={processes}"),
                format!("{it}.executors.main.carriers={threads}"),
            ]);
            let chosen = one
                .contestants
                .into_iter()
                .find(|c| c.name == "django-gthread");
            let mut chosen = chosen.unwrap();
            chosen.name = format!("{processes} × {threads}");
            all.contestants.push(chosen);
        }
    }
    all.expectations.clear();
    Against::of("quickstart", &all).agrees();
}
