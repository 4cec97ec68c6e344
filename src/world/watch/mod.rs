//! Watching a world: one replication run again from its seed, and what held between its instants written down.
//!
//! ```text
//!  event ── event ───────── event ── event          nothing changes between two events, so what is seen after one of them
//!      look ──► held since      look ──► ...        has held until the next: equal sights join into one slice
//! ```
//!
//! No mechanism knows that it is watched, so a watched run is the same simulation as any other. What lasts no time is not seen. A run that is
//! not watched pays for two tests a request, whether a [`Diary`] is kept.
//!
//! Time on a core is paid in an order (context switch, cold core, collector, work; [`super::cores`]), which says for any sight how far it has
//! come.

mod diary;
mod eye;
mod tracks;

use super::plan::Plan;
use super::state::World;
use crate::kernel::{Span, Time};
use crate::measure::{Component, Outcome};

pub(super) use diary::Diary;
pub use diary::{Ended, Wanted};
use eye::Eye;

/// Where something is seen: a line of a picture over time. In the order in which people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A chosen request, by number.
    Request(u64),
    /// A branch of a chosen request; branches at the same time have lanes of their own.
    Branch {
        /// The request.
        request: u64,
        /// From 0.
        lane: u32,
    },
    /// A core of a host.
    Core {
        /// Its host, as in the system.
        host: u32,
        /// From 0.
        core: u32,
    },
    /// The lock of a process.
    Lock {
        /// The service, as in the system.
        service: u32,
        /// Which of its processes, from 0.
        process: u32,
    },
    /// A thread.
    Thread {
        /// The service.
        service: u32,
        /// Which of its processes.
        process: u32,
        /// Which of the process's executors; 0 is `main`.
        executor: u32,
        /// The number of the thread, unlike all others of the run.
        thread: u32,
    },
    /// A connection of a pool.
    Slot {
        /// The service whose pool it is.
        service: u32,
        /// Which of its processes.
        process: u32,
        /// The service called over it.
        callee: u32,
        /// The lowest that was free.
        slot: u32,
    },
    /// A call in progress at a service; calls at the same time have lanes of their own.
    Call {
        /// The service called.
        service: u32,
        /// The lowest that was free.
        lane: u32,
    },
}

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A request, or a branch or call of one, from its beginning to its end, or the time in which a thread, a core, a lock or a connection is its.
    Request,
    /// What a service does so that a connection to it is open: its caller is charged with it as waiting for a connection.
    Opening,
    /// What a request or a call is charged with.
    State(Component),
    /// It waits for its branches.
    Parallel,
    /// The context switch at the beginning of a stretch on a core; a request is charged with it as waiting for a core.
    Switch,
    /// A thread leaves its sleep; a request is charged with it as waiting for a core.
    Waking,
    /// A thread has nobody's work in hand: it gives a connection back, closes one, or starts.
    Chore,
    /// A thread waits for a client to close too.
    Linger,
    /// A phase of a loop, by name.
    Phase(&'static str),
}

impl What {
    /// What a request in this sight is charged with.
    #[must_use]
    pub fn state(self) -> Option<Component> {
        match self {
            Self::State(state) => Some(state),
            Self::Switch | Self::Waking => Some(Component::WaitCore),
            _ => None,
        }
    }
}

/// Something that held for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Where.
    pub place: Place,
    /// In how many other slices of the place it lies.
    pub depth: u32,
    /// What.
    pub what: What,
    /// Whose: the number of a request, from 1 in the order of coming.
    pub request: Option<u64>,
    /// The endpoint of that request, as in the app.
    pub endpoint: Option<u32>,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

impl Slice {
    /// How long.
    #[must_use]
    pub fn span(&self) -> Span {
        self.to.since(self.from)
    }
}

/// Whom to watch, and when.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The chosen requests, by number.
    pub requests: Vec<u64>,
    /// When to look. Outside of these nothing is seen.
    pub windows: Vec<(Time, Time)>,
    /// The most slices; then nothing more is seen.
    pub most: usize,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Trace {
    /// By place, then by time, then by depth.
    pub slices: Vec<Slice>,
    /// The chosen requests that ended, with their accounts.
    pub ended: Vec<Ended>,
    /// When looking ended for want of room, if it did.
    pub cut: Option<Time>,
    /// What the run came to.
    pub outcome: Outcome,
}

impl Plan {
    /// Runs one replication and keeps a diary of the requests that are wanted: when they came and ended.
    #[must_use]
    pub fn diary(&self, seed: u64, replication: u64, wanted: Wanted) -> (Vec<Ended>, Outcome) {
        let mut world = World::new(self, seed, replication);
        world.diary = Some(Box::new(Diary::new(wanted)));
        world.run_through();
        let diary = world.diary.take();
        (
            diary.map_or(Vec::new(), |diary| diary.ended()),
            world.finish(),
        )
    }

    /// Runs one replication and watches.
    #[must_use]
    pub fn watch(&self, seed: u64, replication: u64, watch: &Watch) -> Trace {
        let mut world = World::new(self, seed, replication);
        let wanted = Wanted::Numbers(watch.requests.clone());
        world.diary = Some(Box::new(Diary::new(wanted)));
        let mut eye = Eye::new(watch);
        world.run_watched(&mut eye);
        let diary = world.diary.take();
        let (slices, cut) = eye.close();
        Trace {
            slices,
            cut,
            ended: diary.map_or(Vec::new(), |diary| diary.ended()),
            outcome: world.finish(),
        }
    }
}

impl World<'_> {
    /// Every event up to the horizon, looking in between.
    fn run_watched(&mut self, eye: &mut Eye) {
        let end = Time::ZERO + self.plan.horizon;
        loop {
            let event = self.agenda.pop();
            let event = event.filter(|event| event.time <= end && !self.agenda.exhausted());
            eye.look(self, self.now, event.map_or(end, |event| event.time));
            match event {
                Some(event) => self.handle(event),
                None => break,
            }
        }
        self.close_books(end);
    }
}
