//! Models of the biology: embedded, or read from a file.

use crate::Error;
use crate::catalogue::{self, MODELS, Shipped, Source};
use crate::language::spans::{Document, Spot, child_path};
use crate::language::{Fault, Faults, nearest, parse_ron, with_model};
use paracrine_cells::drug::Target;
use paracrine_cells::genotype::Gene;
use paracrine_cells::kind::Kind;
pub use paracrine_cells::model::ModelFile;
use paracrine_cells::model::{ModelError, PARAMETER_UNITS, Parameters, Receptors};
use std::path::{Path, PathBuf};

/// A model, read and checked.
#[derive(Clone, Debug)]
pub struct Model {
    /// As the file lists it.
    pub file: ModelFile,
    /// What the mechanisms read.
    pub parameters: Parameters,
    /// The files' texts, the model's own first, then those of the models below it.
    pub texts: Vec<String>,
}

impl Model {
    /// The embedded model of a name, or the model in a file, whose name ends in `.ron`. A file is looked for from the directory of the
    /// scenario that names it, if there is one. For the scenario in a results directory it is the model that was run, which is kept there.
    ///
    /// # Errors
    /// [`Error::UnknownModel`]; a file that cannot be read; the first fault of the model. A shipped model has none (tested).
    pub fn find(name: &str, scenario: Option<&Path>) -> Result<Self, Error> {
        if is_file(name) {
            let folder = scenario.and_then(Path::parent).unwrap_or(Path::new(""));
            let kept = scenario.and_then(kept_beside);
            let source = catalogue::read(&kept.unwrap_or_else(|| folder.join(name)))?;
            return Self::read(&source.origin, source.text);
        }
        let shipped = embedded(name).ok_or_else(|| Error::UnknownModel {
            name: name.into(),
            nearest: nearest(name, MODELS.iter().map(|shipped| shipped.name)),
        })?;
        Self::read(shipped.name, shipped.text.to_owned())
    }

    /// Reads a model from its text. The model below it is one of the embedded ones.
    ///
    /// # Errors
    /// The first fault of the text.
    pub fn read(origin: &str, text: String) -> Result<Self, Error> {
        let mut file: ModelFile = parse_ron(origin, &text)?;
        let one = |fault: Fault| Error::from(Faults::new(origin, &text, vec![fault]));
        let mut below = Vec::new();
        if let Some(name) = file.base.clone() {
            let Some(shipped) = embedded(&name) else {
                let names: Vec<&str> = MODELS.iter().map(|shipped| shipped.name).collect();
                let expected = format!("an embedded model: {}", names.join(" or "));
                let fault = Fault::at_path(&text, "base", &format!("{name:?}"), &expected);
                return Err(one(fault.with_nearest(nearest(&name, names))));
            };
            let base = Self::read(shipped.name, shipped.text.to_owned())?;
            below = base.texts;
            let own = file.clone();
            file = file
                .over(base.file)
                .map_err(|error| one(place(&text, &error, &own)))?;
        }
        let parameters =
            Parameters::new(&file).map_err(|error| one(place(&text, &error, &file)))?;
        if let Some(fault) = beyond_bounds(&text, &parameters) {
            return Err(one(fault));
        }
        let mut texts = vec![text];
        texts.extend(below);
        Ok(Self {
            file,
            parameters,
            texts,
        })
    }

    /// Whether a text is that of a model: it has a model's tables and no arms.
    pub fn is_model(text: &str) -> bool {
        let has = |document: &Document<'_>, key: &str| document.find(key).is_some();
        Document::read(text).is_ok_and(|document| {
            let tables = ["base", "parameters", "receptors", "ligands"];
            tables.iter().any(|table| has(&document, table))
                && !["arms", "species", "reactions"]
                    .iter()
                    .any(|other| has(&document, other))
        })
    }
}

/// A model to run in place of that which a scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InPlace {
    name: String,
    text: Option<String>,
}

