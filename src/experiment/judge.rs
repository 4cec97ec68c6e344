//! Are the objectives met, missed, or can the data not tell?

use super::brief::Part;
use super::figures::Figures;
use super::study::{Estimate, Held};
use crate::kernel::Span;
use crate::scenario::Slo;
use crate::stats::Located;

/// An objective and what was seen of it: milliseconds, or a fraction for errors. Infinite where more fail than may.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Must not be exceeded.
    pub limit: f64,
    /// What was seen; absent where the data could not tell.
    pub value: Option<f64>,
    /// Whether this is the fraction of errors and no time.
    pub errors: bool,
}

/// The judgement on one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Met, missed, or unknown. Unknown too where there are no objectives.
    pub within: Option<bool>,
    /// The objectives one by one, in the order of [`Slo`]'s fields.
    pub objectives: Vec<Objective>,
    /// The same with their intervals and names, for people.
    pub held: Vec<Held>,
    /// p99 with failures as infinite, milliseconds: for comparisons.
    pub p99_slo: Option<Located>,
}

impl Judged {
    /// Judges these figures.
    #[must_use]
    pub fn new(figures: &Figures, slo: &Slo, saturated: bool) -> Self {
        let mut held = Vec::new();
        let mut add = |figure, limit: f64, seen: Option<Estimate>, errors: bool| {
            let met = seen.and_then(|e| judge(e, limit));
            held.push(Held {
                figure,
                errors,
                limit,
                seen,
                met,
            });
        };
        let ms = Span::as_millis_f64;
        if let Some(limit) = slo.mean {
            add("mean", ms(limit), figures.mean(), false);
        }
        let quantiles = [
            ("p50", 0.5, slo.p50),
            ("p90", 0.9, slo.p90),
            ("p95", 0.95, slo.p95),
            ("p99", 0.99, slo.p99),
            ("p99.9", 0.999, slo.p999),
        ];
        for (name, q, limit) in quantiles {
            if let Some(limit) = limit {
                let seen = figures.slo_interval(q);
                add(name, ms(limit), seen, false);
            }
        }
        if let Some(limit) = slo.errors {
            add("errors", limit, figures.fraction(Part::failures), true);
        }
        let within = match held.len() {
            0 => None,
            _ if saturated || held.iter().any(|h| h.met == Some(false)) => Some(false),
            _ => held.iter().all(|h| h.met == Some(true)).then_some(true),
        };
        let objectives = held.iter().map(|h| Objective {
            limit: h.limit,
            value: h.seen.map(|e| e.value),
            errors: h.errors,
        });
        Self {
            within,
            objectives: objectives.collect(),
            held,
            p99_slo: figures.slo_located(0.99),
        }
    }
}

/// Met or missed only where the whole interval says so; a figure without an interval speaks for itself.
fn judge(seen: Estimate, limit: f64) -> Option<bool> {
    if seen.value.is_infinite() {
        return Some(false);
    }
    if !seen.has_interval() {
        return Some(seen.value <= limit);
    }
    if seen.hi <= limit {
        Some(true)
    } else if seen.lo > limit {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_interval_decides() {
        let e = |lo, value, hi| Estimate { value, lo, hi };
        assert_eq!(judge(e(1.0, 2.0, 3.0), 3.0), Some(true));
        assert_eq!(judge(e(1.0, 2.0, 3.0), 2.5), None);
        assert_eq!(judge(e(1.0, 2.0, 3.0), 1.5), None);
        assert_eq!(judge(e(1.0, 2.0, 3.0), 0.9), Some(false));
        assert_eq!(judge(Estimate::bare(2.0), 2.0), Some(true));
        assert_eq!(judge(Estimate::bare(f64::INFINITY), 2.0), Some(false));
    }
}
