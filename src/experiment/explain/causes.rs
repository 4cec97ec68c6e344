//! What a request may wait for, and the same scenario without that wait: counterfactuals as data.
//!
//! A cause is a change of the checked [`System`], not code in the world: a lock that is not there, cores without number, a pool without limit.
//! Everything else stays, dice included, so the same requests meet a machine that lacks one reason to wait. What is taken away is
//! the *waiting*, never work: the CPU of the app and of called services is the same in all of them.
//!
//! What they leave out: no change makes a mechanism behave otherwise (another order of service, a fairer lock), and removing one wait may move
//! requests on to the next, as real machines do. That is why the effects of several need not add up, and why all together are run too.

use crate::measure::{Account, Component};
use crate::scenario::System;
use crate::service::{Admit, Executor, Model, Primary, Reuse, Tasks};

/// Auxiliary threads where there shall be as many as anybody wants: more than any run that keeps up occupies.
const MANY: u32 = 1000;
/// So many cores keep nobody waiting; one idles as long as before or longer, so cold and wake-ups stay what they are.
const MANY_CORES: u32 = 64;

/// A reason to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The clients' connections.
    ClientConnections,
    /// The threads of the app's main executor, or the turn on its loop, and the way to them.
    Workers,
    /// The interpreter's lock.
    Lock,
    /// The cores of the app's host.
    Cores,
    /// What threads cost that switch and wake.
    Switches,
    /// Cores that idled.
    Cold,
    /// The threads of the auxiliary executors.
    AuxiliaryThreads,
    /// The collector's pauses.
    Collector,
    /// The connections to services.
    Pools,
    /// That connections have to be opened.
    Opening,
    /// The wire.
    Network,
    /// Whatever makes a request wait inside this called service.
    Service(usize),
}

/// Whether a request in this state waits for something, or is slowed by it, rather than that anything is done for it.
#[must_use]
pub fn is_wait(state: Component) -> bool {
    !matches!(
        state,
        Component::Cpu
            | Component::Native
            | Component::Call
            | Component::Network
            | Component::Timer
    )
}

impl Cause {
    /// All that a system may have.
    pub fn all(system: &System) -> Vec<Self> {
        let own = [
            Self::ClientConnections,
            Self::Workers,
            Self::Lock,
            Self::Cores,
            Self::Switches,
            Self::Cold,
            Self::AuxiliaryThreads,
            Self::Collector,
            Self::Pools,
            Self::Opening,
            Self::Network,
        ];
        let called = (1..system.services.len()).map(Self::Service);
        own.into_iter().chain(called).collect()
    }

    /// The time that would be gone at once, nanoseconds: of an account of the app, and one for what each service did.
    pub fn charged(self, own: &Account, inside: &[Account]) -> u64 {
        let of = |states: &[Component]| states.iter().map(|state| own.get(*state)).sum();
        match self {
            Self::ClientConnections => of(&[Component::WaitClient]),
            Self::Workers => of(&[Component::WaitAccept, Component::WaitWorker]),
            Self::Lock => of(&[Component::WaitLock]),
            Self::Cores | Self::Switches => of(&[Component::WaitCore]),
            Self::Cold => of(&[Component::Cold]),
            Self::AuxiliaryThreads => of(&[Component::WaitPool]),
            Self::Collector => of(&[Component::Gc]),
            Self::Pools | Self::Opening => of(&[Component::WaitConnection]),
            Self::Network => {
                let called: u64 = inside.iter().map(|a| a.get(Component::Network)).sum();
                called + of(&[Component::Network])
            }
            Self::Service(index) => {
                let inside = inside.get(index);
                let waits = Component::ALL.into_iter().filter(|state| is_wait(*state));
                inside.map_or(0, |a| waits.map(|state| a.get(state)).sum())
            }
        }
    }

    /// Whether the time of [`Self::charged`] is that of this cause alone; else nobody knows how much of it is.
    pub fn alone(self) -> bool {
        !matches!(self, Self::Switches | Self::Opening)
    }

    /// The wait in words that follow "without".
    pub fn title(self, system: &System) -> String {
        let app = &system.services[0].model;
        match self {
            Self::ClientConnections => "waiting for a client's connection".to_owned(),
            Self::Workers if app.executors[0].tasks == Tasks::Unlimited => {
                "waiting for the loop".to_owned()
            }
            Self::Workers => "waiting for a thread".to_owned(),
            Self::Lock => "waiting for the lock".to_owned(),
            Self::Cores => "waiting for a core".to_owned(),
            Self::Switches => "switches and wake-ups".to_owned(),
            Self::Cold => "cold cores".to_owned(),
            Self::AuxiliaryThreads => "waiting for an auxiliary thread".to_owned(),
            Self::Collector => "garbage collection".to_owned(),
            Self::Pools => "waiting for a pooled connection".to_owned(),
            Self::Opening => "opening connections".to_owned(),
            Self::Network => "the wire".to_owned(),
            Self::Service(index) => format!("waiting inside {}", system.services[index].name),
        }
    }

