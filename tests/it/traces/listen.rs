//! The kernel's side of accepting: full backlogs, SYN retries, refusals, and a primary that hands connections over.

use crossover::measure::Component::{Call, Cpu, Gc, WaitAccept, WaitWorker};
use crossover::measure::Failure;

use super::{MS, at, trace, trace_for};

/// One sync worker with a backlog of 0: the kernel holds one connection.
const WORKER: &str = r#"
    endpoints.a.steps = [{ cpu = "50ms" }]
    endpoints.b.steps = [{ cpu = "50ms" }]
    endpoints.c.steps = [{ cpu = "50ms" }]
    [contestants.sync]
    executors.main = { carriers = 1, tasks = 1 }
    connections.keep_alive = "0s"
"#;

/// a runs 0 to 50. b, at 1, fills the accept queue and runs 50 to 100. c comes at 2: full; 10 ms later, at 12: full; 20 ms
/// later, at 32: full; 40 ms later, at 72: the queue is empty, c waits in it until 100 and runs to 150. All the time from 2
/// to 100 is waiting to be accepted.
#[test]
fn a_full_backlog_makes_the_client_try_again_after_the_gaps() {
    let text =
        format!("{WORKER} listen = {{ backlog = 0, syn_gaps = [\"10ms\", \"20ms\", \"40ms\"] }}");
    let trace = trace_for(
        &text,
        &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")],
        200 * MS,
    );
    trace.took("a", &[(Cpu, 50 * MS)]);
    trace.took("b", &[(WaitAccept, 49 * MS), (Cpu, 50 * MS)]);
    trace.took("c", &[(WaitAccept, 98 * MS), (Cpu, 50 * MS)]);
}

/// The last gap is repeated: with one of 30 ms, c tries at 2, 32 and 62. Without gaps in the file the first is Linux's 1 s.
#[test]
fn the_last_gap_repeats_and_the_first_default_is_a_second() {
    let script = [at("0ms", "a"), at("1ms", "b"), at("2ms", "c")];
    let text = format!("{WORKER} listen = {{ backlog = 0, syn_gaps = [\"30ms\"] }}");
    trace_for(&text, &script, 200 * MS).took("c", &[(WaitAccept, 98 * MS), (Cpu, 50 * MS)]);
    let text = format!("{WORKER} listen.backlog = 0");
    trace_for(&text, &script, 2000 * MS).took("c", &[(WaitAccept, 1000 * MS), (Cpu, 50 * MS)]);
}

/// A backlog of 1 holds two: b and c wait in the kernel and run 50 to 100 and 100 to 150.
#[test]
fn a_backlog_holds_one_more_than_it_says() {
    let text = format!("{WORKER} listen.backlog = 1");
    let trace = trace_for(
        &text,
        &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")],
        200 * MS,
    );
    trace.took("b", &[(WaitAccept, 49 * MS), (Cpu, 50 * MS)]);
    trace.took("c", &[(WaitAccept, 98 * MS), (Cpu, 50 * MS)]);
}

/// c is refused instead.
#[test]
fn a_full_backlog_may_refuse() {
    let text = format!("{WORKER} listen = {{ backlog = 0, overflow = \"refuse\" }}");
    let trace = trace_for(
        &text,
        &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")],
        200 * MS,
    );
    trace.took("a", &[(Cpu, 50 * MS)]);
    trace.took("b", &[(WaitAccept, 49 * MS), (Cpu, 50 * MS)]);
    trace.failed("c", Failure::Refused);
}

