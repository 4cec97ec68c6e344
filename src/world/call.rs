//! Calls between services, the pools they go through, and the end of a task.
//!
//! A call is a task of its own at the callee; the caller is charged for the wire both ways and for the callee as a whole.
//! A callee that fails, or a pool that has no connection in time, fails the caller: it goes to its end at once.

use super::plan::{NONE, Pc};
use super::state::{Soon, World, kind};
use super::task::Role;
use crate::kernel::{Path, Time};
use crate::measure::{Component, Failure};

impl World<'_> {
    /// Sends a request to another service.
    pub fn call(&mut self, task: u32, service: u32, entry: Pc, path: Path) {
        let key = self.tasks.hot[task as usize].key.at(path);
        let child = self
            .tasks
            .add(Role::Call, key, self.now, Component::Network);
        let hot = &mut self.tasks.hot[child as usize];
        (hot.pc, hot.parent, hot.service) = (entry, task, service as u16);
        let latency = self.plan.services[service as usize].latency;
        if latency.is_zero() {
            self.soon.push_back(Soon::Submit(child));
        } else {
            self.tasks.charge(task, self.now, Component::Network);
            self.agenda.schedule(self.now + latency, kind::CALL, child);
        }
    }

    /// A call is at its service.
    pub fn call_arrives(&mut self, child: u32) {
        let hot = &self.tasks.hot[child as usize];
        let (parent, service) = (hot.parent, hot.service);
        if !self.tasks.hot[parent as usize].dead {
            self.tasks.charge(parent, self.now, Component::Call);
        }
        self.tasks.charge(child, self.now, Component::WaitWorker);
        self.submit(child, u32::from(service));
    }

    /// The answer of a call is back.
    pub fn call_returned(&mut self, parent: u32) {
        self.resume(parent);
    }

    /// A task has run its program, or has failed: tells whoever waits for it.
    #[inline(always)]
    pub fn end_task(&mut self, task: u32) {
        if self.tasks.hot[task as usize].holds > 0 {
            self.release_held(task);
        }
        if self.tasks.hot[task as usize].hired {
            self.dismiss(task);
        }
        let hot = &self.tasks.hot[task as usize];
        let (parent, failure, service) = (hot.parent, hot.failure, hot.service);
        let (role, process) = (hot.role, hot.process);
        let counts = matches!(role, Role::Root | Role::Call) && process != NONE;
        if counts && self.plan.services[service as usize].replaces {
            self.leaves(process);
        }
        match role {
            Role::Root => return self.respond(task),
            Role::Branch => self.join(task),
            Role::Call => self.answer(parent, failure, service),
            Role::Detached => {}
        }
        self.tasks.remove(task);
    }

    /// The answer of a call goes back to the caller.
    pub fn answer(&mut self, parent: u32, failure: Option<Failure>, service: u16) {
        if self.tasks.hot[parent as usize].dead {
            return self.tasks.bury(parent); // nobody waits for it
        }
        if let Some(failure) = failure {
            self.fail(parent, failure);
        }
        let latency = self.plan.services[service as usize].latency;
        if latency.is_zero() {
            self.soon.push_back(Soon::Resume(parent));
        } else {
            self.tasks.charge(parent, self.now, Component::Network);
            self.agenda
                .schedule(self.now + latency, kind::CALL_RETURN, parent);
        }
    }

    #[cold]
    fn release_held(&mut self, task: u32) {
        while let Some(&pool) = self.tasks.held(task).first() {
            self.release_call(task, pool);
        }
    }

    /// The task will go to its end when it goes on.
    pub fn fail(&mut self, task: u32, failure: Failure) {
        let hot = &mut self.tasks.hot[task as usize];
        hot.failure = Some(failure);
        hot.pc = 0;
        hot.loops = 0;
    }

    /// The task to which a kept connection, or a thread of its own, belongs: the request, whichever branch asked for it.
    pub fn keeper(&self, task: u32, keep: bool) -> u32 {
        let mut keeper = task;
        while keep && self.tasks.hot[keeper as usize].role == Role::Branch {
            keeper = self.tasks.hot[keeper as usize].parent;
        }
        keeper
    }

    /// Takes a connection of the process's pool; false: the task waits for one.
    pub fn acquire(&mut self, task: u32, pool: u32, keep: bool) -> bool {
        let keeper = self.keeper(task, keep);
        if keep && self.tasks.held(keeper).contains(&pool) {
            return true;
        }
        self.account_pool(task, pool);
        let process = self.tasks.hot[task as usize].process as usize;
        if self.processes[process].pools[pool as usize].acquire(&mut self.tasks, task) {
            self.tasks.hold(keeper, pool);
            return true;
        }
        self.tasks.charge(task, self.now, Component::WaitConnection);
        self.tasks.rare(task).waiting_since = self.now;
        if self.processes[process].pools[pool as usize].first_waiter() == Some(task) {
            self.watch_pool(process, pool);
        }
        false
    }

    /// Gives back what was held for one call.
    pub fn release_call(&mut self, task: u32, pool: u32) {
        self.tasks.unhold(task, pool);
        self.release(task, pool);
    }

    /// A connection goes back to its pool, or on to who waits for it.
    fn release(&mut self, task: u32, pool: u32) {
        self.account_pool(task, pool);
        let process = self.tasks.hot[task as usize].process as usize;
        let Some(next) = self.processes[process].pools[pool as usize].release(&mut self.tasks)
        else {
            return;
        };
        let keep = self.keeps(next);
        let keeper = self.keeper(next, keep);
        self.tasks.hold(keeper, pool);
        self.soon.push_back(Soon::Resume(next));
        if keep && keeper != next {
            self.share(process, pool, keeper);
        }
        self.watch_pool(process, pool);
    }

    /// A request has got a connection it keeps: its other branches that wait for one go on too.
    #[cold]
    fn share(&mut self, process: usize, pool: u32, keeper: u32) {
        for _ in 0..self.processes[process].pools[pool as usize].waiting() {
            let state = &mut self.processes[process].pools[pool as usize];
            let Some(waiter) = state.give_up(&mut self.tasks) else {
                return;
            };
            if self.keeper(waiter, true) == keeper {
                self.soon.push_back(Soon::Resume(waiter));
            } else {
                let state = &mut self.processes[process].pools[pool as usize];
                state.queue_again(&mut self.tasks, waiter);
            }
        }
    }

    /// Whether the connection a task waits for is kept to the end of the request.
    fn keeps(&self, task: u32) -> bool {
        let pc = self.tasks.hot[task as usize].pc as usize - 1;
        matches!(
            self.plan.ops[pc],
            super::plan::Op::Acquire { keep: true, .. }
        )
    }

    /// The event at which the longest waiter gives up.
    fn watch_pool(&mut self, process: usize, pool: u32) {
        let state = &self.processes[process].pools[pool as usize];
        let Some(patience) = state.acquire_timeout else {
            return;
        };
        let slot = (self.plan.pool_slot[process] + pool) as usize;
        match state.first_waiter() {
            None => self.agenda.clear(slot),
            Some(first) => {
                let at: Time = self.tasks.rare(first).waiting_since + patience;
                let index = self.plan.pool_slot[process] + pool;
                self.agenda.set(slot, at, kind::POOL_TIMEOUT, index);
            }
        }
    }

    /// The longest waiter of a pool gives up and fails.
    pub fn pool_timeout(&mut self, index: u32) {
        let process = self.plan.pool_slot.partition_point(|&first| first <= index) - 1;
        let pool = index - self.plan.pool_slot[process];
        if let Some(task) = self.processes[process].pools[pool as usize].give_up(&mut self.tasks) {
            self.fail(task, Failure::Timeout);
            self.soon.push_back(Soon::Resume(task));
        }
        self.watch_pool(process, pool);
    }

    fn account_pool(&mut self, task: u32, pool: u32) {
        let hot = &self.tasks.hot[task as usize];
        let used = self.processes[hot.process as usize].pools[pool as usize].account(self.now);
        self.recorder.busy(
            self.plan.services[hot.service as usize].pools[pool as usize].resource,
            used,
        );
    }
}
