//! Slices from sights: what is seen at a place in one stretch of time and again in the next is one slice.

use std::collections::BTreeMap;

use super::{Place, Slice, What};
use crate::kernel::Time;

/// What is seen at a place, and what tells it from the same thing seen anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    pub what: What,
    pub request: Option<u64>,
    pub endpoint: Option<u32>,
    /// Of two like things one after the other: which.
    pub which: u64,
}

#[derive(Debug, Default)]
struct Track {
    /// Nested, the outermost first, each since when.
    open: Vec<(Sight, Time)>,
    until: Time,
}

/// All places.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    tracks: BTreeMap<Place, Track>,
    slices: Vec<Slice>,
}

impl Tracks {
    /// At a place this was seen from one time to another, the outermost first. Times of a place do not go back.
    pub fn saw(&mut self, place: Place, from: Time, to: Time, sights: &[Sight]) {
        if to <= from {
            return;
        }
        let track = self.tracks.entry(place).or_default();
        let same = if track.until == from {
            let pairs = track.open.iter().zip(sights);
            pairs.take_while(|((open, _), seen)| open == *seen).count()
        } else {
            0
        };
        close(track, same, place, &mut self.slices);
        track
            .open
            .extend(sights[same..].iter().map(|sight| (*sight, from)));
        track.until = to;
    }

    /// How many slices there are, those that are open included.
    pub fn len(&self) -> usize {
        self.slices.len() + self.tracks.len()
    }

    /// All slices, by place, time and depth.
    pub fn close(mut self) -> Vec<Slice> {
        for (place, track) in &mut self.tracks {
            close(track, 0, *place, &mut self.slices);
        }
        self.slices
            .sort_by_key(|slice| (slice.place, slice.from, slice.depth));
        self.slices
    }
}

/// Ends all slices of a track but the outer `keep`.
fn close(track: &mut Track, keep: usize, place: Place, slices: &mut Vec<Slice>) {
    while track.open.len() > keep {
        let Some((sight, from)) = track.open.pop() else {
            return;
        };
        slices.push(Slice {
            place,
            depth: track.open.len() as u32,
            what: sight.what,
            request: sight.request,
            endpoint: sight.endpoint,
            from,
            to: track.until,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(what: What, which: u64) -> Sight {
        Sight {
            what,
            request: None,
            endpoint: None,
            which,
        }
    }

    /// Outer A over 0..30, in it x 0..10 and y 10..30 (seen twice); then a gap; then A again, another.
    #[test]
    fn equal_sights_join_and_inner_ones_end_with_their_outer() {
        let (outer, x, y) = (What::Request, What::Switch, What::Waking);
        let place = Place::Core { host: 0, core: 0 };
        let mut tracks = Tracks::default();
        tracks.saw(place, Time(0), Time(10), &[sight(outer, 1), sight(x, 0)]);
        tracks.saw(place, Time(10), Time(20), &[sight(outer, 1), sight(y, 0)]);
        tracks.saw(place, Time(20), Time(20), &[sight(outer, 2)]);
        tracks.saw(place, Time(20), Time(30), &[sight(outer, 1), sight(y, 0)]);
        tracks.saw(place, Time(40), Time(50), &[sight(outer, 1), sight(y, 0)]);
        tracks.saw(place, Time(50), Time(60), &[sight(outer, 2), sight(y, 0)]);
        let slices = tracks.close();
        let seen: Vec<_> = slices
            .iter()
            .map(|s| (s.depth, s.what, s.from.0, s.to.0))
            .collect();
        assert_eq!(
            seen,
            [
                (0, outer, 0, 30),
                (1, x, 0, 10),
                (1, y, 10, 30),
                (0, outer, 40, 50),
                (1, y, 40, 50),
                (0, outer, 50, 60),
                (1, y, 50, 60),
            ]
        );
    }
}
