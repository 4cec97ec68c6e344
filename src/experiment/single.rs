//! One load in depth.

use super::baseline::Beside;
use super::compare::curve;
use super::error::ExperimentError;
use super::fold::LoadPoint;
use super::length::BUDGET;
use super::progress::Control;
use super::scene::Scene;
use super::simulator::Simulator;
use super::study::Study;
use super::world::Simulation;
use super::{loads, order, precision};
use crate::scenario::Scenario;
use crate::world::named_loads;

/// The share of the lowest bound that is looked at where the scenario names no load.
const SHARE: f64 = 0.7;

/// One load in depth: fine percentiles, timeline, all figures.
///
/// # Errors
/// If the scenario names several loads, has no contestants, or was interrupted.
pub fn run(scenario: &Scenario, control: &Control) -> Result<Study, ExperimentError> {
    run_with(scenario, &Simulation(scenario), BUDGET, control)
}

/// [`run`] on any simulator, within a budget of events.
///
/// # Errors
/// As [`run`].
pub fn run_with<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    budget: f64,
    control: &Control,
) -> Result<Study, ExperimentError> {
    run_beside(scenario, simulator, budget, Beside::default(), control)
}

/// [`run_with`] beside other studies: kept for later ones, compared with an earlier one.
///
/// # Errors
/// As [`run`], and if nothing of it stands in the earlier one.
pub fn run_beside<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    budget: f64,
    beside: Beside,
    control: &Control,
) -> Result<Study, ExperimentError> {
    if scenario.contestants.is_empty() {
        return Err(ExperimentError::NoContestants);
    }
    let scene = Scene::new(scenario, simulator).beside(beside)?;
    let (load, note) = load_of(&scene)?;
    scene.visited_before(&[load])?;
    let everybody = (0..scenario.contestants.len()).collect();
    let course = scene.main_course(vec![(load, everybody)], true, budget);
    let points: Vec<LoadPoint> = scene
        .simulate(&course, true, control)
        .into_iter()
        .flatten()
        .collect();
    if points.is_empty() {
        return Err(ExperimentError::Interrupted);
    }
    let mut study = scene.study("run", &points, precision::cut_short(&points, control));
    let names: Vec<&str> = scene.infos.iter().map(|i| i.name.as_str()).collect();
    let curves: Vec<_> = (0..names.len()).map(|c| curve(&points, c)).collect();
    study.verdict.differences = order::differences(&names, &curves, &scene.endpoints());
    study.notes.extend(note);
    Ok(study)
}

/// The one load the scenario names, or the one chosen for it and why.
pub(super) fn load_of<S: Simulator>(
    scene: &Scene<S>,
) -> Result<(f64, Option<String>), ExperimentError> {
    match named_loads(&scene.scenario.arrivals).as_deref() {
        Some([load]) => Ok((*load, None)),
        Some(several) => Err(ExperimentError::SeveralLoads(several.len())),
        None => Ok(match scene.scenario.expected {
            Some(expected) => (
                expected,
                Some(format!(
                    "one load, {expected}, the one that the scenario expects"
                )),
            ),
            None => before(scene).unwrap_or_else(|| chosen(scene)),
        }),
    }
}

/// Of the loads of the baseline, the one nearest to the one that would be chosen.
fn before<S: Simulator>(scene: &Scene<S>) -> Option<(f64, Option<String>)> {
    let loads = scene.loads_before()?;
    let (wish, _) = chosen(scene);
    let far = |load: &f64| libm::log(load / wish).abs();
    let load = loads.into_iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
    let why = format!("the scenario sweeps its load; this is one load of the baseline's, {load}");
    Some((load, Some(why)))
}

/// The load where the scenario leaves it open, and why.
fn chosen<S: Simulator>(scene: &Scene<S>) -> (f64, Option<String>) {
    match scene.lowest_bound() {
        Some((info, bound)) => {
            let load = loads::round(SHARE * bound.load);
            let load = if matches!(scene.asking, super::bounds::Asking::Closed(_)) {
                load.round().max(1.0)
            } else {
                load
            };
            let why = format!(
                "the scenario sweeps its load; this is one load, {load}, about 70 % of the lowest bound ({} of {})",
                bound.resource, info.name
            );
            (load, Some(why))
        }
        None => {
            let all = scene.loads();
            (
                all[all.len() / 2],
                Some(
                    "nothing limits any contestant; this is a load in the middle of the sweep"
                        .to_owned(),
                ),
            )
        }
    }
}
