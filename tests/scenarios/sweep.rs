//! Sweeps: does a dose have its response, and are points what single scenarios are?

use crate::plan;
use paracrine_scenario::catalogue::Source;
use paracrine_scenario::comparison::Comparison;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::record::Record;
use paracrine_scenario::run::{Outcome, Unobserved, run};
use std::sync::atomic::AtomicBool;

fn compared(plan: &Plan) -> Vec<Comparison> {
    let directory = tempfile::tempdir().unwrap();
    let never = AtomicBool::new(false);
    match run(plan, directory.path(), false, &never, &Unobserved).unwrap() {
        Outcome::Done { comparisons, .. } => comparisons,
        Outcome::Interrupted { .. } => panic!("interrupted by nobody"),
    }
}

/// More IL-2, more pSTAT5, in every kind of cell, with and without CD25; and CD25 adds most where there is little.
///
/// With the seed of the file. Neighbouring doses differ by a factor of three or more and medians by many times the spread between wells,
/// which common random numbers reduce further.
#[test]
fn more_of_it_does_more() {
    let plan = plan("dose-response", &Overrides::default());
    let rows = compared(&plan);
    let sweep = plan.sweep.as_ref().unwrap();
    assert!(sweep.points.is_sorted_by(|a, b| a[0] < b[0]));
    let arms = plan.arms_at_a_point();
    for readout in 0..plan.readouts.len() {
        let medians = |arm: usize| -> Vec<f64> {
            let own = rows
                .iter()
                .filter(|row| row.readout == readout && row.arm % arms == arm);
            own.map(|row| row.values.unwrap().0).collect()
        };
        for arm in 0..arms {
            let medians = medians(arm);
            assert_eq!(medians.len(), sweep.points.len());
            assert!(medians.is_sorted_by(|a, b| a < b), "{medians:?}");
        }
    }
    // pSTAT5 with α over pSTAT5 without: some twenty at the lowest dose, one at the highest.
    let treg = |row: &&Comparison| row.readout == 0;
    let medians: Vec<f64> = rows
        .iter()
        .filter(treg)
        .map(|row| row.values.unwrap().0)
        .collect();
    let ratios: Vec<f64> = medians.chunks(arms).map(|pair| pair[0] / pair[1]).collect();
    assert!(
        ratios[0] > 5.0 && ratios[ratios.len() - 1] < 1.2,
        "{ratios:?}"
    );
    // Differences are from the first arm of the same point.
    for row in &rows {
        let is_first = row.arm % arms == 0;
        assert_eq!(row.difference.is_none(), is_first);
        if let Some((difference, _)) = row.difference {
            let first = rows.iter().find(|other| {
                (other.readout, other.arm) == (row.readout, row.arm - row.arm % arms)
            });
            let expected = row.values.unwrap().0 - first.unwrap().values.unwrap().0;
            assert!((difference - expected).abs() < 1e-12);
        }
    }
}

const SWEPT: &str = r#"(
    title: "few", question: "which?",
    run: (until: "3 d", replicates: 2, cells: 500, seed: 4, sample_every: "1 d"),
    sweep: list(axes: [
        (name: "dose", values: ["1 ug", "10 ug", "1 ug"]),
        (name: "treg_death", values: ["0.05 1/d", "0.09 1/d", "0.05 1/d"]),
        (name: "level", values: [1, 0, 1]),
        (name: "when", values: ["24 h", "36 h", "1 d"]),
    ]),
    arms: [(name: "a", genotype: [(gene: "Il2ra", expression: "$level")], interventions: [
        inject(ligand: "IL-2", dose: "$dose", at: "$when"),
    ])],
    readouts: ["count(T)", "count(Treg)", "concentration(IL-2)"],
)"#;

fn of_text(text: &str) -> Plan {
    let source = Source {
        name: "swept".into(),
        origin: "swept.ron".into(),
        text: text.into(),
    };
    Plan::new(source, &Overrides::default()).unwrap()
}

/// A mouse of a point is the mouse of a scenario in which the values are written, bit for bit; points of equal values have equal mice:
/// neither point nor arm is in the address of a draw.
#[test]
fn points_are_scenarios_of_their_own() {
    let swept = of_text(SWEPT);
    let mouse = |plan: &Plan, arm: usize, replicate: u64| -> Record {
        Record::simulate(plan, arm, replicate, |_| true)
            .unwrap()
            .unwrap()
    };
    for replicate in 0..2 {
        let mice: Vec<Record> = (0..3).map(|arm| mouse(&swept, arm, replicate)).collect();
        assert_eq!(mice[0], mice[2]);
        assert_ne!(mice[0], mice[1]);
        let start = SWEPT.find("    sweep").unwrap();
        let end = SWEPT.find("    arms").unwrap();
        for (point, [dose, death, level, when]) in [
            ["1 ug", "0.05 1/d", "1", "24 h"],
            ["10 ug", "0.09 1/d", "0", "36 h"],
        ]
        .into_iter()
        .enumerate()
        {
            let overlay = format!("    overlay: {{ \"treg_death\": \"{death}\" }},\n");
            let text = format!("{}{overlay}{}", &SWEPT[..start], &SWEPT[end..])
                .replace("$dose", dose)
                .replace("\"$level\"", level)
                .replace("$when", when);
            let alone = of_text(&text);
            assert_eq!(mouse(&alone, 0, replicate), mice[point], "point {point}");
        }
    }
}