impl InPlace {
    /// The embedded model of a name, or the model in a file, whose name ends in `.ron`.
    ///
    /// # Errors
    /// As [`Model::find`].
    pub fn find(name: &str) -> Result<Self, Error> {
        let model = Model::find(name, None)?;
        if !is_file(name) {
            return Ok(Self {
                name: name.into(),
                text: None,
            });
        }
        let file = Path::new(name).file_name().unwrap_or_default();
        let text = model.texts.into_iter().next();
        Ok(Self {
            name: file.to_string_lossy().into_owned(),
            text,
        })
    }

    /// A model of this text, as from a file of this name, which ends in `.ron`.
    pub(crate) fn of_text(name: &str, text: String) -> Self {
        Self {
            name: name.into(),
            text: Some(text),
        }
    }

    /// The scenario with this model in place of its own, and the text of the model, if it is not embedded.
    pub(crate) fn put(&self, mut source: Source) -> (Source, Option<String>) {
        source.text = with_model(&source.text, &self.name);
        (source, self.text.clone())
    }
}

/// The model that a results directory keeps beside the scenario that was run.
fn kept_beside(scenario: &Path) -> Option<PathBuf> {
    let is_kept = scenario
        .file_name()
        .is_some_and(|name| name == "scenario.ron")
        && scenario.with_file_name("manifest.json").is_file();
    let model = scenario.with_file_name("model.ron");
    (is_kept && model.is_file()).then_some(model)
}

/// The embedded model of a name.
fn embedded(name: &str) -> Option<&'static Shipped> {
    MODELS.iter().find(|shipped| shipped.name == name)
}

/// Whether the name of a model is that of a file.
pub(crate) fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "ron")
}

/// The first value that the mechanisms cannot work with, such as shares of organs that are more than a whole; one that stands in this text
/// before one of the model below it.
fn beyond_bounds(text: &str, parameters: &Parameters) -> Option<Fault> {
    let document = Document::read(text).ok();
    let path = |name: &str| format!("{}.value", child_path("parameters", name));
    let stands_here = |name: &str| {
        let document = document.as_ref();
        document.is_some_and(|document| document.find(&path(name)).is_some())
    };
    let errors = parameters.check();
    let mut own = errors.iter().filter(|error| stands_here(&error.name));
    let error = own.next().or(errors.first())?;
    let found = format!("`{}` at {}", error.name, error.found);
    let path = path(&error.name);
    Some(Fault::at_path(text, &path, &found, &error.expected))
}

