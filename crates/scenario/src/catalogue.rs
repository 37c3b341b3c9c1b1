//! Models and scenarios that come with the program.

use crate::Error;
use crate::language::{ArgumentKind, ParameterEntry, ReadoutEntry, SELF, Vocabulary, nearest};
use crate::model::Model;
use paracrine_cells::drug::Target;
use paracrine_cells::genotype::{Gene, Lineage};
use paracrine_cells::host::Stromal;
use paracrine_cells::kind::Group;
use paracrine_cells::model::ModelFile;
use paracrine_cells::organ::Organ;
use paracrine_cells::population::Isotype;
use paracrine_cells::readout::{Affinity, Argument, Chain, FORMS, IL2, LIGANDS};
use std::io::Read as _;
use std::path::Path;

/// A scenario in the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// The name by which it can be run.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!("../../../scenarios/", $folder, $name, ".ron")),
        }),*]
    };
}

/// All shipped scenarios of mice, in the order a newcomer should see them.
pub const SCENARIOS: &[Shipped] = shipped![
    "":
    "wild-type",
    "il2ra-knockout",
    "il2-knockout",
    "foxp3-null",
    "treg-depletion",
    "antibodies",
    "il2-complexes",
    "mixed-marrow",
    "immunisation",
];

/// All shipped scenarios of wells, one effect of IL-2 each, in the order a newcomer should see them.
pub const CULTURES: &[Shipped] = shipped![
    "culture/":
    "affinities",
    "dose-response",
    "sources",
    "induction",
    "growth",
    "restimulation",
    "treg",
    "suppression",
    "nk-killing",
    "b-cells",
    "macrophages",
];

/// The scenarios that hold the published rows, in the order of what they take: mice from birth, adults, wells.
pub const PUBLISHED: &[Shipped] = shipped![
    "published/":
    "ageing",
    "knockouts",
    "neighbours",
    "scurfy",
    "neonates",
    "superantigen",
    "infection-il2",
    "ctla4",
    "refill",
    "treg-removal",
    "treg-refill",
    "il2-therapy",
    "blockade",
    "infection",
    "activation-step",
    "wells-response",
    "wells-death",
    "wells-signal",
    "wells-secretion",
    "wells-antigen",
];

/// Which published row was fitted, which is there to check: `id,tier,set`, fixed before the first calibration.
pub const SETS: &str = include_str!("../../../scenarios/published/sets.csv");

/// All shipped scenarios, of mice and of wells; without those of published rows.
pub fn scenarios() -> impl Iterator<Item = &'static Shipped> {
    SCENARIOS.iter().chain(CULTURES)
}

/// All shipped reaction networks, in the order a newcomer should see them.
pub const NETWORKS: &[Shipped] = shipped![
    "reference/networks/":
    "enzyme",
    "schloegl",
    "birth-death",
    "branching",
    "assembly",
    "bursts",
    "telegraph",
    "hazards",
    "fixed-leap",
    "il2-homeostasis",
    "il2-homeostasis-fate",
    "il2-homeostasis-ode",
    "il2-switch",
    "il2-trafficking",
    "il2-receptor",
    "il2-receptor-alpha",
    "il2-uptake",
    "il2-quorum",
    "il2-quorum-ode",
];

/// All models that come with the program.
pub const MODELS: &[Shipped] = &[
    Shipped {
        name: "mouse",
        text: include_str!("../models/mouse.ron"),
    },
    Shipped {
        name: "human-cells",
        text: include_str!("../models/human-cells.ron"),
    },
];

/// A scenario's text and what to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Short name, for the results directory: the file's stem.
    pub name: String,
    /// Name for messages: the path as given.
    pub origin: String,
    /// The text.
    pub text: String,
}

/// Finds a scenario: a file if there is one, else a shipped scenario of that name.
///
/// # Errors
/// [`Error::UnknownScenario`], [`Error::OtherCommand`] for the name of a network, [`Error::Read`] and [`Error::NotText`].
pub fn find(name: &str) -> Result<Source, Error> {
    let path = Path::new(name);
    if !path.is_file() {
        let stem = name.strip_suffix(".ron").unwrap_or(name);
        let stem = stem.strip_prefix("scenarios/").unwrap_or(stem);
        let stem = stem.strip_prefix("culture/").unwrap_or(stem);
        let stem = stem.strip_prefix("published/").unwrap_or(stem);
        let mut all = scenarios().chain(PUBLISHED);
        if let Some(shipped) = all.find(|shipped| shipped.name == stem) {
            return Ok(shipped.source());
        }
        // A link that leads nowhere is there; why it cannot be read is said.
        if path.symlink_metadata().is_err() {
            if NETWORKS.iter().any(|shipped| shipped.name == stem) {
                return Err(Error::OtherCommand {
                    name: name.into(),
                    what: "a reaction network",
                    command: "simulate",
                });
            }
            return Err(Error::UnknownScenario {
                name: name.into(),
                nearest: nearest(
                    stem,
                    scenarios().chain(PUBLISHED).map(|shipped| shipped.name),
                ),
            });
        }
    }
    read(path)
}

/// Whether a name that was found is that of a file that is not there: what comes with the program stands in for it.
pub fn stands_in(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "ron") && !Path::new(name).is_file()
}

/// The file here that was perhaps meant by a name for which what comes with the program was found: that name with its ending.
pub fn passed_over(name: &str) -> Option<String> {
    let file = format!("{name}.ron");
    (!Path::new(name).is_file() && Path::new(&file).is_file()).then_some(file)
}

