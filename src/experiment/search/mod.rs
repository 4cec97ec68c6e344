//! The search for the load that a contestant carries inside the objectives.
//!
//! | module | is |
//! | --- | --- |
//! | [`margin`] | how far inside an objective, on scales that are straight in the load |
//! | [`crossing`] | where the line between two loads crosses, replication by replication |
//! | [`ground`] | the loads visited, and what was seen there |
//! | [`seeker`] | where to look next |
//! | [`confirm`] | the load that runs with other dice keep |
//!
//! Searches of several contestants go on side by side, a round of visits at a time; what one does depends on its own visits only.

pub mod confirm;
pub mod crossing;
pub mod ground;
pub mod margin;
pub mod seeker;

use super::progress::Control;
use super::simulator::Simulator;
pub use ground::{Ground, Order, Visit};
pub use margin::scopes;
pub use seeker::{End, Found, Next, Query, Seeker};

/// Requests of a search as a multiple of those of the two first whole runs: what is planned before anything is known.
const PLANNED: f64 = 2.6;

/// Searches for all of these; `None` if it was interrupted.
pub fn seek<S: Simulator>(
    ground: &mut Ground<S>,
    queries: &[Query],
    control: &Control,
) -> Option<Vec<End>> {
    let mut reserve: Vec<u64> = queries
        .iter()
        .map(|query| planned(ground, *query))
        .collect();
    control.plan(0, reserve.iter().sum());
    let finished = loop {
        let mut orders = Vec::new();
        let mut ends = Vec::new();
        for (query, reserve) in queries.iter().zip(&mut reserve) {
            match Seeker::new(ground, *query).next() {
                Next::Done(end) => {
                    control.unplan(0, std::mem::take(reserve));
                    ends.push(end);
                }
                Next::Visit(more) => {
                    let work: f64 = more.iter().map(work).sum();
                    let work = (work as u64).min(*reserve);
                    control.unplan(0, work);
                    *reserve -= work;
                    orders.extend(more);
                }
            }
        }
        if orders.is_empty() {
            break Some(ends);
        }
        if !ground.carry_out(&orders, control) {
            break None;
        }
    };
    control.unplan(0, reserve.iter().sum());
    finished
}

fn work(order: &Order) -> f64 {
    order.requests * f64::from(order.replications)
}

/// Requests that a search takes, as far as that is known before it.
pub fn planned<S: Simulator>(ground: &Ground<S>, query: Query) -> u64 {
    let seeker = Seeker::new(ground, query);
    let near = 0.8 * ground.scene.bound(query.contestant);
    let near = if near.is_finite() { near } else { 1.0 };
    (PLANNED * 2.0 * f64::from(query.replications) * seeker.requests(near, true)) as u64
}
