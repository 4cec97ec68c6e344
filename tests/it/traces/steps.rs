//! The steps of an endpoint: parallel, cached, repeat, choose.

use crossover::measure::Component::{Call, Cpu, Native, Timer, WaitWorker};

use super::{MS, at, trace};

const PARALLEL: &str = r#"
    endpoints.a.steps = [
      { parallel = [[{ wait = "10ms" }], [{ wait = "4ms" }, { cpu = "8ms" }]] },
      { cpu = "1ms" },
    ]
"#;

/// Really at once: the second branch ends last, at 4 + 8 = 12, so the time is that branch's; then 1 ms.
#[test]
fn the_branch_that_ends_last_is_the_critical_path() {
    let trace = trace(
        &format!("{PARALLEL} [contestants.ideal]"),
        &[at("0ms", "a")],
    );
    trace.took("a", &[(Timer, 4 * MS), (Cpu, 9 * MS)]);
}

/// A thread does one after the other: 10 + 4 + 8 + 1.
#[test]
fn on_a_thread_branches_follow_each_other() {
    let text = format!("{PARALLEL} [contestants.t.executors.main]\n carriers = 2\n tasks = 1");
    let trace = trace(&text, &[at("0ms", "a")]);
    trace.took("a", &[(Timer, 14 * MS), (Cpu, 9 * MS)]);
}

/// On a loop the second branch computes from 4 to 12 and is done; the first branch's timer, due at 10, gets its turn only
/// then. So the first branch ends last: 10 of timer, 2 of waiting. Then 1 ms.
#[test]
fn on_a_loop_branches_share_the_thread() {
    let text =
        format!("{PARALLEL} [contestants.l.executors.main]\n carriers = 1\n tasks = \"unlimited\"");
    let trace = trace(&text, &[at("0ms", "a")]);
    trace.took("a", &[(Timer, 10 * MS), (WaitWorker, 2 * MS), (Cpu, MS)]);
}

/// Inside a branch the same again: the outer second branch is 1 + max(2, 5) + 1 of timers, the first 3 of CPU.
#[test]
fn branches_nest() {
    let text = r#"
        endpoints.a.steps = [{ parallel = [
          [{ cpu = "3ms" }],
          [{ wait = "1ms" }, { parallel = [[{ cpu = "2ms" }], [{ wait = "5ms" }]] }, { cpu = "1ms" }],
        ] }]
        [contestants.ideal]
    "#;
    trace(text, &[at("0ms", "a")]).took("a", &[(Timer, 6 * MS), (Cpu, MS)]);
}

/// One key that lives 50 ms, 5 ms to make. At 0: a miss, stored at 5. At 2: a miss too, since nobody prevents a stampede,
/// stored anew at 7. At 10: a hit, no time at all. At 56.5: still a hit, the second store counts. At 58: expired, a miss.
#[test]
fn a_cache_misses_hits_and_forgets() {
    let text = r#"
        endpoints.a.steps = [{ cached = "local", key = 0, ttl = "50ms", miss = [{ cpu = "5ms" }] }]
        [contestants.ideal]
    "#;
    let script = [
        at("0ms", "a"),
        at("2ms", "a"),
        at("10ms", "a"),
        at("56.5ms", "a"),
        at("58ms", "a"),
    ];
    let trace = trace(text, &script);
    trace.took_in_all("a", 5, &[(Cpu, 15 * MS)]);
    assert_eq!(trace.latencies(), [5 * MS, 5 * MS, 0, 0, 5 * MS]);
}

/// Caches are per process: the same key is made once in each of two. b, in the second process, misses as a did.
#[test]
fn each_process_has_a_cache_of_its_own() {
    let text = r#"
        endpoints.a.steps = [{ cached = "local", key = 0, ttl = "50ms", miss = [{ cpu = "5ms" }] }]
        [contestants.two]
        processes = 2
        executors.main = { carriers = 1, tasks = 1 }
        queue.admit = "always"
        listen = {}
        connections.keep_alive = "0s"
    "#;
    let script = [
        at("0ms", "a").falls_to(0, 2),
        at("10ms", "a").falls_to(1, 2),
        at("20ms", "a").falls_to(0, 2),
        at("30ms", "a").falls_to(1, 2),
    ];
    assert_eq!(trace(text, &script).latencies(), [5 * MS, 5 * MS, 0, 0]);
}

