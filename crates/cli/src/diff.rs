//! `paracrine diff`: what differs between two scenarios, or between the results of two runs.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::{columns, number, output, script};
use paracrine_scenario::Error;
use paracrine_scenario::catalogue;
use paracrine_scenario::difference::{
    CellDifference, Difference, FileState, RowDifference, TableDifference, results, scenarios,
};
use serde_json::{Value, json};
use std::path::Path;

/// Rows of a table that are shown unless all are asked for.
const SHOWN: usize = 10;
/// Characters up to which two values stand in one line.
const SHORT: usize = 60;

pub(crate) fn diff(a: &str, b: &str, all: bool) -> Result<Exit, Failure> {
    let (is_equal, body) = match (is_results(a), is_results(b)) {
        (true, true) => of_results(a, b, all)?,
        (false, false) => of_scenarios(a, b)?,
        (first, _) => {
            let (directory, scenario) = if first { (a, b) } else { (b, a) };
            if catalogue::find(scenario).is_err() {
                let path = Path::new(scenario).to_owned();
                return Err(Error::NoResults { path }.into());
            }
            return Err(Failure::Setting(format!(
                "`{directory}` is a results directory and `{scenario}` a scenario: compare two of a kind; the scenario that was run is {}",
                Path::new(directory).join("scenario.ron").display()
            )));
        }
    };
    let exit = if is_equal {
        Exit::Done
    } else {
        Exit::Different
    };
    Ok(script::document(exit, body))
}

/// Differences for scripts.
fn documents(found: &[Difference]) -> Value {
    let each = found.iter();
    each.map(|Difference { place, a, b }| json!({ "place": place, "a": a, "b": b }))
        .collect()
}

const fn state(state: FileState) -> &'static str {
    match state {
        FileState::Equal => "equal",
        FileState::Different => "different",
        FileState::OnlyA => "only in A",
        FileState::OnlyB => "only in B",
    }
}

/// A table for scripts: all of its rows that differ.
fn document(table: &TableDifference) -> Value {
    let rows = table.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| {
            json!({ "column": cell.column, "a": cell.a, "b": cell.b, "difference": cell.difference() })
        });
        json!({ "row": row.key, "only": row.only.map(state), "cells": cells.collect::<Value>() })
    });
    json!({ "table": table.name, "common": table.common, "rows": rows.collect::<Value>() })
}

/// A directory, unless a shipped scenario is meant: `results/foxp3-null` is one, `foxp3-null` beside it hardly.
fn is_results(name: &str) -> bool {
    let path = Path::new(name);
    path.is_dir() && (path.join("manifest.json").is_file() || catalogue::find(name).is_err())
}

fn header(a: &str, b: &str) {
    output::line(&format!("A  {a}\nB  {b}"));
}

fn of_scenarios(a: &str, b: &str) -> Result<(bool, Value), Failure> {
    let [first, second] = [catalogue::find(a)?, catalogue::find(b)?];
    output::stands_in(a, &first.name);
    output::stands_in(b, &second.name);
    let found = scenarios(&first, &second)?;
    let is_equal = found.differences.is_empty();
    let body = json!({
        "a": a, "b": b, "compared": "scenarios", "equal": is_equal, "differences": documents(&found.differences),
        "first_arms": found.first_arms,
    });
    header(a, b);
    if let Some((first, second)) = &found.first_arms {
        output::remark(&format!(
            "note: the arms of A are compared with `{first}`, those of B with `{second}`"
        ));
    }
    if is_equal {
        output::line("\nThey say the same.");
    } else {
        output::line("");
        differences(&found.differences, "");
    }
    Ok((is_equal, body))
}

fn of_results(a: &str, b: &str, all: bool) -> Result<(bool, Value), Failure> {
    let found = results(Path::new(a), Path::new(b))?;
    let files = found.files.iter();
    let files: Value = files
        .map(|(name, of)| json!({ "name": name, "state": state(*of) }))
        .collect();
    let tables: Value = found.tables.iter().map(document).collect();
    let body = json!({
        "a": a, "b": b, "compared": "results", "equal": found.is_equal(), "settings": documents(&found.settings), "files": files,
        "tables": tables,
    });
    header(a, b);
    if !found.settings.is_empty() {
        output::line("\nSettings:");
        differences(&found.settings, "  ");
    }
    output::line("\nFiles:");
    let states = [
        (FileState::Equal, "the same bytes"),
        (FileState::Different, "different"),
        (FileState::OnlyA, "only in A"),
        (FileState::OnlyB, "only in B"),
    ];
    let rows: Vec<[String; 2]> = states
        .into_iter()
        .filter_map(|(wanted, what)| {
            let files = found.files.iter().filter(|(_, state)| *state == wanted);
            let names: Vec<&str> = files.map(|(name, _)| *name).collect();
            (!names.is_empty()).then(|| [what.to_owned(), names.join(", ")])
        })
        .collect();
    columns::listed(&rows, 2);
    for table in &found.tables {
        print_table(table, all);
    }
    if found.is_equal() {
        output::line("\nThe results are the same, byte for byte.");
    }
    Ok((found.is_equal(), body))
}

