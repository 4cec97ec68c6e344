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
    let mut out = vec![opening(study, changes)];
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

/// What it is compared with, and how: of what can be compared.
fn opening(study: &Study, changes: &Changes) -> String {
    let compared = || changes.rows.iter().filter(|c| c.difference.is_some());
    let apart: Vec<&Changed> = compared().filter(|c| c.unpaired.is_some()).collect();
    let why = apart.iter().find_map(|c| c.unpaired).map(reason);
    let how = match why {
        None => "the same requests in both, so changes are paired".to_owned(),
        Some(why) if compared().any(|c| c.unpaired.is_none()) => {
            let mut loads: Vec<f64> = apart.iter().map(|c| c.load).collect();
            loads.sort_by(f64::total_cmp);
            loads.dedup();
            let loads: Vec<String> = loads.into_iter().map(words::load).collect();
            let (loads, unit) = (words::list(&loads), view::unit(study));
            format!("the same requests in both, but not of everybody at {loads} {unit} ({why})")
        }
        Some(why) => format!(
            "not the same requests in both, so changes are not paired and less is told apart ({why})"
        ),
    };
    let version = changes.version.as_ref();
    let version = version.map_or_else(String::new, |version| {
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
            parts.extend(told(study, words::figure(figure), &of, of.len()));
        }
    }
    parts.extend(alike(&quiet));
    if study.endpoints.len() > 1 {
        let endpoints = study.endpoints.iter();
        parts.extend(endpoints.flat_map(|endpoint| of_endpoint(study, endpoint, rows)));
    }
    parts
}

/// p99 of an endpoint, where it is told apart and that of all requests not in the same way.
fn of_endpoint(study: &Study, endpoint: &str, rows: &[&Changed]) -> Vec<String> {
    let named = |name: &str| {
        let rows = rows.iter().copied().filter(|c| c.endpoint == name);
        known(&rows.collect::<Vec<_>>(), Figure::P99Slo)
    };
    let (here, all) = (named(endpoint), named(ALL));
    let own = |c: &&Changed| {
        let of_all = all.iter().find(|of_all| of_all.load == c.load);
        let of_all = of_all.and_then(|of_all| apart::standing(of_all));
        apart::standing(c).is_some_and(Standing::apart) && apart::standing(c) != of_all
    };
    let loads = here.len();
    let own: Vec<&Changed> = here.into_iter().filter(own).collect();
    told(study, &format!("p99 of {endpoint}"), &own, loads)
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

/// What is said of a figure over so many loads: of one load all of it; else at how many it is longer, shorter or open, and most where.
fn told(study: &Study, name: &str, of: &[&Changed], loads: usize) -> Vec<String> {
    let each = [Standing::More, Standing::Less, Standing::Open].into_iter();
    let each = each.filter_map(|standing| {
        let here = of.iter().copied();
        let here: Vec<&Changed> = here
            .filter(|c| apart::standing(c) == Some(standing))
            .collect();
        let most = here.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let at = format!("at {} {}", words::load(most.load), view::unit(study));
        let said = apart::said(most)?;
        let words = apart::words_of(most.figure);
        let direction = match standing {
            Standing::Less => words.less,
            _ => words.more,
        };
        let number = here.len();
        Some(match (number, standing) {
            (1, Standing::Open) if view::single_load(study) => format!("{name}, {said}"),
            (1, _) if view::single_load(study) => format!("{name} {said}"),
            (1, Standing::Open) => format!("{name} {at}, {said}"),
            (1, _) => format!("{name} {said} {at}"),
            (_, Standing::Open) => format!("{name} cannot be told at {number} of {loads} loads"),
            _ => format!("{name} {direction} at {number} of {loads} loads, most {at} ({said})"),
        })
    });
    each.collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::table::tables;

    fn text(study: &Study) -> String {
        let found = study.changes.iter();
        let said: Vec<String> = found.flat_map(|found| sentences(study, found)).collect();
        let since = tables(study).into_iter();
        let since = since.filter(|table| table.title.starts_with("Change since"));
        let lines = since.flat_map(|table| {
            let rows = table.rows.into_iter().map(|row| row.join(" | "));
            let title = format!("{}: {}", table.title, table.header.join(" | "));
            std::iter::once(title).chain(rows)
        });
        said.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn several_loads() {
        insta::assert_snapshot!(text(&fixture::compared()));
    }

    /// Of other dice at the one load that is left, and of one contestant with another number of replications.
    #[test]
    fn one_load_of_other_requests() {
        let mut study = fixture::compared();
        study.rows.retain(|row| row.load == 240.0);
        let changes = study.changes.as_mut().unwrap();
        changes.rows.retain(|c| c.load == 240.0);
        changes.version = None;
        for change in &mut changes.rows {
            change.unpaired = Some(Unpaired::Seed(1, 2));
        }
        insta::assert_snapshot!(text(&study));
        let changes = study.changes.as_mut().unwrap();
        for change in &mut changes.rows {
            let other = Some(Unpaired::Replications(10, 3));
            change.unpaired = other.filter(|_| change.contestant == "node");
        }
        assert_eq!(
            text(&study).lines().next(),
            Some(
                "Against the baseline before: the same requests in both, but not of everybody at 240 requests/s (there were 10 replications and are 3)."
            )
        );
    }
}
