//! Processes that die and come again: a master that kills the silent, replacement after so many requests, boot.
//!
//! ```text
//!            heartbeat missed ──► killed: what is inside fails ──┐
//!  accepts ──┤                                                   ├──► down for `boot` ──► accepts, all its memory new
//!            so many requests ──► leaving: ends what it has ─────┘
//! ```
//!
//! Modelled after gunicorn's arbiter (`murder_workers`, `max_requests`) and uWSGI's master. The master looks at the multiples of
//! its interval, so a kill comes up to one interval late. A killed process loses its threads at whatever they do, the requests
//! it has accepted, its connections, caches and pools at that instant; calls it has made go on at their services, and their
//! answers find nobody. Requests on their way to it over an open connection find it closed and are accepted anew (without another
//! handshake, as if the client had noticed at once). A leaving process closes its idle connections, takes no new ones, and
//! closes each after its response. Booting is a time, not work: it slows nobody else down. Left out: that the dying send a
//! 500 themselves, the second between SIGABRT and SIGKILL, the spacing of spawns, a limit on how long leaving may take. A
//! socket of a process's own (`per-process`) stays open while the process is down: what comes waits in it.

use super::parts::{Aux, CarrierState};
use super::plan::{MainKind, NONE, Op};
use super::state::{Soon, World, kind};
use super::task::Role;
use crate::host::lock::Lock;
use crate::kernel::{Fifo, Span, Time};
use crate::measure::{Component, Failure};
use crate::service::{CacheState, EventLoop};

