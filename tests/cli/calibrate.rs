//! Calibration on the command line: a value that is found again, the same bytes however it is run, what is refused.

use crate::place;
use paracrine_tests::program::{Place, end, names};
use paracrine_tests::results::Table;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// T cells in a well: the IL-2 that they make, and what no parameter of secretion changes.
const WELLS: &str = r#"(
    title: "Small wells", question: "How much IL-2?",
    host: culture(volume: "10 ml", medium: (il7: "3 pM"), step: "30 min"),
    run: (until: "12 h", replicates: 2, cells: 200, seed: 3, sample_every: "1 h"),
    arms: [
        (name: "naive CD4", interventions: [
            transfer(kind: "naive CD4", cells: "1e4 cells", at: "0 h"),
            stimulate(kind: "naive CD4", fraction: 1, at: "0 h"),
        ]),
    ],
    readouts: ["concentration(IL-2)", "count(CD4)"],
    expect: [
        (id: "W1", tier: 1, what: "IL-2", published: "so much", source: "tests", all: [
            (readout: "concentration(IL-2)", arm: "naive CD4", at: "12 h", band: (LOW, HIGH)),
        ]),
        (id: "W2", tier: 1, what: "cells", published: "some", source: "tests", all: [
            (readout: "count(CD4)", arm: "naive CD4", at: "2 h", band: (9000, 11000)),
        ]),
        (id: "W9", tier: 1, what: "of the checking set", published: "some", source: "tests", all: [
            (readout: "count(CD4)", arm: "naive CD4", at: "2 h", above: 1),
        ]),
    ],
)"#;

/// Mice that begin as adults of some days: two scenarios in one.
const MICE: &str = r#"(
    title: "Small mice", question: "Do adults go with a candidate?",
    start: adult(at: "3 d"),
    run: (until: "5 d", replicates: 1, cells: 500, seed: 11, sample_every: "1 d"),
    arms: [
        (name: "wild type"),
        (name: "no Treg", interventions: [deplete(kind: "Treg", fraction: 1, at: "4 d")]),
    ],
    readouts: ["count(T)", "count(Treg)"],
    expect: [
        (id: "A1", tier: 1, what: "T cells", published: "many", source: "tests", all: [
            (readout: "count(T)", arm: "wild type", at: "5 d", above: 1e6),
        ]),
        (id: "A2", tier: 1, what: "Treg removed", published: "few", source: "tests", all: [
            (readout: "count(Treg)", arm: "no Treg", at: "5 d", relative_to: "wild type", below: 0.5),
        ]),
    ],
)"#;

fn wells(low: f64, high: f64) -> String {
    WELLS
        .replace("LOW", &low.to_string())
        .replace("HIGH", &high.to_string())
}

/// A place whose row W1 is met by another share of secretors than that of the mouse.
fn hidden() -> Place {
    let place = place();
    place.write("rows/wells.ron", wells(1.0, 2.0));
    place.write(
        "truth.ron",
        r#"(name: "truth", title: "Fewer secretors", base: "mouse", parameters: {
            "blast_secretors": (value: 0.12, unit: "1", low: 0.05, high: 0.5, status: calibrated, meaning: "fresh blasts that secrete", source: "tests"),
        })"#,
    );
    let truth = ["validate", "W1", "--scenarios", "rows", "--seeds", "1"];
    place.done(&[&truth[..], &["--model", "truth.ron", "--out", "truth"]].concat());
    let value: f64 = cell(&place, "truth/scoreboard.csv", "W1", "value")
        .parse()
        .unwrap();
    place.write("rows/wells.ron", wells(0.92 * value, 1.08 * value));
    place
}

/// The first cell of a row with this id.
fn cell(place: &Place, table: &str, id: &str, column: &str) -> String {
    let table = Table::read(&place.path(table));
    let at = |name: &str| table.header.iter().position(|one| one == name).unwrap();
    let row = table.rows.iter().find(|row| row[at("id")] == id).unwrap();
    row[at(column)].clone()
}

