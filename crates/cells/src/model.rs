//! The parameter table: every number of the biology, with its unit, range, status and source.
//!
//! Values live in the model file, nowhere in the code. [`Parameters`] names what the mechanisms read; a model that
//! lacks one, or gives it in another unit, is refused when it is loaded.

use crate::drug::Target;
use crate::kind::Kind;
use crate::receptors::Form;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How a value came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Read from a measurement.
    Measured,
    /// Computed from measured values.
    Derived,
    /// Fitted to published phenotypes.
    Calibrated,
    /// Set without a measurement; the source says why.
    Assumed,
}

impl Status {
    /// Its name, as in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Derived => "derived",
            Self::Calibrated => "calibrated",
            Self::Assumed => "assumed",
        }
    }
}

/// One number of the model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The value, in `unit`.
    pub value: f64,
    /// The unit; `"1"` for a pure number.
    pub unit: String,
    /// Lower end of the plausible range.
    pub low: f64,
    /// Upper end of the plausible range.
    pub high: f64,
    /// How the value came about.
    pub status: Status,
    /// What it means, in one line.
    pub meaning: String,
    /// Where it comes from.
    pub source: String,
}

/// Receptors and signalling of one cell kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receptors {
    /// IL-2Rα copies that synthesis without signal sustains, per cell.
    pub alpha: f64,
    /// IL-2Rβ copies sustained without ligand, per cell.
    pub beta: f64,
    /// Common γ chain copies sustained without ligand, per cell.
    pub gamma: f64,
    /// IL-7Rα copies per cell (constant).
    pub il7r: f64,
    /// Signalling complexes for half-maximal pSTAT5, per cell.
    pub half_signal: f64,
    /// Access to trans-presented IL-15, as a factor on its concentration.
    pub il15_access: f64,
    /// Spread of synthesis between cells, sd of ln(copies) of α, β, γ.
    pub spread: (f64, f64, f64),
    /// How the values came about.
    pub status: Status,
    /// Those of them that were calibrated, by column.
    #[serde(default)]
    pub fitted: Vec<String>,
    /// Where the values come from.
    pub source: String,
}

impl Receptors {
    /// Columns of the receptor table, with their units.
    pub const COLUMNS: [(&str, &str); 7] = [
        ("alpha", "molecules/cell"),
        ("beta", "molecules/cell"),
        ("gamma", "molecules/cell"),
        ("il7r", "molecules/cell"),
        ("half_signal", "molecules/cell"),
        ("il15_access", "1"),
        ("spread", "1"),
    ];

    /// The numbers by column; a spread is three.
    pub fn values(&self) -> [(&'static str, f64); 9] {
        let (alpha, beta, gamma) = self.spread;
        [
            ("alpha", self.alpha),
            ("beta", self.beta),
            ("gamma", self.gamma),
            ("il7r", self.il7r),
            ("half_signal", self.half_signal),
            ("il15_access", self.il15_access),
            ("spread", alpha),
            ("spread", beta),
            ("spread", gamma),
        ]
    }
}

/// What a column of the receptor table holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptorColumn {
    /// The unit.
    pub unit: String,
    /// Lower end of the plausible range.
    pub low: f64,
    /// Upper end of the plausible range.
    pub high: f64,
    /// What it means, in one line.
    pub meaning: String,
}

/// A gene and its product, as the model file lists them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneEntry {
    /// MGI symbol.
    pub symbol: String,
    /// Protein name.
    pub product: String,
    /// What a change of expression does in the model.
    pub effect: String,
}

/// How firmly a ligand is held by some chains together.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffinityEntry {
    /// MGI symbols of the chains.
    pub chains: Vec<String>,
    /// Dissociation constant, pM.
    pub kd_pm: f64,
}

/// A cytokine that is read through the common γ chain.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LigandEntry {
    /// Protein name.
    pub name: String,
    /// Whether cells are simulated with it, or it stands here for reference.
    pub live: bool,
    /// Its receptors, from the weakest on.
    pub receptors: Vec<AffinityEntry>,
    /// Who makes it.
    pub producers: String,
    /// What it does.
    pub effect: String,
    /// What a mouse without it lacks.
    pub knockout: String,
    /// Where the values come from.
    pub source: String,
}

/// An antibody or fusion protein that can be given.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrugEntry {
    /// Its name.
    pub name: String,
    /// What it holds: a ligand, a receptor chain, B7, CD40L or cells.
    pub target: String,
    /// Dissociation constant, pM.
    pub kd_pm: f64,
    /// Half-life in the body, d.
    pub half_life_d: f64,
    /// Hazard of death of cells with much of the target, all of it held, 1/d.
    #[serde(default)]
    pub killing_per_d: f64,
    /// How they are known.
    pub status: Status,
    /// Where the values come from.
    pub source: String,
}

impl DrugEntry {
    /// # Errors
    /// [`ModelError::Entry`] for no name, no source, an unknown target, a number outside the range of its column, or killing by way of what
    /// is on no cell.
    pub fn check(&self, columns: &BTreeMap<String, ReceptorColumn>) -> Result<(), ModelError> {
        check_entry("drug", &self.name, &self.source)?;
        let wrong = |field, found: String, expected: String| {
            Err(ModelError::Entry {
                table: "drug",
                name: self.name.clone(),
                field,
                found,
                expected,
            })
        };
        let Some(target) = Target::from_name(&self.target) else {
            let expected = "IL-2, IL-7, IL-15, IFN-γ, CD25, CD122, CD132, B7, CD40L or cells";
            return wrong("target", format!("{:?}", self.target), expected.into());
        };
        for (field, value, least) in [
            ("kd_pm", self.kd_pm, f64::MIN_POSITIVE),
            ("half_life_d", self.half_life_d, f64::MIN_POSITIVE),
            ("killing_per_d", self.killing_per_d, 0.0),
        ] {
            check_number("drug", &self.name, field, (value, least, ""), columns)?;
        }
        if self.killing_per_d > 0.0 && !target.is_on_cells() {
            let expected = "no killing: the target is on no cell that is simulated";
            let found = format!("{} 1/d", self.killing_per_d);
            return wrong("killing_per_d", found, expected.into());
        }
        Ok(())
    }
}

