//! The simulator against queueing theory: ordinary scenario texts on the ordinary engine, where a closed form is exact.
//!
//! A [`Case`] is a scenario, a load, and what theory says of some of its figures. [`Case::rows`] runs independent
//! replications, leaves out the first sixteenths as warm-up, pools the rest, and puts an interval around each figure (Student's
//! t on the jackknife's pseudo-values over replications). The tests ask for theory inside the interval whose error
//! probability is [`ERROR`]; `cargo bench --bench theory` runs the same cases for longer and prints the table.

pub mod case;
pub mod measured;
pub mod networks;
pub mod sharing;
pub mod stations;

#[cfg(test)]
mod tests;

pub use case::{Case, Figure};

/// The probability that an interval of a correct simulator misses, for each figure. Over the hundred figures or so of all
/// cases, one seed in a hundred would fail; ours is fixed, so it fails always or never.
#[cfg(test)]
pub const ERROR: f64 = 1e-4;

/// All cases, in the order of the table.
pub fn cases() -> Vec<Case> {
    let mut cases = stations::cases();
    cases.extend(sharing::cases());
    cases.extend(networks::cases());
    cases
}