const FIT: [&str; 13] = [
    "calibrate",
    "W1",
    "W2",
    "--scenarios",
    "rows",
    "--parameter",
    "blast_secretors,secretion_shutoff",
    "--points",
    "8",
    "--generations",
    "6",
    "--population",
    "6",
];

fn fit(place: &Place, more: &[&str]) -> String {
    place.done(&[&FIT[..], more].concat()).stdout
}

fn bytes(place: &Place, out: &str) -> Vec<Vec<u8>> {
    let files = ["settings.ron", "evaluations.csv", "rows.csv", "best.ron"];
    let read = |name| fs::read(place.path(&format!("{out}/{name}"))).unwrap();
    files.map(read).to_vec()
}

#[test]
fn a_hidden_value_is_found_and_other_commands_take_it() {
    let place = hidden();
    let said = fit(&place, &["--out", "one", "--threads", "1"]);
    assert!(said.contains("OUT -> in"), "{said}");
    assert!(said.contains("-> 2 of 2 rows in"), "{said}");
    let value = cell(&place, "one/rows.csv", "W1", "best");
    // Another process with these values says the same, to the last bit.
    let scored = ["validate", "W1", "--scenarios", "rows", "--seeds", "1"];
    place.done(&[&scored[..], &["--model", "one/best.ron", "--out", "scored"]].concat());
    assert_eq!(cell(&place, "scored/scoreboard.csv", "W1", "value"), value);
    place.done(&[
        "run",
        "rows/wells.ron",
        "--replicates",
        "1",
        "--model",
        "one/best.ron",
        "--out",
        "run",
    ]);
    // The results say by what model they are, and are run again by it.
    assert_eq!(
        fs::read(place.path("run/model.ron")).unwrap(),
        fs::read(place.path("one/best.ron")).unwrap()
    );
    place.done(&["check", "run/scenario.ron", "one/best.ron"]);
    // Threads do not matter, and nothing is simulated twice.
    fit(&place, &["--out", "two", "--threads", "3"]);
    assert!(bytes(&place, "one") == bytes(&place, "two"));
    let known = names(&place.path("two/cache"));
    assert_eq!(known, names(&place.path("one/cache")));
    let told: serde_json::Value =
        serde_json::from_str(&fit(&place, &["--out", "two", "--json"])).unwrap();
    assert_eq!(known, names(&place.path("two/cache")));
    // The document says what the tables say.
    assert_eq!(
        (&told["complete"], &told["exit"]),
        (&true.into(), &0.into())
    );
    assert_eq!(told["rows"][0]["id"], "W1");
    let best = &told["rows"][0]["best"];
    assert_eq!(best["in"], true);
    assert_eq!(
        best["conditions"][0]["value"].as_f64(),
        value.parse().ok(),
        "{told:#}"
    );
    assert!(told["loss"]["best"].as_f64() < told["loss"]["start"].as_f64());
    assert_eq!(told["parameters"].as_array().unwrap().len(), 2);
    assert!(bytes(&place, "one") == bytes(&place, "two"));
    assert!(names(&place.path("two/unfinished")).is_empty());
    // Another seed is another calibration, in which the start is known.
    let other = [&FIT[..], &["--out", "two", "--seed", "2"]].concat();
    let refused = place.run(&other).expect_code(2);
    assert!(
        refused.stderr.contains("results of another run"),
        "{}",
        refused.shown()
    );
    place.done(&[&other[..], &["--force"]].concat());
    assert!(bytes(&place, "one")[1] != bytes(&place, "two")[1]);
}

