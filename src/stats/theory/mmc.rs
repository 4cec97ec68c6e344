//! Several servers behind one queue: M/M/c (Erlang C) and M/M/c/K with loss (Erlang B where nobody may wait).

use super::solve_increasing;

/// The probability that all of `servers` are busy when those who find them so go away, at `offered = λ / μ` erlangs
/// (Erlang 1917), by the stable recursion `B(n) = a B(n−1) / (n + a B(n−1))` from `B(0) = 1`.
#[must_use]
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b))
}

/// The probability of having to wait in the M/M/c (Erlang 1917): `B / (1 − ρ (1 − B))`, and 1 when overloaded.
#[must_use]
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let rho = offered / f64::from(servers);
    if rho >= 1.0 {
        return 1.0;
    }
    let b = erlang_b(servers, offered);
    b / (1.0 - rho * (1.0 - b))
}

/// Poisson arrivals, exponential service, `servers` servers, everyone waits in one queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmc {
    /// Arrivals per unit of time.
    pub lambda: f64,
    /// Services per unit of time of one busy server.
    pub mu: f64,
    /// How many servers.
    pub servers: u32,
}

impl Mmc {
    /// Utilisation of each server.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.lambda / (self.mu * f64::from(self.servers))
    }

    /// Probability of having to wait.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        erlang_c(self.servers, self.lambda / self.mu)
    }

    /// The rate at which those who wait are served, `cμ − λ`: their wait is exponential with it.
    fn drain(&self) -> f64 {
        f64::from(self.servers) * self.mu - self.lambda
    }

    /// Mean wait, `C / (cμ − λ)` (Kleinrock, ch. 3; Jain, box 31.2).
    #[must_use]
    pub fn wait_mean(&self) -> f64 {
        if self.rho() < 1.0 {
            self.wait_probability() / self.drain()
        } else {
            f64::INFINITY
        }
    }

    /// The `q`-quantile of the wait: 0 for those who need not, then exponential (Jain, box 31.2).
    #[must_use]
    pub fn wait_quantile(&self, q: f64) -> f64 {
        if self.rho() >= 1.0 {
            return f64::INFINITY;
        }
        (libm::log(self.wait_probability() / (1.0 - q)) / self.drain()).max(0.0)
    }

    /// Mean sojourn.
    #[must_use]
    pub fn sojourn_mean(&self) -> f64 {
        self.wait_mean() + 1.0 / self.mu
    }

    /// `P(sojourn ≤ t)`: an exponential wait with probability C, plus an exponential service (Gross & Harris, ch. 2):
    /// `1 − (1 − C) e^{−μt} − C (θ e^{−μt} − μ e^{−θt}) / (θ − μ)` with `θ = cμ − λ`, and `1 − (1 + C μ t) e^{−μt}` where
    /// the two rates are the same.
    #[must_use]
    pub fn sojourn_cdf(&self, t: f64) -> f64 {
        if t <= 0.0 || self.rho() >= 1.0 {
            return 0.0;
        }
        let (c, mu, theta) = (self.wait_probability(), self.mu, self.drain());
        let own = libm::exp(-mu * t);
        let both = if (theta / mu - 1.0).abs() < 1e-9 {
            (1.0 + mu * t) * own
        } else {
            (theta * own - mu * libm::exp(-theta * t)) / (theta - mu)
        };
        1.0 - (1.0 - c) * own - c * both
    }

    /// The `q`-quantile of the sojourn.
    #[must_use]
    pub fn sojourn_quantile(&self, q: f64) -> f64 {
        if self.rho() >= 1.0 {
            return f64::INFINITY;
        }
        solve_increasing(|t| self.sojourn_cdf(t), q, 1.0 / self.mu)
    }
}

/// M/M/c/K: at most `capacity` inside, served ones included; who comes when it is full is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmck {
    /// Arrivals per unit of time, the lost included.
    pub lambda: f64,
    /// Services per unit of time of one busy server.
    pub mu: f64,
    /// How many servers.
    pub servers: u32,
    /// How many may be inside, at least as many as there are servers.
    pub capacity: u32,
}

