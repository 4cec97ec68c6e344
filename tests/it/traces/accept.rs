//! Who of several threads that sleep at a socket takes a connection: the first to run, with or without a herd behind it.

use crossover::measure::Component::{Cpu, Network, WaitAccept, WaitCore};
use crossover::measure::Failure;

use super::{MS, Trace, US, at, trace};

fn endpoints(each: &[(&str, &str)]) -> String {
    each.iter()
        .map(|(name, cpu)| format!("endpoints.{name}.steps = [{{ cpu = \"{cpu}\" }}]\n"))
        .collect()
}

/// Workers of one thread that close after each answer.
fn sync(hosts: &str, workers: u32, listen: &str) -> String {
    format!(
        r#"hosts.app = {{ {hosts} }}
           [contestants.sync]
           processes = {workers}
           executors.main = {{ carriers = 1, tasks = 1 }}
           connections.keep_alive = "0s"
           listen = {{ {listen} }}"#
    )
}

/// Three workers, a core for each. Woken in vain, a worker needs 0.1 ms until it sleeps.
///
/// ```text
///  0     a wakes all three: the first takes it, to 1; the others find nothing
///  0.05  b finds nobody asleep;  0.1  the second looks once more before it sleeps, and takes it, to 1.1; the third sleeps
///  2     c wakes all three, as a did
/// ```
///
/// Where only one wakes, b wakes the second at once.
#[test]
fn all_that_sleep_wake_and_one_takes_it() {
    let endpoints = endpoints(&[("a", "1ms"), ("b", "1ms"), ("c", "1ms")]);
    let script = [at("0ms", "a"), at("0.05ms", "b"), at("2ms", "c")];
    let run = |wakes: &str| {
        let listen = format!("wakes = \"{wakes}\", in_vain = \"0.1ms\"");
        let hosts = sync("cores = 3", 3, &listen);
        let trace = trace(&format!("{endpoints}{hosts}"), &script);
        trace.took("a", &[(Cpu, MS)]);
        trace.took("c", &[(Cpu, MS)]);
        assert_eq!(trace.busy("threads"), 3 * MS);
        trace
    };
    let all = run("all");
    all.took("b", &[(WaitAccept, 50 * US), (Cpu, MS)]);
    assert_eq!(all.busy("cores"), (3_000 + 4 * 100) * US);
    let one = run("one");
    one.took("b", &[(Cpu, MS)]);
    assert_eq!(one.busy("cores"), 3 * MS);
}

/// Two workers on one core with slices of 5 ms.
///
/// ```text
///  0     a wakes both: the first takes it; the second waits for the core
///  1     b: nobody sleeps
///  2     a ends; its worker, on the core that it has, takes b from under the one that waits
///  4     b ends, and that worker sleeps; the second has the core and finds nothing
///  4.05  c wakes the first, which waits for the core
///  4.1   the second looks once more, and takes c
///  5.1   c ends; the second sleeps, the first has the core and finds nothing until 5.2
/// ```
///
/// Given to an idle worker when they come, b and c would wait for a core.
#[test]
fn who_runs_takes_it_from_under_who_was_woken() {
    let endpoints = endpoints(&[("a", "2ms"), ("b", "2ms"), ("c", "1ms")]);
    let script = [at("0ms", "a"), at("1ms", "b"), at("4.05ms", "c")];
    let run = |listen: &str| -> Trace {
        let hosts = sync("cores = 1, slice = \"5ms\"", 2, listen);
        trace(&format!("{endpoints}{hosts}"), &script)
    };
    let woken = run("wakes = \"all\", in_vain = \"0.1ms\"");
    woken.took("a", &[(Cpu, 2 * MS)]);
    woken.took("b", &[(WaitAccept, MS), (Cpu, 2 * MS)]);
    woken.took("c", &[(WaitAccept, 50 * US), (Cpu, MS)]);
    assert_eq!(woken.busy("cores"), 5_200 * US);

    let given = run("");
    given.took("b", &[(WaitCore, MS), (Cpu, 2 * MS)]);
    assert_eq!(given.busy("cores"), 5 * MS);
}

