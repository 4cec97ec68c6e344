//! Which points of a map are simulated: a coarse grid, then more of them only where the winner changes.
//!
//! ```text
//! ┌───────┬───────┐      a rectangle is cut in four if the winner differs between its corners (a coarse one
//! │       │ A   A │      also if he is not sure at one of them); and its parts again, unless the new points were where
//! │   A   ├───┬───┤      the old corners said they would be (bilinear, within their own intervals)
//! │       │ A │ B │
//! └───────┴───┴───┘
//! ```
//!
//! The coarse grid is simulated briefly; where a coarse rectangle is to be cut, its corners are simulated again at full length first, like
//! all points after them. The finest parts are those between neighbours of the grid. Where the lead is smooth the line needs few points however fine the
//! grid is; where it has an edge (one bottleneck takes over from another) the cuts follow it.

use std::collections::BTreeMap;

use super::super::swept::{Spot, winner};
use crate::stats::{Estimate, Jackknifed, Scale};

/// Lines of the coarse grid in each direction.
const COARSE: usize = 6;
/// A lead is where it was said to be if it is no further away than this, or than its own interval reaches: a lead of 1 % is
/// 2 % more, which does not matter.
const SMOOTH: f64 = 0.01;

/// What was found at a point, contestant by contestant: the higher the better, zero for nothing, infinite for no limit; `None` where
/// the data cannot tell.
pub type Goodness = Vec<Option<Jackknifed>>;

/// A rectangle between four points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rect {
    x: (usize, usize),
    y: (usize, usize),
}

/// The points of a map and what is known of them.
pub struct Lattice {
    width: usize,
    height: usize,
    contestants: usize,
    replications: usize,
    known: BTreeMap<(usize, usize), Known>,
    /// Every rectangle that was looked at, those that were cut too.
    looked_at: Vec<Rect>,
    open: Vec<Part>,
}

/// What is known of a simulated point.
struct Known {
    /// The leads of all pairs.
    leads: Vec<Jackknifed>,
    /// Whether anybody is alive there.
    alive: bool,
    care: Care,
}

/// A rectangle to look at, and the one it was cut from.
#[derive(Clone, Copy, Debug)]
struct Part {
    rect: Rect,
    cut_from: Option<Rect>,
    care: Care,
}

/// How closely a point is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Care {
    /// As far as it takes to see who wins.
    Brief,
    /// As closely as the line deserves.
    Full,
}

/// A point to be simulated.
pub type Wanted = ((usize, usize), Care);

impl Lattice {
    /// Nothing is known yet.
    pub fn new((width, height): (usize, usize), contestants: usize, replications: usize) -> Self {
        let (columns, rows) = (lines(width), lines(height));
        let between = |lines: &[usize]| -> Vec<(usize, usize)> {
            lines.windows(2).map(|w| (w[0], w[1])).collect()
        };
        let rects = between(&rows).into_iter().flat_map(|y| {
            between(&columns).into_iter().map(move |x| Part {
                rect: Rect { x, y },
                cut_from: None,
                care: Care::Brief,
            })
        });
        Self {
            width,
            height,
            contestants,
            replications,
            known: BTreeMap::new(),
            looked_at: Vec::new(),
            open: rects.collect(),
        }
    }

    /// All that there is to know is given.
    pub fn given(
        size: (usize, usize),
        contestants: usize,
        replications: usize,
        found: impl IntoIterator<Item = (Wanted, Goodness)>,
    ) -> Self {
        let mut lattice = Self::new(size, contestants, replications);
        lattice.open.clear();
        lattice.learn(found);
        lattice
    }

    /// The points that are to be simulated next, ascending; none when the map is finished.
    pub fn wanted(&self) -> Vec<Wanted> {
        let corners = |part: &Part| part.rect.corners().map(|at| (at, part.care));
        let mut all = BTreeMap::new();
        for (at, care) in self.open.iter().flat_map(corners) {
            let wanted = all.entry(at).or_insert(care);
            *wanted = care.max(*wanted);
        }
        let unknown =
            |(at, care): &Wanted| self.known.get(at).is_none_or(|known| known.care < *care);
        all.into_iter().filter(unknown).collect()
    }

    /// Whether a point was simulated.
    pub fn simulated(&self, at: (usize, usize)) -> bool {
        self.known.contains_key(&at)
    }

