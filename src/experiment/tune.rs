//! Which of many settings of one contestant carries most: a race.
//!
//! ```text
//! all settings ─► bound below the best? ─► asked for the load that the best carries ─► missed: out
//!   best bound first    out, no run                  met: a search, perhaps the new best
//!                                                    undecided: more replications, then a contender
//! contenders ─► asked again for what the best carries in the end ─► the nearest few searched as closely as it ─► best, runner-up
//! ```
//!
//! Settings are contestants of one scenario, so all face the same requests. A challenger is not asked what it carries,
//! only whether it carries what the incumbent does: one load instead of a search. It is put out only where the margin of some objective lies beyond its
//! limit with its whole 95 % interval, at a load that the incumbent carries with the lower end of its own; the chance that the true best
//! goes out is less than 2.5 %, and far less where it is better by more than the interval. (Racing: Maron & Moore 1994; elimination with common random
//! numbers: Nelson et al. 2001.)

use std::cmp::Ordering;

use super::bounds::Asking;
use super::carry::{carried, searchable};
use super::error::ExperimentError;
use super::progress::Control;
use super::scene::Scene;
use super::search::{End, Found, Ground, Order, Query, Seeker, Visit, seek};
use super::simulator::Simulator;
use super::study::{Carried, Fate, Raced, Study};
use crate::scenario::{Scenario, System};
use crate::stats::{Estimate, Scale};

/// Challengers asked at once.
const HEAT: usize = 8;
/// Replications of a challenger, and the most before it is called undecided.
const REPLICATIONS: [u32; 2] = [4, 16];
/// Half the width of the interval that shows whether a challenger is the new best.
const COARSE: f64 = 0.05;
/// Replications with which that begins.
const FEW: u32 = 5;
/// How many contenders are searched as closely as the best in the end.
const CLOSELY: usize = 2;
/// The share of the budget that one search may take.
const ONE_SEARCH: f64 = 0.15;

/// Races the contestants of a scenario against each other.
///
/// # Errors
/// As for a search for capacities; or if it was interrupted.
pub fn tune_with<S: Simulator>(
    scenario: &Scenario,
    simulator: &S,
    precision: f64,
    budget: f64,
    control: &Control,
) -> Result<Study, ExperimentError> {
    searchable(scenario)?;
    let scene = Scene::new(scenario, simulator);
    let mut race = Race::new(&scene, precision, budget, control);
    let finished = race.heats().and_then(|()| race.finals());
    let mut study = scene.study("tune", &[], finished.is_none());
    let visits = race.ground.visits.iter().flatten();
    study.rows = visits.flat_map(|v| v.rows.iter().cloned()).collect();
    study.raced = race.results();
    if study.raced.is_empty() {
        return Err(ExperimentError::Interrupted);
    }
    Ok(study)
}

/// What became of a setting so far.
#[derive(Clone, Debug)]
enum State {
    /// Not asked, or to be asked again.
    Waiting,
    /// Asked at this load: cannot be told apart from the best.
    Contender(f64),
    /// Out.
    Out(Fate),
}

struct Race<'a, S: Simulator> {
    ground: Ground<'a, S>,
    precision: f64,
    budget: f64,
    control: &'a Control<'a>,
    states: Vec<State>,
    /// What was found of those that were searched.
    found: Vec<Option<End>>,
    best: Option<usize>,
}

impl<'a, S: Simulator> Race<'a, S> {
    fn new(scene: &'a Scene<'a, S>, precision: f64, budget: f64, control: &'a Control<'a>) -> Self {
        let settings = scene.scenario.contestants.len();
        Self {
            ground: Ground::new(scene),
            precision,
            budget,
            control,
            states: scene
                .scenario
                .contestants
                .iter()
                .map(|c| connections(&c.system))
                .collect(),
            found: vec![None; settings],
            best: None,
        }
    }

    /// Until nobody waits. `None` if interrupted.
    fn heats(&mut self) -> Option<()> {
        let mut order: Vec<usize> = (0..self.states.len()).collect();
        let bound = |c: &usize| self.ground.scene.bound(*c);
        order.sort_by(|a, b| bound(b).total_cmp(&bound(a)));
        loop {
            let Some(load) = self.target() else {
                let waiting = |c: &&usize| matches!(self.states[**c], State::Waiting);
                let Some(first) = order.iter().find(waiting).copied() else {
                    return Some(());
                };
                self.search(first, COARSE)?;
                continue;
            };
            self.discard(load);
            let waiting = order
                .iter()
                .filter(|c| matches!(self.states[**c], State::Waiting));
            let heat: Vec<usize> = waiting.take(HEAT).copied().collect();
            if heat.is_empty() {
                return Some(());
            }
            self.champions(&heat, load)?;
        }
    }

