//! Virtual clock, event queue, dice and distributions. Knows nothing about servers.

pub mod agenda;
pub mod dice;
pub mod dist;
pub mod fifo;
pub mod time;

pub use agenda::{Agenda, Event};
pub use dice::{Key, Path};
pub use dist::{Count, Dist, DistError};
pub use fifo::Fifo;
pub use time::{Span, Time};
