//! Quantiles of the data of all replications together.

use super::located::{Located, SIDE};
use super::mean::ratio_jackknife;
use super::{Estimate, Scale};

/// Requests a replication must have for a quantile `q` to be supported: `100 / (1 − q)`, a hundred beyond the quantile.
#[must_use]
pub fn requests_for(q: f64) -> u64 {
    (100.0 / (1.0 - q)).round() as u64
}

/// Relaxation times a replication must last for the interval of a quantile `q` to cover what it says:
/// `max(50, 2.5 / (1 − q))`.
///
/// Requests beyond a high quantile come in clusters, busy periods that last about a relaxation time, so counting requests
/// is not enough. Measured on M/M/1 with ten replications, the 95 % interval of p99 covers 90 % at 50 relaxation times,
/// 91 % at 110 and 94 % at 280.
#[must_use]
pub fn relaxations_for(q: f64) -> f64 {
    (2.5 / (1.0 - q)).max(50.0)
}

/// The observations of one replication: values with counts, ascending, and how many are infinite (failures).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// (value, how often), values strictly ascending, counts positive.
    pub bins: Vec<(u64, u64)>,
    /// Observations beyond every value.
    pub infinite: u64,
}

impl Sample {
    /// A sample of these values in any order, none of them infinite.
    #[must_use]
    pub fn of(values: &[u64]) -> Self {
        let mut bins: Vec<(u64, u64)> = values.iter().map(|v| (*v, 1)).collect();
        normalise(&mut bins);
        Self { bins, infinite: 0 }
    }

    /// Adds finite observations: values with counts, in any order.
    pub fn extend(&mut self, bins: impl IntoIterator<Item = (u64, u64)>) {
        self.bins.extend(bins);
        normalise(&mut self.bins);
    }

    /// How many observations there are, infinite ones included.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.infinite + self.bins.iter().map(|(_, n)| n).sum::<u64>()
    }

    /// True without observations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Sorts by value, adds up the counts of equal values, drops empty ones.
fn normalise(bins: &mut Vec<(u64, u64)>) {
    bins.retain(|(_, n)| *n > 0);
    bins.sort_by_key(|(value, _)| *value); // mostly two runs that ascend, which a stable sort only merges
    bins.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0 };
        same
    });
}

/// The samples of all replications, merged in order of value but still told apart.
#[derive(Clone, Debug)]
pub struct Pool {
    /// (value, replication, count) ascending.
    merged: Vec<(u64, u32, u64)>,
    /// Observations of each replication.
    sizes: Vec<u64>,
}

impl Pool {
    /// The pool of these replications' samples.
    #[must_use]
    pub fn new(samples: &[Sample]) -> Self {
        let mut merged: Vec<(u64, u32, u64)> = Vec::new();
        for (replication, sample) in (0u32..).zip(samples) {
            merged.extend(
                sample
                    .bins
                    .iter()
                    .map(|(value, count)| (*value, replication, *count)),
            );
        }
        merged.sort(); // a run that ascends for each sample, which a stable sort only merges
        Self {
            merged,
            sizes: samples.iter().map(Sample::len).collect(),
        }
    }

