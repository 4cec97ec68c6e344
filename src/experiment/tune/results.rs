//! What is told of every setting when the race is over.

use super::{LINEAR, Race, State};
use crate::experiment::carry::carried;
use crate::experiment::search::End;
use crate::experiment::simulator::Simulator;
use crate::experiment::study::{Fate, Raced};
use crate::stats::Estimate;

impl<S: Simulator> Race<'_, S> {
    /// What became of everybody, in the order of the settings; nothing where nobody was finished.
    pub(super) fn results(&self) -> Vec<Raced> {
        if self.best.is_none() && self.states.iter().all(|s| !matches!(s, State::Out(_))) {
            return Vec::new();
        }
        (0..self.states.len())
            .map(|setting| self.result(setting))
            .collect()
    }

    fn result(&self, setting: usize) -> Raced {
        let others = self.best.filter(|best| *best != setting);
        let behind = others.and_then(|best| self.behind(best, setting));
        Raced {
            setting: self.ground.scene.infos[setting].name.clone(),
            fate: self.fate(setting, behind),
            carried: self.found[setting].as_ref().map(|end| {
                let good = self.good.filter(|_| self.best == Some(setting));
                carried(&self.ground, setting, end, good)
            }),
            behind,
            events: self.ground.events[setting],
        }
    }

    fn fate(&self, setting: usize, behind: Option<Estimate>) -> Fate {
        let load = self.best.and_then(|best| Some(self.crossed(best)?.load));
        match (&self.states[setting], load) {
            (State::Out(fate), _) => fate.clone(),
            _ if self.best == Some(setting) => Fate::Best,
            (State::Waiting, _) => Fate::Unfinished,
            _ if self.best.is_none() => Fate::Unfinished,
            // Beside one that nothing limits, one that something does is behind by no finite load.
            (State::Alike, None) if self.endless() => Fate::Less,
            (State::Alike | State::Unlimited, _) => Fate::Alike,
            (State::Behind, Some(load)) if behind.is_none() => Fate::Missed(load.value),
            (State::Behind, _) => Fate::Less,
        }
    }

    /// Whether nothing limits the best.
    fn endless(&self) -> bool {
        self.best
            .is_some_and(|best| matches!(self.found[best], Some(End::Always)))
    }

    /// How much less a setting carries than the best: from whole runs where both were searched, from the trials otherwise, where it is
    /// near enough for those to say.
    fn behind(&self, best: usize, setting: usize) -> Option<Estimate> {
        self.searched_behind(best, setting).or_else(|| {
            let leader = self.leader.as_ref()?;
            let ran = leader.trials.has(best) && leader.trials.has(setting);
            let seen = leader
                .trials
                .behind(&self.ground, setting, best, leader.slope);
            let near = |b: &Estimate| b.value.abs() <= LINEAR * leader.trials.load;
            seen.filter(|b| ran && near(b))
        })
    }
}
