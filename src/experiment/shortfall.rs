//! What the runs were too short for, and the command that would fill it.

use super::fold::{Lack, LoadPoint};
use super::loads;
use crate::scenario::Scenario;
use crate::stats::requests_for;
use crate::workload::Arrivals;

/// Time-outs after which all but those next to their bound have shown what becomes of them.
const FAR: f64 = 20.0;

/// A message for all endpoints together, for each endpoint, and for each contestant whose runs saw too few relaxation times.
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
    for contestant in 0..scenario.contestants.len() {
        messages.extend(too_hasty(scenario, command, &lacks, contestant));
    }
    messages.extend(too_soon(scenario, command, points));
    messages
}

/// Where what drowns was not at rest: who, at which loads, and what the lowest of these loads takes.
fn too_soon(scenario: &Scenario, command: &str, points: &[LoadPoint]) -> Option<String> {
    let name = |c: usize| scenario.contestants.get(c).map(|c| c.name.as_str());
    let timeout = |c: usize| scenario.contestants.get(c)?.system.clients.timeout;
    let each: Vec<String> = (0..scenario.contestants.len())
        .filter_map(|c| {
            let here = points.iter().filter(|p| p.transient.contains(&c));
            let loads: Vec<String> = here.map(|p| format!("{}/s", p.load)).collect();
            (!loads.is_empty()).then(|| Some(format!("{} at {}", name(c)?, loads.join(", "))))?
        })
        .collect();
    let last = points.iter().rfind(|p| !p.transient.is_empty())?;
    let longest = last.transient.iter().filter_map(|c| timeout(*c)).max()?;
    let seconds = (FAR * longest.as_secs_f64()).max(2.0 * last.horizon.as_secs_f64());
    Some(format!(
        "throughput and errors of {} are empty, transient: shorter than the clients' time-out of {} s takes to show in a queue \
         that still fills; the nearer to its bound, the longer: \
         `crossover {command} {} --set arrivals.rate={}/s --set run.requests={}`",
        each.join("; "),
        longest.as_secs_f64(),
        scenario.name,
        last.load,
        loads::round(last.load * seconds).ceil(),
    ))
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
    // The lowest that is empty, but no less than p99: what tables and objectives show.
    let wanted = least.quantile.max(0.99);
    let needed = requests_for(wanted) as f64;
    let share = (least.requests / least.all).max(1e-6);
    Some(format!(
        "percentiles of {name} from p{} up are empty where replications had {:.0} requests of it; p{} needs {needed}: \
         `crossover {command} {} --set run.requests={}`",
        percent(least.quantile),
        least.requests,
        percent(wanted),
        scenario.name,
        loads::round(1.03 * needed / share).ceil(),
    ))
}

/// The loads at which a contestant's runs saw too few relaxation times.
fn too_hasty(
    scenario: &Scenario,
    command: &str,
    lacks: &[&Lack],
    contestant: usize,
) -> Option<String> {
    let hasty: Vec<(&Lack, f64)> = lacks
        .iter()
        .filter(|l| l.contestant == contestant && l.endpoint.is_none())
        .filter_map(|l| Some((*l, l.relaxations?)))
        .collect();
    let &(worst, seen) = hasty.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let who = &scenario.contestants.get(contestant)?.name;
    let (key, unit) = match scenario.arrivals {
        Arrivals::Closed { .. } => ("users", ""),
        _ => ("rate", "/s"),
    };
    let loads: Vec<String> = hasty
        .iter()
        .map(|(l, _)| format!("{}{unit}", l.load))
        .collect();
    let place = format!("percentiles of {who} at {} are empty", loads.join(", "));
    if seen <= 0.0 {
        return Some(format!(
            "{place}: by its demands it is at its bound at {}{unit}, where no run is long enough",
            worst.load
        ));
    }
    Some(format!(
        "{place}: the runs saw as few as {seen:.0} of the 50 relaxation times they need: \
         `crossover {command} {} --set arrivals.{key}={}{unit} --set run.requests={}`",
        scenario.name,
        worst.load,
        loads::round(1.03 * worst.all * 50.0 / seen).ceil(),
    ))
}

/// 0.99 as 99, 0.999 as 99.9.
fn percent(quantile: f64) -> f64 {
    (quantile * 1000.0).round() / 10.0
}
