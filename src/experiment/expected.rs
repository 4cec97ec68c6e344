//! What the load that people have asks of each contestant, and which input the answer hangs on.
//!
//! The used share is the utilisation law's, `load × demand / units` of the resource that is full first; whether the objectives are
//! met was simulated at that load; headroom is the simulated capacity over the load.
//!
//! What an input half as large or half as large again would change is seen in two ways. Whether the objectives are met with it, at that
//! load, is simulated ([`others`](super::others)): so an input that lengthens a wait counts, whatever it fills. Where the capacity would
//! lie is not, since that takes a search for each: a contestant is taken to carry the same share κ of its bound as it was seen to,
//! and the bound follows from the demands of the changed scenario ([`bounds`]).
//!
//! The answer, in the order of what matters: whether everybody is nearly idle; who carries most, where that is told at all; how many
//! machines that one takes; who meets the objectives on one machine.

use super::bounds::{Asking, bounds};
use super::others::Other;
use super::study::{Capacity, Change, Expected, Sensitive, Share, Study};
use super::world::Simulation;
use crate::scenario::Scenario;
use crate::world::CLIENT_CONNECTIONS;

/// Below this share of everybody's first resource it does not matter who serves.
pub const IDLE: f64 = 0.1;

/// Of a comparison of this scenario, and of the same with other inputs; `None` where it expects no load.
#[must_use]
pub fn expected(scenario: &Scenario, study: &Study, others: &[Other]) -> Option<Expected> {
    let load = scenario.expected?;
    let shares: Vec<Share> = (0..scenario.contestants.len())
        .map(|contestant| share(scenario, study, contestant, load))
        .collect();
    let kept: Vec<Option<f64>> = (0..shares.len())
        .map(|c| Some(carried(&study.verdict.capacity_measured[c])? / first_bound(study, c)?))
        .collect();
    let ahead = ahead(&study.verdict.capacity_measured);
    let base = Answer::new(&shares, ahead);
    let mut sensitive = Vec::new();
    let mut varied: Vec<String> = Vec::new();
    for other in others {
        if varied.last().is_none_or(|last| last != other.input) {
            varied.push(other.input.to_owned());
        }
        let shares: Vec<Share> = shares
            .iter()
            .enumerate()
            .map(|(c, share)| with(other, c, share, kept[c]))
            .collect();
        // The load changes nobody's capacity.
        let ahead = match other.scenario {
            None => ahead,
            Some(_) => most(&shares).filter(|_| ahead.is_some()),
        };
        let answer = Answer::new(&shares, ahead);
        sensitive.extend(base.change(&answer).map(|change| Sensitive {
            input: other.input.to_owned(),
            from: other.from.to_owned(),
            factor: other.factor,
            change,
        }));
    }
    Some(Expected {
        load,
        shares,
        sensitive,
        varied,
    })
}

/// What is asked of a contestant with another input, if it carries the share `kept` of its bound again.
fn with(other: &Other, contestant: usize, before: &Share, kept: Option<f64>) -> Share {
    let mut share = Share {
        met: other.met[contestant],
        ..before.clone()
    };
    match other.scenario {
        None => {
            share
                .used
                .iter_mut()
                .for_each(|used| used.1 *= other.factor);
            share.headroom = share.headroom.map(|times| times / other.factor);
        }
        Some(scenario) => {
            let bounds = bounds(&Simulation(scenario), contestant, 1.0, Asking::Open);
            let first = bounds.first();
            share.used = first.map(|bound| (bound.resource.clone(), other.load / bound.load));
            share.called = first.is_some_and(|bound| called(scenario, contestant, &bound.resource));
            share.headroom = kept
                .zip(first)
                .map(|(kept, bound)| kept * bound.load / other.load);
        }
    }
    share
}

