//! Step lists to flat programs.
//!
//! Every (service, endpoint) that can be reached becomes one stretch of [`Op`]s: the model's `before`, the steps, the
//! model's `after`, [`Op::End`], behind a limit on requests in progress if there is one. A call to a service without endpoints gets a stretch of its own with the caller's `work`.

mod calls;

use super::compile::{Setting, thresholds};
use super::plan::{CachePlan, Hop, MainKind, Op, Pc, Plan};
use crate::kernel::{Dist, Path};
use crate::measure::Component;
use crate::scenario::System;
use crate::workload::{Action, CacheAt, Step};

/// What kind of work a step is, as far as threads care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the process's own language.
    Own,
    /// Native.
    Native,
    /// Native, and slow to an auxiliary executor.
    Slow,
}

pub(super) struct Programs<'a> {
    plan: &'a mut Plan,
    system: &'a System,
    setting: Setting,
    /// Where each endpoint of each service begins, once compiled.
    entries: Vec<Vec<Option<Pc>>>,
    /// The auxiliary executor that the present steps are on.
    away: Option<usize>,
    /// Where a request goes on that will not arrive any more.
    cut: Pc,
}

impl<'a> Programs<'a> {
    /// Compiles everything the app's endpoints can reach into `plan`.
    pub(super) fn compile(plan: &'a mut Plan, system: &'a System, setting: Setting) {
        plan.ops.push(Op::End);
        let cut = plan.ops.len() as Pc;
        if !system.clients.sending.is_zero() {
            plan.ops.extend([Op::CutOff, Op::End]);
        }
        if system.clients.silent.is_some() && plan.services[0].listen.is_some() {
            plan.silence = plan.ops.len() as Pc;
            plan.ops.extend([Op::Silence, Op::Unheard, Op::End]);
        }
        let entries = system
            .services
            .iter()
            .map(|service| vec![None; service.endpoints.len()])
            .collect();
        let mut programs = Self {
            plan,
            system,
            setting,
            entries,
            away: None,
            cut,
        };
        for endpoint in 0..system.services[0].endpoints.len() {
            let entry = programs.endpoint(0, endpoint);
            programs.plan.entries.push(entry);
        }
    }

    fn push(&mut self, op: Op) -> usize {
        self.plan.ops.push(op);
        self.plan.ops.len() - 1
    }

    fn here(&self) -> Pc {
        self.plan.ops.len() as Pc
    }

    fn endpoint(&mut self, service: usize, endpoint: usize) -> Pc {
        if let Some(entry) = self.entries[service][endpoint] {
            return entry;
        }
        let system = self.system;
        // A callee's program must not end up in the middle of its caller's: compile callees first.
        self.callees(&system.services[service].endpoints[endpoint].steps);
        let entry = self.here();
        self.entries[service][endpoint] = Some(entry);
        let away = std::mem::take(&mut self.away);
        let model = &system.services[service].model;
        if service == 0 && !system.clients.sending.is_zero() {
            self.push(Op::Receive { cut: self.cut });
        }
        self.admit(service);
        self.allocate(service);
        self.steps(service, &model.before);
        let steps = &system.services[service].endpoints[endpoint].steps;
        self.at(service, model.place_handler, |programs| {
            programs.steps(service, steps);
        });
        self.steps(service, &model.after);
        self.push(Op::End);
        self.away = away;
        entry
    }

    /// What a request allocates beside its work.
    fn allocate(&mut self, service: usize) {
        let gc = self.system.services[service].model.gc.as_ref();
        if gc.is_some_and(|gc| !gc.request.is_zero()) {
            self.push(Op::Allocate);
        }
    }

    /// The limit on what a process has in hand, with what becomes of those beyond it.
    fn admit(&mut self, service: usize) {
        let queue = self.system.services[service].model.queue;
        if queue.concurrency.is_none() {
            return;
        }
        let refused = self.bare(|programs| {
            programs.cpu(service, Dist::Constant(queue.refusal), Path::ROOT, false);
        });
        self.push(Op::Admit { refused });
    }

    /// The kernel wakes a sleeping thread later than asked.
    fn slack(&mut self, service: usize, path: Path) {
        let host = self.plan.services[service].host as usize;
        let slack = self.plan.hosts[host].host.timer_slack;
        if !slack.is_zero() {
            self.push(Op::Delay {
                law: Dist::Constant(slack),
                path,
                component: Component::Timer,
            });
        }
    }

