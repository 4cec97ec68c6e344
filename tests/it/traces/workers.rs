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

/// Three pictures of 10 ms on at most two workers, none of which is there at first; one takes 30 ms of CPU to start, and 10 MB.
///
/// ```text
///   0   a: a worker is made, to 30;  1  b: another, to 31
///  30   a runs, to 40;  31  b, to 41
///  60   c finds one idle, to 70
/// ```
///
/// With a alone there is one.
#[test]
fn workers_start_when_they_are_first_wanted() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "10ms", kind = "image" }}]
           endpoints.b.steps = [{{ cpu = "10ms", kind = "image" }}]
           endpoints.c.steps = [{{ cpu = "10ms", kind = "image" }}]
           hosts.app.cores = 3
           {LOOP}
           executors.workers = {{ carriers = 2, started = 0, boot = "30ms", memory = "10MB" }}
           place.image = "workers"
           memory.process = "100MB""#
    );
    let all = trace(&text, &[at("0ms", "a"), at("1ms", "b"), at("60ms", "c")]);
    all.took("a", &[(WaitPool, 30 * MS), (Cpu, 10 * MS)]);
    all.took("b", &[(WaitPool, 30 * MS), (Cpu, 10 * MS)]);
    all.took("c", &[(Cpu, 10 * MS)]);
    assert_eq!((all.busy("workers"), all.busy("cores")), (30 * MS, 90 * MS));
    assert_eq!(all.outcome.memory_bytes, 120_000_000);
    assert_eq!(
        trace(&text, &[at("0ms", "a")]).outcome.memory_bytes,
        110_000_000
    );
}

/// Who is free first takes the work: b, at 1, has a second worker made, which is ready at 31; but the first is free at 10. c and d, at 40, run at once.
#[test]
fn work_does_not_wait_for_the_worker_that_was_made_for_it() {
    let image =
        |name: &str| format!("endpoints.{name}.steps = [{{ cpu = \"10ms\", kind = \"image\" }}]\n");
    let text = format!(
        r#"{}
           {LOOP}
           executors.workers = {{ carriers = 2, started = 1, boot = "30ms" }}
           place.image = "workers""#,
        ["a", "b", "c", "d"].map(image).concat()
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("40ms", "c"),
        at("40ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Cpu, 10 * MS)]);
    trace.took("b", &[(WaitPool, 9 * MS), (Cpu, 10 * MS)]);
    trace.took("c", &[(Cpu, 10 * MS)]);
    trace.took("d", &[(Cpu, 10 * MS)]);
}

/// A picture of 1 MB is sent and one of 100 KB comes back, written at 10 GB/s and read at 1 GB/s. The loop pays 0.1 ms to hand over and 0.1 to write, 0.1 to take
/// back and 0.1 to read; the worker 0.2 ms beside 1 to read and 0.01 to write.
#[test]
fn messages_are_copied_by_their_size() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "10ms", kind = "image" }}]
           {LOOP}
           executors.workers = {{ carriers = 1, hop = "0.1ms", pickup = "0.2ms", message = "1MB", answer = "100KB", writes = "10GB/s", reads = "1GB/s" }}
           place.image = "workers""#
    );
    let trace = trace(&text, &[at("0ms", "a")]);
    trace.took("a", &[(Cpu, 11_610 * US)]);
    assert_eq!(
        (trace.busy("loop"), trace.busy("workers")),
        (400 * US, 11_210 * US)
    );
}
