//! A scenario resolved against its model: who the mice are, what is done to them, what is read.

mod antigens;
mod cells;
mod crowd;
mod readout;
mod rows;

use crate::Error;
use crate::adults::Adults;
use crate::branch::Branch;
use crate::catalogue::{self, Source};
use crate::digest::digest;
use crate::language::quantity::figures;
use crate::language::{
    self, Condition, Dose, Fault, Faults, GeneExpression, Intervention, MAX_OCCASIONS, MAX_UNTIL_D,
    MIN_CELLS, MIN_WELL_CELLS, Medium, OverlayValue, ReadoutCall, ReadoutRequest, RowBand,
    RunSettings, Scenario, Schedule, Supply, Sweep,
};
use crate::model::{InPlace, Model, is_file};
use crate::pathways::{Link, pathways};
use crate::rows::PlannedRow;
use crate::simulate::model::is_model;
use crate::stopping::PlannedStop;
use cells::DonorsByKind;
use paracrine_cells::drug::{Drug, Target};
use paracrine_cells::genotype::{Expression, Gene, Genotype, Lineage};
use paracrine_cells::host::{self, Action, Culture, STEP_H, Setup, Stromal, can_be_stimulated};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::{DrugEntry, FormEntry, ModelError, Parameters, Status};
use paracrine_cells::pool::MOLECULES_PER_PM_ML;
use paracrine_cells::readout::{
    ANTIGEN, Choice, DRUG, FORMS, GIVEN, IL2, Measure, Reading, Readout,
};
use paracrine_cells::receptors::{Form, MOST_GIVEN};
use paracrine_cells::signal::ForcedSignal;
use paracrine_kernel::Level;
use readout::readout_of;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Avogadro's number, 1/mol.
const AVOGADRO: f64 = 6.022_140_76e23;

/// Settings given beside the scenario; each replaces the scenario's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrides {
    /// Seed of all draws.
    pub seed: Option<u64>,
    /// Mice per arm.
    pub replicates: Option<u32>,
    /// Only this mouse of each arm, counted from 0.
    pub replicate: Option<u32>,
    /// Only this point of a sweep, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<u32>,
    /// Agents of an adult mouse.
    pub cells: Option<u32>,
    /// Age at the end, as a quantity, not before the scenario's own.
    pub until: Option<String>,
    /// At most [`QUICK_REPLICATES`] mice of [`QUICK_CELLS`] cells; where bands are to be judged, of [`SMALLEST_SIZE`].
    pub quick: bool,
    /// Whether bands are to be judged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// What is kept on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Keep>,
    /// Age at which whole states are kept, as a quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save_at: Option<String>,
    /// Results directory of a run that has kept states, from which this one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PathBuf>,
    /// The point of that run's sweep whose states those are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_point: Option<u32>,
}

/// From what the hosts of a run begin.
#[derive(Clone, Debug)]
enum Origin {
    /// From birth, or an empty well.
    Birth,
    /// From states that another run has kept.
    Branch(Branch),
    /// As adults.
    Adults(Box<Adults>),
}

/// Wall-clock time between two writings of the state of a mouse on its way. Results do not depend on it.
pub const KEEP_EVERY: Duration = Duration::from_secs(60);

/// How much of a run is kept on disk; each keeps what the ones before do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Summary, comparison, events and histograms.
    Summary,
    /// The samples of each mouse.
    #[default]
    Timecourse,
    /// Snapshots of all cells, at the end if the scenario asks for no other time.
    Cells,
}

impl Keep {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Summary, Self::Timecourse, Self::Cells];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Timecourse => "timecourse",
            Self::Cells => "cells",
        }
    }
}

/// The tag of transferred cells that are given none: readouts cannot name it.
pub(crate) const UNTAGGED: u8 = u8::MAX;

/// More IL-2 than this is in no mouse and no well.
const MOST_MOLECULES: f64 = 1e18;

/// Interventions of one arm; their ordinal is part of a stream's address.
const MOST_INTERVENTIONS: usize = 239;

/// Drugs in one arm; they are numbered after the interventions.
const MOST_DRUGS: usize = 15;

/// Mice per arm of a quick run.
pub const QUICK_REPLICATES: u32 = 3;
/// Cells per mouse of a quick run.
pub const QUICK_CELLS: u32 = 2000;
/// Cells per mouse below which medians near the threshold of activation move with their number: no band is judged there.
pub const SMALLEST_SIZE: u32 = 5000;

/// An arm, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedArm {
    /// Its name.
    pub name: String,
    /// The point of a sweep at which it is; 0 without a sweep.
    pub point: usize,
    /// Genes that differ from wild type.
    pub genotype: Vec<GeneExpression>,
    /// What is done, in words.
    pub interventions: Vec<String>,
    /// Of each intervention what it waits for, if it does: `count(Treg) below 1e5`.
    pub conditions: Vec<Option<String>>,
    /// The mouse, or what goes into the well.
    pub host: Setup,
    /// The well, if it is none.
    pub culture: Option<Culture>,
}

impl PlannedArm {
    /// The host at birth, or the well without cells.
    pub fn start<'p>(&self, plan: &'p Plan, replicate: u64) -> host::Host<'p> {
        let (p, run) = (&plan.points[self.point].parameters, &plan.run);
        match self.culture {
            None => host::Host::newborn(p, &self.host, run.cells, run.seed, replicate),
            Some(well) => host::Host::culture(p, &self.host, well, run.cells, run.seed, replicate),
        }
        .at_level(plan.level)
    }
}

/// A readout, ready to observe.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedReadout {
    /// The name that the scenario gives it; without one, as it is written.
    pub name: String,
    /// What is observed.
    pub measure: Measure,
    /// Its unit.
    pub unit: String,
    /// One line for people.
    pub label: String,
    /// Whether it wants a logarithmic axis.
    pub logarithmic: bool,
}

impl PlannedReadout {
    /// Whether it is another one once a mouse is dead.
    pub fn reads_alive(&self) -> bool {
        self.measure.reads(Readout::Alive)
    }
}

/// A published band.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Index of the readout.
    pub readout: usize,
    /// Index of the arm among those of all points.
    pub arm: usize,
    /// Age, d.
    pub at_d: f64,
    /// Where the median must be.
    pub band: RowBand,
    /// Index of the arm to whose median the band is a ratio.
    pub relative_to: Option<usize>,
    /// Who measured it.
    pub source: String,
}

/// A changed parameter, for the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// The parameter.
    pub parameter: String,
    /// New value, in its unit.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// The model's value.
    pub default: f64,
}

/// What is the same for all arms at one point of a sweep, or without a sweep for all arms.
#[derive(Clone, Debug)]
pub struct Point {
    /// Changed parameters.
    pub overlay: Vec<Overlay>,
    /// Parameters with the overlay.
    pub parameters: Parameters,
}

/// A scenario, resolved.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name, text and origin.
    pub source: Source,
    /// The text of the model, if it is not embedded.
    pub own_model: Option<String>,
    /// Title.
    pub title: String,
    /// Question.
    pub question: String,
    /// Where it comes from.
    pub reference: Option<String>,
    /// Expected answer.
    pub expected: Option<String>,
    /// Model name.
    pub model: String,
    /// Run settings after overrides.
    pub run: RunSettings,
    /// What is kept on disk.
    pub keep: Keep,
    /// Times at which all cells are written down, d; none if they are not kept.
    pub snapshots_d: Vec<f64>,
    /// Age at which the whole state of each host is kept for other runs, d.
    pub save_at_d: Option<f64>,
    /// When the run has enough replicates, before it has all.
    pub stop: Option<PlannedStop>,
    /// Age at which the scenario lets mice begin as adults, d.
    adult_d: Option<f64>,
    origin: Origin,
    /// Wall-clock time between two writings of the state of a mouse on its way. Results do not depend on it.
    pub keep_every: Duration,
    /// Tags of cells by number.
    pub tags: Vec<String>,
    /// Named antigens by number.
    pub antigens: Vec<String>,
    /// Length of a step, h.
    pub step_h: f64,
    /// Whether cells live in wells, not mice.
    pub is_culture: bool,
    /// Replicates to simulate, counted from 0.
    pub replicates: Range<u64>,
    /// The sweep, if there is one.
    pub sweep: Option<Sweep>,
    /// Its points; one without a sweep.
    pub points: Vec<Point>,
    /// Those of them that are simulated.
    pub chosen: Range<usize>,
    /// Arms of the points that are simulated, point by point: at each there are the same ones in the same order.
    pub arms: Vec<PlannedArm>,
    /// Readouts.
    pub readouts: Vec<PlannedReadout>,
    /// Readouts of the causal chain, which every run of mice records; none of wells.
    pub chain: Vec<PlannedReadout>,
    /// Published bands.
    pub bands: Vec<Band>,
    /// Published rows.
    pub rows: Vec<PlannedRow>,
    /// What was asked beside the scenario.
    pub overrides: Overrides,
    /// Hash of everything that decides the results.
    pub digest: String,
    /// Remarks that are no faults.
    pub remarks: Vec<String>,
    /// Vector instructions to use. Results do not depend on it.
    pub level: Level,
    /// Whether tables are written as Parquet too. The run is the same without.
    pub parquet: bool,
}

impl Plan {
    /// Resolves a scenario.
    ///
    /// # Errors
    /// All faults of the scenario with their places; impossible overrides.
    pub fn new(source: Source, overrides: &Overrides) -> Result<Self, Error> {
        Self::again(source, None, overrides)
    }

