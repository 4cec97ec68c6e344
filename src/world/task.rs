//! Requests in flight: one hot cache line each, an account in another, and what few of them need apart.
//!
//! A task is a client's request at the app, a call at another service, or a branch of a `parallel`. It is always in exactly
//! one charged state since `mark`; [`Tasks::charge`] is the only way to another, so accounts add up by construction.

mod held;

use std::ops::{Index, IndexMut};

use super::inside::Inside;
use super::plan::NONE;
use crate::kernel::fifo::Links;
use crate::kernel::{Key, Path, Span, Time};
use crate::measure::account::HALF;
use crate::measure::{Account, Component, Failure};

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A client's request.
    Root,
    /// A call from another service's task.
    Call,
    /// The service's part of opening a connection to it.
    Open,
    /// A branch of a `parallel`.
    Branch,
    /// A callback of a script: nobody waits for it.
    Detached,
    /// A connection that goes back from a handler's thread to the main thread.
    TakenBack,
    /// One that the main thread closes.
    Closing,
    /// A connection on which nobody says anything. It counts as abandoned from the beginning: nobody waits for what becomes of it.
    Silent,
    /// A worker's message to its primary that it may have a connection.
    Message,
}

/// The part of a task that every event touches: one cache line.
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
    /// The queue it stands in.
    pub next: u32,
    /// The caller, the task that was forked, of a client's request the user, of a message the worker.
    pub parent: u32,
    /// Of a client's request: the connection it goes over.
    pub connection: u32,
    pub service: u16,
    pub endpoint: u16,
    /// Branches that have not ended.
    pub branches: u16,
    /// Waits for the lock so far: each has dice of its own.
    pub waits: u16,
    pub state: Component,
    pub role: Role,
    pub failure: Option<Failure>,
    /// Its client has given up: what follows is orphaned work.
    pub abandoned: bool,
    /// Waits for its branches: the account is theirs.
    pub forked: bool,
    /// Handed over by a primary, and the worker's loop has not got to it.
    pub unacknowledged: bool,
    /// Something is in the second half of its account.
    pub second: bool,
    /// Loops in progress.
    pub loops: u8,
    /// Connections of pools held.
    pub holds: u8,
    /// Attempts to connect that failed.
    pub attempts: u8,
    /// Its process was killed while a timer's end or an answer was on its way to it, which has not come yet.
    pub dead: bool,
    /// Dead, and nobody else knows it any more.
    pub gone: bool,
    /// On a thread of an auxiliary executor, or waits for one.
    pub away: bool,
    /// Has a thread of its own on an auxiliary executor.
    pub hired: bool,
    /// It was let in by a process that limits how many are in progress.
    pub admitted: bool,
}

/// When a request was meant to be sent, and the first half of its account: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Sheet {
    intended: Time,
    first: [u64; HALF],
}

/// A task and its sheet: neighbours, since whoever touches the one soon touches the other.
#[derive(Clone, Copy, Debug)]
#[repr(align(128))]
struct Pair {
    hot: Task,
    sheet: Sheet,
}

/// The tasks by their numbers.
pub(super) struct Pairs(Vec<Pair>);

impl Index<usize> for Pairs {
    type Output = Task;

    #[inline(always)]
    fn index(&self, id: usize) -> &Task {
        &self.0[id].hot
    }
}

impl IndexMut<usize> for Pairs {
    #[inline(always)]
    fn index_mut(&mut self, id: usize) -> &mut Task {
        &mut self.0[id].hot
    }
}

impl Pairs {
    /// The task of a number, if there ever was one.
    pub fn get(&self, id: u32) -> Option<&Task> {
        self.0.get(id as usize).map(|pair| &pair.hot)
    }
}

/// One level of a loop in progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub key: Key,
    pub body: u32,
    pub iteration: u64,
    pub times: u64,
}

/// How deep loops may be nested: 4 in a list of steps, and 4 more in those of a call in it.
pub const MAX_LOOPS: usize = 8;
/// How many pools a request may hold a connection of at once.
pub const MAX_HELD: usize = crate::service::MAX_POOLS;

