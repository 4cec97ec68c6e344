//! The steps of flat programs.

use super::Pc;
use crate::kernel::{Count, Dist, Path, Span};
use crate::measure::Component;

/// One step of a flat program.
#[derive(Clone, Debug)]
pub enum Op {
    /// Work on the task's carrier; `native` needs no interpreter lock.
    Burst {
        /// How much.
        law: Dist,
        /// Its dice.
        path: Path,
        /// Whether the lock is let go.
        native: bool,
    },
    /// From here on the task's carrier does not let the lock go when asked to, or does so again.
    Keep(bool),
    /// Time that passes without anybody's help.
    Delay {
        /// How much.
        law: Dist,
        /// Its dice.
        path: Path,
        /// What it is charged to: a timer, or work where every task has a core of its own.
        component: Component,
    },
    /// Wait for the rest of the request, if it is not all there; whoever gives up goes on elsewhere.
    Receive {
        /// Where.
        cut: Pc,
    },
    /// A request will not arrive any more: close its connection.
    CutOff,
    /// Allocate what a request does beside its work.
    Allocate,
    /// A timer of the loop.
    Timer {
        /// How long.
        law: Dist,
        /// Its dice.
        path: Path,
    },
    /// Count the request as in progress, or refuse it where its process has enough in hand.
    Admit {
        /// Where one that is refused goes on.
        refused: Pc,
    },
    /// Make a thread of an executor for the request, unless it has it.
    Hire {
        /// Which of the service's auxiliary executors.
        executor: u32,
        /// What it costs the present thread.
        start: Span,
        /// Whether the present thread then waits until that one has begun.
        waits: bool,
    },
    /// On a thread that somebody waits for: what beginning takes it.
    Begin {
        /// How long.
        span: Span,
    },
    /// It has begun.
    Begun,
    /// Go to a thread of an auxiliary executor of the same process, and go on there.
    Away {
        /// Which of the service's auxiliary executors.
        executor: u32,
        /// Whether what is done there counts as slow.
        slow: bool,
    },
    /// Go back from there.
    Back {
        /// Whether what was done counts as slow.
        slow: bool,
    },
    /// Take a connection of a pool, unless the request holds one already. One that is to be opened goes on behind this.
    Acquire {
        /// Which of the service's pools.
        pool: u32,
        /// Kept to the end of the request.
        keep: bool,
        /// Where an open one goes on.
        ready: Pc,
    },
    /// The service's part of opening the pool's connection.
    Connect {
        /// Which of the service's pools.
        pool: u32,
        /// What runs there; 0: nothing.
        entry: Pc,
        /// Its dice.
        path: Path,
    },
    /// The pool's connection is open, or the service has refused it.
    Opened {
        /// Which of the service's pools.
        pool: u32,
        /// Kept to the end of the request.
        keep: bool,
    },
    /// Give it back.
    Release {
        /// Which of the service's pools.
        pool: u32,
    },
    /// A request to another service.
    Call {
        /// Which.
        service: u32,
        /// What runs there.
        entry: Pc,
        /// The callee's dice.
        path: Path,
    },
    /// Go on at one of several places.
    Choose {
        /// Its dice.
        path: Path,
        /// Upper ends of the branches' shares of the word's range, ascending, and where they begin.
        branches: Box<[(u64, Pc)]>,
    },
    /// Go on elsewhere.
    Jump(Pc),
    /// Begin a loop: an iteration for each of `times`, or go on behind it.
    Repeat {
        /// How often.
        times: Count,
        /// Its dice.
        path: Path,
        /// Behind the loop.
        end: Pc,
    },
    /// The end of a loop's body.
    Again,
    /// Start branches at once and go on when all have ended.
    Fork {
        /// Where they begin.
        branches: Box<[Pc]>,
    },
    /// Look a key up in the process's cache; on a hit go on elsewhere.
    Lookup {
        /// Which of the service's caches.
        cache: u32,
        /// Which key.
        key: Count,
        /// Its dice.
        path: Path,
        /// Where a hit goes on.
        hit: Pc,
    },
    /// Store the key.
    Store {
        /// Which of the service's caches.
        cache: u32,
        /// Which key.
        key: Count,
        /// Its dice, those of the look-up.
        path: Path,
        /// How long it lives.
        ttl: Span,
    },
    /// The task's next callback is another: where it waits for the loop.
    Hop(Hop),
    /// Start a task that nobody waits for, which hops at once.
    Spawn(Pc),
    /// Note a label, for scripts.
    Log(u32),
    /// On a connection on which nobody says anything: the thread waits for the first byte, if it does.
    Silence,
    /// The thread has waited for long enough, or until the connection ended: in the first case it goes on without it.
    Unheard,
    /// On a primary: wait in line for a worker that may have a connection, unless there is one.
    Distribute,
    /// On a primary: give the connection to the worker that has waited longest.
    HandOver {
        /// Where it goes on if that one has died meanwhile.
        again: Pc,
    },
    /// On a primary: a worker may have another.
    Acknowledged,
    /// The end of a request or a branch.
    End,
}

/// Where a task waits for its next callback on the same loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// Behind the present callback.
    Tick,
    /// Behind that and all ticks.
    Micro,
    /// The next poll: its I/O is ready.
    Ready,
    /// The next check phase (`setImmediate`): how a request gives the loop back.
    Check,
    /// The next closing phase.
    Closing,
}
