//! Runs that stop early: the same number of mice and the same bytes for any threads, interrupted or not, kept states included.

use crate::place;
use paracrine_tests::program::{Place, names};
use paracrine_tests::results::{Table, assert_same, bytes};
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};

/// Wells of two arms, of which one looks at the interval.
fn text(stop: &str) -> String {
    format!(
        r#"(
    title: "Enough wells", question: "How many?",
    host: culture(volume: "1 ml", medium: (il2: "20 pM")),
    run: (until: "3 h", replicates: 40, cells: 30, seed: 11, sample_every: "1 h", save_at: "1 h", {stop}),
    arms: [
        (name: "wild type", interventions: [transfer(kind: "Treg", cells: "1e5 cells", at: "0 h")]),
        (name: "Il2ra-/-", genotype: [(gene: "Il2ra", expression: 0)], interventions: [
            transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"),
        ]),
    ],
    readouts: ["pstat5(Treg)", "concentration(IL-2)"],
)"#
    )
}

const STOP: &str = r#"stop_when: (readout: "pstat5(Treg)", arm: "wild type", at: "3 h", "#;

fn wells(width: &str) -> Place {
    let place = place();
    place.write("wells.ron", text(&format!("{STOP}{width}), batch: 7")));
    place
}

fn manifest(place: &Place, out: &str) -> Value {
    let text = fs::read_to_string(place.path(out).join("manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Wells per arm that a run of this tolerance takes.
fn taken(width: &str) -> (u64, Value) {
    let place = wells(width);
    let ended = place.done(&["run", "wells.ron", "--out", "out"]);
    let stopped = manifest(&place, "out")["stopped"].clone();
    let taken = stopped["replicates"].as_u64().unwrap();
    let said = format!("{taken} of at most 40 wells in each arm");
    assert!(ended.stdout.contains(&said), "{}", ended.shown());
    // Asked again, it says the same without simulating.
    let again = place.done(&["run", "wells.ron", "--out", "out"]);
    assert!(again.stdout.contains(&said), "{}", again.shown());
    (taken, stopped)
}

/// A wide tolerance takes one batch, a narrower one more, none at all every well; what is looked at is the interval of the table.
#[test]
fn the_narrower_the_longer() {
    let (wide, _) = taken("half_width: 1");
    assert_eq!(wide, 7);
    let (zero, stopped) = taken("half_width: 0");
    assert_eq!((zero, &stopped["is_narrow"]), (40, &Value::Bool(false)));
    let width = |stopped: &Value| {
        let end = |index: usize| stopped["interval"][index].as_f64().unwrap();
        (end(1) - end(0)) / 2.0
    };
    let narrowest = width(&stopped);
    assert!(narrowest > 0.0);
    let tolerance = 1.2 * narrowest;
    let (between, stopped) = taken(&format!("half_width: {tolerance}"));
    assert!(wide < between && between < 40, "{between}");
    assert!(between.is_multiple_of(7), "{between}");
    assert!(width(&stopped) < tolerance);
    let share = tolerance / stopped["estimate"].as_f64().unwrap();
    let (relative, _) = taken(&format!("relative: {share}"));
    assert!(relative.abs_diff(between) <= 7, "{relative}, {between}");
}

/// A difference has the interval of the table of comparisons.
#[test]
fn a_difference_is_that_of_the_table() {
    let place = place();
    let stop = STOP.replace("wild type", "Il2ra-/-");
    let stop = format!("{stop}half_width: 0.02, difference_from: \"wild type\"), batch: 6");
    place.write("wells.ron", text(&stop));
    place.done(&["run", "wells.ron", "--out", "out"]);
    let stopped = manifest(&place, "out")["stopped"].clone();
    let table = Table::read(&place.path("out/comparison.csv"));
    let rows = table
        .only("readout", |name| name == "pstat5(Treg)")
        .only("arm", |name| name == "Il2ra-/-");
    let cell = |column: &str| {
        let text = &rows.rows[0][table.column(column)];
        text.parse::<f64>().unwrap()
    };
    assert_eq!(cell("mice"), stopped["replicates"].as_f64().unwrap());
    assert_eq!(cell("difference"), stopped["estimate"].as_f64().unwrap());
    assert_eq!(
        cell("difference_low"),
        stopped["interval"][0].as_f64().unwrap()
    );
    assert_eq!(
        cell("difference_high"),
        stopped["interval"][1].as_f64().unwrap()
    );
}

/// Tolerance at which the wells stop after some batches, not the first.
fn stops_midway() -> Place {
    let (_, stopped) = taken("half_width: 0");
    let end = |index: usize| stopped["interval"][index].as_f64().unwrap();
    let place = wells(&format!("half_width: {}", 0.6 * (end(1) - end(0))));
    place.done(&["run", "wells.ron", "--out", "whole", "--threads", "1"]);
    let taken = manifest(&place, "whole")["mice"].as_array().unwrap().len();
    assert!((14..40).contains(&taken), "{taken}");
    place
}

#[test]
fn threads_do_not_matter() {
    let place = stops_midway();
    for threads in ["2", "5"] {
        place.done(&["run", "wells.ron", "--out", threads, "--threads", threads]);
        assert_same(&place.path("whole"), &place.path(threads));
        let states = |out: &str| names(&place.path(out).join("states"));
        assert_eq!(states("whole"), states(threads));
    }
}

/// Killed again and again, continued by the same command or from the directory alone.
#[test]
fn interruptions_do_not_matter() {
    let place = stops_midway();
    let mut kills = 0;
    for attempt in 0..200u64 {
        let arguments: &[&str] =
            if attempt % 2 == 1 && place.path("out/checkpoint/request").is_file() {
                &["resume", "out", "--threads", "2"]
            } else {
                &["run", "wells.ron", "--out", "out", "--threads", "2"]
            };
        let mut child = place.command(arguments).spawn().unwrap();
        let pause = Duration::from_millis(5 + (attempt * 37) % 90);
        let started = Instant::now();
        while started.elapsed() < pause && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 1, "killed {kills} times");
    place.done(&["run", "wells.ron", "--out", "out"]);
    assert_same(&place.path("whole"), &place.path("out"));
}

/// The wells that are taken are the first ones of a run that takes all of them.
#[test]
fn a_run_that_stops_is_the_beginning_of_one_that_does_not() {
    let place = stops_midway();
    place.write("all.ron", text(""));
    place.done(&["run", "all.ron", "--out", "all"]);
    let taken = manifest(&place, "whole")["mice"].as_array().unwrap().len();
    let all = Table::read(&place.path("all/timecourse.csv"));
    let first = all.only("replicate", |of| of.parse::<usize>().unwrap() < taken);
    let stopped = Table::read(&place.path("whole/timecourse.csv"));
    stopped.assert_equals(&first, "the first wells");
    // Fewer are what `--replicates` allows, and one alone is one alone.
    place.done(&["run", "wells.ron", "--out", "few", "--replicates", "9"]);
    assert_eq!(manifest(&place, "few")["stopped"]["replicates"], 9);
    place.done(&["run", "wells.ron", "--out", "one", "--replicate", "30"]);
    let one = manifest(&place, "one");
    assert!(
        one["stopped"].is_null() && one["mice"] == serde_json::json!([30]),
        "{one}"
    );
    assert!(bytes(&place.path("one")).contains_key("timecourse.csv"));
}

/// At every point of a sweep the interval is narrow; the point that is told is the one where it is widest.
#[test]
fn a_sweep_goes_on_until_every_point_has_enough() {
    let place = place();
    let swept = |width: &str| {
        text(&format!("{STOP}{width})"))
            .replace("(il2: \"20 pM\")", "(il2: \"$dose\")")
            .replace("replicates: 40", "replicates: 18")
            .replace(", save_at: \"1 h\"", "")
            .replace("    arms:", "    sweep: grid(axes: [(name: \"dose\", values: [\"1 pM\", \"20 pM\"])]),\n    arms:")
    };
    place.write("zero.ron", swept("half_width: 0"));
    place.write("wide.ron", swept("half_width: 1"));
    place.done(&["run", "zero.ron", "--out", "zero"]);
    let zero = manifest(&place, "zero")["stopped"].clone();
    assert_eq!(
        (&zero["replicates"], &zero["point"]),
        (&18.into(), &1.into()),
        "{zero}"
    );
    place.done(&["run", "wide.ron", "--out", "wide"]);
    assert_eq!(manifest(&place, "wide")["stopped"]["replicates"], 8);
}

/// No shard knows the wells of the others.
#[test]
fn shards_are_refused() {
    let place = wells("half_width: 1");
    let refused = place
        .run(&["run", "wells.ron", "--shards", "2", "--shard", "0"])
        .expect_code(2);
    for part in [
        "--shards",
        "found a scenario with `stop_when`",
        "share out a copy without",
    ] {
        assert!(refused.stderr.contains(part), "{}", refused.shown());
    }
    assert!(!place.path("results").exists());
}
