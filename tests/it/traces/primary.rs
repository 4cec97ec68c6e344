//! A primary that is a process: it accepts, hands connections over and hears of the workers, one thing at a time.

use crossover::measure::Component::{Cpu, WaitAccept, WaitWorker};
use crossover::measure::Failure;

use super::{Arrival, MS, Trace, US, at, trace};

/// Requests of 10 ms each.
fn tens(names: &[&str]) -> String {
    let ten = |name: &&str| format!("endpoints.{name}.steps = [{{ cpu = \"10ms\" }}]\n");
    names.iter().map(ten).collect()
}

/// Two workers, 10 ms a request. Accepting, handing over: 0.5 ms each; a message, and taking a connection: 0.25 ms.
///
/// ```text
///  0     a is accepted, handed over from 0.5 to 1; worker 0 takes it, until 1.25, and works until 11.25; its message, until 1.25
///  2     b likewise to worker 1, at 3, until 13.25
///  4     c to worker 0, at 5: busy until 11.25, so that it has not acknowledged c
///  5.5   d to worker 1, at 6.5: busy until 13.25
///  7     e is accepted, until 7.5, and waits in line: nobody may have it;  7.25  f waits in the kernel, is accepted from 7.5 to 8
/// 11.25  worker 0 gets to c, its message until 11.5: e, until 12, to worker 0, which has c until 21.5
/// 13.25  worker 1 gets to d, its message until 13.5: f, until 14, to worker 1, which has d until 23.5
/// ```
#[test]
fn a_worker_that_is_busy_holds_one_connection() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let endpoints = tens(&names);
    let text = format!(
        r#"{endpoints}
        [contestants.cluster]
        processes = 2
        executors.main = {{ carriers = 1, tasks = "unlimited" }}
        listen = {{ policy = "primary", accepts_per_wakeup = 1, accept = "0.5ms", hand_over = "0.5ms", acknowledge = "0.25ms", take = "0.25ms" }}
        memory = {{ process = "10MB", primary = "4MB" }}"#
    );
    let times = ["0ms", "2ms", "4ms", "5.5ms", "7ms", "7.25ms"];
    let script: Vec<Arrival> = times
        .iter()
        .zip(names)
        .map(|(t, name)| at(t, name))
        .collect();
    let trace = trace(&text, &script);
    let cpu = 11_250 * US;
    trace.took("a", &[(Cpu, cpu)]);
    trace.took("b", &[(Cpu, cpu)]);
    trace.took("c", &[(Cpu, cpu), (WaitWorker, 6_250 * US)]);
    trace.took("d", &[(Cpu, cpu), (WaitWorker, 6_750 * US)]);
    let e = [(WaitAccept, 4 * MS), (Cpu, cpu), (WaitWorker, 9_500 * US)];
    trace.took("e", &e);
    let f = [
        (WaitAccept, 5_750 * US),
        (Cpu, cpu),
        (WaitWorker, 9_500 * US),
    ];
    trace.took("f", &f);
    assert_eq!(trace.busy("primary"), 6 * 1_250 * US);
    assert_eq!(trace.busy("loop"), 6 * 10_250 * US);
    assert_eq!(trace.outcome.memory_bytes, 24_000_000);
}

/// One worker, 1 ms a request. Accepting takes 2 ms, handing over and a message 1 each: the primary cannot keep up, although the worker
/// idles most of the time. The kernel's queue holds two.
///
/// ```text
///  0    a is accepted, until 2, handed over, until 3, and done at 4
///  0.5  b and, at 0.6, c wait in the kernel;  0.7  d is dropped and comes again at 5.7, when only c waits
///  3    a round: b is accepted, until 5; nobody may have it, since the message of a's worker, of 3, has not been read
///  5    a round: first c is accepted, until 7; then the message is read, until 8; b is handed over, until 9, and done at 10
///  9    d is accepted, until 11; b's message, until 12; c is handed over, until 13, and done at 14
/// 13    c's message, until 14; d is handed over, until 15, and done at 16; the last message, until 16
/// ```
///
/// If d is refused instead, c is handed over as soon as b's message has been read, at 10, and done at 12.
#[test]
fn who_waits_for_the_primary_waits_in_the_kernel() {
    let run = |overflow: &str| {
        let text = format!(
            r#"endpoints.a.steps = [{{ cpu = "1ms" }}]
            endpoints.b.steps = [{{ cpu = "1ms" }}]
            endpoints.c.steps = [{{ cpu = "1ms" }}]
            endpoints.d.steps = [{{ cpu = "1ms" }}]
            [contestants.cluster]
            executors.main = {{ carriers = 1, tasks = "unlimited" }}
            listen = {{ policy = "primary", backlog = 1, accepts_per_wakeup = 1, accept = "2ms", hand_over = "1ms", acknowledge = "1ms", {overflow} }}"#
        );
        let script = [
            at("0ms", "a"),
            at("0.5ms", "b"),
            at("0.6ms", "c"),
            at("0.7ms", "d"),
        ];
        trace(&text, &script)
    };
    let trace = run("syn_gaps = [\"5ms\"]");
    trace.took("a", &[(Cpu, 4 * MS)]);
    trace.took("b", &[(WaitAccept, 5_500 * US), (Cpu, 4 * MS)]);
    trace.took("c", &[(WaitAccept, 9_400 * US), (Cpu, 4 * MS)]);
    trace.took("d", &[(WaitAccept, 11_300 * US), (Cpu, 4 * MS)]);
    assert_eq!(trace.busy("primary"), 16 * MS);
    assert_eq!(trace.busy("loop"), 4 * MS);

    let trace = run("overflow = \"refuse\"");
    trace.took("c", &[(WaitAccept, 7_400 * US), (Cpu, 4 * MS)]);
    trace.failed("d", Failure::Refused);
}

