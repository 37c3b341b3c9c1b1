//! Reaction networks as files: RON in, a checked network with the settings of its runs and what is expected of it out.
//!
//! The form is described in `docs/networks.md`. Formulas and reactions are text within the text; their faults have places
//! like all others, and all of them are reported together.

mod checks;
mod dynamics;
mod parts;
mod quantities;
mod reaction;

use super::fault::{Fault, Faults};
use super::model::read_document;
use super::reader::{At, Group, Key, Reader, may, need};
use paracrine_kernel::expression::Expression;
use paracrine_kernel::network::{Network, NetworkBuilder};
use parts::Parts;

pub use checks::{MOST_POINTS, MOST_REPLICATES};

/// A network with the settings of its runs.
#[derive(Debug, Clone)]
pub struct NetworkFile {
    /// Its title.
    pub title: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// The unit of times, for labels: numbers are not converted.
    pub time_unit: Option<String>,
    /// The network.
    pub network: Network,
    /// Quantities that a rule determines at all times: a value given for the start has no effect on them.
    pub determined: Vec<String>,
    /// How it is run unless the caller says otherwise.
    pub run: NetworkRun,
    /// What its runs should give.
    pub expectations: Vec<NetworkExpectation>,
}

/// Settings of a run, as far as a file gives them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NetworkRun {
    /// The end, in the unit of time of the rate constants.
    pub until: Option<f64>,
    /// Intervals between sampling times.
    pub points: Option<u32>,
    /// Replicates.
    pub replicates: Option<u64>,
    /// Seed of all draws.
    pub seed: Option<u64>,
    /// Name of the method.
    pub method: Option<String>,
    /// Tolerance of leaps.
    pub epsilon: Option<f64>,
    /// Length of fixed leaps.
    pub tau: Option<f64>,
    /// Replicates stop once so many channels have fired.
    pub firing_limit: Option<u64>,
}

/// A number that runs should reproduce.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkExpectation {
    /// As written.
    pub quantity: String,
    /// The same as a formula of quantities and time.
    pub formula: Expression,
    /// At what time.
    pub at: f64,
    /// What about it.
    pub statistic: Statistic,
    /// The number.
    pub value: f64,
    /// What is granted beyond the sampling error, as a share of the number.
    pub tolerance: Option<f64>,
    /// Who says so.
    pub source: Option<String>,
}

/// What is expected of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// The mean over replicates.
    Mean,
    /// The standard deviation over replicates.
    Sd,
    /// The variance over replicates.
    Variance,
    /// The share of replicates in which the formula holds.
    Probability,
    /// The value in the large-number limit, which the ODE method gives.
    Ode,
}

impl Statistic {
    /// All of them, in the order of a file's keys.
    pub const ALL: [Self; 5] = [
        Self::Mean,
        Self::Sd,
        Self::Variance,
        Self::Probability,
        Self::Ode,
    ];

    /// The key in a file, which is the word in tables too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Sd => "sd",
            Self::Variance => "variance",
            Self::Probability => "probability",
            Self::Ode => "ode",
        }
    }
}

/// The shortest network.
pub(super) const NETWORK_EXAMPLE: &str = "(title: \"..\", species: { \"A\": 10 }, channels: [(name: \"decay\", reaction: \"A ->\", rate: 1.0)])";
const NETWORK: &[Key] = &[
    need("title", "\"..\""),
    may("source"),
    may("time_unit"),
    may("parameters"),
    may("compartments"),
    need("species", "{ \"A\": 10 }"),
    may("boundary"),
    may("constant"),
    may("channels"),
    may("rules"),
    may("events"),
    may("run"),
    may("expect"),
];

/// Reads and checks a network. `source_name` is what faults call the text, `methods` the names that `run` may give, and
/// `changes` are values that replace those of the file, by name; names that the file does not declare are ignored.
///
/// # Errors
/// [`Faults`]: the first fault of syntax, or else everything else that is wrong, in the order of the text.
///
/// # Example
/// ```
/// use paracrine_scenario::language::parse_network;
///
/// let text = r#"(title: "decay", species: { "A": 10 }, channels: [(name: "d", reaction: "A ->", rate: "k * B")])"#;
/// let faults = parse_network("n.ron", text, &[], &[]).expect_err("`k` and `B` are nothing");
/// assert_eq!(faults.faults.len(), 2);
/// assert_eq!((faults.faults[0].line, faults.faults[0].column), (1, 88));
/// ```
pub fn parse_network(
    source_name: &str,
    text: &str,
    methods: &[&str],
    changes: &[(String, f64)],
) -> Result<NetworkFile, Faults> {
    let document = read_document(source_name, text, &format!("a network: {NETWORK_EXAMPLE}"))?;
    let mut reader = NetworkReader {
        reader: Reader::new(&document),
        builder: Network::builder(),
        parts: Parts::default(),
        methods,
        changes,
        until: f64::NAN,
        determined: Vec::new(),
    };
    let read = reader.network();
    match read {
        Some(file) if reader.reader.faults.is_empty() => Ok(file),
        _ => Err(Faults::new(source_name, text, reader.reader.faults)),
    }
}

