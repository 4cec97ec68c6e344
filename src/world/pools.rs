//! The pools that calls go through: who gets a connection, who opens one, who waits.
//!
//! ```text
//!            one idle ───────────────────────────────────────────────────────────► held for a call, or to the end ─► given back
//!  acquire ──┤ none, and room ──► the caller's steps ──► the service: counts it ──► open ──┘                          │
//!            └ none, no room ───► queue ◄── open, or as room to open another ──────────────────────────────────────────┘
//! ```
//!
//! Whoever finds no open connection opens one itself, and waits for that one even if another is given back meanwhile, as in pg-pool.
//! What opening computes at the caller is charged as the work it is. All else from asking the pool to having a connection is
//! [`Component::WaitConnection`]: the queue, and of opening the wire and the service's part, for it is the pool
//! that the request waits for, not an answer to it. A branch whose request is opening one already waits for that. A service that
//! has as many connections as it takes refuses further ones after looking for idle ones that have been closed meanwhile, and
//! the request fails. Left out: a limit on the time that opening takes, and trying again.

mod books;

use super::plan::{MainKind, NONE, Op, Pc};
use super::state::{Soon, World, kind};
use super::task::{Held, Role};
use crate::kernel::{Path, Span, Time};
use crate::measure::{Component, Failure};

