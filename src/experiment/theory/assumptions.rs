//! What the closed forms assume, and whether it holds for a contestant: read from its checked system, never from a model's name.

use super::shape::{Discipline, Shape};
use crate::scenario::System;
use crate::service::{Admit, Beats, ListenPolicy, Tasks};
use crate::workload::{Action, Arrivals, OpenProcess, Step};
use crate::world::StationKind;

/// One assumption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What is assumed.
    pub what: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// What is so instead, or what makes it hold.
    pub why: String,
}

fn assume(what: &'static str, broken: Option<String>) -> Assumption {
    Assumption {
        what,
        holds: broken.is_none(),
        why: broken.unwrap_or_default(),
    }
}

/// Lists of reasons as one, if there are any.
fn any(reasons: Vec<String>) -> Option<String> {
    (!reasons.is_empty()).then(|| reasons.join(", "))
}

/// All of them.
pub fn assumptions(system: &System, arrivals: &Arrivals, shape: &Shape) -> Vec<Assumption> {
    vec![
        assume(
            "requests arrive at random (Poisson), or users think",
            coming(arrivals),
        ),
        law(shape, arrivals),
        assume(
            "a request is at one station at a time",
            nested(system, shape),
        ),
        assume(
            "separate queues are joined at random",
            queues(system, shape),
        ),
        assume(
            "queues have room for all, and nobody gives up",
            limits(system),
        ),
        assume(
            "work takes the same time at every load",
            load_dependent(system),
        ),
        assume(
            "changing threads and waking them costs nothing",
            switching(system),
        ),
        assume("what a request does is one after the other", forks(system)),
    ]
}

fn coming(arrivals: &Arrivals) -> Option<String> {
    match arrivals {
        Arrivals::Open {
            process: OpenProcess::Poisson,
            ..
        }
        | Arrivals::Closed { .. } => None,
        Arrivals::Open {
            process: OpenProcess::Constant,
            ..
        } => Some("they come at equal gaps".to_owned()),
        Arrivals::Replay { .. } => Some("they come as they were recorded".to_owned()),
    }
}

/// The mean depends on no law where units are shared, and on the cv alone where one serves in order (Pollaczek and Khinchine).
fn law(shape: &Shape, arrivals: &Arrivals) -> Assumption {
    let what = "service is exponential, or one serves (any cv)";
    let Some(first) = shape.queues.first() else {
        return assume(what, None);
    };
    let name = &first.station.name;
    let closed = matches!(arrivals, Arrivals::Closed { .. });
    let alone = !closed && first.station.units == first.copies;
    let (holds, why) = match first.station.scv {
        _ if first.discipline == Discipline::Shared => (true, String::new()),
        Some(scv) if (scv - 1.0).abs() < 0.1 => (true, String::new()),
        Some(scv) if scv.is_infinite() => (false, format!("{name}: cv infinite")),
        Some(scv) => (alone, format!("{name}: cv {:.2}", scv.sqrt())),
        None => (false, format!("{name}: of unknown law")),
    };
    Assumption { what, holds, why }
}

/// Threads, loops and pools are held while something else is waited for.
fn nested(system: &System, shape: &Shape) -> Option<String> {
    let has = |kind| shape.queues.iter().find(|queue| queue.station.kind == kind);
    let others = shape.queues.len() > 1;
    let mut reasons = Vec::new();
    if has(StationKind::Threads).is_some() && others {
        reasons.push("threads are held while their requests wait elsewhere".to_owned());
    }
    if let Some(pool) = has(StationKind::Pool) {
        reasons.push(format!("{} is held during calls", pool.station.name));
    }
    let cores = has(StationKind::Cores).is_some();
    if cores && system.services[0].model.executors[0].tasks == Tasks::Unlimited {
        reasons.push("the loop is held while it waits for a core".to_owned());
    }
    if let Some(auxiliary) = has(StationKind::Auxiliary).filter(|_| cores) {
        let name = &auxiliary.station.name;
        reasons.push(format!(
            "threads of {name} are held while they wait for a core"
        ));
    }
    if shape.locked {
        reasons.push("the lock is held on a core".to_owned());
    }
    any(reasons)
}

