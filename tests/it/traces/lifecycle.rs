//! Processes that are killed, leave, and boot; threads that linger.

use crossover::kernel::{Key, Path};
use crossover::measure::Component::{Cpu, Network, Timer, WaitAccept, WaitWorker};
use crossover::measure::Failure;

use super::{MS, US, at, share, trace, trace_for, trace_where};

/// One worker that accepts when idle and closes after each response.
const SYNC: &str = r#"executors.main = { carriers = 1, tasks = 1 }
    listen = {}
    connections.keep_alive = "0s""#;

/// The master looks at 4, 8, 12 ... ms. a has the worker since 1: at 12 that is more than 10 ms, so the worker is killed. It
/// boots until 17, and then accepts b, which came at 2.
#[test]
fn a_slow_request_kills_a_sync_worker_at_the_next_check() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "30ms" }}]
        endpoints.b.steps = [{{ cpu = "1ms" }}]
        [contestants.sync]
        limits = {{ heartbeat = "10ms", check = "4ms" }}
        lifecycle.boot = "5ms"
        {SYNC}"#
    );
    let trace = trace(&text, &[at("1ms", "a"), at("2ms", "b")]);
    trace.failed("a", Failure::Killed);
    assert_eq!(trace.outcome.failed_ns, u128::from(11 * MS));
    trace.took("b", &[(WaitAccept, 15 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("threads"), 12 * MS);
    assert_eq!(trace.outcome.in_flight, 0);
}

/// A worker that idles, or takes up one request after another, is alive: a, b and c keep it busy for 24 ms from 1 on, a from
/// 2 to 12 for exactly the heartbeat, and nobody is killed.
#[test]
fn requests_within_the_heartbeat_keep_a_worker_alive() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "10ms" }}]
        endpoints.b.steps = [{{ cpu = "8ms" }}]
        endpoints.c.steps = [{{ cpu = "6ms" }}]
        [contestants.sync]
        limits = {{ heartbeat = "10ms", check = "4ms" }}
        {SYNC}"#
    );
    let trace = trace(&text, &[at("2ms", "a"), at("2.5ms", "b"), at("3ms", "c")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitAccept, 9_500 * US), (Cpu, 8 * MS)]);
    trace.took("c", &[(WaitAccept, 17 * MS), (Cpu, 6 * MS)]);
}

/// After a look at idlers at 4 nobody can be found silent for 10 ms before 16: looks at 4, 16, 28 ... 904 are enough (77 of the 228
/// until the kill). At 904 a is at work, since 901, so the next look that can find anything is at 912.
#[test]
fn a_master_need_not_look_at_idlers_each_time() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "30ms" }}]
        [contestants.sync]
        limits = {{ heartbeat = "10ms", check = "4ms" }}
        {SYNC}"#
    );
    let trace = trace_for(&text, &[at("901ms", "a")], 950 * MS);
    trace.failed("a", Failure::Killed);
    assert_eq!(trace.outcome.failed_ns, u128::from(11 * MS));
    assert!(trace.outcome.events < 100, "{}", trace.outcome.events);
}

/// Two threads behind a private queue. At 12 the master finds a, on its thread since 0, and kills the process: b, which waits
/// for the database, and c in the queue die too. b's query goes on until 21. d, at 13, waits for the boot at 17.
const THREADS: &str = r#"endpoints.a.steps = [{ cpu = "30ms" }]
    endpoints.b.steps = [{ call = "db", work = "20ms" }]
    endpoints.c.steps = [{ cpu = "1ms" }]
    endpoints.d.steps = [{ cpu = "1ms" }]
    services.db.executors.main = { carriers = 1, tasks = 1 }
    [contestants.threads]
    executors.main = { carriers = 2, tasks = 1 }
    listen = {}
    queue = { admit = "below-limit", limit = 10 }
    lifecycle.boot = "5ms"
    limits = { heartbeat = "10ms", check = "4ms" }"#;

