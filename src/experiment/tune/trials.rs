//! Runs of settings at one load on the same requests, short ones, and how far apart two settings are by them.
//!
//! All face the same requests over the same time, and nothing before the same instant is counted, so what one setting suffers from a
//! burst the other suffers too. With so few requests the share of the late ones is not what it would be in the long run; but the load at which *these* requests just
//! meet the objectives orders settings as their capacities do. That load's difference is read off the margins `m` at one load:
//!
//! ```text
//! margin │        b ╱   ╱ c               b just meets the objectives near this load L and its margin rises by
//!      0 │─────────╱───╱────              `slope` a unit of load there; c's margin is lower by m_b − m_c, so
//!        │        ╱   ╱                   c carries (m_b − m_c) / slope more
//!        └────────L───────── load
//! ```
//!
//! It is a difference replication by replication, and the jackknife gives its interval. Far from zero the line says the side and not how far.

use crate::experiment::brief::{Brief, Part};
use crate::experiment::jobs::{Folded, Point, replicate};
use crate::experiment::length::whole_slots;
use crate::experiment::progress::Control;
use crate::experiment::search::{Ground, scopes};
use crate::experiment::simulator::Simulator;
use crate::kernel::Span;
use crate::measure::SEGMENTS;
use crate::stats::{Estimate, Jackknifed, Scale};

/// Of 16 parts of a run, those not counted.
const CUT: usize = 3;

/// What a setting did at the load.
#[derive(Clone, Debug, Default)]
struct Trial {
    /// The [`scopes`] of each replication.
    parts: Vec<Vec<Part>>,
    /// Most bytes of memory in use.
    memory: u64,
}

/// Settings at one load.
#[derive(Clone, Debug)]
pub struct Trials {
    /// The load.
    pub load: f64,
    /// Requests of a replication.
    pub requests: f64,
    horizon: Span,
    /// By setting.
    trials: Vec<Trial>,
}

impl Trials {
    /// Nobody ran yet. `rate` is the load in requests per second.
    pub fn new(load: f64, rate: f64, requests: f64, settings: usize) -> Self {
        let measured = requests / rate.max(1e-9);
        let parts = SEGMENTS as f64;
        Self {
            load,
            requests,
            horizon: whole_slots(measured * parts / (parts - CUT as f64)),
            trials: vec![Trial::default(); settings],
        }
    }

    /// Runs these settings until each has so many replications. `None` if interrupted.
    pub fn run<S: Simulator>(
        &mut self,
        ground: &mut Ground<S>,
        settings: &[usize],
        replications: u32,
        control: &Control,
    ) -> Option<()> {
        let scene = ground.scene;
        let point = |setting: &usize| {
            let first = self.trials[*setting].parts.len() as u32;
            Point {
                load: self.load,
                horizon: self.horizon,
                requests: self.requests,
                contestants: vec![*setting],
                replications: replications.saturating_sub(first),
                first,
                language: 1.0,
                open: false,
            }
        };
        let points: Vec<Point> = settings
            .iter()
            .map(point)
            .filter(|point| point.replications > 0)
            .collect();
        let seed = scene.scenario.run.seed;
        let found = replicate(scene.simulator, &points, seed, control, |_, cells, _| {
            Folded::enough(cells.first().map(|cell| cell.briefs.clone()))
        });
        for (point, briefs) in points.iter().zip(found) {
            let setting = point.contestants[0];
            for brief in briefs.flatten()? {
                ground.events[setting] += brief.events;
                let trial = &mut self.trials[setting];
                trial.memory = trial.memory.max(brief.memory_bytes);
                trial.parts.push(counted(&brief));
            }
        }
        Some(())
    }

    /// Whether it ran.
    pub fn has(&self, setting: usize) -> bool {
        !self.trials[setting].parts.is_empty()
    }

    /// Most bytes of memory that it had in use.
    pub fn memory(&self, setting: usize) -> u64 {
        self.trials[setting].memory
    }

    /// The margin of the objective that is nearest to its limit or furthest beyond, by the first replications.
    pub fn margin<S: Simulator>(
        &self,
        ground: &Ground<S>,
        setting: usize,
        replications: usize,
    ) -> Option<Jackknifed> {
        let parts = self.trials[setting].parts.get(..replications)?;
        let margins: Option<Vec<_>> = ground.aims.iter().map(|aim| aim.margin(parts)).collect();
        margins?.into_iter().reduce(|a, b| Jackknifed {
            full: a.full.max(b.full),
            without: a
                .without
                .iter()
                .zip(b.without)
                .map(|(a, b)| a.max(b))
                .collect(),
        })
    }

    /// The margin by all replications.
    pub fn full<S: Simulator>(&self, ground: &Ground<S>, setting: usize) -> Option<f64> {
        let replications = self.trials[setting].parts.len();
        Some(self.margin(ground, setting, replications)?.full)
    }

    /// How much less a setting carries than another, in the unit of the load, by the replications that both have.
    pub fn behind<S: Simulator>(
        &self,
        ground: &Ground<S>,
        setting: usize,
        other: usize,
        slope: f64,
    ) -> Option<Estimate> {
        let count = |setting: usize| self.trials[setting].parts.len();
        let both = count(setting).min(count(other));
        let ours = self.margin(ground, setting, both)?;
        let difference = ours.minus(&self.margin(ground, other, both)?)?;
        let behind = difference.map(|margin| margin / slope);
        Some(behind.interval(Scale::Linear)).filter(Estimate::has_interval)
    }
}

/// The scopes of a replication after the cut.
fn counted(brief: &Brief) -> Vec<Part> {
    scopes(&brief.after(CUT).endpoints)
}
