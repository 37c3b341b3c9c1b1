//! The command `run`: a scenario, its mice, its table.

use crate::arguments::RunArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, limits, output, plot, progress, script, shards, table, workers};
use paracrine_scenario::Error;
use paracrine_scenario::catalogue;
use paracrine_scenario::explain::explain;
use paracrine_scenario::lock::Lock;
use paracrine_scenario::model::InPlace;
use paracrine_scenario::plan::{Keep, Overrides, Plan, SMALLEST_SIZE};
use paracrine_scenario::run::{self, Outcome};
use paracrine_scenario::tables::columns::{COMPARISON, EFFECTS};
use paracrine_scenario::tables::{self, parquet};
use serde_json::json;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

/// Simulates all mice of a scenario.
///
/// # Errors
/// What is wrong with the scenario, its settings or its run.
pub(crate) fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let overrides = Overrides {
        seed: arguments.ensemble.seed,
        replicates: arguments.replicates,
        replicate: arguments.replicate,
        point: arguments.point,
        cells: arguments.cells,
        until: arguments.until.clone(),
        quick: arguments.quick,
        strict: arguments.strict,
        keep: Keep::ALL
            .into_iter()
            .find(|keep| arguments.keep.as_deref() == Some(keep.name())),
        save_at: arguments.save_at.clone(),
        // Who continues the run may stand elsewhere.
        from: arguments.from.as_deref().map(absolute).transpose()?,
        from_point: arguments.from_point,
    };
    let model = arguments.model.as_deref().map(InPlace::find).transpose()?;
    let source = catalogue::find(&arguments.scenario)?;
    output::stands_in(&arguments.scenario, &source.name);
    let mut plan = Plan::with_model(source, model.as_ref(), &overrides)?;
    plan.level = workers::level()?;
    plan.keep_every = workers::keep_every()?;
    plan.parquet = arguments.results.forms.parquet;
    parquet::check(plan.parquet)?;
    for remark in &plan.remarks {
        output::remark(&format!("note: {remark}"));
    }
    let out = arguments
        .results
        .out
        .clone()
        .unwrap_or_else(|| default_directory(&plan, arguments));
    if let Some(shards) = arguments.shards {
        return shards::shard(&plan, &out, shards, arguments);
    }
    let settings = Settings {
        force: arguments.results.force,
        threads: arguments.ensemble.threads,
        strict: arguments.strict,
        allow_large: arguments.allow_large,
    };
    complete(&plan, &out, &settings)
}

/// How a run is carried out, whatever it is.
pub(crate) struct Settings {
    pub(crate) force: bool,
    pub(crate) threads: Option<usize>,
    pub(crate) strict: bool,
    pub(crate) allow_large: bool,
}

/// Simulates what is not simulated yet, writes the tables and prints them.
///
/// # Errors
/// What is wrong with the settings or the run.
pub(crate) fn complete(plan: &Plan, out: &Path, settings: &Settings) -> Result<Exit, Failure> {
    parquet::check(plan.parquet)?;
    if settings.strict {
        check_size(plan)?;
    }
    let threads = workers::threads(settings.threads, plan.mice())?;
    if !settings.allow_large {
        limits::check(plan, plan.mice(), threads)?;
    }
    let pool = workers::pool(threads)?;
    let lock = match Lock::whole(out) {
        // What is only read needs no lock.
        Err(error) if is_unwritable(&error) && !settings.force && run::is_complete(plan, out) => {
            None
        }
        lock => Some(lock?),
    };
    lock.iter().for_each(workers::guarded);
    let interrupt = workers::interrupt();
    table::header(plan);
    let bars = progress::Bars::new(plan, None);
    let outcome = pool.install(|| run::run(plan, out, settings.force, &interrupt, &bars));
    bars.clear();
    match outcome? {
        Outcome::Interrupted { kept, mice } => {
            output::remark(&format!(
                "interrupted: {kept} of {}{mice} {} finished and kept in {}, with those on their way",
                table::at_most(plan),
                plan.nouns().1,
                out.display()
            ));
            output::remark("the same command continues from there");
            let body = json!({ "results": script::path(out), "complete": false, "kept": kept, "replicates": mice });
            Ok(script::document(Exit::Interrupted, body))
        }
        Outcome::Done {
            comparisons,
            stopped,
            reprinted,
        } => {
            let page = match paracrine_report::write(out) {
                Err(_) if lock.is_none() => out.join("report.html"),
                page => page?,
            };
            table::print(plan, &comparisons, out);
            plot::print(plan, out);
            if let Some(stopped) = &stopped {
                columns::paragraph(&format!("\n{}", table::replicates(plan, stopped)), 10);
            }
            if reprinted {
                let told = format!(
                    "\nThese results were in {} already; nothing was simulated again.",
                    out.display()
                );
                columns::paragraph(&told, 0);
            }
            output::line(&format!("\nTables    {}", out.display()));
            output::line(&format!("Report    {}", page.display()));
            let limits = format!(
                "Limits    well-mixed {}, calibrated parameters, not for dosing decisions (docs/limits.md)",
                plan.nouns().0
            );
            columns::paragraph(&limits, 10);
            if plan.is_coarse() {
                let coarse = format!(
                    "          {} agents a mouse: a look, not a result; medians near the threshold may be off by ten points, so no band is \
                     judged below {SMALLEST_SIZE}",
                    plan.run.cells
                );
                columns::paragraph(&coarse, 10);
            }
            let mice = stopped.map_or(plan.mice(), |stopped| {
                stopped.replicates as usize * plan.arms.len()
            });
            next(plan, &page, out);
            let cut_short = tables::cut_short(out)?;
            let done = |exit: Exit| -> Result<Exit, Failure> {
                if !script::is_asked() {
                    return Ok(exit);
                }
                let body = json!({
                    "results": script::path(out), "complete": true, "report": script::path(&page), "scenario": plan.source.name, "seed": plan.run.seed,
                    "reprinted": reprinted, "replicates": mice, "cut_short": cut_short.len(),
                    "comparison": tables::objects(out, &COMPARISON)?, "effects": tables::objects(out, &EFFECTS)?,
                });
                Ok(script::document(exit, body))
            };
            if let Some((arm, replicate, why)) = cut_short.first() {
                output::remark(&format!(
                    "error: {} of {} {} could not be simulated to the end and have no values from then on (events.csv); the first, arm `{arm}`, \
                     replicate {replicate}: {why}",
                    cut_short.len(),
                    mice,
                    plan.nouns().1,
                ));
                return done(Exit::Failed);
            }
            let out_of_band = table::out_of_band(&comparisons);
            if out_of_band > 0 && settings.strict {
                output::remark(&format!(
                    "error: {out_of_band} readouts are outside their published band (--strict)"
                ));
                return done(Exit::OutOfBand);
            }
            done(Exit::Done)
        }
    }
}

