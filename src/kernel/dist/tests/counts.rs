//! Laws of whole numbers: exact probabilities, moments, order.

use proptest::prelude::*;
use statrs::distribution::Discrete;

use super::*;
use crate::kernel::{Key, Path};

fn all_counts() -> Vec<Count> {
    vec![
        Count::Constant(3),
        Count::geometric(1.0).unwrap(),
        Count::geometric(1.000_001).unwrap(),
        Count::geometric(2.0).unwrap(),
        Count::geometric(40.0).unwrap(),
        Count::poisson(0.001).unwrap(),
        Count::poisson(0.7).unwrap(),
        Count::poisson(20.0).unwrap(),
        Count::poisson(3000.0).unwrap(),
        Count::zipf(1, 1.1).unwrap(),
        Count::zipf(2, 0.0).unwrap(),
        Count::zipf(1000, 0.8).unwrap(),
        Count::zipf(10_000, 1.1).unwrap(),
        Count::zipf(3000, 10.0).unwrap(),
        Count::uniform(1, 5).unwrap(),
        Count::uniform(0, 99).unwrap(),
    ]
}

/// The number of words that give at most `k`, by bisection on the quantile function.
fn words_up_to(count: &Count, k: u64) -> u128 {
    let (mut low, mut high) = (0u128, 1u128 << 64);
    while low < high {
        let middle = (low + high) / 2;
        if count.sample(middle as u64) <= k {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[test]
fn draws_have_the_probabilities_stated() {
    for count in all_counts() {
        let (first, last) = (count.sample(1 << 44), count.sample(!(1 << 44)).min(12_000));
        let mut before = if first == 0 {
            0
        } else {
            words_up_to(&count, first - 1)
        };
        for k in first..=last {
            let up_to = words_up_to(&count, k);
            let (drawn, stated) = ((up_to - before) as f64 / TWO_64, count.probability(k));
            assert!(
                (drawn - stated).abs() < 2e-12,
                "{k}: {drawn:e} instead of {stated:e}"
            );
            before = up_to;
        }
    }
}

#[test]
fn probabilities_sum_to_one_and_to_the_mean() {
    for count in all_counts() {
        let terms = (0..20_000).map(|k| (count.probability(k), k as f64));
        let (total, mean) = terms.fold((0.0, 0.0), |(t, m), (p, k)| (t + p, m + p * k));
        assert!((total - 1.0).abs() < 1e-9, "{total}");
        assert!(
            (mean - count.mean()).abs() < 1e-9 * (1.0 + mean),
            "{mean} instead of {}",
            count.mean()
        );
    }
}

#[test]
fn supports() {
    assert_eq!(Count::Constant(4).support(), Some(5));
    assert_eq!(Count::uniform(3, 9).unwrap().support(), Some(10));
    assert_eq!(Count::uniform(3, u64::MAX).unwrap().support(), None);
    assert_eq!(Count::zipf(77, 1.0).unwrap().support(), Some(77));
    assert_eq!(Count::poisson(2.0).unwrap().support(), None);
    assert_eq!(Count::geometric(2.0).unwrap().support(), None);
    for count in all_counts() {
        if let Some(n) = count.support() {
            assert!(count.sample(u64::MAX) < n && count.probability(n) == 0.0);
            assert_eq!(count.sample(u64::MAX), n - 1, "the least such n");
        }
    }
    let all = Count::uniform(0, u64::MAX).unwrap();
    assert_eq!(
        (all.sample(0), all.sample(12345), all.sample(u64::MAX)),
        (0, 12345, u64::MAX)
    );
}

#[test]
fn probabilities_of_the_tables() {
    let near = |ours: f64, printed: f64, digits: f64| {
        assert!((ours - printed).abs() < digits, "{ours} for {printed}");
    };
    // Poisson, e.g. Johnson, Kotz and Kemp, or any table: P(X = 20) and P(X = 10) for mean 20; P(X = 0) for mean 0.7.
    near(
        Count::poisson(20.0).unwrap().probability(20),
        0.088_835,
        1e-6,
    );
    near(
        Count::poisson(20.0).unwrap().probability(10),
        0.005_816,
        1e-6,
    );
    near(Count::poisson(0.7).unwrap().probability(0), 0.496_585, 1e-6);
    // 1 / H(10) = 2520 / 7381.
    near(
        Count::zipf(10, 1.0).unwrap().probability(0),
        2520.0 / 7381.0,
        1e-15,
    );
    near(
        Count::zipf(10, 1.0).unwrap().probability(9),
        252.0 / 7381.0,
        1e-15,
    );
    near(
        Count::zipf(10, 1.0).unwrap().mean(),
        10.0 * 2520.0 / 7381.0 - 1.0,
        1e-14,
    );
    // (3/4)^4 / 4.
    near(
        Count::geometric(4.0).unwrap().probability(5),
        81.0 / 1024.0,
        1e-15,
    );
    near(
        Count::uniform(1, 6).unwrap().probability(6),
        1.0 / 6.0,
        1e-16,
    );
}

#[test]
fn statrs_agrees() {
    let (poisson, reference) = (
        Count::poisson(20.0).unwrap(),
        statrs::distribution::Poisson::new(20.0).unwrap(),
    );
    let (geometric, trials) = (
        Count::geometric(3.0).unwrap(),
        statrs::distribution::Geometric::new(1.0 / 3.0).unwrap(),
    );
    for k in 0..100 {
        assert!((poisson.probability(k) - reference.pmf(k)).abs() < 1e-13);
        assert!(
            (geometric.probability(k) - if k == 0 { 0.0 } else { trials.pmf(k) }).abs() < 1e-13
        );
    }
}

#[test]
fn keyed_draws_pass_a_chi_squared_test() {
    // 2^17 draws; classes 0..30 and the rest. 51.2, 61.1, 73.0 are exceeded once in 100, 1000, 30 000 with 30 degrees
    // of freedom; 85 once in 3 * 10^5.
    let path = Path::ROOT.child("counts");
    let n = 1u64 << 17;
    for count in [
        Count::poisson(14.0),
        Count::geometric(6.0),
        Count::zipf(10_000, 0.9),
        Count::uniform(0, 40),
    ] {
        let count = count.unwrap();
        let mut seen = [0u64; 31];
        for i in 0..n {
            seen[count.sample(Key::root(21, 0).nth(i).word(path)).min(30) as usize] += 1;
        }
        let mut expected: Vec<f64> = (0..30).map(|k| n as f64 * count.probability(k)).collect();
        expected.push(n as f64 - expected.iter().sum::<f64>());
        let cells = seen.iter().zip(&expected).filter(|(_, e)| **e > 0.0);
        let statistic: f64 = cells
            .map(|(s, e)| (*s as f64 - e) * (*s as f64 - e) / e)
            .sum();
        assert!(statistic < 85.0, "{statistic}");
    }
}

#[test]
fn counts_are_small_and_refusals_clear() {
    assert!(size_of::<Count>() <= 40);
    let says = |result: Result<Count, DistError>| result.unwrap_err().to_string();
    assert_eq!(
        says(Count::zipf(0, 1.0)),
        "0 keys are out of range: between 1 and 10000000"
    );
    assert_eq!(
        says(Count::uniform(5, 1)),
        "the lower end, 5, exceeds the upper end, 1"
    );
    assert_eq!(
        says(Count::poisson(2e6)),
        "a mean of 2000000 is out of range: between 0 and 1e6 for a Poisson law"
    );
    for nan in [
        Count::geometric(f64::NAN),
        Count::poisson(f64::NAN),
        Count::zipf(9, f64::NAN),
    ] {
        assert!(nan.is_err());
    }
}

proptest! {
    #[test]
    fn counts_are_monotone(a: u64, b: u64, step in 0u32..40) {
        for count in all_counts() {
            prop_assert!(count.sample(a.min(b)) <= count.sample(a.max(b)));
            prop_assert!(count.sample(a) <= count.sample(a.saturating_add(1 << step)));
        }
    }

    /// The guide and a plain search give the same.
    #[test]
    fn the_guide_finds_what_a_search_finds(weights in prop::collection::vec(0.0f64..1.0, 2..200), word: u64) {
        prop_assume!(weights.iter().sum::<f64>() > 0.0);
        let table = GuideTable::new(&weights);
        prop_assert_eq!(table.sample(word), table.search(word));
        prop_assert!(weights[table.sample(word) as usize] > 0.0 || word > u64::MAX - 4096);
    }
}
