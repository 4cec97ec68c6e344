//! The lock against a plain transcription of CPython's `take_gil` and `drop_gil` (facts §2.1).
//!
//! ```text
//! TAKE(t):                                                     DROP(t):
//!   while locked:                                                locked = 0; signal ONE waiter
//!     remember switch_number; wait, timeout = interval           if drop_request and last_holder == t:
//!     if timed out, still locked, switch_number unchanged:         clear it, block until another took the lock
//!       drop_request = 1
//!   locked = 1; if t != last_holder: last_holder = t, switch_number += 1
//!   clear drop_request; signal switch_cond
//! ```

use super::lock::Lock;
use crate::kernel::{Span, Time};
use crate::service::{LockParams, Order};
use proptest::prelude::*;

const INTERVAL: Span = Span(5);

#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    /// Does something that needs no lock, or is about to look: signalled, or let out of its `drop`.
    Elsewhere,
    /// In the wait of `take`: joined as the how manieth, until when, and the switch number remembered.
    Waiting {
        since: u64,
        until: Time,
        saw: u64,
    },
    /// Timed out of that wait and about to look; in its place in line until then.
    Late {
        since: u64,
        saw: u64,
    },
    Holding,
    /// In the wait at the end of `drop`.
    Switching,
}

/// The pseudo-code, with each thread's place in it spelt out.
struct Twin {
    threads: Vec<At>,
    locked: bool,
    last_holder: Option<usize>,
    switch_number: u64,
    drop_request: bool,
    waits: u64,
}

impl Twin {
    /// A thread looks: it takes the lock, or waits on. Returns whether it took it, and who is let out of its `drop`.
    fn take(&mut self, t: usize, now: Time) -> (bool, Option<usize>) {
        if self.locked || self.threads[t] == At::Switching {
            let late = matches!(self.threads[t], At::Late { saw, .. } if saw == self.switch_number);
            self.drop_request |= late;
            self.waits += 1;
            self.threads[t] = At::Waiting {
                since: self.waits,
                until: now + INTERVAL,
                saw: self.switch_number,
            };
            return (false, None);
        }
        self.locked = true;
        if self.last_holder != Some(t) {
            self.last_holder = Some(t);
            self.switch_number += 1;
        }
        self.drop_request = false;
        self.threads[t] = At::Holding;
        let switched = self.threads.iter().position(|&at| at == At::Switching);
        if let Some(other) = switched {
            self.threads[other] = At::Elsewhere;
        }
        (true, switched)
    }

    /// Time-outs due by `now`, in their order.
    fn time_out(&mut self, now: Time) -> Vec<usize> {
        let mut due: Vec<_> = (0..self.threads.len())
            .filter_map(|t| match self.threads[t] {
                At::Waiting { until, since, saw } if until <= now => Some((until, since, t, saw)),
                _ => None,
            })
            .collect();
        due.sort_unstable();
        for &(_, since, t, saw) in &due {
            self.threads[t] = At::Late { since, saw };
        }
        due.into_iter().map(|(.., t, _)| t).collect()
    }

    fn drop(&mut self, t: usize) -> Option<usize> {
        self.locked = false;
        let waiting = |t: &usize| match self.threads[*t] {
            At::Waiting { since, .. } | At::Late { since, .. } => Some((since, *t)),
            _ => None,
        };
        let first = (0..self.threads.len()).filter_map(|t| waiting(&t)).min();
        if let Some((_, t)) = first {
            self.threads[t] = At::Elsewhere;
        }
        if self.drop_request && self.last_holder == Some(t) {
            self.drop_request = false;
            self.threads[t] = At::Switching;
        } else {
            self.threads[t] = At::Elsewhere;
        }
        first.map(|(_, t)| t)
    }
}

