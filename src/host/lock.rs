//! The lock a thread must hold to run the interpreter: CPython's GIL as its parameters describe it.
//!
//! ```text
//!  take:  free? ──yes──► holder; a switch if it was somebody else's last; drop request cleared
//!           │ no
//!           ▼
//!         wait for a signal, at most `switch_interval` ──► out of patience, and nobody switched since it began to wait:
//!           ▲                                   │          ask the holder to drop; either way wait once more
//!           └───────────────────────────────────┘
//!  release (voluntary: a blocking call, native work, the end of a request): free; one waiter is signalled. With barging
//!           anybody may take it before that waiter runs, the releaser too.
//!  drop (forced, when asked): the same, but the holder may not take it again before somebody else has.
//! ```
//!
//! A switch by anybody therefore restarts the patience of all waiters, and the waiter signalled is one of them in no order: who waits
//! once more is a new waiter of the condition variable, so its priority is drawn anew (recorded: `conformance/time`, gil-3 and gil-7).
//! The drop is noticed at once while the holder runs, and when it next gets a core otherwise; the few microseconds to the
//! next check of CPython's eval loop are left out, and so are long calls in C that keep the lock.
//! Source: CPython's `Python/ceval_gil.c` (3.11 to 3.13) as in `docs/facts.md`, section 2.1.

use crate::kernel::{Span, Time};
use crate::service::{LockParams, Order};

/// No thread.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Waiter {
    thread: u32,
    priority: u64,
    deadline: Time,
    /// The switch number when its patience last began.
    switches: u64,
}

/// The lock of one process.
#[derive(Debug)]
pub struct Lock {
    interval: Option<Span>,
    order: Order,
    barging: bool,
    holder: u32,
    last: u32,
    switches: u64,
    drop_requested: bool,
    /// The thread that was made to drop the lock and waits for somebody else to take it.
    dropper: u32,
    /// Without barging: the only one who may take the lock.
    heir: u32,
    waiters: Vec<Waiter>,
    waits: u64,
}

/// The priority of a waiter that begins to wait once more: a word that the one before decides, as good as drawn anew (the
/// finaliser of SplitMix64; Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
fn next_word(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Lock {
    /// A free lock.
    #[must_use]
    pub fn new(params: LockParams) -> Self {
        Self {
            interval: params.switch_interval,
            order: params.order,
            barging: params.barging,
            holder: NONE,
            last: NONE,
            switches: 0,
            drop_requested: false,
            dropper: NONE,
            heir: NONE,
            waiters: Vec::new(),
            waits: 0,
        }
    }

    /// Who holds it.
    #[must_use]
    pub fn holder(&self) -> Option<u32> {
        (self.holder != NONE).then_some(self.holder)
    }

    /// Whether this thread holds it.
    #[must_use]
    pub fn held_by(&self, thread: u32) -> bool {
        self.holder == thread
    }

    /// Whether the holder has been asked to let go.
    #[must_use]
    pub fn drop_requested(&self) -> bool {
        self.drop_requested
    }

    /// Takes the lock if this thread may. On success returns the thread, if any, that had been made to drop it and may
    /// now begin to wait for it.
    pub fn try_take(&mut self, thread: u32) -> Option<Option<u32>> {
        let free = self.holder == NONE
            && self.dropper != thread
            && (self.heir == NONE || self.heir == thread);
        if !free {
            return None;
        }
        self.holder = thread;
        self.heir = NONE;
        self.drop_requested = false;
        if self.last != thread {
            self.last = thread;
            self.switches += 1;
        }
        let dropper = std::mem::replace(&mut self.dropper, NONE);
        Some((dropper != NONE).then_some(dropper))
    }

    /// The thread begins to wait; `priority` is drawn from its own dice, the least goes first where the order is random.
    pub fn wait(&mut self, thread: u32, priority: u64, now: Time) {
        self.waits += 1;
        let priority = match self.order {
            Order::Fifo => self.waits,
            Order::Random => priority,
        };
        let deadline = self.interval.map_or(Time::NEVER, |interval| now + interval);
        self.waiters.push(Waiter {
            thread,
            priority,
            deadline,
            switches: self.switches,
        });
    }

    /// The holder lets go of its own accord. Returns the waiter that is signalled.
    pub fn release(&mut self) -> Option<u32> {
        debug_assert_ne!(self.holder, NONE);
        self.holder = NONE;
        self.drop_requested = false;
        self.signal()
    }

    /// The holder lets go because it was asked to, and will not take it before another has. Returns the signalled waiter.
    pub fn forced_drop(&mut self) -> Option<u32> {
        self.dropper = self.holder;
        self.release()
    }

    fn signal(&mut self) -> Option<u32> {
        let (at, _) = self
            .waiters
            .iter()
            .enumerate()
            .min_by_key(|(_, waiter)| (waiter.priority, waiter.thread))?;
        let woken = self.waiters.swap_remove(at).thread;
        if !self.barging {
            self.heir = woken;
        }
        Some(woken)
    }

    /// When the next waiter runs out of patience.
    #[must_use]
    pub fn deadline(&self) -> Time {
        self.waiters
            .iter()
            .map(|waiter| waiter.deadline)
            .min()
            .unwrap_or(Time::NEVER)
    }

    /// Handles the waiter whose patience ends now. Returns a waiter that wakes because it finds the lock free.
    /// Look at [`Lock::drop_requested`] afterwards.
    pub fn out_of_patience(&mut self, now: Time) -> Option<u32> {
        let interval = self.interval?;
        let (at, _) = self
            .waiters
            .iter()
            .enumerate()
            .filter(|(_, waiter)| waiter.deadline <= now)
            .min_by_key(|(_, waiter)| (waiter.deadline, waiter.priority, waiter.thread))?;
        if self.holder == NONE && self.heir == NONE {
            return Some(self.waiters.swap_remove(at).thread);
        }
        let switches = self.switches;
        let waiter = &mut self.waiters[at];
        if waiter.switches == switches && self.holder != NONE {
            self.drop_requested = true;
        }
        waiter.switches = switches;
        waiter.deadline = now + interval;
        if self.order == Order::Random {
            waiter.priority = next_word(waiter.priority);
        }
        None
    }
}
