//! A scenario resolved against its model: who the mice are, what is done to them, what is read.

use crate::Error;
use crate::catalogue::{self, Source};
use crate::digest::digest;
use crate::language::{
    self, Dose, Fault, Faults, GeneExpression, Intervention, MIN_CELLS, ReadoutCall, RunSettings,
    Schedule,
};
use crate::simulate::model::is_model;
use paracrine_cells::genotype::{Gene, Genotype};
use paracrine_cells::host::{self, Action, STEP_H, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::model::Parameters;
use paracrine_cells::readout::{FORMS, Readout};
use paracrine_kernel::Level;
use std::ops::Range;

/// Avogadro's number, 1/mol.
const AVOGADRO: f64 = 6.022_140_76e23;

/// Settings given beside the scenario; each replaces the scenario's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Seed of all draws.
    pub seed: Option<u64>,
    /// Mice per arm.
    pub replicates: Option<u32>,
    /// Only this mouse of each arm, counted from 0.
    pub replicate: Option<u32>,
    /// Agents of an adult mouse.
    pub cells: Option<u32>,
    /// At most [`QUICK_REPLICATES`] mice of [`QUICK_CELLS`] cells.
    pub quick: bool,
}

/// Interventions of one arm; their ordinal is part of a stream's address.
const MOST_INTERVENTIONS: usize = 255;

/// Mice per arm of a quick run.
pub const QUICK_REPLICATES: u32 = 3;
/// Cells per mouse of a quick run.
pub const QUICK_CELLS: u32 = 2000;

/// An arm, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedArm {
    /// Its name.
    pub name: String,
    /// Genes that differ from wild type.
    pub genotype: Vec<GeneExpression>,
    /// What is done, in words.
    pub interventions: Vec<String>,
    /// The mouse.
    pub host: Setup,
}

/// A readout, ready to observe.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedReadout {
    /// As the scenario writes it.
    pub name: String,
    /// What is observed.
    pub readout: Readout,
    /// Its unit.
    pub unit: &'static str,
    /// One line for people.
    pub label: String,
    /// Whether it wants a logarithmic axis.
    pub logarithmic: bool,
}

impl PlannedReadout {
    /// Whether it is `alive`.
    pub fn is_alive(&self) -> bool {
        self.readout == Readout::Alive
    }
}

/// A published band.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Index of the readout.
    pub readout: usize,
    /// Index of the arm.
    pub arm: usize,
    /// Age, d.
    pub at_d: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
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

/// A scenario, resolved.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name, text and origin.
    pub source: Source,
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
    /// Replicates to simulate, counted from 0.
    pub replicates: Range<u64>,
    /// Changed parameters.
    pub overlay: Vec<Overlay>,
    /// Parameters with the overlay.
    pub parameters: Parameters,
    /// Arms.
    pub arms: Vec<PlannedArm>,
    /// Readouts.
    pub readouts: Vec<PlannedReadout>,
    /// Published bands.
    pub bands: Vec<Band>,
    /// Hash of everything that decides the results.
    pub digest: String,
    /// Remarks that are no faults.
    pub remarks: Vec<String>,
    /// Vector instructions to use. Results do not depend on it.
    pub level: Level,
}

