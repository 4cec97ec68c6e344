//! Cores: slices, the cost of a switch, preemption by the newly woken, cores gone cold.

use crossover::measure::Component::{Cold, Cpu, Native, Timer, WaitCore, WaitLock, WaitWorker};

use super::{MS, US, at, trace};

/// Threads for everybody on one core with a slice of 1 ms.
fn one_core(host: &str, endpoints: &str) -> String {
    format!(
        "{endpoints}
         hosts.app = {{ cores = 1, slice = \"1ms\", {host} }}
         [contestants.threads]
         executors.main = {{ carriers = 4, tasks = 1 }}"
    )
}

/// Two threads at 0 with 3 ms each: a runs 0–1, 2–3, 4–5 and b 1–2, 3–4, 5–6.
#[test]
fn two_threads_take_turns_on_a_core() {
    let text = one_core(
        "tick = \"0ms\"",
        r#"endpoints.a.steps = [{ cpu = "3ms" }]
           endpoints.b.steps = [{ cpu = "3ms" }]"#,
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Cpu, 3 * MS), (WaitCore, 2 * MS)]);
    trace.took("b", &[(Cpu, 3 * MS), (WaitCore, 3 * MS)]);
    assert_eq!(trace.busy("cores"), 6 * MS);
    assert_eq!(trace.busy("core_0"), 6 * MS);
}

/// The same with a switch of 0.1 ms, a with 3 ms from 0, b with 2 ms from 0.5. The virtual run time counts the switches.
///
/// ```text
///  0    a, alone, pays nothing;  0.5  b queues, as far as a is (0.5)
///  1    a's slice ends (1.0; 2 left): b (0.5) pays 0.1 and works 0.9
///  2    b's slice ends (1.5; 1.1 left): a (1.0) pays 0.1 and works 0.9
///  3    a (2.0; 1.1 left): b (1.5) pays 0.1 and works 0.9
///  4    b (2.5; 0.2 left): a (2.0) pays 0.1 and works 0.9
///  5    a (3.0; 0.2 left): b (2.5) pays 0.1, works 0.2 and ends at 5.3
///  5.3  a pays 0.1, works 0.2 and ends at 5.6
/// ```
#[test]
fn a_switch_costs_time_on_the_core() {
    let text = one_core(
        "switch_cost = \"0.1ms\"",
        r#"endpoints.a.steps = [{ cpu = "3ms" }]
           endpoints.b.steps = [{ cpu = "2ms" }]"#,
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0.5ms", "b")]);
    trace.took("a", &[(Cpu, 3 * MS), (WaitCore, 2_600 * US)]);
    trace.took("b", &[(Cpu, 2 * MS), (WaitCore, 2_800 * US)]);
    assert_eq!(trace.busy("cores"), 5_600 * US);
}

/// a computes for 8 ms from 0 on, b for 0.5 ms at 0.5 and once more after a pause of 1 ms. With a tick of 4 ms:
///
/// ```text
///  0.5  b wakes, level with a, whose first slice protects it until 1; that it is over is noticed at the tick
///  4    a (4) is ahead of the mean, b (0.5) behind: b runs
///  4.5  b (1) sleeps, 1.5 behind the mean of 2.5; a goes on
///  5.5  b wakes as far behind: a (5), b (2), mean 3.5; b preempts;  6  b ends;  9  a ends
/// ```
///
/// Without ticks a's slice ends at 1, b (0.5) runs until 1.5 and sleeps level with a. At 2.5 it wakes level (2) in the instant in which a's
/// second slice ends, and has the core at once.
#[test]
fn who_was_kept_waiting_preempts() {
    let text = one_core(
        "tick = \"4ms\"",
        r#"endpoints.a.steps = [{ cpu = "8ms" }]
           endpoints.b.steps = [{ cpu = "0.5ms" }, { wait = "1ms" }, { cpu = "0.5ms" }]"#,
    );
    let script = [at("0ms", "a"), at("0.5ms", "b")];
    let with = trace(&text, &script);
    with.took("b", &[(WaitCore, 3_500 * US), (Cpu, MS), (Timer, MS)]);
    with.took("a", &[(Cpu, 8 * MS), (WaitCore, MS)]);

    let without = trace(&text.replace("\"4ms\" }", "\"0ms\" }"), &script);
    without.took("b", &[(WaitCore, 500 * US), (Cpu, MS), (Timer, MS)]);
    without.took("a", &[(Cpu, 8 * MS), (WaitCore, MS)]);
}

/// Two cores, three threads at 0 with 2 ms each, slices of 1 ms.
///
/// ```text
///  0  a on core 0, b on core 1, c queued at 0
///  1  core 0: c (0) replaces a (1). core 1: b (1) is ahead of the mean of 2/3, but so is a, who alone waits: b goes on
///  2  core 0: c (1) is not ahead of the mean, but a (1) neither, and came first: a replaces it. core 1: b ends, c takes its place
///  3  a and c end
/// ```
#[test]
fn three_threads_on_two_cores() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "2ms" }]
        endpoints.b.steps = [{ cpu = "2ms" }]
        endpoints.c.steps = [{ cpu = "2ms" }]
        hosts.app = { cores = 2, slice = "1ms" }
        [contestants.threads]
        executors.main = { carriers = 3, tasks = 1 }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b"), at("0ms", "c")]);
    trace.took("a", &[(Cpu, 2 * MS), (WaitCore, MS)]);
    trace.took("b", &[(Cpu, 2 * MS)]);
    trace.took("c", &[(Cpu, 2 * MS), (WaitCore, MS)]);
}

