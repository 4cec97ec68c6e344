//! Confidence intervals, warm-up, quantiles, saturation, and the closed forms of queueing theory.