/// A cache in a service, 1 ms for each of get and set, is one for all processes: 1 + 5 + 1 for the miss, 1 for a hit.
#[test]
fn a_cache_service_is_shared() {
    let text = r#"
        services.redis = {}
        endpoints.a.steps = [{ cached = "redis", work = "1ms", key = 0, ttl = "50ms", miss = [{ cpu = "5ms" }] }]
        [contestants.two]
        processes = 2
        executors.main = { carriers = 1, tasks = 1 }
        queue.admit = "always"
        listen = {}
        connections.keep_alive = "0s"
    "#;
    let script = [
        at("0ms", "a").falls_to(0, 2),
        at("10ms", "a").falls_to(1, 2),
        at("20ms", "a").falls_to(0, 2),
    ];
    let trace = trace(text, &script);
    trace.took_in_all("a", 3, &[(Call, 4 * MS), (Cpu, 5 * MS)]);
    assert_eq!(trace.latencies(), [7 * MS, MS, MS]);
}

/// 3 × (1 of CPU, 2 × 1 of timer), and none of what is repeated 0 times.
#[test]
fn loops_repeat() {
    let text = r#"
        endpoints.a.steps = [
          { repeat = 3, steps = [{ cpu = "1ms" }, { repeat = 2, steps = [{ wait = "1ms" }] }] },
          { repeat = 0, steps = [{ cpu = "100ms" }] },
        ]
        [contestants.ideal]
    "#;
    trace(text, &[at("0ms", "a")]).took("a", &[(Cpu, 3 * MS), (Timer, 6 * MS)]);
}

/// Loops of a call's own steps count from where the call stands: four deep, and four more in `on_call`.
#[test]
fn loops_nest_in_the_steps_of_a_call() {
    let nest = |inner: &str| {
        (0..4).fold(inner.to_owned(), |inner, _| {
            format!("{{ repeat = 1, steps = [{inner}] }}")
        })
    };
    let (call, own) = (
        nest(r#"{ call = "db", work = "2ms" }"#),
        nest(r#"{ cpu = "1ms" }"#),
    );
    let text = format!(
        r#"services.db.role = "database"
           endpoints.a.steps = [{call}]
           [contestants.app]
           on_call.database = [{own}]"#
    );
    trace(&text, &[at("0ms", "a")]).took("a", &[(Cpu, MS), (Call, 2 * MS)]);
}

/// A branch without weight is never taken.
#[test]
fn a_branch_is_chosen_by_weight() {
    let text = r#"
        endpoints.a.steps = [
          { choose = [{ weight = 0, steps = [{ cpu = "100ms" }] }, { weight = 1, steps = [{ cpu = "1ms" }] }] },
          { wait = "2ms" },
        ]
        [contestants.ideal]
    "#;
    trace(text, &[at("0ms", "a")]).took("a", &[(Cpu, MS), (Timer, 2 * MS)]);
}

/// What a model does before and after every endpoint, and on the caller's side of every call.
#[test]
fn a_models_own_steps_surround_the_endpoint() {
    let text = r#"
        services.db = { role = "database", before = [{ cpu = "1ms" }], after = [{ cpu = "2ms" }] }
        endpoints.a.steps = [{ call = "db", work = "4ms" }, { call = "db", work = "4ms" }]
        [contestants.app]
        before = [{ cpu = "8ms" }]
        after = [{ cpu = "16ms" }]
        on_call.database = [{ cpu = "32ms" }]
    "#;
    trace(text, &[at("0ms", "a")]).took("a", &[(Cpu, 88 * MS), (Call, 14 * MS)]);
}

/// A build that is slower at everything: half as long again for the model's CPU, the endpoint's, and that of its calls; what is written in C and what is
/// waited for take what they took.
#[test]
fn all_cpu_of_a_slower_build_takes_longer() {
    let text = r#"
        services.db = { role = "database" }
        endpoints.a.steps = [{ cpu = "4ms" }, { native = "4ms" }, { call = "db", work = "4ms" }, { wait = "4ms" }]
        [contestants.app]
        cpu_factor = 1.5
        before = [{ cpu = "8ms" }]
        after = [{ cpu = "16ms" }]
        on_call.database = [{ cpu = "32ms" }]
    "#;
    let parts = [
        (Cpu, 90 * MS),
        (Native, 4 * MS),
        (Call, 4 * MS),
        (Timer, 4 * MS),
    ];
    trace(text, &[at("0ms", "a")]).took("a", &parts);
}
