//! What a primary costs that accepts for all processes and hands connections over (Node's cluster).

use super::model::{Listen, ListenPolicy};
use crate::kernel::Span;

impl Listen {
    /// Whether a primary accepts that is a process: its work takes time.
    #[must_use]
    pub fn has_primary_process(&self) -> bool {
        let Primary {
            accept,
            hand_over,
            acknowledge,
            ..
        } = self.primary;
        self.policy == ListenPolicy::Primary && !(accept + hand_over + acknowledge).is_zero()
    }
}

/// What a primary, and the worker to which it hands over, spend on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Primary {
    /// CPU of the primary for accepting it.
    pub accept: Span,
    /// CPU of the primary for handing it over.
    pub hand_over: Span,
    /// CPU of the primary for the message that a worker has it.
    pub acknowledge: Span,
    /// CPU of the worker that takes it, a loop.
    pub take: Span,
}