/// The error as a fault at the value it is about, or at the whole text where that lacks it.
fn place(text: &str, error: &ModelError, file: &ModelFile) -> Fault {
    let document = Document::read(text).ok();
    let document = document.as_ref();
    let parameter = |name: &str| child_path("parameters", name);
    let row = |kind: &str| child_path("receptors", kind);
    let column = |name: &str| child_path("receptor_columns", name);
    let (paths, at_key, found, expected, near): (
        Vec<String>,
        bool,
        String,
        String,
        Option<String>,
    ) = match error {
        ModelError::Missing { name, unit } => (
            vec!["parameters".into()],
            true,
            format!("no parameter `{name}`"),
            format!("one in {unit}"),
            None,
        ),
        ModelError::Unit {
            name,
            found,
            expected,
        } => (
            vec![parameter(name) + ".unit"],
            false,
            format!("the unit {found:?}"),
            format!("{expected:?}, in which `{name}` is read"),
            None,
        ),
        ModelError::Range {
            name,
            value,
            low,
            high,
        } => (
            vec![parameter(name) + ".value"],
            false,
            value.to_string(),
            format!("a number from {low} to {high}, the range given"),
            None,
        ),
        ModelError::Unread { name } => (
            vec![parameter(name)],
            true,
            format!("the unknown parameter `{name}`"),
            "one that a mechanism reads".into(),
            nearest(name, PARAMETER_UNITS.iter().map(|(known, _)| *known)),
        ),
        ModelError::NotInBase { name } => {
            let index = file.ligands.iter().position(|ligand| ligand.name == *name);
            let ligand = index.map(|index| format!("ligands[{index}].name"));
            let known = PARAMETER_UNITS.iter().map(|(known, _)| *known);
            let known = known.chain(Kind::ALL.iter().map(|kind| kind.name()));
            (
                ligand
                    .into_iter()
                    .chain([parameter(name), row(name)])
                    .collect(),
                true,
                format!("`{name}`"),
                "a name that the model below has".into(),
                nearest(name, known),
            )
        }
        ModelError::Affinity {
            ligand,
            chains,
            found,
            expected,
        } => (
            vec![
                affinity(file, ligand, chains, document).unwrap_or_default(),
                "parameters".into(),
            ],
            false,
            format!("a Kd of {found} pM for {ligand} and {chains}"),
            format!("{expected} pM, as the rates in `parameters` say"),
            None,
        ),
        ModelError::NoAffinity { ligand, chains } => (
            vec!["ligands".into()],
            true,
            format!("no Kd of {ligand} and {chains}"),
            "one: the mechanisms use it".into(),
            None,
        ),
        ModelError::Order {
            ligand,
            chains,
            found,
            fewer,
        } => (
            vec![affinity(file, ligand, chains, document).unwrap_or_default()],
            false,
            format!("a Kd of {found} pM for {ligand} and {chains}"),
            format!("one above 0 and at most {fewer} pM, which fewer of these chains have"),
            None,
        ),
        ModelError::Receptor {
            kind,
            column: name,
            value,
            low,
            high,
        } => (
            vec![row(kind) + "." + name],
            false,
            value.to_string(),
            format!("a number from {low} to {high}, the range of the column `{name}`"),
            None,
        ),
        ModelError::Column { name, expected } => (
            vec![column(name), "receptor_columns".into()],
            true,
            match file.receptor_columns.get(name) {
                Some(column) => format!("the column `{name}` in {:?}", column.unit),
                None => format!("no column `{name}`"),
            },
            if expected.is_empty() {
                "a column that the mechanisms read".into()
            } else {
                format!("one in {expected:?}")
            },
            nearest(name, Receptors::COLUMNS.iter().map(|(known, _)| *known))
                .filter(|near| near != name),
        ),
        ModelError::Fitted { kind, name } => (
            vec![row(kind) + ".fitted"],
            false,
            format!("`{name}`"),
            "columns of the receptor table".into(),
            nearest(name, Receptors::COLUMNS.iter().map(|(known, _)| *known)),
        ),
        ModelError::Kind { name } => {
            let is_known = Kind::ALL.iter().any(|kind| kind.name() == name);
            (
                vec![row(name), "receptors".into()],
                true,
                match is_known {
                    true => format!("no receptors of `{name}`"),
                    false => format!("the unknown kind `{name}`"),
                },
                "a row for every kind of cell".into(),
                nearest(name, Kind::ALL.iter().map(|kind| kind.name())).filter(|_| !is_known),
            )
        }
        ModelError::Entry {
            table,
            name,
            field,
            found,
            expected,
        } => {
            // The place in the text is not that in the whole model; names decide, the last of a name.
            let written = format!("{name:?}");
            let count = match *table {
                "form" => file.forms.len(),
                _ => file.drugs.len(),
            };
            let is_it = |index: &usize| {
                document
                    .and_then(|document| {
                        let spot = document.find(&format!("{table}s[{index}].name"))?;
                        Some(document.text()[spot.value] == written)
                    })
                    .unwrap_or(false)
            };
            let index = (0..count).rev().find(is_it);
            let near = match *field {
                "target" => nearest(found.trim_matches('"'), Target::all().map(Target::name)),
                _ => None,
            };
            (
                vec![
                    index.map_or_else(String::new, |index| format!("{table}s[{index}].{field}")),
                    index.map_or_else(String::new, |index| format!("{table}s[{index}]")),
                ],
                false,
                found.clone(),
                expected.clone(),
                near,
            )
        }
        ModelError::Gene { symbol } => {
            let index = file.genes.iter().position(|gene| gene.symbol == *symbol);
            let symbols = Gene::ALL.map(Gene::symbol);
            (
                vec![
                    index
                        .map(|index| format!("genes[{index}].symbol"))
                        .unwrap_or_default(),
                    "genes".into(),
                ],
                false,
                match index {
                    Some(_) => format!("the gene `{symbol}`"),
                    None => format!("{} genes", file.genes.len()),
                },
                format!("{} in this order", symbols.join(", ")),
                nearest(symbol, symbols),
            )
        }
        other => (
            Vec::new(),
            false,
            other.to_string(),
            "a complete model".into(),
            None,
        ),
    };
    let spot = |path: &String| -> Option<(String, Spot)> {
        let spot = document?.find(path).filter(|_| !path.is_empty())?;
        Some((path.clone(), spot))
    };
    let (path, span) = match paths.iter().find_map(spot) {
        Some((path, spot)) => match spot.key.filter(|_| at_key) {
            Some(key) => (path, key),
            None => (path, spot.value),
        },
        None => (String::new(), 0..0),
    };
    Fault::new(text, &path, span, &found, &expected).with_nearest(near)
}

