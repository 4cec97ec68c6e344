//! A pool of connections to another service: a number of them, and a queue of those who wait for one.
//!
//! Waiters are served in the order of coming, as in node-postgres and psycopg_pool. A wait may have a limit, the same for
//! all, so the first in the queue is always the next to give up. Where it costs something to open a connection, or the
//! service called limits how many there are, [`Sessions`] knows which are open; elsewhere they always are.

use crate::kernel::fifo::{Fifo, Links};
use crate::kernel::{Span, Time};

use super::sessions::Sessions;

/// One pool of one process.
#[derive(Debug)]
pub struct PoolState {
    size: u32,
    in_use: u32,
    waiters: Fifo,
    /// Branches that wait for the connection which another branch of their request opens.
    pub joining: Fifo,
    /// How long a wait may last.
    pub acquire_timeout: Option<Span>,
    /// Which connections are open, if that matters.
    pub sessions: Option<Sessions>,
    /// Up to when the use is accounted.
    since: Time,
}

impl PoolState {
    /// A pool that nobody uses; no size: any number.
    #[must_use]
    pub fn new(
        size: Option<u32>,
        acquire_timeout: Option<Span>,
        sessions: Option<Sessions>,
    ) -> Self {
        Self {
            size: size.unwrap_or(u32::MAX),
            in_use: 0,
            waiters: Fifo::default(),
            joining: Fifo::default(),
            acquire_timeout,
            sessions,
            since: Time::ZERO,
        }
    }

    /// The connection-nanoseconds in use since the last call.
    pub fn account(&mut self, now: Time) -> u64 {
        if let Some(sessions) = &mut self.sessions {
            sessions.expire(now, self.in_use);
        }
        let used = now.since(self.since).0 * u64::from(self.in_use);
        self.since = now;
        used
    }

    /// Takes a connection, or joins the queue: false.
    pub fn acquire(&mut self, links: &mut impl Links, task: u32) -> bool {
        if self.in_use < self.size {
            self.in_use += 1;
            return true;
        }
        self.waiters.push(links, task);
        false
    }

    /// Gives a connection back; returns the waiter it goes to.
    pub fn release(&mut self, links: &mut impl Links) -> Option<u32> {
        let next = self.waiters.pop(links);
        if next.is_none() {
            self.in_use -= 1;
        }
        next
    }

    /// Who has waited longest.
    #[must_use]
    pub fn first_waiter(&self) -> Option<u32> {
        self.waiters.first()
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.waiters.len()
    }

    /// A waiter taken out of the queue joins its end again.
    pub fn queue_again(&mut self, links: &mut impl Links, task: u32) {
        self.waiters.push(links, task);
    }

    /// The longest waiter gives up.
    pub fn give_up(&mut self, links: &mut impl Links) -> Option<u32> {
        self.waiters.pop(links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The links of eight tasks.
    struct Few([u32; 8]);

    impl Links for Few {
        fn link(&mut self, id: u32) -> &mut u32 {
            &mut self.0[id as usize]
        }
    }

    #[test]
    fn waiters_get_connections_in_the_order_of_coming() {
        let (mut pool, mut links) = (PoolState::new(Some(2), None, None), Few([0; 8]));
        let taken: Vec<_> = (0..5).map(|task| pool.acquire(&mut links, task)).collect();
        assert_eq!(taken, [true, true, false, false, false]);
        assert_eq!((pool.first_waiter(), pool.waiting()), (Some(2), 3));
        assert_eq!(pool.release(&mut links), Some(2));
        assert_eq!(pool.give_up(&mut links), Some(3));
        assert_eq!(pool.release(&mut links), Some(4));
        assert_eq!(pool.release(&mut links), None);
        assert!(pool.acquire(&mut links, 5)); // that of 4 or of the first, whoever gave it back
        assert!(!pool.acquire(&mut links, 6));
    }

    #[test]
    fn use_is_accounted_for_each_connection() {
        let (mut pool, mut links) = (PoolState::new(Some(2), None, None), Few([0; 8]));
        assert_eq!(pool.account(Time(10)), 0);
        pool.acquire(&mut links, 0);
        assert_eq!(pool.account(Time(15)), 5);
        pool.acquire(&mut links, 1);
        pool.acquire(&mut links, 2);
        assert_eq!(pool.account(Time(18)), 6); // who waits uses nothing
        pool.release(&mut links);
        assert_eq!(pool.account(Time(20)), 4); // it went on to 2
        pool.release(&mut links);
        assert_eq!(pool.account(Time(21)), 1);
    }
}
