//! Auxiliary executors: libuv's pool, worker threads, the threads on which an asynchronous server runs what blocks.
//!
//! ```text
//!  main ──hop──► a pool: its queue, first come first served ──► a thread: the task's next steps ──► back to main, by a hop
//!            └─► the request's own thread, made at the first hop, gone with the request: one piece at a time
//! ```
//!
//! While it is away a task is its thread's: what blocks it blocks the thread, and so does work it sends on to another executor.
//! A loop gets it back as a completion, another thread of main has waited for it. A task that fails while it is away goes back
//! to main and ends there. Of slow work (name look-ups) no more than a limit runs at once: the first slow task stands in the
//! queue for all of them, goes back to its end while the limit is reached, and is followed by the next when it is taken. That
//! is the marker of libuv's `threadpool.c`.
//!
//! Threads of a request's own are asgiref's (3.12, `sync.py`): Django gives each request a `ThreadSensitiveContext`, and with it
//! an executor of one thread. Whoever makes one may have to wait until it has begun, without the lock, as CPython's `Thread.start` does: a loop then stands
//! still, for as long as the new thread needs to get a core and the lock. Left out: that ending one takes a second thread (asgiref 3.13), for whose
//! beginning the loop waits too; that pools of Python make their threads when they need them, and the microseconds a
//! thread needs to wake on another core.

use super::parts::Carrier;
use super::plan::{CarrierPlan, MainKind, NONE, Op};
use super::state::{Soon, World};
use super::step::Progress;
use crate::kernel::Time;
use crate::measure::Component;
use crate::service::Takes;

