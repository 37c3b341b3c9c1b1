//! Drugs from the text of a scenario to the plan, and what is wrong with them.

use crate::chimaera::{plan, refused};
use paracrine_cells::drug::Target;
use paracrine_cells::host::Action;

const SMALL: &str = r#"(
    title: "t", question: "q",
    run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
    drugs: [(name: "mine", target: "CD25", kd: "0.2 nM", half_life: "48 h", killing: "0.5 1/d")],
    arms: [
        (name: "a", interventions: [
            inject(drug: "mine", dose: "150 ug", at: "1 d"),
            inject(drug: "CTLA-4-Ig", dose: "1e15 molecules", at: "1 d", every: "2 d", until: "5 d"),
            inject(drug: "mine", dose: "15 ug", at: "2 d"),
            inject(ligand: "IL-2", dose: "1 ug", at: "3 d", route: intravenous),
        ]),
    ],
    readouts: ["count(Treg)"],
)"#;

/// Quantities in their units, a nanomole of antibody in 150 micrograms; a drug that is given twice is one.
#[test]
fn drugs_reach_the_host() {
    let plan = plan(SMALL).unwrap();
    let arm = &plan.arms[0];
    let [mine, fusion] = arm.host.drugs[..] else {
        panic!("{:?}", arm.host.drugs);
    };
    assert_eq!(mine.target, Target::Alpha);
    let numbers = [mine.kd_pm, mine.half_life_d, mine.killing];
    for (found, expected) in numbers.into_iter().zip([200.0, 2.0, 0.5]) {
        assert!((found - expected).abs() < 1e-9, "{found}");
    }
    assert_eq!(fusion.target, Target::B7);
    let given: Vec<(u8, f64)> = arm
        .host
        .interventions
        .iter()
        .filter_map(|intervention| match intervention.action {
            Action::Give { drug, molecules } => Some((drug, molecules)),
            _ => None,
        })
        .collect();
    let nanomole = 6.022e14;
    for ((drug, molecules), (number, expected)) in
        given
            .into_iter()
            .zip([(0, nanomole), (1, 1e15), (0, 0.1 * nanomole)])
    {
        assert_eq!(drug, number);
        assert!((molecules / expected - 1.0).abs() < 1e-3, "{molecules}");
    }
    assert_eq!(
        arm.interventions[0], "give 150 µg of mine at 1 d",
        "in words"
    );
}

/// A dose is in the volume of antibody at once and halves in a half-life, by the name of its drug in whatever arm; where it is not given
/// there is none of it.
///
/// Smallest faults seen: the place of a drug in its arm taken for its number, another drug's concentration.
#[test]
fn readouts_tell_how_much_of_a_drug_there_is() {
    let text = SMALL
        .replace(
            "inject(drug: \"CTLA-4-Ig\"",
            "inject(drug: \"anti-IL-7\", dose: \"1 ug\", at: \"0 d\"), inject(drug: \"CTLA-4-Ig\"",
        )
        .replace(
            "    ],\n    readouts: [",
            "(name: \"b\", interventions: [inject(drug: \"anti-CD8\", dose: \"1 ug\", at: \"1 d\"), inject(drug: \"mine\", dose: \"300 ug\", at: \"1 d\")]),\n    ],\n    readouts: [\"drug_concentration(mine)\", \"drug_concentration(CTLA-4-Ig) / drug_concentration(mine)\", ",
        )
        .replace("inject(drug: \"mine\", dose: \"15 ug\", at: \"2 d\"),", "");
    let plan = plan(&text).unwrap();
    assert_eq!(plan.readouts[0].unit, "pM");
    assert_eq!(plan.readouts[1].unit, "1");
    let course = |arm: usize| {
        let mut host = plan.host(arm, 0).unwrap();
        let mut course = Vec::new();
        for step in 0..4 * 24 {
            if step % 24 == 23 {
                let read = |readout: usize| host.measure(&plan.readouts[readout].measure);
                course.push([read(0), read(1)]);
            }
            host.step().unwrap();
        }
        course
    };
    let (one, other) = (course(0), course(1));
    // Given on day 1, seen an hour before days 1, 2, 3 and 4; the body grows meanwhile.
    assert_eq!((one[0][0], other[0][0]), (0.0, 0.0));
    for day in 1..4 {
        let ratio = other[day][0] / one[day][0];
        assert!((ratio - 2.0).abs() < 1e-9, "{ratio}");
    }
    let kept = one[3][0] / one[1][0];
    assert!((0.2..0.51).contains(&kept), "{kept}");
    assert!(one[1][1] > 0.1 && other[1][1] == 0.0, "{one:?} {other:?}");
    refused(
        &text,
        "drug_concentration(mine)\", ",
        "drug_concentration(mina)\", ",
        &["\"mina\"", "a drug", "did you mean `mine`?"],
    );
}

/// Smallest fault seen: each line of the checks that refuses one of these.
#[test]
fn what_is_wrong_with_drugs_has_its_place() {
    for (from, to, found, expected) in [
        (
            "drug: \"mine\", dose: \"150",
            "drug: \"mina\", dose: \"150",
            "\"mina\"",
            "did you mean `mine`?",
        ),
        (
            "drug: \"CTLA-4-Ig\"",
            "drug: \"CTLA4-Ig\"",
            "\"CTLA4-Ig\"",
            "did you mean `CTLA-4-Ig`?",
        ),
        (
            "target: \"CD25\"",
            "target: \"CD52\"",
            "\"CD52\"",
            "did you mean `CD25`?",
        ),
        (
            "target: \"CD25\"",
            "target: \"IL-2\"",
            "0.5 1/d",
            "the target is on no cell",
        ),
        (
            "name: \"mine\"",
            "name: \"anti-CD4\"",
            "a second drug \"anti-CD4\"",
            "another name",
        ),
        (
            "kd: \"0.2 nM\"",
            "kd: \"0 nM\"",
            "\"0 nM\"",
            "a concentration above zero",
        ),
        ("kd: \"0.2 nM\", ", "", "no `kd`", "kd"),
        (
            "half_life: \"48 h\"",
            "half_life: \"0 h\"",
            "\"0 h\"",
            "above zero",
        ),
        (
            "dose: \"150 ug\"",
            "dose: \"150 IU\"",
            "a dose of a drug in IU",
            "a mass such as",
        ),
        ("ligand: \"IL-2\", ", "", "no `ligand`", "or `drug: ..`"),
        (
            "ligand: \"IL-2\", ",
            "ligand: \"IL-2\", drug: \"mine\", ",
            "a ligand and a drug",
            "one of them",
        ),
        (
            "at: \"1 d\")",
            "at: \"1 d\", route: intravenous)",
            "the route of a drug",
            "spreads at once",
        ),
        (
            "dose: \"150 ug\"",
            "dose: \"1 kg\"",
            "µg",
            "at most 1e18 molecules",
        ),
    ] {
        refused(SMALL, from, to, &[found, expected]);
    }
}
