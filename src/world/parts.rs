//! What a running world is made of: threads, processes, services, connections, hosts.

use std::collections::VecDeque;

use super::plan::{CarrierPlan, NONE};
use crate::host::lock::Lock;
use crate::host::scheduler::Scheduler;
use crate::kernel::{Fifo, Span, Time};
use crate::service::{CacheState, EventLoop, PoolState};

/// A thread: what it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CarrierState {
    /// Idle, or blocked with its task.
    Parked,
    /// Signalled, on its way out of its sleep.
    Waking,
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
    /// What it works on, or did last; [`NONE`] while it is awake to accept.
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
    /// It is one call in C, which does not let the lock go when asked to.
    pub keeps: bool,
    pub left: Span,
    /// Still to pay before the burst proceeds: the context switch, then the cold core, then the collector's pauses.
    pub switch: Span,
    /// What waking it takes of a busy core beside the switch, until it has one.
    pub interrupt: Span,
    pub cold: Span,
    pub gc: Span,
    /// On a core, it has not found the lock free yet; looking takes it this long.
    pub looks: bool,
    pub look: Span,
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
    /// It is awake to accept, and has not looked yet.
    pub called: bool,
    /// What it costs it to have woken in vain.
    pub in_vain: Span,
    /// Whether bursts are just delays: a core of its own, no lock, no heap.
    pub simple: bool,
    /// Of an auxiliary thread: it is being made.
    pub boots: bool,
    /// Of an auxiliary thread: the thread its task came from.
    pub home: u32,
    /// Of a loop's thread: it waits for a thread it made to begin.
    pub awaits: bool,
    /// Of a request's own thread that has not begun: who waits for that, else [`NONE`].
    pub maker: u32,
    /// Of a request's own thread: the request's branches that wait for it.
    pub queue: Fifo,
}

impl Carrier {
    /// Whether it lets the lock go now if it is asked to: not in the midst of a call that keeps it.
    pub fn heeds(&self) -> bool {
        !self.keeps || self.fresh
    }

    /// A thread that sleeps at `now`, `of` a service's main or of an auxiliary executor.
    pub fn new(of: CarrierPlan, host: u32, heap: u32, simple: bool, now: Time) -> Self {
        Self {
            task: NONE,
            process: of.process,
            service: of.service,
            aux: of.aux,
            host,
            slot: of.slot,
            state: CarrierState::Parked,
            native: false,
            fresh: false,
            keeps: false,
            left: Span::ZERO,
            switch: Span::ZERO,
            interrupt: Span::ZERO,
            cold: Span::ZERO,
            gc: Span::ZERO,
            looks: false,
            look: Span::ZERO,
            heap,
            mark: now,
            end: Time::NEVER,
            occupied: Time::NEVER,
            begun: now,
            linger: Time::NEVER,
            called: false,
            in_vain: Span::ZERO,
            simple,
            boots: false,
            home: NONE,
            awaits: false,
            maker: NONE,
            queue: Fifo::default(),
        }
    }
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
    /// Requests in progress, where they are limited.
    pub admitted: u32,
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
#[derive(Default)]
pub(super) struct Aux {
    pub queue: Fifo,
    /// Slow work behind the one that stands in `queue` for all of it.
    pub slow: Fifo,
    /// Whether one stands there.
    pub slow_queued: bool,
    /// Threads that run slow work.
    pub slow_running: u32,
    pub idle: Vec<u32>,
    /// Threads that have not been made.
    pub unmade: Vec<u32>,
    /// The most that were there at once, also in processes before this one.
    pub most_made: u32,
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
    /// Open connections of callers' pools, where they are limited.
    pub pooled: u32,
    /// Under a primary: processes that have acknowledged their last connection.
    pub credit: VecDeque<u32>,
}

/// A connection between client and server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    /// The process that accepted it, or [`NONE`]: not open.
    pub process: u32,
    pub last_used: Time,
    /// Requests answered since it was accepted.
    pub served: u32,
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
