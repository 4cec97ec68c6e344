//! One core's queue: Linux's EEVDF.
//!
//! ```text
//!  wakes ──► placed with the lag it slept with: v = V − lag, deadline = v + slice
//!              │
//!              ▼
//!    the running one has had less than its share (v ≤ V), and its slice is not over? ──yes──► it goes on
//!              │ no
//!              ▼
//!    who has the earliest deadline of all with v ≤ V: preempts it, if that is the newly woken, or else at the next tick
//! ```
//!
//! Each thread has a virtual run time `v` and a virtual deadline, one slice later; `V` is the mean of the `v` of all *members*: who runs, who waits,
//! and who went to sleep ahead of `V` and is not level yet (*delayed*: it must not come back the better for a nap). Only who is not ahead of `V` is
//! *eligible*. A thread that slept comes back as far behind `V` as it was, up to a limit; so one that got less than its share has the core at once, and one that got its share waits
//! until the running thread has had its slice. That is noticed at a tick, which on many kernels comes less often than slices end.
//!
//! Source: Linux 6.18, `kernel/sched/fair.c`: `__pick_eevdf`, `place_entity`, `update_entity_lag`, `update_deadline`, `protect_slice`,
//! `check_preempt_wakeup_fair`, `requeue_delayed_entity`, with the default features. Left out: weights, groups, the half slice of a new thread.

use crate::kernel::Time;

use super::NONE;

/// What a queue knows of a thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entity {
    /// Virtual run time, nanoseconds.
    pub vruntime: i64,
    /// Where its slice ends.
    pub deadline: i64,
    /// Up to where nobody takes the core from it while it is eligible: its deadline when it got the core.
    protected: i64,
    /// How far it was behind when it went to sleep.
    lag: i64,
    /// Up to when `vruntime` is accounted, while on a core; since then when it left it.
    pub since: Time,
    /// Asleep, and a member all the same.
    pub delayed: bool,
}

impl Entity {
    pub fn new() -> Self {
        Self {
            vruntime: 0,
            deadline: 0,
            protected: 0,
            lag: 0,
            since: Time::ZERO,
            delayed: false,
        }
    }
}

/// Slice and tick, nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub slice: i64,
    pub tick: u64,
}

/// Somebody in the queue.
#[derive(Clone, Copy, Debug)]
struct Place {
    deadline: i64,
    vruntime: i64,
    thread: u32,
}

/// Who wants a core, beside who has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    /// By deadline, among equals the first to come in front.
    places: Vec<Place>,
    /// How many of them are asleep.
    delayed: usize,
    /// Sum and number of the virtual run times of all members.
    sum: i128,
    members: i64,
    /// Where the last one to go was: the mean when there was last anybody.
    level: i64,
}

impl Queue {
    /// How many wait for the core.
    pub fn waiting(&self) -> usize {
        self.places.len() - self.delayed
    }

    /// How many run or wait.
    pub fn wanted(&self) -> usize {
        self.members as usize - self.delayed
    }

    fn eligible(&self, vruntime: i64) -> bool {
        i128::from(vruntime) * i128::from(self.members) <= self.sum
    }

    /// The mean virtual run time, rounded down; with nobody there, as it last was.
    fn mean(&self) -> i64 {
        match (self.members, i64::try_from(self.sum)) {
            (0, _) => self.level,
            (members, Ok(sum)) => sum.div_euclid(members),
            (members, Err(_)) => self.sum.div_euclid(i128::from(members)) as i64, // the quick one is for all that happens
        }
    }

    fn join(&mut self, vruntime: i64) {
        self.sum += i128::from(vruntime);
        self.members += 1;
    }

    fn part(&mut self, vruntime: i64) {
        self.sum -= i128::from(vruntime);
        self.members -= 1;
        self.level = vruntime;
    }

    /// Accounts the virtual run time of the thread on the core.
    pub fn account(&mut self, entity: &mut Entity, now: Time, pace: Pace) {
        let (vruntime, deadline) = now_at(entity, now, pace);
        self.sum += i128::from(vruntime - entity.vruntime);
        (entity.vruntime, entity.deadline, entity.since) = (vruntime, deadline, now);
    }

    /// The thread gets the core.
    pub fn set_off(entity: &mut Entity, now: Time) {
        entity.since = now;
        entity.protected = entity.deadline;
    }

    /// When a tick finds that the running thread may have to leave; later than `now`.
    pub fn review(entity: &Entity, now: Time, pace: Pace) -> Time {
        let (vruntime, deadline) = now_at(entity, now, pace);
        let rest = (deadline - vruntime) as u64;
        match pace.tick {
            0 => Time(now.0 + rest),
            tick if vruntime < entity.protected => Time((now.0 + rest).next_multiple_of(tick)),
            tick => Time((now.0 + 1).next_multiple_of(tick)),
        }
    }

    /// Whether the running thread's slice is over.
    pub fn over(entity: &Entity) -> bool {
        entity.vruntime >= entity.protected
    }

    fn insert(&mut self, thread: u32, entity: &Entity) {
        let (deadline, vruntime) = (entity.deadline, entity.vruntime);
        let at = self
            .places
            .partition_point(|place| place.deadline <= deadline);
        let place = Place {
            deadline,
            vruntime,
            thread,
        };
        self.places.insert(at, place);
    }

    fn take_out(&mut self, thread: u32) {
        self.places.retain(|place| place.thread != thread);
    }

    /// A member that had the core waits for it.
    pub fn put_back(&mut self, thread: u32, entity: &Entity) {
        self.insert(thread, entity);
    }

