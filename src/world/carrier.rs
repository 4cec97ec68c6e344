//! Threads: what they run, and what they do when it blocks or ends.
//!
//! A thread *in control* runs its task's program at one instant until the next burst, block or end ([`World::run_carrier`]).
//! A thread of `main` with one task blocks with it; a loop goes on to the next callback; a thread made for one task is freed.

use super::parts::{Carrier, CarrierState};
use super::plan::{CarrierPlan, MainKind, NONE};
use super::state::{World, kind};
use super::step::Progress;
use crate::kernel::{Span, Time};
use crate::measure::Component;

impl World<'_> {
    /// Binds a task to a thread.
    #[inline(always)]
    pub fn occupy(&mut self, carrier: u32, task: u32) {
        self.carriers[carrier as usize].task = task;
        self.carriers[carrier as usize].begun = self.now;
        self.tasks.hot[task as usize].carrier = carrier;
        if self.carriers[carrier as usize].occupied == Time::NEVER {
            self.carriers[carrier as usize].occupied = self.now;
        }
    }

    /// A thread in control: runs its task, then others, until a burst begins or nothing is left to do.
    #[inline(always)]
    pub fn run_carrier(&mut self, carrier: u32) {
        self.drive(carrier, Some(self.carriers[carrier as usize].task));
    }

    /// A thread in control runs this task, or else what it finds to do.
    pub fn drive(&mut self, carrier: u32, mut task: Option<u32>) {
        loop {
            let progress = task.map_or(Progress::Suspended, |task| self.advance(task));
            if progress == Progress::Burst {
                return;
            }
            task = self.next_task(carrier, progress == Progress::Ended);
            let Some(next) = task else {
                return;
            };
            self.carriers[carrier as usize].task = next;
            self.carriers[carrier as usize].begun = self.now;
        }
    }

    #[inline(always)]
    fn next_task(&mut self, carrier: u32, ended: bool) -> Option<u32> {
        let Carrier {
            service, process, ..
        } = self.carriers[carrier as usize];
        match self.plan.services[service as usize].main {
            MainKind::Loop if self.carriers[carrier as usize].awaits => {
                self.yield_core(carrier);
                None
            }
            MainKind::Loop => self.next_callback(carrier),
            MainKind::Threads if ended && self.carriers[carrier as usize].linger != Time::NEVER => {
                self.yield_core(carrier);
                self.lingers(carrier);
                None
            }
            MainKind::Threads if ended => {
                self.release_lock(carrier);
                let next = self.next_request(service, process);
                match next {
                    Some(task) => self.tasks.hot[task as usize].carrier = carrier,
                    None => self.park(carrier),
                }
                next
            }
            MainKind::ThreadEach if ended => {
                self.yield_core(carrier);
                self.threads -= 1;
                self.services[service as usize].spare.push(carrier);
                None
            }
            _ => {
                self.yield_core(carrier);
                None
            }
        }
    }

    /// A thread blocks: lock and core go to others.
    #[inline(always)]
    pub fn yield_core(&mut self, carrier: u32) {
        if self.carriers[carrier as usize].simple {
            return;
        }
        self.release_lock(carrier);
        if self.carriers[carrier as usize].state == CarrierState::Running {
            self.leave_core(carrier);
        }
        self.carriers[carrier as usize].state = CarrierState::Parked;
    }

    /// A thread of `main` has nothing to do.
    #[inline(always)]
    pub fn park(&mut self, carrier: u32) {
        self.yield_core(carrier);
        self.vacate(carrier);
        let service = self.carriers[carrier as usize].service;
        self.services[service as usize].idle.push(carrier);
    }

    /// Accounts the time a thread was occupied.
    #[inline(always)]
    pub fn vacate(&mut self, carrier: u32) {
        let since = std::mem::replace(&mut self.carriers[carrier as usize].occupied, Time::NEVER);
        let resource = self.resource_of(carrier);
        if since != Time::NEVER && resource != NONE {
            self.recorder.busy(resource, self.now.since(since).0);
        }
    }

    /// The resource a thread is a unit of.
    #[inline(always)]
    pub fn resource_of(&self, carrier: u32) -> u32 {
        let Carrier { service, aux, .. } = self.carriers[carrier as usize];
        let plan = &self.plan.services[service as usize];
        if aux == NONE {
            plan.main_resource
        } else {
            plan.aux[aux as usize].resource
        }
    }

    /// A thread for one task.
    pub fn spare_carrier(&mut self, service: u32, process: u32) -> u32 {
        self.threads += 1;
        self.most_threads = self.most_threads.max(self.threads);
        if let Some(carrier) = self.services[service as usize].spare.pop() {
            let heap = self.processes[process as usize].heap;
            self.carriers[carrier as usize].process = process;
            self.carriers[carrier as usize].heap = heap;
            self.begin_anew(carrier);
            return carrier;
        }
        let (aux, slot) = (NONE, NONE);
        self.add_thread(CarrierPlan {
            process,
            service,
            aux,
            slot,
        })
    }

    /// A thread that had ended stands for a new one: it has been on no core yet.
    pub fn begin_anew(&mut self, carrier: u32) {
        let host = self.carriers[carrier as usize].host as usize;
        if let Some(scheduler) = &mut self.hosts[host].scheduler {
            scheduler.anew(carrier);
        }
    }

    /// One more thread that runs in the interpreter of its process.
    pub fn add_thread(&mut self, of: CarrierPlan) -> u32 {
        let plan = &self.plan.services[of.service as usize];
        let heap = self.processes[of.process as usize].heap;
        let own_core = self.hosts[plan.host as usize].scheduler.is_none();
        let simple = own_core && plan.lock.is_none() && heap == NONE;
        self.carriers
            .push(Carrier::new(of, plan.host, heap, simple, self.now));
        self.carriers.len() as u32 - 1
    }

    /// The task of a thread in control needs a core for so long.
    #[inline(always)]
    pub fn begin_burst(&mut self, id: u32, span: Span, native: bool) {
        let carrier = &mut self.carriers[id as usize];
        carrier.left = span;
        carrier.native = native;
        carrier.fresh = true;
        if carrier.simple {
            let (task, slot) = (carrier.task, carrier.slot);
            carrier.mark = self.now;
            carrier.end = self.now + span;
            let end = carrier.end;
            self.tasks.charge(
                task,
                self.now,
                if native {
                    Component::Native
                } else {
                    Component::Cpu
                },
            );
            self.schedule_end(id, slot, end);
        } else {
            self.contend(id);
        }
    }

    /// A burst where cores are shared or a lock is wanted.
    #[inline(never)]
    pub fn contend(&mut self, id: u32) {
        if self.carriers[id as usize].state == CarrierState::Running {
            self.go_on_in_control(id);
        } else {
            debug_assert_eq!(self.carriers[id as usize].state, CarrierState::Parked);
            self.rouse(id);
        }
    }

    #[inline(always)]
    pub fn schedule_end(&mut self, carrier: u32, slot: u32, end: Time) {
        if slot == NONE {
            self.agenda.schedule(end, kind::BURST_END, carrier);
        } else {
            self.agenda
                .set(slot as usize, end, kind::BURST_END, carrier);
        }
    }

    /// A burst on a core of its own may have ended: it has not if the thread was stopped meanwhile.
    #[inline(always)]
    pub fn burst_end(&mut self, id: u32) {
        let carrier = &self.carriers[id as usize];
        if carrier.end != self.now {
            return;
        }
        let (elapsed, host) = (self.now.since(carrier.mark), carrier.host);
        if carrier.simple {
            let resource = self.plan.hosts[host as usize].resource;
            if resource != NONE {
                self.recorder.busy(resource, elapsed.0);
            }
            self.carriers[id as usize].mark = self.now;
        } else {
            self.settle(id);
            if self.carriers[id as usize].looks {
                return self.go_on_in_control(id); // its burst is to come, once it has the lock
            }
        }
        self.carriers[id as usize].end = Time::NEVER;
        self.burst_done(id);
    }

    /// A thread's burst is over: it is in control.
    #[inline(always)]
    pub fn burst_done(&mut self, carrier: u32) {
        if self.carriers[carrier as usize].aux == NONE {
            match self.carriers[carrier as usize].task {
                NONE => self.accept_or_sleep(carrier),
                task => self.drive(carrier, Some(task)),
            }
        } else {
            let Carrier { service, aux, .. } = self.carriers[carrier as usize];
            match self.plan.services[service as usize].dispatcher {
                Some(dispatcher) if dispatcher.aux == aux => self.chore_done(carrier),
                _ => self.run_aux(carrier),
            }
        }
    }
}
