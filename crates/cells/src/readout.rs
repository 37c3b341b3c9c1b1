//! What can be asked of a mouse.

use crate::host::Stromal;
use crate::kind::Group;
use crate::organ::Organ;
use crate::population::{Agent, Isotype};
use crate::specificity::Specificity;
use paracrine_kernel::expression::Compiled;

/// A receptor chain a stain can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chain {
    /// IL-2Rα.
    Cd25,
    /// IL-2Rβ.
    Cd122,
    /// Common γ chain.
    Cd132,
}

impl Chain {
    /// All chains.
    pub const ALL: [Self; 3] = [Self::Cd25, Self::Cd122, Self::Cd132];

    /// Protein name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cd25 => "CD25",
            Self::Cd122 => "CD122",
            Self::Cd132 => "CD132",
        }
    }

    /// The chain with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chain| chain.name() == name)
    }
}

/// How firmly IL-2 is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// By α alone.
    Low,
    /// By βγ.
    Intermediate,
    /// By αβγ.
    High,
}

impl Affinity {
    /// All affinities.
    pub const ALL: [Self; 3] = [Self::Low, Self::Intermediate, Self::High];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Intermediate => "intermediate",
            Self::High => "high",
        }
    }

    /// The affinity with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|affinity| affinity.name() == name)
    }
}

/// A readout: one number per mouse and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Readout {
    /// Cells of a group in the whole mouse.
    Count(Group),
    /// Cells of a group in an organ.
    CountIn(Group, Organ),
    /// All cells in an organ.
    Cellularity(Organ),
    /// Cells of one group as a share of another.
    Fraction(Group, Group),
    /// Activated (CD44hi) share of a group.
    ActivatedFraction(Group),
    /// Share of a group with more CD25 than the positivity threshold.
    Cd25PositiveFraction(Group),
    /// pSTAT5-positive share of a group.
    Pstat5PositiveFraction(Group),
    /// Share of a group that divided within the time for which Ki-67 lasts, at the rates of the moment.
    Ki67PositiveFraction(Group),
    /// Mean copies of a chain on cells of a group.
    Copies(Chain, Group),
    /// Mean surface complexes of IL-2 with receptors of one affinity on cells of a group.
    Bound(Affinity, Group),
    /// Mean pSTAT5 of a group, 0 to 1.
    Pstat5(Group),
    /// Share of a group dividing per day.
    DivisionRate(Group),
    /// Share of a group dying per day.
    DeathRate(Group),
    /// Mean readiness of NK cells to kill, 0 to 1.
    Cytotoxicity,
    /// Sum of the readiness of NK cells to kill: as many fully ready ones, cells.
    Killing,
    /// Mean suppressive capacity of a Treg, 0 to 1.
    SuppressiveCapacity,
    /// Mean activity of macrophages against tumour cells, 0 to 1.
    TumoricidalActivity,
    /// Mean number of divisions behind the cells of a group.
    Divisions(Group),
    /// Share of the cells of a group that have a division behind them.
    DividedFraction(Group),
    /// T cells that leave the thymus, per day.
    ThymicOutput,
    /// Share of Treg among the CD4⁺ cells that leave the thymus.
    ThymicTregFraction,
    /// Share of restimulated T cells that died of it, since the start.
    Deletion,
    /// Antibody of a class in serum, mg/ml.
    Antibody(Isotype),
    /// IgG against self in serum, mg/ml.
    Autoantibody,
    /// Red cells relative to a healthy mouse.
    RedCells,
    /// Free IL-2 in medium, or in the mean over organs by volume, pM.
    Il2,
    /// Free IL-2 in an organ, pM.
    Il2In(Organ),
    /// IL-7, pM.
    Il7,
    /// IL-15 as it is trans-presented, pM.
    Il15,
    /// IFN-γ, pM.
    IfnGamma,
    /// Free IL-2 in serum, mean of the last step, pM.
    SerumIl2,
    /// What was injected of IL-7 or IL-15 and is free in serum, pM.
    SerumStromal(Stromal),
    /// All forms of IL-2 that are given, free, mean of the last step, pM.
    GivenForms,
    /// One of them, by the number that readouts know it by, pM.
    GivenForm(u16),
    /// A drug, by the number that readouts know it by, pM.
    Drug(u16),
    /// IL-2 secreted in the whole mouse, molecules/s.
    Il2Secretion,
    /// B7 per dendritic cell relative to one without Treg and T-cell help.
    Costimulation,
    /// Treg suppressive capacity per dendritic cell relative to the adult reference.
    Suppression,
    /// Amount of self-antigen relative to a normal body, or of a named antigen.
    Antigen(Specificity),
    /// The damage integral.
    Damage,
    /// 1 while the mouse lives, 0 after.
    Alive,
    /// Number of agents (a figure of the method, not of the mouse).
    Agents,
}

