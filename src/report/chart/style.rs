//! Colours that the colour-blind can tell apart, and a marker and a dash beside each.

use plotters::style::RGBColor;

use super::canvas::{Font, Stroke};

/// Okabe and Ito's palette without its yellow, which is too light for lines (*Color Universal Design*, 2008).
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];

/// Text.
pub const INK: RGBColor = RGBColor(34, 34, 34);
/// Text of lesser weight, axes.
pub const GREY: RGBColor = RGBColor(96, 96, 96);
/// The page.
pub const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Grid lines.
pub const FAINT: RGBColor = RGBColor(226, 226, 226);

/// The size of most text, in pixels: with a picture 480 wide, 7 points in a column 8.5 cm wide.
pub const TEXT: f64 = 13.0;

/// Text of an axis or legend.
pub const LABEL: Font = Font {
    size: TEXT,
    bold: false,
    colour: INK,
};
/// Subtitles and notes.
pub const QUIET: Font = Font {
    size: TEXT - 1.0,
    bold: false,
    colour: GREY,
};
/// The title.
pub const TITLE: Font = Font {
    size: TEXT + 2.5,
    bold: true,
    colour: INK,
};
/// The heading of a panel.
pub const HEADING: Font = Font {
    size: TEXT,
    bold: true,
    colour: INK,
};

/// The line of an objective.
pub const OBJECTIVE: Stroke = Stroke {
    colour: INK,
    width: 1.3,
    dash: Dash::Solid,
};

/// The dashes of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// None.
    Solid,
    /// Long.
    Long,
    /// Short.
    Short,
    /// Dots.
    Dots,
    /// A dash and a dot.
    Mixed,
}

impl Dash {
    /// As SVG has it.
    pub fn array(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Long => "9 3",
            Self::Short => "5 2.5",
            Self::Dots => "1.6 2.6",
            Self::Mixed => "8 2.5 1.6 2.5",
        }
    }
}

/// A shape at the points of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle, point up.
    Up,
    /// A square on its corner.
    Diamond,
    /// A triangle, point down.
    Down,
    /// A cross.
    Cross,
    /// A plus.
    Plus,
    /// An arrow up, which no contestant has: out of the picture.
    Arrow,
}

impl Marker {
    /// Its corners around the origin, of about the same area for each. A circle has none.
    pub fn outline(self) -> &'static [(f64, f64)] {
        const THIN: f64 = 0.33;
        match self {
            Self::Circle => &[],
            Self::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Self::Up => &[(0.0, -1.3), (1.2, 0.85), (-1.2, 0.85)],
            Self::Diamond => &[(0.0, -1.35), (1.35, 0.0), (0.0, 1.35), (-1.35, 0.0)],
            Self::Down => &[(0.0, 1.3), (1.2, -0.85), (-1.2, -0.85)],
            Self::Cross => &[
                (0.0, -THIN * 1.4),
                (0.8, -1.2),
                (1.2, -0.8),
                (THIN * 1.4, 0.0),
                (1.2, 0.8),
                (0.8, 1.2),
                (0.0, THIN * 1.4),
                (-0.8, 1.2),
                (-1.2, 0.8),
                (-THIN * 1.4, 0.0),
                (-1.2, -0.8),
                (-0.8, -1.2),
            ],
            Self::Plus => &[
                (-THIN, -1.3),
                (THIN, -1.3),
                (THIN, -THIN),
                (1.3, -THIN),
                (1.3, THIN),
                (THIN, THIN),
                (THIN, 1.3),
                (-THIN, 1.3),
                (-THIN, THIN),
                (-1.3, THIN),
                (-1.3, -THIN),
                (-THIN, -THIN),
            ],
            Self::Arrow => &[
                (0.0, -1.4),
                (1.3, 0.0),
                (THIN, 0.0),
                (THIN, 1.3),
                (-THIN, 1.3),
                (-THIN, 0.0),
                (-1.3, 0.0),
            ],
        }
    }
}

/// How one contestant, resource or endpoint looks in every chart.
#[derive(Clone, Copy)]
pub struct Look {
    /// Its colour.
    pub colour: RGBColor,
    /// Its marker.
    pub marker: Marker,
    /// Its dashes.
    pub dash: Dash,
}

impl Look {
    /// The look of the `i`th. Colours repeat after seven, dashes after five: 35 differ.
    pub fn of(i: usize) -> Self {
        const MARKERS: [Marker; 7] = [
            Marker::Circle,
            Marker::Square,
            Marker::Up,
            Marker::Diamond,
            Marker::Down,
            Marker::Cross,
            Marker::Plus,
        ];
        const DASHES: [Dash; 5] = [
            Dash::Solid,
            Dash::Long,
            Dash::Mixed,
            Dash::Short,
            Dash::Dots,
        ];
        Self {
            colour: PALETTE[i % PALETTE.len()],
            marker: MARKERS[i % MARKERS.len()],
            dash: DASHES[i % DASHES.len()],
        }
    }

    /// Its line, of a width in pixels.
    pub fn stroke(self, width: f64) -> Stroke {
        Stroke {
            colour: self.colour,
            width,
            dash: self.dash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_five_looks_differ_in_colour_or_dash() {
        let mut seen = Vec::new();
        for i in 0..35 {
            let look = Look::of(i);
            let key = (
                look.colour.0,
                look.colour.1,
                look.colour.2,
                look.dash.array(),
            );
            assert!(!seen.contains(&key), "{i}");
            seen.push(key);
        }
    }
}
