//! `[expect.NAME]`: what a scenario claims of its own results, and the control in which the claim must be false.

use super::blanks::Kind;
use super::checked::{Contestant, Scenario};
use super::diagnostic::Problem;
use super::expectation::{ControlledScenario, Expectation, Figure, Limit, Side, Subject, Unit};
use super::files::Files;
use super::keys::Keys;
use super::merge::overlay;
use super::overrides::check_names;
use super::reader::{Reader, names};
use super::scenario_file::read_tree;
use super::tree::{Entry, Node, Table, Value};
use crate::kernel::Span;
use crate::workload::{Arrivals, Loads};

/// The sum over all endpoints.
pub(super) const ALL: &str = "all";
/// What a control may change: the system, not how it is asked and measured.
pub(super) const CHANGEABLE: [&str; 6] = [
    "contestants",
    "clients",
    "hosts",
    "services",
    "endpoints",
    "params",
];

/// What expectations are about.
pub(super) struct Subjects<'r> {
    pub(super) contestants: &'r [Contestant],
    pub(super) arrivals: Option<&'r Arrivals>,
}

/// The expectations of a scenario, without their controls.
pub(super) fn expectations<'t>(
    table: &'t Table,
    subjects: &Subjects<'_>,
    reader: &Reader<'t>,
) -> Vec<Expectation> {
    let read = |entry: &'t Entry| {
        reader.plain_name(&entry.key, entry.at);
        expectation(entry, subjects, reader)
    };
    reader.entries(table).iter().filter_map(read).collect()
}

fn expectation<'t>(
    entry: &'t Entry,
    subjects: &Subjects<'_>,
    reader: &Reader<'t>,
) -> Option<Expectation> {
    let example = "a table with `figure`, `contestant`, and `below` or `above`";
    let mut keys = Keys::of(reader.table(&entry.node, example)?, reader);
    let text = keys.read("text", |r, node| r.text(node, "a text"));
    let figure = keys.read("figure", figure);
    let contestant = keys.read("contestant", |r, node| subjects.contestant(r, node));
    let endpoint = keys.read("endpoint", |r, node| subjects.endpoint(r, node));
    let at = keys.read("at", |r, node| subjects.load(r, node));
    let (below, above) = (keys.get("below"), keys.get("above"));
    keys.get("control");
    keys.one_of(&["below", "above"]);
    for key in ["figure", "contestant"] {
        keys.need(key, || {
            Problem::at(entry.at, format!("this expectation has no `{key}`"))
        });
    }
    if reader.has_blanks() {
        let any = Subject {
            figure: Figure::P99,
            contestant: String::new(),
            endpoint: String::new(),
        };
        for node in [below, above].into_iter().flatten() {
            limit(reader, node, &any, subjects);
        }
    }
    let several = matches!(subjects.arrivals,
        Some(Arrivals::Open { rate: Loads::List(all), .. } | Arrivals::Closed { users: Loads::List(all), .. })
        if all.len() > 1);
    if several && keys.at("at").is_none() {
        let problem = Problem::at(entry.at, "the scenario has several loads");
        reader.note(problem.label("say for which: at = \"100/s\", or a number of users"));
    }
    let side = match (below, above) {
        (Some(node), None) => Some((Side::Below, node)),
        (None, Some(node)) => Some((Side::Above, node)),
        _ => {
            let (at, message) = match keys.last_of(&["below", "above"]) {
                Some(entry) => (entry.at, "an expectation says `below` or `above`, not both"),
                // A misspelt one is told below.
                None if keys.unknown() > 0 => {
                    keys.finish();
                    return None;
                }
                None => (
                    entry.at,
                    "this expectation says neither `below` nor `above`",
                ),
            };
            reader.note(Problem::at(at, message));
            None
        }
    };
    keys.finish();
    let subject = Subject {
        figure: figure?,
        contestant: contestant?.to_owned(),
        endpoint: endpoint.unwrap_or(ALL).to_owned(),
    };
    let (side, node) = side?;
    let limit = limit(reader, node, &subject, subjects)?;
    Some(Expectation {
        name: entry.key.clone(),
        text: text.unwrap_or(&entry.key).to_owned(),
        subject,
        at,
        side,
        limit,
        control: None,
    })
}

