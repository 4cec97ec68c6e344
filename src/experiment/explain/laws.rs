//! The operational laws beside the simulation: what each resource is asked for, when it is full, and where the knee is.
//!
//! Utilisation law `U = X D / c`; forced by it the bound `X ≤ c / D`; and the knee `N* = Σ D / max (D / c)` (Lazowska et al., ch. 5): with
//! fewer requests inside nobody need wait, with more somebody must. `Σ D` is the latency of a request that never waits.

use super::{Law, Laws, MS};
use crate::experiment::bounds::Asking;
use crate::experiment::scene::Scene;
use crate::experiment::simulator::Simulator;
use crate::experiment::study::Row;

/// What the laws say of a contestant at a load; `all` is its row of all requests.
pub(super) fn laws<S: Simulator>(
    scene: &Scene<S>,
    contestant: usize,
    load: f64,
    all: &Row,
) -> Laws {
    let expected = scene.asking.rate(scene.simulator, contestant, load, 1.0);
    let rate = all
        .throughput_rps
        .map_or(expected, |answered| answered.value);
    let demands = scene.simulator.demands(contestant, rate, 1.0);
    let bounds = &scene.infos[contestant].bounds;
    let mut resources: Vec<Law> = demands
        .resources
        .iter()
        .filter(|demand| !demand.resource.part && demand.ns > 0.0)
        .filter_map(|demand| {
            let units = demand.resource.units.filter(|units| *units > 0)?;
            let name = &demand.resource.name;
            let seen = all.util.iter().find(|(resource, _)| resource == name);
            let bound = bounds.iter().find(|bound| bound.resource == *name);
            Some(Law {
                resource: name.clone(),
                units,
                demand_ms: demand.ns * MS,
                used: rate * demand.ns * 1e-9 / units as f64,
                seen: seen.map(|(_, used)| *used),
                bound: bound.map(|bound| bound.load),
            })
        })
        .collect();
    resources.sort_by(|a, b| b.used.total_cmp(&a.used));
    let first = bounds.first();
    let knee = first.map(|bound| match scene.asking {
        Asking::Closed(_) => bound.load,
        Asking::Open => bound.load * demands.zero_load_ns * 1e-9,
    });
    Laws {
        resources,
        zero_load_ms: demands.zero_load_ns * MS,
        knee,
    }
}
