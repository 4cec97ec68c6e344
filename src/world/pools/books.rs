//! A pool with its process: opened beforehand, accounted for, closed.

use crate::service::Sessions;
use crate::world::plan::NONE;
use crate::world::state::World;

impl World<'_> {
    /// A process begins with the connections that its pools open beforehand, as far as the services take them.
    pub fn open_beforehand(&mut self, process: u32) {
        let caller = self.processes[process as usize].service as usize;
        for (pool, planned) in (0..).zip(&self.plan.services[caller].pools) {
            let sessions = &self.processes[process as usize].pools[pool as usize].sessions;
            let wanted = sessions.as_ref().map_or(0, Sessions::beforehand);
            let callee = planned.callee as usize;
            let limit = self.plan.services[callee].connection_limit;
            for _ in 0..wanted {
                if limit.is_some_and(|limit| self.services[callee].pooled >= limit) {
                    break;
                }
                if limit.is_some() {
                    self.count_connection(process as usize, pool);
                }
                if let Some(sessions) =
                    &mut self.processes[process as usize].pools[pool as usize].sessions
                {
                    sessions.put(self.now, NONE, self.now);
                }
            }
        }
    }

    /// A pool is gone with its process, and all its connections.
    pub fn close_pool(&mut self, process: u32, pool: u32) {
        self.account_pool(process as usize, pool);
        if let Some(sessions) = &mut self.processes[process as usize].pools[pool as usize].sessions
        {
            sessions.close_all(self.now);
            self.settle_sessions(process as usize, pool);
        }
    }

    /// Adds what the connections of a pool were in use, and open, since.
    pub fn account_pool(&mut self, process: usize, pool: u32) {
        let state = &mut self.processes[process];
        let planned = &self.plan.services[state.service as usize].pools[pool as usize];
        let of = &mut state.pools[pool as usize];
        let (used, managed) = (of.account(self.now), of.sessions.is_some());
        self.recorder.busy(planned.resource, used);
        if managed {
            self.settle_sessions(process, pool);
        }
    }

    /// The service has lost the connections that were closed.
    fn settle_sessions(&mut self, process: usize, pool: u32) {
        let state = &mut self.processes[process];
        let planned = &self.plan.services[state.service as usize].pools[pool as usize];
        let callee = planned.callee as usize;
        let resource = self.plan.services[callee].connections;
        if let (Some(sessions), true) = (&mut state.pools[pool as usize].sessions, resource != NONE)
        {
            let (closed, held_ns) = sessions.settle(self.now);
            self.services[callee].pooled -= closed;
            self.recorder.busy(resource, held_ns);
        }
    }
}