    /// The same, with another model in place of the scenario's.
    ///
    /// # Errors
    /// As [`Self::new`], and faults of the model.
    pub fn with_model(
        source: Source,
        model: Option<&InPlace>,
        overrides: &Overrides,
    ) -> Result<Self, Error> {
        let Some(model) = model else {
            return Self::again(source, None, overrides);
        };
        let written = source.text.clone();
        let (source, text) = model.put(source);
        let origin = source.origin.clone();
        Self::again(source, text, overrides).map_err(|error| match error {
            // The text that people have is the one without the model.
            Error::Faults(faults) if faults.source_name == origin => {
                // What is said of the model is said of the one that is put here.
                match faults.faults.iter().find(|fault| fault.path == "model") {
                    Some(fault) => Error::Setting {
                        option: "--model",
                        found: fault.found.clone(),
                        expected: fault.expected.clone(),
                    },
                    None => faults.before_change(&written).into(),
                }
            }
            error => error,
        })
    }

    /// The same, with the text of the scenario's own model at hand.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn again(
        source: Source,
        own_model: Option<String>,
        overrides: &Overrides,
    ) -> Result<Self, Error> {
        let (mut plan, parts) = Self::from_birth(source, own_model, overrides)?;
        if let (None, Some(point)) = (&overrides.from, overrides.from_point) {
            return Err(Error::Setting {
                option: "--from-point",
                found: point.to_string(),
                expected:
                    "--from DIR too: it chooses the point of the sweep whose states those are"
                        .into(),
            });
        }
        match (&overrides.from, plan.adult_d) {
            (None, None) => {}
            (None, Some(age_d)) => {
                let adults = Adults::new(&plan, age_d, parts.models.clone())?;
                plan.begin_at(adults.age_d);
                plan.origin = Origin::Adults(Box::new(adults));
            }
            (Some(path), Some(_)) => {
                return Err(Error::Setting {
                    option: "--from",
                    found: path.display().to_string(),
                    expected: "a scenario without `start`, or no other states".into(),
                });
            }
            (Some(path), None) => {
                let branch = Branch::find(path, &plan)?;
                plan.digest = parts.digest(&plan.source, Some(&branch.digest));
                plan.begin_at(branch.age_d);
                plan.origin = Origin::Branch(branch);
            }
        }
        Ok(plan)
    }

    /// What another run was, whether or not the states are still there from which it began, of which the digest is known.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn of_the_past(
        source: Source,
        own_model: Option<String>,
        overrides: &Overrides,
        states: Option<&str>,
    ) -> Result<Self, Error> {
        let (mut plan, parts) = Self::from_birth(source, own_model, overrides)?;
        plan.digest = parts.digest(&plan.source, states);
        Ok(plan)
    }

    /// Everything but from what hosts begin.
    fn from_birth(
        source: Source,
        own_model: Option<String>,
        overrides: &Overrides,
    ) -> Result<(Self, DigestParts), Error> {
        let mouse = catalogue::model("mouse")?;
        let mut vocabulary = catalogue::vocabulary(&mouse.file);
        // Ranges are those of the model that is run.
        let named = language::model_of(&source.text).filter(|name| *name != mouse.file.name);
        let named = named.and_then(|name| match &own_model {
            Some(text) => Model::read(&name, text.clone()).ok(),
            None => Model::find(&name, Some(Path::new(&source.origin))).ok(),
        });
        if let Some(model) = &named {
            let own = catalogue::vocabulary(&model.file);
            (vocabulary.parameters, vocabulary.drugs) = (own.parameters, own.drugs);
            vocabulary.forms = own.forms;
        }
        // In what can be read of a faulty scenario the arms are looked at all the same.
        let further = |scenario: &Scenario| {
            let model = if scenario.model == mouse.file.name {
                Some(&mouse)
            } else {
                named.as_ref()
            };
            model.map_or_else(Vec::new, |model| further_faults(scenario, model))
        };
        let parsed = language::parse_points_and(
            &source.origin,
            &source.text,
            &vocabulary,
            overrides.seed,
            &further,
        );
        let points = match parsed {
            Err(_) if is_model(&source.text) => {
                return Err(Error::OtherCommand {
                    name: source.origin,
                    what: "a reaction network",
                    command: "simulate",
                });
            }
            parsed => parsed?,
        };
        let language::Points { sweep, scenarios } = points;
        let scenario = &scenarios[0];
        let model = if scenario.model == mouse.file.name {
            mouse
        } else if let Some(model) = named {
            model
        } else if let Some(text) = own_model {
            Model::read(&scenario.model, text)?
        } else {
            Model::find(&scenario.model, Some(Path::new(&source.origin))).map_err(|error| {
                let Error::Read { path, source: why } = &error else {
                    return error;
                };
                let expected = format!("a model file; cannot read {}: {why}", path.display());
                let found = format!("{:?}", scenario.model);
                let fault = Fault::of_path("model", &found, &expected);
                Faults::new(&source.origin, &source.text, vec![fault]).into()
            })?
        };
        let is_culture = matches!(scenario.host, language::Host::Culture(_));
        let run = settle(&scenario.run, is_culture, overrides)?;
        let replicates = match overrides.replicate {
            None => 0..u64::from(run.replicates),
            Some(only) if only < run.replicates => u64::from(only)..u64::from(only) + 1,
            Some(only) => {
                return Err(Error::Setting {
                    option: "--replicate",
                    found: only.to_string(),
                    expected: format!(
                        "0 to {}: the {} of an arm are counted from 0",
                        run.replicates - 1,
                        if is_culture { "wells" } else { "mice" }
                    ),
                });
            }
        };
        let chosen = chosen_points(sweep.as_ref(), overrides.point)?;
        let mut points = Vec::new();
        let mut arms = Vec::new();
        let mut faulty = Vec::new();
        let mut implausible = Implausible::default();
        let mut donors = DonorsByKind::default();
        let mut idle = Vec::new();
        for (index, scenario) in scenarios.iter().enumerate() {
            let mut resolver = PointResolver {
                index,
                run: &run,
                model: &model,
                sweep: sweep.as_ref(),
                donors: &mut donors,
                remarks: &mut idle,
                faults: Vec::new(),
            };
            let (point, own) = resolver.resolve(scenario);
            points.push(point);
            arms.extend(own.into_iter().filter(|_| chosen.contains(&index)));
            implausible.look(&scenario.overlay, &model);
            if !resolver.faults.is_empty() {
                faulty.push((index, resolver.faults));
            }
            if language::is_enough(&faulty) {
                break;
            }
        }
        let mut remarks: Vec<String> = implausible.remarks(points.len()).collect();
        remarks.append(&mut idle);
        let mut faults: Vec<Fault> = match &sweep {
            Some(sweep) => language::merged(&source.text, sweep, points.len(), faulty),
            None => faulty.into_iter().flat_map(|(_, found)| found).collect(),
        };
        let arms_at_a_point = scenario.arms.len();
        let mut readouts: Vec<PlannedReadout> = Vec::new();
        for (index, request) in scenario.readouts.iter().enumerate() {
            match listed_readout(index, request, scenario, is_culture) {
                Ok(readout) => readouts.push(readout),
                Err(fault) => faults.push(*fault),
            }
        }
        let arm = |name: &str| scenario.arms.iter().position(|arm| arm.name == name);
        let listed = |request: &ReadoutRequest| {
            let asked = readout_of(request, scenario, is_culture).ok()?;
            let of_name = readouts.iter().position(|known| known.name == asked.name);
            let same = |known: &PlannedReadout| known.measure == asked.measure;
            of_name.or_else(|| readouts.iter().position(same))
        };
        // A mouse alone is never enough.
        let asked = scenario.stop.as_ref();
        let stop = asked.filter(|_| overrides.replicate.is_none());
        let stop = stop.and_then(|rule| {
            let Some(readout) = listed(&rule.readout) else {
                faults.push(Fault::of_path(
                    "run.stop_when.readout",
                    &format!("`{}`", rule.readout),
                    "one of this scenario's `readouts`",
                ));
                return None;
            };
            Some(PlannedStop {
                readout,
                arm: arm(&rule.arm)?,
                difference_from: rule.difference_from.as_deref().and_then(arm),
                at_d: rule.at_d,
                tolerance: rule.tolerance,
                batch: rule.batch.into(),
            })
        });
        let mut bands = Vec::new();
        let mut judged = HashSet::new();
        for (index, e) in scenario.expectations.iter().enumerate() {
            let (Some(readout), Some(arm_index)) = (listed(&e.readout), arm(&e.arm)) else {
                faults.push(Fault::of_path(
                    &format!("expect[{index}].readout"),
                    &format!("`{}`", e.readout),
                    "one of this scenario's `readouts`",
                ));
                continue;
            };
            let is_meant = |point: &usize| {
                if !chosen.contains(point) {
                    return false;
                }
                let values = sweep.as_ref().map(|sweep| &sweep.points[*point]);
                values.is_none_or(|values| e.is_meant_at(values))
            };
            for point in (0..points.len()).filter(is_meant) {
                let at_point = |arm: usize| (point - chosen.start) * arms_at_a_point + arm;
                let about = (readout, at_point(arm_index), e.at_d.to_bits());
                if !judged.insert(about) {
                    faults.push(Fault::of_path(
                        &format!("expect[{index}]"),
                        &format!(
                            "a second band for `{}` of `{}` at that age",
                            e.readout, e.arm
                        ),
                        "one band for each readout, arm and age",
                    ));
                    break;
                }
                bands.push(Band {
                    readout,
                    arm: at_point(arm_index),
                    at_d: e.at_d,
                    band: e.band,
                    relative_to: e.relative_to.as_deref().and_then(arm).map(at_point),
                    source: e.source.clone().unwrap_or_default(),
                });
            }
        }
        let rows = rows::planned(scenario, &listed, &mut faults);
        if !faults.is_empty() {
            return Err(Faults::new(&source.origin, &source.text, faults).into());
        }
        if let Some(stop) = &stop
            && replicates.end - replicates.start <= stop.batch
        {
            remarks.push(format!(
                "`stop_when` is first looked at after {} replicates (`batch`), and `replicates` is {}: the run cannot stop early",
                stop.batch,
                replicates.end - replicates.start
            ));
        }
        // It changes with anything that can change a byte of the results.
        let mut settings = format!("{run:?} {replicates:?}");
        if let Some(point) = overrides.point {
            settings += &format!(" point {point}");
        }
        let asks = !scenario.snapshots_d.is_empty();
        let usual = if asks { Keep::Cells } else { Keep::Timecourse };
        let keep = overrides.keep.unwrap_or(usual);
        if keep != usual {
            settings += &format!(" {keep:?}");
        }
        let snapshots_d = match keep {
            Keep::Cells if asks => scenario.snapshots_d.clone(),
            Keep::Cells => vec![run.until_d],
            Keep::Summary | Keep::Timecourse => Vec::new(),
        };
        let save_at_d = match &overrides.save_at {
            None => scenario.save_at_d,
            Some(asked) => {
                let days = save_at(asked, &run, is_culture)?;
                settings += &format!(" save at {days}");
                Some(days)
            }
        };
        let links = match is_culture {
            true => Vec::new(),
            false => pathways()?.chain,
        };
        let link = |link: &Link| call_of(&link.call()?, scenario, false).ok();
        let chain = links.iter().filter_map(link).collect();
        let own_model = is_file(&scenario.model).then(|| model.texts[0].clone());
        let parts = DigestParts {
            models: model.texts,
            settings,
        };
        let plan = Self {
            overrides: overrides.clone(),
            own_model,
            title: scenario.title.clone(),
            question: scenario.question.clone(),
            reference: scenario.source.clone(),
            expected: scenario.expected.clone(),
            model: scenario.model.clone(),
            run,
            keep,
            snapshots_d,
            tags: scenario.tags.clone(),
            antigens: antigens::named(&scenario.antigens)
                .map(str::to_owned)
                .collect(),
            step_h: step_h(&scenario.host),
            is_culture,
            replicates,
            sweep,
            points,
            chosen,
            arms,
            readouts,
            chain,
            bands,
            rows,
            digest: parts.digest(&source, None),
            remarks,
            level: Level::detect(),
            parquet: false,
            save_at_d,
            stop,
            adult_d: scenario.adult_d,
            origin: Origin::Birth,
            keep_every: KEEP_EVERY,
            source,
        };
        Ok((plan, parts))
    }

    /// Leaves out what is expected before hosts begin.
    fn begin_at(&mut self, age_d: f64) {
        let all = self.bands.len();
        self.bands.retain(|band| band.at_d >= age_d - 1e-9);
        let early = all - self.bands.len();
        if early > 0 {
            let remark = format!(
                "{early} of {all} bands are for ages before {}, where this run begins: they are not looked at",
                time(age_d, self.is_culture)
            );
            self.remarks.push(remark);
        }
        if let Some(stop) = self.stop.take_if(|stop| stop.at_d < age_d - 1e-9) {
            self.remarks.push(format!(
                "`stop_when` is for {}, before {}, where this run begins: it is not looked at",
                time(stop.at_d, self.is_culture),
                time(age_d, self.is_culture)
            ));
        }
    }

    /// The host of an arm at its beginning.
    ///
    /// # Errors
    /// [`Error::States`] if the state is gone from which it begins.
    pub fn host(&self, arm: usize, replicate: u64) -> Result<host::Host<'_>, Error> {
        match &self.origin {
            Origin::Birth => Ok(self.arms[arm].start(self, replicate)),
            Origin::Branch(branch) => branch.host(self, arm, replicate),
            Origin::Adults(adults) => adults.host(self, arm, replicate),
        }
    }

    /// The host of an arm in a state.
    pub(crate) fn restored(
        &self,
        arm: usize,
        replicate: u64,
        state: host::State<'_>,
    ) -> Result<host::Host<'_>, host::StateError> {
        let PlannedArm { point, host, .. } = &self.arms[arm];
        let (p, run) = (&self.points[*point].parameters, &self.run);
        let host = host::Host::restored(p, host, run.cells, run.seed, replicate, state)?;
        Ok(host.at_level(self.level))
    }

    /// The states from which hosts begin, if another run has kept them.
    pub const fn branch(&self) -> Option<&Branch> {
        match &self.origin {
            Origin::Branch(branch) => Some(branch),
            _ => None,
        }
    }

    /// The adults as which mice begin, if they do.
    pub fn adults(&self) -> Option<&Adults> {
        match &self.origin {
            Origin::Adults(adults) => Some(adults),
            _ => None,
        }
    }

    /// Lets adults be kept in a folder.
    pub fn keep_adults(&mut self, folder: PathBuf) {
        if let Origin::Adults(adults) = &mut self.origin {
            adults.folder = Some(folder);
        }
    }

    /// Steps before hosts begin: none at birth.
    pub fn first_step(&self) -> u64 {
        match &self.origin {
            Origin::Birth => 0,
            Origin::Branch(branch) => branch.steps,
            Origin::Adults(adults) => adults.steps,
        }
    }

    /// Age at which hosts begin, d.
    pub fn begins_d(&self) -> f64 {
        self.age_d(self.first_step())
    }

    /// Steps until the whole state of each host is kept, and the age, d; if it is kept.
    pub fn saved(&self) -> Option<(u64, f64)> {
        let steps = self.steps_to(self.save_at_d?);
        Some((steps, self.age_d(steps)))
    }

    /// Steps from birth to an age in days.
    pub(crate) fn steps_to(&self, age_d: f64) -> u64 {
        (age_d * 24.0 / self.step_h - 1e-9).ceil() as u64
    }

    /// Age after so many steps, d.
    pub(crate) fn age_d(&self, steps: u64) -> f64 {
        steps as f64 * self.step_h / 24.0
    }

    /// Steps from birth to the end.
    pub fn steps(&self) -> u64 {
        self.steps_to(self.run.until_d)
    }

    /// Processor time that one host is likely to take, s, within a factor of two or so (docs/performance.md): in the mean over the arms.
    pub fn cpu_seconds(&self) -> f64 {
        const S_PER_AGENT_AND_STEP: f64 = 220e-9;
        // What all cells share: organs and balances in a mouse, a pool in a well.
        let per_step = if self.is_culture { 15e-6 } else { 160e-6 };
        // Keeping it on the disk, and its part of the tables.
        const S_PER_HOST: f64 = 3e-3;
        let agents: f64 = self.arms.iter().map(|arm| self.crowd(arm).mean).sum();
        let agents = agents / self.arms.len().max(1) as f64;
        let steps = (self.steps() - self.first_step().min(self.steps())) as f64;
        S_PER_HOST + steps * (per_step + agents * S_PER_AGENT_AND_STEP)
    }

    /// Most agents at a time of a host, of the arm with most of them.
    pub fn most_agents(&self) -> f64 {
        let agents = self.arms.iter().map(|arm| self.crowd(arm).most);
        agents.fold(0.0, f64::max)
    }

    /// Most agents at a time of a host of each arm, of all arms together.
    pub fn agents_of_all_arms(&self) -> f64 {
        self.arms.iter().map(|arm| self.crowd(arm).most).sum()
    }

    /// What holds the cells, one and many.
    pub const fn nouns(&self) -> (&'static str, &'static str) {
        if self.is_culture {
            ("well", "wells")
        } else {
            ("mouse", "mice")
        }
    }

    /// Whether mice are simulated with so few agents that headline readouts move (docs/validation.md, seeds and sizes).
    pub const fn is_coarse(&self) -> bool {
        !self.is_culture && self.run.cells < SMALLEST_SIZE
    }

    /// Arms at each point of a sweep, or without a sweep all of them.
    pub fn arms_at_a_point(&self) -> usize {
        self.arms.len() / self.chosen.len()
    }

    /// The arm with which an arm is compared: the first one at its point.
    pub fn first_arm(&self, arm: usize) -> usize {
        arm - arm % self.arms_at_a_point()
    }

    /// An arm and its point in words: `treated, at point 3: dose 10 ug`.
    pub fn arm_in_words(&self, arm: usize) -> String {
        let PlannedArm { name, point, .. } = &self.arms[arm];
        match &self.sweep {
            None => name.clone(),
            Some(sweep) => format!("{name}, at point {point}: {}", sweep.words(*point)),
        }
    }

    /// Mice in each arm.
    pub fn mice_per_arm(&self) -> usize {
        (self.replicates.end - self.replicates.start) as usize
    }

    /// Arm and replicate of the mouse with this number. Arms take turns, so that all of them advance together and an interrupted run holds
    /// whole comparisons.
    pub fn mouse(&self, unit: u64) -> (usize, u64) {
        let unit = unit as usize;
        let arms = self.arms.len();
        (unit % arms, self.replicates.start + (unit / arms) as u64)
    }

    /// Mice in all.
    pub fn mice(&self) -> usize {
        self.arms.len() * self.mice_per_arm()
    }

    /// Numbers of the mice, batch by batch: all in one unless the run may stop early.
    pub(crate) fn batches(&self) -> impl Iterator<Item = Range<u64>> + use<> {
        let mice = self.mice() as u64;
        let arms = self.arms.len() as u64;
        let size = self.stop.as_ref().map_or(mice, |stop| stop.batch * arms);
        let firsts = (0..mice).step_by(size.max(1) as usize);
        firsts.map(move |first| first..mice.min(first + size))
    }

    /// Samples of one mouse, that of its beginning included.
    pub fn samples(&self) -> u64 {
        let seen_d = self.run.until_d - self.begins_d();
        (seen_d / self.run.sample_every_d).ceil() as u64 + 1
    }
}

