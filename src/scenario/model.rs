//! Model files: from a merged table to a [`Model`].

use super::diagnostic::Problem;
use super::languages::Languages;
use super::reader::{Keys, Reader};
use super::steps::{Calls, Steps, Times};
use super::tree::{Entry, Node, Table, Value};
use crate::kernel::{Path, Span};
use crate::service::{
    Admit, Cache, Executor, Hold, Listen, ListenPolicy, LockParams, Memory, Model, Order, Overflow,
    Pool, Queue, Tasks,
};
use crate::workload::Step;

/// What callers may take a service for.
const ROLES: [&str; 3] = ["database", "cache", "http"];

/// The gaps between a client's attempts to connect (Linux with `tcp_syn_linear_timeouts = 4`), the last repeated.
const SYN_GAPS_S: [u64; 7] = [1, 1, 1, 1, 1, 2, 4];

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
    model.role = keys
        .read("role", |r, node| {
            r.word(node, &ROLES.map(|role| (role, role)))
        })
        .map(str::to_owned);
    model.processes = keys
        .read("processes", |r, node| r.whole(node, 1))
        .unwrap_or(1);
    if let Some(table) = keys.read("executors", |r, node| r.table(node, "a table of executors")) {
        model.executors = executors(table, reader);
    }
    let placed = keys.read("place", |r, node| place(r, node, &model.executors));
    model.place_native = placed.flatten();
    refuse_unused_executors(text.table, &model, reader);
    model.lock = keys.read("lock", lock);
    model.listen = keys.read("listen", listen);
    if let Some(queue) = keys.read("queue", queue) {
        model.queue = queue;
    }
    model.keep_alive = keys.read("connections", |r, node| {
        let mut keys = Keys::of(r.table(node, "a table such as { keep_alive = \"5s\" }")?, r);
        let keep_alive = keys.read("keep_alive", |r, node| r.span(node));
        keys.finish();
        keep_alive
    });
    let steps = |calls| Steps {
        reader,
        languages,
        runner: text.name,
        language: None,
        times: Times::Own,
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
        model.pools = table
            .entries
            .iter()
            .filter_map(|entry| pool(entry, reader, calls))
            .collect();
    }
    if let Some(cache) = keys.read("caches", caches) {
        model.cache = cache;
    }
    model.memory = keys.read("memory", memory).unwrap_or_default();
    model.cold = keys
        .read("cold", |r, node| r.span(node))
        .unwrap_or(Span::ZERO);
    model.cores = keys.read("cores", |r, node| r.whole(node, 1));
    model.unvalidated = keys
        .read("unvalidated", |r, node| r.flag(node))
        .unwrap_or(false);
    keys.finish();
    model
}

/// A language that `languages.toml` knows.
pub(super) fn language<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    languages: &Languages,
) -> Option<String> {
    let name = reader.text(node, "a language")?;
    if languages.knows(name) {
        return Some(name.to_owned());
    }
    let problem = Problem::at(node.origin, format!("unknown language `{name}`"));
    reader.refuse(problem.names(name, languages.names()))
}

fn executors<'t>(table: &'t Table, reader: &Reader<'t>) -> Vec<Executor> {
    let mut all = vec![Executor {
        name: "main".to_owned(),
        carriers: None,
        tasks: Tasks::One,
    }];
    for entry in &table.entries {
        let Some(executor) = executor(entry, reader) else {
            continue;
        };
        match executor.name.as_str() {
            "main" => all[0] = executor,
            _ => all.push(executor),
        }
    }
    all
}

