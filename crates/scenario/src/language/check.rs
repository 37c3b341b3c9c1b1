//! The checks of a scenario: its tree against the vocabulary, all faults together.

mod antigens;
mod cells;
mod culture;
mod overlay;
mod rows;
mod stop;

use super::fault::{Fault, any_of, nearest, quoted};
use super::quantity::{Dimension, Quantity, Unit, read, unmistakable};
use super::reader::{At, Form, Group, Key, MOST_FAULTS, Reader, either, may, need};
use super::readout::{ParsedFormula, ParsedReadout, ReadoutRequest, unit_of};
use super::row::Row;
use super::scenario::{
    Arm, Condition, Dose, Drug, Expectation, GeneExpression, HOST_TAG, Host, Intervention,
    LEAST_BATCH, LigandForm, MAX_OCCASIONS, MAX_UNTIL_D, MIN_CELLS, MIN_WELL_CELLS,
    MOST_INTERVENTIONS, MOST_SNAPSHOTS, MOST_TAGS, Marrow, Route, RunSettings, SELF, Scenario,
    Schedule, SignalForce,
};
use super::spans::{Document, Node, Shape, child_path};
use super::sweep::{SWEEP, Sweep, Values, in_digits};
use super::vocabulary::{ArgumentKind, ReadoutEntry, Vocabulary};
use crate::model::is_file;
use crate::pathways::pathways;
use crate::plan::time;
use antigens::{A_SPECIFICITY, AN_ANTIGEN, ANTIGENS, EXPOSE, IMMUNISE, MICROBES_ARE};
use cells::{SORT_IS, SORTED, TAG};
use culture::HOST;
use paracrine_cells::host::Stromal;
use rows::{ROW, is_row};
use std::collections::HashSet;
use std::ops::Range;

/// The shortest scenario.
pub(super) const SCENARIO_EXAMPLE: &str = "(title: \"..\", question: \"..\", run: (until: \"70 d\"), arms: [(name: \"wild type\")], readouts: [\"alive\"])";
pub(super) const SCENARIO: &[Key] = &[
    need("title", "\"..\"").is(Form::Text, "shown above tables and report"),
    need("question", "\"..\"").is(Form::Text, "what the scenario asks"),
    may("source").is(Form::Text, "where the question or the data come from"),
    may("expected").is(Form::Text, "what should come out"),
    may("model").is(Form::Model, "the model, by default \"mouse\""),
    may("host").is(HOST, "where the cells live, by default in a mouse"),
    may("start").is(
        START,
        "as what mice begin, by default at birth: as adults to whom nothing was done",
    ),
    may("overlay").is(Form::Overlay, "parameters of the model to change"),
    may("sweep").is(SWEEP, "values that differ from point to point"),
    may("drugs").is(
        Form::List(&Form::Group(DRUG)),
        "antibodies and fusion proteins beside those of the model",
    ),
    may("forms").is(
        Form::List(&Form::Group(LIGAND_FORM)),
        "muteins, fusions and complexes of IL-2 beside those of the model",
    ),
    may("antigens").is(
        ANTIGENS,
        "antigens that T cells may recognise, and self where it is not as in a normal body",
    ),
    need("run", "(until: \"70 d\")").is(Form::Group(RUN), "how long, how often, how large"),
    need("arms", "[(name: \"wild type\")]").is(
        Form::Members(&Form::Group(ARM)),
        "hosts treated alike; the others are compared with the first",
    ),
    need("readouts", "[\"alive\"]").is(
        Form::Members(&Form::OneOf(&[Form::Readout, Form::Group(NAMED)])),
        "what is read",
    ),
    may("expect").is(
        Form::List(&Form::OneOf(&[Form::Group(EXPECT), Form::Group(ROW)])),
        "published bands for medians, and published rows",
    ),
];
const START_EXAMPLE: &str = "adult(at: \"56 d\")";
const ADULT: &[Key] = &[need("at", "\"56 d\"").is(TIME, "age at which they begin")];
const START: Form = Form::Named("adult", ADULT);
const NAMED_EXAMPLE: &str = "(name: \"CD8 to CD4\", value: \"count(CD8) / count(CD4)\")";
/// A readout with a name of its own.
const NAMED: &[Key] = &[
    need("name", "\"CD8 to CD4\"").is(Form::Text, "what tables and plots call it"),
    need("value", "\"count(CD8) / count(CD4)\"").is(Form::Readout, "what is read"),
];
const RUN_EXAMPLE: &str =
    "(until: \"70 d\", replicates: 6, cells: 8000, seed: 1, sample_every: \"12 h\")";
const RUN: &[Key] = &[
    need("until", "\"70 d\"").is(
        Form::Quantity(Dimension::TIME),
        "age of a mouse at the end, time of a well",
    ),
    may("replicates").is(Form::Whole(1), "mice or wells in each arm"),
    may("cells").is(
        Form::Whole(MIN_WELL_CELLS as u64),
        "agents of an adult mouse, at least 500; of each kind in a well",
    ),
    may("seed").is(Form::Whole(0), "seed of all random numbers"),
    may("sample_every").is(Form::Quantity(Dimension::TIME), "time between samples"),
    may("snapshots").is(
        Form::Members(&TIME),
        "ages of a mouse, times of a well, at which all cells are written down",
    ),
    may("save_at").is(
        TIME,
        "age of a mouse, time of a well, at which its whole state is kept for other runs to begin from",
    ),
    may("stop_when").is(
        Form::Group(stop::STOP),
        "the run ends early once an interval is narrow enough; `replicates` is then the most",
    ),
    may("batch").is(
        Form::Whole(LEAST_BATCH as u64),
        "replicates after which `stop_when` is looked at, and again after so many more, by default 8",
    ),
];
const SIGNAL_EXAMPLE: &str = "(signal: \"pSTAT5\", level: 1, lineage: \"Treg\", from: \"35 d\")";
const SIGNALS: &[&str] = &["pSTAT5"];
const SIGNAL: &[Key] = &[
    need("signal", "\"pSTAT5\"").is(Form::Word(SIGNALS), "which signal"),
    need("level", "1").is(
        Form::Fraction,
        "towards what it goes, whatever receptors say: 1 is on, 0 is off",
    ),
    may("lineage").is(
        Form::Lineage,
        "lineage in which it is forced, by default all cells",
    ),
    may("from").is(TIME, "age of the host from which it is forced"),
    may("until").is(TIME, "age of the host to which it is forced"),
];
const ARM_EXAMPLE: &str = "(name: \"wild type\")";
const ARM: &[Key] = &[
    need("name", "\"wild type\"").is(Form::Text, "name of the arm, unique"),
    may("genotype").is(GENOTYPE, "genes that differ from the wild type"),
    may("lacks").is(
        Form::List(&Form::Lineage),
        "lineages of which it makes no cells",
    ),
    may("signals").is(
        Form::List(&Form::Group(SIGNAL)),
        "signals that are forced on or off in its cells",
    ),
    may("antigens").is(
        ANTIGENS,
        "what of the scenario's antigens is different in it",
    ),
    may("microbes").is(Form::Number, MICROBES_ARE),
    may("marrow").is(
        Form::List(&Form::Group(MARROW)),
        "what its blood cells come from, if not from marrow of that genotype alone",
    ),
    may("medium").is(
        Form::Group(culture::MEDIUM),
        "what replaces the host's medium, in a well",
    ),
    may("interventions").is(
        Form::List(&Form::OneOf(INTERVENTIONS)),
        "what is done, in this order",
    ),
];
const MARROW_EXAMPLE: &str = "(tag: \"donor\", share: 0.5)";
const MARROW: &[Key] = &[
    need("tag", "\"donor\"").is(Form::Text, "by what readouts choose its cells"),
    need("share", "0.5").is(Form::Fraction, "its share; all sum to 1"),
    may("genotype").is(GENOTYPE, "genes that differ from the wild type"),
];
const GENE_EXAMPLE: &str = "(gene: \"Il2ra\", expression: 0.0)";
const GENE: &[Key] = &[
    need("gene", "\"Il2ra\"").is(Form::Gene, "MGI symbol"),
    need("expression", "0.5").is(Form::Fraction, "relative to the wild type: 0 is a knockout"),
    may("lineage").is(Form::Lineage, "lineage to which it is confined"),
    may("from").is(TIME, "age of the host from which it holds"),
];
const GENOTYPE: Form = Form::List(&Form::Group(GENE));
const DRUG_EXAMPLE: &str =
    "(name: \"mAb 1\", target: \"CD25\", kd: \"0.2 nM\", half_life: \"6 d\")";
