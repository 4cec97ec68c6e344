//! The tests: each takes words and gives a p-value.

use statrs::distribution::{ChiSquared, ContinuousCDF, DiscreteCDF, Poisson};

/// Two p-values in one: small for too far from the expectation, and for suspiciously near it.
fn two_sided(lower: f64, upper: f64) -> f64 {
    2.0 * lower.min(upper)
}

fn chi_squared(observed: &[u32], expected: f64) -> f64 {
    let statistic: f64 = observed
        .iter()
        .map(|&o| (f64::from(o) - expected).powi(2) / expected)
        .sum();
    let law = ChiSquared::new(observed.len() as f64 - 1.0).unwrap();
    two_sided(law.cdf(statistic), law.sf(statistic))
}

fn poisson(events: u64, mean: f64) -> f64 {
    let law = Poisson::new(mean).unwrap();
    two_sided(
        law.cdf(events),
        if events == 0 { 1.0 } else { law.sf(events - 1) },
    )
}

/// For the largest of `count` standard normal deviates (Bonferroni).
fn largest(z: f64, count: usize) -> f64 {
    (libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2) * count as f64).min(1.0)
}

/// Each of the eight bytes takes its 256 values equally often.
fn bytes(words: &[u64]) -> f64 {
    let byte = |shift: u32| {
        let mut seen = [0; 256];
        words
            .iter()
            .for_each(|word| seen[(word >> shift & 0xff) as usize] += 1);
        chi_squared(&seen, words.len() as f64 / 256.0)
    };
    (0..8).map(|i| byte(8 * i)).fold(1.0, f64::min) * 8.0
}

/// The six bits at `shift` of words `lag` apart fill the 64 × 64 square evenly.
fn serial(words: &[u64], shift: u32, lag: usize) -> f64 {
    let mut seen = vec![0; 4096];
    let six = |word: u64| (word >> shift & 63) as usize;
    words
        .iter()
        .zip(&words[lag..])
        .for_each(|(&a, &b)| seen[six(a) << 6 | six(b)] += 1);
    chi_squared(&seen, (words.len() - lag) as f64 / 4096.0)
}

/// The correlation of uniform variates `lag` apart.
fn correlation(words: &[u64], lag: usize) -> f64 {
    let centred = |word: u64| word as f64 / 2f64.powi(64) - 0.5;
    let products = words
        .iter()
        .zip(&words[lag..])
        .map(|(&a, &b)| centred(a) * centred(b));
    largest(
        products.sum::<f64>() * 12.0 / ((words.len() - lag) as f64).sqrt(),
        1,
    )
}

/// Any two bits, i of a word and j of the word `lag` later, agree half of the time (with lag 0: two bits of one word,
/// and each bit by itself).
fn bit_pairs(words: &[u64], lag: usize) -> f64 {
    let mut agree = vec![0u32; 64 * 64];
    let columns: Vec<[u64; 64]> = words.chunks_exact(64).map(transposed).collect();
    let shifted: Vec<[u64; 64]> = words[lag..].chunks_exact(64).map(transposed).collect();
    for (a, b) in columns.iter().zip(&shifted) {
        for i in 0..64 {
            for j in 0..64 {
                let other = if lag == 0 && i == j { 0 } else { b[j] };
                agree[i << 6 | j] += (a[i] ^ other).count_ones();
            }
        }
    }
    let n = (columns.len().min(shifted.len()) * 64) as f64;
    let z = agree
        .iter()
        .map(|&o| (2.0 * f64::from(o) - n).abs() / n.sqrt())
        .fold(0.0, f64::max);
    largest(z, 4096)
}

/// The i-th column of 64 words as a word.
fn transposed(words: &[u64]) -> [u64; 64] {
    std::array::from_fn(|i| {
        words
            .iter()
            .fold(0, |column, word| column << 1 | (word >> i & 1))
    })
}

/// Gaps between visits to the lowest (or highest) eighth of the unit interval have lengths 0, 1, 2 … with
/// probabilities (1/8)(7/8)^k (Knuth, The Art of Computer Programming 2, 3.3.2 D).
fn gaps(words: &[u64], shift: u32) -> f64 {
    const CLASSES: usize = 32;
    let (mut seen, mut gap) = ([0u32; CLASSES + 1], 0);
    for word in words {
        if word >> shift & 7 == 0 {
            seen[gap.min(CLASSES)] += 1;
            gap = 0;
        } else {
            gap += 1;
        }
    }
    let visits = f64::from(seen.iter().sum::<u32>());
    let mut probabilities: Vec<f64> = (0..CLASSES)
        .map(|k| 0.125 * 0.875f64.powi(k as i32))
        .collect();
    probabilities.push(0.875f64.powi(CLASSES as i32));
    let terms = seen
        .iter()
        .zip(&probabilities)
        .map(|(&o, p)| (f64::from(o) - visits * p).powi(2) / (visits * p));
    let (statistic, law) = (terms.sum(), ChiSquared::new(CLASSES as f64).unwrap());
    two_sided(law.cdf(statistic), law.sf(statistic))
}

/// Birthday spacings (Marsaglia): among 2¹² birthdays in a year of 2³² days, equal spacings are Poisson of mean
/// n³ / 4d = 4; summed over all groups of 2¹² words.
fn birthday_spacings(words: &[u64], shift: u32) -> f64 {
    let group = |words: &[u64]| {
        let mut days: Vec<u32> = words.iter().map(|word| (word >> shift) as u32).collect();
        days.sort_unstable();
        let mut spacings: Vec<u32> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
        spacings.sort_unstable();
        spacings
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .count() as u64
    };
    poisson(
        words.chunks_exact(1 << 12).map(group).sum(),
        4.0 * (words.len() >> 12) as f64,
    )
}

/// The number of equal pairs of 32-bit parts is Poisson; of whole words there is none.
fn collisions(words: &[u64], shift: u32) -> f64 {
    let mut sorted = words.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return 0.0;
    }
    let mut parts: Vec<u32> = words.iter().map(|word| (word >> shift) as u32).collect();
    parts.sort_unstable();
    let equal = parts.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
    poisson(equal, (words.len() as f64).powi(2) / 2.0 / 2f64.powi(32))
}

/// All tests of one sequence, by name.
pub(super) fn all_tests(words: &[u64]) -> Vec<(String, f64)> {
    let mut results = vec![("bytes".to_owned(), bytes(words))];
    let mut add = |name: String, p: f64| results.push((name, p));
    for lag in [1, 2, 3, 4, 8, 16, 32, 64, 512, 1024] {
        add(format!("correlation at lag {lag}"), correlation(words, lag));
        add(
            format!("serial, high bits, lag {lag}"),
            serial(words, 58, lag),
        );
        add(
            format!("serial, low bits, lag {lag}"),
            serial(words, 0, lag),
        );
    }
    for lag in [0, 1, 2, 3] {
        add(format!("bit pairs at lag {lag}"), bit_pairs(words, lag));
    }
    for (part, shift) in [("high", 61), ("middle", 30), ("low", 0)] {
        add(format!("gaps, {part} bits"), gaps(words, shift));
    }
    for (part, shift) in [("high", 32), ("middle", 16), ("low", 0)] {
        add(
            format!("birthday spacings, {part} bits"),
            birthday_spacings(words, shift),
        );
        add(format!("collisions, {part} bits"), collisions(words, shift));
    }
    results
}
