//! Whether the expectations of a scenario hold, and fail without their cause.
//!
//! A claim is shown where the whole 95 % interval of its figure is on the claimed side of the whole interval of its limit,
//! refuted where it is on the other, and open in between: conservative, since the two are of the same requests.

use std::collections::{BTreeMap, BTreeSet};

use super::error::ExperimentError;
use super::study::{Estimate, LoadUnit, Row, Study};
use crate::scenario::{Expectation, Figure, Limit, Scenario, Side, Subject, Unit};
use crate::workload::{Arrivals, Loads};

/// What came of an expectation.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The expectation.
    pub expectation: Expectation,
    /// The load at which it was examined.
    pub load: f64,
    /// What the load counts.
    pub load_unit: LoadUnit,
    /// With the scenario as it is.
    pub measured: Measured,
    /// Under the control, if there is one.
    pub control: Option<Measured>,
}

impl Examined {
    /// Whether the claim is shown, and refuted by its control.
    #[must_use]
    pub fn holds(&self) -> bool {
        let refuted = |m: &Measured| m.finding == Finding::Refuted;
        self.measured.finding == Finding::Shown && self.control.as_ref().is_none_or(refuted)
    }
}

/// The two sides of a claim in one study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The figure that the claim is about.
    pub figure: Option<Estimate>,
    /// What it is compared with, before it is multiplied.
    pub limit: Option<Estimate>,
    /// What follows.
    pub finding: Finding,
}

/// What a study says about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is true.
    Shown,
    /// It is false.
    Refuted,
    /// The intervals overlap.
    Open,
    /// A figure is empty: too little data.
    Unknown,
}

/// How many studies [`examine`] runs at most.
#[must_use]
pub fn studies(scenario: &Scenario) -> usize {
    let keys = scenario.expectations.iter().flat_map(|expectation| {
        let at = expectation.at.map(f64::to_bits);
        let control = expectation.control.as_ref();
        let control = control.map(|control| (&control.scenario.digest, at));
        std::iter::once((&scenario.digest, at)).chain(control)
    });
    keys.collect::<BTreeSet<_>>().len()
}

/// Examines all expectations of a scenario. Each load of the scenario and of each different control is run once.
///
/// # Errors
/// If a run fails or is interrupted.
pub fn examine(
    scenario: &Scenario,
    run: impl Fn(&Scenario) -> Result<Study, ExperimentError>,
) -> Result<Vec<Examined>, ExperimentError> {
    let mut studies = BTreeMap::new();
    let mut study = |scenario: &Scenario, at: Option<f64>| {
        let key = (scenario.digest.clone(), at.map(f64::to_bits));
        if let Some(known) = studies.get(&key) {
            return Ok(Study::clone(known));
        }
        let study = match at {
            Some(load) => run(&at_load(scenario, load))?,
            None => run(scenario)?,
        };
        if study.interrupted {
            return Err(ExperimentError::Interrupted);
        }
        studies.insert(key, study.clone());
        Ok(study)
    };
    let mut all = Vec::new();
    for expectation in &scenario.expectations {
        let plain = study(scenario, expectation.at)?;
        let load = plain.rows.first().map_or(f64::NAN, |row| row.load);
        let control = match &expectation.control {
            // At the load of the plain run, whatever the control's own bounds would suggest.
            Some(control) => Some(measure(expectation, &study(&control.scenario, Some(load))?)),
            None => None,
        };
        all.push(Examined {
            expectation: expectation.clone(),
            load,
            load_unit: plain.load_unit,
            measured: measure(expectation, &plain),
            control,
        });
    }
    Ok(all)
}

/// The same scenario with one load. A replay has only its own.
fn at_load(scenario: &Scenario, load: f64) -> Scenario {
    let mut scenario = scenario.clone();
    match &mut scenario.arrivals {
        Arrivals::Open { rate: loads, .. } | Arrivals::Closed { users: loads, .. } => {
            *loads = Loads::List(vec![load]);
        }
        Arrivals::Replay { .. } => {}
    }
    scenario
}

