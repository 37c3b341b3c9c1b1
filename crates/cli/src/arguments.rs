//! What can be asked on the command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Stochastic simulation of immune cells that talk through interleukin-2.
#[derive(Debug, Parser)]
#[command(
    name = "paracrine",
    version,
    about = "Virtual mice whose immune cells talk through interleukin-2",
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate all mice of a scenario and compare its arms.
    Run(RunArguments),
    /// Check scenarios without running them.
    Check {
        /// Scenario files, or names from `paracrine list`.
        #[arg(required = true, value_name = "SCENARIO")]
        scenarios: Vec<String>,
    },
    /// List the scenarios that come with the program.
    List,
    /// Write report.html anew from a results directory.
    Report {
        /// Directory that a run has filled.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Scenario file, or a name from `paracrine list`.
    pub(crate) scenario: String,
    /// Results directory [default: results/<scenario>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Seed of all random numbers, instead of the scenario's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Mice in each arm, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub(crate) replicates: Option<u32>,
    /// Simulate only mouse N of each arm (counted from 0); it is the same mouse as in the full run.
    #[arg(long, value_name = "N")]
    pub(crate) replicate: Option<u32>,
    /// Agents that stand for an adult mouse, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub(crate) cells: Option<u32>,
    /// Mice simulated at a time [default: one per core]; results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Replace results of another run in the directory.
    #[arg(long)]
    pub(crate) force: bool,
    /// A rough first look: at most 3 mice of 2000 cells in each arm.
    #[arg(long)]
    pub(crate) quick: bool,
    /// End with exit code 4 if a readout is outside its published band.
    #[arg(long)]
    pub(crate) strict: bool,
}
