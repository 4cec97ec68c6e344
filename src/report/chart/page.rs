//! A page: title, subtitle and legend above the panels, so that nothing lies over a curve and nothing is cut.

use super::ChartError;
use super::canvas::{Align, Canvas, Font, Point, Stroke, text_width};
use super::panel::Panel;
use super::style::{HEADING, LABEL, Look, Marker, QUIET, TITLE};

/// The width of every chart in pixels. Printed 8.5 cm wide its text is 7 points high.
pub const WIDTH: f64 = 480.0;
/// White space around everything.
pub const MARGIN: f64 = 12.0;

/// What a legend entry shows beside its text.
#[derive(Clone, Copy)]
pub enum Sample {
    /// A line with its marker.
    Line(Look),
    /// A plain stroke.
    Stroke(Stroke),
    /// A box of a colour.
    Box(plotters::style::RGBColor),
    /// A marker alone.
    Marker(Look),
    /// A hatched box.
    Hatch(Stroke),
    /// A dot.
    Dot(plotters::style::RGBColor),
}

/// A page filled from the top.
pub struct Page {
    /// Where to draw.
    pub canvas: Canvas,
    /// The height that is used up, in pixels.
    pub y: f64,
}

impl Page {
    /// A page with a title and a subtitle, each broken into lines where it has to be.
    pub fn new(title: &str, subtitle: &str) -> Result<Self, ChartError> {
        let mut page = Self {
            canvas: Canvas::new()?,
            y: MARGIN,
        };
        page.paragraph(title, TITLE, 19.0);
        page.paragraph(subtitle, QUIET, 16.0);
        page.y += 4.0;
        Ok(page)
    }

    /// Text over the whole width, with a line height in pixels.
    pub fn paragraph(&mut self, text: &str, font: Font, line: f64) {
        for part in wrapped(text, font, WIDTH - 2.0 * MARGIN) {
            self.canvas
                .text((MARGIN, self.y + line / 2.0), &part, font, Align::Left);
            self.y += line;
        }
    }

    /// The heading of what follows, over the whole width.
    pub fn heading(&mut self, text: &str) {
        self.paragraph(text, HEADING, 16.0);
        self.y += 6.0;
    }

    /// A legend, in as many lines as it needs.
    pub fn legend(&mut self, entries: &[(Sample, String)]) {
        const LINE: f64 = 18.0;
        const GAP: f64 = 14.0;
        if entries.is_empty() {
            return;
        }
        let mut x = MARGIN;
        for (sample, text) in entries {
            let width = sample_width(*sample) + 6.0 + text_width(text, LABEL);
            if x > MARGIN && x + width > WIDTH - MARGIN {
                x = MARGIN;
                self.y += LINE;
            }
            let middle = self.y + LINE / 2.0;
            self.sample(*sample, (x, middle));
            self.canvas.text(
                (x + sample_width(*sample) + 6.0, middle),
                text,
                LABEL,
                Align::Left,
            );
            x += width + GAP;
        }
        self.y += LINE + 6.0;
    }

    fn sample(&mut self, sample: Sample, (x, y): Point) {
        let width = sample_width(sample);
        match sample {
            Sample::Line(look) => {
                self.canvas
                    .line(&[(x, y), (x + width, y)], look.stroke(1.9));
                self.canvas
                    .marker((x + width / 2.0, y), look.marker, 3.6, look.colour);
            }
            Sample::Stroke(stroke) => self.canvas.line(&[(x, y), (x + width, y)], stroke),
            Sample::Box(colour) => {
                self.canvas
                    .rectangle((x, y - 5.5), (x + width, y + 5.5), colour);
            }
            Sample::Marker(look) => {
                self.canvas
                    .marker((x + width / 2.0, y), look.marker, 4.0, look.colour);
            }
            Sample::Dot(colour) => {
                self.canvas
                    .marker((x + width / 2.0, y), Marker::Circle, 1.5, colour);
            }
            Sample::Hatch(stroke) => {
                for shift in [0.0, 5.0, 10.0] {
                    self.canvas
                        .line(&[(x + shift, y + 5.5), (x + shift + 11.0, y - 5.5)], stroke);
                }
            }
        }
    }

    /// The text under a horizontal axis.
    pub fn axis_title(&mut self, panel: &Panel, text: &str) {
        let middle = (panel.left + panel.right) / 2.0;
        let half = text_width(text, LABEL) / 2.0;
        let x = middle.min(WIDTH - MARGIN - half).max(MARGIN + half);
        self.canvas
            .text((x, panel.bottom + 31.0), text, LABEL, Align::Middle);
        self.y = self.y.max(panel.bottom + 40.0);
    }

    /// The finished picture.
    pub fn finish(self) -> Result<String, ChartError> {
        self.canvas.finish(WIDTH, self.y + MARGIN)
    }
}

fn sample_width(sample: Sample) -> f64 {
    match sample {
        Sample::Line(_) => 30.0,
        Sample::Stroke(_) => 20.0,
        Sample::Box(_) => 11.0,
        Sample::Marker(_) => 9.0,
        Sample::Hatch(_) => 21.0,
        Sample::Dot(_) => 4.0,
    }
}

/// Breaks a text into lines that fit a width; a word too long for it is shortened.
pub fn wrapped(text: &str, font: Font, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = shortened(word, font, width);
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer, lines.last_mut()) {
            (Some(longer), Some(last)) if text_width(&longer, font) <= width => *last = longer,
            _ => lines.push(word),
        }
    }
    lines
}

/// The text, or its beginning and an ellipsis.
pub fn shortened(text: &str, font: Font, width: f64) -> String {
    if text_width(text, font) <= width {
        return text.to_owned();
    }
    let mut short: String = text.to_owned();
    while short.pop().is_some() {
        let candidate = format!("{short}…");
        if text_width(&candidate, font) <= width {
            return candidate;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An objective of five limits takes several lines, and none of it is cut.
    #[test]
    fn a_long_heading_is_broken_into_lines() {
        let long = "Load carried inside the objective (mean ≤ 20 ms, p50 ≤ 10 ms, p95 ≤ 100 ms, p99 ≤ 250 ms and errors ≤ 0.1 %), requests/s";
        let mut page = Page::new("Title", "Subtitle").unwrap();
        let before = page.y;
        page.heading(long);
        assert_eq!(page.y - before, 3.0 * 16.0 + 6.0);
        let svg = page.finish().unwrap();
        for word in long.split_whitespace() {
            assert!(svg.contains(word), "{word}");
        }
        assert!(!svg.contains('…'));
    }
}
