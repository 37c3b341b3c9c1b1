//! A JSON Schema of scenarios, from the tables by which they are checked.
//!
//! It describes a scenario as JSON: groups are objects, `inject(..)` is `{"inject": {..}}`, a band is a list of two, words stand in
//! quotes. It says less than the checks do.

use super::check::SCENARIO;
use super::quantity::{Dimension, Unit};
use super::reader::{Form, Key};
use super::vocabulary::{ArgumentKind, ParameterEntry, ReadoutEntry, Vocabulary};
use paracrine_kernel::expression::Function;
use serde_json::{Map, Value, json};

/// The schema of a scenario with the words of a model, in draft 2020-12.
#[must_use]
pub fn schema(vocabulary: &Vocabulary) -> Value {
    let mut root = group(SCENARIO);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Scenarios are RON; this describes them as JSON: `inject(..)` is {\"inject\": {..}}, a band (a, b) is [a, b], a word without quotes is text. In a sweep \"$name\" may stand for a number or a quantity.",
        "title": "paracrine scenario",
        "$defs": {
            "gene": { "enum": vocabulary.genes, "description": "a gene, by its MGI symbol" },
            "lineage": { "enum": vocabulary.lineages, "description": "a lineage of cells" },
            "kind": { "enum": vocabulary.kinds, "description": "a kind or group of cells" },
            "chain": { "enum": vocabulary.chains, "description": "a receptor chain" },
            "target": { "enum": vocabulary.targets, "description": "what a drug may hold" },
            "model": {
                "anyOf": [{ "enum": vocabulary.models }, { "type": "string", "pattern": r"\.ron$" }],
                "description": "a model, or a file beside the scenario that ends in .ron",
            },
            "readout": readout(vocabulary),
            "overlay": overlay(&vocabulary.parameters),
        },
    });
    if let (Some(root), Value::Object(head)) = (root.as_object_mut(), head) {
        root.extend(head);
    }
    root
}

fn group(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut form = form(&key.form);
            if let Some(form) = form.as_object_mut()
                && !key.meaning.is_empty()
            {
                // What a value may be is said beside what it means here.
                let more = form.get("description").and_then(Value::as_str);
                let meaning = more.map_or_else(
                    || key.meaning.to_owned(),
                    |more| format!("{}: {more}", key.meaning),
                );
                form.insert("description".into(), meaning.into());
            }
            (key.name.to_owned(), form)
        })
        .collect();
    let needed: Vec<&str> = keys
        .iter()
        .filter(|key| key.needed.is_some())
        .map(|key| key.name)
        .collect();
    let mut group = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !needed.is_empty() {
        group["required"] = json!(needed);
    }
    let choices: Vec<Value> = keys
        .iter()
        .filter(|key| key.is_choice)
        .map(|key| json!({ "required": [key.name] }))
        .collect();
    if !choices.is_empty() {
        group["oneOf"] = choices.into();
    }
    group
}

fn form(form: &Form) -> Value {
    let named = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    match form {
        Form::Any => json!({}),
        Form::Text => json!({ "type": "string", "pattern": r"\S" }),
        Form::Quantity(dimension) => quantity(&[*dimension]),
        Form::Quantities(dimensions) => quantity(dimensions),
        Form::Value => json!({
            "anyOf": [{ "type": "number" }, { "type": "string", "pattern": NUMBER }],
        }),
        Form::Where => {
            json!({ "type": "object", "additionalProperties": self::form(&Form::Value) })
        }
        Form::Fraction => json!({
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 1 },
                { "type": "string", "pattern": QUANTITY },
            ],
            "description": "a number from 0 to 1, or a percentage such as \"50 %\"",
        }),
        Form::Number => json!({
            "anyOf": [{ "type": "number" }, { "type": "string", "pattern": SWEPT }],
        }),
        Form::Whole(least) => json!({
            "anyOf": [
                { "type": "integer", "minimum": least },
                { "type": "string", "pattern": SWEPT },
            ],
        }),
        Form::Range => json!({
            "type": "array",
            "items": { "type": "number" },
            "minItems": 2,
            "maxItems": 2,
        }),
        Form::Gene => named("gene"),
        Form::Lineage => named("lineage"),
        Form::Kind => named("kind"),
        Form::Target => named("target"),
        Form::Chain => named("chain"),
        Form::Model => named("model"),
        Form::Readout => named("readout"),
        // A name is of the scenario's own making; it has no brackets.
        Form::Reading => json!({
            "anyOf": [named("readout"), { "type": "string", "pattern": r"^[^()]*\S[^()]*$" }],
            "description": "a readout, or the name that one has in the scenario",
        }),
        Form::Overlay => named("overlay"),
        Form::Word(words) => json!({ "enum": words }),
        Form::Group(keys) => group(keys),
        Form::Named(name, keys) => json!({
            "type": "object",
            "properties": { *name: group(keys) },
            "required": [name],
            "additionalProperties": false,
        }),
        Form::OneOf(forms) => json!({ "oneOf": forms.iter().map(self::form).collect::<Vec<_>>() }),
        Form::List(member) => json!({ "type": "array", "items": self::form(member) }),
        Form::Members(member) => {
            json!({ "type": "array", "items": self::form(member), "minItems": 1 })
        }
    }
}

