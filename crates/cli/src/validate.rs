//! The command `validate`: published rows, their mice, the scoreboard.

use crate::arguments::ValidateArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{limits, number, output, progress, script, table, why, workers};
use paracrine_scenario::comparison::Verdict;
use paracrine_scenario::model::InPlace;
use paracrine_scenario::validation::{self, Board, Count, Request, Validation};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Scores the model against published rows.
///
/// # Errors
/// What is wrong with the rows, the settings or a run.
pub(crate) fn validate(arguments: &ValidateArguments) -> Result<Exit, Failure> {
    let request = Request {
        rows: arguments.rows.clone(),
        replicates: arguments.seeds,
        cells: arguments.cells,
        seed: arguments.seed,
        quick: arguments.quick,
        scenarios: arguments.scenarios.clone(),
        model: arguments.model.as_deref().map(InPlace::find).transpose()?,
    };
    let mut validation = Validation::new(request)?;
    let out = arguments.out.clone().unwrap_or_else(|| {
        let name = if arguments.quick {
            "validate-quick"
        } else {
            "validate"
        };
        Path::new("results").join(name)
    });
    let (level, keep_every) = (workers::level()?, workers::keep_every()?);
    for part in &mut validation.parts {
        part.plan.level = level;
        part.plan.keep_every = keep_every;
    }
    let threads = workers::threads(arguments.threads, validation.hosts().max(1))?;
    announce(&validation, threads);
    let started = Instant::now();
    let finished = arguments.score_only || simulate(&validation, &out, arguments.force, threads)?;
    let took = number::hours(started.elapsed().as_secs_f64() / 3600.0);
    let board = validation.board(&out)?;
    // What is known so far is a scoreboard, too.
    if out.is_dir() {
        // A few rows that are scored anew leave those in the files that were there before.
        let (filed, of_other_sizes) = match arguments.rows.is_empty() {
            true => (board.clone(), 0),
            false => validation.board_of_folder(&out)?,
        };
        filed.write_csv(&out)?;
        let page = paracrine_report::write_scoreboard(&out, &filed.size())?;
        if let Some(path) = &arguments.markdown {
            filed.write_markdown(path)?;
        }
        print(&board);
        output::line(&format!(
            "\nTable     {}",
            out.join("scoreboard.csv").display()
        ));
        output::line(&format!("Page      {}", page.display()));
        let others = filed.rows.len().saturating_sub(board.rows.len());
        if others > 0 {
            let others = number::counted(others, "other row", "other rows");
            output::line(&format!(
                "          with {others} that can be read from what is there"
            ));
        }
        if of_other_sizes > 0 {
            let scenarios = number::counted(of_other_sizes, "scenario", "scenarios");
            output::line(&format!(
                "          without what is there in other sizes, with another seed or another model: {scenarios}"
            ));
        }
        if let Some(folder) = &arguments.why {
            let pages = why::write(folder, &validation, &board, &out, arguments)?;
            let many = number::counted(pages.len(), "group", "groups");
            output::line(&format!("Why       {} ({many})", folder.display()));
        }
    } else {
        print(&board);
    }
    if !arguments.score_only {
        let threads = number::counted(threads, "thread", "threads");
        output::line(&format!(
            "Time      {took} on {threads}, what was there not counted"
        ));
    }
    let exit = if finished {
        Exit::Done
    } else {
        output::remark(
            "interrupted: what is simulated is kept, and the same command continues from there",
        );
        Exit::Interrupted
    };
    Ok(script::document(exit, document(&board, &out)))
}

/// The scoreboard for scripts: its rows, each with its conditions.
fn document(board: &Board, out: &Path) -> Value {
    let rows = board.rows.iter().map(|row| {
        let conditions = row.conditions.iter().map(|of| {
            json!({
                "condition": of.words, "band": of.band, "value": of.value, "low": of.interval.map(|(low, _)| low),
                "high": of.interval.map(|(_, high)| high), "mice": of.mice, "dead": of.dead, "verdict": of.verdict.name(),
            })
        });
        json!({
            "id": row.id, "tier": row.tier, "set": row.set.name(), "scenario": row.scenario, "what": row.what, "published": row.published,
            "verdict": row.verdict.name(), "not_modelled": row.not_modelled, "source": row.source, "conditions": conditions.collect::<Value>(),
        })
    });
    let totals = board.counts().into_iter();
    let totals = totals.map(|(name, Count { within, out, open })| {
        json!({ "name": name, "in": within, "out": out, "not_judged": open })
    });
    json!({
        "totals": totals.collect::<Value>(), "results": script::path(out), "complete": board.missing() == 0, "quick": board.quick, "model": board.model,
        "mice": board.mice, "cells": board.cells, "seed": board.seed, "rows": rows.collect::<Value>(),
    })
}

