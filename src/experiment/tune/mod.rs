//! Which of many settings of one contestant carries most: a race.
//!
//! ```text
//! all settings ─► too many connections, or a bound far below the leader? ─► out, no run
//!      │ best bound first, eight at a time
//!      ▼
//! short runs at the leader's load, the same requests for all (trials) ◄─── more of them while it is not clear
//!      │
//!      ├─► behind by more than the tolerance, beyond doubt: out
//!      ├─► ahead by more than the tolerance: leads from now on, and those who were near the old leader run again
//!      └─► neither: alike
//!      ▼
//! of those alike the one that takes least memory and the fewest connections, and one more, are searched as `capacity` does ─► best, runner-up
//! ```
//!
//! Settings are contestants of one scenario, so all face the same requests, and a challenger is not asked what it carries: only how
//! its [trials] differ from the leader's. Within the tolerance, which is the precision of the answer, nobody is told apart, as in selection with an
//! *indifference zone* (Bechhofer 1954; with screening and common random numbers: Nelson, Swann, Goldsman & Song 2001; racing: Maron & Moore 1994):
//! work goes into what matters, not into an order among equals. A look errs in 2.5 % of cases about a setting that is better by just
//! the tolerance, and far less often about one that is better by more.
//!
//! Left out on purpose: short runs do not see what takes longer than they do (a worker that is recycled after hours). The answer and the
//! runner-up are searched with whole runs, and the answer changes where those disagree with the trials.

mod finals;
mod leader;
mod results;
mod trials;

use self::leader::{Leader, REPLICATIONS, Scouted, scout};
use self::trials::Trials;
use super::bounds::Asking;
use super::carry::searchable;
use super::error::ExperimentError;
use super::progress::{Control, Foresight};
use super::scene::Scene;
use super::search::confirm;
use super::search::{End, Found, Ground, Query, Seeker, effort, planned, usual};
use super::simulator::Simulator;
use super::study::{Fate, Study};
use crate::scenario::{Scenario, System};
use crate::stats::Estimate;

/// Challengers at once.
const HEAT: usize = 8;
/// The most replications of a challenger that may be ahead, and of one that may only be alike or behind.
const MOST: [u32; 2] = [13, 9];
/// Bounds below this share of what the leader can carry at most go out without a run.
const FAR: f64 = 0.8;
/// What is seen further away than this share of the load is a side, not a distance.
const LINEAR: f64 = 0.1;
/// Requests of a trial, as a share of those of a whole run.
const LENGTH: f64 = 0.25;
/// Replications with which a search begins.
const FEW: u32 = 5;
/// Searches that the answer and the runner-up usually take: for the time left.
const SEARCHES: usize = 2;
/// Half the width of an interval for which a scout looks.
const COARSE: f64 = 0.05;
/// The share of the budget that one search may take: that of one in a `capacity` of all settings, but no less and no more than this.
const ONE_SEARCH: [f64; 2] = [0.04, 0.15];

/// Races the contestants of a scenario against each other. Of those that carry alike and take alike, the answer is the one with the fewest
/// `changes` to what the model says; none are counted where they are not given.
///
/// # Errors
/// As for a search for capacities; or if it was interrupted.
pub fn tune_with<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    changes: &[usize],
    precision: f64,
    budget: f64,
    control: &Control,
) -> Result<Study, ExperimentError> {
    searchable(scenario)?;
    let scene = Scene::new(scenario, simulator);
    let mut race = Race {
        changes,
        ..Race::new(&scene, precision, budget, control)
    };
    let finished = race.heats().and_then(|()| race.finals());
    let mut study = scene.study("tune", &[], finished.is_none() || control.cancelled());
    let visits = race.ground.visits.iter().flatten();
    study.rows = visits.flat_map(|v| v.rows.iter().cloned()).collect();
    study.raced = race.results();
    study.precision = precision;
    if study.raced.is_empty() {
        return Err(ExperimentError::Interrupted);
    }
    Ok(study)
}

