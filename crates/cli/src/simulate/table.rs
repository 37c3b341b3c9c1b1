//! Statistics and expectations as tables for people.

use crate::columns::{print as aligned, terminal, width};
use crate::{number, output};
use paracrine_scenario::comparison::Verdict;
use paracrine_scenario::language::Statistic;
use paracrine_scenario::simulate::check::{Check, FEWEST};
use paracrine_scenario::simulate::plan::Plan;
use paracrine_scenario::simulate::run::Results;
use paracrine_scenario::simulate::summary::Row;

/// Quantities that are shown; the others are in the files.
pub(super) const SHOWN: usize = 10;
/// Times that are shown, where the terminal is wide enough.
const TIMES: usize = 5;
/// Prints what is going to be run.
pub(super) fn header(plan: &Plan) {
    let model = &plan.model;
    output::line(&model.title);
    output::line(&format!(
        "{}, {}; method {} ({})",
        number::counted(model.network.species().len(), "species", "species"),
        number::counted(model.network.channels().len(), "channel", "channels"),
        plan.choice.method.name(),
        plan.choice.reason
    ));
    output::line(&format!(
        "{}, seed {}, time 0 to {}\n",
        number::counted(plan.count() as usize, "replicate", "replicates"),
        plan.seed,
        time(plan, plan.until)
    ));
}

/// A time with its unit, where there is one.
pub(super) fn time(plan: &Plan, time: f64) -> String {
    match &plan.model.time_unit {
        Some(unit) => format!("{} {unit}", number::amount(time)),
        None => number::amount(time),
    }
}

/// Positions, among the quantities of the plan, of those that are shown: the first few that change.
pub(super) fn shown(plan: &Plan, rows: &[Row]) -> Vec<usize> {
    let quantities = plan.quantities.len();
    let changes = |quantity: &usize| {
        let start = rows.get(*quantity).and_then(|row| row.mean);
        let mut course = rows.iter().skip(*quantity).step_by(quantities.max(1));
        course.any(|row| {
            [row.min, row.max]
                .iter()
                .any(|end| end.is_some() && *end != start)
        })
    };
    // What no replicate has reached may well change.
    let is_open = rows.last().is_some_and(|row| row.n == 0);
    (0..quantities)
        .filter(|quantity| is_open || changes(quantity))
        .take(SHOWN)
        .collect()
}

/// Prints two tables: means and standard deviations at some times, and the distribution at the end.
pub(super) fn print(plan: &Plan, results: &Results) {
    let shown = shown(plan, &results.rows);
    let row = |time: usize, quantity: usize| &results.rows[time * plan.quantities.len() + quantity];
    let names = || {
        shown
            .iter()
            .map(|quantity| format!("  {}", name(&row(0, *quantity).quantity)))
    };
    let last = plan.times.len() - 1;
    let single = plan.count() == 1;

    let mut picked: Vec<usize> = (0..TIMES).map(|part| last * part / (TIMES - 1)).collect();
    picked.dedup();
    let what = if single {
        "at time"
    } else {
        "mean ± sd at time"
    };
    let mut columns: Vec<Vec<String>> = vec![vec![what.to_owned()]];
    columns[0].extend(names());
    for index in picked {
        let mut column = vec![number::amount(plan.times[index])];
        column.extend(shown.iter().map(|quantity| spread(row(index, *quantity))));
        columns.push(column);
    }
    // A terminal too narrow for all times gets the last ones.
    while columns.len() > 2 && width(&columns) > terminal() {
        columns.remove(1);
    }
    aligned(&columns);

    if !single {
        output::line("");
        let heads = ["5 %", "median", "95 %", "min", "max"];
        let mut columns = vec![vec![format!("at time {}", time(plan, plan.times[last]))]];
        columns[0].extend(names());
        for (position, head) in heads.iter().enumerate() {
            let mut column = vec![(*head).to_owned()];
            column.extend(shown.iter().map(|quantity| {
                let row = row(last, *quantity);
                let values = [row.q05, row.median, row.q95, row.min, row.max];
                values[position].map_or_else(|| "-".to_owned(), number::amount)
            }));
            columns.push(column);
        }
        while columns.len() > 2 && width(&columns) > terminal() {
            columns.pop();
        }
        aligned(&columns);
    }
    not_shown(plan, &shown);
    if let Some(effort) = results.effort.filter(|effort| effort.firings > 0) {
        output::line(&format!(
            "\n{} firings in {} s, {} a second",
            number::plain(effort.firings as f64),
            number::plain(effort.seconds.max(1e-3)),
            number::plain(effort.firings as f64 / effort.seconds.max(1e-6))
        ));
    }
}

