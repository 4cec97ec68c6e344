//! Reads the state of a world between two instants: who is on which core, what each thread does, who has which lock and connection.

use std::collections::{BTreeMap, BTreeSet};

use super::tracks::{Sight, Tracks};
use super::{Place, Slice, Watch, What};
use crate::host::scheduler;
use crate::kernel::{Span, Time};
use crate::measure::Component;
use crate::world::parts::{Carrier, CarrierState};
use crate::world::plan::{MainKind, NONE};
use crate::world::state::World;
use crate::world::task::Role;

/// What takes a lane: a task, told from an earlier one of the same number by when it began.
type Item = (u32, Time);

/// Who looks.
pub(super) struct Eye {
    windows: Vec<(Time, Time)>,
    most: usize,
    cut: Option<Time>,
    tracks: Tracks,
    /// By place with lane 0: who has which lane.
    lanes: BTreeMap<Place, Vec<Option<Item>>>,
    /// By task: whether it is in use, and which thread works on it at this sight.
    live: Vec<bool>,
    runs: Vec<u32>,
}

impl Eye {
    pub fn new(watch: &Watch) -> Self {
        Self {
            windows: joined(&watch.windows),
            most: watch.most,
            cut: None,
            tracks: Tracks::default(),
            lanes: BTreeMap::new(),
            live: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// The slices, and when looking ended for want of room.
    pub fn close(self) -> (Vec<Slice>, Option<Time>) {
        (self.tracks.close(), self.cut)
    }

    /// What the world is like now has held since `from` and holds until `to`.
    pub fn look(&mut self, world: &World, from: Time, to: Time) {
        for at in 0..self.windows.len() {
            let (begin, end) = self.windows[at];
            let (from, to) = (from.max(begin), to.min(end));
            if from < to && self.cut.is_none() {
                if self.tracks.len() > self.most {
                    self.cut = Some(from);
                    return;
                }
                self.see(world, from, to);
            }
        }
    }

    fn see(&mut self, world: &World, from: Time, to: Time) {
        world.tasks.mark_live(&mut self.live);
        self.runs.clear();
        self.runs.resize(self.live.len(), NONE);
        for (id, carrier) in (0..).zip(&world.carriers) {
            if runs(world, carrier)
                && let Some(by) = self.runs.get_mut(carrier.task as usize)
            {
                *by = id;
            }
        }
        self.cores(world, from, to);
        self.locks(world, from, to);
        for id in 0..world.carriers.len() as u32 {
            self.thread(world, id, from, to);
        }
        self.tasks(world, from, to);
    }

    fn cores(&mut self, world: &World, from: Time, to: Time) {
        for (host, state) in (0..).zip(&world.hosts) {
            let cores = state
                .scheduler
                .iter()
                .flat_map(|scheduler| scheduler.cores());
            for (core, state) in (0..).zip(cores) {
                if state.thread == scheduler::NONE {
                    continue;
                }
                let carrier = &world.carriers[state.thread as usize];
                let outer = work(world, carrier.task, state.thread.into());
                let place = Place::Core { host, core };
                portions(carrier, from, to, |what, from, to| {
                    self.tracks
                        .saw(place, from, to, &[outer, within(outer, what)]);
                });
            }
        }
    }

    fn locks(&mut self, world: &World, from: Time, to: Time) {
        for (index, process) in (0..).zip(&world.processes) {
            let Some(holder) = process.lock.as_ref().and_then(|lock| lock.holder()) else {
                continue;
            };
            let place = Place::Lock {
                service: process.service,
                process: index - world.plan.services[process.service as usize].first_process,
            };
            let task = world.carriers[holder as usize].task;
            self.tracks
                .saw(place, from, to, &[work(world, task, holder.into())]);
        }
    }

    fn thread(&mut self, world: &World, id: u32, from: Time, to: Time) {
        let carrier = &world.carriers[id as usize];
        let service = &world.plan.services[carrier.service as usize];
        let (task, lingers) = (carrier.task, carrier.linger != Time::NEVER);
        let active = runs(world, carrier)
            || !matches!(carrier.state, CarrierState::Parked | CarrierState::Running);
        let holds = carrier.occupied != Time::NEVER
            && self.live.get(task as usize) == Some(&true)
            && world.tasks.hot[task as usize].carrier == id;
        if !active && !holds && !lingers {
            return;
        }
        let place = Place::Thread {
            service: carrier.service,
            process: carrier.process - service.first_process,
            executor: if carrier.aux == NONE {
                0
            } else {
                carrier.aux + 1
            },
            thread: id,
        };
        let mut sights = Vec::with_capacity(3);
        if service.main == MainKind::Loop && carrier.aux == NONE {
            let phase = world.processes[carrier.process as usize].event_loop.phase();
            sights.push(plain(What::Phase(phase)));
        }
        if active || holds {
            sights.push(work(world, task, carrier.begun.0));
        }
        let outer = sights.last().copied().unwrap_or(plain(What::Chore));
        let mut saw = |what: What, from: Time, to: Time| {
            sights.push(within(outer, what));
            self.tracks.saw(place, from, to, &sights);
            sights.pop();
        };
        match carrier.state {
            _ if runs(world, carrier) => portions(carrier, from, to, saw),
            CarrierState::Queued => saw(What::State(Component::WaitCore), from, to),
            CarrierState::Locked => saw(What::State(Component::WaitLock), from, to),
            CarrierState::Waking => saw(What::Waking, from, to),
            _ if holds => saw(charged(world, task), from, to),
            _ => saw(What::Linger, from, to),
        }
    }

    /// Chosen requests and their branches, calls, connections held.
    fn tasks(&mut self, world: &World, from: Time, to: Time) {
        let mut lanes: Vec<(Place, Item, u32)> = Vec::new();
        for task in 0..self.live.len() as u32 {
            let hot = &world.tasks.hot[task as usize];
            if !self.live[task as usize] || hot.gone {
                continue;
            }
            let number = root(world, task).and_then(|root| world.diary.as_ref()?.number(root));
            let chosen = number.filter(|number| {
                world
                    .diary
                    .as_ref()
                    .is_some_and(|diary| diary.chosen(*number))
            });
            let item = (task, world.tasks.intended(task));
            match (hot.role, chosen) {
                (Role::Root, Some(number)) if !hot.abandoned => {
                    self.progress(world, Place::Request(number), item, from, to);
                }
                (Role::Branch, Some(request)) => {
                    lanes.push((Place::Branch { request, lane: 0 }, item, task));
                }
                (Role::Call | Role::Open, _) => {
                    let service = hot.service.into();
                    lanes.push((Place::Call { service, lane: 0 }, item, task));
                }
                _ => {}
            }
            for held in world.tasks.held(task) {
                let (service, process) = (u32::from(hot.service), hot.process);
                let planned = &world.plan.services[service as usize];
                let Some(pool) = planned.pools.get(held.pool as usize) else {
                    continue;
                };
                let slot = Place::Slot {
                    service,
                    process: process.wrapping_sub(planned.first_process),
                    callee: pool.callee,
                    slot: 0,
                };
                lanes.push((slot, item, task));
            }
        }
        self.free_lanes(&lanes);
        for (first, item, task) in lanes {
            let place = self.lane(first, item);
            if matches!(place, Place::Slot { .. }) {
                let sight = work(world, task, item.1.0);
                self.tracks.saw(place, from, to, &[sight]);
            } else {
                self.progress(world, place, item, from, to);
            }
        }
    }

    /// A task's states.
    fn progress(&mut self, world: &World, place: Place, (task, begun): Item, from: Time, to: Time) {
        let mut outer = work(world, task, u64::from(task) << 40 ^ begun.0);
        if world.tasks.hot[task as usize].role == Role::Open && outer.request.is_some() {
            outer.what = What::Opening;
        }
        let mut saw = |what, from, to| {
            self.tracks
                .saw(place, from, to, &[outer, within(outer, what)]);
        };
        match world.carriers.get(self.runs[task as usize] as usize) {
            Some(carrier) => portions(carrier, from, to, saw),
            None => saw(charged(world, task), from, to),
        }
    }

    /// Lanes of those that are there no more are free.
    fn free_lanes(&mut self, present: &[(Place, Item, u32)]) {
        let present: BTreeSet<(Place, Item)> = present
            .iter()
            .map(|(place, item, _)| (*place, *item))
            .collect();
        for (place, lanes) in &mut self.lanes {
            for lane in lanes {
                *lane = lane.filter(|item| present.contains(&(*place, *item)));
            }
        }
    }

    /// The place of an item: the lane it has, or the lowest free one.
    fn lane(&mut self, first: Place, item: Item) -> Place {
        let lanes = self.lanes.entry(first).or_default();
        let own = lanes.iter().position(|lane| *lane == Some(item));
        let at = own
            .or_else(|| lanes.iter().position(Option::is_none))
            .unwrap_or(lanes.len());
        if at == lanes.len() {
            lanes.push(None);
        }
        lanes[at] = Some(item);
        let at = at as u32;
        match first {
            Place::Branch { request, .. } => Place::Branch { request, lane: at },
            Place::Call { service, .. } => Place::Call { service, lane: at },
            Place::Slot {
                service,
                process,
                callee,
                ..
            } => Place::Slot {
                service,
                process,
                callee,
                slot: at,
            },
            other => other,
        }
    }
}

/// Whether a thread has a burst on a core, its own or a shared one.
fn runs(world: &World, carrier: &Carrier) -> bool {
    match world.hosts[carrier.host as usize].scheduler {
        Some(_) => carrier.state == CarrierState::Running,
        None => carrier.end != Time::NEVER,
    }
}

/// What a thread on a core does with a stretch of time: what it owes, in the order in which it is paid, then work.
fn portions(carrier: &Carrier, from: Time, to: Time, mut saw: impl FnMut(What, Time, Time)) {
    let work = match (carrier.looks, carrier.native) {
        (true, _) => Component::WaitLock,
        (false, true) => Component::Native,
        (false, false) => Component::Cpu,
    };
    // Who looks at the lock does the rest when it has it.
    let later = |owed: Span| if carrier.looks { Span::ZERO } else { owed };
    let owed = [
        (What::Switch, carrier.switch),
        (What::State(Component::Cold), later(carrier.cold)),
        (What::State(Component::Gc), later(carrier.gc)),
        (What::State(work), Span::MAX),
    ];
    let mut begin = carrier.mark;
    for (what, span) in owed {
        let end = Time(begin.0.saturating_add(span.0));
        let part = (begin.max(from), end.min(to));
        if part.0 < part.1 {
            saw(what, part.0, part.1);
        }
        begin = end;
    }
}

/// What a task that is not on a core is charged with.
fn charged(world: &World, task: u32) -> What {
    let hot = &world.tasks.hot[task as usize];
    if hot.forked {
        What::Parallel
    } else {
        What::State(hot.state)
    }
}

/// The client's request that a task belongs to.
fn root(world: &World, mut task: u32) -> Option<u32> {
    loop {
        let hot = world.tasks.hot.get(task)?;
        match hot.role {
            Role::Root => return Some(task),
            Role::Call | Role::Open | Role::Branch => task = hot.parent,
            Role::Silent | Role::Detached | Role::TakenBack | Role::Closing | Role::Message => {
                return None;
            }
        }
    }
}

fn plain(what: What) -> Sight {
    Sight {
        what,
        request: None,
        endpoint: None,
        which: 0,
    }
}

/// The work of a task, told from like work by `which`.
fn work(world: &World, task: u32, which: u64) -> Sight {
    let root = root(world, task);
    let request = root.and_then(|root| world.diary.as_ref()?.number(root));
    Sight {
        what: request.map_or(What::Chore, |_| What::Request),
        request,
        endpoint: root.map(|root| world.tasks.hot[root as usize].endpoint.into()),
        which,
    }
}

/// Something inside of work.
fn within(outer: Sight, what: What) -> Sight {
    Sight {
        what,
        which: 0,
        ..outer
    }
}

/// In order, and none overlaps another.
fn joined(windows: &[(Time, Time)]) -> Vec<(Time, Time)> {
    let mut sorted = windows.to_vec();
    sorted.sort_unstable();
    let mut joined: Vec<(Time, Time)> = Vec::new();
    for (from, to) in sorted {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}
