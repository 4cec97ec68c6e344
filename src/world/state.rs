//! The state of a running simulation, and the loop that drives it.

use std::collections::VecDeque;

use super::build::Paths;
use super::parts::{Carrier, Connection, HostState, Process, ServiceState};
use super::plan::Plan;
use super::task::Tasks;
use super::watch::Diary;
use crate::kernel::{Agenda, Event, Fifo, Key, Time};
use crate::measure::{Outcome, Recorder};
use crate::service::Heap;

/// What an event is, the `kind` of [`crate::kernel::Event`].
pub(super) mod kind {
    pub const ARRIVAL: u8 = 0;
    pub const SEGMENT: u8 = 1;
    pub const CLIENT_TIMEOUT: u8 = 2;
    pub const CORE: u8 = 3;
    pub const BURST_END: u8 = 4;
    pub const DELAY_END: u8 = 5;
    pub const REQUEST: u8 = 6;
    pub const RESPONSE: u8 = 7;
    pub const CALL: u8 = 8;
    pub const CALL_RETURN: u8 = 9;
    pub const THINK: u8 = 10;
    pub const PATIENCE: u8 = 11;
    pub const POOL_TIMEOUT: u8 = 12;
    pub const IDLE: u8 = 13;
    pub const LOOP_WAKE: u8 = 14;
    pub const CHECK: u8 = 15;
    pub const BOOT: u8 = 16;
    pub const LINGER: u8 = 17;
    pub const WOKEN: u8 = 18;
    pub const RECEIVED: u8 = 19;
}

/// Fixed agenda slots.
pub(super) const SLOT_ARRIVAL: usize = 0;
pub(super) const SLOT_SEGMENT: usize = 1;
/// Only where clients have a time-out.
pub(super) const SLOT_TIMEOUT: usize = 2;

/// What follows at the same instant, once the present handler is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Soon {
    /// A call reaches its service.
    Submit(u32),
    /// A task goes on: what it waited for is there.
    Resume(u32),
    /// A task's call is made by somebody else on its loop.
    Call(u32),
    /// A task whose work an auxiliary thread has done goes on.
    Completed(u32),
    /// An auxiliary thread begins with the task it has been given.
    Begin(u32),
    /// A loop goes on: the thread it made has begun.
    Begun(u32),
    /// A thread that was signalled becomes runnable.
    Wake(u32),
    /// On this host, somebody woke who may take this core.
    Resched(u32, u32),
    /// A process's lock is asked for.
    Drop(u32),
    /// A request has got a connection.
    Send(u32),
    /// A service looks whether it can accept.
    Accept(u32),
    /// A thread that was woken to accept has come that far.
    Look(u32),
    /// A branch begins that is not on a loop.
    Start(u32),
    /// A process that is to be replaced may be done.
    Leave(u32),
    /// A main thread may have something to do.
    Dispatch(u32),
    /// A main thread has handed a request out.
    Deliver(u32),
}

/// One replication in progress.
pub(super) struct World<'p> {
    pub plan: &'p Plan,
    pub now: Time,
    pub agenda: Agenda,
    pub soon: VecDeque<Soon>,
    pub tasks: Tasks,
    pub carriers: Vec<Carrier>,
    pub processes: Vec<Process>,
    pub services: Vec<ServiceState>,
    pub hosts: Vec<HostState>,
    /// Those of processes and of threads with interpreters of their own.
    pub heaps: Vec<Heap>,
    pub recorder: Recorder,
    /// Of a run that is watched.
    pub diary: Option<Box<Diary>>,
    /// The dice of what no request owns.
    pub mechanism: Key,
    /// The dice of arrivals or users.
    pub source: Key,
    pub paths: Paths,
    /// The next arrival's number, or each user's.
    pub ordinal: u64,
    /// The dice of the next arrival.
    pub next_key: Key,
    pub users: Vec<u64>,
    /// Each user's connection.
    pub user_connections: Vec<u32>,
    pub connections: Vec<Connection>,
    pub free_connections: VecDeque<u32>,
    /// Connection records that nobody uses.
    pub spare_connections: Vec<u32>,
    /// Connections the client side has, free or busy.
    pub client_connections: usize,
    /// Whether an event waits for the server to close an idle connection.
    pub watching_idle: bool,
    pub waiting_clients: Fifo,
    /// Ends of the list of requests that may time out.
    pub timeout_first: u32,
    pub timeout_last: u32,
    pub timeout_set: bool,
    /// Labels noted by scripts.
    pub log: Vec<u32>,
    pub events: u64,
    pub threads: u64,
    pub most_threads: u64,
    pub open_connections: u64,
    pub most_connections: u64,
}

