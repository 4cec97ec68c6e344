//! What became of the settings in a race, as rows of their own: `tuning.csv`, and `"settings"` in `results.json`.

use super::columns::{Cell, number};
use super::sheet::{Column, Sheet};
use crate::experiment::{Carried, Estimate, Fate, Raced};

/// One row per setting, in their order.
pub const SETTINGS: Sheet<Raced> = Sheet {
    columns: COLUMNS,
    of: |study| &study.raced,
};

const COLUMNS: &[Column<Raced>] = &[
    Column {
        name: "setting",
        doc: "the varied keys, by their last names, and their values",
        read: |_, r| Cell::Text(r.setting.clone()),
    },
    Column {
        name: "fate",
        doc: "`best`; `alike`: within the tolerance or not told apart from it; `less`: carries less; `bound`: less by its demands alone; `missed`: misses \
            the objectives by far where the best meets them; `never`: at all loads; `unfound`: at all loads looked at; `memory`, `connections`: takes more than there are; \
            `refused` by the scenario; `unfinished`",
        read: |_, r| Cell::Text(fate(&r.fate).to_owned()),
    },
    Column {
        name: "load",
        doc: "the highest load that meets the objectives, where it was searched",
        read: |_, r| load(r, |e| e.value),
    },
    Column {
        name: "load_lo",
        doc: "lower end of its 95 % interval; where it saturates, of the loads between which it does",
        read: |_, r| load(r, |e| e.lo),
    },
    Column {
        name: "load_hi",
        doc: "upper end",
        read: |_, r| load(r, |e| e.hi),
    },
    Column {
        name: "good_to",
        doc: "2 % below a load (users are whole) at which two runs as long as `crossover run`'s, with other dice, kept the objectives; near saturation a further one may miss them; of the best only",
        read: |_, r| number(searched(r).and_then(|c| c.good_to)),
    },
    Column {
        name: "behind",
        doc: "how much less than the best it carries, from the same dice",
        read: |_, r| number(r.behind.map(|e| e.value)),
    },
    Column {
        name: "behind_lo",
        doc: "lower end of its 95 % interval",
        read: |_, r| number(r.behind.map(|e| e.lo)),
    },
    Column {
        name: "behind_hi",
        doc: "upper end",
        read: |_, r| number(r.behind.map(|e| e.hi)),
    },
    Column {
        name: "below",
        doc: "of one that was not searched: a load that it does not carry",
        read: |_, r| number(below(&r.fate)),
    },
    Column {
        name: "memory_mb",
        doc: "most memory in use by the app, where it was searched",
        read: |_, r| number(searched(r).map(|c| c.memory_mb)),
    },
    Column {
        name: "events",
        doc: "simulated events spent on it",
        read: |_, r| Cell::Count(r.events),
    },
];

fn searched(raced: &Raced) -> Option<&Carried> {
    raced.carried.as_ref()
}

fn load(raced: &Raced, part: fn(Estimate) -> f64) -> Cell {
    number(searched(raced).and_then(|c| c.load).map(part))
}

fn below(fate: &Fate) -> Option<f64> {
    match fate {
        Fate::Bound { load, .. } | Fate::Missed(load) => Some(*load),
        _ => None,
    }
}

fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::Best => "best",
        Fate::Alike => "alike",
        Fate::Less => "less",
        Fate::Bound { .. } => "bound",
        Fate::Missed(_) => "missed",
        Fate::Never => "never",
        Fate::Unfound => "unfound",
        Fate::Memory(_) => "memory",
        Fate::Connections { .. } => "connections",
        Fate::Refused(_) => "refused",
        Fate::Unfinished => "unfinished",
    }
}
