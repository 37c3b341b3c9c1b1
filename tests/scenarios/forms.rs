//! Forms of IL-2 from the text of a scenario to the plan, and what is wrong with them.

use crate::chimaera::{plan, refused};
use paracrine_cells::host::Action;

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
    let mine = plan.arms[0].host.form.unwrap();
    let numbers = [
        mine.alpha,
        mine.beta_gamma,
        mine.in_solution,
        mine.half_life_d,
    ];
    assert_eq!(numbers, [2.0, 0.25, 0.5, 0.5]);
    let given: Vec<(bool, u64)> = plan.arms[0]
        .host
        .interventions
        .iter()
        .filter_map(|intervention| match intervention.action {
            Action::Inject {
                is_form, molecules, ..
            } => Some((is_form, molecules)),
            _ => None,
        })
        .collect();
    let [(true, one), (false, own), (true, two)] = given[..] else {
        panic!("{given:?}");
    };
    // A microgram is that of the IL-2 in it.
    assert_eq!(one, own);
    assert!(two.abs_diff(2 * one) <= 1);
    assert_eq!(plan.arms[1].host.form.unwrap().in_solution.to_bits(), 0);
    assert_eq!(plan.arms[2].host.form, None);
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
            "ligand: \"mine\", dose: \"2 ug\"",
            "ligand: \"IL-2v\", dose: \"2 ug\"",
            "\"IL-2v\"",
            "one form of IL-2 in an arm",
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
