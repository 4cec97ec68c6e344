//! What the runs were too short for, and the command that would fill it.

use super::fold::{Lack, LoadPoint};
use super::{loads, precision};
use crate::scenario::Scenario;
use crate::stats::{relaxations_for, requests_for};
use crate::workload::Arrivals;

/// Time-outs after which all but those next to their bound have shown what becomes of them.
const FAR: f64 = 20.0;
/// Loads that are told one by one.
const NAMED: usize = 6;
/// More requests than the rule asks, for the chance in their number and the rounding of what is suggested.
const MARGIN: f64 = 1.07;
/// The share of a run of an asked length that is planned to be left after the warm-up ...
const ASKED: f64 = 14.0 / 16.0;
/// ... and what a warm-up that is found must be expected to leave.
const PLANNED: f64 = 12.0 / 16.0;

/// A message for all endpoints together, for each endpoint, and for each contestant whose runs saw too few relaxation times.
#[must_use]
pub fn messages(scenario: &Scenario, command: &str, points: &[LoadPoint]) -> Vec<String> {
    let lacks: Vec<&Lack> = points.iter().flat_map(|p| &p.lacks).collect();
    let visited = distinct(points.iter().map(|p| p.load)).len();
    let endpoints = scenario
        .contestants
        .first()
        .map_or(0, |c| c.system.services[0].endpoints.len());
    let load = |load: f64| format!("{load}{}", key_and_unit(scenario).1);
    let mut messages = Vec::from_iter(precision::message(scenario, command, points, load));
    messages.extend(too_soon(scenario, command, points));
    for endpoint in std::iter::once(None).chain((0..endpoints).map(Some)) {
        // With a single endpoint it and `all` are the same requests.
        if endpoint.is_none() || endpoints > 1 {
            messages.extend(too_few(scenario, command, &lacks, endpoint, visited));
        }
    }
    for contestant in 0..scenario.contestants.len() {
        messages.extend(too_hasty(scenario, command, &lacks, contestant));
    }
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
        "throughput and errors of {} are empty, transient: shorter than the clients' time-out of {longest} takes to show in a queue \
         that still fills; the nearer to its bound, the longer; for the highest of these loads: \
         `crossover {command} {} --set arrivals.rate={}/s --set run.requests={}`",
        each.join("; "),
        scenario.name,
        last.load,
        loads::round(last.load * seconds).ceil(),
    ))
}

/// Percentiles of an endpoint that are empty for want of requests: at which loads, and what fills them at all of these.
fn too_few(
    scenario: &Scenario,
    command: &str,
    lacks: &[&Lack],
    endpoint: Option<usize>,
    visited: usize,
) -> Option<String> {
    let here: Vec<&Lack> = lacks
        .iter()
        .copied()
        .filter(|l| l.endpoint == endpoint && l.relaxations.is_none())
        .collect();
    let least = here
        .iter()
        .min_by(|a, b| a.quantile.total_cmp(&b.quantile))?;
    let name = match endpoint {
        Some(e) => {
            &scenario.contestants.first()?.system.services[0]
                .endpoints
                .get(e)?
                .name
        }
        None => "all",
    };
    let fewest = here
        .iter()
        .map(|l| l.requests)
        .fold(f64::INFINITY, f64::min);
    // The lowest that is empty, but no less than p99: what tables and objectives show.
    let wanted = least.quantile.max(0.99);
    let needed = requests_for(wanted) as f64;
    let length = here
        .iter()
        .map(|l| length(scenario, l, needed * (l.all / l.requests.max(1.0)).max(1.0)))
        .fold(0.0, f64::max);
    Some(format!(
        "percentiles of {name} from p{} up are empty {}, where replications had as few as {fewest:.0} requests of it; \
         p{} needs {needed}: `crossover {command} {} --set run.requests={length}`",
        percent(least.quantile),
        places(scenario, &here, visited),
        percent(wanted),
        scenario.name,
    ))
}

/// The `run.requests` with which so many requests of all endpoints are left after a warm-up like the one seen, or the one
/// planned for if that was shorter.
fn length(scenario: &Scenario, lack: &Lack, measured: f64) -> f64 {
    // A length that is asked for does not count a warm-up that is asked for too.
    let kept = match scenario.run.warmup {
        Some(_) => 1.0,
        None => lack.kept.min(PLANNED) / ASKED,
    };
    loads::round(MARGIN * measured / kept).ceil()
}

/// `at all loads`, `at 450/s, 800/s`, `at 10 loads from 65/s to 1150/s`.
fn places(scenario: &Scenario, lacks: &[&Lack], visited: usize) -> String {
    let loads = distinct(lacks.iter().map(|l| l.load));
    if visited > 1 && loads.len() == visited {
        return "at all loads".to_owned();
    }
    let unit = key_and_unit(scenario).1;
    let all: Vec<String> = loads.iter().map(|load| format!("{load}{unit}")).collect();
    match &all[..] {
        [first, .., last] if all.len() > NAMED => {
            format!("at {} loads from {first} to {last}", all.len())
        }
        few => format!("at {}", few.join(", ")),
    }
}

/// Ascending, each once.
fn distinct(loads: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut loads: Vec<f64> = loads.collect();
    loads.sort_by(f64::total_cmp);
    loads.dedup();
    loads
}

/// The key of `arrivals` that holds the loads, and what follows their numbers.
fn key_and_unit(scenario: &Scenario) -> (&'static str, &'static str) {
    match scenario.arrivals {
        Arrivals::Closed { .. } => ("users", ""),
        _ => ("rate", "/s"),
    }
}

