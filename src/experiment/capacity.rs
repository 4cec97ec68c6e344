//! Who carries how much inside the objectives.

use super::fold::Finding;
use super::study::{Capacity, Held};
use crate::scenario::Unit;

/// The capacity of a contestant from its findings, ascending in load, and the load at which its first resource is full
/// (infinite if none).
#[must_use]
pub fn capacity(name: &str, findings: &[&Finding], bound: f64) -> Capacity {
    let missed = findings.iter().position(|f| f.met() == Some(false));
    let before = &findings[..missed.unwrap_or(findings.len())];
    let met = before.iter().rposition(|f| f.met() == Some(true));
    Capacity {
        contestant: name.to_owned(),
        carries: met.map(|i| before[i].load),
        fails_at: missed.map(|i| findings[i].load),
        estimate: met
            .zip(missed)
            .and_then(|(from, to)| interpolate(&findings[from..=to], bound)),
        bottleneck: met.and_then(|i| before[i].busiest.clone()),
    }
}

/// Where the first objective is reached between the highest load that meets them all and the lowest that misses one.
fn interpolate(findings: &[&Finding], bound: f64) -> Option<f64> {
    let objectives = findings.first()?.judged.held.iter().enumerate();
    let searched = objectives.filter(|(_, held)| held.objective.searched());
    searched
        .filter_map(|(index, _)| {
            let curve: Vec<(f64, &Held, bool)> = findings
                .iter()
                .filter_map(|f| Some((f.load, f.judged.held.get(index)?, f.saturated)))
                .collect();
            reached(&curve, bound)
        })
        .reduce(f64::min)
}

/// Where one objective's limit is crossed: between the last load below it and the first above.
fn reached(curve: &[(f64, &Held, bool)], bound: f64) -> Option<f64> {
    let mut below: Option<(f64, f64)> = None;
    for &(load, held, saturated) in curve {
        let errors = held.objective.gauge.unit() == Unit::Share;
        let value = match held.seen.map(|seen| seen.value) {
            // How many fail past saturation says nothing about where it begins.
            _ if saturated && errors => continue,
            Some(value) => value,
            None if saturated => f64::INFINITY,
            None => continue,
        };
        let height = scale(value, errors);
        let limit = scale(held.objective.limit, errors);
        match below {
            Some((from, low)) if height > limit => {
                // A latency that is infinite became so where the first resource was full, if that is on the way.
                let to = if value.is_infinite() && bound > from {
                    load.min(bound)
                } else {
                    load
                };
                return Some(from + (to - from) * (limit - low) / (height - low));
            }
            None if height > limit => return None,
            _ => below = Some((load, height)),
        }
    }
    None
}

/// Latencies grow like `1 / (bound − load)`, so minus their reciprocals grow along a straight line, and infinity has its
/// place on it, zero. Fractions of errors are taken as they are.
fn scale(value: f64, errors: bool) -> f64 {
    if errors {
        value
    } else {
        -1.0 / value.max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::judge::Judged;
    use crate::scenario::{Figure, Gauge, Objective};
    use crate::stats::Estimate;

    /// The M/M/1 with mean service 10 ms, a limit of 100 ms on its mean: 1 / (100 − λ) s: exactly 90 per second.
    fn finding(load: f64, within: Option<bool>) -> Finding {
        let saturated = load >= 100.0;
        let value = (!saturated).then(|| 1000.0 / (100.0 - load));
        Finding {
            contestant: 0,
            load,
            saturated,
            judged: Judged {
                within,
                held: vec![held(Figure::Mean, 100.0, value)],
                ..Judged::default()
            },
            endpoints: Vec::new(),
            busiest: Some(("loop".to_owned(), load / 100.0)),
        }
    }

    fn held(figure: Figure, limit: f64, value: Option<f64>) -> Held {
        Held {
            objective: Objective {
                endpoint: None,
                gauge: Gauge::Figure(figure),
                limit,
            },
            seen: value.map(Estimate::bare),
            met: None,
        }
    }

    fn of(findings: &[Finding], bound: f64) -> Capacity {
        capacity("a", &findings.iter().collect::<Vec<_>>(), bound)
    }

    #[test]
    fn reciprocal_interpolation_is_exact_for_the_mm1() {
        let c = of(
            &[
                finding(50.0, Some(true)),
                finding(70.0, Some(true)),
                finding(95.0, Some(false)),
            ],
            100.0,
        );
        assert_eq!((c.carries, c.fails_at), (Some(70.0), Some(95.0)));
        assert!((c.estimate.unwrap() - 90.0).abs() < 1e-9);
        assert_eq!(c.bottleneck.unwrap().1, 0.7);
    }

    /// Missed by saturation at 130: the line from −1/33.3 at 70 reaches zero at the bound, 100, and −1/100 at 90.
    #[test]
    fn saturation_counts_as_infinite_at_the_bound() {
        let c = of(
            &[finding(70.0, Some(true)), finding(130.0, Some(false))],
            100.0,
        );
        assert!((c.estimate.unwrap() - 90.0).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_told_lies_between() {
        let c = of(
            &[
                finding(80.0, Some(true)),
                finding(89.9, None),
                finding(95.0, Some(false)),
                finding(50.0, Some(true)),
            ],
            100.0,
        );
        assert_eq!((c.carries, c.fails_at), (Some(80.0), Some(95.0)));
        assert!((c.estimate.unwrap() - 90.0).abs() < 1e-9);
    }

    /// Whether all or none of the saturated fail, the estimate is the latency's.
    #[test]
    fn errors_past_saturation_say_nothing() {
        let estimate = |errors: f64| {
            let with = |mut f: Finding, value| {
                f.judged.held.push(held(Figure::Errors, 0.001, Some(value)));
                f
            };
            let met = with(finding(70.0, Some(true)), 0.0);
            let missed = with(finding(130.0, Some(false)), errors);
            of(&[met, missed], 100.0).estimate.unwrap()
        };
        assert!((estimate(1.0) - 90.0).abs() < 1e-9);
        assert_eq!(estimate(1.0), estimate(0.0));
    }

    #[test]
    fn never_and_always() {
        let never = of(&[finding(95.0, Some(false))], 100.0);
        assert_eq!(
            (never.carries, never.fails_at, never.estimate),
            (None, Some(95.0), None)
        );
        let always = of(
            &[finding(50.0, Some(true)), finding(60.0, Some(true))],
            100.0,
        );
        assert_eq!(
            (always.carries, always.fails_at, always.estimate),
            (Some(60.0), None, None)
        );
    }
}