/// What only the plan sees to be wrong with the arms of a scenario of which something could not be read.
fn further_faults(scenario: &Scenario, model: &Model) -> Vec<Fault> {
    let mut resolver = PointResolver {
        index: 0,
        run: &scenario.run,
        model,
        sweep: None,
        donors: &mut DonorsByKind::default(),
        remarks: &mut Vec::new(),
        faults: Vec::new(),
    };
    let _ = resolver.resolve(scenario);
    let mut faults = resolver.faults;
    let is_culture = matches!(scenario.host, language::Host::Culture(_));
    for (index, request) in scenario.readouts.iter().enumerate() {
        faults.extend(
            listed_readout(index, request, scenario, is_culture)
                .err()
                .map(|fault| *fault),
        );
    }
    faults
}

/// A readout of the scenario, or what is wrong with it.
fn listed_readout(
    index: usize,
    request: &ReadoutRequest,
    scenario: &Scenario,
    is_culture: bool,
) -> Result<PlannedReadout, Box<Fault>> {
    readout_of(request, scenario, is_culture).map_err(|(found, expected)| {
        let path = format!("readouts[{index}]");
        Box::new(Fault::of_path(&path, &found, expected))
    })
}

/// The points of a sweep that are simulated: all, or the one that is asked for.
fn chosen_points(sweep: Option<&Sweep>, asked: Option<u32>) -> Result<Range<usize>, Error> {
    let points = sweep.map_or(1, |sweep| sweep.points.len());
    let Some(asked) = asked else {
        return Ok(0..points);
    };
    let point = asked as usize;
    if sweep.is_some() && point < points {
        return Ok(point..point + 1);
    }
    let expected = match sweep {
        None => "no --point: the scenario has no `sweep`".to_owned(),
        Some(_) => format!("0 to {}: points are counted from 0", points - 1),
    };
    Err(Error::Setting {
        option: "--point",
        found: asked.to_string(),
        expected,
    })
}

