//! Tables for people, as data. A terminal and a Markdown page draw the same tables.

mod capacity;
mod curve;
mod depth;
mod markdown;
#[cfg(feature = "cli")]
mod terminal;

use super::view;
use crate::experiment::Study;

pub use markdown::markdown;
#[cfg(feature = "cli")]
pub use terminal::terminal;

/// A table: a title, a header, rows of equally many cells. All columns but the first hold figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it shows, with units.
    pub title: String,
    /// The columns' names.
    pub header: Vec<String>,
    /// The cells, by row.
    pub rows: Vec<Vec<String>>,
    /// What the marks in it mean; empty if there are none.
    pub note: String,
}

/// The tables of a study, the most important last, where a terminal shows it: of a comparison, the latency over load and what each
/// contestant carries; of one load, everything about it.
#[must_use]
pub fn tables(study: &Study) -> Vec<Table> {
    let tables = if view::single_load(study) {
        depth::tables(study)
    } else {
        let mut tables = curve::tables(study);
        tables.extend(curve::by_endpoint(study));
        tables.push(capacity::table(study));
        tables
    };
    tables
        .into_iter()
        .filter(|table| !table.rows.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn rows_are_as_wide_as_their_header() {
        for study in [
            fixture::compare(),
            fixture::single(),
            fixture::closed(),
            fixture::saturated(),
            fixture::empty(),
        ] {
            for table in tables(&study) {
                assert!(
                    table.rows.iter().all(|row| row.len() == table.header.len()),
                    "{}",
                    table.title
                );
            }
        }
    }
}
