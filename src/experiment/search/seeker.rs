//! Where to look next for the load that one contestant carries, from what was seen so far.
//!
//! ```text
//!            far apart, short runs              near the answer, whole runs
//! bounds ─► look around ─► up or down ─► narrow ─► a pair of loads ─► more replications ─► interval narrow enough,
//!                         until met and missed     around the root    at both              or the budget spent
//!                                     a hint ──────────┘
//! ```
//!
//! The way is a secant method under noise (in the spirit of Robbins & Monro 1951, with the slope estimated and common random
//! numbers, as in retrospective approximation: Pasupathy & Schmeiser 2009): short runs bracket the root, and runs are then
//! spent at two loads next to it, close enough for a straight line between their [margins](super::margin). The next step is a function of the visits
//! alone, so a search can be stopped, resumed, or continue from the visits of another.

mod length;
mod near;

use super::super::bounds::Asking;
use super::super::scene::Scene;
use super::super::simulator::Simulator;
use super::crossing::{Crossing, crossing};
use super::effort::Effort;
use super::ground::{Ground, Order, Visit};
use super::margin::Aim;
use crate::stats::{Estimate, Jackknifed, Scale};

/// Shares of the bound where a search looks first: one with next to no load, for those that are slow when idle.
const FIRST: [f64; 4] = [0.05, 0.3, 0.6, 0.9];
/// A bracket whose ends are no further apart than this factor is narrow.
const NARROW: f64 = 1.2;
/// How far to each side of the root the pair of loads lies at most, as a share of it, and of the way from it to the bound.
const APART: [f64; 2] = [0.04, 0.35];
/// The next load where nothing was missed yet, and where nothing was met.
const UP: f64 = 1.5;
const DOWN: f64 = 1.0 / 3.0;
/// Requests in the system, without any waiting, from which on nothing seems to limit, and below which nobody waits.
const CROWD: f64 = 20_000.0;
const EMPTY: f64 = 0.02;
/// The most loads visited, short runs and whole ones.
const MOST: [usize; 2] = [40, 12];

/// What is known from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Hint<'h> {
    /// About the load that is carried: whole runs begin there.
    pub load: f64,
    /// How fast the margins rise there, a unit of load: then a single load is enough if it is next to the answer. Empty if that is not known.
    pub slopes: &'h [f64],
}

/// Who is looked at, and how closely.
#[derive(Clone, Copy, Debug)]
pub struct Query<'h> {
    /// By index in the scenario.
    pub contestant: usize,
    /// Half the width of the interval that is wanted, as a share of the load.
    pub precision: f64,
    /// Replications of the first whole runs.
    pub replications: u32,
    /// Events that may be spent.
    pub budget: f64,
    /// What is known from elsewhere.
    pub hint: Option<Hint<'h>>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Go there.
    Visit(Vec<Order>),
    /// Nothing: this is what there is to find.
    Done(End),
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// The load where the first objective is missed.
    Crossed(Found),
    /// The objectives are missed at every load looked at, down to one at which nobody waits.
    Never,
    /// They are met at every load looked at, up to one that keeps a crowd in the system.
    Always,
    /// The budget or the visits ended before that: nowhere seen to be missed if this is true, else nowhere seen to be met.
    Unfound {
        /// Whether they were met wherever one looked.
        met: bool,
    },
}

/// A load between those that meet the objectives and those that do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The load, with its interval.
    pub load: Estimate,
    /// Of all and without each replication; absent where the system saturates before any objective is missed, or nobody could
    /// look closely enough: then the interval is that between two visited loads.
    pub replications: Option<Jackknifed>,
    /// The objective that is missed first; none if the system saturates before.
    pub objective: Option<usize>,
    /// How fast the margins rise there, a unit of load; empty where only two visited loads tell.
    pub slopes: Vec<f64>,
    /// Whether the interval is as narrow as asked, and came of runs of at least half the length that they should have.
    pub precise: bool,
}

/// A load that is too much.
pub(super) struct Ceiling {
    load: f64,
    /// The objective that is missed there; none where the system saturates.
    objective: Option<usize>,
}

impl From<&Visit> for Ceiling {
    fn from(visit: &Visit) -> Self {
        let objective = visit.worst().filter(|_| !visit.saturated);
        Self {
            load: visit.load(),
            objective: objective.map(|(index, _)| index),
        }
    }
}

/// The search for one contestant.
pub struct Seeker<'g, 'a, S: Simulator> {
    scene: &'a Scene<'a, S>,
    aims: &'g [Aim],
    visits: &'g [Visit],
    spent: f64,
    query: Query<'g>,
    effort: Effort,
    bound: f64,
    brim: f64,
    usual: f64,
}

