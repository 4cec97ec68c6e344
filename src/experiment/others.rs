//! The expected load simulated again with each input a half less and a half more: who meets the objectives then.
//!
//! ```text
//! load     × ½, × 1½ ──┐
//! query    × ½, × 1½ ──┼─► one load, a few replications, the same dice ──► met, missed, or not known
//! template × ½, × 1½ ──┘
//! ```
//!
//! An objective counts as met or missed only where its whole interval is on one side of the limit, so that few and short replications
//! make fewer differences, not false ones.

use super::fold::LoadPoint;
use super::jobs::Point;
use super::progress::Control;
use super::scene::{Course, Scene};
use super::simulator::Simulator;
use super::study::Row;
use super::world::Simulation;
use crate::scenario::Scenario;

/// What the load is multiplied with; the parameters are by `scenario::variations`.
const FACTORS: [f64; 2] = [0.5, 1.5];
/// What the load is called among the inputs.
const LOAD: &str = "load";
/// Replications of each, at most.
const REPLICATIONS: u32 = 5;
/// Events for all of them, as a share of the budget of a comparison.
const BUDGET: f64 = 0.3;

/// One input that is different.
pub struct Other<'a> {
    /// Its name in `[params]`, or `load`.
    pub input: &'a str,
    /// What it says in the file; of the load, empty.
    pub from: &'a str,
    /// Times so much.
    pub factor: f64,
    /// The scenario that says so; `None` for the load, which changes no scenario.
    pub scenario: Option<&'a Scenario>,
    /// The load that is asked for.
    pub load: f64,
    /// Whether each contestant meets the objectives at it, in the order of the scenario. `None` where the data cannot tell or there are none.
    pub met: Vec<Option<bool>>,
}

/// All of a scenario, the load first, none of them simulated yet. None where it expects no load.
pub fn others(scenario: &Scenario) -> Vec<Other<'_>> {
    let Some(expected) = scenario.expected else {
        return Vec::new();
    };
    let unknown = vec![None; scenario.contestants.len()];
    let loads = FACTORS.iter().map(|&factor| Other {
        input: LOAD,
        from: "",
        factor,
        scenario: None,
        load: expected * factor,
        met: unknown.clone(),
    });
    let variations = scenario.variations.iter().map(|variation| Other {
        input: &variation.param,
        from: &variation.from,
        factor: variation.factor,
        scenario: Some(&variation.scenario),
        load: expected,
        met: unknown.clone(),
    });
    loads.chain(variations).collect()
}

/// About how much work [`simulate`] is.
pub(super) fn work<S: Simulator>(scene: &Scene<S>, others: &[Other], budget: f64) -> u64 {
    if scene.scenario.slo.objectives.is_empty() {
        return 0;
    }
    let planned = |other: &Other| course(scene, other.load, budget / others.len() as f64);
    let each = others.iter().map(planned);
    each.flat_map(|course| course.points)
        .map(|point| Point::whole(&point))
        .sum()
}

/// Finds out who meets the objectives. False if it was interrupted.
pub(super) fn simulate<S: Simulator>(
    scene: &Scene<S>,
    others: &mut [Other],
    budget: f64,
    control: &Control,
) -> bool {
    if scene.scenario.slo.objectives.is_empty() {
        return true;
    }
    let budget = budget / others.len() as f64;
    others.iter_mut().all(|other| {
        let met = match other.scenario {
            None => met(scene, other.load, budget, control),
            Some(scenario) => {
                let simulation = Simulation(scenario);
                met(
                    &Scene::new(scenario, &simulation),
                    other.load,
                    budget,
                    control,
                )
            }
        };
        let finished = met.is_some();
        other.met = met.unwrap_or_else(|| std::mem::take(&mut other.met));
        finished
    })
}

fn course<S: Simulator>(scene: &Scene<S>, load: f64, budget: f64) -> Course {
    let everybody = (0..scene.infos.len()).collect();
    let replications = scene.scenario.run.replications.min(REPLICATIONS);
    scene.course(
        vec![(load, everybody)],
        1.0,
        replications,
        false,
        BUDGET * budget,
    )
}

/// Of each contestant.
fn met<S: Simulator>(
    scene: &Scene<S>,
    load: f64,
    budget: f64,
    control: &Control,
) -> Option<Vec<Option<bool>>> {
    let points = scene.simulate(&course(scene, load, budget), false, control);
    let point: LoadPoint = points.into_iter().next().flatten()?;
    let of_all = |rows: &Vec<Row>| rows.first().and_then(|all| all.within_slo);
    Some(point.rows.iter().map(of_all).collect())
}
