//! `explain` must find in each example what the example is about, and its sums must be the account.

use std::sync::atomic::AtomicBool;

use crossover::experiment::explain::{Explained, Explanation, Slice, explain};
use crossover::experiment::{Control, run};
use crossover::kernel::Span;
use crossover::measure::{Band, Bands, Component};
use crossover::scenario::{Embedded, load};
use crossover::world::{Plan, Setting};

/// Enough for p99 on a slow machine: a share of what the command spends. Every look at a lock is an event (gil-convoy: 118 a request).
const BUDGET: f64 = 60e6;

fn control(stop: &AtomicBool) -> Control<'_> {
    Control::new(stop, &())
}

fn explained(name: &str, endpoint: Option<&str>, overrides: &[&str]) -> Explanation {
    let overrides: Vec<String> = overrides.iter().map(|o| (*o).to_owned()).collect();
    let scenario = load(&Embedded, name, &overrides).unwrap();
    let endpoints = &scenario.contestants[0].system.services[0].endpoints;
    let index = endpoint.map(|name| endpoints.iter().position(|e| e.name == name).unwrap());
    let stop = AtomicBool::new(false);
    explain(&scenario, index, BUDGET, &control(&stop)).unwrap()
}

fn contestant<'a>(explanation: &'a Explanation, name: &str) -> &'a Explained {
    let mut all = explanation.contestants.iter();
    all.find(|one| one.info.name == name).unwrap()
}

fn mean(slice: &Slice) -> f64 {
    slice.account_ms.iter().sum()
}

/// The share of a band's time in a state.
fn share(slice: &Slice, component: Component) -> f64 {
    slice.account_ms[component as usize] / mean(slice)
}

/// The cause that counts most, the share of p99 that goes with it, beyond doubt.
fn first(one: &Explained) -> (&str, f64) {
    let without = &one.without[0];
    let less = without.less_ms.unwrap();
    assert!(less.lo > 0.0, "{}: {less:?}", without.title);
    (&without.title, less.lo / one.row.p99_ms.unwrap().value)
}

/// Theory: short requests wait for the loop, 50 ms at a time; with a thread each they take about what they ask for, below
/// a tenth. Of all requests under gunicorn's processes the slowest hundredth is long ones, and waits for nothing.
#[test]
fn head_of_line_is_the_wait_for_the_loop() {
    let fast = ["run.replications=5"];
    let short = explained("head-of-line", Some("short"), &fast);
    let node = contestant(&short, "node");
    assert_eq!(first(node).0, "waiting for the loop");
    assert!(first(node).1 > 0.8, "{:?}", node.without);
    let waits =
        |slice: &Slice| share(slice, Component::WaitWorker) + share(slice, Component::WaitAccept);
    assert!(waits(&node.bands[3]) > 0.9);

    let all = explained("head-of-line", None, &fast);
    let sync = contestant(&all, "django-sync");
    assert!(sync.bands[3].endpoints[1] > 0.99, "the long ones");
    assert!(share(&sync.bands[3], Component::Cpu) > 0.9);
}

/// The queries need the lock again after each answer.
#[test]
fn the_convoy_is_the_lock() {
    let settings = ["run.replications=5", "hosts.app.cores=4"];
    let one = explained("gil-convoy", Some("queries"), &settings);
    let gthread = &one.contestants[0];
    assert_eq!(first(gthread).0, "waiting for the lock");
    assert!(first(gthread).1 > 0.8, "{:?}", gthread.without);
    assert!(share(&gthread.bands[3], Component::WaitLock) > 0.8);
    assert_eq!(gthread.laws.resources[0].resource, "lock");
}

/// Held for a call, nobody waits and the payment's own time is p99; held for the request, connections are missing, and without
/// that wait p99 is the other's.
#[test]
fn a_held_pool_is_the_wait_for_a_connection() {
    let both = explained("pool-held", None, &["run.replications=5"]);
    let (call, request) = (
        contestant(&both, "per-call"),
        contestant(&both, "per-request"),
    );
    assert!(call.without.is_empty());
    assert_eq!(first(request).0, "waiting for a pooled connection");
    let freed = request.without[0].p99_ms.unwrap().value;
    let other = call.row.p99_ms.unwrap().value;
    assert!((freed / other - 1.0).abs() < 0.02, "{freed} {other}");
    assert_eq!(request.laws.resources[0].resource, "pool_database");
}

#[test]
fn the_pool_of_libuv_is_the_wait_for_its_threads() {
    let file = explained("libuv-pool", Some("file"), &["run.replications=5"]);
    let node = &file.contestants[0];
    assert_eq!(first(node).0, "waiting for an auxiliary thread");
    assert!(first(node).1 > 0.8, "{:?}", node.without);
    assert!(share(&node.bands[3], Component::WaitPool) > 0.95);
    assert!(share(&node.bands[0], Component::WaitPool) < 0.2);
}

/// At 70 % of the first bound: for Node's p99 it is the queries themselves; under gthread it is the lock first.
#[test]
fn the_quickstart_is_queries_for_node_and_the_lock_for_gthread() {
    let page = explained("quickstart", None, &["run.replications=4"]);
    let node = contestant(&page, "node");
    let slow = &node.bands[3];
    assert!(slow.inside_ms[1][Component::Cpu as usize] > 0.9 * mean(slow));
    assert!(
        node.without
            .iter()
            .all(|w| w.less_ms.is_some_and(|l| l.value < 0.1 * mean(slow)))
    );
    let gthread = contestant(&page, "django-gthread");
    assert_eq!(first(gthread).0, "waiting for the lock");
    let sync = contestant(&page, "django-sync");
    assert_eq!(sync.info.bounds[0].resource, "threads");
}

