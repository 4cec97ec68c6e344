//! What a search for capacities says in words: the objective, the ranking, and where the answer is not the whole story.

use crate::experiment::{Carried, Closest, Reach, Study};
use crate::report::{view, words};
use crate::scenario::{Objective, Unit};

/// The objective and the ranking, then a sentence for each contestant with something to add.
pub fn sentences(study: &Study) -> Vec<String> {
    let mut out = vec![words::goal(&study.slo)];
    out.extend(ranking(study));
    for carried in &study.carried {
        out.extend(reach(study, carried));
        out.extend(elsewhere(study, carried));
        out.extend(imprecise(study, carried));
    }
    out
}

/// Who carries most, if the intervals tell.
fn ranking(study: &Study) -> Option<String> {
    let mut known: Vec<(&Carried, _)> = study
        .carried
        .iter()
        .filter_map(|c| Some((c, c.load?)))
        .collect();
    known.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
    let (best, load) = *known.first()?;
    let told = |c: &Carried| {
        format!(
            "{} {}",
            c.contestant,
            c.load.map_or_else(String::new, |l| words::number(l.value))
        )
    };
    let unit = view::unit(study);
    let (alike, less): (Vec<_>, Vec<_>) = known[1..]
        .iter()
        .partition(|(_, other)| other.hi >= load.lo);
    let names = |list: &[&(&Carried, _)]| {
        words::list(&list.iter().map(|(c, _)| told(c)).collect::<Vec<_>>())
    };
    let less = if less.is_empty() {
        String::new()
    } else {
        format!("; less: {}", names(&less))
    };
    Some(if alike.is_empty() {
        let verb = if known.len() > 1 {
            "carries most,"
        } else {
            "carries"
        };
        format!(
            "{} {verb} {} {unit}{less}.",
            best.contestant,
            words::number(load.value)
        )
    } else {
        format!(
            "{} and {} are not told apart, in {unit}{less}.",
            told(best),
            names(&alike)
        )
    })
}

/// Contestants without a capacity.
fn reach(study: &Study, carried: &Carried) -> Option<String> {
    let (name, unit) = (&carried.contestant, view::unit(study));
    match carried.reach {
        Reach::UpTo => None,
        Reach::Everywhere => Some(match carried.highest {
            Some(load) => format!(
                "Nothing was found that limits {name}: it meets the objective at every load looked at, up to {} {unit}.",
                words::load(load)
            ),
            None => format!("Nothing was found that limits {name}."),
        }),
        Reach::Unfound => Some(unfound(study, carried)),
        Reach::Nowhere => Some(match &carried.closest {
            Some(closest) => format!(
                "{name} meets the objective at no load: {}.",
                missed(study, closest)
            ),
            None => format!(
                "{name} saturates at every load looked at: it cannot keep up with the least of them."
            ),
        }),
    }
}

/// What is known where the search ended before it had found both a load that meets the objective and one that does not.
pub fn unfound(study: &Study, carried: &Carried) -> String {
    let (name, unit) = (&carried.contestant, view::unit(study));
    let (low, high) = carried.looked.unwrap_or_default();
    let within = format!(
        "within the {} million events that the search took, looking from {} to {} {unit}",
        words::number(carried.events as f64 * 1e-6),
        words::number(low),
        words::number(high),
    );
    match (carried.highest, &carried.closest) {
        (Some(_), _) => {
            format!("No load was found at which {name} misses the objective, {within}.")
        }
        (None, Some(closest)) => format!(
            "No load was found at which {name} meets the objective, {within}: {}.",
            missed(study, closest)
        ),
        (None, None) => format!(
            "No load was found at which {name} meets the objective, {within}: it saturates at all of them."
        ),
    }
}

/// `the closest is a p99 of 210 ms at 12 requests/s, and 200 ms are allowed`.
pub fn missed(study: &Study, closest: &Closest) -> String {
    let objective = &closest.objective;
    let show = |value: f64| words::quantity(objective.gauge.unit(), value);
    let seen = closest
        .value
        .map_or_else(|| "beyond any limit, for so many fail".to_owned(), show);
    format!(
        "the closest is {} of {seen}, at {} {}, where {} is the limit",
        article(objective),
        words::number(closest.load),
        view::unit(study),
        show(objective.limit)
    )
}

fn article(objective: &Objective) -> String {
    let what = words::limited(objective);
    match objective.gauge.unit() {
        Unit::Share => format!("a share of {what}"),
        _ => format!("a {what}"),
    }
}

/// Where the objective is missed below the capacity, or met beyond.
fn elsewhere(study: &Study, carried: &Carried) -> Option<String> {
    let unit = view::unit(study);
    let loads = |loads: &[f64]| {
        words::list(
            &loads
                .iter()
                .map(|load| words::number(*load))
                .collect::<Vec<_>>(),
        )
    };
    let below = &carried.missed_below;
    let beyond = &carried.met_beyond;
    let told = match (below.is_empty(), beyond.is_empty()) {
        (true, true) => return None,
        (false, true) => format!(
            "misses the objective at {} {unit} too, below what it carries",
            loads(below)
        ),
        (true, false) => format!(
            "meets the objective again at {} {unit}, beyond what it carries",
            loads(beyond)
        ),
        (false, false) => format!(
            "misses the objective at {} {unit} too, and meets it again at {}",
            loads(below),
            loads(beyond)
        ),
    };
    Some(format!("{} {told}.", carried.contestant))
}

fn imprecise(study: &Study, carried: &Carried) -> Option<String> {
    let load = carried.load.filter(|_| !carried.precise)?;
    let half = (load.hi - load.lo) / 2.0 / load.value;
    // The width falls with the root of what is simulated.
    let times = (half / study.precision.max(1e-6)).powi(2);
    Some(format!(
        "{} is known to ± {} only, which is as far as the budget of events goes; ± {} would take about {} times as much.",
        carried.contestant,
        words::percent(half),
        words::percent(study.precision),
        words::number(times.max(1.1))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn what_was_not_found_is_said_with_where_one_looked() {
        let study = fixture::compare();
        let mut carried = Carried {
            contestant: "node".to_owned(),
            reach: Reach::Unfound,
            load: None,
            good_to: None,
            binding: None,
            bottleneck: None,
            memory_mb: 0.0,
            looked: Some((5.0, 250.0)),
            closest: None,
            missed_below: Vec::new(),
            met_beyond: Vec::new(),
            highest: Some(250.0),
            precise: true,
            events: 22_400_000,
        };
        let within = "within the 22.4 million events that the search took, looking from 5.00 to 250 requests/s";
        assert_eq!(
            unfound(&study, &carried),
            format!("No load was found at which node misses the objective, {within}.")
        );
        carried.highest = None;
        assert_eq!(
            unfound(&study, &carried),
            format!(
                "No load was found at which node meets the objective, {within}: it saturates at all of them."
            )
        );
    }
}
