//! Next to the answer: whole runs at two loads around the root, a third where it lies beyond them, and more replications of both until the interval is as
//! narrow as asked.

use super::{Ceiling, End, Found, Next, Seeker};
use crate::experiment::search::crossing::{Crossing, along, crossing};
use crate::experiment::search::ground::{Order, Visit};
use crate::experiment::simulator::Simulator;

use super::{APART, MOST};

/// More replications than the spread asks for, for the chance in it; the least that is worth another round; and the most that one round multiplies them by.
const MARGIN: f64 = 1.15;
const LEAST: f64 = 1.3;
const GROWTH: f64 = 4.0;
/// A root no further away than this, as a share of the load, is known from that load and a slope.
const BESIDE: f64 = 0.02;
/// Two loads further apart than this, as a share of the lower, are no straight line.
const WIDE: f64 = 0.13;

impl<S: Simulator> Seeker<'_, '_, S> {
    /// Whole runs were made: is the root between them, and known well enough?
    pub(super) fn near(&self) -> Next {
        let whole = |v: &&Visit| v.order.full;
        let steady: Vec<&Visit> = self
            .visits
            .iter()
            .filter(whole)
            .filter(|v| !v.saturated)
            .collect();
        let runs = self.visits.iter().filter(whole).count();
        let exhausted = runs >= MOST[1] || self.spent > self.query.budget;
        let Some(last) = steady.last() else {
            return self.all_drowned(exhausted);
        };
        let ceiling = self.ceiling(last.load());
        let missed = steady.iter().position(|v| !v.met());
        let pair = match missed {
            Some(0) => steady.get(..2),
            Some(i) => steady.get(i - 1..=i),
            None => steady.len().checked_sub(2).and_then(|i| steady.get(i..)),
        };
        let Some([low, high]) = pair else {
            if let Some(next) = self.single(last, ceiling.as_ref()) {
                return next;
            }
            return self.second(last, ceiling.as_ref(), exhausted);
        };
        if let Some(order) = self.matching(low, high) {
            return Next::Visit(vec![order]);
        }
        let (a, b) = (low.load(), high.load());
        let Some(found) = crossing((a, &low.margins), (b, &high.margins)) else {
            return Next::Done(End::Crossed(self.bracketed(low, &(*high).into(), false)));
        };
        let root = found.load.full;
        if let (Some(above), None) = (&ceiling, missed)
            && root > above.load
        {
            return self.second(high, ceiling.as_ref(), exhausted);
        }
        let (width, straight) = (b - a, WIDE * a);
        let single = self.whole() && width <= 1.0;
        let reach = 0.5 * width;
        if (a - reach..=b + reach).contains(&root) && (width <= straight || single) || exhausted {
            return self.replicate(low, high, &found, exhausted);
        }
        let over = reach.min(0.5 * straight);
        self.one(
            if root > b {
                let most = ceiling.map_or(f64::INFINITY, |above| 0.5 * (b + above.load));
                (root + over).min(b + 4.0 * reach).min(most)
            } else if root < a {
                if self.empty(a) {
                    return Next::Done(End::Never);
                }
                // Ever faster: there may be nothing to find.
                (root - over)
                    .max(a - 4.0 * reach)
                    .max(a * libm::pow(0.5, runs as f64 - 1.0))
            } else {
                root.clamp(a + 0.1 * width, b - 0.1 * width)
            },
            low,
        )
    }

    /// There is one whole run that keeps up, and how fast margins rise there is known from elsewhere: done, or another run where that line leads.
    fn single(&self, at: &Visit, ceiling: Option<&Ceiling>) -> Option<Next> {
        let (load, hint) = (at.load(), self.query.hint?);
        let found = along((load, &at.margins), hint.slopes)?;
        let root = found.load.full;
        let most = ceiling.map_or(f64::INFINITY, |above| 0.5 * (load + above.load));
        let least: f64 = if self.whole() { 0.5 } else { 0.0 };
        if (root - load).abs() <= least.max(BESIDE * load) && root < most {
            return Some(self.replicate(at, at, &found, false));
        }
        Some(self.one(root.clamp(load / 1.2, (1.2 * load).min(most)), at))
    }

    /// The lowest load above this one that is known to be too much for the system, by a run or by the demands alone.
    fn ceiling(&self, load: f64) -> Option<Ceiling> {
        let drowning = self.visits.iter().find(|v| v.saturated && v.load() > load);
        let lowest = drowning.map_or(self.brim, |v| v.load().min(self.brim));
        lowest.is_finite().then_some(Ceiling {
            load: lowest,
            objective: None,
        })
    }

