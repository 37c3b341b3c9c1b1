//! What can go wrong between a scenario's text and its results.

use crate::language::Faults;
use std::path::{Path, PathBuf};

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The scenario or a model has faults; each carries its place.
    #[error("{0}")]
    Faults(Box<Faults>),
    /// No file and no shipped scenario has this name.
    #[error("no scenario `{name}`: there is no such file, and no scenario of this name comes with paracrine{}{}", nearest_text(.nearest.as_ref()), no_stream(.name))]
    UnknownScenario {
        /// What was asked for.
        name: String,
        /// The shipped scenario of the nearest name.
        nearest: Option<String>,
    },
    /// No model has this name.
    #[error("no model `{name}` comes with paracrine{}", nearest_text(.nearest.as_ref()))]
    UnknownModel {
        /// What was asked for.
        name: String,
        /// The model of the nearest name.
        nearest: Option<String>,
    },
    /// No file and no shipped network has this name.
    #[error("no network `{name}`: there is no such file, and no network of this name comes with paracrine{}{}", nearest_text(.nearest.as_ref()), no_stream(.name))]
    UnknownNetwork {
        /// What was asked for.
        name: String,
        /// The shipped network of the nearest name.
        nearest: Option<String>,
    },
    /// No readout and no argument of one matches this word.
    #[error("found no readout with `{word}` in its name, unit, meaning or arguments{}", nearest_text(.nearest.as_ref()))]
    UnknownReadout {
        /// What was asked for.
        word: String,
        /// The readout or argument of the nearest name.
        nearest: Option<String>,
    },
    /// Nothing is known by this word.
    #[error("nothing is known by the word `{word}`{}{}", nearest_text(.nearest.as_ref()), others_text(.others))]
    UnknownWord {
        /// What was asked for.
        word: String,
        /// The nearest name.
        nearest: Option<String>,
        /// Names with the word in them.
        others: Vec<String>,
    },
    /// No published row and no group of rows has this name.
    #[error("no published row or group `{name}`{}", nearest_text(.nearest.as_ref()))]
    Row {
        /// What was asked for.
        name: String,
        /// The row or group of the nearest name.
        nearest: Option<String>,
    },
    /// The file is for another command.
    #[error("`{name}` is {what}: use `paracrine {command} {name}`")]
    OtherCommand {
        /// What was asked for.
        name: String,
        /// What it is.
        what: &'static str,
        /// The command for it.
        command: &'static str,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not text.
    #[error("{} is no text: byte {offset} is not UTF-8{}", .path.display(), if *.is_utf16 { " (the file begins like UTF-16: save it as UTF-8)" } else { "" })]
    NotText {
        /// The file.
        path: PathBuf,
        /// Position of the first such byte.
        offset: usize,
        /// Whether the file begins as one of another encoding does.
        is_utf16: bool,
    },
    /// A file or directory cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A new file would replace one that is there.
    #[error("{} is there already: choose another name, or remove it first", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The output directory belongs to another run.
    #[error("{} holds the results of another run ({found}, this run is {expected}{}): choose another directory with --out, or replace it with --force", .path.display(), differences_text(.differences))]
    OtherRun {
        /// The directory.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// Digest of this run.
        expected: String,
        /// In what they differ, as far as is known: `seed 1, not 2`.
        differences: Vec<String>,
    },
    /// The output directory holds files that no run made.
    #[error("{} is not empty and holds no results of paracrine (found {}): choose another directory with --out{}", .path.display(), files_text(.found), if *.are_replaceable { ", or replace those that have names of results with --force" } else { "" })]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// The files.
        found: Vec<String>,
        /// Whether they have names of results, so that they can be replaced.
        are_replaceable: bool,
    },
    /// Results are to go into something that is no directory.
    #[error("{} is no directory: choose another one with --out", .path.display())]
    NoDirectory {
        /// What is there.
        path: PathBuf,
    },
    /// The directory holds no complete results.
    #[error("{} holds no complete results: there is no manifest.json", .path.display())]
    NoResults {
        /// The directory.
        path: PathBuf,
    },
    /// Another process works in the directory.
    #[error("another process works in {}: wait for it, or choose another directory with --out", .path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// A file of complete results is gone, or not what the run wrote.
    #[error("{}: {file} is {}: these are not the results of the run any more; make them anew with --force", .path.display(), if *.is_missing { "missing" } else { "not what the run wrote" })]
    Altered {
        /// The directory.
        path: PathBuf,
        /// The file.
        file: String,
        /// Whether it is gone.
        is_missing: bool,
    },
    /// There is no unfinished run.
    #[error("{} {}", .path.display(), nothing_text(.path, *.is_complete))]
    NothingUnfinished {
        /// The directory.
        path: PathBuf,
        /// Whether it holds complete results.
        is_complete: bool,
    },
    /// The run is dealt out to another number of shards.
    #[error("{} is dealt out to {found} shards, not to {expected}: keep their number, or choose another directory with --out", .path.display())]
    Shards {
        /// The directory.
        path: PathBuf,
        /// Shards of its run.
        found: u64,
        /// Shards asked for.
        expected: u64,
    },
    /// Mice of some shards are missing.
    #[error("{}: {mice} of the mice are missing; run these shards first: --array={shards}{}", .path.display(), damaged_text(.damaged))]
    MissingShards {
        /// The directory.
        path: PathBuf,
        /// Mice that are missing.
        mice: usize,
        /// Their shards.
        shards: String,
        /// Files of mice that are there, but cannot be used.
        damaged: Vec<String>,
    },
    /// Mice of an interrupted run are missing that no other process was to simulate.
    #[error("{}: {mice} of the mice are missing, and the run is not shared out: `paracrine resume {}` simulates them", .path.display(), .path.display())]
    Interrupted {
        /// The directory.
        path: PathBuf,
        /// Mice that are missing.
        mice: usize,
    },
    /// An unfinished run of which a file is damaged that says what it is.
    #[error("{} holds an unfinished run whose {file} is damaged or missing: begin anew with --force, or choose another directory with --out", .path.display())]
    DamagedRun {
        /// The directory.
        path: PathBuf,
        /// The file.
        file: String,
    },
    /// A run cannot begin from the states that another one has kept.
    #[error("cannot begin from the states in {}: {problem}", .path.display())]
    States {
        /// The directory.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// An unfinished run of another version of the program.
    #[error("{} was begun by another version of paracrine ({found}, here it is {expected}): finish it with that one, or begin anew with --force", .path.display())]
    OtherVersion {
        /// The directory.
        path: PathBuf,
        /// Digest of its run.
        found: String,
        /// Digest of the same run here.
        expected: String,
    },
    /// A setting given beside the scenario is impossible.
    #[error("{option}: found {found}, expected {expected}")]
    Setting {
        /// The option.
        option: &'static str,
        /// What was given.
        found: String,
        /// What is possible.
        expected: String,
    },
    /// The mice or wells do not fit into memory.
    #[error(
        "{mice} {hosts} of {cells} cells, {threads} at a time, need about {needed_mb} MB of memory, {available_mb} MB are available: lower --cells, --replicates or --threads, or say --allow-large"
    )]
    Memory {
        /// Cells per mouse.
        cells: u32,
        /// Mice or wells in all.
        mice: usize,
        /// What they are.
        hosts: &'static str,
        /// So many at a time.
        threads: usize,
        /// Estimate.
        needed_mb: u64,
        /// Available.
        available_mb: u64,
    },
    /// A run would take very long.
    #[error(
        "{mice} {hosts} of {cells} cells, {threads} at a time, are likely to take about {hours} hours, more than {most}: lower --cells or --replicates, share the work out with --shards, or say --allow-large"
    )]
    Time {
        /// Mice or wells in all.
        mice: usize,
        /// What they are.
        hosts: &'static str,
        /// Cells of each.
        cells: u32,
        /// So many at a time.
        threads: usize,
        /// Estimate, h.
        hours: f64,
        /// What is allowed without being asked for, h.
        most: f64,
    },
    /// A network cannot be simulated from its state at time 0.
    #[error("{0}")]
    Start(paracrine_kernel::state::RunError),
    /// A network cannot be simulated to its end.
    #[error("{0}")]
    Simulation(#[from] paracrine_kernel::state::RunError),
    /// The statistics of a network do not fit into memory.
    #[error(
        "{quantities} quantities at {times} times need about {needed_mb} MB of memory, {available_mb} MB are available: lower --points"
    )]
    NetworkMemory {
        /// Quantities of the network.
        quantities: usize,
        /// Sampling times.
        times: usize,
        /// Estimate.
        needed_mb: u64,
        /// Available.
        available_mb: u64,
    },
    /// A test suite has no cases, or one that cannot be understood.
    #[error("{}: {problem}", .path.display())]
    Suite {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Tables as Parquet are asked for, and this build cannot write them.
    #[error(
        "tables as Parquet are asked for, with --parquet or by whoever began the run, and this paracrine is built without the feature `parquet`: build it with `cargo install --path crates/cli --features parquet`"
    )]
    NoParquet,
    /// A table in a results directory is not what a run wrote.
    #[error("{}, line {line}, column {column}: found `{found}`, expected {expected}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The column, or `all` for the header.
        column: String,
        /// What is there.
        found: String,
        /// What a run writes there.
        expected: String,
    },
    /// A table cannot be written.
    #[error("cannot write {table}: {source}")]
    Table {
        /// The table.
        table: &'static str,
        /// Why.
        source: csv::Error,
    },
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::Faults(Box::new(faults))
    }
}

