//! Why the slowest requests are slow: where their time goes, and what it would be without each wait.
//!
//! ```text
//!  1  a run as `run` makes it ──► p50, p90, p99 of each contestant, the warm-up
//!  2  the same requests again, accounts summed between these limits ──► what each band of requests waits for
//!  3  the same requests without each noticeable wait, one after the other and all at once ──► what p99 would be
//! ```
//!
//! A run is a pure function of its seed, so the second pass sees the requests of the first, and those of the third differ in nothing but what is
//! said (common random numbers): the difference of two p99 is paired, replication by replication, and its interval is that of the
//! difference. All passes are as long and cut the same warm-up.

mod bands;
mod causes;
mod laws;

use super::brief::{Brief, Part};
use super::error::ExperimentError;
use super::fold::{self, LoadPoint};
use super::jobs::{Point, Replicated, replicate};
use super::length::whole_slots;
use super::progress::Control;
use super::scene::{Course, Scene};
use super::single;
use super::study::{ContestantInfo, Estimate, LoadUnit, Row};
use super::world::Simulation;
use crate::kernel::Span;
use crate::measure::{BANDS, Component, SEGMENTS};
use crate::scenario::{Contestant, RunLength, Scenario};
use crate::stats::{Jackknifed, Pool, Sample, Scale, requests_for};
use causes::Cause;
pub use causes::is_wait;

/// The share of a study's events that each pass over all contestants may cost.
const SHARE: f64 = 0.2;
/// A wait below this share of the slowest requests' time is no cause worth a run.
const NOTICEABLE: f64 = 0.02;
/// The quantile that is explained.
const QUANTILE: f64 = 0.99;
/// The share of a run that is left after the warm-up that is planned for, and some chance.
const LEFT: f64 = 0.74;
/// Milliseconds in a nanosecond.
const MS: f64 = 1e-6;

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
    /// All of it at once; `None` where less than two were taken away.
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

/// Explains one load as [`run`](super::run) chooses it, of all requests or of those of one endpoint (its index).
///
/// # Errors
/// As [`run`](super::run).
pub fn explain(
    scenario: &Scenario,
    endpoint: Option<usize>,
    budget: f64,
    control: &Control,
) -> Result<Explanation, ExperimentError> {
    if scenario.contestants.is_empty() {
        return Err(ExperimentError::NoContestants);
    }
    let simulation = Simulation(scenario);
    let scene = Scene::new(scenario, &simulation);
    let (load, note) = single::load_of(&scene)?;
    let course = course(&scene, load, endpoint, budget);
    let first = First::run(&scene, &course, endpoint, control)?;
    let subject = Subject {
        scenario,
        point: &course.points[0],
        endpoint,
        first: &first,
    };
    let accounts = subject.accounts(control)?;
    let without = subject.without(&accounts, control)?;
    let head = scene.study("explain", std::slice::from_ref(&first.point), false);
    let contestants = (0..scenario.contestants.len()).zip(accounts).zip(without);
    let contestants = contestants.map(|((index, bands), (without, together))| Explained {
        info: scene.infos[index].clone(),
        row: subject.row(index).clone(),
        laws: laws::laws(&scene, index, load, subject.all(index)),
        bands: bands.map_or_else(Vec::new, |bands| subject.slices(index, &bands)),
        without,
        together,
    });
    Ok(Explanation {
        endpoint: endpoint.map(|e| head.endpoints[e].clone()),
        contestants: contestants.collect(),
        services: services(&scenario.contestants[0]),
        scenario: head.scenario,
        title: head.title,
        seed: head.seed,
        version: head.version,
        digest: head.digest,
        load,
        load_unit: head.load_unit,
        endpoints: head.endpoints,
        notes: note.into_iter().collect(),
        shortfalls: lacking(head.shortfalls, &first, endpoint, scenario),
    })
}

/// Of what the run was too short for, that which an explanation needs.
fn lacking(
    shortfalls: Vec<String>,
    first: &First,
    endpoint: Option<usize>,
    scenario: &Scenario,
) -> Vec<String> {
    let rows = first.point.rows.iter().map(|rows| &rows[row_of(endpoint)]);
    let mut unknown = rows.filter(|row| row.p99_ms.is_none() && !row.saturated);
    if unknown.next().is_none() {
        return Vec::new();
    }
    let name = endpoint.map_or("all", |e| {
        &scenario.contestants[0].system.services[0].endpoints[e].name
    });
    let mine = format!("percentiles of {name} from ");
    let others = |said: &String| said.starts_with("percentiles of ") && !said.starts_with(&mine);
    shortfalls
        .into_iter()
        .filter(|said| !others(said))
        .collect()
}

