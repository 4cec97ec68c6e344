//! Pools of connections to other services, and what it costs to open one.

use super::calls::Calls;
use super::diagnostic::Problem;
use super::keys::Keys;
use super::model::ROLES;
use super::steps::Steps;
use super::tree::{Entry, Node};
use crate::kernel::{Dist, Path, Span};
use crate::service::{Hold, Opening, Pool, Reuse, SessionRules};

/// The most round trips that opening a connection takes.
const MAX_TRIPS: u32 = 100;
/// The most connections of a pool.
const MAX_SIZE: u32 = 1_000_000;

/// A pool of connections to a role or a service; steps are those of opening one.
pub(super) fn pool<'t>(
    entry: &'t Entry,
    steps: &Steps<'_, 't>,
    calls: Calls<'_>,
    path: Path,
) -> Option<(String, Pool)> {
    const REUSE: [(&str, Reuse); 3] = [
        ("lifo", Reuse::Lifo),
        ("fifo", Reuse::Fifo),
        ("thread", Reuse::Thread),
    ];
    let reader = steps.reader;
    let services = match calls {
        Calls::To(services) => services,
        _ => &[],
    };
    let mut names = services
        .iter()
        .map(|service| service.name.as_str())
        .chain(ROLES);
    if !names.clone().any(|name| name == entry.key) && !reader.has_blanks() {
        let message = format!("there is no role or service `{}`", entry.key);
        return reader.refuse(Problem::at(entry.at, message).names(&entry.key, &mut names));
    }
    let table = reader.table(&entry.node, "a table such as { size = 10 }")?;
    let mut keys = Keys::of(table, reader);
    let size = keys.read("size", |r, node| r.whole(node, 1..=MAX_SIZE));
    let hold = keys.read("hold", |r, node| {
        r.word(node, &[("call", Hold::Call), ("request", Hold::Request)])
    });
    let acquire_timeout = keys.read("acquire_timeout", |r, node| r.positive_span(node));
    let at_once = keys.read("hand_over", |r, node| {
        r.word(node, &[("in-turn", false), ("at-once", true)])
    });
    let reuse = keys.read("reuse", |r, node| r.word(node, &REUSE));
    let min = keys.read("min", |r, node| r.whole(node, 0..=MAX_SIZE));
    let idle = keys.read("idle", |r, node| r.positive_span(node));
    let max_age = keys.read("max_age", |r, node| r.span(node));
    let opening = keys.read("open", |_, node| opening(node, steps, path.child("open")));
    let (min, reuse) = (min.unwrap_or(0), reuse.unwrap_or(Reuse::Lifo));
    if let (Some(_), Some(at), Reuse::Thread) = (size, keys.at("size"), reuse) {
        let message = "connections that belong to their threads are as many as these: a pool with a size needs `reuse = \"fifo\"` (psycopg's) or \"lifo\"";
        reader.note(Problem::at(at, message.to_owned()));
    }
    if let (Some(size), Some(at)) = (size, keys.at("min"))
        && min > size
    {
        let message = format!("a pool of {size} does not keep {min} connections open");
        reader.note(Problem::at(at, message));
    }
    keys.finish();
    let sessions = SessionRules {
        reuse,
        min,
        idle,
        max_age,
    };
    let pool = Pool {
        size,
        hold: hold.unwrap_or(Hold::Call),
        acquire_timeout,
        at_once: at_once.unwrap_or(false),
        sessions,
        opening,
    };
    Some((entry.key.clone(), pool))
}

fn opening<'t>(node: &'t Node, steps: &Steps<'_, 't>, path: Path) -> Option<Opening> {
    let reader = steps.reader;
    let table = reader.table(node, "a table such as { trips = 2, work = \"2ms\" }")?;
    let mut keys = Keys::of(table, reader);
    let list = keys.get("steps").map(|node| steps.list(node, path));
    let trips = keys.read("trips", |r, node| r.whole(node, 0..=MAX_TRIPS));
    let work = keys.read("work", |r, node| r.dist(node));
    keys.finish();
    Some(Opening {
        steps: list.unwrap_or_default(),
        trips: trips.unwrap_or(0),
        work: work.unwrap_or(Dist::Constant(Span::ZERO)),
    })
}
