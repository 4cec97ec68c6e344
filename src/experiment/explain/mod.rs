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
mod result;
mod without;

use std::sync::Arc;

use super::brief::{Brief, Part};
use super::error::ExperimentError;
use super::fold::{self, LoadPoint};
use super::jobs::{Folded, Point, replicate};
use super::length::whole_slots;
use super::progress::Control;
use super::replicated::Replicated;
use super::scene::{Course, Scene};
use super::single;
use super::study::Row;
use super::world::Simulation;
use crate::kernel::Span;
use crate::measure::SEGMENTS;
use crate::scenario::{Contestant, RunLength, Scenario};
use crate::stats::{Located, Pool, Sample, requests_for};

use causes::Cause;
pub use causes::is_wait;
pub use result::*;

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

/// Explains one load as [`run`](super::run) chooses it, of all requests or of those of one endpoint (its index).
///
/// Interrupted after the first pass, it has what the finished ones found.
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
    // The passes to come, at most: whoever has percentiles again, and everybody without each cause there is and without all.
    let (again, causes) = (
        course.points[0].whole(),
        causes(scenario, &course.points[0]),
    );
    control.plan(0, again + causes);
    let first = First::run(&scene, &course, endpoint, control)?;
    let subject = Subject {
        scenario,
        point: &course.points[0],
        endpoint,
        first: &first,
    };
    control.unplan(0, again);
    let accounts = subject.accounts(control);
    control.unplan(0, causes);
    let without = accounts
        .as_ref()
        .and_then(|accounts| subject.without(accounts, control));
    let passes = 1 + usize::from(accounts.is_some()) + usize::from(without.is_some());
    let everybody = 0..scenario.contestants.len();
    let accounts = accounts.unwrap_or_else(|| everybody.map(|_| None).collect());
    let without = without.unwrap_or_else(|| vec![(Vec::new(), None); accounts.len()]);
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
        passes,
        shortfalls: lacking(head.shortfalls, &first, endpoint, scenario),
    })
}

/// The work of everybody without each cause that can be taken away, and without all of them.
fn causes(scenario: &Scenario, point: &Point) -> u64 {
    let systems = scenario.contestants.iter().map(|c| &c.system);
    let changes = systems.map(|system| {
        let all = Cause::all(system).into_iter();
        1 + all.filter(|cause| cause.change(system).is_some()).count()
    });
    point.whole() / scenario.contestants.len() as u64 * changes.sum::<usize>() as u64
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
    p99: Vec<Option<Located>>,
}

impl First {
    fn run(
        scene: &Scene<Simulation>,
        course: &Course,
        endpoint: Option<usize>,
        control: &Control,
    ) -> Result<Self, ExperimentError> {
        let fold = |_: usize, cells: &[Replicated], _: Option<&Self>| {
            let point = &course.points[0];
            let folded = fold::fold(scene.scenario, point, &course.relaxation[0], cells, false);
            let rows = folded.rows.iter().zip(cells);
            let p99 = rows.map(|(rows, cell)| {
                rows[row_of(endpoint)].p99_ms?;
                p99(&cell.briefs, cut(&rows[0], point.horizon), endpoint)
            });
            let p99 = p99.collect();
            Folded::enough(Self { point: folded, p99 })
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

/// The 99th percentile of the answered in milliseconds, with what compares it.
fn p99(briefs: &[Arc<Brief>], cut: usize, endpoint: Option<usize>) -> Option<Located> {
    let sample = |brief: &Arc<Brief>| {
        let measured = brief.after(cut);
        let parts = measured.endpoints.iter().enumerate();
        let mut sum = Part::default();
        for (_, part) in parts.filter(|(index, _)| endpoint.is_none_or(|only| only == *index)) {
            sum.add(part);
        }
        sum.sample()
    };
    let samples: Vec<Sample> = briefs.iter().map(sample).collect();
    Some(Pool::new(&samples).located(QUANTILE)?.scaled(MS))
}

/// What is looked at.
struct Subject<'a> {
    scenario: &'a Scenario,
    point: &'a Point,
    endpoint: Option<usize>,
    first: &'a First,
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
}
