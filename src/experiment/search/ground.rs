//! The loads that a search has been at, and what was seen there.

use super::super::bounds::Asking;
use super::super::brief::Part;
use super::super::fold::{self, LoadPoint};
use super::super::jobs::{Folded, Point, replicate_by};
use super::super::length::whole_slots;
use super::super::progress::Control;
use super::super::replicated::Replicated;
use super::super::scene::Scene;
use super::super::simulator::Simulator;
use super::super::study::Row;
use super::effort::Effort;
use super::margin::{Aim, scopes};
use crate::kernel::Span;
use crate::measure::SEGMENTS;
use crate::scenario::RunLength;
use crate::stats::Jackknifed;

/// Of 16 parts of a run, those planned for the warm-up.
const WARMUP: f64 = 3.0;
/// How many times as long as a request takes where nobody waits a run is at least: a system that fills up looks like one that cannot keep up.
const FILLED: f64 = 20.0;
/// The number of the first replication with which growth is looked at again, far beyond those of any search.
const AGAIN: u32 = 1 << 24;

/// A load to be at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// Who, by index in the scenario.
    pub contestant: usize,
    /// The load.
    pub load: f64,
    /// Requests of each replication.
    pub requests: f64,
    /// How many replications there shall be in the end.
    pub replications: u32,
    /// Whether the answer is computed from it; else it only shows the way there.
    pub full: bool,
}

/// A load, and what was seen there.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The order in its last form.
    pub order: Order,
    /// Whether the system could not keep up.
    pub saturated: bool,
    /// The margin of each objective; none where nothing ended.
    pub margins: Vec<Jackknifed>,
    /// What each objective limits, as it was, however little data there was.
    pub figures: Vec<Option<f64>>,
    /// Of all, then each endpoint.
    pub rows: Vec<Row>,
    /// What was in use most.
    pub busiest: Option<(String, f64)>,
    /// The share by which the load may exceed what the system can do without these runs showing it.
    hidden: f64,
    /// How long each run lasted.
    horizon: Span,
    /// Kept where further replications may be added.
    cell: Option<Replicated>,
}

impl Visit {
    /// The load.
    #[must_use]
    pub fn load(&self) -> f64 {
        self.order.load
    }

    /// By how much less than this load, if it was met, may be too much.
    #[must_use]
    pub fn unseen(&self) -> f64 {
        self.order.load * self.hidden
    }

    /// Whether every objective was met, by the figures alone.
    #[must_use]
    pub fn met(&self) -> bool {
        !self.saturated && self.worst().is_some_and(|(_, margin)| margin.full <= 0.0)
    }

    /// The objective that is nearest to its limit, or furthest beyond.
    #[must_use]
    pub fn worst(&self) -> Option<(usize, &Jackknifed)> {
        let margins = self.margins.iter().enumerate();
        margins.max_by(|a, b| a.1.full.total_cmp(&b.1.full))
    }
}

/// Where all contestants of a scenario have been.
pub struct Ground<'a, S: Simulator> {
    /// Who asks whom.
    pub scene: &'a Scene<'a, S>,
    /// The objectives.
    pub aims: Vec<Aim>,
    /// How much is spent on what.
    pub effort: Effort,
    /// By contestant, ascending in load.
    pub visits: Vec<Vec<Visit>>,
    /// Events simulated, by contestant.
    pub events: Vec<u64>,
}

impl<'a, S: Simulator> Ground<'a, S> {
    /// Nobody has been anywhere.
    pub fn new(scene: &'a Scene<'a, S>, effort: Effort) -> Self {
        let contestants = scene.scenario.contestants.len();
        Self {
            scene,
            aims: Aim::all(scene.scenario),
            effort,
            visits: vec![Vec::new(); contestants],
            events: vec![0; contestants],
        }
    }

