//! A concurrency model as data: the axes a model file may speak about.
//!
//! An omitted key is the ideal: cost 0, no limit, infinite queue, no lock, warm cores. [`Model::ideal`] is the empty file.

use super::gc::Gc;
use super::lifecycle::{Heartbeat, Lifecycle};
use super::primary::Primary;
use super::rounds::Rounds;
use super::sessions::SessionRules;
use crate::host::Warming;
use crate::kernel::{Dist, Span};
use crate::workload::{Kind, Step, hops_to};

/// A model file with its overrides applied and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name by which scenarios call it (`node`, `django-gthread` ...).
    pub name: String,
    /// A line for tables and legends.
    pub title: String,
    /// The language of its steps (`javascript`, `python`), a column of `languages.toml`.
    pub language: Option<String>,
    /// How many times longer than written `cpu` steps take, the model's own and its endpoints': a build that is slower at everything.
    pub cpu_factor: f64,
    /// What callers take it for: `database`, `cache`, `http`. Chooses the caller's pool and `on_call` steps.
    pub role: Option<String>,
    /// Processes, each with executors, lock, caches and pools of its own.
    pub processes: u32,
    /// Executors; the first is `main`, which runs handlers.
    pub executors: Vec<Executor>,
    /// Where `native` steps run: on the carrier itself, or on an executor (by index).
    pub place_native: Option<usize>,
    /// Executors with interpreters of their own (worker threads), by the kind of `cpu` step that runs there.
    pub place: Vec<(Kind, usize)>,
    /// The executor that runs the endpoints' steps, if it is not the first: `before` and `after` stay on that.
    pub place_handler: Option<usize>,
    /// Executors from which calls are made, by the role of the service called.
    pub place_calls: Vec<(String, usize)>,
    /// The interpreter's lock of each process.
    pub lock: Option<LockParams>,
    /// Pauses of each interpreter to collect garbage.
    pub gc: Option<Gc>,
    /// The kernel's side of accepting connections; `None`: requests go straight to the server.
    pub listen: Option<Listen>,
    /// The server's side.
    pub queue: Queue,
    /// How long the server keeps an idle connection; `None`: for ever, zero: it closes after each response.
    pub keep_alive: Option<Span>,
    /// How long the thread that closes a connection at most waits for the client to do the same, counted from the answer;
    /// `None`: it does not wait. That thread is the main thread where there is one, else the handler's.
    pub linger: Option<Span>,
    /// After how many requests it closes a connection; `None`: never.
    pub requests_per_connection: Option<u32>,
    /// How many connections of its callers' pools it has at most; `None`: any number. More are refused.
    pub connection_limit: Option<u32>,
    /// How long it waits for a request that has begun to arrive.
    pub reading: Reading,
    /// Who kills processes that are silent for too long.
    pub heartbeat: Option<Heartbeat>,
    /// When processes are replaced.
    pub lifecycle: Lifecycle,
    /// Steps before every endpoint.
    pub before: Vec<Step>,
    /// Steps after every endpoint.
    pub after: Vec<Step>,
    /// Steps on the caller before each call, by the role of the service called.
    pub on_call: Vec<(String, Vec<Step>)>,
    /// Connection pools by the role or the name of the service called; none: always open, and as many as are wanted.
    pub pools: Vec<(String, Pool)>,
    /// The cache `local` of each process.
    pub cache: Cache,
    /// Memory, for the table and the check against the host's.
    pub memory: Memory,
    /// What running on a core gone cold costs more; the host says how fast cores cool.
    pub cold: Warming,
    /// The cores of its own host, where the scenario names none.
    pub cores: Option<u32>,
    /// True where no real thing was recorded for it.
    pub unvalidated: bool,
    /// Where a real server is told what keys of this model say. Nothing in a simulation depends on it.
    pub settings: Vec<RealSetting>,
}

/// Where a real server is told what a key of its model says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealSetting {
    /// The key's path in the model.
    pub path: String,
    /// The file, or whatever else it is told in.
    pub file: String,
    /// The line: `VALUE` stands for the key's value, `SECONDS` for that of a time, as a number. A line with neither goes with any other of its file.
    pub line: String,
}

impl RealSetting {
    /// The line for a value, as it is written in a scenario.
    #[must_use]
    pub fn line_for(&self, value: &str) -> String {
        let plain = value.trim_matches('"');
        self.line
            .replace("VALUE", plain)
            .replace("SECONDS", plain.strip_suffix('s').unwrap_or(plain))
    }

