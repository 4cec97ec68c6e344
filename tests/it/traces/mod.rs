//! Scripted traces: a few requests at given times, constant steps, and every nanosecond worked out by hand in the comment.
//!
//! Each request of a script asks for an endpoint of its own, so that its account can be read off alone. Which endpoint an
//! arrival asks for is a draw from its dice; a script looks for a seed whose dice fall as it needs them. Every script runs
//! twice, with what cannot matter left out and with everything in, and must come to the same account.

mod accept;
mod account;
mod clients;
mod concurrency;
mod connections;
mod cores;
mod dispatch;
mod event_loop;
mod gc;
mod hops;
mod lifecycle;
mod listen;
mod lock;
mod pools;
mod primary;
mod sending;
mod silent;
mod steps;
mod threads;
mod workers;

use crossover::kernel::{Key, Path, Span};
use crossover::measure::{Account, Component, Failure, Outcome};
use crossover::world::{Plan, Setting};

use crate::support::scenario_with;

/// Nanoseconds in a microsecond.
pub const US: u64 = 1_000;
/// Nanoseconds in a millisecond.
pub const MS: u64 = 1_000_000;

/// An arrival of a script: when, which endpoint, and where dice decide about it, the process it must fall to.
#[derive(Clone, Copy)]
pub struct Arrival {
    at: &'static str,
    endpoint: &'static str,
    process: Option<(u64, u64)>,
}

/// A request for this endpoint, meant to be sent at this time.
pub fn at(at: &'static str, endpoint: &'static str) -> Arrival {
    Arrival {
        at,
        endpoint,
        process: None,
    }
}

impl Arrival {
    /// Its dice choose this one of so many processes.
    pub fn falls_to(self, process: u64, of: u64) -> Self {
        Self {
            process: Some((process, of)),
            ..self
        }
    }
}

/// What a script came to.
pub struct Trace {
    pub outcome: Outcome,
    endpoints: Vec<String>,
    resources: Vec<String>,
}

/// Runs a script of arrivals on the first contestant of a scenario text without `[arrivals]`, for 102.4 ms.
pub fn trace(text: &str, script: &[Arrival]) -> Trace {
    trace_for(text, script, 102_400 * US)
}

/// The same for so many nanoseconds.
pub fn trace_for(text: &str, script: &[Arrival], horizon: u64) -> Trace {
    trace_where(text, script, horizon, |_| true)
}

/// The same, with dice that fall as the script needs them elsewhere too.
pub fn trace_where(
    text: &str,
    script: &[Arrival],
    horizon: u64,
    fall: impl Fn(Key) -> bool,
) -> Trace {
    let times: String = script
        .iter()
        .map(|arrival| format!("{}\n", arrival.at))
        .collect();
    let text = format!("arrivals = {{ process = \"replay\", file = \"times.txt\" }}\n{text}");
    let scenario = scenario_with(&text, &[("times.txt", &times)]);
    let contestant = &scenario.contestants[0];
    let endpoints: Vec<String> = contestant.system.services[0]
        .endpoints
        .iter()
        .map(|endpoint| endpoint.name.clone())
        .collect();
    let seed = seed_for(script, &endpoints, fall);
    let [elided, full] = [true, false].map(|elide| {
        let setting = Setting {
            elide,
            ..Setting::new(1.0, Span(horizon))
        };
        let plan = Plan::compile(contestant, &scenario.arrivals, setting);
        let resources = plan.resources.iter().map(|resource| resource.name.clone());
        Trace {
            resources: resources.collect(),
            outcome: plan.run(seed, 0),
            endpoints: endpoints.clone(),
        }
    });
    for endpoint in &endpoints {
        let (with, without) = (full.account(endpoint), elided.account(endpoint));
        assert_eq!(
            with, without,
            "`{endpoint}` in the full and the elided world"
        );
    }
    assert_eq!(full.outcome.series, elided.outcome.series);
    elided
}

/// One of so many, by a word of dice.
pub fn share(word: u64, of: u64) -> u64 {
    ((u128::from(word) * u128::from(of)) >> 64) as u64
}

