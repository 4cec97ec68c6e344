//! The slow, obvious twin of [`scheduler`](super::scheduler): the same discipline, written for the eye.
//!
//! No sums kept up to date, no arithmetic of ticks: every question is answered by a walk over all threads, tick by tick.

use super::Host;
use super::scheduler::{NONE, Scheduler, Wake};
use crate::kernel::{Span, Time};
use proptest::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum At {
    Asleep,
    /// In the queue, and the how manieth that ever joined it.
    Queued(u64),
    /// On this core, accounted up to when.
    On(usize, Time),
}

#[derive(Clone, Copy)]
struct Thread {
    at: At,
    vruntime: u64,
    deadline: u64,
    protected: u64,
    lag: u64,
    last_core: usize,
}

#[derive(Clone)]
struct Twin {
    threads: Vec<Thread>,
    cores: usize,
    joined: u64,
    level: u64,
    /// Who went to sleep last, and when, if it has not woken or another was withdrawn since.
    left: Option<(usize, Time)>,
    slice: u64,
    tick: u64,
}

impl Twin {
    fn new(host: &Host, cores: usize, threads: usize) -> Self {
        let thread = Thread {
            at: At::Asleep,
            vruntime: 0,
            deadline: 0,
            protected: 0,
            lag: 0,
            last_core: usize::MAX,
        };
        Self {
            threads: vec![thread; threads],
            cores,
            joined: 0,
            level: 0,
            left: None,
            slice: host.slice.0,
            tick: host.tick.0,
        }
    }

    /// Everybody on a core runs until `now`, tick by tick.
    fn run(&mut self, now: Time) {
        for thread in &mut self.threads {
            let At::On(core, since) = thread.at else {
                continue;
            };
            let begun = thread.vruntime;
            if self.tick > 0 {
                let mut tick = (since.0 + 1).next_multiple_of(self.tick);
                while tick <= now.0 {
                    let there = begun + (tick - since.0);
                    if there >= thread.deadline {
                        thread.deadline = there + self.slice;
                    }
                    tick += self.tick;
                }
            }
            thread.vruntime = begun + now.since(since).0;
            while thread.vruntime >= thread.deadline {
                // Without ticks each slice follows the one before; with them, the next begins now.
                let from = if self.tick > 0 {
                    thread.vruntime
                } else {
                    thread.deadline
                };
                thread.deadline = from + self.slice;
            }
            thread.at = At::On(core, now);
        }
    }

    fn on(&self, core: usize) -> Option<usize> {
        let is_on = |thread: &Thread| matches!(thread.at, At::On(c, _) if c == core);
        self.threads.iter().position(is_on)
    }

    fn awake(&self) -> impl Iterator<Item = &Thread> {
        self.threads.iter().filter(|thread| thread.at != At::Asleep)
    }

    /// The mean virtual run time of all awake.
    fn mean(&self) -> u64 {
        let sum: u64 = self.awake().map(|thread| thread.vruntime).sum();
        match self.awake().count() as u64 {
            0 => self.level,
            count => sum / count,
        }
    }

    /// Whether a thread has had no more than its share.
    fn eligible(&self, thread: usize) -> bool {
        self.threads[thread].vruntime <= self.mean()
    }

    /// Who waits, the earliest deadline first, among equals the one that joined first.
    fn queue(&self) -> Vec<usize> {
        let mut queue: Vec<_> = (0..self.threads.len())
            .filter_map(|thread| match self.threads[thread] {
                Thread {
                    at: At::Queued(joined),
                    deadline,
                    ..
                } => Some((deadline, joined, thread)),
                _ => None,
            })
            .collect();
        queue.sort_unstable();
        queue.into_iter().map(|(_, _, thread)| thread).collect()
    }

    fn behind(&self, thread: usize) -> u64 {
        let most = (2 * self.slice).max(self.tick);
        let behind = self.mean().saturating_sub(self.threads[thread].vruntime);
        behind.min(most)
    }

    fn put(&mut self, thread: usize, core: usize, now: Time) {
        let state = &mut self.threads[thread];
        state.at = At::On(core, now);
        state.last_core = core;
        state.protected = state.deadline;
    }

    fn line_up(&mut self, thread: usize) {
        self.joined += 1;
        self.threads[thread].at = At::Queued(self.joined);
    }

    /// Who is to replace the thread on a core.
    fn turn(&self, core: usize) -> Option<usize> {
        let running = self.on(core)?;
        let Thread {
            vruntime,
            protected,
            deadline,
            ..
        } = self.threads[running];
        let stays = self.eligible(running);
        if stays && vruntime < protected {
            return None;
        }
        let next = self
            .queue()
            .into_iter()
            .find(|&thread| self.eligible(thread))?;
        (!stays || self.threads[next].deadline <= deadline).then_some(next)
    }

