//! Virtual clock, event queue, dice and distributions. Knows nothing about servers.

pub mod dice;
pub mod dist;
pub mod time;

pub use dice::{Key, Path};
pub use dist::{Count, Dist, DistError};
pub use time::{Span, Time};
