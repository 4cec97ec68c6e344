//! The setting that the others are compared with, and the load at which they are.
//!
//! ```text
//! scouts of a search ─► a load near where the objectives are just met ─► trials there, a step up or down, a secant ─► the load,
//!                                                                                                                    the slope
//! ```

use super::trials::Trials;
use crate::experiment::progress::Control;
use crate::experiment::search::{End, Ground, Next, Query, Seeker};
use crate::experiment::simulator::Simulator;

/// Replications of a setting at first.
pub const REPLICATIONS: u32 = 4;
/// The first step from where the scouts point, and the longest, as shares of the load.
const STEPS: [f64; 2] = [0.04, 0.2];
/// A margin this near to zero is near enough: about three times or a third as many requests are late as may be.
const NEAR: f64 = 1.0;
/// Two loads of a slope are no further apart than this, as a share.
const APART: f64 = 0.08;
/// The most loads.
const MOST: usize = 6;

/// Who leads.
#[derive(Clone, Debug)]
pub struct Leader {
    /// By index of the settings.
    pub who: usize,
    /// What everybody did at its load.
    pub trials: Trials,
    /// How fast its margin rises there, a unit of load.
    pub slope: f64,
}

/// Where a setting shall be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Scouted {
    /// About here the objectives are just met.
    Near(f64),
    /// There is nothing to find.
    End(End),
}

/// The first part of a search: as far as the whole runs.
pub fn scout<S: Simulator>(
    ground: &mut Ground<S>,
    query: Query,
    control: &Control,
) -> Option<Scouted> {
    loop {
        match Seeker::new(ground, query).next() {
            Next::Done(End::Crossed(found)) => return Some(Scouted::Near(found.load.value)),
            Next::Done(end) => return Some(Scouted::End(end)),
            Next::Visit(orders) if orders.iter().any(|order| order.full) => {
                let loads: f64 = orders.iter().map(|order| order.load).sum();
                return Some(Scouted::Near(loads / orders.len() as f64));
            }
            Next::Visit(orders) => {
                if !ground.carry_out(&orders, control) {
                    return None;
                }
            }
        }
    }
}

/// A load and the margin there.
type Seen = (Trials, f64);

impl Leader {
    /// Looks for the load at which a setting just meets the objectives on the requests of trials, from one where it ran or is to run; `slope` is a
    /// guess.
    pub fn find<S: Simulator>(
        ground: &mut Ground<S>,
        query: Query,
        first: Trials,
        slope: Option<f64>,
        control: &Control,
    ) -> Option<Self> {
        let who = query.contestant;
        let mut seen: Vec<Seen> = Vec::new();
        let mut next = first;
        loop {
            next.run(ground, &[who], REPLICATIONS, control)?;
            let margin = next.full(ground, who).unwrap_or(f64::INFINITY);
            let place = seen.partition_point(|(trials, _)| trials.load < next.load);
            seen.insert(place, (next, margin));
            let (low, high) = around(&seen);
            let further = step(&seen[low], &seen[high], slope).filter(|_| seen.len() < MOST);
            let load = further.map(|load| Seeker::new(ground, query).rounded(load));
            let fresh = load.filter(|load| seen.iter().all(|(trials, _)| trials.load != *load));
            let Some(load) = fresh else {
                let slope = rise(&seen[low], &seen[high]);
                let nearest = if seen[low].1.abs() < seen[high].1.abs() {
                    low
                } else {
                    high
                };
                let (trials, _) = seen.swap_remove(nearest);
                return Some(Self { who, trials, slope });
            };
            let rate = ground.scene.rate(who, load, 1.0);
            let settings = ground.visits.len();
            next = Trials::new(load, rate, seen[low].0.requests, settings);
        }
    }
}

/// The last load that is met and the first that is missed, or the two at the end where there is only one kind.
fn around(seen: &[Seen]) -> (usize, usize) {
    let last = seen.len() - 1;
    let missed = seen.iter().position(|(_, margin)| *margin > 0.0);
    match missed.unwrap_or(last) {
        0 => (0, last.min(1)),
        high => (high - 1, high),
    }
}

/// Where to look next; nowhere if one of the two is near and the slope between them is sound.
fn step(low: &Seen, high: &Seen, slope: Option<f64>) -> Option<f64> {
    let ((a, b), (at_a, at_b)) = ((low.0.load, high.0.load), (low.1, high.1));
    if a == b {
        let steepest = at_a.abs() / (STEPS[0] * a);
        let far = at_a / slope.unwrap_or(steepest).max(1e-9);
        let least = far.abs().clamp(0.5 * STEPS[0] * a, STEPS[1] * a);
        return Some(a - least.copysign(at_a));
    }
    let near = at_a.abs().min(at_b.abs()) <= NEAR;
    if near && b - a <= APART * b && at_b > at_a {
        return None;
    }
    let root = a - at_a * (b - a) / (at_b - at_a).max(1e-9);
    let room = 0.1 * (b - a);
    Some(if at_a <= 0.0 && at_b > 0.0 {
        // Near one end there may be nothing between to look at: the other end comes nearer.
        root.clamp(a + room, b - room)
    } else if at_a > 0.0 {
        root.clamp(a * (1.0 - STEPS[1]), a * (1.0 - STEPS[0]))
    } else {
        root.clamp(b * (1.0 + STEPS[0]), b * (1.0 + STEPS[1]))
    })
}

fn rise(low: &Seen, high: &Seen) -> f64 {
    let run = (high.0.load - low.0.load).max(1e-9);
    ((high.1 - low.1) / run).max(f64::MIN_POSITIVE)
}