/// Exact: over the bands the requests and the time in each state are those of `run` with the same length, and what happens inside
/// called services is the state `call`, to what a float keeps of nanoseconds.
#[test]
fn bands_sum_to_the_account() {
    let settings = [
        "run.replications=3",
        "run.duration=120s",
        "arrivals.rate=200/s",
    ];
    let page = explained("quickstart", None, &settings);
    let overrides: Vec<String> = settings.iter().map(|o| (*o).to_owned()).collect();
    let scenario = load(&Embedded, "quickstart", &overrides).unwrap();
    let stop = AtomicBool::new(false);
    let study = run(&scenario, &control(&stop)).unwrap();
    for one in &page.contestants {
        let mut rows = study.rows.iter();
        let row = rows
            .find(|row| row.contestant == one.info.name && row.endpoint == "all")
            .unwrap();
        let requests: u64 = one.bands.iter().map(|band| band.requests).sum();
        assert_eq!(requests, row.requests, "nothing fails here");
        for component in Component::ALL {
            let of = |band: &Slice| band.account_ms[component as usize] * band.requests as f64;
            let sum: f64 = one.bands.iter().map(of).sum::<f64>() / requests as f64;
            let told = row.account_ms.unwrap()[component as usize];
            assert!(
                (sum - told).abs() < 1e-9 * told.max(1.0),
                "{component:?} {sum} {told}"
            );
        }
        for band in &one.bands {
            let inside: f64 = band.inside_ms.iter().flatten().sum();
            let call = band.account_ms[Component::Call as usize];
            assert!(
                (inside - call).abs() < 1e-9 * call.max(1.0),
                "{inside} {call}"
            );
            assert!(inside > 0.0);
        }
        let tenth = one.bands[2].requests + one.bands[3].requests;
        let share = tenth as f64 / requests as f64;
        assert!((share - 0.1).abs() < 0.001, "{share}");
    }
}

/// Past its bound there is no p99, but what would let it keep up is said.
#[test]
fn the_saturated_are_told_what_would_help() {
    let settings = [
        "run.replications=3",
        "arrivals.rate=30/s",
        "hosts.app.cores=4",
    ];
    let one = explained("gil-convoy", None, &settings);
    let gthread = &one.contestants[0];
    assert!(gthread.row.saturated && gthread.bands.is_empty());
    let lock = gthread
        .without
        .iter()
        .find(|w| w.title == "waiting for the lock");
    assert!(lock.is_some_and(|w| !w.saturated && w.p99_ms.is_some()));
}

/// Exact, to the nanosecond: with bands a run is the same, the bands sum to its account, and what is inside the services called (one
/// of which calls the other; some of the calls side by side, after a wire) sums to the state `call`.
#[test]
fn bands_are_exact_and_change_nothing() {
    let scenario = crate::support::scenario(NESTED);
    let contestant = &scenario.contestants[0];
    let plain = Setting::new(60.0, Span::from_secs(200));
    let banded = Setting {
        bands: Some(Bands {
            limits: [20_000_000, 40_000_000, 80_000_000],
            endpoint: None,
        }),
        ..plain
    };
    let run = |setting| Plan::compile(contestant, &scenario.arrivals, setting).run(1, 0);
    let (plain, banded) = (run(plain), run(banded));
    assert_eq!(plain.events, banded.events);
    for (before, after) in plain.segments.iter().zip(&banded.segments) {
        assert!(before.bands.is_empty());
        let tally = &after.endpoints[0];
        assert_eq!(before.endpoints[0].account_ns, tally.account_ns);
        let mut sum = Band::new(3);
        after.bands.iter().for_each(|band| sum.add(band));
        assert_eq!(
            (sum.requests, sum.account_ns),
            (tally.succeeded, tally.account_ns)
        );
        let inside = |service: usize| sum.inside_ns[service].total();
        let call = sum.account_ns.get(Component::Call);
        assert_eq!(inside(1) + inside(2), call);
        assert!(inside(0) == 0 && inside(1) > 0 && inside(2) > 0);
        assert_eq!(sum.inside_ns[1].get(Component::Call), 0, "opened");
        assert!(sum.inside_ns[1].get(Component::Network) > 0, "to the other");
        assert!(
            sum.inside_ns[2].get(Component::WaitWorker) > 0,
            "one thread"
        );
        for (index, band) in after.bands.iter().enumerate() {
            let mean = band.account_ns.total() / band.requests.max(1);
            assert!(band.requests == 0 || index == 3 || mean <= [20, 40, 80][index] * 1_000_000);
        }
    }
}

const NESTED: &str = r#"
[arrivals]
rate = "60/s"
[clients]
latency = "0.3ms"
[services.shop]
model = "ideal"
latency = "0.2ms"
executors.main.carriers = 4
[services.shop.endpoints.stock]
steps = [ { cpu = "exp(1ms)" }, { name = "ask", call = "store", work = "exp(3ms)" } ]
[services.store]
model = "ideal"
latency = "0.1ms"
executors.main.carriers = 1
[endpoints.page]
steps = [
  { name = "first", call = "shop" },
  { name = "both", parallel = [
    [ { name = "again", call = "shop" } ],
    [ { name = "direct", call = "store", work = "exp(5ms)" } ],
  ] },
]
[contestants.app]
model = "ideal"
"#;
