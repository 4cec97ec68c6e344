//! The state of a running simulation, and the loop that drives it.

use std::collections::VecDeque;

use super::plan::{ArrivalPlan, CachePlan, MainKind, NONE, Plan, source_key};
use super::task::Tasks;
use crate::host::lock::Lock;
use crate::host::scheduler::Scheduler;
use crate::kernel::{Agenda, Fifo, Key, Path, Span, Time};
use crate::measure::{Outcome, Recorder};
use crate::service::{CacheState, EventLoop, Heap, ListenPolicy, PoolState};

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
}

/// Fixed agenda slots.
pub(super) const SLOT_ARRIVAL: usize = 0;
pub(super) const SLOT_SEGMENT: usize = 1;
/// Only where clients have a time-out.
pub(super) const SLOT_TIMEOUT: usize = 2;

/// What follows at the same instant, once the present handler is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Soon {
    /// A call reaches its service.
    Submit(u32),
    /// A task goes on: what it waited for is there.
    Resume(u32),
    /// A task whose work an auxiliary thread has done goes on.
    Completed(u32),
    /// A thread that was signalled becomes runnable.
    Wake(u32),
    /// A request has got a connection.
    Send(u32),
    /// A service looks whether it can accept.
    Accept(u32),
    /// A branch begins that is not on a loop.
    Start(u32),
    /// A process that is to be replaced may be done.
    Leave(u32),
    /// A main thread may have something to do.
    Dispatch(u32),
    /// A main thread has handed a request out.
    Deliver(u32),
}

/// A thread: what it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CarrierState {
    /// Idle, or blocked with its task.
    Parked,
    /// Runnable, waiting for a core.
    Queued,
    /// On a core.
    Running,
    /// Waiting for the lock.
    Locked,
}

/// A numbered thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carrier {
    pub task: u32,
    pub process: u32,
    pub service: u32,
    pub aux: u32,
    pub host: u32,
    /// Its agenda slot, where it has a core of its own.
    pub slot: u32,
    pub state: CarrierState,
    /// The burst in hand.
    pub native: bool,
    /// It has not begun: what the core's cold adds is not known.
    pub fresh: bool,
    pub left: Span,
    /// Still to pay before the burst proceeds: the context switch, then the cold core, then the collector's pauses.
    pub switch: Span,
    pub cold: Span,
    pub gc: Span,
    /// The heap that its own language's work allocates from, or [`NONE`].
    pub heap: u32,
    /// Since when the present stretch on a core is not yet accounted.
    pub mark: Time,
    /// When its burst ends, on a core of its own.
    pub end: Time,
    /// Since when it is occupied, [`Time::NEVER`] if it is not.
    pub occupied: Time,
    /// When it took up its request, or its loop the callback.
    pub begun: Time,
    /// Until when the connection it has closed keeps it, [`Time::NEVER`] if none does.
    pub linger: Time,
    /// Whether bursts are just delays: a core of its own, no lock, no heap.
    pub simple: bool,
}

/// A process.
pub(super) struct Process {
    pub service: u32,
    /// Requests that wait inside for a thread.
    pub queue: Fifo,
    pub lock: Option<Lock>,
    pub lock_since: Time,
    /// Whether an event waits for the patience of a waiter.
    pub patience_set: bool,
    pub event_loop: EventLoop,
    /// The loop's thread.
    pub loop_carrier: u32,
    /// The heap of its interpreter, or [`NONE`].
    pub heap: u32,
    pub aux: Vec<Aux>,
    pub pools: Vec<PoolState>,
    pub caches: Vec<CacheState>,
    /// Open connections of clients.
    pub connections: u32,
    /// Whether it takes new requests: it neither leaves nor boots.
    pub open: bool,
    /// Whether it ends when it has nothing left to do.
    pub leaving: bool,
    /// Requests inside, and connections that linger, where they are counted.
    pub inside: u32,
    /// Requests until it leaves.
    pub left: u64,
    /// How many there were in its place before it.
    pub generation: u64,
}

/// An auxiliary executor of a process.
pub(super) struct Aux {
    pub queue: Fifo,
    /// Slow work behind the one that stands in `queue` for all of it.
    pub slow: Fifo,
    /// Whether one stands there.
    pub slow_queued: bool,
    /// Threads that run slow work.
    pub slow_running: u32,
    pub idle: Vec<u32>,
    /// Of a main thread: how much of the queue is left in the present pass.
    pub batch: u32,
    /// Of a main thread: whether it has accepted in the present pass.
    pub accepted: bool,
}

