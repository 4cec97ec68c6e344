//! From a checked contestant at a load to a [`Plan`].

mod arrivals;
mod hosts;
mod primary;

pub use arrivals::named_loads;

use arrivals::arrival_plan;

use super::plan::{
    AuxPlan, CarrierPlan, DispatcherPlan, MainKind, NONE, Plan, PoolPlan, ServicePlan,
};
use super::program::Programs;
use crate::kernel::Span;
use crate::measure::{Bands, Resource};
use crate::scenario::{Contestant, Service, System};
use crate::service::{
    Admit, Beats, ListenPolicy, LockParams, MainThread, Model, Reuse, Takes, Tasks, Wakes,
};
use crate::workload::Arrivals;

/// No replication is longer: 146 years, so that nothing the clock adds to it can overflow.
const LONGEST: Span = Span(1 << 62);

/// What is compiled besides the contestant.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Requests per second, or users.
    pub load: f64,
    /// How long a replication is.
    pub horizon: Span,
    /// The exponent on the ratios of languages: 1 as measured, 0 the same CPU for all.
    pub language: f64,
    /// Whether caches begin as filled as they will be, instead of empty.
    pub warm_caches: bool,
    /// Whether each user of a closed loop asks for one endpoint only, the one of its number: threads whose programs differ.
    pub pinned: bool,
    /// Whether what cannot matter is left out. Off only to show that it changes nothing.
    pub elide: bool,
    /// Whether accounts are summed by band of latency, and with which limits.
    pub bands: Option<Bands>,
}

impl Setting {
    /// The ordinary setting at this load.
    #[must_use]
    pub fn new(load: f64, horizon: Span) -> Self {
        Self {
            load,
            horizon,
            language: 1.0,
            warm_caches: false,
            pinned: false,
            elide: true,
            bands: None,
        }
    }
}

impl Plan {
    /// Compiles a contestant at a load.
    #[must_use]
    pub fn compile(contestant: &Contestant, arrivals: &Arrivals, setting: Setting) -> Self {
        let system = &contestant.system;
        let mut plan = Self {
            ops: Vec::new(),
            entries: Vec::new(),
            choice: thresholds(
                system.services[0]
                    .endpoints
                    .iter()
                    .map(|endpoint| endpoint.weight),
            ),
            arrivals: arrival_plan(arrivals, setting.load),
            clients: system.clients.clone(),
            sending: !system.clients.sending.is_zero(),
            pinned: setting.pinned,
            connections: false,
            hosts: Vec::new(),
            services: Vec::new(),
            carriers: Vec::new(),
            process_service: Vec::new(),
            lock_slot: Vec::new(),
            pool_slot: Vec::new(),
            // Arrivals, the next sixteenth, and clients' time-outs if there are any.
            slots: 2 + usize::from(system.clients.timeout.is_some()),
            resources: Vec::new(),
            horizon: setting.horizon.min(LONGEST),
            bands: setting.bands,
            primary: None,
            silence: 0,
        };
        plan.connections = needs_connections(&plan, &system.services[0].model, setting.elide);
        plan.add_hosts(system, setting.elide);
        for (index, service) in system.services.iter().enumerate() {
            plan.add_service(index as u32, service, system, setting.elide);
        }
        Programs::compile(&mut plan, system, setting);
        plan.add_primary(system);
        if setting.warm_caches {
            plan.warm_caches(system, arrivals, setting);
        }
        plan
    }

    fn resource(&mut self, name: &str, units: Option<u64>, part: bool) -> u32 {
        self.resources.push(Resource {
            name: name.to_owned(),
            units,
            part,
        });
        self.resources.len() as u32 - 1
    }

