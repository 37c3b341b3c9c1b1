//! The command `calibrate`: what moves, what it is fitted to, what came out.

use crate::arguments::{CalibrateArguments, Design};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{limits, number, output, script, workers};
use indicatif::{ProgressBar, ProgressStyle};
use paracrine_scenario::calibration::{
    Calibration, Ended, Evaluation, Fitted, Moving, Request, Scored, ScoredCondition, ScoredRow,
    Sensitivity, Size, Task, Watcher,
};
use paracrine_scenario::language::Method;
use paracrine_scenario::rows::Estimate;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Fits parameters to rows, sets the death threshold, or measures sensitivities.
///
/// # Errors
/// What is wrong with rows, parameters, settings or a run.
pub(crate) fn calibrate(arguments: &CalibrateArguments) -> Result<Exit, Failure> {
    let (task, name) = match arguments.sensitivity {
        Some(percent) => (Task::Sensitivity(percent), "sensitivity"),
        None if arguments.death_threshold => (Task::Threshold, "death-threshold"),
        None => (Task::Fit, "calibrate"),
    };
    let first = Size {
        cells: arguments.cells,
        seeds: arguments.seeds,
    };
    let mut calibration = Calibration::new(Request {
        task,
        rows: arguments.rows.clone(),
        parameters: arguments.parameter.clone(),
        model: arguments.model.clone(),
        design: match arguments.design {
            Design::LatinHypercube => Method::LatinHypercube,
            Design::Sobol => Method::Sobol,
        },
        points: arguments.points,
        generations: arguments.generations,
        population: arguments.population,
        step: arguments.step,
        sizes: [&[first], &arguments.stages[..]].concat(),
        keep: arguments.keep,
        seed: arguments.seed,
        mouse_seed: arguments.mouse_seed,
        weights: arguments.weight.clone(),
        scenarios: arguments.scenarios.clone(),
    })?;
    calibration.level = workers::level()?;
    calibration.keep_every = workers::keep_every()?;
    let out: PathBuf = (arguments.out.clone()).unwrap_or_else(|| Path::new("results").join(name));
    let threads = workers::threads(arguments.threads, usize::MAX)?;
    for part in &calibration.validation.parts {
        limits::check_scored(&part.plan, threads)?;
    }
    announce(&calibration, threads);
    let pool = workers::pool(threads)?;
    let interrupt = workers::interrupt();
    let bar = Bar::new(&calibration);
    let ended = pool.install(|| calibration.run(&out, arguments.force, &interrupt, &bar));
    bar.0.finish_and_clear();
    match ended? {
        Ended::Interrupted => {
            output::remark(
                "interrupted: what is simulated is kept, and the same command continues from there",
            );
            let body = json!({ "results": script::path(&out), "complete": false, "task": name });
            Ok(script::document(Exit::Interrupted, body))
        }
        Ended::Fitted(fitted) => {
            print(&calibration, &fitted, &out);
            Ok(script::document(
                Exit::Done,
                fit(&calibration, &fitted, &out, name),
            ))
        }
        Ended::Moved(sensitivity) => {
            print_sensitivity(&sensitivity, &out);
            Ok(script::document(
                Exit::Done,
                moved(&sensitivity, &out, name),
            ))
        }
    }
}

/// What became of a candidate's row, for scripts.
fn row(row: &ScoredRow) -> Value {
    let conditions = row.conditions.iter().map(|of| {
        json!({
            "condition": of.words, "band": of.band, "value": of.value.map(Estimate::number), "is": of.value.map(Estimate::sign),
            "dead": of.dead, "in": of.is_in, "loss": of.loss,
        })
    });
    json!({ "in": row.is_in, "loss": row.loss, "conditions": conditions.collect::<Value>() })
}

/// A fit for scripts.
fn fit(calibration: &Calibration, fitted: &Fitted, out: &Path, task: &str) -> Value {
    let Fitted { start, best, .. } = fitted;
    let pairs = start.scored.rows.iter().zip(&best.scored.rows);
    let rows = pairs.map(
        |(before, after)| json!({ "id": before.id, "start": row(before), "best": row(after) }),
    );
    let values = start.values.iter().zip(&best.values);
    let parameters = calibration.space.moving.iter().zip(values);
    let parameters = parameters.map(|(of, (from, to))| {
        json!({ "name": of.name, "unit": of.unit, "low": of.low, "high": of.high, "start": from, "best": to })
    });
    json!({
        "results": script::path(out), "complete": true, "task": task, "model": script::path(&out.join("best.ron")), "agents": best.size.cells, "mice": best.size.seeds,
        "candidates": fitted.evaluations, "narrow": fitted.is_narrow, "loss": { "start": start.scored.loss, "best": best.scored.loss },
        "parameters": parameters.collect::<Value>(), "rows": rows.collect::<Value>(),
    })
}