/// The override for these loads, as a shell takes it.
fn at(scenario: &Scenario, loads: &[f64]) -> String {
    let (key, unit) = key_and_unit(scenario);
    match loads {
        [load] => format!("--set arrivals.{key}={load}{unit}"),
        several => {
            let quote = if unit.is_empty() { "" } else { "\"" };
            let several: Vec<String> = several
                .iter()
                .map(|load| format!("{quote}{load}{unit}{quote}"))
                .collect();
            format!("--set 'arrivals.{key}=[{}]'", several.join(", "))
        }
    }
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
    let all: Vec<&Lack> = hasty.iter().map(|(l, _)| *l).collect();
    let curable: Vec<&(&Lack, f64)> = hasty.iter().filter(|(_, seen)| *seen > 0.0).collect();
    let who = &scenario.contestants.get(contestant)?.name;
    let place = format!(
        "percentiles of {who} {} are empty",
        places(scenario, &all, 0)
    );
    let Some((_, seen)) = curable.iter().min_by(|a, b| a.1.total_cmp(&b.1)) else {
        let bound = all.first()?.load;
        return Some(format!(
            "{place}: by its demands it is at its bound at {bound}{}, where no run is long enough",
            key_and_unit(scenario).1
        ));
    };
    if curable.iter().all(|(l, _)| l.all < 1.0) {
        return Some(format!(
            "{place}: no request was measured, so short are the runs"
        ));
    }
    let length = curable
        .iter()
        .map(|(l, seen)| length(scenario, l, l.all * relaxations_for(0.5) / seen))
        .fold(0.0, f64::max);
    Some(format!(
        "{place}: the runs saw as few as {seen:.0} of the 50 relaxation times they need: \
         `crossover {command} {} {} --set run.requests={length}`",
        scenario.name,
        at(scenario, &distinct(curable.iter().map(|(l, _)| l.load))),
    ))
}

/// 0.99 as 99, 0.999 as 99.9.
fn percent(quantile: f64) -> f64 {
    (quantile * 1000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Embedded, load};

    fn lack(load: f64, requests: f64, kept: f64) -> Lack {
        Lack {
            contestant: 0,
            endpoint: Some(1),
            load,
            quantile: 0.99,
            requests,
            all: 20.0 * requests,
            kept,
            relaxations: None,
        }
    }

    fn point(load: f64, lacks: Vec<Lack>) -> LoadPoint {
        LoadPoint {
            rows: Vec::new(),
            findings: Vec::new(),
            kept: Vec::new(),
            lacks,
            wanting: Vec::new(),
            transient: Vec::new(),
            load,
            horizon: crate::kernel::Span::from_secs(60),
        }
    }

    fn suggested(message: &str) -> f64 {
        let (_, n) = message.rsplit_once("run.requests=").unwrap();
        n.trim_end_matches('`').parse().unwrap()
    }

    /// One in twenty, of which 10,000 must be left: 200,000 measured. An asked length plans for a warm-up of 2/16; even if half
    /// the run is cut, as it was here, the suggestion leaves enough, so it is never made twice.
    #[test]
    fn what_is_suggested_is_enough() {
        let scenario = load(&Embedded, "head-of-line", &[]).unwrap();
        for (kept, left) in [(15.0 / 16.0, 0.75), (0.75, 0.75), (0.5, 0.5)] {
            let points = [point(100.0, vec![lack(100.0, 629.0, kept)])];
            let said = messages(&scenario, "run", &points);
            let horizon = suggested(&said[0]) * 16.0 / 14.0;
            let of_endpoint = horizon * left / 20.0;
            assert!((10_300.0..11_300.0).contains(&of_endpoint), "{of_endpoint}");
        }
    }

    /// A run that nobody comes to says nothing about shares, so all of the requests are asked for.
    #[test]
    fn of_nothing_enough_is_suggested() {
        let scenario = load(&Embedded, "head-of-line", &[]).unwrap();
        let said = messages(
            &scenario,
            "run",
            &[point(100.0, vec![lack(100.0, 0.0, 1.0)])],
        );
        assert!(suggested(&said[0]) >= 10_000.0, "{said:?}");
        let hasty = Lack {
            endpoint: None,
            relaxations: Some(1e-9),
            ..lack(100.0, 0.0, 1.0)
        };
        let said = messages(&scenario, "run", &[point(100.0, vec![hasty])]);
        assert!(
            said[0].ends_with("no request was measured, so short are the runs"),
            "{said:?}"
        );
    }

    #[test]
    fn every_empty_load_is_named_and_filled() {
        let scenario = load(&Embedded, "head-of-line", &[]).unwrap();
        let few = |load: f64, requests| point(load, vec![lack(load, requests, 0.75)]);
        let enough = point(300.0, Vec::new());
        let points = [few(100.0, 700.0), few(200.0, 600.0), enough];
        let said = messages(&scenario, "compare", &points);
        assert!(
            said[0].starts_with(
                "percentiles of long from p99 up are empty at 100/s, 200/s, where replications had as few as 600"
            ),
            "{said:?}"
        );
        let said = messages(&scenario, "compare", &points[..2]);
        assert!(said[0].contains("are empty at all loads,"), "{said:?}");
        let hasty = |load: f64| {
            let lack = Lack {
                endpoint: None,
                relaxations: Some(25.0),
                ..lack(load, 600.0, 0.875)
            };
            point(load, vec![lack])
        };
        let said = messages(&scenario, "compare", &[hasty(100.0), hasty(200.0)]);
        assert!(
            said[0].contains(
                r#"head-of-line --set 'arrivals.rate=["100/s", "200/s"]' --set run.requests="#
            ),
            "{said:?}"
        );
    }
}
