//! `crossover run SCENARIO`.

use super::args::Global;
use super::baseline::Baselines;
use super::outcome::{Done, Failure};
use super::study;
use crate::experiment::{Simulation, run_beside};

/// One load in depth.
pub fn run(global: &Global, asked: &str, baselines: &Baselines) -> Result<Done, Failure> {
    let scenario = study::read(global, asked)?;
    let baseline = baselines.read(global, &scenario)?;
    let beside = baselines.beside(baseline.as_ref());
    let study = study::simulate(global, &scenario, |scenario, budget, control| {
        run_beside(scenario, &Simulation(scenario), budget, beside, control)
    })?;
    baselines.finish(global, &scenario, study, "run", asked)
}
