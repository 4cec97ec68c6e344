//! `map`: who wins over two axes, by how much, and where that cannot be told.
//!
//! A region has its winner's colour, darker where the lead is larger, and his name and settings in it where there is room. The line between two regions is where
//! they are equal; around it everything is hatched in which the 95 % interval of the lead contains zero, or the lead is
//! too small to matter: that is how broad the line's uncertainty is. Dots are the points that were simulated; between them, and only
//! there, the map is interpolated.
//!
//! | module | is |
//! | --- | --- |
//! | [`field`] | the map on a raster of the panel |
//! | [`outline`] | where a figure on that raster crosses zero |
//! | [`regions`] | what is filled, and the line: both are outlines |
//! | [`shades`] | how dark stands for how much |
//! | [`names`] | names in regions |

mod field;
mod names;
mod outline;
mod regions;
mod shades;

use super::ChartError;
use super::axis::Axis;
use super::canvas::{Align, Point, Stroke};
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::Panel;
use super::style::{Dash, GREY, HEADING, INK, LABEL, Marker, WHITE};
use crate::experiment::{Sheet, Study, Sweep, SweptAxis, SweptFigure, SweptMap};
use crate::report::table::sweep::{figure, matters, ratios};
use crate::report::{view, words};
use field::Field;

/// The height of a panel in pixels.
const HEIGHT: f64 = 230.0;
/// Distance between the samples of a panel in pixels, about.
const SAMPLES: f64 = 3.0;
/// Distance between the lines of the hatching in pixels.
const HATCH: f64 = 6.0;
/// Its lines.
const HATCHING: Stroke = Stroke {
    colour: INK,
    width: 0.6,
    dash: Dash::Solid,
};
/// Where two are equal.
const EQUAL: Stroke = Stroke {
    colour: INK,
    width: 2.2,
    dash: Dash::Solid,
};

/// Draws the chart: a panel for each exponent of the languages' ratios.
pub fn draw(study: &Study, sweep: &Sweep) -> Result<String, ChartError> {
    let (title, more) = match sweep.figure {
        SweptFigure::Capacity => ("Who carries more?", "times as much as the next"),
        SweptFigure::Latency => ("Whose p99 is lower?", "times as low as the next one's"),
    };
    let subtitle = format!("{}. {}.", study.title, figure(study, sweep));
    let mut page = Page::new(title, &subtitle)?;
    let names = study.contestants.iter().map(|info| {
        let settings = words::settings(info).map_or_else(String::new, |s| format!(", {s}"));
        let name = view::labelled(study, &info.name);
        // Who is not validated says so last.
        name.replacen(&info.name, &format!("{}{settings}", info.name), 1)
    });
    shades::key(&names.collect::<Vec<String>>(), more, &mut page);
    page.legend(&[
        (Sample::Stroke(EQUAL), "equal".to_owned()),
        (
            Sample::Hatch(HATCHING),
            "cannot tell, or less than 2 %".to_owned(),
        ),
        (Sample::Dot(GREY), "simulated".to_owned()),
    ]);
    for sheet in &sweep.sheets {
        if let Some(map) = &sheet.map {
            panel(study, sweep, sheet, map, &mut page);
        }
    }
    page.finish()
}

fn panel(study: &Study, sweep: &Sweep, sheet: &Sheet, map: &SweptMap, page: &mut Page) {
    let [across, up] = &sweep.axes[..] else {
        return;
    };
    let (Some(x), Some(y)) = (axis(across), axis(up)) else {
        return;
    };
    let heading = match ratios(sweep, sheet) {
        "" => "",
        "at equal CPU" => "At equal CPU",
        _ => "At the measured ratios between the languages",
    };
    if !heading.is_empty() {
        page.canvas
            .text((MARGIN, page.y + 8.0), heading, HEADING, Align::Left);
        page.y += 18.0;
    }
    page.canvas
        .text((MARGIN, page.y + 8.0), &up.label(), LABEL, Align::Left);
    let top = page.y + 20.0;
    let panel = Panel {
        left: MARGIN + Panel::margin(&y).max(38.0).ceil(),
        top: top.ceil(),
        right: WIDTH - MARGIN - 8.0,
        bottom: top.ceil() + HEIGHT,
        x,
        y,
    };
    let picture = Picture::new((across, up), map, &panel);
    picture.regions(page);
    picture.hatching(page);
    picture.line(page);
    picture.simulated(page);
    picture.names(study, sweep, page);
    frame(&panel, page);
    panel.labels_below(&mut page.canvas);
    page.axis_title(&panel, &across.label());
    page.y += 10.0;
}

fn axis(axis: &SweptAxis) -> Option<Axis> {
    let scale = axis.scale.as_ref()?;
    Some(Axis::between(
        *scale.numbers.first()?,
        *scale.numbers.last()?,
        scale.log,
    ))
}

