//! The stations of a queueing network that a plan comes down to: what each resource is, what a request needs of it, and how much
//! that varies.
//!
//! The means are those of [`demands`](super::demands()). For the squared coefficients of variation the same step lists are walked once more, with a mean and a variance for each: of steps in a row both add (dice are independent); of a choice the
//! mean squares mix by their probabilities; of N repetitions `Var = E[N] Var[X] + Var[N] E[X]²`. Of branches at once work adds, and of
//! the time they take the longest mean is kept. What models add by constants (hops, accepting) does not vary and is left out.

use super::compile::Setting;
use super::demand::demands;
use super::hits::hit_ratio;
use super::plan::{MainKind, NONE, Plan};
use super::program::scaled;
use crate::kernel::{Count, Dist, Span};
use crate::scenario::{Contestant, System};
use crate::workload::{Action, Arrivals, CacheAt, Step};

/// Terms after which the law of a count is summed up enough.
const TERMS: u64 = 100_000;

/// A mean and a variance, of nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(law: &Dist) -> Self {
        let mean = law.mean_ns();
        let variance = if mean > 0.0 {
            law.scv() * mean * mean
        } else {
            0.0
        };
        Self { mean, variance }
    }

    fn then(self, next: Self) -> Self {
        Self {
            mean: self.mean + next.mean,
            variance: self.variance + next.variance,
        }
    }

    fn square(self) -> f64 {
        self.variance + self.mean * self.mean
    }

    /// One of several, with these probabilities.
    fn mixed(parts: impl Iterator<Item = (f64, Self)>) -> Self {
        let likely = parts.filter(|(p, _)| *p > 0.0); // never is never, however infinite
        let (mean, square) = likely.fold((0.0, 0.0), |(mean, square), (p, part)| {
            (mean + p * part.mean, square + p * part.square())
        });
        Self {
            mean,
            variance: (square - mean * mean).max(0.0),
        }
    }

    fn repeated(self, times: &Count) -> Self {
        let mean = times.mean();
        if mean == 0.0 {
            return Self::default();
        }
        let last = times.support().unwrap_or(TERMS).min(TERMS);
        let square: f64 = (0..last)
            .map(|k| (k as f64).powi(2) * times.probability(k))
            .sum();
        Self {
            mean: mean * self.mean,
            variance: mean * self.variance + (square - mean * mean).max(0.0) * self.mean.powi(2),
        }
    }

    /// Variance over squared mean; `None` where there is nothing.
    fn scv(self) -> Option<f64> {
        (self.mean > 0.0).then(|| self.variance / (self.mean * self.mean))
    }
}

/// What is added up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meter {
    /// The work of this service.
    Work(usize),
    /// The time a request spends at the app.
    Time,
}

/// What a resource is to a request, as theory sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationKind {
    /// The cores of the app's host, shared by its threads.
    Cores,
    /// Event loops: a callback at a time.
    Loop,
    /// Interpreters' locks, one for each process: a thread at a time.
    Lock,
    /// Threads that a request keeps from its first step to its last.
    Threads,
    /// Auxiliary threads and main threads: for a while each.
    Auxiliary,
    /// Connections to a service, kept during a call or a request.
    Pool,
    /// The cores of a called service's host.
    CalledCores,
    /// Whatever else of a called service.
    Called,
}

/// A limited resource that requests need.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: StationKind,
    /// Units of it.
    pub units: u64,
    /// Mean time a request needs of it, nanoseconds.
    pub demand_ns: f64,
    /// The squared coefficient of variation of that, where it is its service's work or the app's threads.
    pub scv: Option<f64>,
}