    /// Asks them for a load. Of those who carry it, the one with most room is searched; if it is the new best, the others
    /// wait to be asked for what it carries.
    fn champions(&mut self, settings: &[usize], load: f64) -> Option<()> {
        let met = self.ask(settings, load)?;
        let fresh = met.iter().find(|c| self.found[**c].is_none()).copied();
        let before = self.best;
        if let Some(champion) = fresh {
            self.search(champion, COARSE)?;
        }
        if self.best == before {
            for setting in met {
                if matches!(self.states[setting], State::Waiting) {
                    self.states[setting] = State::Contender(load);
                }
            }
        }
        Some(())
    }

    /// The load that the best carries without doubt.
    fn target(&self) -> Option<f64> {
        let found = self.crossed(self.best?)?;
        Some(if found.load.has_interval() {
            found.load.lo
        } else {
            found.load.value
        })
    }

    fn crossed(&self, setting: usize) -> Option<&Found> {
        match &self.found[setting] {
            Some(End::Crossed(found)) => Some(found),
            _ => None,
        }
    }

    /// Puts those out whose demands alone forbid the load: `bound / load` of the requests at most are served there.
    fn discard(&mut self, load: f64) {
        if self.ground.scene.asking != Asking::Open {
            return;
        }
        let may_fail = self
            .ground
            .aims
            .iter()
            .map(|aim| aim.may_fail())
            .fold(1.0, f64::min);
        for setting in 0..self.states.len() {
            let info = &self.ground.scene.infos[setting];
            let Some(bound) = info.bounds.first() else {
                continue;
            };
            let waits = matches!(self.states[setting], State::Waiting | State::Contender(_));
            if waits && Some(setting) != self.best && bound.load < load * (1.0 - may_fail) {
                let resource = bound.resource.clone();
                self.states[setting] = State::Out(Fate::Bound {
                    resource,
                    load: bound.load,
                });
            }
        }
    }

    /// Asks them for a load until it is clear or not to be made clear. Those who miss it go out, those of whom it is not clear are contenders;
    /// those who meet it are returned, most room first, and wait.
    fn ask(&mut self, settings: &[usize], load: f64) -> Option<Vec<usize>> {
        let mut open = settings.to_vec();
        let mut replications = REPLICATIONS[0];
        let mut met: Vec<(usize, f64)> = Vec::new();
        loop {
            let orders: Vec<Order> = open
                .iter()
                .map(|c| self.order(*c, load, replications))
                .collect();
            if !self.ground.carry_out(&orders, self.control) {
                return None;
            }
            let mut unclear = Vec::new();
            for order in &orders {
                let visits = &self.ground.visits[order.contestant];
                let Some(visit) = visits.iter().find(|v| v.load() == order.load) else {
                    continue;
                };
                match clear(visit) {
                    Some(true) => {
                        met.push((order.contestant, visit.worst().map_or(0.0, |w| w.1.full)));
                    }
                    Some(false) => {
                        let fate = missed(visit, load, &self.ground);
                        self.states[order.contestant] = State::Out(fate);
                    }
                    None => unclear.push(order.contestant),
                }
            }
            open = unclear;
            replications *= 2;
            if open.is_empty() || replications > REPLICATIONS[1] {
                break;
            }
        }
        for setting in open {
            self.states[setting] = State::Contender(load);
        }
        met.sort_by(|a, b| a.1.total_cmp(&b.1));
        Some(met.into_iter().map(|(setting, _)| setting).collect())
    }

    fn order(&self, contestant: usize, load: f64, replications: u32) -> Order {
        let seeker = Seeker::new(&self.ground, self.query(contestant, COARSE));
        let visits = &self.ground.visits[contestant];
        // Whoever has been there goes on from what was seen.
        let before = visits.iter().find(|v| v.load() == load).map(|v| v.order);
        before.map_or_else(
            || Order {
                contestant,
                load,
                requests: seeker.requests(load, false),
                replications,
                full: false,
            },
            |order| Order {
                replications: replications.max(order.replications),
                ..order
            },
        )
    }

    fn query(&self, contestant: usize, precision: f64) -> Query {
        let replications = self.ground.scene.scenario.run.replications;
        Query {
            contestant,
            precision,
            replications: if precision < COARSE {
                replications
            } else {
                replications.min(FEW)
            },
            budget: self.ground.events[contestant] as f64 + ONE_SEARCH * self.budget,
        }
    }

    /// Finds what a setting carries; it is the new best if that is more.
    fn search(&mut self, setting: usize, precision: f64) -> Option<()> {
        let query = self.query(setting, precision);
        let end = seek(&mut self.ground, &[query], self.control)?
            .into_iter()
            .next()?;
        let told = carried(&self.ground, setting, &end);
        self.states[setting] = match &end {
            End::Never => State::Out(Fate::Never),
            _ if self.too_much_memory(setting, &told) => State::Out(Fate::Memory(told.memory_mb)),
            End::Always | End::Crossed(_) => State::Contender(0.0),
        };
        self.found[setting] = Some(end);
        if matches!(self.states[setting], State::Contender(_)) {
            let better = self
                .best
                .is_none_or(|best| self.carries(setting) > self.carries(best));
            if better {
                self.best = Some(setting);
            }
        }
        Some(())
    }

