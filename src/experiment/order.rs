//! Who is faster at which load: paired differences, crossings, and where it does not matter.

use super::fold::Finding;
use super::study::{Crossing, Difference};
use crate::stats::{Contrast, Located, Pairing};

/// Beyond the best by less than this share, or ...
const SHARE: f64 = 0.1;
/// ... by less than this, in milliseconds, it does not matter.
const MILLISECONDS: f64 = 1.0;
/// Relative differences below this are below the resolution of the histograms and their interpolation.
const RESOLUTION: f64 = 0.005;

/// The 99th percentile (failures infinite) of an endpoint, or of all, with what compares it.
fn located(finding: &Finding, endpoint: Option<usize>) -> Option<&Located> {
    match endpoint {
        Some(endpoint) => finding.endpoints.get(endpoint)?.as_ref(),
        None => finding.judged.p99_slo.as_ref(),
    }
}

/// The 99th percentile of all: infinite too where saturated, absent where unknown.
fn p99(finding: &Finding) -> Option<f64> {
    match located(finding, None) {
        Some(p99) => Some(p99.estimate.value),
        None if finding.saturated => Some(f64::INFINITY),
        None => None,
    }
}

/// Of `a` against `b` at the same load: less than zero where `a` is faster, beyond doubt (`sure`) or by the figures only.
struct Comparison {
    /// `1/p99(b) − 1/p99(a)`: has the sign of the difference, and a value where one of the two is infinite.
    height: f64,
    sure: bool,
}

fn compare(a: &Finding, b: &Finding) -> Option<Comparison> {
    let (pa, pb) = (p99(a)?, p99(b)?);
    if pa.is_infinite() && pb.is_infinite() {
        return None;
    }
    let sure = match (located(a, None), located(b, None)) {
        (Some(la), Some(lb)) if pa.is_finite() && pb.is_finite() => {
            (pa - pb).abs() > RESOLUTION * pa.min(pb)
                && la.minus(lb).is_some_and(|d| d.excludes_zero())
        }
        _ => true,
    };
    Some(Comparison {
        height: 1.0 / pb - 1.0 / pa,
        sure,
    })
}

/// Where the order of each two contestants changes beyond doubt. `curves` holds each contestant's findings at the same
/// loads, ascending.
#[must_use]
pub fn crossings(names: &[&str], curves: &[Vec<&Finding>]) -> Vec<Crossing> {
    let mut found = Vec::new();
    for a in 0..curves.len() {
        for b in a + 1..curves.len() {
            found.extend(pair(&curves[a], &curves[b], names[a], names[b]));
        }
    }
    found.sort_by(|x, y| x.load.total_cmp(&y.load));
    found
}

fn pair(a: &[&Finding], b: &[&Finding], a_name: &str, b_name: &str) -> Vec<Crossing> {
    let steps: Vec<(f64, Comparison)> = a
        .iter()
        .zip(b)
        .filter_map(|(x, y)| Some((x.load, compare(x, y)?)))
        .collect();
    let mut found = Vec::new();
    let mut sure: Option<usize> = None;
    for (index, (load, step)) in steps.iter().enumerate() {
        if !step.sure {
            continue;
        }
        if let Some(last) = sure.filter(|last| (steps[*last].1.height < 0.0) != (step.height < 0.0))
        {
            let a_was_faster = steps[last].1.height < 0.0;
            let (below, above) = if a_was_faster {
                (a_name, b_name)
            } else {
                (b_name, a_name)
            };
            found.push(Crossing {
                below: below.to_owned(),
                above: above.to_owned(),
                load: zero(&steps[last..=index]),
                between: (steps[last].0, *load),
            });
        }
        sure = Some(index);
    }
    found
}

/// Where the height changes its sign for the last time, by interpolation.
fn zero(steps: &[(f64, Comparison)]) -> f64 {
    let crossing = steps
        .windows(2)
        .rev()
        .find(|w| (w[0].1.height < 0.0) != (w[1].1.height < 0.0));
    match crossing {
        Some([(from, x), (to, y)]) => from + (to - from) * x.height / (x.height - y.height),
        _ => steps.last().map_or(f64::NAN, |(load, _)| *load),
    }
}

/// At each load, of all (`None`) and of each endpoint, everybody's p99 against the best's, as intervals of the paired difference
/// and ratio.
#[must_use]
pub fn differences(
    names: &[&str],
    curves: &[Vec<&Finding>],
    endpoints: &[String],
) -> Vec<Difference> {
    let loads = curves.first().map_or(0, Vec::len);
    let each = std::iter::once((None, "all"));
    let each: Vec<_> = each
        .chain(
            endpoints
                .iter()
                .enumerate()
                .map(|(i, name)| (Some(i), name.as_str())),
        )
        .collect();
    let mut found = Vec::new();
    for index in 0..loads {
        for (endpoint, name) in &each {
            found.extend(against_best(names, curves, index, *endpoint, name));
        }
    }
    found
}

