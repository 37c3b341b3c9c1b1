//! The command `dsmts`: a test suite, its cases, its table.

use crate::arguments::DsmtsArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, number, output, script, workers};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use paracrine_scenario::Error;
use paracrine_scenario::dsmts::{Case, Judgement, ModelFile, Verdict, cases, judge};
use paracrine_scenario::simulate::method::{AUTO, STEPPED, Wish, method};
use serde_json::{Value, json};
use std::path::Path;

/// The level that is run unless all are.
const LEVEL: &str = "l3v1";

const HEADS: [&str; 7] = ["case", "model", "method", "out", "worst Z", "worst Y", ""];

/// Runs the cases of a suite.
///
/// # Errors
/// What is wrong with the suite or the settings.
pub(crate) fn dsmts(arguments: &DsmtsArguments) -> Result<Exit, Failure> {
    if arguments.replicates < 2 {
        let message = format!(
            "--replicates: found {}, expected at least 2",
            arguments.replicates
        );
        return Err(Failure::Setting(message));
    }
    let mut methods = Vec::new();
    let asked: Vec<&str> = match arguments.method.as_slice() {
        [] => paracrine_scenario::simulate::method::exact(),
        names => names.iter().map(String::as_str).collect(),
    };
    for name in asked {
        if name == AUTO {
            let message = "--method: found auto, expected methods by their names".to_owned();
            return Err(Failure::Setting(message));
        }
        // Tolerances are for the methods that have them.
        let wish = Wish {
            name: Some(name.to_owned()),
            epsilon: arguments.epsilon.filter(|_| name == "tau-leap"),
            tau: arguments.tau.filter(|_| STEPPED.contains(&name)),
        };
        methods.push(method(&wish)?);
    }
    let all = chosen(cases(&arguments.folder)?, arguments)?;
    let seed = arguments.ensemble.seed.unwrap_or(1);
    let pool = workers::pool(workers::threads(arguments.ensemble.threads, usize::MAX)?)?;
    let interrupt = workers::interrupt();
    output::line(&format!(
        "{} of {}, {} replicates each, seed {}",
        number::counted(all.len(), "case", "cases"),
        arguments.folder.display(),
        arguments.replicates,
        seed
    ));
    output::line("entries out of range: 0 or 1 are good, 2 or 3 are run again, more have failed\n");

    let runs: Vec<(&Case, &ModelFile)> = all
        .iter()
        .flat_map(|case| models(case, arguments.all_levels).map(move |model| (case, model)))
        .collect();
    let bar = bar((runs.len() * methods.len()) as u64);
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    let body = |is_complete: bool, told: &[Value], counts: [usize; 3]| {
        json!({
            "folder": script::path(&arguments.folder), "complete": is_complete, "replicates": arguments.replicates, "seed": seed,
            "good": counts[0], "failed": counts[1], "skipped": counts[2], "cases": told,
        })
    };
    let (mut good, mut bad, mut skipped) = (0, 0, 0);
    for (case, model) in runs {
        for method in &methods {
            bar.set_message(format!("{} {}", case.number, method.name()));
            let run = || judge(case, model, *method, arguments.replicates, seed, &interrupt);
            let judgement = match pool.install(run) {
                Ok(Some(judgement)) => judgement,
                Ok(None) => {
                    bar.finish_and_clear();
                    print(&rows);
                    output::remark("interrupted: the cases above are complete");
                    let body = body(false, &told, [good, bad, skipped]);
                    return Ok(script::document(Exit::Interrupted, body));
                }
                Err(error) => {
                    bar.finish_and_clear();
                    print(&rows);
                    output::remark(&format!("case {} with {}:", case.number, method.name()));
                    return Err(error.into());
                }
            };
            bar.inc(1);
            match &judgement.verdict {
                Verdict::Good => good += 1,
                Verdict::Failed | Verdict::Unreadable(_) => bad += 1,
                Verdict::Skipped(_) | Verdict::Unsuited(_) => skipped += 1,
            }
            rows.push(cells(case, model, method.name(), &judgement));
            told.push(document(case, model, method.name(), &judgement));
            if matches!(
                judgement.verdict,
                Verdict::Skipped(_) | Verdict::Unreadable(_)
            ) {
                // What cannot be read with one method cannot be read with the others.
                bar.inc(methods.len() as u64 - 1);
                break;
            }
        }
    }
    bar.finish_and_clear();
    print(&rows);
    output::line(&format!("\n{good} good, {bad} failed, {skipped} skipped"));
    if let Some(path) = &arguments.markdown {
        write(path, &rows)?;
    }
    if bad > 0 {
        output::remark(&format!(
            "error: {} not as the suite asks for",
            number::counted(bad, "run is", "runs are")
        ));
    }
    let exit = if bad > 0 { Exit::OutOfBand } else { Exit::Done };
    let body = body(true, &told, [good, bad, skipped]);
    Ok(script::document(exit, body))
}

