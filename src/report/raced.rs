//! What became of the settings in a race, as rows of their own: `tuning.csv`, and `"settings"` in `results.json`.

use super::columns::{Cell, number};
use crate::experiment::{Carried, Estimate, Fate, Raced, Study};

/// A column: its name, what it says, and where it is read.
struct Column {
    name: &'static str,
    doc: &'static str,
    read: fn(&Raced) -> Cell,
}

const COLUMNS: [Column; 12] = [
    Column {
        name: "setting",
        doc: "the varied keys, by their last names, and their values",
        read: |r| Cell::Text(r.setting.clone()),
    },
    Column {
        name: "fate",
        doc: "`best`; `alike`: within the tolerance or not told apart from it; `less`: carries less; `bound`: less by its demands alone; `missed`: misses \
            the objectives by far where the best meets them; `never`: at all loads; `unfound`: at all loads looked at; `memory`, `connections`: takes more than there are; \
            `refused` by the scenario; `unfinished`",
        read: |r| Cell::Text(fate(&r.fate).to_owned()),
    },
    Column {
        name: "load",
        doc: "the highest load that meets the objectives, where it was searched",
        read: |r| load(r, |e| e.value),
    },
    Column {
        name: "load_lo",
        doc: "lower end of its 95 % interval",
        read: |r| load(r, |e| e.lo),
    },
    Column {
        name: "load_hi",
        doc: "upper end",
        read: |r| load(r, |e| e.hi),
    },
    Column {
        name: "good_to",
        doc: "a load that keeps the objectives in runs as `crossover run` makes them: tried, with other dice, a little above it; of the best only",
        read: |r| number(searched(r).and_then(|c| c.good_to)),
    },
    Column {
        name: "behind",
        doc: "how much less than the best it carries, from the same dice",
        read: |r| number(r.behind.map(|e| e.value)),
    },
    Column {
        name: "behind_lo",
        doc: "lower end of its 95 % interval",
        read: |r| number(r.behind.map(|e| e.lo)),
    },
    Column {
        name: "behind_hi",
        doc: "upper end",
        read: |r| number(r.behind.map(|e| e.hi)),
    },
    Column {
        name: "below",
        doc: "of one that was not searched: a load that it does not carry",
        read: |r| number(below(&r.fate)),
    },
    Column {
        name: "memory_mb",
        doc: "most memory in use by the app, where it was searched",
        read: |r| number(searched(r).map(|c| c.memory_mb)),
    },
    Column {
        name: "events",
        doc: "simulated events spent on it",
        read: |r| Cell::Count(r.events),
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

/// The names of the columns.
pub fn header() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.name)
}

/// What stands in them, a row for each setting.
#[must_use]
pub fn rows(study: &Study) -> Vec<Vec<Cell>> {
    let row = |raced: &Raced| COLUMNS.iter().map(|c| (c.read)(raced)).collect();
    study.raced.iter().map(row).collect()
}

/// The columns as a Markdown table, for `docs/results.md`.
#[must_use]
pub fn documentation() -> String {
    let lines = COLUMNS
        .iter()
        .map(|c| format!("| `{}` | {} |\n", c.name, c.doc));
    format!(
        "| column | says |\n| --- | --- |\n{}",
        lines.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_is_this_table() {
        let page = include_str!("../../docs/results.md");
        assert!(
            page.contains(&documentation()),
            "docs/results.md should contain:\n{}",
            documentation()
        );
    }
}
