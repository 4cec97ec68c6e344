//! The people's side: arrivals, connections, the wire, time-outs, answers.
//!
//! An open loop sends request number *n* at the sum of the first *n* gaps, whatever became of the others; a closed loop has
//! users who think, ask, and wait. Latency counts from the moment the client meant to send.
//!
//! A connection is opened by a handshake (three times the one-way latency until the server has it, with the request on its
//! heels) and then carries one request at a time. The client pool hands out free connections and keeps a first-come queue
//! when they are all busy. A server that closes (after each response, after so many, or because the keep-alive time has passed)
//! makes the next request shake hands again. A client that gives up closes its connection and opens another for the next request; the server does not notice.

use super::parts::Connection;
use super::plan::{ArrivalPlan, NONE};
use super::state::{SLOT_ARRIVAL, SLOT_TIMEOUT, Soon, World, kind};
use super::task::Role;
use crate::kernel::{Span, Time};
use crate::measure::{Account, Component, Failure};
use crate::workload::Reuse;

/// With so many tasks alive nothing new is let in: the system is far beyond saturation.
const MOST_TASKS: usize = 8_000_000;

impl World<'_> {
    #[inline(always)]
    pub fn next_arrival(&mut self) {
        self.next_key = self.source.nth(self.ordinal);
        let at = match &self.plan.arrivals {
            ArrivalPlan::Open { gap } => self.now + gap.sample(self.next_key.word(self.paths.gap)),
            ArrivalPlan::Replay { times } => match times.get(self.ordinal as usize) {
                Some(&time) => time,
                None => return,
            },
            ArrivalPlan::Closed { .. } => return,
        };
        self.agenda.set(SLOT_ARRIVAL, at, kind::ARRIVAL, 0);
    }

    #[inline(always)]
    pub fn arrival(&mut self) {
        let key = self.next_key;
        self.ordinal += 1;
        self.next_arrival();
        self.issue(key, NONE);
    }

    /// Schedules a user's next request after a think time. A user who does not think and got an answer (a refusal, say) in
    /// no time asks again a microsecond later: otherwise time would stand still.
    pub fn think(&mut self, user: u32, latency: Span) {
        let ArrivalPlan::Closed { think, .. } = &self.plan.arrivals else {
            return;
        };
        let key = self
            .source
            .nth(u64::from(user))
            .nth(self.users[user as usize]);
        let mut pause = think.sample(key.word(self.paths.think));
        if pause.is_zero() && latency.is_zero() {
            pause = Span::from_micros(1);
        }
        let at = self.now + pause;
        self.agenda.schedule(at, kind::THINK, user);
    }

    pub fn issue_for_user(&mut self, user: u32) {
        let ordinal = self.users[user as usize];
        self.users[user as usize] += 1;
        let key = self.source.nth(u64::from(user)).nth(ordinal);
        self.issue(key, user);
    }

    #[inline(always)]
    fn issue(&mut self, key: crate::kernel::Key, user: u32) {
        let endpoint = match self.plan.choice.len() {
            1 => 0,
            endpoints if self.plan.pinned => user as usize % endpoints,
            _ => {
                let word = key.word(self.paths.endpoint);
                self.plan
                    .choice
                    .iter()
                    .position(|&end| word <= end)
                    .unwrap_or(0)
            }
        };
        let number = self.recorder.offered(endpoint, self.now);
        if self.tasks.live() >= MOST_TASKS {
            self.recorder
                .failed(endpoint, self.now, Span::ZERO, Failure::Refused);
            return;
        }
        let task = self
            .tasks
            .add(Role::Root, key, self.now, Component::WaitClient);
        self.tasks.hot[task as usize].endpoint = endpoint as u16;
        self.tasks.hot[task as usize].pc = self.plan.entries[endpoint];
        self.tasks.hot[task as usize].parent = user;
        if let Some(diary) = &mut self.diary {
            diary.begin(task, number, endpoint as u32, self.now);
        }
        if self.plan.clients.timeout.is_some() {
            self.expect_answer(task);
        }
        if !self.plan.connections {
            self.travel(task, false);
        } else if let Some(connection) = self.free_connection(user) {
            self.tasks.hot[task as usize].connection = connection;
            self.send(task);
        } else {
            self.waiting_clients.push(&mut self.tasks, task);
        }
        if self.plan.silence != 0 {
            self.perhaps_silent(key);
        }
    }

    /// A user's own connection, or one that carries nothing, or a new one if there may be more.
    fn free_connection(&mut self, user: u32) -> Option<u32> {
        if user != NONE {
            if self.user_connections[user as usize] == NONE {
                self.user_connections[user as usize] = self.new_connection();
            }
            return Some(self.user_connections[user as usize]);
        }
        let free = match self.plan.clients.reuse {
            Reuse::Fifo => self.free_connections.pop_front(),
            Reuse::Lifo => self.free_connections.pop_back(),
        };
        let limit = self.plan.clients.connections;
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        // Those of clients that gave up are no longer among the client's: they count as replaced.
        free.or_else(|| (self.client_connections < limit).then(|| self.new_connection()))
    }

    fn new_connection(&mut self) -> u32 {
        self.client_connections += 1;
        self.connection_record()
    }

    /// A record of a connection that is not open.
    pub fn connection_record(&mut self) -> u32 {
        if let Some(spare) = self.spare_connections.pop() {
            return spare;
        }
        self.connections.push(Connection {
            process: NONE,
            last_used: Time::ZERO,
            served: 0,
            busy: false,
        });
        self.connections.len() as u32 - 1
    }

    /// A request goes out on the connection it has got.
    pub fn send(&mut self, task: u32) {
        let connection = self.tasks.hot[task as usize].connection;
        self.connections[connection as usize].busy = true;
        let Connection {
            process, last_used, ..
        } = self.connections[connection as usize];
        if process != NONE {
            let keep_alive = self.plan.services[0].keep_alive;
            if keep_alive.is_some_and(|limit| self.now.since(last_used) > limit) {
                self.close(connection);
            }
        }
        let open = self.connections[connection as usize].process != NONE;
        let handshake = !open && self.plan.services[0].listen.is_some();
        self.travel(task, handshake);
    }

    #[inline(always)]
    fn travel(&mut self, task: u32, handshake: bool) {
        let latency = self.plan.clients.latency;
        if latency.is_zero() {
            self.request_arrives(task);
        } else {
            self.tasks.charge(task, self.now, Component::Network);
            let trips = if handshake { 3 } else { 1 };
            self.agenda
                .schedule(self.now + latency * trips, kind::REQUEST, task);
        }
    }

    /// The server is done with a client's request, or has refused it: the answer goes back.
    #[inline(always)]
    pub fn respond(&mut self, task: u32) {
        let connection = self.tasks.hot[task as usize].connection;
        let closes = connection != NONE && (self.closes(connection) || self.was_refused(task));
        if self.plan.services[0].dispatcher.is_some() {
            self.give_back(task, closes);
        } else if closes {
            self.linger(task);
        }
        if closes {
            self.close(connection);
        }
        if self.tasks.hot[task as usize].abandoned {
            self.forget(task);
        } else if self.plan.clients.latency.is_zero() {
            self.response_arrives(task);
        } else {
            self.tasks.hot[task as usize].process = NONE; // it has left
            self.tasks.charge(task, self.now, Component::Network);
            self.agenda
                .schedule(self.now + self.plan.clients.latency, kind::RESPONSE, task);
        }
    }

    /// Whether a connection ends with its answer.
    fn closes(&mut self, connection: u32) -> bool {
        let worn = self.wears_out(connection);
        let keep_alive = self.plan.services[0].keep_alive;
        worn || keep_alive.is_some_and(|time| time.is_zero())
            || !self.plan.clients.keep_alive
            || self.is_leaving(connection)
    }

    /// Whether this answer is the last that the server gives on a connection.
    fn wears_out(&mut self, connection: u32) -> bool {
        let served = &mut self.connections[connection as usize].served;
        *served = served.saturating_add(1);
        let most = self.plan.services[0].requests_per_connection;
        most.is_some_and(|most| *served >= most)
    }

    /// Whether the process at the other end of a connection is about to leave.
    fn is_leaving(&self, connection: u32) -> bool {
        let process = self.connections[connection as usize].process;
        self.plan.services[0].replaces
            && process != NONE
            && self.processes[process as usize].leaving
    }

    /// The server closes: the thread will wait for the client to close too, unless that one has long gone.
    fn linger(&mut self, task: u32) {
        let span = self.plan.services[0].linger;
        let hot = &self.tasks.hot[task as usize];
        if !span.is_zero() && hot.carrier != NONE && !hot.abandoned {
            self.carriers[hot.carrier as usize].linger = self.now + span;
        }
    }

    /// An orphan has ended: its connection is nobody's.
    pub fn forget(&mut self, task: u32) {
        let connection = self.tasks.hot[task as usize].connection;
        if connection != NONE {
            self.close(connection);
            self.spare_connections.push(connection);
        }
        self.tasks.remove(task);
    }

    /// The server's end of a connection is closed.
    pub fn close(&mut self, connection: u32) {
        let process = std::mem::replace(&mut self.connections[connection as usize].process, NONE);
        if process != NONE {
            self.processes[process as usize].connections -= 1;
            self.open_connections -= 1;
            let queue = self.queue_of(0, process);
            if !self.services[0].accept[queue].is_empty() {
                self.soon.push_back(Soon::Accept(0));
            }
            self.leave_if_empty(process);
        }
    }

    #[inline]
    pub fn response_arrives(&mut self, task: u32) {
        if self.tasks.hot[task as usize].abandoned {
            self.forget(task);
            return;
        }
        if self.plan.clients.timeout.is_some() {
            self.expect_no_more(task);
        }
        let failure = self.tasks.hot[task as usize].failure;
        self.end_for_client(task, failure);
        let connection = self.tasks.hot[task as usize].connection;
        if connection != NONE {
            let user = self.tasks.hot[task as usize].parent;
            self.connections[connection as usize].last_used = self.now;
            self.connections[connection as usize].busy = false;
            if self.is_leaving(connection) {
                self.close(connection); // its process began to leave when the answer was on its way
            }
            self.release_connection(connection, user);
            self.watch_idle();
        }
        self.tasks.remove(task);
    }

    #[inline]
    fn release_connection(&mut self, connection: u32, user: u32) {
        if user != NONE {
            self.user_connections[user as usize] = connection;
            return;
        }
        loop {
            let Some(waiting) = self.waiting_clients.pop(&mut self.tasks) else {
                self.free_connections.push_back(connection);
                return;
            };
            if self.tasks.hot[waiting as usize].abandoned {
                self.tasks.remove(waiting);
                continue;
            }
            self.tasks.hot[waiting as usize].connection = connection;
            self.soon.push_back(Soon::Send(waiting));
            return;
        }
    }

    /// The request ends as its client sees it: its account is closed and recorded.
    #[inline(always)]
    fn end_for_client(&mut self, task: u32, failure: Option<Failure>) {
        let account = self.tasks.account(task, self.now);
        let intended = self.tasks.intended(task);
        let latency = self.now.since(intended);
        debug_assert_eq!(
            account.total(),
            latency.0,
            "the account must sum to the latency"
        );
        let endpoint = usize::from(self.tasks.hot[task as usize].endpoint);
        if let Some(diary) = &mut self.diary {
            diary.end(
                task,
                endpoint as u32,
                intended,
                self.now,
                (failure, account),
            );
        }
        match failure {
            None => {
                self.recorder
                    .succeeded(endpoint, self.now, latency, &account);
                if let Some(inside) = &self.tasks.inside {
                    debug_assert_eq!(
                        inside.of(task).iter().map(Account::total).sum::<u64>(),
                        account.get(Component::Call),
                        "what called services did must sum to the time inside them"
                    );
                    self.recorder
                        .banded(endpoint, latency, &account, inside.of(task));
                }
            }
            Some(why) => self.recorder.failed(endpoint, self.now, latency, why),
        }
        let user = self.tasks.hot[task as usize].parent;
        if user != NONE {
            self.think(user, latency);
        }
    }

    /// Joins the list of those who may time out: all have the same patience, so the order of coming is that of leaving.
    #[inline]
    fn expect_answer(&mut self, task: u32) {
        let last = self.timeout_last;
        let rare = &mut self.tasks.rare(task);
        rare.before = last;
        rare.after = NONE;
        self.timeout_last = task;
        if last == NONE {
            self.timeout_first = task;
            self.set_timeout();
        } else {
            self.tasks.rare(last).after = task;
        }
    }

    #[inline]
    fn expect_no_more(&mut self, task: u32) {
        let (before, after) = (self.tasks.rare(task).before, self.tasks.rare(task).after);
        match after {
            NONE => self.timeout_last = before,
            _ => self.tasks.rare(after).before = before,
        }
        match before {
            // The event stays as it is if it is early: it will find a younger first and be set anew.
            NONE => self.timeout_first = after,
            _ => self.tasks.rare(before).after = after,
        }
    }

    fn set_timeout(&mut self) {
        let first = self.timeout_first;
        let (Some(patience), true) = (self.plan.clients.timeout, first != NONE) else {
            return;
        };
        let at = self.tasks.intended(first) + patience;
        if !self.timeout_set {
            self.timeout_set = true;
            self.agenda.set(SLOT_TIMEOUT, at, kind::CLIENT_TIMEOUT, 0);
        }
    }

    pub fn client_timeout(&mut self) {
        self.timeout_set = false;
        let task = self.timeout_first;
        let Some(patience) = self.plan.clients.timeout else {
            return;
        };
        if task == NONE {
            return;
        }
        if self.tasks.intended(task) + patience > self.now {
            self.set_timeout();
            return;
        }
        self.expect_no_more(task);
        self.end_for_client(task, Some(Failure::Timeout));
        self.tasks.hot[task as usize].abandoned = true;
        // The connection stays with the orphan; the client opens another in its place.
        if self.tasks.hot[task as usize].connection != NONE {
            self.client_connections -= 1;
            let fresh = self.new_connection();
            self.connections[fresh as usize].process = NONE;
            let user = self.tasks.hot[task as usize].parent;
            self.release_connection(fresh, user);
        }
        self.set_timeout();
    }
}
