//! At which ratio between the languages the winner changes.
//!
//! All measured ratios are raised to a common power e: 1 is as measured, 0 equal CPU, below 0 the other way round. The scale
//! on which the flip is told is the CPU-weighted ratio between the language of the best of the losers and the winner's: how
//! many times as much CPU the endpoints' own steps take in it.
//!
//! Capacities are simulated at both ends, e = 1 and e = 0. In between, and beyond, a contestant is taken to carry
//! `κ(e) × bound(e)`: its bound from the demands at e, times the share of its bound that it carried at the two ends, between
//! which κ is interpolated (beyond them it stays). So the curve goes through both simulated capacities, and needs no further
//! simulation. A flip is looked for where the ratio is between 1/10 and 10. Contestants whose capacity lies beyond the visited
//! loads take no part.
//!
//! The best of a language is compared with the best of the others. A flip is told only if both simulated ends tell these two
//! apart: what each carries is known to lie between two visited loads, and where these overlap nobody is ahead.

use super::bounds::{Asking, bounds};
use super::simulator::Simulator;
use super::study::{Capacity, Flip, NoFlip};
use crate::scenario::{Contestant, Scenario};
use crate::workload::{Action, Step};

/// Ratios looked at: from 1/10 to 10.
const FARTHEST: f64 = 10.0;
/// Steps in which the range is searched before bisection.
const STEPS: u32 = 24;

/// The mean CPU time of the endpoints' own steps at exponent `e`, relative to what it is in the language in which it was
/// measured. What a cache may save is counted in full.
#[must_use]
pub fn cpu_ratio(contestant: &Contestant, e: f64) -> f64 {
    let mut sums = (0.0, 0.0);
    for endpoint in &contestant.system.services[0].endpoints {
        steps(&endpoint.steps, endpoint.weight, e, &mut sums);
    }
    if sums.1 > 0.0 { sums.0 / sums.1 } else { 1.0 }
}

fn steps(list: &[Step], weight: f64, e: f64, sums: &mut (f64, f64)) {
    for step in list {
        match &step.action {
            Action::Cpu { work, ratio, .. } if *ratio > 0.0 => {
                let equal = weight * work.mean_ns() / ratio;
                sums.0 += equal * libm::pow(*ratio, e);
                sums.1 += equal;
            }
            Action::Parallel { branches } => {
                branches.iter().for_each(|b| steps(b, weight, e, sums));
            }
            Action::Choose { branches } => {
                let total: f64 = branches.iter().map(|(w, _)| w).sum();
                branches
                    .iter()
                    .for_each(|(w, b)| steps(b, weight * w / total, e, sums));
            }
            Action::Repeat { times, steps: body } => steps(body, weight * times.mean(), e, sums),
            Action::Cached { miss, .. } => steps(miss, weight, e, sums),
            _ => {} // hops are in a model's own steps only
        }
    }
}

/// True if the languages' ratios change anything for anybody.
#[must_use]
pub fn ratios_matter(scenario: &Scenario) -> bool {
    scenario
        .contestants
        .iter()
        .any(|c| (cpu_ratio(c, 1.0) - 1.0).abs() > 1e-9)
}

/// What was carried: by interpolation, else the highest load that was. Unknown where no visited load was too much.
fn carried(capacity: &Capacity) -> Option<f64> {
    capacity.fails_at?;
    capacity.estimate.or(capacity.carries)
}

/// How the capacities depend on e.
struct Curves<'a, S: Simulator> {
    simulator: &'a S,
    asking: Asking,
    /// κ at e = 0 and e = 1, by contestant.
    shares: Vec<(f64, f64)>,
}

impl<S: Simulator> Curves<'_, S> {
    fn bound(&self, contestant: usize, e: f64) -> f64 {
        let bounds = bounds(self.simulator, contestant, e, self.asking);
        bounds.first().map_or(f64::INFINITY, |b| b.load)
    }

    fn capacity(&self, contestant: usize, e: f64) -> f64 {
        let (equal, measured) = self.shares[contestant];
        let share = equal + (measured - equal) * e.clamp(0.0, 1.0);
        share * self.bound(contestant, e)
    }

    /// The best of `who` at e.
    fn best(&self, who: &[usize], e: f64) -> Option<(usize, f64)> {
        let all = who.iter().map(|c| (*c, self.capacity(*c, e)));
        all.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }
}

