//! `crossover run SCENARIO`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::study;
use crate::experiment::{Simulation, run_with};

/// One load in depth.
pub fn run(global: &Global, asked: &str) -> Result<Done, Failure> {
    let scenario = study::read(global, asked)?;
    let study = study::simulate(global, &scenario, |scenario, budget, control| {
        run_with(scenario, &Simulation(scenario), budget, control)
    })?;
    study::finish(global, study, "run", asked)
}