/// Which cells a readout is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The number of their tag; 0 is that of cells that are neither transferred nor of given marrow.
    pub tag: Option<u8>,
    /// What they recognise.
    pub specificity: Option<Specificity>,
}

impl Choice {
    /// Cells with a tag.
    pub const fn tagged(tag: u8) -> Self {
        Self {
            tag: Some(tag),
            specificity: None,
        }
    }

    /// Cells that recognise this.
    pub const fn specific(specificity: Specificity) -> Self {
        Self {
            tag: None,
            specificity: Some(specificity),
        }
    }

    /// Whether an agent is one of them.
    pub fn holds(&self, agent: &Agent) -> bool {
        self.tag.is_none_or(|tag| agent.tag == tag)
            && self.specificity.is_none_or(|own| agent.specificity == own)
    }
}

/// A readout of all cells, or of some alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// What is read.
    pub readout: Readout,
    /// Which cells count.
    pub of: Choice,
}

/// One number of a host at one time: a reading, or a formula over several.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    readings: Vec<Reading>,
    formula: Option<Compiled>,
}

impl Measure {
    /// A formula whose places are those of the readings.
    pub const fn new(readings: Vec<Reading>, formula: Compiled) -> Self {
        Self {
            readings,
            formula: Some(formula),
        }
    }

    /// What it is made of.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Whether a readout is part of it.
    pub fn reads(&self, readout: Readout) -> bool {
        self.readings
            .iter()
            .any(|reading| reading.readout == readout)
    }

    /// Its value, with the values of its readings from `read`. NaN for a formula over a reading that is not finite, or that comes to what
    /// is not finite.
    pub fn value(&self, read: impl Fn(Reading) -> f64) -> f64 {
        match (&self.formula, &self.readings[..]) {
            (None, [reading]) => read(*reading),
            (None, _) => f64::NAN,
            (Some(formula), readings) => {
                let values: Vec<f64> = readings.iter().map(|reading| read(*reading)).collect();
                if values.iter().any(|value| !value.is_finite()) {
                    return f64::NAN;
                }
                let value = formula.value(&values);
                if value.is_finite() { value } else { f64::NAN }
            }
        }
    }
}

impl From<Reading> for Measure {
    fn from(reading: Reading) -> Self {
        Self {
            readings: vec![reading],
            formula: None,
        }
    }
}

impl From<Readout> for Measure {
    fn from(readout: Readout) -> Self {
        let of = Choice::default();
        Reading { readout, of }.into()
    }
}

/// What an argument of a readout names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A cell kind or group of kinds.
    Group,
    /// A receptor chain.
    Chain,
    /// A ligand.
    Ligand,
    /// A ligand that can be injected.
    Injectable,
    /// A class of antibody.
    Isotype,
    /// An affinity.
    Affinity,
    /// An organ.
    Organ,
    /// An antigen of the host.
    Antigen,
    /// A drug.
    Drug,
    /// A form of IL-2.
    Form,
}

/// A readout as scenarios write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Name before the bracket.
    pub name: &'static str,
    /// What each argument is.
    pub arguments: &'static [Argument],
    /// Whether it takes `of: GROUP`.
    pub of: bool,
    /// Whether an organ may follow its arguments.
    pub organ: bool,
    /// Unit of the value.
    pub unit: &'static str,
    /// Whether a plot of it wants a logarithmic axis.
    pub logarithmic: bool,
    /// One line for people.
    pub meaning: &'static str,
}

