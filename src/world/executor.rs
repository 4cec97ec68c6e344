//! Auxiliary executors: libuv's pool, worker threads. A task hands them work and waits; the thread that does it is theirs.
//!
//! One queue, first come first served. Of slow work (name look-ups) no more than a limit runs at once: the first slow task stands in the
//! queue for all of them, goes back to its end while the limit is reached, and is followed by the next when it is
//! taken. That is the marker of libuv's `threadpool.c`.

use super::parts::{Carrier, CarrierState};
use super::plan::Op;
use super::state::{Soon, World};
use crate::kernel::Time;
use crate::measure::Component;

impl World<'_> {
    /// Work for an auxiliary executor of the task's process.
    pub fn submit_aux(&mut self, task: u32, executor: u32) {
        let process = self.tasks.hot[task as usize].process;
        self.tasks.charge(task, self.now, Component::WaitPool);
        let slow = self.is_slow(task);
        let aux = &mut self.processes[process as usize].aux[executor as usize];
        if slow && std::mem::replace(&mut aux.slow_queued, true) {
            return aux.slow.push(&mut self.tasks, task);
        }
        aux.queue.push(&mut self.tasks, task);
        if !aux.idle.is_empty()
            && let Some(task) = self.next_aux(process, executor)
            && let Some(carrier) = self.processes[process as usize].aux[executor as usize]
                .idle
                .pop()
        {
            self.begin_aux(carrier, task);
        }
    }

    /// Whether the auxiliary work a task asks for is slow.
    fn is_slow(&self, task: u32) -> bool {
        let pc = self.tasks.hot[task as usize].pc as usize - 1;
        matches!(self.plan.ops[pc], Op::Aux { slow: true, .. })
    }

    /// What an auxiliary thread takes up: the first in the queue. The first slow one stands there for all of them; while as many
    /// are running as may, it goes back to the end, and when it is taken the next one queues.
    fn next_aux(&mut self, process: u32, executor: u32) -> Option<u32> {
        let service = self.processes[process as usize].service as usize;
        let limit = self.plan.services[service].aux[executor as usize].slow;
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
            if aux.slow_running < limit {
                aux.slow_running += 1;
                let next = aux.slow.pop(&mut self.tasks);
                aux.slow_queued = next.is_some();
                if let Some(next) = next {
                    aux.queue.push(&mut self.tasks, next);
                }
                return Some(task);
            }
            aux.queue.push(&mut self.tasks, task);
        }
        None
    }

    /// An auxiliary thread takes up a task; the task stays its loop's.
    fn begin_aux(&mut self, carrier: u32, task: u32) {
        let thread = &mut self.carriers[carrier as usize];
        thread.task = task;
        if thread.occupied == Time::NEVER {
            thread.occupied = self.now;
        }
        let (span, native) = self.aux_work(task);
        if self.carriers[carrier as usize].state == CarrierState::Running
            || self.carriers[carrier as usize].simple
        {
            self.begin_burst(carrier, span, native);
        } else {
            // Not from within another thread's control: it might take that thread's core.
            self.carriers[carrier as usize].left = span;
            self.carriers[carrier as usize].native = native;
            self.carriers[carrier as usize].fresh = true;
            self.soon.push_back(Soon::Wake(carrier));
        }
    }

    pub fn aux_done(&mut self, carrier: u32) {
        let Carrier {
            task, process, aux, ..
        } = self.carriers[carrier as usize];
        self.tasks.charge(task, self.now, Component::WaitWorker);
        self.soon.push_back(Soon::Completed(task));
        if self.is_slow(task) {
            self.processes[process as usize].aux[aux as usize].slow_running -= 1;
        }
        match self.next_aux(process, aux) {
            Some(next) => self.begin_aux(carrier, next),
            None => self.sleep(carrier),
        }
    }

    /// An auxiliary thread has nothing to do.
    pub fn sleep(&mut self, carrier: u32) {
        self.yield_core(carrier);
        self.vacate(carrier);
        let Carrier { process, aux, .. } = self.carriers[carrier as usize];
        self.processes[process as usize].aux[aux as usize]
            .idle
            .push(carrier);
    }
}
