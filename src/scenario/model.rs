//! Model files: from a merged table to a [`Model`].

use std::ops::RangeInclusive;

use super::admission::{caches, listen, queue};
use super::blanks::Kind;
use super::calls::Calls;
use super::diagnostic::Problem;
use super::executors::{executors, place, refuse_impossible_executors, refuse_unused_executors};
use super::gc::gc;
use super::keys::Keys;
use super::languages::Languages;
use super::lifecycle::{lifecycle, limits};
use super::pools::pool;
use super::reader::{Reader, names};
use super::real_settings::real_settings;
use super::steps::{Steps, Times};
use super::tree::{Node, Table};
use crate::host::Warming;
use crate::kernel::{Path, Span};
use crate::service::{LockParams, Memory, Model, Order};
use crate::workload::Step;

/// What callers may take a service for.
pub(super) const ROLES: [&str; 3] = ["database", "cache", "http"];

/// How many times longer CPU may take.
const FACTORS: RangeInclusive<f64> = 0.01..=100.0;
/// The most processes of a service.
const MAX_PROCESSES: u32 = 10_000;
/// The most threads of a service, all its processes together.
const MAX_THREADS: u64 = 1_000_000;
/// The most cores of a host.
pub(super) const MAX_CORES: u32 = 4096;

/// A model's table and what it is read for.
pub(super) struct ModelText<'r, 't> {
    /// The merged table.
    pub(super) table: &'t Table,
    /// The service that it is for.
    pub(super) service: &'r str,
    /// What the model is called.
    pub(super) name: &'r str,
    /// Keys that mean something beside these in a scenario, for "did you mean".
    pub(super) elsewhere: &'static [&'static str],
}

/// Reads a model.
pub(super) fn model<'t>(
    text: &ModelText<'_, 't>,
    reader: &Reader<'t>,
    languages: &Languages,
    calls: Calls<'_>,
) -> Model {
    let mut keys = Keys::of(text.table, reader);
    keys.elsewhere(text.elsewhere);
    let mut model = Model::ideal(text.name);
    if let Some(title) = keys.read("title", |r, node| r.text(node, "a text")) {
        model.title = title.to_owned();
    }
    model.language = keys.read("language", |r, node| language(r, node, languages));
    if let Some(factor) = keys.read("cpu_factor", cpu_factor) {
        model.cpu_factor = factor;
    }
    model.role = keys
        .read("role", |r, node| {
            r.word(node, &ROLES.map(|role| (role, role)))
        })
        .map(str::to_owned);
    model.processes = keys
        .read("processes", |r, node| r.whole(node, 1..=MAX_PROCESSES))
        .unwrap_or(1);
    if let Some(table) = keys.read("executors", |r, node| r.table(node, "a table of executors")) {
        model.executors = executors(table, reader);
    }
    let placed = keys.read("place", |r, node| {
        place(r, node, &model.executors, languages)
    });
    let placed = placed.unwrap_or_default();
    (model.place_native, model.place) = (placed.native, placed.cpu);
    (model.place_handler, model.place_calls) = (placed.handler, placed.calls);
    refuse_too_many_threads(text.table, &model, reader);
    model.lock = keys.read("lock", lock);
    model.gc = keys.read("gc", gc);
    model.listen = keys.read("listen", listen);
    if let Some(queue) = keys.read("queue", queue) {
        model.queue = queue;
    }
    model.keep_alive = keys.read("connections", |r, node| {
        let mut keys = Keys::of(r.table(node, "a table such as { keep_alive = \"5s\" }")?, r);
        let keep_alive = keys.read("keep_alive", |r, node| r.span(node));
        model.linger = keys.read("linger", |r, node| r.span(node));
        model.requests_per_connection = keys
            .read("requests", |r, node| r.whole(node, 0..=u32::MAX))
            .filter(|&requests| requests > 0);
        model.connection_limit = keys.read("limit", |r, node| r.whole(node, 1..=u32::MAX));
        keys.finish();
        keep_alive
    });
    let limits = keys.read("limits", |r, node| limits(r, node, &model.executors[0]));
    let limits = limits.unwrap_or_default();
    (model.heartbeat, model.reading) = (limits.heartbeat, limits.reading);
    model.lifecycle = keys.read("lifecycle", lifecycle).unwrap_or_default();
    let executors = std::mem::take(&mut model.executors);
    let steps = |calls| Steps {
        reader,
        languages,
        executors: Some(&executors),
        runner: text.name,
        language: None,
        times: Times::Own,
        cpu_factor: model.cpu_factor,
        calls,
    };
    let path = Path::ROOT.child("models").child(text.service);
    let mut list = |key: &'static str| {
        let node = keys.get(key);
        node.map(|node| steps(calls).list(node, path.child(key)))
            .unwrap_or_default()
    };
    model.before = list("before");
    model.after = list("after");
    if let Some(table) = keys.read("on_call", |r, node| {
        r.table(node, "a table of lists of steps, by role")
    }) {
        model.on_call = on_call(table, &steps(Calls::Forbidden), path.child("on_call"));
    }
    if let Some(table) = keys.read("pools", |r, node| r.table(node, "a table of pools")) {
        model.pools = reader
            .entries(table)
            .iter()
            .filter_map(|entry| {
                let at = path.child("pools").child(&entry.key);
                pool(entry, &steps(Calls::Forbidden), calls, at)
            })
            .collect();
    }
    model.executors = executors;
    if !reader.found_mistakes() {
        refuse_unused_executors(text.table, &model, reader);
    }
    refuse_impossible_executors(text.table, &model, reader);
    if let Some(cache) = keys.read("caches", caches) {
        model.cache = cache;
    }
    model.memory = keys.read("memory", memory).unwrap_or_default();
    model.cold = keys.read("cold", warming).unwrap_or_default();
    model.cores = keys.read("cores", |r, node| r.whole(node, 1..=MAX_CORES));
    model.unvalidated = keys
        .read("unvalidated", |r, node| r.flag(node))
        .unwrap_or(false);
    model.settings = keys.read("settings", real_settings).unwrap_or_default();
    keys.finish();
    model
}

