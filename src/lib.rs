//! Crossover: a discrete-event simulator of server concurrency models.
//!
//! One direction of data, each arrow a module boundary with a plain data type on it:
//!
//! ```text
//! files ──► scenario::Scenario ──► world::Plan ──► measure::Outcome ──► experiment::Study ──► report
//!           (checked)              (compiled)      (one replication)     (pooled, intervals)
//! ```
//!
//! `ARCHITECTURE.md` in the repository tells what each folder is, what it may use, and what it must not know.

pub mod experiment;
pub mod host;
pub mod kernel;
pub mod measure;
pub mod report;
pub mod scenario;
pub mod service;
pub mod stats;
pub mod workload;
pub mod world;

#[cfg(feature = "cli")]
pub mod cli;
