//! The command line: one file a subcommand, each thin.

use std::process::ExitCode;

/// Runs the command the arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
