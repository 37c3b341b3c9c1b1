//! Sweeps on the command line: what is counted, printed, written and refused.

use crate::place;
use paracrine_tests::program::Place;
use paracrine_tests::results::{FILES, FILES_OF_SWEEPS, Table};
use std::fs;

const SWEPT: &str = r#"(
    title: "Swept wells", question: "Which?",
    host: culture(volume: "1 ml", supply: clamped, medium: (il2: "$il2")),
    run: (until: "1 h", replicates: 2, cells: 20, seed: 3, sample_every: "30 min"),
    sweep: grid(axes: [
        (name: "il2", values: ["1 pM", "1 nM"]),
        (name: "treg_death", values: ["0.05 1/d", "0.1 1/d", "0.2 1/d"]),
    ]),
    arms: [
        (name: "wild type", interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "0 h")]),
        (name: "half", genotype: [(gene: "Il2ra", expression: 0.5)], interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "0 h")]),
    ],
    readouts: ["pstat5(Treg)", "count(Treg)"],
    expect: [
        (readout: "pstat5(Treg)", arm: "wild type", at: "1 h", band: (0, 1), where: { "il2": "1 nM" }),
        (readout: "pstat5(Treg)", arm: "half", at: "1 h", band: (2, 3), where: { "il2": 0.001 }),
    ],
)"#;

fn swept(text: &str) -> Place {
    let place = place();
    place.write("swept.ron", text);
    place
}

fn good() -> String {
    SWEPT.replace(
        "{ \"il2\": 0.001 }",
        "{ \"il2\": \"1 pM\", \"treg_death\": \"0.05 1/d\" }",
    )
}

#[test]
fn check_counts_and_says_what_is_wrong() {
    let place = swept(&good());
    let ended = place.done(&["check", "swept.ron"]);
    let size = "6 points of 2 arms of 2 wells (24 wells in all), 20 agents of each kind, for 1 h";
    assert!(ended.stdout.contains(size), "{}", ended.shown());
    assert!(
        ended.stderr.contains("`treg_death` = 0.2 1/d is outside")
            && ended.stderr.contains("at 2 of 6 points"),
        "{}",
        ended.shown()
    );
    let faulty = swept(SWEPT).run(&["check", "swept.ron"]).expect_code(1);
    assert!(
        faulty.stderr.contains("expected a quantity in pM"),
        "{}",
        faulty.shown()
    );
}

#[test]
fn tables_of_a_sweep_say_which_point() {
    let place = swept(&good());
    let ended = place.done(&["run", "swept.ron", "--out", "out"]);
    let mut files: Vec<&str> = FILES.iter().chain(&FILES_OF_SWEEPS).copied().collect();
    // Wells have no chain from receptor to death.
    files.retain(|file| *file != "chain.csv");
    files.sort_unstable();
    assert_eq!(paracrine_tests::program::names(&place.path("out")), files);
    let table = |name: &str| Table::read(&place.path("out").join(name));
    for name in [
        "timecourse.csv",
        "summary.csv",
        "comparison.csv",
        "effects.csv",
        "events.csv",
        "receptors.csv",
        "sweep.csv",
        "sweep_summary.csv",
    ] {
        assert_eq!(table(name).header[0], "point", "{name}");
    }
    let points = table("sweep.csv");
    assert_eq!(points.header, ["point", "axis", "unit", "value"]);
    assert_eq!(points.rows.len(), 12);
    assert_eq!(points.rows[4], ["2", "il2", "pM", "1"]);
    assert_eq!(points.rows[5], ["2", "treg_death", "1/d", "0.2"]);
    assert_eq!(points.rows[6], ["3", "il2", "pM", "1000"]);
    let summary = table("sweep_summary.csv");
    assert_eq!(
        summary.header[..5],
        ["point", "il2", "treg_death", "arm", "readout"]
    );
    assert_eq!(summary.rows.len(), 6 * 2 * 2);
    let cell = |row: &Vec<String>, name: &str| row[summary.column(name)].clone();
    for row in &summary.rows {
        // Every row says what sweep.csv says of its point, and its median is that of the other tables.
        for axis in ["il2", "treg_death"] {
            let is_it = |known: &&Vec<String>| known[0] == row[0] && known[1] == axis;
            let known = points.rows.iter().find(is_it).unwrap();
            assert_eq!(cell(row, axis), known[3]);
        }
        let same = table("comparison.csv")
            .only("point", |point| point == row[0])
            .only("arm", |arm| arm == cell(row, "arm"))
            .only("readout", |readout| readout == cell(row, "readout"));
        assert_eq!(same.rows.len(), 1);
        for name in ["median", "difference", "difference_low"] {
            assert_eq!(same.rows[0][same.column(name)], cell(row, name), "{name}");
        }
        assert_eq!(
            cell(row, "difference").is_empty(),
            cell(row, "arm") == "wild type"
        );
    }
    // One line for each point and arm, in each block.
    let lines = ended
        .stdout
        .lines()
        .filter(|line| line.contains("  wild type  "));
    assert_eq!(lines.count(), 12, "{}", ended.shown());
    assert!(
        ended.stdout.contains("il2, pM  treg_death, 1/d  arm"),
        "{}",
        ended.shown()
    );
    // Three medians of wild type are judged, and the one of the half, which is out.
    let judged = table("comparison.csv").only("verdict", |verdict| !verdict.is_empty());
    assert_eq!(judged.rows.len(), 4);
    let strict = place
        .run(&["run", "swept.ron", "--out", "out", "--strict"])
        .expect_code(4);
    assert!(
        strict.stderr.contains("1 readouts are outside"),
        "{}",
        strict.shown()
    );
    assert_eq!(
        strict.stdout.matches("OUT").count(),
        1,
        "{}",
        strict.shown()
    );
    let page = fs::read_to_string(place.path("out").join("report.html")).unwrap();
    for text in [
        "6 points of a sweep (grid) over il2, treg_death.",
        "Point 0 of 6: il2 1 pM, treg_death 0.05 1/d.",
        "Published ranges met: 3 of 4.",
        "pSTAT5 of Treg",
    ] {
        assert!(page.contains(text), "no `{text}`");
    }
}