    /// Takes in what was found at the wanted points, and cuts what has to be cut.
    pub fn learn(&mut self, found: impl IntoIterator<Item = (Wanted, Goodness)>) {
        for ((at, care), goodness) in found {
            let known = Known {
                leads: self.leads(&goodness),
                alive: alive(&goodness),
                care,
            };
            self.known.insert(at, known);
        }
        for part in std::mem::take(&mut self.open) {
            self.looked_at.push(part.rect);
            if self.contested(&part) {
                match part.care {
                    Care::Brief => self.open.push(Part {
                        care: Care::Full,
                        ..part
                    }),
                    Care::Full if !part.rect.unit() => self.cut(part.rect),
                    Care::Full => {}
                }
            }
        }
    }

    /// Cuts a rectangle in four, or in two where it is flat.
    fn cut(&mut self, rect: Rect) {
        for y in halves(rect.y) {
            let parts = halves(rect.x).into_iter().map(|x| Part {
                rect: Rect { x, y },
                cut_from: Some(rect),
                care: Care::Full,
            });
            self.open.extend(parts);
        }
    }

    /// Whether the corners that this part has of its own are where the rectangle it was cut from said.
    fn foreseen(&self, part: &Part) -> bool {
        let Some(from) = part.cut_from else {
            return false;
        };
        part.rect.corners().iter().all(|at| {
            let Some(Known { leads, .. }) = self.known.get(at) else {
                return false;
            };
            let Some(said) = self.between(&from, *at) else {
                return false;
            };
            said.iter().zip(leads).all(|(said, lead)| {
                let half = half_width(&lead.interval(Scale::Linear));
                (said.full - lead.full).abs() <= SMOOTH.max(half)
            })
        })
    }

    /// Whether the line may pass through and it is not known well enough where.
    fn contested(&self, part: &Part) -> bool {
        let corners = part.rect.corners();
        let spots: Vec<(Spot, bool)> = corners
            .iter()
            .filter_map(|at| self.known.get(at))
            .map(|known| (self.spot(&known.leads, known.alive), known.alive))
            .collect();
        if spots.len() < corners.len() {
            return false; // interrupted
        }
        let living: Vec<&Spot> = spots
            .iter()
            .filter(|(_, alive)| *alive)
            .map(|(s, _)| s)
            .collect();
        let differ = living.iter().any(|s| s.winner != living[0].winner)
            || !living.is_empty() && living.len() < spots.len();
        // The line may have passed between the coarse points and left no trace but a doubt.
        let doubt = part.cut_from.is_none() && living.iter().any(|s| !s.sure());
        (differ || doubt) && !self.foreseen(part)
    }

    fn spot(&self, leads: &[Jackknifed], alive: bool) -> Spot {
        let leads: Vec<Estimate> = leads.iter().map(|l| l.interval(Scale::Linear)).collect();
        winner(&leads, self.contestants, alive)
    }

    fn leads(&self, goodness: &Goodness) -> Vec<Jackknifed> {
        let n = self.contestants;
        let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
        pairs
            .map(|(a, b)| match (&goodness[a], &goodness[b]) {
                (Some(a), Some(b)) if a.without.len() == b.without.len() => Jackknifed {
                    full: lead(a.full, b.full),
                    without: a
                        .without
                        .iter()
                        .zip(&b.without)
                        .map(|(a, b)| lead(*a, *b))
                        .collect(),
                },
                _ => self.unknown(),
            })
            .collect()
    }

    /// A lead of which nothing is known: no replication agrees with another.
    fn unknown(&self) -> Jackknifed {
        Jackknifed {
            full: 0.0,
            without: (0..self.replications)
                .map(|i| if i % 2 == 0 { 1.0 } else { -1.0 })
                .collect(),
        }
    }

