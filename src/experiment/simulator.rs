//! What an experiment asks of the simulation: a thin seam, so that experiments can be tested without one.

use crate::kernel::Span;
use crate::measure::{Outcome, Resource};
use crate::world::Demands;

/// Something that can simulate the contestants of a scenario.
pub trait Simulator: Sync {
    /// A contestant compiled for a load.
    type Plan: Plan;

    /// Compiles `contestant` (its index in the scenario) at `load` for runs of `horizon`. `language` is the exponent on
    /// the measured ratios between languages: 1 as measured, 0 equal CPU.
    fn compile(&self, contestant: usize, load: f64, horizon: Span, language: f64) -> Self::Plan;

    /// What one request needs on average where `rate` of them come per second.
    fn demands(&self, contestant: usize, rate: f64, language: f64) -> Demands;

    /// How many times as long a run has to be as one whose service times are exponential, at least 1: see
    /// `Need::variability` in `length`.
    fn variability(&self, _contestant: usize, _rate: f64) -> f64 {
        1.0
    }
}

/// A compiled contestant: each replication is a pure function of the seed and its number.
pub trait Plan: Send + Sync {
    /// The resources of [`crate::measure::Segment::busy_ns`], in this order.
    fn resources(&self) -> &[Resource];

    /// Simulates one replication.
    fn run(&self, seed: u64, replication: u64) -> Outcome;
}
