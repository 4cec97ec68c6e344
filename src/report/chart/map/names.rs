//! Names in the regions of a map: who wins there, with which settings, by up to how much.
//!
//! A name stands where its region has most room for it, off the line, off other regions and, if there is room for that, off what is hatched. In
//! a region too small for all of it less is said, in smaller letters; in one too small for a name there is none: the key has it.

use super::super::canvas::{Align, Font, Point, text_width};
use super::super::page::Page;
use super::super::style::{INK, Look, QUIET, WHITE};
use super::Picture;
use super::field::Field;
use crate::experiment::{Study, Sweep, SweptFigure};
use crate::report::table::sweep::times;
use crate::report::{view, words};

/// Of a winner, and the same in little room.
const NAMES: [Font; 2] = [name(14.0), name(11.0)];
/// Of all else in little room.
const SMALL: Font = Font {
    size: 10.0,
    ..QUIET
};
/// Pixels around the text of a name, and at least around its frame.
const PAD: f64 = 4.0;
const CLEAR: f64 = 4.0;

const fn name(size: f64) -> Font {
    Font {
        size,
        bold: true,
        colour: INK,
    }
}

/// What stands in a region.
type Label = Vec<(String, Font)>;

/// The height of a line of text.
fn line(font: Font) -> f64 {
    1.25 * font.size
}

/// Half the sides of a label's box.
fn half(label: &Label) -> (f64, f64) {
    let widths = label.iter().map(|(text, font)| text_width(text, *font));
    let height: f64 = label.iter().map(|(_, font)| line(*font)).sum();
    (
        0.5 * widths.fold(0.0, f64::max) + PAD,
        0.5 * height + 0.5 * PAD,
    )
}

impl Picture<'_> {
    /// Each winner's name in his region.
    pub(super) fn names(&self, study: &Study, sweep: &Sweep, page: &mut Page) {
        for (contestant, name) in view::contestants(study).into_iter().enumerate() {
            let most = match times(self.largest(contestant)) {
                over if over.starts_with("over") => over,
                most => format!("up to {most}"),
            };
            let than = match sweep.figure {
                SweptFigure::Capacity => most,
                SweptFigure::Latency => format!("{most} as low"),
            };
            let settings = words::settings(&study.contestants[contestant]);
            let label = |large: Font, small: Font, more: Option<&String>| -> Label {
                let more = settings.iter().chain(more);
                std::iter::once((name.to_owned(), large))
                    .chain(more.map(|text| (text.clone(), small)))
                    .collect()
            };
            let labels = [
                label(NAMES[0], QUIET, Some(&than)),
                label(NAMES[0], QUIET, None),
                label(NAMES[1], SMALL, None),
            ];
            let fitting = [true, false].into_iter().find_map(|sure| {
                let mut labels = labels.iter();
                labels
                    .find_map(|label| Some((label, self.roomiest(contestant, half(label), sure)?)))
            });
            if let Some((label, at)) = fitting {
                self.name(contestant, label, at, page);
            }
        }
    }

    fn name(&self, contestant: usize, label: &Label, at: Point, page: &mut Page) {
        let (width, height) = half(label);
        let corner =
            |side: f64, more: f64| (at.0 + side * (width + more), at.1 + side * (height + more));
        let frame = Look::of(contestant).colour;
        page.canvas
            .rectangle(corner(-1.0, 1.5), corner(1.0, 1.5), frame);
        page.canvas
            .rectangle(corner(-1.0, 0.0), corner(1.0, 0.0), WHITE);
        let mut top = at.1 - height + 0.5 * PAD;
        for (text, font) in label {
            let middle = (at.0, top + 0.5 * line(*font));
            page.canvas.text(middle, text, *font, Align::Middle);
            top += line(*font);
        }
    }

    /// Where in a contestant's region a box of these half sides has most room, if all of it has room there; off what is hatched if it shall be `sure`.
    fn roomiest(&self, contestant: usize, half: (f64, f64), sure: bool) -> Option<Point> {
        let panel = self.panel;
        let across = (panel.right - panel.left) / (self.field.columns - 1) as f64;
        let down = (panel.bottom - panel.top) / (self.field.rows - 1) as f64;
        let half = ((half.0 + CLEAR) / across, (half.1 + CLEAR) / down);
        roomiest(&self.field, contestant, half, sure).map(|place| self.at(place))
    }

    fn largest(&self, contestant: usize) -> f64 {
        let nodes = (0..self.map.height).flat_map(|y| (0..self.map.width).map(move |x| (x, y)));
        let spots = nodes.map(|(x, y)| self.map.spot(x as f64, y as f64));
        let won = spots.filter(|s| s.alive && s.winner == contestant);
        won.map(|s| s.ratio()).fold(1.0, f64::max)
    }
}