impl<'g, 'a, S: Simulator> Seeker<'g, 'a, S> {
    /// The search as far as it is.
    pub fn new(ground: &'g Ground<'a, S>, query: Query<'g>) -> Self {
        Self {
            scene: ground.scene,
            aims: &ground.aims,
            visits: &ground.visits[query.contestant],
            spent: ground.events[query.contestant] as f64,
            query,
            effort: ground.effort,
            bound: ground.scene.bound(query.contestant),
            brim: ground.brim(query.contestant),
            usual: super::usual(ground, query.contestant),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Next {
        if self.visits.iter().any(|v| v.order.full) {
            return self.near();
        }
        if let Some(hint) = self.query.hint {
            return Next::Visit(self.from(hint));
        }
        let Some(first_met) = self.visits.iter().position(Visit::met) else {
            return self.down();
        };
        let missed = self.visits[first_met..].iter().position(|v| !v.met());
        match missed {
            None => self.up(),
            Some(beyond) => {
                let above = first_met + beyond;
                self.narrow(&self.visits[above - 1], &self.visits[above])
            }
        }
    }

    /// The load that is carried, as far as is known before this step.
    pub(super) fn root(&self, next: &Next) -> f64 {
        let load = |whole: &Order| whole.full.then_some(whole.load);
        match next {
            Next::Done(End::Crossed(found)) => found.load.value,
            Next::Visit(orders) if orders.iter().any(|order| order.full) => {
                let loads: Vec<f64> = orders.iter().filter_map(load).collect();
                loads.iter().sum::<f64>() / loads.len() as f64
            }
            _ => self.known().unwrap_or(self.usual),
        }
    }

    /// Where the line between the nearest two visits crosses.
    fn known(&self) -> Option<f64> {
        let above = self.visits.iter().position(|v| !v.met())?;
        let low = self.visits.get(above.checked_sub(1)?)?;
        let found = self.between(low, &self.visits[above])?;
        Some(found.load.full)
    }

    /// Requests that come after this step, as far as is known: of whole runs, beside which the others are few.
    pub(super) fn rest(&self, next: &Next) -> u64 {
        let Next::Visit(orders) = next else { return 0 };
        let done = self.visits.iter().map(|visit| &visit.order);
        let work = |order: &Order| order.requests * f64::from(order.replications);
        let whole = done.chain(orders).filter(|order| order.full).map(work);
        (self.whole_runs(self.root(next)) - whole.sum::<f64>()).max(0.0) as u64
    }

    /// Requests of all whole runs, where about this load is carried.
    pub(super) fn whole_runs(&self, root: f64) -> f64 {
        self.effort.visits * f64::from(self.query.replications) * self.requests(root, true)
    }

    /// Nothing met yet: the first look around, or further down.
    fn down(&self) -> Next {
        let Some(lowest) = self.visits.first() else {
            let unit = if self.bound.is_finite() {
                self.bound
            } else {
                self.crowd(1.0)
            };
            return self.short(FIRST.map(|share| share * unit).to_vec());
        };
        if self.empty(lowest.load()) {
            return Next::Done(End::Never);
        }
        if self.weary() {
            return Next::Done(End::Unfound { met: false });
        }
        self.short(vec![DOWN * lowest.load()])
    }

    /// Whether there is no load below this one at which anybody waits less.
    fn empty(&self, load: f64) -> bool {
        self.whole() && load <= 1.0 || load <= self.crowd(EMPTY)
    }

    /// Nothing missed yet above what was met.
    fn up(&self) -> Next {
        let highest = self.visits.last().map_or(1.0, Visit::load);
        let endless =
            highest > self.crowd(CROWD) && !(highest < 2.0 * self.bound && self.bound.is_finite());
        if endless {
            return Next::Done(End::Always);
        }
        if self.weary() {
            return Next::Done(End::Unfound { met: true });
        }
        let beyond = if highest < self.bound && self.bound.is_finite() {
            1.05 * self.bound
        } else if self.bound.is_finite() {
            UP * highest
        } else {
            UP * UP * highest
        };
        self.short(vec![beyond])
    }

    /// Short runs between a load that meets the objectives and one that does not.
    fn narrow(&self, low: &Visit, high: &Visit) -> Next {
        let (a, b) = (low.load(), high.load());
        let stop = b / a <= NARROW || self.whole() && b - a <= 1.0;
        let root = self.between(low, high);
        if self.weary() {
            return Next::Done(End::Crossed(self.bracketed(low, &high.into(), false)));
        }
        if stop {
            let root = root.map_or_else(
                || Estimate::bare(0.5 * (a + b)),
                |c| c.load.interval(Scale::Linear),
            );
            return Next::Visit(self.pair(root, (a, b)));
        }
        let tenth = 0.1 * (b - a);
        let at = root.map_or(0.5 * (a + b), |c| c.load.full);
        self.short(vec![at.clamp(a + tenth, b - tenth)])
    }

    /// Whether short runs have taken as many loads or events as they may.
    fn weary(&self) -> bool {
        self.visits.len() >= MOST[0] || self.spent > self.query.budget
    }

    /// Where the line between two short runs crosses; one that drowns is where its latency became infinite, at the bound.
    fn between(&self, low: &Visit, high: &Visit) -> Option<Crossing> {
        let drowned;
        let (load, margins) = if high.saturated {
            let replications = low.margins.first()?.without.len();
            let constant = |full: f64| Jackknifed::flat(full, replications);
            drowned = self
                .aims
                .iter()
                .map(|aim| constant(aim.at_saturation()))
                .collect::<Vec<_>>();
            let at = if self.bound > low.load() {
                high.load().min(self.bound)
            } else {
                high.load()
            };
            (at, &drowned)
        } else {
            (high.load(), &high.margins)
        };
        crossing((low.load(), &low.margins), (load, margins))
    }

    /// The first whole runs of who knows from elsewhere where the root is: two, or one where the slope is known too.
    fn from(&self, hint: Hint) -> Vec<Order> {
        if hint.slopes.is_empty() {
            return self.pair(Estimate::bare(hint.load), (0.0, f64::INFINITY));
        }
        vec![self.full(hint.load, self.requests(hint.load, true))]
    }

    /// The first two whole runs, to both sides of where the root seems to be.
    fn pair(&self, root: Estimate, (low, high): (f64, f64)) -> Vec<Order> {
        let at = root.value.clamp(low, high);
        let doubt = if root.has_interval() {
            0.7 * (root.hi - root.value)
        } else {
            f64::INFINITY
        };
        let mut apart = doubt.clamp(0.5 * self.query.precision.min(APART[0]) * at, APART[0] * at);
        if !self.whole() && at < self.bound {
            apart = apart.min(APART[1] * (self.bound - at)).max(1e-3 * at);
        }
        let [a, b] = self.sides(at, apart);
        let requests = self.requests(b, true);
        [a, b].map(|load| self.full(load, requests)).to_vec()
    }

    fn sides(&self, at: f64, apart: f64) -> [f64; 2] {
        if self.whole() {
            let low = (at - apart).floor().max(1.0);
            return [low, (at + apart).ceil().max(low + 1.0)];
        }
        [at - apart, at + apart]
    }

    /// What is known where only two visited loads tell.
    fn bracketed(&self, low: &Visit, high: &Ceiling, precise: bool) -> Found {
        let (lo, hi) = self.ends(low, high);
        let load = Estimate {
            value: 0.5 * (lo + hi),
            lo,
            hi,
        };
        Found {
            replications: None,
            objective: high.objective,
            slopes: Vec::new(),
            precise: precise && 0.5 * (hi - lo) <= self.tolerance(load.value),
            load,
        }
    }

    /// What a load that is met and one that is missed say of where it changes. Beyond the bound nobody needs to look.
    fn ends(&self, low: &Visit, high: &Ceiling) -> (f64, f64) {
        let lo = low.load() - low.unseen();
        match high.objective.is_none() && !self.whole() && self.bound > lo {
            true => (lo, high.load.min(self.bound)),
            false => (lo, high.load),
        }
    }

    /// Whether two loads are close enough for the asked precision, with regard to what the lower one could not show.
    fn close(&self, low: &Visit, high: f64) -> bool {
        let (a, b) = (low.load(), high);
        let tolerance = self.tolerance(0.5 * (a + b));
        let left = (tolerance - 0.5 * low.unseen()).max(0.25 * tolerance);
        0.5 * (b - a) <= left || self.whole() && b - a <= 1.0
    }

    fn tolerance(&self, load: f64) -> f64 {
        let least = if self.whole() { 0.5 } else { 0.0 };
        (self.query.precision * load).max(least)
    }

    fn full(&self, load: f64, requests: f64) -> Order {
        Order {
            contestant: self.query.contestant,
            load: self.rounded(load),
            requests,
            replications: self.query.replications.max(2),
            full: true,
        }
    }

    fn short(&self, loads: Vec<f64>) -> Next {
        let mut loads: Vec<f64> = loads.into_iter().map(|load| self.rounded(load)).collect();
        loads.dedup();
        loads.retain(|load| self.visits.iter().all(|v| v.load() != *load));
        let order = |load| Order {
            contestant: self.query.contestant,
            load,
            requests: self.requests(load, false),
            replications: self.effort.scouts,
            full: false,
        };
        Next::Visit(loads.into_iter().map(order).collect())
    }

    /// The load that keeps so many requests in the system where nobody waits.
    fn crowd(&self, inside: f64) -> f64 {
        let info = &self.scene.infos[self.query.contestant];
        let seconds = (info.zero_load_ms * 1e-3).max(1e-5);
        match self.scene.asking {
            Asking::Open => inside / seconds,
            Asking::Closed(think) => inside * (1.0 + think / seconds),
        }
    }

    /// Whether loads are whole numbers.
    fn whole(&self) -> bool {
        self.scene.asking != Asking::Open
    }

    /// A load that can be typed, whole where there is nothing between.
    pub fn rounded(&self, load: f64) -> f64 {
        if self.whole() {
            load.round().max(1.0)
        } else {
            five_digits(load)
        }
    }
}

/// Five digits are enough to go somewhere, and can be typed.
fn five_digits(load: f64) -> f64 {
    format!("{load:.4e}").parse().unwrap_or(load)
}
