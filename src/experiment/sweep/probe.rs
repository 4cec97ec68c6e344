//! What one contestant carries at one point of a sweep, in as few runs as a map can afford.
//!
//! Neighbours on a map carry nearly the same *share* of their bounds, so a neighbour's share says where to look: there, and a
//! few percent to the side where the objective is crossed. Between two such loads the [margins](super::super::search::margin)
//! are straight lines, whose [crossing](super::super::search::crossing) has a value without each replication, too. Every run at every point has the
//! same dice and about the same number of requests, so what chance does is nearly the same everywhere: quotients of what two
//! contestants carry, and the line where they are equal, are known better than either.
//!
//! An open system carries no more than its bound by demand: at it every latency is infinite, and the line between the
//! margins of a load below and of saturation at the bound ends there. Nor does it carry a load at which it [saturates](super::missing), however
//! few are late in so short a run: that begins at an edge, so the loads on either side of it are brought closer together.

mod visit;

use super::super::bounds::{Asking, bounds};
use super::super::progress::Control;
use super::super::search::crossing::{Crossing, crossing};
use super::super::search::margin::Aim;
use super::super::simulator::Simulator;
use super::super::study::Row;
use super::missing;
use crate::scenario::Scenario;
use crate::stats::{Estimate, Jackknifed, Scale};
use visit::Seen;

/// The share of its bound where one looks first who knows nothing.
const USUAL: f64 = 0.8;
/// Nearer to the bound there is nothing to see.
const NEAR: f64 = 0.985;
/// The step from a first load, as a factor: with a neighbour's word, and without.
const STEP: [f64; 2] = [1.07, 1.2];
/// Two loads on either side of the root and no further apart than this, as a share of the lower, are a straight line.
const CLOSE: f64 = 0.13;
/// The same where the lower keeps up and the other does not: what is missing goes up from nothing at a corner.
const CORNER: f64 = 0.02;
/// Below this share of the bound nothing is carried.
const NOTHING: f64 = 0.003;
/// The most loads visited.
const MOST: usize = 12;
/// Loads by which one without a bound is followed up: a factor for each step.
const UP: f64 = 3.0;

/// How much is spent at each load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Requests of all replications together, as a multiple of what one replication of the strictest objective needs.
    pub requests: f64,
    /// Replications.
    pub replications: u32,
    /// Relaxation times of a run at least: one that begins empty and lasts but a few says that more is carried than is.
    pub relaxations: f64,
    /// How many times the asked requests these may take.
    pub longer: f64,
}

/// Where to look, and for whom.
#[derive(Clone, Copy)]
pub struct Probe<'a, S: Simulator> {
    /// The point's scenario.
    pub scenario: &'a Scenario,
    /// Its simulation.
    pub simulator: &'a S,
    /// Who, by index.
    pub contestant: usize,
    /// The exponent on the languages' ratios.
    pub language: f64,
    /// How much to spend.
    pub effort: Effort,
    /// The share of its bound that this contestant carries at a neighbour.
    pub hint: Option<f64>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Carries {
    /// The load, of all and without each replication: zero if the objectives are met nowhere, infinite if nothing limits it.
    pub load: Jackknifed,
    /// The same with its interval; up to the bound where that is as near as one can look.
    pub interval: Estimate,
    /// Its share of the bound, where both are finite and above zero.
    pub share: Option<f64>,
    /// Of the highest visited load that met the objectives, or the lowest that did not: `all`, then each endpoint.
    pub rows: Vec<Row>,
    /// Events simulated.
    pub events: u64,
}

