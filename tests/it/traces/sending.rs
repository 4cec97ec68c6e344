//! Requests that arrive slowly: who waits for them, and who gives up first.

use crossover::measure::Component::{Cpu, Network, WaitWorker};
use crossover::measure::Failure;

use super::{MS, at, trace};

/// Requests take 10 ms to arrive from their first byte on and 1 ms of work; a's first byte is there at 0, b's at 1.
///
/// A thread reads a until 10 and works until 11. It takes up b, which has arrived meanwhile, and works until 12: it was
/// occupied all the time. A loop waits for both and does nothing; a is there at 10, b at 11.
#[test]
fn a_thread_reads_and_a_loop_does_not() {
    let run = |executor: &str| {
        let text = format!(
            r#"clients.sending = {{ head = "4ms", body = "6ms" }}
               endpoints.a.steps = [{{ cpu = "1ms" }}]
               endpoints.b.steps = [{{ cpu = "1ms" }}]
               [contestants.app]
               executors.main = {executor}"#
        );
        trace(&text, &[at("0ms", "a"), at("1ms", "b")])
    };
    let thread = run("{ carriers = 1, tasks = 1 }");
    thread.took("a", &[(Network, 10 * MS), (Cpu, MS)]);
    thread.took("b", &[(WaitWorker, 10 * MS), (Cpu, MS)]);
    assert_eq!(thread.busy("threads"), 12 * MS);

    let event_loop = run("{ carriers = 1, tasks = \"unlimited\" }");
    event_loop.took("a", &[(Network, 10 * MS), (Cpu, MS)]);
    event_loop.took("b", &[(Network, 10 * MS), (Cpu, MS)]);
    assert_eq!(event_loop.busy("loop"), 2 * MS);
}

/// gthread: the main thread takes 1 ms to accept and does not read. The only thread does, a's 10 ms from 0: until 10, works
/// until 11. The main thread has accepted b by 3, and nobody reads it before 11; it is there at 12.
#[test]
fn a_main_thread_does_not_read() {
    let text = r#"
        clients.sending.body = "10ms"
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.app]
        executors.main = { carriers = 1, tasks = 1 }
        listen = { by = "main-thread", accept = "1ms" }
        queue = { admit = "always" }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("2ms", "b")]);
    trace.took("a", &[(Network, 9 * MS), (Cpu, 2 * MS)]);
    trace.took("b", &[(WaitWorker, 8 * MS), (Network, MS), (Cpu, 2 * MS)]);
    assert_eq!(trace.busy("main_thread"), 2 * MS);
    assert_eq!(trace.busy("threads"), 12 * MS);
}

/// 1 ms of wire, so that a request's first byte is there 3 ms after it was sent with its handshake; its header takes 10 ms from
/// then, its body 20 more. What the server waits for a header, for a request, how often it looks; when it answers 408.
///
/// ```text
///  header 4 ms                          at 7
///  header 4 ms, looks each 5 ms         at 10
///  header 12 ms, request 15 ms          the header is there at 13, the body is not at 18
///  header 9 ms, looks each 30 ms        all is there at 33, but at 30 nothing was late except the header, there since 13
///  request 26 ms, looks each 17 ms      29 is too late for it, it looks at 34: all is there since 33
/// ```
#[test]
fn the_server_gives_up() {
    let run = |limits: &str| {
        let text = format!(
            r#"clients = {{ latency = "1ms", sending = {{ head = "10ms", body = "20ms" }} }}
               endpoints.a.steps = [{{ cpu = "1ms" }}]
               endpoints.b.steps = [{{ cpu = "1ms" }}]
               [contestants.app]
               listen = {{}}
               executors.main = {{ carriers = 1, tasks = "unlimited" }}
               limits = {{ {limits} }}"#
        );
        trace(&text, &[at("0ms", "a"), at("50ms", "b")])
    };
    for (limits, end) in [
        ("header = \"4ms\"", 7),
        ("header = \"4ms\", check = \"5ms\"", 10),
        ("header = \"12ms\", request = \"15ms\"", 18),
    ] {
        let trace = run(limits);
        trace.failed("a", Failure::Timeout);
        trace.failed("b", Failure::Timeout);
        // b, 50 ms later, takes as long: it shakes hands again, for the server has closed a's connection. The answers need 1 ms.
        let both = 2 * (end + 1) * MS;
        assert_eq!(trace.outcome.failed_ns, u128::from(both), "{limits}");
    }
    for limits in [
        "header = \"9ms\", check = \"30ms\"",
        "request = \"26ms\", check = \"17ms\"",
    ] {
        run(limits).took("a", &[(Network, 34 * MS), (Cpu, MS)]);
    }
}

/// Requests take 20 ms to arrive, clients wait 5. The only thread reads a until its client closes, at 5; then it takes up b, which
/// came at 2, and reads until 7.
#[test]
fn the_client_gives_up() {
    let text = r#"
        clients = { timeout = "5ms", sending = { body = "20ms" } }
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.app]
        executors.main = { carriers = 1, tasks = 1 }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("2ms", "b")]);
    trace.failed("a", Failure::Timeout);
    trace.failed("b", Failure::Timeout);
    assert_eq!(trace.outcome.failed_ns, u128::from(10 * MS));
    assert_eq!(trace.busy("threads"), 7 * MS);
}

/// A thread that reads does not beat: the master looks each 2 ms and kills what has been silent for more than 5, at 6.
#[test]
fn who_reads_for_too_long_is_killed() {
    let text = r#"
        clients.sending.head = "20ms"
        endpoints.a.steps = [{ cpu = "1ms" }]
        [contestants.app]
        executors.main = { carriers = 1, tasks = 1 }
        limits = { heartbeat = "5ms", check = "2ms" }
    "#;
    let trace = trace(text, &[at("0ms", "a")]);
    trace.failed("a", Failure::Killed);
    assert_eq!(trace.outcome.failed_ns, u128::from(6 * MS));
}
