//! Calls between services, and the end of a task.
//!
//! A call is a task of its own at the callee; the caller is charged for the wire both ways and for the callee as a whole.
//! A callee that fails, or a pool that has no connection in time, fails the caller: it goes to its end at once.

use super::plan::{NONE, Pc};
use super::state::{Soon, World, kind};
use super::task::Role;
use crate::kernel::Path;
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
        if hot.role == Role::Open {
            return self.greets(child);
        }
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
        let hot = &self.tasks.hot[task as usize];
        if hot.holds > 0 || hot.hired || hot.admitted {
            self.give_all_back(task);
        }
        let hot = &self.tasks.hot[task as usize];
        let (parent, failure, service) = (hot.parent, hot.failure, hot.service);
        let (role, process) = (hot.role, hot.process);
        if self.plan.services[service as usize].replaces
            && matches!(role, Role::Root | Role::Call | Role::Open)
            && process != NONE
        {
            self.leaves(process);
        }
        match role {
            Role::Root => return self.respond(task),
            Role::Silent => {
                self.silence_ends(process);
                return self.respond(task);
            }
            Role::Branch => self.join(task),
            Role::Call => {
                if self.tasks.inside.is_some() {
                    let wire = self.plan.services[usize::from(service)].latency;
                    self.tasks.note_call(task, parent, service, wire, self.now);
                }
                self.answer(parent, failure, service);
            }
            Role::Open => self.greeted(parent, failure, service),
            Role::Detached | Role::TakenBack | Role::Closing | Role::Message => {}
        }
        self.tasks.remove(task);
    }

    /// Connections, a thread of its own and a place among those let in go back.
    #[inline(never)]
    fn give_all_back(&mut self, task: u32) {
        if self.tasks.hot[task as usize].holds > 0 {
            self.release_held(task);
        }
        if self.tasks.hot[task as usize].hired {
            self.dismiss(task);
        }
        if self.tasks.hot[task as usize].admitted {
            self.discharge(task);
        }
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

    /// The task will go to its end when it goes on.
    pub fn fail(&mut self, task: u32, failure: Failure) {
        let hot = &mut self.tasks.hot[task as usize];
        hot.failure = Some(failure);
        hot.pc = 0;
        hot.loops = 0;
    }
}
