//! Laws of times: moments, quantiles, order, tails.

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::Distribution;
use statrs::distribution::ContinuousCDF;

use super::*;
use crate::kernel::{Key, Path};

/// A mean so long that rounding to nanoseconds is below 10⁻¹² of it.
const LONG: Span = Span::from_secs(10_000);

/// The mean and scv of a law of mean `LONG`, integrated over its quantile function: the midpoint rule on slices that
/// halve towards both tails.
fn integrated(law: &Dist) -> (f64, f64) {
    let (mut first, mut second) = (0.0, 0.0);
    for octave in 1..=62u32 {
        let (start, slices) = (1u64 << (63 - octave), 1u64 << 14.min(63 - octave));
        let step = start / slices;
        for i in 0..slices {
            let word = start + i * step + step / 2;
            for x in [law.sample(word), law.sample(!word)] {
                let x = x.as_nanos_f64() / LONG.as_nanos_f64();
                let weight = step as f64 / TWO_64;
                first += x * weight;
                second += x * x * weight;
            }
        }
    }
    (first, second / (first * first) - 1.0)
}

#[test]
fn moments_agree_with_the_integrated_quantile_function() {
    let laws = [
        Dist::exp(LONG),
        Dist::lognormal(LONG, 0.1).unwrap(),
        Dist::lognormal(LONG, 0.6).unwrap(),
        Dist::lognormal(LONG, 2.0).unwrap(),
        Dist::gamma(LONG, 0.01).unwrap(),
        Dist::gamma(LONG, 0.1).unwrap(),
        Dist::gamma(LONG, 0.4).unwrap(),
        Dist::gamma(LONG, 1.0).unwrap(),
        Dist::gamma(LONG, 2.0).unwrap(),
        Dist::gamma(LONG, 5.0).unwrap(),
        Dist::gamma(LONG, 10.0).unwrap(),
        Dist::uniform(Span::ZERO, LONG * 2).unwrap(),
        Dist::pareto(LONG, 6.0).unwrap(),
    ];
    for law in laws {
        let (mean, scv) = integrated(&law);
        assert!(
            (law.mean_ns() / LONG.as_nanos_f64() - 1.0).abs() < 1e-12,
            "{}",
            name(&law)
        );
        assert!((mean - 1.0).abs() < 1e-6, "{}: mean {mean}", name(&law));
        assert!(
            (scv / law.scv() - 1.0).abs() < 1e-6,
            "{}: scv {scv} for {}",
            name(&law),
            law.scv()
        );
    }
}

/// The law without its table.
fn name(law: &Dist) -> String {
    match law {
        Dist::Gamma { table, .. } => format!("gamma of shape {}", table.shape()),
        other => format!("{other:?}"),
    }
}

#[test]
fn moments_of_the_discrete_laws() {
    let ms = Span::from_millis;
    let bimodal = Dist::bimodal(ms(1), ms(50), 0.05).unwrap();
    assert!((bimodal.mean_ns() - 3.45e6).abs() < 1e-3);
    // p (1 - p) (b - a)^2 / mean^2
    assert!((bimodal.scv() - 0.0475 * 49.0 * 49.0 / (3.45 * 3.45)).abs() < 1e-12);
    assert_eq!(bimodal, Dist::bimodal(ms(50), ms(1), 0.95).unwrap());
    assert_eq!(bimodal.sample(word_at(0.9499)), ms(1));
    assert_eq!(bimodal.sample(word_at(0.9501)), ms(50));
    let samples = Dist::samples(vec![ms(5), ms(1), ms(3), ms(3)]).unwrap();
    assert_eq!((samples.mean_ns(), samples.scv()), (3e6, 2.0 / 9.0));
    let drawn: Vec<Span> = midpoints(4).map(|word| samples.sample(word)).collect();
    assert_eq!(drawn, [ms(1), ms(3), ms(3), ms(5)]);
    let die = Dist::uniform(Span(1), Span(6)).unwrap();
    assert_eq!((die.mean_ns(), die.scv()), (3.5, 35.0 / 12.0 / 12.25));
    assert_eq!(
        midpoints(6)
            .map(|word| die.sample(word).0)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6]
    );
}