/// A core that idled for a gap g costs 1 ms × (1 − exp(−g / 5 ms)) more.
///
/// a, at 10, after a gap of 10: 1 − e⁻² = 0.864664717 → 864,665 ns; with 2 ms of work it ends at 12.864665.
/// b, at 11, comes while the core is busy and pays nothing: it waits for the thread until a ends, runs to 14.864665.
/// c, at 30: a gap of 15.135335, 1 − e⁻³·⁰²⁷⁰⁶⁷ = 0.951542444 → 951,542 ns.
#[test]
fn an_idle_core_goes_cold() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "2ms" }]
        endpoints.b.steps = [{ cpu = "2ms" }]
        endpoints.c.steps = [{ cpu = "2ms" }]
        hosts.app = { cores = 1, cold = { after = "5ms" } }
        [contestants.one]
        executors.main = { carriers = 1, tasks = 1 }
        cold = "1ms"
    "#;
    let trace = trace(text, &[at("10ms", "a"), at("11ms", "b"), at("30ms", "c")]);
    trace.took("a", &[(Cold, 864_665), (Cpu, 2 * MS)]);
    trace.took("b", &[(WaitWorker, 1_864_665), (Cpu, 2 * MS)]);
    trace.took("c", &[(Cold, 951_542), (Cpu, 2 * MS)]);
}

/// Looking for a lock that is taken warms nothing. Two cores, cold after 5 ms; a computes on core 0 from 0 to 20; b wakes
/// at 10 on core 1, finds the lock taken and leaves; without patience it gets the lock at 20. It goes back to core 1,
/// idle since 0 but for the look: a gap of 20, 1 − e⁻⁴ = 0.981684361 → 981,684 ns.
#[test]
fn a_look_at_the_lock_does_not_warm_a_core() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "20ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        hosts.app = { cores = 2, cold = { after = "5ms" } }
        [contestants.two]
        executors.main = { carriers = 2, tasks = 1 }
        lock = {}
        cold = "1ms"
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("10ms", "b")]);
    trace.took("a", &[(Cpu, 20 * MS)]);
    trace.took("b", &[(WaitLock, 10 * MS), (Cold, 981_684), (Cpu, MS)]);
}

