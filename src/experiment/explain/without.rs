//! The third pass: the same requests without each wait that shows in the slowest of them, and without any wait at all.

use super::bands::Accounts;
use super::causes::{self, Cause};
use super::{NOTICEABLE, Subject, Without, p99};
use crate::experiment::jobs::{Folded, replicate};
use crate::experiment::progress::Control;
use crate::experiment::replicated::Replicated;
use crate::experiment::world::Simulation;
use crate::measure::BANDS;
use crate::scenario::{Contestant, Scenario, System};
use crate::stats::Located;

/// What was found without each cause, and without all of them.
pub(super) type Found = (Vec<Without>, Option<Without>);

/// A contestant without something.
struct Variant {
    contestant: usize,
    system: System,
    /// Absent: all of those of its contestant.
    cause: Option<Cause>,
    title: String,
    change: String,
    charged: Option<f64>,
}

impl Subject<'_> {
    /// Everybody without each wait that is noticeable in its slowest requests. `None` if interrupted.
    pub(super) fn without(
        &self,
        accounts: &[Option<Accounts>],
        control: &Control,
    ) -> Option<Vec<Found>> {
        let variants: Vec<Variant> = (0..self.scenario.contestants.len())
            .flat_map(|contestant| self.variants(contestant, accounts[contestant].as_ref()))
            .collect();
        let mut found: Vec<Found> = vec![(Vec::new(), None); self.scenario.contestants.len()];
        if variants.is_empty() {
            return Some(found);
        }
        let figures = self.rerun(&variants, control)?;
        for (variant, (saturated, p99)) in variants.into_iter().zip(figures) {
            let base = self.first.p99[variant.contestant].as_ref();
            let less = base
                .zip(p99.as_ref())
                .and_then(|(base, p99)| base.minus(p99));
            let without = Without {
                title: variant.title,
                change: variant.change,
                charged: variant.charged,
                saturated,
                p99_ms: p99.map(|p99| p99.estimate),
                less_ms: less,
            };
            match variant.cause {
                Some(_) => found[variant.contestant].0.push(without),
                None => found[variant.contestant].1 = Some(without),
            }
        }
        for (without, _) in &mut found {
            without.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        }
        Some(found)
    }

    /// What is to be run again of a contestant: without each cause that shows, then without any wait, for what is waited for next shows only then. Of one that cannot keep up nobody
    /// knows what its slowest requests wait for, so everything is taken away that can be.
    fn variants(&self, contestant: usize, accounts: Option<&Accounts>) -> Vec<Variant> {
        let system = &self.scenario.contestants[contestant].system;
        if accounts.is_none() && !self.all(contestant).saturated {
            return Vec::new();
        }
        let slowest = accounts.map(|accounts| &accounts.whole[BANDS - 1]);
        let charged = |cause: &Cause| {
            slowest.map_or(1.0, |band| {
                let charged = cause.charged(&band.account_ns, &band.inside_ns);
                charged as f64 / (band.account_ns.total() as f64).max(1.0)
            })
        };
        let mut variants: Vec<Variant> = Cause::all(system)
            .into_iter()
            .filter(|cause| charged(cause) >= NOTICEABLE)
            .filter_map(|cause| {
                let (changed, change) = cause.change(system)?;
                Some(Variant {
                    contestant,
                    system: changed,
                    cause: Some(cause),
                    title: cause.title(system),
                    change,
                    charged: slowest.filter(|_| cause.alone()).map(|_| charged(&cause)),
                })
            })
            .collect();
        if !variants.is_empty() {
            let every = Cause::all(system).into_iter();
            let every = every.filter(|c| *c != Cause::Network || charged(c) >= NOTICEABLE);
            variants.push(Variant {
                contestant,
                system: causes::together(system, &every.collect::<Vec<_>>()),
                cause: None,
                title: "any wait at all".to_owned(),
                change: "all that can be taken away, whether it shows or not".to_owned(),
                charged: None,
            });
        }
        variants
    }

    /// Runs variants on the same requests: whether each saturates, and its p99. `None` if interrupted.
    fn rerun(
        &self,
        variants: &[Variant],
        control: &Control,
    ) -> Option<Vec<(bool, Option<Located>)>> {
        let contestants = variants.iter().map(|variant| Contestant {
            name: format!("{} without {}", variant.contestant, variant.title),
            system: variant.system.clone(),
        });
        let scenario = Scenario {
            contestants: contestants.collect(),
            ..self.scenario.clone()
        };
        let points = [self.with((0..variants.len()).collect())];
        let fold = |_: usize, cells: &[Replicated], _: Option<&Vec<_>>| {
            let figures = cells.iter().zip(variants).map(|(cell, variant)| {
                let saturated = self.point.open && cell.saturated();
                let cut = self.cut(variant.contestant);
                let p99 = p99(&cell.briefs, cut, self.endpoint).filter(|_| !saturated);
                (saturated, p99)
            });
            Folded::enough(figures.collect::<Vec<_>>())
        };
        let simulation = Simulation(&scenario);
        let done = replicate(&simulation, &points, scenario.run.seed, control, fold);
        done.into_iter().flatten().next()
    }
}

/// The greatest effect first; of somebody saturated, the lowest p99; what does not help last.
fn rank(without: &Without) -> f64 {
    match (without.less_ms, without.p99_ms) {
        (Some(less), _) => -less.value,
        (None, Some(p99)) => p99.value,
        (None, None) => f64::INFINITY,
    }
}
