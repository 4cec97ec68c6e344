//! What asks: arrivals, clients and their connections, and the endpoint programs that say what a request does.
//!
//! Plain data, checked by `scenario`, compiled by `world`.

pub mod program;

use std::sync::Arc;

use crate::kernel::{Dist, Span, Time};
pub use program::{Action, CacheAt, Endpoint, Kind, Step, hops_to};

/// Where requests come from.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// People who do not wait for each other's answers: requests arrive at a rate.
    Open {
        /// The law of the gaps between arrivals.
        process: OpenProcess,
        /// Requests per second, in total.
        rate: Loads,
    },
    /// A number of users, each of whom thinks, asks, waits for the answer, and thinks again.
    Closed {
        /// How many users.
        users: Loads,
        /// The time between an answer and the next request. The first request comes after one think time.
        think: Dist,
    },
    /// A list of times from a file, ascending.
    Replay {
        /// The moments at which requests are meant to be sent.
        times: Arc<[Time]>,
    },
}

/// The law of the gaps of an open arrival process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenProcess {
    /// Exponential gaps.
    Poisson,
    /// Equal gaps.
    Constant,
}

/// The loads a study visits: rates per second, or numbers of users.
#[derive(Clone, Debug, PartialEq)]
pub enum Loads {
    /// A range found from the demands of the contestants.
    Sweep,
    /// These, ascending, each positive.
    List(Vec<f64>),
}

/// The people's side of the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Clients {
    /// How many connections they keep open between them (an open loop waits for a free one); `None`: as many as needed.
    /// In a closed loop every user has one of his own.
    pub connections: Option<u32>,
    /// Whether a connection is used again, or opened for each request.
    pub keep_alive: bool,
    /// Which free connection is used next.
    pub reuse: Reuse,
    /// One way between client and server.
    pub latency: Span,
    /// How long a request takes to arrive, from its first byte.
    pub sending: Sending,
    /// Connections on which nobody asks for anything.
    pub silent: Option<Silent>,
    /// After this time from the intended start the client gives up. The server does not notice.
    pub timeout: Option<Span>,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            connections: None,
            keep_alive: true,
            reuse: Reuse::Fifo,
            latency: Span::ZERO,
            sending: Sending::default(),
            silent: None,
            timeout: None,
        }
    }
}

/// Connections that clients open and say nothing on: browsers that connect ahead of need, probes, attackers. They are no requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Silent {
    /// The probability that one is opened beside a request.
    pub share: f64,
    /// From when the server's kernel has it until its client hangs up.
    pub time: Dist,
}

/// How slowly a client sends: the time from a request's first byte at the server to its last.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending {
    /// Until its header is there.
    pub head: Dist,
    /// From then until its body is.
    pub body: Dist,
}

impl Default for Sending {
    fn default() -> Self {
        let none = Dist::Constant(Span::ZERO);
        Self {
            head: none.clone(),
            body: none,
        }
    }
}

impl Sending {
    /// Whether requests arrive whole.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.head.is_zero() && self.body.is_zero()
    }
}

/// Which of several free connections a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// The one longest unused: load spreads over all connections.
    Fifo,
    /// The one last used: few connections carry most requests.
    Lifo,
}
