//! `breakdown`: where the time of a mean request goes, a bar for each contestant.

use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{Align, Font, text_width};
use super::page::{MARGIN, Page, Sample, WIDTH, shortened};
use super::panel::Panel;
use super::style::{GREY, INK, LABEL, QUIET, WHITE};
use super::{ChartError, contestants};
use crate::experiment::Study;
use crate::measure::Component;
use crate::report::view::{self, ALL};
use crate::report::words;

const BAR: f64 = 26.0;
const STEP: f64 = 40.0;
/// Stands below the name of a contestant whose model no recording of a real server backs.
const UNVALIDATED: &str = "(unvalidated)";

/// Draws the chart at the highest load that says something of every contestant.
pub fn draw(study: &Study) -> Result<String, ChartError> {
    let (load, at) = super::common_load(study);
    let subtitle = format!("{}. Mean of all requests{at}.", study.title);
    let mut page = Page::new("Where the time of a request goes", &subtitle)?;
    let bars: Vec<(&str, Option<[f64; Component::COUNT]>)> = contestants(study)
        .map(|(name, _)| {
            (
                name,
                load.and_then(|load| view::row(study, name, load, ALL))
                    .and_then(|row| row.account_ms),
            )
        })
        .collect();
    let shown = shown(&bars);
    let entries: Vec<_> = shown
        .iter()
        .map(|&c| (Sample::Box(colour(c)), name(c).to_owned()))
        .collect();
    page.legend(&entries);
    draw_bars(study, &mut page, &bars, &shown);
    page.finish()
}

/// The components that anybody's bar shows: at least half a per cent of the longest bar.
fn shown(bars: &[(&str, Option<[f64; Component::COUNT]>)]) -> Vec<Component> {
    let longest = bars
        .iter()
        .filter_map(|(_, a)| a.map(|a| a.iter().sum()))
        .fold(0.0, f64::max);
    let visible = |c: Component| {
        bars.iter()
            .filter_map(|(_, a)| *a)
            .any(|a| a[c as usize] > 0.005 * longest)
    };
    ORDER.into_iter().filter(|&c| visible(c)).collect()
}

fn draw_bars(
    study: &Study,
    page: &mut Page,
    bars: &[(&str, Option<[f64; Component::COUNT]>)],
    shown: &[Component],
) {
    let longest = bars
        .iter()
        .filter_map(|(_, a)| a.map(|a| a.iter().sum()))
        .fold(0.0, f64::max);
    let names = bars
        .iter()
        .map(|(name, _)| match view::unvalidated(study, name) {
            true => text_width(name, LABEL).max(text_width(UNVALIDATED, QUIET)),
            false => text_width(name, LABEL),
        })
        .fold(0.0, f64::max)
        .min(150.0);
    let panel = Panel {
        left: MARGIN + names + 8.0,
        top: page.y + 2.0,
        right: WIDTH - MARGIN - 8.0,
        bottom: page.y + 2.0 + STEP * bars.len().max(1) as f64,
        x: Axis::linear(longest * 1.16, 5),
        y: Axis::bare(),
    };
    for (value, _) in &panel.x.ticks {
        let (x, _) = panel.at(*value, 0.0);
        page.canvas
            .line(&[(x, panel.top), (x, panel.bottom)], super::panel::HAIR);
    }
    panel.frame(&mut page.canvas);
    panel.labels_below(&mut page.canvas);
    for (i, (name, account)) in bars.iter().enumerate() {
        let middle = panel.top + STEP * (i as f64 + 0.5);
        let guessed = view::unvalidated(study, name);
        let name = shortened(name, LABEL, names);
        let (x, up) = (panel.left - 6.0, if guessed { 7.0 } else { 0.0 });
        page.canvas
            .text((x, middle - up), &name, LABEL, Align::Right);
        if guessed {
            page.canvas
                .text((x, middle + 8.0), UNVALIDATED, QUIET, Align::Right);
        }
        match account {
            Some(account) => {
                let segments: Vec<(RGBColor, f64)> = shown
                    .iter()
                    .map(|&c| (colour(c), account[c as usize]))
                    .collect();
                bar(page, &panel, middle, &segments, account.iter().sum());
            }
            None => page.canvas.text(
                (panel.left + 6.0, middle),
                "saturated, or too little data",
                QUIET,
                Align::Left,
            ),
        }
    }
    page.axis_title(&panel, "mean latency, ms");
}

