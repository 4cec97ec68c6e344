//! Threads and processes: where a request waits when all of them are busy.

use crossover::kernel::Span;
use crossover::measure::Component::{Cpu, WaitAccept, WaitWorker};
use crossover::measure::Failure;

use super::{MS, at, trace};

/// Two processes with a thread each, which go on accepting while it is busy. The dice give a and b to the first process,
/// c to the second: b waits inside the first from 1 until a ends at 10, while the second idles from 3 on.
#[test]
fn a_private_queue_waits_while_another_process_idles() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "10ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.gthread]
        processes = 2
        executors.main = { carriers = 1, tasks = 1 }
        listen = { policy = "shared", backlog = 2048 }
        queue = { admit = "below-limit", limit = 10 }
    "#;
    let script = [
        at("0ms", "a").falls_to(0, 2),
        at("1ms", "b").falls_to(0, 2),
        at("2ms", "c").falls_to(1, 2),
    ];
    let trace = trace(text, &script);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitWorker, 9 * MS), (Cpu, 10 * MS)]);
    trace.took("c", &[(Cpu, MS)]);
    assert_eq!(trace.busy("threads"), 21 * MS);
}

/// A process that has its limit of connections takes no more: with a limit of 1 and connections that close after each
/// response, b waits in the kernel from 1 to 10 although the process has a second thread.
#[test]
fn at_its_limit_a_process_stops_accepting() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "10ms" }]
        [contestants.gthread]
        executors.main = { carriers = 2, tasks = 1 }
        listen = { backlog = 2048 }
        queue = { admit = "below-limit", limit = 1 }
        connections.keep_alive = "0s"
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitAccept, 9 * MS), (Cpu, 10 * MS)]);
}

/// An idle connection counts, until the server's keep-alive time is over: a's connection, idle since 1, is closed at 6,
/// and only then is b's, which came at 0.5, accepted.
#[test]
fn an_idle_connection_counts_until_it_is_closed() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.gthread]
        executors.main = { carriers = 2, tasks = 1 }
        listen = { backlog = 2048 }
        queue = { admit = "below-limit", limit = 1 }
        connections.keep_alive = "5ms"
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0.5ms", "b")]);
    trace.took("a", &[(Cpu, MS)]);
    trace.took("b", &[(WaitAccept, 5_500_000), (Cpu, MS)]);
}

/// Sockets of their own: the kernel gives b to the first process, whose only connection is a's, while the second idles.
/// When a's connection closes at 10, the first process accepts b.
#[test]
fn a_closed_connection_wakes_its_own_accept_queue() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.reuseport]
        processes = 2
        executors.main = { carriers = 1, tasks = 1 }
        listen = { policy = "per-process" }
        queue = { admit = "below-limit", limit = 1 }
        connections.keep_alive = "0s"
    "#;
    for process in [0, 1] {
        let script = [
            at("0ms", "a").falls_to(process, 2),
            at("1ms", "b").falls_to(process, 2),
        ];
        let trace = trace(text, &script);
        trace.took("a", &[(Cpu, 10 * MS)]);
        trace.took("b", &[(WaitAccept, 9 * MS), (Cpu, MS)]);
    }
}

/// Sync workers accept only when idle: what waits, waits in the kernel and goes to whoever is free first.
/// a has one worker from 0 to 10, b the other from 1 to 11; c, at 2, gets a's at 10, d, at 3, gets b's at 11.
#[test]
fn sync_workers_share_the_accept_queue() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "10ms" }]
        endpoints.c.steps = [{ cpu = "10ms" }]
        endpoints.d.steps = [{ cpu = "10ms" }]
        [contestants.sync]
        processes = 2
        executors.main = { carriers = 1, tasks = 1 }
        listen = { policy = "shared", backlog = 2048 }
        queue.admit = "idle-only"
        connections.keep_alive = "0s"
    "#;
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("3ms", "d"),
    ];
    let trace = trace(text, &script);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(Cpu, 10 * MS)]);
    trace.took("c", &[(WaitAccept, 8 * MS), (Cpu, 10 * MS)]);
    trace.took("d", &[(WaitAccept, 8 * MS), (Cpu, 10 * MS)]);
}

/// One thread and a queue for one: a runs, b waits, c is refused with a 503 at once.
#[test]
fn a_full_queue_sheds() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "10ms" }]
        endpoints.c.steps = [{ cpu = "10ms" }]
        [contestants.bounded]
        executors.main = { carriers = 1, tasks = 1 }
        queue.capacity = 1
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitWorker, 9 * MS), (Cpu, 10 * MS)]);
    trace.failed("c", Failure::Shed);
}

/// Without an accept stage the room of two processes counts together: one thread and room for one each, so a and b run, c
/// and d wait, e is refused. c gets a's thread at 10, d gets b's at 11.
#[test]
fn processes_without_an_accept_stage_shed_together() {
    let endpoints: String = ["a", "b", "c", "d", "e"]
        .map(|name| format!("endpoints.{name}.steps = [{{ cpu = \"10ms\" }}]\n"))
        .concat();
    let text = format!(
        "{endpoints} [contestants.two]
         processes = 2
         executors.main = {{ carriers = 1, tasks = 1 }}
         queue.capacity = 1"
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("3ms", "d"),
        at("4ms", "e"),
    ];
    let trace = trace(&text, &script);
    trace.took("c", &[(WaitWorker, 8 * MS), (Cpu, 10 * MS)]);
    trace.took("d", &[(WaitWorker, 8 * MS), (Cpu, 10 * MS)]);
    trace.failed("e", Failure::Shed);
}

/// A primary is the app's: behind it a database of two loops takes its calls itself. Three requests at once call it for 1 ms
/// each; two loops take one each, the third waits in front of both until the first is done, and takes 2 ms.
#[test]
fn a_primary_in_front_does_not_keep_services_behind_it_from_their_queue() {
    let text = r#"
        arrivals = { process = "replay", file = "times" }
        endpoints.page.steps = [{ call = "db", work = "1ms" }]
        services.db = { processes = 2, executors.main = { carriers = 1, tasks = "unlimited" } }
        [contestants.app]
        model = "ideal"
        executors.main = { carriers = 3, tasks = 1 }
        listen = { policy = "primary" }
    "#;
    let scenario = crate::support::scenario_with(text, &[("times", "0ms\n0ms\n0ms\n")]);
    for elide in [true, false] {
        let outcome =
            &crate::support::outcomes(&scenario, 1.0, Span::from_millis(160), 1, elide)[0];
        let ended = outcome.segments.iter().map(|part| &part.endpoints[0]);
        let (count, sum) = ended.fold((0, 0), |(n, sum), t| (n + t.succeeded, sum + t.sum_ns));
        assert_eq!((count, sum), (3, 4_000_000));
    }
}