    /// How many observations there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.sizes.iter().sum()
    }

    /// True without observations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `q`-quantile with its 95 % interval, by Woodruff's method (R. S. Woodruff, "Confidence intervals for medians and
    /// other position measures", JASA 47, 1952): what is uncertain is which share of the observations lies beyond the
    /// quantile. That share is a ratio, whose jackknife on the log scale says by which factor it may be off; the quantiles
    /// with so much more and so much less beyond them are the ends.
    ///
    /// The jackknife of the quantile itself is inconsistent where the law has a gap (short requests and long ones, the
    /// quantile between them); a share is smooth there, and the interval then reaches across the gap, no further.
    /// There is no interval with one replication, or where an end falls on failures.
    #[must_use]
    pub fn interval(&self, q: f64) -> Option<Estimate> {
        Some(self.located(q)?.estimate)
    }

    /// [`Self::interval`] with what is needed to compare it with another of the same requests.
    #[must_use]
    pub fn located(&self, q: f64) -> Option<Located> {
        if self.is_empty() {
            return None;
        }
        let value = self.curve(&[q])[0];
        if !value.is_finite() {
            return Some(Located::bare(value));
        }
        let sizes: Vec<f64> = self.sizes.iter().map(|n| *n as f64).collect();
        let shares = ratio_jackknife(&self.beyond(q, value), &sizes)?;
        let beyond = shares.interval(Scale::Log);
        let half = libm::log(beyond.hi / beyond.value);
        if !half.is_finite() {
            return Some(Located::bare(value));
        }
        let side = SIDE as i32;
        let fractions: Vec<f64> = (-side..=side)
            .map(|step| half * f64::from(step) / f64::from(side))
            .map(|deviation| 1.0 - ((1.0 - q) * libm::exp(-deviation)).min(1.0))
            .collect();
        // Left out, a replication that pulls up leaves a smaller share behind.
        let pulls: Vec<f64> = shares.without.iter().map(|x| -libm::log(*x)).collect();
        Some(Located::new(self.curve(&fractions), &pulls))
    }

    /// How many observations of each replication lie beyond its `q`-quantile `value`: the greater ones, and of the equal
    /// ones the part that makes the share of all exactly `1 − q`.
    fn beyond(&self, q: f64, value: f64) -> Vec<f64> {
        let mut greater: Vec<f64> = self.sizes.iter().map(|n| *n as f64).collect();
        let mut equal = vec![0.0; self.sizes.len()];
        for &(v, replication, count) in self.merged.iter().take_while(|(v, ..)| *v as f64 <= value)
        {
            greater[replication as usize] -= count as f64;
            if v as f64 == value {
                equal[replication as usize] += count as f64;
            }
        }
        let wanted = (1.0 - q) * self.len() as f64 - greater.iter().sum::<f64>();
        let part = (wanted / equal.iter().sum::<f64>()).clamp(0.0, 1.0);
        greater
            .iter()
            .zip(equal)
            .map(|(greater, equal)| greater + part * equal)
            .collect()
    }

    /// Quantiles of all the data only, for a curve: one value for each of `fractions`, which must ascend.
    #[must_use]
    pub fn curve(&self, fractions: &[f64]) -> Vec<f64> {
        let total = self.len();
        let mut seen = 0;
        let mut bins = self.merged.iter().peekable();
        fractions
            .iter()
            .map(|q| {
                let rank = rank(*q, total);
                while let Some((value, _, count)) = bins.peek() {
                    if seen + count >= rank {
                        return *value as f64;
                    }
                    seen += count;
                    bins.next();
                }
                f64::INFINITY
            })
            .collect()
    }
}

