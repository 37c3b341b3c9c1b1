//! How much rows depend on each parameter: every one is moved alone, down and up by a share of its value, held inside its range.

use super::record::{FILES, known, number, table};
use super::{Ended, Log, Scored, Size};
use crate::Error;
use crate::directory::put_shared;
use crate::rows::{Estimate, digits};
use std::fmt::Write as _;
use std::path::Path;

/// The rows that carry the claim of the model.
pub const HEADLINE: [&str; 18] = [
    "W19", "A4", "A7", "A11", "B6", "B10", "C8", "C9", "D8", "E4", "F8", "H3", "H6", "H7", "H10",
    "J4", "J7", "M1",
];

/// Of the rows that were in, the share that should stay so, %.
const FEW: f64 = 80.0;

/// One parameter, moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// The parameter.
    pub parameter: String,
    /// By how much it was to move, %.
    pub percent: f64,
    /// From where.
    pub from: f64,
    /// To where.
    pub to: f64,
    /// Whether an end of its range held it.
    pub is_held: bool,
    /// What became of the rows.
    pub scored: Scored,
}

/// Rows against parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// By how much parameters were moved, %.
    pub percent: f64,
    /// The mice.
    pub size: Size,
    /// The rows at the values of the model.
    pub base: Scored,
    /// Every parameter down, then up.
    pub shifts: Vec<Shift>,
}

/// Moves parameter after parameter.
pub(super) fn measure(log: &Log<'_>, percent: f64) -> Result<Ended, Error> {
    let calibration = log.calibration;
    let Some(size) = calibration.request.sizes.last().copied() else {
        return Ok(Ended::Interrupted);
    };
    let start = calibration.space.start();
    let mut values = vec![start.clone()];
    let mut shifts = Vec::new();
    for (index, moving) in calibration.space.moving.iter().enumerate() {
        for percent in [-percent, percent] {
            let asked = moving.start * (1.0 + percent / 100.0);
            let to = asked.clamp(moving.low, moving.high);
            let mut moved = start.clone();
            moved[index] = to;
            values.push(moved);
            shifts.push((moving, percent, to, to.to_bits() != asked.to_bits()));
        }
    }
    let Some(scored) = log.scored(&values, size)? else {
        return Ok(Ended::Interrupted);
    };
    let mut scored = scored.into_iter();
    let Some(base) = scored.next() else {
        return Ok(Ended::Interrupted);
    };
    let shifts = shifts.into_iter().zip(scored);
    let shifts = shifts.map(|((moving, percent, to, is_held), scored)| Shift {
        parameter: moving.name.clone(),
        percent,
        from: moving.start,
        to,
        is_held,
        scored,
    });
    Ok(Ended::Moved(Sensitivity {
        percent,
        size,
        base,
        shifts: shifts.collect(),
    }))
}

impl Sensitivity {
    /// Rows in band at the values of the model.
    pub fn rows_in(&self) -> usize {
        self.base.rows_in()
    }

