//! Threads that sleep at a listening socket, and which of them takes a connection: the first that runs.
//!
//! ```text
//!  connection ──► accept queue ──► wakes those asleep ──► each wants a core ──► runs: something there? ──yes──► takes it
//!                      ▲                                                          │ no
//!   a thread that ends a request looks here first, on the core it has              ▼
//!                                                       CPU spent in vain, looks once more, sleeps
//! ```
//!
//! A connection is thus nobody's until somebody runs: a busy worker that comes back to accept takes it from under those that were woken for it and
//! wait for a core. That is gunicorn's sync worker (27.0.1, `workers/sync.py`): it accepts until nothing is there, then sleeps in `select`, where
//! Linux wakes every sleeper, the last to fall asleep first (`wait.c`: who does not wait exclusively stands in front). Where `one` is woken it is that
//! one. A thread that had its last client close the connection needs a core again, too, before it accepts.
//!
//! Until somebody takes it a connection waits to be accepted, also while those that woke for it wait for a core. Left out: the lock in a process of several
//! threads, which a woken thread would need before it looks; of what waking in vain costs, that a part is spent before the look.

use super::parts::{Carrier, CarrierState};
use super::plan::NONE;
use super::state::{Soon, World};
use crate::kernel::Span;
use crate::service::Wakes;

impl World<'_> {
    /// A connection has come to a queue: wakes so many of those that sleep there, or all if the model says so.
    pub fn wake_sleepers(&mut self, queue: usize, task: u32, wakes: Wakes, most: usize) {
        let own = self.services[0].accept.len() > 1;
        let mut left = if wakes.all { usize::MAX } else { most };
        for at in (0..self.services[0].idle.len()).rev() {
            let id = self.services[0].idle[at];
            let process = self.carriers[id as usize].process;
            if left > 0 && self.is_open(process) && !(own && process as usize != queue) {
                left -= 1;
                self.services[0].idle.remove(at);
                self.call_to_accept(id, task, wakes.in_vain);
            }
        }
    }

    /// Something may wait for which nobody is awake: a process has booted, or has gone down with threads that were.
    #[cold]
    pub fn wake_for_waiting(&mut self, wakes: Wakes) {
        for queue in 0..self.services[0].accept.len() {
            let waiting = &self.services[0].accept[queue];
            if let Some(task) = waiting.first() {
                let most = waiting.len() as usize;
                let called = |carrier: &&Carrier| {
                    let coming = carrier.service == 0 && carrier.called;
                    coming && self.queue_of(0, carrier.process) == queue
                };
                let awake = self.carriers.iter().filter(called).count();
                self.wake_sleepers(queue, task, wakes, most.saturating_sub(awake));
            }
        }
    }

    /// A process takes nothing any more: if its threads were woken for what waits, others are to be.
    pub fn pass_on(&mut self, service: u32, process: u32) {
        if self.plan.services[service as usize].wakes.is_some() {
            let queue = self.queue_of(service, process);
            if !self.services[service as usize].accept[queue].is_empty() {
                self.soon.push_back(Soon::Accept(service));
            }
        }
    }

    /// A sleeping thread wakes to accept; how long that takes is drawn from a task's dice.
    pub fn call_to_accept(&mut self, id: u32, dice: u32, in_vain: Span) {
        let carrier = &mut self.carriers[id as usize];
        carrier.task = NONE;
        (carrier.called, carrier.in_vain) = (true, in_vain);
        (carrier.left, carrier.native, carrier.fresh) = (Span::ZERO, true, false);
        if carrier.simple {
            self.soon.push_back(Soon::Look(id));
        } else {
            self.rouse_from(id, self.now, dice);
        }
    }

    /// A woken thread has a core and owes it nothing, unless it has lost it, or was killed, at the same instant.
    pub fn look(&mut self, id: u32) {
        let carrier = &self.carriers[id as usize];
        let runs = carrier.simple || carrier.state == CarrierState::Running;
        if carrier.called && runs && carrier.switch.is_zero() {
            self.accept_or_sleep(id);
        }
    }

    /// A thread without a task runs: it takes what waits, spends what it costs to have looked in vain, or sleeps.
    #[inline(never)]
    pub fn accept_or_sleep(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let (service, process) = (carrier.service, carrier.process);
        carrier.called = false;
        let in_vain = std::mem::take(&mut carrier.in_vain);
        if let Some(task) = self.next_request(service, process) {
            self.occupy(id, task);
            return self.run_carrier(id);
        }
        if in_vain.is_zero() {
            self.park(id);
            self.pass_on(service, process);
        } else {
            self.spend(id, in_vain);
        }
    }

    /// A thread without a task, in control or asleep, needs a core for so long.
    pub fn spend(&mut self, id: u32, span: Span) {
        let carrier = &mut self.carriers[id as usize];
        (carrier.left, carrier.native, carrier.fresh) = (span, true, true);
        if carrier.simple {
            carrier.mark = self.now;
            carrier.end = self.now + span;
            let (slot, end) = (carrier.slot, carrier.end);
            self.schedule_end(id, slot, end);
        } else {
            self.contend(id);
        }
    }
}
