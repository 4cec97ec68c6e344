//! The slow, obvious twin of [`scheduler`](super::scheduler): the same discipline, written for the eye.
//!
//! No queues, no sums kept up to date, no arithmetic of ticks: every question is answered by a walk over all threads, tick by tick.

use super::Host;
use super::scheduler::{NONE, Scheduler, Wake};
use crate::kernel::{Span, Time};
use proptest::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum At {
    Asleep,
    /// Waits for its core, and the how manieth that ever joined a queue.
    Queued(u64),
    /// Asleep, but counted, with such a number.
    Delayed(u64),
    /// On its core, accounted up to when.
    On(Time),
}

#[derive(Clone, Copy)]
struct Thread {
    at: At,
    vruntime: i64,
    deadline: i64,
    protected: i64,
    lag: i64,
    left: Time,
    /// Whose queue it is or was in.
    core: Option<usize>,
}

#[derive(Clone)]
struct Twin {
    threads: Vec<Thread>,
    /// Of each core: since when it idles, where the mean last was.
    idle_since: Vec<Time>,
    level: Vec<i64>,
    /// When a busy core last gave a thread away.
    lent: Time,
    joined: u64,
    host: Host,
}

impl Twin {
    fn new(host: &Host, cores: usize, threads: usize) -> Self {
        let thread = Thread {
            at: At::Asleep,
            vruntime: 0,
            deadline: 0,
            protected: 0,
            lag: 0,
            left: Time::ZERO,
            core: None,
        };
        Self {
            threads: vec![thread; threads],
            idle_since: vec![Time::ZERO; cores],
            level: vec![0; cores],
            lent: Time::ZERO,
            joined: 0,
            host: host.clone(),
        }
    }

    fn slice(&self) -> i64 {
        self.host.slice.0 as i64
    }

    /// Who is on a core runs until `now`, tick by tick.
    fn run(&mut self, core: usize, now: Time) {
        let (slice, tick) = (self.slice(), self.host.tick.0);
        let Some(running) = self.on(core) else { return };
        let thread = &mut self.threads[running];
        let At::On(since) = thread.at else {
            unreachable!()
        };
        let begun = thread.vruntime;
        if tick > 0 {
            // Ticks before that find nothing.
            let mut at =
                (since.0 + ((thread.deadline - begun).max(1) as u64)).next_multiple_of(tick);
            while at <= now.0 {
                let there = begun + (at - since.0) as i64;
                if there >= thread.deadline {
                    thread.deadline = there + slice;
                }
                at = (at + slice as u64).next_multiple_of(tick);
            }
        }
        thread.vruntime = begun + now.since(since).0 as i64;
        while thread.vruntime >= thread.deadline {
            // Without ticks each slice follows the one before; with them, the next begins now.
            let from = if tick > 0 {
                thread.vruntime
            } else {
                thread.deadline
            };
            thread.deadline = from + slice;
        }
        thread.at = At::On(now);
    }

    fn on(&self, core: usize) -> Option<usize> {
        let is_on = |thread: &Thread| matches!(thread.at, At::On(_)) && thread.core == Some(core);
        self.threads.iter().position(is_on)
    }

    fn cores(&self) -> usize {
        self.level.len()
    }

    fn first_idle(&self) -> Option<usize> {
        (0..self.cores()).find(|&core| self.on(core).is_none())
    }

    fn members(&self, core: usize) -> Vec<Thread> {
        let member = |thread: &&Thread| thread.at != At::Asleep && thread.core == Some(core);
        self.threads.iter().filter(member).copied().collect()
    }

    /// How many run or wait.
    fn wanted(&self, core: usize) -> usize {
        let members = self.members(core);
        members
            .iter()
            .filter(|thread| !matches!(thread.at, At::Delayed(_)))
            .count()
    }

    fn waiting(&self, core: usize) -> usize {
        let members = self.members(core);
        members
            .iter()
            .filter(|thread| matches!(thread.at, At::Queued(_)))
            .count()
    }

    /// The mean virtual run time of a core's members.
    fn mean(&self, core: usize) -> i64 {
        let members = self.members(core);
        let sum: i64 = members.iter().map(|thread| thread.vruntime).sum();
        match members.len() as i64 {
            0 => self.level[core],
            count => sum.div_euclid(count),
        }
    }

    /// Whether a thread has had no more than its share.
    fn eligible(&self, thread: usize) -> bool {
        let core = self.threads[thread].core.expect("a core");
        self.threads[thread].vruntime <= self.mean(core)
    }

