//! Did the system keep up with what was asked of it?
//!
//! An open system is called saturated if either of two things is beyond doubt: what succeeded falls short of what was
//! offered ([`deficit`]), or what is inside goes on growing by a part of what arrives ([`piles_up`]).

use super::mean::{moments, student_t};

/// What may be missing from the offered without being called a [deficit]: 1 %.
const DEFICIT: f64 = 0.01;
/// Growth over the second half, relative to its mean, that is not called growth: 10 %.
const GROWTH: f64 = 0.1;
/// What may stay inside of those that arrive without being called piling up: one in a thousand.
const LEFT: f64 = 0.001;

/// The one-sided lower bound at level `p` of the mean of one value per replication; minus infinity for fewer than two
/// that differ.
fn lower_bound(values: &[f64], p: f64) -> f64 {
    let (mean, variance) = moments(values);
    if variance > 0.0 {
        mean - student_t(p, values.len() - 1) * (variance / values.len() as f64).sqrt()
    } else if values.len() > 1 {
        mean
    } else {
        f64::NEG_INFINITY
    }
}

/// True if the lower 95 % bound of offered minus successful exceeds 1 % of the offered. One entry per replication
/// (or, where there is only one, per part of its run).
#[must_use]
pub fn deficit(offered: &[f64], successful: &[f64]) -> bool {
    deficit_beyond(offered, successful, DEFICIT)
}

/// The same with another share than 1 %.
#[must_use]
pub fn deficit_beyond(offered: &[f64], successful: &[f64], share: f64) -> bool {
    let missing: Vec<f64> = offered.iter().zip(successful).map(|(o, s)| o - s).collect();
    !offered.is_empty() && lower_bound(&missing, 0.95) > share * moments(offered).0
}

/// True if the number in system grows over the second half of the run: its trend is positive at 99 %, and the growth it
/// makes over that half exceeds 10 % of its mean there. One series (the second half, in equal slots) per replication,
/// at least two of them; for a single one nothing can be said.
#[must_use]
pub fn growth(second_halves: &[Vec<f64>]) -> bool {
    let gains: Vec<f64> = second_halves.iter().map(|s| gain(s)).collect();
    let levels: Vec<f64> = second_halves.iter().map(|s| moments(s).0).collect();
    !gains.is_empty()
        && lower_bound(&gains, 0.99) > 0.0
        && moments(&gains).0 > GROWTH * moments(&levels).0
}

/// True if the number in system [grows](growth) as that of a queue does which gets more than it can do: of those that arrive in
/// the second half more than one in a thousand stays, at 99 %. Such a queue at `ρ > 1` keeps `1 − 1/ρ` of them, for as long as
/// the load lasts, while a system that has only not settled yet (connections that open one by one, caches that fill) keeps as many as
/// it lacks, once. In a short run of a fast server these few may be a tenth of its mean. `arrived`: those of each second half.
#[must_use]
pub fn piles_up(second_halves: &[Vec<f64>], arrived: &[f64]) -> bool {
    let gains: Vec<f64> = second_halves.iter().map(|s| gain(s)).collect();
    growth(second_halves) && lower_bound(&gains, 0.99) > LEFT * moments(arrived).0
}

/// At most this share of what arrives in the second halves stays inside, at 99 %: the system gets no more than by so much more than
/// it can do. Infinite where a single replication says nothing of how sure that is.
#[must_use]
pub fn left_at_most(second_halves: &[Vec<f64>], arrived: &[f64]) -> f64 {
    let lost: Vec<f64> = second_halves.iter().map(|s| -gain(s)).collect();
    (-lower_bound(&lost, 0.99) / moments(arrived).0).max(0.0)
}

