//! Are the objectives met, missed, or can the data not tell?

use super::Simulation;
use super::brief::Part;
use super::error::ExperimentError;
use super::figures::Figures;
use super::simulator::{Plan, Simulator};
use super::study::{Estimate, Held, Row};
use crate::kernel::Span;
use crate::scenario::{Figure, Gauge, Objective, Scenario, Side, Slo, nearest};
use crate::stats::Located;

/// Percentiles that tell of higher ones.
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.95, 0.99];

/// The judgement on one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Met, missed, or unknown. Unknown too where there are no objectives.
    pub within: Option<bool>,
    /// The objectives one by one, in the order of [`Slo`].
    pub held: Vec<Held>,
    /// p99 with failures as infinite, milliseconds: for comparisons.
    pub p99_slo: Option<Located>,
    /// Whether there are objectives, be they on what this contestant does not have.
    pub asked: bool,
}

impl Judged {
    /// Judges a row that is otherwise complete by the objectives of its endpoint. A limit on what it does not have is met.
    #[must_use]
    pub fn new(figures: &Figures, row: &Row, slo: &Slo, endpoint: Option<&str>) -> Self {
        let own = |o: &&Objective| o.endpoint.as_deref() == endpoint && exists(row, &o.gauge);
        let hold = |objective: &Objective| {
            let seen = seen(figures, row, &objective.gauge);
            Held {
                objective: objective.clone(),
                seen,
                met: match seen {
                    Some(e) => judge(e, objective.gauge.good(), objective.limit),
                    None => lower_is_beyond(figures, objective).then_some(false),
                },
            }
        };
        let about = |o: &Objective| endpoint.is_none() || o.endpoint.as_deref() == endpoint;
        let mut judged = Self {
            within: None,
            asked: slo.objectives.iter().any(about),
            held: slo.objectives.iter().filter(own).map(hold).collect(),
            p99_slo: figures.slo_located(0.99),
        };
        judged.decide(row.saturated);
        judged
    }

    /// The same with the objectives of an endpoint.
    pub fn add(&mut self, endpoint: &Self, saturated: bool) {
        self.held.extend(endpoint.held.iter().cloned());
        self.decide(saturated);
    }

    fn decide(&mut self, saturated: bool) {
        let held = &self.held;
        self.within = if !self.asked {
            None
        } else if saturated || held.iter().any(|h| h.met == Some(false)) {
            Some(false)
        } else {
            held.iter().all(|h| h.met == Some(true)).then_some(true)
        };
    }
}

/// That each resource whose use is limited is one that somebody has, before anything runs.
///
/// # Errors
/// [`ExperimentError::NoSuchResource`].
pub fn resources_exist(scenario: &Scenario) -> Result<(), ExperimentError> {
    let limited = scenario
        .slo
        .objectives
        .iter()
        .map(|objective| &objective.gauge);
    let limited: Vec<&str> = limited
        .filter_map(|gauge| match gauge {
            Gauge::Used(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    if limited.is_empty() {
        return Ok(());
    }
    let simulation = Simulation(scenario);
    let mut known: Vec<String> = Vec::new();
    for contestant in 0..scenario.contestants.len() {
        let plan = simulation.compile(contestant, 1.0, Span::from_secs(1), 1.0);
        let used = plan
            .resources()
            .iter()
            .filter(|resource| resource.units.is_some());
        for name in used.map(|resource| &resource.name) {
            if !known.contains(name) {
                known.push(name.clone());
            }
        }
    }
    match limited
        .into_iter()
        .find(|name| !known.iter().any(|k| k == name))
    {
        None => Ok(()),
        Some(asked) => Err(ExperimentError::NoSuchResource {
            asked: asked.to_owned(),
            nearest: nearest(asked, known.iter().map(String::as_str))
                .map_or_else(String::new, |name| format!("; did you mean `{name}`?")),
            known: known.join(", "),
        }),
    }
}

fn exists(row: &Row, gauge: &Gauge) -> bool {
    match gauge {
        Gauge::Used(name) => row.util.iter().any(|(resource, _)| resource == name),
        Gauge::LoopDelay | Gauge::LoopDelayP99 => row.loop_delay_ms.is_some(),
        Gauge::Figure(_) | Gauge::State(_) | Gauge::Memory => true,
    }
}

fn seen(figures: &Figures, row: &Row, gauge: &Gauge) -> Option<Estimate> {
    match gauge {
        Gauge::Figure(Figure::Errors) => figures.fraction(Part::failures),
        Gauge::Figure(figure) => match figure.quantile() {
            Some(q) => figures.slo_interval(q),
            None => row.figure(*figure),
        },
        Gauge::State(state) => row
            .account_ms
            .map(|all| Estimate::bare(all[*state as usize])),
        Gauge::Used(name) => {
            let found = row.util.iter().find(|(resource, _)| resource == name);
            found.map(|(_, used)| Estimate::bare(*used))
        }
        Gauge::Memory => Some(Estimate::bare(row.memory_mb)),
        Gauge::LoopDelay => row.loop_delay_ms.map(|(mean, _)| Estimate::bare(mean)),
        Gauge::LoopDelayP99 => row.loop_delay_ms.map(|(_, p99)| Estimate::bare(p99)),
    }
}

/// Whether a percentile below the limited one, of which there is enough data, is beyond the limit.
fn lower_is_beyond(figures: &Figures, objective: &Objective) -> bool {
    let Gauge::Figure(figure) = objective.gauge else {
        return false;
    };
    let limited = figure.quantile().unwrap_or(0.0);
    let lower = QUANTILES.into_iter().filter(|q| *q < limited);
    let seen = lower.filter_map(|q| figures.slo_interval(q));
    let met = |e: Estimate| judge(e, Side::Below, objective.limit);
    seen.map(met).any(|met| met == Some(false))
}

/// Met or missed only where the whole interval says so; a figure without an interval speaks for itself.
fn judge(seen: Estimate, good: Side, limit: f64) -> Option<bool> {
    let (inside, beyond) = match good {
        _ if seen.value.is_infinite() => (false, true),
        Side::Below if seen.has_interval() => (seen.hi <= limit, seen.lo > limit),
        Side::Above if seen.has_interval() => (seen.lo >= limit, seen.hi < limit),
        Side::Below => (seen.value <= limit, seen.value > limit),
        Side::Above => (seen.value >= limit, seen.value < limit),
    };
    (inside || beyond).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_interval_decides() {
        let e = |lo, value, hi| Estimate { value, lo, hi };
        let cases = [
            (e(1.0, 2.0, 3.0), 3.0, Some(true), None),
            (e(1.0, 2.0, 3.0), 2.5, None, None),
            (e(1.0, 2.0, 3.0), 1.5, None, None),
            (e(1.0, 2.0, 3.0), 1.0, None, Some(true)),
            (e(1.0, 2.0, 3.0), 0.9, Some(false), Some(true)),
            (e(1.0, 2.0, 3.0), 3.1, Some(true), Some(false)),
            (Estimate::bare(2.0), 2.0, Some(true), Some(true)),
            (Estimate::bare(2.0), 1.9, Some(false), Some(true)),
            (Estimate::bare(f64::INFINITY), 2.0, Some(false), Some(false)),
        ];
        for (seen, limit, below, above) in cases {
            assert_eq!(judge(seen, Side::Below, limit), below, "{seen:?} {limit}");
            assert_eq!(judge(seen, Side::Above, limit), above, "{seen:?} {limit}");
        }
    }
}
