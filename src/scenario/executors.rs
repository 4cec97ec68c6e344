//! A model's threads: executors, and where steps run.

use super::blanks::Kind;
use super::diagnostic::Problem;
use super::keys::Keys;
use super::languages::Languages;
use super::model::ROLES;
use super::reader::Reader;
use super::tree::{Entry, Node, Table, Value};
use crate::kernel::Span;
use crate::service::{Executor, Model, Rounds, Slow, Takes, Tasks};
use crate::workload;

/// The most threads of an executor in one process.
const MAX_CARRIERS: u32 = 100_000;
/// No message takes longer to copy.
const LONGEST_COPY: Span = Span::from_secs(10);
/// What is said of work that is handed over to an executor.
const HANDED_OVER: [&str; 11] = [
    "hop", "pickup", "start", "begin", "message", "answer", "writes", "reads", "started", "boot",
    "memory",
];
/// The key of `place` for `native` steps.
const NATIVE: &str = "native";
/// The key of `place` for the steps of endpoints.
const HANDLER: &str = "handler";

/// All executors, `main` first.
pub(super) fn executors<'t>(table: &'t Table, reader: &Reader<'t>) -> Vec<Executor> {
    let mut all = vec![Executor::threads("main", None)];
    for entry in reader.entries(table) {
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
    if reader.says(&entry.node, "delay") {
        return Some(Executor::threads(&name, None));
    }
    if let Some(text) = entry.node.as_text() {
        let problem = Problem::at(
            entry.node.origin,
            format!("unknown kind of executor `{text}`"),
        );
        return reader
            .refuse(problem.label("expected \"delay\" or { carriers = ..., tasks = ... }"));
    }
    let table = reader.table(&entry.node, "\"delay\" or { carriers = ..., tasks = ... }")?;
    let mut keys = Keys::of(table, reader);
    let carriers = keys.read("carriers", |r, node| r.whole(node, 1..=MAX_CARRIERS));
    let tasks = keys.read("tasks", |r, node| {
        if r.says(node, "unlimited") {
            return Some(Tasks::Unlimited);
        }
        r.asks(node, || Kind::Whole(1, 1));
        match r.resolve(node)?.value {
            Value::Integer(1) => Some(Tasks::One),
            _ => r.refuse(Problem::at(node.origin, "expected 1 or \"unlimited\"")),
        }
    });
    let hop = keys.read("hop", |r, node| r.span(node));
    let pickup = keys.read("pickup", |r, node| r.span(node));
    let start = keys.read("start", |r, node| r.span(node));
    let begin = keys.read("begin", |r, node| r.span(node));
    let copies = Copies::read(&mut keys, reader);
    let started = keys.read("started", |r, node| r.whole(node, 0..=MAX_CARRIERS));
    let boot = keys.read("boot", |r, node| r.span(node));
    let memory = keys.read("memory", |r, node| r.size(node));
    for key in ["started", "boot", "memory"] {
        let own = name != "main" && carriers.is_none();
        if let (Some(at), true) = (keys.said(key), own) {
            let problem = Problem::at(at, format!("`{key}` is of threads that stay"));
            reader.note(problem.label("which are a number of `carriers`"));
        }
    }
    for key in HANDED_OVER {
        if let (Some(at), "main") = (keys.said(key), name.as_str()) {
            let problem = Problem::at(at, "nothing is handed over to `main`");
            reader.note(problem.label(format!("`{key}` is for the other executors")));
        }
    }
    for key in ["start", "begin"] {
        if let (Some(at), Some(_)) = (keys.said(key), carriers) {
            let problem = Problem::at(at, format!("`{key}` is what a request's own thread costs"));
            reader.note(problem.label("which has no number of `carriers`"));
        }
    }
    let tasks = tasks.unwrap_or(Tasks::One);
    let rounds = rounds(&mut keys, tasks, reader);
    let slow = keys.read("slow", |r, node| {
        if r.says(node, "half") {
            return Some(Slow::Half);
        }
        let number = matches!(r.resolve(node)?.value, Value::Integer(_));
        let threads = || r.whole(node, 1..=MAX_CARRIERS).map(Slow::AtMost);
        let message = "expected \"half\" or a number of threads";
        r.either(number, threads, || {
            r.refuse(Problem::at(node.origin, message))
        })
    });
    keys.finish();
    if tasks == Tasks::Unlimited && carriers.is_none() {
        let problem = Problem::at(entry.at, "an event loop has a number of `carriers`");
        return reader.refuse(problem.label("expected { carriers = 1, tasks = \"unlimited\" }"));
    }
    if tasks == Tasks::Unlimited && carriers != Some(1) {
        let problem = Problem::at(entry.at, "an event loop has one thread");
        return reader
            .refuse(problem.label("expected carriers = 1; several loops are several `processes`"));
    }
    Some(Executor {
        name,
        carriers,
        tasks,
        rounds,
        slow,
        takes: Takes::FirstCome,
        hop: hop.unwrap_or(Span::ZERO) + copies.there,
        back: hop.unwrap_or(Span::ZERO) + copies.back,
        pickup: pickup.unwrap_or(Span::ZERO) + copies.inside,
        started: started.unwrap_or(u32::MAX),
        boot: boot.unwrap_or(Span::ZERO),
        memory,
        start: start.unwrap_or(Span::ZERO),
        begin: begin.unwrap_or(Span::ZERO),
    })
}