impl World<'_> {
    /// The task to which a kept connection, or a thread of its own, belongs: the request, whichever branch asked for it.
    pub fn keeper(&self, task: u32, keep: bool) -> u32 {
        let mut keeper = task;
        while keep && self.tasks.hot[keeper as usize].role == Role::Branch {
            keeper = self.tasks.hot[keeper as usize].parent;
        }
        keeper
    }

    /// The thread whose connection a task uses, where reuse asks for it: one with a number that outlives the request.
    fn owner(&self, task: u32) -> u32 {
        let hot = &self.tasks.hot[task as usize];
        match self.plan.services[hot.service as usize].main {
            MainKind::Threads => hot.carrier,
            _ => NONE,
        }
    }

    /// Takes a connection of the process's pool; false: the task waits for one.
    pub fn acquire(&mut self, task: u32, pool: u32, keep: bool, ready: Pc) -> bool {
        let keeper = self.keeper(task, keep);
        let process = self.tasks.hot[task as usize].process as usize;
        if keep && let Some(held) = self.tasks.held_of(keeper, pool) {
            if held.opened != Time::NEVER {
                self.tasks.hot[task as usize].pc = ready;
                return true;
            }
            self.tasks.charge(task, self.now, Component::WaitConnection);
            let state = &mut self.processes[process].pools[pool as usize];
            state.joining.push(&mut self.tasks, task);
            return false;
        }
        self.account_pool(process, pool);
        let owner = self.owner(task);
        let state = &mut self.processes[process].pools[pool as usize];
        if state.acquire(&mut self.tasks, task) {
            let opened = match &mut state.sessions {
                None => Some(self.now),
                Some(sessions) => sessions.take(self.now, owner),
            };
            if opened.is_some() {
                self.tasks.hot[task as usize].pc = ready;
            }
            let opened = opened.unwrap_or(Time::NEVER);
            self.tasks.hold(keeper, Held { pool, opened });
            return true;
        }
        self.tasks.charge(task, self.now, Component::WaitConnection);
        self.tasks.rare(task).waiting_since = self.now;
        if self.processes[process].pools[pool as usize].first_waiter() == Some(task) {
            self.watch_pool(process, pool);
        }
        false
    }

    /// The service's part of opening a connection: all trips but the last way back, then its work.
    pub fn connect_to(&mut self, task: u32, pool: u32, entry: Pc, path: Path) {
        let hot = &self.tasks.hot[task as usize];
        let (key, caller) = (hot.key.at(path), hot.service as usize);
        let planned = self.plan.services[caller].pools[pool as usize];
        let state = Component::WaitConnection;
        let child = self.tasks.add(Role::Open, key, self.now, state);
        let hot = &mut self.tasks.hot[child as usize];
        (hot.pc, hot.parent, hot.service) = (entry, task, planned.callee as u16);
        self.tasks.charge(task, self.now, state);
        let latency = self.plan.services[planned.callee as usize].latency;
        let way = latency * (2 * u64::from(planned.trips)).saturating_sub(1);
        if way.is_zero() {
            self.soon.push_back(Soon::Submit(child));
        } else {
            self.agenda.schedule(self.now + way, kind::CALL, child);
        }
    }

    /// The pool of which a task is opening a connection.
    fn connecting(&self, task: u32) -> u32 {
        match self.plan.ops[self.tasks.hot[task as usize].pc as usize - 1] {
            Op::Connect { pool, .. } => pool,
            _ => NONE,
        }
    }

    /// A connection that is being opened reaches its service.
    pub fn greets(&mut self, child: u32) {
        let hot = &self.tasks.hot[child as usize];
        let (parent, service, entry) = (hot.parent, hot.service, hot.pc);
        if !self.tasks.hot[parent as usize].dead && !self.admits(parent, service) {
            self.tasks.remove(child);
            return self.fail_opening(parent, Failure::Refused, service);
        }
        if entry == 0 {
            self.tasks.remove(child);
            return self.greeted(parent, None, service);
        }
        self.tasks.charge(child, self.now, Component::WaitWorker);
        self.submit(child, u32::from(service));
    }

    /// Counts another connection, if the service takes it.
    fn admits(&mut self, task: u32, service: u16) -> bool {
        let Some(limit) = self.plan.services[service as usize].connection_limit else {
            return true;
        };
        if self.services[service as usize].pooled >= limit {
            self.find_closed(service);
        }
        if self.services[service as usize].pooled >= limit {
            return false;
        }
        let pool = self.connecting(task);
        self.count_connection(self.tasks.hot[task as usize].process as usize, pool);
        true
    }

    fn count_connection(&mut self, process: usize, pool: u32) {
        let caller = self.processes[process].service as usize;
        let callee = self.plan.services[caller].pools[pool as usize].callee as usize;
        if let Some(sessions) = &mut self.processes[process].pools[pool as usize].sessions {
            sessions.count(self.now);
            self.services[callee].pooled += 1;
        }
    }

    /// Closes whatever has been idle for too long in all pools of this service.
    #[cold]
    fn find_closed(&mut self, service: u16) {
        for process in 0..self.processes.len() {
            let caller = self.processes[process].service as usize;
            for (pool, planned) in (0..).zip(&self.plan.services[caller].pools) {
                if planned.callee == u32::from(service) {
                    self.account_pool(process, pool);
                }
            }
        }
    }

    /// The service has done its part of opening a connection, or has failed in it.
    pub fn greeted(&mut self, parent: u32, failure: Option<Failure>, service: u16) {
        if self.tasks.hot[parent as usize].dead {
            return self.tasks.bury(parent);
        }
        let Some(failure) = failure else {
            return self.back_from(parent, service);
        };
        let pool = self.connecting(parent);
        let process = self.tasks.hot[parent as usize].process as usize;
        if let Some(sessions) = &mut self.processes[process].pools[pool as usize].sessions {
            sessions.close(self.now);
        }
        self.fail_opening(parent, failure, service);
    }

    fn fail_opening(&mut self, parent: u32, failure: Failure, service: u16) {
        self.tasks.hot[parent as usize].failure = Some(failure);
        self.back_from(parent, service);
    }

    /// The last way back of opening a connection.
    fn back_from(&mut self, parent: u32, service: u16) {
        let hot = &self.tasks.hot[parent as usize];
        let planned = &self.plan.services[hot.service as usize];
        let trips = planned.pools[self.connecting(parent) as usize].trips;
        let back = match trips {
            0 => Span::ZERO,
            _ => self.plan.services[service as usize].latency,
        };
        if back.is_zero() {
            self.soon.push_back(Soon::Resume(parent));
        } else {
            self.agenda
                .schedule(self.now + back, kind::CALL_RETURN, parent);
        }
    }

    /// A connection is open, or could not be opened: then its request fails, and the next may try.
    pub fn opened(&mut self, task: u32, pool: u32, keep: bool) {
        let keeper = self.keeper(task, keep);
        let failure = self.tasks.hot[task as usize].failure;
        let now = self.now;
        if let Some(held) = self.tasks.held_of(keeper, pool)
            && failure.is_none()
        {
            held.opened = now;
        }
        if keep {
            self.share(task, pool, keeper, failure);
        }
        if let Some(failure) = failure {
            self.fail(task, failure);
            self.return_connection(keeper, pool);
        }
    }

    /// The other branches of a request that wait for its connection go on, or fail with it.
    fn share(&mut self, task: u32, pool: u32, keeper: u32, failure: Option<Failure>) {
        let process = self.tasks.hot[task as usize].process as usize;
        for _ in 0..self.processes[process].pools[pool as usize].joining.len() {
            let state = &mut self.processes[process].pools[pool as usize];
            let Some(waiter) = state.joining.pop(&mut self.tasks) else {
                return;
            };
            if self.keeper(waiter, true) != keeper {
                let state = &mut self.processes[process].pools[pool as usize];
                state.joining.push(&mut self.tasks, waiter);
            } else if let Some(failure) = failure {
                self.fail(waiter, failure);
                self.soon.push_back(Soon::Resume(waiter));
            } else {
                self.has_one(waiter);
            }
        }
    }

    /// A task that waits for a connection has got an open one. Its call comes next, and where the pool makes that at once
    /// (pg-pool's `release` calls back the waiting `query`, which writes to the socket), it is on its way at this instant.
    fn has_one(&mut self, waiter: u32) {
        let hot = &mut self.tasks.hot[waiter as usize];
        let mut next = Soon::Resume(waiter);
        if let Op::Acquire { ready, pool, .. } = self.plan.ops[hot.pc as usize - 1] {
            hot.pc = ready;
            let planned = &self.plan.services[hot.service as usize].pools[pool as usize];
            if planned.at_once && !hot.away {
                next = Soon::Call(waiter);
            }
        }
        self.soon.push_back(next);
    }

    /// All connections that a task still holds are given back.
    #[cold]
    pub fn release_held(&mut self, task: u32) {
        while let Some(&Held { pool, .. }) = self.tasks.held(task).first() {
            self.return_connection(task, pool);
        }
    }

    /// A connection goes back to its pool, or on to who waits for it: open, or as room to open another.
    pub fn return_connection(&mut self, task: u32, pool: u32) {
        let Some(held) = self.tasks.unhold(task, pool) else {
            return;
        };
        let process = self.tasks.hot[task as usize].process as usize;
        self.account_pool(process, pool);
        let owner = self.owner(task);
        let state = &mut self.processes[process].pools[pool as usize];
        let next = state.release(&mut self.tasks);
        let mut opened = held.opened;
        if let (Some(sessions), true) = (&mut state.sessions, opened != Time::NEVER) {
            if next.is_none() {
                sessions.put(self.now, owner, opened);
            } else if sessions.is_old(opened, self.now) {
                sessions.close(self.now);
                opened = Time::NEVER;
            }
            self.account_pool(process, pool);
        }
        if let Some(next) = next {
            self.hand_over_connection(process, next, Held { pool, opened });
        }
    }

    /// A waiter gets a connection, and with it the other branches of its request that wait for one.
    fn hand_over_connection(&mut self, process: usize, next: u32, held: Held) {
        let keep = self.keeps(next);
        let keeper = self.keeper(next, keep);
        self.tasks.hold(keeper, held);
        let open = held.opened != Time::NEVER;
        if open {
            self.has_one(next);
        } else {
            self.soon.push_back(Soon::Resume(next)); // it opens another
        }
        if keep && keeper != next {
            self.take_along(process, held.pool, keeper, open);
        }
        self.watch_pool(process, held.pool);
    }

    /// A request has got a connection it keeps: its other branches that wait for one go on too, once it is open.
    #[cold]
    fn take_along(&mut self, process: usize, pool: u32, keeper: u32, open: bool) {
        for _ in 0..self.processes[process].pools[pool as usize].waiting() {
            let state = &mut self.processes[process].pools[pool as usize];
            let Some(waiter) = state.give_up(&mut self.tasks) else {
                return;
            };
            let own = self.keeper(waiter, true) == keeper;
            let state = &mut self.processes[process].pools[pool as usize];
            match (own, open) {
                (true, true) => self.has_one(waiter),
                (true, false) => state.joining.push(&mut self.tasks, waiter),
                (false, _) => state.queue_again(&mut self.tasks, waiter),
            }
        }
    }

    /// Whether the connection a task waits for is kept to the end of the request.
    fn keeps(&self, task: u32) -> bool {
        let pc = self.tasks.hot[task as usize].pc as usize - 1;
        matches!(self.plan.ops[pc], Op::Acquire { keep: true, .. })
    }

    /// The event at which the longest waiter gives up.
    fn watch_pool(&mut self, process: usize, pool: u32) {
        let state = &self.processes[process].pools[pool as usize];
        let Some(patience) = state.acquire_timeout else {
            return;
        };
        let slot = (self.plan.pool_slot[process] + pool) as usize;
        match state.first_waiter() {
            None => self.agenda.clear(slot),
            Some(first) => {
                let at: Time = self.tasks.rare(first).waiting_since + patience;
                let index = self.plan.pool_slot[process] + pool;
                self.agenda.set(slot, at, kind::POOL_TIMEOUT, index);
            }
        }
    }

    /// The longest waiter of a pool gives up and fails.
    pub fn pool_timeout(&mut self, index: u32) {
        let process = self.plan.pool_slot.partition_point(|&first| first <= index) - 1;
        let pool = index - self.plan.pool_slot[process];
        if let Some(task) = self.processes[process].pools[pool as usize].give_up(&mut self.tasks) {
            self.fail(task, Failure::Timeout);
            self.soon.push_back(Soon::Resume(task));
        }
        self.watch_pool(process, pool);
    }
}