/// How every quantity begins; the unit is too various for a pattern.
const NUMBER: &str = r"^\s*[+-]?\.?[0-9]";
/// What stands for the values of an axis of a sweep.
const SWEPT: &str = r"^\$[A-Za-z][A-Za-z0-9_]*$";
/// A quantity, or what stands for it in a sweep.
const QUANTITY: &str = r"^(\s*[+-]?\.?[0-9]|\$[A-Za-z][A-Za-z0-9_]*$)";

fn quantity(dimensions: &[Dimension]) -> Value {
    let texts: Vec<String> = dimensions.iter().map(Dimension::expectation).collect();
    json!({ "type": "string", "pattern": QUANTITY, "description": texts.join(", ") })
}

fn overlay(parameters: &[ParameterEntry]) -> Value {
    let properties: Map<String, Value> = parameters
        .iter()
        .map(|parameter| {
            let ParameterEntry {
                name,
                unit,
                low,
                high,
                meaning,
            } = parameter;
            let is_pure = Unit::parse(unit.trim()).is_ok_and(|unit| unit.is_pure());
            let types = if is_pure {
                json!(["number", "string"])
            } else {
                json!("string")
            };
            let unit = if is_pure { "" } else { unit };
            let description = format!("{meaning}; plausible from {low} to {high} {unit}");
            let value =
                json!({ "type": types, "pattern": QUANTITY, "description": description.trim_end() });
            (name.clone(), value)
        })
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Calls of readouts as a pattern, every form with every argument, and what may stand between them in a formula.
fn readout(vocabulary: &Vocabulary) -> Value {
    let forms: Vec<String> = vocabulary
        .readouts
        .iter()
        .map(|form| pattern(form, vocabulary))
        .collect();
    let lines: Vec<String> = vocabulary
        .readouts
        .iter()
        .map(|form| format!("{}: {}", form.signature(), form.meaning))
        .collect();
    let functions: Vec<&str> = Function::NAMED.iter().map(|(name, _)| *name).collect();
    let pieces = [
        forms.join("|"),
        format!(r"({})\s*\(", functions.join("|")),
        r"(and|or|not|pi)\b".to_owned(),
        // A digit at a time, so that there is one way only to read a number.
        r"[0-9.]([eE][+-]?[0-9])?".to_owned(),
        r"[-+*/^<>=!&|(),\s]".to_owned(),
    ];
    json!({
        "type": "string",
        "pattern": format!(r"^({})+$", pieces.join("|")),
        "description": format!("a readout, or a formula over several:\n{}", lines.join("\n")),
    })
}

fn pattern(form: &ReadoutEntry, vocabulary: &Vocabulary) -> String {
    let one_of = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| escaped(name)).collect();
        format!(r"\s*({})\s*", names.join("|"))
    };
    let arguments = form.arguments.iter().map(|kind| match kind {
        // Of the scenario's own making, as tags are.
        ArgumentKind::Antigen | ArgumentKind::Drug | ArgumentKind::Form => r"[^(),:]+".to_owned(),
        kind => one_of(vocabulary.names(*kind)),
    });
    let of = form
        .of
        .map(|kind| format!(r"\s*of\s*:{}", one_of(vocabulary.names(kind))));
    let inside: Vec<String> = arguments.chain(of).collect();
    let organ = if form.organ {
        format!("(,{})?", one_of(&vocabulary.places))
    } else {
        String::new()
    };
    // A tag is of the scenario's own making, and so are antigens.
    let tag = r"\s*(tag|specificity)\s*:[^(),:]+";
    let name = escaped(&form.name);
    match (inside.is_empty(), form.tag) {
        (true, false) => name,
        (true, true) => format!(r"{name}(\s*\({tag}(,{tag})?\))?"),
        (false, false) => format!(r"{name}\s*\({}{organ}\)", inside.join(",")),
        (false, true) => format!(r"{name}\s*\({}{organ}(,{tag}){{0,2}}\)", inside.join(",")),
    }
}

/// A name in which no character has a meaning to a pattern.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for character in name.chars() {
        if r"\^$.|?*+()[]{}/".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
