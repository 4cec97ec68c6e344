//! By how much two figures differ, each kept with what its replications say of it.
//!
//! Two contestants in one study, or one contestant before and after a change, are the same question. Where replication *i* of both has
//! the same requests, the pairs are independent observations, and what the two have in common cancels: the interval is that of the
//! jackknifed difference, or for quantiles that of [`Located`]. Where the requests are others, the interval is
//! put together from the two intervals (`apart`).

use super::{Estimate, Jackknifed, Located};

/// What the replications of two figures have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// The same requests in the replications of the same number.
    Same,
    /// Other requests.
    Others,
}

/// By how much a figure differs from another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// The one minus the other.
    pub difference: Estimate,
    /// The one over the other; absent where the other may be zero.
    pub ratio: Option<Estimate>,
}

/// A figure with what is needed to compare it.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparable {
    /// A quantile.
    Quantile(Located),
    /// A mean, a rate or a share.
    Total(Jackknifed),
}

impl Comparable {
    /// The figure.
    #[must_use]
    pub fn value(&self) -> f64 {
        match self {
            Self::Quantile(located) => located.estimate.value,
            Self::Total(jackknifed) => jackknifed.full,
        }
    }

    /// By how much it differs from the other. None if nothing can be said: the two are not of one kind, a quantile has no interval, or
    /// the replications of the same requests do not match.
    #[must_use]
    pub fn against(&self, other: &Self, pairing: Pairing) -> Option<Contrast> {
        match (self, other) {
            (Self::Quantile(a), Self::Quantile(b)) => a.against(b, pairing),
            (Self::Total(a), Self::Total(b)) => a.against(b, pairing),
            _ => None,
        }
    }
}

/// The difference of two independent figures from their own 95 % intervals: the distance to the far end of each, in squares
/// (MOVER: Zou & Donner, "Construction of confidence limits about effect measures", Statistics in Medicine 27, 2008). With
/// intervals that are symmetric that is `√(h_A² + h_B²)`. The degrees of freedom are those of each figure, not their
/// sum: a little wide, never narrow.
pub(super) fn apart(a: Estimate, b: Estimate) -> Estimate {
    let value = a.value - b.value;
    let far = |mine: f64, theirs: f64| (mine * mine + theirs * theirs).sqrt();
    Estimate {
        value,
        lo: value - far(a.value - a.lo, b.hi - b.value),
        hi: value + far(a.hi - a.value, b.value - b.lo),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::located::tests::straight;
    use crate::stats::{mean_interval, ratio_jackknife};

    fn mean(values: &[f64]) -> Comparable {
        let ones = vec![1.0; values.len()];
        Comparable::Total(ratio_jackknife(values, &ones).unwrap())
    }

    fn near(seen: Estimate, wanted: Estimate) {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(
            close(seen.value, wanted.value)
                && close(seen.lo, wanted.lo)
                && close(seen.hi, wanted.hi),
            "{seen:?} {wanted:?}"
        );
    }

    /// Of means of the same replications it is Student's interval of the differences −1, 1, −2, 2.
    #[test]
    fn of_the_same_requests_it_is_students_paired_interval() {
        let (a, b) = (mean(&[1.0, 2.0, 3.0, 6.0]), mean(&[2.0, 1.0, 5.0, 4.0]));
        let seen = a.against(&b, Pairing::Same).unwrap();
        near(
            seen.difference,
            mean_interval(&[-1.0, 1.0, -2.0, 2.0]).unwrap(),
        );
    }

    /// Of others: 1, 2, 3, 6 has s² = 14/3 and 2, 1, 5, 4 has 10/3, so that t(0.975, 3) √(14/12 + 10/12) = 3.182446 √2 = 4.500659.
    #[test]
    fn of_others_the_variances_add_up() {
        let (a, b) = (mean(&[1.0, 2.0, 3.0, 6.0]), mean(&[2.0, 1.0, 5.0, 4.0]));
        let seen = a.against(&b, Pairing::Others).unwrap();
        assert!((seen.difference.hi - 4.500_659).abs() < 1e-5, "{seen:?}");
        assert!((seen.difference.lo + 4.500_659).abs() < 1e-5, "{seen:?}");
        let fewer = mean(&[2.0, 1.0, 5.0]);
        assert!(a.against(&fewer, Pairing::Same).is_none());
        assert!(a.against(&fewer, Pairing::Others).is_some());
    }

    /// Twice the same: the ratio is two for sure where they are paired, whatever the replications; a factor either way where not.
    #[test]
    fn ratios_are_on_the_log_scale() {
        let (a, b) = (mean(&[2.0, 4.0, 6.0]), mean(&[1.0, 2.0, 3.0]));
        near(
            a.against(&b, Pairing::Same).unwrap().ratio.unwrap(),
            Estimate::around(2.0, 0.0),
        );
        let loose = a.against(&b, Pairing::Others).unwrap().ratio.unwrap();
        assert!(
            (loose.hi * loose.lo - 4.0).abs() < 1e-9 && loose.hi > 3.0,
            "{loose:?}"
        );
        let none = mean(&[0.0, 0.0, 0.0]);
        let seen = mean(&[4.0, 5.0, 6.0])
            .against(&none, Pairing::Same)
            .unwrap();
        assert!(seen.ratio.is_none() && seen.difference.excludes_zero());
    }

    /// Halves of 2 and 1 with the same pulls: paired 1 is left, of others √5. 256 directions miss the farthest by a part in 10,000.
    #[test]
    fn quantiles_of_other_requests_have_nothing_in_common() {
        let pulls = [1.0, -1.0, 0.5];
        let (a, b) = (straight(10.0, 2.0, &pulls), straight(6.0, 1.0, &pulls));
        let (a, b) = (Comparable::Quantile(a), Comparable::Quantile(b));
        let paired = a.against(&b, Pairing::Same).unwrap().difference;
        let others = a.against(&b, Pairing::Others).unwrap().difference;
        assert!((paired.hi - 5.0).abs() < 1e-3, "{paired:?}");
        assert!((others.hi - 4.0 - 5f64.sqrt()).abs() < 1e-3, "{others:?}");
        assert!(a.against(&mean(&[1.0, 2.0]), Pairing::Others).is_none());
    }

    #[test]
    fn what_was_taken_apart_is_put_together_to_the_last_digit() {
        let a = straight(5.0, 1.0 / 3.0, &[0.1, 0.7, -0.3]);
        let again = Located::restored(a.curve().to_vec(), a.pulls().to_vec());
        assert_eq!(a, again);
    }
}