/// What decides the results of a run, beside the text of the scenario.
struct DigestParts {
    /// The text of the model and of those below it.
    models: Vec<String>,
    settings: String,
}

impl DigestParts {
    /// The digest of a run that begins from birth, or from states.
    fn digest(&self, source: &Source, states: Option<&str>) -> String {
        let mut parts = vec![source.text.as_str()];
        parts.extend(self.models.iter().map(String::as_str));
        parts.push(&self.settings);
        parts.extend(states);
        digest(&parts)
    }
}

/// The age at which whole states are kept, as given beside the scenario, in days.
fn save_at(asked: &str, run: &RunSettings, is_culture: bool) -> Result<f64, Error> {
    let refuse = |expected: String| Error::Setting {
        option: "--save-at",
        found: asked.into(),
        expected,
    };
    let days = language::quantity::read(asked, language::quantity::Dimension::TIME)
        .map_err(|fault| refuse(fault.expected))?;
    if days <= 0.0 || days > run.until_d {
        return Err(refuse(format!(
            "a time above zero, until {}, the end of the run",
            time(run.until_d, is_culture)
        )));
    }
    Ok(days)
}

fn settle(
    run: &RunSettings,
    is_culture: bool,
    overrides: &Overrides,
) -> Result<RunSettings, Error> {
    let mut run = run.clone();
    if overrides.quick {
        run.replicates = run.replicates.min(QUICK_REPLICATES);
        let is_judged = overrides.strict && !is_culture;
        run.cells = run.cells.min(if is_judged {
            SMALLEST_SIZE
        } else {
            QUICK_CELLS
        });
    }
    if let Some(seed) = overrides.seed {
        run.seed = seed;
    }
    if let Some(replicates) = overrides.replicates {
        if replicates == 0 {
            return Err(Error::Setting {
                option: "--replicates",
                found: "0".into(),
                expected: "at least 1 mouse in each arm".into(),
            });
        }
        run.replicates = replicates;
    }
    if let Some(cells) = overrides.cells {
        let (least, why) = if is_culture {
            (MIN_WELL_CELLS, " of each kind")
        } else {
            (MIN_CELLS, ": fewer agents are no mouse")
        };
        if cells < least {
            return Err(Error::Setting {
                option: "--cells",
                found: cells.to_string(),
                expected: format!("at least {least}{why}"),
            });
        }
        run.cells = cells;
    }
    if let Some(until) = &overrides.until {
        let refuse = |expected: String| Error::Setting {
            option: "--until",
            found: until.clone(),
            expected,
        };
        let days = language::quantity::read(until, language::quantity::Dimension::TIME)
            .map_err(|fault| refuse(fault.expected))?;
        // What happens, is sampled and expected is known to end with the scenario.
        if days < run.until_d || days > MAX_UNTIL_D {
            return Err(refuse(format!(
                "from {}, the end of the scenario, to {}",
                time(run.until_d, is_culture),
                time(MAX_UNTIL_D, is_culture)
            )));
        }
        if days / run.sample_every_d > MAX_OCCASIONS {
            return Err(refuse(format!(
                "at most {MAX_OCCASIONS} samples, one every {}",
                time(run.sample_every_d, is_culture)
            )));
        }
        run.until_d = days;
    }
    Ok(run)
}

/// A drug of a scenario as one of a model.
fn drug_entry(drug: &language::Drug) -> DrugEntry {
    DrugEntry {
        name: drug.name.clone(),
        target: drug.target.clone(),
        kd_pm: drug.kd_pm,
        half_life_d: drug.half_life_d,
        killing_per_d: drug.killing_per_d,
        status: Status::Assumed,
        source: drug.source.clone().unwrap_or_else(|| "the scenario".into()),
    }
}

/// A form of IL-2 of a scenario as one of a model.
fn form_entry(form: &language::LigandForm) -> FormEntry {
    FormEntry {
        name: form.name.clone(),
        alpha: form.alpha,
        beta_gamma: form.beta_gamma,
        in_solution: form.in_solution,
        half_life_d: form.half_life_d,
        status: Status::Assumed,
        source: form.source.clone().unwrap_or_else(|| "the scenario".into()),
    }
}

/// What is wrong with an entry of a scenario, at its place in it.
fn entry_fault(checked: Result<(), ModelError>, index: usize) -> Option<Fault> {
    let Err(ModelError::Entry {
        table,
        field,
        found,
        expected,
        ..
    }) = checked
    else {
        return None;
    };
    // As the scenario calls it.
    let name = match field {
        "kd_pm" => "kd",
        "half_life_d" => "half_life",
        "killing_per_d" => "killing",
        other => other,
    };
    let path = format!("{table}s[{index}].{name}");
    Some(Fault::of_path(&path, &found, &expected))
}

fn genotype(expressions: &[GeneExpression]) -> Genotype {
    expressions
        .iter()
        .filter_map(|e| {
            Some(Expression {
                gene: Gene::from_symbol(&e.gene)?,
                level: e.expression,
                lineage: e.lineage.as_deref().and_then(Lineage::from_name),
                from_d: e.from_d.unwrap_or(0.0),
            })
        })
        .fold(Genotype::wild_type(), Genotype::with_change)
}

/// Length of a step in a host, h.
fn step_h(host: &language::Host) -> f64 {
    match host {
        language::Host::Mouse => STEP_H,
        language::Host::Culture(culture) => 24.0 * culture.step_d,
    }
}

const MOST_GENOTYPES: &str = "at most 256 different genotypes in one arm";

/// The place of a genotype among those of a host, to which it is added if it is new; nothing if there are too many.
fn index_of(genotype: Genotype, genotypes: &mut Vec<Genotype>) -> Option<u8> {
    let known = genotypes.iter().position(|known| *known == genotype);
    let at = known.unwrap_or_else(|| {
        genotypes.push(genotype);
        genotypes.len() - 1
    });
    u8::try_from(at).ok()
}

/// Names of the lineages in which a gene acts.
fn lineages_of(gene: Gene) -> Vec<&'static str> {
    let lineages = Lineage::ALL.into_iter();
    let lineages = lineages.filter(|lineage| gene.acts_in(*lineage));
    lineages.map(Lineage::name).collect()
}