/// A form of IL-2 that can be given: a mutein, a fusion protein, a complex with an antibody. Affinities are relative to IL-2 itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormEntry {
    /// Its name.
    pub name: String,
    /// Affinity for α; 0: none.
    pub alpha: f64,
    /// Affinity for βγ, from solution and from α; 0: none.
    pub beta_gamma: f64,
    /// Affinity for βγ from solution beside that from α; 0: βγ is hidden until α holds it.
    #[serde(default = "one")]
    pub in_solution: f64,
    /// Half-life in the body, d.
    pub half_life_d: f64,
    /// How they are known.
    pub status: Status,
    /// Where the values come from.
    pub source: String,
}

const fn one() -> f64 {
    1.0
}

impl FormEntry {
    /// # Errors
    /// [`ModelError::Entry`] for no name, no source, or a number outside the range of its column.
    pub fn check(&self, columns: &BTreeMap<String, ReceptorColumn>) -> Result<(), ModelError> {
        check_entry("form", &self.name, &self.source)?;
        // What is weaker comes and goes too often for a step to follow: exact firings agree down to these.
        for (field, value, least) in [
            ("alpha", self.alpha, 1e-4),
            ("beta_gamma", self.beta_gamma, 0.01),
            ("in_solution", self.in_solution, 1e-4),
        ] {
            // None at all is another matter.
            if value == 0.0 {
                continue;
            }
            let or = "0 for none, or ";
            check_number("form", &self.name, field, (value, least, or), columns)?;
        }
        let half_life = (self.half_life_d, f64::MIN_POSITIVE, "");
        check_number("form", &self.name, "half_life_d", half_life, columns)
    }

    /// What the mechanisms need of it.
    pub const fn form(&self) -> Form {
        Form {
            alpha: self.alpha,
            beta_gamma: self.beta_gamma,
            in_solution: self.in_solution,
            half_life_d: self.half_life_d,
        }
    }
}

/// An entry of a table has a name and a source.
fn check_entry(table: &'static str, name: &str, source: &str) -> Result<(), ModelError> {
    let wrong = |field, found: &str, expected: &str| {
        Err(ModelError::Entry {
            table,
            name: name.to_owned(),
            field,
            found: found.to_owned(),
            expected: expected.to_owned(),
        })
    };
    if name.trim().is_empty() {
        return wrong("name", "an empty name", "a name");
    }
    if source.trim().is_empty() {
        return wrong("source", "no source", "where the values come from");
    }
    Ok(())
}

/// A number of a table is not below what it can be at all, and in the range of its column; `or` says before that range what else it could
/// be.
fn check_number(
    table: &'static str,
    name: &str,
    field: &'static str,
    (value, least, or): (f64, f64, &str),
    columns: &BTreeMap<String, ReceptorColumn>,
) -> Result<(), ModelError> {
    let (low, high, unit) = columns.get(field).map_or((least, f64::MAX, ""), |column| {
        let unit = Some(column.unit.as_str()).filter(|unit| *unit != "1");
        (column.low.max(least), column.high, unit.unwrap_or_default())
    });
    if value >= low && value <= high {
        return Ok(());
    }
    Err(ModelError::Entry {
        table,
        name: name.to_owned(),
        field,
        found: format!("{value} {unit}").trim_end().to_owned(),
        expected: format!("{or}{low} to {high} {unit}").trim_end().to_owned(),
    })
}

/// No two entries of a table have one name.
fn check_names<'a>(
    table: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), ModelError> {
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Err(ModelError::Entry {
                table,
                name: name.clone(),
                field: "name",
                found: format!("a second {table} {name:?}"),
                expected: "another name".into(),
            });
        }
        seen.push(name);
    }
    Ok(())
}

/// The entries of a table below, some of them replaced by those of the same name, and more. One that is there twice above stays so, and is
/// found out.
fn overlaid<T>(mut below: Vec<T>, above: Vec<T>, name: fn(&T) -> &str) -> Vec<T> {
    let inherited = below.len();
    for entry in above {
        let mut old = below[..inherited].iter_mut();
        match old.find(|old| name(old) == name(&entry)) {
            Some(old) => *old = entry,
            None => below.push(entry),
        }
    }
    below
}

/// A model as read from its file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name by which scenarios call it.
    pub name: String,
    /// One line.
    pub title: String,
    /// The model whose genes, ligands, parameters and receptors it keeps where it gives none of its own.
    #[serde(default)]
    pub base: Option<String>,
    /// Genes a genotype may name.
    #[serde(default)]
    pub genes: Vec<GeneEntry>,
    /// Cytokines of the common γ chain.
    #[serde(default)]
    pub ligands: Vec<LigandEntry>,
    /// Numbers of `drugs`.
    #[serde(default)]
    pub drug_columns: BTreeMap<String, ReceptorColumn>,
    /// Antibodies and fusion proteins.
    #[serde(default)]
    pub drugs: Vec<DrugEntry>,
    /// Numbers of `forms`.
    #[serde(default)]
    pub form_columns: BTreeMap<String, ReceptorColumn>,
    /// Forms of IL-2 beside IL-2 itself.
    #[serde(default)]
    pub forms: Vec<FormEntry>,
    /// All rates and constants.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// Columns of `receptors`.
    #[serde(default)]
    pub receptor_columns: BTreeMap<String, ReceptorColumn>,
    /// Receptors by kind name.
    #[serde(default)]
    pub receptors: BTreeMap<String, Receptors>,
}

