//! The paracrine command: arguments, progress, tables for people, exit codes.
//!
//! Thin: everything that computes is in the crates below. The library exists so that tests can own the binary.

mod arguments;
mod exit;
mod faults;
mod memory;
mod number;
mod output;
mod progress;
mod table;

use arguments::{Arguments, Command, RunArguments};
use clap::Parser as _;
use exit::Exit;
use paracrine_scenario::catalogue::{self, SCENARIOS};
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::run::{self, Outcome};
use paracrine_scenario::{Error, directory::Directory};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap knows where each belongs. A closed pipe is the reader's choice.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    let done = match arguments.command {
        Command::Run(arguments) => run(&arguments),
        Command::Check { scenarios } => check(&scenarios),
        Command::List => list(),
        Command::Report { results } => report(&results),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report().into(),
    }
}

/// More threads than any machine has cores for.
const MOST_THREADS: usize = 4096;

/// A failure on its way to the terminal.
enum Failure {
    Run(Error),
    Report(paracrine_report::ReportError),
    Setting(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Run(error)
    }
}

impl From<paracrine_report::ReportError> for Failure {
    fn from(error: paracrine_report::ReportError) -> Self {
        Self::Report(error)
    }
}

impl Failure {
    fn report(&self) -> Exit {
        match self {
            Self::Run(Error::Faults(faults)) => {
                faults::print(faults);
                Exit::Scenario
            }
            Self::Run(error) => {
                output::remark(&format!("error: {error}"));
                match error {
                    Error::UnknownScenario { .. } => {
                        output::remark(
                            "`paracrine list` shows the scenarios that come with the program",
                        );
                        Exit::Scenario
                    }
                    Error::Read { .. } | Error::NotText { .. } => Exit::Scenario,
                    Error::Setting { .. }
                    | Error::Memory { .. }
                    | Error::OtherRun { .. }
                    | Error::Foreign { .. } => Exit::Usage,
                    _ => Exit::Failed,
                }
            }
            Self::Report(error) => {
                output::remark(&format!("error: {error}"));
                Exit::Failed
            }
            Self::Setting(message) => {
                output::remark(&format!("error: {message}"));
                Exit::Usage
            }
        }
    }
}

fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let overrides = Overrides {
        seed: arguments.seed,
        replicates: arguments.replicates,
        replicate: arguments.replicate,
        cells: arguments.cells,
        quick: arguments.quick,
    };
    let plan = Plan::new(catalogue::find(&arguments.scenario)?, &overrides)?;
    for remark in &plan.remarks {
        output::remark(&format!("note: {remark}"));
    }
    let threads = arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    if threads == 0 || threads > MOST_THREADS {
        let bound = if threads == 0 {
            "at least 1".into()
        } else {
            format!("at most {MOST_THREADS}")
        };
        let message = format!("--threads: found {threads}, expected {bound}");
        return Err(Failure::Setting(message));
    }
    let threads = threads.min(plan.mice());
    memory::check(&plan, threads)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| {
            Failure::Setting(format!(
                "--threads: cannot start {threads} threads: {error}"
            ))
        })?;
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| default_directory(&plan, arguments));

    let interrupt = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&interrupt);
    let handler = ctrlc::set_handler(move || {
        // The first signal ends the run in order, the second at once.
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    if let Err(error) = handler {
        output::remark(&format!("note: Ctrl-C will stop at once: {error}"));
    }

    table::header(&plan);
    let bars = progress::Bars::new(&plan);
    let outcome = pool.install(|| run::run(&plan, &out, arguments.force, &interrupt, &bars));
    bars.clear();
    match outcome? {
        Outcome::Interrupted { kept, mice } => {
            output::remark(&format!(
                "interrupted: {kept} of {mice} mice are finished and kept in {}",
                out.display()
            ));
            output::remark("the same command continues from there");
            Ok(Exit::Interrupted)
        }
        Outcome::Done {
            comparisons,
            reprinted,
        } => {
            let page = paracrine_report::write(&out)?;
            table::print(&plan, &comparisons);
            if reprinted {
                output::line(&format!(
                    "\nThese results were in {} already; nothing was simulated again.",
                    out.display()
                ));
            }
            output::line(&format!("\nTables    {}", out.display()));
            output::line(&format!("Report    {}", page.display()));
            output::line(
                "Limits    well-mixed mouse, calibrated parameters, not for dosing decisions (docs/limits.md)",
            );
            let out_of_band = table::out_of_band(&comparisons);
            if out_of_band > 0 && arguments.strict {
                output::remark(&format!(
                    "error: {out_of_band} readouts are outside their published band (--strict)"
                ));
                return Ok(Exit::OutOfBand);
            }
            Ok(Exit::Done)
        }
    }
}

fn default_directory(plan: &Plan, arguments: &RunArguments) -> PathBuf {
    let mut name = plan.source.name.clone();
    if arguments.quick {
        name += "-quick";
    }
    if let Some(replicate) = arguments.replicate {
        name += &format!("-mouse{replicate}");
    }
    Path::new("results").join(name)
}

fn check(scenarios: &[String]) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for name in scenarios {
        match catalogue::find(name).and_then(|source| Plan::new(source, &Overrides::default())) {
            Ok(plan) => {
                for remark in &plan.remarks {
                    output::remark(&format!("note: {remark}"));
                }
                output::line(&format!(
                    "{name}: good; {} of {}, {} cells each, to day {}",
                    number::counted(plan.arms.len(), "arm", "arms"),
                    number::counted(plan.mice_per_arm(), "mouse", "mice"),
                    plan.run.cells,
                    number::day(plan.run.until_d)
                ));
            }
            Err(error) => exit = Failure::from(error).report(),
        }
    }
    Ok(exit)
}

fn list() -> Result<Exit, Failure> {
    let width = SCENARIOS
        .iter()
        .map(|shipped| shipped.name.len())
        .max()
        .unwrap_or(0);
    for shipped in SCENARIOS {
        let plan = Plan::new(catalogue::find(shipped.name)?, &Overrides::default())?;
        output::line(&format!("{:width$}  {}", shipped.name, plan.question));
    }
    output::line(&format!("\nparacrine run {}", SCENARIOS[1].name));
    Ok(Exit::Done)
}

fn report(results: &Path) -> Result<Exit, Failure> {
    Directory::open(results)?;
    output::line(&format!("{}", paracrine_report::write(results)?.display()));
    Ok(Exit::Done)
}
