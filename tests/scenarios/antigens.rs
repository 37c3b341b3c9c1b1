//! Antigens, immunisation, specificities and microbes, from the text of a scenario to the plan, and what is wrong with them.

use crate::chimaera::{plan, refused};
use paracrine_cells::host::{Action, Antigen, Exposure, Host};
use paracrine_cells::specificity::Specificity;

const SMALL: &str = r#"(
    title: "t", question: "q",
    antigens: [(name: "self", level: 0.5), (name: "OVA", precursors: 1e-5), (name: "HA", precursors: "0.1 %", level: 2)],
    run: (until: "12 d", replicates: 1, cells: 1000, seed: 3),
    arms: [
        (name: "a", interventions: [
            immunise(antigen: "HA", dose: 2, half_life: "36 h", adjuvant: 0.5, at: "3 d", every: "2 d"),
            transfer(kind: "naive CD4", cells: "1e4 cells", specificity: "HA", tag: "donor", at: "4 d"),
            expose(microbes: 3, when: (readout: "antigen(HA)", above: 3)),
        ]),
        (name: "b", antigens: [(name: "HA", precursors: 0), (name: "self", level: 0)], microbes: 0),
    ],
    readouts: ["count(CD4, specificity: HA)", "fraction(naive CD4, of: CD4, tag: donor, specificity: HA)", "antigen(HA)", "antigen(self)", "count(T, specificity: other)"],
)"#;

#[test]
fn antigens_reach_the_host() {
    let plan = plan(SMALL).unwrap();
    let antigen = |precursors, level| Antigen { precursors, level };
    assert_eq!(plan.antigens, ["OVA", "HA"]);
    assert_eq!(
        plan.arms[0].host.exposure,
        Exposure {
            of_self: 0.5,
            antigens: vec![antigen(1e-5, 0.0), antigen(1e-3, 2.0)],
            microbes: 1.0,
        }
    );
    assert_eq!(
        plan.arms[1].host.exposure,
        Exposure {
            of_self: 0.0,
            antigens: vec![antigen(1e-5, 0.0), antigen(0.0, 2.0)],
            microbes: 0.0,
        }
    );
    let actions: Vec<Action> = plan.arms[0]
        .host
        .interventions
        .iter()
        .map(|one| one.action)
        .collect();
    assert_eq!(
        actions[0],
        Action::Immunise {
            antigen: 1,
            dose: 2.0,
            half_life_d: 1.5,
            adjuvant: 0.5
        }
    );
    let Action::Transfer { specificity, .. } = actions[1] else {
        panic!("{actions:?}");
    };
    assert_eq!(specificity, Some(Specificity::named(1)));
    assert_eq!(actions[2], Action::Expose { microbes: 3.0 });
    assert_eq!(
        plan.arms[0].interventions,
        [
            "self-antigen at 0.5",
            "OVA: 0.00001 of naive T cells",
            "HA: 0.001 of naive T cells, made at 2",
            "immunise with 2 of HA, half-life 1.5 d, adjuvant 0.5 at 3 d, then every 2 d",
            "transfer 10000 naive CD4 cells (wild type, tag donor, specificity HA) at 4 d",
            "expose to a microbial load of 3 when antigen(HA) is above 3",
        ]
    );
}

/// A transfer adds exactly its cells to those of its specificity; what the body makes and what is given add up.
#[test]
fn readouts_tell_specificities_apart() {
    let plan = plan(SMALL).unwrap();
    let mut host = Host::newborn(&plan.points[0].parameters, &plan.arms[0].host, 1000, 3, 0);
    let mut before = f64::NAN;
    let read = |host: &Host<'_>, place: usize| host.measure(&plan.readouts[place].measure);
    while host.age_d() < 4.5 {
        host.step().unwrap();
        if (host.age_d() - 4.0).abs() < 1e-6 {
            before = read(&host, 0);
        }
    }
    let given = read(&host, 0) - before;
    assert!((given - 1e4).abs() < 0.1 * before + 500.0, "{given}");
    let naive = read(&host, 1);
    assert!(naive > 0.9 && naive <= 1.0, "{naive}");
    let amount = 2.0 + 2.0 * 0.5_f64;
    assert!((read(&host, 2) - amount).abs() < 1e-9, "{}", read(&host, 2));
    assert_eq!(read(&host, 3), 0.5);
    assert!(read(&host, 4) > 1e5);
}

