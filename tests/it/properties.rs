//! What must hold of any run of any scenario.

use std::time::{Duration, Instant};

use crossover::kernel::Span;
use crossover::measure::{Outcome, Segment, Tally};
use crossover::world::{Plan, Setting};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::random::Tape;
use crate::support::{scenario, scenario_with};

const HORIZON: Span = Span(200_000_123);

/// The plan of a scenario at a load, and two replications of it.
fn run(text: &str, load: f64, elide: bool) -> (Plan, [Outcome; 2]) {
    let scenario = scenario(text);
    let setting = Setting {
        elide,
        ..Setting::new(load, HORIZON)
    };
    let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
    let outcomes = [0, 1].map(|replication| plan.run(7, replication));
    (plan, outcomes)
}

/// Every request is somewhere: answered, failed, or on its way.
fn conservation(outcome: &Outcome) {
    let tallies = || outcome.segments.iter().flat_map(|part| &part.endpoints);
    let offered = tallies().map(|tally| tally.offered).sum::<u64>();
    let succeeded = tallies().map(|tally| tally.succeeded).sum::<u64>();
    let failed = tallies()
        .map(|tally| tally.failed.iter().sum::<u64>())
        .sum::<u64>();
    assert_eq!(offered, outcome.arrived);
    assert_eq!(outcome.arrived, succeeded + failed + outcome.in_flight);
    assert_eq!(
        succeeded,
        tallies().map(|tally| tally.latency.len()).sum::<u64>()
    );
    assert_eq!(
        succeeded,
        outcome
            .series
            .iter()
            .map(|slot| slot.succeeded)
            .sum::<u64>()
    );
    assert_eq!(
        failed,
        outcome.series.iter().map(|slot| slot.failed).sum::<u64>()
    );
}

/// The account sums to the latency, to the nanosecond, for each endpoint in each part of the run. Nothing but the collector
/// charges `gc`.
fn accounts(outcome: &Outcome, collects: bool) {
    for tally in outcome.segments.iter().flat_map(|part| &part.endpoints) {
        assert_eq!(u128::from(tally.account_ns.total()), tally.sum_ns);
        assert!(collects || tally.account_ns.get(crossover::measure::Component::Gc) == 0);
    }
}

/// Little's law on the sample path: ∫ N dt is the sum of the times requests spent, of the answered, of the failed, and of
/// those inside when the run ends, as far as they came. Nobody is inside when it begins.
fn little(outcome: &Outcome) {
    let inside: u128 = outcome.segments.iter().map(|part| part.in_system_ns).sum();
    let tallies = outcome.segments.iter().flat_map(|part| &part.endpoints);
    let answered: u128 = tallies.map(|tally| tally.sum_ns).sum();
    assert_eq!(inside, answered + outcome.failed_ns + outcome.unfinished_ns);
}

/// Nothing is in use for longer than there is of it, in any part of the run.
fn utilisation(plan: &Plan, outcome: &Outcome) {
    let width = HORIZON.0.div_ceil(1024) * 64;
    for (at, part) in (0_u64..).zip(&outcome.segments) {
        let length = ((at + 1) * width).min(HORIZON.0) - (at * width).min(HORIZON.0);
        for (resource, busy) in plan.resources.iter().zip(&part.busy_ns) {
            let most = resource.units.map_or(u64::MAX, |units| units * length);
            assert!(
                *busy <= most,
                "{} {busy} of {most} in part {at}",
                resource.name
            );
        }
    }
    let find = |name: &str| {
        plan.resources
            .iter()
            .position(|resource| resource.name == name)
    };
    if let (Some(all), Some(first)) = (find("cores"), find("core_0")) {
        for Segment { busy_ns, .. } in &outcome.segments {
            let single = plan.resources.iter().zip(busy_ns);
            let single = single.filter(|(resource, _)| resource.name.starts_with("core_"));
            assert_eq!(
                busy_ns[all],
                single.map(|(_, busy)| busy).sum::<u64>(),
                "{first}"
            );
        }
    }
}

/// The first slot of the series in which two runs differ as far as requests can tell, if there is one.
fn differ_for_requests(one: &Outcome, other: &Outcome) -> Option<String> {
    let mut slots = one.series.iter().zip(&other.series).enumerate();
    if let Some((at, (one, other))) = slots.find(|(_, (one, other))| one != other) {
        return Some(format!("slot {at}: {one:?} and {other:?}"));
    }
    let mut parts = one.segments.iter().zip(&other.segments);
    let books = |part: &Segment| {
        let tally = |tally: &Tally| {
            (
                tally.account_ns,
                tally.sum_sq_ns2,
                tally.offered,
                tally.failed,
            )
        };
        part.endpoints.iter().map(tally).collect::<Vec<_>>()
    };
    let same = parts.all(|(one, other)| {
        let latencies = |part: &Segment| {
            let each = part.endpoints.iter().map(|tally| tally.latency.clone());
            each.collect::<Vec<_>>()
        };
        books(one) == books(other)
            && latencies(one) == latencies(other)
            && one.loop_delay == other.loop_delay
    });
    let whole = |of: &Outcome| (of.arrived, of.in_flight, of.failed_ns, of.unfinished_ns);
    (!same || whole(one) != whole(other)).then(|| "accounts or latencies".to_owned())
}

