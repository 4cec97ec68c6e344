//! The result of one replication: plain integers that merge in any grouping.

use hdrhistogram::Histogram;

use super::account::Account;
use super::bands::Band;

use crate::kernel::Span;

/// A run is cut into this many equal parts, so that a warm-up found afterwards can be cut off.
pub const SEGMENTS: usize = 16;
/// Slots of the coarse series over the run, for warm-up and trend.
pub const SLOTS: usize = 1024;

/// The states a request can be charged in, in the order of the result columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Component {
    /// For a free connection on the client's side.
    WaitClient,
    /// In the kernel's accept queue, SYN retries included.
    WaitAccept,
    /// For a thread, or for its turn on the loop.
    WaitWorker,
    /// For the interpreter's lock.
    WaitLock,
    /// Runnable, for a core; context switches included.
    WaitCore,
    /// Running the app's own language.
    Cpu,
    /// The extra of running on a core gone cold.
    Cold,
    /// For a thread of an auxiliary pool (libuv's).
    WaitPool,
    /// Running native code.
    Native,
    /// Stopped by the garbage collector.
    Gc,
    /// For a connection of a pool to a database or other service: in its queue, or while one is opened.
    WaitConnection,
    /// Inside a called service.
    Call,
    /// On the wire.
    Network,
    /// In a timer.
    Timer,
}

impl Component {
    /// How many there are.
    pub const COUNT: usize = 14;
    /// All, in the order of the result columns.
    pub const ALL: [Self; Self::COUNT] = [
        Self::WaitClient,
        Self::WaitAccept,
        Self::WaitWorker,
        Self::WaitLock,
        Self::WaitCore,
        Self::Cpu,
        Self::Cold,
        Self::WaitPool,
        Self::Native,
        Self::Gc,
        Self::WaitConnection,
        Self::Call,
        Self::Network,
        Self::Timer,
    ];

    /// Its name in result files, without the unit.
    #[must_use]
    pub fn name(self) -> &'static str {
        [
            "wait_client",
            "wait_accept",
            "wait_worker",
            "wait_lock",
            "wait_core",
            "cpu",
            "cold",
            "wait_pool",
            "native",
            "gc",
            "wait_connection",
            "call",
            "network",
            "timer",
        ][self as usize]
    }
}

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Failure {
    /// The connection was refused.
    Refused,
    /// The client gave up, the server did (408), or a wait for a connection ended without one.
    Timeout,
    /// The server killed the worker.
    Killed,
    /// The server refused the request (503).
    Shed,
}

impl Failure {
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// One endpoint in one sixteenth of the run. Requests count where they end, as their client sees it.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Requests meant to be sent.
    pub offered: u64,
    /// Requests answered.
    pub succeeded: u64,
    /// Requests failed, by [`Failure`].
    pub failed: [u64; Failure::COUNT],
    /// Latencies of the successful, nanoseconds.
    pub latency: Histogram<u64>,
    /// Their exact sum, nanoseconds.
    pub sum_ns: u128,
    /// The sum of their squares.
    pub sum_sq_ns2: u128,
    /// Where their time went, by [`Component`]; sums exactly to `sum_ns`.
    pub account_ns: Account,
}

/// One sixteenth of the run.
#[derive(Clone, Debug)]
pub struct Segment {
    /// By endpoint, in the order of the scenario.
    pub endpoints: Vec<Tally>,
    /// By resource of the plan: nanoseconds in use, summed over its units.
    pub busy_ns: Vec<u64>,
    /// ∫ requests in the system dt, nanoseconds.
    pub in_system_ns: u128,
    /// For each event loop of the app, by process: intervals of a 10 ms monitor in nanoseconds (Node's `monitorEventLoopDelay`).
    pub loop_delay: Histogram<u64>,
    /// Where they were asked for, by endpoint and band: [`BANDS`](super::BANDS) of the first endpoint, then of the second.
    pub bands: Vec<Band>,
}

/// One slot of the coarse series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Requests answered in it.
    pub succeeded: u64,
    /// Requests failed in it.
    pub failed: u64,
    /// Sum of the latencies of the answered, nanoseconds.
    pub sum_ns: u128,
    /// ∫ requests in the system dt over it, nanoseconds.
    pub in_system_ns: u128,
}

/// A resource whose use is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in `util_<name>` columns: `cores`, `loop`, `lock`, `threads`, `pool_postgres`, `postgres` ...
    pub name: String,
    /// Units that can be in use at once; `None`: no limit, and no utilisation.
    pub units: Option<u64>,
    /// Not a bottleneck candidate: part of a resource listed on its own as well (one core of several), or nothing that anybody
    /// queues for (open connections).
    pub part: bool,
}

/// What one replication of one contestant at one load gave.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How long was simulated.
    pub horizon: Span,
    /// Its sixteenths.
    pub segments: Vec<Segment>,
    /// [`SLOTS`] slots of equal width, `horizon / SLOTS` rounded up.
    pub series: Vec<Slot>,
    /// Events handled.
    pub events: u64,
    /// Requests meant to be sent over the whole run.
    pub arrived: u64,
    /// Requests still without an end when the run ended.
    pub in_flight: u64,
    /// The time that failed requests took, as their clients saw it, in total, nanoseconds.
    pub failed_ns: u128,
    /// The time that requests without an end have been under way when the run ended, in total, nanoseconds.
    pub unfinished_ns: u128,
    /// Most bytes of memory in use on the app's host by the app.
    pub memory_bytes: u64,
}
