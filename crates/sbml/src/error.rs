//! Why a file cannot be read, and where.

use paracrine_kernel::network;
use std::fmt;
use thiserror::Error;

/// One fault of a file, with its place.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct Error {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The element at fault, without prefix; none if the file is not XML.
    pub element: Option<String>,
    /// Its id, or the name that stands for one: the variable of a rule, the name of a `csymbol`.
    pub id: Option<String>,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}:", self.line, self.column)?;
        if let Some(element) = &self.element {
            write!(f, " `<{element}>`")?;
        }
        if let Some(id) = &self.id {
            write!(f, " `{id}`")?;
        }
        match &self.fault {
            Fault::Network(fault) if self.element.is_some() => write!(f, ": {fault}"),
            fault => write!(f, " {fault}"),
        }
    }
}

/// All faults that were found, in the order of the file; at least one, and at most a thousand.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors(pub Vec<Error>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// What is wrong with an element. The text continues a sentence that begins with the element.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no text.
    #[error("found an empty file, expected an SBML document: <sbml ..>")]
    NoText,
    /// The text is not well-formed XML.
    #[error("the text is not well-formed XML: {0}")]
    Xml(String),
    /// There is a document type declaration, which could define entities.
    #[error("a document type declaration (DTD) is not supported")]
    DocumentType,
    /// The root is not the element `sbml`.
    #[error("is the root element, which must be `<sbml>` of the namespace of SBML")]
    Root,
    /// The level and version are not among those that can be read.
    #[error(
        "is of level `{level}` and version `{version}`: only Level 2, Versions 1 to 5, and Level 3, Versions 1 and 2, are supported"
    )]
    Level {
        /// As given.
        level: String,
        /// As given.
        version: String,
    },
    /// The namespace is not that of the level and version.
    #[error("is in the namespace `{found}`; that of its level and version is `{expected}`")]
    Namespace {
        /// As given.
        found: String,
        /// That of the specification.
        expected: String,
    },
    /// A package of SBML is needed to understand the model.
    #[error("requires the package `{0}`, which is not supported")]
    Package(String),
    /// The element is known, and deliberately not read.
    #[error("is not supported")]
    Unsupported,
    /// An attribute or one of its values is known, and deliberately not read.
    #[error("has {attribute}=\"{value}\", which is not supported")]
    UnsupportedAttribute {
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: String,
    },
    /// The element does not belong here.
    #[error("is not an element of `<{0}>`")]
    Misplaced(String),
    /// The element may stand here once only.
    #[error("is given twice")]
    Repeated,
    /// The element does not have this attribute.
    #[error("has an unknown attribute `{0}`")]
    UnknownAttribute(String),
    /// There is text where none belongs.
    #[error("holds text, which does not belong there")]
    Text,
    /// An attribute without a default is not given.
    #[error("has no attribute `{0}`")]
    MissingAttribute(&'static str),
    /// An element without a default is not given.
    #[error("has no `<{0}>`")]
    MissingElement(&'static str),
    /// An attribute has an impossible value.
    #[error("has {attribute}=\"{value}\", which is not {expected}")]
    Attribute {
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// An id is in use already.
    #[error("has an id that is in use already")]
    Duplicate,
    /// A name stands for nothing, or for something that does not belong here.
    #[error("names `{name}`, which is not {expected}")]
    Unknown {
        /// The name.
        name: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A formula or a rule uses the stoichiometry of a reaction as a variable.
    #[error("names the species reference `{0}`: stoichiometries that vary are not supported")]
    SpeciesReference(String),
    /// The content of a number is not one.
    #[error("holds `{text}`, which is not {expected}")]
    Number {
        /// The content.
        text: String,
        /// What it must be.
        expected: &'static str,
    },
    /// There is nothing in an element that needs something.
    #[error("is empty")]
    Empty,
    /// A function has a wrong number of arguments.
    #[error("takes {expected} arguments, not {found}")]
    Arguments {
        /// How many it takes, in words.
        expected: String,
        /// How many it got.
        found: usize,
    },
    /// Functions, or rates of reactions, are defined by themselves.
    #[error("is defined by itself: {}", .0.join(" <- "))]
    Recursion(Vec<String>),
    /// Elements or formulas are nested too deeply.
    #[error("is nested more than {0} levels deep, counted with the functions written out")]
    TooDeep(usize),
    /// Formulas grow without measure when functions are written out.
    #[error("makes the formulas of the file too long, counted with the functions written out")]
    TooLong,
    /// A quantity has no value at the start.
    #[error("has no value at time 0")]
    NoValue,
    /// A quantity has two values at the start.
    #[error("has more than one value at time 0")]
    TwoValues,
    /// A size is needed, mostly for a concentration, and not known.
    #[error("needs the size of compartment `{0}`, which is not given")]
    NoSize(String),
    /// A concentration is determined while the volume changes.
    #[error("sets a concentration in compartment `{0}`, whose size changes: this is not supported")]
    VariableCompartment(String),
    /// A rule or an event sets something that is constant.
    #[error("sets `{0}`, which is constant")]
    SetsConstant(String),
    /// An event sets something twice.
    #[error("sets `{0}` a second time")]
    SetsTwice(String),
    /// A species has a rule and is changed by reactions.
    #[error("has a rule and takes part in reactions: it needs boundaryCondition=\"true\"")]
    RuledSpeciesReacts,
    /// A species is constant and is changed by reactions.
    #[error("is constant and takes part in reactions: it needs boundaryCondition=\"true\"")]
    ConstantSpeciesReacts,
    /// A reaction would not use or make whole molecules.
    #[error("has the stoichiometry {0}, which is not a whole number from 0 to 4294967295")]
    Stoichiometry(f64),
    /// The law of a reversible reaction is not a difference of two propensities.
    #[error(
        "is reversible, and its law cannot be split into one of each direction: write two reactions, or reversible=\"false\" if it has one direction"
    )]
    Reversible,
    /// A unit does not count molecules.
    #[error("counts in `{0}`, which is not a multiple of item, mole or dimensionless")]
    SubstanceUnit(String),
    /// A reaction and its species count in different units.
    #[error("counts in other units than its species `{0}`")]
    MixedUnits(String),
    /// Part of the model has a unit of time of its own.
    #[error("has the unit of time `{0}`, other than that of the model: this is not supported")]
    TimeUnit(String),
    /// The network as a whole is at fault.
    #[error("{0}")]
    Network(network::Fault),
}
