//! `sweep`: the contestants' figures over one key.

use super::axis::Axis;
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{Datum, Panel};
use super::style::OBJECTIVE;
use super::{ChartError, contestants, legend};
use crate::experiment::{Estimate, Row, Sheet, Study, Sweep, SweptFigure};
use crate::report::table::sweep::{figure, ratios};
use crate::report::view::ALL;
use crate::scenario::Figure;

/// One panel: what it shows, and the figure of a contestant at a value.
struct Part<'a> {
    heading: String,
    figure: Box<dyn Fn(usize, usize) -> Option<Estimate> + 'a>,
    limit: Option<f64>,
    log: bool,
}

/// Draws the chart: what is carried, for each exponent of the languages' ratios; or p99, median and throughput at the load.
pub fn draw(study: &Study, sweep: &Sweep) -> Result<String, ChartError> {
    let axis = &sweep.axes[0];
    let subtitle = format!(
        "{}. Bands are 95 % intervals; a line breaks off where there is no figure.",
        study.title
    );
    let title = match sweep.figure {
        SweptFigure::Capacity => format!("Load carried over {}", axis.path),
        SweptFigure::Latency => format!("Latency and throughput over {}", axis.path),
    };
    let mut page = Page::new(&title, &subtitle)?;
    page.legend(&legend(study));
    let parts = match sweep.figure {
        SweptFigure::Capacity => sweep
            .sheets
            .iter()
            .map(|sheet| carried(study, sweep, sheet))
            .collect(),
        SweptFigure::Latency => at_load(study, sweep),
    };
    let values = axis.values.len();
    let x = match &axis.scale {
        Some(scale) if values > 1 => {
            Axis::between(scale.numbers[0], scale.numbers[values - 1], scale.log)
        }
        _ => Axis::names(&axis.values),
    };
    let number = |i: usize| match &axis.scale {
        Some(scale) if values > 1 => scale.numbers[i],
        _ => i as f64,
    };
    let datum = |part: &Part, contestant: usize, i: usize| {
        let e = (part.figure)(contestant, i).filter(|e| e.value.is_finite())?;
        Some(Datum {
            x: number(i),
            y: e.value,
            lo: e.lo,
            hi: e.hi,
        })
    };
    for part in &parts {
        page.heading(&part.heading);
        let curves: Vec<Vec<Option<Datum>>> = (0..study.contestants.len())
            .map(|c| (0..values).map(|i| datum(part, c, i)).collect())
            .collect();
        let all = curves.iter().flatten().flatten().map(|d| d.y);
        let y = if part.log {
            Axis::log(all.chain(part.limit))
        } else {
            Axis::linear(all.fold(0.0, f64::max) * 1.06, 6)
        };
        let panel = Panel {
            left: MARGIN + Panel::margin(&y).max(46.0),
            top: page.y,
            right: WIDTH - MARGIN - 14.0,
            bottom: page.y + if parts.len() > 2 { 150.0 } else { 190.0 },
            x: x.clone(),
            y,
        };
        panel.frame(&mut page.canvas);
        if let Some(limit) = part.limit {
            panel.level(&mut page.canvas, limit, OBJECTIVE);
        }
        for ((_, look), data) in contestants(study).zip(&curves) {
            panel.curve(&mut page.canvas, data, look, 0);
        }
        panel.labels_below(&mut page.canvas);
        page.axis_title(&panel, &axis.label());
        page.y += 6.0;
    }
    page.finish()
}

fn carried<'a>(study: &'a Study, sweep: &'a Sweep, sheet: &'a Sheet) -> Part<'a> {
    let heading = match ratios(sweep, sheet) {
        "" => figure(study, sweep),
        ratios => format!("{}, {ratios}", figure(study, sweep)),
    };
    Part {
        heading,
        figure: Box::new(|contestant, i| {
            let point = sheet.points.iter().find(|p| p.at == [i])?;
            point.figures.get(contestant).copied().flatten()
        }),
        limit: None,
        log: false,
    }
}

fn at_load<'a>(study: &'a Study, sweep: &'a Sweep) -> Vec<Part<'a>> {
    let axis = &sweep.axes[0];
    let row = move |contestant: usize, i: usize| {
        let name = &study.contestants[contestant].name;
        let mut rows = study
            .rows
            .iter()
            .filter(|row| row.contestant == *name && row.endpoint == ALL);
        rows.find(|row| {
            row.swept
                .as_ref()
                .is_some_and(|s| s.values.first() == axis.values.get(i))
        })
    };
    let part = |heading: &str, figure: fn(&Row) -> Option<Estimate>, limit, log| Part {
        heading: heading.to_owned(),
        figure: Box::new(move |contestant, i| figure(row(contestant, i)?)),
        limit,
        log,
    };
    vec![
        part(
            "99th percentile, ms (failures count as infinite)",
            |row| row.p99_slo_ms,
            study.slo.limit(None, Figure::P99),
            true,
        ),
        part(
            "Median, ms",
            |row| row.p50_ms,
            study.slo.limit(None, Figure::P50),
            true,
        ),
        part(
            "Requests answered per second",
            |row| row.throughput_rps,
            None,
            false,
        ),
    ]
}
