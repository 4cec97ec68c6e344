//! Scenarios where a closed form is exact, what it says, and how the simulator's figure beside it is made.
//!
//! A [`Case`] is an ordinary scenario text, a load, and what theory says of some figures. [`Case::run`] runs independent
//! replications on the ordinary engine, leaves out the first sixteenths as warm-up, and [`Case::rows`] pools the rest and puts
//! an interval around each figure: Student's t on the jackknife's pseudo-values over replications. The tests and the bench
//! `theory` share this list.

mod case;
mod measured;
pub mod mechanisms;
mod networks;
mod sharing;
pub mod stations;

pub use case::{Case, Figure, Runs};

/// All cases, in the order of the table, each with dice of its own: what fails in one must not fail in another for the same
/// reason.
pub fn all() -> Vec<Case> {
    let mut cases = stations::cases();
    cases.extend(sharing::cases());
    cases.extend(networks::cases());
    cases.extend(mechanisms::cases());
    for (seed, case) in (2001..).zip(&mut cases) {
        case.seed = seed;
    }
    cases
}
