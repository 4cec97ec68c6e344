//! Outlines on a raster: where a figure that is given at each sample crosses zero, straight between neighbours (marching squares).
//!
//! ```text
//!  + + + -        each square of four samples has a piece of the outline between two of its sides, or two pieces between four;
//!   ┌───┐         around the raster everything counts as outside, so that each outline is closed and runs along the edge where
//!  +│- -│+        the area reaches it
//! ```

use std::collections::BTreeMap;

/// A place on the raster, in samples.
pub type Place = (f64, f64);

/// A place on an outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// Where.
    pub at: Place,
    /// The sample on the other side; `None` at the edge of the raster.
    pub beyond: Option<(usize, usize)>,
}

/// A closed outline.
#[derive(Clone, Debug)]
pub struct Outline {
    /// In order.
    pub corners: Vec<Corner>,
    /// What it encloses; negative if that is not of the area but a hole in it.
    pub area: f64,
}

/// The side between a sample and the next one to the right, or the next one below.
type Side = (bool, isize, isize);

/// The outlines of the area in which `figure` is above zero, or zero and `inside`.
pub fn outlines(
    (columns, rows): (usize, usize),
    inside: impl Fn(usize, usize) -> bool,
    figure: impl Fn(usize, usize) -> f64,
) -> Vec<Outline> {
    let raster = Raster {
        columns,
        rows,
        inside,
        figure,
    };
    let mut next: BTreeMap<Side, Side> = BTreeMap::new();
    for j in -1..rows as isize {
        for i in -1..columns as isize {
            next.extend(raster.pieces(i, j));
        }
    }
    let mut outlines = Vec::new();
    while let Some((first, _)) = next.first_key_value() {
        let mut corners = Vec::new();
        let mut side = *first;
        while let Some(following) = next.remove(&side) {
            corners.push(raster.corner(side));
            side = following;
        }
        outlines.push(Outline {
            area: area(&corners),
            corners,
        });
    }
    outlines
}

/// By the shoelace formula; positive clockwise, as the vertical axis points down.
fn area(corners: &[Corner]) -> f64 {
    let following = corners.iter().cycle().skip(1);
    let twice = corners.iter().zip(following).map(|(a, b)| {
        let ((ax, ay), (bx, by)) = (a.at, b.at);
        ax * by - bx * ay
    });
    0.5 * twice.sum::<f64>()
}

struct Raster<I, F> {
    columns: usize,
    rows: usize,
    inside: I,
    figure: F,
}

impl<I: Fn(usize, usize) -> bool, F: Fn(usize, usize) -> f64> Raster<I, F> {
    fn sample(&self, i: isize, j: isize) -> Option<(usize, usize)> {
        let i = usize::try_from(i).ok().filter(|i| *i < self.columns)?;
        let j = usize::try_from(j).ok().filter(|j| *j < self.rows)?;
        Some((i, j))
    }

    fn is_inside(&self, i: isize, j: isize) -> bool {
        self.sample(i, j).is_some_and(|(i, j)| (self.inside)(i, j))
    }

    /// The pieces of outlines in the square whose first sample this is, with the area on the right.
    fn pieces(&self, i: isize, j: isize) -> Vec<(Side, Side)> {
        let (top, left) = ((true, i, j), (false, i, j));
        let (bottom, right) = ((true, i, j + 1), (false, i + 1, j));
        let around = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        let sides = [top, right, bottom, left];
        let within = around.map(|(i, j)| self.is_inside(i, j));
        let leaves = |k: &usize| within[*k] && !within[(k + 1) % 4];
        let ends: Vec<usize> = (0..4).filter(leaves).collect();
        // Clockwise around the square the area ends at a side and begins again at another: at the next if two areas meet in its middle, at the one
        // before if they do not. Where there is but one of each it is that one.
        let sum: f64 = around.iter().map(|(i, j)| self.figure_at(*i, *j)).sum();
        let turn = if sum > 0.0 { 1 } else { 3 };
        let begin = |end: usize| match ends[..] {
            [_] => (0..4).find(|k| !within[*k] && within[(k + 1) % 4]),
            _ => Some((end + turn) % 4),
        };
        let piece = |end: &usize| Some((sides[*end], sides[begin(*end)?]));
        ends.iter().filter_map(piece).collect()
    }

    fn figure_at(&self, i: isize, j: isize) -> f64 {
        self.sample(i, j).map_or(0.0, |(i, j)| (self.figure)(i, j))
    }

    fn corner(&self, (across, i, j): Side) -> Corner {
        let one = (i, j);
        let other = if across { (i + 1, j) } else { (i, j + 1) };
        let (mine, beyond) = if self.is_inside(one.0, one.1) {
            (one, other)
        } else {
            (other, one)
        };
        let share = match self.sample(beyond.0, beyond.1) {
            None => 0.0,
            Some(_) => {
                let (a, b) = (
                    self.figure_at(mine.0, mine.1),
                    self.figure_at(beyond.0, beyond.1),
                );
                if a > b {
                    (a / (a - b)).clamp(0.0, 1.0)
                } else {
                    0.5
                }
            }
        };
        let between = |a: isize, b: isize| a as f64 + share * (b - a) as f64;
        Corner {
            at: (between(mine.0, beyond.0), between(mine.1, beyond.1)),
            beyond: self.sample(beyond.0, beyond.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(columns: usize, figures: &[f64]) -> Vec<Outline> {
        let figure = |i: usize, j: usize| figures[j * columns + i];
        let rows = figures.len() / columns;
        outlines((columns, rows), |i, j| figure(i, j) > 0.0, figure)
    }

    /// Two by two, 3 on the left and −1 on the right: crossed at three quarters of the way, and along the edge else.
    #[test]
    fn an_area_at_the_edge() {
        let found = of(2, &[3.0, -1.0, 3.0, -1.0]);
        assert_eq!(found.len(), 1);
        assert!((found[0].area - 0.75).abs() < 1e-12);
        let inner: Vec<Place> = found[0]
            .corners
            .iter()
            .filter(|c| c.beyond.is_some())
            .map(|c| c.at)
            .collect();
        assert_eq!(inner, [(0.75, 0.0), (0.75, 1.0)]);
    }

    /// Three by three with a hole in the middle: the square of 4, and a diamond with half diagonals of one half, whose area is 2 × ½ × ½.
    #[test]
    fn a_hole_has_a_negative_area() {
        let mut figures = [1.0; 9];
        figures[4] = -1.0;
        let mut areas: Vec<f64> = of(3, &figures).iter().map(|o| o.area).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(areas, [-0.5, 4.0]);
    }

    /// On a diagonal: two areas if the middle is outside, one if it is inside.
    #[test]
    fn diagonals_meet_if_the_middle_is_inside() {
        assert_eq!(of(2, &[1.0, -3.0, -3.0, 1.0]).len(), 2);
        assert_eq!(of(2, &[3.0, -1.0, -1.0, 3.0]).len(), 1);
        assert_eq!(of(2, &[-1.0; 4]).len(), 0);
    }
}
