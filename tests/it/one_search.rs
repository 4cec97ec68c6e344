//! What a sweep says is carried at a point and what `capacity` says of the same scenario: of all contestants within both intervals together.
//!
//! All of it, at the signature map's size, with two points beside its line, two far from it, at the measured ratios and at equal CPU, takes three minutes:
//! `cargo test --release --test it the_signature_map -- --ignored --nocapture`.

use std::sync::atomic::AtomicBool;

use crossover::experiment::{
    BUDGET, Control, Estimate, PRECISION, Plane, Simulation, Sweep, SweptAxis, capacity_with, sweep,
};
use crossover::scenario::{Axis, Embedded, Scenario, load};

const MAP: [&str; 2] = ["params.cpu=4ms..50ms log", "params.io=5ms..60ms log"];

fn axes(resolution: usize) -> Vec<SweptAxis> {
    let axis = |text: &&str| Axis::parse_into(text, Some(resolution)).unwrap();
    let axes = MAP.iter().map(axis);
    axes.map(|axis| SweptAxis::new(axis.path, axis.values))
        .collect()
}

/// The scenario of a point; without a language that times were measured in everybody's are the same.
fn point(axes: &[SweptAxis], at: &[usize], more: &[&str]) -> Scenario {
    let set = axes.iter().zip(at);
    let set = set.map(|(axis, i)| format!("{}={}", axis.path, axis.values[*i]));
    let all: Vec<String> = set.chain(more.iter().map(|s| (*s).to_owned())).collect();
    load(&Embedded, "crossover-map", &all).unwrap()
}

fn swept(axes: &[SweptAxis], more: &[&str]) -> Sweep {
    let plane = Plane {
        axes: axes.to_vec(),
        scenario: &|at: &[usize]| Some(point(axes, at, more)),
    };
    let stop = AtomicBool::new(false);
    let study = sweep(&plane, BUDGET, &Control::new(&stop, &())).unwrap();
    let events = study.rows.iter().filter(|row| row.endpoint == "all");
    let events: u64 = events.map(|row| row.events).sum();
    println!("{:.1} M events", events as f64 * 1e-6);
    study.sweep.unwrap()
}

/// What each contestant carries, with its interval.
fn searched(scenario: &Scenario) -> Vec<Estimate> {
    let stop = AtomicBool::new(false);
    let control = Control::new(&stop, &());
    let study = capacity_with(scenario, &Simulation(scenario), PRECISION, BUDGET, &control);
    let carried = study.unwrap().carried;
    carried.iter().map(|c| c.load.unwrap()).collect()
}

/// Compares some points of a sheet.
fn agree(found: &Sweep, sheet: usize, places: &[Vec<usize>], more: &[&str]) {
    let language = if sheet == 0 {
        &[][..]
    } else {
        &["cpu_measured_in=none"]
    };
    let half = |e: Estimate| 0.5 * (e.hi - e.lo);
    for at in places {
        let mut points = found.sheets[sheet].points.iter();
        let figures = &points.find(|p| p.at == *at).unwrap().figures;
        let scenario = point(&found.axes, at, &[more, language].concat());
        for (contestant, searched) in searched(&scenario).into_iter().enumerate() {
            let swept = figures[contestant].unwrap();
            let apart = swept.value / searched.value - 1.0;
            println!(
                "{} {}, sheet {sheet}, {}: swept {:.2} ± {:.2}, searched {:.2} ± {:.2}: {:+.1} %",
                found.axes[0].values[at[0]],
                found.axes[1].values[at[1]],
                scenario.contestants[contestant].name,
                swept.value,
                half(swept),
                searched.value,
                half(searched),
                100.0 * apart,
            );
            assert!(swept.lo <= searched.hi && searched.lo <= swept.hi);
        }
    }
}

/// A map of four points in few requests.
#[test]
fn a_small_map_says_what_capacity_says() {
    let few = ["run.replications=5", "clients.connections=400"];
    let found = swept(&axes(2), &few);
    agree(&found, 1, &[vec![0, 0], vec![1, 1]], &few);
}

#[test]
#[ignore = "three minutes: see the head"]
fn the_signature_map_says_what_capacity_says() {
    let found = swept(&axes(40), &[]);
    // Beside the line at equal CPU: its nearest simulated points along two columns, and two corners.
    let map = found.sheets[1].map.as_ref().unwrap();
    let distance = |at: &[usize]| {
        let lines = map.crossings.iter();
        let row = lines.filter(|line| line.horizontal && line.other == at[1]);
        let apart = row.map(|line| (line.place.value - at[0] as f64).abs());
        apart.fold(f64::INFINITY, f64::min)
    };
    let mut near: Vec<Vec<usize>> = found.sheets[1]
        .points
        .iter()
        .map(|p| p.at.clone())
        .collect();
    near.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    let far = [vec![0, 0], vec![39, 39]];
    let places = [&near[..2], &far].concat();
    agree(&found, 1, &places, &[]);
    agree(&found, 0, &far, &[]);
}