/// asyncio accepts up to its backlog each time it wakes, uvloop, as libuv, one (facts §2.6, §1.3): there, requests on open
/// connections overtake new ones. The kernel holds three, and all have 10 ms, but z.
///
/// ```text
///       asyncio                                                 uvloop
///  0    z opens the first connection, to 1;  2  a goes over it, to 12;  3, 4, 5  b, c and d ask to be accepted
/// 12    b and c accepted; as many again: d; b runs              b accepted; b runs, c accepted
/// 13    x, on the first connection, stands behind d             x stands behind c
/// 22    c runs                                                  d accepted, behind x; c runs
/// 32    d runs                                                  x runs
/// 42    x runs                                                  d runs
/// ```
#[test]
fn asyncio_accepts_up_to_its_backlog_and_uvloop_one() {
    let endpoints: String = ["a", "b", "c", "d", "x"]
        .map(|name| format!("endpoints.{name}.steps = [{{ cpu = \"10ms\" }}]\n"))
        .concat();
    let run = |accepts: u32| {
        let text = format!(
            r#"{endpoints}
               endpoints.z.steps = [{{ cpu = "1ms" }}]
               [contestants.asgi]
               executors.main = {{ carriers = 1, tasks = "unlimited" }}
               listen = {{ backlog = 2, accepts_per_wakeup = {accepts} }}"#
        );
        let script = [
            at("0ms", "z"),
            at("2ms", "a"),
            at("3ms", "b"),
            at("4ms", "c"),
            at("5ms", "d"),
            at("13ms", "x"),
        ];
        let trace = trace(&text, &script);
        trace.took("z", &[(Cpu, MS)]);
        trace.took("a", &[(Cpu, 10 * MS)]);
        trace.took("b", &[(WaitAccept, 9 * MS), (Cpu, 10 * MS)]);
        trace.took(
            "c",
            &[(WaitAccept, 8 * MS), (WaitWorker, 10 * MS), (Cpu, 10 * MS)],
        );
        trace
    };
    let asyncio = run(2);
    asyncio.took(
        "d",
        &[(WaitAccept, 7 * MS), (WaitWorker, 20 * MS), (Cpu, 10 * MS)],
    );
    asyncio.took("x", &[(WaitWorker, 29 * MS), (Cpu, 10 * MS)]);
    let uvloop = run(1);
    uvloop.took(
        "d",
        &[(WaitAccept, 17 * MS), (WaitWorker, 20 * MS), (Cpu, 10 * MS)],
    );
    uvloop.took("x", &[(WaitWorker, 19 * MS), (Cpu, 10 * MS)]);
}

const CLUSTER: &str = r#"
    [contestants.cluster]
    processes = 2
    executors.main = { carriers = 1, tasks = "unlimited" }
    listen.policy = "primary"
"#;

/// A primary with two workers, 10 ms a request (facts §1.8: a worker gets no other connection before it has got to the last).
///
/// ```text
///  0  a to worker 0, which gets to it at once;  1  b to worker 1, likewise
///  2  c to worker 0, busy until 10;  3  d to worker 1, busy until 11;  4, 5  e and f wait in the primary
/// 10  worker 0 gets to c: it may have e, which waits inside it until c ends at 20
/// 11  worker 1 gets to d: it may have f, which waits inside it until d ends at 21
/// ```
#[test]
fn a_primary_hands_over_one_unacknowledged_connection_each() {
    let endpoints: String = ["a", "b", "c", "d", "e", "f"]
        .map(|name| format!("endpoints.{name}.steps = [{{ cpu = \"10ms\" }}]\n"))
        .concat();
    let text = format!("{endpoints}{CLUSTER}");
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("3ms", "d"),
        at("4ms", "e"),
        at("5ms", "f"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(Cpu, 10 * MS)]);
    trace.took("c", &[(WaitWorker, 8 * MS), (Cpu, 10 * MS)]);
    trace.took("d", &[(WaitWorker, 8 * MS), (Cpu, 10 * MS)]);
    trace.took(
        "e",
        &[(WaitAccept, 6 * MS), (WaitWorker, 10 * MS), (Cpu, 10 * MS)],
    );
    trace.took(
        "f",
        &[(WaitAccept, 6 * MS), (WaitWorker, 10 * MS), (Cpu, 10 * MS)],
    );
}

