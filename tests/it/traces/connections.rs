//! Connections to a service: what it costs to open them, which are used again, and how many the service takes.

use crossover::measure::Component::{Call, Cpu, Network, Timer, WaitConnection};
use crossover::measure::Failure;

use super::{MS, US, at, trace};

/// Callers without limits, with a pool of connections to a database that is as said.
fn pooled(db: &str, pool: &str, endpoints: &str) -> String {
    format!(
        "{endpoints}
         services.db = {{ {db} }}
         [contestants.app]
         pools.db = {{ {pool} }}"
    )
}

/// Endpoints that call for so many milliseconds.
fn calls(endpoints: &[(&str, u32)]) -> String {
    let endpoint = |(name, ms): &(&str, u32)| {
        format!("endpoints.{name}.steps = [{{ call = \"db\", work = \"{ms}ms\" }}]\n")
    };
    endpoints.iter().map(endpoint).collect()
}

/// The database is 0.5 ms away. Opening takes 1 ms at the caller, two round trips and 3 ms there: 1 + (3 ways: 1.5) + 3 +
/// (the last way: 0.5). a opens one at 0, has it at 6 and gives it back at 6 + 0.5 + 10 + 0.5 = 17. b, at 20, finds it open, until
/// 31. c, at 21, finds none idle and room for a second: it has that at 27, until 38. d, at 22, finds no room and waits for b's, 9 ms.
#[test]
fn a_connection_is_opened_by_whoever_finds_none_idle() {
    let text = pooled(
        "latency = \"0.5ms\"",
        "size = 2, open = { steps = [{ cpu = \"1ms\" }], trips = 2, work = \"3ms\" }",
        &calls(&[("a", 10), ("b", 10), ("c", 10), ("d", 10)]),
    );
    let script = [
        at("0ms", "a"),
        at("20ms", "b"),
        at("21ms", "c"),
        at("22ms", "d"),
    ];
    let trace = trace(&text, &script);
    let call = [(Network, MS), (Call, 10 * MS)];
    let opened = [(Cpu, MS), (WaitConnection, 5 * MS), call[0], call[1]];
    trace.took("a", &opened);
    trace.took("b", &call);
    trace.took("c", &opened);
    trace.took("d", &[(WaitConnection, 9 * MS), call[0], call[1]]);
    assert_eq!(trace.busy("pool_db"), (17 + 11 + 17 + 11) * MS);
}

/// Opening takes 2 ms, and an idle connection is closed after 10. a's and b's are given back at 6 and 8. c, from 10 to 11,
/// has the last one given back, b's, so that a's is closed at 16; or the first, a's, and b's would be closed at 18. d, from 17
/// to 18, has the one that is left, or b's. e, at 17.5, must open another, or has a's.
///
/// Open at the database: a's from 0 to 16, b's to 28, e's from 17.5 to 20.5 + 10; or a's to 18.5 + 10 and b's to 18 + 10.
#[test]
fn the_last_given_back_is_used_again_or_the_first() {
    let endpoints = calls(&[("a", 4), ("b", 6), ("c", 1), ("d", 1), ("e", 1)]);
    let script = [
        at("0ms", "a"),
        at("0ms", "b"),
        at("10ms", "c"),
        at("17ms", "d"),
        at("17.5ms", "e"),
    ];
    let run = |reuse: &str| {
        let pool = format!("idle = \"10ms\", reuse = \"{reuse}\", open = {{ work = \"2ms\" }}");
        trace(
            &pooled("connections = { limit = 9 }", &pool, &endpoints),
            &script,
        )
    };
    let (lifo, fifo) = (run("lifo"), run("fifo"));
    for trace in [&lifo, &fifo] {
        trace.took("a", &[(WaitConnection, 2 * MS), (Call, 4 * MS)]);
        trace.took("b", &[(WaitConnection, 2 * MS), (Call, 6 * MS)]);
        trace.took("c", &[(Call, MS)]);
        trace.took("d", &[(Call, MS)]);
    }
    lifo.took("e", &[(WaitConnection, 2 * MS), (Call, MS)]);
    fifo.took("e", &[(Call, MS)]);
    assert_eq!(lifo.busy("db_connections"), (16 + 28 + 13) * MS);
    assert_eq!(fifo.busy("db_connections"), 56_500 * US);
}

