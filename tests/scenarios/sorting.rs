//! Sorts, labels, ages and changing antigens from the text of a scenario to the plan, and what is wrong with them.

use crate::chimaera::{plan, refused};
use paracrine_cells::host::{Action, Gate, Sort};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::readout::Chain;
use paracrine_cells::specificity::Specificity;

const SMALL: &str = r#"(
    title: "t", question: "q",
    antigens: [(name: "OVA", precursors: 1e-5)],
    run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
    arms: [
        (name: "a", interventions: [
            deplete(kind: "CD4", fraction: 1, sort: (chain: "CD25", above: 1000), at: "3 d"),
            tag(kind: "Treg", sort: (chain: "CD122", highest: "10 %"), tag: "best", at: "4 d", every: "2 d"),
            transfer(kind: "memory CD8", cells: "1e4 cells", age: "30 d", sort: (chain: "CD122", above: 10, below: 1e5), tag: "old", at: "5 d"),
            stimulate(kind: "naive CD8", fraction: 0.5, sort: (chain: "CD132", lowest: 0.5), at: "6 d"),
            expose(antigen: "self", level: 0.5, at: "7 d"),
            expose(antigen: "OVA", level: 2, when: (readout: "count(T)", above: 10)),
        ]),
    ],
    readouts: ["count(Treg, tag: best)", "count(CD8, tag: old)"],
)"#;

#[test]
fn sorts_and_ages_reach_the_host() {
    let plan = plan(SMALL).unwrap();
    let arm = &plan.arms[0];
    let actions = arm.host.interventions.iter().map(|one| one.action);
    let sort = |chain, gate| Some(Sort { chain, gate });
    let expected = [
        Action::Deplete {
            group: Group::Cd4,
            sort: sort(Chain::Cd25, Gate::Between(1000.0, f64::INFINITY)),
            fraction: 1.0,
        },
        Action::Tag {
            group: Group::Only(Kind::Treg),
            sort: sort(Chain::Cd122, Gate::Highest(0.1)),
            fraction: 1.0,
            tag: 1,
            change: None,
        },
        Action::Transfer {
            kind: Kind::MemoryCd8,
            cells: 10_000,
            genotype: 1,
            tag: 2,
            specificity: None,
            age_d: Some(30.0),
            sort: sort(Chain::Cd122, Gate::Between(10.0, 1e5)),
        },
        Action::Stimulate {
            group: Group::Only(Kind::NaiveCd8),
            sort: sort(Chain::Cd132, Gate::Lowest(0.5)),
            fraction: 0.5,
        },
        Action::Make {
            antigen: Specificity::SELF,
            level: 0.5,
        },
        Action::Make {
            antigen: Specificity::named(0),
            level: 2.0,
        },
    ];
    for (found, expected) in actions.zip(expected) {
        // The wild type is the arm's own genotype here.
        let found = match found {
            Action::Transfer {
                kind,
                cells,
                tag,
                specificity,
                age_d,
                sort,
                ..
            } => Action::Transfer {
                kind,
                cells,
                genotype: 1,
                tag,
                specificity,
                age_d,
                sort,
            },
            other => other,
        };
        assert_eq!(found, expected);
    }
    assert_eq!(
        arm.interventions[1..],
        [
            "deplete 100 % of CD4 with more than 1000 CD25 at 3 d",
            "tag 100 % of Treg with the highest 10 % of CD122 as best at 4 d, then every 2 d",
            "transfer 10000 memory CD8 cells (wild type, tag old, sorted: between 10 and 100000 CD122, age 30 d) at 5 d",
            "stimulate 50 % of naive CD8 with the lowest 50 % of CD132 at 6 d",
            "self-antigen to 0.5 at 7 d",
            "OVA made at 2 when count(T) is above 10",
        ]
    );
}