/// The state of a service beyond its processes.
pub(super) struct ServiceState {
    /// Connections, or requests, that no process has taken yet: one queue, or one for each process.
    pub accept: Vec<Fifo>,
    /// Threads, or loops, with nothing to do, of all processes: the last to go idle on top.
    pub idle: Vec<u32>,
    /// Threads made for one task each that are free to be used again.
    pub spare: Vec<u32>,
    /// Under a primary: processes that have acknowledged their last connection.
    pub credit: VecDeque<u32>,
}

/// A connection between client and server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    /// The process that accepted it, or [`NONE`]: not open.
    pub process: u32,
    pub last_used: Time,
    /// Whether a request is on it.
    pub busy: bool,
}

impl Connection {
    /// Open, and nobody uses it.
    pub fn is_idle(&self) -> bool {
        self.process != NONE && !self.busy
    }
}

pub(super) struct HostState {
    pub scheduler: Option<Scheduler>,
    /// Since when each core's use is not yet accounted.
    pub since: Vec<Time>,
    /// How cold each core is, 0 to 1.
    pub cold: Vec<f64>,
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

/// Addresses of draws that no step makes.
pub(super) struct Paths {
    pub gap: Path,
    pub endpoint: Path,
    pub think: Path,
    pub process: Path,
    pub lock: Path,
    pub life: Path,
    pub gc: Path,
}

impl<'p> World<'p> {
    pub fn new(plan: &'p Plan, seed: u64, replication: u64) -> Self {
        let root = Path::ROOT;
        let mut world = Self {
            plan,
            now: Time::ZERO,
            agenda: Agenda::new(plan.slots),
            soon: VecDeque::new(),
            tasks: Tasks::new(),
            carriers: Vec::new(),
            processes: Vec::new(),
            services: Vec::new(),
            hosts: Vec::new(),
            heaps: Vec::new(),
            recorder: Recorder::new(plan.horizon, plan.entries.len(), plan.resources.len()),
            mechanism: Key::root(seed, replication).at(root.child("mechanisms")),
            source: source_key(seed, replication),
            paths: Paths {
                gap: root.child("gap"),
                endpoint: root.child("endpoint"),
                think: root.child("think"),
                process: root.child("process"),
                lock: root.child("lock"),
                life: root.child("life"),
                gc: root.child("gc"),
            },
            ordinal: 0,
            next_key: source_key(seed, replication),
            users: Vec::new(),
            user_connections: Vec::new(),
            connections: Vec::new(),
            free_connections: VecDeque::new(),
            spare_connections: Vec::new(),
            client_connections: 0,
            watching_idle: false,
            waiting_clients: Fifo::default(),
            timeout_first: NONE,
            timeout_last: NONE,
            timeout_set: false,
            log: Vec::new(),
            events: 0,
            threads: 0,
            most_threads: 0,
            open_connections: 0,
            most_connections: 0,
        };
        world.build();
        world
    }

    fn build(&mut self) {
        let plan = self.plan;
        for host in &plan.hosts {
            let cores = host.shared_cores.unwrap_or(0);
            self.hosts.push(HostState {
                scheduler: host
                    .shared_cores
                    .map(|cores| Scheduler::new(&host.host, cores)),
                since: vec![Time::ZERO; cores as usize],
                cold: vec![0.0; cores as usize],
            });
        }
        for service in &plan.services {
            let each = service
                .listen
                .as_ref()
                .is_some_and(|listen| listen.policy == ListenPolicy::PerProcess);
            let queues = if each { service.processes } else { 1 };
            self.services.push(ServiceState {
                accept: vec![Fifo::default(); queues as usize],
                idle: Vec::new(),
                spare: Vec::new(),
                credit: (service.first_process..service.first_process + service.processes)
                    .collect(),
            });
        }
        for (process, &service) in (0..).zip(&plan.process_service) {
            self.add_process(service);
            self.draw_life(process);
        }
        for (service, planned) in (0..).zip(&plan.services) {
            if let Some(heartbeat) = planned.heartbeat {
                let first = Time::ZERO + heartbeat.check;
                self.agenda.schedule(first, kind::CHECK, service);
            }
        }
        for index in 0..plan.carriers.len() {
            self.add_carrier(index);
        }
        for service in &mut self.services {
            service.idle.reverse(); // the first thread of the first process goes first
        }
        self.agenda
            .set(SLOT_SEGMENT, self.recorder.segment_end(), kind::SEGMENT, 0);
        self.first_arrivals();
    }

