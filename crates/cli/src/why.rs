//! What `validate --why` asks the report for: groups with their rows, and which arms of which runs are compared with which.

use crate::arguments::ValidateArguments;
use crate::failure::Failure;
use paracrine_report::{WhyExperiment, WhyGroup, WhyRow};
use paracrine_scenario::language::Take;
use paracrine_scenario::rows::PlannedRow;
use paracrine_scenario::validation::{Board, BoardCondition, BoardRow, Part, Validation};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Writes the pages of all groups of which something is simulated, and says where they are.
pub(crate) fn write(
    folder: &Path,
    validation: &Validation,
    board: &Board,
    out: &Path,
    arguments: &ValidateArguments,
) -> Result<Vec<PathBuf>, Failure> {
    let mut letters: Vec<&str> = board.rows.iter().map(BoardRow::group).collect();
    letters.dedup();
    let mut pages = Vec::new();
    for letter in letters {
        let rows: Vec<&BoardRow> = board
            .rows
            .iter()
            .filter(|row| row.group() == letter)
            .collect();
        if !rows.iter().any(|row| has_value(row)) {
            continue;
        }
        let group = group(letter, &rows, validation, board, out, arguments);
        pages.push(paracrine_report::write_why(folder, &group)?);
    }
    Ok(pages)
}

/// Whether anything of a row was simulated.
fn has_value(row: &BoardRow) -> bool {
    row.conditions.iter().any(|one| one.value.is_some())
}

fn group(
    letter: &str,
    rows: &[&BoardRow],
    validation: &Validation,
    board: &Board,
    out: &Path,
    arguments: &ValidateArguments,
) -> WhyGroup {
    let mut group = WhyGroup {
        letter: letter.to_owned(),
        size: board.size(),
        command: command(arguments),
        rows: rows.iter().map(|row| row_of(row)).collect(),
        ..WhyGroup::default()
    };
    // Scenarios in the order in which rows name them.
    let mut scenarios: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| has_value(row)) {
        if !scenarios.contains(&row.scenario.as_str()) {
            scenarios.push(&row.scenario);
        }
    }
    let mut titles = Vec::new();
    for scenario in scenarios {
        let mut parts = validation.parts.iter();
        let Some(part) = parts.find(|part| part.plan.source.name == scenario) else {
            continue;
        };
        titles.push(part.plan.title.clone());
        if !part.plan.is_culture {
            group.experiments.extend(experiments(part, letter, out));
        }
    }
    group.about = titles.join("; ");
    group
}

fn row_of(row: &BoardRow) -> WhyRow {
    let condition = |one: &BoardCondition| [one.words.clone(), one.in_words(), one.band.clone()];
    WhyRow {
        id: row.id.clone(),
        what: row.what.clone(),
        published: row.published.clone(),
        conditions: row.conditions.iter().map(condition).collect(),
        verdict: row.words(),
    }
}

/// The arms that rows of a group read from a scenario, by what they are compared with.
fn experiments(part: &Part, letter: &str, out: &Path) -> Vec<WhyExperiment> {
    let plan = &part.plan;
    let rows: Vec<&PlannedRow> = part.planned().filter(|row| row.group() == letter).collect();
    let conditions = || rows.iter().flat_map(|row| &row.conditions);
    // What an arm is compared with first; the first arm of a scenario is what others are compared with.
    let mut compared: BTreeMap<usize, usize> = BTreeMap::new();
    for condition in conditions() {
        if let Some(other) = condition.relative_to {
            for arm in condition.arms.iter().filter(|arm| **arm != 0) {
                compared.entry(*arm).or_insert(other);
            }
        }
    }
    // What is also read for itself stands beside the first arm, with those that are compared with it.
    for condition in conditions().filter(|one| one.relative_to.is_none()) {
        for arm in condition.arms.iter().filter(|arm| **arm != 0) {
            compared.entry(*arm).or_insert(0);
        }
    }
    let root = |arm: usize| {
        let (mut at, mut seen) = (arm, BTreeSet::new());
        while let Some(next) = compared.get(&at).filter(|_| seen.insert(at)) {
            at = *next;
        }
        at
    };
    let mut families: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let read: BTreeSet<usize> = rows.iter().flat_map(|row| row.arms()).collect();
    for arm in compared.keys() {
        families.entry(root(*arm)).or_default().insert(*arm);
    }
    // Arms that others are compared with stand beside the first one, unless others stand beside them.
    for arm in read {
        let is_placed = families
            .iter()
            .any(|(first, others)| *first == arm || others.contains(&arm));
        if !is_placed {
            families.entry(0).or_default().insert(arm);
        }
    }
    let name = |arm: usize| plan.arms[arm].name.clone();
    families
        .into_iter()
        .map(|(first, others)| {
            let others = others.into_iter().filter(|arm| *arm != first);
            let arms: Vec<usize> = std::iter::once(first).chain(others).collect();
            WhyExperiment {
                scenario: plan.source.name.clone(),
                results: part.directory(out),
                at_d: most_read_d(&rows, &arms),
                arms: arms.into_iter().map(name).collect(),
            }
        })
        .collect()
}

/// The age at which most rows read these arms, the latest of several, d.
fn most_read_d(rows: &[&PlannedRow], arms: &[usize]) -> Option<f64> {
    // Ages are not below zero, so that their bits are in their order.
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for row in rows {
        let of_value = row
            .conditions
            .iter()
            .filter(|one| one.take == Take::Value && one.arms.iter().any(|arm| arms.contains(arm)));
        let ages: BTreeSet<u64> = of_value.map(|one| one.over_d.1.to_bits()).collect();
        for age in ages {
            *counts.entry(age).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, rows)| *rows)?;
    Some(f64::from_bits(most.0))
}

/// The command that simulates the same mice, wherever results and pages go.
fn command(arguments: &ValidateArguments) -> String {
    let mut words = vec!["paracrine validate".to_owned()];
    words.extend(arguments.rows.iter().cloned());
    if arguments.quick {
        words.push("--quick".into());
    }
    let numbers = [
        ("--cells", arguments.cells.map(u64::from)),
        ("--seeds", arguments.seeds.map(u64::from)),
        ("--seed", arguments.seed),
    ];
    for (option, number) in numbers {
        words.extend(number.map(|number| format!("{option} {number}")));
    }
    if let Some(folder) = &arguments.scenarios {
        words.push(format!("--scenarios {}", folder.display()));
    }
    if let Some(model) = &arguments.model {
        words.push(format!("--model {model}"));
    }
    words.join(" ")
}
