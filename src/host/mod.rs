//! The machine: cores and the operating system's scheduler, locks, memory.

pub mod cold;
pub mod lock;
pub mod scheduler;

#[cfg(test)]
mod lock_tests;
#[cfg(test)]
mod twin;

use crate::kernel::{Dist, Span};
pub use cold::{Cold, Warming};

/// A host as its file describes it. [`Default`] is the ideal: any number of cores.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its name in the scenario.
    pub name: String,
    /// Cores; `None`: as many as there are threads.
    pub cores: Option<u32>,
    /// Bytes of memory; `None`: enough.
    pub memory: Option<u64>,
    /// How long a thread runs while others wait. Default `0.7 ms × (1 + ⌊log2(min(cores, 8))⌋)` (Linux's EEVDF).
    pub slice: Span,
    /// The kernel's tick, at which it notices that a slice is over (1/`HZ`); zero: at once.
    pub tick: Span,
    /// For how long after a core fell idle a thread that wakes elsewhere finds it; `None`: always. Where the hypervisor says that it took
    /// a core away because it halted, Linux takes it for busy.
    pub idle_seen: Option<Span>,
    /// Who has run so lately keeps its place in its core's queue, for its caches' sake, when another core falls idle.
    pub hot: Span,
    /// Time on a core lost when it goes from one thread to another.
    pub switch_cost: Span,
    /// Time on a busy core lost to the interrupt that ends a thread's sleep there, or several waits for a lock that end together. A loop's timers are in what its rounds cost. On a core that idled it is part of `wake`.
    pub interrupt: Span,
    /// From the signal to a sleeping thread until it runs on a core that idled: the interrupt, leaving the idle state, in a
    /// virtual machine the way through the hypervisor. `None`: none, and always so where every thread has a core.
    pub wake: Option<Dist>,
    /// How much later than asked the kernel ends a sleep or a wait with a limit, so that it can end several at once.
    pub timer_slack: Span,
    /// Cores that idle lose their caches; `None`: they never do.
    pub cold: Option<Cold>,
}

impl Host {
    /// Linux's base slice for this number of cores: `0.7 ms × (1 + ⌊log2(min(cores, 8))⌋)`.
    #[must_use]
    pub fn default_slice(cores: Option<u32>) -> Span {
        Span::from_micros(700) * u64::from(1 + cores.unwrap_or(8).clamp(1, 8).ilog2())
    }

    /// The ideal host of this name and number of cores.
    #[must_use]
    pub fn ideal(name: &str, cores: Option<u32>) -> Self {
        let slice = Self::default_slice(cores);
        Self {
            name: name.to_owned(),
            cores,
            memory: None,
            slice,
            tick: Span::ZERO,
            idle_seen: None,
            hot: Span::ZERO,
            switch_cost: Span::ZERO,
            interrupt: Span::ZERO,
            wake: None,
            timer_slack: Span::ZERO,
            cold: None,
        }
    }
}
