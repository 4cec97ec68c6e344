//! Confidence intervals, warm-up, quantiles, saturation, and the closed forms of queueing theory.
//!
//! Pure mathematics: nothing here knows what a server, a request or a contestant is.
//!
//! | question | answered by |
//! | --- | --- |
//! | how sure is a mean over replications? | [`mean_interval`] |
//! | ... a ratio of two totals? | [`ratio_interval`] |
//! | ... a pooled quantile? | [`Pool::interval`] |
//! | ... the difference or the ratio of two quantiles? | [`Located::minus`], [`Located::over`] |
//! | ... of any two figures, of the same requests or of others? | [`Comparable::against`] |
//! | how much of the start must go? | [`mser`], [`agreed`] |
//! | are there enough replications? | [`stopping`] |
//! | did the system keep up? | [`deficit`], [`growth`] |
//! | how long must a run be? | [`relaxation`], [`requests_for`], [`relaxations_for`] |
//! | what would theory say? | [`theory`] |

pub mod contrast;
pub mod estimate;
pub mod jackknife;
pub mod located;
pub mod mean;
pub mod pool;
pub mod relaxation;
pub mod saturation;
pub mod stopping;
pub mod theory;
pub mod warmup;

pub use contrast::{Comparable, Contrast, Pairing};
pub use estimate::Estimate;
pub use jackknife::{Jackknifed, Scale};
pub use located::Located;
pub use mean::{mean_interval, ratio_interval, ratio_jackknife, student_t, zero_count_upper};
pub use pool::{Pool, Sample, relaxations_for, requests_for};
pub use saturation::{deficit, deficit_beyond, growth, left_at_most, piles_up};
pub use warmup::{agreed, batch_means, mser};

#[cfg(test)]
mod coverage;
#[cfg(test)]
pub(crate) mod synthetic;
