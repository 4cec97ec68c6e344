//! The connections of a pool that costs something to open them: which are open, who may use them again, when they close.
//!
//! Modelled after pg-pool (3.14: opens for a caller that finds none idle, hands out the one last given back, closes one that has
//! been idle for `idleTimeoutMillis` unless that left fewer than `min`), psycopg_pool (3.3: the one idle for longest first, `min_size` opened
//! beforehand) and Django (5.2: `CONN_MAX_AGE`, looked at when a request takes the connection and when it ends; a connection belongs to a thread).
//! No event waits for an idle connection to close: it is found closed, at the time at which it was, by whoever looks next.
//! Left out: that a server closes connections or loses them, closing as work, and what pools do beside their callers
//! (psycopg_pool replaces old connections and opens further ones in threads of its own; pg-pool closes one too old while it idles).

use std::collections::VecDeque;

use crate::kernel::{Span, Time};

/// The connection of a thread that has no number: nobody finds it again.
const NOBODY: u32 = u32::MAX;

/// Which connections are used again, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRules {
    /// Which of the idle ones.
    pub reuse: Reuse,
    /// So many are opened beforehand, and not closed for being idle.
    pub min: u32,
    /// How long one may be idle; `None`: for ever.
    pub idle: Option<Span>,
    /// From which age on one is closed instead of used again; `None`: never.
    pub max_age: Option<Span>,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self {
            reuse: Reuse::Lifo,
            min: 0,
            idle: None,
            max_age: None,
        }
    }
}

/// Which of the idle connections a request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// The one last given back.
    Lifo,
    /// The one idle for longest.
    Fifo,
    /// The one of its thread. Where each request has a thread or none of its own, nobody has one.
    Thread,
}

/// An idle connection.
#[derive(Clone, Copy, Debug)]
struct Session {
    opened: Time,
    since: Time,
    thread: u32,
}

/// The connections of one pool of one process.
#[derive(Debug)]
pub struct Sessions {
    rules: SessionRules,
    /// In the order in which they were given back.
    idle: VecDeque<Session>,
    /// How many the server counts.
    counted: u32,
    /// How many of those have been closed since the last [`Sessions::settle`].
    closed: u32,
    /// Connection-nanoseconds at the server up to `mark`, since the last [`Sessions::settle`].
    held_ns: u64,
    mark: Time,
}

impl Sessions {
    /// None is open.
    #[must_use]
    pub fn new(rules: SessionRules) -> Self {
        Self {
            rules,
            idle: VecDeque::new(),
            counted: 0,
            closed: 0,
            held_ns: 0,
            mark: Time::ZERO,
        }
    }

    /// How many of those to be opened beforehand are wanted.
    #[must_use]
    pub fn beforehand(&self) -> u32 {
        match self.rules.reuse {
            Reuse::Thread => 0,
            Reuse::Lifo | Reuse::Fifo => self.rules.min,
        }
    }

    fn advance(&mut self, to: Time) {
        self.held_ns += to.since(self.mark).0 * u64::from(self.counted);
        self.mark = to;
    }

    /// The server counts another.
    pub fn count(&mut self, now: Time) {
        self.advance(now);
        self.counted += 1;
    }

    /// One is closed. Those that no server counts are not missed.
    pub fn close(&mut self, at: Time) {
        if self.counted > 0 {
            self.advance(at);
            self.counted -= 1;
            self.closed += 1;
        }
    }

    /// All are closed.
    pub fn close_all(&mut self, now: Time) {
        self.idle.clear();
        self.advance(now);
        self.closed += std::mem::take(&mut self.counted);
    }

    /// How many the server has lost, and for how long it had how many, since the last call.
    pub fn settle(&mut self, now: Time) -> (u32, u64) {
        self.advance(now);
        (
            std::mem::take(&mut self.closed),
            std::mem::take(&mut self.held_ns),
        )
    }

