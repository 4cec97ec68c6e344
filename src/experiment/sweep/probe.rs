//! What one contestant carries at one point of a sweep, in as few runs as a map can afford.
//!
//! Neighbours on a map carry nearly the same *share* of their bounds, so a neighbour's share says where to look: there, and a
//! few percent to the side where the objective is crossed. Between two such loads the [margins](super::super::search::margin)
//! are straight lines, whose [crossing](super::super::search::crossing) has a value without each replication, too. Every run at every point has the
//! same dice and about the same number of requests, so what chance does is nearly the same everywhere: quotients of what two
//! contestants carry, and the line where they are equal, are known better than either.
//!
//! An open system carries no more than its bound by demand: at it every latency is infinite, and the line between the
//! margins of a load below and of saturation at the bound ends there.

use std::sync::Arc;

use super::super::bounds::{Asking, bounds};
use super::super::brief::{Brief, Part};
use super::super::fold;
use super::super::jobs::Point;
use super::super::length::whole_slots;
use super::super::progress::Control;
use super::super::replicated::Replicated;
use super::super::search::crossing::crossing;
use super::super::search::margin::{Aim, scopes};
use super::super::simulator::{Plan, Simulator};
use super::super::study::Row;
use crate::kernel::Span;
use crate::measure::SEGMENTS;
use crate::scenario::{RunLength, Scenario};
use crate::stats::{Estimate, Jackknifed, Scale};

/// The share of its bound where one looks first who knows nothing.
const USUAL: f64 = 0.8;
/// Nearer to the bound there is nothing to see.
const NEAR: f64 = 0.985;
/// The step from a first load, as a factor: with a neighbour's word, and without.
const STEP: [f64; 2] = [1.07, 1.2];
/// Two loads on either side of the root and no further apart than this, as a share of the lower, are a straight line.
const CLOSE: f64 = 0.13;
/// Below this share of the bound nothing is carried.
const NOTHING: f64 = 0.003;
/// The most loads visited.
const MOST: usize = 12;
/// Loads by which one without a bound is followed up: a factor for each step.
const UP: f64 = 3.0;
/// The share of a run that is cut off as warm-up where the scenario does not say.
const CUT: usize = SEGMENTS / 4;
/// A run lasts at least so many times the longest limit on a latency, whatever number of requests was asked for: in a shorter one nobody is late.
const LIMITS: f64 = 20.0;

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

/// A visited load.
struct Seen {
    load: f64,
    margins: Vec<Jackknifed>,
    met: bool,
    point: Point,
    cell: Replicated,
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
                .flat_map(|s| &s.cell.briefs)
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
                                || wall - low.load <= 0.5 * CLOSE * low.load
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

    /// Whether all that met the objectives lie below this load: cold cores miss them at a trickle and meet them above.
    fn beyond(&self, seen: &[Seen], load: f64) -> bool {
        seen.iter().all(|s| !s.met || s.load < load)
    }

    /// The bound, and the margins there.
    fn wall(&self, bound: f64, aims: &[Aim]) -> (f64, Vec<Jackknifed>) {
        let margins = aims
            .iter()
            .map(|aim| self.flat(aim.at_saturation().max(1e-3)));
        (bound, margins.collect())
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

    fn visit(&self, asking: Asking, load: f64, aims: &[Aim], control: &Control) -> Option<Seen> {
        let rate = asking
            .rate(self.simulator, self.contestant, load, self.language)
            .max(1e-9);
        let horizon = self.horizon(asking, load, rate, aims);
        let plan = self
            .simulator
            .compile(self.contestant, load, horizon, self.language);
        let mut briefs = Vec::new();
        for replication in 0..self.effort.replications {
            if control.cancelled() {
                return None;
            }
            let outcome = plan.run(self.scenario.run.seed, u64::from(replication));
            control.finished((rate * horizon.as_secs_f64()) as u64, outcome.events);
            briefs.push(Arc::new(Brief::of(&outcome)));
        }
        let cut = match self.scenario.run.warmup {
            Some(warmup) => fold::boundary(warmup, horizon),
            None => CUT,
        };
        let parts: Vec<Vec<Part>> = briefs
            .iter()
            .map(|b| scopes(&b.after(cut).endpoints))
            .collect();
        let margins: Option<Vec<Jackknifed>> = aims.iter().map(|aim| aim.margin(&parts)).collect();
        let margins = margins.unwrap_or_default();
        let point = Point {
            load,
            horizon,
            requests: rate * horizon.as_secs_f64(),
            contestants: vec![self.contestant],
            replications: self.effort.replications,
            first: 0,
            language: self.language,
            open: asking == Asking::Open,
        };
        let cell = Replicated {
            contestant: self.contestant,
            resources: plan.resources().to_vec(),
            briefs,
            again: Vec::new(),
        };
        let grows = asking == Asking::Open && cell.only_grows();
        let met = !grows && margins.len() == aims.len() && margins.iter().all(|m| m.full <= 0.0);
        Some(Seen {
            load,
            margins,
            met,
            point,
            cell,
        })
    }

    fn horizon(&self, asking: Asking, load: f64, rate: f64, aims: &[Aim]) -> Span {
        let parts = SEGMENTS as f64;
        let kept = (parts - CUT as f64) / parts;
        let limit = LIMITS * self.scenario.slo.longest_limit();
        let seconds = match self.scenario.run.length {
            RunLength::Requests(n) => (n as f64 / rate).max(limit) / kept,
            RunLength::Duration(span) => span.as_secs_f64() / kept,
            RunLength::Auto => {
                let needed = aims.iter().map(Aim::requests).fold(0.0, f64::max);
                let asked =
                    self.effort.requests * needed / f64::from(self.effort.replications) / rate;
                let tau = asking.relaxation(self.simulator, self.contestant, load, self.language);
                let settling = asking.settling(self.simulator, self.contestant, self.language);
                let remembered = if tau.is_finite() {
                    self.effort.relaxations * tau
                } else {
                    0.0
                };
                asked
                    .max(remembered.max(limit).min(self.effort.longer * asked))
                    .max(settling)
                    / kept
            }
        };
        whole_slots(seconds + self.scenario.run.warmup.map_or(0.0, Span::as_secs_f64))
    }

    fn rows(&self, asking: Asking, seen: &Seen) -> Vec<Row> {
        let relaxation =
            asking.relaxation(self.simulator, self.contestant, seen.load, self.language);
        let cells = std::slice::from_ref(&seen.cell);
        let folded = fold::fold(self.scenario, &seen.point, &[relaxation], cells, false);
        folded.rows.into_iter().next().unwrap_or_default()
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
