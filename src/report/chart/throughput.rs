//! `throughput`: successful requests per second over load.

use super::axis::Axis;
use super::canvas::{Align, Stroke};
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::{Panel, same_place};
use super::style::{Dash, GREY, HEADING};
use super::{ChartError, contestants, data, legend, load_axis, load_title};
use crate::experiment::{LoadUnit, Study};
use crate::report::view::{self, ALL};

/// Where everything offered is answered.
const DIAGONAL: Stroke = Stroke {
    colour: GREY,
    width: 1.2,
    dash: Dash::Short,
};
/// What a contestant's demands allow at most.
const CEILING: Stroke = Stroke {
    colour: GREY,
    width: 1.0,
    dash: Dash::Dots,
};

/// Draws the chart.
pub fn draw(study: &Study) -> Result<String, ChartError> {
    let open = study.load_unit == LoadUnit::Rps;
    let subtitle = format!(
        "{}. Successful requests only; bands are 95 % intervals.",
        study.title
    );
    let mut page = Page::new("Throughput over load", &subtitle)?;
    let mut entries = legend(study);
    if open {
        entries.push((Sample::Stroke(DIAGONAL), "all that is offered".to_owned()));
        entries.push((Sample::Stroke(CEILING), "bound by demand".to_owned()));
    }
    page.legend(&entries);

    let curves: Vec<_> = contestants(study)
        .map(|(name, look)| {
            (
                look,
                data(&view::curve(study, name, ALL), |row| row.throughput_rps),
            )
        })
        .collect();
    let highest = curves
        .iter()
        .flat_map(|(_, data)| data.iter().flatten())
        .map(|d| d.y)
        .fold(0.0, f64::max);
    let last = view::loads(study).last().copied().unwrap_or(0.0);
    let y = Axis::linear(if open { highest.max(last) } else { highest } * 1.04, 7);
    page.canvas.text(
        (MARGIN, page.y + 8.0),
        "Requests answered per second",
        HEADING,
        Align::Left,
    );
    let top = page.y + 22.0;
    let panel = Panel {
        left: MARGIN + Panel::margin(&y).max(38.0),
        top,
        right: WIDTH - MARGIN - 8.0,
        bottom: top + 240.0,
        x: load_axis(study),
        y,
    };
    panel.frame(&mut page.canvas);
    panel.labels_below(&mut page.canvas);
    if open {
        page.canvas
            .line(&[panel.at(0.0, 0.0), panel.at(last, last)], DIAGONAL);
        ceilings(study, &panel, &mut page, last);
    }
    for (look, data) in curves {
        panel.curve(&mut page.canvas, &data, look, 0);
    }
    page.axis_title(&panel, load_title(study));
    page.finish()
}

/// From the diagonal to the right: a contestant answers no more than its first resource allows.
fn ceilings(study: &Study, panel: &Panel, page: &mut Page, last: f64) {
    let contestants = study.contestants.iter().zip(contestants(study));
    let bounds = contestants.filter_map(|(info, (_, look))| {
        let bound = info.bounds.first().filter(|b| b.load < last)?;
        Some((panel.at(bound.load, bound.load), look.colour))
    });
    let lines = bounds.map(|((x, y), colour)| (y, (x, colour)));
    for (y, lines) in same_place(lines) {
        let left = lines.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
        let colours: Vec<_> = lines.into_iter().map(|(_, colour)| colour).collect();
        page.canvas
            .dotted((left, y), (panel.at(last, 0.0).0, y), &colours);
    }
}
