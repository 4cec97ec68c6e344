//! What all replications of a contestant at a load say together: does it keep up?

use std::sync::Arc;

use super::brief::Brief;
use crate::measure::{Resource, SLOTS};
use crate::stats::{deficit, deficit_beyond, left_at_most, piles_up};

/// The share of the offered requests that must be missing without doubt for a contestant to be given up: well beyond the 1 % of
/// saturation.
const HOPELESS: f64 = 0.05;

/// All replications of one contestant at one point.
#[derive(Clone, Debug)]
pub struct Replicated {
    /// Who, by index in the scenario.
    pub contestant: usize,
    /// Its resources.
    pub resources: Vec<Resource>,
    /// In the order of replications.
    pub briefs: Vec<Arc<Brief>>,
    /// Further replications, to look again at whether it grows; empty where nothing was to be looked at.
    pub again: Vec<Arc<Brief>>,
}

impl Replicated {
    /// Whether the contestant could not keep up.
    #[must_use]
    pub fn saturated(&self) -> bool {
        loses(&self.briefs)
            || (grows(&self.briefs) && (self.again.is_empty() || grows(&self.again)))
    }

    /// Whether it loses nothing but seems to grow, and nobody has looked again.
    #[must_use]
    pub fn only_grows(&self) -> bool {
        self.again.is_empty() && !loses(&self.briefs) && grows(&self.briefs)
    }

    /// The share of what arrives that may stay inside without these runs showing it, at 99 %; infinite for a single one.
    #[must_use]
    pub fn left(&self) -> f64 {
        let (halves, offered) = late(&self.briefs);
        left_at_most(&halves, &offered)
    }
}

/// Whether requests are missing, from the second half of the runs.
pub fn loses(briefs: &[Arc<Brief>]) -> bool {
    let (offered, succeeded) = flows(briefs);
    deficit(&offered, &succeeded)
}

/// Whether the number in system grows over the second half of the runs, and not only until it has settled.
pub fn grows(briefs: &[Arc<Brief>]) -> bool {
    let (halves, offered) = late(briefs);
    piles_up(&halves, &offered)
}

/// The number in system over the second half of each run, and what was offered there.
fn late(briefs: &[Arc<Brief>]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let half = |brief: &Arc<Brief>| brief.in_system(SLOTS).split_off(SLOTS / 2);
    (briefs.iter().map(half).collect(), flows(briefs).0)
}

/// True if these replications leave no doubt that more of them would be as drowned.
pub fn hopeless(briefs: &[Arc<Brief>]) -> bool {
    let (offered, succeeded) = flows(briefs);
    deficit_beyond(&offered, &succeeded, HOPELESS)
}

/// Offered and successful requests of the second half, by replication; of a single one by sixteenth.
fn flows(briefs: &[Arc<Brief>]) -> (Vec<f64>, Vec<f64>) {
    let flows: Vec<Vec<(f64, f64)>> = briefs.iter().map(|b| b.late_flow()).collect();
    match &flows[..] {
        [single] => single.iter().copied().unzip(),
        many => many
            .iter()
            .map(|flow| {
                flow.iter()
                    .fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
            })
            .unzip(),
    }
}
