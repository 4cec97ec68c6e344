//! The event loop: one thing at a time, rounds, accepting, the auxiliary pool, and its measures of itself.

use crossover::measure::Component::{Cpu, Native, Timer, WaitAccept, WaitPool, WaitWorker};

use super::{MS, US, at, trace};

const LOOP: &str = r#"
    [contestants.node]
    executors.main = { carriers = 1, tasks = "unlimited" }
"#;

/// a computes from 0 to 50. b and c, at 1 and 2, have 1 ms each: b runs 50 to 51, c 51 to 52.
#[test]
fn a_long_callback_blocks_everybody() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "50ms" }}]
           endpoints.b.steps = [{{ cpu = "1ms" }}]
           endpoints.c.steps = [{{ cpu = "1ms" }}]
           {LOOP}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("1ms", "b"), at("2ms", "c")]);
    trace.took("a", &[(Cpu, 50 * MS)]);
    trace.took("b", &[(WaitWorker, 49 * MS), (Cpu, MS)]);
    trace.took("c", &[(WaitWorker, 49 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("loop"), 52 * MS);
}

/// Poll, then timers, then poll again: a waits from 0 to 10, b (20 ms, from 5) is alone in its batch, c comes at 8.
/// At 25 b ends; its batch is over, so the timers are next: a runs 25 to 26, then c 26 to 28.
#[test]
fn timers_come_after_the_batch_and_before_the_next() {
    let text = format!(
        r#"endpoints.a.steps = [{{ wait = "10ms" }}, {{ cpu = "1ms" }}]
           endpoints.b.steps = [{{ cpu = "20ms" }}]
           endpoints.c.steps = [{{ cpu = "2ms" }}]
           {LOOP}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("5ms", "b"), at("8ms", "c")]);
    trace.took("a", &[(Timer, 10 * MS), (WaitWorker, 15 * MS), (Cpu, MS)]);
    trace.took("b", &[(Cpu, 20 * MS)]);
    trace.took("c", &[(WaitWorker, 18 * MS), (Cpu, 2 * MS)]);
}

/// Four new connections at 0, 1 ms each, one accept a round; what is accepted can be read in the next round.
///
/// ```text
///  0  round: a accepted; round: a runs to 1
///  1  round: nothing to run, b accepted; round: c accepted, b runs to 2
///  2  round: d accepted, c runs to 3
///  3  round: d runs to 4
/// ```
#[test]
fn one_connection_is_accepted_in_each_round() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "1ms" }}]
           endpoints.b.steps = [{{ cpu = "1ms" }}]
           endpoints.c.steps = [{{ cpu = "1ms" }}]
           endpoints.d.steps = [{{ cpu = "1ms" }}]
           {LOOP}
           listen = {{ backlog = 511, accepts_per_wakeup = 1 }}"#
    );
    let script = [
        at("0ms", "a"),
        at("0ms", "b"),
        at("0ms", "c"),
        at("0ms", "d"),
    ];
    let one = trace(&text, &script);
    one.took("a", &[(Cpu, MS)]);
    one.took("b", &[(WaitAccept, MS), (Cpu, MS)]);
    one.took("c", &[(WaitAccept, MS), (WaitWorker, MS), (Cpu, MS)]);
    one.took("d", &[(WaitAccept, 2 * MS), (WaitWorker, MS), (Cpu, MS)]);

    // All at once, as asyncio does: b, c and d are accepted at 1 and wait inside.
    let all = trace(&text.replace(", accepts_per_wakeup = 1", ""), &script);
    all.took("b", &[(WaitAccept, MS), (Cpu, MS)]);
    all.took("c", &[(WaitAccept, MS), (WaitWorker, MS), (Cpu, MS)]);
    all.took("d", &[(WaitAccept, MS), (WaitWorker, 2 * MS), (Cpu, MS)]);
}

/// Five requests at 0, each 10 ms on the pool of 4 and then 1 ms on the loop. Four pool threads work to 10, e's turn comes
/// then and lasts to 20. The loop runs a, b, c, d from 10 to 14, and e from 20.
#[test]
fn four_pool_threads_take_four_of_five() {
    let steps = r#"[{ native = "10ms" }, { cpu = "1ms" }]"#;
    let text = format!(
        r#"endpoints.a.steps = {steps}
           endpoints.b.steps = {steps}
           endpoints.c.steps = {steps}
           endpoints.d.steps = {steps}
           endpoints.e.steps = {steps}
           {LOOP}
           executors.pool = {{ carriers = 4 }}
           place.native = "pool""#
    );
    let script = [
        at("0ms", "a"),
        at("0ms", "b"),
        at("0ms", "c"),
        at("0ms", "d"),
        at("0ms", "e"),
    ];
    let trace = trace(&text, &script);
    trace.took("a", &[(Native, 10 * MS), (Cpu, MS)]);
    trace.took("b", &[(Native, 10 * MS), (WaitWorker, MS), (Cpu, MS)]);
    trace.took("c", &[(Native, 10 * MS), (WaitWorker, 2 * MS), (Cpu, MS)]);
    trace.took("d", &[(Native, 10 * MS), (WaitWorker, 3 * MS), (Cpu, MS)]);
    trace.took("e", &[(WaitPool, 10 * MS), (Native, 10 * MS), (Cpu, MS)]);
    assert_eq!(trace.busy("pool"), 50 * MS);
    assert_eq!(trace.busy("loop"), 5 * MS);
}

