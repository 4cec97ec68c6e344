//! The settings by which people tell contestants of one model apart.

use crate::service::{Model, Tasks};

/// The settings of an app that people ask for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its processes.
    pub processes: u32,
    /// Threads in each of them that have one request in hand; none where a process has a loop, or as many threads as requests.
    pub threads: Option<u32>,
}

impl Settings {
    /// Of a model.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let main = model.executors.iter().find(|e| e.name == "main");
        let blocking = main.filter(|main| main.tasks == Tasks::One);
        Self {
            processes: model.processes,
            threads: blocking.and_then(|main| main.carriers),
        }
    }
}