fn executor<'t>(entry: &'t Entry, reader: &Reader<'t>) -> Option<Executor> {
    let name = entry.key.clone();
    if let Some(text) = entry.node.as_text() {
        if text != "delay" {
            let problem = Problem::at(
                entry.node.origin,
                format!("unknown kind of executor `{text}`"),
            );
            return reader
                .refuse(problem.label("expected \"delay\" or { carriers = ..., tasks = ... }"));
        }
        return Some(Executor {
            name,
            carriers: None,
            tasks: Tasks::One,
        });
    }
    let table = reader.table(&entry.node, "\"delay\" or { carriers = ..., tasks = ... }")?;
    let mut keys = Keys::of(table, reader);
    let carriers = keys.read("carriers", |r, node| r.whole(node, 1));
    let tasks = keys.read("tasks", |r, node| match r.resolve(node)?.value {
        Value::Integer(1) => Some(Tasks::One),
        Value::Text { ref text, .. } if text == "unlimited" => Some(Tasks::Unlimited),
        _ => r.refuse(Problem::at(node.origin, "expected 1 or \"unlimited\"")),
    });
    keys.finish();
    let tasks = tasks.unwrap_or(Tasks::One);
    if tasks == Tasks::Unlimited && carriers.is_none() {
        let problem = Problem::at(entry.at, "an event loop has a number of `carriers`");
        return reader.refuse(problem.label("expected { carriers = 1, tasks = \"unlimited\" }"));
    }
    Some(Executor {
        name,
        carriers,
        tasks,
    })
}

/// Where `native` steps run. The main executor is the carrier itself: no placement.
fn place<'t>(reader: &Reader<'t>, node: &'t Node, executors: &[Executor]) -> Option<Option<usize>> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { native = \"pool\" }")?,
        reader,
    );
    let native = keys.read("native", |r, node| {
        let name = r.text(node, "the name of an executor")?;
        executors
            .iter()
            .position(|executor| executor.name == name)
            .or_else(|| {
                let names = executors.iter().map(|executor| executor.name.as_str());
                let problem = Problem::at(node.origin, format!("there is no executor `{name}`"));
                r.refuse(problem.names(name, names))
            })
    });
    keys.finish();
    Some(native.filter(|&executor| executor != 0))
}

fn refuse_unused_executors(table: &Table, model: &Model, reader: &Reader<'_>) {
    let executors = table.get("executors").and_then(Node::as_table);
    for entry in executors.map_or(&[][..], |table| &table.entries) {
        let used = entry.key == "main"
            || model
                .place_native
                .is_some_and(|i| model.executors[i].name == entry.key);
        let broken_place = model.place_native.is_none() && table.get("place").is_some();
        if !used && !broken_place {
            let problem = Problem::at(entry.at, format!("executor `{}` runs nothing", entry.key));
            let problem = problem.label("only `main` and those named in `place` run steps");
            reader
                .refuse(problem.names(&entry.key, ["main"]))
                .unwrap_or(())
        }
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
    keys.finish();
    Some(LockParams {
        switch_interval,
        order: order.unwrap_or(Order::Fifo),
        barging: barging.unwrap_or(false),
    })
}

fn listen<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Listen> {
    const POLICIES: [(&str, ListenPolicy); 3] = [
        ("shared", ListenPolicy::Shared),
        ("per-process", ListenPolicy::PerProcess),
        ("primary", ListenPolicy::Primary),
    ];
    let mut keys = Keys::of(
        reader.table(node, "a table such as { backlog = 511 }")?,
        reader,
    );
    let policy = keys.read("policy", |r, node| r.word(node, &POLICIES));
    let backlog = keys.read("backlog", |r, node| r.whole(node, 0));
    let accepts_per_wakeup = keys.read("accepts_per_wakeup", |r, node| r.whole(node, 1));
    let refuse = keys.read("overflow", |r, node| {
        r.word(node, &[("syn-retry", false), ("refuse", true)])
    });
    let gaps = keys.read("syn_gaps", |r, node| {
        let items = r.list(node, "a list of times")?;
        let gaps: Vec<Span> = items
            .iter()
            .filter_map(|item| r.positive_span(item))
            .collect();
        if items.is_empty() {
            return r.refuse(Problem::at(node.origin, "expected at least one time"));
        }
        Some(gaps)
    });
    keys.finish();
    let overflow = match refuse {
        Some(true) => Overflow::Refuse,
        _ => Overflow::SynRetry {
            gaps: gaps.unwrap_or_else(|| SYN_GAPS_S.map(Span::from_secs).to_vec()),
        },
    };
    Some(Listen {
        policy: policy.unwrap_or(ListenPolicy::Shared),
        backlog,
        accepts_per_wakeup,
        overflow,
    })
}

fn queue<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Queue> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { admit = \"always\" }")?,
        reader,
    );
    let words = [("idle-only", 0), ("below-limit", 1), ("always", 2)];
    let admit = keys
        .read("admit", |r, node| r.word(node, &words))
        .unwrap_or(0);
    let limit = keys.read("limit", |r, node| r.whole(node, 1));
    let capacity = keys.read("capacity", |r, node| r.whole(node, 0));
    keys.read("scope", |r, node| r.word(node, &[("process", ())]));
    let limit_at = keys.at("limit");
    keys.finish();
    let admit = match (admit, limit, limit_at) {
        (0, _, None) => Admit::Idle,
        (2, _, None) => Admit::Always,
        (1, Some(limit), _) => Admit::Below(limit),
        (1, None, None) => {
            let problem = Problem::at(node.origin, "`below-limit` needs a `limit`");
            return reader.refuse(problem.label("for instance limit = 1000"));
        }
        (1, None, Some(_)) => return None,
        (_, _, Some(at)) => {
            return reader.refuse(Problem::at(
                at,
                "a `limit` goes with `admit = \"below-limit\"`",
            ));
        }
        _ => Admit::Idle,
    };
    Some(Queue { admit, capacity })
}

