//! How the rounds of an event loop go: where loops of different makes differ, and what rounds cost.

use crate::kernel::Span;

/// How a loop's rounds go. The default is libuv without costs and with an exact clock. Model files set `timers`, `round` and
/// `callback`; the others are where loops of other makes differ, and what the conformance tests switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// Timers are due at whole multiples of this; `None`: to the nanosecond.
    pub timers: Option<Span>,
    /// Whether all timers of one length that are due run before those of the next.
    pub timer_lists: bool,
    /// Whether timers run at the end of the round (libuv since 1.45), or right behind poll.
    pub timers_last: bool,
    /// The most events of one poll.
    pub events: u32,
    /// Whether ticks and microtasks run after every callback, or when a phase is over.
    pub drain: bool,
    /// Whether what is put off to the check phase during it waits for the next round.
    pub check_batch: bool,
    /// Whether completions of a pool that are there when the loop gets to the first of them run with it.
    pub completions_together: bool,
    /// CPU of a round, whatever it finds: the system calls around it.
    pub round: Span,
    /// CPU around each callback.
    pub callback: Span,
}

impl Default for Rounds {
    fn default() -> Self {
        Self {
            timers: None,
            timer_lists: true,
            timers_last: true,
            events: u32::MAX,
            drain: true,
            check_batch: true,
            completions_together: true,
            round: Span::ZERO,
            callback: Span::ZERO,
        }
    }
}
