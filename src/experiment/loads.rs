//! Which loads a comparison visits when the scenario leaves it open.

/// Most loads a comparison visits by itself.
const MOST: usize = 14;
/// More of them where the best carries this many times as much as the worst.
const APART: f64 = 20.0;
const MORE: usize = 2;
/// Shares of the best contestant's bound: the range, evenly in between.
const RANGE: [f64; 9] = [0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.1, 1.3];
/// Shares of each contestant's own bound: its knee from both sides.
const KNEE: [f64; 4] = [0.7, 0.82, 0.92, 1.06];
/// The lowest load as a share of the lowest bound, where that is below the range: everybody is seen to carry something.
const LOWEST: f64 = 0.5;
/// Around each bound a load of this range below and one of the next above are kept as long as there is room.
const BELOW: std::ops::Range<f64> = 0.6..0.935;
const ABOVE: std::ops::Range<f64> = 1.035..1.45;
/// Too near to a bound to say anything in reasonable time: there a queue remembers for millions of requests.
const TOO_NEAR: std::ops::Range<f64> = 0.935..1.035;
/// Loads closer than this factor tell the same.
const SAME: f64 = 1.055;
/// Between 70 % of the lowest bound and the highest, loads are not further apart than this factor, near a bound or not: that
/// is where capacities and crossings lie.
const STEP: f64 = 1.15;

/// About 5 % of the best contestant's bound, or half of the lowest, to 130 % of the best's, denser near each contestant's knee, in round numbers, ascending.
///
/// `bounds` holds the lowest bound of each contestant, infinite where nothing limits it. If nothing limits anybody, loads
/// are chosen that keep 0.5 to 13 requests of `zero_load_s` in the system.
#[must_use]
pub fn open(bounds: &[f64], zero_load_s: f64) -> Vec<f64> {
    let finite: Vec<f64> = bounds.iter().copied().filter(|b| b.is_finite()).collect();
    let Some(best) = finite.iter().copied().reduce(f64::max) else {
        let unit = if zero_load_s > 0.0 {
            10.0 / zero_load_s
        } else {
            100.0
        };
        return RANGE.iter().map(|share| round(share * unit)).collect();
    };
    let near = |load: f64| finite.iter().any(|b| TOO_NEAR.contains(&(load / b)));
    let lowest = finite.iter().copied().fold(best, f64::min);
    let least = (RANGE[0] * best).min(LOWEST * lowest);
    let ends = [least, RANGE[RANGE.len() - 1] * best].map(round);
    let mut loads: Vec<f64> = RANGE.iter().map(|share| share * best).collect();
    loads.push(least);
    loads.extend(finite.iter().flat_map(|b| KNEE.map(|share| share * b)));
    let mut loads: Vec<f64> = loads
        .into_iter()
        .map(round)
        .filter(|load| !near(*load) || ends.contains(load))
        .filter(|load| (ends[0]..=ends[1]).contains(load))
        .collect();
    merge(&mut loads);
    fill(&mut loads, KNEE[0] * lowest..best);
    thin(&mut loads, &finite);
    loads
}

/// Numbers of users: from a few to two and a half times the largest N*, denser around each.
#[must_use]
pub fn closed(knees: &[f64]) -> Vec<f64> {
    let finite: Vec<f64> = knees.iter().copied().filter(|b| b.is_finite()).collect();
    let best = finite.iter().copied().reduce(f64::max).unwrap_or(100.0);
    let shares = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.3, 1.7, 2.5];
    let mut loads: Vec<f64> = shares.iter().map(|share| share * best).collect();
    loads.extend(
        finite
            .iter()
            .flat_map(|b| [0.7, 1.0, 1.4].map(|share| share * b)),
    );
    let mut loads: Vec<f64> = loads
        .into_iter()
        .map(|load| round(load).round().max(1.0))
        .collect();
    merge(&mut loads);
    thin(&mut loads, &[]);
    loads
}

/// Sorts, and drops what tells the same as its neighbour.
fn merge(loads: &mut Vec<f64>) {
    loads.sort_by(f64::total_cmp);
    loads.dedup_by(|next, kept| *next / *kept < SAME);
}

/// Puts a load in the middle of each gap that is too wide, where the gap begins within `knees`.
fn fill(loads: &mut Vec<f64>, knees: std::ops::Range<f64>) {
    let wide = |w: &&[f64]| w[1] / w[0] > STEP && (knees.contains(&w[0]) || knees.contains(&w[1]));
    let middles: Vec<f64> = loads
        .windows(2)
        .filter(wide)
        .map(|w| round((w[0] * w[1]).sqrt()))
        .collect();
    loads.extend(middles);
    merge(loads);
}

/// Drops what adds least until [`MOST`], or a few more, are left; a bound's last load on either side only if nothing else is left to drop.
fn thin(loads: &mut Vec<f64>, bounds: &[f64]) {
    let (low, high) = bounds
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(l, h), b| (b.min(l), b.max(h)));
    let most = if high > APART * low {
        MOST + MORE
    } else {
        MOST
    };
    while loads.len() > most {
        let gap = |i: &usize| loads[i + 1] / loads[i - 1];
        let inner = || 1..loads.len() - 1;
        let least = inner()
            .filter(|i| !holds(loads, *i, bounds))
            .min_by(|a, b| gap(a).total_cmp(&gap(b)))
            .or_else(|| inner().min_by(|a, b| gap(a).total_cmp(&gap(b))));
        match least {
            Some(index) => loads.remove(index),
            None => return,
        };
    }
}

