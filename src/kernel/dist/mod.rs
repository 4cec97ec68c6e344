//! Distributions as monotone quantile functions of one 64-bit word.
//!
//! A draw is `law.sample(word)`: no state, no rejection, no allocation, the same bits on every machine. Because every
//! law is monotone in its word, two laws fed the same word stay coupled: a longer mean gives a longer time, request by
//! request. Laws are given by their means and coefficients of variation (cv, the standard deviation over the mean).

mod count;
mod error;
mod gamma;
mod quantile;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::time::Span;
pub use count::Count;
pub use error::DistError;
use error::within;
pub use gamma::GammaTable;
pub use table::GuideTable;

/// A law of non-negative times. [`Dist::sample`] is its quantile function, monotone in the word.
///
/// The constructors check; the variants are open to be matched on.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always the same.
    Constant(Span),
    /// Exponential with this mean.
    Exp {
        /// Mean in nanoseconds.
        mean: f64,
    },
    /// The exponential of a normal law.
    LogNormal {
        /// Median in nanoseconds.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Each whole number of nanoseconds from `lo` to `hi` alike.
    Uniform {
        /// The shortest.
        lo: Span,
        /// The longest, at least `lo`.
        hi: Span,
    },
    /// Gamma.
    Gamma {
        /// Mean in nanoseconds.
        mean: f64,
        /// The law of the same shape with mean 1.
        table: Arc<GammaTable>,
    },
    /// A power law: longer than x with probability (scale / x)^alpha, alpha being 1/`power`.
    Pareto {
        /// The shortest time, in nanoseconds.
        scale: f64,
        /// 1/alpha, below 1.
        power: f64,
    },
    /// One of two times.
    Bimodal {
        /// The shorter.
        low: Span,
        /// The longer.
        high: Span,
        /// The first word that gives the longer: the probability of the shorter, times 2⁶⁴.
        threshold: u64,
    },
    /// One of the values of a sample, each alike. Ascending, at least one.
    Samples(Arc<[Span]>),
}

impl Dist {
    /// `"exp(mean)"`: exponential, cv 1. A mean of zero gives the constant zero.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// assert_eq!(Dist::exp(Span::from_millis(2)).mean_ns(), 2e6);
    /// ```
    #[must_use]
    pub fn exp(mean: Span) -> Self {
        if mean.is_zero() {
            Self::Constant(Span::ZERO)
        } else {
            Self::Exp {
                mean: mean.as_nanos_f64(),
            }
        }
    }

