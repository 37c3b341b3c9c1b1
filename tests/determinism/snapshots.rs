//! Snapshots of cells: do they agree with the readouts, change nothing, and have the same bytes however a run goes? What stays on disk?

use crate::{TABLES, place};
use paracrine_scenario::tables::columns::CELLS;
use paracrine_tests::program::{Place, names};
use paracrine_tests::results::Table;
use paracrine_tests::small;
use std::collections::BTreeMap;
use std::fs;

/// The small scenario with more readouts and an intervention that waits, with snapshots or without.
fn text(snapshots: &str) -> String {
    let readouts = "\"count(T)\", \"copies(CD25, Treg)\", \"copies(CD132, Treg)\", \"bound(high, Treg)\", \"count(Treg, spleen)\", \"count(Treg, tag: donor)\", \"agents\"";
    small::with("\"count(T)\"", readouts)
        .replace("seed: 11", &format!("seed: 11{snapshots}"))
        .replace("kind: \"Treg\",", "kind: \"Treg\", tag: \"donor\",")
        .replace(
            "fraction: 0.5, at: \"8 d\"",
            "fraction: 0.5, when: (readout: \"count(T)\", above: 2e5)",
        )
}

const TIMES: &str = ", snapshots: [\"6 d\", \"12 d\"]";

fn write(place: &Place) {
    place.write("plain.ron", text(""));
    place.write("seen.ron", text(TIMES));
}

/// Smallest faults seen: a snapshot a step late, the tag of a cell one off, free chains for all of them.
#[test]
fn snapshots_are_what_the_readouts_see() {
    let place = place();
    write(&place);
    place.done(&["run", "seen.ron", "--out", "seen"]);
    let cells = Table::read(&place.path("seen/cells.csv"));
    let columns: Vec<&str> = CELLS.header().collect();
    assert_eq!(cells.header, columns);
    let course = Table::read(&place.path("seen/timecourse.csv"));
    let column = |name: &str| cells.column(name);
    let mut seen = BTreeMap::new();
    for row in &cells.rows {
        let number = |name: &str| row[column(name)].parse::<f64>().unwrap();
        let mouse = (row[0].clone(), row[1].clone(), row[2].clone());
        let sums: &mut [f64; 9] = seen.entry(mouse).or_default();
        let (weight, kind) = (number("weight"), row[column("kind")].as_str());
        sums[0] += 1.0;
        if [
            "Treg",
            "naive CD4",
            "CD4 blast",
            "effector CD4",
            "memory CD4",
            "naive CD8",
            "CD8 blast",
            "effector CD8",
            "memory CD8",
            "DN T",
        ]
        .contains(&kind)
        {
            sums[1] += weight;
        }
        if kind == "Treg" {
            sums[2] += weight;
            for (place, name) in [(3, "cd25"), (4, "cd132"), (5, "high"), (6, "pstat5")] {
                sums[place] += weight * number(name);
            }
            sums[7] += if row[column("organ")] == "spleen" {
                weight
            } else {
                0.0
            };
            sums[8] += if row[column("tag")] == "donor" {
                weight
            } else {
                0.0
            };
        }
        assert!(["self", "other"].contains(&row[column("specificity")].as_str()));
        assert!(["host", "donor"].contains(&row[column("tag")].as_str()));
        assert!((0.0..=12.0).contains(&number("age_d")) || number("age_d") > -1e-6);
        assert!(number("cd122") >= number("high") + number("intermediate"));
    }
    let mice = small::ARMS.len() * small::MICE as usize;
    assert_eq!(seen.len(), 2 * mice);
    let mut donors = 0.0;
    for ((arm, mouse, time), sums) in seen {
        let read = |readout: &str| {
            let rows = course.rows.iter();
            let mut rows = rows.filter(|row| row[..4] == [arm.as_str(), &mouse, &time, readout]);
            rows.next().unwrap()[5].parse::<f64>().unwrap_or(f64::NAN)
        };
        donors += sums[8];
        for (readout, value) in [
            ("agents", sums[0]),
            ("count(T)", sums[1]),
            ("copies(CD25, Treg)", sums[3] / sums[2]),
            ("copies(CD132, Treg)", sums[4] / sums[2]),
            ("bound(high, Treg)", sums[5] / sums[2]),
            ("pstat5(Treg)", sums[6] / sums[2]),
            ("count(Treg, spleen)", sums[7]),
            ("count(Treg, tag: donor)", sums[8]),
        ] {
            let expected = read(readout);
            let off = (value - expected).abs() <= 1e-6 * expected.abs();
            assert!(
                off || (value.is_nan() && expected.is_nan()),
                "{readout} of {arm}, {mouse}, {time}: {value}, not {expected}"
            );
        }
    }
    assert!(donors > 0.0);
}