    /// Ids of the rows that a shift has lost, and of those that it has won.
    pub fn changed<'s>(&'s self, shift: &'s Shift) -> (Vec<&'s str>, Vec<&'s str>) {
        let pairs = || self.base.rows.iter().zip(&shift.scored.rows);
        let of = |was_in: bool| {
            pairs()
                .filter(|(before, after)| before.is_in == was_in && after.is_in != was_in)
                .map(|(before, _)| before.id.as_str())
                .collect()
        };
        (of(true), of(false))
    }

    /// Of the rows in band the share that stays, %; `None` if there are none.
    pub fn staying(&self, shift: &Shift) -> Option<f64> {
        let all = self.rows_in();
        let lost = self.changed(shift).0.len();
        (all > 0).then(|| 100.0 * (all - lost) as f64 / all as f64)
    }

    /// The table as CSV: a line for each parameter, direction, row and condition.
    fn csv(&self) -> Result<Vec<u8>, Error> {
        let columns = [
            "parameter",
            "percent",
            "from",
            "to",
            "held_by_range",
            "rows_staying_percent",
            "id",
            "condition",
            "band",
            "from_value",
            "from_in",
            "to_value",
            "to_in",
            "change_percent",
        ];
        let rows = self.shifts.iter().flat_map(|shift| {
            let staying = self.staying(shift);
            let pairs = self.base.rows.iter().zip(&shift.scored.rows);
            pairs.flat_map(move |(before, after)| {
                let conditions = before.conditions.iter().zip(&after.conditions);
                conditions.map(move |(one, other)| {
                    let change = change(
                        one.value.map(Estimate::number),
                        other.value.map(Estimate::number),
                    );
                    vec![
                        shift.parameter.clone(),
                        shift.percent.to_string(),
                        shift.from.to_string(),
                        shift.to.to_string(),
                        if shift.is_held { "yes" } else { "no" }.to_owned(),
                        staying.map_or_else(String::new, |share| share.to_string()),
                        before.id.clone(),
                        one.words.clone(),
                        one.band.clone(),
                        number(one.value),
                        known(one.is_in).to_owned(),
                        number(other.value),
                        known(other.is_in).to_owned(),
                        change.map_or_else(String::new, |change| change.to_string()),
                    ]
                })
            })
        });
        table(FILES[4], &columns.map(str::to_owned), rows)
    }

    /// The table as Markdown: the share of rows that stay in band, then how far the median of each row moves.
    pub fn markdown(&self) -> String {
        let Self { percent, size, .. } = self;
        let mut text = format!(
            "# Sensitivity\n\nEach parameter moved by {percent} % down and up, one at a time, held inside its range. Mice of {} agents, {} in each arm; {} of {} rows in band before.\n\n",
            size.cells,
            size.seeds,
            self.rows_in(),
            self.base.rows.len(),
        );
        text += "| parameter | by | from | to | rows that stay in band | lost | won | |\n|---|---|---|---|---|---|---|---|\n";
        for shift in &self.shifts {
            let (lost, won) = self.changed(shift);
            let share = self.staying(shift);
            let stay = share.map_or_else(|| "-".into(), |share| format!("{share:.0} %"));
            let mut remarks = Vec::new();
            if shift.scored.impossible.is_some() {
                remarks.push("contradicts other values");
            } else if shift.to.to_bits() == shift.from.to_bits() {
                remarks.push("is at the end of its range: not moved");
            } else if shift.is_held {
                remarks.push("held by its range");
            }
            if share.is_some_and(|share| share < FEW) {
                remarks.push("**less than 80 %**");
            }
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "| {} | {:+} % | {} | {} | {stay} | {} | {} | {} |",
                shift.parameter,
                shift.percent,
                digits(shift.from),
                digits(shift.to),
                lost.join(", "),
                won.join(", "),
                remarks.join("; "),
            );
        }
        text += "\n## Change of each row's median, % (down / up)\n\n| parameter |";
        let mut heads = 0;
        for row in &self.base.rows {
            for index in 0..row.conditions.len() {
                let part = match row.conditions.len() {
                    1 => String::new(),
                    _ => format!(" ({})", index + 1),
                };
                let _ = write!(text, " {}{part} |", row.id);
                heads += 1;
            }
        }
        let _ = write!(text, "\n|---|{}\n", "---|".repeat(heads));
        let values = |scored: &Scored| -> Vec<Option<f64>> {
            let conditions = scored.rows.iter().flat_map(|row| &row.conditions);
            conditions
                .map(|one| one.value.map(Estimate::number))
                .collect()
        };
        let base = values(&self.base);
        for pair in self.shifts.chunks(2) {
            let _ = write!(text, "| {} |", pair[0].parameter);
            let moved: Vec<Vec<Option<f64>>> =
                pair.iter().map(|shift| values(&shift.scored)).collect();
            for (index, before) in base.iter().enumerate() {
                let changes: Vec<String> = moved
                    .iter()
                    .map(|after| match change(*before, after[index]) {
                        Some(change) if change.abs() < 0.05 => "0".into(),
                        Some(change) if change.abs() < 9.95 => format!("{change:+.1}"),
                        Some(change) => format!("{change:+.0}"),
                        None => "-".into(),
                    })
                    .collect();
                let _ = write!(text, " {} |", changes.join(" / "));
            }
            text.push('\n');
        }
        text
    }

    /// Writes both tables.
    pub(super) fn write(&self, out: &Path) -> Result<(), Error> {
        put_shared(&out.join(FILES[4]), &self.csv()?)?;
        put_shared(&out.join(FILES[5]), self.markdown().as_bytes())
    }
}

/// How far a value has moved, %; none from nothing.
fn change(from: Option<f64>, to: Option<f64>) -> Option<f64> {
    let (from, to) = (from?, to?);
    if from.to_bits() == to.to_bits() {
        return Some(0.0);
    }
    let change = 100.0 * (to - from) / from.abs();
    change.is_finite().then_some(change)
}
