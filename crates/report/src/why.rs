//! Why, not only whether: pages on groups of published rows, in Markdown, with the causal chain of the runs that the rows are read from.
//!
//! What stands around the numbers is written by hand and kept; only what is between the [`MARKERS`] is written anew.

mod courses;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::chain::{self, Cells, NOTE, Step};
use crate::data::Results;
use crate::error::ReportError;
use crate::manifest::{Host, Link, Manifest};
use crate::markup::capitalise;
use crate::number::Numeral;
use crate::panels::{SHEET, labels_lines};
use crate::standalone::Around;

/// The lines between which numbers stand.
pub const MARKERS: [&str; 2] = ["<!-- numbers: begin -->", "<!-- numbers: end -->"];

/// A group of published rows, of which a page tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhyGroup {
    /// Its letter, which names the files.
    pub letter: String,
    /// What it is about, for the heading of a page that is not there yet.
    pub about: String,
    /// How many mice of what size, with which seed.
    pub size: String,
    /// The command that simulates them.
    pub command: String,
    /// What is compared, in order.
    pub experiments: Vec<WhyExperiment>,
    /// The rows, in order.
    pub rows: Vec<WhyRow>,
}

/// Arms of a run, and one with which they are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhyExperiment {
    /// The scenario.
    pub scenario: String,
    /// The results directory, which need not be there.
    pub results: PathBuf,
    /// Names of arms; the first is the one with which the others are compared.
    pub arms: Vec<String>,
    /// The age in days at which most rows are read, if any are read at an age.
    pub at_d: Option<f64>,
}

/// A published row beside what came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhyRow {
    /// Its id.
    pub id: String,
    /// What was measured.
    pub what: String,
    /// What was published.
    pub published: String,
    /// Its conditions: what is read, the simulated value, the band.
    pub conditions: Vec<[String; 3]>,
    /// What became of it, in words.
    pub verdict: String,
}

/// Writes the page of a group and its figures into the folder `folder`, which is made if it is not there, and returns the path of the page.
///
/// Figures come first, each beside its place and renamed, then the page: a page that exists is whole, and so are the figures it shows.
///
/// # Errors
///
/// [`ReportError::Markers`] if a page is there that does not say where numbers go, before anything is written; those of
/// [`render`](crate::render) if results are not what a run writes; [`ReportError::NoArm`] if they are of other arms;
/// [`ReportError::Write`].
pub fn write_why(folder: &Path, group: &WhyGroup) -> Result<PathBuf, ReportError> {
    let path = folder.join(format!("{}.md", group.letter));
    let (before, after) = around(&path, group)?;
    let (numbers, figures) = numbers(group)?;
    fs::create_dir_all(folder).map_err(|source| ReportError::Write {
        path: folder.to_owned(),
        source,
    })?;
    for (name, svg) in &figures {
        crate::put(folder.join(name), svg)?;
    }
    let [begin, end] = MARKERS;
    crate::put(
        path,
        &format!("{before}{begin}\n\n{numbers}\n{end}\n{after}"),
    )
}

