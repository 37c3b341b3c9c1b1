//! What a run leaves behind, and the commands that only read.

use crate::{PROGRAM, place};
use paracrine_scenario::catalogue::SCENARIOS;
use paracrine_tests::{
    program::Place,
    results::{FILES, Table},
    small,
};
use std::fs;

const COLUMNS: [(&str, &[&str]); 7] = [
    (
        "timecourse.csv",
        &["arm", "replicate", "time_d", "readout", "unit", "value"],
    ),
    (
        "summary.csv",
        &[
            "arm", "time_d", "readout", "unit", "mice", "dead", "mean", "sd", "min", "q25",
            "median", "q75", "max",
        ],
    ),
    (
        "comparison.csv",
        &[
            "arm",
            "readout",
            "unit",
            "at_d",
            "mice",
            "dead",
            "median",
            "min",
            "max",
            "difference",
            "difference_low",
            "difference_high",
            "interval",
            "relative_to",
            "band_low",
            "band_high",
            "verdict",
            "source",
        ],
    ),
    (
        "effects.csv",
        &[
            "arm",
            "readout",
            "unit",
            "at_d",
            "ratio",
            "ratio_low",
            "ratio_high",
            "cliffs_delta",
        ],
    ),
    (
        "chain.csv",
        &[
            "arm", "time_d", "readout", "unit", "mice", "dead", "q25", "median", "q75",
        ],
    ),
    ("events.csv", &["arm", "replicate", "time_d", "event"]),
    (
        "receptors.csv",
        &[
            "arm", "time_d", "kind", "chain", "bin_low", "bin_high", "share", "agents",
        ],
    ),
];