/// The name of a figure.
pub(super) fn figure<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Figure> {
    if reader.asks(node, || Kind::Words(names(Figure::ALL.map(Figure::name)))) {
        return None;
    }
    let name = reader.text(node, "the name of a column of the results")?;
    let found = Figure::ALL.into_iter().find(|figure| figure.name() == name);
    found.or_else(|| {
        let problem = Problem::at(node.origin, format!("there is no figure `{name}`"));
        let problem = problem.label("expected a column of the results that has an interval");
        reader.refuse(problem.names(name, Figure::ALL.map(Figure::name)))
    })
}

/// A value, or `{ contestant = ..., endpoint = ..., figure = ..., times = ... }`: what is left out is the subject's.
fn limit<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    subject: &Subject,
    subjects: &Subjects<'_>,
) -> Option<Limit> {
    let node = reader.resolve(node)?;
    let value = |unit| match unit {
        Unit::Time => reader.span(node).map(Span::as_millis_f64),
        Unit::Rate => reader.rate(node),
        Unit::Share => reader.fraction(node),
        Unit::Size => reader.size(node).map(|bytes| bytes as f64 * 1e-6),
    };
    if reader.has_blanks() {
        let _ = [Unit::Time, Unit::Rate, Unit::Share].map(value);
    } else if node.as_table().is_none() {
        return value(subject.figure.unit()).map(Limit::Value);
    }
    let mut keys = Keys::of(reader.table(node, "a value or a table")?, reader);
    let contestant = keys.read("contestant", |r, node| subjects.contestant(r, node));
    let endpoint = keys.read("endpoint", |r, node| subjects.endpoint(r, node));
    let other = keys.read("figure", figure);
    let times = keys.read("times", |r, node| r.number(node));
    let whole = ["contestant", "endpoint", "figure"].map(|key| keys.at(key).is_some());
    keys.finish();
    let read = [contestant.is_some(), endpoint.is_some(), other.is_some()];
    if whole != read {
        return None; // what is wrong with it has been said
    }
    let other = Subject {
        figure: other.unwrap_or(subject.figure),
        contestant: contestant.unwrap_or(&subject.contestant).to_owned(),
        endpoint: endpoint.unwrap_or(&subject.endpoint).to_owned(),
    };
    if other == *subject {
        let problem = Problem::at(node.origin, "this compares a figure with itself");
        return reader.refuse(problem.label("name another contestant, endpoint or figure"));
    }
    if other.figure.unit() != subject.figure.unit() {
        let (a, b) = (subject.figure.name(), other.figure.name());
        let problem = Problem::at(node.origin, format!("`{a}` and `{b}` have different units"));
        return reader.refuse(problem);
    }
    Some(Limit::Times(times.unwrap_or(1.0), other))
}

impl Subjects<'_> {
    fn contestant<'t>(&self, reader: &Reader<'t>, node: &'t Node) -> Option<&'t str> {
        let name = reader.text(node, "the name of a contestant")?;
        self.known(reader, node, "contestant", name, || {
            self.contestants.iter().map(|c| c.name.as_str()).collect()
        })
    }

    fn endpoint<'t>(&self, reader: &Reader<'t>, node: &'t Node) -> Option<&'t str> {
        let name = reader.text(node, "the name of an endpoint")?;
        self.known(reader, node, "endpoint", name, || {
            let mut names = self.endpoints();
            names.push(ALL);
            names
        })
    }

    /// What people ask for.
    pub(super) fn endpoints(&self) -> Vec<&str> {
        let app = self.contestants.first().map(|c| &c.system.services[0]);
        let names = app.map_or(&[][..], |app| &app.endpoints).iter();
        names.map(|e| e.name.as_str()).collect()
    }

    fn known<'n, 't>(
        &self,
        reader: &Reader<'t>,
        node: &Node,
        thing: &str,
        name: &'t str,
        names: impl FnOnce() -> Vec<&'n str>,
    ) -> Option<&'t str> {
        let names = names();
        if names.contains(&name) {
            return Some(name);
        }
        let problem = Problem::at(node.origin, format!("there is no {thing} `{name}`"));
        reader.refuse(problem.names(name, names))
    }

    /// A load in the unit of the arrivals.
    fn load<'t>(&self, reader: &Reader<'t>, node: &'t Node) -> Option<f64> {
        match self.arrivals {
            Some(Arrivals::Closed { .. }) => reader.whole(node, 1..=u32::MAX).map(f64::from),
            Some(Arrivals::Replay { .. }) => {
                let problem = Problem::at(node.origin, "a replay has the load that it has");
                reader.refuse(problem.label("leave `at` out"))
            }
            None if reader.has_blanks() => {
                reader.whole(node, 1..=u32::MAX);
                reader.rate(node)
            }
            Some(Arrivals::Open { .. }) | None => reader.rate(node),
        }
    }
}

