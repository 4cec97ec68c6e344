//! How far from saturated a load is, on a scale that a line over load goes through.
//!
//! A fast server that is asked for more than it can do is not slow before its queue is as long as the limit on latency, and a map's runs may end
//! earlier. What it is asked for and does not do shows sooner: `1 − 1/ρ` of the requests, from the first second on.

use std::sync::Arc;

use super::super::brief::Brief;
use crate::stats::{DEFICIT, Jackknifed, ratio_jackknife};

/// The margin where nothing is missing.
pub const NOTHING: f64 = -DEFICIT;

/// The share of those who came in the second half of a run that is missing from those who were served in it, less what may be: of all replications and without
/// each; `None` if nobody came.
pub fn margin(briefs: &[Arc<Brief>]) -> Option<Jackknifed> {
    let sums = briefs.iter().map(|brief| {
        let flow = brief.late_flow().into_iter();
        flow.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    });
    let (offered, succeeded): (Vec<f64>, Vec<f64>) = sums.unzip();
    margin_of(&offered, &succeeded)
}

fn margin_of(offered: &[f64], succeeded: &[f64]) -> Option<Jackknifed> {
    let missing: Vec<f64> = offered.iter().zip(succeeded).map(|(o, s)| o - s).collect();
    Some(ratio_jackknife(&missing, offered)?.map(|share| share - DEFICIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 1,000 and 1,000 are 40 and 0 missing: 2 %, one too many; without the first none is, without the second 4 %.
    #[test]
    fn what_is_missing_by_hand() {
        let found = margin_of(&[1000.0, 1000.0], &[960.0, 1000.0]).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(found.full, 0.01), "{found:?}");
        assert!(near(found.without[0], NOTHING) && near(found.without[1], 0.03));
        assert!(margin_of(&[0.0], &[0.0]).is_none());
    }
}
