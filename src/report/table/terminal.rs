//! Tables and verdict for a terminal of a given width.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table as Grid};

use super::{Table, tables};
use crate::experiment::Study;
use crate::report::verdict;

/// More sentences on what is missing than this are left to `summary.md`.
const MOST_SHORTFALLS: usize = 4;
/// Narrower than this nothing is readable anyway.
const LEAST_WIDTH: usize = 40;

/// The whole answer: tables, then the verdict, where a terminal leaves the reader; no line longer than `width` unless a single word is.
/// `colour`: whether control sequences may be used.
#[must_use]
pub fn terminal(study: &Study, width: usize, colour: bool) -> String {
    let (said, lacks) = (verdict::verdict(study), verdict::shortfalls(study));
    page(&study.title, &tables(study), &said, &lacks, width, colour)
}

/// A title, tables, what the data was too little for, and last the sentences; no line longer than `width` unless a single word is.
#[must_use]
pub fn page(
    title: &str,
    tables: &[Table],
    sentences: &[String],
    shortfalls: &[String],
    width: usize,
    colour: bool,
) -> String {
    let width = width.max(LEAST_WIDTH);
    let mut out = String::new();
    for line in wrap(title, width, "") {
        out.push_str(&line);
        out.push('\n');
    }
    for table in tables {
        out.push('\n');
        draw(&mut out, table, width, colour);
    }
    push_shortfalls(&mut out, shortfalls, width);
    out.push('\n');
    for sentence in sentences {
        let (said, block) = sentence.split_once('\n').unwrap_or((sentence, ""));
        out.push_str(&wrap(said, width - 2, "  ").join("\n"));
        out.push('\n');
        // What follows the first line is text to copy: as it is.
        for line in block.lines() {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What the data was too little for; the first few are enough to see how it is mended.
fn push_shortfalls(out: &mut String, shortfalls: &[String], width: usize) {
    if shortfalls.is_empty() {
        return;
    }
    out.push_str("\nToo little data for:\n");
    let more = shortfalls.len().saturating_sub(MOST_SHORTFALLS);
    let rest = (more > 0).then(|| format!("... and {more} more, listed in summary.md"));
    for line in shortfalls.iter().take(MOST_SHORTFALLS).chain(&rest) {
        out.push_str(&wrap(line, width - 2, "  ").join("\n"));
        out.push('\n');
    }
}

/// One table, cut into blocks of columns where the width does not hold all.
fn draw(out: &mut String, table: &Table, width: usize, colour: bool) {
    for line in wrap(&table.title, width, "") {
        out.push_str(&line);
        out.push('\n');
    }
    for block in blocks(&broken(table, width), width) {
        out.push_str(&grid(&block, colour));
        out.push('\n');
    }
    if !table.note.is_empty() {
        out.push_str(&wrap(&table.note, width, "").join("\n"));
        out.push('\n');
    }
}

/// The table with texts that no page holds beside the first column broken into lines.
fn broken(table: &Table, width: usize) -> Table {
    let column = |cells: &[String]| cells.first().map_or(0, |cell| cell.chars().count());
    let rows = table.rows.iter().map(|row| column(row));
    let first = rows.chain([column(&table.header)]).max().unwrap_or(0);
    let room = width.saturating_sub(first + 4).max(LEAST_WIDTH / 2);
    let cell = |cell: &String| match cell.chars().count() > room {
        true => wrap(cell, room, "").join("\n"),
        false => cell.clone(),
    };
    let row = |row: &Vec<String>| match row.split_first() {
        Some((name, rest)) => [name.clone()]
            .into_iter()
            .chain(rest.iter().map(cell))
            .collect(),
        None => Vec::new(),
    };
    Table {
        rows: table.rows.iter().map(row).collect(),
        ..table.clone()
    }
}

/// Groups of columns that fit, each beginning with the first column again.
fn blocks(table: &Table, width: usize) -> Vec<Table> {
    let widths: Vec<usize> = (0..table.header.len())
        .map(|i| {
            table
                .rows
                .iter()
                .map(|row| &row[i])
                .chain([&table.header[i]])
                .flat_map(|cell| cell.split('\n'))
                .map(|line| line.chars().count() + 2)
                .max()
                .unwrap_or(0)
        })
        .collect();
    let first = widths.first().copied().unwrap_or(0);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut used = usize::MAX;
    for (i, w) in widths.iter().enumerate().skip(1) {
        if used.saturating_add(*w) > width || groups.is_empty() {
            groups.push(vec![0]);
            used = first;
        }
        used += w;
        if let Some(group) = groups.last_mut() {
            group.push(i);
        }
    }
    let pick = |cells: &[String], group: &[usize]| {
        group.iter().map(|&i| cells[i].clone()).collect::<Vec<_>>()
    };
    groups
        .iter()
        .map(|group| Table {
            header: pick(&table.header, group),
            rows: table.rows.iter().map(|row| pick(row, group)).collect(),
            ..table.clone()
        })
        .collect()
}

fn grid(table: &Table, colour: bool) -> String {
    let mut grid = Grid::new();
    grid.load_style(comfy_table::presets::NOTHING);
    grid.set_content_arrangement(ContentArrangement::Disabled);
    if colour {
        grid.enforce_styling();
    } else {
        grid.force_no_tty();
    }
    let heading = |name: &String| Cell::new(name).add_attribute(Attribute::Bold);
    grid.set_header(table.header.iter().map(heading));
    for row in &table.rows {
        grid.add_row(row);
    }
    for (i, column) in grid.column_iter_mut().enumerate().skip(1) {
        let text = table.rows.iter().any(|row| row[i].contains('\n'));
        if !text {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = grid.to_string();
    text.lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Breaks a text into lines of at most `width` characters at spaces; all but the first begin with `indent`.
fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_whitespace() {
        let size = word.chars().count();
        if length > 0 && length + 1 + size > width {
            lines.push(indent.to_owned());
            length = 0;
        }
        if let Some(line) = lines.last_mut() {
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += size;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn eighty_columns() {
        insta::assert_snapshot!(terminal(&fixture::compare(), 80, false));
    }

    #[test]
    fn a_hundred_and_twenty_columns_in_depth() {
        insta::assert_snapshot!(terminal(&fixture::single(), 120, false));
    }

    #[test]
    fn a_long_text_in_a_table_is_broken_into_lines() {
        let cells = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect();
        let long = "239 waiting for an auxiliary thread, 1.21 at work in postgres, 0.4 on the wire";
        let table = Table {
            title: "Where it went".to_owned(),
            header: cells(&["request", "latency, ms", "of which"]),
            rows: vec![
                cells(&["12", "241", long]),
                cells(&["7", "9.5", "9.5 at work"]),
            ],
            note: String::new(),
        };
        let text = page("Title", &[table], &[], &[], 60, false);
        assert!(
            text.lines().all(|line| line.chars().count() <= 60),
            "{text}"
        );
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        // The first block holds request and latency, the second the requests again, with the text.
        let told = words(&text).join(" ");
        assert!(
            told.contains("request latency, ms 12 241 7 9.5 request of which 12 239 waiting"),
            "{told}"
        );
        assert!(
            told.ends_with("at work in postgres, 0.4 on the wire 7 9.5 at work"),
            "{told}"
        );
    }

    #[test]
    fn no_line_is_too_long() {
        for study in [
            fixture::compare(),
            fixture::single(),
            fixture::closed(),
            fixture::saturated(),
            fixture::empty(),
        ] {
            for width in [60, 80, 120] {
                for line in terminal(&study, width, false).lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                }
            }
        }
    }
}
