//! What a request needs of each resource on average: the demands of the utilisation law.
//!
//! The same walk over the step lists as the compiler's, with means in place of draws and nobody in the way. A service's
//! threads and a pool's connections are held for as long as what happens meanwhile takes without waiting, so their demands
//! are lower bounds, as bounds from demands must be. How often a cache hits depends on the
//! load ([`hits`](super::hits)). Cold cores are left out: a resource near its bound has no time to cool.
//! So is a thread that reads what arrives slowly: near its bound requests arrive while they wait for it.
//!
//! Where clients of an open loop share a number of connections, these are a resource too: each is held for as long as its request
//! takes, so that they carry no more than their number over the latency of a request that never waits.

mod calls;
mod primary;

use super::compile::Setting;
use super::plan::{MainKind, NONE, Plan};
use super::program::scaled;
use super::warm::Warm;
use crate::kernel::{Dist, Path, Span};
use crate::measure::Resource;
use crate::scenario::{Contestant, System};
use crate::service::Gc;
use crate::workload::{Action, Arrivals, Step};

/// The name of the connections that clients share.
pub const CLIENT_CONNECTIONS: &str = "client_connections";

/// A resource and the mean time a request needs of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The resource.
    pub resource: Resource,
    /// Mean time in use for each request, nanoseconds.
    pub ns: f64,
}

/// What a request needs of everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Demands {
    /// By resource, in the order of the plan, then the clients' connections if they are limited.
    pub resources: Vec<Demand>,
    /// Mean latency of a request that never waits, nanoseconds.
    pub zero_load_ns: f64,
}

/// The demands of a contestant at a load (requests per second; it matters for caches only), at an exponent of the ratios of
/// languages as in [`Setting::language`].
#[must_use]
pub fn demands(contestant: &Contestant, arrivals: &Arrivals, load: f64, language: f64) -> Demands {
    let setting = Setting {
        language,
        ..Setting::new(load.max(1.0), Span::from_secs(1))
    };
    let plan = Plan::compile(contestant, arrivals, setting);
    let (zero_load_ns, walk) = Walk::of(&plan, &contestant.system, load, language);
    let ns = walk.ns;
    let mut resources: Vec<Demand> = plan
        .resources
        .iter()
        .cloned()
        .zip(ns)
        .map(|(resource, ns)| Demand { resource, ns })
        .collect();
    let shared = contestant.system.clients.connections;
    let shared = shared.filter(|_| !matches!(arrivals, Arrivals::Closed { .. }));
    resources.extend(shared.map(|connections| Demand {
        resource: Resource {
            name: CLIENT_CONNECTIONS.to_owned(),
            units: Some(u64::from(connections)),
            part: false,
        },
        ns: zero_load_ns,
    }));
    Demands {
        resources,
        zero_load_ns,
    }
}

struct Walk<'a> {
    plan: &'a Plan,
    system: &'a System,
    load: f64,
    language: f64,
    ns: Vec<f64>,
    /// Look-ups in each cache per client's request, by the path of the step.
    lookups: Vec<(Path, f64)>,
}

impl Plan {
    /// Fills the caches as they will be filled at this load: what begins empty takes a time to live, or longer, to get there.
    pub(super) fn warm_caches(&mut self, system: &System, arrivals: &Arrivals, setting: Setting) {
        let mut rate = setting.load;
        if let Arrivals::Closed { think, .. } = arrivals {
            let (zero_load_ns, _) = Walk::of(self, system, 1.0, setting.language);
            rate = 1e9 * setting.load / (think.mean_ns() + zero_load_ns).max(1.0);
        }
        let (_, walk) = Walk::of(self, system, rate, setting.language);
        let rate = rate.min(walk.most());
        let lookups = walk.lookups;
        for service in &mut self.services {
            let processes = f64::from(service.processes);
            for cache in &mut service.caches {
                let times: f64 = lookups
                    .iter()
                    .filter(|(path, _)| *path == cache.path)
                    .map(|(_, times)| times)
                    .sum();
                let caches = if cache.shared { 1.0 } else { processes };
                cache.warm = Some(Warm::at(cache, rate * times / caches));
            }
        }
    }
}

/// One visit of a service in progress.
struct Visit {
    service: usize,
    /// Mean time since it began, nanoseconds.
    elapsed: f64,
    /// The auxiliary executor that it is on.
    away: Option<usize>,
    /// Whether it has a thread of its own there.
    hired: bool,
    /// Kept connections: pool, visits of it, when it was taken.
    kept: Vec<(usize, f64, f64)>,
}

