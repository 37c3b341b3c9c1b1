//! Failures on their way to the terminal.

use crate::exit::Exit;
use crate::{faults, output};
use paracrine_scenario::Error;

/// A failure on its way to the terminal.
pub(crate) enum Failure {
    Run(Error),
    Report(paracrine_report::ReportError),
    Lab(paracrine_lab::Error),
    Setting(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Run(error)
    }
}

impl From<paracrine_report::ReportError> for Failure {
    fn from(error: paracrine_report::ReportError) -> Self {
        Self::Report(error)
    }
}

impl From<paracrine_lab::Error> for Failure {
    fn from(error: paracrine_lab::Error) -> Self {
        Self::Lab(error)
    }
}

impl Failure {
    /// Says what is wrong, and how the program ends.
    pub(crate) fn report(&self) -> Exit {
        match self {
            Self::Run(Error::Faults(faults)) => {
                faults::print(faults);
                Exit::Scenario
            }
            Self::Run(error) => {
                output::remark(&format!("error: {error}"));
                match error {
                    Error::UnknownScenario { .. }
                    | Error::UnknownNetwork { .. }
                    | Error::UnknownModel { .. } => {
                        output::remark("`paracrine list` shows what comes with the program");
                        Exit::Scenario
                    }
                    Error::UnknownReadout { .. } => {
                        output::remark("`paracrine readouts` shows all of them");
                        Exit::Usage
                    }
                    Error::Read { .. }
                    | Error::NotText { .. }
                    | Error::Suite { .. }
                    | Error::Start(_) => Exit::Scenario,
                    Error::Row { .. } => {
                        output::remark("groups are W and A to M; scenarios/published has the rows");
                        Exit::Usage
                    }
                    Error::Setting { .. }
                    | Error::Memory { .. }
                    | Error::Time { .. }
                    | Error::NetworkMemory { .. }
                    | Error::NoParquet
                    | Error::OtherCommand { .. }
                    | Error::Exists { .. }
                    | Error::OtherRun { .. }
                    | Error::Busy { .. }
                    | Error::Altered { .. }
                    | Error::DamagedRun { .. }
                    | Error::States { .. }
                    | Error::Shards { .. }
                    | Error::MissingShards { .. }
                    | Error::NoResults { .. }
                    | Error::NothingUnfinished { .. }
                    | Error::OtherVersion { .. }
                    | Error::Foreign { .. }
                    | Error::NoDirectory { .. } => Exit::Usage,
                    _ => Exit::Failed,
                }
            }
            Self::Report(error) => {
                output::remark(&format!("error: {error}"));
                Exit::Failed
            }
            Self::Lab(error) => {
                output::remark(&format!("error: {error}"));
                match error {
                    paracrine_lab::Error::Listen { .. } => Exit::Usage,
                    _ => Exit::Failed,
                }
            }
            Self::Setting(message) => {
                output::remark(&format!("error: {message}"));
                Exit::Usage
            }
        }
    }
}
