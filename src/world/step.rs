//! The interpreter of flat programs: runs a task at one instant until something takes time.

use super::plan::{Hop, MainKind, NONE, Op};
use super::state::{Soon, World, kind};
use super::task::{Frame, Role};
use crate::measure::Component;
use crate::service::CacheState;

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Its carrier has a burst in hand.
    Burst,
    /// It waits for something else.
    Suspended,
    /// It has ended and is gone.
    Ended,
}

impl World<'_> {
    /// Runs a task until it takes time, waits, or ends.
    #[inline(always)]
    pub fn advance(&mut self, task: u32) -> Progress {
        let plan = self.plan;
        loop {
            let hot = &mut self.tasks.hot[task as usize];
            let (key, carrier, process) = (hot.key, hot.carrier, hot.process);
            let pc = hot.pc;
            hot.pc += 1;
            match &plan.ops[pc as usize] {
                Op::Burst { law, path, native } => {
                    let span = law.sample(key.word(*path));
                    if !span.is_zero() {
                        self.begin_burst(carrier, span, *native);
                        return Progress::Burst;
                    }
                }
                Op::Keep(keeps) => self.carriers[carrier as usize].keeps = *keeps,
                Op::Delay {
                    law,
                    path,
                    component,
                } => {
                    let span = law.sample(key.word(*path));
                    if !span.is_zero() {
                        self.tasks.charge(task, self.now, *component);
                        self.agenda.schedule(self.now + span, kind::DELAY_END, task);
                        return Progress::Suspended;
                    }
                }
                Op::Receive { cut } => {
                    if self.receive(task, *cut) {
                        return Progress::Suspended;
                    }
                }
                Op::CutOff => self.cut_off(task),
                Op::Allocate => self.allocate_request(carrier),
                Op::End if hot.away => {
                    hot.pc = pc; // it has failed, and ends where it came from
                    self.come_back(task, false);
                    return Progress::Suspended;
                }
                Op::End => {
                    self.end_task(task);
                    return Progress::Ended;
                }
                Op::Jump(target) => hot.pc = *target,
                Op::Choose { path, branches } => {
                    let word = key.word(*path);
                    let chosen = branches.iter().find(|(end, _)| word <= *end);
                    hot.pc = chosen.map_or(pc + 1, |&(_, target)| target);
                }
                Op::Repeat { times, path, end } => {
                    let times = times.sample(key.word(*path));
                    if times == 0 {
                        hot.pc = *end;
                    } else {
                        let level = usize::from(hot.loops);
                        hot.loops += 1;
                        hot.key = key.at(*path).nth(0);
                        let frame = Frame {
                            key,
                            body: pc + 1,
                            iteration: 0,
                            times,
                        };
                        self.tasks.rare(task).frames[level] = frame;
                    }
                }
                Op::Again => self.again(task),
                Op::Admit { refused } => self.admit(task, *refused),
                Op::Hire {
                    executor,
                    start,
                    waits,
                } => {
                    if self.hire(task, *executor, *waits) && !start.is_zero() {
                        self.begin_burst(carrier, *start, false);
                        return Progress::Burst;
                    }
                }
                Op::Begin { span } => {
                    if self.carriers[carrier as usize].maker != NONE {
                        self.begin_burst(carrier, *span, false);
                        return Progress::Burst;
                    }
                }
                Op::Begun => {
                    let maker = std::mem::replace(&mut self.carriers[carrier as usize].maker, NONE);
                    if maker != NONE {
                        self.soon.push_back(Soon::Begun(maker));
                    }
                }
                Op::Away { executor, .. } => {
                    self.go_away(task, *executor);
                    return Progress::Suspended;
                }
                Op::Back { slow } => {
                    self.come_back(task, *slow);
                    return Progress::Suspended;
                }
                Op::Acquire { pool, keep, ready } => {
                    if !self.acquire(task, *pool, *keep, *ready) {
                        return Progress::Suspended;
                    }
                }
                Op::Connect { pool, entry, path } => {
                    self.connect_to(task, *pool, *entry, *path);
                    return Progress::Suspended;
                }
                Op::Opened { pool, keep } => self.opened(task, *pool, *keep),
                Op::Release { pool } => self.return_connection(task, *pool),
                Op::Call {
                    service,
                    entry,
                    path,
                } => {
                    self.call(task, *service, *entry, *path);
                    return Progress::Suspended;
                }
                Op::Fork { branches } => {
                    self.fork(task, branches);
                    return Progress::Suspended;
                }
                Op::Lookup {
                    cache,
                    key: law,
                    path,
                    hit,
                } => {
                    let key = law.sample(key.word(*path));
                    let now = self.now;
                    if self.cache(process, *cache).get(key, now) {
                        self.tasks.hot[task as usize].pc = *hit;
                    }
                }
                Op::Store {
                    cache,
                    key: law,
                    path,
                    ttl,
                } => {
                    let key = law.sample(key.word(*path));
                    let now = self.now;
                    self.cache(process, *cache).set(key, now, *ttl);
                }
                Op::Timer { law, path } => {
                    let span = law.sample(key.word(*path));
                    self.tasks.charge(task, self.now, Component::Timer);
                    let event_loop = &mut self.processes[process as usize].event_loop;
                    let (due, length) = event_loop.timer(self.now, span);
                    self.tasks.rare(task).timer = length;
                    self.agenda.schedule(due, kind::DELAY_END, task);
                    return Progress::Suspended;
                }
                Op::Hop(hop) => {
                    self.hop(task, process, *hop);
                    return Progress::Suspended;
                }
                Op::Spawn(entry) => self.spawn(task, *entry),
                Op::Log(label) => self.log.push(*label),
                Op::Silence => {
                    if self.waits_for_a_byte(task) {
                        return Progress::Suspended;
                    }
                }
                Op::Unheard => {
                    if self.gives_up_listening(task) {
                        return Progress::Ended;
                    }
                }
                Op::Distribute => {
                    if !self.finds_worker(task) {
                        return Progress::Suspended;
                    }
                }
                Op::HandOver { again } => {
                    self.hand_to_worker(task, *again);
                    return Progress::Suspended;
                }
                Op::Acknowledged => self.acknowledged(task),
            }
        }
    }

    /// The rest of the task is another callback of its loop.
    fn hop(&mut self, task: u32, process: u32, hop: Hop) {
        self.tasks.charge(task, self.now, Component::WaitWorker);
        let event_loop = &mut self.processes[process as usize].event_loop;
        match hop {
            Hop::Tick => event_loop.tick(&mut self.tasks, task),
            Hop::Micro => event_loop.micro(&mut self.tasks, task),
            Hop::Ready => event_loop.ready(&mut self.tasks, task),
            Hop::Check => event_loop.immediate(&mut self.tasks, task),
            Hop::Closing => event_loop.close(task),
        }
    }

    /// Starts a task of its own on the same loop, which gets no further than its first hop now.
    #[inline(never)]
    fn spawn(&mut self, task: u32, entry: u32) {
        let parent = self.tasks.hot[task as usize];
        let child = self
            .tasks
            .add(Role::Detached, parent.key, self.now, Component::WaitWorker);
        let hot = &mut self.tasks.hot[child as usize];
        (hot.pc, hot.process, hot.service, hot.carrier) =
            (entry, parent.process, parent.service, parent.carrier);
        let progress = self.advance_first(child);
        debug_assert_eq!(progress, Progress::Suspended, "a spawned task hops first");
    }

    /// [`World::advance`], not inlined into itself.
    #[inline(never)]
    pub fn advance_first(&mut self, task: u32) -> Progress {
        self.advance(task)
    }

    /// The cache a task looks into: its process's own, or the one for all.
    fn cache(&mut self, process: u32, cache: u32) -> &mut CacheState {
        let plan = &self.plan.services[self.processes[process as usize].service as usize];
        let shared = plan.caches[cache as usize].shared;
        let process = if shared { plan.first_process } else { process };
        &mut self.processes[process as usize].caches[cache as usize]
    }

    /// The end of a loop's body: the next iteration, with dice of its own, or on behind it.
    fn again(&mut self, task: u32) {
        let level = usize::from(self.tasks.hot[task as usize].loops) - 1;
        let frame = &mut self.tasks.rare(task).frames[level];
        frame.iteration += 1;
        let frame = *frame;
        let hot = &mut self.tasks.hot[task as usize];
        if frame.iteration == frame.times {
            hot.key = frame.key;
            hot.loops -= 1;
        } else if let Op::Repeat { path, .. } = &self.plan.ops[frame.body as usize - 1] {
            hot.key = frame.key.at(*path).nth(frame.iteration);
            hot.pc = frame.body;
        }
    }

    /// Runs a task that needs no thread, from where it is.
    pub fn run_free(&mut self, task: u32) {
        self.advance(task);
    }

    /// A delay is over.
    pub fn delay_end(&mut self, task: u32) {
        let hot = &self.tasks.hot[task as usize];
        if hot.dead {
            return self.tasks.bury(task);
        }
        let (carrier, process, service) = (hot.carrier, hot.process, hot.service);
        let on_loop = self.plan.services[service as usize].main == MainKind::Loop && !hot.away;
        if carrier != NONE && on_loop {
            self.loop_due(process, task);
        } else {
            if let Some(thread) = self.carriers.get_mut(carrier as usize) {
                thread.interrupt = self.plan.hosts[thread.host as usize].host.interrupt;
            }
            self.resume(task);
        }
    }

    /// What a task waited for is there.
    pub fn resume(&mut self, task: u32) {
        let hot = &self.tasks.hot[task as usize];
        if hot.dead {
            return self.tasks.bury(task);
        }
        let (carrier, process, service) = (hot.carrier, hot.process, hot.service);
        let away = hot.away;
        self.tasks.charge(task, self.now, Component::WaitWorker);
        if away {
            self.run_aux(carrier);
        } else if carrier == NONE {
            self.run_free(task);
        } else if self.plan.services[service as usize].main == MainKind::Loop {
            self.loop_ready(process, task);
        } else {
            self.run_carrier(carrier);
        }
    }

    /// Starts branches; the task waits for the last of them.
    fn fork(&mut self, task: u32, entries: &[u32]) {
        let parent = self.tasks.hot[task as usize];
        self.tasks.charge(task, self.now, Component::WaitWorker);
        self.tasks.hot[task as usize].forked = true;
        self.tasks.hot[task as usize].branches = entries.len() as u16;
        self.tasks.rare(task).branch = NONE;
        for &entry in entries {
            let branch = self
                .tasks
                .add(Role::Branch, parent.key, self.now, Component::WaitWorker);
            let hot = &mut self.tasks.hot[branch as usize];
            (hot.pc, hot.parent, hot.process, hot.service, hot.carrier) =
                (entry, task, parent.process, parent.service, parent.carrier);
            self.link_branch(task, branch);
            match self.plan.services[parent.service as usize].main {
                MainKind::Loop => self.processes[parent.process as usize]
                    .event_loop
                    .micro(&mut self.tasks, branch),
                _ => self.soon.push_back(Soon::Start(branch)),
            }
        }
    }

    /// A branch that is not on a loop begins: without a thread, or on one of its own.
    pub fn start_branch(&mut self, branch: u32) {
        let hot = &self.tasks.hot[branch as usize];
        let (service, process) = (hot.service, hot.process);
        if self.plan.services[service as usize].main == MainKind::Free {
            return self.run_free(branch);
        }
        let carrier = self.spare_carrier(u32::from(service), process);
        self.occupy(carrier, branch);
        self.run_carrier(carrier);
    }

    fn link_branch(&mut self, parent: u32, branch: u32) {
        let first = std::mem::replace(&mut self.tasks.rare(parent).branch, branch);
        self.tasks.rare(branch).before = NONE;
        self.tasks.rare(branch).after = first;
        if first != NONE {
            self.tasks.rare(first).before = branch;
        }
    }

    /// A branch has ended; after the last one its parent goes on, with the time of that branch as its own.
    pub fn join(&mut self, branch: u32) {
        let parent = self.tasks.hot[branch as usize].parent;
        let (before, after) = (
            self.tasks.rare(branch).before,
            self.tasks.rare(branch).after,
        );
        match before {
            NONE => self.tasks.rare(parent).branch = after,
            _ => self.tasks.rare(before).after = after,
        }
        if after != NONE {
            self.tasks.rare(after).before = before;
        }
        if let Some(failure) = self.tasks.hot[branch as usize].failure {
            self.fail(parent, failure);
        }
        let hot = &mut self.tasks.hot[parent as usize];
        hot.branches -= 1;
        if hot.branches > 0 {
            return;
        }
        let account = self.tasks.account(branch, self.now);
        let hot = &mut self.tasks.hot[parent as usize];
        hot.forked = false;
        hot.mark = self.now;
        hot.state = Component::WaitWorker;
        let (process, service) = (hot.process, hot.service);
        self.tasks.adopt(parent, &account);
        self.tasks.note_branch(branch, parent);
        match self.plan.services[service as usize].main {
            MainKind::Loop => self.processes[process as usize]
                .event_loop
                .micro(&mut self.tasks, parent),
            _ => self.soon.push_back(Soon::Resume(parent)),
        }
    }
}
