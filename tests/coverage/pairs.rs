//! What the same requests in both contestants are worth, and how often two equals are told apart.

use std::sync::atomic::AtomicBool;

use crossover::experiment::baseline::changes;
use crossover::experiment::{
    BUDGET, Baseline, Beside, Changes, Control, Estimate, Row, Simulation, Study, compare_beside,
};
use crossover::scenario::{Figure, Scenario};

use crate::STUDIES;
use crate::cases::{FIRST_SEED, TOLD, rows, scenario};

/// The same requests for eight servers and for nine, at 70 % of the eight.
const WORKERS: &str = r#"
arrivals = { process = "poisson", rate = "560/s" }
run = { requests = 11000, replications = 2 }
endpoints.page.steps = [{ cpu = "exp(10ms)" }]
contestants.eight = { model = "ideal", executors.main = { carriers = 8, tasks = 1 } }
contestants.nine = { model = "ideal", executors.main = { carriers = 9, tasks = 1 } }
"#;

fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

/// How many times the variance of the difference of two figures is smaller where both are of the same requests than where they are of others, over as
/// many studies as there are pairs: of independent figures the variances add up.
fn worth(pairs: &[(f64, f64)]) -> f64 {
    let of = |f: fn(&(f64, f64)) -> f64| variance(&pairs.iter().map(f).collect::<Vec<_>>());
    (of(|p| p.0) + of(|p| p.1)) / of(|p| p.0 - p.1)
}

/// What pairing two contestants is worth, by figure.
fn worth_of_pairing(changes: &[&str], studies: u64) -> Vec<(Figure, f64)> {
    let all: Vec<Vec<Row>> = (FIRST_SEED..FIRST_SEED + studies)
        .map(|seed| rows(&scenario(WORKERS, seed, changes), false))
        .collect();
    let of = |figure: Figure| {
        // A study that says by chance that it has too little data is left out.
        let value = |row: &Row| Some(row.figure(figure)?.value);
        let pairs = all
            .iter()
            .filter_map(|rows| Some((value(&rows[0])?, value(&rows[1])?)));
        (figure, worth(&pairs.collect::<Vec<_>>()))
    };
    [Figure::Mean, Figure::P95, Figure::P99].map(of).to_vec()
}

/// Mean, p95 and p99 of the sojourns of requests that come at given times with given work, served in order of arrival by whoever is free first.
fn sojourns(requests: &[(f64, f64)], servers: usize) -> [f64; 3] {
    let mut free = vec![0.0_f64; servers];
    let mut all: Vec<f64> = requests
        .iter()
        .map(|(arrival, work)| {
            let first = (0..servers).min_by(|a, b| free[*a].total_cmp(&free[*b]));
            let server = &mut free[first.expect("there is a server")];
            *server = server.max(*arrival) + work;
            *server - arrival
        })
        .skip(requests.len() / 8)
        .collect();
    all.sort_by(f64::total_cmp);
    let quantile = |q: f64| all[(q * all.len() as f64) as usize];
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    [mean, quantile(0.95), quantile(0.99)]
}

/// The pairs of [`WORKERS`] again without the simulator: 25,000 requests a study, from a generator of a line (SplitMix64).
fn worth_without_simulator(studies: u64) -> [f64; 3] {
    let study = |seed: u64| {
        let mut state = seed << 32;
        let mut exponential = move |mean: f64| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let a = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let uniform = ((b ^ (b >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
            -mean * (1.0 - uniform).ln()
        };
        let mut clock = 0.0;
        let requests: Vec<(f64, f64)> = (0..25_000)
            .map(|_| {
                clock += exponential(1000.0 / 560.0);
                (clock, exponential(10.0))
            })
            .collect();
        (sojourns(&requests, 8), sojourns(&requests, 9))
    };
    let all: Vec<_> = (1..=studies).map(study).collect();
    [0, 1, 2].map(|figure| {
        let pairs = all.iter().map(|(a, b)| (a[figure], b[figure]));
        worth(&pairs.collect::<Vec<_>>())
    })
}

/// Eight servers against nine at 70 % of what eight carry: pairing must cut the variance of the difference at least five times. That is what there is to
/// be had from the same requests: the same queues without the simulator give as much, and its own may fall short of it by a third at most. A ratio of
/// variances of 400 studies is known to about a tenth; of 40 only to 40 %.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "with assertions on it takes long: cargo test --release --test coverage"
)]
fn pairing_is_worth_its_name() {
    println!("variance of the difference with independent requests over that with the same");
    let possible = worth_without_simulator(STUDIES);
    for ((figure, worth), possible) in worth_of_pairing(&[], STUDIES).into_iter().zip(possible) {
        let name = figure.name();
        println!("8 and 9 workers, ρ = 0.7, {name}: {worth:.1}; without simulator {possible:.1}");
        assert!(worth >= 5.0, "{name}: {worth}");
        assert!(worth >= 0.67 * possible, "{name}: {worth} of {possible}");
    }
    let more = ["contestants.nine.executors.main.carriers=16"];
    for (figure, worth) in worth_of_pairing(&more, 100) {
        println!("8 and 16 workers, ρ = 0.7, {}: {worth:.1}", figure.name());
    }
}

