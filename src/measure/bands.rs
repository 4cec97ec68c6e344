//! Accounts by band of latency: what do the slowest requests wait for, against the others?
//!
//! ```text
//!  requests │▁▂▅█▇▅▄▃▂▂▁▁▁▁  ▁      ▁     band 0: up to the first limit, below the median
//!           └─────┬────┬─────┬─────────►  ...
//!            limit 0   1     2  latency   band 3: beyond the last, the slowest 1 %
//! ```
//!
//! The limits are known beforehand: they are quantiles of a run of the same requests without bands, and a run is a pure function of its
//! seed. So a handful of sums suffices, and each request is in the band where it belongs; how exact a band is depends on
//! the limits alone, which histograms know to three digits.
//!
//! The time inside called services is opened: what each of them did on the request's behalf, by state, less its own calls, which
//! stand under the services called. The sum over services and states is [`Component::Call`](super::Component::Call) to the nanosecond.

use super::account::Account;

/// Bands: one more than limits.
pub const BANDS: usize = 4;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bands {
    /// The highest latency of each band but the last, nanoseconds, ascending.
    pub limits: [u64; BANDS - 1],
    /// The only endpoint whose requests count; `None`: all.
    pub endpoint: Option<usize>,
}

impl Bands {
    /// The band of a latency.
    #[must_use]
    pub fn of(&self, latency_ns: u64) -> usize {
        self.limits
            .iter()
            .filter(|&&limit| latency_ns > limit)
            .count()
    }
}

/// The answered requests of one endpoint in one band.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// How many.
    pub requests: u64,
    /// Where their time went.
    pub account_ns: Account,
    /// By service, in the order of the system: where the time inside it went.
    pub inside_ns: Vec<Account>,
}

impl Band {
    /// An empty band of a system of so many services.
    #[must_use]
    pub fn new(services: usize) -> Self {
        Self {
            inside_ns: vec![Account::default(); services],
            ..Self::default()
        }
    }

    /// As wide, and empty.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self::new(self.inside_ns.len())
    }

    /// One more request.
    pub fn count(&mut self, account: &Account, inside: &[Account]) {
        self.requests += 1;
        self.account_ns.add(account);
        self.add_inside(inside);
    }

    /// All of another.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.account_ns.add(&other.account_ns);
        self.add_inside(&other.inside_ns);
    }

    fn add_inside(&mut self, inside: &[Account]) {
        for (sum, part) in self.inside_ns.iter_mut().zip(inside) {
            sum.add(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_band_below() {
        let bands = Bands {
            limits: [10, 20, 20],
            endpoint: None,
        };
        assert_eq!([0, 10, 11, 20, 21].map(|ns| bands.of(ns)), [0, 0, 1, 1, 3]);
    }
}
