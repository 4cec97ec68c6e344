//! Intervals for means and ratios over independent replications.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Estimate, Jackknifed, Scale};

/// The level of every interval: 95 %, 2.5 % on each side.
const UPPER: f64 = 0.975;

/// The `p`-quantile of Student's t law with `df` degrees of freedom; infinite for `df = 0` and `p > 1/2`.
#[must_use]
pub fn student_t(p: f64, df: usize) -> f64 {
    StudentsT::new(0.0, 1.0, df as f64).map_or(f64::INFINITY, |law| law.inverse_cdf(p))
}

/// Half the width of a 95 % interval for the mean of `n` observations with this sample variance.
pub(super) fn half_width(variance: f64, n: usize) -> f64 {
    if variance <= 0.0 {
        return 0.0;
    }
    student_t(UPPER, n - 1) * (variance / n as f64).sqrt()
}

/// Mean and unbiased variance. The variance of one value is zero, the mean of none is not a number.
pub(super) fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, if n > 1.0 { square / (n - 1.0) } else { 0.0 })
}

/// The mean of one figure per replication with Student's t interval (Student 1908; Law, *Simulation Modeling and
/// Analysis*, 5th ed., eq. 4.12): `x̄ ± t(0.975, R − 1) s / √R`. None without values.
#[must_use]
pub fn mean_interval(values: &[f64]) -> Option<Estimate> {
    let (mean, variance) = moments(values);
    match values.len() {
        0 => None,
        1 => Some(Estimate::bare(mean)),
        n => Some(Estimate::around(mean, half_width(variance, n))),
    }
}

/// The ratio of two totals over replications (mean latency: time over requests; errors: failed over ended), with the
/// values it takes when each replication is left out. None if a denominator is zero.
///
/// The ratio of totals weighs every request the same, as pooled quantiles do.
#[must_use]
pub fn ratio_jackknife(numerators: &[f64], denominators: &[f64]) -> Option<Jackknifed> {
    let (top, bottom) = (
        numerators.iter().sum::<f64>(),
        denominators.iter().sum::<f64>(),
    );
    if bottom <= 0.0 {
        return None;
    }
    let without = numerators.iter().zip(denominators).map(|(n, d)| {
        let rest = bottom - d;
        if rest > 0.0 {
            (top - n) / rest
        } else {
            f64::NAN
        }
    });
    Some(Jackknifed {
        full: top / bottom,
        without: without.collect(),
    })
}

/// [`ratio_jackknife`]'s 95 % interval: with equal denominators it is exactly Student's t interval of the mean.
#[must_use]
pub fn ratio_interval(numerators: &[f64], denominators: &[f64]) -> Option<Estimate> {
    ratio_jackknife(numerators, denominators).map(|j| j.interval(Scale::Linear))
}

/// The upper 97.5 % bound of a probability of which no case was seen in `n` independent trials:
/// `1 − 0.025^(1/n)`, about `3.7 / n` (Clopper & Pearson 1934).
#[must_use]
pub fn zero_count_upper(n: f64) -> f64 {
    if n > 0.0 {
        1.0 - (1.0 - UPPER).powf(1.0 / n)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any table of Student's t: t(0.975, 9) = 2.262157, t(0.975, 1) = 12.7062, t(0.99, 9) = 2.821438.
    #[test]
    fn t_as_in_the_tables() {
        assert!((student_t(0.975, 9) - 2.262_157).abs() < 1e-6);
        assert!((student_t(0.975, 1) - 12.706_2).abs() < 1e-4);
        assert!((student_t(0.99, 9) - 2.821_438).abs() < 1e-6);
        assert_eq!(student_t(0.975, 0), f64::INFINITY);
    }

    /// 1, 2, 3, 4, 5: mean 3, variance 2.5, t(0.975, 4) = 2.776445, half width 2.776445 × √(2.5 / 5) = 1.963243.
    #[test]
    fn interval_of_five_numbers() {
        let e = mean_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!(e.value, 3.0);
        assert!((e.hi - 4.963_243).abs() < 1e-6 && (e.lo - 1.036_757).abs() < 1e-6);
    }

    #[test]
    fn one_value_has_no_interval_and_none_has_no_mean() {
        let one = mean_interval(&[7.0]).unwrap();
        assert!(one.value == 7.0 && !one.has_interval());
        assert!(mean_interval(&[]).is_none());
    }

    #[test]
    fn equal_values_have_an_interval_of_no_width() {
        let e = mean_interval(&[2.0; 4]).unwrap();
        assert_eq!((e.lo, e.hi), (2.0, 2.0));
    }

    /// With equal denominators the ratio's jackknife is the t interval: 10/2, 14/2, 12/2 has mean 6 and s = 1.
    #[test]
    fn ratio_with_equal_denominators_is_the_mean() {
        let ratio = ratio_interval(&[10.0, 14.0, 12.0], &[2.0; 3]).unwrap();
        let mean = mean_interval(&[5.0, 7.0, 6.0]).unwrap();
        assert!((ratio.value - mean.value).abs() < 1e-12 && (ratio.hi - mean.hi).abs() < 1e-9);
    }

    #[test]
    fn ratio_of_nothing_is_absent() {
        assert!(ratio_interval(&[0.0, 0.0], &[0.0, 0.0]).is_none());
        assert!(ratio_interval(&[], &[]).is_none());
    }

    /// "Rule of 3.7": 1 − 0.025^(1/1000) = 0.003682.
    #[test]
    fn zero_count() {
        assert!((zero_count_upper(1000.0) - 0.003_682).abs() < 1e-6);
        assert_eq!(zero_count_upper(0.0), 1.0);
    }
}
