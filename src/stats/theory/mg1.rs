//! One server and any law of service: M/G/1 in order of arrival, processor sharing, M/D/1; and M/G/∞.

use super::solve_increasing;

/// Poisson arrivals, one server, service with this mean and squared coefficient of variation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mg1 {
    /// Arrivals per unit of time.
    pub lambda: f64,
    /// Mean service time.
    pub service: f64,
    /// Variance of the service time over its squared mean: 0 constant, 1 exponential.
    pub scv: f64,
}

impl Mg1 {
    /// Utilisation, `λ E[S]`.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.lambda * self.service
    }

    /// Mean wait in order of arrival, `ρ E[S] (1 + c²) / (2 (1 − ρ))` (Pollaczek 1930, Khinchine 1932; Kleinrock, ch. 5).
    #[must_use]
    pub fn wait_mean(&self) -> f64 {
        let rho = self.rho();
        if rho < 1.0 {
            rho * self.service * (1.0 + self.scv) / (2.0 * (1.0 - rho))
        } else {
            f64::INFINITY
        }
    }

    /// Mean sojourn in order of arrival.
    #[must_use]
    pub fn sojourn_mean(&self) -> f64 {
        self.wait_mean() + self.service
    }

    /// Mean sojourn under processor sharing, `E[S] / (1 − ρ)` whatever the law of service (Sakata, Noguchi & Oizumi
    /// 1971; Harchol-Balter, ch. 22).
    #[must_use]
    pub fn sharing_sojourn_mean(&self) -> f64 {
        self.sharing_sojourn_of(self.service)
    }

    /// Mean sojourn under processor sharing of those who need `work`: `work / (1 − ρ)`.
    #[must_use]
    pub fn sharing_sojourn_of(&self, work: f64) -> f64 {
        let rho = self.rho();
        if rho < 1.0 {
            work / (1.0 - rho)
        } else {
            f64::INFINITY
        }
    }

    /// Mean number of customers when there are servers for all (M/G/∞): Poisson with mean `λ E[S]`, whatever the law
    /// of service; the sojourn is the service itself (Gross & Harris, ch. 5).
    #[must_use]
    pub fn infinite_servers_number_mean(&self) -> f64 {
        self.rho()
    }

    /// The probability that `n` are present in the M/G/∞: `e^{−a} aⁿ / n!` with `a = λ E[S]`.
    #[must_use]
    pub fn infinite_servers_probability(&self, n: u32) -> f64 {
        let a = self.rho();
        (1..=n).fold(libm::exp(-a), |p, k| p * a / f64::from(k))
    }
}

/// M/D/1: every service takes the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Md1 {
    /// Arrivals per unit of time.
    pub lambda: f64,
    /// The service time.
    pub service: f64,
}

impl Md1 {
    /// Mean sojourn: [`Mg1`] with no variance.
    #[must_use]
    pub fn sojourn_mean(&self) -> f64 {
        Mg1 {
            lambda: self.lambda,
            service: self.service,
            scv: 0.0,
        }
        .sojourn_mean()
    }

    /// `P(wait ≤ t) = (1 − ρ) Σ_{k=0}^{⌊t/D⌋} (λ(kD − t))^k / k! · e^{−λ(kD − t)}` (Erlang 1909; Gross & Harris, ch. 5).
    ///
    /// The sum alternates: good to about 1e-6 up to twenty service times, which is beyond the 99.9 % quantile for
    /// `ρ ≤ 0.8`.
    #[must_use]
    pub fn wait_cdf(&self, t: f64) -> f64 {
        let rho = self.lambda * self.service;
        if t < 0.0 || rho >= 1.0 {
            return 0.0;
        }
        let last = (t / self.service).floor() as u32;
        let sum: f64 = (0..=last)
            .map(|k| {
                let x = self.lambda * (f64::from(k) * self.service - t);
                (1..=k).fold(libm::exp(-x), |term, i| term * x / f64::from(i))
            })
            .sum();
        ((1.0 - rho) * sum).clamp(0.0, 1.0)
    }

