//! What a run leaves behind.

use crate::program::names;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file of a complete run, in order; Parquet, which may be asked for, and a user's own model left out.
pub const FILES: [&str; 11] = [
    "chain.csv",
    "comparison.csv",
    "effects.csv",
    "events.csv",
    "manifest.json",
    "receptors.csv",
    "report.html",
    "scenario.ron",
    "summary.csv",
    "timecourse.csv",
    "timing.json",
];

/// Files that a sweep leaves beside them.
pub const FILES_OF_SWEEPS: [&str; 2] = ["sweep.csv", "sweep_summary.csv"];

/// The file that snapshots of cells leave.
pub const CELLS: &str = "cells.csv";

/// The only file with wall-clock time in it.
pub const TIMING: &str = "timing.json";

/// A CSV file: header and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Cells of each row, in the order of the header.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table; every row must have as many cells as the header.
    #[track_caller]
    pub fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap();
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let header = cells(reader.headers().unwrap());
        let rows = reader.records().map(|row| cells(&row.unwrap())).collect();
        Self { header, rows }
    }

    /// Index of a column.
    #[track_caller]
    pub fn column(&self, name: &str) -> usize {
        self.header.iter().position(|known| known == name).unwrap()
    }

    /// Checks that two tables are equal; shows the first row that is not.
    #[track_caller]
    pub fn assert_equals(&self, other: &Self, what: &str) {
        assert_eq!(self.header, other.header, "{what}");
        for (number, (a, b)) in self.rows.iter().zip(&other.rows).enumerate() {
            assert_eq!(a, b, "{what}, row {number}");
        }
        assert_eq!(self.rows.len(), other.rows.len(), "{what}: rows");
    }

    /// The rows whose cell in column `name` passes.
    #[must_use]
    pub fn only(&self, name: &str, passes: impl Fn(&str) -> bool) -> Self {
        let column = self.column(name);
        Self {
            header: self.header.clone(),
            rows: self
                .rows
                .iter()
                .filter(|row| passes(&row[column]))
                .cloned()
                .collect(),
        }
    }
}

/// All files of a results directory with their bytes, except the one that holds wall-clock time; not those in folders.
#[track_caller]
pub fn bytes(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files: BTreeMap<String, Vec<u8>> = names(directory)
        .into_iter()
        .filter(|name| name != TIMING && directory.join(name).is_file())
        .map(|name| {
            let bytes = fs::read(directory.join(&name)).unwrap();
            (name, bytes)
        })
        .collect();
    let more = FILES_OF_SWEEPS
        .iter()
        .chain([&CELLS])
        .filter(|name| files.contains_key(**name))
        .count();
    // Wells have no chain from receptor to death.
    let manifest = files
        .get("manifest.json")
        .map(|bytes| String::from_utf8_lossy(bytes));
    let of_wells = manifest.is_some_and(|text| text.contains("\"host\": \"culture\""));
    let is_usual = |name: &&String| !name.ends_with(".parquet") && *name != "model.ron";
    let usual = files.keys().filter(is_usual);
    assert_eq!(
        usual.count(),
        FILES.len() - 1 - usize::from(of_wells) + more,
        "{} is no complete run",
        directory.display()
    );
    files
}

/// Checks that two runs left the same bytes.
#[track_caller]
pub fn assert_same(one: &Path, other: &Path) {
    let (one_files, other_files) = (bytes(one), bytes(other));
    assert!(
        one_files.keys().eq(other_files.keys()),
        "{} and {} have other files",
        one.display(),
        other.display()
    );
    for (name, bytes) in &one_files {
        let differs = bytes
            .iter()
            .zip(&other_files[name])
            .position(|(a, b)| a != b);
        assert!(
            bytes == &other_files[name],
            "{name} differs between {} and {}, first at byte {differs:?}",
            one.display(),
            other.display()
        );
    }
}