    /// Closes what has been idle for too long by now, beside so many in use.
    pub fn expire(&mut self, now: Time, in_use: u32) {
        let Some(patience) = self.rules.idle else {
            return;
        };
        let mut all = self.idle.len() + in_use as usize;
        while all > self.rules.min as usize
            && let Some(first) = self.idle.front()
            && first.since + patience <= now
        {
            let at = first.since + patience;
            self.idle.pop_front();
            self.close(at);
            all -= 1;
        }
    }

    /// Whether one opened then is too old to be used again.
    #[must_use]
    pub fn is_old(&self, opened: Time, now: Time) -> bool {
        self.rules
            .max_age
            .is_some_and(|age| now.since(opened) >= age)
    }

    /// An idle connection for this thread: when it was opened. `None`: another must be opened.
    pub fn take(&mut self, now: Time, thread: u32) -> Option<Time> {
        loop {
            let session = match self.rules.reuse {
                Reuse::Lifo => self.idle.pop_back(),
                Reuse::Fifo => self.idle.pop_front(),
                Reuse::Thread => {
                    let own = |session: &Session| session.thread == thread;
                    let at = self.idle.iter().position(own)?;
                    self.idle.remove(at)
                }
            }?;
            if !self.is_old(session.opened, now) {
                return Some(session.opened);
            }
            self.close(now);
        }
    }

    /// A connection that this thread has used is given back.
    pub fn put(&mut self, now: Time, thread: u32, opened: Time) {
        let nobodys = self.rules.reuse == Reuse::Thread && thread == NOBODY;
        if nobodys || self.is_old(opened, now) {
            return self.close(now);
        }
        self.idle.push_back(Session {
            opened,
            since: now,
            thread,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(reuse: Reuse) -> SessionRules {
        SessionRules {
            reuse,
            min: 1,
            idle: Some(Span(10)),
            max_age: Some(Span(100)),
        }
    }

    /// Three connections, opened at 1, 2 and 3 and given back at 5, 6 and 7.
    fn three(reuse: Reuse) -> Sessions {
        let mut sessions = Sessions::new(rules(reuse));
        for opened in 1..=3 {
            sessions.count(Time(opened));
        }
        for opened in 1..=3 {
            sessions.put(Time(opened + 4), opened as u32, Time(opened));
        }
        sessions
    }

    #[test]
    fn the_last_the_first_or_the_threads_own_is_used_again() {
        assert_eq!(three(Reuse::Lifo).take(Time(8), 2), Some(Time(3)));
        assert_eq!(three(Reuse::Fifo).take(Time(8), 2), Some(Time(1)));
        assert_eq!(three(Reuse::Thread).take(Time(8), 2), Some(Time(2)));
        assert_eq!(three(Reuse::Thread).take(Time(8), NOBODY), None);
    }

    #[test]
    fn the_idle_are_closed_in_time_but_for_the_least() {
        let mut sessions = three(Reuse::Lifo);
        sessions.expire(Time(15), 0); // 5 + 10
        assert_eq!(sessions.settle(Time(15)), (1, 14 + 13 + 12));
        sessions.expire(Time(30), 0); // that of 6 at 16; the last one stays
        assert_eq!(sessions.settle(Time(30)), (1, 1 + 15));
        assert_eq!(sessions.take(Time(30), 0), Some(Time(3)));
    }

    #[test]
    fn the_old_are_closed_when_somebody_looks() {
        let mut sessions = three(Reuse::Lifo);
        assert_eq!(sessions.take(Time(102), 0), Some(Time(3)));
        assert_eq!(sessions.take(Time(102), 0), None); // those of 2 and 1
        assert_eq!(sessions.settle(Time(102)).0, 2);
        sessions.put(Time(103), 0, Time(3));
        assert_eq!(sessions.settle(Time(103)).0, 1);
    }

    #[test]
    fn what_no_thread_owns_is_closed() {
        let mut sessions = Sessions::new(rules(Reuse::Thread));
        sessions.count(Time(0));
        sessions.put(Time(4), NOBODY, Time(0));
        assert_eq!(sessions.settle(Time(5)), (1, 4));
    }
}
