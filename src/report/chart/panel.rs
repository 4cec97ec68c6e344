//! A panel: a rectangle with two axes, in which data is drawn.

use plotters::style::{Color, RGBColor};

use super::axis::Axis;
use super::canvas::{Align, Canvas, Point, Stroke, text_width};
use super::style::{Dash, FAINT, GREY, LABEL, Look};

/// A rectangle with two axes.
pub struct Panel {
    /// Left edge in pixels.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
}

/// A point of a curve with its interval.
#[derive(Clone, Copy, Debug)]
pub struct Datum {
    /// Where on the horizontal axis.
    pub x: f64,
    /// The figure.
    pub y: f64,
    /// Lower end of the interval.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

/// A hair line.
pub const HAIR: Stroke = Stroke {
    colour: FAINT,
    width: 1.0,
    dash: Dash::Solid,
};

impl Panel {
    /// Room for the labels of a vertical axis, in pixels.
    pub fn margin(y: &Axis) -> f64 {
        y.ticks
            .iter()
            .map(|(_, text)| text_width(text, LABEL))
            .fold(0.0, f64::max)
            + 8.0
    }

    /// Where a value lies.
    pub fn at(&self, x: f64, y: f64) -> Point {
        (
            self.left + self.x.place(x) * (self.right - self.left),
            self.bottom - self.y.place(y) * (self.bottom - self.top),
        )
    }

    /// The grid, the axes and the labels of the vertical one.
    pub fn frame(&self, canvas: &mut Canvas) {
        for (value, text) in &self.y.ticks {
            let (_, y) = self.at(0.0, *value);
            canvas.line(&[(self.left, y), (self.right, y)], HAIR);
            canvas.text((self.left - 6.0, y), text, LABEL, Align::Right);
        }
        let axis = Stroke {
            colour: GREY,
            ..HAIR
        };
        canvas.line(&[(self.left, self.bottom), (self.right, self.bottom)], axis);
        for (value, _) in &self.x.ticks {
            let (x, _) = self.at(*value, 0.0);
            canvas.line(&[(x, self.bottom), (x, self.bottom + 4.0)], axis);
        }
    }

    /// A curve: its intervals as bands, its line, its markers. It breaks off where a figure is absent. `wider` is how many curves
    /// are drawn over it at the same place, beneath which it is to be seen as an edge.
    pub fn curve(&self, canvas: &mut Canvas, data: &[Option<Datum>], look: Look, wider: usize) {
        let finite = |d: &&Datum| d.x.is_finite() && d.y.is_finite();
        let data: Vec<Option<&Datum>> = data.iter().map(|d| d.as_ref().filter(finite)).collect();
        for run in data.split(|d| d.is_none()) {
            let run: Vec<&Datum> = run.iter().copied().flatten().collect();
            if !run.is_empty() {
                self.run(canvas, &run, look, wider as f64);
            }
        }
    }

    /// Part of a curve without gaps. A point by itself has a bar for a band.
    fn run(&self, canvas: &mut Canvas, run: &[&Datum], look: Look, wider: f64) {
        let upper = run
            .iter()
            .map(|d| self.at(d.x, if d.hi.is_finite() { d.hi } else { d.y }));
        let lower = run
            .iter()
            .rev()
            .map(|d| self.at(d.x, if d.lo.is_finite() { d.lo } else { d.y }));
        let outline: Vec<Point> = upper.chain(lower).collect();
        match outline.as_slice() {
            bar @ [_, _] => canvas.line(
                bar,
                Stroke {
                    colour: look.colour,
                    width: 1.0,
                    dash: Dash::Solid,
                },
            ),
            band => canvas.area(band, look.colour.mix(0.18)),
        }
        let line: Vec<Point> = run.iter().map(|d| self.at(d.x, d.y)).collect();
        canvas.line(&line, look.stroke(1.9 + 3.0 * wider));
        for point in line {
            canvas.marker(point, look.marker, 3.2 + 1.8 * wider, look.colour);
        }
    }

    /// A line across at a height; nothing if the axis does not reach it.
    pub fn level(&self, canvas: &mut Canvas, y: f64, stroke: Stroke) {
        if self.y.contains(y) {
            let (_, at) = self.at(0.0, y);
            canvas.line(&[(self.left, at), (self.right, at)], stroke);
        }
    }

    /// The labels of the horizontal axis.
    pub fn labels_below(&self, canvas: &mut Canvas) {
        for (value, text) in &self.x.ticks {
            canvas.text(
                (self.at(*value, 0.0).0, self.bottom + 13.0),
                text,
                LABEL,
                Align::Middle,
            );
        }
    }

    /// Thin dotted lines from bottom to top. Those at the same place take turns, so that each is seen.
    pub fn uprights(&self, canvas: &mut Canvas, lines: &[(f64, RGBColor)]) {
        let inside = lines.iter().filter(|(x, _)| self.x.contains(*x));
        let placed = inside.map(|&(x, colour)| (self.at(x, 0.0).0, colour));
        for (x, colours) in same_place(placed) {
            canvas.dotted((x, self.bottom), (x, self.top), &colours);
        }
    }
}

/// Pixels by which two marks have to differ to be seen side by side.
const APART: f64 = 1.5;

/// Puts together what lies at the same pixel.
pub fn same_place<T>(items: impl Iterator<Item = (f64, T)>) -> Vec<(f64, Vec<T>)> {
    let mut places: Vec<(f64, Vec<T>)> = Vec::new();
    for (at, item) in items {
        match places
            .iter_mut()
            .find(|(there, _)| (there - at).abs() < APART)
        {
            Some((_, items)) => items.push(item),
            None => places.push((at, vec![item])),
        }
    }
    places
}
