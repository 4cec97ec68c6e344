//! A primary process that accepts for all others and hands connections over: Node's cluster (facts §1.8).

use super::plan::MainKind;
use super::state::World;
use crate::service::ListenPolicy;

impl World<'_> {
    /// Whether a primary accepts for all processes.
    pub fn has_primary(&self, service: u32) -> bool {
        let listen = self.plan.services[service as usize].listen.as_ref();
        listen.is_some_and(|listen| listen.policy == ListenPolicy::Primary)
    }

    /// A primary's hand-over: the worker gets no other connection before its loop has got to this one.
    pub(super) fn hand_over(&mut self, task: u32, process: u32) {
        if self.plan.services[0].main == MainKind::Loop {
            self.tasks.hot[task as usize].unacknowledged = true;
        } else {
            self.services[0].credit.push_back(process);
        }
    }

    /// A worker's loop has got to the connection handed over: it may have the next.
    pub fn acknowledge(&mut self, task: u32) {
        let hot = &mut self.tasks.hot[task as usize];
        hot.unacknowledged = false;
        let process = hot.process;
        if !self.is_open(process) {
            return;
        }
        match self.services[0].accept[0].pop(&mut self.tasks) {
            Some(next) => self.accept(next, process),
            None => self.services[0].credit.push_back(process),
        }
    }
}
