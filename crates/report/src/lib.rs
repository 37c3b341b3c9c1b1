//! Pictures of a results directory, as one self-contained page.
//!
//! [`render`] reads the tables a run leaves behind and returns `report.html` as text; [`write()`] puts it beside them.
//! The page needs no script, no font and no network, follows the reader's light or dark setting, and prints. The same input
//! bytes give the same page, byte for byte.
//!
//! ```no_run
//! let page = paracrine_report::write(std::path::Path::new("results/il2ra-knockout"))?;
//! assert!(page.ends_with("report.html"));
//! # Ok::<(), paracrine_report::ReportError>(())
//! ```
//!
//! This crate draws what was written and judges nothing: medians, intervals, sizes of effects and verdicts come from the tables. The only
//! quantities it computes are the Kaplan-Meier estimate of survival and, in the causal chain, ratios of medians.

mod answer;
mod chain;
mod comparison;
mod data;
mod download;
mod error;
mod kaplan_meier;
mod limits;
mod manifest;
mod markup;
mod methods;
mod number;
mod page;
mod panels;
mod provenance;
mod rows;
mod scale;
mod scoreboard;
mod standalone;
mod svg;
mod trace;
mod why;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use data::MOST_LINES;
pub use error::ReportError;
pub use why::{MARKERS, WhyExperiment, WhyGroup, WhyRow, write_why};

/// The report on the results directory `results`, as HTML text.
///
/// Reads `manifest.json`, `timecourse.csv`, `summary.csv`, `events.csv`, `comparison.csv` and `receptors.csv`; the last
/// three may hold a header only. Of a sweep also `sweep.csv` and `sweep_summary.csv`. A run that kept its summary alone has no `timecourse.csv`;
/// `effects.csv` and `chain.csv` are read where they are there, which they are not of an older program.
///
/// # Errors
///
/// [`ReportError::Read`] if a file is missing or unreadable, [`ReportError::Manifest`] and [`ReportError::NoArms`] if the
/// manifest is not what a run writes, and [`ReportError::Table`], [`ReportError::MissingColumn`] or [`ReportError::Cell`]
/// with the file and line if a table is not.
pub fn render(results: &Path) -> Result<String, ReportError> {
    Ok(page::page(&data::Results::read(results)?))
}

/// Writes `report.html` into the results directory and returns its path.
///
/// The page is written beside and renamed: a `report.html` that exists is whole.
///
/// # Errors
///
/// As [`render`], and [`ReportError::Write`] if the page cannot be written.
pub fn write(results: &Path) -> Result<PathBuf, ReportError> {
    put_page(results, &render(results)?)
}

/// Writes what [`render`] made as `report.html` into the results directory and returns its path.
///
/// # Errors
///
/// [`ReportError::Write`].
pub fn put_page(results: &Path, page: &str) -> Result<PathBuf, ReportError> {
    put(results.join("report.html"), page)
}

/// Writes `scoreboard.html` beside the `scoreboard.csv` of a validation in the folder `results` and returns its path. `size` says in a line of how many
/// mice it is.
///
/// # Errors
///
/// [`ReportError::Read`], [`ReportError::Table`], [`ReportError::MissingColumn`] and [`ReportError::Cell`] if the table is not what a validation
/// writes, and [`ReportError::Write`] if the page cannot be written.
pub fn write_scoreboard(results: &Path, size: &str) -> Result<PathBuf, ReportError> {
    let page = scoreboard::page(&results.join("scoreboard.csv"), size)?;
    put(results.join("scoreboard.html"), &page)
}

/// Writes a page beside its place and renames it.
fn put(target: PathBuf, page: &str) -> Result<PathBuf, ReportError> {
    let mut beside = target.clone().into_os_string();
    beside.push(".partial");
    let beside = PathBuf::from(beside);
    let put = || {
        let mut file = File::create(&beside)?;
        file.write_all(page.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &target)
    };
    match put() {
        Ok(()) => Ok(target),
        Err(source) => {
            // Best effort: the fault worth reporting is the first one.
            let _ = fs::remove_file(&beside);
            Err(ReportError::Write {
                path: target,
                source,
            })
        }
    }
}

#[cfg(test)]
mod tests;