impl<'a> Walk<'a> {
    /// The walk over everything the app's endpoints do, and the mean latency of a request that never waits, nanoseconds.
    fn of(plan: &'a Plan, system: &'a System, load: f64, language: f64) -> (f64, Self) {
        let ns = vec![0.0; plan.resources.len()];
        let mut walk = Self {
            plan,
            system,
            load,
            language,
            ns,
            lookups: Vec::new(),
        };
        let endpoints = &system.services[0].endpoints;
        let total: f64 = endpoints.iter().map(|endpoint| endpoint.weight).sum();
        let sending = &system.clients.sending;
        let mut zero_load_ns = 2.0 * system.clients.latency.as_nanos_f64()
            + sending.head.mean_ns()
            + sending.body.mean_ns();
        for endpoint in endpoints {
            let share = endpoint.weight / total;
            zero_load_ns += share * walk.visit(0, Some(&endpoint.steps), None, share);
        }
        (zero_load_ns, walk)
    }

    /// Requests per second that the fullest resource can do.
    fn most(&self) -> f64 {
        let limited = self.plan.resources.iter().zip(&self.ns);
        let each = limited.filter_map(|(resource, ns)| {
            let units = resource
                .units
                .filter(|&units| units > 0 && !resource.part)?;
            Some(1e9 * units as f64 / ns)
        });
        each.fold(f64::INFINITY, f64::min)
    }

    fn add(&mut self, resource: u32, ns: f64) {
        if resource != NONE {
            self.ns[resource as usize] += ns;
        }
    }

    /// A request at a service, `times` per client's request: its own steps around these, or around bare work.
    fn visit(
        &mut self,
        service: usize,
        steps: Option<&[Step]>,
        work: Option<&Dist>,
        times: f64,
    ) -> f64 {
        let model = &self.system.services[service].model;
        let mut visit = Visit {
            service,
            elapsed: 0.0,
            away: None,
            hired: false,
            kept: Vec::new(),
        };
        let gc = self.plan.services[service].gc.as_ref();
        let pauses = gc.map_or(0.0, Gc::of_request_ns) / self.pauses(service, false);
        self.cpu(&mut visit, pauses, times, false);
        self.callback(&mut visit, times);
        self.steps(&mut visit, &model.before, times);
        self.at(&mut visit, model.place_handler, times, |walk, visit| {
            if let Some(work) = work {
                walk.cpu(visit, work.mean_ns(), times, false);
            }
            walk.steps(visit, steps.unwrap_or(&[]), times);
        });
        self.steps(&mut visit, &model.after, times);
        let plan = &self.plan.services[service];
        let closes =
            model.keep_alive.is_some_and(|time| time.is_zero()) || !self.system.clients.keep_alive;
        let if_closed = |span: Span| f64::from(u8::from(closes)) * span.as_nanos_f64();
        if plan.main == MainKind::Threads {
            // A main thread lingers less the busier it is: by the time it closes the client may have closed.
            let linger = match plan.dispatcher {
                Some(_) => 0.0,
                None => if_closed(plan.linger),
            };
            self.add(plan.main_resource, times * (visit.elapsed + linger));
        }
        if let Some(dispatcher) = plan.dispatcher {
            let pauses = self.pauses(service, false);
            let took = (dispatcher.accept + dispatcher.give_back).as_nanos_f64();
            let ns = times * pauses * (took + if_closed(dispatcher.close));
            visit.elapsed += pauses * dispatcher.accept.as_nanos_f64();
            self.add(plan.aux[dispatcher.aux as usize].resource, ns);
            self.add(plan.lock_resource, ns);
            self.add(self.plan.hosts[plan.host as usize].resource, ns);
        }
        for (pool, times, taken) in std::mem::take(&mut visit.kept) {
            self.add(plan.pools[pool].resource, times * (visit.elapsed - taken));
        }
        if service == 0 && closes {
            self.handed_over(&mut visit, times);
        }
        visit.elapsed
    }

    fn steps(&mut self, visit: &mut Visit, steps: &[Step], times: f64) {
        for step in steps {
            self.step(visit, step, times);
        }
    }

    fn step(&mut self, visit: &mut Visit, step: &Step, times: f64) {
        match &step.action {
            Action::Cpu {
                work, ratio, kind, ..
            } => {
                let ns = scaled(work, *ratio, self.language).mean_ns();
                let place = self.system.services[visit.service].model.place_of(kind);
                self.work_at(visit, place, ns, times, false);
            }
            Action::Native { work, .. } => {
                let place = self.system.services[visit.service].model.place_native;
                self.work_at(visit, place, work.mean_ns(), times, true);
            }
            Action::Call {
                service,
                endpoint,
                work,
            } => self.call(visit, *service, *endpoint, work, times),
            Action::Wait { time } => {
                visit.elapsed += time.mean_ns();
                self.callback(visit, times);
            }
            Action::Parallel { branches } => self.parallel(visit, branches, times),
            Action::Choose { branches } => {
                let total: f64 = branches.iter().map(|(weight, _)| weight).sum();
                for (weight, steps) in branches {
                    self.part(visit, weight / total, times, |walk, visit, times| {
                        walk.steps(visit, steps, times);
                    });
                }
            }
            Action::Repeat {
                times: count,
                steps,
            } => {
                self.part(visit, count.mean(), times, |walk, visit, times| {
                    walk.steps(visit, steps, times);
                });
            }
            Action::Cached { .. } => self.cached(visit, step, times),
            Action::Hop { executor, steps } => {
                self.at(visit, Some(*executor), times, |walk, visit| {
                    walk.steps(visit, steps, times);
                });
            }
            Action::Yield => self.callback(visit, times),
        }
    }