/// One bar: its segments (colour, milliseconds) from left to right, each with its figure where it fits, then the sum.
pub(super) fn bar(
    page: &mut Page,
    panel: &Panel,
    middle: f64,
    segments: &[(RGBColor, f64)],
    total: f64,
) {
    let mut sum = 0.0;
    for &(fill, ms) in segments {
        let (from, to) = (panel.at(sum, 0.0).0, panel.at(sum + ms, 0.0).0);
        sum += ms;
        if to - from < 0.3 {
            continue;
        }
        // A hair of white between neighbours of similar colour.
        let gap = if to - from > 3.0 { 0.8 } else { 0.0 };
        page.canvas.rectangle(
            (from, middle - BAR / 2.0),
            (to - gap, middle + BAR / 2.0),
            fill,
        );
        let text = words::number(ms);
        let font = Font {
            size: 11.5,
            bold: false,
            colour: on(fill),
        };
        if text_width(&text, font) + 5.0 < to - from {
            page.canvas.text(
                ((from + to - gap) / 2.0, middle),
                &text,
                font,
                Align::Middle,
            );
        }
    }
    let text = words::number(total);
    page.canvas.text(
        (panel.at(total, 0.0).0 + 5.0, middle),
        &text,
        Font {
            colour: GREY,
            ..LABEL
        },
        Align::Left,
    );
}

/// Text that can be read on a colour.
fn on(RGBColor(r, g, b): RGBColor) -> RGBColor {
    let light = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
    if light > 130.0 { INK } else { WHITE }
}

/// In a bar: what the request does itself, what others do for it, what it waits for.
pub(super) const ORDER: [Component; Component::COUNT] = [
    Component::Cpu,
    Component::Cold,
    Component::Native,
    Component::Gc,
    Component::Call,
    Component::Network,
    Component::Timer,
    Component::WaitConnection,
    Component::WaitPool,
    Component::WaitCore,
    Component::WaitLock,
    Component::WaitWorker,
    Component::WaitAccept,
    Component::WaitClient,
];

/// Blues for work, greens and greys for what happens elsewhere, yellow to red for waiting: neighbours differ in lightness too.
pub(super) fn colour(component: Component) -> RGBColor {
    match component {
        Component::Cpu => RGBColor(0, 90, 150),
        Component::Cold => RGBColor(140, 200, 240),
        Component::Native => RGBColor(60, 140, 200),
        Component::Gc => RGBColor(20, 40, 90),
        Component::Call => RGBColor(0, 158, 115),
        Component::Network => RGBColor(165, 220, 200),
        Component::Timer => RGBColor(150, 150, 150),
        Component::WaitConnection => RGBColor(240, 228, 66),
        Component::WaitPool => RGBColor(204, 121, 167),
        Component::WaitCore => RGBColor(230, 159, 0),
        Component::WaitLock => RGBColor(213, 94, 0),
        Component::WaitWorker => RGBColor(150, 40, 30),
        Component::WaitAccept => RGBColor(110, 60, 120),
        Component::WaitClient => RGBColor(60, 60, 60),
    }
}

/// What a segment is called in the legend.
pub(super) fn name(component: Component) -> &'static str {
    match component {
        Component::WaitClient => "wait: client connection",
        Component::WaitAccept => "wait: accept queue",
        Component::WaitWorker => "wait: thread or loop",
        Component::WaitLock => "wait: lock",
        Component::WaitCore => "wait: core",
        Component::Cpu => "app code",
        Component::Cold => "cold core",
        Component::WaitPool => "wait: auxiliary pool",
        Component::Native => "native code",
        Component::Gc => "garbage collector",
        Component::WaitConnection => "wait: pooled connection",
        Component::Call => "called services",
        Component::Network => "network",
        Component::Timer => "timer",
    }
}
