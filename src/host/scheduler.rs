//! A fair scheduler: Linux's EEVDF over a few cores, with one queue.
//!
//! ```text
//!  wake ──► a core idles? ──yes──► runs
//!              │ no
//!              ▼
//!    placed with the lag it slept with: v = V − lag, deadline = v + slice
//!              │
//!    has the running one had less than its share (v ≤ V), and is its slice not over? ──yes──► goes on
//!              │ no: who has the earliest deadline of all with v ≤ V?
//!              ▼
//!    the newly woken ──► preempts             somebody else ──► queue ──► a core falls free, or a tick finds a slice over
//! ```
//!
//! Each thread has a virtual run time `v` and a virtual deadline, one slice later; `V` is the mean of the `v` of all that run or
//! wait, and only who is not ahead of it is *eligible*. A thread that slept comes back as far behind `V` as it was, up to a limit, or, if it was ahead, no
//! further ahead; so one that got less than its share when it last wanted the core has it at once, and one that got its share waits
//! until the running thread has had its slice. That is noticed at a tick, which on many kernels comes less often than slices end.
//!
//! Source: Linux 6.18, `kernel/sched/fair.c`: `pick_eevdf`, `place_entity`, `update_entity_lag`, `update_deadline`, `protect_slice`,
//! `check_preempt_wakeup_fair`, with the default features (`PLACE_LAG`, `RUN_TO_PARITY`, `DELAY_DEQUEUE`, `DELAY_ZERO`). Recorded beside it:
//! `conformance/time`, gil-1 to gil-7 on one core. Left out: a queue of its own for each core with balancing between them (here it is one
//! queue, as if balancing were immediate); that a thread gone to sleep ahead of `V` counts in `V` until it has come level; weights, groups,
//! the half slice of a new thread.
//!
//! A thread goes back to the core it last ran on if that one is idle, else to the idle core of the lowest number.
//! The scheduler knows nothing of bursts: whoever drives it says when a thread wakes and leaves, and asks when it is told to
//! ([`Scheduler::review`]). `twin`, in the tests, is the same discipline written for the eye.

use std::cmp::Reverse;
use std::collections::VecDeque;

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
}

#[derive(Clone, Copy, Debug)]
struct Thread {
    /// Virtual run time, nanoseconds.
    vruntime: u64,
    /// Where its slice ends.
    deadline: u64,
    /// Up to where nobody takes the core from it while it is eligible: its deadline when it got the core.
    protected: u64,
    /// How far it was behind when it went to sleep.
    lag: u64,
    /// Up to when `vruntime` is accounted, while on a core.
    since: Time,
    core: u32,
    previous: u32,
}

/// Somebody in the queue.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    deadline: u64,
    vruntime: u64,
    thread: u32,
}

/// What became of a woken thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// It runs on a core that was idle.
    Runs(u32),
    /// A core changes hands: from the thread named second, which is in the queue now, to the one named third. That is the woken one, or, where
    /// the running one's slice turned out to be over, another that waited; then the woken one waits.
    Preempts(u32, u32, u32),
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
    /// Waiting threads by deadline, among equals the first to come in front.
    queue: VecDeque<Waiting>,
    /// Sum and number of the virtual run times of all that run or wait.
    sum: u128,
    members: u64,
    /// The virtual run time of the last one to go: the mean when there was last anybody.
    level: u64,
    /// Who went to sleep last, and when.
    left: (u32, Time),
    slice: u64,
    tick: u64,
}

