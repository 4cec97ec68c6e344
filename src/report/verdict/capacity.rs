//! Who carries how much inside the objective, at equal CPU and at the measured ratios, and what stops each.

use super::flip;
use crate::experiment::{Capacity, Study};
use crate::report::{view, words};

/// Sentences one to three of the verdict, then what runs out first for each contestant.
pub fn sentences(study: &Study) -> Vec<String> {
    let verdict = &study.verdict;
    let unit = view::unit(study);
    let mut out = vec![goal(study)];
    let (equal, measured) = (&verdict.capacity_equal_cpu, &verdict.capacity_measured);
    let different = !equal.is_empty() && equal != measured;
    if different {
        // Each was visited at loads of its own there, so no load is the highest of all.
        let ranking = ranking(equal, unit, None);
        out.push(format!(
            "At equal CPU for the endpoints' own work (each server keeps its own overhead): {ranking}"
        ));
    }
    if !measured.is_empty() {
        let ranking = ranking(measured, unit, highest(study));
        let at = match (different, equal.is_empty()) {
            (true, _) => "At the measured language ratios",
            (false, true) => "Capacity",
            (false, false) => {
                "Capacity (no endpoint has work that languages make dearer: the ratios change nothing)"
            }
        };
        out.push(format!("{at}: {ranking}"));
    }
    if different {
        out.extend(flip::sentence(&study.verdict));
    }
    out.extend(bottlenecks(study));
    out
}

fn goal(study: &Study) -> String {
    match words::objectives(&study.slo) {
        Some(goal) => format!(
            "Objective: {goal}; a failed request counts as infinitely late. Ranges go from the highest load that met it to the \
             lowest that missed it."
        ),
        None => "No objective is set ([slo]), so to carry a load here means no more than to keep up with it.".to_owned(),
    }
}

fn highest(study: &Study) -> Option<f64> {
    view::loads(study).last().copied()
}

/// The bracket's ends as numbers that compare: nothing carried is 0, never missed is infinite.
pub fn bracket(capacity: &Capacity) -> (f64, f64) {
    (
        capacity.carries.unwrap_or(0.0),
        capacity.fails_at.unwrap_or(f64::INFINITY),
    )
}

/// Those that nobody is known to beat, and the rest; each by falling capacity.
pub fn split<'a>(capacities: &[&'a Capacity]) -> (Vec<&'a Capacity>, Vec<&'a Capacity>) {
    let mut sorted = capacities.to_vec();
    let key = |c: &Capacity| (bracket(c).0, c.estimate.unwrap_or(0.0), bracket(c).1);
    let falling = |a: &Capacity, b: &Capacity| {
        let (a, b) = (key(a), key(b));
        b.0.total_cmp(&a.0)
            .then(b.1.total_cmp(&a.1))
            .then(b.2.total_cmp(&a.2))
    };
    sorted.sort_by(|a, b| falling(a, b));
    let best = sorted.first().map_or(0.0, |c| bracket(c).0);
    sorted.into_iter().partition(|c| bracket(c).1 > best)
}

fn ranking(capacities: &[Capacity], unit: &str, highest: Option<f64>) -> String {
    let known: Vec<&Capacity> = capacities
        .iter()
        .filter(|c| c.carries.or(c.fails_at).is_some())
        .collect();
    let head = ranking_of_known(&known, unit, highest);
    let unknown = capacities
        .iter()
        .filter(|c| c.carries.or(c.fails_at).is_none());
    let unknown: Vec<&str> = unknown.map(|c| c.contestant.as_str()).collect();
    match (known.is_empty(), unknown.is_empty()) {
        (_, true) => format!("{head}."),
        (false, false) => format!(
            "{head}; {} cannot be judged (too little data).",
            words::list(&unknown)
        ),
        (true, false) => "nobody can be judged: too little data.".to_owned(),
    }
}

fn ranking_of_known(known: &[&Capacity], unit: &str, highest: Option<f64>) -> String {
    if known.iter().all(|c| c.carries.is_none()) {
        let lowest = known
            .iter()
            .filter_map(|c| c.fails_at)
            .fold(f64::INFINITY, f64::min);
        let who = if known.len() == 1 {
            format!("{} does not meet it", known[0].contestant)
        } else {
            "nobody meets it".to_owned()
        };
        return format!(
            "{who}, not even at the lowest visited load ({} {unit})",
            words::load(lowest)
        );
    }
    let everywhere = known
        .iter()
        .all(|c| c.fails_at.is_none() && c.carries == highest);
    if let ([_, _, ..], Some(highest), true) = (known, highest, everywhere) {
        let highest = words::load(highest);
        return format!(
            "all meet it up to the highest visited load, {highest} {unit}: what tells them apart lies beyond"
        );
    }
    let (best, rest) = split(known);
    let named = |list: &[&Capacity]| {
        words::list(
            &list
                .iter()
                .map(|c| format!("{} {}", c.contestant, quantity(c)))
                .collect::<Vec<_>>(),
        )
    };
    let head = match best.as_slice() {
        [one] if rest.is_empty() => format!("{} carries {} {unit}", one.contestant, quantity(one)),
        [one] => format!("{} carries most, {} {unit}", one.contestant, quantity(one)),
        several => format!("{} are not told apart, in {unit}", named(several)),
    };
    if rest.is_empty() {
        head
    } else {
        format!("{head}; less: {}", named(&rest))
    }
}

/// `about 522 (480 to 540)`.
fn quantity(capacity: &Capacity) -> String {
    match (capacity.carries, capacity.fails_at) {
        (Some(met), Some(missed)) => {
            let range = format!("{} to {}", words::load(met), words::load(missed));
            capacity.estimate.map_or_else(
                || range.clone(),
                |load| format!("about {} ({range})", words::number(load)),
            )
        }
        (Some(met), None) => format!("at least {} (not seen to miss it)", words::load(met)),
        (None, Some(missed)) => format!("less than {} (missed there already)", words::load(missed)),
        (None, None) => "unknown (too little data)".to_owned(),
    }
}

/// Which resource saturates first for each contestant.
fn bottlenecks(study: &Study) -> Option<String> {
    let unit = view::unit(study);
    let each = study.contestants.iter().filter_map(|info| {
        let capacity = study
            .verdict
            .capacity_measured
            .iter()
            .find(|c| c.contestant == info.name);
        let busiest = capacity.and_then(|c| Some((c.bottleneck.as_ref()?, c.carries?)));
        let bound = info.bounds.first();
        let name = &info.name;
        let named = |resource: &str| words::resource(resource);
        let seen = busiest.map(|((resource, used), at)| (named(resource), words::percent(*used), words::load(at)));
        Some(match (seen, bound.map(|b| (named(&b.resource), words::number(b.load)))) {
            (Some((seen, used, at)), Some((bound, full))) if seen == bound => {
                format!("{name}: {seen}, {used} at {at} (full at {full} by demand alone)")
            }
            (Some((seen, used, at)), Some((bound, full))) => {
                format!("{name}: {seen}, {used} at {at} (by demand alone {bound} is full first, at {full})")
            }
            (Some((seen, used, at)), None) => format!("{name}: {seen}, {used} at {at}"),
            (None, Some((bound, full))) => format!("{name}: {bound} (full at {full} by demand alone)"),
            (None, None) => return None,
        })
    });
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| {
        format!(
            "In use most at the highest load carried, in {unit}: {}.",
            each.join("; ")
        )
    })
}
