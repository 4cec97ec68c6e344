//! What calls need: of the callee, of the pool, and what a cache in front of it spares.

use super::{Visit, Walk};
use crate::kernel::Dist;
use crate::service::Hold;
use crate::workload::{Action, CacheAt, Step};
use crate::world::hits::hit_ratio;
use crate::world::plan::MainKind;

impl Walk<'_> {
    /// A call from where the model places it.
    pub(super) fn call(
        &mut self,
        visit: &mut Visit,
        callee: usize,
        endpoint: Option<usize>,
        work: &Dist,
        times: f64,
    ) {
        let role = self.system.services[callee].model.role.as_deref();
        let model = &self.system.services[visit.service].model;
        self.at(visit, model.place_of_calls(role), times, |walk, visit| {
            walk.call_here(visit, callee, endpoint, work, times);
        });
    }

    fn call_here(
        &mut self,
        visit: &mut Visit,
        callee: usize,
        endpoint: Option<usize>,
        work: &Dist,
        times: f64,
    ) {
        let system = self.system;
        let target = &system.services[callee];
        let model = &system.services[visit.service].model;
        let named =
            |name: &String| *name == target.name || Some(name) == target.model.role.as_ref();
        if let Some((_, steps)) = model.on_call.iter().find(|(name, _)| named(name)) {
            self.steps(visit, steps, times);
        }
        let taken = visit.elapsed;
        let pools = &self.plan.services[visit.service].pools;
        let pool = pools.iter().position(|pool| pool.callee == callee as u32);
        let held = |pool: usize| visit.kept.iter().any(|(kept, ..)| *kept == pool);
        if let Some(pool) = pool.filter(|&pool| pools[pool].never_reused && !held(pool)) {
            self.open(visit, pool, times);
        }
        let steps = endpoint.map(|endpoint| target.endpoints[endpoint].steps.as_slice());
        let work = endpoint.is_none().then_some(work);
        visit.elapsed +=
            2.0 * target.latency.as_nanos_f64() + self.visit(callee, steps, work, times);
        self.callback(visit, times);
        if let Some(pool) = pool {
            let planned = self.plan.services[visit.service].pools[pool];
            match model.pools[planned.of as usize].1.hold {
                Hold::Call => self.add(
                    self.plan.services[visit.service].pools[pool].resource,
                    times * (visit.elapsed - taken),
                ),
                Hold::Request if !visit.kept.iter().any(|(kept, ..)| *kept == pool) => {
                    visit.kept.push((pool, times, taken));
                }
                Hold::Request => {}
            }
        }
    }

    /// A connection opened for this request alone. Those used again are opened too rarely to count.
    fn open(&mut self, visit: &mut Visit, pool: usize, times: f64) {
        let planned = self.plan.services[visit.service].pools[pool];
        let model = &self.system.services[visit.service].model;
        let Some(opening) = &model.pools[planned.of as usize].1.opening else {
            return;
        };
        self.steps(visit, &opening.steps, times);
        let callee = planned.callee as usize;
        let mut inner = Visit {
            service: callee,
            elapsed: 0.0,
            away: None,
            hired: false,
            kept: Vec::new(),
        };
        self.cpu(&mut inner, opening.work.mean_ns(), times, false);
        let target = &self.plan.services[callee];
        if target.main == MainKind::Threads {
            self.add(target.main_resource, times * inner.elapsed);
        }
        let trips = 2.0 * f64::from(planned.trips) * target.latency.as_nanos_f64();
        visit.elapsed += trips + inner.elapsed;
    }

    pub(super) fn cached(&mut self, visit: &mut Visit, step: &Step, times: f64) {
        let Action::Cached {
            cache,
            key,
            ttl,
            miss,
        } = &step.action
        else {
            return;
        };
        let model = &self.system.services[visit.service].model;
        let (params, caches) = match cache {
            CacheAt::Local => (model.cache, f64::from(model.processes)),
            CacheAt::Service { service, .. } => (self.system.services[*service].model.cache, 1.0),
        };
        let call = |walk: &mut Self, visit: &mut Visit, times: f64| {
            if let CacheAt::Service { service, work } = cache {
                walk.call(visit, *service, None, work, times);
            }
        };
        call(self, visit, times);
        self.lookups.push((step.path, times));
        let misses = 1.0 - hit_ratio(key, self.load * times / caches, *ttl, params);
        self.part(visit, misses, times, |walk, visit, times| {
            walk.steps(visit, miss, times);
            call(walk, visit, times);
        });
    }
}
