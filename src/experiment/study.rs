//! The result of a study: the one type from which every table, chart, verdict and file is made.

mod verdict;

use super::baseline::{Changes, Kept};
use super::settings::Settings;
use super::swept::Sweep;
use crate::kernel::Span;
use crate::measure::Component;
use crate::scenario::{Objective, Slo};

pub use crate::stats::Estimate;
pub use verdict::{
    Capacity, Change, Crossing, Difference, Expected, Flip, NoFlip, Sensitive, Share, Verdict,
};

/// What the loads of a study count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadUnit {
    /// Requests per second.
    Rps,
    /// Users.
    Users,
}

/// A whole study.
#[derive(Clone, Debug)]
pub struct Study {
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
    /// Simulated events per second of wall time, the only field that may differ between two runs.
    pub events_per_second: f64,
    /// What the loads count.
    pub load_unit: LoadUnit,
    /// What is good enough.
    pub slo: Slo,
    /// Endpoint names, in the order of the scenario.
    pub endpoints: Vec<String>,
    /// The compared, in the order of the scenario.
    pub contestants: Vec<ContestantInfo>,
    /// At the measured ratios: contestants × loads × (`all`, then each endpoint), in this nesting.
    pub rows: Vec<Row>,
    /// The verdict's figures.
    pub verdict: Verdict,
    /// What a search for capacities found, in the order of the scenario; empty in other studies.
    pub carried: Vec<Carried>,
    /// What a sweep found besides its rows; absent in other studies.
    pub sweep: Option<Sweep>,
    /// What became of each setting in a race, in their order; empty in other studies.
    pub raced: Vec<Raced>,
    /// Of searches and races: half the width of an interval that was asked for, as a share of the load, within which settings are not told apart
    /// from the best; zero in other studies.
    pub precision: f64,
    /// What makes a real server what the best setting says: a file and its lines; empty in other studies.
    pub paste: Vec<(String, Vec<String>)>,
    /// What another run is compared with, in the order of the rows; empty where that was not asked for.
    pub kept: Vec<Kept>,
    /// What became of it since a baseline; absent where it was not compared with one.
    pub changes: Option<Changes>,
    /// True if it was interrupted: what is here is finished and complete, what is missing was not begun or not finished.
    pub interrupted: bool,
    /// What the run was too short for, each with the command that would fill it.
    pub shortfalls: Vec<String>,
    /// What was decided for the user and must be said: the load that a run in depth chose.
    pub notes: Vec<String>,
}

/// A contestant and what theory says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ContestantInfo {
    /// Its name.
    pub name: String,
    /// Its model's title.
    pub title: String,
    /// True where no real thing was recorded for its model.
    pub unvalidated: bool,
    /// How many there are of what people set first; absent where that is itself varied.
    pub settings: Option<Settings>,
    /// The highest load each resource could carry by its demand alone, ascending: the first is the bottleneck.
    pub bounds: Vec<Bound>,
    /// The mean latency of a request that never waits, by the demands: the lower asymptote.
    pub zero_load_ms: f64,
}

/// The utilisation law for one resource: load × demand ≤ units.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The resource's name.
    pub resource: String,
    /// The load at which it is in use all the time.
    pub load: f64,
    /// Mean time each request needs of it at this load, milliseconds.
    pub demand_ms: f64,
    /// Its units.
    pub units: u64,
}

/// One contestant at one load, one endpoint or all.
#[derive(Clone, Debug)]
pub struct Row {
    /// The contestant's name.
    pub contestant: String,
    /// The endpoint's name, or `all`.
    pub endpoint: String,
    /// The load.
    pub load: f64,
    /// Requests meant to be sent per second in the measured part; absent in a closed loop.
    pub offered_rps: Option<Estimate>,
    /// Requests answered per second.
    pub throughput_rps: Option<Estimate>,
    /// Fraction of ended requests that failed.
    pub errors: Option<Estimate>,
    /// The same by [`Failure`](crate::measure::Failure): refused, timeout, killed, shed.
    pub errors_by: [Option<Estimate>; 4],
    /// Mean latency of the successful.
    pub mean_ms: Option<Estimate>,
    /// Standard deviation of the latency.
    pub sd_ms: Option<Estimate>,
    /// Percentiles of the latency.
    pub p50_ms: Option<Estimate>,
    /// 90th.
    pub p90_ms: Option<Estimate>,
    /// 95th.
    pub p95_ms: Option<Estimate>,
    /// 99th.
    pub p99_ms: Option<Estimate>,
    /// 99.9th.
    pub p999_ms: Option<Estimate>,
    /// 99th percentile with failures counted as infinite; absent too where that makes it infinite.
    pub p99_slo_ms: Option<Estimate>,
    /// Whether the system could not keep up.
    pub saturated: bool,
    /// Measured requests, over all replications.
    pub requests: u64,
    /// The warm-up that was cut.
    pub warmup: Span,
    /// Replications.
    pub replications: u32,
    /// Mean time in each state, by [`Component`]; absent where the latencies are.
    pub account_ms: Option<[f64; Component::COUNT]>,
    /// Utilisation by resource, 0 to 1. Only in the rows of `all`.
    pub util: Vec<(String, f64)>,
    /// Node's event-loop delay beyond its resolution: mean and 99th percentile, milliseconds. Only in the rows of `all` of loops.
    pub loop_delay_ms: Option<(f64, f64)>,
    /// Memory of the app.
    pub memory_mb: f64,
    /// Events handled for this row's runs. Only in the rows of `all`.
    pub events: u64,
    /// Latency at these fractions of the successful requests, for the percentile chart: (fraction, milliseconds).
    pub spectrum: Vec<(f64, f64)>,
    /// Of a single load in depth: the run cut into equal slots. Empty in comparisons.
    pub timeline: Vec<TimelineSlot>,
    /// Whether the objectives are met, in a row of `all` those of the endpoints too: `None` where the data cannot tell.
    pub within_slo: Option<bool>,
    /// The objectives one by one, in the order of [`Slo`].
    pub objectives: Vec<Held>,
    /// Of a sweep: at which of its points this is.
    pub swept: Option<Swept>,
}