impl Form {
    /// Whether it is a sum or a mean over agents, of which tag and specificity may choose some.
    pub fn is_of_cells(&self) -> bool {
        let of_all_of_a_kind = [
            "cytotoxicity",
            "killing",
            "suppressive_capacity",
            "tumoricidal_activity",
        ];
        self.arguments.contains(&Argument::Group) || of_all_of_a_kind.contains(&self.name)
    }
}

const fn form(
    name: &'static str,
    arguments: &'static [Argument],
    unit: &'static str,
    logarithmic: bool,
    meaning: &'static str,
) -> Form {
    Form {
        name,
        arguments,
        of: false,
        organ: false,
        unit,
        logarithmic,
        meaning,
    }
}

impl Form {
    const fn anywhere(self) -> Self {
        Self {
            organ: true,
            ..self
        }
    }
}

/// Every form a readout can take.
pub const FORMS: &[Form] = &[
    form(
        "count",
        &[Argument::Group],
        "cells",
        true,
        "cells, in the whole mouse or an organ",
    )
    .anywhere(),
    form(
        "cellularity",
        &[Argument::Organ],
        "cells",
        true,
        "cells in an organ",
    ),
    Form {
        of: true,
        ..form(
            "fraction",
            &[Argument::Group],
            "1",
            false,
            "share of one group among another",
        )
    },
    form(
        "activated_fraction",
        &[Argument::Group],
        "1",
        false,
        "activated (CD44hi) share",
    ),
    form(
        "cd25_positive_fraction",
        &[Argument::Group],
        "1",
        false,
        "CD25+ share",
    ),
    form(
        "pstat5_positive_fraction",
        &[Argument::Group],
        "1",
        false,
        "pSTAT5+ share",
    ),
    form(
        "ki67_positive_fraction",
        &[Argument::Group],
        "1",
        false,
        "Ki-67+ share",
    ),
    form(
        "copies",
        &[Argument::Chain, Argument::Group],
        "molecules/cell",
        true,
        "mean surface copies",
    ),
    form(
        "bound",
        &[Argument::Affinity, Argument::Group],
        "molecules/cell",
        true,
        "IL-2 bound on the surface",
    ),
    form("pstat5", &[Argument::Group], "1", false, "mean pSTAT5"),
    form(
        "division_rate",
        &[Argument::Group],
        "1/d",
        false,
        "share dividing per day",
    ),
    form(
        "death_rate",
        &[Argument::Group],
        "1/d",
        false,
        "share dying per day, but for what drugs kill",
    ),
    form(
        "cytotoxicity",
        &[],
        "1",
        false,
        "readiness of NK cells to kill",
    ),
    form(
        "killing",
        &[],
        "cells",
        true,
        "NK cells by their readiness to kill",
    ),
    form(
        "suppressive_capacity",
        &[],
        "1",
        false,
        "suppressive capacity of a Treg",
    ),
    form(
        "tumoricidal_activity",
        &[],
        "1",
        false,
        "activity of macrophages against tumour cells",
    ),
    form(
        "divisions",
        &[Argument::Group],
        "divisions",
        false,
        "mean divisions behind a cell",
    ),
    form(
        "divided_fraction",
        &[Argument::Group],
        "1",
        false,
        "share of cells with a division behind them",
    ),
    form(
        "thymic_output",
        &[],
        "cells/d",
        true,
        "T cells that leave the thymus",
    ),
    form(
        "thymic_treg_fraction",
        &[],
        "1",
        false,
        "share of Treg among CD4 cells that leave the thymus",
    ),
    form(
        "deletion",
        &[],
        "1",
        false,
        "share of restimulated T cells that died of it",
    ),
    form(
        "antibody",
        &[Argument::Isotype],
        "mg/ml",
        true,
        "antibody in serum or medium",
    ),
    form(
        "autoantibody",
        &[],
        "mg/ml",
        true,
        "IgG against self in serum",
    ),
    form(
        "red_cells",
        &[],
        "1",
        false,
        "red cells relative to a healthy mouse",
    ),
    form(
        "concentration",
        &[Argument::Ligand],
        "pM",
        true,
        "free ligand in lymphoid tissue or medium; IL-2 in an organ too",
    )
    .anywhere(),
    form(
        "serum_concentration",
        &[Argument::Injectable],
        "pM",
        true,
        "free ligand in serum; of IL-7 and IL-15 what was injected",
    ),
    form(
        "form_concentration",
        &[],
        "pM",
        true,
        "forms of IL-2 that are given, free in the body or the medium, all together",
    ),
    form(
        GIVEN,
        &[Argument::Form],
        "pM",
        true,
        "form of IL-2 that is given, free in the body or the medium",
    ),
    form(
        DRUG,
        &[Argument::Drug],
        "pM",
        true,
        "drug in the volume of antibody or in the medium, held or not",
    ),
    form(
        "il2_secretion",
        &[],
        "molecules/s",
        true,
        "IL-2 secreted by all cells",
    ),
    form(
        "costimulation",
        &[],
        "1",
        false,
        "B7 per dendritic cell, relative to no Treg",
    ),
    form(
        "suppression",
        &[],
        "1",
        false,
        "Treg capacity per dendritic cell",
    ),
    form(
        ANTIGEN,
        &[Argument::Antigen],
        "1",
        true,
        "amount of an antigen, or of self relative to a normal body",
    ),
    form("damage", &[], "1", false, "damage integral"),
    form("alive", &[], "1", false, "share of mice alive"),
    form(
        "agents",
        &[],
        "agents",
        false,
        "agents that stand for the cells",
    ),
];

