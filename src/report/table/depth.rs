//! One load in depth: a column for each contestant; latencies, the account of time, utilisations.

use super::Table;
use crate::experiment::{Estimate, Row, Study};
use crate::measure::Component;
use crate::report::view::{self, ALL};
use crate::report::{columns, words};

/// A line of the table of latencies: its name and how it is read.
type Line = (&'static str, fn(&Row) -> String);

const LINES: [Line; 8] = [
    ("answered per s", |row| {
        row.throughput_rps.map_or_else(absent, words::plus_minus)
    }),
    ("errors", |row| {
        row.errors.map_or_else(absent, |e| words::percent(e.value))
    }),
    ("mean, ms", |row| latency(row, row.mean_ms)),
    ("p50", |row| latency(row, row.p50_ms)),
    ("p90", |row| latency(row, row.p90_ms)),
    ("p95", |row| latency(row, row.p95_ms)),
    ("p99", |row| latency(row, row.p99_ms)),
    ("p99.9", |row| latency(row, row.p999_ms)),
];

/// The tables of a study of one load: latencies of each endpoint, then where the time goes and what is in use.
pub fn tables(study: &Study) -> Vec<Table> {
    let Some(load) = view::loads(study).first().copied() else {
        return Vec::new();
    };
    let several = study.endpoints.iter().filter(|_| study.endpoints.len() > 1);
    let mut tables: Vec<Table> = several
        .map(|endpoint| latencies(study, load, endpoint))
        .collect();
    tables.extend([
        account(study, load),
        utilisation(study, load),
        latencies(study, load, ALL),
    ]);
    tables
}

/// The contestants that have a row at the load, in the order of the scenario.
fn rows_at<'a>(study: &'a Study, load: f64, endpoint: &str) -> Vec<&'a Row> {
    let names = view::contestants(study).into_iter();
    names
        .filter_map(|name| view::row(study, name, load, endpoint))
        .collect()
}

/// A table with a column for each row of results.
fn table(
    study: &Study,
    title: String,
    columns: &[&Row],
    rows: Vec<Vec<String>>,
    note: &str,
) -> Table {
    let names = columns
        .iter()
        .map(|row| view::marked(study, &row.contestant));
    let header = std::iter::once(String::new()).chain(names).collect();
    let rows = if columns.is_empty() { Vec::new() } else { rows };
    Table {
        title,
        header,
        rows,
        note: note.to_owned(),
    }
}

/// A line of a table: its name, then a cell for each row of results.
fn line(name: &str, columns: &[&Row], cell: impl Fn(&Row) -> String) -> Vec<String> {
    std::iter::once(name.to_owned())
        .chain(columns.iter().map(|row| cell(row)))
        .collect()
}

fn latencies(study: &Study, load: f64, endpoint: &str) -> Table {
    let columns = rows_at(study, load, endpoint);
    let lines = LINES.iter().map(|(name, cell)| line(name, &columns, cell));
    let which = if endpoint == ALL {
        "all requests"
    } else {
        endpoint
    };
    let title = format!(
        "Latency of {which} at {} {}",
        words::load(load),
        view::unit(study)
    );
    table(
        study,
        title,
        &columns,
        lines.collect(),
        "± half of the 95 % interval; – too little data",
    )
}

fn absent() -> String {
    "–".to_owned()
}

fn latency(row: &Row, figure: Option<Estimate>) -> String {
    match figure {
        Some(figure) => words::plus_minus(figure),
        None if row.saturated => "saturated".to_owned(),
        None => absent(),
    }
}

/// Where the time of a mean request goes: a line for each component that anybody has.
fn account(study: &Study, load: f64) -> Table {
    let mut columns = rows_at(study, load, ALL);
    columns.retain(|row| row.account_ms.is_some());
    let ms =
        |row: &Row, component: Component| row.account_ms.map_or(0.0, |a| a[component as usize]);
    let lines = Component::ALL
        .into_iter()
        .filter(|&component| columns.iter().any(|row| ms(row, component) >= 0.0005))
        .map(|component| {
            let name = component.name().replace('_', " ");
            line(&name, &columns, |row| words::number(ms(row, component)))
        });
    let lines = lines.collect();
    table(
        study,
        "Where the time of a mean request goes, ms".to_owned(),
        &columns,
        lines,
        "",
    )
}

/// What is in use, without parts of resources.
fn utilisation(study: &Study, load: f64) -> Table {
    let columns = rows_at(study, load, ALL);
    let used = |row: &Row, resource: &str| {
        let used = row.util.iter().find(|(name, _)| name == resource);
        used.map_or_else(absent, |(_, used)| words::percent(*used))
    };
    let whole = |resource: &String| {
        columns
            .iter()
            .any(|row| view::whole_resources(study, row).any(|(name, _)| name == resource))
    };
    let resources = columns::resources(study).into_iter().filter(whole);
    let mut lines: Vec<Vec<String>> = resources
        .map(|resource| line(&resource, &columns, |row| used(row, &resource)))
        .collect();
    if columns.iter().any(|row| row.loop_delay_ms.is_some()) {
        lines.push(line("loop delay, ms", &columns, |row| {
            row.loop_delay_ms
                .map_or_else(absent, |(mean, _)| words::number(mean))
        }));
        lines.push(line("loop delay, p99", &columns, |row| {
            row.loop_delay_ms
                .map_or_else(absent, |(_, p99)| words::number(p99))
        }));
    }
    lines.push(line("memory, MB", &columns, |row| {
        words::number(row.memory_mb)
    }));
    table(study, "Resources in use".to_owned(), &columns, lines, "")
}
