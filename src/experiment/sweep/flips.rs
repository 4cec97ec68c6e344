//! At which ratio between the languages the winner of a map's points is another.

use super::super::bounds::Asking;
use super::super::flip::flip;
use super::super::study::Capacity;
use super::super::swept::{Sheet, SweptPoint};
use super::super::world::Simulation;
use super::Plane;
use crate::stats::Estimate;

/// The ratios at which the winner is another, over all points that were looked at under both exponents.
pub fn flips(plane: &Plane, measured: &Sheet, equal: &Sheet) -> Option<(f64, f64, f64)> {
    let mut range: Option<(f64, f64, f64)> = None;
    for point in &measured.points {
        let Some(other) = equal.points.iter().find(|p| p.at == point.at) else {
            continue;
        };
        let Some(scenario) = (plane.scenario)(&point.at) else {
            continue;
        };
        let simulator = Simulation(&scenario);
        let asking = Asking::of(&scenario);
        let capacities = |p: &SweptPoint| -> Vec<Capacity> {
            p.figures
                .iter()
                .zip(&scenario.contestants)
                .map(|(e, c)| known(&c.name, *e))
                .collect()
        };
        let found = flip(
            &scenario,
            &simulator,
            asking,
            &capacities(point),
            &capacities(other),
        );
        if let Ok(flip) = found {
            let (lo, hi, _) = range.unwrap_or((flip.ratio, flip.ratio, 0.0));
            range = Some((lo.min(flip.ratio), hi.max(flip.ratio), flip.measured));
        }
    }
    range
}

/// A capacity as its interval says.
fn known(name: &str, figure: Option<Estimate>) -> Capacity {
    let finite = figure.filter(|e| e.value.is_finite() && e.value > 0.0 && e.has_interval());
    Capacity {
        contestant: name.to_owned(),
        carries: finite.map(|e| e.lo),
        fails_at: finite.map(|e| e.hi),
        estimate: finite.map(|e| e.value),
        bottleneck: None,
    }
}
