//! A case built from ordinary files and run on the engine that runs requests.

use crossover::kernel::{Span, Time};
use crossover::world::{Plan, Setting, Wanted};

use super::recorded::{On, QUANTILES, Recorded, quantile};
use crate::support::scenario_with;

/// A case as files: the scenario, its users, and how long to simulate.
pub struct Case {
    pub name: &'static str,
    /// The recordings its parameters are from.
    pub from: &'static str,
    pub users: u32,
    pub seconds: u64,
    pub text: String,
    /// The law of waking on an idle core, a file of the scenario.
    pub wake: String,
    /// Its other files.
    pub files: Vec<(&'static str, String)>,
}

/// The first machine, on its day.
pub const FIRST: &str = "2026-11-28";

/// Linux's slack of a thread's timers, `PR_SET_TIMERSLACK` in prctl(2).
pub const SLACK_US: f64 = 50.0;

/// Time constant of a core's cooling, milliseconds: between Node's 3.8 and Django's 3.4 in `measured/README.md`.
pub const COOLS_MS: f64 = 3.6;

/// Core time of a thread that waits for a condition with a limit of 1 ms beside one that computes, less interrupt and context switches. `conformance/README.md` says
/// how it was measured, in C.
pub const LOOK: &str = "lognormal(3.3us, cv=0.27)";

/// How late a timer is on a core that computes, as its machine has it: `gil-1` on one core has two, of the sleep and of the wait for the lock, and its
/// median is that much longer than on the first machine, for which [`SLACK_US`] and an interrupt were measured. Hypervisors differ in what setting
/// a timer takes.
pub fn slack_us(on: &On) -> f64 {
    let beside_one = |machine| Recorded::of("gil-1", &On { cores: 1, machine }).median();
    SLACK_US + (beside_one(on.machine) - beside_one(FIRST)) / 2.0
}

/// How long leaving an idle core's sleep takes, as the recorded sleeps beside nobody had it: microseconds ascending.
pub fn wakes(on: &On) -> Vec<f64> {
    let sleeps = Recorded::of("gil-0", on).pooled();
    sleeps.iter().map(|us| us - SLACK_US).collect()
}

/// The same, a file of a scenario; of it timers take so much.
pub fn waking(on: &On, slack_us: f64) -> String {
    lines(&wakes(on), slack_us - SLACK_US)
}

/// A file of times, each less than recorded by what else stands for that part of them.
pub fn lines(recorded_us: &[f64], less_us: f64) -> String {
    let line = |us: &f64| format!("{:.1}us\n", (us - less_us).max(0.1));
    recorded_us.iter().map(line).collect()
}

/// The recorded machine with so many cores, and timers that are so late.
pub fn host(on: &On, slack_us: f64) -> String {
    let cores = on.cores;
    format!(
        "[hosts.app]\ncores = {cores}\nslice = \"1.4ms\"\ntick = \"4ms\"\nidle_seen = \"0us\"\nhot = \"0.5ms\"\nswitch_cost = \"1.7us\"\ninterrupt = \"12.5us\"\ntimer_slack = \"{slack_us:.1}us\"\nwake = \"samples(wake.csv)\"\n"
    )
}

/// The latencies of the case's first endpoint, microseconds ascending.
pub fn simulate(case: &Case) -> Vec<f64> {
    let files = case.files.iter().map(|(name, text)| (*name, text.as_str()));
    let files: Vec<_> = files.chain([("wake.csv", case.wake.as_str())]).collect();
    let scenario = scenario_with(&case.text, &files);
    let setting = Setting {
        pinned: true,
        ..Setting::new(f64::from(case.users), Span::from_secs(case.seconds))
    };
    let plan = Plan::compile(&scenario.contestants[0], &scenario.arrivals, setting);
    // Each latency to the nanosecond: a histogram's buckets, 4 us wide at 5 ms, are wider than some recordings.
    let (answered, _) = plan.diary(
        1,
        0,
        Wanted::Slowest {
            count: usize::MAX,
            after: Time::ZERO,
            endpoint: Some(0),
        },
    );
    let mut all: Vec<f64> = answered
        .iter()
        .filter_map(|one| one.latency)
        .map(|latency| latency.0 as f64 / 1e3)
        .collect();
    assert!(
        all.len() >= 2000,
        "{}: only {} samples",
        case.name,
        all.len()
    );
    all.sort_by(f64::total_cmp);
    (0..QUANTILES)
        .map(|i| quantile(&all, (i as f64 + 0.5) / QUANTILES as f64))
        .collect()
}
