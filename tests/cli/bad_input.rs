//! Every mistake gets one report that says where, what was found, what was expected; nothing is left behind.

use crate::PROGRAM;
use paracrine_tests::{
    program::{Ended, Place},
    small,
};

/// A scenario that is wrong in one place.
struct Faulty {
    /// A part of the small scenario.
    from: &'static str,
    /// What stands there instead.
    to: &'static str,
    /// The text at whose beginning the report must point, found after the beginning of `to`.
    at: &'static str,
    /// What the report says was found.
    found: &'static str,
    /// A part of what it says was expected.
    expected: &'static str,
    /// The name it proposes.
    nearest: Option<&'static str>,
}

const fn faulty(
    from: &'static str,
    to: &'static str,
    at: &'static str,
    found: &'static str,
    expected: &'static str,
    nearest: Option<&'static str>,
) -> Faulty {
    Faulty {
        from,
        to,
        at,
        found,
        expected,
        nearest,
    }
}

const TREG_DEATH: &str = r#""treg_death": "0.08 1/d""#;

#[rustfmt::skip]
const FAULTY: &[Faulty] = &[
    // syntax
    faulty("title: \"Small mice\",", "title: \"Small mice\"", "question:", "`question`", "`,` or `)`", None),
    faulty("replicates: 3,", "replicates = 3,", "= 3", "`=`", "`:`", None),
    faulty("),\n    ],\n)", "),\n    ],\n", "", "the end of the file", "`)` to close the `(` of line 2, column 1", None),
    // names
    faulty("gene: \"Il2ra\"", "gene: \"IL2RA\"", "\"IL2RA\"", "\"IL2RA\"", "a gene", Some("Il2ra")),
    faulty("gene: \"Il2ra\"", "gene: \"Rorc\"", "\"Rorc\"", "\"Rorc\"", "a gene: \"Il2\", \"Il2ra\"", None),
    faulty("kind: \"Treg\"", "kind: \"Tregs\"", "\"Tregs\"", "\"Tregs\"", "a cell kind", Some("Treg")),
    faulty("kind: \"naive CD4\"", "kind: \"naiv CD4\"", "\"naiv CD4\"", "\"naiv CD4\"", "a cell kind", Some("naive CD4")),
    faulty("\"alive\",\n    ]", "\"alife\",\n    ]", "alife", "\"alife\"", "a readout", Some("alive")),
    faulty("\"count(T)\"", "\"count(Tconv)\"", "Tconv", "\"Tconv\"", "a cell kind", Some("Tcon")),
    faulty("\"count(T)\"", "\"copies(CD52, T)\"", "CD52", "\"CD52\"", "a receptor chain", Some("CD25")),
    faulty("\"count(T)\"", "\"copies(T)\"", "\"copies(T)\"", "too few arguments in \"copies(T)\"", "`copies(", None),
    faulty("ligand: \"IL-2\"", "ligand: \"IL2\"", "\"IL2\"", "\"IL2\"", "a ligand", Some("IL-2")),
    faulty("concentration(IL-2)", "concentration(IL2)", "IL2", "\"IL2\"", "a ligand", Some("IL-2")),
    faulty(TREG_DEATH, r#""treg_deth": "0.08 1/d""#, "\"treg_deth\"", "\"treg_deth\"", "a parameter of the model", Some("treg_death")),
    faulty("seed: 11", "sead: 11", "sead", "the unknown key `sead`", "`seed`", Some("seed")),
    faulty("inject(", "injekt(", "injekt", "the unknown intervention `injekt`", "`inject(..)`", Some("inject")),
    faulty("arm: \"wild type\"", "arm: \"wildtype\"", "\"wildtype\"", "\"wildtype\"", "an arm of this scenario", Some("wild type")),
    faulty("name: \"Il2ra-/-\"", "name: \"wild type\"", "\"wild type\"", "a second arm \"wild type\"", "another name", None),
    // numbers and units
    faulty(TREG_DEATH, r#""treg_death": "-0.08 1/d""#, "\"-0.08", "the negative \"-0.08 1/d\"", "a rate in 1/d", None),
    faulty(TREG_DEATH, r#""treg_death": "fast""#, "\"fast\"", "the text \"fast\"", "a rate in 1/d", None),
    faulty(TREG_DEATH, r#""treg_death": 0.08"#, "0.08", "the number 0.08", "a rate in 1/d", None),
    faulty(TREG_DEATH, r#""treg_death": "0.08 d""#, "\"0.08 d\"", "a time, \"0.08 d\"", "a rate in 1/d", None),
    faulty("until: \"12 d\"", "until: 12", "12,", "the number 12", "a time such as \"70 d\"", None),
    faulty("until: \"12 d\"", "until: \"12\"", "\"12\"", "\"12\" without a unit", "a time such as \"70 d\"", None),
    faulty("until: \"12 d\"", "until: \"12 pM\"", "\"12 pM\"", "a concentration, \"12 pM\"", "a time", None),
    faulty("at: \"5 d\"", "at: \"50 d\"", "\"50 d\"", "\"50 d\"", "a time within the run, which ends at \"12 d\"", None),
    faulty("replicates: 3", "replicates: 0", "0", "the number 0", "a whole number from 1", None),
    faulty("replicates: 3", "replicates: 2.5", "2.5", "the number 2.5", "a whole number from 1", None),
    faulty("cells: 600", "cells: 499", "499", "the number 499", "500", None),
    faulty("expression: 0)", "expression: 2)", "2)", "the number 2", "a number from 0 to 1", None),
    faulty("fraction: 0.5", "fraction: 1.5", "1.5", "the number 1.5", "a number from 0 to 1", None),
    faulty("\"5 000 IU\"", "\"5 000\"", "\"5 000\"", "\"5 000\" without a unit", "a dose", None),
    faulty("\"5 000 IU\"", "\"5 mg/kg\"", "\"5 mg/kg\"", "\"5 mg/kg\", a dose by weight of the body", "the dose of one mouse", None),
    faulty(TREG_DEATH, r#""treg_death": -1"#, "-1", "the number -1", "such as \"0.03 1/d\"", None),
    faulty("title: \"Small mice\",", "title: \"Größe µ\", sead: 1,", "sead", "the unknown key `sead`", "`title`", None),
    faulty("band: (1, 1)", "band: (2, 1)", "(2, 1)", "a band from 2 to 1", "the lower end first", None),
    faulty("(name: \"wild type\"),", "(name: \"wild type\", lacks: [\"thymus\"]),", "\"thymus\"", "\"thymus\"", "`interventions: [thymectomy(at: \"0 d\")]`", None),
    faulty("gene: \"Il2ra\"", "gene: \"Rag1\"", "\"Rag1\"", "\"Rag1\"", "`lacks: [\"T\", \"B\"]`", None),
    faulty("gene: \"Il2ra\"", "gene: \"Cd28\"", "\"Cd28\"", "\"Cd28\"", "parameters in `overlay`", None),
    faulty("ligand: \"IL-2\", dose: \"5 000 IU\"", "ligand: \"IL-7\", dose: \"5 000\"", "\"5 000\"", "\"5 000\" without a unit", "a dose such as \"1 ug\" or \"1e12 molecules\"", None),
    faulty("\"5 000 IU\"", "\"5.000 IU\"", "5.000 IU", "\"5.000 IU\", a point before three digits", "\"5 000 IU\" or \"5 IU\"", None),
    faulty("\"1e5 cells\"", "\"100.000 cells\"", "100.000 cells", "\"100.000 cells\", a point before three digits", "\"100 000 cells\" or \"100 cells\"", None),
    faulty("seed: 11", "seed: 18446744073709551616", "18446744073709551616", "the number 18446744073709551616", "a whole number from 0 to 18446744073709551615", None),
    // what was meant is known
    faulty("gene: \"Il2ra\"", "gene: \"CD25\"", "\"CD25\"", "\"CD25\", its product", "the symbol of a gene", Some("Il2ra")),
    faulty("ligand: \"IL-2\", dose: \"5 000 IU\"", "ligand: \"anti-CD25\", dose: \"5 ug\"", "\"anti-CD25\"", "the drug \"anti-CD25\" as a ligand", "`drug: \"anti-CD25\"`", None),
    faulty("ligand: \"IL-2\", dose: \"5 000 IU\"", "drug: \"IL-2\", dose: \"5 ug\"", "\"IL-2\"", "the ligand \"IL-2\" as a drug", "`ligand: \"IL-2\"`", None),
    faulty("\"count(T)\"", "(name: \"r\", value: \"count(T) / r\")", "r\")", "\"r\", a name that is given to a readout", "a formula does not know names", None),
    faulty("title: \"Small mice\",", "title: \"Small\\u{202e} mice\",", "\"Small", "the character U+202E in a text", "characters that can be seen", None),
    faulty("name: \"wild type\"", "name: \"wild\\u{0} type\"", "\"wild", "the character U+0000 in a text", "characters that can be seen", None),
    faulty("title: \"Small mice\",", "title: \"t\", drugs: [(name: \"IL-7\", target: \"CD25\", kd: \"1 nM\", half_life: \"2 d\")],", "\"IL-7\"", "a drug with the name of a ligand, \"IL-7\"", "another name", None),
    faulty("title: \"Small mice\",", "title: \"t\", forms: [(name: \"anti-CD25\", alpha: 1, beta_gamma: 1, half_life: \"2 d\")],", "\"anti-CD25\"", "a form of IL-2 with the name of a drug, \"anti-CD25\"", "another name", None),
    // of what cannot be read nothing more is said
    faulty("title: \"Small mice\",", "title: \"t\", drugs: [(name: \"d\", target: \"CD25\", half_life: \"2 d\")],", ")],", "no `kd`", "one such as `kd:", None),
    faulty("title: \"Small mice\",", "title: \"t\", drugs: [(name: \"d\", kd: \"1 nM\", half_life: \"2 d\")],", ")],", "no `target`", "one such as `target:", None),
    faulty("title: \"Small mice\",", "title: \"t\", forms: [(name: \"m\", alpha: 1, half_life: \"2 d\")],", ")],", "no `beta_gamma`", "one such as `beta_gamma:", None),
    faulty("title: \"Small mice\",", "title: \"t\", host: rat,", "rat", "the bare word `rat`", "`mouse` or `culture(..)`", None),
    faulty("(name: \"wild type\"),", "(name: \"wild type\", marrow: []),", "[]", "an empty list", "at least one part", None),
    // what only the plan sees
    faulty("cells: \"1e5 cells\",", "cells: \"1e5 cells\", genotype: [(gene: \"Il2ra\", expression: 0)], sort: (chain: \"CD25\", above: 1),", "(chain:", "Treg cells with more than 1 CD25", "no gate on CD25, of which none of", None),
    faulty("cells: \"1e5 cells\",", "cells: \"1e5 cells\", sort: (chain: \"CD25\", above: 34712.326288223267, below: 100000),", "(chain:", "Treg cells with between 34712 and 100000 CD25", "such as", None),
    faulty("ligand: \"IL-2\", dose: \"5 000 IU\"", "ligand: \"IL-15\", dose: \"1 g\"", "\"1 g\"", "1e6 µg", "at most 1e18 molecules, about 22 mg of IL-15", None),
    faulty("cells: \"1e5 cells\",", "cells: \"1e5 cells\", sort: (chain: \"CD25\", above: 30000),", "(chain:", "Treg cells with more than 30000 CD25", "such as `above: ", None),
    faulty("\"fraction(Treg, of: CD4)\"", "\"fraction(Treg)\"", "\"fraction(Treg)", "`fraction(Treg)`", "both parts", None),
    faulty("kind: \"Treg\"", "kind: \"CD4\"", "\"CD4\"", "the group `CD4`", "one kind of cell", None),
    faulty(TREG_DEATH, r#""il7_kd": "0 pM""#, "\"0 pM\"", "0", "a value above zero", None),
    faulty(TREG_DEATH, r#""koff_alpha": "0 1/s""#, "\"0 1/s\"", "0", "a value above zero", None),
    faulty(TREG_DEATH, r#""treg_share": 1.5"#, "1.5", "1.5", "a share, at most 1", None),
    faulty("\"5 000 IU\"", "\"1 g\"", "\"1 g\"", "1e6 µg", "at most 1e18 molecules", None),
    faulty("\"1e5 cells\"", "\"1e13 cells\"", "\"1e13", "10000000000000", "at most 1e12 cells", None),
];

/// Checks that a report is one, names a way out, and that only the scenario is left in the place.
#[track_caller]
fn nothing_left(place: &Place, before: &[String], ended: &Ended) {
    assert_eq!(place.names(), before, "left behind by {}", ended.shown());
}

/// Number of separate reports: lines that begin one.
fn reports(stderr: &str) -> usize {
    let begins = |line: &&str| {
        line.starts_with("error:") || line.starts_with("  x ") || line.starts_with("  × ")
    };
    stderr.lines().filter(begins).count()
}

/// Line and column, counted from 1 in characters, of a byte.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// Smallest fault seen: a column counted from 0.
#[test]
fn a_faulty_scenario_is_reported_at_its_place() {
    let mut failed = Vec::new();
    for fault in FAULTY {
        let place = Place::new(PROGRAM);
        let text = small::with(fault.from, fault.to);
        place.write(small::FILE, &text);
        let start = small::TEXT.find(fault.from).unwrap();
        let byte = match fault.at {
            "" => text.len(),
            at => {
                let found = text[start..].find(at);
                start + found.unwrap_or_else(|| panic!("`{at}` is not in the text"))
            }
        };
        let (line, column) = line_and_column(&text, byte);
        let head = format!(
            "{}:{line}:{column}: found {}, expected ",
            small::FILE,
            fault.found
        );
        // Where the line is drawn the place is the same.
        let drawn = format!("[{}:{line}:{column}]", small::FILE);
        for command in ["check", "run"] {
            let ended = place.run(&[command, small::FILE]);
            let one_line = ended
                .stderr
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let proposes = fault
                .nearest
                .is_none_or(|name| one_line.contains(&format!("did you mean `{name}`?")));
            let good = ended.code == Some(1)
                && one_line.matches(&head).count() == 1
                && one_line.contains(&drawn)
                && one_line.contains(fault.expected)
                && proposes
                && reports(&ended.stderr) == 1
                && !ended.stderr.contains("panicked")
                && !ended.stderr.contains("backtrace")
                && ended.stdout.is_empty()
                && place.names() == [small::FILE];
            if !good {
                failed.push(format!(
                    "expected `{head}..{}`\n{}",
                    fault.expected,
                    ended.shown()
                ));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} fail:\n{}",
        failed.len(),
        2 * FAULTY.len(),
        failed.join("\n\n")
    );
}

/// What an arm has that the states have not from which it begins is said by name and number, at its place.
///
/// Smallest faults seen: the same words found and expected; the beginning of the file for what an arm leaves to the default.
#[test]
fn what_states_have_not_is_told() {
    let text = |arms: &str| {
        format!(
            r#"(title: "t", question: "q", run: (until: "2 d", replicates: 1, cells: 500, save_at: "1 d"), {arms}, readouts: ["alive"])"#
        )
    };
    let place = Place::new(PROGRAM);
    for (number, (base, arms, at, found, expected)) in [
        (
            r#"antigens: [(name: "OVA", precursors: 1e-5)], arms: [(name: "µ")]"#,
            r#"antigens: [(name: "OVA", precursors: 1e-5)], arms: [(name: "µ"), (name: "b", antigens: [(name: "OVA", precursors: 1e-4)])]"#,
            r#"[(name: "OVA", precursors: 1e-4)]"#,
            "OVA with precursors 0.0001 and level 0",
            "OVA with precursors 0.00001 and level 0",
        ),
        (
            r#"arms: [(name: "a")]"#,
            r#"arms: [(name: "a"), (name: "b", antigens: [(name: "self", level: 0.5)])]"#,
            r#"[(name: "self""#,
            "self-antigen at 0.5",
            "self-antigen at 1",
        ),
        (
            r#"arms: [(name: "a")]"#,
            r#"arms: [(name: "a"), (name: "µ", microbes: 0)]"#,
            "0)]",
            "microbes 0",
            "microbes 1",
        ),
        (
            r#"arms: [(name: "a", microbes: 0)]"#,
            r#"arms: [(name: "a", microbes: 0), (name: "µ")]"#,
            r#"(name: "µ")"#,
            "microbes 1",
            "microbes 0",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("base{number}");
        place.write("base.ron", text(base));
        place.done(&["run", "base.ron", "--out", &out]);
        let text = text(arms).replace(", save_at: \"1 d\"", "");
        place.write("later.ron", &text);
        let (line, column) = line_and_column(&text, text.rfind(at).unwrap());
        let said = format!("later.ron:{line}:{column}: found {found}, expected {expected}");
        let arguments = ["run", "later.ron", "--from", &out, "--out", "out"];
        let ended = place.run(&arguments).expect_code(1);
        assert!(ended.stderr.contains(&said), "{said}\n{}", ended.shown());
        assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
    }
}

/// What an option asks for is said of the option, and places are those of the file, not of the text with another model in it.
///
/// Smallest faults seen: `--seed` at the seed of the file; columns behind a model that is longer than the one in the file.
#[test]
fn options_are_not_looked_for_in_the_text() {
    let place = crate::place();
    place.write(
        "own.ron",
        r#"(name: "own", title: "t", base: "mouse", parameters: { "thymic_output": (value: 1e6, unit: "cells/d", low: 5e5, high: 2e6,
            status: assumed, meaning: "m", source: "s") })"#,
    );
    place.done(&[
        "run",
        small::FILE,
        "--replicates",
        "2",
        "--save-at",
        "3 d",
        "--out",
        "past",
    ]);
    for (option, value, found, expected) in [
        ("--seed", "12", "12", "11"),
        ("--cells", "700", "700 agents", "600 agents"),
        ("--replicates", "3", "3", "replicates within 0 to 1"),
        ("--replicate", "2", "2", "a replicate within 0 to 1"),
        ("--save-at", "2 d", "2 d", "a time after 3 d"),
        (
            "--model",
            "own.ron",
            "thymic_output = 1000000",
            "thymic_output = 2000000",
        ),
    ] {
        let arguments = [
            "run",
            small::FILE,
            "--from",
            "past",
            "--out",
            "out",
            option,
            value,
        ];
        let ended = place.run(&arguments).expect_code(2);
        let said =
            format!("error: {option}: found {found}, expected {expected}, as in the states of ");
        assert!(ended.stderr.starts_with(&said), "{said}\n{}", ended.shown());
        assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
    }
    for head in ["(", "(model: \"mouse\", "] {
        let text = format!(
            r#"{head}title: "µ", question: "q", run: (until: "12 d"), arms: [(name: "a")], readouts: ["alife"])"#
        );
        place.write("faulty.ron", &text);
        let (line, column) = line_and_column(&text, text.find("alife").unwrap());
        let place_of = format!("faulty.ron:{line}:{column}");
        for more in [&[][..], &["--model", "own.ron"]] {
            let ended = place
                .run(&[&["run", "faulty.ron"], more].concat())
                .expect_code(1);
            for said in [
                format!("{place_of}: found \"alife\""),
                format!("[{place_of}]"),
            ] {
                assert!(ended.stderr.contains(&said), "{said}\n{}", ended.shown());
            }
        }
    }
}

/// Smallest fault seen: a scenario that comes with the program run in place of a file that was misspelt, without a word.
#[test]
fn what_stands_in_for_a_file_is_told() {
    let place = Place::new(PROGRAM);
    for (command, file, name) in [
        (&["check"][..], "il2ra-knockout.ron", "il2ra-knockout"),
        (
            &["run", "--cells", "6"],
            "scenarios/culture/treg.ron",
            "treg",
        ),
        (&["diff", "wild-type"], "wild-type.ron", "wild-type"),
        (
            &["simulate", "--replicates", "1"],
            "schloegl.ron",
            "schloegl",
        ),
        (&["check"], "schloegl.ron", "schloegl"),
    ] {
        let ended = place.run(&[command, &[file]].concat());
        let note = format!(
            "note: there is no file {file} here: this is `{name}`, which comes with paracrine"
        );
        assert!(ended.stderr.contains(&note), "{}", ended.shown());
        let ended = place.run(&[command, &[name]].concat());
        assert!(
            !ended.stderr.contains("there is no file"),
            "{}",
            ended.shown()
        );
    }
}

/// Smallest fault seen: a file in the folder checked for by its name, and what comes with the program called good.
#[test]
fn a_file_that_is_passed_over_is_told() {
    let place = Place::new(PROGRAM);
    place.write("foxp3-null.ron", "(");
    let ended = place.run(&["check", "foxp3-null"]).expect_code(0);
    for said in [
        "this is `foxp3-null`, which comes with paracrine",
        "foxp3-null.ron",
    ] {
        assert!(ended.stderr.contains(said), "{}", ended.shown());
    }
    let _ = place.run(&["check", "foxp3-null.ron"]).expect_code(1);
    // A file of that very name wins.
    place.write("foxp3-null", "(");
    let _ = place.run(&["check", "foxp3-null"]).expect_code(1);
}

/// What only the plan sees is told with what the language sees, each at its place; nothing is said of what could not be read.
///
/// Smallest faults seen: what the plan sees told once the other faults were mended; an intervention that cannot be read, whose
/// place the next one takes.
#[test]
fn faults_of_language_and_plan_are_told_together() {
    let text = r#"(
    title: "t", question: "q", run: (until: "2 d"), sead: 1,
    overlay: { "treg_deth": "0.08 1/d", "treg_share": 1.5 },
    arms: [
        (name: "a", genotype: [(gene: "Il2ra", expression: 2), (gene: "Il15", expression: 0, lineage: "T")], interventions: [
            inject(ligand: "IL-2", at: "1 d"),
            injekt(ligand: "IL-2", at: "1 d"),
            inject(ligand: "IL-15", dose: "5 000 IU", at: "1 d"),
            inject(ligand: "IL-7", dose: "1 g", at: "1 d"),
            inject(ligand: "IL-77", dose: "1 g", at: "1 d"),
            transfer(kind: "Treg", cells: "1e13 cells", at: "1 d", sort: (chain: "CD25", above: 30000)),
            transfer(kind: "CD4", cells: "1 apple", at: "1 d"),
            transfer(kind: "CD4 blast", cells: "1 cells", at: "1 d", age: "1 apple"),
        ]),
        (name: "b", lacks: ["Treg"]),
    ],
    readouts: ["alive", "alife"],
)"#;
    let expected = [
        "unknown key `sead`",
        "found \"treg_deth\"",
        "a share, at most 1",
        "found the number 2",
        "Il15 is made by cells that are not simulated",
        "no `dose`",
        "unknown intervention `injekt`",
        "IL-15 by mass or number",
        "about 25 mg of IL-7",
        "found \"IL-77\"",
        "at most 1e12 cells",
        "Treg cells with more than 30000 CD25",
        "the group `CD4`",
        "\"1 apple\"",
        "found \"Treg\"",
        "found \"alife\"",
    ];
    let place = Place::new(PROGRAM);
    place.write("t.ron", text);
    let ended = place.run(&["check", "t.ron"]).expect_code(1);
    for said in expected {
        assert!(ended.stderr.contains(said), "{said}\n{}", ended.shown());
    }
    assert_eq!(reports(&ended.stderr), 17, "{}", ended.shown());
    // At the line that it is about, though an intervention before it could not be read.
    assert!(ended.stderr.contains("t.ron:8:43"), "{}", ended.shown());

    let swept = r#"(title: "t", question: "q", run: (until: "2 d"), sweep: grid(axes: [(name: "share", values: [0.5, 2])]),
        arms: [(name: "a", interventions: [
            deplete(kind: "Treg", fraction: "$share", at: "1 d"), inject(ligand: "IL-15", dose: "5 000 IU", at: "1 d"),
        ])], readouts: ["alive"])"#;
    place.write(
        "t.ron",
        text.replace("\"alive\", \"alife\"", "\"fraction(Treg)\""),
    );
    let ended = place.run(&["check", "t.ron"]).expect_code(1);
    let said = "expected both parts of the share";
    assert!(ended.stderr.contains(said), "{}", ended.shown());

    place.write("t.ron", swept);
    let ended = place.run(&["check", "t.ron"]).expect_code(1);
    for said in ["a number from 0 to 1", "IL-15 by mass or number"] {
        assert!(ended.stderr.contains(said), "{said}\n{}", ended.shown());
    }
    assert_eq!(reports(&ended.stderr), 2, "{}", ended.shown());
}

/// Smallest fault seen: only the first of two overlays reported.
#[test]
fn every_fault_is_reported_in_one_go() {
    let cases: [(&[(&str, &str)], usize); 3] = [
        (
            &[
                ("gene: \"Il2ra\"", "gene: \"Il2rx\""),
                ("cells: 600", "cells: 6"),
                ("\"count(T)\"", "\"count(X)\""),
            ],
            3,
        ),
        (
            &[
                ("fraction(Treg, of: CD4)", "fraction(Treg)"),
                ("kind: \"Treg\"", "kind: \"CD4\""),
                (TREG_DEATH, r#""il7_kd": "0 pM""#),
            ],
            3,
        ),
        (
            &[(
                TREG_DEATH,
                r#""il7_kd": "0 pM", "treg_share": 1.5, "dc_maturation": "0 d""#,
            )],
            3,
        ),
    ];
    for (changes, count) in cases {
        let place = Place::new(PROGRAM);
        let mut text = small::TEXT.to_owned();
        for (from, to) in changes {
            text = text.replacen(from, to, 1);
        }
        place.write(small::FILE, text);
        let ended = place.run(&["check", small::FILE]).expect_code(1);
        assert_eq!(reports(&ended.stderr), count, "{}", ended.shown());
    }
}

/// A band on a readout that is not observed can never be judged, so `--strict` would pass unseen.
///
/// Smallest fault seen: such a band dropped without a word.
#[test]
fn a_band_on_a_readout_that_is_not_listed_is_a_fault() {
    for (from, to) in [
        ("(readout: \"alive\"", "(readout: \"damage\""),
        ("(readout: \"alive\"", "(readout: \"fraction(Treg)\""),
    ] {
        let place = Place::new(PROGRAM);
        place.write(small::FILE, small::with(from, to));
        let ended = place.run(&["check", small::FILE]).expect_code(1);
        assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
    }
}

#[test]
fn files_that_are_no_scenario() {
    let place = Place::new(PROGRAM);
    place.write("empty.ron", "");
    place.write("comment.ron", "// Nothing yet.\n");
    place.write("bytes.ron", b"(title: \"\xff\")");
    place.write("zero.ron", b"(title: \"\0\")");
    place.write("directory.ron/inside", "");
    let before = place.names();
    for (name, expected) in [
        ("missing.ron", "no scenario `missing.ron`"),
        ("il2ra-knockuot", "did you mean `il2ra-knockout`?"),
        ("scenarios/wild-typ.ron", "did you mean `wild-type`?"),
        ("empty.ron", "empty.ron:1:1: found an empty file, expected"),
        (
            "comment.ron",
            "comment.ron:1:1: found nothing but comments, expected",
        ),
        ("bytes.ron", "byte 9 is not UTF-8"),
        ("zero.ron", "zero.ron:1:"),
        ("directory.ron", "cannot read directory.ron"),
        ("", "no scenario"),
    ] {
        for command in ["run", "check"] {
            let ended = place.run(&[command, name]).expect_code(1);
            assert!(ended.stderr.contains(expected), "{}", ended.shown());
            assert!(reports(&ended.stderr) >= 1, "{}", ended.shown());
            assert!(name == "zero.ron" || reports(&ended.stderr) == 1);
            assert_eq!(ended.stdout, "", "{}", ended.shown());
            nothing_left(&place, &before, &ended);
        }
    }
}

#[test]
fn impossible_requests() {
    let place = crate::place();
    let before = place.names();
    for (arguments, expected) in [
        (&["--replicates", "0"][..], "--replicates: found 0"),
        (&["--replicates", "two"], "--replicates"),
        (&["--replicates", "-1"], "-1"),
        (
            &["--replicate", "3"],
            "--replicate: found 3, expected 0 to 2",
        ),
        (
            &["--cells", "499"],
            "--cells: found 499, expected at least 500",
        ),
        (&["--cells", "1e4"], "--cells"),
        (
            &["--threads", "0"],
            "--threads: found 0, expected at least 1",
        ),
        (&["--threads", "many"], "--threads"),
        (&["--seed", "-1"], "-1"),
        (&["--seed", "18446744073709551616"], "--seed"),
        (&["--out", ""], "--out"),
        (&["--fast"], "--fast"),
        (&["--forse"], "--force"),
    ] {
        let mut all = vec!["run", small::FILE];
        all.extend(arguments);
        let ended = place.run(&all).expect_code(2);
        assert!(ended.stderr.contains(expected), "{}", ended.shown());
        assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
        nothing_left(&place, &before, &ended);
    }
    for arguments in [&["rnu", small::FILE][..], &["run"], &["check"], &["report"]] {
        let _ = place.run(arguments).expect_code(2);
    }
}

/// Runs with at most 8 GB of address space, so that a machine with little memory is not brought down.
#[track_caller]
fn refused_for_memory(arguments: &[&str]) {
    let place = crate::place();
    let before = place.names();
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", "ulimit -v 8000000; exec \"$@\"", "sh", PROGRAM])
        .args(["run", small::FILE])
        .args(arguments)
        .current_dir(place.path(""))
        .env("RUST_BACKTRACE", "1")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let child = limited.spawn().unwrap();
    let ended = paracrine_tests::program::end(child, &arguments.join(" ")).expect_code(2);
    assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
    assert!(ended.stderr.contains(arguments[0]), "{}", ended.shown());
    nothing_left(&place, &before, &ended);
}

#[test]
fn more_cells_than_memory_holds_are_refused() {
    refused_for_memory(&["--cells", "4000000000"]);
}

/// Smallest fault seen: an abort for want of memory, at the list of four thousand million mice.
#[test]
fn more_mice_than_memory_holds_are_refused() {
    refused_for_memory(&["--replicates", "4294967295"]);
}

/// More than a day is refused before anything is written, and begun with --allow-large.
///
/// Smallest fault seen: the estimate of one mouse taken for that of all.
#[test]
fn what_takes_days_is_refused_unless_allowed() {
    let place = crate::place();
    let before = place.names();
    let long = [
        "run",
        small::FILE,
        "--cells",
        "100000",
        "--replicates",
        "20000",
    ];
    let ended = place.run(&long).expect_code(2);
    assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
    for part in ["hours", "--replicates", "--shards", "--allow-large"] {
        assert!(ended.stderr.contains(part), "{}", ended.shown());
    }
    nothing_left(&place, &before, &ended);
    let allowed = [&long[..], &["--allow-large", "--out", "long"]].concat();
    let mut child = place.command(&allowed).spawn().unwrap();
    let begun = place.path("long/checkpoint");
    while !begun.exists() {
        assert!(child.try_wait().unwrap().is_none(), "ended at once");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    let _ = child.wait();
}

#[test]
fn directories_that_cannot_take_results() {
    let place = crate::place();
    place.write("thesis/chapter.txt", "years of work");
    let before = place.names();
    for (out, code, expected) in [
        ("small.ron", 2, "small.ron"),
        ("small.ron/below", 3, "cannot write"),
        ("thesis", 2, "chapter.txt"),
        ("/proc/nowhere", 3, "cannot write"),
    ] {
        for force in [&[][..], &["--force"]] {
            let mut all = vec!["run", small::FILE, "--out", out];
            all.extend(force);
            let ended = place.run(&all).expect_code(code);
            assert!(ended.stderr.contains(expected), "{}", ended.shown());
            assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
            nothing_left(&place, &before, &ended);
            let chapter = std::fs::read_to_string(place.path("thesis/chapter.txt")).unwrap();
            assert_eq!(chapter, "years of work");
        }
    }
    for results in ["nowhere", "thesis", small::FILE] {
        let ended = place.run(&["report", results]).expect_code(2);
        assert!(ended.stderr.contains("manifest.json"), "{}", ended.shown());
        nothing_left(&place, &before, &ended);
    }
}

/// Smallest fault seen: an endless search for the concentration in a mouse without cells and without any outflow.
#[test]
fn a_mouse_that_loses_all_its_cells_is_still_simulated() {
    let place = Place::new(PROGRAM);
    let emptied = small::with(
        "kind: \"naive CD4\", fraction: 0.5",
        "kind: \"T\", fraction: 1",
    );
    place.write("emptied.ron", &emptied);
    place.done(&["run", "emptied.ron", "--replicates", "1"]);
    let sealed = emptied.replacen(TREG_DEATH, r#""tissue_serum_exchange": "0 ml/d""#, 1);
    place.write("sealed.ron", sealed);
    let child = place
        .command(&["run", "sealed.ron", "--replicates", "1"])
        .spawn()
        .unwrap();
    let ended = paracrine_tests::program::end(child, "run sealed.ron");
    // Either the overlay is refused or the mouse is simulated.
    assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.shown());
}

/// Growth without bound ends a mouse, with the arm, the mouse and the reason named; the others are simulated, and what is told is whole.
#[test]
fn a_mouse_that_outgrows_itself_is_marked() {
    let place = Place::new(PROGRAM);
    let text = small::with(TREG_DEATH, r#""memory_cd8_division": "1e300 1/d""#);
    place.write(small::FILE, text);
    let ended = place
        .run(&["run", small::FILE, "--out", "out"])
        .expect_code(3);
    assert!(
        ended.stderr.contains("arm `wild type`, replicate 0"),
        "{}",
        ended.shown()
    );
    assert_eq!(reports(&ended.stderr), 1, "{}", ended.shown());
    let events = std::fs::read_to_string(place.path("out/events.csv")).unwrap();
    assert!(events.contains("not simulated further: "), "{events}");
    let again = place
        .run(&["run", small::FILE, "--out", "out"])
        .expect_code(3);
    assert_eq!(again.stderr, ended.stderr);
}

/// What only the plan of a point sees is said of the value of the axis.
///
/// Smallest fault seen: the first line of the file, for each of them.
#[test]
fn faults_at_a_point_of_a_sweep_are_at_the_value() {
    let place = Place::new(PROGRAM);
    for (axis, used, at, found) in [
        (
            r#"(name: "x", values: ["1 ug", "1 kg"])"#,
            "$x",
            r#""1 kg""#,
            "1e9 µg",
        ),
        (
            r#"(name: "x", low: "1 ug", high: "1 kg")"#,
            "$x",
            r#""$x""#,
            "µg",
        ),
        (
            r#"(name: "il7_kd", values: ["1 pM", "0 pM"])"#,
            "1 ug",
            r#""0 pM""#,
            "0",
        ),
    ] {
        let method = if axis.contains("low") {
            "sobol(points: 2, "
        } else {
            "grid("
        };
        let text = format!(
            r#"(title: "t", question: "q", run: (until: "9 d"), sweep: {method}axes: [{axis}]), readouts: ["alive"],
            arms: [(name: "a", interventions: [inject(ligand: "IL-2", dose: "{used}", at: "1 d")])])"#
        );
        place.write("swept.ron", &text);
        let (line, column) = line_and_column(&text, text.find(at).unwrap());
        let ended = place.run(&["check", "swept.ron"]).expect_code(1);
        let drawn = format!("[swept.ron:{line}:{column}]");
        assert!(ended.stderr.contains(&drawn), "{drawn}\n{}", ended.shown());
        assert!(ended.stderr.contains(found), "{}", ended.shown());
    }
}

/// How a file is written decides nothing, as long as it can be read.
///
/// Smallest faults seen: a scenario refused for a byte order mark; "byte 0 is not UTF-8" for what an editor calls Unicode; a loop of links
/// told to be no file.
#[test]
fn files_are_read_however_they_are_written() {
    let place = Place::new(PROGRAM);
    place.write("marked.ron", format!("\u{feff}{}", small::TEXT));
    place.done(&["check", "marked.ron"]);
    let wide = std::iter::once(0xfeff).chain(small::TEXT.encode_utf16());
    let wide: Vec<u8> = wide.flat_map(u16::to_le_bytes).collect();
    place.write("wide.ron", wide);
    let refused = place.run(&["check", "wide.ron"]).expect_code(1);
    assert!(refused.stderr.contains("UTF-16"), "{}", refused.shown());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("b.ron", place.path("a.ron")).unwrap();
        std::os::unix::fs::symlink("a.ron", place.path("b.ron")).unwrap();
        let refused = place.run(&["check", "a.ron"]).expect_code(1);
        assert!(
            refused.stderr.contains("cannot read a.ron"),
            "{}",
            refused.shown()
        );
    }
}

/// Smallest fault seen: `stop_when` in a run that is over before it is looked at, with no word.
#[test]
fn a_rule_that_comes_too_late_is_noted() {
    let place = Place::new(PROGRAM);
    let rule =
        r#"seed: 11, stop_when: (readout: "alive", arm: "wild type", at: "12 d", half_width: 0.1)"#;
    place.write(small::FILE, small::with("seed: 11", rule));
    let noted = place.done(&["check", small::FILE]);
    assert!(
        noted.stderr.contains("cannot stop early"),
        "{}",
        noted.shown()
    );
    place.write(
        small::FILE,
        small::with(
            "replicates: 3, cells: 600, seed: 11",
            &format!("replicates: 30, cells: 600, {rule}"),
        ),
    );
    let silent = place.done(&["check", small::FILE]);
    assert!(
        !silent.stderr.contains("cannot stop early"),
        "{}",
        silent.shown()
    );
}

/// Smallest fault seen: a well of a hundred times as many agents as were allowed for.
#[test]
fn agents_of_all_transfers_are_weighed() {
    let place = Place::new(PROGRAM);
    let transfers: String = (0..60)
        .map(|tag| {
            format!(
                r#"transfer(kind: "naive CD4", cells: "1e12 cells", tag: "t{tag}", at: "0 h"),"#
            )
        })
        .collect();
    let text = format!(
        r#"(title: "t", question: "q", host: culture(volume: "1 ml"), run: (until: "2 h", replicates: 1, cells: 4000000), readouts: ["count(T)"],
        arms: [(name: "a", interventions: [{transfers}])])"#
    );
    place.write("many.ron", text);
    // 576 GB; as one transfer they would be 10 GB.
    let refused = place.run(&["run", "many.ron"]).expect_code(2);
    assert!(
        refused.stderr.contains("need about 576"),
        "{}",
        refused.shown()
    );
    assert!(!place.path("results").exists());
}