fn services(contestant: &Contestant) -> Vec<String> {
    let services = contestant.system.services.iter();
    services.map(|service| service.name.clone()).collect()
}

/// One load for everybody, long enough for the quantile of the endpoint looked at, as far as the budget goes.
fn course(scene: &Scene<Simulation>, load: f64, endpoint: Option<usize>, budget: f64) -> Course {
    let scenario = scene.scenario;
    let everybody: Vec<usize> = (0..scenario.contestants.len()).collect();
    let replications = scenario.run.replications;
    let budget = SHARE * budget;
    let visits = vec![(load, everybody)];
    let mut course = scene.course(visits, 1.0, replications, false, budget);
    let point = &mut course.points[0];
    if let Some(endpoint) = endpoint.filter(|_| scenario.run.length == RunLength::Auto) {
        let share = scenario
            .contestants
            .iter()
            .map(|contestant| share(contestant, endpoint))
            .fold(1.0, f64::min);
        let wanted = requests_for(QUANTILE) as f64 / (LEFT * share * point.requests).max(1.0);
        let factor = wanted.min(scene.affordable(point, budget)).max(1.0);
        point.horizon = whole_slots(factor * point.horizon.as_secs_f64());
        point.requests *= factor;
    }
    course
}

/// An endpoint's share of the requests.
fn share(contestant: &Contestant, endpoint: usize) -> f64 {
    let endpoints = &contestant.system.services[0].endpoints;
    let all: f64 = endpoints.iter().map(|endpoint| endpoint.weight).sum();
    endpoints.get(endpoint).map_or(1.0, |e| e.weight / all)
}

/// The first pass: everybody's figures.
struct First {
    point: LoadPoint,
    /// By contestant.
    p99: Vec<Option<Jackknifed>>,
}

impl First {
    fn run(
        scene: &Scene<Simulation>,
        course: &Course,
        endpoint: Option<usize>,
        control: &Control,
    ) -> Result<Self, ExperimentError> {
        let fold = |_: usize, cells: &[Replicated]| {
            let point = &course.points[0];
            let folded = fold::fold(scene.scenario, point, &course.relaxation[0], cells, false);
            let rows = folded.rows.iter().zip(cells);
            let p99 = rows.map(|(rows, cell)| {
                rows[row_of(endpoint)].p99_ms?;
                p99(&cell.briefs, cut(&rows[0], point.horizon), endpoint)
            });
            let p99 = p99.collect();
            Self { point: folded, p99 }
        };
        let seed = scene.scenario.run.seed;
        let done = replicate(scene.simulator, &course.points, seed, control, fold);
        let first = done.into_iter().flatten().next();
        first.ok_or(ExperimentError::Interrupted)
    }
}

/// The place of an endpoint's row: `all` is the first.
fn row_of(endpoint: Option<usize>) -> usize {
    endpoint.map_or(0, |endpoint| endpoint + 1)
}

/// The sixteenths that were cut off.
fn cut(row: &Row, horizon: Span) -> usize {
    let sixteenth = (horizon.0 / SEGMENTS as u64).max(1);
    (row.warmup.0 / sixteenth) as usize
}

/// The 99th percentile of the answered in milliseconds, of all and without each replication.
fn p99(briefs: &[Brief], cut: usize, endpoint: Option<usize>) -> Option<Jackknifed> {
    let sample = |brief: &Brief| {
        let measured = brief.after(cut);
        let parts = measured.endpoints.iter().enumerate();
        let mut sum = Part::default();
        for (_, part) in parts.filter(|(index, _)| endpoint.is_none_or(|only| only == *index)) {
            sum.add(part);
        }
        sum.sample()
    };
    let samples: Vec<Sample> = briefs.iter().map(sample).collect();
    let pool = Pool::new(&samples);
    let quantile = pool.quantile(QUANTILE)?;
    (!pool.is_empty()).then(|| quantile.map(|ns| ns * MS))
}

/// What is looked at.
struct Subject<'a> {
    scenario: &'a Scenario,
    point: &'a Point,
    endpoint: Option<usize>,
    first: &'a First,
}

/// What was found without each cause, and without all of them.
type Found = (Vec<Without>, Option<Without>);

/// A contestant without something.
struct Variant {
    contestant: usize,
    system: crate::scenario::System,
    /// Absent: all of those of its contestant.
    cause: Option<Cause>,
    title: String,
    change: String,
    charged: Option<f64>,
}