const DRUG: &[Key] = &[
    need("name", "\"mAb 1\"").is(Form::Text, "by which it is given"),
    need("target", "\"CD25\"").is(Form::Target, "what it holds"),
    need("kd", "\"0.2 nM\"").is(Form::Quantity(Dimension::CONCENTRATION), "how firmly"),
    need("half_life", "\"6 d\"").is(TIME, "in the body"),
    may("killing").is(
        Form::Quantity(Dimension::RATE),
        "hazard of death of cells with much of the target, all of it held",
    ),
    may("source").is(Form::Text, "where the values come from"),
];
const LIGAND_FORM_EXAMPLE: &str =
    "(name: \"mutein 1\", alpha: 1, beta_gamma: 0.1, half_life: \"1 d\")";
const LIGAND_FORM: &[Key] = &[
    need("name", "\"mutein 1\"").is(Form::Text, "by which it is injected"),
    need("alpha", "1").is(
        Form::Number,
        "affinity for CD25, relative to IL-2; 0 is none",
    ),
    need("beta_gamma", "0.1").is(
        Form::Number,
        "affinity for CD122 with CD132, relative to IL-2, from solution and from CD25; 0 is none",
    ),
    may("in_solution").is(
        Form::Fraction,
        "affinity for them from solution beside that from CD25, by default 1; 0: hidden until CD25 holds it",
    ),
    need("half_life", "\"1 d\"").is(TIME, "in the body, but for uptake by cells"),
    may("source").is(Form::Text, "where the values come from"),
];
/// What can be done to the hosts of an arm.
const INTERVENTIONS: &[Form] = &[
    Form::Named("deplete", PART),
    Form::Named("stimulate", PART),
    Form::Named("tag", TAG),
    Form::Named("inject", INJECT),
    Form::Named("transfer", TRANSFER),
    Form::Named("thymectomy", THYMECTOMY),
    Form::Named("immunise", IMMUNISE),
    Form::Named("expose", EXPOSE),
];
const DEPLETE_EXAMPLE: &str = "deplete(kind: \"Treg\", fraction: 0.95, at: \"35 d\")";
/// What is done to a part of the cells of a kind.
const PART: &[Key] = &[
    need("kind", "\"Treg\"").is(Form::Kind, "kind or group of cells"),
    need("fraction", "0.5").is(Form::Fraction, "the share of these cells"),
    may("sort").is(SORTED, SORT_IS),
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
    may("every").is(TIME, EVERY),
    may("until").is(TIME, UNTIL),
];
const THYMECTOMY_EXAMPLE: &str = "thymectomy(at: \"3 d\")";
const THYMECTOMY: &[Key] = &[
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
];
const WHEN_EXAMPLE: &str = "(readout: \"activated_fraction(Tcon)\", above: 0.5)";
/// What must come first.
const WHEN: &[Key] = &[
    need("readout", "\"activated_fraction(Tcon)\"")
        .is(Form::Reading, "what is looked at in every step"),
    either("above").is(
        Form::Number,
        "the level above which it must be, in its unit",
    ),
    either("below").is(
        Form::Number,
        "the level below which it must be, in its unit",
    ),
];
const WHEN_IS: &str = "what must come first; with `at`, from then on";
const TIME: Form = Form::Quantity(Dimension::TIME);
const AT: &str = "age of a mouse, time of a well";
const EVERY: &str = "time from one repeat to the next";
const UNTIL: &str = "no repeat after this";
const STIMULATE_EXAMPLE: &str = "stimulate(kind: \"naive CD4\", fraction: 0.9, at: \"0 h\")";
const INJECT_EXAMPLE: &str = "inject(ligand: \"IL-2\", dose: \"25 000 IU\", at: \"35 d\")";
const ROUTES: &[&str] = &["subcutaneous", "intravenous"];
const INJECT: &[Key] = &[
    either("ligand").is(
        Form::Text,
        "what is injected, if no drug: IL-2, or a form of it that the scenario or the model has",
    ),
    either("drug").is(Form::Text, "a drug of the scenario or of the model"),
    need("dose", "\"25 000 IU\"").is(
        Form::Quantities(&[
            Dimension::ACTIVITY,
            Dimension::MASS,
            Dimension::MOLECULES,
            Dimension::CONCENTRATION,
        ]),
        "how much each time; a concentration in a well only",
    ),
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
    may("route").is(Form::Word(ROUTES), "where, by default under the skin"),
    may("every").is(TIME, EVERY),
    may("until").is(TIME, UNTIL),
];
const TRANSFER_EXAMPLE: &str = "transfer(kind: \"Treg\", cells: \"1e6 cells\", at: \"10 d\")";
const TRANSFER: &[Key] = &[
    need("kind", "\"Treg\"").is(Form::Kind, "kind of cells"),
    need("cells", "\"1e6 cells\"").is(Form::Quantity(Dimension::CELLS), "how many each time"),
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
    may("genotype").is(
        GENOTYPE,
        "genes of the donor that differ from the wild type",
    ),
    may("tag").is(Form::Text, "by what readouts choose these cells"),
    may("specificity").is(
        Form::Text,
        "what all of them recognise: an antigen, \"self\" or \"other\"; by default as cells of the host do",
    ),
    may("age").is(
        TIME,
        "time since they came into being, of blasts since they were activated; by default they come into being then",
    ),
    may("sort").is(SORTED, SORT_IS),
    may("every").is(TIME, EVERY),
    may("until").is(TIME, UNTIL),
];
const EXPECT_EXAMPLE: &str =
    "(readout: \"alive\", arm: \"wild type\", at: \"42 d\", band: (0.9, 1.0))";
const EXPECT: &[Key] = &[
    need("readout", "\"alive\"").is(Form::Reading, "one of the scenario's readouts"),
    need("arm", "\"wild type\"").is(Form::Text, "one of the scenario's arms"),
    need("at", "\"42 d\"").is(TIME, AT),
    either("band").is(Form::Range, "lower and upper end"),
    either("above").is(
        Form::Number,
        "in place of it: a number that the median must be above",
    ),
    either("below").is(Form::Number, "or below"),
    may("relative_to").is(Form::Text, "the arm to whose median the band is a ratio"),
    may("source").is(Form::Text, "who measured it"),
    may("where").is(
        Form::Where,
        "at which points of a sweep: axes with their values; {} for all",
    ),
];

/// The scenario in `document`, at a point of the sweep if there is one, or everything that is wrong with it: what is found here and, in
/// what could be read, `further` faults.
pub(super) fn check(
    document: &Document<'_>,
    vocabulary: &Vocabulary,
    sweep: Option<&Sweep>,
    further: &dyn Fn(&Scenario) -> Vec<Fault>,
) -> Result<Scenario, Vec<Fault>> {
    let mut checker = Checker {
        reader: Reader::new(document),
        vocabulary,
        sweep,
        is_culture: false,
        drugs: vocabulary.drugs.clone(),
        ligands: [&vocabulary.injectables[..], &vocabulary.forms[..]].concat(),
        until_d: f64::NAN,
        until: "",
        arms: None,
        tags: vec![HOST_TAG.to_owned()],
        antigens: vec![SELF.to_owned()],
        named: Vec::new(),
        rows: Vec::new(),
        snapshots_d: Vec::new(),
        save_at_d: None,
        stop_when: None,
        batch: None,
        interventions: 0,
    };
    let read = checker.scenario();
    let mut faults = checker.reader.faults;
    match read {
        Some(scenario) if faults.is_empty() => Ok(scenario),
        // What can be read or done depends on the host.
        Some(_) if faults.iter().any(|fault| fault.path == "host") => Err(faults),
        Some(rest) if faults.len() < MOST_FAULTS => {
            // Of a value that could not be read nothing more is said.
            let is_known = |path: &str| {
                let below = |known: &Fault| {
                    let below = known.path.strip_prefix(path);
                    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                };
                faults.iter().any(below)
            };
            // Nor of a drug or a form of which a part is missing.
            let is_incomplete = |path: &str| {
                let is_entry = path.starts_with("drugs[") || path.starts_with("forms[");
                let entry = path.find(']').filter(|_| is_entry).map(|end| &path[..=end]);
                entry.is_some_and(&is_known)
            };
            // Readouts that could not be read have left their places to others.
            let is_readout = |fault: &Fault| fault.path.starts_with("readouts");
            let is_short = faults.iter().any(is_readout);
            let mut more = further(&rest);
            more.retain(|fault| {
                !(is_known(&fault.path)
                    || is_incomplete(&fault.path)
                    || is_short && is_readout(fault))
            });
            more.truncate(MOST_FAULTS - faults.len());
            faults.extend(more);
            Err(faults)
        }
        _ => Err(faults),
    }
}