/// Likewise in every bit.
pub fn differ(one: &Outcome, other: &Outcome) -> Option<String> {
    let mut parts = one.segments.iter().zip(&other.segments);
    let same = parts.all(|(one, other)| one.busy_ns == other.busy_ns)
        && (one.events, one.memory_bytes) == (other.events, other.memory_bytes);
    differ_for_requests(one, other).or_else(|| (!same).then(|| "resources or events".to_owned()))
}

/// Whether those who keep a pool's connections to the end of the request may wait for threads whose owners wait for a connection.
fn embraces(text: &str) -> bool {
    let kept = text.lines().any(|pool| {
        pool.starts_with("pools.db")
            && pool.contains("size")
            && pool.contains("hold = \"request\"")
            && !pool.contains("acquire_timeout")
    });
    kept && text.contains("executors.sync = { carriers")
}

/// Long enough for the longest of scenarios, mostly.
fn tapes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..160)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_run_keeps_its_books(tape in tapes()) {
        let (text, load) = Tape::new(&tape).scenario();
        let begun = Instant::now();
        let (plan, outcomes) = run(&text, load, true);
        for outcome in &outcomes {
            conservation(outcome);
            accounts(outcome, text.contains("gc = "));
            little(outcome);
            utilisation(&plan, outcome);
        }
        let (_, again) = run(&text, load, true);
        let (full_plan, full) = run(&text, load, false);
        for replication in 0..2 {
            let (once, full) = (&outcomes[replication], &full[replication]);
            prop_assert_eq!(differ(once, &again[replication]), None, "twice the same: {}", text);
            utilisation(&full_plan, full);
            little(full);
            prop_assert_eq!(differ_for_requests(once, full), None, "elided and full: {}", text);
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(20), "time stands still\n{text}");
    }

    /// Nobody is forgotten: when no more requests come, all that came end, whatever they wait for. (Where a process takes
    /// a limited number of connections and nobody ever closes one, the rest may rightly wait for ever; and so may those in a [deadly embrace](embraces).)
    #[test]
    fn all_requests_end(tape in tapes(), gap_us in 20u64..800) {
        let (text, _) = Tape::new(&tape).scenario();
        let (_, rest) = text.split_once("[clients]").expect("clients follow arrivals");
        let closes = ["keep_alive = false", "connections.keep_alive", "connections.requests = 1"];
        prop_assume!(!rest.contains("below-limit") || closes.iter().any(|words| rest.contains(words)));
        prop_assume!(!embraces(&text));
        let text = format!("arrivals = {{ process = \"replay\", file = \"times\" }}\n[clients]{rest}");
        let times: String = (0..80).map(|n| format!("{}us\n", n * gap_us)).collect();
        let scenario = scenario_with(&text, &[("times", &times)]);
        for elide in [true, false] {
            let setting = Setting { elide, ..Setting::new(1.0, Span::from_secs(60)) };
            let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
            let outcome = plan.run(7, 0);
            prop_assert_eq!((outcome.arrived, outcome.in_flight), (80, 0), "{}", text);
            little(&outcome);
        }
    }
}

/// What the drawn scenarios speak of: of so many, at least one in fifty says each of these.
#[test]
fn scenarios_are_drawn_with_every_mechanism() {
    const TAPES: usize = 1000;
    let mechanisms = [
        "look =",
        "barging = true",
        "by = \"main-thread\"",
        "policy = \"primary\"",
        "hand_over = \"0.",
        "wakes = \"all\"",
        "wakes = \"one\"",
        "in_vain =",
        "concurrency =",
        "linger =",
        "hot =",
        "idle_seen =",
        "interrupt =",
        "wake =",
        "timer_slack =",
        "tick =",
        "cold = {",
        "over =",
        "timers =",
        "round =",
        "callback =",
        "slow = \"half\"",
        "slow = 1",
        "slow = true",
        "in_one_call = true",
        "started = 0",
        "started = 1",
        "message =",
        "place.logic",
        "hand_over =",
        "hold = \"request\"",
        "reuse = \"thread\"",
        "acquire_timeout =",
        "begin =",
        "beats = \"loop\"",
        "beats = \"between-requests\"",
        "beats = \"main-thread\"",
        "jitter =",
        "gc = {",
        "parallel =",
        "cached =",
        "sending =",
        "silent =",
        "first_byte =",
    ];
    let (mut runner, tapes) = (TestRunner::deterministic(), tapes());
    let texts: Vec<_> = (0..TAPES)
        .map(|_| {
            let tape = tapes.new_tree(&mut runner).expect("a tape").current();
            Tape::new(&tape).scenario().0
        })
        .collect();
    for mechanism in mechanisms {
        let said = texts.iter().filter(|text| text.contains(mechanism)).count();
        assert!(said * 50 >= TAPES, "{mechanism} in {said} of {TAPES}");
    }
}
