//! How long processes live: kills by a master that no longer hears from them, and replacement after so many requests.
//!
//! The default is the ideal: nobody is killed, nobody leaves.

use crate::kernel::Span;

/// A master that kills processes which show no sign of life.
///
/// gunicorn's `timeout` is one, uWSGI's harakiri another: both are looked at from time to time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// A process silent for longer is killed at the next check.
    pub patience: Span,
    /// The master looks at every multiple of this.
    pub check: Span,
    /// What counts as a sign of life.
    pub beats: Beats,
}

/// What counts as a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beats {
    /// That its threads come to the end of a request (gunicorn sync, harakiri), or its loop to the end of a callback (gevent).
    Handler,
    /// That a thread lives which no handler can block (gunicorn gthread): nobody is ever killed.
    MainThread,
}

/// When a process is replaced, and how long that takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// From the end of the old process until the new one accepts.
    pub boot: Span,
    /// After how many requests it leaves; `None`: never.
    pub requests: Option<u32>,
    /// At most so many more, drawn anew for each process.
    pub jitter: u32,
}
