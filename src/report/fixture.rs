//! Studies made up for tests: curves with knees, some saturated, two endpoints. The numbers are plausible, not simulated.

mod since;

pub use since::compared;

use crate::experiment::{
    Bound, Capacity, ContestantInfo, Crossing, Estimate, Flip, LoadUnit, Row, Study, TimelineSlot,
    Verdict,
};
use crate::kernel::Span;
use crate::measure::Component;
use crate::scenario::{Figure, Slo};

/// How a made-up contestant behaves.
struct Shape {
    name: &'static str,
    title: &'static str,
    /// Where it saturates.
    knee: f64,
    /// Latency without waiting, milliseconds.
    base_ms: f64,
    /// Its bottleneck.
    resource: &'static str,
    units: u64,
    /// What its requests wait for.
    waits: Component,
}

const SHAPES: [Shape; 4] = [
    Shape {
        name: "node",
        title: "Node 20, Express",
        knee: 268.0,
        base_ms: 14.0,
        resource: "loop",
        units: 1,
        waits: Component::WaitWorker,
    },
    Shape {
        name: "node-cluster",
        title: "Node 20, Express, cluster",
        knee: 990.0,
        base_ms: 14.8,
        resource: "cores",
        units: 4,
        waits: Component::WaitCore,
    },
    Shape {
        name: "django-sync",
        title: "Django, gunicorn sync",
        knee: 560.0,
        base_ms: 19.0,
        resource: "threads",
        units: 9,
        waits: Component::WaitAccept,
    },
    Shape {
        name: "django-gthread",
        title: "Django, gunicorn gthread",
        knee: 640.0,
        base_ms: 21.0,
        resource: "lock",
        units: 4,
        waits: Component::WaitLock,
    },
];

const LOADS: [f64; 12] = [
    50.0, 100.0, 180.0, 240.0, 260.0, 360.0, 480.0, 540.0, 620.0, 780.0, 940.0, 1100.0,
];

/// A comparison of four contestants at twelve loads.
pub fn compare() -> Study {
    let mut study = empty();
    study.contestants = SHAPES.iter().map(info).collect();
    for shape in &SHAPES {
        for load in LOADS {
            push_rows(&mut study, shape, load);
        }
    }
    study.verdict = verdict();
    study.shortfalls = vec![
        "p99.9 of checkout at 50 requests/s left empty: too little data; run `crossover compare quickstart --replications 40`"
            .to_owned(),
    ];
    study
}

/// One load in depth.
pub fn single() -> Study {
    let mut study = compare();
    study.rows.retain(|row| row.load == 240.0);
    for row in &mut study.rows {
        if row.endpoint == "all" {
            row.timeline = timeline(row);
        }
    }
    study.verdict = Verdict::default();
    study.shortfalls.clear();
    study
}

/// Two contestants at two loads: small enough to read whole.
pub fn small() -> Study {
    let mut study = compare();
    study.contestants.truncate(1);
    study
        .rows
        .retain(|row| row.contestant == "node" && (row.load == 240.0 || row.load == 360.0));
    study.rows.retain(|row| row.endpoint != "checkout");
    study
}

/// A closed loop: users instead of a rate, nothing ever saturated.
pub fn closed() -> Study {
    let mut study = compare();
    study.load_unit = LoadUnit::Users;
    study.rows.retain(|row| row.load <= 540.0);
    for row in &mut study.rows {
        let shape = SHAPES.iter().find(|s| s.name == row.contestant).unwrap();
        let rps = (row.load * 0.8).min(shape.knee);
        row.saturated = false;
        row.offered_rps = None;
        row.throughput_rps = Some(around(rps, 0.01));
        let mean = shape.base_ms.max(row.load / shape.knee * 1000.0 - 1000.0);
        fill_latency(row, shape, mean);
        row.within_slo = None;
    }
    study.slo = Slo::default();
    study.verdict = Verdict::default();
    study.shortfalls.clear();
    study
}

/// Every contestant saturated at every load.
pub fn saturated() -> Study {
    let mut study = compare();
    study.rows.clear();
    for shape in &SHAPES {
        for load in [2000.0, 3000.0] {
            push_rows(&mut study, shape, load);
        }
    }
    let none = |shape: &Shape| Capacity {
        contestant: shape.name.to_owned(),
        carries: None,
        fails_at: Some(2000.0),
        estimate: None,
        bottleneck: None,
    };
    study.verdict = Verdict {
        capacity_measured: SHAPES.iter().map(none).collect(),
        ..Verdict::default()
    };
    study.shortfalls.clear();
    study
}

