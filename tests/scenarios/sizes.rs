//! Do headline readouts depend on the number of agents? Medians with intervals at several sizes, for `docs/validation.md`:
//!
//! ```sh
//! PARACRINE_SIZES=20000,50000,200000 PARACRINE_MICE=8 \
//!     cargo test --release -p paracrine-tests --test scenarios -- --ignored --nocapture headline_readouts
//! ```

use paracrine_scenario::catalogue;
use paracrine_scenario::plan::{Overrides, Plan, SMALLEST_SIZE};
use paracrine_scenario::record::Record;
use paracrine_scenario::statistics::{median, paired_difference};
use paracrine_tests::repository;
use rayon::prelude::*;

/// Readout, arm, age in days.
const HEADLINES: [(&str, &str, f64); 9] = [
    ("activated_fraction(Tcon)", "wild type", 42.0),
    ("activated_fraction(Tcon)", "Il2ra+/-", 42.0),
    ("activated_fraction(Tcon)", "Il2ra-/-", 42.0),
    ("activated_fraction(Tcon)", "Il2-/-", 42.0),
    ("activated_fraction(Tcon)", "Foxp3 null", 21.0),
    ("fraction(Treg, of: CD4)", "wild type", 42.0),
    ("pstat5(Treg)", "wild type", 42.0),
    ("concentration(IL-2)", "wild type", 42.0),
    ("concentration(IL-2)", "Il2ra-/-", 42.0),
];

/// A number that may be set in the environment.
fn setting<T: std::str::FromStr>(name: &str, otherwise: &str) -> Vec<T> {
    let text = std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let read = |part: &str| {
        let parsed = part.trim().parse();
        parsed.unwrap_or_else(|_| panic!("{name}: found `{part}`, expected a whole number"))
    };
    text.split(',').map(read).collect()
}

/// Values of each headline readout, mouse by mouse.
fn values(cells: u32, mice: u32) -> Vec<Vec<f64>> {
    let file = repository().join("scenarios/reference/knockouts.ron");
    let overrides = Overrides {
        cells: Some(cells),
        replicates: Some(mice),
        ..Overrides::default()
    };
    let source = catalogue::find(file.to_str().unwrap()).unwrap();
    let plan = Plan::new(source, &overrides).unwrap();
    let units: Vec<u64> = (0..plan.mice() as u64).collect();
    let records: Vec<Record> = units
        .into_par_iter()
        .map(|unit| {
            let (arm, replicate) = plan.mouse(unit);
            Record::simulate(&plan, arm, replicate, |_| true)
                .unwrap()
                .unwrap()
        })
        .collect();
    let of = |(readout, arm, at_d): &(&str, &str, f64)| {
        let readout = plan
            .readouts
            .iter()
            .position(|known| known.name == *readout);
        let arm = plan.arms.iter().position(|known| known.name == *arm);
        let of_arm = records.iter().skip(arm.unwrap()).step_by(plan.arms.len());
        of_arm
            .map(|record| record.at(&plan, readout.unwrap(), *at_d).unwrap())
            .collect()
    };
    HEADLINES.iter().map(of).collect()
}

/// Prints the median of each headline readout at each size with its 95 % bootstrap interval, and the difference from that at the largest size
/// with its own. Mice of one number share their luck at birth, not later.
///
/// A difference counts if its interval excludes 0 and it exceeds a twentieth of the median. With eight mice the interval
/// leaves out 0 by chance in about one of ten.
#[test]
#[ignore = "takes a minute to hours, with the sizes"]
fn headline_readouts_agree_between_sizes() {
    let mut sizes: Vec<u32> = setting("PARACRINE_SIZES", "5000,20000");
    let mice = setting("PARACRINE_MICE", "4")[0];
    sizes.sort_unstable();
    assert!(mice >= 2, "PARACRINE_MICE: an interval takes two mice");
    assert!(
        sizes[0] >= SMALLEST_SIZE,
        "PARACRINE_SIZES: below {SMALLEST_SIZE} medians do not agree"
    );
    let of_sizes: Vec<Vec<Vec<f64>>> = sizes.iter().map(|cells| values(*cells, mice)).collect();
    let largest = of_sizes.last().unwrap();
    let interval = |pairs: &[(f64, f64)]| {
        let (middle, ends) = paired_difference(pairs, 1).unwrap();
        (middle, ends.unwrap())
    };
    let mut out = Vec::new();
    println!(
        "| readout | arm, day | cells | median [95 %] | less that of {} [95 %] |\n|---|---|---|---|---|",
        sizes.last().unwrap()
    );
    for (number, (readout, arm, at_d)) in HEADLINES.iter().enumerate() {
        for (cells, values) in sizes.iter().zip(&of_sizes) {
            let of_size = &values[number];
            // The difference from nothing is the median itself.
            let alone: Vec<(f64, f64)> = of_size.iter().map(|value| (0.0, *value)).collect();
            let pairs: Vec<(f64, f64)> = largest[number]
                .iter()
                .copied()
                .zip(of_size.iter().copied())
                .collect();
            let (middle, (low, high)) = interval(&alone);
            let (off, (least, most)) = interval(&pairs);
            println!(
                "| `{readout}` | {arm}, {at_d} | {cells} | {middle:.4} [{low:.4}, {high:.4}] | {off:+.4} [{least:+.4}, {most:+.4}] |"
            );
            let excluded = least > 0.0 || most < 0.0;
            if excluded && off.abs() > 0.05 * median(&largest[number]).unwrap() {
                out.push(format!("{readout} of {arm} at {cells}: {off:+.4}"));
            }
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}
