//! A fair scheduler: a few cores, one queue of runnable threads ordered by virtual run time.
//!
//! ```text
//!            wake ──► idle core? ──yes──► runs
//!                        │ no
//!                        ▼
//!            placed at max(own, least - credit) ── behind the running most ahead? ──► preempts it
//!                        │ no
//!                        ▼
//!                     queue (by virtual run time) ──► a core falls free, or a slice ends with somebody further behind
//! ```
//!
//! Modelled after Linux's CFS and EEVDF as far as they shape the latency of servers: virtual run time, a base slice, sleepers
//! placed not further behind than a credit, preemption by the newly woken. Left out: a queue of its own for each core with
//! balancing between them (here it is one queue, as if balancing were immediate), weights, the tick's quantisation, groups.
//!
//! A thread goes back to the core it last ran on if that one is idle, else to the idle core of the lowest number.
//! The scheduler knows nothing of bursts: whoever drives it says when a thread wakes and leaves, and asks at the end of a
//! slice. `twin`, in the tests, is the same discipline written for the eye.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Host;
use crate::kernel::{Span, Time};

/// No thread, or no core.
pub const NONE: u32 = u32::MAX;

/// One core.
#[derive(Clone, Copy, Debug)]
pub struct Core {
    /// The thread on it, or [`NONE`].
    pub thread: u32,
    /// The thread that ran on it last, or [`NONE`].
    pub last: u32,
    /// Since when it idles, if it does.
    pub idle_since: Time,
    /// When the running thread's slice ends.
    pub slice_end: Time,
}

#[derive(Clone, Copy, Debug)]
struct Thread {
    /// Virtual run time, nanoseconds: time on a core so far, moved forward when it slept long.
    vruntime: u64,
    /// Up to when `vruntime` is accounted, while on a core.
    since: Time,
    core: u32,
    previous: u32,
}

/// What became of a woken thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// It runs on a core that was idle.
    Runs(u32),
    /// It runs on this core; the thread named second was put back into the queue.
    Preempts(u32, u32),
    /// It waits; if it is the first to wait, the running threads now have slices to mind.
    Queued {
        /// Whether nobody waited before.
        first: bool,
    },
}

/// The scheduler of one host.
#[derive(Debug)]
pub struct Scheduler {
    cores: Vec<Core>,
    threads: Vec<Thread>,
    /// Waiting threads: (virtual run time, order of queueing, thread).
    queue: BinaryHeap<Reverse<(u64, u64, u32)>>,
    queued: u64,
    least: u64,
    slice: Span,
    credit: Span,
}

impl Scheduler {
    /// The scheduler of a host with this many cores.
    #[must_use]
    pub fn new(host: &Host, cores: u32) -> Self {
        let idle = Core {
            thread: NONE,
            last: NONE,
            idle_since: Time::ZERO,
            slice_end: Time::ZERO,
        };
        Self {
            cores: vec![idle; cores as usize],
            threads: Vec::new(),
            queue: BinaryHeap::new(),
            queued: 0,
            least: 0,
            slice: host.slice,
            credit: host.wakeup_credit,
        }
    }

    /// The cores.
    #[must_use]
    pub fn cores(&self) -> &[Core] {
        &self.cores
    }

    /// The core a thread is on, or [`NONE`].
    #[must_use]
    pub fn core_of(&self, thread: u32) -> u32 {
        self.threads.get(thread as usize).map_or(NONE, |t| t.core)
    }

