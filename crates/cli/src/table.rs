//! The table of arms and readouts, aligned for a terminal.

mod sweep;

use crate::{columns, number, output};
use paracrine_scenario::comparison::{Comparison, Verdict};
use paracrine_scenario::language::RowBand;
use paracrine_scenario::plan::Plan;
use paracrine_scenario::statistics::LEAST_FOR_INTERVAL;
use paracrine_scenario::stopping::Stopped;
use std::path::Path;

/// Prints what is going to be run.
pub(crate) fn header(plan: &Plan) {
    columns::paragraph(&plan.title, 0);
    columns::paragraph(&format!("{}\n", plan.question), 0);
    columns::paragraph(&format!("{}, seed {}", size(plan), plan.run.seed), 2);
}

/// How much is run: `3 arms of 6 mice, 8000 cells each, birth to day 42`, of a sweep also `12 points of ..` and how many that makes.
pub(crate) fn size(plan: &Plan) -> String {
    let (one, many) = plan.nouns();
    let mut arms = number::counted(plan.arms_at_a_point(), "arm", "arms");
    let mut hosts = at_most(plan).to_owned() + &number::counted(plan.mice_per_arm(), one, many);
    let end = when(plan, plan.run.until_d);
    if plan.sweep.is_some() {
        let points = match plan.overrides.point {
            None => number::counted(plan.points.len(), "point", "points"),
            Some(point) => format!("point {point} of {}", plan.points.len()),
        };
        arms = format!("{points} of {arms}");
        hosts += &format!(" ({} {many} in all)", plan.mice());
    }
    if plan.is_culture {
        let course = match plan.first_step() {
            0 => format!("for {end}"),
            _ => format!("{} to {end}", when(plan, plan.begins_d())),
        };
        format!(
            "{arms} of {hosts}, {} agents of each kind, {course}",
            plan.run.cells
        )
    } else {
        let begin = match plan.first_step() {
            0 => "birth".to_owned(),
            _ => when(plan, plan.begins_d()),
        };
        format!(
            "{arms} of {hosts}, {} cells each, {begin} to {end}",
            plan.run.cells
        )
    }
}

/// What stands before a number of mice that may turn out smaller.
pub(crate) fn at_most(plan: &Plan) -> &'static str {
    if plan.stop.is_some() { "at most " } else { "" }
}

/// Why a run that might have stopped early has as many mice as it has.
pub(crate) fn replicates(plan: &Plan, stopped: &Stopped) -> String {
    let Stopped {
        replicates,
        most,
        is_narrow,
        readout,
        arm,
        difference_from,
        at_d,
        below,
        point,
        estimate,
        interval,
        batch: _,
    } = stopped;
    let unit = plan.readouts.iter().find(|known| known.name == *readout);
    let unit = unit.map_or("", |readout| readout.unit.as_str());
    let text = |value: f64| number::value(value, unit, readout);
    let (what, less) = match difference_from {
        None => ("median", String::new()),
        Some(other) => ("difference", format!(" less that of `{other}`")),
    };
    let worst = point.map_or_else(String::new, |point| format!(", at point {point}"));
    let found = match (estimate, interval) {
        (Some(estimate), Some((low, high))) => format!(
            "is {} [{}, {}]: half of the interval is {}, {} {below}",
            text(*estimate),
            text(*low),
            text(*high),
            number::plain((high - low) / 2.0),
            if *is_narrow { "below" } else { "not below" },
        ),
        _ => "has no 95 % interval: too few values".to_owned(),
    };
    let many = plan.nouns().1;
    let head = if *is_narrow { "Enough  " } else { "All     " };
    format!(
        "{head}  {replicates} of at most {most} {many} in each arm: the {what} of {readout} of `{arm}`{less} at {}{worst} {found}",
        when(plan, *at_d)
    )
}

/// A time as people say it: the day of a mouse's life, the hour of a culture.
pub(crate) fn when(plan: &Plan, days: f64) -> String {
    if plan.is_culture {
        format!("{} h", number::day(24.0 * days))
    } else {
        format!("day {}", number::day(days))
    }
}

/// Number of medians outside their published band.
pub(crate) fn out_of_band(comparisons: &[Comparison]) -> usize {
    comparisons
        .iter()
        .filter(|row| {
            row.band
                .as_ref()
                .is_some_and(|band| band.verdict == Some(Verdict::Out))
        })
        .count()
}