    fn replace(&mut self, core: usize, next: usize, now: Time) {
        let victim = self.on(core).expect("somebody is on it");
        self.line_up(victim);
        self.put(next, core, now);
    }

    fn wake(&mut self, thread: usize, now: Time) -> Wake {
        self.run(now);
        let first = self.queue().is_empty();
        if self.left.is_some_and(|(by, _)| by == thread) {
            self.left = None;
        }
        let signaller = self.left.filter(|&(_, at)| at == now).map(|(by, _)| by);
        if let Some(by) = signaller {
            self.threads[by].at = At::Queued(0); // it was still awake
        }
        let (mean, others) = (self.mean(), self.awake().count() as u64);
        let state = &mut self.threads[thread];
        if others == 0 {
            state.vruntime = mean;
            state.deadline = mean + self.slice;
        } else if state.lag > 0 || state.vruntime <= mean {
            state.vruntime = mean.saturating_sub(state.lag + state.lag / others);
            state.deadline = state.vruntime + self.slice;
        }
        state.at = At::Queued(0);
        if let Some(by) = signaller {
            self.threads[by].lag = self.behind(by);
            self.threads[by].at = At::Asleep;
        }

        let mut idle = (0..self.cores).filter(|&core| self.on(core).is_none());
        let previous = self.threads[thread].last_core;
        if let Some(first) = idle.clone().next() {
            let core = idle.find(|&core| core == previous).unwrap_or(first);
            self.put(thread, core, now);
            return Wake::Runs(core as u32);
        }
        self.line_up(thread);
        let mut ahead = None;
        for core in 0..self.cores {
            let there = self.threads[self.on(core).expect("all are busy")].vruntime;
            if ahead.is_none_or(|(most, _)| there > most) {
                ahead = Some((there, core));
            }
        }
        let (_, core) = ahead.expect("a core");
        let victim = self.on(core).expect("all are busy");
        let over = self.threads[victim].vruntime >= self.threads[victim].protected;
        match self.turn(core) {
            Some(next) if next == thread || !first && over => {
                self.replace(core, next, now);
                Wake::Preempts(core as u32, victim as u32, next as u32)
            }
            _ => Wake::Queued { first },
        }
    }

    fn leave(&mut self, thread: usize, now: Time) -> (u32, Option<u32>) {
        let At::On(core, _) = self.threads[thread].at else {
            unreachable!()
        };
        self.run(now);
        self.threads[thread].lag = self.behind(thread);
        self.left = Some((thread, now));
        self.level = self.threads[thread].vruntime;
        self.threads[thread].at = At::Asleep;
        let queue = self.queue();
        let next = queue
            .iter()
            .find(|&&next| self.eligible(next))
            .or(queue.first());
        if let Some(&next) = next {
            self.put(next, core, now);
        }
        (core as u32, next.map(|&next| next as u32))
    }

    fn withdraw(&mut self, thread: usize) {
        self.threads[thread].at = At::Asleep;
        self.threads[thread].lag = 0;
        self.left = None;
        self.level = self.threads[thread].vruntime;
    }

    fn expire(&mut self, core: usize, now: Time) -> Option<u32> {
        self.run(now);
        let next = self.turn(core)?;
        self.replace(core, next, now);
        Some(next as u32)
    }

