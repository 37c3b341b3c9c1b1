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

impl Exit {
    /// The code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Scenario => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::OutOfBand => 4,
            Self::Different => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
