//! What can be asked on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use paracrine_scenario::calibration::Size;
use paracrine_scenario::plan::Keep;
use paracrine_scenario::simulate::method::NAMES;
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
    /// Print one JSON document for scripts, errors too (all commands but new, schema, completions, lab and shards of a run).
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate all mice of a scenario and compare its arms.
    Run(RunArguments),
    /// Say how far an unfinished run has come: which shards are missing.
    Status {
        /// Directory of the run.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Continue an interrupted run, or simulate what shards have left.
    ///
    /// Mice that were on their way go on where they were last written down, which is once a minute and upon Ctrl-C.
    Resume(ResumeArguments),
    /// Make the tables of a run whose shards are all done.
    Merge {
        /// Directory that the shards have filled.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// End with exit code 4 if a readout is outside its published band; mice need at least 5000 agents.
        #[arg(long)]
        strict: bool,
        #[command(flatten)]
        forms: Forms,
    },
    /// Score the model against the published phenotypes: all rows, groups such as `A`, or rows such as `A4`.
    ///
    /// Every scenario with rows that are asked for is simulated into a results directory of its own; the same command goes on where it was
    /// interrupted, also days later. Leaves scoreboard.csv and scoreboard.html.
    Validate(ValidateArguments),
    /// Fit calibrated parameters to published rows of the fitting set, or say how much rows depend on each.
    ///
    /// A design covers the ranges, CMA-ES goes on from its best point, later stages decide between the best. The same command goes on where it was interrupted.
    /// Leaves settings.ron, evaluations.csv, rows.csv and best.ron, a model for --model of other commands; the shipped model is never written.
    Calibrate(CalibrateArguments),
    /// Simulate a reaction network: replicates, their statistics, plots.
    Simulate(SimulateArguments),
    /// Run the Discrete Stochastic Models Test Suite and judge the results by its rule.
    Dsmts(DsmtsArguments),
    /// Check scenarios, models and networks without running them.
    Check {
        /// Files, or names from `paracrine list`.
        #[arg(required = true, value_name = "FILE")]
        scenarios: Vec<String>,
    },
    /// Write a small commented scenario to begin with; nothing is ever replaced.
    New {
        /// Name of the scenario; `.ron` is added.
        name: String,
        /// Cells in wells, instead of mice.
        #[arg(long)]
        well: bool,
    },
    /// List the scenarios and networks that come with the program.
    List,
    /// Print a model, or those of its parameters that match a word.
    Model {
        /// Name of the model, or a file.
        #[arg(default_value = "mouse")]
        name: String,
        /// Only parameters and kinds with this in their name, meaning or source, as a table.
        #[arg(value_name = "WORD")]
        word: Option<String>,
    },
    /// List the readouts that a scenario may ask for, or those that match a word.
    Readouts {
        /// Only lines with this in them.
        #[arg(value_name = "WORD")]
        word: Option<String>,
    },
    /// Say what the model knows of a word, with sources: a gene, protein, kind of cell, parameter, readout, drug, mechanism.
    Explain {
        /// Such as IL-2, CD25, Treg, treg_death, costimulation, anti-CD25.
        #[arg(value_name = "WORD")]
        word: String,
    },
    /// Print a script that completes commands and options in a shell.
    ///
    /// For bash: `paracrine completions bash > ~/.local/share/bash-completion/completions/paracrine`.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Show what differs between two scenarios, or between the results of two runs.
    ///
    /// Ends with exit code 0 if they are the same, 5 if they differ.
    Diff {
        /// Scenario file, a name from `paracrine list`, or a results directory.
        a: String,
        /// Another one of the same sort.
        b: String,
        /// Every row of a table that differs, instead of the first 10.
        #[arg(long)]
        all: bool,
    },
    /// Print a JSON Schema of scenarios, for editors and other programs.
    Schema,
    /// Open the lab in the browser: the mouse, the pathways, lessons.
    ///
    /// Serves this machine alone, works without a network and ends with Ctrl-C.
    Lab(LabArguments),
    /// Write report.html anew from a results directory.
    Report {
        /// Directory that a run has filled.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
    },
}