/// The stations of a contestant at a load, in the order of its resources, and the mean latency of a request that never waits,
/// nanoseconds.
#[must_use]
pub fn stations(contestant: &Contestant, arrivals: &Arrivals, load: f64) -> (Vec<Station>, f64) {
    let setting = Setting::new(load.max(1.0), Span::from_secs(1));
    let plan = Plan::compile(contestant, arrivals, setting);
    let walk = Walk {
        system: &contestant.system,
        load,
    };
    let mut kinds = vec![(StationKind::Called, None); plan.resources.len()];
    let mut set = |resource: u32, kind: StationKind, scv: Option<f64>| {
        if resource != NONE {
            kinds[resource as usize] = (kind, scv);
        }
    };
    // The app last: what it shares with others is its own.
    for (index, service) in plan.services.iter().enumerate().rev() {
        let work = walk.app(Meter::Work(index)).scv();
        let cores = plan.hosts[service.host as usize].resource;
        if index > 0 {
            set(cores, StationKind::CalledCores, work);
            continue;
        }
        set(cores, StationKind::Cores, work);
        set(service.lock_resource, StationKind::Lock, work);
        match service.main {
            MainKind::Loop => set(service.main_resource, StationKind::Loop, work),
            _ => {
                let whole = walk.app(Meter::Time).scv();
                set(service.main_resource, StationKind::Threads, whole);
            }
        }
        service
            .aux
            .iter()
            .for_each(|aux| set(aux.resource, StationKind::Auxiliary, None));
        service
            .pools
            .iter()
            .for_each(|pool| set(pool.resource, StationKind::Pool, None));
    }
    let demands = demands(contestant, arrivals, load, 1.0);
    let stations = demands
        .resources
        .into_iter()
        .zip(kinds)
        .filter_map(|(demand, (kind, scv))| {
            let units = demand.resource.units.filter(|&units| units > 0)?;
            (!demand.resource.part && demand.ns > 0.0).then_some(Station {
                name: demand.resource.name,
                kind,
                units,
                demand_ns: demand.ns,
                scv,
            })
        });
    (stations.collect(), demands.zero_load_ns)
}

struct Walk<'a> {
    system: &'a System,
    load: f64,
}

