//! The load that a contestant is good to: one that runs as `crossover run` makes them keep, with dice that the search has not seen.
//!
//! A search makes runs as short as its line allows, and chooses among what they say. A longer run may do worse near saturation: once in many minutes
//! a queue grows that takes minutes to go away, and one such replication makes p99 of all. So a load is *tried*, above the one that is told: as many
//! replications as `run` has, as long as `run`'s there, numbered beyond those of any search; and the same again.
//!
//! ```text
//!      told     tried           carried
//! ───────┼────────┼─────────────────┼────── load        tried: where the search predicts that nearly all studies like it meet the objectives;
//!        └─ 2 % ──┘                                      if one of two studies does not keep it, twice as far from where the load is too much, and so on
//! ```
//!
//! A study keeps it if a further one like it would meet the objectives in 97.5 % of all cases: the upper end of a prediction interval (`√2` times the half
//! width of the confidence interval, as both are of as many replications) of how many are late, as a multiple of how many may be, is below one. Where one
//! replication of ten makes a quarter of the late requests that all may have, the interval is as wide as that, and the load is refused. (On the logarithm of that multiple, where a search
//! looks for its line, one late request in ten replications would be infinitely many times none.)
//!
//! What happens in one replication of fifty happens in none of twenty in two cases of three, and in one study of five. No number of studies that anybody waits for
//! rules that out at the load that is told: with 95 % confidence it takes 59 that all keep it. But such queues grow less often further below
//! saturation, so what is told is less than what was tried. Of 40 further studies none missed the objective at what was told of an M/M/1, of the quickstart's
//! gthread and of the best of its settings (`tests/coverage/capacity.rs`); with a scheduler of one queue for all cores, 5 of 40 did at that gthread.

use super::{Found, Ground};
use crate::experiment::bounds::Asking;
use crate::experiment::jobs::Point;
use crate::experiment::length::BUDGET;
use crate::experiment::progress::{Control, Foresight};
use crate::experiment::search::{Order, Visit};
use crate::experiment::simulator::Simulator;
use crate::stats::{Jackknifed, Scale};

/// The number of the first replication, far beyond those of any search.
const FRESH: u32 = 1 << 25;
/// The most loads tried, and the studies that each has to keep.
const TRIES: usize = 4;
const STUDIES: u32 = 2;
/// How much less is told than was tried, as a share.
const BELOW: f64 = 0.02;

/// A contestant, and what was found of it.
pub type Candidate<'f> = (usize, &'f Found);

/// How far the trials of a load are.
struct Trial {
    load: f64,
    /// Studies that kept it.
    kept: u32,
    /// Loads that were not kept before it.
    refused: usize,
}

impl Trial {
    fn open(&self) -> bool {
        self.kept < STUDIES && self.refused < TRIES && self.load > 0.0
    }
}

/// The loads that these are good to, tried side by side; none where nothing that was tried was kept, or it was interrupted.
pub fn good_to<S: Simulator>(
    ground: &mut Ground<S>,
    candidates: &[Candidate],
    budget: f64,
    control: &Control,
) -> Vec<Option<f64>> {
    let start = |c: &Candidate| Trial {
        load: whole(ground.scene.asking, first(ground, c.1)),
        kept: 0,
        refused: 0,
    };
    let mut trials: Vec<Trial> = candidates.iter().map(start).collect();
    let mut foresight = Foresight::new(control);
    while !control.cancelled() {
        let open: Vec<usize> = (0..trials.len()).filter(|i| trials[*i].open()).collect();
        let next = |i: &usize| order(ground, candidates[*i].0, &trials[*i], budget);
        let orders: Vec<(Order, Point)> = open.iter().map(next).collect();
        if orders.is_empty() {
            break;
        }
        let later = open.iter().zip(&orders);
        let later = later.map(|(i, (_, p))| u64::from(STUDIES - 1 - trials[*i].kept) * p.whole());
        foresight.revise(later.sum());
        for (i, visit) in open.into_iter().zip(ground.fresh(&orders, control)) {
            let (trial, found) = (&mut trials[i], candidates[i].1);
            match visit {
                Some(visit) if kept(&visit) => trial.kept += 1,
                _ => {
                    let most = found.load.hi.max(trial.load);
                    let least = 0.01 * trial.load;
                    trial.load = whole(
                        ground.scene.asking,
                        most - 2.0 * (most - trial.load).max(least),
                    );
                    (trial.kept, trial.refused) = (0, trial.refused + 1);
                }
            }
        }
    }
    let asking = ground.scene.asking;
    let kept = |trial: &Trial| (trial.kept == STUDIES).then_some(trial.load);
    let told = |trial: &Trial| kept(trial).and_then(|load| told(asking, load));
    trials.iter().map(told).collect()
}

