//! What differs between two scenarios, and between the results of two runs.

use crate::{PROGRAM, place};
use paracrine_tests::{program::Place, results::Table, small};
use std::fs;

/// The small scenario, written otherwise.
const REWRITTEN: &str = r#"(
    expect: [(band: (1, 1.0), at: "288 h", arm: "wild type", readout: "alive", source: "tests")],
    question: "Does it run?", title: "Small mice", model: "mouse", host: mouse,
    readouts: ["alive", "concentration( IL-2 )", "pstat5(Treg)", "count(T)", "fraction(Treg,of:CD4)", "activated_fraction(Tcon)"],
    arms: [
        (name: "wild type", genotype: [], interventions: []),
        (interventions: [
            inject(at: "5 d", dose: "5_000 IU", ligand: "IL-2", route: subcutaneous),
            transfer(kind: "Treg", cells: "1e5 cells", at: "144 h", genotype: []),
            deplete(kind: "naive CD4", fraction: "50 %", at: "8 d"),
        ], name: "treated"),
        (name: "Il2ra-/-", genotype: [(expression: 0.0, gene: "Il2ra")]),
    ],
    run: (seed: 11, cells: 600, replicates: 3, until: "12 d", sample_every: "24 h"),
    overlay: { "treg_death": "0.08 /d" },
)"#;

/// Smallest faults seen: arms compared by their place, a quantity compared as it is written.
#[test]
fn the_same_scenario_written_otherwise_is_the_same() {
    let place = place();
    place.write("other.ron", REWRITTEN);
    for (a, b) in [(small::FILE, "other.ron"), ("other.ron", small::FILE)] {
        let ended = place.done(&["diff", a, b]);
        assert!(ended.stdout.contains("the same"), "{}", ended.shown());
        assert_eq!(ended.stderr, "", "{}", ended.shown());
    }
    let shipped = place.done(&["diff", "wild-type", "wild-type"]);
    assert!(shipped.stdout.contains("the same"), "{}", shipped.shown());
}

