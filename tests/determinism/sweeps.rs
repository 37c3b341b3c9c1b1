//! Sweeps: the same bytes for any threads and shards, interrupted or not; a mouse alone is the mouse among the others.

use crate::place;
use paracrine_tests::program::Place;
use paracrine_tests::results::{Table, assert_same};
use std::fs;

/// Twelve points of two arms, over a dose, a time and two parameters.
const SWEPT: &str = r#"(
    title: "Swept wells", question: "Which?",
    host: culture(volume: "1 ml"),
    run: (until: "3 h", replicates: 3, cells: 50, seed: 11, sample_every: "1 h"),
    sweep: latin_hypercube(points: 12, axes: [
        (name: "dose", low: "1 pM", high: "1 nM", scale: log),
        (name: "when", low: "10 min", high: "90 min"),
        (name: "treg_death"),
        (name: "internalisation"),
    ]),
    arms: [
        (name: "wild type", interventions: [
            transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"),
            inject(ligand: "IL-2", dose: "$dose", at: "$when"),
        ]),
        (name: "Il2ra-/-", genotype: [(gene: "Il2ra", expression: 0)], interventions: [
            transfer(kind: "Treg", cells: "1e5 cells", at: "0 h"),
            inject(ligand: "IL-2", dose: "$dose", at: "$when"),
        ]),
    ],
    readouts: ["pstat5(Treg)", "concentration(IL-2)", "count(Treg)"],
)"#;

fn swept() -> Place {
    let place = place();
    place.write("swept.ron", SWEPT);
    place
}

#[test]
fn threads_and_shards_do_not_matter() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "whole", "--threads", "1"]);
    place.done(&["run", "swept.ron", "--out", "two", "--threads", "2"]);
    assert_same(&place.path("whole"), &place.path("two"));
    for shards in ["2", "7"] {
        let out = format!("of-{shards}");
        let count: u64 = shards.parse().unwrap();
        for shard in (1..count).rev() {
            let shard = shard.to_string();
            place.done(&[
                "run",
                "swept.ron",
                "--out",
                &out,
                "--shards",
                shards,
                "--shard",
                &shard,
            ]);
        }
        let missing = place.done(&["status", &out]).stdout;
        assert!(missing.contains("--array=0"), "{missing}");
        place.done(&[
            "run",
            "swept.ron",
            "--out",
            &out,
            "--shards",
            shards,
            "--shard",
            "0",
        ]);
        place.done(&["merge", &out]);
        assert_same(&place.path("whole"), &place.path(&out));
    }
}

/// What is lost of an unfinished run is simulated again, and nothing else; mice of equal arm and number at other points are others.
#[test]
fn lost_mice_are_simulated_again() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "whole"]);
    place.done(&[
        "run",
        "swept.ron",
        "--out",
        "out",
        "--shards",
        "1",
        "--shard",
        "0",
    ]);
    let checkpoint = place.path("out").join("checkpoint");
    let mice: Vec<_> = fs::read_dir(&checkpoint)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("mouse"))
        .collect();
    assert_eq!(mice.len(), 12 * 2 * 3);
    for mouse in mice.iter().step_by(5) {
        fs::remove_file(mouse).unwrap();
    }
    place.done(&["resume", "out"]);
    assert_same(&place.path("whole"), &place.path("out"));
}

#[test]
fn a_mouse_alone_is_the_mouse_among_the_others() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "all"]);
    place.done(&["run", "swept.ron", "--out", "alone", "--replicate", "2"]);
    for name in ["timecourse.csv", "events.csv"] {
        let read = |out: &str| Table::read(&place.path(out).join(name));
        let all = read("all").only("replicate", |of| of == "2");
        read("alone").assert_equals(&all, name);
    }
    // The points are those of the seed.
    let points = |out: &str| fs::read(place.path(out).join("sweep.csv")).unwrap();
    assert_eq!(points("all"), points("alone"));
    place.done(&["run", "swept.ron", "--out", "other", "--seed", "12"]);
    assert_ne!(points("all"), points("other"));
}

/// The rows of a point that is simulated alone are those of the whole sweep, of all mice and of one.
///
/// Smallest faults seen: arms of point 0, a first arm of another point, another draw of the values.
#[test]
fn a_point_alone_is_the_point_among_the_others() {
    let place = swept();
    place.done(&["run", "swept.ron", "--out", "all"]);
    let run = |out: &str, more: &[&str]| {
        let arguments = ["run", "swept.ron", "--out", out, "--point", "7"];
        place.done(&[&arguments[..], more].concat())
    };
    let said = run("alone", &[]).stdout;
    assert!(said.contains("point 7 of 12 of 2 arms"), "{said}");
    run("one", &["--replicate", "2"]);
    let read = |out: &str, name: &str| Table::read(&place.path(out).join(name));
    let tables = [
        "timecourse.csv",
        "summary.csv",
        "comparison.csv",
        "events.csv",
    ];
    for name in [&tables[..], &["receptors.csv", "sweep_summary.csv"]].concat() {
        let of_point = read("all", name).only("point", |of| of == "7");
        assert!(!of_point.rows.is_empty() || name == "events.csv");
        read("alone", name).assert_equals(&of_point, name);
        if name == "timecourse.csv" {
            let of_mouse = of_point.only("replicate", |of| of == "2");
            read("one", name).assert_equals(&of_mouse, name);
        }
    }
    let points = |out: &str| fs::read(place.path(out).join("sweep.csv")).unwrap();
    assert_eq!(points("all"), points("alone"));
    let page = fs::read_to_string(place.path("alone").join("report.html")).unwrap();
    assert!(page.contains("Point 7 of 12"), "the page is of that point");
    // Dealt out, and put together.
    for shard in ["1", "0"] {
        run("shards", &["--shards", "2", "--shard", shard]);
    }
    place.done(&["merge", "shards"]);
    assert_same(&place.path("alone"), &place.path("shards"));
    for (arguments, found) in [
        (
            ["run", "swept.ron", "--point", "12"],
            "0 to 11: points are counted from 0",
        ),
        (
            ["run", "dose.ron", "--point", "0"],
            "the scenario has no `sweep`",
        ),
    ] {
        let text = SWEPT.replace("$dose", "1 nM").replace("$when", "10 min");
        let (from, to) = (
            text.find("    sweep:").unwrap(),
            text.find("    arms:").unwrap(),
        );
        place.write("dose.ron", [&text[..from], &text[to..]].concat());
        let refused = place.run(&arguments).expect_code(2);
        assert!(refused.stderr.contains(found), "{}", refused.shown());
    }
}

