//! Closed forms of queueing theory: what a simulation must agree with where their assumptions hold.
//!
//! Rates and times are in any unit as long as it is the same one; sojourn is waiting plus service. A system that cannot
//! keep up (`ρ ≥ 1`) has infinite means.
//!
//! Sources, by the names used below: *Kleinrock* (Queueing Systems, vol. 1, 1975), *Jain* (The Art of Computer Systems
//! Performance Analysis, 1991), *Lazowska* (Lazowska, Zahorjan, Graham & Sevcik, Quantitative System Performance, 1984),
//! *Gross & Harris* (Fundamentals of Queueing Theory, 3rd ed. 1998), *Harchol-Balter* (Performance Modeling and Design
//! of Computer Systems, 2013).

pub mod bounds;
pub mod closed;
pub mod jackson;
pub mod mg1;
pub mod mm1;
pub mod mmc;

pub use bounds::ClosedBounds;
pub use closed::{MachineRepair, Station, mva};
pub use jackson::{Jackson, JacksonError};
pub use mg1::{Md1, Mg1};
pub use mm1::Mm1;
pub use mmc::{Mmc, Mmck, erlang_b, erlang_c};

/// Finds where an increasing function reaches `target`, between 0 and infinity, to a relative error of about 1e-13.
/// Infinite if it never does.
pub(crate) fn solve_increasing(f: impl Fn(f64) -> f64, target: f64, start: f64) -> f64 {
    let mut hi = start.max(f64::MIN_POSITIVE);
    let mut doublings = 0;
    while f(hi) < target {
        hi *= 2.0;
        doublings += 1;
        if doublings > 2000 || !hi.is_finite() {
            return f64::INFINITY;
        }
    }
    let mut lo = 0.0;
    for _ in 0..200 {
        let middle = 0.5 * (lo + hi);
        if middle <= lo || middle >= hi || hi - lo <= 1e-14 * hi {
            break;
        }
        if f(middle) < target {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    0.5 * (lo + hi)
}
