//! A primary that accepts for all other processes and hands connections over: Node's cluster (facts §1.8).
//!
//! ```text
//!  new connection ─► the kernel's queue ─► primary's loop, one a round ─► a worker may have one? ──no──► in line, without limit
//!                                                                             │ yes                          │
//!                                        a worker's loop ◄── handed over ◄────┴──────────────────────────────┤
//!                                              └── gets to it: a message ─► primary's loop: it may have another
//! ```
//!
//! That is `round_robin_handle.js`: a worker has one connection at most that it has not acknowledged; workers that may have one stand in a queue,
//! and so do connections. Where the primary's work takes time it is a process with a loop ([`PrimaryPlan`](super::plan::PrimaryPlan)), a service of
//! its own that listens for the app: accepting is the callback of the connection, in which it is handed over if it can be, and a worker's message is
//! a callback as any other. Where it takes none there is no such process: who waits for a worker waits in the kernel's queue, which then has no limit.
//!
//! A worker that has booted sends such a message too. What was handed over to a worker that dies has died with it. Left out: that a
//! worker about to leave refuses what is on its way to it.

use super::plan::{MainKind, NONE, Pc};
use super::state::{Soon, World};
use super::task::Role;
use crate::kernel::Span;
use crate::measure::Component;
use crate::service::ListenPolicy;

impl World<'_> {
    /// Whether a primary accepts for all processes.
    pub fn has_primary(&self, service: u32) -> bool {
        let listen = self.plan.services[service as usize].listen.as_ref();
        listen.is_some_and(|listen| listen.policy == ListenPolicy::Primary)
    }

    /// A new connection belongs to a primary that is a process until that hands it over. The service that listens.
    pub fn addressee(&mut self, task: u32) -> u32 {
        let Some(primary) = self.plan.primary else {
            return 0;
        };
        let hot = &mut self.tasks.hot[task as usize];
        (hot.service, hot.pc) = (primary.service as u16, primary.accept);
        primary.service
    }

    /// On the primary: a connection goes on if a worker may have one; else it waits in line.
    pub fn finds_worker(&mut self, task: u32) -> bool {
        let found = !self.services[0].credit.is_empty();
        if !found {
            self.tasks.charge(task, self.now, Component::WaitAccept);
            self.services[0].accept[0].push(&mut self.tasks, task);
        }
        found
    }

    /// On the primary: the connection is the worker's that has waited longest for one. If that one has died meanwhile and was the only one, the
    /// connection is in line again and goes on at `again`.
    pub fn hand_to_worker(&mut self, task: u32, again: Pc) {
        let Some(worker) = self.services[0].credit.pop_front() else {
            self.tasks.hot[task as usize].pc = again;
            self.finds_worker(task);
            return;
        };
        let hot = &mut self.tasks.hot[task as usize];
        (hot.service, hot.carrier) = (0, NONE);
        hot.pc = match hot.role {
            Role::Silent => self.plan.silence,
            _ => self.plan.entries[usize::from(hot.endpoint)],
        };
        self.take_connection(task, worker);
        self.hand_over(task, worker);
        self.soon.push_back(Soon::Deliver(task));
        self.next_in_line();
    }

    /// On the primary, in the callback of a message: the worker may have another connection, unless it is gone.
    pub fn acknowledged(&mut self, message: u32) {
        let worker = self.tasks.hot[message as usize].parent;
        if worker != NONE && self.is_open(worker) {
            self.services[0].credit.push_back(worker);
            self.next_in_line();
        }
    }

    /// The first in line goes on behind the present callback, if a worker may have it.
    fn next_in_line(&mut self) {
        let (Some(primary), false) = (self.plan.primary, self.services[0].credit.is_empty()) else {
            return;
        };
        if let Some(next) = self.services[0].accept[0].pop(&mut self.tasks) {
            self.processes[primary.process as usize]
                .event_loop
                .micro(&mut self.tasks, next);
        }
    }

    /// A primary's hand-over: the worker gets no other connection before its loop has got to this one.
    pub(super) fn hand_over(&mut self, task: u32, process: u32) {
        if self.plan.services[0].main == MainKind::Loop {
            self.tasks.hot[task as usize].unacknowledged = true;
        } else {
            self.services[0].credit.push_back(process);
        }
    }

    /// A worker's loop has got to the connection handed over: it takes it, and may have the next.
    pub fn acknowledge(&mut self, task: u32) {
        let hot = &mut self.tasks.hot[task as usize];
        hot.unacknowledged = false;
        let process = hot.process;
        let listen = self.plan.services[0].listen.as_ref();
        let take = listen.map_or(Span::ZERO, |listen| listen.primary.take);
        self.processes[process as usize].event_loop.owe(take);
        if !self.is_open(process) {
            return;
        }
        if self.plan.primary.is_some() {
            return self.may_have_another(process);
        }
        match self.services[0].accept[0].pop(&mut self.tasks) {
            Some(next) => self.accept(next, process),
            None => self.services[0].credit.push_back(process),
        }
    }

    /// A worker may have another connection; a primary that is a process hears of it by a message.
    pub fn may_have_another(&mut self, worker: u32) {
        let Some(primary) = self.plan.primary else {
            return self.services[0].credit.push_back(worker);
        };
        let key = self.mechanism.nth(worker.into()).nth(self.now.0);
        let message = self
            .tasks
            .add(Role::Message, key, self.now, Component::WaitWorker);
        let carrier = self.processes[primary.process as usize].loop_carrier;
        let hot = &mut self.tasks.hot[message as usize];
        (hot.parent, hot.pc) = (worker, primary.message);
        (hot.service, hot.process, hot.carrier) =
            (primary.service as u16, primary.process, carrier);
        self.soon.push_back(Soon::Resume(message));
    }

    /// A worker gets nothing any more: neither waits it for a connection, nor does what it has said count.
    #[cold]
    pub fn forget_worker(&mut self, service: u32, process: u32) {
        let credit = &mut self.services[service as usize].credit;
        credit.retain(|&other| other != process);
        for id in 0..self.tasks.count() {
            let hot = &mut self.tasks.hot[id as usize];
            if hot.role == Role::Message && hot.parent == process {
                hot.parent = NONE;
            }
        }
    }
}