impl World<'_> {
    /// Runs to the horizon.
    pub fn run(mut self) -> Outcome {
        self.run_through();
        self.finish()
    }

    /// What it came to.
    pub fn finish(self) -> Outcome {
        let memory = self.memory();
        self.recorder.finish(self.events, memory)
    }

    /// Every event up to the horizon.
    #[inline(always)]
    pub fn run_through(&mut self) {
        let end = Time::ZERO + self.plan.horizon;
        while let Some(event) = self.agenda.pop() {
            if event.time > end || self.agenda.exhausted() {
                break;
            }
            self.handle(event);
        }
        self.close_books(end);
    }

    /// The run is over.
    pub fn close_books(&mut self, end: Time) {
        self.now = end;
        self.account_resources();
    }

    /// One event, and what follows from it at the same instant.
    #[inline(always)]
    pub fn handle(&mut self, event: Event) {
        debug_assert!(event.time >= self.now, "an event in the past");
        self.now = event.time;
        self.events += 1;
        if let Some(task) = self.agenda.next_index() {
            self.tasks.touch(task);
        }
        match event.kind {
            kind::ARRIVAL => self.arrival(),
            kind::BURST_END => self.burst_end(event.index),
            kind::DELAY_END => self.delay_end(event.index),
            kind::CORE => self.core_event(event.index),
            kind::REQUEST => self.request_arrives(event.index),
            kind::RESPONSE => self.response_arrives(event.index),
            kind::CALL => self.call_arrives(event.index),
            kind::CALL_RETURN => self.call_returned(event.index),
            kind::THINK => self.issue_for_user(event.index),
            kind::PATIENCE => self.out_of_patience(event.index),
            kind::POOL_TIMEOUT => self.pool_timeout(event.index),
            kind::IDLE => self.close_idle(),
            kind::LOOP_WAKE => self.loop_wakes(event.index),
            kind::CHECK => self.check_heartbeats(event.index),
            kind::BOOT => self.booted(event.index),
            kind::LINGER => self.lingered(event.index),
            kind::RECEIVED => self.resume(event.index),
            kind::WOKEN => self.woken(event.index),
            kind::CLIENT_TIMEOUT => self.client_timeout(),
            _ => self.segment_ends(),
        }
        while let Some(next) = self.soon.pop_front() {
            self.follow(next);
        }
    }

    pub fn follow(&mut self, next: Soon) {
        match next {
            Soon::Submit(task) => self.call_arrives(task),
            Soon::Resume(task) => self.resume(task),
            Soon::Call(task) => self.run_free(task),
            Soon::Completed(task) => self.completed(task),
            Soon::Begin(carrier) => self.begin_aux(carrier),
            Soon::Begun(maker) => self.made(maker),
            Soon::Wake(carrier) => self.wake(carrier),
            Soon::Resched(host, core) => self.resched(host, core),
            Soon::Drop(process) => self.heed(process),
            Soon::Send(task) => self.send(task),
            Soon::Accept(service) => self.accept_waiting(service),
            Soon::Look(carrier) => self.look(carrier),
            Soon::Start(task) => self.start_branch(task),
            Soon::Leave(process) => self.leave(process),
            Soon::Dispatch(process) => self.dispatch(process),
            Soon::Deliver(task) => self.deliver(task, self.tasks.hot[task as usize].process),
        }
    }

    fn segment_ends(&mut self) {
        self.account_resources();
        if self.recorder.next_segment(self.now) {
            let end = self.recorder.segment_end();
            self.agenda.set(SLOT_SEGMENT, end, kind::SEGMENT, 0);
        }
    }

    /// Most memory of the app so far, bytes.
    fn memory(&self) -> u64 {
        let app = &self.plan.services[0];
        let fixed = u64::from(app.processes) * app.memory.process;
        let main = u64::from(app.processes) * u64::from(app.threads.max(1) - 1);
        let threads = main + self.most_threads;
        let own = self.processes.iter().filter(|process| process.service == 0);
        let made = |process: &Process| {
            let aux = process.aux.iter().zip(&app.aux);
            aux.map(|(aux, plan)| u64::from(aux.most_made) * plan.memory)
                .sum::<u64>()
        };
        let primary = self.plan.primary.map_or(0, |_| app.memory.primary);
        let fixed = fixed + primary + own.map(made).sum::<u64>();
        fixed + threads * app.memory.thread + self.most_connections * app.memory.connection
    }
}
