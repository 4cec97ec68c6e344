//! The jackknife over replications: intervals for figures that are not means.
//!
//! A figure of the pooled data, θ, is computed again with each replication left out, θ₋ᵢ. Its pseudo-values
//! `θᵢ = R θ − (R − 1) θ₋ᵢ` behave like R independent observations of θ (Tukey 1958; Miller, *The jackknife — a review*,
//! Biometrika 61, 1974), so Student's t with R − 1 degrees of freedom gives the interval. Positive figures with a long
//! upper tail (shares beyond a quantile, standard deviations) are taken on the logarithm: an interval that is symmetric there has the
//! upper end further out, as the law of such figures has, and never goes below zero.

use super::Estimate;
use super::contrast::{Contrast, Pairing, apart};
use super::mean::{half_width, moments};

/// On which scale pseudo-values are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As it is: ratios, differences.
    Linear,
    /// On the logarithm: positive figures with a long upper tail.
    Log,
}

/// A figure of the pooled data, and of the data with each replication left out, in the order of replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Jackknifed {
    /// Of all the data.
    pub full: f64,
    /// Without replication `i`.
    pub without: Vec<f64>,
}

impl Jackknifed {
    /// The figure that `f` makes of this one, of all and without each replication.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            full: f(self.full),
            without: self.without.iter().copied().map(f).collect(),
        }
    }

    /// A figure without chance in it.
    #[must_use]
    pub fn flat(value: f64, replications: usize) -> Self {
        Self {
            full: value,
            without: vec![value; replications],
        }
    }

    /// A figure whose doubt is not of chance: as if replication `odd` of so many, at least two, made all of its interval, which reaches `half` to each side.
    /// Figures with different odd ones go together nearly as independent ones do.
    #[must_use]
    pub fn doubted(value: f64, half: f64, replications: usize, odd: usize) -> Self {
        let mut figure = Self::flat(value, replications);
        let n = replications as f64;
        let student = half_width(n, replications);
        figure.without[odd % replications] -= half * n / ((n - 1.0) * student);
        figure
    }

    /// This figure minus the other of the same replications, of all and without each; `None` if the replications do not match.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let pairs = self.without.iter().zip(&other.without);
        (self.without.len() == other.without.len()).then(|| Self {
            full: self.full - other.full,
            without: pairs.map(|(a, b)| a - b).collect(),
        })
    }

    /// Difference from and ratio to the other, with their intervals: of the same replications those of the jackknifed difference and (on the log
    /// scale) ratio, of others those that the two intervals make (`contrast::apart`). `None` if replications of the same requests do not
    /// match; no ratio where one of the two is zero.
    #[must_use]
    pub fn against(&self, other: &Self, pairing: Pairing) -> Option<Contrast> {
        let positive = self.full > 0.0 && other.full > 0.0;
        Some(match pairing {
            Pairing::Same => Contrast {
                difference: self.minus(other)?.interval(Scale::Linear),
                ratio: positive.then(|| self.over(other).interval(Scale::Log)),
            },
            Pairing::Others => Contrast {
                difference: apart(self.interval(Scale::Linear), other.interval(Scale::Linear)),
                ratio: positive.then(|| {
                    let log = |j: &Self| j.interval(Scale::Log).map(libm::log);
                    apart(log(self), log(other)).map(libm::exp)
                }),
            },
        })
    }

    /// This figure over the other of as many replications.
    fn over(&self, other: &Self) -> Self {
        let pairs = self.without.iter().zip(&other.without);
        Self {
            full: self.full / other.full,
            without: pairs.map(|(a, b)| a / b).collect(),
        }
    }

    /// The 95 % interval around the pooled figure. Where it cannot be formed (one replication, a figure that is infinite
    /// or missing without some replication, a zero on the log scale with spread around it) there is a figure only.
    #[must_use]
    pub fn interval(&self, scale: Scale) -> Estimate {
        let r = self.without.len();
        if r < 2 || self.without.iter().any(|x| !x.is_finite()) {
            return Estimate::bare(self.full);
        }
        if self.without.iter().all(|x| *x == self.full) {
            return Estimate::around(self.full, 0.0);
        }
        match scale {
            Scale::Linear => Estimate::around(self.full, half(self.full, &self.without)),
            Scale::Log if self.full > 0.0 && self.without.iter().all(|x| *x > 0.0) => {
                let logs: Vec<f64> = self.without.iter().map(|x| libm::log(*x)).collect();
                let factor = libm::exp(half(libm::log(self.full), &logs));
                Estimate {
                    value: self.full,
                    lo: self.full / factor,
                    hi: self.full * factor,
                }
            }
            Scale::Log => Estimate::bare(self.full),
        }
    }

    /// [`Self::interval`] on the linear scale where the number of replications was chosen by what the first of them said: their spread may have been small by
    /// chance, so it is that of all, or of those after them if that is larger.
    #[must_use]
    pub fn interval_after(&self, first: usize) -> Estimate {
        let all = self.interval(Scale::Linear);
        let others = self.without.get(first..).filter(|others| others.len() > 1);
        let Some(others) = others.filter(|_| all.has_interval()) else {
            return all;
        };
        let (r, n) = (self.without.len() as f64, others.len());
        let pseudo: Vec<f64> = others
            .iter()
            .map(|x| r * self.full - (r - 1.0) * x)
            .collect();
        let theirs = half_width(moments(&pseudo).1, n) * (n as f64 / r).sqrt();
        Estimate::around(self.full, theirs.max(all.hi - all.value))
    }
}

