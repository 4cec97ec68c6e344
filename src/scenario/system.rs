//! One contestant: the scenario with its overrides, every model merged in, wired into a [`System`].

use super::calls::{Callable, Calls};
use super::checked::{Contestant, Service, System};
use super::diagnostic::Problem;
use super::files::{Files, ModelKind};
use super::keys::Keys;
use super::languages::Languages;
use super::merge::overlay_table;
use super::model::{ModelText, model};
use super::reader::Reader;
use super::settings;
use super::source::Origin;
use super::steps::{Steps, Times};
use super::tree::{Entry, NO_KEYS, Node, Table};
use super::wiring::{Places, Wiring};
use crate::host::Host;
use crate::kernel::{Path, Span};
use crate::service::Model;
use crate::workload::Endpoint;

/// What a contestant overrides in the scenario; its other keys are its model's.
pub(super) const SHARED: [&str; 4] = ["clients", "hosts", "services", "endpoints"];
/// What a service says beside its model's keys.
const SERVICE: [&str; 3] = ["host", "latency", "endpoints"];

/// The name of the compared service and of its host.
const APP: &str = "app";

/// The merged tables of a contestant, from which everything is read.
pub(super) struct Merged<'t> {
    name: &'t str,
    shared: Table,
    app: ServiceTree,
    services: Vec<ServiceTree>,
    hosts: Vec<(String, Table)>,
}

impl Merged<'_> {
    /// What is said about a host.
    fn host(&self, name: &str) -> Option<&Table> {
        self.hosts
            .iter()
            .find(|(host, _)| host == name)
            .map(|(_, table)| table)
    }
}

/// A service's own keys, and its merged model.
struct ServiceTree {
    name: String,
    model_name: String,
    at: Origin,
    own: Table,
    model: Table,
}

impl ServiceTree {
    /// Where messages about the wiring point to.
    fn places(&self, shared: &Table) -> Places {
        let table = if self.name == APP { shared } else { &self.own };
        let connections = self.model.get("connections").and_then(Node::as_table);
        let limit = connections.and_then(|table| table.entry("limit"));
        Places {
            service: self.at,
            endpoints: table.entry("endpoints").map(|entry| entry.at),
            limit: limit.map(|entry| entry.at),
        }
    }
}

/// Merges a contestant. `None` if a model is missing.
pub(super) fn merge<'t>(
    scenario: &Table,
    contestant: &'t Entry,
    files: &Files<'_>,
) -> Option<Merged<'t>> {
    let Some(table) = contestant.node.as_table() else {
        let message = format!(
            "expected a table with a model, found {}",
            contestant.node.kind()
        );
        return files
            .problems
            .refuse(Problem::at(contestant.node.origin, message));
    };
    let mut shared = scenario.only(&SHARED);
    refuse_new(&shared, table, files);
    overlay_table(&mut shared, &table.only(&SHARED), &files.problems);
    for key in ["hosts", "services"] {
        if let Some(node) = said(&shared, key) {
            table_of(node, files)?;
        }
    }
    let own = Node::table(table.without(&SHARED), contestant.node.origin);
    let app = service(APP, contestant.at, Table::default(), own, files);
    let services = entries(&shared, "services").iter().filter_map(|entry| {
        let table = table_of(&entry.node, files)?;
        let model = Node::table(table.without(&SERVICE), entry.node.origin);
        service(&entry.key, entry.at, table.only(&SERVICE), model, files)
    });
    let services: Vec<ServiceTree> = services.collect();
    let hosts = entries(&shared, "hosts").iter().filter_map(|entry| {
        table_of(&entry.node, files)?;
        let merged = files.complete(entry.node.clone(), ModelKind::Host)?;
        Some((entry.key.clone(), merged.as_table()?.clone()))
    });
    let hosts: Vec<_> = hosts.collect();
    let complete = services.len() == entries(&shared, "services").len()
        && hosts.len() == entries(&shared, "hosts").len();
    let app = app.filter(|_| complete)?;
    Some(Merged {
        name: &contestant.key,
        shared,
        app,
        services,
        hosts,
    })
}

