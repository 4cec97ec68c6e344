//! What is seen of a run, held to what the run itself says: the same simulation, the same sums, slices that nest.

use std::collections::{BTreeMap, BTreeSet};

use crossover::kernel::{Span, Time};
use crossover::measure::Component;
use crossover::scenario::{Contestant, Embedded, load};
use crossover::world::{Place, Plan, Setting, Slice, Trace, Wanted, Watch, What};
use proptest::prelude::*;

use crate::properties::differ;
use crate::random::Tape;
use crate::support::scenario;

/// The whole of a run: every request, all the time.
fn whole(plan: &Plan) -> Trace {
    let watch = Watch {
        requests: (1..100_000).collect(),
        windows: vec![(Time::ZERO, Time::ZERO + plan.horizon)],
        most: usize::MAX,
    };
    plan.watch(7, 0, &watch)
}

/// Slices of one place either lie apart or one in the other, and depth says how many a slice lies in.
fn nests(slices: &[Slice]) {
    let mut open: Vec<&Slice> = Vec::new();
    for slice in slices {
        assert!(slice.from < slice.to, "{slice:?} lasts no time");
        while open
            .last()
            .is_some_and(|last| last.place != slice.place || last.to <= slice.from)
        {
            open.pop();
        }
        assert!(
            open.iter().all(|outer| slice.to <= outer.to),
            "{slice:?} ends after what it lies in: {open:?}"
        );
        assert_eq!(slice.depth as usize, open.len(), "{slice:?}");
        open.push(slice);
    }
}

/// Each request's slices sum to its latency, and state by state to its account; of one that forked, whose time is that of its
/// branches, and of one whose client gave up in the middle of a stretch on a core, only to the latency.
fn accounts(trace: &Trace) {
    let mut spent: BTreeMap<u64, [u64; Component::COUNT]> = BTreeMap::new();
    let mut forked: BTreeMap<u64, u64> = BTreeMap::new();
    for slice in trace.slices.iter().filter(|slice| slice.depth == 1) {
        let Place::Request(number) = slice.place else {
            continue;
        };
        match slice.what.state() {
            Some(state) => spent.entry(number).or_default()[state as usize] += slice.span().0,
            None => {
                assert_eq!(slice.what, What::Parallel);
                *forked.entry(number).or_default() += slice.span().0;
            }
        }
    }
    for ended in &trace.ended {
        let Some(latency) = ended.latency else {
            continue;
        };
        let seen = spent.get(&ended.number).copied().unwrap_or_default();
        let apart = forked.get(&ended.number).copied().unwrap_or(0);
        assert_eq!(
            seen.iter().sum::<u64>() + apart,
            latency.0,
            "request {}",
            ended.number
        );
        if apart == 0 && ended.failure.is_none() {
            assert_eq!(
                seen,
                ended.account.by_component(),
                "request {}",
                ended.number
            );
        }
    }
}

/// How long slices of the outermost depth last together, at places of a kind.
fn sum(trace: &Trace, kind: impl Fn(Place) -> bool) -> u64 {
    let slices = trace.slices.iter();
    let of_kind = slices.filter(|slice| slice.depth == 0 && kind(slice.place));
    of_kind.map(|slice| slice.span().0).sum()
}

