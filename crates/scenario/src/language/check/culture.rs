//! The checks of a well and of what is in its medium.

use super::Checker;
use crate::language::fault::nearest;
use crate::language::quantity::Dimension;
use crate::language::reader::{At, Form, Key, may, need};
use crate::language::scenario::{Culture, Host, Medium, Supply};
use crate::language::spans::Shape;

const CULTURE_EXAMPLE: &str =
    "culture(volume: \"200 ul\", medium: (il2: \"1 nM\"), supply: clamped)";
const CULTURE: &[Key] = &[
    need("volume", "\"200 ul\"").is(Form::Quantity(Dimension::VOLUME), "of the medium"),
    may("medium").is(Form::Group(MEDIUM), "what is in it; nothing unless given"),
    may("supply").is(
        Form::Word(SUPPLIES),
        "whether IL-2 is used up, the default, or held",
    ),
    may("step").is(
        Form::Quantity(Dimension::TIME),
        "of the simulation, by default 10 min",
    ),
];
/// Where cells may live.
pub(super) const HOST: Form =
    Form::OneOf(&[Form::Word(&["mouse"]), Form::Named("culture", CULTURE)]);
const SUPPLIES: &[&str] = &["closed", "clamped"];
const MEDIUM_EXAMPLE: &str = "(il2: \"1 nM\", il7: \"3 pM\")";
pub(super) const MEDIUM: &[Key] = &[
    may("il2").is(CONCENTRATION, "IL-2"),
    may("il7").is(CONCENTRATION, "IL-7"),
    may("il15").is(CONCENTRATION, "IL-15, as trans-presented"),
    may("ifn_gamma").is(CONCENTRATION, "IFN-γ"),
    may("stimulation").is(Form::Fraction, "strength of antigen with costimulation"),
    may("peptide_mhc").is(
        Form::Whole(0),
        "copies of peptide-MHC that activated T cells share and use up",
    ),
    may("b7").is(Form::Fraction, "B7 on antigen-presenting cells"),
    may("help").is(Form::Fraction, "help for B cells"),
];
const CONCENTRATION: Form = Form::Quantity(Dimension::CONCENTRATION);
const FORMS: &str = "`mouse` or `culture(..)`";

/// The step of a well unless it says otherwise: ten minutes.
const STEP_D: f64 = 1.0 / 144.0;
/// The most copies of peptide-MHC: more than a gram of protein.
const MOST_PEPTIDE_MHC: u64 = 1_000_000_000_000_000;
/// The longest step, an hour, with a little for rounding.
const LONGEST_STEP_D: f64 = 1.0 / 24.0 + 1e-9;
/// The shortest step, a second.
const SHORTEST_STEP_D: f64 = 1.0 / 86_400.0 - 1e-12;
/// The largest well, a litre.
const LARGEST_UL: f64 = 1e6;
/// The smallest, a nanolitre: a few cells' volumes.
const SMALLEST_UL: f64 = 1e-3;

impl<'d> Checker<'d> {
    pub(super) fn host(&mut self, at: Option<&At<'d>>) -> Host {
        let Some(at) = at else { return Host::Mouse };
        match (&at.node.name, &at.node.shape) {
            (None, Shape::Word("mouse")) => Host::Mouse,
            (Some(("culture", _)), _) => self.culture(at),
            (None, Shape::Word("culture")) => {
                let span = at.node.span.clone();
                let found = "`culture` without what it holds";
                self.reader.fault_at(at, span, found, CULTURE_EXAMPLE, None);
                self.empty_well()
            }
            (name, shape) => {
                let written = match (name, shape) {
                    (Some((name, _)), _) => name,
                    (None, Shape::Word(word)) => word,
                    (None, Shape::Text { value, .. }) => value.as_str(),
                    _ => "",
                };
                let near = nearest(written, ["mouse", "culture"]);
                let span = at.node.span.clone();
                self.reader
                    .fault_at(at, span, &at.node.describe(), FORMS, near);
                // Further faults are those of what was meant.
                if written.starts_with('m') {
                    Host::Mouse
                } else {
                    self.empty_well()
                }
            }
        }
    }

    fn empty_well(&self) -> Host {
        Host::Culture(Culture {
            volume_ul: f64::NAN,
            medium: Medium::default(),
            supply: Supply::default(),
            step_d: STEP_D,
        })
    }

    fn culture(&mut self, at: &At<'d>) -> Host {
        let mut culture = Culture {
            volume_ul: f64::NAN,
            medium: Medium::default(),
            supply: Supply::default(),
            step_d: STEP_D,
        };
        let Some(group) = self.reader.group(at, CULTURE, CULTURE_EXAMPLE) else {
            return Host::Culture(culture);
        };
        if let Some(at) = group.get("volume") {
            culture.volume_ul = self.reader.quantity(at, Dimension::VOLUME);
            let volume = culture.volume_ul;
            if !volume.is_nan() && !(SMALLEST_UL..=LARGEST_UL).contains(&volume) {
                self.reader
                    .out_of_bounds(at, "a volume from \"0.001 ul\" to \"1e6 ul\", a litre");
            }
        }
        if let Some(at) = group.get("medium") {
            culture.medium = self.medium(at);
        }
        if let Some(at) = group.get("supply") {
            culture.supply = self.supply(at);
        }
        if let Some(at) = group.get("step") {
            culture.step_d = self.reader.duration(at);
            if !(SHORTEST_STEP_D..=LONGEST_STEP_D).contains(&culture.step_d) {
                if !culture.step_d.is_nan() {
                    self.reader
                        .out_of_bounds(at, "a step from \"1 s\" to \"1 h\"");
                }
                culture.step_d = STEP_D;
            }
        }
        Host::Culture(culture)
    }

    /// The medium of an arm, which only a well has.
    pub(super) fn medium_of_arm(&mut self, at: &At<'d>) -> Medium {
        if !self.is_culture {
            self.reader.fault(
                at,
                "a medium, but the host is a mouse",
                "no medium, or `host: culture(..)`",
            );
        }
        self.medium(at)
    }

    fn medium(&mut self, at: &At<'d>) -> Medium {
        let Some(group) = self.reader.group(at, MEDIUM, MEDIUM_EXAMPLE) else {
            return Medium::default();
        };
        let mut concentration = |key: &str| {
            group
                .get(key)
                .map(|at| self.reader.quantity(at, Dimension::CONCENTRATION))
        };
        let [il2, il7, il15, ifn_gamma] =
            ["il2", "il7", "il15", "ifn_gamma"].map(&mut concentration);
        let mut strength = |key: &str| group.get(key).map(|at| self.reader.fraction(at));
        let [stimulation, b7, help] = ["stimulation", "b7", "help"].map(&mut strength);
        let peptide_mhc = group.get("peptide_mhc").map(|at| {
            let expected = "a whole number of copies, at most 1e15";
            self.reader.whole(at, 0..=MOST_PEPTIDE_MHC, expected)
        });
        Medium {
            il2,
            il7,
            il15,
            ifn_gamma,
            stimulation,
            peptide_mhc,
            b7,
            help,
        }
    }

    fn supply(&mut self, at: &At<'d>) -> Supply {
        match self.word(at, SUPPLIES) {
            Some("clamped") => Supply::Clamped,
            _ => Supply::Closed,
        }
    }
}