/// Finds a reaction network: a file if there is one, else a shipped network of that name.
///
/// # Errors
/// [`Error::UnknownNetwork`], [`Error::OtherCommand`] for the name of a scenario, [`Error::Read`] and [`Error::NotText`].
pub fn find_network(name: &str) -> Result<Source, Error> {
    let path = Path::new(name);
    if !path.is_file() {
        let stem = name.strip_suffix(".ron").unwrap_or(name);
        let stem = stem
            .strip_prefix("scenarios/reference/networks/")
            .unwrap_or(stem);
        if let Some(shipped) = NETWORKS.iter().find(|shipped| shipped.name == stem) {
            return Ok(shipped.source());
        }
        // A link that leads nowhere is there; why it cannot be read is said.
        if path.symlink_metadata().is_err() {
            if scenarios()
                .chain(PUBLISHED)
                .any(|shipped| shipped.name == stem)
            {
                return Err(Error::OtherCommand {
                    name: name.into(),
                    what: "a scenario",
                    command: "run",
                });
            }
            return Err(Error::UnknownNetwork {
                name: name.into(),
                nearest: nearest(stem, NETWORKS.iter().map(|shipped| shipped.name)),
            });
        }
    }
    read_at_most(path, MOST_BYTES_OF_NETWORKS)
}

impl Shipped {
    /// Its text and what to call it.
    pub fn source(&self) -> Source {
        Source {
            name: self.name.into(),
            origin: self.name.into(),
            text: self.text.into(),
        }
    }
}

/// The byte order mark.
const MARK: char = '\u{feff}';

/// No scenario or model is longer, and none that is takes long to refuse; a device has no end.
const MOST_BYTES: u64 = 2 << 20;

/// No network is, which programs write too.
const MOST_BYTES_OF_NETWORKS: u64 = 64 << 20;

/// A scenario or a model of mice.
pub(crate) fn read(path: &Path) -> Result<Source, Error> {
    read_at_most(path, MOST_BYTES)
}

fn read_at_most(path: &Path, most: u64) -> Result<Source, Error> {
    let failed = |source| Error::Read {
        path: path.into(),
        source,
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut head = file.take(most + 1);
    head.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        let much = format!(
            "more than {} MB, too much for a text of this kind",
            most >> 20
        );
        return Err(failed(std::io::Error::other(much)));
    }
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let mut text = String::from_utf8(bytes).map_err(|error| Error::NotText {
        path: path.into(),
        offset: error.utf8_error().valid_up_to(),
        is_utf16,
    })?;
    // Some editors write a mark before the first character that says nothing here.
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    let name = path.file_stem().map_or_else(
        || "scenario".into(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    Ok(Source {
        name,
        origin: path.display().to_string(),
        text,
    })
}

/// The embedded model of a name, or the model in a file.
///
/// # Errors
/// As [`Model::find`].
pub fn model(name: &str) -> Result<Model, Error> {
    Model::find(name, None)
}

/// Ligands that can be injected, beside forms of IL-2, and whose serum concentration can be read.
fn injectables() -> impl Iterator<Item = &'static str> {
    let stromal = Stromal::ALL.map(Stromal::name);
    [IL2].into_iter().chain(stromal)
}

/// The words a scenario may use with this model.
pub fn vocabulary(model: &ModelFile) -> Vocabulary {
    Vocabulary {
        models: MODELS.iter().map(|model| model.name.to_owned()).collect(),
        genes: Gene::ALL.map(|gene| gene.symbol().to_owned()).to_vec(),
        lineages: Lineage::ALL
            .map(|lineage| lineage.name().to_owned())
            .to_vec(),
        kinds: Group::all().map(|group| group.name().to_owned()).collect(),
        ligands: LIGANDS.map(|(name, _)| name.to_owned()).to_vec(),
        injectables: injectables().map(str::to_owned).collect(),
        drugs: model.drugs.iter().map(|drug| drug.name.clone()).collect(),
        forms: model.forms.iter().map(|form| form.name.clone()).collect(),
        targets: Target::all()
            .map(|target| target.name().to_owned())
            .collect(),
        affinities: Affinity::ALL
            .map(|affinity| affinity.name().to_owned())
            .to_vec(),
        organs: Organ::ALL.map(|organ| organ.name().to_owned()).to_vec(),
        places: Organ::PERIPHERY
            .map(|organ| organ.name().to_owned())
            .to_vec(),
        isotypes: Isotype::ALL
            .map(|isotype| isotype.name().to_owned())
            .to_vec(),
        chains: Chain::ALL.map(|chain| chain.name().to_owned()).to_vec(),
        antigens: vec![SELF.to_owned()],
        parameters: model
            .parameters
            .iter()
            .map(|(name, parameter)| ParameterEntry {
                name: name.clone(),
                unit: parameter.unit.clone(),
                low: parameter.low,
                high: parameter.high,
                meaning: parameter.meaning.clone(),
            })
            .collect(),
        readouts: FORMS
            .iter()
            .map(|form| ReadoutEntry {
                name: form.name.to_owned(),
                arguments: form
                    .arguments
                    .iter()
                    .map(|argument| match argument {
                        Argument::Group => ArgumentKind::Kind,
                        Argument::Chain => ArgumentKind::Chain,
                        Argument::Ligand => ArgumentKind::Ligand,
                        Argument::Injectable => ArgumentKind::Injectable,
                        Argument::Isotype => ArgumentKind::Isotype,
                        Argument::Affinity => ArgumentKind::Affinity,
                        Argument::Organ => ArgumentKind::Organ,
                        Argument::Antigen => ArgumentKind::Antigen,
                        Argument::Drug => ArgumentKind::Drug,
                        Argument::Form => ArgumentKind::Form,
                    })
                    .collect(),
                organ: form.organ,
                tag: form.is_of_cells(),
                of: form.of.then_some(ArgumentKind::Kind),
                unit: form.unit.to_owned(),
                meaning: form.meaning.to_owned(),
            })
            .collect(),
    }
}
