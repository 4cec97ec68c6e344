//! Step lists to flat programs.
//!
//! Every (service, endpoint) that can be reached becomes one stretch of [`Op`]s: the model's `before`, the steps, the
//! model's `after`, [`Op::End`]. A call to a service without endpoints gets a stretch of its own with the caller's `work`.

use std::sync::Arc;

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
}

impl<'a> Programs<'a> {
    /// Compiles everything the app's endpoints can reach into `plan`.
    pub(super) fn compile(plan: &'a mut Plan, system: &'a System, setting: Setting) {
        plan.ops.push(Op::End);
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
        let model = &system.services[service].model;
        self.steps(service, &model.before);
        self.steps(service, &system.services[service].endpoints[endpoint].steps);
        self.steps(service, &model.after);
        self.push(Op::End);
        entry
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
                Action::Repeat { steps, .. } => self.callees(steps),
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
            Action::Cpu { work, ratio, kind } => {
                let work = scaled(work, *ratio, self.setting.language);
                let place = self.system.services[service].model.place_of(kind);
                self.work_at(service, place, work, path, Form::Own);
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
                if time.is_zero() {
                } else if self.plan.services[service].rounds.timers.is_some() {
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
                    warm: Arc::new([]),
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
            Action::Yield => {
                if self.plan.services[service].main == MainKind::Loop {
                    self.push(Op::Hop(Hop::Check));
                }
            }
        }
    }

    /// Work where the model places it: on an auxiliary executor, with a hop there and one back, or on the carrier itself.
    fn work_at(&mut self, service: usize, place: Option<usize>, law: Dist, path: Path, form: Form) {
        let native = form != Form::Own;
        let Some(executor) = place.filter(|_| !law.is_zero()) else {
            return self.cpu(service, law, path, native);
        };
        let hop = Dist::Constant(self.system.services[service].model.executors[executor].hop);
        self.cpu(service, hop.clone(), path, false);
        self.push(Op::Aux {
            slow: form == Form::Slow,
            law,
            path,
            executor: executor as u32 - 1,
            native,
        });
        self.cpu(service, hop, path, false);
    }

    fn cpu(&mut self, service: usize, law: Dist, path: Path, native: bool) {
        if law.is_zero() && self.setting.elide {
            return;
        }
        let plan = &self.plan.services[service];
        if plan.main == MainKind::Free {
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

    fn call(
        &mut self,
        caller: usize,
        callee: usize,
        endpoint: Option<usize>,
        work: &Dist,
        path: Path,
    ) {
        let system = self.system;
        let model = &system.services[caller].model;
        let target = &system.services[callee];
        let role = target.model.role.as_deref();
        if let Some((_, steps)) = model
            .on_call
            .iter()
            .find(|(name, _)| *name == target.name || Some(name.as_str()) == role)
        {
            for step in steps {
                let at = path.child("on_call").child(&step.name);
                self.step(caller, &readdressed(step, at));
            }
        }
        let pool = model
            .pools
            .iter()
            .position(|(name, _)| *name == target.name || Some(name.as_str()) == role);
        if let Some(pool) = pool {
            let keep = model.pools[pool].1.hold == crate::service::Hold::Request;
            self.push(Op::Acquire {
                pool: pool as u32,
                keep,
            });
        }
        let entry = match endpoint {
            Some(endpoint) => match self.entries[callee][endpoint] {
                Some(entry) => entry,
                None => {
                    // Called by a model's own steps.
                    let over = self.push(Op::Jump(0));
                    let entry = self.endpoint(callee, endpoint);
                    self.plan.ops[over] = Op::Jump(self.here());
                    entry
                }
            },
            None => self.work(callee, work, path),
        };
        self.push(Op::Call {
            service: callee as u32,
            entry,
            path,
        });
        if let Some(pool) =
            pool.filter(|&pool| model.pools[pool].1.hold == crate::service::Hold::Call)
        {
            self.push(Op::Release { pool: pool as u32 });
        }
    }

    /// The program of a service without endpoints: its own steps around the caller's work. Jumped over by the caller.
    fn work(&mut self, service: usize, work: &Dist, path: Path) -> Pc {
        let over = self.push(Op::Jump(0));
        let entry = self.here();
        let model = &self.system.services[service].model;
        self.steps(service, &model.before);
        self.cpu(service, work.clone(), path.child("work"), false);
        self.steps(service, &model.after);
        self.push(Op::End);
        self.plan.ops[over] = Op::Jump(self.here());
        entry
    }

    fn parallel(&mut self, service: usize, branches: &[Vec<Step>]) {
        if self.plan.services[service].main == MainKind::Threads {
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

/// A step with other dice: at this address, and the steps inside it below that as the files have them.
fn readdressed(step: &Step, path: Path) -> Step {
    let list = |steps: &[Step], path: Path| -> Vec<Step> {
        let step = |step: &Step| readdressed(step, path.child(&step.name));
        steps.iter().map(step).collect()
    };
    let branch = |i: usize| path.child(&(i + 1).to_string());
    let mut action = step.action.clone();
    match &mut action {
        Action::Parallel { branches } => {
            for (i, steps) in branches.iter_mut().enumerate() {
                *steps = list(steps, branch(i));
            }
        }
        Action::Choose { branches } => {
            for (i, (_, steps)) in branches.iter_mut().enumerate() {
                *steps = list(steps, branch(i));
            }
        }
        Action::Repeat { steps, .. } => *steps = list(steps, path),
        Action::Cached { miss, .. } => *miss = list(miss, path.child("miss")),
        _ => {}
    }
    Step {
        name: step.name.clone(),
        path,
        action,
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
