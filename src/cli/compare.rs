//! `crossover compare [SCENARIO]`.

use super::args::Global;
use super::outcome::{Done, Failure};
use super::study;

/// What is compared when nothing is named.
pub const DEFAULT: &str = "quickstart";

/// Curves of all contestants over load.
pub fn compare(global: &Global, scenario: &str) -> Result<Done, Failure> {
    let _scenario = study::read(global, scenario)?;
    Ok(Done::Well)
}