/// A case for scripts. What was not run has no numbers.
fn document(case: &Case, model: &ModelFile, method: &str, judgement: &Judgement) -> Value {
    let (verdict, reason) = match &judgement.verdict {
        Verdict::Good => ("good", None),
        Verdict::Failed => ("failed", None),
        Verdict::Skipped(reason) | Verdict::Unsuited(reason) => ("skipped", Some(reason)),
        Verdict::Unreadable(reason) => ("failed", Some(reason)),
    };
    let if_run = |value: Value| {
        let is_run = judgement.entries > 0;
        is_run.then_some(value)
    };
    json!({
        "case": case.number, "model": model.level, "method": method, "verdict": verdict, "reason": reason, "again": judgement.rechecked,
        "entries": judgement.entries, "out": judgement.out, "worst_z": if_run(json!(judgement.worst_z)),
        "worst_y": if_run(json!(judgement.worst_y)),
    })
}

fn chosen(all: Vec<Case>, arguments: &DsmtsArguments) -> Result<Vec<Case>, Failure> {
    for number in &arguments.cases {
        if !all.iter().any(|case| case.number == *number) {
            let folder = arguments.folder.display();
            let message = format!("--cases: found {number}, expected a case in {folder}");
            return Err(Failure::Setting(message));
        }
    }
    let wanted = |case: &Case| arguments.cases.is_empty() || arguments.cases.contains(&case.number);
    Ok(all.into_iter().filter(wanted).collect())
}

/// All models of a case, or the one of the usual level, or the highest.
fn models(case: &Case, all_levels: bool) -> impl Iterator<Item = &ModelFile> {
    let usual = case.models.iter().find(|model| model.level == LEVEL);
    let one = usual.or(case.models.last()).filter(|_| !all_levels);
    let all = case.models.iter().filter(move |_| all_levels);
    one.into_iter().chain(all)
}

fn bar(length: u64) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(4);
    let bar = ProgressBar::with_draw_target(Some(length), target);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}  {eta:>5} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn cells(case: &Case, model: &ModelFile, method: &str, judgement: &Judgement) -> [String; 7] {
    let verdict = match &judgement.verdict {
        Verdict::Good if judgement.rechecked => "good, run again".to_owned(),
        Verdict::Good => "good".to_owned(),
        Verdict::Failed => "FAILED".to_owned(),
        Verdict::Skipped(reason) | Verdict::Unsuited(reason) => format!("skipped: {reason}"),
        Verdict::Unreadable(reason) => format!("FAILED: {reason}"),
    };
    let run = judgement.entries > 0;
    let or_nothing = |text: String| if run { text } else { String::new() };
    let of_model = matches!(
        judgement.verdict,
        Verdict::Skipped(_) | Verdict::Unreadable(_)
    );
    [
        case.number.clone(),
        model.level.clone(),
        if of_model {
            String::new()
        } else {
            method.to_owned()
        },
        or_nothing(format!("{} of {}", judgement.out, judgement.entries)),
        or_nothing(format!("{:.2}", judgement.worst_z)),
        or_nothing(format!("{:.2}", judgement.worst_y)),
        verdict,
    ]
}

fn print(rows: &[[String; 7]]) {
    let mut table: Vec<Vec<String>> = HEADS.map(|head| vec![head.to_owned()]).to_vec();
    for row in rows {
        for (column, cell) in table.iter_mut().zip(row) {
            column.push(cell.clone());
        }
    }
    // Words to the left: verdicts are too different in length to be put to the right.
    let widest = |column: &Vec<String>| column.iter().map(|cell| cell.chars().count()).max();
    for column in [1, 2, 6] {
        let width = widest(&table[column]).unwrap_or(0);
        for cell in &mut table[column] {
            *cell = format!("{cell:width$}");
        }
    }
    columns::print(&table);
}

fn write(path: &Path, rows: &[[String; 7]]) -> Result<(), Error> {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&HEADS.map(str::to_owned));
    text += &"|---".repeat(HEADS.len());
    text += "|\n";
    for row in rows {
        text += &line(&row.each_ref().map(|cell| cell.replace('|', "\\|")));
    }
    std::fs::write(path, text).map_err(|source| Error::Write {
        path: path.into(),
        source,
    })
}