    fn add_service(&mut self, index: u32, service: &Service, system: &System, elide: bool) {
        let model = &service.model;
        let prefix = if index == 0 {
            String::new()
        } else {
            format!("{}_", service.name)
        };
        let processes = u64::from(model.processes);
        let own_core = self.hosts[service.host].shared_cores.is_none();
        let main = main_kind(model, own_core, elide);
        let threads = if matches!(main, MainKind::Threads | MainKind::Loop) {
            model.executors[0].carriers.unwrap_or(1)
        } else {
            0
        };
        let dispatcher = dispatcher(model, main).filter(|_| index == 0);
        // The lock of a single thread matters where processes race for connections: who holds it accepts later.
        let race = model.listen.is_some()
            && model.processes > 1
            && matches!(model.queue.admit, Admit::Below(_));
        let shares = (1..model.executors.len()).any(|i| model.shares_interpreter(i));
        let lock = model.lock.clone().filter(|_| {
            let alone = main != MainKind::ThreadEach && threads == 1 && dispatcher.is_none();
            !elide || !alone || race || shares
        });
        let main_resource = match main {
            MainKind::Free | MainKind::ThreadEach => NONE,
            MainKind::Threads => self.resource(
                &format!("{prefix}threads"),
                Some(processes * u64::from(threads)),
                false,
            ),
            MainKind::Loop => self.resource(&format!("{prefix}loop"), Some(processes), false),
        };
        let host = &self.hosts[service.host].host;
        let lock = lock.map(|lock| LockParams {
            slack: host.timer_slack,
            ..lock
        });
        let lock_resource = lock.as_ref().map_or(NONE, |_| {
            self.resource(&format!("{prefix}lock"), Some(processes), false)
        });
        let mut aux = model.executors[1..]
            .iter()
            .enumerate()
            .map(|(i, executor)| {
                let interpreters = model.runs_cpu(i + 1);
                let own = executor.carriers.is_none() && !interpreters;
                let carriers = executor.carriers.unwrap_or(u32::from(!own));
                let name = format!("{prefix}{}", executor.name);
                let units = Some(processes * u64::from(carriers));
                AuxPlan {
                    carriers,
                    own,
                    started: executor.started.min(carriers),
                    boot: executor.boot,
                    memory: executor.memory.unwrap_or(model.memory.thread),
                    slow: executor.slow.map_or(u32::MAX, |slow| slow.of(carriers)),
                    takes: executor.takes,
                    resource: match own {
                        true => NONE,
                        false => self.resource(&name, units, false),
                    },
                    interpreters,
                    shares: model.shares_interpreter(i + 1),
                }
            })
            .collect::<Vec<_>>();
        let dispatcher = dispatcher.map(|costs| {
            let resource = self.resource("main_thread", Some(processes), false);
            aux.push(AuxPlan {
                carriers: 1,
                own: false,
                started: 1,
                boot: Span::ZERO,
                memory: 0, // it is part of its process
                slow: u32::MAX,
                takes: Takes::FirstCome,
                resource,
                interpreters: false,
                shares: true,
            });
            DispatcherPlan {
                aux: aux.len() as u32 - 1,
                accept: costs.accept,
                give_back: costs.give_back,
                close: costs.close,
            }
        });
        let pools = self.pools(service, &prefix, main, system, elide);
        let connections = match model.connection_limit {
            Some(limit) => self.resource(
                &format!("{prefix}connections"),
                Some(u64::from(limit)),
                true,
            ),
            None => NONE,
        };
        let heartbeat = model
            .heartbeat
            .filter(|heartbeat| heartbeat.beats == Beats::Handler);
        let replaces = model.lifecycle.requests.is_some();
        let first_process = self.process_service.len() as u32;
        for process in first_process..first_process + model.processes {
            self.add_process(
                index,
                process,
                threads,
                lock.as_ref()
                    .is_some_and(|lock| lock.switch_interval.is_some()),
                own_core,
                &aux,
                &pools,
            );
        }
        self.services.push(ServicePlan {
            host: service.host as u32,
            latency: service.latency,
            main,
            first_process,
            processes: model.processes,
            listen: model.listen.clone().filter(|_| index == 0),
            wakes: wakes(model, main).filter(|_| index == 0),
            dispatcher,
            queue: model.queue,
            keep_alive: model.keep_alive,
            linger: linger(model, main, self.clients.latency)
                .filter(|_| index == 0)
                .unwrap_or(Span::ZERO),
            reading: model.reading,
            requests_per_connection: model.requests_per_connection,
            connection_limit: model.connection_limit,
            connections,
            heartbeat,
            lifecycle: model.lifecycle,
            replaces,
            mortal: replaces || heartbeat.is_some(),
            cold: model.cold,
            lock,
            gc: model.gc.clone(),
            main_resource,
            lock_resource,
            threads,
            rounds: model.executors[0].rounds,
            aux,
            pools,
            caches: Vec::new(),
            memory: model.memory,
        });
    }

