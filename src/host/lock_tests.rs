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
    /// Does something that needs no lock.
    Elsewhere,
    /// In the wait of `take`: joined as the how manieth, until when, and the switch number remembered.
    Waiting {
        since: u64,
        until: Time,
        saw: u64,
    },
    /// Signalled or timed out into a free lock: about to look again.
    Looking,
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
    /// The head of the loop in `take`: takes the lock, or waits on. Returns who is let out of its `drop`.
    fn take(&mut self, t: usize, now: Time) -> (bool, Option<usize>) {
        if self.locked {
            self.wait(t, now);
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
            self.wait(other, now); // the lock is taken: its own `take` begins with a wait
        }
        (true, switched)
    }

    fn wait(&mut self, t: usize, now: Time) {
        self.waits += 1;
        self.threads[t] = At::Waiting {
            since: self.waits,
            until: now + INTERVAL,
            saw: self.switch_number,
        };
    }

    /// Time-outs due by `now`, in their order. Returns who looks again because the lock is free.
    fn time_out(&mut self, now: Time) -> Vec<usize> {
        let mut due: Vec<_> = (0..self.threads.len())
            .filter_map(|t| match self.threads[t] {
                At::Waiting { until, since, .. } if until <= now => Some((until, since, t)),
                _ => None,
            })
            .collect();
        due.sort_unstable();
        let mut looking = Vec::new();
        for (_, since, t) in due {
            let At::Waiting { saw, .. } = self.threads[t] else {
                unreachable!()
            };
            if !self.locked {
                self.threads[t] = At::Looking;
                looking.push(t);
                continue;
            }
            if saw == self.switch_number {
                self.drop_request = true;
            }
            let (until, saw) = (now + INTERVAL, self.switch_number);
            self.threads[t] = At::Waiting { since, until, saw };
        }
        looking
    }

    fn drop(&mut self, t: usize) -> Option<usize> {
        self.locked = false;
        let waiting = |t: &usize| match self.threads[*t] {
            At::Waiting { since, .. } => Some((since, *t)),
            _ => None,
        };
        let first = (0..self.threads.len()).filter_map(|t| waiting(&t)).min();
        if let Some((_, t)) = first {
            self.threads[t] = At::Looking;
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
    Lock::new(LockParams {
        switch_interval: Some(INTERVAL),
        order: Order::Fifo,
        barging,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Threads picked at random try for the lock, let it go, or look after a signal; time passes; the holder drops the lock
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
                    woken.extend(fast.out_of_patience(now).map(|thread| thread as usize));
                }
                prop_assert_eq!(woken, slow.time_out(now));
                prop_assert_eq!(fast.drop_requested() && fast.holder().is_some(), slow.drop_request && slow.locked);
                if let (true, Some(holder)) = (fast.drop_requested(), fast.holder()) {
                    let signalled = slow.drop(holder as usize);
                    prop_assert_eq!(slow.threads[holder as usize], At::Switching);
                    prop_assert_eq!(fast.forced_drop(), signalled.map(|thread| thread as u32));
                }
            }
            let thread = which % threads;
            match slow.threads[thread] {
                At::Elsewhere | At::Looking => {
                    let (taken, switched) = slow.take(thread, now);
                    match fast.try_take(thread as u32) {
                        Some(dropper) => {
                            prop_assert!(taken);
                            prop_assert_eq!(dropper, switched.map(|thread| thread as u32));
                            if let Some(dropper) = dropper {
                                fast.wait(dropper, 0, now);
                            }
                        }
                        None => {
                            prop_assert!(!taken);
                            fast.wait(thread as u32, 0, now);
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
    };
    let mut lock = Lock::new(params);
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

/// Two waiters in no order, places 0 and 1: the first is signalled first. Out of patience both wait once more and draw anew: after
/// 0 SplitMix64 gives 0xe220a839..., after 1 it gives 0x910a2dec... (its published reference values), so then it is the second.
#[test]
fn who_waits_once_more_draws_a_place_anew() {
    let waiting = || {
        let mut lock = Lock::new(LockParams {
            switch_interval: Some(INTERVAL),
            order: Order::Random,
            barging: true,
        });
        assert_eq!(lock.try_take(9), Some(None));
        lock.wait(1, 0, Time(0));
        lock.wait(2, 1, Time(0));
        lock
    };
    assert_eq!(waiting().release(), Some(1));
    let mut lock = waiting();
    assert_eq!(lock.out_of_patience(Time(5)), None);
    assert_eq!(lock.out_of_patience(Time(5)), None);
    assert_eq!(lock.release(), Some(2));
}
