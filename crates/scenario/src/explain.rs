//! What the model knows of a word: a gene, protein, ligand, kind of cell, parameter, readout, drug, form of IL-2, mechanism or scenario.
//!
//! Everything is looked up: in the model file, in [`pathways`](crate::pathways), in the shipped scenarios.

use crate::Error;
use crate::catalogue::{self, PUBLISHED, Shipped, scenarios};
use crate::language::{Vocabulary, nearest};
use crate::pathways::{Knock, Pathways, pathways};
use crate::plan::{Overrides, Plan};
use paracrine_cells::model::{ModelFile, Parameter, Receptors};
use paracrine_cells::readout::LIGANDS;
use serde::Serialize;
use std::collections::HashSet;

/// What is known of a word.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// What it is called here.
    pub name: String,
    /// What sort of thing it is: `ligand`, `gene`, `kind of cell`, ..
    pub sort: &'static str,
    /// What it is, in some sentences.
    pub what: String,
    /// Other names of it.
    pub names: Vec<String>,
    /// Statements about it: what they are about, and what they say.
    pub facts: Vec<Fact>,
    /// Mechanisms in which it has a part.
    pub mechanisms: Vec<Step>,
    /// Parameters of the model that belong to it.
    pub parameters: Vec<Number>,
    /// What its loss is, if the shipped scenarios have it.
    pub knockout: Option<Knockout>,
    /// Shipped scenarios in which it has a part.
    pub scenarios: Vec<Example>,
    /// Words that say more.
    pub see: Vec<String>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// What it is about.
    pub about: &'static str,
    /// What it says.
    pub says: String,
}

/// A mechanism.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it says.
    pub what: String,
    /// Its part of docs/biology.md.
    pub section: String,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    /// Its name.
    pub name: String,
    /// Its value, in `unit`.
    pub value: f64,
    /// Its unit; `1` of a pure number.
    pub unit: String,
    /// Lower end of the plausible range.
    pub low: f64,
    /// Upper end of the plausible range.
    pub high: f64,
    /// How it is known.
    pub status: &'static str,
    /// What it means.
    pub meaning: String,
    /// Where it comes from.
    pub source: String,
}

/// The loss of a gene.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Knockout {
    /// Symbol of the gene.
    pub gene: String,
    /// What less of it does in the model, before anything follows.
    pub effect: String,
    /// Shipped scenarios with an arm that lacks it.
    pub scenarios: Vec<Example>,
    /// The arm as a scenario writes it.
    pub arm: String,
}

/// A shipped scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub question: String,
    /// The arms that are meant; empty for all.
    pub arms: Vec<String>,
    /// The command that runs it.
    pub command: String,
}

/// Something that can be explained.
struct Topic {
    name: String,
    /// Lower ones win where a word is a name of several.
    sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Ligand,
    Gene,
    Cell,
    Step,
    Mechanism,
    Drug,
    Form,
    Readout,
    Parameter,
    Scenario,
}

