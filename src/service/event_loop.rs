//! An event loop: one thread that runs callbacks, in rounds.
//!
//! ```text
//!  ┌─► poll     a batch: what was ready when the round began, in order of readiness; of the listening socket
//!  │            at most `accepts_per_wakeup` connections. All that a pool has completed comes as one of these events
//!  │   check    what asked to run after poll (setImmediate), as many as there are when the phase begins
//!  │   closing  close callbacks, the last closed first
//!  └── timers   the clock is read; those that are due by it
//!      nothing ready, nothing due, nothing to check or close: idle until something is
//!      after every callback: ticks, then microtasks, then ticks again, to the last
//! ```
//!
//! This is libuv's order since 1.45 and Node's draining of its two queues after every callback. Where runtimes differ there is a
//! [`Rounds`] parameter. Timers of a loop with a resolution are due at whole multiples of it after the whole multiple they were
//! started in; when several are due, all those of the same length run before the next (Node keeps a list for each length).
//! Requests in it are tasks; the loop holds their numbers only. Left out: idle and prepare handles and the second pending phase,
//! which no server uses; the limit of 1,024 events in one call of epoll, after which libuv asks again up to 48 times;
//! cancelled timers.
//!
//! It also keeps Node's two measures of itself. **Utilisation**: everything but the time blocked in poll. **Delay**: a
//! timer of 10 ms that re-arms itself when it fires; the intervals between firings are recorded, so a long stall shows as
//! one long interval. Both without an event: what an idle loop would have done is added up when it wakes.

use std::collections::VecDeque;

use super::due::{Due, put_in_order};
use super::rounds::{Completions, Drain, Immediates, Phase, Rounds};
use crate::kernel::fifo::{Fifo, Links, NONE};
use crate::kernel::{Span, Time};

/// The resolution of the delay monitor, Node's default.
pub const RESOLUTION: Span = Span::from_millis(10);
/// The place of poll in [`Rounds::phases`].
const POLL: u8 = 3;

/// The state of one loop.
#[derive(Debug, Default)]
pub struct EventLoop {
    rounds: Rounds,
    ready: Fifo,
    check: Fifo,
    /// A stack: of those closed in one round the last goes first.
    closing: Vec<u32>,
    /// Those of the present closing phase.
    closed: Vec<u32>,
    timers: VecDeque<Due>,
    ticks: Fifo,
    micro: Fifo,
    /// Completions of the pool behind the one that stands in `ready` for all of them.
    done: Fifo,
    /// That one, or [`NONE`].
    signal: u32,
    /// Completions left of those that run together.
    together: u32,
    phase: Phase,
    /// Which of [`Rounds::phases`] comes next.
    next: u8,
    /// Callbacks left in the present phase.
    batch: u32,
    /// Microtasks run until there are none, whatever ticks they add.
    in_micro: bool,
    /// Of [`Drain::Queued`]: how many are left of those that were queued, if it has begun.
    queued: Option<u32>,
    /// The clock as timers see it, a multiple of the resolution.
    clock: Time,
    /// Since when it is blocked in poll.
    polled: Time,
    last_tick: Time,
    idle: bool,
    /// CPU that rounds and callbacks have cost and nobody has paid for yet.
    owed: Span,
}

/// What a loop does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Runs this task's next callback.
    Callback(u32),
    /// A round begins: accept what may be accepted, then call [`EventLoop::poll`].
    Round,
}

impl EventLoop {
    /// A loop that idles.
    #[must_use]
    pub fn idle(rounds: Rounds) -> Self {
        Self {
            rounds,
            signal: NONE,
            idle: true,
            ..Self::default()
        }
    }

    /// A loop that begins to idle now: that of a process that has just started.
    #[must_use]
    pub fn idle_since(rounds: Rounds, now: Time) -> Self {
        Self {
            last_tick: now,
            polled: now,
            clock: rounds.timers.map_or(Time::ZERO, |unit| floor(now, unit)),
            ..Self::idle(rounds)
        }
    }