    /// True if a thread waits for a core, and so slices count.
    #[must_use]
    pub fn contended(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Accounts the virtual run time of the thread on a core.
    fn account(&mut self, core: usize, now: Time) -> u64 {
        let thread = &mut self.threads[self.cores[core].thread as usize];
        thread.vruntime += now.since(thread.since).0;
        thread.since = now;
        thread.vruntime
    }

    /// The least virtual run time of anybody running or waiting; never falls.
    fn least(&mut self, now: Time) -> u64 {
        let mut least = self.queue.peek().map_or(u64::MAX, |Reverse((v, ..))| *v);
        for core in 0..self.cores.len() {
            if self.cores[core].thread != NONE {
                least = least.min(self.account(core, now));
            }
        }
        if least != u64::MAX {
            self.least = self.least.max(least);
        }
        self.least
    }

    fn dispatch(&mut self, core: usize, thread: u32, now: Time) {
        let state = &mut self.threads[thread as usize];
        state.since = now;
        state.core = core as u32;
        state.previous = core as u32;
        self.cores[core].thread = thread;
        self.cores[core].slice_end = now + self.slice;
    }

    fn enqueue(&mut self, thread: u32) {
        self.queued += 1;
        self.threads[thread as usize].core = NONE;
        self.queue.push(Reverse((
            self.threads[thread as usize].vruntime,
            self.queued,
            thread,
        )));
    }

    /// A thread that was neither on a core nor waiting for one becomes runnable.
    pub fn wake(&mut self, thread: u32, now: Time) -> Wake {
        if self.threads.len() <= thread as usize {
            let fresh = Thread {
                vruntime: 0,
                since: now,
                core: NONE,
                previous: NONE,
            };
            self.threads.resize(thread as usize + 1, fresh);
        }
        debug_assert_eq!(self.threads[thread as usize].core, NONE);
        let placed = self.least(now).saturating_sub(self.credit.0);
        let state = &mut self.threads[thread as usize];
        state.vruntime = state.vruntime.max(placed);
        let (vruntime, previous) = (state.vruntime, state.previous as usize);

        if let Some(core) = self.idle_core(previous) {
            self.dispatch(core, thread, now);
            return Wake::Runs(core as u32);
        }
        if !self.credit.is_zero()
            && let Some(core) = self.most_ahead(vruntime)
        {
            let victim = self.cores[core].thread;
            self.cores[core].last = victim;
            self.enqueue(victim);
            self.dispatch(core, thread, now);
            return Wake::Preempts(core as u32, victim);
        }
        let first = self.queue.is_empty();
        self.enqueue(thread);
        Wake::Queued { first }
    }

    fn idle_core(&self, previous: usize) -> Option<usize> {
        if self
            .cores
            .get(previous)
            .is_some_and(|core| core.thread == NONE)
        {
            return Some(previous);
        }
        self.cores.iter().position(|core| core.thread == NONE)
    }

    /// The core whose thread is furthest ahead, if that is ahead of `vruntime`. All were accounted by [`Self::least`].
    fn most_ahead(&self, vruntime: u64) -> Option<usize> {
        let ahead = |core: &Core| self.threads[core.thread as usize].vruntime;
        let core =
            (0..self.cores.len()).max_by_key(|&core| (ahead(&self.cores[core]), Reverse(core)))?;
        (ahead(&self.cores[core]) > vruntime).then_some(core)
    }

    /// The thread on a core stops being runnable. Returns who runs there next, if anybody waits.
    pub fn leave(&mut self, thread: u32, now: Time) -> (u32, Option<u32>) {
        let core = self.threads[thread as usize].core as usize;
        self.least(now); // its own run time counts too: who wakes when it is gone must not be placed far behind it
        self.threads[thread as usize].core = NONE;
        self.cores[core].last = thread;
        self.cores[core].thread = NONE;
        let next = self.queue.pop().map(|Reverse((.., next))| next);
        match next {
            Some(next) => self.dispatch(core, next, now),
            None => self.cores[core].idle_since = now,
        }
        (core as u32, next)
    }

    /// A thread that waits for a core wants none any more.
    pub fn withdraw(&mut self, thread: u32) {
        self.queue
            .retain(|Reverse((.., waiting))| *waiting != thread);
    }

    /// Asks, at or after the end of a slice, who should run on this core. Returns the thread that replaces the running one;
    /// `None`: it goes on, for another slice.
    pub fn expire(&mut self, core: u32, now: Time) -> Option<u32> {
        let core = core as usize;
        let vruntime = self.account(core, now);
        match self.queue.peek() {
            Some(Reverse((waiting, ..))) if *waiting <= vruntime => {
                let Reverse((.., next)) = self.queue.pop()?;
                let victim = self.cores[core].thread;
                self.cores[core].last = victim;
                self.enqueue(victim);
                self.dispatch(core, next, now);
                Some(next)
            }
            _ => {
                self.cores[core].slice_end = now + self.slice;
                None
            }
        }
    }
}