/// Nothing finished.
pub fn empty() -> Study {
    Study {
        scenario: "quickstart".to_owned(),
        title: "A product page: two queries, a cached fragment and a template".to_owned(),
        seed: 1,
        version: "0.1.0".to_owned(),
        digest: "0123456789abcdef".to_owned(),
        events_per_second: 12_345_678.9,
        load_unit: LoadUnit::Rps,
        slo: Slo::default()
            .and(Figure::P99, 250.0)
            .and(Figure::Errors, 0.001),
        endpoints: vec!["page".to_owned(), "checkout".to_owned()],
        contestants: Vec::new(),
        rows: Vec::new(),
        verdict: Verdict::default(),
        carried: Vec::new(),
        sweep: None,
        raced: Vec::new(),
        precision: 0.0,
        paste: Vec::new(),
        kept: Vec::new(),
        changes: None,
        interrupted: false,
        shortfalls: Vec::new(),
        notes: Vec::new(),
    }
}

fn info(shape: &Shape) -> ContestantInfo {
    let demand_ms = shape.units as f64 / shape.knee * 1000.0;
    let bound = |resource: &str, load: f64| Bound {
        resource: resource.to_owned(),
        load,
        demand_ms: shape.units as f64 / load * 1000.0,
        units: shape.units,
    };
    ContestantInfo {
        name: shape.name.to_owned(),
        title: shape.title.to_owned(),
        unvalidated: false,
        settings: None,
        bounds: vec![
            Bound {
                demand_ms,
                ..bound(shape.resource, shape.knee)
            },
            bound("postgres", 1600.0),
        ],
        zero_load_ms: shape.base_ms,
    }
}

fn around(value: f64, relative: f64) -> Estimate {
    Estimate {
        value,
        lo: value * (1.0 - relative),
        hi: value * (1.0 + relative),
    }
}

fn push_rows(study: &mut Study, shape: &Shape, load: f64) {
    let rho = load / shape.knee;
    for (endpoint, share, factor) in [
        ("all", 1.0, 1.0),
        ("page", 0.95, 1.02),
        ("checkout", 0.05, 0.62),
    ] {
        let mut row = blank(shape, endpoint, load);
        row.offered_rps = Some(around(load * share, 0.004));
        row.throughput_rps = Some(around(load.min(shape.knee * 0.985) * share, 0.006));
        let errors = if rho > 1.0 {
            (1.0 - 1.0 / rho) * 0.8
        } else {
            0.0
        };
        row.errors = Some(around(errors, 0.05));
        row.errors_by = [0.0, errors, 0.0, 0.0].map(|e| Some(around(e, 0.05)));
        row.saturated = rho >= 1.0;
        if !row.saturated {
            fill_latency(
                &mut row,
                shape,
                shape.base_ms * factor * (1.0 + 0.35 * rho.powi(3) / (1.0 - rho)),
            );
        }
        row.within_slo = row
            .p99_slo_ms
            .map_or(Some(false), |p99| Some(p99.hi <= 250.0));
        if endpoint == "all" {
            row.util = utilisation(shape, rho.min(1.0), load);
            row.events = (load * 3000.0) as u64;
        }
        study.rows.push(row);
    }
}

fn utilisation(shape: &Shape, used: f64, load: f64) -> Vec<(String, f64)> {
    let mut all = vec![
        (
            "cores".to_owned(),
            (used * if shape.units == 1 { 0.27 } else { 0.97 }).min(1.0),
        ),
        ("loop".to_owned(), used * 0.96),
        ("postgres".to_owned(), (load / 1600.0).min(1.0)),
    ];
    match shape.resource {
        "threads" => all[1] = ("threads".to_owned(), used),
        "lock" => {
            all[1] = ("lock".to_owned(), used * 0.98);
            all.push(("threads".to_owned(), used * used * 0.8));
        }
        _ => {}
    }
    all
}

fn blank(shape: &Shape, endpoint: &str, load: f64) -> Row {
    Row {
        contestant: shape.name.to_owned(),
        endpoint: endpoint.to_owned(),
        load,
        offered_rps: None,
        throughput_rps: None,
        errors: None,
        errors_by: [None; 4],
        mean_ms: None,
        sd_ms: None,
        p50_ms: None,
        p90_ms: None,
        p95_ms: None,
        p99_ms: None,
        p999_ms: None,
        p99_slo_ms: None,
        saturated: false,
        requests: (load * 600.0) as u64,
        warmup: Span::from_millis(3750),
        replications: 10,
        account_ms: None,
        util: Vec::new(),
        loop_delay_ms: shape.resource.eq("loop").then_some((0.8, 6.1)),
        memory_mb: 52.0 * shape.units as f64,
        events: 0,
        spectrum: Vec::new(),
        timeline: Vec::new(),
        within_slo: None,
        objectives: Vec::new(),
        swept: None,
    }
}

