//! The wiring of one simulation and its one event loop.
//!
//! [`Plan::compile`] turns a checked contestant at a load into flat arrays, [`Plan::run`] runs one replication of it.
//!
//! ```text
//!  arrival ─► client's connection ─► network ─► accept queue ─► process ─► queue ─► thread or loop ─► program
//!     client.rs                                   serve.rs                            carrier.rs       step.rs
//!                                                                          call.rs, pools.rs      cores: cores.rs
//! ```
//!
//! Handlers never re-enter each other: what one of them causes elsewhere at the same instant is put into `soon` and follows
//! when it is done. The simulated order of two things at the same nanosecond is thus: causes before effects, then the
//! order in which they were scheduled.

mod accept;
mod build;
mod burst;
mod call;
mod carrier;
mod client;
mod compile;
mod concurrency;
mod cores;
mod demand;
mod dispatch;
mod executor;
mod hits;
mod idle;
mod inside;
mod lifecycle;
mod locking;
mod loops;
mod parts;
mod plan;
mod pools;
mod primary;
mod program;
mod receive;
mod script;
mod serve;
mod silent;
mod state;
mod stations;
mod step;
mod task;
mod usage;
mod warm;
mod watch;

pub use compile::{Setting, named_loads};
pub use demand::{CLIENT_CONNECTIONS, Demand, Demands, demands};
pub use stations::{Station, StationKind, stations};

pub use plan::Plan;
pub use script::{Act, play};
pub use watch::{Ended, Place, Slice, Trace, Wanted, Watch, What};

use crate::measure::Outcome;
use state::World;

impl Plan {
    /// Runs one replication: a pure function of the plan, the seed and the replication's number.
    #[must_use]
    pub fn run(&self, seed: u64, replication: u64) -> Outcome {
        World::new(self, seed, replication).run()
    }
}
