//! How the rounds of an event loop go: where loops of different makes differ, and what rounds cost.

use crate::kernel::Span;

/// Where in a round a loop is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// What has become ready.
    #[default]
    Poll,
    /// What asked to run after poll (setImmediate).
    Check,
    /// Close callbacks.
    Closing,
    /// Timers that are due.
    Timers,
}

impl Phase {
    /// As libuv's documentation calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Check => "check",
            Self::Closing => "close callbacks",
            Self::Timers => "timers",
        }
    }
}

/// How a loop's rounds go. The default is libuv without costs and with an exact clock. Model files set `timers`, `round` and
/// `callback`; the others are where loops of other makes differ, and what the conformance tests switch to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// What comes behind a poll, up to the next ([`Phase::Poll`]); behind that, what comes before the first.
    pub phases: [Phase; 5],
    /// The most events of one poll.
    pub events: u32,
    /// When ticks and microtasks run.
    pub drain: Drain,
    /// What of the check phase waits for the next round.
    pub immediates: Immediates,
    /// Whether of those closed in one round the last goes first.
    pub last_closed_first: bool,
    /// How completions of a pool reach the loop.
    pub completions: Completions,
    /// Timers are due at whole multiples of this; `None`: to the nanosecond.
    pub timers: Option<Span>,
    /// The order of timers that are due together, where they are so at whole multiples.
    pub due: DueOrder,
    /// Whether the clock is read once for all timers of a round: what falls due while they run waits.
    pub one_now: bool,
    /// CPU of a round, whatever it finds: the system calls around it.
    pub round: Span,
    /// CPU around each callback.
    pub callback: Span,
}

/// When ticks and microtasks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drain {
    /// After every callback, ticks first, then microtasks, in turn to the last of each (Node).
    ToTheEnd,
    /// Those that are queued when the callback is over; what they add waits for the next.
    Queued,
    /// Ticks go between microtasks too.
    TicksBetween,
    /// Microtasks go first.
    MicrotasksFirst,
    /// When a phase is over.
    AfterPhase,
}

/// What of the check phase waits for the next round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Immediates {
    /// What is put off to it while it runs (libuv).
    Batch,
    /// Nothing.
    All,
    /// All but the first.
    One,
}

/// How completions of a pool reach the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completions {
    /// One wake-up stands among what is ready for all that are there when the loop gets to it (libuv).
    Together,
    /// Each has its own.
    Apart,
    /// One stands for all, ahead of all else that is ready.
    First,
}

/// The order of timers that are due together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueOrder {
    /// A list for each length, the one whose first is due first ahead; in each as they were set (Node).
    Lists,
    /// By due time alone.
    Alone,
    /// Lists, in each the last to be set first.
    LastSetFirst,
    /// Lists, the longest time ahead.
    LongestFirst,
}

impl Default for Rounds {
    fn default() -> Self {
        use Phase::{Check, Closing, Poll, Timers};
        Self {
            phases: [Check, Closing, Timers, Poll, Timers],
            events: u32::MAX,
            drain: Drain::ToTheEnd,
            immediates: Immediates::Batch,
            last_closed_first: true,
            completions: Completions::Together,
            timers: None,
            due: DueOrder::Lists,
            one_now: true,
            round: Span::ZERO,
            callback: Span::ZERO,
        }
    }
}
