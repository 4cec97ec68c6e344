//! What compare and run share: who asks, which loads, how long, and what the study says around its rows.

mod before;

use std::sync::OnceLock;

use super::baseline::{Beside, changes};
use super::bounds::{Asking, bounds};
use super::fold::{Asked, LoadPoint};
use super::jobs::{Folded, Point, replicate};
use super::length::{Need, horizons, whole_slots};
use super::progress::Control;
use super::replicated::Replicated;
use super::search::margin::Aim;
use super::settings::Settings;
use super::simulator::{Plan, Simulator};
use super::study::{Bound, ContestantInfo, LoadUnit, Study, Verdict};
use super::{fold, loads, precision, shortfall, transient};
use crate::kernel::Span;
use crate::scenario::{Precision, Scenario};
use crate::stats::stopping::FIRST_LOOK;
use crate::workload::Arrivals;
use crate::world::named_loads;

/// Requests of the runs that find out how many events a request takes.
const PILOT: f64 = 300.0;

/// A scenario about to be studied.
pub(super) struct Scene<'a, S: Simulator> {
    pub scenario: &'a Scenario,
    pub simulator: &'a S,
    pub asking: Asking,
    /// The exponent on the languages' ratios that bounds and searches have: 1 as measured.
    pub language: f64,
    /// At that exponent, in the order of the scenario.
    pub infos: Vec<ContestantInfo>,
    /// What it has to do with other studies.
    beside: Beside<'a>,
    /// Events per request, by contestant; measured when first needed.
    events: Vec<OnceLock<f64>>,
}

/// Points with what folding them needs.
pub(super) struct Course {
    pub points: Vec<Point>,
    /// Relaxation time of each contestant of each point, seconds.
    pub relaxation: Vec<Vec<f64>>,
    /// Sixteenths that are cut at least, at each point.
    pub cuts: Vec<usize>,
    /// How precisely a figure shall be known at each point; as known as it comes, if nothing was asked.
    pub precision: Option<Precision>,
}

impl<'a, S: Simulator> Scene<'a, S> {
    /// At the measured ratios.
    pub fn new(scenario: &'a Scenario, simulator: &'a S) -> Self {
        Self::at(scenario, simulator, 1.0)
    }

    /// At this exponent on the languages' ratios.
    pub fn at(scenario: &'a Scenario, simulator: &'a S, language: f64) -> Self {
        let asking = Asking::of(scenario);
        let info = |(index, contestant): (usize, &crate::scenario::Contestant)| {
            let model = &contestant.system.services[0].model;
            let bounds = bounds(simulator, index, language, asking);
            let light = bounds.first().map_or(1.0, |b| 0.05 * b.load);
            ContestantInfo {
                name: contestant.name.clone(),
                title: model.title.clone(),
                unvalidated: model.unvalidated,
                settings: Some(Settings::of(model)),
                zero_load_ms: simulator.demands(index, light, language).zero_load_ns * 1e-6,
                bounds,
            }
        };
        let infos: Vec<_> = scenario.contestants.iter().enumerate().map(info).collect();
        Self {
            scenario,
            simulator,
            asking,
            language,
            infos,
            beside: Beside::default(),
            events: vec![OnceLock::new(); scenario.contestants.len()],
        }
    }

    /// What the loads count.
    fn load_unit(&self) -> LoadUnit {
        match self.asking {
            Asking::Open => LoadUnit::Rps,
            Asking::Closed(_) => LoadUnit::Users,
        }
    }

    /// Events that a request of this contestant takes.
    pub fn events(&self, contestant: usize) -> f64 {
        *self.events[contestant].get_or_init(|| self.pilot(contestant))
    }

    /// The load at which a contestant's first resource is full, infinite if none ever is.
    pub fn bound(&self, contestant: usize) -> f64 {
        self.infos[contestant]
            .bounds
            .first()
            .map_or(f64::INFINITY, |b: &Bound| b.load)
    }

    /// The lowest bound, whose contestant and resource.
    pub fn lowest_bound(&self) -> Option<(&ContestantInfo, &Bound)> {
        let firsts = self
            .infos
            .iter()
            .filter_map(|info| Some((info, info.bounds.first()?)));
        firsts.min_by(|a, b| a.1.load.total_cmp(&b.1.load))
    }

    /// The loads the scenario names, or the range its demands suggest; and the one that it expects.
    pub fn loads(&self) -> Vec<f64> {
        let mut loads = self.range();
        if let Some(expected) = self.scenario.expected
            && !loads.contains(&expected)
        {
            loads.push(expected);
            loads.sort_by(f64::total_cmp);
        }
        loads
    }

