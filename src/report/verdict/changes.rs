//! What became of a study since its baseline.

use super::apart::{self, Standing};
use crate::experiment::baseline::{Lone, Unpaired};
use crate::experiment::{Changed, Changes, Study};
use crate::report::view::{self, ALL};
use crate::report::words;
use crate::scenario::{Figure, Unit};

/// The figures in the order in which people ask for them.
const FIGURES: [Figure; 6] = [
    Figure::P99Slo,
    Figure::P95,
    Figure::P50,
    Figure::Mean,
    Figure::Throughput,
    Figure::Errors,
];

/// What it is compared with, a sentence for each contestant, and what has nothing beside it.
pub fn sentences(study: &Study, changes: &Changes) -> Vec<String> {
    let mut out = vec![opening(changes)];
    let mut unchanged = Vec::new();
    for name in view::contestants(study) {
        let rows: Vec<&Changed> = changes
            .rows
            .iter()
            .filter(|c| c.contestant == name)
            .collect();
        let told = || rows.iter().filter(|c| apart::standing(c).is_some());
        if told().next().is_none() {
            continue;
        }
        let drowns = |c: &&Changed| c.saturated.0 != c.saturated.1;
        if told().all(|c| apart::identical(c)) && !rows.iter().any(drowns) {
            unchanged.push(name);
        } else {
            out.push(format!("{name}: {}.", contestant(study, &rows).join("; ")));
        }
    }
    if !unchanged.is_empty() {
        out.push(format!(
            "{}: no difference at all, to the last digit.",
            words::list(&unchanged)
        ));
    }
    out.extend(lone("Only in the baseline", &changes.gone, study));
    out.extend(lone("Only in this run", &changes.new, study));
    out
}

/// What it is compared with, and how.
fn opening(changes: &Changes) -> String {
    let all = || changes.rows.iter().filter(|c| c.endpoint == ALL);
    let reasons: Vec<String> =
        all()
            .filter_map(|c| c.unpaired)
            .fold(Vec::new(), |mut list, why| {
                let why = reason(why);
                if !list.contains(&why) {
                    list.push(why);
                }
                list
            });
    let how = match (reasons.as_slice(), all().any(|c| c.unpaired.is_none())) {
        ([], _) => "the same requests in both, so changes are paired".to_owned(),
        ([first, ..], true) => format!("paired, but not everywhere ({first})"),
        ([first, ..], false) => {
            format!(
                "not the same requests in both, so changes are not paired and less is told apart ({first})"
            )
        }
    };
    let version = changes
        .version
        .as_ref()
        .map_or_else(String::new, |version| {
            format!(" It was saved by crossover {version}, and this is another version.")
        });
    format!("Against the baseline {}: {how}.{version}", changes.baseline)
}

fn reason(why: Unpaired) -> String {
    match why {
        Unpaired::Seed(before, now) => format!("the seed was {before} and is {now}"),
        Unpaired::Replications(before, now) => {
            format!("there were {before} replications and are {now}")
        }
        Unpaired::Length(before, now) => format!(
            "replications lasted {} s and last {} s",
            words::number(before.as_secs_f64()),
            words::number(now.as_secs_f64())
        ),
    }
}

/// What is said of a contestant.
fn contestant(study: &Study, rows: &[&Changed]) -> Vec<String> {
    let all: Vec<&Changed> = rows.iter().copied().filter(|c| c.endpoint == ALL).collect();
    let mut parts = drowning(study, &all);
    let mut quiet = Vec::new();
    for figure in FIGURES {
        let of: Vec<&Changed> = known(&all, figure);
        if of.is_empty() {
            continue;
        }
        if of
            .iter()
            .all(|c| apart::standing(c) == Some(Standing::Alike))
        {
            quiet.push(of);
        } else {
            parts.extend(told(study, words::figure(figure), &of));
        }
    }
    parts.extend(alike(&quiet));
    if study.endpoints.len() > 1 {
        for endpoint in &study.endpoints {
            let here: Vec<&Changed> = rows
                .iter()
                .copied()
                .filter(|c| c.endpoint == *endpoint)
                .collect();
            let mut of = known(&here, Figure::P99Slo);
            of.retain(|c| apart::standing(c).is_some_and(Standing::apart));
            parts.extend(told(study, &format!("p99 of {endpoint}"), &of));
        }
    }
    parts
}

/// Where a figure is known in both and both keep up, or neither does.
fn known<'a>(rows: &[&'a Changed], figure: Figure) -> Vec<&'a Changed> {
    let rows = rows.iter().copied();
    let both = |c: &&Changed| c.before.is_some() && c.now.is_some() && apart::standing(c).is_some();
    rows.filter(|c| c.figure == figure).filter(both).collect()
}

