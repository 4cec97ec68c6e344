//! Where the warm-up ends: MSER on the series averaged over replications.
//!
//! MSER (White, *An effective truncation heuristic for bias reduction in simulation output*, Simulation 69, 1997) drops
//! the first d of n observations where that makes the standard error of the mean of the rest smallest:
//! `d* = argmin Σ_{i ≥ d} (xᵢ − x̄_d)² / (n − d)²`. Dropping more loses data (the denominator), dropping less keeps the
//! transient (the numerator). Minima in the second half are not believed: few numbers can be alike by chance.
//!
//! A queue's noise is correlated over relaxation times, and MSER takes a chance excursion near the start for a transient
//! in about one study of five. Dropping high excursions wherever they happen to come first makes means and percentiles
//! come out low (p99 of the M/M/1 at ρ = 0.8 by 0.9 %, which cost four points of coverage). A transient is what *all*
//! replications have in common, so [`agreed`] keeps of a proposed cut only what they agree on.

use super::mean::{moments, student_t};

/// How many leading observations to drop, at most half of them. Zero for fewer than four.
#[must_use]
pub fn mser(series: &[f64]) -> usize {
    let n = series.len();
    if n < 4 {
        return 0;
    }
    let (mut best, mut cut) = (f64::INFINITY, 0);
    let (mut mean, mut squares) = (0.0, 0.0);
    for d in (0..n).rev() {
        // Welford's update, backwards: mean and sum of squares of series[d..].
        let count = (n - d) as f64;
        let delta = series[d] - mean;
        mean += delta / count;
        squares += delta * (series[d] - mean);
        let error = squares / (count * count);
        if d <= n / 2 && error <= best {
            (best, cut) = (error, d);
        }
    }
    cut
}

/// How many of the `proposed` leading parts the replications agree to drop: up to the last one whose mean over
/// replications differs from that of the kept parts at 99 % (Student's t on the paired differences), and at least
/// `least`. Each replication is a series of means of equal parts. A single replication has nobody to disagree with it.
#[must_use]
pub fn agreed(replications: &[Vec<f64>], proposed: usize, least: usize) -> usize {
    if replications.len() < 2 {
        return proposed.max(least);
    }
    let differs = |part: usize| {
        let difference = |series: &Vec<f64>| match series.get(proposed..) {
            Some(kept) if !kept.is_empty() && part < series.len() => series[part] - moments(kept).0,
            _ => 0.0,
        };
        let differences: Vec<f64> = replications.iter().map(difference).collect();
        let (mean, variance) = moments(&differences);
        let n = differences.len();
        mean.abs() > student_t(0.995, n - 1) * (variance / n as f64).sqrt()
    };
    (least..proposed)
        .rev()
        .find(|part| differs(*part))
        .map_or(least, |part| part + 1)
}

/// The means of consecutive batches of `size`, an incomplete last one left out.
#[must_use]
pub fn batch_means(series: &[f64], size: usize) -> Vec<f64> {
    series
        .chunks_exact(size.max(1))
        .map(|batch| batch.iter().sum::<f64>() / batch.len() as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::synthetic::Noise;

    /// 10, 10, 1, 1, 1, 1: without the first two there is no variance at all.
    #[test]
    fn a_step_is_cut_where_it_ends() {
        assert_eq!(mser(&[10.0, 10.0, 1.0, 1.0, 1.0, 1.0]), 2);
    }

    /// 3, 1, 2, 2: d = 0: 2 / 16 = 0.125; d = 1: mean 5/3, 0.6667 / 9 = 0.0741; d = 2: 0.
    #[test]
    fn worked_by_hand() {
        assert_eq!(mser(&[3.0, 1.0, 2.0, 2.0]), 2);
        // 2, 1, 2, 1, 2, 1: d = 0: 1.5 / 36 = 0.0417; d = 1: 1.2 / 25 = 0.048; 2: 1 / 16; 3: 0.667 / 9. Nothing to cut.
        assert_eq!(mser(&[2.0, 1.0, 2.0, 1.0, 2.0, 1.0]), 0);
    }

    #[test]
    fn a_constant_series_needs_no_cut() {
        assert_eq!(mser(&[5.0; 64]), 0);
        assert_eq!(mser(&[]), 0);
    }

    /// Parts of 9, 5, 1, 1 and 7, 3, 1, 1: the first two are higher than the rest in both, by 8, 6 and by 4, 2; with
    /// two replications t(0.995, 1) = 63.7 asks for more agreement than that, with 8, 8 and 4, 4 there is no doubt.
    #[test]
    fn replications_must_agree() {
        let unsure = [vec![9.0, 5.0, 1.0, 1.0], vec![7.0, 3.0, 1.0, 1.0]];
        assert_eq!(agreed(&unsure, 2, 1), 1);
        let sure = [vec![9.0, 5.0, 1.0, 1.0], vec![9.0, 5.0, 1.0, 1.0]];
        assert_eq!(agreed(&sure, 2, 1), 2);
        assert_eq!(agreed(&sure[..1], 2, 1), 2);
        assert_eq!(agreed(&sure, 0, 1), 1);
        assert_eq!(agreed(&sure, 0, 0), 0);
    }

    #[test]
    fn batches() {
        assert_eq!(batch_means(&[1.0, 3.0, 5.0, 7.0, 100.0], 2), [2.0, 6.0]);
    }

    /// AR(1) noise (coefficient 0.9, unit innovations) averaged over ten replications, with the transient
    /// `10 exp(−t / 20)` at its start: it is below the averaged noise (standard deviation 0.73) after 52 of 1,024 slots,
    /// and MSER must cut between there, less a relaxation time, and 1/4 of the run in most of 200 trials (seed fixed).
    #[test]
    fn finds_the_transient_of_an_ar1() {
        let mut good = 0;
        for seed in 0..200 {
            let mut series = vec![0.0; 1024];
            for replication in 0..10 {
                let mut noise = Noise::new(1000 * replication + seed);
                let mut x = noise.normal() / (1.0f64 - 0.81).sqrt();
                for (t, slot) in series.iter_mut().enumerate() {
                    *slot += (x + 10.0 * (-(t as f64) / 20.0).exp()) / 10.0;
                    x = 0.9 * x + noise.normal();
                }
            }
            let cut = 16 * mser(&batch_means(&series, 16));
            good += usize::from((32..=256).contains(&cut));
        }
        assert!(good >= 190, "{good} of 200");
    }
}