    /// Whether it says the same whatever the value.
    #[must_use]
    pub fn constant(&self) -> bool {
        !self.line.contains("VALUE") && !self.line.contains("SECONDS")
    }
}

/// A group of operating-system threads and how tasks use them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executor {
    /// Its name; `main` runs handlers.
    pub name: String,
    /// Threads in each process; `None`: one for each request.
    pub carriers: Option<u32>,
    /// How many tasks a thread has in hand.
    pub tasks: Tasks,
    /// Of a loop: how its rounds go.
    pub rounds: Rounds,
    /// How many threads at most run slow work (name look-ups) at once, if that is limited.
    pub slow: Option<Slow>,
    /// Which of what waits for it a thread takes up.
    pub takes: Takes,
    /// What handing work over to it costs the thread that does: a copy (V8's structured clone), a message. CPU time in the model's own language.
    pub hop: Span,
    /// What taking the result back costs that thread.
    pub back: Span,
    /// What taking work up costs its own thread each time, handing the result back included.
    pub pickup: Span,
    /// How many of its threads each process has from the beginning; one more is made whenever work comes and none is idle.
    pub started: u32,
    /// What a thread that is made does before it takes up work, CPU without the lock.
    pub boot: Span,
    /// Bytes of each thread that was made; `None`: as any thread.
    pub memory: Option<u64>,
    /// What making a request's own thread costs the thread that does, its end included.
    pub start: Span,
    /// What a request's own thread does before it takes up its first piece, CPU. Whoever makes it waits for that, without the lock;
    /// zero: it does not wait.
    pub begin: Span,
}

/// How many threads of an executor run slow work at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// Half of them, rounded up (libuv).
    Half,
    /// So many.
    AtMost(u32),
}

/// Which of what waits for a pool a thread takes up. No model file says so: pools are libuv's, and the conformance tests switch to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The first; of slow work one at a time, which then goes to the end of the queue (libuv).
    FirstCome,
    /// The last to come.
    LastCome,
    /// The first; slow work stays where it was when the next of it follows.
    SlowStays,
}

impl Slow {
    /// Of so many threads.
    #[must_use]
    pub fn of(self, carriers: u32) -> u32 {
        match self {
            Self::Half => carriers.div_ceil(2),
            Self::AtMost(limit) => limit,
        }
    }
}

impl Executor {
    /// Threads with one task each; `None`: one for each request.
    #[must_use]
    pub fn threads(name: &str, carriers: Option<u32>) -> Self {
        Self {
            name: name.to_owned(),
            carriers,
            tasks: Tasks::One,
            rounds: Rounds::default(),
            slow: None,
            takes: Takes::FirstCome,
            hop: Span::ZERO,
            back: Span::ZERO,
            pickup: Span::ZERO,
            started: u32::MAX,
            boot: Span::ZERO,
            memory: None,
            start: Span::ZERO,
            begin: Span::ZERO,
        }
    }

    /// One thread with any number of tasks: an event loop.
    #[must_use]
    pub fn event_loop(name: &str) -> Self {
        Self {
            tasks: Tasks::Unlimited,
            ..Self::threads(name, Some(1))
        }
    }
}

/// How many tasks a carrier has in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tasks {
    /// One from its first step to its last: the thread blocks while the task waits.
    One,
    /// Any number: an event loop.
    Unlimited,
}

/// A lock that a thread must hold to run the model's own language.
#[derive(Clone, Debug, PartialEq)]
pub struct LockParams {
    /// A waiter's patience before it asks the holder to let go; `None`: it never does.
    pub switch_interval: Option<Span>,
    /// Which waiter is woken.
    pub order: Order,
    /// Whether anyone may take the lock before the woken waiter runs.
    pub barging: bool,
    /// Core time of a waiter that wakes, looks, and waits once more if it must; `None`: none.
    pub look: Option<Dist>,
    /// How much later than its patience the kernel may wake it: the host's.
    pub slack: Span,
}

/// Which of several waiters goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The one whose wait began first, and a look in vain begins another: the order of a condition variable (glibc), not that of coming.
    Fifo,
    /// Any, by priorities drawn from the waiters' own dice.
    Random,
}

