//! The scenario's plain tables: arrivals, run, clients and hosts.

use super::blanks::Kind;
use super::checked::{Precision, RunLength, RunSettings};
use super::diagnostic::Problem;
use super::expect::{ALL, figure};
use super::expectation::Figure;
use super::keys::Keys;
use super::model::MAX_CORES;
use super::piece::Piece;
use super::reader::Reader;
use super::tree::{Node, Table, Value};
use crate::host::{Cold, Host};
use crate::kernel::{Dist, Span, Time};
use crate::workload::{Arrivals, Clients, Loads, OpenProcess, Reuse, Sending, Silent};

/// The most users, and the most connections of clients.
const MAX_USERS: u32 = 10_000_000;
const MAX_REPLICATIONS: u32 = 100_000;

/// `[arrivals]`. Left out: Poisson arrivals at a range of rates. Beside them the load that the verdict is about, if it is said.
pub(super) fn arrivals<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<(Arrivals, Option<f64>)> {
    #[derive(Clone, Copy)]
    enum Process {
        Open(OpenProcess),
        Closed,
        Replay,
    }
    const PROCESSES: [(&str, Process); 4] = [
        ("poisson", Process::Open(OpenProcess::Poisson)),
        ("constant", Process::Open(OpenProcess::Constant)),
        ("closed", Process::Closed),
        ("replay", Process::Replay),
    ];
    let mut keys = Keys::of(reader.table(node, "a table")?, reader);
    let process = match keys.get("process") {
        Some(node) if !reader.has_blanks() => reader.word(node, &PROCESSES)?,
        _ => PROCESSES[0].1,
    };
    let mut expected = None;
    let mut of = |process, keys: &mut Keys<'_, 't>| match process {
        Process::Open(process) => {
            expected = keys.read("expected", Reader::rate);
            let rate = keys.read("rate", |r, node| loads(r, node, Reader::rate));
            Some(Arrivals::Open {
                process,
                rate: rate.unwrap_or(Loads::Sweep),
            })
        }
        Process::Closed => {
            let users = keys.read("users", |r, node| {
                loads(r, node, |r, node| {
                    r.whole(node, 1..=MAX_USERS).map(f64::from)
                })
            });
            let think = keys.read("think", |r, node| r.dist(node));
            let think = think.unwrap_or(Dist::Constant(Span::ZERO));
            Some(Arrivals::Closed {
                users: users.unwrap_or(Loads::Sweep),
                think,
            })
        }
        Process::Replay => {
            let times = keys.read("file", replayed);
            keys.need("file", || {
                Problem::at(node.origin, "a replay needs a `file` of times")
            });
            times.map(|times| Arrivals::Replay {
                times: times.into(),
            })
        }
    };
    let arrivals = keys.by_word("process", process, &PROCESSES, &mut of);
    keys.finish();
    arrivals.map(|arrivals| (arrivals, expected))
}

/// `"sweep"`, one load, or an ascending list.
fn loads<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    load: impl Fn(&Reader<'t>, &'t Node) -> Option<f64>,
) -> Option<Loads> {
    let node = reader.resolve(node)?;
    if reader.says(node, "sweep") {
        return Some(Loads::Sweep);
    }
    let several = || {
        let items = reader.list(node, "a list of loads")?;
        if items.is_empty() {
            return reader.refuse(Problem::at(node.origin, "this list of loads is empty"));
        }
        let mut loads: Vec<f64> = Vec::with_capacity(items.len());
        for item in items {
            let load = load(reader, item)?;
            if loads.last().is_some_and(|&last| last >= load) {
                let problem = Problem::at(item.origin, "loads are listed in ascending order");
                return reader.refuse(problem.label("not more than the one before"));
            }
            loads.push(load);
        }
        Some(Loads::List(loads))
    };
    let one = || Some(Loads::List(vec![load(reader, node)?]));
    reader.either(matches!(node.value, Value::List(_)), several, one)
}

/// The moments in a file, which must ascend.
fn replayed<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Vec<Time>> {
    let name = reader.piece(node, "the name of a file")?;
    let mut last = Span::ZERO;
    let mut times = Vec::new();
    for (at, span) in reader.times(name)? {
        if span < last {
            let problem = Problem::at(at, "times are listed in ascending order");
            return reader.refuse(problem.label(format!("earlier than {last}, before it")));
        }
        last = span;
        times.push(Time::ZERO + span);
    }
    Some(times)
}

