//! The main job: all contestants over a range of loads, and who wins.

use super::baseline::Beside;
use super::bounds::bounds;
use super::capacity::capacity;
use super::error::ExperimentError;
use super::expected::expected;
use super::flip::{flip, ratios_matter};
use super::fold::{Finding, LoadPoint};
use super::jobs::Point;
use super::length::BUDGET;
use super::progress::Control;
use super::scene::{Course, Scene};
use super::simulator::Simulator;
use super::study::{Capacity, Study, Verdict};
use super::world::Simulation;
use super::{loads, order, others, precision};
use crate::scenario::Scenario;

/// Replications at equal CPU, where only capacities are looked for.
const EQUAL_REPLICATIONS: u32 = 5;
/// Events for it, as a share of the budget.
const EQUAL_BUDGET: f64 = 0.3;
/// The share of its bound that a contestant is expected to carry where nothing was measured.
const USUAL_SHARE: f64 = 0.75;
/// The share of a bound below which a run can still tell what happens.
const NEAR: f64 = 0.92;

/// Latency and throughput of all contestants over load, and the verdict.
///
/// # Errors
/// If there are no contestants, or nothing was finished when it was interrupted.
pub fn compare(scenario: &Scenario, control: &Control) -> Result<Study, ExperimentError> {
    compare_with(scenario, &Simulation(scenario), BUDGET, control)
}

/// [`compare`] on any simulator, within a budget of events.
///
/// # Errors
/// As [`compare`].
pub fn compare_with<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    budget: f64,
    control: &Control,
) -> Result<Study, ExperimentError> {
    compare_beside(scenario, simulator, budget, Beside::default(), control)
}

/// [`compare_with`] beside other studies: kept for later ones, compared with an earlier one.
///
/// # Errors
/// As [`compare`], and if nothing of it stands in the earlier one.
pub fn compare_beside<S: Simulator>(
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
    scene.visited_before(&scene.loads())?;
    let everybody: Vec<usize> = (0..scenario.contestants.len()).collect();
    let visits = scene
        .loads()
        .into_iter()
        .map(|load| (load, everybody.clone()))
        .collect();
    let course = scene.main_course(visits, false, budget);
    let mut others = others::others(scenario);
    let later_at_expected = others::work(&scene, &others, budget);
    let later = if scene.loads().len() < 2 || !ratios_matter(scenario) {
        0
    } else {
        let unknown = |_| Capacity::default();
        let guess: Vec<Capacity> = scenario.contestants.iter().map(unknown).collect();
        let (course, _) = equal_course(&scene, &guess, budget);
        course.points.iter().map(Point::whole).sum()
    };
    control.plan(0, later + later_at_expected);
    let points: Vec<Option<LoadPoint>> = scene.simulate(&course, false, control);
    let mut interrupted = points.iter().any(Option::is_none);
    let points: Vec<LoadPoint> = points.into_iter().flatten().collect();
    if points.is_empty() {
        return Err(ExperimentError::Interrupted);
    }
    interrupted |= precision::cut_short(&points, control);
    let mut verdict = measured_verdict(&scene, &points);
    control.unplan(0, later);
    interrupted |= !equal_cpu(&scene, &mut verdict, interrupted, budget, control);
    control.unplan(0, later_at_expected);
    interrupted = interrupted || !others::simulate(&scene, &mut others, budget, control);
    let mut study = scene.study("compare", &points, interrupted);
    study.verdict = verdict;
    study.verdict.expected = expected(scenario, &study, &others);
    Ok(study)
}

/// A contestant's findings in the order of loads.
pub(super) fn curve(points: &[LoadPoint], contestant: usize) -> Vec<&Finding> {
    points
        .iter()
        .flat_map(|p| &p.findings)
        .filter(|f| f.contestant == contestant)
        .collect()
}