fn service(
    name: &str,
    at: Origin,
    own: Table,
    model: Node,
    files: &Files<'_>,
) -> Option<ServiceTree> {
    let model_name = model.as_table()?.get("model").and_then(Node::as_text);
    let model_name = model_name.unwrap_or("ideal").to_owned();
    let model = files.complete(model, ModelKind::Server)?;
    let model = model.as_table()?.clone();
    Some(ServiceTree {
        name: name.to_owned(),
        model_name,
        at,
        own,
        model,
    })
}

/// The value of a key, unless it is taken back.
fn said<'t>(table: &'t Table, key: &str) -> Option<&'t Node> {
    table.get(key).filter(|node| node.as_text() != Some("none"))
}

fn table_of<'t>(node: &'t Node, files: &Files<'_>) -> Option<&'t Table> {
    let message = || format!("expected a table, found {}", node.kind());
    node.as_table()
        .or_else(|| files.problems.refuse(Problem::at(node.origin, message())))
}

fn entries<'t>(table: &'t Table, key: &str) -> &'t [Entry] {
    table
        .get(key)
        .and_then(Node::as_table)
        .map_or(&[], |table| &table.entries)
}

/// A contestant adds no endpoint: all face the same requests. A service it adds has a model.
fn refuse_new(scenario: &Table, contestant: &Table, files: &Files<'_>) {
    for (key, thing) in [("endpoints", "endpoint"), ("services", "service")] {
        let known = entries(scenario, key);
        for entry in entries(contestant, key) {
            let has_model = entry
                .node
                .as_table()
                .is_some_and(|table| table.get("model").is_some());
            let new = known.iter().all(|other| other.key != entry.key);
            if new && !(key == "services" && has_model) {
                let problem = Problem::at(entry.at, format!("there is no {thing} `{}`", entry.key));
                let names = known.iter().map(|entry| entry.key.as_str());
                files.problems.note(problem.names(&entry.key, names));
            }
        }
    }
}

/// What reading the contestants of a scenario shares.
pub(super) struct Shared<'r> {
    pub(super) languages: &'r Languages,
    pub(super) measured_in: Option<&'r str>,
}

/// Reads a merged contestant.
pub(super) fn contestant<'t>(
    merged: &'t Merged<'_>,
    shared: &Shared<'_>,
    reader: &Reader<'t>,
) -> Contestant {
    let clients = said(&merged.shared, "clients");
    let clients = clients.and_then(|node| settings::clients(reader, node));
    let callables = callables(&merged.services, reader);
    let mut assembly = Assembly {
        merged,
        shared,
        reader,
        callables,
        hosts: Vec::new(),
    };
    let trees: Vec<&ServiceTree> = std::iter::once(&merged.app)
        .chain(&merged.services)
        .collect();
    let services: Vec<Service> = trees.iter().map(|tree| assembly.service(tree)).collect();
    let hosts = assembly.hosts;
    let wiring = Wiring {
        services: &services,
        hosts: &hosts,
        places: trees
            .iter()
            .map(|tree| tree.places(&merged.shared))
            .collect(),
        memory_at: &|name| merged.host(name)?.get("memory").map(|node| node.origin),
        reader,
    };
    wiring.check();
    let system = System {
        clients: clients.unwrap_or_default(),
        hosts,
        services,
    };
    Contestant {
        name: merged.name.to_owned(),
        system,
    }
}

/// A contestant's system as far as it has been read.
struct Assembly<'r, 'm, 't> {
    merged: &'t Merged<'m>,
    shared: &'r Shared<'r>,
    reader: &'r Reader<'t>,
    callables: Vec<Callable>,
    /// As services asked for them.
    hosts: Vec<Host>,
}

impl<'t> Assembly<'_, '_, 't> {
    /// Reads a service, and its host if it is the first there.
    fn service(&mut self, tree: &'t ServiceTree) -> Service {
        let (is_app, reader, calls) = (tree.name == APP, self.reader, Calls::To(&self.callables));
        let text = ModelText {
            table: &tree.model,
            service: &tree.name,
            name: &tree.model_name,
            elsewhere: if is_app { &SHARED } else { &SERVICE },
        };
        let model = model(&text, reader, self.shared.languages, calls);
        let own = own(&tree.own, reader);
        let (endpoints, path) = match is_app {
            true => (said(&self.merged.shared, "endpoints"), Path::ROOT),
            false => (
                own.endpoints,
                Path::ROOT.child("services").child(&tree.name),
            ),
        };
        let steps = Steps {
            reader,
            languages: self.shared.languages,
            executors: None,
            runner: &tree.model_name,
            language: model.language.as_deref(),
            times: Times::MeasuredIn(self.shared.measured_in),
            cpu_factor: model.cpu_factor,
            calls,
        };
        let endpoints = endpoints
            .map(|node| endpoints_of(node, &steps, path))
            .unwrap_or_default();
        let host = self.host(tree, own.host, &model).unwrap_or(0);
        Service {
            name: tree.name.clone(),
            host,
            latency: own.latency,
            model,
            endpoints,
        }
    }