/// A change of the small scenario and the line that tells of it.
const CHANGES: &[(&str, &str, &str)] = &[
    ("Small mice", "Mice", "title: Small mice -> Mice"),
    ("seed: 11", "seed: 12", "run, seed: 11 -> 12"),
    (
        "\"12 d\", replicates",
        "\"13 d\", replicates",
        "run, until: 12 d -> 13 d",
    ),
    (
        "0.08 1/d",
        "0.09 1/d",
        "overlay, treg_death: 0.08 1/d -> 0.09 1/d",
    ),
    (
        "\"treg_death\": \"0.08 1/d\"",
        "",
        "overlay, treg_death, only in A: 0.08 1/d",
    ),
    (
        "expression: 0)",
        "expression: 0.5)",
        "arm \"Il2ra-/-\", expression of, Il2ra: 0 -> 0.5",
    ),
    (
        "name: \"Il2ra-/-\"",
        "name: \"knockout\"",
        "arm \"Il2ra-/-\", only in A: Il2ra 0",
    ),
    (
        "5 000 IU",
        "6 000 IU",
        "arm \"treated\", inject IL-2, dose: 5000 IU -> 6000 IU",
    ),
    (
        "at: \"6 d\"",
        "at: \"6 d\", every: \"1 d\"",
        "arm \"treated\", transfer Treg, every, only in B: 24 h",
    ),
    (
        "fraction: 0.5",
        "fraction: 0.25",
        "arm \"treated\", deplete naive CD4, fraction: 0.5 -> 0.25",
    ),
    (
        "kind: \"naive CD4\"",
        "kind: \"T\"",
        "arm \"treated\", only in B: deplete T (fraction 0.5, at 8 d)",
    ),
    (
        "\"count(T)\"",
        "\"count(CD4)\"",
        "readout count(T), only in A",
    ),
    (
        "seed: 11",
        "seed: 11, snapshots: [\"12 h\", \"5 d\"]",
        "run, snapshots, only in B: 12 h, 5 d",
    ),
    (
        "seed: 11",
        "seed: 11, save_at: \"9 d\"",
        "run, save_at, only in B: 9 d",
    ),
    (
        "\"count(T)\"",
        "\"count(T)\", \"count(NK)/count(T)\"",
        "readout count(NK) / count(T), only in B",
    ),
    (
        "\"count(T)\"",
        "(name: \"crowd\", value: \"count(T)\")",
        "readout crowd, only in B: count(T)",
    ),
    (
        "band: (1, 1)",
        "band: (0, 1)",
        "band for alive of \"wild type\" at 12 d, band: 1 to 1 -> 0 to 1",
    ),
    (
        "source: \"tests\"",
        "source: \"a test\"",
        "at 12 d, source: tests -> a test",
    ),
    (
        "(name: \"Il2ra-/-\", ",
        "(name: \"Il2ra-/-\", lacks: [\"B\", \"NK\"], ",
        "arm \"Il2ra-/-\", lacks, only in B: B, NK",
    ),
    (
        "run: (until",
        "drugs: [(name: \"m\", target: \"CD25\", kd: \"1 nM\", half_life: \"3 d\")], run: (until",
        "drug m, only in B: CD25, Kd 1000 pM, half-life 3 d, killing 0 1/d",
    ),
    (
        "fraction: 0.5, at: \"8 d\"",
        "fraction: 0.5, at: \"8 d\", when: (readout: \"count(T)\", above: 1e6)",
        "deplete naive CD4, when, only in B: count(T) is above 1e6",
    ),
    (
        "deplete(kind: \"naive CD4\", fraction: 0.5, at: \"8 d\"),",
        "deplete(kind: \"naive CD4\", fraction: 0.5, at: \"8 d\"), thymectomy(at: \"9 d\"),",
        "arm \"treated\", only in B: thymectomy (at 9 d)",
    ),
    (
        "deplete(kind: \"naive CD4\", fraction: 0.5, at: \"8 d\"),",
        "deplete(kind: \"naive CD4\", fraction: 0.5, at: \"8 d\"), inject(drug: \"anti-CD4\", dose: \"9 ug\", at: \"9 d\"),",
        "arm \"treated\", only in B: inject anti-CD4 (dose 9 ug, at 9 d)",
    ),
    (
        "run: (until",
        "antigens: [(name: \"self\", level: 0.5)], run: (until",
        "antigen self, level, only in B: 0.5",
    ),
    (
        "(name: \"Il2ra-/-\", ",
        "(name: \"Il2ra-/-\", microbes: 3, ",
        "arm \"Il2ra-/-\", microbes, only in B: 3",
    ),
    (
        "(name: \"Il2ra-/-\", ",
        "(name: \"Il2ra-/-\", antigens: [(name: \"self\", level: 0)], ",
        "arm \"Il2ra-/-\", antigen self, level, only in B: 0",
    ),
    (
        "at: \"6 d\"",
        "specificity: \"self\", at: \"6 d\"",
        "arm \"treated\", transfer Treg, specificity, only in B: self",
    ),
    (
        "deplete(kind: \"naive CD4\", fraction: 0.5, at: \"8 d\"),",
        "deplete(kind: \"naive CD4\", fraction: 0.5, at: \"8 d\"), expose(microbes: 3, at: \"9 d\"),",
        "arm \"treated\", only in B: expose (microbes 3, at 9 d)",
    ),
];

/// Smallest faults seen: the source of a band left out, an intervention named by its kind of cell only.
#[test]
fn every_change_of_a_scenario_is_told() {
    for (from, to, told) in CHANGES {
        let place = place();
        place.write("other.ron", small::with(from, to));
        let ended = place
            .run(&["diff", small::FILE, "other.ron"])
            .expect_code(5);
        assert!(
            ended.stdout.lines().any(|line| line.ends_with(told)),
            "{told}: {}",
            ended.shown()
        );
        // A header of two lines, an empty line, and no more than the two sides of one change.
        assert!(ended.stdout.lines().count() <= 5, "{}", ended.shown());
    }
}

/// Interventions of one time happen in the order written.
///
/// Smallest fault seen: the order not looked at.
#[test]
fn another_order_of_interventions_is_told() {
    let place = place();
    let (first, second) = (
        "inject(ligand: \"IL-2\", dose: \"5 000 IU\", at: \"5 d\")",
        "transfer(kind: \"Treg\", cells: \"1e5 cells\", at: \"6 d\")",
    );
    let text = small::with(first, "HERE")
        .replacen(second, first, 1)
        .replacen("HERE", second, 1);
    place.write("other.ron", text);
    let ended = place
        .run(&["diff", small::FILE, "other.ron"])
        .expect_code(5);
    assert!(
        ended.stdout.contains("order of interventions"),
        "{}",
        ended.shown()
    );
}

