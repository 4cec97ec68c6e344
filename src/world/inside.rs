//! What called services did for each task, by service and state: what the state "inside a called service" consists of.
//!
//! ```text
//!  caller   ──network──┤            call             ├──network──
//!  callee                waits, works │ call │ works      its states, less its own calls ...
//!  callee's callee                    │ works│            ... whose time is that of the services it called
//! ```
//!
//! A call's task begins when its caller sends it: the wire up to the service is the caller's state, and the only time that the callee has
//! been charged by then. Of branches the one that ended last counts, as in the account. Kept only where a plan asks for bands.

use super::task::Tasks;
use crate::kernel::{Span, Time};
use crate::measure::{Account, Component};

/// By task and service.
#[derive(Debug)]
pub(super) struct Inside {
    services: usize,
    sums: Vec<Account>,
}

impl Inside {
    /// Of no task yet.
    pub fn new(services: usize) -> Self {
        Self {
            services,
            sums: Vec::new(),
        }
    }

    /// A task begins: nothing has been done for it.
    #[cold]
    pub fn begin(&mut self, task: u32) {
        let at = task as usize * self.services;
        let end = at + self.services;
        if self.sums.len() < end {
            self.sums.resize(end, Account::default());
        }
        self.sums[at..end].fill(Account::default());
    }

    /// By service, what has been done for a task.
    pub fn of(&self, task: u32) -> &[Account] {
        let at = task as usize * self.services;
        &self.sums[at..at + self.services]
    }

    /// What was done for one task was done for another.
    fn pass(&mut self, from: u32, to: u32) {
        let (from, to) = (from as usize * self.services, to as usize * self.services);
        for service in 0..self.services {
            let part = self.sums[from + service];
            self.sums[to + service].add(&part);
        }
    }
}

impl Tasks {
    /// A call has ended: what its service did, which took `wire` to get there, and what was done for that, was done for the caller.
    pub fn note_call(&mut self, child: u32, parent: u32, service: u16, wire: Span, now: Time) {
        let mut account = self.account(child, now);
        *account.entry(Component::Network) -= wire.0;
        *account.entry(Component::Call) = 0;
        if let Some(inside) = &mut self.inside {
            let at = parent as usize * inside.services + usize::from(service);
            inside.sums[at].add(&account);
            inside.pass(child, parent);
        }
    }

    /// The branch that ended last: what was done for it counts for the task that was forked.
    pub fn note_branch(&mut self, branch: u32, parent: u32) {
        if let Some(inside) = &mut self.inside {
            inside.pass(branch, parent);
        }
    }
}
