//! How much a search spends on what: as `capacity` does for one answer, or as a sweep can afford for hundreds.

use super::super::jobs::Hands;

/// What runs of a search are like. Where there are two figures, the first is of short runs, on the way, and the second of whole ones, from which the answer
/// is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Replications of short runs.
    pub scouts: u32,
    /// Requests of a replication, as shares of what the objectives need.
    pub requests: [f64; 2],
    /// Relaxation times that a run lasts, where it may.
    pub relaxations: [f64; 2],
    /// How many times the requests above these may take; as many as the budget of events allows, if nothing is said.
    pub longer: Option<f64>,
    /// A whole run lasts at least so many times what an overload by the asked precision takes to fill the longest limit on a latency: who is
    /// asked for 2 % more than can be done is late by 50 ms after 2.5 s, and in half a second nobody sees it.
    pub shown: f64,
    /// Longest limits that a whole run lasts, whatever number of requests was asked for.
    pub limits: f64,
    /// Whether replications are added until the answer is as narrow as asked.
    pub repeats: bool,
    /// Whole runs that such a search usually makes of each replication, for the time left.
    pub visits: f64,
    /// Of 16 parts of a run those that are the warm-up, alike at all loads and of all contestants; to be found in each, if nothing is said.
    pub cut: Option<usize>,
    /// Who runs them.
    pub hands: Hands,
}

/// For an answer as narrow as asked.
pub const CLOSE: Effort = Effort {
    scouts: 4,
    requests: [0.25, 1.0],
    relaxations: [15.0, 50.0],
    longer: None,
    shown: 2.0,
    limits: 0.0,
    repeats: true,
    visits: 5.2,
    cut: None,
    hands: Hands::All,
};