/// The path of an affinity in this text.
fn affinity(
    file: &ModelFile,
    ligand: &str,
    chains: &str,
    document: Option<&Document<'_>>,
) -> Option<String> {
    let document = document?;
    // The place in the text is that in the whole model only where the text lists all ligands; names decide.
    let entry = file.ligands.iter().find(|entry| entry.name == ligand)?;
    let receptor = entry
        .receptors
        .iter()
        .position(|receptor| receptor.chains.join(" + ") == chains)?;
    let name = format!("{ligand:?}");
    let is_it = |index: &usize| {
        document
            .find(&format!("ligands[{index}].name"))
            .is_some_and(|spot| document.text()[spot.value] == name)
    };
    let index = (0..file.ligands.len()).find(is_it)?;
    Some(format!("ligands[{index}].receptors[{receptor}].kd_pm"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn another_model_is_put_into_a_scenario() {
        for (before, after) in [
            (
                "// c\n(title: \"t\")",
                "// c\n(model: \"b.ron\", title: \"t\")",
            ),
            (
                "(title: \"t\", model: \"mouse\")",
                "(title: \"t\", model: \"b.ron\")",
            ),
            // What cannot be read is told of by whoever reads it.
            ("(title: ", "(title: "),
        ] {
            assert_eq!(with_model(before, "b.ron"), after);
        }
    }

    const OWN: &str = r#"(
    name: "own", title: "mine", base: "mouse",
    parameters: {
        "thymic_output": (value: 1.5e6, unit: "cells/d", low: 1e6, high: 2e6, status: assumed, meaning: "m", source: "s"),
    },
    receptors: {
        "NK": (alpha: 20, beta: 5000, gamma: 8e3, il7r: 0, half_signal: 1500, il15_access: 1, spread: (0.7, 0.4, 0.5), status: assumed, source: "s"),
    },
)"#;

    /// Smallest faults seen: values that only an overlay was refused for, at the place of the one that the model below has.
    #[test]
    fn shares_of_organs_are_parts_of_a_whole() {
        let own = |name: &str, value: f64| {
            let parameter = format!(
                "\"{name}\": (value: {value}, unit: \"1\", low: 0, high: 2, status: assumed, meaning: \"m\", source: \"s\"),\n    }},\n    receptors"
            );
            Model::read("own.ron", OWN.replace("},\n    receptors", &parameter))
        };
        assert!(own("spleen_t_share", 0.5).is_ok());
        for (name, value, found, expected) in [
            (
                "spleen_t_share",
                0.9,
                "`spleen_t_share` at 0.9",
                "at most 1 with `node_t_share`, which is 0.15",
            ),
            (
                "node_dn_share",
                0.9,
                "`node_dn_share` at 0.9",
                "at most 1 with `spleen_t_share`, which is 0.2",
            ),
            (
                "node_b_share",
                0.7,
                "`node_b_share` at 0.7",
                "at most 1 with `spleen_b_share`, which is 0.4",
            ),
            (
                "spleen_other_share",
                1.9,
                "`spleen_other_share` at 1.9",
                "a share, at most 1",
            ),
            (
                "recirculation_time",
                0.0,
                "`recirculation_time`",
                "in which `recirculation_time` is read",
            ),
        ] {
            let faults = own(name, value).unwrap_err().to_string();
            assert!(faults.contains("own.ron:5:"), "{faults}");
            assert!(
                faults.contains(found) || name == "recirculation_time",
                "{faults}"
            );
            assert!(faults.contains(expected), "{faults}");
        }
    }

    /// No name of a type of this program is in what is said of an entry that is none.
    #[test]
    fn malformed_entries_are_told_plainly() {
        for (table, written, expected) in [
            (
                "drugs",
                "[x]",
                "found the bare word `x`, expected a group `(..)` without a name",
            ),
            (
                "drugs",
                "[drug(name: \"x\")]",
                "found `drug(..)`, expected a group `(..)` without a name",
            ),
            (
                "drugs",
                "[(\"x\", \"CD25\")]",
                "found the text \"x\", expected a key and its value such as `name: ..`",
            ),
            (
                "drugs",
                "[3]",
                "found the number 3, expected a group `(..)`",
            ),
            (
                "drugs",
                "(name: \"x\")",
                "found a group `(..)`, expected a list `[..]`",
            ),
            (
                "forms",
                "[mutein(name: \"x\")]",
                "expected a group `(..)` without a name",
            ),
            ("ligands", "[x]", "expected a group `(..)` without a name"),
            ("genes", "[Il2]", "expected a group `(..)` without a name"),
            (
                "parameters",
                "{ \"x\": y }",
                "expected a group `(..)` without a name",
            ),
        ] {
            let text =
                format!("(name: \"own\", title: \"t\", base: \"mouse\", {table}: {written})");
            let said = Model::read("own.ron", text).unwrap_err().to_string();
            assert!(said.contains(expected), "{table}: {written}: {said}");
            assert!(
                !said.contains("Entry") && !said.contains("struct"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_model_of_ones_own_is_read() {
        let own = Model::read("own.ron", OWN.into()).unwrap();
        assert_eq!(own.parameters.thymic_output, 1.5e6);
        assert_eq!(own.parameters.receptors(Kind::Treg).beta, 950.0);
        assert_eq!(own.texts.len(), 2);
        assert!(Model::is_model(OWN));
        assert!(!Model::is_model("(title: \"t\", arms: [], parameters: {})"));
    }

    #[test]
    fn faults_are_at_their_places() {
        for (from, to, place, found, near) in [
            ("1.5e6", "3e6", "4:34", "3000000", None),
            (
                "\"cells/d\"",
                "\"cells\"",
                "4:47",
                "the unit \"cells\"",
                None,
            ),
            (
                "thymic_output",
                "thymic_outptu",
                "4:9",
                "`thymic_outptu`",
                Some("thymic_output"),
            ),
            ("\"NK\"", "\"NKs\"", "7:9", "`NKs`", Some("NK")),
            ("beta: 5000", "beta: 5e6", "7:33", "5000000", None),
            (
                "status: assumed, source: \"s\"),\n    },\n)",
                "status: assumed, fitted: [\"betta\"], source: \"s\"),\n    },\n)",
                "7:",
                "`betta`",
                Some("beta"),
            ),
            ("\"mouse\"", "\"rat\"", "2:39", "\"rat\"", None),
            (
                "    },\n)",
                "    },\n    drugs: [(name: \"d1\", target: \"CD52\", kd_pm: 1, half_life_d: 1, status: assumed, source: \"s\")],\n)",
                "9:",
                "\"CD52\"",
                Some("CD25"),
            ),
            (
                "    },\n)",
                "    },\n    drugs: [(name: \"anti-IL-2\", target: \"IL-2\", kd_pm: 0, half_life_d: 1, status: assumed, source: \"s\")],\n)",
                "9:",
                "0 pM",
                None,
            ),
            (
                "    },\n)",
                "    },\n    drugs: [(name: \"d1\", target: \"IL-2\", kd_pm: 1, half_life_d: 1, killing_per_d: 1, status: assumed, source: \"s\")],\n)",
                "9:",
                "1 1/d",
                None,
            ),
            (
                "    },\n)",
                "    },\n    drugs: [(name: \"d1\", target: \"CD25\", kd_pm: 1, half_life_d: 1, status: assumed, source: \"\")],\n)",
                "9:",
                "no source",
                None,
            ),
            (
                "    },\n)",
                "    },\n    drugs: [(name: \"d1\", target: \"CD25\", kd_pm: 1, half_life_d: 1, status: assumed, source: \"s\"), (name: \"d1\", target: \"CD4\", kd_pm: 1, half_life_d: 1, status: assumed, source: \"s\")],\n)",
                "9:",
                "a second drug \"d1\"",
                None,
            ),
        ] {
            let text = OWN.replace(from, to);
            assert_ne!(text, OWN, "{from}");
            let Err(Error::Faults(faults)) = Model::read("own.ron", text) else {
                panic!("{to} is refused with its place");
            };
            let message = faults.to_string();
            assert!(
                message.starts_with(&format!("own.ron:{place}")),
                "{place}: {message}"
            );
            assert!(message.contains(found), "{found}: {message}");
            assert_eq!(faults.faults[0].nearest.as_deref(), near, "{message}");
        }
    }

    // The mouse's own table, one thing wrong in it.
    #[test]
    fn affinities_and_tables_are_checked() {
        let mouse = MODELS
            .iter()
            .find(|model| model.name == "mouse")
            .unwrap()
            .text;
        for (from, to, path, found) in [
            (
                "(chains: [\"Il2ra\"], kd_pm: 10000)",
                "(chains: [\"Il2ra\"], kd_pm: 9000)",
                "ligands[0].receptors[1].kd_pm",
                "a Kd of 9000 pM for IL-2 and Il2ra",
            ),
            (
                "(chains: [\"Il2rb\", \"Il2rg\"], kd_pm: 1000), ",
                "",
                "ligands",
                "no Kd of IL-2 and Il2rb + Il2rg",
            ),
            (
                "kd_pm: 10)",
                "kd_pm: 2000)",
                "ligands[0].receptors[3].kd_pm",
                "a Kd of 2000 pM",
            ),
            (
                "(symbol: \"Il2ra\"",
                "(symbol: \"Il2ar\"",
                "genes[1].symbol",
                "the gene `Il2ar`",
            ),
            (
                "\"half_signal\": (unit: \"molecules/cell\"",
                "\"half_signal\": (unit: \"1\"",
                "receptor_columns.half_signal",
                "the column `half_signal` in \"1\"",
            ),
            (
                "        \"plasma cell\": (",
                "        \"plasma cells\": (",
                "receptors[\"plasma cells\"]",
                "the unknown kind `plasma cells`",
            ),
        ] {
            assert_eq!(mouse.matches(from).count(), 1, "{from}");
            let Err(Error::Faults(faults)) = Model::read("m.ron", mouse.replace(from, to)) else {
                panic!("{to} is refused with its place");
            };
            assert_eq!(faults.faults[0].path, path, "{faults}");
            assert!(faults.faults[0].found.starts_with(found), "{faults}");
        }
    }
}
