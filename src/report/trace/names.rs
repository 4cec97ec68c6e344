//! What places and sights are called.

use crate::measure::{Component, Failure};
use crate::report::explain::doing;
use crate::scenario::Contestant;
use crate::world::{Place, Slice, What};

/// The names of a contestant's parts.
pub(super) struct Names<'a>(pub &'a Contestant);

impl Names<'_> {
    /// A service; behind those of the system there is a primary only.
    pub fn service(&self, index: u32) -> &str {
        self.0
            .system
            .services
            .get(index as usize)
            .map_or("primary", |service| &service.name)
    }

    /// An endpoint of the app.
    pub fn endpoint(&self, index: u32) -> &str {
        let endpoints = self
            .0
            .system
            .services
            .first()
            .map_or(&[][..], |app| &app.endpoints);
        endpoints
            .get(index as usize)
            .map_or("?", |endpoint| &endpoint.name)
    }

    /// What a place is listed under.
    pub fn group(&self, place: Place) -> String {
        match place {
            Place::Request(_) | Place::Branch { .. } => "requests".to_owned(),
            Place::Core { host, .. } => {
                let host = self.0.system.hosts.get(host as usize);
                format!("cores of {}", host.map_or("?", |host| &host.name))
            }
            Place::Lock { service, .. }
            | Place::Thread { service, .. }
            | Place::Slot { service, .. } => self.service(service).to_owned(),
            Place::Call { service, .. } => format!("calls to {}", self.service(service)),
        }
    }

    /// A place, within its group.
    pub fn track(&self, place: Place) -> String {
        match place {
            Place::Request(number) => format!("request {number}"),
            Place::Branch { request, lane } => format!("request {request}, branch {}", lane + 1),
            Place::Core { core, .. } => format!("core {core}"),
            Place::Lock { process, .. } => format!("process {process}: lock"),
            Place::Thread {
                service,
                process,
                executor,
                thread,
            } => {
                let service = self.0.system.services.get(service as usize);
                let name = service.map_or("main", |service| {
                    let executor = service.model.executors.get(executor as usize);
                    executor.map_or("main thread", |executor| &executor.name)
                });
                format!("process {process}: {name}, thread {thread}")
            }
            Place::Slot {
                process,
                callee,
                slot,
                ..
            } => format!(
                "process {process}: connection {} to {}",
                slot + 1,
                self.service(callee)
            ),
            Place::Call { lane, .. } => format!("call {}", lane + 1),
        }
    }

    /// A slice.
    pub fn slice(&self, slice: &Slice) -> String {
        match slice.what {
            What::Request | What::Opening => {
                let endpoint = slice
                    .endpoint
                    .map_or("?", |endpoint| self.endpoint(endpoint));
                let number = slice
                    .request
                    .map_or_else(String::new, |number| format!(" {number}"));
                let why = match slice.what {
                    What::Opening => "a connection for ",
                    _ => "",
                };
                format!("{why}{endpoint}{number}")
            }
            What::State(Component::Cpu) if matches!(slice.place, Place::Call { .. }) => {
                "at work".to_owned()
            }
            What::State(Component::Cpu) => "running code".to_owned(),
            What::State(state) => doing(state).to_owned(),
            What::Parallel => "waiting for its branches".to_owned(),
            What::Switch => "context switch".to_owned(),
            What::Waking => "waking up".to_owned(),
            What::Chore => "the server's own work".to_owned(),
            What::Linger => "waiting for the client to close".to_owned(),
            What::Phase(phase) => phase.to_owned(),
        }
    }
}

/// Why a request failed.
pub(super) fn failure(why: Failure) -> &'static str {
    match why {
        Failure::Refused => "refused",
        Failure::Timeout => "timed out",
        Failure::Killed => "its worker was killed",
        Failure::Shed => "answered 503",
    }
}
