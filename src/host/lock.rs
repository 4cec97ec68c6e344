//! The lock a thread must hold to run the interpreter: CPython's GIL as its parameters describe it.
//!
//! ```text
//!  take:  free? ──yes──► holder; a switch if it was somebody else's last; drop request cleared; who was made to drop it wakes
//!           │ no
//!           ▼
//!         out of patience, and nobody switched since it began to wait: asks the holder to drop
//!           │
//!           ▼
//!         waits for a signal, at most `switch_interval` ──► wakes, gets a core and looks again
//!  release (voluntary: a blocking call, native work, the end of a request): free; one waiter is signalled. With barging
//!           anybody may take it before that waiter runs, the releaser too.
//!  drop (forced, when asked): the same, but the holder may not take it again before somebody else has; it sleeps until then.
//! ```
//!
//! Every step is a thread's own: who is signalled, who runs out of patience, who was made to drop the lock must each get a core before it does
//! anything. Between its time-out and its look a thread keeps its place in line and asks for nothing. On one core beside a computing thread a look can
//! take until the next tick ([`scheduler`](super::scheduler)), and that, more than the interval, is what a hand-over takes.
//!
//! A switch by anybody restarts the patience of all waiters. In order `fifo`, a condition variable's (glibc's groups keep it: who waits
//! in the older one goes first, in each the futex's queue decides), whoever waits once more goes to the end: no queue in order of coming, which has
//! no tail (24 ms beside three threads at 5 ms, where CPython had 63; `conformance/README.md`). One interrupt ends the waits that end on the same core
//! within the timer's slack.
//!
//! Who lets go signals with the mutex in hand that guards the lock (`drop_gil`): a waiter that preempts it there must sleep once more until that is free.
//!
//! The drop is noticed at once while the holder runs, and when it next gets a core otherwise, but not before a long call in C that keeps the lock has ended (the
//! holder's driver knows of those); the few microseconds to the next check of CPython's eval loop are left out.
//! Source: CPython's `Python/ceval_gil.c` (3.11 to 3.13) as in `docs/facts.md`, section 2.1.

use crate::kernel::{Span, Time};
use crate::service::{LockParams, Order};

/// No thread.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Waiter {
    thread: u32,
    priority: u64,
    /// When its patience ends at the latest; [`Time::NEVER`] once it has ended.
    deadline: Time,
    /// The switch number when its patience began.
    switches: u64,
}

/// The lock of one process.
#[derive(Debug)]
pub struct Lock {
    interval: Option<Span>,
    slack: Span,
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

impl Lock {
    /// A free lock.
    #[must_use]
    pub fn new(params: &LockParams) -> Self {
        Self {
            interval: params
                .switch_interval
                .map(|interval| interval + params.slack),
            slack: params.slack,
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

    /// Whether this thread was made to drop it, and nobody has taken it since.
    #[must_use]
    pub fn waits_for_a_switch(&self, thread: u32) -> bool {
        self.dropper == thread
    }

    /// Whether this thread may take it.
    #[must_use]
    pub fn is_free_for(&self, thread: u32) -> bool {
        self.holder == NONE && self.dropper != thread && (self.heir == NONE || self.heir == thread)
    }

    /// Whether the holder has been asked to let go.
    #[must_use]
    pub fn drop_requested(&self) -> bool {
        self.drop_requested
    }

    /// Takes the lock if this thread may. On success returns the thread, if any, that had been made to drop it and wakes
    /// now to want it again.
    pub fn try_take(&mut self, thread: u32) -> Option<Option<u32>> {
        if !self.is_free_for(thread) {
            return None;
        }
        self.waiters.retain(|waiter| waiter.thread != thread);
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

    /// The thread, which may not take the lock, begins to wait; `priority` is drawn from its own dice, the least goes first
    /// where the order is random. True if it has run out of patience before, nobody having switched meanwhile: the holder is asked to drop the lock.
    pub fn wait(&mut self, thread: u32, priority: u64, now: Time) -> bool {
        let place = self
            .waiters
            .iter()
            .position(|waiter| waiter.thread == thread);
        let saw = place.map(|at| self.waiters.remove(at).switches);
        let asks = self.holder != NONE && saw == Some(self.switches);
        self.drop_requested |= asks;
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
        asks
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
        let woken = self.waiters.remove(at).thread;
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

    /// A waiter whose patience ends now, or ends soon and whose timer is where an interrupt comes now (`here`), as one does for all: it wakes to look,
    /// and keeps its place until then.
    pub fn time_out(&mut self, now: Time, here: impl Fn(u32) -> bool) -> Option<u32> {
        let soon = now + self.slack;
        let ends = |waiter: &&mut Waiter| {
            waiter.deadline <= now || waiter.deadline <= soon && here(waiter.thread)
        };
        let waiter = self
            .waiters
            .iter_mut()
            .filter(ends)
            .min_by_key(|waiter| (waiter.deadline, waiter.priority, waiter.thread))?;
        waiter.deadline = Time::NEVER;
        Some(waiter.thread)
    }
}