    /// `"lognormal(mean, cv)"`: log-normal. The logarithm has variance ln(1 + cv²).
    ///
    /// # Errors
    /// Unless `cv` lies between 0 (a constant) and 1000.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// let work = Dist::lognormal(Span::from_millis(8), 0.6)?;
    /// assert!((work.mean_ns() - 8e6).abs() < 1e-3 && (work.scv() - 0.36).abs() < 1e-12);
    /// assert!(Dist::lognormal(Span::from_millis(8), -0.6).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn lognormal(mean: Span, cv: f64) -> Result<Self, DistError> {
        within(
            cv,
            0.0,
            1000.0,
            DistError::Cv {
                got: cv,
                accepted: "between 0 and 1000 for a log-normal law",
            },
        )?;
        if mean.is_zero() || cv == 0.0 {
            return Ok(Self::Constant(mean));
        }
        let median = mean.as_nanos_f64() / libm::sqrt(1.0 + cv * cv);
        Ok(Self::LogNormal {
            median,
            sigma: libm::sqrt(libm::log1p(cv * cv)),
        })
    }

    /// `"uniform(lo, hi)"`: every whole number of nanoseconds from `lo` to `hi`, both included, with the same
    /// probability.
    ///
    /// # Errors
    /// If `lo` exceeds `hi`.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// let (one, three) = (Span::from_millis(1), Span::from_millis(3));
    /// assert_eq!(Dist::uniform(one, three)?.mean_ns(), 2e6);
    /// assert!(Dist::uniform(three, one).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn uniform(lo: Span, hi: Span) -> Result<Self, DistError> {
        match lo.cmp(&hi) {
            std::cmp::Ordering::Less => Ok(Self::Uniform { lo, hi }),
            std::cmp::Ordering::Equal => Ok(Self::Constant(lo)),
            std::cmp::Ordering::Greater => Err(DistError::Ends { lo, hi }),
        }
    }

    /// `"gamma(mean, cv)"`: gamma of shape 1/cv² (cv 1 is exponential, 1/√k is Erlang-k).
    ///
    /// # Errors
    /// Unless `cv` is 0 (a constant) or lies between 0.01 and 10.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// let work = Dist::gamma(Span::from_millis(5), 0.4)?;
    /// assert!(work.mean_ns() == 5e6 && (work.scv() - 0.16).abs() < 1e-12);
    /// assert!(Dist::gamma(Span::from_millis(5), 40.0).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn gamma(mean: Span, cv: f64) -> Result<Self, DistError> {
        if cv != 0.0 {
            within(
                cv,
                0.01,
                10.0,
                DistError::Cv {
                    got: cv,
                    accepted: "0, or 0.01 to 10 for a gamma law",
                },
            )?;
        }
        if mean.is_zero() || cv == 0.0 {
            return Ok(Self::Constant(mean));
        }
        let table = Arc::new(GammaTable::new(1.0 / (cv * cv)));
        Ok(Self::Gamma {
            mean: mean.as_nanos_f64(),
            table,
        })
    }

    /// `"pareto(mean, alpha)"`: a power law of index `alpha` with this **mean**; the shortest time is
    /// mean × (alpha − 1) / alpha. The variance is infinite for alpha ≤ 2.
    ///
    /// # Errors
    /// Unless `alpha` is greater than 1 (else there is no mean) and at most 1000.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// let work = Dist::pareto(Span::from_millis(2), 2.2)?;
    /// assert!((work.mean_ns() - 2e6).abs() < 1e-3);
    /// assert!(Dist::pareto(Span::from_millis(2), 1.0).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn pareto(mean: Span, alpha: f64) -> Result<Self, DistError> {
        if !(alpha > 1.0 && alpha <= 1000.0) {
            return Err(DistError::Alpha(alpha));
        }
        if mean.is_zero() {
            return Ok(Self::Constant(mean));
        }
        Ok(Self::Pareto {
            scale: mean.as_nanos_f64() * (alpha - 1.0) / alpha,
            power: 1.0 / alpha,
        })
    }

    /// `"bimodal(a, b, p)"`: `b` with probability `p`, else `a`. Either may be the longer.
    ///
    /// # Errors
    /// Unless `p` lies between 0 and 1.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// let (a, b) = (Span::from_millis(1), Span::from_millis(50));
    /// assert!((Dist::bimodal(a, b, 0.05)?.mean_ns() - 3.45e6).abs() < 1e-3);
    /// assert!(Dist::bimodal(a, b, 5.0).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn bimodal(a: Span, b: Span, p: f64) -> Result<Self, DistError> {
        within(p, 0.0, 1.0, DistError::Probability(p))?;
        let (low, high, p_low) = if a <= b { (a, b, 1.0 - p) } else { (b, a, p) };
        Ok(if p_low == 1.0 || low == high {
            Self::Constant(low)
        } else if p_low == 0.0 {
            Self::Constant(high)
        } else {
            Self::Bimodal {
                low,
                high,
                threshold: (p_low * TWO_64) as u64,
            }
        })
    }

    /// `"samples(file)"`: the empirical law of these values, in any order, each with the same probability.
    ///
    /// # Errors
    /// If there is no value.
    ///
    /// ```
    /// use crossover::kernel::{Dist, Span};
    /// let values = vec![Span::from_millis(9), Span::from_millis(1)];
    /// assert_eq!(Dist::samples(values)?.sample(0), Span::from_millis(1));
    /// assert!(Dist::samples(vec![]).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn samples(mut values: Vec<Span>) -> Result<Self, DistError> {
        if values.is_empty() {
            return Err(DistError::NoSamples);
        }
        values.sort_unstable();
        Ok(if values[0] == values[values.len() - 1] {
            Self::Constant(values[0])
        } else {
            Self::Samples(values.into())
        })
    }

    /// The quantile of `word / 2^64`, rounded to whole nanoseconds: monotone in the word, never infinite or undefined.
    #[inline]
    #[must_use]
    pub fn sample(&self, word: u64) -> Span {
        match self {
            Self::Constant(span) => *span,
            Self::Exp { mean } => Span::from_nanos_f64(mean * quantile::exponential(word)),
            Self::LogNormal { median, sigma } => {
                Span::from_nanos_f64(median * quantile::exp(sigma * quantile::normal(word)))
            }
            Self::Uniform { lo, hi } => Span(lo.0 + below(word, u128::from(hi.0 - lo.0) + 1)),
            Self::Gamma { mean, table } => Span::from_nanos_f64(mean * table.sample(word)),
            Self::Pareto { scale, power } => {
                Span::from_nanos_f64(scale * quantile::exp(quantile::exponential(word) * power))
            }
            Self::Bimodal {
                low,
                high,
                threshold,
            } => *if word < *threshold { low } else { high },
            Self::Samples(values) => values[below(word, values.len() as u128) as usize],
        }
    }

    /// Mean in nanoseconds.
    #[must_use]
    pub fn mean_ns(&self) -> f64 {
        match self {
            Self::Constant(span) => span.as_nanos_f64(),
            Self::Exp { mean } | Self::Gamma { mean, .. } => *mean,
            Self::LogNormal { median, sigma } => median * libm::exp(0.5 * sigma * sigma),
            Self::Uniform { lo, hi } => 0.5 * (lo.as_nanos_f64() + hi.as_nanos_f64()),
            Self::Pareto { scale, power } => scale / (1.0 - power),
            Self::Bimodal {
                low,
                high,
                threshold,
            } => low.as_nanos_f64() + (high.0 - low.0) as f64 * (1.0 - *threshold as f64 / TWO_64),
            Self::Samples(values) => {
                values.iter().map(|v| u128::from(v.0)).sum::<u128>() as f64 / values.len() as f64
            }
        }
    }

    /// The squared coefficient of variation (variance over squared mean); infinite where the variance is.
    #[must_use]
    pub fn scv(&self) -> f64 {
        match self {
            Self::Constant(_) => 0.0,
            Self::Exp { .. } => 1.0,
            Self::LogNormal { sigma, .. } => libm::expm1(sigma * sigma),
            Self::Uniform { lo, hi } => {
                let values = (hi.0 - lo.0) as f64 + 1.0;
                self.relative((values * values - 1.0) / 12.0)
            }
            Self::Gamma { table, .. } => 1.0 / table.shape(),
            Self::Pareto { power, .. } if *power >= 0.5 => f64::INFINITY,
            Self::Pareto { power, .. } => power * power / (1.0 - 2.0 * power),
            Self::Bimodal {
                low,
                high,
                threshold,
            } => {
                let (gap, p_low) = ((high.0 - low.0) as f64, *threshold as f64 / TWO_64);
                self.relative(gap * gap * p_low * (1.0 - p_low))
            }
            Self::Samples(values) => {
                let mean = self.mean_ns();
                let squares = values
                    .iter()
                    .map(|v| (v.as_nanos_f64() - mean) * (v.as_nanos_f64() - mean));
                self.relative(squares.sum::<f64>() / values.len() as f64)
            }
        }
    }

    /// A variance over the squared mean.
    fn relative(&self, variance: f64) -> f64 {
        variance / (self.mean_ns() * self.mean_ns())
    }

    /// The same law with every value multiplied by `factor`, which is finite and not negative.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        debug_assert!(
            factor >= 0.0 && factor.is_finite(),
            "a factor is finite and not negative"
        );
        let span = |span: &Span| Span::from_nanos_f64(span.as_nanos_f64() * factor);
        match self {
            _ if factor == 0.0 => Self::Constant(Span::ZERO),
            Self::Constant(value) => Self::Constant(span(value)),
            Self::Exp { mean } => Self::Exp {
                mean: mean * factor,
            },
            Self::LogNormal { median, sigma } => Self::LogNormal {
                median: median * factor,
                sigma: *sigma,
            },
            Self::Uniform { lo, hi } => Self::Uniform {
                lo: span(lo),
                hi: span(hi),
            },
            Self::Gamma { mean, table } => Self::Gamma {
                mean: mean * factor,
                table: Arc::clone(table),
            },
            Self::Pareto { scale, power } => Self::Pareto {
                scale: scale * factor,
                power: *power,
            },
            Self::Bimodal {
                low,
                high,
                threshold,
            } => Self::Bimodal {
                low: span(low),
                high: span(high),
                threshold: *threshold,
            },
            Self::Samples(values) => Self::Samples(values.iter().map(span).collect()),
        }
    }

    /// True if every draw is zero: a step of this length cannot matter.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.sample(u64::MAX).is_zero()
    }
}

/// The number of words.
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// The quantile of the uniform law on `0..n`, for n from 1 to 2⁶⁴.
#[inline]
fn below(word: u64, n: u128) -> u64 {
    ((u128::from(word) * n) >> 64) as u64
}
