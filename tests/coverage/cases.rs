//! The systems of the study, and how one is studied.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crossover::experiment::{Control, Estimate, Row, compare, run};
use crossover::scenario::{Figure, Scenario, load};
use crossover::stats::theory::{MachineRepair, Mg1, Mm1, Mmc};

use crate::cell::Cell;
use crate::kept::Kept;
use crate::truth;

/// One server, exponential work of 10 ms.
pub const QUEUE: &str = r#"
arrivals = { process = "poisson", rate = "80/s" }
endpoints.page.steps = [{ name = "work", cpu = "exp(10ms)" }]
contestants.one = { model = "ideal", executors.main = { carriers = 1, tasks = 1 } }
"#;
/// Forty users who think for a second, four servers of 50 ms.
const CLOSED: &str = r#"
arrivals = { process = "closed", users = 40, think = "exp(1s)" }
endpoints.page.steps = [{ cpu = "exp(50ms)" }]
contestants.one = { model = "ideal", executors.main = { carriers = 4, tasks = 1 } }
"#;

/// The seed of the first study; those that follow it are the others'. Fixed before the first run.
pub const FIRST_SEED: u64 = 20_261_124;
/// The seed of the runs whose figures stand for truths that no formula gives.
pub const REFERENCE_SEED: u64 = 77_000_001;
/// The share of the studies that must tell a figure.
pub const TOLD: f64 = 0.9;
/// After so many studies a line says how far it is.
pub const BETWEEN: u64 = 20;

