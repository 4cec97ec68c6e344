//! Where a quantile lies, and by how much two of them differ that were found with the same requests.
//!
//! By Woodruff's method (see [`Pool::located`](super::Pool::located)) what is uncertain of a quantile is the share beyond it: on
//! the log scale it is off by at most a half width `h` either way, at 95 %. Here the quantile is kept as a curve over that
//! deviation, in units of `h`, together with each replication's own deviation, its *pull*:
//!
//! ```text
//! latency │            ╭──  curve(+1): upper end         what two have in common shows in the correlation ρ of their pulls;
//!         │      ╭─────╯                                 where both may be is an ellipse:
//!         │ ─────╯                                         s_A = cos φ,  s_B = ρ cos φ + √(1 − ρ²) sin φ
//!         └───────────────── s                           the interval of A − B (or A / B) is the range of
//!          −1     0     +1                                 curve_A(s_A) − curve_B(s_B) over it
//! ```
//!
//! Where the curves are straight this *is* Student's t interval of the paired difference: the greatest value of a linear
//! function over the ellipse is `√(h_A² + h_B² − 2 ρ h_A h_B)`, and with sample variances and the sample correlation that is t
//! times the standard error of the differences (the projection of Scheffé's ellipsoid on one direction: Scheffé, *The Analysis of
//! Variance*, 1959, 3.5). Where the law has a gap between short and long requests, the difference reaches across it, no further;
//! and of two that are the same nothing is left.
//!
//! Two of different requests have nothing in common: ρ is zero, the ellipse is a circle, and where the curves are straight that is the
//! interval of a difference of independent figures, `√(h_A² + h_B²)`.

use super::Estimate;
use super::contrast::{Contrast, Pairing};
use super::jackknife::Jackknifed;
use super::mean::{half_width, moments};

/// Values of the curve on each side of the middle.
pub const SIDE: usize = 32;
/// Directions in which the ellipse is looked at.
const DIRECTIONS: u32 = 256;

/// A quantile with what is needed to compare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The quantile and the ends of its 95 % interval.
    pub estimate: Estimate,
    /// The quantile if the share beyond is greater by the factor `e^(h s)`, at `2 SIDE + 1` steps of `s` from −1 to 1: rising.
    /// Empty without an interval.
    curve: Vec<f64>,
    /// For each replication, how far the logarithm of its share beyond lies above the average: it pulls the quantile up.
    pulls: Vec<f64>,
}

impl Located {
    /// A quantile without an interval.
    #[must_use]
    pub fn bare(value: f64) -> Self {
        Self {
            estimate: Estimate::bare(value),
            curve: Vec::new(),
            pulls: Vec::new(),
        }
    }

    /// From the curve, whose length is `2 SIDE + 1`, and the replications' deviations, up to a common constant.
    #[must_use]
    pub fn new(curve: Vec<f64>, pulls: &[f64]) -> Self {
        let (Some(lo), Some(value), Some(hi)) = (curve.first(), curve.get(SIDE), curve.last())
        else {
            return Self::bare(f64::NAN);
        };
        if !hi.is_finite() {
            return Self::bare(*value);
        }
        let mean = moments(pulls).0;
        Self {
            estimate: Estimate {
                value: *value,
                lo: *lo,
                hi: *hi,
            },
            pulls: pulls.iter().map(|pull| pull - mean).collect(),
            curve,
        }
    }

    /// As it was before it was taken apart into [`Self::curve`] and [`Self::pulls`], to the last digit.
    #[must_use]
    pub fn restored(curve: Vec<f64>, pulls: Vec<f64>) -> Self {
        let around_zero = Self::new(curve, &pulls);
        Self {
            pulls,
            ..around_zero
        }
    }

    /// The quantile over the deviation of the share beyond it, at `2 SIDE + 1` steps; empty without an interval.
    #[must_use]
    pub fn curve(&self) -> &[f64] {
        &self.curve
    }