    /// All leads at a point inside a rectangle, from its corners.
    fn between(&self, rect: &Rect, (x, y): (usize, usize)) -> Option<Vec<Jackknifed>> {
        let share = |v: usize, (a, b): (usize, usize)| {
            if a == b {
                0.0
            } else {
                (v - a) as f64 / (b - a) as f64
            }
        };
        let (u, v) = (share(x, rect.x), share(y, rect.y));
        let weights = [(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v];
        let corners = rect.corners();
        let mut all = corners.iter().zip(weights);
        let living: Vec<(&Vec<Jackknifed>, f64)> =
            all.try_fold(Vec::new(), |mut list, (at, weight)| {
                let known = self.known.get(at)?;
                if known.alive {
                    list.push((&known.leads, weight));
                }
                Some(list)
            })?;
        let total: f64 = living.iter().map(|(_, weight)| weight).sum();
        let pairs = self.contestants * (self.contestants - 1) / 2;
        let mean = |read: &dyn Fn(&Jackknifed) -> f64, pair: usize| {
            let sum: f64 = living
                .iter()
                .map(|(leads, weight)| weight * read(&leads[pair]))
                .sum();
            if total > 0.0 { sum / total } else { 0.0 }
        };
        Some(
            (0..pairs)
                .map(|pair| Jackknifed {
                    full: mean(&|j| j.full, pair),
                    without: (0..self.replications)
                        .map(|i| mean(&|j| j.without.get(i).copied().unwrap_or(j.full), pair))
                        .collect(),
                })
                .collect(),
        )
    }

    /// The leads at every point of the grid, row by row, with whether anybody is alive: simulated where it was, else from the
    /// smallest rectangle around it. `None` where nothing around it is finished.
    pub fn filled(&self) -> Vec<Option<(Vec<Jackknifed>, bool)>> {
        let mut by_size: Vec<&Rect> = self.looked_at.iter().collect();
        by_size.sort_by_key(|r| (r.x.1 - r.x.0) * (r.y.1 - r.y.0));
        let points = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        points
            .map(|at| {
                if let Some(known) = self.known.get(&at) {
                    return Some((known.leads.clone(), known.alive));
                }
                let around = by_size.iter().filter(|r| r.holds(at));
                around
                    .filter_map(|rect| Some((self.between(rect, at)?, self.alive_in(rect, at))))
                    .next()
            })
            .collect()
    }

    /// Whether the nearest corner is alive.
    fn alive_in(&self, rect: &Rect, (x, y): (usize, usize)) -> bool {
        let corners = rect.corners();
        let nearest = corners
            .iter()
            .min_by_key(|(cx, cy)| cx.abs_diff(x) + cy.abs_diff(y));
        nearest
            .and_then(|at| self.known.get(at))
            .is_some_and(|known| known.alive)
    }
}

impl Rect {
    fn corners(&self) -> [(usize, usize); 4] {
        let (x, y) = (self.x, self.y);
        [(x.0, y.0), (x.1, y.0), (x.0, y.1), (x.1, y.1)]
    }

    fn unit(&self) -> bool {
        self.x.1 - self.x.0 <= 1 && self.y.1 - self.y.0 <= 1
    }

    fn holds(&self, (x, y): (usize, usize)) -> bool {
        (self.x.0..=self.x.1).contains(&x) && (self.y.0..=self.y.1).contains(&y)
    }
}

/// The indices of the coarse grid's lines among `n` values.
fn lines(n: usize) -> Vec<usize> {
    let steps = (COARSE - 1).min(n - 1);
    let mut lines: Vec<usize> = (0..=steps)
        .map(|i| (i * (n - 1) + steps / 2) / steps.max(1))
        .collect();
    lines.dedup();
    lines
}

fn halves((a, b): (usize, usize)) -> Vec<(usize, usize)> {
    if b - a <= 1 {
        return vec![(a, b)];
    }
    let middle = a + (b - a) / 2;
    vec![(a, middle), (middle, b)]
}

/// Whether anybody carries anything, or it is not known that nobody does.
fn alive(goodness: &Goodness) -> bool {
    goodness
        .iter()
        .any(|g| g.as_ref().is_none_or(|g| g.full > 0.0))
}

/// `(a − b) / (a + b)`: −1 to 1, which has a value where one of the two is nothing or endless.
fn lead(a: f64, b: f64) -> f64 {
    match (a.is_infinite(), b.is_infinite()) {
        (true, true) => 0.0,
        (true, false) => 1.0,
        (false, true) => -1.0,
        _ if a + b > 0.0 => (a - b) / (a + b),
        _ => 0.0,
    }
}

fn half_width(e: &Estimate) -> f64 {
    if e.has_interval() {
        0.5 * (e.hi - e.lo)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