fn on_call<'t>(table: &'t Table, steps: &Steps<'_, 't>, path: Path) -> Vec<(String, Vec<Step>)> {
    let mut all = Vec::new();
    for entry in &table.entries {
        if !ROLES.contains(&entry.key.as_str()) {
            let problem = Problem::at(entry.at, format!("there is no role `{}`", entry.key));
            steps
                .reader
                .refuse(problem.names(&entry.key, ROLES))
                .unwrap_or(())
        }
        all.push((
            entry.key.clone(),
            steps.list(&entry.node, path.child(&entry.key)),
        ));
    }
    all
}

fn pool<'t>(entry: &'t Entry, reader: &Reader<'t>, calls: Calls<'_>) -> Option<(String, Pool)> {
    let services = match calls {
        Calls::To(services) => services,
        _ => &[],
    };
    let mut names = services
        .iter()
        .map(|service| service.name.as_str())
        .chain(ROLES);
    if !names.clone().any(|name| name == entry.key) {
        let message = format!("there is no role or service `{}`", entry.key);
        return reader.refuse(Problem::at(entry.at, message).names(&entry.key, &mut names));
    }
    let mut keys = Keys::of(
        reader.table(&entry.node, "a table such as { size = 10 }")?,
        reader,
    );
    let size = keys.read("size", |r, node| r.whole(node, 1));
    let hold = keys.read("hold", |r, node| {
        r.word(node, &[("call", Hold::Call), ("request", Hold::Request)])
    });
    let acquire_timeout = keys.read("acquire_timeout", |r, node| r.positive_span(node));
    let has_size = keys.at("size").is_some();
    keys.finish();
    if !has_size {
        return reader.refuse(Problem::at(
            entry.at,
            format!("pool `{}` has no `size`", entry.key),
        ));
    }
    Some((
        entry.key.clone(),
        Pool {
            size: size?,
            hold: hold.unwrap_or(Hold::Call),
            acquire_timeout,
        },
    ))
}

fn caches<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Cache> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { local = { entries = 300 } }")?,
        reader,
    );
    let cache = keys.read("local", |r, node| {
        let mut keys = Keys::of(
            r.table(node, "a table such as { entries = 300, cull = 3 }")?,
            r,
        );
        let entries = keys.read("entries", |r, node| r.whole(node, 1));
        let cull = keys.read("cull", |r, node| r.whole(node, 1));
        let cull_at = keys.at("cull");
        keys.finish();
        let one_at_a_time = entries.unwrap_or(1);
        match (cull, cull_at) {
            (Some(cull), Some(at)) if cull > one_at_a_time => {
                let message = format!("a cache of {one_at_a_time} cannot drop one in {cull}");
                r.refuse(Problem::at(at, message))
            }
            _ => Some(Cache {
                entries,
                cull: cull.unwrap_or(one_at_a_time),
            }),
        }
    });
    keys.finish();
    cache
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
    };
    keys.finish();
    Some(memory)
}
