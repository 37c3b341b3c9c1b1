//! What differs between two scenarios, or between the results of two runs.

mod results;
mod scenarios;

pub use results::{
    CellDifference, FileState, ResultsDifference, RowDifference, TableDifference, results,
};
pub use scenarios::{ScenarioDifference, scenarios};

use crate::language::quantity::{figures, hours};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which one: `arm "treated", deplete Treg, fraction`.
    pub place: String,
    /// What the first has; `None` if it lacks it.
    pub a: Option<String>,
    /// What the second has.
    pub b: Option<String>,
}

/// Adds a difference, if it is one.
fn note(differences: &mut Vec<Difference>, place: &str, a: Option<String>, b: Option<String>) {
    if a != b {
        differences.push(Difference {
            place: place.to_owned(),
            a,
            b,
        });
    }
}

/// A place within another.
fn inside(place: &str, part: &str) -> String {
    if place.is_empty() {
        part.to_owned()
    } else {
        format!("{place}, {part}")
    }
}

/// A time as people say it: minutes below an hour, hours up to three days, days beyond.
fn time(days: f64) -> String {
    let (value, unit) = match days.abs() {
        0.0 => (days, "h"),
        size if size < 0.999 / 24.0 => (hours(days) * 60.0, "min"),
        size if size < 3.0 => (hours(days), "h"),
        _ => (days, "d"),
    };
    format!("{} {unit}", figures(value))
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (days, text) in [
            (0.0, "0 h"),
            (1.0 / 144.0, "10 min"),
            (1.0 / 24.0, "1 h"),
            (0.5, "12 h"),
            (70.0, "70 d"),
            (70.000_000_01, "70.00000001 d"),
        ] {
            assert_eq!(time(days), text);
        }
    }
}