/// Whether this load is the only one close below or close above some bound.
fn holds(loads: &[f64], index: usize, bounds: &[f64]) -> bool {
    bounds.iter().any(|bound| {
        [BELOW, ABOVE].iter().any(|side| {
            let there = |load: &f64| side.contains(&(load / bound));
            there(&loads[index]) && loads.iter().filter(|load| there(load)).count() == 1
        })
    })
}

/// The nearest number of the form 1, 1.05 ... 2, 2.1 ... 5, 5.25 ... 10 times a power of ten: at most 2.5 % away.
#[must_use]
pub fn round(load: f64) -> f64 {
    if load <= 0.0 || !load.is_finite() {
        return load;
    }
    let digit = (libm::log10(load) + 1e-12).floor() as i32;
    let per_step = |m: f64| {
        if m < 2.0 {
            20.0
        } else if m < 5.0 {
            10.0
        } else {
            4.0
        }
    };
    let mantissa = load / power(digit);
    let steps = (mantissa * per_step(mantissa)).round();
    let scale = per_step(mantissa) as i32;
    // One division of whole numbers, so that 0.3 is 0.3 and not 0.30000000000000004.
    if digit >= 0 {
        steps * power(digit) / f64::from(scale)
    } else {
        steps / (power(-digit) * f64::from(scale))
    }
}

/// 10 to a whole power, exact as far as it can be.
fn power(digit: i32) -> f64 {
    let positive = (0..digit.abs()).fold(1.0, |p, _| p * 10.0);
    if digit < 0 { 1.0 / positive } else { positive }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers() {
        let cases = [
            (1.234, 1.25),
            (103.0, 105.0),
            (268.0, 270.0),
            (747.0, 750.0),
            (0.304, 0.3),
            (0.0123, 0.0125),
            (996.0, 1000.0),
        ];
        for (from, to) in cases {
            assert_eq!(round(from), to);
        }
    }

    /// Bounds of 533, 572 and 645: the bands around them leave little from 490 to 660, but no gap there is wide.
    #[test]
    fn no_wide_gap_between_knees() {
        let loads = open(&[645.0, 533.0, 572.0], 0.01);
        let knees: Vec<f64> = loads
            .iter()
            .copied()
            .filter(|l| (400.0..=690.0).contains(l))
            .collect();
        assert!(knees.len() >= 5, "{loads:?}");
        assert!(knees.windows(2).all(|w| w[1] / w[0] < STEP), "{loads:?}");
    }

    /// Bounds of 100 and 1,000: from 50 to 1,300, both knees seen from both sides.
    #[test]
    fn range_and_knees() {
        let loads = open(&[100.0, 1000.0], 0.01);
        assert_eq!((loads[0], loads[loads.len() - 1]), (50.0, 1300.0));
        assert!(loads.len() <= MOST && loads.windows(2).all(|w| w[0] < w[1]));
        for bound in [100.0, 1000.0] {
            let near =
                |from: f64, to: f64| loads.iter().any(|l| (from..=to).contains(&(l / bound)));
            assert!(near(0.8, 0.935) && near(1.035, 1.4), "{loads:?}");
        }
    }

    /// Bounds of 43 to 10,000: everybody is seen below and above, though 5 % of the best is far beyond the worst.
    #[test]
    fn the_slowest_are_seen_too() {
        let bounds = [10_000.0, 42.6, 151.0, 9_000.0];
        let loads = open(&bounds, 0.01);
        assert!(
            loads.len() <= MOST + MORE && loads[0] < 0.6 * 42.6,
            "{loads:?}"
        );
        for bound in bounds {
            let there =
                |side: &std::ops::Range<f64>| loads.iter().any(|l| side.contains(&(l / bound)));
            assert!(there(&BELOW) && there(&ABOVE), "{bound}: {loads:?}");
        }
    }

    #[test]
    fn at_most_fourteen_for_many_contestants() {
        let bounds: Vec<f64> = (1..=12).map(|i| 37.0 * f64::from(i)).collect();
        let loads = open(&bounds, 0.01);
        assert!(loads.len() <= MOST);
        assert_eq!(loads[0], round(0.5 * 37.0));
    }

    #[test]
    fn without_any_bound() {
        let loads = open(&[f64::INFINITY], 0.02);
        assert_eq!((loads[0], loads[loads.len() - 1]), (25.0, 650.0));
        assert!(!open(&[f64::INFINITY], 0.0).is_empty());
    }

    #[test]
    fn users_are_whole() {
        let users = closed(&[9.07, 30.0]);
        assert!(users.iter().all(|u| u.fract() == 0.0 && *u >= 1.0));
        assert!(
            users.len() <= MOST && users[users.len() - 1] == 75.0,
            "{users:?}"
        );
    }
}