/// What became of a setting so far.
#[derive(Clone, Debug)]
enum State {
    /// To be looked at, or again.
    Waiting,
    /// Within the tolerance of the leader, or not told apart from it.
    Alike,
    /// Behind by more than the tolerance.
    Behind,
    /// It meets the objectives at every load looked at.
    Unlimited,
    /// Out.
    Out(Fate),
}

struct Race<'a, S: Simulator> {
    ground: Ground<'a, S>,
    /// Half the width of the answer's interval, as a share; and the tolerance.
    precision: f64,
    budget: f64,
    control: &'a Control<'a>,
    states: Vec<State>,
    /// By setting, how much of the model it changes.
    changes: &'a [usize],
    leader: Option<Leader>,
    /// Who led so far: nobody does twice, or noise might go round in a circle.
    led: Vec<bool>,
    /// What was found of those that were searched.
    found: Vec<Option<End>>,
    best: Option<usize>,
    /// The load that the best is good to.
    good: Option<f64>,
    /// What is not yet under way.
    foresight: Foresight<'a, 'a>,
}

impl<'a, S: Simulator> Race<'a, S> {
    fn new(scene: &'a Scene<'a, S>, precision: f64, budget: f64, control: &'a Control<'a>) -> Self {
        let contestants = &scene.scenario.contestants;
        Self {
            ground: Ground::new(scene, effort::CLOSE),
            precision,
            budget,
            control,
            states: contestants.iter().map(|c| connections(&c.system)).collect(),
            changes: &[],
            leader: None,
            led: vec![false; contestants.len()],
            found: vec![None; contestants.len()],
            best: None,
            good: None,
            foresight: Foresight::new(control),
        }
    }

    /// Plans runs of so many settings, and so many searches, instead of what was planned before.
    fn foresee(&mut self, settings: usize, searches: usize) {
        let in_race = |c: &usize| !matches!(self.states[*c], State::Out(_));
        let leader = self.leader.as_ref().map(|l| (l.who, l.trials.load));
        let usual = |one| (one, usual(&self.ground, one));
        let one = leader.or_else(|| (0..self.states.len()).find(in_race).map(usual));
        let wanted = one.map_or(0, |(one, load)| {
            let seeker = Seeker::new(&self.ground, self.query(one, COARSE));
            let each = f64::from(REPLICATIONS) * trial(&seeker, load);
            let search = planned(&self.ground, self.query(one, self.precision), load);
            let confirmed = confirm::planned(&self.ground, one, load, self.budget);
            (settings as f64 * each) as u64 + searches as u64 * search + confirmed
        });
        self.foresight.revise(wanted);
    }

    /// Until nobody waits. `None` if interrupted.
    fn heats(&mut self) -> Option<()> {
        let mut order: Vec<usize> = (0..self.states.len()).collect();
        let bound = |c: &usize| self.ground.scene.bound(*c);
        order.sort_by(|a, b| bound(b).total_cmp(&bound(a)));
        loop {
            self.discard();
            let waiting = |c: &&usize| matches!(self.states[**c], State::Waiting);
            let heat: Vec<usize> = order.iter().filter(waiting).copied().collect();
            let Some(first) = heat.first() else {
                return Some(());
            };
            let now = if self.leader.is_some() {
                heat.len().min(HEAT)
            } else {
                1
            };
            self.foresee(heat.len() - now, SEARCHES);
            match self.leader {
                None => self.scout(*first)?,
                Some(_) => {
                    let heat = &heat[..now];
                    if let Some(ahead) = self.heat(heat)? {
                        self.follow(ahead)?;
                    }
                }
            }
        }
    }