fn measured_verdict<S: Simulator>(scene: &Scene<S>, points: &[LoadPoint]) -> Verdict {
    let names: Vec<&str> = scene.infos.iter().map(|i| i.name.as_str()).collect();
    let curves: Vec<Vec<&Finding>> = (0..names.len()).map(|c| curve(points, c)).collect();
    let carried = |c: usize| capacity(names[c], &curves[c], scene.bound(c));
    Verdict {
        capacity_measured: (0..names.len()).map(carried).collect(),
        crossings: order::crossings(&names, &curves),
        indifferent_up_to: order::indifferent_up_to(&curves),
        differences: order::differences(&names, &curves, &scene.endpoints()),
        ..Verdict::default()
    }
}

/// Fills in the capacities at equal CPU and the flip. False if it was interrupted.
fn equal_cpu<S: Simulator>(
    scene: &Scene<S>,
    verdict: &mut Verdict,
    interrupted: bool,
    budget: f64,
    control: &Control,
) -> bool {
    if !ratios_matter(scene.scenario) {
        verdict
            .capacity_equal_cpu
            .clone_from(&verdict.capacity_measured);
        return true;
    }
    if interrupted || scene.loads().len() < 2 {
        return !interrupted;
    }
    let (course, limits) = equal_course(scene, &verdict.capacity_measured, budget);
    let points = scene.simulate(&course, false, control);
    if points.iter().any(Option::is_none) {
        return false;
    }
    let points: Vec<LoadPoint> = points.into_iter().flatten().collect();
    let carried = |c: usize| capacity(&scene.infos[c].name, &curve(&points, c), limits[c]);
    let equal: Vec<Capacity> = (0..limits.len()).map(carried).collect();
    let found = flip(
        scene.scenario,
        scene.simulator,
        scene.asking,
        &verdict.capacity_measured,
        &equal,
    );
    match found {
        Ok(flip) => verdict.flip = Some(flip),
        Err(why) => verdict.no_flip = Some(why),
    }
    verdict.capacity_equal_cpu = equal;
    true
}

/// What is run at equal CPU, and the bounds there.
fn equal_course<S: Simulator>(
    scene: &Scene<S>,
    measured: &[Capacity],
    budget: f64,
) -> (Course, Vec<f64>) {
    let count = scene.infos.len();
    let equal_bound = |c: usize| {
        bounds(scene.simulator, c, 0.0, scene.asking)
            .first()
            .map_or(f64::INFINITY, |b| b.load)
    };
    let limits: Vec<f64> = (0..count).map(equal_bound).collect();
    let visits = (0..count)
        .flat_map(|c| {
            around(&measured[c], scene.bound(c), limits[c])
                .into_iter()
                .map(move |load| (load, vec![c]))
        })
        .collect();
    let replications = scene.scenario.run.replications.min(EQUAL_REPLICATIONS);
    let course = scene.course(visits, 0.0, replications, false, EQUAL_BUDGET * budget);
    (course, limits)
}

/// The loads to visit at equal CPU: around the share of its bound that the contestant carries at the measured ratios, and
/// on to that bound, since shorter work leaves more of the objective for waiting. One that nothing limits is visited where
/// it was.
fn around(measured: &Capacity, bound: f64, equal_bound: f64) -> Vec<f64> {
    let known = measured.estimate.or(measured.carries);
    let mut visits: Vec<f64> = if bound.is_finite() && equal_bound.is_finite() {
        let share = known
            .map_or(USUAL_SHARE, |load| load / bound)
            .clamp(0.05, NEAR / 1.2);
        let beyond = 1.2 * share;
        let shares = [
            0.8 * share,
            share,
            beyond,
            0.5 * (beyond + NEAR),
            NEAR,
            1.06,
        ];
        shares.map(|share| share * equal_bound).to_vec()
    } else {
        [0.75, 1.0, 1.3]
            .map(|share| share * known.unwrap_or(1.0))
            .to_vec()
    };
    visits
        .iter_mut()
        .for_each(|load| *load = loads::round(*load));
    visits.dedup_by(|next, kept| *next / *kept < 1.04);
    visits
}