fn measure(expectation: &Expectation, study: &Study) -> Measured {
    let figure = figure(study, &expectation.subject);
    let (limit, times) = match &expectation.limit {
        Limit::Value(value) => (Some(Estimate::around(*value, 0.0)), 1.0),
        Limit::Times(times, other) => (self::figure(study, other), *times),
    };
    let finding = match (figure, limit) {
        (Some(figure), Some(limit)) => judge(figure, expectation.side, limit, times),
        _ => Finding::Unknown,
    };
    Measured {
        figure,
        limit,
        finding,
    }
}

/// A figure of a study. Latencies of a contestant that cannot keep up grow without end.
fn figure(study: &Study, subject: &Subject) -> Option<Estimate> {
    let row = study
        .rows
        .iter()
        .find(|row| row.contestant == subject.contestant && row.endpoint == subject.endpoint)?;
    let whole = study.rows.iter().find(|r| r.contestant == row.contestant);
    if subject.figure.unit() == Unit::Time && whole.is_some_and(|row| row.saturated) {
        return Some(Estimate {
            value: f64::INFINITY,
            lo: f64::INFINITY,
            hi: f64::INFINITY,
        });
    }
    row.figure(subject.figure)
        .filter(|e| !e.lo.is_nan() && !e.hi.is_nan())
}

fn judge(figure: Estimate, side: Side, limit: Estimate, times: f64) -> Finding {
    let (lo, hi) = (limit.lo * times, limit.hi * times);
    let (below, above) = (figure.hi < lo, figure.lo > hi);
    match side {
        Side::Below if below => Finding::Shown,
        Side::Above if above => Finding::Shown,
        Side::Below if above => Finding::Refuted,
        Side::Above if below => Finding::Refuted,
        _ => Finding::Open,
    }
}

impl Row {
    /// A figure by its name.
    #[must_use]
    pub fn figure(&self, figure: Figure) -> Option<Estimate> {
        match figure {
            Figure::Offered => self.offered_rps,
            Figure::Throughput => self.throughput_rps,
            Figure::Errors => self.errors,
            Figure::Refused => self.errors_by[0],
            Figure::Timeout => self.errors_by[1],
            Figure::Killed => self.errors_by[2],
            Figure::Shed => self.errors_by[3],
            Figure::Mean => self.mean_ms,
            Figure::Sd => self.sd_ms,
            Figure::P50 => self.p50_ms,
            Figure::P90 => self.p90_ms,
            Figure::P95 => self.p95_ms,
            Figure::P99 => self.p99_ms,
            Figure::P999 => self.p999_ms,
            Figure::P99Slo => self.p99_slo_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(lo: f64, hi: f64) -> Estimate {
        Estimate {
            value: (lo + hi) / 2.0,
            lo,
            hi,
        }
    }

    #[test]
    fn the_whole_interval_decides() {
        let limit = estimate(90.0, 110.0);
        let cases = [
            (estimate(16.0, 17.9), Finding::Shown),
            (estimate(16.0, 18.0), Finding::Open),
            (estimate(22.0, 30.0), Finding::Open),
            (estimate(22.1, 30.0), Finding::Refuted),
            (estimate(f64::INFINITY, f64::INFINITY), Finding::Refuted),
        ];
        for (figure, finding) in cases {
            assert_eq!(
                judge(figure, Side::Below, limit, 0.2),
                finding,
                "{figure:?}"
            );
            let other = match finding {
                Finding::Shown => Finding::Refuted,
                Finding::Refuted => Finding::Shown,
                same => same,
            };
            assert_eq!(judge(figure, Side::Above, limit, 0.2), other, "{figure:?}");
        }
        let endless = estimate(f64::INFINITY, f64::INFINITY);
        assert_eq!(judge(endless, Side::Above, endless, 1.0), Finding::Open);
    }
}
