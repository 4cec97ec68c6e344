//! `crossover run SCENARIO`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::study;

/// One load in depth.
pub fn run(global: &Global, scenario: &str) -> Result<Done, Failure> {
    let _scenario = study::read(global, scenario)?;
    Ok(Done::Well)
}
