//! Names in the regions of a map: who wins there, with which settings, by up to how much.
//!
//! A name stands where its region has most room for it. In a region that is narrower than that only the name stands, smaller, and may reach over the
//! line: its frame has the region's colour.

use super::super::canvas::{Align, Font, Point, text_width};
use super::super::page::Page;
use super::super::style::{INK, Look, QUIET, WHITE};
use super::{Paint, Picture};
use crate::experiment::{Study, Sweep, SweptFigure};
use crate::report::table::sweep::times;
use crate::report::{view, words};

/// Of a winner, and the same in little room.
const NAMES: [Font; 2] = [name(14.0), name(11.0)];
/// How many times as large a box as the name's its region must hold: all of it and some, or with its middle well inside.
const ROOM: [f64; 2] = [0.9, 0.4];
/// Pixels around a name.
const PAD: f64 = 4.0;
/// The lines of a name in pixels.
const LINE: f64 = 16.5;
/// Distance between the places that are looked at, pixels.
const STEP: f64 = 8.0;

const fn name(size: f64) -> Font {
    Font {
        size,
        bold: true,
        colour: INK,
    }
}

/// What stands in a region.
type Label = Vec<(String, Font)>;

/// Half the sides of a label's box.
fn half(label: &Label) -> (f64, f64) {
    let widths = label.iter().map(|(text, font)| text_width(text, *font));
    let width = widths.fold(0.0, f64::max);
    (0.5 * width + PAD, 0.5 * LINE * label.len() as f64 + 1.5)
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
            let mut label = vec![(name.to_owned(), NAMES[0])];
            label.extend(settings.map(|settings| (settings, QUIET)));
            label.push((than, QUIET));
            let small = vec![(name.to_owned(), NAMES[1])];
            let fitting = [label, small]
                .into_iter()
                .zip(ROOM)
                .find_map(|(label, enough)| {
                    let (at, room) = self.roomiest(contestant, half(&label))?;
                    (room >= enough).then_some((label, at))
                });
            if let Some((label, at)) = fitting {
                self.name(contestant, &label, at, page);
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
        let first = at.1 - 0.5 * LINE * (label.len() - 1) as f64;
        for ((text, font), line) in label.iter().zip(0u8..) {
            let middle = (at.0, first + LINE * f64::from(line));
            page.canvas.text(middle, text, *font, Align::Middle);
        }
    }

    /// Where in a contestant's region a box of these half sides has most room around it, and how many times as large a box fits. All of the box
    /// stays inside the panel.
    fn roomiest(&self, contestant: usize, half: (f64, f64)) -> Option<(Point, f64)> {
        let (l, t, r, b) = (
            self.panel.left,
            self.panel.top,
            self.panel.right,
            self.panel.bottom,
        );
        let steps = |from: f64, to: f64| {
            let n = ((to - from) / STEP) as i32;
            (0..n).map(move |i| from + (f64::from(i) + 0.5) * STEP)
        };
        let all: Vec<(Point, bool)> = steps(t, b)
            .flat_map(|y| steps(l, r).map(move |x| (x, y)))
            .map(|at| {
                (
                    at,
                    matches!(self.paint(at), Paint::Wins(who, _) if who == contestant),
                )
            })
            .collect();
        let outside: Vec<Point> = all
            .iter()
            .filter(|(_, mine)| !mine)
            .map(|(at, _)| *at)
            .collect();
        let edge = |(x, y): Point| ((x - l).min(r - x) / half.0).min((y - t).min(b - y) / half.1);
        let room = |at: Point| {
            let away = |o: &Point| ((o.0 - at.0).abs() / half.0).max((o.1 - at.1).abs() / half.1);
            outside.iter().map(away).fold(edge(at), f64::min)
        };
        let mine = all.iter().filter(|(at, mine)| *mine && edge(*at) > 1.0);
        let mine = mine.map(|(at, _)| (*at, room(*at)));
        mine.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn largest(&self, contestant: usize) -> f64 {
        let nodes = (0..self.map.height).flat_map(|y| (0..self.map.width).map(move |x| (x, y)));
        let spots = nodes.map(|(x, y)| self.map.spot(x as f64, y as f64));
        let won = spots.filter(|s| s.alive && s.winner == contestant);
        won.map(|s| s.ratio()).fold(1.0, f64::max)
    }
}
