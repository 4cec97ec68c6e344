//! The slow, obvious twin of [`scheduler`](super::scheduler): the same discipline, written for the eye.
//!
//! No heap, no sums kept up to date: every question is answered by a walk over all threads.

use super::Host;
use super::scheduler::{NONE, Scheduler, Wake};
use crate::kernel::{Span, Time};
use proptest::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum At {
    Asleep,
    /// In the queue, and the how manieth that ever joined it.
    Queued(u64),
    /// On this core, since when.
    On(usize, Time),
}

#[derive(Clone, Copy)]
struct Thread {
    at: At,
    /// Virtual run time up to the last change of `at`.
    vruntime: u64,
    last_core: usize,
}

struct Twin {
    threads: Vec<Thread>,
    cores: usize,
    slice_ends: Vec<Time>,
    joined: u64,
    least: u64,
    slice: Span,
    credit: Span,
}

impl Twin {
    fn new(host: &Host, cores: usize, threads: usize) -> Self {
        let thread = Thread {
            at: At::Asleep,
            vruntime: 0,
            last_core: usize::MAX,
        };
        Self {
            threads: vec![thread; threads],
            cores,
            slice_ends: vec![Time::ZERO; cores],
            joined: 0,
            least: 0,
            slice: host.slice,
            credit: host.wakeup_credit,
        }
    }

    fn vruntime(&self, thread: usize, now: Time) -> u64 {
        let Thread { at, vruntime, .. } = self.threads[thread];
        match at {
            At::On(_, since) => vruntime + now.since(since).0,
            _ => vruntime,
        }
    }

    fn on(&self, core: usize) -> Option<usize> {
        let is_on = |thread: &Thread| matches!(thread.at, At::On(c, _) if c == core);
        self.threads.iter().position(is_on)
    }

    /// Who waits, the one furthest behind first, among equals the one that joined first.
    fn first_in_queue(&self) -> Option<usize> {
        let waiting = |&thread: &usize| matches!(self.threads[thread].at, At::Queued(_));
        (0..self.threads.len())
            .filter(waiting)
            .min_by_key(|&thread| {
                let At::Queued(joined) = self.threads[thread].at else {
                    unreachable!()
                };
                (self.threads[thread].vruntime, joined)
            })
    }

    fn put(&mut self, thread: usize, core: usize, now: Time) {
        self.threads[thread].at = At::On(core, now);
        self.threads[thread].last_core = core;
        self.slice_ends[core] = now + self.slice;
    }

    fn queue(&mut self, thread: usize, now: Time) {
        self.threads[thread].vruntime = self.vruntime(thread, now);
        self.joined += 1;
        self.threads[thread].at = At::Queued(self.joined);
    }

    /// Nobody who wakes later is placed further behind than the one furthest behind now, less the credit.
    fn raise_least(&mut self, now: Time) {
        let awake = |&t: &usize| self.threads[t].at != At::Asleep;
        let least = (0..self.threads.len())
            .filter(awake)
            .map(|t| self.vruntime(t, now))
            .min();
        self.least = self.least.max(least.unwrap_or(0));
    }

    fn wake(&mut self, thread: usize, now: Time) -> Wake {
        self.raise_least(now);
        let placed = self.least.saturating_sub(self.credit.0);
        let vruntime = self.threads[thread].vruntime.max(placed);
        self.threads[thread].vruntime = vruntime;

        let mut idle = (0..self.cores).filter(|&core| self.on(core).is_none());
        let previous = self.threads[thread].last_core;
        if let Some(first) = idle.clone().next() {
            let core = idle.find(|&core| core == previous).unwrap_or(first);
            self.put(thread, core, now);
            return Wake::Runs(core as u32);
        }
        let mut ahead = None;
        for core in 0..self.cores {
            let there = self.vruntime(self.on(core).expect("all are busy"), now);
            if ahead.is_none_or(|(most, _)| there > most) {
                ahead = Some((there, core));
            }
        }
        let (most, core) = ahead.expect("a core");
        if !self.credit.is_zero() && most > vruntime {
            let victim = self.on(core).expect("all are busy");
            self.queue(victim, now);
            self.put(thread, core, now);
            return Wake::Preempts(core as u32, victim as u32);
        }
        let first = self.first_in_queue().is_none();
        self.queue(thread, now);
        Wake::Queued { first }
    }

