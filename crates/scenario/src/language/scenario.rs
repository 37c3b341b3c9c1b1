//! A scenario: one question, several arms, what is done to them and what is read out.

use super::check::SCENARIO_EXAMPLE;
use super::fault::Faults;
use super::model::read_document;
use super::quantity::figures;
use super::readout::ReadoutRequest;
use super::row::{Row, RowBand};
use super::spans::Document;
use super::sweep::parse_points;
use super::vocabulary::Vocabulary;
use paracrine_cells::host::Gate;

/// Fewer simulated cells than this are too few to stand for a mouse.
pub const MIN_CELLS: u32 = 500;

/// The tag of cells that are neither transferred nor of given marrow.
pub const HOST_TAG: &str = "host";

/// The name of self-antigen.
pub const SELF: &str = "self";
/// What cells recognise of which no antigen is followed.
pub const OTHER: &str = "other";

/// Tags of cells are numbered by a byte; the last number is that of transfers without one.
pub(super) const MOST_TAGS: usize = 255;

/// The smallest number of simulated cells of each kind in a well.
pub const MIN_WELL_CELLS: u32 = 10;
/// The fewest replicates in a batch: the range of five values holds their median with a probability below 95 %.
pub(crate) const LEAST_BATCH: u32 = 6;
/// The longest run, in days: ten years, three times a mouse's life.
pub const MAX_UNTIL_D: f64 = 3650.0;
/// The most samples in a run, and the most repeats of an intervention.
pub const MAX_OCCASIONS: f64 = 100_000.0;
/// The most interventions in all arms together.
pub(super) const MOST_INTERVENTIONS: usize = 20_000;
/// The most snapshots of cells in a run.
pub(super) const MOST_SNAPSHOTS: usize = 100;

/// A scenario, checked: every name is in the vocabulary, every number within its bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// Where the question or the data come from.
    pub source: Option<String>,
    /// What should come out, in words.
    pub expected: Option<String>,
    /// The model it runs.
    pub model: String,
    /// Parameters it changes, in the order written.
    pub overlay: Vec<OverlayValue>,
    /// Where the cells live.
    pub host: Host,
    /// How long, how often, how large.
    pub run: RunSettings,
    /// Ages at which all cells are written down, in days, rising; within the run.
    pub snapshots_d: Vec<f64>,
    /// Age at which the whole state of each host is kept, in days; above zero, within the run.
    pub save_at_d: Option<f64>,
    /// When the run has enough replicates, before it has all.
    pub stop: Option<StopRule>,
    /// Age at which mice begin as adults to whom nothing was done, in days, before the end of the run; `None` at birth.
    pub adult_d: Option<f64>,
    /// Drugs beside those of the model.
    pub drugs: Vec<Drug>,
    /// Forms of IL-2 beside those of the model.
    pub forms: Vec<LigandForm>,
    /// Antigens by number, and self where it is not as in a normal body.
    pub antigens: Vec<Antigen>,
    /// The arms, at least one; the first is what the others are compared with.
    pub arms: Vec<Arm>,
    /// Tags of cells by number, from that of the host's own.
    pub tags: Vec<String>,
    /// Drugs by number, as readouts name them: those of the model, then its own.
    pub drug_names: Vec<String>,
    /// Forms of IL-2 likewise.
    pub form_names: Vec<String>,
    /// What is read out, at least one.
    pub readouts: Vec<ReadoutRequest>,
    /// Bands that readouts should be in.
    pub expectations: Vec<Expectation>,
    /// Published rows.
    pub rows: Vec<Row>,
}

/// A parameter's new value.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayValue {
    /// The parameter.
    pub name: String,
    /// Its value, in `unit`.
    pub value: f64,
    /// The parameter's own unit.
    pub unit: String,
    /// The value as written, with the unit it was written in.
    pub given: String,
    /// Whether the value is in the parameter's plausible range; outside is allowed, and worth a remark.
    pub is_plausible: bool,
}

/// Where cells live.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Host {
    /// In a mouse, from birth.
    #[default]
    Mouse,
    /// In a well.
    Culture(Culture),
}

/// A well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Culture {
    /// Medium, in microlitres; above zero.
    pub volume_ul: f64,
    /// What is in the medium.
    pub medium: Medium,
    /// Whether IL-2 is held at its concentration or used up.
    pub supply: Supply,
    /// The length of a step, in days.
    pub step_d: f64,
}