impl World<'_> {
    /// The request gets a thread of its own on an executor, unless it has it: whether it had none. If the present thread `waits` for the new one to begin, its
    /// loop stands still from when the request has gone there ([`World::made`]).
    pub fn hire(&mut self, task: u32, executor: u32, waits: bool) -> bool {
        let keeper = self.keeper(task, true);
        let hot = &mut self.tasks.hot[keeper as usize];
        if std::mem::replace(&mut hot.hired, true) {
            return false;
        }
        let (process, service) = (hot.process, u32::from(hot.service));
        let dismissed = self.processes[process as usize].aux[executor as usize]
            .idle
            .pop();
        let carrier = match dismissed {
            Some(carrier) => {
                self.begin_anew(carrier);
                carrier
            }
            None => self.add_thread(CarrierPlan {
                process,
                service,
                aux: executor,
                slot: NONE,
            }),
        };
        let maker = self.tasks.hot[task as usize].carrier;
        if waits && self.plan.services[service as usize].main == MainKind::Loop {
            self.carriers[maker as usize].awaits = true;
        }
        self.carriers[carrier as usize].maker = if waits { maker } else { NONE };
        self.threads += 1;
        self.most_threads = self.most_threads.max(self.threads);
        self.tasks.rare(keeper).own = carrier;
        self.carriers[carrier as usize].task = NONE;
        self.carriers[carrier as usize].occupied = self.now;
        true
    }

    /// A thread has begun: the loop that made it goes on, unless it was killed at the same instant.
    pub fn made(&mut self, maker: u32) {
        if std::mem::take(&mut self.carriers[maker as usize].awaits)
            && let Some(task) = self.next_callback(maker)
        {
            self.carriers[maker as usize].task = task;
            self.run_carrier(maker);
        }
    }

    /// A request has ended, and with it its own thread.
    #[cold]
    pub fn dismiss(&mut self, task: u32) {
        self.tasks.hot[task as usize].hired = false;
        let carrier = self.tasks.rare(task).own;
        self.threads -= 1;
        self.vacate(carrier);
        let Carrier { process, aux, .. } = self.carriers[carrier as usize];
        self.processes[process as usize].aux[aux as usize]
            .idle
            .push(carrier);
    }

    /// A task goes on on an auxiliary executor of its process, when a thread is free.
    pub fn go_away(&mut self, task: u32, executor: u32) {
        let hot = &mut self.tasks.hot[task as usize];
        hot.away = true;
        let (process, service) = (hot.process, hot.service);
        self.tasks.charge(task, self.now, Component::WaitPool);
        let plan = self.plan;
        let planned = &plan.services[service as usize].aux[executor as usize];
        if planned.own {
            let keeper = self.keeper(task, true);
            let carrier = self.tasks.rare(keeper).own;
            if self.carriers[carrier as usize].task == NONE {
                self.give(carrier, task);
            } else {
                self.carriers[carrier as usize]
                    .queue
                    .push(&mut self.tasks, task);
            }
            return;
        }
        let slow = self.is_slow(task);
        let aux = &mut self.processes[process as usize].aux[executor as usize];
        if slow && std::mem::replace(&mut aux.slow_queued, true) {
            return aux.slow.push(&mut self.tasks, task);
        }
        match planned.takes {
            Takes::LastCome => aux.queue.push_front(&mut self.tasks, task),
            Takes::FirstCome | Takes::SlowStays => aux.queue.push(&mut self.tasks, task),
        }
        if aux.idle.is_empty() {
            return self.make_thread(process, executor);
        }
        if let Some(task) = self.next_of_pool(process, executor)
            && let Some(carrier) = self.processes[process as usize].aux[executor as usize]
                .idle
                .pop()
        {
            self.give(carrier, task);
        }
    }

    /// Whether what a waiting task has gone away for is slow.
    fn is_slow(&self, task: u32) -> bool {
        let pc = self.tasks.hot[task as usize].pc as usize - 1;
        matches!(self.plan.ops[pc], Op::Away { slow: true, .. })
    }

    /// What a thread of a pool takes up: the first in the queue. The first slow one stands there for all of them; while as many
    /// are running as may, it goes back to the end, and when it is taken the next one queues.
    fn next_of_pool(&mut self, process: u32, executor: u32) -> Option<u32> {
        let service = self.processes[process as usize].service as usize;
        let plan = self.plan;
        let planned = &plan.services[service].aux[executor as usize];
        let waiting = self.processes[process as usize].aux[executor as usize]
            .queue
            .len();
        for _ in 0..waiting {
            let aux = &mut self.processes[process as usize].aux[executor as usize];
            let task = aux.queue.pop(&mut self.tasks)?;
            if !self.is_slow(task) {
                return Some(task);
            }
            let aux = &mut self.processes[process as usize].aux[executor as usize];
            if aux.slow_running < planned.slow {
                aux.slow_running += 1;
                let next = aux.slow.pop(&mut self.tasks);
                aux.slow_queued = next.is_some();
                match next {
                    Some(next) if planned.takes == Takes::SlowStays => {
                        aux.queue.push_front(&mut self.tasks, next);
                    }
                    Some(next) => aux.queue.push(&mut self.tasks, next),
                    None => {}
                }
                return Some(task);
            }
            aux.queue.push(&mut self.tasks, task);
        }
        None
    }

    /// A sleeping thread gets a task. Not from within another thread's control does it begin: it might take that thread's core.
    fn give(&mut self, carrier: u32, task: u32) {
        self.take_up(carrier, task);
        self.soon.push_back(Soon::Begin(carrier));
    }

    fn take_up(&mut self, carrier: u32, task: u32) {
        let home = std::mem::replace(&mut self.tasks.hot[task as usize].carrier, carrier);
        let thread = &mut self.carriers[carrier as usize];
        (thread.task, thread.home) = (task, home);
        if thread.occupied == Time::NEVER {
            thread.occupied = self.now;
        }
    }

    /// All threads of a pool are busy and work has come: one more is made, if there may be more. Whoever is free first takes the work.
    fn make_thread(&mut self, process: u32, executor: u32) {
        let aux = &mut self.processes[process as usize].aux[executor as usize];
        let Some(carrier) = aux.unmade.pop() else {
            return;
        };
        let service = self.processes[process as usize].service as usize;
        let carriers = self.plan.services[service].aux[executor as usize].carriers;
        let aux = &mut self.processes[process as usize].aux[executor as usize];
        aux.most_made = aux.most_made.max(carriers - aux.unmade.len() as u32);
        self.carriers[carrier as usize].boots = true;
        self.soon.push_back(Soon::Begin(carrier));
    }

    /// A thread that was given a task, or is made, begins, unless it was killed at the same instant.
    pub fn begin_aux(&mut self, carrier: u32) {
        let Carrier {
            task,
            service,
            aux,
            boots,
            ..
        } = self.carriers[carrier as usize];
        if task != NONE {
            self.run_aux(carrier);
        } else if boots {
            self.spend(
                carrier,
                self.plan.services[service as usize].aux[aux as usize].boot,
            );
        }
    }

    /// An auxiliary thread in control, one that has just been made too: runs its task, then others, until a burst begins, the task blocks or nothing is left.
    pub fn run_aux(&mut self, carrier: u32) {
        loop {
            let task = self.carriers[carrier as usize].task;
            if task != NONE && self.advance_first(task) == Progress::Burst {
                return;
            }
            let Carrier {
                task, process, aux, ..
            } = self.carriers[carrier as usize];
            if task != NONE {
                return self.yield_core(carrier);
            }
            let next = match self.is_own(carrier) {
                true => self.carriers[carrier as usize].queue.pop(&mut self.tasks),
                false => self.next_of_pool(process, aux),
            };
            match next {
                Some(next) => self.take_up(carrier, next),
                None => return self.sleep(carrier),
            }
        }
    }

    /// A task leaves its auxiliary thread.
    pub fn come_back(&mut self, task: u32, slow: bool) {
        self.tasks.charge(task, self.now, Component::WaitWorker);
        let hot = &mut self.tasks.hot[task as usize];
        let thread = &mut self.carriers[hot.carrier as usize];
        thread.task = NONE;
        let (process, aux, home) = (thread.process, thread.aux, thread.home);
        hot.carrier = home;
        hot.away = home != NONE && self.carriers[home as usize].aux != NONE;
        self.soon.push_back(Soon::Completed(task));
        if slow {
            self.processes[process as usize].aux[aux as usize].slow_running -= 1;
        }
    }

    /// Whether a thread is a request's own.
    fn is_own(&self, carrier: u32) -> bool {
        let Carrier { service, aux, .. } = self.carriers[carrier as usize];
        self.plan.services[service as usize].aux[aux as usize].own
    }

    /// An auxiliary thread has nothing to do; a request's own stays with it.
    pub fn sleep(&mut self, carrier: u32) {
        self.yield_core(carrier);
        if self.is_own(carrier) {
            return;
        }
        self.vacate(carrier);
        let Carrier { process, aux, .. } = self.carriers[carrier as usize];
        self.processes[process as usize].aux[aux as usize]
            .idle
            .push(carrier);
    }
}
