//! Where requests come from, at a load.

use crate::kernel::{Dist, Span};
use crate::workload::{Arrivals, Loads, OpenProcess};
use crate::world::plan::ArrivalPlan;

pub(super) fn arrival_plan(arrivals: &Arrivals, load: f64) -> ArrivalPlan {
    match arrivals {
        Arrivals::Open { process, .. } => {
            let mean = 1e9 / load;
            let gap = match process {
                OpenProcess::Poisson => Dist::Exp { mean },
                OpenProcess::Constant => Dist::Constant(Span::from_nanos_f64(mean)),
            };
            ArrivalPlan::Open { gap }
        }
        Arrivals::Closed { think, .. } => ArrivalPlan::Closed {
            users: load.round() as u32,
            think: think.clone(),
        },
        Arrivals::Replay { times } => ArrivalPlan::Replay {
            times: times.clone(),
        },
    }
}

/// The loads a scenario names itself, if it does.
#[must_use]
pub fn named_loads(arrivals: &Arrivals) -> Option<Vec<f64>> {
    match arrivals {
        Arrivals::Open {
            rate: Loads::List(loads),
            ..
        }
        | Arrivals::Closed {
            users: Loads::List(loads),
            ..
        } => Some(loads.clone()),
        Arrivals::Open { .. } | Arrivals::Closed { .. } => None,
        Arrivals::Replay { times } => {
            let span = times.last().map_or(0.0, |last| last.as_secs_f64());
            Some(vec![if span > 0.0 {
                times.len() as f64 / span
            } else {
                1.0
            }])
        }
    }
}