/// A loop's pool shares its core. a's native work (3 ms) and b's computing (2 ms) take turns of 1 ms from 0 on: the loop's
/// thread runs b, the pool's thread wakes when the loop has handed a over: as it woke first, a runs 0–1, b 1–2,
/// a 2–3, b 3–4, a 4–5.
#[test]
fn a_pool_thread_competes_with_its_loop() {
    let text = r#"
        endpoints.a.steps = [{ native = "3ms" }]
        endpoints.b.steps = [{ cpu = "2ms" }]
        hosts.app = { cores = 1, slice = "1ms" }
        [contestants.node]
        executors.main = { carriers = 1, tasks = "unlimited" }
        executors.pool = { carriers = 1 }
        place.native = "pool"
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Native, 3 * MS), (WaitCore, 2 * MS)]);
    trace.took("b", &[(Cpu, 2 * MS), (WaitCore, 2 * MS)]);
}

/// Waking a thread on an idle core takes 0.1 ms, and sleeps end 0.05 ms late; a and b have threads and one core. Times since a's
/// arrival at 1 ms:
///
/// ```text
///  0      a is signalled, the core idles;  0.1  a runs its first 1 ms
///  0.5    b is signalled, the core is busy: it is runnable at once and waits
///  1.1    a ends; b runs 1 ms
///  2.1    b sleeps for 1 ms
///  3.15   b's sleep ends, 0.05 late, the core idles;  3.25  b runs 1 ms and ends at 4.25
/// ```
#[test]
fn waking_takes_time_on_an_idle_core_only() {
    let text = one_core(
        "wake = \"0.1ms\", timer_slack = \"0.05ms\"",
        r#"endpoints.a.steps = [{ cpu = "1ms" }]
           endpoints.b.steps = [{ cpu = "1ms" }, { wait = "1ms" }, { cpu = "1ms" }]"#,
    );
    let trace = trace(&text, &[at("1ms", "a"), at("1.5ms", "b")]);
    trace.took("a", &[(Cpu, MS), (WaitCore, 100 * US)]);
    let slept = MS + 50 * US;
    trace.took("b", &[(Cpu, 2 * MS), (Timer, slept), (WaitCore, 700 * US)]);
}

/// A main thread hands a over. It is signalled on an idle core and pays 0.1 ms; the handler is signalled by it, before the core idles.
#[test]
fn a_core_that_was_just_left_has_not_gone_to_sleep() {
    let text = one_core(
        "wake = \"0.1ms\"",
        r#"endpoints.a.steps = [{ cpu = "1ms" }]"#,
    );
    let text = format!("{text}\nlisten = {{ by = \"main-thread\", accept = \"1ms\" }}");
    let trace = trace(&text, &[at("1ms", "a")]);
    trace.took("a", &[(Cpu, 2 * MS), (WaitCore, 100 * US)]);
}

/// Warming a core takes 1 ms in all, paid over 2 ms of work: of what is cold, work w pays 1 − exp(−w / 2 ms).
///
/// a, at 10, finds the core cold to 1 − e⁻² = 0.864664717 and pays 1 − e⁻¹ of it with its 2 ms: 546,572 ns. It leaves 0.318092373.
/// b, waiting for the thread since 11, runs without a gap: 1 − e⁻⁰·⁵ of that with its 1 ms: 125,160 ns.
#[test]
fn work_warms_a_core_as_it_goes() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "2ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        hosts.app = { cores = 1, cold = { after = "5ms" } }
        [contestants.one]
        executors.main = { carriers = 1, tasks = 1 }
        cold = { extra = "1ms", over = "2ms" }
    "#;
    let trace = trace(text, &[at("10ms", "a"), at("11ms", "b")]);
    trace.took("a", &[(Cold, 546_572), (Cpu, 2 * MS)]);
    let waits = 1_546_572;
    trace.took("b", &[(WaitWorker, waits), (Cold, 125_160), (Cpu, MS)]);
}

