//! Threads on cores; the lock is in [`locking`](super::locking).
//!
//! ```text
//!  Parked ──make_runnable──► Queued ──a core──► Running ──► takes the lock? ──no──► Locked ──signalled──► make_runnable
//!     ▲                        ▲  preempted, slice over │                              ▲
//!     └──── blocks, ends ──────┴────────────────────────┴── made to drop the lock ─────┘
//! ```
//!
//! A thread takes the lock when it runs and needs it, so it first needs a core; while it waits for the lock it has none.
//! Time on a core pays, in this order, the context switch (charged as waiting for a core), the cold core, pauses of the
//! garbage collector, the work. A worker thread, with an interpreter of its own, needs no lock.

use super::parts::{Carrier, CarrierState};
use super::plan::NONE;
use super::state::{Soon, World, kind};
use crate::host::scheduler::{self, Scheduler, Wake};
use crate::kernel::{Span, Time};
use crate::measure::Component;

/// Bits of a core's number in the index of its event; the host is above.
const CORE_BITS: u32 = 12;

impl World<'_> {
    /// A sleeping thread is signalled: if it is to run on a core that idles, leaving the idle state takes time. A core that falls idle in this
    /// instant is that of the thread that signalled, which had it until now.
    pub fn rouse(&mut self, id: u32) {
        self.rouse_from(id, self.now, self.carriers[id as usize].task);
    }

    /// The same, if only cores that have idled since before `since` must leave that state; the dice are a task's.
    pub fn rouse_from(&mut self, id: u32, since: Time, dice: u32) {
        let host = self.carriers[id as usize].host;
        let sleeps = |scheduler: &Scheduler| {
            let (core, idle) = scheduler.choose(id, self.now);
            idle && scheduler.cores()[core as usize].idle_since < since
        };
        let state = &self.hosts[host as usize];
        match &self.plan.hosts[host as usize].host.wake {
            Some(law) if state.scheduler.as_ref().is_some_and(sleeps) => {
                let word = self.wake_word(dice, id);
                let carrier = &mut self.carriers[id as usize];
                carrier.state = CarrierState::Waking;
                carrier.interrupt = Span::ZERO; // in that law
                self.charge_thread(id, Component::WaitCore);
                let at = self.now + law.sample(word);
                self.agenda.schedule(at, kind::WOKEN, id);
            }
            _ => self.make_runnable(id),
        }
    }

    /// How long waking takes: a draw of the task for which somebody wakes, or, where no request owns it, of the thread or core and the instant.
    fn wake_word(&mut self, task: u32, instance: u32) -> u64 {
        match task {
            NONE => {
                let dice = self.mechanism.nth(instance.into()).nth(self.now.0);
                dice.word(self.paths.wake)
            }
            _ => self.tasks.wait_word(task, self.paths.wake),
        }
    }

    /// The task of a thread, if it has one, begins to be in this state.
    #[inline(always)]
    fn charge_thread(&mut self, id: u32, state: Component) {
        let task = self.carriers[id as usize].task;
        if task != NONE {
            self.tasks.charge(task, self.now, state);
        }
    }

    /// A thread has left its sleep, unless it was killed meanwhile.
    pub fn woken(&mut self, id: u32) {
        if self.carriers[id as usize].state == CarrierState::Waking {
            self.make_runnable(id);
        }
    }

    /// A thread with a burst in hand wants a core: from its task, or because it was signalled.
    pub fn make_runnable(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let host = carrier.host as usize;
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            carrier.state = CarrierState::Running;
            carrier.mark = self.now;
            return self.go_on_in_control(id);
        };
        match scheduler.wake(id, self.now) {
            Wake::Runs(core) => {
                self.carriers[id as usize].interrupt = Span::ZERO;
                self.start_idle_core(id, core);
            }
            Wake::Queued(core, asks) => {
                self.back_to_queue(id);
                self.rearm_core(host, core);
                if asks {
                    self.soon.push_back(Soon::Resched(host as u32, core));
                }
            }
        }
    }

    /// Whether the thread on a core goes on, now that others have woken.
    pub fn resched(&mut self, host: u32, core: u32) {
        let host = host as usize;
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            return;
        };
        let victim = scheduler.cores()[core as usize].thread;
        if victim == scheduler::NONE {
            return;
        }
        let Some(next) = scheduler.expire(core, self.now) else {
            return;
        };
        self.settle(victim);
        self.back_to_queue(victim);
        self.start_on_core(next, core);
    }

    fn start_idle_core(&mut self, id: u32, core: u32) {
        let host = self.carriers[id as usize].host as usize;
        let state = &mut self.hosts[host];
        let Some(scheduler) = &state.scheduler else {
            return;
        };
        let gap = self.now.since(scheduler.cores()[core as usize].idle_since);
        state.since[core as usize] = self.now;
        if let Some(cold) = self.plan.hosts[host].host.cold {
            let degree = &mut state.cold[core as usize];
            *degree = cold.cooled(*degree, gap);
        }
        self.start_on_core(id, core);
    }

    fn back_to_queue(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        carrier.state = CarrierState::Queued;
        self.charge_thread(id, Component::WaitCore);
    }

    /// A thread gets a core, one that idled or one that another thread had. If it leaves again at once, because the lock it
    /// needs is taken, the next in the queue gets the core.
    pub fn start_on_core(&mut self, id: u32, core: u32) {
        self.put_on_core(id, core);
        let mut left = self.go_on(id);
        while let Some((next, core)) = left {
            self.put_on_core(next, core);
            left = self.go_on(next);
        }
    }

    fn put_on_core(&mut self, id: u32, core: u32) {
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
        let carrier = &mut self.carriers[id as usize];
        carrier.state = CarrierState::Running;
        carrier.mark = self.now;
        carrier.switch = switch + std::mem::take(&mut carrier.interrupt);
    }

    /// A thread on a core, with a burst in hand: sees to the lock, then runs. If it must wait for the lock instead, returns
    /// who gets its core next.
    #[must_use]
    fn go_on(&mut self, id: u32) -> Option<(u32, u32)> {
        let Carrier {
            process,
            service,
            native,
            aux,
            ..
        } = self.carriers[id as usize];
        if let Some(lock) = &mut self.processes[process as usize].lock {
            let executor = self.plan.services[service as usize].aux.get(aux as usize);
            let elsewhere = executor.is_some_and(|executor| executor.interpreters);
            match (native || elsewhere, lock.held_by(id)) {
                (_, true) if lock.drop_requested() && self.carriers[id as usize].heeds() => {
                    return self.forced_drop(id);
                }
                (true, true) => self.release_if_held(id),
                (true, false) => {}
                (false, true) => {}
                (false, false) => {
                    if let Some(left) = self.seek_lock(id) {
                        return left;
                    }
                }
            }
        }
        if std::mem::take(&mut self.carriers[id as usize].fresh) {
            self.burden(id);
        }
        let carrier = &mut self.carriers[id as usize];
        carrier.mark = self.now;
        if carrier.called && carrier.switch.is_zero() {
            self.soon.push_back(Soon::Look(id)); // not from within another thread's control
            return None;
        }
        let state = if native {
            Component::Native
        } else {
            Component::Cpu
        };
        self.charge_thread(id, state);
        self.arm(id);
        None
    }

    /// The same for a thread that was in control, and so for the core it may leave.
    pub fn go_on_in_control(&mut self, id: u32) {
        if let Some((next, core)) = self.go_on(id) {
            self.start_on_core(next, core);
        }
    }

    /// Sets the event at which a running thread's burst ends, or its slice if others wait.
    pub fn arm(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let work = carrier.cold + carrier.gc + carrier.left;
        let end = carrier.mark + carrier.switch + if carrier.looks { carrier.look } else { work };
        let host = carrier.host as usize;
        let Some(scheduler) = &self.hosts[host].scheduler else {
            carrier.end = end;
            let slot = carrier.slot;
            return self.schedule_end(id, slot, end);
        };
        let core = scheduler.core_of(id);
        let at = if scheduler.contended(core) {
            end.min(scheduler.review(core, self.now))
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

    /// Somebody began to wait for this core: slices count from now on.
    fn rearm_core(&mut self, host: usize, core: u32) {
        let scheduler = self.hosts[host].scheduler.as_ref();
        let thread = scheduler.map_or(NONE, |s| s.cores()[core as usize].thread);
        if thread != scheduler::NONE {
            self.arm(thread);
        }
    }

    /// Accounts a thread's time on a core up to now: switch, cold, pauses, work.
    pub fn settle(&mut self, id: u32) {
        let carrier = &mut self.carriers[id as usize];
        let elapsed = self.now.since(carrier.mark);
        carrier.mark = self.now;
        let switch = carrier.switch.min(elapsed);
        carrier.switch -= switch;
        if carrier.looks {
            carrier.look = carrier.look.saturating_sub(elapsed - switch);
            let task = carrier.task;
            self.tasks.charge(task, self.now, Component::WaitLock);
            self.tasks
                .transfer(task, switch, Component::WaitLock, Component::WaitCore);
            return self.occupied(id, elapsed);
        }
        let cold = carrier.cold.min(elapsed - switch);
        carrier.cold -= cold;
        let gc = carrier.gc.min(elapsed - switch - cold);
        carrier.gc -= gc;
        carrier.left = carrier.left.saturating_sub(elapsed - switch - cold - gc);
        let (task, native) = (carrier.task, carrier.native);
        if task == NONE {
            return self.occupied(id, elapsed);
        }
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
        if !gc.is_zero() {
            self.tasks.transfer(task, gc, component, Component::Gc);
        }
        self.occupied(id, elapsed);
    }

    fn occupied(&mut self, id: u32, elapsed: Span) {
        let host = self.carriers[id as usize].host as usize;
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
            return self.help(host, core);
        }
        self.settle(id);
        let carrier = &self.carriers[id as usize];
        let work = carrier.cold + carrier.gc + carrier.left;
        let owed = carrier.switch + if carrier.looks { carrier.look } else { work };
        if owed.is_zero() && carrier.looks {
            return self.go_on_in_control(id);
        }
        if owed.is_zero() {
            return self.burst_done(id);
        }
        self.share_out(host, core);
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            return;
        };
        if scheduler.contended(core)
            && let Some(next) = scheduler.expire(core, self.now)
        {
            self.back_to_queue(id);
            self.start_on_core(next, core);
        } else {
            self.arm(id);
        }
    }

    /// At a review: if somebody waits for this core while another idles, that one is woken to take it over; if another has less to do, it may be
    /// given one who waits.
    fn share_out(&mut self, host: usize, core: u32) {
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            return;
        };
        if !scheduler.contended(core) {
            return;
        }
        if scheduler.idle().next().is_none() {
            if let Some(to) = scheduler.lend(core, self.now) {
                self.rearm_core(host, to);
            }
            return;
        }
        // One that idles waits for nothing, unless it is on its way.
        let first = self.plan.hosts[host].core_slot;
        let asleep = |core: &u32| self.agenda.is_clear((first + core) as usize);
        let Some(helper) = scheduler.idle().find(asleep) else {
            return;
        };
        let task = self.carriers[scheduler.cores()[core as usize].thread as usize].task;
        let late = match &self.plan.hosts[host].host.wake {
            Some(law) => law.sample(self.wake_word(task, core)),
            None => Span::ZERO,
        };
        self.agenda.set(
            (first + helper) as usize,
            self.now + late,
            kind::CORE,
            (host as u32) << CORE_BITS | helper,
        );
    }

    /// A core that idles was woken to take over who waits for another.
    fn help(&mut self, host: usize, core: u32) {
        let next = self.hosts[host]
            .scheduler
            .as_mut()
            .and_then(|scheduler| scheduler.pull(core, self.now));
        if let Some(next) = next {
            self.start_idle_core(next, core);
        }
    }

    /// A thread gives its core up; the next in the queue gets it.
    pub fn leave_core(&mut self, id: u32) {
        if let Some((next, core)) = self.vacate_core(id) {
            self.start_on_core(next, core);
        }
    }

    /// A thread gives its core up. Returns who is to have it, and the core.
    pub fn vacate_core(&mut self, id: u32) -> Option<(u32, u32)> {
        let host = self.carriers[id as usize].host as usize;
        let Some(scheduler) = &mut self.hosts[host].scheduler else {
            let carrier = &mut self.carriers[id as usize];
            carrier.end = Time::NEVER;
            if carrier.slot != NONE {
                self.agenda.clear(carrier.slot as usize);
            }
            return None;
        };
        let (core, next) = scheduler.leave(id, self.now);
        if next.is_none() {
            let since = self.hosts[host].since[core as usize];
            self.account_core(host, core, since);
            self.agenda
                .clear((self.plan.hosts[host].core_slot + core) as usize);
        }
        next.map(|next| (next, core))
    }
}