/// What is in a medium. What is not given is taken from elsewhere: an arm's from the host's, the host's is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Medium {
    /// IL-2, pM.
    pub il2: Option<f64>,
    /// IL-7, pM.
    pub il7: Option<f64>,
    /// IL-15, pM, as trans-presented.
    pub il15: Option<f64>,
    /// IFN-γ, pM.
    pub ifn_gamma: Option<f64>,
    /// Strength of antigen with costimulation, 0 to 1.
    pub stimulation: Option<f64>,
    /// Peptide-MHC that activated T cells share and use up, copies in the well.
    pub peptide_mhc: Option<u64>,
    /// B7 on antigen-presenting cells, 0 to 1.
    pub b7: Option<f64>,
    /// Help for B cells, 0 to 1.
    pub help: Option<f64>,
}

impl Medium {
    /// This medium, with what it does not say taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            il2: self.il2.or(other.il2),
            il7: self.il7.or(other.il7),
            il15: self.il15.or(other.il15),
            ifn_gamma: self.ifn_gamma.or(other.ifn_gamma),
            stimulation: self.stimulation.or(other.stimulation),
            peptide_mhc: self.peptide_mhc.or(other.peptide_mhc),
            b7: self.b7.or(other.b7),
            help: self.help.or(other.help),
        }
    }
}

/// What happens to IL-2 in a well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Supply {
    /// Cells use it up.
    #[default]
    Closed,
    /// It is held at its concentration.
    Clamped,
}

/// How a scenario is run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// The age (in a well, the time) at the end, in days; above zero.
    pub until_d: f64,
    /// Independent mice in each arm; at least 1.
    pub replicates: u32,
    /// Simulated cells in a mouse; at least [`MIN_CELLS`].
    pub cells: u32,
    /// The seed of all draws.
    pub seed: u64,
    /// The time between samples, in days; above zero, at most `until_d`.
    pub sample_every_d: f64,
}

/// When a run has enough replicates: once half of the 95 % interval of a median, or of a difference of medians, is less than a tolerance.
#[derive(Debug, Clone, PartialEq)]
pub struct StopRule {
    /// The readout.
    pub readout: ReadoutRequest,
    /// The arm, one of the scenario's.
    pub arm: String,
    /// When in the life of a host, in days; within the run.
    pub at_d: f64,
    /// What half of the interval must be less than.
    pub tolerance: Tolerance,
    /// If set, the interval is that of the difference from the median of this arm.
    pub difference_from: Option<String>,
    /// Replicates after which it is looked at, and again after so many more.
    pub batch: u32,
}

/// What half of an interval must be less than.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// A number in the readout's unit; not below zero, and never reached at zero.
    HalfWidth(f64),
    /// A share of what the interval is of, from 0 to 1.
    Relative(f64),
}

impl Tolerance {
    /// What half of the interval must be less than, in the readout's unit, for this median or difference.
    #[must_use]
    pub fn half_width(self, estimate: f64) -> f64 {
        match self {
            Self::HalfWidth(width) => width,
            Self::Relative(share) => share * estimate.abs(),
        }
    }
}

impl std::fmt::Display for Tolerance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::HalfWidth(width) => write!(f, "{width}"),
            Self::Relative(share) => write!(f, "{share} of the estimate"),
        }
    }
}

/// A group of mice treated alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Genes that differ from wild type.
    pub genotype: Vec<GeneExpression>,
    /// Lineages of which it makes no cells.
    pub lacks: Vec<String>,
    /// Signals that are forced upon its cells.
    pub signals: Vec<SignalForce>,
    /// What is different of the scenario's antigens.
    pub antigens: Vec<Antigen>,
    /// Load of microbes, relative to a specific-pathogen-free mouse.
    pub microbes: Option<f64>,
    /// Where its blood cells come from, if not from marrow of that genotype alone.
    pub marrow: Vec<Marrow>,
    /// What its medium has in place of the host's, in a well.
    pub medium: Medium,
    /// What is done to the mice, in the order written.
    pub interventions: Vec<Intervention>,
}

/// A part of the marrow of a mixed chimaera.
#[derive(Debug, Clone, PartialEq)]
pub struct Marrow {
    /// The tag of its cells, unique in the arm.
    pub tag: String,
    /// Its share; those of an arm sum to 1.
    pub share: f64,
    /// How its genes differ from wild type.
    pub genotype: Vec<GeneExpression>,
}

/// How much of a gene's product is made.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneExpression {
    /// The gene.
    pub gene: String,
    /// Expression relative to wild type, from 0 (knockout) to 1.
    pub expression: f64,
    /// The lineage it is confined to, if it is.
    pub lineage: Option<String>,
    /// The age from which it holds, in days, if not from birth.
    pub from_d: Option<f64>,
}

