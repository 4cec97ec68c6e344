//! The people's side: connections, handshakes, time-outs, users who think.

use crossover::kernel::Span;
use crossover::measure::Component::{Cpu, Network, WaitClient, WaitWorker};
use crossover::measure::{Failure, Outcome};

use super::{MS, US, at, trace};
use crate::support::{outcomes, scenario};

/// 1 ms of wire, 1 ms of work, a server that keeps idle connections for 5 ms. a shakes hands: 3 there, 1 back, ends at 5.
/// b, at 8, finds the connection open: 1 there, 1 back. c, at 20, 9 ms after b's end, shakes hands again.
#[test]
fn a_closed_connection_costs_a_handshake() {
    let text = r#"
        clients.latency = "1ms"
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.app]
        listen = {}
        connections.keep_alive = "5ms"
    "#;
    let script = [at("0ms", "a"), at("8ms", "b"), at("20ms", "c")];
    let kept = trace(text, &script);
    kept.took("a", &[(Network, 4 * MS), (Cpu, MS)]);
    kept.took("b", &[(Network, 2 * MS), (Cpu, MS)]);
    kept.took("c", &[(Network, 4 * MS), (Cpu, MS)]);

    // Kept for ever, c needs none either; closed after each response, or by the client, everybody does.
    let forever = trace(
        &text.replace("connections.keep_alive = \"5ms\"", ""),
        &script,
    );
    forever.took("c", &[(Network, 2 * MS), (Cpu, MS)]);
    let never = trace(&text.replace("\"5ms\"", "\"0ms\""), &script);
    never.took("b", &[(Network, 4 * MS), (Cpu, MS)]);
    let client = format!("clients.keep_alive = false\n{text}");
    trace(&client, &script).took("b", &[(Network, 4 * MS), (Cpu, MS)]);
}

/// The server closes a connection after its second answer. a and b share one, c opens another, which d shares; with one request a
/// connection everybody shakes hands.
#[test]
fn a_connection_wears_out() {
    let text = r#"
        clients.latency = "1ms"
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        endpoints.d.steps = [{ cpu = "1ms" }]
        [contestants.app]
        listen = {}
        connections.requests = 2
    "#;
    let script = [
        at("0ms", "a"),
        at("8ms", "b"),
        at("20ms", "c"),
        at("30ms", "d"),
    ];
    let two = trace(text, &script);
    for (endpoint, trips) in [("a", 4), ("b", 2), ("c", 4), ("d", 2)] {
        two.took(endpoint, &[(Network, trips * MS), (Cpu, MS)]);
    }
    let one = trace(&text.replace("requests = 2", "requests = 1"), &script);
    let never = trace(&text.replace("requests = 2", "requests = 0"), &script);
    for endpoint in ["b", "c", "d"] {
        one.took(endpoint, &[(Network, 4 * MS), (Cpu, MS)]);
        never.took(endpoint, &[(Network, 2 * MS), (Cpu, MS)]);
    }
}

/// One connection, and a has it from 0 to 10: b waits for it from 2.
#[test]
fn clients_wait_for_a_connection() {
    let text = r#"
        clients.connections = 1
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.ideal]
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("2ms", "b")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitClient, 8 * MS), (Cpu, MS)]);
}