/// Where it can no longer keep up, and where it now does.
fn drowning(study: &Study, all: &[&Changed]) -> Vec<String> {
    let at = |which: (bool, bool)| {
        let mut loads: Vec<f64> = all
            .iter()
            .filter(|c| c.saturated == which)
            .map(|c| c.load)
            .collect();
        loads.dedup();
        let loads: Vec<String> = loads.into_iter().map(words::load).collect();
        (!loads.is_empty()).then(|| format!("{} {}", words::list(&loads), view::unit(study)))
    };
    let lost = at((false, true)).map(|at| format!("saturated at {at}, and was not"));
    let won = at((true, false)).map(|at| format!("no longer saturated at {at}"));
    lost.into_iter().chain(won).collect()
}

/// What is said of a figure over the loads: at one load all of it; else where it is told apart, most where, and where that is open.
fn told(study: &Study, name: &str, of: &[&Changed]) -> Vec<String> {
    let unit = view::unit(study);
    let at = |c: &Changed| {
        let text = apart::said(c).unwrap_or_default();
        if view::single_load(study) {
            format!("{name} {text}")
        } else {
            format!("{name} {text} at {} {unit}", words::load(c.load))
        }
    };
    let mut parts = Vec::new();
    for standing in [Standing::More, Standing::Less, Standing::Open] {
        let here: Vec<&Changed> = of
            .iter()
            .copied()
            .filter(|c| apart::standing(c) == Some(standing))
            .collect();
        let most = here.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
        match (here.as_slice(), most) {
            ([], _) | (_, None) => {}
            ([one], _) => parts.push(at(one)),
            (several, Some(most)) => {
                let words = apart::words_of(most.figure);
                let (loads, load) = (several.len(), words::load(most.load));
                let said = apart::said(most).unwrap_or_default();
                parts.push(match standing {
                    Standing::Open => {
                        format!("{name} cannot be told at {loads} of {} loads", of.len())
                    }
                    Standing::Less => format!(
                        "{name} {} at {loads} of {} loads, most at {load} {unit} ({said})",
                        words.less,
                        of.len()
                    ),
                    _ => format!(
                        "{name} {} at {loads} of {} loads, most at {load} {unit} ({said})",
                        words.more,
                        of.len()
                    ),
                });
            }
        }
    }
    parts
}

/// How much of a change it is, for the largest.
fn size(change: &Changed) -> f64 {
    if change.now.or(change.before).is_some_and(f64::is_infinite) {
        return f64::INFINITY;
    }
    let ratio = change.ratio.map(|ratio| libm::log(ratio.value).abs());
    ratio
        .or(change.difference.map(|d| d.value.abs()))
        .unwrap_or(0.0)
}

/// Of what is alike everywhere: figure by figure, within how much.
fn alike(quiet: &[Vec<&Changed>]) -> Option<String> {
    let widest = |of: &[&Changed]| of.iter().map(|c| apart::within(c)).fold(0.0, f64::max);
    let same = |of: &&Vec<&Changed>| of.iter().all(|c| apart::identical(c));
    let name = |of: &Vec<&Changed>| of.first().map(|c| words::figure(c.figure));
    let mut parts = Vec::new();
    let (identical, near): (Vec<_>, Vec<_>) = quiet.iter().partition(same);
    let identical: Vec<&str> = identical.into_iter().filter_map(name).collect();
    if !identical.is_empty() {
        parts.push(format!("{} as before", words::list(&identical)));
    }
    let of_unit = |share: bool| {
        let right = |of: &&&Vec<&Changed>| {
            of.first()
                .is_some_and(|c| (c.figure.unit() == Unit::Share) == share)
        };
        let near: Vec<&Vec<&Changed>> = near.iter().filter(right).copied().collect();
        let names: Vec<&str> = near.iter().filter_map(|of| name(of)).collect();
        let widest = near.iter().map(|of| widest(of)).fold(0.0, f64::max);
        (!names.is_empty()).then(|| (words::list(&names), apart::share(widest)))
    };
    parts.extend(
        of_unit(false)
            .map(|(names, most)| format!("no difference larger than {most} % in {names}")),
    );
    parts.extend(
        of_unit(true).map(|(names, most)| format!("{names} within {most} percentage points")),
    );
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What only one of the two has.
fn lone(which: &str, lone: &Lone, study: &Study) -> Option<String> {
    let named = |one: &str, several: &str, names: &[String]| {
        let kind = if names.len() == 1 { one } else { several };
        (!names.is_empty()).then(|| format!("{kind} {}", words::list(names)))
    };
    let loads: Vec<String> = lone.loads.iter().map(|load| words::load(*load)).collect();
    let parts = [
        named("the contestant", "the contestants", &lone.contestants),
        named("the endpoint", "the endpoints", &lone.endpoints),
        named("the load", "the loads", &loads).map(|text| format!("{text} {}", view::unit(study))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{which}: {}.", parts.join("; ")))
}
