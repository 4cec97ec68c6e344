//! What is filled with which colour, and the line where two are equal. Both are outlines on the same raster, so that the line is the edge of both regions.

use plotters::style::{Color, RGBColor};

use super::super::canvas::Point;
use super::super::page::Page;
use super::super::style::FAINT;
use super::field::{Field, Sample};
use super::outline::{Outline, Place, outlines};
use super::{EQUAL, Picture, shades};

/// How far a corner may lie from the straight line between its neighbours to be left out, in samples.
const STRAIGHT: f64 = 0.03;

/// An area of one colour; smaller ones lie over it.
struct Area {
    outline: Vec<Place>,
    size: f64,
    colour: RGBColor,
}

/// Of a contestant in a shade: where its lead is at least that shade's; below zero where another wins.
fn figure(sample: Sample, contestant: usize, shade: usize) -> f64 {
    let lead = match sample.winner {
        Some(winner) if winner == contestant => sample.lead,
        _ => -sample.lead,
    };
    lead - shades::from(shade)
}

/// Where a contestant wins by at least a shade's lead.
fn outlined(field: &Field, contestant: usize, shade: usize) -> Vec<Outline> {
    let figure = |i: usize, j: usize| figure(field.at(i, j), contestant, shade);
    let inside =
        |i: usize, j: usize| field.at(i, j).winner == Some(contestant) && figure(i, j) >= 0.0;
    outlines((field.columns, field.rows), inside, figure)
}

/// All areas, each before those that lie over it.
fn areas(field: &Field, contestants: usize) -> Vec<Area> {
    let mut areas = Vec::new();
    let mut add = |outline: Outline, colour: RGBColor| {
        areas.push(Area {
            size: outline.area.abs(),
            outline: outline.corners.iter().map(|corner| corner.at).collect(),
            colour,
        });
    };
    let nobody = |i: usize, j: usize| field.at(i, j).winner.is_none();
    for outline in outlines((field.columns, field.rows), nobody, |_, _| 0.0) {
        if outline.area > 0.0 {
            add(outline, FAINT);
        }
    }
    for contestant in 0..contestants {
        for shade in 0..shades::COUNT {
            for outline in outlined(field, contestant, shade) {
                match (outline.area > 0.0, shade) {
                    (true, _) => add(outline, shades::colour(contestant, shade)),
                    // What lies in a hole of a region has outlines of its own.
                    (false, 0) => {}
                    (false, _) => add(outline, shades::colour(contestant, shade - 1)),
                }
            }
        }
    }
    areas.sort_by(|a, b| b.size.total_cmp(&a.size));
    areas
}

/// The pieces of the line between each two contestants.
fn line(field: &Field, contestants: usize) -> Vec<Vec<Place>> {
    let mut pieces = Vec::new();
    for contestant in 0..contestants {
        for outline in outlined(field, contestant, 0) {
            // The other side has the same line.
            let other = |corner: usize| {
                let (i, j) = outline.corners[corner].beyond?;
                field.at(i, j).winner.filter(|other| *other > contestant)
            };
            let n = outline.corners.len();
            let start = (0..n).find(|corner| other(*corner).is_none()).unwrap_or(0);
            let closed = other(start).is_some();
            let mut piece: Vec<Place> = Vec::new();
            for corner in (start..n).chain(0..start).chain(closed.then_some(start)) {
                if other(corner).is_some() {
                    piece.push(outline.corners[corner].at);
                } else {
                    pieces.push(std::mem::take(&mut piece));
                }
            }
            pieces.push(piece);
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Without the corners between which it is straight.
fn straightened(corners: &[Place]) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    let mut left_out: Vec<Place> = Vec::new();
    for (i, corner) in corners.iter().enumerate() {
        let (Some(from), Some(to)) = (kept.last(), corners.get(i + 1)) else {
            kept.push(*corner);
            continue;
        };
        left_out.push(*corner);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let off =
            |p: &Place| ((p.0 - from.0) * (to.1 - from.1) - (p.1 - from.1) * (to.0 - from.0)).abs();
        if left_out.iter().any(|p| off(p) > STRAIGHT * length) || length == 0.0 {
            kept.push(*corner);
            left_out.clear();
        }
    }
    kept
}

impl Picture<'_> {
    fn on_page(&self, corners: &[Place]) -> Vec<Point> {
        straightened(corners)
            .into_iter()
            .map(|place| self.at(place))
            .collect()
    }

    /// Everything in its colour.
    pub(super) fn regions(&self, page: &mut Page) {
        for area in areas(&self.field, self.map.contestants) {
            let outline = self.on_page(&area.outline);
            page.canvas.area(&outline, area.colour.to_rgba());
        }
    }

    /// Where two are equal.
    pub(super) fn line(&self, page: &mut Page) {
        for piece in line(&self.field, self.map.contestants) {
            let piece = self.on_page(&piece);
            page.canvas.line(&piece, EQUAL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::tests::{field, map};
    use super::*;

    /// Three by two: +0.3, −0.1, −0.2 above and +0.1, −0.1, −0.2 below. Equal at 0.75 of the first step, and at 0.5: the line and the edges of both
    /// regions.
    #[test]
    fn the_line_is_the_edge_of_both_regions() {
        let leads = [0.3, -0.1, -0.2, 0.1, -0.1, -0.2].map(|lead| (lead, 0.01));
        let field = field(&map(3, &leads));
        let pieces = line(&field, 2);
        assert_eq!(pieces.len(), 1);
        let near = |a: Place, b: Place| (a.0 - b.0).abs() < 1e-12 && (a.1 - b.1).abs() < 1e-12;
        for place in [(0.75, 0.0), (0.5, 1.0)] {
            assert!(pieces[0].iter().any(|at| near(*at, place)), "{pieces:?}");
            for contestant in 0..2 {
                let edge = &outlined(&field, contestant, 0)[0];
                assert!(edge.corners.iter().any(|c| near(c.at, place)), "{edge:?}");
            }
        }
        // Half of (0.75 + 0.5), and the rest of two.
        let sizes: Vec<f64> = (0..2).map(|c| outlined(&field, c, 0)[0].area).collect();
        assert!((sizes[0] - 0.625).abs() < 1e-12 && (sizes[1] - 1.375).abs() < 1e-12);
    }

    /// Three times as much from a lead of a half on: at five sixths of the way from 0 to 0.6.
    #[test]
    fn shades_lie_over_each_other() {
        let leads = [0.0, 0.6, 0.0, 0.6].map(|lead| (lead, 0.0));
        let areas = areas(&field(&map(2, &leads)), 2);
        let triple = areas
            .iter()
            .find(|a| a.colour == shades::colour(0, 4))
            .unwrap();
        assert!((triple.size - 1.0 / 6.0).abs() < 1e-12);
        assert!(areas.windows(2).all(|pair| pair[0].size >= pair[1].size));
        assert_eq!(
            areas.len(),
            5,
            "1, 1.1, 1.25, 1.5 and 3 times; 7 is not reached"
        );
    }

    /// One region in the middle of another: the line is closed.
    #[test]
    fn a_line_around_a_region_is_closed() {
        let mut leads = [(0.2, 0.1); 9];
        leads[4] = (-0.2, 0.1);
        let pieces = line(&field(&map(3, &leads)), 2);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].first(), pieces[0].last());
        assert_eq!(pieces[0].len(), 5);
    }

    #[test]
    fn corners_on_a_straight_line_are_left_out() {
        let corners = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (3.0, 1.0)];
        assert_eq!(straightened(&corners), [(0.0, 0.0), (2.0, 0.0), (3.0, 1.0)]);
    }
}
