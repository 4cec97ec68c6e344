//! Sweeps: one key varied gives curves, two give a map of who wins.
//!
//! ```text
//!              one axis: every value ─────────────────────────────┐
//! --vary ──►                                                      ├─► points ──► figures, leads ──► curves or map
//!              two: coarse grid ─► cuts where the winner changes ─┘   (paired: the same dice at all of them)
//! ```
//!
//! | module | is |
//! | --- | --- |
//! | [`lattice`] | which points of a map are simulated |
//! | [`mod@probe`] | what one contestant carries at a point |
//! | [`crossings`] | where the winner changes along rows and columns |
//! | [`drawn`] | the map that comes of it |
//! | [`mod@flips`] | at which ratio between the languages the winner is another |
//!
//! Where the scenario leaves its load open, contestants are compared by the load that they carry inside the objectives; where it
//! names one, or the load is itself varied, by their 99th percentile at it, failures counted as infinite.
//!
//! A point is a scenario of its own, read with the axes' values set. Points of one round are simulated side by side and know of
//! earlier rounds only, so the result is the same on any number of threads.

mod crossings;
mod drawn;
mod each;
mod flips;
mod found;
mod lattice;
mod probe;

use std::collections::BTreeMap;

use super::carry::searchable;
use super::error::ExperimentError;
use super::flip::ratios_matter;
use super::fold::LoadPoint;
use super::progress::Control;
use super::scene::Scene;
use super::settings::Settings;
use super::study::{ContestantInfo, Row, Study, Swept};
use super::swept::{Sheet, Sweep, SweptAxis, SweptFigure, SweptPoint};
use super::world::Simulation;
use crate::scenario::Scenario;
use crate::stats::{Estimate, Jackknifed};
use crate::world::named_loads;
use drawn::map_of;
use each::each;
use flips::flips;
use found::{Found, Knees, Points, nearest};
use lattice::{Care, Lattice, Wanted};
use probe::{Carries, Look, probe};

/// Points of a map that are simulated, for the time left: of a grid of 40 × 40.
const POINTS: f64 = 0.05;
/// Points whose events together are a study's budget.
const SHARES: f64 = 10.0;

/// What is swept: the axes, and the scenario at each point.
pub struct Plane<'a> {
    /// One or two.
    pub axes: Vec<SweptAxis>,
    /// The scenario with these values of the axes; it has been read before and was good.
    pub scenario: &'a (dyn Fn(&[usize]) -> Option<Scenario> + Sync),
}

/// One key varied: curves; two: a map. `budget` is in events, of about `SHARES` points.
///
/// # Errors
/// If there is nobody to compare, no objective to search for a load, or a choice of loads; or nothing was finished.
pub fn sweep(plane: &Plane, budget: f64, control: &Control) -> Result<Study, ExperimentError> {
    let first = vec![0; plane.axes.len()];
    let scenario = (plane.scenario)(&first).ok_or(ExperimentError::Interrupted)?;
    if scenario.contestants.is_empty() {
        return Err(ExperimentError::NoContestants);
    }
    let figure = match named_loads(&scenario.arrivals).as_deref() {
        Some([_]) => SweptFigure::Latency,
        Some(several) => return Err(ExperimentError::SeveralLoadsSwept(several.len())),
        None => {
            searchable(&scenario)?;
            SweptFigure::Capacity
        }
    };
    let mut languages = vec![1.0];
    if figure == SweptFigure::Capacity && ratios_matter(&scenario) {
        languages.push(0.0);
    }
    let mut run = Run {
        plane,
        figure,
        replications: scenario.run.replications.max(2),
        budget,
        control,
        contestants: scenario.contestants.len(),
        rows: BTreeMap::new(),
        knees: Knees::new(),
        reserved: 0,
        interrupted: false,
    };
    run.reserve(languages.len());
    let mut sheets = Vec::new();
    for (sheet, language) in languages.into_iter().enumerate() {
        sheets.push(run.sheet(sheet, language));
    }
    control.unplan(0, run.reserved);
    run.study(&scenario, sheets)
}

/// A sweep under way.
struct Run<'a> {
    plane: &'a Plane<'a>,
    figure: SweptFigure,
    replications: u32,
    budget: f64,
    control: &'a Control<'a>,
    contestants: usize,
    rows: BTreeMap<Cell, Vec<Row>>,
    knees: Knees,
    /// Work of searches to come, for the time left.
    reserved: u64,
    interrupted: bool,
}

/// A sheet, a contestant and a point.
type Cell = (usize, usize, Vec<usize>);