impl Mmck {
    /// Stationary probabilities of 0, 1, ... `capacity` inside (birth and death; Gross & Harris, ch. 2).
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        let mut p = vec![1.0];
        let mut last = 1.0f64;
        for n in 1..=self.capacity {
            last *= self.lambda / (self.mu * f64::from(n.min(self.servers)));
            p.push(last);
            if last > 1e200 {
                p.iter_mut().for_each(|x| *x /= last);
                last = 1.0;
            }
        }
        let total: f64 = p.iter().sum();
        p.into_iter().map(|x| x / total).collect()
    }

    /// The fraction lost: who arrives sees the stationary law (Wolff 1982).
    #[must_use]
    pub fn loss(&self) -> f64 {
        self.probabilities().last().copied().unwrap_or(1.0)
    }

    /// Served per unit of time.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.lambda * (1.0 - self.loss())
    }

    /// Mean number inside.
    #[must_use]
    pub fn number_mean(&self) -> f64 {
        let p = self.probabilities();
        p.iter().enumerate().map(|(n, p)| n as f64 * p).sum()
    }

    /// Mean sojourn of those who get in, by Little's law.
    #[must_use]
    pub fn sojourn_mean(&self) -> f64 {
        self.number_mean() / self.throughput()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::theory::Mm1;

    /// Any Erlang B table: 10 lines lose 1 % at 4.461 erlangs and 1.84 % at 5. B(1, 1) = 1/2, B(2, 1) = 1/5.
    #[test]
    fn erlang_b_table() {
        assert!((erlang_b(10, 4.461) - 0.01).abs() < 1e-5);
        assert!((erlang_b(10, 5.0) - 0.018_385).abs() < 1e-6);
        assert!((erlang_b(1, 1.0) - 0.5).abs() < 1e-15);
        assert!((erlang_b(2, 1.0) - 0.2).abs() < 1e-15);
    }

    /// Jain, example 31.3: 10 students an hour, 20 minutes each, 5 terminals: probability of waiting 0.33, 0.65 waiting,
    /// response 24 minutes, 90th percentile of the wait 14 minutes.
    #[test]
    fn jains_terminals() {
        let centre = Mmc {
            lambda: 10.0,
            mu: 3.0,
            servers: 5,
        };
        assert!((centre.wait_probability() - 0.3267).abs() < 1e-4);
        assert!((10.0 * centre.wait_mean() - 0.653).abs() < 1e-3);
        assert!((60.0 * centre.sojourn_mean() - 23.92).abs() < 0.01);
        assert!((60.0 * centre.wait_quantile(0.9) - 14.2).abs() < 0.05);
    }

    #[test]
    fn one_server_is_mm1() {
        let many = Mmc {
            lambda: 0.8,
            mu: 1.0,
            servers: 1,
        };
        let one = Mm1 {
            lambda: 0.8,
            mu: 1.0,
        };
        assert!((many.sojourn_mean() - one.sojourn_mean()).abs() < 1e-12);
        assert!((many.sojourn_quantile(0.99) - one.sojourn_quantile(0.99)).abs() < 1e-9);
    }

    /// The law's mean, integrated numerically (trapezoid over its tail), is the mean; also where θ = μ (λ = 1, c = 2).
    #[test]
    fn the_law_has_the_mean() {
        for (lambda, servers) in [(1.0, 2), (14.4, 16), (0.3, 4)] {
            let queue = Mmc {
                lambda,
                mu: 1.0,
                servers,
            };
            let step = 1e-3;
            let tail: f64 = (0..100_000)
                .map(|i| 1.0 - queue.sojourn_cdf((f64::from(i) + 0.5) * step))
                .sum();
            assert!((tail * step / queue.sojourn_mean() - 1.0).abs() < 1e-4);
            assert!((queue.sojourn_cdf(queue.sojourn_quantile(0.9)) - 0.9).abs() < 1e-9);
        }
    }

    /// K = c is Erlang's loss system. M/M/1/2 with λ = μ: three equal states, a third lost, one inside on average,
    /// sojourn 1 / (2/3) = 1.5. A large K is M/M/1.
    #[test]
    fn loss_systems() {
        let lost = Mmck {
            lambda: 5.0,
            mu: 1.0,
            servers: 10,
            capacity: 10,
        };
        assert!((lost.loss() - erlang_b(10, 5.0)).abs() < 1e-12);
        let small = Mmck {
            lambda: 1.0,
            mu: 1.0,
            servers: 1,
            capacity: 2,
        };
        assert!((small.loss() - 1.0 / 3.0).abs() < 1e-12);
        assert!((small.sojourn_mean() - 1.5).abs() < 1e-12);
        let large = Mmck {
            lambda: 0.5,
            mu: 1.0,
            servers: 1,
            capacity: 200,
        };
        assert!((large.sojourn_mean() - 2.0).abs() < 1e-9);
    }

    /// Far beyond what fits: 10⁴ times overloaded, a thousand places. All but μ/λ is lost; nothing overflows.
    #[test]
    fn extreme_overload_stays_finite() {
        let queue = Mmck {
            lambda: 1e4,
            mu: 1.0,
            servers: 1,
            capacity: 1000,
        };
        assert!((queue.loss() - (1.0 - 1e-4)).abs() < 1e-9);
    }
}
