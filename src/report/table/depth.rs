//! One load in depth: latencies, the account of time, utilisations.

use super::Table;
use crate::experiment::{Estimate, Row, Study};
use crate::measure::Component;
use crate::report::view::{self, ALL};
use crate::report::{columns, words};

/// The tables of a study of one load: latencies of each endpoint, then where the time goes and what is in use.
pub fn tables(study: &Study) -> Vec<Table> {
    let Some(load) = view::loads(study).first().copied() else {
        return Vec::new();
    };
    let mut tables = vec![latencies(study, load, ALL)];
    if study.endpoints.len() > 1 {
        tables.extend(
            study
                .endpoints
                .iter()
                .map(|endpoint| latencies(study, load, endpoint)),
        );
    }
    tables.extend([account(study, load), utilisation(study, load)]);
    tables
}

fn latencies(study: &Study, load: f64, endpoint: &str) -> Table {
    let header = [
        "",
        "answered/s",
        "errors",
        "mean",
        "p50",
        "p90",
        "p99",
        "p99.9",
    ]
    .map(str::to_owned)
    .to_vec();
    let rows = view::contestants(study).into_iter().filter_map(|name| {
        let row = view::row(study, name, load, endpoint)?;
        Some(vec![
            name.to_owned(),
            row.throughput_rps
                .map_or_else(absent, |t| words::number(t.value)),
            row.errors.map_or_else(absent, |e| words::percent(e.value)),
            latency(row, row.mean_ms),
            latency(row, row.p50_ms),
            latency(row, row.p90_ms),
            latency(row, row.p99_ms),
            latency(row, row.p999_ms),
        ])
    });
    let which = if endpoint == ALL {
        "all requests".to_owned()
    } else {
        endpoint.to_owned()
    };
    let title = format!(
        "Latency at {} {}, {which}, ms (95 % interval)",
        words::load(load),
        view::unit(study)
    );
    Table {
        title,
        header,
        rows: rows.collect(),
        note: String::new(),
    }
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

/// Where the time of a mean request goes: a row for each component that anybody has.
fn account(study: &Study, load: f64) -> Table {
    let accounts: Vec<(&str, [f64; Component::COUNT])> = view::contestants(study)
        .into_iter()
        .filter_map(|name| Some((name, view::row(study, name, load, ALL)?.account_ms?)))
        .collect();
    let rows = Component::ALL
        .into_iter()
        .filter(|&c| accounts.iter().any(|(_, a)| a[c as usize] >= 0.0005))
        .map(|component| {
            let cells = accounts
                .iter()
                .map(|(_, a)| words::number(a[component as usize]));
            std::iter::once(component.name().replace('_', " "))
                .chain(cells)
                .collect()
        });
    let rows = rows.collect();
    let header = std::iter::once(String::new())
        .chain(accounts.iter().map(|(name, _)| (*name).to_owned()))
        .collect();
    Table {
        title: "Where the time of a mean request goes, ms".to_owned(),
        header,
        rows,
        note: String::new(),
    }
}

fn utilisation(study: &Study, load: f64) -> Table {
    let rows_of: Vec<(&str, &Row)> = view::contestants(study)
        .into_iter()
        .filter_map(|name| Some((name, view::row(study, name, load, ALL)?)))
        .collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for resource in columns::resources(study) {
        let used = |row: &Row| {
            row.util
                .iter()
                .find(|(name, _)| *name == resource)
                .map(|&(_, used)| used)
        };
        let cells = rows_of
            .iter()
            .map(|(_, row)| used(row).map_or_else(absent, words::percent));
        rows.push(std::iter::once(resource.clone()).chain(cells).collect());
    }
    if rows_of.iter().any(|(_, row)| row.loop_delay_ms.is_some()) {
        let cells = rows_of.iter().map(|(_, row)| {
            row.loop_delay_ms.map_or_else(absent, |(mean, p99)| {
                format!("{} / {}", words::number(mean), words::number(p99))
            })
        });
        rows.push(
            std::iter::once("loop delay, ms (mean / p99)".to_owned())
                .chain(cells)
                .collect(),
        );
    }
    let memory = rows_of.iter().map(|(_, row)| words::number(row.memory_mb));
    rows.push(
        std::iter::once("memory, MB".to_owned())
            .chain(memory)
            .collect(),
    );
    let header = std::iter::once(String::new())
        .chain(rows_of.iter().map(|(name, _)| (*name).to_owned()))
        .collect();
    let title = "Resources in use".to_owned();
    Table {
        title,
        header,
        rows: if rows_of.is_empty() { Vec::new() } else { rows },
        note: String::new(),
    }
}