/// Prints the table: one block per readout and age, one line per arm; of a sweep one line per point and arm, unless they are many, which
/// are in a file in `out`.
pub(crate) fn print(plan: &Plan, comparisons: &[Comparison], out: &Path) {
    if let Some(sweep) = &plan.sweep {
        return sweep::print(plan, sweep, comparisons, out);
    }
    let header = [
        "",
        "median",
        &format!("range over {}", plan.nouns().1),
        difference(comparisons),
        "published",
        "",
    ]
    .map(str::to_owned);
    let mut lines = vec![Line::Cells(header)];
    let is_mixed = is_mixed(comparisons);
    let mut block = None;
    for row in comparisons {
        if block != Some((row.readout, row.at_d.to_bits())) {
            block = Some((row.readout, row.at_d.to_bits()));
            lines.push(Line::Title(title(plan, row)));
        }
        lines.push(Line::Cells(cells(plan, row, is_mixed)));
    }
    let mut widths = [0; 6];
    for line in &lines {
        if let Line::Cells(cells) = line {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
    }
    // A terminal too narrow for six columns gets two lines per arm; a pipe gets the full table.
    let full: usize = widths.iter().map(|width| width + 2).sum();
    let narrow = terminal_size::terminal_size_of(std::io::stdout())
        .is_some_and(|(columns, _)| usize::from(columns.0) < full);
    for line in lines {
        match line {
            Line::Title(title) => columns::paragraph(&format!("\n{title}"), 2),
            Line::Cells(cells) if narrow => {
                for line in columns::fitted(&aligned(&cells[..3], &widths[..3]), &cells[3..]) {
                    output::line(&line);
                }
            }
            Line::Cells(cells) => output::line(&aligned(&cells, &widths)),
        }
    }
    explain_brackets(plan, comparisons);
}

/// The head of the column of differences: what stands between its brackets.
fn difference(comparisons: &[Comparison]) -> &'static str {
    if is_resampled(comparisons) && !is_mixed(comparisons) {
        "difference [resampled]"
    } else {
        "difference [95 %]"
    }
}

/// Whether there are intervals of too few values for one of 95 % of a median.
fn is_resampled(comparisons: &[Comparison]) -> bool {
    let mut rows = comparisons.iter();
    rows.any(|row| row.interval().is_some() && row.is_resampled)
}

/// Whether there are such beside others, so that each has to say what it is.
fn is_mixed(comparisons: &[Comparison]) -> bool {
    let mut rows = comparisons.iter();
    is_resampled(comparisons) && rows.any(|row| row.interval().is_some() && !row.is_resampled)
}

/// Says what the brackets are, where they are no intervals of 95 %.
fn explain_brackets(plan: &Plan, comparisons: &[Comparison]) {
    if is_resampled(comparisons) {
        let many = plan.nouns().1;
        let told = format!(
            "\n[resampled]: how far the difference goes if {many} are drawn again and again; where fewer than {LEAST_FOR_INTERVAL} {many} have a value there is no 95 % interval of a median"
        );
        columns::paragraph(&told, 2);
    }
}

/// What a block is about: `pSTAT5 of Treg at 48 h`.
fn title(plan: &Plan, row: &Comparison) -> String {
    let readout = &plan.readouts[row.readout];
    let unit = if number::is_share(&readout.unit, &readout.name) || readout.unit == "1" {
        String::new()
    } else {
        format!(", {}", readout.unit)
    };
    format!("{} at {}{unit}", readout.label, when(plan, row.at_d))
}

/// Cells of one line in columns: medians to the right, everything else to the left.
fn aligned(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
        text += &if column == 1 {
            format!("{pad}{cell}  ")
        } else {
            format!("{cell}{pad}  ")
        };
    }
    text.trim_end().to_owned()
}

enum Line {
    Title(String),
    Cells([String; 6]),
}

/// `is_mixed`: whether intervals are not all of one sort ([`is_mixed`]).
fn cells(plan: &Plan, row: &Comparison, is_mixed: bool) -> [String; 6] {
    let readout = &plan.readouts[row.readout];
    let value = |x: f64| number::value(x, &readout.unit, &readout.name);
    let (median, range) =
        row.values
            .map_or(("-".into(), "no value".into()), |(median, low, high)| {
                (
                    value(median),
                    format!("{} to {}", bare(&value(low)), value(high)),
                )
            });
    let difference = row
        .difference
        .map_or_else(String::new, |(difference, interval)| {
            let text = |x: f64| number::difference(x, &readout.unit, &readout.name);
            interval.map_or_else(
                || text(difference),
                |(low, high)| {
                    let few = if is_mixed && row.is_resampled {
                        ", resampled"
                    } else {
                        ""
                    };
                    format!("{} [{}, {}{few}]", text(difference), text(low), text(high))
                },
            )
        });
    let mut published = String::new();
    let mut verdict = "";
    if let Some(band) = &row.band {
        // A ratio is a plain number, whatever the unit.
        let end = |number: f64| match band.relative_to {
            None => value(number),
            Some(_) => number::plain(number),
        };
        published = match band.band {
            RowBand::Within(low, high) => format!("{} to {}", bare(&end(low)), end(high)),
            RowBand::Above(low) => format!("> {}", end(low)),
            RowBand::Below(high) => format!("< {}", end(high)),
        };
        if let Some(arm) = band.relative_to {
            published += &format!(" x {}", plan.arms[arm].name);
        }
        verdict = match band.verdict {
            Some(Verdict::In) => "in",
            Some(Verdict::Out) => "OUT",
            Some(Verdict::NotJudged) => "not judged",
            None => "",
        };
    }
    let mut arm = format!("  {}", plan.arms[row.arm].name.replace(['\n', '\t'], " "));
    if row.dead > 0 {
        arm += &format!(" ({} of {} dead)", row.dead, row.mice);
    }
    [
        arm,
        median,
        range,
        difference,
        published,
        verdict.to_owned(),
    ]
}

/// A lower end without the per cent sign that its upper end carries.
fn bare(text: &str) -> &str {
    text.trim_end_matches(" %")
}
