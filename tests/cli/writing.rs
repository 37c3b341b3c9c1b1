//! Commands that help to write a scenario: `readouts`, `new`, `completions`.

use crate::PROGRAM;
use paracrine_cells::readout::FORMS;
use paracrine_tests::program::Place;
use std::fs;

/// Smallest faults seen: the unit left out, a word compared with its case.
#[test]
fn readouts_are_listed_whole_or_by_a_word() {
    let place = Place::new(PROGRAM);
    let all = place.done(&["readouts"]);
    for form in FORMS {
        let starts = |line: &&str| {
            let rest = line.trim_start().strip_prefix(form.name);
            rest.is_some_and(|rest| rest.starts_with(['(', ' ']))
        };
        let line = all.stdout.lines().find(starts).unwrap_or_else(|| {
            panic!("{} is not listed: {}", form.name, all.shown());
        });
        assert!(line.ends_with(form.meaning), "{line}");
        assert!(form.unit == "1" || line.contains(form.unit), "{line}");
    }
    for name in [
        "naive CD4",
        "Tcon",
        "CD122",
        "thymus",
        "IgE",
        "IFN-γ",
        "high",
    ] {
        assert!(all.stdout.contains(name), "{name}: {}", all.shown());
    }
    let some = place.done(&["readouts", "ANTIBODY"]);
    let names: Vec<&str> = some
        .stdout
        .lines()
        .map(|line| line.trim().split(['(', ' ']).next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Readouts,",
            "antibody",
            "autoantibody",
            "drug_concentration",
            "",
            "What",
            "class"
        ],
        "{}",
        some.shown()
    );
    for sign in ["log10", "piecewise", ">=", "(name: \"CD8 to CD4\""] {
        assert!(all.stdout.contains(sign), "{sign}: {}", all.shown());
    }
    let functions = place.done(&["readouts", "log10"]);
    assert!(functions.stdout.starts_with("What may be calculated"));
    let kinds = place.done(&["readouts", "plasma"]);
    assert!(kinds.stdout.contains("plasma cell"), "{}", kinds.shown());
    assert!(!kinds.stdout.contains("Treg"), "{}", kinds.shown());
    let none = place.run(&["readouts", "cytotoxcity"]).expect_code(2);
    assert!(
        none.stderr.contains("did you mean `cytotoxicity`?"),
        "{}",
        none.shown()
    );
    assert_eq!(none.stdout, "");
    assert_eq!(place.names(), [""; 0], "`readouts` writes nothing");
}

/// Smallest faults seen: a file that is there written over, a template with a kind that there is not.
#[test]
fn a_new_scenario_checks_and_runs_and_replaces_nothing() {
    let place = Place::new(PROGRAM);
    for (name, file, options, host) in [
        ("mine", "mine.ron", &[][..], "mouse"),
        ("wells.ron", "wells.ron", &["--well"], "culture"),
    ] {
        let mut arguments = vec!["new", name];
        arguments.extend(options);
        let written = place.done(&arguments);
        let run = format!("paracrine run {file}");
        assert!(written.stdout.contains(&run), "{}", written.shown());
        let check = place.done(&["check", file]);
        assert_eq!(check.stderr, "", "{}", check.shown());
        let ran = place.done(&["run", file, "--quick", "--out", host]);
        assert_eq!(ran.stderr, "", "{}", ran.shown());
        let manifest = fs::read_to_string(place.path(host).join("manifest.json")).unwrap();
        assert!(
            manifest.contains(&format!("\"host\": \"{host}\"")),
            "{manifest}"
        );

        fs::write(place.path(file), "my own").unwrap();
        let again = place.run(&arguments).expect_code(2);
        assert!(
            again.stderr.contains("is there already"),
            "{}",
            again.shown()
        );
        assert_eq!(fs::read_to_string(place.path(file)).unwrap(), "my own");
    }
    let quoted = place.done(&["new", "a question"]);
    assert!(
        quoted.stdout.contains("check 'a question.ron'"),
        "{}",
        quoted.shown()
    );
    for (name, code) in [
        ("", 2),
        ("..", 2),
        ("below/", 2),
        (".ron", 2),
        ("nowhere/x", 3),
    ] {
        let ended = place.run(&["new", name]).expect_code(code);
        assert_eq!(
            ended.stderr.matches("error:").count(),
            1,
            "{}",
            ended.shown()
        );
    }
    let expected = [
        "a question.ron",
        "culture",
        "mine.ron",
        "mouse",
        "wells.ron",
    ];
    assert_eq!(place.names(), expected);
}

/// Smallest fault seen: completions of another name than the program's.
#[test]
fn every_shell_gets_completions_of_every_command() {
    let place = Place::new(PROGRAM);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.done(&["completions", shell]);
        for word in ["paracrine", "simulate", "completions", "replicates"] {
            assert!(script.stdout.contains(word), "{word}: {}", script.shown());
        }
        assert!(!script.stdout.contains("under-test"), "{}", script.shown());
    }
    let ended = place.run(&["completions", "fihs"]).expect_code(2);
    assert!(ended.stderr.contains("'fish'"), "{}", ended.shown());
}