impl ModelFile {
    /// This model on top of `base`: what it gives replaces the base's, entry by entry.
    ///
    /// # Errors
    /// [`ModelError::NotInBase`] for a parameter or kind that the base has not.
    pub fn over(self, base: Self) -> Result<Self, ModelError> {
        let mut whole = base;
        whole.name = self.name;
        whole.title = self.title;
        whole.base = self.base;
        if !self.genes.is_empty() {
            whole.genes = self.genes;
        }
        whole.drug_columns.extend(self.drug_columns);
        whole.drugs = overlaid(whole.drugs, self.drugs, |drug| &drug.name);
        whole.form_columns.extend(self.form_columns);
        whole.forms = overlaid(whole.forms, self.forms, |form| &form.name);
        for ligand in self.ligands {
            match whole.ligands.iter_mut().find(|old| old.name == ligand.name) {
                Some(old) => *old = ligand,
                None => return Err(ModelError::NotInBase { name: ligand.name }),
            }
        }
        for (name, parameter) in self.parameters {
            if whole.parameters.insert(name.clone(), parameter).is_none() {
                return Err(ModelError::NotInBase { name });
            }
        }
        whole.receptor_columns.extend(self.receptor_columns);
        for (name, receptors) in self.receptors {
            if whole.receptors.insert(name.clone(), receptors).is_none() {
                return Err(ModelError::NotInBase { name });
            }
        }
        Ok(whole)
    }
}