fn fill_latency(row: &mut Row, shape: &Shape, mean: f64) {
    let spread = 0.01 + 0.02 * mean / shape.base_ms / 10.0;
    // An exponential tail beyond the part that never waits.
    let quantile = |q: f64| shape.base_ms * 0.55 + (mean - shape.base_ms * 0.55) * -(1.0 - q).ln();
    let figure = |q: f64, widen: f64| Some(around(quantile(q), spread * widen));
    row.mean_ms = Some(around(mean, spread));
    row.sd_ms = Some(around(mean * 0.8, spread));
    row.p50_ms = figure(0.5, 1.0);
    row.p90_ms = figure(0.9, 1.3);
    row.p95_ms = figure(0.95, 1.6);
    row.p99_ms = figure(0.99, 2.5);
    row.p99_slo_ms = row.p99_ms;
    row.p999_ms = (row.load > 100.0).then(|| figure(0.999, 5.0)).flatten();
    let fractions = [
        0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995,
    ];
    row.spectrum = fractions.iter().map(|&q| (q, quantile(q))).collect();
    row.account_ms = Some(account(shape, mean));
}

fn account(shape: &Shape, mean: f64) -> [f64; Component::COUNT] {
    let mut account = [0.0; Component::COUNT];
    let mut set = |component: Component, ms: f64| account[component as usize] += ms;
    set(Component::Network, 0.4);
    set(Component::Cpu, shape.base_ms * 0.22);
    set(Component::Cold, shape.base_ms * 0.03);
    set(Component::Gc, shape.base_ms * 0.02);
    set(Component::WaitConnection, mean * 0.05);
    set(Component::Call, shape.base_ms * 0.5);
    let rest = mean - account.iter().sum::<f64>();
    account[shape.waits as usize] += rest.max(0.0);
    account
}

fn timeline(row: &Row) -> Vec<TimelineSlot> {
    let slots = 40;
    let wave = |i: i32| 1.0 + 0.12 * (f64::from(i) * 0.9).sin();
    let rate = row.throughput_rps.map_or(0.0, |t| t.value);
    (0..slots)
        .map(|i| TimelineSlot {
            start_s: f64::from(i) * 1.5,
            throughput_rps: rate * wave(i),
            failed_rps: row.errors.map_or(0.0, |e| e.value * rate),
            mean_ms: row
                .mean_ms
                .map(|m| m.value * wave(i + 2) * (1.0 - 0.5 * (-f64::from(i)).exp())),
            in_system: row
                .mean_ms
                .map_or(f64::from(i), |m| m.value * 1e-3 * rate * wave(i + 1)),
        })
        .collect()
}

fn verdict() -> Verdict {
    let capacity = |contestant: &str,
                    carries: f64,
                    fails_at: f64,
                    estimate: f64,
                    resource: &str,
                    used: f64| Capacity {
        contestant: contestant.to_owned(),
        carries: Some(carries),
        fails_at: Some(fails_at),
        estimate: Some(estimate),
        bottleneck: Some((resource.to_owned(), used)),
    };
    Verdict {
        capacity_measured: vec![
            capacity("node", 240.0, 260.0, 251.0, "loop", 0.93),
            capacity("node-cluster", 940.0, 1100.0, 955.0, "cores", 0.95),
            capacity("django-sync", 480.0, 540.0, 522.0, "threads", 0.96),
            capacity("django-gthread", 540.0, 620.0, 590.0, "lock", 0.92),
        ],
        capacity_equal_cpu: vec![
            capacity("node", 240.0, 260.0, 251.0, "loop", 0.93),
            capacity("node-cluster", 940.0, 1100.0, 955.0, "cores", 0.95),
            capacity("django-sync", 940.0, 1100.0, 985.0, "threads", 0.96),
            capacity("django-gthread", 1100.0, 1250.0, 1190.0, "lock", 0.92),
        ],
        flip: Some(Flip {
            below: "django-gthread".to_owned(),
            above: "node-cluster".to_owned(),
            ratio: 1.31,
            measured: 2.42,
        }),
        no_flip: None,
        crossings: vec![Crossing {
            below: "node".to_owned(),
            above: "django-gthread".to_owned(),
            load: 214.0,
            between: (180.0, 240.0),
        }],
        indifferent_up_to: None,
        differences: Vec::new(),
        expected: None,
    }
}
