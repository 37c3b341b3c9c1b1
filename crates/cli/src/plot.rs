//! Small plots of the main readout: a line for each arm, all on one scale.

use crate::{columns, number, output};
use paracrine_scenario::plan::{Plan, PlannedReadout};
use paracrine_scenario::tables;
use std::io::{self, IsTerminal as _};
use std::path::Path;

/// From the lowest to the highest, where the terminal has them.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['_', '.', ',', '-', '=', '+', '*', '#'];
/// Columns of a plot: fewer show nothing, more are not needed.
const WIDTH: (usize, usize) = (16, 60);
/// Longest name of an arm that is written whole.
const NAME: usize = 28;

/// Prints the median of the first readout over time, arm by arm, where a terminal is wide enough for it. A run without a table of medians has none.
pub(crate) fn print(plan: &Plan, out: &Path) {
    if !io::stdout().is_terminal() || plan.sweep.is_some() {
        return;
    }
    let Some(readout) = plan.readouts.first() else {
        return;
    };
    let Ok(medians) = tables::medians(out, plan, 0) else {
        return;
    };
    let arms: Vec<(&str, Vec<(f64, f64)>)> = (plan.arms.iter().map(|arm| arm.name.as_str()))
        .zip(medians)
        .collect();
    let time = |days: f64| crate::table::when(plan, days);
    let levels = if is_utf8() { BLOCKS } else { ASCII };
    for line in lines(readout, &arms, columns::terminal(), levels, time) {
        output::line(&line);
    }
}

/// Whether the terminal's text is UTF-8, by the variables that say so.
fn is_utf8() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"));
    let named = locale.is_some_and(|name| {
        let name = name.to_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    });
    named || cfg!(windows)
}

/// The plot in lines of at most `columns`; none if that is too narrow or there is nothing to draw.
fn lines(
    readout: &PlannedReadout,
    arms: &[(&str, Vec<(f64, f64)>)],
    columns: usize,
    levels: [char; 8],
    time: impl Fn(f64) -> String,
) -> Vec<String> {
    let text = |value: f64| number::value(value, &readout.unit, &readout.name);
    let label = arms.iter().map(|(name, _)| name.chars().count()).max();
    let label = label.unwrap_or(0).min(NAME);
    let last = |course: &[(f64, f64)]| {
        course
            .last()
            .map_or_else(String::new, |(_, value)| text(*value))
    };
    let end = arms
        .iter()
        .map(|(_, course)| last(course).chars().count())
        .max();
    let room = columns.saturating_sub(label + end.unwrap_or(0) + 7);
    let all = || arms.iter().flat_map(|(_, course)| course);
    if room < WIDTH.0 || all().next().is_none() {
        return Vec::new();
    }
    let width = room.min(WIDTH.1);
    let positive = all().map(|(_, value)| *value).filter(|value| *value > 0.0);
    let smallest = positive.fold(f64::INFINITY, f64::min);
    let is_log = readout.logarithmic && smallest.is_finite();
    let place = |value: f64| match is_log {
        true => value.max(smallest).log10(),
        false => value,
    };
    let range = |pick: fn(f64, f64) -> f64| all().map(|(_, value)| *value).reduce(pick);
    let (low, high) = (
        range(f64::min).unwrap_or(0.0),
        range(f64::max).unwrap_or(0.0),
    );
    let low = if is_log {
        low.max(smallest)
    } else {
        low.min(0.0)
    };
    let until = all().map(|(time, _)| *time).fold(0.0, f64::max);
    let begin = all().map(|(time, _)| *time).fold(f64::INFINITY, f64::min);
    let scale = if is_log { ", logarithmic" } else { "" };
    let title = format!(
        "{} over time, median of each arm, from {} to {}{scale}",
        readout.label,
        text(low),
        text(high)
    );
    let mut lines = vec![String::new()];
    lines.extend(columns::wrapped(&title, columns, "", "  "));
    for (name, course) in arms {
        let drawn: String = (0..width)
            .map(|column| {
                let at = begin + (until - begin) * column as f64 / (width - 1) as f64;
                let after = course.partition_point(|(time, _)| *time <= at + 1e-9);
                let ended = course.last().is_some_and(|(time, _)| at > *time + 1e-9);
                let sample = after.checked_sub(1).map(|sample| course[sample].1);
                match sample.filter(|value| value.is_finite() && !ended) {
                    None => ' ',
                    Some(_) if high <= low => levels[0],
                    Some(value) => {
                        let share = (place(value) - place(low)) / (place(high) - place(low));
                        levels[((8.0 * share.max(0.0)) as usize).min(7)]
                    }
                }
            })
            .collect();
        let name: String = name.chars().take(label).collect();
        let line = format!("  {name:<label$}  {drawn}  {}", last(course));
        lines.push(line.trim_end().to_owned());
    }
    let (from, to) = (time(begin), time(until));
    let gap = width.saturating_sub(from.chars().count());
    lines.push(format!("  {:label$}  {from}{to:>gap$}", ""));
    lines
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use paracrine_scenario::catalogue;
    use paracrine_scenario::plan::Overrides;

    fn drawn(columns: usize, levels: [char; 8]) -> Vec<String> {
        let source = catalogue::find("il2ra-knockout").unwrap();
        let plan = Plan::new(source, &Overrides::default()).unwrap();
        let rise: Vec<(f64, f64)> = (0..=42)
            .map(|day| (f64::from(day), 0.01 * f64::from(day)))
            .collect();
        let flat = rise.iter().take(20).map(|(day, _)| (*day, 0.0)).collect();
        let arms = [("wild type", flat), ("Il2ra-/-", rise)];
        lines(&plan.readouts[0], &arms, columns, levels, |days| {
            format!("day {days}")
        })
    }

    #[test]
    fn an_arm_is_a_line_on_the_scale_of_all() {
        let lines = drawn(80, BLOCKS);
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(
            lines[1],
            "activated share of Tcon over time, median of each arm, from 0 % to 42.0 %"
        );
        assert!(
            lines[2].starts_with("  wild type  ▁▁▁") && !lines[2].contains('▂'),
            "{lines:?}"
        );
        // It has ended before the others.
        assert!(
            lines[2].ends_with("▁                                 0 %")
                || lines[2].contains("▁   "),
            "{lines:?}"
        );
        assert!(
            lines[3].starts_with("  Il2ra-/-   ▁") && lines[3].ends_with("█  42.0 %"),
            "{lines:?}"
        );
        assert!(
            lines[4].contains("day 0") && lines[4].ends_with("day 42"),
            "{lines:?}"
        );
        assert!(
            lines.iter().all(|line| line.chars().count() <= 80),
            "{lines:?}"
        );
    }

    #[test]
    fn other_terminals_get_ascii_and_narrow_ones_nothing() {
        assert!(drawn(80, ASCII).iter().all(|line| line.is_ascii()));
        assert!(drawn(36, BLOCKS).is_empty());
        let narrow = drawn(50, BLOCKS);
        assert!(narrow.len() == 6, "{narrow:?}");
        assert!(
            narrow.iter().all(|line| line.chars().count() <= 50),
            "{narrow:?}"
        );
    }
}