/// The readout of antigen; its argument is a name of the scenario's making.
pub const ANTIGEN: &str = "antigen";

/// The readout of a form of IL-2; its argument is a name of the model's or of the scenario's making.
pub const GIVEN: &str = "given_concentration";

/// The readout of a drug; its argument is a name of the model's or of the scenario's making.
pub const DRUG: &str = "drug_concentration";

/// The ligand all of it is about.
pub const IL2: &str = "IL-2";

/// Ligands whose concentration can be read, with their readouts.
pub const LIGANDS: [(&str, Readout); 4] = [
    (IL2, Readout::Il2),
    ("IL-7", Readout::Il7),
    ("IL-15", Readout::Il15),
    ("IFN-γ", Readout::IfnGamma),
];

impl Readout {
    /// Whether it is a matter of a body, which a well has not.
    pub const fn is_of_a_body(&self) -> bool {
        matches!(
            self,
            Self::Alive
                | Self::Damage
                | Self::RedCells
                | Self::SerumIl2
                | Self::SerumStromal(_)
                | Self::Antigen(_)
                | Self::Cellularity(_)
                | Self::ThymicOutput
                | Self::ThymicTregFraction
                | Self::CountIn(..)
                | Self::Il2In(_)
        )
    }

    /// The readout called `name` with these arguments; `None` if the call fits no form, or names what only a scenario knows.
    pub fn from_call(name: &str, arguments: &[&str], of: Option<&str>) -> Option<Self> {
        let group = |index: usize| Group::from_name(arguments.get(index)?);
        let readout = match (name, arguments.len(), of) {
            ("count", 1, None) => Self::Count(group(0)?),
            ("count", 2, None) => Self::CountIn(group(0)?, Organ::from_name(arguments[1])?),
            ("cellularity", 1, None) => Self::Cellularity(Organ::from_name(arguments[0])?),
            ("fraction", 1, Some(whole)) => Self::Fraction(group(0)?, Group::from_name(whole)?),
            ("activated_fraction", 1, None) => Self::ActivatedFraction(group(0)?),
            ("cd25_positive_fraction", 1, None) => Self::Cd25PositiveFraction(group(0)?),
            ("pstat5_positive_fraction", 1, None) => Self::Pstat5PositiveFraction(group(0)?),
            ("ki67_positive_fraction", 1, None) => Self::Ki67PositiveFraction(group(0)?),
            ("copies", 2, None) => Self::Copies(Chain::from_name(arguments[0])?, group(1)?),
            ("bound", 2, None) => Self::Bound(Affinity::from_name(arguments[0])?, group(1)?),
            ("pstat5", 1, None) => Self::Pstat5(group(0)?),
            ("division_rate", 1, None) => Self::DivisionRate(group(0)?),
            ("death_rate", 1, None) => Self::DeathRate(group(0)?),
            ("cytotoxicity", 0, None) => Self::Cytotoxicity,
            ("killing", 0, None) => Self::Killing,
            ("suppressive_capacity", 0, None) => Self::SuppressiveCapacity,
            ("tumoricidal_activity", 0, None) => Self::TumoricidalActivity,
            ("divisions", 1, None) => Self::Divisions(group(0)?),
            ("divided_fraction", 1, None) => Self::DividedFraction(group(0)?),
            ("thymic_output", 0, None) => Self::ThymicOutput,
            ("thymic_treg_fraction", 0, None) => Self::ThymicTregFraction,
            ("deletion", 0, None) => Self::Deletion,
            ("antibody", 1, None) => Self::Antibody(Isotype::from_name(arguments[0])?),
            ("autoantibody", 0, None) => Self::Autoantibody,
            ("red_cells", 0, None) => Self::RedCells,
            ("concentration", 1, None) => {
                let named = LIGANDS.iter().find(|(name, _)| *name == arguments[0]);
                named.map(|(_, readout)| *readout)?
            }
            ("concentration", 2, None) => {
                let organ = Organ::from_name(arguments[1])?;
                match Self::from_call(name, &arguments[..1], None)? {
                    Self::Il2 => Self::Il2In(organ),
                    // The same everywhere.
                    other => other,
                }
            }
            ("serum_concentration", 1, None) if arguments[0] == IL2 => Self::SerumIl2,
            ("serum_concentration", 1, None) => {
                Self::SerumStromal(Stromal::from_name(arguments[0])?)
            }
            ("form_concentration", 0, None) => Self::GivenForms,
            ("il2_secretion", 0, None) => Self::Il2Secretion,
            ("costimulation", 0, None) => Self::Costimulation,
            ("suppression", 0, None) => Self::Suppression,
            ("damage", 0, None) => Self::Damage,
            ("alive", 0, None) => Self::Alive,
            ("agents", 0, None) => Self::Agents,
            _ => return None,
        };
        Some(readout)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use paracrine_kernel::expression::Expression;

    /// Smallest faults seen: `max` of a missing value and a number, a share of nobody that is infinite.
    #[test]
    fn what_is_missing_stays_missing_in_formulas() {
        let readings: Vec<Reading> = [Readout::Il2, Readout::Il7]
            .map(|readout| Reading {
                readout,
                of: Choice::default(),
            })
            .into();
        for (text, il2, il7, expected) in [
            ("a / b", 3.0, 4.0, Some(0.75)),
            ("a / b", 3.0, 0.0, None),
            ("log10(a)", 0.0, 1.0, None),
            ("max(a, b)", f64::NAN, 1.0, None),
            ("max(a, b)", 1.0, f64::INFINITY, None),
            ("a > b", 2.0, 1.0, Some(1.0)),
            ("a > b", 2.0, f64::NAN, None),
        ] {
            let tree: Expression = text.parse().unwrap();
            let place = |name: &str| ["a", "b"].iter().position(|known| *known == name);
            let compiled = Compiled::new(&tree, &|name| place(name).map(|place| place as u32));
            let measure = Measure::new(readings.clone(), compiled.unwrap());
            let value = measure.value(|reading| match reading.readout {
                Readout::Il2 => il2,
                _ => il7,
            });
            assert_eq!(
                Some(value).filter(|value| !value.is_nan()),
                expected,
                "{text}"
            );
        }
        let plain = Measure::from(Readout::Il2);
        assert!(plain.value(|_| f64::INFINITY).is_infinite());
        assert!(plain.reads(Readout::Il2) && !plain.reads(Readout::Il7));
    }
}
