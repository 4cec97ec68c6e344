//! The laws against closed forms, printed tables and other implementations.

mod counts;
mod laws;
mod quantiles;

use super::*;

/// The upper bound of a Kolmogorov–Smirnov distance √n·D that chance exceeds once in 10⁶ (2·exp(−2x²) = 10⁻⁶).
const KS_CRITICAL: f64 = 2.694;

/// The word at probability `u`.
fn word_at(u: f64) -> u64 {
    (u * TWO_64) as u64
}

/// n evenly spread words, the midpoints of n equal slices.
fn midpoints(n: u64) -> impl Iterator<Item = u64> {
    let slice = u64::MAX / n;
    (0..n).map(move |i| i * slice + slice / 2)
}

/// √n times the largest distance between the empirical law of `values` and `cdf`.
fn kolmogorov_smirnov(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let distance = |(i, &x): (usize, &f64)| {
        let p = cdf(x);
        (p - i as f64 / n).max((i + 1) as f64 / n - p)
    };
    values.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt()
}

/// Every law of times, with a mean of a few milliseconds.
fn all_laws() -> Vec<Dist> {
    let ms = Span::from_millis;
    vec![
        Dist::Constant(ms(3)),
        Dist::exp(ms(2)),
        Dist::lognormal(ms(8), 0.6).unwrap(),
        Dist::lognormal(ms(8), 0.001).unwrap(),
        Dist::lognormal(ms(8), 9.0).unwrap(),
        Dist::uniform(ms(1), ms(3)).unwrap(),
        Dist::gamma(ms(5), 0.01).unwrap(),
        Dist::gamma(ms(5), 0.4).unwrap(),
        Dist::gamma(ms(5), 2.0).unwrap(),
        Dist::gamma(ms(5), 10.0).unwrap(),
        Dist::pareto(ms(2), 2.2).unwrap(),
        Dist::pareto(ms(2), 1.1).unwrap(),
        Dist::bimodal(ms(1), ms(50), 0.05).unwrap(),
        Dist::samples(vec![ms(5), ms(1), ms(1), ms(30)]).unwrap(),
    ]
}