/// The kernel's side of accepting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Who takes a new connection.
    pub policy: ListenPolicy,
    /// Connections waiting to be accepted: the kernel holds `backlog + 1`. `None`: no limit.
    pub backlog: Option<u32>,
    /// Connections one wake-up (one iteration of a loop) accepts; `None`: all there are.
    pub accepts_per_wakeup: Option<u32>,
    /// What happens to a connection when the backlog is full.
    pub overflow: Overflow,
    /// Whom of the handlers' threads that sleep at the socket a new connection wakes, where processes admit when idle; who runs first takes it.
    /// `None`: it is a thread's when it comes, the one's that went to sleep last.
    pub wakes: Option<Wakes>,
    /// Which thread accepts: a main thread at these costs; `None`: the threads and loops that run handlers.
    pub main_thread: Option<MainThread>,
    /// What a connection costs where a primary hands it over; of no account with another policy.
    pub primary: Primary,
    /// Who waits for the first byte on a new connection.
    pub first_byte: FirstByte,
}

/// Who waits for the first byte on a new connection, where threads run handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstByte {
    /// The handler's thread, for as long as it takes.
    Thread,
    /// The handler's thread for so long; then no thread, until it has been idle for [`Model::keep_alive`].
    ThreadFor(Span),
    /// No thread: the connection is given to one when there is something to read.
    Nobody,
}

/// Whom a new connection wakes of those that sleep at its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wakes {
    /// All of them, or the one that went to sleep last.
    pub all: bool,
    /// CPU of a thread that wakes and finds nothing, until it sleeps again; it needs no lock for that.
    pub in_vain: Span,
}

/// A thread of each process that accepts, hands requests out to the handlers' threads, and takes connections back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MainThread {
    /// CPU for a request, on a new connection or an open one.
    pub accept: Span,
    /// CPU for taking a connection back when its request has been answered.
    pub give_back: Span,
    /// More of it if the connection is then closed: without the lock the thread waits for the client to do the same, as long
    /// as [`Model::linger`] says.
    pub close: Span,
}

/// Who takes a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenPolicy {
    /// All processes accept from one socket; the one last gone idle is woken first.
    Shared,
    /// A socket for each process; the kernel chooses by a hash of the connection.
    PerProcess,
    /// A primary process accepts everything and hands connections to workers, one unacknowledged at a time.
    Primary,
}

/// What a full backlog does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The connection attempt is dropped; the client tries again after these gaps, the last repeated.
    SynRetry {
        /// Gaps between attempts.
        gaps: Vec<Span>,
    },
    /// The client gets an error at once.
    Refuse,
}

/// The server's side of accepting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// When a process takes another connection.
    pub admit: Admit,
    /// Requests that may wait inside a process for a carrier; `None`: any number. The surplus is refused (503).
    pub capacity: Option<u32>,
    /// A request that comes to its turn is refused (503) where its process has so many connections, its own among them, or so
    /// many other requests in progress; `None`: it never is.
    pub concurrency: Option<u32>,
    /// CPU for answering one that is refused so, in the model's own language.
    pub refusal: Span,
}

/// When a process takes another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admit {
    /// Only when a carrier is free to run it: what waits, waits in the kernel (gunicorn sync).
    Idle,
    /// While it has fewer than this many connections, even if all carriers are busy (gunicorn gthread).
    Below(u32),
    /// Always (an event loop).
    Always,
}

/// The most pools a service may have: one for each service that it calls through one.
pub const MAX_POOLS: usize = 8;

/// A pool of connections to each service of a role, or to one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Connections in each process; `None`: any number. Of no account where threads have their own.
    pub size: Option<u32>,
    /// From when to when a request holds one.
    pub hold: Hold,
    /// How long a request waits for one before it fails; `None`: for ever.
    pub acquire_timeout: Option<Span>,
    /// Whether, on a loop, who gives one back makes the waiting request's call from within, ahead of its own next step; else the
    /// waiting request has its turn as any callback that is ready.
    pub at_once: bool,
    /// Which of them are used again, and for how long.
    pub sessions: SessionRules,
    /// What it costs to open one; `None`: nothing.
    pub opening: Option<Opening>,
}

/// What it costs to open a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Steps on the caller.
    pub steps: Vec<Step>,
    /// Round trips between the caller and the service.
    pub trips: u32,
    /// CPU at the service: a process forked, a password checked.
    pub work: Dist,
}

