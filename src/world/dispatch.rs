//! A main thread between the kernel and a process's threads: it accepts, hands requests out, and takes connections back.
//!
//! ```text
//!  pass:  what was ready when it began (requests on open connections, connections to take back or close), then one accept
//!           │ each a burst under the lock
//!           ▼                                    nothing ready: sleeps; the lock goes to others between passes
//!  a thread, or the process's queue
//! ```
//!
//! Modelled after gunicorn's gthread worker (27.0.1, `workers/gthread.py`): `select`, then callbacks, readable connections and one
//! accept for the listener. Under an interpreter's lock each pass has to get it from the handlers first, so a request waits for
//! the lock twice: for its main thread, then for its own. A request's burst here is charged to the request, the
//! taking back to nobody. Which sleeping main thread takes a new connection is decided when it comes, those whose lock is free
//! first; really all of them wake, and the first to run has it. A connection that ends with its answer is closed here too, and
//! since gunicorn 26 the thread then reads until the client closes (`util.close_graceful`): without the lock, but nothing is
//! accepted, handed out or taken back meanwhile. Left out: that it lets the lock go for an instant in each of the
//! system calls of closing, the limit of 60 callbacks a pass, the second after which `select` returns by itself.

use super::parts::Carrier;
use super::plan::NONE;
use super::state::{Soon, World, kind};
use super::task::Role;
use crate::kernel::{Path, Span, Time};
use crate::measure::Component;
use crate::service::Admit;