    /// Compiles the endpoints that these steps call.
    fn callees(&mut self, steps: &[Step]) {
        for step in steps {
            match &step.action {
                Action::Call {
                    service,
                    endpoint: Some(endpoint),
                    ..
                } => {
                    self.endpoint(*service, *endpoint);
                }
                Action::Parallel { branches } => {
                    branches.iter().for_each(|branch| self.callees(branch));
                }
                Action::Choose { branches } => {
                    branches.iter().for_each(|(_, branch)| self.callees(branch));
                }
                Action::Repeat { steps, .. } | Action::Hop { steps, .. } => self.callees(steps),
                Action::Cached { miss, .. } => self.callees(miss),
                _ => {}
            }
        }
    }

    fn steps(&mut self, service: usize, steps: &[Step]) {
        for step in steps {
            self.step(service, step);
        }
    }

    fn step(&mut self, service: usize, step: &Step) {
        let path = step.path;
        match &step.action {
            Action::Cpu {
                work,
                ratio,
                kind,
                in_one_call,
            } => {
                let work = scaled(work, *ratio, self.setting.language);
                let place = self.system.services[service].model.place_of(kind);
                let keeps =
                    *in_one_call && place.is_none() && self.plan.services[service].lock.is_some();
                if keeps {
                    self.push(Op::Keep(true));
                }
                self.work_at(service, place, work, path, Form::Own);
                if keeps {
                    self.push(Op::Keep(false));
                }
            }
            Action::Native { work, slow } => {
                let place = self.system.services[service].model.place_native;
                let form = if *slow { Form::Slow } else { Form::Native };
                self.work_at(service, place, work.clone(), path, form);
            }
            Action::Call {
                service: callee,
                endpoint,
                work,
            } => self.call(service, *callee, *endpoint, work, path),
            Action::Wait { time } => {
                let on_loop =
                    self.plan.services[service].main == MainKind::Loop && self.away.is_none();
                if time.is_zero() {
                } else if on_loop && self.plan.services[service].rounds.timers.is_some() {
                    self.push(Op::Timer {
                        law: time.clone(),
                        path,
                    });
                } else {
                    self.push(Op::Delay {
                        law: time.clone(),
                        path,
                        component: Component::Timer,
                    });
                    self.slack(service, path);
                }
            }
            Action::Parallel { branches } => self.parallel(service, branches),
            Action::Choose { branches } => self.choose(service, path, branches),
            Action::Repeat { times, steps } => {
                let begin = self.push(Op::Jump(0));
                self.steps(service, steps);
                self.push(Op::Again);
                self.plan.ops[begin] = Op::Repeat {
                    times: times.clone(),
                    path,
                    end: self.here(),
                };
            }
            Action::Cached {
                cache,
                key,
                ttl,
                miss,
            } => {
                if let CacheAt::Service {
                    service: callee,
                    work,
                } = cache
                {
                    self.call(service, *callee, None, work, path.child("get"));
                }
                let (shared, params) = match cache {
                    CacheAt::Local => (false, self.system.services[service].model.cache),
                    CacheAt::Service { service, .. } => {
                        (true, self.system.services[*service].model.cache)
                    }
                };
                let index = self.plan.services[service].caches.len() as u32;
                let keys = key.support().unwrap_or(0);
                self.plan.services[service].caches.push(CachePlan {
                    keys,
                    key: key.clone(),
                    params,
                    shared,
                    path,
                    ttl: *ttl,
                    warm: None,
                });
                let lookup = self.push(Op::Jump(0));
                self.steps(service, miss);
                if let CacheAt::Service {
                    service: callee,
                    work,
                } = cache
                {
                    self.call(service, *callee, None, work, path.child("set"));
                }
                self.push(Op::Store {
                    cache: index,
                    key: key.clone(),
                    path,
                    ttl: *ttl,
                });
                self.plan.ops[lookup] = Op::Lookup {
                    cache: index,
                    key: key.clone(),
                    path,
                    hit: self.here(),
                };
            }
            Action::Hop { executor, steps } => self.at(service, Some(*executor), |programs| {
                programs.steps(service, steps);
            }),
            Action::Yield => {
                if self.plan.services[service].main == MainKind::Loop && self.away.is_none() {
                    self.push(Op::Hop(Hop::Check));
                }
            }
        }
    }

