//! How far inside an objective, or outside, on scales that a line over load goes through.
//!
//! A limit `L` on the `q`-quantile is kept where no more than `1 − q` of the requests take longer than `L` or fail; a limit
//! on errors where no more than that fail. Both are *shares*, plain ratios of counts, whose jackknife is sound even where the
//! law of the latency has a gap at its quantile. Their margin is
//!
//! ```text
//! ln (share beyond) − ln (share allowed)
//! ```
//!
//! For an M/M/1 the share beyond is `exp(−(μ − λ) L)`, so this is a straight line in the load λ, and tails of other queues are
//! exponential too, with a rate that is about proportional to the distance from saturation. A mean grows like
//! `1 / (bound − λ)`: `1 − limit / mean` is a straight line for the M/M/1, and one where the mean is infinite. All margins are zero at their limit and
//! negative inside.

use super::super::brief::Part;
use super::super::fold::sum;
use crate::scenario::{Figure, Gauge, Objective, Scenario};
use crate::stats::{Jackknifed, ratio_jackknife, requests_for};

/// Requests that a replication needs for a mean; a thousandth of its worth is then one standard deviation or so.
const FOR_MEAN: f64 = 2_000.0;
/// Failures that ten replications should see at their limit.
const FOR_ERRORS: f64 = 10.0;
/// No objective asks for more requests in a replication than this.
const MOST_REQUESTS: f64 = 100_000.0;
/// Nor, because it is about a rare endpoint, for more than so many times that.
const RAREST: f64 = 10.0;

/// One objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Aim {
    /// What is limited.
    pub objective: Objective,
    /// Which of a replication's [`scopes`] it is about.
    scope: usize,
    /// The share of all requests that it is about.
    share: f64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// At most `allowed` of the requests may fail or take longer than this, nanoseconds.
    Share { beyond: Option<f64>, allowed: f64 },
    /// The mean may not exceed this, nanoseconds.
    Mean(f64),
}

/// All requests of a replication together, then those of each endpoint.
pub fn scopes(endpoints: &[Part]) -> Vec<Part> {
    let mut scopes = vec![sum(endpoints)];
    scopes.extend_from_slice(endpoints);
    scopes
}

impl Aim {
    /// The objectives that can be searched for, in the order of the scenario.
    #[must_use]
    pub fn all(scenario: &Scenario) -> Vec<Self> {
        let app = scenario.contestants.first().map(|c| &c.system.services[0]);
        let endpoints = app.map_or(&[][..], |app| &app.endpoints);
        let total: f64 = endpoints.iter().map(|e| e.weight).sum();
        let aims = scenario.slo.objectives.iter().filter_map(|objective| {
            let index = match &objective.endpoint {
                None => None,
                Some(name) => Some(endpoints.iter().position(|e| e.name == *name)?),
            };
            Some(Self {
                objective: objective.clone(),
                scope: index.map_or(0, |index| index + 1),
                share: index.map_or(1.0, |index| endpoints[index].weight / total),
                kind: Kind::of(objective)?,
            })
        });
        aims.collect()
    }

    /// Requests that a replication needs near the limit.
    #[must_use]
    pub fn requests(&self) -> f64 {
        let requests = match self.kind {
            Kind::Mean(_) => FOR_MEAN,
            Kind::Share {
                beyond: Some(_),
                allowed,
            } => requests_for(1.0 - allowed) as f64,
            Kind::Share { allowed, .. } if allowed > 0.0 => FOR_ERRORS / allowed,
            Kind::Share { .. } => requests_for(0.99) as f64,
        };
        (requests.clamp(FOR_MEAN, MOST_REQUESTS) / self.share).min(RAREST * MOST_REQUESTS)
    }

    /// The margin where the system is just saturated: every latency infinite, and of failures nothing known.
    #[must_use]
    pub fn at_saturation(&self) -> f64 {
        match self.kind {
            Kind::Mean(_) => 1.0,
            Kind::Share {
                beyond: Some(_),
                allowed,
            } => -libm::log(allowed),
            Kind::Share { .. } => 0.0,
        }
    }

    /// The share of requests that may fail without missing this objective.
    #[must_use]
    pub fn may_fail(&self) -> f64 {
        match self.kind {
            Kind::Share { allowed, .. } => 1.0 - self.share * (1.0 - allowed),
            Kind::Mean(_) => 1.0,
        }
    }

