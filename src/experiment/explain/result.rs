//! What an explanation consists of: plain data, from which all tables and charts are made.

use crate::experiment::study::{ContestantInfo, Estimate, LoadUnit, Row};
use crate::measure::Component;

/// Why the slowest requests are slow, of everybody at one load.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The scenario's name.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The seed of all dice.
    pub seed: u64,
    /// This program's version.
    pub version: String,
    /// The scenario's digest.
    pub digest: String,
    /// The load.
    pub load: f64,
    /// What it counts.
    pub load_unit: LoadUnit,
    /// The only endpoint that is looked at; `None`: all requests.
    pub endpoint: Option<String>,
    /// Endpoint names, in the order of the scenario.
    pub endpoints: Vec<String>,
    /// Services' names, the app first.
    pub services: Vec<String>,
    /// The compared, in the order of the scenario.
    pub contestants: Vec<Explained>,
    /// What was decided for the user.
    pub notes: Vec<String>,
    /// What the run was too short for.
    pub shortfalls: Vec<String>,
    /// How many of the [`PASSES`] were finished: figures, accounts, what p99 would be. Fewer than all: it was interrupted.
    pub passes: usize,
}

/// How many passes an explanation takes.
pub const PASSES: usize = 3;

impl Explanation {
    /// Whether passes are missing.
    #[must_use]
    pub fn interrupted(&self) -> bool {
        self.passes < PASSES
    }
}

/// One contestant.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Its name, its model, its bounds.
    pub info: ContestantInfo,
    /// Its figures at the load, of the requests looked at.
    pub row: Row,
    /// Its demands, bounds and knee.
    pub laws: Laws,
    /// The account by band, the fastest first; empty where percentiles are.
    pub bands: Vec<Slice>,
    /// What was taken away, the greatest effect first.
    pub without: Vec<Without>,
    /// Without any wait at all, whether it shows or not; `None` where nothing was taken away.
    pub together: Option<Without>,
}

/// The answered requests between two quantiles.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Between which shares of the requests it lies.
    pub shares: (f64, f64),
    /// The latencies it lies between, milliseconds; the last has no upper end.
    pub limits_ms: (f64, Option<f64>),
    /// Requests in it.
    pub requests: u64,
    /// Mean time in each state, by [`Component`]; the sum is the mean latency.
    pub account_ms: [f64; Component::COUNT],
    /// By service, the app first: what the time inside called services consists of. The sum is that of [`Component::Call`].
    pub inside_ms: Vec<[f64; Component::COUNT]>,
    /// The share of each endpoint in its requests.
    pub endpoints: Vec<f64>,
}

/// The same requests without something to wait for.
#[derive(Clone, Debug)]
pub struct Without {
    /// What they do not wait for, in words that follow "without".
    pub title: String,
    /// What was changed to that end.
    pub change: String,
    /// The share of the slowest requests' time that is charged to it; `None` where that is not known.
    pub charged: Option<f64>,
    /// Whether the system could not keep up without it.
    pub saturated: bool,
    /// Their p99.
    pub p99_ms: Option<Estimate>,
    /// By how much it is lower: a paired difference, so its interval is narrower than the two percentiles' own.
    pub less_ms: Option<Estimate>,
}

/// What the operational laws say.
#[derive(Clone, Debug)]
pub struct Laws {
    /// The limited resources that requests need, the fullest first.
    pub resources: Vec<Law>,
    /// Mean latency of a request that never waits, milliseconds.
    pub zero_load_ms: f64,
    /// The knee: of an open system the requests inside, of a closed one the users, beyond which somebody must wait even if everything
    /// took turns perfectly (N* = Σ D / max D). `None` where nothing is limited.
    pub knee: Option<f64>,
}

/// The utilisation law of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Its name.
    pub resource: String,
    /// Its units.
    pub units: u64,
    /// Mean time each request needs of it at this load, milliseconds.
    pub demand_ms: f64,
    /// In use by the law, U = X D / units.
    pub used: f64,
    /// In use in the simulation, where it was measured.
    pub seen: Option<f64>,
    /// The load at which it is in use all the time.
    pub bound: Option<f64>,
}
