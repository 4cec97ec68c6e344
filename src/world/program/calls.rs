//! Calls in flat programs: from where the model places them, through which pool, and what opening a connection of it takes.
//!
//! ```text
//!  on_call ─► Acquire ──none open──► the opening's steps ─► Connect ─► Opened ─┐
//!                └──open─────────────────────────────────────────────────────►└─► Call ─► Release, if held for the call only
//! ```

use super::Programs;
use crate::kernel::{Dist, Path};
use crate::service::Hold;
use crate::workload::{Action, Step};
use crate::world::plan::{Op, Pc};

impl Programs<'_> {
    /// A call from where the model places it.
    pub(super) fn call(
        &mut self,
        caller: usize,
        callee: usize,
        endpoint: Option<usize>,
        work: &Dist,
        path: Path,
    ) {
        let role = self.system.services[callee].model.role.as_deref();
        let place = self.system.services[caller].model.place_of_calls(role);
        self.at(caller, place, |programs| {
            programs.call_here(caller, callee, endpoint, work, path);
        });
    }

    fn call_here(
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
        let pool = self.acquire(caller, callee, path);
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
        if let Some((pool, false)) = pool {
            self.push(Op::Release { pool });
        }
    }

    /// A connection of the pool through which a service is called, if there is one: the pool, and whether it is kept. Who
    /// finds none open opens one.
    fn acquire(&mut self, caller: usize, callee: usize, path: Path) -> Option<(u32, bool)> {
        let pools = &self.plan.services[caller].pools;
        let index = pools.iter().position(|pool| pool.callee == callee as u32)?;
        let planned = pools[index];
        if self.setting.elide && planned.size.is_none() && planned.sessions.is_none() {
            return None;
        }
        let (_, pool) = &self.system.services[caller].model.pools[planned.of as usize];
        let (keep, index) = (pool.hold == Hold::Request, index as u32);
        let acquire = self.push(Op::Jump(0));
        if planned.sessions.is_some() {
            self.open(caller, callee, index, path.child("open"));
            self.push(Op::Opened { pool: index, keep });
        }
        self.plan.ops[acquire] = Op::Acquire {
            pool: index,
            keep,
            ready: self.here(),
        };
        Some((index, keep))
    }

    /// Opens a connection: the caller's steps, then what has to be asked of the service.
    fn open(&mut self, caller: usize, callee: usize, pool: u32, path: Path) {
        let system = self.system;
        let planned = self.plan.services[caller].pools[pool as usize];
        let (_, params) = &system.services[caller].model.pools[planned.of as usize];
        let mut entry = 0;
        if let Some(opening) = &params.opening {
            for step in &opening.steps {
                self.step(caller, &readdressed(step, path.child(&step.name)));
            }
            if !opening.work.is_zero() {
                entry = self.bare(|programs| {
                    programs.cpu(callee, opening.work.clone(), path.child("work"), false);
                });
            }
        }
        let limited = system.services[callee].model.connection_limit.is_some();
        if limited || entry != 0 || planned.trips > 0 {
            self.push(Op::Connect { pool, entry, path });
        }
    }

    /// The program of a service without endpoints: its own steps around the caller's work.
    fn work(&mut self, service: usize, work: &Dist, path: Path) -> Pc {
        let model = &self.system.services[service].model;
        self.bare(|programs| {
            programs.admit(service);
            programs.allocate(service);
            programs.steps(service, &model.before);
            programs.at(service, model.place_handler, |programs| {
                programs.cpu(service, work.clone(), path.child("work"), false);
            });
            programs.steps(service, &model.after);
        })
    }

    /// A program within another, which jumps over it; it begins on its own service's main executor.
    pub(super) fn bare(&mut self, body: impl FnOnce(&mut Self)) -> Pc {
        let away = std::mem::take(&mut self.away);
        let over = self.push(Op::Jump(0));
        let entry = self.here();
        body(self);
        self.push(Op::End);
        self.away = away;
        self.plan.ops[over] = Op::Jump(self.here());
        entry
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
        Action::Repeat { steps, .. } | Action::Hop { steps, .. } => *steps = list(steps, path),
        Action::Cached { miss, .. } => *miss = list(miss, path.child("miss")),
        _ => {}
    }
    Step {
        name: step.name.clone(),
        path,
        action,
    }
}