    fn parts<'p>(&self, replications: &'p [Vec<Part>]) -> impl Iterator<Item = &'p Part> + Clone {
        let scope = self.scope;
        replications
            .iter()
            .filter_map(move |scopes| scopes.get(scope))
    }

    /// The figure itself, in the unit of its limit, by the [`scopes`] of all replications together; `None` where it is infinite or nothing ended.
    #[must_use]
    pub fn value(&self, replications: &[Vec<Part>]) -> Option<f64> {
        let parts = self.parts(replications);
        let sum = |of: &dyn Fn(&Part) -> f64| parts.clone().map(of).sum::<f64>();
        let ended = sum(&|p| p.ended() as f64);
        let value = match self.kind {
            Kind::Mean(_) => 1e-6 * sum(&|p| p.sum_ns as f64) / sum(&|p| p.succeeded as f64),
            Kind::Share {
                beyond: Some(_),
                allowed,
            } => quantile(parts.clone(), 1.0 - allowed)?,
            Kind::Share { .. } => sum(&|p| p.failures() as f64) / ended,
        };
        Some(value).filter(|value| value.is_finite())
    }

    /// The margin of the [`scopes`] of these replications, of all and without each; `None` if nothing ended.
    #[must_use]
    pub fn margin(&self, replications: &[Vec<Part>]) -> Option<Jackknifed> {
        let parts = self.parts(replications);
        match self.kind {
            Kind::Mean(limit) => {
                let sums: Vec<f64> = parts.clone().map(|p| p.sum_ns as f64).collect();
                let counts: Vec<f64> = parts.map(|p| p.succeeded as f64).collect();
                Some(ratio_jackknife(&sums, &counts)?.map(|mean| 1.0 - limit / mean))
            }
            Kind::Share { beyond, allowed } => {
                let counts: Vec<(f64, f64)> = parts
                    .map(|p| (count_beyond(p, beyond) as f64, p.ended() as f64))
                    .collect();
                share_margin(&counts, allowed)
            }
        }
    }
}

impl Kind {
    fn of(objective: &Objective) -> Option<Self> {
        let Gauge::Figure(figure) = objective.gauge else {
            return None;
        };
        let (limit, ns) = (objective.limit, objective.limit * 1e6);
        match (figure, figure.quantile()) {
            (Figure::Mean, _) => Some(Self::Mean(ns)),
            (Figure::Errors, _) => Some(Self::Share {
                beyond: None,
                allowed: limit,
            }),
            (_, Some(q)) => Some(Self::Share {
                beyond: Some(ns),
                allowed: 1.0 - q,
            }),
            _ => None,
        }
    }
}

/// The `q`-quantile of all requests that ended, milliseconds, failures counted as infinite.
fn quantile<'p>(parts: impl Iterator<Item = &'p Part> + Clone, q: f64) -> Option<f64> {
    let ended: u64 = parts.clone().map(Part::ended).sum();
    let mut bins: Vec<(u64, u64)> = parts.flat_map(|p| p.latency.iter().copied()).collect();
    bins.sort_unstable();
    let mut left = (q * ended as f64).ceil() as u64;
    let place = bins.iter().find(|(_, count)| {
        let here = *count >= left;
        left = left.saturating_sub(*count);
        here
    });
    place.map(|(ns, _)| *ns as f64 * 1e-6)
}

fn count_beyond(part: &Part, limit: Option<f64>) -> u64 {
    let slow = |limit: f64| {
        let beyond = part.latency.iter().filter(|(ns, _)| *ns as f64 > limit);
        beyond.map(|(_, count)| count).sum::<u64>()
    };
    part.failures() + limit.map_or(0, slow)
}

