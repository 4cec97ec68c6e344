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
