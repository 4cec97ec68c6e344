//! `explain`: what the slowest requests wait for, against the others. A panel for each contestant, a bar for each band.
//!
//! Called services are opened: what they did is one segment, what requests waited for inside them another.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::Axis;
use super::breakdown::{ORDER, bar, colour, name};
use super::canvas::{Align, text_width};
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::{HAIR, Panel};
use super::style::{HEADING, LABEL, QUIET};
use crate::experiment::explain::{Explained, Explanation, Slice, is_wait};
use crate::measure::Component;
use crate::report::explain::{band, subject};

const STEP: f64 = 30.0;
/// Segments below this share of the longest bar are left out of the legend.
const SHOWN: f64 = 0.005;

/// What a segment stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A state of the request itself.
    Own(Component),
    /// Waiting inside called services.
    WaitInside,
}

impl Part {
    fn ms(self, slice: &Slice) -> f64 {
        let waits = |inside: &[f64; Component::COUNT]| -> f64 {
            let waits = Component::ALL.into_iter().filter(|c| is_wait(*c));
            waits.map(|c| inside[c as usize]).sum()
        };
        let inside: f64 = slice.inside_ms.iter().map(waits).sum();
        match self {
            Self::WaitInside => inside,
            Self::Own(Component::Call) => {
                (slice.account_ms[Component::Call as usize] - inside).max(0.0)
            }
            Self::Own(component) => slice.account_ms[component as usize],
        }
    }

    fn colour(self) -> RGBColor {
        match self {
            Self::WaitInside => RGBColor(178, 140, 60),
            Self::Own(component) => colour(component),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::WaitInside => "wait: in called services",
            Self::Own(component) => name(component),
        }
    }
}

fn parts() -> impl Iterator<Item = Part> {
    ORDER.into_iter().flat_map(|component| {
        let inside = (component == Component::Call).then_some(Part::WaitInside);
        std::iter::once(Part::Own(component)).chain(inside)
    })
}

fn total(slice: &Slice) -> f64 {
    slice.account_ms.iter().sum()
}

/// Draws the chart.
///
/// # Errors
/// Only for faults of this program: see [`ChartError`].
pub fn draw(explanation: &Explanation) -> Result<String, ChartError> {
    let subtitle = format!(
        "{}. Means of {}, by how slow they are.",
        explanation.title,
        subject(explanation)
    );
    let mut page = Page::new("What the slowest requests wait for", &subtitle)?;
    let slices = || explanation.contestants.iter().flat_map(|one| &one.bands);
    let longest = slices().map(total).fold(0.0, f64::max);
    let shown: Vec<Part> = parts()
        .filter(|part| slices().any(|slice| part.ms(slice) > SHOWN * longest))
        .collect();
    let entries: Vec<_> = shown
        .iter()
        .map(|part| (Sample::Box(part.colour()), part.name().to_owned()))
        .collect();
    page.legend(&entries);
    let names = slices()
        .map(|slice| text_width(&band(slice), LABEL))
        .fold(0.0, f64::max);
    for one in &explanation.contestants {
        if one.bands.is_empty() {
            nothing(&mut page, explanation, one);
        } else {
            panel(&mut page, one, &shown, names, longest);
        }
    }
    page.finish()
}

fn name_of(page: &mut Page, one: &Explained) {
    page.canvas
        .text((MARGIN, page.y + 8.0), &one.info.name, HEADING, Align::Left);
    page.y += 20.0;
}

/// Why somebody has no bars.
fn nothing(page: &mut Page, explanation: &Explanation, one: &Explained) {
    name_of(page, one);
    let why = match (one.row.saturated, explanation.interrupted()) {
        (true, _) => "saturated",
        (_, true) if one.row.p99_ms.is_some() => "interrupted",
        _ => "too little data",
    };
    page.canvas
        .text((MARGIN, page.y + 8.0), why, QUIET, Align::Left);
    page.y += 24.0;
}

fn panel(page: &mut Page, one: &Explained, shown: &[Part], names: f64, longest: f64) {
    name_of(page, one);
    let panel = Panel {
        left: MARGIN + names + 8.0,
        top: page.y + 2.0,
        right: WIDTH - MARGIN - 8.0,
        bottom: page.y + 2.0 + STEP * one.bands.len() as f64,
        x: Axis::linear(longest * 1.16, 5),
        y: Axis::bare(),
    };
    for (value, _) in &panel.x.ticks {
        let (x, _) = panel.at(*value, 0.0);
        page.canvas.line(&[(x, panel.top), (x, panel.bottom)], HAIR);
    }
    panel.frame(&mut page.canvas);
    panel.labels_below(&mut page.canvas);
    for (index, slice) in one.bands.iter().enumerate() {
        let middle = panel.top + STEP * (index as f64 + 0.5);
        page.canvas.text(
            (panel.left - 6.0, middle),
            &band(slice),
            LABEL,
            Align::Right,
        );
        let segments: Vec<(RGBColor, f64)> = shown
            .iter()
            .map(|part| (part.colour(), part.ms(slice)))
            .collect();
        bar(page, &panel, middle, &segments, total(slice));
    }
    page.axis_title(&panel, "mean latency, ms");
    page.y += 8.0;
}