    /// When the thread on a core is to be looked at.
    fn review(&self, core: usize, now: Time) -> Time {
        let thread = self.threads[self.on(core).expect("somebody is on it")];
        let mut at = now;
        loop {
            at += Span(1);
            let there = thread.vruntime + at.since(now).0;
            let over = match self.tick {
                0 => there >= thread.deadline,
                tick => at.0.is_multiple_of(tick) && there >= thread.protected,
            };
            if over {
                return at;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// A thread picked at random wakes if it sleeps, leaves if it is on a core, and withdraws if it waits; a core picked at random has its slice
    /// end, also before its time. Both must say the same after each.
    #[test]
    fn the_scheduler_is_its_slow_twin(
        cores in 1u32..5,
        threads in 1usize..12,
        slice in 1u64..2000,
        tick in prop_oneof![Just(0u64), 10u64..3000],
        script in prop::collection::vec((any::<bool>(), 0usize..12, prop_oneof![Just(0u64), 0u64..3000]), 0..300),
    ) {
        let host = Host { slice: Span(slice), tick: Span(tick), ..Host::ideal("h", Some(cores)) };
        let mut fast = Scheduler::new(&host, cores);
        let mut slow = Twin::new(&host, cores as usize, threads);
        let mut now = Time::ZERO;
        for (expire, which, later) in script {
            now += Span(later);
            let (thread, core) = (which % threads, which % cores as usize);
            if expire {
                if slow.on(core).is_some() {
                    prop_assert_eq!(fast.expire(core as u32, now), slow.expire(core, now));
                }
            } else {
                match slow.threads[thread].at {
                    At::Asleep => prop_assert_eq!(fast.wake(thread as u32, now), slow.wake(thread, now)),
                    At::On(..) => prop_assert_eq!(fast.leave(thread as u32, now), slow.leave(thread, now)),
                    At::Queued(_) => {
                        fast.withdraw(thread as u32);
                        slow.withdraw(thread);
                    }
                }
            }
            prop_assert_eq!(fast.contended(), !slow.queue().is_empty());
            for core in 0..cores as usize {
                let there = fast.cores()[core];
                let expected = slow.on(core).map_or(NONE, |thread| thread as u32);
                prop_assert_eq!(there.thread, expected);
                if expected != NONE {
                    prop_assert_eq!(fast.core_of(expected), core as u32);
                    let mut later = slow.clone();
                    later.run(now);
                    prop_assert_eq!(fast.review(core as u32, now), later.review(core, now));
                }
            }
        }
    }

    /// No thread waits for ever, and nobody gets much more than his share: of threads that always want to run, each gets
    /// its part of the cores up to two slices or ticks.
    #[test]
    fn busy_threads_share_the_cores(cores in 1u32..4, extra in 1u32..6, tick in prop_oneof![Just(0u64), Just(300u64)]) {
        let threads = cores + extra;
        let host = Host { slice: Span(100), tick: Span(tick), ..Host::ideal("h", Some(cores)) };
        let mut scheduler = Scheduler::new(&host, cores);
        let mut run = vec![0u64; threads as usize];
        for thread in 0..threads {
            scheduler.wake(thread, Time::ZERO);
        }
        let step = tick.max(100);
        for tick in 1..=1000 {
            let now = Time(step * tick);
            for core in 0..cores {
                run[scheduler.cores()[core as usize].thread as usize] += step;
                scheduler.expire(core, now);
            }
        }
        let fair = 1000 * step * u64::from(cores) / u64::from(threads);
        for got in run {
            prop_assert!(got.abs_diff(fair) <= 2 * step, "{got} instead of {fair}");
        }
    }
}

/// A millisecond.
const MS: u64 = 1_000_000;

fn one_core(tick: u64) -> Scheduler {
    let host = Host {
        slice: Span(14 * MS / 10),
        tick: Span(tick),
        ..Host::ideal("h", Some(1))
    };
    Scheduler::new(&host, 1)
}

/// One thread runs alone for 10 ms and sleeps; a fresh one takes its place at that instant. When the first wakes 1 ms later,
/// the two are level and not 9 ms apart: it gets the core when the other has had its slice, at 11.4.
#[test]
fn who_ran_alone_is_not_far_ahead_of_those_who_come_after() {
    let mut scheduler = one_core(0);
    assert_eq!(scheduler.wake(0, Time::ZERO), Wake::Runs(0));
    assert_eq!(scheduler.leave(0, Time(10 * MS)), (0, None));
    assert_eq!(scheduler.wake(1, Time(10 * MS)), Wake::Runs(0));
    let queued = Wake::Queued { first: true };
    assert_eq!(scheduler.wake(0, Time(11 * MS)), queued);
    let over = Time(114 * MS / 10);
    assert_eq!(scheduler.review(0, Time(11 * MS)), over);
    assert_eq!(scheduler.expire(0, over), Some(0));
}

/// What a thread that only looks sees of Linux (slice 1.4 ms, tick 4 ms), as recorded beside CPython's computing threads: c computes from 0
/// on, l looks now and then.
///
/// ```text
///  1.0   l wakes, level with c, whose slice (to 1.4) protects it: l waits. At 1.4 the slice is over, but nobody notices
///  4.0   the tick does. V = (4 + 1) / 2: c is ahead of it, l behind, and runs
///  4.01  l sleeps: V = (4 + 1.01) / 2 = 2.505, so l is 1.495 behind, within the limit of one tick
///  5.0   l wakes, so far behind again that its lag is 1.495 (2 × 1.495 behind c): c is ahead of V, and l preempts
/// ```
#[test]
fn who_was_kept_waiting_preempts_the_next_time() {
    let mut scheduler = one_core(4 * MS);
    assert_eq!(scheduler.wake(0, Time::ZERO), Wake::Runs(0));
    let queued = Wake::Queued { first: true };
    assert_eq!(scheduler.wake(1, Time(MS)), queued);
    assert_eq!(scheduler.review(0, Time(MS)), Time(4 * MS));
    assert_eq!(scheduler.expire(0, Time(4 * MS)), Some(1));
    assert_eq!(scheduler.leave(1, Time(4 * MS + 10_000)), (0, Some(0)));
    assert_eq!(scheduler.wake(1, Time(5 * MS)), Wake::Preempts(0, 0, 1));
}
