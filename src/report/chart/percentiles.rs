//! `percentiles`: latency by percentile, the tail spread out.

use super::axis::Axis;
use super::canvas::Align;
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::Panel;
use super::style::{HEADING, OBJECTIVE};
use super::{ChartError, contestants, legend};
use crate::experiment::Study;
use crate::report::view::{self, ALL};
use crate::report::words;
use crate::scenario::Figure;

/// Draws the chart at the highest load that says something of every contestant.
pub fn draw(study: &Study) -> Result<String, ChartError> {
    let (load, at) = super::common_load(study);
    let subtitle = format!("{}. All successful requests{at}.", study.title);
    let mut page = Page::new("Latency by percentile", &subtitle)?;
    let limit = study.slo.limit(None, Figure::P99);
    let limit = limit.map(|ms| (ms, words::plain_time(ms)));
    let mut entries = legend(study);
    entries.extend(limit.iter().map(|(_, text)| {
        (
            Sample::Stroke(OBJECTIVE),
            format!("objective for p99: {text}"),
        )
    }));
    page.legend(&entries);

    let curves: Vec<_> = contestants(study)
        .map(|(name, look)| {
            let row = load.and_then(|load| view::row(study, name, load, ALL));
            (look, row.map_or(&[][..], |row| row.spectrum.as_slice()))
        })
        .collect();
    let all = || curves.iter().flat_map(|(_, spectrum)| spectrum.iter());
    let y = Axis::log(
        all()
            .map(|(_, ms)| *ms)
            .chain(limit.iter().map(|(ms, _)| *ms)),
    );
    page.canvas
        .text((MARGIN, page.y + 8.0), "Latency, ms", HEADING, Align::Left);
    let top = page.y + 22.0;
    let panel = Panel {
        left: MARGIN + Panel::margin(&y).max(38.0),
        top,
        right: WIDTH - MARGIN - 18.0,
        bottom: top + 240.0,
        x: Axis::nines(all().map(|(q, _)| *q).fold(f64::NAN, f64::max)),
        y,
    };
    panel.frame(&mut page.canvas);
    panel.labels_below(&mut page.canvas);
    for (value, _) in &panel.x.ticks {
        let (x, _) = panel.at(*value, 0.0);
        page.canvas
            .line(&[(x, panel.top), (x, panel.bottom)], super::panel::HAIR);
    }
    if let Some((ms, _)) = limit {
        panel.level(&mut page.canvas, ms, OBJECTIVE);
    }
    for (look, spectrum) in curves {
        let points: Vec<_> = spectrum
            .iter()
            .filter(|(q, _)| panel.x.contains(*q))
            .map(|&(q, ms)| panel.at(q, ms))
            .collect();
        page.canvas.line(&points, look.stroke(1.9));
        for (value, _) in &panel.x.ticks {
            if let Some(&(_, ms)) = spectrum.iter().find(|(q, _)| (q - value).abs() < 1e-9) {
                page.canvas
                    .marker(panel.at(*value, ms), look.marker, 3.6, look.colour);
            }
        }
    }
    page.axis_title(&panel, "share of the requests that are faster");
    page.finish()
}
