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
    /// The format of a text: SBML begins with `<`, RON cannot. The name of its file tells for an empty one.
    pub fn of(name: &str, text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let xml = || [".xml", ".sbml"].iter().any(|end| name.ends_with(end));
        if text.starts_with('<') || text.is_empty() && xml() {
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
        let format = Format::of(&source.origin, &source.text);
        let read = |changes: &[(String, f64)]| match format {
            Format::Ron => read_ron(&source, changes),
            Format::Sbml => read_sbml(&source, substance, changes),
        };
        let (read, changeable) = match read(changes) {
            // Nothing is wrong with the text itself.
            Err(Error::Faults(faults)) if !changes.is_empty() && read(&[]).is_ok() => {
                return Err(impossible(changes, &faults));
            }
            read => read?,
        };
        for (name, _) in changes {
            check_change(&read.determined, &changeable, name)?;
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
    Format::of("", text) == Format::Sbml
        || Document::read(text).is_ok_and(|document| {
            document.find("arms").is_none()
                && (document.find("species").is_some() || document.find("channels").is_some())
        })
}

/// A network, and the names of what can be changed in it.
fn read_ron(
    source: &Source,
    changes: &[(String, f64)],
) -> Result<(NetworkFile, Vec<String>), Error> {
    let read =
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
        })?;
    let constants = read.network.constants().iter().map(|(name, _)| name);
    let names = read.network.quantities().iter().chain(constants);
    let changeable = names.cloned().collect();
    Ok((read, changeable))
}

/// Reads SBML. The file says nothing of how it is run, and expects nothing.
fn read_sbml(
    source: &Source,
    substance: Substance,
    changes: &[(String, f64)],
) -> Result<(NetworkFile, Vec<String>), Error> {
    let text = &source.text;
    let document = paracrine_sbml::read_changed(text, substance, changes).map_err(|errors| {
        let faults = errors
            .0
            .iter()
            .map(|error| sbml_fault(text, error))
            .collect();
        Faults::new(&source.origin, text, faults)
    })?;
    let title = document.model_name.or(document.model_id);
    let file = NetworkFile {
        title: title.unwrap_or_else(|| source.name.clone()),
        source: None,
        time_unit: document.time_unit,
        network: document.network,
        determined: document.determined,
        run: NetworkRun::default(),
        expectations: Vec::new(),
    };
    Ok((file, document.changeable))
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

/// The error of changes with which a good model is one no more.
fn impossible(changes: &[(String, f64)], faults: &Faults) -> Error {
    let given = changes
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    let given: Vec<_> = given.collect();
    let messages = faults.faults.iter().map(|fault| fault.message.as_str());
    let messages: Vec<_> = messages.collect();
    Error::Setting {
        option: "--set",
        found: given.join(" "),
        expected: format!("values that the model can have ({})", messages.join("; ")),
    }
}

fn check_change(determined: &[String], changeable: &[String], name: &str) -> Result<(), Error> {
    if determined.iter().any(|determined| determined == name) {
        return Err(Error::Setting {
            option: "--set",
            found: format!("`{name}`, which a rule determines at all times"),
            expected: "something else".into(),
        });
    }
    if changeable.iter().any(|known| known == name) {
        return Ok(());
    }
    let near = nearest(name, changeable.iter().map(String::as_str));
    let hint = near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(Error::Setting {
        option: "--set",
        found: format!("`{name}`"),
        expected: format!("a species, parameter or compartment of the model{hint}"),
    })
}
