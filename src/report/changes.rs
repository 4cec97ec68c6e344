//! What became of a study since a baseline, as rows of their own: `changes.csv`, and `"changes"` in `results.json`.

use super::columns::{Cell, number};
use super::sheet::{Column, Sheet};
use super::verdict::apart::{self, Standing};
use crate::experiment::{Changed, Estimate, LoadUnit};
use crate::scenario::Figure;

fn part(estimate: Option<Estimate>, read: fn(Estimate) -> f64) -> Cell {
    number(estimate.map(read))
}

/// One row for each contestant, load, endpoint and figure of both runs.
pub const CHANGES: Sheet<Changed> = Sheet {
    columns: COLUMNS,
    of: |study| study.changes.as_ref().map_or(&[], |changes| &changes.rows),
};

const COLUMNS: &[Column<Changed>] = &[
    Column {
        name: "contestant",
        doc: "its name in the scenario",
        read: |_, c| Cell::Text(c.contestant.clone()),
    },
    Column {
        name: "endpoint",
        doc: "its name, or `all` for the sum",
        read: |_, c| Cell::Text(c.endpoint.clone()),
    },
    Column {
        name: "load",
        doc: "the load",
        read: |_, c| number(Some(c.load)),
    },
    Column {
        name: "load_unit",
        doc: "`rps` (requests per second) or `users`",
        read: |s, _| {
            let open = s.load_unit == LoadUnit::Rps;
            Cell::Text(if open { "rps" } else { "users" }.to_owned())
        },
    },
    Column {
        name: "figure",
        doc: "a column of the results: `throughput_rps`, `errors`, `mean_ms`, `p50_ms`, `p95_ms` or `p99_slo_ms`",
        read: |_, c| Cell::Text(c.figure.name().to_owned()),
    },
    Column {
        name: "finding",
        doc: "`worse`; `better`; `same`: the whole interval is within 10 % (of errors, 0.1 % of the requests); `open`: the data cannot tell; empty \
            where the figure is in one of the two only",
        read: |_, c| Cell::Text(finding(c).unwrap_or_default().to_owned()),
    },
    Column {
        name: "before",
        doc: "the figure in the baseline; empty where it is infinite too",
        read: |_, c| number(c.before),
    },
    Column {
        name: "now",
        doc: "the figure in this run",
        read: |_, c| number(c.now),
    },
    Column {
        name: "difference",
        doc: "now minus before",
        read: |_, c| part(c.difference, |e| e.value),
    },
    Column {
        name: "difference_lo",
        doc: "lower end of its 95 % interval",
        read: |_, c| part(c.difference, |e| e.lo),
    },
    Column {
        name: "difference_hi",
        doc: "upper end",
        read: |_, c| part(c.difference, |e| e.hi),
    },
    Column {
        name: "ratio",
        doc: "now over before",
        read: |_, c| part(c.ratio, |e| e.value),
    },
    Column {
        name: "ratio_lo",
        doc: "lower end of its 95 % interval",
        read: |_, c| part(c.ratio, |e| e.lo),
    },
    Column {
        name: "ratio_hi",
        doc: "upper end",
        read: |_, c| part(c.ratio, |e| e.hi),
    },
    Column {
        name: "paired",
        doc: "whether both are of the same requests",
        read: |_, c| Cell::Flag(c.unpaired.is_none()),
    },
    Column {
        name: "saturated_before",
        doc: "whether the system could not keep up in the baseline",
        read: |_, c| Cell::Flag(c.saturated.0),
    },
    Column {
        name: "saturated_now",
        doc: "whether it cannot now",
        read: |_, c| Cell::Flag(c.saturated.1),
    },
    Column {
        name: "replications_before",
        doc: "independent repetitions in the baseline",
        read: |_, c| Cell::Count(c.replications.0.into()),
    },
    Column {
        name: "replications_now",
        doc: "in this run",
        read: |_, c| Cell::Count(c.replications.1.into()),
    },
];

/// Whether more of a figure is good.
pub(super) fn welcome(figure: Figure) -> bool {
    figure == Figure::Throughput
}

/// What is said of a change, in one word.
fn finding(change: &Changed) -> Option<&'static str> {
    let more = welcome(change.figure);
    Some(match apart::standing(change)? {
        Standing::More if more => "better",
        Standing::Less if !more => "better",
        Standing::More | Standing::Less => "worse",
        Standing::Alike => "same",
        Standing::Open => "open",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_better_of_what_is_welcome() {
        let study = crate::report::fixture::compared();
        let finding = |figure: Figure| {
            let mut rows = study.changes.iter().flat_map(|changes| &changes.rows);
            let change = rows.find(|c| c.contestant == "node" && c.figure == figure);
            change.and_then(finding)
        };
        assert_eq!(finding(Figure::P99Slo), Some("worse"));
        assert_eq!(finding(Figure::Throughput), Some("better"));
        assert_eq!(finding(Figure::Errors), Some("same"));
        assert_eq!(finding(Figure::Mean), Some("open"));
        assert_eq!(CHANGES.rows(&study).count(), 6 * 8);
    }
}
