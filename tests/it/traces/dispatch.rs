//! A main thread that accepts, hands out and takes back.

use crossover::measure::Component::{Cpu, Network, WaitAccept, WaitLock, WaitWorker};

use super::{MS, US, at, trace};

/// Without a lock. The main thread needs 1 ms to accept and 1 ms to take back.
///
/// ```text
///  0    a and b are there; a is accepted, until 1, and runs until 11
///  1    b is accepted, in the next pass, until 2, and runs until 3
///  3    b's connection is taken back, until 4
///  3.5  c comes over it, is handed out from 4 to 5 and runs until 6; taken back until 7
/// 11    a's connection is taken back, until 12
/// ```
#[test]
fn a_main_thread_does_one_thing_at_a_time() {
    let text = r#"endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.gthread]
        executors.main = { carriers = 2, tasks = 1 }
        listen = { by = "main-thread", accept = "1ms", return = "1ms" }
        queue = { admit = "below-limit", limit = 10 }"#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b"), at("3.5ms", "c")]);
    trace.took("a", &[(Cpu, 11 * MS)]);
    trace.took("b", &[(WaitAccept, MS), (Cpu, 2 * MS)]);
    trace.took("c", &[(WaitWorker, 500 * US), (Cpu, 2 * MS)]);
    assert_eq!(trace.busy("main_thread"), 6 * MS);
    assert_eq!(trace.busy("threads"), 12 * MS);
}

/// With a lock a request waits for it twice. a is handed out from 0 to 1 and computes.
///
/// ```text
///  2  b wakes the main thread, which waits for the lock, until 7 at most
///  7  out of patience: a drops (6 run); b is handed out, until 8
///  8  the main thread sleeps, a has waited longest and goes on; b's thread waits, until 13 at most
/// 13  out of patience, but a has taken the lock since b began to wait: until 18
/// 18  a drops (16 run), b runs;  19  b ends, a goes on and ends at 23
/// ```
#[test]
fn a_request_waits_for_the_lock_twice() {
    let text = r#"endpoints.a.steps = [{ cpu = "20ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.gthread]
        executors.main = { carriers = 2, tasks = 1 }
        lock = { switch_interval = "5ms", order = "fifo" }
        listen = { by = "main-thread", accept = "1ms" }
        queue = { admit = "below-limit", limit = 10 }"#;
    let trace = trace(text, &[at("0ms", "a"), at("2ms", "b")]);
    trace.took("a", &[(Cpu, 21 * MS), (WaitLock, 2 * MS)]);
    trace.took("b", &[(Cpu, 2 * MS), (WaitLock, 15 * MS)]);
    assert_eq!(trace.busy("lock"), 23 * MS);
}

/// A connection for each request, its client 2 ms away: there 6 ms after it was sent, and the client's end is heard of 4 ms after the
/// answer. Accepting takes 1 ms, taking back and closing half each. gunicorn 26 waits for the client's end:
///
/// ```text
///  6    a is accepted, until 7; its thread has the lock until 8, and a is answered
///  7.5  b wakes the main thread, which has the lock at 8 and accepts b, until 9
///  9    a is closed, until 10; b's thread waits for the lock, which the main thread lets go as it lingers, until 12
/// 10    b's thread has the lock until 11, and b is answered
/// 10.5  c is there, nobody accepts it
/// 12    a's client has closed: c is accepted, until 13; b is closed, until 14, and lingers until 15
/// 14    c's thread has the lock until 15.2;  15.2  c is closed, until 16.2, and lingers until 19.2
/// ```
///
/// Before, c would wake the main thread at 10.5: it has the lock at 11, when b's thread lets it go, and accepts c until 12; b is closed
/// until 13; c's thread has the lock then.
#[test]
fn a_main_thread_lingers_over_a_connection_that_it_closes() {
    let text = |linger| {
        format!(
            r#"endpoints.a.steps = [{{ cpu = "1ms" }}]
            endpoints.b.steps = [{{ cpu = "1ms" }}]
            endpoints.c.steps = [{{ cpu = "1.2ms" }}]
            clients.latency = "2ms"
            [contestants.gthread]
            executors.main = {{ carriers = 2, tasks = 1 }}
            lock = {{ switch_interval = "5ms", order = "fifo" }}
            listen = {{ by = "main-thread", accept = "1ms", return = "0.5ms", close = "0.5ms" }}
            connections = {{ keep_alive = "0s", linger = "{linger}" }}
            queue = {{ admit = "below-limit", limit = 10 }}"#
        )
    };
    let script = [at("0ms", "a"), at("1.5ms", "b"), at("4.5ms", "c")];
    let way = (Network, 8 * MS);
    let since_26 = trace(&text("2s"), &script);
    since_26.took("a", &[way, (Cpu, 2 * MS)]);
    since_26.took("b", &[way, (WaitLock, 1_500 * US), (Cpu, 2 * MS)]);
    let c = [(WaitAccept, 1_500 * US), (WaitLock, MS), (Cpu, 2_200 * US)];
    since_26.took("c", &[&[way], &c[..]].concat());
    assert_eq!(since_26.busy("lock"), 9_200 * US);
    // 6 to 7, 7.5 to 15, 15.2 to 19.2.
    assert_eq!(since_26.busy("main_thread"), 12_500 * US);
    let before = trace(&text("0s"), &script);
    before.took("a", &[way, (Cpu, 2 * MS)]);
    before.took("b", &[way, (WaitLock, 1_500 * US), (Cpu, 2 * MS)]);
    before.took("c", &[way, (WaitLock, 1_500 * US), (Cpu, 2_200 * US)]);
    // 6 to 7, 7.5 to 10, 10.5 to 13, 14.2 to 15.2.
    assert_eq!(before.busy("main_thread"), 7 * MS);
}