    fn range(&self) -> Vec<f64> {
        let known = named_loads(&self.scenario.arrivals).or_else(|| self.loads_before());
        known.unwrap_or_else(|| {
            let all: Vec<f64> = (0..self.infos.len()).map(|c| self.bound(c)).collect();
            match self.asking {
                Asking::Open => loads::open(
                    &all,
                    self.infos
                        .iter()
                        .map(|i| i.zero_load_ms)
                        .fold(0.0, f64::max)
                        * 1e-3,
                ),
                Asking::Closed(_) => loads::closed(&all),
            }
        })
    }

    /// Events per request at a light load.
    fn pilot(&self, contestant: usize) -> f64 {
        let light = match named_loads(&self.scenario.arrivals) {
            Some(loads) => loads.first().copied().unwrap_or(1.0),
            None => self
                .lowest_bound()
                .map_or(1.0, |(_, bound)| 0.3 * bound.load),
        };
        let rate = self.rate(contestant, light, self.language);
        let horizon = match &self.scenario.arrivals {
            Arrivals::Replay { .. } => self.replay_horizon(),
            _ => whole_slots(PILOT / rate.max(1e-9)),
        };
        let plan = self
            .simulator
            .compile(contestant, light, horizon, self.language);
        let outcome = plan.run(self.scenario.run.seed, 0);
        outcome.events as f64 / outcome.arrived.max(1) as f64
    }

    pub fn rate(&self, contestant: usize, load: f64, language: f64) -> f64 {
        self.asking.rate(self.simulator, contestant, load, language)
    }

    /// Seconds that a contestant remembers at a load, at the scene's exponent.
    pub fn relaxation(&self, contestant: usize, load: f64) -> f64 {
        self.asking
            .relaxation(self.simulator, contestant, load, self.language)
    }

    fn replay_horizon(&self) -> Span {
        match &self.scenario.arrivals {
            Arrivals::Replay { times } => {
                whole_slots(times.last().map_or(0.0, |t| t.as_secs_f64()) + 1e-6)
            }
            _ => Span::ZERO,
        }
    }

    /// Plans visits of these (load, contestants) pairs within a budget of events.
    pub fn course(
        &self,
        visits: Vec<(f64, Vec<usize>)>,
        language: f64,
        replications: u32,
        in_depth: bool,
        budget: f64,
    ) -> Course {
        let mut run = self.scenario.run;
        run.replications = replications;
        let needs: Vec<Need> = visits
            .iter()
            .map(|(load, who)| self.need(*load, who, language))
            .collect();
        let mut spans = horizons(&run, &needs, in_depth, budget);
        if matches!(self.scenario.arrivals, Arrivals::Replay { .. }) {
            spans.fill(self.replay_horizon());
        }
        let points = visits.into_iter().zip(&needs).zip(spans).map(
            |(((load, contestants), need), horizon)| Point {
                load,
                horizon,
                requests: need.rate * horizon.as_secs_f64(),
                contestants,
                replications,
                first: 0,
                language,
                open: self.asking == Asking::Open,
            },
        );
        Course {
            points: points.collect(),
            relaxation: needs.iter().map(|need| need.relaxation.clone()).collect(),
            cuts: vec![0; needs.len()],
            precision: None,
        }
    }

    /// [`Self::course`] at the measured ratios, as often as the scenario says, or until what it asks for is known.
    pub fn main_course(
        &self,
        visits: Vec<(f64, Vec<usize>)>,
        in_depth: bool,
        budget: f64,
    ) -> Course {
        let precision = self.scenario.run.precision;
        let asked = self.scenario.run.replications;
        let first = precision.map_or(asked, |_| asked.max(FIRST_LOOK));
        let course = Course {
            precision,
            ..self.course(visits, 1.0, first, in_depth, budget)
        };
        let baseline = self.beside.baseline;
        match baseline.filter(|before| before.follows(in_depth, &self.scenario.run)) {
            Some(baseline) => self.as_before(baseline, course),
            None => course,
        }
    }

    fn need(&self, load: f64, who: &[usize], language: f64) -> Need {
        let rates: Vec<f64> = who.iter().map(|c| self.rate(*c, load, language)).collect();
        Need {
            rate: rates.iter().copied().fold(f64::INFINITY, f64::min),
            share: self.share(),
            settling: who
                .iter()
                .map(|c| self.asking.settling(self.simulator, *c, language))
                .fold(0.0, f64::max),
            settled: self.settled(load, who, language),
            objectives: Aim::all(self.scenario)
                .iter()
                .map(Aim::requests)
                .fold(0.0, f64::max),
            relaxation: who
                .iter()
                .map(|c| self.asking.relaxation(self.simulator, *c, load, language))
                .collect(),
            events: who
                .iter()
                .zip(&rates)
                .map(|(c, rate)| self.events(*c) * rate)
                .collect(),
            variability: who
                .iter()
                .zip(&rates)
                .map(|(c, rate)| self.simulator.variability(*c, *rate))
                .fold(1.0, f64::max),
        }
    }

