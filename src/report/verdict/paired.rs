//! Who answers soonest at a load, and by how much: from the paired ratio to the best, in the words of [`apart`].

use super::apart::{self, AMOUNT};
use crate::experiment::{Difference, Estimate, Study};
use crate::report::view::ALL;
use crate::report::words;

/// [`lowest`] of each endpoint.
pub fn each_endpoint(study: &Study, load: f64) -> Vec<String> {
    let endpoints = study.endpoints.iter();
    let each: Vec<String> = endpoints
        .filter_map(|endpoint| lowest(study, endpoint, load))
        .collect();
    // Among endpoints of different lengths p99 of all is that of the longest: it ranks where there is no other.
    if study.endpoints.len() < 2 || each.is_empty() {
        lowest(study, ALL, load).into_iter().collect()
    } else {
        each
    }
}

/// The lowest p99 of an endpoint, or of all, at a load, and how far each other is above it.
fn lowest(study: &Study, endpoint: &str, load: f64) -> Option<String> {
    let mut known: Vec<(&str, Estimate)> = study
        .rows
        .iter()
        .filter(|r| r.endpoint == endpoint && r.load == load)
        .filter_map(|r| Some((r.contestant.as_str(), r.p99_slo_ms?)))
        .collect();
    known.sort_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let ((best, at_best), others) = known.split_first()?;
    let of = if endpoint == ALL {
        String::new()
    } else {
        format!(" of {endpoint}")
    };
    if others.is_empty() {
        return Some(format!("p99{of}: {best}, {}", figure(*at_best)));
    }
    let ratio = |name: &str| {
        let here = |d: &&Difference| d.load == load && d.endpoint == endpoint;
        let mut differences = study.verdict.differences.iter().filter(here);
        differences.find(|d| d.best == *best && d.other == name)
    };
    let standings: Vec<(bool, String)> = others
        .iter()
        .map(
            |(name, p99)| match ratio(name).and_then(|d| Some((d, d.ratio?))) {
                Some((difference, ratio)) => {
                    let (standing, how) = apart::told(ratio, difference.replications, AMOUNT);
                    let apart = standing.apart();
                    let figure = if apart {
                        format!(" {}", words::time(p99.value))
                    } else {
                        String::new()
                    };
                    (apart, format!("{name}{figure}, {how}"))
                }
                // An interval that is missing is not a number, and tells nothing apart.
                None if p99.lo > at_best.hi => (true, format!("{name} {}", figure(*p99))),
                None => (false, format!("{name}, cannot tell")),
            },
        )
        .collect();
    let seen = if standings.iter().all(|(apart, _)| *apart) {
        "lowest"
    } else {
        "lowest seen"
    };
    let standings: Vec<&str> = standings.iter().map(|(_, text)| text.as_str()).collect();
    Some(format!(
        "{seen} p99{of}: {best}, {}; {}",
        figure(*at_best),
        standings.join("; ")
    ))
}

fn figure(e: Estimate) -> String {
    if e.has_interval() {
        let (lo, hi) = (words::number(e.lo), words::number(e.hi));
        format!("{} ({lo} to {hi})", words::time(e.value))
    } else {
        format!("{} (interval unknown)", words::time(e.value))
    }
}
