//! `[slo]`: what is good enough, of all requests and of single endpoints.
//!
//! ```toml
//! [slo]
//! p99    = "250ms"                  # of all requests
//! util   = { lock = "80%" }
//! [slo.endpoints.checkout]
//! p95        = "200ms"              # of this endpoint
//! throughput = "10/s"
//! ```
//!
//! Any figure, state of the account and resource of the results can be limited, and an event loop's delay. Requests answered per
//! second must reach their limit, everything else must not exceed it; who has no such resource, or no loop, meets a limit on it. Whether a load is carried inside limits on the mean, the percentiles and the share of errors can be
//! [searched](Objective::searched) for: these get worse with the load. The others are judged at the loads that are run.

use super::diagnostic::Problem;
use super::expect::Subjects;
use super::expectation::{Figure, Side, Unit};
use super::keys::Keys;
use super::reader::Reader;
use super::tree::{Node, Table};
use crate::kernel::Span;
use crate::measure::Component;

/// Service level objectives: those of all requests first, then those of endpoints in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slo {
    /// All of them must be met.
    pub objectives: Vec<Objective>,
}

/// A limit on one figure of the results.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Of which endpoint; `None`: of all requests.
    pub endpoint: Option<String>,
    /// Which figure.
    pub gauge: Gauge,
    /// Its limit, in the unit of the results: milliseconds, requests per second, a fraction or megabytes.
    pub limit: f64,
}

/// What an objective limits: a column of the results, or the delay of an event loop.
#[derive(Clone, Debug, PartialEq)]
pub enum Gauge {
    /// A figure with an interval; percentiles count failed requests as infinitely late.
    Figure(Figure),
    /// Mean time in a state of the account.
    State(Component),
    /// The share of a resource in use.
    Used(String),
    /// Most memory in use by the app.
    Memory,
    /// Mean delay of the event loop, as Node reports it.
    LoopDelay,
    /// Its 99th percentile.
    LoopDelayP99,
}

/// Figures that can be limited, by their keys.
const FIGURES: [(&str, Figure); 13] = [
    ("mean", Figure::Mean),
    ("p50", Figure::P50),
    ("p90", Figure::P90),
    ("p95", Figure::P95),
    ("p99", Figure::P99),
    ("p999", Figure::P999),
    ("errors", Figure::Errors),
    ("sd", Figure::Sd),
    ("throughput", Figure::Throughput),
    ("errors_refused", Figure::Refused),
    ("errors_timeout", Figure::Timeout),
    ("errors_killed", Figure::Killed),
    ("errors_shed", Figure::Shed),
];

/// Keys of figures that only all requests together have.
const OF_ALL: [&str; 4] = ["memory", "loop_delay", "loop_delay_p99", "util"];

impl Slo {
    /// Whether there is nothing to meet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objectives.is_empty()
    }

    /// The limit on a figure of an endpoint, `None` for all requests, in the unit of the results.
    #[must_use]
    pub fn limit(&self, endpoint: Option<&str>, figure: Figure) -> Option<f64> {
        let mut own = self
            .objectives
            .iter()
            .filter(|o| o.endpoint.as_deref() == endpoint);
        let found = own.find(|objective| objective.gauge == Gauge::Figure(figure));
        found.map(|objective| objective.limit)
    }

    /// The longest latency that an objective which is [searched](Objective::searched) for allows, seconds; zero if none limits a latency.
    #[must_use]
    pub fn longest_limit(&self) -> f64 {
        let searched = self.objectives.iter().filter(|o| o.searched());
        let times = searched.filter(|o| o.gauge.unit() == Unit::Time);
        times.map(|o| 1e-3 * o.limit).fold(0.0, f64::max)
    }

    /// The same with a limit on this figure of all requests, behind the others.
    #[must_use]
    pub fn and(mut self, figure: Figure, limit: f64) -> Self {
        self.objectives.push(Objective {
            endpoint: None,
            gauge: Gauge::Figure(figure),
            limit,
        });
        self
    }
}

impl Objective {
    /// The column of the results that it limits, behind its endpoint's name if it is about one: `p99_ms`, `checkout.p99_ms`.
    #[must_use]
    pub fn column(&self) -> String {
        let column = match &self.gauge {
            Gauge::Figure(figure) => figure.name().to_owned(),
            Gauge::State(state) => format!("{}_ms", state.name()),
            Gauge::Used(name) => format!("util_{name}"),
            Gauge::Memory => "memory_mb".to_owned(),
            Gauge::LoopDelay => "loop_delay_ms".to_owned(),
            Gauge::LoopDelayP99 => "loop_delay_p99_ms".to_owned(),
        };
        match &self.endpoint {
            Some(endpoint) => format!("{endpoint}.{column}"),
            None => column,
        }
    }

