//! Laws of whole numbers.

use std::sync::Arc;

use super::error::{DistError, within};
use super::table::GuideTable;
use super::{below, quantile};

/// A law of whole numbers: how often, which key. [`Count::sample`] is its quantile function, monotone in the word.
///
/// The constructors check; the variants are open to be matched on.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    /// Always the same.
    Constant(u64),
    /// Trials up to and including the first success: 1, 2, 3 …
    Geometric {
        /// Mean, the reciprocal of the probability of success; greater than 1.
        mean: f64,
        /// −1 / ln(1 − 1/mean).
        per_nat: f64,
    },
    /// Independent events in a fixed time: 0, 1, 2 …
    Poisson {
        /// Mean.
        mean: f64,
        /// The quantile function; its index 0 is the number `first`.
        table: Arc<GuideTable>,
        /// Numbers below this one have a probability under 2⁻⁶⁴.
        first: u64,
    },
    /// Key k has a probability proportional to (k + 1)^−s; key 0 is the most popular.
    Zipf {
        /// How many keys.
        keys: u64,
        /// The exponent.
        s: f64,
        /// The sum of (k + 1)^−s over all keys.
        total: f64,
        /// The quantile function.
        table: Arc<GuideTable>,
    },
    /// Each whole number from `lo` to `hi` alike.
    Uniform {
        /// The least.
        lo: u64,
        /// The greatest, at least `lo`.
        hi: u64,
    },
}

