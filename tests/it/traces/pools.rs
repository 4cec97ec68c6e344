//! Pools of connections to another service, and calls through services.

use crossover::measure::Component::{Call, Cpu, Network, Timer, WaitConnection, WaitWorker};
use crossover::measure::Failure;

use super::{MS, US, at, trace};

/// Callers without limits, with a pool of connections to a database without limits.
fn pooled(pool: &str, endpoints: &str) -> String {
    format!(
        "{endpoints}
         services.db = {{}}
         [contestants.app]
         pools.db = {{ {pool} }}"
    )
}

/// Four callers, 1 ms apart, of 10 ms each. a and b have the two connections at once; c gets a's at 10, d gets b's at 11.
#[test]
fn a_pool_of_two_serves_four_callers_in_turn() {
    let text = pooled(
        "size = 2",
        r#"endpoints.a.steps = [{ call = "db", work = "10ms" }]
           endpoints.b.steps = [{ call = "db", work = "10ms" }]
           endpoints.c.steps = [{ call = "db", work = "10ms" }]
           endpoints.d.steps = [{ call = "db", work = "10ms" }]"#,
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("3ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Call, 10 * MS)]);
    trace.took("b", &[(Call, 10 * MS)]);
    trace.took("c", &[(WaitConnection, 8 * MS), (Call, 10 * MS)]);
    trace.took("d", &[(WaitConnection, 8 * MS), (Call, 10 * MS)]);
    assert_eq!(trace.busy("pool_db"), 40 * MS);
}

/// Nobody waits for longer than 5 ms: c, at 2, fails at 7; d, at 6, gets a's connection at 10; e, at 7.5, would fail at
/// 12.5 and gets b's at 11.
#[test]
fn a_wait_for_a_connection_may_time_out() {
    let call = r#"[{ call = "db", work = "10ms" }]"#;
    let endpoints: String = ["a", "b", "c", "d", "e"]
        .map(|name| format!("endpoints.{name}.steps = {call}\n"))
        .concat();
    let text = pooled("size = 2, acquire_timeout = \"5ms\"", &endpoints);
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("2ms", "c"),
        at("6ms", "d"),
        at("7.5ms", "e"),
    ];
    let trace = trace(&text, &script);
    trace.failed("c", Failure::Timeout);
    trace.took("d", &[(WaitConnection, 4 * MS), (Call, 10 * MS)]);
    trace.took("e", &[(WaitConnection, 3_500 * US), (Call, 10 * MS)]);
    // c never had one: a to 10, b to 11, d to 20, e to 21.
    assert_eq!(trace.busy("pool_db"), 40 * MS);
}

/// One connection, held from the first call to the end of the request: a calls for 2 ms, waits 5 ms, calls for 2 ms, and
/// keeps it from 0 to 9. b, at 1, waits until then. Held per call, b has it from 2 to 4.
#[test]
fn a_connection_may_be_held_to_the_end_of_the_request() {
    let endpoints = r#"
        endpoints.a.steps = [{ call = "db", work = "2ms" }, { wait = "5ms" }, { call = "db", work = "2ms" }]
        endpoints.b.steps = [{ call = "db", work = "2ms" }]"#;
    let script = [at("0ms", "a"), at("1ms", "b")];
    let request = trace(&pooled("size = 1, hold = \"request\"", endpoints), &script);
    request.took("a", &[(Call, 4 * MS), (Timer, 5 * MS)]);
    request.took("b", &[(WaitConnection, 8 * MS), (Call, 2 * MS)]);
    assert_eq!(request.busy("pool_db"), 11 * MS);

    let call = trace(&pooled("size = 1", endpoints), &script);
    call.took("a", &[(Call, 4 * MS), (Timer, 5 * MS)]);
    call.took("b", &[(WaitConnection, MS), (Call, 2 * MS)]);
    assert_eq!(call.busy("pool_db"), 6 * MS);
}

/// Branches of one request share the connection it holds, also those that waited when it got it. One connection, a has it
/// from 0 to 10. b's two branches wait from 1; at 10 b gets the connection, and both branches go on. They end at 15.
#[test]
fn branches_share_the_connection_their_request_holds() {
    let text = pooled(
        "size = 1, hold = \"request\"",
        r#"endpoints.a.steps = [{ call = "db", work = "10ms" }]
           endpoints.b.steps = [{ parallel = [
             [{ call = "db", work = "5ms" }], [{ call = "db", work = "5ms" }]] }]"#,
    );
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Call, 10 * MS)]);
    trace.took("b", &[(WaitConnection, 9 * MS), (Call, 5 * MS)]);
    assert_eq!(trace.busy("pool_db"), 15 * MS);
}

