//! How long a model's processes live, and how long they wait for a request: `limits` and `lifecycle`.

use super::diagnostic::Problem;
use super::keys::Keys;
use super::reader::Reader;
use super::tree::Node;
use crate::kernel::Span;
use crate::service::{Beats, Executor, Heartbeat, Lifecycle, Reading, Tasks};

/// How often gunicorn's arbiter and uWSGI's master look.
const CHECK: Span = Span::from_secs(1);

/// What `limits` says.
#[derive(Default)]
pub(super) struct Limits {
    /// The master that kills silent processes.
    pub(super) heartbeat: Option<Heartbeat>,
    /// How long requests may take to arrive.
    pub(super) reading: Reading,
}

/// Time-outs of the server. Without `heartbeat` there is none; `0s` switches it off, as in gunicorn.
pub(super) fn limits<'t>(reader: &Reader<'t>, node: &'t Node, main: &Executor) -> Option<Limits> {
    const REQUESTS: &str = "between-requests";
    const LOOP: &str = "loop";
    const MAIN_THREAD: &str = "main-thread";
    let mut keys = Keys::of(
        reader.table(node, "a table such as { heartbeat = \"30s\" }")?,
        reader,
    );
    let patience = keys.read("heartbeat", |r, node| r.span(node));
    let check = keys.read("check", |r, node| r.positive_span(node));
    let reading = Reading {
        header: keys.read("header", |r, node| r.positive_span(node)),
        request: keys.read("request", |r, node| r.positive_span(node)),
        check: check.unwrap_or(Span::ZERO),
    };
    let words = [REQUESTS, LOOP, MAIN_THREAD].map(|word| (word, word));
    let beats = keys.read("beats", |r, node| r.word(node, &words));
    let beats_at = keys.at("beats").unwrap_or(node.origin);
    keys.finish();
    let own = match main.tasks {
        Tasks::One => REQUESTS,
        Tasks::Unlimited => LOOP,
    };
    let beats = beats.unwrap_or(own);
    if beats != MAIN_THREAD && beats != own {
        let message = match main.tasks {
            Tasks::One => "threads with one request at a time do not beat in a loop",
            Tasks::Unlimited => "an event loop does not beat between requests",
        };
        let problem = Problem::at(beats_at, message);
        return reader.refuse(problem.label(format!("expected \"{own}\" or \"{MAIN_THREAD}\"")));
    }
    let patience = patience.filter(|patience| !patience.is_zero());
    if patience.is_some() && beats != MAIN_THREAD && main.carriers.is_none() {
        let problem = Problem::at(node.origin, "a heartbeat needs a number of threads");
        return reader.refuse(problem.label("expected `carriers` in `executors.main`"));
    }
    let heartbeat = patience.map(|patience| Heartbeat {
        patience,
        check: check.unwrap_or(CHECK),
        beats: if beats == MAIN_THREAD {
            Beats::MainThread
        } else {
            Beats::Handler
        },
    });
    Some(Limits { heartbeat, reading })
}

/// When processes are replaced. `requests = 0` is never, as in gunicorn.
pub(super) fn lifecycle<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Lifecycle> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { boot = \"1s\", requests = 1000 }")?,
        reader,
    );
    let boot = keys.read("boot", |r, node| r.span(node));
    let requests = keys.read("requests", |r, node| r.whole(node, 0..=u32::MAX));
    let jitter = keys.read("jitter", |r, node| r.whole(node, 0..=u32::MAX));
    keys.finish();
    Some(Lifecycle {
        boot: boot.unwrap_or(Span::ZERO),
        requests: requests.filter(|&requests| requests > 0),
        jitter: jitter.unwrap_or(0),
    })
}
