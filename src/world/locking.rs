//! Threads and the interpreter's lock: who takes it, who waits for it, who is told that it is free.
//!
//! ```text
//!  on a core, wants the lock ──► looks (core time) ──free──► takes it
//!        ▲                           │ held
//!        │ a core                    ▼
//!  signalled, or out of patience ◄── waits, without a core ──out of patience──► asks the holder to let go
//! ```
//!
//! What the lock itself decides is in `host::lock`; what a core costs in [`cores`](super::cores).

use super::parts::{Carrier, CarrierState};
use super::plan::NONE;
use super::state::{Soon, World, kind};
use crate::host::lock::Lock;
use crate::host::scheduler;
use crate::kernel::{Span, Time};
use crate::measure::Component;

impl World<'_> {
    /// A thread that waits for the lock is signalled or out of patience, unless it was killed at the same instant or has woken already.
    pub fn wake(&mut self, id: u32) {
        let Carrier {
            state,
            service,
            task,
            ..
        } = self.carriers[id as usize];
        if state != CarrierState::Locked {
            return;
        }
        self.draw_look(id, service, task);
        self.rouse_from(id, Time::NEVER, task);
    }

    /// How long a thread looks at the lock.
    fn draw_look(&mut self, id: u32, service: u32, task: u32) {
        let lock = self.plan.services[service as usize].lock.as_ref();
        if let Some(law) = lock.and_then(|lock| lock.look.as_ref()) {
            let word = self.tasks.wait_word(task, self.paths.look);
            self.carriers[id as usize].look = law.sample(word);
        }
    }

    /// A thread on a core wants the lock. `None`: it has it; else what becomes of its core, as in [`World::go_on`].
    #[must_use]
    pub fn seek_lock(&mut self, id: u32) -> Option<Option<(u32, u32)>> {
        let process = self.carriers[id as usize].process as usize;
        let lock = self.processes[process].lock.as_mut()?;
        let carrier = &mut self.carriers[id as usize];
        let begins = carrier.look.is_zero() && !carrier.looks;
        if begins && !lock.is_free_for(id) && !lock.waits_for_a_switch(id) {
            let (service, task) = (carrier.service, carrier.task);
            self.draw_look(id, service, task);
        }
        let lock = self.processes[process].lock.as_mut()?;
        let carrier = &mut self.carriers[id as usize];
        if !carrier.look.is_zero() {
            carrier.looks = true;
            let task = carrier.task;
            self.tasks.charge(task, self.now, Component::WaitLock);
            self.arm(id);
            return Some(None);
        }
        carrier.looks = false;
        if let Some(dropper) = lock.try_take(id) {
            self.processes[process].lock_since = self.now;
            if let Some(dropper) = dropper {
                self.signal(id, dropper);
            }
            return None;
        }
        carrier.switch = Span::ZERO; // it only looked: too short a visit to pay for the switch
        if lock.waits_for_a_switch(id) {
            carrier.state = CarrierState::Locked;
            let task = carrier.task;
            self.tasks.charge(task, self.now, Component::WaitLock);
        } else {
            self.wait_for_lock(id);
        }
        Some(self.vacate_core(id))
    }

    /// A thread without a core begins to wait for the lock.
    fn wait_for_lock(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        carrier.state = CarrierState::Locked;
        let (task, process) = (carrier.task, carrier.process as usize);
        self.tasks.charge(task, self.now, Component::WaitLock);
        let priority = self.tasks.wait_word(task, self.paths.lock);
        if let Some(lock) = &mut self.processes[process].lock
            && lock.wait(id, priority, self.now)
        {
            self.soon.push_back(Soon::Drop(process as u32));
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

    /// Waiters for the lock may have run out of patience: they wake to look, with them all that are soon to.
    pub fn out_of_patience(&mut self, process: u32) {
        let state = &mut self.processes[process as usize];
        state.patience_set = false;
        let Some(lock) = &mut state.lock else { return };
        let host = self.plan.services[state.service as usize].host as usize;
        let scheduler = self.hosts[host].scheduler.as_ref();
        let core_of = |thread: u32| scheduler.map_or(thread, |s| s.home_of(thread));
        let mut interrupted = None;
        while let Some(late) = lock.time_out(self.now, |other| interrupted == Some(core_of(other)))
        {
            if interrupted.replace(core_of(late)) != Some(core_of(late)) {
                self.carriers[late as usize].interrupt = self.plan.hosts[host].host.interrupt;
            }
            self.soon.push_back(Soon::Wake(late));
        }
        self.set_patience(process as usize);
    }

    /// A waiter has asked for the lock: a holder on a core drops it, another when it next has a core, one in a long call in C when that ends.
    pub fn heed(&mut self, process: u32) {
        let Some(lock) = &self.processes[process as usize].lock else {
            return;
        };
        if let (true, Some(holder)) = (lock.drop_requested(), lock.holder())
            && self.carriers[holder as usize].state == CarrierState::Running
            && self.carriers[holder as usize].heeds()
        {
            self.settle(holder);
            if let Some((next, core)) = self.forced_drop(holder) {
                self.start_on_core(next, core);
            }
        }
    }

    /// The holder, on a core, lets the lock go because it was asked to, and waits for somebody else to take it. Returns what becomes of its core, as [`World::go_on`].
    #[must_use]
    pub fn forced_drop(&mut self, id: u32) -> Option<(u32, u32)> {
        let process = self.carriers[id as usize].process;
        self.account_lock(process);
        let lock = self.processes[process as usize].lock.as_mut();
        if let Some(woken) = lock.and_then(Lock::forced_drop) {
            self.signal(id, woken);
        }
        self.seek_lock(id).flatten()
    }

    /// A thread lets the lock go of its own accord, if it has it. Whom it signals may have its core at once.
    #[inline(always)]
    pub fn release_lock(&mut self, id: u32) {
        if !self.carriers[id as usize].simple {
            self.release_if_held(id);
        }
    }

    /// A thread signals another, which joins the queue of its core if that is where it wakes, and may have that core as soon as the one that signals has
    /// a burst in hand again or blocks. If it is to have it at once, the one that signals still holds the mutex that guards the lock: the woken thread sleeps
    /// again until it lets go of that, two switches more.
    fn signal(&mut self, id: u32, woken: u32) {
        let host = self.carriers[id as usize].host;
        let scheduler = self.hosts[host as usize].scheduler.as_ref();
        let core = scheduler.map_or(scheduler::NONE, |scheduler| scheduler.core_of(id));
        if scheduler.is_none_or(|scheduler| scheduler.choose(woken, self.now) != (core, false)) {
            return self.soon.push_back(Soon::Wake(woken));
        }
        let before = self.soon.len();
        self.wake(woken);
        if self.soon.len() > before {
            let switch = self.plan.hosts[host as usize].host.switch_cost;
            self.carriers[woken as usize].interrupt += switch * 2;
        }
    }

    pub fn release_if_held(&mut self, id: u32) {
        let process = self.carriers[id as usize].process;
        let lock = self.processes[process as usize].lock.as_ref();
        if !lock.is_some_and(|lock| lock.held_by(id)) {
            return;
        }
        self.account_lock(process);
        let lock = self.processes[process as usize].lock.as_mut();
        if let Some(woken) = lock.and_then(Lock::release) {
            self.signal(id, woken);
        }
    }
}