/// Without a place `native` runs on the loop itself, and blocks it: b waits from 0 to 10.
#[test]
fn native_work_without_a_pool_blocks_the_loop() {
    let text = format!(
        r#"endpoints.a.steps = [{{ native = "10ms" }}]
           endpoints.b.steps = [{{ cpu = "1ms" }}]
           {LOOP}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0ms", "b")]);
    trace.took("a", &[(Native, 10 * MS)]);
    trace.took("b", &[(WaitWorker, 10 * MS), (Cpu, MS)]);
}

/// a computes three times 1 ms and gives the loop back in between; b (5 ms) came at 0.5, when the poll of this round was over.
/// The check phase comes before the next poll: a runs 0 to 1 and 1 to 2, b 2 to 7, a 7 to 8.
#[test]
fn yield_waits_for_the_check_phase() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "1ms" }}, {{ yield = true }}, {{ cpu = "1ms" }}, {{ yield = true }}, {{ cpu = "1ms" }}]
           endpoints.b.steps = [{{ cpu = "5ms" }}]
           {LOOP}"#
    );
    let trace = trace(&text, &[at("0ms", "a"), at("0.5ms", "b")]);
    trace.took("a", &[(Cpu, 3 * MS), (WaitWorker, 5 * MS)]);
    trace.took("b", &[(WaitWorker, 1500 * US), (Cpu, 5 * MS)]);
}

/// Node's two measures (facts §1.11). a computes from 5 to 35, b from 58 to 59; the run ends at 102.4.
///
/// The 10 ms timer, last fired at 0, is due at 10 and fires when a ends: one interval of 35. Then it is due at 45, 55, (65)
/// and so on and finds the loop idle: 45, 55 before b; b ends at 59, 4 ms after the last; 65, 75, 85, 95 after it: six
/// intervals of 10. The loop is active for 31 ms.
#[test]
fn the_delay_monitor_shows_a_stall_as_one_interval() {
    let text = format!(
        r#"endpoints.a.steps = [{{ cpu = "30ms" }}]
           endpoints.b.steps = [{{ cpu = "1ms" }}]
           {LOOP}"#
    );
    let trace = trace(&text, &[at("5ms", "a"), at("58ms", "b")]);
    let count = |ms: u64| {
        let segments = trace.outcome.segments.iter();
        let within = |ns: u64| (ms * MS - 50 * US..=ms * MS + 50 * US).contains(&ns); // three digits
        segments
            .flat_map(|segment| segment.loop_delay.iter_recorded())
            .filter(|value| within(value.value_iterated_to()))
            .map(|value| value.count_at_value())
            .sum::<u64>()
    };
    let all: u64 = trace
        .outcome
        .segments
        .iter()
        .map(|s| s.loop_delay.len())
        .sum();
    assert_eq!((count(35), count(10), all), (1, 6, 7));
    assert_eq!(trace.busy("loop"), 31 * MS);
}

/// Threads have no loop, and so no delay of one.
#[test]
fn threads_have_no_delay_monitor() {
    let text = r#"endpoints.a.steps = [{ cpu = "30ms" }]
        [contestants.threads]
        executors.main = { carriers = 1, tasks = 1 }"#;
    let trace = trace(text, &[at("5ms", "a")]);
    let recorded = |s: &crossover::measure::Segment| s.loop_delay.len();
    assert_eq!(trace.outcome.segments.iter().map(recorded).sum::<u64>(), 0);
}