struct Checker<'d> {
    reader: Reader<'d>,
    vocabulary: &'d Vocabulary,
    /// The sweep, at one point of which the scenario is checked.
    sweep: Option<&'d Sweep>,
    /// Whether the host is a well.
    is_culture: bool,
    /// Names of drugs: those of the model, then those of the scenario.
    drugs: Vec<String>,
    /// What can be injected beside them, likewise.
    ligands: Vec<String>,
    /// The end of the run in days, once it is known, and as written.
    until_d: f64,
    until: &'d str,
    /// The names of the arms, if all of them could be read.
    arms: Option<Vec<String>>,
    /// Tags of cells: that of the host's own, then others as they come.
    tags: Vec<String>,
    /// Antigens: self, then those of the scenario.
    antigens: Vec<String>,
    /// Readouts with names of their own, and their texts.
    named: Vec<(&'d str, &'d str)>,
    /// Ids of published rows so far.
    rows: Vec<String>,
    /// Ages at which all cells are written down, in days.
    snapshots_d: Vec<f64>,
    /// Age at which whole states are kept, in days.
    save_at_d: Option<f64>,
    /// What stands in `run` of when to stop, which names arms and readouts.
    stop_when: Option<At<'d>>,
    /// The replicates after which that is looked at, as they stand there.
    batch: Option<At<'d>>,
    /// Interventions of all arms so far.
    interventions: usize,
}

/// What stands in the place of an intervention that cannot be read, so that the others keep theirs.
const UNREAD: Intervention = Intervention::Thymectomy {
    schedule: Schedule {
        at_d: f64::NAN,
        when: None,
        every_d: None,
        until_d: None,
    },
};

/// The gene of a protein that is known by another name.
fn gene_of(protein: &str) -> Option<String> {
    let mut aliases = pathways().ok()?.aliases.into_iter();
    let is_it = |name: &String| name.eq_ignore_ascii_case(protein.trim());
    aliases
        .find(|alias| alias.names.iter().any(is_it))
        .map(|alias| alias.of)
}

/// Whether a dose is given for a weight of the body, such as `5 mg/kg`.
fn is_by_mass_of_body(text: &str) -> bool {
    let unit = text
        .trim_end()
        .rsplit_once('/')
        .map(|(_, unit)| unit.trim());
    unit.is_some_and(|unit| ["kg", "g", "mg"].contains(&unit))
}

/// Names of forms of IL-2 among what can be injected: those of the model, then those of the scenario.
fn form_names<'l>(ligands: &'l [String], vocabulary: &Vocabulary) -> &'l [String] {
    ligands
        .get(vocabulary.injectables.len()..)
        .unwrap_or_default()
}

impl<'d> Checker<'d> {
    /// `None` only where a fault was reported.
    fn scenario(&mut self) -> Option<Scenario> {
        let root = self.reader.root();
        let group = self.reader.group(&root, SCENARIO, SCENARIO_EXAMPLE)?;
        let host = self.host(group.get("host"));
        self.is_culture = matches!(host, Host::Culture(_));
        let run = self.run(group.get("run"));
        let adult_d = group.get("start").and_then(|at| self.start(at));
        let drugs = self.drugs(group.get("drugs"));
        let forms = self.forms(group.get("forms"));
        let antigens = self.antigens(group.get("antigens"));
        self.named = group.get("readouts").map(named).unwrap_or_default();
        let arms = self.arms(group.get("arms"));
        let (stop_when, batch) = (self.stop_when.take(), self.batch.take());
        let stop = self.stop(stop_when.as_ref(), batch.as_ref());
        let (expectations, rows) = self.expectations(group.get("expect"));
        Some(Scenario {
            title: self.text(&group, "title").unwrap_or_default(),
            question: self.text(&group, "question").unwrap_or_default(),
            source: self.text(&group, "source"),
            expected: self.text(&group, "expected"),
            model: match group.get("model") {
                Some(at) => self.model(at),
                None => "mouse".to_owned(),
            },
            overlay: self.overlay(group.get("overlay")),
            host,
            run,
            snapshots_d: std::mem::take(&mut self.snapshots_d),
            save_at_d: self.save_at_d,
            stop,
            adult_d,
            drugs,
            forms,
            antigens,
            arms,
            tags: self.tags.clone(),
            drug_names: self.drugs.clone(),
            form_names: form_names(&self.ligands, self.vocabulary).to_vec(),
            readouts: self.readouts(group.get("readouts")),
            expectations,
            rows,
        })
    }

    /// An embedded model, or a file.
    fn model(&mut self, at: &At<'d>) -> String {
        let expected = "a file that ends in .ron, or a model";
        match self.reader.text(at, expected) {
            Some(name) if is_file(name) => name.to_owned(),
            Some(_) => self.reader.name(at, expected, &self.vocabulary.models),
            None => String::new(),
        }
    }

    fn text(&mut self, group: &Group<'d>, key: &str) -> Option<String> {
        group
            .get(key)
            .and_then(|at| self.reader.text(at, "text"))
            .map(str::to_owned)
    }

    /// A name without blanks at its ends: nobody sees what two names that differ there differ in.
    fn plain_name(&mut self, group: &Group<'d>) -> Option<String> {
        let name = self.text(group, "name")?;
        if name.trim() == name && !name.contains(char::is_control) {
            return Some(name);
        }
        if let Some(at) = group.get("name") {
            let expected = "a name in one line, without blanks at its ends";
            self.reader.fault(at, &quoted(&name), expected);
        }
        None
    }

    fn run(&mut self, at: Option<&At<'d>>) -> RunSettings {
        let mut run = RunSettings {
            until_d: f64::NAN,
            replicates: 6,
            cells: if self.is_culture { 1000 } else { 8000 },
            seed: 1,
            sample_every_d: if self.is_culture { 1.0 / 24.0 } else { 0.5 },
        };
        let Some(group) = at.and_then(|at| self.reader.group(at, RUN, RUN_EXAMPLE)) else {
            return run;
        };
        if let Some(at) = group.get("replicates") {
            run.replicates =
                self.whole_u32(at, 1, &format!("a whole number from 1 to {}", u32::MAX));
        }
        if let Some(at) = group.get("cells") {
            let (least, why) = if self.is_culture {
                (MIN_WELL_CELLS, "")
            } else {
                (MIN_CELLS, " (fewer cannot stand for a mouse)")
            };
            let expected = format!("a whole number from {least}{why} to {}", u32::MAX);
            run.cells = self.whole_u32(at, least, &expected);
        }
        if let Some(at) = group.get("seed") {
            let expected = format!("a whole number from 0 to {}", u64::MAX);
            run.seed = self.reader.whole(at, 0..=u64::MAX, &expected);
        }
        if let Some(at) = group.get("sample_every") {
            run.sample_every_d = self.reader.duration(at);
        }
        if let Some(at) = group.get("until") {
            run.until_d = self.reader.duration(at);
            if run.until_d > MAX_UNTIL_D {
                let expected = format!("at most \"{MAX_UNTIL_D} d\", longer than any mouse lives");
                self.reader.out_of_bounds(at, &expected);
                run.until_d = f64::NAN;
            } else if run.until_d < run.sample_every_d {
                let default = if group.get("sample_every").is_some() {
                    ""
                } else {
                    ", by default \"12 h\" in a mouse and \"1 h\" in a well"
                };
                self.reader
                    .out_of_bounds(at, &format!("at least `sample_every`{default}"));
            }
        }
        if let Some(at) = group
            .get("sample_every")
            .filter(|_| run.until_d / run.sample_every_d > MAX_OCCASIONS)
        {
            let expected = format!("a longer time: a run has at most {MAX_OCCASIONS} samples");
            self.reader.out_of_bounds(at, &expected);
        }
        self.until_d = run.until_d;
        if let Some(Shape::Text { value, .. }) = group.get("until").map(|at| &at.node.shape) {
            self.until = value;
        }
        if let Some(at) = group.get("snapshots") {
            self.snapshots_d = self.snapshots(at);
        }
        if let Some(at) = group.get("save_at") {
            let time_d = self.time_in_run(at);
            if time_d <= 0.0 {
                let expected = "a time above zero: at the beginning there is nothing to keep";
                self.reader.out_of_bounds(at, expected);
            }
            self.save_at_d = Some(time_d);
        }
        self.stop_when = group.get("stop_when").cloned();
        self.batch = group.get("batch").cloned();
        run
    }

    /// The age at which mice begin as adults, in days.
    fn start(&mut self, at: &At<'d>) -> Option<f64> {
        if !matches!(at.node.name, Some(("adult", _))) {
            let written = at.node.name.as_ref().map(|(name, _)| *name);
            let near = written.and_then(|name| nearest(name, ["adult"]));
            let span = at.node.span.clone();
            self.reader
                .fault_at(at, span, &at.node.describe(), START_EXAMPLE, near);
            return None;
        }
        let group = self.reader.group(at, ADULT, START_EXAMPLE)?;
        let time = group.get("at")?;
        if self.is_culture {
            self.reader
                .fault(at, "adults", "no `start`: a well has no age");
            return None;
        }
        let time_d = self.reader.duration(time);
        // False for a time that is faulty itself.
        if time_d >= self.until_d {
            let expected = format!("a time before the end of the run at {}", quoted(self.until));
            self.reader.out_of_bounds(time, &expected);
        }
        Some(time_d)
    }