    /// The thread on the core goes to sleep. It stays a member if it is ahead.
    pub fn sleep(&mut self, thread: u32, entity: &mut Entity, pace: Pace) {
        if self.eligible(entity.vruntime) {
            let most = pace.slice.saturating_mul(2).max(pace.tick as i64);
            entity.lag = (self.mean() - entity.vruntime).clamp(0, most);
            self.part(entity.vruntime);
        } else {
            entity.delayed = true;
            self.delayed += 1;
            self.insert(thread, entity);
        }
    }

    /// Members that sleep and are level by now are none any more.
    pub fn expel(&mut self, entities: &mut [Entity]) {
        while self.delayed > 0 {
            let level = |place: &Place| {
                entities[place.thread as usize].delayed && self.eligible(place.vruntime)
            };
            let Some(at) = self.places.iter().position(level) else {
                return;
            };
            let place = self.places.remove(at);
            self.forget(&mut entities[place.thread as usize]);
        }
    }

    fn forget(&mut self, entity: &mut Entity) {
        entity.delayed = false;
        entity.lag = 0;
        self.delayed -= 1;
        self.part(entity.vruntime);
    }

    /// A member that sleeps is none any more, for it has ended.
    pub fn bury(&mut self, thread: u32, entity: &Entity) {
        self.take_out(thread);
        self.delayed -= 1;
        self.part(entity.vruntime);
    }

    /// A member that sleeps, ahead of the others, wakes: it waits from now on.
    pub fn rejoin(&mut self, entity: &mut Entity) {
        entity.delayed = false;
        self.delayed -= 1;
    }

    /// A thread that was no member joins, with its virtual run time and deadline.
    pub fn place(&mut self, entity: &mut Entity, pace: Pace) {
        // Its coming moves the mean towards it: placed so far behind that it is `lag` behind then.
        let lag = match self.members {
            0 => 0,
            members => entity.lag.saturating_mul(members + 1) / members,
        };
        entity.vruntime = self.mean() - lag;
        entity.deadline = entity.vruntime + pace.slice;
        self.join(entity.vruntime);
    }

    /// A thread comes over from another core's queue: as far behind here as there, and with as much of its slice.
    pub fn adopt(&mut self, entity: &mut Entity, pace: Pace) {
        let rest = entity.deadline - entity.vruntime;
        self.place(entity, pace);
        entity.deadline = entity.vruntime + rest;
    }

    /// A waiting thread leaves for another core, or wants none any more.
    pub fn withdraw(&mut self, thread: u32, entity: &mut Entity, pace: Pace) {
        self.take_out(thread);
        let most = pace.slice.saturating_mul(2).max(pace.tick as i64);
        entity.lag = (self.mean() - entity.vruntime).clamp(-most, most);
        self.part(entity.vruntime);
    }

    /// Who is to have the core: with the earliest deadline of those eligible. `running`: who has it, unless it has gone.
    /// `None`: the running thread, or nobody. The chosen one is taken out of the queue.
    pub fn pick(&mut self, running: Option<&Entity>, entities: &mut [Entity]) -> Option<u32> {
        loop {
            let first = self.first(running)?;
            let place = self.places.remove(first);
            let entity = &mut entities[place.thread as usize];
            if !entity.delayed {
                return Some(place.thread);
            }
            self.forget(entity);
        }
    }

    /// Whether it is this thread's turn, newly woken.
    pub fn turn_of(&self, thread: u32, running: &Entity) -> bool {
        let first = self.first(Some(running));
        first.is_some_and(|at| self.places[at].thread == thread)
    }

    fn first(&self, running: Option<&Entity>) -> Option<usize> {
        let running = running.filter(|entity| self.eligible(entity.vruntime));
        if running.is_some_and(|entity| !Self::over(entity)) {
            return None;
        }
        let first = self
            .places
            .iter()
            .position(|place| self.eligible(place.vruntime))?;
        match running {
            Some(entity) if entity.deadline < self.places[first].deadline => None,
            _ => Some(first),
        }
    }

    /// Whether this thread is in the queue.
    pub fn holds(&self, thread: u32) -> bool {
        self.places.iter().any(|place| place.thread == thread)
    }

    /// Who waits and has not been on a core since then, the first by deadline.
    pub fn cold(&self, before: Time, entities: &[Entity]) -> Option<u32> {
        let cold = |place: &&Place| {
            let entity = &entities[place.thread as usize];
            !entity.delayed && entity.since <= before
        };
        self.places.iter().find(cold).map(|place| place.thread)
    }
}

/// Virtual run time and deadline of a thread on a core. Where its slice is over another begins: at the tick that found it, or now.
fn now_at(entity: &Entity, now: Time, pace: Pace) -> (i64, i64) {
    let vruntime = entity.vruntime + now.since(entity.since).0 as i64;
    if vruntime < entity.deadline {
        return (vruntime, entity.deadline);
    }
    let over = now.0 - (vruntime - entity.deadline) as u64;
    let slice = pace.slice as u64;
    let (found, cycle) = match pace.tick {
        0 => (over, slice),
        tick => (over.next_multiple_of(tick), slice.next_multiple_of(tick)),
    };
    let last = found + now.0.saturating_sub(found) / cycle * cycle;
    let deadline = vruntime - now.0.saturating_sub(last) as i64 + pace.slice;
    if deadline > vruntime {
        (vruntime, deadline)
    } else {
        (vruntime, vruntime + pace.slice)
    }
}

/// The number of a core or thread as an index.
pub(super) fn index(number: u32) -> Option<usize> {
    (number != NONE).then_some(number as usize)
}