/// Adds the genotypes to which cells come whose genes change in the host, each change once at most: the genotype that comes of number
/// `origin` by a set of changes, a bit for each, is number `set * origins + origin`. Returns of each change what it makes of each of them;
/// nothing if they are too many.
fn gene_changes(genotypes: &mut Vec<Genotype>, changes: &[Genotype]) -> Option<Vec<Vec<u8>>> {
    let origins = genotypes.len();
    let sets = 1_usize.checked_shl(u32::try_from(changes.len()).ok()?)?;
    u8::try_from(origins.checked_mul(sets)? - 1).ok()?;
    for set in 1..sets {
        for origin in 0..origins {
            let made = (0..changes.len()).filter(|bit| (set >> bit) & 1 == 1);
            let genotype = made.fold(genotypes[origin].clone(), |genotype, bit| {
                genotype.with_all(&changes[bit])
            });
            genotypes.push(genotype);
        }
    }
    let becomes = |bit: usize| {
        let numbers = 0..origins * sets;
        let others = numbers.map(|number| {
            let set = (number / origins) | (1 << bit);
            u8::try_from(set * origins + number % origins).ok()
        });
        others.collect::<Option<Vec<u8>>>()
    };
    (0..changes.len()).map(becomes).collect()
}

/// A time as it is written for a host: the day of a mouse, the hour of a well.
pub(crate) fn time(days: f64, is_culture: bool) -> String {
    match is_culture {
        true => format!("{} h", figures(in_hours(days))),
        false => format!("{} d", figures(days)),
    }
}

/// Days as hours, without the noise of binary fractions.
fn in_hours(days: f64) -> f64 {
    (days * 24.0 * 1e6).round() / 1e6
}

/// Values outside their plausible ranges, by parameter.
#[derive(Default)]
struct Implausible {
    found: Vec<(String, String, usize)>,
}

impl Implausible {
    fn look(&mut self, overlay: &[OverlayValue], model: &Model) {
        for change in overlay.iter().filter(|change| !change.is_plausible) {
            let known = self
                .found
                .iter_mut()
                .find(|(name, ..)| *name == change.name);
            if let Some((.., count)) = known {
                *count += 1;
                continue;
            }
            let default = &model.file.parameters[&change.name];
            let remark = format!(
                "overlay: `{}` = {} is outside its plausible range, {} to {} {}",
                change.name, change.given, default.low, default.high, default.unit
            );
            self.found.push((change.name.clone(), remark, 1));
        }
    }

    /// A remark for each parameter, of however many points.
    fn remarks(self, points: usize) -> impl Iterator<Item = String> {
        self.found.into_iter().map(move |(_, remark, count)| {
            if count == points {
                remark
            } else {
                format!("{remark} (at {count} of {points} points a value is)")
            }
        })
    }
}

/// What a point is resolved against.
struct PointResolver<'r> {
    index: usize,
    run: &'r RunSettings,
    model: &'r Model,
    sweep: Option<&'r Sweep>,
    donors: &'r mut DonorsByKind,
    remarks: &'r mut Vec<String>,
    faults: Vec<Fault>,
}

impl PointResolver<'_> {
    fn resolve(&mut self, scenario: &Scenario) -> (Point, Vec<PlannedArm>) {
        self.donors.forget();
        let (parameters, overlay) = self.parameters(scenario);
        let file = &self.model.file;
        let drugs = self.entries(&file.drugs, &scenario.drugs, drug_entry, |drug| {
            drug.check(&file.drug_columns)
        });
        let forms = self.entries(&file.forms, &scenario.forms, form_entry, |form| {
            form.check(&file.form_columns)
        });
        let arms = scenario
            .arms
            .iter()
            .enumerate()
            .map(|(index, arm)| {
                let mut resolver = ArmResolver {
                    point: self.index,
                    index,
                    run: self.run,
                    p: &parameters,
                    host: &scenario.host,
                    scenario,
                    drugs: &drugs,
                    forms: &forms,
                    donors: self.donors,
                    remarks: self.remarks,
                    faults: &mut self.faults,
                };
                resolver.resolve(arm)
            })
            .collect();
        let point = Point {
            overlay,
            parameters,
        };
        (point, arms)
    }

    /// Parameters with the overlay, and the overlay for the record.
    fn parameters(&mut self, scenario: &Scenario) -> (Parameters, Vec<Overlay>) {
        let mut parameters = self.model.parameters.clone();
        let mut overlay = Vec::new();
        for change in &scenario.overlay {
            let known = parameters.set(&change.name, change.value);
            debug_assert!(known, "the vocabulary is that of the parameters");
            overlay.push(Overlay {
                parameter: change.name.clone(),
                value: change.value,
                unit: change.unit.clone(),
                default: self.model.file.parameters[&change.name].value,
            });
        }
        for error in parameters.check() {
            // The model alone is sound: what is named is a value of the overlay or fits none of them.
            if overlay.iter().all(|value| value.parameter != error.name) {
                continue;
            }
            let axis = self.sweep.and_then(|sweep| sweep.path(&error.name));
            let path = axis.map_or_else(|| format!("overlay.{}", error.name), str::to_owned);
            let fault = Fault::of_path(&path, &error.found, &error.expected);
            self.faults.push(fault);
        }
        (parameters, overlay)
    }

    /// Entries of a table of the model, then those of the scenario, checked.
    fn entries<T: Clone, W>(
        &mut self,
        of_model: &[T],
        written: &[W],
        entry: fn(&W) -> T,
        check: impl Fn(&T) -> Result<(), ModelError>,
    ) -> Vec<T> {
        let mut entries = of_model.to_vec();
        for (index, written) in written.iter().enumerate() {
            let entry = entry(written);
            self.faults.extend(entry_fault(check(&entry), index));
            entries.push(entry);
        }
        entries
    }
}

/// What an arm is resolved against.
struct ArmResolver<'r> {
    point: usize,
    index: usize,
    run: &'r RunSettings,
    p: &'r Parameters,
    host: &'r language::Host,
    scenario: &'r Scenario,
    drugs: &'r [DrugEntry],
    forms: &'r [FormEntry],
    donors: &'r mut DonorsByKind,
    remarks: &'r mut Vec<String>,
    faults: &'r mut Vec<Fault>,
}

