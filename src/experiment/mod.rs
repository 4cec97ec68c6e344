//! Studies: what runs how often and how long, in parallel, and what is concluded from it.
//!
//! ```text
//! scenario ─► scene ─────► points ──────► jobs ─────────► fold ──────────────► study
//!             bounds       loads, length  replications    warm-up, saturation  capacity, order, flip
//! ```
//!
//! No files, terminal or clock on the wall here: progress is told to an [`Observer`], a wish to stop comes in through a
//! flag, and `events_per_second` is for the caller to fill in.

pub mod baseline;
mod bounds;
mod brief;
mod capacity;
mod carry;
mod compare;
mod error;
mod expect;
mod expected;
pub mod explain;
mod figures;
mod flip;
mod fold;
mod jobs;
mod judge;
mod length;
mod loads;
mod order;
mod others;
mod precision;
mod progress;
mod replicated;
mod scene;
mod search;
mod settings;
mod shortfall;
mod simulator;
mod single;
pub mod study;
mod sweep;
pub mod swept;
pub mod theory;
pub mod trace;
mod transient;
mod tune;
mod world;

pub use baseline::{Baseline, Beside, Changed, Changes, Unpaired};
pub use carry::{PRECISION, capacity_with};
pub use compare::{compare, compare_beside, compare_with};
pub use error::ExperimentError;
pub use expect::{Examined, Finding, Measured, examine, studies};
pub use expected::{IDLE, idle};
pub use explain::{Explanation, explain};
pub use judge::resources_exist;
pub use length::BUDGET;
pub use progress::{Control, Observer, Progress};
pub use settings::Settings;
pub use simulator::{Plan, Simulator};
pub use single::{run, run_beside, run_with};
pub use study::*;
pub use sweep::{Plane, sweep};
pub use swept::*;
pub use theory::theory;
pub use tune::tune_with;
pub use world::Simulation;

pub use crate::world::CLIENT_CONNECTIONS;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
