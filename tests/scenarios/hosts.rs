//! Lineages that are lacking, thymectomy and conditions, from the text of a scenario to the plan, and what is wrong with them.

use crate::chimaera::{plan, refused};
use paracrine_cells::genotype::Lineage;
use paracrine_cells::host::{Action, Condition};
use paracrine_cells::readout::Readout;

const SMALL: &str = r#"(
    title: "t", question: "q",
    run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
    arms: [
        (name: "a", lacks: ["T", "B"], interventions: [
            thymectomy(at: "3 d"),
            inject(drug: "CTLA-4-Ig", dose: "250 ug", when: (readout: "concentration(IL-2)", below: 0.5), at: "2 d", every: "1 d"),
            deplete(kind: "NK", fraction: 0.5, when: (readout: "count(NK)", above: 1e5)),
        ]),
    ],
    readouts: ["alive"],
)"#;

#[test]
fn conditions_reach_the_host() {
    let plan = plan(SMALL).unwrap();
    let arm = &plan.arms[0];
    assert_eq!(arm.host.lacks, [Lineage::T, Lineage::B]);
    let [thymectomy, drug, depletion] = &arm.host.interventions[..] else {
        panic!("{:?}", arm.host.interventions);
    };
    assert_eq!(
        (thymectomy.action, thymectomy.at_d),
        (Action::Thymectomy, 3.0)
    );
    let condition = Condition {
        measure: Readout::Il2.into(),
        is_above: false,
        level: 0.5,
    };
    assert_eq!((&drug.when, drug.at_d), (&Some(condition), 2.0));
    let level = depletion.when.as_ref().unwrap().level;
    assert_eq!((level, depletion.at_d), (1e5, 0.0));
    assert_eq!(
        arm.interventions,
        [
            "makes no T, no B",
            "thymectomy at 3 d",
            "give 250 µg of CTLA-4-Ig when concentration(IL-2) is below 0.5, from 2 d on, then every 1 d",
            "deplete 50 % of NK when count(NK) is above 1e5",
        ]
    );
}

/// Smallest fault seen: each line of the checks that refuses one of these.
#[test]
fn what_is_wrong_with_hosts_has_its_place() {
    for (from, to, found, expected) in [
        ("\"B\"]", "\"Bcells\"]", "\"Bcells\"", "a lineage"),
        (
            "\"B\"]",
            "\"CD4\"]",
            "\"CD4\" beside \"T\"",
            "none is a part of another",
        ),
        (
            "thymectomy(at: \"3 d\")",
            "transfer(kind: \"DC\", cells: \"1e5 cells\", at: \"3 d\", tag: \"x\")",
            "a tag of dendritic cells",
            "another kind of cell",
        ),
        (
            "thymectomy(at: \"3 d\")",
            "inject(ligand: \"IFN-γ\", dose: \"2 ug\", at: \"3 d\")",
            "\"IFN-γ\"",
            "a ligand that can be given",
        ),
        (
            "thymectomy(at: \"3 d\")",
            "inject(ligand: \"IL-15\", dose: \"2 IU\", at: \"3 d\")",
            "2 IU",
            "IL-15 by mass or number",
        ),
        (
            "readouts: [\"alive\"]",
            "readouts: [\"alive\"], expect: [(readout: \"alive\", arm: \"a\", relative_to: \"a\", at: \"9 d\", band: (0.5, 1), source: \"s\")]",
            "the arm itself",
            "another arm",
        ),
        ("\"B\"]", "\"Treg\"]", "\"Treg\"", "Foxp3"),
        (
            "run: (until: \"12 d\"",
            "host: culture(volume: \"1 ml\"), run: (until: \"12 d\"",
            "lineages of a well",
            "transferred",
        ),
        (
            "run: (until: \"12 d\"",
            "host: culture(volume: \"1 ml\"), run: (until: \"12 d\"",
            "the thymus of a well",
            "no thymus",
        ),
        (
            "thymectomy(at: \"3 d\")",
            "thymectomy()",
            "no `at`",
            "or `when: ..`",
        ),
        (
            "thymectomy(at",
            "thymektomy(at",
            "thymektomy",
            "did you mean `thymectomy`?",
        ),
        (", below: 0.5", "", "no level", "one of `above` and `below`"),
        (
            ", below: 0.5",
            ", below: 0.5, above: 2",
            "`above` and `below`",
            "one of",
        ),
        (
            "below: 0.5",
            "below: \"0.5 pM\"",
            "0.5 pM",
            "a number in the readout's unit",
        ),
        ("readout: \"count(NK)\", ", "", "no `readout`", "readout"),
        ("count(NK)", "count(NKs)", "\"NKs\"", "did you mean `NK`?"),
        ("count(NK)", "fraction(NK)", "`fraction(NK)`", "both parts"),
        ("\"count(NK)\"", "\"count(NK, tag: me)\"", "\"me\"", "tag"),
    ] {
        refused(SMALL, from, to, &[found, expected]);
    }
}

/// Smallest fault seen: each line of the checks that refuses one of these.
#[test]
fn what_is_wrong_with_forced_signals_has_its_place() {
    const SMALL: &str = r#"(
        title: "t", question: "q",
        run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
        arms: [(name: "a", signals: [(signal: "pSTAT5", level: 1, lineage: "Treg", from: "3 d", until: "9 d")])],
        readouts: ["count(Treg)"],
    )"#;
    let plan = crate::chimaera::plan(SMALL).unwrap();
    let [signal] = plan.arms[0].host.signals[..] else {
        panic!("one signal");
    };
    assert_eq!(
        (signal.level, signal.from_d, signal.until_d),
        (1.0, 3.0, 9.0)
    );
    assert_eq!(
        plan.arms[0].interventions,
        ["pSTAT5 of Treg forced to 1 from 3 d until 9 d"]
    );
    for (from, to, found, expected) in [
        (
            "\"pSTAT5\"",
            "\"pSTAT6\"",
            "\"pSTAT6\"",
            "did you mean `pSTAT5`?",
        ),
        (
            "level: 1",
            "level: 2",
            "the number 2",
            "a number from 0 to 1",
        ),
        ("level: 1, ", "", "no `level`", "level"),
        ("\"Treg\"", "\"Tregs\"", "\"Tregs\"", "did you mean `Treg`?"),
        (
            "\"Treg\"",
            "\"DC\"",
            "\"DC\"",
            "a lineage whose cells have pSTAT5",
        ),
        (
            "until: \"9 d\"",
            "until: \"2 d\"",
            "an end at 2 d",
            "an end after the beginning",
        ),
        ("from: \"3 d\"", "from: \"30 d\"", "\"30 d\"", "12 d"),
        ("level: 1", "levl: 1", "levl", "level"),
    ] {
        crate::chimaera::refused(SMALL, from, to, &[found, expected]);
    }
}
