//! Threads on cores: each core has a queue of its own, and Linux's rules say which one a thread joins.
//!
//! ```text
//!  wake ──► its last core idles? ──yes──► runs there
//!              │ no
//!              ▼
//!           another that idles, and is seen to? ──yes──► runs there
//!              │ no
//!              ▼
//!           joins its last core's queue, and may preempt who runs there (`queue`)
//!
//!  a core falls idle ──► takes who has waited in another's queue, unless it ran a moment ago
//!  a tick finds somebody waiting while a core idles ──► that core is woken to do the same
//!  a busy core has more to do than another for long ──► gives one who waits
//! ```
//!
//! On some virtual machines a core that idles is *seen* for a while only: Linux takes a core for busy that the hypervisor says it took away, and KVM
//! before Linux 5.19 said so of every core that had halted. A thread then waits behind another while a core idles, until the next tick.
//!
//! Source: Linux 6.18, `kernel/sched/fair.c`: `select_idle_sibling`, `available_idle_cpu`, `sched_balance_newidle`, `nohz_balancer_kick`, `sched_balance_domains`, `task_hot`;
//! `kvm_steal_time.preempted` in the kernel's `arch/x86/kvm`. Left out: the load of cores, by which a waker sometimes draws a thread to its own; caches that cores share.
//!
//! The scheduler knows nothing of bursts: whoever drives it says when a thread wakes and leaves, and asks when it is told to
//! ([`Scheduler::review`]). `twin`, in the tests, is the same discipline written for the eye.

mod queue;

use std::cmp::Reverse;

use super::Host;
use crate::kernel::{Span, Time};
use queue::{Entity, Pace, Queue, index};

/// Between busy cores threads move 16 times less often than once in so many milliseconds as there are cores (`busy_factor`, `min_interval`).
const BUSY_FACTOR: Span = Span::from_millis(16);

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

/// What became of a woken thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// It runs on a core that was idle.
    Runs(u32),
    /// It waits for the core named first, whose running thread now has a slice to mind. True: that one may have to leave, so ask [`Scheduler::expire`].
    Queued(u32, bool),
}