/// How the lab is opened.
#[derive(Debug, Args)]
pub(crate) struct LabArguments {
    /// Port to listen at [default: a free one].
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// Print the link alone, without opening a browser.
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Let other machines of the network in, by a second link that shows no answers.
    #[arg(long)]
    pub(crate) class: bool,
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct Results {
    /// Results directory [default: below results, with the name of what is run].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace results of another run in the directory.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) forms: Forms,
}

/// In what forms tables are written, beside CSV.
#[derive(Debug, Args)]
pub(crate) struct Forms {
    /// Write every table as Parquet too (takes a build with the feature `parquet`).
    #[arg(long)]
    pub(crate) parquet: bool,
}

/// How replicates are drawn and shared out.
#[derive(Debug, Args)]
pub(crate) struct Ensemble {
    /// Seed of all random numbers [default: that of the file, or 1].
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Replicates simulated at a time [default: one per core]; results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Scenario file, or a name from `paracrine list`.
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) ensemble: Ensemble,
    /// Model to run in place of the scenario's: a file, or a name from `paracrine list`.
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<String>,
    /// Mice in each arm, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub(crate) replicates: Option<u32>,
    /// Simulate only mouse N of each arm (counted from 0); it is the same mouse as in the full run.
    #[arg(long, value_name = "N")]
    pub(crate) replicate: Option<u32>,
    /// Simulate only point N of the sweep (counted from 0); it is the same as in the full run.
    #[arg(long, value_name = "N")]
    pub(crate) point: Option<u32>,
    /// Agents that stand for an adult mouse, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub(crate) cells: Option<u32>,
    /// Age at the end, such as "70 d", instead of the scenario's; not earlier than that.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Age at which the whole state of each mouse is kept, such as "56 d", for other runs to begin from: in DIR/states.
    #[arg(long, value_name = "TIME")]
    pub(crate) save_at: Option<String>,
    /// Begin from the states that the run in DIR has kept: each mouse of an arm from that of the arm of the same name, or of the only arm
    /// there. The rows are those of the whole run; what was done before must be the same.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: Option<PathBuf>,
    /// The point of the sweep that kept those states, at which all begin [default: each point from its own].
    #[arg(long, value_name = "N", requires = "from")]
    pub(crate) from_point: Option<u32>,
    /// A rough first look: at most 3 mice of 2000 cells in each arm.
    #[arg(long)]
    pub(crate) quick: bool,
    /// How much stays on disk [default: timecourse, or cells if the scenario has snapshots].
    #[arg(long, value_name = "WHAT", value_parser = Keep::ALL.map(Keep::name))]
    pub(crate) keep: Option<String>,
    /// End with exit code 4 if a readout is outside its published band; mice need at least 5000 agents.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Run also what is likely to take more than a day, or more memory than there is.
    #[arg(long)]
    pub(crate) allow_large: bool,
    /// Deal the mice out to K processes that share the results directory, and simulate one part of them: see docs/cluster.md.
    #[arg(long, value_name = "K", conflicts_with = "force")]
    pub(crate) shards: Option<u64>,
    /// Which part, counted from 0 [default: the index of the Slurm array task].
    #[arg(long, value_name = "I", requires = "shards")]
    pub(crate) shard: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArguments {
    /// Directory of the run.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Replicates simulated at a time [default: one per core]; results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// End with exit code 4 if a readout is outside its published band; mice need at least 5000 agents.
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) forms: Forms,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Groups and rows [default: all].
    #[arg(value_name = "ROW")]
    pub(crate) rows: Vec<String>,
    /// A look of some minutes: few and small mice.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Mice in each arm [default: 5].
    #[arg(long, value_name = "N")]
    pub(crate) seeds: Option<u32>,
    /// Agents that stand for an adult mouse [default: 50 000].
    #[arg(long, value_name = "N")]
    pub(crate) cells: Option<u32>,
    /// Seed of all random numbers [default: that of the scenarios, 7].
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Folder of the results, one directory in it for each scenario [default: results/validate, or results/validate-quick].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace results of other runs in these directories.
    #[arg(long)]
    pub(crate) force: bool,
    /// Write the scoreboard as Markdown to a file, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write a page on each group into a folder, too: the causal chain of its runs in numbers and figures. What is written by hand around the numbers is kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) why: Option<PathBuf>,
    /// Rows of the scenarios in a folder, instead of those that come with the program.
    #[arg(long, value_name = "DIR")]
    pub(crate) scenarios: Option<PathBuf>,
    /// Model to score in place of the scenarios' own: a file, or a name from `paracrine list`.
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<String>,
    /// Score what is there and simulate nothing.
    #[arg(long, conflicts_with = "force")]
    pub(crate) score_only: bool,
    /// Mice simulated at a time [default: one per core]; results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct CalibrateArguments {
    /// Groups and rows of the fitting set [default: all of it; with --sensitivity the headline rows].
    #[arg(value_name = "ROW")]
    pub(crate) rows: Vec<String>,
    /// Parameters that move, separated by commas [default: all calibrated ones but fatal_damage].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) parameter: Vec<String>,
    /// Model to begin with, such as best.ron of an earlier calibration [default: mouse].
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<String>,
    /// How the points of the design are chosen.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) design: Design,
    /// Points of the design.
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) points: u32,
    /// Generations of CMA-ES, at most.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) generations: u32,
    /// Candidates in a generation [default: 4 + 3 ln n for n parameters].
    #[arg(long, value_name = "N")]
    pub(crate) population: Option<u32>,
    /// First standard deviation of CMA-ES, as a share of each range.
    #[arg(long, value_name = "SHARE", default_value_t = 0.15)]
    pub(crate) step: f64,
    /// Agents that stand for an adult mouse, in design and search; wells keep theirs.
    #[arg(long, value_name = "N", default_value_t = 5000)]
    pub(crate) cells: u32,
    /// Mice in each arm, in design and search.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seeds: u32,
    /// Larger mice that decide between the best candidates, stage by stage: `20000x3,50000x5` are agents of a mouse and mice in each arm.
    #[arg(long, value_name = "CELLSxSEEDS", value_delimiter = ',', value_parser = size)]
    pub(crate) stages: Vec<Size>,
    /// Candidates that go on to the next stage, beside the model at the beginning.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) keep: u32,
    /// Seed of the search.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Seed of the mice [default: that of the scenarios, 7].
    #[arg(long, value_name = "SEED")]
    pub(crate) mouse_seed: Option<u64>,
    /// Weight of a row in the loss, again and again; others weigh 1.
    #[arg(long, value_name = "ROW=WEIGHT", value_parser = change)]
    pub(crate) weight: Vec<(String, f64)>,
    /// Set fatal_damage on F1 alone, and nothing else.
    #[arg(long, conflicts_with_all = ["parameter", "sensitivity", "stages"])]
    pub(crate) death_threshold: bool,
    /// Move each calibrated parameter by so many per cent down and up, one at a time, and fit nothing.
    #[arg(long, value_name = "PERCENT", conflicts_with = "stages")]
    pub(crate) sensitivity: Option<f64>,
    /// Folder of the results [default: results/calibrate, results/death-threshold or results/sensitivity].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the outcome of other settings in this folder; what was simulated there is still used.
    #[arg(long)]
    pub(crate) force: bool,
    /// Rows of the scenarios in a folder, instead of those that come with the program.
    #[arg(long, value_name = "DIR")]
    pub(crate) scenarios: Option<PathBuf>,
    /// Mice simulated at a time [default: one per core]; results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

