//! A limit on what a process has in hand: whoever comes to his turn beyond it is answered 503.
//!
//! ```text
//!  a thread or the loop takes a request up: connections of the process, its own among them, or other requests in progress ≥ limit?
//!    │ no                              │ yes
//!    ▼                                 ▼
//!  in progress until it ends         `refusal`, 503, its connection closed
//! ```
//!
//! Modelled after uvicorn's `limit_concurrency` (0.54, `protocols/http/httptools_impl.py`, `on_headers_complete`), which asks when the loop
//! has read a request's head: a loop that is busy for long has not begun to refuse. Connections count while they are open, idle ones
//! too, so with a limit of 10 nine clients are served. A called service's connections are its callers' pools and do not
//! count, its requests in progress do. Left out: that a refusal is itself a task, for as long as it takes to send.

use super::plan::Pc;
use super::state::World;
use super::task::Role;
use crate::measure::Failure;

impl World<'_> {
    /// A request comes to its turn: it counts as in progress, or goes on at `refused` with its failure.
    pub fn admit(&mut self, task: u32, refused: Pc) {
        let hot = &mut self.tasks.hot[task as usize];
        let process = &mut self.processes[hot.process as usize];
        let queue = &self.plan.services[hot.service as usize].queue;
        let limit = queue.concurrency.unwrap_or(u32::MAX);
        let connections = match hot.role {
            Role::Root => process.connections,
            _ => 0,
        };
        if connections >= limit || process.admitted >= limit {
            hot.failure = Some(Failure::Shed);
            hot.pc = refused;
        } else {
            hot.admitted = true;
            process.admitted += 1;
        }
    }

    /// A request in progress has ended.
    #[cold]
    pub fn discharge(&mut self, task: u32) {
        let process = self.tasks.hot[task as usize].process;
        self.processes[process as usize].admitted -= 1;
    }

    /// Whether a request was refused because its process had enough in hand: then its connection is closed.
    pub fn was_refused(&self, task: u32) -> bool {
        let hot = &self.tasks.hot[task as usize];
        let limited = self.plan.services[0].queue.concurrency.is_some();
        limited && !hot.admitted && hot.failure == Some(Failure::Shed)
    }
}
