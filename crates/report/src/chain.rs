//! The causal chain in the run's own numbers: from the receptor to what becomes of the mouse, arm by arm.

use crate::data::{ArmIndex, Results, Sample};
use crate::download::{Data, cell};
use crate::manifest::{Host, Link};
use crate::markup::{capitalise, escape};
use crate::number::{Numeral, count};
use crate::panels::{Figure, arm_class, figure, labels_lines, swatch};
use crate::scale::Scale;
use crate::svg::Svg;

/// Ratios from here to its inverse have their place on the axis; smaller and larger ones lie at its ends.
const SMALLEST_RATIO: f64 = 1e-3;
/// Height of an arm of a link in the figure.
const ROW: f64 = 15.0;
/// Height of the name of a link above its arms.
const NAME: f64 = 20.0;
const WIDTH: f64 = 480.0;
/// What stands below the figure.
pub(crate) const NOTE: &str =
    "Dots at the ends of the axis: none left, or more than a thousand times, or out of nothing.";
const LEFT: f64 = 2.0;
const TOP: f64 = 10.0;

/// What became of a link in an arm at the age that is shown.
pub(crate) struct Cell {
    pub(crate) median: f64,
    /// From the first arm; `None` in that arm, and without a ratio.
    pub(crate) ratio: Option<f64>,
    /// Age from which the quartiles of both arms lie apart up to the age that is shown.
    pub(crate) apart_d: Option<f64>,
}

/// What became of the links, by link, then by arm.
pub(crate) type Cells = Vec<Vec<Option<Cell>>>;

/// A step of the story of an arm.
pub(crate) enum Step<'a> {
    /// A link that moved by more than a tenth, with the medians of the first arm and of this one, and their ratio, if there is one.
    Moved {
        link: &'a Link,
        from: f64,
        to: f64,
        ratio: Option<f64>,
    },
    /// Mice that died, of all.
    Died(usize, usize),
}

/// The section, or a sentence if there is none.
pub(crate) fn section(results: &Results, letters: &mut impl Iterator<Item = char>) -> String {
    let Some(at_d) = shown_at(results) else {
        return "<p>This run recorded no chain.</p>".to_owned();
    };
    let rows = cells(results, at_d);
    let when = results
        .manifest
        .host
        .when(&Numeral::of(at_d).trimmed().html());
    let until = results.until_d();
    let last = if at_d < until - 1e-6 {
        ", the last sample at which mice of every arm live"
    } else {
        ""
    };
    let first = escape(&results.arms[0]);
    let compared = if results.arms.len() > 1 {
        format!(
            " ×: ratio to the median of {first}. Apart: from when to then the middle halves of both arms do not overlap; causes come before \
             effects."
        )
    } else {
        String::new()
    };
    format!(
        "<p>From the receptor to the mouse, in the order in which one step acts on the next; where a step moves against the one before, something \
         else moves it. Medians at {when}{last}.{compared}</p>{}{}{}",
        stories(results, &rows),
        picture(results, &rows, &when, letters),
        table(results, &rows)
    )
}

/// All links and arms at an age.
pub(crate) fn cells(results: &Results, at_d: f64) -> Cells {
    let links = 0..results.manifest.chain.len();
    links
        .map(|link| {
            (0..results.arms.len())
                .map(|arm| cell_of(results, link, arm, at_d))
                .collect()
        })
        .collect()
}

/// The latest age at which every arm was sampled with a mouse alive.
pub(crate) fn shown_at(results: &Results) -> Option<f64> {
    let ends = (0..results.arms.len()).map(|arm| {
        let samples = results.chain.get(&(0, arm))?;
        let living = samples.iter().rev().find(|sample| sample.alive);
        living.map(|sample| sample.time_d)
    });
    ends.collect::<Option<Vec<f64>>>()?
        .into_iter()
        .reduce(f64::min)
}

fn at(samples: &[Sample], time_d: f64) -> Option<&Sample> {
    let after = samples.partition_point(|sample| sample.time_d <= time_d + 1e-9);
    samples.get(after.checked_sub(1)?)
}