/// Sensitivities for scripts.
fn moved(sensitivity: &Sensitivity, out: &Path, task: &str) -> Value {
    let shifts = sensitivity.shifts.iter().map(|shift| {
        let (lost, won) = sensitivity.changed(shift);
        json!({
            "parameter": shift.parameter, "percent": shift.percent, "from": shift.from, "to": shift.to, "held": shift.is_held,
            "loss": shift.scored.loss, "staying_percent": sensitivity.staying(shift), "lost": lost, "won": won,
        })
    });
    json!({
        "results": script::path(out), "complete": true, "task": task, "percent": sensitivity.percent, "agents": sensitivity.size.cells,
        "mice": sensitivity.size.seeds, "loss": sensitivity.base.loss, "rows_in": sensitivity.rows_in(),
        "shifts": shifts.collect::<Value>(),
    })
}

/// How much it is, before it begins.
fn announce(calibration: &Calibration, threads: usize) {
    let rows = calibration.rows().len();
    let parts = calibration.validation.parts.len();
    let hours = calibration.cpu_seconds() / 3600.0;
    let candidates: usize = calibration.evaluations().iter().sum();
    output::line(&format!(
        "{}, {} from {}, at most {}: about {} of processor time, {} on {}, if nothing is known yet",
        number::counted(calibration.space.moving.len(), "parameter", "parameters"),
        number::counted(rows, "row", "rows"),
        number::counted(parts, "scenario", "scenarios"),
        number::counted(candidates, "candidate", "candidates"),
        number::hours(hours),
        number::hours(hours / threads as f64),
        number::counted(threads, "thread", "threads"),
    ));
    if !calibration.unread.is_empty() {
        output::remark(&format!(
            "note: not modelled, and left out: {}",
            calibration.unread.join(", ")
        ));
    }
}

/// How far a calibration has come, on standard error where that is a terminal; a line for each batch of candidates.
struct Bar(ProgressBar);

impl Bar {
    fn new(calibration: &Calibration) -> Self {
        let all: usize = calibration.evaluations().iter().sum();
        let bar = ProgressBar::new(all as u64);
        let style = ProgressStyle::with_template("{pos}/{len} candidates  {wide_bar}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }
}

impl Watcher for Bar {
    fn evaluated(&self, _scored: &Scored) {
        self.0.inc(1);
    }

    fn advanced(&self, what: &str, best: &Evaluation, evaluations: usize) {
        let text = format!(
            "{what:<11} {evaluations:>5} looked at  best loss {:.4}, {} of {} rows in",
            best.scored.loss,
            best.scored.rows_in(),
            best.scored.rows.len()
        );
        self.0.suspend(|| output::line(&text));
    }

    fn noted(&self, remark: &str) {
        self.0
            .suspend(|| output::remark(&format!("note: {remark}")));
    }
}

fn print(calibration: &Calibration, fitted: &Fitted, out: &Path) {
    let Fitted { start, best, .. } = fitted;
    output::line("");
    let value = |one: &ScoredCondition| {
        one.value.map_or_else(
            || "-".into(),
            |value| format!("{}{}", value.sign(), number::plain(value.number())),
        )
    };
    let pairs = start.scored.rows.iter().zip(&best.scored.rows);
    for (before, after) in pairs {
        let verdict = |is_in| if is_in { "in" } else { "OUT" };
        output::line(&format!(
            "{:<4} {:>3} -> {:<3} loss {:.3} -> {:.3}",
            before.id,
            verdict(before.is_in),
            verdict(after.is_in),
            before.loss,
            after.loss
        ));
        for (one, other) in before.conditions.iter().zip(&after.conditions) {
            output::line(&format!(
                "       {}: {} -> {} ({})",
                one.words,
                value(one),
                value(other),
                one.band
            ));
        }
    }
    output::line("");
    let values = start.values.iter().zip(&best.values);
    for (moving, (from, to)) in calibration.space.moving.iter().zip(values) {
        let Moving {
            name,
            low,
            high,
            unit,
            ..
        } = moving;
        let unit = if unit == "1" { "" } else { unit };
        output::line(&format!(
            "{name:<32} {from} -> {to} {unit} ({low} to {high})"
        ));
    }
    let rows = best.scored.rows.len();
    output::line(&format!(
        "\nLoss      {:.4} -> {:.4}; {} -> {} of {rows} rows in, {} agents, {} in each arm, {} looked at",
        start.scored.loss,
        best.scored.loss,
        start.scored.rows_in(),
        best.scored.rows_in(),
        best.size.cells,
        number::counted(best.size.seeds as usize, "mouse", "mice"),
        number::counted(fitted.evaluations, "candidate", "candidates"),
    ));
    if fitted.is_narrow {
        output::line("The search ended as it had become narrow.");
    }
    output::line(&format!("Model     {}", out.join("best.ron").display()));
    output::line(&format!(
        "Tables    {}",
        out.join("evaluations.csv").display()
    ));
}

fn print_sensitivity(sensitivity: &Sensitivity, out: &Path) {
    let text = sensitivity.markdown();
    let shares = text.split("\n## ").next().unwrap_or_default();
    output::line(&format!("\n{}", shares.trim_end()));
    output::line(&format!(
        "\nTables    {}, {}",
        out.join("sensitivity.csv").display(),
        out.join("sensitivity.md").display()
    ));
}
