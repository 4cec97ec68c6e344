//! The load that a contestant is good to: one that runs as `crossover run` makes them keep, with dice that the search has not seen.
//!
//! A search makes runs as short as its line allows, and chooses among what they say. A longer run may do worse near saturation: once in many minutes
//! a queue grows that takes minutes to go away, and one such replication makes p99 of all. So a load is *tried*, a little above the one that is told: as many
//! replications as `run` has, as long as `run`'s there, numbered beyond those of any search.
//!
//! ```text
//!      told     tried           carried
//! ───────┼────────┼─────────────────┼────── load        tried: where the search predicts that nearly all studies like it meet the objectives;
//!        └─ half ─┘                                      if it is not kept there, twice as far from where the load is too much, and so on
//!        the precision
//! ```
//!
//! It is kept if a further study like this one would meet the objectives in 97.5 % of all cases: the upper end of a prediction interval (`√2` times the half
//! width of the confidence interval, as both are of as many replications) of each margin is below zero. What happens in one study of
//! twenty or less may happen in none of ten replications: that is why less is told than was tried.

use super::{Found, Ground};
use crate::experiment::bounds::Asking;
use crate::experiment::jobs::Point;
use crate::experiment::length::BUDGET;
use crate::experiment::progress::Control;
use crate::experiment::search::{Order, Visit};
use crate::experiment::simulator::Simulator;
use crate::stats::{Jackknifed, Scale};

/// The number of the first replication, far beyond those of any search.
const FRESH: u32 = 1 << 25;
/// The most loads tried.
const TRIES: usize = 4;
/// The share of a bound at which a run's length is estimated beforehand.
const USUAL: f64 = 0.9;

/// A contestant, what was found of it, and the precision that was asked.
pub type Candidate<'f> = (usize, &'f Found, f64);

/// The loads that these are good to, tried side by side; none where nothing that was tried was kept, or it was interrupted.
pub fn good_to<S: Simulator>(
    ground: &mut Ground<S>,
    candidates: &[Candidate],
    control: &Control,
) -> Vec<Option<f64>> {
    let mut good = vec![None; candidates.len()];
    let first = |c: &Candidate| rounded(ground, first(ground, c.1));
    let mut tried: Vec<f64> = candidates.iter().map(first).collect();
    for _ in 0..TRIES {
        let open: Vec<usize> = (0..good.len())
            .filter(|i| good[*i].is_none() && tried[*i] > 0.0)
            .collect();
        let orders: Vec<(Order, Point)> = open
            .iter()
            .map(|i| order(ground, candidates[*i].0, tried[*i]))
            .collect();
        for (i, visit) in open.into_iter().zip(ground.fresh(&orders, control)) {
            let (_, found, precision) = candidates[i];
            let Some(visit) = visit else { continue };
            if kept(&visit) {
                good[i] = Some(told(ground, tried[i], precision));
            } else {
                let most = found.load.hi.max(tried[i]);
                let least = 0.01 * tried[i];
                tried[i] = rounded(ground, most - 2.0 * (most - tried[i]).max(least));
            }
        }
    }
    good
}

/// Requests that one try takes, as far as that is known before the search.
pub fn planned<S: Simulator>(ground: &Ground<S>, contestant: usize) -> u64 {
    let bound = ground.scene.bound(contestant);
    let load = if bound.is_finite() {
        USUAL * bound
    } else {
        1.0
    };
    order(ground, contestant, rounded(ground, load)).1.whole()
}

/// Where the search predicts that as long a study with other dice meets the objectives in 97.5 % of all cases: it errs as this one did, independently,
/// so this is the lower end of a prediction interval. Where only two loads tell, twice as far below the upper as the lower is.
fn first<S: Simulator>(ground: &Ground<S>, found: &Found) -> f64 {
    let load = found.load;
    let predicted = found.replications.as_ref().map(|replications| {
        let ours = replications.without.len() as f64;
        let theirs = f64::from(ground.scene.scenario.run.replications.max(2));
        load.value - half(replications) * (1.0 + ours / theirs).sqrt()
    });
    let between = load.hi - 2.0 * (load.hi - load.lo);
    let load = predicted.filter(|load| load.is_finite()).unwrap_or(between);
    load.max(0.5 * found.load.value)
}

/// A study as `run` makes it, of nobody else.
fn order<S: Simulator>(ground: &Ground<S>, contestant: usize, load: f64) -> (Order, Point) {
    let scene = ground.scene;
    let replications = scene.scenario.run.replications.max(2);
    let visits = vec![(load, vec![contestant])];
    let course = scene.course(visits, 1.0, replications, true, BUDGET);
    let point = Point {
        first: FRESH,
        ..course.points[0].clone()
    };
    let order = Order {
        contestant,
        load,
        requests: point.requests,
        replications,
        full: true,
    };
    (order, point)
}

fn kept(visit: &Visit) -> bool {
    let below = |margin: &Jackknifed| margin.full + 2f64.sqrt() * half(margin) <= 0.0;
    !visit.saturated && !visit.margins.is_empty() && visit.margins.iter().all(below)
}

/// Half the width of a confidence interval; not-a-number where there is none.
fn half(figure: &Jackknifed) -> f64 {
    let interval = figure.interval(Scale::Linear);
    interval.hi - interval.value
}

/// Less than was tried, by half the precision.
fn told<S: Simulator>(ground: &Ground<S>, tried: f64, precision: f64) -> f64 {
    let told = tried / (1.0 + 0.5 * precision);
    match ground.scene.asking {
        Asking::Open => told,
        Asking::Closed(_) => told.round(),
    }
}

fn rounded<S: Simulator>(ground: &Ground<S>, load: f64) -> f64 {
    match ground.scene.asking {
        Asking::Open => load,
        Asking::Closed(_) => load.floor(),
    }
}
