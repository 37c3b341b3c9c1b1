//! Copies per cell of each receptor chain: one small plot a kind of cell and chain, arms overlaid.

use super::{Figure, arm_class, figure};
use crate::data::{ArmIndex, Chain, Histogram, Results};
use crate::download::{Data, cell};
use crate::markup::escape;
use crate::number::Numeral;
use crate::scale::Scale;
use crate::svg::{Svg, line_data};
use crate::trace::Point;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 176.0;
/// Left and right end of the bars of cells without a copy.
const NONE: (f64, f64) = (32.0, 74.0);
/// Left and right end of the axis of copies.
const COPIES: (f64, f64) = (106.0, 308.0);
const TOP: f64 = 16.0;
const BOTTOM: f64 = 138.0;
/// Agents below which a histogram says of how many it is.
const FEW_AGENTS: f64 = 100.0;
/// Copies of CD25 above which a cell counts as CD25+.
const CD25_POSITIVE: f64 = 3000.0;

/// The grid of small plots.
pub(crate) fn receptors(results: &Results) -> String {
    let mut most = 10.0f64;
    let mut panels: Vec<(usize, &Chain)> = Vec::new();
    for ((kind, chain, _), histogram) in &results.receptors {
        if panels.last() != Some(&(*kind, chain)) {
            panels.push((*kind, chain));
        }
        most = histogram
            .bins
            .iter()
            .filter(|bin| bin.2 > 0.0)
            .map(|bin| bin.1)
            .fold(most, f64::max);
    }
    let chains: Vec<&Chain> = panels.iter().map(|panel| panel.1).collect();
    let columns = chains
        .iter()
        .enumerate()
        .filter(|(i, chain)| !chains[..*i].contains(chain))
        .count();
    let figures: String = panels
        .iter()
        .map(|&(kind, chain)| panel(results, kind, chain, most))
        .collect();
    format!("<div class=\"small c{}\">{figures}</div>", columns.min(3))
}

