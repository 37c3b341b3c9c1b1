//! Exit codes.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done, also when a readout is out of its band.
    Done,
    /// The scenario is faulty or missing.
    Scenario,
    /// The command line asks for something impossible.
    Usage,
    /// Failed while running.
    Failed,
    /// A readout is out of its band, with `--strict`.
    OutOfBand,
    /// What `diff` compares is not the same.
    Different,
    /// Interrupted.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Scenario => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
            Exit::OutOfBand => 4,
            Exit::Different => 5,
            Exit::Interrupted => 130,
        })
    }
}