/// Smallest fault seen: models compared by the names of their files.
#[test]
fn models_of_ones_own_are_compared_by_what_they_hold() {
    let place = Place::new(PROGRAM);
    for (folder, output) in [("a", "1e5"), ("b", "2e5")] {
        place.write(
            &format!("{folder}/own.ron"),
            format!(
                "(name: \"own\", title: \"Small thymus\", base: \"mouse\", parameters: {{ \"thymic_output\": (value: {output}, unit: \
                 \"cells/d\", low: 1e5, high: 2e6, status: assumed, meaning: \"output\", source: \"none\") }})"
            ),
        );
        let text = small::TEXT.replacen("(\n", "(\n    model: \"own.ron\",\n", 1);
        place.write(&format!("{folder}/small.ron"), text);
    }
    let ended = place
        .run(&["diff", "a/small.ron", "b/small.ron"])
        .expect_code(5);
    let told = "model, parameter, thymic_output: 100000 cells/d -> 200000 cells/d";
    assert!(ended.stdout.contains(told), "{}", ended.shown());
}

/// Smallest faults seen: `timing.json` compared, a row taken for the one below it, the sign of a difference turned round.
#[test]
fn results_are_compared_by_settings_files_and_rows() {
    let place = place();
    for (out, seed) in [("one", "11"), ("again", "11"), ("other", "12")] {
        place.done(&["run", small::FILE, "--out", out, "--seed", seed]);
    }
    fs::write(place.path("again/timing.json"), "{}").unwrap();
    let same = place.done(&["diff", "one", "again"]);
    assert!(same.stdout.contains("byte for byte"), "{}", same.shown());

    let ended = place.run(&["diff", "one", "other"]).expect_code(5);
    assert!(
        ended.stdout.contains("\n  seed: 11 -> 12\n"),
        "{}",
        ended.shown()
    );
    let equal = ended
        .stdout
        .lines()
        .find(|line| line.contains("the same bytes"))
        .unwrap();
    assert!(
        equal.contains("scenario.ron") && !equal.contains("summary.csv"),
        "{equal}"
    );
    assert!(
        ended.stdout.contains("more, shown by --all"),
        "{}",
        ended.shown()
    );

    // Every median that differs is shown with the difference, to the digits shown.
    let all = place.run(&["diff", "one", "other", "--all"]).expect_code(5);
    let (first, second) = (
        Table::read(&place.path("one/comparison.csv")),
        Table::read(&place.path("other/comparison.csv")),
    );
    let median = first.column("median");
    let mut lines = all
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("comparison.csv"));
    let mut seen = 0;
    for (a, b) in first.rows.iter().zip(&second.rows) {
        if a[median] == b[median] {
            continue;
        }
        let key = format!("  {}, {}, 12 d ", a[0], a[1]);
        let line = lines
            .find(|line| line.starts_with(&key))
            .unwrap_or_else(|| panic!("{key}: {}", all.shown()));
        let cells: Vec<&str> = line[key.len()..].split_whitespace().collect();
        let number = |text: &str| text.parse::<f64>().unwrap();
        let difference = number(&b[median]) - number(&a[median]);
        assert_eq!(cells[0], "median", "{line}");
        for (shown, exact) in [
            (cells[1], number(&a[median])),
            (cells[2], number(&b[median])),
            (cells[3], difference),
        ] {
            assert!(
                (number(shown) - exact).abs() <= 5e-3 * exact.abs(),
                "{line}: {exact}"
            );
        }
        seen += 1;
    }
    assert!(seen > 5, "{}", all.shown());

    fs::remove_file(place.path("again/events.csv")).unwrap();
    let lacking = place.run(&["diff", "one", "again"]).expect_code(5);
    assert!(
        lacking.stdout.contains("only in A  "),
        "{}",
        lacking.shown()
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "out", "--replicates", "1"]);
    place.write("empty/notes.txt", "");
    place.write("faulty.ron", small::with("seed: 11", "sead: 11"));
    for (a, b, code, expected) in [
        (small::FILE, "out", 2, "compare two of a kind"),
        ("out", "wild-type", 2, "out/scenario.ron"),
        ("out", "empty", 2, "manifest.json"),
        (small::FILE, "faulty.ron", 1, "did you mean `seed`?"),
        (
            "il2ra-knockuot",
            small::FILE,
            1,
            "did you mean `il2ra-knockout`?",
        ),
        ("wild-type", "schloegl", 2, "a reaction network"),
    ] {
        let ended = place.run(&["diff", a, b]).expect_code(code);
        assert!(ended.stderr.contains(expected), "{}", ended.shown());
        assert_eq!(ended.stdout, "", "{}", ended.shown());
    }
}