/// A worker that a's 20 ms of work keep silent for more than 5 ms, looked for each millisecond, and that boots for so long after it was killed.
fn killed(boot: &str, costs: &str, second: Arrival, third: Option<Arrival>) -> Trace {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "20ms" }}]
        endpoints.b.steps = [{{ cpu = "1ms" }}]
        endpoints.c.steps = [{{ cpu = "1ms" }}]
        [contestants.cluster]
        executors.main = {{ carriers = 1, tasks = "unlimited" }}
        listen = {{ policy = "primary", accepts_per_wakeup = 1, {costs} }}
        limits = {{ heartbeat = "5ms", check = "1ms", beats = "loop" }}
        lifecycle.boot = "{boot}""#
    );
    let script: Vec<Arrival> = [at("0ms", "a"), second].into_iter().chain(third).collect();
    trace(&text, &script)
}

/// Everything takes the primary 1 ms.
///
/// ```text
///  2    a is handed over, and works;  3  its message has been read
///  4    b is accepted, and handed over at 6: it waits for the loop
///  6.5  c is accepted, until 7.5, and waits in line
///  8    the worker is killed, and a and b with it
/// 11    it is back; its message, until 12; c is handed over, until 13, and done at 14
/// ```
#[test]
fn what_a_worker_has_not_acknowledged_dies_with_it() {
    let costs = "accept = \"1ms\", hand_over = \"1ms\", acknowledge = \"1ms\"";
    let trace = killed("3ms", costs, at("4ms", "b"), Some(at("6.5ms", "c")));
    trace.failed("a", Failure::Killed);
    trace.failed("b", Failure::Killed);
    assert_eq!(trace.outcome.failed_ns, u128::from(12 * MS));
    trace.took("c", &[(WaitAccept, 4_500 * US), (Cpu, 3 * MS)]);
}

/// Handing over takes 2 ms, so that a works from 3 and is killed at 9. b is accepted from 6.5 to 7.5, and being handed over: at 9.5 there is
/// no worker. It is in line until the next one, there at 12, has been heard of, at 13; is handed over once more, until 15, and done at 16.
#[test]
fn a_worker_that_dies_while_it_is_handed_a_connection_does_not_get_it() {
    let costs = "accept = \"1ms\", hand_over = \"2ms\", acknowledge = \"1ms\"";
    let trace = killed("3ms", costs, at("6.5ms", "b"), None);
    trace.failed("a", Failure::Killed);
    trace.took("b", &[(WaitAccept, 3_500 * US), (Cpu, 6 * MS)]);
}

/// Accepting takes 10 ms. a is handed over at 11, and killed with its worker at 17, while b is accepted until 21 and the worker's message waits. Another
/// worker is there at 17.5, and sends one too. The first, read until 22, does not count; the second, until 23, does: b is handed over, until 24.
#[test]
fn what_a_dead_worker_has_said_does_not_count() {
    let costs = "accept = \"10ms\", hand_over = \"1ms\", acknowledge = \"1ms\"";
    let trace = killed("0.5ms", costs, at("5ms", "b"), None);
    trace.failed("a", Failure::Killed);
    trace.took("b", &[(WaitAccept, 8 * MS), (Cpu, 12 * MS)]);
}

/// A connection that is kept is the worker's: b, over a's, does not pass the primary. A round costs 0.1 ms, the primary's too: one to accept,
/// one for the message, paid by what they find. So a's worker gets it at 2.1, pays for its own round, and is done at 12.2.
#[test]
fn an_open_connection_passes_the_primary_by() {
    let endpoints = tens(&["a", "b"]);
    let text = format!(
        r#"{endpoints}
        [contestants.cluster]
        processes = 2
        executors.main = {{ carriers = 1, tasks = "unlimited", round = "0.1ms" }}
        listen = {{ policy = "primary", accept = "1ms", hand_over = "1ms", acknowledge = "1ms" }}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("20ms", "b")]);
    trace.took("a", &[(Cpu, 12_200 * US)]);
    trace.took("b", &[(Cpu, 10_100 * US)]);
    assert_eq!(trace.busy("primary"), 3_200 * US);
}
