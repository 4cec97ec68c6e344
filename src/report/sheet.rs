//! A table in code of what a study has several of (capacities, settings, changes): from it derive a CSV file, a list in
//! `results.json`, and their documentation. The rows of results themselves have columns that differ between studies: [`columns`](super::columns).

use super::columns::Cell;
use crate::experiment::Study;

/// A column: its name, what it says, and where it is read.
pub struct Column<T> {
    /// Its name in every file.
    pub name: &'static str,
    /// What it says, for people.
    pub doc: &'static str,
    /// What stands in it.
    pub read: fn(&Study, &T) -> Cell,
}

/// A table of `T`s.
pub struct Sheet<T: 'static> {
    /// Its columns.
    pub columns: &'static [Column<T>],
    /// What its rows are of.
    pub of: fn(&Study) -> &[T],
}

impl<T> Sheet<T> {
    /// The names of the columns.
    pub fn header(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }

    /// What stands in them, a row for each.
    pub fn rows(&self, study: &Study) -> impl Iterator<Item = Vec<Cell>> {
        let row = |of: &T| self.columns.iter().map(|c| (c.read)(study, of)).collect();
        (self.of)(study).iter().map(row)
    }

    /// The columns as a Markdown table, for `docs/results.md`.
    #[must_use]
    pub fn documentation(&self) -> String {
        let line = |c: &Column<T>| format!("| `{}` | {} |\n", c.name, c.doc);
        let lines: String = self.columns.iter().map(line).collect();
        format!("| column | says |\n| --- | --- |\n{lines}")
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{carried, changes, raced};

    #[test]
    fn the_documentation_is_these_tables() {
        let page = include_str!("../../docs/results.md");
        let tables = [
            carried::CAPACITIES.documentation(),
            raced::SETTINGS.documentation(),
            changes::CHANGES.documentation(),
        ];
        for table in tables {
            assert!(
                page.contains(&table),
                "docs/results.md should contain:\n{table}"
            );
        }
    }
}