    fn snapshots(&mut self, at: &At<'d>) -> Vec<f64> {
        let members = self.members(
            at,
            "at least one time such as \"42 d\"",
            "a list of times such as [\"21 d\", \"42 d\"]",
        );
        if members.len() > MOST_SNAPSHOTS {
            let found = format!("{} snapshots", members.len());
            let expected = format!("at most {MOST_SNAPSHOTS}");
            self.reader.fault(at, &found, &expected);
        }
        let mut times = Vec::new();
        for member in &members {
            let time_d = self.time_in_run(member);
            if times.last().is_some_and(|last| *last >= time_d) {
                let expected = "times that rise";
                self.reader.out_of_bounds(member, expected);
            }
            times.push(time_d);
        }
        times
    }

    fn whole_u32(&mut self, at: &At<'d>, least: u32, expected: &str) -> u32 {
        let number = self
            .reader
            .whole(at, u64::from(least)..=u64::from(u32::MAX), expected);
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    fn arms(&mut self, at: Option<&At<'d>>) -> Vec<Arm> {
        let Some(at) = at else { return Vec::new() };
        let members = self.members(
            at,
            "at least one arm such as (name: \"wild type\")",
            "a list of arms",
        );
        let mut arms: Vec<Arm> = Vec::new();
        let mut names = (!members.is_empty()).then(Vec::new);
        for member in members {
            let Some(group) = self.reader.group(&member, ARM, ARM_EXAMPLE) else {
                names = None;
                continue;
            };
            let name = self.plain_name(&group);
            match (group.get("name"), &name, &mut names) {
                (Some(at), Some(name), _) if arms.iter().any(|earlier| earlier.name == *name) => {
                    self.reader.fault(
                        at,
                        &format!("a second arm {}", quoted(name)),
                        "another name",
                    );
                }
                (_, Some(name), Some(names)) => names.push(name.clone()),
                _ => names = None,
            }
            let genotype = self.genotype(group.get("genotype"));
            let lacks = self.lacks(group.get("lacks"));
            let signals = self.signals(group.get("signals"));
            let antigens = self.antigens_of_arm(group.get("antigens"));
            let microbes = group.get("microbes").map(|at| self.microbes(at));
            let marrow = self.marrow(group.get("marrow"));
            let medium = group
                .get("medium")
                .map_or_else(Default::default, |at| self.medium_of_arm(at));
            let interventions = match group.get("interventions") {
                Some(at) => {
                    let members = self
                        .reader
                        .list(at, &format!("a list such as [{DEPLETE_EXAMPLE}]"));
                    self.interventions += members.len();
                    if self.interventions > MOST_INTERVENTIONS {
                        let found = format!("intervention number {}", self.interventions);
                        let expected = format!("at most {MOST_INTERVENTIONS} in all arms together");
                        self.reader.fault(at, &found, &expected);
                        names = None;
                        break;
                    }
                    members
                        .iter()
                        .map(|member| self.intervention(member).unwrap_or(UNREAD))
                        .collect()
                }
                None => Vec::new(),
            };
            arms.push(Arm {
                name: name.unwrap_or_default(),
                genotype,
                lacks,
                signals,
                antigens,
                microbes,
                marrow,
                medium,
                interventions,
            });
        }
        self.arms = names;
        arms
    }

    /// The members of a list that must not be empty.
    fn members(&mut self, at: &At<'d>, at_least: &str, what: &str) -> Vec<At<'d>> {
        let members = self.reader.list(at, what);
        if members.is_empty() && matches!(at.node.shape, Shape::List(_)) {
            self.reader.fault(at, "an empty list", at_least);
        }
        members
    }

    fn signals(&mut self, at: Option<&At<'d>>) -> Vec<SignalForce> {
        let Some(at) = at else { return Vec::new() };
        let members = self
            .reader
            .list(at, &format!("a list such as [{SIGNAL_EXAMPLE}]"));
        let known: Vec<String> = SIGNALS.iter().map(|&name| name.to_owned()).collect();
        let mut signals = Vec::new();
        for member in members {
            let Some(group) = self.reader.group(&member, SIGNAL, SIGNAL_EXAMPLE) else {
                continue;
            };
            let signal = group
                .get("signal")
                .map_or_else(String::new, |at| self.reader.name(at, "a signal", &known));
            let level = group
                .get("level")
                .map_or(f64::NAN, |at| self.reader.fraction(at));
            let lineage = group
                .get("lineage")
                .map(|at| self.reader.name(at, "a lineage", &self.vocabulary.lineages));
            let from_d = group.get("from").map(|at| self.time_in_run(at));
            let until_d = group.get("until").map(|at| self.time_in_run(at));
            if let (Some(at), Some(until_d)) = (group.get("until"), until_d)
                && until_d <= from_d.unwrap_or(0.0)
            {
                let found = format!("an end at {}", time(until_d, self.is_culture));
                self.reader.fault(at, &found, "an end after the beginning");
            }
            let ends = until_d.unwrap_or(f64::INFINITY);
            let is_forced = |earlier: &SignalForce| {
                earlier.signal == signal
                    && earlier.lineage == lineage
                    && earlier.from_d.unwrap_or(0.0) < ends
                    && from_d.unwrap_or(0.0) < earlier.until_d.unwrap_or(f64::INFINITY)
            };
            if let Some(at) = group.get("signal")
                && !signal.is_empty()
                && signals.iter().any(is_forced)
            {
                let found = format!("a second {} at the same time", quoted(&signal));
                let expected =
                    "each signal once in a lineage, or one after the other by `until` and `from`";
                self.reader.fault(at, &found, expected);
            }
            signals.push(SignalForce {
                signal,
                level,
                lineage,
                from_d,
                until_d,
            });
        }
        signals
    }

    fn lacks(&mut self, at: Option<&At<'d>>) -> Vec<String> {
        let Some(at) = at else { return Vec::new() };
        if self.is_culture {
            let expected = "no `lacks`: a well has the cells that are transferred";
            self.reader.fault(at, "lineages of a well", expected);
        }
        let members = self.reader.list(at, "a list such as [\"T\", \"B\"]");
        let mut names: Vec<String> = Vec::new();
        for member in members {
            if matches!(&member.node.shape, Shape::Text { value, .. } if value.trim().eq_ignore_ascii_case("thymus"))
            {
                let expected = "a lineage of cells; a mouse without a thymus has `interventions: [thymectomy(at: \"0 d\")]`";
                self.reader.fault(&member, "\"thymus\"", expected);
                continue;
            }
            let name = self
                .reader
                .name(&member, "a lineage", &self.vocabulary.lineages);
            if !name.is_empty() && names.contains(&name) {
                let found = format!("a second {}", quoted(&name));
                self.reader.fault(&member, &found, "each lineage once");
            }
            names.push(name);
        }
        names
    }

    fn marrow(&mut self, at: Option<&At<'d>>) -> Vec<Marrow> {
        let Some(at) = at else { return Vec::new() };
        if self.is_culture {
            self.reader.fault(
                at,
                "the marrow of a well",
                "no `marrow`: a well gets its cells by `transfer`",
            );
        }
        let members = self.members(
            at,
            "at least one part",
            &format!("a list such as [{MARROW_EXAMPLE}]"),
        );
        let mut parts: Vec<Marrow> = Vec::new();
        for member in members {
            let Some(group) = self.reader.group(&member, MARROW, MARROW_EXAMPLE) else {
                continue;
            };
            let share = group
                .get("share")
                .map_or(f64::NAN, |at| self.reader.fraction(at));
            let genotype = self.genotype(group.get("genotype"));
            let tag = group.get("tag").and_then(|at| self.tag(at));
            let tag = tag.unwrap_or_default();
            if let Some(at) = group.get("tag")
                && !tag.is_empty()
                && parts.iter().any(|part| part.tag == tag)
            {
                let found = format!("a second {}", quoted(&tag));
                self.reader.fault(at, &found, "another tag");
            }
            parts.push(Marrow {
                tag,
                share,
                genotype,
            });
        }
        let sum: f64 = parts.iter().map(|part| part.share).sum();
        if !parts.is_empty() && (sum - 1.0).abs() > 1e-6 {
            let found = format!("shares that sum to {}", (sum * 1e6).round() / 1e6 + 0.0);
            self.reader.fault(at, &found, "shares that sum to 1");
        }
        parts
    }

    /// A tag of cells, noted for the readouts.
    fn tag(&mut self, at: &At<'d>) -> Option<String> {
        let tag = self.reader.text(at, "a tag such as \"donor\"")?;
        let is_plain = !tag.trim().is_empty()
            && tag.trim() == tag
            && !tag.contains(['(', ')', ',', ':', '\n', '\r', '\t']);
        if !is_plain || tag == HOST_TAG {
            let expected =
                "a tag of letters, digits and signs but `(`, `)`, `,` and `:`, other than \"host\"";
            self.reader.fault(at, &quoted(tag), expected);
            return None;
        }
        if !self.tags.iter().any(|known| known == tag) {
            self.tags.push(tag.to_owned());
            if self.tags.len() > MOST_TAGS {
                let found = format!("the tag number {}", self.tags.len() - 1);
                let expected = format!("at most {} tags in a scenario", MOST_TAGS - 1);
                self.reader.fault(at, &found, &expected);
            }
        }
        Some(tag.to_owned())
    }

    fn genotype(&mut self, at: Option<&At<'d>>) -> Vec<GeneExpression> {
        let Some(at) = at else { return Vec::new() };
        let members = self
            .reader
            .list(at, &format!("a list such as [{GENE_EXAMPLE}]"));
        let mut genotype: Vec<GeneExpression> = Vec::new();
        for member in members {
            let Some(group) = self.reader.group(&member, GENE, GENE_EXAMPLE) else {
                continue;
            };
            let expression = group
                .get("expression")
                .map_or(f64::NAN, |at| self.reader.fraction(at));
            let Some(at) = group.get("gene") else {
                continue;
            };
            let gene = self.gene(at);
            let lineage = group
                .get("lineage")
                .map(|at| self.reader.name(at, "a lineage", &self.vocabulary.lineages));
            let from_d = group.get("from").map(|at| self.time_in_run(at));
            let is_same = |earlier: &GeneExpression| {
                earlier.gene == gene && earlier.lineage == lineage && earlier.from_d == from_d
            };
            if !gene.is_empty() && genotype.iter().any(is_same) {
                self.reader.fault(
                    at,
                    &format!("a second {}", quoted(&gene)),
                    "each gene once in a genotype, or once for each `lineage` and `from`",
                );
            }
            // What could not be read changes nothing.
            genotype.push(GeneExpression {
                gene,
                expression: if expression.is_nan() { 1.0 } else { expression },
                lineage,
                from_d: from_d.filter(|from_d| !from_d.is_nan()),
            });
        }
        genotype
    }

    /// A gene; of others it is said what stands for them.
    fn gene(&mut self, at: &At<'d>) -> String {
        let genes = &self.vocabulary.genes;
        let Shape::Text { value, .. } = &at.node.shape else {
            return self.reader.name(at, "a gene", genes);
        };
        let is_known = genes.iter().any(|gene| gene == value);
        if is_known || nearest(value, genes.iter().map(String::as_str)).is_some() {
            return self.reader.name(at, "a gene", genes);
        }
        if let Some(gene) = gene_of(value).filter(|gene| genes.contains(gene)) {
            let found = format!("{}, its product", quoted(value));
            let span = at.node.span.clone();
            self.reader
                .fault_at(at, span, &found, "the symbol of a gene", Some(gene));
            return value.clone();
        }
        let instead = match value.as_str() {
            "Rag1" | "Rag2" => "mice without it have `lacks: [\"T\", \"B\"]`",
            "Tcra" | "Tcrb" => "mice without it have `lacks: [\"T\"]`",
            "Ighm" => "mice without it have `lacks: [\"B\"]`",
            "Foxn1" => "mice without it have `interventions: [thymectomy(at: \"0 d\")]`",
            _ => {
                "of others, cells that a mouse `lacks` or parameters in `overlay` (`paracrine model` prints them) may be what is meant"
            }
        };
        let expected = format!("a gene: {}; {instead}", any_of(genes, '"'));
        self.reader.fault(at, &quoted(value), &expected);
        value.clone()
    }

    fn intervention(&mut self, at: &At<'d>) -> Option<Intervention> {
        let names = INTERVENTIONS.iter().filter_map(|form| match form {
            Form::Named(name, _) => Some(*name),
            _ => None,
        });
        let forms = "`deplete(..)`, `stimulate(..)`, `tag(..)`, `inject(..)`, `transfer(..)`, `thymectomy(..)`, `immunise(..)` or `expose(..)`";
        let (name, name_span) = match (&at.node.name, &at.node.shape) {
            (Some((name, span)), _) => (*name, span.clone()),
            (None, Shape::Word(word)) => (*word, at.node.span.clone()),
            (None, shape) => {
                let is_group = matches!(shape, Shape::Fields(_) | Shape::Values(_));
                let found = if is_group {
                    "a group without a name".to_owned()
                } else {
                    at.node.describe()
                };
                self.reader.fault(at, &found, forms);
                return None;
            }
        };
        match name {
            "deplete" | "stimulate" => {
                let is_depletion = name == "deplete";
                let example = if is_depletion {
                    DEPLETE_EXAMPLE
                } else {
                    STIMULATE_EXAMPLE
                };
                let group = self.reader.group(at, PART, example)?;
                let kind = self.kind(&group);
                let fraction = group
                    .get("fraction")
                    .map_or(f64::NAN, |at| self.reader.fraction(at));
                let sort = self.sort(&group);
                let schedule = self.schedule(at, &group);
                Some(if is_depletion {
                    Intervention::Deplete {
                        kind,
                        sort,
                        fraction,
                        schedule,
                    }
                } else {
                    Intervention::Stimulate {
                        kind,
                        sort,
                        fraction,
                        schedule,
                    }
                })
            }
            "inject" => {
                let group = self.reader.group(at, INJECT, INJECT_EXAMPLE)?;
                let ligand = group.get("ligand").map(|at| &at.node.shape);
                let is_il2 = group.get("drug").is_none()
                    && !matches!(ligand, Some(Shape::Text { value, .. }) if Stromal::from_name(value).is_some());
                let dose = group.get("dose").and_then(|at| self.dose(at, is_il2));
                if let Some(drug) = group.get("drug") {
                    return self.give(at, &group, drug, dose);
                }
                let Some(ligand) = group.get("ligand") else {
                    let expected = "`ligand: \"IL-2\"`, or `drug: ..`";
                    self.reader.fault(at, "no `ligand`", expected);
                    return None;
                };
                if self.is_misplaced(ligand, "ligand") {
                    return None;
                }
                let is_known_only = |name: &str| {
                    let is = |names: &[String]| names.iter().any(|known| known == name);
                    is(&self.vocabulary.ligands) && !is(&self.ligands)
                };
                let what = match ligand.node.shape {
                    Shape::Text { ref value, .. } if is_known_only(value) => {
                        "a ligand that can be given (docs/limits.md)"
                    }
                    _ => "a ligand",
                };
                let ligand = Some(self.reader.name(ligand, what, &self.ligands));
                if let Some(route) = group.get("route").filter(|_| self.is_culture) {
                    let expected = "no `route`: what is given to a well goes into the medium";
                    self.reader.fault(route, "the route into a well", expected);
                }
                let route = group
                    .get("route")
                    .map_or(Some(Route::default()), |at| self.route(at));
                let schedule = self.schedule(at, &group);
                Some(Intervention::Inject {
                    ligand: ligand?,
                    dose: dose?,
                    route: route?,
                    schedule,
                })
            }
            "transfer" => {
                let group = self.reader.group(at, TRANSFER, TRANSFER_EXAMPLE)?;
                let kind = self.kind(&group);
                let cells = group.get("cells").map_or(f64::NAN, |at| {
                    if !self.is_unmistakable(at) {
                        return f64::NAN;
                    }
                    let cells = self.reader.quantity(at, Dimension::CELLS);
                    if cells == 0.0 {
                        self.reader
                            .out_of_bounds(at, "a number of cells above zero");
                    }
                    cells
                });
                let genotype = group.get("genotype").map(|at| self.genotype(Some(at)));
                Some(Intervention::Transfer {
                    kind,
                    cells,
                    genotype,
                    tag: group.get("tag").and_then(|at| self.tag(at)),
                    specificity: group.get("specificity").map(|at| self.specificity(at)),
                    age_d: group
                        .get("age")
                        .map(|at| self.age(at))
                        .filter(|age_d| !age_d.is_nan()),
                    sort: self.sort(&group),
                    schedule: self.schedule(at, &group),
                })
            }
            "thymectomy" => {
                let group = self.reader.group(at, THYMECTOMY, THYMECTOMY_EXAMPLE)?;
                if self.is_culture {
                    let expected = "no `thymectomy`: a well has no thymus";
                    self.reader.fault(at, "the thymus of a well", expected);
                }
                let schedule = self.schedule(at, &group);
                Some(Intervention::Thymectomy { schedule })
            }
            "tag" => self.tagged(at),
            "immunise" => self.immunise(at),
            "expose" => self.expose(at),
            _ => {
                let found = format!("the unknown intervention `{name}`");
                self.reader
                    .fault_at(at, name_span, &found, forms, nearest(name, names));
                None
            }
        }
    }

    /// Whether a drug stands in the place of a ligand, or a ligand in that of a drug, which is reported.
    fn is_misplaced(&mut self, at: &At<'d>, key: &str) -> bool {
        let (other, others) = match key {
            "ligand" => ("drug", &self.drugs),
            _ => ("ligand", &self.ligands),
        };
        let Shape::Text { value, .. } = &at.node.shape else {
            return false;
        };
        if !others.contains(value) {
            return false;
        }
        let found = format!("the {other} {} as a {key}", quoted(value));
        let expected = format!("`{other}: {}`", quoted(value));
        self.reader.fault(at, &found, &expected);
        true
    }

    fn give(
        &mut self,
        at: &At<'d>,
        group: &Group<'d>,
        drug: &At<'d>,
        dose: Option<Dose>,
    ) -> Option<Intervention> {
        if self.is_misplaced(drug, "drug") {
            return None;
        }
        let drug = self.reader.name(drug, "a drug", &self.drugs);
        if let Some(at) = group.get("ligand") {
            let found = "a ligand and a drug";
            self.reader
                .fault(at, found, "one of them, and another `inject(..)`");
        }
        if let Some(at) = group.get("route") {
            let expected = "no `route`: a drug spreads at once";
            self.reader.fault(at, "the route of a drug", expected);
        }
        if let (Some(Dose::Activity { .. }), Some(at)) = (dose, group.get("dose")) {
            let expected = "a mass such as \"250 ug\", or a number of molecules";
            self.reader.fault(at, "a dose of a drug in IU", expected);
        }
        let schedule = self.schedule(at, group);
        Some(Intervention::Give {
            drug,
            dose: dose?,
            schedule,
        })
    }

    fn drugs(&mut self, at: Option<&At<'d>>) -> Vec<Drug> {
        let Some(at) = at else { return Vec::new() };
        let members = self
            .reader
            .list(at, &format!("a list such as [{DRUG_EXAMPLE}]"));
        let mut drugs = Vec::new();
        for member in members {
            let Some(group) = self.reader.group(&member, DRUG, DRUG_EXAMPLE) else {
                // The others keep their places.
                self.drugs.push(String::new());
                drugs.push(Drug {
                    name: String::new(),
                    target: String::new(),
                    kd_pm: f64::NAN,
                    half_life_d: f64::NAN,
                    killing_per_d: 0.0,
                    source: None,
                });
                continue;
            };
            let name = self.plain_name(&group).unwrap_or_default();
            if let Some(at) = group.get("name")
                && self.drugs.contains(&name)
            {
                let found = format!("a second drug {}", quoted(&name));
                self.reader.fault(at, &found, "another name");
            }
            if let Some(at) = group.get("name")
                && (self.ligands.contains(&name) || self.vocabulary.ligands.contains(&name))
            {
                let found = format!("a drug with the name of a ligand, {}", quoted(&name));
                self.reader.fault(at, &found, "another name");
            }
            let targets = &self.vocabulary.targets;
            let target = group
                .get("target")
                .map(|at| self.reader.name(at, "a target", targets));
            let kd_pm = group.get("kd").map_or(f64::NAN, |at| {
                let kd_pm = self.reader.quantity(at, Dimension::CONCENTRATION);
                if kd_pm <= 0.0 {
                    self.reader.out_of_bounds(at, "a concentration above zero");
                }
                kd_pm
            });
            let half_life_d = group
                .get("half_life")
                .map_or(f64::NAN, |at| self.reader.duration(at));
            let killing_per_d = group
                .get("killing")
                .map_or(0.0, |at| self.reader.quantity(at, Dimension::RATE));
            self.drugs.push(name.clone());
            drugs.push(Drug {
                name,
                target: target.unwrap_or_default(),
                kd_pm,
                half_life_d,
                killing_per_d,
                source: self.text(&group, "source"),
            });
        }
        drugs
    }

    fn forms(&mut self, at: Option<&At<'d>>) -> Vec<LigandForm> {
        let Some(at) = at else { return Vec::new() };
        let members = self
            .reader
            .list(at, &format!("a list such as [{LIGAND_FORM_EXAMPLE}]"));
        let mut forms = Vec::new();
        for member in members {
            let Some(group) = self.reader.group(&member, LIGAND_FORM, LIGAND_FORM_EXAMPLE) else {
                self.ligands.push(String::new());
                forms.push(LigandForm {
                    name: String::new(),
                    alpha: f64::NAN,
                    beta_gamma: f64::NAN,
                    in_solution: f64::NAN,
                    half_life_d: f64::NAN,
                    source: None,
                });
                continue;
            };
            let name = self.plain_name(&group).unwrap_or_default();
            if let Some(at) = group.get("name")
                && self.ligands.contains(&name)
            {
                let found = format!("a second ligand {}", quoted(&name));
                self.reader.fault(at, &found, "another name");
            }
            if let Some(at) = group.get("name")
                && self.drugs.contains(&name)
            {
                let found = format!("a form of IL-2 with the name of a drug, {}", quoted(&name));
                self.reader.fault(at, &found, "another name");
            }
            let [alpha, beta_gamma] = ["alpha", "beta_gamma"].map(|key| {
                group.get(key).map_or(f64::NAN, |at| {
                    let affinity = self.reader.number(at, "a number such as 0.1");
                    if affinity < 0.0 {
                        self.reader.out_of_bounds(at, "an affinity of 0 or more");
                    }
                    affinity
                })
            });
            let in_solution = group
                .get("in_solution")
                .map_or(1.0, |at| self.reader.fraction(at));
            let half_life_d = group
                .get("half_life")
                .map_or(f64::NAN, |at| self.reader.duration(at));
            self.ligands.push(name.clone());
            forms.push(LigandForm {
                name,
                alpha,
                beta_gamma,
                in_solution,
                half_life_d,
                source: self.text(&group, "source"),
            });
        }
        forms
    }

    fn kind(&mut self, group: &Group<'d>) -> String {
        let kinds = &self.vocabulary.kinds;
        group
            .get("kind")
            .map(|at| self.reader.name(at, "a cell kind", kinds))
            .unwrap_or_default()
    }

    /// Whether nobody can take the points of a number for those between thousands; otherwise that is reported.
    fn is_unmistakable(&mut self, at: &At<'d>) -> bool {
        let Shape::Text { value, .. } = &at.node.shape else {
            return true;
        };
        match unmistakable(value) {
            Ok(()) => true,
            Err(fault) => {
                self.reader.bad_quantity(at, &fault);
                false
            }
        }
    }

    /// A dose; only IL-2 has units of activity.
    fn dose(&mut self, at: &At<'d>, is_il2: bool) -> Option<Dose> {
        let expected = if is_il2 {
            "a dose such as \"25 000 IU\" or \"1 ug\""
        } else {
            "a dose such as \"1 ug\" or \"1e12 molecules\""
        };
        if !self.is_unmistakable(at) {
            return None;
        }
        if self.is_culture
            && let Shape::Text { value, .. } = &at.node.shape
            && let Ok(pm) = read(value, Dimension::CONCENTRATION)
        {
            if pm > 0.0 {
                return Some(Dose::Concentration { pm });
            }
            self.reader.out_of_bounds(at, "a dose above zero");
            return None;
        }
        let Shape::Text { value: text, .. } = &at.node.shape else {
            self.reader.wrong_type(at, expected);
            return None;
        };
        let read = |dimension: Dimension| -> Option<f64> {
            let unit = Unit::parse(dimension.canonical_unit()).ok()?;
            Quantity::parse(text, expected, None)
                .ok()?
                .to(&unit, expected)
                .ok()
        };
        let activity = read(Dimension::ACTIVITY).map(|iu| (Dose::Activity { iu }, iu));
        let mass = || read(Dimension::MASS).map(|ug| (Dose::Mass { ug }, ug));
        let molecules =
            || read(Dimension::MOLECULES).map(|count| (Dose::Molecules { count }, count));
        match activity.or_else(mass).or_else(molecules) {
            Some((dose, amount)) if amount > 0.0 => Some(dose),
            Some(_) => {
                self.reader.out_of_bounds(at, "a dose above zero");
                None
            }
            None if is_by_mass_of_body(text) => {
                let found = format!("{}, a dose by weight of the body", quoted(text));
                let expected = "the dose of one mouse, whose weight is not followed: \"5 mg/kg\" is \"100 ug\" for 20 g";
                self.reader.fault(at, &found, expected);
                None
            }
            None => {
                let usual = if is_il2 {
                    Dimension::ACTIVITY
                } else {
                    Dimension::MASS
                };
                let read = Unit::parse(usual.canonical_unit()).and_then(|unit| {
                    Quantity::parse(text, expected, Some(&unit))?.to(&unit, expected)
                });
                if let Err(fault) = read {
                    self.reader.bad_quantity(at, &fault);
                }
                None
            }
        }
    }

    fn route(&mut self, at: &At<'d>) -> Option<Route> {
        self.word(at, ROUTES).map(|route| match route {
            "intravenous" => Route::Intravenous,
            _ => Route::Subcutaneous,
        })
    }

    /// One of some words without quotes; `None` and a fault for anything else.
    fn word(&mut self, at: &At<'d>, names: &[&'static str]) -> Option<&'static str> {
        let written = match &at.node.shape {
            Shape::Word(word) => match names.iter().find(|name| *name == word) {
                Some(name) => return Some(name),
                None => word,
            },
            Shape::Text { value, .. } => value.as_str(),
            _ => "",
        };
        let near = nearest(written, names.iter().copied());
        let expected = format!("{} without quotes", any_of(names, '`'));
        let span = at.node.span.clone();
        self.reader
            .fault_at(at, span, &at.node.describe(), &expected, near);
        None
    }