fn queues(system: &System, shape: &Shape) -> Option<String> {
    if shape.queues.iter().all(|queue| queue.copies == 1) {
        return None;
    }
    let policy = system.services[0]
        .model
        .listen
        .as_ref()
        .map(|listen| listen.policy);
    match policy {
        Some(ListenPolicy::PerProcess) => None,
        Some(ListenPolicy::Primary) => Some("a primary deals out connections".to_owned()),
        Some(ListenPolicy::Shared) => Some("who is free accepts first".to_owned()),
        None => Some("who is free is asked first".to_owned()),
    }
}

/// Whether a request belongs to a process before a thread of it is free.
pub fn split(system: &System) -> bool {
    let model = &system.services[0].model;
    let own = model
        .listen
        .as_ref()
        .is_some_and(|listen| listen.policy == ListenPolicy::PerProcess);
    own || model.queue.admit != Admit::Idle
}

fn limits(system: &System) -> Option<String> {
    let model = &system.services[0].model;
    let mut reasons = Vec::new();
    if let Some(timeout) = system.clients.timeout {
        reasons.push(format!("clients give up after {} s", timeout.as_secs_f64()));
    }
    if let Some(connections) = system.clients.connections {
        reasons.push(format!("{connections} connections"));
    }
    if let Some(backlog) = model.listen.as_ref().and_then(|listen| listen.backlog) {
        reasons.push(format!("a backlog of {backlog}"));
    }
    if let Some(capacity) = model.queue.capacity {
        reasons.push(format!("a queue of {capacity}"));
    }
    if model
        .pools
        .iter()
        .any(|(_, pool)| pool.acquire_timeout.is_some())
    {
        reasons.push("waits for connections end".to_owned());
    }
    if model
        .heartbeat
        .is_some_and(|heartbeat| heartbeat.beats == Beats::Handler)
    {
        reasons.push("silent processes are killed".to_owned());
    }
    if model.lifecycle.requests.is_some() {
        reasons.push("processes are replaced".to_owned());
    }
    any(reasons)
}

fn load_dependent(system: &System) -> Option<String> {
    let host = &system.hosts[system.services[0].host];
    let model = &system.services[0].model;
    let mut reasons = Vec::new();
    if host.cold.is_some() && !model.cold.extra.is_zero() {
        reasons.push("idle cores go cold".to_owned());
    }
    if model.gc.is_some() {
        reasons.push("the collector pauses at times".to_owned());
    }
    if steps(system, &|action| matches!(action, Action::Cached { .. })) {
        reasons.push("caches hit more often the more is asked".to_owned());
    }
    any(reasons)
}

fn switching(system: &System) -> Option<String> {
    let host = &system.hosts[system.services[0].host];
    let mut reasons = Vec::new();
    if !host.switch_cost.is_zero() {
        let us = host.switch_cost.as_nanos_f64() * 1e-3;
        reasons.push(format!("a switch costs {us} µs"));
    }
    if host.wake.is_some() {
        reasons.push("waking takes time".to_owned());
    }
    any(reasons)
}

fn forks(system: &System) -> Option<String> {
    let found = steps(system, &|action| matches!(action, Action::Parallel { .. }));
    found.then(|| "parallel steps wait for the slowest branch".to_owned())
}

/// Whether any step of the app's endpoints, however deep, is such.
fn steps(system: &System, such: &dyn Fn(&Action) -> bool) -> bool {
    let endpoints = system.services[0].endpoints.iter();
    endpoints
        .map(|endpoint| &endpoint.steps)
        .any(|steps| has(steps, such))
}

fn has(steps: &[Step], such: &dyn Fn(&Action) -> bool) -> bool {
    steps.iter().any(|step| {
        such(&step.action)
            || match &step.action {
                Action::Parallel { branches } => branches.iter().any(|steps| has(steps, such)),
                Action::Choose { branches } => branches.iter().any(|(_, steps)| has(steps, such)),
                Action::Repeat { steps, .. } | Action::Hop { steps, .. } => has(steps, such),
                Action::Cached { miss, .. } => has(miss, such),
                _ => false,
            }
    })
}