/// Smallest fault seen: a snapshot that draws from the stream of the step.
#[test]
fn snapshots_change_nothing() {
    let place = place();
    write(&place);
    place.done(&["run", "plain.ron", "--out", "plain"]);
    place.done(&["run", "seen.ron", "--out", "seen"]);
    place.done(&["run", "seen.ron", "--keep", "timecourse", "--out", "course"]);
    place.done(&["run", "plain.ron", "--keep", "cells", "--out", "end"]);
    place.done(&["run", "seen.ron", "--keep", "summary", "--out", "summary"]);
    let read = |file: String| fs::read(place.path(&file)).unwrap();
    for table in TABLES {
        let plain = read(format!("plain/{table}"));
        for other in ["seen", "course", "end", "summary"] {
            if (other, table) != ("summary", "timecourse.csv") {
                assert!(
                    plain == read(format!("{other}/{table}")),
                    "{other}, {table}"
                );
            }
        }
    }
    let has = |directory: &str, file: &str| place.path(directory).join(file).is_file();
    for (directory, course, cells) in [
        ("plain", true, false),
        ("seen", true, true),
        ("course", true, false),
        ("end", true, true),
        ("summary", false, false),
    ] {
        assert_eq!(has(directory, "timecourse.csv"), course, "{directory}");
        assert_eq!(has(directory, "cells.csv"), cells, "{directory}");
        assert!(has(directory, "report.html"), "{directory}");
    }
    let end = Table::read(&place.path("end/cells.csv"));
    let time = end.column("time_d");
    assert!(
        end.rows
            .iter()
            .all(|row| row[time].parse::<f64>().unwrap() > 11.99)
    );
    // Medians are drawn without the mice, who are known to have lived.
    let page = String::from_utf8(read("summary/report.html".into())).unwrap();
    assert!(page.contains("activated share of Tcon") && page.contains("Survival"));
    let again = place.done(&["run", "seen.ron", "--keep", "summary", "--out", "summary"]);
    assert!(again.stdout.contains("already"), "{}", again.shown());
    // Another choice is another run.
    let other = place
        .run(&["run", "seen.ron", "--out", "summary"])
        .expect_code(2);
    assert!(other.stderr.contains("--force"), "{}", other.shown());
    let unknown = place.run(&["run", "seen.ron", "--keep", "all"]);
    assert!(unknown.expect_code(2).stderr.contains("summary"));
    // What waits says when it came.
    let events = Table::read(&place.path("plain/events.csv"));
    let met: Vec<_> = events
        .rows
        .iter()
        .filter(|row| row[3].starts_with("condition"))
        .collect();
    assert_eq!(met.len(), small::MICE as usize, "{:?}", events.rows);
    assert!(
        met.iter()
            .all(|row| row[0] == "treated" && row[3] == "condition met: count(T) above 2e5")
    );
}

/// Smallest faults seen: snapshots in the order in which mice end, a mouse taken for whole whose snapshots are gone.
#[test]
fn snapshots_have_the_same_bytes_however_a_run_goes() {
    let place = place();
    write(&place);
    place.done(&["run", "seen.ron", "--out", "whole", "--threads", "1"]);
    place.done(&["run", "seen.ron", "--out", "many", "--threads", "5"]);
    let shard = |index: &str| {
        place.done(&[
            "run", "seen.ron", "--out", "parts", "--shards", "2", "--shard", index,
        ]);
    };
    shard("1");
    shard("0");
    let gone = place.path("parts/checkpoint/arm1-mouse1.cells");
    assert!(gone.is_file());
    fs::remove_file(&gone).unwrap();
    let refused = place.run(&["merge", "parts"]).expect_code(2);
    assert!(refused.stderr.contains("missing"), "{}", refused.shown());
    place.done(&["resume", "parts"]);
    let files: Vec<String> = names(&place.path("whole"));
    assert!(files.iter().any(|name| name == "cells.csv"));
    for other in ["many", "parts"] {
        assert_eq!(names(&place.path(other)), files);
        for name in files.iter().filter(|name| *name != "timing.json") {
            let read = |directory: &str| fs::read(place.path(directory).join(name)).unwrap();
            assert!(read("whole") == read(other), "{other}, {name}");
        }
    }
}