    /// Every whole run drowned: the next is half way down to what short runs saw met.
    fn all_drowned(&self, exhausted: bool) -> Next {
        let lowest = self.visits.iter().position(|v| v.order.full).unwrap_or(0);
        let high = &self.visits[lowest];
        let below = |v: &&Visit| v.met() && v.load() < high.load();
        let met = self.visits[..lowest].iter().rev().find(below);
        match met {
            Some(low) if exhausted => {
                Next::Done(End::Crossed(self.bracketed(low, &high.into(), false)))
            }
            // What a short run saw met is looked at closely before it is believed.
            Some(low) if self.close(low, high.load()) => self.one(low.load(), high),
            Some(low) => self.one(0.5 * (low.load() + high.load()), high),
            None if exhausted => Next::Done(End::Unfound { met: false }),
            None => self.one(0.8 * high.load(), high),
        }
    }

    /// There is one whole run that keeps up, or all objectives are met up to where the system drowns.
    fn second(&self, last: &Visit, ceiling: Option<&Ceiling>, exhausted: bool) -> Next {
        let at = last.load();
        match ceiling {
            Some(above) if last.met() => {
                if exhausted || self.close(last, above.load) {
                    return Next::Done(End::Crossed(self.bracketed(last, above, !exhausted)));
                }
                self.one(0.5 * (at + above.load), last)
            }
            _ if last.met() => self.one(at * (1.0 + APART[0]), last),
            _ => self.one(at * (1.0 - APART[0]), last),
        }
    }

    /// More replications for whichever of two loads has fewer.
    fn matching(&self, low: &Visit, high: &Visit) -> Option<Order> {
        let most = low.order.replications.max(high.order.replications);
        let fewer = [low, high]
            .into_iter()
            .find(|v| v.order.replications < most)?;
        Some(Order {
            replications: most,
            ..fewer.order
        })
    }

    /// The root lies between two whole runs: done, or more replications at both.
    ///
    /// Two stages (C. Stein, "A two-sample test for a linear hypothesis whose power is independent of the variance", 1945): how many there have to be
    /// follows from the spread of the first, and nobody stops at those, however narrow their interval, unless the budget ends: who takes the first that is narrow takes
    /// those whose spread happened to be small, so it is not said to be as narrow as asked then. For the same reason the interval's spread is that of all, or of those after the first if that is larger.
    fn replicate(&self, low: &Visit, high: &Visit, found: &Crossing, exhausted: bool) -> Next {
        let n = low.order.replications;
        let first = self.query.replications.max(2);
        let load = found.load.interval_after(first as usize);
        let (half, wanted) = ((load.hi - load.lo) / 2.0, self.tolerance(load.value));
        let narrow = half <= wanted;
        let done = || {
            Next::Done(End::Crossed(Found {
                load,
                replications: Some(found.load.clone()),
                objective: Some(found.objective),
                slopes: found.slopes.clone(),
                precise: narrow && n > first && !self.hasty(load.value),
            }))
        };
        let enough = narrow && n > first || !self.effort.repeats;
        if enough || exhausted || !load.has_interval() {
            return done();
        }
        let before = f64::from(n);
        let cost =
            self.scene.events(self.query.contestant) * (low.order.requests + high.order.requests);
        let affordable = ((self.query.budget - self.spent) / cost).floor().max(0.0);
        let least = if n > first {
            LEAST * before
        } else {
            2.0 * before
        };
        let needed = before * MARGIN * (half / wanted).powi(2);
        let needed = needed.max(least).min(GROWTH * before).ceil();
        let replications = needed.min(before + affordable);
        if replications < 1.2 * before {
            return done();
        }
        let more = |v: &Visit| Order {
            replications: replications as u32,
            ..v.order
        };
        Next::Visit(vec![more(low), more(high)])
    }

    /// One whole run like another at a new load.
    fn one(&self, load: f64, like: &Visit) -> Next {
        let load = self.rounded(load);
        if self.visits.iter().any(|v| v.order.full && v.load() == load) {
            // Users are whole: there is nothing between.
            let below = self.visits.iter().rev().find(|v| v.met());
            return match (
                below,
                self.visits.iter().find(|v| v.load() > load && !v.met()),
            ) {
                (Some(low), Some(high)) => {
                    Next::Done(End::Crossed(self.bracketed(low, &high.into(), true)))
                }
                (below, _) => Next::Done(End::Unfound {
                    met: below.is_some(),
                }),
            };
        }
        Next::Visit(vec![Order { load, ..like.order }])
    }
}
