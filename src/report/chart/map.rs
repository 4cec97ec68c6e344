//! `map`: who wins over two axes, by how much, and where that cannot be told.
//!
//! A region has its winner's colour, darker where the lead is larger, and his name and settings in it. The line between two regions is where
//! they are equal; around it everything is hatched in which the 95 % interval of the lead contains zero, or the lead is
//! too small to matter: that is how broad the line's uncertainty is. Dots are the points that were simulated; between them, and only
//! there, the map is interpolated.

mod names;

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::Axis;
use super::canvas::{Align, Point, Stroke};
use super::page::{MARGIN, Page, Sample, WIDTH};
use super::panel::Panel;
use super::style::{Dash, FAINT, GREY, HEADING, INK, LABEL, Look, Marker};
use crate::experiment::{Sheet, Study, Sweep, SweptAxis, SweptFigure, SweptMap};
use crate::report::table::sweep::{ALIKE, figure, ratios};
use crate::report::view;

/// The height of a panel in pixels.
const HEIGHT: f64 = 230.0;
/// How much of a winner's colour is mixed into white where his figure is better by at most so much.
const TINTS: [(f64, f64); 3] = [(1.1, 0.22), (1.5, 0.40), (f64::INFINITY, 0.60)];
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
    width: 2.0,
    dash: Dash::Solid,
};

/// What is drawn at a pixel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paint {
    /// Nobody carries anything.
    Nobody,
    /// A contestant, by index, in one of the tints.
    Wins(usize, usize),
}

/// Draws the chart: a panel for each exponent of the languages' ratios.
pub fn draw(study: &Study, sweep: &Sweep) -> Result<String, ChartError> {
    let (title, more) = match sweep.figure {
        SweptFigure::Capacity => ("Who carries more?", "as much as the next"),
        SweptFigure::Latency => ("Whose p99 is lower?", "as low as the next one's"),
    };
    let subtitle = format!(
        "{}. {}. Darker: more than 1.1 times and 1.5 times {more}. Dots: simulated.",
        study.title,
        figure(study, sweep)
    );
    let mut page = Page::new(title, &subtitle)?;
    let names = view::contestants(study).into_iter().enumerate();
    let mut entries: Vec<(Sample, String)> = names
        .map(|(i, name)| (Sample::Box(tint(i, 2)), view::labelled(study, name)))
        .collect();
    entries.push((Sample::Stroke(EQUAL), "equal".to_owned()));
    entries.push((
        Sample::Hatch(HATCHING),
        "cannot tell, or less than 2 % apart".to_owned(),
    ));
    page.legend(&entries);
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
    let picture = Picture {
        across,
        up,
        map,
        panel: &panel,
    };
    picture.regions(page);
    picture.hatching(page);
    picture.lines(page);
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

/// The colour of a contestant in one of the tints.
fn tint(contestant: usize, index: usize) -> RGBColor {
    let RGBColor(r, g, b) = Look::of(contestant).colour;
    let share = TINTS[index].1;
    let mix = |c: u8| (255.0 + share * (f64::from(c) - 255.0)).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
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
}

impl Picture<'_> {
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

    fn paint(&self, at: Point) -> Paint {
        let (x, y) = self.place(at);
        let spot = self.map.spot(x, y);
        if !spot.alive {
            return Paint::Nobody;
        }
        let ratio = spot.ratio();
        let tint = TINTS
            .iter()
            .position(|(most, _)| ratio <= *most)
            .unwrap_or(TINTS.len() - 1);
        Paint::Wins(spot.winner, tint)
    }

    fn doubtful(&self, at: Point) -> bool {
        let (x, y) = self.place(at);
        let spot = self.map.spot(x, y);
        spot.alive && (!spot.sure() || spot.ratio() - 1.0 < ALIKE)
    }

    /// Row by row of pixels, what is alike side by side as one rectangle, and equal rows as one.
    fn regions(&self, page: &mut Page) {
        let (left, right) = (self.panel.left as i32, self.panel.right as i32);
        let (top, bottom) = (self.panel.top as i32, self.panel.bottom as i32);
        let row = |y: i32| -> Vec<(i32, i32, Paint)> {
            let mut runs: Vec<(i32, i32, Paint)> = Vec::new();
            for x in left..right {
                let paint = self.paint((f64::from(x) + 0.5, f64::from(y) + 0.5));
                match runs.last_mut() {
                    Some(last) if last.2 == paint => last.1 = x + 1,
                    _ => runs.push((x, x + 1, paint)),
                }
            }
            runs
        };
        let mut from = top;
        let mut runs = row(top);
        for y in top + 1..=bottom {
            let next = if y < bottom { row(y) } else { Vec::new() };
            if next == runs {
                continue;
            }
            for (a, b, paint) in &runs {
                let colour = match paint {
                    Paint::Nobody => FAINT,
                    Paint::Wins(who, index) => tint(*who, *index),
                };
                let corner = |x: i32, y: i32| (f64::from(x), f64::from(y));
                page.canvas
                    .rectangle(corner(*a, from), corner(*b, y), colour);
            }
            from = y;
            runs = next;
        }
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

    /// Between each two regions, through the crossings on the edges of the grid's cells.
    fn lines(&self, page: &mut Page) {
        for y in 0..self.map.height - 1 {
            for x in 0..self.map.width - 1 {
                let points = self.on_edges(x, y);
                match points[..] {
                    [] => {}
                    [a, b] => page.canvas.line(&[a, b], EQUAL),
                    ref many => {
                        let n = many.len() as f64;
                        let middle = many
                            .iter()
                            .fold((0.0, 0.0), |m, p| (m.0 + p.0 / n, m.1 + p.1 / n));
                        many.iter()
                            .for_each(|p| page.canvas.line(&[*p, middle], EQUAL));
                    }
                }
            }
        }
    }

    /// The crossings on the four edges of a cell.
    fn on_edges(&self, x: usize, y: usize) -> Vec<Point> {
        let between = |v: f64, from: usize| (from as f64..=(from + 1) as f64).contains(&v);
        let mine = self.map.crossings.iter().filter(|c| {
            if c.horizontal {
                (c.other == y || c.other == y + 1) && between(c.place.value, x)
            } else {
                (c.other == x || c.other == x + 1) && between(c.place.value, y)
            }
        });
        mine.map(|c| {
            let other = c.other as f64;
            if c.horizontal {
                self.pixel(c.place.value, other)
            } else {
                self.pixel(other, c.place.value)
            }
        })
        .collect()
    }

    fn simulated(&self, page: &mut Page) {
        for y in 0..self.map.height {
            for x in 0..self.map.width {
                if self.map.node(x, y).simulated {
                    let at = self.pixel(x as f64, y as f64);
                    page.canvas.marker(at, Marker::Circle, 1.0, GREY);
                }
            }
        }
    }
}
