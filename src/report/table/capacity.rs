//! What each contestant carries, on one line each.

use super::Table;
use crate::experiment::{Capacity, ContestantInfo, Study};
use crate::report::{view, words};

/// What the columns mean.
const NOTE: &str = "busiest then: at the highest load that met it; demand bound: where a resource is full by its demand alone; \
    alone: mean latency of a request that never waits, on warm cores, over a connection that is open";

/// One row per contestant: the load it carries inside the objectives, at the measured ratios and at equal CPU, and what stops it.
pub fn table(study: &Study) -> Table {
    let verdict = &study.verdict;
    let equal = !verdict.capacity_equal_cpu.is_empty()
        && verdict.capacity_equal_cpu != verdict.capacity_measured;
    let mut header = vec!["".to_owned(), "carries".to_owned()];
    if equal {
        header.push("at equal CPU".to_owned());
    }
    header.extend(["busiest then", "demand bound", "alone"].map(str::to_owned));
    let rows = study
        .contestants
        .iter()
        .map(|info| {
            row(
                view::marked(study, &info.name),
                info,
                find(&verdict.capacity_measured, info),
                equal.then(|| find(&verdict.capacity_equal_cpu, info)),
            )
        })
        .collect();
    let goal = words::objectives(&study.slo).unwrap_or_else(|| "no objective set".to_owned());
    let title = format!(
        "Load carried inside the objective ({goal}), {}",
        view::unit(study)
    );
    Table {
        title,
        header,
        rows,
        note: NOTE.to_owned(),
    }
}

fn find<'a>(capacities: &'a [Capacity], info: &ContestantInfo) -> Option<&'a Capacity> {
    capacities.iter().find(|c| c.contestant == info.name)
}

fn row(
    name: String,
    info: &ContestantInfo,
    measured: Option<&Capacity>,
    equal: Option<Option<&Capacity>>,
) -> Vec<String> {
    let mut cells = vec![name, carried(measured)];
    if let Some(equal) = equal {
        cells.push(carried(equal));
    }
    let busiest = measured.and_then(|c| c.bottleneck.as_ref());
    cells.push(busiest.map_or_else(
        || "–".to_owned(),
        |(name, used)| format!("{} {}", words::resource(name), words::percent(*used)),
    ));
    let bound = info.bounds.first();
    cells.push(bound.map_or_else(
        || "–".to_owned(),
        |b| {
            let resource = words::resource(&b.resource);
            format!("{} ({resource})", words::number(b.load))
        },
    ));
    cells.push(words::time(info.zero_load_ms));
    cells
}

/// The visited loads between which the capacity lies: `480–540`, `≥ 1,100`, `< 50`.
pub fn carried(capacity: Option<&Capacity>) -> String {
    match capacity.map(|c| (c.carries, c.fails_at)) {
        None | Some((None, None)) => "–".to_owned(),
        Some((Some(met), Some(missed))) => format!("{}–{}", words::load(met), words::load(missed)),
        Some((Some(met), None)) => format!("≥ {}", words::load(met)),
        Some((None, Some(missed))) => format!("< {}", words::load(missed)),
    }
}
