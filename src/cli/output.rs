//! Standard output and standard error. A reader that has gone away is no error.

use std::io::{self, ErrorKind, IsTerminal, Write};

use super::outcome::Failure;

/// The width of tables where nobody says how wide the reader's page is.
const PIPE_WIDTH: usize = 80;

/// Writes results to standard output.
///
/// # Errors
/// If they cannot be written, other than for want of a reader.
pub fn show(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Failed(format!(
            "error: cannot write to standard output: {error}"
        ))),
        _ => Ok(()),
    }
}

/// A remark on standard error.
pub fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}"); // where else could one complain?
}

/// A failure on standard error.
pub fn complain(text: &str) {
    remark(text);
}

/// The width of the reader's page, and whether it understands control sequences.
pub fn page() -> (usize, bool) {
    let terminal = io::stdout().is_terminal();
    let said = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let seen = || {
        terminal
            .then(|| comfy_table::Table::new().width())
            .flatten()
            .map(usize::from)
    };
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    (said.or_else(seen).unwrap_or(PIPE_WIDTH), terminal && !plain)
}
