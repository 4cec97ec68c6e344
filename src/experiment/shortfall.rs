//! What the runs were too short for, and the command that would fill it.

use super::fold::{Lack, LoadPoint};
use super::loads;
use crate::scenario::Scenario;
use crate::stats::requests_for;
use crate::workload::Arrivals;

/// A message for all endpoints together, for each endpoint, and for each load whose runs saw too few relaxation times.
#[must_use]
pub fn messages(scenario: &Scenario, command: &str, points: &[LoadPoint]) -> Vec<String> {
    let lacks: Vec<&Lack> = points.iter().flat_map(|p| &p.lacks).collect();
    let endpoints = scenario
        .contestants
        .first()
        .map_or(0, |c| c.system.services[0].endpoints.len());
    let mut messages = Vec::new();
    for endpoint in std::iter::once(None).chain((0..endpoints).map(Some)) {
        // With a single endpoint it and `all` are the same requests.
        if endpoint.is_none() || endpoints > 1 {
            messages.extend(too_few(scenario, command, &lacks, endpoint));
        }
    }
    for point in points {
        messages.extend(too_hasty(scenario, command, &point.lacks));
    }
    messages
}

/// Percentiles of an endpoint that are empty for want of requests.
fn too_few(
    scenario: &Scenario,
    command: &str,
    lacks: &[&Lack],
    endpoint: Option<usize>,
) -> Option<String> {
    let here = lacks
        .iter()
        .filter(|l| l.endpoint == endpoint && l.relaxations.is_none());
    let least = here.min_by(|a, b| a.quantile.total_cmp(&b.quantile))?;
    let name = match endpoint {
        Some(e) => {
            &scenario.contestants.first()?.system.services[0]
                .endpoints
                .get(e)?
                .name
        }
        None => "all",
    };
    let needed = requests_for(least.quantile) as f64;
    let share = (least.requests / least.all).max(1e-6);
    Some(format!(
        "percentiles of {name} from p{} up need {} requests in each replication and had {:.0} somewhere: \
         `crossover {command} {} --set run.requests={}`",
        percent(least.quantile),
        needed,
        least.requests,
        scenario.name,
        loads::round(1.03 * needed / share).ceil(),
    ))
}

/// A load at which somebody's runs saw too few relaxation times.
fn too_hasty(scenario: &Scenario, command: &str, lacks: &[Lack]) -> Option<String> {
    let hasty = lacks.iter().filter(|l| l.endpoint.is_none());
    let (worst, seen) = hasty
        .filter_map(|l| Some((l, l.relaxations?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    let who = &scenario.contestants.get(worst.contestant)?.name;
    let (key, unit) = match scenario.arrivals {
        Arrivals::Closed { .. } => ("users", ""),
        _ => ("rate", "/s"),
    };
    let place = format!("percentiles of {who} at {}{unit} are empty", worst.load);
    if seen <= 0.0 {
        return Some(format!(
            "{place}: by its demands it is at its bound there, where no run is long enough"
        ));
    }
    Some(format!(
        "{place}: the runs saw {seen:.0} of the 50 relaxation times they need: \
         `crossover {command} {} --set arrivals.{key}={} --set run.requests={}`",
        scenario.name,
        if unit.is_empty() {
            worst.load.to_string()
        } else {
            format!("'\"{}{unit}\"'", worst.load)
        },
        loads::round(1.03 * worst.all * 50.0 / seen).ceil(),
    ))
}

/// 0.99 as 99, 0.999 as 99.9.
fn percent(quantile: f64) -> f64 {
    (quantile * 1000.0).round() / 10.0
}
