//! `crossover models`.

use super::outcome::{Done, Failure};
use super::output;
use crate::scenario::embedded::{self, EmbeddedFile};

/// Lists the embedded models, a line each.
pub fn models() -> Result<Done, Failure> {
    output::show(&list(embedded::models()))?;
    Ok(Done::Well)
}

/// A line is enough: a title that goes on ends with its first sentence.
fn first_sentence(title: &str) -> &str {
    title.split_once(". ").map_or(title, |(first, _)| first)
}

/// Names and titles in two columns.
pub fn list(files: &[EmbeddedFile]) -> String {
    let widest = files.iter().map(|file| file.name.len()).max().unwrap_or(0);
    let line =
        |file: &EmbeddedFile| format!("{:widest$}  {}", file.name, first_sentence(file.title()));
    files
        .iter()
        .map(|file| line(file).trim_end().to_owned() + "\n")
        .collect()
}