/// What a cold core costs: one time, or one and the work over which it is paid.
fn warming<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Warming> {
    let node = reader.resolve(node)?;
    let time = || {
        let extra = reader.span(node)?;
        let over = Span::ZERO;
        Some(Warming { extra, over })
    };
    let table = || {
        let mut keys = Keys::of(reader.table(node, "a time or a table")?, reader);
        let extra = keys.read("extra", |r, node| r.span(node));
        let over = keys.read("over", |r, node| r.span(node));
        keys.need("extra", || {
            Problem::at(node.origin, "`cold` has no `extra`")
        });
        keys.finish();
        Some(Warming {
            extra: extra?,
            over: over.unwrap_or(Span::ZERO),
        })
    };
    reader.either(node.as_table().is_none(), time, table)
}

/// How many times longer CPU takes.
fn cpu_factor<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<f64> {
    let factor = reader.number(node)?;
    if FACTORS.contains(&factor) {
        return Some(factor);
    }
    let problem = Problem::at(
        node.origin,
        format!("CPU that takes {factor} times as long"),
    );
    reader.refuse(problem.label("expected a number from 0.01 to 100"))
}

/// A language that `languages.toml` knows.
pub(super) fn language<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    languages: &Languages,
) -> Option<String> {
    if reader.asks(node, || Kind::Known(names(languages.names()))) {
        return None;
    }
    let name = reader.text(node, "a language")?;
    if languages.knows(name) {
        return Some(name.to_owned());
    }
    let problem = Problem::at(node.origin, format!("unknown language `{name}`"));
    reader.refuse(problem.names(name, languages.names()))
}

fn refuse_too_many_threads(table: &Table, model: &Model, reader: &Reader<'_>) {
    let carriers = model
        .executors
        .iter()
        .map(|e| u64::from(e.carriers.unwrap_or(0)));
    let threads = carriers.sum::<u64>() * u64::from(model.processes);
    if let (true, Some(entry)) = (threads > MAX_THREADS, table.entry("executors")) {
        let message = format!("{threads} threads are too many: at most {MAX_THREADS}");
        reader.note(Problem::at(entry.at, message));
    }
}

fn lock<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<LockParams> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { switch_interval = \"5ms\" }")?,
        reader,
    );
    let switch_interval = keys.read("switch_interval", |r, node| r.positive_span(node));
    let order = keys.read("order", |r, node| {
        r.word(node, &[("fifo", Order::Fifo), ("random", Order::Random)])
    });
    let barging = keys.read("barging", |r, node| r.flag(node));
    let look = keys.read("look", |r, node| r.dist(node));
    keys.finish();
    Some(LockParams {
        switch_interval,
        order: order.unwrap_or(Order::Fifo),
        barging: barging.unwrap_or(false),
        look: look.filter(|law| !law.is_zero()),
        slack: Span::ZERO,
    })
}

fn on_call<'t>(table: &'t Table, steps: &Steps<'_, 't>, path: Path) -> Vec<(String, Vec<Step>)> {
    let mut all = Vec::new();
    for entry in steps.reader.entries_among(table, &ROLES) {
        if !ROLES.contains(&entry.key.as_str()) {
            let problem = Problem::at(entry.at, format!("there is no role `{}`", entry.key));
            steps.reader.note(problem.names(&entry.key, ROLES));
        }
        all.push((
            entry.key.clone(),
            steps.list(&entry.node, path.child(&entry.key)),
        ));
    }
    all
}

fn memory<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Memory> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { process = \"51MB\" }")?,
        reader,
    );
    let mut size = |key| keys.read(key, |r, node| r.size(node)).unwrap_or(0);
    let memory = Memory {
        process: size("process"),
        thread: size("thread"),
        connection: size("connection"),
        primary: size("primary"),
    };
    keys.finish();
    Some(memory)
}