impl Plan {
    /// Resolves a scenario.
    ///
    /// # Errors
    /// All faults of the scenario with their places; impossible overrides.
    pub fn new(source: Source, overrides: &Overrides) -> Result<Self, Error> {
        let model = catalogue::model("mouse")?;
        let vocabulary = catalogue::vocabulary(&model.file);
        let scenario = match language::parse(&source.origin, &source.text, &vocabulary) {
            Err(_) if is_model(&source.text) => {
                return Err(Error::OtherCommand {
                    name: source.origin,
                    what: "a reaction network",
                    command: "simulate",
                });
            }
            parsed => parsed?,
        };
        let run = settle(&scenario.run, overrides)?;
        let replicates = match overrides.replicate {
            None => 0..u64::from(run.replicates),
            Some(only) if only < run.replicates => u64::from(only)..u64::from(only) + 1,
            Some(only) => {
                return Err(Error::Setting {
                    option: "--replicate",
                    found: only.to_string(),
                    expected: format!(
                        "0 to {}: the mice of an arm are counted from 0",
                        run.replicates - 1
                    ),
                });
            }
        };
        let mut parameters = model.parameters.clone();
        let mut faults = Vec::new();
        let mut overlay = Vec::new();
        let mut remarks = Vec::new();
        for change in &scenario.overlay {
            let known = parameters.set(&change.name, change.value);
            debug_assert!(known, "the vocabulary is that of the parameters");
            let default = &model.file.parameters[&change.name];
            if !change.is_plausible {
                remarks.push(format!(
                    "overlay: `{}` = {} is outside its plausible range, {} to {} {}",
                    change.name, change.given, default.low, default.high, default.unit
                ));
            }
            overlay.push(Overlay {
                parameter: change.name.clone(),
                value: change.value,
                unit: change.unit.clone(),
                default: default.value,
            });
        }
        for error in parameters.check() {
            let path = format!("overlay.{}", error.name);
            faults.push(fault(&source, &path, &error.found, &error.expected));
        }
        let arms = scenario
            .arms
            .iter()
            .enumerate()
            .map(|(index, arm)| resolve_arm(arm, index, &source, &run, &parameters, &mut faults))
            .collect();
        let mut readouts: Vec<PlannedReadout> = Vec::new();
        for (index, call) in scenario.readouts.iter().enumerate() {
            match resolve_readout(call) {
                Some(readout) => readouts.push(readout),
                None => faults.push(fault(
                    &source,
                    &format!("readouts[{index}]"),
                    &format!("`{call}`"),
                    "both parts of the share, such as `fraction(Treg, of: CD4)`",
                )),
            }
        }
        let mut bands = Vec::new();
        for (index, e) in scenario.expectations.iter().enumerate() {
            let arm = |name: &str| scenario.arms.iter().position(|arm| arm.name == name);
            let call = resolve_readout(&e.readout).map(|readout| readout.readout);
            let listed = readouts
                .iter()
                .position(|readout| Some(readout.readout) == call);
            let (Some(readout), Some(arm_index)) = (listed, arm(&e.arm)) else {
                faults.push(fault(
                    &source,
                    &format!("expect[{index}].readout"),
                    &format!("`{}`", e.readout),
                    "one of this scenario's `readouts`",
                ));
                continue;
            };
            let twice = |band: &Band| {
                band.readout == readout
                    && band.arm == arm_index
                    && band.at_d.total_cmp(&e.at_d).is_eq()
            };
            if bands.iter().any(twice) {
                faults.push(fault(
                    &source,
                    &format!("expect[{index}]"),
                    &format!(
                        "a second band for `{}` of `{}` at that age",
                        e.readout, e.arm
                    ),
                    "one band for each readout, arm and age",
                ));
                continue;
            }
            bands.push(Band {
                readout,
                arm: arm_index,
                at_d: e.at_d,
                low: e.low,
                high: e.high,
                relative_to: e.relative_to.as_deref().and_then(arm),
                source: e.source.clone().unwrap_or_default(),
            });
        }
        if !faults.is_empty() {
            return Err(Faults::new(&source.origin, &source.text, faults).into());
        }
        // It changes with anything that can change a byte of the results.
        let settings = format!("{run:?} {replicates:?}");
        let digest = digest(&[&source.text, model.text, &settings]);
        Ok(Self {
            title: scenario.title,
            question: scenario.question,
            reference: scenario.source,
            expected: scenario.expected,
            model: scenario.model,
            run,
            replicates,
            overlay,
            parameters,
            arms,
            readouts,
            bands,
            digest,
            remarks,
            level: Level::detect(),
            source,
        })
    }

    /// Steps from birth to the end.
    pub fn steps(&self) -> u64 {
        (self.run.until_d * 24.0 / STEP_H - 1e-9).ceil() as u64
    }

    /// Mice in each arm.
    pub fn mice_per_arm(&self) -> usize {
        (self.replicates.end - self.replicates.start) as usize
    }

