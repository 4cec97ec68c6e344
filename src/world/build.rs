//! A world as a replication begins: everything idle, caches as filled as they will be, the first arrivals on their way.

use std::collections::VecDeque;

use super::inside::Inside;
use super::parts::{Aux, Carrier, HostState, Process, ServiceState};
use super::plan::{ArrivalPlan, MainKind, NONE, Plan, PoolPlan, source_key};
use super::state::{SLOT_SEGMENT, World, kind};
use super::task::Tasks;
use crate::host::lock::Lock;
use crate::host::scheduler::Scheduler;
use crate::kernel::{Agenda, Fifo, Key, Path, Span, Time};
use crate::measure::Recorder;
use crate::service::{CacheState, EventLoop, ListenPolicy};

/// Addresses of draws that no step makes.
pub(super) struct Paths {
    pub gap: Path,
    pub endpoint: Path,
    pub think: Path,
    pub process: Path,
    pub lock: Path,
    pub look: Path,
    pub wake: Path,
    pub life: Path,
    pub gc: Path,
    pub head: Path,
    pub body: Path,
    pub silent: Path,
    pub hang_up: Path,
}

impl<'p> World<'p> {
    pub fn new(plan: &'p Plan, seed: u64, replication: u64) -> Self {
        let root = Path::ROOT;
        let mut world = Self {
            plan,
            now: Time::ZERO,
            agenda: Agenda::new(plan.slots),
            soon: VecDeque::new(),
            tasks: Tasks::new(),
            carriers: Vec::new(),
            processes: Vec::new(),
            services: Vec::new(),
            hosts: Vec::new(),
            heaps: Vec::new(),
            recorder: Recorder::new(plan.horizon, plan.entries.len(), plan.resources.len()),
            diary: None,
            mechanism: Key::root(seed, replication).at(root.child("mechanisms")),
            source: source_key(seed, replication),
            paths: Paths {
                gap: root.child("gap"),
                head: root.child("head"),
                body: root.child("body"),
                silent: root.child("silent"),
                hang_up: root.child("hang-up"),
                endpoint: root.child("endpoint"),
                think: root.child("think"),
                process: root.child("process"),
                lock: root.child("lock"),
                look: root.child("look"),
                wake: root.child("wake"),
                life: root.child("life"),
                gc: root.child("gc"),
            },
            ordinal: 0,
            next_key: source_key(seed, replication),
            users: Vec::new(),
            user_connections: Vec::new(),
            connections: Vec::new(),
            free_connections: VecDeque::new(),
            spare_connections: Vec::new(),
            client_connections: 0,
            watching_idle: false,
            waiting_clients: Fifo::default(),
            timeout_first: NONE,
            timeout_last: NONE,
            timeout_set: false,
            log: Vec::new(),
            events: 0,
            threads: 0,
            most_threads: 0,
            open_connections: 0,
            most_connections: 0,
        };
        if let Some(bands) = plan.bands {
            let services = plan.services.len();
            world.recorder = world.recorder.with_bands(bands, services);
            world.tasks.inside = Some(Inside::new(services));
        }
        world.build();
        world
    }

    fn build(&mut self) {
        let plan = self.plan;
        for host in &plan.hosts {
            let cores = host.shared_cores.unwrap_or(0);
            self.hosts.push(HostState {
                scheduler: host
                    .shared_cores
                    .map(|cores| Scheduler::new(&host.host, cores)),
                since: vec![Time::ZERO; cores as usize],
                cold: vec![0.0; cores as usize],
            });
        }
        for service in &plan.services {
            let each = service
                .listen
                .as_ref()
                .is_some_and(|listen| listen.policy == ListenPolicy::PerProcess);
            let queues = if each { service.processes } else { 1 };
            self.services.push(ServiceState {
                accept: vec![Fifo::default(); queues as usize],
                idle: Vec::new(),
                spare: Vec::new(),
                pooled: 0,
                credit: (service.first_process..service.first_process + service.processes)
                    .collect(),
            });
        }
        for (process, &service) in (0..).zip(&plan.process_service) {
            self.add_process(service);
            self.open_beforehand(process);
            self.draw_life(process);
        }
        for (service, planned) in (0..).zip(&plan.services) {
            if let Some(heartbeat) = planned.heartbeat {
                let first = Time::ZERO + heartbeat.check;
                self.agenda.schedule(first, kind::CHECK, service);
            }
        }
        for index in 0..plan.carriers.len() {
            self.add_carrier(index);
        }
        for service in &mut self.services {
            service.idle.reverse(); // the first thread of the first process goes first
        }
        self.agenda
            .set(SLOT_SEGMENT, self.recorder.segment_end(), kind::SEGMENT, 0);
        self.first_arrivals();
    }

    fn add_process(&mut self, service: u32) {
        let plan = &self.plan.services[service as usize];
        let dice = self.mechanism.nth(self.processes.len() as u64);
        let heap = match plan.gc {
            Some(_) => self.add_heap(dice.at(self.paths.gc)),
            None => NONE,
        };
        let first = self.processes.len() as u32 == plan.first_process;
        let caches = plan.caches.iter().map(|cache| match &cache.warm {
            Some(warm) if first || !cache.shared => warm.fill(cache, dice),
            _ if first || !cache.shared => CacheState::new(cache.params, cache.keys),
            _ => CacheState::new(cache.params, 0),
        });
        self.processes.push(Process {
            service,
            queue: Fifo::default(),
            lock: plan.lock.as_ref().map(Lock::new),
            lock_since: Time::ZERO,
            patience_set: false,
            event_loop: EventLoop::idle(plan.rounds),
            loop_carrier: NONE,
            heap,
            aux: plan.aux.iter().map(|_| Aux::default()).collect(),
            pools: plan.pools.iter().map(PoolPlan::state).collect(),
            caches: caches.collect(),
            connections: 0,
            admitted: 0,
            open: true,
            leaving: false,
            inside: 0,
            left: u64::MAX,
            generation: 0,
        });
    }

    fn add_carrier(&mut self, index: usize) {
        let heap = self.heap_of(index);
        let planned = self.plan.carriers[index];
        let service = &self.plan.services[planned.service as usize];
        let simple = planned.slot != NONE && service.lock.is_none() && heap == NONE;
        let carrier = Carrier::new(planned, service.host, heap, simple, Time::ZERO);
        self.carriers.push(carrier);
        let process = &mut self.processes[planned.process as usize];
        if planned.aux != NONE {
            let aux = &mut process.aux[planned.aux as usize];
            let started = service.aux[planned.aux as usize].started as usize;
            if aux.idle.len() < started {
                aux.idle.insert(0, index as u32);
                aux.most_made += 1;
            } else {
                aux.unmade.insert(0, index as u32);
            }
        } else {
            if service.main == MainKind::Loop {
                process.loop_carrier = index as u32;
            }
            self.services[planned.service as usize]
                .idle
                .push(index as u32);
        }
    }

    /// Schedules the first arrival, or every user's first request.
    fn first_arrivals(&mut self) {
        if let ArrivalPlan::Closed { users, .. } = &self.plan.arrivals {
            self.users = vec![0; *users as usize];
            self.user_connections = vec![NONE; *users as usize];
            for user in 0..*users {
                self.think(user, Span::MAX);
            }
        } else {
            self.next_arrival();
        }
    }
}
