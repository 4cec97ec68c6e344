//! What serves: executors, accept and queues, pools, caches.

pub mod model;

pub use model::*;