    /// Mice in all.
    pub fn mice(&self) -> usize {
        self.arms.len() * self.mice_per_arm()
    }

    /// Samples of one mouse, that of its birth included.
    pub fn samples(&self) -> u64 {
        (self.run.until_d / self.run.sample_every_d).ceil() as u64 + 1
    }
}

fn settle(run: &RunSettings, overrides: &Overrides) -> Result<RunSettings, Error> {
    let mut run = run.clone();
    if overrides.quick {
        run.replicates = run.replicates.min(QUICK_REPLICATES);
        run.cells = run.cells.min(QUICK_CELLS);
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
        if cells < MIN_CELLS {
            return Err(Error::Setting {
                option: "--cells",
                found: cells.to_string(),
                expected: format!("at least {MIN_CELLS}: fewer agents are no mouse"),
            });
        }
        run.cells = cells;
    }
    Ok(run)
}

fn fault(source: &Source, path: &str, found: &str, expected: &str) -> Fault {
    let span = language::spans::Document::read(&source.text)
        .ok()
        .and_then(|document| document.find(path).map(|spot| spot.value))
        .unwrap_or(0..0);
    Fault::new(&source.text, path, span, found, expected)
}

fn genotype(expressions: &[GeneExpression]) -> Genotype {
    expressions
        .iter()
        .fold(Genotype::wild_type(), |genotype, e| {
            Gene::from_symbol(&e.gene).map_or(genotype, |gene| genotype.with(gene, e.expression))
        })
}

fn resolve_arm(
    arm: &language::Arm,
    index: usize,
    source: &Source,
    run: &RunSettings,
    p: &Parameters,
    faults: &mut Vec<Fault>,
) -> PlannedArm {
    let mut genotypes = vec![genotype(&arm.genotype)];
    let mut interventions = Vec::new();
    let mut sentences = Vec::new();
    let mut transfers = 0u8;
    for (ordinal, intervention) in arm.interventions.iter().enumerate() {
        let mut complain = |field: &str, found: &str, expected: &str| {
            let path = format!("arms[{index}].interventions[{ordinal}].{field}");
            faults.push(fault(source, &path, found, expected));
        };
        let (action, schedule, sentence) = match intervention {
            Intervention::Deplete {
                kind,
                fraction,
                schedule,
            } => {
                let Some(group) = Group::from_name(kind) else {
                    continue;
                };
                let sentence = format!("deplete {} % of {kind}", 100.0 * fraction);
                (
                    Action::Deplete {
                        group,
                        fraction: *fraction,
                    },
                    schedule,
                    sentence,
                )
            }
            Intervention::Inject {
                ligand,
                dose,
                route,
                schedule,
            } => {
                let (molecules, amount) = molecules(*dose, p);
                if molecules < 1.0 {
                    complain("dose", &amount, "at least one molecule");
                }
                if molecules > 1e18 {
                    complain(
                        "dose",
                        &amount,
                        "at most 1e18 molecules, about 26 mg of IL-2",
                    );
                }
                let (route, way) = match route {
                    language::Route::Subcutaneous => (host::Route::Subcutaneous, "subcutaneously"),
                    language::Route::Intravenous => (host::Route::Intravenous, "intravenously"),
                };
                let molecules = molecules as u64;
                let sentence = format!("inject {amount} of {ligand} {way}");
                (Action::Inject { molecules, route }, schedule, sentence)
            }
            Intervention::Transfer {
                kind,
                cells,
                genotype: donor,
                schedule,
            } => {
                let kind_of = match Group::from_name(kind) {
                    Some(Group::Only(kind)) => kind,
                    _ => {
                        let kinds = Kind::ALL.map(Kind::name).join(", ");
                        complain(
                            "kind",
                            &format!("the group `{kind}`"),
                            &format!("one kind of cell: {kinds}"),
                        );
                        continue;
                    }
                };
                if *cells < 1.0 {
                    complain("cells", &format!("{cells}"), "at least one cell");
                }
                if *cells > 1e12 {
                    complain("cells", &format!("{cells}"), "at most 1e12 cells");
                }
                let donor_type = genotype(donor);
                let known = genotypes.iter().position(|known| *known == donor_type);
                let at = known.unwrap_or_else(|| {
                    genotypes.push(donor_type);
                    genotypes.len() - 1
                });
                let Ok(at) = u8::try_from(at) else {
                    complain(
                        "genotype",
                        "another genotype",
                        "at most 256 different genotypes in one arm",
                    );
                    continue;
                };
                transfers = transfers.saturating_add(1);
                let sentence = format!("transfer {cells} {kind} cells ({})", in_words(donor));
                let action = Action::Transfer {
                    kind: kind_of,
                    cells: *cells as u64,
                    genotype: at,
                    tag: transfers,
                };
                (action, schedule, sentence)
            }
        };
        let Schedule {
            at_d,
            every_d,
            until_d,
        } = *schedule;
        let step_d = STEP_H / 24.0;
        if at_d > run.until_d - step_d {
            complain(
                "at",
                &format!("{at_d} d"),
                &format!("an age before the end of the run at {} d", run.until_d),
            );
        }
        if every_d.is_some_and(|every| every < step_d) {
            complain(
                "every",
                "less than a step",
                "at least 1 h, the step of the simulation",
            );
        }
        if ordinal >= MOST_INTERVENTIONS {
            complain(
                "at",
                "one intervention more",
                &format!("at most {MOST_INTERVENTIONS} in an arm"),
            );
        }
        let mut sentence = format!("{sentence} at {at_d} d");
        if let Some(every) = every_d {
            sentence += &format!(", then every {every} d");
        }
        if let Some(until) = until_d {
            sentence += &format!(" until {until} d");
        }
        sentences.push(sentence);
        interventions.push(host::Intervention {
            action,
            at_d,
            every_d,
            until_d,
        });
    }
    PlannedArm {
        name: arm.name.clone(),
        genotype: arm.genotype.clone(),
        interventions: sentences,
        host: Setup {
            genotypes,
            interventions,
        },
    }
}