/// Reads the control of each expectation, if it has one: the scenario with its tables put over it.
pub(super) fn controls(tree: &Node, scenario: &mut Scenario, files: &Files<'_>) {
    let table = tree.as_table().and_then(|t| t.get("expect")?.as_table());
    for entry in table.map_or(&[][..], |table| &table.entries) {
        let Some(said) = entry.node.as_table().and_then(|t| t.entry("control")) else {
            continue;
        };
        let control = control(tree, said, scenario, files);
        let expectation = scenario.expectations.iter_mut();
        if let Some(expectation) = expectation.into_iter().find(|e| e.name == entry.key) {
            expectation.control = control;
        }
    }
}

fn control(
    tree: &Node,
    said: &Entry,
    scenario: &Scenario,
    files: &Files<'_>,
) -> Option<ControlledScenario> {
    let problems = &files.problems;
    let Some(table) = said.node.as_table() else {
        let message = format!(
            "expected a table of keys to change, found {}",
            said.node.kind()
        );
        let problem = Problem::at(said.node.origin, message);
        return problems.refuse(problem.label("such as { contestants.node.processes = 4 }"));
    };
    for entry in &table.entries {
        if entry.key.contains('.') {
            let problem = Problem::at(entry.at, format!("there is no key `{}`", entry.key));
            return problems.refuse(problem.label("a path is written without quotes"));
        }
        if !CHANGEABLE.contains(&entry.key.as_str()) {
            let message = format!("a control cannot change `{}`", entry.key);
            let problem = Problem::at(entry.at, message);
            return problems.refuse(problem.names(&entry.key, CHANGEABLE));
        }
        for inner in entry.node.as_table().map_or(&[][..], |t| &t.entries) {
            check_names(
                &[(&entry.key, entry.at), (&inner.key, inner.at)],
                tree,
                files,
            )?;
        }
    }
    let mut changed = tree.clone();
    overlay(&mut changed, &said.node, problems);
    let controlled = read_tree(&changed, &scenario.name, true, files);
    if !problems.is_empty() {
        return None;
    }
    let controlled = controlled?;
    if controlled.digest == scenario.digest {
        let problem = Problem::at(said.at, "this control changes nothing");
        return problems.refuse(problem.label("the scenario says so already"));
    }
    let mut changes = Vec::new();
    list(&said.node, String::new(), &mut changes);
    Some(ControlledScenario {
        changes,
        scenario: Box::new(controlled),
    })
}

/// A table as `PATH=VALUE`, a line for each value in it.
fn list(node: &Node, path: String, out: &mut Vec<String>) {
    match node.as_table().filter(|table| !table.entries.is_empty()) {
        None => out.push(format!("{path}={}", shown(node))),
        Some(table) => {
            for entry in &table.entries {
                let dot = if path.is_empty() { "" } else { "." };
                list(&entry.node, format!("{path}{dot}{}", entry.key), out);
            }
        }
    }
}

/// A value as it would be typed.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text { text, .. } => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Date | Value::List(_) | Value::Table(_) => "…".to_owned(),
    }
}