    fn schedule(&mut self, whole: &At<'d>, group: &Group<'d>) -> Schedule {
        let when = group.get("when").map(|at| self.condition(at));
        let at_d = match group.get("at") {
            Some(at) => self.time_in_run(at),
            None if when.is_some() => 0.0,
            None => {
                let expected = "`at: \"35 d\"`, or `when: ..`";
                self.reader.fault(whole, "no `at`", expected);
                f64::NAN
            }
        };
        let when = when.flatten();
        let every_d = group.get("every").map(|at| self.reader.duration(at));
        let until_d = group
            .get("until")
            .map(|at| self.reader.quantity(at, Dimension::TIME));
        if let (Some(at), Some(until_d)) = (group.get("until"), until_d) {
            if until_d < at_d {
                self.reader
                    .out_of_bounds(at, "a time that is not before `at`");
            } else if every_d.is_none() {
                self.reader.fault(
                    at,
                    "`until` without `every`",
                    "both, or neither for doing it once",
                );
            }
        }
        if let (Some(at), Some(every_d)) = (group.get("every"), every_d)
            && (self.until_d - at_d) / every_d > MAX_OCCASIONS
        {
            self.reader.out_of_bounds(
                at,
                &format!("a longer time: at most {MAX_OCCASIONS} repeats"),
            );
        }
        Schedule {
            at_d,
            when,
            every_d,
            until_d,
        }
    }

