//! Lines, areas, markers and text in pixels, on plotters' drawing area.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle};

use super::ChartError;
use super::font;
use super::sink::{Sink, UNIT};
use super::style::{Dash, Marker};

/// A place in pixels, from the top left.
pub type Point = (f64, f64);

/// How a line is drawn.
#[derive(Clone, Copy)]
pub struct Stroke {
    /// Its colour.
    pub colour: RGBColor,
    /// Its width in pixels.
    pub width: f64,
    /// Its dashes.
    pub dash: Dash,
}

/// How a text is drawn.
#[derive(Clone, Copy)]
pub struct Font {
    /// Ems in pixels.
    pub size: f64,
    /// Heavier.
    pub bold: bool,
    /// Its colour.
    pub colour: RGBColor,
}

/// Where a text lies relative to its point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The point is at its left, middle or right, half way up the capitals.
    Left,
    /// Middle.
    Middle,
    /// Right.
    Right,
}

/// A picture being drawn. The first error is kept and reported at the end.
pub struct Canvas {
    sink: Sink,
    area: DrawingArea<Sink, Shift>,
    error: Option<ChartError>,
}

impl Canvas {
    /// An empty picture.
    pub fn new() -> Result<Self, ChartError> {
        font::register()?;
        let sink = Sink::default();
        let area = sink.clone().into_drawing_area();
        Ok(Self {
            sink,
            area,
            error: None,
        })
    }

    /// The picture as SVG, of this size in pixels.
    pub fn finish(self, width: f64, height: f64) -> Result<String, ChartError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self
                .sink
                .document(width.ceil() as i32, height.ceil() as i32)),
        }
    }

    /// A thin dotted straight line in several colours that take turns.
    pub fn dotted(&mut self, from: Point, to: Point, colours: &[RGBColor]) {
        const TURN: f64 = 8.4;
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let turn = if colours.len() > 1 { TURN } else { length };
        let at = |along: f64| {
            let share = (along / length).min(1.0);
            (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            )
        };
        let mut along = 0.0;
        for &colour in colours.iter().cycle() {
            if along >= length {
                return;
            }
            let stroke = Stroke {
                colour,
                width: 1.0,
                dash: Dash::Dots,
            };
            self.line(&[at(along), at(along + turn)], stroke);
            along += turn;
        }
    }

    /// A line through points; nothing if there are fewer than two.
    pub fn line(&mut self, points: &[Point], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        self.sink.set_dash(stroke.dash.array());
        let style =
            ShapeStyle::from(&stroke.colour).stroke_width(units(stroke.width).unsigned_abs());
        let drawn = self.area.draw(&PathElement::new(all_units(points), style));
        self.sink.set_dash("");
        self.keep(drawn);
    }

    /// A filled area, somewhat transparent.
    pub fn area(&mut self, outline: &[Point], colour: RGBAColor) {
        if outline.len() < 3 {
            return;
        }
        let drawn = self
            .area
            .draw(&Polygon::new(all_units(outline), colour.filled()));
        self.keep(drawn);
    }

    /// A filled rectangle between two corners.
    pub fn rectangle(&mut self, a: Point, b: Point, colour: RGBColor) {
        let drawn = self
            .area
            .draw(&Rectangle::new([place(a), place(b)], colour.filled()));
        self.keep(drawn);
    }

    /// A marker around a point.
    pub fn marker(&mut self, at: Point, marker: Marker, radius: f64, colour: RGBColor) {
        if marker == Marker::Circle {
            let radius = units(radius);
            let drawn = self
                .area
                .draw(&Circle::new(place(at), radius, colour.filled()));
            return self.keep(drawn);
        }
        let outline: Vec<Point> = marker
            .outline()
            .iter()
            .map(|(x, y)| (at.0 + x * radius, at.1 + y * radius))
            .collect();
        self.area(&outline, colour.to_rgba());
    }

    /// A line of text.
    pub fn text(&mut self, at: Point, text: &str, font: Font, align: Align) {
        let position = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = text_style(font, f64::from(UNIT)).pos(Pos::new(position, VPos::Center));
        let drawn = self.area.draw_text(text, &style, place(at));
        self.keep(drawn);
    }

    fn keep<E: std::fmt::Display>(&mut self, drawn: Result<(), E>) {
        if let Err(error) = drawn {
            self.error
                .get_or_insert_with(|| ChartError::Draw(error.to_string()));
        }
    }
}

/// How wide a text is, in pixels.
pub fn text_width(text: &str, font: Font) -> f64 {
    // Measured a hundred times larger, since plotters measures in whole pixels.
    let style = text_style(font, 100.0 * font::LINE_PER_EM);
    let width = style.font.box_size(text).map_or(0, |(width, _)| width);
    f64::from(width) / 100.0
}

fn text_style(font: Font, scale: f64) -> TextStyle<'static> {
    let weight = if font.bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    (font::FAMILY, font.size * scale, weight)
        .into_font()
        .color(&font.colour)
}

fn units(pixels: f64) -> i32 {
    (pixels * f64::from(UNIT)).round() as i32
}

fn place((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn all_units(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(place).collect()
}
