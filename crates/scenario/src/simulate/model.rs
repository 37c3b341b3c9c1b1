//! A network from a RON file, an SBML file or the program itself.

use crate::Error;
use crate::catalogue::{self, Source};
use crate::language::spans::{Document, byte_at};
use crate::language::{
    Fault, Faults, NetworkExpectation, NetworkFile, NetworkRun, nearest, parse_network,
};
use crate::simulate::method;
use paracrine_kernel::network::Network;
pub use paracrine_sbml::Substance;

/// How the text of a model is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// This program's own form.
    Ron,
    /// The Systems Biology Markup Language.
    Sbml,
}

impl Format {
    /// The format of a text: SBML begins with `<`, RON cannot.
    pub fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('<') {
            Self::Sbml
        } else {
            Self::Ron
        }
    }

    /// What a copy of the text is called.
    pub fn file(self) -> &'static str {
        match self {
            Self::Ron => "model.ron",
            Self::Sbml => "model.xml",
        }
    }
}

/// A reaction network that can be run.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its text, and what to call it.
    pub source: Source,
    /// How the text is written.
    pub format: Format,
    /// Title.
    pub title: String,
    /// Where it comes from.
    pub reference: Option<String>,
    /// Unit of time, for labels.
    pub time_unit: Option<String>,
    /// The network.
    pub network: Network,
    /// How it is run unless the caller says otherwise.
    pub run: NetworkRun,
    /// What its runs should give.
    pub expectations: Vec<NetworkExpectation>,
    /// How amounts of an SBML file are counted.
    pub substance: Substance,
    /// Values that replace those of the text.
    pub changes: Vec<(String, f64)>,
}

impl Model {
    /// Finds and reads a model: a file if there is one, else a shipped network of that name.
    ///
    /// # Errors
    /// As [`catalogue::find_network`] and [`Model::read`].
    pub fn find(
        name: &str,
        substance: Substance,
        changes: &[(String, f64)],
    ) -> Result<Self, Error> {
        Self::read(catalogue::find_network(name)?, substance, changes)
    }

    /// Reads a model. `changes` replace the values of parameters, compartments and species at time 0.
    ///
    /// # Errors
    /// All faults of the text with their places; [`Error::OtherCommand`] if it is a scenario; [`Error::Setting`] for a
    /// change of something that the model does not have.
    pub fn read(
        source: Source,
        substance: Substance,
        changes: &[(String, f64)],
    ) -> Result<Self, Error> {
        let format = Format::of(&source.text);
        let read = match format {
            Format::Ron => read_ron(&source, changes)?,
            Format::Sbml => read_sbml(&source, substance, changes)?,
        };
        for (name, _) in changes {
            check_change(&read, name)?;
        }
        Ok(Self {
            source,
            format,
            title: read.title,
            reference: read.source,
            time_unit: read.time_unit,
            network: read.network,
            run: read.run,
            expectations: read.expectations,
            substance,
            changes: changes.to_vec(),
        })
    }
}

/// Whether a text is a reaction network, and not a scenario: SBML, or RON with species or channels.
pub fn is_model(text: &str) -> bool {
    Format::of(text) == Format::Sbml
        || Document::read(text).is_ok_and(|document| {
            document.find("arms").is_none()
                && (document.find("species").is_some() || document.find("channels").is_some())
        })
}

fn read_ron(source: &Source, changes: &[(String, f64)]) -> Result<NetworkFile, Error> {
    parse_network(&source.origin, &source.text, &method::NAMES, changes).map_err(|faults| {
        let is_scenario = Document::read(&source.text).is_ok_and(|document| {
            document.find("arms").is_some() && document.find("species").is_none()
        });
        if is_scenario {
            return Error::OtherCommand {
                name: source.origin.clone(),
                what: "a scenario",
                command: "run",
            };
        }
        faults.into()
    })
}

/// Reads SBML. The file says nothing of how it is run, and expects nothing.
fn read_sbml(
    source: &Source,
    substance: Substance,
    changes: &[(String, f64)],
) -> Result<NetworkFile, Error> {
    let text = &source.text;
    if let Some((name, _)) = changes.first() {
        return Err(Error::Setting {
            option: "--set",
            found: format!("`{name}` of an SBML file"),
            expected: "a model in RON: edit the file, or a copy of it".into(),
        });
    }
    let document = paracrine_sbml::read(text, substance).map_err(|errors| {
        let faults = errors
            .0
            .iter()
            .map(|error| sbml_fault(text, error))
            .collect();
        Faults::new(&source.origin, text, faults)
    })?;
    let title = document.model_name.or(document.model_id);
    Ok(NetworkFile {
        title: title.unwrap_or_else(|| source.name.clone()),
        source: None,
        time_unit: document.time_unit,
        network: document.network,
        determined: Vec::new(),
        run: NetworkRun::default(),
        expectations: Vec::new(),
    })
}

fn sbml_fault(text: &str, error: &paracrine_sbml::Error) -> Fault {
    let start = byte_at(text, error.line as usize, error.column as usize);
    // From the opening bracket to the end of the element's name.
    let length = error.element.as_ref().map_or(0, |element| {
        let rest = &text[start..];
        rest.find(element.as_str())
            .map_or(0, |name| name + element.len())
    });
    let mut fault = Fault::new(text, "", start..start + length, "", "");
    let whole = error.to_string();
    let place = format!("line {}, column {}:", error.line, error.column);
    fault.message = whole
        .strip_prefix(&place)
        .unwrap_or(&whole)
        .trim()
        .to_owned();
    fault
}

fn check_change(read: &NetworkFile, name: &str) -> Result<(), Error> {
    let network = &read.network;
    if read.determined.iter().any(|determined| determined == name) {
        return Err(Error::Setting {
            option: "--set",
            found: format!("`{name}`, which a rule determines at all times"),
            expected: "something else".into(),
        });
    }
    let known = || {
        let constants = network.constants().iter().map(|(name, _)| name);
        network.quantities().iter().chain(constants)
    };
    if known().any(|known| known == name) {
        return Ok(());
    }
    let near = nearest(name, known().map(String::as_str));
    let hint = near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(Error::Setting {
        option: "--set",
        found: format!("`{name}`"),
        expected: format!("a species, parameter or compartment of the model{hint}"),
    })
}