/// How much it is, before it begins.
fn announce(validation: &Validation, threads: usize) {
    let rows: usize = validation.parts.iter().map(|part| part.rows.len()).sum();
    let hosts = number::counted(validation.hosts(), "host", "hosts");
    let hours = validation.cpu_seconds() / 3600.0;
    let time = number::hours;
    output::line(&format!(
        "{} from {}, {hosts}: about {} of processor time, {} on {}, if nothing is there yet",
        number::counted(rows, "published row", "published rows"),
        number::counted(validation.parts.len(), "scenario", "scenarios"),
        time(hours),
        time(hours / threads as f64),
        number::counted(threads, "thread", "threads"),
    ));
    if validation.request.quick {
        output::line("A look, not a score: few and small mice, whose medians scatter.");
    }
}

/// Simulates scenario after scenario. Says whether it came to the end.
fn simulate(
    validation: &Validation,
    out: &Path,
    force: bool,
    threads: usize,
) -> Result<bool, Failure> {
    let pool = workers::pool(threads)?;
    let interrupt = workers::interrupt();
    let all = validation.parts.len();
    for (index, part) in validation.parts.iter().enumerate() {
        if part.arms.is_empty() {
            continue;
        }
        limits::check_scored(&part.plan, threads)?;
        let arms = match part.arms.len() {
            some if some < part.plan.arms.len() => format!("{some} of "),
            _ => String::new(),
        };
        output::remark(&format!(
            "{} of {all}: {}, {arms}{}",
            index + 1,
            part.plan.source.name,
            table::size(&part.plan)
        ));
        let bars = progress::Bars::of_arms(&part.plan, &part.arms);
        let job = || validation::simulate(part, out, force, &interrupt, &bars);
        let finished = pool.install(job);
        bars.clear();
        let finished = finished?;
        let directory = part.directory(out);
        if directory.join("manifest.json").is_file() && !directory.join("report.html").is_file() {
            paracrine_report::write(&directory)?;
        }
        if !finished || interrupt.load(Ordering::Relaxed) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The scoreboard for a terminal: a line for each row, then totals.
fn print(board: &Board) {
    output::line(&format!("\n{}\n", board.size()));
    for row in &board.rows {
        let tier = row.tier.map_or_else(|| "-".into(), |tier| tier.to_string());
        output::line(&format!(
            "{:<4} {tier} {:<11} {:<4} {}",
            row.id,
            row.set.name(),
            match row.verdict {
                Verdict::In => "in",
                Verdict::Out => "OUT",
                Verdict::NotJudged => "-",
            },
            row.what
        ));
        output::line(&format!("       published {}", row.published));
        for one in &row.conditions {
            let dead = match one.dead {
                0 => String::new(),
                dead => format!(", {dead} dead before"),
            };
            let mark = match one.verdict {
                Verdict::In => "in",
                Verdict::Out => "OUT",
                Verdict::NotJudged => "not judged",
            };
            output::line(&format!(
                "       {}: {} ({}), {mark}{dead}",
                one.words,
                one.in_words(),
                one.band
            ));
        }
        if row.verdict == Verdict::NotJudged {
            let why = match row.not_modelled.as_str() {
                "" => row.why.to_owned(),
                why => format!("{}: {why}", row.why),
            };
            output::line(&format!("       not judged, {why}"));
        }
    }
    output::line("");
    for (name, count) in board.counts() {
        let Count { within, out, open } = count;
        output::line(&format!(
            "{name:<14} {within:>3} of {:>3} in, {out:>3} out, {open:>3} not judged",
            count.all()
        ));
    }
}
