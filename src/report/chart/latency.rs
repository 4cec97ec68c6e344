//! `latency`: the 99th percentile and the median over load, logarithmic.

use super::axis::Axis;
use super::canvas::{Align, Stroke, text_width};
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::{Datum, Panel};
use super::style::{Dash, GREY, HEADING, Look, Marker, OBJECTIVE, QUIET, WHITE};
use super::{ChartError, contestants, data, legend, load_axis, load_title, which};
use crate::experiment::{Estimate, LoadUnit, Row, Study};
use crate::kernel::Span;
use crate::report::{view, words};

/// What one of the panels shows.
struct Part {
    heading: &'static str,
    figure: fn(&Row) -> Option<Estimate>,
    limit: Option<Span>,
    height: f64,
}

/// A contestant's rows, with its look.
type Curve<'a> = (Look, Vec<&'a Row>);

/// Room above a panel for the triangles of the saturated.
const STRIP: f64 = 13.0;

/// Draws the chart for one endpoint, or for all.
pub fn draw(study: &Study, endpoint: &str) -> Result<String, ChartError> {
    let subtitle = format!(
        "{}. {}; bands are 95 % intervals.",
        study.title,
        which(study, endpoint)
    );
    let mut page = Page::new("Latency over load", &subtitle)?;
    let mut entries = legend(study);
    entries.extend(marks(study));
    page.legend(&entries);

    let curves: Vec<Curve> = contestants(study)
        .map(|(name, look)| (look, view::curve(study, name, endpoint)))
        .collect();
    let parts = [
        Part {
            heading: "99th percentile, ms (failures count as infinite)",
            figure: |row| row.p99_slo_ms,
            limit: study.slo.p99,
            height: 210.0,
        },
        Part {
            heading: "Median, ms",
            figure: |row| row.p50_ms,
            limit: study.slo.p50,
            height: 115.0,
        },
    ];
    let axes = parts.each_ref().map(|part| axis(&curves, part));
    let left = MARGIN + axes.iter().map(Panel::margin).fold(38.0, f64::max);
    let mut last = None;
    for (part, y) in parts.iter().zip(axes) {
        let panel = panel(study, &mut page, &curves, part, y, left);
        page.y = panel.bottom + 12.0;
        last = Some(panel);
    }
    if let Some(last) = last {
        last.labels_below(&mut page.canvas);
        page.axis_title(&last, load_title(study));
    }
    page.finish()
}

/// The legend of what is not a curve.
fn marks(study: &Study) -> Vec<(Sample, String)> {
    let mut marks = Vec::new();
    if let Some(limit) = study.slo.p99.or(study.slo.p50) {
        marks.push((
            Sample::Stroke(OBJECTIVE),
            format!("objective: {}", words::plain_time(limit)),
        ));
    }
    if study.rows.iter().any(|row| row.saturated) {
        let look = Look {
            marker: Marker::Up,
            colour: GREY,
            dash: Dash::Solid,
        };
        marks.push((Sample::Marker(look), "saturated from here".to_owned()));
    }
    if study.contestants.iter().any(|c| !c.bounds.is_empty()) && study.load_unit == LoadUnit::Rps {
        let stroke = Stroke {
            colour: GREY,
            width: 1.0,
            dash: Dash::Dots,
        };
        marks.push((Sample::Stroke(stroke), "bound by demand".to_owned()));
    }
    marks
}

fn axis(curves: &[Curve], part: &Part) -> Axis {
    let figures = curves
        .iter()
        .flat_map(|(_, rows)| data(rows, part.figure))
        .flatten()
        .map(|d| d.y);
    Axis::log(figures.chain(part.limit.map(Span::as_millis_f64)))
}

fn panel(
    study: &Study,
    page: &mut Page,
    curves: &[Curve],
    part: &Part,
    y: Axis,
    left: f64,
) -> Panel {
    page.canvas
        .text((MARGIN, page.y + 8.0), part.heading, HEADING, Align::Left);
    let top = page.y + 20.0 + STRIP;
    let right = WIDTH - MARGIN - 8.0;
    let panel = Panel {
        left,
        top,
        right,
        bottom: top + part.height,
        x: load_axis(study),
        y,
    };
    panel.frame(&mut page.canvas);
    bounds(study, &panel, page);
    if let Some(limit) = part.limit {
        panel.level(&mut page.canvas, limit.as_millis_f64(), OBJECTIVE);
    }
    let mut triangles: Vec<f64> = Vec::new();
    let mut empty = true;
    for (look, rows) in curves {
        let data = data(rows, part.figure);
        let last = data.iter().flatten().next_back();
        empty &= last.is_none();
        panel.curve(&mut page.canvas, &data, *look);
        if let Some(first) = rows.iter().find(|row| row.saturated) {
            let beside = triangles.iter().filter(|&&load| load == first.load).count();
            saturation(&panel, page, first.load, beside, last, *look);
            triangles.push(first.load);
        }
    }
    if empty {
        let middle = (
            (panel.left + panel.right) / 2.0,
            (panel.top + panel.bottom) / 2.0,
        );
        let text = "nobody kept up, or too little data";
        let half = text_width(text, QUIET) / 2.0 + 6.0;
        page.canvas.rectangle(
            (middle.0 - half, middle.1 - 10.0),
            (middle.0 + half, middle.1 + 10.0),
            WHITE,
        );
        page.canvas.text(middle, text, QUIET, Align::Middle);
    }
    panel
}

/// The load at which each contestant's first resource would be full by its demand alone.
fn bounds(study: &Study, panel: &Panel, page: &mut Page) {
    if study.load_unit == LoadUnit::Users {
        return;
    }
    for (info, (_, look)) in study.contestants.iter().zip(contestants(study)) {
        if let Some(bound) = info.bounds.first() {
            panel.upright(&mut page.canvas, bound.load, look.colour);
        }
    }
}

/// Where a curve ends because its contestant saturates: a thin line up to a triangle at the first saturated load, to the left of
/// those already there.
fn saturation(
    panel: &Panel,
    page: &mut Page,
    load: f64,
    beside: usize,
    last: Option<&Datum>,
    look: Look,
) {
    let (x, top) = (
        panel.at(load, 0.0).0 - 10.0 * beside as f64,
        panel.top - STRIP / 2.0,
    );
    if let Some(last) = last.filter(|last| last.x < load) {
        let stroke = Stroke {
            colour: look.colour,
            width: 0.8,
            dash: Dash::Solid,
        };
        page.canvas
            .line(&[panel.at(last.x, last.y), (x, top)], stroke);
    }
    page.canvas.marker((x, top), Marker::Up, 4.2, look.colour);
}
