//! The gamma law's quantile function, tabulated once.

use super::quantile;

/// The gamma law of mean 1: ln x as a function of the normal deviate z of the same probability.
///
/// That function is smooth for every shape (a straight line for a log-normal law), so cubic pieces through its values
/// and slopes at every 1/32 serve the whole range. The slope is exact: equal probabilities mean φ(z) dz = g(y) dy for
/// y = ln x, whose density is g(y) = exp(a·y − eʸ) / Γ(a).
#[derive(Debug, PartialEq)]
pub struct GammaTable {
    shape: f64,
    /// At each node: ln x, and the slope times the distance of nodes.
    nodes: Vec<[f64; 2]>,
}

/// Nodes reach from −9.25 to 9.25, a little beyond what a word can be.
const END: f64 = 9.25;
const PER_UNIT: f64 = 32.0;
const NODES: usize = (2.0 * END * PER_UNIT) as usize + 1;

impl GammaTable {
    /// The table of a shape a = 1/cv² between 0.01 and 10 000.
    pub(super) fn new(shape: f64) -> Self {
        let mut y = start(shape);
        let mut nodes = Vec::with_capacity(NODES);
        for i in 0..NODES {
            let z = i as f64 / PER_UNIT - END;
            y = solve(shape, z, y);
            let step =
                libm::exp(-0.5 * z * z - quantile::LN_SQRT_2PI - ln_density(shape, y)) / PER_UNIT;
            nodes.push([y - libm::log(shape), step]);
            y += step;
        }
        Self { shape, nodes }
    }

    /// The shape a = 1/cv².
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The quantile of `word`, for mean 1.
    #[inline]
    pub(super) fn sample(&self, word: u64) -> f64 {
        let position = (quantile::normal(word) + END) * PER_UNIT;
        let i = position as usize;
        let t = position - i as f64;
        let [y0, m0] = self.nodes[i];
        let [y1, m1] = self.nodes[i + 1];
        let [c0, c1, c2, c3] = quantile::hermite(y0, m0, y1, m1);
        quantile::exp((c0 + c1 * t) + (c2 + c3 * t) * (t * t))
    }
}

/// A first guess of ln x at the low end: P(x) ≈ xᵃ / Γ(a + 1), or Wilson and Hilferty's cube for large shapes.
fn start(a: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * a) - END / (3.0 * libm::sqrt(a));
    if root > 0.1 {
        libm::log(a) + 3.0 * libm::log(root)
    } else {
        (ln_tail(END) + libm::lgamma(a + 1.0)) / a
    }
}

/// y = ln x with P(x) = Φ(z), by Newton's method on the logarithm of the smaller tail.
///
/// Both tails are log-concave in y, so it converges from anywhere; `y` is the first guess.
fn solve(a: f64, z: f64, mut y: f64) -> f64 {
    let target = ln_tail(z.abs());
    for _ in 0..60 {
        let x = libm::exp(y);
        let lower = z < 0.0;
        let ratio = if lower {
            lower_ratio(a, x)
        } else {
            upper_ratio(a, x)
        };
        let excess = ln_density(a, y) + libm::log(ratio) - target;
        let step = excess * ratio * if lower { -1.0 } else { 1.0 };
        y += step;
        if step.abs() < 1e-14 * (1.0 + y.abs()) {
            break;
        }
    }
    y
}

/// ln of the probability that a standard normal exceeds `z`.
fn ln_tail(z: f64) -> f64 {
    libm::log(0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2))
}

/// ln g(y), the density of the logarithm.
fn ln_density(a: f64, y: f64) -> f64 {
    a * y - libm::exp(y) - libm::lgamma(a)
}

/// P(x) / g(ln x) = 1/a + x/(a(a+1)) + x²/(a(a+1)(a+2)) + … (Abramowitz and Stegun 6.5.29).
fn lower_ratio(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut n = a;
    while term > sum * 1e-17 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

/// Q(x) / g(ln x): by the continued fraction 6.5.31 (even part, Lentz's method) above a + 1, else by 1 − P.
fn upper_ratio(a: f64, x: f64) -> f64 {
    if x < a + 1.0 {
        return libm::exp(-ln_density(a, libm::log(x))) - lower_ratio(a, x);
    }
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..100_000 {
        let n = f64::from(i);
        let numerator = n * (a - n);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}