    /// Looks about what a setting carries; it leads if that is limited by anything.
    fn scout(&mut self, setting: usize) -> Option<()> {
        let query = self.query(setting, COARSE);
        match scout(&mut self.ground, query, self.control)? {
            Scouted::Near(load) => {
                let seeker = Seeker::new(&self.ground, query);
                let (load, requests) = (seeker.rounded(load), trial(&seeker, load));
                let rate = self.ground.scene.rate(setting, load, 1.0);
                let first = Trials::new(load, rate, requests, self.states.len());
                self.lead(query, first, None)?;
            }
            Scouted::End(End::Never) => {
                self.states[setting] = State::Out(Fate::Never);
                self.found[setting] = Some(End::Never);
            }
            Scouted::End(end @ End::Unfound { met: false }) => {
                self.states[setting] = State::Out(Fate::Unfound);
                self.found[setting] = Some(end);
            }
            Scouted::End(_) => self.states[setting] = State::Unlimited,
        }
        Some(())
    }

    fn lead(&mut self, query: Query, first: Trials, slope: Option<f64>) -> Option<()> {
        let leader = Leader::find(&mut self.ground, query, first, slope, self.control)?;
        self.states[query.contestant] = State::Alike;
        self.led[query.contestant] = true;
        self.leader = Some(leader);
        self.check_memory(&[query.contestant]);
        Some(())
    }

    /// A setting that was ahead leads. Those who were near the old leader run again at its load: curves cross, and who is ahead by less at one
    /// load may not be at the next. Those who missed the objectives where the old leader met them carry less than it, and stay behind; so does
    /// the old leader, who just met them, if the new one met them with room.
    fn follow(&mut self, ahead: usize) -> Option<()> {
        let Some(old) = self.leader.take() else {
            return Some(());
        };
        let load = old.trials.load;
        let behind = old
            .trials
            .behind(&self.ground, ahead, old.who, old.slope)
            .filter(|b| self.side(*b, load) == Side::Ahead);
        if behind.is_some() {
            self.states[old.who] = State::Behind;
        }
        for state in &mut self.states {
            if matches!(state, State::Alike) {
                *state = State::Waiting;
            }
        }
        self.lead(self.query(ahead, COARSE), old.trials, Some(old.slope))
    }

    /// Runs them at the leader's load until it is clear where they are. The one that is ahead by most, if any is.
    fn heat(&mut self, settings: &[usize]) -> Option<Option<usize>> {
        let mut leader = self.leader.take()?;
        let load = leader.trials.load;
        let mut open = settings.to_vec();
        let mut ahead: Option<(usize, f64)> = None;
        let mut replications = REPLICATIONS;
        while !open.is_empty() {
            let all: Vec<usize> = std::iter::once(leader.who).chain(open.clone()).collect();
            let trials = &mut leader.trials;
            trials.run(&mut self.ground, &all, replications, self.control)?;
            replications += replications / 2;
            let mut unclear = Vec::new();
            for setting in open {
                let trials = &leader.trials;
                let behind = trials.behind(&self.ground, setting, leader.who, leader.slope);
                let side = behind.map_or(Side::MayBeAhead, |b| self.side(b, load));
                let more = match side {
                    Side::MayBeAhead => replications <= MOST[0],
                    Side::MayBeAlike => replications <= MOST[1],
                    _ => false,
                };
                self.states[setting] = match side {
                    Side::Behind => State::Behind,
                    _ => State::Alike,
                };
                let leads = matches!(side, Side::Ahead | Side::MayBeAhead) && !self.led[setting];
                let value = behind.map_or(0.0, |b| b.value);
                if more {
                    unclear.push(setting);
                } else if leads && value < ahead.map_or(0.0, |(_, most)| most) {
                    ahead = Some((setting, value));
                }
            }
            // Once somebody else leads, the unclear run again anyway.
            open = unclear;
            open.retain(|_| ahead.is_none());
        }
        self.leader = Some(leader);
        self.check_memory(settings);
        let ahead = ahead.map(|(setting, _)| setting);
        Some(ahead.filter(|setting| matches!(self.states[*setting], State::Alike)))
    }

    /// Where a setting is that is so far behind.
    fn side(&self, behind: Estimate, load: f64) -> Side {
        let tolerance = self.precision * load;
        if behind.lo > 0.0 && behind.value > tolerance {
            Side::Behind
        } else if behind.hi < 0.0 && behind.value < -tolerance {
            Side::Ahead
        } else if behind.lo < -tolerance {
            Side::MayBeAhead
        } else if behind.hi > tolerance {
            Side::MayBeAlike
        } else {
            Side::Alike
        }
    }

