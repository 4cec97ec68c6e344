//! How much each contestant carries inside the objectives: a search for each, and what is told of it.

use super::error::ExperimentError;
use super::progress::Control;
use super::scene::Scene;
use super::search::confirm::{self, Candidate};
use super::search::{End, Ground, Query, Visit, effort, seek};
use super::simulator::Simulator;
use super::study::{Carried, Closest, Reach, Study};
use crate::scenario::{Objective, Scenario};
use crate::workload::Arrivals;

/// Half the width of a capacity's interval, as a share of it, where nobody asks for another.
pub const PRECISION: f64 = 0.02;
/// Loads within this factor of the capacity are no news: chance decides there.
const NEAR: f64 = 1.25;

/// The highest load of every contestant inside the objectives. `budget` is in events, for the searches of all contestants together; the
/// trials of what they say is good come on top, each of as many as a run may take.
///
/// # Errors
/// If there are no contestants, no objectives or no loads to choose, or nothing was finished when it was interrupted.
pub fn capacity_with<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    precision: f64,
    budget: f64,
    control: &Control,
) -> Result<Study, ExperimentError> {
    searchable(scenario)?;
    let scene = Scene::new(scenario, simulator);
    let mut ground = Ground::new(&scene, effort::CLOSE);
    let queries: Vec<Query> = everybody(scenario, precision, budget);
    let later =
        |ground: &Ground<S>, contestant, load| confirm::planned(ground, contestant, load, budget);
    let ends = seek(&mut ground, &queries, later, control);
    if ends.is_none() && ground.visits.iter().all(Vec::is_empty) {
        return Err(ExperimentError::Interrupted);
    }
    let candidates = ends.iter().flatten().zip(&queries);
    let candidates = candidates.filter_map(|(end, query)| match end {
        End::Crossed(found) => Some((query.contestant, found)),
        _ => None,
    });
    let candidates: Vec<Candidate> = candidates.collect();
    let good = confirm::good_to(&mut ground, &candidates, budget, control);
    let mut study = scene.study("capacity", &[], ends.is_none() || control.cancelled());
    study.rows = ground
        .visits
        .iter()
        .flatten()
        .flat_map(|v| v.rows.iter().cloned())
        .collect();
    study.precision = precision;
    let good = |c: usize| {
        let mut all = candidates.iter().zip(&good);
        all.find(|(who, _)| who.0 == c).and_then(|(_, good)| *good)
    };
    study.carried = ends
        .iter()
        .flatten()
        .enumerate()
        .map(|(c, end)| carried(&ground, c, end, good(c)))
        .collect();
    Ok(study)
}

/// A query for each contestant.
fn everybody(scenario: &Scenario, precision: f64, budget: f64) -> Vec<Query<'static>> {
    let contestants = scenario.contestants.len();
    let query = |contestant| Query {
        contestant,
        precision,
        replications: scenario.run.replications,
        budget: budget / contestants as f64,
        hint: None,
    };
    (0..contestants).map(query).collect()
}

/// Whether there is anything to search for.
///
/// # Errors
/// No contestants, no objectives, or arrivals at given times.
pub fn searchable(scenario: &Scenario) -> Result<(), ExperimentError> {
    if scenario.contestants.is_empty() {
        return Err(ExperimentError::NoContestants);
    }
    if scenario.slo.is_empty() {
        return Err(ExperimentError::NoObjectives);
    }
    if !scenario.slo.objectives.iter().any(Objective::searched) {
        return Err(ExperimentError::NoneSearched);
    }
    match scenario.arrivals {
        Arrivals::Replay { .. } => Err(ExperimentError::GivenTimes),
        Arrivals::Open { .. } | Arrivals::Closed { .. } => Ok(()),
    }
}

/// What is told of a search, and of the load that was seen to be good.
pub fn carried<S: Simulator>(
    ground: &Ground<S>,
    contestant: usize,
    end: &End,
    good_to: Option<f64>,
) -> Carried {
    let visits = &ground.visits[contestant];
    let mut carried = Carried {
        contestant: ground.scene.infos[contestant].name.clone(),
        reach: Reach::Everywhere,
        load: None,
        good_to,
        binding: None,
        bottleneck: None,
        memory_mb: 0.0,
        closest: None,
        missed_below: Vec::new(),
        met_beyond: Vec::new(),
        highest: visits.iter().rev().find(|v| v.met()).map(Visit::load),
        looked: visits
            .first()
            .zip(visits.last())
            .map(|(low, high)| (low.load(), high.load())),
        precise: true,
        events: ground.events[contestant],
    };
    let seen = match end {
        End::Never => {
            carried.reach = Reach::Nowhere;
            carried.closest = closest(ground, visits);
            None
        }
        End::Unfound { met } => {
            carried.reach = Reach::Unfound;
            carried.closest = closest(ground, visits).filter(|_| !met);
            visits.iter().rev().find(|v| v.met())
        }
        End::Always => visits.last(),
        End::Crossed(found) => {
            let load = found.load.value;
            carried.reach = Reach::UpTo;
            carried.load = Some(found.load);
            carried.binding = found
                .objective
                .map(|index| ground.aims[index].objective.clone());
            carried.precise = found.precise;
            let loads = |which: &dyn Fn(&Visit) -> bool| {
                visits
                    .iter()
                    .filter(|v| which(v))
                    .map(Visit::load)
                    .collect()
            };
            carried.missed_below = loads(&|v| v.load() * NEAR < load && !v.met());
            carried.met_beyond = loads(&|v| v.load() > NEAR * load && v.met());
            visits.iter().rev().find(|v| v.load() <= load)
        }
    };
    carried.bottleneck = seen.and_then(|v| v.busiest.clone());
    carried.memory_mb = seen
        .and_then(|v| v.rows.first())
        .map_or(0.0, |row| row.memory_mb);
    carried
}

/// Where the objectives were missed by least: where the figure that is furthest beyond its limit is the smallest multiple of it.
fn closest<S: Simulator>(ground: &Ground<S>, visits: &[Visit]) -> Option<Closest> {
    let furthest = |visit: &Visit| {
        let beyond = ground.aims.iter().zip(&visit.figures).map(|(aim, value)| {
            let multiple = value.map_or(f64::INFINITY, |value| value / aim.objective.limit);
            (multiple, aim, *value)
        });
        beyond.max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let steady = visits.iter().filter(|v| !v.saturated);
    let all = steady.filter_map(|visit| Some((visit.load(), furthest(visit)?)));
    let (load, (_, aim, value)) = all.min_by(|a, b| a.1.0.total_cmp(&b.1.0))?;
    Some(Closest {
        load,
        objective: aim.objective.clone(),
        value,
    })
}
