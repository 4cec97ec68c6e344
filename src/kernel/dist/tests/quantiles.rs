//! The functions under the laws: error bounds, and order at every seam.

use proptest::prelude::*;

use super::*;

/// −ln u for the word's upper tail, by the reference function.
fn reference_exponential(word: u64) -> f64 {
    -libm::log(libm::fmax(0.5, !word as f64) / TWO_64)
}

#[test]
fn the_exponential_is_right_to_its_grid() {
    let near_ends = (0..64).flat_map(|i| [1 << i, !(1 << i), (1 << i) - 1]);
    for word in near_ends.chain(midpoints(100_003)) {
        let (ours, reference) = (quantile::exponential(word), reference_exponential(word));
        // Half a cell of the grid is 2^-41 in the logarithm, the reference itself is right to 1e-14.
        assert!(
            (ours - reference).abs() < 4.7e-13,
            "{word:#x}: {ours} instead of {reference}"
        );
    }
    assert!(quantile::exponential(0) > 0.0);
    assert!((quantile::exponential(u64::MAX) - 65.0 * std::f64::consts::LN_2).abs() < 1e-9);
}

#[test]
fn the_normal_deviate_has_its_probability() {
    let mut worst = 0.0;
    for word in midpoints(100_003).chain((0..64).map(|i| 1 << i)) {
        let z = quantile::normal(word);
        let tail = word as f64 / TWO_64;
        let p = if word >> 63 == 0 {
            tail
        } else {
            !word as f64 / TWO_64
        };
        let back = 0.5 * libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2);
        // The error in z is that of the tail's logarithm over at most 9.1.
        let error = libm::log(back / p) / libm::fmax(1.0, z.abs());
        worst = libm::fmax(worst, error.abs());
    }
    assert!(worst < 1e-8, "{worst:e}");
}

#[test]
fn powers_of_e_are_right_to_their_grid() {
    for i in -300_000..=300_000 {
        let x = f64::from(i) / 3001.0;
        let (ours, reference) = (quantile::exp(x), libm::exp(x));
        // Half a cell of the grid is 2^-45.
        assert!(
            (ours / reference - 1.0).abs() < 2.95e-14,
            "{x}: {ours} instead of {reference}"
        );
    }
    for i in -1_000_000..1_000_000 {
        let x = f64::from(i) / 16_384.0;
        let (ours, reference) = (quantile::exp(x), libm::exp(x));
        assert!(
            (ours / reference - 1.0).abs() < 4.5e-16,
            "{x}: {ours} instead of {reference}"
        );
    }
    assert_eq!(quantile::exp(0.0), 1.0);
    assert_eq!(quantile::exp(1e9), quantile::exp(100.0));
    assert_eq!(quantile::exp(-1e9), quantile::exp(-100.0));
}

/// Neighbours on the grid, around every seam between steps of ln 2 / 64.
#[test]
fn powers_of_e_are_in_order() {
    for seam in -9000i32..9000 {
        let middle = (f64::from(seam) + 0.5) * std::f64::consts::LN_2 / 64.0;
        let grid = (-8..8).map(|i| quantile::exp(middle + f64::from(i) * libm::exp2(-44.0)));
        assert!(grid.collect::<Vec<_>>().is_sorted());
    }
}

#[test]
fn normal_deviates_of_the_tables() {
    // Abramowitz and Stegun, table 26.5 (percentage points).
    for (p, z) in [
        (0.975, 1.959_963_985),
        (0.95, 1.644_853_627),
        (0.99, 2.326_347_874),
        (0.9995, 3.290_526_731),
    ] {
        assert!((quantile::normal(word_at(p)) - z).abs() < 1e-8);
        assert!((quantile::normal(word_at(1.0 - p)) + z).abs() < 1e-8);
    }
}

/// Words where the way of computing changes: every octave and its 128ths.
fn seams() -> Vec<u64> {
    let octaves = (0..64).flat_map(|i| (0..128u64).map(move |j| (1u64 << i) + ((j << i) >> 7)));
    let central = [0.075, 0.925].map(word_at);
    let grid = (0..64).map(|i| word_at(libm::erfc(f64::from(i) / 8.0) / 2.0));
    let lower: Vec<u64> = octaves.chain(central).chain(grid).collect();
    lower.iter().flat_map(|&w| [w, !w]).collect()
}

#[test]
fn order_is_exact_at_every_seam() {
    for seam in seams() {
        for step in [1, 1 << 10, 1 << 22, 1 << 23] {
            let words = (-40i64..40).map(|i| seam.saturating_add_signed(i * step));
            let words: Vec<u64> = words.collect();
            for pair in words.windows(2) {
                assert!(
                    quantile::exponential(pair[0]) <= quantile::exponential(pair[1]),
                    "{pair:x?}"
                );
                assert!(
                    quantile::normal(pair[0]) <= quantile::normal(pair[1]),
                    "{pair:x?}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Means of years in nanoseconds, where even the last bit of a double would show.
    #[test]
    fn order_is_exact_between_neighbours(word: u64, step in 0u32..34, cv in 0.01f64..10.0) {
        let next = word.saturating_add(1 << step);
        let year = Span::from_secs(31_557_600);
        for law in [
            Dist::exp(year),
            Dist::lognormal(year, cv).unwrap(),
            Dist::pareto(year, 1.0 + cv).unwrap(),
        ] {
            prop_assert!(law.sample(word) <= law.sample(next), "{law:?}");
        }
    }
}