fn cell_of(results: &Results, link: usize, arm: ArmIndex, at_d: f64) -> Option<Cell> {
    let own = results.chain.get(&(link, arm))?;
    let here = at(own, at_d).filter(|sample| sample.median.is_finite())?;
    let mut cell = Cell {
        median: here.median,
        ratio: None,
        apart_d: None,
    };
    let first = results.chain.get(&(link, 0)).filter(|_| arm > 0);
    let Some((first, reference)) = first.and_then(|first| Some((first, at(first, at_d)?))) else {
        return Some(cell);
    };
    if reference.median > 0.0 && here.median >= 0.0 {
        cell.ratio = Some(here.median / reference.median);
    }
    let is_apart = |sample: &&Sample| {
        at(first, sample.time_d).is_some_and(|other| {
            sample.quartiles.0 > other.quartiles.1 || sample.quartiles.1 < other.quartiles.0
        })
    };
    // A mouse alone has no middle half.
    if here.mice < 2 || reference.mice < 2 {
        return Some(cell);
    }
    let before = own
        .iter()
        .rev()
        .skip_while(|sample| sample.time_d > at_d + 1e-9);
    cell.apart_d = before
        .take_while(is_apart)
        .last()
        .map(|sample| sample.time_d);
    Some(cell)
}

/// A ratio as people write it: `× 0.14`.
fn factor(ratio: f64) -> String {
    format!("×\u{a0}{}", Numeral::of(ratio).trimmed().html())
}

fn quantity(link: &Link, value: f64) -> String {
    let about = &link.readout;
    let number = Numeral::of(value * about.factor()).trimmed().html();
    match about.shown_unit() {
        "" => number,
        unit => format!("{number}\u{a0}{}", escape(unit)),
    }
}

/// The steps of the story of an arm, in order: links that moved by more than a tenth, and deaths if there are more than in the first arm.
pub(crate) fn steps<'a>(results: &'a Results, rows: &Cells, arm: ArmIndex) -> Vec<Step<'a>> {
    let links = &results.manifest.chain;
    let mut steps = Vec::new();
    for (link, row) in links.iter().zip(rows) {
        let (Some(first), Some(cell)) = (&row[0], &row[arm]) else {
            continue;
        };
        let has_moved = match cell.ratio {
            Some(ratio) => !(0.9..=1.1).contains(&ratio),
            None => cell.median > 0.0 && first.median == 0.0,
        };
        if has_moved {
            steps.push(Step::Moved {
                link,
                from: first.median,
                to: cell.median,
                ratio: cell.ratio,
            });
        }
    }
    let (dead, mice) = dead(results, arm);
    let (first_dead, first_mice) = self::dead(results, 0);
    if dead as f64 / mice.max(1) as f64 > first_dead as f64 / first_mice.max(1) as f64 {
        steps.push(Step::Died(dead, mice));
    }
    steps
}