/// A name without what people write in different ways: case, blanks, hyphens, Greek letters.
fn plain(name: &str) -> String {
    let kept = name.trim().chars().filter_map(|c| match c {
        ' ' | '-' | '_' | '.' | '/' | '\u{2011}' | '\u{2212}' => None,
        'α' => Some('a'),
        'β' => Some('b'),
        'γ' => Some('g'),
        other => Some(other),
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// All that is asked for an explanation.
struct Known {
    model: ModelFile,
    pathways: Pathways,
    vocabulary: Vocabulary,
}

/// What is known of a word.
///
/// # Errors
/// [`Error::UnknownWord`] with the nearest names.
pub fn explain(word: &str) -> Result<Explanation, Error> {
    let model = catalogue::model("mouse")?.file;
    let known = Known {
        vocabulary: catalogue::vocabulary(&model),
        pathways: pathways()?,
        model,
    };
    let topics = known.topics();
    let find = |is_scenario: bool, same: &dyn Fn(&str) -> bool| {
        let is_meant = |topic: &&Topic| (topic.sort == Sort::Scenario) == is_scenario;
        let own = topics
            .iter()
            .filter(is_meant)
            .find(|topic| same(&topic.name));
        own.or_else(|| {
            let alias = known.pathways.aliases.iter();
            let mut alias = alias.filter(|alias| alias.names.iter().any(|name| same(name)));
            alias.find_map(|alias| {
                topics
                    .iter()
                    .filter(is_meant)
                    .find(|topic| topic.name == alias.of)
            })
        })
    };
    let exactly = |name: &str| name == word.trim();
    let loosely = |name: &str| !plain(word).is_empty() && plain(name) == plain(word);
    // `Il2` is the gene, `IL-2` the protein; only without such a name does case not matter. Scenarios are called after what they are about.
    let topic = find(false, &exactly)
        .or_else(|| find(false, &loosely))
        .or_else(|| find(true, &loosely));
    match topic {
        Some(topic) => known.explained(topic),
        None => Err(known.unknown(word, &topics)),
    }
}

impl Known {
    fn topics(&self) -> Vec<Topic> {
        let mut topics = Vec::new();
        let mut add = |sort: Sort, names: &mut dyn Iterator<Item = &str>| {
            topics.extend(names.map(|name| Topic {
                name: name.to_owned(),
                sort,
            }));
        };
        let words = &self.vocabulary;
        add(
            Sort::Ligand,
            &mut self.model.ligands.iter().map(|ligand| ligand.name.as_str()),
        );
        let live = LIGANDS.iter().map(|(name, _)| *name);
        add(
            Sort::Ligand,
            &mut live.filter(|name| !self.model.ligands.iter().any(|of| of.name == *name)),
        );
        add(Sort::Gene, &mut words.genes.iter().map(String::as_str));
        add(Sort::Cell, &mut words.kinds.iter().map(String::as_str));
        let steps = self.pathways.boxes.iter();
        add(
            Sort::Step,
            &mut steps
                .filter(|drawn| !matches!(drawn.knock, Some(Knock::Gene(_))))
                .map(|drawn| drawn.name.as_str()),
        );
        let mechanisms = self.pathways.mechanisms.iter();
        add(Sort::Mechanism, &mut mechanisms.map(|of| of.name.as_str()));
        add(Sort::Drug, &mut words.drugs.iter().map(String::as_str));
        add(Sort::Form, &mut words.forms.iter().map(String::as_str));
        let readouts = words.readouts.iter();
        add(Sort::Readout, &mut readouts.map(|of| of.name.as_str()));
        let parameters = self.model.parameters.keys();
        add(Sort::Parameter, &mut parameters.map(String::as_str));
        let shipped = scenarios().chain(PUBLISHED).map(|shipped| shipped.name);
        add(Sort::Scenario, &mut shipped.into_iter());
        topics
    }

    fn unknown(&self, word: &str, topics: &[Topic]) -> Error {
        let aliases = self.pathways.aliases.iter().flat_map(|alias| &alias.names);
        let names = || {
            let own = topics.iter().map(|topic| topic.name.as_str());
            own.chain(aliases.clone().map(String::as_str))
        };
        let wanted = plain(word);
        let has = |name: &&str| wanted.chars().count() > 1 && plain(name).contains(&wanted);
        let near = nearest(word, names());
        let mut others: Vec<String> = names().filter(has).map(str::to_owned).collect();
        others.retain(|name| Some(name) != near.as_ref());
        others.dedup();
        others.truncate(6);
        Error::UnknownWord {
            word: word.to_owned(),
            nearest: near,
            others,
        }
    }

    fn explained(&self, topic: &Topic) -> Result<Explanation, Error> {
        let name = topic.name.as_str();
        let mut told = Explanation {
            name: name.to_owned(),
            names: self.names_of(name),
            ..Explanation::default()
        };
        match topic.sort {
            Sort::Ligand => self.ligand(name, &mut told)?,
            Sort::Gene => self.gene(name, &mut told)?,
            Sort::Cell => self.cell(name, &mut told),
            Sort::Step => self.step(name, &mut told),
            Sort::Mechanism => self.mechanism(name, &mut told),
            Sort::Drug => self.drug(name, &mut told)?,
            Sort::Form => self.form(name, &mut told)?,
            Sort::Readout => self.readout(name, &mut told)?,
            Sort::Parameter => self.parameter(name, &mut told),
            Sort::Scenario => scenario(name, &mut told)?,
        }
        let mut seen = HashSet::from([name.to_owned()]);
        told.see.retain(|word| seen.insert(word.clone()));
        Ok(told)
    }

    fn names_of(&self, name: &str) -> Vec<String> {
        let aliases = self.pathways.aliases.iter();
        let own = aliases.filter(|alias| alias.of == name);
        own.flat_map(|alias| alias.names.clone()).collect()
    }

    fn numbers<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> Vec<Number> {
        let mut numbers: Vec<Number> = Vec::new();
        for name in names {
            let is_new = !numbers.iter().any(|number| number.name == *name);
            if let Some(parameter) = self.model.parameters.get(name).filter(|_| is_new) {
                numbers.push(Number::new(name, parameter));
            }
        }
        numbers
    }

    /// Mechanisms that read one of these parameters, or say one of these words.
    fn mechanisms(&self, parameters: &[&String], words: &[&str]) -> Vec<Step> {
        let mechanisms = self.pathways.mechanisms.iter().filter(|mechanism| {
            let reads = parameters
                .iter()
                .any(|name| mechanism.parameters.contains(name));
            let text = format!("{} {}", mechanism.name, mechanism.what);
            reads || words.iter().any(|word| says(&text, word))
        });
        mechanisms
            .map(|mechanism| Step {
                name: mechanism.name.clone(),
                what: mechanism.what.clone(),
                section: mechanism.section.clone(),
            })
            .collect()
    }

    fn ligand(&self, name: &str, told: &mut Explanation) -> Result<(), Error> {
        told.sort = "ligand";
        let drawn = self.pathways.boxes.iter().find(|drawn| drawn.name == name);
        let mut names: Vec<&String> =
            drawn.map_or_else(Vec::new, |drawn| drawn.parameters.iter().collect());
        let stem = plain(name).replace("ifng", "ifn_gamma");
        let own = self
            .model
            .parameters
            .keys()
            .filter(|key| key.starts_with(&stem) || key.contains(&format!("_{stem}")));
        names.extend(own);
        let sibling = self.pathways.sibling(name).into_iter();
        names.extend(sibling.flat_map(|sibling| &sibling.parameters));
        told.parameters = self.numbers(names);
        told.mechanisms = self.mechanisms(&[], &[name]);
        if let Some(drawn) = drawn {
            told.what = drawn.what.clone();
        }
        if let Some(ligand) = self.model.ligands.iter().find(|ligand| ligand.name == name) {
            if told.what.is_empty() {
                told.what = format!("A cytokine: {}.", ligand.effect);
            } else {
                told.facts.push(fact("does", &ligand.effect));
            }
            told.facts.push(fact("made by", &ligand.producers));
            if let Some(sibling) = self.pathways.sibling(name) {
                told.facts.push(fact("responders", &sibling.targets));
            }
            let receptors = ligand
                .receptors
                .iter()
                .map(|of| format!("{} (Kd {} pM)", of.chains.join(" + "), of.kd_pm));
            let receptors: Vec<String> = receptors.collect();
            told.facts.push(fact("receptors", &receptors.join("; ")));
            told.facts.push(fact("without it", &ligand.knockout));
            let live = match ligand.live {
                true => "yes",
                false => "no: it stands in the model for reference",
            };
            told.facts.push(fact("simulated", live));
            told.facts.push(fact("source", &ligand.source));
            let chains = ligand.receptors.iter().flat_map(|of| of.chains.iter());
            told.see = chains
                .filter(|chain| self.vocabulary.genes.contains(chain))
                .cloned()
                .collect();
        } else {
            told.what = "A cytokine of which the model has the concentration.".to_owned();
        }
        let gene = self.model.genes.iter().find(|gene| gene.product == name);
        if let Some(gene) = gene {
            told.knockout = Some(self.knockout(&gene.symbol)?);
            told.see.push(gene.symbol.clone());
        }
        if self.vocabulary.ligands.iter().any(|known| known == name) {
            told.facts
                .push(fact("read by", &format!("concentration({name})")));
        }
        let holders = self.model.drugs.iter().filter(|drug| drug.target == name);
        told.see.extend(holders.map(|drug| drug.name.clone()));
        Ok(())
    }

    fn gene(&self, symbol: &str, told: &mut Explanation) -> Result<(), Error> {
        told.sort = "gene";
        let entry = self.model.genes.iter().find(|gene| gene.symbol == symbol);
        let drawn = self
            .pathways
            .boxes
            .iter()
            .find(|drawn| matches!(&drawn.knock, Some(Knock::Gene(gene)) if gene == symbol));
        let product = entry.map_or(symbol, |gene| gene.product.as_str());
        told.what = format!("Gene of {product}.");
        if let Some(drawn) = drawn {
            told.what += &format!(" {}", drawn.what);
            told.parameters = self.numbers(&drawn.parameters);
        }
        if let Some(gene) = entry {
            told.facts.push(fact("expression sets", &gene.effect));
        }
        let copies: Option<fn(&Receptors) -> f64> = match symbol {
            "Il2ra" => Some(|of| of.alpha),
            "Il2rb" => Some(|of| of.beta),
            "Il2rg" => Some(|of| of.gamma),
            _ => None,
        };
        if let Some(copies) = copies {
            let mut kinds: Vec<(&String, f64)> = (self.model.receptors.iter())
                .map(|(kind, of)| (kind, copies(of)))
                .filter(|(_, copies)| *copies > 0.0)
                .collect();
            kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
            let kinds: Vec<String> = kinds
                .iter()
                .map(|(kind, n)| format!("{kind} {n}"))
                .collect();
            told.facts
                .push(fact("copies per cell without signal", &kinds.join(", ")));
            let ligands = self.model.ligands.iter().filter(|ligand| {
                let mut chains = ligand.receptors.iter().flat_map(|of| of.chains.iter());
                chains.any(|chain| chain == symbol)
            });
            let ligands: Vec<String> = ligands.map(|ligand| ligand.name.clone()).collect();
            told.facts.push(fact("binds", &ligands.join(", ")));
            told.see = ligands;
        }
        if self
            .model
            .ligands
            .iter()
            .any(|ligand| ligand.name == product)
        {
            told.see.push(product.to_owned());
        }
        let words = [product, symbol];
        let names: Vec<&String> = drawn.iter().flat_map(|drawn| &drawn.parameters).collect();
        told.mechanisms = self.mechanisms(&names, &words);
        if told.parameters.is_empty() {
            let slug = symbol.to_lowercase();
            let own = self.model.parameters.keys();
            told.parameters =
                self.numbers(own.filter(|key| key.split('_').any(|part| part == slug)));
        }
        told.knockout = Some(self.knockout(symbol)?);
        let holders = self
            .model
            .drugs
            .iter()
            .filter(|drug| drug.target == product || told.names.contains(&drug.target));
        told.see.extend(holders.map(|drug| drug.name.clone()));
        Ok(())
    }

    fn knockout(&self, symbol: &str) -> Result<Knockout, Error> {
        let effect = self.model.genes.iter().find(|gene| gene.symbol == symbol);
        let mut examples = Vec::new();
        for shipped in scenarios().chain(PUBLISHED) {
            if !shipped.text.contains(&format!("\"{symbol}\"")) {
                continue;
            }
            let plan = plan_of(shipped)?;
            let lacks = plan.arms[..plan.arms_at_a_point()].iter().filter(|arm| {
                let mut genes = arm.genotype.iter();
                genes.any(|gene| gene.gene == symbol && gene.expression == 0.0)
            });
            let arms: Vec<String> = lacks.map(|arm| arm.name.clone()).collect();
            if !arms.is_empty() {
                examples.push(example(&plan, arms));
            }
        }
        Ok(Knockout {
            gene: symbol.to_owned(),
            effect: effect.map_or_else(String::new, |gene| gene.effect.clone()),
            scenarios: examples,
            arm: format!(
                "(name: \"{symbol}-/-\", genotype: [(gene: \"{symbol}\", expression: 0)])"
            ),
        })
    }

    fn cell(&self, name: &str, told: &mut Explanation) {
        let receptors = self.model.receptors.get(name);
        told.sort = if receptors.is_some() || self.is_kind(name) {
            "kind of cell"
        } else {
            "group of cells"
        };
        let effects =
            self.pathways.effects.iter().filter(|effect| {
                effect.cell == name || effect.kinds.iter().any(|kind| kind == name)
            });
        let effects: Vec<_> = effects.collect();
        for effect in &effects {
            told.facts.push(fact("IL-2 and survival", &effect.survives));
            told.facts.push(fact("IL-2 and division", &effect.divides));
            told.facts.push(fact("IL-2 beside", &effect.other));
        }
        told.what = match receptors {
            Some(of) => format!(
                "Agents with their own receptors: α {}, β {}, γ {} copies without signal; half of pSTAT5 at {} complexes.",
                of.alpha, of.beta, of.gamma, of.half_signal
            ),
            None => "Cells that scenarios and readouts name by this word.".to_owned(),
        };
        if let Some(of) = receptors {
            told.facts.push(fact("receptors are", of.status.name()));
            told.facts.push(fact("source", &of.source));
        }
        let read = format!(
            "count({name}), fraction({name}, of: ..), activated_fraction({name}), pstat5({name}), .."
        );
        told.facts.push(fact("read by", &read));
        let slug = name.to_lowercase().replace(' ', "_");
        let own = self.model.parameters.keys();
        let own = own.filter(|key| slug.len() > 1 && key.starts_with(&format!("{slug}_")));
        let names: Vec<&String> = effects
            .iter()
            .flat_map(|effect| &effect.parameters)
            .chain(own)
            .collect();
        told.mechanisms = self.mechanisms(&[], &[name]);
        told.parameters = self.numbers(names);
        told.see = self.kin(name);
    }

    fn is_kind(&self, name: &str) -> bool {
        paracrine_cells::kind::Kind::ALL
            .iter()
            .any(|kind| kind.name() == name)
    }

    /// Kinds and groups with a word of this one in their names.
    fn kin(&self, name: &str) -> Vec<String> {
        let words: Vec<&str> = name.split(' ').collect();
        let kinds = self.vocabulary.kinds.iter();
        let kin = kinds.filter(|kind| kind.split(' ').any(|word| words.contains(&word)));
        kin.take(8).cloned().collect()
    }

    fn step(&self, name: &str, told: &mut Explanation) {
        told.sort = "step of the pathway";
        if let Some(drawn) = self.pathways.boxes.iter().find(|drawn| drawn.name == name) {
            told.what = drawn.what.clone();
            told.facts.push(fact("rule", &rules(&drawn.rule)));
            told.mechanisms = self.mechanisms(&drawn.parameters.iter().collect::<Vec<_>>(), &[]);
            told.parameters = self.numbers(&drawn.parameters);
        }
        told.see = vec!["IL-2".to_owned()];
    }

    fn mechanism(&self, name: &str, told: &mut Explanation) {
        told.sort = "mechanism";
        let found = self.pathways.mechanisms.iter().find(|of| of.name == name);
        if let Some(mechanism) = found {
            told.what = mechanism.what.clone();
            told.facts.push(fact("rule", &rules(&mechanism.rule)));
            told.facts.push(fact(
                "more",
                &format!("docs/biology.md, {}", mechanism.section),
            ));
            told.parameters = self.numbers(&mechanism.parameters);
        }
        let words = self.vocabulary.kinds.iter().chain(&self.vocabulary.ligands);
        let named = words.filter(|word| says(&told.what, word));
        told.see = named.cloned().collect();
    }

    fn drug(&self, name: &str, told: &mut Explanation) -> Result<(), Error> {
        told.sort = "drug";
        if let Some(drug) = self.model.drugs.iter().find(|drug| drug.name == name) {
            told.what = format!("Holds {} (an antibody or fusion protein).", drug.target);
            let killing = match drug.killing_per_d {
                0.0 => "none".to_owned(),
                rate => format!("{rate} 1/d of cells with much of the target, all of it held"),
            };
            for (about, says) in [
                ("Kd", format!("{} pM", drug.kd_pm)),
                ("half-life", format!("{} d", drug.half_life_d)),
                ("killing", killing),
                ("values are", drug.status.name().to_owned()),
                ("source", drug.source.clone()),
                ("more", "docs/biology.md, Drugs".to_owned()),
                ("read by", format!("drug_concentration({name})")),
            ] {
                told.facts.push(fact(about, &says));
            }
            told.see = vec![drug.target.clone()];
        }
        told.scenarios = using(name)?;
        Ok(())
    }

    fn form(&self, name: &str, told: &mut Explanation) -> Result<(), Error> {
        told.sort = "form of IL-2";
        if let Some(form) = self.model.forms.iter().find(|form| form.name == name) {
            told.what =
                "A second ligand of the same chains, with affinities relative to IL-2.".to_owned();
            for (about, says) in [
                ("for α", form.alpha.to_string()),
                ("for βγ", form.beta_gamma.to_string()),
                (
                    "for βγ from solution, beside that",
                    form.in_solution.to_string(),
                ),
                ("half-life", format!("{} d", form.half_life_d)),
                ("values are", form.status.name().to_owned()),
                ("source", form.source.clone()),
                ("more", "docs/biology.md, Forms of IL-2".to_owned()),
            ] {
                told.facts.push(fact(about, &says));
            }
        }
        told.see = vec!["IL-2".to_owned()];
        told.scenarios = using(name)?;
        Ok(())
    }

    fn readout(&self, name: &str, told: &mut Explanation) -> Result<(), Error> {
        told.sort = "readout";
        if let Some(form) = self
            .vocabulary
            .readouts
            .iter()
            .find(|form| form.name == name)
        {
            told.what = format!("{}.", capitalised(&form.meaning));
            told.facts.push(fact("written", &form.signature()));
            let unit = if form.unit == "1" {
                "a pure number"
            } else {
                &form.unit
            };
            told.facts.push(fact("unit", unit));
        }
        let link = self
            .pathways
            .chain
            .iter()
            .find(|link| link.readout.split('(').next() == Some(name));
        if let Some(link) = link {
            told.facts.push(fact(
                "in the causal chain",
                &format!("{}: {}", link.readout, link.because),
            ));
            told.facts.push(fact("rule", &rules(&link.rule)));
        }
        let mut examples = Vec::new();
        for shipped in scenarios() {
            let is_read = |text: &str| {
                text.contains(&format!("\"{name}\"")) || text.contains(&format!("\"{name}("))
            };
            if is_read(shipped.text) && examples.len() < 4 {
                examples.push(example(&plan_of(shipped)?, Vec::new()));
            }
        }
        told.scenarios = examples;
        told.mechanisms = self.mechanisms(&[], &[name]);
        Ok(())
    }

    fn parameter(&self, name: &str, told: &mut Explanation) {
        told.sort = "parameter";
        let Some(parameter) = self.model.parameters.get(name) else {
            return;
        };
        told.what = format!("{}.", capitalised(&parameter.meaning));
        told.parameters = vec![Number::new(name, parameter)];
        let own = name.to_owned();
        told.mechanisms = self.mechanisms(&[&own], &[]);
        let unit = match parameter.unit.as_str() {
            "1" => parameter.value.to_string(),
            unit => format!("\"{} {unit}\"", parameter.value),
        };
        told.facts.push(fact(
            "changed by",
            &format!("overlay: {{ \"{name}\": {unit} }}"),
        ));
        let boxes = self
            .pathways
            .boxes
            .iter()
            .filter(|drawn| drawn.parameters.contains(&own));
        told.see = boxes
            .map(|drawn| match &drawn.knock {
                Some(Knock::Gene(gene)) => gene.clone(),
                _ => drawn.name.clone(),
            })
            .collect();
        told.see
            .extend(told.mechanisms.iter().map(|step| step.name.clone()));
    }
}

/// Whether a text has a word in it, not as a part of another.
fn says(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn fact(about: &'static str, says: &str) -> Fact {
    Fact {
        about,
        says: says.to_owned(),
    }
}

/// Files of rules, and where they lie in the repository.
fn rules(rule: &str) -> String {
    format!("{rule} (below crates/cells/src)")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

impl Number {
    /// A parameter of this name.
    pub fn new(name: &str, parameter: &Parameter) -> Self {
        let Parameter {
            value,
            unit,
            low,
            high,
            status,
            meaning,
            source,
        } = parameter.clone();
        Self {
            name: name.to_owned(),
            value,
            unit,
            low,
            high,
            status: status.name(),
            meaning,
            source,
        }
    }
}

fn plan_of(shipped: &Shipped) -> Result<Plan, Error> {
    Plan::new(shipped.source(), &Overrides::default())
}

fn example(plan: &Plan, arms: Vec<String>) -> Example {
    let name = plan.source.name.clone();
    Example {
        command: format!("paracrine run {name} --quick"),
        question: plan.question.clone(),
        arms,
        name,
    }
}

/// Shipped scenarios that name something in quotes.
fn using(name: &str) -> Result<Vec<Example>, Error> {
    let named = scenarios().chain(PUBLISHED);
    let named = named.filter(|shipped| shipped.text.contains(&format!("\"{name}\"")));
    named
        .map(|shipped| Ok(example(&plan_of(shipped)?, Vec::new())))
        .collect()
}

fn scenario(name: &str, told: &mut Explanation) -> Result<(), Error> {
    told.sort = "scenario";
    let plan = Plan::new(catalogue::find(name)?, &Overrides::default())?;
    told.what = format!("{}. {}", plan.title, plan.question);
    if let Some(expected) = &plan.expected {
        told.facts.push(fact("expected", expected));
    }
    if let Some(source) = &plan.reference {
        told.facts.push(fact("source", source));
    }
    let arms: Vec<&str> = plan.arms[..plan.arms_at_a_point()]
        .iter()
        .map(|arm| arm.name.as_str())
        .collect();
    told.facts.push(fact("arms", &arms.join(", ")));
    let readouts: Vec<&str> = plan
        .readouts
        .iter()
        .map(|readout| readout.name.as_str())
        .collect();
    told.facts.push(fact("reads", &readouts.join(", ")));
    told.scenarios = vec![example(&plan, Vec::new())];
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    /// Whatever is named in the data is there: parameters, files of rules, parts of the document, readouts.
    #[test]
    fn what_the_data_name_exists() {
        let (data, model) = (pathways().unwrap(), catalogue::model("mouse").unwrap().file);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cells/src");
        let document = std::fs::read_to_string(folder.join("../../../docs/biology.md")).unwrap();
        let rules = data
            .mechanisms
            .iter()
            .map(|of| &of.rule)
            .chain(data.chain.iter().map(|link| &link.rule));
        for rule in rules.flat_map(|rule| rule.split(", ")) {
            let found = [folder.join(rule), folder.join("mechanism").join(rule)];
            assert!(found.iter().any(|path| path.is_file()), "{rule}");
        }
        for mechanism in &data.mechanisms {
            assert!(
                document.contains(&format!("\n## {}\n", mechanism.section)),
                "{}",
                mechanism.section
            );
            for parameter in &mechanism.parameters {
                assert!(model.parameters.contains_key(parameter), "{parameter}");
            }
        }
        let mouse = plan_of(scenarios().next().unwrap()).unwrap();
        assert_eq!(mouse.chain.len(), data.chain.len(), "a link is no readout");
        for (link, planned) in data.chain.iter().zip(&mouse.chain) {
            assert_eq!(link.readout, planned.name);
        }
        for alias in &data.aliases {
            assert_eq!(
                explain(&alias.names[0]).unwrap().name,
                alias.of,
                "{:?}",
                alias.names
            );
        }
    }

    /// Every topic can be explained, by its own name, and says something.
    #[test]
    fn everything_can_be_explained() {
        let model = catalogue::model("mouse").unwrap().file;
        let known = Known {
            vocabulary: catalogue::vocabulary(&model),
            pathways: pathways().unwrap(),
            model,
        };
        let topics = known.topics();
        assert!(topics.len() > 250, "{}", topics.len());
        for topic in &topics {
            // What needs every scenario is asked for once in many.
            if topic.sort == Sort::Readout {
                continue;
            }
            let told = known.explained(topic).unwrap();
            assert!(told.what.len() > 4, "{}: {told:?}", topic.name);
            for parameter in &told.parameters {
                assert!(!parameter.source.is_empty(), "{}", parameter.name);
            }
        }
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        for (word, name, sort) in [
            ("IL-2", "IL-2", "ligand"),
            ("il2", "IL-2", "ligand"),
            ("Il2", "Il2", "gene"),
            ("CD25", "Il2ra", "gene"),
            ("IL-2Rα", "Il2ra", "gene"),
            ("IL2RA", "Il2ra", "gene"),
            ("treg", "Treg", "kind of cell"),
            ("memory cd8", "memory CD8", "kind of cell"),
            ("TREG_DEATH", "treg_death", "parameter"),
            ("pSTAT5", "STAT5", "step of the pathway"),
            ("pstat5", "pstat5", "readout"),
            ("PC61", "", ""),
            ("anti-CD25", "anti-CD25", "drug"),
            ("suppression", "suppression", "mechanism"),
            ("il2ra-knockout", "il2ra-knockout", "scenario"),
            ("IL-21", "IL-21", "ligand"),
            ("γc", "Il2rg", "gene"),
            ("low affinity", "low affinity: α", "step of the pathway"),
            ("IL-2R", "high affinity: αβγ", "step of the pathway"),
        ] {
            match explain(word) {
                Ok(told) => assert_eq!((told.name.as_str(), told.sort), (name, sort), "{word}"),
                Err(error) => assert!(name.is_empty(), "{word}: {error}"),
            }
        }
    }

    #[test]
    fn il2_is_told_whole() {
        let told = explain("IL-2").unwrap();
        let about: Vec<&str> = told.facts.iter().map(|fact| fact.about).collect();
        for wanted in ["made by", "responders", "receptors", "without it", "source"] {
            assert!(about.contains(&wanted), "{wanted}");
        }
        let knockout = told.knockout.unwrap();
        assert_eq!(knockout.gene, "Il2");
        let example = knockout
            .scenarios
            .iter()
            .find(|of| of.name == "il2-knockout")
            .unwrap();
        assert_eq!(example.arms, ["Il2-/-"]);
        assert!(
            told.parameters
                .iter()
                .any(|number| number.name == "secretion_rate")
        );
        assert!(
            told.mechanisms
                .iter()
                .any(|step| step.name == "IL-2 secretion")
        );
        assert!(told.see.contains(&"Il2ra".to_owned()));
    }

    #[test]
    fn an_unknown_word_gets_near_names() {
        let error = explain("Tregg").unwrap_err().to_string();
        assert!(error.contains("did you mean `Treg`?"), "{error}");
        let error = explain("secretion").unwrap_err().to_string();
        assert!(error.contains("`dc_secretion`"), "{error}");
        for nothing in ["", " ", "-", "qqqqqq"] {
            assert!(explain(nothing).is_err(), "{nothing:?}");
        }
    }
}