/// How the points of a design are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Design {
    #[default]
    LatinHypercube,
    Sobol,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// Network in RON or SBML, or a name from `paracrine list`.
    pub(crate) model: String,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) ensemble: Ensemble,
    /// How trajectories are made, instead of the model's choice.
    #[arg(long, value_parser = NAMES)]
    pub(crate) method: Option<String>,
    /// Replicates, instead of the model's.
    #[arg(long, value_name = "N")]
    pub(crate) replicates: Option<u64>,
    /// Simulate only replicate N (counted from 0); it is the same as in the full run.
    #[arg(long, value_name = "N")]
    pub(crate) replicate: Option<u64>,
    /// End of the run, in the model's unit of time.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) until: Option<f64>,
    /// Equal intervals between sampling times.
    #[arg(long, value_name = "N")]
    pub(crate) points: Option<u32>,
    /// Quantities to write, separated by commas [default: all].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) quantities: Vec<String>,
    /// Value of a parameter, or of a species or compartment at time 0, instead of the model's.
    #[arg(long, value_name = "NAME=VALUE", value_parser = change)]
    pub(crate) set: Vec<(String, f64)>,
    /// Tolerance of tau-leap.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(crate) epsilon: Option<f64>,
    /// Length of a step of fixed-leap and binomial-leap.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) tau: Option<f64>,
    /// Stop a replicate once so many channels have fired.
    #[arg(long, value_name = "N")]
    pub(crate) firing_limit: Option<u64>,
    /// Write firings.csv too: what changes at every firing.
    #[arg(long)]
    pub(crate) every_firing: bool,
    /// Whether to write trajectories.csv: `auto` up to 2 million rows.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) trajectories: When,
    /// How an SBML file counts: by the units it declares, or in molecules whatever they are.
    #[arg(long, value_enum, default_value_t, value_name = "UNIT")]
    pub(crate) substance: Substance,
    /// A rough first look: at most 10 replicates.
    #[arg(long)]
    pub(crate) quick: bool,
    /// End with exit code 4 if something is not as the model expects, or a replicate is stopped.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DsmtsArguments {
    /// Folder of the suite, or any folder with cases in it.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Methods, separated by commas [default: all exact ones].
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = NAMES)]
    pub(crate) method: Vec<String>,
    /// Replicates of each case.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) replicates: u64,
    #[command(flatten)]
    pub(crate) ensemble: Ensemble,
    /// Only these cases, separated by commas, such as 00001,00028.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    pub(crate) cases: Vec<String>,
    /// Every level and version of SBML, instead of Level 3 Version 1.
    #[arg(long)]
    pub(crate) all_levels: bool,
    /// Tolerance of tau-leap.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(crate) epsilon: Option<f64>,
    /// Length of a step of fixed-leap and binomial-leap.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) tau: Option<f64>,
    /// Write the table to a file too, in Markdown.
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

/// When single trajectories are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// How amounts of an SBML file are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Substance {
    #[default]
    Declared,
    Item,
}

/// Reads `20000x3`.
fn size(text: &str) -> Result<Size, String> {
    let parts = text.trim().split_once('x').and_then(|(cells, seeds)| {
        let (cells, seeds) = (cells.parse().ok()?, seeds.parse().ok()?);
        Some(Size { cells, seeds })
    });
    parts.ok_or_else(|| {
        "expected agents of a mouse and mice in each arm, such as 20000x3".to_owned()
    })
}

/// Reads `name=value`.
fn change(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("expected a name and a number such as k=0.5")?;
    let number: f64 = value
        .trim()
        .parse()
        .map_err(|_| format!("found `{}`, expected a number", value.trim()))?;
    if !number.is_finite() {
        return Err(format!("found {number}, expected a finite number"));
    }
    Ok((name.trim().to_owned(), number))
}
