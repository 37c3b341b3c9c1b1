//! Readouts that are calculated from others, from the text of a scenario to its tables.

use paracrine_cells::host::Condition;
use paracrine_scenario::Error;
use paracrine_scenario::catalogue::Source;
use paracrine_scenario::compared::Compared;
use paracrine_scenario::comparison::comparisons;
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_scenario::record::Record;

const TEXT: &str = r#"(
    title: "t", question: "q",
    overlay: { "fatal_damage": 1e-6 },
    run: (until: "20 d", replicates: 1, cells: 600, seed: 5, sample_every: "1 d"),
    arms: [
        (name: "wild type"),
        (name: "Foxp3-/-", genotype: [(gene: "Foxp3", expression: 0)], interventions: [
            deplete(kind: "NK", fraction: 0.5, when: (readout: "activated to all", above: 0.02)),
            deplete(kind: "NK", fraction: 0.5, when: (readout: "count(Treg) / count(CD8)", below: 2)),
        ]),
    ],
    readouts: [
        "count(CD8)", "count(CD4)", "count(Treg)", "count(Treg, spleen)", "count(Treg, lymph nodes)", "concentration(IL-2)", "pstat5(Treg)",
        "alive", "fraction(Treg, of: CD4)",
        (name: "CD8 to CD4", value: "count(CD8)/count(CD4)"),
        "count(Treg, spleen) + count(Treg, lymph nodes)",
        "log10(concentration(IL-2))",
        "1 - fraction(Treg, of: CD4)",
        "max(pstat5(Treg), 0.1)",
        "count(CD8) / count(Treg)",
        "1 - alive",
        "alive * count(CD8)",
        (name: "activated to all", value: "activated_fraction(Tcon) * count(Tcon) / count(T)"),
    ],
    expect: [
        (readout: "CD8 to CD4", arm: "wild type", at: "10 d", band: (0, 10)),
        (readout: "count(CD8) / count(Treg)", arm: "wild type", at: "10 d", band: (0, 1e9)),
        (readout: "1 - alive", arm: "Foxp3-/-", at: "20 d", band: (1, 1)),
    ],
)"#;

fn plan(text: &str) -> Result<Plan, Error> {
    let source = Source {
        name: "t".into(),
        origin: "t.ron".into(),
        text: text.into(),
    };
    Plan::new(source, &Overrides::default())
}

/// Smallest faults seen: places of calls in the order of the vocabulary, a missing value taken for zero, a dead mouse that counts as alive.
#[test]
fn formulas_are_calculated_from_the_samples_of_their_mouse() {
    let plan = plan(TEXT).unwrap();
    let records: Vec<Vec<Record>> = (0..2)
        .map(|arm| {
            let record = Record::simulate(&plan, arm, 0, |_| true).unwrap();
            vec![record.unwrap()]
        })
        .collect();
    let place = |name: &str| {
        let known = plan
            .readouts
            .iter()
            .position(|readout| readout.name == name);
        known.unwrap_or_else(|| panic!("no {name}"))
    };
    let mut missing = 0;
    for record in records.iter().flatten() {
        for values in &record.values {
            let of = |name: &str| values[place(name)];
            let both = |a: &str, b: &str, f: fn(f64, f64) -> f64| {
                Some(f(of(a)?, of(b)?)).filter(|value| value.is_finite())
            };
            assert_eq!(
                of("CD8 to CD4"),
                both("count(CD8)", "count(CD4)", |a, b| a / b)
            );
            let (spleen, nodes) = ("count(Treg, spleen)", "count(Treg, lymph nodes)");
            assert_eq!(
                of("count(Treg, spleen) + count(Treg, lymph nodes)"),
                both(spleen, nodes, |a, b| a + b)
            );
            let il2 = of("concentration(IL-2)").filter(|il2| *il2 > 0.0);
            assert_eq!(of("log10(concentration(IL-2))"), il2.map(libm::log10));
            let share = of("fraction(Treg, of: CD4)");
            assert_eq!(
                of("1 - fraction(Treg, of: CD4)"),
                share.map(|share| 1.0 - share)
            );
            let pstat5 = of("pstat5(Treg)");
            missing += usize::from(pstat5.is_none());
            assert_eq!(of("max(pstat5(Treg), 0.1)"), pstat5.map(|p| p.max(0.1)));
            assert_eq!(
                of("count(CD8) / count(Treg)"),
                both("count(CD8)", "count(Treg)", |a, b| a / b)
            );
        }
    }
    assert!(missing > 5, "Treg are missing in {missing} samples only");

    // The second mouse dies.
    let dead = &records[1][0];
    assert!(dead.died_d.is_some_and(|died_d| died_d < 20.0));
    assert_eq!(records[0][0].died_d, None);
    let at = |record: &Record, name: &str| record.at(&plan, place(name), 20.0);
    assert_eq!(at(dead, "alive"), Some(0.0));
    assert_eq!(at(dead, "1 - alive"), Some(1.0));
    assert_eq!(at(dead, "alive * count(CD8)"), Some(0.0));
    assert_eq!(at(dead, "count(CD8)"), dead.values.last().unwrap()[0]);
    assert_eq!(at(&records[0][0], "1 - alive"), Some(0.0));

    let judged = comparisons(&plan, &Compared::of(&plan, &records));
    let bands: Vec<_> = judged.iter().filter_map(|row| row.band.as_ref()).collect();
    assert_eq!(bands.len(), 3);
    assert!(bands.iter().all(|band| band.verdict.is_some()));
}

