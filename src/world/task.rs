//! Requests in flight: one hot cache line each, and a cold record beside it.
//!
//! A task is a client's request at the app, a call at another service, or a branch of a `parallel`. It is always in exactly
//! one charged state since `mark`; [`Tasks::charge`] is the only way to another, so accounts add up by construction.

use super::plan::NONE;
use crate::kernel::fifo::Links;
use crate::kernel::{Key, Path, Span, Time};
use crate::measure::{Component, Failure};

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A client's request.
    Root,
    /// A call from another service's task.
    Call,
    /// A branch of a `parallel`.
    Branch,
}

/// The part of a task that every event touches.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Task {
    pub key: Key,
    /// Since when it is in `state`.
    pub mark: Time,
    pub pc: u32,
    /// The numbered thread it runs on, or [`NONE`].
    pub carrier: u32,
    pub process: u32,
    pub service: u32,
    /// The queue it stands in.
    pub next: u32,
    /// The caller, or the task that was forked.
    pub parent: u32,
    /// Branches that have not ended.
    pub branches: u32,
    pub endpoint: u16,
    pub state: Component,
    pub role: Role,
    pub failure: Option<Failure>,
    /// Its client has given up: what follows is orphaned work.
    pub abandoned: bool,
    /// Waits for its branches: the account is theirs.
    pub forked: bool,
    /// Handed over by a primary, and the worker's loop has not got to it.
    pub unacknowledged: bool,
    /// Loops in progress.
    pub loops: u8,
}

/// One level of a loop in progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub key: Key,
    pub body: u32,
    pub iteration: u64,
    pub times: u64,
}

/// How deep loops may be nested.
pub const MAX_LOOPS: usize = 4;
/// How many pools a request may hold a connection of at once.
pub const MAX_HELD: usize = 4;

/// The part that few events touch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cold {
    pub account: [u64; Component::COUNT],
    /// When it was meant to be sent.
    pub intended: Time,
    pub user: u32,
    pub connection: u32,
    /// Neighbours among the requests that may time out, or among the branches of one fork.
    pub before: u32,
    pub after: u32,
    /// The branch that began last and has not ended.
    pub branch: u32,
    pub attempts: u32,
    pub lock_waits: u32,
    pub held: [u32; MAX_HELD],
    pub frames: [Frame; MAX_LOOPS],
    /// When a wait for a pool's connection began.
    pub waiting_since: Time,
}

/// All tasks.
pub(super) struct Tasks {
    pub hot: Vec<Task>,
    pub cold: Vec<Cold>,
    free: Vec<u32>,
}

impl Links for Tasks {
    #[inline(always)]
    fn link(&mut self, id: u32) -> &mut u32 {
        &mut self.hot[id as usize].next
    }
}

impl Tasks {
    pub fn new() -> Self {
        Self {
            hot: Vec::new(),
            cold: Vec::new(),
            free: Vec::new(),
        }
    }

    /// How many are in use.
    pub fn live(&self) -> usize {
        self.hot.len() - self.free.len()
    }

    /// A fresh task, in the given state since `now`.
    #[inline]
    pub fn add(&mut self, role: Role, key: Key, now: Time, state: Component) -> u32 {
        let hot = Task {
            key,
            mark: now,
            pc: 0,
            carrier: NONE,
            process: NONE,
            service: 0,
            next: NONE,
            parent: NONE,
            branches: 0,
            endpoint: 0,
            state,
            role,
            failure: None,
            abandoned: false,
            forked: false,
            unacknowledged: false,
            loops: 0,
        };
        if let Some(id) = self.free.pop() {
            self.hot[id as usize] = hot;
            let cold = &mut self.cold[id as usize];
            cold.account = [0; Component::COUNT];
            cold.intended = now;
            cold.connection = NONE;
            cold.held = [NONE; MAX_HELD];
            cold.branch = NONE;
            cold.attempts = 0;
            cold.lock_waits = 0;
            return id;
        }
        self.hot.push(hot);
        let frame = Frame {
            key,
            body: 0,
            iteration: 0,
            times: 0,
        };
        self.cold.push(Cold {
            account: [0; Component::COUNT],
            intended: now,
            user: NONE,
            connection: NONE,
            before: NONE,
            after: NONE,
            branch: NONE,
            attempts: 0,
            lock_waits: 0,
            held: [NONE; MAX_HELD],
            frames: [frame; MAX_LOOPS],
            waiting_since: now,
        });
        self.hot.len() as u32 - 1
    }

    pub fn remove(&mut self, id: u32) {
        self.free.push(id);
    }

    /// Ends the present state at `now` and begins another.
    #[inline]
    pub fn charge(&mut self, id: u32, now: Time, next: Component) {
        let task = &mut self.hot[id as usize];
        self.cold[id as usize].account[task.state as usize] += now.0 - task.mark.0;
        task.mark = now;
        task.state = next;
    }

    /// Moves the last `span` of what has been charged to `from` over to `to`.
    pub fn transfer(&mut self, id: u32, span: Span, from: Component, to: Component) {
        let account = &mut self.cold[id as usize].account;
        account[from as usize] -= span.0;
        account[to as usize] += span.0;
    }

    /// The priority of the task's next wait for a lock.
    pub fn lock_priority(&mut self, id: u32, path: Path) -> u64 {
        let cold = &mut self.cold[id as usize];
        cold.lock_waits += 1;
        self.hot[id as usize]
            .key
            .nth(u64::from(cold.lock_waits))
            .word(path)
    }

    /// The account up to `now`, on the critical path: of a task that waits for branches, with one that has not ended.
    pub fn account(&self, id: u32, now: Time) -> [u64; Component::COUNT] {
        let task = &self.hot[id as usize];
        let mut account = self.cold[id as usize].account;
        if task.forked {
            let branch = self.account(self.cold[id as usize].branch, now);
            account
                .iter_mut()
                .zip(branch)
                .for_each(|(sum, part)| *sum += part);
        } else {
            account[task.state as usize] += now.0 - task.mark.0;
        }
        account
    }
}
