//! The tables of each contestant.

use super::{band, doing, doing_in, opened, subject};
use crate::experiment::explain::{Explained, Explanation, Slice, Without};
use crate::measure::Component;
use crate::report::table::Table;
use crate::report::words;

/// States below this share of every band go into one line.
const SHOWN: f64 = 0.01;

/// For each contestant: the account by band, what p99 would be without each wait, the laws.
#[must_use]
pub fn tables(explanation: &Explanation) -> Vec<Table> {
    let each = explanation.contestants.iter().flat_map(|one| {
        [
            account(explanation, one),
            counterfactuals(explanation, one),
            laws(one),
        ]
    });
    each.filter(|table| !table.rows.is_empty()).collect()
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// Where the time goes, a column for each band.
fn account(explanation: &Explanation, one: &Explained) -> Table {
    let bands = &one.bands;
    let mut rows = vec![
        row("latency", bands.iter().map(range)),
        row("mean", bands.iter().map(|band| words::number(mean(band)))),
    ];
    let ms = |slice: &Slice, service: usize, component: Component| match service {
        0 => slice.account_ms[component as usize],
        _ => slice
            .inside_ms
            .get(service)
            .map_or(0.0, |inside| inside[component as usize]),
    };
    let shown = |service: usize, component: Component| {
        let large = |slice: &&Slice| ms(slice, service, component) >= SHOWN * mean(slice);
        bands.iter().any(|band| large(&band))
    };
    let mut line = |name: &str, service: usize, component: Component| {
        let cells = bands
            .iter()
            .map(|band| words::number(ms(band, service, component)));
        rows.push(row(name, cells));
    };
    let mut listed = Vec::new();
    for component in Component::ALL
        .into_iter()
        .filter(|&component| shown(0, component))
    {
        line(doing(component), 0, component);
        if component != Component::Call {
            listed.push((0, component));
            continue;
        }
        for service in 1..explanation.services.len() {
            for inner in Component::ALL
                .into_iter()
                .filter(|&inner| shown(service, inner))
            {
                line(
                    &format!("– {}", doing_in(explanation, service, inner)),
                    service,
                    inner,
                );
                listed.push((service, inner));
            }
        }
    }
    let rest = |band: &Slice| -> f64 {
        let others = opened(band).into_iter();
        others
            .filter(|(s, c, _)| !listed.contains(&(*s, *c)))
            .map(|(.., ms)| ms)
            .sum()
    };
    if bands.iter().any(|band| rest(band) > 0.0) {
        rows.push(row(
            "all else",
            bands.iter().map(|band| words::number(rest(band))),
        ));
    }
    for (index, endpoint) in explanation.endpoints.iter().enumerate() {
        if explanation.endpoint.is_none() && explanation.endpoints.len() > 1 {
            let share =
                |band: &Slice| words::percent(band.endpoints.get(index).copied().unwrap_or(0.0));
            rows.push(row(&format!("of them {endpoint}"), bands.iter().map(share)));
        }
    }
    let note = match listed.iter().any(|(service, _)| *service > 0) {
        true => {
            "Bands lie between this run's own quantiles, exact to 0.1 %. Lines with – open \"inside called services\"."
        }
        false => "Bands lie between this run's own quantiles, exact to 0.1 %.",
    };
    Table {
        title: format!(
            "{}: where the time goes, ms, {}",
            one.info.name,
            subject(explanation)
        ),
        header: row("", bands.iter().map(band)),
        rows: if bands.is_empty() { Vec::new() } else { rows },
        note: note.to_owned(),
    }
}

fn mean(slice: &Slice) -> f64 {
    slice.account_ms.iter().sum()
}

fn range(slice: &Slice) -> String {
    match slice.limits_ms {
        (_, Some(to)) => format!("≤ {}", words::number(to)),
        (from, None) => format!("> {}", words::number(from)),
    }
}

/// What p99 would be, a row for each wait that was taken away.
fn counterfactuals(explanation: &Explanation, one: &Explained) -> Table {
    let all: Vec<&Without> = one.without.iter().chain(&one.together).collect();
    let absent = || "–".to_owned();
    let cells = |without: &&Without| {
        let p99 = match without.p99_ms {
            Some(p99) => words::plus_minus(p99),
            None if without.saturated => "saturated".to_owned(),
            None => absent(),
        };
        let less = without
            .less_ms
            .map_or_else(absent, |less| signed(less.value, less.hi - less.value));
        let charged = without.charged.map_or_else(absent, words::percent);
        row(&without.title, [p99, less, charged].into_iter())
    };
    let now = match one.row.p99_ms {
        Some(p99) => words::plus_minus(p99),
        None if one.row.saturated => "saturated".to_owned(),
        None => absent(),
    };
    let mut rows = vec![row("as it is", [now, absent(), absent()].into_iter())];
    rows.extend(all.iter().map(cells));
    let changes: Vec<String> = one
        .without
        .iter()
        .map(|without| format!("{}: {}", without.title, without.change))
        .collect();
    Table {
        title: format!(
            "{}: the same requests without ..., {}",
            one.info.name,
            subject(explanation)
        ),
        header: ["without", "p99, ms", "less by", "share"]
            .map(str::to_owned)
            .to_vec(),
        rows: if all.is_empty() { Vec::new() } else { rows },
        note: format!(
            "Share: of the time of the slowest 1 % as it is. Changed, for {}.",
            changes.join("; for ")
        ),
    }
}

/// A difference and half its interval.
fn signed(value: f64, half: f64) -> String {
    let text = words::number(value);
    if half > 0.0 && half.is_finite() {
        let decimals = text.split_once('.').map_or(0, |(_, d)| d.len());
        format!("{text} ±{half:.decimals$}")
    } else {
        text
    }
}

/// Demands, utilisations and bounds.
fn laws(one: &Explained) -> Table {
    let absent = || "–".to_owned();
    let rows = one.laws.resources.iter().map(|law| {
        let cells = [
            law.units.to_string(),
            words::number(law.demand_ms),
            words::percent(law.used),
            law.seen.map_or_else(absent, words::percent),
            law.bound.map_or_else(absent, words::load_about),
        ];
        row(&words::resource(&law.resource), cells.into_iter())
    });
    let knee = one.laws.knee.map_or_else(String::new, |knee| {
        format!(" Knee: {} at once.", words::number(knee))
    });
    Table {
        title: format!("{}: what a request asks for", one.info.name),
        header: [
            "",
            "units",
            "demand, ms",
            "used by law",
            "simulated",
            "full at",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
        note: format!(
            "A request that never waits takes {} on average.{knee}",
            words::time(one.laws.zero_load_ms)
        ),
    }
}