fn in_words(genotype: &[GeneExpression]) -> String {
    if genotype.is_empty() {
        return "wild type".into();
    }
    let parts: Vec<String> = genotype
        .iter()
        .map(|e| format!("{} at {}", e.gene, e.expression))
        .collect();
    parts.join(", ")
}

/// Molecules of a dose of IL-2, and the dose in words.
fn molecules(dose: Dose, p: &Parameters) -> (f64, String) {
    let of_grams = |grams: f64| grams / (p.il2_mass * 1e3) * AVOGADRO;
    match dose {
        Dose::Activity { iu } => (of_grams(iu * p.il2_unit * 1e-9), format!("{iu} IU")),
        Dose::Mass { ug } => (of_grams(ug * 1e-6), format!("{ug} µg")),
        Dose::Molecules { count } => (count, format!("{count} molecules")),
    }
}

fn resolve_readout(call: &ReadoutCall) -> Option<PlannedReadout> {
    let arguments: Vec<&str> = call.args.iter().map(String::as_str).collect();
    let readout = Readout::from_call(&call.name, &arguments, call.of.as_deref())?;
    let form = FORMS.iter().find(|form| form.name == call.name)?;
    let of = call
        .of
        .as_ref()
        .map_or_else(String::new, |whole| format!(" among {whole}"));
    let label = match form.name {
        "count" => format!("{} cells", call.args[0]),
        "fraction" => format!("{}{of}", call.args[0]),
        "activated_fraction" => format!("activated share of {}", call.args[0]),
        "cd25_positive_fraction" => format!("CD25+ share of {}", call.args[0]),
        "copies" => format!("{} copies on {}", call.args[0], call.args[1]),
        "pstat5" => format!("pSTAT5 of {}", call.args[0]),
        "division_rate" => format!("{} dividing per day", call.args[0]),
        "concentration" => format!("free {} in lymphoid tissue", call.args[0]),
        "serum_concentration" => format!("injected {} in serum", call.args[0]),
        _ => form.meaning.to_owned(),
    };
    Some(PlannedReadout {
        name: call.to_string(),
        readout,
        unit: form.unit,
        label,
        logarithmic: form.logarithmic,
    })
}
