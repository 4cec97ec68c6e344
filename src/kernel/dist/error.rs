//! Why a law was refused.

use crate::kernel::time::Span;

/// Why the parameters of a law were refused. Each message says what would have been accepted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DistError {
    /// A coefficient of variation outside what the law can have.
    #[error("a cv of {got} is out of range: {accepted}")]
    Cv {
        /// What was given.
        got: f64,
        /// The range, in words.
        accepted: &'static str,
    },
    /// The index of a Pareto law.
    #[error("an alpha of {0} is out of range: more than 1 (else there is no mean), at most 1000")]
    Alpha(f64),
    /// The ends of a uniform law of times are the wrong way round.
    #[error("the lower end, {lo}, exceeds the upper end, {hi}")]
    Ends {
        /// The lower end as given.
        lo: Span,
        /// The upper end as given.
        hi: Span,
    },
    /// The ends of a uniform law of whole numbers are the wrong way round.
    #[error("the lower end, {lo}, exceeds the upper end, {hi}")]
    CountEnds {
        /// The lower end as given.
        lo: u64,
        /// The upper end as given.
        hi: u64,
    },
    /// Not a probability.
    #[error("{0} is no probability: between 0 and 1 (0% and 100%)")]
    Probability(f64),
    /// An empirical law without values.
    #[error("no samples: at least one value is needed")]
    NoSamples,
    /// A mean outside what the law of counts can have.
    #[error("a mean of {got} is out of range: {accepted}")]
    Mean {
        /// What was given.
        got: f64,
        /// The range, in words.
        accepted: &'static str,
    },
    /// The number of keys of a Zipf law.
    #[error("{0} keys are out of range: between 1 and 10000000")]
    Keys(u64),
    /// The exponent of a Zipf law.
    #[error("an exponent s of {0} is out of range: between 0 (all keys alike) and 10")]
    Exponent(f64),
}

/// `value` if it lies in `lo..=hi` (never so for not-a-number), else the error.
pub(super) fn within(value: f64, lo: f64, hi: f64, error: DistError) -> Result<(), DistError> {
    if (lo..=hi).contains(&value) {
        Ok(())
    } else {
        Err(error)
    }
}
