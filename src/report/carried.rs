//! The capacities that a search found, as rows of their own: `capacity.csv`, and `"capacities"` in `results.json`.

use super::columns::{Cell, number};
use super::sheet::{Column, Sheet};
use crate::experiment::{Carried, Estimate, LoadUnit, Reach};
use crate::scenario::Objective;

fn part(carried: &Carried, read: fn(Estimate) -> f64) -> Cell {
    number(carried.load.map(read))
}

/// One row per contestant.
pub const CAPACITIES: Sheet<Carried> = Sheet {
    columns: COLUMNS,
    of: |study| &study.carried,
};

const COLUMNS: &[Column<Carried>] = &[
    Column {
        name: "contestant",
        doc: "its name in the scenario",
        read: |_, c| Cell::Text(c.contestant.clone()),
    },
    Column {
        name: "reach",
        doc: "`up_to` a load; `nowhere`: the objectives are missed at every load looked at, down to one at which nobody waits; `everywhere`: nothing was found that limits it; `unfound`: the search ended by its events, after 40 loads or 12 long runs, or for want of a whole number of users between, before a load was found that meets them, or one that misses them",
        read: |_, c| Cell::Text(reach(c.reach).to_owned()),
    },
    Column {
        name: "load",
        doc: "the highest load that meets the objectives",
        read: |_, c| part(c, |e| e.value),
    },
    Column {
        name: "load_lo",
        doc: "lower end of its 95 % interval; where it saturates, of the loads between which it does",
        read: |_, c| part(c, |e| e.lo),
    },
    Column {
        name: "load_hi",
        doc: "upper end",
        read: |_, c| part(c, |e| e.hi),
    },
    Column {
        name: "load_unit",
        doc: "`rps` (requests per second) or `users`",
        read: |s, _| {
            Cell::Text(
                if s.load_unit == LoadUnit::Rps {
                    "rps"
                } else {
                    "users"
                }
                .to_owned(),
            )
        },
    },
    Column {
        name: "good_to",
        doc: "2 % below a load (users are whole) at which two runs as long as `crossover run`'s, with other dice, kept the objectives; near saturation a further one may miss them",
        read: |_, c| number(c.good_to),
    },
    Column {
        name: "missed_first",
        doc: "the figure whose objective is missed first beyond it, `p99_ms` or of an endpoint `checkout.p99_ms`; empty where the system saturates before",
        read: |_, c| {
            Cell::Text(
                c.binding
                    .as_ref()
                    .map_or_else(String::new, Objective::column),
            )
        },
    },
    Column {
        name: "bottleneck",
        doc: "what was in use most at the visited load next below",
        read: |_, c| {
            Cell::Text(
                c.bottleneck
                    .as_ref()
                    .map_or_else(String::new, |b| b.0.clone()),
            )
        },
    },
    Column {
        name: "utilisation",
        doc: "the fraction of it in use",
        read: |_, c| number(c.bottleneck.as_ref().map(|b| b.1)),
    },
    Column {
        name: "memory_mb",
        doc: "most memory in use by the app there",
        read: |_, c| number(Some(c.memory_mb)),
    },
    Column {
        name: "highest_met",
        doc: "the highest visited load that met them",
        read: |_, c| number(c.highest),
    },
    Column {
        name: "precise",
        doc: "whether the interval is as narrow as asked",
        read: |_, c| Cell::Flag(c.precise),
    },
    Column {
        name: "events",
        doc: "simulated events of the search",
        read: |_, c| Cell::Count(c.events),
    },
];

fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::UpTo => "up_to",
        Reach::Nowhere => "nowhere",
        Reach::Everywhere => "everywhere",
        Reach::Unfound => "unfound",
    }
}
