//! The server's front: the kernel's accept queue, which process takes a connection, and a request's way to a thread or loop.
//!
//! ```text
//!  new connection ──► backlog full? ──► SYN again after a gap, or refused
//!        │ no
//!        ▼
//!  accept queue (shared, one a process, or a primary's) ──► a process that admits: idle thread, below its limit, loop's round
//!                                                                      │
//!  open connection ────────────────────────────────────────────────────┴──► process: idle thread, else its queue; loop: ready
//! ```
//!
//! A model without `listen` has no accept stage: requests wait for any process that admits, and that wait counts as waiting
//! for a worker. Where a [`primary`](super::primary) is a process it is that which listens. Calls from other services come over connections that stay open, so they have no accept stage either.
//! Whether a full backlog drops the SYN or the final ACK is not told apart: the attempt that fails is made again after the
//! gap, counted from its arrival. Whether idle threads have to wake first is in [`accept`](super::accept). Which of several processes below their limit wins the race for a connection is drawn from
//! the request's dice, those whose lock is free first.

use super::plan::{MainKind, NONE};
use super::state::{Soon, World, kind};
use crate::kernel::Span;
use crate::measure::{Component, Failure};
use crate::service::{Admit, ListenPolicy, Overflow};

impl World<'_> {
    /// A client's request, with its connection, is at the server's network card.
    #[inline]
    pub fn request_arrives(&mut self, task: u32) {
        if self.plan.sending {
            self.tasks.rare(task).first_byte = self.now;
        }
        let connection = self.tasks.hot[task as usize].connection;
        let process = if connection == NONE {
            NONE
        } else {
            self.connections[connection as usize].process
        };
        if process != NONE {
            self.tasks.charge(task, self.now, Component::WaitWorker);
            match self.plan.services[0].dispatcher {
                Some(dispatcher) => self.ready_for_main(task, process, dispatcher.aux),
                None => self.deliver(task, process),
            }
        } else if self.plan.services[0].listen.is_none() {
            self.tasks.charge(task, self.now, Component::WaitWorker);
            self.submit(task, 0);
        } else {
            self.connect(task);
        }
    }

    /// A new connection asks to be accepted.
    fn connect(&mut self, task: u32) {
        if self.tasks.hot[task as usize].abandoned && self.tasks.hot[task as usize].attempts > 0 {
            self.forget(task); // nobody sends another SYN
            return;
        }
        self.tasks.charge(task, self.now, Component::WaitAccept);
        let front = self.addressee(task);
        let service = front as usize;
        let Some(listen) = &self.plan.services[service].listen else {
            return;
        };
        let queue = self.accept_queue(task, listen.policy);
        let wakes = self.plan.services[service].wakes;
        if wakes.is_none() && self.admit_now(task, front, queue) {
            return;
        }
        let full = listen
            .backlog
            .is_some_and(|backlog| self.services[service].accept[queue].len() > backlog);
        match (
            &listen.overflow,
            full && listen.policy != ListenPolicy::Primary,
        ) {
            (_, false) => {
                self.services[service].accept[queue].push(&mut self.tasks, task);
                self.watch_idle();
                if let Some(wakes) = wakes {
                    self.wake_sleepers(queue, task, wakes, 1);
                }
            }
            (Overflow::Refuse, true) => {
                self.tasks.hot[task as usize].failure = Some(Failure::Refused);
                self.respond(task);
            }
            (Overflow::SynRetry { gaps }, true) => {
                let attempt = self.tasks.hot[task as usize].attempts as usize;
                let attempts = &mut self.tasks.hot[task as usize].attempts;
                *attempts = attempts.saturating_add(1);
                let gap = gaps
                    .get(attempt)
                    .or(gaps.last())
                    .copied()
                    .unwrap_or(Span::from_secs(1));
                self.agenda.schedule(self.now + gap, kind::REQUEST, task);
            }
        }
    }

    fn accept_queue(&self, task: u32, policy: ListenPolicy) -> usize {
        match policy {
            ListenPolicy::Shared | ListenPolicy::Primary => 0,
            ListenPolicy::PerProcess => {
                let word = self.tasks.hot[task as usize].key.word(self.paths.process);
                share(word, self.services[0].accept.len() as u64) as usize
            }
        }
    }

    /// Where a process of this service accepts from: the queue of all, or its own. Only the app has several.
    pub fn queue_of(&self, service: u32, process: u32) -> usize {
        match self.services[service as usize].accept.len() {
            1 => 0,
            _ => process as usize,
        }
    }

    /// Gives the connection to a process that takes it at once, if there is one.
    fn admit_now(&mut self, task: u32, service: u32, queue: usize) -> bool {
        let plan = &self.plan.services[service as usize];
        let own = plan
            .listen
            .as_ref()
            .is_some_and(|listen| listen.policy == ListenPolicy::PerProcess);
        if plan.dispatcher.is_some() {
            let Some(process) = self.sleeping_main(task, own.then_some(queue as u32)) else {
                return false;
            };
            self.services[0].accept[queue].push(&mut self.tasks, task);
            self.soon.push_back(Soon::Dispatch(process));
            return true;
        }
        let process = if self.has_primary(service) {
            self.services[0].credit.pop_front()
        } else if plan.main == MainKind::Loop {
            // An idle loop wakes and accepts in the round that begins.
            let chosen = self.idle_process(service, own.then_some(queue as u32));
            if let Some(process) = chosen {
                self.services[service as usize].accept[queue].push(&mut self.tasks, task);
                self.kick(process);
                return true;
            }
            None
        } else {
            self.willing_process(task, own.then_some(queue as u32))
        };
        process.map(|process| self.accept(task, process)).is_some()
    }

    /// A process with an idle thread or loop, the last to go idle first.
    fn idle_process(&self, service: u32, only: Option<u32>) -> Option<u32> {
        let process_of = |&carrier: &u32| self.carriers[carrier as usize].process;
        self.services[service as usize]
            .idle
            .iter()
            .rev()
            .map(process_of)
            .find(|&process| only.is_none_or(|only| only == process) && self.is_open(process))
    }

    /// A process of threads that takes a new connection now.
    fn willing_process(&self, task: u32, only: Option<u32>) -> Option<u32> {
        let plan = &self.plan.services[0];
        let allowed = |process: &u32| only.is_none_or(|only| only == *process);
        let processes = || {
            (0..plan.processes).filter(move |process| allowed(process) && self.is_open(*process))
        };
        match plan.queue.admit {
            Admit::Idle if plan.main == MainKind::Threads => self.idle_process(0, only),
            Admit::Idle | Admit::Always => self.pick(task, processes()),
            Admit::Below(limit) => {
                let below = |process: &u32| self.processes[*process as usize].connections < limit;
                let free = |process: &u32| {
                    self.processes[*process as usize]
                        .lock
                        .as_ref()
                        .is_none_or(|lock| lock.holder().is_none())
                };
                self.pick(task, processes().filter(below).filter(free))
                    .or_else(|| self.pick(task, processes().filter(below)))
            }
        }
    }

    /// Whether a process takes new requests.
    pub fn is_open(&self, process: u32) -> bool {
        self.processes[process as usize].open
    }

    /// One of several, by the request's dice.
    pub fn pick(&self, task: u32, among: impl Iterator<Item = u32> + Clone) -> Option<u32> {
        let count = among.clone().count() as u64;
        let word = self.tasks.hot[task as usize].key.word(self.paths.process);
        among.clone().nth(share(word, count) as usize)
    }

    /// A process accepts a connection and with it the request.
    pub fn accept(&mut self, task: u32, process: u32) {
        self.take_connection(task, process);
        if self.has_primary(0) {
            self.hand_over(task, process);
        }
        self.deliver(task, process);
    }

    /// Lets processes that admit again take what waits in the accept queues.
    pub fn accept_waiting(&mut self, service: u32) {
        if self.has_primary(0) {
            while self.plan.primary.is_none() // one that is a process hands over itself
                && !self.services[0].accept[0].is_empty()
                && let Some(process) = self.services[0].credit.pop_front()
                && let Some(task) = self.services[0].accept[0].pop(&mut self.tasks)
            {
                self.accept(task, process);
            }
            return;
        }
        if self.plan.services[service as usize].main == MainKind::Loop {
            return; // loops accept in their rounds
        }
        if let Some(wakes) = self.plan.services[service as usize].wakes {
            return self.wake_for_waiting(wakes);
        }
        for queue in 0..self.services[0].accept.len() {
            while let Some(task) = self.services[0].accept[queue].first() {
                let own = (self.services[0].accept.len() > 1).then_some(queue as u32);
                if self.plan.services[0].dispatcher.is_some() {
                    match self.sleeping_main(task, own) {
                        Some(process) => self.dispatch(process),
                        None => break,
                    }
                    continue;
                }
                let Some(process) = self.willing_process(task, own) else {
                    break;
                };
                self.services[0].accept[queue].pop(&mut self.tasks);
                self.accept(task, process);
            }
        }
    }

    /// A request for a service that has no accept stage.
    #[inline(always)]
    pub fn submit(&mut self, task: u32, service: u32) {
        let plan = &self.plan.services[service as usize];
        self.tasks.hot[task as usize].service = service as u16;
        if plan.processes == 1 && (!plan.mortal || self.is_open(plan.first_process)) {
            self.deliver(task, plan.first_process);
            return;
        }
        let idle = &self.services[service as usize].idle;
        let mut idle = idle
            .iter()
            .rev()
            .map(|&carrier| self.carriers[carrier as usize].process);
        match idle.find(|&process| !plan.mortal || self.is_open(process)) {
            Some(process) => self.deliver(task, process),
            None if matches!(plan.main, MainKind::Free | MainKind::ThreadEach) => {
                let all = plan.first_process..plan.first_process + plan.processes;
                match self.pick(task, all.filter(|&process| self.is_open(process))) {
                    Some(process) => self.deliver(task, process),
                    None => self.services[service as usize].accept[0].push(&mut self.tasks, task),
                }
            }
            None if plan.queue.capacity.is_some_and(|capacity| {
                self.services[service as usize].accept[0].len()
                    >= capacity.saturating_mul(plan.processes)
            }) =>
            {
                self.tasks.hot[task as usize].failure = Some(Failure::Shed);
                self.end_task(task);
            }
            None => self.services[service as usize].accept[0].push(&mut self.tasks, task),
        }
    }

    /// A request is inside a process: to a thread, or into its queue. Its state is [`Component::WaitWorker`].
    #[inline(always)]
    pub fn deliver(&mut self, task: u32, process: u32) {
        let service = self.processes[process as usize].service;
        let hot = &mut self.tasks.hot[task as usize];
        hot.process = process;
        hot.service = service as u16;
        self.enters(service, process);
        let plan = &self.plan.services[service as usize];
        match plan.main {
            MainKind::Free => self.run_free(task),
            MainKind::ThreadEach => {
                let carrier = self.spare_carrier(service, process);
                self.occupy(carrier, task);
                self.run_carrier(carrier);
            }
            MainKind::Threads => {
                if let Some(carrier) = self.take_idle(service, process) {
                    self.occupy(carrier, task);
                    self.run_carrier(carrier);
                } else if plan.queue.capacity.is_some_and(|capacity| {
                    self.processes[process as usize].queue.len() >= capacity
                }) {
                    self.tasks.hot[task as usize].failure = Some(Failure::Shed);
                    self.end_task(task);
                } else {
                    self.processes[process as usize]
                        .queue
                        .push(&mut self.tasks, task);
                }
            }
            MainKind::Loop => {
                let full = plan.queue.capacity.is_some_and(|capacity| {
                    self.processes[process as usize].event_loop.ready_len() >= capacity
                });
                if full {
                    let hot = &mut self.tasks.hot[task as usize];
                    hot.failure = Some(Failure::Shed);
                    if std::mem::take(&mut hot.unacknowledged) && self.is_open(process) {
                        self.may_have_another(process);
                        self.soon.push_back(Soon::Accept(0));
                    }
                    self.end_task(task);
                } else {
                    self.tasks.hot[task as usize].carrier =
                        self.processes[process as usize].loop_carrier;
                    self.loop_ready(process, task);
                }
            }
        }
    }

    /// An idle thread of this process, taken from the stack.
    #[inline(always)]
    pub fn take_idle(&mut self, service: u32, process: u32) -> Option<u32> {
        let idle = &mut self.services[service as usize].idle;
        if self.plan.services[service as usize].processes == 1 {
            return idle.pop();
        }
        let at = idle
            .iter()
            .rposition(|&carrier| self.carriers[carrier as usize].process == process)?;
        Some(idle.remove(at))
    }

    /// What a thread that has ended a request takes up next: what waits inside its process, else from the accept queue.
    #[inline(always)]
    pub fn next_request(&mut self, service: u32, process: u32) -> Option<u32> {
        if let Some(task) = self.processes[process as usize].queue.pop(&mut self.tasks) {
            return Some(task);
        }
        let plan = &self.plan.services[service as usize];
        let shut = !self.processes[process as usize].open;
        let elsewhere = plan.queue.admit != Admit::Idle && plan.listen.is_some();
        if shut || elsewhere || plan.dispatcher.is_some() {
            return None;
        }
        let queue = self.queue_of(service, process);
        let task = self.services[service as usize].accept[queue].pop(&mut self.tasks)?;
        self.take_connection(task, process);
        self.enters(service, process);
        Some(task)
    }

    /// The connection is the process's from now on, if connections count.
    #[inline(always)]
    pub fn take_connection(&mut self, task: u32, process: u32) {
        self.tasks.charge(task, self.now, Component::WaitWorker);
        self.tasks.hot[task as usize].process = process;
        let connection = self.tasks.hot[task as usize].connection;
        if self.tasks.hot[task as usize].service == 0
            && connection != NONE
            && self.plan.services[0].listen.is_some()
        {
            self.connections[connection as usize].process = process;
            self.connections[connection as usize].served = 0;
            self.processes[process as usize].connections += 1;
            self.open_connections += 1;
            self.most_connections = self.most_connections.max(self.open_connections);
        }
    }
}

/// One of `of`, by a word of dice.
pub(super) fn share(word: u64, of: u64) -> u64 {
    ((u128::from(word) * u128::from(of)) >> 64) as u64
}
