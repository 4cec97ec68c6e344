//! How a model takes work in: listening, queueing, caches.

use super::diagnostic::Problem;
use super::keys::Keys;
use super::reader::Reader;
use super::tree::Node;
use crate::kernel::Span;
use crate::service::{
    Admit, Cache, FirstByte, Listen, ListenPolicy, MainThread, Overflow, Primary, Queue, Wakes,
};

/// The gaps between a client's attempts to connect (Linux with `tcp_syn_linear_timeouts = 4`), the last repeated.
const SYN_GAPS_S: [u64; 7] = [1, 1, 1, 1, 1, 2, 4];

/// The kernel's side of accepting.
pub(super) fn listen<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Listen> {
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
    let backlog = keys.read("backlog", |r, node| r.whole(node, 0..=u32::MAX));
    let accepts_per_wakeup = keys.read("accepts_per_wakeup", |r, node| r.whole(node, 1..=u32::MAX));
    let all = keys.read("wakes", |r, node| {
        r.word(node, &[("all", true), ("one", false)])
    });
    let in_vain = keys.read("in_vain", |r, node| r.span(node));
    let by = keys.read("by", |r, node| {
        r.word(node, &[("handlers", false), ("main-thread", true)])
    });
    let accept = keys.read("accept", |r, node| r.span(node));
    let give_back = keys.read("return", |r, node| r.span(node));
    let close = keys.read("close", |r, node| r.span(node));
    let hand_over = keys.read("hand_over", |r, node| r.span(node));
    let acknowledge = keys.read("acknowledge", |r, node| r.span(node));
    let take = keys.read("take", |r, node| r.span(node));
    let first_byte = keys.read("first_byte", |r, node| {
        if r.says(node, "before-dispatch") {
            return Some(FirstByte::Nobody);
        }
        r.span(node).map(FirstByte::ThreadFor)
    });
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
        // Costs beside another word, or none, wait for the word to be changed: by an override, in a sweep.
        wakes: all.map(|all| Wakes {
            all,
            in_vain: in_vain.unwrap_or(Span::ZERO),
        }),
        main_thread: by.unwrap_or(false).then_some(MainThread {
            accept: accept.unwrap_or(Span::ZERO),
            give_back: give_back.unwrap_or(Span::ZERO),
            close: close.unwrap_or(Span::ZERO),
        }),
        primary: Primary {
            accept: accept.unwrap_or(Span::ZERO),
            hand_over: hand_over.unwrap_or(Span::ZERO),
            acknowledge: acknowledge.unwrap_or(Span::ZERO),
            take: take.unwrap_or(Span::ZERO),
        },
        first_byte: first_byte.unwrap_or(FirstByte::Thread),
    })
}

/// The server's side of accepting.
pub(super) fn queue<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Queue> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { admit = \"always\" }")?,
        reader,
    );
    let words = ["idle-only", "below-limit", "always"].map(|word| (word, word));
    let admit = keys
        .read("admit", |r, node| r.word(node, &words))
        .unwrap_or("idle-only");
    let limit = keys.read("limit", |r, node| r.whole(node, 1..=u32::MAX));
    let capacity = keys.read("capacity", |r, node| r.whole(node, 0..=u32::MAX));
    let concurrency = keys.read("concurrency", |r, node| r.whole(node, 1..=u32::MAX));
    let refusal = keys.read("refusal", |r, node| r.span(node));
    keys.read("scope", |r, node| r.word(node, &[("process", ())]));
    let has_limit = keys.get("limit").is_some();
    keys.finish();
    // A limit beside another word waits for the word to be changed: by an override, in a sweep.
    let admit = match (admit, limit) {
        ("below-limit", Some(limit)) => Admit::Below(limit),
        ("below-limit", None) if has_limit => return None,
        ("below-limit", None) => {
            let problem = Problem::at(node.origin, "`below-limit` needs a `limit`");
            return reader.refuse(problem.label("for instance limit = 1000"));
        }
        ("always", _) => Admit::Always,
        _ => Admit::Idle,
    };
    Some(Queue {
        admit,
        capacity,
        concurrency,
        refusal: refusal.unwrap_or(Span::ZERO),
    })
}

/// The cache in each process's memory.
pub(super) fn caches<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Cache> {
    let mut keys = Keys::of(
        reader.table(node, "a table such as { local = { entries = 300 } }")?,
        reader,
    );
    let cache = keys.read("local", |r, node| {
        let mut keys = Keys::of(
            r.table(node, "a table such as { entries = 300, cull = 3 }")?,
            r,
        );
        let entries = keys.read("entries", |r, node| r.whole(node, 1..=u32::MAX));
        let cull = keys.read("cull", |r, node| r.whole(node, 1..=u32::MAX));
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
