//! The CPU that a request used is what was drawn for it, and what its model says that hand-overs cost: whatever cores, locks, pools, caches and
//! other requests did to it.
//!
//! [`Walk`] reads the checked step lists in order and draws from the request's dice. It knows of no thread, core, lock or queue, and shares
//! nothing with the engine but dice and laws. Only what depends on others leaves it a range: whether a cache has the key, a connection is open, which branch
//! ends last and so is the request's account, which of the branches needs a thread of its own first.

use crossover::kernel::{Key, Path, Span};
use crossover::measure::Component;
use crossover::scenario::System;
use crossover::service::{ListenPolicy, Model, Tasks};
use crossover::workload::{Action, CacheAt, Step};
use crossover::world::{Ended, Plan, Setting, Wanted};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::random::Tape;
use crate::support::scenario_with;

const REQUESTS: u64 = 80;

/// Nanoseconds of CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cpu {
    least: u64,
    most: u64,
}

impl Cpu {
    fn of(span: Span) -> Self {
        Self {
            least: span.0,
            most: span.0,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            most: self.most.saturating_add(other.most),
        }
    }

    fn or_nothing(self) -> Self {
        Self { least: 0, ..self }
    }
}

/// Whether the request has a thread of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    No,
    Maybe,
    Yes,
}

/// A request on its way through the steps of the app.
struct Walk<'s> {
    system: &'s System,
    model: &'s Model,
    away: Option<usize>,
    own: Own,
}

impl<'s> Walk<'s> {
    /// What a request for this endpoint with these dice needs.
    fn request(system: &'s System, endpoint: usize, key: Key) -> Cpu {
        let app = &system.services[0];
        let model = &app.model;
        let mut walk = Self {
            system,
            model,
            away: None,
            own: Own::No,
        };
        let threads =
            model.executors[0].tasks == Tasks::One && model.executors[0].carriers.is_some();
        let listen = model
            .listen
            .as_ref()
            .filter(|listen| threads && listen.policy != ListenPolicy::Primary);
        let main_thread = listen.and_then(|listen| listen.main_thread);
        let mut cpu = Cpu::of(main_thread.map_or(Span::ZERO, |main| main.accept));
        cpu = cpu.and(walk.steps(&model.before, key));
        let steps = &app.endpoints[endpoint].steps;
        cpu = cpu.and(walk.at(model.place_handler, |walk| walk.steps(steps, key)));
        cpu = cpu.and(walk.steps(&model.after, key));
        cpu = cpu.and(handed_over(system));
        let rounds = model.executors[0].rounds;
        if !(rounds.round.is_zero() && rounds.callback.is_zero()) {
            cpu.most = u64::MAX; // who comes first in a round pays for it
        }
        cpu
    }

    fn steps(&mut self, steps: &[Step], key: Key) -> Cpu {
        let each = steps.iter().map(|step| self.step(step, key));
        each.fold(Cpu::default(), Cpu::and)
    }

    fn step(&mut self, step: &Step, key: Key) -> Cpu {
        let path = step.path;
        match &step.action {
            Action::Cpu { work, kind, .. } => {
                let place = self.model.place_of(kind).filter(|_| !work.is_zero());
                self.hop(place, |_| Cpu::of(work.sample(key.word(path))))
            }
            Action::Native { work, .. } => {
                let place = self.model.place_native.filter(|_| !work.is_zero());
                self.hop(place, |_| Cpu::of(work.sample(key.word(path))))
            }
            Action::Call { service, .. } => self.call(*service, path, key),
            Action::Wait { .. } | Action::Yield => Cpu::default(),
            Action::Parallel { branches } => self.parallel(branches, key),
            Action::Choose { branches } => {
                let chosen = chosen(branches, key.word(path));
                self.steps(&branches[chosen].1, key)
            }
            Action::Repeat { times, steps } => {
                let times = times.sample(key.word(path));
                let each = (0..times).map(|n| self.steps(steps, key.at(path).nth(n)));
                each.fold(Cpu::default(), Cpu::and)
            }
            Action::Cached { cache, miss, .. } => {
                let call = |walk: &mut Self, name| match cache {
                    CacheAt::Local => Cpu::default(),
                    CacheAt::Service { service, .. } => walk.call(*service, path.child(name), key),
                };
                let get = call(self, "get");
                let miss = self.perhaps(|walk| walk.steps(miss, key).and(call(walk, "set")));
                get.and(miss)
            }
            Action::Hop { executor, steps } => {
                self.at(Some(*executor), |walk| walk.steps(steps, key))
            }
        }
    }