    /// Goes there, all at once. False if it was interrupted: then some may not have been reached.
    pub fn carry_out(&mut self, orders: &[Order], control: &Control) -> bool {
        let seen = |o: &&Order| {
            self.visit(o)
                .is_some_and(|v| v.order.replications >= o.replications)
        };
        let orders: Vec<Order> = orders.iter().filter(|o| !seen(o)).copied().collect();
        let orders = orders.as_slice();
        let points: Vec<Point> = orders.iter().map(|order| self.point(order)).collect();
        let found = self.replicate(&points, control);
        let complete = found.iter().all(Option::is_some);
        let fresh = orders
            .iter()
            .zip(found)
            .filter_map(|(o, cell)| Some((*o, cell?)));
        let fresh: Vec<(Order, Replicated)> = fresh.collect();
        for ((order, cell), point) in fresh.into_iter().zip(&points) {
            self.note(order, point, cell);
        }
        complete && self.look_again(orders, control)
    }

    fn replicate(&self, points: &[Point], control: &Control) -> Vec<Option<Replicated>> {
        let seed = self.scene.scenario.run.seed;
        replicate_by(
            self.effort.hands,
            self.scene.simulator,
            points,
            seed,
            control,
            |_, cells, _| Folded::enough(cells.first().cloned()),
        )
        .into_iter()
        .map(Option::flatten)
        .collect()
    }

    /// Where the number in system seems to grow though nothing is lost, others of the same law are asked too: a test at 99 % errs
    /// once in a hundred times.
    fn look_again(&mut self, orders: &[Order], control: &Control) -> bool {
        let doubtful: Vec<Order> = orders
            .iter()
            .copied()
            .filter(|order| {
                let visit = self
                    .visit(order)
                    .filter(|_| self.scene.asking == Asking::Open);
                visit.is_some_and(|v| v.cell.as_ref().is_some_and(Replicated::only_grows))
            })
            .collect();
        let again = |order: &Order| Point {
            first: AGAIN,
            replications: order.replications,
            ..self.point(order)
        };
        let points: Vec<Point> = doubtful.iter().map(again).collect();
        let found = self.replicate(&points, control);
        let complete = found.iter().all(Option::is_some);
        for (order, cell) in doubtful.iter().zip(found) {
            let index = self.visits[order.contestant]
                .iter()
                .position(|v| v.load() == order.load);
            if let (Some(index), Some(cell)) = (index, cell) {
                let mut visit = self.visits[order.contestant].remove(index);
                self.events[order.contestant] += events(&cell);
                if let Some(kept) = &mut visit.cell {
                    kept.again = cell.briefs;
                }
                let point = Point {
                    first: 0,
                    ..self.point(order)
                };
                let cell = visit.cell.take();
                cell.into_iter()
                    .for_each(|cell| self.fold(visit.order, &point, cell));
            }
        }
        complete
    }

    /// What is seen at these points, and not kept among the visits; none where it was interrupted.
    pub fn fresh(&mut self, orders: &[(Order, Point)], control: &Control) -> Vec<Option<Visit>> {
        let points: Vec<Point> = orders.iter().map(|(_, point)| point.clone()).collect();
        let found = self.replicate(&points, control);
        let mut seen = Vec::new();
        for ((order, point), cell) in orders.iter().zip(found) {
            if let Some(cell) = &cell {
                self.events[order.contestant] += events(cell);
            }
            seen.push(cell.and_then(|cell| self.seen(*order, point, cell)));
        }
        seen
    }

    /// The visit that this order adds to.
    fn visit(&self, order: &Order) -> Option<&Visit> {
        self.visits[order.contestant]
            .iter()
            .find(|v| v.load() == order.load && v.order.requests == order.requests)
    }

    fn point(&self, order: &Order) -> Point {
        let before = self.visit(order).filter(|v| v.cell.is_some());
        let first = before
            .map_or(0, |v| v.order.replications)
            .min(order.replications);
        Point {
            load: order.load,
            horizon: before.map_or_else(|| self.horizon(order), |v| v.horizon),
            requests: order.requests,
            contestants: vec![order.contestant],
            replications: order.replications - first,
            first,
            language: self.scene.language,
            // Nobody is given up after a few: replications of two loads are compared one by one.
            open: false,
        }
    }

    /// The load from which on the demands alone say that it cannot be carried with as few failures as the objectives allow, or, where nobody is ever
    /// turned away, at all: a run that is too short to show it must not be believed. Infinite in a closed loop.
    pub fn brim(&self, contestant: usize) -> f64 {
        let sheds = self.scene.scenario.contestants[contestant].system.sheds();
        let served = match sheds {
            true => 1.0 - self.aims.iter().map(Aim::may_fail).fold(1.0, f64::min),
            false => 1.0,
        };
        match self.scene.asking {
            Asking::Open => self.scene.bound(contestant) / served,
            Asking::Closed(_) => f64::INFINITY,
        }
    }