pub fn scenario(text: &str, seed: u64, changes: &[&str]) -> Scenario {
    let read = |path: &Path| (path.to_str() == Some("case.toml")).then(|| text.as_bytes().to_vec());
    let mut overrides: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    overrides.push(format!("run.seed={seed}"));
    load(&read, "case.toml", &overrides).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The rows of `all` of a study.
pub fn rows(scenario: &Scenario, in_depth: bool) -> Vec<Row> {
    let never = AtomicBool::new(false);
    let study = if in_depth { run } else { compare };
    let study = study(scenario, &Control::new(&never, &())).expect("it is not interrupted");
    let all = study.rows.into_iter().filter(|row| row.endpoint == "all");
    all.collect()
}

/// A system of which something is known exactly.
pub struct Case {
    pub name: &'static str,
    text: String,
    changes: Vec<&'static str>,
    /// As `run` does it, with ten times the requests, for p99.9; otherwise as `compare`.
    in_depth: bool,
    pub studies: u64,
    pub known: Vec<(Figure, f64)>,
    /// What is not.
    pub unknown: Vec<Figure>,
    /// What stands for the truth of it, in the same order.
    reference: fn(&Case) -> Vec<f64>,
    /// Whether it counts against the gate; else it is only printed.
    pub gated: bool,
}

impl Case {
    /// The cells after this many studies. A study that says by chance that it has too little data, or is saturated, or gives no interval, promises
    /// nothing: it is left out, and most must say something. What has been kept is not done again.
    pub fn studied(&self, studies: u64, folder: Option<&Path>) -> Vec<Cell> {
        let kept = Kept::open(folder, self.name);
        let truths = kept.truths(&self.unknown).unwrap_or_else(|| {
            let truths = (self.reference)(self);
            kept.keep_truths(&self.unknown, &truths);
            truths
        });
        let unknown = self.unknown.iter().copied().zip(truths);
        let all = self.known.iter().copied().chain(unknown);
        let mut cells: Vec<Cell> = all.map(|(f, truth)| Cell::new(f, truth)).collect();
        let figures: Vec<Figure> = cells.iter().map(|cell| cell.figure).collect();
        for study in 0..studies {
            let seed = FIRST_SEED + study;
            let known = kept.study(seed, &figures);
            let fresh = known.is_none();
            let said = known.unwrap_or_else(|| {
                let said = self.study(seed, &figures);
                kept.keep_study(seed, &figures, &said);
                said
            });
            for (cell, said) in cells.iter_mut().zip(said) {
                cell.seen
                    .extend(said.filter(|e| e.lo.is_finite() && e.hi.is_finite()));
            }
            if fresh && (study + 1) % BETWEEN == 0 {
                self.tell(study + 1, studies, &cells);
            }
        }
        for cell in &cells {
            let told = cell.seen.len() as f64 / studies as f64;
            assert!(
                told >= TOLD,
                "{} of {} in {told}",
                cell.figure.name(),
                self.name
            );
        }
        cells
    }

    fn study(&self, seed: u64, figures: &[Figure]) -> Vec<Option<Estimate>> {
        let row = rows(&scenario(&self.text, seed, &self.changes), self.in_depth).swap_remove(0);
        figures.iter().map(|figure| row.figure(*figure)).collect()
    }

    fn tell(&self, done: u64, of: u64, cells: &[Cell]) {
        let each = cells.iter().map(|cell| {
            let percent = 100.0 * cell.coverage();
            format!("{} {percent:.1} %", cell.figure.name())
        });
        let each: Vec<String> = each.collect();
        eprintln!("{}: {done} of {of} studies: {}", self.name, each.join(", "));
    }
}

/// What 400 replications with other seeds came to, each eight times as long as a study's: 32 million requests. So many, because what is pinned for a whole
/// replication, as connections are to processes, is known from its number and not from its length.
fn long_run(case: &Case) -> Vec<f64> {
    if case.unknown.is_empty() {
        return Vec::new();
    }
    let longer = ["run.replications=400", "run.requests=80000"];
    let changes = [&case.changes[..], &longer].concat();
    let reference = scenario(&case.text, REFERENCE_SEED, &changes);
    let row = rows(&reference, case.in_depth).swap_remove(0);
    let truth = |figure: &Figure| row.figure(*figure).expect("it has all figures").value;
    case.unknown.iter().map(truth).collect()
}

/// M/M/1 with service of 10 ms, in milliseconds.
fn mm1(rate: f64) -> Vec<(Figure, f64)> {
    let queue = Mm1 {
        lambda: rate / 1000.0,
        mu: 0.1,
    };
    let quantile = |figure, q| (figure, queue.sojourn_quantile(q));
    vec![
        (Figure::Mean, queue.sojourn_mean()),
        quantile(Figure::P50, 0.5),
        quantile(Figure::P95, 0.95),
        quantile(Figure::P99, 0.99),
        (Figure::Throughput, rate),
    ]
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let quantiles = vec![Figure::P50, Figure::P95, Figure::P99];
    let case = |name, text: &str, changes, known| Case {
        name,
        text: text.to_owned(),
        changes,
        in_depth: false,
        studies: 500,
        known,
        unknown: Vec::new(),
        reference: long_run,
        gated: true,
    };
    let lognormal = Mg1 {
        lambda: 0.05,
        service: 10.0,
        scv: 4.0,
    };
    let eight = Mmc {
        lambda: 0.64,
        mu: 0.1,
        servers: 8,
    };
    let closed = MachineRepair {
        users: 40,
        think: 1000.0,
        service: 50.0,
        servers: 4,
    };
    let response = |figure| (figure, truth::response(&closed, figure));
    let p999 = |rate: f64| (Figure::P999, 1000.0 / (100.0 - rate) * 1000f64.ln());
    let heavy = vec![
        "arrivals.rate=50/s",
        "endpoints.page.steps.work.cpu=lognormal(10ms, cv=2)",
    ];
    let workers = vec![
        "arrivals.rate=640/s",
        "contestants.one.executors.main.carriers=8",
    ];
    let (requests, _) = include_str!("../../examples/quickstart.toml")
        .split_once("[contestants.node]")
        .expect("the quickstart compares node first");
    let mut all = vec![
        case(
            "M/M/1, ρ = 0.5",
            QUEUE,
            vec!["arrivals.rate=50/s"],
            mm1(50.0),
        ),
        case("M/M/1, ρ = 0.8", QUEUE, vec![], mm1(80.0)),
        case(
            "M/M/1, ρ = 0.95",
            QUEUE,
            vec!["arrivals.rate=95/s"],
            mm1(95.0),
        ),
        Case {
            unknown: quantiles.clone(),
            reference: |case| truth::lindley(&case.unknown),
            ..case(
                "M/G/1, lognormal cv 2, ρ = 0.5",
                QUEUE,
                heavy.clone(),
                vec![
                    (Figure::Mean, lognormal.sojourn_mean()),
                    (Figure::Throughput, 50.0),
                ],
            )
        },
        case(
            "M/M/8, ρ = 0.8",
            QUEUE,
            workers.clone(),
            vec![
                (Figure::Mean, eight.sojourn_mean()),
                (Figure::P50, eight.sojourn_quantile(0.5)),
                (Figure::P95, eight.sojourn_quantile(0.95)),
                (Figure::P99, eight.sojourn_quantile(0.99)),
                (Figure::Throughput, 640.0),
            ],
        ),
        case(
            "40 users, 4 servers",
            CLOSED,
            vec![],
            vec![
                (Figure::Mean, closed.response_mean()),
                (Figure::Throughput, 1000.0 * closed.throughput()),
                response(Figure::P50),
                response(Figure::P95),
                response(Figure::P99),
            ],
        ),
    ];
    let in_depth = |name, text: &str, changes, known| Case {
        in_depth: true,
        ..case(name, text, changes, known)
    };
    all.extend([
        in_depth(
            "in depth: M/M/1, ρ = 0.5",
            QUEUE,
            vec!["arrivals.rate=50/s"],
            vec![p999(50.0)],
        ),
        in_depth("in depth: M/M/1, ρ = 0.8", QUEUE, vec![], vec![p999(80.0)]),
        Case {
            gated: false,
            ..in_depth(
                "in depth: M/M/1, ρ = 0.95",
                QUEUE,
                vec!["arrivals.rate=95/s"],
                vec![p999(95.0)],
            )
        },
        Case {
            unknown: vec![Figure::P999],
            reference: |case| truth::lindley(&case.unknown),
            ..in_depth(
                "in depth: M/G/1, lognormal cv 2, ρ = 0.5",
                QUEUE,
                heavy,
                vec![],
            )
        },
        in_depth(
            "in depth: M/M/8, ρ = 0.8",
            QUEUE,
            workers,
            vec![(Figure::P999, eight.sojourn_quantile(0.999))],
        ),
        in_depth(
            "in depth: 40 users, 4 servers",
            CLOSED,
            vec![],
            vec![response(Figure::P999)],
        ),
    ]);
    for (name, model) in [
        ("quickstart, node at 200/s", "node"),
        ("quickstart, django-gthread at 200/s", "django-gthread"),
    ] {
        let text = format!("{requests}[contestants.one]\nmodel = \"{model}\"\n");
        all.push(Case {
            unknown: [vec![Figure::Mean], quantiles.clone()].concat(),
            ..case(
                name,
                &text,
                vec!["arrivals.rate=200/s"],
                vec![(Figure::Throughput, 200.0)],
            )
        });
    }
    all
}