/// The app calls `users`, 1 ms away, which computes 2 ms and calls `store`, 0.5 ms away, for 3 ms of work. The caller sees
/// its wire, 2 × 1 ms, and all of the callee: 2 + 0.5 + 3 + 0.5 ms. Then it computes for 1 ms. b calls `store` itself.
#[test]
fn a_call_counts_as_a_whole_for_its_caller() {
    let text = r#"
        services.users = { latency = "1ms", endpoints = { profile = { steps = [
          { cpu = "2ms" }, { call = "store", work = "3ms" }] } } }
        services.store = { latency = "0.5ms" }
        endpoints.a.steps = [{ call = "users.profile" }, { cpu = "1ms" }]
        endpoints.b.steps = [{ call = "store", work = "3ms" }]
        [contestants.app]
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("50ms", "b")]);
    trace.took("a", &[(Network, 2 * MS), (Call, 6 * MS), (Cpu, MS)]);
    trace.took("b", &[(Network, MS), (Call, 3 * MS)]);
}

/// Waiting inside the callee is the callee's affair: one thread there, b's call waits from 1 to 10.
#[test]
fn waiting_inside_a_service_counts_as_the_call() {
    let text = r#"
        services.db.executors.main = { carriers = 1, tasks = 1 }
        endpoints.a.steps = [{ call = "db", work = "10ms" }]
        endpoints.b.steps = [{ call = "db", work = "10ms" }]
        [contestants.app]
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Call, 10 * MS)]);
    trace.took("b", &[(Call, 19 * MS)]);
    assert_eq!(trace.busy("db_threads"), 20 * MS);
}

/// A callee that sheds fails its caller: one thread and no room to wait, so b's request fails at once and c's, on the
/// same thread of the app, finds it free.
#[test]
fn a_failure_of_the_callee_is_the_callers() {
    let text = r#"
        services.db = { executors = { main = { carriers = 1, tasks = 1 } }, queue = { capacity = 0 } }
        endpoints.a.steps = [{ call = "db", work = "10ms" }, { cpu = "1ms" }]
        endpoints.b.steps = [{ call = "db", work = "10ms" }, { cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.app]
        executors.main = { carriers = 2, tasks = 1 }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")]);
    trace.took("a", &[(Call, 10 * MS), (Cpu, MS)]);
    trace.failed("b", Failure::Shed);
    trace.took("c", &[(Cpu, MS)]);
}

/// A model's own steps may call: here each request first asks `auth`, whose program is not one of the scenario's steps.
/// On a loop the answer (2 ms) is a callback like any other.
#[test]
fn a_models_own_steps_may_call_an_endpoint() {
    let text = r#"
        services.auth.endpoints.check.steps = [{ cpu = "2ms" }]
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "3ms" }]
        [contestants.app]
        executors.main = { carriers = 1, tasks = "unlimited" }
        before = [{ call = "auth" }]
    "#;
    // a asks from 0 to 2 and runs to 3; b asks from 1 to 3 and runs to 6.
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Call, 2 * MS), (Cpu, MS)]);
    trace.took("b", &[(Call, 2 * MS), (Cpu, 3 * MS)]);
}

/// A loop and one connection. a, at 0, has its answer at 10 and computes until 15; b, at 1, gets the connection at 10. In pg-pool its query
/// goes out then, from within a's callback, and is answered at 20; elsewhere b has its turn when a has computed.
#[test]
fn on_a_loop_a_connection_may_pass_on_at_once() {
    for (hand_over, turn) in [("at-once", None), ("in-turn", Some((WaitWorker, 5 * MS)))] {
        let text = format!(
            r#"endpoints.a.steps = [{{ call = "db", work = "10ms" }}, {{ cpu = "5ms" }}]
            endpoints.b.steps = [{{ call = "db", work = "10ms" }}, {{ cpu = "1ms" }}]
            services.db = {{}}
            [contestants.node]
            executors.main = {{ carriers = 1, tasks = "unlimited" }}
            pools.db = {{ size = 1, hand_over = "{hand_over}" }}"#
        );
        let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b")]);
        trace.took("a", &[(Call, 10 * MS), (Cpu, 5 * MS)]);
        let b = [(WaitConnection, 9 * MS), (Call, 10 * MS), (Cpu, MS)];
        let b: Vec<_> = b.into_iter().chain(turn).collect();
        trace.took("b", &b);
    }
}

/// What is too old to be used again is closed when it is given back, at 10, and b opens another: in its turn, at 15, though opening costs nothing.
#[test]
fn a_connection_too_old_is_not_passed_on_at_once() {
    let text = r#"endpoints.a.steps = [{ call = "db", work = "10ms" }, { cpu = "5ms" }]
        endpoints.b.steps = [{ call = "db", work = "10ms" }, { cpu = "1ms" }]
        services.db = {}
        [contestants.node]
        executors.main = { carriers = 1, tasks = "unlimited" }
        pools.db = { size = 1, hand_over = "at-once", max_age = "0s" }"#;
    let trace = trace(text, &[at("0ms", "a"), at("1ms", "b")]);
    trace.took("a", &[(Call, 10 * MS), (Cpu, 5 * MS)]);
    let waits = [(WaitConnection, 9 * MS), (WaitWorker, 5 * MS)];
    trace.took("b", &[(Call, 10 * MS), (Cpu, MS), waits[0], waits[1]]);
}
