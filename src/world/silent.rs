//! Connections on which nobody says anything: who waits for them, and until when.
//!
//! ```text
//!  opened beside a request ─► accept queue ─┬─► a thread waits for the first byte, as long as `listen.first_byte` says; then nobody does, for `keep_alive`
//!                                           ├─► a main thread that wants the first byte before it hands out: nobody waits
//!                                           └─► a loop: nobody waits
//!  it ends when its client hangs up, or when the server has waited so long for a header as `limits.header` says
//! ```
//!
//! What gunicorn's threads do depends on the version (facts §2.4): up to 23 the main thread waits in its poller, 24.0 to 25.1 the handler's thread
//! reads for as long as it takes, since 25.2 it waits 5 s (`DEFAULT_WORKER_DATA_TIMEOUT`), then the connection is the poller's, for as long as an idle one.
//! A sync worker reads until its master kills it (§2.3). To a loop it is one connection more (§1.7).
//!
//! Such a connection is no request. It is opened by dice beside one, counts where connections are counted, and is an orphan from the
//! beginning: what becomes of it is in no statistic, what it holds is in those of threads and memory. Left out: that a client whose
//! attempt to connect was dropped tries again; the thread that finds out that one has been hung up while nobody waited.

use super::plan::{MainKind, NONE};
use super::receive::first_check;
use super::state::{World, kind};
use super::task::Role;
use crate::kernel::Key;
use crate::measure::Component;
use crate::service::FirstByte;

impl World<'_> {
    /// Beside a request its client may open a connection on which it says nothing.
    #[inline(never)]
    pub fn perhaps_silent(&mut self, request: Key) {
        let plan = self.plan;
        let Some(silent) = &plan.clients.silent else {
            return;
        };
        let share = (silent.share * 18_446_744_073_709_551_616.0) as u64;
        if request.word(self.paths.silent) >= share && silent.share < 1.0 {
            return;
        }
        let key = request.at(self.paths.silent);
        let task = self
            .tasks
            .add(Role::Silent, key, self.now, Component::Network);
        let connection = self.connection_record();
        self.connections[connection as usize].busy = true;
        let hot = &mut self.tasks.hot[task as usize];
        (hot.connection, hot.pc, hot.abandoned) = (connection, plan.silence, true);
        let arrives = self.now + plan.clients.latency * 3;
        self.tasks.rare(task).ends = arrives + silent.time.sample(key.word(self.paths.hang_up));
        self.agenda.schedule(arrives, kind::REQUEST, task);
    }

    /// Whoever has taken it up waits for the first byte, if that is his to do.
    pub fn waits_for_a_byte(&mut self, task: u32) -> bool {
        let plan = &self.plan.services[0];
        let reading = plan.reading;
        let mut ends = self.tasks.rare(task).ends;
        if let Some(limit) = reading.header {
            ends = ends.min(first_check(self.now + limit, reading.check));
            self.tasks.rare(task).ends = ends;
        }
        let until = match self.first_byte() {
            FirstByte::Thread => ends,
            FirstByte::ThreadFor(span) => ends.min(self.now + span),
            FirstByte::Nobody => self.now,
        };
        if until <= self.now {
            return false;
        }
        self.tasks.charge(task, self.now, Component::Network);
        self.agenda.schedule(until, kind::RECEIVED, task);
        true
    }

    /// He goes on without it, unless it has ended.
    pub fn gives_up_listening(&mut self, task: u32) -> bool {
        if self.tasks.rare(task).ends <= self.now {
            return false;
        }
        if self.plan.services[0].dispatcher.is_some() {
            self.give_back(task, false);
        }
        self.stays_unheard(task);
        true
    }

    /// Nobody waits for a byte on it any more, or nobody has yet.
    pub fn stays_unheard(&mut self, task: u32) {
        let plan = &self.plan.services[0];
        let mut until = self.tasks.rare(task).ends;
        if let (FirstByte::ThreadFor(_), Some(idle)) = (self.first_byte(), plan.keep_alive) {
            until = until.min(self.now + idle);
        }
        let hot = &mut self.tasks.hot[task as usize];
        (hot.carrier, hot.pc) = (NONE, self.plan.silence + 2); // its end
        self.tasks.charge(task, self.now, Component::Network);
        self.agenda
            .schedule(until.max(self.now), kind::RECEIVED, task);
    }

    /// Whether a main thread waits for the first byte before it hands a connection out.
    pub fn nobody_waits_for_a_byte(&self) -> bool {
        self.first_byte() == FirstByte::Nobody
    }

    /// Who does. A loop waits for that as for anything.
    fn first_byte(&self) -> FirstByte {
        let plan = &self.plan.services[0];
        let listen = plan.listen.as_ref().filter(|_| plan.main != MainKind::Loop);
        listen.map_or(FirstByte::Thread, |listen| listen.first_byte)
    }

    /// It was no request, and does not wear its process out.
    #[cold]
    pub fn silence_ends(&mut self, process: u32) {
        if process != NONE && self.plan.services[0].replaces {
            self.processes[process as usize].inside -= 1;
            self.leave_if_empty(process);
        }
    }
}