/// One thread, patience of 5.5 ms. a (20 ms) fails at 5.5, but its work goes on to 20. b, at 6, waits behind it and fails at
/// 11.5 without having run; its work follows from 20 to 21. c, at 17, waits for both and ends at 22.
#[test]
fn work_goes_on_when_its_client_has_given_up() {
    let text = r#"
        clients.timeout = "5500us"
        endpoints.a.steps = [{ cpu = "20ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.one]
        executors.main = { carriers = 1, tasks = 1 }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("6ms", "b"), at("17ms", "c")]);
    trace.failed("a", Failure::Timeout);
    trace.failed("b", Failure::Timeout);
    trace.took("c", &[(WaitWorker, 4 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("threads"), 22 * MS);
    assert_eq!(trace.outcome.in_flight, 0);
}

/// A client that gives up closes its connection and opens another for whoever waits. One connection: a fails at 5, and b,
/// which waited for the connection from 1, goes on a new one then, with a handshake (3 × 0.1 ms there, 0.1 ms back).
#[test]
fn a_client_that_gives_up_makes_room_for_the_next() {
    let text = r#"
        clients = { timeout = "5ms", connections = 1, latency = "0.1ms" }
        endpoints.a.steps = [{ wait = "20ms" }]
        endpoints.b.steps = [{ cpu = "0.2ms" }]
        [contestants.app]
        listen = {}
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.failed("a", Failure::Timeout);
    trace.took(
        "b",
        &[(WaitClient, 4 * MS), (Network, 400 * US), (Cpu, 200 * US)],
    );
}

/// a has the only connection from 0 to 5, b, which waits from 1, from 5 to 7, c, from 2, after it.
#[test]
fn the_queue_for_connections_is_first_come_first_served() {
    let text = r#"
        clients.connections = 1
        endpoints.a.steps = [{ cpu = "5ms" }]
        endpoints.b.steps = [{ cpu = "2ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.ideal]
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")]);
    trace.took("b", &[(WaitClient, 4 * MS), (Cpu, 2 * MS)]);
    trace.took("c", &[(WaitClient, 5 * MS), (Cpu, MS)]);
}

fn closed(text: &str, users: f64, horizon: u64) -> Outcome {
    let scenario = scenario(text);
    let [full, elided] =
        [false, true].map(|elide| outcomes(&scenario, users, Span(horizon), 1, elide).remove(0));
    assert_eq!(full.series, elided.series);
    elided
}

/// A user thinks for 10 ms and waits 5 ms for an answer: answers at 15, 30, 45, 60, 75, 90; the seventh request, at 100,
/// is on its way when the run ends at 102.4.
#[test]
fn a_user_thinks_asks_and_waits() {
    let text = r#"
        arrivals = { process = "closed", users = 1, think = "10ms" }
        endpoints.a.steps = [{ cpu = "5ms" }]
        [contestants.ideal]
    "#;
    let outcome = closed(text, 1.0, 102_400 * US);
    let answers: Vec<_> = (0..)
        .zip(&outcome.series)
        .filter(|(_, slot)| slot.succeeded > 0)
        .map(|(at, slot)| (at, slot.succeeded, slot.sum_ns as u64))
        .collect();
    let expected = [150, 300, 450, 600, 750, 900].map(|at| (at, 1, 5 * MS));
    assert_eq!(answers, expected);
    assert_eq!((outcome.arrived, outcome.in_flight), (7, 1));
}

/// Each user has a connection of his own. Two users who think for 10 ms, one thread, 1 ms of work, 1 ms of wire: both shake
/// hands at 10 (3 ms), one waits 1 ms for the other; both keep their connections from then on. The server closes
/// connections that idle for 10.5 ms, never reached: every further request takes 1 + 1 + 1 ms, apart by 1 ms.
///
/// First: ends at 15 after 5, thinks to 25, and so on every 13: at 28, 41, 54 ... Second: ends at 16 after 6, then 29, 42 ...
#[test]
fn users_keep_their_own_connections() {
    let text = r#"
        arrivals = { process = "closed", users = 2, think = "10ms" }
        clients.latency = "1ms"
        endpoints.a.steps = [{ cpu = "1ms" }]
        [contestants.one]
        executors.main = { carriers = 1, tasks = 1 }
        listen = {}
        connections.keep_alive = "10500us"
    "#;
    for reuse in ["fifo", "lifo"] {
        let text = format!("clients.reuse = \"{reuse}\"\n{text}");
        let outcome = closed(&text, 2.0, 60 * MS);
        let sum: u128 = outcome.series.iter().map(|slot| slot.sum_ns).sum();
        let answers: u64 = outcome.series.iter().map(|slot| slot.succeeded).sum();
        // 15, 28, 41, 54 and 16, 29, 42, 55.
        assert_eq!((answers, sum as u64), (8, (5 + 6 + 6 * 3) * MS));
    }
}
