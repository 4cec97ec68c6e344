//! A few requests of a run under the glass: which, when, and everything that went on meanwhile.
//!
//! ```text
//!  1  a replication of `run` ──► who came when and took how long ──► the requests asked for
//!  2  the same replication again, watched while they live ──► slices by core, lock, thread, connection, call
//! ```
//!
//! Both passes are the replication that `crossover run` makes of the load, as long and with the same dice.

use super::error::ExperimentError;
use super::length::BUDGET;
use super::progress::Control;
use super::scene::Scene;
use super::single;
use super::study::LoadUnit;
use super::world::Simulation;
use crate::kernel::{Span, Time};
use crate::measure::SEGMENTS;
use crate::scenario::Scenario;
use crate::world::{Ended, Trace, Wanted, Watch};

/// The most slices that are kept.
pub const MOST_SLICES: usize = 1_000_000;
/// Of a run, so many sixteenths are taken for its warm-up where the slowest are asked for.
const WARMUP: u64 = 4;

/// Which requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One, by number, from 1 in the order of coming.
    Number(u64),
    /// The slowest of those answered that came after the first quarter of the run.
    Slowest {
        /// How many.
        count: usize,
        /// Of this endpoint only.
        endpoint: Option<usize>,
    },
}

/// What a trace is of, and the trace.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The program's version.
    pub version: String,
    /// Of all files that were read.
    pub digest: String,
    /// Whose requests, by index in the scenario.
    pub contestant: usize,
    /// The load.
    pub load: f64,
    /// Of the load.
    pub load_unit: LoadUnit,
    /// Which replication, from 0.
    pub replication: u64,
    /// What was asked for.
    pub asked: Asked,
    /// What was seen.
    pub trace: Trace,
    /// Remarks on the load.
    pub notes: Vec<String>,
}

/// Traces requests of one contestant at the load that [`run`](super::run) takes.
///
/// # Errors
/// As [`run`](super::run); if there is no request of that number, or none was answered.
pub fn trace(
    scenario: &Scenario,
    contestant: usize,
    asked: Asked,
    replication: u64,
    control: &Control,
) -> Result<Traced, ExperimentError> {
    let simulation = Simulation(scenario);
    let scene = Scene::new(scenario, &simulation);
    let (load, note) = single::load_of(&scene)?;
    let everybody = (0..scenario.contestants.len()).collect();
    let course = scene.main_course(vec![(load, everybody)], true, BUDGET);
    let horizon = course.points[0].horizon;
    let plan = simulation.plan(contestant, simulation.setting(load, horizon, 1.0));
    let seed = scenario.run.seed;
    let wanted = match asked {
        Asked::Number(number) => Wanted::Numbers(vec![number]),
        Asked::Slowest { count, endpoint } => Wanted::Slowest {
            count,
            after: Time::ZERO + Span(horizon.0 / SEGMENTS as u64) * WARMUP,
            endpoint: endpoint.map(|endpoint| endpoint as u32),
        },
    };
    control.plan(2, 2);
    let (found, outcome) = plan.diary(seed, replication, wanted);
    if found.is_empty() {
        return Err(match asked {
            Asked::Number(number) => ExperimentError::NoSuchRequest {
                number,
                arrived: outcome.arrived,
            },
            Asked::Slowest { .. } => ExperimentError::NothingAnswered,
        });
    }
    control.finished(1, outcome.events);
    if control.cancelled() {
        return Err(ExperimentError::Interrupted);
    }
    let watch = Watch {
        requests: found.iter().map(|ended| ended.number).collect(),
        windows: found.iter().map(|ended| window(ended, horizon)).collect(),
        most: MOST_SLICES,
    };
    let trace = plan.watch(seed, replication, &watch);
    control.finished(1, trace.outcome.events);
    let head = scene.study("trace", &[], false);
    Ok(Traced {
        scenario: head.scenario,
        seed,
        version: head.version,
        digest: head.digest,
        contestant,
        load,
        load_unit: head.load_unit,
        replication,
        asked,
        trace,
        notes: note.into_iter().collect(),
    })
}

/// From a request's coming to its end, or to that of the run.
fn window(ended: &Ended, horizon: Span) -> (Time, Time) {
    let end = ended
        .latency
        .map_or(Time::ZERO + horizon, |latency| ended.begun + latency);
    (ended.begun, end)
}