fn against_best(
    names: &[&str],
    curves: &[Vec<&Finding>],
    index: usize,
    endpoint: Option<usize>,
    endpoint_name: &str,
) -> Vec<Difference> {
    let here: Vec<(&str, &Finding, &Located)> = names
        .iter()
        .zip(curves)
        .filter_map(|(name, findings)| {
            let finding = findings.get(index)?;
            Some((*name, *finding, located(finding, endpoint)?))
        })
        .filter(|(.., p99)| p99.estimate.value.is_finite())
        .collect();
    let best = here
        .iter()
        .min_by(|x, y| x.2.estimate.value.total_cmp(&y.2.estimate.value));
    let Some((best, _, lowest)) = best else {
        return Vec::new();
    };
    let others = here.iter().filter(|(name, ..)| name != best);
    others
        .filter_map(|(other, finding, p99)| {
            let Contrast { difference, ratio } = p99.against(lowest, Pairing::Same)?;
            Some(Difference {
                load: finding.load,
                endpoint: endpoint_name.to_owned(),
                best: (*best).to_owned(),
                other: (*other).to_owned(),
                p99_slo_ms: difference,
                ratio,
                replications: p99.replications(),
            })
        })
        .collect()
}

/// The highest load up to which nobody's p99 is more than 10 % or 1 ms beyond the best's. Loads without a figure for
/// somebody are passed over.
#[must_use]
pub fn indifferent_up_to(curves: &[Vec<&Finding>]) -> Option<f64> {
    let mut highest = None;
    for index in 0..curves.first().map_or(0, Vec::len) {
        let here: Option<Vec<f64>> = curves.iter().map(|f| p99(f.get(index)?)).collect();
        let Some(here) = here else { continue };
        let best = here.iter().copied().fold(f64::INFINITY, f64::min);
        let limit = (best * (1.0 + SHARE)).max(best + MILLISECONDS);
        if best.is_infinite() || here.iter().any(|p| *p > limit) {
            break;
        }
        highest = curves.first().map(|f| f[index].load);
    }
    highest.filter(|_| curves.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::judge::Judged;
    use crate::stats::located::tests::straight;

    /// A finding with `spread` to either side of its p99, whose replications pull in turn up and down: those of a negative
    /// spread the other way round.
    fn at(load: f64, p99: Option<f64>, spread: f64) -> Finding {
        let pulls: Vec<f64> = (0..10)
            .map(|i| {
                if (i % 2 == 0) == (spread > 0.0) {
                    1.0
                } else {
                    -1.0
                }
            })
            .collect();
        Finding {
            contestant: 0,
            load,
            saturated: p99.is_none(),
            judged: Judged {
                p99_slo: p99.map(|value| straight(value, spread.abs(), &pulls)),
                ..Judged::default()
            },
            endpoints: Vec::new(),
            busiest: None,
        }
    }

    fn curve(points: &[(f64, Option<f64>)]) -> Vec<Finding> {
        points
            .iter()
            .map(|(load, p99)| at(*load, *p99, 0.0))
            .collect()
    }

    /// a: 10, 12, 40, saturated; b: 20, 20, 20, 30. Reciprocal differences 1/20 − 1/12 = −0.0333 at 200 and
    /// 1/20 − 1/40 = 0.025 at 300: zero at 257.
    #[test]
    fn one_crossing() {
        let a = curve(&[
            (100.0, Some(10.0)),
            (200.0, Some(12.0)),
            (300.0, Some(40.0)),
            (400.0, None),
        ]);
        let b = curve(&[
            (100.0, Some(20.0)),
            (200.0, Some(20.0)),
            (300.0, Some(20.0)),
            (400.0, Some(30.0)),
        ]);
        let curves = [a.iter().collect::<Vec<_>>(), b.iter().collect()];
        let found = crossings(&["a", "b"], &curves);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].below.as_str(), found[0].above.as_str()),
            ("a", "b")
        );
        assert_eq!(found[0].between, (200.0, 300.0));
        assert!((found[0].load - 257.142_857).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn saturation_crosses_too_and_noise_does_not() {
        let a = [
            at(1.0, Some(10.0), 0.0),
            at(2.0, Some(10.5), 3.0),
            at(3.0, Some(10.0), 0.0),
            at(4.0, None, 0.0),
        ];
        let b = [
            at(1.0, Some(11.0), 0.0),
            at(2.0, Some(10.0), -3.1),
            at(3.0, Some(11.0), 0.0),
            at(4.0, Some(15.0), 0.0),
        ];
        let curves = [a.iter().collect::<Vec<_>>(), b.iter().collect()];
        let found = crossings(&["a", "b"], &curves);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].below.as_str(), found[0].above.as_str()),
            ("a", "b")
        );
        assert_eq!(found[0].between, (3.0, 4.0));
    }

    #[test]
    fn indifference_ends_where_somebody_falls_behind() {
        let a = curve(&[
            (1.0, Some(10.0)),
            (2.0, Some(10.0)),
            (3.0, Some(10.0)),
            (4.0, Some(10.0)),
        ]);
        let b = curve(&[
            (1.0, Some(10.9)),
            (2.0, Some(11.0)),
            (3.0, Some(12.0)),
            (4.0, Some(10.0)),
        ]);
        let curves = [a.iter().collect::<Vec<_>>(), b.iter().collect()];
        assert_eq!(indifferent_up_to(&curves), Some(2.0));
        assert_eq!(indifferent_up_to(&curves[..1]), None);
    }

    #[test]
    fn differences_are_against_the_best() {
        let a = curve(&[(1.0, Some(10.0)), (2.0, Some(30.0))]);
        let b = curve(&[(1.0, Some(12.0)), (2.0, Some(20.0))]);
        let curves = [a.iter().collect::<Vec<_>>(), b.iter().collect()];
        let found = differences(&["a", "b"], &curves, &[]);
        let said: Vec<(&str, &str, f64)> = found
            .iter()
            .map(|d| (d.best.as_str(), d.other.as_str(), d.p99_slo_ms.value))
            .collect();
        assert_eq!(said, [("a", "b", 2.0), ("b", "a", 10.0)]);
    }
}