/// What can be wrong with a model.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum ModelError {
    /// A mechanism reads a parameter the file lacks.
    #[error("the model file lacks the parameter `{name}` (unit {unit})")]
    Missing {
        /// Parameter name.
        name: &'static str,
        /// Expected unit.
        unit: &'static str,
    },
    /// A parameter has another unit than the mechanism expects.
    #[error("the parameter `{name}` is given in `{found}`, expected `{expected}`")]
    Unit {
        /// Parameter name.
        name: &'static str,
        /// Unit in the file.
        found: String,
        /// Unit the mechanism reads.
        expected: &'static str,
    },
    /// A value is not finite, negative, or outside its own range.
    #[error("the parameter `{name}` is {value}, outside its range {low} to {high}")]
    Range {
        /// Parameter name.
        name: String,
        /// Value given.
        value: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The file has a parameter that nothing reads.
    #[error("nothing reads the parameter `{name}`")]
    Unread {
        /// Parameter name.
        name: String,
    },
    /// A model changes something that the model below it has not.
    #[error("`{name}` is in no model below: nothing to replace")]
    NotInBase {
        /// What it changes.
        name: String,
    },
    /// A table of ligands and the parameters tell different affinities.
    #[error("{ligand} and {chains}: the table says Kd {found} pM, the parameters {expected} pM")]
    Affinity {
        /// The ligand.
        ligand: String,
        /// The chains.
        chains: String,
        /// Kd in the table of ligands.
        found: f64,
        /// Kd of the parameters.
        expected: f64,
    },
    /// The table of ligands lacks an affinity that the mechanisms use.
    #[error("the table of ligands has no Kd of {ligand} and {chains}")]
    NoAffinity {
        /// The ligand.
        ligand: String,
        /// The chains.
        chains: String,
    },
    /// More chains hold a ligand less firmly than some of them do: no rates are in detailed balance with that.
    #[error("{ligand} and {chains}: Kd {found} pM, although fewer chains have {fewer} pM")]
    Order {
        /// The ligand.
        ligand: String,
        /// The chains.
        chains: String,
        /// Their Kd.
        found: f64,
        /// The Kd of some of them.
        fewer: f64,
    },
    /// A drug or a form of IL-2 has something that the mechanisms cannot work with.
    #[error("the {table} `{name}`: found {found}, expected {expected}")]
    Entry {
        /// What it is: `drug` or `form`.
        table: &'static str,
        /// Its name.
        name: String,
        /// The field.
        field: &'static str,
        /// What is there.
        found: String,
        /// What could be.
        expected: String,
    },
    /// A number of the receptor table is outside the range of its column.
    #[error("`{column}` of {kind} is {value}, outside its range {low} to {high}")]
    Receptor {
        /// Kind name.
        kind: String,
        /// Column of the table.
        column: &'static str,
        /// Value given.
        value: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The columns of the receptor table and those the mechanisms read differ, in name or unit.
    #[error("the receptor table and the columns read differ at `{name}`, expected in {expected}")]
    Column {
        /// Column of the table.
        name: String,
        /// Unit the mechanisms read; empty for a column that nothing reads.
        expected: &'static str,
    },
    /// A row of the receptor table calls something fitted that is no column.
    #[error("{kind}: `{name}` is no column of the receptor table")]
    Fitted {
        /// Kind name.
        kind: String,
        /// What it calls fitted.
        name: String,
    },
    /// A cell kind has no receptors, or a name is no kind.
    #[error("the receptor table and the cell kinds differ at `{name}`")]
    Kind {
        /// Kind name.
        name: String,
    },
    /// The gene list and the genes the code knows differ.
    #[error("the gene list and the products differ at `{symbol}`")]
    Gene {
        /// Gene symbol.
        symbol: String,
    },
}

macro_rules! parameters {
    ($($name:ident: $unit:literal,)*) => {
        /// Every parameter the mechanisms read, in the unit declared here; meanings and sources are in the model file.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Parameters {
            $(#[doc = concat!("`", stringify!($name), "`, unit ", $unit, ".")] pub $name: f64,)*
            receptors: Vec<Receptors>,
        }

        /// Names and units of all parameters, in order of declaration.
        pub const PARAMETER_UNITS: &[(&str, &str)] = &[$((stringify!($name), $unit),)*];

        impl Parameters {
            fn read(file: &ModelFile) -> Result<Self, ModelError> {
                let get = |name: &'static str, unit: &'static str| -> Result<f64, ModelError> {
                    let parameter = file.parameters.get(name).ok_or(ModelError::Missing { name, unit })?;
                    if parameter.unit != unit {
                        return Err(ModelError::Unit { name, found: parameter.unit.clone(), expected: unit });
                    }
                    Ok(parameter.value)
                };
                Ok(Self {
                    $($name: get(stringify!($name), $unit)?,)*
                    receptors: receptors(file)?,
                })
            }

            /// Names and values of all parameters.
            pub fn values(&self) -> impl Iterator<Item = (&'static str, f64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }

            /// Replaces the value of the parameter called `name`; false if there is none.
            ///
            /// The value is in the parameter's own unit and is not checked against its range.
            #[must_use]
            pub fn set(&mut self, name: &str, value: f64) -> bool {
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

parameters! {
    // body
    adult_body_shift: "1",
    body_growth_time: "d",
    newborn_t_cells: "cells",
    newborn_cd4_share: "1",
    newborn_memory_cd8_share: "1",
    other_cells: "cells",
    cell_volume: "ml/cell",
    spleen_t_share: "1",
    spleen_b_share: "1",
    spleen_other_share: "1",
    node_t_share: "1",
    node_dn_share: "1",
    node_b_share: "1",
    node_other_share: "1",
    recirculation_time: "h",
    // thymus and naive cells
    thymocytes: "cells",
    thymic_output: "cells/d",
    thymic_ramp: "d",
    thymic_newborn: "1",
    thymic_decline: "1/d",
    thymic_decline_start: "d",
    thymus_without_il7: "1",
    cd4_share: "1",
    self_reactive_share: "1",
    naive_cd4_death: "1/d",
    naive_cd8_death: "1/d",
    il7_survival_factor: "1",
    // memory from the environment
    environment_conversion: "1/d",
    conversion_without_b7: "1",
    conversion_b7_rise: "1",
    lymphopenic_conversion: "1/d",
    lymphopenic_half_number: "cells",
    lymphopenic_hill: "1",
    lymphopenic_body_floor: "1",
    memory_burst: "1",
    memory_cd4_death: "1/d",
    memory_cd4_division: "1/d",
    memory_cd4_division_signal: "1/d",
    memory_il7_factor: "1",
    // activation by self-antigen and B7
    crowded_divisions: "divisions",
    recruitment: "1/d",
    antigen_recruitment: "1/d",
    antigen_contact: "1/d",
    b7_half_activation: "1",
    b7_hill: "1",
    first_division: "h",
    first_division_spread: "1",
    division_time: "h",
    division_time_spread: "1",
    division_time_signal: "1",
    division_time_least: "h",
    divisions: "divisions",
    divisions_without_signal: "divisions",
    division_half_signal: "1",
    blast_first_life: "h",
    blast_first_life_spread: "1",
    blast_life: "h",
    blast_life_spread: "1",
    // effectors
    restimulation: "1/d",
    restimulation_divisions: "divisions",
    resource_half_number: "cells",
    effector_death: "1/d",
    effector_death_starved: "1/d",
    effector_il7_share: "1",
    effector_half_signal: "1",
    effector_stat5_share: "1",
    effector_to_memory: "1/d",
    // activation-induced death
    aicd_floor: "1",
    aicd_fas: "1",
    aicd_fas_signal: "1",
    aicd_half_signal: "1",
    fas_ageing: "1/d",
    aicd_cd8_share: "1",
    aicd_treg_share: "1",
    // Treg
    treg_share: "1",
    treg_first_day: "d",
    treg_ramp: "d",
    treg_conversion_floor: "1",
    treg_conversion_half_signal: "1",
    precursor_alpha: "molecules/cell",
    precursor_beta: "molecules/cell",
    precursor_half_signal: "molecules/cell",
    thymic_il15_access: "1",
    treg_division_b7: "1/d",
    treg_division_empty: "1/d",
    treg_division_signal: "1/d",
    treg_division_half_signal: "1",
    treg_division_hill: "1",
    treg_division_b7_half: "1",
    treg_division_b7_share: "1",
    treg_death: "1/d",
    treg_death_starved: "1/d",
    treg_survival_half_signal: "1",
    foxp3_loss: "1/d",
    foxp3_half_signal: "1",
    suppression_floor: "1",
    suppression_half_signal: "1",
    suppression_memory: "h",
    peripheral_treg_share: "1",
    treg_activated_drive: "1",
    // dendritic cells
    dendritic_agents: "1",
    b7_removal: "1",
    b7_recovery: "h",
    b7_copies: "molecules/cell",
    reference_treg: "cells",
    other_suppression: "1",
    licensing: "1",
    dc_expansion: "1",
    dc_half_number: "cells",
    dc_turnover: "1/d",
    dc_maturation: "d",
    dc_maturation_hill: "1",
    dc_number: "cells",
    adjuvant_b7: "1",
    adjuvant_reach: "1",
    dc_secretion: "molecules/(cell s)",
    dc_secretion_start: "h",
    dc_secretion_end: "h",
    // IL-2
    secretion_rate: "molecules/(cell s)",
    blast_secretors: "1",
    secretion_start: "h",
    secretion_end: "h",
    activated_secretors: "1",
    secretion_shutoff: "1",
    restimulation_secretion: "1",
    // drugs
    antibody_mass: "kDa",
    antibody_off: "1/s",
    killing_half_copies: "molecules/cell",
    // antigen that is counted
    tcr: "molecules/cell",
    tcr_least: "molecules/cell",
    tcr_kd: "molecules/cell",
    tcr_loss: "1/h",
    tcr_shutoff: "1",
    tcr_brake: "cell/molecule",
    secretion_boost: "1",
    boost_start: "cell/(molecule h)",
    boost_growth: "1/h",
    medium_decay: "1/h",
    tissue_serum_exchange: "ml/d",
    serum_clearance: "ml/h",
    bioavailability: "1",
    absorption: "1/h",
    il2_mass: "kDa",
    il7_mass: "kDa",
    il15_mass: "kDa",
    il2_unit: "ng",
    // binding, assembly, trafficking
    kon_alpha: "1/(M s)",
    koff_alpha: "1/s",
    kon_betagamma: "1/(M s)",
    koff_betagamma: "1/s",
    kf_membrane: "cell/(molecule s)",
    kd2_betagamma: "molecules/cell",
    internalisation: "1/h",
    endosome_degradation: "1/h",
    endosome_signal: "1",
    alpha_loss: "1/h",
    alpha_recycled: "1",
    betagamma_loss: "1/h",
    receptor_memory: "h",
    cd25_threshold: "molecules/cell",
    pstat5_threshold: "1",
    ki67_persistence: "d",
    // IL-15 and IL-7
    il15: "pM",
    il15_kd: "pM",
    il15_clearance: "ml/h",
    il15_half_life: "h",
    il7: "pM",
    il7_kd: "pM",
    il7_clearance: "ml/h",
    il7_half_life: "h",
    il7_internalisation: "1/h",
    il7_gamma_half: "molecules/cell",
    il7_half_signal: "molecules/cell",
    // pSTAT5 and what it drives
    pstat5_decay: "1/h",
    drive_rise: "h",
    drive_fall: "h",
    alpha_signal_treg: "molecules/cell",
    alpha_half_signal_treg: "1",
    alpha_tcr: "molecules/cell",
    alpha_signal_blast: "molecules/cell",
    alpha_half_signal_blast: "1",
    alpha_hill_blast: "1",
    alpha_effector_share: "1",
    // CD8
    cd8_conversion: "1/d",
    cd8_conversion_burst: "1",
    cd8_lymphopenic_share: "1",
    memory_cd8_division: "1/d",
    memory_cd8_half_signal: "1",
    memory_cd8_hill: "1",
    memory_cd8_death: "1/d",
    memory_cd8_death_starved: "1/d",
    memory_cd8_survival_half_signal: "1",
    cd8_fas_checkpoint: "1/d",
    dn_fas_death: "1/d",
    dn_death: "1/d",
    bystander_cd8: "1/d",
    effector_cd8_death: "1/d",
    cd8_divisions: "divisions",
    cd8_antigen_divisions: "divisions",
    cd8_divisions_without_signal: "divisions",
    cd8_division_time: "h",
    cd8_secretors: "1",
    cd8_secretion_share: "1",
    effector_cd8_to_memory: "1/d",
    // NK
    nk_number: "cells",
    newborn_nk: "1",
    nk_renewal: "1/d",
    nk_input_half_signal: "1",
    nk_death: "1/d",
    nk_death_starved: "1/d",
    nk_survival_half_signal: "1",
    nk_survival_hill: "1",
    nk_division: "1/d",
    nk_division_half_signal: "1",
    nk_division_hill: "1",
    nk_cytotoxicity_floor: "1",
    nk_cytotoxicity_half_signal: "1",
    // B cells and antibody
    b_output: "cells/d",
    b_output_floor: "1",
    b_output_ifn_half: "pM",
    b_death: "1/d",
    newborn_b: "1",
    b_self_reactive: "1",
    b_environment: "1/d",
    b_help: "1/d",
    b_help_half_number: "cells",
    b_bystander: "1",
    b_division_time: "h",
    b_divisions: "divisions",
    b_divisions_signal: "divisions",
    b_half_signal: "1",
    b_first_life: "h",
    b_life: "h",
    b_fas_death: "1/d",
    b_secretion: "molecules/(cell s)",
    alpha_signal_b: "molecules/cell",
    igg_share: "1",
    igg_without_gamma: "1",
    ige_share: "1",
    plasma_death: "1/d",
    plasma_death_long: "1/d",
    plasma_long_lived: "1",
    antibody_secretion: "molecules/(cell s)",
    antibody_volume: "ml",
    igm_mass: "kDa",
    igg_mass: "kDa",
    ige_mass: "kDa",
    igm_half_life: "d",
    igg_half_life: "d",
    ige_half_life: "d",
    // macrophages, killing, red cells
    macrophage_number: "cells",
    newborn_macrophages: "1",
    macrophage_death: "1/d",
    macrophage_activation: "1/d",
    macrophage_memory: "d",
    ifn_gamma_half: "pM",
    ifn_gamma_effectors: "pM",
    reference_effectors: "cells",
    macrophage_floor: "1",
    macrophage_activity_half_signal: "1",
    nk_maturation: "1/d",
    target_death: "1/d",
    nk_killing: "1/d",
    macrophage_killing: "1/d",
    killers_per_target: "1",
    red_cell_life: "d",
    red_cell_stress: "1",
    haemolysis: "ml/(mg d)",
    phagocytosis_rest: "1",
    fatal_red_cells: "1",
    // damage
    tolerated_effectors: "cells",
    damage_reference_cells: "cells",
    damage_exponent: "1",
    damage_repair: "1/d",
    damage_without_signal: "1",
    damage_half_signal: "1",
    damage_cd8_share: "1",
    fatal_damage: "1",
    onset_damage: "1",
}

impl Parameters {
    /// Checks a model file and takes its values.
    ///
    /// # Errors
    /// Names the first parameter, kind or gene that is missing, in another unit, out of range or unread.
    pub fn new(file: &ModelFile) -> Result<Self, ModelError> {
        for (name, parameter) in &file.parameters {
            let Parameter {
                value, low, high, ..
            } = *parameter;
            if !(value.is_finite() && low <= value && value <= high && low >= 0.0) {
                return Err(ModelError::Range {
                    name: name.clone(),
                    value,
                    low,
                    high,
                });
            }
            if !PARAMETER_UNITS.iter().any(|(known, _)| known == name) {
                return Err(ModelError::Unread { name: name.clone() });
            }
        }
        for (entry, gene) in file.genes.iter().zip(crate::genotype::Gene::ALL) {
            if entry.symbol != gene.symbol() {
                return Err(ModelError::Gene {
                    symbol: entry.symbol.clone(),
                });
            }
        }
        if file.genes.len() != crate::genotype::Gene::ALL.len() {
            return Err(ModelError::Gene {
                symbol: "end of list".into(),
            });
        }
        for drug in &file.drugs {
            drug.check(&file.drug_columns)?;
        }
        check_names("drug", file.drugs.iter().map(|drug| &drug.name))?;
        for form in &file.forms {
            form.check(&file.form_columns)?;
        }
        check_names("form", file.forms.iter().map(|form| &form.name))?;
        let parameters = Self::read(file)?;
        parameters.agrees_with(&file.ligands)?;
        Ok(parameters)
    }

    /// Checks that the table of ligands tells the affinities that the mechanisms use, to one per cent.
    fn agrees_with(&self, ligands: &[LigandEntry]) -> Result<(), ModelError> {
        let known: [(&str, &[&str], f64); 4] = [
            ("IL-2", &["Il2ra"], self.kd_alpha_pm()),
            ("IL-2", &["Il2rb", "Il2rg"], self.kd_betagamma_pm()),
            ("IL-15", &["Il2rb", "Il2rg"], self.il15_kd),
            ("IL-7", &["Il7r", "Il2rg"], self.il7_kd),
        ];
        for (ligand, chains, expected) in known {
            let told = ligands
                .iter()
                .filter(|entry| entry.name == ligand)
                .flat_map(|entry| &entry.receptors)
                .filter(|receptor| receptor.chains.iter().eq(chains));
            let mut is_told = false;
            for receptor in told {
                is_told = true;
                let differs = (receptor.kd_pm / expected - 1.0).abs() >= 0.01;
                if differs || !receptor.kd_pm.is_finite() {
                    return Err(ModelError::Affinity {
                        ligand: ligand.into(),
                        chains: chains.join(" + "),
                        found: receptor.kd_pm,
                        expected,
                    });
                }
            }
            if !is_told {
                return Err(ModelError::NoAffinity {
                    ligand: ligand.into(),
                    chains: chains.join(" + "),
                });
            }
        }
        for ligand in ligands {
            for receptor in &ligand.receptors {
                let of_fewer = ligand.receptors.iter().filter(|other| {
                    other.chains.len() < receptor.chains.len()
                        && other
                            .chains
                            .iter()
                            .all(|chain| receptor.chains.contains(chain))
                });
                let fewer = of_fewer
                    .map(|other| other.kd_pm)
                    .fold(f64::INFINITY, f64::min);
                let is_right = receptor.kd_pm > 0.0 && receptor.kd_pm <= fewer;
                if !(is_right && receptor.kd_pm.is_finite()) {
                    return Err(ModelError::Order {
                        ligand: ligand.name.clone(),
                        chains: receptor.chains.join(" + "),
                        found: receptor.kd_pm,
                        fewer,
                    });
                }
            }
        }
        Ok(())
    }

    /// Checks what the mechanisms need of values that a scenario may have changed: divisors above zero, shares at
    /// most 1, nothing so large that it stands for no mouse. Returns every parameter that breaks a bound.
    pub fn check(&self) -> Vec<BoundError> {
        let parts = [
            (
                "spleen_t_share",
                self.spleen_t_share,
                "node_t_share",
                self.node_t_share,
            ),
            (
                "spleen_t_share",
                self.spleen_t_share,
                "node_dn_share",
                self.node_dn_share,
            ),
            (
                "spleen_b_share",
                self.spleen_b_share,
                "node_b_share",
                self.node_b_share,
            ),
            (
                "spleen_other_share",
                self.spleen_other_share,
                "node_other_share",
                self.node_other_share,
            ),
            (
                "newborn_cd4_share",
                self.newborn_cd4_share,
                "newborn_memory_cd8_share",
                self.newborn_memory_cd8_share,
            ),
        ];
        let beyond_whole = parts
            .into_iter()
            .filter(|(_, one, _, other)| *one <= 1.0 && *other <= 1.0 && one + other > 1.0)
            .flat_map(|(one, of_one, other, of_other)| {
                [
                    (one, of_one, other, of_other),
                    (other, of_other, one, of_one),
                ]
            })
            .map(|(name, value, other, of_other)| BoundError {
                name: name.to_owned(),
                found: format!("{value}"),
                expected: format!("at most 1 with `{other}`, which is {of_other}"),
            });
        self.values()
            .filter_map(|(name, value)| {
                let expected = bound_broken(name, value)?;
                Some(BoundError {
                    name: name.to_owned(),
                    found: format!("{value}"),
                    expected,
                })
            })
            .chain(beyond_whole)
            .collect()
    }

    /// Receptors and signalling of a kind.
    pub fn receptors(&self, kind: Kind) -> &Receptors {
        &self.receptors[kind as usize]
    }

    /// Kd of IL-2 and α, pM.
    pub fn kd_alpha_pm(&self) -> f64 {
        self.koff_alpha / self.kon_alpha * 1e12
    }

    /// Kd of IL-2 and βγ, pM.
    pub fn kd_betagamma_pm(&self) -> f64 {
        self.koff_betagamma / self.kon_betagamma * 1e12
    }

    /// Two-dimensional Kd of α for IL-2 already on βγ, copies per cell.
    ///
    /// Not a parameter: detailed balance around the assembly cycle fixes it as `Kd_α Kd2_βγ / Kd_βγ`.
    pub fn kd2_alpha(&self) -> f64 {
        self.kd_alpha_pm() * self.kd2_betagamma / self.kd_betagamma_pm()
    }
}

/// A value that the mechanisms cannot work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}`: found {found}, expected {expected}")]
pub struct BoundError {
    /// The parameter.
    pub name: String,
    /// Its value.
    pub found: String,
    /// What it may be.
    pub expected: String,
}

/// What a value should be, if it is not.
fn bound_broken(name: &str, value: f64) -> Option<String> {
    if !value.is_finite() || value < 0.0 {
        return Some("a number not below zero".into());
    }
    if DIVISORS.contains(&name) && value <= 0.0 {
        return Some("a value above zero: rates and sizes are divided by it".into());
    }
    if SHARES.contains(&name) && value > 1.0 {
        return Some("a share, at most 1".into());
    }
    if name.ends_with("division_time") && value < 1.0 {
        return Some("at least 1 h".into());
    }
    let (_, most) = CEILINGS
        .iter()
        .find(|(known, most)| *known == name && value > *most)?;
    Some(format!("at most {most}"))
}

const DIVISORS: &[&str] = &[
    "body_growth_time",
    "newborn_t_cells",
    "cell_volume",
    "thymic_ramp",
    "il7_survival_factor",
    "lymphopenic_half_number",
    "memory_burst",
    "b7_half_activation",
    "first_division",
    "division_time",
    "division_half_signal",
    "resource_half_number",
    "effector_half_signal",
    "aicd_half_signal",
    "treg_ramp",
    "treg_conversion_half_signal",
    "precursor_half_signal",
    "treg_division_half_signal",
    "treg_division_b7_half",
    "treg_survival_half_signal",
    "foxp3_half_signal",
    "suppression_half_signal",
    "suppression_memory",
    "dendritic_agents",
    "b7_recovery",
    "b7_copies",
    "reference_treg",
    "tcr_kd",
    "boost_growth",
    "antibody_mass",
    "tcr_least",
    "killing_half_copies",
    "dc_half_number",
    "dc_maturation",
    "serum_clearance",
    "il2_mass",
    "il7_mass",
    "il15_mass",
    "il7_half_life",
    "il15_half_life",
    "il2_unit",
    "kon_alpha",
    "koff_alpha",
    "kon_betagamma",
    "koff_betagamma",
    "kf_membrane",
    "kd2_betagamma",
    "receptor_memory",
    "il15_kd",
    "il7_kd",
    "il7_gamma_half",
    "il7_half_signal",
    "pstat5_decay",
    "drive_rise",
    "drive_fall",
    "alpha_half_signal_treg",
    "alpha_half_signal_blast",
    "cd8_conversion_burst",
    "memory_cd8_half_signal",
    "memory_cd8_survival_half_signal",
    "nk_renewal",
    "nk_input_half_signal",
    "nk_survival_half_signal",
    "nk_division_half_signal",
    "nk_cytotoxicity_half_signal",
    "damage_reference_cells",
    "damage_repair",
    "damage_half_signal",
    "fatal_damage",
    "b_output_ifn_half",
    "b_death",
    "blast_first_life",
    "blast_life",
    "b_first_life",
    "b_life",
    "b_help_half_number",
    "b_division_time",
    "b_half_signal",
    "antibody_volume",
    "igm_half_life",
    "igg_half_life",
    "ige_half_life",
    "macrophage_memory",
    "ifn_gamma_half",
    "macrophage_activity_half_signal",
    "killers_per_target",
    "red_cell_life",
    "cd8_division_time",
    "dc_number",
    "recirculation_time",
    "reference_effectors",
    "lymphopenic_body_floor",
];

const SHARES: &[&str] = &[
    "spleen_t_share",
    "spleen_b_share",
    "spleen_other_share",
    "node_t_share",
    "node_dn_share",
    "node_b_share",
    "node_other_share",
    "thymus_without_il7",
    "cd4_share",
    "adjuvant_reach",
    "self_reactive_share",
    "effector_il7_share",
    "aicd_floor",
    "aicd_fas",
    "aicd_fas_signal",
    "treg_share",
    "treg_conversion_floor",
    "treg_division_b7_share",
    "suppression_floor",
    "blast_secretors",
    "activated_secretors",
    "bioavailability",
    "nk_cytotoxicity_floor",
    "newborn_nk",
    "alpha_recycled",
    "damage_without_signal",
    "b_output_floor",
    "newborn_b",
    "b_self_reactive",
    "b_bystander",
    "igg_share",
    "igg_without_gamma",
    "ige_share",
    "plasma_long_lived",
    "newborn_macrophages",
    "macrophage_floor",
    "phagocytosis_rest",
    "fatal_red_cells",
    "cd8_secretors",
    "peripheral_treg_share",
    "aicd_cd8_share",
    "aicd_treg_share",
    "newborn_cd4_share",
    "newborn_memory_cd8_share",
    "thymic_newborn",
    "effector_stat5_share",
    "lymphopenic_body_floor",
];

const CEILINGS: &[(&str, f64)] = &[
    ("newborn_t_cells", 1e9),
    ("thymic_output", 1e9),
    ("nk_number", 1e9),
    ("nk_renewal", 1.0),
    ("memory_burst", 1e4),
    ("cd8_conversion_burst", 1e4),
    ("divisions", 30.0),
    ("restimulation_divisions", 10.0),
    ("dendritic_agents", 1e5),
    ("b7_copies", 1e8),
    ("secretion_rate", 1e5),
    ("precursor_alpha", 1e8),
    ("precursor_beta", 1e8),
    ("alpha_signal_treg", 1e8),
    ("alpha_signal_blast", 1e8),
    ("alpha_tcr", 1e8),
    ("first_division_spread", 3.0),
    ("division_time_spread", 3.0),
    ("blast_first_life_spread", 3.0),
    ("blast_life_spread", 3.0),
    ("damage_exponent", 10.0),
    ("b_output", 1e9),
    ("macrophage_number", 1e9),
    ("dc_number", 1e9),
    ("b_divisions", 20.0),
    ("b_divisions_signal", 10.0),
    ("crowded_divisions", 30.0),
    ("cd8_divisions", 30.0),
    ("cd8_antigen_divisions", 30.0),
    ("alpha_signal_b", 1e8),
    ("lymphopenic_hill", 20.0),
    ("dc_maturation_hill", 20.0),
];

fn receptors(file: &ModelFile) -> Result<Vec<Receptors>, ModelError> {
    if let Some(name) = file
        .receptors
        .keys()
        .find(|name| !Kind::ALL.iter().any(|kind| kind.name() == name.as_str()))
    {
        return Err(ModelError::Kind { name: name.clone() });
    }
    for (name, column) in &file.receptor_columns {
        let known = Receptors::COLUMNS.iter().find(|(known, _)| known == name);
        if known.is_none_or(|(_, unit)| *unit != column.unit) {
            return Err(ModelError::Column {
                name: name.clone(),
                expected: known.map_or("", |(_, unit)| unit),
            });
        }
    }
    for (kind, row) in &file.receptors {
        if let Some(name) = row
            .fitted
            .iter()
            .find(|name| Receptors::COLUMNS.iter().all(|(known, _)| known != name))
        {
            return Err(ModelError::Fitted {
                kind: kind.clone(),
                name: name.clone(),
            });
        }
        for (column, value) in row.values() {
            let Some(range) = file.receptor_columns.get(column) else {
                return Err(ModelError::Column {
                    name: column.into(),
                    expected: Receptors::COLUMNS
                        .iter()
                        .find(|(known, _)| *known == column)
                        .map_or("", |(_, unit)| unit),
                });
            };
            if !(range.low..=range.high).contains(&value) {
                return Err(ModelError::Receptor {
                    kind: kind.clone(),
                    column,
                    value,
                    low: range.low,
                    high: range.high,
                });
            }
        }
    }
    Kind::ALL
        .iter()
        .map(|kind| {
            file.receptors
                .get(kind.name())
                .cloned()
                .ok_or_else(|| ModelError::Kind {
                    name: kind.name().into(),
                })
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Parameters for unit tests of single formulas: binding and trafficking as in the model file, all else 1.
    pub(crate) fn parameters() -> Parameters {
        let parameter = |value: f64, unit: &str| Parameter {
            value,
            unit: unit.into(),
            low: 0.0,
            high: 1e12,
            status: Status::Assumed,
            meaning: String::new(),
            source: String::new(),
        };
        let receptors = Receptors {
            alpha: 100.0,
            beta: 300.0,
            gamma: 1e4,
            il7r: 5000.0,
            half_signal: 300.0,
            il15_access: 1.0,
            spread: (0.5, 0.5, 0.5),
            status: Status::Assumed,
            fitted: Vec::new(),
            source: String::new(),
        };
        // Those of rates that are all 1.
        let ligand = |name: &str, receptors: &[(&[&str], f64)]| LigandEntry {
            name: name.into(),
            live: true,
            receptors: receptors
                .iter()
                .map(|(chains, kd_pm)| AffinityEntry {
                    chains: chains.iter().map(|chain| (*chain).to_owned()).collect(),
                    kd_pm: *kd_pm,
                })
                .collect(),
            producers: String::new(),
            effect: String::new(),
            knockout: String::new(),
            source: String::new(),
        };
        let column = |unit: &str| ReceptorColumn {
            unit: unit.into(),
            low: 0.0,
            high: 1e12,
            meaning: String::new(),
        };
        let file = ModelFile {
            name: "test".into(),
            title: String::new(),
            base: None,
            drug_columns: BTreeMap::new(),
            drugs: Vec::new(),
            form_columns: BTreeMap::new(),
            forms: Vec::new(),
            ligands: vec![
                ligand("IL-2", &[(&["Il2ra"], 1e12), (&["Il2rb", "Il2rg"], 1e12)]),
                ligand("IL-15", &[(&["Il2rb", "Il2rg"], 1.0)]),
                ligand("IL-7", &[(&["Il7r", "Il2rg"], 1.0)]),
            ],
            genes: crate::genotype::Gene::ALL
                .map(|gene| GeneEntry {
                    symbol: gene.symbol().into(),
                    product: String::new(),
                    effect: String::new(),
                })
                .to_vec(),
            parameters: PARAMETER_UNITS
                .iter()
                .map(|&(name, unit)| (name.to_owned(), parameter(1.0, unit)))
                .collect(),
            receptor_columns: Receptors::COLUMNS
                .map(|(name, unit)| (name.to_owned(), column(unit)))
                .into(),
            receptors: Kind::ALL
                .iter()
                .map(|kind| (kind.name().to_owned(), receptors.clone()))
                .collect(),
        };
        let mut p = Parameters::new(&file).expect("complete by construction");
        for (name, value) in [
            ("kon_alpha", 1.4e7),
            ("koff_alpha", 0.14),
            ("kon_betagamma", 3.8e5),
            ("koff_betagamma", 3.8e-4),
            ("kf_membrane", 1e-3),
            ("kd2_betagamma", 3.5),
            ("internalisation", 2.8),
            ("endosome_degradation", 2.1),
            ("betagamma_loss", 0.42),
            ("alpha_loss", 0.125),
            ("alpha_recycled", 0.95),
        ] {
            assert!(p.set(name, value), "{name}");
        }
        p
    }
}