    fn carries(&self, setting: usize) -> f64 {
        match &self.found[setting] {
            Some(End::Crossed(found)) => found.load.value,
            Some(End::Always) => f64::INFINITY,
            Some(End::Never) | None => 0.0,
        }
    }

    fn too_much_memory(&self, setting: usize, told: &Carried) -> bool {
        let system = &self.ground.scene.scenario.contestants[setting].system;
        let host = system
            .services
            .first()
            .and_then(|app| system.hosts.get(app.host));
        host.and_then(|host| host.memory)
            .is_some_and(|memory| told.memory_mb * 1e6 > memory as f64)
    }

    /// The best and the contenders, as closely as asked.
    fn finals(&mut self) -> Option<()> {
        let Some(best) = self.best else {
            return Some(());
        };
        self.search(best, self.precision)?;
        let Some(load) = self.target() else {
            return Some(());
        };
        self.discard(load);
        let contends = |s: &State| matches!(s, State::Contender(at) if *at < load);
        let again: Vec<usize> = (0..self.states.len())
            .filter(|c| Some(*c) != self.best && contends(&self.states[*c]))
            .collect();
        for setting in &again {
            self.states[*setting] = State::Waiting;
        }
        if !again.is_empty() {
            self.champions(&again, load)?;
        }
        for setting in self.nearest(load) {
            self.search(setting, self.precision)?;
        }
        Some(())
    }

    /// The contenders with most room at this load.
    fn nearest(&self, load: f64) -> Vec<usize> {
        let room = |c: &usize| {
            let visit = self.ground.visits[*c].iter().find(|v| v.load() == load);
            visit
                .and_then(|v| Some(v.worst()?.1.full))
                .unwrap_or(f64::INFINITY)
        };
        let contenders = self.states.iter().enumerate();
        let mut contenders: Vec<usize> = contenders
            .filter(|(c, state)| matches!(state, State::Contender(_)) && Some(*c) != self.best)
            .map(|(c, _)| c)
            .collect();
        contenders.sort_by(|a, b| room(a).total_cmp(&room(b)));
        contenders.truncate(CLOSELY);
        contenders
    }

    /// What became of everybody, in the order of the settings; nothing where nobody was finished.
    fn results(&self) -> Vec<Raced> {
        if self.found.iter().all(Option::is_none) {
            return Vec::new();
        }
        (0..self.states.len())
            .map(|setting| self.result(setting))
            .collect()
    }

    fn result(&self, setting: usize) -> Raced {
        let end = self.found[setting].as_ref();
        let difference = self
            .best
            .filter(|best| *best != setting)
            .and_then(|best| self.behind(best, setting));
        let fate = match &self.states[setting] {
            State::Out(fate) => fate.clone(),
            State::Waiting => Fate::Unfinished,
            State::Contender(_) if Some(setting) == self.best => Fate::Best,
            State::Contender(_) => match &difference {
                Some(behind) if behind.lo > 0.0 => Fate::Less,
                _ => Fate::Alike,
            },
        };
        Raced {
            setting: self.ground.scene.infos[setting].name.clone(),
            fate,
            carried: end.map(|end| carried(&self.ground, setting, end)),
            behind: difference,
            events: self.ground.events[setting],
        }
    }

    /// How much less a setting carries than the best: of the same replications where both have them, which the dice that both share narrow.
    fn behind(&self, best: usize, setting: usize) -> Option<Estimate> {
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
}

/// Whether a load is met or missed without doubt.
fn clear(visit: &Visit) -> Option<bool> {
    if visit.saturated {
        return Some(false);
    }
    let margins = visit
        .margins
        .iter()
        .map(|m| (m.full, m.interval(Scale::Linear)));
    let mut all_met = true;
    for (full, interval) in margins {
        if !interval.has_interval() || interval.contains(0.0) {
            all_met = false;
        } else if full.partial_cmp(&0.0) == Some(Ordering::Greater) {
            return Some(false);
        }
    }
    all_met.then_some(true)
}

/// Why a setting is out that was asked for a load.
fn missed<S: Simulator>(visit: &Visit, load: f64, ground: &Ground<S>) -> Fate {
    let figure = visit
        .worst()
        .filter(|_| !visit.saturated)
        .map(|(index, _)| ground.aims[index].figure);
    Fate::Missed {
        load,
        figure,
        busiest: visit.busiest.clone(),
    }
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
