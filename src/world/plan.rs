//! What a contestant at a load compiles to: flat, immutable, shared by all replications.
//!
//! Programs are arrays of [`Op`]s; services, processes and threads are numbered across the whole system. What cannot matter
//! has been left out: a step of no length, a scheduler where every thread has a core, a lock nobody else wants, a thread
//! where each task has one of its own, connections nobody counts.

mod op;

use std::sync::Arc;

use crate::host::{Host, Warming};
use crate::kernel::{Count, Dist, Key, Path, Span, Time};
use crate::measure::{Bands, Resource};
use crate::service::{
    Cache, Gc, Heartbeat, Lifecycle, Listen, LockParams, PoolState, Queue, Reading, Rounds,
    SessionRules, Sessions, Takes, Wakes,
};
use crate::workload::Clients;
pub use op::{Hop, Op};

use super::warm::Warm;

/// Position in [`Plan::ops`]. The op at 0 is [`Op::End`].
pub type Pc = u32;
/// "None" for the indices below.
pub const NONE: u32 = u32::MAX;

/// How requests come to be sent.
#[derive(Clone, Debug)]
pub enum ArrivalPlan {
    /// One after another, with these gaps.
    Open {
        /// The law of the gaps.
        gap: Dist,
    },
    /// Users.
    Closed {
        /// How many.
        users: u32,
        /// What they do between an answer and the next request.
        think: Dist,
    },
    /// At these times.
    Replay {
        /// Ascending.
        times: Arc<[Time]>,
    },
}

/// The first executor of a process, which runs handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainKind {
    /// Every task has a thread and a core of its own: no carriers at all.
    Free,
    /// Every task has a thread of its own; the threads share cores or a lock.
    ThreadEach,
    /// A number of threads.
    Threads,
    /// One thread that runs an event loop.
    Loop,
}

/// A host.
#[derive(Clone, Debug)]
pub struct HostPlan {
    /// Its parameters.
    pub host: Host,
    /// Cores under the scheduler; `None`: every thread has one.
    pub shared_cores: Option<u32>,
    /// First agenda slot of its cores.
    pub core_slot: u32,
    /// The resource of all its cores, or [`NONE`]; the single cores follow it where the plan lists them.
    pub resource: u32,
    /// Whether single cores are listed.
    pub parts: bool,
}

/// A service.
#[derive(Clone, Debug)]
pub struct ServicePlan {
    /// Its host.
    pub host: u32,
    /// One way between callers and it.
    pub latency: Span,
    /// How handlers run.
    pub main: MainKind,
    /// Its processes: `first_process .. first_process + processes`.
    pub first_process: u32,
    /// How many.
    pub processes: u32,
    /// The kernel's side.
    pub listen: Option<Listen>,
    /// Whom a new connection wakes of idle threads, if it has to wake anybody.
    pub wakes: Option<Wakes>,
    /// The thread between the kernel and handlers' threads.
    pub dispatcher: Option<DispatcherPlan>,
    /// The server's side.
    pub queue: Queue,
    /// How long an idle connection is kept.
    pub keep_alive: Option<Span>,
    /// How long after the answer a thread that has closed a connection is kept by it.
    pub linger: Span,
    /// After how many requests a connection is closed.
    pub requests_per_connection: Option<u32>,
    /// How many connections of callers' pools it has at most.
    pub connection_limit: Option<u32>,
    /// Resource: those that are open, where they are limited.
    pub connections: u32,
    /// How long a request may take to arrive.
    pub reading: Reading,
    /// Who kills silent processes, if anybody can be killed.
    pub heartbeat: Option<Heartbeat>,
    /// When processes are replaced.
    pub lifecycle: Lifecycle,
    /// Whether they are replaced after a number of requests.
    pub replaces: bool,
    /// Whether a process can be down.
    pub mortal: bool,
    /// What a cold core costs more.
    pub cold: Warming,
    /// The lock of each process, if it can matter.
    pub lock: Option<LockParams>,
    /// The pauses of each interpreter.
    pub gc: Option<Gc>,
    /// Resource: handlers' threads occupied, or loops active.
    pub main_resource: u32,
    /// Resource: lock held.
    pub lock_resource: u32,
    /// Threads of main in each process, where they are numbered.
    pub threads: u32,
    /// How the rounds of its loops go.
    pub rounds: Rounds,
    /// Auxiliary executors.
    pub aux: Vec<AuxPlan>,
    /// One for each service called through one.
    pub pools: Vec<PoolPlan>,
    /// The caches its steps use.
    pub caches: Vec<CachePlan>,
    /// Bytes of a process, a further thread, a connection.
    pub memory: crate::service::Memory,
}

/// An auxiliary executor of each process of a service.
#[derive(Clone, Copy, Debug)]
pub struct AuxPlan {
    /// Its threads; none where each request has one of its own.
    pub carriers: u32,
    /// Whether each request that goes there has a thread of its own.
    pub own: bool,
    /// How many of them there are from the beginning, of each process.
    pub started: u32,
    /// What one that is made does first.
    pub boot: Span,
    /// Bytes of each.
    pub memory: u64,
    /// How many of them at most run slow work.
    pub slow: u32,
    /// What they take up first.
    pub takes: Takes,
    /// Resource: its threads occupied.
    pub resource: u32,
    /// Whether each of its threads has an interpreter, and so a heap, of its own.
    pub interpreters: bool,
    /// Whether steps go on there that need the process's interpreter.
    pub shares: bool,
}