impl ArmResolver<'_> {
    fn complain(&mut self, ordinal: usize, field: &str, found: &str, expected: &str) {
        let path = format!("arms[{}].interventions[{ordinal}].{field}", self.index);
        self.fault(&path, found, expected);
    }

    /// Each is looked for in the text anew, so that they must not be without end.
    fn fault(&mut self, path: &str, found: &str, expected: &str) {
        if self.faults.len() < language::MOST_FAULTS {
            self.faults.push(Fault::of_path(path, found, expected));
        }
    }

    /// Complains of lineages in which a gene does nothing, in the genotype at a path below the arm.
    fn check_lineages(&mut self, genotype: &[GeneExpression], path: &str) {
        for (number, e) in genotype.iter().enumerate() {
            let gene = Gene::from_symbol(&e.gene);
            let lineage = e.lineage.as_deref().and_then(Lineage::from_name);
            let (Some(gene), Some(lineage)) = (gene, lineage) else {
                continue;
            };
            if gene.acts_in(lineage) {
                continue;
            }
            let names = lineages_of(gene);
            let expected = match names[..] {
                [] => format!(
                    "no lineage: {} is made by cells that are not simulated",
                    e.gene
                ),
                _ => format!("a lineage in which {} acts: {}", e.gene, names.join(", ")),
            };
            let path = format!("arms[{}].{path}genotype[{number}].lineage", self.index);
            let found = format!("{:?}", lineage.name());
            self.faults.push(Fault::of_path(&path, &found, &expected));
        }
    }

    /// Remarks that a gene is changed in cells, to be told once, to which it is the same.
    fn look_for_idle(&mut self, arm: &str, group: Group, genotype: &[GeneExpression]) {
        for e in genotype {
            let Some(gene) = Gene::from_symbol(&e.gene) else {
                continue;
            };
            if gene.acts_in_group(group) {
                continue;
            }
            let lineages = lineages_of(gene);
            let why = match lineages[..] {
                [] => "it is made by cells that are not simulated".to_owned(),
                _ => format!("it acts in {}", lineages.join(", ")),
            };
            let remark = format!(
                "arm `{arm}`: {} of {} changes nothing: {why}",
                e.gene,
                group.name()
            );
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
    }

    fn resolve(&mut self, arm: &language::Arm) -> PlannedArm {
        self.check_lineages(&arm.genotype, "");
        let mut genotypes = vec![genotype(&arm.genotype)];
        let mut changes = Vec::new();
        let mut interventions = Vec::new();
        let mut drugs = (Vec::new(), Vec::new());
        let mut forms = (Vec::new(), Vec::new());
        let mut conditions = Vec::new();
        let mut sentences = Vec::new();
        let mut marrow = Vec::new();
        for (number, part) in arm.marrow.iter().enumerate() {
            let path = format!("marrow[{number}].");
            self.check_lineages(&part.genotype, &path);
            let Some(genotype) = index_of(genotype(&part.genotype), &mut genotypes) else {
                let path = format!("arms[{}].{path}genotype", self.index);
                self.fault(&path, "another genotype", MOST_GENOTYPES);
                continue;
            };
            marrow.push(host::Marrow {
                share: part.share,
                genotype,
                tag: number_of(&part.tag, &self.scenario.tags),
            });
            sentences.push(format!(
                "marrow: {} of {} ({})",
                figures(part.share),
                part.tag,
                in_words(&part.genotype)
            ));
        }
        let lacks = self.lacking(&arm.lacks);
        if !arm.lacks.is_empty() {
            sentences.push(format!("makes no {}", arm.lacks.join(", no ")));
        }
        let signals = arm.signals.iter().enumerate().map(|(number, force)| {
            let lineage = force.lineage.as_deref().and_then(Lineage::from_name);
            if lineage == Some(Lineage::Dendritic) {
                let path = format!("arms[{}].signals[{number}].lineage", self.index);
                let expected = "a lineage whose cells have pSTAT5";
                self.faults.push(Fault::of_path(&path, "\"DC\"", expected));
            }
            let whose = force.lineage.as_deref().unwrap_or("all cells");
            let mut sentence = format!(
                "{} of {whose} forced to {}",
                force.signal,
                figures(force.level)
            );
            if let Some(from) = force.from_d {
                sentence += &format!(" from {} d", figures(from));
            }
            if let Some(until) = force.until_d {
                sentence += &format!(" until {} d", figures(until));
            }
            sentences.push(sentence);
            ForcedSignal {
                lineage,
                level: force.level,
                from_d: force.from_d.unwrap_or(0.0),
                until_d: force.until_d.unwrap_or(f64::INFINITY),
            }
        });
        let signals = signals.collect();
        let exposure = self.exposure(arm, &mut sentences);
        let mut culture = None;
        if let language::Host::Culture(host) = self.host {
            let medium = arm.medium.or(host.medium);
            let well = well(host, &medium);
            let molecules = well.start_pm * well.volume_ml * MOLECULES_PER_PM_ML;
            if molecules > MOST_MOLECULES {
                let path = if arm.medium.il2.is_some() {
                    format!("arms[{}].medium.il2", self.index)
                } else {
                    "host.medium.il2".to_owned()
                };
                let found = format!("{molecules:.1e} molecules of IL-2 in the well");
                let most = "at most 1e18 molecules, about 26 mg";
                self.fault(&path, &found, most);
            }
            sentences.push(medium_in_words(&medium, host.supply));
            culture = Some(well);
        }
        for (ordinal, intervention) in arm.interventions.iter().enumerate() {
            let resolved = match intervention {
                Intervention::Deplete {
                    kind,
                    sort,
                    fraction,
                    schedule,
                } => Group::from_name(kind).map(|group| {
                    let fraction = *fraction;
                    let (sort, sorted) = self.sorted(ordinal, group, sort.as_ref());
                    let sentence =
                        format!("deplete {} % of {kind}{sorted}", figures(100.0 * fraction));
                    let action = Action::Deplete {
                        group,
                        sort,
                        fraction,
                    };
                    (action, schedule, sentence)
                }),
                Intervention::Stimulate {
                    kind,
                    sort,
                    fraction,
                    schedule,
                } => self.stimulated(ordinal, kind).map(|group| {
                    let fraction = *fraction;
                    let (sort, sorted) = self.sorted(ordinal, group, sort.as_ref());
                    let sentence = format!(
                        "stimulate {} % of {kind}{sorted}",
                        figures(100.0 * fraction)
                    );
                    let action = Action::Stimulate {
                        group,
                        sort,
                        fraction,
                    };
                    (action, schedule, sentence)
                }),
                Intervention::Tag {
                    kind,
                    sort,
                    fraction,
                    tag,
                    genotype: change,
                    schedule,
                } => Group::from_name(kind).map(|group| {
                    let fraction = *fraction;
                    let (sort, sorted) = self.sorted(ordinal, group, sort.as_ref());
                    self.look_for_idle(&arm.name, group, change);
                    let share = figures(100.0 * fraction);
                    let mut sentence = format!("tag {share} % of {kind}{sorted} as {tag}");
                    if !change.is_empty() {
                        sentence += &format!(" with {} from then on", in_words(change));
                    }
                    let action = Action::Tag {
                        group,
                        sort,
                        fraction,
                        tag: number_of(tag, &self.scenario.tags),
                        change: self.changed(ordinal, change, &mut changes),
                    };
                    (action, schedule, sentence)
                }),
                Intervention::Inject {
                    ligand,
                    dose,
                    route,
                    schedule,
                } => {
                    let stromal = Stromal::from_name(ligand);
                    let mass = match stromal {
                        None => self.p.il2_mass,
                        Some(Stromal::Il7) => self.p.il7_mass,
                        Some(Stromal::Il15) => self.p.il15_mass,
                    };
                    let (molecules, amount) = self.molecules(*dose, mass);
                    if stromal.is_some() && matches!(dose, Dose::Activity { .. }) {
                        let expected = format!(
                            "{ligand} by mass or number, \"1 ug\" or \"1e12 molecules\": what a unit of it weighs is not known"
                        );
                        self.complain(ordinal, "dose", &amount, &expected);
                    }
                    if molecules < 1.0 {
                        self.complain(ordinal, "dose", &amount, "at least one molecule");
                    }
                    let form = self.forms.iter().position(|form| form.name == *ligand);
                    let mut place = None;
                    if stromal.is_none() && form.is_none() && ligand != IL2 {
                        // Nothing is known of a ligand of another name, which was told already.
                        continue;
                    }
                    if molecules > MOST_MOLECULES {
                        let mg = MOST_MOLECULES / AVOGADRO * mass * 1e6;
                        // The dose of a form is that of the IL-2 in it.
                        let whose = if stromal.is_some() { ligand } else { IL2 };
                        let most = format!("at most 1e18 molecules, about {mg:.0} mg of {whose}");
                        self.complain(ordinal, "dose", &amount, &most);
                    }
                    if let Some(number) = form {
                        place = self.give_form(ordinal, number, &mut forms);
                    } else if stromal.is_none()
                        && culture.is_some_and(|well: Culture| well.clamped_pm.is_some())
                    {
                        let held = "a well whose IL-2 is used up: `supply: closed`";
                        self.complain(ordinal, "dose", "a dose into held IL-2", held);
                    }
                    let (route, way) = match route {
                        _ if culture.is_some() => (host::Route::Intravenous, "into the medium"),
                        language::Route::Subcutaneous => {
                            (host::Route::Subcutaneous, "subcutaneously")
                        }
                        language::Route::Intravenous => (host::Route::Intravenous, "intravenously"),
                    };
                    let molecules = molecules as u64;
                    let sentence = format!("inject {amount} of {ligand} {way}");
                    let action = match stromal {
                        Some(ligand) => Action::InjectStromal {
                            ligand,
                            molecules,
                            route,
                        },
                        None => Action::Inject {
                            form: place,
                            molecules,
                            route,
                        },
                    };
                    Some((action, schedule, sentence))
                }
                Intervention::Give {
                    drug,
                    dose,
                    schedule,
                } => self
                    .given(ordinal, drug, *dose, &mut drugs)
                    .map(|(action, sentence)| (action, schedule, sentence)),
                Intervention::Thymectomy { schedule } => {
                    Some((Action::Thymectomy, schedule, "thymectomy".to_owned()))
                }
                Intervention::Transfer {
                    kind,
                    cells,
                    genotype: donor,
                    tag,
                    specificity,
                    age_d,
                    sort,
                    schedule,
                } => {
                    // Cells of a well come from a mouse of the arm, others from a wild type, unless it says otherwise.
                    let own = if culture.is_some() {
                        arm.genotype.as_slice()
                    } else {
                        &[]
                    };
                    let donor = donor.as_deref().unwrap_or(own);
                    if tag.is_some() && Group::from_name(kind) == Some(Group::Dendritic) {
                        let found = "a tag of dendritic cells, which are one number";
                        self.complain(ordinal, "tag", found, "none, or another kind of cell");
                    }
                    let number = tag
                        .as_deref()
                        .map_or(UNTAGGED, |tag| number_of(tag, &self.scenario.tags));
                    let action =
                        self.transferred(ordinal, kind, *cells, donor, number, &mut genotypes);
                    let action =
                        action.map(|action| self.specific(ordinal, action, specificity.as_deref()));
                    let action = action.map(|action| {
                        let genotype = self::genotype(donor);
                        let chosen = (*age_d, sort.as_ref());
                        self.chosen(ordinal, action, chosen, &genotype, schedule.at_d)
                    });
                    action.map(|(action, more)| {
                        let called = tag
                            .as_ref()
                            .map_or_else(String::new, |tag| format!(", tag {tag}"));
                        let own = specificity
                            .as_ref()
                            .map_or_else(String::new, |own| format!(", specificity {own}"));
                        // A kind that ends in `cell` needs no second one.
                        let kind = kind.strip_suffix(" cell").unwrap_or(kind);
                        let sentence = format!(
                            "transfer {} {kind} cells ({}{called}{own}{more})",
                            figures(*cells),
                            in_words(donor)
                        );
                        (action, schedule, sentence)
                    })
                }
                Intervention::Immunise {
                    antigen,
                    dose,
                    half_life_d,
                    adjuvant,
                    schedule,
                } => self
                    .immunised(antigen, *dose, *half_life_d, *adjuvant)
                    .map(|action| {
                        let mut sentence = format!(
                            "immunise with {} of {antigen}, half-life {} d",
                            figures(*dose),
                            figures(*half_life_d)
                        );
                        if *adjuvant > 0.0 {
                            sentence += &format!(", adjuvant {}", figures(*adjuvant));
                        }
                        (action, schedule, sentence)
                    }),
                Intervention::Make {
                    antigen,
                    level,
                    schedule,
                } => self.made(antigen, *level).map(|action| {
                    let sentence = match antigen.as_str() {
                        language::SELF => format!("self-antigen to {}", figures(*level)),
                        name => format!("{name} made at {}", figures(*level)),
                    };
                    (action, schedule, sentence)
                }),
                Intervention::Expose { microbes, schedule } => {
                    let microbes = *microbes;
                    let sentence = format!("expose to a microbial load of {}", figures(microbes));
                    Some((Action::Expose { microbes }, schedule, sentence))
                }
            };
            let Some((action, schedule, mut sentence)) = resolved else {
                continue;
            };
            self.check_times(ordinal, schedule);
            let &Schedule {
                at_d,
                ref when,
                every_d,
                until_d,
            } = schedule;
            let time = |days: f64| {
                if culture.is_some() {
                    format!("{} h", figures(in_hours(days)))
                } else {
                    format!("{} d", figures(days))
                }
            };
            let waits = when.as_ref().map(|when| {
                let side = if when.is_above { "above" } else { "below" };
                format!("{} {side} {}", when.readout, figures(when.level))
            });
            let when = match when {
                None => {
                    sentence += &format!(" at {}", time(at_d));
                    None
                }
                Some(condition) => {
                    sentence += &format!(" when {condition}");
                    if at_d > 0.0 {
                        sentence += &format!(", from {} on", time(at_d));
                    }
                    let Some(condition) = self.condition(ordinal, condition) else {
                        continue;
                    };
                    Some(condition)
                }
            };
            if let Some(every) = every_d {
                sentence += &format!(", then every {}", time(every));
            }
            if let Some(until) = until_d {
                sentence += &format!(" until {}", time(until));
            }
            sentences.push(sentence);
            conditions.push(waits);
            interventions.push(host::Intervention {
                action,
                at_d,
                when,
                every_d,
                until_d,
            });
        }
        let gene_changes = gene_changes(&mut genotypes, &changes).unwrap_or_else(|| {
            let path = format!("arms[{}].interventions", self.index);
            let found = format!(
                "{} genotypes, of each of which {} changes of `tag(..)` may make others",
                genotypes.len(),
                changes.len()
            );
            self.fault(&path, &found, MOST_GENOTYPES);
            Vec::new()
        });
        PlannedArm {
            name: arm.name.clone(),
            point: self.point,
            genotype: arm.genotype.clone(),
            interventions: sentences,
            conditions,
            host: Setup {
                genotypes,
                gene_changes,
                lacks,
                exposure,
                signals,
                drugs: drugs.0,
                drug_numbers: drugs.1,
                forms: forms.0,
                form_numbers: forms.1,
                interventions,
                marrow,
            },
            culture,
        }
    }

    /// The group that is stimulated; some of its cells must have something to engage.
    fn stimulated(&mut self, ordinal: usize, kind: &str) -> Option<Group> {
        let group = Group::from_name(kind)?;
        match group {
            Group::Only(only) if !can_be_stimulated(only) => {
                let able = Kind::ALL
                    .into_iter()
                    .filter(|kind| can_be_stimulated(*kind));
                let able: Vec<&str> = able.map(Kind::name).collect();
                self.complain(
                    ordinal,
                    "kind",
                    &format!("\"{kind}\", which has no receptors that wait for antigen"),
                    &format!("DC, a group, or one of {}", able.join(", ")),
                );
                None
            }
            group => Some(group),
        }
    }

    fn lacking(&mut self, names: &[String]) -> Vec<Lineage> {
        let mut lineages = Vec::new();
        for (number, name) in names.iter().enumerate() {
            match Lineage::from_name(name) {
                Some(Lineage::Treg) => {
                    let path = format!("arms[{}].lacks[{number}]", self.index);
                    let expected = "`genotype: [(gene: \"Foxp3\", expression: 0)]`: Treg come from naive cells too";
                    self.faults
                        .push(Fault::of_path(&path, "\"Treg\"", expected));
                }
                Some(lineage) => {
                    let holds = |one: Lineage, other: Lineage| {
                        let mut kinds = Kind::ALL.into_iter().filter(|kind| other.holds(*kind));
                        one != Lineage::Dendritic
                            && other != Lineage::Dendritic
                            && kinds.all(|kind| one.holds(kind))
                    };
                    let both = lineages.iter().find(|earlier| {
                        **earlier != lineage
                            && (holds(**earlier, lineage) || holds(lineage, **earlier))
                    });
                    if let Some(earlier) = both {
                        let path = format!("arms[{}].lacks[{number}]", self.index);
                        let found = format!("{name:?} beside {:?}", earlier.name());
                        let expected = "lineages of which none is a part of another";
                        self.faults.push(Fault::of_path(&path, &found, expected));
                    }
                    lineages.push(lineage);
                }
                None => {}
            }
        }
        // The same host, and the same adult, in whatever order they are named.
        lineages.sort_unstable();
        lineages
    }

    fn condition(&mut self, ordinal: usize, condition: &Condition) -> Option<host::Condition> {
        let is_culture = matches!(self.host, language::Host::Culture(_));
        match readout_of(&condition.readout, self.scenario, is_culture) {
            Ok(readout) => Some(host::Condition {
                measure: readout.measure,
                is_above: condition.is_above,
                level: condition.level,
            }),
            Err((found, expected)) => {
                self.complain(ordinal, "when.readout", &found, expected);
                None
            }
        }
    }

    /// Lets a form of IL-2, by its number, join those that are given in the arm. Returns its place among them.
    fn give_form(
        &mut self,
        ordinal: usize,
        number: usize,
        (forms, numbers): &mut (Vec<Form>, Vec<(u16, u8)>),
    ) -> Option<u8> {
        let own = u16::try_from(number).ok()?;
        if let Some((_, place)) = numbers.iter().find(|(known, _)| *known == own) {
            return Some(*place);
        }
        if forms.len() == MOST_GIVEN {
            let most = format!("at most {MOST_GIVEN} forms of IL-2 in an arm, beside IL-2 itself");
            let found = format!("{:?}, one form more", self.forms[number].name);
            self.complain(ordinal, "ligand", &found, &most);
            return None;
        }
        let place = forms.len() as u8;
        forms.push(self.forms[number].form());
        numbers.push((own, place));
        Some(place)
    }

    /// A dose of a drug, which joins those of the arm, and a sentence.
    fn given(
        &mut self,
        ordinal: usize,
        name: &str,
        dose: Dose,
        (drugs, numbers): &mut (Vec<Drug>, Vec<(u16, u8)>),
    ) -> Option<(Action, String)> {
        let number = self.drugs.iter().position(|drug| drug.name == name)?;
        let drug = Drug::new(&self.drugs[number])?;
        let known = drugs.iter().position(|known| *known == drug);
        let index = known.unwrap_or(drugs.len());
        if index == MOST_DRUGS {
            let most = format!("at most {MOST_DRUGS} in an arm");
            self.complain(ordinal, "drug", "one drug more", &most);
            return None;
        }
        if known.is_none() {
            drugs.push(drug);
        }
        numbers.extend(u16::try_from(number).map(|number| (number, index as u8)));
        if drug.target == Target::Il2
            && let language::Host::Culture(well) = self.host
            && well.supply == Supply::Clamped
        {
            let held = "a well whose IL-2 is used up: `supply: closed`";
            self.complain(ordinal, "drug", "a drug against IL-2 that is held", held);
        }
        let (molecules, amount) = self.molecules(dose, self.p.antibody_mass);
        if molecules > MOST_MOLECULES {
            let most = "at most 1e18 molecules, about 250 mg of an antibody";
            self.complain(ordinal, "dose", &amount, most);
        }
        let action = Action::Give {
            drug: index as u8,
            molecules,
        };
        Some((action, format!("give {amount} of {name}")))
    }

    fn transferred(
        &mut self,
        ordinal: usize,
        kind: &str,
        cells: f64,
        donor: &[GeneExpression],
        tag: u8,
        genotypes: &mut Vec<Genotype>,
    ) -> Option<Action> {
        if cells < 1.0 {
            self.complain(ordinal, "cells", &format!("{cells}"), "at least one cell");
        }
        if cells > 1e12 {
            self.complain(ordinal, "cells", &format!("{cells}"), "at most 1e12 cells");
        }
        let kind = match Group::from_name(kind)? {
            Group::Dendritic => None,
            Group::Only(kind) => Some(kind),
            _ => {
                let kinds = Kind::ALL.map(Kind::name).join(", ");
                let found = format!("the group `{kind}`");
                let expected = format!("DC or one kind of cell: {kinds}");
                self.complain(ordinal, "kind", &found, &expected);
                return None;
            }
        };
        self.check_lineages(donor, &format!("interventions[{ordinal}]."));
        let Some(genotype) = index_of(genotype(donor), genotypes) else {
            self.complain(ordinal, "genotype", "another genotype", MOST_GENOTYPES);
            return None;
        };
        let cells = cells as u64;
        Some(match kind {
            None => Action::AddDendritic { cells, genotype },
            Some(kind) => Action::Transfer {
                kind,
                cells,
                genotype,
                tag,
                specificity: None,
                age_d: None,
                sort: None,
            },
        })
    }

    /// The number of a change of genes among those of an arm, to which it is added if it is new; `None` if there is none.
    fn changed(
        &mut self,
        ordinal: usize,
        change: &[GeneExpression],
        changes: &mut Vec<Genotype>,
    ) -> Option<u8> {
        if change.is_empty() {
            return None;
        }
        self.check_lineages(change, &format!("interventions[{ordinal}]."));
        // That there are too many is told once, of all.
        index_of(genotype(change), changes)
    }

    fn check_times(&mut self, ordinal: usize, schedule: &Schedule) {
        let step_d = step_h(self.host) / 24.0;
        // A run of less than a step has one.
        let last = (self.run.until_d - step_d).max(0.0);
        // An end that could not be read is no number.
        let ends = !self.run.until_d.is_nan();
        if ends && schedule.at_d > last + 1e-9 {
            let is_culture = matches!(self.host, language::Host::Culture(_));
            let time = |days| time(days, is_culture);
            let expected = format!(
                "a time before the end of the run at {}",
                time(self.run.until_d)
            );
            self.complain(ordinal, "at", &time(schedule.at_d), &expected);
        }
        if schedule.every_d.is_some_and(|every| every < step_d - 1e-9) {
            let expected = format!(
                "at least {} h, the step of the simulation",
                in_hours(step_d)
            );
            self.complain(ordinal, "every", "less than a step", &expected);
        }
        if ordinal >= MOST_INTERVENTIONS {
            let most = format!("at most {MOST_INTERVENTIONS} in an arm");
            self.complain(ordinal, "at", "one intervention more", &most);
        }
    }

    /// Molecules of a dose of what has a mass in kDa, and the dose in words.
    fn molecules(&self, dose: Dose, mass: f64) -> (f64, String) {
        let p = self.p;
        let of_grams = |grams: f64| grams / (mass * 1e3) * AVOGADRO;
        match dose {
            Dose::Activity { iu } => (
                of_grams(iu * p.il2_unit * 1e-9),
                format!("{} IU", figures(iu)),
            ),
            Dose::Mass { ug } => (of_grams(ug * 1e-6), format!("{} µg", figures(ug))),
            Dose::Molecules { count } => (count, format!("{} molecules", figures(count))),
            Dose::Concentration { pm } => {
                let volume_ml = match self.host {
                    language::Host::Mouse => f64::NAN,
                    language::Host::Culture(culture) => culture.volume_ul / 1e3,
                };
                (
                    pm * volume_ml * MOLECULES_PER_PM_ML,
                    format!("{} pM", figures(pm)),
                )
            }
        }
    }
}

