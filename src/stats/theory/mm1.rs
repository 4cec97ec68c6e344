//! M/M/1: Poisson arrivals, exponential service, one server, first come first served.

/// The M/M/1 queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mm1 {
    /// Arrivals per unit of time.
    pub lambda: f64,
    /// Services per unit of time of a server that is never idle.
    pub mu: f64,
}

impl Mm1 {
    /// Utilisation, `λ / μ`.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.lambda / self.mu
    }

    /// Mean sojourn, `1 / (μ − λ)` (Kleinrock, eq. 3.26).
    #[must_use]
    pub fn sojourn_mean(&self) -> f64 {
        if self.rho() < 1.0 {
            1.0 / (self.mu - self.lambda)
        } else {
            f64::INFINITY
        }
    }

    /// The `q`-quantile of the sojourn, which is exponential (Jain, ch. 31): `−ln(1 − q) / (μ − λ)`.
    #[must_use]
    pub fn sojourn_quantile(&self, q: f64) -> f64 {
        -libm::log(1.0 - q) * self.sojourn_mean()
    }

    /// Mean number in system, `ρ / (1 − ρ)` (Kleinrock, eq. 3.24).
    #[must_use]
    pub fn number_mean(&self) -> f64 {
        self.lambda * self.sojourn_mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jain, example 31.2: a gateway, 125 packets a second, 2 ms each: ρ = 0.25, 0.33 packets, 2.66 ms.
    #[test]
    fn jains_gateway() {
        let gateway = Mm1 {
            lambda: 125.0,
            mu: 500.0,
        };
        assert_eq!(gateway.rho(), 0.25);
        assert!((gateway.number_mean() - 0.333).abs() < 1e-3);
        assert!((gateway.sojourn_mean() - 2.667e-3).abs() < 1e-6);
    }

    /// ρ = 0.8, μ = 1: mean 5; p99 = 5 ln 100 = 23.02585.
    #[test]
    fn at_eighty_percent() {
        let queue = Mm1 {
            lambda: 0.8,
            mu: 1.0,
        };
        assert!((queue.sojourn_mean() - 5.0).abs() < 1e-12);
        assert!((queue.sojourn_quantile(0.99) - 23.025_851).abs() < 1e-6);
    }

    #[test]
    fn overloaded_is_infinite() {
        let queue = Mm1 {
            lambda: 2.0,
            mu: 1.0,
        };
        assert_eq!(queue.sojourn_mean(), f64::INFINITY);
    }
}