    fn condition(&mut self, at: &At<'d>) -> Option<Condition> {
        let group = self.reader.group(at, WHEN, WHEN_EXAMPLE)?;
        let readout = group.get("readout").and_then(|at| self.readout_or_name(at));
        let levels = ["above", "below"].map(|key| {
            let at = group.get(key)?;
            Some(self.reader.number(at, "a number in the readout's unit"))
        });
        let (is_above, level) = match levels {
            [Some(level), None] => (true, level),
            [None, Some(level)] => (false, level),
            [None, None] if group.is_misspelt => return None,
            found => {
                let found = if found[0].is_some() {
                    "`above` and `below`"
                } else {
                    "no level"
                };
                self.reader.fault(at, found, "one of `above` and `below`");
                return None;
            }
        };
        Some(Condition {
            readout: readout?,
            is_above,
            level,
        })
    }

    /// A time not beyond the end of the run, in days.
    fn time_in_run(&mut self, at: &At<'d>) -> f64 {
        let days = self.reader.quantity(at, Dimension::TIME);
        if days > self.until_d {
            let expected = format!(
                "a time within the run, which ends at {}",
                quoted(self.until)
            );
            self.reader.out_of_bounds(at, &expected);
            return f64::NAN;
        }
        days
    }

    fn readouts(&mut self, at: Option<&At<'d>>) -> Vec<ReadoutRequest> {
        let Some(at) = at else { return Vec::new() };
        let members = self.members(
            at,
            "at least one readout such as \"alive\"",
            "a list such as [\"alive\"]",
        );
        let mut readouts: Vec<ReadoutRequest> = Vec::new();
        let mut names = HashSet::new();
        for member in members {
            let readout = match member.node.shape {
                Shape::Fields(_) | Shape::Values(_) => self.named_readout(&member),
                _ => self.readout(&member),
            };
            let Some(readout) = readout else {
                continue;
            };
            let name = readout.to_string();
            if !names.insert(name.clone()) {
                self.reader.fault(
                    &member,
                    &format!("a second {}", quoted(&name)),
                    "each readout once",
                );
            }
            readouts.push(readout);
        }
        readouts
    }