impl Scheduler {
    /// The scheduler of a host with this many cores.
    #[must_use]
    pub fn new(host: &Host, cores: u32) -> Self {
        let idle = Core {
            thread: NONE,
            last: NONE,
            idle_since: Time::ZERO,
        };
        Self {
            cores: vec![idle; cores as usize],
            threads: Vec::new(),
            queue: VecDeque::new(),
            sum: 0,
            members: 0,
            level: 0,
            left: (NONE, Time::ZERO),
            slice: host.slice.0,
            tick: host.tick.0,
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

    /// When to ask next, by [`Scheduler::expire`], whether the thread on a core must leave it; later than `now`.
    #[must_use]
    pub fn review(&self, core: u32, now: Time) -> Time {
        let thread = &self.threads[self.cores[core as usize].thread as usize];
        let (vruntime, deadline) = self.now_at(thread, now);
        let rest = deadline - vruntime;
        match self.tick {
            0 => now + Span(rest),
            tick if vruntime < thread.protected => Time((now.0 + rest).next_multiple_of(tick)),
            tick => Time((now.0 + 1).next_multiple_of(tick)),
        }
    }

    /// Accounts the virtual run times of all threads on cores.
    fn catch_up(&mut self, now: Time) {
        for core in 0..self.cores.len() {
            let thread = self.cores[core].thread;
            if thread != NONE {
                self.account(thread as usize, now);
            }
        }
    }

    /// Accounts the virtual run time of a thread on a core.
    fn account(&mut self, thread: usize, now: Time) {
        let (vruntime, deadline) = self.now_at(&self.threads[thread], now);
        let thread = &mut self.threads[thread];
        self.sum += u128::from(vruntime - thread.vruntime);
        (thread.vruntime, thread.deadline, thread.since) = (vruntime, deadline, now);
    }

    /// Virtual run time and deadline of a thread on a core. Where its slice is over another begins: at the tick that found it, or now.
    fn now_at(&self, thread: &Thread, now: Time) -> (u64, u64) {
        let vruntime = thread.vruntime + now.since(thread.since).0;
        if vruntime < thread.deadline {
            return (vruntime, thread.deadline);
        }
        let over = now.0 - (vruntime - thread.deadline);
        let (found, cycle) = match self.tick {
            0 => (over, self.slice),
            tick => (
                over.next_multiple_of(tick),
                self.slice.next_multiple_of(tick),
            ),
        };
        let last = found + now.0.saturating_sub(found) / cycle * cycle;
        let deadline = vruntime - now.0.saturating_sub(last) + self.slice;
        if deadline > vruntime {
            (vruntime, deadline)
        } else {
            (vruntime, vruntime + self.slice)
        }
    }

    fn eligible(&self, vruntime: u64) -> bool {
        u128::from(vruntime) * u128::from(self.members) <= self.sum
    }

    /// The mean virtual run time, rounded down; with nobody there, as it last was.
    fn mean(&self) -> u64 {
        match self.members {
            0 => self.level,
            1 => self.sum as u64,
            members => (self.sum / u128::from(members)) as u64,
        }
    }

    fn join(&mut self, vruntime: u64) {
        self.sum += u128::from(vruntime);
        self.members += 1;
    }

    fn part(&mut self, vruntime: u64) {
        self.sum -= u128::from(vruntime);
        self.members -= 1;
        self.level = vruntime;
    }

    fn dispatch(&mut self, core: usize, thread: u32, now: Time) {
        let state = &mut self.threads[thread as usize];
        state.since = now;
        state.core = core as u32;
        state.previous = core as u32;
        state.protected = state.deadline;
        self.cores[core].thread = thread;
    }

    /// Puts a thread into the queue: its place there.
    fn enqueue(&mut self, thread: u32) -> usize {
        let state = &mut self.threads[thread as usize];
        state.core = NONE;
        let (deadline, vruntime) = (state.deadline, state.vruntime);
        let at = self
            .queue
            .partition_point(|other| other.deadline <= deadline);
        self.queue.insert(
            at,
            Waiting {
                deadline,
                vruntime,
                thread,
            },
        );
        at
    }

    /// Whose turn it is on a core with this thread on it, by the place in the queue; `None`: the running thread's.
    fn pick(&self, running: u32) -> Option<usize> {
        let running = &self.threads[running as usize];
        let stays = self.eligible(running.vruntime);
        if stays && running.vruntime < running.protected {
            return None;
        }
        let first = self.first_eligible()?;
        (!stays || self.queue[first].deadline <= running.deadline).then_some(first)
    }

    fn first_eligible(&self) -> Option<usize> {
        self.queue
            .iter()
            .position(|waiting| self.eligible(waiting.vruntime))
    }

    /// A core goes from its thread to the one at this place in the queue: that thread.
    fn replace(&mut self, core: usize, at: usize, now: Time) -> Option<u32> {
        let next = self.queue.remove(at)?.thread;
        let victim = self.cores[core].thread;
        self.cores[core].last = victim;
        self.enqueue(victim);
        self.dispatch(core, next, now);
        Some(next)
    }

    /// Who wakes in the instant in which another went to sleep was signalled by it, before it slept.
    fn place_beside(&mut self, thread: u32, by: u32) {
        let vruntime = self.threads[by as usize].vruntime;
        self.join(vruntime);
        self.place(thread);
        self.threads[by as usize].lag = self.behind(vruntime);
        self.part(vruntime);
    }

    /// How far a thread that goes to sleep is behind, as far as that counts later.
    fn behind(&self, vruntime: u64) -> u64 {
        let most = (2 * self.slice).max(self.tick);
        self.mean().saturating_sub(vruntime).min(most)
    }

    /// A woken thread joins, with its virtual run time and deadline.
    fn place(&mut self, thread: u32) {
        let (mean, members) = (self.mean(), self.members);
        let state = &mut self.threads[thread as usize];
        let ahead = members > 0 && state.lag == 0 && state.vruntime > mean;
        if !ahead {
            // Its coming moves the mean towards it: placed so far behind that it is `lag` behind then.
            let lag = state
                .lag
                .checked_div(members)
                .map_or(0, |more| state.lag + more);
            state.vruntime = mean.saturating_sub(lag);
            state.deadline = state.vruntime + self.slice;
        }
        let vruntime = state.vruntime;
        self.join(vruntime);
    }

    /// A thread that was neither on a core nor waiting for one becomes runnable.
    pub fn wake(&mut self, thread: u32, now: Time) -> Wake {
        if self.threads.len() <= thread as usize {
            let fresh = Thread {
                vruntime: 0,
                deadline: 0,
                protected: 0,
                lag: 0,
                since: now,
                core: NONE,
                previous: NONE,
            };
            self.threads.resize(thread as usize + 1, fresh);
        }
        debug_assert_eq!(self.threads[thread as usize].core, NONE);
        self.catch_up(now);
        match self.left {
            (by, at) if by != thread && by != NONE && at == now => self.place_beside(thread, by),
            _ => self.place(thread),
        }
        if self.left.0 == thread {
            self.left.0 = NONE;
        }

        if let Some(core) = self.idle_core(thread) {
            self.dispatch(core, thread, now);
            return Wake::Runs(core as u32);
        }
        let first = self.queue.is_empty();
        let at = self.enqueue(thread);
        let core = self.most_ahead();
        let victim = self.cores[core].thread;
        let over = |state: &Thread| state.vruntime >= state.protected;
        if let Some(turn) = self.pick(victim)
            && (turn == at || !first && over(&self.threads[victim as usize]))
            && let Some(next) = self.replace(core, turn, now)
        {
            return Wake::Preempts(core as u32, victim, next);
        }
        Wake::Queued { first }
    }

    /// The core that a thread would wake on if one idles.
    #[must_use]
    pub fn idle_core(&self, thread: u32) -> Option<usize> {
        let idles = |core: &Core| core.thread == NONE;
        let previous = self
            .threads
            .get(thread as usize)
            .map(|t| t.previous as usize);
        previous
            .filter(|&core| self.cores.get(core).is_some_and(idles))
            .or_else(|| self.cores.iter().position(idles))
    }

    /// The core whose thread is furthest ahead, all being busy.
    fn most_ahead(&self) -> usize {
        let ahead = |core: &usize| self.threads[self.cores[*core].thread as usize].vruntime;
        (0..self.cores.len())
            .max_by_key(|core| (ahead(core), Reverse(*core)))
            .unwrap_or_default()
    }

    /// The thread on a core stops being runnable. Returns who runs there next, if anybody waits.
    pub fn leave(&mut self, thread: u32, now: Time) -> (u32, Option<u32>) {
        self.catch_up(now);
        let vruntime = self.threads[thread as usize].vruntime;
        let lag = self.behind(vruntime);
        let state = &mut self.threads[thread as usize];
        state.lag = lag;
        let core = std::mem::replace(&mut state.core, NONE) as usize;
        self.part(vruntime);
        self.left = (thread, now);
        self.cores[core].last = thread;
        self.cores[core].thread = NONE;
        // With several cores all who wait may be ahead of those who run elsewhere: then the earliest deadline decides.
        let next = self
            .queue
            .remove(self.first_eligible().unwrap_or(0))
            .map(|waiting| waiting.thread);
        match next {
            Some(next) => self.dispatch(core, next, now),
            None => self.cores[core].idle_since = now,
        }
        (core as u32, next)
    }

    /// A thread that waits for a core wants none any more.
    pub fn withdraw(&mut self, thread: u32) {
        let Some(at) = self.queue.iter().position(|w| w.thread == thread) else {
            return;
        };
        if let Some(waiting) = self.queue.remove(at) {
            self.part(waiting.vruntime);
            self.threads[thread as usize].lag = 0;
            self.left = (NONE, Time::ZERO);
        }
    }

    /// Asks, when [`Scheduler::review`] said to, who should run on this core. Returns the thread that replaces the running one;
    /// `None`: it goes on.
    pub fn expire(&mut self, core: u32, now: Time) -> Option<u32> {
        self.catch_up(now);
        let turn = self.pick(self.cores[core as usize].thread)?;
        self.replace(core as usize, turn, now)
    }
}