/// What stands before and after the numbers: of the page that is there, or of a new one.
fn around(path: &Path, group: &WhyGroup) -> Result<(String, String), ReportError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let heading = format!("# {}: {}", group.letter, plain(&group.about));
            let why = "## Why\n\nNot written yet: what is removed, what follows in which order, and what the model does not get.\n";
            return Ok((format!("{heading}\n\n{why}\n## Numbers\n\n"), String::new()));
        }
        Err(source) => {
            return Err(ReportError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    let fault = |line: usize, expected: &str, found: &str| ReportError::Markers {
        path: path.to_owned(),
        line,
        expected: expected.to_owned(),
        found: found.to_owned(),
    };
    // Where each marker begins and ends, in bytes.
    let mut places: Vec<(usize, usize)> = Vec::new();
    let (mut start, mut lines) = (0, 0);
    for line in text.split_inclusive('\n') {
        lines += 1;
        let end = start + line.len();
        if let Some(which) = MARKERS.iter().position(|marker| line.trim() == *marker) {
            if which != places.len() {
                let expected = match places.len() {
                    2 => "each marker once".to_owned(),
                    next => format!("the line `{}`", MARKERS[next]),
                };
                return Err(fault(lines, &expected, &format!("`{}`", MARKERS[which])));
            }
            places.push((start, end));
        }
        start = end;
    }
    match places[..] {
        [begin, end] => Ok((text[..begin.0].to_owned(), text[end.1..].to_owned())),
        _ => {
            let expected = format!("a line `{}` below it", MARKERS[places.len()]);
            Err(fault(lines.max(1), &expected, "the end of the page"))
        }
    }
}

/// What stands between the markers, and the figures with their names.
fn numbers(group: &WhyGroup) -> Result<(String, Vec<(String, String)>), ReportError> {
    let mut versions = BTreeSet::new();
    let (mut text, mut figures) = (String::new(), Vec::new());
    let mut seen: Vec<&str> = Vec::new();
    for experiment in &group.experiments {
        let Some(results) = read(experiment)? else {
            let _ = writeln!(
                text,
                "### {}\n\nNo chain: the results have no tables, which come once all arms of the scenario are simulated (`paracrine resume` on them).\n",
                experiment.scenario
            );
            continue;
        };
        versions.extend(results.manifest.paracrine.clone());
        let scenario = experiment.scenario.as_str();
        let before = seen.iter().filter(|one| **one == scenario).count();
        seen.push(scenario);
        let stem = match before {
            0 => format!("{}-{scenario}", group.letter),
            others => format!("{}-{scenario}-{}", group.letter, others + 1),
        };
        text += &of_experiment(experiment, &results, &stem, &mut figures);
    }
    let version = match versions.is_empty() {
        true => env!("CARGO_PKG_VERSION").to_owned(),
        false => versions.into_iter().collect::<Vec<_>>().join(" and "),
    };
    let head = format!(
        "{} paracrine {version}, `{}`.\n\n",
        group.size, group.command
    );
    Ok((format!("{head}{text}{}", rows(&group.rows)), figures))
}

/// The results of an experiment; `None` if there are none, and of wells, which have no chain.
fn read(experiment: &WhyExperiment) -> Result<Option<Results>, ReportError> {
    let directory = &experiment.results;
    if !directory.join("manifest.json").is_file() {
        return Ok(None);
    }
    if Manifest::read(directory)?.host == Host::Culture {
        return Ok(None);
    }
    let results = Results::read_chained(directory, &experiment.arms)?;
    Ok((!results.chain.is_empty()).then_some(results))
}

/// Stories, table and figures of an experiment.
fn of_experiment(
    experiment: &WhyExperiment,
    results: &Results,
    stem: &str,
    figures: &mut Vec<(String, String)>,
) -> String {
    let mut text = match results.arms.as_slice() {
        [only] => format!("### {}: {}\n\n", experiment.scenario, plain(only)),
        [first, ..] => format!("### {}: beside {}\n\n", experiment.scenario, plain(first)),
        [] => return String::new(),
    };
    let Some(last_d) = chain::shown_at(results) else {
        return text + "No chain: in an arm no mouse was sampled alive.\n\n";
    };
    let (at_d, why) = match experiment.at_d {
        Some(at_d) if at_d <= last_d + 1e-6 => (at_d, ", an age at which these rows are read"),
        _ => (last_d, ", the last sample at which mice of every arm live"),
    };
    let rows = chain::cells(results, at_d);
    let when = results
        .manifest
        .host
        .when(&Numeral::of(at_d).trimmed().plain());
    let compared = match results.arms.len() {
        1 => String::new(),
        _ => format!(
            " ×: ratio to {}. Apart: from when to then the middle halves of both arms do not overlap.",
            plain(&results.arms[0])
        ),
    };
    let _ = writeln!(text, "Medians at {when}{why}.{compared}\n");
    for arm in 1..results.arms.len() {
        let steps = chain::steps(results, &rows, arm);
        let steps: Vec<String> = steps.iter().map(in_words).collect();
        let story = match steps.as_slice() {
            [] => "no link differs by more than a tenth".to_owned(),
            steps => steps.join("; "),
        };
        let _ = writeln!(text, "- **{}**: {story}.", plain(&results.arms[arm]));
    }
    if results.arms.len() > 1 {
        text.push('\n');
    }
    text += &table(results, &rows);
    let mut add = |kind: &str, svg: String, words: &str| {
        let name = format!("{stem}-{kind}.svg");
        let _ = writeln!(text, "![{}]({name})\n", plain(words));
        figures.push((name, svg));
    };
    let origin = results.manifest.signature();
    if let Some((svg, words)) = courses::drawn(results) {
        let around = Around {
            title: "The links over time",
            unit: "medians with quartiles",
            words: &words,
            key: &results.arms,
            origin: &origin,
        };
        add("time", SHEET.alone(&svg, &around), &words);
    }
    if let Some(drawn) = chain::drawn(results, &rows, &when) {
        let key = if labels_lines(results) {
            &[][..]
        } else {
            &results.arms
        };
        let around = Around {
            title: "The chain",
            unit: &drawn.unit,
            words: &format!("{}. {}", drawn.name, drawn.words),
            key,
            origin: &origin,
        };
        add("chain", SHEET.alone(&drawn.svg, &around), &drawn.name);
        let _ = writeln!(text, "{NOTE}\n");
    }
    text
}

/// A step as a reader of plain text takes it: from, to, ratio.
fn in_words(step: &Step<'_>) -> String {
    match *step {
        Step::Moved {
            link,
            from,
            to,
            ratio,
        } => {
            let ratio = match ratio {
                Some(0.0) => ", none".to_owned(),
                Some(ratio) => format!(" ({})", factor(ratio)),
                None => String::new(),
            };
            let name = plain(link.readout.label());
            format!(
                "{name} {} → {}{ratio}",
                number(link, from),
                quantity(link, to)
            )
        }
        Step::Died(dead, mice) => format!("{dead} of {mice} mice dead by the end"),
    }
}

/// Links by row, arms by column.
fn table(results: &Results, rows: &Cells) -> String {
    let names: Vec<String> = results.arms.iter().map(|arm| plain(arm)).collect();
    let mut text = format!("| link | {} |\n|---", names.join(" | "));
    text += &"|---".repeat(names.len());
    text += "|\n";
    for (link, row) in results.manifest.chain.iter().zip(rows) {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| {
                let Some(cell) = cell else {
                    return "–".to_owned();
                };
                let ratio = cell.ratio.map(factor);
                let apart = cell.apart_d.map(|day| {
                    let day = Numeral::of(day).trimmed().plain();
                    format!("apart from {}", results.manifest.host.when(&day))
                });
                let beside: Vec<String> = ratio.into_iter().chain(apart).collect();
                match beside.is_empty() {
                    true => quantity(link, cell.median),
                    false => format!("{} ({})", quantity(link, cell.median), beside.join(", ")),
                }
            })
            .collect();
        let label = plain(&capitalise(link.readout.label()));
        let _ = writeln!(text, "| {label} | {} |", cells.join(" | "));
    }
    let alive = (0..results.arms.len()).map(|arm| {
        let (dead, mice) = chain::dead(results, arm);
        format!("{} of {mice}", mice.saturating_sub(dead))
    });
    let alive: Vec<String> = alive.collect();
    let _ = writeln!(text, "| Mice alive at the end | {} |\n", alive.join(" | "));
    text
}

