//! A scene beside an earlier study: whether the two can be compared, and what is planned as it was there.

use super::{Course, Scene};
use crate::experiment::baseline::{Baseline, Beside};
use crate::experiment::error::ExperimentError;
use crate::experiment::simulator::Simulator;
use crate::experiment::study::LoadUnit;
use crate::workload::Arrivals;
use crate::world::named_loads;

impl<'a, S: Simulator> Scene<'a, S> {
    /// Beside other studies: what is to be kept, and what it is compared with.
    ///
    /// # Errors
    /// If no contestant of it stands in the baseline, or loads are of another kind there.
    pub fn beside(self, beside: Beside<'a>) -> Result<Self, ExperimentError> {
        let scene = Self { beside, ..self };
        if let Some(baseline) = beside.baseline {
            scene.comparable(baseline)?;
        }
        Ok(scene)
    }

    fn comparable(&self, baseline: &Baseline) -> Result<(), ExperimentError> {
        if self.load_unit() != baseline.load_unit {
            let why = match self.load_unit() {
                LoadUnit::Rps => "its loads are users, and here they are requests per second",
                LoadUnit::Users => "its loads are requests per second, and here they are users",
            };
            return Err(apart(baseline, why.to_owned()));
        }
        let mut theirs: Vec<&str> = Vec::new();
        for row in &baseline.rows {
            if !theirs.contains(&row.contestant.as_str()) {
                theirs.push(&row.contestant);
            }
        }
        let mine: Vec<&str> = self.infos.iter().map(|info| info.name.as_str()).collect();
        if mine.iter().any(|name| theirs.contains(name)) {
            return Ok(());
        }
        let (theirs, mine) = (theirs.join(", "), mine.join(", "));
        let why = format!("its contestants are {theirs}, and here they are {mine}");
        Err(apart(baseline, why))
    }

    /// That some of these loads stand in the baseline, if there is one.
    ///
    /// # Errors
    /// If none does.
    pub fn visited_before(&self, loads: &[f64]) -> Result<(), ExperimentError> {
        let Some(baseline) = self.beside.baseline else {
            return Ok(());
        };
        let theirs = baseline.loads();
        if loads.iter().any(|load| theirs.contains(load)) {
            return Ok(());
        }
        let list = |loads: &[f64]| {
            let each: Vec<String> = loads.iter().map(f64::to_string).collect();
            each.join(", ")
        };
        let (theirs, mine) = (list(&theirs), list(loads));
        Err(apart(
            baseline,
            format!("its loads are {theirs}, and here they are {mine}"),
        ))
    }

    /// The loads of the baseline, if there is one and the scenario leaves its loads open.
    pub fn loads_before(&self) -> Option<Vec<f64>> {
        let open = named_loads(&self.scenario.arrivals).is_none();
        self.beside
            .baseline
            .filter(|_| open)
            .map(|baseline| baseline.loads())
    }

    /// A course in which loads that the baseline visited are visited as they were there, so that the same requests come: as long, with at least its
    /// warm-up, and where replications were added until something was known, with as many.
    pub(super) fn as_before(&self, baseline: &Baseline, mut course: Course) -> Course {
        let timed = matches!(self.scenario.arrivals, Arrivals::Replay { .. });
        for (point, cut) in course.points.iter_mut().zip(&mut course.cuts) {
            let Some(visit) = baseline.visit(point.load) else {
                continue;
            };
            if !timed {
                point.requests *= visit.horizon.as_secs_f64() / point.horizon.as_secs_f64();
                point.horizon = visit.horizon;
            }
            point.replications = point.replications.max(visit.replications);
            *cut = visit.cut;
        }
        Course {
            precision: None,
            ..course
        }
    }
}

/// That a baseline has nothing in common with a study.
fn apart(baseline: &Baseline, why: String) -> ExperimentError {
    ExperimentError::NothingInCommon {
        baseline: baseline.name.clone(),
        why,
    }
}