    /// Puts those out whose demands alone keep them far below what the leader can carry at most; before anything is known of the leader
    /// but where it meets the objectives on few requests, which may be a little too far up.
    fn discard(&mut self) {
        if let Some(leader) = &self.leader {
            let most = self.ground.scene.bound(leader.who).min(leader.trials.load);
            self.below(FAR * most);
        }
    }

    /// Puts those out whose demands alone forbid a load: `bound / load` of the requests at most are served there.
    fn below(&mut self, load: f64) {
        if self.ground.scene.asking != Asking::Open {
            return;
        }
        let aims = self.ground.aims.iter();
        let may_fail = aims.map(|aim| aim.may_fail()).fold(1.0, f64::min);
        for setting in 0..self.states.len() {
            let info = &self.ground.scene.infos[setting];
            let in_race = !matches!(self.states[setting], State::Out(_) | State::Unlimited);
            let Some(bound) = info.bounds.first().filter(|_| in_race) else {
                continue;
            };
            if Some(setting) != self.best && bound.load < load * (1.0 - may_fail) {
                self.states[setting] = State::Out(Fate::Bound {
                    resource: bound.resource.clone(),
                    load: bound.load,
                });
            }
        }
    }

    fn query(&self, contestant: usize, precision: f64) -> Query<'static> {
        let replications = self.ground.scene.scenario.run.replications;
        let share = (1.0 / self.states.len() as f64).clamp(ONE_SEARCH[0], ONE_SEARCH[1]);
        Query {
            contestant,
            precision,
            replications: if precision < COARSE {
                replications
            } else {
                replications.min(FEW)
            },
            // The length of runs follows from the budget: what trials took must not make them longer.
            budget: (share * self.budget)
                .max(self.ground.events[contestant] as f64 + 0.5 * share * self.budget),
            hint: None,
        }
    }

    fn crossed(&self, setting: usize) -> Option<&Found> {
        match &self.found[setting] {
            Some(End::Crossed(found)) => Some(found),
            _ => None,
        }
    }

    /// Those out whose trials took more memory than their host has. A leader among them leads no more.
    fn check_memory(&mut self, settings: &[usize]) {
        for &setting in settings {
            let Some(leader) = &self.leader else { return };
            let used = leader.trials.memory(setting);
            if self.memory(setting).is_some_and(|memory| used > memory) {
                let fate = Fate::Memory(used as f64 * 1e-6);
                self.states[setting] = State::Out(fate);
                if leader.who == setting {
                    // Those behind it may be behind nobody else.
                    self.leader = None;
                    for state in &mut self.states {
                        if matches!(state, State::Alike | State::Behind) {
                            *state = State::Waiting;
                        }
                    }
                }
            }
        }
    }

    /// Bytes that the host of a setting has.
    fn memory(&self, setting: usize) -> Option<u64> {
        let system = &self.ground.scene.scenario.contestants[setting].system;
        let app = system.services.first()?;
        system.hosts.get(app.host)?.memory
    }
}

/// Where a setting is, against the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Ahead,
    MayBeAhead,
    Alike,
    MayBeAlike,
    Behind,
}

/// Requests of a replication of a trial.
fn trial<S: Simulator>(seeker: &Seeker<S>, load: f64) -> f64 {
    (LENGTH * seeker.requests(load, true)).max(seeker.requests(load, false))
}

/// Out if a setting's pools can open more connections than a service they lead to takes.
fn connections(system: &System) -> State {
    let over = system
        .services
        .iter()
        .enumerate()
        .find_map(|(index, service)| {
            let limit = u64::from(service.model.connection_limit?);
            let most = system.most_connections(index)?;
            (most > limit).then(|| Fate::Connections {
                service: service.name.clone(),
                most,
                limit,
            })
        });
    over.map_or(State::Waiting, State::Out)
}