    /// Who is in a core's queue, the earliest deadline first, among equals the one that joined first.
    fn queue(&self, core: usize) -> Vec<usize> {
        let mut queue: Vec<_> = (0..self.threads.len())
            .filter_map(|thread| match self.threads[thread] {
                Thread {
                    at: At::Queued(joined) | At::Delayed(joined),
                    deadline,
                    core: Some(of),
                    ..
                } if of == core => Some((deadline, joined, thread)),
                _ => None,
            })
            .collect();
        queue.sort_unstable();
        queue.into_iter().map(|(_, _, thread)| thread).collect()
    }

    fn join_number(&mut self) -> u64 {
        self.joined += 1;
        self.joined
    }

    fn put(&mut self, thread: usize, core: usize, now: Time) {
        let state = &mut self.threads[thread];
        state.at = At::On(now);
        state.core = Some(core);
        state.protected = state.deadline;
    }

    fn go(&mut self, thread: usize, lag: i64) {
        let Thread { core, vruntime, .. } = self.threads[thread];
        self.threads[thread].lag = lag;
        self.threads[thread].at = At::Asleep;
        self.level[core.expect("a core")] = vruntime;
    }

    /// Who is next on a core, beside who runs there; on the way those who sleep and whose turn it would be are counted no more.
    fn turn(&mut self, core: usize) -> Option<usize> {
        loop {
            let next = self.first(core)?;
            match self.threads[next].at {
                At::Delayed(_) => self.go(next, 0),
                _ => return Some(next),
            }
        }
    }

    fn first(&self, core: usize) -> Option<usize> {
        let running = self.on(core).filter(|&running| self.eligible(running));
        if let Some(running) = running
            && self.threads[running].vruntime < self.threads[running].protected
        {
            return None;
        }
        let next = self
            .queue(core)
            .into_iter()
            .find(|&thread| self.eligible(thread))?;
        let better = |running: usize| self.threads[next].deadline <= self.threads[running].deadline;
        running.is_none_or(better).then_some(next)
    }

    /// A thread that is no member becomes one of this core's, as far behind the others as it was.
    fn place(&mut self, thread: usize, core: usize) {
        let others = self.members(core).len() as i64;
        let mean = self.mean(core);
        let slice = self.slice();
        let state = &mut self.threads[thread];
        let lag = if others == 0 {
            0
        } else {
            state.lag * (others + 1) / others
        };
        state.vruntime = mean - lag;
        state.deadline = state.vruntime + slice;
        state.core = Some(core);
    }

    fn choose(&self, thread: usize, now: Time) -> usize {
        let Thread { at, core: home, .. } = self.threads[thread];
        if let (Some(home), At::Delayed(_)) = (home, at) {
            return home;
        }
        let idle = |&core: &usize| self.on(core).is_none();
        let seen = |core: &usize| match self.host.idle_seen {
            Some(seen) => home.is_none() || now.since(self.idle_since[*core]) <= seen,
            None => true,
        };
        let shortest = (0..self.cores()).min_by_key(|&core| self.wanted(core));
        home.filter(idle)
            .or_else(|| (0..self.cores()).find(|core| idle(core) && seen(core)))
            .or(home)
            .or(shortest)
            .expect("a core")
    }

    fn wake(&mut self, thread: usize, now: Time) -> Wake {
        let core = self.choose(thread, now);
        self.run(core, now);
        let first = self.waiting(core) == 0;
        // Who sleeps and is level by now is counted no more.
        while let Some(level) = self
            .queue(core)
            .into_iter()
            .find(|&other| matches!(self.threads[other].at, At::Delayed(_)) && self.eligible(other))
        {
            self.go(level, 0);
        }
        if let At::Delayed(joined) = self.threads[thread].at {
            self.threads[thread].at = At::Queued(joined);
        } else {
            self.place(thread, core);
            if self.on(core).is_none() {
                self.put(thread, core, now);
                return Wake::Runs(core as u32);
            }
            self.threads[thread].at = At::Queued(self.join_number());
        }
        let running = self.on(core).expect("somebody");
        let over = self.threads[running].vruntime >= self.threads[running].protected;
        let asks = self.first(core) == Some(thread) || !first && over;
        Wake::Queued(core as u32, asks)
    }

    fn anew(&mut self, thread: usize) {
        if let At::Delayed(_) = self.threads[thread].at {
            self.go(thread, 0);
        }
        let thread = &mut self.threads[thread];
        (thread.core, thread.lag, thread.left) = (None, 0, Time::ZERO);
    }

    fn leave(&mut self, thread: usize, now: Time) -> (u32, Option<u32>) {
        let core = self.threads[thread].core.expect("a core");
        self.run(core, now);
        self.threads[thread].left = now;
        if self.eligible(thread) {
            let most = (2 * self.slice()).max(self.host.tick.0 as i64);
            self.go(
                thread,
                (self.mean(core) - self.threads[thread].vruntime).min(most),
            );
        } else {
            self.threads[thread].at = At::Delayed(self.join_number());
        }
        self.idle_since[core] = now;
        let next = self.turn(core);
        if let Some(next) = next {
            self.put(next, core, now);
        }
        (
            core as u32,
            next.map(|next| next as u32)
                .or_else(|| self.pull(core, now)),
        )
    }