/// The largest relative error of `law`'s quantiles against `cdf`, as a shift of x that would explain it, for
/// probabilities from 10⁻⁶ to 1 − 10⁻⁶ (above 10⁻⁴ of the mean, so that rounding is below 10⁻⁸ of the quantile).
fn quantile_error(law: &Dist, cdf: &impl ContinuousCDF<f64, f64>) -> f64 {
    let odds = (-55..=55).map(|i| 1.0 / (1.0 + libm::exp(f64::from(i) / 4.0)));
    let error = |u: f64| {
        let word = word_at(u);
        let x = law.sample(word).as_nanos_f64() / LONG.as_nanos_f64();
        let upper = 1.0 - u < 0.5;
        let p = |x| if upper { cdf.sf(x) } else { cdf.cdf(x) };
        let target = if upper {
            (!word) as f64 / TWO_64
        } else {
            word as f64 / TWO_64
        };
        let slope = (p(x * (1.0 + 1e-5)) - p(x * (1.0 - 1e-5))) / 2e-5;
        ((p(x) - target) / slope).abs()
    };
    odds.filter(|u| law.sample(word_at(*u)).0 > 1_000_000_000)
        .map(error)
        .fold(0.0, f64::max)
}

#[test]
fn quantiles_agree_with_statrs() {
    for cv in [0.02, 0.1, 0.4, 0.7, 1.0, 1.5, 3.0, 6.0, 10.0] {
        let shape = 1.0 / (cv * cv);
        let reference = statrs::distribution::Gamma::new(shape, shape).unwrap();
        let error = quantile_error(&Dist::gamma(LONG, cv).unwrap(), &reference);
        assert!(error < 1e-7, "gamma, cv {cv}: {error:e}");
    }
    for cv in [0.02, 0.6, 3.0] {
        let sigma = libm::sqrt(libm::log1p(cv * cv));
        let reference = statrs::distribution::LogNormal::new(-0.5 * sigma * sigma, sigma).unwrap();
        let error = quantile_error(&Dist::lognormal(LONG, cv).unwrap(), &reference);
        assert!(error < 1e-8, "log-normal, cv {cv}: {error:e}");
    }
    for alpha in [1.1, 2.2, 30.0] {
        let reference = statrs::distribution::Pareto::new((alpha - 1.0) / alpha, alpha).unwrap();
        let error = quantile_error(&Dist::pareto(LONG, alpha).unwrap(), &reference);
        assert!(error < 1e-8, "Pareto, alpha {alpha}: {error:e}");
    }
    let error = quantile_error(
        &Dist::exp(LONG),
        &statrs::distribution::Exp::new(1.0).unwrap(),
    );
    assert!(error < 1e-8, "exponential: {error:e}");
}

#[test]
fn quantiles_of_the_tables() {
    let at = |law: &Dist, u: f64| law.sample(word_at(u)).as_secs_f64();
    let seconds = Span::from_secs;
    // Chi-squared with 10 degrees of freedom (Abramowitz and Stegun, table 26.8) is gamma of shape 5 and mean 10.
    let gamma = Dist::gamma(seconds(10), libm::sqrt(0.2)).unwrap();
    for (u, x) in [
        (0.05, 3.940_30),
        (0.5, 9.341_82),
        (0.95, 18.307_0),
        (0.99, 23.209_3),
        (0.999, 29.588),
    ] {
        assert!(
            (at(&gamma, u) / x - 1.0).abs() < 1.5e-5,
            "{u}: {}",
            at(&gamma, u)
        );
    }
    // With one degree: shape 1/2.
    let gamma = Dist::gamma(seconds(1), libm::sqrt(2.0)).unwrap();
    for (u, x) in [(0.5, 0.454_937), (0.95, 3.841_46), (0.99, 6.634_90)] {
        assert!(
            (at(&gamma, u) / x - 1.0).abs() < 2e-6,
            "{u}: {}",
            at(&gamma, u)
        );
    }
    let exp = Dist::exp(seconds(1));
    for (u, x) in [
        (0.5, std::f64::consts::LN_2),
        (0.9, std::f64::consts::LN_10),
        (0.99, 4.605_170_186),
    ] {
        assert!((at(&exp, u) - x).abs() < 2e-9);
    }
    // Median m / sqrt(1 + cv^2) = 0.8; the 97.5 % point is e^(1.959964 sigma) times it, sigma^2 = ln 1.5625.
    let lognormal = Dist::lognormal(seconds(1), 0.75).unwrap();
    assert!((at(&lognormal, 0.5) - 0.8).abs() < 2e-9);
    assert!((at(&lognormal, 0.975) - 0.8 * libm::exp(1.959_963_985 * 0.668_047_236)).abs() < 1e-7);
    // Pareto of index 2, mean 2: scale 1, quantile (1 - u)^(-1/2).
    let pareto = Dist::pareto(seconds(2), 2.0).unwrap();
    for (u, x) in [(0.75, 2.0), (0.99, 10.0), (0.9999, 100.0)] {
        assert!((at(&pareto, u) / x - 1.0).abs() < 1e-8);
    }
    assert_eq!(pareto.scv(), f64::INFINITY);
}

