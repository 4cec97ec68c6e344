//! `crossover compare [SCENARIO]`.

use super::args::Global;
use super::baseline::Baselines;
use super::outcome::{Done, Failure};
use super::study;
use crate::experiment::{Simulation, compare_beside};
use crate::scenario::Scenario;
use crate::workload::{Arrivals, Loads};

/// What is compared when nothing is named.
pub const DEFAULT: &str = "quickstart";

/// Curves of all contestants over load.
pub fn compare(global: &Global, asked: &str, baselines: &Baselines) -> Result<Done, Failure> {
    let scenario = study::read(global, asked)?;
    if global.assert_slo && sweeps(&scenario) {
        return Err(Failure::Refused(
            "error: --assert-slo needs a load to hold at, and this scenario sweeps its load beyond what anybody carries\n\
             name one, such as --set arrivals.rate=400/s, or use `crossover run`"
                .to_owned(),
        ));
    }
    let baseline = baselines.read(global, &scenario)?;
    let beside = baselines.beside(baseline.as_ref());
    let study = study::simulate(global, &scenario, |scenario, budget, control| {
        compare_beside(scenario, &Simulation(scenario), budget, beside, control)
    })?;
    baselines.finish(global, &scenario, study, "compare", asked)
}

/// Whether the loads follow from the demands.
fn sweeps(scenario: &Scenario) -> bool {
    match &scenario.arrivals {
        Arrivals::Open { rate: loads, .. } | Arrivals::Closed { users: loads, .. } => {
            *loads == Loads::Sweep
        }
        Arrivals::Replay { .. } => false,
    }
}
