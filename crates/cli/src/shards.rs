//! The commands `run --shards`, `status`, `resume` and `merge`: a run that many processes share, or that was interrupted.

use crate::arguments::{Forms, ResumeArguments, RunArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::number::counted;
use crate::run::{Settings, complete};
use crate::{limits, output, progress, script, table, workers};
use paracrine_scenario::Error;
use paracrine_scenario::lock::Lock;
use paracrine_scenario::plan::Plan;
use paracrine_scenario::run;
use paracrine_scenario::tables::{self, parquet};
use paracrine_scenario::unfinished::{Shard, Unfinished};
use serde_json::json;
use std::path::Path;

/// More processes than share any run.
const MOST_SHARDS: u64 = 1_000_000;

/// What Slurm calls the index of a task in a job array.
const SLURM_INDEX: &str = "SLURM_ARRAY_TASK_ID";

/// Simulates the mice of one shard.
///
/// # Errors
/// What is wrong with the settings or the run.
pub(crate) fn shard(
    plan: &Plan,
    out: &Path,
    of: u64,
    arguments: &RunArguments,
) -> Result<Exit, Failure> {
    if of == 0 || of > MOST_SHARDS {
        let message = format!("--shards: found {of}, expected 1 to {MOST_SHARDS}");
        return Err(Failure::Setting(message));
    }
    let index = match arguments.shard {
        Some(index) => index,
        None => index_of_task()?,
    };
    if index >= of {
        let message = format!(
            "--shard: found {index}, expected 0 to {}: shards are counted from 0",
            of - 1
        );
        return Err(Failure::Setting(message));
    }
    run::check_shared(plan)?;
    let shard = Shard { index, of };
    let mice = (0..plan.mice() as u64).filter(|unit| shard.holds(*unit));
    let mice = mice.count();
    let threads = workers::threads(arguments.ensemble.threads, mice)?;
    if !arguments.allow_large {
        limits::check(plan, mice, threads)?;
    }
    let pool = workers::pool(threads)?;
    let lock = Lock::shard(out, index)?;
    workers::guarded(&lock);
    let interrupt = workers::interrupt();
    table::header(plan);
    let bars = progress::Bars::new(plan, Some(shard));
    let done = pool.install(|| run::shard(plan, out, shard, &interrupt, &bars));
    bars.clear();
    let (kept, mice) = done?;
    output::line(&format!(
        "Shard {index} of {of}: {kept} of {mice} {} kept in {}",
        plan.nouns().1,
        out.display()
    ));
    Ok(if kept < mice {
        Exit::Interrupted
    } else {
        Exit::Done
    })
}

/// The index that Slurm gives a task.
fn index_of_task() -> Result<u64, Failure> {
    let Some(given) = std::env::var_os(SLURM_INDEX) else {
        return Err(Failure::Setting(format!(
            "--shards without --shard: say which one, or run it in a Slurm job array, which sets {SLURM_INDEX}"
        )));
    };
    let given = given.to_string_lossy();
    given.parse().map_err(|_| {
        Failure::Setting(format!(
            "{SLURM_INDEX}: found {given:?}, expected a whole number from 0"
        ))
    })
}

/// The unfinished run in a directory.
///
/// # Errors
/// That there is none; of complete results that are not those of the run any more, that.
fn open(directory: &Path) -> Result<Unfinished, Failure> {
    let opened = Unfinished::open(directory);
    let is_complete = matches!(
        opened,
        Err(Error::NothingUnfinished {
            is_complete: true,
            ..
        })
    );
    if is_complete && !is_of_network(directory) {
        tables::verify(directory)?;
    }
    Ok(opened?)
}

/// Whether results are those of a reaction network, which have no list of files.
fn is_of_network(directory: &Path) -> bool {
    let is_there = |name: &str| directory.join(name).is_file();
    !is_there("scenario.ron") && (is_there("model.ron") || is_there("model.xml"))
}

/// Says how far an unfinished run has come.
///
/// # Errors
/// That there is none.
pub(crate) fn status(directory: &Path) -> Result<Exit, Failure> {
    let run = match open(directory) {
        Err(Failure::Run(Error::NothingUnfinished {
            is_complete: true, ..
        })) => {
            output::line(&format!("{}: complete", directory.display()));
            return Ok(script::document(Exit::Done, json!({ "complete": true })));
        }
        run => run?,
    };
    let (mice, noun) = (run.plan.mice(), run.plan.nouns().1);
    output::line(&format!("Scenario  {}", run.plan.source.name));
    if run.shards > 1 {
        output::line(&format!("Shards    {}", run.shards));
    }
    output::line(&format!(
        "Kept      {} of {}{mice} {noun}",
        mice - run.missing.len(),
        table::at_most(&run.plan)
    ));
    for file in &run.damaged {
        output::line(&format!("Damaged   {file}: damaged, or of another run"));
    }
    let directory = directory.display();
    let body = json!({
        "complete": false, "scenario": run.plan.source.name, "shards": run.shards, "kept": mice - run.missing.len(), "replicates": mice,
        "missing_shards": run.missing_shards(),
    });
    script::document(Exit::Done, body);
    match run.missing_shards() {
        Some(missing) if run.shards > 1 => output::line(&format!("Missing   --array={missing}")),
        Some(_) => output::line(&format!("Next      paracrine resume {directory}")),
        None => output::line(&format!("Next      paracrine merge {directory}")),
    }
    Ok(Exit::Done)
}

/// Continues an interrupted run.
///
/// # Errors
/// That there is none, or what is wrong with it.
pub(crate) fn resume(arguments: &ResumeArguments) -> Result<Exit, Failure> {
    let mut run = open(&arguments.directory)?;
    run.plan.level = workers::level()?;
    run.plan.keep_every = workers::keep_every()?;
    run.plan.parquet |= arguments.forms.parquet;
    let settings = Settings {
        force: false,
        threads: arguments.threads,
        strict: arguments.strict,
        // Whoever began it did.
        allow_large: true,
    };
    complete(&run.plan, &arguments.directory, &settings)
}

/// Makes the tables of a run whose shards are all done.
///
/// # Errors
/// That some are not, or that there is none.
pub(crate) fn merge(directory: &Path, strict: bool, forms: &Forms) -> Result<Exit, Failure> {
    let mut run = open(directory)?;
    run.plan.parquet |= forms.parquet;
    parquet::check(run.plan.parquet)?;
    if run.shards == 1 && !run.missing.is_empty() {
        return Err(Error::Interrupted {
            path: directory.to_owned(),
            mice: run.missing.len(),
        }
        .into());
    }
    if let Some(shards) = run.missing_shards() {
        return Err(Error::MissingShards {
            path: directory.to_owned(),
            mice: run.missing.len(),
            shards,
            damaged: run.damaged,
        }
        .into());
    }
    let shards = counted(run.shards as usize, "shard", "shards");
    output::remark(&format!("merging {shards}"));
    let settings = Settings {
        force: false,
        threads: Some(1),
        strict,
        allow_large: true,
    };
    complete(&run.plan, directory, &settings)
}