/// How long a server waits for a request that has begun to arrive, from when it begins to read it. Whoever is later is answered
/// 408, and the connection closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// For the header; `None`: for ever.
    pub header: Option<Span>,
    /// For all of it; `None`: for ever.
    pub request: Option<Span>,
    /// It looks at the multiples of this only (Node's `connectionsCheckingInterval`); zero: at once.
    pub check: Span,
}

/// How long a pool's connection is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// For one call.
    Call,
    /// From the first call to the end of the request.
    Request,
}

/// A cache in the memory of each process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    /// Entries it holds; `None`: all.
    pub entries: Option<u32>,
    /// When full, the least recently used `entries / cull` are dropped; `entries`: one at a time.
    pub cull: u32,
}

impl Cache {
    /// How many entries it drops when it is full.
    #[must_use]
    pub fn dropped(self) -> u32 {
        let share = |entries| entries / self.cull.max(1);
        self.entries.map_or(0, |entries| share(entries).max(1))
    }
}

/// What things weigh, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// A process with one thread.
    pub process: u64,
    /// Each further thread.
    pub thread: u64,
    /// Each open connection of a client.
    pub connection: u64,
    /// The primary, where it is a process.
    pub primary: u64,
}

impl Model {
    /// The auxiliary executor to which `cpu` steps of this kind go.
    #[must_use]
    pub fn place_of(&self, kind: &str) -> Option<usize> {
        let placed = self.place.iter().find(|(placed, _)| placed == kind);
        placed.map(|&(_, executor)| executor)
    }

    /// Whether `cpu` steps run on this executor: then each of its threads has an interpreter of its own.
    #[must_use]
    pub fn runs_cpu(&self, executor: usize) -> bool {
        self.place.iter().any(|&(_, placed)| placed == executor)
    }

    /// The auxiliary executor from which a service of this role is called.
    #[must_use]
    pub fn place_of_calls(&self, role: Option<&str>) -> Option<usize> {
        let mut placed = self.place_calls.iter();
        let placed = placed.find(|(name, _)| Some(name.as_str()) == role);
        placed.map(|&(_, executor)| executor)
    }

    /// Whether requests go on with their steps on this executor, in the interpreter of the process.
    #[must_use]
    pub fn shares_interpreter(&self, executor: usize) -> bool {
        let on_call = self.on_call.iter().map(|(_, steps)| steps);
        let openings = self
            .pools
            .iter()
            .filter_map(|(_, pool)| pool.opening.as_ref());
        let openings = openings.map(|opening| &opening.steps);
        let lists = [&self.before, &self.after].into_iter().chain(on_call);
        let mut lists = lists.chain(openings);
        let Executor { pickup, begin, .. } = &self.executors[executor];
        let takes_time = !pickup.is_zero() || !begin.is_zero();
        let picks_up = takes_time && !self.runs_cpu(executor);
        self.place_handler == Some(executor)
            || picks_up
            || self.place_calls.iter().any(|&(_, e)| e == executor)
            || lists.any(|steps| hops_to(steps, executor))
    }

    /// Whether anything runs on this executor.
    #[must_use]
    pub fn uses(&self, executor: usize) -> bool {
        executor == 0
            || self.place_native == Some(executor)
            || self.runs_cpu(executor)
            || self.shares_interpreter(executor)
    }

    /// The empty model file.
    #[must_use]
    pub fn ideal(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            language: None,
            cpu_factor: 1.0,
            role: None,
            processes: 1,
            executors: vec![Executor::threads("main", None)],
            place_native: None,
            place: Vec::new(),
            place_handler: None,
            place_calls: Vec::new(),
            lock: None,
            gc: None,
            listen: None,
            queue: Queue {
                admit: Admit::Idle,
                capacity: None,
                concurrency: None,
                refusal: Span::ZERO,
            },
            keep_alive: None,
            linger: None,
            requests_per_connection: None,
            reading: Reading::default(),
            connection_limit: None,
            heartbeat: None,
            lifecycle: Lifecycle::default(),
            before: Vec::new(),
            after: Vec::new(),
            on_call: Vec::new(),
            pools: Vec::new(),
            cache: Cache {
                entries: None,
                cull: 1,
            },
            memory: Memory::default(),
            cold: Warming::default(),
            cores: None,
            unvalidated: false,
            settings: Vec::new(),
        }
    }
}
