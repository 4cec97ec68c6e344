//! Studies: what runs how often and how long, in parallel, and what is concluded from it.

pub mod study;

pub use study::*;
