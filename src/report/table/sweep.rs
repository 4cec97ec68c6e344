//! A sweep as a table: the figures over one axis; who wins, and by how much, over two.

use super::Table;
use crate::experiment::{Estimate, Sheet, Spot, Study, Sweep, SweptFigure, SweptMap};
use crate::report::{view, words};

/// The most rows and columns of a map's table.
const MOST: usize = 6;
/// Who is ahead by less than this share wins nothing.
const ALIKE: f64 = 0.02;

/// Whether somebody wins beyond doubt and by what matters.
pub fn matters(spot: &Spot) -> bool {
    spot.alive && spot.sure() && spot.ratio() - 1.0 >= ALIKE
}

/// A table for each exponent of the languages' ratios.
pub fn tables(study: &Study, sweep: &Sweep) -> Vec<Table> {
    let each = sweep.sheets.iter();
    each.filter_map(|sheet| match (sweep.axes.len(), &sheet.map) {
        (1, _) => Some(curves(study, sweep, sheet)),
        (_, Some(map)) => Some(winners(study, sweep, sheet, map)),
        _ => None,
    })
    .collect()
}

/// What is compared, in words.
pub fn figure(study: &Study, sweep: &Sweep) -> String {
    match sweep.figure {
        SweptFigure::Capacity => {
            let goal = words::searched(&study.slo).unwrap_or_default();
            format!(
                "Load carried inside the objective ({goal}), {}",
                view::unit(study)
            )
        }
        SweptFigure::Latency => "p99 latency, ms, failures counted as infinite".to_owned(),
    }
}

/// At which ratios a sheet is, where there are several.
pub fn ratios(sweep: &Sweep, sheet: &Sheet) -> &'static str {
    match (sweep.sheets.len(), sheet.language) {
        (1, _) => "",
        (_, 0.0) => "at equal CPU",
        _ => "at the measured ratios",
    }
}

fn titled(title: String, ratios: &str) -> String {
    if ratios.is_empty() {
        title
    } else {
        format!("{title}, {ratios}")
    }
}

fn curves(study: &Study, sweep: &Sweep, sheet: &Sheet) -> Table {
    let axis = &sweep.axes[0];
    let mut header = vec![axis.path.clone()];
    header.extend(
        view::contestants(study)
            .iter()
            .map(|name| view::marked(study, name)),
    );
    let rows = sheet.points.iter().map(|point| {
        let cells = point
            .figures
            .iter()
            .map(|figure| cell(*figure, sweep.figure));
        std::iter::once(axis.short(point.at[0]))
            .chain(cells)
            .collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let note = if rows.iter().flatten().any(|cell| cell == "–") {
        "– too little data".to_owned()
    } else {
        String::new()
    };
    Table {
        title: titled(figure(study, sweep), ratios(sweep, sheet)),
        header,
        rows,
        note,
    }
}

fn cell(figure: Option<Estimate>, kind: SweptFigure) -> String {
    match figure {
        None => "–".to_owned(),
        Some(e) if e.value == 0.0 => "none".to_owned(),
        Some(e) if e.value.is_infinite() && kind == SweptFigure::Capacity => "no limit".to_owned(),
        Some(e) => words::plus_minus(e),
    }
}

/// Letters in place of contestants: a map has many columns.
fn letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index % 26).unwrap_or(0))
}

fn winners(study: &Study, sweep: &Sweep, sheet: &Sheet, map: &SweptMap) -> Table {
    let (across, up) = (&sweep.axes[0], &sweep.axes[1]);
    let columns = some_of(map.width);
    let mut header = vec![format!("{} ↓ {} →", up.name(), across.name())];
    header.extend(columns.iter().map(|x| across.short(*x)));
    let rows = some_of(map.height).into_iter().map(|y| {
        let cells = columns.iter().map(|x| {
            let spot = map.spot(*x as f64, y as f64);
            match spot {
                _ if !spot.alive => "nobody".to_owned(),
                _ if !matters(&spot) => "~".to_owned(),
                _ => format!("{} {}", letter(spot.winner), times(spot.ratio())),
            }
        });
        std::iter::once(up.short(y)).chain(cells).collect()
    });
    let names = view::contestants(study).into_iter().enumerate();
    let names: Vec<String> = names
        .map(|(i, name)| format!("{} {}", letter(i), view::marked(study, name)))
        .collect();
    let what = match sweep.figure {
        SweptFigure::Capacity => "Who carries most, and how many times as much as the next",
        SweptFigure::Latency => {
            "Who has the lowest p99, and how many times as high the next one's is"
        }
    };
    Table {
        title: titled(what.to_owned(), ratios(sweep, sheet)),
        header,
        rows: rows.collect(),
        note: format!(
            "{}; ~ not told apart, or by less than {}",
            names.join(", "),
            words::percent(ALIKE)
        ),
    }
}

/// A factor, as it reads: `1.04×`, `12×`, `∞`.
pub fn times(ratio: f64) -> String {
    match ratio {
        r if r > 100.0 => "over 100×".to_owned(),
        r if r >= 9.95 => format!("{r:.0}×"),
        r if r >= 1.995 => format!("{r:.1}×"),
        r => format!("{r:.2}×"),
    }
}

/// A few indices of `n`, both ends among them.
fn some_of(n: usize) -> Vec<usize> {
    let steps = (MOST - 1).min(n - 1);
    (0..=steps)
        .map(|i| (i * (n - 1) + steps / 2) / steps.max(1))
        .collect()
}