/// `[run]`, beside the endpoints of the scenario.
pub(super) fn run<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    endpoints: Option<&Table>,
) -> Option<RunSettings> {
    let mut keys = Keys::of(reader.table(node, "a table")?, reader);
    let mut run = RunSettings::default();
    let requests = keys.read("requests", |r, node| {
        if r.says(node, "auto") {
            return None;
        }
        if r.resolve(node)?.as_text().is_some() {
            let message = "expected \"auto\" or a whole number";
            return r.refuse(Problem::at(node.origin, message));
        }
        r.whole(node, 1..=u32::MAX)
    });
    let duration = keys.read("duration", |r, node| r.positive_span(node));
    run.length = match (requests, duration) {
        (Some(_), Some(_)) => {
            let at = keys.at("duration").unwrap_or(node.origin);
            let problem = Problem::at(at, "a run has `requests` or a `duration`, not both");
            reader.refuse(problem).unwrap_or(RunLength::Auto)
        }
        (Some(requests), None) => RunLength::Requests(requests.into()),
        (None, Some(duration)) => RunLength::Duration(duration),
        (None, None) => RunLength::Auto,
    };
    run.warmup = keys.read("warmup", |r, node| {
        let auto = r.says(node, "auto");
        r.either(auto, || None, || r.span(node))
    });
    if let (Some(warmup), RunLength::Duration(duration)) = (run.warmup, run.length)
        && warmup >= duration
    {
        let at = keys.get("warmup").map_or(node.origin, |node| node.origin);
        let problem = Problem::at(at, "the warm-up is as long as the whole run");
        reader.note(problem.label(format!("expected less than {duration}")));
    }
    if let Some(replications) = keys.read("replications", |r, node| {
        r.whole(node, 2..=MAX_REPLICATIONS)
    }) {
        run.replications = replications;
    }
    run.precision = keys.read("precision", |r, node| precision(r, node, endpoints));
    let seed = keys.read("seed", |r, node| {
        r.asks(node, || Kind::Whole(0, i64::MAX as u64));
        match r.resolve(node)?.value {
            Value::Integer(seed) if seed >= 0 => Some(seed as u64),
            _ => r.refuse(Problem::at(
                node.origin,
                format!("a seed is a whole number from 0 to {}", i64::MAX),
            )),
        }
    });
    run.seed = seed.unwrap_or(run.seed);
    let cold = keys.read("caches", |r, node| {
        r.word(node, &[("warm", false), ("cold", true)])
    });
    run.cold_caches = cold.unwrap_or(false);
    keys.finish();
    Some(run)
}

/// `precision`: a share of p99, or `{ figure = ..., endpoint = ..., within = ... }`.
fn precision<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    endpoints: Option<&Table>,
) -> Option<Precision> {
    let node = reader.resolve(node)?;
    let share = || {
        Some(Precision {
            figure: Figure::P99,
            endpoint: None,
            within: narrow(reader, node)?,
        })
    };
    let table = || {
        let mut keys = Keys::of(reader.table(node, "a share or a table")?, reader);
        let asked = keys.read("figure", figure);
        let of = keys.read("endpoint", |r, node| endpoint(r, node, endpoints));
        let within = keys.read("within", narrow);
        keys.need("within", || {
            Problem::at(node.origin, "this precision has no `within`")
        });
        keys.finish();
        Some(Precision {
            figure: asked.unwrap_or(Figure::P99),
            endpoint: of.flatten(),
            within: within?,
        })
    };
    reader.either(node.as_table().is_none(), share, table)
}

/// The place of an endpoint among those of the scenario; none for the sum of all.
fn endpoint<'t>(
    reader: &Reader<'t>,
    node: &'t Node,
    endpoints: Option<&Table>,
) -> Option<Option<usize>> {
    let name = reader.text(node, "the name of an endpoint")?;
    let names = || endpoints.iter().flat_map(|table| table.keys());
    let place = names().position(|other| other == name);
    if place.is_some() || name == ALL || reader.has_blanks() {
        return Some(place);
    }
    let problem = Problem::at(node.origin, format!("there is no endpoint `{name}`"));
    reader.refuse(problem.names(name, names().chain([ALL])))
}

/// A share that an interval may be wide.
fn narrow<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<f64> {
    let share = reader.fraction(node)?;
    if share > 0.0 && share < 1.0 {
        return Some(share);
    }
    let problem = Problem::at(node.origin, "a precision is more than 0 and less than 100%");
    reader.refuse(problem.label("expected a share such as \"5%\" or 0.05"))
}

