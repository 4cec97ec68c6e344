//! Bounds that need no law at all: utilisation law and asymptotic bounds.

/// The load at which a resource is in use all the time (utilisation law, `ρ = λ D / units`): `units / demand`. Infinite
/// for what is not needed.
#[must_use]
pub fn saturation_load(demand: f64, units: f64) -> f64 {
    if demand > 0.0 {
        units / demand
    } else {
        f64::INFINITY
    }
}

/// Asymptotic bounds of a closed system (Muntz & Wong 1974; Lazowska, ch. 5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedBounds {
    /// Mean think time, Z.
    pub think: f64,
    /// Time of a round that never waits, D.
    pub demand: f64,
    /// Largest demand per unit of any resource, D_max.
    pub largest: f64,
}

impl ClosedBounds {
    /// Throughput cannot exceed `min(1 / D_max, N / (D + Z))`.
    #[must_use]
    pub fn throughput(&self, users: f64) -> f64 {
        saturation_load(self.largest, 1.0).min(users / (self.demand + self.think))
    }

    /// Response cannot be below `max(D, N D_max − Z)`.
    #[must_use]
    pub fn response(&self, users: f64) -> f64 {
        self.demand.max(users * self.largest - self.think)
    }

    /// The number of users where the two meet, `N* = (D + Z) / D_max`: beyond it someone waits for certain.
    #[must_use]
    pub fn knee(&self) -> f64 {
        if self.largest > 0.0 {
            (self.demand + self.think) / self.largest
        } else {
            f64::INFINITY
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::theory::{Station, mva};

    /// Lazowska's example again: D = 4.055, Z = 15, D_max = 2.1: at most 0.476 a second, N* = 19.055 / 2.1 = 9.07.
    #[test]
    fn worked_example() {
        let bounds = ClosedBounds {
            think: 15.0,
            demand: 4.055,
            largest: 2.1,
        };
        assert!((bounds.knee() - 9.073_8).abs() < 1e-4);
        assert!((bounds.throughput(100.0) - 0.476_19).abs() < 1e-5);
        assert_eq!(bounds.response(2.0), 4.055);
        assert!((bounds.response(20.0) - 27.0).abs() < 1e-12);
    }

    #[test]
    fn exact_analysis_stays_within() {
        let bounds = ClosedBounds {
            think: 2.0,
            demand: 1.5,
            largest: 0.9,
        };
        for users in 1..60 {
            let exact = mva(users, 2.0, &[Station::Queue(0.6), Station::Queue(0.9)]);
            assert!(exact.throughput <= bounds.throughput(f64::from(users)) + 1e-12);
            assert!(exact.response >= bounds.response(f64::from(users)) - 1e-12);
        }
    }

    #[test]
    fn what_is_free_never_saturates() {
        assert_eq!(saturation_load(0.0, 4.0), f64::INFINITY);
        assert_eq!(saturation_load(0.02, 4.0), 200.0);
    }
}