    /// Who waits in a core's queue and has not run lately joins another core.
    fn bring(&mut self, from: usize, to: usize, now: Time) -> Option<usize> {
        let cold = |&thread: &usize| {
            let Thread { at, left, .. } = self.threads[thread];
            matches!(at, At::Queued(_)) && left.0 <= now.0.saturating_sub(self.host.hot.0)
        };
        let thread = self.queue(from).into_iter().find(cold)?;
        self.run(from, now);
        self.run(to, now);
        let Thread {
            vruntime, deadline, ..
        } = self.threads[thread];
        let most = (2 * self.slice()).max(self.host.tick.0 as i64);
        let lag = (self.mean(from) - vruntime).clamp(-most, most);
        self.go(thread, lag);
        self.place(thread, to);
        self.threads[thread].deadline = self.threads[thread].vruntime + deadline - vruntime;
        Some(thread)
    }

    fn pull(&mut self, core: usize, now: Time) -> Option<u32> {
        let mut from = None;
        for other in 0..self.cores() {
            let more = from.is_none_or(|from| self.wanted(other) > self.wanted(from));
            if self.waiting(other) > 0 && more {
                from = Some(other);
            }
        }
        let thread = self.bring(from?, core, now)?;
        self.put(thread, core, now);
        Some(thread as u32)
    }

    fn lend(&mut self, from: usize, now: Time) -> Option<u32> {
        let to = (0..self.cores()).min_by_key(|&core| self.wanted(core))?;
        let every = Span::from_millis(16) * self.cores() as u64;
        if self.wanted(to) >= self.wanted(from) || now < self.lent + every {
            return None;
        }
        let thread = self.bring(from, to, now)?;
        self.lent = now;
        self.threads[thread].at = At::Queued(self.join_number());
        Some(to as u32)
    }

    fn withdraw(&mut self, thread: usize, now: Time) {
        let core = self.threads[thread].core.expect("a core");
        self.run(core, now);
        let most = (2 * self.slice()).max(self.host.tick.0 as i64);
        let lag = (self.mean(core) - self.threads[thread].vruntime).clamp(-most, most);
        self.go(thread, lag);
    }

    fn expire(&mut self, core: usize, now: Time) -> Option<u32> {
        self.run(core, now);
        let victim = self.on(core).expect("somebody");
        let next = self.turn(core)?;
        self.threads[victim].at = At::Queued(self.join_number());
        self.threads[victim].left = now;
        self.put(next, core, now);
        Some(next as u32)
    }

