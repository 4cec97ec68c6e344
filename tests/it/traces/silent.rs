//! Connections on which nobody says anything: what holds them, and until when.

use crossover::measure::Component::{Cpu, WaitAccept, WaitWorker};

use super::{MS, Trace, US, at, trace};

/// Two requests at these times, each with a silent connection beside it that comes right behind it.
fn two(second: &'static str, cpu: &str, silent: &str, contestant: &str) -> Trace {
    let text = format!(
        r#"clients.silent = {{ share = "100%", time = "{silent}" }}
        endpoints.a.steps = [{{ cpu = "{cpu}" }}]
        endpoints.b.steps = [{{ cpu = "{cpu}" }}]
        [contestants.app]
        {contestant}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at(second, "b")]);
    let outcome = &trace.outcome;
    assert_eq!((outcome.arrived, outcome.in_flight), (2, 0)); // they are no requests
    trace
}

/// A thread that reads, for as long as it takes: a until 1; the silent one that came with it, from 1 to 10, when its client hangs up; b, which
/// came at 3, until 11; the silent one of 3, until 13. With a master that looks each 2 ms and kills what has been silent for more than
/// 5: at 8, since the thread has that connection since 1. b is accepted at 9, a millisecond later.
#[test]
fn a_thread_reads_until_the_client_hangs_up() {
    let sync = r#"executors.main = { carriers = 1, tasks = 1 }
        listen = {}
        connections.keep_alive = "0s""#;
    let trace = two("3ms", "1ms", "10ms", sync);
    trace.took("a", &[(Cpu, MS)]);
    trace.took("b", &[(WaitAccept, 7 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("threads"), 13 * MS);

    // A thread that does not wait for the first byte gives the connection back at once: a from 0 to 1, b from 3 to 4.
    let none = sync.replace(
        "listen = {}",
        "listen = { first_byte = \"before-dispatch\" }",
    );
    let trace = two("3ms", "1ms", "10ms", &none);
    trace.took("b", &[(Cpu, MS)]);
    assert_eq!(trace.busy("threads"), 2 * MS);

    let killed = format!(
        "{sync}\nlimits = {{ heartbeat = \"5ms\", check = \"2ms\" }}\nlifecycle.boot = \"1ms\""
    );
    let trace = two("3ms", "1ms", "10ms", &killed);
    trace.took("b", &[(WaitAccept, 6 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("threads"), (8 + 4) * MS);
}

/// A process leaves after two requests, and the next boots for a millisecond. Silent ones do not count: a until 1, a silent one until 10, b until 11; from 12
/// the other silent one, until 13.
#[test]
fn silence_does_not_wear_a_process_out() {
    let sync = r#"executors.main = { carriers = 1, tasks = 1 }
        listen = {}
        connections.keep_alive = "0s"
        lifecycle = { requests = 2, boot = "1ms" }"#;
    let trace = two("3ms", "1ms", "10ms", sync);
    trace.took("b", &[(WaitAccept, 7 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("threads"), 12 * MS);
}

/// gthread, with one thread besides the main one, which takes 1 ms to accept and 1 to take back. Clients hang up after 20 ms.
///
/// ```text
///  0    a is accepted, until 1; its thread has done it at 1.5;  1  the silent one is accepted, until 2, then a is taken back, until 3
///  2    as long as it takes: the thread has the silent one until 20; b, accepted from 10 to 11, waits for it; the other one has it to 30
///       5 ms at most: until 7; taken back, until 8; closed at 10.5, 3.5 ms after the thread left it; b finds the thread free; the other, 12 to 17
///       before dispatch: no thread has it
/// ```
#[test]
fn who_waits_for_the_first_byte() {
    let run = |first_byte: &str| {
        let gthread = format!(
            r#"executors.main = {{ carriers = 1, tasks = 1 }}
            listen = {{ by = "main-thread", accept = "1ms", return = "1ms", {first_byte} }}
            queue = {{ admit = "always" }}
            connections.keep_alive = "3.5ms"
            memory.connection = "1KB""#
        );
        two("10ms", "0.5ms", "20ms", &gthread)
    };
    let cpu = (Cpu, 1_500 * US);
    let for_ever = run("");
    for_ever.took("a", &[cpu]);
    for_ever.took("b", &[cpu, (WaitWorker, 9 * MS)]);
    assert_eq!(for_ever.busy("threads"), 28_500 * US);
    assert_eq!(for_ever.busy("main_thread"), 8 * MS);

    let five = run("first_byte = \"5ms\"");
    five.took("b", &[cpu]);
    assert_eq!(five.busy("threads"), (1 + 5 + 5) * MS);
    assert_eq!(five.busy("main_thread"), 8 * MS);

    let before = run("first_byte = \"before-dispatch\"");
    before.took("b", &[cpu]);
    assert_eq!(before.busy("threads"), MS);
    assert_eq!(before.busy("main_thread"), 6 * MS);
    // When b's silent one is accepted, at 11 or 12, a's is still open, except where it was closed for having idled. b's own takes the place of
    // a's, which had idled for too long.
    let memory = |trace: &Trace| trace.outcome.memory_bytes;
    assert_eq!(
        [memory(&for_ever), memory(&five), memory(&before)],
        [3000, 2000, 3000]
    );
}

/// A loop has a connection more and nothing to do. b, at 10, goes over a's; the silent one of 0 is open until 20, or until the server has waited 4 ms
/// for a header.
#[test]
fn a_loop_has_one_connection_more() {
    let run = |limits: &str| {
        let node = format!(
            r#"executors.main = {{ carriers = 1, tasks = "unlimited" }}
            listen = {{}}
            memory.connection = "1KB"
            {limits}"#
        );
        let trace = two("10ms", "1ms", "20ms", &node);
        trace.took("a", &[(Cpu, MS)]);
        trace.took("b", &[(Cpu, MS)]);
        assert_eq!(trace.busy("loop"), 2 * MS);
        trace.outcome.memory_bytes
    };
    assert_eq!(run(""), 3000);
    assert_eq!(run("limits.header = \"4ms\""), 2000);
}

/// A primary accepts and hands over three connections, a's and two silent ones, and hears of each: 3 ms a connection.
#[test]
fn a_primary_hands_them_over_too() {
    let cluster = r#"executors.main = { carriers = 1, tasks = "unlimited" }
        listen = { policy = "primary", accept = "1ms", hand_over = "1ms", acknowledge = "1ms" }"#;
    let trace = two("50ms", "1ms", "10ms", cluster);
    trace.took("a", &[(Cpu, 3 * MS)]);
    trace.took("b", &[(Cpu, MS)]);
    assert_eq!(trace.busy("primary"), 9 * MS);
    assert_eq!(trace.busy("loop"), 2 * MS);
}