    /// The steps before a call, those that open a connection if one has to be opened, but not what the service does.
    fn call(&mut self, service: usize, path: Path, key: Key) -> Cpu {
        let target = &self.system.services[service];
        let role = target.model.role.as_deref();
        let model = self.model;
        self.at(model.place_of_calls(role), |walk| {
            let named = |name: &str| name == target.name || Some(name) == role;
            let on_call = model.on_call.iter().find(|(name, _)| named(name));
            let steps = on_call.map_or(&[][..], |(_, steps)| steps);
            let asked = walk.steps(&readdressed(steps, path.child("on_call")), key);
            let opening = target
                .pool_in(model)
                .and_then(|pool| model.pools[pool].1.opening.as_ref());
            let opening = opening.map_or(&[][..], |opening| &opening.steps);
            let opened =
                walk.perhaps(|walk| walk.steps(&readdressed(opening, path.child("open")), key));
            asked.and(opened)
        })
    }

    /// One after the other on a thread, at once elsewhere.
    fn parallel(&mut self, branches: &[Vec<Step>], key: Key) -> Cpu {
        let main = &self.model.executors[0];
        let blocks = main.tasks == Tasks::One && main.carriers.is_some();
        if blocks || self.away.is_some() {
            let each = branches.iter().map(|steps| self.steps(steps, key));
            return each.fold(Cpu::default(), Cpu::and);
        }
        let before = self.own;
        let mut after = before;
        let mut all: Option<Cpu> = None;
        for steps in branches {
            self.own = if before == Own::Yes {
                Own::Yes
            } else {
                Own::Maybe
            };
            let cpu = self.steps(steps, key);
            if self.own == Own::Yes {
                after = Own::Yes;
            }
            all = Some(all.map_or(cpu, |all| Cpu {
                least: all.least.min(cpu.least),
                most: all.most.max(cpu.most),
            }));
        }
        self.own = after;
        all.unwrap_or_default()
    }

    /// What others decide about.
    fn perhaps(&mut self, body: impl FnOnce(&mut Self) -> Cpu) -> Cpu {
        let before = self.own;
        let cpu = body(self).or_nothing();
        if before != Own::Yes && self.own == Own::Yes {
            self.own = Own::Maybe;
        }
        cpu
    }

    /// Steps on another executor, unless the request is away already.
    fn at(&mut self, place: Option<usize>, body: impl FnOnce(&mut Self) -> Cpu) -> Cpu {
        let place = place.filter(|_| self.away.is_none());
        self.hop(place, body)
    }

    /// There and back.
    fn hop(&mut self, place: Option<usize>, body: impl FnOnce(&mut Self) -> Cpu) -> Cpu {
        let Some(to) = place.filter(|_| self.away != place) else {
            return body(self);
        };
        let executor = &self.model.executors[to];
        let mut cpu = Cpu::of(executor.hop + executor.back + executor.pickup);
        if executor.carriers.is_none() && !self.model.runs_cpu(to) {
            let made = Cpu::of(executor.start + executor.begin);
            cpu = match std::mem::replace(&mut self.own, Own::Yes) {
                Own::No => cpu.and(made),
                Own::Maybe => cpu.and(made.or_nothing()),
                Own::Yes => cpu,
            };
        }
        let away = self.away.replace(to);
        cpu = cpu.and(body(self));
        self.away = away;
        cpu
    }
}

/// What a connection costs that a primary hands over, if the request has a new one; once more if the worker was gone by then.
fn handed_over(system: &System) -> Cpu {
    let model = &system.services[0].model;
    let listen = model.listen.as_ref();
    let Some(listen) = listen.filter(|listen| listen.policy == ListenPolicy::Primary) else {
        return Cpu::default();
    };
    let costs = listen.primary;
    let mut cpu = Cpu::of(costs.accept + costs.hand_over);
    if model.executors[0].tasks == Tasks::Unlimited {
        cpu = cpu.and(Cpu::of(costs.take));
    }
    if model.heartbeat.is_some() || model.lifecycle.requests.is_some() {
        cpu.most = u64::MAX;
    }
    let closed = model.keep_alive == Some(Span::ZERO) || model.requests_per_connection == Some(1);
    match closed || !system.clients.keep_alive {
        true => cpu,
        false => cpu.or_nothing(),
    }
}

