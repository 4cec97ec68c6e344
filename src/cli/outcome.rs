//! How a command ends.

use std::fmt;
use std::process::ExitCode;

/// All is well.
pub const DONE: u8 = 0;
/// Failed while running.
pub const FAILED: u8 = 1;
/// Wrong usage, or a file that was refused.
pub const REFUSED: u8 = 2;
/// The asked `--assert-slo` was missed.
pub const MISSED: u8 = 3;

/// A command did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// And all is well.
    Well,
    /// And the objectives that were to be asserted are not shown to be met.
    Missed,
}

impl Done {
    /// The exit status.
    pub fn status(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Well => DONE,
            Self::Missed => MISSED,
        })
    }
}

/// A command did not do what it was asked: what to tell.
#[derive(Debug)]
pub enum Failure {
    /// It failed while running.
    Failed(String),
    /// The arguments, or a file, were refused.
    Refused(String),
}

impl Failure {
    /// The exit status.
    pub fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => FAILED,
            Self::Refused(_) => REFUSED,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) | Self::Refused(text) => f.write_str(text.trim_end()),
        }
    }
}
