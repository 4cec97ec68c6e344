//! `crossover completions SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Args;
use super::outcome::{Done, Failure};
use super::output;

/// Writes completions to standard output.
pub fn completions(shell: Shell) -> Result<Done, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "crossover", &mut text);
    output::show(&String::from_utf8_lossy(&text))?;
    Ok(Done::Well)
}
