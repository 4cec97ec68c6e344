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
//! | [`probe`] | what one contestant carries at a point |
//! | [`missing`] | whether it keeps up, on a scale that a line goes through |
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
mod missing;
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
use found::{Found, Points, nearest};
use lattice::{Care, Lattice, Wanted};
use probe::{Carries, Effort, Probe};

/// What each load of a search for what is carried gets: at a point that is looked at briefly, and at one of a curve or beside the line of
/// a map. Requests, as a multiple of what one replication needs; relaxation times at least; and how many times the requests these may take. What is
/// briefly looked at may be off by a percent or two where the load is next to its bound, which is no matter far from the line.
const EFFORT: [(f64, f64, f64); 2] = [(1.0, 15.0, 2.0), (7.0, 50.0, 4.0)];
/// Loads that such a search visits, for the time left.
const VISITS: f64 = 2.7;
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
        interrupted: false,
    };
    let reserve = run.reserve(&scenario, languages.len());
    control.plan(0, reserve);
    let mut sheets = Vec::new();
    for (sheet, language) in languages.into_iter().enumerate() {
        sheets.push(run.sheet(sheet, language));
    }
    control.unplan(0, reserve);
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
    interrupted: bool,
}

/// A sheet, a contestant and a point.
type Cell = (usize, usize, Vec<usize>);

/// What one contestant is asked at a point, and the share of its bound that it carries next to it.
type Task<'t> = (&'t Vec<usize>, Care, usize, Option<f64>);

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
        let tasks: Vec<Task> = places
            .iter()
            .flat_map(|(at, care)| {
                let near = nearest(points, at);
                (0..self.contestants)
                    .map(move |c| (at, *care, c, near.and_then(|found| found.shares[c])))
            })
            .collect();
        let found = each(&tasks, |(at, care, contestant, hint)| {
            if self.control.cancelled() {
                return None;
            }
            let scenario = (self.plane.scenario)(at)?;
            let simulator = Simulation(&scenario);
            let probe = Probe {
                scenario: &scenario,
                simulator: &simulator,
                contestant: *contestant,
                language,
                effort: self.effort(*care),
                hint: *hint,
            };
            probe.search(self.control)
        });
        let mut by_point: BTreeMap<&Vec<usize>, Vec<Option<Carries>>> = BTreeMap::new();
        for ((at, ..), carries) in tasks.iter().zip(found) {
            by_point.entry(at).or_default().push(carries);
        }
        for (at, carries) in by_point {
            let Some(carries) = carries.into_iter().collect::<Option<Vec<Carries>>>() else {
                self.interrupted = true;
                continue;
            };
            let found = Found {
                goodness: carries.iter().map(|c| Some(c.load.clone())).collect(),
                figures: carries.iter().map(|c| Some(c.interval)).collect(),
                shares: carries.iter().map(|c| c.share).collect(),
            };
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
            None if f.saturated => Some(Jackknifed {
                full: 0.0,
                without: vec![0.0; replications],
            }),
            None => None,
        });
        let figures = findings.iter().map(|f| match &f.judged.p99_slo {
            Some(p99) => Some(p99.estimate),
            None => f.saturated.then_some(Estimate::bare(f64::INFINITY)),
        });
        let found = Found {
            goodness: goodness.collect(),
            figures: figures.collect(),
            shares: vec![None; findings.len()],
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

    fn effort(&self, care: Care) -> Effort {
        let (requests, relaxations, longer) = EFFORT[care as usize];
        Effort {
            requests: requests * self.budget / super::BUDGET,
            replications: self.replications,
            relaxations,
            longer,
        }
    }

    /// Requests that the whole will take, for the time left.
    fn reserve(&self, scenario: &Scenario, sheets: usize) -> u64 {
        let SweptFigure::Capacity = self.figure else {
            return 0;
        };
        let points: usize = self.plane.axes.iter().map(|a| a.values.len()).product();
        let share = if self.plane.axes.len() == 2 {
            POINTS
        } else {
            1.0
        };
        let each =
            VISITS * 1.4e4 * self.effort(Care::Full).requests * scenario.contestants.len() as f64;
        (share * points as f64 * each * sheets as f64) as u64
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
