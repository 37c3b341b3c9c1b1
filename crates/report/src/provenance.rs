//! What was run and how to run it again, and what the model leaves out.

use serde_json::{Map, Value};

use crate::data::Results;
use crate::manifest::{Arm, Host, Manifest};
use crate::markup::escape;
use crate::number::{Numeral, count};
use crate::panels::swatch;

/// The arms in words.
pub(crate) fn arms(manifest: &Manifest) -> String {
    let rows: String = manifest
        .arms
        .iter()
        .enumerate()
        .map(|(index, arm)| {
            format!(
                "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\" class=\"k0\">{}{}</th><td role=\"cell\" \
                 data-label=\"Genotype\">{}</td><td role=\"cell\" data-label=\"Interventions\">{}</td></tr>",
                swatch(index),
                escape(&arm.name),
                genotype(arm),
                interventions(arm)
            )
        })
        .collect();
    format!(
        "<table role=\"table\" class=\"plain\"><thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" \
         role=\"columnheader\">Arm</th><th scope=\"col\" role=\"columnheader\">Genotype</th><th scope=\"col\" \
         role=\"columnheader\">Interventions</th></tr></thead><tbody role=\"rowgroup\">{rows}</tbody></table>"
    )
}

fn genotype(arm: &Arm) -> String {
    if arm.genotype.is_empty() {
        return "wild type at every gene".to_owned();
    }
    arm.genotype
        .iter()
        .map(gene)
        .collect::<Vec<_>>()
        .join("<br />")
}

fn gene(entry: &Map<String, Value>) -> String {
    let name = entry.get("gene").map(value).unwrap_or_default();
    let expression = match entry.get("expression").and_then(Value::as_f64) {
        Some(0.0) => " absent".to_owned(),
        Some(level) => format!(
            " at {}\u{a0}% of normal expression",
            Numeral::of(100.0 * level).trimmed().html()
        ),
        None => String::new(),
    };
    let others: String = entry
        .iter()
        .filter(|(key, held)| !matches!(key.as_str(), "gene" | "expression") && !held.is_null())
        .map(|(key, held)| format!(", {} {}", escape(&key.replace('_', " ")), value(held)))
        .collect();
    format!("<i>{name}</i>{expression}{others}")
}

fn interventions(arm: &Arm) -> String {
    match arm.interventions.as_slice() {
        [] => "none".to_owned(),
        list => list.iter().map(value).collect::<Vec<_>>().join("<br />"),
    }
}

/// A value of the manifest as markup.
fn value(value: &Value) -> String {
    match value {
        Value::String(text) => escape(text),
        Value::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| exact(number).1),
        Value::Null => "–".to_owned(),
        other => escape(&other.to_string()),
    }
}

/// A number with every digit it was given, as typed and as markup; three figures where it was given with a dozen.
fn exact(number: f64) -> (String, String) {
    let typed = number.to_string();
    let html = if typed.len() > 9 {
        Numeral::of(number).trimmed().html()
    } else {
        typed.replace('-', "−")
    };
    (typed, html)
}

/// The settings of the run as a list of terms, and the overlaid parameters as a table.
pub(crate) fn settings(results: &Results) -> String {
    let manifest = &results.manifest;
    // Of a well in hours, as everywhere else on the page.
    let days = |days: f64| match (manifest.host, days) {
        (Host::Mouse, days) if days.is_finite() => format!("{} d", exact(days).1),
        (Host::Culture, days) if days.is_finite() => {
            format!("{} h", Numeral::of(24.0 * days).trimmed().html())
        }
        _ => "–".to_owned(),
    };
    let (replicates, agents) = match manifest.host {
        Host::Mouse => ("Mice in each arm", "Cells in each mouse"),
        Host::Culture => ("Wells in each arm", "Agents of each kind"),
    };
    let used = manifest.stopped.map(|_| manifest.mice.len() as u64);
    let mice = manifest.replicates.map(|most| match used {
        Some(used) => format!("{} of at most {}", count(used), count(most)),
        None => count(most),
    });
    let terms = [
        ("Scenario", manifest.scenario.as_deref().map(escape)),
        ("Model", manifest.model.as_deref().map(escape)),
        (replicates, mice),
        (agents, manifest.cells.map(count)),
        ("Run until", manifest.until_d.map(days)),
        ("Sampled every", manifest.sample_every_d.map(days)),
        ("Seed", manifest.seed.map(|seed| seed.to_string())),
        ("paracrine", manifest.paracrine.as_deref().map(escape)),
        (
            "Digest of the scenario",
            manifest
                .digest
                .as_deref()
                .map(|hex| format!("<code>{}</code>", escape(hex))),
        ),
        (
            "Hash of the results",
            manifest
                .results
                .as_deref()
                .map(|hex| format!("<code>{}</code>", escape(hex))),
        ),
    ];
    let terms: String = terms
        .into_iter()
        .filter_map(|(term, value)| {
            value.map(|value| format!("<div><dt>{term}</dt><dd>{value}</dd></div>"))
        })
        .collect();
    format!("<dl class=\"settings\">{terms}</dl>{}", overlays(manifest))
}

fn overlays(manifest: &Manifest) -> String {
    if manifest.overlay.is_empty() {
        return "<p>Every parameter has its value of the model file.</p>".to_owned();
    }
    let rows: String = manifest
        .overlay
        .iter()
        .map(|overlay| {
            format!(
                "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code>{}</code></th><td role=\"cell\" data-label=\"Here\">{}</td><td \
                 role=\"cell\" data-label=\"Model\">{}</td><td role=\"cell\" data-label=\"Unit\">{}</td></tr>",
                escape(&overlay.parameter),
                value(&overlay.value),
                value(&overlay.default),
                escape(overlay.unit.as_deref().unwrap_or_default())
            )
        })
        .collect();
    format!(
        "<h3>Parameters that differ from the model</h3><table role=\"table\" class=\"plain\"><thead role=\"rowgroup\"><tr \
         role=\"row\"><th scope=\"col\" role=\"columnheader\">Parameter</th><th scope=\"col\" \
         role=\"columnheader\">Here</th><th scope=\"col\" role=\"columnheader\">Model</th><th scope=\"col\" \
         role=\"columnheader\">Unit</th></tr></thead><tbody role=\"rowgroup\">{rows}</tbody></table>"
    )
}

/// The commands that make these results again, for a shell in the results directory.
///
/// `scenario.ron` there is the full text that was run; what a command line may have set on top is given again.
pub(crate) fn commands(manifest: &Manifest) -> String {
    let mut run = "paracrine run scenario.ron".to_owned();
    for (option, value) in [
        ("--seed", manifest.seed.map(|seed| seed.to_string())),
        (
            "--replicates",
            manifest.replicates.map(|mice| mice.to_string()),
        ),
        ("--cells", manifest.cells.map(|cells| cells.to_string())),
        (
            "--until",
            manifest.until_d.map(|until| format!("\"{until} d\"")),
        ),
    ] {
        if let Some(value) = value {
            run += &format!(" {option} {value}");
        }
    }
    format!(
        "<pre tabindex=\"0\"><code>{} --out again</code></pre>",
        escape(&run)
    )
}