    fn leave(&mut self, thread: usize, now: Time) -> (u32, Option<u32>) {
        let At::On(core, _) = self.threads[thread].at else {
            unreachable!()
        };
        self.raise_least(now);
        self.threads[thread].vruntime = self.vruntime(thread, now);
        self.threads[thread].at = At::Asleep;
        let next = self.first_in_queue();
        if let Some(next) = next {
            self.put(next, core, now);
        }
        (core as u32, next.map(|next| next as u32))
    }

    fn expire(&mut self, core: usize, now: Time) -> Option<u32> {
        let running = self.on(core).expect("somebody is on it");
        let replaced = self
            .first_in_queue()
            .filter(|&next| self.threads[next].vruntime <= self.vruntime(running, now));
        match replaced {
            Some(next) => {
                self.queue(running, now);
                self.put(next, core, now);
            }
            None => self.slice_ends[core] = now + self.slice,
        }
        replaced.map(|next| next as u32)
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
        credit in 0u64..3000,
        script in prop::collection::vec((any::<bool>(), 0usize..12, prop_oneof![Just(0u64), 0u64..3000]), 0..300),
    ) {
        let host = Host { slice: Span(slice), wakeup_credit: Span(credit), ..Host::ideal("h", Some(cores)) };
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
                        slow.threads[thread].at = At::Asleep;
                    }
                }
            }
            prop_assert_eq!(fast.contended(), slow.first_in_queue().is_some());
            for core in 0..cores as usize {
                let there = fast.cores()[core];
                let expected = slow.on(core).map_or(NONE, |thread| thread as u32);
                prop_assert_eq!(there.thread, expected);
                if expected != NONE {
                    prop_assert_eq!(fast.core_of(expected), core as u32);
                    prop_assert_eq!(there.slice_end, slow.slice_ends[core]);
                }
            }
        }
    }

    /// No thread waits for ever, and nobody gets much more than his share: of threads that always want to run, each gets
    /// its part of the cores up to two slices.
    #[test]
    fn busy_threads_share_the_cores(cores in 1u32..4, extra in 1u32..6) {
        let threads = cores + extra;
        let host = Host { slice: Span(100), wakeup_credit: Span(100), ..Host::ideal("h", Some(cores)) };
        let mut scheduler = Scheduler::new(&host, cores);
        let mut run = vec![0u64; threads as usize];
        for thread in 0..threads {
            scheduler.wake(thread, Time::ZERO);
        }
        for tick in 1..=1000 {
            let now = Time(100 * tick);
            for core in 0..cores {
                run[scheduler.cores()[core as usize].thread as usize] += 100;
                scheduler.expire(core, now);
            }
        }
        let fair = 100_000 * u64::from(cores) / u64::from(threads);
        for got in run {
            prop_assert!(got.abs_diff(fair) <= 200, "{got} instead of {fair}");
        }
    }
}

/// One thread runs alone for 10 ms and sleeps; a fresh one takes its place at that instant. When the first wakes 1 ms later,
/// the two are 1 ms apart and not 9: at the end of the slice it is its turn.
#[test]
fn who_ran_alone_is_not_far_ahead_of_those_who_come_after() {
    let ms = |ms| Time::ZERO + Span::from_millis(ms);
    let host = Host {
        wakeup_credit: Span::ZERO,
        slice: Span::from_millis(1),
        ..Host::ideal("h", Some(1))
    };
    let mut scheduler = Scheduler::new(&host, 1);
    assert_eq!(scheduler.wake(0, ms(0)), Wake::Runs(0));
    assert_eq!(scheduler.leave(0, ms(10)), (0, None));
    assert_eq!(scheduler.wake(1, ms(10)), Wake::Runs(0));
    assert_eq!(scheduler.wake(0, ms(11)), Wake::Queued { first: true });
    assert_eq!(scheduler.expire(0, ms(11)), Some(0));
}