fn lock(barging: bool) -> Lock {
    let params = LockParams {
        switch_interval: Some(INTERVAL),
        order: Order::Fifo,
        barging,
        look: None,
        slack: Span::ZERO,
    };
    Lock::new(&params)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Threads picked at random look for the lock, let it go, or look once more after a signal or a time-out; time passes; the holder drops the lock
    /// as soon as it is asked to.
    #[test]
    fn the_lock_is_what_cpython_describes(
        threads in 2usize..6,
        script in prop::collection::vec((0usize..6, prop_oneof![Just(0u64), 0u64..8]), 0..200),
    ) {
        let mut fast = lock(true);
        let mut slow = Twin {
            threads: vec![At::Elsewhere; threads],
            locked: false,
            last_holder: None,
            switch_number: 0,
            drop_request: false,
            waits: 0,
        };
        let mut now = Time::ZERO;
        for (which, later) in script {
            for _ in 0..later {
                now += Span(1);
                let mut woken = Vec::new();
                while fast.deadline() <= now {
                    woken.extend(fast.time_out(now, |_| false).map(|thread| thread as usize));
                }
                prop_assert_eq!(woken, slow.time_out(now));
            }
            let thread = which % threads;
            match slow.threads[thread] {
                At::Elsewhere | At::Late { .. } => {
                    let asked = slow.drop_request;
                    let (taken, switched) = slow.take(thread, now);
                    match fast.try_take(thread as u32) {
                        Some(dropper) => {
                            prop_assert!(taken);
                            prop_assert_eq!(dropper, switched.map(|thread| thread as u32));
                        }
                        None => {
                            prop_assert!(!taken);
                            prop_assert_eq!(fast.wait(thread as u32, 0, now), slow.drop_request && !asked);
                        }
                    }
                }
                At::Holding => {
                    let signalled = slow.drop(thread);
                    prop_assert_eq!(fast.release(), signalled.map(|thread| thread as u32));
                }
                At::Waiting { .. } => {}
                At::Switching => prop_assert_eq!(fast.try_take(thread as u32), None),
            }
            prop_assert_eq!(fast.drop_requested(), slow.drop_request && slow.locked);
            if let (true, Some(holder)) = (fast.drop_requested(), fast.holder()) {
                let signalled = slow.drop(holder as usize);
                prop_assert_eq!(slow.threads[holder as usize], At::Switching);
                prop_assert_eq!(fast.forced_drop(), signalled.map(|thread| thread as u32));
            }
            let holder = slow.threads.iter().position(|&at| at == At::Holding);
            prop_assert_eq!(fast.holder(), holder.map(|thread| thread as u32));
        }
    }
}

/// Without barging the lock is kept for the waiter that was signalled.
#[test]
fn an_heir_is_not_passed_over() {
    let mut lock = lock(false);
    assert_eq!(lock.try_take(0), Some(None));
    assert_eq!(lock.try_take(1), None);
    lock.wait(1, 0, Time(0));
    assert_eq!(lock.release(), Some(1));
    assert_eq!(lock.try_take(0), None);
    assert_eq!(lock.try_take(2), None);
    assert_eq!(lock.try_take(1), Some(None));
}

/// In no order means by the priorities drawn: the least goes first, whoever came first.
#[test]
fn the_least_priority_is_signalled_first() {
    let params = LockParams {
        switch_interval: None,
        order: Order::Random,
        barging: true,
        look: None,
        slack: Span::ZERO,
    };
    let mut lock = Lock::new(&params);
    lock.try_take(0);
    for (thread, priority) in [(1, 30), (2, 10), (3, 20)] {
        lock.wait(thread, priority, Time(u64::from(thread)));
    }
    assert_eq!(lock.deadline(), Time::NEVER);
    for next in [2, 3, 1] {
        assert_eq!(lock.release(), Some(next));
        assert_eq!(lock.try_take(next), Some(None));
    }
    assert_eq!(lock.release(), None);
}

/// Who waits once more goes to the end: 1 began before 2, both are out of patience at 5, 2 looks first and then 1.
#[test]
fn who_waits_once_more_goes_to_the_end() {
    let mut lock = lock(true);
    assert_eq!(lock.try_take(9), Some(None));
    for thread in [1, 2] {
        assert!(!lock.wait(thread, 0, Time(0)));
    }
    assert_eq!(
        (
            lock.time_out(Time(5), |_| false),
            lock.time_out(Time(5), |_| false)
        ),
        (Some(1), Some(2))
    );
    assert_eq!(lock.time_out(Time(5), |_| false), None);
    assert!(lock.wait(2, 0, Time(5)));
    assert!(lock.wait(1, 0, Time(5)));
    assert_eq!(lock.release(), Some(2));
}

/// 9 and 1 wait from 0 and are out of patience at 5, but before they look the lock goes from 8 to 9, which is still the first in line: 1 asks for nothing and waits once more.
/// 2 waits from 6, sees no switch until 11 and asks.
#[test]
fn a_switch_meanwhile_and_nothing_is_asked() {
    let mut lock = lock(true);
    assert_eq!(lock.try_take(8), Some(None));
    lock.wait(9, 0, Time(0));
    lock.wait(1, 0, Time(0));
    assert_eq!(
        (
            lock.time_out(Time(5), |_| false),
            lock.time_out(Time(5), |_| false)
        ),
        (Some(9), Some(1))
    );
    assert_eq!(lock.release(), Some(9));
    assert_eq!(lock.try_take(9), Some(None));
    lock.wait(2, 0, Time(6));
    assert!(!lock.wait(1, 0, Time(7)));
    assert_eq!(
        (lock.deadline(), lock.time_out(Time(11), |_| false)),
        (Time(11), Some(2))
    );
    assert!(lock.wait(2, 0, Time(11)));
    assert!(lock.drop_requested());
    assert_eq!(lock.forced_drop(), Some(1));
    assert_eq!(lock.try_take(9), None);
    assert_eq!(lock.try_take(1), Some(Some(9)));
}