/// The branch that a word of dice falls to.
fn chosen(branches: &[(f64, Vec<Step>)], word: u64) -> usize {
    let total: f64 = branches.iter().map(|(weight, _)| weight).sum();
    let last = branches.iter().rposition(|(weight, _)| *weight > 0.0);
    let mut sum = 0.0;
    let ends = branches.iter().map(|(weight, _)| {
        sum += weight;
        (sum / total * 18_446_744_073_709_551_616.0) as u64
    });
    let last = last.unwrap_or(0);
    ends.take(last).position(|end| word <= end).unwrap_or(last)
}

/// Lists of steps that are written once and run at many places: at this address.
fn readdressed(steps: &[Step], path: Path) -> Vec<Step> {
    let move_to = |step: &Step| {
        let path = path.child(&step.name);
        let mut step = Step {
            path,
            ..step.clone()
        };
        match &mut step.action {
            Action::Hop { steps, .. } | Action::Repeat { steps, .. } => {
                *steps = readdressed(steps, path);
            }
            Action::Parallel { .. } | Action::Choose { .. } | Action::Cached { .. } => {
                unreachable!("no such list is drawn")
            }
            _ => {}
        }
        step
    };
    steps.iter().map(move_to).collect()
}

/// The requests of a tape's scenario that were answered: what each used, and what was drawn for it.
fn answered(tape: &[u8], gap_us: u64, elide: bool) -> (String, Vec<(Ended, u64, Cpu)>) {
    let (text, _) = Tape::new(tape).scenario();
    let (_, rest) = text
        .split_once("[clients]")
        .expect("clients follow arrivals");
    let text = format!("arrivals = {{ process = \"replay\", file = \"times\" }}\n[clients]{rest}");
    let times: String = (0..REQUESTS)
        .map(|n| format!("{}us\n", n * gap_us))
        .collect();
    let scenario = scenario_with(&text, &[("times", &times)]);
    let setting = Setting {
        elide,
        ..Setting::new(1.0, Span::from_secs(60))
    };
    let contestant = &scenario.contestants[0];
    let plan = Plan::compile(contestant, &scenario.arrivals, setting);
    let (ended, _) = plan.diary(7, 0, Wanted::Numbers((1..=REQUESTS).collect()));
    let source = Key::root(7, 0).at(Path::ROOT.child("arrivals"));
    let answered = ended
        .into_iter()
        .filter(|ended| ended.latency.is_some() && ended.failure.is_none());
    let compared = answered.map(|ended| {
        let key = source.nth(ended.number - 1);
        let drawn = Walk::request(&contestant.system, ended.endpoint as usize, key);
        let used = ended.account.get(Component::Cpu) + ended.account.get(Component::Native);
        (ended, used, drawn)
    });
    let compared = compared.collect();
    (text, compared)
}

fn tapes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..160)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_was_drawn_was_used(tape in tapes(), gap_us in 20u64..800, elide in any::<bool>()) {
        let (text, answered) = answered(&tape, gap_us, elide);
        for (ended, used, drawn) in answered {
            prop_assert!(
                drawn.least <= used && used <= drawn.most,
                "request {} used {used} ns of {drawn:?}\n{:?}\n{text}", ended.number, ended.account
            );
        }
    }
}

/// The property says something: of drawn scenarios' requests so many are answered, and of those so many leave no range.
#[test]
fn most_requests_have_one_answer() {
    let (mut runner, tapes) = (TestRunner::deterministic(), tapes());
    let (mut all, mut exact) = (0, 0);
    for _ in 0..100 {
        let tape = tapes.new_tree(&mut runner).expect("a tape").current();
        let (_, answered) = answered(&tape, 300, true);
        all += answered.len();
        exact += answered
            .iter()
            .filter(|(_, _, drawn)| drawn.least == drawn.most && drawn.most > 0)
            .count();
    }
    assert!(all * 2 > 100 * REQUESTS as usize, "{all} answered");
    assert!(exact * 4 > all, "{exact} of {all} exact");
}
