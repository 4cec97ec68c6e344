//! `timeline`: one load over the length of the run.

use super::axis::Axis;
use super::canvas::Align;
use super::page::{MARGIN, Page, WIDTH};
use super::panel::Panel;
use super::style::{GREY, HEADING};
use super::{ChartError, contestants, legend};
use crate::experiment::{Row, Study, TimelineSlot};
use crate::report::view::{self, ALL};
use crate::report::words;

type Figure = fn(&TimelineSlot) -> Option<f64>;

/// Draws latency, throughput and requests in the system over time.
pub fn draw(study: &Study) -> Result<String, ChartError> {
    let load = view::loads(study).first().copied();
    let at = load.map_or_else(String::new, |load| {
        format!(" At {} {}.", words::load(load), view::unit(study))
    });
    let subtitle = format!(
        "{}.{at} Means over the replications; left of the line is warm-up, not measured.",
        study.title
    );
    let mut page = Page::new("The run over time", &subtitle)?;
    page.legend(&legend(study));
    let rows: Vec<Option<&Row>> = contestants(study)
        .map(|(name, _)| load.and_then(|load| view::row(study, name, load, ALL)))
        .collect();
    let panels: [(&str, Figure, bool); 3] = [
        ("Mean latency, ms", |slot| slot.mean_ms, true),
        (
            "Requests answered per second",
            |slot| Some(slot.throughput_rps),
            false,
        ),
        ("Requests in the system", |slot| Some(slot.in_system), true),
    ];
    // One margin for all, so that a moment is at the same place in each.
    let axes = panels.map(|(_, figure, log)| vertical(&rows, figure, log));
    let left = MARGIN + axes.iter().map(Panel::margin).fold(38.0, f64::max);
    let mut last = None;
    for ((heading, figure, _), y) in panels.into_iter().zip(axes) {
        let panel = draw_panel(study, &mut page, &rows, (heading, figure), (left, y));
        page.y = panel.bottom + 14.0;
        last = Some(panel);
    }
    if let Some(last) = last {
        last.labels_below(&mut page.canvas);
        page.axis_title(&last, "simulated time, s");
    }
    page.finish()
}

fn slots<'r>(rows: &'r [Option<&Row>]) -> impl Iterator<Item = &'r TimelineSlot> {
    rows.iter().flatten().flat_map(|row| row.timeline.iter())
}

fn vertical(rows: &[Option<&Row>], figure: Figure, log: bool) -> Axis {
    let values = slots(rows).filter_map(figure).filter(|v| v.is_finite());
    if log {
        Axis::log(values)
    } else {
        Axis::linear(values.fold(f64::NAN, f64::max) * 1.1, 4)
    }
}

fn draw_panel(
    study: &Study,
    page: &mut Page,
    rows: &[Option<&Row>],
    (heading, figure): (&str, Figure),
    (left, y): (f64, Axis),
) -> Panel {
    page.canvas
        .text((MARGIN, page.y + 8.0), heading, HEADING, Align::Left);
    let top = page.y + 22.0;
    let panel = Panel {
        left,
        top,
        right: WIDTH - MARGIN - 8.0,
        bottom: top + 105.0,
        x: Axis::linear(
            slots(rows)
                .map(|slot| slot.start_s)
                .fold(f64::NAN, f64::max),
            6,
        ),
        y,
    };
    panel.frame(&mut page.canvas);
    let warmup = rows
        .iter()
        .flatten()
        .map(|row| row.warmup.as_secs_f64())
        .fold(0.0, f64::max);
    if warmup > 0.0 {
        panel.uprights(&mut page.canvas, &[(warmup, GREY)]);
    }
    for ((_, look), row) in contestants(study).zip(rows) {
        let slots = row.map_or(&[][..], |row| row.timeline.as_slice());
        let points: Vec<_> = slots
            .iter()
            .filter_map(|slot| Some(panel.at(slot.start_s, figure(slot)?)))
            .collect();
        page.canvas.line(&points, look.stroke(1.6));
        for point in points
            .iter()
            .skip(points.len() / 8)
            .step_by((points.len() / 4).max(1))
        {
            page.canvas.marker(*point, look.marker, 3.4, look.colour);
        }
    }
    panel
}