fn contestant(example: &str, name: &str) -> (Contestant, crossover::workload::Arrivals) {
    let scenario = load(&Embedded, example, &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut all = scenario.contestants.into_iter();
    let one = all.find(|contestant| contestant.name == name);
    (one.expect("a contestant"), scenario.arrivals)
}

fn plan(example: &str, name: &str, load: f64) -> Plan {
    let (contestant, arrivals) = contestant(example, name);
    Plan::compile(
        &contestant,
        &arrivals,
        Setting::new(load, Span::from_secs(1)),
    )
}

/// Use of a resource over the whole run, as the results have it.
fn used(plan: &Plan, trace: &Trace, name: &str) -> u64 {
    let mut resources = plan.resources.iter();
    let at = resources.position(|resource| resource.name == name);
    let at = at.unwrap_or_else(|| panic!("no {name} in {:?}", plan.resources));
    let parts = trace.outcome.segments.iter();
    parts.map(|part| part.busy_ns[at]).sum()
}

#[test]
fn cores_locks_threads_and_pools_add_up_to_what_the_results_say() {
    let plan = plan("quickstart", "django-gthread", 500.0);
    let trace = whole(&plan);
    nests(&trace.slices);
    accounts(&trace);
    let app_core = |place| matches!(place, Place::Core { host: 0, .. });
    assert_eq!(sum(&trace, app_core), used(&plan, &trace, "cores"));
    let lock = |place| matches!(place, Place::Lock { service: 0, .. });
    assert_eq!(sum(&trace, lock), used(&plan, &trace, "lock"));
    let main = |place| {
        matches!(
            place,
            Place::Thread {
                service: 0,
                executor: 0,
                ..
            }
        )
    };
    assert_eq!(sum(&trace, main), used(&plan, &trace, "threads"));
}

#[test]
fn loops_and_pools_add_up_to_what_the_results_say() {
    let plan = plan("quickstart", "node-cluster", 500.0);
    let trace = whole(&plan);
    nests(&trace.slices);
    accounts(&trace);
    let looped = |place| {
        matches!(
            place,
            Place::Thread {
                service: 0,
                executor: 0,
                ..
            }
        )
    };
    assert_eq!(sum(&trace, looped), used(&plan, &trace, "loop"));
    let slots = |place| matches!(place, Place::Slot { service: 0, .. });
    assert_eq!(sum(&trace, slots), used(&plan, &trace, "pool_database"));
    let phases: BTreeSet<_> = trace
        .slices
        .iter()
        .filter_map(|slice| match slice.what {
            What::Phase(phase) => Some(phase),
            _ => None,
        })
        .collect();
    assert!(phases.contains("poll"), "{phases:?}");
}

/// The slowest by the diary are the slowest that the histogram has, and a watch of one of them sees it from its beginning to its end.
#[test]
fn the_slowest_are_found_and_seen_whole() {
    let plan = plan("head-of-line", "node", 40.0);
    let after = Time(250_000_000);
    let wanted = Wanted::Slowest {
        count: 3,
        after,
        endpoint: None,
    };
    let (slowest, outcome) = plan.diary(7, 0, wanted);
    assert_eq!(slowest.len(), 3);
    let all = whole(&plan);
    assert_eq!(differ(&outcome, &all.outcome), None);
    let late = all
        .ended
        .iter()
        .filter(|ended| ended.begun >= after && ended.failure.is_none());
    let mut latencies: Vec<Span> = late.filter_map(|ended| ended.latency).collect();
    latencies.sort_unstable();
    let found: Vec<_> = slowest.iter().filter_map(|ended| ended.latency).collect();
    assert_eq!(
        found,
        latencies.into_iter().rev().take(3).collect::<Vec<_>>()
    );

    let first = &slowest[0];
    let end = first.begun + first.latency.unwrap_or(Span::ZERO);
    let watch = Watch {
        requests: vec![first.number],
        windows: vec![(first.begun, end)],
        most: usize::MAX,
    };
    let trace = plan.watch(7, 0, &watch);
    assert_eq!(&trace.ended, std::slice::from_ref(first));
    accounts(&trace);
    let inside = |slice: &Slice| first.begun <= slice.from && slice.to <= end;
    assert!(trace.slices.iter().all(inside));
}

#[test]
fn what_is_too_much_is_cut_and_says_when() {
    let plan = plan("quickstart", "node", 200.0);
    let watch = Watch {
        requests: vec![1],
        windows: vec![(Time::ZERO, Time::ZERO + plan.horizon)],
        most: 100,
    };
    let trace = plan.watch(7, 0, &watch);
    assert!(trace.cut.is_some() && trace.slices.len() < 200);
    nests(&trace.slices);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 500, ..ProptestConfig::default() })]

    /// Of any run of any scenario: watched it is the same run, slices nest, and requests' slices are their accounts.
    #[test]
    fn every_watch_keeps_the_books(tape in prop::collection::vec(any::<u8>(), 0..120), elide in any::<bool>()) {
        let (text, load) = Tape::new(&tape).scenario();
        let scenario = scenario(&text);
        let setting = Setting { elide, ..Setting::new(load, Span(50_000_123)) };
        let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
        let trace = whole(&plan);
        prop_assert_eq!(differ(&plan.run(7, 0), &trace.outcome), None, "watched and not: {}", text);
        nests(&trace.slices);
        accounts(&trace);
    }
}
