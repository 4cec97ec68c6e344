//! Connections on which nothing is asked for: when the server closes them.
//!
//! Mostly it is enough to find one closed when it is next used (`client.rs`). Only where connections count against a limit
//! that keeps others waiting does the moment matter. What gunicorn adds to it, by looking once a pass, is left out.

use super::state::{World, kind};
use crate::kernel::Span;
use crate::service::Admit;

impl World<'_> {
    /// Where processes stop at a limit of connections and somebody waits to be accepted, the idle connection that the
    /// server closes first is worth an event. Otherwise it is enough to find it closed when it is next used.
    pub fn watch_idle(&mut self) {
        let plan = &self.plan.services[0];
        let (Admit::Below(_), Some(keep_alive)) = (plan.queue.admit, plan.keep_alive) else {
            return;
        };
        if self.watching_idle || self.services[0].accept.iter().all(|queue| queue.is_empty()) {
            return;
        }
        let idle = self
            .connections
            .iter()
            .filter(|connection| connection.is_idle());
        if let Some(first) = idle.map(|connection| connection.last_used).min() {
            self.watching_idle = true;
            let at = (first + keep_alive).max(self.now);
            self.agenda.schedule(at, kind::IDLE, 0);
        }
    }

    /// The server closes connections that have idled for its keep-alive time.
    pub fn close_idle(&mut self) {
        self.watching_idle = false;
        let keep_alive = self.plan.services[0].keep_alive.unwrap_or(Span::MAX);
        for id in 0..self.connections.len() {
            let connection = &self.connections[id];
            if connection.is_idle() && self.now.since(connection.last_used) >= keep_alive {
                self.close(id as u32);
            }
        }
        self.watch_idle();
    }
}