/// An antigen, or what of it is different in an arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Antigen {
    /// Its name; [`SELF`] for self-antigen.
    pub name: String,
    /// Share of new naive CD4⁺ and CD8⁺ cells that recognise it.
    pub precursors: Option<f64>,
    /// Amount that the body makes; that of self is relative to a normal body.
    pub level: Option<f64>,
}

/// A signal that is forced upon all cells of a lineage.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalForce {
    /// The signal.
    pub signal: String,
    /// Its level, from 0 to 1.
    pub level: f64,
    /// The lineage; all cells without one.
    pub lineage: Option<String>,
    /// When it begins, in days; `None` from the start.
    pub from_d: Option<f64>,
    /// When it ends, in days; `None` at the end of the run.
    pub until_d: Option<f64>,
}

/// An antibody or fusion protein.
#[derive(Debug, Clone, PartialEq)]
pub struct Drug {
    /// Its name, unique in the scenario and not one of the model's.
    pub name: String,
    /// What it holds.
    pub target: String,
    /// Dissociation constant, pM.
    pub kd_pm: f64,
    /// Half-life in the body, in days.
    pub half_life_d: f64,
    /// Hazard of death of cells with much of the target, all of it held, per day.
    pub killing_per_d: f64,
    /// Where the values come from.
    pub source: Option<String>,
}

/// A form of IL-2: a mutein, a fusion protein, a complex with an antibody. Affinities are relative to IL-2 itself.
#[derive(Debug, Clone, PartialEq)]
pub struct LigandForm {
    /// Its name, unique in the scenario and not one of the model's.
    pub name: String,
    /// Affinity for CD25; 0: none.
    pub alpha: f64,
    /// Affinity for CD122 with CD132, from solution and from CD25; 0: none.
    pub beta_gamma: f64,
    /// Affinity for them from solution beside that from CD25; 0: hidden until CD25 holds it.
    pub in_solution: f64,
    /// Half-life in the body, in days.
    pub half_life_d: f64,
    /// Where the values come from.
    pub source: Option<String>,
}

/// Something done to the mice of an arm.
#[derive(Debug, Clone, PartialEq)]
pub enum Intervention {
    /// Cells are removed.
    Deplete {
        /// The kind of cell.
        kind: String,
        /// Which of them; all without one.
        sort: Option<Sort>,
        /// The fraction removed each time, from 0 to 1.
        fraction: f64,
        /// When.
        schedule: Schedule,
    },
    /// Antigen receptors are engaged; of dendritic cells, sensors of microbes.
    Stimulate {
        /// The kind of cell.
        kind: String,
        /// Which of them; all without one.
        sort: Option<Sort>,
        /// The fraction engaged each time, from 0 to 1.
        fraction: f64,
        /// When.
        schedule: Schedule,
    },
    /// Cells are marked where they are.
    Tag {
        /// The kind of cell.
        kind: String,
        /// Which of them; all without one.
        sort: Option<Sort>,
        /// The fraction marked each time, from 0 to 1.
        fraction: f64,
        /// By what readouts tell them from other cells.
        tag: String,
        /// How their genes change from then on.
        genotype: Vec<GeneExpression>,
        /// When.
        schedule: Schedule,
    },
    /// IL-2 or a form of it is injected.
    Inject {
        /// The ligand: IL-2, or a form of it that is the scenario's or the model's.
        ligand: String,
        /// How much each time.
        dose: Dose,
        /// Where.
        route: Route,
        /// When.
        schedule: Schedule,
    },
    /// A drug is given.
    Give {
        /// The drug, one of the scenario's or of the model's.
        drug: String,
        /// How much each time.
        dose: Dose,
        /// When.
        schedule: Schedule,
    },
    /// The thymus is taken away.
    Thymectomy {
        /// When.
        schedule: Schedule,
    },
    /// Cells are given.
    Transfer {
        /// The kind of cell.
        kind: String,
        /// How many each time; above zero.
        cells: f64,
        /// How the cells' genes differ from wild type; `None` where it is not said.
        genotype: Option<Vec<GeneExpression>>,
        /// By what readouts tell them from other cells.
        tag: Option<String>,
        /// What all of them recognise: an antigen, [`SELF`] or [`OTHER`]; without it what cells of the host do.
        specificity: Option<String>,
        /// Days since they came into being, of blasts since they were activated; `None`: they come into being then.
        age_d: Option<f64>,
        /// Which of such cells.
        sort: Option<Sort>,
        /// When.
        schedule: Schedule,
    },
    /// An antigen is given, perhaps with an adjuvant.
    Immunise {
        /// The antigen, one of the scenario's.
        antigen: String,
        /// Amount each time, 0 or more; 1 is presented half as well as any.
        dose: f64,
        /// Its half-life, in days.
        half_life_d: f64,
        /// Share of the dendritic cells there that meet microbial signals.
        adjuvant: f64,
        /// When.
        schedule: Schedule,
    },
    /// What the body makes of an antigen changes.
    Make {
        /// The antigen, one of the scenario's, or [`SELF`].
        antigen: String,
        /// Amount from now on; of self relative to a normal body.
        level: f64,
        /// When.
        schedule: Schedule,
    },
    /// The load of microbes changes.
    Expose {
        /// Load from now on, relative to a specific-pathogen-free mouse.
        microbes: f64,
        /// When.
        schedule: Schedule,
    },
}