/// Smallest fault seen: a checkpoint that stays behind.
#[test]
fn a_run_leaves_every_file_and_nothing_else() {
    let place = place();
    let ended = place.done(&["run", small::FILE, "--out", "results/here"]);
    assert_eq!(ended.stderr, "", "{}", ended.shown());
    let results = place.path("results/here");
    assert_eq!(paracrine_tests::program::names(&results), FILES);
    assert_eq!(
        fs::read_to_string(results.join("scenario.ron")).unwrap(),
        small::TEXT
    );

    let json = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(results.join(name)).unwrap()).unwrap()
    };
    let manifest = json("manifest.json");
    assert_eq!(manifest["paracrine"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["seed"], 11);
    assert_eq!(manifest["replicates"], small::MICE);
    assert_eq!(manifest["cells"], 600);
    assert_eq!(manifest["overlay"][0]["parameter"], "treg_death");
    assert_eq!(
        manifest["arms"][1]["genotype"][0]["gene"], "Il2ra",
        "{manifest}"
    );
    assert_eq!(
        manifest["arms"][2]["interventions"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert!(json("timing.json")["wall_s"].as_f64().unwrap() >= 0.0);

    let report = fs::read_to_string(results.join("report.html")).unwrap();
    for name in small::ARMS {
        assert!(report.contains(name), "the report does not show {name}");
    }
    for outside in ["http://", "https://", "<script", "src=", "@import", "url("] {
        assert!(
            !report.contains(outside) || outside.starts_with("http"),
            "the report loads something: {outside}"
        );
    }
    assert!(report.trim_end().ends_with("</html>"));
}

/// Smallest faults seen: the text of a named readout in the tables, a calculated share in per cent.
#[test]
fn calculated_readouts_are_in_every_table_and_on_the_page() {
    let place = place();
    let written = "\"count(T)\", (name: \"T per pM\", value: \"count(T)/concentration(IL-2)\"), \"1-fraction(Treg,of:CD4)\"";
    let text = small::with("\"count(T)\"", written);
    place.write("some.ron", &text);
    let ended = place.done(&["run", "some.ron", "--out", "out", "--replicates", "2"]);
    for title in [
        "T per pM at day 12, cells/pM",
        "1 - fraction(Treg, of: CD4) at day 12",
    ] {
        let shown = ended.stdout.lines().any(|line| line == title);
        assert!(shown, "{title}: {}", ended.shown());
    }
    let share = |line: &&str| line.contains("0.9") && !line.contains('%');
    assert!(ended.stdout.lines().any(|line| share(&line)));
    for table in ["timecourse.csv", "summary.csv", "comparison.csv"] {
        let table = Table::read(&place.path("out").join(table));
        let (readout, unit) = (table.column("readout"), table.column("unit"));
        for (name, of) in [
            ("T per pM", "cells/pM"),
            ("1 - fraction(Treg, of: CD4)", "1"),
        ] {
            let rows: Vec<_> = table
                .rows
                .iter()
                .filter(|row| row[readout] == name)
                .collect();
            assert!(
                !rows.is_empty() && rows.iter().all(|row| row[unit] == of),
                "{name}"
            );
        }
    }
    let page = fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("T per pM") && page.contains("cells/pM"));
    // The tables of a complete run are read back by their names.
    let again = place.done(&["run", "some.ron", "--out", "out", "--replicates", "2"]);
    assert!(
        again.stdout.contains("T per pM at day 12, cells/pM"),
        "{}",
        again.shown()
    );
}

#[test]
fn tables_parse_and_are_complete() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "out"]);
    for (name, columns) in COLUMNS {
        let table = Table::read(&place.path("out").join(name));
        assert_eq!(table.header, columns, "{name}");
    }
    let table = Table::read(&place.path("out/timecourse.csv"));
    // Birth and every day to day 12.
    let samples = 13;
    assert_eq!(
        table.rows.len(),
        small::ARMS.len() * small::MICE as usize * samples * small::READOUTS.len()
    );
    for row in &table.rows {
        let (arm, mouse, time) = (&row[0], &row[1], &row[2]);
        assert!(small::ARMS.contains(&arm.as_str()));
        assert!(mouse.parse::<u64>().unwrap() < small::MICE);
        assert!((0.0..=12.0).contains(&time.parse::<f64>().unwrap()));
        assert!(small::READOUTS.contains(&row[3].as_str()));
        // Before the first Treg their mean has no value, and nothing else may lack one.
        match row[5].as_str() {
            "" => assert_eq!(row[3], "pstat5(Treg)"),
            value => assert!(value.parse::<f64>().unwrap() >= 0.0),
        }
    }
    let summary = Table::read(&place.path("out/summary.csv"));
    assert_eq!(
        summary.rows.len(),
        small::ARMS.len() * samples * small::READOUTS.len()
    );
    let comparison = Table::read(&place.path("out/comparison.csv"));
    assert_eq!(
        comparison.rows.len(),
        small::ARMS.len() * small::READOUTS.len()
    );
    let verdict = comparison.column("verdict");
    let judged = comparison
        .rows
        .iter()
        .filter(|row| !row[verdict].is_empty());
    assert_eq!(
        judged.map(|row| &row[verdict]).collect::<Vec<_>>(),
        ["not judged"]
    );
    // Shares of each histogram add up to 1.
    let receptors = Table::read(&place.path("out/receptors.csv"));
    let mut sums = std::collections::BTreeMap::new();
    for row in &receptors.rows {
        *sums.entry(row[..4].to_vec()).or_insert(0.0) += row[6].parse::<f64>().unwrap();
        assert!(row[7].parse::<u64>().unwrap() > 0, "{row:?}");
    }
    for (of, sum) in sums {
        assert!((sum - 1.0_f64).abs() < 1e-9, "{of:?}: {sum}");
    }
}