/// Requests of the studies that are made where about this load is carried.
pub fn planned<S: Simulator>(ground: &Ground<S>, contestant: usize, load: f64, budget: f64) -> u64 {
    let trial = Trial {
        load: whole(ground.scene.asking, load),
        kept: 0,
        refused: 0,
    };
    u64::from(STUDIES) * order(ground, contestant, &trial, budget).1.whole()
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

/// A study as `run` makes it, of nobody else; one that may take fewer events has shorter runs.
fn order<S: Simulator>(
    ground: &Ground<S>,
    contestant: usize,
    trial: &Trial,
    budget: f64,
) -> (Order, Point) {
    let scene = ground.scene;
    let replications = scene.scenario.run.replications.max(2);
    let load = trial.load;
    let visits = vec![(load, vec![contestant])];
    let course = scene.course(visits, 1.0, replications, true, budget.min(BUDGET));
    let point = Point {
        first: FRESH + trial.kept * replications,
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
    !visit.saturated && !visit.margins.is_empty() && visit.margins.iter().all(below)
}

/// Whether the margin of a further study like the one with this margin is below zero in 97.5 % of all cases.
fn below(margin: &Jackknifed) -> bool {
    let multiple = margin.clone().map(libm::exp);
    multiple.full + 2f64.sqrt() * half(&multiple) <= 1.0
}

/// Half the width of a confidence interval; not-a-number where there is none.
fn half(figure: &Jackknifed) -> f64 {
    let interval = figure.interval(Scale::Linear);
    interval.hi - interval.value
}

/// Less than was tried, if that is anything.
fn told(asking: Asking, tried: f64) -> Option<f64> {
    Some(whole(asking, tried / (1.0 + BELOW))).filter(|told| *told > 0.0)
}

/// Users are whole.
fn whole(asking: Asking, load: f64) -> f64 {
    match asking {
        Asking::Open => load,
        Asking::Closed(_) => load.floor(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The margin of ten replications with these shares of late requests in a thousand, of ten that may be; of none as of a ten-thousandth.
    fn margin(late: [f64; 10]) -> Jackknifed {
        let sum: f64 = late.iter().sum();
        let margin = |mean: f64| (mean.max(1e-4) / 10.0).ln();
        Jackknifed {
            full: margin(sum / 10.0),
            without: late.iter().map(|x| margin((sum - x) / 9.0)).collect(),
        }
    }

    /// The multiples are means, so the half width is Student's: of nine without a late request and one with `x`, the mean is `x / 10`, its standard error the
    /// same, and `x / 10 (1 + √2 × 2.262)` of 10 thousandths is reached at x = 23.8.
    #[test]
    fn one_bad_replication_of_ten_is_refused_from_where_two_would_be_too_many() {
        let one = |x| {
            let mut late = [0.0; 10];
            late[3] = x;
            below(&margin(late))
        };
        assert!(one(0.1) && one(23.0) && !one(24.5));
    }

    /// At least 2 % less, and users are whole: of 75 two are left off, of 20 one, and of one nobody is left.
    #[test]
    fn what_is_told_is_less_than_what_was_tried() {
        assert_eq!(told(Asking::Open, 102.0), Some(100.0));
        let users = [75.0, 20.0, 1.0].map(|tried| told(Asking::Closed(0.0), tried));
        assert_eq!(users, [Some(73.0), Some(19.0), None]);
    }

    /// All replications alike: kept up to the limit.
    #[test]
    fn without_chance_it_is_the_limit_that_counts() {
        assert!(below(&margin([9.9; 10])) && !below(&margin([10.1; 10])));
    }
}