/// The middle of the largest box of this shape in a contestant's region, in samples, if it is as large as these half sides.
fn roomiest(field: &Field, contestant: usize, half: (f64, f64), sure: bool) -> Option<(f64, f64)> {
    let all: Vec<(usize, usize)> = (0..field.rows)
        .flat_map(|j| (0..field.columns).map(move |i| (i, j)))
        .collect();
    let mine = |(i, j): (usize, usize)| {
        let sample = field.at(i, j);
        sample.winner == Some(contestant) && (sample.sure || !sure)
    };
    // Those inside a region of others are not nearer than those at its edge.
    let edge = |(i, j): (usize, usize)| {
        let beside = [(1, 0), (0, 1), (2, 1), (1, 2)]
            .map(|(di, dj)| ((i + di).wrapping_sub(1), (j + dj).wrapping_sub(1)));
        beside
            .into_iter()
            .any(|(i, j)| i < field.columns && j < field.rows && mine((i, j)))
    };
    let outside: Vec<(usize, usize)> = all
        .iter()
        .filter(|at| !mine(**at) && edge(**at))
        .copied()
        .collect();
    let within = |at: usize, n: usize, half: f64| at.min(n - 1 - at) as f64 / half;
    let room = |(i, j): (usize, usize)| {
        let away = |o: &(usize, usize)| {
            (o.0.abs_diff(i) as f64 / half.0).max(o.1.abs_diff(j) as f64 / half.1)
        };
        let border = within(i, field.columns, half.0).min(within(j, field.rows, half.1));
        outside.iter().map(away).fold(border, f64::min)
    };
    let rooms = all
        .iter()
        .filter(|at| mine(**at))
        .map(|at| (*at, room(*at)));
    let most = rooms
        .filter(|(_, room)| *room >= 1.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((most.0.0 as f64, most.0.1 as f64))
}

#[cfg(test)]
mod tests {
    use super::super::field::tests::{field, map};
    use super::*;

    /// Eleven by five; the second wins in the last four columns, in the first of these within doubt.
    fn two() -> Field {
        let column = |i: usize| match i {
            0..7 => (0.2, 0.1),
            7 => (-0.1, 0.2),
            _ => (-0.2, 0.1),
        };
        let leads: Vec<(f64, f64)> = (0..55).map(|at| column(at % 11)).collect();
        field(&map(11, &leads))
    }

    /// Everything that a box of half sides (a, b) around a place covers.
    fn covered(place: (f64, f64), half: (f64, f64)) -> impl Iterator<Item = (usize, usize)> {
        let all = (0..55).map(|at| (at % 11, at / 11));
        all.filter(move |(i, j)| {
            (*i as f64 - place.0).abs() < half.0 && (*j as f64 - place.1).abs() < half.1
        })
    }

    #[test]
    fn a_name_lies_in_its_region() {
        let field = two();
        for (contestant, half, sure) in [
            (0, (3.0, 2.0), true),
            (1, (1.0, 2.0), true),
            (1, (1.5, 2.0), false),
        ] {
            let place = roomiest(&field, contestant, half, sure).unwrap();
            for (i, j) in covered(place, half) {
                let sample = field.at(i, j);
                assert_eq!(sample.winner, Some(contestant), "{place:?}");
                assert!(sample.sure || !sure);
            }
            let inside = place.0 >= half.0 && place.0 <= 10.0 - half.0 && place.1 == 2.0;
            assert!(inside, "{place:?}");
        }
    }

    /// Three columns that are sure and four in all: no room for a box of three, and of five.
    #[test]
    fn where_there_is_no_room_there_is_no_name() {
        let field = two();
        assert_eq!(roomiest(&field, 1, (1.5, 2.0), true), None);
        assert_eq!(roomiest(&field, 1, (2.5, 2.0), false), None);
        assert_eq!(roomiest(&field, 0, (1.0, 2.5), false), None);
    }
}