/// Smallest fault seen: each line of the checks that refuses one of these.
#[test]
fn what_is_wrong_with_antigens_has_its_place() {
    for (from, to, found, expected) in [
        (
            "name: \"HA\", prec",
            "name: \"OVA\", prec",
            "a second \"OVA\"",
            "each antigen once",
        ),
        (
            "name: \"HA\", prec",
            "name: \"other\", prec",
            "\"other\"",
            "not \"other\"",
        ),
        (
            "name: \"HA\", prec",
            "name: \"H(A)\", prec",
            "\"H(A)\"",
            "a name of letters",
        ),
        (
            "(name: \"self\", level",
            "(name: \"self\", precursors: 0.1, level",
            "precursors of self",
            "self_reactive_share",
        ),
        ("level: 0.5", "level: 1.5", "1.5", "a number from 0 to 1"),
        ("level: 2", "level: -2", "-2", "a number from 0 to 1000000"),
        (
            "precursors: 1e-5",
            "precursors: 1.5",
            "1.5",
            "a number from 0 to 1",
        ),
        (
            "precursors: 1e-5",
            "precursors: 0.96",
            "precursors of 0.961 in all",
            "at most 0.95",
        ),
        (
            "precursors: 1e-5",
            "precursor: 1e-5",
            "precursor",
            "did you mean `precursors`?",
        ),
        (
            "[(name: \"HA\", precursors: 0)",
            "[(name: \"Ha\", precursors: 0)",
            "\"Ha\"",
            "did you mean `HA`?",
        ),
        (
            "antigen: \"HA\", dose: 2",
            "antigen: \"self\", dose: 2",
            "\"self\"",
            "an antigen of this scenario: \"OVA\" or \"HA\"",
        ),
        (
            "dose: 2, half_life: \"36 h\", adjuvant: 0.5",
            "dose: 0, half_life: \"36 h\"",
            "the number 0",
            "a dose above zero, or an `adjuvant`",
        ),
        ("dose: 2", "dose: -2", "-2", "a number from 0 to 1000000"),
        (
            "half_life: \"36 h\"",
            "half_life: \"0 h\"",
            "\"0 h\"",
            "a time above zero",
        ),
        (
            "half_life: \"36 h\", ",
            "",
            "no `half_life`",
            "half_life: \"3 d\"",
        ),
        (
            "adjuvant: 0.5",
            "adjuvant: 2",
            "the number 2",
            "a number from 0 to 1",
        ),
        (
            "expose(microbes: 3",
            "expose(microbes: 300",
            "300",
            "a number from 0 to 100",
        ),
        (
            "microbes: 0)",
            "microbes: -1)",
            "-1",
            "a number from 0 to 100",
        ),
        (
            "expose(mic",
            "expoze(mic",
            "expoze",
            "did you mean `expose`?",
        ),
        (
            "specificity: \"HA\", tag",
            "specificity: \"HB\", tag",
            "\"HB\"",
            "what cells recognise: \"self\", \"OVA\", \"HA\" or \"other\"",
        ),
        (
            "kind: \"naive CD4\"",
            "kind: \"NK\"",
            "\"HA\" of such cells",
            "or T cells",
        ),
        (
            "kind: \"naive CD4\"",
            "kind: \"DC\"",
            "\"HA\" of such cells",
            "or T cells",
        ),
        (
            "count(CD4, specificity: HA)",
            "count(CD4, specificity: HB)",
            "\"HB\"",
            "did you mean `HA`?",
        ),
        (
            "count(CD4, specificity: HA)",
            "count(DC, specificity: HA)",
            "no antigen receptors",
            "no `specificity`",
        ),
        (
            "\"antigen(self)\"",
            "\"antigen(other)\"",
            "\"other\"",
            "an antigen of this scenario",
        ),
        (
            "\"antigen(self)\"",
            "\"antigen\"",
            "too few arguments",
            "`antigen(antigen)`",
        ),
        (
            "\"antigen(self)\"",
            "\"antigen(self, specificity: HA)\"",
            "`specificity: ..`",
            "`antigen(antigen)`",
        ),
        (
            "tag: donor, specificity: HA)",
            "specificity: HA, tag: donor)",
            "\"tag: donor\"",
            "nothing after `specificity: ..`",
        ),
        (
            "(name: \"HA\", precursors: \"0.1 %\", level: 2)",
            "(name: \"HA\"), (name: \"A\"), (name: \"B\"), (name: \"C\"), (name: \"D\"), (name: \"E\"), (name: \"F\"), (name: \"G\")",
            "the antigen number 9",
            "at most 8",
        ),
    ] {
        refused(SMALL, from, to, &[found, expected]);
    }
    let none = SMALL.replacen("(name: \"HA\", precursors: \"0.1 %\", level: 2)", "", 1);
    refused(
        &none,
        "(name: \"OVA\", precursors: 1e-5), ",
        "",
        &["an antigen, of which there is none", "antigens: [(name:"],
    );
    for (text, found, expected) in [
        (
            "antigens: [(name: \"A\", level: 1)], arms: [(name: \"a\")]",
            "the level of an antigen in a well",
            "no `level`",
        ),
        (
            "arms: [(name: \"a\", microbes: 2)]",
            "the microbes of a well",
            "sterile",
        ),
        (
            "antigens: [(name: \"A\")], arms: [(name: \"a\", interventions: [immunise(antigen: \"A\", dose: 1, half_life: \"1 d\", at: \"0 h\")])]",
            "an immunised well",
            "no `immunise`",
        ),
        (
            "antigens: [(name: \"A\")], readouts: [\"antigen(A)\"], arms: [(name: \"a\")]",
            "`antigen(A)`, of which a well has none",
            "a readout of cells",
        ),
    ] {
        let readouts = if text.contains("readouts") {
            ""
        } else {
            "readouts: [\"count(T)\"],"
        };
        let well = format!(
            "(title: \"t\", question: \"q\", host: culture(volume: \"1 ml\"), run: (until: \"12 h\"), {readouts} {text})"
        );
        let message = plan(&well).unwrap_err();
        assert!(
            message.contains(found) && message.contains(expected),
            "{message}"
        );
    }
    // What cells recognise is theirs in a well, too.
    let well = "(title: \"t\", question: \"q\", host: culture(volume: \"1 ml\"), run: (until: \"12 h\"), antigens: [(name: \"A\")], readouts: [\"count(T, specificity: A)\"], arms: [(name: \"a\", interventions: [transfer(kind: \"naive CD8\", cells: \"1e4 cells\", specificity: \"A\", at: \"0 h\")])])";
    assert_eq!(plan(well).unwrap().antigens, ["A"]);
}

/// A dose, a level, precursors and the load of microbes may be swept.
#[test]
fn antigens_may_be_swept() {
    let swept = SMALL
        .replacen("run:", "sweep: list(axes: [(name: \"few\", values: [1e-6, 1e-4]), (name: \"dirt\", values: [1, 3])]), run:", 1)
        .replacen("precursors: 1e-5", "precursors: \"$few\"", 1)
        .replacen("microbes: 0)", "microbes: \"$dirt\")", 1);
    let plan = plan(&swept).unwrap();
    let of = |arm: usize| &plan.arms[arm].host.exposure;
    assert_eq!(
        (of(0).antigens[0].precursors, of(2).antigens[0].precursors),
        (1e-6, 1e-4)
    );
    assert_eq!((of(1).microbes, of(3).microbes), (1.0, 3.0));
}
