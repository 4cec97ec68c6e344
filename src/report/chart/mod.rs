//! Charts: each an SVG picture of a study, and the PNG drawn from it.
//!
//! Every chart is 480 pixels wide with text of 13, so that printed in a column 8.5 cm wide it reads as 7 points. Contestants have
//! the same colour, marker and dash in every chart. Title and legend stand above the panels, never over a curve.
//!
//! plotters does the drawing; `sink` turns it into small SVG; `png` lets resvg rasterise that.

mod axis;
mod breakdown;
mod canvas;
mod explain;
mod font;
mod latency;
mod map;
mod page;
mod panel;
mod percentiles;
mod png;
mod sink;
mod style;
mod sweep;
mod throughput;
mod timeline;
mod utilisation;

use crate::experiment::{Estimate, LoadUnit, Row, Study};
use crate::report::view::{self, ALL};
use crate::report::words;
use page::Sample;
use panel::Datum;
use style::Look;

pub use explain::draw as explanation;
pub use png::png;

/// A finished chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The stem of its files.
    pub name: String,
    /// The picture.
    pub svg: String,
}

/// Why a chart could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The carried font was refused.
    #[error("the font carried in this program cannot be read")]
    Font,
    /// plotters failed.
    #[error("a chart could not be drawn: {0}")]
    Draw(String),
    /// resvg failed.
    #[error("a chart could not be turned into PNG: {0}")]
    Png(String),
}

/// All charts that say something about the study: of a comparison the curves over load, of a single load its depth, of a sweep its
/// curves or its map.
///
/// # Errors
/// Only for faults of this program: see [`ChartError`].
pub fn charts(study: &Study) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    // A search looks at each contestant where its own answer lies: there are no curves to compare.
    if !study.carried.is_empty() || !study.raced.is_empty() {
        return Ok(charts);
    }
    let mut add = |name: &str, svg: String| {
        charts.push(Chart {
            name: name.to_owned(),
            svg,
        });
    };
    if let Some(found) = &study.sweep {
        if found.axes.len() == 1 {
            add("sweep", sweep::draw(study, found)?);
        } else if found.sheets.iter().any(|sheet| sheet.map.is_some()) {
            add("map", map::draw(study, found)?);
        }
        return Ok(charts);
    }
    if !view::single_load(study) {
        add("latency", latency::draw(study, ALL)?);
        if study.endpoints.len() > 1 {
            for endpoint in &study.endpoints {
                add(
                    &format!("latency-{}", view::file_stem(endpoint)),
                    latency::draw(study, endpoint)?,
                );
            }
        }
        add("throughput", throughput::draw(study)?);
    }
    add("breakdown", breakdown::draw(study)?);
    add("percentiles", percentiles::draw(study)?);
    add("utilisation", utilisation::draw(study)?);
    if study.rows.iter().any(|row| !row.timeline.is_empty()) {
        add("timeline", timeline::draw(study)?);
    }
    Ok(charts)
}

/// The names of all charts that a study of these endpoints may have.
pub fn names<'a>(endpoints: impl Iterator<Item = &'a str>) -> Vec<String> {
    let fixed = [
        "latency",
        "throughput",
        "breakdown",
        "percentiles",
        "utilisation",
        "timeline",
        "map",
        "sweep",
    ];
    let each = endpoints.map(|endpoint| format!("latency-{}", view::file_stem(endpoint)));
    fixed
        .iter()
        .map(|&name| name.to_owned())
        .chain(each)
        .collect()
}

/// Each contestant with its look.
fn contestants(study: &Study) -> impl Iterator<Item = (&str, Look)> {
    study
        .contestants
        .iter()
        .enumerate()
        .map(|(i, c)| (c.name.as_str(), Look::of(i)))
}

/// The legend of the contestants' lines.
fn legend(study: &Study) -> Vec<(Sample, String)> {
    contestants(study)
        .map(|(name, look)| (Sample::Line(look), view::labelled(study, name)))
        .collect()
}

/// The points of a curve, absent where the figure is.
fn data(rows: &[&Row], figure: impl Fn(&Row) -> Option<Estimate>) -> Vec<Option<Datum>> {
    let datum = |row: &&Row| {
        figure(row).map(|e| Datum {
            x: row.load,
            y: e.value,
            lo: e.lo,
            hi: e.hi,
        })
    };
    rows.iter().map(datum).collect()
}

/// The horizontal axis over loads.
fn load_axis(study: &Study) -> axis::Axis {
    let highest = view::loads(study).last().copied().unwrap_or(f64::NAN);
    axis::Axis::linear(highest * 1.02, 8)
}

fn load_title(study: &Study) -> &'static str {
    match study.load_unit {
        LoadUnit::Rps => "offered load, requests per second",
        LoadUnit::Users => "users",
    }
}

/// The load of the charts that show one, and how a subtitle says which: ` at 240 requests/s, the highest load ...`.
fn common_load(study: &Study) -> (Option<f64>, String) {
    let Some((load, why)) = view::common_load(study) else {
        return (None, String::new());
    };
    let why = if view::single_load(study) {
        String::new()
    } else {
        format!(", the highest load at which {why}")
    };
    (
        Some(load),
        format!(" at {} {}{why}", words::load(load), view::unit(study)),
    )
}

/// Which requests a chart shows, in words.
fn which(study: &Study, endpoint: &str) -> String {
    match (endpoint, study.endpoints.as_slice()) {
        (ALL, [_, _, ..]) => "All endpoints".to_owned(),
        (ALL, _) => "All requests".to_owned(),
        _ => format!("Endpoint {endpoint}"),
    }
}

#[cfg(test)]
mod tests;