    /// What is changed, in the words of the files; `None` where there is nothing to change.
    pub fn change(self, system: &System) -> Option<(System, String)> {
        let mut changed = system.clone();
        let host = system.services[0].host;
        let app = &mut changed.services[0].model;
        let said = match self {
            Self::ClientConnections => {
                changed.clients.connections.take()?;
                "clients.connections unlimited".to_owned()
            }
            Self::Workers => threads_for_all(app)?,
            Self::Lock => {
                app.lock.take()?;
                "lock none".to_owned()
            }
            Self::Cores => {
                let cores = changed.hosts[host].cores.as_mut()?;
                *cores = cores.saturating_mul(8).max(MANY_CORES);
                format!("the host's cores {cores}")
            }
            Self::Switches => {
                let host = &mut changed.hosts[host];
                let wakes = host.wake.take().is_some();
                let switches = !std::mem::take(&mut host.switch_cost).is_zero();
                let interrupted = !std::mem::take(&mut host.interrupt).is_zero();
                (wakes || switches || interrupted)
                    .then(|| "the host's switch_cost and interrupt 0, wake none".to_owned())?
            }
            Self::Cold => {
                changed.hosts[host].cold.take()?;
                "the host's cores never go cold".to_owned()
            }
            Self::AuxiliaryThreads => more_auxiliary_threads(app)?,
            Self::Collector => {
                app.gc.take()?;
                "gc none".to_owned()
            }
            Self::Pools => endless_pools(&mut changed)?,
            Self::Opening => {
                let pools = app.pools.iter_mut();
                let opened = pools.filter_map(|(name, pool)| pool.opening.take().map(|_| &*name));
                let said: Vec<String> = opened.map(|name| format!("pools.{name}.open")).collect();
                (!said.is_empty()).then(|| format!("{} costs nothing", said.join(", ")))?
            }
            Self::Network => {
                let clients = std::mem::take(&mut changed.clients.latency);
                let mut all = vec![clients];
                for service in &mut changed.services {
                    all.push(std::mem::take(&mut service.latency));
                }
                let any = all.iter().any(|latency| !latency.is_zero());
                any.then(|| "every latency 0".to_owned())?
            }
            Self::Service(index) => endless_service(&mut changed, index)?,
        };
        Some((changed, said))
    }
}

/// A thread for each request instead of a number of threads or a loop; nothing before them is limited either.
fn threads_for_all(model: &mut Model) -> Option<String> {
    let main = &mut model.executors[0];
    if main.tasks == Tasks::One && main.carriers.is_none() {
        return None;
    }
    *main = Executor::threads(&main.name.clone(), None);
    model.queue.admit = Admit::Always;
    model.queue.capacity = None;
    if let Some(listen) = &mut model.listen {
        listen.backlog = None;
        listen.accepts_per_wakeup = None;
        listen.main_thread = None;
        listen.primary = Primary::default();
    }
    // A thread's own connections are everybody's now, and as many.
    for (_, pool) in &mut model.pools {
        if pool.sessions.reuse == Reuse::Thread {
            pool.sessions.reuse = Reuse::Lifo;
            pool.size = None;
        }
    }
    Some(
        "a thread for each request (executors.main.carriers unlimited), accepted at once"
            .to_owned(),
    )
}

fn more_auxiliary_threads(model: &mut Model) -> Option<String> {
    let used: Vec<usize> = (1..model.executors.len())
        .filter(|&index| model.uses(index) && model.executors[index].carriers.is_some())
        .collect();
    for &index in &used {
        let executor = &mut model.executors[index];
        executor.carriers = executor.carriers.map(|carriers| carriers.max(MANY));
        executor.slow = None;
    }
    let names: Vec<String> = used
        .iter()
        .map(|&index| format!("executors.{}.carriers {MANY}", model.executors[index].name))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Pools without limit, and services that take as many connections.
fn endless_pools(system: &mut System) -> Option<String> {
    let mut said = Vec::new();
    for (name, pool) in &mut system.services[0].model.pools {
        if pool.size.take().is_some() {
            pool.acquire_timeout = None;
            said.push(format!("pools.{name}.size unlimited"));
        }
    }
    let model = system.services[0].model.clone();
    for service in &mut system.services[1..] {
        if service.pool_in(&model).is_some() {
            service.model.connection_limit = None;
        }
    }
    (!said.is_empty()).then(|| said.join(", "))
}

/// A service that has a thread and, on a host of its own, a core for each call, and nothing that makes it wait.
fn endless_service(system: &mut System, index: usize) -> Option<String> {
    let host = system.services[index].host;
    let alone = system
        .services
        .iter()
        .filter(|service| service.host == host)
        .count()
        == 1;
    let name = system.services[index].name.clone();
    let model = &mut system.services[index].model;
    let mut said = Vec::from_iter(threads_for_all(model).map(|_| "a thread for each call"));
    said.extend(more_auxiliary_threads(model).map(|_| "many auxiliary threads"));
    said.extend(model.lock.take().map(|_| "no lock"));
    said.extend(model.gc.take().map(|_| "no gc"));
    for (_, pool) in &mut model.pools {
        said.extend(pool.size.take().map(|_| "no limit on its pools"));
    }
    if alone {
        let cores = system.hosts[host].cores.take();
        said.extend(cores.map(|_| "a core for each thread, always warm"));
    }
    (!said.is_empty()).then(|| format!("{name}: {}", said.join(", ")))
}

/// All of these at once; those that cannot be made any more because another did are left out.
pub fn together(system: &System, causes: &[Cause]) -> System {
    causes.iter().fold(system.clone(), |system, cause| {
        cause.change(&system).map_or(system, |(changed, _)| changed)
    })
}
