//! `results.csv`: one row per contestant × load × endpoint; and the files of tables beside it.

use super::columns::{Cell, columns};
use super::sheet::Sheet;
use crate::experiment::Study;

/// The whole file, with a header. Absent figures are empty cells.
#[must_use]
pub fn csv(study: &Study) -> String {
    let columns = columns(study);
    let mut out = String::new();
    line(&mut out, columns.iter().map(|c| c.name.clone()));
    for row in &study.rows {
        line(&mut out, columns.iter().map(|c| text(c.cell(study, row))));
    }
    out
}

/// The file of a table of its own: `capacity.csv`, `tuning.csv`, `changes.csv`.
#[must_use]
pub fn sheet<T>(sheet: &Sheet<T>, study: &Study) -> String {
    let mut out = String::new();
    line(&mut out, sheet.header().map(str::to_owned));
    for row in sheet.rows(study) {
        line(&mut out, row.into_iter().map(text));
    }
    out
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    out.push_str(&cells.join(","));
    out.push('\n');
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Text(text) => text,
        Cell::Number(number) => number.map_or_else(String::new, |n| n.to_string()),
        Cell::Count(count) => count.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

/// As RFC 4180 has it: quotes around what holds a separator, doubled inside.
pub(super) fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_row_has_every_column() {
        let study = fixture::compare();
        let text = csv(&study);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let width = reader.headers().unwrap().len();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), study.rows.len());
        assert!(rows.iter().all(|row| row.len() == width));
    }

    #[test]
    fn names_with_separators_are_quoted() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("plain"), "plain");
    }

    #[test]
    fn a_small_study() {
        insta::assert_snapshot!(csv(&fixture::small()));
    }
}
