//! The lessons' answers, on the engine at the size of the lab.

use paracrine_lab::lessons::{View, lessons};
use paracrine_scenario::catalogue::Source;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::record::Record;
use rayon::prelude::*;

fn plan(name: &str, text: &str, mice: Option<u32>) -> Plan {
    let source = Source {
        name: name.into(),
        origin: name.into(),
        text: text.into(),
    };
    let overrides = Overrides {
        replicates: mice,
        ..Overrides::default()
    };
    Plan::new(source, &overrides).unwrap()
}

fn records(plan: &Plan) -> Vec<Vec<Record>> {
    let mice: Vec<u64> = plan.replicates.clone().collect();
    (0..plan.arms.len())
        .map(|arm| {
            let one = |mouse: &u64| {
                Record::simulate(plan, arm, *mouse, |_| true)
                    .unwrap()
                    .unwrap()
            };
            mice.par_iter().map(one).collect()
        })
        .collect()
}

/// Mice of which the median has to agree, too.
const MICE: u32 = 3;

/// What a lesson says is so in the very mouse that its page shows, and in the median of three.
#[test]
fn answers_are_those_of_the_engine() {
    for lesson in lessons().unwrap() {
        let View::Watch { .. } = lesson.view else {
            continue;
        };
        let text = lesson.view.scenario().unwrap();
        let plan = plan(&lesson.id, text, Some(MICE));
        let records = records(&plan);
        for mice in [1, MICE as usize] {
            for band in &plan.bands {
                let median = |arm: usize| {
                    let first = records[arm].iter().take(mice);
                    let values = first.filter_map(|mouse| mouse.at(&plan, band.readout, band.at_d));
                    let mut values: Vec<f64> = values.collect();
                    values.sort_by(f64::total_cmp);
                    values[values.len() / 2]
                };
                let value = median(band.arm) / band.relative_to.map_or(1.0, median);
                assert!(
                    band.band.holds(value),
                    "{}, {mice} mice: {} of {} is {value}, not in {}",
                    lesson.id,
                    plan.readouts[band.readout].name,
                    plan.arms[band.arm].name,
                    band.band
                );
            }
        }
    }
}

/// Some of the twenty mice are ill, and not all.
#[test]
fn luck_decides_who_falls_ill() {
    let lesson = lessons()
        .unwrap()
        .into_iter()
        .find(|lesson| lesson.id == "luck")
        .unwrap();
    let View::Crowd { mice, .. } = lesson.view else {
        panic!("many mice");
    };
    let plan = plan("luck", lesson.view.scenario().unwrap(), Some(mice));
    let ill = records(&plan)[0]
        .iter()
        .filter(|mouse| mouse.onset_d.is_some())
        .count();
    assert!((1..mice as usize).contains(&ill), "{ill} of {mice} are ill");
}