#[test]
fn keyed_draws_follow_the_law() {
    // 2^17 draws each; a right law is refused once in 10^6.
    let path = Path::ROOT.child("laws");
    let check = |law: Dist, cdf: &dyn Fn(f64) -> f64| {
        let draws = (0..1 << 17).map(|i| law.sample(Key::root(20, 0).nth(i).word(path)));
        let values = draws
            .map(|x| x.as_nanos_f64() / LONG.as_nanos_f64())
            .collect();
        let distance = kolmogorov_smirnov(values, cdf);
        assert!(distance < KS_CRITICAL, "{}: {distance}", name(&law));
    };
    let exp = statrs::distribution::Exp::new(1.0).unwrap();
    check(Dist::exp(LONG), &|x| exp.cdf(x));
    let gamma = statrs::distribution::Gamma::new(6.25, 6.25).unwrap();
    check(Dist::gamma(LONG, 0.4).unwrap(), &|x| gamma.cdf(x));
    let gamma = statrs::distribution::Gamma::new(0.25, 0.25).unwrap();
    check(Dist::gamma(LONG, 2.0).unwrap(), &|x| gamma.cdf(x));
    let sigma = libm::sqrt(libm::log1p(0.36));
    let lognormal = statrs::distribution::LogNormal::new(-0.5 * sigma * sigma, sigma).unwrap();
    check(Dist::lognormal(LONG, 0.6).unwrap(), &|x| lognormal.cdf(x));
    let pareto = statrs::distribution::Pareto::new(1.2 / 2.2, 2.2).unwrap();
    check(Dist::pareto(LONG, 2.2).unwrap(), &|x| pareto.cdf(x));
    check(Dist::uniform(Span::ZERO, LONG * 2).unwrap(), &|x| 0.5 * x);
}

#[test]
fn others_draw_the_same_laws() {
    // Two samples of 2^15: sqrt(n/2) D has the limit law of one sample, so the same bound for sqrt(n) D times sqrt(2).
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut check = |law: Dist, other: &dyn Fn(&mut Xoshiro256PlusPlus) -> f64| {
        let n = 1 << 15;
        let mut ours: Vec<f64> = midpoints(n)
            .map(|word| law.sample(word).as_secs_f64())
            .collect();
        ours.sort_by(f64::total_cmp);
        let cdf = |x: f64| ours.partition_point(|y| *y <= x) as f64 / n as f64;
        let distance = kolmogorov_smirnov((0..n).map(|_| other(&mut rng)).collect(), cdf);
        assert!(
            distance < KS_CRITICAL * std::f64::consts::SQRT_2,
            "{}: {distance}",
            name(&law)
        );
    };
    let second = Span::from_secs(1);
    let exp = rand_distr::Exp::new(1.0).unwrap();
    check(Dist::exp(second), &|rng| exp.sample(rng));
    let gamma = rand_distr::Gamma::new(6.25, 1.0 / 6.25).unwrap();
    check(Dist::gamma(second, 0.4).unwrap(), &|rng| gamma.sample(rng));
    let gamma = rand_distr::Gamma::new(0.25, 4.0).unwrap();
    check(Dist::gamma(second, 2.0).unwrap(), &|rng| gamma.sample(rng));
    let lognormal = rand_distr::LogNormal::from_mean_cv(1.0, 0.6).unwrap();
    check(Dist::lognormal(second, 0.6).unwrap(), &|rng| {
        lognormal.sample(rng)
    });
    let pareto = rand_distr::Pareto::new(1.2 / 2.2, 2.2).unwrap();
    check(Dist::pareto(second, 2.2).unwrap(), &|rng| {
        pareto.sample(rng)
    });
}

/// Draws in nanoseconds at one word, the same on every machine.
#[test]
fn golden_draws() {
    let word = 0xb504_f333_f9de_6484; // 1/√2, so the quantile of 0.7071
    let drawn: Vec<u64> = all_laws().iter().map(|law| law.sample(word).0).collect();
    let golden = [
        3_000_000, 2_455_894, 9_280_192, 8_004_357, 2_773_349, 2_414_214, 5_027_130, 5_871_994,
        3_927_935, 0, 1_906_310, 555_197, 1_000_000, 5_000_000,
    ];
    assert_eq!(drawn, golden);
}

