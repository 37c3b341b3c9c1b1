//! Every shipped file as a file: where it stands, how it begins, that it loads and runs.

use crate::plan;
use paracrine_scenario::catalogue::{self, CULTURES, NETWORKS, PUBLISHED, SCENARIOS};
use paracrine_scenario::comparison::{Comparison, Verdict};
use paracrine_scenario::language::RowBand;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::run::{Outcome, Unobserved, run};
use paracrine_scenario::simulate::model::Model;
use paracrine_tests::repository;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// All scenario files of the repository, those of the subfolders too.
fn files() -> Vec<PathBuf> {
    let top = repository().join("scenarios");
    let mut folders = vec![top];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "ron") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn networks() -> PathBuf {
    repository().join("scenarios/reference/networks")
}

/// Those of them that are scenarios of mice.
fn scenarios() -> Vec<PathBuf> {
    let mut files = files();
    files.retain(|path| !path.starts_with(networks()));
    files
}

#[test]
fn every_network_is_shipped_as_it_stands() {
    let mut shipped: Vec<PathBuf> = Vec::new();
    for network in NETWORKS {
        let path = networks().join(format!("{}.ron", network.name));
        assert_eq!(fs::read_to_string(&path).unwrap(), network.text);
        let model = Model::find(network.name, Default::default(), &[]).unwrap();
        assert!(
            !model.expectations.is_empty(),
            "{} expects nothing",
            network.name
        );
        assert!(
            model.run.until.is_some() && model.reference.is_some(),
            "{}",
            network.name
        );
        shipped.push(path);
    }
    shipped.sort();
    let mut there = files();
    there.retain(|path| path.starts_with(networks()));
    assert_eq!(there, shipped);
}

#[test]
fn every_scenario_is_shipped_as_it_stands() {
    for (folder, scenarios) in [
        ("scenarios", SCENARIOS),
        ("scenarios/culture", CULTURES),
        ("scenarios/published", PUBLISHED),
    ] {
        let folder = repository().join(folder);
        let mut shipped: Vec<PathBuf> = Vec::new();
        for scenario in scenarios {
            let path = folder.join(format!("{}.ron", scenario.name));
            assert_eq!(fs::read_to_string(&path).unwrap(), scenario.text);
            shipped.push(path);
        }
        shipped.sort();
        let there: Vec<PathBuf> = files()
            .into_iter()
            .filter(|path| path.parent() == Some(&folder))
            .collect();
        assert_eq!(there, shipped);
    }
}