/// Two contestants of one law and of different dice: half of each request is its own, the same for both, and half is drawn for each, as a step before
/// the endpoint's that has another name.
const EQUALS: &str = r#"
arrivals = { process = "poisson", rate = "50/s" }
run = { requests = 11000 }
endpoints.page.steps = [{ name = "work", cpu = "exp(5ms)" }]
[contestants.one]
executors.main = { carriers = 1, tasks = 1 }
before = [{ name = "mine", cpu = "exp(5ms)" }]
[contestants.other]
executors.main = { carriers = 1, tasks = 1 }
before = [{ name = "theirs", cpu = "exp(5ms)" }]
"#;

/// How often something of two equals was told, and how often it told them apart: by the difference and by the ratio.
struct Apart {
    name: &'static str,
    told: u32,
    differences: u32,
    ratios: u32,
}

impl Apart {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            told: 0,
            differences: 0,
            ratios: 0,
        }
    }

    fn count(&mut self, difference: Estimate, ratio: Option<Estimate>) {
        assert!(difference.hi > difference.lo, "{difference:?}");
        self.told += 1;
        self.differences += u32::from(difference.excludes_zero());
        self.ratios += u32::from(ratio.is_some_and(|ratio| !ratio.contains(1.0)));
    }

    fn plausible(&self) {
        let Self {
            name,
            told,
            differences,
            ratios,
        } = self;
        println!(
            "{told} studies of equals, {name}: {differences} differences and {ratios} ratios told apart"
        );
        assert!(f64::from(*told) >= TOLD * STUDIES as f64, "{name}: {told}");
        assert!((8..=34).contains(differences), "{name}: {differences}");
        assert!((8..=34).contains(ratios), "{name}: {ratios}");
    }
}

/// The figures that are compared with those of an earlier study.
const FIGURES: [Figure; 5] = [
    Figure::Throughput,
    Figure::Mean,
    Figure::P50,
    Figure::P95,
    Figure::P99Slo,
];

/// A study of two, and its changes as if the second were what the first had been in an earlier study.
fn both(scenario: &Scenario) -> (Study, Changes) {
    let never = AtomicBool::new(false);
    let kept = Beside {
        keep: true,
        baseline: None,
    };
    let control = Control::new(&never, &());
    let study = compare_beside(scenario, &Simulation(scenario), BUDGET, kept, &control);
    let study = study.expect("it is not interrupted");
    let mut earlier = Baseline::of(&study, "other", false, scenario.run);
    earlier.rows.retain(|row| row.contestant == "other");
    let rows = earlier.rows.iter_mut();
    rows.for_each(|row| row.contestant = "one".to_owned());
    let changes = changes(&earlier, &study);
    (study, changes)
}

/// Of 400 whole studies of two equals at most 5 % may say that one is better: 20, by the p99 of the verdict and by each figure that is compared with an
/// earlier study. More than 34 would come once in 2,000 (binomial). And some must, or nothing is ever told apart: fewer than 8 would come once in 700 at
/// 5 %. Over six of them, each by its difference and by its ratio, which mostly agree, chance makes one of these in about 100 choices of the first seed.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "with assertions on it takes long: cargo test --release --test coverage"
)]
fn equals_are_told_apart_in_one_study_of_twenty() {
    let mut verdicts = Apart::new("p99 of the verdict");
    let mut figures = FIGURES.map(|figure| Apart::new(figure.name()));
    for seed in FIRST_SEED..FIRST_SEED + STUDIES {
        let (study, changes) = both(&scenario(EQUALS, seed, &[]));
        // What a study says by chance to have too little data for is left out.
        let differences = study.verdict.differences.iter();
        for difference in differences.filter(|d| d.endpoint == "all") {
            verdicts.count(difference.p99_slo_ms, difference.ratio);
        }
        for changed in changes.rows.iter().filter(|c| c.endpoint == "all") {
            let place = FIGURES.iter().position(|figure| *figure == changed.figure);
            if let (Some(place), Some(difference)) = (place, changed.difference) {
                assert_eq!(changed.unpaired, None);
                figures[place].count(difference, changed.ratio);
            }
        }
    }
    verdicts.plausible();
    figures.iter().for_each(Apart::plausible);
}