/// `[clients]`.
pub(super) fn clients<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Clients> {
    let mut keys = Keys::of(reader.table(node, "a table")?, reader);
    let ideal = Clients::default();
    let reuses = [("fifo", Reuse::Fifo), ("lifo", Reuse::Lifo)];
    let clients = Clients {
        connections: keys.read("connections", |r, node| r.whole(node, 1..=MAX_USERS)),
        keep_alive: keys
            .read("keep_alive", |r, node| r.flag(node))
            .unwrap_or(ideal.keep_alive),
        reuse: keys
            .read("reuse", |r, node| r.word(node, &reuses))
            .unwrap_or(ideal.reuse),
        latency: keys
            .read("latency", |r, node| r.span(node))
            .unwrap_or(ideal.latency),
        sending: keys.read("sending", sending).unwrap_or_default(),
        silent: keys.read("silent", silent),
        timeout: keys.read("timeout", |r, node| r.positive_span(node)),
    };
    keys.finish();
    Some(clients)
}

/// How slowly requests arrive.
fn sending<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Sending> {
    const EXAMPLE: &str = "a table such as { body = \"bimodal(0ms, 4s, 5%)\" }";
    let mut keys = Keys::of(reader.table(node, EXAMPLE)?, reader);
    let none = Sending::default();
    let head = keys.read("head", |r, node| r.dist(node));
    let body = keys.read("body", |r, node| r.dist(node));
    keys.finish();
    Some(Sending {
        head: head.unwrap_or(none.head),
        body: body.unwrap_or(none.body),
    })
}

/// Connections on which nobody asks for anything.
fn silent<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Silent> {
    const EXAMPLE: &str = "a table such as { share = \"5%\", time = \"30s\" }";
    let mut keys = Keys::of(reader.table(node, EXAMPLE)?, reader);
    let share = keys.read("share", |r, node| r.fraction(node));
    let time = keys.read("time", |r, node| r.dist(node));
    for key in ["share", "time"] {
        keys.need(key, || {
            Problem::at(node.origin, format!("`silent` has no `{key}`"))
        });
    }
    keys.finish();
    Some(Silent {
        share: share?,
        time: time?,
    })
}

/// A host's merged table.
pub(super) fn host<'t>(table: &'t Table, name: &str, reader: &Reader<'t>) -> Host {
    let mut keys = Keys::of(table, reader);
    keys.read("title", |r, node| r.text(node, "a text"));
    let cores = keys.read("cores", |r, node| r.whole(node, 1..=MAX_CORES));
    let mut host = Host::ideal(name, cores);
    host.memory = keys.read("memory", |r, node| r.size(node));
    if let Some(slice) = keys.read("slice", |r, node| r.positive_span(node)) {
        host.slice = slice;
    }
    host.tick = keys
        .read("tick", |r, node| r.tick(node))
        .unwrap_or(Span::ZERO);
    host.idle_seen = keys.read("idle_seen", |r, node| r.span(node));
    host.hot = keys
        .read("hot", |r, node| r.span(node))
        .unwrap_or(Span::ZERO);
    host.switch_cost = keys
        .read("switch_cost", |r, node| r.span(node))
        .unwrap_or(Span::ZERO);
    host.interrupt = keys
        .read("interrupt", |r, node| r.span(node))
        .unwrap_or(Span::ZERO);
    host.wake = keys
        .read("wake", |r, node| r.dist(node))
        .filter(|law| !law.is_zero());
    host.timer_slack = keys
        .read("timer_slack", |r, node| r.span(node))
        .unwrap_or(Span::ZERO);
    host.cold = keys.read("cold", |r, node| {
        let mut keys = Keys::of(r.table(node, "a table such as { after = \"5ms\" }")?, r);
        let after = keys.read("after", |r, node| r.positive_span(node));
        keys.need("after", || {
            Problem::at(node.origin, "`cold` has no `after`")
        });
        keys.finish();
        after.map(|after| Cold { after })
    });
    keys.finish();
    host
}

/// A title, or the name where there is none.
pub(super) fn title<'t>(keys: &mut Keys<'_, 't>, name: &str) -> String {
    let title = keys.read("title", |r, node| r.piece(node, "a text"));
    title.map_or(name, |piece: Piece<'_>| piece.text).to_owned()
}