    /// The place of a service's host: the one it names or is named after, else one of its own with its model's cores.
    fn host(
        &mut self,
        tree: &ServiceTree,
        wanted: Option<&'t Node>,
        model: &Model,
    ) -> Option<usize> {
        let name = match wanted {
            Some(node) => self.reader.text(node, "the name of a host")?,
            None => &tree.name,
        };
        let described = self.merged.host(name);
        if let (Some(node), None, true) = (wanted, described, name != APP) {
            let names = self.merged.hosts.iter().map(|(name, _)| name.as_str());
            let problem = Problem::at(node.origin, format!("there is no host `{name}`"));
            let problem = match self.merged.hosts.is_empty() {
                true => problem.label("there are no `[hosts]`"),
                false => problem,
            };
            return self.reader.refuse(problem.names(name, names));
        }
        if let Some(known) = self.hosts.iter().position(|host| host.name == name) {
            return Some(known);
        }
        self.hosts.push(match described {
            Some(table) => settings::host(table, name, self.reader),
            None => Host::ideal(name, model.cores),
        });
        Some(self.hosts.len() - 1)
    }
}

/// What a service says beside its model's keys.
pub(super) struct Own<'t> {
    latency: Span,
    /// The host that it names.
    host: Option<&'t Node>,
    /// Its endpoints, not read yet.
    pub(super) endpoints: Option<&'t Node>,
}

/// Reads the keys of [`SERVICE`].
pub(super) fn own<'t>(table: &'t Table, reader: &Reader<'t>) -> Own<'t> {
    let mut keys = Keys::of(table, reader);
    let latency = keys.read("latency", |r, node| r.span(node));
    let host = keys.get("host");
    host.and_then(|node| reader.text(node, "the name of a host"));
    let endpoints = keys.get("endpoints");
    keys.finish();
    Own {
        latency: latency.unwrap_or(Span::ZERO),
        host,
        endpoints,
    }
}

/// Who may be called: everything but the app.
fn callables(services: &[ServiceTree], reader: &Reader<'_>) -> Vec<Callable> {
    let callable = |(i, tree): (usize, &ServiceTree)| {
        reader.plain_name(&tree.name, tree.at);
        if tree.name == APP || tree.name == "local" {
            let message = format!("a service cannot be called `{}`", tree.name);
            reader.note(Problem::at(tree.at, message));
        }
        let endpoints = entries(&tree.own, "endpoints")
            .iter()
            .map(|entry| entry.key.clone());
        Callable {
            name: tree.name.clone(),
            index: i + 1,
            endpoints: endpoints.collect(),
        }
    };
    services.iter().enumerate().map(callable).collect()
}

/// A table of endpoints.
pub(super) fn endpoints_of<'t>(node: &'t Node, steps: &Steps<'_, 't>, path: Path) -> Vec<Endpoint> {
    let reader = steps.reader;
    let Some(table) = reader.table(node, "a table of endpoints") else {
        return Vec::new();
    };
    let path = path.child("endpoints");
    let mut endpoints = Vec::with_capacity(table.entries.len());
    for entry in reader.entries(table) {
        reader.plain_name(&entry.key, entry.at);
        // Even a wrong endpoint keeps its place: calls have been resolved to places.
        let table = reader.table(&entry.node, "a table with `weight` and `steps`");
        let mut keys = Keys::of(table.unwrap_or(&NO_KEYS), reader);
        let weight = keys.read("weight", |r, node| r.number(node)).unwrap_or(1.0);
        let list = keys
            .get("steps")
            .map(|node| steps.list(node, path.child(&entry.key)));
        keys.finish();
        let name = entry.key.clone();
        endpoints.push(Endpoint {
            name,
            weight,
            steps: list.unwrap_or_default(),
        });
    }
    endpoints
}
