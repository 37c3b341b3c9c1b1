//! The frame of a plot over age: margins, axes, names at line ends.

use super::{arm_class, labels_lines};
use crate::data::{ArmIndex, Results};
use crate::markup::escape;
use crate::scale::Scale;
use crate::svg::Svg;
use crate::trace::spread;

/// Width of a plot, in units of the drawing.
pub(super) const WIDTH: f64 = 480.0;
/// Height of a plot from its top to its age axis and the axis title.
pub(super) const HEIGHT: f64 = 300.0;
/// Left end of the age axis.
pub(super) const LEFT: f64 = 48.0;
/// Upper end of the value axis.
pub(super) const TOP: f64 = 14.0;
/// Lower end of the value axis.
pub(super) const BOTTOM: f64 = 254.0;
/// Room for one character of a name at a line end.
const CHARACTER: f64 = 7.4;
/// From the end of a line to the name of its arm.
const LEADER: f64 = 20.0;

/// Right end of the age axis: leaves room for the arms' names where they stand at the line ends.
pub(super) fn right(results: &Results) -> f64 {
    if !labels_lines(results) {
        return WIDTH - 14.0;
    }
    let longest = results
        .arms
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    WIDTH - LEADER - 4.0 - CHARACTER * longest as f64
}

/// Draws both axes with their ticks, the lower one with a title, and faint lines across at the labelled values.
pub(super) fn axes(svg: &mut Svg, title: &str, ages: &Scale, values: &Scale) {
    let (left, right) = (ages.start(), ages.end());
    for tick in &values.ticks {
        let y = values.position(tick.value);
        match &tick.label {
            Some(label) => {
                svg.line("grid", (left, y), (right, y));
                svg.line("axis", (left - 5.0, y), (left, y));
                svg.text("tick e", (left - 8.0, y + 4.0), &label.svg());
            }
            None => svg.line("axis", (left - 3.0, y), (left, y)),
        }
    }
    svg.line("axis", (left, values.start()), (left, values.end()));
    lower_axis(svg, title, ages, BOTTOM);
}

/// Draws the lower axis at the height `y`, with its title.
fn lower_axis(svg: &mut Svg, title: &str, ages: &Scale, y: f64) {
    svg.line("axis", (ages.start(), y), (ages.end(), y));
    for tick in &ages.ticks {
        let x = ages.position(tick.value);
        svg.line("axis", (x, y), (x, y + 5.0));
        if let Some(label) = &tick.label {
            svg.text("tick m", (x, y + 19.0), &label.svg());
        }
    }
    svg.text(
        "tick m",
        (0.5 * (ages.start() + ages.end()), y + 37.0),
        title,
    );
}

/// Writes the arms' names beside the ends of their lines, parted where they would touch, each with a thin leader. Draws
/// nothing where the figure carries a key instead.
pub(super) fn names(svg: &mut Svg, results: &Results, right: f64, ends: &[(ArmIndex, f64, f64)]) {
    if !labels_lines(results) {
        return;
    }
    let heights: Vec<f64> = ends.iter().map(|end| end.2).collect();
    for (&(arm, x, y), label) in ends.iter().zip(spread(&heights, 15.0, TOP, BOTTOM)) {
        svg.group(&arm_class(arm), |svg| {
            let data = [
                (x + 3.0, y),
                (x.max(right) + 6.0, y),
                (right + LEADER - 5.0, label),
                (right + LEADER - 3.0, label),
            ];
            svg.path("leader", &crate::svg::line_data(&data));
            svg.text(
                "name",
                (right + LEADER, label + 4.0),
                &escape(&results.arms[arm]),
            );
        });
    }
}
