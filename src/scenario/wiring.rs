//! Checks of a whole contestant, after each of its parts has been read.

use super::checked::Service;
use super::diagnostic::Problem;
use super::reader::Reader;
use super::source::Origin;
use crate::host::Host;
use crate::service::{Listen, MAX_POOLS};
use crate::workload::{Action, CacheAt, Step};

/// A contestant about to be finished.
pub(super) struct Wiring<'r, 't> {
    pub(super) services: &'r [Service],
    pub(super) hosts: &'r [Host],
    /// In the order of the services.
    pub(super) places: Vec<Places>,
    /// Where a host's memory is written.
    pub(super) memory_at: &'r dyn Fn(&str) -> Option<Origin>,
    pub(super) reader: &'r Reader<'t>,
}

/// Where a service is written.
pub(super) struct Places {
    pub(super) service: Origin,
    pub(super) endpoints: Option<Origin>,
    /// Its limit on connections.
    pub(super) limit: Option<Origin>,
}

/// A service and one of its endpoints, or its callers' work.
type Callee = (usize, Option<usize>);

impl Wiring<'_, '_> {
    /// Notes everything that does not fit together.
    pub(super) fn check(&self) {
        self.check_weights();
        self.check_cycles();
        self.check_pools();
        for (i, host) in self.hosts.iter().enumerate() {
            self.check_memory(i, host);
        }
    }

    fn refuse(&self, problem: Problem) {
        self.reader.note(problem);
    }

    fn check_weights(&self) {
        if self.services[0].endpoints.is_empty() {
            if let Some(at) = self.places[0].endpoints {
                self.refuse(Problem::at(at, "there are no endpoints in it"));
            }
            return;
        }
        // Only the app's endpoints are chosen by weight; those of other services are called by name.
        let total: f64 = self.services[0]
            .endpoints
            .iter()
            .map(|endpoint| endpoint.weight)
            .sum();
        if let (true, Some(at)) = (total <= 0.0, self.places[0].endpoints) {
            self.refuse(Problem::at(
                at,
                "the weights of the endpoints sum to nothing",
            ));
        }
    }

    /// A request may hold a connection of each pool at once, and only those who call through a pool are limited.
    fn check_pools(&self) {
        for (service, places) in self.services.iter().zip(&self.places) {
            let called = |other: &&Service| other.pool_in(&service.model).is_some();
            let pools = self.services.iter().filter(called).count();
            if pools > MAX_POOLS {
                let message = format!("`{}` has pools to {pools} services", service.name);
                let problem = Problem::at(places.service, message);
                self.refuse(problem.label(format!("at most {MAX_POOLS}")));
            }
        }
        if let Some(at) = self.places[0].limit {
            let problem = Problem::at(at, "nobody calls the app through a pool");
            self.refuse(problem.label("`limit` is for the services that it calls"));
        }
    }

    /// Follows calls depth first; a callee met again while it is being followed calls itself.
    fn check_cycles(&self) {
        let mut finished: Vec<Callee> = Vec::new();
        for (index, service) in self.services.iter().enumerate() {
            for endpoint in 0..service.endpoints.len() {
                self.follow((index, Some(endpoint)), &mut Vec::new(), &mut finished);
            }
            self.follow((index, None), &mut Vec::new(), &mut finished);
        }
    }

    fn follow(&self, callee: Callee, chain: &mut Vec<Callee>, finished: &mut Vec<Callee>) {
        if finished.contains(&callee) {
            return;
        }
        if let Some(first) = chain.iter().position(|&other| other == callee) {
            let circle: Vec<String> = chain[first..]
                .iter()
                .chain([&callee])
                .map(|&callee| self.name(callee))
                .collect();
            let at = self.places[callee.0].service;
            let problem = Problem::at(at, "calls go round in a circle");
            self.refuse(problem.label(circle.join(" → ")));
            return;
        }
        chain.push(callee);
        let service = &self.services[callee.0];
        let own = callee
            .1
            .map_or(&[][..], |endpoint| &service.endpoints[endpoint].steps);
        let mut called = Vec::new();
        for steps in [&service.model.before, own, &service.model.after] {
            calls(steps, &mut called);
        }
        for next in called {
            self.follow(next, chain, finished);
        }
        chain.pop();
        finished.push(callee);
    }

    fn name(&self, (service, endpoint): Callee) -> String {
        let service = &self.services[service];
        match endpoint {
            Some(endpoint) => format!("{}.{}", service.name, service.endpoints[endpoint].name),
            None => service.name.clone(),
        }
    }

    fn check_memory(&self, index: usize, host: &Host) {
        let (Some(limit), Some(at)) = (host.memory, (self.memory_at)(&host.name)) else {
            return;
        };
        let on_it = self.services.iter().filter(|service| service.host == index);
        let (mut total, mut parts) = (0_u64, Vec::new());
        for Service { model, .. } in on_it {
            let carriers = model
                .executors
                .iter()
                .map(|e| u64::from(e.carriers.unwrap_or(0)));
            let further = carriers.sum::<u64>().saturating_sub(1);
            let each = model
                .memory
                .process
                .saturating_add(model.memory.thread.saturating_mul(further));
            total = total.saturating_add(each.saturating_mul(model.processes.into()));
            let (processes, each) = (model.processes, megabytes(each));
            parts.push(format!("`{}` takes {processes} × {each}", model.name));
            let listen = model.listen.as_ref();
            if listen.is_some_and(Listen::has_primary_process) {
                total = total.saturating_add(model.memory.primary);
                parts.push(format!("its primary {}", megabytes(model.memory.primary)));
            }
        }
        if total > limit {
            let (host, limit) = (&host.name, megabytes(limit));
            let message = format!("what runs on host `{host}` does not fit into its {limit}");
            let problem = Problem::at(at, message).label(parts.join(", "));
            self.reader.note_once(problem);
        }
    }
}

fn megabytes(bytes: u64) -> String {
    let tenths = (bytes as f64 / 1e5).round();
    match tenths < 1.0 {
        true => format!("{bytes} B"),
        false => format!("{} MB", tenths / 10.0),
    }
}

/// Every call in a list of steps, however deep.
fn calls(steps: &[Step], found: &mut Vec<Callee>) {
    for step in steps {
        match &step.action {
            Action::Call {
                service, endpoint, ..
            } => found.push((*service, *endpoint)),
            Action::Parallel { branches } => branches.iter().for_each(|steps| calls(steps, found)),
            Action::Choose { branches } => {
                branches.iter().for_each(|(_, steps)| calls(steps, found));
            }
            Action::Repeat { steps, .. } | Action::Hop { steps, .. } => calls(steps, found),
            Action::Cached { cache, miss, .. } => {
                if let CacheAt::Service { service, .. } = cache {
                    found.push((*service, None));
                }
                calls(miss, found);
            }
            Action::Cpu { .. } | Action::Native { .. } | Action::Wait { .. } | Action::Yield => {}
        }
    }
}
