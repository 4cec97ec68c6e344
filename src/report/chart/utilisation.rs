//! `utilisation`: how much of each resource is in use, a panel for each contestant.

use super::axis::Axis;
use super::canvas::{Align, Font, text_width};
use super::page::{MARGIN, Page, Sample, WIDTH, shortened};
use super::panel::{Datum, HAIR, Panel};
use super::style::{GREY, HEADING, LABEL, Look};
use super::{ChartError, contestants, load_axis, load_title};
use crate::experiment::Study;
use crate::report::view::{self, ALL};
use crate::report::{columns, words};

/// More lines than this in a panel cannot be told apart.
const MOST: usize = 7;

/// Draws lines over load, or bars where there is one load.
pub fn draw(study: &Study) -> Result<String, ChartError> {
    let resources = main_resources(study);
    if view::single_load(study) {
        bars(study, &resources)
    } else {
        curves(study, &resources)
    }
}

/// The resources most in use anywhere, in their order of appearance.
fn main_resources(study: &Study) -> Vec<String> {
    let most = |name: &str| {
        let whole = study
            .rows
            .iter()
            .flat_map(|row| view::whole_resources(study, row));
        let used = whole.filter(|(n, _)| n == name);
        used.map(|(_, used)| *used).fold(0.0, f64::max)
    };
    let all = columns::resources(study);
    let mut ranked: Vec<(usize, f64)> = all
        .iter()
        .enumerate()
        .map(|(i, name)| (i, most(name)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.retain(|(_, used)| *used > 0.0);
    ranked.truncate(MOST);
    ranked.sort_by_key(|(i, _)| *i);
    ranked.into_iter().map(|(i, _)| all[i].clone()).collect()
}

fn curves(study: &Study, resources: &[String]) -> Result<String, ChartError> {
    const GAP: f64 = 18.0;
    const HEIGHT: f64 = 105.0;
    const STEP: f64 = HEIGHT + 48.0;
    let subtitle = format!(
        "{}. A resource at 100 % is in use all the time; where lines coincide, one is seen as the other's edge.",
        study.title
    );
    let guessed = study.contestants.iter().any(|info| info.unvalidated);
    let mark = if guessed { " † unvalidated." } else { "" };
    let mut page = Page::new("Utilisation over load", &(subtitle + mark))?;
    let looks = resources
        .iter()
        .enumerate()
        .map(|(i, name)| (Sample::Line(Look::of(i)), words::resource(name)));
    page.legend(&looks.collect::<Vec<_>>());
    let left = MARGIN + Panel::margin(&Axis::share());
    let width = (WIDTH - MARGIN - 8.0 - left - GAP) / 2.0;
    let mut last = None;
    let names: Vec<&str> = contestants(study).map(|(name, _)| name).collect();
    for (i, name) in names.iter().enumerate() {
        let x = left + (i % 2) as f64 * (width + GAP);
        if i % 2 == 0 {
            page.y += if i > 0 { STEP } else { 0.0 };
        }
        let mut y = Axis::share();
        if i % 2 == 1 {
            y.ticks.iter_mut().for_each(|(_, text)| text.clear());
        }
        let mut axis = load_axis(study);
        axis.ticks = Axis::linear(
            view::loads(study).last().copied().unwrap_or(f64::NAN) * 1.02,
            3,
        )
        .ticks;
        let panel = Panel {
            left: x,
            top: page.y + 22.0,
            right: x + width,
            bottom: page.y + 22.0 + HEIGHT,
            x: axis,
            y,
        };
        let heading = shortened(&view::marked(study, name), HEADING, width);
        page.canvas
            .text((x, page.y + 10.0), &heading, HEADING, Align::Left);
        panel.frame(&mut page.canvas);
        panel.labels_below(&mut page.canvas);
        panel_curves(study, name, resources, &panel, &mut page);
        last = Some(panel);
    }
    if let Some(last) = last {
        let whole = Panel {
            left,
            right: WIDTH - MARGIN - 8.0,
            ..last
        };
        page.axis_title(&whole, load_title(study));
    }
    page.finish()
}

fn panel_curves(study: &Study, name: &str, resources: &[String], panel: &Panel, page: &mut Page) {
    let rows = view::curve(study, name, ALL);
    let curve = |resource: &String| -> Vec<Option<Datum>> {
        let used = rows.iter().map(|row| {
            let &(_, used) = row.util.iter().find(|(n, _)| n == resource)?;
            Some(Datum {
                x: row.load,
                y: used,
                lo: used,
                hi: used,
            })
        });
        used.collect()
    };
    let curves: Vec<Vec<Option<Datum>>> = resources.iter().map(curve).collect();
    for (i, data) in curves.iter().enumerate() {
        let over = curves[i + 1..].iter();
        let wider = over.filter(|later| coincide(data, later)).count();
        panel.curve(&mut page.canvas, data, Look::of(i), wider);
    }
}

/// Whether a curve is hidden by another at half its points or more.
fn coincide(a: &[Option<Datum>], b: &[Option<Datum>]) -> bool {
    const SHARE: f64 = 0.02;
    let near = |(a, b): &(&Option<Datum>, &Option<Datum>)| matches!((a, b), (Some(a), Some(b)) if (a.y - b.y).abs() < SHARE);
    let near = a.iter().zip(b).filter(near).count();
    near > 0 && 2 * near >= a.iter().flatten().count()
}

fn bars(study: &Study, resources: &[String]) -> Result<String, ChartError> {
    const STEP: f64 = 20.0;
    let load = view::loads(study).first().copied().unwrap_or(0.0);
    let subtitle = format!(
        "{}. At {} {}.",
        study.title,
        words::load(load),
        view::unit(study)
    );
    let mut page = Page::new("Utilisation", &subtitle)?;
    let names = resources
        .iter()
        .map(|name| text_width(&words::resource(name), LABEL))
        .fold(0.0, f64::max)
        .min(180.0);
    let left = MARGIN + names + 8.0;
    let scale = Axis::share();
    for (name, look) in contestants(study) {
        let used: Vec<(&String, f64)> = resources
            .iter()
            .filter_map(|resource| {
                let row = view::row(study, name, load, ALL)?;
                row.util
                    .iter()
                    .find(|(n, _)| n == resource)
                    .map(|&(_, used)| (resource, used))
            })
            .collect();
        page.canvas.text(
            (MARGIN, page.y + 9.0),
            &view::labelled(study, name),
            HEADING,
            Align::Left,
        );
        page.y += 20.0;
        for (resource, used) in used {
            let middle = page.y + STEP / 2.0;
            let right = WIDTH - MARGIN - 50.0;
            let at = |share: f64| left + scale.place(share) * (right - left);
            page.canvas.text(
                (left - 6.0, middle),
                &shortened(&words::resource(resource), LABEL, names),
                LABEL,
                Align::Right,
            );
            page.canvas
                .line(&[(at(0.0), middle + 7.0), (at(1.0), middle + 7.0)], HAIR);
            page.canvas.rectangle(
                (at(0.0), middle - 7.0),
                (at(used), middle + 7.0),
                look.colour,
            );
            page.canvas.text(
                (at(used) + 5.0, middle),
                &words::percent(used),
                Font {
                    colour: GREY,
                    ..LABEL
                },
                Align::Left,
            );
            page.y += STEP;
        }
        page.y += 8.0;
    }
    page.finish()
}