    /// Whether a search for a capacity can be guided by it.
    #[must_use]
    pub fn searched(&self) -> bool {
        let Gauge::Figure(figure) = self.gauge else {
            return false;
        };
        figure == Figure::Mean || figure == Figure::Errors || figure.quantile().is_some()
    }
}

impl Gauge {
    /// What it counts.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self {
            Self::Figure(figure) => figure.unit(),
            Self::State(_) | Self::LoopDelay | Self::LoopDelayP99 => Unit::Time,
            Self::Used(_) => Unit::Share,
            Self::Memory => Unit::Size,
        }
    }

    /// On which side of its limit it is good.
    #[must_use]
    pub fn good(&self) -> Side {
        match self.unit() {
            Unit::Rate => Side::Above,
            Unit::Time | Unit::Share | Unit::Size => Side::Below,
        }
    }
}

/// `[slo]`.
pub(super) fn slo<'t>(reader: &Reader<'t>, node: &'t Node, subjects: &Subjects<'_>) -> Option<Slo> {
    let mut keys = Keys::of(reader.table(node, "a table")?, reader);
    let mut objectives = Vec::new();
    limits(&mut keys, None, &mut objectives);
    let mut push = |gauge, limit: Option<f64>| {
        objectives.extend(limit.map(|limit| Objective {
            endpoint: None,
            gauge,
            limit,
        }));
    };
    push(Gauge::Memory, keys.read("memory", limit(Unit::Size)));
    push(Gauge::LoopDelay, keys.read("loop_delay", limit(Unit::Time)));
    let p99 = keys.read("loop_delay_p99", limit(Unit::Time));
    push(Gauge::LoopDelayP99, p99);
    let util = keys.read("util", |r, node| r.table(node, "a table of resources"));
    for entry in util.map_or(&[][..], |table| reader.entries(table)) {
        let used = limit(Unit::Share)(reader, &entry.node);
        push(Gauge::Used(entry.key.clone()), used);
    }
    let endpoints = keys.read("endpoints", |r, node| r.table(node, "a table of endpoints"));
    if let Some(table) = endpoints {
        of_endpoints(table, reader, subjects, &mut objectives);
    }
    keys.finish();
    Some(Slo { objectives })
}

fn of_endpoints<'t>(
    table: &'t Table,
    reader: &Reader<'t>,
    subjects: &Subjects<'_>,
    objectives: &mut Vec<Objective>,
) {
    for entry in reader.entries(table) {
        let name = entry.key.as_str();
        let names = subjects.endpoints();
        if !reader.has_blanks() && !names.is_empty() && !names.contains(&name) {
            let problem = Problem::at(entry.at, format!("there is no endpoint `{name}`"));
            reader.note(problem.names(name, names));
        }
        if let Some(table) = reader.table(&entry.node, "a table such as { p99 = \"250ms\" }") {
            let mut keys = Keys::of(table, reader);
            limits(&mut keys, Some(name), objectives);
            for key in OF_ALL {
                if let Some(at) = keys.at(key) {
                    keys.get(key);
                    let message = format!("`{key}` is no figure of a single endpoint");
                    reader.note(Problem::at(at, message).label("a limit on it stands in `[slo]`"));
                }
            }
            keys.finish();
        }
    }
}

/// The limits that can be set on all requests and on an endpoint.
fn limits(keys: &mut Keys<'_, '_>, endpoint: Option<&str>, objectives: &mut Vec<Objective>) {
    let figures = FIGURES.map(|(key, figure)| (key, Gauge::Figure(figure)));
    let states = Component::ALL.map(|state| (state.name(), Gauge::State(state)));
    for (key, gauge) in figures.into_iter().chain(states) {
        if let Some(limit) = keys.read(key, limit(gauge.unit())) {
            objectives.push(Objective {
                endpoint: endpoint.map(str::to_owned),
                gauge,
                limit,
            });
        }
    }
}

/// Reads a limit in this unit.
fn limit<'r, 't: 'r>(unit: Unit) -> impl FnOnce(&'r Reader<'t>, &'t Node) -> Option<f64> {
    move |reader, node| match unit {
        Unit::Time => reader.positive_span(node).map(Span::as_millis_f64),
        Unit::Rate => reader.rate(node),
        Unit::Share => reader.fraction(node),
        Unit::Size => reader.positive_size(node).map(|bytes| bytes as f64 * 1e-6),
    }
}
