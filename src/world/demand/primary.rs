//! What a primary and its workers need for a connection, where each request has one of its own.

use super::{Visit, Walk};
use crate::service::ListenPolicy;
use crate::world::plan::MainKind;

impl Walk<'_> {
    /// A new connection is handed over to the app.
    pub(super) fn handed_over(&mut self, visit: &mut Visit, times: f64) {
        let plan = &self.plan.services[0];
        let listen = plan.listen.as_ref();
        let Some(listen) = listen.filter(|listen| listen.policy == ListenPolicy::Primary) else {
            return;
        };
        let costs = listen.primary;
        if plan.main == MainKind::Loop {
            self.cpu(visit, costs.take.as_nanos_f64(), times, false);
        }
        if let Some(primary) = self.plan.primary {
            let before = (costs.accept + costs.hand_over).as_nanos_f64();
            let ns = times * (before + costs.acknowledge.as_nanos_f64());
            visit.elapsed += before;
            self.add(
                self.plan.services[primary.service as usize].main_resource,
                ns,
            );
            self.add(self.plan.hosts[plan.host as usize].resource, ns);
        }
    }
}