/// Hosts begin from states of a sweep: each point from its own, all from one that is chosen, or from the only one there is.
///
/// Smallest faults seen: states of point 0 taken for those of another, a parameter that is not looked at there.
#[test]
fn states_of_a_sweep_may_be_branched() {
    let place = swept();
    let base = SWEPT.replace("3 h\", replicates: 3", "2 h\", replicates: 3");
    let late = "inject(ligand: \"IL-2\", dose: \"1 nM\", at: \"2 h\")";
    // Whatever is done from two hours on.
    let later = |text: &str| text.replace("at: \"$when\"),", &format!("at: \"$when\"), {late},"));
    place.write("base.ron", &base);
    place.write("later.ron", later(SWEPT));
    place.done(&["run", "base.ron", "--save-at", "2 h", "--out", "states"]);
    place.done(&["run", "later.ron", "--out", "whole"]);
    place.done(&["run", "later.ron", "--from", "states", "--out", "part"]);
    let read = |out: &str| Table::read(&place.path(out).join("timecourse.csv"));
    let is_late = |time: &str| time.parse::<f64>().unwrap() > 2.0 / 24.0 - 1e-9;
    let whole = read("whole").only("time_d", is_late);
    read("part").assert_equals(&whole, "each point from its own states");
    place.done(&[
        "run",
        "later.ron",
        "--from",
        "states",
        "--point",
        "5",
        "--out",
        "five",
    ]);
    read("five").assert_equals(&whole.only("point", |of| of == "5"), "a point");
    // A scenario without a sweep, with the values of a point, from the states of that point.
    let points = Table::read(&place.path("whole").join("sweep.csv"));
    let column = |name: &str| points.column(name);
    let (point, axis, value) = (column("point"), column("axis"), column("value"));
    let of = |wanted: &str| {
        let mut rows = points.rows.iter();
        let row = rows.find(|row| row[point] == "5" && row[axis] == wanted);
        row.unwrap()[value].clone()
    };
    let (first, last) = (
        SWEPT.find("    sweep:").unwrap(),
        SWEPT.find("    arms:").unwrap(),
    );
    let overlay = format!(
        "    overlay: {{ \"treg_death\": \"{} 1/d\", \"internalisation\": \"{} 1/h\" }},\n",
        of("treg_death"),
        of("internalisation")
    );
    let single = [&SWEPT[..first], &overlay, &SWEPT[last..]].concat();
    let single = later(&single)
        .replace("$dose", &format!("{} pM", of("dose")))
        .replace("$when", &format!("{} min", of("when")));
    place.write("single.ron", &single);
    let from = ["run", "single.ron", "--from", "states"];
    let chosen = |point: &str, out: &str| {
        place.run(&[&from[..], &["--from-point", point, "--out", out]].concat())
    };
    let _ = chosen("5", "single").expect_code(0);
    let of_point = whole.only("point", |of| of == "5");
    let without = |table: &Table| -> Vec<Vec<String>> {
        let names = ["arm", "replicate", "time_d", "readout", "value"];
        let columns = names.map(|name| table.column(name));
        let rows = table.rows.iter();
        rows.map(|row| columns.iter().map(|column| row[*column].clone()).collect())
            .collect()
    };
    assert_eq!(without(&read("single")), without(&of_point));
    // Of one point alone there is nothing to choose.
    place.done(&[
        "run",
        "base.ron",
        "--point",
        "5",
        "--save-at",
        "2 h",
        "--out",
        "only",
    ]);
    place.done(&["run", "single.ron", "--from", "only", "--out", "from-only"]);
    assert_eq!(without(&read("from-only")), without(&of_point));
    for (refused, code, words) in [
        (
            place.run(&from),
            1,
            ["states of a sweep", "--from-point 0 to 11"],
        ),
        (chosen("12", "no"), 2, ["--from-point: found 12", "0 to 11"]),
        (chosen("4", "no"), 1, ["treg_death", "as in the states of"]),
        (
            place.run(&["run", "swept.ron", "--from-point", "1"]),
            2,
            ["--from", "required"],
        ),
        (
            place.run(&["run", "later.ron", "--from", "only", "--from-point", "3"]),
            2,
            ["--from-point: found 3", "5, the only point"],
        ),
    ] {
        let refused = refused.expect_code(code);
        for word in words {
            assert!(refused.stderr.contains(word), "{word}: {}", refused.shown());
        }
    }
}