/// What copying messages takes: the thread that hands work over, the same when it takes the result back, the thread that works.
struct Copies {
    there: Span,
    back: Span,
    inside: Span,
}

impl Copies {
    fn read<'t>(keys: &mut Keys<'_, 't>, reader: &Reader<'t>) -> Self {
        let message = keys.read("message", |r, node| r.size(node));
        let answer = keys.read("answer", |r, node| r.size(node)).or(message);
        let writes = keys.read("writes", |r, node| r.flow(node));
        let reads = keys.read("reads", |r, node| r.flow(node));
        let mut takes = |key, bytes: Option<u64>, flow: Option<f64>| {
            let (Some(bytes), Some(flow)) = (bytes, flow) else {
                return Span::ZERO;
            };
            let span = Span::from_nanos_f64(bytes as f64 / flow * 1e9);
            if span > LONGEST_COPY
                && let Some(at) = keys.said(key)
            {
                let problem = Problem::at(at, format!("copying a message takes {span}"));
                reader.note(problem.label(format!("expected no more than {LONGEST_COPY}")));
            }
            span.min(LONGEST_COPY)
        };
        Self {
            there: takes("writes", message, writes),
            back: takes("reads", answer, reads),
            inside: takes("reads", message, reads) + takes("writes", answer, writes),
        }
    }
}

/// The keys of a loop's rounds, which mean nothing to other threads.
fn rounds<'t>(keys: &mut Keys<'_, 't>, tasks: Tasks, reader: &Reader<'t>) -> Rounds {
    let rounds = Rounds {
        timers: keys.read("timers", |r, node| r.positive_span(node)),
        round: keys
            .read("round", |r, node| r.span(node))
            .unwrap_or_default(),
        callback: keys
            .read("callback", |r, node| r.span(node))
            .unwrap_or_default(),
        ..Rounds::default()
    };
    if tasks == Tasks::One {
        for key in ["timers", "round", "callback"] {
            if let Some(at) = keys.said(key) {
                let problem = Problem::at(at, format!("`{key}` is a key of an event loop"));
                reader.note(problem.label("which has tasks = \"unlimited\""));
            }
        }
    }
    rounds
}

/// What `place` says.
#[derive(Default)]
pub(super) struct Placed {
    /// Where `native` steps run.
    pub(super) native: Option<usize>,
    /// Where endpoints' steps run.
    pub(super) handler: Option<usize>,
    /// From where calls are made, by the role of the service called.
    pub(super) calls: Vec<(String, usize)>,
    /// Where `cpu` steps run, by kind.
    pub(super) cpu: Vec<(workload::Kind, usize)>,
}