    fn add_process(&mut self, service: u32) {
        let plan = &self.plan.services[service as usize];
        let dice = self.mechanism.nth(self.processes.len() as u64);
        let heap = match plan.gc {
            Some(_) => self.add_heap(dice.at(self.paths.gc)),
            None => NONE,
        };
        self.processes.push(Process {
            service,
            queue: Fifo::default(),
            lock: plan.lock.map(Lock::new),
            lock_since: Time::ZERO,
            patience_set: false,
            event_loop: EventLoop::idle(plan.rounds),
            loop_carrier: NONE,
            heap,
            aux: plan
                .aux
                .iter()
                .map(|_| Aux {
                    queue: Fifo::default(),
                    slow: Fifo::default(),
                    slow_queued: false,
                    slow_running: 0,
                    idle: Vec::new(),
                    batch: 0,
                    accepted: false,
                })
                .collect(),
            pools: plan
                .pools
                .iter()
                .map(|pool| PoolState::new(pool.size, pool.acquire_timeout))
                .collect(),
            caches: plan
                .caches
                .iter()
                .map(|cache| warmed(cache, dice))
                .collect(),
            connections: 0,
            open: true,
            leaving: false,
            inside: 0,
            left: u64::MAX,
            generation: 0,
        });
    }

    fn add_carrier(&mut self, index: usize) {
        let heap = self.heap_of(index);
        let planned = self.plan.carriers[index];
        let service = &self.plan.services[planned.service as usize];
        self.carriers.push(Carrier {
            task: NONE,
            process: planned.process,
            service: planned.service,
            aux: planned.aux,
            host: service.host,
            slot: planned.slot,
            state: CarrierState::Parked,
            native: false,
            fresh: false,
            left: Span::ZERO,
            switch: Span::ZERO,
            cold: Span::ZERO,
            gc: Span::ZERO,
            heap,
            mark: Time::ZERO,
            end: Time::NEVER,
            occupied: Time::NEVER,
            begun: Time::ZERO,
            linger: Time::NEVER,
            simple: planned.slot != NONE && service.lock.is_none() && heap == NONE,
        });
        let process = &mut self.processes[planned.process as usize];
        if planned.aux != NONE {
            process.aux[planned.aux as usize]
                .idle
                .insert(0, index as u32);
        } else {
            if service.main == MainKind::Loop {
                process.loop_carrier = index as u32;
            }
            self.services[planned.service as usize]
                .idle
                .push(index as u32);
        }
    }

    /// Runs to the horizon.
    pub fn run(mut self) -> Outcome {
        self.run_through();
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
                kind::CLIENT_TIMEOUT => self.client_timeout(),
                _ => self.segment_ends(),
            }
            while let Some(next) = self.soon.pop_front() {
                self.follow(next);
            }
        }
        self.now = end;
        self.account_resources();
    }

    pub fn follow(&mut self, next: Soon) {
        match next {
            Soon::Submit(task) => self.call_arrives(task),
            Soon::Resume(task) => self.resume(task),
            Soon::Completed(task) => self.completed(task),
            Soon::Wake(carrier) => self.wake(carrier),
            Soon::Send(task) => self.send(task),
            Soon::Accept(service) => self.accept_waiting(service),
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
        let per_process = app.threads.max(1) - 1
            + app.aux.iter().map(|aux| aux.carriers).sum::<u32>()
            - u32::from(app.dispatcher.is_some()); // a main thread is part of its process
        let threads = u64::from(app.processes) * u64::from(per_process) + self.most_threads;
        fixed + threads * app.memory.thread + self.most_connections * app.memory.connection
    }

    /// Schedules the first arrival, or every user's first request.
    fn first_arrivals(&mut self) {
        if let ArrivalPlan::Closed { users, .. } = &self.plan.arrivals {
            self.users = vec![0; *users as usize];
            self.user_connections = vec![NONE; *users as usize];
            for user in 0..*users {
                self.think(user, Span::MAX);
            }
        } else {
            self.next_arrival();
        }
    }
}

/// A cache as it begins: with each key that is there by its share, and what is left of its life drawn at random. The most
/// popular keys, which come first, were used last.
fn warmed(plan: &CachePlan, dice: Key) -> CacheState {
    let mut cache = CacheState::new(plan.params, plan.keys);
    let (there, left) = (Path::ROOT.child("there"), Path::ROOT.child("left"));
    for (key, &end) in plan.warm.iter().enumerate().rev() {
        let dice = dice.at(plan.path).nth(key as u64);
        if dice.word(there) < end {
            let life = (u128::from(plan.ttl.0) * u128::from(dice.word(left))) >> 64;
            cache.set(key as u64, Time::ZERO, Span(life as u64));
        }
    }
    cache
}
