//! What can be wrong with a results directory.

use std::io;
use std::path::PathBuf;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file of the results directory is missing or unreadable.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The page could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The page.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The manifest is not JSON, or a field has another type than a run writes.
    #[error("{}, line {line}: not a manifest of a run: {source}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Line at fault, counted from 1.
        line: usize,
        /// What the parser expected.
        source: serde_json::Error,
    },
    /// The manifest names no arm, so there is nothing to show.
    #[error("{}: expected at least one arm", path.display())]
    NoArms {
        /// The manifest.
        path: PathBuf,
    },
    /// The manifest names no arm of this name.
    #[error("{}: expected an arm `{name}`, found {found}", path.display())]
    NoArm {
        /// The manifest.
        path: PathBuf,
        /// The arm looked for.
        name: String,
        /// The arms that there are.
        found: String,
    },
    /// A page of one's own does not say where numbers go.
    #[error("{}, line {line}: expected {expected}, found {found}", path.display())]
    Markers {
        /// The page.
        path: PathBuf,
        /// Line at fault, counted from 1; the last one if something is missing.
        line: usize,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A line is not a row of the table: too few or too many cells, or not UTF-8.
    #[error("{}, line {line}: expected a row of {cells} cells in UTF-8, found {found}", path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// Line at fault, counted from 1.
        line: u64,
        /// How many cells the header has.
        cells: usize,
        /// What is there instead.
        found: String,
    },
    /// A column the report needs is not in the header.
    #[error("{}, line 1: expected a column `{column}`, found {found}", path.display())]
    MissingColumn {
        /// The table.
        path: PathBuf,
        /// The column looked for.
        column: &'static str,
        /// The header as it is.
        found: String,
    },
    /// A cell does not hold what its column promises.
    #[error("{}, line {line}, column `{column}`: expected {expected}, found `{found}`", path.display())]
    Cell {
        /// The table.
        path: PathBuf,
        /// Line at fault, counted from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
}