#[test]
fn formulas_have_units_labels_and_axes() {
    let plan = plan(TEXT).unwrap();
    let about: Vec<(&str, &str, bool)> = plan.readouts[8..]
        .iter()
        .map(|readout| {
            let unit = readout.unit.as_str();
            (readout.label.as_str(), unit, readout.logarithmic)
        })
        .collect();
    assert_eq!(
        about,
        [
            ("Treg among CD4", "1", false),
            ("CD8 to CD4", "1", false),
            (
                "count(Treg, spleen) + count(Treg, lymph nodes)",
                "cells",
                true
            ),
            ("log10(concentration(IL-2))", "log10(pM)", false),
            ("1 - fraction(Treg, of: CD4)", "1", false),
            ("max(pstat5(Treg), 0.1)", "1", false),
            ("count(CD8) / count(Treg)", "1", false),
            ("1 - alive", "1", false),
            ("alive * count(CD8)", "cells", false),
            ("activated to all", "1", false),
        ]
    );
}

/// Smallest faults seen: a condition that asks for the first of two calls, one that holds where there is no value.
#[test]
fn conditions_may_be_calculated() {
    let plan = plan(TEXT).unwrap();
    let arm = &plan.arms[1];
    assert_eq!(
        arm.interventions,
        [
            "deplete 50 % of NK when activated to all is above 0.02",
            "deplete 50 % of NK when count(Treg) / count(CD8) is below 2",
        ]
    );
    let when: Vec<&Condition> = arm
        .host
        .interventions
        .iter()
        .filter_map(|intervention| intervention.when.as_ref())
        .collect();
    let mut host = arm.start(&plan, 0);
    let mut crossed: [Option<f64>; 2] = [None, None];
    for _ in 0..480 {
        for (crossed, condition) in crossed.iter_mut().zip(&when) {
            let value = host.measure(&condition.measure);
            let holds = if condition.is_above {
                value > condition.level
            } else {
                value < condition.level
            };
            if crossed.is_none() && holds {
                *crossed = Some(host.age_d());
            }
        }
        host.step().unwrap();
    }
    assert!(crossed[0].is_some_and(|age_d| age_d > 1.0), "{crossed:?}");
    assert_eq!(host.met_d(), crossed);
}

#[test]
fn what_is_wrong_with_formulas_has_its_place() {
    for (from, to, found, expected) in [
        (
            "\"1 - alive\",",
            "\"1 - alive\", \"count(T) + concentration(IL-2)\",",
            "t.ron:21:22: found `count(T)` in cells and `concentration(IL-2)` in pM as parts of `+`",
            "parts of one unit",
        ),
        (
            "\"1 - alive\",",
            "\"1 - alive\", \"2 * fraction(Treg)\",",
            "t.ron:21:22: found `fraction(Treg)`",
            "both parts of the share",
        ),
        (
            "\"1 - alive\",",
            "\"1 - alive\", \"2 * cuont(T)\",",
            "t.ron:21:27: found \"cuont\"",
            "did you mean `count`?",
        ),
        (
            "readout: \"CD8 to CD4\"",
            "readout: \"CD8 to CD5\"",
            "found \"CD8 to CD5\"",
            "the name of one that is listed; did you mean `CD8 to CD4`?",
        ),
        (
            "readout: \"1 - alive\"",
            "readout: \"2 - alive\"",
            "found `2 - alive`",
            "one of this scenario's `readouts`",
        ),
        (
            "readout: \"count(Treg) / count(CD8)\"",
            "readout: \"count(Treg) - damage\"",
            "found `count(Treg)` in cells and `damage` in no unit as parts of `-`",
            "parts of one unit",
        ),
        (
            "overlay: { \"fatal_damage\": 1e-6 },",
            "host: culture(volume: \"1 ml\"),",
            "found `count(Treg, spleen)`, of which a well has none",
            "a readout of cells or of the medium",
        ),
    ] {
        assert!(TEXT.contains(from), "{from}");
        let error = plan(&TEXT.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(
            error.contains(found) && error.contains(expected),
            "{to}: {error}"
        );
    }
}
