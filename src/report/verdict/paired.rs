//! Who answers soonest at a load, and by how much: from the paired ratio, whose interval is that of the comparison.
//!
//! Three things can be said of two contestants: one is higher by so much to so much; they differ by no more than so much, where
//! that is little; or the data cannot tell, and how many replications would.

use crate::experiment::{Difference, Estimate, Study};
use crate::report::view::ALL;
use crate::report::words;

/// Relative differences below this are below the resolution of the histograms.
const RESOLUTION: f64 = 0.005;
/// Where the whole interval lies within this share, it is no difference worth a replication.
const LITTLE: f64 = 0.1;
/// From this ratio on it is told as one.
const TIMES: f64 = 2.0;
/// More replications than the root law asks for, for the chance in the width.
const MARGIN: f64 = 1.1;

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
                    let (apart, how) = told(ratio, difference.replications);
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

/// Whether a ratio to the best tells the two apart, and in words.
fn told(ratio: Estimate, replications: u32) -> (bool, String) {
    let Estimate { value, lo, hi } = ratio;
    let farthest = (hi - 1.0).max(1.0 - lo);
    if lo >= TIMES {
        let (lo, hi) = (words::number(lo), words::number(hi));
        (true, format!("{} times as much", range(&lo, &hi)))
    } else if lo > 1.0 + RESOLUTION {
        let (lo, hi) = (share(lo - 1.0), share(hi - 1.0));
        (true, format!("{} % more", range(&lo, &hi)))
    } else if farthest <= LITTLE {
        let largest = share(farthest.max(RESOLUTION));
        (false, format!("no difference larger than {largest} %"))
    } else {
        let less = share((1.0 - lo).max(0.0));
        let half = (hi - value).max(value - lo);
        let target = (value - 1.0).abs().max(LITTLE - (value - 1.0).abs());
        let needed = MARGIN * f64::from(replications) * (half / target).powi(2);
        let tens = (needed / 10.0).ceil() * 10.0;
        let more = share(hi - 1.0);
        (
            false,
            format!(
                "cannot tell: between {less} % less and {more} % more; about {} replications would decide",
                words::load(tens)
            ),
        )
    }
}

fn range(lo: &str, hi: &str) -> String {
    if lo == hi {
        lo.to_owned()
    } else {
        format!("{lo} to {hi}")
    }
}

/// A share in per cent, without the sign.
fn share(fraction: f64) -> String {
    words::percent(fraction).replace(" %", "")
}

fn figure(e: Estimate) -> String {
    if e.has_interval() {
        let (lo, hi) = (words::number(e.lo), words::number(e.hi));
        format!("{} ({lo} to {hi})", words::time(e.value))
    } else {
        format!("{} (interval unknown)", words::time(e.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lo: f64, value: f64, hi: f64) -> String {
        told(Estimate { value, lo, hi }, 10).1
    }

    #[test]
    fn what_an_interval_of_a_ratio_says() {
        assert_eq!(said(1.07, 1.09, 1.11), "7 to 11 % more");
        assert_eq!(said(1.071, 1.0712, 1.0714), "7.1 % more");
        assert_eq!(said(3.2, 3.3, 3.5), "3.20 to 3.50 times as much");
        assert_eq!(said(0.99, 1.0, 1.02), "no difference larger than 2 %");
        assert_eq!(said(1.0, 1.0, 1.0), "no difference larger than 0.5 %");
    }

    /// 6 % with 9 % to either side: to leave one out 9 must become 6, 10 × 1.5² × 1.1 = 24.75 replications. 1 % with 15 %: to
    /// stay within 10 % it must become 9 %, 10 × (15 / 9)² × 1.1 = 30.6.
    #[test]
    fn what_it_would_take_to_tell() {
        assert_eq!(
            said(0.97, 1.06, 1.15),
            "cannot tell: between 3 % less and 15 % more; about 30 replications would decide"
        );
        assert_eq!(
            said(0.86, 1.01, 1.16),
            "cannot tell: between 14 % less and 16 % more; about 40 replications would decide"
        );
    }
}