/// What a load asks of a contestant.
fn share(scenario: &Scenario, study: &Study, contestant: usize, load: f64) -> Share {
    let info = &study.contestants[contestant];
    let row = study
        .rows
        .iter()
        .find(|row| row.contestant == info.name && row.load == load && row.endpoint == "all");
    let capacity = &study.verdict.capacity_measured[contestant];
    Share {
        contestant: info.name.clone(),
        used: info
            .bounds
            .first()
            .map(|bound| (bound.resource.clone(), load / bound.load)),
        called: info
            .bounds
            .first()
            .is_some_and(|bound| called(scenario, contestant, &bound.resource)),
        met: row.and_then(|row| row.within_slo),
        headroom: carried(capacity).map(|carried| carried / load),
    }
}

/// Whether a resource is no machine's of the application: named after a service that it calls, or its clients' own.
fn called(scenario: &Scenario, contestant: usize, resource: &str) -> bool {
    let services = &scenario.contestants[contestant].system.services[1..];
    resource == CLIENT_CONNECTIONS || services.iter().any(|service| service.name == resource)
}

/// By interpolation, else the highest load that was seen to be carried.
fn carried(capacity: &Capacity) -> Option<f64> {
    capacity.estimate.or(capacity.carries)
}

fn first_bound(study: &Study, contestant: usize) -> Option<f64> {
    Some(study.contestants[contestant].bounds.first()?.load)
}

/// Who carries more than anybody else beyond doubt.
fn ahead(capacities: &[Capacity]) -> Option<usize> {
    (0..capacities.len()).find(|&first| {
        let least = capacities[first].carries.unwrap_or(0.0);
        let others = capacities.iter().enumerate().filter(|(c, _)| *c != first);
        least > 0.0
            && capacities.len() > 1
            && others
                .into_iter()
                .all(|(_, other)| other.fails_at.is_some_and(|fails| fails <= least))
    })
}

/// Who has the most headroom.
fn most(shares: &[Share]) -> Option<usize> {
    let known = shares.iter().enumerate();
    let known = known.filter_map(|(c, share)| Some((c, share.headroom?)));
    known
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(c, _)| c)
}

/// What is concluded for one set of inputs.
struct Answer {
    idle: bool,
    ahead: Option<String>,
    instances: Option<(String, u64)>,
    met: Vec<(String, Option<bool>)>,
}

impl Answer {
    fn new(shares: &[Share], ahead: Option<usize>) -> Self {
        let most = most(shares).map(|c| &shares[c]);
        Self {
            idle: unused(shares),
            ahead: ahead.map(|c| shares[c].contestant.clone()),
            instances: most.and_then(|share| Some((share.contestant.clone(), share.instances()?))),
            met: shares
                .iter()
                .map(|s| (s.contestant.clone(), s.met))
                .collect(),
        }
    }

    /// The first thing that is different in another answer.
    fn change(&self, other: &Self) -> Option<Change> {
        if self.idle != other.idle {
            return Some(Change::Idle(other.idle));
        }
        if let (Some(was), Some(is)) = (&self.ahead, &other.ahead)
            && was != is
        {
            return Some(Change::Best(was.clone(), is.clone()));
        }
        if let (Some((who, was)), Some((whom, is))) = (&self.instances, &other.instances)
            && who == whom
            && was != is
        {
            return Some(Change::Instances(who.clone(), *was, *is));
        }
        let turned = |to: bool| -> Vec<String> {
            let both = self.met.iter().zip(&other.met);
            let turned = both.filter(|(was, is)| was.1 == Some(!to) && is.1 == Some(to));
            turned.map(|(was, _)| was.0.clone()).collect()
        };
        let (misses, meets) = (turned(false), turned(true));
        if misses.is_empty() && meets.is_empty() {
            return None;
        }
        Some(Change::Met { misses, meets })
    }
}

/// Whether everybody's first resource is nearly idle and nobody is known to miss the objectives.
#[must_use]
pub fn idle(shares: &[Share]) -> bool {
    unused(shares) && shares.iter().all(|share| share.met != Some(false))
}

fn unused(shares: &[Share]) -> bool {
    let little = |share: &Share| share.used.as_ref().is_none_or(|used| used.1 < IDLE);
    shares.iter().all(little)
}
