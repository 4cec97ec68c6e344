//! The colours of a map: a contestant's own, the darker the larger its lead, and the key that says how large.

use plotters::style::RGBColor;

use super::super::canvas::{Align, Font, Stroke};
use super::super::page::{MARGIN, Page, WIDTH, shortened};
use super::super::style::{Dash, GREY, INK, Look, QUIET, WHITE};

/// Up to how many times as much as the next each shade stands for, and how much of the colour it has: below 1 the rest is white, above it
/// what is more is black.
const SHADES: [(f64, f64); 7] = [
    (1.1, 0.14),
    (1.25, 0.27),
    (1.5, 0.42),
    (3.0, 0.58),
    (7.0, 0.76),
    (10.0, 1.0),
    (f64::INFINITY, 1.4),
];

/// A shade in the key, pixels.
const WIDE: f64 = 27.0;
const HIGH: f64 = 12.0;
/// What stands over the shades.
const FIGURES: Font = Font {
    size: 11.0,
    bold: false,
    colour: GREY,
};

/// How many shades there are.
pub const COUNT: usize = SHADES.len();

/// The lead from which on a shade stands, `(a − b) / (a + b)`.
pub fn from(shade: usize) -> f64 {
    let ratio = if shade == 0 { 1.0 } else { SHADES[shade - 1].0 };
    (ratio - 1.0) / (ratio + 1.0)
}

/// A contestant's colour in a shade.
pub fn colour(contestant: usize, shade: usize) -> RGBColor {
    let share = SHADES[shade].1;
    let ground = if share > 1.0 { 0.0 } else { 255.0 };
    let share = if share > 1.0 { 2.0 - share } else { share };
    let mix = |c: u8| (ground + share * (f64::from(c) - ground)).round() as u8;
    let RGBColor(r, g, b) = Look::of(contestant).colour;
    RGBColor(mix(r), mix(g), mix(b))
}

/// All shades of everybody, the names behind them, and what they stand for above.
pub fn key(names: &[String], more: &str, page: &mut Page) {
    let (left, right) = (MARGIN + 4.0, MARGIN + 4.0 + WIDE * COUNT as f64);
    let over = page.y + 7.0;
    for shade in 0..COUNT {
        let bound = if shade == 0 { 1.0 } else { SHADES[shade - 1].0 };
        let at = (left + WIDE * shade as f64, over);
        page.canvas
            .text(at, &format!("{bound}"), FIGURES, Align::Middle);
    }
    page.canvas
        .text((right - 6.0, over), more, FIGURES, Align::Left);
    page.y += 15.0;
    let edge = Stroke {
        colour: WHITE,
        width: 1.0,
        dash: Dash::Solid,
    };
    for (contestant, name) in names.iter().enumerate() {
        for shade in 0..COUNT {
            let x = left + WIDE * shade as f64;
            let corner = (x + WIDE, page.y + HIGH);
            page.canvas
                .rectangle((x, page.y), corner, colour(contestant, shade));
            page.canvas.line(&[(x, page.y), (x, page.y + HIGH)], edge);
        }
        let font = Font {
            colour: INK,
            ..QUIET
        };
        let name = shortened(name, font, WIDTH - MARGIN - right - 8.0);
        let at = (right + 8.0, page.y + 0.5 * HIGH);
        page.canvas.text(at, &name, font, Align::Left);
        page.y += HIGH + 5.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much as the next is no lead; three times as much is one of a half.
    #[test]
    fn shades_begin_at_leads() {
        assert_eq!((from(0), from(4)), (0.0, 0.5));
        assert!((1..COUNT).all(|shade| from(shade) > from(shade - 1)));
    }

    /// In black and white each shade is darker than the one before.
    #[test]
    fn shades_darken() {
        for contestant in 0..7 {
            let light = |shade| {
                let RGBColor(r, g, b) = colour(contestant, shade);
                0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
            };
            let darker = |shade: usize| light(shade) <= light(shade - 1);
            assert!((1..COUNT).all(darker), "contestant {contestant}");
        }
    }
}
