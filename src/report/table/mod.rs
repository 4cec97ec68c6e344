//! Tables for people, as data. A terminal and a Markdown page draw the same tables.

mod capacity;
mod carried;
mod changes;
mod curve;
mod depth;
mod markdown;
mod raced;
pub mod sweep;
#[cfg(feature = "cli")]
mod terminal;

use super::view;
use crate::experiment::Study;

pub use markdown::{markdown, markdown_page};
#[cfg(feature = "cli")]
pub use terminal::{page, terminal};

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
    let tables = if !study.carried.is_empty() {
        vec![carried::table(study)]
    } else if let Some(found) = &study.sweep {
        sweep::tables(study, found)
    } else if !study.raced.is_empty() {
        vec![raced::table(study)]
    } else if view::single_load(study) {
        depth::tables(study)
    } else {
        let mut tables = curve::tables(study);
        tables.extend(curve::by_endpoint(study));
        tables.push(capacity::table(study));
        tables
    };
    let since = study.changes.iter();
    tables
        .into_iter()
        .chain(since.flat_map(|found| changes::tables(study, found)))
        .filter(|table| !table.rows.is_empty())
        .map(|table| explained(table, study))
        .collect()
}

/// Explains the mark of unvalidated models where it occurs.
fn explained(mut table: Table, study: &Study) -> Table {
    let marked: Vec<String> = study
        .contestants
        .iter()
        .filter(|info| info.unvalidated)
        .map(|info| view::marked(study, &info.name))
        .collect();
    let first = table.rows.iter().filter_map(|row| row.first());
    if table
        .header
        .iter()
        .chain(first)
        .any(|cell| marked.contains(cell))
    {
        let note = format!(
            "{} unvalidated: no recording of a real server backs its model",
            view::UNVALIDATED
        );
        table.note = if table.note.is_empty() {
            note
        } else {
            format!("{}; {note}", table.note)
        };
    }
    table
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

    #[test]
    fn unvalidated_models_are_marked_in_every_table() {
        for mut study in [fixture::compare(), fixture::single()] {
            let plain = tables(&study);
            assert!(plain.iter().all(|table| !table.note.contains('†')));
            study.contestants[1].unvalidated = true;
            for table in tables(&study) {
                let first = table.rows.iter().map(|row| &row[0]);
                let mut names = table.header.iter().chain(first);
                assert!(
                    names.any(|name| name == "node-cluster †"),
                    "{}",
                    table.title
                );
                assert!(table.note.contains("† unvalidated"), "{}", table.title);
            }
        }
    }
}