/// The scheduler of one host.
#[derive(Debug)]
pub struct Scheduler {
    cores: Vec<Core>,
    queues: Vec<Queue>,
    entities: Vec<Entity>,
    /// Of each thread: the core it is on, or [`NONE`]; and the one whose queue it is in, or was.
    on: Vec<(u32, u32)>,
    pace: Pace,
    seen: Option<Span>,
    hot: Span,
    /// When a busy core last gave a thread to another.
    lent: Time,
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
            queues: vec![Queue::default(); cores as usize],
            entities: Vec::new(),
            on: Vec::new(),
            pace: Pace {
                slice: host.slice.0 as i64,
                tick: host.tick.0,
            },
            seen: host.idle_seen,
            hot: host.hot,
            lent: Time::ZERO,
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
        self.on.get(thread as usize).map_or(NONE, |on| on.0)
    }

    /// The core whose queue a thread is in, or was when it went to sleep: where its timer is set; or [`NONE`].
    #[must_use]
    pub fn home_of(&self, thread: u32) -> u32 {
        self.on.get(thread as usize).map_or(NONE, |on| on.1)
    }

    /// True if a thread waits for this core, and so slices count.
    #[must_use]
    pub fn contended(&self, core: u32) -> bool {
        self.queues[core as usize].waiting() > 0
    }

    /// When to ask next, by [`Scheduler::expire`], whether the thread on a core must leave it; later than `now`.
    #[must_use]
    pub fn review(&self, core: u32, now: Time) -> Time {
        let entity = &self.entities[self.cores[core as usize].thread as usize];
        let slice_ends = Queue::review(entity, now, self.pace);
        match self.pace.tick {
            0 => slice_ends,
            tick if self.idle().next().is_some() => {
                slice_ends.min(Time((now.0 + 1).next_multiple_of(tick)))
            }
            _ => slice_ends,
        }
    }

    fn catch_up(&mut self, core: usize, now: Time) {
        if let Some(thread) = index(self.cores[core].thread) {
            self.queues[core].account(&mut self.entities[thread], now, self.pace);
        }
    }

    fn dispatch(&mut self, core: usize, thread: u32, now: Time) {
        Queue::set_off(&mut self.entities[thread as usize], now);
        self.on[thread as usize] = (core as u32, core as u32);
        self.cores[core].thread = thread;
    }

    /// The core that a thread would join now, and whether that one idles.
    #[must_use]
    pub fn choose(&self, thread: u32, now: Time) -> (u32, bool) {
        let idle = |core: &Core| core.thread == NONE;
        let home = self.on.get(thread as usize).and_then(|on| index(on.1));
        if let Some(home) = home
            && (idle(&self.cores[home])
                || self
                    .entities
                    .get(thread as usize)
                    .is_some_and(|entity| entity.delayed))
        {
            return (home as u32, idle(&self.cores[home]));
        }
        let seen = |core: &Core| match self.seen {
            Some(seen) if home.is_some() => now.since(core.idle_since) <= seen,
            _ => true,
        };
        if let Some(core) = self.cores.iter().position(|core| idle(core) && seen(core)) {
            return (core as u32, true);
        }
        let shortest = || (0..self.cores.len()).min_by_key(|&core| self.queues[core].wanted());
        (home.or_else(shortest).unwrap_or_default() as u32, false)
    }

    /// A thread that was neither on a core nor waiting for one becomes runnable.
    pub fn wake(&mut self, thread: u32, now: Time) -> Wake {
        if self.on.len() <= thread as usize {
            self.on.resize(thread as usize + 1, (NONE, NONE));
            self.entities.resize(thread as usize + 1, Entity::new());
        }
        debug_assert_eq!(self.on[thread as usize].0, NONE);
        let (core, idle) = self.choose(thread, now);
        let at = core as usize;
        self.catch_up(at, now);
        self.queues[at].expel(&mut self.entities);
        let entity = &mut self.entities[thread as usize];
        let first = self.queues[at].waiting() == 0;
        if entity.delayed {
            self.queues[at].rejoin(entity);
        } else {
            self.queues[at].place(entity, self.pace);
            if idle {
                self.dispatch(at, thread, now);
                return Wake::Runs(core);
            }
            self.queues[at].put_back(thread, entity);
        }
        self.on[thread as usize] = (NONE, core);
        let victim = self.cores[at].thread;
        let running = self.entities[victim as usize];
        let asks = self.queues[at].turn_of(thread, &running) || !first && Queue::over(&running);
        Wake::Queued(core, asks)
    }

    /// A thread that sleeps has ended, and its number stands for a new one.
    pub fn anew(&mut self, thread: u32) {
        let Some(on) = self.on.get_mut(thread as usize) else {
            return;
        };
        debug_assert_eq!(on.0, NONE);
        let (_, core) = std::mem::replace(on, (NONE, NONE));
        let entity = std::mem::replace(&mut self.entities[thread as usize], Entity::new());
        if let (Some(at), true) = (index(core), entity.delayed) {
            self.queues[at].bury(thread, &entity);
        }
    }

    /// The thread on a core stops being runnable. Returns who runs there next, if anybody waits.
    pub fn leave(&mut self, thread: u32, now: Time) -> (u32, Option<u32>) {
        let core = self.on[thread as usize].0;
        let at = core as usize;
        self.catch_up(at, now);
        self.queues[at].sleep(thread, &mut self.entities[thread as usize], self.pace);
        self.on[thread as usize] = (NONE, core);
        self.cores[at].last = thread;
        self.cores[at].thread = NONE;
        self.cores[at].idle_since = now;
        let next = self.queues[at].pick(None, &mut self.entities);
        if let Some(next) = next {
            self.dispatch(at, next, now);
        }
        (core, next.or_else(|| self.pull(core, now)))
    }

    /// A core that idles takes a thread that waits for another: that thread, now on it.
    pub fn pull(&mut self, core: u32, now: Time) -> Option<u32> {
        let busiest = (0..self.cores.len())
            .filter(|&from| self.queues[from].waiting() > 0)
            .max_by_key(|&from| (self.queues[from].wanted(), Reverse(from)))?;
        let thread = self.bring(busiest, core as usize, now)?;
        self.dispatch(core as usize, thread, now);
        Some(thread)
    }

    /// A busy core, reviewed, gives the longest-waiting to one with less to do, if it has not done so for a while: that core.
    pub fn lend(&mut self, core: u32, now: Time) -> Option<u32> {
        let from = core as usize;
        let every = BUSY_FACTOR * self.cores.len() as u64;
        let to = (0..self.cores.len()).min_by_key(|&core| self.queues[core].wanted())?;
        if self.queues[to].wanted() >= self.queues[from].wanted() || now < self.lent + every {
            return None;
        }
        let thread = self.bring(from, to, now)?;
        self.lent = now;
        self.queues[to].put_back(thread, &self.entities[thread as usize]);
        self.on[thread as usize] = (NONE, to as u32);
        Some(to as u32)
    }

    /// Takes a waiting thread out of one core's queue to be a member of another's: that thread.
    fn bring(&mut self, from: usize, to: usize, now: Time) -> Option<u32> {
        let before = Time(now.0.saturating_sub(self.hot.0));
        let thread = self.queues[from].cold(before, &self.entities)?;
        self.catch_up(from, now);
        self.catch_up(to, now);
        let entity = &mut self.entities[thread as usize];
        self.queues[from].withdraw(thread, entity, self.pace);
        self.queues[to].adopt(entity, self.pace);
        Some(thread)
    }

    /// A thread that waits for a core wants none any more.
    pub fn withdraw(&mut self, thread: u32, now: Time) {
        if let Some(&(NONE, core)) = self.on.get(thread as usize)
            && let Some(at) = index(core)
            && self.queues[at].holds(thread)
        {
            self.catch_up(at, now);
            let entity = &mut self.entities[thread as usize];
            if entity.delayed {
                return;
            }
            self.queues[at].withdraw(thread, entity, self.pace);
        }
    }

    /// The cores that idle.
    pub fn idle(&self) -> impl Iterator<Item = u32> {
        let all = (0..).zip(&self.cores);
        all.filter(|(_, core)| core.thread == NONE)
            .map(|(number, _)| number)
    }

    /// Asks, when [`Scheduler::review`] said to, who should run on this core. Returns the thread that replaces the running one;
    /// `None`: it goes on.
    pub fn expire(&mut self, core: u32, now: Time) -> Option<u32> {
        let at = core as usize;
        self.catch_up(at, now);
        let victim = self.cores[at].thread;
        let running = self.entities[victim as usize];
        let next = self.queues[at].pick(Some(&running), &mut self.entities)?;
        self.queues[at].put_back(victim, &running);
        self.on[victim as usize] = (NONE, core);
        self.cores[at].last = victim;
        self.dispatch(at, next, now);
        Some(next)
    }
}
