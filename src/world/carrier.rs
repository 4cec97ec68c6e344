//! Threads: what they run, and what they do when it blocks or ends.
//!
//! A thread *in control* runs its task's program at one instant until the next burst, block or end ([`World::run_carrier`]).
//! A thread of `main` with one task blocks with it; a loop goes on to the next callback; a thread made for one task is freed.

use super::plan::{MainKind, NONE, Op};
use super::state::{Carrier, CarrierState, Soon, World, kind};
use super::step::Progress;
use super::task::Role;
use crate::kernel::{Span, Time};
use crate::measure::Component;
use crate::service::Turn;

impl World<'_> {
    /// Binds a task to a thread.
    #[inline(always)]
    pub fn occupy(&mut self, carrier: u32, task: u32) {
        self.carriers[carrier as usize].task = task;
        self.carriers[carrier as usize].begun = self.now;
        self.tasks.hot[task as usize].carrier = carrier;
        if self.carriers[carrier as usize].occupied == Time::NEVER {
            self.carriers[carrier as usize].occupied = self.now;
        }
    }

    /// A thread in control: runs its task, then others, until a burst begins or nothing is left to do.
    pub fn run_carrier(&mut self, carrier: u32) {
        loop {
            let task = self.carriers[carrier as usize].task;
            let progress = self.advance(task);
            if progress == Progress::Burst {
                return;
            }
            let Some(next) = self.next_task(carrier, progress == Progress::Ended) else {
                return;
            };
            self.carriers[carrier as usize].task = next;
            self.carriers[carrier as usize].begun = self.now;
        }
    }

    #[inline(always)]
    fn next_task(&mut self, carrier: u32, ended: bool) -> Option<u32> {
        let Carrier {
            service, process, ..
        } = self.carriers[carrier as usize];
        match self.plan.services[service as usize].main {
            MainKind::Loop => self.next_callback(carrier),
            MainKind::Threads if ended && self.carriers[carrier as usize].linger != Time::NEVER => {
                self.yield_core(carrier);
                self.lingers(carrier);
                None
            }
            MainKind::Threads if ended => {
                self.release_lock(carrier);
                let next = self.next_request(service, process);
                match next {
                    Some(task) => self.tasks.hot[task as usize].carrier = carrier,
                    None => self.park(carrier),
                }
                next
            }
            MainKind::ThreadEach if ended => {
                self.yield_core(carrier);
                self.threads -= 1;
                self.services[service as usize].spare.push(carrier);
                None
            }
            _ => {
                self.yield_core(carrier);
                None
            }
        }
    }

    /// A thread blocks: lock and core go to others.
    #[inline(always)]
    fn yield_core(&mut self, carrier: u32) {
        if self.carriers[carrier as usize].simple {
            return;
        }
        self.release_lock(carrier);
        if self.carriers[carrier as usize].state == CarrierState::Running {
            self.leave_core(carrier);
        }
        self.carriers[carrier as usize].state = CarrierState::Parked;
    }

    /// A thread of `main` has nothing to do.
    #[inline(always)]
    pub fn park(&mut self, carrier: u32) {
        self.yield_core(carrier);
        self.vacate(carrier);
        let service = self.carriers[carrier as usize].service;
        self.services[service as usize].idle.push(carrier);
    }

    /// Accounts the time a thread was occupied.
    #[inline(always)]
    pub fn vacate(&mut self, carrier: u32) {
        let since = std::mem::replace(&mut self.carriers[carrier as usize].occupied, Time::NEVER);
        let resource = self.resource_of(carrier);
        if since != Time::NEVER && resource != NONE {
            self.recorder.busy(resource, self.now.since(since).0);
        }
    }

    /// The resource a thread is a unit of.
    #[inline(always)]
    pub fn resource_of(&self, carrier: u32) -> u32 {
        let Carrier { service, aux, .. } = self.carriers[carrier as usize];
        let plan = &self.plan.services[service as usize];
        if aux == NONE {
            plan.main_resource
        } else {
            plan.aux[aux as usize].resource
        }
    }

    /// A thread for one task.
    pub fn spare_carrier(&mut self, service: u32, process: u32) -> u32 {
        self.threads += 1;
        self.most_threads = self.most_threads.max(self.threads);
        if let Some(carrier) = self.services[service as usize].spare.pop() {
            let heap = self.processes[process as usize].heap;
            self.carriers[carrier as usize].process = process;
            self.carriers[carrier as usize].heap = heap;
            return carrier;
        }
        let host = self.plan.services[service as usize].host;
        let own_core = self.hosts[host as usize].scheduler.is_none();
        let heap = self.processes[process as usize].heap;
        self.carriers.push(Carrier {
            task: NONE,
            process,
            service,
            aux: NONE,
            host,
            slot: NONE,
            state: CarrierState::Parked,
            native: false,
            fresh: false,
            left: Span::ZERO,
            switch: Span::ZERO,
            cold: Span::ZERO,
            gc: Span::ZERO,
            heap,
            mark: self.now,
            end: Time::NEVER,
            occupied: Time::NEVER,
            begun: self.now,
            linger: Time::NEVER,
            simple: own_core && self.plan.services[service as usize].lock.is_none() && heap == NONE,
        });
        self.carriers.len() as u32 - 1
    }

    /// The task of a thread in control needs a core for so long.
    #[inline(always)]
    pub fn begin_burst(&mut self, id: u32, span: Span, native: bool) {
        let carrier = &mut self.carriers[id as usize];
        carrier.left = span;
        carrier.native = native;
        carrier.fresh = true;
        if carrier.simple {
            let (task, slot) = (carrier.task, carrier.slot);
            carrier.mark = self.now;
            carrier.end = self.now + span;
            let end = carrier.end;
            self.tasks.charge(
                task,
                self.now,
                if native {
                    Component::Native
                } else {
                    Component::Cpu
                },
            );
            self.schedule_end(id, slot, end);
        } else {
            self.contend(id);
        }
    }

    /// A burst where cores are shared or a lock is wanted.
    #[inline(never)]
    fn contend(&mut self, id: u32) {
        if self.carriers[id as usize].state == CarrierState::Running {
            self.go_on_in_control(id);
        } else {
            debug_assert_eq!(self.carriers[id as usize].state, CarrierState::Parked);
            self.make_runnable(id);
        }
    }

    #[inline(always)]
    pub fn schedule_end(&mut self, carrier: u32, slot: u32, end: Time) {
        if slot == NONE {
            self.agenda.schedule(end, kind::BURST_END, carrier);
        } else {
            self.agenda
                .set(slot as usize, end, kind::BURST_END, carrier);
        }
    }

    /// A burst on a core of its own may have ended: it has not if the thread was stopped meanwhile.
    #[inline(always)]
    pub fn burst_end(&mut self, id: u32) {
        let carrier = &self.carriers[id as usize];
        if carrier.end != self.now {
            return;
        }
        let (elapsed, host) = (self.now.since(carrier.mark), carrier.host);
        if carrier.simple {
            let resource = self.plan.hosts[host as usize].resource;
            if resource != NONE {
                self.recorder.busy(resource, elapsed.0);
            }
            self.carriers[id as usize].mark = self.now;
        } else {
            self.settle(id);
        }
        self.carriers[id as usize].end = Time::NEVER;
        self.burst_done(id);
    }

    /// A thread's burst is over: it is in control.
    #[inline(always)]
    pub fn burst_done(&mut self, carrier: u32) {
        if self.carriers[carrier as usize].aux == NONE {
            self.run_carrier(carrier);
        } else {
            let Carrier { service, aux, .. } = self.carriers[carrier as usize];
            match self.plan.services[service as usize].dispatcher {
                Some(dispatcher) if dispatcher.aux == aux => self.chore_done(carrier),
                _ => self.aux_done(carrier),
            }
        }
    }

    /// Work for an auxiliary executor of the task's process.
    pub fn submit_aux(&mut self, task: u32, executor: u32) {
        let process = self.tasks.hot[task as usize].process;
        self.tasks.charge(task, self.now, Component::WaitPool);
        let slow = self.is_slow(task);
        let aux = &mut self.processes[process as usize].aux[executor as usize];
        if slow && std::mem::replace(&mut aux.slow_queued, true) {
            return aux.slow.push(&mut self.tasks, task);
        }
        aux.queue.push(&mut self.tasks, task);
        if !aux.idle.is_empty()
            && let Some(task) = self.next_aux(process, executor)
            && let Some(carrier) = self.processes[process as usize].aux[executor as usize]
                .idle
                .pop()
        {
            self.begin_aux(carrier, task);
        }
    }

    /// Whether the auxiliary work a task asks for is slow.
    fn is_slow(&self, task: u32) -> bool {
        let pc = self.tasks.hot[task as usize].pc as usize - 1;
        matches!(self.plan.ops[pc], Op::Aux { slow: true, .. })
    }

    /// What an auxiliary thread takes up: the first in the queue. The first slow one stands there for all of them; while as many
    /// are running as may, it goes back to the end, and when it is taken the next one queues.
    fn next_aux(&mut self, process: u32, executor: u32) -> Option<u32> {
        let service = self.processes[process as usize].service as usize;
        let limit = self.plan.services[service].aux[executor as usize].slow;
        let waiting = self.processes[process as usize].aux[executor as usize]
            .queue
            .len();
        for _ in 0..waiting {
            let aux = &mut self.processes[process as usize].aux[executor as usize];
            let task = aux.queue.pop(&mut self.tasks)?;
            if !self.is_slow(task) {
                return Some(task);
            }
            let aux = &mut self.processes[process as usize].aux[executor as usize];
            if aux.slow_running < limit {
                aux.slow_running += 1;
                let next = aux.slow.pop(&mut self.tasks);
                aux.slow_queued = next.is_some();
                if let Some(next) = next {
                    aux.queue.push(&mut self.tasks, next);
                }
                return Some(task);
            }
            aux.queue.push(&mut self.tasks, task);
        }
        None
    }

    /// An auxiliary thread takes up a task; the task stays its loop's.
    fn begin_aux(&mut self, carrier: u32, task: u32) {
        let thread = &mut self.carriers[carrier as usize];
        thread.task = task;
        if thread.occupied == Time::NEVER {
            thread.occupied = self.now;
        }
        let (span, native) = self.aux_work(task);
        if self.carriers[carrier as usize].state == CarrierState::Running
            || self.carriers[carrier as usize].simple
        {
            self.begin_burst(carrier, span, native);
        } else {
            // Not from within another thread's control: it might take that thread's core.
            self.carriers[carrier as usize].left = span;
            self.carriers[carrier as usize].native = native;
            self.carriers[carrier as usize].fresh = true;
            self.soon.push_back(Soon::Wake(carrier));
        }
    }

    fn aux_done(&mut self, carrier: u32) {
        let Carrier {
            task, process, aux, ..
        } = self.carriers[carrier as usize];
        self.tasks.charge(task, self.now, Component::WaitWorker);
        self.soon.push_back(Soon::Completed(task));
        if self.is_slow(task) {
            self.processes[process as usize].aux[aux as usize].slow_running -= 1;
        }
        match self.next_aux(process, aux) {
            Some(next) => self.begin_aux(carrier, next),
            None => self.sleep(carrier),
        }
    }

    /// An auxiliary thread has nothing to do.
    pub fn sleep(&mut self, carrier: u32) {
        self.yield_core(carrier);
        self.vacate(carrier);
        let Carrier { process, aux, .. } = self.carriers[carrier as usize];
        self.processes[process as usize].aux[aux as usize]
            .idle
            .push(carrier);
    }

    /// Something is ready on a loop.
    pub fn loop_ready(&mut self, process: u32, task: u32) {
        self.processes[process as usize]
            .event_loop
            .ready(&mut self.tasks, task);
        if self.processes[process as usize].event_loop.is_idle() {
            self.kick(process);
        }
    }

    /// An auxiliary thread has done a task's work.
    pub fn completed(&mut self, task: u32) {
        let hot = &self.tasks.hot[task as usize];
        let (process, service) = (hot.process, hot.service);
        if self.plan.services[service as usize].main != MainKind::Loop {
            return self.resume(task);
        }
        let event_loop = &mut self.processes[process as usize].event_loop;
        event_loop.completed(&mut self.tasks, task);
        if event_loop.is_idle() {
            self.kick(process);
        }
    }

    /// A timer is due on a loop: a loop at work finds it, one that idles sleeps to the end of its whole milliseconds.
    pub fn loop_due(&mut self, process: u32, task: u32) {
        let exact = self.plan.services[self.processes[process as usize].service as usize]
            .rounds
            .timers
            .is_none();
        let length = if exact {
            0
        } else {
            self.tasks.rare(task).timer
        };
        let event_loop = &mut self.processes[process as usize].event_loop;
        event_loop.due(length, task);
        let wake = event_loop.wakes_at(self.now);
        let idle = event_loop.is_idle();
        self.tasks.charge(task, self.now, Component::WaitWorker);
        if idle && wake > self.now {
            self.agenda.schedule(wake, kind::LOOP_WAKE, process);
        } else if idle {
            self.kick(process);
        }
    }

    /// A loop that idles has slept to a timer.
    pub fn loop_wakes(&mut self, process: u32) {
        let event_loop = &self.processes[process as usize].event_loop;
        if event_loop.is_idle() && event_loop.has_due() {
            self.kick(process);
        }
    }

    /// An idle loop wakes.
    pub fn kick(&mut self, process: u32) {
        let recorder = &mut self.recorder;
        let state = &mut self.processes[process as usize];
        let (carrier, app) = (state.loop_carrier, state.service == 0);
        state.event_loop.wake(self.now, |interval, times| {
            if app {
                recorder.loop_tick(interval, times);
            }
        });
        let idle = &mut self.services[state.service as usize].idle;
        if let Some(at) = idle.iter().rposition(|&other| other == carrier) {
            idle.remove(at);
        }
        self.turn_loop(carrier);
    }

    /// A loop begins with its first program.
    pub fn enter_loop(&mut self, process: u32, main: u32) {
        let state = &mut self.processes[process as usize];
        let carrier = state.loop_carrier;
        state.event_loop.enter(self.now);
        state.event_loop.tick(&mut self.tasks, main);
        self.services[state.service as usize]
            .idle
            .retain(|&other| other != carrier);
        self.turn_loop(carrier);
    }

    fn turn_loop(&mut self, carrier: u32) {
        self.carriers[carrier as usize].occupied = self.now;
        if let Some(task) = self.next_callback(carrier) {
            self.carriers[carrier as usize].task = task;
            self.run_carrier(carrier);
        }
    }

    /// What a loop's thread runs next; `None`: it goes idle.
    fn next_callback(&mut self, carrier: u32) -> Option<u32> {
        let process = self.carriers[carrier as usize].process;
        loop {
            let recorder = &mut self.recorder;
            let state = &mut self.processes[process as usize];
            let app = state.service == 0;
            let turn = state
                .event_loop
                .turn(&mut self.tasks, self.now, |interval, times| {
                    if app {
                        recorder.loop_tick(interval, times);
                    }
                });
            if let Turn::Callback(task) = turn {
                if self.tasks.hot[task as usize].unacknowledged {
                    self.acknowledge(task);
                }
                self.carriers[carrier as usize].begun = self.now;
                let owed = self.processes[process as usize].event_loop.take_owed();
                if owed.is_zero() {
                    return Some(task);
                }
                self.carriers[carrier as usize].task = task;
                self.begin_burst(carrier, owed, false);
                return None;
            }
            let batch = self.processes[process as usize].event_loop.ready_len();
            let accepted = self.loop_accepts(process);
            if !self.processes[process as usize]
                .event_loop
                .poll(self.now, accepted, batch)
            {
                self.park(carrier);
                return None;
            }
        }
    }

    /// A round's accepts. The requests of accepted connections are ready in the next round.
    fn loop_accepts(&mut self, process: u32) -> bool {
        let service = self.processes[process as usize].service;
        let queue = self.queue_of(service, process);
        let shut = !self.processes[process as usize].open;
        if self.services[service as usize].accept[queue].is_empty()
            || self.has_primary(service)
            || shut
        {
            return false; // a primary hands over, workers do not accept
        }
        let listen = self.plan.services[service as usize].listen.as_ref();
        let most = listen
            .and_then(|listen| listen.accepts_per_wakeup)
            .unwrap_or(u32::MAX);
        let mut accepted = 0;
        while accepted < most
            && let Some(task) = self.services[service as usize].accept[queue].pop(&mut self.tasks)
        {
            self.take_connection(task, process);
            self.enters(service, process);
            self.tasks.hot[task as usize].carrier = self.processes[process as usize].loop_carrier;
            let detached = self.tasks.hot[task as usize].role == Role::Detached;
            let event_loop = &mut self.processes[process as usize].event_loop;
            if detached {
                event_loop.micro(&mut self.tasks, task); // the callback of the connection itself
            } else {
                event_loop.ready(&mut self.tasks, task);
            }
            accepted += 1;
        }
        accepted > 0
    }
}