/// Smallest fault seen: a part of a candidate taken for the whole after a kill.
#[test]
fn a_killed_search_goes_on_to_the_same_bytes() {
    let place = hidden();
    place.write("rows/mice.ron", MICE);
    let more = ["A1", "A2", "--cells", "500", "--stages", "700x2"];
    let whole = [&more[..], &["--keep", "2", "--design", "sobol", "--out"]].concat();
    fit(&place, &[&whole[..], &["whole"]].concat());
    let broken = [&FIT[..], &whole[..], &["broken", "--threads", "2"]].concat();
    for (signal, wait) in [("-KILL", 5), ("-INT", 20)] {
        let child = place.command(&broken).spawn().unwrap();
        let started = Instant::now();
        while names(&place.path("broken/cache")).len() < wait {
            assert!(started.elapsed() < Duration::from_secs(120));
            thread::sleep(Duration::from_millis(1));
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let ended = end(child, "calibrate");
        let code = (signal == "-INT").then_some(130);
        assert_eq!(ended.code, code, "{}", ended.shown());
        assert!(!place.path("broken/rows.csv").exists());
    }
    place.done(&broken);
    assert!(bytes(&place, "broken") == bytes(&place, "whole"));
    let evaluations = Table::read(&place.path("whole/evaluations.csv"));
    let phases = |phase: &str| {
        let rows = evaluations.rows.iter();
        rows.filter(|row| row[0] == phase).count()
    };
    assert_eq!(
        ["start", "design", "search", "stage"].map(phases),
        [1, 8, 36, 3]
    );
    // Adults are of one candidate, and gone with it.
    assert!(names(&place.path("whole/unfinished")).is_empty());
}

#[test]
fn what_may_not_move_and_what_may_not_be_fitted_is_refused() {
    let place = place();
    place.write("rows/wells.ron", wells(1.0, 2.0));
    let refused = |arguments: &[&str], code: i32, wanted: &str| {
        let whole = ["calibrate", "--scenarios", "rows", "--out", "out"];
        let ended = place
            .run(&[&whole[..], arguments].concat())
            .expect_code(code);
        assert!(ended.stderr.contains(wanted), "{}", ended.shown());
        assert!(!place.path("out").exists());
    };
    refused(
        &["W9"],
        2,
        "ROW: found W9, a row of the checking set, expected rows of the fitting set",
    );
    refused(&["W3"], 2, "no published row or group `W3`");
    refused(
        &["--parameter", "fatal_damage"],
        2,
        "it is set on F1 alone, by --death-threshold",
    );
    refused(
        &["--parameter", "division_time"],
        2,
        "`division_time`, which is measured",
    );
    refused(
        &["--parameter", "secretion_shutof"],
        2,
        "did you mean `secretion_shutoff`?",
    );
    refused(&["--death-threshold", "W1"], 2, "expected F1 alone");
    refused(&["--death-threshold"], 2, "no published row or group `F1`");
    refused(&["--sensitivity", "0"], 2, "above 0 and below 100");
    refused(&["--stages", "5000"], 2, "such as 20000x3");
    refused(&["--stages", "100x1"], 2, "--stages: found 100");
    refused(
        &["--seeds", "0"],
        2,
        "--seeds: found 0, expected at least 1",
    );
    refused(
        &["--weight", "W9=2"],
        2,
        "one of the rows that are fitted to",
    );
    refused(
        &["--model", "human-cells"],
        2,
        "changes more than parameters",
    );
    refused(&["--model", "none.ron"], 1, "cannot read none.ron");
    place.write("out/mine.txt", "");
    let foreign = ["calibrate", "W1", "--scenarios", "rows", "--out", "out"];
    let ended = place.run(&foreign).expect_code(2);
    assert!(ended.stderr.contains("mine.txt"), "{}", ended.shown());
    for command in ["run", "validate"] {
        let ended = place.run(&[command, "wild-type", "--model", "none.ron"]);
        let ended = ended.expect_code(1);
        assert!(ended.stderr.contains("none.ron"), "{}", ended.shown());
    }
}

#[test]
fn sensitivities_say_what_moves_and_what_is_held() {
    let place = hidden();
    let arguments = [
        "calibrate",
        "W1",
        "W2",
        "--scenarios",
        "rows",
        "--sensitivity",
        "20",
        "--model",
        "truth.ron",
        "--parameter",
        "blast_secretors,memory_cd8_division,damage_exponent",
        "--out",
        "out",
    ];
    let said = place.done(&arguments).stdout;
    let table = Table::read(&place.path("out/sensitivity.csv"));
    let at = |name: &str| table.header.iter().position(|one| one == name).unwrap();
    let change = |parameter: &str, percent: &str, id: &str| -> f64 {
        let is_it = |row: &&Vec<String>| {
            row[at("parameter")] == parameter
                && row[at("percent")] == percent
                && row[at("id")] == id
        };
        let row = table.rows.iter().find(is_it).unwrap();
        row[at("change_percent")].parse().unwrap()
    };
    assert!(change("blast_secretors", "-20", "W1") < -5.0);
    assert!(change("blast_secretors", "20", "W1") > 5.0);
    assert!(change("memory_cd8_division", "20", "W1").abs() < 1e-9);
    assert_eq!(table.rows.len(), 12);
    for line in [
        "| blast_secretors | -20 % | 0.120 | 0.0960 | 50 % | W1 |  | **less than 80 %** |",
        "| memory_cd8_division | +20 % | 0.885 | 1.06 | 100 % |  |  |  |",
        "is at the end of its range: not moved",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let before = fs::read(place.path("out/sensitivity.md")).unwrap();
    let known = names(&place.path("out/cache"));
    place.done(&arguments);
    assert_eq!(known, names(&place.path("out/cache")));
    assert_eq!(before, fs::read(place.path("out/sensitivity.md")).unwrap());
}

#[test]
fn the_death_threshold_is_set_on_scurfy_alone() {
    let place = place();
    place.write(
        "rows/scurfy.ron",
        r#"(
            title: "Small scurfy", question: "When do they die?",
            run: (until: "40 d", replicates: 1, cells: 500, seed: 2, sample_every: "1 d"),
            arms: [(name: "Foxp3 null", genotype: [(gene: "Foxp3", expression: 0)])],
            readouts: ["count(T)"],
            expect: [
                (id: "F1", tier: 1, what: "death", published: "in the fourth week", source: "tests", all: [
                    (arm: "Foxp3 null", take: death, band: (20, 26)),
                ]),
                (id: "F2", tier: 1, what: "T cells", published: "some", source: "tests", all: [
                    (readout: "count(T)", arm: "Foxp3 null", at: "10 d", above: 1),
                ]),
            ],
        )"#,
    );
    place.done(&[
        "calibrate",
        "--death-threshold",
        "--scenarios",
        "rows",
        "--cells",
        "500",
        "--out",
        "out",
    ]);
    let death: f64 = cell(&place, "out/rows.csv", "F1", "best").parse().unwrap();
    assert!((22.0..=24.0).contains(&death), "{death}");
    let model = fs::read_to_string(place.path("out/best.ron")).unwrap();
    assert_eq!(model.matches("status: calibrated").count(), 1);
    assert!(model.contains("\"fatal_damage\""));
    // A higher threshold never brings death forward.
    let table = Table::read(&place.path("out/evaluations.csv"));
    let at = |name: &str| table.header.iter().position(|one| one == name).unwrap();
    let (threshold, loss) = (at("fatal_damage"), at("loss_F1"));
    let number = |text: &String| text.parse::<f64>().unwrap();
    let mut looked: Vec<(f64, f64)> = (table.rows.iter())
        .map(|row| (number(&row[threshold]), number(&row[loss])))
        .collect();
    looked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = looked.iter().map(|one| one.1).fold(f64::INFINITY, f64::min);
    let first = looked.iter().position(|one| one.1 <= least).unwrap();
    assert!(
        looked[..first].is_sorted_by(|a, b| a.1 >= b.1),
        "{looked:?}"
    );
    let last = looked.iter().rposition(|one| one.1 <= least).unwrap();
    assert!(looked[last..].is_sorted_by(|a, b| a.1 <= b.1), "{looked:?}");
}