/// Opening takes 3 ms, for a request of 2 ms at the database, 5 ms elsewhere and 2 ms at the database again: open from 0 to 12.
/// With age 0 each request opens one, and only one. A thread keeps its own for b; a thread made for a request does not.
#[test]
fn age_0_opens_one_for_each_request() {
    let steps =
        r#"[{ call = "db", work = "2ms" }, { wait = "5ms" }, { call = "db", work = "2ms" }]"#;
    let endpoints = format!("endpoints.a.steps = {steps}\nendpoints.b.steps = {steps}");
    let run = |threads: &str, keys: &str| {
        let pool = format!("{keys}, hold = \"request\", open = {{ work = \"3ms\" }}");
        let text = pooled("connections = { limit = 9 }", &pool, &endpoints);
        trace(
            &format!("{text}\n{threads}"),
            &[at("0ms", "a"), at("20ms", "b")],
        )
    };
    let used = [(Call, 4 * MS), (Timer, 5 * MS)];
    let opened = [(WaitConnection, 3 * MS), used[0], used[1]];
    let thread = "executors.main = { carriers = 1, tasks = 1 }";
    let each = run(thread, "reuse = \"thread\", max_age = \"0s\"");
    let own = run(thread, "reuse = \"thread\", max_age = \"20ms\"");
    let young = run(thread, "reuse = \"thread\", max_age = \"16ms\"");
    let fresh = run("", "reuse = \"thread\"");
    for trace in [&each, &own, &young, &fresh] {
        trace.took("a", &opened);
    }
    each.took("b", &opened);
    own.took("b", &used); // opened at 3, it is 17 ms old at 20, and closed when b gives it back at 29
    young.took("b", &opened);
    fresh.took("b", &opened);
    assert_eq!(each.busy("db_connections"), 24 * MS);
    assert_eq!(own.busy("db_connections"), 29 * MS);
    assert_eq!(young.busy("db_connections"), 102_400 * US); // a's to 20, when b finds it too old, b's to the end
    assert_eq!(fresh.busy("db_connections"), 24 * MS);
}

/// The database takes one connection. a has it from 0 to 7. b, at 3, is refused. c, at 10, uses a's again.
#[test]
fn a_service_refuses_more_connections_than_it_takes() {
    let text = pooled(
        "connections = { limit = 1 }",
        "size = 5, open = { work = \"2ms\" }",
        &calls(&[("a", 5), ("b", 5), ("c", 5)]),
    );
    let trace = trace(&text, &[at("0ms", "a"), at("3ms", "b"), at("10ms", "c")]);
    trace.took("a", &[(WaitConnection, 2 * MS), (Call, 5 * MS)]);
    trace.failed("b", Failure::Refused);
    trace.took("c", &[(Call, 5 * MS)]);
    assert_eq!(trace.busy("pool_db"), 12 * MS);
}

/// It takes one from all callers together: `users` has it from 0 to 7 and closes it, idle for 10 ms, at 17. b, at 10, is refused;
/// c, at 20, is not.
#[test]
fn idle_connections_of_others_count_until_they_are_closed() {
    let text = r#"
        endpoints.a.steps = [{ call = "users.profile" }]
        endpoints.b.steps = [{ call = "db", work = "5ms" }]
        endpoints.c.steps = [{ call = "db", work = "5ms" }]
        services.db = { connections = { limit = 1 } }
        [services.users]
        endpoints.profile.steps = [{ call = "db", work = "5ms" }]
        pools.db = { idle = "10ms", open = { work = "2ms" } }
        [contestants.app]
        pools.db = { size = 1, open = { trips = 1, work = "3ms" } }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("10ms", "b"), at("20ms", "c")]);
    trace.took("a", &[(Call, 7 * MS)]);
    trace.failed("b", Failure::Refused);
    trace.took("c", &[(WaitConnection, 3 * MS), (Call, 5 * MS)]);
}

/// A branch whose request is opening its connection waits for that one, and fails with it. One is open beforehand, for a from 0
/// to 10; b's two branches open a second from 1 to 3 and call until 8. At 9 the two that the database takes are a's and b's, idle:
/// c has b's. d, at 9.5, is refused with both its branches.
#[test]
fn branches_wait_for_the_connection_their_request_opens() {
    let both =
        r#"[{ parallel = [[{ call = "db", work = "5ms" }], [{ call = "db", work = "5ms" }]] }]"#;
    let text = pooled(
        "connections = { limit = 2 }",
        "min = 1, hold = \"request\", open = { work = \"2ms\" }",
        &format!(
            "{}endpoints.b.steps = {both}\nendpoints.d.steps = {both}",
            calls(&[("a", 10), ("c", 5)])
        ),
    );
    let script = [
        at("0ms", "a"),
        at("1ms", "b"),
        at("9ms", "c"),
        at("9.5ms", "d"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Call, 10 * MS)]);
    trace.took("b", &[(WaitConnection, 2 * MS), (Call, 5 * MS)]);
    trace.took("c", &[(Call, 5 * MS)]);
    trace.failed("d", Failure::Refused);
    assert_eq!(trace.busy("pool_db"), (10 + 7 + 5) * MS);
}
