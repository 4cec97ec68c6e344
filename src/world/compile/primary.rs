//! The process of a primary, where its work takes time: a service behind those of the system, which listens in the app's place, with one
//! loop and two programs.

use crate::kernel::{Dist, Path, Span};
use crate::scenario::System;
use crate::service::{Admit, Lifecycle, Listen, ListenPolicy, Primary, Queue};
use crate::world::plan::{MainKind, NONE, Op, Pc, Plan, PrimaryPlan, ServicePlan};

impl Plan {
    pub(super) fn add_primary(&mut self, system: &System) {
        let app = &system.services[0];
        let listen = app.model.listen.as_ref();
        let Some(listen) = listen.filter(|listen| listen.has_primary_process()) else {
            return;
        };
        let service = self.services.len() as u32;
        let process = self.process_service.len() as u32;
        let own_core = self.hosts[app.host].shared_cores.is_none();
        let main_resource = self.resource("primary", Some(1), false);
        self.add_process(service, process, 1, false, own_core, &[], &[]);
        self.services.push(ServicePlan {
            main: MainKind::Loop,
            first_process: process,
            processes: 1,
            listen: Some(Listen {
                policy: ListenPolicy::Shared,
                ..listen.clone()
            }),
            wakes: None,
            dispatcher: None,
            queue: Queue {
                admit: Admit::Always,
                capacity: None,
                concurrency: None,
                refusal: Span::ZERO,
            },
            keep_alive: None,
            linger: Span::ZERO,
            requests_per_connection: None,
            connection_limit: None,
            connections: NONE,
            heartbeat: None,
            lifecycle: Lifecycle::default(),
            replaces: false,
            mortal: false,
            lock: None,
            gc: None,
            main_resource,
            lock_resource: NONE,
            threads: 1,
            aux: Vec::new(),
            pools: Vec::new(),
            caches: Vec::new(),
            ..self.services[0].clone() // its host, what rounds and cold cores cost
        });
        self.primary = Some(self.primary_programs(service, process, listen.primary));
    }

    /// What it does with a connection, and with a worker's message.
    fn primary_programs(&mut self, service: u32, process: u32, costs: Primary) -> PrimaryPlan {
        let burst = |span| Op::Burst {
            law: Dist::Constant(span),
            path: Path::ROOT,
            native: false,
        };
        let accept = self.ops.len() as Pc;
        self.ops.extend([burst(costs.accept), Op::Distribute]);
        let again = self.ops.len() as Pc;
        self.ops
            .extend([burst(costs.hand_over), Op::HandOver { again }]);
        let message = self.ops.len() as Pc;
        self.ops
            .extend([burst(costs.acknowledge), Op::Acknowledged, Op::End]);
        PrimaryPlan {
            service,
            process,
            accept,
            message,
        }
    }
}
