//! Of those alike, which is the answer: searched with whole runs.

use super::{Race, SEARCHES, State};
use crate::experiment::carry::carried;
use crate::experiment::search::confirm;
use crate::experiment::search::{End, Hint, Order, Query, seek};
use crate::experiment::simulator::Simulator;
use crate::experiment::study::Fate;
use crate::stats::{Estimate, Scale};

/// Searches at most: the answer and the runner-up, and one more where those disagree with the trials.
const MOST: usize = 3;

/// Where the trials point above this share of the bound, whole runs may drown.
const SURE: f64 = 0.97;

impl<S: Simulator> Race<'_, S> {
    /// Searches the thriftiest of those alike and the leader, or whoever is nearest to it, and says which is best.
    pub(super) fn finals(&mut self) -> Option<()> {
        if let Some(unlimited) = self.thriftiest(|c| matches!(self.states[c], State::Unlimited)) {
            self.found[unlimited] = Some(End::Always);
            self.best = Some(unlimited);
            return Some(());
        }
        let mut searches = 0;
        while searches < MOST {
            let Some(next) = self.candidate() else { break };
            self.foresee(0, SEARCHES.saturating_sub(searches + 1));
            self.search(next)?;
            searches += 1;
            self.choose();
        }
        if let Some(found) = self.best.and_then(|best| self.crossed(best)) {
            let load = if found.load.has_interval() {
                found.load.lo
            } else {
                found.load.value
            };
            self.below(load);
        }
        self.confirm();
        Some(())
    }

    /// Tries what the best is good to.
    fn confirm(&mut self) {
        self.foresight.revise(0);
        let best = self
            .best
            .and_then(|best| Some((best, self.crossed(best)?.clone())));
        if let Some((best, found)) = best {
            let candidates = [(best, &found)];
            let good = confirm::good_to(&mut self.ground, &candidates, self.budget, self.control);
            self.good = good[0];
        }
    }

    /// Who is to be searched next: the thriftiest of those that seem to be within the tolerance, then the leader, then the nearest to it.
    fn candidate(&self) -> Option<usize> {
        let load = self.leader.as_ref().map_or(0.0, |l| l.trials.load);
        let within = |b: Estimate| b.value <= self.precision * load;
        let near = |c: usize| self.alike(c) && self.seen(c).is_none_or(within);
        let thriftiest = self.thriftiest(near)?;
        if !self.searched(thriftiest) {
            return Some(thriftiest);
        }
        let alike = (0..self.states.len()).filter(|c| self.alike(*c));
        if alike.clone().filter(|c| self.searched(*c)).count() >= 2 {
            return None;
        }
        let value = |c: &usize| self.seen(*c).map_or(f64::INFINITY, |behind| behind.value);
        alike
            .filter(|c| !self.searched(*c))
            .min_by(|a, b| value(a).total_cmp(&value(b)))
    }

    /// Of these the one that takes least memory, then the fewest connections, then what changes least, then the first.
    fn thriftiest(&self, which: impl Fn(usize) -> bool) -> Option<usize> {
        let takes = |c: &usize| {
            let memory = self.leader.as_ref().map_or(0, |l| l.trials.memory(*c));
            let system = &self.ground.scene.scenario.contestants[*c].system;
            let connections = (0..system.services.len()).filter_map(|s| system.most_connections(s));
            let changes = self.changes.get(*c).copied().unwrap_or_default();
            (memory, connections.sum::<u64>(), changes)
        };
        (0..self.states.len())
            .filter(|c| which(*c))
            .min_by_key(takes)
    }

    fn alike(&self, setting: usize) -> bool {
        matches!(self.states[setting], State::Alike)
    }

    fn searched(&self, setting: usize) -> bool {
        self.found[setting].is_some()
    }

    /// Finds what a setting carries.
    fn search(&mut self, setting: usize) -> Option<()> {
        if !self.ground.carry_out(&self.beside(setting), self.control) {
            return None;
        }
        let query = Query {
            hint: self.pointed(setting).map(|load| Hint { load, slopes: &[] }),
            ..self.query(setting, self.precision)
        };
        let end = seek(&mut self.ground, &[query], |_, _, _| 0, self.control)?
            .into_iter()
            .next()?;
        if let End::Never = end {
            self.states[setting] = State::Out(Fate::Never);
        } else if let End::Unfound { met: false } = end {
            self.states[setting] = State::Out(Fate::Unfound);
        } else {
            let used = carried(&self.ground, setting, &end, None).memory_mb;
            if self.memory(setting).is_some_and(|m| used * 1e6 > m as f64) {
                self.states[setting] = State::Out(Fate::Memory(used));
            }
        }
        self.found[setting] = Some(end);
        Some(())
    }

    /// The first whole runs of a setting: those next to the root of who was searched before and is like it.
    fn beside(&self, contestant: usize) -> Vec<Order> {
        let before = self.best.and_then(|best| Some((best, self.crossed(best)?)));
        let Some((best, found)) = before.filter(|(_, found)| found.replications.is_some()) else {
            return Vec::new();
        };
        let distance = |order: &Order| (order.load - found.load.value).abs();
        let visits = self.ground.visits[best].iter().map(|visit| visit.order);
        let mut whole: Vec<Order> = visits.filter(|order| order.full).collect();
        whole.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        let like = |order| Order {
            contestant,
            ..order
        };
        whole.into_iter().take(2).map(like).collect()
    }

    /// Where a setting's trials point, unless that is so near to its bound that few requests say little.
    fn pointed(&self, setting: usize) -> Option<f64> {
        let root = self.leader.as_ref()?.trials.load - self.seen(setting)?.value;
        (root <= SURE * self.ground.scene.bound(setting)).then_some(root)
    }

    /// The thriftiest of those searched that none of them leaves behind by more than the tolerance.
    fn choose(&mut self) {
        let rivals: Vec<usize> = (0..self.states.len())
            .filter(|c| self.searched(*c) && self.alike(*c))
            .collect();
        for &setting in &rivals {
            let left = |other: &&usize| {
                let carries = self.crossed(**other).map_or(0.0, |found| found.load.value);
                let behind = self.searched_behind(**other, setting);
                behind.is_some_and(|b| b.lo > 0.0 && b.value > self.precision * carries)
            };
            if rivals.iter().any(|other| left(&other)) {
                self.states[setting] = State::Behind;
            }
        }
        self.best = self.thriftiest(|c| self.searched(c) && self.alike(c));
    }

    /// How much less a setting carries than another, both searched: of the same replications where both have them.
    pub(super) fn searched_behind(&self, best: usize, setting: usize) -> Option<Estimate> {
        let (ours, theirs) = (self.crossed(best)?, self.crossed(setting)?);
        let pair = ours.replications.as_ref().zip(theirs.replications.as_ref());
        let paired = pair
            .and_then(|(a, b)| a.minus(b))
            .map(|d| d.interval(Scale::Linear));
        paired.filter(Estimate::has_interval).or_else(|| {
            let half = |e: Estimate| (e.hi - e.lo) / 2.0;
            let (a, b) = (ours.load, theirs.load);
            Some(Estimate::around(a.value - b.value, half(a).hypot(half(b))))
        })
    }

    /// How much less than the leader a setting carries, by their trials.
    pub(super) fn seen(&self, setting: usize) -> Option<Estimate> {
        let leader = self.leader.as_ref()?;
        if !leader.trials.has(setting) {
            return None;
        }
        leader
            .trials
            .behind(&self.ground, setting, leader.who, leader.slope)
    }
}