/// Names what is in the files only: a few that never change, or how many more there are.
fn not_shown(plan: &Plan, shown: &[usize]) {
    const NAMED: usize = 4;
    let others: Vec<String> = (0..plan.quantities.len())
        .filter(|position| !shown.contains(position))
        .map(|position| name(plan.name(plan.quantities[position])))
        .collect();
    match others.len() {
        0 => {}
        few if few <= NAMED && shown.len() < SHOWN => {
            output::line(&format!("  without change: {}", others.join(", ")));
        }
        many => output::line(&format!("  and {many} more in summary.csv")),
    }
}

/// Mean and standard deviation, or the value where there is one.
fn spread(row: &Row) -> String {
    match (row.mean, row.sd) {
        (None, _) => "-".to_owned(),
        (Some(mean), None) => number::amount(mean),
        (Some(mean), Some(0.0)) => format!("{} ± 0", number::amount(mean)),
        (Some(mean), Some(sd)) => format!("{} ± {}", number::plain(mean), number::plain(sd)),
    }
}

/// A name, shortened where it is long.
pub(super) fn name(name: &str) -> String {
    const LONGEST: usize = 24;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

/// Prints what was expected and what was found; how many are off.
pub(super) fn checks(plan: &Plan, checks: &[Check]) -> usize {
    let deterministic = plan.choice.method.is_deterministic();
    let applies = |check: &&Check| deterministic == (check.statistic == Statistic::Ode.name());
    let applicable: Vec<&Check> = checks.iter().filter(applies).collect();
    let judged: Vec<&Check> = applicable
        .iter()
        .copied()
        .filter(|check| check.verdict().is_some())
        .collect();
    let unjudged = applicable.len() - judged.len();
    if !judged.is_empty() {
        output::line("");
        print_checks(&judged);
    }
    if unjudged > 0 {
        let why = if plan.count() < FEWEST && !deterministic {
            format!("fewer than {FEWEST} replicates")
        } else {
            "not all replicates reached their time".to_owned()
        };
        let what = number::counted(unjudged, "expectation is", "expectations are");
        output::line(&format!("\n{what} not judged: {why}"));
    }
    judged
        .iter()
        .filter(|check| check.verdict() == Some(Verdict::Out))
        .count()
}

fn print_checks(checks: &[&Check]) {
    let digits = |value: f64| number::significant(value, 5);
    let mut columns: Vec<Vec<String>> = ["", "expected", "found", "off by", "at most", ""]
        .map(|head| vec![head.to_owned()])
        .to_vec();
    for check in checks {
        let what = match check.statistic.as_str() {
            "probability" => format!("P({})", check.quantity),
            "ode" => check.quantity.clone(),
            statistic => format!("{statistic} of {}", check.quantity),
        };
        let verdict = match check.verdict() {
            Some(Verdict::In) => "in",
            Some(Verdict::Out) => "OUT",
            Some(Verdict::NotJudged) | None => "",
        };
        let found = check.found.unwrap_or(f64::NAN);
        let cells = [
            format!("  {} at {}", what, number::amount(check.time)),
            digits(check.expected),
            digits(found),
            number::plain((found - check.expected).abs()),
            number::plain(check.allowed.unwrap_or(f64::NAN)),
            verdict.to_owned(),
        ];
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
    while columns.len() > 4 && width(&columns) > terminal() {
        columns.remove(columns.len() - 2);
    }
    aligned(&columns);
}