/// Half the width of the interval from the pseudo-values of `full` and `without`.
fn half(full: f64, without: &[f64]) -> f64 {
    let r = without.len() as f64;
    let pseudo: Vec<f64> = without.iter().map(|x| r * full - (r - 1.0) * x).collect();
    half_width(moments(&pseudo).1, without.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::mean_interval;

    /// Of a mean the pseudo-values are the observations: leaving 1, 2, 3, 6 out of them gives 11/3, 10/3, 3, 2.
    #[test]
    fn of_a_mean_it_is_students_interval() {
        let j = Jackknifed {
            full: 3.0,
            without: vec![11.0 / 3.0, 10.0 / 3.0, 3.0, 2.0],
        };
        let e = j.interval(Scale::Linear);
        let t = mean_interval(&[1.0, 2.0, 3.0, 6.0]).unwrap();
        assert!((e.lo - t.lo).abs() < 1e-12 && (e.hi - t.hi).abs() < 1e-12);
    }

    /// Two replications, √2 e^±0.1 without one or the other: pseudo-logs are ln√2 ∓ 0.1, s = 0.1 √2, and the half
    /// width on the log is 12.7062 × 0.1 √2 / √2 = 1.27062, a factor of 3.56306.
    #[test]
    fn log_scale_is_a_factor_each_way() {
        let root = 2f64.sqrt();
        let j = Jackknifed {
            full: root,
            without: vec![root * 0.1f64.exp(), root * (-0.1f64).exp()],
        };
        let e = j.interval(Scale::Log);
        assert!((e.hi / e.value - 3.563_06).abs() < 1e-4);
        assert!((e.value / e.lo - 3.563_06).abs() < 1e-4);
    }

    /// Of a mean the pseudo-values are the observations: 3, 3 and then 2, 4. The spread of all is √(2/3) and of the last two √2: with one degree of freedom
    /// 12.7062 √2 / √4 = 8.98464. After all four, or all but one, nothing is left to have a spread. The other way round that of all is larger: Student's.
    #[test]
    fn the_spread_of_those_that_nobody_chose() {
        let without = [3.0, 3.0, 10.0 / 3.0, 8.0 / 3.0];
        let j = |without: &[f64]| Jackknifed {
            full: 3.0,
            without: without.to_vec(),
        };
        let e = j(&without).interval_after(2);
        assert!((e.hi - 3.0 - 8.984_64).abs() < 1e-4, "{e:?}");
        assert!((3.0 - e.lo - 8.984_64).abs() < 1e-4, "{e:?}");
        let all = j(&without).interval(Scale::Linear);
        assert_eq!(
            [3, 4].map(|first| j(&without).interval_after(first)),
            [all; 2]
        );
        let mirrored = j(&[8.0 / 3.0, 10.0 / 3.0, 3.0, 3.0]);
        assert_eq!(mirrored.interval_after(2), mirrored.interval(Scale::Linear));
    }

    /// 100 ± 3, and 90 ± 4 by another replication: each has its interval back. Their difference would be 10 ± 5 if they were independent; of ten values in all two that
    /// are not the others' have a spread that is 1.052 times as large, by `2 × 3 × 4 / (9 × 25)` of its square.
    #[test]
    fn doubts_go_together() {
        let [a, b] = [(100.0, 3.0, 0), (90.0, 4.0, 1)]
            .map(|(value, half, odd)| Jackknifed::doubted(value, half, 10, odd));
        let difference = a.minus(&b).unwrap();
        let both = 5.0 * (1.0 + 24.0 / 225.0_f64).sqrt();
        for (figure, value, half) in [(&a, 100.0, 3.0), (&b, 90.0, 4.0), (&difference, 10.0, both)]
        {
            let e = figure.interval(Scale::Linear);
            assert!(
                (e.value - value).abs() < 1e-12 && (e.hi - value - half).abs() < 1e-9,
                "{e:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_formed_is_bare() {
        let infinite = Jackknifed {
            full: 1.0,
            without: vec![1.0, f64::INFINITY],
        };
        assert!(!infinite.interval(Scale::Log).has_interval());
        let single = Jackknifed {
            full: 1.0,
            without: vec![f64::NAN],
        };
        assert!(!single.interval(Scale::Linear).has_interval());
    }
}