fn well(host: &language::Culture, medium: &Medium) -> Culture {
    let [il2, il7_pm, il15_pm, ifn_gamma_pm, stimulation, b7, help] = [
        medium.il2,
        medium.il7,
        medium.il15,
        medium.ifn_gamma,
        medium.stimulation,
        medium.b7,
        medium.help,
    ]
    .map(|value| value.unwrap_or(0.0));
    Culture {
        volume_ml: host.volume_ul / 1e3,
        clamped_pm: (host.supply == Supply::Clamped).then_some(il2),
        start_pm: il2,
        il15_pm,
        il7_pm,
        ifn_gamma_pm,
        help,
        stimulation,
        peptide_mhc: medium.peptide_mhc,
        b7,
        step_h: 24.0 * host.step_d,
    }
}

fn medium_in_words(medium: &Medium, supply: Supply) -> String {
    let held = match supply {
        Supply::Clamped => " (held)",
        Supply::Closed => "",
    };
    let parts = [
        ("IL-2", medium.il2, " pM", held),
        ("IL-7", medium.il7, " pM", ""),
        ("IL-15", medium.il15, " pM", ""),
        ("IFN-γ", medium.ifn_gamma, " pM", ""),
        ("antigen", medium.stimulation, "", ""),
        (
            "peptide-MHC",
            medium.peptide_mhc.map(|copies| copies as f64),
            "",
            "",
        ),
        ("B7", medium.b7, "", ""),
        ("help", medium.help, "", ""),
    ];
    let given: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, value, unit, note)| {
            value.map(|value| format!("{name} {}{unit}{note}", figures(value)))
        })
        .collect();
    if given.is_empty() {
        "medium alone".to_owned()
    } else {
        format!("medium with {}", given.join(", "))
    }
}

