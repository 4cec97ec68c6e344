//! Hosts: whether their cores are shared, and which of them are listed.

use crate::scenario::System;
use crate::service::Listen;
use crate::world::plan::{HostPlan, NONE, Plan};

impl Plan {
    pub(super) fn add_hosts(&mut self, system: &System, elide: bool) {
        for (index, host) in system.hosts.iter().enumerate() {
            let shared_cores = host.cores.filter(|&cores| {
                let warm = host.cold.is_none() && host.switch_cost.is_zero() && host.wake.is_none();
                // Where a thread's core does not matter: neither who is seen nor whose timer ends with whose.
                let alike = host.idle_seen.is_none() && host.timer_slack.is_zero();
                let enough =
                    most_runnable(system, index).is_some_and(|threads| threads <= u64::from(cores));
                !(elide && warm && alike && enough)
            });
            let owner = system.services.iter().find(|service| service.host == index);
            let app = system.services[0].host == index;
            let name = if app {
                "cores"
            } else {
                owner.map_or(host.name.as_str(), |service| service.name.as_str())
            };
            let resource = host.cores.map_or(NONE, |cores| {
                self.resource(name, Some(u64::from(cores)), false)
            });
            let parts = app && shared_cores.is_some();
            for core in 0..if parts { shared_cores.unwrap_or(0) } else { 0 } {
                self.resource(&format!("core_{core}"), Some(1), true);
            }
            let core_slot = self.slots as u32;
            self.slots += shared_cores.unwrap_or(0) as usize;
            self.hosts.push(HostPlan {
                host: host.clone(),
                shared_cores,
                core_slot,
                resource,
                parts,
            });
        }
    }
}

/// How many threads on a host can want a core at once; `None`: any number.
fn most_runnable(system: &System, host: usize) -> Option<u64> {
    system
        .services
        .iter()
        .filter(|service| service.host == host)
        .try_fold(0, |sum, service| {
            let model = &service.model;
            let used = model.executors.iter().enumerate();
            let used = used.filter(|(index, _)| model.uses(*index));
            let threads = used
                .map(|(_, executor)| executor.carriers.map(u64::from))
                .sum::<Option<u64>>()?;
            let listen = model.listen.as_ref();
            let main_thread = u64::from(listen.is_some_and(|l| l.main_thread.is_some()));
            let primary = u64::from(listen.is_some_and(Listen::has_primary_process));
            Some(sum + u64::from(model.processes) * (threads + main_thread) + primary)
        })
}
