//! Theory beside simulation: what the closed forms say of each contestant, what of their assumptions holds, how far they are from what is
//! simulated.
//!
//! The shape of a contestant follows from its compiled plan and its demands (`shape`), so a model that nobody here thought of has one too. Where the
//! assumptions hold the two agree within the interval; where they do not, the difference is what the assumption is worth.

mod assumptions;
mod shape;

use super::bounds::Asking;
use super::error::ExperimentError;
use super::progress::Control;
use super::scene::Scene;
use super::study::{ContestantInfo, Estimate, LoadUnit, Row};
use super::world::Simulation;
use crate::scenario::Scenario;
use crate::world::{named_loads, stations};

pub use assumptions::Assumption;
pub use shape::{Discipline, Queue, Shape};

/// The share of a study's events that all loads may cost.
const SHARE: f64 = 0.4;
/// Of its own lowest bound: the loads at which a contestant is looked at where the scenario names none.
const OPEN: [f64; 4] = [0.3, 0.6, 0.8, 0.9];
/// The same of the knee, where users ask.
const CLOSED: [f64; 4] = [0.3, 0.7, 1.0, 1.5];

/// Theory and simulation of everybody.
#[derive(Clone, Debug)]
pub struct Theory {
    /// The scenario's name.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The seed of all dice.
    pub seed: u64,
    /// This program's version.
    pub version: String,
    /// The scenario's digest.
    pub digest: String,
    /// What loads count.
    pub load_unit: LoadUnit,
    /// The compared, in the order of the scenario.
    pub contestants: Vec<Examined>,
    /// Whether loads, and whole contestants, are missing.
    pub interrupted: bool,
}

/// One contestant.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Its name, its model, its bounds.
    pub info: ContestantInfo,
    /// What it comes down to at the highest load looked at; demands may depend on the load through caches.
    pub shape: Shape,
    /// What is assumed, and what holds.
    pub assumptions: Vec<Assumption>,
    /// By load.
    pub loads: Vec<Compared>,
}

/// A load, both ways.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The load.
    pub load: f64,
    /// The fullest station, how much of it is in use by the utilisation law, and in the simulation.
    pub fullest: Option<(String, f64, Option<f64>)>,
    /// Mean latency by the closed form, milliseconds; infinite where it cannot keep up.
    pub mean_ms: f64,
    /// The 99th percentile, where a closed form has one.
    pub p99_ms: Option<f64>,
    /// What was simulated.
    pub row: Row,
}

impl Compared {
    /// By how much the simulated mean exceeds the closed form's, as a share of that, with the interval of the simulation.
    #[must_use]
    pub fn difference(&self) -> Option<Estimate> {
        let simulated = self.row.mean_ms.filter(|_| self.mean_ms.is_finite())?;
        let relative = |ms: f64| ms / self.mean_ms - 1.0;
        Some(Estimate {
            value: relative(simulated.value),
            lo: relative(simulated.lo),
            hi: relative(simulated.hi),
        })
    }
}

/// Examines everybody at the loads the scenario names, or at shares of each one's own bound.
///
/// Interrupted, it has the loads that were finished.
///
/// # Errors
/// If the scenario has no contestants, or the study was interrupted before its first load was finished.
pub fn theory(
    scenario: &Scenario,
    budget: f64,
    control: &Control,
) -> Result<Theory, ExperimentError> {
    if scenario.contestants.is_empty() {
        return Err(ExperimentError::NoContestants);
    }
    let simulation = Simulation(scenario);
    let scene = Scene::new(scenario, &simulation);
    let visits: Vec<(f64, Vec<usize>)> = (0..scenario.contestants.len())
        .flat_map(|index| {
            loads(&scene, index)
                .into_iter()
                .map(move |load| (load, vec![index]))
        })
        .collect();
    let owners: Vec<usize> = visits.iter().map(|(_, who)| who[0]).collect();
    let replications = scenario.run.replications;
    let course = scene.course(visits, 1.0, replications, false, SHARE * budget);
    let points = scene.simulate(&course, false, control);
    let head = scene.study("theory", &[], false);
    let mut contestants = Vec::new();
    for index in 0..scenario.contestants.len() {
        let mine = owners
            .iter()
            .zip(&points)
            .filter(|(owner, _)| **owner == index);
        let rows: Vec<Row> = mine
            .filter_map(|(_, point)| Some(point.as_ref()?.rows[0][0].clone()))
            .collect();
        if !rows.is_empty() {
            contestants.push(examined(&scene, index, rows));
        }
    }
    if contestants.is_empty() {
        return Err(ExperimentError::Interrupted);
    }
    Ok(Theory {
        scenario: head.scenario,
        title: head.title,
        seed: head.seed,
        version: head.version,
        digest: head.digest,
        load_unit: head.load_unit,
        contestants,
        interrupted: points.iter().any(Option::is_none),
    })
}

/// Where a contestant is looked at.
fn loads(scene: &Scene<Simulation>, contestant: usize) -> Vec<f64> {
    if let Some(named) = named_loads(&scene.scenario.arrivals) {
        return named;
    }
    let bound = scene.bound(contestant);
    if !bound.is_finite() {
        let all = scene.loads();
        return vec![all[all.len() / 2]];
    }
    match scene.asking {
        Asking::Open => OPEN
            .map(|share| super::loads::round(share * bound))
            .to_vec(),
        Asking::Closed(_) => CLOSED
            .map(|share| (share * bound).round().max(1.0))
            .to_vec(),
    }
}

fn examined(scene: &Scene<Simulation>, contestant: usize, rows: Vec<Row>) -> Examined {
    let scenario = scene.scenario;
    let system = &scenario.contestants[contestant].system;
    let loads: Vec<Compared> = rows
        .into_iter()
        .map(|row| compared(scene, contestant, row))
        .collect();
    let highest = loads.last().map_or(1.0, |compared| compared.load);
    let shape = shape_at(scene, contestant, highest);
    Examined {
        info: scene.infos[contestant].clone(),
        assumptions: assumptions::assumptions(system, &scenario.arrivals, &shape),
        shape,
        loads,
    }
}

fn shape_at(scene: &Scene<Simulation>, contestant: usize, load: f64) -> Shape {
    let who = &scene.scenario.contestants[contestant];
    let rate = scene.asking.rate(scene.simulator, contestant, load, 1.0);
    let (all, zero_load_ns) = stations(who, &scene.scenario.arrivals, rate);
    Shape::of(
        all,
        zero_load_ns,
        who.system.services[0].model.processes,
        assumptions::split(&who.system),
    )
}

fn compared(scene: &Scene<Simulation>, contestant: usize, row: Row) -> Compared {
    let shape = shape_at(scene, contestant, row.load);
    let (mean, rate, p99) = match scene.asking {
        Asking::Open => (shape.open(row.load), row.load, shape.p99(row.load)),
        Asking::Closed(think) => {
            let users = row.load as u32;
            let mean = shape.closed(users, think);
            (mean, row.load / (think + mean), None)
        }
    };
    let fullest = shape.queues.first().map(|queue| {
        let name = &queue.station.name;
        let seen = row.util.iter().find(|(resource, _)| resource == name);
        (name.clone(), queue.used(rate), seen.map(|(_, used)| *used))
    });
    Compared {
        load: row.load,
        fullest,
        mean_ms: mean * 1e3,
        p99_ms: p99.map(|p99| p99 * 1e3),
        row,
    }
}