/// A seed with which the arrivals of a script ask for the endpoints it says and fall to the processes it says, and `fall` holds of its dice.
fn seed_for(script: &[Arrival], endpoints: &[String], fall: impl Fn(Key) -> bool) -> u64 {
    let path = |name| Path::ROOT.child(name);
    let falls = |seed: u64| {
        let source = Key::root(seed, 0).at(path("arrivals"));
        script.iter().enumerate().all(|(ordinal, arrival)| {
            let key = source.nth(ordinal as u64);
            let asked = share(key.word(path("endpoint")), endpoints.len() as u64);
            let process = |(process, of)| share(key.word(path("process")), of) == process;
            endpoints[asked as usize] == arrival.endpoint && arrival.process.is_none_or(process)
        })
    };
    (0..100_000_000)
        .find(|&seed| falls(seed) && fall(Key::root(seed, 0)))
        .expect("a seed whose dice fall as the script needs them")
}

/// What requests for one endpoint came to: successes, failures, the sum of latencies, and where it went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub succeeded: u64,
    pub failed: [u64; Failure::COUNT],
    pub ns: u128,
    pub parts: Vec<(&'static str, u64)>,
}

impl Trace {
    /// What the requests for this endpoint came to.
    pub fn account(&self, endpoint: &str) -> Sums {
        let index = self.endpoints.iter().position(|name| name == endpoint);
        let index = index.expect("an endpoint of the scenario");
        let mut sums = Sums::default();
        let mut account = Account::default();
        for segment in &self.outcome.segments {
            let tally = &segment.endpoints[index];
            sums.succeeded += tally.succeeded;
            (0..Failure::COUNT).for_each(|why| sums.failed[why] += tally.failed[why]);
            sums.ns += tally.sum_ns;
            account.add(&tally.account_ns);
        }
        let used = Component::ALL
            .into_iter()
            .filter(|&part| account.get(part) > 0);
        sums.parts = used.map(|part| (part.name(), account.get(part))).collect();
        sums
    }

    /// The one request for this endpoint succeeded, after exactly these times in these states.
    #[track_caller]
    pub fn took(&self, endpoint: &str, parts: &[(Component, u64)]) {
        self.took_in_all(endpoint, 1, parts);
    }

    /// So many requests for this endpoint succeeded, after these times in these states in total.
    #[track_caller]
    pub fn took_in_all(&self, endpoint: &str, requests: u64, parts: &[(Component, u64)]) {
        let mut expected: Vec<_> = parts.to_vec();
        expected.sort_unstable();
        let expected = Sums {
            succeeded: requests,
            failed: [0; Failure::COUNT],
            ns: parts.iter().map(|(_, ns)| u128::from(*ns)).sum(),
            parts: expected
                .into_iter()
                .map(|(part, ns)| (part.name(), ns))
                .collect(),
        };
        assert_eq!(self.account(endpoint), expected, "`{endpoint}`");
    }

    /// The one request for this endpoint failed, and this is why.
    #[track_caller]
    pub fn failed(&self, endpoint: &str, why: Failure) {
        let mut expected = Sums::default();
        expected.failed[why as usize] = 1;
        assert_eq!(self.account(endpoint), expected, "`{endpoint}`");
    }

    /// Latencies in the order in which answers came; no two may come within a 1,024th of the run.
    pub fn latencies(&self) -> Vec<u64> {
        let slots = self.outcome.series.iter();
        slots
            .filter(|slot| slot.succeeded > 0)
            .map(|slot| {
                assert_eq!(slot.succeeded, 1, "two answers in one slot of the series");
                slot.sum_ns as u64
            })
            .collect()
    }

    /// Nanoseconds this resource was in use.
    pub fn busy(&self, resource: &str) -> u64 {
        let index = self.resources.iter().position(|name| name == resource);
        let index = index.unwrap_or_else(|| panic!("{resource} in {:?}", self.resources));
        let segments = self.outcome.segments.iter();
        segments.map(|segment| segment.busy_ns[index]).sum()
    }
}