#[test]
fn every_file_opens_with_what_a_reader_wants_to_know() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        for heading in [
            "// Question   ",
            "// Source     ",
            "// Expected   ",
            "// Size       ",
        ] {
            let line = lines.next().unwrap_or("");
            let said = line.strip_prefix(heading);
            assert!(
                said.is_some_and(|said| said.len() > 10),
                "{}: `{line}` should begin with `{heading}`",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_checks_without_a_fault_or_a_remark() {
    for path in scenarios() {
        let source = catalogue::find(path.to_str().unwrap()).unwrap();
        let plan = Plan::new(source, &Overrides::default()).unwrap();
        let remarks = match plan.source.name.as_str() {
            // On ice three processes stand still, which the program remarks.
            "affinities" => 3,
            // So does the removal of B7 without CTLA-4.
            "ctla4" => 1,
            _ => 0,
        };
        assert_eq!(
            plan.remarks.len(),
            remarks,
            "{}: {:?}",
            path.display(),
            plan.remarks
        );
        assert!(plan.title.len() > 10 && plan.question.ends_with('?'));
        let is_shipped = catalogue::scenarios().any(|known| known.name == plan.source.name);
        assert!(
            !is_shipped || !plan.bands.is_empty() || !plan.rows.is_empty(),
            "{} expects nothing",
            path.display()
        );
        // What the comment says of the size is what is run.
        let size = plan
            .source
            .text
            .lines()
            .find(|line| line.starts_with("// Size"))
            .unwrap()
            .to_owned();
        let many = plan.nouns().1;
        let mice = match plan.arms_at_a_point() {
            1 => format!("{} {many}", plan.run.replicates),
            arms => format!("{arms} arms of {} {many}", plan.run.replicates),
        };
        let points = match plan.sweep {
            None => String::new(),
            Some(_) => format!("{} points of ", plan.points.len()),
        };
        let until = if plan.is_culture {
            format!("{} h", plan.run.until_d * 24.0)
        } else {
            format!("to day {}", plan.run.until_d)
        };
        for part in [points + &mice, until] {
            assert!(
                size.contains(&part),
                "{}: `{size}` is not {part}",
                path.display()
            );
        }
    }
}

/// Every effect of IL-2 on cells in wells lies in its published band, with the seed of the file.
///
/// Bands are published ranges, many times wider than the spread between wells: the false-alarm rate is far below 1e-6. Every
/// scenario holds its own negative control, an arm without the cytokine, the receptor or the gene, so that a mechanism that is left out
/// is seen.
#[test]
fn every_effect_in_a_well_lies_in_its_band() {
    for shipped in CULTURES {
        let plan = plan(shipped.name, &Overrides::default());
        let directory = tempfile::tempdir().unwrap();
        let never = AtomicBool::new(false);
        let outcome = run(&plan, directory.path(), false, &never, &Unobserved).unwrap();
        let Outcome::Done { comparisons, .. } = outcome else {
            panic!("{} was interrupted by nobody", shipped.name);
        };
        let mut judged = 0;
        for row in &comparisons {
            let Some(band) = &row.band else { continue };
            judged += 1;
            let median = |of: &Comparison| of.values.map(|(median, ..)| median);
            let beside = |arm: usize| {
                let mut rows = comparisons.iter();
                rows.find(|of| of.arm == arm && of.readout == row.readout && of.at_d == row.at_d)
                    .and_then(median)
            };
            let other = band.relative_to.map_or(Some(1.0), beside);
            let value = median(row).zip(other).map(|(own, other)| own / other);
            let relative = band
                .relative_to
                .map_or_else(String::new, |arm| format!(" x {}", plan.arms[arm].name));
            println!(
                "| {} | `{}` at {} h | {} | {}{relative} | {} |",
                shipped.name,
                plan.readouts[row.readout].name,
                row.at_d * 24.0,
                plan.arms[row.arm].name,
                value.map_or_else(|| "-".into(), three_digits),
                match band.band {
                    RowBand::Within(low, high) =>
                        format!("{}-{}", three_digits(low), three_digits(high)),
                    RowBand::Above(low) => format!("> {}", three_digits(low)),
                    RowBand::Below(high) => format!("< {}", three_digits(high)),
                },
            );
            assert_eq!(
                band.verdict,
                Some(Verdict::In),
                "{}: {} of {} at {} d: {:?}, band {}",
                shipped.name,
                plan.readouts[row.readout].name,
                plan.arms[row.arm].name,
                row.at_d,
                row.values,
                band.band
            );
        }
        assert_eq!(judged, plan.bands.len(), "{}", shipped.name);
    }
}

/// A number as the table of docs/validation.md has it.
fn three_digits(value: f64) -> String {
    let text = format!("{value:.2e}");
    let rounded: f64 = text.parse().unwrap();
    if value == 0.0 || (1e-4..1e3).contains(&value.abs()) {
        return rounded.to_string();
    }
    let (digits, power) = text.split_once('e').unwrap();
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e{power}")
}

#[test]
fn every_shipped_scenario_runs_briefly() {
    for shipped in SCENARIOS {
        let overrides = Overrides {
            cells: Some(500),
            replicates: Some(1),
            ..Overrides::default()
        };
        let mut plan = plan(shipped.name, &overrides);
        plan.run.until_d = 3.0;
        let directory = tempfile::tempdir().unwrap();
        let never = AtomicBool::new(false);
        let outcome = run(&plan, directory.path(), false, &never, &Unobserved).unwrap();
        let Outcome::Done { comparisons, .. } = outcome else {
            panic!("{} was interrupted by nobody", shipped.name);
        };
        assert!(comparisons.len() >= plan.arms.len() * plan.readouts.len());
        assert!(directory.path().join("manifest.json").is_file());
    }
}