    /// The phase that it is in, as libuv's documentation calls it.
    #[must_use]
    pub fn phase(&self) -> &'static str {
        self.phase.name()
    }

    /// True while it is blocked in poll.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.idle
    }

    /// I/O of this task is ready.
    pub fn ready(&mut self, links: &mut impl Links, task: u32) {
        self.ready.push(links, task);
    }

    /// The pool has completed this task's work.
    pub fn completed(&mut self, links: &mut impl Links, task: u32) {
        let how = self.rounds.completions;
        if self.signal != NONE && how != Completions::Apart {
            return self.done.push(links, task);
        }
        self.signal = task;
        match how {
            Completions::First => self.ready.push_front(links, task),
            Completions::Together | Completions::Apart => self.ready.push(links, task),
        }
    }

    /// A timer of this task, set for `length` (see [`EventLoop::timer`]), is due.
    pub fn due(&mut self, length: u32, task: u32) {
        self.timers.push_back(Due { length, task });
        if !self.rounds.one_now && self.phase == Phase::Timers {
            self.batch += 1;
        }
    }

    /// This task asks to run in the check phase.
    pub fn immediate(&mut self, links: &mut impl Links, task: u32) {
        self.check.push(links, task);
    }

    /// This task asks to run in the closing phase.
    pub fn close(&mut self, task: u32) {
        self.closing.push(task);
    }

    /// This task asks to run when the present callback is over, before microtasks.
    pub fn tick(&mut self, links: &mut impl Links, task: u32) {
        self.ticks.push(links, task);
    }

    /// The running callback made this task runnable: a microtask.
    pub fn micro(&mut self, links: &mut impl Links, task: u32) {
        self.micro.push(links, task);
    }

    /// A timer is set at `now` for `span`. Returns when it is due, and its length in multiples of the resolution.
    pub fn timer(&mut self, now: Time, span: Span) -> (Time, u32) {
        let Some(unit) = self.rounds.timers else {
            return (now + span, 0);
        };
        let length = (span.0 / unit.0).clamp(1, u64::from(u32::MAX));
        self.clock = floor(now, unit);
        (
            Time(self.clock.0.saturating_add(length.saturating_mul(unit.0))),
            length as u32,
        )
    }

    /// When a loop that is blocked in poll wakes for a timer due at `due`: poll sleeps whole multiples of the resolution.
    #[must_use]
    pub fn wakes_at(&self, due: Time) -> Time {
        match self.rounds.timers {
            Some(_) => self.polled + due.since(self.clock.min(due)),
            None => due,
        }
    }

    /// Whether a timer is due.
    #[must_use]
    pub fn has_due(&self) -> bool {
        !self.timers.is_empty()
    }

    /// Whether rounds and callbacks have cost CPU that nobody has paid for.
    #[inline(always)]
    #[must_use]
    pub fn owes(&self) -> bool {
        !self.owed.is_zero()
    }

    /// Something else has cost CPU that the next callback pays for.
    pub fn owe(&mut self, span: Span) {
        self.owed += span;
    }

    /// Takes the CPU that rounds and callbacks have cost since it was asked last.
    #[inline(always)]
    pub fn take_owed(&mut self) -> Span {
        std::mem::take(&mut self.owed)
    }

    /// Wakes from poll at `now`. `tick` as in [`EventLoop::monitor_idle`].
    pub fn wake(&mut self, now: Time, tick: impl FnMut(Span, u64)) {
        self.monitor_idle(now, tick);
        self.idle = false;
        self.next = POLL;
        self.batch = 0;
    }

    /// Begins as Node does when its first script has run: its ticks and microtasks, then timers, then the first round.
    pub fn enter(&mut self, now: Time) {
        self.idle = false;
        self.next = POLL + 1;
        self.batch = 0;
        self.last_tick = now;
    }

    /// If it idles: calls `tick` with the interval of the delay monitor that ended up to `now`, and how often it did.
    pub fn monitor_idle(&mut self, now: Time, mut tick: impl FnMut(Span, u64)) {
        if !self.idle {
            return;
        }
        let due = self.last_tick + RESOLUTION;
        if due <= now {
            let more = now.since(due).0 / RESOLUTION.0;
            tick(RESOLUTION, 1 + more);
            self.last_tick = due + RESOLUTION * more;
        }
    }

    /// Ends the round that a wake-up or [`Turn::Round`] began: fixes the batch. False if there is nothing to do: idle.
    pub fn poll(&mut self, now: Time, accepted: bool, batch: u32) -> bool {
        self.phase = Phase::Poll;
        self.next = 0;
        self.batch = batch.min(self.rounds.events);
        self.idle = batch == 0
            && !accepted
            && self.timers.is_empty()
            && self.check.is_empty()
            && self.closing.is_empty()
            && self.ticks.is_empty()
            && self.micro.is_empty();
        if self.idle {
            self.polled = now;
        } else {
            self.owed += self.rounds.round;
        }
        !self.idle
    }

    /// How many are ready now.
    #[must_use]
    pub fn ready_len(&self) -> u32 {
        self.ready.len()
    }

    /// The next callback, or the start of a round. `tick` as in [`EventLoop::wake`].
    #[inline]
    pub fn turn(
        &mut self,
        links: &mut impl Links,
        now: Time,
        mut tick: impl FnMut(Span, u64),
    ) -> Turn {
        loop {
            let at_once = self.rounds.drain != Drain::AfterPhase;
            if at_once && let Some(task) = self.drained(links) {
                return Turn::Callback(task);
            }
            if let Some(task) = self.next_of_phase(links) {
                self.owed += self.rounds.callback;
                return Turn::Callback(task);
            }
            if !at_once && let Some(task) = self.drained(links) {
                return Turn::Callback(task);
            }
            if !self.next_phase(now, &mut tick) {
                return Turn::Round;
            }
        }
    }

    /// A tick, or else a microtask; microtasks once begun go first.
    #[inline(always)]
    fn drained(&mut self, links: &mut impl Links) -> Option<u32> {
        if self.ticks.is_empty() && self.micro.is_empty() {
            self.in_micro = false;
            return None;
        }
        let micro_first = match self.rounds.drain {
            Drain::ToTheEnd | Drain::AfterPhase => self.in_micro,
            Drain::Queued => {
                if self.has_drained() {
                    return None;
                }
                self.in_micro
            }
            Drain::TicksBetween => false,
            Drain::MicrotasksFirst => true,
        };
        if !micro_first && let Some(task) = self.ticks.pop(links) {
            return Some(task);
        }
        let task = self.micro.pop(links);
        self.in_micro = task.is_some();
        task.or_else(|| self.ticks.pop(links))
    }

    /// Counts those that were queued when the draining began; true, and it begins anew, when all of them have run.
    #[cold]
    fn has_drained(&mut self) -> bool {
        let all = self.ticks.len() + self.micro.len();
        let left = self.queued.unwrap_or(all);
        self.queued = left.checked_sub(1);
        self.in_micro &= left > 0;
        left == 0
    }

    #[inline(always)]
    fn next_of_phase(&mut self, links: &mut impl Links) -> Option<u32> {
        if self.together > 0 {
            self.together -= 1;
            return self.done.pop(links);
        }
        if self.batch == 0 {
            return None;
        }
        self.batch -= 1;
        match self.phase {
            Phase::Poll => {
                let task = self.ready.pop(links);
                if task == Some(self.signal) {
                    self.signal = NONE;
                    self.together = self.done.len();
                }
                task
            }
            Phase::Check => {
                let task = self.check.pop(links);
                match self.rounds.immediates {
                    Immediates::Batch => {}
                    Immediates::All => self.batch = self.check.len().max(1),
                    Immediates::One => self.batch = 0,
                }
                task
            }
            Phase::Closing => self.closed.pop(),
            Phase::Timers => self.timers.pop_front().map(|due| due.task),
        }
    }

    /// Goes on to the next phase in which there is something to do; false: the next round.
    #[inline(always)]
    fn next_phase(&mut self, now: Time, tick: &mut impl FnMut(Span, u64)) -> bool {
        self.batch = 0;
        if self.next < POLL && self.nothing_behind(now) {
            self.next = POLL;
            self.read_clock(now);
            return false;
        }
        while self.batch == 0 {
            match self.rounds.phases.get(usize::from(self.next)) {
                None | Some(Phase::Poll) => return false,
                Some(&phase) => self.phase = phase,
            }
            self.next += 1;
            match self.phase {
                Phase::Poll => {}
                Phase::Check => self.batch = self.check.len(),
                Phase::Closing => {
                    std::mem::swap(&mut self.closing, &mut self.closed);
                    self.batch = self.closed.len() as u32;
                    if self.batch > 1 && !self.rounds.last_closed_first {
                        self.closed.reverse();
                    }
                }
                Phase::Timers => self.begin_timers(now, tick),
            }
        }
        true
    }

    /// Whether no phase has anything to do, so that most rounds end here.
    #[inline(always)]
    fn nothing_behind(&self, now: Time) -> bool {
        self.check.is_empty()
            && self.closing.is_empty()
            && self.timers.is_empty()
            && now.since(self.last_tick) < RESOLUTION
    }

    #[inline(always)]
    fn read_clock(&mut self, now: Time) {
        if let Some(unit) = self.rounds.timers {
            self.clock = floor(now, unit);
        }
    }

    /// The clock is read: what is due by it runs, and the delay monitor if it is among them.
    fn begin_timers(&mut self, now: Time, tick: &mut impl FnMut(Span, u64)) {
        self.batch = self.timers.len() as u32;
        self.read_clock(now);
        if self.batch > 1 && self.rounds.timers.is_some() {
            put_in_order(self.timers.make_contiguous(), self.rounds.due);
        }
        if now.since(self.last_tick) >= RESOLUTION {
            tick(now.since(self.last_tick), 1);
            self.last_tick = now;
        }
    }
}

/// The last whole multiple of `unit`.
fn floor(now: Time, unit: Span) -> Time {
    Time(now.0 - now.0 % unit.0)
}
