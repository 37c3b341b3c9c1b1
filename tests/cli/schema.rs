//! The JSON Schema of scenarios, against scenarios.

use crate::PROGRAM;
use paracrine_scenario::catalogue;
use paracrine_scenario::language::spans::{Document, Node, Shape};
use paracrine_scenario::template::Template;
use paracrine_tests::{program::Place, small};
use regex::Regex;
use serde_json::{Map, Value, json};

fn schema() -> Value {
    let printed = Place::new(PROGRAM).done(&["schema"]);
    serde_json::from_str(&printed.stdout).unwrap()
}

/// A scenario as JSON, in the way that the schema's comment describes.
fn as_json(text: &str) -> Value {
    json_of(Document::read(text).unwrap().root())
}

fn json_of(node: &Node<'_>) -> Value {
    let value = match &node.shape {
        Shape::Text { value, .. } => json!(value),
        Shape::Number(number) => {
            let number: f64 = number.replace('_', "").parse().unwrap();
            if number.fract() == 0.0 && number.abs() < 1e15 {
                json!(number as i64)
            } else {
                json!(number)
            }
        }
        Shape::Word(word) => json!(word),
        Shape::List(members) | Shape::Values(members) => members.iter().map(json_of).collect(),
        Shape::Map(entries) => entries
            .iter()
            .map(|(key, value)| (json_of(key).as_str().unwrap().to_owned(), json_of(value)))
            .collect::<Map<_, _>>()
            .into(),
        Shape::Fields(fields) => fields
            .iter()
            .map(|field| (field.key.to_owned(), json_of(&field.value)))
            .collect::<Map<_, _>>()
            .into(),
        Shape::Character | Shape::Bytes => panic!("no scenario holds {node:?}"),
    };
    match &node.name {
        Some((name, _)) => json!({ *name: value }),
        None => value,
    }
}

/// Whether a value is what the schema says, by the keywords that the schema uses; any other is a panic.
fn is_valid(schema: &Value, root: &Value, value: &Value) -> bool {
    let all = |list: &Value| list.as_array().unwrap().clone();
    schema
        .as_object()
        .unwrap()
        .iter()
        .all(|(keyword, says)| match keyword.as_str() {
            "$schema" | "$comment" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let pointer = says.as_str().unwrap().trim_start_matches('#');
                is_valid(root.pointer(pointer).unwrap(), root, value)
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64(),
                    other => panic!("the type {other}"),
                };
                if says.is_array() {
                    all(says).iter().any(is)
                } else {
                    is(says)
                }
            }
            "enum" => all(says).contains(value),
            "pattern" => value
                .as_str()
                .is_none_or(|text| Regex::new(says.as_str().unwrap()).unwrap().is_match(text)),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| number >= says.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| number <= says.as_f64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|list| list.len() as u64 >= says.as_u64().unwrap()),
            "maxItems" => value
                .as_array()
                .is_none_or(|list| list.len() as u64 <= says.as_u64().unwrap()),
            "items" => value
                .as_array()
                .is_none_or(|list| list.iter().all(|member| is_valid(says, root, member))),
            "properties" => value.as_object().is_none_or(|group| {
                group.iter().all(|(key, value)| {
                    says.get(key)
                        .is_none_or(|schema| is_valid(schema, root, value))
                })
            }),
            "additionalProperties" => {
                let known = &schema["properties"];
                value.as_object().is_none_or(|group| {
                    group
                        .iter()
                        .filter(|(key, _)| known.get(key).is_none())
                        .all(|(_, value)| *says != json!(false) && is_valid(says, root, value))
                })
            }
            "required" => value.as_object().is_none_or(|group| {
                all(says)
                    .iter()
                    .all(|key| group.contains_key(key.as_str().unwrap()))
            }),
            "anyOf" => all(says).iter().any(|schema| is_valid(schema, root, value)),
            "oneOf" => {
                all(says)
                    .iter()
                    .filter(|schema| is_valid(schema, root, value))
                    .count()
                    == 1
            }
            other => panic!("the keyword {other}"),
        })
}

/// Smallest faults seen: `relative_to` missing from the table of keys, an organ that may not be left out.
#[test]
fn every_scenario_is_what_the_schema_says() {
    let schema = schema();
    let shipped = catalogue::scenarios().chain(catalogue::PUBLISHED);
    let shipped = shipped.map(|shipped| (shipped.name, shipped.text));
    let others = [
        ("small", small::TEXT),
        ("new", Template::Mouse.text()),
        ("new --well", Template::Well.text()),
    ];
    let mut seen = 0;
    for (name, text) in shipped.chain(others) {
        assert!(is_valid(&schema, &schema, &as_json(text)), "{name}");
        seen += 1;
    }
    assert!(seen > 15, "only {seen} scenarios");
}