    /// How far each replication pulls it up; empty without an interval.
    #[must_use]
    pub fn pulls(&self) -> &[f64] {
        &self.pulls
    }

    /// How many replications it is from.
    #[must_use]
    pub fn replications(&self) -> u32 {
        self.pulls.len() as u32
    }

    /// In another unit.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.curve.iter_mut().for_each(|x| *x *= factor);
        self.estimate = self.estimate.scaled(factor);
        self
    }

    /// The quantile, and about what it would be without each replication: on the curve, at the share that is then left beyond.
    /// For figures that are made of it.
    #[must_use]
    pub fn jackknifed(&self) -> Jackknifed {
        let r = self.pulls.len() as f64;
        // The half width of the share on the log scale, from the pulls: see `Jackknifed::interval`.
        let half = half_width((r - 1.0).powi(2) * moments(&self.pulls).1, self.pulls.len());
        let left_out = |pull: &f64| {
            let s = if half > 0.0 { -pull / half } else { 0.0 };
            self.at(s)
        };
        Jackknifed {
            full: self.estimate.value,
            without: self.pulls.iter().map(left_out).collect(),
        }
    }

    /// This minus the other, with the interval of the *difference*. None if one of the two has no interval, or the
    /// replications do not match.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Estimate> {
        self.range(other, Pairing::Same, |a, b| a - b)
    }

    /// This over the other, with the interval of the ratio. None as for the difference, and where the other may be zero.
    #[must_use]
    pub fn over(&self, other: &Self) -> Option<Estimate> {
        self.ratio(other, Pairing::Same)
    }

    /// Difference and ratio, whether both are of the same requests or not. None if one of the two has no interval, or the replications
    /// of the same requests do not match.
    #[must_use]
    pub fn against(&self, other: &Self, pairing: Pairing) -> Option<Contrast> {
        Some(Contrast {
            difference: self.range(other, pairing, |a, b| a - b)?,
            ratio: self.ratio(other, pairing),
        })
    }

    fn ratio(&self, other: &Self, pairing: Pairing) -> Option<Estimate> {
        (other.estimate.lo > 0.0).then(|| self.range(other, pairing, |a, b| a / b))?
    }

    /// The range over the ellipse of a function that rises with the first and falls with the second: its extremes are on the
    /// rim.
    fn range(
        &self,
        other: &Self,
        pairing: Pairing,
        f: impl Fn(f64, f64) -> f64,
    ) -> Option<Estimate> {
        if self.curve.is_empty() || other.curve.is_empty() {
            return None;
        }
        let rho = match pairing {
            Pairing::Same if self.pulls.len() != other.pulls.len() => return None,
            Pairing::Same => correlation(&self.pulls, &other.pulls),
            Pairing::Others => 0.0,
        };
        let across = (1.0 - rho * rho).max(0.0).sqrt();
        let value = f(self.estimate.value, other.estimate.value);
        let start = Estimate {
            value,
            lo: value,
            hi: value,
        };
        Some((0..DIRECTIONS).fold(start, |range, i| {
            let phi = std::f64::consts::TAU * f64::from(i) / f64::from(DIRECTIONS);
            let (mine, own) = (libm::cos(phi), libm::sin(phi));
            let x = f(self.at(mine), other.at(rho * mine + across * own));
            Estimate {
                value,
                lo: range.lo.min(x),
                hi: range.hi.max(x),
            }
        }))
    }

    /// The curve at a deviation, between its steps along a straight line.
    fn at(&self, s: f64) -> f64 {
        let place = (s.clamp(-1.0, 1.0) + 1.0) * SIDE as f64;
        let below = (place.floor() as usize).min(2 * SIDE - 1);
        let part = place - below as f64;
        self.curve[below] + part * (self.curve[below + 1] - self.curve[below])
    }
}

