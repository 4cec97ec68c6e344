//! What serves: a concurrency model as data, and the parts its processes are made of.

pub mod cache;
mod due;
pub mod event_loop;
#[cfg(test)]
mod event_loop_tests;
pub mod gc;
pub mod lifecycle;
pub mod model;
pub mod pool;
pub mod primary;
pub mod rounds;
pub mod sessions;

pub use cache::CacheState;
pub use event_loop::{EventLoop, Turn};
pub use gc::{Gc, Heap, Major};
pub use lifecycle::{Beats, Heartbeat, Lifecycle};
pub use model::*;
pub use pool::PoolState;
pub use primary::Primary;
pub use rounds::{Completions, Drain, DueOrder, Immediates, Phase, Rounds};
pub use sessions::{Reuse, SessionRules, Sessions};
