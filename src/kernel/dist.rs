//! Distributions as monotone quantile functions of one 64-bit word.

use super::time::Span;

/// A law of non-negative times. [`Dist::sample`] is its quantile function, monotone in the word.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always the same.
    Constant(Span),
    /// Exponential with this mean.
    Exp {
        /// Mean in nanoseconds.
        mean: f64,
    },
}

impl Dist {
    /// The quantile of `word / 2^64`.
    #[inline]
    #[must_use]
    pub fn sample(&self, word: u64) -> Span {
        match self {
            Self::Constant(span) => *span,
            Self::Exp { mean } => Span::from_nanos_f64(
                -mean * libm::log(((!word >> 11) as f64 + 0.5) * (-53f64).exp2()),
            ),
        }
    }

    /// Mean in nanoseconds.
    #[must_use]
    pub fn mean_ns(&self) -> f64 {
        match self {
            Self::Constant(span) => span.as_nanos_f64(),
            Self::Exp { mean } => *mean,
        }
    }

    /// The squared coefficient of variation (variance over squared mean); infinite where the variance is.
    #[must_use]
    pub fn scv(&self) -> f64 {
        match self {
            Self::Constant(_) => 0.0,
            Self::Exp { .. } => 1.0,
        }
    }

    /// The same law with every value multiplied by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::Constant(span) => {
                Self::Constant(Span::from_nanos_f64(span.as_nanos_f64() * factor))
            }
            Self::Exp { mean } => Self::Exp {
                mean: mean * factor,
            },
        }
    }

    /// True if every draw is zero: a step of this length cannot matter.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Constant(Span::ZERO))
    }
}

/// A law of whole numbers: how often, which key.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    /// Always the same.
    Constant(u64),
}

impl Count {
    /// The quantile of `word / 2^64`.
    #[inline]
    #[must_use]
    pub fn sample(&self, _word: u64) -> u64 {
        match self {
            Self::Constant(n) => *n,
        }
    }

    /// Mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(n) => *n as f64,
        }
    }

    /// The number of different values `0..n` if it is finite and known: what a cache of these keys may hold.
    #[must_use]
    pub fn support(&self) -> Option<u64> {
        match self {
            Self::Constant(n) => Some(n + 1),
        }
    }

    /// The probability of the value `k`.
    #[must_use]
    pub fn probability(&self, k: u64) -> f64 {
        match self {
            Self::Constant(n) => f64::from(u8::from(*n == k)),
        }
    }
}