/// Of a pool's four threads two may look up names. Four requests at 0: a, b and c look one up for 10 ms each, d reads for 3. c waits
/// for one of the first two although two threads idle; d, behind it, does not. Without the cap nobody waits.
#[test]
fn slow_work_leaves_half_of_a_pool_to_the_quick() {
    let capped = format!(
        r#"endpoints.a.steps = [{{ native = "10ms", slow = true }}]
           endpoints.b.steps = [{{ native = "10ms", slow = true }}]
           endpoints.c.steps = [{{ native = "10ms", slow = true }}]
           endpoints.d.steps = [{{ native = "3ms" }}]
           {LOOP}
           executors.pool = {{ carriers = 4, slow = "half" }}
           place.native = "pool""#
    );
    let script = ["a", "b", "c", "d"].map(|name| at("0ms", name));
    let with = trace(&capped, &script);
    with.took("a", &[(Native, 10 * MS)]);
    with.took("b", &[(Native, 10 * MS)]);
    with.took("c", &[(WaitPool, 10 * MS), (Native, 10 * MS)]);
    with.took("d", &[(Native, 3 * MS)]);
    let without = trace(&capped.replace(", slow = \"half\"", ""), &script);
    without.took("c", &[(Native, 10 * MS)]);
    without.took("d", &[(Native, 3 * MS)]);
}

/// One thread, and no cap to keep: four requests at 0. q computes for 5 ms, then, in the queue's order, what is slow and what is not. With
/// a cap of one thread the second slow one joins the queue only when the first is taken up, behind d.
#[test]
fn slow_work_takes_turns_only_where_it_is_capped() {
    let capped = format!(
        r#"endpoints.a.steps = [{{ native = "5ms" }}]
           endpoints.b.steps = [{{ native = "5ms", slow = true }}]
           endpoints.c.steps = [{{ native = "5ms", slow = true }}]
           endpoints.d.steps = [{{ native = "5ms" }}]
           {LOOP}
           executors.pool = {{ carriers = 1, slow = 1 }}
           place.native = "pool""#
    );
    let script = ["a", "b", "c", "d"].map(|name| at("0ms", name));
    for (text, c, d) in [
        (capped.clone(), 15, 10),
        (capped.replace(", slow = 1 ", " "), 10, 15),
    ] {
        let trace = trace(&text, &script);
        trace.took("b", &[(WaitPool, 5 * MS), (Native, 5 * MS)]);
        trace.took("c", &[(WaitPool, c * MS), (Native, 5 * MS)]);
        trace.took("d", &[(WaitPool, d * MS), (Native, 5 * MS)]);
    }
}

/// Timers in whole milliseconds. At 0.4 the loop's clock says 0: a's 1.5 ms are 1, due at 1; poll begins at 0.4 and sleeps 1 whole
/// millisecond. b, at 2.3, computes for 3 ms, and meanwhile c's 2.9 ms, from 2.3 on, are 2: due at 4, found at 5.3.
#[test]
fn timers_and_the_sleeps_for_them_are_whole_milliseconds() {
    let text = r#"
        endpoints.a.steps = [{ wait = "1.5ms" }, { cpu = "0.1ms" }]
        endpoints.b.steps = [{ cpu = "3ms" }]
        endpoints.c.steps = [{ wait = "2.9ms" }, { cpu = "0.1ms" }]
        [contestants.node]
        executors.main = { carriers = 1, tasks = "unlimited", timers = "1ms" }
    "#;
    let script = [at("0.4ms", "a"), at("2.3ms", "c"), at("2.3ms", "b")];
    let trace = trace(text, &script);
    let parts = [(Timer, 600 * US), (WaitWorker, 400 * US), (Cpu, 100 * US)];
    trace.took("a", &parts);
    let parts = [
        (Timer, 1_700 * US),
        (WaitWorker, 1_300 * US),
        (Cpu, 100 * US),
    ];
    trace.took("c", &parts);
    trace.took("b", &[(Cpu, 3 * MS)]);
}

/// A round costs 0.1 ms of CPU, a callback 0.05, ahead of their first, and each, callback's own work: a, at 0, pays both and ends at 1.15. b and c came
/// meanwhile and share a round: b pays 0.15 and ends at 2.3, c pays 0.05 and ends at 3.35.
#[test]
fn rounds_and_callbacks_cost_the_requests_in_them() {
    let text = r#"
        endpoints.a.steps = [{ cpu = "1ms" }]
        endpoints.b.steps = [{ cpu = "1ms" }]
        endpoints.c.steps = [{ cpu = "1ms" }]
        [contestants.node]
        executors.main = { carriers = 1, tasks = "unlimited", round = "0.1ms", callback = "0.05ms" }
    "#;
    let trace = trace(text, &[at("0ms", "a"), at("0.5ms", "b"), at("0.6ms", "c")]);
    trace.took("a", &[(Cpu, 1_150 * US)]);
    trace.took("b", &[(WaitWorker, 650 * US), (Cpu, 1_150 * US)]);
    trace.took("c", &[(WaitWorker, 1_700 * US), (Cpu, 1_050 * US)]);
    assert_eq!(trace.busy("loop"), 3_350 * US);
}
