//! The interpreter's lock, against facts §2.1: patience of 5 ms that every switch restarts, forced and voluntary release.

use crossover::measure::Component::{Cpu, Native, Timer, WaitCore, WaitLock, WaitWorker};

use super::{MS, Trace, US, at, trace};

/// Threads under a lock, each with a core of its own; a request that takes `work` for each endpoint.
fn gil(threads: u32, barging: bool, endpoints: &[(&str, &str)]) -> String {
    let endpoints: String = endpoints
        .iter()
        .map(|(name, steps)| format!("endpoints.{name}.steps = [{steps}]\n"))
        .collect();
    format!(
        "{endpoints}[contestants.python]
         executors.main = {{ carriers = {threads}, tasks = 1 }}
         lock = {{ switch_interval = \"5ms\", order = \"fifo\", barging = {barging} }}"
    )
}

/// Two threads with 12 ms of work each; b comes 1 ms after a.
///
/// ```text
///  0  a takes the lock (switch 1)
///  1  b waits, until 6 at most
///  6  b out of patience, no switch since 1: a must drop. b takes it (switch 2); a has run 6, waits until 11
/// 11  a out of patience, no switch since 6: b must drop (5 run). a runs
/// 16  the same for a (11 run): b runs
/// 21  the same for b (10 run): a runs
/// 22  a ends, 12 run; b runs
/// 24  b ends, 12 run
/// ```
#[test]
fn two_threads_hand_the_lock_over_every_5_ms() {
    let work = r#"{ cpu = "12ms" }"#;
    for barging in [false, true] {
        let text = gil(2, barging, &[("a", work), ("b", work)]);
        let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
        trace.took("a", &[(Cpu, 12 * MS), (WaitLock, 10 * MS)]);
        trace.took("b", &[(Cpu, 12 * MS), (WaitLock, 11 * MS)]);
        assert_eq!(trace.busy("lock"), 24 * MS);
        assert_eq!(trace.busy("threads"), (22 + 23) * MS);
    }
}

/// a is 12 ms in one call in C and 3 ms more, b comes at 1 with 2 ms.
///
/// ```text
///  1  b waits, until 6 at most;  6  b asks, and waits once more;  11  likewise
/// 12  a's call ends: it lets go. b runs, and ends at 14; a runs, to 17
/// ```
///
/// In Python a lets go at 6, and has 9 ms left when b ends at 8.
#[test]
fn a_long_call_in_c_does_not_let_go() {
    let b = ("b", r#"{ cpu = "2ms" }"#);
    let script = [at("0ms", "a"), at("1ms", "b")];
    let c = r#"{ cpu = "12ms", in_one_call = true }, { cpu = "3ms" }"#;
    let python = r#"{ cpu = "12ms" }, { cpu = "3ms" }"#;
    for (a, wait) in [(c, 11), (python, 5)] {
        let trace = trace(&gil(2, true, &[("a", a), b]), &script);
        trace.took("a", &[(Cpu, 15 * MS), (WaitLock, 2 * MS)]);
        trace.took("b", &[(Cpu, 2 * MS), (WaitLock, wait * MS)]);
    }
}

/// The call keeps the lock also while its thread has no core. One core, slices of 2 ms: c, which needs no lock, has it from 2 to 4 and from 6 to 8; b asks
/// at 6, a's call of 6 ms has run 4 by then, and ends at 10.
#[test]
fn a_call_in_c_keeps_the_lock_without_a_core() {
    let text = gil(
        3,
        true,
        &[
            ("a", r#"{ cpu = "6ms", in_one_call = true }"#),
            ("b", r#"{ cpu = "1ms" }"#),
            ("c", r#"{ native = "4ms" }"#),
        ],
    );
    let text = format!("hosts.app = {{ cores = 1, slice = \"2ms\" }}\n{text}");
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "c"), at("1ms", "b")]);
    trace.took("a", &[(Cpu, 6 * MS), (WaitCore, 4 * MS)]);
    assert_eq!(trace.busy("lock"), 11 * MS);
}

/// Three threads with 7 ms each, 1 ms apart; waiters are signalled in the order in which they began to wait.
///
/// ```text
///  0  a takes the lock (switch 1)
///  1  b waits, until 6 at most;  2  c waits, until 7 at most
///  6  b out of patience: it asks and waits once more, behind c, until 11. a drops (6 run); c has waited longest and takes it (switch 2).
///     a waits until 11
/// 11  b: there was a switch since it looked, it asks for nothing and waits until 16. a: no switch since 6, it asks and waits, behind b, until 16.
///     c drops (5 run), b takes it (switch 3), c waits until 16
/// 16  a: there was a switch, until 21. c: no switch since 11, it asks and waits behind a. b drops (5 run), a takes it (switch 4), b waits
/// 17  a ends (7 run); c has waited longer than b
/// 19  c ends (7 run); b runs
/// 21  b ends (7 run)
/// ```
#[test]
fn with_three_threads_a_switch_restarts_everybodys_patience() {
    let work = r#"{ cpu = "7ms" }"#;
    let text = gil(3, false, &[("a", work), ("b", work), ("c", work)]);
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")]);
    trace.took("a", &[(Cpu, 7 * MS), (WaitLock, 10 * MS)]);
    trace.took("b", &[(Cpu, 7 * MS), (WaitLock, 13 * MS)]);
    trace.took("c", &[(Cpu, 7 * MS), (WaitLock, 10 * MS)]);
}

/// Two threads; a (2 ms) at 0, b and c (2 ms each) at 1: b gets the second thread and waits for the lock, c waits for a
/// thread. At 2 a ends and its thread, which lets the lock go, at once takes up c.
fn voluntary(barging: bool) -> Trace {
    let work = r#"{ cpu = "2ms" }"#;
    let text = gil(2, barging, &[("a", work), ("b", work), ("c", work)]);
    trace(&text, &[at("0ms", "a"), at("1ms", "b"), at("1ms", "c")])
}

/// With barging that thread takes the lock again before b, which was signalled, runs: b waits until c ends at 4.
#[test]
fn whoever_lets_go_may_barge_in() {
    let trace = voluntary(true);
    trace.took("a", &[(Cpu, 2 * MS)]);
    trace.took("c", &[(WaitWorker, MS), (Cpu, 2 * MS)]);
    trace.took("b", &[(WaitLock, 3 * MS), (Cpu, 2 * MS)]);
}

/// Without barging b is next, and c waits until b ends at 4.
#[test]
fn without_barging_the_signalled_waiter_is_next() {
    let trace = voluntary(false);
    trace.took("a", &[(Cpu, 2 * MS)]);
    trace.took("b", &[(WaitLock, MS), (Cpu, 2 * MS)]);
    trace.took("c", &[(WaitWorker, MS), (WaitLock, 2 * MS), (Cpu, 2 * MS)]);
}

/// The convoy: b has twice 1 ms of waiting and 1 ms of work, beside a thread that computes for 20 ms.
///
/// ```text
///  0  a computes, b waits for its timer
///  1  b is back and waits for the lock, until 6;  6  a drops (6 run), b computes
///  7  b waits for its second timer; a takes the lock back;  8  b is back and waits, until 13
/// 13  a drops (12 run), b computes;  14  b ends, a goes on and ends at 22
/// ```
#[test]
fn every_return_from_waiting_pays_for_the_lock() {
    let io = r#"{ wait = "1ms" }, { cpu = "1ms" }, { wait = "1ms" }, { cpu = "1ms" }"#;
    let text = gil(2, true, &[("a", r#"{ cpu = "20ms" }"#), ("b", io)]);
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("b", &[(Timer, 2 * MS), (Cpu, 2 * MS), (WaitLock, 10 * MS)]);
    trace.took("a", &[(Cpu, 20 * MS), (WaitLock, 2 * MS)]);
}

/// Native code leaves the lock: a is in it from 0 to 10, b computes meanwhile (1 to 6).
#[test]
fn native_work_needs_no_lock() {
    let native = r#"{ native = "10ms" }, { cpu = "1ms" }"#;
    let text = gil(2, true, &[("a", native), ("b", r#"{ cpu = "5ms" }"#)]);
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Native, 10 * MS), (Cpu, MS)]);
    trace.took("b", &[(Cpu, 5 * MS)]);
    assert_eq!(trace.busy("lock"), 6 * MS);
}

/// Every look needs the core. One core, slices of 0.7 ms, no ticks; a and b with 12 ms each; in brackets virtual run times, ms.
///
/// ```text
///  0     a runs and takes the lock;  1  b wakes, level with a (1), whose second slice began at 0.7: b waits for the core
///  1.4   that slice is over: b looks in vain, waits until 6.4 and leaves 0.2 behind the mean (a 1.4, b 1.0); a goes on
///  6.4   b is late, wakes 0.2 behind the mean and preempts a, asks and waits; a drops the lock (6.4 run); b (6.0) has it and runs.
///        a (6.4) wakes, is ahead, and waits for the core until b has had its slice
///  7.1   a looks in vain and waits until 12.1, 0.15 behind the mean (b 6.7, a 6.4)
/// 12.1   a preempts b, asks and waits; b drops the lock (5.7 run); a has it. b is ahead and waits for the core until a has had its slice
/// 12.8   b looks in vain and waits until 17.8
/// 17.7   a ends (12 run); b is signalled, has the lock, and ends at 24
/// ```
#[test]
fn every_look_at_the_lock_needs_the_core() {
    let work = r#"{ cpu = "12ms" }"#;
    let text = gil(2, true, &[("a", work), ("b", work)]);
    let text = format!("hosts.app.cores = 1\n{text}");
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took(
        "a",
        &[(Cpu, 12 * MS), (WaitLock, 5 * MS), (WaitCore, 700 * US)],
    );
    let waits = [(WaitLock, 9_900 * US), (WaitCore, 1_100 * US)];
    trace.took("b", &[(Cpu, 12 * MS), waits[0], waits[1]]);
    assert_eq!(trace.busy("cores"), 24 * MS);
}

/// Without a switch interval nobody is made to drop the lock: b waits from 1 until a ends at 12.
#[test]
fn without_patience_the_holder_keeps_the_lock() {
    let work = r#"{ cpu = "12ms" }"#;
    let text = gil(2, true, &[("a", work), ("b", work)]);
    let text = text.replace("switch_interval = \"5ms\", ", "");
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Cpu, 12 * MS)]);
    trace.took("b", &[(Cpu, 12 * MS), (WaitLock, 11 * MS)]);
}

/// Who is woken where it may preempt finds the mutex that guards the lock taken by the thread that signals, and pays two switches more. One core, slices of
/// 0.7 ms, no ticks, a switch 0.1 ms; a with 7 ms at 0, b with 1 ms at 1; in brackets virtual run times, ms.
///
/// ```text
///  1.4   a's second slice is over: b looks in vain, waits until 6.4; a pays a switch
///  6.4   b (6.0) preempts a (6.4), asks and waits; a (6.3 done) drops and signals b, which preempts: b has the lock and pays 1 + 2 switches; a wakes, ahead
///  7.1   b's slice is over (0.4 done): a looks in vain; b pays a switch
///  7.8   b ends and signals a, which has the core at once: 1 + 2 switches
///  8.8   a ends
/// ```
#[test]
fn who_is_signalled_and_preempts_waits_for_the_mutex() {
    let endpoints = [("a", r#"{ cpu = "7ms" }"#), ("b", r#"{ cpu = "1ms" }"#)];
    let text = gil(2, true, &endpoints);
    let text = format!("hosts.app = {{ cores = 1, switch_cost = \"0.1ms\" }}\n{text}");
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    let waits = [(WaitLock, 700 * US), (WaitCore, 1_100 * US)];
    trace.took("a", &[(Cpu, 7 * MS), waits[0], waits[1]]);
    trace.took("b", &[(Cpu, MS), (WaitLock, 5 * MS), (WaitCore, 800 * US)]);
}

/// Who looks for the lock first waits first, also when threads look one after the other in the same instant. One core, no
/// patience: a holds the lock; b (0.2) and c (0.4) queue for the core, and get it when a's slice ends at 1: b
/// looks, c looks, a goes on. a ends at 3, b runs to 4, c to 5.
#[test]
fn lookers_wait_in_the_order_of_looking() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "3ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        hosts.app = { cores = 1, slice = "1ms" }
        [contestants.python]
        executors.main = { carriers = 3, tasks = 1 }
        lock.order = "fifo"
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0.2ms", "b"), at("0.4ms", "c")]);
    trace.took("a", &[(Cpu, 3 * MS)]);
    trace.took("b", &[(WaitCore, 800 * US), (WaitLock, 2 * MS), (Cpu, MS)]);
    trace.took("c", &[(WaitCore, 600 * US), (WaitLock, 3 * MS), (Cpu, MS)]);
}

/// However many threads find the lock taken at once, the answer comes: 100,000 of them, one after the other on one core.
#[test]
fn a_crowd_may_look_for_the_lock_at_once() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "1us" }]
        hosts.app = { cores = 1, slice = "10us" }
        [contestants.python]
        lock = {}
    "#;
    let script = vec![at("0ms", "a"); 100_000];
    let trace = trace(text, &script);
    assert_eq!(trace.account("a").succeeded, 100_000);
}

/// Every look takes 0.1 ms of a core, but the first of a thread that finds the lock free. Two cores; a with 12 ms at 0, b with 2 ms at 1.
///
/// ```text
///  0    a takes the lock;  1  b looks;  1.1  in vain: it waits, until 6.1
///  6.1  b looks;  6.2  in vain: it asks, and waits. a drops (6.2 run), b is signalled and looks;  6.3  b takes it. a may want it again, and looks
///  6.4  a waits, until 11.4;  8.3  b ends, a is signalled and looks;  8.4  a takes it, and ends at 14.2
/// ```
#[test]
fn a_look_at_the_lock_takes_a_core() {
    let endpoints = [("a", r#"{ cpu = "12ms" }"#), ("b", r#"{ cpu = "2ms" }"#)];
    let text = gil(2, true, &endpoints);
    let text = text.replace("lock = {", "lock = { look = \"0.1ms\",");
    let text = format!("hosts.app.cores = 2\n{text}");
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Cpu, 12 * MS), (WaitLock, 2_200 * US)]);
    trace.took("b", &[(Cpu, 2 * MS), (WaitLock, 5_300 * US)]);
    assert_eq!(trace.busy("lock"), 14 * MS);
    assert_eq!(trace.busy("cores"), 14_500 * US);
}