#[test]
fn a_kill_takes_all_requests_inside() {
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("13ms", "d"),
    ];
    let trace = trace(THREADS, &script);
    for dead in ["a", "b", "c"] {
        trace.failed(dead, Failure::Killed);
    }
    assert_eq!(trace.outcome.failed_ns, u128::from((12 + 11 + 10) * MS));
    trace.took("d", &[(WaitAccept, 4 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("db_threads"), 20 * MS);
    assert_eq!(trace.busy("threads"), (12 + 11 + 1) * MS);
}

/// The same where a main thread beats: it is never blocked, and nobody dies. c waits for b's thread, from 2 to 21.
#[test]
fn a_main_thread_beats_whatever_the_handlers_do() {
    let text = THREADS.replace(
        "check = \"4ms\"",
        "check = \"4ms\", beats = \"main-thread\"",
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("40ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Cpu, 30 * MS)]);
    trace.took("c", &[(WaitWorker, 19 * MS), (Cpu, MS)]);
    trace.took("d", &[(Cpu, MS)]);
}

/// A loop beats between callbacks. a computes from 1 on and is killed at 12, and b with it, which only waits. c, at 20, has two
/// callbacks of 9 ms with a timer between them: the loop beats, though c is there from 20 to 39.
#[test]
fn a_callback_that_blocks_the_loop_kills_it() {
    let text = r#"endpoints.a.steps = [{ cpu = "30ms" }]
        endpoints.b.steps = [{ wait = "60ms" }]
        endpoints.c.steps = [{ cpu = "9ms" }, { wait = "1ms" }, { cpu = "9ms" }]
        [contestants.gevent]
        executors.main = { carriers = 1, tasks = "unlimited" }
        listen = {}
        limits = { heartbeat = "10ms", check = "4ms", beats = "loop" }"#;
    let trace = trace(text, &[at("0ms", "b"), at("1ms", "a"), at("20ms", "c")]);
    trace.failed("a", Failure::Killed);
    trace.failed("b", Failure::Killed);
    trace.took("c", &[(Cpu, 18 * MS), (Timer, MS)]);
    assert_eq!(trace.busy("loop"), (11 + 18) * MS);
}

/// A database process that is killed fails its caller, which goes on living.
#[test]
fn a_killed_service_fails_its_callers() {
    let text = r#"endpoints.a.steps = [{ call = "db", work = "30ms" }]
        [services.db]
        executors.main = { carriers = 1, tasks = 1 }
        limits = { heartbeat = "10ms", check = "4ms" }
        [contestants.app]"#;
    let trace = trace(text, &[at("1ms", "a")]);
    trace.failed("a", Failure::Killed);
    assert_eq!(trace.outcome.failed_ns, u128::from(11 * MS));
}

/// A worker is replaced after two requests, which takes 5 ms: a and b end at 1 and 3, so c, at 4, is accepted at 8, and d, at
/// 10, at once.
#[test]
fn a_worker_leaves_after_so_many_requests() {
    let endpoints = ["a", "b", "c", "d"]
        .map(|name| format!("endpoints.{name}.steps = [{{ cpu = \"1ms\" }}]\n"))
        .concat();
    let text = format!(
        "{endpoints}[contestants.sync]
        lifecycle = {{ requests = 2, boot = \"5ms\" }}
        {SYNC}"
    );
    let script = [
        at("0ms", "a"),
        at("2ms", "b"),
        at("4ms", "c"),
        at("10ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("b", &[(Cpu, MS)]);
    trace.took("c", &[(WaitAccept, 4 * MS), (Cpu, MS)]);
    trace.took("d", &[(Cpu, MS)]);
}

/// A worker's life is one request and, by the dice of each life, none or one more. Four requests of 1 ms at 0, 2, 4 and 20.
///
/// One, then two: a ends at 1, the next worker boots until 6 and has b, from 6 to 7, and c, from 7 to 8; the third is there at 13.
/// Two, then one: a ends at 1, b at 3, the next worker boots until 8 and has c, from 8 to 9; the third is there at 14.
#[test]
fn how_many_requests_more_is_drawn_for_each_life() {
    let endpoints = ["a", "b", "c", "d"]
        .map(|name| format!("endpoints.{name}.steps = [{{ cpu = \"1ms\" }}]\n"))
        .concat();
    let text = format!(
        "{endpoints}[contestants.sync]
        lifecycle = {{ requests = 1, jitter = 1, boot = \"5ms\" }}
        {SYNC}"
    );
    let script = [
        at("0ms", "a"),
        at("2ms", "b"),
        at("4ms", "c"),
        at("20ms", "d"),
    ];
    let life = |dice: Key, generation| {
        let worker = dice.at(Path::ROOT.child("mechanisms")).nth(0);
        let word = worker.nth(generation).word(Path::ROOT.child("life"));
        1 + share(word, 2)
    };
    for (lives, b, c) in [((1, 2), 4, 3), ((2, 1), 0, 4)] {
        let fall = |dice| (life(dice, 0), life(dice, 1)) == lives;
        let trace = trace_where(&text, &script, 102_400 * US, fall);
        trace.took("a", &[(Cpu, MS)]);
        let waits = [(WaitAccept, b * MS), (Cpu, MS)];
        trace.took("b", &waits[usize::from(b == 0)..]);
        trace.took("c", &[(WaitAccept, c * MS), (Cpu, MS)]);
        trace.took("d", &[(Cpu, MS)]);
    }
}

/// A leaving process ends what it has: b is its one request and ends at 4, c, at 5, is not accepted although a thread is
/// free, a ends at 10, the next process is there at 15. b's connection was closed, a's is.
#[test]
fn a_leaving_process_ends_what_it_has() {
    let text = r#"endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "3ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.gthread]
        executors.main = { carriers = 2, tasks = 1 }
        listen = {}
        queue = { admit = "below-limit", limit = 10 }
        lifecycle = { requests = 1, boot = "5ms" }"#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b"), at("5ms", "c")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(Cpu, 3 * MS)]);
    trace.took("c", &[(WaitAccept, 10 * MS), (Cpu, MS)]);
}

/// While one of two processes boots, the other has all connections: a and b, at once, end at 10 and 1. The process of b boots
/// from 1 to 6; c, at 2, waits for it, for the other is busy.
#[test]
fn other_processes_go_on_while_one_boots() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "10ms" }}]
        endpoints.b.steps = [{{ cpu = "1ms" }}]
        endpoints.c.steps = [{{ cpu = "1ms" }}]
        [contestants.sync]
        processes = 2
        lifecycle = {{ requests = 1, boot = "5ms" }}
        {SYNC}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b"), at("2ms", "c")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(Cpu, MS)]);
    trace.took("c", &[(WaitAccept, 4 * MS), (Cpu, MS)]);
}

/// The client is 1 ms away, and closes when it has the response. a is there at 3 and answered at 4, the thread hears of the
/// client's end at 6; b, there at 3.5, waits until then. A worker that waits half a millisecond at most takes b at 4.5.
#[test]
fn a_worker_lingers_until_the_client_has_closed() {
    for (linger, wait) in [("2s", 2_500), ("0.5ms", 1_000)] {
        let text = format!(
            r#"endpoints.a.steps = [{{ cpu = "1ms" }}]
            endpoints.b.steps = [{{ cpu = "1ms" }}]
            clients.latency = "1ms"
            [contestants.sync]
            connections.linger = "{linger}"
            {SYNC}"#
        );
        let trace = trace(&text, &[at("0ms", "a"), at("0.5ms", "b")]);
        trace.took("a", &[(Network, 4 * MS), (Cpu, MS)]);
        trace.took(
            "b",
            &[(Network, 4 * MS), (WaitAccept, wait * US), (Cpu, MS)],
        );
    }
}

/// A loop with a cost for each callback, idle since the run began, beats when it takes up one, not when that cost is paid: a
/// comes at 15.5, pays 1 ms and computes for 3; the check at 16 finds a callback that is half a millisecond old.
#[test]
fn a_loop_that_has_idled_for_long_is_alive() {
    let text = r#"endpoints.a.steps = [{ cpu = "3ms" }]
        [contestants.gevent]
        executors.main = { carriers = 1, tasks = "unlimited", callback = "1ms" }
        limits = { heartbeat = "10ms", check = "4ms" }"#;
    let trace = trace(text, &[at("15.5ms", "a")]);
    trace.took("a", &[(Cpu, 4 * MS)]);
}

/// Two requests a life, a client 1 ms away, a boot of 1 ms. a and b are there at 3; a is answered at 4, b at 4.5, when the process
/// begins to leave and closes b's connection. a's carries the answer still: it is closed when that is there, at 5, and
/// the process is gone. c, there at 5, waits for the next, at 6.
#[test]
fn a_leaving_process_closes_what_carries_an_answer() {
    let text = r#"endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1.5ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        clients.latency = "1ms"
        [contestants.threads]
        executors.main = { carriers = 2, tasks = 1 }
        listen = {}
        queue.admit = "always"
        connections.keep_alive = "5s"
        lifecycle = { requests = 2, boot = "1ms" }"#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b"), at("2ms", "c")]);
    trace.took("a", &[(Network, 4 * MS), (Cpu, MS)]);
    trace.took("b", &[(Network, 4 * MS), (Cpu, 1_500 * US)]);
    trace.took("c", &[(Network, 4 * MS), (WaitAccept, MS), (Cpu, MS)]);
}