/// Smallest fault seen: each line of the checks that refuses one of these.
#[test]
fn what_is_wrong_with_them_has_its_place() {
    for (from, to, words) in [
        (
            "chain: \"CD25\"",
            "chain: \"CD26\"",
            &["\"CD26\"", "a receptor chain", "did you mean `CD25`?"][..],
        ),
        ("chain: \"CD25\", ", "", &["no `chain`", "chain: \"CD25\""]),
        (
            "above: 1000",
            "abov: 1000",
            &["the unknown key `abov`", "did you mean `above`?"],
        ),
        (
            ", above: 1000",
            "",
            &["no gate", "`above`, `below` or both"],
        ),
        (
            "above: 1000",
            "above: 1000, highest: 0.5",
            &["gates that exclude each other"],
        ),
        ("above: 1000", "above: -1", &["-1", "0 copies or more"]),
        ("above: 1000", "below: 0", &["0", "above zero"]),
        (
            "above: 1000",
            "above: \"1000 pM\"",
            &["the text", "copies per cell such as 1000"],
        ),
        (
            "above: 10, below: 1e5",
            "above: 10, below: 5",
            &[
                "more than 10 copies and fewer than 5",
                "`above` less than `below`",
            ],
        ),
        (
            "above: 10, below: 1e5",
            "above: 1e9",
            &[
                "memory CD8 cells with more than 1000000000 CD122",
                "a gate that some of 10000 donors pass",
            ],
        ),
        ("highest: \"10 %\"", "highest: 0", &["a share above zero"]),
        ("highest: \"10 %\"", "highest: 1.5", &["1.5", "from 0 to 1"]),
        (
            "tag(kind: \"Treg\"",
            "tag(kind: \"DC\"",
            &["\"DC\"", "dendritic cells have no tags"],
        ),
        ("tag: \"best\", ", "", &["no `tag`"]),
        (
            "tag(kind",
            "tagg(kind",
            &["the unknown intervention `tagg`", "did you mean `tag`?"],
        ),
        (
            "deplete(kind: \"CD4\"",
            "deplete(kind: \"DC\"",
            &["a sort of dendritic cells", "no receptors for IL-2"],
        ),
        (
            "age: \"30 d\"",
            "age: 30",
            &["the number 30", "a time such as"],
        ),
        ("age: \"30 d\"", "age: \"-3 d\"", &["the negative"]),
        ("age: \"30 d\"", "age: \"30 y\"", &["the unknown unit"]),
        ("age: \"30 d\"", "age: \"4000 d\"", &["at most \"3650 d\""]),
        (
            "kind: \"memory CD8\"",
            "kind: \"CD8 blast\"",
            &[
                "CD8 blast cells 30 d after their activation",
                "an age at which some are left",
            ],
        ),
        (
            "kind: \"memory CD8\", cells: \"1e4 cells\", age: \"30 d\", sort: (chain: \"CD122\", above: 10, below: 1e5), tag: \"old\"",
            "kind: \"DC\", cells: \"1e4 cells\", age: \"30 d\", tag: \"old\"",
            &["the age of dendritic cells", "no `age`"],
        ),
        (
            "antigen: \"self\", level",
            "antigen: \"sel\", level",
            &["\"sel\"", "did you mean `self`?"],
        ),
        ("level: 0.5", "level: 1.5", &["1.5", "a number from 0 to 1"]),
        (", level: 0.5", "", &["no `level`", "both, such as"]),
        ("antigen: \"self\", level", "level", &["no `antigen`"]),
        (
            "antigen: \"self\", level: 0.5",
            "microbes: 1, level: 0.5",
            &["microbes and an antigen"],
        ),
        (
            "antigen: \"self\", level",
            "antigen: \"self\", levl",
            &["the unknown key `levl`", "did you mean `level`?"],
        ),
        (
            "expose(antigen: \"self\", level: 0.5, ",
            "expose(",
            &["no `microbes`", "`microbes: 3`, or `antigen: \"self\""],
        ),
    ] {
        refused(SMALL, from, to, words);
    }
}

/// Gates, ages and levels may be swept, and a gate that one point cannot have is found there.
#[test]
fn gates_may_be_swept() {
    let swept = SMALL
        .replacen("run:", "sweep: list(axes: [(name: \"gate\", values: [100, 1000]), (name: \"old\", values: [\"1 d\", \"9 d\"])]), run:", 1)
        .replacen("above: 1000", "above: \"$gate\"", 1)
        .replacen("age: \"30 d\"", "age: \"$old\"", 1);
    let planned = plan(&swept).unwrap();
    let of = |arm: usize| {
        let actions = &planned.arms[arm].host.interventions;
        let Action::Deplete {
            sort: Some(sort), ..
        } = actions[0].action
        else {
            panic!("{actions:?}")
        };
        let Action::Transfer { age_d, .. } = actions[2].action else {
            panic!("{actions:?}")
        };
        (sort.gate, age_d)
    };
    assert_eq!(of(0), (Gate::Between(100.0, f64::INFINITY), Some(1.0)));
    assert_eq!(of(1), (Gate::Between(1000.0, f64::INFINITY), Some(9.0)));
}
