//! Garbage collection: pauses by what the work allocates.
//!
//! At 100 MB/s a millisecond of work allocates 100 KB.

use crossover::measure::Component::{Cpu, Gc, Native, WaitCore, WaitLock, WaitWorker};

use super::{MS, at, trace};

const LOOP: &str = r#"
    [contestants.node]
    executors.main = { carriers = 1, tasks = "unlimited" }
"#;

/// 1 MB is full after 10 ms of work; a minor pause takes 2 ms, and all survives: 2 MB are full after two of them, a major
/// pause takes 5 ms.
///
/// ```text
///   0  a, 6 ms of work (0.6 MB): ends at 6
///   6  b, 6 ms (1.2 MB): fills it, stops to 8, works to 14; 0.2 MB are new again
///   7  c comes and waits for the loop, 1 ms (0.3 MB): 14 to 15
///  20  d, 9 ms (1.2 MB): the second minor, and so a major: stops to 27, works to 36
/// ```
#[test]
fn a_pause_blocks_the_loop() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "6ms" }}]
           endpoints.b.steps = [{{ cpu = "6ms" }}]
           endpoints.c.steps = [{{ cpu = "1ms" }}]
           endpoints.d.steps = [{{ cpu = "9ms" }}]
           {LOOP}
           gc = {{ allocates = "100MB/s", young = "1MB", minor = "2ms", survives = "100%", old = "2MB", major = "5ms" }}"#
    );
    let script = [
        at("0ms", "a"),
        at("0ms", "b"),
        at("7ms", "c"),
        at("20ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Cpu, 6 * MS)]);
    trace.took("b", &[(WaitWorker, 6 * MS), (Gc, 2 * MS), (Cpu, 6 * MS)]);
    trace.took("c", &[(WaitWorker, 7 * MS), (Cpu, MS)]);
    trace.took("d", &[(Gc, 7 * MS), (Cpu, 9 * MS)]);
    assert_eq!(trace.busy("loop"), 31 * MS);
}

/// A long burst pays all its collections at its beginning: 35 ms of work, three pauses of 2 ms.
#[test]
fn a_burst_pays_its_collections_first() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "35ms" }}]
           {LOOP}
           gc = {{ allocates = "100MB/s", young = "1MB", minor = "2ms" }}"#
    );
    trace(&text, &[at("0ms", "a")]).took("a", &[(Gc, 6 * MS), (Cpu, 35 * MS)]);
}

/// A tenth of 1 MB survives and is copied at 50 KB a ms: a pause of 2 ms takes 4. Where 250 KB are full four times as often, each takes 2.5.
#[test]
fn a_pause_takes_the_longer_the_more_survives() {
    for (young, pauses, pause) in [("1MB", 1, 4 * MS), ("250KB", 4, 2 * MS + MS / 2)] {
        let text = format!(
            r#"endpoints.a.steps = [{{ cpu = "10ms" }}]
               {LOOP}
               gc = {{ allocates = "100MB/s", young = "{young}", minor = "2ms", survives = "10%", copies = "50MB/s" }}"#
        );
        trace(&text, &[at("0ms", "a")]).took("a", &[(Gc, pauses * pause), (Cpu, 10 * MS)]);
    }
}

/// A request allocates 400 KB and its work of 2 ms 200 KB: a and b leave 1.2 MB behind, of which the first is full when b works, so b
/// stops for 2 ms; c adds 600 KB. Counted in objects it is the same.
#[test]
fn a_request_allocates_beside_its_work() {
    for amounts in [
        r#"young = "1MB", request = "400KB", allocates = "100MB/s""#,
        r#"young = 1000, request = 400, allocates = "100/ms""#,
    ] {
        let text = format!(
            r#"endpoints.a.steps = [{{ cpu = "2ms" }}]
               endpoints.b.steps = [{{ cpu = "2ms" }}]
               endpoints.c.steps = [{{ cpu = "2ms" }}]
               {LOOP}
               gc = {{ {amounts}, minor = "2ms" }}"#
        );
        let trace = trace(&text, &[at("0ms", "a"), at("10ms", "b"), at("20ms", "c")]);
        trace.took("a", &[(Cpu, 2 * MS)]);
        trace.took("b", &[(Gc, 2 * MS), (Cpu, 2 * MS)]);
        trace.took("c", &[(Cpu, 2 * MS)]);
    }
}