impl Subject<'_> {
    fn all(&self, contestant: usize) -> &Row {
        &self.first.point.rows[contestant][0]
    }

    fn row(&self, contestant: usize) -> &Row {
        &self.first.point.rows[contestant][row_of(self.endpoint)]
    }

    fn cut(&self, contestant: usize) -> usize {
        cut(self.all(contestant), self.point.horizon)
    }

    /// The point with other contestants.
    fn with(&self, contestants: Vec<usize>) -> Point {
        Point {
            contestants,
            ..self.point.clone()
        }
    }

    /// Everybody without each wait that is noticeable in its slowest requests.
    fn without(
        &self,
        accounts: &[Option<bands::Accounts>],
        control: &Control,
    ) -> Result<Vec<Found>, ExperimentError> {
        let variants: Vec<Variant> = (0..self.scenario.contestants.len())
            .flat_map(|contestant| self.variants(contestant, accounts[contestant].as_ref()))
            .collect();
        let mut found: Vec<Found> = vec![(Vec::new(), None); self.scenario.contestants.len()];
        if variants.is_empty() {
            return Ok(found);
        }
        let figures = self.rerun(&variants, control)?;
        for (variant, (saturated, p99)) in variants.into_iter().zip(figures) {
            let base = self.first.p99[variant.contestant].as_ref();
            let less = base
                .zip(p99.as_ref())
                .and_then(|(base, p99)| base.minus(p99));
            let without = Without {
                title: variant.title,
                change: variant.change,
                charged: variant.charged,
                saturated,
                p99_ms: p99.map(|p99| p99.interval(Scale::Log)),
                less_ms: less.map(|less| less.interval(Scale::Linear)),
            };
            match variant.cause {
                Some(_) => found[variant.contestant].0.push(without),
                None => found[variant.contestant].1 = Some(without),
            }
        }
        for (without, _) in &mut found {
            without.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        }
        Ok(found)
    }

    /// What is to be run again of a contestant: without each cause that shows, then without all of them. Of one that cannot keep up nobody
    /// knows what its slowest requests wait for, so everything is taken away that can be.
    fn variants(&self, contestant: usize, accounts: Option<&bands::Accounts>) -> Vec<Variant> {
        let system = &self.scenario.contestants[contestant].system;
        if accounts.is_none() && !self.all(contestant).saturated {
            return Vec::new();
        }
        let slowest = accounts.map(|accounts| &accounts.whole[BANDS - 1]);
        let charged = |cause: &Cause| {
            slowest.map_or(1.0, |band| {
                let charged = cause.charged(&band.account_ns, &band.inside_ns);
                charged as f64 / (band.account_ns.total() as f64).max(1.0)
            })
        };
        let mut variants: Vec<Variant> = Cause::all(system)
            .into_iter()
            .filter(|cause| charged(cause) >= NOTICEABLE)
            .filter_map(|cause| {
                let (changed, change) = cause.change(system)?;
                Some(Variant {
                    contestant,
                    system: changed,
                    cause: Some(cause),
                    title: cause.title(system),
                    change,
                    charged: slowest.filter(|_| cause.alone()).map(|_| charged(&cause)),
                })
            })
            .collect();
        if variants.len() > 1 {
            let causes: Vec<Cause> = variants
                .iter()
                .filter_map(|variant| variant.cause)
                .collect();
            variants.push(Variant {
                contestant,
                system: causes::together(system, &causes),
                cause: None,
                title: "all of these".to_owned(),
                change: "all of the above at once".to_owned(),
                charged: None,
            });
        }
        variants
    }

    /// Runs variants on the same requests: whether each saturates, and its p99.
    fn rerun(
        &self,
        variants: &[Variant],
        control: &Control,
    ) -> Result<Vec<(bool, Option<Jackknifed>)>, ExperimentError> {
        let contestants = variants.iter().map(|variant| Contestant {
            name: format!("{} without {}", variant.contestant, variant.title),
            system: variant.system.clone(),
        });
        let scenario = Scenario {
            contestants: contestants.collect(),
            ..self.scenario.clone()
        };
        let points = [self.with((0..variants.len()).collect())];
        let fold = |_: usize, cells: &[Replicated]| {
            let figures = cells.iter().zip(variants).map(|(cell, variant)| {
                let saturated = self.point.open && cell.saturated();
                let cut = self.cut(variant.contestant);
                let p99 = p99(&cell.briefs, cut, self.endpoint).filter(|_| !saturated);
                (saturated, p99)
            });
            figures.collect::<Vec<_>>()
        };
        let simulation = Simulation(&scenario);
        let done = replicate(&simulation, &points, scenario.run.seed, control, fold);
        let figures = done.into_iter().flatten().next();
        figures.ok_or(ExperimentError::Interrupted)
    }
}

/// The greatest effect first; of somebody saturated, the lowest p99; what does not help last.
fn rank(without: &Without) -> f64 {
    match (without.less_ms, without.p99_ms) {
        (Some(less), _) => -less.value,
        (None, Some(p99)) => p99.value,
        (None, None) => f64::INFINITY,
    }
}