/// Whether a directory could not be written to.
fn is_unwritable(error: &Error) -> bool {
    let kinds = [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::ReadOnlyFilesystem,
    ];
    matches!(error, Error::Write { source, .. } if kinds.contains(&source.kind()))
}

/// What people may want next: to see the page, and all mice after a first look, or why the main readout moves. Not for pipes.
fn next(plan: &Plan, page: &Path, out: &Path) {
    if !io::stderr().is_terminal() {
        return;
    }
    let open = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "start",
        _ => "xdg-open",
    };
    output::remark(&format!("\nNext      {open} {}", page.display()));
    if plan.overrides.quick {
        output::remark(&format!("          paracrine run {}", plan.source.origin));
    } else if let Some(word) = plan.readouts.first().and_then(|of| word_of(&of.name)) {
        output::remark(&format!("          paracrine explain {word}"));
    }
    if plan.sweep.is_none() && plan.arms.len() == 1 {
        output::remark(&format!(
            "          paracrine diff {} ANOTHER_RUN",
            out.display()
        ));
    }
}

/// A word that `explain` knows: what a readout is of, or else its own name.
fn word_of(readout: &str) -> Option<String> {
    let (name, arguments) = readout.split_once('(').unwrap_or((readout, ""));
    let first = arguments.split([',', ')']).next().unwrap_or_default();
    let mut words = [first.trim(), name.trim()].into_iter();
    let known = words.find(|word| !word.is_empty() && explain(word).is_ok())?;
    Some(match known.contains(' ') {
        true => format!("\"{known}\""),
        false => known.to_owned(),
    })
}

/// Refuses to judge what cannot be judged.
fn check_size(plan: &Plan) -> Result<(), Failure> {
    if plan.is_coarse() {
        return Err(Failure::Setting(format!(
            "--strict judges medians, which takes mice of at least {SMALLEST_SIZE} agents; these have {}",
            plan.run.cells
        )));
    }
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::Setting(format!("--from: found {}: {error}", path.display())))
}

fn default_directory(plan: &Plan, arguments: &RunArguments) -> PathBuf {
    let mut name = plan.source.name.clone();
    if arguments.quick {
        name += "-quick";
    }
    if let Some(point) = arguments.point {
        name += &format!("-point{point}");
    }
    if let Some(replicate) = arguments.replicate {
        name += &format!("-{}{replicate}", plan.nouns().0);
    }
    Path::new("results").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smallest fault seen: `paracrine explain count` after a table of NK cells.
    #[test]
    fn what_a_readout_is_of_is_explained() {
        for (readout, word) in [
            ("count(NK)", Some("NK")),
            ("count(naive CD4, spleen)", Some("\"naive CD4\"")),
            ("concentration(IL-2)", Some("IL-2")),
            ("alive", Some("alive")),
            ("CD8 to CD4", None),
        ] {
            assert_eq!(word_of(readout).as_deref(), word, "{readout}");
        }
    }
}
