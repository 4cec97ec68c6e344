//! How long a queue remembers: relaxation times, in which run lengths are counted.
//!
//! Correlations and start-up bias of a queue die out like `exp(−t / τ)`. A run of many τ has seen many independent
//! states; one of few has seen one.

/// τ of the M/M/1: `1 / (μ (1 − √ρ)²)` (Morse, *Queues, Inventories and Maintenance*, 1958; Cohen, *The Single Server
/// Queue*, 1982), with the service time `service = 1/μ`, in its unit. Infinite for `rho ≥ 1`.
#[must_use]
pub fn open(service: f64, rho: f64) -> f64 {
    if rho < 1.0 {
        service / (1.0 - rho.max(0.0).sqrt()).powi(2)
    } else {
        f64::INFINITY
    }
}

/// τ of the M/M/1 that holds at most `k`: the inverse of the spectral gap
/// `λ + μ − 2 √(λμ) cos(π / (k + 1))` (Takács, *Introduction to the Theory of Queues*, 1962). Finite at every `rho`.
#[must_use]
pub fn bounded(service: f64, rho: f64, k: f64) -> f64 {
    let rho = rho.max(0.0);
    service / (1.0 + rho - 2.0 * rho.sqrt() * (std::f64::consts::PI / (k + 1.0)).cos())
}

/// τ of several servers behind one queue: they drain it like one server `servers` times as fast, but nobody leaves
/// faster than his own service.
#[must_use]
pub fn many(service: f64, servers: f64, rho: f64) -> f64 {
    open(service / servers, rho).max(if rho < 1.0 { service } else { f64::INFINITY })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ρ = 0.81: √ρ = 0.9, (0.1)² = 0.01: 100 service times. ρ = 0.25: 1 / 0.25 = 4.
    #[test]
    fn mm1_by_hand() {
        assert!((open(1.0, 0.81) - 100.0).abs() < 1e-9);
        assert!((open(2.0, 0.25) - 8.0).abs() < 1e-12);
        assert_eq!(open(1.0, 1.0), f64::INFINITY);
        assert_eq!(open(3.0, 0.0), 3.0);
    }

    /// k = 1 has two states with rates λ and μ between them: the gap is λ + μ. Large k is the open queue.
    #[test]
    fn bounded_meets_both_ends() {
        assert!((bounded(1.0, 0.5, 1.0) - 1.0 / 1.5).abs() < 1e-12);
        assert!((bounded(1.0, 0.81, 1e6) / open(1.0, 0.81) - 1.0).abs() < 1e-6);
        assert!(bounded(1.0, 1.0, 9.0) < 12.0);
    }

    #[test]
    fn many_servers_forget_no_faster_than_a_service() {
        assert_eq!(many(1.0, 16.0, 0.25), 1.0);
        assert!((many(1.0, 4.0, 0.81) - 25.0).abs() < 1e-9);
    }
}