    /// A callback of a loop, at its cost. A round's is left out: under load it is shared by many.
    fn callback(&mut self, visit: &mut Visit, times: f64) {
        let plan = &self.plan.services[visit.service];
        if plan.main == MainKind::Loop && visit.away.is_none() {
            self.cpu(visit, plan.rounds.callback.as_nanos_f64(), times, false);
        }
    }

    /// Something that happens `share` times on average.
    fn part(
        &mut self,
        visit: &mut Visit,
        share: f64,
        times: f64,
        body: impl FnOnce(&mut Self, &mut Visit, f64),
    ) {
        let before = visit.elapsed;
        body(self, visit, times * share);
        visit.elapsed = before + share * (visit.elapsed - before);
    }

    fn cpu(&mut self, visit: &mut Visit, ns: f64, times: f64, native: bool) {
        let plan = &self.plan.services[visit.service];
        let ns = ns * self.pauses(visit.service, native);
        self.add(self.plan.hosts[plan.host as usize].resource, times * ns);
        if plan.main == MainKind::Loop && visit.away.is_none() {
            self.add(plan.main_resource, times * ns);
        }
        if !native {
            self.add(plan.lock_resource, times * ns);
        }
        visit.elapsed += ns;
    }

    /// Work takes this many times longer with the garbage collector's pauses.
    fn pauses(&self, service: usize, native: bool) -> f64 {
        let gc = self.plan.services[service].gc.as_ref();
        1.0 + gc.filter(|_| !native).map_or(0.0, Gc::share)
    }

    /// What is done on an auxiliary executor that shares the interpreter.
    fn at(
        &mut self,
        visit: &mut Visit,
        place: Option<usize>,
        times: f64,
        body: impl FnOnce(&mut Self, &mut Visit),
    ) {
        let Some(executor) = place.filter(|_| visit.away.is_none()) else {
            return body(self, visit);
        };
        let plan = &self.plan.services[visit.service].aux[executor - 1];
        let costs = &self.system.services[visit.service].model.executors[executor];
        self.cpu(visit, costs.hop.as_nanos_f64(), times, false);
        let hires = plan.own && !std::mem::replace(&mut visit.hired, true);
        if hires {
            self.cpu(visit, costs.start.as_nanos_f64(), times, false);
        }
        let begun = visit.elapsed;
        visit.away = Some(executor);
        if hires {
            self.cpu(visit, costs.begin.as_nanos_f64(), times, false);
        }
        self.cpu(visit, costs.pickup.as_nanos_f64(), times, false);
        body(self, visit);
        visit.away = None;
        self.add(plan.resource, times * (visit.elapsed - begun));
        self.cpu(visit, costs.back.as_nanos_f64(), times, false);
    }

    /// Work where the model places it.
    fn work_at(
        &mut self,
        visit: &mut Visit,
        place: Option<usize>,
        ns: f64,
        times: f64,
        native: bool,
    ) {
        let Some(executor) = place.filter(|_| ns > 0.0 && visit.away != place) else {
            return self.cpu(visit, ns, times, native);
        };
        let plan = &self.plan.services[visit.service];
        let model = &self.system.services[visit.service].model;
        let costs = &model.executors[executor];
        let busy = costs.pickup.as_nanos_f64() + ns * self.pauses(visit.service, native);
        self.cpu(visit, costs.hop.as_nanos_f64(), times, false);
        self.add(plan.aux[executor - 1].resource, times * busy);
        self.add(self.plan.hosts[plan.host as usize].resource, times * busy);
        visit.elapsed += busy;
        self.cpu(visit, costs.back.as_nanos_f64(), times, false);
    }

    fn parallel(&mut self, visit: &mut Visit, branches: &[Vec<Step>], times: f64) {
        if self.plan.services[visit.service].main == MainKind::Threads || visit.away.is_some() {
            branches
                .iter()
                .for_each(|branch| self.steps(visit, branch, times));
            return;
        }
        let before = visit.elapsed;
        let mut longest = before;
        for branch in branches {
            visit.elapsed = before;
            self.steps(visit, branch, times);
            longest = longest.max(visit.elapsed);
        }
        visit.elapsed = longest;
    }
}