#[test]
fn commands_that_only_read_say_what_they_should() {
    let place = place();
    let list = place.done(&["list"]);
    for shipped in SCENARIOS {
        assert!(list.stdout.contains(shipped.name), "{}", list.shown());
    }
    let check = place.done(&["check", small::FILE, "wild-type"]);
    assert_eq!(check.stdout.lines().count(), 2, "{}", check.shown());
    assert!(check.stdout.contains("good"), "{}", check.shown());

    let version = place.done(&["--version"]);
    let expected = format!("paracrine {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(version.stdout, expected);
    let help = place.done(&["--help"]);
    for command in [
        "run",
        "simulate",
        "dsmts",
        "check",
        "list",
        "readouts",
        "new",
        "completions",
        "diff",
        "schema",
        "report",
    ] {
        assert!(help.stdout.contains(command), "{}", help.shown());
        let own = place.done(&[command, "--help"]);
        assert!(own.stdout.contains("Usage"), "{}", own.shown());
    }
    assert_eq!(place.names(), [small::FILE], "only `run` writes");
}

#[test]
fn a_report_is_written_anew_from_the_tables() {
    let place = place();
    place.done(&["run", small::FILE, "--out", "out"]);
    let path = place.path("out/report.html");
    let first = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let ended = place.done(&["report", "out"]);
    assert!(ended.stdout.contains("report.html"), "{}", ended.shown());
    assert!(fs::read(&path).unwrap() == first, "another report");
    // Of tables that are not what the run wrote there is none.
    let table = place.path("out/timecourse.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen(",1,", ",2,", 1)).unwrap();
    let refused = place.run(&["report", "out"]).expect_code(2);
    let expected = "timecourse.csv is not what the run wrote";
    assert!(refused.stderr.contains(expected), "{}", refused.shown());
    assert!(fs::read(&path).unwrap() == first, "another report");
}

#[test]
fn a_shipped_scenario_runs_by_name_into_its_own_directory() {
    let place = Place::new(PROGRAM);
    let small = ["--cells", "500", "--replicates", "1"];
    let mut arguments = vec!["run", "wild-type"];
    arguments.extend(small);
    place.done(&arguments);
    assert_eq!(place.names(), ["results"]);
    let results = place.path("results/wild-type");
    assert_eq!(paracrine_tests::program::names(&results), FILES);
}

#[test]
fn strict_ends_with_code_4_if_a_readout_is_out_of_its_band() {
    let out_of_band = small::with("band: (1, 1)", "band: (0, 0.5)");
    let place = Place::new(PROGRAM);
    place.write(small::FILE, out_of_band);
    let run = ["run", small::FILE, "--replicates", "1", "--cells", "5000"];
    place.done(&run);
    let strict = place.run(&[&run[..], &["--strict"]].concat());
    let strict = strict.expect_code(4);
    assert!(strict.stdout.contains("OUT"), "{}", strict.shown());
    assert!(strict.stderr.contains("--strict"), "{}", strict.shown());
}

/// Bands of mice of fewer than 5000 agents are neither in nor out, on the terminal, in the table and on the page; nothing passes for
/// met. `--strict` refuses them before it simulates, also results that are there; with `--quick` it takes as many agents as it needs.
///
/// Smallest fault seen: the agents of a quick run forgotten when it is resumed.
#[test]
fn bands_are_judged_from_5000_agents_on() {
    let place = Place::new(PROGRAM);
    place.write(
        "young.ron",
        r#"(
            title: "A day", question: "Is it alive?",
            run: (until: "1 d", replicates: 4, cells: 8000, seed: 3, sample_every: "12 h"),
            arms: [(name: "wild type")],
            readouts: ["alive"],
            expect: [(readout: "alive", arm: "wild type", at: "1 d", band: (1, 1), source: "tests")],
        )"#,
    );
    let run =
        |out: &str, more: &[&str]| place.run(&[&["run", "young.ron", "--out", out], more].concat());
    let verdict = |out: &str| {
        let table = Table::read(&place.path(out).join("comparison.csv"));
        assert_eq!(table.rows.len(), 1);
        table.rows[0][table.column("verdict")].clone()
    };
    let page = |out: &str| fs::read_to_string(place.path(out).join("report.html")).unwrap();

    let small = run("small", &["--cells", "4999"]).expect_code(0);
    assert_eq!(verdict("small"), "not judged");
    for part in ["not judged", "no band is judged below 5000"] {
        assert!(small.stdout.contains(part), "{}", small.shown());
    }
    assert!(page("small").contains("not judged") && !page("small").contains("ranges met"));
    for out in ["small", "new"] {
        let refused = run(out, &["--cells", "4999", "--strict"]).expect_code(2);
        let message = "at least 5000 agents; these have 4999";
        assert!(refused.stderr.contains(message), "{}", refused.shown());
    }
    assert!(!place.path("new").exists());

    let _ = run("large", &["--cells", "5000", "--strict"]).expect_code(0);
    assert_eq!(verdict("large"), "in");
    assert!(page("large").contains("ranges met"));

    let look = run("look", &["--quick"]).expect_code(0);
    assert!(
        look.stdout.contains("3 mice, 2000 cells each"),
        "{}",
        look.shown()
    );
    let dealt = ["--quick", "--strict", "--shards", "2", "--shard", "0"];
    let _ = run("judged", &dealt).expect_code(0);
    let judged = place.done(&["resume", "judged", "--strict"]);
    assert!(
        judged.stdout.contains("3 mice, 5000 cells each"),
        "{}",
        judged.shown()
    );
    assert_eq!(verdict("judged"), "in");
}

/// Smallest faults seen: the file looked for from where the program stands; its text left out of the digest; not kept with the
/// results.
#[test]
fn a_model_of_ones_own_is_used_and_kept() {
    let place = Place::new(PROGRAM);
    fs::create_dir(place.path("mine")).unwrap();
    let model = |output: &str| {
        format!(
            "(name: \"own\", title: \"Small thymus\", base: \"mouse\", parameters: {{ \"thymic_output\": (value: {output}, unit: \
             \"cells/d\", low: 1e5, high: 2e6, status: assumed, meaning: \"output\", source: \"none\") }})"
        )
    };
    place.write("mine/own.ron", model("1e5"));
    place.write(
        "mine/small.ron",
        small::TEXT.replacen("(\n", "(\n    model: \"own.ron\",\n", 1),
    );
    let ended = place.done(&["check", "mine/own.ron", "mine/small.ron"]);
    assert!(ended.stdout.contains("a model, "), "{}", ended.shown());
    place.done(&["run", "mine/small.ron", "--out", "own"]);
    assert_eq!(
        fs::read_to_string(place.path("own/model.ron")).unwrap(),
        model("1e5")
    );
    place.write(small::FILE, small::TEXT);
    place.done(&["run", small::FILE, "--out", "shipped"]);
    let summary = |results: &str| fs::read(place.path(results).join("summary.csv")).unwrap();
    assert_ne!(summary("own"), summary("shipped"));
    // Another text of the model is another run.
    place.write("mine/own.ron", model("2e5"));
    let ended = place.run(&["run", "mine/small.ron", "--out", "own"]);
    assert!(ended.stderr.contains("another run"), "{}", ended.shown());
    fs::remove_file(place.path("mine/own.ron")).unwrap();
    let ended = place.run(&["check", "mine/small.ron"]);
    assert!(
        ended.stderr.contains("cannot read mine/own.ron"),
        "{}",
        ended.shown()
    );
}

/// Smallest fault seen: a time before the end of the scenario accepted.
#[test]
fn a_run_may_go_on_beyond_the_end_of_its_scenario() {
    let place = place();
    place.done(&["run", small::FILE, "--until", "30 d", "--out", "longer"]);
    let read = |file: &str| fs::read_to_string(place.path("longer").join(file)).unwrap();
    assert!(read("manifest.json").contains("\"until_d\": 30.0"));
    assert!(read("timecourse.csv").contains(",30,"));
    assert!(read("report.html").contains("--until &quot;30 d&quot;"));
    for (until, expected) in [
        ("1 d", "the end of the scenario"),
        ("soon", "a time such as"),
        ("9999 d", "to 3650 d"),
        ("30 pM", "a time such as"),
    ] {
        let ended = place.run(&["run", small::FILE, "--until", until]);
        assert!(ended.stderr.contains(expected), "{}", ended.shown());
    }
}

/// An interval of a median takes six values: of eight wells of which few have a Treg left, that of their pSTAT5 is none of 95 %.
///
/// Smallest fault seen: wells counted, whether they have a value or not.
#[test]
fn intervals_are_of_wells_that_have_a_value() {
    let place = Place::new(PROGRAM);
    place.write(
        "few.ron",
        r#"(
            title: "Few", question: "Which wells have a Treg?",
            host: culture(volume: "0.2 ml", medium: (il2: "100 pM"), supply: clamped),
            run: (until: "2 h", replicates: 8, cells: 100, seed: 5),
            arms: [
                (name: "all", interventions: [transfer(kind: "Treg", cells: "20 cells", at: "0 h")]),
                (name: "few", interventions: [
                    transfer(kind: "Treg", cells: "20 cells", at: "0 h"),
                    deplete(kind: "Treg", fraction: 0.993, at: "1 h"),
                ]),
            ],
            readouts: ["count(Treg)", "pstat5(Treg)"],
        )"#,
    );
    let run = |more: &[&str]| place.run(&[&["run", "few.ron", "--out", "out"], more].concat());
    let first = run(&[]).expect_code(0);
    let table = Table::read(&place.path("out/comparison.csv"));
    let sorts: Vec<(&str, &str)> = (table.rows.iter())
        .map(|row| {
            let cell = |name| row[table.column(name)].as_str();
            (cell("readout"), cell("interval"))
        })
        .collect();
    let expected = [
        ("count(Treg)", ""),
        ("count(Treg)", "95 %"),
        ("pstat5(Treg)", ""),
        ("pstat5(Treg)", "resampled"),
    ];
    assert_eq!(sorts, expected);
    for shown in [&first, &run(&[]).expect_code(0)] {
        assert_eq!(shown.stdout.matches(", resampled]").count(), 1);
        for part in ["difference [95 %]", "fewer than 6 wells have a value"] {
            assert!(shown.stdout.contains(part), "{}", shown.shown());
        }
    }
    let page = fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains(", resampled]") && page.contains("95\u{a0}%\u{a0}interval"));
}
