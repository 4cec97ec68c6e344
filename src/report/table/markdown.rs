//! The tables and the verdict as Markdown, for a report.

use super::{Table, tables};
use crate::experiment::Study;
use crate::report::verdict;

/// The whole page: title, verdict, tables.
#[must_use]
pub fn markdown(study: &Study) -> String {
    let came_from = format!(
        "Scenario `{}`, seed {}, crossover {}, digest `{}`.",
        study.scenario, study.seed, study.version, study.digest
    );
    let (said, lacks) = (verdict::verdict(study), verdict::shortfalls(study));
    markdown_page(&study.title, &tables(study), &said, &lacks, &came_from)
}

/// A title, sentences, what the data was too little for, tables, and where it all came from.
#[must_use]
pub fn markdown_page(
    title: &str,
    tables: &[Table],
    sentences: &[String],
    shortfalls: &[String],
    came_from: &str,
) -> String {
    let mut out = format!("# {}\n\n", escaped(title));
    for sentence in sentences {
        // What follows the first line is text to copy, already indented: a block of code in the item.
        let mut lines = sentence.lines();
        let said = escaped(lines.next().unwrap_or_default());
        let block: String = lines.map(|line| format!("\n  {line}")).collect();
        let gap = if block.is_empty() { "" } else { "\n" };
        out.push_str(&format!(
            "- {said}\n{gap}{}",
            block.trim_start_matches('\n')
        ));
        out.push_str(if block.is_empty() { "" } else { "\n" });
    }
    if !shortfalls.is_empty() {
        out.push_str("\nToo little data for:\n\n");
    }
    for shortfall in shortfalls {
        out.push_str(&format!("- {}\n", escaped(shortfall)));
    }
    for table in tables {
        out.push('\n');
        push(&mut out, table);
    }
    out.push_str(&format!("\n{came_from}\n"));
    out
}

fn push(out: &mut String, table: &Table) {
    out.push_str(&format!("**{}**\n\n", escaped(&table.title)));
    let line = |cells: &[String]| {
        format!(
            "| {} |\n",
            cells
                .iter()
                .map(|c| escaped(c))
                .collect::<Vec<_>>()
                .join(" | ")
        )
    };
    out.push_str(&line(&table.header));
    out.push_str(&format!(
        "| --- |{}\n",
        " ---: |".repeat(table.header.len().saturating_sub(1))
    ));
    for row in &table.rows {
        out.push_str(&line(row));
    }
    if !table.note.is_empty() {
        out.push_str(&format!("\n{}\n", escaped(&table.note)));
    }
}

/// Nothing in a name or title can break the page.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_comparison() {
        insta::assert_snapshot!(markdown(&fixture::compare()));
    }

    #[test]
    fn one_load() {
        insta::assert_snapshot!(markdown(&fixture::single()));
    }
}
