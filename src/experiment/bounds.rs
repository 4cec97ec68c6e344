//! What the demands alone say: the load at which each resource is full, and how long a system remembers.

use super::simulator::Simulator;
use super::study::Bound;
use crate::scenario::Scenario;
use crate::stats::relaxation;
use crate::stats::theory::bounds::saturation_load;
use crate::workload::Arrivals;
use crate::world::{Demand, Demands};

/// Nanoseconds in a second.
const SECOND: f64 = 1e9;
/// Time constants after which what remains is below one percent.
const SETTLING: f64 = 5.0;
/// Rates above this are no bound anybody cares for.
const ENDLESS: f64 = 1e9;

/// Who asks, as far as bounds care.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asking {
    /// Loads are requests per second.
    Open,
    /// Loads are users, who think this long between two requests, seconds.
    Closed(f64),
}

/// The load each limited resource carries by its demand alone, ascending. Demands depend on the load through caches, so
/// each bound is a fixed point of `rate = units / demand(rate)`; in a closed loop the rate becomes
/// `N* = rate × (think time + latency without waiting)` users.
pub fn bounds<S: Simulator>(
    simulator: &S,
    contestant: usize,
    language: f64,
    asking: Asking,
) -> Vec<Bound> {
    let demands = |rate| simulator.demands(contestant, rate, language);
    let start = demands(1.0);
    let mut bounds: Vec<Bound> = limited(&start)
        .filter_map(|(index, _, units)| {
            let (rate, at) = fixed_point(&demands, index, units)?;
            let demand = at.resources.get(index)?;
            Some(Bound {
                resource: demand.resource.name.clone(),
                load: asking.load(rate, &at),
                demand_ms: demand.ns * 1e-6,
                units: units as u64,
            })
        })
        .collect();
    bounds.sort_by(|a, b| a.load.total_cmp(&b.load));
    bounds
}

/// The limited resources that are nobody's part: index, demand, units.
fn limited(demands: &Demands) -> impl Iterator<Item = (usize, &Demand, f64)> {
    demands
        .resources
        .iter()
        .enumerate()
        .filter_map(|(index, demand)| {
            let units = demand.resource.units.filter(|_| !demand.resource.part)?;
            Some((index, demand, units as f64))
        })
}

/// Where `rate × demand(rate) = units`, and the demands there. None if that is nowhere of interest.
fn fixed_point(
    demands: &impl Fn(f64) -> Demands,
    index: usize,
    units: f64,
) -> Option<(f64, Demands)> {
    let mut rate = 1.0;
    for _ in 0..40 {
        let at = demands(rate);
        let next = saturation_load(at.resources.get(index)?.ns / SECOND, units);
        if next > ENDLESS {
            return None;
        }
        if (next / rate - 1.0).abs() < 1e-4 {
            return Some((next, at));
        }
        rate = (rate * next * next).cbrt(); // a step of two thirds, in logarithms: no swinging to and fro
    }
    Some((rate, demands(rate)))
}

impl Asking {
    /// Who asks in this scenario.
    pub fn of(scenario: &Scenario) -> Self {
        match &scenario.arrivals {
            Arrivals::Closed { think, .. } => Self::Closed(think.mean_ns() / SECOND),
            Arrivals::Open { .. } | Arrivals::Replay { .. } => Self::Open,
        }
    }

    /// The load that is this many requests per second where nobody waits.
    fn load(self, rate: f64, at: &Demands) -> f64 {
        match self {
            Self::Open => rate,
            Self::Closed(think) => rate * (think + at.zero_load_ns / SECOND),
        }
    }

    /// Requests per second to be expected at this load: in a closed loop the lesser of the asymptotic bounds.
    pub fn rate<S: Simulator>(
        self,
        simulator: &S,
        contestant: usize,
        load: f64,
        language: f64,
    ) -> f64 {
        match self {
            Self::Open => load,
            Self::Closed(think) => {
                let mut rate = 1.0;
                for _ in 0..8 {
                    let at = simulator.demands(contestant, rate, language);
                    let round = (think + at.zero_load_ns / SECOND).max(1e-9);
                    let full = limited(&at)
                        .map(|(_, d, units)| saturation_load(d.ns / SECOND, units))
                        .fold(f64::INFINITY, f64::min);
                    rate = full.min(load / round);
                }
                rate
            }
        }
    }

    /// Seconds before which a run has not settled for sure: in a closed loop everybody begins by thinking, and numbers
    /// approach their mean with a round as time constant.
    pub fn settling<S: Simulator>(self, simulator: &S, contestant: usize, language: f64) -> f64 {
        match self {
            Self::Open => 0.0,
            Self::Closed(think) => {
                let at = simulator.demands(contestant, 1.0, language);
                SETTLING * (think + at.zero_load_ns / SECOND)
            }
        }
    }

    /// The estimated relaxation time, seconds; infinite for an open system that is not stable.
    ///
    /// Open: the largest over the resources, each as if it were an M/M/c, and at least the latency without waiting.
    ///
    /// Closed: the queue at the fullest resource relaxes like the M/M/1/N at the utilisation `ρ = N / N*`, and is drawn back
    /// by those who think as well, at the rate `1 / (think time + latency without waiting)`. Beyond N* it varies little
    /// against its mean N − N* (a variance of about N*), and what varies little needs few of its relaxation times: they
    /// count `N* / (N − N*)²` of themselves.
    pub fn relaxation<S: Simulator>(
        self,
        simulator: &S,
        contestant: usize,
        load: f64,
        language: f64,
    ) -> f64 {
        let rate = self.rate(simulator, contestant, load, language);
        let at = simulator.demands(contestant, rate, language);
        let own = at.zero_load_ns / SECOND;
        match self {
            Self::Open => limited(&at)
                .map(|(_, d, units)| {
                    relaxation::many(d.ns / SECOND, units, rate * d.ns / SECOND / units)
                })
                .fold(own, f64::max),
            Self::Closed(think) => {
                let fullest = limited(&at)
                    .map(|(_, d, units)| d.ns / SECOND / units)
                    .fold(0.0, f64::max);
                let knee = (think + own) / fullest.max(1e-12);
                let queue = relaxation::bounded(fullest, (load / knee).min(1.0), load);
                let both = 1.0 / (1.0 / queue.max(1e-12) + 1.0 / (think + own).max(1e-12));
                let beyond = (load - knee).max(0.0);
                own.max(both * (knee / (beyond * beyond).max(knee)))
            }
        }
    }
}