/// One line each; values that are long stand below one another.
fn differences(found: &[Difference], indent: &str) {
    for Difference { place, a, b } in found {
        match (a, b) {
            (Some(a), Some(b)) if a.chars().count() + b.chars().count() <= SHORT => {
                output::line(&format!("{indent}{place}: {a} -> {b}"));
            }
            (Some(a), Some(b)) => {
                output::line(&format!(
                    "{indent}{place}:\n{indent}  A  {a}\n{indent}  B  {b}"
                ));
            }
            (one, other) => {
                let side = if one.is_some() { "A" } else { "B" };
                let value = one.as_ref().or(other.as_ref()).map_or("", String::as_str);
                let gap = if value.is_empty() { "" } else { ": " };
                output::line(&format!("{indent}{place}, only in {side}{gap}{value}"));
            }
        }
    }
}

fn print_table(table: &TableDifference, all: bool) {
    let differ = table.rows.iter().filter(|row| row.only.is_none()).count();
    let mut title = format!(
        "{}: {differ} of {} differ",
        table.name,
        number::counted(table.common, "row", "rows")
    );
    for (side, name) in [(FileState::OnlyA, "A"), (FileState::OnlyB, "B")] {
        match table
            .rows
            .iter()
            .filter(|row| row.only == Some(side))
            .count()
        {
            0 => {}
            only => title += &format!(", {only} only in {name}"),
        }
    }
    output::line(&format!("\n{title}"));
    let most = if all { table.rows.len() } else { SHOWN };
    let mut lines: Vec<[String; 5]> = vec![["", "", "A", "B", "B - A"].map(str::to_owned)];
    for row in table.rows.iter().take(most) {
        lines.extend(row_lines(row));
    }
    columns::listed(&lines, 2);
    if table.rows.len() > most {
        output::line(&format!(
            "  and {} more, shown by --all",
            number::counted(table.rows.len() - most, "row", "rows")
        ));
    }
}

fn row_lines(row: &RowDifference) -> Vec<[String; 5]> {
    let side = match row.only {
        Some(FileState::OnlyA) => "only in A",
        Some(_) => "only in B",
        None => "",
    };
    if row.cells.is_empty() {
        return vec![[
            row.key.clone(),
            side.to_owned(),
            String::new(),
            String::new(),
            String::new(),
        ]];
    }
    let mut lines = Vec::new();
    for (index, cell) in row.cells.iter().enumerate() {
        let key = if index == 0 {
            row.key.clone()
        } else {
            String::new()
        };
        let (a, b, difference) = shown(cell);
        lines.push([key, cell.column.clone(), a, b, difference]);
    }
    lines
}

/// Two numbers with the digits that tell them apart, and their difference.
fn shown(cell: &CellDifference) -> (String, String, String) {
    let or_dash = |text: &str| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text.to_owned()
        }
    };
    let whole = (or_dash(&cell.a), or_dash(&cell.b));
    let Some(difference) = cell.difference() else {
        return (whole.0, whole.1, String::new());
    };
    let value = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let (a, b) = (value(&cell.a), value(&cell.b));
    let signed = format!(
        "{}{}",
        if difference < 0.0 { "-" } else { "+" },
        number::plain(difference.abs())
    );
    for digits in 4..=15 {
        let texts = (
            number::significant(a, digits),
            number::significant(b, digits),
        );
        // One digit more than tells them apart says by how much.
        if number::significant(a, digits - 1) != number::significant(b, digits - 1) {
            return (texts.0, texts.1, signed);
        }
    }
    (whole.0, whole.1, signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_apart() {
        let cell = |a: &str, b: &str| {
            let column = String::new();
            let (a, b, difference) = shown(&CellDifference {
                column,
                a: a.into(),
                b: b.into(),
            });
            [a, b, difference]
        };
        assert_eq!(cell("0.25", "0.5"), ["0.2500", "0.5000", "+0.250"]);
        assert_eq!(
            cell("1.000001", "1"),
            ["1.0000010", "1.0000000", "-1.00e-6"]
        );
        assert_eq!(cell("", "2"), ["-", "2", ""]);
        assert_eq!(cell("in", "out"), ["in", "out", ""]);
    }
}