    /// Work where the model places it, or on the carrier itself.
    fn work_at(&mut self, service: usize, place: Option<usize>, law: Dist, path: Path, form: Form) {
        let native = form != Form::Own;
        let place = place.filter(|_| !law.is_zero());
        self.hop(service, place, form == Form::Slow, |programs| {
            programs.cpu(service, law, path, native);
        });
    }

    /// Steps on an auxiliary executor that shares the interpreter: where they are already away, on the thread they are on.
    fn at(&mut self, service: usize, place: Option<usize>, body: impl FnOnce(&mut Self)) {
        let place = place.filter(|_| self.away.is_none());
        self.hop(service, place, false, body);
    }

    /// Something done on an auxiliary executor, with a hop there and one back; `None`, or already there: on the carrier itself.
    fn hop(
        &mut self,
        service: usize,
        place: Option<usize>,
        slow: bool,
        body: impl FnOnce(&mut Self),
    ) {
        let Some(executor) = place.filter(|_| self.away != place) else {
            return body(self);
        };
        let costs = &self.system.services[service].model.executors[executor];
        let cost = |span| (Dist::Constant(span), Path::ROOT);
        let (hop, back, pickup) = (cost(costs.hop), cost(costs.back), cost(costs.pickup));
        let (start, begin) = (costs.start, costs.begin);
        self.cpu(service, hop.0, hop.1, false);
        let away = self.away.replace(executor);
        let executor = executor as u32 - 1;
        let planned = &self.plan.services[service].aux[executor as usize];
        let (own, slow) = (planned.own, slow && planned.limits_slow());
        let waits = own && !begin.is_zero();
        if own {
            self.push(Op::Hire {
                executor,
                start,
                waits,
            });
        }
        self.push(Op::Away { executor, slow });
        if waits {
            self.push(Op::Begin { span: begin });
            self.push(Op::Begun);
        }
        self.cpu(service, pickup.0, pickup.1, false);
        body(self);
        self.away = away;
        self.push(Op::Back { slow });
        self.cpu(service, back.0, back.1, false);
    }

    fn cpu(&mut self, service: usize, law: Dist, path: Path, native: bool) {
        if law.is_zero() && self.setting.elide {
            return;
        }
        let plan = &self.plan.services[service];
        if plan.main == MainKind::Free && self.away.is_none() {
            let component = if native {
                Component::Native
            } else {
                Component::Cpu
            };
            self.push(Op::Delay {
                law,
                path,
                component,
            });
        } else {
            self.push(Op::Burst { law, path, native });
        }
    }

    fn parallel(&mut self, service: usize, branches: &[Vec<Step>]) {
        if self.plan.services[service].main == MainKind::Threads || self.away.is_some() {
            branches
                .iter()
                .for_each(|branch| self.steps(service, branch));
            return;
        }
        let fork = self.push(Op::Jump(0));
        let over = self.push(Op::Jump(0));
        let mut entries = Vec::new();
        for branch in branches {
            entries.push(self.here());
            self.steps(service, branch);
            self.push(Op::End);
        }
        self.plan.ops[fork] = Op::Fork {
            branches: entries.into(),
        };
        self.plan.ops[over] = Op::Jump(self.here());
    }

    fn choose(&mut self, service: usize, path: Path, branches: &[(f64, Vec<Step>)]) {
        let ends = thresholds(branches.iter().map(|(weight, _)| *weight));
        let choose = self.push(Op::Jump(0));
        let mut targets = Vec::new();
        let mut exits = Vec::new();
        for ((_, steps), end) in branches.iter().zip(ends) {
            targets.push((end, self.here()));
            self.steps(service, steps);
            exits.push(self.push(Op::Jump(0)));
        }
        self.plan.ops[choose] = Op::Choose {
            path,
            branches: targets.into(),
        };
        for exit in exits {
            self.plan.ops[exit] = Op::Jump(self.here());
        }
    }
}

/// Work at the ratios' exponent `language`: `work` is at exponent 1.
pub(super) fn scaled(work: &Dist, ratio: f64, language: f64) -> Dist {
    if ratio == 1.0 || language == 1.0 {
        work.clone()
    } else {
        work.scaled(libm::pow(ratio, language - 1.0))
    }
}
