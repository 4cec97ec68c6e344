//! Requests that arrive slowly: who waits for the rest, and who gives up first.
//!
//! ```text
//!  first byte ──► header there ──► body there
//!      │   bytes arrive in the kernel, whether or not the server has accepted the connection
//!      └── accepted, a thread or a loop reads: waits for the rest, at most until `limits.header` and `limits.request` (408) or
//!          until the client has given up
//! ```
//!
//! Reading is the first thing a request does. A thread blocks in it, as gunicorn's workers do (facts §2.3, §2.4: a slow upload
//! occupies the worker); a loop has a connection more, and is called again when all is there. A handler begins with the whole
//! request: what it could do with the header alone is left out, as are the callbacks for each part on a loop. A heartbeat sees a
//! thread that reads as silent. A client that gives up while it sends closes its connection, which the server does notice.

use super::plan::{NONE, Pc};
use super::state::{World, kind};
use super::task::Role;
use crate::kernel::{Span, Time};
use crate::measure::{Component, Failure};

impl World<'_> {
    /// Waits for the rest of a request; false: it is there. If it will not come in time it goes on at `cut`.
    #[inline(never)]
    pub fn receive(&mut self, task: u32, cut: Pc) -> bool {
        if self.tasks.hot[task as usize].role != Role::Root {
            return false; // a call from a service, over the wire at once
        }
        let (plan, key) = (self.plan, self.tasks.hot[task as usize].key);
        let (sending, reading) = (&plan.clients.sending, plan.services[0].reading);
        let head = sending.head.sample(key.word(self.paths.head));
        let body = sending.body.sample(key.word(self.paths.body));
        let header_at = self.tasks.rare(task).first_byte + head;
        let whole_at = header_at + body;
        if whole_at <= self.now {
            return false;
        }
        let gives_up = |limit: Option<Span>, needed: Time| {
            let at = first_check(self.now + limit?, reading.check);
            (needed > at).then_some(at)
        };
        let leaves = plan.clients.timeout.and_then(|patience| {
            let at = self.tasks.intended(task) + patience + plan.clients.latency;
            (whole_at > at).then_some(at.max(self.now))
        });
        let ends = [
            gives_up(reading.header, header_at),
            gives_up(reading.request, whole_at),
            leaves,
        ];
        let end = ends.into_iter().flatten().min();
        if end.is_some() {
            self.tasks.hot[task as usize].pc = cut;
        }
        self.tasks.charge(task, self.now, Component::Network);
        let at = end.unwrap_or(whole_at);
        self.agenda.schedule(at, kind::RECEIVED, task);
        true
    }

    /// A request will not arrive any more: 408, and its connection is closed.
    #[cold]
    pub fn cut_off(&mut self, task: u32) {
        let hot = &mut self.tasks.hot[task as usize];
        hot.failure = Some(Failure::Timeout);
        let connection = hot.connection;
        if connection != NONE {
            self.close(connection);
        }
    }
}

/// The first multiple of `every` that is not before `at`.
pub(super) fn first_check(at: Time, every: Span) -> Time {
    match every.0 {
        0 => at,
        every => Time(at.0.div_ceil(every).saturating_mul(every)),
    }
}