/// Native work allocates nothing, wherever it runs; processes have heaps of their own.
#[test]
fn each_process_s_own_work_fills_its_heap() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "6ms" }, { native = "20ms" }]
        endpoints.b.steps = [{ cpu = "6ms" }]
        [contestants.two]
        processes = 2
        executors.main = { carriers = 1, tasks = 1 }
        gc = { allocates = "100MB/s", young = "1MB", minor = "2ms" }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Cpu, 6 * MS), (Native, 20 * MS)]);
    trace.took("b", &[(Cpu, 6 * MS)]);
}

/// Threads of a process share its heap, and a pause holds the lock: a stops from 0 to 2 and works to 12, b has waited for the
/// lock since 1.
#[test]
fn a_pause_holds_the_lock() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        [contestants.python]
        executors.main = { carriers = 2, tasks = 1 }
        lock = {}
        gc = { allocates = "100MB/s", young = "1MB", minor = "2ms" }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Gc, 2 * MS), (Cpu, 10 * MS)]);
    trace.took("b", &[(WaitLock, 11 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("lock"), 13 * MS);
}

/// A pause needs the core like any work: slices of 1 ms, no credit. a stops 0–1 and 2–3 and works 4–5 and 6–8, b has the
/// core 1–2, 3–4 and 5–6.
#[test]
fn a_pause_uses_the_core() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "3ms" }]
        endpoints.b.steps = [{ native = "3ms" }]
        hosts.app = { cores = 1, slice = "1ms" }
        [contestants.threads]
        executors.main = { carriers = 2, tasks = 1 }
        gc = { allocates = "100MB/s", young = "300KB", minor = "2ms" }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Gc, 2 * MS), (Cpu, 3 * MS), (WaitCore, 3 * MS)]);
    trace.took("b", &[(Native, 3 * MS), (WaitCore, 3 * MS)]);
    assert_eq!(trace.busy("cores"), 8 * MS);
}

/// A main thread allocates from its process's heap: accepting a takes 1 ms and its handler 9, so the handler stops for 2 ms.
#[test]
fn a_main_thread_shares_the_heap() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "9ms" }]
        [contestants.gthread]
        executors.main = { carriers = 2, tasks = 1 }
        listen = { by = "main-thread", accept = "1ms" }
        queue = { admit = "below-limit", limit = 10 }
        gc = { allocates = "100MB/s", young = "1MB", minor = "2ms" }
    "#;
    trace(text, &[at("0ms", "a")]).took("a", &[(Gc, 2 * MS), (Cpu, 10 * MS)]);
}

/// A process that replaces another begins with an empty heap: 6 ms and 6 ms of work, one in each.
#[test]
fn a_new_process_has_an_empty_heap() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "6ms" }]
        endpoints.b.steps = [{ cpu = "6ms" }]
        clients.keep_alive = false
        [contestants.one]
        executors.main = { carriers = 1, tasks = 1 }
        gc = { allocates = "100MB/s", young = "1MB", minor = "2ms" }
    "#;
    let script = [at("0ms", "a"), at("20ms", "b")];
    let with = trace(text, &script);
    with.took("b", &[(Gc, 2 * MS), (Cpu, 6 * MS)]);

    let replaced = format!("{text} lifecycle = {{ requests = 1, boot = \"1ms\" }}");
    let without = trace(&replaced, &script);
    without.took("b", &[(Cpu, 6 * MS)]);
}