pub(crate) fn in_words(genotype: &[GeneExpression]) -> String {
    if genotype.is_empty() {
        return "wild type".into();
    }
    let parts: Vec<String> = genotype
        .iter()
        .map(|e| {
            let lineage = e.lineage.as_ref();
            let lineage = lineage.map_or_else(String::new, |name| format!(" in {name}"));
            let from = e
                .from_d
                .map_or_else(String::new, |from| format!(" from day {}", figures(from)));
            format!("{} at {}{lineage}{from}", e.gene, figures(e.expression))
        })
        .collect();
    parts.join(", ")
}

/// Whether an organ follows the arguments of a readout.
fn names_an_organ(call: &ReadoutCall) -> bool {
    let form = FORMS.iter().find(|form| form.name == call.name);
    form.is_some_and(|form| call.args.len() > form.arguments.len())
}

/// The number of a tag of the scenario.
fn number_of(tag: &str, tags: &[String]) -> u8 {
    let number = tags.iter().position(|known| known == tag);
    number
        .and_then(|number| u8::try_from(number).ok())
        .unwrap_or(UNTAGGED)
}

/// A call of a readout that a host of this sort has; otherwise what was found and what could be.
fn call_of(
    call: &ReadoutCall,
    scenario: &Scenario,
    is_culture: bool,
) -> Result<PlannedReadout, (String, &'static str)> {
    let Some((readout, planned)) = resolve_readout(call, scenario) else {
        let form = FORMS.iter().find(|form| form.name == call.name);
        let expected = match form.is_some_and(|form| form.of && call.of.is_none()) {
            true => "both parts of the share, such as `fraction(Treg, of: CD4)`",
            false => "a readout with its arguments, such as `count(Treg)`",
        };
        return Err((format!("`{call}`"), expected));
    };
    let is_of_dendritic = call.args.iter().chain(&call.of).any(|name| name == "DC");
    if call.tag.is_some() && is_of_dendritic {
        let found = format!("`{call}`: dendritic cells have no tags");
        return Err((found, "no `tag`, or other cells"));
    }
    if call.specificity.is_some() && is_of_dendritic {
        let found = format!("`{call}`: dendritic cells have no antigen receptors");
        return Err((found, "no `specificity`, or other cells"));
    }
    if is_culture && (readout.is_of_a_body() || names_an_organ(call)) {
        let found = format!("`{call}`, of which a well has none");
        return Err((found, "a readout of cells or of the medium"));
    }
    Ok(planned)
}

fn resolve_readout(call: &ReadoutCall, scenario: &Scenario) -> Option<(Readout, PlannedReadout)> {
    let arguments: Vec<&str> = call.args.iter().map(String::as_str).collect();
    let specificity = |name: &str| antigens::specificity(name, &scenario.antigens);
    let readout = match arguments[..] {
        [name] if call.name == ANTIGEN => Readout::Antigen(specificity(name)?),
        [name] if call.name == DRUG => {
            let number = scenario.drug_names.iter().position(|drug| drug == name)?;
            Readout::Drug(u16::try_from(number).ok()?)
        }
        [name] if call.name == GIVEN => {
            let number = scenario.form_names.iter().position(|form| form == name)?;
            Readout::GivenForm(u16::try_from(number).ok()?)
        }
        _ => Readout::from_call(&call.name, &arguments, call.of.as_deref())?,
    };
    let form = FORMS.iter().find(|form| form.name == call.name)?;
    let of = call
        .of
        .as_ref()
        .map_or_else(String::new, |whole| format!(" among {whole}"));
    let organ = match call.args.last() {
        Some(organ) if names_an_organ(call) => format!(" in {organ}"),
        _ => String::new(),
    };
    let tagged = call
        .tag
        .as_ref()
        .map_or_else(String::new, |tag| format!(", of {tag}"));
    let specific = call
        .specificity
        .as_ref()
        .map_or_else(String::new, |own| format!(", specific for {own}"));
    let label = match form.name {
        "count" => match call.args[0].as_str() {
            "DC" => format!("dendritic cells{organ}"),
            cells if cells.ends_with("cells") => format!("{cells}{organ}"),
            cell if cell.ends_with("cell") => format!("{cell}s{organ}"),
            kind => format!("{kind} cells{organ}"),
        },
        "fraction" => format!("{}{of}", call.args[0]),
        "activated_fraction" => format!("activated share of {}", call.args[0]),
        "cd25_positive_fraction" => format!("CD25+ share of {}", call.args[0]),
        "pstat5_positive_fraction" => format!("pSTAT5+ share of {}", call.args[0]),
        "ki67_positive_fraction" => format!("Ki-67+ share of {}", call.args[0]),
        "copies" => format!("{} copies on {}", call.args[0], call.args[1]),
        "pstat5" => format!("pSTAT5 of {}", call.args[0]),
        "division_rate" => format!("{} dividing per day", call.args[0]),
        "death_rate" => format!("{} dying per day", call.args[0]),
        "concentration" => format!("free {}", call.args[0]) + &organ,
        "divisions" => format!("divisions behind {}", call.args[0]),
        "divided_fraction" => format!("divided share of {}", call.args[0]),
        "antibody" => call.args[0].clone(),
        "cellularity" => format!("cells in {}", call.args[0]),
        "bound" => format!(
            "IL-2 bound with {} affinity on {}",
            call.args[0], call.args[1]
        ),
        "serum_concentration" => format!("{} in serum", call.args[0]),
        ANTIGEN => format!("amount of {}", call.args[0]),
        DRUG => call.args[0].clone(),
        GIVEN => format!("free {}", call.args[0]),
        _ => form.meaning.to_owned(),
    };
    let tag = call.tag.as_deref();
    let of = Choice {
        tag: tag.map(|tag| number_of(tag, &scenario.tags)),
        specificity: call.specificity.as_deref().and_then(specificity),
    };
    let planned = PlannedReadout {
        name: call.to_string(),
        measure: Reading { readout, of }.into(),
        unit: form.unit.to_owned(),
        label: label + &tagged + &specific,
        logarithmic: form.logarithmic,
    };
    Some((readout, planned))
}