impl World<'_> {
    /// The master of a service looks at its processes.
    #[cold]
    pub fn check_heartbeats(&mut self, service: u32) {
        let Some(heartbeat) = self.plan.services[service as usize].heartbeat else {
            return;
        };
        let mut first = self.now;
        for id in 0..self.plan.carriers.len() {
            let carrier = &self.carriers[id];
            let handler = carrier.service == service && carrier.aux == NONE;
            let busy = handler && carrier.occupied != Time::NEVER;
            if busy && self.now.since(carrier.begun) > heartbeat.patience {
                self.kill(carrier.process);
            } else if busy {
                first = first.min(carrier.begun);
            }
        }
        // Nobody can have been silent too long before the first of those at work now has been, or one that begins now: the
        // looks until then find nothing.
        let check = heartbeat.check.0.max(1);
        let silent = (first + heartbeat.patience).since(self.now).0;
        let looks = (silent / check).saturating_add(1);
        let next = self.now + Span(check.saturating_mul(looks));
        self.agenda.schedule(next, kind::CHECK, service);
    }

    /// A request is inside a process that counts them.
    #[inline(always)]
    pub fn enters(&mut self, service: u32, process: u32) {
        if self.plan.services[service as usize].replaces {
            self.processes[process as usize].inside += 1;
        }
    }

    /// A request has ended in a process that counts them.
    #[cold]
    pub fn leaves(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        state.inside -= 1;
        state.left = state.left.saturating_sub(1);
        if state.left == 0 && !state.leaving {
            self.begin_leaving(process);
        }
        self.leave_if_empty(process);
    }

    fn begin_leaving(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        let service = state.service as usize;
        state.leaving = true;
        state.open = false;
        self.forget_worker(service as u32, process);
        for id in 0..self.connections.len() {
            let connection = &self.connections[id];
            if service == 0 && connection.process == process && connection.is_idle() {
                self.close(id as u32);
            }
        }
    }

    /// A leaving process looks, once the present handler is done, whether there is anything left to do.
    pub fn leave_if_empty(&mut self, process: u32) {
        if self.is_done(process) {
            self.soon.push_back(Soon::Leave(process));
        }
    }

    fn is_done(&self, process: u32) -> bool {
        let state = &self.processes[process as usize];
        let empty = state.inside == 0 && state.connections == 0;
        state.leaving && empty && self.main_sleeps(process)
    }

    /// A leaving process with nothing left to do ends.
    pub fn leave(&mut self, process: u32) {
        if self.is_done(process) {
            self.stop_threads(process);
            self.go_down(process);
        }
    }

    /// A process dies with everything in it.
    fn kill(&mut self, process: u32) {
        self.processes[process as usize].open = false;
        self.stop_threads(process);
        for connection in &mut self.connections {
            if connection.process == process {
                connection.process = NONE;
                self.open_connections -= 1;
            }
        }
        self.processes[process as usize].connections = 0;
        let inside = |world: &Self, id: u32| world.tasks.hot[id as usize].process == process;
        let count = self.tasks.count();
        for id in 0..count {
            if inside(self, id) {
                self.tasks.close_fork(id, self.now);
            }
        }
        for id in 0..count {
            if inside(self, id) {
                self.die(id);
            }
        }
        self.go_down(process);
    }

    /// A task in a killed process. What was to come back to it finds it dead.
    fn die(&mut self, task: u32) {
        let hot = &mut self.tasks.hot[task as usize];
        (hot.carrier, hot.process) = (NONE, NONE);
        hot.holds = 0;
        self.threads -= u64::from(std::mem::take(&mut hot.hired));
        (hot.away, hot.admitted) = (false, false);
        hot.unacknowledged = false;
        hot.failure = Some(Failure::Killed);
        // Only a timer's end and a call's answer are on their way to a task, rather than to its thread or queue.
        hot.dead = match hot.state {
            Component::Timer | Component::Call | Component::Network => true,
            Component::WaitConnection => {
                let op = self.plan.ops.get((hot.pc as usize).wrapping_sub(1));
                matches!(op, Some(Op::Connect { .. }))
            }
            _ => false,
        };
        let (role, parent, service) = (hot.role, hot.parent, hot.service);
        match role {
            Role::Root | Role::Silent => return self.respond(task),
            Role::Call => self.answer(parent, Some(Failure::Killed), service),
            Role::Open => self.greeted(parent, Some(Failure::Killed), service),
            Role::Branch | Role::Detached | Role::TakenBack | Role::Closing | Role::Message => {}
        }
        self.tasks.remove(task);
    }

    /// Takes a process's threads off cores, locks and queues, and accounts what they did.
    fn stop_threads(&mut self, process: u32) {
        let service = self.processes[process as usize].service as usize;
        let carriers = &self.carriers;
        self.services[service]
            .idle
            .retain(|&id| carriers[id as usize].process != process);
        let own = |world: &Self, id: u32| world.carriers[id as usize].process == process;
        let count = self.carriers.len() as u32;
        // First those that wait, so that no core goes to one of them.
        for id in 0..count {
            if own(self, id) {
                self.stop_waiting(id);
            }
        }
        let locked = self.processes[process as usize].lock.as_ref();
        if locked.is_some_and(|lock| lock.holder().is_some()) {
            self.account_lock(process);
        }
        let state = &mut self.processes[process as usize];
        state.lock = self.plan.services[service].lock.as_ref().map(Lock::new);
        let slot = self.plan.lock_slot[process as usize];
        if std::mem::take(&mut state.patience_set) && slot != NONE {
            self.agenda.clear(slot as usize);
        }
        for id in 0..count {
            if own(self, id) {
                self.stop_running(id);
            }
        }
    }

    fn stop_waiting(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let host = carrier.host as usize;
        match carrier.state {
            CarrierState::Queued => {
                if let Some(scheduler) = &mut self.hosts[host].scheduler {
                    scheduler.withdraw(id, self.now);
                }
            }
            CarrierState::Locked | CarrierState::Waking => {}
            CarrierState::Parked | CarrierState::Running => return,
        }
        carrier.state = CarrierState::Parked;
    }

    fn stop_running(&mut self, id: u32) {
        if self.carriers[id as usize].simple {
            self.stop_simple(id);
        } else if self.carriers[id as usize].state == CarrierState::Running {
            self.settle(id);
            self.carriers[id as usize].state = CarrierState::Parked;
            self.leave_core(id);
        }
        self.vacate(id);
        let carrier = &mut self.carriers[id as usize];
        (carrier.left, carrier.gc) = (Span::ZERO, Span::ZERO);
        (carrier.awaits, carrier.maker) = (false, NONE);
        (carrier.switch, carrier.interrupt, carrier.cold) = (Span::ZERO, Span::ZERO, Span::ZERO);
        (carrier.looks, carrier.look) = (false, Span::ZERO);
        (carrier.fresh, carrier.keeps, carrier.boots) = (false, false, false);
        carrier.linger = Time::NEVER;
        (carrier.called, carrier.in_vain) = (false, Span::ZERO);
        carrier.task = NONE;
        carrier.queue = Fifo::default();
        self.begin_anew(id);
    }

    /// A burst on a core of its own is broken off.
    fn stop_simple(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        if carrier.end == Time::NEVER {
            return;
        }
        carrier.end = Time::NEVER;
        let (slot, elapsed) = (carrier.slot, self.now.since(carrier.mark));
        let resource = self.plan.hosts[carrier.host as usize].resource;
        if resource != NONE {
            self.recorder.busy(resource, elapsed.0);
        }
        if slot != NONE {
            self.agenda.clear(slot as usize);
        }
    }

    /// A process whose threads have stopped is gone; the next begins to boot, with new memory.
    fn go_down(&mut self, process: u32) {
        let service = self.processes[process as usize].service;
        let plan = &self.plan.services[service as usize];
        for pool in 0..plan.pools.len() {
            self.close_pool(process, pool as u32);
            let slot = self.plan.pool_slot[process as usize] as usize + pool;
            self.agenda.clear(slot);
        }
        self.forget_worker(service, process);
        let carriers = &self.carriers;
        let threads = |aux: u32| {
            let own = move |id: &u32| {
                let carrier = &carriers[*id as usize];
                carrier.process == process && carrier.aux == aux
            };
            (0..carriers.len() as u32).rev().filter(own)
        };
        let state = &mut self.processes[process as usize];
        state.open = false;
        state.leaving = false;
        (state.inside, state.admitted) = (0, 0);
        state.queue = Fifo::default();
        state.event_loop = EventLoop::default(); // not idle: nobody wakes it
        for (aux, executor) in (0..).zip(&mut state.aux) {
            let mut unmade: Vec<u32> = threads(aux).collect();
            let started = plan.aux[aux as usize].started as usize;
            *executor = Aux {
                idle: unmade.split_off(unmade.len().saturating_sub(started)),
                unmade,
                most_made: executor.most_made,
                ..Aux::default()
            };
        }
        for (pool, planned) in state.pools.iter_mut().zip(&plan.pools) {
            *pool = planned.state();
        }
        for (cache, planned) in state.caches.iter_mut().zip(&plan.caches) {
            if !planned.shared {
                *cache = CacheState::new(planned.params, planned.keys);
            }
        }
        state.generation += 1;
        self.empty_heaps(process);
        self.draw_life(process);
        self.agenda
            .schedule(self.now + plan.lifecycle.boot, kind::BOOT, process);
        self.pass_on(service, process);
    }

    /// How many requests a process will serve: from the dice of its number and its predecessors'.
    pub fn draw_life(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        let lifecycle = self.plan.services[state.service as usize].lifecycle;
        state.left = lifecycle.requests.map_or(u64::MAX, |requests| {
            let dice = self
                .mechanism
                .nth(u64::from(process))
                .nth(state.generation)
                .word(self.paths.life);
            u64::from(requests) + super::serve::share(dice, u64::from(lifecycle.jitter) + 1)
        });
    }

    /// A process has booted: it accepts, and takes up what waits.
    pub fn booted(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        let service = state.service;
        let plan = &self.plan.services[service as usize];
        state.open = true;
        state.event_loop = EventLoop::idle_since(plan.rounds, self.now);
        self.open_beforehand(process);
        for id in (0..self.plan.carriers.len() as u32).rev() {
            let carrier = self.plan.carriers[id as usize];
            if carrier.process == process && carrier.aux == NONE {
                self.services[service as usize].idle.push(id);
            }
        }
        let waiting = |world: &Self| {
            let queue = world.queue_of(service, process);
            !world.services[service as usize].accept[queue].is_empty()
        };
        if self.has_primary(service) {
            self.may_have_another(process);
            return self.accept_waiting(service);
        }
        match plan.main {
            MainKind::Loop if waiting(self) => self.kick(process),
            MainKind::Loop => {}
            _ if plan.listen.is_some() => self.accept_waiting(service),
            MainKind::Threads => self.start_threads(service, process),
            MainKind::Free | MainKind::ThreadEach => {
                while let Some(task) =
                    self.services[service as usize].accept[0].pop(&mut self.tasks)
                {
                    self.deliver(task, process);
                }
            }
        }
    }

    /// Threads of a service without an accept stage take up what waits in front of it.
    fn start_threads(&mut self, service: u32, process: u32) {
        while !self.services[service as usize].accept[0].is_empty()
            && let Some(carrier) = self.take_idle(service, process)
            && let Some(task) = self.next_request(service, process)
        {
            self.occupy(carrier, task);
            self.run_carrier(carrier);
        }
    }

    /// A thread that has closed a connection waits for the client to do the same.
    #[cold]
    pub fn lingers(&mut self, carrier: u32) {
        let thread = self.carriers[carrier as usize];
        self.enters(thread.service, thread.process);
        self.agenda.schedule(thread.linger, kind::LINGER, carrier);
    }

    /// The client has closed the connection too, or the thread has waited long enough: it takes up the next request.
    pub fn lingered(&mut self, carrier: u32) {
        let thread = &mut self.carriers[carrier as usize];
        if thread.linger != self.now {
            return; // it was killed meanwhile
        }
        thread.linger = Time::NEVER;
        let (service, process) = (thread.service, thread.process);
        if thread.aux != NONE {
            return self.next_chore(carrier); // a main thread, within its pass
        }
        if self.plan.services[service as usize].replaces {
            self.processes[process as usize].inside -= 1;
            self.leave_if_empty(process);
        }
        if self.plan.services[service as usize].wakes.is_some() {
            return self.call_to_accept(carrier, NONE, Span::ZERO); // once it has a core
        }
        match self.next_request(service, process) {
            Some(task) => {
                self.occupy(carrier, task);
                self.run_carrier(carrier);
            }
            None => self.park(carrier),
        }
    }
}
