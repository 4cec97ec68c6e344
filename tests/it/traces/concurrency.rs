//! A limit on what a process has in hand, against uvicorn's `limit_concurrency` (facts §2.6).

use crossover::measure::Component::{Call, Cpu, Timer, WaitWorker};
use crossover::measure::Failure;

use super::{MS, at, trace};

/// Endpoints of a name each, with the same steps.
fn endpoints(names: &[&str], steps: &str) -> String {
    let one = |name: &&str| format!("endpoints.{name}.steps = [{steps}]\n");
    names.iter().map(one).collect()
}

/// Three connections are one too many: the third client is refused, and its connection closed.
///
/// ```text
///  0   a: the first connection;  1   b: the second;  10 to 11 and 11 to 12  they compute
///  2   c: the third, refused, 1 ms;  4   d opens it again: the third, refused
/// 20   e, first in first out, opens it again: a's and b's are idle, but open, and e is refused
///      last in first out it goes over b's, which is one of two: served from 30 to 31
/// ```
#[test]
fn connections_count_while_they_are_open() {
    let wait = r#"{ wait = "10ms" }, { cpu = "1ms" }"#;
    let run = |reuse: &str| {
        let text = format!(
            "clients.reuse = \"{reuse}\"
             {}
             [contestants.uvicorn]
             executors.main = {{ carriers = 1, tasks = \"unlimited\" }}
             listen = {{ backlog = 10 }}
             queue = {{ admit = \"always\", concurrency = 3, refusal = \"1ms\" }}",
            endpoints(&["a", "b", "c", "d", "e"], wait)
        );
        let script = [
            at("0ms", "a"),
            at("1ms", "b"),
            at("2ms", "c"),
            at("4ms", "d"),
            at("20ms", "e"),
        ];
        let trace = trace(&text, &script);
        trace.took("a", &[(Timer, 10 * MS), (Cpu, MS)]);
        trace.took("b", &[(Timer, 10 * MS), (Cpu, MS)]);
        trace.failed("c", Failure::Shed);
        trace.failed("d", Failure::Shed);
        trace
    };
    let fifo = run("fifo");
    fifo.failed("e", Failure::Shed);
    assert_eq!(fifo.busy("loop"), 5 * MS);
    let lifo = run("lifo");
    lifo.took("e", &[(Timer, 10 * MS), (Cpu, MS)]);
    assert_eq!(lifo.busy("loop"), 5 * MS);
}

/// Where connections do not count, requests in progress do, from when the loop gets to them: a computes from 0 to 10; b, c
/// and d, which came meanwhile, come to their turn at 10: b and c wait, d finds two in progress. e comes when both have ended.
#[test]
fn requests_in_progress_count_from_their_turn() {
    let text = format!(
        "endpoints.a.steps = [{{ cpu = \"10ms\" }}]
         {}
         [contestants.uvicorn]
         executors.main = {{ carriers = 1, tasks = \"unlimited\" }}
         queue = {{ admit = \"always\", concurrency = 2 }}",
        endpoints(&["b", "c", "d", "e"], r#"{ wait = "10ms" }"#)
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("3ms", "d"),
        at("25ms", "e"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitWorker, 9 * MS), (Timer, 10 * MS)]);
    trace.took("c", &[(WaitWorker, 8 * MS), (Timer, 10 * MS)]);
    trace.failed("d", Failure::Shed);
    trace.took("e", &[(Timer, 10 * MS)]);
}

/// A called service counts requests of its callers, on threads as on a loop: a and b are in progress there, c is one too many and
/// fails with its call, after the 1 ms that refusing it costs. d, at 20, is served again.
#[test]
fn a_service_refuses_its_callers() {
    let text = format!(
        "services.api = {{ queue = {{ concurrency = 2, refusal = \"1ms\" }} }}
         {}
         contestants.app = {{}}",
        endpoints(&["a", "b", "c", "d"], r#"{ call = "api", work = "10ms" }"#)
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("20ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Call, 10 * MS)]);
    trace.took("b", &[(Call, 10 * MS)]);
    trace.failed("c", Failure::Shed);
    trace.took("d", &[(Call, 10 * MS)]);
}