/// A pool's connection that a task holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub pool: u32,
    /// Since when it is open; [`Time::NEVER`]: it is being opened.
    pub opened: Time,
}

/// What few tasks need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rare {
    second: [u64; HALF],
    /// Neighbours among the requests that may time out, or among the branches of one fork.
    pub before: u32,
    pub after: u32,
    /// The branch that began last and has not ended.
    pub branch: u32,
    held: [Held; MAX_HELD],
    pub frames: [Frame; MAX_LOOPS],
    /// For how long its timer was set, in multiples of the loop's resolution.
    pub timer: u32,
    /// When a wait for a pool's connection began.
    pub waiting_since: Time,
    /// Its own thread on an auxiliary executor.
    pub own: u32,
    /// When its first byte was at the server.
    pub first_byte: Time,
    /// Of a silent connection: when its client hangs up, or the server has had enough.
    pub ends: Time,
}

/// All tasks.
pub(super) struct Tasks {
    pub hot: Pairs,
    /// As many as were ever needed.
    rare: Vec<Rare>,
    free: Vec<u32>,
    /// What called services did for them, where bands are asked for.
    pub inside: Option<Inside>,
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
            hot: Pairs(Vec::new()),
            rare: Vec::new(),
            free: Vec::new(),
            inside: None,
        }
    }

    /// Says of each number whether its task is in use.
    pub fn mark_live(&self, live: &mut Vec<bool>) {
        live.clear();
        live.resize(self.hot.0.len(), true);
        for &id in &self.free {
            live[id as usize] = false;
        }
    }

    /// How many are in use.
    pub fn live(&self) -> usize {
        self.hot.0.len() - self.free.len()
    }

    /// A fresh task, in the given state since `now`.
    #[inline(always)]
    pub fn add(&mut self, role: Role, key: Key, now: Time, state: Component) -> u32 {
        let hot = Task {
            key,
            mark: now,
            pc: 0,
            carrier: NONE,
            process: NONE,
            next: NONE,
            parent: NONE,
            connection: NONE,
            service: 0,
            endpoint: 0,
            branches: 0,
            waits: 0,
            state,
            role,
            failure: None,
            abandoned: false,
            forked: false,
            unacknowledged: false,
            second: false,
            loops: 0,
            holds: 0,
            attempts: 0,
            dead: false,
            gone: false,
            away: false,
            hired: false,
            admitted: false,
        };
        let sheet = Sheet {
            intended: now,
            first: [0; HALF],
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.hot.0[id as usize] = Pair { hot, sheet };
                id
            }
            None => {
                self.hot.0.push(Pair { hot, sheet });
                self.hot.0.len() as u32 - 1
            }
        };
        if let Some(inside) = &mut self.inside {
            inside.begin(id);
        }
        id
    }

    #[inline(always)]
    pub fn remove(&mut self, id: u32) {
        let hot = &mut self.hot[id as usize];
        hot.process = NONE;
        if hot.dead {
            hot.gone = true;
            return;
        }
        self.free.push(id);
    }

    /// What was on its way to a dead task has come.
    #[cold]
    pub fn bury(&mut self, id: u32) {
        let hot = &mut self.hot[id as usize];
        hot.dead = false;
        if hot.gone {
            self.free.push(id);
        }
    }

    /// All numbers that were ever given out are below this.
    pub fn count(&self) -> u32 {
        self.hot.0.len() as u32
    }

    /// A task that waits for its branches waits no more: their time so far is its own.
    pub fn close_fork(&mut self, id: u32, now: Time) {
        if !self.hot[id as usize].forked {
            return;
        }
        let account = self.account_of_branches(id, now);
        let hot = &mut self.hot[id as usize];
        hot.forked = false;
        hot.mark = now;
        hot.state = Component::WaitWorker;
        self.adopt(id, &account);
    }

    /// Begins to load a task that will be wanted soon: with many pending it is in no near cache.
    #[inline(always)]
    pub fn touch(&self, id: u32) {
        if let Some(pair) = self.hot.0.get(id as usize) {
            std::hint::black_box((pair.hot.pc, pair.sheet.intended.0 as u32));
        }
    }

    /// When it was meant to be sent.
    #[inline]
    pub fn intended(&self, id: u32) -> Time {
        self.hot.0[id as usize].sheet.intended
    }

    /// What few tasks need, of this one.
    pub fn rare(&mut self, id: u32) -> &mut Rare {
        if self.rare.len() <= id as usize {
            let frame = Frame {
                key: self.hot[id as usize].key,
                body: 0,
                iteration: 0,
                times: 0,
            };
            let fresh = Rare {
                second: [0; HALF],
                before: NONE,
                after: NONE,
                branch: NONE,
                held: [Held {
                    pool: NONE,
                    opened: Time::NEVER,
                }; MAX_HELD],
                frames: [frame; MAX_LOOPS],
                timer: 0,
                waiting_since: Time::ZERO,
                own: NONE,
                first_byte: Time::ZERO,
                ends: Time::ZERO,
            };
            self.rare.resize(self.hot.0.len(), fresh);
        }
        &mut self.rare[id as usize]
    }

    /// Adds to what has been charged to a state, or takes away from it.
    #[inline(always)]
    fn entry(&mut self, id: u32, state: Component) -> &mut u64 {
        let place = Account::place(state);
        if place < HALF {
            return &mut self.hot.0[id as usize].sheet.first[place];
        }
        self.far_entry(id, place)
    }

    #[inline(never)]
    fn far_entry(&mut self, id: u32, place: usize) -> &mut u64 {
        if !std::mem::replace(&mut self.hot[id as usize].second, true) {
            self.rare(id).second = [0; HALF];
        }
        &mut self.rare[id as usize].second[place - HALF]
    }

    /// Ends the present state at `now` and begins another.
    #[inline(always)]
    pub fn charge(&mut self, id: u32, now: Time, next: Component) {
        let task = &mut self.hot[id as usize];
        let (span, state) = (now.0 - task.mark.0, task.state);
        task.mark = now;
        task.state = next;
        if span > 0 {
            *self.entry(id, state) += span;
        }
    }

    /// Moves `span` of what has been charged to `from` over to `to`.
    pub fn transfer(&mut self, id: u32, span: Span, from: Component, to: Component) {
        *self.entry(id, from) -= span.0;
        *self.entry(id, to) += span.0;
    }

    /// The task takes the time of a branch as its own.
    pub fn adopt(&mut self, id: u32, account: &Account) {
        for state in Component::ALL {
            let span = account.get(state);
            if span > 0 {
                *self.entry(id, state) += span;
            }
        }
    }

    /// A draw for the task's next wait: its priority among the waiters for a lock, how long it takes to wake.
    pub fn wait_word(&mut self, id: u32, path: Path) -> u64 {
        let hot = &mut self.hot[id as usize];
        hot.waits = hot.waits.wrapping_add(1);
        hot.key.nth(u64::from(hot.waits)).word(path)
    }

    /// The account up to `now`, on the critical path: of a task that waits for branches, with one that has not ended.
    #[inline(always)]
    pub fn account(&self, id: u32, now: Time) -> Account {
        let task = &self.hot[id as usize];
        let mut account = Account::default();
        account.0[..HALF].copy_from_slice(&self.hot.0[id as usize].sheet.first);
        if task.second {
            account.0[HALF..].copy_from_slice(&self.rare[id as usize].second);
        }
        if task.forked {
            account.add(&self.account_of_branches(id, now));
        } else {
            *account.entry(task.state) += now.0 - task.mark.0;
        }
        account
    }

    #[cold]
    fn account_of_branches(&self, id: u32, now: Time) -> Account {
        self.account(self.rare[id as usize].branch, now)
    }
}