impl<S: Simulator> Probe<'_, S> {
    /// Searches; `None` if it was interrupted.
    pub fn search(&self, control: &Control) -> Option<Carries> {
        let asking = Asking::of(self.scenario);
        let bounds = bounds(self.simulator, self.contestant, self.language, asking);
        let bound = bounds.first().map_or(f64::INFINITY, |b| b.load);
        let aims = Aim::all(self.scenario);
        let mut seen: Vec<Seen> = Vec::new();
        let load = loop {
            match self.next(asking, bound, &aims, &seen) {
                Step::Done(load) => break load,
                Step::Visit(load) => {
                    let visit = self.visit(asking, load, &aims, control)?;
                    let place = seen.partition_point(|s| s.load < visit.load);
                    seen.insert(place, visit);
                }
            }
        };
        let shown = seen.iter().rfind(|s| s.met).or(seen.first());
        Some(Carries {
            interval: interval(
                &load,
                if asking == Asking::Open {
                    bound
                } else {
                    f64::INFINITY
                },
                &seen,
            ),
            share: Some(load.full / bound).filter(|s| s.is_finite() && *s > 0.0),
            load,
            rows: shown.map_or(Vec::new(), |s| self.rows(asking, s)),
            events: seen
                .iter()
                .flat_map(|s| s.cell.briefs.iter().chain(&s.cell.again))
                .map(|b| b.events)
                .sum(),
        })
    }

    /// Where to look next, from what was seen.
    fn next(&self, asking: Asking, bound: f64, aims: &[Aim], seen: &[Seen]) -> Step {
        let missed = seen
            .iter()
            .position(|s| !s.met && self.beyond(seen, s.load));
        let high = missed.map(|i| &seen[i]);
        let low = seen[..missed.unwrap_or(seen.len())].iter().rfind(|s| s.met);
        // At the bound of an open system everything is missed.
        let wall = (asking == Asking::Open && bound.is_finite()).then(|| self.wall(bound, aims));
        let step = STEP[usize::from(self.hint.is_none())];
        let visit = |load: f64| self.visit_or_end(asking, load, seen, low, high);
        match (low, high) {
            (None, None) => {
                let share = self.hint.unwrap_or(USUAL).clamp(0.01, NEAR);
                let start = if bound.is_finite() {
                    share * bound
                } else {
                    self.unbounded()
                };
                Step::Visit(self.rounded(asking, start))
            }
            (Some(low), Some(high)) => {
                let Some(found) = crossing((low.load, &low.margins), (high.load, &high.margins))
                else {
                    return Step::Done(self.flat(low.load));
                };
                if asking == Asking::Open && (high.only_grows() || found.objective == aims.len()) {
                    return self.at_corner(low, high, &found, seen);
                }
                let whole = asking != Asking::Open && high.load - low.load <= 1.0;
                if high.load - low.load <= CLOSE * low.load || whole || seen.len() >= MOST {
                    return Step::Done(found.load);
                }
                let width = high.load - low.load;
                visit(
                    found
                        .load
                        .full
                        .clamp(low.load + 0.08 * width, high.load - 0.08 * width),
                )
            }
            (Some(low), None) => match &wall {
                Some((wall, margins)) => {
                    let end = crossing((low.load, &low.margins), (*wall, margins));
                    match end {
                        Some(end)
                            if low.load >= NEAR * bound
                                || low.slows(aims) && wall - low.load <= 0.5 * CLOSE * low.load
                                || seen.len() >= MOST =>
                        {
                            Step::Done(end.load.map(|load| load.min(bound)))
                        }
                        _ => visit(
                            self.upwards(low, seen, step)
                                .min(low.load + 0.6 * (bound - low.load)),
                        ),
                    }
                }
                None if seen.len() >= MOST => Step::Done(self.flat(f64::INFINITY)),
                None if bound.is_finite() => visit(self.upwards(low, seen, step)),
                None => visit(low.load * UP),
            },
            (None, Some(high)) => {
                let least = if bound.is_finite() {
                    NOTHING * bound
                } else {
                    0.0
                };
                let whole = asking != Asking::Open && high.load <= 1.0;
                if high.load <= least || whole || seen.len() >= MOST {
                    return Step::Done(self.flat(0.0));
                }
                visit(self.downwards(high, seen, step))
            }
        }
    }

    /// Between a load that is kept up with and one that is not: half way, until they are next to each other.
    fn at_corner(&self, low: &Seen, high: &Seen, found: &Crossing, seen: &[Seen]) -> Step {
        let middle = 0.5 * (low.load + high.load);
        if high.load - low.load > CORNER * low.load && seen.len() < MOST {
            return Step::Visit(middle);
        }
        Step::Done(if high.only_grows() {
            self.flat(middle)
        } else {
            found.load.clone()
        })
    }

    /// Whether all that met the objectives lie below this load: cold cores miss them at a trickle and meet them above.
    fn beyond(&self, seen: &[Seen], load: f64) -> bool {
        seen.iter().all(|s| !s.met || s.load < load)
    }

    /// The bound, and the margins there.
    fn wall(&self, bound: f64, aims: &[Aim]) -> (f64, Vec<Jackknifed>) {
        let saturated = aims.iter().map(|aim| aim.at_saturation().max(1e-3));
        let margins = saturated.chain([missing::NOTHING]);
        (bound, margins.map(|margin| self.flat(margin)).collect())
    }

    /// A value without chance in it.
    fn flat(&self, value: f64) -> Jackknifed {
        Jackknifed {
            full: value,
            without: vec![value; self.effort.replications as usize],
        }
    }

    /// A load that keeps ten requests in the system where nobody waits.
    fn unbounded(&self) -> f64 {
        let demands = self.simulator.demands(self.contestant, 1.0, self.language);
        10e9 / demands.zero_load_ns.max(1e4)
    }

    /// Further up from the highest that met: along the line through the two highest, else a step.
    fn upwards(&self, low: &Seen, seen: &[Seen], step: f64) -> f64 {
        let below = seen.iter().rfind(|s| s.load < low.load);
        let line = below.and_then(|b| crossing((b.load, &b.margins), (low.load, &low.margins)));
        let along = line.map_or(low.load * step, |c| 1.02 * c.load.full);
        along.clamp(low.load * step.min(1.05), low.load * 2.0)
    }

    /// Further down from the lowest that missed, ever faster.
    fn downwards(&self, high: &Seen, seen: &[Seen], step: f64) -> f64 {
        let above = seen.iter().find(|s| s.load > high.load);
        let line = above.and_then(|a| crossing((high.load, &high.margins), (a.load, &a.margins)));
        let along = line.map_or(high.load / step, |c| 0.98 * c.load.full);
        let least = high.load / libm::pow(2.0, seen.len() as f64);
        along.clamp(least, high.load / step.min(1.05))
    }

    /// To a load, or to the end if it was visited: users are whole.
    fn visit_or_end(
        &self,
        asking: Asking,
        load: f64,
        seen: &[Seen],
        low: Option<&Seen>,
        high: Option<&Seen>,
    ) -> Step {
        let load = self.rounded(asking, load);
        if seen.iter().all(|s| s.load != load) {
            return Step::Visit(load);
        }
        let line = low
            .zip(high)
            .and_then(|(l, h)| crossing((l.load, &l.margins), (h.load, &h.margins)));
        Step::Done(line.map_or_else(|| self.flat(low.map_or(0.0, |l| l.load)), |c| c.load))
    }

    fn rounded(&self, asking: Asking, load: f64) -> f64 {
        if asking == Asking::Open {
            load
        } else {
            load.round().max(1.0)
        }
    }
}

/// The interval from the replications, up to the bound; beside it at least from the highest load that was visited to the bound.
fn interval(load: &Jackknifed, bound: f64, seen: &[Seen]) -> Estimate {
    let e = load.interval(Scale::Log);
    match seen.last() {
        Some(last) if last.met && load.full > last.load && load.full <= bound => Estimate {
            value: e.value,
            lo: e.lo.min(last.load),
            hi: bound,
        },
        _ => Estimate {
            hi: e.hi.min(bound.max(e.value)),
            ..e
        },
    }
}

/// What a search does next.
enum Step {
    /// Goes there.
    Visit(f64),
    /// Ends.
    Done(Jackknifed),
}
