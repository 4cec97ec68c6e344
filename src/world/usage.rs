//! What is in use for how long: cores, locks, threads, loops and pools, added up when they are given back and at the end of
//! each sixteenth of the run.

use super::plan::{MainKind, NONE};
use super::state::World;
use crate::host::scheduler;
use crate::kernel::Time;

impl World<'_> {
    /// Adds what a core has been in use since.
    pub fn account_core(&mut self, host: usize, core: u32, since: Time) {
        let plan = &self.plan.hosts[host];
        let busy = self.now.since(since).0;
        self.recorder.busy(plan.resource, busy);
        if plan.parts {
            self.recorder.busy(plan.resource + 1 + core, busy);
        }
    }

    /// Adds for how long a lock has been held.
    pub fn account_lock(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        let held = self.now.since(state.lock_since).0;
        state.lock_since = self.now;
        self.recorder.busy(
            self.plan.services[state.service as usize].lock_resource,
            held,
        );
    }

    /// Accounts everything in use up to now: at the end of each sixteenth.
    pub fn account_resources(&mut self) {
        for host in 0..self.hosts.len() {
            let count = self.plan.hosts[host].shared_cores.unwrap_or(0);
            for core in 0..count {
                let busy = self.hosts[host]
                    .scheduler
                    .as_ref()
                    .is_some_and(|s| s.cores()[core as usize].thread != scheduler::NONE);
                if busy {
                    let since =
                        std::mem::replace(&mut self.hosts[host].since[core as usize], self.now);
                    self.account_core(host, core, since);
                }
            }
        }
        for id in 0..self.carriers.len() as u32 {
            self.account_carrier(id);
        }
        for process in 0..self.processes.len() as u32 {
            if self.processes[process as usize]
                .lock
                .as_ref()
                .is_some_and(|lock| lock.holder().is_some())
            {
                self.account_lock(process);
            }
            let service = self.processes[process as usize].service as usize;
            if service == 0 && self.plan.services[0].main == MainKind::Loop {
                let recorder = &mut self.recorder;
                self.processes[process as usize].event_loop.monitor_idle(
                    self.now,
                    |interval, times| {
                        recorder.loop_tick(interval, times);
                    },
                );
            }
            for pool in 0..self.processes[process as usize].pools.len() {
                self.account_pool(process as usize, pool as u32);
            }
        }
    }

    fn account_carrier(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        if carrier.occupied != Time::NEVER {
            let since = std::mem::replace(&mut carrier.occupied, self.now);
            let resource = self.resource_of(id);
            if resource != NONE {
                self.recorder.busy(resource, self.now.since(since).0);
            }
        }
        let carrier = &mut self.carriers[id as usize];
        let own_core = self.hosts[carrier.host as usize].scheduler.is_none();
        if !own_core || carrier.end == Time::NEVER {
            return;
        }
        if carrier.simple {
            let elapsed = self.now.since(carrier.mark).0;
            carrier.mark = self.now;
            let resource = self.plan.hosts[carrier.host as usize].resource;
            if resource != NONE {
                self.recorder.busy(resource, elapsed);
            }
        } else {
            self.settle(id);
        }
    }
}