/// The edges and the labels of the vertical axis, over what is painted.
fn frame(panel: &Panel, page: &mut Page) {
    let edge = Stroke {
        colour: GREY,
        width: 1.0,
        dash: Dash::Solid,
    };
    let (l, t, r, b) = (panel.left, panel.top, panel.right, panel.bottom);
    page.canvas
        .line(&[(l, t), (r, t), (r, b), (l, b), (l, t)], edge);
    for (value, text) in &panel.y.ticks {
        let (_, y) = panel.at(0.0, *value);
        page.canvas.line(&[(l - 4.0, y), (l, y)], edge);
        page.canvas.text((l - 6.0, y), text, LABEL, Align::Right);
    }
    for (value, _) in &panel.x.ticks {
        let (x, _) = panel.at(*value, 0.0);
        page.canvas.line(&[(x, b), (x, b + 4.0)], edge);
    }
}

/// A map in its panel.
struct Picture<'a> {
    across: &'a SweptAxis,
    up: &'a SweptAxis,
    map: &'a SweptMap,
    panel: &'a Panel,
    field: Field,
}

impl<'a> Picture<'a> {
    fn new(
        (across, up): (&'a SweptAxis, &'a SweptAxis),
        map: &'a SweptMap,
        panel: &'a Panel,
    ) -> Self {
        let count = |length: f64| (length / SAMPLES).round().max(1.0) as usize + 1;
        let size = (
            count(panel.right - panel.left),
            count(panel.bottom - panel.top),
        );
        let bare = Self {
            across,
            up,
            map,
            panel,
            field: Field::default(),
        };
        let place = |i, j| bare.place(bare.on_panel(size, (i as f64, j as f64)));
        let field = Field::of(map, size, place);
        Self { field, ..bare }
    }

    /// The pixel of a place among so many samples.
    fn on_panel(&self, (columns, rows): (usize, usize), (i, j): (f64, f64)) -> Point {
        let panel = self.panel;
        let along =
            |from: f64, to: f64, at: f64, n: usize| from + (to - from) * at / (n - 1) as f64;
        (
            along(panel.left, panel.right, i, columns),
            along(panel.top, panel.bottom, j, rows),
        )
    }

    /// The pixel of a place on the raster.
    fn at(&self, place: outline::Place) -> Point {
        self.on_panel((self.field.columns, self.field.rows), place)
    }

    /// The place on the grid at a pixel.
    fn place(&self, (x, y): Point) -> (f64, f64) {
        let share = |v: f64, from: f64, to: f64| ((v - from) / (to - from)).clamp(0.0, 1.0);
        let u = self
            .panel
            .x
            .value(share(x, self.panel.left, self.panel.right));
        let v = self
            .panel
            .y
            .value(share(y, self.panel.bottom, self.panel.top));
        let on =
            |axis: &SweptAxis, number: f64| axis.scale.as_ref().map_or(0.0, |s| s.place(number));
        (on(self.across, u), on(self.up, v))
    }

    /// The pixel of a place on the grid.
    fn pixel(&self, x: f64, y: f64) -> Point {
        let at = |axis: &SweptAxis, place: f64| axis.scale.as_ref().map_or(0.0, |s| s.at(place));
        self.panel.at(at(self.across, x), at(self.up, y))
    }

    fn doubtful(&self, at: Point) -> bool {
        let (x, y) = self.place(at);
        let spot = self.map.spot(x, y);
        spot.alive && !matters(&spot)
    }

    /// Diagonals, where it cannot be told.
    fn hatching(&self, page: &mut Page) {
        let (l, t, r, b) = (
            self.panel.left,
            self.panel.top,
            self.panel.right,
            self.panel.bottom,
        );
        let mut start = l - (b - t);
        while start < r {
            let at = |along: f64| (start + along, b - along);
            let mut from: Option<f64> = None;
            let mut along = 0.0;
            while along <= b - t + 1.0 {
                let (x, y) = at(along);
                let inside = (l..=r).contains(&x) && (t..=b).contains(&y) && self.doubtful((x, y));
                match (inside, from) {
                    (true, None) => from = Some(along),
                    (false, Some(first)) => {
                        page.canvas.line(&[at(first), at(along - 1.0)], HATCHING);
                        from = None;
                    }
                    _ => {}
                }
                along += 1.0;
            }
            start += HATCH;
        }
    }

    fn simulated(&self, page: &mut Page) {
        for y in 0..self.map.height {
            for x in 0..self.map.width {
                if self.map.node(x, y).simulated {
                    let at = self.pixel(x as f64, y as f64);
                    page.canvas.marker(at, Marker::Circle, 1.7, WHITE);
                    page.canvas.marker(at, Marker::Circle, 1.1, GREY);
                }
            }
        }
    }
}