/// From how many were beyond, of how many, by replication. Half a request more is counted beyond, so that none of many has a
/// logarithm; where none are allowed, one is too many and that half is not.
fn share_margin(counts: &[(f64, f64)], allowed: f64) -> Option<Jackknifed> {
    let total = counts
        .iter()
        .fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let margin = |beyond: f64, ended: f64| {
        let allowed = allowed.max(1.0 / (ended + 1.0));
        libm::log((beyond + 0.5) / (ended + 1.0)) - libm::log(allowed)
    };
    (total.1 > 0.0).then(|| Jackknifed {
        full: margin(total.0, total.1),
        without: counts
            .iter()
            .map(|one| margin(total.0 - one.0, total.1 - one.1))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Embedded, load};

    /// The quickstart, whose checkout is a twentieth of its requests, with these objectives.
    fn aims(objectives: &[&str]) -> Vec<Aim> {
        let none = ["slo.p99=none", "slo.errors=none"].into_iter();
        let changes: Vec<String> = none
            .chain(objectives.iter().copied())
            .map(str::to_owned)
            .collect();
        Aim::all(&load(&Embedded, "quickstart", &changes).unwrap())
    }

    const THREE: [&str; 3] = ["slo.mean=20ms", "slo.p99=100ms", "slo.errors=0.1%"];

    /// A replication in which this many of 1,000 took 150 ms, this many failed, and the others took 10 ms.
    fn part(slow: u64, failed: u64) -> Vec<Part> {
        let quick = 1000 - slow - failed;
        let part = Part {
            succeeded: quick + slow,
            failed: [failed, 0, 0, 0],
            sum_ns: u128::from(quick * 10_000_000 + slow * 150_000_000),
            latency: vec![(150_000_000, slow), (10_000_000, quick)],
            ..Part::default()
        };
        scopes(&[part])
    }

    /// Two replications, 30 slow and 10 failed of 1,000, then nothing: the share beyond is 40.5 / 2,001, and of failures
    /// 10.5 / 2,001; without the first 0.5 / 1,001 of both. The mean of 1,990: (1,960 × 10 + 30 × 150) / 1,990 ms.
    #[test]
    fn margins_by_hand() {
        let aims = aims(&THREE);
        let gauges: Vec<&Gauge> = aims.iter().map(|aim| &aim.objective.gauge).collect();
        let figures = [Figure::Mean, Figure::P99, Figure::Errors].map(Gauge::Figure);
        assert_eq!(gauges, figures.each_ref());
        let parts = [part(30, 10), part(0, 0)];
        let margins: Vec<Jackknifed> = aims.iter().map(|a| a.margin(&parts).unwrap()).collect();
        let mean = (1960.0 * 10.0 + 30.0 * 150.0) / 1990.0;
        let expected = [
            1.0 - 20.0 / mean,
            (40.5_f64 / 2001.0 / 0.01).ln(),
            (10.5_f64 / 2001.0 / 0.001).ln(),
        ];
        for (margin, expected) in margins.iter().zip(expected) {
            assert!((margin.full - expected).abs() < 1e-9, "{margin:?}");
        }
        assert!((margins[1].without[0] - (0.5_f64 / 1001.0 / 0.01).ln()).abs() < 1e-9);
        assert!(margins[0].full < 0.0 && margins[1].full > 0.0);
    }

    /// The two replications of [`margins_by_hand`]: of 2,000 the 99th percentile is the 20th longest, one of 30 of 150 ms, after 10 that
    /// failed; where 30 fail it is a failure.
    #[test]
    fn figures_by_hand() {
        let aims = aims(&THREE);
        let parts = [part(30, 10), part(0, 0)];
        let values: Vec<Option<f64>> = aims.iter().map(|a| a.value(&parts)).collect();
        let mean = (1960.0 * 10.0 + 30.0 * 150.0) / 1990.0;
        assert!((values[0].unwrap() - mean).abs() < 1e-9, "{values:?}");
        assert_eq!(values[1..], [Some(150.0), Some(0.005)]);
        assert_eq!(aims[1].value(&[part(0, 30)]), None);
        assert_eq!(aims[0].value(&[]), None);
    }

    /// Where nothing may fail, none is inside and one is not.
    #[test]
    fn no_errors_at_all() {
        let aim = &aims(&["slo.errors=0%"])[0];
        assert!(aim.margin(&[part(0, 0), part(0, 0)]).unwrap().full < 0.0);
        assert!(aim.margin(&[part(0, 1), part(0, 0)]).unwrap().full > 0.0);
        assert!(aim.margin(&[]).is_none());
    }

    #[test]
    fn rarer_cases_need_more_requests() {
        let requests: Vec<f64> = aims(&THREE).iter().map(Aim::requests).collect();
        assert_eq!(requests, [2_000.0, 10_000.0, 10_000.0]);
    }

    /// Of an endpoint that is a twentieth of all requests: twenty times as many are needed, and though 1 % of it may fail, of all that
    /// is 1 − 0.05 × 0.99.
    #[test]
    fn of_an_endpoint() {
        let aims = aims(&[
            "slo.endpoints.checkout.p99=100ms",
            "slo.p50=20ms",
            "slo.memory=1GiB",
        ]);
        assert_eq!(aims.len(), 2, "memory is not searched for");
        let of_all = |aim: &&Aim| aim.objective.endpoint.is_none();
        let (all, checkout) = (aims.iter().find(of_all).unwrap(), &aims[1]);
        assert_eq!(all.requests(), 2_000.0);
        assert_eq!(checkout.requests(), 200_000.0);
        assert!((checkout.may_fail() - (1.0 - 0.05 * 0.99)).abs() < 1e-12);
        let [page, slow] = [part(0, 0), part(30, 0)].map(|mut scopes| scopes.remove(0));
        let two = [page, slow];
        let replications = [scopes(&two), scopes(&two)];
        assert!(all.margin(&replications).unwrap().full < 0.0);
        let margin = checkout.margin(&replications).unwrap().full;
        assert!((margin - (60.5_f64 / 2001.0 / 0.01).ln()).abs() < 1e-9);
        assert_eq!(checkout.value(&replications), Some(150.0));
    }
}