/// What the least-squares line through a series gains from its first slot to its last.
fn gain(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let middle = (n - 1.0) / 2.0;
    let (mut xy, mut xx) = (0.0, 0.0);
    for (i, y) in series.iter().enumerate() {
        let x = i as f64 - middle;
        xy += x * y;
        xx += x * x;
    }
    xy / xx * (n - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::synthetic::Noise;

    /// 0, 2, 4, 6 gains 6 along its line; 1, 1, 1 nothing; 3, 1 loses 2.
    #[test]
    fn gain_of_lines() {
        assert!((gain(&[0.0, 2.0, 4.0, 6.0]) - 6.0).abs() < 1e-12);
        assert_eq!(gain(&[1.0; 3]), 0.0);
        assert!((gain(&[3.0, 1.0]) + 2.0).abs() < 1e-12);
    }

    /// Missing 10, 12, 14 of 1000: mean 12, s = 2, t(0.95, 2) = 2.92: lower bound 12 − 2.92 × 2 / √3 = 8.63 < 10: not
    /// beyond doubt. Missing 13, 14, 15: 14 − 2.92 / √3 = 12.3 > 10: saturated.
    #[test]
    fn deficit_by_hand() {
        let offered = [1000.0; 3];
        assert!(!deficit(&offered, &[990.0, 988.0, 986.0]));
        assert!(deficit(&offered, &[987.0, 986.0, 985.0]));
        assert!(deficit(&offered, &[500.0; 3]));
        assert!(!deficit(&offered, &offered));
        assert!(!deficit(&[], &[]));
    }

    fn series(seed: u64, slope: f64) -> Vec<f64> {
        let mut noise = Noise::new(seed);
        (0..512)
            .map(|t| 50.0 + slope * f64::from(t) + 5.0 * noise.normal())
            .collect()
    }

    #[test]
    fn growth_is_seen_and_its_absence_too() {
        let growing: Vec<_> = (0..10).map(|r| series(r, 0.05)).collect(); // 25.6 on 63: 41 %
        let slowly: Vec<_> = (0..10).map(|r| series(r, 0.005)).collect(); // 2.6 on 51: sure, but only 5 %
        let falling: Vec<_> = (0..10).map(|r| series(r, -0.05)).collect();
        assert!(growth(&growing));
        assert!(!growth(&slowly));
        assert!(!growth(&falling));
        assert!(!growth(&[]));
        assert!(!growth(&growing[..1]));
    }

    /// Ten halves in which 1,000 a slot arrive and the number inside goes up by about 25 in all, on 63: growth, but of 512,000
    /// that came 25 are one in 20,000. Where only 10,000 came in all they are 25 in 10,000: more than arrives can be done.
    #[test]
    fn a_system_that_settles_does_not_pile_up() {
        let growing: Vec<_> = (0..10).map(|r| series(r, 0.05)).collect();
        assert!(growth(&growing));
        assert!(!piles_up(&growing, &[512_000.0; 10]));
        assert!(piles_up(&growing, &[10_000.0; 10]));
        assert!(!piles_up(&[], &[]));
    }

    /// Halves that gain 6, 4 and 2 while 1,000 arrive: mean 4, s = 2, t(0.99, 2) = 6.9646, so at most 4 + 6.9646 × 2 / √3 = 12.042 of 1,000
    /// stay. Where each loses, none does. Of a single one nothing is known.
    #[test]
    fn what_may_stay_by_hand() {
        let halves = [6.0, 4.0, 2.0].map(|gain| vec![0.0, gain / 2.0, gain]);
        assert!((left_at_most(&halves, &[1000.0; 3]) - 0.012_042).abs() < 1e-6);
        let falling = [9.0, 9.0, 9.0].map(|loss| vec![loss, loss / 2.0, 0.0]);
        assert_eq!(left_at_most(&falling, &[1000.0; 3]), 0.0);
        assert_eq!(left_at_most(&halves[..1], &[1000.0]), f64::INFINITY);
    }

    /// Random walks around a level (AR(1), coefficient 0.98, mean 20, standard deviation 20 / √10 over ten
    /// replications): by definition at most 1 % may be called growing. Of 1,000 trials 10 are expected; more than 22
    /// would come once in 3,000 (binomial).
    #[test]
    fn a_stationary_system_is_rarely_called_growing() {
        let mut called = 0;
        for trial in 0..1000 {
            let halves: Vec<Vec<f64>> = (0..10)
                .map(|r| {
                    let mut noise = Noise::new(10 * trial + r);
                    let mut x = noise.normal() * 20.0;
                    (0..512)
                        .map(|_| {
                            x = 0.98 * x + noise.normal() * 20.0 * (1.0f64 - 0.98 * 0.98).sqrt();
                            20.0 + x
                        })
                        .collect()
                })
                .collect();
            called += u32::from(growth(&halves));
        }
        assert!((1..=22).contains(&called), "{called} of 1000");
    }
}
