//! Failures on their way to the terminal.

use crate::exit::Exit;
use crate::{faults, output, script};
use paracrine_scenario::Error;
use serde_json::json;
use std::fmt;

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
        let exit = self.exit();
        if script::is_asked() {
            return script::document(exit, json!({ "errors": script::errors(self) }));
        }
        self.print();
        exit
    }

    /// Says what is wrong on standard error.
    pub(crate) fn print(&self) {
        if let Self::Run(Error::Faults(faults)) = self {
            return faults::print(faults);
        }
        output::remark(&format!("error: {self}"));
        let Self::Run(error) = self else { return };
        let hint = match error {
            Error::UnknownScenario { .. }
            | Error::UnknownNetwork { .. }
            | Error::UnknownModel { .. } => "`paracrine list` shows what comes with the program",
            Error::UnknownReadout { .. } => "`paracrine readouts` shows all of them",
            Error::UnknownWord { .. } => {
                "`paracrine model`, `paracrine readouts` and `paracrine list` show what there is"
            }
            Error::Row { .. } => "groups are W and A to M; scenarios/published has the rows",
            _ => return,
        };
        output::remark(hint);
    }

    /// How the program ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Run(error) => match error {
                Error::Faults(_)
                | Error::UnknownScenario { .. }
                | Error::UnknownNetwork { .. }
                | Error::UnknownModel { .. }
                | Error::Read { .. }
                | Error::NotText { .. }
                | Error::Suite { .. }
                | Error::Start(_) => Exit::Scenario,
                Error::UnknownReadout { .. }
                | Error::UnknownWord { .. }
                | Error::Row { .. }
                | Error::Setting { .. }
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
                | Error::Interrupted { .. }
                | Error::NoResults { .. }
                | Error::NothingUnfinished { .. }
                | Error::OtherVersion { .. }
                | Error::Foreign { .. }
                | Error::NoDirectory { .. } => Exit::Usage,
                _ => Exit::Failed,
            },
            Self::Lab(paracrine_lab::Error::Listen { .. })
            | Self::Report(paracrine_report::ReportError::Markers { .. })
            | Self::Setting(_) => Exit::Usage,
            Self::Report(_) | Self::Lab(_) => Exit::Failed,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(error) => error.fmt(f),
            Self::Report(error) => error.fmt(f),
            Self::Lab(error) => error.fmt(f),
            Self::Setting(message) => f.write_str(message),
        }
    }
}