impl Count {
    /// `"geometric(mean)"`: the number of trials up to and including the first success, hence at least 1:
    /// P(k) = p (1 − p)^(k − 1) with p = 1/mean.
    ///
    /// # Errors
    /// Unless `mean` lies between 1 (always one) and 10⁹.
    ///
    /// ```
    /// use crossover::kernel::Count;
    /// let queries = Count::geometric(2.0)?;
    /// assert!(queries.mean() == 2.0 && queries.probability(0) == 0.0 && queries.probability(1) == 0.5);
    /// assert!(Count::geometric(0.5).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn geometric(mean: f64) -> Result<Self, DistError> {
        let accepted = "between 1 and 1e9 for a geometric law, which counts from 1";
        within(
            mean,
            1.0,
            1e9,
            DistError::Mean {
                got: mean,
                accepted,
            },
        )?;
        if mean == 1.0 {
            return Ok(Self::Constant(1));
        }
        Ok(Self::Geometric {
            mean,
            per_nat: -1.0 / libm::log1p(-1.0 / mean),
        })
    }

    /// `"poisson(mean)"`: the number of independent events, P(k) = e^−mean mean^k / k!.
    ///
    /// # Errors
    /// Unless `mean` lies between 0 (always none) and 10⁶.
    ///
    /// ```
    /// use crossover::kernel::Count;
    /// assert!((Count::poisson(20.0)?.probability(20) - 0.0888).abs() < 1e-4);
    /// assert!(Count::poisson(-1.0).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn poisson(mean: f64) -> Result<Self, DistError> {
        within(
            mean,
            0.0,
            1e6,
            DistError::Mean {
                got: mean,
                accepted: "between 0 and 1e6 for a Poisson law",
            },
        )?;
        if mean == 0.0 {
            return Ok(Self::Constant(0));
        }
        // Bernstein's bound: beyond `reach` of the mean there is less than 2^-65 on either side.
        let reach = 10.0 * libm::sqrt(mean) + 40.0;
        let first = (mean - reach).max(0.0) as u64;
        let weights: Vec<f64> = (first..=(mean + reach) as u64)
            .map(|k| poisson(mean, k))
            .collect();
        Ok(Self::Poisson {
            mean,
            table: Arc::new(GuideTable::new(&weights)),
            first,
        })
    }

    /// `"zipf(keys, s)"`: keys `0..keys`, key k with a probability proportional to (k + 1)^−s.
    ///
    /// # Errors
    /// Unless there are 1 to 10⁷ keys and `s` lies between 0 (all alike) and 10.
    ///
    /// ```
    /// use crossover::kernel::Count;
    /// let key = Count::zipf(10_000, 1.1)?;
    /// assert!(key.support() == Some(10_000) && key.probability(0) > 0.1);
    /// assert!(Count::zipf(0, 1.1).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn zipf(keys: u64, s: f64) -> Result<Self, DistError> {
        if !(1..=10_000_000).contains(&keys) {
            return Err(DistError::Keys(keys));
        }
        within(s, 0.0, 10.0, DistError::Exponent(s))?;
        let weights: Vec<f64> = (0..keys).map(|k| popularity(k, s)).collect();
        let total = weights.iter().rev().sum();
        Ok(Self::Zipf {
            keys,
            s,
            total,
            table: Arc::new(GuideTable::new(&weights)),
        })
    }

    /// `"uniform(lo, hi)"`: whole numbers from `lo` to `hi`, both included, with the same probability.
    ///
    /// # Errors
    /// If `lo` exceeds `hi`.
    ///
    /// ```
    /// use crossover::kernel::Count;
    /// assert_eq!(Count::uniform(1, 5)?.mean(), 3.0);
    /// assert!(Count::uniform(5, 1).is_err());
    /// # Ok::<(), crossover::kernel::DistError>(())
    /// ```
    pub fn uniform(lo: u64, hi: u64) -> Result<Self, DistError> {
        if lo > hi {
            return Err(DistError::CountEnds { lo, hi });
        }
        Ok(if lo == hi {
            Self::Constant(lo)
        } else {
            Self::Uniform { lo, hi }
        })
    }

    /// The quantile of `word / 2^64`, monotone in the word.
    #[inline]
    #[must_use]
    pub fn sample(&self, word: u64) -> u64 {
        match self {
            Self::Constant(n) => *n,
            Self::Geometric { per_nat, .. } => 1 + (quantile::exponential(word) * per_nat) as u64,
            Self::Poisson { table, first, .. } => first + table.sample(word),
            Self::Zipf { table, .. } => table.sample(word),
            Self::Uniform { lo, hi } => lo + below(word, u128::from(hi - lo) + 1),
        }
    }

    /// Mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(n) => *n as f64,
            Self::Geometric { mean, .. } | Self::Poisson { mean, .. } => *mean,
            Self::Zipf { keys, s, total, .. } => {
                (0..*keys)
                    .rev()
                    .map(|k| k as f64 * popularity(k, *s))
                    .sum::<f64>()
                    / total
            }
            Self::Uniform { lo, hi } => 0.5 * (*lo as f64 + *hi as f64),
        }
    }

    /// n if all values lie in `0..n` for a finite n, the least such: how many keys a cache may have to hold.
    #[must_use]
    pub fn support(&self) -> Option<u64> {
        match self {
            Self::Constant(n) => n.checked_add(1),
            Self::Geometric { .. } | Self::Poisson { .. } => None,
            Self::Zipf { keys, .. } => Some(*keys),
            Self::Uniform { hi, .. } => hi.checked_add(1),
        }
    }

    /// The probability of the value `k`, from the law's formula (draws agree with it to 2⁻⁶⁴ or 10⁻¹², whichever is
    /// coarser).
    #[must_use]
    pub fn probability(&self, k: u64) -> f64 {
        match self {
            Self::Constant(n) => f64::from(u8::from(*n == k)),
            Self::Geometric { .. } if k == 0 => 0.0,
            Self::Geometric { mean, per_nat } => libm::exp(-((k - 1) as f64) / per_nat) / mean,
            Self::Poisson { mean, .. } => poisson(*mean, k),
            Self::Zipf { keys, s, total, .. } => {
                if k < *keys {
                    popularity(k, *s) / total
                } else {
                    0.0
                }
            }
            Self::Uniform { lo, hi } if (*lo..=*hi).contains(&k) => 1.0 / ((hi - lo) as f64 + 1.0),
            Self::Uniform { .. } => 0.0,
        }
    }
}

/// The weight of key `k`.
fn popularity(k: u64, s: f64) -> f64 {
    libm::pow((k + 1) as f64, -s)
}

/// The Poisson probability of `k`.
fn poisson(mean: f64, k: u64) -> f64 {
    let k = k as f64;
    libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0))
}
