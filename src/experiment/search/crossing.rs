//! Where a straight line through the margins at two loads crosses zero: a secant, for all replications and without each.
//!
//! Both loads were visited with the same dice, replication by replication, so what makes a replication slow is in both, and a
//! crossing without it moves as a whole: the jackknife over replications gives an interval of the *load*.

use crate::stats::Jackknifed;

/// A load and the margin of each objective at it.
pub type At<'a> = (f64, &'a [Jackknifed]);

/// Where the first of the objectives is crossed.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The load.
    pub load: Jackknifed,
    /// Which objective.
    pub objective: usize,
    /// How fast the margin of each rises there, a unit of load.
    pub slopes: Vec<f64>,
}

/// The crossing by two loads; beyond them by at most this many times their distance, where the line says further.
const REACH: f64 = 3.0;

/// The crossing of the line through two loads, the lower first. `None` if their replications do not match.
#[must_use]
pub fn crossing(low: At, high: At) -> Option<Crossing> {
    let replications = low.1.first()?.without.len();
    let same = |m: &Jackknifed| m.without.len() == replications;
    if low.1.len() != high.1.len() || !low.1.iter().chain(high.1).all(same) {
        return None;
    }
    let first = |margin: &dyn Fn(&Jackknifed) -> f64| {
        let all = low.1.iter().zip(high.1);
        let loads = all.map(|(l, h)| zero((low.0, margin(l)), (high.0, margin(h))));
        loads
            .enumerate()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((0, f64::NAN))
    };
    let (objective, full) = first(&|m| m.full);
    let without = (0..replications).map(|i| first(&|m| m.without[i]).1);
    let rises = low.1.iter().zip(high.1).map(|(l, h)| h.full - l.full);
    Some(Crossing {
        load: Jackknifed {
            full,
            without: without.collect(),
        },
        objective,
        slopes: rises.map(|rise| rise / (high.0 - low.0)).collect(),
    })
}

/// The crossing by one load and how fast margins rise there, as is known from elsewhere.
#[must_use]
pub fn along(at: At, slopes: &[f64]) -> Option<Crossing> {
    let step = 0.1 * at.0;
    let up = at.1.iter().zip(slopes);
    let up: Vec<Jackknifed> = up
        .map(|(margin, slope)| margin.map(|margin| margin + slope * step))
        .collect();
    crossing(at, (at.0 + step, &up))
}

/// Where the line through two points is zero. One that does not rise is crossed as far away as can be told, on the side that its points are
/// inside or outside of.
fn zero((a, at_a): (f64, f64), (b, at_b): (f64, f64)) -> f64 {
    let (least, most) = (a - REACH * (b - a), b + REACH * (b - a));
    let rise = at_b - at_a;
    if rise <= 0.0 {
        return if at_a + at_b > 0.0 { least } else { most };
    }
    (a - at_a * (b - a) / rise).clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margin(full: f64, without: &[f64]) -> Jackknifed {
        let without = without.to_vec();
        Jackknifed { full, without }
    }

    /// From −1 at 80 to 1 at 100: 90; without the second replication from −0.5 to 1.5: 85. The other objective is far inside.
    #[test]
    fn the_first_objective_crossed_replication_by_replication() {
        let low = [margin(-9.0, &[-9.0, -9.0]), margin(-1.0, &[-1.0, -0.5])];
        let high = [margin(-9.0, &[-9.0, -9.0]), margin(1.0, &[1.0, 1.5])];
        let found = crossing((80.0, &low), (100.0, &high)).unwrap();
        assert_eq!((found.objective, found.load.full), (1, 90.0));
        assert_eq!(found.load.without, [90.0, 85.0]);
    }

    /// The line of above from its lower end: it rises by 2 on 20.
    #[test]
    fn one_load_and_a_slope() {
        let low = [margin(-9.0, &[-9.0, -9.0]), margin(-1.0, &[-1.0, -0.5])];
        let found = along((80.0, &low), &[0.0, 0.1]).unwrap();
        assert!(
            (found.load.full - 90.0).abs() < 1e-9 && (found.load.without[1] - 85.0).abs() < 1e-9
        );
        assert!(found.slopes[0] == 0.0 && (found.slopes[1] - 0.1).abs() < 1e-12);
        assert!(along((80.0, &low), &[]).is_none());
    }

    #[test]
    fn lines_are_followed_so_far_and_no_further() {
        assert_eq!(zero((80.0, -2.0), (100.0, -1.0)), 120.0);
        assert_eq!(zero((80.0, -9.0), (100.0, -8.9)), 160.0);
        assert_eq!(zero((80.0, 1.0), (100.0, 1.0)), 20.0);
        assert_eq!(zero((80.0, -1.0), (100.0, -1.0)), 160.0);
    }

    #[test]
    fn replications_must_match() {
        let (a, b) = ([margin(0.0, &[0.0])], [margin(1.0, &[1.0, 1.0])]);
        assert!(crossing((1.0, &a), (2.0, &b)).is_none());
        assert!(crossing((1.0, &[]), (2.0, &[])).is_none());
    }
}