    /// A readout under a name of its own.
    fn named_readout(&mut self, at: &At<'d>) -> Option<ReadoutRequest> {
        let group = self.reader.group(at, NAMED, NAMED_EXAMPLE)?;
        let name = group.get("name").and_then(|at| self.name_of_readout(at));
        let value = group.get("value").and_then(|at| self.readout(at));
        Some(ReadoutRequest {
            name: Some(name?),
            value: value?.value,
        })
    }

    /// A name that cannot be taken for a readout.
    fn name_of_readout(&mut self, at: &At<'d>) -> Option<String> {
        let name = self.reader.text(at, "a name such as \"CD8 to CD4\"")?;
        if name.trim() != name || name.contains(['(', ')']) || name.contains(char::is_control) {
            let expected = "a name of letters, digits and signs but `(` and `)`";
            self.reader.fault(at, &quoted(name), expected);
            return None;
        }
        let is_readout = |name: &str| self.entry(name).is_some();
        let parsed = ParsedFormula::parse(name, &is_readout);
        if parsed.is_ok_and(|parsed| {
            let mut calls = parsed.calls.iter();
            calls.all(|(_, parsed)| is_readout(&parsed.call.name))
        }) {
            let expected = "a name that is no readout";
            self.reader.fault(at, &quoted(name), expected);
            return None;
        }
        Some(name.to_owned())
    }