impl World<'_> {
    /// A request on an open connection is ready for the main thread.
    pub fn ready_for_main(&mut self, task: u32, process: u32, aux: u32) {
        self.tasks.hot[task as usize].process = process;
        self.processes[process as usize].aux[aux as usize]
            .queue
            .push(&mut self.tasks, task);
        self.soon.push_back(Soon::Dispatch(process));
    }

    /// A thread is done with a request: its connection goes back to the main thread, maybe to be closed.
    pub fn give_back(&mut self, task: u32, closes: bool) {
        let Some(dispatcher) = self.plan.services[0].dispatcher else {
            return;
        };
        let hot = self.tasks.hot[task as usize];
        let (role, cost, linger) = match closes {
            true => {
                let cost = dispatcher.give_back + dispatcher.close;
                (Role::Closing, cost, self.plan.services[0].linger)
            }
            false => (Role::TakenBack, dispatcher.give_back, Span::ZERO),
        };
        if hot.carrier == NONE || (cost + linger).is_zero() {
            return;
        }
        let key = hot.key.at(Path::ROOT.child("give-back"));
        let chore = self.tasks.add(role, key, self.now, Component::WaitWorker);
        self.tasks.hot[chore as usize].abandoned = hot.abandoned;
        self.ready_for_main(chore, hot.process, dispatcher.aux);
    }

    /// A process whose main thread sleeps and that takes another connection.
    pub fn sleeping_main(&self, task: u32, only: Option<u32>) -> Option<u32> {
        let plan = &self.plan.services[0];
        let dispatcher = plan.dispatcher?;
        let willing = |process: &u32| {
            let state = &self.processes[*process as usize];
            let sleeps = !state.aux[dispatcher.aux as usize].idle.is_empty();
            sleeps && only.is_none_or(|only| only == *process) && self.has_room(*process)
        };
        let free = |process: &u32| {
            let lock = self.processes[*process as usize].lock.as_ref();
            lock.is_none_or(|lock| lock.holder().is_none())
        };
        let all = || (0..plan.processes).filter(willing);
        self.pick(task, all().filter(free))
            .or_else(|| self.pick(task, all()))
    }

    fn has_room(&self, process: u32) -> bool {
        let state = &self.processes[process as usize];
        state.open
            && match self.plan.services[0].queue.admit {
                Admit::Below(limit) => state.connections < limit,
                Admit::Idle | Admit::Always => true,
            }
    }

    /// A sleeping main thread wakes, if there is anything to do.
    pub fn dispatch(&mut self, process: u32) {
        let Some(dispatcher) = self.plan.services[0].dispatcher else {
            return;
        };
        let aux = &mut self.processes[process as usize].aux[dispatcher.aux as usize];
        if let Some(carrier) = aux.idle.pop() {
            aux.batch = aux.queue.len();
            aux.accepted = false;
            self.next_chore(carrier);
        }
    }

    /// A main thread has done a piece of work.
    pub fn chore_done(&mut self, carrier: u32) {
        let task = self.carriers[carrier as usize].task;
        let mut until = self.now;
        let role = self.tasks.hot[task as usize].role;
        if role == Role::Silent && self.nobody_waits_for_a_byte() {
            self.enters(0, self.tasks.hot[task as usize].process);
            self.stays_unheard(task);
        } else if matches!(role, Role::Root | Role::Silent) {
            self.tasks.charge(task, self.now, Component::WaitWorker);
            self.soon.push_back(Soon::Deliver(task));
        } else {
            until = self.lingers_until(task);
            self.tasks.remove(task);
        }
        if until > self.now {
            self.yield_core(carrier);
            self.carriers[carrier as usize].linger = until;
            self.agenda.schedule(until, kind::LINGER, carrier);
        } else {
            self.next_chore(carrier);
        }
    }

    /// When the client of a connection taken back has closed it too, or the main thread waits no longer.
    fn lingers_until(&self, chore: u32) -> Time {
        let hot = &self.tasks.hot[chore as usize];
        match hot.role == Role::Closing && !hot.abandoned {
            true => self.tasks.intended(chore) + self.plan.services[0].linger,
            false => self.now,
        }
    }

    /// What a main thread does next: the rest of its pass, an accept, the next pass; or it sleeps.
    pub fn next_chore(&mut self, carrier: u32) {
        let Carrier { process, aux, .. } = self.carriers[carrier as usize];
        let state = &mut self.processes[process as usize].aux[aux as usize];
        if state.batch > 0 {
            state.batch -= 1;
            if let Some(task) = state.queue.pop(&mut self.tasks) {
                return self.chore(carrier, task);
            }
        }
        if !state.accepted && self.accept_chore(carrier) {
            return;
        }
        self.release_lock(carrier);
        let state = &mut self.processes[process as usize].aux[aux as usize];
        state.accepted = false;
        state.batch = state.queue.len();
        if let Some(task) = state.queue.pop(&mut self.tasks) {
            state.batch -= 1;
            self.chore(carrier, task);
        } else if !self.accept_chore(carrier) {
            self.sleep(carrier);
            self.leave_if_empty(process);
        }
    }

    /// Accepts a connection, if one waits and may be accepted.
    fn accept_chore(&mut self, carrier: u32) -> bool {
        let Carrier { process, aux, .. } = self.carriers[carrier as usize];
        let queue = self.queue_of(0, process);
        if !self.has_room(process) {
            return false;
        }
        let Some(task) = self.services[0].accept[queue].pop(&mut self.tasks) else {
            return false;
        };
        self.processes[process as usize].aux[aux as usize].accepted = true;
        self.take_connection(task, process);
        self.chore(carrier, task);
        true
    }

    /// Whether a process's main thread sleeps, if it has one.
    pub fn main_sleeps(&self, process: u32) -> bool {
        let state = &self.processes[process as usize];
        let dispatcher = self.plan.services[state.service as usize].dispatcher;
        dispatcher.is_none_or(|dispatcher| !state.aux[dispatcher.aux as usize].idle.is_empty())
    }

    fn chore(&mut self, carrier: u32, task: u32) {
        let Some(dispatcher) = self.plan.services[0].dispatcher else {
            return;
        };
        let span = match self.tasks.hot[task as usize].role {
            Role::Root | Role::Silent => dispatcher.accept,
            Role::Closing => dispatcher.give_back + dispatcher.close,
            _ => dispatcher.give_back,
        };
        self.carriers[carrier as usize].task = task;
        if self.carriers[carrier as usize].occupied == Time::NEVER {
            self.carriers[carrier as usize].occupied = self.now;
        }
        self.begin_burst(carrier, span, false);
    }
}
