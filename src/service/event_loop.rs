//! An event loop: one thread that runs callbacks, in rounds.
//!
//! ```text
//!  ┌─► poll    a batch: what was ready when the round began, in order of readiness;
//!  │           of the listening socket at most `accepts_per_wakeup` connections
//!  │   timers  those that were due when the phase began
//!  └── nothing ready, nothing due: idle until something is
//!      after every callback: what it made runnable itself (`micro`: branches, joins), to the last
//! ```
//!
//! libuv's order since 1.45, with the phases that matter to the steps there are: no check and closing phases, no
//! whole-millisecond clock, no cost of a round. Requests in it are tasks; the loop holds their numbers only.
//!
//! It also keeps Node's two measures of itself. **Utilisation**: everything but the time blocked in poll. **Delay**: a
//! timer of 10 ms that re-arms itself when it fires; the intervals between firings are recorded, so a long stall shows as
//! one long interval. Both without an event: what an idle loop would have done is added up when it wakes.

use crate::kernel::fifo::{Fifo, Links};
use crate::kernel::{Span, Time};

/// The resolution of the delay monitor, Node's default.
pub const RESOLUTION: Span = Span::from_millis(10);

/// The state of one loop.
#[derive(Debug, Default)]
pub struct EventLoop {
    ready: Fifo,
    timers: Fifo,
    micro: Fifo,
    /// Callbacks left in the present poll phase, then in the present timers phase.
    batch: u32,
    in_timers: bool,
    last_tick: Time,
    idle: bool,
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
    pub fn idle() -> Self {
        Self {
            idle: true,
            ..Self::default()
        }
    }

    /// A loop that begins to idle now: that of a process that has just started.
    #[must_use]
    pub fn idle_since(now: Time) -> Self {
        Self {
            last_tick: now,
            ..Self::idle()
        }
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

    /// The timer of this task is due.
    pub fn due(&mut self, links: &mut impl Links, task: u32) {
        self.timers.push(links, task);
    }

    /// The running callback made this task runnable.
    pub fn micro(&mut self, links: &mut impl Links, task: u32) {
        self.micro.push(links, task);
    }

    /// Wakes from poll at `now`. `tick` as in [`EventLoop::monitor_idle`].
    pub fn wake(&mut self, now: Time, tick: impl FnMut(Span, u64)) {
        self.monitor_idle(now, tick);
        self.idle = false;
        self.in_timers = false;
        self.batch = 0;
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
    pub fn poll(&mut self, accepted: bool, batch: u32) -> bool {
        self.in_timers = false;
        self.batch = batch;
        self.idle = batch == 0 && self.timers.is_empty() && self.micro.is_empty() && !accepted;
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
        if let Some(task) = self.micro.pop(links) {
            return Turn::Callback(task);
        }
        if !self.in_timers {
            if self.batch > 0 {
                self.batch -= 1;
                if let Some(task) = self.ready.pop(links) {
                    return Turn::Callback(task);
                }
            }
            self.in_timers = true;
            self.batch = self.timers.len();
            if now.since(self.last_tick) >= RESOLUTION {
                tick(now.since(self.last_tick), 1);
                self.last_tick = now;
            }
        }
        if self.batch > 0 {
            self.batch -= 1;
            if let Some(task) = self.timers.pop(links) {
                return Turn::Callback(task);
            }
        }
        Turn::Round
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The links of sixteen tasks.
    struct Few([u32; 16]);

    impl Links for Few {
        fn link(&mut self, id: u32) -> &mut u32 {
            &mut self.0[id as usize]
        }
    }

    fn nothing(_: Span, _: u64) {}

    /// What runs until the loop idles, with nothing accepted.
    fn run(event_loop: &mut EventLoop, links: &mut Few) -> Vec<u32> {
        let mut ran = Vec::new();
        loop {
            match event_loop.turn(links, Time::ZERO, nothing) {
                Turn::Callback(task) => ran.push(task),
                Turn::Round => {
                    let batch = event_loop.ready_len();
                    if !event_loop.poll(false, batch) {
                        return ran;
                    }
                }
            }
        }
    }

    #[test]
    fn a_batch_then_timers_then_what_became_ready_meanwhile() {
        let (mut event_loop, mut links) = (EventLoop::idle(), Few([0; 16]));
        event_loop.ready(&mut links, 0);
        event_loop.ready(&mut links, 1);
        event_loop.wake(Time::ZERO, nothing);
        assert_eq!(
            event_loop.turn(&mut links, Time::ZERO, nothing),
            Turn::Round
        );
        assert!(event_loop.poll(false, 2));
        assert_eq!(
            event_loop.turn(&mut links, Time::ZERO, nothing),
            Turn::Callback(0)
        );
        event_loop.ready(&mut links, 2); // too late for this batch
        event_loop.due(&mut links, 3);
        event_loop.micro(&mut links, 4); // at once
        assert_eq!(run(&mut event_loop, &mut links), [4, 1, 3, 2]);
        assert!(event_loop.is_idle());
    }

    #[test]
    fn a_timer_that_falls_due_among_timers_waits_for_the_next_round() {
        let (mut event_loop, mut links) = (EventLoop::idle(), Few([0; 16]));
        event_loop.due(&mut links, 0);
        event_loop.wake(Time::ZERO, nothing);
        assert_eq!(
            event_loop.turn(&mut links, Time::ZERO, nothing),
            Turn::Callback(0)
        );
        event_loop.due(&mut links, 1);
        event_loop.ready(&mut links, 2);
        assert_eq!(run(&mut event_loop, &mut links), [2, 1]);
    }

    #[test]
    fn an_idle_loops_monitor_catches_up() {
        let ms = |ms| Time::ZERO + Span::from_millis(ms);
        let (mut event_loop, mut links) = (EventLoop::idle(), Few([0; 16]));
        let mut ticks = Vec::new();
        event_loop.monitor_idle(ms(25), |interval, times| ticks.push((interval, times)));
        event_loop.monitor_idle(ms(29), |interval, times| ticks.push((interval, times)));
        event_loop.ready(&mut links, 0);
        event_loop.wake(ms(31), |interval, times| ticks.push((interval, times)));
        event_loop.monitor_idle(ms(60), |interval, times| ticks.push((interval, times))); // it does not idle
        while event_loop.turn(&mut links, ms(65), |interval, times| {
            ticks.push((interval, times));
        }) != Turn::Round
        {}
        let tick = |length, times| (Span::from_millis(length), times);
        assert_eq!(ticks, [tick(10, 2), tick(10, 1), tick(35, 1)]);
    }
}