/// The chain of every arm but the first in one line: links that moved by more than a tenth.
fn stories(results: &Results, rows: &Cells) -> String {
    let lines: String = (1..results.arms.len())
        .map(|arm| {
            let steps: Vec<String> = steps(results, rows, arm)
                .into_iter()
                .map(|step| match step {
                    Step::Moved {
                        link, to, ratio, ..
                    } => {
                        let name = escape(link.readout.label());
                        match ratio {
                            Some(0.0) => format!("{name} none"),
                            Some(ratio) => format!("{name} {}", factor(ratio)),
                            None => format!("{name} {}", quantity(link, to)),
                        }
                    }
                    Step::Died(dead, mice) => format!("{dead} of {mice} mice dead"),
                })
                .collect();
            let story = match steps.as_slice() {
                [] => "no link differs by more than a tenth".to_owned(),
                steps => steps.join("; "),
            };
            format!(
                "<li>{}<b>{}</b>: {story}.</li>",
                swatch(arm),
                escape(&results.arms[arm])
            )
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("<ul class=\"stories\">{lines}</ul>")
}

/// Mice of an arm that died, and all.
pub(crate) fn dead(results: &Results, arm: ArmIndex) -> (usize, usize) {
    let dead = results.deaths.range((arm, 0)..=(arm, u64::MAX)).count();
    (dead, results.mice(arm).count())
}

/// The drawing of a chain, with what it shows in words.
pub(crate) struct Drawn {
    pub(crate) svg: Svg,
    pub(crate) unit: String,
    pub(crate) name: String,
    pub(crate) words: String,
}

/// Links by row, ratios to the first arm along a logarithmic axis; `None` if there is no ratio.
pub(crate) fn drawn(results: &Results, rows: &Cells, when: &str) -> Option<Drawn> {
    let links = &results.manifest.chain;
    let ratios = rows
        .iter()
        .flatten()
        .flatten()
        .filter_map(|cell| cell.ratio);
    let finite = ratios
        .clone()
        .filter(|ratio| *ratio > 0.0)
        .map(|ratio| ratio.clamp(SMALLEST_RATIO, 1.0 / SMALLEST_RATIO));
    if results.arms.len() < 2 || ratios.clone().next().is_none() {
        return None;
    }
    let (low, high) = finite.fold((0.5, 2.0), |(low, high): (f64, f64), ratio| {
        (low.min(ratio), high.max(ratio))
    });
    let right = if labels_lines(results) {
        let longest = results.arms.iter().map(|name| name.chars().count()).max();
        WIDTH - 16.0 - 7.4 * longest.unwrap_or(0) as f64
    } else {
        WIDTH - 2.0
    };
    let others = results.arms.len() - 1;
    let height = NAME + ROW * others as f64 + 3.0;
    let bottom = TOP + height * links.len() as f64;
    let axis = Scale::logarithmic(low, high, LEFT + 24.0, right - 24.0, LEFT + 6.0);
    let mut svg = Svg::new(WIDTH, bottom + 44.0);
    for tick in &axis.ticks {
        let x = axis.position(tick.value);
        if let Some(label) = &tick.label {
            svg.text("tick m", (x, bottom + 19.0), &label.svg());
        }
        svg.line("axis", (x, bottom), (x, bottom + 5.0));
    }
    let one = axis.position(1.0);
    svg.line("axis", (LEFT, bottom), (right, bottom));
    svg.text(
        "tick m",
        (0.5 * (LEFT + right), bottom + 37.0),
        &format!("times the median of {}", escape(&results.arms[0])),
    );
    for (place, (link, row)) in links.iter().zip(rows).enumerate() {
        let top = TOP + height * place as f64;
        if place > 0 {
            svg.line("grid", (LEFT, top), (right, top));
        }
        let number = place + 1;
        let label = escape(&capitalise(link.readout.label()));
        svg.text("tick", (LEFT, top + 15.0), &format!("{number}. {label}"));
        // Names of links stand free of lines.
        for tick in axis.ticks.iter().filter(|tick| tick.label.is_some()) {
            let x = axis.position(tick.value);
            svg.line("grid", (x, top + NAME), (x, top + height - 3.0));
        }
        svg.line("axis", (one, top + NAME), (one, top + height - 3.0));
        for arm in (1..results.arms.len()).filter(|_| place == 0 && labels_lines(results)) {
            let y = top + NAME + ROW * (arm as f64 - 0.5);
            svg.group(&arm_class(arm), |svg| {
                svg.text("name", (right + 8.0, y + 4.0), &escape(&results.arms[arm]));
            });
        }
        for (arm, cell) in row.iter().enumerate().skip(1) {
            let Some(cell) = cell else { continue };
            let y = top + NAME + ROW * (arm as f64 - 0.5);
            let first = row[0].as_ref().map(|first| first.median);
            let x = match cell.ratio {
                Some(ratio) if ratio < SMALLEST_RATIO => LEFT + 6.0,
                Some(ratio) if ratio > 1.0 / SMALLEST_RATIO => right - 6.0,
                Some(ratio) => axis.position(ratio),
                None if first == Some(0.0) && cell.median > 0.0 => right - 6.0,
                None => continue,
            };
            svg.group(&arm_class(arm), |svg| {
                svg.line("range", (one, y), (x, y));
                svg.disc("point", (x, y), 4.5);
            });
        }
    }
    let words: Vec<String> = (1..results.arms.len())
        .map(|arm| {
            let steps = links.iter().zip(rows).filter_map(|(link, row)| {
                let ratio = row[arm].as_ref()?.ratio?;
                let ratio = Numeral::of(ratio).trimmed().plain();
                Some(format!("{} times {ratio}", link.readout.label()))
            });
            let steps: Vec<String> = steps.collect();
            format!("{}: {}", results.arms[arm], steps.join(", "))
        })
        .collect();
    let plain = Numeral::literal(when).plain();
    Some(Drawn {
        svg,
        unit: format!("ratio of medians at {plain}"),
        name: format!("The causal chain at {plain}: medians as ratios to the first arm"),
        words: words.join("; "),
    })
}

/// The figure of a chain.
fn picture(
    results: &Results,
    rows: &Cells,
    when: &str,
    letters: &mut impl Iterator<Item = char>,
) -> String {
    let Some(drawn) = drawn(results, rows, when) else {
        return String::new();
    };
    let figure = figure(
        results,
        &Figure {
            letter: letters.next(),
            title: "The chain",
            unit: &drawn.unit,
            svg: &drawn.svg,
            name: &drawn.name,
            words: &drawn.words,
            is_labelled: labels_lines(results),
            has_key: true,
            note: NOTE,
            data: &data(results, rows),
        },
    );
    format!("<div class=\"chained\">{figure}</div>")
}

fn data(results: &Results, rows: &Cells) -> Data {
    let columns = ["link", "arm", "median", "unit", "ratio to the first arm"];
    let days = ("apart since".to_owned(), results.manifest.host.unit());
    let columns = columns.map(|name| (name.to_owned(), ""));
    let mut data = Data::with_columns(columns.into_iter().chain([days]));
    for (link, row) in results.manifest.chain.iter().zip(rows) {
        for (arm, found) in row.iter().enumerate() {
            let Some(found) = found else { continue };
            let number = |value: Option<f64>| value.map(cell).unwrap_or_default();
            data.row([
                link.readout.name.clone(),
                results.arms[arm].clone(),
                cell(found.median * link.readout.factor()),
                link.readout.shown_unit().to_owned(),
                number(found.ratio),
                number(found.apart_d),
            ]);
        }
    }
    data
}

/// Links by row, arms by column.
fn table(results: &Results, rows: &Cells) -> String {
    let head: String = results
        .arms
        .iter()
        .enumerate()
        .map(|(arm, name)| {
            format!(
                "<th scope=\"col\" role=\"columnheader\">{}{}</th>",
                swatch(arm),
                escape(name)
            )
        })
        .collect();
    let mut body = String::new();
    for (link, row) in results.manifest.chain.iter().zip(rows) {
        body += &format!(
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}<small>{}</small></th>",
            escape(&capitalise(link.readout.label())),
            escape(&link.because)
        );
        for (arm, cell) in row.iter().enumerate() {
            let content = cell.as_ref().map_or_else(
                || "–".to_owned(),
                |cell| {
                    let ratio = cell.ratio.map(factor);
                    let apart = cell.apart_d.map(|day| {
                        let day = Numeral::of(day).trimmed().html();
                        format!("apart from {}", results.manifest.host.when(&day))
                    });
                    let beside: Vec<String> = ratio.into_iter().chain(apart).collect();
                    format!(
                        "{}<small>{}</small>",
                        quantity(link, cell.median),
                        beside.join(", ")
                    )
                },
            );
            body += &labelled(&results.arms[arm], &content);
        }
        body += "</tr>";
    }
    if results.manifest.host == Host::Mouse {
        body += "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">Mice alive<small>At the end of the run.</small></th>";
        for (arm, name) in results.arms.iter().enumerate() {
            let (dead, mice) = dead(results, arm);
            let alive = count(mice.saturating_sub(dead) as u64);
            body += &labelled(name, &format!("{alive} of {}", count(mice as u64)));
        }
        body += "</tr>";
    }
    format!(
        "<div class=\"wide\" role=\"group\" aria-label=\"Table of the chain\" tabindex=\"0\"><table role=\"table\" class=\"links\"><thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" \
         role=\"columnheader\">Step</th>{head}</tr></thead><tbody role=\"rowgroup\">{body}</tbody></table></div>"
    )
}

fn labelled(arm: &str, content: &str) -> String {
    format!(
        "<td role=\"cell\" data-label=\"{}\">{content}</td>",
        escape(arm)
    )
}