/// An objective, and what a row says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What is limited, and how.
    pub objective: Objective,
    /// What was seen, failures counted as infinitely late; infinite where more fail than may. Absent where there is too little data.
    pub seen: Option<Estimate>,
    /// Whether the interval of what was seen is on the good side of the limit, beyond it, or (`None`) on both sides.
    pub met: Option<bool>,
}

/// What a row of a sweep has besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// The value of each axis, as `--set` takes it.
    pub values: Vec<String>,
    /// The exponent on the languages' ratios: 1 as measured, 0 equal CPU.
    pub language: f64,
    /// What the contestant carries inside the objectives, where that was looked for; the row is of a load below it. Only in the rows of `all`.
    pub capacity: Option<Estimate>,
}

/// A slot of a timeline, averaged over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimelineSlot {
    /// When the slot starts, seconds.
    pub start_s: f64,
    /// Requests answered per second.
    pub throughput_rps: f64,
    /// Requests failed per second.
    pub failed_rps: f64,
    /// Mean latency; absent in a slot without answers.
    pub mean_ms: Option<f64>,
    /// Mean requests in the system.
    pub in_system: f64,
}
/// How far a contestant's objectives reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// They are met up to a load.
    UpTo,
    /// They are missed at every load looked at, down to one at which nobody waits.
    Nowhere,
    /// They are met at every load looked at, up to one that keeps thousands in the system: nothing was found that limits it.
    Everywhere,
    /// The search ended before it had found a load that meets them, or one that misses them.
    Unfound,
}

/// What the search for a capacity found.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Whose.
    pub contestant: String,
    /// Whether there is such a load.
    pub reach: Reach,
    /// The highest load that meets the objectives, as do lower ones.
    pub load: Option<Estimate>,
    /// 2 % below a load at which two studies as `run` makes them, with other dice, met them; near saturation a further one may not. Absent where it was not
    /// tried, or nothing tried was kept.
    pub good_to: Option<f64>,
    /// The objective that is missed first beyond it; none where the system saturates before.
    pub binding: Option<Objective>,
    /// What was in use most next below it: name, utilisation.
    pub bottleneck: Option<(String, f64)>,
    /// Most memory of the app there.
    pub memory_mb: f64,
    /// The lowest and the highest load looked at.
    pub looked: Option<(f64, f64)>,
    /// Of one that meets them nowhere: where it came closest, if it kept up anywhere.
    pub closest: Option<Closest>,
    /// Lower loads, of those looked at, at which they are missed.
    pub missed_below: Vec<f64>,
    /// Higher loads, of those looked at, at which they are met again.
    pub met_beyond: Vec<f64>,
    /// The highest load looked at that meets them.
    pub highest: Option<f64>,
    /// Whether the interval is as narrow as asked.
    pub precise: bool,
    /// Events that the search took.
    pub events: u64,
}

/// The least by which an objective was missed.
#[derive(Clone, Debug, PartialEq)]
pub struct Closest {
    /// At this load.
    pub load: f64,
    /// What is limited.
    pub objective: Objective,
    /// What it was, milliseconds or a share; absent where too many failed for it to be finite.
    pub value: Option<f64>,
}

/// What became of a setting in a race for the most load.
#[derive(Clone, Debug, PartialEq)]
pub struct Raced {
    /// Its name among the contestants.
    pub setting: String,
    /// What became of it.
    pub fate: Fate,
    /// What it carries, where that was looked for.
    pub carried: Option<Carried>,
    /// How much less that is than what the best carries.
    pub behind: Option<Estimate>,
    /// Events spent on it.
    pub events: u64,
}

/// How a race ended for a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It carries most.
    Best,
    /// Within the tolerance of the best, or not told apart from it.
    Alike,
    /// It carries less, beyond doubt.
    Less,
    /// By its demands alone this resource carries no more than that load.
    Bound {
        /// The resource that is full.
        resource: String,
        /// At this load.
        load: f64,
    },
    /// It misses the objectives on requests on which the best meets them, by too much to say how much less it carries than the best does: this
    /// load.
    Missed(f64),
    /// It meets the objectives at no load.
    Never,
    /// No load was found at which it meets the objectives, within what a search may take.
    Unfound,
    /// Its pools may open more connections than a service takes.
    Connections {
        /// The service.
        service: String,
        /// Connections that its callers may open.
        most: u64,
        /// Connections that it takes.
        limit: u64,
    },
    /// It takes more memory than its host has: megabytes.
    Memory(f64),
    /// The scenario refuses it, for this reason.
    Refused(String),
    /// Interrupted before anything was known.
    Unfinished,
}