/// The published rows beside what came out, a line for each condition.
fn rows(rows: &[WhyRow]) -> String {
    let mut text = "### Published rows\n\n| row | measured | published | read | simulated | band | verdict |\n|---|---|---|---|---|---|---|\n".to_owned();
    for row in rows {
        let none = [["", "", ""].map(str::to_owned)];
        let conditions = match row.conditions.is_empty() {
            true => &none[..],
            false => &row.conditions,
        };
        for (place, [read, simulated, band]) in conditions.iter().enumerate() {
            let first = |text: &str| match place {
                0 => plain(text),
                _ => String::new(),
            };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                first(&row.id),
                first(&row.what),
                first(&row.published),
                plain(read),
                plain(simulated),
                plain(band),
                first(&row.verdict)
            );
        }
    }
    text
}

fn factor(ratio: f64) -> String {
    format!("×\u{a0}{}", Numeral::of(ratio).trimmed().plain())
}

fn number(link: &Link, value: f64) -> String {
    Numeral::of(value * link.readout.factor()).trimmed().plain()
}

fn quantity(link: &Link, value: f64) -> String {
    let number = number(link, value);
    match link.readout.shown_unit() {
        "" => number,
        unit => format!("{number}\u{a0}{}", plain(unit)),
    }
}

/// Text that Markdown takes for text, in one line.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '|' | '[' | ']' | '<' => {
                out.push('\\');
                out.push(character);
            }
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