#[test]
fn tails_are_finite() {
    for law in all_laws() {
        let (shortest, longest) = (law.sample(0), law.sample(u64::MAX));
        let median = law.sample(1 << 63);
        assert!(
            shortest <= median && median <= longest && longest > Span::ZERO,
            "{}",
            name(&law)
        );
        assert!(!law.is_zero());
        // 2^-64 of the heaviest tail here (alpha 1.1) is 10^18 times its scale: it saturates, no more.
        if law.scv().is_finite() {
            assert!(
                longest < Span::from_secs(1_000_000_000),
                "{}: {longest}",
                name(&law)
            );
        }
    }
}

#[test]
fn nothing_is_zero_but_zero() {
    let zero = Span::ZERO;
    for law in [
        Dist::exp(zero),
        Dist::lognormal(zero, 0.5).unwrap(),
        Dist::gamma(zero, 0.5).unwrap(),
        Dist::pareto(zero, 3.0).unwrap(),
        Dist::uniform(zero, zero).unwrap(),
        Dist::bimodal(zero, Span(9), 0.0).unwrap(),
        Dist::samples(vec![zero, zero]).unwrap(),
        Dist::exp(Span(9)).scaled(0.0),
    ] {
        assert_eq!(law, Dist::Constant(zero));
        assert!(law.is_zero());
    }
    assert_eq!(Dist::gamma(Span(9), 0.0), Ok(Dist::Constant(Span(9))));
    assert_eq!(Dist::lognormal(Span(9), 0.0), Ok(Dist::Constant(Span(9))));
}

#[test]
fn laws_are_small() {
    assert!(size_of::<Dist>() <= 32);
}

#[test]
fn refusals_say_what_is_accepted() {
    let ms = Span::from_millis;
    let says = |result: Result<Dist, DistError>| result.unwrap_err().to_string();
    assert_eq!(
        says(Dist::lognormal(ms(8), -0.6)),
        "a cv of -0.6 is out of range: between 0 and 1000 for a log-normal law"
    );
    assert_eq!(
        says(Dist::gamma(ms(8), 0.001)),
        "a cv of 0.001 is out of range: 0, or 0.01 to 10 for a gamma law"
    );
    assert_eq!(
        says(Dist::uniform(ms(3), ms(1))),
        "the lower end, 3ms, exceeds the upper end, 1ms"
    );
    assert_eq!(
        says(Dist::bimodal(ms(1), ms(2), 1.5)),
        "1.5 is no probability: between 0 and 1 (0% and 100%)"
    );
    for nan in [
        Dist::lognormal(ms(1), f64::NAN),
        Dist::gamma(ms(1), f64::NAN),
        Dist::pareto(ms(1), f64::NAN),
    ] {
        assert!(nan.is_err());
    }
    assert!(Dist::bimodal(ms(1), ms(2), f64::NAN).is_err());
}

proptest! {
    #[test]
    fn laws_are_monotone_and_scaled_commutes(a: u64, b: u64, step in 0u32..40, factor in 0.0f64..20.0) {
        for law in all_laws() {
            prop_assert!(law.sample(a.min(b)) <= law.sample(a.max(b)));
            prop_assert!(law.sample(a) <= law.sample(a.saturating_add(1 << step)));
            let (scaled, plain) = (law.scaled(factor).sample(a).as_nanos_f64(), law.sample(a).as_nanos_f64());
            // The scaled ends of a uniform law are rounded (half a nanosecond), its draws rounded down (one, and the plain
            // draw's one times the factor); then the last bits of a double.
            let slack = 1.5 + factor + 1e-14 * scaled;
            prop_assert!((scaled - factor * plain).abs() <= slack || plain > 1e19, "{law:?}: {scaled} for {plain}");
        }
    }

    #[test]
    fn a_longer_mean_gives_a_longer_time(word: u64, cv in 0.01f64..10.0, mean in 1u64..1 << 40, more in 0u64..1 << 40) {
        let (short, long) = (Span(mean), Span(mean + more));
        prop_assert!(Dist::exp(short).sample(word) <= Dist::exp(long).sample(word));
        let lognormal = |mean| Dist::lognormal(mean, cv).unwrap().sample(word);
        prop_assert!(lognormal(short) <= lognormal(long));
        let pareto = |mean| Dist::pareto(mean, 1.0 + cv).unwrap().sample(word);
        prop_assert!(pareto(short) <= pareto(long));
    }
}