impl Run<'_> {
    fn sheet(&mut self, sheet: usize, language: f64) -> Sheet {
        let contestants = self.contestants;
        let sizes: Vec<usize> = self.plane.axes.iter().map(|a| a.values.len()).collect();
        let mut points = Points::new();
        let map = match sizes[..] {
            [width, height] => {
                let size = (width, height);
                let mut lattice = Lattice::new(size, contestants, self.replications as usize);
                loop {
                    let wanted = lattice.wanted();
                    if wanted.is_empty() || self.interrupted {
                        break;
                    }
                    self.visit((sheet, language), &wanted, &mut points);
                    let found = wanted.iter().filter_map(|(place, care)| {
                        Some((
                            (*place, *care),
                            points.get(&vec![place.0, place.1])?.goodness.clone(),
                        ))
                    });
                    lattice.learn(found);
                }
                map_of(&lattice, size, contestants)
            }
            _ => {
                let all: Vec<Wanted> = (0..sizes[0]).map(|i| ((i, 0), Care::Full)).collect();
                self.visit((sheet, language), &all, &mut points);
                let size = (sizes[0], 1);
                let found = points
                    .iter()
                    .map(|(at, found)| (((at[0], 0), Care::Full), found.goodness.clone()));
                let lattice = Lattice::given(size, contestants, self.replications as usize, found);
                map_of(&lattice, size, contestants)
            }
        };
        let points = points.into_iter().map(|(at, found)| SweptPoint {
            at,
            figures: found.figures,
        });
        Sheet {
            language,
            points: points.collect(),
            map,
        }
    }

    /// Simulates points, those of a search side by side.
    fn visit(&mut self, sheet: (usize, f64), wanted: &[Wanted], points: &mut Points) {
        let axes = self.plane.axes.len();
        let places: Vec<(Vec<usize>, Care)> = wanted
            .iter()
            .map(|((x, y), care)| ([*x, *y][..axes].to_vec(), *care))
            .collect();
        match self.figure {
            SweptFigure::Capacity => self.search(sheet, &places, points),
            SweptFigure::Latency => {
                for (at, _) in places {
                    // A load has one length of run: looking more closely is looking again.
                    if !points.contains_key(&at) {
                        self.compare(sheet.0, &at, points);
                    }
                }
            }
        }
    }

    /// What everybody carries at these points.
    fn search(
        &mut self,
        (sheet, language): (usize, f64),
        places: &[(Vec<usize>, Care)],
        points: &mut Points,
    ) {
        let scenarios = each(places, |(at, _)| (self.plane.scenario)(at));
        let Some(scenarios) = scenarios.into_iter().collect::<Option<Vec<Scenario>>>() else {
            self.interrupted = true;
            return;
        };
        let simulators: Vec<Simulation> = scenarios.iter().map(Simulation).collect();
        let scenes = simulators.iter().map(|s| Scene::at(s.0, s, language));
        let scenes: Vec<Scene<Simulation>> = scenes.collect();
        let contestants = self.contestants;
        let tasks: Vec<(usize, usize)> = (0..places.len() * contestants)
            .map(|task| (task / contestants, task % contestants))
            .collect();
        let reserved = self.unreserve(places);
        let found = each(&tasks, |&(place, contestant)| {
            if self.control.cancelled() {
                return None;
            }
            self.control.unplan(0, reserved);
            let (at, care) = &places[place];
            let near = nearest(&self.knees, at);
            let hint = near.and_then(|knees| knees[contestant].as_ref());
            let look = self.look(*care);
            probe(&scenes[place], contestant, look, hint, self.control)
        });
        let mut found = found.into_iter();
        for (at, _) in places {
            let carries: Vec<Option<Carries>> = found.by_ref().take(contestants).collect();
            let Some(carries) = carries.into_iter().collect::<Option<Vec<Carries>>>() else {
                self.interrupted = true;
                continue;
            };
            let found = Found {
                goodness: carries.iter().map(|c| c.load.clone()).collect(),
                figures: carries.iter().map(|c| c.interval).collect(),
            };
            let knees = carries.iter().map(|c| c.knee.clone()).collect();
            self.knees.insert(at.clone(), knees);
            for (contestant, carries) in carries.into_iter().enumerate() {
                let capacity = found.figures[contestant];
                let cell = (sheet, contestant, at.clone());
                self.keep(cell, language, capacity, carries.rows, carries.events);
            }
            points.insert(at.clone(), found);
        }
    }

    /// Everybody at the point's own load.
    fn compare(&mut self, sheet: usize, at: &[usize], points: &mut Points) {
        let Some(scenario) = (self.plane.scenario)(at).filter(|_| !self.control.cancelled()) else {
            self.interrupted = true;
            return;
        };
        let simulator = Simulation(&scenario);
        let scene = Scene::new(&scenario, &simulator);
        let everybody: Vec<usize> = (0..scenario.contestants.len()).collect();
        let visits = scene
            .loads()
            .into_iter()
            .map(|load| (load, everybody.clone()))
            .collect();
        let budget = self.budget / SHARES;
        let course = scene.course(visits, 1.0, self.replications, false, budget);
        let done = scene
            .simulate(&course, false, self.control)
            .into_iter()
            .flatten()
            .next();
        let Some(LoadPoint { rows, findings, .. }) = done else {
            self.interrupted = true;
            return;
        };
        let replications = self.replications as usize;
        let goodness = findings.iter().map(|f| match &f.judged.p99_slo {
            Some(p99) => Some(p99.jackknifed().map(|ms| 1.0 / ms)),
            None => f.saturated.then(|| Jackknifed::flat(0.0, replications)),
        });
        let figures = findings.iter().map(|f| match &f.judged.p99_slo {
            Some(p99) => Some(p99.estimate),
            None => f.saturated.then_some(Estimate::bare(f64::INFINITY)),
        });
        let found = Found {
            goodness: goodness.collect(),
            figures: figures.collect(),
        };
        points.insert(at.to_vec(), found);
        for (contestant, rows) in rows.into_iter().enumerate() {
            let events = rows.first().map_or(0, |row| row.events);
            let cell = (sheet, contestant, at.to_vec());
            self.keep(cell, 1.0, None, rows, events);
        }
    }

    /// Keeps the rows of a contestant at a point.
    fn keep(
        &mut self,
        cell: Cell,
        language: f64,
        capacity: Option<Estimate>,
        mut rows: Vec<Row>,
        events: u64,
    ) {
        for (index, row) in rows.iter_mut().enumerate() {
            row.swept = Some(Swept {
                values: self
                    .plane
                    .axes
                    .iter()
                    .zip(&cell.2)
                    .map(|(axis, i)| axis.values[*i].clone())
                    .collect(),
                language,
                capacity: capacity.filter(|_| index == 0),
            });
        }
        if let Some(all) = rows.first_mut() {
            all.events = events;
        }
        self.rows.insert(cell, rows);
    }

    fn look(&self, care: Care) -> Look {
        Look {
            care,
            many: self.budget / super::BUDGET,
            replications: self.replications,
        }
    }

    /// Plans the whole, for the time left.
    fn reserve(&mut self, sheets: usize) {
        if self.figure == SweptFigure::Latency {
            return;
        }
        let points: usize = self.plane.axes.iter().map(|a| a.values.len()).product();
        let share = if self.plane.axes.len() == 2 {
            POINTS
        } else {
            1.0
        };
        let searches = share * (points * sheets * self.contestants) as f64;
        self.reserved = (searches * self.look(Care::Full).work() as f64) as u64;
        self.control.plan(0, self.reserved);
    }

    /// Work that each search at these points has of what is reserved, when it begins and plans its own.
    fn unreserve(&mut self, places: &[(Vec<usize>, Care)]) -> u64 {
        let searches = (places.len() * self.contestants).max(1) as u64;
        let wanted: u64 = places.iter().map(|(_, care)| self.look(*care).work()).sum();
        let each = (wanted / places.len().max(1) as u64).min(self.reserved / searches);
        self.reserved -= each * searches;
        each
    }

    /// Leaves settings out that are not the same at both ends of the axes.
    fn fixed(&self, contestants: &mut [ContestantInfo]) {
        let last: Vec<usize> = self.plane.axes.iter().map(|a| a.values.len() - 1).collect();
        let last = (self.plane.scenario)(&last);
        let others = last.iter().flat_map(|scenario| &scenario.contestants);
        for (info, other) in contestants.iter_mut().zip(others) {
            let other = Settings::of(&other.system.services[0].model);
            info.settings = info.settings.filter(|here| *here == other);
        }
    }

    fn study(self, scenario: &Scenario, sheets: Vec<Sheet>) -> Result<Study, ExperimentError> {
        if self.rows.is_empty() {
            return Err(ExperimentError::Interrupted);
        }
        let simulator = Simulation(scenario);
        let scene = Scene::new(scenario, &simulator);
        let mut study = scene.study("sweep", &[], self.interrupted);
        self.fixed(&mut study.contestants);
        let flips = match &sheets[..] {
            [measured, equal] if self.plane.axes.len() == 2 => flips(self.plane, measured, equal),
            _ => None,
        };
        study.rows = self.rows.into_values().flatten().collect();
        study.sweep = Some(Sweep {
            axes: self.plane.axes.clone(),
            figure: self.figure,
            sheets,
            flips,
        });
        Ok(study)
    }
}