/// Which cells are chosen, by surface copies of a receptor chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// The chain.
    pub chain: String,
    /// Where the gate is.
    pub gate: Gate,
}

/// When something is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The first time, in days of age; with a condition, from which it is looked for.
    pub at_d: f64,
    /// What must come first.
    pub when: Option<Condition>,
    /// The time to the next one, in days; once only without it.
    pub every_d: Option<f64>,
    /// The last possible time, in days of age; the end of the run without it.
    pub until_d: Option<f64>,
}

/// A level that a readout must cross.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The readout.
    pub readout: ReadoutRequest,
    /// Whether it must be above the level, or below.
    pub is_above: bool,
    /// The level, in the readout's unit.
    pub level: f64,
}

impl std::fmt::Display for Condition {
    /// As a condition is said: `count(Treg) is below 1e5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = if self.is_above { "above" } else { "below" };
        write!(f, "{} is {side} {}", self.readout, figures(self.level))
    }
}

/// An injected amount; always above zero. What a unit of activity weighs depends on the ligand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dose {
    /// Biological activity.
    Activity {
        /// International units.
        iu: f64,
    },
    /// Mass.
    Mass {
        /// Micrograms.
        ug: f64,
    },
    /// A rise of the concentration in a well.
    Concentration {
        /// Picomolar.
        pm: f64,
    },
    /// Number.
    Molecules {
        /// Molecules.
        count: f64,
    },
}

/// Where a ligand is injected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Route {
    /// Under the skin.
    #[default]
    Subcutaneous,
    /// Into a vein.
    Intravenous,
}

/// A band that a readout's median should be in.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The readout.
    pub readout: ReadoutRequest,
    /// The arm, one of the scenario's.
    pub arm: String,
    /// When, in days; within the run.
    pub at_d: f64,
    /// Where the median must be, in the readout's unit or as a ratio.
    pub band: RowBand,
    /// If set, the band is for the ratio to the median of this arm.
    pub relative_to: Option<String>,
    /// Who measured it.
    pub source: Option<String>,
    /// At which points of a sweep it is meant: numbers of axes with the values they have there, in their units. All points if empty.
    pub points: Vec<(usize, f64)>,
}

impl Expectation {
    /// Whether it is meant at the point of a sweep at which the axes have these values.
    #[must_use]
    pub fn is_meant_at(&self, point: &[f64]) -> bool {
        let has = |(axis, value): &(usize, f64)| point[*axis].total_cmp(value).is_eq();
        self.points.iter().all(has)
    }
}

/// Reads and checks a scenario; of one with a sweep at all points, of which it returns the first. `source_name` is what faults call the text, usually its path.
///
/// # Errors
/// [`Faults`]: the first fault of syntax, or else everything else that is wrong, in the order of the text.
///
/// # Example
/// ```
/// use paracrine_scenario::language::{ReadoutEntry, Vocabulary, parse};
///
/// let vocabulary = Vocabulary {
///     models: vec!["mouse".into()],
///     readouts: vec![ReadoutEntry {
///         name: "alive".into(), arguments: vec![], organ: false, tag: false, of: None, unit: "1".into(), meaning: "share of mice alive".into(),
///     }],
///     ..Vocabulary::default()
/// };
/// let text = r#"(title: "t", question: "q", run: (until: 70), arms: [(name: "a")], readouts: ["alive"])"#;
/// let faults = parse("t.ron", text, &vocabulary).expect_err("a time needs a unit");
/// assert_eq!(faults.to_string(), r#"t.ron:1:42: found the number 70, expected a time such as "70 d""#);
/// ```
pub fn parse(source_name: &str, text: &str, vocabulary: &Vocabulary) -> Result<Scenario, Faults> {
    let mut points = parse_points(source_name, text, vocabulary, None)?;
    Ok(points.scenarios.swap_remove(0))
}

/// The tree of a scenario's text.
pub(super) fn read<'t>(source_name: &str, text: &'t str) -> Result<Document<'t>, Faults> {
    let expected = format!("a scenario: {SCENARIO_EXAMPLE}");
    read_document(source_name, text, &expected)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
pub(super) mod tests;
