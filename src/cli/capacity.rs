//! `crossover capacity SCENARIO`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::study::{self, Asked};
use crate::experiment::{BUDGET, PRECISION, Simulation, capacity_with};

/// What a search may cost where a precision was asked for, as a multiple of what it may without.
const ASKED: f64 = 16.0;

/// The highest load that each contestant carries inside the objectives.
pub fn capacity(global: &Global, asked: &str) -> Result<Done, Failure> {
    if global.assert_slo {
        return Err(Failure::Refused(
            "error: --assert-slo needs a load to hold at, and `capacity` searches for one\n\
             name a load and use `crossover run`, such as --set arrivals.rate=400/s"
                .to_owned(),
        ));
    }
    let scenario = study::read(global, asked)?;
    let budget = if global.precision.is_some() {
        ASKED * BUDGET
    } else {
        BUDGET
    };
    let precision = global.precision.unwrap_or(PRECISION);
    let study = study::search(global, &scenario, |control| {
        capacity_with(
            &scenario,
            &Simulation(&scenario),
            precision,
            budget,
            control,
        )
    })?;
    study::finish(global, study, &Asked::new("capacity", asked))
}
