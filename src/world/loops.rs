//! Event loops at work: what wakes them, what they run next, whom they accept. Their order is [`EventLoop`](crate::service::EventLoop)'s.

use super::plan::MainKind;
use super::state::{World, kind};
use super::task::Role;
use crate::measure::Component;
use crate::service::Turn;

impl World<'_> {
    /// Something is ready on a loop.
    pub fn loop_ready(&mut self, process: u32, task: u32) {
        self.processes[process as usize]
            .event_loop
            .ready(&mut self.tasks, task);
        if self.processes[process as usize].event_loop.is_idle() {
            self.kick(process);
        }
    }

    /// A task is back from an auxiliary thread.
    pub fn completed(&mut self, task: u32) {
        let hot = &self.tasks.hot[task as usize];
        let (process, service) = (hot.process, hot.service);
        if hot.away || self.plan.services[service as usize].main != MainKind::Loop {
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
        let state = &mut self.processes[process as usize];
        let plan = &self.plan.services[state.service as usize];
        let length = if plan.rounds.timers.is_none() {
            0
        } else {
            self.tasks.rare(task).timer
        };
        state.event_loop.due(length, task);
        self.tasks.charge(task, self.now, Component::WaitWorker);
        if !state.event_loop.is_idle() {
            return;
        }
        let slack = self.plan.hosts[plan.host as usize].host.timer_slack;
        let wake = state.event_loop.wakes_at(self.now) + slack;
        if wake > self.now {
            self.agenda.schedule(wake, kind::LOOP_WAKE, process);
        } else {
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
        self.drive(carrier, None);
    }

    /// What a loop's thread runs next; `None`: it goes idle.
    #[inline(always)]
    pub fn next_callback(&mut self, carrier: u32) -> Option<u32> {
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
                let mut owes = state.event_loop.owes();
                if self.tasks.hot[task as usize].unacknowledged {
                    self.acknowledge(task);
                    owes = self.processes[process as usize].event_loop.owes();
                }
                self.carriers[carrier as usize].begun = self.now;
                if owes {
                    self.pay(carrier, process, task);
                    return None;
                }
                return Some(task);
            }
            self.release_lock(carrier); // poll is a system call outside the interpreter
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

    /// What rounds and callbacks have cost is a burst of the callback that comes next, ahead of its own.
    #[inline(never)]
    fn pay(&mut self, carrier: u32, process: u32, task: u32) {
        let owed = self.processes[process as usize].event_loop.take_owed();
        self.carriers[carrier as usize].task = task;
        self.begin_burst(carrier, owed, false);
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
        let primary = self.plan.primary.is_some_and(|it| it.process == process);
        let mut accepted = 0;
        while accepted < most
            && let Some(task) = self.services[service as usize].accept[queue].pop(&mut self.tasks)
        {
            self.take_connection(task, process);
            self.enters(service, process);
            self.tasks.hot[task as usize].carrier = self.processes[process as usize].loop_carrier;
            let detached = self.tasks.hot[task as usize].role == Role::Detached;
            let event_loop = &mut self.processes[process as usize].event_loop;
            if detached || primary {
                event_loop.micro(&mut self.tasks, task); // the callback of the connection itself
            } else {
                event_loop.ready(&mut self.tasks, task);
            }
            accepted += 1;
        }
        accepted > 0
    }
}
