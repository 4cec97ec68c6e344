//! Loops that hand pieces of a request to threads under the same lock and get them back, against facts §2.7.

use crossover::measure::Component::{
    Call, Cpu, Native, Timer, WaitConnection, WaitLock, WaitPool, WaitWorker,
};
use crossover::measure::Failure;

use super::{MS, US, at, trace};

/// A loop that hands the endpoints' steps to each request's own thread.
fn views(steps: &[(&str, &str)], executor: &str, lock: &str) -> String {
    let steps: String = steps
        .iter()
        .map(|(name, steps)| format!("endpoints.{name}.steps = [{steps}]\n"))
        .collect();
    format!(
        "{steps}[contestants.asgi]
         executors.main = {{ carriers = 1, tasks = \"unlimited\" }}
         executors.sync = {{ {executor} }}
         place.handler = \"sync\"
         lock = {{ {lock} }}"
    )
}

const GIL: &str = r#"switch_interval = "5ms", order = "fifo", barging = true"#;

/// ```text
///  0    a: the loop hands over (0.1) and makes the thread (0.3)
///  0.4  a's thread takes it up (0.2) and works (2); the loop idles
///  1    b: the loop needs the lock, and waits until 6 at most
///  2.6  a's thread is done and lets the lock go: the loop has it. It hands b over (0.1), makes its thread (0.3)
///  3    b's thread needs the lock. The loop is in its next round, with a, which it takes back (0.1)
///  3.1  a is answered, the loop idles; b's thread takes it up (0.2) and works (1);  4.3  the loop takes b back (0.1)
/// ```
#[test]
fn a_hop_costs_both_sides_and_waits_for_the_lock() {
    let costs = r#"hop = "0.1ms", pickup = "0.2ms", start = "0.3ms""#;
    let work = [("a", r#"{ cpu = "2ms" }"#), ("b", r#"{ cpu = "1ms" }"#)];
    let text = views(&work, costs, GIL);
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Cpu, 2_700 * US), (WaitWorker, 400 * US)]);
    trace.took("b", &[(Cpu, 1_700 * US), (WaitLock, 1_700 * US)]);
    assert_eq!(trace.busy("lock"), 4_400 * US);
    // 0 to 0.4; from 1, waiting, to 3.1; 4.3 to 4.4.
    assert_eq!(trace.busy("loop"), 2_600 * US);
}

/// Whoever makes a thread waits for it to begin (0.2), without the lock. Making it costs 0.3, each works for 1.
///
/// ```text
///  0    a's thread is made;  0.3  the loop waits, a's thread begins
///  0.5  a's thread works; the loop would go on with b, and needs the lock
///  1.5  a's thread lets it go. The loop makes b's thread;  1.8  and waits, though a has been ready since 1.5
///  2    b's thread works, to 3; the loop takes a back, which is answered
/// ```
#[test]
fn a_loop_waits_for_the_thread_it_makes() {
    let work = [("a", r#"{ cpu = "1ms" }"#), ("b", r#"{ cpu = "1ms" }"#)];
    let text = views(&work, r#"start = "0.3ms", begin = "0.2ms""#, GIL);
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Cpu, 1_500 * US), (WaitWorker, 500 * US)]);
    trace.took(
        "b",
        &[(Cpu, 1_500 * US), (WaitWorker, 500 * US), (WaitLock, MS)],
    );
    assert_eq!(trace.busy("lock"), 3 * MS);
    assert_eq!(trace.busy("loop"), 2 * MS);
}

/// A loop beside a thread that computes: each time it needs the lock it runs out of patience first. Handing over costs 1 ms.
///
/// ```text
///  0  a is handed over;  1  its thread works
///  2  b: the loop waits for the lock, until 7
///  7  a drops the lock (6 run) and waits. b is handed over
///  8  b's thread barges in before a, which the loop has signalled: a waits again, until 13
///  9  the loop barges in, with b;  10  b is answered; a goes on (6 left);  16  the loop takes it back
/// ```
#[test]
fn the_loop_waits_for_the_lock_as_any_thread() {
    let work = [("a", r#"{ cpu = "12ms" }"#), ("b", r#"{ cpu = "1ms" }"#)];
    let text = views(&work, r#"hop = "1ms""#, GIL);
    let trace = trace(&text, &[at("0ms", "a"), at("2ms", "b")]);
    trace.took("a", &[(Cpu, 14 * MS), (WaitLock, 3 * MS)]);
    trace.took("b", &[(WaitLock, 5 * MS), (Cpu, 3 * MS)]);
}

/// Requests have threads of their own, without a limit: four that sleep 5 ms and compute 1 ms sleep at the same time and
/// compute one after another. On a pool of one thread (asgiref without a context for each request) they do both in turn.
#[test]
fn own_threads_sleep_at_once_and_a_single_one_in_turn() {
    let work = [("a", r#"{ wait = "5ms" }, { cpu = "1ms" }"#)];
    let script = [at("0ms", "a"); 4];
    let own = trace(&views(&work, "", GIL), &script);
    own.took_in_all(
        "a",
        4,
        &[(Timer, 20 * MS), (WaitLock, 6 * MS), (Cpu, 4 * MS)],
    );
    let single = trace(&views(&work, "carriers = 1", GIL), &script);
    single.took_in_all(
        "a",
        4,
        &[(Timer, 20 * MS), (WaitPool, 36 * MS), (Cpu, 4 * MS)],
    );
    assert_eq!(single.busy("sync"), 24 * MS);
}

/// Two queries at once from the loop are one after the other on the request's thread, beside those of another request.
/// A pool of one thread serves a's, then b's: b's second waits for three.
#[test]
fn the_pieces_of_a_request_take_turns_on_its_thread() {
    let query = r#"[{ call = "db", work = "3ms" }]"#;
    let text = |executor| {
        format!(
            "endpoints.a.steps = [{{ parallel = [{query}, {query}] }}]
             endpoints.b.steps = [{{ parallel = [{query}, {query}] }}]
             services.db.role = \"database\"
             [contestants.asgi]
             executors.main = {{ carriers = 1, tasks = \"unlimited\" }}
             executors.sync = {{ {executor} }}
             place.database = \"sync\""
        )
    };
    let script = [at("0ms", "a"), at("0ms", "b")];
    let own = trace(&text(""), &script);
    own.took("a", &[(WaitPool, 3 * MS), (Call, 3 * MS)]);
    own.took("b", &[(WaitPool, 3 * MS), (Call, 3 * MS)]);
    let single = trace(&text("carriers = 1"), &script);
    single.took("a", &[(WaitPool, 3 * MS), (Call, 3 * MS)]);
    single.took("b", &[(WaitPool, 9 * MS), (Call, 3 * MS)]);
}

/// A view that gets no connection in time fails back to the loop, and its thread goes with it: b, from 1 to 3. c waits
/// from 9 for the connection that a has until 10.
#[test]
fn a_view_that_fails_comes_back_to_the_loop() {
    let query = r#"{ call = "db", work = "10ms" }"#;
    let text = views(&[("a", query), ("b", query), ("c", query)], "", GIL);
    let text = format!(
        "services.db.role = \"database\"\n{text}
         pools.database = {{ size = 1, hold = \"request\", acquire_timeout = \"2ms\" }}"
    );
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b"), at("9ms", "c")]);
    trace.took("a", &[(Call, 10 * MS)]);
    trace.failed("b", Failure::Timeout);
    trace.took("c", &[(WaitConnection, MS), (Call, 10 * MS)]);
}

/// A loop leaves the lock whenever it polls. x computes on it for 6 ms and gives it back after each; a query is preceded by
/// 1 ms on the request's thread.
///
/// ```text
///  0    y's thread computes;  0.5  the loop needs the lock for x
///  1    y's thread lets it go and comes back in an instant; x runs (1 to 2), and again in the check phase (2 to 3)
///  3    a round: y ends; z, there since 1.5, goes to its thread, which waits for the lock. x runs
///  4    a round: the lock is free for an instant and z's thread is signalled
///       with barging the loop has it again first, now and at 5 and 6; x ends at 7, then z runs
///       without, z runs (4 to 5), then x; the round at 6 finds z
/// ```
#[test]
fn a_loop_leaves_the_lock_at_every_poll() {
    let text = |barging| {
        format!(
            "endpoints.x.steps = [{{ cpu = \"1ms\" }}, {{ repeat = 5, steps = [{{ yield = true }}, {{ cpu = \"1ms\" }}] }}]
             endpoints.y.steps = [{{ call = \"db\" }}]
             endpoints.z.steps = [{{ call = \"db\" }}]
             services.db.role = \"database\"
             [contestants.asgi]
             executors.main = {{ carriers = 1, tasks = \"unlimited\" }}
             executors.sync = {{}}
             place.database = \"sync\"
             on_call.database = [{{ cpu = \"1ms\" }}]
             lock = {{ switch_interval = \"5ms\", barging = {barging} }}"
        )
    };
    let script = [at("0ms", "y"), at("0.5ms", "x"), at("1.5ms", "z")];
    let y = [(Cpu, MS), (WaitWorker, 2 * MS)];
    let barging = trace(&text(true), &script);
    barging.took("y", &y);
    barging.took("x", &[(WaitLock, 500 * US), (Cpu, 6 * MS)]);
    let z = [(WaitWorker, 1_500 * US), (WaitLock, 4 * MS), (Cpu, MS)];
    barging.took("z", &z);
    let polite = trace(&text(false), &script);
    polite.took("y", &y);
    polite.took("x", &[(WaitLock, 1_500 * US), (Cpu, 6 * MS)]);
    let z = [(WaitWorker, 2_500 * US), (WaitLock, MS), (Cpu, MS)];
    polite.took("z", &z);
}

/// A middleware's hook hops in a model's own steps: twice there and back, each 0.1 ms and 0.1 ms, and its work of 1 ms.
#[test]
fn a_model_s_own_steps_hop() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "2ms" }]
        [contestants.asgi]
        executors.main = { carriers = 1, tasks = "unlimited" }
        executors.sync = { hop = "0.1ms", start = "0.5ms" }
        before = [{ repeat = 2, steps = [{ hop = "sync", steps = [{ cpu = "1ms" }] }] }]
    "#;
    let trace = trace(text, &[at("0ms", "a")]);
    trace.took("a", &[(Cpu, 4_900 * US)]);
    assert_eq!(trace.busy("loop"), 2_900 * US);
}

/// A view on its thread that computes natively (1 ms) on a pool blocks the thread and gets the result there; where the pool
/// is the executor it is on, it computes on the spot.
#[test]
fn a_thread_may_send_work_on() {
    let steps = [("a", r#"{ native = "1ms" }, { cpu = "2ms" }"#)];
    let pool = "executors.pool = { carriers = 1 }\nplace.native = \"pool\"";
    for (executor, native) in [
        ("carriers = 1", pool),
        ("carriers = 1", "place.native = \"sync\""),
        ("", "place.native = \"sync\""),
    ] {
        let text = format!("{}\n{native}", views(&steps, executor, GIL));
        let script = [at("0ms", "a"), at("0ms", "a")];
        let trace = trace(&text, &script);
        match executor {
            "" => trace.took_in_all(
                "a",
                2,
                &[(Native, 2 * MS), (Cpu, 4 * MS), (WaitLock, 2 * MS)],
            ),
            _ => trace.took_in_all(
                "a",
                2,
                &[(Native, 2 * MS), (Cpu, 4 * MS), (WaitPool, 3 * MS)],
            ),
        }
    }
}

/// What opening a connection computes may be a hop too, under the same lock.
///
/// ```text
///  0    a: the loop hands over (0.1) and makes the thread (0.3);  0.4  its thread works (1)
///  0.5  c: the loop waits for the lock, to 1.4, and computes (1)
///  2.4  the loop takes a back (0.1);  2.5  the database opens the connection (2) and answers (5)
/// 20    b finds it open
/// ```
#[test]
fn opening_a_connection_may_hop() {
    let text = r#"
        endpoints.a.steps = [{ call = "db", work = "5ms" }]
        endpoints.b.steps = [{ call = "db", work = "5ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        services.db = {}
        [contestants.asgi]
        executors.main = { carriers = 1, tasks = "unlimited" }
        executors.sync = { hop = "0.1ms", start = "0.3ms" }
        lock = { switch_interval = "5ms", barging = true }
        pools.db.open = { steps = [{ hop = "sync", steps = [{ cpu = "1ms" }] }], work = "2ms" }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0.5ms", "c"), at("20ms", "b")]);
    trace.took(
        "a",
        &[
            (Cpu, 1_500 * US),
            (WaitWorker, MS),
            (WaitConnection, 2 * MS),
            (Call, 5 * MS),
        ],
    );
    trace.took("c", &[(WaitLock, 900 * US), (Cpu, MS)]);
    trace.took("b", &[(Call, 5 * MS)]);
}
