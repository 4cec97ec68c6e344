//! A scenario that has been read, merged with its models and overrides, and checked. Nobody checks again after this.

use super::expectation::{Expectation, Figure};
use super::languages::Languages;
use super::objective::Slo;
use crate::host::Host;
use crate::kernel::Span;
use crate::service::{Model, Tasks};
use crate::workload::{Arrivals, Clients, Endpoint};

/// Everything one file says, with every model it names.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's stem: the folder of its results.
    pub name: String,
    /// What people read above charts.
    pub title: String,
    /// The language in which the endpoint's CPU times were measured.
    pub cpu_measured_in: Option<String>,
    /// Where requests come from.
    pub arrivals: Arrivals,
    /// How to run it.
    pub run: RunSettings,
    /// What is good enough.
    pub slo: Slo,
    /// Who is compared, in the order of the file.
    pub contestants: Vec<Contestant>,
    /// The load that people have, and the verdict is about, requests per second; `None`: not said.
    pub expected: Option<f64>,
    /// The scenario again with each parameter a half less and a half more, where a load is expected: what the answer hangs on.
    pub variations: Vec<Variation>,
    /// What the file claims of its own results.
    pub expectations: Vec<Expectation>,
    /// What work costs in other languages, with sources and ranges, for the verdict's third part.
    pub languages: Languages,
    /// A hash of what the scenario says, for provenance: 16 hexadecimal digits.
    pub digest: String,
}

/// A scenario in which one parameter is another.
#[derive(Clone, Debug)]
pub struct Variation {
    /// Which, as in `[params]`.
    pub param: String,
    /// What it says in the file.
    pub from: String,
    /// Times so much.
    pub factor: f64,
    /// The scenario with it. It has no variations of its own.
    pub scenario: Box<Scenario>,
}

/// How long and how often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunSettings {
    /// How much is measured in each replication.
    pub length: RunLength,
    /// What is thrown away first; `None`: found by MSER.
    pub warmup: Option<Span>,
    /// Independent repetitions, at least 2 for intervals.
    pub replications: u32,
    /// What shall be known how precisely: then replications are added until it is.
    pub precision: Option<Precision>,
    /// The seed of all dice.
    pub seed: u64,
    /// Whether caches begin empty instead of as filled as they will be.
    pub cold_caches: bool,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            length: RunLength::Auto,
            warmup: None,
            replications: 10,
            precision: None,
            seed: 1,
            cold_caches: false,
        }
    }
}

/// How precisely a figure shall be known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The figure.
    pub figure: Figure,
    /// Of which endpoint, by index; of all together if none is named.
    pub endpoint: Option<usize>,
    /// The longest side of its 95 % interval, as a share of it: between 0 and 1.
    pub within: f64,
}

/// How much is measured in each replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RunLength {
    /// As the load requires.
    Auto,
    /// This many requests.
    Requests(u64),
    /// This much simulated time.
    Duration(Span),
}

/// One of the compared: a whole system, since a contestant may override anything.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// Its name in the file, tables and legends.
    pub name: String,
    /// What it runs in.
    pub system: System,
}

/// Clients, hosts and services wired together.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// The people's side.
    pub clients: Clients,
    /// The machines.
    pub hosts: Vec<Host>,
    /// The compared app first, then what it calls.
    pub services: Vec<Service>,
}

impl System {
    /// Whether anything in it turns requests away or gives them up: without that, who asks for more than can be served waits ever longer, and nobody fails.
    #[must_use]
    pub fn sheds(&self) -> bool {
        self.clients.timeout.is_some()
            || self.services.iter().any(|service| {
                let model = &service.model;
                let listens = model
                    .listen
                    .as_ref()
                    .is_some_and(|listen| listen.backlog.is_some());
                let waits = model
                    .pools
                    .iter()
                    .any(|(_, pool)| pool.acquire_timeout.is_some());
                let queue = model.queue.capacity.is_some() || model.queue.concurrency.is_some();
                listens
                    || waits
                    || queue
                    || model.heartbeat.is_some()
                    || model.connection_limit.is_some()
            })
    }

    /// The most connections to a service that its callers' pools may hold open at once; `None` where nothing limits them.
    ///
    /// A process opens as many as its pool has places, and no more than it has requests at work: with one task a thread, as many
    /// as its main executor has threads.
    #[must_use]
    pub fn most_connections(&self, callee: usize) -> Option<u64> {
        let callee = self.services.get(callee)?;
        let mut total = 0_u64;
        for caller in &self.services {
            let Some(pool) = callee.pool_in(&caller.model) else {
                continue;
            };
            let main = caller.model.executors.first();
            let at_work = main
                .filter(|main| main.tasks == Tasks::One)
                .and_then(|main| main.carriers);
            let size = caller.model.pools.get(pool)?.1.size;
            let each = size.into_iter().chain(at_work).min()?;
            total = total.saturating_add(u64::from(caller.model.processes) * u64::from(each));
        }
        Some(total)
    }
}

/// Something that serves.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name in the scenario; the app is `app`.
    pub name: String,
    /// Index into [`System::hosts`].
    pub host: usize,
    /// One way between its callers and it.
    pub latency: Span,
    /// How it works.
    pub model: Model,
    /// What can be asked of it. Empty: it runs its callers' `work`.
    pub endpoints: Vec<Endpoint>,
}

impl Service {
    /// Through which of a caller's pools it is called: place among the model's pools.
    #[must_use]
    pub fn pool_in(&self, caller: &Model) -> Option<usize> {
        let role = self.model.role.as_deref();
        let named = |name: &str| name == self.name || Some(name) == role;
        caller.pools.iter().position(|(name, _)| named(name))
    }
}
