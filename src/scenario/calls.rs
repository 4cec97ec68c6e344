//! Steps that ask another service.

use super::diagnostic::Problem;
use super::steps::Steps;
use super::tree::Node;
use crate::kernel::{Dist, Span};
use crate::workload::Action;

/// A service that steps may call.
pub(super) struct Callable {
    /// Its name in the scenario.
    pub(super) name: String,
    /// Its place in `System::services`.
    pub(super) index: usize,
    /// What can be asked of it; empty: it runs the caller's `work`.
    pub(super) endpoints: Vec<String>,
}

/// Who may be called.
#[derive(Clone, Copy)]
pub(super) enum Calls<'r> {
    /// These services.
    To(&'r [Callable]),
    /// Services that only a scenario will know: a model file on its own.
    Unknown,
    /// Nobody: steps that are themselves part of a call.
    Forbidden,
}

impl<'t> Steps<'_, 't> {
    /// A `call` step.
    pub(super) fn call(&self, node: &'t Node, work: Option<&'t Node>) -> Option<Action> {
        let callee = self.callee(node, false);
        let dist = self.optional_dist(work);
        let (service, endpoint) = callee?;
        if let (Some(work), Some(_)) = (work, endpoint) {
            let problem = Problem::at(work.origin, "the endpoint called says what it does");
            return self
                .reader
                .refuse(problem.label("`work` is for services without endpoints"));
        }
        Some(Action::Call {
            service,
            endpoint,
            work: dist?,
        })
    }

    /// Work that may be left out: none.
    pub(super) fn optional_dist(&self, node: Option<&'t Node>) -> Option<Dist> {
        node.map_or(Some(Dist::Constant(Span::ZERO)), |node| {
            self.reader.dist(node)
        })
    }

    /// The service and endpoint that `postgres` or `users.profile` names.
    pub(super) fn callee(&self, node: &'t Node, local: bool) -> Option<(usize, Option<usize>)> {
        let full = self.reader.text(node, "the name of a service")?;
        let services = match self.calls {
            Calls::To(services) => services,
            Calls::Unknown => return Some((0, None)),
            Calls::Forbidden => {
                let problem = Problem::at(node.origin, "steps of a call cannot call");
                return self.reader.refuse(problem);
            }
        };
        let (name, endpoint) = match full.split_once('.') {
            Some((name, endpoint)) => (name, Some(endpoint)),
            None => (full, None),
        };
        let Some(callable) = services.iter().find(|service| service.name == name) else {
            let names = services.iter().map(|service| service.name.as_str());
            let problem = Problem::at(node.origin, format!("there is no service `{name}`"));
            let problem = match services.is_empty() {
                true => problem.label("there are no `[services]`"),
                false => problem,
            };
            return self
                .reader
                .refuse(problem.names(name, names.chain(local.then_some("local"))));
        };
        let endpoints = &callable.endpoints;
        let names = || endpoints.iter().map(String::as_str);
        let problem = match (endpoint, endpoints.len()) {
            (None, 0) => return Some((callable.index, None)),
            (None, 1) => return Some((callable.index, Some(0))),
            (None, _) => Problem::at(node.origin, format!("which endpoint of `{name}`?"))
                .label(format!("write \"{name}.{}\" or another", endpoints[0])),
            (Some(wrong), 0) => Problem::at(
                node.origin,
                format!("service `{name}` has no endpoint `{wrong}`"),
            )
            .label(format!(
                "it has none: write \"{name}\", and the `work` it does"
            )),
            (Some(endpoint), _) => match endpoints.iter().position(|e| e == endpoint) {
                Some(i) => return Some((callable.index, Some(i))),
                None => {
                    let message = format!("service `{name}` has no endpoint `{endpoint}`");
                    Problem::at(node.origin, message).names(endpoint, names())
                }
            },
        };
        self.reader.refuse(problem)
    }
}
