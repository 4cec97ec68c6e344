//! `latency`: the 99th percentile and the median over load, logarithmic.

use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{Align, Stroke};
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::Panel;
use super::style::{Dash, GREY, HEADING, Look, Marker, OBJECTIVE, QUIET};
use super::{ChartError, contestants, data, legend, load_axis, load_title, which};
use crate::experiment::{Estimate, LoadUnit, Row, Study};
use crate::report::{view, words};
use crate::scenario::Figure;

/// What one of the panels shows.
struct Part {
    heading: &'static str,
    figure: fn(&Row) -> Option<Estimate>,
    limit: Option<f64>,
    height: f64,
}

/// A contestant's rows, with its look.
type Curve<'a> = (Look, Vec<&'a Row>);

/// The height of an arrow of the saturated, with some air.
const ARROW: f64 = 12.0;

/// Draws the chart for one endpoint, or for all.
pub fn draw(study: &Study, endpoint: &str) -> Result<String, ChartError> {
    let subtitle = format!(
        "{}. {}; bands are 95 % intervals; a line breaks off where there is no figure.",
        study.title,
        which(study, endpoint)
    );
    let mut page = Page::new("Latency over load", &subtitle)?;
    let of = (endpoint != view::ALL).then_some(endpoint);
    let [p99, p50] = [Figure::P99, Figure::P50].map(|figure| study.slo.limit(of, figure));
    let mut entries = legend(study);
    entries.extend(marks(study, [p99, p50]));
    page.legend(&entries);

    let curves: Vec<Curve> = contestants(study)
        .map(|(name, look)| (look, view::curve(study, name, endpoint)))
        .collect();
    let parts = [
        Part {
            heading: "99th percentile, ms (failures count as infinite)",
            figure: |row| row.p99_slo_ms,
            limit: p99,
            height: 210.0,
        },
        Part {
            heading: "Median, ms",
            figure: |row| row.p50_ms,
            limit: p50,
            height: 115.0,
        },
    ];
    let axes = parts.each_ref().map(|part| axis(&curves, part));
    let left = MARGIN + axes.iter().map(Panel::margin).fold(38.0, f64::max);
    let mut last = None;
    for (part, y) in parts.iter().zip(axes) {
        page.canvas
            .text((MARGIN, page.y + 8.0), part.heading, HEADING, Align::Left);
        page.y += 20.0;
        if let Some(why) = absence(&curves, part) {
            page.paragraph(why, QUIET, 16.0);
            page.y += 12.0;
            continue;
        }
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

/// Why a part has nothing to show, if it has nothing.
fn absence(curves: &[Curve], part: &Part) -> Option<&'static str> {
    let mut rows = curves.iter().flat_map(|(_, rows)| rows.iter());
    if rows.clone().any(|row| (part.figure)(row).is_some()) {
        return None;
    }
    let mut kept_up = rows.clone().filter(|row| !row.saturated).peekable();
    Some(if rows.next().is_none() {
        "Not drawn: nothing was finished."
    } else if kept_up.peek().is_none() {
        "Not drawn: nobody keeps up at any of these loads."
    } else if kept_up.all(|row| row.p99_ms.is_some()) {
        "Not drawn: infinite at all loads; 1 % or more failed."
    } else {
        "Not drawn: too little data at all loads."
    })
}

/// The legend of what is not a curve.
fn marks(study: &Study, limits: [Option<f64>; 2]) -> Vec<(Sample, String)> {
    let mut marks = Vec::new();
    let limits: Vec<String> = limits
        .into_iter()
        .flatten()
        .map(words::plain_time)
        .collect();
    if !limits.is_empty() {
        let text = format!("objective: {}", words::list(&limits));
        marks.push((Sample::Stroke(OBJECTIVE), text));
    }
    if study.rows.iter().any(|row| row.saturated) {
        let look = Look {
            marker: Marker::Arrow,
            colour: GREY,
            dash: Dash::Solid,
        };
        marks.push((
            Sample::Marker(look),
            "saturated from this load on".to_owned(),
        ));
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
    Axis::log(figures.chain(part.limit))
}

fn panel(
    study: &Study,
    page: &mut Page,
    curves: &[Curve],
    part: &Part,
    y: Axis,
    left: f64,
) -> Panel {
    let right = WIDTH - MARGIN - 8.0;
    let x = load_axis(study);
    let saturated = curves.iter().filter_map(|(look, rows)| {
        let first = rows.iter().find(|row| row.saturated)?;
        Some((left + x.place(first.load) * (right - left), look.colour))
    });
    let arrows = stacked(saturated.collect());
    let highest = arrows.iter().map(|(level, ..)| *level + 1).max();
    let top = page.y + ARROW * highest.unwrap_or(0) as f64 + 2.0;
    let panel = Panel {
        left,
        top,
        right,
        bottom: top + part.height,
        x,
        y,
    };
    panel.frame(&mut page.canvas);
    bounds(study, &panel, page);
    if let Some(limit) = part.limit {
        panel.level(&mut page.canvas, limit, OBJECTIVE);
    }
    for (look, rows) in curves {
        let data = data(rows, part.figure);
        panel.curve(&mut page.canvas, &data, *look, 0);
    }
    for (level, x, colour) in arrows {
        let y = panel.top - 2.0 - ARROW * (level as f64 + 0.5);
        page.canvas.marker((x, y), Marker::Arrow, 4.0, colour);
    }
    panel
}

/// Arrows that would lie over each other one above the other, each at its true place: (level, x, colour).
fn stacked(arrows: Vec<(f64, RGBColor)>) -> Vec<(usize, f64, RGBColor)> {
    let mut placed: Vec<(usize, f64, RGBColor)> = Vec::new();
    for (x, colour) in arrows {
        let free = |level: usize| {
            let mut there = placed.iter().filter(|(l, ..)| *l == level);
            !there.any(|(_, other, _)| (other - x).abs() < ARROW)
        };
        let level = (0..=placed.len()).find(|&level| free(level)).unwrap_or(0);
        placed.push((level, x, colour));
    }
    placed
}

/// The load at which each contestant's first resource would be full by its demand alone.
fn bounds(study: &Study, panel: &Panel, page: &mut Page) {
    if study.load_unit == LoadUnit::Users {
        return;
    }
    let contestants = study.contestants.iter().zip(contestants(study));
    let lines = contestants
        .filter_map(|(info, (_, look))| info.bounds.first().map(|b| (b.load, look.colour)));
    panel.uprights(&mut page.canvas, &lines.collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::view::ALL;

    #[test]
    fn arrows_at_the_same_load_are_stacked_at_it() {
        let arrows = stacked(vec![
            (100.0, GREY),
            (100.0, GREY),
            (104.0, GREY),
            (200.0, GREY),
        ]);
        let places: Vec<(usize, f64)> = arrows.iter().map(|(level, x, _)| (*level, *x)).collect();
        assert_eq!(places, [(0, 100.0), (1, 100.0), (2, 104.0), (0, 200.0)]);
    }

    /// The fixture's 250 ms are about all requests, and no line in the chart of an endpoint that has a limit of its own.
    #[test]
    fn an_endpoint_has_its_own_objective() {
        let mut study = fixture::compare();
        let mut own = study.slo.objectives[0].clone();
        (own.endpoint, own.limit) = (Some("checkout".to_owned()), 400.0);
        study.slo.objectives.push(own);
        let all = draw(&study, ALL).unwrap();
        assert!(all.contains("objective: 250 ms") && !all.contains("400 ms"));
        let checkout = draw(&study, "checkout").unwrap();
        assert!(checkout.contains("objective: 400 ms") && !checkout.contains("250 ms"));
        assert!(!draw(&study, "page").unwrap().contains("objective"));
    }

    #[test]
    fn a_panel_without_figures_says_why_instead_of_inventing_an_axis() {
        let mut study = fixture::compare();
        study.rows.iter_mut().for_each(|row| row.p99_slo_ms = None);
        let svg = draw(&study, ALL).unwrap();
        assert!(svg.contains("infinite at all loads"), "{svg}");
        study.rows.iter_mut().for_each(|row| row.p99_ms = None);
        assert!(
            draw(&study, ALL)
                .unwrap()
                .contains("too little data at all loads")
        );
        let svg = draw(&fixture::saturated(), ALL).unwrap();
        assert_eq!(svg.matches("nobody keeps up").count(), 2);
        assert!(!svg.contains("per second"), "an axis without a panel");
    }
}