    /// When a tick first finds that the running thread may have to leave, by trying them all.
    fn review(&self, core: usize, now: Time) -> Time {
        let tick = self.host.tick.0;
        let running = self.on(core).expect("somebody");
        if tick == 0 {
            let Thread {
                vruntime, deadline, ..
            } = self.threads[running];
            return now + Span((deadline - vruntime) as u64);
        }
        let mut at = (now.0 + 1).next_multiple_of(tick);
        while self.first_idle().is_none() {
            let mut then = self.clone();
            let slice_was = then.threads[running].deadline;
            then.run(core, Time(at));
            let thread = &then.threads[running];
            if thread.deadline != slice_was || thread.vruntime >= thread.protected {
                break;
            }
            at += tick;
        }
        Time(at)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// A thread picked at random wakes or ends if it sleeps, leaves if it is on a core, and withdraws if it waits; a core picked at random has its slice
    /// end, also before its time. Both must say the same after each.
    #[test]
    fn the_scheduler_is_its_slow_twin(
        cores in 1u32..5,
        threads in 1usize..12,
        slice in 100u64..2000,
        tick in prop_oneof![Just(0u64), 10u64..3000],
        (seen, hot) in (prop_oneof![Just(None), (0u64..3000).prop_map(|ns| Some(Span(ns)))], prop_oneof![Just(0u64), 0u64..3000]),
        script in prop::collection::vec((0u32..7, 0usize..12, prop_oneof![8 => Just(0u64), 8 => 0u64..3000, 1 => Just(20_000_000)]), 0..300),
    ) {
        let host = Host { slice: Span(slice), tick: Span(tick), idle_seen: seen, hot: Span(hot), ..Host::ideal("h", Some(cores)) };
        let mut fast = Scheduler::new(&host, cores);
        let mut slow = Twin::new(&host, cores as usize, threads);
        let mut now = Time::ZERO;
        for (what, which, later) in script {
            now += Span(later);
            let (thread, core) = (which % threads, which % cores as usize);
            let busy = slow.on(core).is_some();
            match what {
                0 | 1 if busy => prop_assert_eq!(fast.expire(core as u32, now), slow.expire(core, now)),
                0 => prop_assert_eq!(fast.pull(core as u32, now), slow.pull(core, now)),
                6 if matches!(slow.threads[thread].at, At::Asleep | At::Delayed(_)) => {
                    fast.anew(thread as u32);
                    slow.anew(thread);
                }
                2 if slow.waiting(core) > 0 => prop_assert_eq!(fast.lend(core as u32, now), slow.lend(core, now)),
                _ => match slow.threads[thread].at {
                    At::Asleep | At::Delayed(_) => prop_assert_eq!(fast.wake(thread as u32, now), slow.wake(thread, now)),
                    At::On(..) => prop_assert_eq!(fast.leave(thread as u32, now), slow.leave(thread, now)),
                    At::Queued(_) => {
                        fast.withdraw(thread as u32, now);
                        slow.withdraw(thread, now);
                    }
                },
            }
            prop_assert_eq!(fast.idle().next(), slow.first_idle().map(|core| core as u32));
            for core in 0..cores as usize {
                let there = fast.cores()[core];
                let expected = slow.on(core).map_or(NONE, |thread| thread as u32);
                prop_assert_eq!(there.thread, expected);
                prop_assert_eq!(fast.contended(core as u32), slow.waiting(core) > 0);
                if expected != NONE {
                    prop_assert_eq!(fast.core_of(expected), core as u32);
                    let mut later = slow.clone();
                    later.run(core, now);
                    prop_assert_eq!(fast.review(core as u32, now), later.review(core, now));
                }
            }
        }
    }

    /// Who waits behind others on one core comes to run on another: of threads that always want to run, each gets its part of the cores up to
    /// a half.
    #[test]
    fn busy_threads_share_the_cores(cores in 1u32..4, extra in 1u32..6, tick in prop_oneof![Just(0u64), Just(4 * MS)]) {
        let threads = cores + extra;
        let host = Host { slice: Span(MS), tick: Span(tick), ..Host::ideal("h", Some(cores)) };
        let mut scheduler = Scheduler::new(&host, cores);
        let mut run = vec![0u64; threads as usize];
        for thread in 0..threads {
            scheduler.wake(thread, Time::ZERO);
        }
        let step = tick.max(MS);
        for tick in 1..=4000 {
            let now = Time(step * tick);
            for core in 0..cores {
                run[scheduler.cores()[core as usize].thread as usize] += step;
                if scheduler.contended(core) {
                    scheduler.lend(core, now);
                    scheduler.expire(core, now);
                }
            }
        }
        let fair = 4000 * step * u64::from(cores) / u64::from(threads);
        for got in run {
            prop_assert!(got.abs_diff(fair) <= fair / 2, "{got} instead of {fair}");
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
    let queued = Wake::Queued(0, false);
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
    let queued = Wake::Queued(0, false);
    assert_eq!(scheduler.wake(1, Time(MS)), queued);
    assert_eq!(scheduler.review(0, Time(MS)), Time(4 * MS));
    assert_eq!(scheduler.expire(0, Time(4 * MS)), Some(1));
    assert_eq!(scheduler.leave(1, Time(4 * MS + 10_000)), (0, Some(0)));
    assert_eq!(scheduler.wake(1, Time(5 * MS)), Wake::Queued(0, true));
    assert_eq!(scheduler.expire(0, Time(5 * MS)), Some(1));
}

/// Idle cores are not seen. Thread 2 has the core that 1 was on, 0 has left the other: 1 waits for its own, but a new thread with its number begins on the idle one.
#[test]
fn a_new_thread_begins_on_an_idle_core() {
    let host = Host {
        idle_seen: Some(Span::ZERO),
        ..Host::ideal("h", Some(2))
    };
    let before = || {
        let mut scheduler = Scheduler::new(&host, 2);
        assert_eq!(scheduler.wake(0, Time::ZERO), Wake::Runs(0));
        assert_eq!(scheduler.wake(1, Time::ZERO), Wake::Runs(1));
        assert_eq!(scheduler.leave(1, Time(MS)), (1, None));
        assert_eq!(scheduler.wake(2, Time(MS)), Wake::Runs(1));
        assert_eq!(scheduler.leave(0, Time(MS)), (0, None));
        scheduler
    };
    let woken = before().wake(1, Time(2 * MS));
    assert!(matches!(woken, Wake::Queued(1, _)), "{woken:?}");
    let mut scheduler = before();
    scheduler.anew(1);
    assert_eq!(scheduler.wake(1, Time(2 * MS)), Wake::Runs(0));
}