/// Smallest faults seen: unknown keys allowed, a readout of any name.
#[test]
fn the_schema_refuses_what_a_typist_gets_wrong() {
    let schema = schema();
    for (from, to) in [
        ("seed: 11", "sead: 11"),
        ("title: \"Small mice\",", ""),
        ("gene: \"Il2ra\"", "gene: \"IL2RA\""),
        ("expression: 0)", "expression: 2)"),
        ("kind: \"Treg\"", "kind: \"Tregs\""),
        ("\"alive\",\n    ]", "\"alife\",\n    ]"),
        ("\"count(T)\"", "\"count(Tconv)\""),
        ("\"count(T)\"", "\"count(T, brain)\""),
        ("\"count(T)\"", "\"2 * count(Tconv)\""),
        ("\"count(T)\"", "\"lgo10(count(T))\""),
        ("\"count(T)\"", "(name: \"x\")"),
        ("seed: 11", "snapshots: \"5 d\""),
        ("seed: 11", "save_at: 5"),
        ("title:", "start: adlut(at: \"5 d\"), title:"),
        ("(readout: \"alive\"", "(readout: \"count(Tconv)\""),
        ("\"fraction(Treg, of: CD4)\"", "\"fraction(Treg)\""),
        ("\"treg_death\"", "\"treg_deth\""),
        ("\"0.08 1/d\"", "0.08"),
        ("inject(", "injekt("),
        ("ligand: \"IL-2\"", "ligand: 2"),
        ("until: \"12 d\"", "until: 12"),
        ("replicates: 3", "replicates: 0"),
        ("replicates: 3", "replicates: 2.5"),
        ("band: (1, 1)", "band: (1, 1, 1)"),
        ("title:", "host: \"tube\", title:"),
        ("title:", "model: \"rat\", title:"),
        (
            "title:",
            "sweep: gird(axes: [(name: \"x\", values: [1])]), title:",
        ),
        (
            "title:",
            "sweep: grid(axes: [(name: \"x\", values: [true])]), title:",
        ),
        ("title:", "sweep: sobol(axes: [(name: \"x\")]), title:"),
        ("expression: 0)", "expression: \"x\")"),
        ("band: (1, 1)", "band: (1, 1), above: 0.5"),
        ("band: (1, 1)", "source: \"none\""),
        ("ligand: \"IL-2\"", "ligand: \"IL-2\", drug: \"PC61\""),
    ] {
        let text = small::with(from, to);
        assert!(
            !is_valid(&schema, &schema, &as_json(&text)),
            "{from} as {to}"
        );
    }
    for (from, to) in [
        ("\"count(T)\"", "\"count( T , lymph nodes )\""),
        (
            "\"count(T)\"",
            "\"-max(count( T ), 1.5e-3) ^ 2 / (1 + count(naive CD4)) >= 12e+10 and not alive\"",
        ),
        (
            "\"count(T)\"",
            "(name: \"ratio\", value: \"count(CD8)/count(CD4)\")",
        ),
        ("(readout: \"alive\"", "(readout: \"CD8 to CD4\""),
        ("seed: 11", "snapshots: [\"5 d\", \"12 d\"]"),
        ("seed: 11", "save_at: \"5 d\""),
        ("title:", "start: adult(at: \"5 d\"), title:"),
        ("(readout: \"alive\"", "(readout: \"1 - alive\""),
        ("title:", "model: \"own.ron\", title:"),
        ("title:", "host: mouse, title:"),
        ("expression: 0)", "expression: \"50 %\")"),
        ("expression: 0)", "expression: \"$x\")"),
        (
            "title:",
            "sweep: grid(axes: [(name: \"x\", values: [1, \"2 d\"])]), title:",
        ),
        (
            "title:",
            "sweep: sobol(points: 4, axes: [(name: \"x\", low: 1, high: 2, scale: log)]), title:",
        ),
        ("band: (1, 1)", "band: (1, 1), where: { \"x\": \"2 d\" }"),
    ] {
        let text = small::with(from, to);
        assert!(
            is_valid(&schema, &schema, &as_json(&text)),
            "{from} as {to}"
        );
    }
}
