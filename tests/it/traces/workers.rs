//! Worker threads: `cpu` steps that run in interpreters of their own.

use crossover::measure::Component::{Cpu, Gc, WaitCore, WaitPool, WaitWorker};

use super::{MS, US, at, trace};

const LOOP: &str = r#"
    [contestants.node]
    executors.main = { carriers = 1, tasks = "unlimited" }
"#;

/// Three pictures at 0, 10 ms each on two workers; the loop spends 0.1 ms on handing each over and on taking it back.
///
/// ```text
///   0    the loop hands a over, to 0.1, then b, to 0.2, then c, to 0.3
///   0.1  a's worker, to 10.1;  0.2  b's worker, to 10.2;  0.3  c waits for one of them
///   5    d (1 ms) finds the loop free, to 6
///  10.1  the loop takes a back, to 10.2; c's turn, to 20.1
///  10.2  b back, to 10.3
///  20.1  c back, to 20.2
/// ```
#[test]
fn workers_leave_the_loop_to_others() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "10ms", kind = "image" }}]
           endpoints.b.steps = [{{ cpu = "10ms", kind = "image" }}]
           endpoints.c.steps = [{{ cpu = "10ms", kind = "image" }}]
           endpoints.d.steps = [{{ cpu = "1ms" }}]
           {LOOP}
           executors.workers = {{ carriers = 2, hop = "0.1ms" }}
           place.image = "workers""#
    );
    let script = [
        at("0ms", "a"),
        at("0ms", "b"),
        at("0ms", "c"),
        at("5ms", "d"),
    ];
    let trace = trace(&text, &script);
    let cpu = 10_200 * US;
    trace.took("a", &[(Cpu, cpu)]);
    trace.took("b", &[(WaitWorker, 100 * US), (Cpu, cpu)]);
    trace.took(
        "c",
        &[(WaitWorker, 200 * US), (WaitPool, 9_800 * US), (Cpu, cpu)],
    );
    trace.took("d", &[(Cpu, MS)]);
    assert_eq!(trace.busy("workers"), 30 * MS);
    assert_eq!(trace.busy("loop"), 1_600 * US);
}

/// A worker does not need its process's lock: a holds it from 0 to 10, b's work runs from 0 to 5.
#[test]
fn a_worker_needs_no_lock() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "10ms" }]
        endpoints.b.steps = [{ cpu = "5ms", kind = "image" }]
        [contestants.python]
        executors.main = { carriers = 2, tasks = 1 }
        executors.workers = { carriers = 1 }
        place.image = "workers"
        lock = {}
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(Cpu, 5 * MS)]);
    assert_eq!(trace.busy("lock"), 10 * MS);
}

/// It does need a core: a's picture (3 ms) and b's computing (2 ms) take turns of 1 ms on the only one. No credit: as it woke
/// first, a runs 0–1, b 1–2, a 2–3, b 3–4, a 4–5.
#[test]
fn a_worker_shares_the_cores() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "3ms", kind = "image" }}]
           endpoints.b.steps = [{{ cpu = "2ms" }}]
           hosts.app = {{ cores = 1, slice = "1ms" }}
           {LOOP}
           executors.workers = {{ carriers = 1 }}
           place.image = "workers""#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Cpu, 3 * MS), (WaitCore, 2 * MS)]);
    trace.took("b", &[(Cpu, 2 * MS), (WaitCore, 2 * MS)]);
    assert_eq!(trace.busy("cores"), 5 * MS);
}

/// It has a heap of its own: 10 ms of work fill one. a and c come to 12 ms on the worker, so c stops for 2 ms; b's 6 ms on the
/// loop stop nobody.
#[test]
fn a_worker_has_a_heap_of_its_own() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "6ms", kind = "image" }}]
           endpoints.b.steps = [{{ cpu = "6ms" }}]
           endpoints.c.steps = [{{ cpu = "6ms", kind = "image" }}]
           {LOOP}
           executors.workers = {{ carriers = 1 }}
           place.image = "workers"
           gc = {{ allocates = "100MB/s", young = "1MB", minor = "2ms" }}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b"), at("20ms", "c")]);
    trace.took("a", &[(Cpu, 6 * MS)]);
    trace.took("b", &[(Cpu, 6 * MS)]);
    trace.took("c", &[(Gc, 2 * MS), (Cpu, 6 * MS)]);
    assert_eq!(trace.busy("workers"), 14 * MS);
}

/// What the server itself does for a request has no kind, unless it says one, and stays on the loop; an endpoint's step that
/// names none is `logic`.
#[test]
fn a_server_s_own_work_stays_where_it_is() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "2ms" }}]
           {LOOP}
           executors.workers = {{ carriers = 1 }}
           place.logic = "workers"
           before = [{{ cpu = "1ms" }}]
           after = [{{ cpu = "4ms", kind = "logic" }}]"#
    );
    let trace = trace(&text, &[at("0ms", "a")]);
    trace.took("a", &[(Cpu, 7 * MS)]);
    assert_eq!((trace.busy("loop"), trace.busy("workers")), (MS, 6 * MS));
}
