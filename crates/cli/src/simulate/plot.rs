//! Courses over time in characters: the mean, and the band that holds nine replicates in ten.

use super::table::{name, shown, time};
use crate::columns::terminal;
use crate::{number, output};
use paracrine_scenario::simulate::plan::Plan;
use paracrine_scenario::simulate::summary::Row;

/// More quantities than this get one line each.
const MOST_CHARTS: usize = 4;
/// Lines of a chart.
const HEIGHT: usize = 7;
/// Columns of a plot, where the terminal is wide enough.
const WIDTH: usize = 64;
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Prints a plot for each quantity that the table shows.
pub(super) fn print(plan: &Plan, rows: &[Row]) {
    let quantities = plan.quantities.len();
    let courses: Vec<Course> = shown(plan, rows)
        .into_iter()
        .map(|quantity| Course {
            name: name(&rows[quantity].quantity),
            times: &plan.times,
            rows: rows.iter().skip(quantity).step_by(quantities).collect(),
        })
        .collect();
    if plan.times.len() < 3 || courses.is_empty() {
        return;
    }
    output::line(match plan.count() {
        1 => "\nover time",
        _ if courses.len() > MOST_CHARTS => "\nmean over time",
        _ => "\nover time: ● mean, ░ nine replicates in ten",
    });
    if courses.len() <= MOST_CHARTS {
        for course in &courses {
            for line in course.chart(terminal(), &time(plan, plan.until)) {
                output::line(&line);
            }
        }
    } else {
        let widest = |course: &Course<'_>| course.name.chars().count();
        let label = courses.iter().map(widest).max().unwrap_or(0);
        for course in &courses {
            output::line(&course.line(terminal(), label));
        }
    }
}

struct Course<'a> {
    name: String,
    times: &'a [f64],
    rows: Vec<&'a Row>,
}

impl Course<'_> {
    /// The last sample at or before each of `width` equidistant times.
    fn samples(&self, width: usize) -> impl Iterator<Item = &Row> {
        let until = self.times.last().copied().unwrap_or(0.0);
        (0..width).map(move |column| {
            let at = until * column as f64 / (width - 1).max(1) as f64;
            let after = self
                .times
                .partition_point(|time| *time <= at * (1.0 + 1e-12));
            self.rows[after.saturating_sub(1)]
        })
    }

    /// The smallest and the largest value of what is drawn; `None` if there is nothing.
    fn range(
        &self,
        lower: fn(&Row) -> Option<f64>,
        upper: fn(&Row) -> Option<f64>,
    ) -> Option<(f64, f64)> {
        let low = self
            .rows
            .iter()
            .filter_map(|row| lower(row))
            .reduce(f64::min)?;
        let high = self
            .rows
            .iter()
            .filter_map(|row| upper(row))
            .reduce(f64::max)?;
        Some((low, high))
    }

    /// Mean and band on some lines, with an axis.
    fn chart(&self, columns: usize, until: &str) -> Vec<String> {
        let lowest = |row: &Row| row.q05.zip(row.mean).map(|(q05, mean)| q05.min(mean));
        let highest = |row: &Row| row.q95.zip(row.mean).map(|(q95, mean)| q95.max(mean));
        let Some((low, high)) = self.range(lowest, highest) else {
            return Vec::new();
        };
        let span = if high > low { high - low } else { 1.0 };
        let labels = [number::amount(high), number::amount(low)];
        let margin = labels
            .iter()
            .map(|label| label.chars().count())
            .max()
            .unwrap_or(0);
        let width = columns.saturating_sub(margin + 4).clamp(8, WIDTH);
        let line_of = |value: f64| {
            let share = ((value - low) / span).clamp(0.0, 1.0);
            HEIGHT - 1 - (share * (HEIGHT - 1) as f64).round() as usize
        };
        let mut canvas = vec![vec![' '; width]; HEIGHT];
        for (column, row) in self.samples(width).enumerate() {
            let (Some(mean), Some(from), Some(to)) = (row.mean, row.q95, row.q05) else {
                continue;
            };
            if row.n > 1 {
                for line in &mut canvas[line_of(from)..=line_of(to)] {
                    line[column] = '░';
                }
            }
            canvas[line_of(mean)][column] = '●';
        }
        let mut lines = vec![format!("{:margin$}   {}", "", self.name)];
        for (index, line) in canvas.iter().enumerate() {
            let label = match index {
                0 => labels[0].as_str(),
                _ if index == HEIGHT - 1 => labels[1].as_str(),
                _ => "",
            };
            let line: String = line.iter().collect();
            let line = format!("{label:>margin$} ┤ {line}");
            lines.push(line.trim_end().to_owned());
        }
        let end = width.saturating_sub(1);
        lines.push(format!("{:margin$}   0{until:>end$}", ""));
        lines
    }

    /// The mean on one line, between its extremes.
    fn line(&self, columns: usize, label: usize) -> String {
        let Some((low, high)) = self.range(|row| row.mean, |row| row.mean) else {
            return format!("{:label$}  no values", self.name);
        };
        let ends = format!("{} to {}", number::amount(low), number::amount(high));
        let width = columns
            .saturating_sub(label + ends.chars().count() + 6)
            .clamp(8, WIDTH);
        let course: String = self
            .samples(width)
            .map(|row| match row.mean {
                None => ' ',
                Some(_) if high <= low => LEVELS[0],
                Some(mean) => {
                    let share = (mean - low) / (high - low);
                    LEVELS[((share * 8.0) as usize).min(LEVELS.len() - 1)]
                }
            })
            .collect();
        format!("{:label$}  {course}  {ends}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(time: f64, mean: f64, spread: f64) -> Row {
        Row {
            time,
            quantity: "X".into(),
            n: 10,
            mean: Some(mean),
            sd: Some(spread),
            min: Some(mean - spread),
            q05: Some(mean - spread),
            median: Some(mean),
            q95: Some(mean + spread),
            max: Some(mean + spread),
        }
    }

    #[test]
    fn a_line_rises_with_its_mean() {
        let times: Vec<f64> = (0..20).map(f64::from).collect();
        let rows: Vec<Row> = times
            .iter()
            .map(|time| row(*time, 2.0 * time, 1.0))
            .collect();
        let course = Course {
            name: "X".into(),
            times: &times,
            rows: rows.iter().collect(),
        };
        let line = course.line(40, 1);
        assert!(line.starts_with("X  ▁") && line.contains('█'), "{line}");
        assert!(line.ends_with("0 to 38"), "{line}");
        assert!(line.chars().count() <= 40, "{line}");
        let chart = course.chart(60, "19");
        assert_eq!(chart.len(), HEIGHT + 2);
        assert!(chart[1].starts_with("39 ┤"), "{chart:?}");
        assert!(chart[HEIGHT].starts_with("-1 ┤ ●"), "{chart:?}");
        assert!(
            chart.iter().all(|line| line.chars().count() <= 60),
            "{chart:?}"
        );
    }

    #[test]
    fn what_does_not_change_is_flat() {
        let times = [0.0, 1.0, 2.0];
        let rows: Vec<Row> = times.iter().map(|time| row(*time, 5.0, 0.0)).collect();
        let course = Course {
            name: "X".into(),
            times: &times,
            rows: rows.iter().collect(),
        };
        assert!(course.line(30, 1).contains("▁▁▁▁"));
        assert_eq!(course.chart(30, "2").len(), HEIGHT + 2);
    }
}
