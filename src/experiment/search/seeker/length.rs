//! How long the runs of a search are.

use super::Seeker;
use crate::experiment::bounds::Asking;
use crate::experiment::search::margin::Aim;
use crate::experiment::simulator::Simulator;
use crate::scenario::RunLength;

impl<S: Simulator> Seeker<'_, '_, S> {
    /// Requests of a replication: what the objectives need, and so many relaxation times.
    pub fn requests(&self, load: f64, full: bool) -> f64 {
        self.wish(load, full).1
    }

    /// Whether the budget allows whole runs of less than half the length they should have at this load: then an interval is no better than a guess.
    pub(super) fn hasty(&self, load: f64) -> bool {
        let (wanted, granted) = self.wish(load, true);
        granted < 0.5 * wanted
    }

    /// The requests that a replication should have, and those that it gets.
    fn wish(&self, load: f64, full: bool) -> (f64, f64) {
        let (scene, effort, kind) = (self.scene, self.effort, usize::from(full));
        let rate = scene.rate(self.query.contestant, load, scene.language);
        let limit = match scene.asking {
            Asking::Open if full => scene.scenario.slo.longest_limit(),
            _ => 0.0,
        };
        if let RunLength::Requests(asked) = scene.scenario.run.length {
            let asked = (asked as f64).max(rate * effort.limits * limit);
            return (asked, asked);
        }
        let needed = self.aims.iter().map(Aim::requests).fold(0.0, f64::max);
        let least = effort.requests[kind] * needed;
        let tau = scene.relaxation(self.query.contestant, load);
        // What drowns remembers for ever.
        let tau = Some(tau).filter(|tau| tau.is_finite()).unwrap_or(0.0);
        let shown = effort.shown * limit / self.query.precision;
        let wanted = (rate * shown.max(effort.relaxations[kind] * tau)).max(least);
        let most = match effort.longer {
            Some(times) => times * least,
            None => self.affordable(full).max(least),
        };
        (wanted, wanted.min(most))
    }

    /// Requests of a replication that the budget allows.
    fn affordable(&self, full: bool) -> f64 {
        let events = self.scene.events(self.query.contestant);
        let replications = f64::from(self.query.replications.max(self.effort.scouts));
        let share = if full { 0.1 } else { 0.01 };
        share * self.query.budget / (replications * events)
    }
}
