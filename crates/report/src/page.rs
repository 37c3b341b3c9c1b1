//! The page: header, sections, style; everything inline.

use crate::answer::answer;
use crate::chain;
use crate::comparison;
use crate::data::Results;
use crate::limits::limits;
use crate::manifest::Host;
use crate::markup::escape;
use crate::methods;
use crate::number::{Numeral, count};
use crate::panels;
use crate::provenance;

pub(crate) const STYLE: &str = include_str!("style.css");

/// The whole report.
pub(crate) fn page(results: &Results) -> String {
    let manifest = &results.manifest;
    let heading = escape(manifest.heading());
    let mut letters = 'a'..='z';
    let responses = responses(results, &mut letters);
    let chain = chain::section(results, &mut letters);
    // Who is alive is the survival curve's to show.
    let figures: Vec<String> = (0..results.readouts.len())
        .filter(|&readout| results.readouts[readout].name != "alive")
        .filter_map(|readout| panels::fan(results, readout, &mut letters))
        .collect();
    let courses = if figures.is_empty() {
        "<p>This run recorded no readouts.</p>".to_owned()
    } else {
        format!("<div class=\"figures\">{}</div>", figures.concat())
    };
    let survival = format!(
        "<div class=\"figures\">{}</div>",
        panels::curves(results, &mut letters)
    );
    let key = panels::key(results);
    let receptors = if results.receptors.is_empty() {
        "<p>This run recorded no receptor numbers.</p>".to_owned()
    } else {
        let many = manifest.host.nouns().1;
        let (taken, grid) = (panels::taken(results), panels::receptors(results));
        format!("<p>Copies per cell over all {many} of an arm, {taken}.</p>{key}{grid}")
    };
    let first = first_point(results);
    let run = [
        first.clone(),
        provenance::arms(manifest),
        provenance::settings(results),
        "<h3>To run it again</h3><p>In the results directory:</p>".to_owned(),
        provenance::commands(manifest),
        "<p>The same version gives the same numbers, on any number of threads.</p>".to_owned(),
    ]
    .concat();
    let [compared, chain, courses, survival, receptors] = [
        comparison::table(results),
        chain,
        courses,
        survival,
        receptors,
    ]
    .map(|section| first.clone() + &section);
    let sections = [
        ("sweep", "Over points", responses),
        ("comparison", "Comparison", compared),
        ("chain", "From cause to effect", chain),
        ("time", "Over time", courses),
        ("survival", "Survival", survival),
        ("receptors", "Receptors", receptors),
        ("methods", "Methods, to paste", methods::section(results)),
        ("run", "What was run", run),
        (
            "limits",
            "Limits",
            format!("<div class=\"limits\">{}</div>", limits()),
        ),
    ];
    let is_shown = |id: &str| match id {
        "survival" => manifest.host == Host::Mouse,
        "chain" => !results.chain.is_empty(),
        "sweep" => manifest.sweep.is_some(),
        _ => true,
    };
    let sections: Vec<_> = sections
        .into_iter()
        .filter(|(id, ..)| is_shown(id))
        .collect();
    let navigation: String = sections
        .iter()
        .map(|(id, title, _)| format!("<li><a href=\"#{id}\">{title}</a></li>"))
        .collect();
    let sections: String = sections
        .iter()
        .map(|(id, title, body)| {
            format!("<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}</h2>{body}</section>\n")
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\" />\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\" />\n<meta name=\"color-scheme\" content=\"light dark\" />\n\
         <title>{heading}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{heading}</h1>\n{}<p \
         class=\"answer\">{}</p>\n{}{key}<nav aria-label=\"Sections\"><ul>{navigation}</ul></nav>\n</header>\n\
         <main>\n{sections}</main>\n<footer><p>{}</p></footer>\n</body>\n</html>\n",
        paragraph("question", manifest.question.as_deref()),
        answer(results),
        background(results),
        signature(results)
    )
}

/// Figures of what came out at the points of a sweep.
fn responses(results: &Results, letters: &mut impl Iterator<Item = char>) -> String {
    let axes = results.manifest.sweep.iter().flat_map(|sweep| &sweep.axes);
    let mut figures = String::new();
    for readout in 0..results.readouts.len() {
        for (index, axis) in axes.clone().enumerate() {
            figures +=
                &panels::response(results, readout, index, axis, letters).unwrap_or_default();
        }
    }
    if figures.is_empty() {
        return "<p>No readout has a value at any point.</p>".to_owned();
    }
    format!("<div class=\"figures\">{figures}</div>")
}

/// That a section of a sweep is about its first point; nothing without a sweep.
fn first_point(results: &Results) -> String {
    let shown = results.shown();
    let (Some(sweep), Some(values)) = (&results.manifest.sweep, results.points.get(shown)) else {
        return String::new();
    };
    let values: Vec<String> = sweep
        .axes
        .iter()
        .zip(values)
        .map(|(axis, value)| {
            let value = Numeral::of(*value).trimmed().html();
            let (name, unit) = (escape(&axis.name), escape(axis.shown_unit()));
            format!("{name} {value} {unit}").trim_end().to_owned()
        })
        .collect();
    let others = match sweep.point {
        None => "The other points are in the tables.",
        Some(_) => "No other point was simulated.",
    };
    format!(
        "<p>Point {shown} of {}: {}. {others}</p>",
        count(sweep.points),
        values.join(", ")
    )
}

fn paragraph(class: &str, text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty())
        .map(|text| format!("<p class=\"{class}\">{}</p>\n", escape(text)))
        .unwrap_or_default()
}

/// What was expected before the run, and where the expectation comes from.
fn background(results: &Results) -> String {
    let terms: String = [
        ("Expected", &results.manifest.expected),
        ("Source", &results.manifest.source),
    ]
    .into_iter()
    .filter_map(|(term, text)| {
        text.as_deref()
            .filter(|text| !text.is_empty())
            .map(|text| (term, text))
    })
    .map(|(term, text)| format!("<div><dt>{term}</dt><dd>{}</dd></div>", escape(text)))
    .collect();
    if terms.is_empty() {
        String::new()
    } else {
        format!("<dl class=\"background\">{terms}</dl>\n")
    }
}

/// What made the page; no date, so that the same results give the same bytes.
fn signature(results: &Results) -> String {
    let manifest = &results.manifest;
    let version = manifest
        .paracrine
        .as_deref()
        .map(|version| format!(" {}", escape(version)))
        .unwrap_or_default();
    let seed = manifest
        .seed
        .map(|seed| format!(", seed {seed}"))
        .unwrap_or_default();
    let digest = manifest
        .digest
        .as_deref()
        .map(|digest| {
            format!(
                ", scenario {}",
                escape(&digest.chars().take(12).collect::<String>())
            )
        })
        .unwrap_or_default();
    format!(
        "paracrine{version}{seed}{digest}. Simulated {}, not measurements.",
        manifest.host.nouns().1
    )
}