    /// The share of the requests that the figure is of whose precision is asked for.
    fn share(&self) -> f64 {
        let asked = self.scenario.run.precision.and_then(|asked| asked.endpoint);
        let first = self.scenario.contestants.first();
        let endpoints = first.map_or(&[][..], |one| &one.system.services[0].endpoints);
        let total: f64 = endpoints.iter().map(|endpoint| endpoint.weight).sum();
        let asked = asked.and_then(|index| endpoints.get(index));
        let asked = asked.filter(|endpoint| endpoint.weight > 0.0);
        asked.map_or(1.0, |endpoint| endpoint.weight / total)
    }

    /// The seconds after which everybody who drowns at this load can be counted, see [`transient`]. At equal CPU only what is
    /// carried counts.
    fn settled(&self, load: f64, who: &[usize], language: f64) -> f64 {
        if self.asking != Asking::Open || language != 1.0 {
            return 0.0;
        }
        let each = who.iter().filter_map(|c| {
            let timeout = self.scenario.contestants[*c].system.clients.timeout?;
            let overload = load / self.bound(*c);
            (overload > 1.0).then(|| transient::settled(timeout, overload))
        });
        each.fold(0.0, f64::max)
    }

    /// How many times longer a point could be within a budget of events.
    pub fn affordable(&self, point: &Point, budget: f64) -> f64 {
        let events = point.contestants.iter().map(|&c| self.events(c));
        let cost = f64::from(point.replications) * point.requests * events.sum::<f64>();
        budget / cost.max(1.0)
    }

    /// The names of the endpoints.
    pub fn endpoints(&self) -> Vec<String> {
        let app = self
            .scenario
            .contestants
            .first()
            .map(|c| &c.system.services[0]);
        app.map_or(Vec::new(), |a| {
            a.endpoints.iter().map(|e| e.name.clone()).collect()
        })
    }

    /// Simulates a course; points that were not finished are none.
    pub fn simulate(
        &self,
        course: &Course,
        in_depth: bool,
        control: &Control,
    ) -> Vec<Option<LoadPoint>> {
        let fold = |index: usize, cells: &[Replicated], before: Option<&LoadPoint>| {
            let point = &course.points[index];
            let relaxation = &course.relaxation[index];
            let asked = Asked {
                in_depth,
                keep: self.beside.keeps(),
                cut: course.cuts[index],
            };
            let mut result = fold::fold_as(self.scenario, point, relaxation, cells, asked);
            let extend = course
                .precision
                .and_then(|asked| precision::look(asked, point.replications, before, &mut result));
            Folded { result, extend }
        };
        replicate(
            self.simulator,
            &course.points,
            self.scenario.run.seed,
            control,
            fold,
        )
    }

    /// The study around finished points: rows in the order contestants, loads, endpoints. No verdict yet.
    pub fn study(&self, command: &str, points: &[LoadPoint], interrupted: bool) -> Study {
        let scenario = self.scenario;
        let rows = |c: usize| points.iter().flat_map(move |p| p.rows[c].iter().cloned());
        let kept = |c: usize| points.iter().flat_map(move |p| p.kept[c].iter().cloned());
        let mut study = Study {
            scenario: scenario.name.clone(),
            title: scenario.title.clone(),
            seed: scenario.run.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digest: scenario.digest.clone(),
            events_per_second: 0.0,
            load_unit: self.load_unit(),
            slo: scenario.slo.clone(),
            endpoints: self.endpoints(),
            contestants: self.infos.clone(),
            rows: (0..scenario.contestants.len()).flat_map(rows).collect(),
            verdict: Verdict::default(),
            carried: Vec::new(),
            sweep: None,
            raced: Vec::new(),
            precision: 0.0,
            paste: Vec::new(),
            kept: (0..scenario.contestants.len()).flat_map(kept).collect(),
            changes: None,
            interrupted,
            shortfalls: shortfall::messages(scenario, command, points),
            notes: Vec::new(),
        };
        let baseline = self.beside.baseline;
        study.changes = baseline.map(|baseline| changes(baseline, &study));
        study
    }
}