/// The rank of the `q`-quantile among `n`: `⌈q n⌉`, at least 1. The product is taken a hair smaller, so that 0.99 × 100
/// is 99 and not the 100 that rounding up 99.00000000000001 would give.
fn rank(q: f64, n: u64) -> u64 {
    ((q * n as f64 * (1.0 - 1e-12)).ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_is_a_hundred_beyond() {
        assert_eq!(
            [0.5, 0.9, 0.95, 0.99, 0.999].map(requests_for),
            [200, 1_000, 2_000, 10_000, 100_000]
        );
    }

    #[test]
    fn high_quantiles_need_longer_runs() {
        let needs = [0.5, 0.95, 0.99, 0.999].map(|q| relaxations_for(q).round());
        assert_eq!(needs, [50.0, 50.0, 250.0, 2500.0]);
    }

    /// 1..=100, ten to each of ten replications, so that one of each is beyond 90; but 91 became 90 (none of the first) and
    /// 82 became 91 (two of the second). Of the share 0.1 the pseudo-logs are ln 0.1 = -2.302585 eight times, without the
    /// first -3.250825, without the second -1.242538: s = 0.473944, half = t(0.975, 9) s / √10 = 0.339039, a factor of
    /// 1.403598. The quantiles with 0.140360 and 0.071246 beyond them are the 86th and the 93rd: 87 (82 is missing) and 93.
    #[test]
    fn an_interval_is_that_of_the_share_beyond() {
        let tens: Vec<u64> = (1..=100).collect();
        let mut samples: Vec<Vec<u64>> = (0..10)
            .map(|r| (0..10).map(|k| tens[10 * k + r]).collect())
            .collect();
        samples[0][9] = 90; // 91 was its largest: now all ten are at most 90
        samples[1][8] = 91; // 82 was its ninth: now eight are
        let pool = Pool::new(&samples.iter().map(|s| Sample::of(s)).collect::<Vec<_>>());
        let e = pool.interval(0.9).unwrap();
        assert_eq!((e.value, e.lo, e.hi), (90.0, 87.0, 93.0));
    }

    /// Nineteen short to one long in every replication but two: the quantile of 0.95 is at the jump, and so is its interval.
    #[test]
    fn between_two_modes_the_interval_reaches_across_and_no_further() {
        let samples: Vec<Sample> = [50, 50, 50, 51, 49]
            .map(|long| Sample {
                bins: vec![(3, 1000 - long), (50, long)],
                infinite: 0,
            })
            .into();
        let e = Pool::new(&samples).interval(0.95).unwrap();
        assert_eq!((e.value, e.lo, e.hi), (3.0, 3.0, 50.0));
    }

    #[test]
    fn what_is_always_the_same_is_certain() {
        let same = Sample {
            bins: vec![(7, 1000)],
            infinite: 0,
        };
        let e = Pool::new(&[same.clone(), same.clone(), same])
            .interval(0.99)
            .unwrap();
        assert_eq!((e.value, e.lo, e.hi), (7.0, 7.0, 7.0));
    }

    /// 1..=100: the median is 50, the 99 % quantile 99.
    #[test]
    fn quantiles_of_a_hundred_numbers() {
        let odd: Vec<u64> = (1..=100).step_by(2).collect();
        let even: Vec<u64> = (2..=100).step_by(2).collect();
        let pool = Pool::new(&[Sample::of(&odd), Sample::of(&even)]);
        assert_eq!(pool.curve(&[0.0, 0.5, 0.99, 1.0]), [1.0, 50.0, 99.0, 100.0]);
        assert_eq!(pool.interval(0.5).unwrap().value, 50.0);
    }

    /// 98 values and 2 failures: p98 is the largest value, p99 is infinite.
    #[test]
    fn failures_are_infinite() {
        let mut sample = Sample::of(&(1..=98).collect::<Vec<_>>());
        sample.infinite = 2;
        let pool = Pool::new(&[sample]);
        assert_eq!(pool.interval(0.98).unwrap().value, 98.0);
        assert_eq!(pool.interval(0.99).unwrap().value, f64::INFINITY);
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert!(Pool::new(&[]).interval(0.5).is_none());
        assert!(Pool::new(&[Sample::default()]).interval(0.5).is_none());
    }

    /// Ten replications of 1,000, of which between 5 and 14 are beyond 500; the same plus one each: what they share cancels,
    /// and the difference is exactly one. With the replications in opposite order nothing cancels.
    #[test]
    fn what_two_share_cancels() {
        let pool = |shift: u64, order: &dyn Fn(u64) -> u64| {
            let of = |r: u64| {
                let beyond = 5 + order(r);
                let values = (1..=1000).map(|i| if i <= beyond { 500 + i } else { i / 2 });
                Sample::of(&values.map(|v| v + shift).collect::<Vec<_>>())
            };
            Pool::new(&(0..10).map(of).collect::<Vec<_>>())
        };
        let located = |shift, order| pool(shift, order).located(0.99).unwrap();
        let a = located(0, &|r| r);
        let d = located(1, &|r| r).minus(&a).unwrap();
        assert_eq!((d.value, d.lo, d.hi), (1.0, 1.0, 1.0));
        let apart = located(1, &|r| 9 - r).minus(&a).unwrap();
        assert!(
            !apart.excludes_zero() && apart.hi - apart.lo > 4.0,
            "{apart:?}"
        );
    }

    #[test]
    fn bins_add_up_whatever_their_order() {
        let mut a = Sample::default();
        a.extend([(5, 1), (3, 2), (5, 4), (9, 0)]);
        assert_eq!(a.bins, [(3, 2), (5, 5)]);
        assert_eq!(a.len(), 7);
    }

    /// Against the obvious twin: sort everything, take the ⌈q n⌉-th.
    #[test]
    fn agrees_with_sorting() {
        let replications: Vec<Vec<u64>> = (0..4u64)
            .map(|r| {
                (0..137 + 10 * r)
                    .map(|i| (i * i * 31 + r * 17) % 1009)
                    .collect()
            })
            .collect();
        let samples: Vec<Sample> = replications.iter().map(|v| Sample::of(v)).collect();
        let pool = Pool::new(&samples);
        let mut all: Vec<u64> = replications.concat();
        all.sort_unstable();
        for q in [0.013, 0.5, 0.913, 0.99] {
            let rank = (q * all.len() as f64).ceil() as usize;
            assert_eq!(pool.curve(&[q]), [all[rank - 1] as f64]);
        }
    }
}