impl Walk<'_> {
    /// Over everything the app's endpoints do.
    fn app(&self, meter: Meter) -> Moments {
        let endpoints = &self.system.services[0].endpoints;
        let total: f64 = endpoints.iter().map(|endpoint| endpoint.weight).sum();
        Moments::mixed(endpoints.iter().map(|endpoint| {
            (
                endpoint.weight / total,
                self.visit(0, &endpoint.steps, None, meter),
            )
        }))
    }

    /// A request at a service.
    fn visit(&self, service: usize, steps: &[Step], work: Option<&Dist>, meter: Meter) -> Moments {
        let model = &self.system.services[service].model;
        let own = work.map_or(Moments::default(), |work| self.work(service, work, meter));
        self.steps(service, &model.before, meter)
            .then(own)
            .then(self.steps(service, steps, meter))
            .then(self.steps(service, &model.after, meter))
    }

    fn steps(&self, service: usize, steps: &[Step], meter: Meter) -> Moments {
        let all = steps.iter().map(|step| self.step(service, step, meter));
        all.fold(Moments::default(), Moments::then)
    }

    fn work(&self, service: usize, law: &Dist, meter: Meter) -> Moments {
        match meter {
            Meter::Work(metered) if metered != service => Moments::default(),
            _ => Moments::of(law),
        }
    }

    fn time(&self, law: Moments, meter: Meter) -> Moments {
        match meter {
            Meter::Work(_) => Moments::default(),
            Meter::Time => law,
        }
    }

    fn step(&self, service: usize, step: &Step, meter: Meter) -> Moments {
        let of = |steps: &[Step]| self.steps(service, steps, meter);
        match &step.action {
            Action::Cpu { work, ratio, .. } => {
                self.work(service, &scaled(work, *ratio, 1.0), meter)
            }
            Action::Native { work, .. } => self.work(service, work, meter),
            Action::Call {
                service: callee,
                endpoint,
                work,
            } => self.call(service, *callee, *endpoint, work, meter),
            Action::Wait { time } => self.time(Moments::of(time), meter),
            Action::Parallel { branches } if meter == Meter::Time => branches
                .iter()
                .map(|steps| of(steps))
                .max_by(|a, b| a.mean.total_cmp(&b.mean))
                .unwrap_or_default(),
            Action::Parallel { branches } => branches
                .iter()
                .map(|steps| of(steps))
                .fold(Moments::default(), Moments::then),
            Action::Choose { branches } => {
                let total: f64 = branches.iter().map(|(weight, _)| weight).sum();
                Moments::mixed(
                    branches
                        .iter()
                        .map(|(weight, steps)| (weight / total, of(steps))),
                )
            }
            Action::Repeat { times, steps } => of(steps).repeated(times),
            Action::Hop { steps, .. } => of(steps),
            Action::Yield => Moments::default(),
            Action::Cached {
                cache,
                key,
                ttl,
                miss,
            } => {
                let model = &self.system.services[service].model;
                let (params, caches) = match cache {
                    CacheAt::Local => (model.cache, f64::from(model.processes)),
                    CacheAt::Service { service, .. } => {
                        (self.system.services[*service].model.cache, 1.0)
                    }
                };
                let asked = match cache {
                    CacheAt::Local => Moments::default(),
                    CacheAt::Service { service: at, work } => {
                        self.call(service, *at, None, work, meter)
                    }
                };
                let hits = hit_ratio(key, self.load / caches, *ttl, params);
                let missed = asked.then(of(miss)).then(asked);
                Moments::mixed([(hits, asked), (1.0 - hits, missed)].into_iter())
            }
        }
    }

    fn call(
        &self,
        caller: usize,
        callee: usize,
        endpoint: Option<usize>,
        work: &Dist,
        meter: Meter,
    ) -> Moments {
        let (model, target) = (
            &self.system.services[caller].model,
            &self.system.services[callee],
        );
        let named =
            |name: &String| *name == target.name || Some(name) == target.model.role.as_ref();
        let before = model.on_call.iter().find(|(name, _)| named(name));
        let before = before.map_or(Moments::default(), |(_, steps)| {
            self.steps(caller, steps, meter)
        });
        let wire = Dist::Constant(target.latency * 2);
        let inside = match endpoint {
            Some(endpoint) => self.visit(callee, &target.endpoints[endpoint].steps, None, meter),
            None => self.visit(callee, &[], Some(work), meter),
        };
        before
            .then(self.time(Moments::of(&wire), meter))
            .then(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: f64 = 1e6;

    fn exp(ms: u64) -> Moments {
        Moments::of(&Dist::exp(Span::from_millis(ms)))
    }

    /// Two exponential steps in a row are an Erlang of two phases: scv 1/2. One of 1 ms in 19 of 20 and 50 ms else: mean 3.45 ms, mean
    /// square 0.95 + 125 = 125.95 ms², variance 114.05: scv 9.582.
    #[test]
    fn rows_and_choices() {
        assert!((exp(3).then(exp(3)).scv().unwrap() - 0.5).abs() < 1e-9);
        let fixed = |ms: f64| Moments {
            mean: ms * MS,
            variance: 0.0,
        };
        let mixed = Moments::mixed([(0.95, fixed(1.0)), (0.05, fixed(50.0))].into_iter());
        assert!((mixed.scv().unwrap() - 114.0475 / 11.9025).abs() < 1e-9);
        assert_eq!(Moments::default().scv(), None);
    }

    /// A geometric number of exponential steps: E[N] = 2 counted from 1, Var[N] = 2, so a variance of 2 + 2 at a mean of 2: scv 1, an
    /// exponential law again. Four of them for certain: 1/4. None: nothing.
    #[test]
    fn repetitions() {
        let scv = |times: &Count| exp(1).repeated(times).scv();
        let geometric = scv(&Count::geometric(2.0).unwrap()).unwrap();
        assert!((geometric - 1.0).abs() < 1e-6, "{geometric}");
        assert!((scv(&Count::Constant(4)).unwrap() - 0.25).abs() < 1e-9);
        assert_eq!(scv(&Count::poisson(0.0).unwrap()), None);
    }
}
