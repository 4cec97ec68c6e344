//! A main thread that accepts, hands out and takes back.

use crossover::measure::Component::{Cpu, WaitAccept, WaitLock, WaitWorker};

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