/// The interrupt that ends a sleep takes 0.1 ms of a busy core. a computes from 0 on; b sleeps for 2.5 ms, and is queued level with a, whose third
/// slice ends at 3: b pays 0.1, computes 0.5 and ends at 3.6; a, for 5 ms of work, at 5.6. Alone, b pays nothing: the core idled.
#[test]
fn an_interrupt_costs_a_busy_core_only() {
    let text = one_core(
        "interrupt = \"0.1ms\"",
        r#"endpoints.a.steps = [{ cpu = "5ms" }]
           endpoints.b.steps = [{ wait = "2.5ms" }, { cpu = "0.5ms" }]"#,
    );
    let beside = trace(&text, &[at("0ms", "a"), at("0ms", "b")]);
    let slept = (Timer, 2_500 * US);
    beside.took("a", &[(Cpu, 5 * MS), (WaitCore, 600 * US)]);
    beside.took("b", &[slept, (Cpu, 500 * US), (WaitCore, 600 * US)]);
    assert_eq!(beside.busy("cores"), 5_600 * US);
    let alone = trace(&text, &[at("0ms", "b")]);
    alone.took("b", &[slept, (Cpu, 500 * US)]);
}

/// Two cores, slices of 1 ms; a and c share core 0, b has core 1.
///
/// ```text
///  0    a on core 0, b on core 1, c queued at 0;  1  c replaces a;  2  a replaces c, which has run 1 of 2 ms
///  2.2  b ends. c left its core 0.2 ago: if its caches are hot for 0.5 ms it stays, and goes on when a ends at 3; else it comes over
/// ```
#[test]
fn who_ran_a_moment_ago_stays_with_its_core() {
    for (hot, wait) in [("0.1ms", 1_200), ("0.5ms", 2_000)] {
        let text = format!(
            r#"endpoints.a.steps = [{{ cpu = "2ms" }}]
            endpoints.b.steps = [{{ cpu = "2.2ms" }}]
            endpoints.c.steps = [{{ cpu = "2ms" }}]
            hosts.app = {{ cores = 2, slice = "1ms", hot = "{hot}" }}
            [contestants.threads]
            executors.main = {{ carriers = 3, tasks = 1 }}"#
        );
        let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b"), at("0ms", "c")]);
        trace.took("a", &[(Cpu, 2 * MS), (WaitCore, MS)]);
        trace.took("b", &[(Cpu, 2_200 * US)]);
        trace.took("c", &[(Cpu, 2 * MS), (WaitCore, wait * US)]);
    }
}

/// Two cores, a tick of 4 ms, slices of 5; b computes on core 0 from 0 to 1 and sleeps until 6, a has core 0 from 2 on. Core 1 has idled since 0.
///
/// Seen for 6 ms, b runs there at 6. Seen for less, core 1 is taken for busy: b is queued at 0, and a, in its first slice, goes on. The tick at 8
/// finds that slice over and b behind: b runs on core 0, and the idle core, woken, takes a, which loses nothing.
#[test]
fn an_idle_core_that_is_not_seen_is_found_at_the_tick() {
    for (seen, wait) in [("6ms", None), ("5.9ms", Some((WaitCore, 2 * MS)))] {
        let text = format!(
            r#"endpoints.a.steps = [{{ cpu = "10ms" }}]
            endpoints.b.steps = [{{ cpu = "1ms" }}, {{ wait = "5ms" }}, {{ cpu = "1ms" }}]
            hosts.app = {{ cores = 2, slice = "5ms", tick = "4ms", idle_seen = "{seen}" }}
            [contestants.threads]
            executors.main = {{ carriers = 2, tasks = 1 }}"#
        );
        let trace = trace(&text, &[at("0ms", "b"), at("2ms", "a")]);
        trace.took("a", &[(Cpu, 10 * MS)]);
        let b = [(Cpu, 2 * MS), (Timer, 5 * MS)].into_iter().chain(wait);
        trace.took("b", &b.collect::<Vec<_>>());
    }
}