fn panel(results: &Results, kind: usize, chain: &Chain, most: f64) -> String {
    let arms: Vec<(ArmIndex, &Histogram)> = (0..results.arms.len())
        .filter_map(|arm| {
            results
                .receptors
                .get(&(kind, chain.clone(), arm))
                .map(|histogram| (arm, histogram))
        })
        .collect();
    let peak = arms
        .iter()
        .flat_map(|(_, h)| h.bins.iter().map(|bin| bin.2))
        .fold(0.0, f64::max);
    let none = Scale::linear(0.0, 100.0, BOTTOM, TOP, 2);
    let copies = Scale::logarithmic(1.0, most, COPIES.0, COPIES.1, COPIES.0);
    let shares = Scale::linear(
        0.0,
        if peak > 0.0 { 100.0 * peak } else { 10.0 },
        BOTTOM,
        TOP,
        3,
    );
    let mut svg = Svg::new(WIDTH, HEIGHT);

    for (scale, left, right) in [(&none, NONE.0, NONE.1), (&shares, COPIES.0, COPIES.1)] {
        for tick in &scale.ticks {
            let y = scale.position(tick.value);
            svg.line("grid", (left, y), (right, y));
            svg.line("axis", (left - 4.0, y), (left, y));
            if let Some(label) = &tick.label {
                svg.text("tick e", (left - 6.0, y + 4.0), &label.svg());
            }
        }
        svg.line("axis", (left, TOP), (left, BOTTOM));
    }
    let width = (NONE.1 - NONE.0 - 4.0) / arms.len().max(1) as f64;
    for (place, (arm, histogram)) in arms.iter().enumerate() {
        let x = NONE.0 + 3.0 + width * place as f64;
        svg.group(&arm_class(*arm), |svg| {
            let y = none.position(100.0 * histogram.none);
            svg.rect("bar", (x, y), width - 1.0, BOTTOM - y);
        });
    }
    for (arm, histogram) in &arms {
        let outline = outline(histogram, &copies, &shares);
        svg.group(&arm_class(*arm), |svg| {
            svg.path("area", &line_data(&outline));
        });
    }
    for (arm, histogram) in &arms {
        svg.group(&arm_class(*arm), |svg| {
            svg.path("step", &line_data(&outline(histogram, &copies, &shares)));
        });
    }
    svg.line("axis", (NONE.0, BOTTOM), (NONE.1, BOTTOM));
    svg.line("axis", (COPIES.0, BOTTOM), (COPIES.1, BOTTOM));
    for tick in &copies.ticks {
        let x = copies.position(tick.value);
        svg.line(
            "axis",
            (x, BOTTOM),
            (x, BOTTOM + if tick.label.is_some() { 5.0 } else { 3.0 }),
        );
        if let Some(label) = &tick.label {
            svg.text("tick m", (x, BOTTOM + 18.0), &label.svg());
        }
    }
    svg.text("tick m", (0.5 * (NONE.0 + NONE.1), BOTTOM + 18.0), "none");
    svg.text(
        "tick m",
        (0.5 * (COPIES.0 + COPIES.1), BOTTOM + 34.0),
        "copies per cell",
    );
    if *chain == Chain::Cd25 && most > CD25_POSITIVE {
        let x = copies.position(CD25_POSITIVE);
        svg.line("threshold", (x, TOP - 6.0), (x, BOTTOM));
        svg.text(
            "tick",
            (x + 4.0, TOP - 4.0),
            "CD25<tspan dy=\"-4\" class=\"sup\">+</tspan>",
        );
    }

    let kind = &results.kinds[kind];
    let words: Vec<String> = arms
        .iter()
        .map(|(arm, histogram)| {
            let none = Numeral::of(100.0 * histogram.none).trimmed().plain();
            format!("{}: {none} % of cells without a copy", results.arms[*arm])
        })
        .collect();
    let name = format!(
        "{} on {kind}: distribution of copies per cell",
        chain.name()
    );
    let title = format!("{} on {kind}", chain.name());
    let mut data = Data::with_columns([
        ("arm".to_owned(), ""),
        ("from".to_owned(), "copies per cell"),
        ("to".to_owned(), "copies per cell"),
        ("share".to_owned(), "% of cells"),
        ("agents".to_owned(), ""),
    ]);
    for (arm, histogram) in &arms {
        let none = (0.0, 0.0, histogram.none);
        for (low, high, share) in [none].iter().chain(&histogram.bins) {
            let [low, high, share, agents] =
                [*low, *high, 100.0 * share, histogram.agents].map(cell);
            data.row([results.arms[*arm].clone(), low, high, share, agents]);
        }
    }
    let few: Vec<String> = arms
        .iter()
        .filter(|(_, histogram)| histogram.agents < FEW_AGENTS)
        .map(|(arm, histogram)| format!("{} {}", escape(&results.arms[*arm]), histogram.agents))
        .collect();
    let note = match few.is_empty() {
        true => String::new(),
        false => format!("Of few agents: {}.", few.join(", ")),
    };
    figure(
        results,
        &Figure {
            letter: None,
            title: &title,
            unit: "% of cells",
            svg: &svg,
            name: &name,
            words: &words.join("; "),
            is_labelled: false,
            has_key: false,
            note: &note,
            data: &data,
        },
    )
}

/// The histogram as a stair from its first bin to its last, down to zero where bins are missing.
fn outline(histogram: &Histogram, copies: &Scale, shares: &Scale) -> Vec<Point> {
    let ground = shares.position(0.0);
    let mut points: Vec<Point> = Vec::new();
    let mut reached = f64::NEG_INFINITY;
    for &(low, high, share) in histogram.bins.iter().filter(|bin| bin.2 > 0.0) {
        let [from, to] = [low, high].map(|value| copies.position(value));
        if low > reached * (1.0 + 1e-6) {
            if let Some(last) = points.last().copied() {
                points.push((last.0, ground));
            }
            points.push((from, ground));
        }
        let y = shares.position(100.0 * share);
        points.extend([(from, y), (to, y)]);
        reached = high;
    }
    if let Some(last) = points.last().copied() {
        points.push((last.0, ground));
    }
    points
}

/// The age at which the histograms were taken, in words.
pub(crate) fn taken(results: &Results) -> String {
    let mut ages: Vec<f64> = results
        .receptors
        .values()
        .map(|histogram| histogram.time_d)
        .collect();
    ages.sort_by(f64::total_cmp);
    ages.dedup();
    let ages: Vec<String> = ages
        .into_iter()
        .map(|age| Numeral::of(age).trimmed().html())
        .collect();
    match ages.as_slice() {
        [] => String::new(),
        [age] => format!("at {}", results.manifest.host.when(age)),
        ages => format!(
            "at the last day with living mice of each arm (days {})",
            ages.join(", ")
        ),
    }
}
