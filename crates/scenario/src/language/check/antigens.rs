//! The checks of antigens, of what cells recognise, and of microbes.

use super::{AT, Checker, EVERY, TIME, UNTIL, WHEN, WHEN_IS};
use crate::language::fault::quoted;
use crate::language::reader::{At, Form, Group, Key, may, need};
use crate::language::scenario::{Antigen, Intervention, OTHER, SELF};
use paracrine_cells::specificity::MOST_ANTIGENS;

const ANTIGEN_EXAMPLE: &str = "(name: \"OVA\", precursors: 1e-5)";
const ANTIGEN: &[Key] = &[
    need("name", "\"OVA\"").is(Form::Text, "its name; \"self\" is there always"),
    may("precursors").is(
        Form::Fraction,
        "share of new naive CD4 and CD8 cells that recognise it, by default 0",
    ),
    may("level").is(
        Form::Number,
        "amount that the body makes always, by default 0; of \"self\" relative to a normal body, by default 1",
    ),
];
pub(super) const ANTIGENS: Form = Form::List(&Form::Group(ANTIGEN));
const IMMUNISE_EXAMPLE: &str =
    "immunise(antigen: \"OVA\", dose: 1, half_life: \"3 d\", adjuvant: 0.3, at: \"42 d\")";
pub(super) const IMMUNISE: &[Key] = &[
    need("antigen", "\"OVA\"").is(Form::Text, "one of the scenario's antigens"),
    need("dose", "1").is(
        Form::Number,
        "amount each time; 1 is presented half as well as any amount",
    ),
    need("half_life", "\"3 d\"").is(TIME, "of the antigen"),
    may("adjuvant").is(
        Form::Fraction,
        "share of the dendritic cells there that meet microbial signals, by default 0",
    ),
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
    may("every").is(TIME, EVERY),
    may("until").is(TIME, UNTIL),
];
const EXPOSE_EXAMPLE: &str = "expose(microbes: 3, at: \"56 d\")";
pub(super) const EXPOSE: &[Key] = &[
    may("microbes").is(Form::Number, MICROBES_ARE),
    may("antigen").is(
        Form::Text,
        "in place of `microbes`: self, or an antigen of the scenario, of which the body makes another amount from then on",
    ),
    may("level").is(
        Form::Number,
        "that amount; of \"self\" relative to a normal body, from 0 to 1",
    ),
    may("at").is(TIME, AT),
    may("when").is(Form::Group(WHEN), WHEN_IS),
];
pub(super) const MICROBES_ARE: &str =
    "load of microbes: 0 is germ-free, 1 specific-pathogen-free, more is dirty";
/// More antigen is presented as well as this, to a part in a million.
const MOST_AMOUNT: f64 = 1e6;
/// No mouse is a hundred times as dirty.
const MOST_MICROBES: f64 = 100.0;

impl<'d> Checker<'d> {
    /// The antigens of a scenario, noted for what names them.
    pub(super) fn antigens(&mut self, at: Option<&At<'d>>) -> Vec<Antigen> {
        let mut antigens: Vec<Antigen> = Vec::new();
        for (member, group) in self.antigen_groups(at) {
            let name = group
                .get("name")
                .and_then(|at| self.name_of_antigen(at))
                .unwrap_or_default();
            if antigens.iter().any(|known| known.name == name) && !name.is_empty() {
                let found = format!("a second {}", quoted(&name));
                self.reader.fault(&member, &found, "each antigen once");
            }
            if name != SELF && !name.is_empty() && !self.antigens.contains(&name) {
                self.antigens.push(name.clone());
                if self.antigens.len() == MOST_ANTIGENS + 2 {
                    let found = format!("the antigen number {}", MOST_ANTIGENS + 1);
                    let expected = format!("at most {MOST_ANTIGENS} in a scenario, beside self");
                    self.reader.fault(&member, &found, &expected);
                }
            }
            antigens.push(self.antigen(name, &group));
        }
        antigens
    }

    /// What is different of them in an arm.
    pub(super) fn antigens_of_arm(&mut self, at: Option<&At<'d>>) -> Vec<Antigen> {
        let mut antigens: Vec<Antigen> = Vec::new();
        for (member, group) in self.antigen_groups(at) {
            let known = self.antigens.clone();
            let name = group.get("name");
            let name = name.map(|at| self.reader.name(at, AN_ANTIGEN, &known));
            let name = name.unwrap_or_default();
            if antigens.iter().any(|known| known.name == name) && !name.is_empty() {
                let found = format!("a second {}", quoted(&name));
                self.reader.fault(&member, &found, "each antigen once");
            }
            antigens.push(self.antigen(name, &group));
        }
        antigens
    }

