//! Forms of IL-2 from the text of a scenario to the plan, and what is wrong with them.

use crate::chimaera::{plan, refused};
use paracrine_cells::host::Action;
use paracrine_scenario::record::Record;

const SMALL: &str = r#"(
    title: "t", question: "q",
    run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
    forms: [(name: "mine", alpha: 2, beta_gamma: 0.25, in_solution: "50 %", half_life: "12 h")],
    arms: [
        (name: "a", interventions: [
            inject(ligand: "mine", dose: "1 ug", at: "1 d"),
            inject(ligand: "IL-2", dose: "1 ug", at: "2 d"),
            inject(ligand: "mine", dose: "2 ug", at: "3 d", route: intravenous),
        ]),
        (name: "b", interventions: [inject(ligand: "IL-2/JES6-1", dose: "1 ug", at: "1 d")]),
        (name: "c"),
    ],
    readouts: ["count(Treg)", "form_concentration"],
)"#;

#[test]
fn forms_reach_the_host() {
    let plan = plan(SMALL).unwrap();
    let mine = plan.arms[0].host.forms[0];
    let numbers = [
        mine.alpha,
        mine.beta_gamma,
        mine.in_solution,
        mine.half_life_d,
    ];
    assert_eq!(numbers, [2.0, 0.25, 0.5, 0.5]);
    let given: Vec<(Option<u8>, u64)> = plan.arms[0]
        .host
        .interventions
        .iter()
        .filter_map(|intervention| match intervention.action {
            Action::Inject {
                form, molecules, ..
            } => Some((form, molecules)),
            _ => None,
        })
        .collect();
    let [(Some(0), one), (None, own), (Some(0), two)] = given[..] else {
        panic!("{given:?}");
    };
    // A microgram is that of the IL-2 in it.
    assert_eq!(one, own);
    assert!(two.abs_diff(2 * one) <= 1);
    assert_eq!(plan.arms[1].host.forms[0].in_solution.to_bits(), 0);
    assert_eq!(plan.arms[2].host.forms, []);
}

/// Two forms in an arm, each read by its name; a third is refused.
#[test]
fn two_forms_are_given_side_by_side() {
    let both = SMALL
        .replace(
            "arms: [",
            r#"arms: [
        (name: "both", interventions: [
            inject(ligand: "IL-2v", dose: "1 ug", at: "8 d"),
            inject(ligand: "mine", dose: "1 ug", at: "9 d"),
            inject(ligand: "IL-2v", dose: "1 ug", at: "10 d"),
        ]),"#,
        )
        .replace(
            r#""form_concentration""#,
            r#""given_concentration(IL-2v)", "given_concentration(mine)", "form_concentration""#,
        );
    let plan = plan(&both).unwrap();
    let places: Vec<Option<u8>> = (plan.arms[0].host.interventions.iter())
        .filter_map(|intervention| match intervention.action {
            Action::Inject { form, .. } => Some(form),
            _ => None,
        })
        .collect();
    assert_eq!(places, [Some(0), Some(1), Some(0)]);
    let record = Record::simulate(&plan, 0, 0, |_| true).unwrap().unwrap();
    let at = |readout, day| record.at(&plan, readout, day).unwrap();
    for (day, given) in [
        (7.5, [false, false]),
        (8.5, [true, false]),
        (9.5, [true, true]),
    ] {
        assert_eq!([1, 2].map(|readout| at(readout, day) > 1.0), given, "{day}");
        let sum = at(1, day) + at(2, day);
        assert!((at(3, day) - sum).abs() <= 1e-9 * sum, "{day}");
    }
    // In the arm that gives the other alone, and in that with none.
    let record = Record::simulate(&plan, 2, 0, |_| true).unwrap().unwrap();
    assert_eq!(
        [1, 2].map(|readout| record.at(&plan, readout, 9.5)),
        [Some(0.0); 2]
    );

    let dose = r#"inject(ligand: "IL-2v", dose: "1 ug", at: "10 d")"#;
    let third = dose.replace("IL-2v", "H9");
    let expected = "at most 2 forms of IL-2 in an arm, beside IL-2 itself";
    refused(&both, dose, &third, &["\"H9\", one form more", expected]);
    let unknown = ["\"IL-2w\"", "a form of IL-2", "did you mean `IL-2v`?"];
    refused(
        &both,
        "given_concentration(IL-2v)",
        "given_concentration(IL-2w)",
        &unknown,
    );
}

/// Smallest fault seen: each line of the checks that refuses one of these.
#[test]
fn what_is_wrong_with_forms_has_its_place() {
    for (from, to, found, expected) in [
        (
            "ligand: \"mine\", dose: \"1 ug\"",
            "ligand: \"mina\", dose: \"1 ug\"",
            "\"mina\"",
            "did you mean `mine`?",
        ),
        (
            "ligand: \"IL-2/JES6-1\"",
            "ligand: \"IL-2/JES61\"",
            "\"IL-2/JES61\"",
            "did you mean `IL-2/JES6-1`?",
        ),
        (
            "name: \"mine\"",
            "name: \"IL-2\"",
            "a second ligand \"IL-2\"",
            "another name",
        ),
        ("alpha: 2", "alpha: -2", "-2", "an affinity of 0 or more"),
        (
            "alpha: 2",
            "alpha: \"2 nM\"",
            "\"2 nM\"",
            "a number such as 0.1",
        ),
        (
            "alpha: 2",
            "alpha: 20000",
            "20000",
            "0 for none, or 0.0001 to 1000",
        ),
        (
            "beta_gamma: 0.25",
            "beta_gamma: 1e-4",
            "0.0001",
            "0 for none, or 0.01 to 1000",
        ),
        (
            "in_solution: \"50 %\"",
            "in_solution: 1e-9",
            "0.000000001",
            "0 for none, or 0.0001 to 1",
        ),
        ("alpha: 2, ", "", "no `alpha`", "alpha"),
        (
            "in_solution: \"50 %\"",
            "in_solution: 1.5",
            "1.5",
            "a number from 0 to 1",
        ),
        (
            "half_life: \"12 h\"",
            "half_life: \"5000 d\"",
            "5000 d",
            "0.0005 to 100 d",
        ),
        (
            "half_life: \"12 h\"",
            "half_live: \"12 h\"",
            "half_live",
            "half_life",
        ),
    ] {
        refused(SMALL, from, to, &[found, expected]);
    }
}
