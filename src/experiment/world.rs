//! The real simulation behind the seam of [`super::Simulator`].

use super::simulator::{Plan, Simulator};
use crate::kernel::Span;
use crate::measure::{Outcome, Resource};
use crate::scenario::Scenario;
use crate::world::{self, Demands, Setting, Station, stations};

/// Simulates the contestants of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Simulation<'a>(pub &'a Scenario);

impl Simulation<'_> {
    /// What this scenario is compiled with at a load.
    pub(super) fn setting(&self, load: f64, horizon: Span, language: f64) -> Setting {
        Setting {
            language,
            warm_caches: !self.0.run.cold_caches,
            ..Setting::new(load, horizon)
        }
    }

    /// A contestant compiled with this.
    pub(super) fn plan(&self, contestant: usize, setting: Setting) -> world::Plan {
        world::Plan::compile(&self.0.contestants[contestant], &self.0.arrivals, setting)
    }
}

impl Simulator for Simulation<'_> {
    type Plan = world::Plan;

    fn compile(&self, contestant: usize, load: f64, horizon: Span, language: f64) -> world::Plan {
        self.plan(contestant, self.setting(load, horizon, language))
    }

    fn demands(&self, contestant: usize, rate: f64, language: f64) -> Demands {
        world::demands(
            &self.0.contestants[contestant],
            &self.0.arrivals,
            rate,
            language,
        )
    }

    /// By the fullest station of which a variance is known. One that is infinite asks for nothing: no length of run would do.
    fn variability(&self, contestant: usize, rate: f64) -> f64 {
        let (stations, _) = stations(&self.0.contestants[contestant], &self.0.arrivals, rate);
        let full = |station: &Station| station.demand_ns / station.units as f64;
        let known = stations
            .iter()
            .filter(|station| station.scv.is_some_and(f64::is_finite));
        let fullest = known.max_by(|a, b| full(a).total_cmp(&full(b)));
        let scv = fullest.and_then(|station| station.scv).unwrap_or(1.0);
        (0.5 * (1.0 + scv)).max(1.0)
    }
}

impl Plan for world::Plan {
    fn resources(&self) -> &[Resource] {
        &self.resources
    }

    fn run(&self, seed: u64, replication: u64) -> Outcome {
        self.run(seed, replication)
    }
}
