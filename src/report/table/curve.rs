//! Latency over load: a row for each load, a column for each contestant.

use super::Table;
use crate::experiment::{Estimate, Row, Study};
use crate::report::view::{self, ALL};
use crate::report::words;

/// What can stand in a cell besides a figure.
const SATURATED: &str = "saturated";
const MISSED: &str = "✗";
const UNKNOWN: &str = "?";
const EMPTY: &str = "–";
const ENDLESS: &str = "∞";

/// The 99th percentile of each endpoint at the load of the charts that show one; nothing where there is one endpoint.
pub fn by_endpoint(study: &Study) -> Option<Table> {
    let (load, why) = view::common_load(study).filter(|_| study.endpoints.len() > 1)?;
    let names = view::contestants(study);
    let header = std::iter::once(String::new())
        .chain(names.iter().map(|name| view::marked(study, name)))
        .collect();
    let rows = study.endpoints.iter().map(|endpoint| {
        let cells = names.iter().map(|name| {
            cell(
                view::row(study, name, load, endpoint),
                |row| row.p99_slo_ms,
                true,
            )
        });
        std::iter::once(endpoint.clone()).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let (load, unit) = (words::load(load), view::unit(study));
    let title =
        format!("p99 latency by endpoint at {load} {unit}, the highest load at which {why}, ms");
    let note = note(&rows);
    Some(Table {
        title,
        header,
        rows,
        note,
    })
}

/// The median, then the 99th percentile.
pub fn tables(study: &Study) -> Vec<Table> {
    vec![
        table(study, "Median latency, ms", |row| row.p50_ms, false),
        table(
            study,
            "p99 latency, ms, failures counted as infinite",
            |row| row.p99_slo_ms,
            true,
        ),
    ]
}

fn table(study: &Study, title: &str, figure: fn(&Row) -> Option<Estimate>, judged: bool) -> Table {
    let names = view::contestants(study);
    let mut header = vec![view::unit(study).to_owned()];
    header.extend(names.iter().map(|name| view::marked(study, name)));
    let rows = view::loads(study).into_iter().map(|load| {
        let cells = names
            .iter()
            .map(|name| cell(view::row(study, name, load, ALL), figure, judged));
        std::iter::once(words::load(load)).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let note = note(&rows);
    Table {
        title: title.to_owned(),
        header,
        rows,
        note,
    }
}

fn cell(row: Option<&Row>, figure: fn(&Row) -> Option<Estimate>, judged: bool) -> String {
    let Some(row) = row else { return String::new() };
    if row.saturated {
        return SATURATED.to_owned();
    }
    let figure = match figure(row) {
        Some(figure) => words::plus_minus(figure),
        None if judged && row.p99_ms.is_some() => ENDLESS.to_owned(),
        None => EMPTY.to_owned(),
    };
    match row.within_slo {
        Some(false) if judged => format!("{figure} {MISSED}"),
        None if judged && row.p99_slo_ms.is_some() && !row.objectives.is_empty() => {
            format!("{figure} {UNKNOWN}")
        }
        _ => figure,
    }
}

/// Explains the marks that occur.
fn note(rows: &[Vec<String>]) -> String {
    let occurs = |mark: &str| {
        rows.iter()
            .flatten()
            .skip(1)
            .any(|cell| cell == mark || cell.ends_with(&format!(" {mark}")))
    };
    let marks = [
        (MISSED, "objective missed"),
        (
            UNKNOWN,
            "the intervals cannot tell whether the objective is met",
        ),
        (ENDLESS, "1 % or more failed"),
        (EMPTY, "too little data"),
    ];
    let used = marks
        .iter()
        .filter(|(mark, _)| occurs(mark))
        .map(|(mark, means)| format!("{mark} {means}"));
    used.collect::<Vec<_>>().join("; ")
}
