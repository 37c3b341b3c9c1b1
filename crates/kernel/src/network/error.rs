//! Why a network cannot be built.

use std::fmt;
use thiserror::Error;

/// Which part of a network is at fault, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The network as a whole.
    Network,
    /// A compartment.
    Compartment(String),
    /// A parameter.
    Parameter(String),
    /// A species.
    Species(String),
    /// A channel.
    Channel(String),
    /// The rule for the quantity of that name.
    Rule(String),
    /// An event.
    Event(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network => f.write_str("the network"),
            Self::Compartment(name) => write!(f, "compartment `{name}`"),
            Self::Parameter(name) => write!(f, "parameter `{name}`"),
            Self::Species(name) => write!(f, "species `{name}`"),
            Self::Channel(name) => write!(f, "channel `{name}`"),
            Self::Rule(name) => write!(f, "the rule for `{name}`"),
            Self::Event(name) => write!(f, "event `{name}`"),
        }
    }
}

/// What is wrong there.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Two parts share a name.
    #[error("the name is used twice")]
    Duplicate,
    /// A channel uses or makes something that is not a species.
    #[error("there is no species `{0}`")]
    UnknownSpecies(String),
    /// A formula names something that is not declared.
    #[error("there is no species, parameter or compartment `{0}`")]
    UnknownSymbol(String),
    /// A species occurs twice on one side of a channel, or with stoichiometry 0.
    #[error("must list `{0}` once per side, with a stoichiometry of at least 1")]
    Stoichiometry(String),
    /// A rate constant or propensity that never changes is negative or not a finite number.
    #[error("the rate constant is {0}, which is not a finite number of at least 0")]
    RateConstant(f64),
    /// Firing the channel changes nothing.
    #[error("uses and makes the same, so it changes nothing")]
    NoChange,
    /// A value at the start is not a finite number, or negative where it cannot be.
    #[error("starts at {0}, which is not a finite number of at least 0")]
    InitialValue(f64),
    /// A parameter at the start is not a finite number.
    #[error("starts at {0}, which is not a finite number")]
    InitialParameter(f64),
    /// Quantities are defined by each other.
    #[error("is defined by itself: {}", .0.join(" <- "))]
    Cycle(Vec<String>),
    /// A rule or an event sets something that is constant.
    #[error("`{0}` is constant and cannot be set")]
    SetsConstant(String),
    /// A rule or an event sets something that a rule determines already.
    #[error("`{0}` is determined by a rule already")]
    SetsRuled(String),
    /// A species has a rule and is changed by channels.
    #[error("`{0}` has a rule, so no channel may change it: declare it a boundary species")]
    RuledSpeciesReacts(String),
    /// A formula is nested too deeply.
    #[error("a formula is nested {0} levels deep, more than 250")]
    TooDeep(usize),
    /// A function got a wrong number of arguments.
    #[error("`{function}` cannot take {arguments} arguments")]
    Arguments {
        /// The function.
        function: &'static str,
        /// How many arguments it got.
        arguments: usize,
    },
    /// A name cannot be used in formulas.
    #[error("the name cannot be used: it is empty or has no letter at its beginning")]
    Name,
}

/// One fault of a network.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{place}: {fault}")]
pub struct NetworkError {
    /// The part at fault.
    pub place: Place,
    /// What is wrong with it.
    pub fault: Fault,
}

/// All faults of a network, in order of declaration; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkErrors(pub Vec<NetworkError>);

impl fmt::Display for NetworkErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for NetworkErrors {}
