//! A paragraph on methods, ready to paste into a paper, and what to cite.

use crate::data::Results;
use crate::manifest::{Arm, Host, Manifest};
use crate::markup::escape;
use crate::number::Numeral;

/// The paragraph and the citation.
pub(crate) fn section(results: &Results) -> String {
    let manifest = &results.manifest;
    format!(
        "<p>One click marks a paragraph whole.</p><p class=\"paste\" tabindex=\"0\">{}</p><h3>To cite</h3><p class=\"paste\" tabindex=\"0\">{}</p>",
        escape(&methods(results)),
        escape(&citation(manifest))
    )
}

/// What to cite.
fn citation(manifest: &Manifest) -> String {
    let version = manifest
        .paracrine
        .as_deref()
        .map(|version| format!(" Version {version}."))
        .unwrap_or_default();
    format!(
        "The paracrine developers. paracrine: stochastic, agent-based simulation of immune cells that talk through interleukin-2.{version} Software, MIT licence."
    )
}

fn methods(results: &Results) -> String {
    let manifest = &results.manifest;
    let (one, many) = manifest.host.nouns();
    let version = manifest.paracrine.as_deref().unwrap_or("(version unknown)");
    let mut text = vec![format!(
        "Simulations were done with paracrine {version}, a stochastic, agent-based simulator of immune cells that exchange interleukin-2{}.",
        manifest
            .model
            .as_deref()
            .map(|model| format!(", with its model \"{model}\""))
            .unwrap_or_default()
    )];
    if let Some(method) = &manifest.method {
        text.push(format!("Method: {method}."));
    }
    let size = manifest
        .cells
        .map_or_else(String::new, |cells| match manifest.host {
            Host::Mouse => format!(", {cells} agents standing for the cells of an adult mouse"),
            Host::Culture => format!(", {cells} agents of each kind of cell"),
        });
    let number = match manifest.mice.len() {
        0 => manifest.replicates.unwrap_or(0),
        mice => mice as u64,
    };
    let noun = if number == 1 { one } else { many };
    let course = manifest.until_d.map_or_else(String::new, |until| {
        let until = plain(until * manifest.host.per_day());
        match manifest.host {
            Host::Mouse => format!(" up to day {until} of life"),
            Host::Culture => format!(" for {until} h"),
        }
    });
    let sampled = manifest.sample_every_d.map_or_else(String::new, |every| {
        format!(", sampled every {} h", plain(24.0 * every))
    });
    let each = if results.arms.len() == 1 {
        ""
    } else {
        " in each arm"
    };
    text.push(format!(
        "{number} {noun}{each} were simulated{course}{size}{sampled}."
    ));
    let arms: Vec<String> = manifest.arms.iter().map(arm).collect();
    text.push(format!("Arms: {}.", arms.join("; ")));
    if let Some(sweep) = &manifest.sweep {
        let axes: Vec<&str> = sweep.axes.iter().map(|axis| axis.name.as_str()).collect();
        text.push(format!(
            "The arms were simulated at {} points of {} ({} design).",
            sweep.points,
            axes.join(", "),
            sweep.method.replace('_', " ")
        ));
    }
    if manifest.overlay.is_empty() {
        text.push("All parameters had the values of the model.".to_owned());
    } else {
        let changed: Vec<String> = manifest
            .overlay
            .iter()
            .map(|overlay| {
                let unit = overlay.unit.as_deref().filter(|unit| *unit != "1");
                let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
                format!(
                    "{} = {}{unit} (model: {})",
                    overlay.parameter, overlay.value, overlay.default
                )
            })
            .collect();
        text.push(format!(
            "Parameters other than in the model: {}.",
            changed.join("; ")
        ));
    }
    if results.arms.len() > 1 && number > 1 {
        let intervals = if results.is_small() {
            "with the central 95 % of"
        } else {
            "with 95 % percentile-bootstrap intervals from"
        };
        let few = if results.is_small() {
            "; of so few no 95 % interval of a median exists"
        } else if results.has_resampled() {
            "; where fewer than six have a value no 95 % interval of a median exists, and these are the central 95 % of resamples"
        } else {
            ""
        };
        text.push(format!(
            "Values are medians over {many}. Differences and ratios of medians are from the first arm, {intervals} 2000 resamples of pairs of {many} ({many} of \
             equal number share their random numbers until they differ by cause{few}); Cliff's delta is over all pairs."
        ));
    } else if number > 1 {
        text.push(format!("Values are medians over {many}."));
    }
    if manifest.host == Host::Mouse {
        text.push("Survival is by Kaplan and Meier.".to_owned());
    }
    let mut names: Vec<String> = Vec::new();
    names.extend(manifest.seed.map(|seed| format!("seed {seed}")));
    let hex =
        |what: &str, text: &Option<String>| text.as_ref().map(|text| format!("{what} {text}"));
    names.extend(hex("scenario digest", &manifest.digest));
    names.extend(hex("hash of the results", &manifest.results));
    if !names.is_empty() {
        text.push(format!(
            "The run is reproduced to the last bit by its scenario file: {}.",
            names.join(", ")
        ));
    }
    text.join(" ")
}

/// An arm in brackets behind its name.
fn arm(arm: &Arm) -> String {
    let mut parts: Vec<String> = Vec::new();
    for entry in &arm.genotype {
        let gene = entry.get("gene").and_then(|gene| gene.as_str());
        let level = entry.get("expression").and_then(serde_json::Value::as_f64);
        let lineage = entry.get("lineage").and_then(|lineage| lineage.as_str());
        let (Some(gene), Some(level)) = (gene, level) else {
            continue;
        };
        let level = match level {
            0.0 => "absent".to_owned(),
            level => format!("at {} % of normal expression", plain(100.0 * level)),
        };
        let lineage = lineage
            .map(|name| format!(" in {name}"))
            .unwrap_or_default();
        parts.push(format!("{gene} {level}{lineage}"));
    }
    parts.extend(arm.interventions.iter().map(|what| {
        what.as_str()
            .map_or_else(|| what.to_string(), str::to_owned)
    }));
    if parts.is_empty() {
        return format!("{} (no change)", arm.name);
    }
    format!("{} ({})", arm.name, parts.join(", "))
}

fn plain(value: f64) -> String {
    Numeral::of(value).trimmed().plain()
}
