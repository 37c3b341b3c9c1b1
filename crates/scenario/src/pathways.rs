//! What is known of the pathways beside the numbers of the model: names, what stands for what, targets of ligands, the causal chain.
//!
//! Data of `models/pathways.ron`; the lab draws it, `paracrine explain` prints it, a run records the chain.

use crate::Error;
use crate::language::{ParsedReadout, ReadoutCall};
use serde::Deserialize;

const TEXT: &str = include_str!("../models/pathways.ron");

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pathways {
    /// Molecules and steps of signals, as the lab draws them.
    pub boxes: Vec<Drawn>,
    /// What IL-2 does to each sort of cell.
    pub effects: Vec<Effect>,
    /// IL-2 and its siblings, which share γ.
    pub family: Vec<Sibling>,
    /// Other names of what the model calls by one.
    pub aliases: Vec<Alias>,
    /// From the receptor to what becomes of the mouse.
    pub chain: Vec<Link>,
    /// Mechanisms that are one step of the above.
    pub mechanisms: Vec<Mechanism>,
}

/// A molecule or a step of a signal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// Its name in the page.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it is taken out of the mouse.
    #[serde(default)]
    pub knock: Option<Knock>,
    /// What it is.
    pub what: String,
    /// Files of the rule.
    pub rule: String,
    /// Parameters of the model.
    pub parameters: Vec<String>,
}

/// How a box is taken out of the mouse.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Knock {
    /// By the gene of this symbol.
    Gene(String),
    /// By a signal that is switched off.
    Signal(String),
}

/// What IL-2 does to a sort of cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The sort.
    pub cell: String,
    /// Kinds of the model that belong to it.
    pub kinds: Vec<String>,
    /// On survival.
    pub survives: String,
    /// On division.
    pub divides: String,
    /// On anything else.
    pub other: String,
    /// Files of the rules.
    pub rule: String,
    /// Parameters of the model.
    pub parameters: Vec<String>,
}

/// A ligand of the family of the common γ chain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sibling {
    /// Its name in the model.
    pub ligand: String,
    /// Cells that respond to it.
    pub targets: String,
    /// Files of the rules; empty where it is not simulated.
    #[serde(default)]
    pub rule: String,
    /// Parameters of the model.
    #[serde(default)]
    pub parameters: Vec<String>,
}

/// Other names of something.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// What the model, or a box, calls it.
    pub of: String,
    /// What others do.
    pub names: Vec<String>,
}

/// A link of the causal chain: a readout and why it follows from the one before.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The readout, as a scenario writes it.
    pub readout: String,
    /// Why it follows, in one sentence.
    pub because: String,
    /// Files of the rule.
    pub rule: String,
}

impl Link {
    /// The call of the readout.
    pub(crate) fn call(&self) -> Option<ReadoutCall> {
        ParsedReadout::parse(&self.readout)
            .ok()
            .map(|parsed| parsed.call)
    }
}

/// A mechanism: what it is, where it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mechanism {
    /// Its name.
    pub name: String,
    /// What it says, in a sentence or two.
    pub what: String,
    /// Files of the rule.
    pub rule: String,
    /// Heading of its part of `docs/biology.md`.
    pub section: String,
    /// Parameters of the model.
    pub parameters: Vec<String>,
}

impl Pathways {
    /// What is known of a ligand of the family.
    pub fn sibling(&self, ligand: &str) -> Option<&Sibling> {
        self.family.iter().find(|sibling| sibling.ligand == ligand)
    }
}

/// Reads the data.
///
/// # Errors
/// [`Error::Read`] if they are not of this form (tested to be).
pub fn pathways() -> Result<Pathways, Error> {
    let options =
        ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(TEXT).map_err(|error| Error::Read {
        path: "pathways.ron".into(),
        source: std::io::Error::other(error.to_string()),
    })
}