/// Pearson's correlation of deviations from their means; zero where one does not vary.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let scale = (sum(a, a) * sum(b, b)).sqrt();
    if scale > 0.0 {
        (sum(a, b) / scale).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::stats::{Scale, mean_interval};

    /// A straight curve: `value` and `half` to either side.
    pub(crate) fn straight(value: f64, half: f64, pulls: &[f64]) -> Located {
        let steps = -(SIDE as i32)..=SIDE as i32;
        let curve = steps.map(|i| value + half * f64::from(i) / SIDE as f64);
        Located::new(curve.collect(), pulls)
    }

    /// Observations 1, 2, 3, 6 and 2, 1, 5, 4 of two means: the interval of the difference is Student's of −1, 1, −2, 2.
    #[test]
    fn of_straight_curves_it_is_students_paired_interval() {
        let (a, b) = ([1.0, 2.0, 3.0, 6.0], [2.0, 1.0, 5.0, 4.0]);
        let of = |x: &[f64]| {
            let e = mean_interval(x).unwrap();
            straight(e.value, e.hi - e.value, x)
        };
        let seen = of(&a).minus(&of(&b)).unwrap();
        let wanted = mean_interval(&[-1.0, 1.0, -2.0, 2.0]).unwrap();
        assert!((seen.value - wanted.value).abs() < 1e-12);
        // 256 directions miss the farthest by at most cos(π / 256).
        assert!(
            (seen.hi / wanted.hi - 1.0).abs() < 1e-4 && (seen.lo / wanted.lo - 1.0).abs() < 1e-4
        );
    }

    /// Observations 1, 2, 3, 6, as the pulls of leaving each out of their mean (a third of each), on a straight curve: Student's
    /// interval of the mean again, to which pseudo-values of a mean lead.
    #[test]
    fn left_out_on_a_straight_curve_it_is_students_interval() {
        let x = [1.0, 2.0, 3.0, 6.0];
        let wanted = mean_interval(&x).unwrap();
        let pulls = x.map(|x| x / 3.0);
        let located = straight(3.0, wanted.hi - wanted.value, &pulls);
        let seen = located.jackknifed().interval(Scale::Linear);
        assert!(
            (seen.lo - wanted.lo).abs() < 1e-9 && (seen.hi - wanted.hi).abs() < 1e-9,
            "{seen:?}"
        );
    }

    #[test]
    fn a_difference_of_equals_is_nothing_for_sure() {
        let a = straight(5.0, 1.0, &[1.0, -1.0, 2.0]);
        let d = a.minus(&a).unwrap();
        assert_eq!((d.value, d.lo, d.hi), (0.0, 0.0, 0.0));
        let r = a.over(&a).unwrap();
        assert_eq!((r.value, r.lo, r.hi), (1.0, 1.0, 1.0));
        assert!(a.minus(&straight(5.0, 1.0, &[1.0, -1.0])).is_none());
    }

    /// Opposite pulls: both ends far apart, 12 − 4 over 8 − 6 with halves of 2 and 1. As a ratio 12/5 and 8/7.
    #[test]
    fn opposite_pulls_add_up() {
        let (a, b) = (
            straight(10.0, 2.0, &[1.0, -1.0]),
            straight(6.0, 1.0, &[-1.0, 1.0]),
        );
        let d = a.minus(&b).unwrap();
        assert!(
            (d.lo - 1.0).abs() < 1e-9 && (d.hi - 7.0).abs() < 1e-9,
            "{d:?}"
        );
        let r = a.over(&b).unwrap();
        assert!((r.hi - 12.0 / 5.0).abs() < 1e-9 && (r.lo - 8.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn what_may_be_infinite_is_bare() {
        let mut curve = vec![1.0; 2 * SIDE + 1];
        curve[2 * SIDE] = f64::INFINITY;
        let bare = Located::new(curve, &[1.0, -1.0]);
        assert!(bare.estimate.value == 1.0 && !bare.estimate.has_interval());
        assert!(bare.minus(&straight(1.0, 0.5, &[1.0, -1.0])).is_none());
        assert!(
            straight(1.0, 0.5, &[1.0, 0.0])
                .over(&straight(1.0, 1.0, &[1.0, 0.0]))
                .is_none()
        );
    }
}