#[test]
fn many_points_are_in_a_file() {
    let text = good()
        .replace("grid(axes: [", "sobol(points: 64, axes: [")
        .replace(
            "values: [\"1 pM\", \"1 nM\"]",
            "low: \"1 pM\", high: \"1 nM\", scale: log",
        )
        .replace(", values: [\"0.05 1/d\", \"0.1 1/d\", \"0.2 1/d\"]", "");
    let start = text.find("    expect").unwrap();
    let place = swept(&format!("{})", &text[..start]));
    let ended = place.done(&["run", "swept.ron", "--out", "out"]);
    assert!(
        ended.stdout.contains("64 points of 2 arms: ")
            && ended.stdout.contains("out/sweep_summary.csv"),
        "{}",
        ended.shown()
    );
    let summary = Table::read(&place.path("out").join("sweep_summary.csv"));
    assert_eq!(summary.rows.len(), 64 * 2 * 2);
    assert!(ended.stdout.lines().count() < 15, "{}", ended.shown());
}

#[test]
fn diff_knows_sweeps() {
    let place = swept(&good());
    let same = place.done(&["diff", "swept.ron", "swept.ron"]);
    assert!(same.stdout.contains("the same"), "{}", same.shown());
    for (from, to, told) in [
        (
            "\"1 nM\"]",
            "\"2 nM\", \"1 nM\"]",
            "sweep, il2: 1, 1000 pM -> 1, 2000, 1000 pM",
        ),
        ("grid(axes", "list(axes", "sweep, method: grid -> list"),
        (
            "band: (0, 1), where: { \"il2\": \"1 nM\" }",
            "band: (0, 1), where: {}",
            "band for pstat5(Treg) of \"wild type\" at 1 h, only in B: 0 to 1",
        ),
        (
            "medium: (il2: \"$il2\")",
            "medium: (il2: \"$il2\", il7: \"3 pM\")",
            "host, medium il7, only in B: 3 pM",
        ),
    ] {
        let text = good();
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to);
        let text = if to.starts_with("list") {
            text.replace(
                "\"0.05 1/d\", \"0.1 1/d\", \"0.2 1/d\"",
                "\"0.05 1/d\", \"0.1 1/d\"",
            )
        } else {
            text
        };
        place.write("other.ron", text);
        let ended = place
            .run(&["diff", "swept.ron", "other.ron"])
            .expect_code(5);
        assert!(ended.stdout.contains(told), "{told}: {}", ended.shown());
    }
    // Equal at the first point, not at the others.
    place.write(
        "other.ron",
        good().replace(
            "medium: (il2: \"$il2\")",
            "medium: (il2: \"1 pM\", il15: \"$il2\")",
        ),
    );
    let ended = place
        .run(&["diff", "swept.ron", "other.ron"])
        .expect_code(5);
    assert!(
        ended
            .stdout
            .contains("point 3, host, medium il2: 1000 pM -> 1 pM"),
        "{}",
        ended.shown()
    );
    // Results too, row by row.
    place.done(&["run", "swept.ron", "--out", "a"]);
    place.done(&["run", "swept.ron", "--out", "b", "--seed", "4"]);
    let ended = place.run(&["diff", "a", "b"]).expect_code(5);
    assert!(
        ended.stdout.contains("comparison.csv: ")
            && ended.stdout.contains("point 0, wild type, pstat5(Treg)"),
        "{}",
        ended.shown()
    );
}