/// Where the endpoints' steps, calls by their role, `native` steps, and `cpu` steps by their kind, run. The main executor is the
/// carrier itself: no placement. The key `native` is for the step of that name: a `cpu` step of the kind `native` has no place.
pub(super) fn place<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    executors: &[Executor],
    languages: &Languages,
) -> Option<Placed> {
    let table = reader.table(node, "a table such as { native = \"pool\" }")?;
    let mut placed = Placed::default();
    for entry in reader.entries(table) {
        let key = entry.key.as_str();
        let role = ROLES.contains(&key);
        let known = [NATIVE, HANDLER].contains(&key) || languages.kind(key).is_some();
        if !known && !role && !reader.has_blanks() {
            let message = format!("there is no kind of work `{key}`");
            let kinds = languages.kinds.iter().map(|kind| kind.name.as_str());
            let names = [NATIVE, HANDLER].into_iter().chain(ROLES);
            let names = names.chain(kinds.filter(|&kind| kind != NATIVE));
            reader.note(Problem::at(entry.at, message).names(key, names));
            continue;
        }
        // `none` takes back what a model says.
        if reader.says(&entry.node, "none") {
            continue;
        }
        match executor_of(reader, &entry.node, executors) {
            None | Some(0) => {}
            Some(executor) if key == NATIVE => placed.native = Some(executor),
            Some(executor) if key == HANDLER => placed.handler = Some(executor),
            Some(executor) if role => placed.calls.push((entry.key.clone(), executor)),
            Some(executor) => placed.cpu.push((entry.key.clone(), executor)),
        }
    }
    Some(placed)
}

pub(super) fn executor_of<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    executors: &[Executor],
) -> Option<usize> {
    let name = reader.text(node, "the name of an executor")?;
    let found = executors.iter().position(|executor| executor.name == name);
    found.or_else(|| {
        let names = executors.iter().map(|executor| executor.name.as_str());
        let problem = Problem::at(node.origin, format!("there is no executor `{name}`"));
        reader.refuse(problem.names(name, names))
    })
}

/// Refuses executors of which there is no such thing: worker threads' interpreters that run what needs the process's, and two
/// threads of its own for each request.
pub(super) fn refuse_impossible_executors(table: &Table, model: &Model, reader: &Reader<'_>) {
    let entries = table.get("executors").and_then(Node::as_table);
    let mut own = None;
    for entry in entries.map_or(&[][..], |table| &table.entries) {
        let found = model.executors.iter().position(|e| e.name == entry.key);
        let Some(index) = found.filter(|&index| index > 0) else {
            continue;
        };
        let name = &entry.key;
        if model.runs_cpu(index) && model.shares_interpreter(index) {
            let message = format!("executor `{name}` has interpreters of its own");
            let problem = Problem::at(entry.at, message);
            let label = "where `cpu` steps of a kind are placed, nothing else of the model's language can run";
            reader.note(problem.label(label));
        }
        if model.executors[index].carriers.is_none()
            && !model.runs_cpu(index)
            && let Some(other) = own.replace(name)
        {
            let message = format!("a request has one thread of its own, on `{other}`");
            let problem = Problem::at(entry.at, message);
            reader.note(problem.label(format!("expected `{name}` to have `carriers`")));
        }
    }
}

/// An executor to which nothing is sent is most likely a misspelt one. Asked only where there are no other mistakes: one of them
/// may be the misspelt name. What is placed nowhere with `none` may leave an executor idle on purpose.
pub(super) fn refuse_unused_executors(table: &Table, model: &Model, reader: &Reader<'_>) {
    let executors = table.get("executors").and_then(Node::as_table);
    let places = table.get("place").and_then(Node::as_table);
    let taken_back = |entry: &Entry| entry.node.as_text() == Some("none");
    if places.is_some_and(|table| table.entries.iter().any(taken_back)) {
        return;
    }
    for entry in executors.map_or(&[][..], |table| &table.entries) {
        let found = model.executors.iter().position(|e| e.name == entry.key);
        if !found.is_some_and(|i| model.uses(i)) {
            let problem = Problem::at(entry.at, format!("executor `{}` runs nothing", entry.key));
            let problem =
                problem.label("only `main` and those named in `place` or by a `hop` run steps");
            reader.note(problem.names(&entry.key, ["main"]));
        }
    }
}