/// What people who write `-` for standard input need to know.
fn no_stream(name: &str) -> &'static str {
    match name {
        "-" => "; it is read from a file, not from standard input",
        _ => "",
    }
}

/// The first of some files, and how many others there are.
fn files_text(files: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = files.len().min(SHOWN);
    let names = format!("`{}`", files[..shown].join("`, `"));
    match files.len() - shown {
        0 => names,
        others => format!("{names} and {others} more"),
    }
}

fn differences_text(differences: &[String]) -> String {
    match differences {
        [] => String::new(),
        differences => format!("; there: {}", differences.join("; ")),
    }
}

fn damaged_text(damaged: &[String]) -> String {
    match damaged {
        [] => String::new(),
        [one] => format!("; `{one}` is damaged, or of another run"),
        several => format!("; {} are damaged, or of another run", files_text(several)),
    }
}

fn nothing_text(path: &Path, is_complete: bool) -> &'static str {
    if is_complete {
        "holds complete results: nothing is left to do"
    } else if path.is_dir() {
        "holds no unfinished run"
    } else if path.exists() {
        "is no directory, and holds no unfinished run"
    } else {
        "does not exist, and holds no unfinished run"
    }
}

fn others_text(others: &[String]) -> String {
    match others {
        [] => String::new(),
        others => format!("; with it in their names: `{}`", others.join("`, `")),
    }
}

fn nearest_text(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