    /// The `q`-quantile of the sojourn, wait plus the constant service. See [`Md1::wait_cdf`] for how far it can be
    /// trusted.
    #[must_use]
    pub fn sojourn_quantile(&self, q: f64) -> f64 {
        if self.lambda * self.service >= 1.0 {
            return f64::INFINITY;
        }
        if q <= self.wait_cdf(0.0) {
            return self.service;
        }
        self.service + solve_increasing(|t| self.wait_cdf(t), q, self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::synthetic::Noise;

    /// ρ = 0.8, E[S] = 1: exponential 0.8 × 2 / 0.4 = 4 (as M/M/1); constant half of it, 2 (Kleinrock, ch. 5: "one
    /// half"); cv = 2: 0.8 × 5 / 0.4 = 10.
    #[test]
    fn pollaczek_khinchine() {
        let queue = |scv| Mg1 {
            lambda: 0.8,
            service: 1.0,
            scv,
        };
        assert!((queue(1.0).wait_mean() - 4.0).abs() < 1e-12);
        assert!((queue(0.0).wait_mean() - 2.0).abs() < 1e-12);
        assert!((queue(4.0).sojourn_mean() - 11.0).abs() < 1e-12);
        assert!((queue(4.0).sharing_sojourn_mean() - 5.0).abs() < 1e-12);
        assert!((queue(4.0).sharing_sojourn_of(0.1) - 0.5).abs() < 1e-12);
    }

    /// a = 2: P(0) = e⁻² = 0.135335, P(2) = 2 e⁻² = 0.270671.
    #[test]
    fn infinite_servers_are_poisson() {
        let q = Mg1 {
            lambda: 4.0,
            service: 0.5,
            scv: 9.0,
        };
        assert_eq!(q.infinite_servers_number_mean(), 2.0);
        assert!((q.infinite_servers_probability(0) - 0.135_335).abs() < 1e-6);
        assert!((q.infinite_servers_probability(2) - 0.270_671).abs() < 1e-6);
    }

    /// Below one service time there is one term: 0.5 e^{0.25} = 0.642013 at t = D / 2, ρ = 0.5. At t = 3D / 2:
    /// 0.5 (e^{0.75} − 0.25 e^{0.25}) = 0.897997.
    #[test]
    fn erlangs_sum_by_hand() {
        let queue = Md1 {
            lambda: 0.5,
            service: 1.0,
        };
        assert!((queue.wait_cdf(0.0) - 0.5).abs() < 1e-12);
        assert!((queue.wait_cdf(0.5) - 0.642_013).abs() < 1e-6);
        assert!((queue.wait_cdf(1.5) - 0.897_997).abs() < 1e-6);
        assert_eq!(queue.sojourn_quantile(0.3), 1.0);
        assert!((queue.sojourn_quantile(0.642_013) - 1.5).abs() < 1e-5);
    }

    /// The independent computation: Lindley's recursion over 4 million customers; the mean within 1 %, p99 within 2 %.
    #[test]
    fn md1_against_lindley() {
        let queue = Md1 {
            lambda: 0.7,
            service: 1.0,
        };
        let mut noise = Noise::new(7);
        let (mut wait, mut sum) = (0.0f64, 0.0);
        let mut all = Vec::with_capacity(4_000_000);
        for _ in 0..4_000_000 {
            wait = (wait + 1.0 - noise.exp() / 0.7).max(0.0);
            sum += wait + 1.0;
            all.push(wait + 1.0);
        }
        all.sort_unstable_by(f64::total_cmp);
        assert!((sum / 4e6 / queue.sojourn_mean() - 1.0).abs() < 0.01);
        assert!((all[3_960_000] / queue.sojourn_quantile(0.99) - 1.0).abs() < 0.02);
    }
}