    fn antigen_groups(&mut self, at: Option<&At<'d>>) -> Vec<(At<'d>, Group<'d>)> {
        let Some(at) = at else { return Vec::new() };
        let example = format!("a list such as [{ANTIGEN_EXAMPLE}]");
        let members = self.reader.list(at, &example);
        let group = |member: At<'d>| {
            let group = self.reader.group(&member, ANTIGEN, ANTIGEN_EXAMPLE)?;
            Some((member, group))
        };
        members.into_iter().filter_map(group).collect()
    }

    fn name_of_antigen(&mut self, at: &At<'d>) -> Option<String> {
        let name = self.reader.text(at, "an antigen such as \"OVA\"")?;
        if name.trim() != name || name.contains(['(', ')', ',', ':']) || name == OTHER {
            let expected =
                "a name of letters, digits and signs but `(`, `)`, `,` and `:`, not \"other\"";
            self.reader.fault(at, &quoted(name), expected);
            return None;
        }
        Some(name.to_owned())
    }

    fn antigen(&mut self, name: String, group: &Group<'d>) -> Antigen {
        if let Some(at) = group.get("precursors").filter(|_| name == SELF) {
            let expected = "no `precursors`: `overlay: { \"self_reactive_share\": .. }`";
            self.reader.fault(at, "precursors of self", expected);
        }
        let precursors = group.get("precursors").map(|at| self.reader.fraction(at));
        let level = group.get("level").map(|at| self.level(at, &name));
        Antigen {
            name,
            precursors,
            level,
        }
    }

    /// How much of an antigen a body makes.
    fn level(&mut self, at: &At<'d>, antigen: &str) -> f64 {
        if self.is_culture {
            let expected = "no `level`: the medium has the antigen of a well, by `stimulation`";
            self.reader
                .fault(at, "the level of an antigen in a well", expected);
        }
        self.amount(at, if antigen == SELF { 1.0 } else { MOST_AMOUNT })
    }

    /// A number from 0 to `most`.
    fn amount(&mut self, at: &At<'d>, most: f64) -> f64 {
        let expected = format!("a number from 0 to {most}");
        let amount = self.reader.number(at, &expected);
        if amount < 0.0 || amount > most {
            self.reader.out_of_bounds(at, &expected);
        }
        amount
    }

    /// The load of microbes of an arm, or of a change of it.
    pub(super) fn microbes(&mut self, at: &At<'d>) -> f64 {
        if self.is_culture {
            let expected = "no microbes: a well is sterile";
            self.reader.fault(at, "the microbes of a well", expected);
        }
        self.amount(at, MOST_MICROBES)
    }

    /// What cells that are given recognise.
    pub(super) fn specificity(&mut self, at: &At<'d>) -> String {
        let known = self.specificities();
        self.reader.name(at, A_SPECIFICITY, &known)
    }

    /// What cells may recognise, by name.
    pub(super) fn specificities(&self) -> Vec<String> {
        let other = [OTHER.to_owned()];
        self.antigens.iter().cloned().chain(other).collect()
    }

    pub(super) fn immunise(&mut self, at: &At<'d>) -> Option<Intervention> {
        let group = self.reader.group(at, IMMUNISE, IMMUNISE_EXAMPLE)?;
        if self.is_culture {
            let expected = "no `immunise`: the medium has the antigen of a well, by `stimulation`";
            self.reader.fault(at, "an immunised well", expected);
        }
        let known: Vec<String> = self.antigens.iter().skip(1).cloned().collect();
        let antigen = group.get("antigen").map_or_else(String::new, |at| {
            if known.is_empty() {
                let expected = format!("`antigens: [{ANTIGEN_EXAMPLE}]` in the scenario");
                self.reader
                    .fault(at, "an antigen, of which there is none", &expected);
                return String::new();
            }
            self.reader.name(at, AN_ANTIGEN, &known)
        });
        let adjuvant = group
            .get("adjuvant")
            .map_or(0.0, |at| self.reader.fraction(at));
        let dose = group.get("dose").map_or(f64::NAN, |at| {
            let dose = self.amount(at, MOST_AMOUNT);
            if dose == 0.0 && adjuvant == 0.0 {
                let expected = "a dose above zero, or an `adjuvant`";
                self.reader.out_of_bounds(at, expected);
            }
            dose
        });
        let half_life_d = group
            .get("half_life")
            .map_or(f64::NAN, |at| self.reader.duration(at));
        let schedule = self.schedule(at, &group);
        Some(Intervention::Immunise {
            antigen,
            dose,
            half_life_d,
            adjuvant,
            schedule,
        })
    }

    pub(super) fn expose(&mut self, at: &At<'d>) -> Option<Intervention> {
        let before = self.reader.faults.len();
        let group = self.reader.group(at, EXPOSE, EXPOSE_EXAMPLE)?;
        let is_misspelt = self.reader.faults.len() > before;
        let keys = ["microbes", "antigen", "level"].map(|key| group.get(key));
        let [microbes, antigen, level] = keys;
        match keys.map(|key| key.is_some()) {
            [true, false, false] | [false, true, true] => {}
            [false, ..] if is_misspelt => {}
            [false, false, false] => {
                let expected = "`microbes: 3`, or `antigen: \"self\", level: 0.5`";
                self.reader.fault(at, "no `microbes`", expected);
            }
            [true, ..] => {
                let expected = "one of them, and another `expose(..)`";
                self.reader.fault(at, "microbes and an antigen", expected);
            }
            [_, has_antigen, _] => {
                let missing = if has_antigen {
                    "no `level`"
                } else {
                    "no `antigen`"
                };
                let expected = "both, such as `antigen: \"self\", level: 0.5`";
                self.reader.fault(at, missing, expected);
            }
        }
        let schedule = self.schedule(at, &group);
        if antigen.is_none() && level.is_none() {
            let microbes = microbes.map_or(f64::NAN, |at| self.microbes(at));
            return Some(Intervention::Expose { microbes, schedule });
        }
        let known = self.antigens.clone();
        let name = antigen.map(|at| self.reader.name(at, AN_ANTIGEN, &known));
        let antigen = name.unwrap_or_default();
        let level = level.map_or(f64::NAN, |at| self.level(at, &antigen));
        Some(Intervention::Make {
            antigen,
            level,
            schedule,
        })
    }
}

pub(super) const AN_ANTIGEN: &str = "an antigen of this scenario";
pub(super) const A_SPECIFICITY: &str = "what cells recognise";