struct NetworkReader<'d, 'c> {
    reader: Reader<'d>,
    builder: NetworkBuilder,
    parts: Parts<'d>,
    methods: &'c [&'c str],
    changes: &'c [(String, f64)],
    /// The end of the run, once it is known.
    until: f64,
    determined: Vec<String>,
}

impl<'d> NetworkReader<'d, '_> {
    /// `None` only where a fault was reported.
    fn network(&mut self) -> Option<NetworkFile> {
        let root = self.reader.root();
        let group = self.reader.group(&root, NETWORK, NETWORK_EXAMPLE)?;
        // What a misspelt group declares would be reported once more wherever it is used.
        let declares = ["parameters", "compartments", "species"];
        let misspelt = declares.iter().any(|key| group.get(key).is_none());
        if misspelt && !self.reader.faults.is_empty() {
            return None;
        }
        self.quantities(&group);
        self.channels(group.get("channels"));
        self.rules(group.get("rules"));
        self.events(group.get("events"));
        let run = self.run(group.get("run"));
        let network = self.build();
        let names = self.parts.names(network.as_ref());
        let expectations = self.expectations(group.get("expect"), network.as_ref(), &names);
        Some(NetworkFile {
            title: self.text(&group, "title").unwrap_or_default(),
            source: self.text(&group, "source"),
            time_unit: self.text(&group, "time_unit"),
            network: network?,
            determined: std::mem::take(&mut self.determined),
            run,
            expectations,
        })
    }

    fn text(&mut self, group: &Group<'d>, key: &str) -> Option<String> {
        group
            .get(key)
            .and_then(|at| self.reader.text(at, "text"))
            .map(str::to_owned)
    }

    /// The network of all that could be read; faults of the whole are reported at the parts they belong to.
    fn build(&mut self) -> Option<Network> {
        let sound = self.reader.faults.is_empty();
        match std::mem::take(&mut self.builder).build() {
            Ok(network) => {
                self.parts.check_amounts(&mut self.reader, &network);
                Some(network)
            }
            Err(errors) => {
                for error in &errors.0 {
                    self.parts.report(&mut self.reader, error, sound);
                }
                None
            }
        }
    }

    /// A formula: a number, or text in quotes. `None` if a fault was reported.
    fn formula(&mut self, at: &At<'d>, what: &str) -> Option<Expression> {
        use super::spans::Shape;
        /// Longer texts are hardly meant: a sum of ten thousand terms has a tenth of it.
        const LONGEST: usize = 1_000_000;
        let expected = format!("{what}: a number, or a formula in quotes such as \"k * X\"");
        match &at.node.shape {
            Shape::Number(_) => {
                let number = self.reader.number(at, &expected);
                number.is_finite().then_some(Expression::Number(number))
            }
            Shape::Text { value, .. } if value.len() > LONGEST => {
                let found = format!("a formula of {} bytes", value.len());
                self.reader.fault(at, &found, &format!("at most {LONGEST}"));
                None
            }
            Shape::Text { value, .. } if value.trim().is_empty() => {
                self.reader.fault(at, "empty text", &expected);
                None
            }
            Shape::Text { value, .. } => match value.parse::<Expression>() {
                Ok(formula) => Some(formula),
                Err(error) => {
                    let span = at.node.within(error.offset, error.length);
                    let names = paracrine_kernel::expression::Function::NAMED;
                    let piece = error.found.trim_matches('`');
                    let near = error
                        .expected
                        .starts_with("one of the functions")
                        .then(|| super::fault::nearest(piece, names.map(|(name, _)| name)))
                        .flatten();
                    self.reader
                        .fault_at(at, span, &error.found, &error.expected, near);
                    None
                }
            },
            _ => {
                self.reader.wrong_type(at, &expected);
                None
            }
        }
    }

    /// A formula where something must be declared even if it could not be read.
    fn formula_or_placeholder(&mut self, at: &At<'d>, what: &str) -> Expression {
        self.formula(at, what).unwrap_or(Expression::Number(1.0))
    }

    /// Reports `fault` unless one is reported at its place already.
    fn once(&mut self, fault: Fault) {
        self.parts.once(&mut self.reader, fault);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
