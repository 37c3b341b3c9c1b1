//! The command `simulate`: a reaction network, its replicates, its tables and plots.

mod plot;
mod progress;
mod table;

use crate::arguments::{SimulateArguments, Substance, When};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{limits, number, output, script, workers};
use paracrine_scenario::lock::Lock;
use paracrine_scenario::simulate::method::Wish;
use paracrine_scenario::simulate::model::{self, Model};
use paracrine_scenario::simulate::plan::{Plan, Settings, Trajectories};
use paracrine_scenario::simulate::run::{self, Outcome, Results};
use paracrine_scenario::tables::columns::{CHECKS, NETWORK_SUMMARY};
use paracrine_scenario::tables::{self, parquet};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Simulates all replicates of a network.
///
/// # Errors
/// What is wrong with the model, its settings or its run.
pub(crate) fn simulate(arguments: &SimulateArguments) -> Result<Exit, Failure> {
    let substance = match arguments.substance {
        Substance::Declared => model::Substance::AsDeclared,
        Substance::Item => model::Substance::Items,
    };
    let model = Model::find(&arguments.model, substance, &arguments.set)?;
    output::stands_in(&arguments.model, &model.source.name);
    let mut plan = Plan::new(model, &settings(arguments))?;
    plan.level = workers::level()?;
    plan.parquet = arguments.results.forms.parquet;
    parquet::check(plan.parquet)?;
    let units = usize::try_from(plan.count()).unwrap_or(usize::MAX);
    let threads = workers::threads(arguments.ensemble.threads, units)?;
    limits::check_network(&plan)?;
    let pool = workers::pool(threads)?;
    let out = arguments
        .results
        .out
        .clone()
        .unwrap_or_else(|| default_directory(&plan, arguments));
    let interrupt = workers::interrupt();

    table::header(&plan);
    for remark in &plan.remarks {
        output::remark(&format!("note: {remark}"));
    }
    let lock = Lock::whole(&out)?;
    workers::guarded(&lock);
    let mut bar = progress::Bar::new(&plan);
    let outcome =
        pool.install(|| run::run(&plan, &out, arguments.results.force, &interrupt, &mut bar));
    bar.clear();
    match outcome? {
        Outcome::Interrupted { kept, replicates } => {
            output::remark(&format!(
                "interrupted: {kept} of {} finished and kept in {}",
                number::counted(units.min(replicates as usize), "replicate", "replicates"),
                out.display()
            ));
            output::remark("the same command continues from there");
            let body = json!({ "results": script::path(&out), "complete": false, "kept": kept, "replicates": replicates });
            Ok(script::document(Exit::Interrupted, body))
        }
        Outcome::Done(results) => {
            table::print(&plan, &results);
            plot::print(&plan, &results.rows);
            let out_of_band = table::checks(&plan, &results.checks);
            warn(&plan, &results);
            let place = out.display();
            if results.effort.is_none() {
                output::line(&format!(
                    "\nThese results were in {place} already; nothing was simulated again."
                ));
            }
            output::line(&format!("\nTables    {place}"));
            let done = |exit: Exit| -> Result<Exit, Failure> {
                if !script::is_asked() {
                    return Ok(exit);
                }
                let body = json!({
                    "results": script::path(&out), "complete": true, "network": plan.model.source.name, "method": plan.choice.method.name(),
                    "seed": plan.seed, "replicates": plan.count(), "until": plan.until, "time_unit": plan.model.time_unit,
                    "reprinted": results.effort.is_none(), "stopped": results.stopped,
                    "summary": tables::objects(&out, &NETWORK_SUMMARY)?, "checks": tables::objects(&out, &CHECKS)?,
                });
                Ok(script::document(exit, body))
            };
            if arguments.strict && (out_of_band > 0 || results.stopped > 0) {
                output::remark(&format!(
                    "error: {out_of_band} of {} are off, {} stopped early (--strict)",
                    number::counted(results.checks.len(), "expectation", "expectations"),
                    number::counted(results.stopped as usize, "replicate", "replicates"),
                ));
                return done(Exit::OutOfBand);
            }
            done(Exit::Done)
        }
    }
}

fn settings(arguments: &SimulateArguments) -> Settings {
    Settings {
        wish: Wish {
            name: arguments.method.clone(),
            epsilon: arguments.epsilon,
            tau: arguments.tau,
        },
        replicates: arguments.replicates,
        replicate: arguments.replicate,
        seed: arguments.ensemble.seed,
        until: arguments.until,
        points: arguments.points,
        quantities: arguments.quantities.clone(),
        firing_limit: arguments.firing_limit,
        every_firing: arguments.every_firing,
        trajectories: match arguments.trajectories {
            When::Auto => Trajectories::Auto,
            When::Always => Trajectories::Always,
            When::Never => Trajectories::Never,
        },
        quick: arguments.quick,
    }
}

/// Says what a reader of the tables must know.
fn warn(plan: &Plan, results: &Results) {
    if results.stopped > 0 {
        let limit = plan.firing_limit.unwrap_or(u64::MAX);
        output::remark(&format!(
            "warning: {} of {} stopped after {limit} firings, before time {}: later statistics are of the others only",
            results.stopped,
            number::counted(plan.count() as usize, "replicate", "replicates"),
            number::amount(plan.until)
        ));
    }
    if results.firings_cut {
        output::remark("warning: firings.csv is cut: it holds as many rows as are written at most");
    }
}

fn default_directory(plan: &Plan, arguments: &SimulateArguments) -> PathBuf {
    let mut name = plan.model.source.name.clone();
    if arguments.quick {
        name += "-quick";
    }
    if let Some(replicate) = arguments.replicate {
        name += &format!("-replicate{replicate}");
    }
    Path::new("results").join(name)
}
