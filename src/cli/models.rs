//! `crossover models`.

use super::outcome::{Done, Failure};
use super::output;
use crate::scenario::embedded::{self, EmbeddedFile};

/// Lists the embedded models, a line each.
pub fn models() -> Result<Done, Failure> {
    output::show(&list(embedded::models()))?;
    Ok(Done::Well)
}

/// Names and titles in two columns.
pub fn list(files: &[EmbeddedFile]) -> String {
    let widest = files.iter().map(|file| file.name.len()).max().unwrap_or(0);
    let line = |file: &EmbeddedFile| format!("{:widest$}  {}", file.name, file.title());
    files.iter().map(|file| line(file).trim_end().to_owned() + "\n").collect()
}