/// Keep-alive pins: a's connection is with worker 0, b's with worker 1. c computes for 20 ms on a's from 11, and d, at 12,
/// has b's. e, at 13, needs a third connection: worker 0's turn has come, and e waits for c to end at 31 although d has
/// long left worker 1 idle. f, at 20, goes over b's connection, the only free one beside d's: to worker 1, at once.
#[test]
fn a_connection_stays_with_its_worker() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "1ms" }}]
           endpoints.b.steps = [{{ cpu = "1ms" }}]
           endpoints.c.steps = [{{ cpu = "20ms" }}]
           endpoints.d.steps = [{{ cpu = "2ms" }}]
           endpoints.e.steps = [{{ cpu = "1ms" }}]
           endpoints.f.steps = [{{ cpu = "1ms" }}]
           {CLUSTER}"#
    );
    let script = [
        at("0ms", "a"),
        at("0.5ms", "b"),
        at("11ms", "c"),
        at("12ms", "d"),
        at("13ms", "e"),
        at("20ms", "f"),
    ];
    let trace = trace(&text, &script);
    trace.took("c", &[(Cpu, 20 * MS)]);
    trace.took("d", &[(Cpu, 2 * MS)]);
    trace.took("e", &[(WaitWorker, 18 * MS), (Cpu, MS)]);
    trace.took("f", &[(Cpu, MS)]);
}

/// A worker that refuses what is handed over to it, because its queue of one is full, gets the next connection all the
/// same. a asks the database from 0 to 5 and is ready then; b computes from 1 to 11; c, at 6, finds a in the queue: 503.
/// a goes on from 11 to 12; d, at 20, is served at once.
#[test]
fn a_worker_that_sheds_gets_the_next_connection() {
    let text = r#"
        clients.keep_alive = false
        services.db = {}
        endpoints.a.steps = [{ call = "db", work = "5ms" }, { cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "10ms" }]
        endpoints.c.steps = [{ cpu = "10ms" }]
        endpoints.d.steps = [{ cpu = "10ms" }]
        [contestants.cluster]
        executors.main = { carriers = 1, tasks = "unlimited" }
        listen.policy = "primary"
        queue.capacity = 1
    "#;
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("6ms", "c"),
        at("20ms", "d"),
    ];
    let trace = trace(text, &script);
    trace.took("a", &[(Call, 5 * MS), (WaitWorker, 6 * MS), (Cpu, MS)]);
    trace.took("b", &[(Cpu, 10 * MS)]);
    trace.failed("c", Failure::Shed);
    trace.took("d", &[(Cpu, 10 * MS)]);
}

/// Loops that accept from one socket (Node's cluster with NODE_CLUSTER_SCHED_POLICY=none): of those that sleep in epoll the one that
/// went to sleep last is woken. Which process ran a request shows in its heap, full after 3 ms of work.
///
/// ```text
///   0    a, 2 ms: the first process; asleep again at 2, the last to be so
///   5    b, 2 ms: the first again, 4 ms in all: stops for 2 ms, works to 9; 1 ms is left in its heap
///  10    c, 0.5 ms: the first
///  10.2  d, 2 ms: the first is awake, so the second, to 12.2: now that is the last
///  20    e, 1 ms: the second, 3 ms in all: stops for 2 ms. (In the first it would not: 2.5 ms.)
/// ```
///
/// A primary goes round: b is for the second process, which has nothing in its heap.
#[test]
fn the_loop_last_gone_to_sleep_is_woken() {
    let run = |policy: &str| {
        let text = format!(
            r#"clients.keep_alive = false
               endpoints.a.steps = [{{ cpu = "2ms" }}]
               endpoints.b.steps = [{{ cpu = "2ms" }}]
               endpoints.c.steps = [{{ cpu = "0.5ms" }}]
               endpoints.d.steps = [{{ cpu = "2ms" }}]
               endpoints.e.steps = [{{ cpu = "1ms" }}]
               [contestants.cluster]
               processes = 2
               executors.main = {{ carriers = 1, tasks = "unlimited" }}
               listen = {{ policy = "{policy}", accepts_per_wakeup = 1 }}
               gc = {{ allocates = "100MB/s", young = "300KB", minor = "2ms" }}"#
        );
        let script = [
            at("0ms", "a"),
            at("5ms", "b"),
            at("10ms", "c"),
            at("10.2ms", "d"),
            at("20ms", "e"),
        ];
        trace(&text, &script)
    };
    let shared = run("shared");
    shared.took("a", &[(Cpu, 2 * MS)]);
    shared.took("b", &[(Gc, 2 * MS), (Cpu, 2 * MS)]);
    shared.took("c", &[(Cpu, MS / 2)]);
    shared.took("d", &[(Cpu, 2 * MS)]);
    shared.took("e", &[(Gc, 2 * MS), (Cpu, MS)]);
    run("primary").took("b", &[(Cpu, 2 * MS)]);
}
