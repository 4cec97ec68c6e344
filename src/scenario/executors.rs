//! A model's threads: executors, and where steps run.

use super::diagnostic::Problem;
use super::reader::{Keys, Reader};
use super::tree::{Entry, Node, Table, Value};
use crate::service::{Executor, Model, Rounds, Slow, Tasks};

/// The most threads of an executor in one process.
const MAX_CARRIERS: u32 = 100_000;

/// All executors, `main` first.
pub(super) fn executors<'t>(table: &'t Table, reader: &Reader<'t>) -> Vec<Executor> {
    let mut all = vec![Executor::threads("main", None)];
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
        return Some(Executor::threads(&name, None));
    }
    let table = reader.table(&entry.node, "\"delay\" or { carriers = ..., tasks = ... }")?;
    let mut keys = Keys::of(table, reader);
    let carriers = keys.read("carriers", |r, node| r.whole(node, 1..=MAX_CARRIERS));
    let tasks = keys.read("tasks", |r, node| match r.resolve(node)?.value {
        Value::Integer(1) => Some(Tasks::One),
        Value::Text { ref text, .. } if text == "unlimited" => Some(Tasks::Unlimited),
        _ => r.refuse(Problem::at(node.origin, "expected 1 or \"unlimited\"")),
    });
    let tasks = tasks.unwrap_or(Tasks::One);
    let rounds = rounds(&mut keys, tasks, reader);
    let slow = keys.read("slow", |r, node| match r.resolve(node)?.value {
        Value::Text { ref text, .. } if text == "half" => Some(Slow::Half),
        Value::Integer(_) => r.whole(node, 1..=MAX_CARRIERS).map(Slow::AtMost),
        _ => r.refuse(Problem::at(
            node.origin,
            "expected \"half\" or a number of threads",
        )),
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
    })
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
            if let Some(at) = keys.at(key) {
                let problem = Problem::at(at, format!("`{key}` is a key of an event loop"));
                reader.note(problem.label("which has tasks = \"unlimited\""));
            }
        }
    }
    rounds
}

/// Where `native` steps run. The main executor is the carrier itself: no placement.
pub(super) fn place<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    executors: &[Executor],
) -> Option<Option<usize>> {
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

/// An executor to which nothing is sent is most likely a misspelt one.
pub(super) fn refuse_unused_executors(table: &Table, model: &Model, reader: &Reader<'_>) {
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
            reader.note(problem.names(&entry.key, ["main"]));
        }
    }
}
