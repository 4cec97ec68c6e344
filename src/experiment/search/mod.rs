//! The search for the load that a contestant carries inside the objectives.
//!
//! | module | is |
//! | --- | --- |
//! | [`margin`] | how far inside an objective, on scales that are straight in the load |
//! | [`crossing`] | where the line between two loads crosses, replication by replication |
//! | [`effort`] | how much is spent on what |
//! | [`ground`] | the loads visited, and what was seen there |
//! | [`seeker`] | where to look next |
//! | [`confirm`] | the load that runs with other dice keep |
//!
//! Searches of several contestants go on side by side, a round of visits at a time; what one does depends on its own visits only.

pub mod confirm;
pub mod crossing;
pub mod effort;
pub mod ground;
pub mod margin;
pub mod seeker;

use super::progress::{Control, Foresight};
use super::simulator::Simulator;
pub use effort::Effort;
pub use ground::{Ground, Order, Visit};
pub use margin::scopes;
pub use seeker::{End, Found, Hint, Next, Query, Seeker};

/// The share of its bound that a contestant usually carries: where whole runs are expected before anything is known.
const USUAL: f64 = 0.8;

/// Searches for all of these; `None` if it was interrupted. What comes after the search, of a contestant that carries about such a load, is `later`: requests, for
/// the time left.
pub fn seek<S: Simulator>(
    ground: &mut Ground<S>,
    queries: &[Query],
    later: impl Fn(&Ground<S>, usize, f64) -> u64,
    control: &Control,
) -> Option<Vec<End>> {
    let mut foresight = Foresight::new(control);
    loop {
        let mut orders = Vec::new();
        let mut ends = Vec::new();
        let mut rest = 0;
        for query in queries {
            let seeker = Seeker::new(ground, *query);
            let next = seeker.next();
            if !matches!(
                next,
                Next::Done(End::Never | End::Always | End::Unfound { .. })
            ) {
                rest += seeker.rest(&next) + later(ground, query.contestant, seeker.root(&next));
            }
            match next {
                Next::Done(end) => ends.push(end),
                Next::Visit(more) => orders.extend(more),
            }
        }
        if orders.is_empty() {
            return Some(ends);
        }
        foresight.revise(rest);
        if !ground.carry_out(&orders, control) {
            return None;
        }
    }
}

/// Requests that a search takes, as far as that is known before it: of a contestant that carries about such a load.
pub fn planned<S: Simulator>(ground: &Ground<S>, query: Query, root: f64) -> u64 {
    Seeker::new(ground, query).whole_runs(root) as u64
}

/// The load that a contestant is expected to carry of whom nothing is known.
pub fn usual<S: Simulator>(ground: &Ground<S>, contestant: usize) -> f64 {
    let bound = ground.scene.bound(contestant);
    if bound.is_finite() {
        USUAL * bound
    } else {
        1.0
    }
}