/// A switch of 0.1 ms is paid before the look. Two workers, one core: a ends at 1, after which the second, woken in vain, has the core until 1.1 and
/// sleeps. b, at 3, wakes it first, for it fell asleep last: no switch. It takes b at once, to 4; then the first pays 0.1 ms to find nothing.
/// c, at 5, wakes the first, which takes it, to 6, and the second in vain.
#[test]
fn a_switch_is_paid_before_the_look() {
    let endpoints = endpoints(&[("a", "1ms"), ("b", "1ms"), ("c", "1ms")]);
    let host = "cores = 1, slice = \"5ms\", switch_cost = \"0.1ms\"";
    let text = format!("{endpoints}{}", sync(host, 2, "wakes = \"all\""));
    let script = [at("0ms", "a"), at("3ms", "b"), at("5ms", "c")];
    let trace = trace(&text, &script);
    trace.took("a", &[(Cpu, MS)]);
    trace.took("b", &[(Cpu, MS)]);
    trace.took("c", &[(Cpu, MS)]);
    assert_eq!(trace.busy("cores"), 3_300 * US);
}

/// A core that idles takes 2 ms to wake. a, at 1, has its worker at 3; b, at 3.2, wakes the second, which would have a core at 5.2: but a ends at 4, and its
/// worker takes b. The second finds nothing.
#[test]
fn waking_takes_time_in_which_another_is_quicker() {
    let endpoints = endpoints(&[("a", "1ms"), ("b", "1ms")]);
    let host = "cores = 3, wake = \"2ms\"";
    let text = format!("{endpoints}{}", sync(host, 3, "wakes = \"one\""));
    let trace = trace(&text, &[at("1ms", "a"), at("3.2ms", "b")]);
    trace.took("a", &[(WaitAccept, 2 * MS), (Cpu, MS)]);
    trace.took("b", &[(WaitAccept, 800 * US), (Cpu, MS)]);
    assert_eq!(trace.busy("cores"), 2 * MS);
}

/// A worker whose client has closed the connection wants a core before it accepts. One core, slices of 4 ms, 0.5 ms to the clients and back.
///
/// ```text
///  1.5  a, sent at 0, wakes both; the first takes it, the second waits for the core
///  2.5  a ends; its worker waits for the client to close, until 3.5; the second has the core, finds nothing and sleeps
///  2.8  b, sent at 1.3, wakes the second, which takes it
///  3    c, sent at 1.5, finds nobody asleep
///  3.5  the first wants the core, and c with it
///  6.8  b's slice is over: the first has the core, takes c, and ends it at 7.8
/// 13.8  b ends
/// ```
#[test]
fn who_comes_back_from_a_client_needs_a_core_to_accept() {
    let endpoints = endpoints(&[("a", "1ms"), ("b", "10ms"), ("c", "1ms")]);
    let host = sync("cores = 1, slice = \"4ms\"", 2, "wakes = \"all\"");
    let text =
        format!("clients.latency = \"0.5ms\"\n{endpoints}{host}\nconnections.linger = \"2s\"");
    let trace = trace(&text, &[at("0ms", "a"), at("1.3ms", "b"), at("1.5ms", "c")]);
    let wire = (Network, 2 * MS);
    trace.took("a", &[wire, (Cpu, MS)]);
    trace.took("b", &[wire, (Cpu, 10 * MS), (WaitCore, MS)]);
    trace.took("c", &[wire, (WaitAccept, 3_800 * US), (Cpu, MS)]);
}

/// Two processes of two threads on one core. a has the first thread, and the core, from 0; b, at 1, wakes the second of the same process, which waits for
/// the core. At 12 the master kills that process: b is for a thread of the other, woken then.
#[test]
fn who_was_woken_and_dies_passes_it_on() {
    let endpoints = endpoints(&[("a", "30ms"), ("b", "1ms")]);
    for wakes in ["one", "all"] {
        let listen = format!("wakes = \"{wakes}\"");
        let text = format!(
            "{endpoints}{}
             limits = {{ heartbeat = \"10ms\", check = \"4ms\" }}
             lifecycle.boot = \"50ms\"",
            sync("cores = 1, slice = \"50ms\"", 2, &listen)
        )
        .replace("carriers = 1", "carriers = 2");
        let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
        trace.failed("a", Failure::Killed);
        trace.took("b", &[(WaitAccept, 11 * MS), (Cpu, MS)]);
    }
}