    /// A pool for each service called through one. Which connections are open matters where it costs something to open
    /// them, or the service limits them.
    fn pools(
        &mut self,
        service: &Service,
        prefix: &str,
        main: MainKind,
        system: &System,
        elide: bool,
    ) -> Vec<PoolPlan> {
        let model = &service.model;
        let mut pools = Vec::new();
        for (callee, target) in (0..).zip(&system.services) {
            let Some(of) = target.pool_in(model) else {
                continue;
            };
            let (name, pool) = &model.pools[of];
            let several = || {
                system
                    .services
                    .iter()
                    .filter(|other| other.pool_in(model) == Some(of))
            };
            let name = if several().count() > 1 {
                &target.name
            } else {
                name
            };
            let threads = pool.sessions.reuse == Reuse::Thread;
            let size = pool.size.filter(|_| !threads);
            let units = size.map(|size| u64::from(size) * u64::from(model.processes));
            let at_once = pool.at_once && main == MainKind::Loop;
            // Even opened for nothing, a new one is no connection that may be handed over at once.
            let ages = at_once && pool.sessions.max_age.is_some();
            let limited = target.model.connection_limit.is_some();
            let matters = !elide || pool.opening.is_some() || limited || ages;
            pools.push(PoolPlan {
                of: of as u32,
                callee,
                size,
                acquire_timeout: pool.acquire_timeout,
                resource: self.resource(&format!("{prefix}pool_{name}"), units, false),
                sessions: matters.then_some(pool.sessions),
                trips: pool.opening.as_ref().map_or(0, |opening| opening.trips),
                at_once,
                never_reused: pool.sessions.max_age == Some(Span::ZERO)
                    || threads && main != MainKind::Threads,
            });
        }
        pools
    }

    #[allow(clippy::too_many_arguments)]
    fn add_process(
        &mut self,
        service: u32,
        process: u32,
        threads: u32,
        patience: bool,
        own_core: bool,
        aux: &[AuxPlan],
        pools: &[PoolPlan],
    ) {
        let executors = std::iter::once((NONE, threads)).chain(
            aux.iter()
                .enumerate()
                .map(|(i, aux)| (i as u32, aux.carriers)),
        );
        for (aux, carriers) in executors {
            for _ in 0..carriers {
                let slot = if own_core { self.slot() } else { NONE };
                self.carriers.push(CarrierPlan {
                    process,
                    service,
                    aux,
                    slot,
                });
            }
        }
        self.process_service.push(service);
        let lock_slot = if patience { self.slot() } else { NONE };
        self.lock_slot.push(lock_slot);
        self.pool_slot.push(self.slots as u32);
        self.slots += pools.len();
    }

    fn slot(&mut self) -> u32 {
        self.slots += 1;
        self.slots as u32 - 1
    }
}

/// Connections matter if they are limited or accepted.
fn needs_connections(plan: &Plan, app: &Model, elide: bool) -> bool {
    !elide || plan.clients.connections.is_some() || app.listen.is_some()
}

fn main_kind(model: &Model, own_core: bool, elide: bool) -> MainKind {
    match (model.executors[0].tasks, model.executors[0].carriers) {
        (Tasks::Unlimited, _) => MainKind::Loop,
        (Tasks::One, Some(_)) => MainKind::Threads,
        (Tasks::One, None)
            if own_core
                && elide
                && model.lock.is_none()
                && model.gc.is_none()
                && model.executors.len() == 1 =>
        {
            MainKind::Free
        }
        (Tasks::One, None) => MainKind::ThreadEach,
    }
}

/// What a request and an answered one cost the thread between the kernel and a number of handlers' threads.
fn dispatcher(model: &Model, main: MainKind) -> Option<MainThread> {
    let listen = model.listen.as_ref()?;
    let costs = listen.main_thread?;
    let alone = listen.policy != ListenPolicy::Primary; // who hands over itself
    (alone && main == MainKind::Threads).then_some(costs)
}

/// Whom a new connection wakes, where threads of `main` accept for themselves when they are idle.
fn wakes(model: &Model, main: MainKind) -> Option<Wakes> {
    let listen = model.listen.as_ref()?;
    let idlers = main == MainKind::Threads && model.queue.admit == Admit::Idle;
    let themselves = dispatcher(model, main).is_none() && listen.policy != ListenPolicy::Primary;
    listen.wakes.filter(|_| idlers && themselves)
}

/// How long a thread is kept by a connection it has closed: until the client, who closes on receipt of the response, is
/// heard of. A loop goes on meanwhile.
fn linger(model: &Model, main: MainKind, latency: Span) -> Option<Span> {
    let kept = main == MainKind::Threads && model.listen.is_some();
    model
        .linger
        .filter(|_| kept)
        .map(|most| most.min(latency * 2))
}

/// Upper ends of shares of the range of a 64-bit word, in proportion to the weights.
pub(super) fn thresholds(weights: impl Iterator<Item = f64> + Clone) -> Vec<u64> {
    let total: f64 = weights.clone().sum();
    let mut sum = 0.0;
    let mut ends: Vec<u64> = weights
        .clone()
        .map(|weight| {
            sum += weight;
            (sum / total * 18_446_744_073_709_551_616.0) as u64
        })
        .collect();
    // Whatever rounding did, the last branch of positive weight takes the rest.
    let last = weights
        .enumerate()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(index, _)| index)
        .last()
        .unwrap_or(0);
    for end in &mut ends[last..] {
        *end = u64::MAX;
    }
    ends
}
