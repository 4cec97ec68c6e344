//! What a search found that each contestant carries, on one line each.

use super::Table;
use crate::experiment::{Carried, Reach, Study};
use crate::report::{view, words};

const NOTE: &str = "carries: the highest load that meets the objective, as do lower ones, with its 95 % interval, or, where it saturates, the loads between which it does; good to: 2 % below a \
    load at which two runs with other dice met it; in use most: next below it";

/// One row per contestant.
pub fn table(study: &Study) -> Table {
    let header = [
        "",
        "carries",
        "95 % interval",
        "good to",
        "missed first",
        "in use most",
        "memory",
        "events",
    ];
    let goal = words::searched(&study.slo).unwrap_or_default();
    Table {
        title: format!(
            "Highest load inside the objective ({goal}), {}",
            view::unit(study)
        ),
        header: header.map(str::to_owned).to_vec(),
        rows: study
            .carried
            .iter()
            .map(|carried| row(study, carried))
            .collect(),
        note: NOTE.to_owned(),
    }
}

fn row(study: &Study, carried: &Carried) -> Vec<String> {
    let name = view::marked(study, &carried.contestant);
    std::iter::once(name)
        .chain(cells(carried))
        .chain([millions(carried.events)])
        .collect()
}

/// What is told of a search, between name and events.
pub fn cells(carried: &Carried) -> [String; 6] {
    let none = || "–".to_owned();
    let range = carried.load.filter(|load| load.has_interval());
    let carries = match (carried.reach, carried.load) {
        (Reach::Nowhere, _) => "nothing".to_owned(),
        (Reach::Unfound, _) if carried.highest.is_none() => "not found".to_owned(),
        (_, Some(load)) => words::number(load.value),
        (_, None) => carried
            .highest
            .map_or_else(none, |load| format!("≥ {}", words::number(load))),
    };
    let first = match (carried.reach, &carried.binding) {
        (Reach::UpTo, None) => "saturates".to_owned(),
        (_, binding) => binding.as_ref().map_or_else(none, words::limited),
    };
    let busiest = carried.bottleneck.as_ref();
    [
        carries,
        range.map_or_else(none, |load| {
            format!(
                "{}–{}",
                words::number(load.lo.max(0.0)),
                words::number(load.hi)
            )
        }),
        carried
            .good_to
            .map_or_else(none, |load| words::number(words::round_down(load))),
        first,
        busiest.map_or_else(none, |(name, used)| {
            format!("{} {}", words::resource(name), words::percent(*used))
        }),
        if carried.memory_mb > 0.0 {
            format!("{} MB", words::number(carried.memory_mb))
        } else {
            none()
        },
    ]
}

pub fn millions(events: u64) -> String {
    format!("{} M", words::number(events as f64 * 1e-6))
}