    fn entry(&self, name: &str) -> Option<&'d ReadoutEntry> {
        let mut known = self.vocabulary.readouts.iter();
        known.find(|entry| entry.name == name)
    }

    /// A readout as it is written, or the name of one of those listed.
    fn readout_or_name(&mut self, at: &At<'d>) -> Option<ReadoutRequest> {
        let text = self.reader.text(at, "a readout")?;
        let named = self.named.iter().find(|(name, _)| *name == text);
        let is_readout = |name: &str| self.entry(name).is_some();
        let Some((name, value)) = named.copied() else {
            let near = nearest(text, self.named.iter().map(|(name, _)| *name));
            if near.is_none() || ParsedFormula::parse(text, &is_readout).is_ok() {
                return self.readout(at);
            }
            let span = at.node.span.clone();
            let expected = "a readout, or the name of one that is listed";
            self.reader
                .fault_at(at, span, &quoted(text), expected, near);
            return None;
        };
        // What is wrong with it is said where it is listed.
        let parsed = ParsedFormula::parse(value, &is_readout).ok()?;
        Some(ReadoutRequest {
            name: Some(name.to_owned()),
            value: parsed.formula,
        })
    }

    /// Readouts of the vocabulary with the arguments they take, and what is calculated from them; `None` where they cannot even be read.
    fn readout(&mut self, at: &At<'d>) -> Option<ReadoutRequest> {
        let text = self.reader.text(at, "a readout")?;
        let is_readout = |name: &str| self.entry(name).is_some();
        let parsed = match ParsedFormula::parse(text, &is_readout) {
            Ok(parsed) => parsed,
            Err(fault) => {
                let span = at.node.within(fault.span.start, fault.span.len());
                let (found, expected) = (&fault.found, &fault.expected);
                self.reader
                    .fault_at(at, span, found, expected, fault.nearest.clone());
                return None;
            }
        };
        let before = self.reader.faults.len();
        for (span, call) in parsed.calls {
            self.call(at, text, span, call);
        }
        // Units of what is not known are not known either.
        if self.reader.faults.len() == before {
            let calls = parsed.formula.calls();
            let unit = |written: &str| {
                let call = calls.iter().find(|call| call.to_string() == written);
                let entry = call.and_then(|call| self.entry(&call.name));
                entry.map_or_else(String::new, |entry| entry.unit.clone())
            };
            if let Err(fault) = unit_of(parsed.formula.tree(), &unit) {
                self.reader.fault(at, &fault.found, &fault.expected);
            }
        }
        Some(ReadoutRequest {
            name: None,
            value: parsed.formula,
        })
    }

    /// One call of a readout, which stands at bytes `within` of the text.
    fn call(&mut self, at: &At<'d>, text: &str, within: Range<usize>, parsed: ParsedReadout) {
        let ParsedReadout {
            call,
            name_span,
            arg_spans,
            of_span,
            tag_span,
            specificity_span,
        } = parsed;
        let place = |span: Range<usize>| span.start + within.start..span.end + within.start;
        let Some(entry) = self.entry(&call.name) else {
            if self.named.iter().any(|(name, _)| *name == call.name) {
                let found = format!("{}, a name that is given to a readout", quoted(&call.name));
                let expected = "readouts themselves: a formula does not know names that are given to others or to itself";
                let span = at.node.inside(&place(name_span));
                self.reader.fault_at(at, span, &found, expected, None);
                return;
            }
            let readouts = self.vocabulary.readouts.iter().map(|entry| &entry.name);
            let mut names: Vec<String> = readouts.cloned().collect();
            names.extend(self.named.iter().map(|(name, _)| (*name).to_owned()));
            let span = Some(place(name_span));
            self.reader.known(at, span, &call.name, "a readout", &names);
            return;
        };
        let organ = entry.organ.then_some(ArgumentKind::Place);
        let most = entry.arguments.len() + usize::from(entry.organ);
        let unmarked = ["of", "tag", "specificity"].into_iter().find(|key| {
            let is_it = |argument: &String| {
                let first = argument.split_once(' ').map(|(first, _)| first);
                first == Some(key)
            };
            call.args.iter().any(is_it)
        });
        if let Some(key) = unmarked {
            let found = format!("`{key}` without `:` in {}", quoted(&text[within]));
            let expected = format!("`{}`", entry.signature());
            self.reader.fault(at, &found, &expected);
            return;
        }
        let misfit = match (&call.of, entry.of) {
            (Some(_), None) => Some("`of: ..`"),
            _ if call.tag.is_some() && !entry.tag => Some("`tag: ..`"),
            _ if call.specificity.is_some() && !entry.tag => Some("`specificity: ..`"),
            _ if call.args.len() > most => Some("too many arguments"),
            _ if call.args.len() < entry.arguments.len() => Some("too few arguments"),
            _ => None,
        };
        if let Some(misfit) = misfit {
            let written = &text[within.clone()];
            let found = format!("{misfit} in {}", quoted(written));
            let span = if written == text.trim() {
                at.node.span.clone()
            } else {
                at.node.inside(&within)
            };
            let expected = format!("`{}`", entry.signature());
            self.reader.fault_at(at, span, &found, &expected, None);
            return;
        }
        let args = call
            .args
            .iter()
            .zip(arg_spans)
            .zip(entry.arguments.iter().copied().chain(organ));
        let of = call.of.iter().zip(of_span).zip(entry.of);
        for ((name, span), kind) in args.chain(of) {
            self.argument(at, place(span), name, kind);
        }
        if let Some((tag, span)) = call.tag.as_ref().zip(tag_span) {
            let span = Some(place(span));
            self.reader.known(at, span, tag, "a tag", &self.tags);
        }
        if let Some((name, span)) = call.specificity.as_ref().zip(specificity_span) {
            let (span, known) = (Some(place(span)), self.specificities());
            self.reader.known(at, span, name, A_SPECIFICITY, &known);
        }
    }

    fn argument(&mut self, at: &At<'d>, span: Range<usize>, name: &str, kind: ArgumentKind) {
        let (what, names) = match kind {
            ArgumentKind::Antigen => (AN_ANTIGEN, self.antigens.as_slice()),
            ArgumentKind::Drug => (kind.describe(), self.drugs.as_slice()),
            ArgumentKind::Form => (kind.describe(), form_names(&self.ligands, self.vocabulary)),
            kind => (kind.describe(), self.vocabulary.names(kind)),
        };
        self.reader.known(at, Some(span), name, what, names);
    }

    /// Bands, and rows of several.
    fn expectations(&mut self, at: Option<&At<'d>>) -> (Vec<Expectation>, Vec<Row>) {
        let Some(at) = at else {
            return (Vec::new(), Vec::new());
        };
        let members = self
            .reader
            .list(at, &format!("a list such as [{EXPECT_EXAMPLE}]"));
        let (rows, bands): (Vec<_>, Vec<_>) = members.into_iter().partition(is_row);
        let bands = bands.iter().filter_map(|member| self.expectation(member));
        let bands = bands.collect();
        let rows = rows.iter().filter_map(|member| self.row(member));
        (bands, rows.collect())
    }

    fn expectation(&mut self, at: &At<'d>) -> Option<Expectation> {
        let group = self.reader.group(at, EXPECT, EXPECT_EXAMPLE)?;
        let readout = group.get("readout").and_then(|at| self.readout_or_name(at));
        let arm = group.get("arm").and_then(|at| self.arm(at));
        let relative_to = group.get("relative_to").and_then(|at| self.arm(at));
        if let Some(at) = group.get("relative_to")
            && relative_to.is_some()
            && relative_to == arm
        {
            self.reader
                .fault(at, "the arm itself", "another arm: this ratio is 1");
        }
        let at_d = group.get("at").map_or(f64::NAN, |at| self.time_in_run(at));
        let source = self.text(&group, "source");
        let band = self.row_band(at, &group);
        let points = self.points(at, group.get("where"));
        Some(Expectation {
            readout: readout?,
            arm: arm?,
            at_d,
            band: band?,
            relative_to,
            source,
            points,
        })
    }

    /// The points of a sweep at which a band is meant: axes with the values they have there.
    fn points(&mut self, whole: &At<'d>, at: Option<&At<'d>>) -> Vec<(usize, f64)> {
        let (sweep, at) = match (self.sweep, at) {
            (None, None) => return Vec::new(),
            (None, Some(at)) => {
                self.reader
                    .fault(at, "`where` without a sweep", "no `where`");
                return Vec::new();
            }
            (Some(sweep), None) => {
                let example = match sweep.axes.first().map(|axis| (&axis.name, &axis.values)) {
                    Some((name, Values::Listed(_))) => {
                        format!("`where: {{ \"{name}\": .. }}`, or `where: {{}}` for all points")
                    }
                    _ => "`where: {}` for all points".to_owned(),
                };
                let span = whole.node.closing();
                self.reader
                    .fault_at(whole, span, "no `where` in a sweep", &example, None);
                return Vec::new();
            }
            (Some(sweep), Some(at)) => (sweep, at),
        };
        let Shape::Map(entries) = &at.node.shape else {
            let expected = "axes with values such as { \"dose\": \"10 ug\" }";
            self.reader.wrong_type(at, expected);
            return Vec::new();
        };
        let mut points = Vec::new();
        for (key, node) in entries {
            let key_at = At {
                node: key,
                path: at.path.clone(),
            };
            let names: Vec<String> = sweep.axes.iter().map(|axis| axis.name.clone()).collect();
            let name = self.reader.name(&key_at, "an axis of the sweep", &names);
            let Some(index) = names.iter().position(|known| *known == name) else {
                continue;
            };
            let value_at = At {
                node,
                path: child_path(&at.path, &name),
            };
            if points.iter().any(|(earlier, _)| *earlier == index) {
                let found = format!("a second {}", quoted(&name));
                self.reader.fault(&key_at, &found, "each axis once");
                continue;
            }
            let Values::Listed(known) = &sweep.axes[index].values else {
                let expected = "`where: {}`: the values of this axis are drawn";
                self.reader
                    .fault(&value_at, &value_at.node.describe(), expected);
                continue;
            };
            let Some(value) = self.reader.value_in(&value_at, &sweep.axes[index].unit) else {
                continue;
            };
            // What is written in another unit may differ by a rounding.
            let close = |known: &&f64| (**known - value).abs() <= 1e-12 * known.abs();
            match known.iter().find(close) {
                Some(known) => points.push((index, *known)),
                None => {
                    let known: Vec<String> = known.iter().copied().map(in_digits).collect();
                    let expected = format!(
                        "a value of the axis, {} {}",
                        any_of(&known, '`'),
                        sweep.axes[index].unit
                    );
                    self.reader.out_of_bounds(&value_at, expected.trim_end());
                }
            }
        }
        points
    }

    /// The name of one of the scenario's arms; any name while they are not all known.
    fn arm(&mut self, at: &At<'d>) -> Option<String> {
        const WHAT: &str = "an arm of this scenario";
        let name = self.reader.text(at, WHAT)?;
        if let Some(arms) = &self.arms {
            self.reader.known(at, None, name, WHAT, arms);
        }
        Some(name.to_owned())
    }

    fn band(&mut self, at: &At<'d>) -> (f64, f64) {
        const EXPECTED: &str = "two numbers such as (0.45, 0.95)";
        let (Shape::Values(numbers), None) = (&at.node.shape, &at.node.name) else {
            self.reader.wrong_type(at, EXPECTED);
            return (f64::NAN, f64::NAN);
        };
        let [low, high] = numbers.as_slice() else {
            let found = if numbers.len() == 1 {
                "a single value".to_owned()
            } else {
                format!("{} values", numbers.len())
            };
            self.reader.fault(at, &found, EXPECTED);
            return (f64::NAN, f64::NAN);
        };
        let mut end = |index: usize, node| {
            self.reader.number(
                &At {
                    node,
                    path: format!("{}[{index}]", at.path),
                },
                "a number",
            )
        };
        let (low, high) = (end(0, low), end(1, high));
        if low > high {
            self.reader.fault(
                at,
                &format!("a band from {low} to {high}"),
                "the lower end first",
            );
        }
        (low, high)
    }
}

/// The readouts in a list that have names of their own, with their texts; what is wrong with them is said later.
fn named<'d>(at: &At<'d>) -> Vec<(&'d str, &'d str)> {
    let Shape::List(members) = &at.node.shape else {
        return Vec::new();
    };
    let text = |node: &'d Node<'d>, wanted: &str| {
        let (.., value) = node.entries().find(|(key, ..)| *key == wanted)?;
        match &value.shape {
            Shape::Text { value, .. } => Some(value.as_str()),
            _ => None,
        }
    };
    let named = members
        .iter()
        .map(|node| text(node, "name").zip(text(node, "value")));
    named.flatten().collect()
}
