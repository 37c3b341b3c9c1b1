//! The table of a sweep: points below one another, the values of the axes in front.

use super::{cells, difference, explain_brackets, is_mixed, title};
use crate::number;
use crate::output;
use paracrine_scenario::comparison::Comparison;
use paracrine_scenario::language::{Axis, Sweep};
use paracrine_scenario::plan::Plan;
use std::path::Path;

/// Lines of a block that are read, not scrolled over.
const MOST_LINES: usize = 48;

/// Columns behind those of the axes.
const HEAD: [&str; 6] = [
    "arm",
    "median",
    "range over ",
    "difference",
    "published",
    "",
];

/// Prints a block for each readout and age, or says where the table is if its blocks are long.
pub(super) fn print(plan: &Plan, sweep: &Sweep, comparisons: &[Comparison], out: &Path) {
    if plan.arms.len() > MOST_LINES {
        output::line(&format!(
            "\n{} of {}: medians, quartiles and differences are in {}",
            number::counted(plan.chosen.len(), "point", "points"),
            number::counted(plan.arms_at_a_point(), "arm", "arms"),
            out.join("sweep_summary.csv").display()
        ));
        return;
    }
    let mut head: Vec<String> = sweep.axes.iter().map(named).collect();
    head.extend(HEAD.map(str::to_owned));
    head[sweep.axes.len() + 3] = difference(comparisons).to_owned();
    head[sweep.axes.len() + 2] += plan.nouns().1;
    let is_mixed = is_mixed(comparisons);
    let rows: Vec<Vec<String>> = comparisons
        .iter()
        .map(|row| line(plan, sweep, row, is_mixed))
        .collect();
    // A column in which nothing stands is left out.
    let is_kept: Vec<bool> = (0..head.len())
        .map(|column| rows.iter().any(|row| !row[column].is_empty()))
        .collect();
    let kept = |cells: &[String]| -> Vec<String> {
        let cells = cells.iter().zip(&is_kept).filter(|(_, is_kept)| **is_kept);
        cells.map(|(cell, _)| cell.clone()).collect()
    };
    let head = kept(&head);
    let rows: Vec<Vec<String>> = rows.iter().map(|row| kept(row)).collect();
    let width = |column: usize| {
        let cells = rows
            .iter()
            .chain([&head])
            .map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let axes = sweep.axes.len();
    output::line(&format!("\n{}", aligned(&head, &widths, axes)));
    let mut block = None;
    for (row, cells) in comparisons.iter().zip(&rows) {
        let own = Some((row.readout, row.at_d.to_bits()));
        if block != own {
            block = own;
            output::line(&format!("\n{}", title(plan, row)));
        }
        output::line(&aligned(cells, &widths, axes));
    }
    explain_brackets(plan, comparisons);
}

fn named(axis: &Axis) -> String {
    match axis.unit.as_str() {
        "" => axis.name.clone(),
        unit => format!("{}, {unit}", axis.name),
    }
}

fn line(plan: &Plan, sweep: &Sweep, row: &Comparison, is_mixed: bool) -> Vec<String> {
    let point = plan.arms[row.arm].point;
    let mut line: Vec<String> = sweep.points[point]
        .iter()
        .map(|value| number::amount(*value))
        .collect();
    let [arm, rest @ ..] = cells(plan, row, is_mixed);
    line.push(arm.trim_start().to_owned());
    line.extend(rest);
    line
}

/// Values of axes and medians to the right, everything else to the left.
fn aligned(cells: &[String], widths: &[usize], axes: usize) -> String {
    let mut text = String::from("  ");
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
        text += &if column < axes || column == axes + 1 {
            format!("{pad}{cell}  ")
        } else {
            format!("{cell}{pad}  ")
        };
    }
    text.trim_end().to_owned()
}
