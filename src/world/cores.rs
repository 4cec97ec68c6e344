//! Threads on cores and under the lock.
//!
//! ```text
//!  Parked ──make_runnable──► Queued ──a core──► Running ──► takes the lock? ──no──► Locked ──signalled──► make_runnable
//!     ▲                        ▲  preempted, slice over │                              ▲
//!     └──── blocks, ends ──────┴────────────────────────┴── made to drop the lock ─────┘
//! ```
//!
//! A thread takes the lock when it runs and needs it, so it first needs a core; while it waits for the lock it has none.
//! Time on a core pays, in this order, the context switch (charged as waiting for a core), the cold core, the work.

use super::plan::NONE;
use super::state::{CarrierState, Soon, World, kind};
use crate::host::scheduler::{self, Wake};
use crate::kernel::{Span, Time};
use crate::measure::Component;

/// Bits of a core's number in the index of its event; the host is above.
const CORE_BITS: u32 = 12;

impl World<'_> {
    /// A thread with a burst in hand wants a core: from its task, or because it was signalled.
    pub fn make_runnable(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let (host, task) = (carrier.host as usize, carrier.task);
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            carrier.state = CarrierState::Running;
            carrier.mark = self.now;
            return self.go_on(id);
        };
        match scheduler.wake(id, self.now) {
            Wake::Runs(core) => {
                let idle_since = scheduler.cores()[core as usize].idle_since;
                self.hosts[host].since[core as usize] = self.now;
                let gap = self.now.since(idle_since);
                self.start_on_core(id, core, Some(gap));
            }
            Wake::Preempts(core, victim) => {
                self.settle(victim);
                self.back_to_queue(victim);
                self.start_on_core(id, core, None);
                self.rearm_cores(host);
            }
            Wake::Queued { first } => {
                self.carriers[id as usize].state = CarrierState::Queued;
                self.tasks.charge(task, self.now, Component::WaitCore);
                if first {
                    self.rearm_cores(host);
                }
            }
        }
    }

    fn back_to_queue(&mut self, id: u32) {
        self.carriers[id as usize].state = CarrierState::Queued;
        let task = self.carriers[id as usize].task;
        self.tasks.charge(task, self.now, Component::WaitCore);
    }

    /// A thread gets a core, one that idled for `gap` or one that another thread had.
    fn start_on_core(&mut self, id: u32, core: u32, gap: Option<Span>) {
        let host = self.carriers[id as usize].host as usize;
        let plan = &self.plan.hosts[host].host;
        let last = self.hosts[host]
            .scheduler
            .as_ref()
            .map_or(NONE, |scheduler| scheduler.cores()[core as usize].last);
        let switch = if last == id || last == NONE {
            Span::ZERO
        } else {
            plan.switch_cost
        };
        let cold = match (plan.cold, gap) {
            (Some(cold), Some(gap)) => {
                let extra = self.plan.services[self.carriers[id as usize].service as usize].cold;
                let share = 1.0 - libm::exp(-gap.as_nanos_f64() / cold.after.as_nanos_f64());
                Span::from_nanos_f64(extra.as_nanos_f64() * share)
            }
            _ => Span::ZERO,
        };
        let carrier = &mut self.carriers[id as usize];
        carrier.state = CarrierState::Running;
        carrier.mark = self.now;
        carrier.switch = switch;
        carrier.cold += cold;
        self.go_on(id);
    }

    /// A thread on a core, with a burst in hand: sees to the lock, then runs.
    pub fn go_on(&mut self, id: u32) {
        let (process, native) = (
            self.carriers[id as usize].process,
            self.carriers[id as usize].native,
        );
        if let Some(lock) = &mut self.processes[process as usize].lock {
            match (native, lock.held_by(id)) {
                (true, true) => self.release_lock(id),
                (true, false) => {}
                (false, true) if lock.drop_requested() => return self.forced_drop(id),
                (false, true) => {}
                (false, false) => match lock.try_take(id) {
                    Some(dropper) => {
                        self.processes[process as usize].lock_since = self.now;
                        if let Some(dropper) = dropper {
                            self.wait_for_lock(dropper);
                        }
                    }
                    None => {
                        // It only looked: too short a visit to pay for the switch or to warm the core.
                        self.carriers[id as usize].switch = Span::ZERO;
                        self.carriers[id as usize].cold = Span::ZERO;
                        self.leave_core(id);
                        return self.wait_for_lock(id);
                    }
                },
            }
        }
        let carrier = &mut self.carriers[id as usize];
        carrier.mark = self.now;
        let task = carrier.task;
        self.tasks.charge(
            task,
            self.now,
            if native {
                Component::Native
            } else {
                Component::Cpu
            },
        );
        self.arm(id);
    }

    /// Sets the event at which a running thread's burst ends, or its slice if others wait.
    fn arm(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let end = carrier.mark + carrier.switch + carrier.cold + carrier.left;
        let host = carrier.host as usize;
        let Some(scheduler) = &self.hosts[host].scheduler else {
            carrier.end = end;
            let slot = carrier.slot;
            return self.schedule_end(id, slot, end);
        };
        let core = scheduler.core_of(id);
        let slice_end = scheduler.cores()[core as usize].slice_end.max(self.now);
        let at = if scheduler.contended() {
            end.min(slice_end)
        } else {
            end
        };
        let slot = self.plan.hosts[host].core_slot + core;
        self.agenda.set(
            slot as usize,
            at,
            kind::CORE,
            (host as u32) << CORE_BITS | core,
        );
    }

    /// Somebody began to wait for a core: slices count from now on.
    fn rearm_cores(&mut self, host: usize) {
        let count = self.plan.hosts[host].shared_cores.unwrap_or(0);
        for core in 0..count {
            let thread = self.hosts[host]
                .scheduler
                .as_ref()
                .map_or(scheduler::NONE, |s| s.cores()[core as usize].thread);
            if thread != scheduler::NONE {
                self.arm(thread);
            }
        }
    }

    /// Accounts a thread's time on a core up to now: switch, cold, work.
    pub fn settle(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let elapsed = self.now.since(carrier.mark);
        carrier.mark = self.now;
        let switch = carrier.switch.min(elapsed);
        let cold = carrier.cold.min(elapsed - switch);
        carrier.switch -= switch;
        carrier.cold -= cold;
        carrier.left = carrier.left.saturating_sub(elapsed - switch - cold);
        let (task, native, host) = (carrier.task, carrier.native, carrier.host as usize);
        let component = if native {
            Component::Native
        } else {
            Component::Cpu
        };
        self.tasks.charge(task, self.now, component);
        if !switch.is_zero() {
            self.tasks
                .transfer(task, switch, component, Component::WaitCore);
        }
        if !cold.is_zero() {
            self.tasks.transfer(task, cold, component, Component::Cold);
        }
        let resource = self.plan.hosts[host].resource;
        if self.hosts[host].scheduler.is_none() && resource != NONE {
            self.recorder.busy(resource, elapsed.0);
        }
    }

    /// A core's burst or slice ends.
    pub fn core_event(&mut self, index: u32) {
        let (host, core) = (
            (index >> CORE_BITS) as usize,
            index & ((1 << CORE_BITS) - 1),
        );
        let Some(scheduler) = &self.hosts[host].scheduler else {
            return;
        };
        let id = scheduler.cores()[core as usize].thread;
        if id == scheduler::NONE {
            return;
        }
        self.settle(id);
        let carrier = &self.carriers[id as usize];
        if carrier.left.is_zero() && carrier.cold.is_zero() && carrier.switch.is_zero() {
            return self.burst_done(id);
        }
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            return;
        };
        if scheduler.contended()
            && scheduler.cores()[core as usize].slice_end <= self.now
            && let Some(next) = scheduler.expire(core, self.now)
        {
            self.back_to_queue(id);
            self.start_on_core(next, core, None);
        } else {
            self.arm(id);
        }
    }

    /// A thread gives its core up; the next in the queue gets it.
    pub fn leave_core(&mut self, id: u32) {
        let host = self.carriers[id as usize].host as usize;
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            let carrier = &mut self.carriers[id as usize];
            carrier.end = Time::NEVER;
            if carrier.slot != NONE {
                self.agenda.clear(carrier.slot as usize);
            }
            return;
        };
        let (core, next) = scheduler.leave(id, self.now);
        match next {
            Some(next) => self.start_on_core(next, core, None),
            None => {
                let since = self.hosts[host].since[core as usize];
                self.account_core(host, core, since);
                self.agenda
                    .clear((self.plan.hosts[host].core_slot + core) as usize);
            }
        }
    }

    fn account_core(&mut self, host: usize, core: u32, since: Time) {
        let plan = &self.plan.hosts[host];
        let busy = self.now.since(since).0;
        self.recorder.busy(plan.resource, busy);
        if plan.parts {
            self.recorder.busy(plan.resource + 1 + core, busy);
        }
    }

    /// A thread without a core begins to wait for the lock.
    fn wait_for_lock(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        carrier.state = CarrierState::Locked;
        let (task, process) = (carrier.task, carrier.process as usize);
        self.tasks.charge(task, self.now, Component::WaitLock);
        let priority = self.tasks.lock_priority(task, self.paths.lock);
        if let Some(lock) = &mut self.processes[process].lock {
            lock.wait(id, priority, self.now);
        }
        self.set_patience(process);
    }

    fn set_patience(&mut self, process: usize) {
        let slot = self.plan.lock_slot[process];
        let state = &mut self.processes[process];
        let deadline = state
            .lock
            .as_ref()
            .map_or(Time::NEVER, |lock| lock.deadline());
        if slot != NONE && !state.patience_set && deadline != Time::NEVER {
            state.patience_set = true;
            self.agenda
                .set(slot as usize, deadline, kind::PATIENCE, process as u32);
        }
    }

    /// A waiter for the lock may have run out of patience.
    pub fn out_of_patience(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        state.patience_set = false;
        let Some(lock) = &mut state.lock else { return };
        if let Some(woken) = lock.out_of_patience(self.now) {
            self.soon.push_back(Soon::Wake(woken));
        }
        if let (true, Some(holder)) = (lock.drop_requested(), lock.holder())
            && self.carriers[holder as usize].state == CarrierState::Running
        {
            self.settle(holder);
            self.forced_drop(holder);
        }
        self.set_patience(process as usize);
    }

    /// The holder, on a core, lets the lock go because it was asked to.
    fn forced_drop(&mut self, id: u32) {
        let process = self.carriers[id as usize].process;
        self.account_lock(process);
        let woken = self.processes[process as usize]
            .lock
            .as_mut()
            .and_then(|lock| lock.forced_drop());
        let task = self.carriers[id as usize].task;
        self.carriers[id as usize].state = CarrierState::Locked;
        self.tasks.charge(task, self.now, Component::WaitLock);
        if let Some(woken) = woken {
            self.soon.push_back(Soon::Wake(woken));
        }
        self.leave_core(id);
    }

    /// A thread lets the lock go of its own accord, if it has it.
    #[inline]
    pub fn release_lock(&mut self, id: u32) {
        if self.carriers[id as usize].simple {
            return;
        }
        let process = self.carriers[id as usize].process;
        if !self.processes[process as usize]
            .lock
            .as_ref()
            .is_some_and(|lock| lock.held_by(id))
        {
            return;
        }
        self.account_lock(process);
        if let Some(woken) = self.processes[process as usize]
            .lock
            .as_mut()
            .and_then(|lock| lock.release())
        {
            self.soon.push_back(Soon::Wake(woken));
        }
    }

    fn account_lock(&mut self, process: u32) {
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
            for pool in 0..self.processes[process as usize].pools.len() {
                let used = self.processes[process as usize].pools[pool].account(self.now);
                self.recorder
                    .busy(self.plan.services[service].pools[pool].resource, used);
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