    /// As long as those requests take, and the warm-up before them; and long enough to fill up where nobody waits.
    fn horizon(&self, order: &Order) -> Span {
        let (scene, who) = (self.scene, order.contestant);
        let rate = scene.rate(who, order.load, scene.language).max(1e-9);
        let parts = SEGMENTS as f64;
        let run = &scene.scenario.run;
        let measured = match run.length {
            RunLength::Duration(span) => span.as_secs_f64(),
            _ => {
                let zero_load = 1e-3 * scene.infos[who].zero_load_ms;
                (order.requests / rate).max(FILLED * zero_load)
            }
        };
        let settling = scene.asking.settling(scene.simulator, who, scene.language);
        whole_slots(match run.warmup {
            None => (measured * parts / (parts - WARMUP)).max(measured + settling),
            Some(warmup) => (measured + warmup.as_secs_f64()) * parts / (parts - 1.0),
        })
    }

    fn note(&mut self, order: Order, point: &Point, mut cell: Replicated) {
        self.events[order.contestant] += events(&cell);
        let visits = &mut self.visits[order.contestant];
        if let Some(index) = visits.iter().position(|v| v.load() == order.load) {
            let before = visits.remove(index).cell.filter(|_| point.first > 0);
            if let Some(mut before) = before {
                before.briefs.append(&mut cell.briefs);
                cell = before;
            }
        }
        self.fold(order, point, cell);
    }

    /// Figures of all replications of a visit, which is put in its place.
    fn fold(&mut self, order: Order, point: &Point, cell: Replicated) {
        let Some(visit) = self.seen(order, point, cell) else {
            return;
        };
        let visits = &mut self.visits[order.contestant];
        let place = visits.partition_point(|v| v.load() < order.load);
        visits.insert(place, visit);
    }

    /// Figures of all replications at a load.
    fn seen(&self, order: Order, point: &Point, cell: Replicated) -> Option<Visit> {
        let scene = self.scene;
        let point = Point {
            replications: order.replications,
            open: scene.asking == Asking::Open,
            ..point.clone()
        };
        let relaxation = scene.relaxation(order.contestant, order.load);
        let cells = [cell];
        let LoadPoint { rows, findings, .. } =
            fold::fold(scene.scenario, &point, &[relaxation], &cells, false);
        let (rows, finding) = rows.into_iter().next().zip(findings.into_iter().next())?;
        let found = rows.first().map_or(Span::ZERO, |row| row.warmup);
        let fixed = self
            .effort
            .cut
            .filter(|_| scene.scenario.run.warmup.is_none());
        let cut = fixed.unwrap_or_else(|| fold::boundary(found, point.horizon));
        let parts = measured(&cells[0], cut);
        let [cell] = cells;
        // An overload by less than limit / `T` of it makes nobody late by the limit in a run of `T`, but leaves that share of what arrives inside.
        let late = scene.scenario.slo.longest_limit() / point.horizon.as_secs_f64();
        let margins: Option<Vec<_>> = self.aims.iter().map(|aim| aim.margin(&parts)).collect();
        Some(Visit {
            order,
            saturated: finding.saturated || order.load >= self.brim(order.contestant),
            margins: margins.unwrap_or_default(),
            figures: self.aims.iter().map(|aim| aim.value(&parts)).collect(),
            rows,
            busiest: finding.busiest,
            hidden: match scene.asking {
                Asking::Open => late.min(cell.left()).clamp(0.0, 0.5),
                Asking::Closed(_) => 0.0,
            },
            horizon: point.horizon,
            cell: Some(cell),
        })
    }
}

fn events(cell: &Replicated) -> u64 {
    cell.briefs.iter().map(|brief| brief.events).sum()
}

/// The scopes of each replication after the warm-up.
fn measured(cell: &Replicated, cut: usize) -> Vec<Vec<Part>> {
    let briefs = cell.briefs.iter();
    briefs
        .map(|brief| scopes(&brief.after(cut).endpoints))
        .collect()
}