impl AuxPlan {
    /// Whether slow work is another thing than work there.
    pub fn limits_slow(&self) -> bool {
        !self.own && self.slow != u32::MAX
    }
}

/// A cache of each process of a service, or one for all of them that another service keeps.
#[derive(Clone, Debug)]
pub struct CachePlan {
    /// Its keys are `0..keys`.
    pub keys: u64,
    /// The law of the keys.
    pub key: Count,
    /// How it works.
    pub params: Cache,
    /// Whether there is one for all processes.
    pub shared: bool,
    /// The dice of its step, by which it is known.
    pub path: Path,
    /// How long an entry lives.
    pub ttl: Span,
    /// The use that has filled it before the run; none: it begins empty.
    pub warm: Option<Warm>,
}

impl CachePlan {
    /// Its entries, if it has not room for all keys.
    pub(super) fn limit(&self) -> Option<u32> {
        let entries = self.params.entries;
        entries.filter(|&entries| u64::from(entries) < self.keys)
    }
}

/// The main thread of each process of the app, where there is one beside the handlers' threads.
#[derive(Clone, Copy, Debug)]
pub struct DispatcherPlan {
    /// Its place among the auxiliary executors.
    pub aux: u32,
    /// What a request costs it.
    pub accept: Span,
    /// What an answered request costs it.
    pub give_back: Span,
    /// What closing the connection costs it more.
    pub close: Span,
}

/// A primary that is a process: a service behind those of the system, which has one loop.
#[derive(Clone, Copy, Debug)]
pub struct PrimaryPlan {
    /// Its place among the services.
    pub service: u32,
    /// Its process.
    pub process: u32,
    /// What it does with a connection.
    pub accept: Pc,
    /// What it does with a worker's message.
    pub message: Pc,
}

/// A pool of each process of a service.
#[derive(Clone, Copy, Debug)]
pub struct PoolPlan {
    /// Place among the model's pools.
    pub of: u32,
    /// The service called.
    pub callee: u32,
    /// Connections; `None`: any number.
    pub size: Option<u32>,
    /// How long a wait may last.
    pub acquire_timeout: Option<Span>,
    /// The resource of its use.
    pub resource: u32,
    /// Which are used again, if it matters which are open.
    pub sessions: Option<SessionRules>,
    /// Round trips to open one.
    pub trips: u32,
    /// Whether every connection is opened by who uses it: none is used again.
    pub never_reused: bool,
    /// Whether a waiting request's call is made by who gives its connection back.
    pub at_once: bool,
}

impl PoolPlan {
    /// The pool of a process that has just begun.
    pub fn state(&self) -> PoolState {
        let sessions = self.sessions.map(Sessions::new);
        PoolState::new(self.size, self.acquire_timeout, sessions)
    }
}

/// A numbered thread.
#[derive(Clone, Copy, Debug)]
pub struct CarrierPlan {
    /// Its process.
    pub process: u32,
    /// Its service.
    pub service: u32,
    /// Which auxiliary executor it belongs to, or [`NONE`] for `main`.
    pub aux: u32,
    /// Its agenda slot where it has a core of its own, or [`NONE`].
    pub slot: u32,
}

/// Everything a replication needs to know.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) ops: Vec<Op>,
    /// Where the app's endpoints begin.
    pub(crate) entries: Vec<Pc>,
    /// Upper ends of the endpoints' shares of the word's range.
    pub(crate) choice: Vec<u64>,
    pub(crate) arrivals: ArrivalPlan,
    /// Whether each user asks for the endpoint of its number.
    pub(crate) pinned: bool,
    pub(crate) clients: Clients,
    /// Whether requests take time to arrive whole.
    pub(crate) sending: bool,
    /// Whether connections are objects that processes accept, keep and close.
    pub(crate) connections: bool,
    pub(crate) hosts: Vec<HostPlan>,
    pub(crate) services: Vec<ServicePlan>,
    pub(crate) carriers: Vec<CarrierPlan>,
    /// Service of each process.
    pub(crate) process_service: Vec<u32>,
    /// Agenda slot of each process's lock patience, or [`NONE`].
    pub(crate) lock_slot: Vec<u32>,
    /// First agenda slot of each process's pool time-outs.
    pub(crate) pool_slot: Vec<u32>,
    pub(crate) slots: usize,
    /// The resources whose use is measured, in the order of [`Segment::busy_ns`](crate::measure::Segment::busy_ns).
    pub resources: Vec<Resource>,
    /// How long a replication is.
    pub horizon: Span,
    /// The bands of latency whose accounts are summed, if that is asked for.
    pub(crate) bands: Option<Bands>,
    /// What becomes of a connection on which nobody says anything; 0 where there are none.
    pub(crate) silence: Pc,
    /// Who accepts for the app, where that is a process of its own.
    pub(crate) primary: Option<PrimaryPlan>,
}

/// The address of a replication's arrivals.
pub(crate) fn source_key(seed: u64, replication: u64) -> Key {
    Key::root(seed, replication).at(Path::ROOT.child("arrivals"))
}
