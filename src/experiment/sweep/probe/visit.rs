//! One load that a probe looks at: how long, and what was seen there.

use std::sync::Arc;

use super::super::super::bounds::Asking;
use super::super::super::brief::{Brief, Part};
use super::super::super::fold;
use super::super::super::jobs::Point;
use super::super::super::length::whole_slots;
use super::super::super::progress::Control;
use super::super::super::replicated::Replicated;
use super::super::super::search::margin::{Aim, scopes};
use super::super::super::simulator::{Plan, Simulator};
use super::super::super::study::Row;
use super::super::missing;
use super::Probe;
use crate::kernel::Span;
use crate::measure::SEGMENTS;
use crate::scenario::RunLength;
use crate::stats::Jackknifed;

/// Below this margin, a twentieth of those late that may be, there is nothing to draw a line by.
const QUICK: f64 = -3.0;
/// The share of a run that is cut off as warm-up where the scenario does not say.
const CUT: usize = SEGMENTS / 4;
/// The number of the first replication with which it is looked again whether a load is kept up with.
const AGAIN: u64 = 1 << 24;
/// A run lasts at least so many times the longest limit on a latency, whatever number of requests was asked for: in a shorter one nobody is late.
const LIMITS: f64 = 20.0;

/// A visited load.
pub struct Seen {
    /// Where.
    pub load: f64,
    /// Of each objective; of an open system also whether it keeps up.
    pub margins: Vec<Jackknifed>,
    /// Whether every objective is met, and it keeps up.
    pub met: bool,
    point: Point,
    /// What was seen.
    pub cell: Replicated,
}

impl Seen {
    /// Whether enough are late to say where a line goes.
    pub fn slows(&self, aims: &[Aim]) -> bool {
        let margins = aims.iter().zip(&self.margins);
        let late =
            |(aim, margin): (&Aim, &Jackknifed)| aim.at_saturation() > 0.0 && margin.full > QUICK;
        margins.into_iter().any(late)
    }

    /// Whether it is not met though every margin is inside.
    pub fn only_grows(&self) -> bool {
        !self.met && !self.margins.is_empty() && self.margins.iter().all(|m| m.full <= 0.0)
    }
}

impl<S: Simulator> Probe<'_, S> {
    /// Goes there; `None` if it was interrupted.
    pub fn visit(
        &self,
        asking: Asking,
        load: f64,
        aims: &[Aim],
        control: &Control,
    ) -> Option<Seen> {
        let rate = asking
            .rate(self.simulator, self.contestant, load, self.language)
            .max(1e-9);
        let horizon = self.horizon(asking, load, rate, aims);
        let plan = self
            .simulator
            .compile(self.contestant, load, horizon, self.language);
        let replicate = |first: u64| -> Option<Vec<Arc<Brief>>> {
            let numbers = first..first + u64::from(self.effort.replications);
            let one = |replication| {
                if control.cancelled() {
                    return None;
                }
                let outcome = plan.run(self.scenario.run.seed, replication);
                control.finished((rate * horizon.as_secs_f64()) as u64, outcome.events);
                Some(Arc::new(Brief::of(&outcome)))
            };
            numbers.map(one).collect()
        };
        let briefs = replicate(0)?;
        let cut = match self.scenario.run.warmup {
            Some(warmup) => fold::boundary(warmup, horizon),
            None => CUT,
        };
        let parts: Vec<Vec<Part>> = briefs
            .iter()
            .map(|b| scopes(&b.after(cut).endpoints))
            .collect();
        let open = asking == Asking::Open;
        let margins: Option<Vec<Jackknifed>> = aims.iter().map(|aim| aim.margin(&parts)).collect();
        let mut margins = margins.unwrap_or_default();
        let point = Point {
            load,
            horizon,
            requests: rate * horizon.as_secs_f64(),
            contestants: vec![self.contestant],
            replications: self.effort.replications,
            first: 0,
            language: self.language,
            open,
        };
        let mut cell = Replicated {
            contestant: self.contestant,
            resources: plan.resources().to_vec(),
            briefs,
            again: Vec::new(),
        };
        let mut met = !margins.is_empty() && margins.iter().all(|m| m.full <= 0.0);
        let mut saturated = open && cell.saturated();
        if met && saturated {
            // Tests at 95 % and 99 % err, and a map makes hundreds of them.
            cell.again = replicate(AGAIN)?;
            let others = Replicated {
                briefs: cell.again.clone(),
                again: Vec::new(),
                ..cell.clone()
            };
            saturated = others.saturated();
        }
        met &= !saturated;
        if open && !margins.is_empty() {
            let missing = missing::margin(&cell.briefs).filter(|_| saturated);
            margins.push(missing.unwrap_or_else(|| self.flat(missing::NOTHING)));
        }
        Some(Seen {
            load,
            margins,
            met,
            point,
            cell,
        })
    }

    fn horizon(&self, asking: Asking, load: f64, rate: f64, aims: &[Aim]) -> Span {
        let parts = SEGMENTS as f64;
        let kept = (parts - CUT as f64) / parts;
        let limit = LIMITS * self.scenario.slo.longest_limit();
        let seconds = match self.scenario.run.length {
            RunLength::Requests(n) => (n as f64 / rate).max(limit) / kept,
            RunLength::Duration(span) => span.as_secs_f64() / kept,
            RunLength::Auto => {
                let needed = aims.iter().map(Aim::requests).fold(0.0, f64::max);
                let asked =
                    self.effort.requests * needed / f64::from(self.effort.replications) / rate;
                let tau = asking.relaxation(self.simulator, self.contestant, load, self.language);
                let settling = asking.settling(self.simulator, self.contestant, self.language);
                let remembered = if tau.is_finite() {
                    self.effort.relaxations * tau
                } else {
                    0.0
                };
                asked
                    .max(remembered.max(limit).min(self.effort.longer * asked))
                    .max(settling)
                    / kept
            }
        };
        whole_slots(seconds + self.scenario.run.warmup.map_or(0.0, Span::as_secs_f64))
    }

    /// What is shown of it.
    pub fn rows(&self, asking: Asking, seen: &Seen) -> Vec<Row> {
        let relaxation =
            asking.relaxation(self.simulator, self.contestant, seen.load, self.language);
        let cells = std::slice::from_ref(&seen.cell);
        let folded = fold::fold(self.scenario, &seen.point, &[relaxation], cells, false);
        folded.rows.into_iter().next().unwrap_or_default()
    }
}
