//! Reading a table row by row, with the place of every fault.

use std::path::Path;

use crate::error::ReportError;

/// One row, its cells in the order the columns were asked for.
pub(crate) struct Row<'a, const N: usize> {
    path: &'a Path,
    record: &'a csv::StringRecord,
    names: &'a [&'static str; N],
    places: &'a [usize; N],
    /// Place of the column that says which point of a sweep the row is of.
    point: Option<usize>,
}

/// The column that a table of a sweep has.
const POINT: &str = "point";

/// Calls `each` on every row of the table at `path`, of a sweep on those of the point that is shown; columns may stand in any order and beside
/// others.
///
/// # Errors
///
/// An unreadable file, a missing column, a ragged row, and whatever `each` returns.
pub(crate) fn each_row<const N: usize>(
    (path, shown): (&Path, usize),
    names: [&'static str; N],
    mut each: impl FnMut(Row<'_, N>) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let shown = shown.to_string();
    each_row_of_all(path, names, |row| {
        let is_shown = row
            .point
            .is_none_or(|column| row.record.get(column) == Some(&shown));
        if is_shown { each(row) } else { Ok(()) }
    })
}

/// The same for the rows of all points.
///
/// # Errors
///
/// As [`each_row`].
pub(crate) fn each_row_of_all<const N: usize>(
    path: &Path,
    names: [&'static str; N],
    mut each: impl FnMut(Row<'_, N>) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let file = std::fs::File::open(path).map_err(|source| ReportError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(file);
    let header = reader
        .headers()
        .map_err(|source| fault(path, 0, source))?
        .clone();
    let point = header.iter().position(|found| found == POINT);
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(names) {
        *place = header
            .iter()
            .position(|found| found == column)
            .ok_or_else(|| ReportError::MissingColumn {
                path: path.to_owned(),
                column,
                found: format!("`{}`", header.iter().collect::<Vec<_>>().join("`, `")),
            })?;
    }
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|source| fault(path, header.len(), source))?
    {
        each(Row {
            path,
            record: &record,
            names: &names,
            places: &places,
            point,
        })?;
    }
    Ok(())
}

fn fault(path: &Path, cells: usize, source: csv::Error) -> ReportError {
    let line = source.position().map_or(1, csv::Position::line);
    let found = match source.into_kind() {
        csv::ErrorKind::Io(source) => {
            return ReportError::Read {
                path: path.to_owned(),
                source,
            };
        }
        csv::ErrorKind::UnequalLengths { len, .. } => format!("{len} cells"),
        csv::ErrorKind::Utf8 { .. } => "other bytes".to_owned(),
        _ => "something else".to_owned(),
    };
    ReportError::Table {
        path: path.to_owned(),
        line,
        cells,
        found,
    }
}

impl<const N: usize> Row<'_, N> {
    /// The cell as text.
    pub(crate) fn text(&self, column: usize) -> &str {
        self.record.get(self.places[column]).unwrap_or_default()
    }

    /// The cell as a number that may be missing: an empty cell or one that is not finite is not a number here either.
    pub(crate) fn number(&self, column: usize) -> Result<f64, ReportError> {
        match self.text(column) {
            "" => Ok(f64::NAN),
            text => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(value),
                Ok(_) => Ok(f64::NAN),
                Err(_) => Err(self.fault(column, "a number")),
            },
        }
    }

    /// The cell as a number that must be there.
    pub(crate) fn finite(&self, column: usize) -> Result<f64, ReportError> {
        let value = self.number(column)?;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(self.fault(column, "a finite number"))
        }
    }

    /// The cell as a number, `None` where nothing is given.
    pub(crate) fn optional(&self, column: usize) -> Result<Option<f64>, ReportError> {
        self.number(column)
            .map(|value| value.is_finite().then_some(value))
    }

    /// The cell as a whole number from 0.
    pub(crate) fn count(&self, column: usize) -> Result<u64, ReportError> {
        self.text(column)
            .parse()
            .map_err(|_| self.fault(column, "a whole number from 0"))
    }

    /// The place of the cell's text among `known`.
    pub(crate) fn one_of(&self, column: usize, known: &[String]) -> Result<usize, ReportError> {
        known
            .iter()
            .position(|name| name == self.text(column))
            .ok_or_else(|| self.fault(column, &format!("one of `{}`", known.join("`, `"))))
    }

    /// The error that the cell is not what was `expected`.
    pub(crate) fn fault(&self, column: usize, expected: &str) -> ReportError {
        ReportError::Cell {
            path: self.path.to_owned(),
            line: self.record.position().map_or(0, csv::Position::line),
            column: self.names[column],
            expected: expected.to_owned(),
            found: self.text(column).to_owned(),
        }
    }
}