/// Whether the first carries more beyond doubt.
fn ahead(first: &Capacity, second: &Capacity) -> bool {
    let (Some(carries), Some(fails_at)) = (first.carries, second.fails_at) else {
        return false;
    };
    carries >= fails_at
}

/// Where the winner's language loses to another, if that is told and somewhere between a ratio of 1/10 and 10.
///
/// # Errors
/// Why no such ratio is told.
pub fn flip<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    asking: Asking,
    measured: &[Capacity],
    equal: &[Capacity],
) -> Result<Flip, NoFlip> {
    let ends = |i: usize| Some((carried(equal.get(i)?)?, carried(measured.get(i)?)?));
    let mut curves = Curves {
        simulator,
        asking,
        shares: Vec::new(),
    };
    let mut known = Vec::new();
    for index in 0..scenario.contestants.len() {
        let bounds = (curves.bound(index, 0.0), curves.bound(index, 1.0));
        let shares = ends(index).map(|(e, m)| (e / bounds.0, m / bounds.1));
        known.extend(shares.filter(|s| s.0 > 0.0 && s.1 > 0.0).map(|_| index));
        curves.shares.push(shares.unwrap_or((0.0, 0.0)));
    }
    let language = |i: usize| {
        scenario.contestants[i].system.services[0]
            .model
            .language
            .as_ref()
    };
    let best = |who: &[usize], e: f64| curves.best(who, e).map(|b| b.0).ok_or(NoFlip::Unknown);
    let name = |i: usize| scenario.contestants[i].name.clone();
    let winner = best(&known, 1.0)?;
    let (same, others): (Vec<usize>, Vec<usize>) = known
        .iter()
        .copied()
        .partition(|i| language(*i) == language(winner));
    let rival = best(&others, 1.0)?;
    if !ahead(&measured[winner], &measured[rival]) {
        return Err(NoFlip::Alike(name(winner), name(rival)));
    }
    let (ours, theirs) = (best(&same, 0.0)?, best(&others, 0.0)?);
    let keeps = ahead(&equal[ours], &equal[theirs]);
    if !keeps && !ahead(&equal[theirs], &equal[ours]) {
        return Err(NoFlip::AlikeAtEqualCpu(name(ours), name(theirs)));
    }
    let ratio = |e: f64| {
        cpu_ratio(&scenario.contestants[rival], e) / cpu_ratio(&scenario.contestants[winner], e)
    };
    let lead = |e: f64| Some(curves.best(&same, e)?.1 - curves.best(&others, e)?.1);
    let never = || NoFlip::Never(name(winner), name(rival));
    let e = search(&lead, &ratio, ratio(1.0)).ok_or_else(never)?;
    // Where the rival's language is dearer than measured it cannot win, and where it loses at both ends it does in between.
    if ratio(e) >= ratio(1.0) || keeps && (0.0..1.0).contains(&e) {
        return Err(never());
    }
    Ok(Flip {
        below: name(best(&others, e)?),
        above: name(best(&same, e)?),
        ratio: ratio(e),
        measured: ratio(1.0),
    })
}

/// The exponent nearest to 1 at which the lead is lost, first towards equal CPU and beyond, then the other way.
fn search(
    lead: &impl Fn(f64) -> Option<f64>,
    ratio: &impl Fn(f64) -> f64,
    measured: f64,
) -> Option<f64> {
    if (measured - 1.0).abs() < 1e-9 {
        return None;
    }
    let per_exponent = libm::log(measured).abs();
    let span = libm::log(FARTHEST) / per_exponent;
    let inside = |e: f64| (1.0 / FARTHEST..=FARTHEST).contains(&ratio(e));
    for end in [-span, span.max(1.0)] {
        let at = |step: u32| 1.0 + (end - 1.0) * f64::from(step) / f64::from(STEPS);
        for step in 1..=STEPS {
            if !inside(at(step)) && step > 1 && !inside(at(step - 1)) {
                break;
            }
            if lead(at(step))? < 0.0 {
                let e = bisect(lead, at(step - 1), at(step))?;
                return inside(e).then_some(e);
            }
        }
    }
    None
}

/// Between `won`, where the lead is positive, and `lost`, where it is negative.
fn bisect(lead: &impl Fn(f64) -> Option<f64>, mut won: f64, mut lost: f64) -> Option<f64> {
    for _ in 0..20 {
        let middle = 0.5 * (won + lost);
        if lead(middle)? < 0.0 {
            lost = middle;
        } else {
            won = middle;
        }
    }
    Some(0.5 * (won + lost))
}
