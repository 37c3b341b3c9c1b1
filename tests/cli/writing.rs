//! Commands that help to write a scenario: `readouts`, `new`, `completions`.

use crate::PROGRAM;
use paracrine_cells::readout::FORMS;
use paracrine_tests::program::Place;

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
        ["Readouts,", "antibody", "autoantibody", "", "What", "class"],
        "{}",
        some.shown()
    );
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
